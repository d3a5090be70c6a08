# A chain is on one network: a classifier for another one would never match.
include network one
include network two
include port a one
POST /v2.0/ports  as demo
{"port": {"network_id": "$two"}}
= 201
{"port": {"id": "$b := uuid", ...}}
include pair pair a
include group group pair
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "logical_source_port": "$a"}}
= 201
{"flow_classifier": {"id": "$here := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "udp", "logical_source_port": "$b"}}
= 201
{"flow_classifier": {"id": "$there := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"], "flow_classifiers": ["$here", "$there"]}}
= 400
{"NeutronError": {"type": "PortChainNetworksDiffer", "message": "$ := text", "detail": ""}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"], "flow_classifiers": ["$here"]}}
= 201
{"port_chain": {"id": "$chain := uuid", ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": ["$here", "$there"]}}
= 400
{"NeutronError": {"type": "PortChainNetworksDiffer", "message": "$ := text", "detail": ""}}
# A port stays while a function is reached by it, or a classifier names it.
DELETE /v2.0/ports/$a  as admin
= 409
{"NeutronError": {"type": "PortInUse", "message": "$ := text", "detail": ""}}
DELETE /v2.0/sfc/port_chains/$chain  as demo
= 204
DELETE /v2.0/sfc/port_pair_groups/$group  as demo
= 204
DELETE /v2.0/sfc/port_pairs/$pair  as demo
= 204
DELETE /v2.0/ports/$a  as admin
= 409
{"NeutronError": {"type": "PortInUse", "message": "$ := text", "detail": ""}}
DELETE /v2.0/sfc/flow_classifiers/$here  as demo
= 204
DELETE /v2.0/ports/$a  as admin
= 204
