# Who may invite a site, what an invitation has to say, and what a stranger without one is told.
POST /carrick/v1/invitations  as nobody
{"name": "east", "addresses": ["10.0.0.2"]}
= 401
POST /carrick/v1/invitations  as demo
{"name": "east", "addresses": ["10.0.0.2"]}
= 403
POST /carrick/v1/invitations  as admin
{"name": "", "addresses": ["10.0.0.2", "not a host"], "minutes": 0, "token_digest": "x"}
= 400
{"status": 400, "detail": "$faults := text", ...}
POST /carrick/v1/invitations  as admin
{"name": "east"}
= 400
# This one has no authority to sign with.
POST /carrick/v1/invitations  as admin
{"name": "east", "addresses": ["10.0.0.2", "east.example"]}
= 409
GET /carrick/v1/invitations  as admin
= 200
[]
POST /carrick/v1/joins/certificate  as nobody
{"token": "short"}
= 400
POST /carrick/v1/joins/certificate  as nobody
{"token": "0123456789abcdef0123456789abcdef", "request": "-----BEGIN CERTIFICATE REQUEST----- and so on, which nobody reads"}
= 403
POST /carrick/v1/joins/site  as nobody
{"token": "0123456789abcdef0123456789abcdef", "auth_url": "https://10.0.0.2:8080/identity/v3", "username": "u", "password": "secret-word", "project_name": "p"}
= 400
POST /carrick/v1/joins/site  as nobody
{"token": "0123456789abcdef0123456789abcdef", "auth_url": "https://10.0.0.2:8080/identity/v3", "username": "u", "password": "secret-word", "project_name": "p", "proof": "-----BEGIN CERTIFICATE REQUEST----- and so on, which nobody reads"}
= 403
GET /carrick/v1/sites  as admin
= 200
[]
