# Alarms (SOL003 clause 7, SOL005 clause 8): what is wrong at a site in memory, raised once, told, cleared.
include service demo
GET /vnffm/v1/alarms  as nobody
= 401
GET /vnffm/v1/alarms  as demo
= 200
[]
GET /vnffm/api_versions  as demo
= 200
{"uriPrefix": "http://$host/vnffm", "apiVersions": [{"version": "1.5.0", "isDeprecated": false}]}
GET /nsfm/v1/api_versions  as demo
= 200
{"uriPrefix": "http://$host/nsfm/v1", "apiVersions": [{"version": "1.3.0", "isDeprecated": false}]}
GET /vnffm/v2/alarms  as demo
= 404
POST /vnffm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/vnf", "filter": {"notificationTypes": ["AlarmNotification", "AlarmClearedNotification"], "faultyResourceTypes": ["COMPUTE"],
 "perceivedSeverities": ["CRITICAL"], "vnfInstanceSubscriptionFilter": {"vnfdIds": ["function"]}}}
= 201
{"id": "$of_vnf := id", "callbackUri": "http://$receiver/cb/vnf", "_links": {"self": {"href": "http://$host/vnffm/v1/subscriptions/$of_vnf"}}, ...}
POST /vnffm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/no", "filter": {"perceivedSeverities": ["BAD"]}}
= 400
{"detail": "filter.perceivedSeverities[0]: there is no 'BAD'", ...}
POST /vnffm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/none", "filter": {"probableCauses": ["PORT_MISSING"]}}
= 201
POST /nsfm/v1/subscriptions  as demo
{"callbackUri": "http://$receiver/cb/ns"}
= 201
{"id": "$of_ns := id", ...}
GET /nsfm/v1/subscriptions  as demo
= 200
[{"id": "$of_ns", ...}]
GET /vnffm/v1/subscriptions/$of_ns  as demo
= 404

POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$vnf := text", "instantiatedVnfInfo": {"vnfcResourceInfo": [
  {"id": "$one := text", "vnfcCpInfo": [{"id": "$in1 := text", ...}, {"id": "$out1 := text", ...}], ...},
  {"id": "$two := text", "vnfcCpInfo": [{"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}], ...}, ...}], ...}

# A server stops: one alarm of the VNF and one of its NS, which know each other; each is told.
POST site:/compute/v2.1/servers/$one/action  as demo
{"os-stop": null}
= 202
GET receiver:/got/vnf/1  as nobody
~ 200
{"version": "1.5.0", "notifications": [{"id": "$ := uuid", "notificationType": "AlarmNotification", "subscriptionId": "$of_vnf", "timeStamp": "$ := time",
 "alarm": {"id": "$a1 := uuid", "managedObjectId": "$vnf",
  "rootCauseFaultyResource": {"faultyResource": {"vimConnectionId": "$east := uuid", "resourceId": "$one", "vimLevelResourceType": "OS::Nova::Server"}, "faultyResourceType": "COMPUTE"},
  "alarmRaisedTime": "$ := time", "ackState": "UNACKNOWLEDGED", "perceivedSeverity": "CRITICAL", "eventTime": "$ := time", "eventType": "PROCESSING_ERROR_ALARM",
  "faultType": "STATE", "probableCause": "SERVER_STOPPED", "isRootCause": true, "correlatedAlarmIds": ["$n1 := uuid"],
  "faultDetails": ["vnfcInstanceId=$one", "$ := text"],
  "_links": {"self": {"href": "http://$host/vnffm/v1/alarms/$a1"}, "objectInstance": {"href": "http://$host/vnflcm/v2/vnf_instances/$vnf"}}},
 "_links": {"subscription": {"href": "http://$host/vnffm/v1/subscriptions/$of_vnf"}}}], ...}
GET receiver:/got/ns/1  as nobody
~ 200
{"version": "1.3.0", "notifications": [{"notificationType": "AlarmNotification", "subscriptionId": "$of_ns",
 "alarm": {"id": "$n1", "managedObjectId": "$ns", "rootCauseFaultyComponent": {"faultyVnfInstanceId": "$vnf"}, "isRootCause": false, "correlatedAlarmIds": ["$a1"],
  "rootCauseFaultyResource": {"faultyResource": {"vimId": "$east", "resourceId": "$one", "vimLevelResourceType": "OS::Nova::Server"}, "faultyResourceType": "COMPUTE"},
  "probableCause": "SERVER_STOPPED", "_links": {"self": {"href": "http://$host/nsfm/v1/alarms/$n1"}, "objectInstance": {"href": "http://$host/nslcm/v2/ns_instances/$ns"}}, ...}, ...}], ...}
GET /vnffm/v1/alarms  as demo
= 200
[{"id": "$a1", "managedObjectId": "$vnf", "ackState": "UNACKNOWLEDGED", "perceivedSeverity": "CRITICAL", ...}]
GET /vnffm/v1/alarms?filter=(eq,perceivedSeverity,MINOR)  as demo
= 200
[]
GET /nsfm/v1/alarms?filter=(eq,managedObjectId,$ns)  as demo
= 200
[{"id": "$n1", "managedObjectId": "$ns", ...}]
GET /vnffm/v1/alarms/$n1  as demo
= 404

# Whose it is not does not see it.
GET /vnffm/v1/alarms  as alice
= 200
[]
GET /vnffm/v1/alarms/$a1  as alice
= 404
PATCH /vnffm/v1/alarms/$a1  as alice
{"ackState": "ACKNOWLEDGED"}
= 404
PATCH /vnffm/v1/alarms/$a1  as reader
{"ackState": "ACKNOWLEDGED"}
= 403

# Somebody takes note of it: that is no news of the fault.
GET /vnffm/v1/alarms/$a1  as demo
= 200
< ETag: $etag := any
{"id": "$a1", ...}
PATCH /vnffm/v1/alarms/$a1  as demo
{"perceivedSeverity": "MINOR"}
= 400
PATCH /vnffm/v1/alarms/$a1  as demo
> If-Match: "77"
{"ackState": "ACKNOWLEDGED"}
= 412
PATCH /vnffm/v1/alarms/$a1  as demo
> If-Match: $etag
{"ackState": "ACKNOWLEDGED"}
= 200
{"ackState": "ACKNOWLEDGED"}
PATCH /vnffm/v1/alarms/$a1  as demo
{"ackState": "ACKNOWLEDGED"}
= 409
{"status": 409, "detail": "alarm $a1 is ACKNOWLEDGED already", ...}
GET /vnffm/v1/alarms/$a1  as demo
= 200
{"ackState": "ACKNOWLEDGED", "alarmAcknowledgedTime": "$ := time", ...}
PATCH /vnffm/v1/alarms/$a1  as demo
{"ackState": "UNACKNOWLEDGED"}
= 200

# A server that goes takes its ports' faults with it; what the NS itself holds is the NS's fault.
DELETE site:/compute/v2.1/servers/$two  as demo
= 204
GET /vnffm/v1/alarms?filter=(eq,probableCause,SERVER_MISSING)  as demo
~ 200
[{"id": "$a2 := id", "perceivedSeverity": "CRITICAL", "eventType": "EQUIPMENT_ALARM", "faultDetails": ["vnfcInstanceId=$two", "$ := text"], ...}]
PUT site:/network/v2.0/ports/$in1  as demo
{"port": {"admin_state_up": false}}
= 200
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", ...}]}
DELETE site:/network/v2.0/sfc/port_chains/$chain  as demo
= 204
GET /nsfm/v1/alarms?filter=(eq,probableCause,RESOURCE_MISSING)  as demo
~ 200
[{"id": "$n3 := id", "managedObjectId": "$ns", "perceivedSeverity": "MAJOR", "isRootCause": false, "rootCauseFaultyResource": {"faultyResource": {"resourceId": "$chain", ...}, "faultyResourceType": "NETWORK"}, ...}]
GET /vnffm/v1/alarms?filter=(eq,probableCause,PORT_SHUT)  as demo
~ 200
[{"perceivedSeverity": "MAJOR", ...}]
GET /vnffm/v1/alarms?filter=(eq,probableCause,SERVER_STOPPED)  as demo
= 200
[{"id": "$a1", "alarmRaisedTime": "$ := time", ...}]
GET /vnffm/v1/alarms?filter=(nin,probableCause,PORT_SHUT,SERVER_STOPPED,SERVER_MISSING)  as demo
= 200
[]

# A site that says nothing clears nothing: what is not known is one alarm of each instance.
PUT site:/refuse/lists  as demo
= 204
GET /vnffm/v1/alarms?filter=(eq,probableCause,SITE_UNREACHABLE)  as demo
~ 200
[{"managedObjectId": "$vnf", "perceivedSeverity": "INDETERMINATE", "faultType": "UNREACHABLE", ...}]
GET /nsfm/v1/alarms?filter=(eq,probableCause,SITE_UNREACHABLE)  as demo
~ 200
[{"managedObjectId": "$ns", ...}]
# (RESOURCES_UNKNOWN is of a look that was under way when the site began or ceased to say something.)
GET /vnffm/v1/alarms?filter=(eq,perceivedSeverity,CLEARED);(neq,probableCause,RESOURCES_UNKNOWN)  as demo
= 200
[]
PUT site:/refuse/none  as demo
= 204
GET /vnffm/v1/alarms?filter=(eq,probableCause,SITE_UNREACHABLE)  as demo
~ 200
[{"perceivedSeverity": "CLEARED", "alarmClearedTime": "$ := time", ...}]
GET /vnffm/v1/alarms?filter=(eq,probableCause,RESOURCES_UNKNOWN);(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[]

# A site that does not tell one kind of things is there all the same: of that kind nothing is known.
PUT site:/refuse/list-ports  as demo
= 204
GET /vnffm/v1/alarms?filter=(eq,probableCause,RESOURCES_UNKNOWN);(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[{"id": "$unknown := id", "managedObjectId": "$vnf", "perceivedSeverity": "INDETERMINATE", "faultType": "UNTOLD", ...}]
GET /vnffm/v1/alarms?filter=(eq,probableCause,SITE_UNREACHABLE);(neq,perceivedSeverity,CLEARED)  as demo
= 200
[]
PUT site:/refuse/none  as demo
= 204
GET /vnffm/v1/alarms?filter=(eq,id,$unknown)  as demo
~ 200
[{"perceivedSeverity": "CLEARED", ...}]

# While it is healed nothing new is said; healed, it is cleared and told.
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf", "vnfcInstanceId": ["$one", "$two"]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET receiver:/got/vnf/4  as nobody
~ 200
{"notifications": [{"alarm": {"id": "$a1", ...}, ...}, {"alarm": {"id": "$a2", ...}, ...},
 {"notificationType": "AlarmClearedNotification", "alarmId": "$a1", "alarmClearedTime": "$ := time",
  "_links": {"alarm": {"href": "http://$host/vnffm/v1/alarms/$a1"}, "subscription": {"href": "http://$host/vnffm/v1/subscriptions/$of_vnf"}}, ...},
 {"notificationType": "AlarmClearedNotification", "alarmId": "$a2", ...}], ...}
GET /vnffm/v1/alarms/$a1  as demo
= 200
{"perceivedSeverity": "CLEARED", "alarmClearedTime": "$ := time", "ackState": "UNACKNOWLEDGED", ...}
GET /nsfm/v1/alarms/$n1  as demo
~ 200
{"perceivedSeverity": "CLEARED", ...}
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[{"probableCause": "PORT_SHUT", ...}]
GET receiver:/got/vnf/5  as nobody
= 404
GET receiver:/calls/none/2  as nobody
= 404

# A port that has left its server, which runs: seen twice, so that no stop of a server is taken for it.
GET site:/network/v2.0/ports/$out1  as demo
= 200
{"port": {"device_id": "$three := text", ...}}
PUT site:/network/v2.0/ports/$out1  as demo
{"port": {"device_id": ""}}
= 200
GET /vnffm/v1/alarms?filter=(eq,probableCause,PORT_DETACHED)  as demo
~ 200
[{"perceivedSeverity": "CRITICAL", "faultDetails": ["vnfcInstanceId=$three", "$ := text"], "correlatedAlarmIds": ["$ := id"], ...}]

# What is terminated has no faults; cleared alarms are forgotten after a week.
POST /nslcm/v2/ns_instances/$ns/terminate  as demo
{}
= 202
GET /nslcm/v2/ns_instances/$ns  as demo
~ 200
{"nsState": "NOT_INSTANTIATED", ...}
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[]
GET /nsfm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[]
GET identity:/v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
GET identity:/v3/roles?name=member  as admin
= 200
{"roles": [{"id": "$member := hex", ...}], ...}
POST identity:/v3/users  as admin
{"user": {"name": "oss", "password": "first", "default_project_id": "$demo"}}
= 201
{"user": {"id": "$oss := hex", ...}}
PUT identity:/v3/projects/$demo/users/$oss/roles/$member  as admin
= 204
clock +604800s
GET /vnffm/v1/alarms/$a1  as nobody
> Authorization: Basic b3NzOmZpcnN0
= 200
clock +1s
GET /vnffm/v1/alarms  as nobody
> Authorization: Basic b3NzOmZpcnN0
~ 200
[]
GET /nsfm/v1/alarms  as nobody
> Authorization: Basic b3NzOmZpcnN0
~ 200
[]
