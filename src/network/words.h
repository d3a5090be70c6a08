/* Inside the network service: words, checks and converters that its tables
 * name, and what its files need of each other. */
#ifndef CARRICK_NETWORK_WORDS_H
#define CARRICK_NETWORK_WORDS_H

#include "base/net.h"
#include "network/network.h"

/* Neutron's boolean: texts and 0/1 count, and a wrong one is an InvalidInput. */
#define BOOL .convert = attr_convert_bool, .error_type = "InvalidInput"

#define INVALID_INPUT(...) invalid_input(__FILE__, __LINE__, __VA_ARGS__)
/* "Invalid input for operation: ..." of the type that Neutron's clients know. */
struct err *invalid_input(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4) MUST_USE;

extern const char *const sfc_failure_policies[], *const sfc_function_kinds[], *const sfc_probe_kinds[];
extern const char *const network_directions[], *const network_ethertypes[],
    *const network_vnic_types[], *const network_ipv6_modes[], *const interconnect_directions[],
    *const interconnect_encapsulations[];

attr_convert_fn network_convert_protocol, network_convert_port, network_convert_ethertype,
    sfc_convert_ethertype, sfc_convert_pair_parameters, sfc_convert_group_parameters,
    sfc_convert_chain_parameters, service_graph_convert_chains;
attr_check_fn network_check_ip_version, network_check_nameservers, network_check_ip_or_cidr,
    security_group_check_stateful, sfc_check_pair_parameters, sfc_check_group_parameters,
    sfc_check_protocol, sfc_check_l7_parameters, sfc_check_chain_parameters, sfc_check_groups,
    interconnect_check_vtep, service_graph_check_chains;
void port_fill_vif_type(struct mem *mem, const struct attr *attr, void *row);
void port_fill_vif_details(struct mem *mem, const struct attr *attr, void *row);

struct network_service *service_of(const struct op *op);

/* IP protocol number of a name or decimal text; -1 where unknown. */
int protocol_number(const char *protocol);
/* The names known, "'ah', 'dccp', ...", for refusals. */
const char *protocol_names(struct mem *mem);

/* Rows that other resources look up: not found in Neutron's words, and only where the caller of
 * 'op' may see them. */
struct err *network_look(struct tx *tx, const struct op *op, const char *id,
                         struct network **network) MUST_USE;
bool caller_owns(const struct op *op, const char *project_id); /* its member, or an administrator */

/* ---- ipam.c */

struct ipam_hints *ipam_hints_new(void) MUST_USE;
void ipam_hints_free(struct ipam_hints *hints);
/* Addresses asked for ('asked', fixed_ip rows with either or both members) or, where not 'given',
 * one of each IP version -> complete fixed_ip rows that are free, in tx's arena.  'own' are the
 * addresses the port has already (null = none): they stay where they fit. */
struct ipam_request {
    const char *network_id;
    const char *mac;
    const struct rows *asked;
    bool given;
    const struct rows *own;
    const struct table *table; /* fixed_ip_table or remote_fixed_ip_table */
};
struct err *ipam_take(struct tx *tx, struct network_service *service,
                      const struct ipam_request *request, struct rows *out) MUST_USE;
/* Tells the search that addresses are free again. */
void ipam_give(struct network_service *service, const struct rows *addresses);
/* The address a MAC gets on a SLAAC prefix (RFC 4291 appendix A). */
struct ip ipam_eui64(const struct cidr *cidr, const struct mac *mac);
bool subnet_is_auto(const struct subnet *subnet); /* addresses made from the MAC */
/* Complete row for an address on a subnet. */
void *ipam_row(struct mem *mem, const struct table *table, const struct subnet *subnet,
               const struct ip *ip);
/* Subnets of a network, IPv4 first, oldest first. */
struct err *subnets_of(struct tx *tx, const char *network_id, struct subnet ***subnets, size_t *n) MUST_USE;

/* ---- port.c, interconnect.c */

/* The MAC is free on the network, among ports and remote ports. */
struct err *mac_check_free(struct tx *tx, const char *network_id, const char *mac) MUST_USE;
/* What stands for 'id' in sfc: a port here, a remote port, or neither (both null). */
struct err *endpoint_look(struct tx *tx, const struct op *op, const char *id, struct port **port,
                          struct remote_port **remote) MUST_USE;
/* Networks of a classifier's logical ports: none, one, or (where they disagree) two. */
struct err *classifier_networks(struct tx *tx, const struct flow_classifier *c,
                                struct strs *networks) MUST_USE;
/* 400 where a tuple of ppg_n_tuple_mapping says what it cannot. */
struct err *sfc_tuples_check(const struct port_pair_group *group) MUST_USE;
/* Does its ppg_n_tuple_mapping say that its functions change addresses or ports? */
bool sfc_changes_tuples(const struct port_pair_group *group);
/* Why a pair of the group sends flows of its own ("is a nat"); null = it does not. */
const char *pair_speaks(const struct port_pair_group *group, const struct port_pair *pair);
/* 409 where a pair of the group sends flows of its own and the group has more than one place: in
 * several chains, 'chain_id' (null = none) counted among them, or on several ways of a graph. */
struct err *group_places_check(struct tx *tx, const struct port_pair_group *group,
                               const char *chain_id) MUST_USE;

/* ---- correlation.c */

/* Do its functions get packets with NSH? */
bool pair_speaks_nsh(const struct port_pair *pair);
/* Is it behind a forwarder that is not a site like this one? */
bool remote_is_foreign(const struct remote_port *remote);
/* 400 where a pair's ends are not reached alike, or not by what it speaks ('in' and 'out' are null
 * for ports here). */
struct err *correlation_check_pair(const struct port_pair *pair, const struct remote_port *in,
                                   const struct remote_port *out) MUST_USE;
/* 400 where the group's pairs speak differently, or otherwise than a chain that has the group. */
struct err *correlation_check_group(struct tx *tx, const struct port_pair_group *group) MUST_USE;
/* 400 where a pair of the chain's groups speaks otherwise than the chain. */
struct err *correlation_check_chain(struct tx *tx, const struct port_chain *chain) MUST_USE;

/* 409 where another chain of the same priority claims packets of one of its classifiers; the
 * chain's members are those it shall have. */
struct err *chain_conflict_check(struct tx *tx, const struct op *op,
                                 const struct port_chain *chain) MUST_USE;
/* Network that a chain steers: that of its logical ports, else of its first function; null where
 * neither says it (yet). */
struct err *chain_network(struct tx *tx, const struct port_chain *chain,
                          const char **network_id) MUST_USE;
/* May a packet fit both, wherever it comes from (logical source ports do not count)? */
bool classifiers_overlap(const struct flow_classifier *a, const struct flow_classifier *b);
/* Labels of the chain whose pair is not in its groups any more (all of them with 'every'). */
struct err *chain_labels_drop(struct tx *tx, const char *chain_id, bool every) MUST_USE;

/* ---- lent.c */

/* Does it stand for what came out of an instance elsewhere? */
bool label_is_back(const struct chain_label *label);
/* 400 or 409 where a new label does not fit what is lent, to the chain of another site or by one. */
struct err *lent_check_label(struct tx *tx, const struct op *op, const struct chain_label *label,
                             const struct port_pair *pair) MUST_USE;
/* 409 where the chain may not have what it shall have: a pair of its groups is lent to another site
 * by another chain, or by this one although it has classifiers. */
struct err *lent_check_chain(struct tx *tx, const struct port_chain *chain) MUST_USE;
/* 409 where a pair at another site is none that a service graph can have, or a pair here is lent. */
struct err *lent_check_graph(struct tx *tx, const struct port_pair *pair,
                             const char *chain_id) MUST_USE;
/* Is it this site's alone to know where its packets go on? */
struct err *chain_is_home(struct tx *tx, const char *chain_id, bool *is) MUST_USE;
/* What the agent is told of a pair in a chain: where labels lead, if they are known. */
struct err *lent_load(struct tx *tx, const char *chain_id, const struct port_pair *pair, bool home,
                      struct desired_instance *out) MUST_USE;

/* ---- service_graph.c, service_graph_path.c */

/* Service path identifiers of ways: above all of chains by themselves, which have their chain_id and
 * 65536 more for replies.  So many for each direction. */
#define WAY_SPI_MIN 0x800000
#define WAY_SPI_N 0x400000

/* 409 where a service graph has the chain. */
struct err *chain_free_check(struct tx *tx, const char *chain_id) MUST_USE;
/* What a group of a chain may not have on the ways of a graph: pairs at other sites that are not
 * lent, pairs here that are, and pairs that send flows of their own in more than one place ('places'
 * ways have the chain's hops). */
struct err *graph_group_check(struct tx *tx, const struct port_pair_group *group,
                              const char *chain_id, size_t places) MUST_USE;
/* How many ways have the chain's hops; 0 = it is in no graph. */
struct err *chain_places(struct tx *tx, const char *chain_id, size_t *places) MUST_USE;
/* Is it told as a part of ways only: does another chain of a graph lead to it?  Then '*way', which
 * may be null, is one of them; else it is the chain itself. */
struct err *chain_is_destination(struct tx *tx, const char *chain_id, bool *is,
                                 const char **way) MUST_USE;
/* The way of that id, or null. */
struct err *path_find(struct tx *tx, const char *path_id, struct service_graph_path **path) MUST_USE;
/* A hop of the way -> the chain that it is of, and which of its hops.  A null hop is the way itself:
 * its last chain. */
struct err *path_hop(struct tx *tx, const struct service_graph_path *path, const char **chain_id,
                     int64_t *hop) MUST_USE;

#endif
