/* Addresses as 128-bit numbers. */
#include "base/net.h"

#include "base/uuid.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static u128
to_number(const struct ip *ip)
{
    u128 n = 0;

    for (size_t i = 0; i < 16; i++) {
        n = n << 8 | ip->b[i];
    }
    return n;
}

static struct ip
from_number(u128 n)
{
    struct ip ip;

    for (size_t i = 16; i-- > 0; n >>= 8) {
        ip.b[i] = (uint8_t)n;
    }
    return ip;
}

bool
ip_parse(const char *s, struct ip *ip)
{
    struct in_addr v4;

    if (!s) {
        return false;
    }
    if (!strchr(s, ':')) {
        /* inet_pton refuses leading zeros of more than one digit. */
        if (inet_pton(AF_INET, s, &v4) != 1) {
            return false;
        }
        *ip = ip_from_v4(ntohl(v4.s_addr));
        return true;
    }
    return inet_pton(AF_INET6, s, ip->b) == 1;
}

bool
ip_is_v4(const struct ip *ip)
{
    return !memcmp(ip->b, mapped, sizeof mapped);
}

uint32_t
ip_v4(const struct ip *ip)
{
    return ip_is_v4(ip) ? (uint32_t)to_number(ip) : 0;
}

struct ip
ip_from_v4(uint32_t host_order)
{
    return from_number((u128)0xffff << 32 | host_order);
}

/* Decimal, without a zero behind it; the place behind the last digit. */
static char *
byte_text(char *to, unsigned b)
{
    if (b >= 100) {
        *to++ = (char)('0' + b / 100);
    }
    if (b >= 10) {
        *to++ = (char)('0' + b / 10 % 10);
    }
    *to++ = (char)('0' + b % 10);
    return to;
}

const char *
ip_text(char out[IP_TEXT_SIZE], const struct ip *ip)
{
    if (ip_is_v4(ip)) {
        char *to = out;

        for (size_t i = 12; i < 16; i++) {
            *to = '.';
            to = byte_text(to + (i > 12), ip->b[i]);
        }
        *to = '\0';
    } else if (!inet_ntop(AF_INET6, ip->b, out, IP_TEXT_SIZE)) {
        out[0] = 0;
    }
    return out;
}

int
ip_cmp(const struct ip *a, const struct ip *b)
{
    return memcmp(a->b, b->b, sizeof a->b);
}

struct ip
ip_add(const struct ip *ip, int64_t n)
{
    return from_number(n < 0 ? to_number(ip) - (0 - (uint64_t)n) : to_number(ip) + (uint64_t)n);
}

int64_t
ip_diff(const struct ip *a, const struct ip *b)
{
    const u128 most = (u128)1 << 62;
    bool negative = ip_cmp(b, a) < 0;
    u128 distance = negative ? to_number(a) - to_number(b) : to_number(b) - to_number(a);
    int64_t n = (int64_t)(distance > most ? most : distance);

    return negative ? -n : n;
}

/* Length of the prefix in the 128-bit form. */
static int
full_len(const struct cidr *cidr)
{
    return cidr->len + (ip_is_v4(&cidr->ip) ? 96 : 0);
}

static u128
host_mask(const struct cidr *cidr)
{
    int len = full_len(cidr);

    return len >= 128 ? 0 : ~(u128)0 >> len;
}

bool
cidr_parse(const char *s, struct cidr *cidr)
{
    char address[IP_TEXT_SIZE];
    const char *slash = s ? strchr(s, '/') : NULL;
    size_t n = slash ? (size_t)(slash - s) : 0;
    long len;
    char *end;

    if (!slash || n >= sizeof address || strspn(slash + 1, "0123456789") < 1 ||
        strlen(slash + 1) > 3 || (slash[1] == '0' && slash[2])) {
        return false;
    }
    memcpy(address, s, n);
    address[n] = 0;
    len = strtol(slash + 1, &end, 10);
    if (*end || !ip_parse(address, &cidr->ip) || len > (ip_is_v4(&cidr->ip) ? 32 : 128)) {
        return false;
    }
    cidr->len = (int)len;
    return true;
}

bool
cidr_is_network(const struct cidr *cidr)
{
    return !(to_number(&cidr->ip) & host_mask(cidr));
}

struct ip
cidr_first(const struct cidr *cidr)
{
    return from_number(to_number(&cidr->ip) & ~host_mask(cidr));
}

struct ip
cidr_last(const struct cidr *cidr)
{
    return from_number(to_number(&cidr->ip) | host_mask(cidr));
}

struct cidr
cidr_network(const struct cidr *cidr)
{
    return (struct cidr){.ip = cidr_first(cidr), .len = cidr->len};
}

bool
cidr_has(const struct cidr *cidr, const struct ip *ip)
{
    return ip_is_v4(&cidr->ip) == ip_is_v4(ip) &&
           !((to_number(&cidr->ip) ^ to_number(ip)) & ~host_mask(cidr));
}

bool
ip_is_loopback(const struct ip *ip)
{
    static const struct ip six = {.b = {[15] = 1}};

    return ip_is_v4(ip) ? ip_v4(ip) >> 24 == 127 : ip_cmp(ip, &six) == 0;
}

bool
cidr_overlaps(const struct cidr *a, const struct cidr *b)
{
    return cidr_has(a, &b->ip) || cidr_has(b, &a->ip);
}

const char *
cidr_text(char out[CIDR_TEXT_SIZE], const struct cidr *cidr)
{
    char address[IP_TEXT_SIZE];

    snprintf(out, CIDR_TEXT_SIZE, "%s/%d", ip_text(address, &cidr->ip), cidr->len & 0xff);
    return out;
}

bool
host_is_name(const char *s)
{
    static const char digits[] = "0123456789";
    static const char label[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

    if (!s || strlen(s) > 253) {
        return false;
    }
    for (;;) {
        size_t n = strspn(s, label);

        if (!n || n > 63 || s[0] == '-' || s[n - 1] == '-' || (s[n] && s[n] != '.')) {
            return false;
        }
        if (!s[n]) {
            return strspn(s, digits) < n;
        }
        s += n + 1;
    }
}

bool
mac_parse(const char *s, struct mac *mac)
{
    if (!s || strlen(s) != MAC_TEXT_SIZE - 1) {
        return false;
    }
    for (size_t i = 0; i < 6; i++) {
        const char digits[3] = {s[3 * i], s[3 * i + 1], 0};

        if (strspn(digits, "0123456789abcdefABCDEF") != 2 || (i < 5 && s[3 * i + 2] != ':')) {
            return false;
        }
        mac->b[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return true;
}

const char *
mac_text(char out[MAC_TEXT_SIZE], const struct mac *mac)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof mac->b; i++) {
        out[3 * i] = digits[mac->b[i] >> 4];
        out[3 * i + 1] = digits[mac->b[i] & 15];
        out[3 * i + 2] = i + 1 < sizeof mac->b ? ':' : '\0';
    }
    return out;
}

struct mac
mac_random(void)
{
    char uuid[UUID_SIZE];
    struct mac mac = {{0xfa, 0x16, 0x3e, 0, 0, 0}};

    /* Through a UUID, so that a seeded test sees the same addresses again. */
    uuid_new(uuid);
    for (size_t i = 0; i < 3; i++) {
        const char digits[3] = {uuid[24 + 2 * i], uuid[25 + 2 * i], 0};

        mac.b[3 + i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return mac;
}
