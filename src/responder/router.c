/* Router advertisements.  The site has no router of its own, so they announce
 * prefixes and never a default route: a lifetime of 0 as router. */
#include "responder/router.h"

#include "base/str.h"
#include "base/vec.h"

#include <string.h>

#define ND_ROUTER_SOLICIT 133
#define ND_ROUTER_ADVERT 134
#define FLAG_MANAGED 0x80
#define FLAG_OTHER 0x40
#define PREFIX_ON_LINK 0x80
#define PREFIX_AUTONOMOUS 0x40
#define HOP_LIMIT 64
#define FOR_EVER 0xffffffffu /* The address is the port's for as long as the port is. */
#define OPTION_LINK_ADDRESS 1
#define OPTION_PREFIX 3
#define OPTION_MTU 5
#define OPTION_DNS 25

/* An IPv6 address whose prefix is announced. */
static bool
is_announced(const struct desired_address *a, struct cidr *prefix)
{
    prefix->len = (int)a->prefix_len;
    if (!a->dhcp || !a->ra_mode || !ip_parse(a->ip, &prefix->ip) || ip_is_v4(&prefix->ip)) {
        return false;
    }
    *prefix = cidr_network(prefix);
    return true;
}

static uint32_t
flags_of(const struct desired_guest *guest)
{
    uint32_t flags = 0;
    struct cidr prefix;

    for (size_t i = 0; i < guest->addresses.n; i++) {
        const struct desired_address *a = guest->addresses.items[i];

        if (!is_announced(a, &prefix)) {
            continue;
        }
        if (str_eq(a->ra_mode, "dhcpv6-stateful")) {
            flags |= FLAG_MANAGED | FLAG_OTHER;
        } else if (str_eq(a->ra_mode, "dhcpv6-stateless")) {
            flags |= FLAG_OTHER;
        }
    }
    return flags;
}

static void
prefix_write(struct writer *w, const struct desired_address *a, const struct cidr *prefix)
{
    bool managed = str_eq(a->ra_mode, "dhcpv6-stateful");

    write_uint(w, 1, OPTION_PREFIX);
    write_uint(w, 1, 4);
    write_uint(w, 1, (uint32_t)prefix->len);
    write_uint(w, 1, PREFIX_ON_LINK | (managed ? 0 : PREFIX_AUTONOMOUS));
    write_uint(w, 4, FOR_EVER);
    write_uint(w, 4, FOR_EVER);
    write_zeros(w, 4);
    write_bytes(w, prefix->ip.b, 16);
}

static void
dns_write(struct writer *w, const struct desired_address *a)
{
    VEC(struct ip) servers = {0};
    AUTO(mem) mem = mem_new("dns");
    struct ip ip;

    for (size_t i = 0; i < a->dns.n; i++) {
        if (ip_parse(a->dns.items[i], &ip) && !ip_is_v4(&ip)) {
            vec_add(mem, &servers, ip);
        }
    }
    if (servers.n) {
        write_uint(w, 1, OPTION_DNS);
        write_uint(w, 1, (uint32_t)(1 + 2 * servers.n));
        write_zeros(w, 2);
        write_uint(w, 4, FOR_EVER);
        write_bytes(w, servers.items, servers.n * sizeof *servers.items);
    }
}

/* Was the prefix announced with an earlier address? */
static bool
is_repeated(const struct desired_guest *guest, size_t at, const struct cidr *prefix)
{
    struct cidr other;

    for (size_t i = 0; i < at; i++) {
        if (is_announced(guest->addresses.items[i], &other) && other.len == prefix->len &&
            !ip_cmp(&other.ip, &prefix->ip)) {
            return true;
        }
    }
    return false;
}

size_t
router_answer(const struct desired_guest *guest, const struct question *q, struct writer *w)
{
    struct answer_to to = {.handle = (uint32_t)guest->handle, .dst = q->src};
    struct reader in = q->payload;
    static const struct ip none;
    struct cidr prefix;
    size_t n = 0;

    if (read_uint(&in, 1) != ND_ROUTER_SOLICIT || read_uint(&in, 1) != 0 || in.bad) {
        return 0;
    }
    if (!ip_cmp(&q->src, &none)) {
        to.dst = (struct ip){{0xff, 2, [15] = 1}};
        to.to_all = true;
    }
    frame_begin_icmp6(w, &to, ND_ROUTER_ADVERT);
    write_uint(w, 1, HOP_LIMIT);
    write_uint(w, 1, flags_of(guest));
    write_zeros(w, 2 + 4 + 4);
    write_uint(w, 2, OPTION_LINK_ADDRESS << 8 | 1);
    write_bytes(w, service_mac.b, 6);
    write_uint(w, 2, OPTION_MTU << 8 | 1);
    write_zeros(w, 2);
    write_uint(w, 4, (uint32_t)guest->mtu);
    for (size_t i = 0; i < guest->addresses.n; i++) {
        const struct desired_address *a = guest->addresses.items[i];

        if (is_announced(a, &prefix) && !is_repeated(guest, i, &prefix)) {
            prefix_write(w, a, &prefix);
            dns_write(w, a);
            n++;
        }
    }
    return n ? frame_end(w) : 0;
}
