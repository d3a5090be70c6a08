/* Subnets: prefix, gateway and pools agree with each other and with the other
 * subnets of the network; addresses made from MACs come and go with the prefix. */
#include "network/words.h"

struct range {
    struct ip start, end;
};

/* ---- the prefix ------------------------------------------------------------------ */

static struct err *
prefix_check(const struct subnet *subnet, const struct cidr *cidr)
{
    bool v4 = ip_is_v4(&cidr->ip);

    if (v4 != (subnet->ip_version == 4)) {
        return INVALID_INPUT("cidr '%s' does not match the ip_version '%lld'", subnet->cidr,
                             (long long)subnet->ip_version);
    }
    if (cidr->len == 0) {
        return INVALID_INPUT("0 is not allowed as CIDR prefix length");
    }
    if (v4 && (cidr->ip.b[12] >= 224 || cidr->ip.b[12] == 127 || cidr->ip.b[12] == 0)) {
        return INVALID_INPUT("%s is not a unicast prefix.", subnet->cidr);
    }
    if (!v4 && (cidr->ip.b[0] == 0xff)) {
        return INVALID_INPUT("Multicast IP subnet is not supported.");
    }
    if (subnet->enable_dhcp && cidr->len > (v4 ? 30 : 126)) {
        return INVALID_INPUT("Subnet has a prefix length that is incompatible with DHCP service "
                             "enabled.");
    }
    return NULL;
}

static struct err *
modes_check(const struct subnet *subnet, const struct cidr *cidr)
{
    const char *ra = subnet->ipv6_ra_mode, *address = subnet->ipv6_address_mode;

    if (!ra && !address) {
        return NULL;
    }
    if (subnet->ip_version == 4) {
        return INVALID_INPUT("ipv6_ra_mode or ipv6_address_mode cannot be set when ip_version is "
                             "4.");
    }
    if (!subnet->enable_dhcp) {
        return INVALID_INPUT("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is "
                             "set to False.");
    }
    if (ra && address && !str_eq(ra, address)) {
        return INVALID_INPUT("ipv6_ra_mode set to '%s' with ipv6_address_mode set to '%s' is not "
                             "valid. If both attributes are set, they must be the same value.",
                             ra, address);
    }
    if (subnet_is_auto(subnet) && cidr->len != 64) {
        return INVALID_INPUT("Invalid CIDR %s for IPv6 address mode. The EUI-64 address format "
                             "requires the prefix to be /64.", subnet->cidr);
    }
    return NULL;
}

static struct err *
overlap_check(struct tx *tx, const struct subnet *subnet, const struct cidr *cidr)
{
    struct strs others;

    TRY(sql_column(tx, "select cidr from subnet where network_id = ?",
                   SQL_ARGS(subnet->network_id), &others));
    for (size_t i = 0; i < others.n; i++) {
        struct cidr other;

        if (cidr_parse(others.items[i], &other) && cidr_overlaps(cidr, &other)) {
            return INVALID_INPUT("Requested subnet with cidr: %s for network: %s overlaps with "
                                 "another subnet.", subnet->cidr, subnet->network_id);
        }
    }
    return NULL;
}

/* ---- the gateway ----------------------------------------------------------------- */

static void
gateway_default(struct mem *mem, struct subnet *subnet, const struct cidr *cidr)
{
    struct ip first = cidr_first(cidr);
    struct ip gateway = subnet_is_auto(subnet) ? first : ip_add(&first, 1);
    char text[IP_TEXT_SIZE];

    if (cidr_has(cidr, &gateway)) {
        subnet->gateway_ip = mem_str(mem, ip_text(text, &gateway));
    }
}

static struct err *
gateway_check(const struct subnet *subnet, const struct cidr *cidr)
{
    struct ip gateway, first = cidr_first(cidr), last = cidr_last(cidr);

    if (!subnet->gateway_ip || !ip_parse(subnet->gateway_ip, &gateway)) {
        return NULL;
    }
    if (ip_is_v4(&gateway) != (subnet->ip_version == 4)) {
        return INVALID_INPUT("gateway_ip '%s' does not match the ip_version '%lld'",
                             subnet->gateway_ip, (long long)subnet->ip_version);
    }
    if (subnet->ip_version == 4 && cidr->len < 31 &&
        (ip_cmp(&gateway, &first) == 0 || ip_cmp(&gateway, &last) == 0)) {
        return INVALID_INPUT("Gateway is not valid on subnet.");
    }
    return NULL;
}

/* ---- pools ----------------------------------------------------------------------- */

static const char *
pool_text(struct mem *mem, const struct pool *pool)
{
    return mem_printf(mem, "%s-%s", pool->start, pool->end);
}

static struct err *
pool_check(struct mem *mem, const struct subnet *subnet, const struct cidr *cidr,
           const struct pool *pool, struct range *range)
{
    struct ip gateway;

    if (!ip_parse(pool->start, &range->start) || !ip_parse(pool->end, &range->end) ||
        ip_is_v4(&range->start) != ip_is_v4(&cidr->ip) ||
        ip_is_v4(&range->end) != ip_is_v4(&cidr->ip) || ip_cmp(&range->start, &range->end) > 0) {
        return err_new(E_INVALID, "InvalidAllocationPool", "The allocation pool %s is not valid.",
                       pool_text(mem, pool));
    }
    if (!cidr_has(cidr, &range->start) || !cidr_has(cidr, &range->end)) {
        return err_new(E_INVALID, "OutOfBoundsAllocationPool",
                       "The allocation pool %s spans beyond the subnet cidr %s.",
                       pool_text(mem, pool), subnet->cidr);
    }
    if (subnet->gateway_ip && ip_parse(subnet->gateway_ip, &gateway) &&
        ip_cmp(&range->start, &gateway) <= 0 && ip_cmp(&gateway, &range->end) <= 0) {
        return err_new(E_CONFLICT, "GatewayConflictWithAllocationPools",
                       "Gateway ip %s conflicts with allocation pool %s.", subnet->gateway_ip,
                       pool_text(mem, pool));
    }
    return NULL;
}

static struct err *
pools_check(struct mem *mem, const struct subnet *subnet, const struct cidr *cidr)
{
    size_t n = subnet->allocation_pools.n;
    struct range *ranges = MEM_ARRAY(mem, n, struct range);

    for (size_t i = 0; i < n; i++) {
        TRY(pool_check(mem, subnet, cidr, subnet->allocation_pools.items[i], &ranges[i]));
        for (size_t k = 0; k < i; k++) {
            if (ip_cmp(&ranges[i].start, &ranges[k].end) <= 0 &&
                ip_cmp(&ranges[k].start, &ranges[i].end) <= 0) {
                return err_new(E_CONFLICT, "OverlappingAllocationPools",
                               "Found overlapping allocation pools: %s %s for subnet %s.",
                               pool_text(mem, subnet->allocation_pools.items[k]),
                               pool_text(mem, subnet->allocation_pools.items[i]), subnet->cidr);
            }
        }
    }
    return NULL;
}

static void
pool_add(struct mem *mem, struct subnet *subnet, const struct ip *start, const struct ip *end)
{
    struct pool *pool;
    char text[IP_TEXT_SIZE];

    if (ip_cmp(start, end) > 0) {
        return;
    }
    pool = row_new(mem, &pool_table);
    pool->start = mem_str(mem, ip_text(text, start));
    pool->end = mem_str(mem, ip_text(text, end));
    subnet->allocation_pools.items[subnet->allocation_pools.n++] = pool;
}

/* Everything but the network's own address, the broadcast address and the gateway. */
static void
pools_default(struct mem *mem, struct subnet *subnet, const struct cidr *cidr)
{
    struct ip first = cidr_first(cidr), last = cidr_last(cidr), gateway;
    bool v4 = ip_is_v4(&first);

    subnet->allocation_pools = (struct rows){.n = 0, .items = MEM_ARRAY(mem, 2, void *)};
    if (cidr->len < (v4 ? 31 : 127)) {
        first = ip_add(&first, 1);
        last = v4 ? ip_add(&last, -1) : last;
    }
    if (subnet->gateway_ip && ip_parse(subnet->gateway_ip, &gateway) &&
        ip_cmp(&first, &gateway) <= 0 && ip_cmp(&gateway, &last) <= 0) {
        struct ip before = ip_add(&gateway, -1), after = ip_add(&gateway, 1);

        pool_add(mem, subnet, &first, &before);
        first = after;
    }
    pool_add(mem, subnet, &first, &last);
}

/* ---- routes ---------------------------------------------------------------------- */

static struct err *
routes_check(const struct subnet *subnet)
{
    for (size_t i = 0; i < subnet->host_routes.n; i++) {
        const struct host_route *route = subnet->host_routes.items[i];
        struct cidr destination;
        struct ip nexthop;

        if (!cidr_parse(route->destination, &destination) || !ip_parse(route->nexthop, &nexthop) ||
            ip_is_v4(&nexthop) != (subnet->ip_version == 4) ||
            ip_is_v4(&destination.ip) != (subnet->ip_version == 4)) {
            return INVALID_INPUT("host route %s via %s does not match the ip_version '%lld'",
                                 route->destination, route->nexthop,
                                 (long long)subnet->ip_version);
        }
        for (size_t k = 0; k < i; k++) {
            const struct host_route *other = subnet->host_routes.items[k];

            if (str_eq(route->destination, other->destination) &&
                str_eq(route->nexthop, other->nexthop)) {
                return INVALID_INPUT("Duplicate hostroute '%s'", route->destination);
            }
        }
    }
    return NULL;
}

/* ---- hooks ----------------------------------------------------------------------- */

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct subnet *subnet = row;
    struct network *network;
    struct cidr cidr;

    TRY(network_look(tx, op, subnet->network_id, &network));
    if (!caller_owns(op, network->project_id)) {
        return err_new(E_FORBIDDEN, "PolicyNotAuthorized",
                       "rule:create_subnet is disallowed by policy");
    }
    if (!cidr_parse(str_or(subnet->cidr, ""), &cidr)) {
        return INVALID_INPUT("'%s' is not a valid CIDR.", str_or(subnet->cidr, ""));
    }
    TRY(prefix_check(subnet, &cidr));
    TRY(modes_check(subnet, &cidr));
    if (!row_given(&subnet->row, "gateway_ip")) {
        gateway_default(tx_mem(tx), subnet, &cidr);
    }
    TRY(gateway_check(subnet, &cidr));
    if (!row_given(&subnet->row, "allocation_pools")) {
        pools_default(tx_mem(tx), subnet, &cidr);
    }
    TRY(pools_check(tx_mem(tx), subnet, &cidr));
    TRY(routes_check(subnet));
    /* Last, as in Neutron: what is wrong with the subnet itself is told first. */
    return overlap_check(tx, subnet, &cidr);
}

/* Ports that are on the network already get their address of a SLAAC prefix. */
static struct err *
addresses_add(struct tx *tx, const struct subnet *subnet, const struct cidr *cidr)
{
    struct cond conds[] = {COND("network_id", subnet->network_id), {.attr = NULL}};
    struct rows ports;

    TRY(rows_select(tx, &(struct query){.table = &port_table, .conds = conds}, &ports));
    for (size_t i = 0; i < ports.n; i++) {
        const struct port *old = ports.items[i];
        struct port *port = row_copy(tx_mem(tx), old);
        void **items = MEM_ARRAY(tx_mem(tx), port->fixed_ips.n + 1, void *);
        struct mac mac;
        struct ip ip;

        if (old->fixed_ips.n == 0 || !mac_parse(str_or(port->mac_address, ""), &mac)) {
            continue;
        }
        ip = ipam_eui64(cidr, &mac);
        for (size_t k = 0; k < port->fixed_ips.n; k++) {
            items[k] = port->fixed_ips.items[k];
        }
        items[port->fixed_ips.n] = ipam_row(tx_mem(tx), &fixed_ip_table, subnet, &ip);
        port->fixed_ips = (struct rows){.n = port->fixed_ips.n + 1, .items = items};
        TRY(row_update(tx, old, port));
    }
    return NULL;
}

static struct err *
after_create(struct tx *tx, struct op *op, void *row)
{
    const struct subnet *subnet = row;
    struct cidr cidr;

    (void)op;
    if (subnet_is_auto(subnet) && cidr_parse(subnet->cidr, &cidr)) {
        TRY(addresses_add(tx, subnet, &cidr));
    }
    return row_touch(tx, &network_table, subnet->network_id);
}

static struct err *
before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct subnet *was = old;
    struct subnet *subnet = row;
    struct cidr cidr;

    (void)op;
    if (!cidr_parse(subnet->cidr, &cidr)) {
        return err_new(E_INTERNAL, NULL, "subnet %s has no prefix", subnet->id);
    }
    if (subnet->enable_dhcp != was->enable_dhcp) {
        TRY(prefix_check(subnet, &cidr));
        TRY(modes_check(subnet, &cidr));
    }
    TRY(gateway_check(subnet, &cidr));
    TRY(pools_check(tx_mem(tx), subnet, &cidr));
    return routes_check(subnet);
}

/* Addresses that only follow from the prefix go with it. */
static struct err *
addresses_drop(struct tx *tx, const struct subnet *subnet)
{
    struct strs ids;

    TRY(sql_column(tx, "select port_id from fixed_ip where subnet_id = ?", SQL_ARGS(subnet->id),
                   &ids));
    for (size_t i = 0; i < ids.n; i++) {
        struct port *old, *port;
        size_t kept = 0;

        TRY(row_get(tx, &port_table, ids.items[i], &old));
        port = row_copy(tx_mem(tx), old);
        for (size_t k = 0; k < port->fixed_ips.n; k++) {
            const struct fixed_ip *ip = port->fixed_ips.items[k];

            if (!str_eq(ip->subnet_id, subnet->id)) {
                port->fixed_ips.items[kept++] = port->fixed_ips.items[k];
            }
        }
        port->fixed_ips.n = kept;
        TRY(row_update(tx, old, port));
    }
    return NULL;
}

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct subnet *subnet = row;
    bool used;

    (void)op;
    if (subnet_is_auto(subnet)) {
        TRY(addresses_drop(tx, subnet));
    }
    TRY(sql_exists(tx,
                   "select 1 from fixed_ip where subnet_id = ? union all "
                   "select 1 from remote_fixed_ip where subnet_id = ?",
                   SQL_ARGS(subnet->id, subnet->id), &used));
    if (used) {
        return err_new(E_IN_USE, "SubnetInUse",
                       "Unable to complete operation on subnet %s: One or more ports have an IP "
                       "allocation from this subnet.", subnet->id);
    }
    return NULL;
}

static struct err *
after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)op;
    return row_touch(tx, &network_table, ((const struct subnet *)row)->network_id);
}

const struct resource subnet_resource = {
    .table = &subnet_table,
    .singular = "subnet",
    .plural = "subnets",
    .doc = "Subnets",
    .not_found = "SubnetNotFound",
    .in_use = "SubnetInUse",
    .quota = "subnet",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_TAGS | RESOURCE_REVISION | RESOURCE_BULK,
    .visible = "t.network_id in (select n.id from network n where n.shared = 1 or "
               "n.project_id = :project_id)",
    .hooks = {.before_create = before_create,
              .after_create = after_create,
              .before_update = before_update,
              .before_delete = before_delete,
              .after_delete = after_delete},
};
