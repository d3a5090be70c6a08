# What another VNFM manages moves its ports in one go: in a request where a path follows ports of another VNF it has no place,
# on whatever link it is; by itself it moves.
include service demo
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$apart := id", ...}
PUT /nsd/v2/ns_descriptors/$apart/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
node_types:
  tests.Function:
    derived_from: tosca.nodes.nfv.VNF
    requirements:
      - virtual_link_in: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
      - virtual_link_out: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    apart:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: apart, invariant_id: apart, designer: d, version: '1', name: n, flavour_id: default }
    data: &link
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    beside: *link
    fw:
      type: tests.Function
      properties: &function { descriptor_id: function, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d }
      requirements: [ { virtual_link_in: fw_in }, { virtual_link_out: fw_out } ]
    far:
      type: tests.Function
      properties: *function
      requirements: [ { virtual_link_in: beside }, { virtual_link_out: beside } ]
    fw_in: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: data } ] }
    fw_out: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: data } ] }
    through: { type: tosca.nodes.nfv.NfpPositionElement, requirements: [ { profile_element: fw_in }, { profile_element: fw_out } ] }
    first: { type: tosca.nodes.nfv.NfpPosition, requirements: [ { element: through } ] }
    path: { type: tosca.nodes.nfv.NFP, requirements: [ { nfp_position: first } ] }
  groups:
    graph: { type: tosca.groups.nfv.VNFFG, properties: { description: d }, members: [ path, fw, data, through ] }
  policies:
    - rule: { type: tosca.policies.nfv.NfpRule, targets: [ path ], properties: { ether_type: ipv4, protocol: tcp, destination_port_range: [ 80, 80 ] } }
= 202
GET /nsd/v2/ns_descriptors/$apart  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
GET identity:/v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
POST /carrick/v1/vnfms  as demo
{"name": "edge", "url": "http://$host", "username": "demo", "password": "demo", "token_endpoint": "http://$host/oauth2/token", "scope": "project:$demo"}
= 201
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "apart", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"vnfms": {"far": "edge"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"vnfInstance": [{"id": "$far := text", "metadata": {"vnfProfileId": "far"}, ...}, {"id": "$fw := text", "metadata": {"vnfProfileId": "fw"}, ...}],
 "virtualLinkInfo": [{"id": "$ := text", "resourceHandle": [{"resourceId": "$net1 := text", ...}], ...}, {"id": "$ := text", "resourceHandle": [{"resourceId": "$net2 := text", ...}], ...}], ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$far", "extVirtualLinks": [{"resourceId": "$net2", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.100.1.103"]}]}}]}}}]}]},
 {"vnfInstanceId": "$fw", "extVirtualLinks": [{"resourceId": "$net1", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.100.0.101"]}]}}]}}},
  {"cpdId": "virtual_link_out", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.100.0.102"]}]}}]}}}]}]}]}
= 422
{"detail": "VNF instance $far is managed by a foreign VNFM, and paths follow ports of another one of the request: connect it in a request of its own", ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "CHANGE_EXTERNAL_VNF_CONNECTIVITY", "changeExtVnfConnectivityData": [
 {"vnfInstanceId": "$far", "extVirtualLinks": [{"resourceId": "$net2", "extCps": [
  {"cpdId": "virtual_link_in", "cpConfig": {"a": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.100.1.103"]}]}}]}}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
