/* OpenStack's tree (/openstack/VERSION/...) and EC2's (/VERSION/...), as far as a
 * site knows what they ask: see Nova's "Metadata service" and cloud-init's
 * data sources.  A version that is listed holds what it held when it was new. */
#include "responder/tree.h"

#include "base/net.h"
#include "base/str.h"

#include <string.h>

#define JSON "application/json"
#define TEXT "text/plain; charset=utf-8"

/* Who asks, and where the answer goes. */
struct ask {
    const struct guests *guests;
    const struct desired_guest *guest;
    struct rows ports;       /* Of the server, in order. */
    struct mem *mem;
    struct buf *out;
};

/* ---- OpenStack -------------------------------------------------------------------------------- */

static bool
meta_data(struct ask *a)
{
    struct jw w = jw_to(a->out);

    jw_object(&w, NULL);
    jw_str(&w, "uuid", a->guest->server_id);
    jw_str(&w, "name", a->guest->name);
    jw_str(&w, "hostname", a->guest->hostname);
    jw_str(&w, "project_id", a->guest->project_id);
    jw_end(&w);
    return true;
}

static bool
vendor_data(struct ask *a)
{
    buf_str(a->out, "{}");
    return true;
}

static bool
user_data(struct ask *a)
{
    size_t n;
    const void *data = a->guest->user_data ? base64_to(a->mem, a->guest->user_data, &n) : NULL;

    if (data) {
        buf_add(a->out, data, n);
    }
    return data;
}

static void
links_write(struct ask *a, struct jw *w)
{
    jw_array(w, "links");
    for (size_t i = 0; i < a->ports.n; i++) {
        const struct desired_guest *port = a->ports.items[i];

        jw_object(w, NULL);
        jw_str(w, "id", port->id);
        jw_str(w, "vif_id", port->id);
        jw_str(w, "type", "tap");
        jw_int(w, "mtu", port->mtu);
        jw_str(w, "ethernet_mac_address", port->mac);
        jw_end(w);
    }
    jw_end(w);
}

static const char *
mask_text(struct mem *mem, bool v4, int64_t len)
{
    char text[IP_TEXT_SIZE];
    struct ip mask = v4 ? ip_from_v4(len ? ~0u << (32 - len) : 0) : (struct ip){0};

    for (int64_t i = 0; !v4 && i < len; i++) {
        mask.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    return mem_str(mem, ip_text(text, &mask));
}

static void
route_write(struct ask *a, struct jw *w, const char *network, bool v4, int64_t len,
            const char *gateway)
{
    jw_object(w, NULL);
    jw_str(w, "network", network);
    jw_str(w, "netmask", mask_text(a->mem, v4, len));
    jw_str(w, "gateway", gateway);
    jw_end(w);
}

static void
routes_write(struct ask *a, struct jw *w, const struct desired_guest *port,
             const struct desired_address *address, bool v4)
{
    struct cidr subnet = {.len = (int)address->prefix_len}, to;
    struct ip via;

    (void)ip_parse(address->ip, &subnet.ip);
    jw_array(w, "routes");
    if (address->gateway) {
        route_write(a, w, v4 ? "0.0.0.0" : "::", v4, 0, address->gateway);
    }
    for (size_t i = 0; i < port->routes.n; i++) {
        const struct desired_route *route = port->routes.items[i];

        if (ip_parse(route->nexthop, &via) && cidr_has(&subnet, &via) &&
            cidr_parse(route->destination, &to)) {
            char text[IP_TEXT_SIZE];

            route_write(a, w, ip_text(text, &to.ip), v4, to.len, route->nexthop);
        }
    }
    jw_end(w);
}

static const char *
network_type(struct mem *mem, const struct desired_address *address, bool v4)
{
    if (!address->dhcp) {
        return v4 ? "ipv4" : "ipv6";
    }
    return v4                      ? "ipv4_dhcp"
           : address->address_mode ? mem_printf(mem, "ipv6_%s", address->address_mode)
                                   : "ipv6";
}

/* What DHCP tells is not told twice. */
static void
network_write(struct ask *a, struct jw *w, const struct desired_guest *port,
              const struct desired_address *address, int number)
{
    bool v4 = !strchr(address->ip, ':');

    jw_object(w, NULL);
    jw_str(w, "id", mem_printf(a->mem, "network%d", number));
    jw_str(w, "type", network_type(a->mem, address, v4));
    jw_str(w, "link", port->id);
    jw_str(w, "network_id", port->network_id);
    if (!address->dhcp || (!v4 && !address->address_mode)) {
        jw_str(w, "ip_address", address->ip);
        jw_str(w, "netmask", mask_text(a->mem, v4, address->prefix_len));
        routes_write(a, w, port, address, v4);
    }
    jw_end(w);
}

#define PORT_ADDRESSES(a, port, address)                                                           \
    for (size_t i_ = 0; i_ < (a)->ports.n; i_++)                                                   \
        for (const struct desired_guest *port = (a)->ports.items[i_]; port; port = NULL)           \
            for (size_t k_ = 0; k_ < port->addresses.n; k_++)                                      \
                for (const struct desired_address *address = port->addresses.items[k_]; address;   \
                     address = NULL)

static void
services_write(struct ask *a, struct jw *w)
{
    struct map seen;

    map_init(&seen, a->mem);
    jw_array(w, "services");
    PORT_ADDRESSES(a, port, address)
    {
        for (size_t i = 0; i < address->dns.n; i++) {
            if (map_add(&seen, address->dns.items[i], a)) {
                jw_object(w, NULL);
                jw_str(w, "type", "dns");
                jw_str(w, "address", address->dns.items[i]);
                jw_end(w);
            }
        }
    }
    jw_end(w);
}

static bool
network_data(struct ask *a)
{
    struct jw w = jw_to(a->out);
    int number = 0;

    jw_object(&w, NULL);
    links_write(a, &w);
    jw_array(&w, "networks");
    PORT_ADDRESSES(a, port, address)
    {
        network_write(a, &w, port, address, number++);
    }
    jw_end(&w);
    services_write(a, &w);
    jw_end(&w);
    return true;
}

/* ---- EC2 -------------------------------------------------------------------------------------- */

/* As EC2 writes it, "i-" and 17 digits: the last of the server's own, since the
 * first of those that were made together are the same. */
static bool
instance_id(struct ask *a)
{
    const char *id = a->guest->server_id + strlen(a->guest->server_id);

    for (int left = 17; left; left -= *id != '-') {
        id--;
    }
    buf_str(a->out, "i-");
    for (; *id; id++) {
        buf_add(a->out, id, *id != '-');
    }
    return true;
}

static bool
hostname(struct ask *a)
{
    buf_str(a->out, a->guest->hostname);
    return true;
}

/* The first of the server's, whichever port asks. */
static bool
local_ipv4(struct ask *a)
{
    PORT_ADDRESSES(a, port, address)
    {
        if (!strchr(address->ip, ':')) {
            buf_str(a->out, address->ip);
            return true;
        }
    }
    return false;
}

static bool
mac(struct ask *a)
{
    buf_str(a->out, ((const struct desired_guest *)a->ports.items[0])->mac);
    return true;
}

/* ---- the tree --------------------------------------------------------------------------------- */

struct leaf {
    const char *name;
    const char *type;
    const char *since; /* The first version that has it. */
    bool (*write)(struct ask *ask);
};
static const struct leaf openstack[] = {
    {"meta_data.json", JSON, "2012-08-10", meta_data},
    {"user_data", "application/octet-stream", "2012-08-10", user_data},
    {"vendor_data.json", JSON, "2013-10-17", vendor_data},
    {"network_data.json", JSON, "2015-10-15", network_data},
};
static const char *const openstack_versions[] = {"2012-08-10", "2013-04-04", "2013-10-17",
                                                 "2015-10-15", "latest", NULL};
static const struct leaf ec2_facts[] = {
    {"hostname", TEXT, "", hostname},
    {"instance-id", TEXT, "", instance_id},
    {"local-hostname", TEXT, "", hostname},
    {"local-ipv4", TEXT, "", local_ipv4},
    {"mac", TEXT, "", mac},
};
static const struct leaf ec2_user_data = {"user-data", "application/octet-stream", "", user_data};
static const char *const ec2_versions[] = {"2009-04-04", "latest", NULL};

static void
list_add(struct buf *out, const char *name)
{
    buf_str(out, out->len ? "\n" : "");
    buf_str(out, name);
}

static bool
list_words(struct buf *out, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) {
        list_add(out, words[i]);
    }
    return true;
}

/* Is it there: in this version, and for this server? */
static bool
leaf_holds(struct ask *a, const struct leaf *leaf, const char *version)
{
    return strcmp(leaf->since, version) <= 0 && (leaf->write != user_data || a->guest->user_data);
}

static bool
leaves_get(struct ask *a, const struct leaf *leaves, size_t n, const char *version,
           const char *name, const char **type)
{
    for (size_t i = 0; i < n; i++) {
        if (!leaf_holds(a, &leaves[i], version)) {
            continue;
        }
        if (str_empty(name)) {
            list_add(a->out, leaves[i].name);
        } else if (str_eq(name, leaves[i].name)) {
            *type = leaves[i].type;
            return leaves[i].write(a);
        }
    }
    return str_empty(name);
}

static bool
openstack_get(struct ask *a, char **parts, size_t n, const char **type)
{
    const char *version = n > 1 ? parts[1] : "";

    if (!*version) {
        return n < 3 && list_words(a->out, openstack_versions);
    }
    return n < 4 && str_in(version, openstack_versions) &&
           leaves_get(a, openstack, ARRAY_SIZE(openstack), version, n > 2 ? parts[2] : "", type);
}

static bool
ec2_get(struct ask *a, char **parts, size_t n, const char **type)
{
    const char *second = n > 1 ? parts[1] : "", *third = n > 2 ? parts[2] : "";

    if (!str_in(parts[0], ec2_versions) || n > 3) {
        return false;
    }
    if (!*second) {
        list_add(a->out, "meta-data");
        if (a->guest->user_data) {
            list_add(a->out, ec2_user_data.name);
        }
        return n < 3;
    }
    if (str_eq(second, "meta-data")) {
        return leaves_get(a, ec2_facts, ARRAY_SIZE(ec2_facts), "", third, type);
    }
    return !*third && leaves_get(a, &ec2_user_data, 1, "", second, type);
}

bool
tree_get(const struct guests *guests, const struct desired_guest *guest, const char *path,
         struct buf *out, const char **type)
{
    AUTO(mem) mem = mem_new("metadata");
    struct ask a = {.guests = guests, .guest = guest, .mem = mem, .out = out};
    size_t n;
    char **parts = str_split(mem, path + 1, '/', &n);

    a.ports = guests_of_server(guests, guest->server_id, mem);
    *type = TEXT;
    if (n == 1 && !*parts[0]) {
        return list_words(out, ec2_versions);
    }
    return str_eq(parts[0], "openstack") ? openstack_get(&a, parts, n, type)
                                         : ec2_get(&a, parts, n, type);
}
