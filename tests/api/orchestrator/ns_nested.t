# A network service in a network service (SOL001 7, SOL005 6.4): made, shown, kept and ended by the one around it.
include service demo
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 204
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/nests", "filter": {"nestedNsdInfoIds": ["$nsd"]}}
= 201
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$outer := id", ...}
PUT /nsd/v2/ns_descriptors/$outer/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    around:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: around, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    inner:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: nine, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default }
= 202
GET /nsd/v2/ns_descriptors/$outer  as demo
~ 200
{"nsdOnboardingState": "ERROR", "onboardingFailureDetails": {"detail": "no NSD with nsdId nine is on-boarded", ...}, ...}
PUT /nsd/v2/ns_descriptors/$outer/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    around:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: around, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    wide:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        description: d
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    edge:
      type: tosca.nodes.nfv.Sap
      properties: { layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: wide } ]
    first:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default }
      requirements: [ { virtual_link: wide } ]
    second:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default }
      requirements: [ { virtual_link: wide } ]
= 202
GET /nsd/v2/ns_descriptors/$outer  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", "nestedNsdInfoIds": ["$nsd", "$nsd"], ...}
GET receiver:/got/nests/1  as nobody
~ 200
{"notifications": [{"notificationType": "NsdOnBoardingNotification", ...}], ...}
GET /nsd/v2/ns_descriptors/$nsd  as demo
= 200
{"nsdUsageState": "NOT_IN_USE", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "around", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$ns1 := id", ...}

# A plan counts what is nested, and changes nothing.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns1", "request": {"nsFlavourId": "f"}}
= 200
{"capacity": [{"class": "VCPU", "amount": 4, ...}, {"class": "MEMORY_MB", ...}, {"class": "SERVER", "amount": 4, ...}], ...}
GET /nslcm/v2/ns_instances  as demo
= 200
[{"id": "$ns1", ...}]

# One that stops in what is nested is rolled back with it.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$one := text", "$two := text"], ...}
GET /nslcm/v2/ns_lcm_op_occs?filter=(eq,nsInstanceId,$one)  as demo
= 200
[{"id": "$nested := text", "operationState": "FAILED_TEMP", "isAutomaticInvocation": true, "_links": {"self": {...}, "nsInstance": {...}}, ...}]
POST /nslcm/v2/ns_lcm_op_occs/$nested/retry  as demo
= 409
{"detail": "operation $nested is part of NS operation $op1: use retry there", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op1/continue  as demo
= 409
POST /nslcm/v2/ns_lcm_op_occs/$op1/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET /nslcm/v2/ns_instances  as demo
= 200
[{"id": "$ns1", ...}]
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
GET /nsd/v2/ns_descriptors/$nsd  as demo
= 200
{"nsdUsageState": "NOT_IN_USE", ...}

# Again, retried where it stopped: one network, and the VNFs of both on it, in the group of the service around too.
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op2/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfs": [], "affectedVls": [{"vlProfileId": "wide", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nsState": "INSTANTIATED", "nestedNsInstanceId": ["$first := text", "$second := text"], "vnfInstance": [], "sapInfo": [{"sapdId": "edge", ...}], "virtualLinkInfo": [{"id": "wide", "resourceHandle": [{"resourceId": "$net := text", ...}], ...}], ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"id": "$net", ...}]}
GET /nslcm/v2/ns_instances/$first  as demo
= 200
{"nsInstanceName": "a-first", "nsState": "INSTANTIATED", "vnfInstance": [{"vnfInstanceName": "$ := text", "instantiationState": "INSTANTIATED", ...}], "sapInfo": [],
 "virtualLinkInfo": [{"id": "data", "resourceHandle": [{"resourceId": "$net", ...}], ...}], "vnffgInfo": [{"id": "graph", ...}], ...}
GET /nsd/v2/ns_descriptors/$nsd  as demo
= 200
{"nsdUsageState": "IN_USE", ...}
GET site:/compute/v2.1/servers  as demo
= 200
{"servers": [{...}, {...}, {...}, {...}]}

# What is nested is scaled and healed by itself, and goes with the service around only.
POST /nslcm/v2/ns_instances/$first/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "more", "vnfInstantiationLevelId": "one"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$first/terminate  as demo
{}
= 409
{"detail": "NS instance $first is nested in NS instance $ns1, and goes with it", ...}
DELETE /nslcm/v2/ns_instances/$first  as demo
= 409
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$first"}
= 200
{"differences": [], ...}

# While an operation is open on the service around, none begins on what is in it.
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"sapInfo": [{"id": "$edge := text", "sapdId": "edge", ...}], ...}
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_SAP", "removeSapId": ["$edge"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_instances/$first/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "fw", "vnfInstanceName": "late", "vnfInstantiationLevelId": "one"}]}
= 409
{"detail": "operation $op7 (UPDATE) on NS instance $ns1 is FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op7/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}

# The end stops in one of them, and goes on.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op4/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances  as demo
= 200
[{"id": "$ns1", "nsState": "NOT_INSTANTIATED", ...}]
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET /carrick/v1/holdings  as demo
= 200
[]

# Given up half-way, it is terminated with what there is.
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op5/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances  as demo
= 200
[{"id": "$ns1", "nsState": "NOT_INSTANTIATED", ...}]
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
GET /carrick/v1/holdings  as demo
= 200
[]
