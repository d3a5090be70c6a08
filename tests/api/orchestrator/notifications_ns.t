# Notifications of packages (SOL005 9.5.2.8, 9.5.2.9), NSDs (5.5.2.13 to 5.5.2.17) and NS lifecycles
# (6.6): one story from the package to the end of the service.
POST /vnfpkgm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pkg"}
= 201
{"id": "$pkgs := id", ...}
POST /vnfpkgm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/pkgsome", "filter": {"notificationTypes": "VnfPackageChangeNotification", "operationalState": ["DISABLED"], "vnfmInfo": ["etsivnfm:v2.0.0"],
 "vnfProductsFromProviders": [{"vnfProvider": "acme"}]}}
= 201
POST /vnfpkgm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"vnfdId": ["other"]}}
= 201
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/nsd"}
= 201
{"id": "$nsds := id", ...}
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"nsdName": ["other"]}}
= 201
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"nestedNsdInfoIds": ["11111111-1111-4111-8111-111111111111"]}}
= 201
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"notificationTypes": ["PnfdChangeNotification"]}}
= 400
{"detail": "filter.notificationTypes[0]: there is no 'PnfdChangeNotification'", ...}
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/ns"}
= 201
{"id": "$nss := id", ...}
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/nsdone", "verbosity": "SHORT", "filter": {"notificationTypes": ["NsLcmOperationOccurenceNotification"], "operationStates": ["COMPLETED"],
 "nsInstanceSubscriptionFilter": {"nsdIds": ["service"], "vnfdIds": ["web"], "nsInstanceNames": ["n"]}}}
= 201
{"id": "$done := id", ...}
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"nsInstanceSubscriptionFilter": {"vnfdIds": ["other"]}}}
= 201
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"nsInstanceSubscriptionFilter": {"pnfdIds": ["other"]}}}
= 201
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/vnf", "filter": {"operationStates": ["COMPLETED"], "notificationTypes": ["VnfLcmOperationOccurrenceNotification"]}}
= 201

# Its VNFs are operated on by its own operations only, which tell of them (6.5.2.9; nested NSs: ns_nest.t).
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"notificationTypes": ["NsChangeNotification"]}}
= 201
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"lcmOpNameImpactingNsComponent": ["VNF_PAINT"], "lcmOpOccStatusImpactingNsComponent": ["FAILED_TEMP"], "nsComponentTypes": ["SAP"]}}
= 400
{"detail": "filter.lcmOpNameImpactingNsComponent[0]: there is no 'VNF_PAINT'; filter.lcmOpOccStatusImpactingNsComponent[0]: there is no 'FAILED_TEMP'; filter.nsComponentTypes[0]: there is no 'SAP'", ...}

include single web demo
GET receiver:/got/pkg/1  as nobody
~ 200
{"version": "2.4.0", "notifications": [{"id": "$ := uuid", "notificationType": "VnfPackageOnboardingNotification", "subscriptionId": "$pkgs", "timeStamp": "2026-01-02T03:04:05.000Z",
 "vnfPkgId": "$pkg", "vnfdId": "web", "vnfmInfo": ["etsivnfm:v2.0.0"],
 "_links": {"vnfPackage": {"href": "http://$host/vnfpkgm/v2/vnf_packages/$pkg"}, "subscription": {"href": "http://$host/vnfpkgm/v2/subscriptions/$pkgs"}}}], ...}

# An NSD that is none, then one of a service with this VNF.
POST /nsd/v2/ns_descriptors  as demo
{}
= 201
{"id": "$nsd := id", ...}
PUT /nsd/v2/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file ns.yaml
tosca_definitions_version: nothing
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ERROR", ...}
GET receiver:/got/nsd/1  as nobody
~ 200
{"notifications": [{"id": "$ := uuid", "notificationType": "NsdOnBoardingFailureNotification", "subscriptionId": "$nsds", "timeStamp": "2026-01-02T03:04:05.000Z", "nsdInfoId": "$nsd",
 "onboardingFailureDetails": {"detail": "$ := text", ...}, "_links": {"nsdInfo": {"href": "http://$host/nsd/v2/ns_descriptors/$nsd"}, "subscription": {"href": "http://$host/nsd/v2/subscriptions/$nsds"}}}], ...}
PUT /nsd/v2/ns_descriptors/$nsd/nsd_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: ns.yaml
ETSI-Entry-Manifest: ns.mf
@file ns.mf
metadata:
  nsd_name: service
  nsd_designer: acme
  nsd_invariant_id: i
  nsd_file_structure_version: 1.0
  nsd_release_date_time: 2025-01-01T00:00:00Z
Source: ns.yaml
@file ns.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_nsd_types.yaml ]
topology_template:
  node_templates:
    service:
      type: tosca.nodes.nfv.NS
      properties: { descriptor_id: service, invariant_id: i, designer: acme, version: '1', name: service, flavour_id: default }
    data:
      type: tosca.nodes.nfv.NsVirtualLink
      properties:
        description: d
        connectivity_type: { layer_protocols: [ ipv4 ], flow_pattern: mesh }
        vl_profile:
          max_bitrate_requirements: { root: 1000 }
          min_bitrate_requirements: { root: 0 }
          virtual_link_protocol_data: [ { associated_layer_protocol: ipv4, l3_protocol_data: { name: data, ip_version: ipv4, cidr: 10.9.0.0/24 } } ]
    client:
      type: tosca.nodes.nfv.Sap
      properties: { description: d, layer_protocols: [ ipv4 ], role: leaf }
      requirements: [ { internal_virtual_link: data } ]
    web:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: web, descriptor_version: '1', provider: acme, product_name: web, software_version: '2',
        vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f, flavour_description: d,
        vnf_profile: { instantiation_level: default, min_number_of_instances: 1, max_number_of_instances: 1 } }
      requirements: [ { virtual_link: data } ]
= 202
GET /nsd/v2/ns_descriptors/$nsd  as demo
~ 200
{"nsdOnboardingState": "ONBOARDED", ...}
GET receiver:/got/nsd/2  as nobody
~ 200
{"notifications": [{"notificationType": "NsdOnBoardingFailureNotification", ...},
 {"id": "$ := uuid", "notificationType": "NsdOnBoardingNotification", "subscriptionId": "$nsds", "timeStamp": "$ := time", "nsdInfoId": "$nsd", "nsdId": "service", "_links": "$ := any"}], ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "service", "nsName": "n", "nsDescription": "d"}
= 201
{"id": "$ns := id", ...}
GET receiver:/got/ns/1  as nobody
~ 200
{"version": "2.3.0", "notifications": [{"id": "$ := uuid", "notificationType": "NsIdentifierCreationNotification", "subscriptionId": "$nss", "timestamp": "2026-01-02T03:04:05.000Z", "nsInstanceId": "$ns",
 "_links": {"nsInstance": {"href": "http://$host/nslcm/v2/ns_instances/$ns"}, "subscription": {"href": "http://$host/nslcm/v2/subscriptions/$nss"}}}], ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET receiver:/got/ns/3  as nobody
~ 200
{"notifications": [{"nsInstanceId": "$ns", ...},
 {"id": "$ := uuid", "notificationType": "NsLcmOperationOccurrenceNotification", "subscriptionId": "$nss", "timestamp": "$ := time", "nsLcmOpOccId": "$op", "nsInstanceId": "$ns", "operation": "INSTANTIATE",
  "operationState": "PROCESSING", "isAutomaticInvocation": false, "notificationStatus": "START", "verbosity": "FULL",
  "_links": {"nsInstance": {"href": "http://$host/nslcm/v2/ns_instances/$ns"}, "nslcmOpOcc": {"href": "http://$host/nslcm/v2/ns_lcm_op_occs/$op"}, "subscription": "$ := any"}},
 {"operationState": "COMPLETED", "notificationStatus": "RESULT", "affectedVnf": [{"vnfdId": "web", "changeType": "INSTANTIATE", "changeResult": "COMPLETED", ...}],
  "affectedVl": [{"changeType": "ADD", ...}], "affectedSap": [{"sapdId": "client", ...}], ...}], ...}
# The same event in few words; and that of the VNF, which nobody asked for by itself.
GET receiver:/got/nsdone/1  as nobody
~ 200
{"notifications": [{"id": "$ := uuid", "notificationType": "NsLcmOperationOccurrenceNotification", "subscriptionId": "$done", "timestamp": "$ := time", "nsLcmOpOccId": "$op", "nsInstanceId": "$ns", "operation": "INSTANTIATE",
  "operationState": "COMPLETED", "isAutomaticInvocation": false, "notificationStatus": "RESULT", "verbosity": "SHORT", "_links": "$ := any"}], ...}
GET receiver:/got/vnf/1  as nobody
~ 200
{"notifications": [{"operation": "INSTANTIATE", "operationState": "COMPLETED", "isAutomaticInvocation": true, ...}], ...}
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
GET /nslcm/v2/ns_instances/$ns  as demo
~ 200
{"nsState": "NOT_INSTANTIATED", ...}
GET receiver:/got/ns/5  as nobody
~ 200
DELETE /nslcm/v2/ns_instances/$ns  as demo
= 204
GET receiver:/got/ns/6  as nobody
~ 200
{"notifications": [{"notificationType": "NsIdentifierCreationNotification", ...}, {"operationState": "PROCESSING", ...}, {"operationState": "COMPLETED", ...},
 {"operation": "TERMINATE", "operationState": "PROCESSING", ...}, {"operation": "TERMINATE", "operationState": "COMPLETED", "affectedVnf": [{"changeType": "TERMINATE", ...}], ...},
 {"notificationType": "NsIdentifierDeletionNotification", "nsInstanceId": "$ns", ...}], ...}

# Descriptors and packages are disabled, and go.
PATCH /nsd/v2/ns_descriptors/$nsd  as demo
{"nsdOperationalState": "DISABLED"}
= 200
DELETE /nsd/v2/ns_descriptors/$nsd  as demo
= 204
GET receiver:/got/nsd/4  as nobody
~ 200
{"notifications": [{"nsdInfoId": "$nsd", ...}, {"nsdInfoId": "$nsd", ...}, {"notificationType": "NsdChangeNotification", "nsdInfoId": "$nsd", "nsdId": "service", "nsdOperationalState": "DISABLED", ...},
 {"notificationType": "NsdDeletionNotification", "nsdInfoId": "$nsd", "nsdId": "service", ...}], ...}
PATCH /vnfpkgm/v2/vnf_packages/$pkg  as demo
{"operationalState": "DISABLED"}
= 200
DELETE /vnfpkgm/v2/vnf_packages/$pkg  as demo
= 204
GET receiver:/got/pkg/3  as nobody
~ 200
{"notifications": [{"notificationType": "VnfPackageOnboardingNotification", ...},
 {"id": "$ := uuid", "notificationType": "VnfPackageChangeNotification", "subscriptionId": "$pkgs", "timeStamp": "$ := time", "vnfPkgId": "$pkg", "vnfdId": "web", "changeType": "OP_STATE_CHANGE", "operationalState": "DISABLED", "_links": "$ := any"},
 {"id": "$ := uuid", "notificationType": "VnfPackageChangeNotification", "subscriptionId": "$pkgs", "timeStamp": "$ := time", "vnfPkgId": "$pkg", "vnfdId": "web", "changeType": "PKG_DELETE", "_links": "$ := any"}], ...}
GET receiver:/got/pkgsome/2  as nobody
~ 200
GET receiver:/got/none/1  as nobody
= 404
# A package that came to nothing is no news (it has no VNFD yet).
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$empty := id", ...}
DELETE /vnfpkgm/v2/vnf_packages/$empty  as demo
= 204
GET /carrick/v1/notifications  as demo
~ 200
[]
GET receiver:/got/pkg/4  as nobody
= 404
