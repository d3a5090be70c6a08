# What servers were told when they booted, and parameters of operations on the way: a change of the package tells
# servers anew, and keeps what it was given.
include told demo silent 0 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac
include told demo told 1 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac text
include told demo told-2 2 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac text
include told demo placed 3 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac text place
include told demo told-4 4 y 3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877 text
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "told", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "additionalParams": {"name": "you"}, "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$server := text", "user_data": "aGVsbG8geW91", ...}]}

# Image and text stay, a parameter is another: the server is told it.
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "told-2", "additionalParams": {"greeting": "bye"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "resourceChanges": {"affectedVnfcs": [{"id": "$server", "changeType": "MODIFIED", ...}], ...}, ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$server", "user_data": "YnllIHlvdQ==", ...}]}

# An input of the new text that has no value is told before anything is begun; those given before have theirs.
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "placed"}
= 422
{"status": 422, "detail": "boot data of VDU front: input place has no value", ...}
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "placed", "additionalParams": {"place": "here"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$server", "user_data": "YnllIHlvdSBoZXJl", ...}]}
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$healed := text", "user_data": "YnllIHlvdSBoZXJl", ...}]}

# Where it does not run it is told what it was told before.
PUT site:/refuse/remade-$healed  as demo
= 204
POST /vnflcm/v2/vnf_instances/$vnf/change_vnfpkg  as demo
{"vnfdId": "told-4", "additionalParams": {"name": "others", "greeting": "hey"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET site:/compute/v2.1/servers/detail  as demo
= 200
{"servers": [{"id": "$healed", "user_data": "YnllIHlvdSBoZXJl", ...}]}
PUT site:/refuse/none  as demo
= 204

# What the first package had no use for is there for the next one.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "silent", "vnfInstanceName": "b"}
= 201
{"id": "$vnf2 := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf2/instantiate  as demo
{"flavourId": "f", "additionalParams": {"name": "them"}, "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /vnflcm/v2/vnf_instances/$vnf2/change_vnfpkg  as demo
{"vnfdId": "told"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$vnf2  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$server2 := text", ...}], ...}, ...}
GET site:/compute/v2.1/servers/$server2  as demo
= 200
{"server": {"user_data": "aGVsbG8gdGhlbQ==", ...}}
