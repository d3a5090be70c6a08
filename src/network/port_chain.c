/* Flow classifiers and port chains: which flows go through which groups. */
#include "network/words.h"

#include <inttypes.h>

#define CHAIN_ID_MAX 65535

static struct err *
look(struct tx *tx, const struct op *op, const struct resource *resource, const char *id,
     bool *found)
{
    struct op inner = network_op(op, resource, service_of(op));
    void *row;
    struct err *e = resource_get(tx, &inner, id, &row);

    *found = !e;
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "the caller says what is missing");
        return NULL;
    }
    return e;
}

/* ---- classifiers --------------------------------------------------------------------------- */

static struct err *
range_check(int64_t low, int64_t high)
{
    if (low != INT_NULL && high != INT_NULL && low > high) {
        return err_new(E_INVALID, "FlowClassifierInvalidPortRange",
                       "Invalid IP protocol port range. min_port_range=%" PRIi64
                       " must be lesser or equal to max_port_range=%" PRIi64 ".", low, high);
    }
    return NULL;
}

static struct err *
ranges_check(const struct flow_classifier *c)
{
    bool ranged = c->source_port_range_min != INT_NULL || c->source_port_range_max != INT_NULL ||
                  c->destination_port_range_min != INT_NULL ||
                  c->destination_port_range_max != INT_NULL;
    int protocol = protocol_number(c->protocol);

    if (ranged && protocol != 6 && protocol != 17 && protocol != 132) {
        return err_new(E_INVALID, "FlowClassifierProtocolRequiredWithPorts",
                       "IP protocol must be TCP, UDP or SCTP, if port range is given.");
    }
    TRY(range_check(c->source_port_range_min, c->source_port_range_max));
    return range_check(c->destination_port_range_min, c->destination_port_range_max);
}

static struct err *
prefix_check(const struct flow_classifier *c, const char *prefix)
{
    struct cidr cidr;

    if (prefix && cidr_parse(prefix, &cidr) &&
        ip_is_v4(&cidr.ip) != str_eq(c->ethertype, "IPv4")) {
        return err_new(E_INVALID, "FlowClassifierIpPrefixFormatConflictWithEthertype",
                       "IP prefix %s conflicts with ethertype %s.", prefix, c->ethertype);
    }
    return NULL;
}

/* A logical port: which of the two kinds it is. */
static struct err *
logical_settle(struct tx *tx, const struct op *op, const char *id, const char **port_id,
               const char **remote_id)
{
    struct port *port = NULL;
    struct remote_port *remote = NULL;

    if (id) {
        TRY(endpoint_look(tx, op, id, &port, &remote));
        if (!port && !remote) {
            return err_new(E_NOT_FOUND, "FlowClassifierPortNotFound",
                           "Flow Classifier Neutron Port %s not found.", id);
        }
        if (remote && remote_is_foreign(remote)) {
            return err_new(E_INVALID, "FlowClassifierPortForeign",
                           "Flow Classifier Neutron Port %s is behind a service function "
                           "forwarder: no flow begins or ends there.", id);
        }
    }
    *port_id = port ? id : NULL;
    *remote_id = remote ? id : NULL;
    return NULL;
}

static struct err *
classifier_before_create(struct tx *tx, struct op *op, void *row)
{
    struct flow_classifier *c = row;

    TRY(ranges_check(c));
    TRY(prefix_check(c, c->source_ip_prefix));
    TRY(prefix_check(c, c->destination_ip_prefix));
    c->single_port = c->destination_port_range_min != INT_NULL &&
                     c->destination_port_range_min == c->destination_port_range_max;
    TRY(logical_settle(tx, op, c->logical_source_port, &c->source_port_id, &c->source_remote_id));
    return logical_settle(tx, op, c->logical_destination_port, &c->destination_port_id,
                          &c->destination_remote_id);
}

static struct err *
classifier_in_use(const char *id)
{
    return err_new(E_IN_USE, "FlowClassifierInUse", "Flow Classifier %s in use.", id);
}

static struct err *
classifier_before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct flow_classifier *c = row;
    bool used;

    (void)op;
    TRY(sql_exists(tx, "select 1 from port_chain_flow_classifiers where target = ?",
                   SQL_ARGS(c->id), &used));
    return used ? classifier_in_use(c->id) : NULL;
}

const struct resource flow_classifier_resource = {
    .table = &flow_classifier_table,
    .singular = "flow_classifier",
    .plural = "flow_classifiers",
    .doc = "Flow classifiers",
    .not_found = "FlowClassifierNotFound",
    .in_use = "FlowClassifierInUse",
    .quota = "flow_classifier",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_BULK,
    .hooks = {.before_create = classifier_before_create,
              .before_delete = classifier_before_delete},
};

/* ---- chains ---------------------------------------------------------------------------------- */

static bool
strs_same(const struct strs *a, const struct strs *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; same && i < a->n; i++) {
        same = str_eq(a->items[i], b->items[i]);
    }
    return same;
}

/* Groups exist, and no other chain has the same ones in the same order. */
static struct err *
groups_check(struct tx *tx, const struct op *op, const struct port_chain *chain)
{
    struct strs others;

    for (size_t i = 0; i < chain->port_pair_groups.n; i++) {
        const char *id = chain->port_pair_groups.items[i];
        struct port_pair_group *group;
        bool found;

        TRY(look(tx, op, &port_pair_group_resource, id, &found));
        if (!found) {
            return err_new(E_NOT_FOUND, "PortPairGroupNotFound", "Port Pair Group %s not found.",
                           id);
        }
        TRY(row_get(tx, &port_pair_group_table, id, &group));
        TRY(group_places_check(tx, group, str_or(chain->id, "(new)")));
    }
    TRY(correlation_check_chain(tx, chain));
    TRY(sql_column(tx,
                   "select owner from port_chain_port_pair_groups where target = ? and owner <> ?",
                   SQL_ARGS(chain->port_pair_groups.items[0], str_or(chain->id, "")), &others));
    for (size_t i = 0; i < others.n; i++) {
        struct port_chain *other;

        TRY(row_get(tx, &port_chain_table, others.items[i], &other));
        if (strs_same(&other->port_pair_groups, &chain->port_pair_groups)) {
            return err_new(E_CONFLICT, "InvalidPortPairGroups",
                           "Port Pair Group(s) %s in use by Port Chain %s.",
                           chain->port_pair_groups.items[0], other->id);
        }
    }
    return NULL;
}

struct err *
classifier_networks(struct tx *tx, const struct flow_classifier *c, struct strs *networks)
{
    return sql_column(tx,
                      "select network_id from port where id in (?1, ?2) union "
                      "select network_id from remote_port where id in (?1, ?2)",
                      SQL_ARGS(str_or(c->logical_source_port, ""),
                               str_or(c->logical_destination_port, "")),
                      networks);
}

/* A chain lives on one network: what a classifier for another one asks would never happen. */
static struct err *
networks_check(struct tx *tx, const struct port_chain *chain)
{
    const char *network_id = NULL;

    for (size_t i = 0; i < chain->flow_classifiers.n; i++) {
        struct flow_classifier *c;
        struct strs on;

        TRY(row_get(tx, &flow_classifier_table, chain->flow_classifiers.items[i], &c));
        TRY(classifier_networks(tx, c, &on));
        for (size_t j = 0; j < on.n; j++) {
            network_id = network_id ? network_id : on.items[j];
            if (!str_eq(network_id, on.items[j])) {
                return err_new(E_INVALID, "PortChainNetworksDiffer",
                               "Flow Classifier %s has a logical port on network %s, but the chain "
                               "is on network %s.",
                               c->id, on.items[j], network_id);
            }
        }
    }
    return NULL;
}

static struct err *
classifiers_check(struct tx *tx, const struct op *op, const struct port_chain *chain)
{
    for (size_t i = 0; i < chain->flow_classifiers.n; i++) {
        const char *id = chain->flow_classifiers.items[i];
        bool found, used;

        TRY(look(tx, op, &flow_classifier_resource, id, &found));
        if (!found) {
            return err_new(E_NOT_FOUND, "FlowClassifierNotFound", "Flow Classifier %s not found.",
                           id);
        }
        TRY(sql_exists(tx,
                       "select 1 from port_chain_flow_classifiers where target = ? and owner <> ?",
                       SQL_ARGS(id, str_or(chain->id, "")), &used));
        if (used) {
            return classifier_in_use(id);
        }
    }
    TRY(networks_check(tx, chain));
    return chain_conflict_check(tx, op, chain);
}

static struct err *
chain_id_settle(struct tx *tx, struct port_chain *chain)
{
    struct strs used, free_id;

    if (chain->chain_id > 0) {
        TRY(sql_column(tx, "select id from port_chain where chain_id = ?",
                       SQL_ARGS(mem_printf(tx_mem(tx), "%" PRIi64, chain->chain_id)), &used));
        if (used.n > 0) {
            return err_new(E_INVALID, "PortChainChainIdInConflict",
                           "Chain id %" PRIi64 " conflicts with Chain id in port chain %s.",
                           chain->chain_id, used.items[0]);
        }
        return NULL;
    }
    TRY(sql_column(tx,
                   "select min(c) from (select 1 as c union all select chain_id + 1 from "
                   "port_chain) n where not exists (select 1 from port_chain p where p.chain_id = "
                   "n.c)", SQL_ARGS(NULL), &free_id));
    if (free_id.n == 0 || !str_to_i64(free_id.items[0], &chain->chain_id) ||
        chain->chain_id > CHAIN_ID_MAX) {
        return err_new(E_INVALID, "PortChainUnavailableChainId", "No available chain id.");
    }
    return NULL;
}

static struct err *
chain_before_create(struct tx *tx, struct op *op, void *row)
{
    TRY(groups_check(tx, op, row));
    TRY(classifiers_check(tx, op, row));
    TRY(lent_check_chain(tx, row));
    return chain_id_settle(tx, row);
}

static struct err *
chain_before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct port_chain *chain = row;

    (void)old;
    if (row_given(&chain->row, "port_pair_groups") ||
        row_given(&chain->row, "flow_classifiers")) {
        TRY(chain_free_check(tx, chain->id));
    }
    if (row_given(&chain->row, "port_pair_groups")) {
        TRY(groups_check(tx, op, chain));
    }
    TRY(lent_check_chain(tx, chain));
    /* Where no classifier has a logical port, its groups say which network it is on. */
    return row_given(&chain->row, "flow_classifiers") || row_given(&chain->row, "priority") ||
                   row_given(&chain->row, "port_pair_groups")
               ? classifiers_check(tx, op, chain)
               : NULL;
}

static struct err *
chain_after_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    (void)op, (void)old;
    return chain_labels_drop(tx, ((struct port_chain *)row)->id, false);
}

static struct err *
chain_before_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)op;
    TRY(chain_free_check(tx, ((const struct port_chain *)row)->id));
    return chain_labels_drop(tx, ((const struct port_chain *)row)->id, true);
}

const struct resource port_chain_resource = {
    .table = &port_chain_table,
    .singular = "port_chain",
    .plural = "port_chains",
    .doc = "Port chains",
    .not_found = "PortChainNotFound",
    .in_use = "PortChainInUse",
    .quota = "port_chain",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_BULK,
    .hooks = {.before_create = chain_before_create,
              .before_update = chain_before_update,
              .after_update = chain_after_update,
              .before_delete = chain_before_delete},
};
