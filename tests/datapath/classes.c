/* The right chain among many, against going through all of them; and chains that
 * come after others. */
#include "agent/forwarding.h"
#include "base/time.h"
#include "population.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHAINS 1000
#define RULES 10000
#define PACKETS 2000

struct many {
    struct site *s;
    const struct desired_port *ends[POP_ENDS];
    const char *ids[POP_ENDS];
    struct pop_rule *rules;
    struct pop_packet *packets;
    uint32_t *numbers; /* Of the chains. */
    uint64_t seed;
};

static void
many_open(struct many *m)
{
    static const char *const names[POP_ENDS] = {"a", "b"};
    struct topo *t = topo_new(1);
    struct desired_chain *chain = NULL;

    m->s = &t->sites[0];
    m->rules = MEM_ARRAY(t->mem, RULES, struct pop_rule);
    m->packets = MEM_ARRAY(t->mem, PACKETS, struct pop_packet);
    m->numbers = MEM_ARRAY(t->mem, CHAINS, uint32_t);
    site_network(m->s, "n", 100);
    for (int i = 0; i < POP_ENDS; i++) {
        m->ends[i] = site_node(m->s, names[i], "n", mem_printf(t->mem, "10.0.0.%d", i + 1), NULL);
        m->ids[i] = m->ends[i]->id;
    }
    for (int i = 0; i < RULES; i++) {
        struct pop_rule *rule = &m->rules[i];

        if (i % (RULES / CHAINS) == 0) {
            chain = site_chain(m->s, mem_printf(t->mem, "c%d", i / (RULES / CHAINS)), "n");
        }
        *rule = pop_rule_draw(&m->seed, pop_draw(&m->seed, POP_TEMPLATES));
        rule->priority = pop_draw(&m->seed, 8);
        rule->chain = i / (RULES / CHAINS);
        rule->chain_id = chain->id;
        pop_rule_add(m->s, chain, rule, m->ids);
    }
    topo_up(t);
    for (int i = 0; i < CHAINS; i++) {
        m->numbers[i] =
            site_number(m->s, ID_CHAIN, topo_id(t, mem_printf(t->mem, "chain c%d", i)));
        REQUIRE(m->numbers[i]);
    }
}

/* A packet whose flow nobody else's is, in either direction. */
static void
packet_draw(struct many *m, size_t n)
{
    struct pop_packet *p = &m->packets[n];
    bool again = true;

    while (again) {
        *p = pop_packet_draw(&m->seed, &m->rules[pop_draw(&m->seed, RULES)]);
        /* One that goes where it comes from is not delivered; some miss their rule narrowly. */
        p->to = 1 - p->from;
        if (pop_draw(&m->seed, 5) == 0) {
            p->src[15] ^= 1;
        }
        if (pop_draw(&m->seed, 5) == 0 && p->dport) {
            p->dport ^= 1;
        }
        again = false;
        for (size_t i = 0; i < n && !again; i++) {
            const struct pop_packet *o = &m->packets[i];

            again = o->proto == p->proto && !memcmp(o->src, p->src, 16) &&
                    !memcmp(o->dst, p->dst, 16) && o->sport == p->sport && o->dport == p->dport;
        }
    }
}

static bool
is_flow_of(const struct dp_flow_key *key, const struct pop_packet *p)
{
    bool lo = !memcmp(key->lo.b, p->src, 16) && !memcmp(key->hi.b, p->dst, 16) &&
              key->lo_port == htons((uint16_t)p->sport) &&
              key->hi_port == htons((uint16_t)p->dport);
    bool hi = !memcmp(key->hi.b, p->src, 16) && !memcmp(key->lo.b, p->dst, 16) &&
              key->hi_port == htons((uint16_t)p->sport) &&
              key->lo_port == htons((uint16_t)p->dport);

    return key->proto == p->proto && (lo || hi);
}

/* Chain numbers of the packets' flows; how many there are. */
static int
chains_read(struct many *m, uint32_t *found, bool *seen)
{
    struct dp_flow_key key, next;
    int fd = site_map(m->s, "flows"), n = 0;
    bool first = true;

    while (!bpf_map_get_next_key(fd, first ? NULL : &key, &next)) {
        struct dp_flow flow;

        first = false;
        key = next;
        if (bpf_map_lookup_elem(fd, &key, &flow)) {
            continue;
        }
        for (int i = 0; i < PACKETS; i++) {
            if (is_flow_of(&key, &m->packets[i])) {
                n += !seen[i];
                seen[i] = true;
                found[i] = flow.chain;
            }
        }
    }
    close(fd);
    return n;
}

static void
packet_judge(struct many *m, int i, uint32_t found)
{
    const struct pop_packet *p = &m->packets[i];
    int best = pop_best(m->rules, RULES, p);
    uint32_t wanted = best < 0 ? 0 : m->numbers[m->rules[best].chain];

    if (found != wanted) {
        int got = -1;

        for (int c = 0; c < CHAINS; c++) {
            got = m->numbers[c] == found ? c : got;
        }
        test_fail(__FILE__, __LINE__,
                  "packet %d (v6 %d proto %d from %d to %d, %d -> %d): chain c%d, not c%d", i,
                  p->v6, p->proto, p->from, p->to, p->sport, p->dport, got,
                  best < 0 ? -1 : m->rules[best].chain);
    }
}

TEST(of_many_classifiers_the_best_is_found)
{
    static struct many m;
    static uint32_t found[PACKETS];
    static bool seen[PACKETS];
    const char *seed = getenv("DATAPATH_SEED");
    int fds[POP_ENDS], matched = 0, n = 0;

    m.seed = seed ? strtoull(seed, NULL, 10) : (uint64_t)time_now_us();
    printf("classes: seed %llu\n", (unsigned long long)m.seed);
    many_open(&m);
    fds[0] = node_raw(m.s, "a", "eth0");
    fds[1] = node_raw(m.s, "b", "eth0");
    for (size_t i = 0; i < PACKETS; i++) {
        struct frame f;

        packet_draw(&m, i);
        f = pop_frame(&m.packets[i], m.ends[m.packets[i].from]->mac,
                      m.ends[m.packets[i].to]->mac);
        raw_send(fds[m.packets[i].from], f.b, f.n);
        matched += pop_best(m.rules, RULES, &m.packets[i]) >= 0;
    }
    SITE_EVENTUALLY(m.s, 5000, (n += chains_read(&m, found, seen)) == PACKETS);
    for (int i = 0; i < PACKETS; i++) {
        packet_judge(&m, i, found[i]);
    }
    CHECK(matched > PACKETS / 2 && matched < PACKETS); /* Both answers are tried. */
    CHECK_INT(site_drops(m.s, "internal"), 0);
    close(fds[0]);
    close(fds[1]);
}

/* ---- chains that come after others ---------------------------------------------------------- */

static int64_t
passed(struct site *s, const char *chain, int64_t hop, const char *direction)
{
    int64_t n = site_hop_packets(s, chain, hop, direction);

    return n < 0 ? 0 : n;
}

static void
tell(struct site *s)
{
    REQUIRE(site_push_through(s));
}

/* A packet of a flow's other direction, with addresses to which no host answers by itself. */
static void
reply(struct site *s, int a, int b, int port)
{
    const struct desired_port *pa = s->objects.items[2], *pb = s->objects.items[4];
    struct frame f = frame_udp(pb->mac, pa->mac, "10.0.0.9", "10.0.0.8", port, 1000, 9);
    uint8_t buf[FRAME_MAX];
    int back = 1000;

    raw_send(b, f.b, f.n);
    CHECK(raw_receive(a, buf, sizeof buf, 1000, is_udp_to, &back));
}

/* One packet there and one back: each chain's counters grow by what 'chain' has. */
static void
there_and_back(struct site *s, int a, int b, int port, const char *chain, int64_t n_hops)
{
    static const char *const chains[] = {"A", "B", "C", "D"};
    const struct desired_port *pa = s->objects.items[2], *pb = s->objects.items[4];
    int64_t before[4][2][2];
    uint8_t buf[FRAME_MAX];
    struct frame f = frame_udp(pa->mac, pb->mac, "10.0.0.8", "10.0.0.9", 1000, port, 9);

    for (int c = 0; c < 4; c++) {
        for (int hop = 0; hop < 2; hop++) {
            before[c][hop][0] = passed(s, chains[c], hop, "forward");
            before[c][hop][1] = passed(s, chains[c], hop, "reverse");
        }
    }
    raw_send(a, f.b, f.n);
    CHECK(raw_receive(b, buf, sizeof buf, 1000, is_udp_to, &port));
    reply(s, a, b, port);
    for (int c = 0; c < 4; c++) {
        for (int hop = 0; hop < 2; hop++) {
            int64_t more = str_eq(chains[c], chain) && hop < n_hops;

            if (passed(s, chains[c], hop, "forward") != before[c][hop][0] + more ||
                passed(s, chains[c], hop, "reverse") != before[c][hop][1] + more) {
                test_fail(__FILE__, __LINE__, "port %d should take %s; hop %d of %s: %d, %d more",
                          port, chain, hop, chains[c],
                          (int)(passed(s, chains[c], hop, "forward") - before[c][hop][0]),
                          (int)(passed(s, chains[c], hop, "reverse") - before[c][hop][1]));
            }
        }
    }
}

static struct desired_chain *
after(struct site *s, const char *name, const struct desired_chain *first, const char *function,
      int port)
{
    struct desired_chain *chain = site_chain(s, name, "n");

    chain->after = first->id;
    (void)chain_class(s, chain, 17, port);
    (void)chain_hop(s, chain, "f");
    (void)chain_hop(s, chain, function);
    return chain;
}

TEST(a_chain_after_another_takes_what_matches_both)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *first, *b, *c, *d;
    int64_t replies;

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    site_function(s, "h", "n");
    first = site_chain(s, "A", "n");
    chain_class(s, first, 17, -1)->dst_cidr = "10.0.0.9/32";
    (void)chain_hop(s, first, "f");
    b = after(s, "B", first, "g", 80);
    c = after(s, "C", first, "h", 81);
    /* Priorities count among those after the same chain only. */
    ((struct desired_classifier *)first->classifiers.items[0])->priority = 100;
    topo_up(t);
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");

    there_and_back(s, at_a, at_b, 79, "A", 1);
    there_and_back(s, at_a, at_b, 80, "B", 2);
    there_and_back(s, at_a, at_b, 81, "C", 2);
    /* B ends: what it had goes the way of A, also what is a reply; C's are not touched. */
    site_remove(s, b);
    tell(s);
    replies = passed(s, "A", 0, "reverse");
    reply(s, at_a, at_b, 80);
    CHECK_INT(passed(s, "A", 0, "reverse"), replies + 1);
    there_and_back(s, at_a, at_b, 80, "A", 1);
    there_and_back(s, at_a, at_b, 81, "C", 2);
    /* And on, from C to D. */
    d = after(s, "D", c, "g", 81);
    tell(s);
    there_and_back(s, at_a, at_b, 81, "D", 2);
    d->after = first->id;
    ((struct desired_classifier *)d->classifiers.items[0])->dst_port_min = 82;
    ((struct desired_classifier *)d->classifiers.items[0])->dst_port_max = 82;
    tell(s);
    there_and_back(s, at_a, at_b, 81, "C", 2);
    /* What does not match A does not get to C. */
    ((struct desired_classifier *)first->classifiers.items[0])->dst_cidr = "10.0.0.3/32";
    tell(s);
    there_and_back(s, at_a, at_b, 81, "", 0);
    /* A chain that comes after itself is refused. */
    c->after = c->id;
    site_send(s);
    SITE_EVENTUALLY(s, 5000, s->refused_seq == s->seq);
    CHECK(s->refused && strstr(s->refused, "itself"));
    CHECK_INT(site_drops(s, "internal"), 0);
    close(at_a);
    close(at_b);
}

/* One more than a network may have is told. */
TEST(shapes_that_are_too_many_are_told)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *all, *more;

    site_network(s, "n", 100);
    all = site_chain(s, "all", "n");
    for (int i = 0; i < 32; i++) {
        struct desired_classifier *c = chain_class(s, all, 17, -1);

        if (i) {
            c->src_cidr = mem_printf(t->mem, "0.0.0.0/%d", i);
        } else {
            /* Prefixes of 15 lengths, of either port: 225 shapes, and 31 more. */
            c->src_port_min = c->dst_port_min = 1;
            c->src_port_max = c->dst_port_max = 65534;
        }
    }
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 5000, str_eq(site_state(s, DESIRED_chain, "all"), "ACTIVE"));
    more = site_chain(s, "more", "n");
    (void)chain_class(s, more, 6, 80);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 5000, str_eq(site_state(s, DESIRED_chain, "more"), "ERROR"));
    /* It is made as soon as there is room. */
    all->classifiers.n = 0;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 5000, str_eq(site_state(s, DESIRED_chain, "more"), "ACTIVE"));
}
