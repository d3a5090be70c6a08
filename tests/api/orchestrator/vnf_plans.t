# Plans of operations on a VNF that is no part of a network service, shown and kept: all that a client of
# SOL003 can ask for is planned as what it would do, and begun if the world is as the plan saw it.
include pair v2
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p", "containers": "YES"}
= 201
{"id": "$east := uuid", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}

# One instance, one request, of its kind.
POST /carrick/v1/plans  as demo
{"instantiateVnf": {"flavourId": "f"}}
= 400
{"detail": "one of nsInstanceId and vnfInstanceId is needed", ...}
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "nsInstanceId": "$vnf", "instantiateVnf": {"flavourId": "f"}}
= 400
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "terminate": {}}
= 400
{"detail": "'terminate' is no request on a VNF instance", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$vnf", "terminateVnf": {"terminationType": "FORCEFUL"}}
= 400
{"detail": "'terminateVnf' is no request on an NS instance", ...}
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "terminateVnf": {"terminationType": "FORCEFUL"}, "healVnf": {}}
= 400
{"detail": "only one of 'healVnf' and 'terminateVnf' can be planned", ...}
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf"}
= 400
# What would be refused is refused: the state, what VNFD and sites have against it, another project's.
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "terminateVnf": {"terminationType": "FORCEFUL"}}
= 409
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "instantiateVnf": {"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out"}]}]}}
= 422
{"detail": "extVirtualLinks[0]: site east has no network 33333333-3333-4333-8333-333333333333", ...}
POST /carrick/v1/plans  as alice
{"vnfInstanceId": "$vnf", "instantiateVnf": {"flavourId": "f"}}
= 404
POST /carrick/v1/stored_plans  as reader
{"vnfInstanceId": "$vnf", "name": "opening", "instantiateVnf": {"flavourId": "f"}}
= 403

# Shown: nothing is made.
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "instantiateVnf": {"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}}
= 200
{"plan": [...], "capacity": [...], ...}
GET /vnflcm/v2/vnf_lcm_op_occs  as demo
= 200
[]
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": []}

# Kept, told, and outdated by whatever is done with the instance.
POST /carrick/v1/stored_plans  as demo
{"vnfInstanceId": "$vnf", "name": "early", "instantiateVnf": {"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}}
= 201
{"id": "$early := uuid", "name": "early", "vnfInstanceId": "$vnf", "lcmOperationType": "INSTANTIATE", "request": {...},
 "seen": {"instance": {"revision": "$ := int", "state": "NOT_INSTANTIATED"}, "descriptor": {"id": "$ := uuid", "state": "ENABLED"}, "looks": {...}, "calls": [...]},
 "plan": {"plan": [...], "capacity": [...]}, "created_at": "$ := time"}
GET /carrick/v1/stored_plans  as alice
= 200
[]
POST /carrick/v1/stored_plans/$early/apply  as alice
= 404
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"vnfInstanceName": "b"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$named := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$named  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/stored_plans/$early/apply  as demo
= 409
{"detail": "the world has moved since plan early was made: instance.revision was 1, is 2; name was \"a\", is \"b\"", ...}
DELETE /carrick/v1/stored_plans/$early  as demo
= 204

# Applied, once.
POST /carrick/v1/stored_plans  as demo
{"vnfInstanceId": "$vnf", "name": "opening", "instantiateVnf": {"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}}
= 201
{"id": "$opening := uuid", ...}
POST /carrick/v1/stored_plans/$opening/apply  as demo
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", "operation": "INSTANTIATE", ...}
POST /carrick/v1/stored_plans/$opening/apply  as demo
= 409
{"detail": "plan opening is applied: operation $op", ...}
GET /carrick/v1/stored_plans/$opening  as demo
= 200
{"vnfLcmOpOccId": "$op", ...}

# Every other operation: planned, and one of them kept and done.
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "scaleVnfToLevel": {"instantiationLevelId": "two"}}
= 200
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "scaleVnf": {"type": "SCALE_OUT", "aspectId": "none"}}
= 404
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "healVnf": {"cause": "x"}}
= 200
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "operateVnf": {"changeStateTo": "STOPPED"}}
= 200
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "changeVnfFlavour": {"newFlavourId": "g"}}
= 404
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "changeCurrentVnfPkg": {"vnfdId": "pair"}}
= 409
POST /carrick/v1/plans  as demo
{"vnfInstanceId": "$vnf", "changeExtVnfConnectivity": {"extVirtualLinks": [{"id": "m", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.7.0.77"]}]}}]}}}]}]}}
= 200
POST /carrick/v1/stored_plans  as demo
{"vnfInstanceId": "$vnf", "name": "wider", "scaleVnfToLevel": {"instantiationLevelId": "two"}}
= 201
{"id": "$wider := uuid", "lcmOperationType": "SCALE_TO_LEVEL", ...}
POST /carrick/v1/stored_plans/$wider/apply  as demo
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$scale := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$scale  as demo
~ 200
{"operationState": "COMPLETED", "operation": "SCALE_TO_LEVEL", ...}
POST /carrick/v1/stored_plans  as demo
{"vnfInstanceId": "$vnf", "name": "closing", "terminateVnf": {"terminationType": "FORCEFUL"}}
= 201
{"id": "$closing := uuid", ...}
POST /carrick/v1/stored_plans/$closing/apply  as demo
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$end := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$end  as demo
~ 200
{"operationState": "COMPLETED", ...}
# With the instance its plans go.
DELETE /vnflcm/v2/vnf_instances/$vnf  as demo
= 204
GET /carrick/v1/stored_plans  as demo
= 200
[]

# One that names no site, of a VNF that attaches to nothing: it is at the site that was planned, whichever is used
# least by then.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$lone := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$lone/package_content  as demo
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
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: lone, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$lone  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "lone", "vnfInstanceName": "lone"}
= 201
{"id": "$one := id", ...}
POST /carrick/v1/stored_plans  as demo
{"vnfInstanceId": "$one", "name": "somewhere", "instantiateVnf": {"flavourId": "f"}}
= 201
{"id": "$somewhere := uuid", ...}
POST /carrick/v1/stored_plans/$somewhere/apply  as demo
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$there := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$there  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/operations/$there  as demo
= 200
{"type": "vnf_instantiate", "input": {"site": "$east", "reason": "as it was planned", ...}, ...}
