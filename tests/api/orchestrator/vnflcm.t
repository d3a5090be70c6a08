# VNF instances (SOL003 clause 5): what is refused before anything is started.
GET /vnflcm/v2/vnf_instances  as demo
= 200
[]
POST /vnflcm/v2/vnf_instances  as demo
{"vnfInstanceName": "a"}
= 400
{"status": 400, "detail": "attribute 'vnfdId' is required", ...}
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "not-on-boarded"}
= 422
{"status": 422, "detail": "no VNF package with vnfdId not-on-boarded is on-boarded", ...}
PATCH /vnflcm/v2/vnf_instances/0b000000-0000-4000-8000-000000000000  as demo
{}
= 404
POST /vnflcm/v2/vnf_instances/0b000000-0000-4000-8000-000000000000/terminate  as demo
{"terminationType": "FORCEFUL"}
= 404
POST /vnflcm/v2/vnf_instances/0b000000-0000-4000-8000-000000000000/heal  as demo
{}
= 404
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operationState,FAILED_TEMP)  as demo
= 200
[]
POST /vnflcm/v2/vnf_lcm_op_occs/0b000000-0000-4000-8000-000000000000/fail  as demo
= 404
