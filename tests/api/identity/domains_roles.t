# Domains
POST /v3/domains  as admin
{"domain": {"name": "d1", "description": "x"}}
= 201
{"domain": {"id": "$d := hex", "name": "d1", "description": "x", "enabled": true, "tags": [], "options": {}, "links": {"self": "http://$host/identity/v3/domains/$d"}}}
POST /v3/domains  as demo
{"domain": {"name": "d2"}}
= 403
POST /v3/projects  as admin
{"project": {"name": "demo", "domain_id": "$d"}}
= 201
{"project": {"domain_id": "$d", "parent_id": "$d", ...}}
POST /v3/projects  as admin
{"project": {"name": "lost", "domain_id": "nowhere"}}
= 404
POST /v3/projects  as admin
{"project": {"name": "d3", "is_domain": true}}
= 400
GET /v3/domains?name=Default  as demo
= 200
{"domains": [{"id": "default", "name": "Default", ...}], ...}
GET /v3/domains/$d  as demo
= 404
DELETE /v3/domains/$d  as admin
= 403
{"error": {"code": 403, "message": "Cannot delete a domain that is enabled, please disable it first.", "title": "Forbidden"}}
PATCH /v3/domains/$d  as admin
{"domain": {"enabled": false}}
= 200
DELETE /v3/domains/$d  as admin
= 204
# The first domain holds whoever may do anything.
DELETE /v3/domains/default  as admin
= 403
{"error": {"message": "You are not authorized to perform the requested action: delete the default domain.", ...}}

# Roles; the three built-in ones stay as they are.
POST /v3/roles  as admin
{"role": {"name": "r1"}}
= 201
{"role": {"id": "$r := hex", "name": "r1", "description": null, "domain_id": null, "options": {}, "links": {"self": "$ := text"}}}
GET /v3/roles?sort_key=name  as demo
= 200
{"roles": [{"name": "admin", "id": "$admin := hex", ...}, {"name": "member", "id": "$member := hex", ...}, {"name": "r1", ...}, {"name": "reader", "id": "$reader := hex", ...}], ...}
DELETE /v3/roles/$member  as admin
= 403
PATCH /v3/roles/$reader  as admin
{"role": {"name": "looker"}}
= 403
PATCH /v3/roles/$r  as admin
{"role": {"description": "new"}}
= 200
{"role": {"id": "$r", "description": "new", ...}}
GET /v3/role_inferences  as demo
= 200
{"role_inferences": [{"prior_role": {"id": "$admin", ...}, "implies": [{"id": "$member", ...}]}, {"prior_role": {"id": "$member", ...}, "implies": [{"id": "$reader", ...}]}], ...}
PUT /v3/roles/$r/implies/$reader  as admin
= 201
{"role_inference": {"prior_role": {"id": "$r", ...}, "implies": {"id": "$reader", ...}}}
PUT /v3/roles/$r/implies/$admin  as admin
= 403
GET /v3/roles/$r/implies  as demo
= 200
{"role_inference": {"prior_role": {"id": "$r", ...}, "implies": [{"id": "$reader", ...}]}}
DELETE /v3/roles/$r/implies/$reader  as admin
= 204
DELETE /v3/roles/$r/implies/$reader  as admin
= 404
DELETE /v3/roles/$r  as admin
= 204
