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
