# A network from its creation to its end, and what is refused about it.
POST /v2.0/networks  as demo
{"network": {"name": "n", "description": "d"}}
= 201
{"network": {"id": "$net := uuid", "project_id": "$project := hex", "tenant_id": "$project", "name": "n", "description": "d",
             "admin_state_up": true, "status": "ACTIVE", "shared": false, "router:external": false, "mtu": 1450,
             "port_security_enabled": true, "subnets": [], "tags": [], "revision_number": 1,
             "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"}}
# Only an administrator sees under which identifier it travels.
GET /v2.0/networks/$net  as admin
= 200
{"network": {"provider:network_type": "vxlan", "provider:physical_network": null, "provider:segmentation_id": "$ := int", ...}}
PUT /v2.0/networks/$net  as demo
> If-Match: revision_number=1
{"network": {"name": "m", "mtu": 1400}}
= 200
{"network": {"name": "m", "mtu": 1400, "revision_number": 2, ...}}
PUT /v2.0/networks/$net  as demo
> If-Match: revision_number=1
{"network": {"name": "x"}}
= 412
{"NeutronError": {"type": "RevisionNumberConstraintFailed", "message": "Constrained to 1, but current revision is 2", "detail": ""}}
# Others do not know of it.
GET /v2.0/networks/$net  as alice
= 404
{"NeutronError": {"type": "NetworkNotFound", "message": "Network $net could not be found.", "detail": ""}}
GET /v2.0/networks/foo  as demo
= 404
{"NeutronError": {"type": "NetworkNotFound", "message": "Network foo could not be found.", "detail": ""}}
DELETE /v2.0/networks/$net  as reader
= 403
{"NeutronError": {"type": "PolicyNotAuthorized", ...}}
# What Neutron refuses, in its words.
POST /v2.0/networks  as demo
{"network": {"foo": 1}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Unrecognized attribute(s) 'foo'", "detail": ""}}
POST /v2.0/networks  as demo
{}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Unable to find 'network' in request body", "detail": ""}}
POST /v2.0/networks  as demo
{"network": {"status": "x"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Attribute 'status' not allowed in POST", "detail": ""}}
PUT /v2.0/networks/$net  as demo
{"network": {"id": "x"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "Cannot update read-only attribute id", "detail": ""}}
POST /v2.0/networks  as demo
{"network": {"admin_state_up": "maybe"}}
= 400
{"NeutronError": {"type": "InvalidInput", ...}}
POST /v2.0/networks  as demo
{"network": {"shared": true}}
= 403
{"NeutronError": {"type": "PolicyNotAuthorized", ...}}
POST /v2.0/networks  as demo
{"network": {"mtu": 9000}}
= 400
{"NeutronError": {"type": "InvalidInput", "message": "Invalid input for operation: Requested MTU is too big, maximum is 1450.", "detail": ""}}
# All faults of a body at once.
POST /v2.0/networks  as demo
{"network": {"foo": 1, "bar": 2, "status": "x"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", "message": "$ := text", "detail": ""}}
PATCH /v2.0/networks/$net  as demo
{"network": {}}
= 405
GET /v2.0/nothing  as demo
= 404
{"NeutronError": {"type": "HTTPNotFound", "message": "The resource could not be found.", "detail": ""}}
GET /v2.0/networks  as nobody
= 401
# Sharing shows it to everybody; it cannot be taken back while others are on it.
PUT /v2.0/networks/$net  as admin
{"network": {"shared": true}}
= 200
{"network": {"shared": true, ...}}
POST /v2.0/ports  as alice
{"port": {"network_id": "$net"}}
= 201
{"port": {"id": "$alien := uuid", ...}}
PUT /v2.0/networks/$net  as admin
{"network": {"shared": false}}
= 409
{"NeutronError": {"type": "InvalidSharedSetting", ...}}
# The owner of a network sees the ports of others on it.
GET /v2.0/ports?network_id=$net&fields=id  as demo
= 200
{"ports": [{"id": "$alien"}]}
DELETE /v2.0/networks/$net  as demo
= 409
{"NeutronError": {"type": "NetworkInUse", "message": "Unable to complete operation on network $net. There are one or more ports still in use on the network, id for these ports is: $alien.", "detail": ""}}
DELETE /v2.0/ports/$alien  as alice
= 204
DELETE /v2.0/networks/$net  as demo
= 204
GET /v2.0/networks/$net  as demo
= 404
