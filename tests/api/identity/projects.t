# Projects: made, found, changed, deleted by administrators.
POST /v3/projects  as admin
{"project": {"name": "p1", "description": "d", "tags": ["a"], "options": {}}}
= 201
{"project": {"id": "$p := hex", "name": "p1", "description": "d", "domain_id": "default", "parent_id": "default", "enabled": true, "is_domain": false,
             "tags": ["a"], "options": {}, "links": {"self": "http://$host/identity/v3/projects/$p"}}}
POST /v3/projects  as admin
{"project": {"name": "p1"}}
= 409
{"error": {"code": 409, "message": "$ := text", "title": "Conflict"}}
GET /v3/projects/$p  as admin
= 200
{"project": {"id": "$p", "name": "p1", ...}}
GET /v3/projects?name=p1  as admin
= 200
{"projects": [{"id": "$p", ...}], "links": {"next": null, "previous": null, "self": "http://$host/identity/v3/projects?name=p1"}}
PATCH /v3/projects/$p  as admin
{"project": {"description": "e", "enabled": false}}
= 200
{"project": {"id": "$p", "description": "e", "enabled": false, ...}}
PATCH /v3/projects/$p  as admin
{"project": {"domain_id": "other", "name": ""}}
= 400
# tags
GET /v3/projects/$p/tags  as admin
= 200
{"tags": ["a"], ...}
PUT /v3/projects/$p/tags/b  as admin
= 201
GET /v3/projects/$p/tags/b  as admin
= 204
GET /v3/projects/$p/tags/c  as admin
= 404
PUT /v3/projects/$p/tags  as admin
{"tags": ["x", "y", "x"]}
= 200
{"tags": ["x", "y"], ...}
DELETE /v3/projects/$p/tags/x  as admin
= 204
DELETE /v3/projects/$p/tags  as admin
= 204
GET /v3/projects/$p  as admin
= 200
{"project": {"tags": [], ...}}
# pages
GET /v3/projects?sort_key=name&limit=2  as admin
= 200
{"projects": [{"name": "admin", "id": "$admin := hex", ...}, {"name": "demo", "id": "$demo := hex", ...}],
 "links": {"next": "http://$host/identity/v3/projects?sort_key=name&limit=2&marker=$demo", ...}}
GET /v3/projects?sort_key=name&limit=2&marker=$demo  as admin
= 200
{"projects": [{"name": "other", ...}, {"name": "p1", ...}], ...}
# Others neither make, change nor see what is not theirs.
POST /v3/projects  as demo
{"project": {"name": "mine"}}
= 403
{"error": {"code": 403, "message": "$ := text", "title": "Forbidden"}}
GET /v3/projects/$p  as demo
= 404
PATCH /v3/projects/$p  as demo
{"project": {"description": "x"}}
= 404
DELETE /v3/projects/$p  as demo
= 404
GET /v3/projects  as demo
= 200
{"projects": [{"id": "$demo", "name": "demo", ...}], ...}
GET /v3/auth/projects  as demo
= 200
{"projects": [{"id": "$demo", "name": "demo", ...}], ...}
# A disabled project's tokens are refused.
PATCH /v3/projects/$demo  as admin
{"project": {"enabled": false}}
= 200
GET /v3/auth/projects  as demo
= 401
PATCH /v3/projects/$demo  as admin
{"project": {"enabled": true}}
= 200
GET /v3/auth/projects  as demo
= 200
DELETE /v3/projects/$p  as admin
= 204
DELETE /v3/projects/$p  as admin
= 404
