/* A state that was reached by many small changes is the one that an agent makes of
 * it at once: a new one that is told the result finds nothing to write and nothing
 * to delete. */
#include "base/str.h"
#include "base/time.h"
#include "population.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETS 2
#define GROUPS 8 /* Each of one network: alternately. */
#define MEMBERS 4
#define INSTANCES (GROUPS * MEMBERS)
#define CHAINS 24
#define LABELS 12
#define LOOSE 4 /* Ports that only classifiers name. */
#define EDITS 150
#define ROUNDS 4

struct increments {
    struct site *s;
    uint64_t seed;
    struct desired_network *nets[NETS];
    struct desired_port *ports[INSTANCES][2], *loose[LOOSE];
    struct desired_chain *chains[CHAINS];
    struct desired_label *labels[LABELS];
    bool has_port[LOOSE];
    struct {
        bool in_group, remote, l3, speaks;
        int64_t weight, drain;
    } insts[INSTANCES];
    uint8_t hops[CHAINS][3]; /* Groups + 1; 0 = none */
    const char *last;
};

static unsigned
draw(struct increments *m, unsigned n)
{
    return pop_draw(&m->seed, n);
}

static struct mem *
arena(struct increments *m)
{
    return m->s->topo->mem;
}

/* ---- objects --------------------------------------------------------------------------------- */

static const char *
inst_name(struct increments *m, int i)
{
    return mem_printf(arena(m), "i%d", i);
}

static struct desired_instance *
instance_make(struct increments *m, struct desired_hop *hop, int i)
{
    struct desired_instance *inst = hop_instance(m->s, hop, inst_name(m, i));

    inst->layer = m->insts[i].l3 ? "l3" : "l2";
    inst->weight = m->insts[i].weight;
    inst->drain_until = m->insts[i].drain;
    if (m->insts[i].remote) {
        instance_remote(inst, "192.0.2.9", 0x900000 + i * 2, 0x900001 + i * 2);
    }
    return inst;
}

static void
hop_make(struct increments *m, struct desired_chain *chain, int group)
{
    struct desired_hop *hop = NULL;

    for (int k = 0; k < MEMBERS; k++) {
        int i = group * MEMBERS + k;

        if (!m->insts[i].in_group) {
            continue;
        }
        if (!hop) {
            (void)chain_hop(m->s, chain, inst_name(m, i));
            hop = chain->hops.items[chain->hops.n - 1];
            hop->group_id = topo_id(m->s->topo, mem_printf(arena(m), "group %d", group));
            hop->instances.n = 0;
        }
        (void)instance_make(m, hop, i);
    }
}

/* The hops as groups are now; those of a chain are all of one network. */
static void
hops_make(struct increments *m, int c)
{
    m->chains[c]->hops.n = 0;
    for (int h = 0; h < 3; h++) {
        if (m->hops[c][h]) {
            hop_make(m, m->chains[c], m->hops[c][h] - 1);
        }
    }
}

static void
classes_make(struct increments *m, struct desired_chain *chain)
{
    const char *ends[POP_ENDS] = {m->loose[draw(m, LOOSE)]->id, m->loose[draw(m, LOOSE)]->id};

    chain->classifiers.n = 0;
    for (unsigned i = draw(m, 5); i > 0; i--) {
        /* Whose shapes are too many for a scope depends on who came first: few, for small ones. */
        unsigned few = draw(m, 3), any = draw(m, POP_TEMPLATES);
        /* One of three of each kind at times, so that many ask for the same. */
        uint64_t same = draw(m, 3), *seed = draw(m, 2) ? &same : &m->seed;
        struct pop_rule rule = pop_rule_draw(seed, chain->after ? few : any);

        rule.priority = draw(m, 4);
        pop_rule_add(m->s, chain, &rule, ends);
    }
}

/* Something that the topology keeps by itself is kept here instead. */
static void *
own(struct increments *m, void *object)
{
    m->s->objects.n--;
    m->s->kinds.n--;
    return object;
}

/* An earlier one of its network, or none. */
static const char *
before(struct increments *m, int c)
{
    int b = c < NETS ? -1 : (int)draw(m, (unsigned)c / NETS) * NETS + c % NETS;

    return b >= 0 && m->chains[b] && draw(m, 2) ? m->chains[b]->id : NULL;
}

static bool
is_named(struct increments *m, const char *chain_id)
{
    for (int i = 0; i < CHAINS; i++) {
        if (m->chains[i] && str_eq(m->chains[i]->after, chain_id)) {
            return true;
        }
    }
    for (int i = 0; i < LABELS; i++) {
        if (m->labels[i] && str_eq(m->labels[i]->chain_id, chain_id)) {
            return true;
        }
    }
    return false;
}

/* ---- telling ---------------------------------------------------------------------------------- */

static void
put(struct increments *m, enum desired_kind kind, const void *object)
{
    CHECK_OK(desired_client_put(m->s->client, kind, object));
}

static void
commit(struct increments *m)
{
    m->s->applied_seq = m->s->refused_seq = -1;
    desired_client_commit(m->s->client, true);
    SITE_EVENTUALLY(m->s, 5000,
                    m->s->applied_seq == m->s->seq || m->s->refused_seq == m->s->seq);
    if (m->s->refused_seq == m->s->seq) {
        test_fail(__FILE__, __LINE__, "%s: %s", m->last, m->s->refused);
    }
}

static void
group_tell(struct increments *m, int group)
{
    for (int c = 0; c < CHAINS; c++) {
        bool has = false;

        for (int h = 0; h < 3; h++) {
            has = has || m->hops[c][h] == group + 1;
        }
        if (m->chains[c] && has) {
            hops_make(m, c);
            put(m, DESIRED_chain, m->chains[c]);
        }
    }
}

/* ---- edits -------------------------------------------------------------------------------------- */

static void
chain_edit(struct increments *m)
{
    int c = (int)draw(m, CHAINS);

    if (m->chains[c] && draw(m, 3) == 0 && !is_named(m, m->chains[c]->id)) {
        m->last = "a chain goes";
        desired_client_delete(m->s->client, DESIRED_chain, m->chains[c]->id);
        m->chains[c] = NULL;
        return;
    }
    m->last = "a chain comes or changes";
    if (!m->chains[c]) {
        m->chains[c] = own(m, site_chain(m->s, mem_printf(arena(m), "c%d", c),
                                         mem_printf(arena(m), "n%d", c % NETS)));
    }
    m->chains[c]->symmetric = draw(m, 2);
    m->chains[c]->after = before(m, c);
    for (int h = 0; h < 3; h++) {
        /* Groups 2h and 2h + 1 are for position h: of either network one. */
        m->hops[c][h] = (uint8_t)(draw(m, 2) ? 2 * h + c % NETS + 1 : 0);
    }
    hops_make(m, c);
    classes_make(m, m->chains[c]);
    put(m, DESIRED_chain, m->chains[c]);
}

static void
instance_edit(struct increments *m)
{
    int i = (int)draw(m, INSTANCES);

    m->last = "an instance";
    m->insts[i].in_group = draw(m, 4);
    m->insts[i].remote = draw(m, 4) == 0;
    m->insts[i].l3 = draw(m, 2);
    m->insts[i].weight = (int64_t)draw(m, 4);
    m->insts[i].drain = draw(m, 3) ? INT_NULL : draw(m, 2) ? 1 : INT64_MAX / 2;
    group_tell(m, i / MEMBERS);
}

static void
port_edit(struct increments *m)
{
    struct desired_port *port = m->ports[draw(m, INSTANCES)][draw(m, 2)];
    int l = (int)draw(m, LOOSE);

    m->last = "a port";
    if (draw(m, 2)) {
        port->mac = mem_printf(arena(m), "fa:16:3e:01:%02x:%02x", draw(m, 256), draw(m, 256));
        port->admin_state_up = draw(m, 2);
        put(m, DESIRED_port, port);
        return;
    }
    m->has_port[l] = !m->has_port[l];
    if (m->has_port[l]) {
        put(m, DESIRED_port, m->loose[l]);
    } else {
        desired_client_delete(m->s->client, DESIRED_port, m->loose[l]->id);
    }
}

static void
label_edit(struct increments *m)
{
    int l = (int)draw(m, LABELS), c = (int)draw(m, CHAINS);

    m->last = "a label";
    if (m->labels[l] && draw(m, 2)) {
        desired_client_delete(m->s->client, DESIRED_label, m->labels[l]->id);
        m->labels[l] = NULL;
    } else if (m->chains[c]) {
        site_label(m->s, mem_printf(arena(m), "c%d", c), draw(m, 3),
                   draw(m, 2) ? "forward" : "reverse", inst_name(m, (int)draw(m, INSTANCES)),
                   0x800100 + draw(m, LABELS + 4));
        m->labels[l] = own(m, m->s->objects.items[m->s->objects.n - 1]);
        m->labels[l]->id = topo_id(m->s->topo, mem_printf(arena(m), "label %d", l));
        for (int other = 0; other < LABELS; other++) {
            /* Who of two of one number has it is decided by who was there first. */
            if (other != l && m->labels[other] && m->labels[other]->label == m->labels[l]->label) {
                m->labels[l]->label += LABELS + 4;
                other = -1;
            }
        }
        put(m, DESIRED_label, m->labels[l]);
    }
}

static void
edit(struct increments *m)
{
    m->s->seq++;
    desired_client_begin(m->s->client, m->s->seq);
    for (unsigned n = 1 + draw(m, 3); n > 0; n--) {
        switch (draw(m, 6)) {
        case 0:
            instance_edit(m);
            break;
        case 1:
            port_edit(m);
            break;
        case 2:
            label_edit(m);
            break;
        default:
            chain_edit(m);
            break;
        }
    }
    commit(m);
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static void
tell_whole(struct increments *m)
{
    struct site *s = m->s;
    size_t n = s->objects.n;

    for (int i = 0; i < LOOSE; i++) {
        if (m->has_port[i]) {
            vec_add(arena(m), &s->objects, (void *)m->loose[i]);
            vec_add(arena(m), &s->kinds, DESIRED_port);
        }
    }
    for (int i = 0; i < CHAINS; i++) {
        if (m->chains[i]) {
            vec_add(arena(m), &s->objects, (void *)m->chains[i]);
            vec_add(arena(m), &s->kinds, DESIRED_chain);
        }
    }
    for (int i = 0; i < LABELS; i++) {
        if (m->labels[i]) {
            vec_add(arena(m), &s->objects, (void *)m->labels[i]);
            vec_add(arena(m), &s->kinds, DESIRED_label);
        }
    }
    REQUIRE(site_push(s));
    s->objects.n = s->kinds.n = n;
}

static int
count(const char *text, const char *what, const char **last)
{
    int n = 0;

    *last = NULL;
    for (const char *at = text; (at = strstr(at, what)); at++) {
        *last = at;
        n++;
    }
    return n;
}

/* The agent's last word on what it took over. */
static bool
has_adopted(struct increments *m, int times, const char **line)
{
    char *text;
    size_t n;

    REQUIRE_OK(file_read(arena(m), mem_printf(arena(m), "%s/agent.log", m->s->dir), 1 << 24, &text,
                         &n));
    return count(text, "adopted chains=", line) == times && strchr(*line, '\n');
}

static void
increments_open(struct increments *m)
{
    struct topo *t = topo_new(1);

    m->s = &t->sites[0];
    for (int i = 0; i < NETS; i++) {
        m->nets[i] = site_network(m->s, mem_printf(t->mem, "n%d", i), 100 + i);
    }
    for (int i = 0; i < INSTANCES; i++) {
        const char *net = mem_printf(t->mem, "n%d", i / MEMBERS % NETS);

        m->insts[i].in_group = i % 2;
        m->insts[i].weight = 1;
        m->insts[i].drain = INT_NULL;
        for (int side = 0; side < 2; side++) {
            m->ports[i][side] = site_port(
                m->s, mem_printf(t->mem, "%s.%s", inst_name(m, i), side ? "out" : "in"), net, NULL,
                NULL);
            m->ports[i][side]->function = true;
        }
    }
    for (int i = 0; i < LOOSE; i++) {
        m->loose[i] = own(m, site_port(m->s, mem_printf(t->mem, "loose%d", i), "n0",
                                       mem_printf(t->mem, "10.0.0.%d", i + 1), NULL));
    }
}

/* A last chain is told of in the middle of a round; what is asked then is answered behind it. */
static void
all_through(struct increments *m, int round)
{
    const char *name = mem_printf(arena(m), "last%d", round);
    struct desired_chain *chain = site_chain(m->s, name, "n0");

    m->last = name;
    m->s->seq++;
    desired_client_begin(m->s->client, m->s->seq);
    put(m, DESIRED_chain, chain);
    commit(m);
    SITE_EVENTUALLY(m->s, 5000, str_eq(site_state(m->s, DESIRED_chain, name), "ACTIVE"));
    REQUIRE(site_counters(m->s));
}

TEST(a_new_agent_finds_what_it_would_have_made)
{
    static struct increments m;
    const char *seed = getenv("DATAPATH_SEED"), *line = "";

    m.seed = seed ? strtoull(seed, NULL, 10) : (uint64_t)time_now_us();
    printf("increments: seed %llu\n", (unsigned long long)m.seed);
    increments_open(&m);
    tell_whole(&m);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < EDITS; i++) {
            edit(&m);
        }
        all_through(&m, round);
        site_agent_kill(m.s);
        site_agent_start(m.s);
        tell_whole(&m);
        SITE_EVENTUALLY(m.s, 5000, has_adopted(&m, round + 2, &line));
        if (strncmp(strstr(line, "written="), "written=0 deleted=0\n", 20) != 0) {
            test_fail(__FILE__, __LINE__, "seed %llu round %d: %.60s", (unsigned long long)m.seed,
                      round, line);
            return;
        }
    }
}
