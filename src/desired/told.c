/* OpenStack's answers to a server that asks what it is (Nova: "Metadata service", and "Config drives", which
 * hold the same), drawn from the agent's rows: what is told on the network and what lies on a drive cannot
 * differ. */
#include "desired/told.h"

#include "base/net.h"
#include "base/vec.h"

#include <string.h>

/* ---- OpenStack -------------------------------------------------------------------------------- */

static bool
meta_data(struct told *a)
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
vendor_data(struct told *a)
{
    buf_str(a->out, "{}");
    return true;
}

static bool
user_data(struct told *a)
{
    size_t n;
    const void *data = a->guest->user_data ? base64_to(a->mem, a->guest->user_data, &n) : NULL;

    if (data) {
        buf_add(a->out, data, n);
    }
    return data;
}

static void
links_write(struct told *a, struct jw *w)
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
route_write(struct told *a, struct jw *w, const char *network, bool v4, int64_t len,
            const char *gateway)
{
    jw_object(w, NULL);
    jw_str(w, "network", network);
    jw_str(w, "netmask", mask_text(a->mem, v4, len));
    jw_str(w, "gateway", gateway);
    jw_end(w);
}

static void
routes_write(struct told *a, struct jw *w, const struct desired_guest *port,
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
network_write(struct told *a, struct jw *w, const struct desired_guest *port,
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

static void
services_write(struct told *a, struct jw *w)
{
    struct map seen;

    map_init(&seen, a->mem);
    jw_array(w, "services");
    TOLD_ADDRESSES(a, port, address)
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
network_data(struct told *a)
{
    struct jw w = jw_to(a->out);
    int number = 0;

    jw_object(&w, NULL);
    links_write(a, &w);
    jw_array(&w, "networks");
    TOLD_ADDRESSES(a, port, address)
    {
        network_write(a, &w, port, address, number++);
    }
    jw_end(&w);
    services_write(a, &w);
    jw_end(&w);
    return true;
}

/* ---- the table --------------------------------------------------------------------------------- */

#define JSON "application/json"

const struct told_leaf told_leaves[] = {
    {"meta_data.json", JSON, "2012-08-10", meta_data},
    {"user_data", "application/octet-stream", "2012-08-10", user_data},
    {"vendor_data.json", JSON, "2013-10-17", vendor_data},
    {"network_data.json", JSON, "2015-10-15", network_data},
    {NULL, NULL, NULL, NULL},
};

bool
told_has(const struct told *told, const struct told_leaf *leaf)
{
    return leaf->write != user_data || told->guest->user_data;
}
