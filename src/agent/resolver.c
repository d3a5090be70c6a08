/* A container is addressed from outside, so no client of it hears what a lease
 * says of DNS: this is the same, written down before its first program runs. */
#include "agent/resolver.h"

#include "base/net.h"
#include "base/vec.h"

#include "bpf/abi.h"

#include <string.h>

#define SERVERS_READ 3 /* C libraries read no more (resolv.conf(5)). */

struct found {
    struct mem *mem;
    VEC(const char *) servers;
};

static void
server_add(struct found *found, const char *ip)
{
    vec_each (&found->servers, it) {
        if (str_eq(*it, ip)) {
            return;
        }
    }
    if (found->servers.n < SERVERS_READ) {
        vec_add(found->mem, &found->servers, ip);
    }
}

static void
address_servers(struct found *found, const struct desired_address *address)
{
    char text[IP_TEXT_SIZE];
    struct ip service = ip_from_v4(DP_SERVICE_IP);

    if (!address->dhcp) {
        return;
    }
    for (size_t i = 0; i < address->dns.n; i++) {
        server_add(found, address->dns.items[i]);
    }
    if (!address->dns.n && !strchr(address->ip, ':')) {
        server_add(found, mem_str(found->mem, ip_text(text, &service)));
    }
}

bool
resolver_conf(struct buf *out, const struct world *world, const struct desired_server *server)
{
    AUTO(mem) mem = mem_new("resolver");
    struct found found = {.mem = mem};

    for (size_t i = 0; i < server->ports.n; i++) {
        const struct desired_port *port = world_find(world, DESIRED_port, server->ports.items[i]);

        for (size_t k = 0; port && k < port->addresses.n; k++) {
            address_servers(&found, port->addresses.items[k]);
        }
    }
    vec_each (&found.servers, it) {
        buf_printf(out, "nameserver %s\n", *it);
    }
    buf_str(out, found.servers.n ? "search " DESIRED_DOMAIN "\n" : NULL);
    return found.servers.n > 0;
}
