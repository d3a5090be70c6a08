# VNFs that run become part of an NS with its instantiation (SOL005 6.5.2.11 vnfInstanceData), where they are on networks that
# NSs which it takes in lend it.
include service demo
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$outer := id", ...}
PUT /nsd/v2/ns_descriptors/$outer/nsd_content  as demo
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
    core:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default,
        ns_profile: { min_number_of_instances: 0, max_number_of_instances: 1 } }
      requirements: [ { virtual_link: wide } ]
    around:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: around, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    wide:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    edge:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: wide } ]
    guard:
      type: tests.Function
      properties: { descriptor_id: function, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
        vnf_profile: { instantiation_level: one, min_number_of_instances: 0, max_number_of_instances: 2 } }
      requirements: [ { virtual_link_in: wide }, { virtual_link_out: wide } ]
  policies:
    - sizes: { type: tosca.policies.nfv.NsInstantiationLevels, properties: { default_level: full, ns_levels: { full: { description: s }, bare: { description: o } } } }
    - counts: { type: tosca.policies.nfv.VnfToInstantiationLevelMapping, targets: [ guard ], properties: { number_of_instances: { full: 1, bare: 0 } } }
= 202
GET /nsd/v2/ns_descriptors/$outer  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "around", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"virtualLinkInfo": [{"resourceHandle": [{"resourceId": "$net := text", ...}], ...}], "vnfInstance": [{"id": "$fw := text", ...}], ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "function", "vnfInstanceName": "alone"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "$net", "extCps": [{"cpdId": "virtual_link_in"}, {"cpdId": "virtual_link_out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$server := text", ...}], ...}, ...}

# What is refused, with every reason.
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "vnfInstanceData": [{"vnfInstanceId": "$vnf", "vnfProfileId": "guard"}, {"vnfInstanceId": "$ns", "vnfProfileId": "guard"}, {"vnfInstanceId": "$vnf", "vnfProfileId": "nobody"}]}
= 422
{"detail": "vnfInstanceData[0]: link wide is made with the NS: linkNetworks says which network it is, or an update ADD_VNF takes the VNF in afterwards, once it is connected there; vnfInstanceData[1]: there is no VNF instance $ns; vnfInstanceData[2]: the NSD has no VNF profile nobody", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}], "vnfInstanceData": [{"vnfInstanceId": "$vnf", "vnfProfileId": "guard"}, {"vnfInstanceId": "$vnf", "vnfProfileId": "guard"}]}
= 422
{"detail": "vnfInstanceData[1]: VNF instance $vnf is named twice", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}], "vnfInstanceData": [{"vnfInstanceId": "$fw", "vnfProfileId": "guard"}]}
= 409
{"detail": "vnfInstanceData[0]: VNF instance $fw is managed by NS instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nsInstantiationLevelId": "bare", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}], "vnfInstanceData": [{"vnfInstanceId": "$vnf", "vnfProfileId": "guard"}]}
= 422
{"detail": "vnfInstanceData[0]: VNF profile guard has 0 instances at the beginning", ...}

# It is the instance of its profile, so that none is made; it goes with the NS.
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}], "vnfInstanceData": [{"vnfInstanceId": "$vnf", "vnfProfileId": "guard"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "vnfProfileId": "guard", "changeType": "ADD", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$ns"], "vnfInstance": [{"id": "$vnf", "metadata": {"vnfProfileId": "guard"}, ...}], "virtualLinkInfo": [{"id": "wide", "linkPort": [{...}, {...}, {...}], ...}], ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns1"}
= 200
{"differences": [], ...}
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/$server  as demo
= 404
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"nsState": "INSTANTIATED", ...}
