# A server leaves the path's position at a site that is not ours.  networking-sfc's driver loses the answers of a chain
# with that, so the chain is set anew behind it, in a rollback too.
include service demo spare
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
PUT site:/offer/sfc  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", ...}, {...}], ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1 := text", "$pair2 := text"], ...}]}

# A plan says so.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [
 {"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}}
= 200
{"plan": [{"label": "made", ...}, {"label": "noted", ...}, {"label": "sites", ...}, {"label": "look", ...}, {"label": "made fw", ...}, {"label": "describe fw", ...},
 {"flow": "ns_leave", "label": "leave path-first", "call": "site $east: network PUT /sfc/port_pair_groups/$group port_pairs: 1 of 2, and at a site that is not ours its chains anew", ...}, "..."], ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair1"], ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", "port_pair_groups": ["$group"], "answers": "whole", ...}]}

# The chain is refused: the scaling stops there, and a retry goes on with it.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
PUT site:/refuse/$chain  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/network/v2.0/sfc/port_chains/$chain  as demo
= 200
{"port_chain": {"answers": "lost", ...}}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op4/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_chains/$chain  as demo
= 200
{"port_chain": {"answers": "whole", ...}}

# What joined is taken out again where the next position cannot be joined: then, too.
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$two := id", ...}
PUT /nsd/v2/ns_descriptors/$two/nsd_content  as demo
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
    two:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: two, invariant_id: two, designer: d, version: '1', name: n, flavour_id: default }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    fw:
      type: tests.Function
      properties: &function { descriptor_id: function, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d }
      requirements: [ { virtual_link_in: fw_in }, { virtual_link_out: fw_out } ]
    dpi:
      type: tests.Function
      properties: *function
      requirements: [ { virtual_link_in: dpi_in }, { virtual_link_out: dpi_out } ]
    page:
      type: tests.Function
      properties: *function
      requirements: [ { virtual_link_in: data }, { virtual_link_out: data } ]
    fw_in: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: data } ] }
    fw_out: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: data } ] }
    dpi_in: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: data } ] }
    dpi_out: { type: tosca.nodes.nfv.Forwarding, requirements: [ { virtual_link: data } ] }
    through_fw: { type: tosca.nodes.nfv.NfpPositionElement, requirements: [ { profile_element: fw_in }, { profile_element: fw_out } ] }
    through_dpi: { type: tosca.nodes.nfv.NfpPositionElement, requirements: [ { profile_element: dpi_in }, { profile_element: dpi_out } ] }
    first: { type: tosca.nodes.nfv.NfpPosition, requirements: [ { element: through_fw } ] }
    second: { type: tosca.nodes.nfv.NfpPosition, requirements: [ { element: through_dpi } ] }
    path: { type: tosca.nodes.nfv.NFP, requirements: [ { nfp_position: first }, { nfp_position: second } ] }
  groups:
    graph: { type: tosca.groups.nfv.VNFFG, properties: { description: d }, members: [ path, fw, dpi, data, through_fw, through_dpi ] }
  policies:
    - rule: { type: tosca.policies.nfv.NfpRule, targets: [ path ], properties: { ether_type: ipv4, protocol: tcp, destination_port_range: [ 80, 80 ] } }
= 202
GET /nsd/v2/ns_descriptors/$two  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "two", "nsName": "t", "nsDescription": "d"}
= 201
{"id": "$ns2 := id", ...}
POST /nslcm/v2/ns_instances/$ns2/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns2  as demo
= 200
{"vnfInstance": [{"id": "$dpi := text", "metadata": {"vnfProfileId": "dpi"}, ...}, {"id": "$fw := text", "metadata": {"vnfProfileId": "fw"}, ...}, {...}], ...}
GET site:/network/v2.0/sfc/port_pair_groups?name=t%20path-first  as demo
= 200
{"port_pair_groups": [{"id": "$group1 := text", "port_pairs": ["$pair3 := text"], ...}]}
GET site:/network/v2.0/sfc/port_pair_groups?name=t%20path-second  as demo
= 200
{"port_pair_groups": [{"id": "$group2 := text", "port_pairs": ["$pair4 := text"], ...}]}
PUT site:/refuse/$group2  as demo
= 204
POST /nslcm/v2/ns_instances/$ns2/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [
 {"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}},
 {"vnfInstanceId": "$dpi", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET site:/network/v2.0/sfc/port_pair_groups/$group1  as demo
= 200
{"port_pair_group": {"port_pairs": ["$pair3", "$ := text"], ...}}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op6/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/network/v2.0/sfc/port_pair_groups/$group1  as demo
= 200
{"port_pair_group": {"port_pairs": ["$pair3"], ...}}
GET site:/network/v2.0/sfc/port_chains?name=t%20path  as demo
= 200
{"port_chains": [{"port_pair_groups": ["$group1", "$group2"], "answers": "whole", ...}]}
