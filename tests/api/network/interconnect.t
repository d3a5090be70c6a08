# Two sites as this one sees it: a join, a port over there, a chain through both.
POST /v2.0/networks  as demo
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "10.0.0.0/24"}}
= 201
{"subnet": {"id": "$sub := uuid", ...}}
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:01", "vtep": "192.0.2.2", "vni": 7}}
= 409
{"NeutronError": {"type": "NetworkNotJoined", ...}}
POST /v2.0/carrick-interconnect/interconnects  as alice
{"interconnect": {"network_id": "$net"}}
= 404
POST /v2.0/carrick-interconnect/interconnects  as demo
{"interconnect": {"network_id": "$net", "name": "to-west"}}
= 201
{"interconnect": {"id": "$join := uuid", "network_id": "$net", "name": "to-west", "vni": "$vni := int", "vtep": "192.0.2.1", ...}}
POST /v2.0/carrick-interconnect/interconnects  as demo
{"interconnect": {"network_id": "$net"}}
= 409
{"NeutronError": {"type": "InterconnectExists", ...}}
POST /v2.0/carrick-interconnect/interconnects  as demo
{"interconnect": {"network_id": "$net", "vni": 5}}
= 400
# The orchestrator chooses the id, so that it finds the port again.
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "$net", "mac_address": "fa:16:3e:00:00:01", "name": "in-west",
                 "fixed_ips": [{"ip_address": "10.0.0.2"}], "vtep": "192.0.2.2", "vni": 7}}
= 201
{"remote_port": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "$net", "mac_address": "fa:16:3e:00:00:01", "vtep": "192.0.2.2", "vni": 7,
                 "fixed_ips": [{"subnet_id": "$sub", "ip_address": "10.0.0.2"}], "security_groups": [], ...}}
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"id": "22222222-2222-4222-8222-222222222222", "network_id": "$net", "mac_address": "fa:16:3e:00:00:02", "vtep": "192.0.2.2", "vni": 7}}
= 409
{"NeutronError": {"type": "RemotePortExists", ...}}
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:02", "vtep": "192.0.2.1", "vni": 7}}
= 400
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:02", "vtep": "2001:db8::1", "vni": 9000000}}
= 400
# Nobody here gets its address.
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "name": "client"}}
= 201
{"port": {"id": "$client := uuid", "fixed_ips": [{"ip_address": "10.0.0.3", ...}], ...}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "fixed_ips": [{"ip_address": "10.0.0.2"}]}}
= 409
# A remote port stands wherever a chain takes a port.
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "22222222-2222-4222-8222-222222222222", "egress": "22222222-2222-4222-8222-222222222222"}}
= 201
{"port_pair": {"id": "$pair := uuid", "service_function_parameters": {"correlation": null, "weight": 1}, ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": ["$pair"]}}
= 201
{"port_pair_group": {"id": "$group := uuid", "group_id": 1, ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "destination_port_range_min": 80, "destination_port_range_max": 80, "logical_source_port": "$client"}}
= 201
{"flow_classifier": {"id": "$fc := uuid", "ethertype": "IPv4", "logical_destination_port": null, "l7_parameters": {}, ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"], "flow_classifiers": ["$fc"], "chain_parameters": {"symmetric": true}}}
= 201
{"port_chain": {"id": "$chain := uuid", "chain_id": 1, "chain_parameters": {"correlation": "mpls", "symmetric": true}, ...}}
# The other site chose the label; here it is only told.
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward"}}
= 400
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "label": 8388700}}
= 201
{"chain_label": {"id": "$label := uuid", "label": 8388700, "local": false, "direction": "forward", ...}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "forward", "label": 8388701}}
= 409
{"NeutronError": {"type": "ChainLabelExists", ...}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "reverse", "label": 5}}
= 400
# The highest one is for answers to probes.
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$pair", "direction": "reverse", "label": 16777215}}
= 400
DELETE /v2.0/carrick-interconnect/remote_ports/22222222-2222-4222-8222-222222222222  as demo
= 409
{"NeutronError": {"type": "RemotePortInUse", ...}}
DELETE /v2.0/carrick-interconnect/interconnects/$join  as demo
= 409
{"NeutronError": {"type": "InterconnectInUse", ...}}
# Labels go with their chain.
DELETE /v2.0/sfc/port_chains/$chain  as demo
= 204
GET /v2.0/carrick-interconnect/chain_labels/$label  as demo
= 404
DELETE /v2.0/sfc/port_pair_groups/$group  as demo
= 204
DELETE /v2.0/sfc/port_pairs/$pair  as demo
= 204
DELETE /v2.0/carrick-interconnect/remote_ports/22222222-2222-4222-8222-222222222222  as demo
= 204
DELETE /v2.0/carrick-interconnect/interconnects/$join  as demo
= 204
