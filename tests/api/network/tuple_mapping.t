# ppg_n_tuple_mapping: functions that change addresses or ports say so, and have one place.
include network net
include port a net
include pair pair a
# Empty is the default, however it is given.
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {}}}}
= 201
{"port_pair_group": {"id": "$plain := uuid", "port_pair_group_parameters": {"lb_fields": [], "ppg_n_tuple_mapping": {"ingress_n_tuple": {}, "egress_n_tuple": {}}}, ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"ingress_n_tuple": {"source_ip_prefix": "10.0.0.9/32", "source_port_range_min": "80", "source_port_range_max": 90, "destination_ip_prefix": null}, "egress_n_tuple": {"source_ip_prefix": "10.0.0.12/32"}}}, "port_pairs": ["$pair"]}}
= 201
{"port_pair_group": {"id": "$group := uuid", "port_pair_group_parameters": {"lb_fields": [], "ppg_n_tuple_mapping": {"ingress_n_tuple": {"source_ip_prefix": "10.0.0.9/32", "source_port_range_min": 80, "source_port_range_max": 90, "destination_ip_prefix": null}, "egress_n_tuple": {"source_ip_prefix": "10.0.0.12/32"}}}, ...}}
# What it cannot say.
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"ingress_n_tuple": {"sssource_ip_prefix": null}}}}}
= 400
{"NeutronError": {"type": "PPGParametersInvalidNTupleMappingParameter", "message": "Invalid Port Pair Group N-Tuple Mapping parameters: Unknown key sssource_ip_prefix. Supported PPG classifier N-Tuple Mapping parameters are source_ip_prefix, destination_ip_prefix, source_port_range_min, source_port_range_max, destination_port_range_min, destination_port_range_max.", "detail": ""}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"egress_n_tuple": {"protocol": "tcp"}}}}}
= 400
{"NeutronError": {"type": "PPGParametersInvalidNTupleMappingParameter", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"egress_n_tuple": {"source_ip_prefix": "ten"}}}}}
= 400
{"NeutronError": {"type": "PPGParametersInvalidNTupleMappingParameter", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"egress_n_tuple": {"source_ip_prefix": {"a": 1}}}}}}
= 400
{"NeutronError": {"type": "PPGParametersInvalidNTupleMappingParameter", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"egress_n_tuple": {"source_port_range_min": 65536}}}}}
= 400
{"NeutronError": {"type": "FlowClassifierInvalidPortValue", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"egress_n_tuple": {"source_port_range_min": 9, "source_port_range_max": 8}}}}}
= 400
{"NeutronError": {"type": "PPGParametersInvalidNTupleMappingParameter", ...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"sideways_n_tuple": {}}}}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": {"ingress_n_tuple": []}}}}
= 400
{"NeutronError": {...}}
POST /v2.0/sfc/port_pair_groups  as demo
{"port_pair_group": {"port_pair_group_parameters": {"ppg_n_tuple_mapping": 7}}}
= 400
{"NeutronError": {...}}
# One place.
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$group"]}}
= 201
{"port_chain": {"id": "$first := uuid", ...}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$plain", "$group"]}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", "message": "Port Pair $pair of Port Pair Group $group changes packets (ppg_n_tuple_mapping): it sends flows of its own, so its group has a place in one port chain only, and Port Chain $first has it.", "detail": ""}}
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$plain"]}}
= 201
{"port_chain": {"id": "$second := uuid", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$first": ["$second"]}}}
= 409
{"NeutronError": {"type": "PortPairGroupInUse", ...}}
POST /v2.0/sfc/service_graphs  as demo
{"service_graph": {"port_chains": {"$second": ["$first"]}}}
= 201
{"service_graph": {...}}
