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
