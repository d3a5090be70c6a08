# Scaling an NS by the aspects and levels of its NSD (SOL005 7.4.3, SCALE_NS) at a site in memory.
include service demo
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$sized := id", ...}
PUT /nsd/v2/ns_descriptors/$sized/nsd_content  as demo
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
      properties: { descriptor_id: sized, invariant_id: sized, designer: d, version: '1', name: n, flavour_id: default }
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
        vnf_profile: { instantiation_level: one, min_number_of_instances: 0, max_number_of_instances: 4 } }
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
    - width:
        type: tosca.policies.nfv.NsScalingAspects
        properties: { aspects: { width: { name: width, description: d, ns_scale_levels: { 0: { description: a }, 1: { description: b }, 2: { description: c } } } } }
    - numbers: { type: tosca.policies.nfv.VnfToLevelMapping, targets: [ fw ], properties: { aspect: width, number_of_instances: { 0: 1, 1: 2, 2: 4 } } }
    - sizes: { type: tosca.policies.nfv.NsInstantiationLevels, properties: { default_level: small, ns_levels: { small: { description: s }, medium: { description: m }, odd: { description: o } } } }
    - counts: { type: tosca.policies.nfv.VnfToInstantiationLevelMapping, targets: [ fw ], properties: { number_of_instances: { small: 1, medium: 2, odd: 3 } } }
= 202
GET /nsd/v2/ns_descriptors/$sized  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "sized", "nsName": "sized", "nsDescription": "d"}
= 201
{"id": "$sns := id", ...}
POST /nslcm/v2/ns_instances/$sns/instantiate  as demo
{"nsFlavourId": "default", "nsInstantiationLevelId": "nine"}
= 422
{"detail": "the NSD has no instantiation level nine", ...}

# Instantiated at a level: as many VNFs as it says.
POST /nslcm/v2/ns_instances/$sns/instantiate  as demo
{"nsFlavourId": "default", "nsInstantiationLevelId": "medium"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"nsScaleStatus": [{"nsScalingAspectId": "width", "nsScaleLevelId": "1"}], ...}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"vnfInstance": [{"vnfInstanceName": "sized-fw-1", ...}, {"vnfInstanceName": "sized-fw-2", ...}], ...}

# What is refused.
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleVnfData": [{"vnfInstanceId": "$sns", "scaleVnfType": "SCALE_OUT"}]}
= 422
{"detail": "scaleType SCALE_NS needs scaleNsData, and no scaleVnfData", ...}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {}}
= 422
{"detail": "scaleNsData: one of scaleNsByStepsData and scaleNsToLevelData is needed", ...}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsByStepsData": {"scalingDirection": "SCALE_OUT", "aspectId": "height"}}}
= 422
{"detail": "the NSD has no scaling aspect height", ...}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsByStepsData": {"scalingDirection": "SCALE_OUT", "aspectId": "width", "numberOfSteps": 2}}}
= 409
{"detail": "aspect width of NS instance $sns would be at scale level 3: it is at 1, and 0 to 2 are allowed", ...}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsToLevelData": {"nsScaleInfo": [{"nsScalingAspectId": "width", "nsScaleLevelId": "3"}, {"nsScalingAspectId": "height", "nsScaleLevelId": "1"}]}}}
= 422
{"detail": "nsScaleInfo[0]: aspect width has no scale level 3; nsScaleInfo[1]: the NSD has no scaling aspect height", ...}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsToLevelData": {"nsInstantiationLevel": "nine"}}}
= 422
{"detail": "the NSD has no instantiation level nine", ...}

# A plan, then a step: from two to four, in one operation.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$sns", "scale": {"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsByStepsData": {"scalingDirection": "SCALE_OUT", "aspectId": "width"}}}}
= 200
{"capacity": [{"class": "VCPU", "amount": 2, ...}, {"class": "MEMORY_MB", ...}, {"class": "SERVER", "amount": 2, ...}], ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}]}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsByStepsData": {"scalingDirection": "SCALE_OUT", "aspectId": "width"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "lcmOperationType": "SCALE",
 "resourceChanges": {"affectedVnfs": [{"changeType": "INSTANTIATE", "changeResult": "COMPLETED", ...}, {"changeType": "INSTANTIATE", ...}], ...}, ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}, {...}]}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"nsScaleStatus": [{"nsScalingAspectId": "width", "nsScaleLevelId": "2"}], ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"port_pairs": ["$ := text", "$ := text", "$ := text", "$ := text"], ...}]}

# To an instantiation level whose number no scale level has: the newest goes.
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"additionalParamsForNs": {"drainSeconds": 0}, "scaleNsToLevelData": {"nsInstantiationLevel": "odd"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"vnfInstance": [{"vnfInstanceName": "sized-fw-1", ...}, {"vnfInstanceName": "sized-fw-2", ...}, {"vnfInstanceName": "sized-fw-3", ...}], ...}

# One that only adds is rolled back: number and status are as they were.
PUT site:/refuse/port_pairs  as demo
= 204
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsToLevelData": {"nsScaleInfo": [{"nsScalingAspectId": "width", "nsScaleLevelId": "2"}]}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
PUT site:/refuse/none  as demo
= 204
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"nsScaleStatus": [{"nsScalingAspectId": "width", "nsScaleLevelId": "0"}], ...}

# A step out of a service that has more than the next level says takes none away.
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsByStepsData": {"scalingDirection": "SCALE_OUT", "aspectId": "width"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op45 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op45  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}]}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"nsScaleStatus": [{"nsScalingAspectId": "width", "nsScaleLevelId": "1"}], ...}

# Down to one, whatever came to the profile besides.
POST /nslcm/v2/ns_instances/$sns/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}, {...}]}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsToLevelData": {"nsScaleInfo": [{"nsScalingAspectId": "width", "nsScaleLevelId": "0"}]}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}]}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"nsScaleStatus": [{"nsScalingAspectId": "width", "nsScaleLevelId": "0"}], ...}

# One whose VNF was given up without its server: a level that has it among its number is not reached by that.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsByStepsData": {"scalingDirection": "SCALE_OUT", "aspectId": "width"}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op7/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"vnfInstance": [{"vnfInstanceName": "sized-fw-1", ...}, {"id": "$half := text", ...}], "nsScaleStatus": [{"nsScaleLevelId": "0", ...}], ...}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"scaleNsByStepsData": {"scalingDirection": "SCALE_OUT", "aspectId": "width"}}}
= 409
{"detail": "VNF instance $half is not whole since an operation was given up: heal or remove it, then scale", ...}
POST /nslcm/v2/ns_instances/$sns/scale  as demo
{"scaleType": "SCALE_NS", "scaleNsData": {"additionalParamsForNs": {"drainSeconds": 0}, "scaleNsToLevelData": {"nsScaleInfo": [{"nsScalingAspectId": "width", "nsScaleLevelId": "0"}]}}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"vnfInstance": [{"vnfInstanceName": "sized-fw-1", ...}], ...}

# Nothing is left at the end.
POST /nslcm/v2/ns_instances/$sns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$sns  as demo
= 200
{"nsState": "NOT_INSTANTIATED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
