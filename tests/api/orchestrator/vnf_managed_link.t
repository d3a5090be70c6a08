# A network of somebody else's in place of an internal link (SOL003 5.5.3.3): what is refused, that servers
# attach to it, that it is told, and that it outlives the VNF.
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
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "fast"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "44444444-4444-4444-8444-444444444444", "network_id": "33333333-3333-4333-8333-333333333333", "cidr": "10.8.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "pair", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}

# All that VNFD and site have against it.
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}],
 "extManagedVirtualLinks": [{"id": "m", "vnfVirtualLinkDescId": "outside", "resourceId": "33333333-3333-4333-8333-333333333333"},
 {"id": "m", "vnfVirtualLinkDescId": "inside", "resourceId": "55555555-5555-4555-8555-555555555555"},
 {"id": "m", "vnfVirtualLinkDescId": "inside", "vimConnectionId": "west", "resourceId": "33333333-3333-4333-8333-333333333333"}]}
= 422
{"detail": "extManagedVirtualLinks[0]: flavour f has no internal virtual link outside; extManagedVirtualLinks[1]: site east has no network 55555555-5555-4555-8555-555555555555; extManagedVirtualLinks[2]: internal virtual link inside is given twice; extManagedVirtualLinks[2].vimConnectionId: no site west is registered", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extManagedVirtualLinks": [{"id": "m", "resourceId": "no uuid", "vnfLinkPort": []}]}
= 400

POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}],
 "extManagedVirtualLinks": [{"id": "m", "vnfVirtualLinkDescId": "inside", "resourceId": "33333333-3333-4333-8333-333333333333"}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfVirtualLinkResourceInfo": [],
 "extManagedVirtualLinkInfo": [{"id": "m", "vnfVirtualLinkDescId": "inside", "networkResource": {"vimConnectionId": "$east", "resourceId": "33333333-3333-4333-8333-333333333333", "vimLevelResourceType": "OS::Neutron::Net"}}], ...}, ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"name": "fast", ...}, {"name": "office", ...}]}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}]}

# One more server joins it.
POST /vnflcm/v2/vnf_instances/$vnf/scale_to_level  as demo
{"instantiationLevelId": "two"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$scale := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$scale  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"name": "fast", ...}, {"name": "office", ...}]}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": [{...}, {...}, {...}, {...}]}

# It is not ours to delete.
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$end := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$end  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/networks  as demo
= 200
{"networks": [{"name": "fast", ...}, {"name": "office", ...}]}
GET site:/network/v2.0/ports  as demo
= 200
{"ports": []}
