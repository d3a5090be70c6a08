# A link of an NS that is a network which its site has already (additionalParamsForNs.linkNetworks, decision
# 050): it is used as it is, and stays when the NS goes.
include service demo
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office", "project_id": "another", "shared": true}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201

POST site:/network/v2.0/security-groups  as demo
{"security_group": {"id": "55555555-5555-4555-8555-555555555555", "name": "lets us in"}}
= 201

# What is wrong with it is told at once, before anything is begun.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": {"data": "east"}}}
= 400
{"status": 400, "detail": "attribute 'additionalParamsForNs': linkNetworks: an array of at most 128 objects is needed", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "data", "site": "east"}, 7, {"link": "data", "site": "east", "networkId": "a/../b", "colour": "red"}, {"link": "data", "site": "east", "networkId": "n", "securityGroupIds": ["good", "../networks/x"]}]}}
= 400
{"status": 400, "detail": "attribute 'additionalParamsForNs': linkNetworks[0]: Attribute 'networkId' is required; linkNetworks[1]: an object is needed; linkNetworks[2]: Invalid input for networkId. Reason: 'a/../b' is no identifier.; Unknown attribute 'colour'; linkNetworks[3]: Invalid input for securityGroupIds. Reason: '../networks/x' is no identifier.", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [
 {"link": "office", "site": "east", "networkId": "11111111-1111-4111-8111-111111111111"},
 {"link": "data", "site": "west", "networkId": "11111111-1111-4111-8111-111111111111"},
 {"link": "data", "site": "east", "networkId": "11111111-1111-4111-8111-111111111111"},
 {"link": "data", "site": "$east", "networkId": "33333333-3333-4333-8333-333333333333"}]}}
= 422
{"detail": "linkNetworks[0]: the NSD has no virtual link office; linkNetworks[1]: no site west is registered; linkNetworks[2]: link data and network 11111111-1111-4111-8111-111111111111 are once each at a site; linkNetworks[3]: link data and network 33333333-3333-4333-8333-333333333333 are once each at a site", ...}

# A network that is not there is told by a plan, and stops an operation before it makes anything.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "data", "site": "east", "networkId": "99999999-9999-4999-8999-999999999999"}]}}}
= 200
{"error": "$ := any", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "data", "site": "east", "networkId": "99999999-9999-4999-8999-999999999999"}]}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op0 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op0  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "step \"network data of site $east\": link data: site east: network GET /networks/99999999-9999-4999-8999-999999999999 answered 404 (request req-fake): NotFound: no such thing; next: the object or the service's extension is not there: was it deleted by someone else?", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op0/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op0  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# The orchestrator is an administrator at a site that joined: what the site's other projects have is theirs, by
# whatever id it is named, until they share it.
POST site:/network/v2.0/networks  as demo
{"network": {"id": "77777777-7777-4777-8777-777777777777", "name": "theirs", "project_id": "another"}}
= 201
POST site:/network/v2.0/security-groups  as demo
{"security_group": {"id": "66666666-6666-4666-8666-666666666666", "name": "theirs", "project_id": "another"}}
= 201
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "request": {"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "data", "site": "east", "networkId": "77777777-7777-4777-8777-777777777777"}]}}}
= 200
{"error": "link data: site east: network 77777777-7777-4777-8777-777777777777 is of another project there, which does not share it; next: have its owner share it, or name one of the project that the site is registered with", ...}
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "data", "site": "east", "networkId": "11111111-1111-4111-8111-111111111111", "securityGroupIds": ["55555555-5555-4555-8555-555555555555", "66666666-6666-4666-8666-666666666666"]}]}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$opx := uuid
GET /nslcm/v2/ns_lcm_op_occs/$opx  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "step \"group 66666666-6666-4666-8666-666666666666 of data at site $east\": link data: site east: security_group 66666666-6666-4666-8666-666666666666 is of another project there, which does not share it; next: have its owner share it, or name one of the project that the site is registered with", ...}, ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
POST /nslcm/v2/ns_lcm_op_occs/$opx/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$opx  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
DELETE site:/network/v2.0/networks/77777777-7777-4777-8777-777777777777  as demo
= 204

# Another project shares the first one.  The service's functions and its access point are on it; the site chooses their addresses there.
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default", "additionalParamsForNs": {"linkNetworks": [{"link": "data", "site": "east", "networkId": "11111111-1111-4111-8111-111111111111", "securityGroupIds": ["55555555-5555-4555-8555-555555555555"]}]}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"name": "office", ...}]}
GET site:/network/v2.0/subnets  as demo
= 200
{"subnets": [{"cidr": "10.7.0.0/24", ...}]}
GET site:/network/v2.0/ports?name=demo-client  as demo
= 200
{"ports": [{"network_id": "11111111-1111-4111-8111-111111111111", "security_groups": ["$group := uuid", "55555555-5555-4555-8555-555555555555"], ...}]}
GET site:/network/v2.0/ports?name=demo-fw-fw-1-in_cp  as demo
= 200
{"ports": [{"network_id": "11111111-1111-4111-8111-111111111111", ...}]}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", ...}], "virtualLinkInfo": [{"id": "data", "resourceHandle": [{"resourceId": "11111111-1111-4111-8111-111111111111", ...}], ...}], ...}

# What comes later is on it too.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports?name=demo-fw-fw-3-in_cp  as demo
= 200
{"ports": [{"network_id": "11111111-1111-4111-8111-111111111111", ...}]}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], ...}

# Nobody's network goes with the service; what was made on it does.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"name": "office", ...}]}
GET site:/network/v2.0/subnets  as demo
= 200
{"subnets": [{"cidr": "10.7.0.0/24", ...}]}
GET /carrick/v1/holdings  as demo
= 200
[]
