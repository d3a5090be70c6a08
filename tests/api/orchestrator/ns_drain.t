# Instances that leave a chain of a site with carrick-sfc are drained: a plan says for how long.
include service demo other
PUT site:/offer/carrick-sfc  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/instantiate  as demo
{"nsFlavourId": "default"}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op1 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op1  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET /nslcm/v2/ns_instances/$ns  as demo
= 200
{"vnfInstance": [{"id": "$fw := text", "metadata": {"vnfProfileId": "fw"}, ...}, {"id": "$other := text", "metadata": {"vnfProfileId": "other"}, ...}], ...}
GET site:/network/v2.0/sfc/port_pairs  as demo
= 200
{"port_pairs": [{"id": "$pair2 := text", ...}, {"id": "$pair1 := text", ...}]}

# What another VNF, of which nothing leaves, says of it is not for this one.
POST /carrick/v1/plans  as demo
{"nsInstanceId": "$ns", "scale": {"scaleType": "SCALE_VNF", "scaleVnfData": [
 {"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow", "additionalParams": {"drainSeconds": 60}}},
 {"vnfInstanceId": "$other", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow", "additionalParams": {"drainSeconds": 0}}}]}}
= 200
{"plan": [{"label": "made", ...}, {"label": "noted", ...}, {"label": "sites", ...}, {"label": "look", ...}, {"label": "made fw", ...}, {"label": "describe fw", ...},
 {"label": "made other", ...}, {"label": "describe other", ...},
 {"flow": "ns_leave", "label": "drain 0", "call": "site $east: network PUT /sfc/port_pairs/$pair2 drain_seconds 60", ...}, "..."], ...}

# One that is drained and does not leave, since its operation was given up when the next was to be drained:
# it takes flows again when the VNF is scaled to where it is.
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_OUT", "scaleByStepData": {"aspectId": "grow"}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1", "$pair2", "$pair3 := text"], ...}]}
PUT site:/refuse/$pair3  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_IN", "scaleByStepData": {"aspectId": "grow", "numberOfSteps": 2, "additionalParams": {"drainSeconds": 60}}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /nslcm/v2/ns_lcm_op_occs/$op3/fail  as demo
= 200
PUT site:/refuse/none  as demo
= 204
GET site:/network/v2.0/sfc/port_pairs/$pair2  as demo
= 200
{"port_pair": {"drain_seconds": 60, ...}}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$fw", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 2}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "COMPLETED", ...}
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group", "port_pairs": ["$pair1", "$pair2", "$pair3"], ...}]}
GET site:/network/v2.0/sfc/port_pairs/$pair2  as demo
= 200
{"port_pair": {"drain_seconds": null, ...}}
