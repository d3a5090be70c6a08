# A function here is lent to a chain of another site: a label here, from which what comes out of the
# function goes back there.
POST /v2.0/networks  as demo
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", ...}}
POST /v2.0/ports  as admin
{"port": {"network_id": "$net", "binding:host_id": "here"}}
= 201
{"port": {"id": "$in := uuid", ...}}
POST /v2.0/ports  as admin
{"port": {"network_id": "$net", "binding:host_id": "here"}}
= 201
{"port": {"id": "$out := uuid", ...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$in", "egress": "$out"}}
= 201
{"port_pair": {"id": "$pair := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": ["$pair"]}}
= 201
{"port_pair_group": {"id": "$group := uuid", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "logical_source_port": "$in"}}
= 201
{"flow_classifier": {"id": "$fc := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"], "flow_classifiers": ["$fc"]}}
= 201
{"port_chain": {"id": "$chain := uuid", ...}}
# It serves nobody else.
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "back_label": 8388700, "back_vtep": "192.0.2.2"}}
= 409
{"NeutronError": {"type": "PortPairLent", "message": "Port Pair $pair would be lent to another site, but serves this one: Port Chain $chain has to be the only one that has it, in no service graph, and without flow classifiers.", "detail": ""}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": []}}
= 200
{"port_chain": {"flow_classifiers": [], ...}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "back_label": 8388700}}
= 400
{"NeutronError": {"type": "InvalidInput", "message": "Invalid input for operation: back_label and back_vtep are given both or not at all.", "detail": ""}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "back_label": 8388700, "back_vtep": "192.0.2.1"}}
= 400
{"NeutronError": {"type": "InvalidInput", "message": "Invalid input for operation: back_vtep 192.0.2.1 is this site's own.", "detail": ""}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "back_label": 8388700, "back_vtep": "224.0.0.1"}}
= 400
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward_back", "label": 8388700}}
= 400
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "label": 8388700, "back_label": 8388700, "back_vtep": "192.0.2.2"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Invalid input for label. Reason: it is 12582912 to 16777214 for such a label.", "detail": ""}}
# Its number says that packets come back from it.
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "back_label": 8388700, "back_vtep": "192.0.2.2"}}
= 201
{"chain_label": {"id": "$forward := uuid", "label": 12582912, "local": true, "back_label": 8388700, "back_vtep": "192.0.2.2", ...}}
# Both directions go back to one site.
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "reverse"}}
= 409
{"NeutronError": {"type": "ChainLabelsDiffer", ...}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "reverse", "back_label": 8388701, "back_vtep": "192.0.2.3"}}
= 409
{"NeutronError": {"type": "ChainLabelsDiffer", ...}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "reverse", "back_label": 8388701, "back_vtep": "192.0.2.2"}}
= 201
{"chain_label": {"id": "$reverse := uuid", "label": 12582913, ...}}
# While it is lent: no flows of this site, no other chain, no graph.
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": ["$fc"]}}
= 409
{"NeutronError": {"type": "PortPairLent", "message": "Port Pair $pair is lent to another site and serves no flows of this one.", "detail": ""}}
POST /v2.0/ports  as admin
{"port": {"network_id": "$net", "binding:host_id": "here"}}
= 201
{"port": {"id": "$other := uuid", ...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$other", "egress": "$other"}}
= 201
{"port_pair": {"id": "$pair2 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": ["$pair2"]}}
= 201
{"port_pair_group": {"id": "$group2 := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group2", "$group"]}}
= 409
{"NeutronError": {"type": "PortPairLent", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group2"]}}
= 201
{"port_chain": {"id": "$chain2 := uuid", ...}}
PUT /v2.0/sfc/port_chains/$chain2  as demo
{"port_chain": {"port_pair_groups": ["$group2", "$group"]}}
= 409
{"NeutronError": {"type": "PortPairLent", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$chain2": ["$chain"]}}}
= 409
{"NeutronError": {"type": "PortPairLent", "message": "Port Pair $pair is lent to another site; Port Chain $chain is in a service graph.", "detail": ""}}
# It is this site's own again.
DELETE /v2.0/carrick-interconnect/chain_labels/$forward  as demo
= 204
DELETE /v2.0/carrick-interconnect/chain_labels/$reverse  as demo
= 204
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "label": 12582912}}
= 400
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward"}}
= 201
{"chain_label": {"label": 8388609, "back_label": null, "back_vtep": null, ...}}
PUT /v2.0/sfc/port_chains/$chain  as demo
{"port_chain": {"flow_classifiers": ["$fc"]}}
= 200
{"port_chain": {"flow_classifiers": ["$fc"], ...}}
