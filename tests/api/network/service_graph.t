# Service graphs: what left one chain goes on into others.  Functions a, b, c, d; chains A..D.
include network net
include network two
include port a net
include port b net
include port c net
include port d net
POST /v2.0/ports  as demo
{"port": {"network_id": "$two"}}
= 201
{"port": {"id": "$far := uuid", ...}}
include pair pa a
include pair pb b
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$c", "egress": "$c", "function_kind": "nat"}}
= 201
{"port_pair": {"id": "$pc := uuid", ...}}
include group ga pa
include group gb pb
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$gc := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$gd := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "logical_source_port": "$d"}}
= 201
{"flow_classifier": {"id": "$tcp := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 80, "destination_port_range_max": 80, "logical_source_port": "$a"}}
= 201
{"flow_classifier": {"id": "$web := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 81, "destination_port_range_max": 90, "logical_source_port": "$a"}}
= 201
{"flow_classifier": {"id": "$next := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "6", "destination_port_range_min": 85, "destination_port_range_max": 99, "logical_source_port": "$b"}}
= 201
{"flow_classifier": {"id": "$over := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$ga"], "flow_classifiers": ["$tcp"]}}
= 201
{"port_chain": {"id": "$A := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$gb"], "flow_classifiers": ["$web"]}}
= 201
{"port_chain": {"id": "$B := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$gc"], "flow_classifiers": ["$next"]}}
= 201
{"port_chain": {"id": "$C := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$gd"], "flow_classifiers": ["$over"]}}
= 201
{"port_chain": {"id": "$D := uuid", ...}}
# What is no graph.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"name": "x"}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": ["$A"]}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"A": ["$B"]}}}
= 400
{"NeutronError": {"type": "InvalidUUID", "message": "Invalid input for port_chains. Reason: UUID of source Port-Chain is invalid: A.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["B"]}}}
= 400
{"NeutronError": {"type": "InvalidUUID", "message": "Invalid input for port_chains. Reason: UUID of destination Port-Chain is invalid: B.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": [7]}}}
= 400
{"NeutronError": {"type": "InvalidUUID", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": "$B"}}}
= 400
{"NeutronError": {"type": "InvalidUUID", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["$net"]}}}
= 404
{"NeutronError": {"type": "PortChainNotFound", "message": "$ := text", "detail": ""}}
# Another project's chain is not there.
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$A": ["$B"]}}}
= 404
{"NeutronError": {"type": "PortChainNotFound", "message": "$ := text", "detail": ""}}
# Loops: of one, two and three; with and without a beginning.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["$A"]}}}
= 400
{"NeutronError": {"type": "ServiceGraphLoopDetected", "message": "Service Graph defined contains at least one port chain loop.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["$B"], "$B": ["$A"]}}}
= 400
{"NeutronError": {"type": "ServiceGraphLoopDetected", "message": "$ := text", "detail": ""}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["$B"], "$B": ["$C"], "$C": ["$D"], "$D": ["$B"]}}}
= 400
{"NeutronError": {"type": "ServiceGraphLoopDetected", "message": "$ := text", "detail": ""}}
# A branching point names a chain once, and its branches do not overlap; where packets come from does not count.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["$B", "$B"]}}}
= 400
{"NeutronError": {"type": "ServiceGraphPortChainInConflict", "message": "Port Chain $B is duplicated on one of the branching points being created.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["$B", "$C", "$D"]}}}
= 400
{"NeutronError": {"type": "ServiceGraphFlowClassifierInConflict", "message": "Flow Classifier $next conflicts with Flow Classifier $over on one of the branching points being created.", "detail": ""}}
# One after the other they may: each sees only what went through the one before.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"name": "line", "port_chains": {"$A": ["$C"], "$C": ["$D"]}}}
= 201
{"service_graph": {"id": "$line := uuid", "name": "line", "description": "", "project_id": "$p := hex", "tenant_id": "$p", "port_chains": {"$A": ["$C"], "$C": ["$D"]}}}
DELETE /v2.0/sfc/service_graphs/$line  as demo
= 204
# Branching: B and C behind A, D behind B.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"name": "tree", "description": "web", "port_chains": {"$A": ["$B", "$C"], "$B": ["$D"], "$D": []}}}
= 201
{"service_graph": {"id": "$tree := uuid", "name": "tree", "description": "web", "project_id": "$p", "tenant_id": "$p", "port_chains": {"$A": ["$B", "$C"], "$B": ["$D"]}}}
GET /v2.0/sfc/service_graphs?name=tree  as demo
= 200
{"service_graphs": [{"id": "$tree", ...}]}
GET /v2.0/sfc/service_graphs/$tree  as alice
= 404
{"NeutronError": {"type": "ServiceGraphNotFound", "message": "$ := text", "detail": ""}}
PUT /v2.0/sfc/service_graphs/$tree  as demo
{"service_graph": {"name": "oak", "description": ""}}
= 200
{"service_graph": {"id": "$tree", "name": "oak", "description": "", "port_chains": {"$A": ["$B", "$C"], "$B": ["$D"]}, ...}}
PUT /v2.0/sfc/service_graphs/$tree  as demo
{"service_graph": {"port_chains": {"$A": ["$B"]}}}
= 400
{"NeutronError": {...}}
# A chain is in one graph.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$D": ["$C"]}}}
= 409
{"NeutronError": {"type": "ServiceGraphInvalidPortChains", "message": "Some of the Port Chain(s): $D, $C, are already in use by a Service Graph.", "detail": ""}}
# What the graph is made of stays; what does not matter to it may change.
DELETE /v2.0/sfc/port_chains/$D  as demo
= 409
{"NeutronError": {"type": "ServiceGraphPortChainInUse", "message": "Port Chain $D in use.", "detail": ""}}
PUT /v2.0/sfc/port_chains/$B  as demo
{"port_chain": {"flow_classifiers": []}}
= 409
{"NeutronError": {"type": "ServiceGraphPortChainInUse", "message": "Port Chain $B in use.", "detail": ""}}
PUT /v2.0/sfc/port_chains/$A  as demo
{"port_chain": {"port_pair_groups": ["$ga"]}}
= 409
{"NeutronError": {"type": "ServiceGraphPortChainInUse", "message": "Port Chain $A in use.", "detail": ""}}
PUT /v2.0/sfc/port_chains/$B  as demo
{"port_chain": {"name": "b", "priority": 7}}
= 200
{"port_chain": {"id": "$B", "name": "b", "priority": 7, ...}}
# Instances may: but what sends flows of its own has one place.  C ends one way; B is on two.
PUT /v2.0/sfc/port_pair_groups/$gb  as demo
{"port_pair_group": {"port_pairs": ["$pb", "$pc"]}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", "message": "Port Pair $pc of Port Pair Group $gb is a nat: it sends flows of its own, so it has one place only, and there are 2 ways through the service graph that have Port Chain $B.", "detail": ""}}
PUT /v2.0/sfc/port_pair_groups/$ga  as demo
{"port_pair_group": {"port_pairs": ["$pa", "$pc"]}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", "message": "$ := text", "detail": ""}}
PUT /v2.0/sfc/port_pair_groups/$gc  as demo
{"port_pair_group": {"port_pairs": ["$pc"]}}
= 200
{"port_pair_group": {"id": "$gc", ...}}
DELETE /v2.0/sfc/service_graphs/$tree  as alice
= 404
{"NeutronError": {...}}
DELETE /v2.0/sfc/service_graphs/$tree  as demo
= 204
# ... also where it has it before the graph is made: the first chain is on every way.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$C": ["$B"]}}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", "message": "Port Pair $pc of Port Pair Group $gc is a nat: it sends flows of its own, so it has one place only, and there are 2 ways through the service graph that have Port Chain $C.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$A": ["$C"], "$B": ["$C"]}}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", "message": "$ := text", "detail": ""}}
# Chains of one correlation, and with replies all alike.
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$ge := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$ge", "$ga"], "chain_parameters": {"correlation": "nsh"}}}
= 201
{"port_chain": {"id": "$E := uuid", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$D": ["$E"]}}}
= 400
{"NeutronError": {"type": "ServiceGraphInconsistentEncapsulation", "message": "Service Graph may only connect port-chains sharing the same correlation.", "detail": ""}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$ge", "$gb"], "chain_parameters": {"symmetric": true}}}
= 201
{"port_chain": {"id": "$F := uuid", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$D": ["$F"]}}}
= 400
{"NeutronError": {"type": "ServiceGraphInconsistentSymmetry", "message": "$ := text", "detail": ""}}
# A group has one position on a way.
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$ge", "$ga", "$gb"]}}
= 201
{"port_chain": {"id": "$G := uuid", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$G": ["$B"]}}}
= 409
{"NeutronError": {"type": "InvalidPortPairGroups", "message": "Port Pair Group $gb would be passed twice on a way through the graph: in Port Chain $G and in Port Chain $B.", "detail": ""}}
# A way has its network: that of its first chain.
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "udp", "logical_destination_port": "$far"}}
= 201
{"flow_classifier": {"id": "$udp := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$ge"], "flow_classifiers": ["$udp"]}}
= 201
{"port_chain": {"id": "$H := uuid", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$B": ["$H"]}}}
= 400
{"NeutronError": {"type": "PortChainNetworksDiffer", "message": "Flow Classifier $udp has a logical destination port on network $two, but the way through the graph is on network $net.", "detail": ""}}
# Two ways to one chain.
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"name": "joined", "port_chains": {"$A": ["$D"], "$B": ["$D"]}}}
= 201
{"service_graph": {"id": "$joined := uuid", ...}}
DELETE /v2.0/sfc/service_graphs/$joined  as demo
= 204
GET /v2.0/sfc/service_graphs  as demo
= 200
{"service_graphs": []}
DELETE /v2.0/sfc/port_chains/$D  as demo
= 204
GET /v2.0/extensions/service_graph  as demo
= 200
{"extension": {"alias": "service_graph", "name": "Service Graph", "updated": "2017-09-20T00:00:00-00:00", ...}}
