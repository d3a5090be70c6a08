# Functions that speak NSH: pairs of a group alike, chains of the same word, forwarders elsewhere.
include network net
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "10.0.0.0/24"}}
= 201
include port a net
include port b net
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$a", "egress": "$a", "service_function_parameters": {"correlation": "mpls"}}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$a", "egress": "$a", "service_function_parameters": {"correlation": "nsh"}}}
= 201
{"port_pair": {"id": "$speaks := uuid", "service_function_parameters": {"correlation": "nsh", "weight": 1}, ...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$b", "egress": "$b"}}
= 201
{"port_pair": {"id": "$plain := uuid", "service_function_parameters": {"correlation": null, "weight": 1}, ...}}
# Not both in a group, and no tap.
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": ["$speaks", "$plain"]}}
= 400
{"NeutronError": {"type": "InconsistentCorrelations", "message": "Port Pair Group attempted creation included Port Pairs with inconsistent correlation types.", "detail": ""}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": ["$speaks"], "tap_enabled": true}}
= 400
{"NeutronError": {"type": "TapPortPairCorrelation", ...}}
include group group speaks
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pairs": []}}
= 201
{"port_pair_group": {"id": "$other := uuid", ...}}
# A chain that says nothing says mpls.
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"]}}
= 400
{"NeutronError": {"type": "PortChainInconsistentCorrelations", "message": "Port Chain attempted creation included a Port Pair Group ($group) with a different protocol used as correlation type.", "detail": ""}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"], "chain_parameters": {"correlation": "nsh"}}}
= 201
{"port_chain": {"id": "$chain := uuid", "chain_parameters": {"correlation": "nsh", "symmetric": false}, ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$other"]}}
= 201
{"port_chain": {"id": "$mpls := uuid", ...}}
PUT /v2.0/sfc/port_chains/$mpls  as demo
{"port_chain": {"port_pair_groups": ["$other", "$group"]}}
= 400
{"NeutronError": {"type": "PortChainInconsistentCorrelations", ...}}
PUT /v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"port_pairs": []}}
= 200
PUT /v2.0/sfc/port_pair_groups/$other  as demo
{"port_pair_group": {"port_pairs": ["$speaks"]}}
= 400
{"NeutronError": {"type": "PortChainInconsistentCorrelations", ...}}
# Behind a forwarder of another kind: only what speaks NSH, and no end of a flow.
POST /v2.0/carrick-interconnect/interconnects  as demo
{"interconnect": {"network_id": "$net"}}
= 201
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:01", "vtep": "192.0.2.9", "vni": 5, "encapsulation": "geneve"}}
= 400
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:01", "vtep": "192.0.2.9", "vni": 5, "encapsulation": "vxlan-gpe-nsh"}}
= 201
{"remote_port": {"id": "$far := uuid", "encapsulation": "vxlan-gpe-nsh", ...}}
POST /v2.0/carrick-interconnect/remote_ports  as demo
{"remote_port": {"network_id": "$net", "mac_address": "fa:16:3e:00:00:02", "vtep": "192.0.2.9", "vni": 5}}
= 201
{"remote_port": {"id": "$site := uuid", "encapsulation": "vxlan", ...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$far", "egress": "$far"}}
= 400
{"NeutronError": {"type": "PortPairCorrelationNeeded", ...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$far", "egress": "$site", "service_function_parameters": {"correlation": "nsh"}}}
= 400
{"NeutronError": {"type": "PortPairEncapsulationsDiffer", ...}}
POST /v2.0/sfc/port_pairs  as demo
{"port_pair": {"ingress": "$far", "egress": "$far", "service_function_parameters": {"correlation": "nsh"}}}
= 201
{"port_pair": {"id": "$behind := uuid", ...}}
PUT /v2.0/sfc/port_pair_groups/$group  as demo
{"port_pair_group": {"port_pairs": ["$behind", "$speaks"]}}
= 200
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$behind", "direction": "forward", "label": 8388700}}
= 400
{"NeutronError": {"type": "ChainLabelForeign", ...}}
POST /v2.0/sfc/flow_classifiers  as demo
{"flow_classifier": {"protocol": "tcp", "logical_source_port": "$far"}}
= 400
{"NeutronError": {"type": "FlowClassifierPortForeign", ...}}
