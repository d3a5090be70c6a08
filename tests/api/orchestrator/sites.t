# Sites: credentials are believed once a token was got with them.
GET /carrick/v1/sites  as nobody
= 401
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "ftp://x/v3", "location": {"planet": "Mars"}}
= 400
{"status": 400, "detail": "$ := text", ...}
# Nobody answers there: refused, and nothing is kept.
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://127.0.0.1:1/v3", "username": "u", "password": "secret-word", "project_name": "p"}
= 503
GET /carrick/v1/sites  as demo
= 200
[]
# The orchestrator's own identity lets the right user in, but is no site: it has no network service.
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$host/identity/v3", "username": "nobody", "password": "wrong", "project_name": "p"}
= 422
GET /carrick/v1/sites  as demo
= 200
[]
POST /carrick/v1/plans  as demo
{"nsInstanceId": "0b000000-0000-4000-8000-000000000000"}
= 400
POST /carrick/v1/plans  as demo
{"nsInstanceId": "0b000000-0000-4000-8000-000000000000", "request": {"nsFlavourId": "default"}}
= 404
GET /carrick/v1/operations/0b000000-0000-4000-8000-000000000000  as demo
= 404
GET /carrick/v1/operations  as demo
= 200
[]
GET /carrick/v1/holdings  as demo
= 200
[]
