/* Frames for raw sockets. */
#ifndef CARRICK_TESTS_FRAMES_H
#define CARRICK_TESTS_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 2048

struct frame {
    uint8_t b[FRAME_MAX];
    size_t n;
};

/* UDP over IPv4 with correct checksums; 'payload' bytes of 'x'. */
struct frame frame_udp(const char *src_mac, const char *dst_mac, const char *src, const char *dst,
                       int sport, int dport, size_t payload);
/* One fragment of an IPv4 packet of UDP: 'offset' in bytes; the first carries the header. */
struct frame frame_fragment(const char *src_mac, const char *dst_mac, const char *src,
                            const char *dst, int id, size_t offset, size_t n, bool more);
/* IPv6: 'n' bytes that begin with a header of type 'next', as they are. */
struct frame frame_v6(const char *src_mac, const char *dst_mac, const char *src, const char *dst,
                      int next, const void *bytes, size_t n);
/* UDP over IPv6 behind a hop-by-hop, a routing (of no segments left) and a destination header; correct
 * checksum. */
struct frame frame_v6_extended(const char *src_mac, const char *dst_mac, const char *src,
                               const char *dst, int sport, int dport);
/* One fragment of an IPv6 packet of UDP from port 1000 to 2000: as frame_fragment. */
struct frame frame_v6_fragment(const char *src_mac, const char *dst_mac, const char *src,
                               const char *dst, int id, size_t offset, size_t n, bool more);
/* TCP segment without payload. */
struct frame frame_tcp(const char *src_mac, const char *dst_mac, const char *src, const char *dst,
                       int sport, int dport, uint8_t flags);
/* ICMP destination unreachable, port, about a UDP packet from 'to' to 'from'. */
struct frame frame_unreachable(const char *src_mac, const char *dst_mac, const char *from,
                               const char *to, int quoted_sport, int quoted_dport);
struct frame frame_arp(int op, const char *src_mac, const char *sender_mac, const char *sender,
                       const char *target);
/* Neighbour solicitation for 'target', sent to its node alone. */
struct frame frame_solicit(const char *src_mac, const char *dst_mac, const char *src,
                           const char *target, uint8_t hop_limit);

/* Matchers for raw_receive; 'arg' is what they look for. */
bool is_arp_reply(const uint8_t *frame, size_t n, const void *ip);
bool is_udp_to(const uint8_t *frame, size_t n, const void *port);   /* const int * */
bool is_tcp_to(const uint8_t *frame, size_t n, const void *port);   /* const int * */
bool is_unreachable(const uint8_t *frame, size_t n, const void *unused);
bool is_v6_fragment(const uint8_t *frame, size_t n, const void *id); /* const int * */
bool is_v6_extended(const uint8_t *frame, size_t n, const void *unused);
bool is_fragment(const uint8_t *frame, size_t n, const void *id);   /* const int * */

#endif
