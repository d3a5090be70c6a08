# Delivery: in order through failures, one slow subscriber delays no other, refusals and full queues
# become dead letters that are shown and can be sent after all.  (Here four wait at most, two dead
# letters are kept; see orchestrator_world.c.)
include single web demo
PUT receiver:/tell/fails  as nobody
{"post": [503, 500, 302, 204]}
= 204
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/fails"}
= 201
{"id": "$fails := id", ...}
PUT receiver:/tell/slow  as nobody
{"hold": true}
= 204
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/slow"}
= 201
{"id": "$slow := id", ...}
POST /vnflcm/v2/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/quick", "authentication": {"authType": ["OAUTH2_CLIENT_CREDENTIALS"],
 "paramsOauth2ClientCredentials": {"clientId": "client one", "clientPassword": "p:w", "tokenEndpoint": "http://$receiver/token"}}}
= 201
{"id": "$quick := id", ...}

POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "a"}
= 201
{"id": "$a := id", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "b"}
= 201
{"id": "$b := id", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "c"}
= 201
{"id": "$c := id", ...}
# The slow one has not answered; the others have all three, in order.
GET receiver:/got/quick/3  as nobody
~ 200
{"authorization": "Bearer token-2", "notifications": [{"vnfInstanceId": "$a", ...}, {"vnfInstanceId": "$b", ...}, {"vnfInstanceId": "$c", ...}], ...}
GET receiver:/got/fails/3  as nobody
~ 200
{"notifications": [{"vnfInstanceId": "$a", ...}, {"vnfInstanceId": "$b", ...}, {"vnfInstanceId": "$c", ...}], ...}
# A question and six notifications, none of them followed elsewhere by the redirect.
GET receiver:/calls/fails/7  as nobody
= 204
GET /carrick/v1/subscriptions/$fails  as demo
~ 200
{"waiting": 0, "dead": 0, "lost": 0, ...}
GET /carrick/v1/subscriptions/$slow  as demo
= 200
{"waiting": 3, "dead": 0, ...}
GET receiver:/got/slow/2  as nobody
= 404
PUT receiver:/tell/slow  as nobody
{"hold": false}
= 204
GET receiver:/got/slow/3  as nobody
~ 200
{"notifications": [{"vnfInstanceId": "$a", ...}, {"vnfInstanceId": "$b", ...}, {"vnfInstanceId": "$c", ...}], ...}

# A token that is refused is asked for again.
PUT receiver:/tell/quick  as nobody
{"post": [401, 204]}
= 204
DELETE /vnflcm/v2/vnf_instances/$c  as demo
= 204
GET receiver:/got/quick/4  as nobody
~ 200
{"authorization": "Bearer token-3", "notifications": [{"vnfInstanceId": "$a", ...}, {"vnfInstanceId": "$b", ...}, {"vnfInstanceId": "$c", ...}, {"notificationType": "VnfIdentifierDeletionNotification", "vnfInstanceId": "$c", ...}], ...}

# What is refused for good is a dead letter at the fifth time; the next goes out.
PUT receiver:/tell/fails  as nobody
{"post": [400, 400, 400, 400, 400, 204]}
= 204
DELETE /vnflcm/v2/vnf_instances/$b  as demo
= 204
DELETE /vnflcm/v2/vnf_instances/$a  as demo
= 204
GET /carrick/v1/subscriptions/$fails  as demo
~ 200
{"waiting": 0, "dead": 1, "lost": 0, "last_error": "POST http://$receiver/cb/fails answered 400", ...}
GET /carrick/v1/notifications?filter=(eq,subscriptionId,$fails)  as demo
= 200
[{"state": "DEAD", "attempts": 5, "notificationType": "VnfIdentifierDeletionNotification", "last_error": "POST http://$receiver/cb/fails answered 400", ...}]
GET /carrick/v1/notifications  as alice
= 200
[]
GET /carrick/v1/subscriptions/$fails  as alice
= 404
# Refused before, it is dead again at its next refusal.
PUT receiver:/tell/fails  as nobody
{"post": [400, 204]}
= 204
POST /carrick/v1/subscriptions/$fails/redrive  as demo
= 200
{"redriven": 1, "dead": 0}
GET /carrick/v1/notifications?filter=(eq,subscriptionId,$fails)  as demo
~ 200
[{"state": "DEAD", "attempts": 6, ...}]
POST /carrick/v1/subscriptions/$fails/redrive  as alice
= 404
POST /carrick/v1/subscriptions/$fails/redrive  as reader
= 403
POST /carrick/v1/subscriptions/$fails/redrive  as demo
= 200
{"redriven": 1, "dead": 0}
GET receiver:/got/fails/6  as nobody
~ 200
{"notifications": [{"vnfInstanceId": "$a", ...}, {"vnfInstanceId": "$b", ...}, {"vnfInstanceId": "$c", ...}, {"vnfInstanceId": "$c", ...},
 {"notificationType": "VnfIdentifierDeletionNotification", "vnfInstanceId": "$a", ...}, {"notificationType": "VnfIdentifierDeletionNotification", "vnfInstanceId": "$b", ...}], ...}
POST /carrick/v1/subscriptions/$fails/redrive  as demo
= 200
{"redriven": 0, "dead": 0}
# Received is not yet recorded as delivered: until then it takes a place in the queue.
GET /carrick/v1/subscriptions/$fails  as demo
~ 200
{"waiting": 0, "dead": 0, ...}

# A queue is full: its oldest become dead letters, of which the oldest are forgotten, as a number.
# (The others' queues may be full at times as well, where they are told slowly.)
DELETE /vnflcm/v2/subscriptions/$slow  as demo
= 204
DELETE /vnflcm/v2/subscriptions/$quick  as demo
= 204
PUT receiver:/tell/fails  as nobody
{"post": [503]}
= 204
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "n1"}
= 201
{"id": "$n1 := id", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "n2"}
= 201
{"id": "$n2 := id", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "n3"}
= 201
{"id": "$n3 := id", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "n4"}
= 201
{"id": "$n4 := id", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "n5"}
= 201
{"id": "$n5 := id", ...}
GET /carrick/v1/subscriptions/$fails  as demo
~ 200
{"waiting": 4, "dead": 1, "lost": 0, "last_error": "$ := text", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "n6"}
= 201
{"id": "$n6 := id", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "n7"}
= 201
{"id": "$n7 := id", ...}
GET /carrick/v1/subscriptions/$fails  as demo
~ 200
{"waiting": 4, "dead": 2, "lost": 1, ...}
# There is no room to redrive into: what is dead would only push out what waits.
POST /carrick/v1/subscriptions/$fails/redrive  as demo
= 200
{"redriven": 0, "dead": 2}
PUT receiver:/tell/fails  as nobody
{"post": [204]}
= 204
GET /carrick/v1/subscriptions/$fails  as demo
~ 200
{"waiting": 0, "dead": 2, "lost": 1, ...}
POST /carrick/v1/subscriptions/$fails/redrive  as demo
= 200
{"redriven": 2, "dead": 0}
GET receiver:/got/fails/12  as nobody
~ 200
GET /carrick/v1/subscriptions/$fails  as demo
~ 200
{"waiting": 0, "dead": 0, "lost": 1, ...}
DELETE /vnflcm/v2/subscriptions/$fails  as demo
= 204
GET /carrick/v1/notifications  as demo
~ 200
[]
