# How deep a body may nest: 48 levels, and what is told, logged and journalled of it nests deeper then.
include grows demo
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "grows", "vnfInstanceName": "a"}
= 201
{"id": "$vnf := id", ...}

# At the limit: kept, told by itself, in a list and in the older version, of the instance and of the operation.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> Content-Type: application/merge-patch+json
{"metadata":
@repeat {"a": 47
"deep"
@repeat } 47
}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op  as demo
~ 200
{"operationState": "COMPLETED", "operationParams": {"metadata": {"a": "$ := any"}}, "changedInfo": {"metadata": {"a": "$ := any"}}, ...}
GET /vnflcm/v2/vnf_instances?all_fields  as demo
= 200
[{"id": "$vnf", "metadata": {"a": "$ := any"}, ...}]
GET /vnflcm/v1/vnf_instances/$vnf  as demo
> Version: 1.3.0
= 200
{"id": "$vnf", "metadata": {"a": "$ := any"}, ...}
# One level more.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> Content-Type: application/merge-patch+json
{"metadata":
@repeat {"a": 48
"deep"
@repeat } 48
}
= 400
{"status": 400, "detail": "JSON, line 1, column 248: nested deeper than 48 levels", ...}

# Through a flow's journal to its end, and each operation that takes parameters.
POST /carrick/v1/sites  as demo
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"id": "$east := uuid", "status": "UP", ...}
POST site:/network/v2.0/networks  as demo
{"network": {"id": "11111111-1111-4111-8111-111111111111", "name": "office"}}
= 201
POST site:/network/v2.0/subnets  as demo
{"subnet": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "11111111-1111-4111-8111-111111111111", "cidr": "10.7.0.0/24"}}
= 201
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as demo
{"flavourId": "f", "extVirtualLinks": [{"id": "l", "resourceId": "11111111-1111-4111-8111-111111111111", "extCps": [{"cpdId": "out"}]}], "additionalParams":
@repeat {"a": 47
"deep"
@repeat } 47
}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", "operationParams": {"additionalParams": {"a": "$ := any"}, ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/scale  as demo
{"type": "SCALE_OUT", "aspectId": "grow", "additionalParams":
@repeat {"a": 47
"deep"
@repeat } 47
}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", "operationParams": {"additionalParams": {"a": "$ := any"}, ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/heal  as demo
{"additionalParams":
@repeat {"a": 47
"deep"
@repeat } 47
}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", "operationParams": {"additionalParams": {"a": "$ := any"}, ...}, ...}
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STOPPED", "additionalParams":
@repeat {"a": 47
"deep"
@repeat } 47
}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op5 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", "operationParams": {"additionalParams": {"a": "$ := any"}, ...}, ...}
GET /vnflcm/v2/vnf_lcm_op_occs?all_fields  as demo
= 200
[{"operation": "$ := text", ...}, ...]
POST /vnflcm/v2/vnf_instances/$vnf/operate  as demo
{"changeStateTo": "STARTED", "additionalParams":
@repeat {"a": 48
"deep"
@repeat } 48
}
= 400
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"instantiatedVnfInfo": {"vnfState": "STOPPED", ...}, ...}

POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData":
@repeat {"a": 47
1
@repeat } 47
}
= 201
{"id": "$package := id", ...}
GET /vnfpkgm/v2/vnf_packages?all_fields&filter=(eq,id,$package)  as demo
= 200
[{"userDefinedData": {"a": "$ := any"}, ...}]
POST /vnfpkgm/v2/vnf_packages  as demo
{"userDefinedData":
@repeat {"a": 63
1
@repeat } 63
}
= 400
