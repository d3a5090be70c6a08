# A function that routes says so in its VNFD: a site with carrick-sfc is told, so that frames are addressed to it.
include service demo other routed
PUT site:/offer/carrick-sfc  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"function_kind": "routed", ...}, {"function_kind": "routed", ...}]}
GET site:/network/v2.0/routers  as demo
= 200
{"routers": []}
