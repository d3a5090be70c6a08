/* Many random classifiers of a few shapes, packets that they claim or not, and the
 * plain answer: going through all of them. */
#ifndef CARRICK_TESTS_POPULATION_H
#define CARRICK_TESTS_POPULATION_H

#include "frames.h"
#include "topo.h"

#define POP_ENDS 2 /* Ports that classifiers may name. */
#define POP_TEMPLATES 12

struct pop_rule {
    int chain; /* Its index. */
    const char *chain_id;
    bool v6;
    int proto, from, to; /* -1 = any */
    uint8_t src[16], dst[16];
    int src_len, dst_len; /* 0 = any */
    int sport_min, sport_max, dport_min, dport_max;
    int64_t priority;
};
struct pop_packet {
    bool v6;
    int proto, from, to;
    uint8_t src[16], dst[16];
    int sport, dport;
};

unsigned pop_draw(uint64_t *seed, unsigned n);
/* A rule of one of POP_TEMPLATES shapes (those whose ports are a range have several). */
struct pop_rule pop_rule_draw(uint64_t *seed, unsigned template);
/* The rule as a classifier of 'chain'; 'ends' are ids of ports. */
void pop_rule_add(struct site *site, struct desired_chain *chain, const struct pop_rule *rule,
                  const char *const *ends);
/* A packet that 'rule' claims, at random in all else. */
struct pop_packet pop_packet_draw(uint64_t *seed, const struct pop_rule *rule);
bool pop_matches(const struct pop_rule *rule, const struct pop_packet *packet);
/* Index of the best of 'n' rules that claim the packet, or -1. */
int pop_best(const struct pop_rule *rules, size_t n, const struct pop_packet *packet);
/* The packet on a wire. */
struct frame pop_frame(const struct pop_packet *packet, const char *src_mac, const char *dst_mac);


/* One of the agent's pinned maps; the caller closes it. */
int site_map(struct site *site, const char *name);
/* Number of an object as the maps have it (ID_*), or 0. */
uint32_t site_number(struct site *site, uint32_t kind, const char *uuid);

#endif
