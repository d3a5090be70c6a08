/* Port pairs and their groups: the instances that chains send packets through. */
#include "network/words.h"

/* ---- what a port of a pair is ---------------------------------------------------------- */

/* A row of 'resource' the caller may see, or null. */
static struct err *
look(struct tx *tx, const struct op *op, const struct resource *resource, const char *id,
     void **row)
{
    struct op inner = network_op(op, resource, service_of(op));
    struct err *e = resource_get(tx, &inner, id, row);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "the caller says what is missing");
        *row = NULL;
        return NULL;
    }
    return e;
}

struct err *
endpoint_look(struct tx *tx, const struct op *op, const char *id, struct port **port,
              struct remote_port **remote)
{
    void *row;

    *remote = NULL;
    TRY(look(tx, op, &port_resource, id, &row));
    *port = row;
    if (!row) {
        TRY(look(tx, op, &remote_port_resource, id, &row));
        *remote = row;
    }
    return NULL;
}

struct pair_end {
    struct port *port;
    struct remote_port *remote;
};

static struct err *
end_look(struct tx *tx, const struct op *op, const char *id, struct pair_end *end)
{
    TRY(endpoint_look(tx, op, id, &end->port, &end->remote));
    if (!end->port && !end->remote) {
        return err_new(E_NOT_FOUND, "PortPairPortNotFound", "Port Pair port %s not found.", id);
    }
    return NULL;
}

static struct err *
host_check(const struct port_pair *pair, const struct pair_end *in, const struct pair_end *out)
{
    bool together = in->port ? out->port && str_eq(in->port->binding_host_id,
                                                   out->port->binding_host_id)
                             : out->remote && str_eq(in->remote->vtep, out->remote->vtep);

    if (in->port && str_empty(in->port->binding_host_id)) {
        return err_new(E_INVALID, "PortPairIngressNoHost",
                       "Port Pair ingress port %s does not belong to a host.", pair->ingress);
    }
    if (out->port && str_empty(out->port->binding_host_id)) {
        return err_new(E_INVALID, "PortPairEgressNoHost",
                       "Port Pair egress port %s does not belong to a host.", pair->egress);
    }
    if (!together) {
        return err_new(E_INVALID, "PortPairIngressEgressDifferentHost",
                       "Port Pair ingress port %s egress port %s not in the same host.",
                       pair->ingress, pair->egress);
    }
    return NULL;
}

/* A port of one function tells where in a chain a packet is: it serves one pair only. */
static struct err *
use_check(struct tx *tx, const struct port_pair *pair)
{
    struct strs used;

    TRY(sql_column(tx,
                   "select id from port_pair where ingress in (?, ?) or egress in (?, ?) limit 1",
                   SQL_ARGS(pair->ingress, pair->egress, pair->ingress, pair->egress), &used));
    if (used.n > 0) {
        return err_new(E_INVALID, "PortPairIngressEgressInUse",
                       "Port Pair with ingress port %s and egress port %s already used by another "
                       "Port Pair %s.", pair->ingress, pair->egress, used.items[0]);
    }
    return NULL;
}

static struct err *
pair_before_create(struct tx *tx, struct op *op, void *row)
{
    struct port_pair *pair = row;
    struct pair_end in, out;

    TRY(end_look(tx, op, pair->ingress, &in));
    TRY(end_look(tx, op, pair->egress, &out));
    TRY(host_check(pair, &in, &out));
    TRY(correlation_check_pair(pair, in.remote, out.remote));
    TRY(use_check(tx, pair));
    pair->ingress_port_id = in.port ? pair->ingress : NULL;
    pair->ingress_remote_id = in.remote ? pair->ingress : NULL;
    pair->egress_port_id = out.port ? pair->egress : NULL;
    pair->egress_remote_id = out.remote ? pair->egress : NULL;
    return NULL;
}

/* Draining counts from the request that asks for it. */
static struct err *
pair_before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    struct port_pair *pair = row;

    (void)op, (void)old;
    if (row_given(&pair->row, "drain_seconds")) {
        pair->drain_until = pair->drain_seconds == INT_NULL
                                ? TIME_NULL
                                : tx_now(tx) + pair->drain_seconds * 1000000;
    }
    return NULL;
}

static struct err *
pair_before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct port_pair *pair = row;
    bool used;

    (void)op;
    TRY(sql_exists(tx, "select 1 from port_pair_group_port_pairs where target = ?",
                   SQL_ARGS(pair->id), &used));
    return used ? err_new(E_IN_USE, "PortPairInUse", "Port Pair %s in use.", pair->id) : NULL;
}

const struct resource port_pair_resource = {
    .table = &port_pair_table,
    .singular = "port_pair",
    .plural = "port_pairs",
    .doc = "Port pairs",
    .not_found = "PortPairNotFound",
    .in_use = "PortPairInUse",
    .quota = "port_pair",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_BULK,
    .hooks = {.before_create = pair_before_create,
              .before_update = pair_before_update,
              .before_delete = pair_before_delete},
};

/* ---- groups ------------------------------------------------------------------------------ */

/* A tap copies packets within this site, to one instance (as networking-sfc has it). */
static struct err *
tap_check(struct tx *tx, const struct port_pair_group *group)
{
    struct port_pair *pair;

    if (!group->tap_enabled || group->port_pairs.n == 0) {
        return NULL;
    }
    if (group->port_pairs.n > 1) {
        return err_new(E_INVALID, "MultiplePortPairsInTapPPGNotSupported",
                       "Multiple port pairs in Tap port-pair-group is not allowed.");
    }
    TRY(row_get(tx, &port_pair_table, group->port_pairs.items[0], &pair));
    if (pair->ingress_remote_id) {
        return err_new(E_INVALID, "TapPortPairRemote",
                       "Port Pair %s is at another site; packets are copied within a site only.",
                       pair->id);
    }
    return NULL;
}

static struct err *
pairs_check(struct tx *tx, const struct op *op, const struct port_pair_group *group)
{
    for (size_t i = 0; i < group->port_pairs.n; i++) {
        const char *id = group->port_pairs.items[i];
        struct strs used;
        void *pair;

        TRY(look(tx, op, &port_pair_resource, id, &pair));
        if (!pair) {
            return err_new(E_NOT_FOUND, "PortPairNotFound", "Port Pair %s not found.", id);
        }
        TRY(sql_column(tx,
                       "select owner from port_pair_group_port_pairs where target = ? and owner "
                       "<> ?", SQL_ARGS(id, str_or(group->id, "")), &used));
        if (used.n > 0) {
            return err_new(E_IN_USE, "PortPairInUse", "Port Pair %s in use.", id);
        }
    }
    TRY(tap_check(tx, group));
    return correlation_check_group(tx, group);
}

const char *
pair_speaks(const struct port_pair_group *group, const struct port_pair *pair)
{
    if (str_eq(pair->function_kind, "nat")) {
        return "is a nat";
    }
    if (str_eq(pair->function_kind, "proxy")) {
        return "is a proxy";
    }
    return sfc_changes_tuples(group) ? "changes packets (ppg_n_tuple_mapping)" : NULL;
}

struct err *
group_places_check(struct tx *tx, const struct port_pair_group *group, const char *chain_id)
{
    struct strs chains;

    TRY(sql_column(tx,
                   "select owner from port_chain_port_pair_groups where target = ?1 union select ?2 "
                   "where ?2 <> ''", SQL_ARGS(str_or(group->id, ""), str_or(chain_id, "")),
                   &chains));
    for (size_t i = 0; chains.n > 1 && i < group->port_pairs.n; i++) {
        struct port_pair *pair;

        TRY(row_get(tx, &port_pair_table, group->port_pairs.items[i], &pair));
        if (pair_speaks(group, pair) && !pair_speaks_nsh(pair)) {
            return err_new(E_CONFLICT, "PortPairGroupInUse",
                           "Port Pair %s of Port Pair Group %s %s: it sends flows of its own, so "
                           "its group has a place in one port chain only, and Port Chain %s has "
                           "it.", pair->id, group->id, pair_speaks(group, pair),
                           chains.items[str_eq(chains.items[0], chain_id)]);
        }
    }
    for (size_t i = 0; i < chains.n; i++) {
        size_t places;

        TRY(chain_places(tx, chains.items[i], &places));
        if (places > 0) {
            TRY(graph_group_check(tx, group, chains.items[i], places));
        }
    }
    return NULL;
}

static struct err *
group_before_create(struct tx *tx, struct op *op, void *row)
{
    struct port_pair_group *group = row;
    struct strs last;

    TRY(sfc_tuples_check(group));
    TRY(pairs_check(tx, op, group));
    TRY(sql_column(tx, "select coalesce(max(group_id), 0) from port_pair_group", SQL_ARGS(NULL),
                   &last));
    group->group_id = 1;
    if (last.n > 0 && str_to_i64(last.items[0], &group->group_id)) {
        group->group_id++;
    }
    return NULL;
}

static struct err *
group_before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    (void)old;
    TRY(pairs_check(tx, op, row));
    return group_places_check(tx, row, NULL);
}

/* The first pair, which may say what network a chain is on; null where there is none. */
static const char *
first_pair(const struct port_pair_group *group)
{
    return group->port_pairs.n > 0 ? group->port_pairs.items[0] : NULL;
}

/* Labels of pairs that left stand for nothing any more; and a chain may be on a network only now
 * where another one claims its packets. */
static struct err *
group_after_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct port_pair_group *group = row;
    struct strs chains;

    TRY(sql_column(tx, "select owner from port_chain_port_pair_groups where target = ?",
                   SQL_ARGS(group->id), &chains));
    for (size_t i = 0; i < chains.n; i++) {
        struct port_chain *chain;

        TRY(chain_labels_drop(tx, chains.items[i], false));
        if (first_pair(group) && !str_eq(first_pair(group), first_pair(old))) {
            TRY(row_get(tx, &port_chain_table, chains.items[i], &chain));
            TRY(chain_conflict_check(tx, op, chain));
        }
    }
    return NULL;
}

static struct err *
group_before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct port_pair_group *group = row;
    bool used;

    (void)op;
    TRY(sql_exists(tx, "select 1 from port_chain_port_pair_groups where target = ?",
                   SQL_ARGS(group->id), &used));
    return used ? err_new(E_IN_USE, "PortPairGroupInUse", "Port Pair Group %s in use.", group->id)
                : NULL;
}

const struct resource port_pair_group_resource = {
    .table = &port_pair_group_table,
    .singular = "port_pair_group",
    .plural = "port_pair_groups",
    .doc = "Port pair groups",
    .not_found = "PortPairGroupNotFound",
    .in_use = "PortPairGroupInUse",
    .quota = "port_pair_group",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_BULK,
    .hooks = {.before_create = group_before_create,
              .before_update = group_before_update,
              .after_update = group_after_update,
              .before_delete = group_before_delete},
};
