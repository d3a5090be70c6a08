# A network that goes through NSs in NSs: all that is on it is in the groups of all of them, also of one without functions.
include many demo
include single one demo
include plain demo
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 204
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$mid := id", ...}
PUT /nsd/v2/ns_descriptors/$mid/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    mid:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: mid, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    wide:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    edge:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: wide } ]
    inner:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default }
      requirements: [ { virtual_link: wide } ]
= 202
GET /nsd/v2/ns_descriptors/$mid  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$top := id", ...}
PUT /nsd/v2/ns_descriptors/$top/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    top:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: top, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    broad:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    middle:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: mid, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
      requirements: [ { virtual_link: broad } ]
= 202
GET /nsd/v2/ns_descriptors/$top  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "top", "nsName": "t", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}

# A place that is asked for is that of all functions in it; words go to the NS itself.
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsLocationConstraints": [{"nsProfileId": "middle", "locationConstraints": {"civicAddressElement": [{"caType": 1, "caValue": "nowhere"}]}}]}
= 422
{"detail": "NS profile middle: NS profile inner: locationConstraints[0]: no site that is registered fits: $ := text", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "additionalParamsForNestedNs": [{"nsProfileId": "middle", "additionalParam": [{"sapSites": {"edge": "nowhere"}}, {"colour": "red"}]}, {"nsProfileId": "other"}]}
= 422
{"detail": "additionalParamsForNestedNs[1]: the NSD has no NS profile other; NS profile middle: sapSites.edge: no site nowhere is registered", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "additionalParamsForNestedNs": [{"nsProfileId": "middle", "additionalParam": ["no object"]}]}
= 400
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsLocationConstraints": [{"nsProfileId": "middle", "locationConstraints": {"civicAddressElement": [{"caType": 1, "caValue": "east"}]}}],
 "additionalParamsForNestedNs": [{"nsProfileId": "middle", "additionalParam": [{"colour": "blue"}, {"colour": "red"}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$middle := text"], "virtualLinkInfo": [{"id": "broad", "resourceHandle": [{"resourceId": "$net := text", ...}], ...}], ...}
GET /nslcm/v2/ns_lcm_op_occs?filter=(eq,nsInstanceId,$middle)&fields=operationParams  as demo
= 200
[{"operationParams": {"nsFlavourId": "f", "additionalParamsForNs": {"colour": "red"}, "locationConstraints": [], "nestedNsLocationConstraints": [{"nsProfileId": "inner", ...}], ...}, ...}]
GET /nslcm/v2/ns_instances/$middle  as demo
= 200
{"nestedNsInstanceId": ["$inner := text"], ...}
GET /nslcm/v2/ns_instances/$inner  as demo
= 200
{"nsInstanceName": "t-middle-inner", "virtualLinkInfo": [{"id": "data", "resourceHandle": [{"resourceId": "$net", ...}], "linkPort": [{"id": "$port := text", ...}, ...], ...}], ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"name": "t-middle-inner-one-inside", ...}, {"id": "$net", "name": "t-broad", ...}]}
GET site:/network/v2.0/ports/$port  as demo
= 200
{"port": {"network_id": "$net", "security_groups": ["$ := text", "$ := text", "$ := text"], ...}}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/security-groups  as demo
= 200
{"security_groups": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
