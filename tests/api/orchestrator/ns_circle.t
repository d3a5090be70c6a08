# NSs that nest each other: none comes to be in itself, and none too deep where others were taken in meanwhile.
include service demo
include nests demo one service
include nests demo two one
include nests demo three two
include holder demo y three three
include holder demo x y three
PATCH /nsd/v2/ns_descriptors/$y  as demo
{"nsdOperationalState": "DISABLED"}
= 200
DELETE /nsd/v2/ns_descriptors/$y  as demo
= 204
include holder demo y x x
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "x", "nsName": "a", "nsDescription": "d"}
= 201
{"id": "$a := id", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "y", "nsName": "b", "nsDescription": "d"}
= 201
{"id": "$b := id", ...}
POST /nslcm/v2/ns_instances  as demo
{"nsdId": "three", "nsName": "c", "nsDescription": "d"}
= 201
{"id": "$c := id", ...}
POST /nslcm/v2/ns_instances/$a/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$c/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}

# A takes in an NS that would be around it: asked for by B, that is in A; and by A itself.
POST /nslcm/v2/ns_instances/$a/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$a", "nsProfileId": "first"}]}
= 422
{"detail": "addNestedNsData[0]: NS instance $a is that NS or around it", ...}

# B asks for A and waits, for there is no place for B's function.  Meanwhile A takes in four, one in the other.
PATCH /carrick/v1/sites/$east  as demo
{"containers": "NO"}
= 200
POST /nslcm/v2/ns_instances/$b/instantiate  as demo
{"nsFlavourId": "default", "nestedNsInstanceData": [{"nestedNsInstanceId": "$a", "nsProfileId": "first"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_instances/$a/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$c", "nsProfileId": "second"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
PATCH /carrick/v1/sites/$east  as demo
{"containers": "YES"}
= 200
POST /nslcm/v2/ns_lcm_op_occs/$op3/retry  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", "error": {"detail": "step \"nested taken\": network services would be nested more than 4 deep", ...}, ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/rollback  as demo
= 202
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "ROLLED_BACK", ...}

# Without those four it takes A in; then A cannot take it in.
POST /nslcm/v2/ns_instances/$a/update  as demo
{"updateType": "REMOVE_NESTED_NS", "removeNestedNsId": ["$c"]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op5 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op5  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$b/instantiate  as demo
{"nsFlavourId": "default", "nestedNsInstanceData": [{"nestedNsInstanceId": "$a", "nsProfileId": "first"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op6 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op6  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /nslcm/v2/ns_instances/$a/update  as demo
{"updateType": "ADD_NESTED_NS", "addNestedNsData": [{"nestedNsInstanceId": "$b", "nsProfileId": "first"}]}
= 422
{"detail": "addNestedNsData[0]: NS instance $b is that NS or around it", ...}
