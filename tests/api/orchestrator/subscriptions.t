# Subscriptions (SOL013 clause 8): what is refused, what is kept, what is the same, whose they are.
GET /vnflcm/v2/subscriptions  as nobody
= 401
GET /vnflcm/v2/subscriptions  as demo
= 200
[]
POST /vnflcm/v2/subscriptions  as reader
{"callbackUri": "http://$receiver/cb/a"}
= 403

# The form: every fault of the body, then every fault of the filter and the credentials.
POST /vnflcm/v2/subscriptions  as demo
{"filter": 1, "verbosity": "LOUD", "authentication": {"paramsBasic": {"userName": "a:b"}}, "colour": 1}
= 400
{"status": 400, "detail": "$ := text", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "ftp://$receiver/cb/a"}
= 400
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://user:secret@$receiver/cb/a"}
= 400
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http:///cb"}
= 400
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a", "filter": {"colour": "red", "notificationTypes": ["VnfBirthday"], "operationStates": [],
 "operationTypes": [1], "vnfInstanceSubscriptionFilter": {"vnfdIds": {}, "vnfProductsFromProviders": [{"vnfProducts": [{"versions": [{"size": "1"}]}]}]}},
 "authentication": {"authType": ["TLS_CERT"]}}
= 400
{"status": 400, "detail": "unknown attribute 'filter.colour'; filter.notificationTypes[0]: there is no 'VnfBirthday'; filter.operationStates: 1 to 1000 values, not 0; filter.operationTypes[0]: text is wanted, not integer; filter.vnfInstanceSubscriptionFilter.vnfdIds: a list is wanted, not object; unknown attribute 'filter.vnfInstanceSubscriptionFilter.vnfProductsFromProviders[0].vnfProducts[0].versions[0].size'; authentication: BASIC with paramsBasic or OAUTH2_CLIENT_CREDENTIALS with paramsOauth2ClientCredentials is wanted", ...}
# Short lists of lists are long: a filter is bounded as a whole.
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a", "filter": {"vnfInstanceSubscriptionFilter": {"vnfdIds": ["v"
@repeat ,"v" 600
], "vnfInstanceIds": ["i"
@repeat ,"i" 399
]}}}
= 400
{"detail": "filter: 1000 values at most, not 1001", ...}
POST /vnfpkgm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a", "filter": {"vnfdId": ["v"
@repeat ,"xxxxxxxxxxxxxxxxxxxx" 900
]}}
= 400
{"detail": "filter: 16384 bytes at most, not 20716", ...}
# Only lifecycles have verbosity.
POST /nsd/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a", "verbosity": "FULL"}
= 400
{"detail": "unknown attribute 'verbosity'", ...}

# The callback is asked first, and has to answer 204.
PUT receiver:/tell/a  as nobody
{"get": 404}
= 204
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a"}
= 422
{"status": 422, "detail": "callbackUri did not pass its test: GET http://$receiver/cb/a answered 404, not 204", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://127.0.0.1:1/cb/a"}
= 422
{"status": 422, "detail": "$ := text", ...}
# An address that a callback may not have is not called, by whatever name.
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://169.254.169.254/latest"}
= 422
{"detail": "callbackUri did not pass its test: GET http://169.254.169.254/latest: its address may not be called", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://[::ffff:127.0.0.2]/"}
= 422
{"detail": "callbackUri did not pass its test: GET http://[::ffff:127.0.0.2]/: its address may not be called", ...}
GET /vnflcm/v2/subscriptions  as demo
= 200
[]
PUT receiver:/tell/a  as nobody
{"get": 204}
= 204
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a", "filter": {"notificationTypes": ["VnfIdentifierCreationNotification"], "operationTypes": ["SCALE"]},
 "authentication": {"authType": ["TLS_CERT", "BASIC"], "paramsBasic": {"userName": "u", "password": "secret"}}}
= 201
< Location: http://$host/vnflcm/v2/subscriptions/$a
< Version: 2.3.0
{"id": "$a := id", "callbackUri": "http://$receiver/cb/a", "filter": {"notificationTypes": ["VnfIdentifierCreationNotification"], "operationTypes": ["SCALE"]}, "verbosity": "FULL", "_links": {"self": {"href": "http://$host/vnflcm/v2/subscriptions/$a"}}}
GET receiver:/got/a/0  as nobody
= 200
{"authorization": "Basic dTpzZWNyZXQ=", "version": "2.3.0", "notifications": []}
GET /vnflcm/v2/subscriptions/$a  as demo
= 200
{"id": "$a", "callbackUri": "http://$receiver/cb/a", "filter": "$ := any", "verbosity": "FULL", "_links": "$ := any"}
GET /vnflcm/v2/subscriptions?filter=(eq,callbackUri,http://$receiver/cb/a)  as demo
= 200
[{"id": "$a", ...}]

# The same filter and callback is the same subscription, in whatever order it is written.
POST /vnflcm/v2/subscriptions  as demo
{"filter": {"operationTypes": ["SCALE"], "notificationTypes": ["VnfIdentifierCreationNotification"]}, "callbackUri": "http://$receiver/cb/a"}
= 303
< Location: http://$host/vnflcm/v2/subscriptions/$a
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a", "verbosity": "SHORT"}
= 201
{"id": "$b := id", "verbosity": "SHORT", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a", "filter": {}}
= 303
< Location: http://$host/vnflcm/v2/subscriptions/$b
# Neither another API's nor another project's is.
POST /nslcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/a"}
= 201
{"id": "$c := id", ...}
POST /vnflcm/v2/subscriptions  as alice
{"callbackUri": "http://$receiver/cb/a"}
= 201
{"id": "$hers := id", ...}
GET /vnflcm/v2/subscriptions  as alice
= 200
[{"id": "$hers", ...}]
GET /vnflcm/v2/subscriptions/$c  as demo
= 404
DELETE /vnflcm/v2/subscriptions/$c  as demo
= 404
GET /vnflcm/v2/subscriptions/$hers  as demo
= 404
DELETE /vnflcm/v2/subscriptions/$hers  as demo
= 404
DELETE /vnflcm/v2/subscriptions/$a  as reader
= 403
PATCH /vnflcm/v2/subscriptions/$a  as demo
{}
= 405
DELETE /vnflcm/v2/subscriptions/$a  as peer
= 204
GET /vnflcm/v2/subscriptions/$a  as demo
= 404

# OAuth 2.0: a token is got first; without one nobody subscribes.
POST /vnfpkgm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/o", "authentication": {"authType": ["OAUTH2_CLIENT_CREDENTIALS"],
 "paramsOauth2ClientCredentials": {"clientId": "client one", "clientPassword": "wrong", "tokenEndpoint": "http://$receiver/token"}}}
= 422
{"detail": "callbackUri did not pass its test: token: POST http://$receiver/token answered 401", ...}
POST /vnfpkgm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/o", "authentication": {"authType": ["OAUTH2_CLIENT_CREDENTIALS"],
 "paramsOauth2ClientCredentials": {"clientId": "client one", "clientPassword": "p:w", "tokenEndpoint": "http://$receiver/token"}}}
= 201
{"id": "$o := id", "callbackUri": "http://$receiver/cb/o", "_links": "$ := any"}
GET receiver:/got/o/0  as nobody
= 200
{"authorization": "Bearer token-1", "version": "2.4.0", "notifications": []}
