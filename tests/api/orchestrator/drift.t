# What sites show against what is recorded: at a site in memory, behind the orchestrator's back.
include service demo
POST /carrick/v1/checks  as demo
{}
= 400
{"detail": "one of 'nsInstanceId' and 'vnfInstanceId' is needed", ...}
POST /carrick/v1/checks  as alice
{"nsInstanceId": "$ns"}
= 404
# What holds nothing differs from nothing.
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"compared": 0, "differences": [], "unknown": []}
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
  {"id": "$two := text", "vnfcCpInfo": [{"id": "$in2 := text", ...}, {"id": "$out2 := text", ...}], ...}], ...}, ...}], ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"compared": "$n := int", "differences": [], "unknown": []}

# A server stops, another is gone, a port is shut, a group has lost a member: each with what mends it.
# A VNF alone is compared alone.
POST site:/compute/v2.1/servers/$one/action  as demo
{"os-stop": null}
= 202
PUT site:/network/v2.0/ports/$in1  as demo
{"port": {"admin_state_up": false}}
= 200
POST /carrick/v1/checks  as demo
{"vnfInstanceId": "$vnf"}
= 200
{"compared": 6, "differences": [
  {"difference": "STATE", "siteId": "$site_id := uuid", "siteName": "east", "kind": "port", "resourceId": "$in1", "name": "in_cp",
   "recorded": "open", "found": "admin_state_up is false", "mend": "carrick drift demo --repair", "vnfInstanceId": null, "vnfcInstanceId": null,
   "mendedBy": "REPAIR", "why": null},
  {"difference": "STATE", "siteId": "$site_id", "siteName": "east", "kind": "server", "resourceId": "$one", "name": "$ := text",
   "recorded": "ACTIVE", "found": "SHUTOFF", "mend": "carrick ns start demo --vnf demo-fw", "vnfInstanceId": null, "vnfcInstanceId": null,
   "mendedBy": "REPAIR", "why": null}], "unknown": []}
DELETE site:/compute/v2.1/servers/$two  as demo
= 204
GET site:/network/v2.0/sfc/port_pair_groups  as demo
= 200
{"port_pair_groups": [{"id": "$group := text", "port_pairs": ["$pair1 := text", "$pair2 := text"], ...}]}
PUT site:/network/v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"port_pairs": ["$pair2"]}}
= 200
GET site:/network/v2.0/sfc/port_chains  as demo
= 200
{"port_chains": [{"id": "$chain := text", "description": "$marker := text", ...}]}
DELETE site:/network/v2.0/sfc/port_chains/$chain  as demo
= 204
POST site:/network/v2.0/sfc/port_chains  as demo
{"port_chain": {"id": "33333333-3333-4333-8333-333333333333", "name": "again", "description": "$marker"}}
= 201
POST site:/network/v2.0/networks  as demo
{"network": {"name": "somebody's", "description": "carrick:0b000000-0000-4000-8000-000000000000:network"}}
= 201
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [
  {"difference": "STATE", "kind": "port", ...},
  {"difference": "STATE", "kind": "server", "resourceId": "$one", ...},
  {"difference": "ATTACHMENT", "kind": "port", "resourceId": "$in2", "recorded": "at server $two", "found": "at none", "mend": "carrick ns heal demo --vnf demo-fw --vnfc $two", ...},
  {"difference": "ATTACHMENT", "kind": "port", "resourceId": "$out2", ...},
  {"difference": "MISSING", "kind": "server", "resourceId": "$two", "recorded": "ACTIVE", "found": "nothing", "mend": "carrick ns heal demo --vnf demo-fw --vnfc $two", "vnfInstanceId": "$vnf", "vnfcInstanceId": "$two", ...},
  {"difference": "MEMBERS", "kind": "port_pair_group", "resourceId": "$group", "recorded": "$pair1, $pair2", "found": "$pair2", "mend": "carrick drift demo --repair", ...},
  {"difference": "MISSING", "kind": "port_chain", "resourceId": "$chain", "recorded": "there", "found": "nothing", "mend": "carrick drift demo --repair", ...},
  {"difference": "LEFT_OVER", "kind": "port_chain", "resourceId": "33333333-3333-4333-8333-333333333333", "name": "again", "recorded": "nothing", "mend": "carrick drift demo --repair --left-over", "mendedBy": null, ...}],
 "unknown": [], ...}

# What mends the servers mends them.
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf", "vnfcInstanceId": ["$one", "$two"]}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op2 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op2  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "STATE", "kind": "port", ...}, {"difference": "MEMBERS", ...}, {"difference": "MISSING", "kind": "port_chain", ...}, {"difference": "LEFT_OVER", ...}],
 "unknown": [], ...}
POST /nslcm/v2/ns_instances/$ns/scale  as demo
{"scaleType": "SCALE_VNF", "scaleVnfData": [{"vnfInstanceId": "$vnf", "scaleVnfType": "SCALE_TO_SCALE_LEVEL(S)", "scaleToLevelData": {"vnfScaleInfo": [{"aspectId": "grow", "scaleLevel": 1}]}}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op3 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op3  as demo
~ 200
{"operationState": "COMPLETED", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [{"difference": "STATE", "kind": "port", ...}, {"difference": "MISSING", "kind": "port_chain", ...}, {"difference": "LEFT_OVER", ...}],
 "unknown": [], ...}

# A site that says nothing is not known; what is under way is not compared.
PUT site:/refuse/lists  as demo
= 204
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 200
{"differences": [], "unknown": [{"siteId": "$site_id", "siteName": "east", "reason": "$ := text", "kinds": [
  "network", "subnet", "port", "security_group", "flow_classifier", "port_pair", "port_pair_group", "port_chain", "server",
  "interconnect", "remote_port", "chain_label", "router"]}], ...}
PUT site:/refuse/servers  as demo
= 204
POST /nslcm/v2/ns_instances/$ns/heal  as demo
{"healVnfData": [{"vnfInstanceId": "$vnf"}]}
= 202
< Location: http://$host/nslcm/v2/ns_lcm_op_occs/$op4 := uuid
GET /nslcm/v2/ns_lcm_op_occs/$op4  as demo
~ 200
{"operationState": "FAILED_TEMP", ...}
POST /carrick/v1/checks  as demo
{"nsInstanceId": "$ns"}
= 409
{"detail": "operation $op4 (HEAL) on NS instance $ns is FAILED_TEMP", ...}
