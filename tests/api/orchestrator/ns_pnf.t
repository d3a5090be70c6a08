# Physical functions of an NS (SOL005 6.5.3.13 to 6.5.3.17): told at its instantiation, added, changed, removed.
include service demo
POST /nsd/v2/pnf_descriptors  as demo
{}
= 201
{"id": "$pnfd := id", ...}
PUT /nsd/v2/pnf_descriptors/$pnfd/pnfd_content  as demo
> Content-Type: application/zip
@file router.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_pnfd_types.yaml ]
topology_template:
  node_templates:
    router:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
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
{"id": "$nsd := id", ...}
PUT /nsd/v2/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: behind, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        description: d
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 },
          virtual_link_protocol_data: [ { associated_layer_protocol: ipv4, l3_protocol_data: { ip_version: ipv4, cidr: 10.9.0.0/24 } } ] }
    client:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: data } ]
    edge: &router
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
      requirements: [ virtual_link: data ]
    spare: *router
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", "pnfdInfoIds": ["$pnfd"], ...}
# Who wants to hear of what has that PNFD, does (SOL005 4.4.1.2).
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pnf", "filter": {"nsInstanceSubscriptionFilter": {"pnfdIds": ["router"]}}}
= 201
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"nsInstanceSubscriptionFilter": {"pnfdIds": ["other"]}}}
= 201
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "behind", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$behind := id", ...}
GET receiver:/got/pnf/1  as nobody
~ 200
{"notifications": [{"notificationType": "NsIdentifierCreationNotification", "nsInstanceId": "$behind", ...}], ...}

# All that is wrong, at once.
POST /nslcm/v2/ns_instances/$behind/instantiate  as demo
{"nsFlavourId": "f", "addpnfData": [
 {"pnfId": "r1", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "nine"},
 {"pnfId": "r1", "pnfName": "n", "pnfdId": "switch", "pnfProfileId": "edge"},
 {"pnfId": "r1", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "edge", "cpData": [
  {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:01"}}]},
  {"cpdId": "nine", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:01"}}]},
  {"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "numDynamicAddresses": 1}]}}]},
  {"cpdId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.8.0.1"]}]}}]}]}]}
= 422
{"detail": "addpnfData[0]: the NSD has no PNF profile nine; addpnfData[1]: PNF profile edge is of PNFD router, not of switch; addpnfData[2]: cpData: cpdId is needed, or cpInstanceId of one that is there; cpData: PNFD router has no connection point nine; connection point inside: addresses of a PNF are told, not chosen; connection point outside: 10.8.0.1 is not in 10.9.0.0/24, the prefix of link data", ...}
POST /nslcm/v2/ns_instances/$behind/instantiate  as demo
{"nsFlavourId": "f", "addpnfData": [{"pnfId": "r1", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "edge"}, {"pnfId": "r1", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "spare"}, {"pnfId": "r2", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "edge"}]}
= 422
{"detail": "addpnfData[1]: PNF r1 is part of the NS already; addpnfData[2]: PNF profile edge is PNF r1 already", ...}

# An address is one function's, and nobody else is given it.
POST /nslcm/v2/ns_instances/$behind/instantiate  as demo
{"nsFlavourId": "f", "sapData": [{"sapdId": "client", "sapName": "client", "description": "d", "sapProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.5"]}]}}]}],
 "addpnfData": [{"pnfId": "r1", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "edge", "cpData": [{"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.6"]}]}}]}]},
 {"pnfId": "r2", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "spare", "cpData": [
  {"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.5"]}]}}]},
  {"cpdId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.6"]}]}}]}]}]}
= 422
{"detail": "addpnfData[1]: connection point inside: 10.9.0.5 is the address of SAP client; connection point outside: 10.9.0.6 is the address of PNF r1", ...}
POST /nslcm/v2/ns_instances/$behind/instantiate  as demo
{"nsFlavourId": "f", "additionalParamsForNs": {"sapSites": {"client": "east"}}, "sapData": [{"sapdId": "client", "sapName": "client", "description": "d", "sapProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.5"]}]}}]}],
 "addpnfData": [{"pnfId": "r1", "pnfName": "first", "pnfdId": "router", "pnfProfileId": "edge", "cpData": [
 {"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:01", "ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.250"]}]}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedPnfs": [{"pnfId": "r1", "pnfdId": "router", "pnfProfileId": "edge", "pnfName": "first", "cpInstanceId": ["inside"], "changeType": "ADD", "changeResult": "COMPLETED"}], ...}, ...}
GET /nslcm/v2/ns_instances/$behind  as demo
= 200
{"pnfInfo": [{"pnfId": "r1", "pnfName": "first", "pnfdId": "router", "pnfdInfoId": "$pnfd", "pnfProfileId": "edge", "cpInfo": [{"cpInstanceId": "inside", "cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:01", "ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.250"]}]}}]}]}],
 "sapInfo": [{"id": "$sap := text", "sapProtocolInfo": [{"ipOverEthernet": {"ipAddresses": [{"addresses": ["10.9.0.5"], ...}], ...}, ...}], ...}], ...}
GET /nslcm/v1/ns_instances/$behind  as demo
= 200
{"pnfInfo": [{"pnfId": "r1", ...}], ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{"id": "$sap", ...}]}
GET site:/network/v2.0/subnets  as demo
= 200
{"subnets": [{"allocation_pools": [{"start": "10.9.0.2", "end": "10.9.0.249"}, {"start": "10.9.0.251", "end": "10.9.0.254"}], ...}]}
POST /nslcm/v2/ns_instances/$behind/update  as demo
{"updateType": "ADD_PNF", "addPnfData": [{"pnfId": "r2", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "spare", "cpData": [{"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.250"]}]}}]}]}]}
= 422
{"detail": "addPnfData[0]: connection point inside: 10.9.0.250 is the address of PNF r1", ...}

# Another one comes, both change, one goes.
POST /nslcm/v2/ns_instances/$behind/update  as demo
{"updateType": "ADD_PNF", "addPnfData": [{"pnfId": "r1", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "spare"}, {"pnfId": "r2", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "edge"},
 {"pnfId": "r2", "pnfName": "n", "pnfdId": "router", "pnfProfileId": "spare", "cpData": [{"cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.5"]}]}}]}]}]}
= 422
{"detail": "addPnfData[0]: PNF r1 is part of the NS already; addPnfData[1]: PNF profile edge is PNF r1 already; addPnfData[2]: connection point inside: 10.9.0.5 is the address of client", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$behind", "update": {"updateType": "ADD_PNF", "addPnfData": [{"pnfId": "r2", "pnfName": "second", "pnfdId": "router", "pnfProfileId": "spare"}]}}
= 200
{"capacity": [], ...}
POST /nslcm/v2/ns_instances/$behind/update  as demo
{"updateType": "ADD_PNF", "addPnfData": [{"pnfId": "r2", "pnfName": "second", "pnfdId": "router", "pnfProfileId": "spare"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "UPDATE", "resourceChanges": {"affectedPnfs": [{"pnfId": "r2", "changeType": "ADD", "cpInstanceId": [], ...}], ...}, ...}
POST /nslcm/v2/ns_instances/$behind/update  as demo
{"updateType": "MODIFY_PNF", "modifyPnfData": [{"pnfId": "r9", "pnfName": "n"}, {"pnfId": "r2"}, {"pnfId": "r1", "cpData": [{"cpInstanceId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:02"}}]}]}]}
= 422
{"detail": "modifyPnfData[0]: the NS has no PNF r9; modifyPnfData[1]: pnfName or cpData is needed; modifyPnfData[2]: cpData: the PNF has no connection point outside", ...}
POST /nslcm/v2/ns_instances/$behind/update  as demo
{"updateType": "MODIFY_PNF", "modifyPnfData": [{"pnfId": "r2", "pnfName": "other"}, {"pnfId": "r1", "cpData": [
 {"cpInstanceId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.251"]}]}}]},
 {"cpInstanceId": "up", "cpdId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:02"}}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedPnfs": [{"pnfId": "r2", "changeType": "MODIFY", ...}, {"pnfId": "r1", "cpInstanceId": ["inside", "up"], "changeType": "MODIFY", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$behind  as demo
= 200
{"pnfInfo": [{"pnfId": "r1", "pnfName": "first", "cpInfo": [
  {"cpInstanceId": "inside", "cpdId": "inside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.9.0.251"]}]}}]},
  {"cpInstanceId": "up", "cpdId": "outside", "cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"macAddress": "02:00:00:00:00:02", "ipAddresses": []}}]}], ...},
 {"pnfId": "r2", "pnfName": "other", ...}], ...}
POST /nslcm/v2/ns_instances/$behind/update  as demo
{"updateType": "REMOVE_PNF", "removePnfId": ["r1", "r1", "r9"]}
= 422
{"detail": "removePnfId[1]: the NS has no PNF r1; removePnfId[2]: the NS has no PNF r9", ...}
POST /nslcm/v2/ns_instances/$behind/update  as demo
{"updateType": "REMOVE_PNF", "removePnfId": ["r1"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedPnfs": [{"pnfId": "r1", "changeType": "REMOVE", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$behind  as demo
= 200
{"pnfInfo": [{"pnfId": "r2", "pnfProfileId": "spare", ...}], "sapInfo": [{"id": "$sap", ...}], ...}
POST /nslcm/v2/ns_instances/$behind/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$behind  as demo
= 200
{"nsState": "NOT_INSTANTIATED", ...}
