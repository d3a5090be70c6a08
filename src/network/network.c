/* Networks: the identifier a segment is received under, its MTU, and that it
 * goes only when nobody is on it. */
#include "network/words.h"

#include "base/vec.h"

#include <inttypes.h>

#define MTU_MIN 576
#define VNI_MAX 0x7fffff

/* ---- MTU and VNI --------------------------------------------------------------- */

static struct err *
mtu_settle(const struct op *op, struct network *network)
{
    int64_t max = service_of(op)->mtu_max;

    if (network->mtu == INT_NULL || network->mtu == 0) {
        network->mtu = max;
    }
    if (network->mtu > max) {
        return INVALID_INPUT("Requested MTU is too big, maximum is %" PRIi64 ".", max);
    }
    if (network->mtu < MTU_MIN) {
        return INVALID_INPUT("Requested MTU is too small, minimum is %d.", MTU_MIN);
    }
    return NULL;
}

static struct err *
vni_used(struct tx *tx, int64_t vni, bool *used)
{
    const char *text = mem_printf(tx_mem(tx), "%" PRIi64, vni);

    return sql_exists(tx, "select 1 from network where segmentation_id = ?", SQL_ARGS(text), used);
}

/* The next free identifier after the one given last: a site that still sends to a segment that is
 * gone does not soon meet another tenant's. */
static struct err *
vni_take(struct tx *tx, int64_t *vni)
{
    const char *last;
    int64_t next = 0;
    bool used = true;

    TRY(tx_fact_get(tx, "network.vni", &last));
    if (last) {
        (void)str_to_i64(last, &next);
    }
    for (int64_t tries = 0; used && tries <= VNI_MAX; tries++) {
        next = next >= VNI_MAX ? 1 : next + 1;
        TRY(vni_used(tx, next, &used));
    }
    if (used) {
        return err_new(E_CONFLICT, "NoNetworkAvailable",
                       "Unable to create the network. No tenant network is available for "
                       "allocation.");
    }
    *vni = next;
    return tx_fact_set(tx, "network.vni", mem_printf(tx_mem(tx), "%" PRIi64, next));
}

static struct err *
provider_settle(struct tx *tx, struct network *network)
{
    bool used;

    if (network->network_type && !str_eq(network->network_type, "vxlan")) {
        return INVALID_INPUT("network_type value '%s' not supported.", network->network_type);
    }
    network->network_type = "vxlan";
    if (network->physical_network) {
        return INVALID_INPUT("provider:physical_network specified for vxlan network.");
    }
    if (network->segmentation_id == INT_NULL) {
        return vni_take(tx, &network->segmentation_id);
    }
    TRY(vni_used(tx, network->segmentation_id, &used));
    if (used) {
        return err_new(E_CONFLICT, "TunnelIdInUse",
                       "Unable to create the network. The tunnel ID %" PRIi64 " is in use.",
                       network->segmentation_id);
    }
    return NULL;
}

/* ---- hooks --------------------------------------------------------------------- */

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct network *network = row;
    struct security_group *group;

    TRY(mtu_settle(op, network));
    TRY(provider_settle(tx, network));
    network->status = "ACTIVE";
    return network->project_id ? security_group_default(tx, network->project_id, &group) : NULL;
}

/* Taking a network back is refused while others are on it. */
static struct err *
unshare_check(struct tx *tx, const struct network *network)
{
    bool others;

    TRY(sql_exists(tx, "select 1 from port where network_id = ? and project_id <> ?",
                   SQL_ARGS(network->id, str_or(network->project_id, "")), &others));
    if (others) {
        return err_new(E_CONFLICT, "InvalidSharedSetting",
                       "Unable to reconfigure sharing settings for network %s. Multiple tenants "
                       "are using it.", network->id);
    }
    return NULL;
}

static struct err *
before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct network *was = old;
    struct network *network = row;

    TRY(mtu_settle(op, network));
    if (network->segmentation_id != was->segmentation_id ||
        !str_eq(network->network_type, was->network_type) || network->physical_network) {
        return INVALID_INPUT("Plugin does not support updating provider network attributes.");
    }
    if (was->shared && !network->shared) {
        TRY(unshare_check(tx, network));
    }
    return NULL;
}

static struct err *
ports_left_check(struct tx *tx, const struct network *network)
{
    AUTO_BUF list = BUF_INIT;
    struct strs ports;

    TRY(sql_column(tx, "select id from port where network_id = ? order by id limit 100",
                   SQL_ARGS(network->id), &ports));
    if (ports.n == 0) {
        return NULL;
    }
    for (size_t i = 0; i < ports.n; i++) {
        buf_printf(&list, "%s%s", i ? "," : "", ports.items[i]);
    }
    return err_new(E_IN_USE, "NetworkInUse",
                   "Unable to complete operation on network %s. There are one or more ports still "
                   "in use on the network, id for these ports is: %s.", network->id, list.data);
}

/* A join is refused to lose its network silently. */
static struct err *
join_left_check(struct tx *tx, const struct network *network)
{
    bool joined;

    TRY(sql_exists(tx, "select 1 from interconnect where network_id = ?", SQL_ARGS(network->id),
                   &joined));
    if (joined) {
        return err_new(E_IN_USE, "NetworkInUse",
                       "Unable to complete operation on network %s. It is joined with other "
                       "sites: delete its interconnect first.", network->id);
    }
    return NULL;
}

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct network *network = row;
    struct op subnet_op = network_op(op, &subnet_resource, service_of(op));
    struct caller internal = *op->caller;
    struct strs subnets;

    TRY(ports_left_check(tx, network));
    TRY(join_left_check(tx, network));
    TRY(sql_column(tx, "select id from subnet where network_id = ?", SQL_ARGS(network->id),
                   &subnets));
    internal.is_internal = true;
    subnet_op.caller = &internal;
    for (size_t i = 0; i < subnets.n; i++) {
        TRY(resource_delete(tx, &subnet_op, subnets.items[i]));
    }
    return NULL;
}

/* ---- showing ------------------------------------------------------------------- */

struct subnet_lists {
    struct mem *mem;
    struct map by_network; /* network id -> struct subnet_list */
};

struct subnet_list {
    struct network *network;
    VEC(const char *) ids;
};

static struct err *
add_subnet(void *arg, int n, const char *const *columns)
{
    struct subnet_lists *lists = arg;
    struct subnet_list *list = map_get(&lists->by_network, columns[0]);

    (void)n;
    if (list) {
        vec_add(lists->mem, &list->ids, mem_str(lists->mem, columns[1]));
        list->network->subnets = (struct strs){.n = list->ids.n, .items = list->ids.items};
    }
    return NULL;
}

/* One query for the subnets of the whole batch. */
static struct err *
before_show(struct tx *tx, struct op *op, void **rows, size_t n)
{
    struct subnet_lists lists = {.mem = tx_mem(tx)};
    const char **args = MEM_ARRAY(tx_mem(tx), n + 1, const char *);
    AUTO_BUF sql = BUF_INIT;

    (void)op;
    map_init(&lists.by_network, tx_mem(tx));
    buf_str(&sql, "select network_id, id from subnet where network_id in (");
    for (size_t i = 0; i < n; i++) {
        struct subnet_list *list = MEM_NEW(tx_mem(tx), struct subnet_list);

        list->network = rows[i];
        args[i] = list->network->id;
        map_set(&lists.by_network, list->network->id, list);
        buf_str(&sql, i ? ", ?" : "?");
    }
    buf_str(&sql, ") order by created_at, id");
    return n ? tx_sql(tx, sql.data, args, add_subnet, &lists) : NULL;
}

const struct resource network_resource = {
    .table = &network_table,
    .singular = "network",
    .plural = "networks",
    .doc = "Networks",
    .not_found = "NetworkNotFound",
    .in_use = "NetworkInUse",
    .quota = "network",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_TAGS | RESOURCE_REVISION | RESOURCE_BULK,
    .visible = "t.shared = 1 or t.router_external = 1",
    .hooks = {.before_create = before_create,
              .before_update = before_update,
              .before_delete = before_delete,
              .before_show = before_show},
};
