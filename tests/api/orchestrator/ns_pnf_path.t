# A path goes through a physical function: what reaches it are routes, to the addresses that are told of it.
include routed demo
POST /nsd/v2/pnf_descriptors  as demo
{}
= 201
{"id": "$pnfd := id", ...}
PUT /nsd/v2/pnf_descriptors/$pnfd/pnfd_content  as demo
> Content-Type: application/zip
@file gateway.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_pnfd_types.yaml ]
node_types:
  tests.Gateway:
    derived_from: tosca.nodes.nfv.PNF
    requirements:
      - virtual_link_in: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
      - virtual_link_out: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
topology_template:
  substitution_mappings:
    node_type: tests.Gateway
    requirements: { virtual_link_in: [ inside, external_virtual_link ], virtual_link_out: [ outside, external_virtual_link ] }
  node_templates:
    gateway:
      type: tests.Gateway
      properties: { descriptor_id: gateway, descriptor_invariant_id: gateways, function_description: routes,
        provider: p, version: '1', name: Gateway }
    inside:
      type: tosca.nodes.nfv.PnfExtCp
      properties: { description: d, layer_protocols: [ ipv4 ], role: leaf }
    outside:
      type: tosca.nodes.nfv.PnfExtCp
      properties: { description: d, layer_protocols: [ ipv4 ], role: leaf }
= 202
GET /nsd/v2/pnf_descriptors/$pnfd  as demo
~ 200
{"pnfdOnboardingState": "ONBOARDED", ...}
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$via := id", ...}
PUT /nsd/v2/ns_descriptors/$via/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
node_types:
  tests.Function:
    derived_from: tosca.nodes.nfv.VNF
    requirements: &sides
      - virtual_link_in: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
      - virtual_link_out: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
  tests.Gateway: { derived_from: tosca.nodes.nfv.PNF, requirements: *sides }
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: via, invariant_id: via, designer: d, version: '1', name: n, flavour_id: default }
    a:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 },
          virtual_link_protocol_data: [ { associated_layer_protocol: ipv4, l3_protocol_data: { name: a, ip_version: ipv4, cidr: 10.1.0.0/24 } } ] }
    b:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 },
          virtual_link_protocol_data: [ { associated_layer_protocol: ipv4, l3_protocol_data: { name: b, ip_version: ipv4, cidr: 10.2.0.0/24 } } ] }
    c:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 },
          virtual_link_protocol_data: [ { associated_layer_protocol: ipv4, l3_protocol_data: { name: c, ip_version: ipv4, cidr: 10.3.0.0/24 } } ] }
    client:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: a } ]
    server:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: c } ]
    fw:
      type: tests.Function
      properties: { descriptor_id: router, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d }
      requirements: [ { virtual_link_in: fw_in }, { virtual_link_out: fw_out } ]
    fw_in: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: a } ] }
    fw_out: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: b } ] }
    through_fw: { type: tosca.nodes.nfv.NfpPositionElement, requirements: [ { profile_element: fw_in }, { profile_element: fw_out } ] }
    position_fw: { type: tosca.nodes.nfv.NfpPosition, requirements: [ { element: through_fw } ] }
    gw:
      type: tests.Gateway
      properties: { descriptor_id: gateway, descriptor_invariant_id: gateways, function_description: routes,
        provider: p, version: '1', name: Gateway }
      requirements: [ { virtual_link_in: gw_in }, { virtual_link_out: gw_out } ]
    gw_in: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: b } ] }
    gw_out: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: c } ] }
    through_gw: { type: tosca.nodes.nfv.NfpPositionElement, requirements: [ { profile_element: gw_in }, { profile_element: gw_out } ] }
    position_gw: { type: tosca.nodes.nfv.NfpPosition, requirements: [ { element: through_gw } ] }
    from: { type: tosca.nodes.nfv.NfpPositionElement, requirements: [ { profile_element: client } ] }
    begin: { type: tosca.nodes.nfv.NfpPosition, requirements: [ { element: from } ] }
    path: { type: tosca.nodes.nfv.NFP, requirements: [ { nfp_position: begin }, { nfp_position: position_fw }, { nfp_position: position_gw } ] }
  groups:
    graph: { type: tosca.groups.nfv.VNFFG, properties: { description: d }, members: [ path, fw, gw, a, b, c, from, through_fw, through_gw ] }
  policies:
    - rule: { type: tosca.policies.nfv.NfpRule, targets: [ path ], properties: { ether_type: ipv4, destination_ip_address_prefix: 10.0.0.0/8 } }
= 202
GET /nsd/v2/ns_descriptors/$via  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
PUT site:/offer/routers  as demo
= 204
PATCH /carrick/v1/sites/$east  as demo
{"password": "p"}
= 200
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "via", "nsName": "v", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}

# Both of its addresses have to be told, each of its own link.
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"sapSites": {"server": "east"}}, "addpnfData": [{"pnfId": "g1", "pnfName": "n", "pnfdId": "gateway", "pnfProfileId": "gw", "cpData": [{"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.3.0.208"]}]}}]}]}]}
= 422
{"detail": "addpnfData[0]: connection point inside: 10.3.0.208 is not in 10.2.0.0/24, the prefix of link b", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns1", "request": {"nsFlavourId": "default", "additionalParamsForNs": {"sapSites": {"server": "east"}}, "addpnfData": [{"pnfId": "g1", "pnfName": "n", "pnfdId": "gateway", "pnfProfileId": "gw", "cpData": [{"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.2.0.209"]}]}}]}]}]}}
= 200
{"error": "path path meets a physical function, which has no port at site east that a chain could be told, and routes cannot lead to it: no address is told of PNF profile gw at virtual_link_out: addpnfData, cpData (of the connection point that the PNFD maps to virtual_link_out)", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"sapSites": {"server": "east"}}, "addpnfData": [{"pnfId": "g1", "pnfName": "n", "pnfdId": "gateway", "pnfProfileId": "gw", "cpData": [{"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.2.0.209"]}]}}]}, {"cpdId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.3.0.209"]}]}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"vnffgInfo": [{"pnfdInfoId": ["$pnfd"], "nfpInfo": [{"nfpState": "ENABLED", ...}], ...}], ...}
GET site:/network/v2.0/routers?name=v-a  as demo
= 200
{"routers": [{"routes": [{"destination": "10.0.0.0/8", "nexthop": "$fw_in := text"}], ...}]}
GET site:/network/v2.0/routers?name=v-b  as demo
= 200
{"routers": [{"routes": [{"destination": "10.1.0.0/24", "nexthop": "$fw_out := text"}, {"destination": "10.0.0.0/8", "nexthop": "10.2.0.209"}], ...}]}
GET site:/network/v2.0/routers?name=v-c  as demo
= 200
{"routers": [{"id": "$r_c := text", "routes": [{"destination": "10.1.0.0/24", "nexthop": "10.3.0.209"}], ...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns1"}
= 200
{"differences": [], ...}

# It moves: routes follow, or it stays where it was.
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_PNF", "removePnfId": ["g1"]}
= 422
{"detail": "removePnfId[0]: path path goes through PNF g1: remove its VNFFG first", ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "MODIFY_PNF", "modifyPnfData": [{"pnfId": "g1", "cpData": [{"cpInstanceId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:01"}}]}]}]}
= 422
{"detail": "modifyPnfData[0]: path path goes through PNF g1: connection point outside keeps an address of the same IP version", ...}
PUT site:/refuse/$r_c  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "MODIFY_PNF", "modifyPnfData": [{"pnfId": "g1", "cpData": [{"cpInstanceId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.3.0.210"]}]}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op2/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/routers?name=v-c  as demo
= 200
{"routers": [{"routes": [{"destination": "10.1.0.0/24", "nexthop": "10.3.0.210"}], ...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns1"}
= 200
{"differences": [], ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_VNFFG", "removeVnffgId": ["graph"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/routers?name=v-c  as demo
= 200
{"routers": [{"routes": [], ...}]}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "ADD_VNFFG", "addVnffg": [{"vnffgdId": "graph", "vnffgName": "g", "description": "d"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/routers?name=v-c  as demo
= 200
{"routers": [{"routes": [{"destination": "10.1.0.0/24", "nexthop": "10.3.0.210"}], ...}]}
