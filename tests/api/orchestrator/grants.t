# Grants for a VNFM that is another process (SOL003 clause 9): who may ask, what is refused, what a
# grant says, when it is decided later, and when what was claimed for it is given back.
include pair v2
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p", "containers": "YES"}
= 201
{"id": "$east := uuid", ...}
GET /grant/api_versions  as demo
= 200
{"uriPrefix": "http://$host/grant", "apiVersions": [{"version": "1.7.0", "isDeprecated": false}]}

# Nobody asks who is not the client of a registered VNFM: not a member, and not of another project.
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "flavourId": "f", "operation": "INSTANTIATE", "isAutomaticInvocation": false, "addResources": [{"id": "front", "type": "COMPUTE", "vduId": "front", "resourceTemplateId": "front"}], "_links": {"vnfLcmOpOcc": {"href": "http://x/1"}, "vnfInstance": {"href": "http://x/2"}}}
= 403
{"status": 403, "detail": "user peer is the client of no VNFM that is registered in project demo", ...}
POST /carrick/v1/vnfms  as reader
{"name": "edge", "url": "http://$host", "client": "peer"}
= 403
POST /carrick/v1/vnfms  as demo
{"name": "edge", "url": "ftp://x", "client": "peer"}
= 400
POST /carrick/v1/vnfms  as demo
{"name": "edge", "url": "http://$host", "username": "demo", "password": "demo", "token_endpoint": "http://$host/oauth2/token", "client": "peer"}
= 201
{"id": "$vnfm := uuid", "project_id": "$project := hex", "name": "edge", "url": "http://$host", "username": "demo", "token_endpoint": "http://$host/oauth2/token", "client": "peer", "client_domain": "default", "links_by_grant": false, "created_at": "$ := time", "updated_at": "$ := time"}
PATCH /carrick/v1/vnfms/$vnfm  as demo
{"scope": "project:$project"}
= 200
{"scope": "project:$project", ...}
POST /carrick/v1/vnfms  as demo
{"name": "other", "url": "http://$host", "client": "peer"}
= 409
GET /carrick/v1/vnfms  as alice
= 200
[]
GET /carrick/v1/vnfms/$vnfm  as alice
= 404
POST /grant/v1/grants  as alice
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "operation": "TERMINATE", "isAutomaticInvocation": false, "_links": {}}
= 403
POST /grant/v1/grants  as reader
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "operation": "TERMINATE", "isAutomaticInvocation": false, "_links": {}}
= 403

# Who asks for no grant hears of no links; what every grant of a VNFM says besides.
PATCH /carrick/v1/vnfms/$vnfm  as demo
{"links_by_grant": true, "client": null}
= 400
PATCH /carrick/v1/vnfms/$vnfm  as demo
{"grant_params": []}
= 400
PATCH /carrick/v1/vnfms/$vnfm  as demo
{"links_by_grant": true, "grant_params": {"colour": "red"}}
= 200
{"links_by_grant": true, "grant_params": {"colour": "red"}, ...}

# A user of that name in another domain is somebody else.
POST identity:/v3/domains  as admin
{"domain": {"name": "elsewhere"}}
= 201
{"domain": {"id": "$elsewhere := hex", ...}}
GET identity:/v3/roles?name=member  as admin
= 200
{"roles": [{"id": "$member := hex", ...}], ...}
POST identity:/v3/users  as admin
{"user": {"name": "peer", "domain_id": "$elsewhere", "password": "other", "default_project_id": "$project"}}
= 201
{"user": {"id": "$namesake := hex", ...}}
PUT identity:/v3/projects/$project/users/$namesake/roles/$member  as admin
= 204
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=$namesake&client_secret=other
= 200
{"access_token": "$token := text", ...}
POST /grant/v1/grants  as nobody
> Authorization: Bearer $token
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "none", "operation": "SCALE", "isAutomaticInvocation": false, "_links": {}}
= 403
{"status": 403, "detail": "user peer is the client of no VNFM that is registered in project demo", ...}
PATCH /carrick/v1/vnfms/$vnfm  as demo
{"client_domain": "$elsewhere"}
= 200
POST /grant/v1/grants  as nobody
> Authorization: Bearer $token
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "none", "operation": "SCALE", "isAutomaticInvocation": false, "_links": {}}
= 422
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "none", "operation": "SCALE", "isAutomaticInvocation": false, "_links": {}}
= 403
PATCH /carrick/v1/vnfms/$vnfm  as demo
{"client_domain": "default"}
= 200

# The form, and what the VNFD has against it.
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "../x", "vnfdId": "pair", "operation": "GROW", "isAutomaticInvocation": 3, "addResources": [{"id": "a", "type": "SERVER"}], "colour": 1, "_links": {}}
= 400
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "none", "operation": "SCALE", "isAutomaticInvocation": false, "_links": {}}
= 422
{"status": 422, "detail": "no VNF package with vnfdId none is on-boarded", ...}
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [{"id": "a", "type": "COMPUTE", "vduId": "side", "resourceTemplateId": "side"}], "_links": {}}
= 422
{"status": 422, "detail": "resource a: VNFD pair has no VDU side", ...}
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "placementConstraints": [{"affinityOrAntiAffinity": "ANTI_AFFINITY", "scope": "NFVI_NODE", "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "GRANT", "resourceId": "b"}]}], "_links": {}}
= 403
{"status": 403, "detail": "placementConstraints[0]: ANTI_AFFINITY of scope NFVI_NODE cannot be promised: a VNF is at one site, which places servers by itself", ...}

# Refused, since the site's quota has 64 cores: and nothing is claimed.
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-much", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [
@repeat {"id":"f","type":"COMPUTE","vduId":"front","resourceTemplateId":"front"}, 64
{"id": "l", "type": "COMPUTE", "vduId": "front", "resourceTemplateId": "front"}], "_links": {}}
= 403
{"title": "Forbidden", "status": 403, "detail": "the grant is refused: no site is left; site east: VCPU: 0 of 64 are in use, 65 more are needed", ...}

# Given at once: the site with its place, no credentials; images and flavours, which are at the site.
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "flavourId": "f", "operation": "INSTANTIATE", "isAutomaticInvocation": false, "addResources": [{"id": "front", "type": "COMPUTE", "vduId": "front", "resourceTemplateId": "front"}, {"id": "front/out", "type": "LINKPORT", "resourceTemplateId": "out"}],
 "placementConstraints": [{"affinityOrAntiAffinity": "AFFINITY", "scope": "NFVI_POP", "resource": [{"idType": "GRANT", "resourceId": "front"}, {"idType": "GRANT", "resourceId": "front/out"}]}],
 "additionalParams": {"hidden": "told to nobody"},
 "_links": {"vnfLcmOpOcc": {"href": "http://x/1"}, "vnfInstance": {"href": "http://x/2"}}}
= 201
< Location: http://$host/grant/v1/grants/$grant
{"id": "$grant := uuid", "vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1",
 "vimConnectionInfo": {"$east": {"vimId": "$east", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3", "interfaceInfo": {"endpoint": "http://$site/v3"}, "extra": {"site": "east", "project": "p"}}},
 "addResources": [{"resourceDefinitionId": "front", "vimConnectionId": "$east"}, {"resourceDefinitionId": "front/out", "vimConnectionId": "$east"}],
 "vimAssets": {"computeResourceFlavours": [{"vimConnectionId": "$east", "vnfdVirtualComputeDescId": "front", "vimFlavourId": "$ := any"}, {"vimConnectionId": "$east", "vnfdVirtualComputeDescId": "back", "vimFlavourId": "$ := any"}],
  "softwareImages": [...]},
 "additionalParams": {"colour": "red"},
 "_links": {"self": {"href": "http://$host/grant/v1/grants/$grant"}, "vnfLcmOpOcc": {"href": "http://$host/vnflcm/v2/vnf_lcm_op_occs/op-1"}, "vnfInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/vnf-1"}}}
GET /grant/v1/grants/$grant  as peer
= 200
{"id": "$grant", ...}
GET /grant/v1/grants/$grant  as alice
= 404
GET /grant/v1/grants  as peer
= 405
# Who did not hear the answer asks again: the same grant; of another instance it is none.
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-1", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "flavourId": "f", "operation": "INSTANTIATE", "isAutomaticInvocation": false, "_links": {}}
= 201
{"id": "$grant", ...}
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-2", "vnfLcmOpOccId": "op-1", "vnfdId": "pair", "flavourId": "f", "operation": "INSTANTIATE", "isAutomaticInvocation": false, "_links": {}}
= 409

# Zones of the site: what has to be together and apart; the site has too few of them, which may be borne or not.
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-z", "vnfLcmOpOccId": "op-z1", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [{"id": "a", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}, {"id": "b", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}],
 "placementConstraints": [{"affinityOrAntiAffinity": "ANTI_AFFINITY", "scope": "ZONE", "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "GRANT", "resourceId": "b"}]}], "_links": {}}
= 403
{"status": 403, "detail": "the grant is refused: placementConstraints: the site has 1 zones, of which none is left for b", ...}
PUT site:/zones/2  as demo
= 204
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-z", "vnfLcmOpOccId": "op-z2", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [{"id": "a", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}, {"id": "b", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}, {"id": "c", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}, {"id": "d", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}],
 "placementConstraints": [{"affinityOrAntiAffinity": "ANTI_AFFINITY", "scope": "ZONE", "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "GRANT", "resourceId": "b"}]}, {"affinityOrAntiAffinity": "AFFINITY", "scope": "ZONE", "resource": [{"idType": "GRANT", "resourceId": "b"}, {"idType": "GRANT", "resourceId": "c"}]}], "_links": {}}
= 201
{"zones": [{"id": "zone-1", "zoneId": "zone-1", "vimConnectionId": "$east"}, {"id": "zone-2", "zoneId": "zone-2", "vimConnectionId": "$east"}],
 "addResources": [{"resourceDefinitionId": "a", "vimConnectionId": "$east", "zoneId": "zone-1"}, {"resourceDefinitionId": "b", "vimConnectionId": "$east", "zoneId": "zone-2"}, {"resourceDefinitionId": "c", "vimConnectionId": "$east", "zoneId": "zone-2"}, {"resourceDefinitionId": "d", "vimConnectionId": "$east"}], ...}
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-z", "vnfLcmOpOccId": "op-z3", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [{"id": "a", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}, {"id": "b", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}],
 "placementConstraints": [{"affinityOrAntiAffinity": "ANTI_AFFINITY", "scope": "ZONE", "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "GRANT", "resourceId": "b"}]}, {"affinityOrAntiAffinity": "AFFINITY", "scope": "ZONE", "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "GRANT", "resourceId": "b"}]}], "_links": {}}
= 403
{"detail": "the grant is refused: placementConstraints: a and b have to be in one zone and in different ones", ...}
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-z", "vnfLcmOpOccId": "op-z4", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [{"id": "a", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}, {"id": "b", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}],
 "placementConstraints": [{"affinityOrAntiAffinity": "ANTI_AFFINITY", "scope": "ZONE", "fallbackBestEffort": true, "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "GRANT", "resourceId": "b"}, {"idType": "RES_MGMT", "resourceId": "x"}]}, {"affinityOrAntiAffinity": "AFFINITY", "scope": "ZONE", "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "GRANT", "resourceId": "b"}]}], "_links": {}}
= 201
{"zones": [{"id": "zone-1", ...}], "addResources": [{"zoneId": "zone-1", ...}, {"zoneId": "zone-1", ...}], ...}
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-z", "vnfLcmOpOccId": "op-z5", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [{"id": "a", "type": "COMPUTE", "vduId": "back", "resourceTemplateId": "back"}],
 "placementConstraints": [{"affinityOrAntiAffinity": "ANTI_AFFINITY", "scope": "ZONE", "resource": [{"idType": "GRANT", "resourceId": "a"}, {"idType": "RES_MGMT", "resourceId": "x"}]}], "_links": {}}
= 403
{"detail": "the grant is refused: placementConstraints: in which zone x is, is not known", ...}

# Decided later, for who asks for that.
POST /grant/v1/grants  as peer
> Prefer: respond-async
{"vnfInstanceId": "vnf-3", "vnfLcmOpOccId": "op-3", "vnfdId": "pair", "flavourId": "f", "instantiationLevelId": "two", "operation": "INSTANTIATE", "isAutomaticInvocation": false, "_links": {}}
= 202
< Location: http://$host/grant/v1/grants/$later := uuid
GET /grant/v1/grants/$later  as peer
~ 200
{"id": "$later", "vnfLcmOpOccId": "op-3", "vimAssets": {...}, ...}
POST /grant/v1/grants  as peer
> Prefer: respond-async
{"vnfInstanceId": "vnf-3", "vnfLcmOpOccId": "op-4", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "additionalParams": {"vimConnectionInfo": {"x": {"interfaceInfo": {"endpoint": "http://elsewhere"}}}}, "_links": {}}
= 202
< Location: http://$host/grant/v1/grants/$scale := uuid
GET /grant/v1/grants/$scale  as peer
~ 200
{"vnfInstanceId": "vnf-3", ...}

# No such operations are known at the VNFM: what was claimed for them is given back.
GET /carrick/v1/operations?filter=(eq,type,grant);(neq,state,COMPLETED)  as demo
~ 200
[]
GET /carrick/v1/operations?filter=(eq,type,grant)  as demo
= 200
[{"state": "COMPLETED", ...}, {"state": "COMPLETED", ...}, {"state": "COMPLETED", ...}, {"state": "COMPLETED", ...}]
POST /grant/v1/grants  as peer
{"vnfInstanceId": "vnf-9", "vnfLcmOpOccId": "op-all", "vnfdId": "pair", "operation": "SCALE", "isAutomaticInvocation": false, "addResources": [
@repeat {"id":"f","type":"COMPUTE","vduId":"front","resourceTemplateId":"front"}, 63
{"id": "l", "type": "COMPUTE", "vduId": "front", "resourceTemplateId": "front"}], "_links": {}}
= 201
{"vnfInstanceId": "vnf-9", ...}

# Then the VNFM can go; what it was granted is still told.
GET /carrick/v1/operations?filter=(eq,type,grant);(eq,state,PROCESSING)  as demo
~ 200
[]
DELETE /carrick/v1/vnfms/$vnfm  as demo
= 204
GET /grant/v1/grants/$grant  as demo
= 200
{"id": "$grant", "_links": {"vnfInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/vnf-1"}, ...}, ...}
