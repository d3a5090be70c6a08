# A list that leaves something out raises no alarm: what it has not is asked for by itself, and a site that
# denies everything, and shows nothing else of ours, is not believed at all.
include service demo
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
  {"id": "$two := text", ...}], ...}, ...}], ...}

# Each port is there where it is asked for by itself: of ports nothing is known, which is told; none is missing.
PUT site:/refuse/empty-ports  as demo
= 204
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[{"managedObjectId": "$vnf", "probableCause": "RESOURCES_UNKNOWN", "perceivedSeverity": "INDETERMINATE", ...}]
PUT site:/refuse/none  as demo
= 204
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[]
GET /vnffm/v1/alarms?filter=(eq,probableCause,PORT_MISSING)  as demo
= 200
[]

# Nothing of all that is recorded: so says a site that is used as another project.  Of each kind that the VNF
# has there nothing is known.
PUT site:/refuse/project  as demo
= 204
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[{"probableCause": "RESOURCES_UNKNOWN", ...}, {"probableCause": "RESOURCES_UNKNOWN", ...}, ...]
PUT site:/refuse/none  as demo
= 204
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[]
GET /vnffm/v1/alarms?filter=(in,probableCause,PORT_MISSING,SERVER_MISSING,RESOURCE_MISSING)  as demo
= 200
[]
GET /nsfm/v1/alarms?filter=(in,probableCause,PORT_MISSING,SERVER_MISSING,RESOURCE_MISSING)  as demo
= 200
[]

# What it has not, asked for by itself, is lost, and mended when it is there again.
PUT site:/lose/$out1  as demo
= 204
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[{"managedObjectId": "$vnf", "probableCause": "PORT_MISSING", "perceivedSeverity": "CRITICAL", ...}]
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healNsData": {"degreeHealing": "HEAL_RESTORE"}}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnffm/v1/alarms?filter=(neq,perceivedSeverity,CLEARED)  as demo
~ 200
[]
