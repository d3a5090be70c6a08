/* Builds the few kinds of frames that tests send by hand. */
#include "frames.h"

#include "base/net.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <linux/ip.h>
#include <linux/icmp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <string.h>

static uint32_t
add16(const void *data, size_t n, uint32_t sum)
{
    const uint8_t *b = data;

    for (size_t i = 0; i + 1 < n; i += 2) {
        sum += (uint32_t)b[i] << 8 | b[i + 1];
    }
    return n & 1 ? sum + ((uint32_t)b[n - 1] << 8) : sum;
}

static uint16_t
fold(uint32_t sum)
{
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return htons((uint16_t)~sum);
}

static void
mac_put(uint8_t *at, const char *text)
{
    struct mac mac = {0};

    (void)mac_parse(text, &mac);
    memcpy(at, mac.b, 6);
}

static void
eth_put(struct frame *f, const char *dst, const char *src, uint16_t type)
{
    mac_put(f->b, dst);
    mac_put(f->b + 6, src);
    f->b[12] = (uint8_t)(type >> 8);
    f->b[13] = (uint8_t)type;
    f->n = 14;
}

/* An IPv4 header for 'n' bytes behind it. */
static struct iphdr
ip_header(const char *src, const char *dst, int proto, size_t n)
{
    struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = (uint8_t)proto};

    ip.tot_len = htons((uint16_t)(sizeof ip + n));
    ip.id = htons(1);
    (void)inet_pton(AF_INET, src, &ip.saddr);
    (void)inet_pton(AF_INET, dst, &ip.daddr);
    return ip;
}

static void
put(struct frame *f, const void *data, size_t n)
{
    memcpy(f->b + f->n, data, n);
    f->n += n;
}

static void
ip_put(struct frame *f, struct iphdr *ip)
{
    ip->check = 0;
    ip->check = fold(add16(ip, sizeof *ip, 0));
    put(f, ip, sizeof *ip);
}

static uint32_t
pseudo(const struct iphdr *ip, size_t n)
{
    return add16(&ip->saddr, 8, 0) + ip->protocol + (uint32_t)n;
}

struct frame
frame_udp(const char *src_mac, const char *dst_mac, const char *src, const char *dst, int sport,
          int dport, size_t payload)
{
    struct frame f;
    size_t n = sizeof(struct udphdr) + payload;
    struct iphdr ip = ip_header(src, dst, IPPROTO_UDP, n);
    struct udphdr udp = {.source = htons((uint16_t)sport),
                         .dest = htons((uint16_t)dport),
                         .len = htons((uint16_t)n)};

    eth_put(&f, dst_mac, src_mac, ETHERTYPE_IP);
    ip_put(&f, &ip);
    put(&f, &udp, sizeof udp);
    memset(f.b + f.n, 'x', payload);
    f.n += payload;
    udp.check = fold(add16(f.b + 34, n, pseudo(&ip, n)));
    memcpy(f.b + 34, &udp, sizeof udp);
    return f;
}

struct frame
frame_fragment(const char *src_mac, const char *dst_mac, const char *src, const char *dst, int id,
               size_t offset, size_t n, bool more)
{
    struct frame f;
    struct iphdr ip = ip_header(src, dst, IPPROTO_UDP, n);
    struct udphdr udp = {.source = htons(1000), .dest = htons(2000)};

    ip.id = htons((uint16_t)id);
    ip.frag_off = htons((uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
    eth_put(&f, dst_mac, src_mac, ETHERTYPE_IP);
    ip_put(&f, &ip);
    memset(f.b + f.n, 'x', n);
    if (!offset) {
        memcpy(f.b + f.n, &udp, sizeof udp);
    }
    f.n += n;
    return f;
}

struct frame
frame_v6(const char *src_mac, const char *dst_mac, const char *src, const char *dst, int next,
         const void *bytes, size_t n)
{
    struct frame f;
    uint8_t head[40] = {0x60, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n, (uint8_t)next, 64};

    (void)inet_pton(AF_INET6, src, head + 8);
    (void)inet_pton(AF_INET6, dst, head + 24);
    eth_put(&f, dst_mac, src_mac, ETHERTYPE_IPV6);
    put(&f, head, sizeof head);
    put(&f, bytes, n);
    return f;
}

struct frame
frame_v6_extended(const char *src_mac, const char *dst_mac, const char *src, const char *dst,
                  int sport, int dport)
{
    /* Next, length, then padding or a routing header of type 2 with nothing left. */
    uint8_t b[8 + 24 + 16 + 12] = {IPPROTO_ROUTING, 0, 1, 4, 0, 0, 0, 0,
                                   IPPROTO_DSTOPTS, 2, 2, 0, [32] = IPPROTO_UDP, 1, 1, 12};
    uint8_t *udp = b + 48;
    struct frame f;
    uint16_t check;

    udp[0] = (uint8_t)(sport >> 8);
    udp[1] = (uint8_t)sport;
    udp[2] = (uint8_t)(dport >> 8);
    udp[3] = (uint8_t)dport;
    udp[5] = 12;
    memcpy(udp + 8, "text", 4);
    f = frame_v6(src_mac, dst_mac, src, dst, IPPROTO_HOPOPTS, b, sizeof b);
    check = fold(add16(f.b + 22, 32, add16(udp, 12, IPPROTO_UDP + 12)));
    memcpy(f.b + f.n - 6, &check, 2);
    return f;
}

struct frame
frame_v6_fragment(const char *src_mac, const char *dst_mac, const char *src, const char *dst,
                  int id, size_t offset, size_t n, bool more)
{
    uint8_t b[FRAME_MAX - 54] = {IPPROTO_UDP, 0, (uint8_t)(offset >> 8),
                                 (uint8_t)(offset & 0xf8) | more, 0, 0, (uint8_t)(id >> 8),
                                 (uint8_t)id};
    static const uint8_t udp[8] = {1000 >> 8, 1000 & 255, 2000 >> 8, 2000 & 255};

    memset(b + 8, 'x', n);
    if (!offset) {
        memcpy(b + 8, udp, sizeof udp);
    }
    return frame_v6(src_mac, dst_mac, src, dst, IPPROTO_FRAGMENT, b, 8 + n);
}

struct frame
frame_tcp(const char *src_mac, const char *dst_mac, const char *src, const char *dst, int sport,
          int dport, uint8_t flags)
{
    struct frame f;
    struct iphdr ip = ip_header(src, dst, IPPROTO_TCP, sizeof(struct tcphdr));
    struct tcphdr tcp = {.source = htons((uint16_t)sport),
                         .dest = htons((uint16_t)dport),
                         .doff = 5,
                         .window = htons(1000)};

    ((uint8_t *)&tcp)[13] = flags;
    tcp.check = fold(add16(&tcp, sizeof tcp, pseudo(&ip, sizeof tcp)));
    eth_put(&f, dst_mac, src_mac, ETHERTYPE_IP);
    ip_put(&f, &ip);
    put(&f, &tcp, sizeof tcp);
    return f;
}

struct frame
frame_unreachable(const char *src_mac, const char *dst_mac, const char *from, const char *to,
                  int quoted_sport, int quoted_dport)
{
    struct frame f;
    struct iphdr ip = ip_header(from, to, IPPROTO_ICMP, 8 + sizeof(struct iphdr) + 8);
    struct iphdr quoted = ip_header(to, from, IPPROTO_UDP, 8);
    struct icmphdr icmp = {.type = ICMP_DEST_UNREACH, .code = ICMP_PORT_UNREACH};
    struct udphdr udp = {.source = htons((uint16_t)quoted_sport),
                         .dest = htons((uint16_t)quoted_dport),
                         .len = htons(8)};

    eth_put(&f, dst_mac, src_mac, ETHERTYPE_IP);
    ip_put(&f, &ip);
    put(&f, &icmp, sizeof icmp);
    ip_put(&f, &quoted);
    put(&f, &udp, sizeof udp);
    icmp.checksum = fold(add16(f.b + 34, f.n - 34, 0));
    memcpy(f.b + 34, &icmp, sizeof icmp);
    return f;
}

struct frame
frame_arp(int op, const char *src_mac, const char *sender_mac, const char *sender,
          const char *target)
{
    static const uint8_t head[6] = {0, 1, 8, 0, 6, 4};
    struct frame f;

    eth_put(&f, "ff:ff:ff:ff:ff:ff", src_mac, ETHERTYPE_ARP);
    put(&f, head, sizeof head);
    f.b[f.n++] = 0;
    f.b[f.n++] = (uint8_t)op;
    mac_put(f.b + f.n, sender_mac);
    (void)inet_pton(AF_INET, sender, f.b + f.n + 6);
    memset(f.b + f.n + 10, 0, 6);
    (void)inet_pton(AF_INET, target, f.b + f.n + 16);
    f.n += 20;
    return f;
}

struct frame
frame_solicit(const char *src_mac, const char *dst_mac, const char *src, const char *target,
              uint8_t hop_limit)
{
    static const uint8_t head[6] = {0x60, 0, 0, 0, 0, 32};
    struct frame f;

    eth_put(&f, dst_mac, src_mac, ETHERTYPE_IPV6);
    memset(f.b + f.n, 0, 72);
    memcpy(f.b + f.n, head, sizeof head);
    f.b[f.n + 6] = IPPROTO_ICMPV6;
    f.b[f.n + 7] = hop_limit;
    (void)inet_pton(AF_INET6, src, f.b + f.n + 8);
    (void)inet_pton(AF_INET6, target, f.b + f.n + 24);
    f.b[f.n + 40] = 135;
    (void)inet_pton(AF_INET6, target, f.b + f.n + 48);
    f.b[f.n + 64] = 1; /* its own address: option, length */
    f.b[f.n + 65] = 1;
    mac_put(f.b + f.n + 66, src_mac);
    f.n += 72;
    return f;
}

/* ---- matchers -------------------------------------------------------------------------------- */

bool
is_arp_reply(const uint8_t *frame, size_t n, const void *ip)
{
    uint8_t want[4];

    (void)inet_pton(AF_INET, ip, want);
    return n >= 42 && frame[12] == 8 && frame[13] == 6 && frame[21] == 2 &&
           !memcmp(frame + 28, want, 4);
}

static bool
is_l4_to(const uint8_t *frame, size_t n, int proto, int port)
{
    return n >= 38 && frame[12] == 8 && frame[13] == 0 && frame[23] == proto &&
           (frame[36] << 8 | frame[37]) == port;
}

bool
is_udp_to(const uint8_t *frame, size_t n, const void *port)
{
    return is_l4_to(frame, n, IPPROTO_UDP, *(const int *)port);
}

bool
is_tcp_to(const uint8_t *frame, size_t n, const void *port)
{
    return is_l4_to(frame, n, IPPROTO_TCP, *(const int *)port);
}

bool
is_unreachable(const uint8_t *frame, size_t n, const void *unused)
{
    (void)unused;
    return n >= 36 && frame[12] == 8 && frame[13] == 0 && frame[23] == IPPROTO_ICMP &&
           frame[34] == ICMP_DEST_UNREACH;
}

bool
is_fragment(const uint8_t *frame, size_t n, const void *id)
{
    return n >= 34 && frame[12] == 8 && frame[13] == 0 &&
           (frame[18] << 8 | frame[19]) == *(const int *)id;
}

bool
is_v6_fragment(const uint8_t *frame, size_t n, const void *id)
{
    return n >= 62 && frame[12] == 0x86 && frame[20] == IPPROTO_FRAGMENT &&
           (frame[60] << 8 | frame[61]) == *(const int *)id;
}

bool
is_v6_extended(const uint8_t *frame, size_t n, const void *unused)
{
    (void)unused;
    /* Reports of multicast listeners, which kernels send when they like, have the first header too. */
    return n > 54 && frame[12] == 0x86 && frame[20] == IPPROTO_HOPOPTS && frame[54] == IPPROTO_ROUTING;
}
