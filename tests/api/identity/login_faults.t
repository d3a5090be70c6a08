# What is wrong with a login is never told; what is wrong with the body is, all of it.
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"}, "password": "x"}}}}}
= 401
< WWW-Authenticate: Keystone uri="http://$host/identity/v3"
{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "unknown", "domain": {"id": "default"}, "password": "x"}}}}}
= 401
{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"}, "password": "demo"}}}, "scope": {"project": {"name": "other", "domain": {"id": "default"}}}}}
= 401
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["mapped"]}}}
= 401
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": 5, "domain": [], "password": true}}}}}
= 400
{"error": {"code": 400, "message": "Invalid input for field 'auth.identity.password.user.password': it is not a string; Invalid input for field 'auth.identity.password.user': it is not a string; Invalid input for field 'auth.identity.password.user': it is not an object", "title": "Bad Request"}}
POST /v3/auth/tokens  as nobody
{"auth": {}}
= 400
{"error": {"code": 400, "message": "'identity' is a required property", "title": "Bad Request"}}
POST /v3/auth/tokens  as nobody
= 400
POST /v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"]}, "scope": {"project": {"id": "x"}, "domain": {"id": "y"}}}}
= 400
{"error": {"code": 400, "message": "Invalid input for field 'auth.scope': exactly one scope is needed", "title": "Bad Request"}}
