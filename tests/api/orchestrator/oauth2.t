# OAuth 2.0 client credentials (SOL013 8.3, RFC 6749 4.4): a client is a user, its secret his password.
GET identity:/v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
GET identity:/v3/projects?name=admin  as admin
= 200
{"projects": [{"id": "$other := hex", ...}], ...}
GET identity:/v3/roles?name=member  as admin
= 200
{"roles": [{"id": "$member := hex", ...}], ...}
POST identity:/v3/users  as admin
{"user": {"name": "oss", "password": "a:b%c d", "default_project_id": "$demo"}}
= 201
{"user": {"id": "$oss := hex", ...}}

# Without a role in its default project there is nothing a token would be for.
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_secret=a:b%25c+d
= 400
{"error": "invalid_scope", "error_description": "$ := text"}
PUT identity:/v3/projects/$demo/users/$oss/roles/$member  as admin
= 204

# By name and by id, in the form and by Basic: "oss:a%3Ab%25c+d".
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_secret=a:b%25c+d
= 200
< Content-Type: application/json
< Cache-Control: no-store
< Pragma: no-cache
{"access_token": "$token := text", "token_type": "Bearer", "expires_in": 3600, "scope": "project:$demo"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded; charset=UTF-8
grant_type=client_credentials&client_id=$oss&client_secret=a%3Ab%25c%20d&scope=project:$demo
= 200
{"access_token": "$ := text", "token_type": "Bearer", "expires_in": 3600, "scope": "project:$demo"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
> Authorization: Basic b3NzOmElM0FiJTI1Yytk
grant_type=client_credentials
= 200
{"access_token": "$basic := text", "token_type": "Bearer", "expires_in": 3600, "scope": "project:$demo"}
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Bearer $token
= 200
[]
POST /nslcm/v2/ns_instances  as nobody
> Authorization: Bearer $basic
{"nsdId": "none", "nsName": "n", "nsDescription": "d"}
= 422

# A scope is one project that the client has a role in.
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_secret=a:b%25c+d&scope=project:$other
= 400
{"error": "invalid_scope", "error_description": "the client has no role in that project"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_secret=a:b%25c+d&scope=nslcm:v2:all
= 400
{"error": "invalid_scope", "error_description": "a scope is one project:ID"}

# Who it is not: no part is named.
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_secret=wrong
= 401
< WWW-Authenticate: Basic realm="carrick", charset="UTF-8"
< Cache-Control: no-store
< Content-Type: application/json
{"error": "invalid_client", "error_description": "$refused := text"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=stranger&client_secret=wrong
= 401
{"error": "invalid_client", "error_description": "$refused"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
> Authorization: Basic b3NzOndyb25n
grant_type=client_credentials
= 401
{"error": "invalid_client", "error_description": "$refused"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
> Authorization: Basic !
grant_type=client_credentials
= 401
{"error": "invalid_client", ...}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss
= 401
{"error": "invalid_client", ...}

# What is no request for a token.
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
> Authorization: Basic b3NzOmElM0FiJTI1Yytk
grant_type=client_credentials&client_id=oss&client_secret=a:b%25c+d
= 400
{"error": "invalid_request", "error_description": "the client proves itself in two ways at once"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
> Authorization: Basic b3NzOmElM0FiJTI1Yytk
grant_type=client_credentials&client_id=another
= 400
{"error": "invalid_request", ...}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=password&username=oss&password=a
= 400
{"error": "unsupported_grant_type", "error_description": "there is client_credentials"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
client_id=oss&client_secret=a:b%25c+d
= 400
< Cache-Control: no-store
{"error": "invalid_request", "error_description": "grant_type is missing"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_id=oss&client_secret=a
= 400
{"error": "invalid_request", "error_description": "client_id is given twice"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=%zz
= 400
{"error": "invalid_request", ...}
POST /oauth2/token  as nobody
{"grant_type": "client_credentials"}
= 400
{"error": "invalid_request", "error_description": "the body has to be application/x-www-form-urlencoded"}
# What stands in the address is not read: it would be in logs.
POST /oauth2/token?grant_type=client_credentials&client_id=oss&client_secret=a:b%25c+d  as nobody
> Content-Type: application/x-www-form-urlencoded
= 400
{"error": "invalid_request", "error_description": "grant_type is missing"}
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
@repeat a=b& 5000
= 413
{"error": "invalid_request", ...}
GET /oauth2/token  as nobody
= 405
< Allow: POST
{"error": "invalid_request", ...}

# The token is an ordinary one: another password ends it.
clock +1s
PATCH identity:/v3/users/$oss  as admin
{"user": {"password": "later"}}
= 200
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Bearer $token
= 401
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_secret=later
= 200
{"access_token": "$token := text", ...}
PATCH identity:/v3/users/$oss  as admin
{"user": {"enabled": false}}
= 200
POST /oauth2/token  as nobody
> Content-Type: application/x-www-form-urlencoded
grant_type=client_credentials&client_id=oss&client_secret=later
= 401
{"error": "invalid_client", "error_description": "$refused"}
GET /nslcm/v2/ns_instances  as nobody
> Authorization: Bearer $token
= 401
