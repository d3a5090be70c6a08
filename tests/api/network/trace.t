# carrick-traces: who may ask about which packets.  This site has no agent: a question that could be
# put to one is answered with 503.
POST /v2.0/networks  as demo
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "cidr": "10.0.0.0/24", "ip_version": 4}}
= 201
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "name": "a"}}
= 201
{"port": {"id": "$a := uuid", ...}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "name": "b"}}
= 201
{"port": {"id": "$b := uuid", ...}}

GET /v2.0/extensions/carrick-traces  as demo
= 200
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "destination_port": 80}}
= 503  {"NeutronError": {"type": "AgentUnavailable", ...}}
# An administrator may ask about anybody's.
POST /v2.0/carrick-traces  as admin
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "icmp"}}
= 503  {"NeutronError": {"type": "AgentUnavailable", ...}}
# Ports of others do not exist, at either end, nor in what was before.
POST /v2.0/carrick-traces  as alice
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp"}}
= 404  {"NeutronError": {"type": "PortNotFound", "message": "Port $a could not be found.", ...}}
POST /v2.0/networks  as alice
{"network": {"name": "m"}}
= 201
{"network": {"id": "$other_net := uuid", ...}}
POST /v2.0/subnets  as alice
{"subnet": {"network_id": "$other_net", "cidr": "10.0.0.0/24", "ip_version": 4}}
= 201
POST /v2.0/ports  as alice
{"port": {"network_id": "$other_net", "name": "c"}}
= 201
{"port": {"id": "$c := uuid", ...}}
POST /v2.0/carrick-traces  as alice
{"carrick_trace": {"source_port_id": "$c", "destination_port_id": "$b", "protocol": "tcp"}}
= 404  {"NeutronError": {"type": "PortNotFound", "message": "Port $b could not be found.", ...}}
POST /v2.0/carrick-traces  as alice
{"carrick_trace": {"source_port_id": "$c", "destination_port_id": "$c", "protocol": "tcp", "before": [{"source_port_id": "$a", "destination_port_id": "$c", "protocol": "tcp"}]}}
= 404  {"NeutronError": {"type": "PortNotFound", "message": "Port $a could not be found.", ...}}
POST /v2.0/carrick-traces  as nobody
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp"}}
= 401

# What makes no sense is refused with what would.
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tpc"}}
= 400  {"NeutronError": {"type": "HTTPBadRequest", "message": "$ := text", ...}}
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b"}}
= 400
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "destination_port": 65536}}
= 400
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "destination_ip": "fd00::1"}}
= 400  {"NeutronError": {"message": "Ports $a and $b have no addresses of one family: give source_ip and destination_ip.", ...}}
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "vni": 5}}
= 400  {"NeutronError": {"message": "vtep and vni are given together.", ...}}
GET /v2.0/carrick-traces  as demo
= 405
# By tunnel come packets of the network itself, on its segment; what other identifiers stand for is not told.
POST /v2.0/carrick-interconnect/interconnects  as demo
{"interconnect": {"network_id": "$net"}}
= 201
{"interconnect": {"vni": "$vni := int", ...}}
POST /v2.0/carrick-interconnect/interconnects  as alice
{"interconnect": {"network_id": "$other_net"}}
= 201
{"interconnect": {"vni": "$other_vni := int", ...}}
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "vtep": "192.0.2.2", "vni": $vni}}
= 503  {"NeutronError": {"type": "AgentUnavailable", ...}}
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "vtep": "192.0.2.2", "vni": $other_vni}}
= 404  {"NeutronError": {"type": "TunnelNotFound", "message": "Nothing of network $net comes here on VXLAN identifier $other_vni.", ...}}
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "before": [{"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "vtep": "192.0.2.2", "vni": 8388609}]}}
= 404  {"NeutronError": {"type": "TunnelNotFound", ...}}
# A label is of the network that its chain is on, and of no other.
include port f net
include pair p f
include group g p
POST /v2.0/sfc/port_chains  as demo
{"port_chain": {"port_pair_groups": ["$g"]}}
= 201
{"port_chain": {"id": "$chain := uuid", ...}}
POST /v2.0/carrick-interconnect/chain_labels  as demo
{"chain_label": {"port_chain_id": "$chain", "port_pair_id": "$p", "direction": "forward"}}
= 201
{"chain_label": {"label": "$label := int", ...}}
POST /v2.0/carrick-traces  as demo
{"carrick_trace": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "vtep": "192.0.2.2", "vni": $label}}
= 503  {"NeutronError": {"type": "AgentUnavailable", ...}}
POST /v2.0/carrick-traces  as alice
{"carrick_trace": {"source_port_id": "$c", "destination_port_id": "$c", "protocol": "tcp", "vtep": "192.0.2.2", "vni": $label}}
= 404  {"NeutronError": {"type": "TunnelNotFound", ...}}

# Real packets: of a flow between two ports that one sees, and of nothing else on their network.
POST /v2.0/carrick-traces/follow  as demo
{"carrick_follow": {"id": "6e8bc430-9c3a-11d9-9669-0800200c9a66", "source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "destination_port": 80}}
= 503  {"NeutronError": {"type": "AgentUnavailable", ...}}
POST /v2.0/carrick-traces/follow  as alice
{"carrick_follow": {"id": "6e8bc430-9c3a-11d9-9669-0800200c9a66", "source_port_id": "$c", "destination_port_id": "$b", "protocol": "tcp"}}
= 404  {"NeutronError": {"type": "PortNotFound", "message": "Port $b could not be found.", ...}}
POST /v2.0/carrick-traces/follow  as demo
{"carrick_follow": {"id": "6e8bc430-9c3a-11d9-9669-0800200c9a66", "source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "destination_ip": "10.0.0.200"}}
= 400  {"NeutronError": {"message": "Invalid input for destination_ip. Reason: it is not a fixed address of the port.", ...}}
POST /v2.0/carrick-traces/follow  as demo
{"carrick_follow": {"id": "6e8bc430-9c3a-11d9-9669-0800200c9a66", "source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp", "source_ip": "10.0.0.200"}}
= 400  {"NeutronError": {"message": "Invalid input for source_ip. Reason: it is not a fixed address of the port.", ...}}
POST /v2.0/carrick-traces/follow  as admin
{"carrick_follow": {"id": "6e8bc430-9c3a-11d9-9669-0800200c9a66", "source_port_id": "$a", "destination_port_id": "$c", "protocol": "tcp"}}
= 400  {"NeutronError": {"message": "Ports $a and $c are on two networks.", ...}}
POST /v2.0/carrick-traces/follow  as demo
{"carrick_follow": {"source_port_id": "$a", "destination_port_id": "$b", "protocol": "tcp"}}
= 400
