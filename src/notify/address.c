/* Which addresses a callback may have.  A subscriber names a URL and we call it from
 * inside: without a rule, a tenant could reach what listens on this host for this host
 * only, or a cloud's metadata service.  The rule is asked for the address that is
 * connected to, so that no name and no answer of a name server gets around it. */
#include "notify/notify.h"

#include "base/str.h"
#include "base/time.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define OWN_KEPT_NS 2000000000

/* Never a subscriber's: unspecified (which Linux takes for itself), link-local and site-local,
 * the metadata services of clouds, tunnels and translations that an address tells nothing of,
 * multicast and what is reserved. */
static const char *const refused[] = {
    "0.0.0.0/8",        "169.254.0.0/16",   "100.100.100.200/32", "168.63.129.16/32",
    "192.0.0.0/24",     "224.0.0.0/3",      "::/128",             "fe80::/10",
    "fec0::/10",        "ff00::/8",         "fd00:ec2::254/128",  "fd20:ce::254/128",
    "64:ff9b:1::/48",   "2001::/32",
};

/* IPv6 addresses that lead to an IPv4 address: where in them it is. */
static const struct {
    const char *prefix;
    size_t at;
} carriers[] = {
    {"::/96", 12}, {"::ffff:0:0:0/96", 12}, {"64:ff9b::/96", 12}, {"2002::/16", 2},
};

static bool
is_among(const struct ip *ip, const char *const *prefixes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct cidr cidr;

        if (cidr_parse(prefixes[i], &cidr) && cidr_has(&cidr, ip)) {
            return true;
        }
    }
    return false;
}

#define IS_AMONG(ip, prefixes) is_among((ip), (prefixes), sizeof(prefixes) / sizeof *(prefixes))

struct err *
callback_rule_read(struct mem *mem, const char *text, struct callback_rule *rule)
{
    struct cidr *allowed;
    char **parts;
    size_t n;

    *rule = (struct callback_rule){0};
    if (!*text) {
        return NULL;
    }
    parts = str_split(mem, text, ',', &n);
    allowed = MEM_ARRAY(mem, n + 1, struct cidr);
    for (size_t i = 0; i < n; i++) {
        if (!cidr_parse(parts[i], &allowed[i])) {
            return err_new(E_INVALID, NULL, "'%s' is no prefix (10.0.0.0/8)", parts[i]);
        }
    }
    rule->allowed = allowed;
    rule->n = n;
    return NULL;
}

void
callback_rule_done(struct callback_rule *rule)
{
    free(rule->own);
    *rule = (struct callback_rule){0};
}

/* IPv4 in IPv6 (::ffff:a.b.c.d) is the IPv4 address that it reaches, as base/net keeps it. */
static bool
ip_of(const struct sockaddr *to, struct ip *ip)
{
    if (to->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, to, sizeof in);
        *ip = ip_from_v4(ntohl(in.sin_addr.s_addr));
        return true;
    }
    if (to->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, to, sizeof in6);
        memcpy(ip->b, &in6.sin6_addr, sizeof ip->b);
        return true;
    }
    return false;
}

/* The IPv4 address that an IPv6 address leads to, in its place. */
static void
unwrap(struct ip *ip)
{
    static const struct ip none = {0};
    struct cidr cidr;

    if (ip_is_v4(ip) || ip_is_loopback(ip) || ip_cmp(ip, &none) == 0) {
        return;
    }
    for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++) {
        if (cidr_parse(carriers[i].prefix, &cidr) && cidr_has(&cidr, ip)) {
            const uint8_t *b = ip->b + carriers[i].at;

            *ip = ip_from_v4((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
                             b[3]);
            return;
        }
    }
}

/* This host's own addresses, which may change while we run. */
static void
own_read(struct callback_rule *rule)
{
    struct ifaddrs *all;
    size_t n = 0;

    if (getifaddrs(&all)) {
        return; /* what was known before holds */
    }
    for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
        n++;
    }
    free(rule->own);
    rule->own = heap_alloc((n + 1) * sizeof *rule->own);
    rule->n_own = 0;
    for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
        rule->n_own += a->ifa_addr && ip_of(a->ifa_addr, &rule->own[rule->n_own]);
    }
    freeifaddrs(all);
}

static bool
is_own(struct callback_rule *rule, const struct ip *ip)
{
    int64_t now = time_mono_ns();

    if (!rule->own || now > rule->own_until_ns) {
        own_read(rule);
        rule->own_until_ns = now + OWN_KEPT_NS;
    }
    for (size_t i = 0; i < rule->n_own; i++) {
        if (ip_cmp(&rule->own[i], ip) == 0) {
            return true;
        }
    }
    return !rule->own; /* nothing is known of them */
}

bool
callback_may(void *arg, const struct sockaddr *to)
{
    struct callback_rule *rule = arg;
    struct ip ip;

    if (!ip_of(to, &ip)) {
        return false;
    }
    unwrap(&ip);
    for (size_t i = 0; i < rule->n; i++) {
        if (cidr_has(&rule->allowed[i], &ip)) {
            return true;
        }
    }
    return !rule->n && !IS_AMONG(&ip, refused) && !ip_is_loopback(&ip) && !is_own(rule, &ip);
}
