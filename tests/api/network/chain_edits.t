# A chain is edited as Tempest's scenarios do it: classifiers, groups and pairs added, taken away, replaced.
include network net
include port a net
include port b net
include port c net
POST /v2.0/ports  as demo
{"port": {"network_id": "$net"}}
= 201
{"port": {"id": "$client := uuid", ...}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$net"}}
= 201
{"port": {"id": "$server := uuid", ...}}
include pair pa a
include pair pb b
include pair pc c
include group ga pa
include group gb pb
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"logical_source_port": "$client", "protocol": "tcp"}}
= 201
{"flow_classifier": {"id": "$there := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"logical_source_port": "$server", "protocol": "tcp"}}
= 201
{"flow_classifier": {"id": "$back := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$ga"], "flow_classifiers": ["$there"]}}
= 201
{"port_chain": {"id": "$chain := uuid", ...}}
# Classifiers: one more, one less, another one.
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": ["$there", "$back"]}}
= 200
{"port_chain": {"flow_classifiers": ["$there", "$back"], "port_pair_groups": ["$ga"], ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": ["$back"]}}
= 200
{"port_chain": {"flow_classifiers": ["$back"], "port_pair_groups": ["$ga"], ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": ["$there"]}}
= 200
{"port_chain": {"flow_classifiers": ["$there"], "port_pair_groups": ["$ga"], ...}}
# Groups: one more at the end, one before, one less, another one, and both kinds at once.
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"port_pair_groups": ["$ga", "$gb"]}}
= 200
{"port_chain": {"flow_classifiers": ["$there"], "port_pair_groups": ["$ga", "$gb"], ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"port_pair_groups": ["$gb", "$ga"]}}
= 200
{"port_chain": {"port_pair_groups": ["$gb", "$ga"], ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"port_pair_groups": ["$ga"]}}
= 200
{"port_chain": {"port_pair_groups": ["$ga"], ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"port_pair_groups": ["$gb"], "flow_classifiers": ["$back"]}}
= 200
{"port_chain": {"flow_classifiers": ["$back"], "port_pair_groups": ["$gb"], ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"port_pair_groups": []}}
= 400
{"NeutronError": {"type": "PortPairGroupNotSpecified", ...}}
# A group that two chains share, one a direction: its pairs change for both.
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$gb", "$ga"], "flow_classifiers": ["$there"]}}
= 201
{"port_chain": {"id": "$other := uuid", ...}}
PUT /v2.0/sfc/port_pair_groups/$gb  as demo
{"port_pair_group": {"port_pairs": ["$pb", "$pc"]}}
= 200
{"port_pair_group": {"port_pairs": ["$pb", "$pc"], ...}}
PUT /v2.0/sfc/port_pair_groups/$gb  as demo
{"port_pair_group": {"port_pairs": ["$pc"]}}
= 200
{"port_pair_group": {"port_pairs": ["$pc"], ...}}
PUT /v2.0/sfc/port_pair_groups/$gb  as demo
{"port_pair_group": {"port_pairs": ["$pb"]}}
= 200
{"port_pair_group": {"port_pairs": ["$pb"], ...}}
GET /v2.0/sfc/port_chains/$chain  as demo
= 200
{"port_chain": {"port_pair_groups": ["$gb"], "flow_classifiers": ["$back"], ...}}
GET /v2.0/sfc/port_chains/$other  as demo
= 200
{"port_chain": {"port_pair_groups": ["$gb", "$ga"], "flow_classifiers": ["$there"], ...}}
