/* Joins with other sites (carrick-interconnect): identifiers that the receiving
 * site chooses, ports of other sites with their reserved addresses, and labels
 * that stand for an instance of a chain. */
#include "network/words.h"

#include <inttypes.h>

const char *
interconnect_check_vtep(struct mem *mem, const struct attr *attr, void *value)
{
    const char *text = *(const char **)value;
    struct ip ip;

    (void)attr;
    if (text && (!ip_parse(text, &ip) || !ip_is_v4(&ip) || ip.b[12] == 0 || ip.b[12] >= 224)) {
        return mem_printf(mem, "'%s' is not a unicast IPv4 address.", text);
    }
    return NULL;
}

static struct err *
owned_network(struct tx *tx, const struct op *op, const char *id, struct network **network)
{
    TRY(network_look(tx, op, id, network));
    if (!caller_owns(op, (*network)->project_id)) {
        return err_new(E_FORBIDDEN, "PolicyNotAuthorized",
                       "rule:join_network is disallowed by policy");
    }
    return NULL;
}

/* ---- interconnects --------------------------------------------------------------------------- */

static struct err *
join_before_create(struct tx *tx, struct op *op, void *row)
{
    struct interconnect *join = row;
    struct network *network;
    bool joined;

    TRY(owned_network(tx, op, join->network_id, &network));
    if (!service_of(op)->vtep) {
        return err_new(E_CONFLICT, "NoTunnelEndpoint",
                       "This site has no tunnel endpoint: its networks cannot be joined.");
    }
    TRY(sql_exists(tx, "select 1 from interconnect where network_id = ?", SQL_ARGS(network->id),
                   &joined));
    if (joined) {
        return err_new(E_EXISTS, "InterconnectExists", "Network %s is joined already.",
                       network->id);
    }
    join->vni = network->segmentation_id;
    join->vtep = service_of(op)->vtep;
    return NULL;
}

/* The network's object for the agent says that it is joined. */
static struct err *
join_after_create(struct tx *tx, struct op *op, void *row)
{
    (void)op;
    return row_touch(tx, &network_table, ((struct interconnect *)row)->network_id);
}

static struct err *
join_before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct interconnect *join = row;
    bool used;

    (void)op;
    TRY(sql_exists(tx, "select 1 from remote_port where interconnect_id = ?", SQL_ARGS(join->id),
                   &used));
    return used ? err_new(E_IN_USE, "InterconnectInUse",
                          "Interconnect %s still has remote ports.", join->id)
                : NULL;
}

static struct err *
join_after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)op;
    return row_touch(tx, &network_table, ((const struct interconnect *)row)->network_id);
}

const struct resource interconnect_resource = {
    .table = &interconnect_table,
    .singular = "interconnect",
    .plural = "interconnects",
    .doc = "Networks joined with segments at other sites",
    .not_found = "InterconnectNotFound",
    .in_use = "InterconnectInUse",
    .quota = "interconnect",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_REVISION,
    .hooks = {.before_create = join_before_create,
              .after_create = join_after_create,
              .before_delete = join_before_delete,
              .after_delete = join_after_delete},
};

/* ---- remote ports ------------------------------------------------------------------------------ */

static struct err *
join_of(struct tx *tx, struct remote_port *remote)
{
    struct strs joins;

    TRY(sql_column(tx, "select id from interconnect where network_id = ?",
                   SQL_ARGS(remote->network_id), &joins));
    if (joins.n == 0) {
        return err_new(E_CONFLICT, "NetworkNotJoined",
                       "Network %s has no interconnect: create one first.", remote->network_id);
    }
    remote->interconnect_id = joins.items[0];
    return NULL;
}

static struct err *
remote_addresses(struct tx *tx, const struct op *op, struct remote_port *remote,
                 const struct rows *own)
{
    struct ipam_request request = {
        .network_id = remote->network_id,
        .mac = remote->mac_address,
        .asked = &remote->fixed_ips,
        .given = true,
        .own = own,
        .table = &remote_fixed_ip_table,
    };
    struct rows got;

    TRY(ipam_take(tx, service_of(op), &request, &got));
    remote->fixed_ips = got;
    return NULL;
}

static struct err *
remote_groups_check(struct tx *tx, const struct op *op, const struct remote_port *remote)
{
    struct op inner = network_op(op, &security_group_resource, service_of(op));

    for (size_t i = 0; i < remote->security_groups.n; i++) {
        void *group;

        TRY(resource_get(tx, &inner, remote->security_groups.items[i], &group));
    }
    return NULL;
}

static struct err *
remote_check(const struct op *op, const struct remote_port *remote)
{
    struct mac mac;

    if (!mac_parse(remote->mac_address, &mac) || (mac.b[0] & 1)) {
        return INVALID_INPUT("%s is not a unicast MAC address.", remote->mac_address);
    }
    if (str_eq(remote->vtep, service_of(op)->vtep)) {
        return INVALID_INPUT("vtep %s is this site's own.", remote->vtep);
    }
    return NULL;
}

static struct err *
id_check(struct tx *tx, const struct remote_port *remote)
{
    bool used;

    TRY(sql_exists(tx, "select 1 from port where id = ? union all select 1 from remote_port where "
                       "id = ?", SQL_ARGS(str_or(remote->id, ""), str_or(remote->id, "")), &used));
    return used ? err_new(E_EXISTS, "RemotePortExists", "A port with id %s already exists.",
                          remote->id)
                : NULL;
}

static struct err *
remote_before_create(struct tx *tx, struct op *op, void *row)
{
    struct remote_port *remote = row;
    struct network *network;

    TRY(owned_network(tx, op, remote->network_id, &network));
    TRY(join_of(tx, remote));
    TRY(remote_check(op, remote));
    TRY(id_check(tx, remote));
    TRY(mac_check_free(tx, remote->network_id, remote->mac_address));
    TRY(remote_addresses(tx, op, remote, NULL));
    return remote_groups_check(tx, op, remote);
}

static struct err *
remote_before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct remote_port *was = old;
    struct remote_port *remote = row;

    TRY(remote_check(op, remote));
    if (row_given(&remote->row, "fixed_ips")) {
        TRY(remote_addresses(tx, op, remote, &was->fixed_ips));
        ipam_give(service_of(op), &was->fixed_ips);
    }
    return row_given(&remote->row, "security_groups") ? remote_groups_check(tx, op, remote) : NULL;
}

static struct err *
remote_after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)tx;
    ipam_give(service_of(op), &((const struct remote_port *)row)->fixed_ips);
    return NULL;
}

const struct resource remote_port_resource = {
    .table = &remote_port_table,
    .singular = "remote_port",
    .plural = "remote_ports",
    .doc = "Ports of joined segments at other sites",
    .not_found = "RemotePortNotFound",
    .in_use = "RemotePortInUse",
    .quota = "remote_port",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_REVISION | RESOURCE_BULK,
    .hooks = {.before_create = remote_before_create,
              .before_update = remote_before_update,
              .after_delete = remote_after_delete},
};

/* ---- chain labels --------------------------------------------------------------------------------- */

static struct err *
label_used(struct tx *tx, int64_t label, bool *used)
{
    return sql_exists(tx, "select 1 from chain_label where arriving = ?",
                      SQL_ARGS(mem_printf(tx_mem(tx), "%" PRIi64, label)), used);
}

/* Two kinds of labels: a number says whether what came on it goes on from the instance or back. */
static const struct label_range {
    const char *fact; /* The last one that was given. */
    int64_t min, max;
} label_ranges[] = {{"network.label", DESIRED_LABEL_NOBODY + 1, DESIRED_LABEL_LENT - 1},
                    {"network.label_lent", DESIRED_LABEL_LENT, DESIRED_LABEL_MAX}};

/* The next free label after the one given last: a late packet under an old label meets nothing. */
static struct err *
label_take(struct tx *tx, const struct label_range *range, int64_t *label)
{
    const char *last;
    int64_t next = range->min - 1;
    bool used = true;

    TRY(tx_fact_get(tx, range->fact, &last));
    if (last) {
        (void)str_to_i64(last, &next);
    }
    for (int64_t tries = 0; used && tries <= range->max - range->min; tries++) {
        next = next >= range->max || next < range->min ? range->min : next + 1;
        TRY(label_used(tx, next, &used));
    }
    if (used) {
        return err_new(E_CONFLICT, "NoLabelAvailable", "No chain label is free.");
    }
    *label = next;
    return tx_fact_set(tx, range->fact, mem_printf(tx_mem(tx), "%" PRIi64, next));
}

static struct err *
label_settle(struct tx *tx, struct chain_label *label)
{
    const struct label_range *range = &label_ranges[label->back_vtep != NULL];
    bool used;

    if (!label->local && !label_is_back(label)) {
        return label->label == INT_NULL
                   ? err_new(E_INVALID, "HTTPBadRequest",
                             "Invalid input for label. Reason: the pair is at another site, which "
                             "has chosen its label.")
                   : NULL;
    }
    if (label->label == INT_NULL) {
        TRY(label_take(tx, range, &label->label));
    } else if (label->label < range->min || label->label > range->max) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Invalid input for label. Reason: it is %" PRIi64 " to %" PRIi64
                       " for such a label.", range->min, range->max);
    } else {
        TRY(label_used(tx, label->label, &used));
        if (used) {
            return err_new(E_EXISTS, "ChainLabelInUse", "Label %" PRIi64 " is in use.",
                           label->label);
        }
    }
    label->arriving = label->label;
    return NULL;
}

/* The pair is an instance of the chain. */
static struct err *
member_check(struct tx *tx, const struct chain_label *label)
{
    bool member, twin;

    TRY(sql_exists(tx,
                   "select 1 from port_chain_port_pair_groups g join port_pair_group_port_pairs p "
                   "on p.owner = g.target where g.owner = ? and p.target = ?",
                   SQL_ARGS(label->port_chain_id, label->port_pair_id), &member));
    if (!member) {
        return err_new(E_INVALID, "PortPairNotInChain",
                       "Port Pair %s is in none of the groups of Port Chain %s.",
                       label->port_pair_id, label->port_chain_id);
    }
    TRY(sql_exists(tx,
                   "select 1 from chain_label where port_chain_id = ? and port_pair_id = ? and "
                   "direction = ?",
                   SQL_ARGS(label->port_chain_id, label->port_pair_id, label->direction), &twin));
    return twin ? err_new(E_EXISTS, "ChainLabelExists",
                          "Port Pair %s has a %s label in Port Chain %s already.",
                          label->port_pair_id, label->direction, label->port_chain_id)
                : NULL;
}

static struct err *
label_before_create(struct tx *tx, struct op *op, void *row)
{
    struct chain_label *label = row;
    struct op chain_op = network_op(op, &port_chain_resource, service_of(op));
    struct op pair_op = network_op(op, &port_pair_resource, service_of(op));
    const struct port_pair *pair;
    void *found;

    TRY(resource_get(tx, &chain_op, label->port_chain_id, &found));
    TRY(resource_get(tx, &pair_op, label->port_pair_id, &found));
    pair = found;
    label->local = pair->ingress_port_id != NULL;
    if (!label->local) {
        struct remote_port *remote;

        TRY(row_get(tx, &remote_port_table, pair->ingress_remote_id, &remote));
        if (remote_is_foreign(remote)) {
            return err_new(E_INVALID, "ChainLabelForeign",
                           "Port Pair %s is behind a service function forwarder, which is told by "
                           "NSH where a packet goes.", pair->id);
        }
    }
    TRY(member_check(tx, label));
    TRY(lent_check_label(tx, op, label, pair));
    return label_settle(tx, label);
}

struct err *
chain_labels_drop(struct tx *tx, const char *chain_id, bool every)
{
    struct strs ids;

    TRY(sql_column(tx,
                   "select l.id from chain_label l where l.port_chain_id = ? and (? = '1' or not "
                   "exists (select 1 from port_chain_port_pair_groups g join "
                   "port_pair_group_port_pairs p on p.owner = g.target where g.owner = "
                   "l.port_chain_id and p.target = l.port_pair_id))",
                   SQL_ARGS(chain_id, every ? "1" : "0"), &ids));
    for (size_t i = 0; i < ids.n; i++) {
        TRY(ledger_release(tx, ids.items[i]));
        TRY(row_delete(tx, &chain_label_table, ids.items[i]));
    }
    return NULL;
}

const struct resource chain_label_resource = {
    .table = &chain_label_table,
    .singular = "chain_label",
    .plural = "chain_labels",
    .doc = "Labels of chains between sites",
    .not_found = "ChainLabelNotFound",
    .in_use = "ChainLabelInUse",
    .quota = "chain_label",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_REVISION | RESOURCE_NO_UPDATE,
    .hooks = {.before_create = label_before_create},
};
