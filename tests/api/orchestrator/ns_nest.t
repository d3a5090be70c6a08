# An NS that runs becomes part of another one (SOL005 nestedNsInstanceData), lends it its network, and goes on when that ends.
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
    beside:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default }
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
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "around", "nsName": "b", "nsDescription": "d"}
= 201
{"id": "$ns2 := id", ...}

# What is refused: what does not run, what is not there, what is of another NSD, what has no profile; all of it at once.
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}, {"nestedNsInstanceId": "$ns1"}, {"nestedNsInstanceId": "$outer"}]}
= 409
{"detail": "nestedNsInstanceData[0]: NS instance $ns is NOT_INSTANTIATED; nestedNsInstanceData[1]: NS instance $ns1 is that NS or around it; nestedNsInstanceData[2]: there is no NS instance $outer", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"virtualLinkInfo": [{"id": "data", "resourceHandle": [{"resourceId": "$net := text", ...}], ...}], "vnfInstance": [{"id": "$fw := text", ...}], "sapInfo": [{"id": "$client := text", ...}], ...}
GET site:/network/v2.0/ports/$client  as demo
= 200
{"port": {"security_groups": ["$own := text"], ...}}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns", "nsProfileId": "guard"}, {"nestedNsInstanceId": "$ns", "nsProfileId": "core"}, {"nestedNsInstanceId": "$ns", "nsProfileId": "core"}],
 "nestedNsLocationConstraints": [{"nsProfileId": "core", "locationConstraints": {"countryCode": "DE"}}, {"nsProfileId": "none", "locationConstraints": {"countryCode": "DE"}}],
 "additionalParamsForNestedNs": [{"nsProfileId": "beside", "additionalParam": [{"sapSites": {"nobody": "east"}}]}]}
= 422
{"detail": "$ := text", ...}

# Taken in, it is the network of the link: for the SAP, the VNF and the NS that is made, in the groups of all.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns1", "request": {"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}]}}
= 200
{"capacity": [{"class": "VCPU", "amount": 3, ...}, ...], ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nsState": "NOT_INSTANTIATED", ...}
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_instances/$ns/update  as demo
{"updateType": "REMOVE_SAP", "removeSapId": ["$client"]}
= 409
{"detail": "operation $op2 (INSTANTIATE) on NS instance $ns1 is FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op2/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", "resourceChanges": {"affectedNss": [{"changeType": "INSTANTIATE", "changeResult": "ROLLED_BACK", ...}, {"nsInstanceId": "$ns", "nsdId": "service", "changeType": "ADD", "changeResult": "ROLLED_BACK"}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nsState": "NOT_INSTANTIATED", ...}
POST /nslcm/v2/ns_instances/$ns1/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_lcm_op_occs/$op3/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedNss": [{"nsInstanceId": "$beside := text", "changeType": "INSTANTIATE", "changeResult": "COMPLETED", ...}, {"nsInstanceId": "$ns", "nsdId": "service", "changeType": "ADD", "changeResult": "COMPLETED"}], "affectedVls": [], ...}, ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$beside", "$ns"], "sapInfo": [{"id": "$edge := text", ...}], "vnfInstance": [{"id": "$guard := text", ...}], "virtualLinkInfo": [{"id": "wide", "resourceHandle": [{"resourceId": "$net", ...}], ...}], ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"id": "$net", ...}]}
GET site:/network/v2.0/ports/$edge  as demo
= 200
{"port": {"network_id": "$net", "security_groups": ["$outers := text", "$own"], ...}}
GET /nslcm/v2/ns_instances/$beside  as demo
= 200
{"nsInstanceName": "a-beside", "virtualLinkInfo": [{"id": "data", "resourceHandle": [{"resourceId": "$net", ...}],  ...}], ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns1"}
= 200
{"differences": [], ...}

# Its network is lost, and made again: those that it lends it to know that.
PUT site:/lose/$net  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op121 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op121  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"id": "$net2 := text", ...}]}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"virtualLinkInfo": [{"id": "wide", "resourceHandle": [{"resourceId": "$net2", ...}], ...}], ...}
GET /nslcm/v2/ns_instances/$beside  as demo
= 200
{"virtualLinkInfo": [{"id": "data", "resourceHandle": [{"resourceId": "$net2", ...}], ...}], ...}

# It is in one NS at a time, is operated by itself, and does not end while it is in another one.
POST /nslcm/v2/ns_instances/$ns2/instantiate  as demo
{"nsFlavourId": "f", "nestedNsInstanceData": [{"nestedNsInstanceId": "$ns"}]}
= 409
{"detail": "nestedNsInstanceData[0]: NS instance $ns is nested in NS instance $ns1, and an NS is in one at a time", ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 409
{"detail": "NS instance $ns is nested in NS instance $ns1: take it out of that first, by an update REMOVE_NESTED_NS", ...}
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 409
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/inside", "filter": {"notificationTypes": ["NsChangeNotification"], "nsComponentTypes": ["NS"], "lcmOpNameImpactingNsComponent": ["NS_SCALE"], "lcmOpOccStatusImpactingNsComponent": ["START", "COMPLETED"],
 "nsInstanceSubscriptionFilter": {"nsInstanceIds": ["$ns1"]}}}
= 201
{"id": "$inside := id", ...}
POST /nslcm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/inside1", "filter": {"notificationTypes": ["NsChangeNotification"], "lcmOpOccStatusImpactingNsComponent": ["COMPLETED"]}}
= 201
{"id": "$inside1 := id", ...}
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/nothing", "filter": {"notificationTypes": ["NsChangeNotification"], "nsInstanceSubscriptionFilter": {"nsInstanceIds": ["$ns"]}}}
= 201
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow", "numberOfSteps": 1}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET receiver:/got/inside/2  as nobody
~ 200
{"version": "2.3.0", "notifications": [{"id": "$ := uuid", "notificationType": "NsChangeNotification", "subscriptionId": "$inside", "timestamp": "$ := time",
 "nsInstanceId": "$ns1", "nsComponentType": "NS", "nsComponentId": "$ns", "lcmOpOccIdImpactingNsComponent": "$op4", "lcmOpNameImpactingNsComponent": "NS_SCALE", "lcmOpOccStatusImpactingNsComponent": "START",
 "_links": {"nsInstance": {"href": "http://$host/nslcm/v2/ns_instances/$ns1"}, "nslcmOpOcc": {"href": "http://$host/nslcm/v2/ns_lcm_op_occs/$op4"}, "subscription": {"href": "http://$host/nslcm/v2/subscriptions/$inside"}}},
 {"nsInstanceId": "$ns1", "lcmOpOccStatusImpactingNsComponent": "COMPLETED", ...}], ...}
GET receiver:/got/inside1/1  as nobody
~ 200
{"version": "1.2.0", "notifications": [{"id": "$ := uuid", "notificationType": "NsChangeNotification", "subscriptionId": "$inside1", "timestamp": "$ := time",
 "nsInstanceId": "$ns1", "nsComponentType": "NS", "nsComponentId": "$ns", "lcmOpOccIdImpactingNsComponent": "$op4", "lcmOpNameImpactingNsComponent": "NS_SCALE", "lcmOpOccStatusImpactingNsComponent": "COMPLETED",
 "_links": {"nsInstance": {"href": "http://$host/nslcm/v1/ns_instances/$ns1"}, "nslcmOpOcc": {"href": "http://$host/nslcm/v1/ns_lcm_op_occs/$op4"}, "subscription": {"href": "http://$host/nslcm/v1/subscriptions/$inside1"}}}], ...}
GET receiver:/got/nothing/1  as nobody
= 404
GET /nslcm/v2/ns_instances/$beside  as demo
= 200
{"vnfInstance": [{"id": "$inner := text", ...}], ...}
POST /nslcm/v2/ns_instances/$beside/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$inner"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$beside/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$inner", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow", "numberOfSteps": 1}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Who is on its network goes first.
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$ns", "$ns2", "$beside", "$beside"]}
= 422
{"detail": "removeNestedNsId[0]: VNF instance $guard is on link wide, whose network is that of NS instance $ns: remove it first; removeNestedNsId[1]: the NS has no nested NS instance $ns2; removeNestedNsId[3]: NS instance $beside is named twice", ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_VNF", "removeVnfInstanceId": ["$guard"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op7 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_SAP", "removeSapId": ["$edge"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op8 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$ns"]}
= 422
{"detail": "removeNestedNsId[0]: NS instance $beside is on its network $net2, which is link wide here", ...}

# One that was made with it ends when it is removed; that can stop, and goes on.
PUT site:/refuse/deletes  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$beside"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op9 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op9/rollback  as demo
= 409
POST /nslcm/v2/ns_lcm_op_occs/$op9/fail  as demo
= 200
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$beside", "$ns"], ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$beside"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op10 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedNss": [{"nsInstanceId": "$beside", "nsdId": "service", "changeType": "TERMINATE", "changeResult": "COMPLETED"}], ...}, ...}
GET /nslcm/v2/ns_instances/$beside  as demo
= 404
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$ns"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op11 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedNss": [{"nsInstanceId": "$ns", "nsdId": "service", "changeType": "REMOVE", "changeResult": "COMPLETED"}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nsState": "INSTANTIATED", "virtualLinkInfo": [], ...}

# Added to one that runs, it lends its network too.
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$ns", "nsProfileId": "beside"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op12 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op12  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedNss": [{"nsInstanceId": "$ns", "changeType": "ADD", "changeResult": "COMPLETED", ...}], ...}, ...}
POST /nslcm/v2/ns_instances/$ns1/update  as demo
{"updateType": "INSTANTIATE_VNF", "instantiateVnfData": [{"vnfProfileId": "guard", "vnfInstanceName": "again"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op13 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op13  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns1  as demo
= 200
{"nestedNsInstanceId": ["$ns"], "virtualLinkInfo": [{"id": "wide", "resourceHandle": [{"resourceId": "$net2", ...}],  ...}], ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns1"}
= 200
{"differences": [], ...}

# The service around ends: it goes on, on its network, and is nobody's.
POST /nslcm/v2/ns_instances/$ns1/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op14 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op14  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedNss": [{"nsInstanceId": "$ns", "changeType": "REMOVE", "changeResult": "COMPLETED", ...}], ...}, ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"nsState": "INSTANTIATED", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"id": "$net2", ...}]}

# A service that has nothing at the site of the one that it takes in gets its group there; what stops is taken back.
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "hull", "nsName": "h", "nsDescription": "d"}
= 422
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$hull := id", ...}
PUT /nsd/v2/ns_descriptors/$hull/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    hull:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: hull, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    wide:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    core:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: service, designer: d, version: '1', name: n, flavour_id: default,
        ns_profile: { min_number_of_instances: 0, max_number_of_instances: 1 } }
      requirements: [ { virtual_link: wide } ]
= 202
GET /nsd/v2/ns_descriptors/$hull  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "hull", "nsName": "h", "nsDescription": "d"}
= 201
{"id": "$ns3 := id", ...}
POST /nslcm/v2/ns_instances/$ns3/instantiate  as demo
{"nsFlavourId": "f"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op15 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op15  as demo
~ 200
{"operationState": "COMPLETED", ...}
PUT site:/refuse/security_groups  as demo
= 204
POST /nslcm/v2/ns_instances/$ns3/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$ns"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op16 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op16  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op16/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op16  as demo
~ 200
{"operationState": "ROLLED_BACK", "resourceChanges": {"affectedNss": [{"nsInstanceId": "$ns", "changeType": "ADD", "changeResult": "ROLLED_BACK", ...}], ...}, ...}
POST /nslcm/v2/ns_instances/$ns3/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$ns"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op17 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op17  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op17/fail  as demo
= 200
GET /nslcm/v2/ns_instances/$ns3  as demo
= 200
{"nestedNsInstanceId": ["$ns"], "virtualLinkInfo": [], ...}
PUT site:/refuse/none  as demo
= 204
POST /nslcm/v2/ns_instances/$ns3/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$ns"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op18 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op18  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns3/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$ns"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op19 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op19  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns3  as demo
= 200
{"nestedNsInstanceId": ["$ns"], "virtualLinkInfo": [{"id": "wide", "resourceHandle": [{"resourceId": "$net2", ...}], ...}], ...}
POST /nslcm/v2/ns_instances/$ns3/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op20 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op20  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op21 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op21  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": []}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/security-groups  as demo
= 200
{"security_groups": []}
GET /carrick/v1/holdings  as demo
= 200
[]
