/* A transparent function that looks into packets by nDPI: it blocks one application
 * protocol by what it says, whatever its port, and lets the rest past.
 *
 *     inspector PROTOCOL      (a name of nDPI's: HTTP, DNS, SSH)
 *
 * What is no IPv4 (probes too) goes past. */
#include "two_arms.h"

#include <ndpi_api.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FLOWS 4096
#define PACKETS_MAX 12 /* Afterwards a flow is what it has been found to be. */

struct inspected {
    uint32_t lo, hi;
    uint16_t lo_port, hi_port;
    uint8_t protocol;
    unsigned packets;
    bool blocked;
    struct ndpi_flow_struct *flow;
};
struct inspector {
    struct ndpi_detection_module_struct *ndpi;
    int blocked;
    struct inspected flows[FLOWS]; /* By hash; a newer one takes the place. */
};

static uint64_t
now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Both directions of a flow have one entry. */
static struct inspected *
flow_of(struct inspector *in, const struct iphdr *ip, const uint8_t *ports)
{
    bool swap = memcmp(&ip->saddr, &ip->daddr, 4) > 0;
    struct inspected key = {.protocol = ip->protocol}, *at;
    uint16_t port[2];

    memcpy(port, ports, sizeof port);
    key.lo = swap ? ip->daddr : ip->saddr;
    key.hi = swap ? ip->saddr : ip->daddr;
    key.lo_port = port[swap];
    key.hi_port = port[!swap];
    at = &in->flows[(key.lo * 31 + key.hi * 17 + key.lo_port * 7u + key.hi_port) % FLOWS];
    if (at->lo != key.lo || at->hi != key.hi || at->lo_port != key.lo_port ||
        at->hi_port != key.hi_port || at->protocol != key.protocol || !at->flow) {
        if (at->flow) {
            ndpi_free_flow(at->flow);
        }
        *at = key;
        at->flow = ndpi_flow_malloc(SIZEOF_FLOW_STRUCT);
        memset(at->flow, 0, SIZEOF_FLOW_STRUCT);
    }
    return at;
}

static bool
inspect(void *arg, int from, uint8_t *frame, size_t *n)
{
    struct inspector *in = arg;
    struct iphdr ip;
    struct inspected *at;
    ndpi_protocol found;

    (void)from;
    if (*n < 14 + sizeof ip + 8 || frame[12] != 8 || frame[13]) {
        return true;
    }
    memcpy(&ip, frame + 14, sizeof ip);
    if ((ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP) || ip.ihl != 5) {
        return true;
    }
    at = flow_of(in, &ip, frame + 14 + sizeof ip);
    if (!at->blocked && at->packets++ < PACKETS_MAX) {
        found = ndpi_detection_process_packet(in->ndpi, at->flow, frame + 14,
                                              (unsigned short)(*n - 14), now_ms());
        at->blocked = found.app_protocol == in->blocked || found.master_protocol == in->blocked;
    }
    return !at->blocked;
}

int
main(int argc, char **argv)
{
    static struct inspector in;
    NDPI_PROTOCOL_BITMASK all;

    if (argc != 2) {
        fprintf(stderr, "inspector PROTOCOL\n");
        return 2;
    }
    in.ndpi = ndpi_init_detection_module(ndpi_no_prefs);
    if (!in.ndpi) {
        fprintf(stderr, "nDPI does not begin\n");
        return 1;
    }
    NDPI_BITMASK_SET_ALL(all);
    ndpi_set_protocol_detection_bitmask2(in.ndpi, &all);
    ndpi_finalize_initialization(in.ndpi);
    in.blocked = ndpi_get_proto_by_name(in.ndpi, argv[1]);
    if (in.blocked == NDPI_PROTOCOL_UNKNOWN) {
        fprintf(stderr, "nDPI knows no protocol %s\n", argv[1]);
        return 2;
    }
    return two_arms_run(true, inspect, &in);
}
