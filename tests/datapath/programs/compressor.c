/* One of a pair of transparent functions with a thin wire between them: it deflates
 * the payload of UDP and TCP over IPv4 on the way to the wire and restores it on the
 * way from there, packet by packet.
 *
 *     compressor ARM       (0 or 1: the arm that faces the wire)
 *
 * A packet that is deflated says so by its DSCP (63, for local use) and carries the
 * TOS it had before; one that brings that DSCP itself is dropped.  Addresses and ports
 * stay: what is between sees the same flow. */
#include "two_arms.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define TOS_DEFLATED 0xfc
#define ETH 14

struct place {
    struct iphdr ip;
    size_t l4, payload, end; /* Offsets in the frame. */
};

static uint32_t
add16(const uint8_t *b, size_t n, uint32_t sum)
{
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

/* Where the payload is; false for what is not to be touched. */
static bool
place_find(const uint8_t *frame, size_t n, struct place *at)
{
    if (n < ETH + sizeof at->ip + 8 || frame[12] != 8 || frame[13]) {
        return false;
    }
    memcpy(&at->ip, frame + ETH, sizeof at->ip);
    at->l4 = ETH + sizeof at->ip;
    at->end = ETH + (size_t)ntohs(at->ip.tot_len);
    if (at->ip.ihl != 5 || at->ip.frag_off & htons(0x3fff) || at->end > n) {
        return false;
    }
    if (at->ip.protocol == IPPROTO_UDP) {
        at->payload = at->l4 + sizeof(struct udphdr);
    } else if (at->ip.protocol == IPPROTO_TCP && at->end >= at->l4 + sizeof(struct tcphdr)) {
        at->payload = at->l4 + (size_t)(frame[at->l4 + 12] >> 4) * 4;
    } else {
        return false;
    }
    return at->payload <= at->end;
}

/* Lengths and checksums for 'payload' bytes of payload. */
static void
headers_make(uint8_t *frame, size_t *n, struct place *at, size_t payload)
{
    size_t l4_n = at->payload - at->l4 + payload, check = at->l4;
    uint16_t sum, len = htons((uint16_t)l4_n);

    at->ip.tot_len = htons((uint16_t)(sizeof at->ip + l4_n));
    at->ip.check = 0;
    at->ip.check = fold(add16((const uint8_t *)&at->ip, sizeof at->ip, 0));
    memcpy(frame + ETH, &at->ip, sizeof at->ip);
    if (at->ip.protocol == IPPROTO_UDP) {
        memcpy(frame + at->l4 + 4, &len, 2);
        check += 6;
    } else {
        check += 16;
    }
    memset(frame + check, 0, 2);
    sum = fold(add16(frame + at->l4, l4_n,
                     add16(frame + ETH + 12, 8, (uint32_t)l4_n + at->ip.protocol)));
    if (!sum && at->ip.protocol == IPPROTO_UDP) {
        sum = 0xffff;
    }
    memcpy(frame + check, &sum, 2);
    *n = at->payload + payload;
}

/* As it is where it would not become shorter. */
static bool
squeeze(uint8_t *frame, size_t *n)
{
    static uint8_t out[65536];
    struct place at;
    uLongf size = sizeof out;

    if (!place_find(frame, *n, &at)) {
        return true;
    }
    if ((at.ip.tos & TOS_DEFLATED) == TOS_DEFLATED) {
        return false;
    }
    if (compress2(out, &size, frame + at.payload, at.end - at.payload, 6) != Z_OK ||
        size + 1 >= at.end - at.payload) {
        return true;
    }
    frame[at.payload] = at.ip.tos;
    memcpy(frame + at.payload + 1, out, size);
    at.ip.tos = TOS_DEFLATED;
    headers_make(frame, n, &at, size + 1);
    return true;
}

static bool
restore(uint8_t *frame, size_t *n)
{
    static uint8_t out[65536];
    struct place at;
    uLongf size = sizeof out - 100;

    if (!place_find(frame, *n, &at) || at.ip.tos != TOS_DEFLATED) {
        return true;
    }
    if (at.end == at.payload || uncompress(out, &size, frame + at.payload + 1,
                                           at.end - at.payload - 1) != Z_OK) {
        return false;
    }
    at.ip.tos = frame[at.payload];
    memcpy(frame + at.payload, out, size);
    headers_make(frame, n, &at, size);
    return true;
}

static bool
compressor(void *wire, int from, uint8_t *frame, size_t *n)
{
    return from == *(const int *)wire ? restore(frame, n) : squeeze(frame, n);
}

int
main(int argc, char **argv)
{
    int wire = argc == 2 ? atoi(argv[1]) : -1;

    if (wire != 0 && wire != 1) {
        fprintf(stderr, "compressor 0|1\n");
        return 2;
    }
    return two_arms_run(false, compressor, &wire);
}
