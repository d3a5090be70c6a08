# Changing what a client says of a VNF instance (SOL003 5.4.3), through both versions.
include single web demo
POST /vnflcm/v2/vnf_instances  as demo
{"vnfdId": "web", "vnfInstanceName": "a", "vnfInstanceDescription": "first", "metadata": {"colour": "red", "shape": {"a": 1, "b": 2}}}
= 201
{"id": "$vnf := id", ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
< ETag: $etag := text
{"vnfInstanceName": "a", ...}

# What is refused: what cannot be changed, another's, another revision's.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> Content-Type: application/merge-patch+json
{"vnfdId": "other", "instantiationState": "INSTANTIATED", "metadata": [1]}
= 400
{"status": 400, "detail": "unknown attribute 'vnfdId'; unknown attribute 'instantiationState'; attribute 'metadata': an object is needed.", ...}
PATCH /vnflcm/v2/vnf_instances/$vnf  as alice
{"vnfInstanceName": "b"}
= 404
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> If-Match: "9999"
{"vnfInstanceName": "b"}
= 412
GET /vnflcm/v2/vnf_lcm_op_occs  as demo
= 200
[]

# Name and metadata change, the description stays.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> Content-Type: application/merge-patch+json
> If-Match: $etag
{"vnfInstanceName": "b", "metadata": {"colour": null, "shape": {"a": 3}, "size": "large"}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op1 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", "operation": "MODIFY_INFO", "isAutomaticInvocation": false,
 "operationParams": {"vnfInstanceName": "b", "metadata": {"colour": null, "shape": {"a": 3}, "size": "large"}},
 "changedInfo": {"vnfInstanceName": "b", "metadata": {"shape": {"a": 3}, "size": "large"}}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"vnfInstanceName": "b", "vnfInstanceDescription": "first", "metadata": {"shape": {"b": 2, "a": 3}, "size": "large"}, "instantiationState": "NOT_INSTANTIATED", ...}

# It is another revision now.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
> If-Match: $etag
{"vnfInstanceName": "c"}
= 412

# Bodies are bounded, and so is what they add up to.
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"metadata": {"long": [
@repeat 1, 80000
1]}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op3 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"metadata": {"longer": [
@repeat 1, 80000
1]}}
= 422
{"detail": "metadata would have 320062 bytes with what is there already: 262144 are allowed", ...}
PATCH /vnflcm/v2/vnf_instances/$vnf  as demo
{"metadata": {"longer": [
@repeat 1, 80000
1], "long": null}}
= 202
< Location: http://$host/vnflcm/v2/vnf_lcm_op_occs/$op4 := uuid
GET /vnflcm/v2/vnf_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}

# Null removes; through version 1.
PATCH /vnflcm/v1/vnf_instances/$vnf  as demo
> Version: 1.3.0
> Content-Type: application/merge-patch+json
{"vnfInstanceDescription": null, "metadata": null}
= 202
< Location: http://$host/vnflcm/v1/vnf_lcm_op_occs/$op2 := uuid
GET /vnflcm/v1/vnf_lcm_op_occs/$op2  as demo
> Version: 1.3.0
~ 200
{"operationState": "COMPLETED", "operation": "MODIFY_INFO", "changedInfo": {}, ...}
GET /vnflcm/v2/vnf_instances/$vnf  as demo
= 200
{"id": "$vnf", "vnfInstanceName": "b", "vnfdId": "web", "vnfProvider": "$ := any", "vnfProductName": "$ := any", "vnfSoftwareVersion": "$ := any",
 "vnfdVersion": "$ := any", "instantiationState": "NOT_INSTANTIATED", "_links": {"self": "$ := any", "instantiate": "$ := any"}}
