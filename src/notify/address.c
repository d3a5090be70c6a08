/* Which addresses a callback may have.  A subscriber names a URL and we call it from
 * inside: without a rule, a tenant could reach what listens on this host for this host
 * only, or a cloud's metadata service.  The rule is asked for the address that is
 * connected to, so that no name and no answer of a name server gets around it. */
#include "notify/notify.h"

#include "base/str.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Never a subscriber's: unspecified (which Linux takes for itself), link-local with the metadata
 * services of clouds, multicast and what is reserved. */
static const char *const refused[] = {
    "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/128", "fe80::/10", "ff00::/8",
};
static const char *const loopback[] = {"127.0.0.0/8", "::1/128"};

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
callback_rule_read(struct mem *mem, const char *text, const char *listen,
                   struct callback_rule *rule)
{
    struct cidr *allowed;
    struct ip ip;
    char **parts;
    size_t n;

    *rule = (struct callback_rule){0};
    if (!*text) {
        rule->has_loopback = listen && ip_parse(listen, &ip) && IS_AMONG(&ip, loopback);
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

bool
callback_may(void *arg, const struct sockaddr *to)
{
    const struct callback_rule *rule = arg;
    struct ip ip;

    if (!ip_of(to, &ip)) {
        return false;
    }
    for (size_t i = 0; i < rule->n; i++) {
        if (cidr_has(&rule->allowed[i], &ip)) {
            return true;
        }
    }
    if (rule->n || IS_AMONG(&ip, refused)) {
        return false;
    }
    return rule->has_loopback || !IS_AMONG(&ip, loopback);
}
