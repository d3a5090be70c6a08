# VNFs of an NS are brought to other deployment flavours (SOL005 6.4.6, CHANGE_VNF_DF) at a site in memory.
include many demo
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
  p.n:
    derived_from: tosca.nodes.nfv.VNF
    requirements:
      - main: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
      - side: { capability: tosca.capabilities.nfv.VirtualLinkable, occurrences: [ 0, 1 ] }
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
    one:
      type: p.n
      properties: { descriptor_id: many, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: small, flavour_description: d,
        vnf_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      requirements: [ { main: data } ]
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
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"flavourId": "small", "vnfcResourceInfo": [{"id": "$front := text", ...}], ...}, ...}], ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "annex"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201

# What is refused, each VNF's by its own faults, and what another type's member is.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "small"}]}
= 409
{"detail": "changeVnfFlavourData[0]: VNF instance $vnf is of flavour small already", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$ns", "newFlavourId": "large"}]}
= 422
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNFPKG", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large"}]}
= 422
POST /vnflcm/v2/vnf_instances/$vnf/change_flavour  as demo
{"newFlavourId": "large"}
= 409
{"detail": "VNF instance $vnf is managed by NS instance $ns", ...}
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "update": {"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}]}}
= 200
{"plan": "$ := any", ...}

# What only adds is taken back.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", "_links": {"rollback": "$ := any", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
PUT site:/refuse/none  as demo
= 204

# Or runs, and back.
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "large", "instantiationLevelId": "two", "extVirtualLinks": [{"extVirtualLinkId": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfs": [{"vnfInstanceId": "$vnf", "changeType": "CHANGE_FLAVOUR", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,$vnf);(eq,operation,CHANGE_FLAVOUR);(eq,operationState,COMPLETED)&all_fields  as demo
= 200
[{"isAutomaticInvocation": true, "operationParams": {"newFlavourId": "large", "instantiationLevelId": "two", "extVirtualLinks": [{"id": "annex", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "extra"}]}]}, ...}]
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", "instantiatedVnfInfo": {"flavourId": "large", "vnfcResourceInfo": [{"id": "$front", ...}, {"vduId": "back", ...}, {"vduId": "back", ...}], ...}, ...}], ...}
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "CHANGE_VNF_DF", "changeVnfFlavourData": [{"vnfInstanceId": "$vnf", "newFlavourId": "small"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op4/rollback  as demo
= 409
{"detail": "an update that deletes what is there cannot be rolled back: retry it, or fail it", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op4/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf", "instantiatedVnfInfo": {"flavourId": "small", "vnfcResourceInfo": [{"id": "$front", ...}], ...}, ...}], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]
