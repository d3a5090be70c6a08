/* Traces: what is told of an imagined packet is what a real one then meets, and
 * telling changes nothing. */
#include "desired/trace.h"
#include "frames.h"
#include "functions.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOPS 2
#define MEMBERS 3
#define FLOWS 200

struct told {
    struct site *site;
    struct desired_trace_answer *answer;
    const char *why;
    bool done;
};

static void
on_told(void *arg, const void *answer, const char *why)
{
    struct told *told = arg;

    told->answer = answer ? row_copy(told->site->topo->mem, answer) : NULL;
    told->why = mem_str(told->site->topo->mem, why);
    told->done = true;
}

/* Null where it is refused. */
static const struct desired_trace_answer *
ask(struct site *s, struct desired_trace_packet *const *packets, size_t n, bool is_reply)
{
    struct desired_trace_question *q = row_new(s->topo->mem, &desired_trace_question_table);
    struct told told = {.site = s};

    q->packets.n = n;
    q->packets.items = mem_copy(s->topo->mem, packets, n * sizeof *packets);
    q->is_reply = is_reply;
    desired_client_ask(s->client, DESIRED_OP_trace, NULL, q, &desired_trace_answer_table, on_told, &told);
    SITE_EVENTUALLY(s, 5000, told.done);
    return told.answer;
}

static struct desired_trace_packet *
packet(struct site *s, const struct desired_port *from, const struct desired_port *to, bool v6,
       int64_t protocol, int64_t port)
{
    struct desired_trace_packet *p = row_new(s->topo->mem, &desired_trace_packet_table);
    const struct desired_address *a = from->addresses.items[v6], *b = to->addresses.items[v6];

    p->port_id = from->id;
    p->source_mac = from->mac;
    p->destination_mac = to->mac;
    p->source_ip = a->ip;
    p->destination_ip = b->ip;
    p->protocol = protocol;
    p->source_port = 1000;
    p->destination_port = port;
    p->length = 0;
    return p;
}

static const struct desired_trace_step *
step_find(const struct desired_trace_answer *answer, const char *direction, const char *what,
          int64_t hop)
{
    for (size_t i = 0; answer && i < answer->steps.n; i++) {
        const struct desired_trace_step *step = answer->steps.items[i];

        if (str_eq(step->direction, direction) && str_eq(step->what, what) &&
            (hop < 0 || step->hop == hop)) {
            return step;
        }
    }
    return NULL;
}

/* The same where the test cannot go on without it. */
static const struct desired_trace_step *
step_need(const struct desired_trace_answer *answer, const char *direction, const char *what)
{
    const struct desired_trace_step *step = step_find(answer, direction, what, -1);

    if (!step) {
        test_fail(__FILE__, __LINE__, "no step %s %s", direction, what);
        test_end();
    }
    return step;
}

/* ---- the same as real packets ----------------------------------------------------------------- */

struct bench {
    struct site *s;
    struct desired_port *a, *b;
    struct desired_instance *inst[HOPS][MEMBERS];
    int at_a, at_b, in[HOPS][MEMBERS], out[HOPS][MEMBERS];
};

static void
bench_up(struct bench *w)
{
    struct topo *t = topo_new(1);
    struct site *s = w->s = &t->sites[0];
    struct desired_chain *chain;

    site_network(s, "n", 100);
    w->a = site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    w->b = site_node(s, "b", "n", "10.0.0.2", "fd00::2");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 17, -1);
    chain_class(s, chain, 17, -1)->ethertype = "IPv6";
    for (int h = 0; h < HOPS; h++) {
        for (int m = 0; m < MEMBERS; m++) {
            const char *name = mem_printf(t->mem, "%c%d", 'f' + h, m);

            site_function(s, name, "n");
            w->inst[h][m] = m ? hop_instance(s, chain->hops.items[h], name)
                              : chain_hop(s, chain, name);
        }
    }
    topo_up(t);
    w->at_a = node_raw(s, "a", "eth0");
    w->at_b = node_raw(s, "b", "eth0");
    for (int h = 0; h < HOPS; h++) {
        for (int m = 0; m < MEMBERS; m++) {
            w->in[h][m] = node_raw(s, mem_printf(t->mem, "%c%d", 'f' + h, m), "eth0");
            w->out[h][m] = node_raw(s, mem_printf(t->mem, "%c%d", 'f' + h, m), "eth1");
        }
    }
}

static struct frame
frame_udp6(const struct desired_trace_packet *p)
{
    struct frame f = frame_udp(p->source_mac, p->destination_mac, "10.0.0.1", "10.0.0.2",
                               (int)p->source_port, (int)p->destination_port, 4);
    uint8_t udp[12];

    memcpy(udp, f.b + 34, sizeof udp);
    f.b[12] = 0x86;
    f.b[13] = 0xdd;
    memcpy(f.b + 14, (uint8_t[]){0x60, 0, 0, 0, 0, 12, 17, 64}, 8);
    (void)inet_pton(AF_INET6, p->source_ip, f.b + 22);
    (void)inet_pton(AF_INET6, p->destination_ip, f.b + 38);
    memcpy(f.b + 54, udp, sizeof udp);
    f.n = 66;
    return f;
}

static struct frame
frame_of(const struct desired_trace_packet *p)
{
    return strchr(p->source_ip, ':')
               ? frame_udp6(p)
               : frame_udp(p->source_mac, p->destination_mac, p->source_ip, p->destination_ip,
                           (int)p->source_port, (int)p->destination_port, 4);
}

static bool
is_the(const uint8_t *frame, size_t n, const void *arg)
{
    const struct desired_trace_packet *p = arg;
    size_t at = strchr(p->source_ip, ':') ? 54 : 34;

    return n > at + 4 && frame[at] << 8 == (p->source_port & 0xff00) &&
           frame[at + 1] == (p->source_port & 0xff) &&
           (frame[at + 2] << 8 | frame[at + 3]) == p->destination_port;
}

/* The member whose socket got the packet; -1 = none. */
static int
seen_at(const int fds[MEMBERS], const struct desired_trace_packet *p)
{
    uint8_t buf[FRAME_MAX];
    int found = -1;
    ssize_t n;

    for (int m = 0; m < MEMBERS; m++) {
        while ((n = recv(fds[m], buf, sizeof buf, MSG_DONTWAIT)) > 0) {
            found = is_the(buf, (size_t)n, p) ? m : found;
        }
    }
    return found;
}

/* Was the real packet where the trace says? */
static int
compare(struct bench *w, const struct desired_trace_answer *told, const char *direction,
        const struct desired_trace_packet *p, bool reverse)
{
    struct frame f = frame_of(p);
    uint8_t buf[FRAME_MAX];
    int wrong = 0;

    raw_send(reverse ? w->at_b : w->at_a, f.b, f.n);
    wrong += !raw_receive(reverse ? w->at_a : w->at_b, buf, sizeof buf, 2000, is_the, p);
    for (int h = 0; h < HOPS; h++) {
        int m = seen_at(reverse ? w->out[h] : w->in[h], p);
        const struct desired_trace_step *step = step_find(told, direction, "handed", h);

        wrong += m < 0 || !step || !str_eq(step->instance_id, w->inst[h][m]->id);
    }
    return wrong;
}

TEST(a_trace_says_the_instances_that_packets_then_meet)
{
    struct bench w;
    int wrong = 0;
    unsigned seed = 7;

    bench_up(&w);
    for (int i = 0; i < FLOWS; i++) {
        bool v6 = i & 1;
        struct desired_trace_packet *p = packet(w.s, w.a, w.b, v6, 17, 1024 + rand_r(&seed) % 60000);
        struct desired_trace_packet *back = packet(w.s, w.b, w.a, v6, 17, 0);
        const struct desired_trace_answer *told;

        p->source_port = 1024 + rand_r(&seed) % 60000;
        back->source_port = p->destination_port;
        back->destination_port = p->source_port;
        told = ask(w.s, &p, 1, false);
        REQUIRE(told);
        wrong += !str_eq(told->outcome, "delivered") || !str_eq(told->reply_outcome, "delivered");
        wrong += compare(&w, told, "request", p, false);
        wrong += compare(&w, told, "reply", back, true);
        told = ask(w.s, &p, 1, false);
        wrong += !told || !strstr(step_need(told, "request", "flow")->text, "a known flow");
    }
    CHECK_INT(wrong, 0);
}

/* ---- nothing is changed ------------------------------------------------------------------------- */

static uint64_t
map_hash(uint64_t hash, int fd)
{
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;
    static uint8_t key[256], next[256], value[1 << 16];
    bool first = true;

    REQUIRE(!bpf_obj_get_info_by_fd(fd, &info, &n));
    if (info.type == BPF_MAP_TYPE_PROG_ARRAY || info.type == BPF_MAP_TYPE_RINGBUF) {
        return hash;
    }
    n = info.value_size;
    if (info.type == BPF_MAP_TYPE_PERCPU_ARRAY) {
        n = (n + 7) / 8 * 8 * (uint32_t)libbpf_num_possible_cpus();
    }
    while (!bpf_map_get_next_key(fd, first ? NULL : key, next)) {
        REQUIRE(!bpf_map_lookup_elem(fd, next, value) && n <= sizeof value);
        hash = hash_bytes(value, n, hash_bytes(next, info.key_size, hash));
        memcpy(key, next, info.key_size);
        first = false;
    }
    return hash;
}

static uint64_t
maps_hash(struct site *s)
{
    const char *dir = mem_printf(s->topo->mem, "%s/bpf", s->dir);
    DIR *d = opendir(dir);
    uint64_t hash = 1;
    struct dirent *entry;

    REQUIRE(d);
    while ((entry = readdir(d))) {
        if (str_starts(entry->d_name, "map_")) {
            int fd = bpf_obj_get(mem_printf(s->topo->mem, "%s/%s", dir, entry->d_name));

            REQUIRE(fd >= 0);
            hash = map_hash(hash, fd);
            close(fd);
        }
    }
    closedir(d);
    return hash;
}

/* Others' packets may come in between: then once more, of another flow. */
static bool
trace_leaves_maps(struct site *s, struct desired_trace_packet *p)
{
    uint64_t before = maps_hash(s);

    p->source_port++;
    CHECK(ask(s, &p, 1, false));
    return maps_hash(s) == before;
}

TEST(a_trace_leaves_the_maps_as_they_are)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const struct desired_port *a, *b;
    struct desired_trace_packet *p;
    struct desired_chain *chain;

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    site_function(s, "f", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    (void)chain_hop(s, chain, "f");
    ((struct desired_hop *)chain->hops.items[0])->probe_interval_ms = 0;
    topo_up(t);
    p = packet(s, a, b, false, 6, 80);
    SITE_EVENTUALLY(s, 8000, trace_leaves_maps(s, p));
    CHECK_INT(site_hop_packets(s, "c", 0, "forward"), 0);
}

static struct desired_port *
port_named(struct site *s, const char *name)
{
    const char *id = topo_id(s->topo, mem_printf(s->topo->mem, "port %s", name));

    for (size_t i = 0; i < s->objects.n; i++) {
        if (s->kinds.items[i] == DESIRED_port && str_eq(desired_id(s->objects.items[i]), id)) {
            return s->objects.items[i];
        }
    }
    test_fail(__FILE__, __LINE__, "no port %s", name);
    test_end();
}

/* ---- drops ------------------------------------------------------------------------------------------ */

struct dropped {
    const char *reason;
    void (*make)(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
                 struct desired_port *b);
};

static void
make_mtu(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
         struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->length = 2000;
}

static void
make_nobody(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
            struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->destination_mac = "02:00:00:00:00:99";
}

static void
make_other_mac(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
               struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->source_mac = "02:00:00:00:00:99";
}

static void
make_other_ip(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
              struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->source_ip = "10.0.0.77";
}

static void
make_answer(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
            struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->is_answer = true;
}

static void
make_refused(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
             struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->destination_port = 23;
}

static void
make_refused_there(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
                   struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->destination_port = 25;
}

static void
make_unknown_vni(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
                 struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->port_id = NULL;
    p->vtep = "192.0.2.2";
    p->vni = 77;
}

static void
make_stranger(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
              struct desired_port *b)
{
    make_unknown_vni(s, p, a, b);
    p->vni = 100;
}

static void
make_service(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
             struct desired_port *b)
{
    (void)s, (void)a, (void)b;
    p->destination_ip = "169.254.169.254";
}

/* A port is told of as down when the kernel has that. */
static void
port_down(struct site *s, const char *name)
{
    port_named(s, name)->admin_state_up = false;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 10000, str_eq(site_state(s, DESIRED_port, name), "DOWN"));
}

static void
make_down(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
          struct desired_port *b)
{
    (void)p, (void)a, (void)b;
    port_down(s, "b");
}

static void
make_no_instance(struct site *s, struct desired_trace_packet *p, struct desired_port *a,
                 struct desired_port *b)
{
    (void)a, (void)b;
    p->destination_port = 80;
    port_down(s, "f.in");
}

static const struct dropped drops[] = {
    {"mtu", make_mtu},
    {"unknown_destination", make_nobody},
    {"spoofed_mac", make_other_mac},
    {"spoofed_ip", make_other_ip},
    {"tcp_state", make_answer},
    {"egress_refused", make_refused},
    {"ingress_refused", make_refused_there},
    {"tunnel_unknown", make_unknown_vni},
    {"tunnel_peer", make_stranger},
    {"responder_service", make_service},
    /* These change the site: last. */
    {"no_instance", make_no_instance},
    {"port_down", make_down},
};

TEST(a_trace_says_why_a_packet_is_dropped)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_security_group *out, *in;
    struct desired_port *a, *b;
    struct desired_chain *chain;

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    a->port_security = b->port_security = true;
    out = site_group(s, "out");
    (void)group_rule(s, out, "egress", "IPv4", 6, 25, 81);
    in = site_group(s, "in");
    (void)group_rule(s, in, "ingress", "IPv4", 6, 80, 81);
    port_group(s, a, "out");
    port_group(s, b, "in");
    site_function(s, "f", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    (void)chain_hop(s, chain, "f");
    topo_up(t);
    for (size_t i = 0; i < ARRAY_SIZE(drops); i++) {
        struct desired_trace_packet *p = packet(s, a, b, false, 6, 81);
        const struct desired_trace_answer *told = ask(s, &p, 1, false);
        const struct desired_trace_step *step;

        REQUIRE(told);
        CHECK_STR(told->outcome, "delivered");
        step = step_find(told, "request", "allowed", -1);
        CHECK_STR(step ? step->security_group_id : NULL, out->id);
        drops[i].make(s, p, a, b);
        told = ask(s, &p, 1, false);
        step = step_find(told, "request", "dropped", -1);
        CHECK_STR(told ? told->outcome : NULL, "dropped");
        CHECK_STR(step ? step->name : "not dropped", drops[i].reason);
    }
}

/* ---- instances that are down --------------------------------------------------------------------- */

TEST(a_trace_tells_of_instances_that_are_replaced_passed_and_copied_to)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const struct desired_trace_answer *told;
    const struct desired_trace_step *step;
    const struct desired_port *a, *b;
    struct desired_trace_packet *p;
    struct desired_chain *chain;
    struct desired_instance *f, *g, *h;
    struct desired_hop *hop;
    uint8_t buf[FRAME_MAX];
    struct frame frame;
    bool is_f;

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    site_function(s, "h", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 17, -1);
    f = chain_hop(s, chain, "f");
    hop = chain->hops.items[0];
    g = hop_instance(s, hop, "g");
    hop->fail_open = true;
    h = chain_hop(s, chain, "h");
    ((struct desired_hop *)chain->hops.items[1])->tap = true;
    topo_up(t);
    p = packet(s, a, b, false, 17, 9);
    told = ask(s, &p, 1, false);
    step = step_find(told, "request", "copied", 1);
    CHECK_STR(step ? step->instance_id : NULL, h->id);
    step = step_find(told, "request", "handed", 0);
    REQUIRE(step);
    is_f = str_eq(step->instance_id, f->id);
    /* The flow becomes a real one; then its instance goes down. */
    frame = frame_of(p);
    int at_a = node_raw(s, "a", "eth0"), at_b = node_raw(s, "b", "eth0");
    raw_send(at_a, frame.b, frame.n);
    CHECK(raw_receive(at_b, buf, sizeof buf, 2000, is_the, p));
    port_down(s, is_f ? "f.in" : "g.in");
    told = ask(s, &p, 1, false);
    step = step_find(told, "request", "replaced", -1);
    CHECK_STR(step ? step->instance_id : NULL, is_f ? f->id : g->id);
    step = step_find(told, "request", "handed", 0);
    CHECK_STR(step ? step->instance_id : NULL, is_f ? g->id : f->id);
    port_down(s, is_f ? "g.in" : "f.in");
    told = ask(s, &p, 1, false);
    CHECK(step_find(told, "request", "passed", 0));
    CHECK(!step_find(told, "request", "handed", 0));
    CHECK_STR(told ? told->outcome : NULL, "delivered");
    close(at_a);
    close(at_b);
}

/* Addressed with one arm, with NSH, addressed with two arms, translating: the imagined packet leaves
 * each as a real one would, there and back. */
TEST(a_trace_goes_through_functions_of_every_kind)
{
    static const char *const names[] = {"r", "f", "t", "p"};
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_instance *inst[ARRAY_SIZE(names)];
    const struct desired_trace_answer *told;
    const struct desired_port *a, *b;
    struct desired_trace_packet *p;
    struct desired_chain *chain;

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    (void)function_routed(s, "r", "n", "10.0.0.7");
    (void)function_routed(s, "p", "n", "10.0.0.8");
    site_function(s, "f", "n");
    site_function(s, "t", "n");
    chain = site_chain(s, "c", "n");
    chain->spi_forward = 40;
    chain->spi_reverse = 41;
    (void)chain_class(s, chain, 17, -1);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        inst[i] = chain_hop(s, chain, names[i]);
    }
    instance_routed(s, inst[0], "r");
    inst[1]->nsh = true;
    inst[2]->layer = "l3";
    instance_routed(s, inst[3], "p");
    inst[3]->speaks = true;
    topo_up(t);
    p = packet(s, a, b, false, 17, 9);
    told = ask(s, &p, 1, false);
    REQUIRE(told);
    CHECK_STR(told->outcome, "delivered");
    CHECK_STR(told->reply_outcome, "delivered");
    for (int i = 0; i < (int)ARRAY_SIZE(names); i++) {
        for (int back = 0; back < 2; back++) {
            const char *direction = back ? "reply" : "request";
            const struct desired_trace_step *step = step_find(told, direction, "handed", i);

            REQUIRE(step);
            CHECK_STR(step->instance_id, inst[i]->id);
            CHECK_STR(step->port_id, back ? inst[i]->egress_port_id : inst[i]->ingress_port_id);
            CHECK_INT(strstr(step->text, "translates or relays") != NULL, i == 3);
        }
    }
}

/* ---- what cannot be told ----------------------------------------------------------------------------- */

TEST(a_question_that_has_no_answer_is_refused_and_the_next_is_answered)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_trace_packet *p, *good;
    const struct desired_port *a, *b;

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    topo_up(t);
    p = packet(s, a, b, false, 17, 9);
    good = packet(s, a, b, false, 17, 9);
    CHECK(!ask(s, &p, 0, false));
    p->port_id = topo_id(t, "port nobody");
    CHECK(!ask(s, &p, 1, false));
    p->port_id = NULL;
    CHECK(!ask(s, &p, 1, false));
    p->port_id = a->id;
    p->destination_ip = "fd00::1";
    CHECK(!ask(s, &p, 1, false));
    CHECK(ask(s, &good, 1, false));
}

/* The agent runs kernel programs on whatever a site can say. */
TEST(whatever_packet_is_asked_about_there_is_an_answer)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const struct desired_port *ends[3];
    unsigned seed = (unsigned)getpid();
    int told = 0;

    site_network(s, "n", 100);
    ends[0] = site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    ends[1] = site_node(s, "b", "n", "10.0.0.2", "fd00::2");
    site_function(s, "f", "n");
    (void)chain_hop(s, site_chain(s, "c", "n"), "f");
    topo_up(t);
    ends[2] = port_named(s, "f.out");
    for (int i = 0; i < 300; i++) {
        const struct desired_port *from = ends[rand_r(&seed) % 2], *to = ends[rand_r(&seed) % 2];
        struct desired_trace_packet *p = packet(s, from, to, rand_r(&seed) & 1, 0, 0);

        p->port_id = ends[rand_r(&seed) % 3]->id;
        p->protocol = (int64_t[]){1, 6, 17, 58, 132, 0, 43, 44, 255}[rand_r(&seed) % 9];
        p->source_port = rand_r(&seed) % 65536;
        p->destination_port = (int64_t[]){0, 53, 67, 68, 80, 547}[rand_r(&seed) % 6];
        p->length = rand_r(&seed) % 2 ? rand_r(&seed) % 65536 : rand_r(&seed) % 100;
        p->is_answer = rand_r(&seed) & 1;
        if (rand_r(&seed) % 4 == 0) {
            p->destination_mac = "ff:ff:ff:ff:ff:ff";
        }
        if (rand_r(&seed) % 8 == 0) {
            p->destination_ip = strchr(p->source_ip, ':') ? "ff02::1" : "169.254.169.254";
        }
        told += ask(s, &p, 1, rand_r(&seed) & 1) != NULL;
    }
    if (told != 300) {
        test_fail(__FILE__, __LINE__, "%d of 300 with seed %d", told, (int)getpid());
    }
}

/* ---- two sites ------------------------------------------------------------------------------------------ */

/* The packet on its way out of one site's tunnel, as it comes in at the other. */
static struct desired_trace_packet *
onward(struct site *to, const struct site *from, const struct desired_trace_packet *p,
       const struct desired_trace_answer *told, const char *direction)
{
    const struct desired_trace_step *step = step_find(told, direction, "tunnelled", -1);
    struct desired_trace_packet *next = row_copy(to->topo->mem, p);

    REQUIRE(step);
    CHECK_STR(step->vtep, to->vtep);
    next->port_id = NULL;
    next->vtep = from->vtep;
    next->vni = step->vni;
    return next;
}

TEST(a_trace_goes_on_at_the_other_site_and_comes_back)
{
    struct topo *t = topo_new(2);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    struct desired_chain *ce, *cw;
    struct desired_port *a, *b;
    const struct desired_trace_answer *told;
    struct desired_trace_packet *there, *reply, *packets[2];

    site_network(east, "n", 100);
    site_network(west, "n", 200);
    a = site_node(east, "a", "n", "10.0.0.1", NULL);
    b = site_node(west, "b", "n", "10.0.0.2", NULL);
    (void)site_remote(east, "b", "n", west, b, 200);
    (void)site_remote(west, "a", "n", east, a, 100);
    ce = site_chain(east, "c", "n");
    cw = site_chain(west, "c", "n");
    site_function(west, "g", "n");
    (void)chain_class(east, ce, 6, 80);
    (void)chain_class(west, cw, 6, 80);
    instance_remote(chain_hop(east, ce, "g"), west->vtep, 0x800001, 0x800002);
    (void)chain_hop(west, cw, "g");
    site_label(west, "c", 0, "forward", "g", 0x800001);
    site_label(west, "c", 0, "reverse", "g", 0x800002);
    topo_up(t);

    packets[0] = packet(east, a, b, false, 6, 80);
    told = ask(east, packets, 1, false);
    REQUIRE(told);
    CHECK_STR(told->outcome, "tunnelled");
    CHECK_INT(step_need(told, "request", "tunnelled")->vni, 0x800001);
    there = onward(west, east, packets[0], told, "request");
    told = ask(west, &there, 1, false);
    REQUIRE(told);
    CHECK_STR(told->outcome, "delivered");
    CHECK(step_find(told, "request", "handed", 0));
    CHECK_STR(told->reply_outcome, "tunnelled");
    CHECK(step_find(told, "reply", "handed", 0));
    /* Back at east the flow is known only where its first packet was told of before. */
    reply = packet(west, b, a, false, 6, 0);
    reply->source_port = 80;
    reply->destination_port = packets[0]->source_port;
    reply->is_answer = true;
    packets[1] = onward(east, west, reply, told, "reply");
    told = ask(east, packets, 2, true);
    REQUIRE(told);
    CHECK_STR(told->outcome, "delivered");
    CHECK(!step_find(told, "request", "enters", -1));
    told = ask(east, packets + 1, 1, true);
    CHECK_STR(told ? told->outcome : NULL, "dropped");
}

TEST(a_trace_comes_back_from_an_instance_that_another_site_lends)
{
    struct topo *t = topo_new(2);
    struct site *east = &t->sites[0], *west = &t->sites[1];
    struct desired_trace_packet *there, *packets[2];
    const struct desired_trace_answer *told;
    struct desired_instance *lent;
    struct desired_chain *ce;

    site_network(east, "n", 100);
    site_network(west, "n", 200);
    packets[0] = packet(east, site_node(east, "a", "n", "10.0.0.1", NULL),
                        site_node(east, "b", "n", "10.0.0.2", NULL), false, 6, 80);
    site_function(west, "g", "n");
    ce = site_chain(east, "c", "n");
    ce->home = true;
    (void)chain_class(east, ce, 6, 80);
    instance_remote(chain_hop(east, ce, "g"), west->vtep, 0xc00001, 0xc00002);
    lent = chain_hop(west, site_chain(west, "lent", "n"), "g");
    lent->back_vtep = east->vtep;
    lent->label_forward = lent->label_reverse = 0x800001;
    site_label(west, "lent", 0, "forward", "g", 0xc00001);
    site_label(east, "c", 0, "forward", "g", 0x800001);
    topo_up(t);

    told = ask(east, packets, 1, false);
    REQUIRE(told);
    there = onward(west, east, packets[0], told, "request");
    told = ask(west, &there, 1, false);
    REQUIRE(told);
    CHECK(step_find(told, "request", "handed", 0));
    CHECK_STR(step_need(told, "request", "tunnelled")->text, "back to the site whose chain it is of");
    packets[1] = onward(east, west, packets[0], told, "request");
    told = ask(east, packets, 2, false);
    CHECK_STR(told ? told->outcome : NULL, "delivered");
    told = ask(east, packets + 1, 1, false); /* It was not sent there. */
    CHECK_STR(told ? told->outcome : NULL, "dropped");
}

/* ---- real packets --------------------------------------------------------------------------------------- */

struct followed {
    struct site *site;
    struct desired_followed *answer;
    bool done;
};

static void
on_followed(void *arg, const void *answer, const char *why)
{
    struct followed *followed = arg;

    (void)why;
    followed->answer = answer ? row_copy(followed->site->topo->mem, answer) : NULL;
    followed->done = true;
}

/* Null where it is refused. */
static const struct desired_followed *
follow_as(struct site *s, const char *owner, const char *id, int64_t protocol, int64_t port,
          int64_t after)
{
    struct desired_follow_question *q = row_new(s->topo->mem, &desired_follow_question_table);
    struct followed followed = {.site = s};

    q->id = id;
    q->owner = owner;
    q->network_id = topo_id(s->topo, "n");
    q->source_ip = "10.0.0.1";
    q->destination_ip = "10.0.0.2";
    q->protocol = protocol;
    q->source_port = 0;
    q->destination_port = port;
    q->after = after;
    desired_client_ask(s->client, DESIRED_OP_follow, NULL, q, &desired_followed_table,
                       on_followed, &followed);
    SITE_EVENTUALLY(s, 5000, followed.done);
    return followed.answer;
}

static const struct desired_followed *
follow(struct site *s, const char *id, int64_t protocol, int64_t port, int64_t after)
{
    return follow_as(s, NULL, id, protocol, port, after);
}

/* "what direction port" of each event. */
static const char *
events_text(struct site *s, const struct desired_followed *followed)
{
    AUTO_BUF out = BUF_INIT;

    for (size_t i = 0; followed && i < followed->events.n; i++) {
        const struct desired_follow_event *e = followed->events.items[i];

        buf_printf(&out, "%s%s %s", i ? ", " : "", e->direction, e->what);
        if (e->hop >= 0) {
            buf_printf(&out, " %lld", (long long)e->hop);
        }
        if (e->name) {
            buf_printf(&out, " %s", e->name);
        }
    }
    return mem_str(s->topo->mem, str_or(out.data, ""));
}

TEST(a_live_trace_tells_of_real_packets_of_its_flow_alone)
{
    static const char way[] =
        "request enters, request handed 0, request enters, request handed 1, request enters, "
        "request delivered, reply enters, reply handed 1, reply enters, reply handed 0, "
        "reply enters, reply delivered";
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const char *id = topo_id(t, "trace"), *other = topo_id(t, "other");
    const struct desired_followed *told;
    const struct desired_follow_event *first, *last;
    struct desired_chain *chain;

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 1, -1);
    (void)chain_hop(s, chain, "f");
    (void)chain_hop(s, chain, "g");
    topo_up(t);
    CHECK(node_ping(s, "a", "10.0.0.2", 56)); /* Nobody follows yet. */
    told = follow(s, id, 1, 0, 0);
    REQUIRE(told);
    CHECK_STR(events_text(s, told), "");
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80)); /* Another flow. */
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    told = follow(s, id, 1, 0, 0);
    REQUIRE(told);
    CHECK(str_starts(events_text(s, told), way));
    if (!str_starts(events_text(s, told), way)) {
        test_fail(__FILE__, __LINE__, "%s", events_text(s, told));
    }
    REQUIRE(told->events.n >= 12);
    first = told->events.items[0];
    last = told->events.items[11];
    CHECK(last->ns > first->ns);
    CHECK_STR(first->port_id, topo_id(t, "port a"));
    CHECK_STR(last->port_id, topo_id(t, "port a"));
    CHECK_INT(told->lost, 0);
    /* What was told is not told again; another trace knows nothing of this one. */
    CHECK_STR(events_text(s, follow(s, id, 1, 0, told->last)), "");
    CHECK(!follow(s, id, 6, 80, 0));
    CHECK_STR(events_text(s, follow_as(s, "one", other, 6, 81, 0)), "");
    /* Only so many at a time, and half of them by one project. */
    CHECK(follow_as(s, "one", topo_id(t, "third"), 6, 82, 0));
    CHECK(!follow_as(s, "one", topo_id(t, "fourth"), 6, 83, 0));
    CHECK(follow_as(s, "two", topo_id(t, "fourth"), 6, 83, 0));
    CHECK(!follow_as(s, "three", topo_id(t, "fifth"), 6, 84, 0));
    CHECK(follow_as(s, "one", topo_id(t, "third"), 6, 82, 0));
}

/* Events of 'told' in one direction of UDP port 'port'. */
static int
events_of(const struct desired_followed *told, int64_t port)
{
    int n = 0;

    for (size_t i = 0; told && i < told->events.n; i++) {
        n += ((const struct desired_follow_event *)told->events.items[i])->destination_port == port;
    }
    return n;
}

TEST(a_live_trace_is_not_left_on_by_an_agent_that_was_killed)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const struct desired_followed *told = NULL;
    const struct desired_port *a, *b;
    uint8_t buf[FRAME_MAX];
    struct frame old, new;
    int at_a, at_b;

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    topo_up(t);
    at_a = node_raw(s, "a", "eth0");
    at_b = node_raw(s, "b", "eth0");
    old = frame_udp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 7, 9, 4);
    new = frame_udp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 7, 10, 4);
    REQUIRE(follow(s, topo_id(t, "old"), 17, 9, 0));
    raw_send(at_a, old.b, old.n);
    SITE_EVENTUALLY(s, 2000, (told = follow(s, topo_id(t, "old"), 17, 9, 0)) && told->last >= 2);
    /* Events that nobody fetches: this trace's first number is the next one's too. */
    site_agent_kill(s);
    for (int i = 0; i < 20; i++) {
        raw_send(at_a, old.b, old.n);
    }
    CHECK(raw_receive(at_b, buf, sizeof buf, 2000, is_udp_to, &(int){9}));
    site_agent_start(s);
    REQUIRE(site_push(s) && site_settled(s));
    told = follow(s, topo_id(t, "new"), 17, 10, 0);
    REQUIRE(told);
    CHECK_STR(events_text(s, told), "");
    raw_send(at_a, new.b, new.n);
    /* Who asks behind a number of the agent before is told from the first one on. */
    SITE_EVENTUALLY(s, 2000, (told = follow(s, topo_id(t, "new"), 17, 10, 1000)) && told->last == 2);
    CHECK_INT(events_of(told, 10), 2);
    CHECK_INT(events_of(told, 9), 0);
    close(at_a);
    close(at_b);
}

TEST(a_live_trace_tells_of_drops_and_of_how_many_it_did_not)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    const char *id = topo_id(t, "trace");
    const struct desired_port *a, *b;
    const struct desired_followed *told = NULL;
    struct desired_port *closed;
    struct frame f;
    int fd;

    site_network(s, "n", 100);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = closed = site_node(s, "b", "n", "10.0.0.2", NULL);
    closed->port_security = true;
    topo_up(t);
    fd = node_raw(s, "a", "eth0");
    f = frame_udp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 7, 9, 4);
    REQUIRE(follow(s, id, 17, 9, 0));
    raw_send(fd, f.b, f.n);
    SITE_EVENTUALLY(s, 2000, (told = follow(s, id, 17, 9, 0)) && told->events.n >= 2);
    REQUIRE(told);
    CHECK_STR(events_text(s, told), "request enters, request dropped ingress_refused");
    for (int i = 0; i < 3000; i++) {
        raw_send(fd, f.b, f.n);
    }
    SITE_EVENTUALLY(s, 2000, (told = follow(s, id, 17, 9, 0)) && told->lost > 0);
    close(fd);
}
