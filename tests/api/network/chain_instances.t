# Priorities of chains, draining of instances, what a group without one does.
include network net
include port a net
include port b net
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$a", "egress": "$a", "service_function_parameters": {"weight": "7"}}}
= 201
{"port_pair": {"id": "$pair := uuid", "service_function_parameters": {"correlation": null, "weight": 7}, "drain_seconds": null, "drain_until": null, ...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$b", "egress": "$b", "service_function_parameters": {"weight": 65536}}}
= 400
{"NeutronError": {...}}
include pair second b
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$b", "egress": "$b", "drain_seconds": 5}}
= 400
{"NeutronError": {...}}
PUT /v2.0/sfc/port_pairs/$pair  as demo
{"port_pair": {"drain_seconds": 60}}
= 200
{"port_pair": {"drain_seconds": 60, "drain_until": "$ := text", ...}}
PUT /v2.0/sfc/port_pairs/$pair  as demo
{"port_pair": {"name": "still draining"}}
= 200
{"port_pair": {"drain_seconds": 60, "drain_until": "$ := text", ...}}
PUT /v2.0/sfc/port_pairs/$pair  as demo
{"port_pair": {"drain_seconds": null}}
= 200
{"port_pair": {"drain_seconds": null, "drain_until": null, ...}}
PUT /v2.0/sfc/port_pairs/$pair  as demo
{"port_pair": {"drain_seconds": -1}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": ["$pair"], "failure_policy": "ajar"}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": ["$pair"]}}
= 201
{"port_pair_group": {"id": "$group := uuid", "failure_policy": "closed", "probe_kind": "frame", "probe_interval_ms": 10, "probe_threshold": 3, ...}}
PUT /v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"probe_kind": "ping"}}
= 400
{"NeutronError": {...}}
PUT /v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"probe_kind": "none", "probe_interval_ms": 50, "probe_threshold": 5}}
= 200
{"port_pair_group": {"probe_kind": "none", "probe_interval_ms": 50, "probe_threshold": 5, ...}}
PUT /v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"probe_threshold": 1}}
= 400
{"NeutronError": {...}}
PUT /v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"failure_policy": "open"}}
= 200
{"port_pair_group": {"failure_policy": "open", ...}}
include group other second
# One claims a /24 of web, the other a host in it; a third the next /24.
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 80, "destination_port_range_max": 90, "destination_ip_prefix": "10.1.0.0/24"}}
= 201
{"flow_classifier": {"id": "$web := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"destination_ip_prefix": "10.1.0.7/32"}}
= 201
{"flow_classifier": {"id": "$host := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 80, "destination_port_range_max": 90, "destination_ip_prefix": "10.1.1.0/24"}}
= 201
{"flow_classifier": {"id": "$next := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 91, "destination_port_range_max": 99, "destination_ip_prefix": "10.1.0.7/32"}}
= 201
{"flow_classifier": {"id": "$above := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"], "flow_classifiers": ["$web"]}}
= 201
{"port_chain": {"id": "$chain := uuid", "priority": 0, ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$other"], "flow_classifiers": ["$next", "$host"]}}
= 409
{"NeutronError": {"type": "PortChainFlowClassifierInConflict", "message": "Flow Classifier $host has packets in common with Flow Classifier $web of port chain $chain; give the chains different priorities (both have 0).", "detail": ""}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$other"], "flow_classifiers": ["$next", "$host", "$above"], "priority": 5}}
= 201
{"port_chain": {"id": "$high := uuid", "priority": 5, ...}}
PUT /v2.0/sfc/port_chains/$high  as demo
{"port_chain": {"priority": 0}}
= 409
{"NeutronError": {"type": "PortChainFlowClassifierInConflict", "message": "$ := text", "detail": ""}}
PUT /v2.0/sfc/port_chains/$high  as demo
{"port_chain": {"flow_classifiers": ["$next", "$above"], "priority": 0}}
= 200
{"port_chain": {"priority": 0, ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"priority": 65536}}
= 400
{"NeutronError": {...}}
# A protocol by its number is the protocol by its name.
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "6", "destination_ip_prefix": "10.1.0.9/32"}}
= 201
{"flow_classifier": {"id": "$number := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$empty := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$empty"], "flow_classifiers": ["$number"]}}
= 409
{"NeutronError": {"type": "PortChainFlowClassifierInConflict", "message": "$ := text", "detail": ""}}
# A chain that is on no network yet stands in nobody's way but its owner's.
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "sctp"}}
= 201
{"flow_classifier": {"id": "$nowhere := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$empty"], "flow_classifiers": ["$nowhere"]}}
= 201
{"port_chain": {"id": "$ := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$theirs := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as alice
{"flow_classifier": {"protocol": "sctp"}}
= 201
{"flow_classifier": {"id": "$same := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$theirs"], "flow_classifiers": ["$same"]}}
= 201
{"port_chain": {"id": "$ := uuid", ...}}
# What sends flows of its own has one place.
include port c net
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$c", "egress": "$c", "function_kind": "router"}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$c", "egress": "$c", "function_kind": "nat"}}
= 201
{"port_pair": {"id": "$nat := uuid", "function_kind": "nat", ...}}
include group nats nat
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$nats"]}}
= 201
{"port_chain": {"id": "$first := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$nats", "$group"]}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", "message": "$ := text", "detail": ""}}
PUT /v2.0/sfc/port_chains/$first  as demo
{"port_chain": {"port_pair_groups": ["$nats", "$group"]}}
= 200
{"port_chain": {"id": "$first", ...}}
# The first group is in two chains now.
PUT /v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"port_pairs": []}}
= 200
{"port_pair_group": {"id": "$group", ...}}
# A chain without logical ports is where its functions are: as they move, it may come in another one's way.
include network two
include port d two
include port e net
include pair there d
include pair spare e
include group moving there
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "udp"}}
= 201
{"flow_classifier": {"id": "$udp := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "udp"}}
= 201
{"flow_classifier": {"id": "$udp_too := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$other", "$group"], "flow_classifiers": ["$udp"], "priority": 9}}
= 201
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$moving"], "flow_classifiers": ["$udp_too"], "priority": 9}}
= 201
{"port_chain": {"id": "$mover := uuid", ...}}
PUT /v2.0/sfc/port_chains/$mover  as demo
{"port_chain": {"port_pair_groups": ["$other", "$moving"]}}
= 409
{"NeutronError": {"type": "PortChainFlowClassifierInConflict", "message": "$ := text", "detail": ""}}
PUT /v2.0/sfc/port_pair_groups/$moving  as demo
{"port_pair_group": {"port_pairs": ["$spare"]}}
= 409
{"NeutronError": {"type": "PortChainFlowClassifierInConflict", "message": "$ := text", "detail": ""}}
GET /v2.0/sfc/port_pair_groups/$moving  as demo
= 200
{"port_pair_group": {"port_pairs": ["$there"], ...}}
