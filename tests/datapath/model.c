/* A chain, and a graph that leads half of its flows on into another, are edited at random
 * while flows go through them, against a model of what each packet has to traverse: one
 * instance of every position, in order, the same as before while that one may serve, and
 * else one that may. */
#include "base/time.h"
#include "frames.h"
#include "topo.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS 3
#define HOPS 2 /* of the chain: groups 0 and 1; behind them, on the way through the graph, group 2 */
#define FUNCTIONS 7
#define FLOWS 48
#define NONE (-1)
#define UNKNOWN (-2) /* An entry holds one that was not seen yet. */
#define BASE_PORT 1000
#define CHAIN_PORT 9
#define WAY_PORT 10
#define MARKER_PROTOCOL 253 /* For experiments (RFC 3692). */

struct function {
    char name[4];
    int group;       /* NONE = in no chain */
    int64_t weight;
    bool over;       /* Its time to drain is over. */
    int fd;          /* Where it gets forward packets. */
};
struct flow {
    bool known;
    int hops;        /* The chain's, or all of the way. */
    bool asleep;     /* No packet since its way went: the entry is still one of the way. */
    int pin[GROUPS]; /* Of each group, wherever it stands. */
};
struct model {
    struct site *s;
    struct desired_port *pa, *pb;
    struct desired_chain *chain, *way; /* way: null = no graph */
    struct function functions[FUNCTIONS];
    struct flow flows[FLOWS];
    bool open[GROUPS];
    bool swapped;    /* Group 1 is the first. */
    int a, b, marks;
    uint32_t seed, step;
    int strays;       /* Packets of an earlier step that came after it was judged. */
    const char *last; /* Edit. */
};
struct sight {
    int function;
    int64_t at_ns;
};

/* ---- what the site is told ------------------------------------------------------------------ */

/* The group at a position. */
static int
group_at(const struct model *m, int hop)
{
    return m->swapped && hop < HOPS ? HOPS - 1 - hop : hop;
}

static void
hop_tell(struct model *m, struct desired_chain *chain, int group)
{
    struct desired_hop *told = NULL;

    for (int i = 0; i < FUNCTIONS; i++) {
        struct function *f = &m->functions[i];
        struct desired_instance *inst;

        if (f->group != group) {
            continue;
        }
        if (!told) {
            (void)chain_hop(m->s, chain, f->name);
            told = chain->hops.items[chain->hops.n - 1];
            told->group_id = topo_id(m->s->topo, mem_printf(m->s->topo->mem, "group %d", group));
            told->fail_open = m->open[group];
            told->probe_interval_ms = 0;
            inst = told->instances.items[0];
        } else {
            inst = hop_instance(m->s, told, f->name);
        }
        inst->weight = f->weight;
        inst->drain_until = f->over ? 1 : INT_NULL;
    }
}

static void
chain_tell(struct model *m)
{
    m->chain->hops.n = 0;
    for (int hop = 0; hop < HOPS; hop++) {
        hop_tell(m, m->chain, group_at(m, hop));
    }
    if (m->way) {
        m->way->hops.n = 0;
        for (int hop = 0; hop < GROUPS; hop++) {
            hop_tell(m, m->way, group_at(m, hop));
        }
    }
    REQUIRE(site_push_through(m->s));
}

/* Flows to WAY_PORT are led on.  They keep their instances when a graph is made, and choose anew
 * when it goes, since with the chain goes what is known of its hops. */
static void
graph_change(struct model *m)
{
    if (!m->way) {
        m->way = site_chain(m->s, "w", "n");
        m->way->after = m->chain->id;
        (void)chain_class(m->s, m->way, 17, WAY_PORT);
    } else {
        site_remove(m->s, m->way);
        m->way = NULL;
    }
    for (int i = 0; i < FLOWS; i++) {
        struct flow *flow = &m->flows[i];

        if (flow->hops == GROUPS || flow->asleep) {
            *flow = (struct flow){.known = true,
                                  .hops = m->way ? GROUPS : HOPS,
                                  .asleep = !m->way,
                                  .pin = {UNKNOWN, UNKNOWN, m->way ? UNKNOWN : NONE}};
        }
    }
}

/* ---- the model ------------------------------------------------------------------------------ */

static bool
serves(const struct model *m, int i, int group)
{
    return m->functions[i].group == group && !m->functions[i].over;
}

static bool
takes_new(const struct model *m, int i, int group)
{
    return serves(m, i, group) && m->functions[i].weight > 0;
}

static int
count(const struct model *m, int group, bool (*is)(const struct model *m, int i, int group))
{
    int n = 0;

    for (int i = 0; i < FUNCTIONS; i++) {
        n += is(m, i, group);
    }
    return n;
}

/* Is 'seen' (a function, or NONE) right for the flow's packet at the group's hop?  Keeps it. */
static bool
judge(struct model *m, struct flow *flow, int group, int seen)
{
    int pin = flow->pin[group];

    if (pin >= 0 && serves(m, pin, group)) {
        return seen == pin;
    }
    if (seen == NONE) {
        return count(m, group, takes_new) == 0;
    }
    flow->pin[group] = seen;
    return pin == UNKNOWN ? serves(m, seen, group) : takes_new(m, seen, group);
}

/* ---- packets -------------------------------------------------------------------------------- */

/* What is looked for; strays are counted on the way. */
struct look {
    uint32_t step;
    int *strays;
};

/* Is it the step's packet?  All that is sent here carries its step's number. */
static bool
is_of_step(const uint8_t *frame, size_t n, const void *arg)
{
    const struct look *look = arg;
    uint32_t step;

    if (n < 46 || frame[12] != 8 || frame[13] || frame[23] != 17) {
        return false;
    }
    memcpy(&step, frame + 42, 4);
    *look->strays += step < look->step;
    return step == look->step;
}

/* Functions that have seen the step's packet, and when. */
static int
sights_take(struct model *m, struct sight *sights)
{
    const struct look look = {m->step, &m->strays};
    int n_sights = 0;

    for (int i = 0; i < FUNCTIONS; i++) {
        uint8_t buf[FRAME_MAX];
        union {
            struct cmsghdr align;
            char space[CMSG_SPACE(sizeof(struct timespec))];
        } control;
        struct iovec iov = {.iov_base = buf, .iov_len = sizeof buf};
        struct msghdr msg = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
        ssize_t n;

        while ((n = recvmsg(m->functions[i].fd, &msg, MSG_DONTWAIT)) > 0) {
            struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
            struct timespec at = {0};

            if (c) {
                memcpy(&at, CMSG_DATA(c), sizeof at);
            }
            if (is_of_step(buf, (size_t)n, &look) && n_sights < FUNCTIONS) {
                sights[n_sights++] = (struct sight){i, at.tv_sec * 1000000000LL + at.tv_nsec};
            }
            msg.msg_controllen = sizeof control;
        }
    }
    return n_sights;
}

/* What the agent says of each instance. */
static void
instances_tell(struct model *m)
{
    const struct desired_counters *counters = site_counters(m->s);

    for (size_t i = 0; i < counters->instances.n; i++) {
        const struct desired_instance_counter *c = counters->instances.items[i];

        for (int f = 0; f < FUNCTIONS; f++) {
            if (str_eq(c->instance_id, topo_id(m->s->topo, mem_printf(m->s->topo->mem, "instance %s",
                                                                      m->functions[f].name)))) {
                test_fail(__FILE__, __LINE__, "f%d: %s", f, c->up ? "up" : c->reason);
            }
        }
    }
}

static void
diverges(struct model *m, int flow, bool reverse, const struct sight *sights, int n, bool arrived)
{
    char text[200] = "";

    for (int i = 0; i < n; i++) {
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), " f%d", sights[i].function);
    }
    test_fail(__FILE__, __LINE__, "seed %u step %u flow %d %s:%s, %s; hops %d pins %d %d %d; strays %d; after: %s",
              m->seed, m->step, flow, reverse ? "reverse" : "forward", text, arrived ? "arrived" : "lost",
              m->flows[flow].hops, m->flows[flow].pin[0], m->flows[flow].pin[1], m->flows[flow].pin[2],
              m->strays, m->last);
    for (int i = 0; i < FUNCTIONS; i++) {
        test_fail(__FILE__, __LINE__, "f%d: group %d weight %d%s%s", i, m->functions[i].group,
                  (int)m->functions[i].weight, m->functions[i].over ? " over" : "",
                  m->functions[i].group >= 0 && m->open[m->functions[i].group] ? " open" : "");
    }
    instances_tell(m);
}

static const struct sight *
sight_of(const struct model *m, const struct sight *sights, int n, int group)
{
    for (int i = 0; i < n; i++) {
        if (m->functions[sights[i].function].group == group) {
            return &sights[i];
        }
    }
    return NULL;
}

static bool
is_marker(const uint8_t *frame, size_t n, const void *step)
{
    return n >= 46 && frame[23] == MARKER_PROTOCOL && !memcmp(frame + 42, step, 4);
}

/* All that is sent from one processor is handled in one order, a stage (from one port to the
 * next) at a time.  A marker has one stage and no chain: when it has arrived, what was sent before
 * it is a stage further. */
static void
settle(struct model *m)
{
    struct frame f = frame_udp(m->pa->mac, m->pb->mac, "10.0.0.1", "10.0.0.2", 7, 7, 4);
    uint8_t buf[FRAME_MAX];

    f.b[23] = MARKER_PROTOCOL; /* A wrong checksum, so that nobody answers. */
    memcpy(f.b + 42, &m->step, 4);
    for (int stage = 0; stage <= GROUPS; stage++) {
        raw_send(m->a, f.b, f.n);
        REQUIRE(raw_receive(m->marks, buf, sizeof buf, 2000, is_marker, &m->step));
    }
}

/* Has the step's packet arrived at the end behind 'fd'? */
static bool
has_arrived(struct model *m, int fd)
{
    const struct look look = {m->step, &m->strays};
    uint8_t buf[FRAME_MAX];
    int found = 0;
    ssize_t n;

    while ((n = recv(fd, buf, sizeof buf, MSG_DONTWAIT)) > 0) {
        found += is_of_step(buf, (size_t)n, &look);
    }
    return found == 1;
}

static bool
packet(struct model *m, int at, bool reverse)
{
    struct flow *flow = &m->flows[at];
    int client = BASE_PORT + at, server = at % 2 ? WAY_PORT : CHAIN_PORT, n, next = 0;
    struct frame f = reverse ? frame_udp(m->pb->mac, m->pa->mac, "10.0.0.2", "10.0.0.1", server,
                                         client, 4)
                             : frame_udp(m->pa->mac, m->pb->mac, "10.0.0.1", "10.0.0.2", client,
                                         server, 4);
    struct sight sights[FUNCTIONS];
    bool right = true, stopped = false, arrived;
    int64_t since = 0;

    f.b[40] = f.b[41] = 0; /* No checksum: the payload is the step's number. */
    memcpy(f.b + 42, &m->step, 4);
    raw_send(reverse ? m->b : m->a, f.b, f.n);
    settle(m);
    arrived = has_arrived(m, reverse ? m->a : m->b);
    n = sights_take(m, sights);
    flow->asleep = false;
    if (!reverse && server == WAY_PORT && m->way) {
        flow->hops = GROUPS; /* Also one that was the chain's; its replies wait for that. */
    } else if (!flow->known) {
        flow->hops = HOPS;
    }
    for (int k = 0; k < flow->hops && !stopped; k++) {
        int group = group_at(m, reverse ? flow->hops - 1 - k : k);
        const struct sight *here = sight_of(m, sights, n, group);

        right = right && judge(m, flow, group, here ? here->function : NONE);
        /* In order; the kernel stamps what it hands on at once with one time. */
        right = right && (!here || here->at_ns >= since);
        since = here ? here->at_ns : since;
        next += here != NULL;
        stopped = !here && !m->open[group];
    }
    /* The entry has one for each, also where this packet did not come to it. */
    for (int group = 0; group < flow->hops; group++) {
        flow->pin[group] = flow->pin[group] == NONE ? UNKNOWN : flow->pin[group];
    }
    flow->known = true;
    right = right && next == n && arrived == !stopped && m->strays == 0;
    if (!right) {
        diverges(m, at, reverse, sights, n, arrived);
    }
    return right;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static unsigned
draw(struct model *m, unsigned n)
{
    m->seed = m->seed * 1103515245u + 12345u;
    return (m->seed >> 16) % n;
}

/* A group keeps one function at least: one without any is no position. */
static void
edit(struct model *m)
{
    struct function *f = &m->functions[draw(m, FUNCTIONS)];
    int members = 0, group = (int)draw(m, GROUPS + 1) - 1;

    for (int i = 0; i < FUNCTIONS; i++) {
        members += m->functions[i].group == f->group;
    }
    switch (draw(m, 7)) {
    case 0:
        if (f->group == NONE || members > 1) {
            f->group = group; /* Its flows find it again if it comes back. */
        }
        m->last = "moved";
        break;
    case 1:
        f->weight = (int64_t)draw(m, 4);
        m->last = "weight";
        break;
    case 2:
    case 3:
        f->over = !f->over;
        m->last = "drained or back";
        break;
    case 4:
        m->open[draw(m, GROUPS)] ^= true;
        m->last = "open or closed";
        break;
    case 5:
        m->swapped = !m->swapped;
        m->last = "swapped";
        break;
    default:
        graph_change(m);
        m->last = m->way ? "graph made" : "graph gone";
        break;
    }
    chain_tell(m);
}

static void
model_open(struct model *m)
{
    struct topo *t = topo_new(1);
    struct site *s = m->s = &t->sites[0];
    const int one = 1;

    site_network(s, "n", 100);
    m->pa = site_node(s, "a", "n", "10.0.0.1", NULL);
    m->pb = site_node(s, "b", "n", "10.0.0.2", NULL);
    for (int i = 0; i < FUNCTIONS; i++) {
        struct function *f = &m->functions[i];

        (void)snprintf(f->name, sizeof f->name, "f%d", i);
        f->group = i < 6 ? i % GROUPS : NONE;
        f->weight = 1;
        site_function(s, f->name, "n");
    }
    m->chain = site_chain(s, "c", "n");
    (void)chain_class(s, m->chain, 17, -1);
    REQUIRE(site_push(s) && site_settled(s));
    chain_tell(m);
    m->a = node_raw(s, "a", "eth0");
    m->b = node_raw(s, "b", "eth0");
    m->marks = node_raw(s, "b", "eth0");
    for (int i = 0; i < FUNCTIONS; i++) {
        m->functions[i].fd = node_raw(s, m->functions[i].name, "eth0");
        (void)setsockopt(m->functions[i].fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    }
    for (int i = 0; i < FLOWS; i++) {
        m->flows[i].pin[0] = m->flows[i].pin[1] = m->flows[i].pin[2] = NONE;
    }
}

/* This process stays on the processor where it is. */
static void
processor_keep(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    REQUIRE(!sched_setaffinity(0, sizeof set, &set));
}

TEST(random_edits_and_packets_against_a_model)
{
    static struct model m;
    const char *seed = getenv("DATAPATH_SEED"), *asked = getenv("DATAPATH_STEPS");
    unsigned steps = asked                     ? (unsigned)strtoul(asked, NULL, 10)
                     : getenv("DATAPATH_LONG") ? 100000
                                               : 2000;
    bool right = true;

    alarm((unsigned)((steps > 2000 ? 3600 : 120) * test_patience()));
    m.seed = seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time_now_us();
    printf("model: seed %u\n", m.seed);
    processor_keep();
    m.last = "nothing";
    model_open(&m);
    for (m.step = 0; m.step < steps && right; m.step++) {
        int flow = (int)draw(&m, FLOWS);

        if (draw(&m, 20) == 0) {
            edit(&m);
        }
        right = packet(&m, flow, m.flows[flow].known && draw(&m, 2));
    }
    CHECK_INT(site_drops(m.s, "internal"), 0);
    close(m.a);
    close(m.b);
    close(m.marks);
    for (int i = 0; i < FUNCTIONS; i++) {
        close(m.functions[i].fd);
    }
}
