# PNF descriptors (SOL005 clause 5.4.5 and following): their life, what NSDs do to it, what is told.
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pnfd", "filter": {"notificationTypes": ["PnfdOnBoardingNotification", "PnfdOnBoardingFailureNotification", "PnfdDeletionNotification"]}}
= 201
{"id": "$sub := id", ...}
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"pnfdProvider": ["other"]}}
= 201
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/some", "filter": {"pnfdId": ["router"], "pnfdUsageState": ["NOT_IN_USE"]}}
= 201
POST /nsd/v2/pnf_descriptors  as demo
{"userDefinedData": {"owner": "me"}}
= 201
< Location: http://$host/nsd/v2/pnf_descriptors/$pnfd
{"id": "$pnfd := id", "pnfdOnboardingState": "CREATED", "pnfdUsageState": "NOT_IN_USE", "userDefinedData": {"owner": "me"}, "_links": {"self": {"href": "http://$host/nsd/v2/pnf_descriptors/$pnfd"}, "pnfd_content": {"href": "http://$host/nsd/v2/pnf_descriptors/$pnfd/pnfd_content"}}}
GET /nsd/v2/pnf_descriptors/$pnfd/pnfd_content  as demo
= 409
PATCH /nsd/v2/pnf_descriptors/$pnfd  as demo
{"userDefinedData": {"rack": "4"}}
= 200
{"userDefinedData": {"owner": "me", "rack": "4"}}
GET /nsd/v2/pnf_descriptors/$pnfd  as alice
= 404

# What is no PNFD is refused with the reason; the same resource takes another try.
PUT /nsd/v2/pnf_descriptors/$pnfd/pnfd_content  as demo
> Content-Type: application/zip
@file router.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_pnfd_types.yaml ]
topology_template:
  node_templates:
    router:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, name: Router }
= 202
GET /nsd/v2/pnf_descriptors/$pnfd  as demo
~ 200
{"pnfdOnboardingState": "ERROR", "onboardingFailureDetails": {"status": 400, "detail": "$ := text", ...}, ...}
GET /nsd/v1/pnf_descriptors/$pnfd  as demo
= 200
{"pnfdOnboardingState": "CREATED", ...}
GET receiver:/got/pnfd/1  as nobody
~ 200
{"notifications": [{"id": "$ := uuid", "notificationType": "PnfdOnBoardingFailureNotification", "subscriptionId": "$sub", "timeStamp": "2026-01-02T03:04:05.000Z", "pnfdInfoId": "$pnfd",
 "onboardingFailureDetails": {"detail": "$ := text", ...}, "_links": {"pnfdInfo": {"href": "http://$host/nsd/v2/pnf_descriptors/$pnfd"}, "subscription": {"href": "http://$host/nsd/v2/subscriptions/$sub"}}}], ...}
PUT /nsd/v2/pnf_descriptors/$pnfd/pnfd_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: router.yaml
ETSI-Entry-Manifest: router.mf
@file router.mf
metadata:
  pnfd_name: Router
  pnfd_provider: p
  pnfd_archive_version: 1.0
  pnfd_release_date_time: 2025-01-01T00:00:00Z
Source: router.yaml
Source: manual.txt
@file manual.txt
turn it on
@file router.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_pnfd_types.yaml ]
topology_template:
  node_templates:
    router:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
    inside:
      type: tosca.nodes.nfv.PnfExtCp
      properties: { description: d, layer_protocols: [ ipv4 ], role: leaf }
= 202
GET /nsd/v2/pnf_descriptors/$pnfd  as demo
~ 200
{"id": "$pnfd", "pnfdId": "router", "pnfdName": "Router", "pnfdVersion": "1", "pnfdProvider": "p", "pnfdInvariantId": "routers", "pnfdOnboardingState": "ONBOARDED", "pnfdUsageState": "NOT_IN_USE", ...}
GET receiver:/got/pnfd/2  as nobody
~ 200
{"notifications": [{"notificationType": "PnfdOnBoardingFailureNotification", ...}, {"id": "$ := uuid", "notificationType": "PnfdOnBoardingNotification", "subscriptionId": "$sub", "timeStamp": "2026-01-02T03:04:05.000Z",
 "pnfdInfoId": "$pnfd", "pnfdId": "router", "_links": {"pnfdInfo": {"href": "http://$host/nsd/v2/pnf_descriptors/$pnfd"}, "subscription": {"href": "http://$host/nsd/v2/subscriptions/$sub"}}}], ...}
GET receiver:/got/some/1  as nobody
~ 200
{"notifications": [{"notificationType": "PnfdOnBoardingNotification", "pnfdInfoId": "$pnfd", ...}], ...}
GET /nsd/v2/pnf_descriptors/$pnfd/pnfd  as demo
= 200
< Content-Type: text/plain
GET /nsd/v2/pnf_descriptors/$pnfd/pnfd_content  as demo
= 200
< Content-Type: application/zip
GET /nsd/v2/pnf_descriptors/$pnfd/manifest  as demo
= 200
< Content-Type: text/plain
GET /nsd/v2/pnf_descriptors/$pnfd/artifacts/manual.txt  as demo
= 200
< Content-Type: application/octet-stream
GET /nsd/v1/pnf_descriptors/$pnfd/manifest  as demo
= 404
GET /nsd/v2/pnf_descriptors?filter=(eq,pnfdId,router)&fields=pnfdId  as demo
= 200
[{"id": "$pnfd", "pnfdId": "router", ...}]
GET /nsd/v2/pnf_descriptors?filter=(eq,pnfdName,other)  as demo
= 200
[]

# One identifier, one PNFD.
POST /nsd/v2/pnf_descriptors  as demo
{}
= 201
{"id": "$twin := id", ...}
PUT /nsd/v2/pnf_descriptors/$twin/pnfd_content  as demo
> Content-Type: application/zip
@file router.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_pnfd_types.yaml ]
topology_template:
  node_templates:
    router:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
= 202
GET /nsd/v2/pnf_descriptors/$twin  as demo
~ 200
{"pnfdOnboardingState": "ERROR", "onboardingFailureDetails": {"status": 409, "detail": "pnfdId router is already on-boarded as $pnfd", ...}, ...}
DELETE /nsd/v2/pnf_descriptors/$twin  as demo
= 204

# An NSD names PNFDs that are there, and keeps them.
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$nsd := id", ...}
PUT /nsd/v2/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: behind, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        description: d
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    edge:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
      requirements: [ virtual_link: data ]
    spare:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: gone, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
      requirements: [ virtual_link: data ]
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ERROR", "onboardingFailureDetails": {"status": 422, "detail": "no PNFD with pnfdId gone is on-boarded", ...}, ...}
GET /nsd/v2/pnf_descriptors/$pnfd  as demo
= 200
{"pnfdUsageState": "NOT_IN_USE", ...}
PUT /nsd/v2/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file nsd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  substitution_mappings: { node_type: tosca.nodes.nfv.NS }
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: behind, invariant_id: i, designer: d, version: '1', name: n, flavour_id: f }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        description: d
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile: { max_bitrate_requirements: { root: 1000 }, min_bitrate_requirements: { root: 0 } }
    edge:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
      requirements: [ virtual_link: data ]
    spare:
      type: tosca.nodes.nfv.PNF
      properties: { descriptor_id: router, descriptor_invariant_id: routers, function_description: routes,
        provider: p, version: '1', name: Router }
      requirements: [ virtual_link: data ]
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", "pnfdInfoIds": ["$pnfd"], ...}
GET /nsd/v2/pnf_descriptors/$pnfd  as demo
= 200
{"pnfdUsageState": "IN_USE", ...}
DELETE /nsd/v2/pnf_descriptors/$pnfd  as demo
= 409

PATCH /nsd/v2/ns_descriptors/$nsd  as demo
{"nsdOperationalState": "DISABLED"}
= 200
DELETE /nsd/v2/ns_descriptors/$nsd  as demo
= 204
GET /nsd/v2/pnf_descriptors/$pnfd  as demo
= 200
{"pnfdUsageState": "NOT_IN_USE", ...}
DELETE /nsd/v2/pnf_descriptors/$pnfd  as demo
= 204
GET /nsd/v2/pnf_descriptors  as demo
= 200
[]
GET receiver:/got/pnfd/4  as nobody
~ 200
{"notifications": [{"notificationType": "PnfdOnBoardingFailureNotification", ...}, {"notificationType": "PnfdOnBoardingNotification", ...}, {"notificationType": "PnfdOnBoardingFailureNotification", "pnfdInfoId": "$twin", ...},
 {"notificationType": "PnfdDeletionNotification", "pnfdInfoId": "$pnfd", "pnfdId": "router", ...}], ...}
GET receiver:/got/none/0  as nobody
= 200
{"notifications": [], ...}
