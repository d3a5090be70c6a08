# Users, their passwords, their grants.
GET /v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
POST /v3/users  as admin
{"user": {"name": "u1", "password": "first", "default_project_id": "$demo", "email": "u@x", "options": {}}}
= 201
{"user": {"id": "$u := hex", "name": "u1", "domain_id": "default", "enabled": true, "default_project_id": "$demo", "email": "u@x",
          "password_expires_at": null, "options": {}, "links": {"self": "http://$host/identity/v3/users/$u"}}}
POST /v3/users  as admin
{"user": {"name": "u1"}}
= 409
POST /v3/users  as demo
{"user": {"name": "u2"}}
= 403
POST /v3/users  as admin
{"user": {"name": "u3", "options": {"ignore_password_expiry": true}}}
= 400

# Without a role there is no scope: the default project is passed over.
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "$u", "password": "first"}}}}}
= 201
< X-Subject-Token: $unscoped := text
{"token": {"user": {"id": "$u", ...}, "methods": ["password"], "audit_ids": ["$ := text"], "issued_at": "$ := time", "expires_at": "$ := time"}}

# Grants
GET /v3/roles?name=member  as admin
= 200
{"roles": [{"id": "$member := hex", "name": "member", "description": null, "domain_id": null, "options": {}, "links": {"self": "http://$host/identity/v3/roles/$member"}}], ...}
PUT /v3/projects/$demo/users/$u/roles/$member  as demo
= 403
PUT /v3/projects/$demo/users/$u/roles/$member  as admin
= 204
PUT /v3/projects/$demo/users/$u/roles/$member  as admin
= 204
PUT /v3/projects/$demo/users/$u/roles/nothing  as admin
= 404
{"error": {"code": 404, "message": "Could not find role: nothing.", "title": "Not Found"}}
HEAD /v3/projects/$demo/users/$u/roles/$member  as admin
= 204
GET /v3/projects/$demo/users/$u/roles  as admin
= 200
{"roles": [{"id": "$member", ...}], "links": {"self": "http://$host/identity/v3/projects/$demo/users/$u/roles", "next": null, "previous": null}}
GET /v3/role_assignments?user.id=$u&include_names  as admin
= 200
{"role_assignments": [{"role": {"id": "$member", "name": "member"}, "user": {"id": "$u", "name": "u1", "domain": {"id": "default", "name": "Default"}},
  "scope": {"project": {"id": "$demo", "name": "demo", "domain": {"id": "default", "name": "Default"}}},
  "links": {"assignment": "http://$host/identity/v3/projects/$demo/users/$u/roles/$member"}}], ...}
GET /v3/role_assignments?user.id=$u&effective=true  as admin
= 200
{"role_assignments": [{"role": {"id": "$member"}, ...}, {"role": {"id": "$reader := hex"}, ...}], ...}
GET /v3/role_assignments  as demo
= 403
GET /v3/users/$u/projects  as admin
= 200
{"projects": [{"id": "$demo", ...}], ...}
GET /v3/users/$u/projects  as demo
= 403

# Now the default project is the scope.
POST /v3/auth/tokens?nocatalog  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "$u", "password": "first"}}}}}
= 201
< X-Subject-Token: $token := text
{"token": {"project": {"id": "$demo", ...}, "roles": [{"name": "member", ...}, {"name": "reader", ...}], ...}}

# The own password is changed with the old one; tokens so far are refused then.
clock +1s
POST /v3/users/$u/password  as nobody
{"user": {"password": "second", "original_password": "wrong"}}
= 401
POST /v3/users/$u/password  as nobody
{"user": {"password": "second"}}
= 400
POST /v3/users/$u/password  as nobody
{"user": {"password": "second", "original_password": "first"}}
= 204
GET /v3/auth/projects  as nobody
> X-Auth-Token: $token
= 401
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "$u", "password": "first"}}}}}
= 401
POST /v3/auth/tokens?nocatalog  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "$u", "password": "second"}}}}}
= 201
< X-Subject-Token: $token := text

# A password set by an administrator ends tokens too.
clock +1s
PATCH /v3/users/$u  as demo
{"user": {"password": "third"}}
= 404
PATCH /v3/users/$u  as admin
{"user": {"password": "third"}}
= 200
GET /v3/auth/projects  as nobody
> X-Auth-Token: $token
= 401
POST /v3/auth/tokens?nocatalog  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "$u", "password": "third"}}}}}
= 201
< X-Subject-Token: $token := text

# A role taken away is gone from tokens that are out.
GET /v3/auth/projects  as nobody
> X-Auth-Token: $token
= 200
DELETE /v3/projects/$demo/users/$u/roles/$member  as admin
= 204
DELETE /v3/projects/$demo/users/$u/roles/$member  as admin
= 404
GET /v3/auth/projects  as nobody
> X-Auth-Token: $token
= 401

# People see themselves, administrators everybody; passwords are nowhere.
GET /v3/users  as demo
= 200
{"users": [{"id": "$demo_user := hex", "name": "demo", "domain_id": "default", "enabled": true, "password_expires_at": null, "options": {}, "links": {"self": "$ := text"}}], ...}
GET /v3/users/$u  as demo
= 404
PATCH /v3/users/$demo_user  as demo
{"user": {"name": "root"}}
= 403
PATCH /v3/users/$u  as admin
{"user": {"enabled": false, "description": "gone"}}
= 200
{"user": {"id": "$u", "enabled": false, "description": "gone", ...}}
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "$u", "password": "third"}}}}}
= 401
DELETE /v3/users/$u  as admin
= 204
GET /v3/users/$u  as admin
= 404
