# Subnets: what is filled in, what is refused, what follows for the network.
POST /v2.0/networks  as demo
{"network": {"name": "n"}}
= 201
{"network": {"id": "$net := uuid", "revision_number": 1, ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "192.0.2.0/24", "name": "s"}}
= 201
{"subnet": {"id": "$sub := uuid", "project_id": "$p := hex", "tenant_id": "$p", "network_id": "$net", "name": "s", "description": "",
            "ip_version": 4, "cidr": "192.0.2.0/24", "gateway_ip": "192.0.2.1", "enable_dhcp": true,
            "allocation_pools": [{"start": "192.0.2.2", "end": "192.0.2.254"}], "dns_nameservers": [], "host_routes": [],
            "ipv6_ra_mode": null, "ipv6_address_mode": null, "tags": [], "revision_number": 1,
            "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"}}
GET /v2.0/networks/$net  as demo
= 200
{"network": {"subnets": ["$sub"], "revision_number": 2, ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "192.0.2.0/25"}}
= 400
{"NeutronError": {"type": "InvalidInput", "message": "Invalid input for operation: Requested subnet with cidr: 192.0.2.0/25 for network: $net overlaps with another subnet.", "detail": ""}}
# What is wrong with the subnet itself is told before what it overlaps.
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "192.0.2.0/25", "allocation_pools": [{"start": "9.9.9.1", "end": "9.9.9.9"}]}}
= 400
{"NeutronError": {"type": "OutOfBoundsAllocationPool", "message": "The allocation pool 9.9.9.1-9.9.9.9 spans beyond the subnet cidr 192.0.2.0/25.", "detail": ""}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 5, "cidr": "198.51.100.0/24"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Invalid input for ip_version. Reason: 5 is not in valid_values.", "detail": ""}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "300.0.0.0/8"}}
= 400
{"NeutronError": {"type": "InvalidInput", ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "198.51.100.0/24", "allocation_pools": [{"start": "9.9.9.1", "end": "9.9.9.9"}]}}
= 400
{"NeutronError": {"type": "OutOfBoundsAllocationPool", "message": "The allocation pool 9.9.9.1-9.9.9.9 spans beyond the subnet cidr 198.51.100.0/24.", "detail": ""}}
# A gateway outside of the prefix is the user's business; null is none.
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "198.51.100.0/24", "gateway_ip": "9.9.9.9"}}
= 201
{"subnet": {"id": "$out := uuid", "gateway_ip": "9.9.9.9", "allocation_pools": [{"start": "198.51.100.1", "end": "198.51.100.254"}], ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$net", "ip_version": 4, "cidr": "203.0.113.0/24", "gateway_ip": null}}
= 201
{"subnet": {"id": "$none := uuid", "gateway_ip": null, ...}}
PUT /v2.0/subnets/$sub  as demo
{"subnet": {"dns_nameservers": ["9.9.9.9"], "host_routes": [{"destination": "10.0.0.0/8", "nexthop": "192.0.2.9"}], "gateway_ip": null}}
= 200
{"subnet": {"dns_nameservers": ["9.9.9.9"], "host_routes": [{"destination": "10.0.0.0/8", "nexthop": "192.0.2.9"}], "gateway_ip": null, "revision_number": 2, ...}}
PUT /v2.0/subnets/$sub  as demo
{"subnet": {"gateway_ip": "192.0.2.7"}}
= 409
{"NeutronError": {"type": "GatewayConflictWithAllocationPools", ...}}
PUT /v2.0/subnets/$sub  as demo
{"subnet": {"cidr": "10.0.0.0/8"}}
= 400
DELETE /v2.0/subnets/$none  as alice
= 404
DELETE /v2.0/subnets/$none  as demo
= 204
DELETE /v2.0/networks/$net  as demo
= 204
GET /v2.0/subnets/$sub  as demo
= 404
{"NeutronError": {"type": "SubnetNotFound", ...}}
# A subnet without a pool gives no address by itself; one that is named may be taken.
POST /v2.0/networks  as demo
{"network": {"name": "no-pool"}}
= 201
{"network": {"id": "$bare := uuid", ...}}
POST /v2.0/subnets  as demo
{"subnet": {"network_id": "$bare", "ip_version": 4, "cidr": "203.0.113.0/24", "allocation_pools": []}}
= 201
{"subnet": {"id": "$dry := uuid", "allocation_pools": [], ...}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$bare", "fixed_ips": [{"subnet_id": "$dry"}]}}
= 409
{"NeutronError": {"type": "IpAddressGenerationFailure", "message": "No more IP addresses available on network $bare.", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$bare"}}
= 409
{"NeutronError": {"type": "IpAddressGenerationFailure", "message": "No more IP addresses available on network $bare.", "detail": ""}}
POST /v2.0/ports  as demo
{"port": {"network_id": "$bare", "fixed_ips": [{"ip_address": "203.0.113.9"}]}}
= 201
{"port": {"fixed_ips": [{"subnet_id": "$dry", "ip_address": "203.0.113.9"}], ...}}
