/* Frames of packets that are imagined: as much of a packet as the kernel
 * programs look at. */
#include "agent/trace_frame.h"

#include "base/net.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>

#define TTL 64

static uint16_t
be16(int64_t n)
{
    return htons((uint16_t)n);
}

/* The transport header at 'at'; its length. */
static uint32_t
transport_write(const struct desired_trace_packet *packet, bool v6, uint8_t *at)
{
    bool answer = packet->is_answer;

    if (packet->protocol == (v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
        struct icmphdr echo = {.type = v6 ? (answer ? ICMPV6_ECHO_REPLY : ICMPV6_ECHO_REQUEST)
                                          : (answer ? ICMP_ECHOREPLY : ICMP_ECHO)};

        echo.un.echo.id = be16(packet->source_port);
        memcpy(at, &echo, sizeof echo);
        return sizeof echo;
    }
    if (packet->protocol == IPPROTO_TCP) {
        struct tcphdr tcp = {.source = be16(packet->source_port),
                             .dest = be16(packet->destination_port),
                             .doff = sizeof tcp / 4,
                             .syn = 1,
                             .ack = answer};

        memcpy(at, &tcp, sizeof tcp);
        return sizeof tcp;
    }
    if (packet->protocol == IPPROTO_UDP || packet->protocol == IPPROTO_SCTP) {
        struct udphdr udp = {.source = be16(packet->source_port),
                             .dest = be16(packet->destination_port),
                             .len = be16(sizeof udp)};

        memcpy(at, &udp, sizeof udp);
        return sizeof udp;
    }
    return 0;
}

/* The longer of what was asked for and what its headers are. */
static uint32_t
length_of(const struct desired_trace_packet *packet, uint32_t headers)
{
    return packet->length > headers ? (uint32_t)packet->length : headers;
}

static uint32_t
v4_write(const struct desired_trace_packet *packet, const struct ip *src, const struct ip *dst,
         uint8_t *at)
{
    struct iphdr ip = {.version = 4,
                       .ihl = sizeof ip / 4,
                       .ttl = TTL,
                       .protocol = (uint8_t)packet->protocol,
                       .saddr = htonl(ip_v4(src)),
                       .daddr = htonl(ip_v4(dst))};
    uint32_t n =
        length_of(packet, (uint32_t)sizeof ip + transport_write(packet, false, at + sizeof ip));

    ip.tot_len = be16(n);
    memcpy(at, &ip, sizeof ip);
    return n;
}

static uint32_t
v6_write(const struct desired_trace_packet *packet, const struct ip *src, const struct ip *dst,
         uint8_t *at)
{
    struct ipv6hdr ip = {.version = 6, .hop_limit = TTL, .nexthdr = (uint8_t)packet->protocol};
    uint32_t n =
        length_of(packet, (uint32_t)sizeof ip + transport_write(packet, true, at + sizeof ip));

    ip.payload_len = be16(n - sizeof ip);
    memcpy(&ip.saddr, src->b, sizeof src->b);
    memcpy(&ip.daddr, dst->b, sizeof dst->b);
    memcpy(at, &ip, sizeof ip);
    return n;
}

void
trace_frame_make(const struct desired_trace_packet *packet, struct trace_packet *frame)
{
    struct ip src, dst;
    struct mac from, to;
    uint16_t type;
    bool v6;

    (void)ip_parse(packet->source_ip, &src); /* Checked when it was decoded, as the rest. */
    (void)ip_parse(packet->destination_ip, &dst);
    (void)mac_parse(packet->source_mac, &from);
    (void)mac_parse(packet->destination_mac, &to);
    v6 = !ip_is_v4(&src);
    type = htons(v6 ? ETH_P_IPV6 : ETH_P_IP);
    *frame = (struct trace_packet){0};
    memcpy(frame->b, to.b, ETH_ALEN);
    memcpy(frame->b + ETH_ALEN, from.b, ETH_ALEN);
    memcpy(frame->b + TRACE_TYPE_OFF, &type, sizeof type);
    frame->n = ETH_HLEN + (v6 ? v6_write : v4_write)(packet, &src, &dst, frame->b + ETH_HLEN);
}
