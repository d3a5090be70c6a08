# Ports: addresses, security, binding, and the golden refusals.
POST /v2.0/networks  as demo
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "198.51.100.0/24"}}
= 201
{"subnet": {"id": "$sub := uuid", ...}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "name": "p", "mac_address": "FA:16:3E:51:D7:3C"}}
= 201
{"port": {"id": "$port := uuid", "project_id": "$p := hex", "tenant_id": "$p", "network_id": "$net", "name": "p", "description": "",
          "admin_state_up": true, "status": "DOWN", "data_plane_status": null, "mac_address": "fa:16:3e:51:d7:3c", "device_id": "", "device_owner": "",
          "fixed_ips": [{"subnet_id": "$sub", "ip_address": "198.51.100.2"}], "security_groups": ["$default := uuid"],
          "allowed_address_pairs": [], "port_security_enabled": true, "binding:vnic_type": "normal", "tags": [], "revision_number": 1,
          "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"}}
GET /v2.0/ports/$port  as admin
= 200
{"port": {"binding:host_id": "", "binding:vif_type": "unbound", "binding:vif_details": {}, "binding:profile": {}, ...}}
PUT /v2.0/ports/$port  as admin
{"port": {"binding:host_id": "nohost"}}
= 200
{"port": {"binding:host_id": "nohost", "binding:vif_type": "binding_failed", ...}}
PUT /v2.0/ports/$port  as admin
{"port": {"binding:host_id": "test-host"}}
= 200
{"port": {"binding:vif_type": "tap", ...}}
PUT /v2.0/ports/$port  as demo
{"port": {"binding:host_id": ""}}
= 403
{"NeutronError": {"type": "PolicyNotAuthorized", ...}}
POST /v2.0/ports  as demo
{"port": {}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Failed to parse request. Required attribute 'network_id' not specified", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "x"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Invalid input for network_id. Reason: 'x' is not a valid UUID.", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "11111111-1111-1111-1111-111111111111"}}
= 404
{"NeutronError": {"type": "NetworkNotFound", "message": "Network 11111111-1111-1111-1111-111111111111 could not be found.", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "fixed_ips": [{"ip_address": "198.51.100.2"}]}}
= 409
{"NeutronError": {"type": "IpAddressAlreadyAllocated", "message": "IP address 198.51.100.2 already allocated in subnet $sub", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "mac_address": "fa:16:3e:51:d7:3c"}}
= 409
{"NeutronError": {"type": "MacAddressInUse", "message": "Unable to complete operation for network $net. The mac address fa:16:3e:51:d7:3c is in use.", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$net", "fixed_ips": [{"ip_address": "9.9.9.9"}]}}
= 400
{"NeutronError": {"type": "InvalidIpForNetwork", "message": "IP address 9.9.9.9 is not a valid IP for any of the subnets on the specified network.", "detail": ""}}
PUT /v2.0/ports/$port  as demo
{"port": {"status": "ACTIVE"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Cannot update read-only attribute status", "detail": ""}}
PUT /v2.0/ports/$port  as demo
{"port": {"network_id": "$net"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Cannot update read-only attribute network_id", "detail": ""}}
PUT /v2.0/ports/$port  as demo
{"port": {"dns_name": "h"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Unrecognized attribute(s) 'dns_name'", "detail": ""}}
PUT /v2.0/ports/$port  as demo
{"port": {"security_groups": ["11111111-1111-1111-1111-111111111111"]}}
= 404
{"NeutronError": {"type": "SecurityGroupNotFound", ...}}
PUT /v2.0/ports/$port  as demo
{"port": {"allowed_address_pairs": [{"ip_address": "192.0.2.200"}]}}
= 200
{"port": {"allowed_address_pairs": [{"ip_address": "192.0.2.200", "mac_address": "fa:16:3e:51:d7:3c"}], ...}}
PUT /v2.0/ports/$port  as demo
{"port": {"port_security_enabled": false, "security_groups": []}}
= 409
{"NeutronError": {"type": "AddressPairAndPortSecurityRequired", ...}}
PUT /v2.0/ports/$port  as demo
{"port": {"port_security_enabled": false}}
= 409
{"NeutronError": {"type": "PortSecurityPortHasSecurityGroup", ...}}
PUT /v2.0/ports/$port  as demo
{"port": {"port_security_enabled": false, "security_groups": [], "allowed_address_pairs": []}}
= 200
{"port": {"port_security_enabled": false, "security_groups": [], "allowed_address_pairs": [], ...}}
# A port keeps the address it has when it is asked for another one.
PUT /v2.0/ports/$port  as demo
{"port": {"fixed_ips": [{"subnet_id": "$sub"}, {"ip_address": "198.51.100.77"}]}}
= 200
{"port": {"fixed_ips": [{"subnet_id": "$sub", "ip_address": "198.51.100.77"}, {"subnet_id": "$sub", "ip_address": "198.51.100.2"}], ...}}
GET /v2.0/ports?fixed_ips=ip_address%3D198.51.100.77&fields=name  as demo
= 200
{"ports": [{"name": "p"}]}
GET /v2.0/ports?fixed_ips=ip_address_substr%3D100.7&fields=name  as demo
= 200
{"ports": [{"name": "p"}]}
GET /v2.0/ports?fixed_ips=ip_address%3D198.51.100.78  as demo
= 200
{"ports": []}
# Bulk: in order, all or nothing.
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net", "name": "q0"}, {"network_id": "$net", "name": "q1", "tags": ["t"]}]}
= 201
{"ports": [{"name": "q0", "fixed_ips": [{"ip_address": "198.51.100.3", ...}], ...}, {"name": "q1", "tags": ["t"], ...}]}
POST /v2.0/ports  as demo
{"ports": [{"network_id": "$net", "name": "q2"}, {"network_id": "11111111-1111-1111-1111-111111111111"}]}
= 404
GET /v2.0/ports?name=q2  as demo
= 200
{"ports": []}
GET /v2.0/ports?security_groups=$default&fields=name&sort_key=name&sort_dir=asc  as demo
= 200
{"ports": [{"name": "q0"}, {"name": "q1"}]}
DELETE /v2.0/ports/$port  as alice
= 404
DELETE /v2.0/ports/$port  as demo
= 204
DELETE /v2.0/ports/$port  as demo
= 404
{"NeutronError": {"type": "PortNotFound", "message": "Port $port could not be found.", "detail": ""}}
