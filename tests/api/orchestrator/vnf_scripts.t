# At which moments of a VNF's life scripts are run (SOL001 6.7), at a site in memory: nothing listens where they are
# to be run, so each stops its operation there.
include scripted demo begins 1 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac start
include scripted demo begins-2 2 y 3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877 start
include scripted demo ends 3 x 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac end
include scripted demo ends-2 4 y 3bb2abb69ebb27fbfe63c7639624c6ec5e331b841a5bc8c3ebc10b9285e90877 end
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "127.0.0.0/16"}}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"id": "33333333-3333-4333-8333-333333333333", "name": "other"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "44444444-4444-4444-8444-444444444444", "network_id": "33333333-3333-4333-8333-333333333333", "cidr": "127.1.0.0/16"}}
= 201

# Before anything is done: at the servers that there are, and stay.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "begins", "vnfInstanceName": "begins"}
= 201
{"id": "$b := id", ...}
POST /vnflcm/v2/vnf_instances/$b/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["127.0.0.1"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$b0 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$b0  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$b  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$bfront := text", ...}, {"id": "$bback := text", ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$b/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op1)  as demo
= 200
[{"operation": "scale_start", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op1/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
POST /vnflcm/v2/vnf_instances/$b/scale_to_level  as demo
{"instantiationLevelId": "two"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op2)  as demo
= 200
[{"operation": "scale_to_level_start", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op2/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
POST /vnflcm/v2/vnf_instances/$b/operate  as demo
{"changeStateTo": "STOPPED"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op3)  as demo
= 200
[{"operation": "operate_start", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op3/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
POST /vnflcm/v2/vnf_instances/$b/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["127.1.0.1"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op4)  as demo
= 200
[{"operation": "change_external_connectivity_start", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op4/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
POST /vnflcm/v2/vnf_instances/$b/change_vnfpkg  as demo
{"vnfdId": "begins-2"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op5)  as demo
= 200
[{"operation": "change_current_package_start", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op5/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
PATCH /vnflcm/v2/vnf_instances/$b  as demo
{"vnfInstanceName": "c"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op6 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op6)  as demo
= 200
[{"operation": "modify_information_start", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op6/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET /vnflcm/v2/vnf_instances/$b  as demo
= 200
{"vnfInstanceName": "begins", ...}

# One that is healed is not asked before; another one is, and passed over where it lets nobody in.
POST /vnflcm/v2/vnf_instances/$b/heal  as demo
{"vnfcInstanceId": ["$bfront"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op7 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op7  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op7)  as demo
= 200
[]
POST /vnflcm/v2/vnf_instances/$b/heal  as demo
{"vnfcInstanceId": ["$bback"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op8 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op8  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op8)  as demo
= 200
[{"operation": "heal_start", "vnfc": "front", "problem": "$ := text", ...}]
POST /vnflcm/v2/vnf_instances/$b/terminate  as demo
{"terminationType": "GRACEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op9 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op9)  as demo
= 200
[{"operation": "terminate_start", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op9/fail  as demo
= 200
GET /vnflcm/v2/vnf_lcm_op_occs/$op9  as demo
~ 200
{"operationState": "FAILED", ...}
POST /vnflcm/v2/vnf_instances/$b/terminate  as demo
{"terminationType": "FORCEFUL"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op10 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op10  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op10)  as demo
= 200
[]

# After all is done, but before anybody is told so.
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "ends", "vnfInstanceName": "ends"}
= 201
{"id": "$e := id", ...}
POST /vnflcm/v2/vnf_instances/$e/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["127.0.0.1"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$e0 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$e0  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /vnflcm/v2/vnf_instances/$e  as demo
= 200
{"instantiatedVnfInfo": {"vnfcResourceInfo": [{"id": "$efront := text", ...}, {"id": "$eback := text", ...}], ...}, ...}
POST /vnflcm/v2/vnf_instances/$e/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op11 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op11)  as demo
= 200
[{"operation": "scale_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op11/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op11  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
POST /vnflcm/v2/vnf_instances/$e/scale_to_level  as demo
{"instantiationLevelId": "two"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op12 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op12  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op12)  as demo
= 200
[{"operation": "scale_to_level_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op12/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op12  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
POST /vnflcm/v2/vnf_instances/$e/change_ext_conn  as demo
{"extVirtualLinks": [{"id": "m", "resourceId": "33333333-3333-4333-8333-333333333333", "extCps": [{"cpdId": "out", "cpConfig": {"x": {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "fixedAddresses": ["127.1.0.1"]}]}}]}}}]}]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op13 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op13  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op13)  as demo
= 200
[{"operation": "change_external_connectivity_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op13/fail  as demo
= 200
GET /vnflcm/v2/vnf_lcm_op_occs/$op13  as demo
~ 200
{"operationState": "FAILED", ...}
POST /vnflcm/v2/vnf_instances/$e/change_vnfpkg  as demo
{"vnfdId": "ends-2"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op14 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op14  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op14)  as demo
= 200
[{"operation": "change_current_package_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op14/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op14  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
PATCH /vnflcm/v2/vnf_instances/$e  as demo
{"vnfInstanceName": "f"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op15 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op15  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op15)  as demo
= 200
[{"operation": "modify_information_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op15/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op15  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
GET /vnflcm/v2/vnf_instances/$e  as demo
= 200
{"vnfInstanceName": "ends", ...}

# One that is healed is asked afterwards.
POST /vnflcm/v2/vnf_instances/$e/heal  as demo
{"vnfcInstanceId": ["$efront"]}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op16 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op16  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op16)  as demo
= 200
[{"operation": "heal_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op16/fail  as demo
= 200
GET /vnflcm/v2/vnf_lcm_op_occs/$op16  as demo
~ 200
{"operationState": "FAILED", ...}

# What is stopped is not asked; what is started is.
POST /vnflcm/v2/vnf_instances/$e/operate  as demo
{"changeStateTo": "STOPPED"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op17 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op17  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op17)  as demo
= 200
[]
POST /vnflcm/v2/vnf_instances/$e/operate  as demo
{"changeStateTo": "STARTED"}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op18 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op18  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
GET /carrick/v1/script_runs?filter=(eq,vnfLcmOpOccId,$op18)  as demo
= 200
[{"operation": "operate_end", "vnfc": "front", ...}]
POST /vnflcm/v2/vnf_lcm_op_occs/$op18/rollback  as demo
= 202
GET /vnflcm/v2/vnf_lcm_op_occs/$op18  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}
