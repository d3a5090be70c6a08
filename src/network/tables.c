/* The descriptors of the network service's tables: each .tbl file a second
 * time, as data. */
#include "network/words.h"

#define ATTR ATTR_ROW

#define TABLE_STRUCT network
static const struct attr network_attrs[] = {
#include "network/network.tbl"
};
#undef TABLE_STRUCT
const struct table network_table = {
    .name = "network",
    .doc = "A network: one L2 segment.",
    TABLE(struct network, network_attrs),
};

#define TABLE_STRUCT pool
static const struct attr pool_attrs[] = {
#include "network/pool.tbl"
};
#undef TABLE_STRUCT
const struct table pool_table = {
    .name = "allocation_pool",
    .doc = "A range that addresses are given from.",
    .parent = "subnet_id",
    TABLE(struct pool, pool_attrs),
};

#define TABLE_STRUCT host_route
static const struct attr host_route_attrs[] = {
#include "network/host_route.tbl"
};
#undef TABLE_STRUCT
const struct table host_route_table = {
    .name = "host_route",
    .doc = "A route given to servers.",
    .parent = "subnet_id",
    TABLE(struct host_route, host_route_attrs),
};

#define TABLE_STRUCT subnet
static const struct attr subnet_attrs[] = {
#include "network/subnet.tbl"
};
#undef TABLE_STRUCT
const struct table subnet_table = {
    .name = "subnet",
    .doc = "An IP subnet of a network.",
    TABLE(struct subnet, subnet_attrs),
};

#define TABLE_STRUCT fixed_ip
static const struct attr fixed_ip_attrs[] = {
#include "network/fixed_ip.tbl"
};
static const struct attr remote_fixed_ip_attrs[] = {
#include "network/remote_fixed_ip.tbl"
};
#undef TABLE_STRUCT
const struct table fixed_ip_table = {
    .name = "fixed_ip",
    .doc = "An address of a port.",
    .parent = "port_id",
    .unique = "subnet_id, ip_address",
    TABLE(struct fixed_ip, fixed_ip_attrs),
};
const struct table remote_fixed_ip_table = {
    .name = "remote_fixed_ip",
    .doc = "An address of a remote port.",
    .parent = "remote_port_id",
    .unique = "subnet_id, ip_address",
    TABLE(struct fixed_ip, remote_fixed_ip_attrs),
};

#define TABLE_STRUCT address_pair
static const struct attr address_pair_attrs[] = {
#include "network/address_pair.tbl"
};
#undef TABLE_STRUCT
const struct table address_pair_table = {
    .name = "address_pair",
    .doc = "A further source address of a port.",
    .parent = "port_id",
    .unique = "port_id, mac_address, ip_address",
    TABLE(struct address_pair, address_pair_attrs),
};

#define TABLE_STRUCT port
static const struct attr port_attrs[] = {
#include "network/port.tbl"
};
#undef TABLE_STRUCT
const struct table port_table = {
    .name = "port",
    .doc = "A port: where a server meets a network.",
    TABLE(struct port, port_attrs),
};

#define TABLE_STRUCT security_group
static const struct attr security_group_attrs[] = {
#include "network/security_group.tbl"
};
#undef TABLE_STRUCT
const struct table security_group_table = {
    .name = "security_group",
    .doc = "A security group: its rules say what its ports may do.",
    TABLE(struct security_group, security_group_attrs),
};

#define TABLE_STRUCT security_group_rule
static const struct attr security_group_rule_attrs[] = {
#include "network/security_group_rule.tbl"
};
#undef TABLE_STRUCT
const struct table security_group_rule_table = {
    .name = "security_group_rule",
    .doc = "A rule of a security group.",
    TABLE(struct security_group_rule, security_group_rule_attrs),
};

#define TABLE_STRUCT port_pair
static const struct attr port_pair_attrs[] = {
#include "network/port_pair.tbl"
};
#undef TABLE_STRUCT
const struct table port_pair_table = {
    .name = "port_pair",
    .doc = "One instance of a service function.",
    TABLE(struct port_pair, port_pair_attrs),
};

#define TABLE_STRUCT port_pair_group
static const struct attr port_pair_group_attrs[] = {
#include "network/port_pair_group.tbl"
};
#undef TABLE_STRUCT
const struct table port_pair_group_table = {
    .name = "port_pair_group",
    .doc = "Equal instances at one position of chains.",
    TABLE(struct port_pair_group, port_pair_group_attrs),
};

#define TABLE_STRUCT flow_classifier
static const struct attr flow_classifier_attrs[] = {
#include "network/flow_classifier.tbl"
};
#undef TABLE_STRUCT
const struct table flow_classifier_table = {
    .name = "flow_classifier",
    .doc = "Which flows a chain is for.",
    TABLE(struct flow_classifier, flow_classifier_attrs),
};

#define TABLE_STRUCT port_chain
static const struct attr port_chain_attrs[] = {
#include "network/port_chain.tbl"
};
#undef TABLE_STRUCT
const struct table port_chain_table = {
    .name = "port_chain",
    .doc = "Functions that flows go through, in order.",
    TABLE(struct port_chain, port_chain_attrs),
};

#define TABLE_STRUCT service_graph_path
static const struct attr service_graph_path_attrs[] = {
#include "network/service_graph_path.tbl"
};
#undef TABLE_STRUCT
const struct table service_graph_path_table = {
    .name = "service_graph_path",
    .doc = "A way through a service graph.",
    .parent = "service_graph_id",
    TABLE(struct service_graph_path, service_graph_path_attrs),
};

#define TABLE_STRUCT service_graph
static const struct attr service_graph_attrs[] = {
#include "network/service_graph.tbl"
};
#undef TABLE_STRUCT
const struct table service_graph_table = {
    .name = "service_graph",
    .doc = "Chains whose packets go on into other chains.",
    TABLE(struct service_graph, service_graph_attrs),
};

#define TABLE_STRUCT interconnect
static const struct attr interconnect_attrs[] = {
#include "network/interconnect.tbl"
};
#undef TABLE_STRUCT
const struct table interconnect_table = {
    .name = "interconnect",
    .doc = "A network joined with segments at other sites.",
    TABLE(struct interconnect, interconnect_attrs),
};

#define TABLE_STRUCT remote_port
static const struct attr remote_port_attrs[] = {
#include "network/remote_port.tbl"
};
#undef TABLE_STRUCT
const struct table remote_port_table = {
    .name = "remote_port",
    .doc = "A port of a joined segment at another site.",
    TABLE(struct remote_port, remote_port_attrs),
};

#define TABLE_STRUCT chain_label
static const struct attr chain_label_attrs[] = {
#include "network/chain_label.tbl"
};
#undef TABLE_STRUCT
const struct table chain_label_table = {
    .name = "chain_label",
    .doc = "What stands for an instance of a chain between sites.",
    TABLE(struct chain_label, chain_label_attrs),
};

const struct table *const network_tables[] = {
    &network_table,
    &subnet_table,
    &security_group_table,
    &security_group_rule_table,
    &port_table,
    &interconnect_table,
    &remote_port_table,
    &port_pair_table,
    &port_pair_group_table,
    &flow_classifier_table,
    &port_chain_table,
    &chain_label_table,
    &service_graph_table,
    NULL,
};

const struct resource *const network_resources[] = {
    &network_resource,         &subnet_resource,          &port_resource,
    &security_group_resource,  &security_group_rule_resource, &port_pair_resource,
    &port_pair_group_resource, &flow_classifier_resource, &port_chain_resource,
    &interconnect_resource,    &remote_port_resource,     &chain_label_resource,
    &service_graph_resource,
    NULL,
};

/* Neutron's defaults; the last three are this site's own. */
const struct quota_default network_quotas[] = {
    {"network", 100, "networks"},
    {"subnet", 100, "subnets"},
    {"port", 500, "ports"},
    {"security_group", 10, "security groups"},
    {"security_group_rule", 100, "security group rules"},
    {"port_pair", 100, "port pairs"},
    {"port_pair_group", 10, "port pair groups"},
    {"flow_classifier", 100, "flow classifiers"},
    {"port_chain", 10, "port chains"},
    {"service_graph", 10, "service graphs"},
    {"interconnect", 100, "joins with other sites"},
    {"remote_port", 1000, "remote ports"},
    {"chain_label", 1000, "chain labels"},
    {0},
};
