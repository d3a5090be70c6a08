/* Addresses: IPv4, IPv6, prefixes, MACs and host names, in one form (IPv4 is kept mapped
 * in 16 bytes), with the arithmetic that IPAM and the data plane need.  No I/O. */
#ifndef CARRICK_BASE_NET_H
#define CARRICK_BASE_NET_H

#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

struct ip {
    uint8_t b[16]; /* Network order; IPv4 as ::ffff:a.b.c.d */
};
struct cidr {
    struct ip ip;
    int len; /* Of the address' own family: 0-32 or 0-128. */
};
struct mac {
    uint8_t b[6];
};

#define IP_TEXT_SIZE 46
#define CIDR_TEXT_SIZE 50
#define MAC_TEXT_SIZE 18
bool ip_parse(const char *s, struct ip *ip);           /* no leading zeros, no scope */
bool ip_is_v4(const struct ip *ip);
bool ip_is_loopback(const struct ip *ip);              /* 127.0.0.0/8, ::1 */
uint32_t ip_v4(const struct ip *ip);                   /* host order; 0 unless v4 */
struct ip ip_from_v4(uint32_t host_order);
const char *ip_text(char out[IP_TEXT_SIZE], const struct ip *ip); /* RFC 5952 */
int ip_cmp(const struct ip *a, const struct ip *b);
struct ip ip_add(const struct ip *ip, int64_t n);
/* b - a, saturated to 2^62; negative where b < a. */
int64_t ip_diff(const struct ip *a, const struct ip *b);

bool cidr_parse(const char *s, struct cidr *cidr);     /* "10.0.0.0/24"; host bits allowed */
bool cidr_is_network(const struct cidr *cidr);         /* no host bits set */
struct cidr cidr_network(const struct cidr *cidr);
struct ip cidr_first(const struct cidr *cidr);         /* network address */
struct ip cidr_last(const struct cidr *cidr);          /* broadcast for v4 */
bool cidr_has(const struct cidr *cidr, const struct ip *ip);
bool cidr_overlaps(const struct cidr *a, const struct cidr *b);
const char *cidr_text(char out[CIDR_TEXT_SIZE], const struct cidr *cidr);

/* A name as RFC 1123 2.1 has it: labels of 1 to 63 letters, digits and inner '-', in all at most 253
 * characters; the last not of digits alone, which would be (half) an address. */
bool host_is_name(const char *s);

bool mac_parse(const char *s, struct mac *mac);        /* aa:bb:cc:dd:ee:ff, any case */
const char *mac_text(char out[MAC_TEXT_SIZE], const struct mac *mac); /* lower case */
struct mac mac_random(void);                           /* fa:16:3e:xx:xx:xx */

#endif
