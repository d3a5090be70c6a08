# Scaling a VNF (SOL003 5.4.5, 5.4.6) at a site in memory: what is refused, what is added and removed,
# and what becomes of a scaling that stops on the way.
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
topology_template:
  substitution_mappings:
    node_type: tosca.nodes.nfv.VNF
    requirements: { virtual_link: [ out, virtual_link ] }
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: grows, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    front:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: front, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts:
        image: &image
          type: tosca.artifacts.nfv.SwImage
          file: image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
    back:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: back, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 4 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts: { image: *image }
    out:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 0, layer_protocols: [ ipv4 ] }
      requirements: [ { virtual_binding: front } ]
    front_in:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 1, layer_protocols: [ ipv4 ] }
      requirements: [ { virtual_binding: front }, { virtual_link: inside } ]
    back_in:
      type: tosca.nodes.nfv.VduCp
      properties: { order: 0, layer_protocols: [ ipv4 ] }
      requirements: [ { virtual_binding: back }, { virtual_link: inside } ]
    inside:
      type: tosca.nodes.nfv.VnfVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
  policies:
    - deltas:
        type: tosca.policies.nfv.VduInitialDelta
        targets: [ front, back ]
        properties: { initial_delta: { number_of_instances: 1 } }
    - levels:
        type: tosca.policies.nfv.InstantiationLevels
        properties: { default_level: one, levels: { one: { description: d,
            scale_info: { grow: { scale_level: 0 }, burst: { scale_level: 0 } } },
          two: { description: d, scale_info: { grow: { scale_level: 1 }, burst: { scale_level: 0 } } } } }
    - aspects:
        type: tosca.policies.nfv.ScalingAspects
        properties: { aspects: {
          grow: { name: grow, description: d, max_scale_level: 2, step_deltas: [ d1 ] },
          burst: { name: burst, description: d, max_scale_level: 2, step_deltas: [ small, large ] } } }
    - grow_deltas:
        type: tosca.policies.nfv.VduScalingAspectDeltas
        targets: [ back ]
        properties: { aspect: grow, deltas: { d1: { number_of_instances: 1 } } }
    - burst_deltas:
        type: tosca.policies.nfv.VduScalingAspectDeltas
        targets: [ back ]
        properties: { aspect: burst, deltas: { small: { number_of_instances: 1 }, large: { number_of_instances: 2 } } }
    - front_levels:
        type: tosca.policies.nfv.VduInstantiationLevels
        targets: [ front ]
        properties: { levels: { one: { number_of_instances: 1 }, two: { number_of_instances: 1 } } }
    - back_levels:
        type: tosca.policies.nfv.VduInstantiationLevels
        targets: [ back ]
        properties: { levels: { one: { number_of_instances: 1 }, two: { number_of_instances: 2 } } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 409
{"status": 409, "detail": "VNF instance $vnf is NOT_INSTANTIATED", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", "status": "UP", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 0}, {"aspectId": "burst", "scaleLevel": 0}],
 "maxScaleLevels": [{"aspectId": "grow", "scaleLevel": 2}, {"aspectId": "burst", "scaleLevel": 2}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first := text", "vduId": "back", ...}], ...},
 "_links": {"scale": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/scale"}, "scaleToLevel": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf/scale_to_level"}, ...}, ...}

# What is refused: the form, what the VNFD has not, what would leave the levels.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "UP", "numberOfSteps": 0, "colour": 1}
= 400
{"status": 400, "detail": "attribute 'type': 'UP' is not in ['SCALE_OUT', 'SCALE_IN'].; attribute 'numberOfSteps': '0' is too small - must be at least '1'.; unknown attribute 'colour'; attribute 'aspectId' is required", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "width"}
= 422
{"status": 422, "detail": "flavour f of VNFD grows has no scaling aspect width", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 3}
= 409
{"status": 409, "detail": "aspect grow of VNF instance $vnf would be at scale level 3: it is at 0, and 0 to 2 are allowed", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_IN", "aspectId": "grow"}
= 409
POST /vnflcm/v2/vnf_instances/$vnf/scale  as alice
{"type": "SCALE_OUT", "aspectId": "grow"}
= 404
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{}
= 422
{"status": 422, "detail": "one of instantiationLevelId and scaleInfo is needed", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"instantiationLevelId": "nine"}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 3}]}
= 422
# More than the VDU may have: 1 + 2 + 3.
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 2}, {"aspectId": "burst", "scaleLevel": 2}]}
= 422
{"status": 422, "detail": "VDU back has 1 to 4 instances, 6 are wanted", ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 1, "vnfdId": "other"}]}
= 422

# Two more servers, in parallel.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 2, "additionalParams": {"why": "test"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE", "grantId": "$grant := uuid",
 "operationParams": {"type": "SCALE_OUT", "aspectId": "grow", "numberOfSteps": 2, "additionalParams": {"why": "test"}},
 "resourceChanges": {"affectedVnfcs": [{"vduId": "back", "changeType": "ADDED", ...}, {"vduId": "back", "changeType": "ADDED", ...}],
  "affectedVirtualLinks": [], "affectedExtLinkPorts": [], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 2}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second := text", "vduId": "back", ...}, {"id": "$third := text", ...}], ...}, ...}
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,front)  as demo
= 200
[{"resource_id": "$ := text", ...}]
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,back)  as demo
= 200
[{"resource_id": "$first", ...}]
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,back-2)  as demo
= 200
[{"resource_id": "$second", ...}]
GET /carrick/v1/holdings?filter=(eq,kind,server);(eq,label,back-3)  as demo
= 200
[{"resource_id": "$third", ...}]

# The newest goes first.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_IN", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE",
 "resourceChanges": {"affectedVnfcs": [{"id": "$third", "vduId": "back", "changeType": "REMOVED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}

# To a level: by name, by aspects whose steps differ (burst: 1, then 2).
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 0}, {"aspectId": "burst", "scaleLevel": 2}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE_TO_LEVEL", "resourceChanges": {"affectedVnfcs": [{"changeType": "ADDED", ...}, {"changeType": "ADDED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}, {"id": "$new3 := text", ...}, {"id": "$new4 := text", ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"instantiationLevelId": "two"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE_TO_LEVEL", "resourceChanges": {"affectedVnfcs": [{"id": "$new4", "changeType": "REMOVED", ...}, {"id": "$new3", "changeType": "REMOVED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}

# A scale-out that stops on the way can be rolled back: only what it added goes.
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"rollback": "$ := any", "retry": "$ := any", ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 409
POST /vnflcm/v2/vnf_lcm_op_occs/$op6/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiationState": "INSTANTIATED", "instantiatedVnfInfo": {"scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}

# Or retried.
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op7/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Or given up: what there is of it is noted, and a scaling to the level that the instance is at mends it.
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"instantiationLevelId": "two"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op8 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
PUT site:/refuse/servers  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op9 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op9/fail  as demo
= 200
{"operationState": "FAILED", ...}
GET /carrick/v1/holdings?filter=(eq,kind,port);(cont,label,back_in)  as demo
= 200
[{...}, {...}, {...}]
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STARTED", "scaleStatus": [{"aspectId": "grow", "scaleLevel": 1}, {"aspectId": "burst", "scaleLevel": 0}],
 "vnfcResourceInfo": [{"vduId": "front", ...}, {"id": "$first", ...}, {"id": "$second", ...}], ...}, ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"scaleInfo": [{"aspectId": "grow", "scaleLevel": 1}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op10 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}

# A scale-in that stops cannot be rolled back.
PUT site:/refuse/deletes  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_IN", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op11 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"self": "$ := any", "vnfInstance": "$ := any", "retry": "$ := any", "fail": "$ := any"}, ...}
POST /vnflcm/v2/vnf_lcm_op_occs/$op11/rollback  as demo
= 409
{"detail": "a scaling that deletes servers cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /vnflcm/v2/vnf_lcm_op_occs/$op11/retry  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Nothing is left at the end.
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op12 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op12  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
