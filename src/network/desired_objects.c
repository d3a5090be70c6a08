/* Rows -> what the agent shall make of them: networks, groups, ports, remote
 * ports.  Chains and labels are in desired_chains.c. */
#include "network/desired_parts.h"

#include "base/vec.h"

/* A row by key, or null. */
struct err *
row_or_null(struct tx *tx, const struct table *table, const char *id, void *row_out)
{
    struct err *e = row_get(tx, table, id, row_out);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "then there is no object");
        *(void **)row_out = NULL;
        return NULL;
    }
    return e;
}

/* ---- networks --------------------------------------------------------------------------- */

static struct err *
network_load(struct tx *tx, const char *id, void **object)
{
    struct desired_network *out;
    struct network *network;

    TRY(row_or_null(tx, &network_table, id, &network));
    if (!network) {
        return NULL;
    }
    out = row_new(tx_mem(tx), &desired_network_table);
    out->id = network->id;
    out->project_id = network->project_id;
    out->vni = network->segmentation_id;
    out->mtu = network->mtu;
    *object = out;
    return NULL;
}

/* ---- security groups ------------------------------------------------------------------------ */

static struct desired_rule *
rule_make(struct mem *mem, const struct security_group_rule *rule)
{
    struct desired_rule *out = row_new(mem, &desired_rule_table);

    out->direction = rule->direction;
    out->ethertype = rule->ethertype;
    out->protocol = rule->protocol ? protocol_number(rule->protocol) : INT_NULL;
    out->port_min = rule->port_range_min;
    out->port_max = rule->port_range_max;
    out->remote_cidr = rule->normalized_cidr;
    out->remote_group_id = rule->remote_group_id;
    return out;
}

/* Addresses of members here, of members at other sites, and what they may use beside. */
static struct err *
members_load(struct tx *tx, const char *id, struct strs *members)
{
    VEC(const char *) list = {0};
    struct strs found;
    struct map seen;

    map_init(&seen, tx_mem(tx));
    TRY(sql_column(tx,
                   "select f.ip_address from port_security_groups s join fixed_ip f on f.port_id = "
                   "s.owner where s.target = ? union all "
                   "select a.ip_address from port_security_groups s join address_pair a on "
                   "a.port_id = s.owner where s.target = ? union all "
                   "select r.ip_address from remote_port_security_groups s join remote_fixed_ip r "
                   "on r.remote_port_id = s.owner where s.target = ? order by 1",
                   SQL_ARGS(id, id, id), &found));
    for (size_t i = 0; i < found.n; i++) {
        struct ip ip;

        if (ip_parse(found.items[i], &ip) && map_add(&seen, found.items[i], &seen)) {
            vec_add(tx_mem(tx), &list, found.items[i]);
        }
    }
    *members = (struct strs){.n = list.n, .items = list.items};
    return NULL;
}

static struct err *
group_load(struct tx *tx, const char *id, void **object)
{
    struct cond conds[] = {COND("security_group_id", id), {.attr = NULL}};
    struct desired_security_group *out;
    struct security_group *group;
    struct rows rules;

    TRY(row_or_null(tx, &security_group_table, id, &group));
    if (!group) {
        return NULL;
    }
    TRY(rows_select(tx, &(struct query){.table = &security_group_rule_table, .conds = conds},
                    &rules));
    out = row_new(tx_mem(tx), &desired_security_group_table);
    out->id = group->id;
    out->rules = (struct rows){.n = rules.n, .items = MEM_ARRAY(tx_mem(tx), rules.n, void *)};
    for (size_t i = 0; i < rules.n; i++) {
        out->rules.items[i] = rule_make(tx_mem(tx), rules.items[i]);
    }
    *object = out;
    return members_load(tx, id, &out->members);
}

/* ---- ports ------------------------------------------------------------------------------------ */

static struct desired_address *
address_make(struct mem *mem, const struct subnet *subnet, const struct fixed_ip *ip)
{
    struct desired_address *out = row_new(mem, &desired_address_table);
    struct cidr cidr = {.len = 0};

    (void)cidr_parse(subnet->cidr, &cidr);
    out->ip = ip->ip_address;
    out->prefix_len = cidr.len;
    out->dhcp = subnet->enable_dhcp;
    out->dns = subnet->dns_nameservers;
    out->ra_mode = subnet->ipv6_ra_mode;
    out->address_mode = subnet->ipv6_address_mode;
    return out;
}

/* One default route of a family: by the first subnet that has a gateway other than this port. */
static bool
gateway_wanted(const struct subnet *subnet, const struct fixed_ip *ip, bool has[2])
{
    bool *seen = &has[subnet->ip_version == 6];

    if (*seen || !subnet->gateway_ip || str_eq(subnet->gateway_ip, ip->ip_address)) {
        return false;
    }
    *seen = true;
    return true;
}

static struct err *
addresses_load(struct tx *tx, const struct port *port, struct desired_port *out)
{
    struct mem *mem = tx_mem(tx);
    VEC(void *) addresses = {0}, routes = {0};
    bool has_gateway[2] = {false, false};

    for (size_t i = 0; i < port->fixed_ips.n; i++) {
        const struct fixed_ip *ip = port->fixed_ips.items[i];
        struct desired_address *address;
        struct subnet *subnet;

        TRY(row_get(tx, &subnet_table, ip->subnet_id, &subnet));
        address = address_make(mem, subnet, ip);
        if (gateway_wanted(subnet, ip, has_gateway)) {
            address->gateway = subnet->gateway_ip;
        }
        vec_add(mem, &addresses, (void *)address);
        for (size_t k = 0; k < subnet->host_routes.n; k++) {
            const struct host_route *route = subnet->host_routes.items[k];
            struct desired_route *made = row_new(mem, &desired_route_table);

            made->destination = route->destination;
            made->nexthop = route->nexthop;
            vec_add(mem, &routes, (void *)made);
        }
    }
    out->addresses = (struct rows){.n = addresses.n, .items = addresses.items};
    out->routes = (struct rows){.n = routes.n, .items = routes.items};
    return NULL;
}

static void
pairs_make(struct mem *mem, const struct port *port, struct desired_port *out)
{
    size_t n = port->allowed_address_pairs.n;

    out->allowed_pairs = (struct rows){.n = n, .items = MEM_ARRAY(mem, n, void *)};
    for (size_t i = 0; i < n; i++) {
        const struct address_pair *pair = port->allowed_address_pairs.items[i];
        struct desired_pair *made = row_new(mem, &desired_pair_table);
        struct cidr cidr = {.len = 0};
        char text[CIDR_TEXT_SIZE];

        if (ip_parse(pair->ip_address, &cidr.ip)) {
            cidr.len = ip_is_v4(&cidr.ip) ? 32 : 128;
        } else if (cidr_parse(pair->ip_address, &cidr)) {
            cidr = cidr_network(&cidr);
        }
        made->cidr = mem_str(mem, cidr_text(text, &cidr));
        made->mac = str_eq(pair->mac_address, port->mac_address) ? NULL : pair->mac_address;
        out->allowed_pairs.items[i] = made;
    }
}

/* What is plugged on this host is the agent's business, and the ports of functions even when they
 * are not plugged: a chain through one that is gone has to drop, not to be forgotten. */
static struct err *
port_load(struct tx *tx, const char *id, void **object)
{
    struct mem *mem = tx_mem(tx);
    struct desired_port *out;
    struct network *network;
    struct port *port;
    bool function;

    TRY(row_or_null(tx, &port_table, id, &port));
    TRY(sql_exists(tx, "select 1 from port_pair where ingress_port_id = ? or egress_port_id = ?",
                   SQL_ARGS(id, id), &function));
    if (!port || !(port->bound_here || function)) {
        return NULL;
    }
    TRY(row_get(tx, &network_table, port->network_id, &network));
    out = row_new(mem, &desired_port_table);
    out->id = port->id;
    out->network_id = port->network_id;
    out->project_id = port->project_id;
    out->server_id = port->bound_here ? port->server_id : NULL;
    out->function = function;
    out->ifname = mem_printf(mem, "eth%lld", (long long)port->server_index);
    out->mac = port->mac_address;
    out->port_security = port->port_security_enabled;
    out->admin_state_up = port->admin_state_up && network->admin_state_up;
    out->security_groups = port->security_groups;
    pairs_make(mem, port, out);
    *object = out;
    return addresses_load(tx, port, out);
}

static struct err *
remote_load(struct tx *tx, const char *id, void **object)
{
    struct desired_remote_port *out;
    struct remote_port *remote;

    TRY(row_or_null(tx, &remote_port_table, id, &remote));
    if (!remote || remote_is_foreign(remote)) {
        return NULL;
    }
    out = row_new(tx_mem(tx), &desired_remote_port_table);
    out->id = remote->id;
    out->network_id = remote->network_id;
    out->mac = remote->mac_address;
    out->vtep = remote->vtep;
    out->vni = remote->vni;
    out->ips = (struct strs){.n = remote->fixed_ips.n,
                             .items = MEM_ARRAY(tx_mem(tx), remote->fixed_ips.n, const char *)};
    for (size_t i = 0; i < remote->fixed_ips.n; i++) {
        out->ips.items[i] = ((struct fixed_ip *)remote->fixed_ips.items[i])->ip_address;
    }
    *object = out;
    return NULL;
}

/* ---- the source ----------------------------------------------------------------------------------- */

static const char *const list_sql[DESIRED_N_KINDS] = {
    [DESIRED_network] = "select id from network order by id",
    [DESIRED_security_group] = "select id from security_group order by id",
    [DESIRED_port] = ("select id from port where bound_here = 1 or id in (select ingress_port_id "
                      "from port_pair union select egress_port_id from port_pair) order by id"),
    [DESIRED_remote_port] = "select id from remote_port order by id",
    [DESIRED_chain] = ("select id from port_chain union all select path_id from "
                       "service_graph_path order by 1"),
    [DESIRED_label] = "select id from chain_label where arriving is not null order by id",
};

static struct err *
list(struct tx *tx, enum desired_kind kind, struct strs *ids)
{
    return list_sql[kind] ? sql_column(tx, list_sql[kind], SQL_ARGS(NULL), ids) : NULL;
}

static struct err *
load(struct tx *tx, void *arg, enum desired_kind kind, const char *id, void **object)
{
    static struct err *(*const loaders[DESIRED_N_KINDS])(struct tx *, const char *, void **) = {
        [DESIRED_network] = network_load, [DESIRED_security_group] = group_load,
        [DESIRED_port] = port_load,       [DESIRED_remote_port] = remote_load,
        [DESIRED_chain] = chain_load,     [DESIRED_label] = label_load,
    };

    (void)arg;
    *object = NULL;
    return loaders[kind] ? loaders[kind](tx, id, object) : NULL;
}

static struct err *
status(struct tx *tx, void *arg, const struct desired_message *message)
{
    (void)arg;
    if (desired_kind_from_name(str_or(message->kind, "")) != DESIRED_port || !message->id) {
        return NULL;
    }
    return port_set_status(tx, message->id, str_eq(message->state, "ACTIVE") ? "ACTIVE" : "DOWN",
                           message->data_plane);
}

const struct desired_source network_desired_source = {
    .name = "network",
    .list = list,
    .load = load,
    .touch = network_touch,
    .status = status,
    .kinds = 1U << DESIRED_network | 1U << DESIRED_security_group | 1U << DESIRED_port |
             1U << DESIRED_remote_port | 1U << DESIRED_chain | 1U << DESIRED_label,
};
