# A token of no project: it says who somebody is, and is for nothing that projects own.
GET identity:/v3/users?name=demo  as admin
= 200
{"users": [{"id": "$demo := hex", ...}], ...}
POST identity:/v3/users  as admin
{"user": {"name": "loose", "password": "a password"}}
= 201
POST identity:/v3/auth/tokens  as nobody
{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "loose", "domain": {"id": "default"}, "password": "a password"}}}}}
= 201
< X-Subject-Token: $loose := text
POST /vnfpkgm/v2/vnf_packages  as nobody
> X-Auth-Token: $loose
{}
= 403
POST /carrick/v1/sites  as nobody
> X-Auth-Token: $loose
{"name": "own", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 403
POST /vnflcm/v2/subscriptions  as nobody
> X-Auth-Token: $loose
{"callbackUri": "http://$receiver/cb/x"}
= 403
GET /vnfpkgm/v2/vnf_packages  as nobody
> X-Auth-Token: $loose
= 200
[]
