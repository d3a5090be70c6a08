/* One veth pair a port.  The host's end is named after the port and carries an
 * alias "carrick SITE PORT CONFIG", so that a restarted agent knows what is its
 * own and whether it is still as desired. */
#include "agent/plug.h"

#include "base/log.h"
#include "sys/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "ck"

static const char *
link_name(struct mem *mem, const char *port_id)
{
    char name[16] = PREFIX;
    size_t n = strlen(PREFIX);

    for (const char *c = port_id; *c && n < sizeof name - 1; c++) {
        if (*c != '-') {
            name[n++] = *c;
        }
    }
    return mem_str(mem, name);
}

/* Does the interface lead to the site's own services?  Whichever of a server's does is as good.
 * Where a subnet has DHCP, as a lease would tell. */
static bool
has_service(const struct desired_port *port)
{
    for (size_t i = 0; i < port->addresses.n; i++) {
        const struct desired_address *a = port->addresses.items[i];

        if (a->dhcp && !strchr(a->ip, ':')) {
            return true;
        }
    }
    return false;
}

/* All that is set inside the server, as one number. */
static uint64_t
config_hash(const struct desired_port *port, const struct desired_network *network)
{
    AUTO_BUF text = BUF_INIT;

    buf_printf(&text, "%s %s %lld %d", port->mac, port->ifname, (long long)network->mtu,
               has_service(port));
    for (size_t i = 0; i < port->addresses.n; i++) {
        const struct desired_address *a = port->addresses.items[i];

        buf_printf(&text, " %s/%lld>%s", a->ip, (long long)a->prefix_len, str_or(a->gateway, ""));
    }
    for (size_t i = 0; i < port->routes.n; i++) {
        const struct desired_route *route = port->routes.items[i];

        buf_printf(&text, " %s>%s", route->destination, route->nexthop);
    }
    return hash_bytes(text.data, text.len, 1);
}

static const char *
alias_of(struct host *host, struct mem *mem, const struct desired_port *port)
{
    const struct desired_network *network =
        world_find(&host->world, DESIRED_network, port->network_id);

    return mem_printf(mem, "carrick %s %s %016llx", host->options.site_id, port->id,
                      (unsigned long long)config_hash(port, network));
}

/* ---- looking --------------------------------------------------------------------------------- */

static bool
server_lives(struct host *host, const char *id)
{
    const struct container *c = id ? map_get(&host->servers, id) : NULL;

    return c && c->pid &&
           (c->state == CONTAINER_CREATED || c->state == CONTAINER_STARTING ||
            c->state == CONTAINER_RUNNING || c->state == CONTAINER_ENDING);
}

static struct err *
keep(struct host *host, const struct link_seen *link, const struct desired_port *port,
     const struct map *before)
{
    struct forwarding_link *now = MEM_NEW(host->links_mem, struct forwarding_link);
    const struct forwarding_link *was = map_get(before, port->id);

    now->ifindex = (uint32_t)link->ifindex;
    if (!was || was->ifindex != now->ifindex) {
        TRY(datapath_attach_port(host->forwarding.dp, link->ifindex));
    }
    map_set(&host->forwarding.links, mem_str(host->links_mem, port->id), now);
    return NULL;
}

/* Is it ours, and of this site? */
static bool
is_ours(struct host *host, struct mem *mem, const struct link_seen *link)
{
    const char *prefix = mem_printf(mem, "carrick %s ", host->options.site_id);

    return link->group == LINK_GROUP && str_eq(link->kind, "veth") &&
           str_starts(link->name, PREFIX) && !str_eq(link->name, PUNT_LINK) &&
           (str_empty(link->alias) || str_starts(link->alias, prefix));
}

static struct err *
look_at(struct host *host, struct mem *mem, const struct link_seen *link, const struct map *wanted,
        const struct map *before)
{
    const struct desired_port *port = map_get(wanted, link->name);

    if (port && server_lives(host, port->server_id) &&
        str_eq(link->alias, alias_of(host, mem, port))) {
        return keep(host, link, port, before);
    }
    log_info("link", "removed name=%s alias=\"%s\"", link->name, link->alias);
    return netlink_delete(host->nl, link->ifindex);
}

struct err *
plugs_look(struct host *host)
{
    AUTO(mem) mem = mem_new("links");
    struct mem *old = host->links_mem;
    struct map before = host->forwarding.links, wanted;
    struct links_seen links;
    struct err *e = netlink_links(host->nl, mem, &links);

    if (e) {
        return e;
    }
    host->links_mem = mem_new("links");
    map_init(&host->forwarding.links, host->links_mem);
    map_init(&wanted, mem);
    world_each (&host->world, DESIRED_port, it) {
        map_set(&wanted, link_name(mem, it->key), world_object(it));
    }
    for (size_t i = 0; i < links.n && !e; i++) {
        if (is_ours(host, mem, &links.items[i])) {
            e = look_at(host, mem, &links.items[i], &wanted, &before);
        }
    }
    mem_free(old);
    return e;
}

/* ---- making ------------------------------------------------------------------------------------- */

struct inside {
    struct netlink *nl;
    const struct desired_port *port;
    int ifindex;
};

static struct err *
gateway_add(struct inside *in, const struct desired_address *a)
{
    struct cidr all = {.len = 0};
    struct ip gateway;

    if (!a->gateway || !ip_parse(a->gateway, &gateway)) {
        return NULL;
    }
    (void)cidr_parse(ip_is_v4(&gateway) ? "0.0.0.0/0" : "::/0", &all);
    return netlink_route(in->nl, in->ifindex, &all, &gateway);
}

/* Addresses first: a gateway has to be on a known subnet. */
static struct err *
inside_configure(struct inside *in)
{
    struct ip ip;
    struct cidr to;

    for (size_t i = 0; i < in->port->addresses.n; i++) {
        const struct desired_address *a = in->port->addresses.items[i];

        (void)ip_parse(a->ip, &ip);
        TRY(netlink_address(in->nl, in->ifindex, &ip, (int)a->prefix_len));
    }
    TRY(netlink_up(in->nl, in->ifindex));
    for (size_t i = 0; i < in->port->addresses.n; i++) {
        TRY(gateway_add(in, in->port->addresses.items[i]));
    }
    if (has_service(in->port)) {
        to = (struct cidr){.ip = ip_from_v4(DP_SERVICE_IP), .len = 32};
        TRY(netlink_route(in->nl, in->ifindex, &to, NULL));
    }
    for (size_t i = 0; i < in->port->routes.n; i++) {
        const struct desired_route *route = in->port->routes.items[i];

        if (cidr_parse(route->destination, &to) && ip_parse(route->nexthop, &ip)) {
            TRY(netlink_route(in->nl, in->ifindex, &to, &ip));
        }
    }
    return NULL;
}

/* Each is fine as it was where the kernel has no such setting. */
static void
setting_write(const char *path, const char *value)
{
    AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, value, strlen(value));
    }
}

/* A neighbour is asked for every 50 ms, for three seconds.  The answer comes from this machine's
 * tables, at once or, before they know the neighbour, not at all: with the kernel's second between
 * two questions, a server that is early would be a second late. */
static struct err *
neighbours_hasten(void *arg)
{
    static const char *const families[] = {"ipv4", "ipv6"};
    const char *ifname = arg;
    char path[128];

    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        (void)snprintf(path, sizeof path, "/proc/sys/net/%s/neigh/%s/retrans_time_ms", families[i],
                       ifname);
        setting_write(path, "50");
        (void)snprintf(path, sizeof path, "/proc/sys/net/%s/neigh/%s/mcast_solicit", families[i],
                       ifname);
        setting_write(path, "60");
    }
    return NULL;
}

/* What the namespace's own settings should be. */
static struct err *
settings_write(void *arg)
{
    static const struct {
        const char *path, *value;
    } settings[] = {
        /* A host's own default may need a queueing discipline that is not there. */
        {"/proc/sys/net/ipv4/tcp_congestion_control", "cubic"},
        /* Addresses come from tables: nothing has to be asked for. */
        {"/proc/sys/net/ipv6/conf/default/accept_ra", "0"},
        {"/proc/sys/net/ipv6/conf/default/accept_dad", "0"},
        {"/proc/sys/net/ipv6/conf/all/accept_dad", "0"},
    };

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        setting_write(settings[i].path, settings[i].value);
    }
    return NULL;
}

static struct err *
plug_make(struct host *host, struct netlink *inside, int netns, const struct desired_port *port)
{
    AUTO(mem) mem = mem_new("plug");
    const struct desired_network *network =
        world_find(&host->world, DESIRED_network, port->network_id);
    struct veth_spec spec = {.name = link_name(mem, port->id),
                             .peer_name = port->ifname,
                             .peer_netns = netns,
                             .mtu = (uint32_t)network->mtu};
    struct inside in = {.nl = inside, .port = port};
    struct forwarding_link *link;
    int ifindex;
    struct err *e;

    (void)mac_parse(port->mac, &spec.peer_mac);
    e = netlink_veth(host->nl, &spec, &ifindex);
    if (err_is(e, E_EXISTS)) {
        /* The other end of a server that is going away. */
        err_ignore(e, "it is made again");
        TRY(netlink_index(host->nl, spec.name, &ifindex));
        TRY(netlink_delete(host->nl, ifindex));
        e = netlink_veth(host->nl, &spec, &ifindex);
    }
    if (e) {
        return e;
    }
    TRY(datapath_attach_port(host->forwarding.dp, ifindex));
    TRY(netlink_index(inside, port->ifname, &in.ifindex));
    TRY(netns_run(netns, neighbours_hasten, mem_str(mem, port->ifname)));
    TRY(inside_configure(&in));
    TRY(netlink_set_alias(host->nl, ifindex, alias_of(host, mem, port)));
    link = MEM_NEW(host->links_mem, struct forwarding_link);
    link->ifindex = (uint32_t)ifindex;
    map_set(&host->forwarding.links, mem_str(host->links_mem, port->id), link);
    return NULL;
}

static struct err *
loopback_up(struct netlink *inside)
{
    int ifindex;

    TRY(netlink_index(inside, "lo", &ifindex));
    return netlink_up(inside, ifindex);
}

struct err *
plugs_make(struct container *c, const struct desired_server *want)
{
    struct host *host = c->host;
    AUTO(mem) mem = mem_new("plugs");
    AUTO(netlink) inside = NULL;
    AUTO_FD netns = -1;

    for (size_t i = 0; i < want->ports.n; i++) {
        const struct desired_port *port =
            world_find(&host->world, DESIRED_port, want->ports.items[i]);

        if (map_get(&host->forwarding.links, port->id)) {
            continue;
        }
        if (!inside) {
            netns = open(mem_printf(mem, "/proc/%d/ns/net", (int)c->pid), O_RDONLY | O_CLOEXEC);
            if (netns < 0) {
                return err_errno(E_UNAVAILABLE, "network namespace of server %s", c->id);
            }
            TRY(netns_run(netns, settings_write, NULL));
            TRY(netlink_new(netns, &inside));
            TRY(loopback_up(inside));
        }
        TRY_MSG(plug_make(host, inside, netns, port), "port %s", port->id);
    }
    c->plugged = true;
    return NULL;
}

/* ---- tunnels ---------------------------------------------------------------------------------------- */

struct err *
plug_tunnel(struct host *host)
{
    struct err *e;
    int ifindex;

    if (!host->options.vtep) {
        return NULL;
    }
    e = netlink_index(host->nl, VXLAN_LINK, &ifindex);
    if (e) {
        err_ignore(e, "it is made now");
        TRY(netlink_vxlan(host->nl, VXLAN_LINK, DP_VXLAN_PORT, &ifindex));
    }
    TRY(datapath_attach_tunnel(host->forwarding.dp, ifindex));
    host->forwarding.vxlan_ifindex = (uint32_t)ifindex;
    return NULL;
}

struct err *
plugs_purge(void)
{
    AUTO(mem) mem = mem_new("purge");
    AUTO(netlink) nl = NULL;
    struct links_seen links;

    TRY(netlink_new(-1, &nl));
    TRY(netlink_links(nl, mem, &links));
    for (size_t i = 0; i < links.n; i++) {
        if (links.items[i].group == LINK_GROUP && str_starts(links.items[i].name, PREFIX)) {
            TRY(netlink_delete(nl, links.items[i].ifindex));
        }
    }
    return NULL;
}
