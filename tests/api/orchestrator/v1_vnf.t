# Version 1 (SOL003 and SOL005 2.6.1) of a VNF's life: the same objects as version 2, in the older form.
GET /vnflcm/api_versions  as demo
= 200
{"uriPrefix": "http://$host/vnflcm", "apiVersions": [{"version": "2.3.0", "isDeprecated": false}, {"version": "1.3.0", "isDeprecated": false}]}
GET /vnflcm/v1/api_versions  as demo
= 200
< Version: 1.3.0
{"uriPrefix": "http://$host/vnflcm/v1", "apiVersions": [{"version": "1.3.0", "isDeprecated": false}]}
GET /vnflcm/v1/vnf_instances  as demo
> Version: 2.0.0
= 406
< Version: 1.3.0
GET /vnflcm/v1/vnf_instances  as demo
> Version: 1.1.0
= 200
[]
PUT /vnflcm/v1/vnf_instances  as demo
{}
= 405
< Version: 1.3.0

include pair v1
# What version 2 alone can say is not told, and is kept.
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
= 200
{"onboardingState": "ONBOARDED", "vnfmInfo": ["etsivnfm:v2.0.0"], ...}
GET /vnfpkgm/v1/vnf_packages/$pkg  as demo
= 200
< Version: 1.2.0
{"id": "$pkg", "vnfdId": "pair", "vnfProvider": "p", "vnfProductName": "n", "vnfSoftwareVersion": "1", "vnfdVersion": "1",
 "checksum": {...}, "softwareImages": [...], "additionalArtifacts": [...], "onboardingState": "ONBOARDED", "operationalState": "ENABLED", "usageState": "NOT_IN_USE",
 "_links": {"self": {"href": "http://$host/vnfpkgm/v1/vnf_packages/$pkg"}, "vnfd": {"href": "http://$host/vnfpkgm/v1/vnf_packages/$pkg/vnfd"}, "packageContent": {"href": "http://$host/vnfpkgm/v1/vnf_packages/$pkg/package_content"}}}
PATCH /vnfpkgm/v1/vnf_packages/$pkg  as demo
{"userDefinedData": {"by": "an older client"}}
= 200
{"userDefinedData": {"by": "an older client"}}
PATCH /vnfpkgm/v1/vnf_packages/$pkg  as demo
{"vnfmInfo": []}
= 400
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
= 200
{"vnfmInfo": ["etsivnfm:v2.0.0"], "userDefinedData": {"by": "an older client"}, ...}
GET /vnfpkgm/v1/vnf_packages?filter=(eq,vnfmInfo,etsivnfm:v2.0.0)  as demo
= 200
[]
# Manifests are a resource since version 2.
GET /vnfpkgm/v1/vnf_packages/$pkg/manifest  as demo
= 404
GET /vnfpkgm/v1/vnf_packages/$pkg/vnfd  as demo
= 200

POST /vnflcm/v1/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a", "metadata": {"owner": "me"}}
= 201
< Location: http://$host/vnflcm/v1/vnf_instances/$vnf
{"id": "$vnf := id", "instantiationState": "NOT_INSTANTIATED", "_links": {"self": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}, "instantiate": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf/instantiate"}}, ...}
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

# Lists where version 2 has maps; the maps are not version 1's.
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": {"a": {"vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}}}
= 400
{"detail": "attribute 'vimConnectionInfo' is not a list, which version 1 has there", ...}
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": [{"vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}]}
= 400
{"detail": "attribute 'vimConnectionInfo[0].id' is required", ...}
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": [{"id": "a", "vimType": "x"}, {"id": "a", "vimType": "x"}]}
= 400
{"detail": "attribute 'vimConnectionInfo': id a is given twice", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "vimConnectionInfo": [{"id": "a", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}]}
= 400
POST /vnflcm/v1/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "instantiationLevelId": "two", "vimConnectionInfo": [{"id": "a", "vimId": "east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}],
 "extVirtualLinks": [{"id": "l", "vimConnectionId": "a", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": [{"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["10.7.0.9"]}]}}]}]}]}]}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", "operationParams": {"vimConnectionInfo": [{"id": "a", ...}], "extVirtualLinks": [{"extCps": [{"cpdId": "out", "cpConfig": [{"cpProtocolData": [{...}]}]}], ...}], ...},
 "_links": {"self": {"href": "http://$host/vnflcm/v1/vnf_lcm_op_occs/$op"}, "vnfInstance": {"href": "http://$host/vnflcm/v1/vnf_instances/$vnf"}, ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
= 200
{"operationParams": {"vimConnectionInfo": {"a": {"vimId": "east", ...}}, "extVirtualLinks": [{"extCps": [{"cpdId": "out", "cpConfig": {"1": {...}}}], ...}], ...}, ...}
GET /vnflcm/v1/vnf_instances/$vnf  as demo
= 200
{"vimConnectionInfo": [{"id": "$east", "vimId": "$ := text", "vimType": "$ := text", ...}], "instantiatedVnfInfo": {"flavourId": "f", "vnfState": "STARTED",
 "extCpInfo": [{"id": "$ := text", "cpdId": "out", "cpProtocolInfo": [...], "extLinkPortId": "$ := text", "associatedVnfcCpId": "$ := text"}], ...}, "_links": {...}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vimConnectionInfo": {"$east": {...}}, "instantiatedVnfInfo": {"extCpInfo": [{"cpConfigId": "1", ...}], ...}, ...}
GET /vnflcm/v1/vnf_instances?all_fields&filter=(eq,vimConnectionInfo/id,$east)  as demo
= 200
[{"id": "$vnf", ...}]
POST /vnflcm/v1/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$end := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$end  as demo
~ 200
{"operationState": "COMPLETED", "operation": "TERMINATE", ...}
DELETE /vnflcm/v1/vnf_instances/$vnf  as demo
= 204
