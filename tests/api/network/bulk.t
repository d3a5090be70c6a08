# Bulk creation: the same as one after the other, or nothing at all.
POST /v2.0/networks  as demo
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", "project_id": "$p := hex", ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "198.51.100.0/28"}}
= 201
{"subnet": {"id": "$sub := uuid", ...}}
GET /v2.0/carrick-changes  as demo
= 200
{"changes": [], "last": "$last := int"}
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net", "name": "a"}, {"network_id": "$net", "name": "b", "tags": ["t"]}, {"network_id": "$net", "name": "c"}]}
= 201
{"ports": [
    {"id": "$a := uuid", "name": "a", "fixed_ips": [{"subnet_id": "$sub", "ip_address": "198.51.100.2"}], "security_groups": ["$g := uuid"], "revision_number": 1, "status": "DOWN", ...},
    {"id": "$b := uuid", "name": "b", "fixed_ips": [{"subnet_id": "$sub", "ip_address": "198.51.100.3"}], "security_groups": ["$g"], "tags": ["t"], ...},
    {"id": "$c := uuid", "name": "c", "mac_address": "$mac := any", "fixed_ips": [{"subnet_id": "$sub", "ip_address": "198.51.100.4"}], ...}]}
# One entry of the log for each, in their order.
GET /v2.0/carrick-changes?since=$last&resource=port  as demo
= 200
{"changes": [{"kind": "create", "id": "$a", "attributes": {"name": "a", ...}, ...}, {"kind": "create", "id": "$b", ...}, {"kind": "create", "id": "$c", ...}], "last": "$now := int"}
# One bad item refuses the whole, with the words that it would have alone.
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net"}, {"network_id": "$net", "fixed_ips": [{"ip_address": "9.9.9.9"}]}, {"network_id": "$net"}]}
= 400
{"NeutronError": {"type": "InvalidIpForNetwork", "message": "IP address 9.9.9.9 is not a valid IP for any of the subnets on the specified network.", "detail": ""}}
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net"}, {"network_id": "11111111-1111-1111-1111-111111111111"}]}
= 404
{"NeutronError": {"type": "NetworkNotFound", ...}}
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net"}, {"network_id": "$net", "security_groups": ["11111111-1111-1111-1111-111111111111"]}]}
= 404
{"NeutronError": {"type": "SecurityGroupNotFound", ...}}
# So does what two of its items ask for both.
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net", "mac_address": "fa:16:3e:00:00:01"}, {"network_id": "$net", "mac_address": "fa:16:3e:00:00:01"}]}
= 409
{"NeutronError": {"type": "MacAddressInUse", "message": "Unable to complete operation for network $net. The mac address fa:16:3e:00:00:01 is in use.", "detail": ""}}
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net", "fixed_ips": [{"ip_address": "198.51.100.9"}]}, {"network_id": "$net", "fixed_ips": [{"ip_address": "198.51.100.9"}]}]}
= 409
{"NeutronError": {"type": "IpAddressAlreadyAllocated", "message": "IP address 198.51.100.9 already allocated in subnet $sub", "detail": ""}}
# The first gets the lowest free address, which the second asks for by name.
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net"}, {"network_id": "$net", "fixed_ips": [{"ip_address": "198.51.100.5"}]}]}
= 409
{"NeutronError": {"type": "IpAddressAlreadyAllocated", ...}}
# Nothing of all that is there, and nothing was said of it.
GET /v2.0/carrick-changes?since=$now  as demo
= 200
{"changes": [], "last": "$ := int"}
# Asked for by name first, the others step over it.
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net", "name": "d", "fixed_ips": [{"ip_address": "198.51.100.6"}]}, {"network_id": "$net", "name": "e"}, {"network_id": "$net", "name": "f"}]}
= 201
{"ports": [
    {"name": "d", "fixed_ips": [{"ip_address": "198.51.100.6", ...}], ...},
    {"name": "e", "fixed_ips": [{"ip_address": "198.51.100.5", ...}], ...},
    {"name": "f", "fixed_ips": [{"ip_address": "198.51.100.7", ...}], ...}]}
# Seven are left: eight are too many, seven are not.
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}]}
= 409
{"NeutronError": {"type": "IpAddressGenerationFailure", "message": "No more IP addresses available on network $net.", "detail": ""}}
# A quota is a limit for all of them together.
PUT /v2.0/quotas/$p  as admin
{"quota": {"port": 7}}
= 200
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net"}, {"network_id": "$net"}]}
= 409
{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['port'] (limit 7, used 7, asked 1).", "detail": ""}}
PUT /v2.0/quotas/$p  as admin
{"quota": {"port": 50}}
= 200
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net", "name": "1"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net"}, {"network_id": "$net", "name": "7"}]}
= 201
{"ports": [{"fixed_ips": [{"ip_address": "198.51.100.8", ...}], ...}, {...}, {...}, {...}, {...}, {...}, {"fixed_ips": [{"ip_address": "198.51.100.14", ...}], ...}]}
POST /v2.0/ports  as demo
{"ports": []}
= 400
