# What a way through a service graph cannot be: longer than eight groups, or over sites that it goes on at.
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g0 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g1 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g2 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g3 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g4 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g5 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g6 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g7 := uuid", ...}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {}}
= 201
{"port_pair_group": {"id": "$g8 := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$g0", "$g1", "$g2", "$g3", "$g4"]}}
= 201
{"port_chain": {"id": "$long := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$g5", "$g6", "$g7"]}}
= 201
{"port_chain": {"id": "$short := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$g8"]}}
= 201
{"port_chain": {"id": "$more := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$g5", "$g6", "$g7", "$g8"]}}
= 201
{"port_chain": {"id": "$both := uuid", ...}}
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$long": ["$both"]}}}
= 409
{"NeutronError": {"type": "ServiceGraphPathTooLong", "message": "The way through the graph that ends in Port Chain $both has 9 port pair groups; 8 is the most.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$long": ["$short"], "$short": ["$more"]}}}
= 409
{"NeutronError": {"type": "ServiceGraphPathTooLong", "message": "The way through the graph that ends in Port Chain $more has 9 port pair groups; 8 is the most.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$long": ["$short"]}}}
= 201
{"service_graph": {"id": "$fits := uuid", ...}}
# Instances at other sites: not one whose packets go on there, nor behind a forwarder.
POST /v2.0/networks  as alice
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", ...}}
POST /v2.0/carrick-interconnect/interconnects  as alice
{"interconnect": {"network_id": "$net"}}
= 201
{"interconnect": {"id": "$join := uuid", ...}}
POST /v2.0/carrick-interconnect/remote_ports  as alice
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:01", "vtep": "192.0.2.2", "vni": 7, "fixed_ips": []}}
= 201
{"remote_port": {"id": "$far := uuid", ...}}
POST /v2.0/sfc/port_pairs  as alice
{"port_pair": {"ingress": "$far", "egress": "$far"}}
= 201
{"port_pair": {"id": "$pair := uuid", ...}}
POST /v2.0/carrick-interconnect/remote_ports  as alice
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:02", "vtep": "192.0.2.2", "vni": 7, "fixed_ips": []}}
= 201
{"remote_port": {"id": "$far2 := uuid", ...}}
POST /v2.0/sfc/port_pairs  as alice
{"port_pair": {"ingress": "$far2", "egress": "$far2", "function_kind": "nat"}}
= 201
{"port_pair": {"id": "$nat := uuid", ...}}
POST /v2.0/carrick-interconnect/remote_ports  as alice
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:03", "vtep": "192.0.2.3", "vni": 7, "fixed_ips": [], "encapsulation": "vxlan-gpe-nsh"}}
= 201
{"remote_port": {"id": "$far3 := uuid", ...}}
POST /v2.0/sfc/port_pairs  as alice
{"port_pair": {"ingress": "$far3", "egress": "$far3", "service_function_parameters": {"correlation": "nsh"}}}
= 201
{"port_pair": {"id": "$foreign := uuid", ...}}
# One that begins flows has one place, wherever it is.
PUT /v2.0/sfc/port_pair_groups/$g1  as alice
{"port_pair_group": {"port_pairs": ["$nat"]}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", "message": "Port Pair $nat of Port Pair Group $g1 is a nat: it sends flows of its own, so it has one place only, and there are 2 ways through the service graph that have Port Chain $long.", "detail": ""}}
POST /v2.0/sfc/port_pair_groups  as alice
{"port_pair_group": {"port_pairs": ["$foreign"]}}
= 201
{"port_pair_group": {"id": "$gf := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$gf"], "chain_parameters": {"correlation": "nsh"}}}
= 201
{"port_chain": {"id": "$nsh1 := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$gf", "$g8"], "chain_parameters": {"correlation": "nsh"}}}
= 201
{"port_chain": {"id": "$nsh2 := uuid", ...}}
POST /v2.0/sfc/port_chains  as alice
{"port_chain": {"port_pair_groups": ["$g8", "$g7"], "chain_parameters": {"correlation": "nsh"}}}
= 201
{"port_chain": {"id": "$nsh3 := uuid", ...}}
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$nsh1": ["$nsh3"]}}}
= 409
{"NeutronError": {"type": "ServiceGraphRemotePortPair", "message": "Port Pair $foreign is behind a service function forwarder, which is not told the service paths of the ways through a service graph; Port Chain $nsh1 is in one.", "detail": ""}}
# One that is lent may come while the graph is there, and its labels after it.
PUT /v2.0/sfc/port_pair_groups/$g6  as alice
{"port_pair_group": {"port_pairs": ["$pair"]}}
= 200
{"port_pair_group": {"port_pairs": ["$pair"], ...}}
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "forward", "label": 8388700}}
= 409
{"NeutronError": {"type": "ChainLabelNotLent", "message": "Label 8388700 is one from which packets go on at the other site; Port Pair $pair in Port Chain $short needs one from which they come back (its site gives it out for the label with direction forward_back, as back_label).", "detail": ""}}
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "forward", "label": 12582912}}
= 409
{"NeutronError": {"type": "ChainLabelNotLent", "message": "Label 12582912 is one from which packets come back: Port Pair $pair in Port Chain $short needs a label with direction forward_back first.", "detail": ""}}
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "forward_back"}}
= 201
{"chain_label": {"id": "$back := uuid", "label": 8388609, "local": false, "back_label": null, "back_vtep": null, ...}}
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "forward", "label": 8388700}}
= 409
{"NeutronError": {"type": "ChainLabelNotLent", ...}}
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "forward", "label": 12582912}}
= 201
{"chain_label": {"id": "$forth := uuid", "label": 12582912, "local": false, ...}}
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "reverse", "label": 12582913, "back_label": 8388609, "back_vtep": "192.0.2.2"}}
= 400
DELETE /v2.0/sfc/service_graphs/$fits  as alice
= 204
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$long": ["$short"]}}}
= 201
{"service_graph": {"id": "$fits := uuid", ...}}
DELETE /v2.0/sfc/service_graphs/$fits  as alice
= 204
# Without a graph packets may go on at the other site; then there is none with such a label.
DELETE /v2.0/carrick-interconnect/chain_labels/$forth  as alice
= 204
DELETE /v2.0/carrick-interconnect/chain_labels/$back  as alice
= 204
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "forward", "label": 8388700}}
= 201
{"chain_label": {"id": "$onward := uuid", ...}}
POST /v2.0/carrick-interconnect/chain_labels  as alice
{"chain_label": {"port_chain_id": "$short", "port_pair_id": "$pair", "direction": "reverse_back"}}
= 409
{"NeutronError": {"type": "ChainLabelNotLent", "message": "Port Pair $pair has a label in Port Chain $short from which packets go on at the other site: of such a chain none come back.", "detail": ""}}
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$long": ["$short"]}}}
= 409
{"NeutronError": {"type": "ServiceGraphRemotePortPair", "message": "Port Pair $pair is at another site and its label in Port Chain $short is one from which packets go on there; a service graph needs one from which they come back.", "detail": ""}}
# Not more branches than 64, whatever they are.
POST /v2.0/sfc/service_graphs  as alice
{"service_graph": {"port_chains": {"$long": ["00000000-0000-4000-8000-000000000000", "00000001-0000-4000-8000-000000000000", "00000002-0000-4000-8000-000000000000", "00000003-0000-4000-8000-000000000000", "00000004-0000-4000-8000-000000000000", "00000005-0000-4000-8000-000000000000", "00000006-0000-4000-8000-000000000000", "00000007-0000-4000-8000-000000000000", "00000008-0000-4000-8000-000000000000", "00000009-0000-4000-8000-000000000000", "00000010-0000-4000-8000-000000000000", "00000011-0000-4000-8000-000000000000", "00000012-0000-4000-8000-000000000000", "00000013-0000-4000-8000-000000000000", "00000014-0000-4000-8000-000000000000", "00000015-0000-4000-8000-000000000000", "00000016-0000-4000-8000-000000000000", "00000017-0000-4000-8000-000000000000", "00000018-0000-4000-8000-000000000000", "00000019-0000-4000-8000-000000000000", "00000020-0000-4000-8000-000000000000", "00000021-0000-4000-8000-000000000000", "00000022-0000-4000-8000-000000000000", "00000023-0000-4000-8000-000000000000", "00000024-0000-4000-8000-000000000000", "00000025-0000-4000-8000-000000000000", "00000026-0000-4000-8000-000000000000", "00000027-0000-4000-8000-000000000000", "00000028-0000-4000-8000-000000000000", "00000029-0000-4000-8000-000000000000", "00000030-0000-4000-8000-000000000000", "00000031-0000-4000-8000-000000000000", "00000032-0000-4000-8000-000000000000", "00000033-0000-4000-8000-000000000000", "00000034-0000-4000-8000-000000000000", "00000035-0000-4000-8000-000000000000", "00000036-0000-4000-8000-000000000000", "00000037-0000-4000-8000-000000000000", "00000038-0000-4000-8000-000000000000", "00000039-0000-4000-8000-000000000000", "00000040-0000-4000-8000-000000000000", "00000041-0000-4000-8000-000000000000", "00000042-0000-4000-8000-000000000000", "00000043-0000-4000-8000-000000000000", "00000044-0000-4000-8000-000000000000", "00000045-0000-4000-8000-000000000000", "00000046-0000-4000-8000-000000000000", "00000047-0000-4000-8000-000000000000", "00000048-0000-4000-8000-000000000000", "00000049-0000-4000-8000-000000000000", "00000050-0000-4000-8000-000000000000", "00000051-0000-4000-8000-000000000000", "00000052-0000-4000-8000-000000000000", "00000053-0000-4000-8000-000000000000", "00000054-0000-4000-8000-000000000000", "00000055-0000-4000-8000-000000000000", "00000056-0000-4000-8000-000000000000", "00000057-0000-4000-8000-000000000000", "00000058-0000-4000-8000-000000000000", "00000059-0000-4000-8000-000000000000", "00000060-0000-4000-8000-000000000000", "00000061-0000-4000-8000-000000000000", "00000062-0000-4000-8000-000000000000", "00000063-0000-4000-8000-000000000000", "00000064-0000-4000-8000-000000000000"]}}}
= 400
{"NeutronError": {"type": "InvalidUUID", "message": "Invalid input for port_chains. Reason: more than 64 branches in one graph.", "detail": ""}}
