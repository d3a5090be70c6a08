# The default group appears on the first look; rules in Neutron's words.
GET /v2.0/security-groups  as demo
= 200
{"security_groups": [{"id": "$default := uuid", "name": "default", "description": "Default security group", "stateful": true, "shared": false,
                      "project_id": "$p := hex", "tenant_id": "$p", "tags": [], "revision_number": "$ := int", "created_at": "$ := time", "updated_at": "$ := time",
                      "security_group_rules": ["$ := any", "$ := any", "$ := any", "$ := any"]}]}
GET /v2.0/security-group-rules?security_group_id=$default&direction=ingress&ethertype=IPv4  as demo
= 200
{"security_group_rules": [{"remote_group_id": "$default", "protocol": null, "port_range_min": null, "port_range_max": null, "remote_ip_prefix": null, "normalized_cidr": null, ...}]}
GET /v2.0/security-groups  as demo
= 200
{"security_groups": [{"id": "$default", ...}]}
POST /v2.0/security-groups  as demo
{"security_group": {"name": "default"}}
= 409
{"NeutronError": {"type": "SecurityGroupDefaultAlreadyExists", "message": "Default security group already exists.", "detail": ""}}
POST /v2.0/security-groups  as demo
{"security_group": {"name": "web", "description": "d"}}
= 201
{"security_group": {"id": "$web := uuid", "name": "web", "description": "d", "security_group_rules": [{"direction": "egress", ...}, {"direction": "egress", ...}], ...}}
POST /v2.0/security-group-rules  as demo
{"security_group_rule": {"security_group_id": "$web", "direction": "ingress", "protocol": "tcp", "port_range_min": 80, "port_range_max": 81, "remote_ip_prefix": "10.0.0.0/8"}}
= 201
{"security_group_rule": {"id": "$rule := uuid", "project_id": "$p", "tenant_id": "$p", "security_group_id": "$web", "direction": "ingress", "ethertype": "IPv4",
                         "protocol": "tcp", "port_range_min": 80, "port_range_max": 81, "remote_ip_prefix": "10.0.0.0/8", "remote_group_id": null,
                         "normalized_cidr": "10.0.0.0/8", "description": "", "revision_number": 1, "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"}}
POST /v2.0/security-group-rules  as demo
{"security_group_rule": {"security_group_id": "$web", "direction": "ingress", "protocol": "6", "port_range_min": "80", "port_range_max": "81", "remote_ip_prefix": "10.0.0.0/8"}}
= 409
{"NeutronError": {"type": "SecurityGroupRuleExists", "message": "Security group rule already exists. Rule id is $rule.", "detail": ""}}
POST /v2.0/security-group-rules  as demo
{"security_group_rule": {"security_group_id": "$web", "direction": "ingress", "protocol": "tcp", "port_range_min": 9, "port_range_max": 1}}
= 400
{"NeutronError": {"type": "SecurityGroupInvalidPortRange", "message": "For TCP/UDP protocols, port_range_min must be <= port_range_max", "detail": ""}}
POST /v2.0/security-group-rules  as demo
{"security_group_rule": {"security_group_id": "$web", "direction": "ingress", "protocol": "zz"}}
= 400
{"NeutronError": {"type": "SecurityGroupRuleInvalidProtocol", "message": "Security group rule protocol zz not supported. Only protocol values [None, 'ah', 'dccp', 'egp', 'esp', 'gre', 'hopopt', 'icmp', 'igmp', 'ip', 'ipip', 'ipv6-encap', 'ipv6-frag', 'ipv6-icmp', 'icmpv6', 'ipv6-nonxt', 'ipv6-opts', 'ipv6-route', 'ospf', 'pgm', 'rsvp', 'sctp', 'tcp', 'udp', 'udplite', 'vrrp'] and integer representations [0 to 255] are supported.", "detail": ""}}
POST /v2.0/security-group-rules  as demo
{"security_group_rule": {"security_group_id": "$web", "direction": "up"}}
= 400
{"NeutronError": {"type": "HTTPBadRequest", ...}}
POST /v2.0/security-group-rules  as alice
{"security_group_rule": {"security_group_id": "$web", "direction": "ingress"}}
= 404
{"NeutronError": {"type": "SecurityGroupNotFound", ...}}
POST /v2.0/security-group-rules  as alice
{"security_group_rule": {"security_group_id": "$web", "direction": "ingress", "remote_group_id": "$default"}}
= 404
# A change of rules is a change of the group.
GET /v2.0/security-groups/$web  as demo
= 200
{"security_group": {"revision_number": 2, "security_group_rules": ["$ := any", "$ := any", {"id": "$rule", ...}], ...}}
DELETE /v2.0/security-group-rules/$rule  as demo
= 204
GET /v2.0/security-groups/$default  as alice
= 404
PUT /v2.0/security-groups/$default  as demo
{"security_group": {"name": "mine"}}
= 409
{"NeutronError": {"type": "SecurityGroupCannotUpdateDefault", ...}}
DELETE /v2.0/security-groups/$default  as demo
= 409
{"NeutronError": {"type": "SecurityGroupCannotRemoveDefault", ...}}
# Tempest's clean-up: the administrator may.
DELETE /v2.0/security-groups/$default  as admin
= 204
DELETE /v2.0/security-groups/$web  as demo
= 204
