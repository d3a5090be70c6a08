# Limits: shown, set, held, reset.
GET /v2.0/quotas/tenant  as demo
= 200
{"tenant": {"tenant_id": "$p := hex"}}
GET /v2.0/quotas/$p  as demo
= 200
{"quota": {"network": 100, "subnet": 100, "port": 500, "security_group": 10, "security_group_rule": 100, ...}}
GET /v2.0/quotas/$p  as alice
= 403
PUT /v2.0/quotas/$p  as demo
{"quota": {"network": 1}}
= 403
PUT /v2.0/quotas/$p  as admin
{"quota": {"network": 1}}
= 200
{"quota": {"network": 1, ...}}
POST /v2.0/networks  as demo
{"network": {}}
= 201
{"network": {"id": "$net := uuid", ...}}
POST /v2.0/networks  as demo
{"network": {}}
= 409
{"NeutronError": {"type": "OverQuota", ...}}
GET /v2.0/quotas/$p/details  as demo
= 200
{"quota": {"network": {"limit": 1, "used": 1, "reserved": 0}, ...}}
PUT /v2.0/quotas/$p  as admin
{"quota": {"nope": 1}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Unrecognized attribute(s) 'nope'", "detail": ""}}
PUT /v2.0/quotas/$p  as admin
{"quota": {"port": "many"}}
= 400
GET /v2.0/quotas  as admin
= 200
{"quotas": [{"project_id": "$p", "network": 1, ...}]}
DELETE /v2.0/quotas/$p  as admin
= 204
GET /v2.0/quotas/$p  as demo
= 200
{"quota": {"network": 100, ...}}
GET /v2.0/quotas  as admin
= 200
{"quotas": []}
# A deleted network counts no more.
DELETE /v2.0/networks/$net  as demo
= 204
GET /v2.0/quotas/$p/details  as demo
= 200
{"quota": {"network": {"limit": 100, "used": 0, "reserved": 0}, ...}}
