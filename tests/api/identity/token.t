# A token is issued for a password, scoped to a project.
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"name": "Default"}, "password": "demo"}}},
          "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}}
= 201
< X-Subject-Token: $token := text
< Vary: X-Auth-Token
< Content-Type: application/json
{"token": {"methods": ["password"], "audit_ids": ["$ := text"],
           "issued_at": "2026-01-02T03:04:05.000000Z", "expires_at": "2026-01-02T04:04:05.000000Z",
           "user": {"id": "$demo := hex", "name": "demo", "domain": {"id": "default", "name": "Default"}, "password_expires_at": null},
           "is_domain": false,
           "project": {"id": "$project := hex", "name": "demo", "domain": {"id": "default", "name": "Default"}},
           "roles": [{"id": "$member := hex", "name": "member"}, {"id": "$reader := hex", "name": "reader"}],
           "catalog": [{"id": "$ := hex", "name": "keystone", "type": "identity",
                        "endpoints": [{"id": "$ := hex", "interface": "public", "region": "RegionOne", "region_id": "RegionOne", "url": "http://$host/identity/v3"}, ...]}, ...]}}

# The token says the same when it is asked about, by its owner or an administrator, and by nobody else.
GET /v3/auth/tokens  as demo
> X-Subject-Token: $token
= 200
< X-Subject-Token: $token
{"token": {"user": {"id": "$demo", ...}, "project": {"id": "$project", ...}, ...}}
HEAD /v3/auth/tokens  as admin
> X-Subject-Token: $token
= 200
GET /v3/auth/tokens  as alice
> X-Subject-Token: $token
= 403
{"error": {"code": 403, "message": "You are not authorized to perform the requested action: identity:validate_token.", "title": "Forbidden"}}
GET /v3/auth/tokens  as admin
> X-Subject-Token: nonsense
= 404
{"error": {"code": 404, "message": "Could not recognize the token", "title": "Not Found"}}
GET /v3/auth/tokens  as admin
= 400
{"error": {"code": 400, "message": "X-Subject-Token is required", "title": "Bad Request"}}
GET /v3/auth/tokens  as nobody
> X-Subject-Token: $token
= 401
< WWW-Authenticate: Keystone uri="http://$host/identity/v3"
{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}

# A token buys another one, which keeps its end.
POST /v3/auth/tokens?nocatalog  as nobody
{"auth": {"identity": {"methods": ["token"], "token": {"id": "$token"}}, "scope": {"project": {"id": "$project"}}}}
= 201
< X-Subject-Token: $second := text
{"token": {"methods": ["token", "password"], "audit_ids": ["$ := text", "$ := text"],
           "issued_at": "$ := time", "expires_at": "2026-01-02T04:04:05.000000Z",
           "user": {"id": "$demo", ...}, "is_domain": false, "project": {"id": "$project", ...}, "roles": [{"id": "$member", "name": "member"}, ...]}}

# Unscoped: neither roles nor catalog.
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["token"], "token": {"id": "$token"}}, "scope": "unscoped"}}
= 201
{"token": {"methods": ["token", "password"], "audit_ids": ["$ := text", "$ := text"], "issued_at": "$ := time", "expires_at": "$ := time", "user": {"id": "$demo", ...}}}

# Domain scope is for those who have a role there.
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["token"], "token": {"id": "$token"}}, "scope": {"domain": {"id": "default"}}}}
= 401
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "admin", "domain": {"id": "default"}, "password": "admin"}}}, "scope": {"domain": {"name": "Default"}}}}
= 201
{"token": {"domain": {"id": "default", "name": "Default"}, "roles": [{"name": "admin", ...}, {"name": "member", ...}, {"name": "reader", ...}], ...}}

# Revoking the first also ends what was bought with it.
DELETE /v3/auth/tokens  as admin
> X-Subject-Token: $token
= 204
GET /v3/auth/tokens  as admin
> X-Subject-Token: $token
= 404
GET /v3/auth/tokens  as admin
> X-Subject-Token: $second
= 404
GET /v3/auth/projects  as nobody
> X-Auth-Token: $token
= 401

# Tokens end after an hour.
GET /v3/auth/projects  as demo
= 200
clock +59m
GET /v3/auth/projects  as demo
= 200
clock +61s
GET /v3/auth/projects  as demo
= 401
