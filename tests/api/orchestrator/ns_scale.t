# Scaling the VNFs of an NS (SOL005 6.4.5) at a site in memory: chains take in what comes once it is
# there, and let go of what leaves before it goes.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$pkg := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$pkg/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: vnfd.yaml
Source: image
@file vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
node_types:
  tests.Function:
    derived_from: tosca.nodes.nfv.VNF
    requirements:
      - virtual_link_in: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
      - virtual_link_out: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
topology_template:
  substitution_mappings:
    node_type: tests.Function
    requirements: { virtual_link_in: [ in_cp, virtual_link ], virtual_link_out: [ out_cp, virtual_link ] }
  node_templates:
    vnf:
      type: tests.Function
      properties: { descriptor_id: function, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    fw:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: fw, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 4 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
    in_cp:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 0, layer_protocols: [ ethernet ],
        virtual_network_interface_requirements: [ { network_interface_requirements: { port_security: disabled } } ] }
      requirements: [ { virtual_binding: fw } ]
    out_cp:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 1, layer_protocols: [ ethernet ],
        virtual_network_interface_requirements: [ { network_interface_requirements: { port_security: disabled } } ] }
      requirements: [ { virtual_binding: fw } ]
  policies:
    - delta: { type: tosca.policies.nfv.VduInitialDelta, targets: [ fw ], properties: { initial_delta: { number_of_instances: 1 } } }
    - levels:
        type: tosca.policies.nfv.InstantiationLevels
        properties: { default_level: one, levels: {
          one: { description: d, scale_info: { grow: { scale_level: 0 } } },
          two: { description: d, scale_info: { grow: { scale_level: 1 } } } } }
    - aspects:
        type: tosca.policies.nfv.ScalingAspects
        properties: { aspects: { grow: { name: grow, description: d, max_scale_level: 3, step_deltas: [ d1 ] } } }
    - deltas:
        type: tosca.policies.nfv.VduScalingAspectDeltas
        targets: [ fw ]
        properties: { aspect: grow, deltas: { d1: { number_of_instances: 1 } } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$nsd := id", ...}
PUT /nsd/v2/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: nsd.yaml
ETSI-Entry-Manifest: nsd.mf
@file nsd.mf
metadata:
  nsd_designer: d
  nsd_name: n
  nsd_file_structure_version: 1.0
  nsd_release_date_time: 2025-01-01T00:00:00Z
Source: nsd.yaml
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
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    client:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: data } ]
    fw:
      type: tests.Function
      properties: { descriptor_id: function, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
        vnf_profile: { instantiation_level: two, min_number_of_instances: 1, max_number_of_instances: 1 } }
      requirements: [ { virtual_link_in: fw_in }, { virtual_link_out: fw_out } ]
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
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", "status": "UP", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "service", "nsName": "demo", "nsDescription": "d"}
= 201
{"id": "$ns := id", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": []}
= 409
# The NSD's profile asks for level two: one position, one group, two instances.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", ...}, {"id": "$pair1 := text", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2"], ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}], ...}, ...}],
 "_links": {"scale": {"href": "http://$host/nslcm/v2/ns_instances/$ns/scale"}, ...}, ...}
# The VNF belongs to the NS: it is not scaled behind its back.
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"_links": {"self": "$ := any", "terminate": "$ := any"}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 409

# What is refused.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "x", "scaleVnfType": "UP", "scaleByStepData": {"additionalParams": {"drainSeconds": -1}}}]}
= 400
{"status": 400, "detail": "$ := text", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {}}
= 422
{"status": 422, "detail": "scaleType SCALE_NS: the NSD has no scaling aspects that are supported; SCALE_VNF scales its VNFs", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF"}
= 422
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$ns", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 422
{"status": 422, "detail": "scaleVnfData[0]: the NS has no VNF instance $ns", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleToLevelData": {"vnfInstantiationLevelId": "two"}}]}
= 422
{"status": 422, "detail": "scaleVnfData[0]: SCALE_OUT needs scaleByStepData, and nothing else", ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow", "numberOfSteps": 3}}]}
= 409
POST /nslcm/v2/ns_instances/$ns/scale  as alice
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 404

# A plan of it says what would be done; nothing is.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns"}
= 400
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}}
= 200
{"capacity": [{"class": "VCPU", "amount": 1, ...}, {"class": "MEMORY_MB", ...}, {"class": "SERVER", "amount": 1, ...}], ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}

# Out: the new instance joins, those that are there stay.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "SCALE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair3 := text", ...}, {"id": "$pair2", ...}, {"id": "$pair1", ...}]}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair3"], ...}]}
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{...}]}
GET /vnflcm/v2/vnf_lcm_op_occs?all_fields&filter=(eq,operation,SCALE)  as demo
= 200
[{"operationState": "COMPLETED", "isAutomaticInvocation": true, "operationParams": {"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 1}, ...}]

# In: the newest leaves, and is gone afterwards.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2"], ...}]}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2", ...}, {"id": "$pair1", ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}

# Out that stops when the new instance is to join: rolled back, the group is as it was.
PUT site:/refuse/port_pairs  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}], ...}, ...}], ...}

# Given up, the server is there without a place in the chain; a scaling to where it is finds it one.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op5/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 2}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair4 := text"], ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}

# The same where its pair was made and did not join: the group is set anew.
PUT site:/refuse/changes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op31 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op31  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op31/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair4"], ...}]}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair5 := text", ...}, {...}, {...}, {...}]}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 3}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op32 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op32  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1", "$pair2", "$pair4", "$pair5"], ...}]}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 2}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op33 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op33  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE", ...}

# A scale-in that stops is not rolled back; nothing that a chain points at is deleted before.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_INSTANTIATION_LEVEL", "scaleToLevelData": {"vnfInstantiationLevelId": "one"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", "lcmOperationType": "SCALE", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$pair1"], ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}
POST /nslcm/v2/ns_lcm_op_occs/$op7/rollback  as demo
= 409
{"detail": "a scaling that deletes servers cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op7/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair1", ...}]}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}]}

# Nothing is left at the end.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": []}
GET /carrick/v1/holdings  as demo
= 200
[]
