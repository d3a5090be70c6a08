/* The flow table: what an entry costs, a full table, and flows that keep their instances while
 * their chain is edited. */
#include "bpf/abi.h"
#include "frames.h"
#include "topo.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SMALL 1024
#define BYTES_A_FLOW 160
#define FIRST_PORT 1000
#define N_FLOWS 30
#define FUNCTIONS_MAX 4

/* Two servers, functions, and at which function each flow was seen. */
struct scene {
    struct topo *t;
    struct site *s;
    struct desired_port *pa, *pb, *pc;
    struct desired_chain *chain;
    int a, b, in[FUNCTIONS_MAX];
    size_t n;
    int at[N_FLOWS];  /* function, -1 = none of those that are looked at */
};

/* 'c' has rules; a and b have not. */
static struct scene *
scene_new(int flows, const char *const *functions, size_t n)
{
    struct topo *t = topo_new_flows(1, flows);
    struct scene *sc = MEM_NEW(t->mem, struct scene);

    sc->t = t;
    sc->s = &t->sites[0];
    sc->n = n;
    site_network(sc->s, "n", 100);
    (void)group_rule(sc->s, site_group(sc->s, "all"), "egress", "IPv4", -1, -1, -1);
    sc->pa = site_node(sc->s, "a", "n", "10.0.0.1", NULL);
    sc->pb = site_node(sc->s, "b", "n", "10.0.0.2", NULL);
    sc->pc = site_node(sc->s, "c", "n", "10.0.0.3", NULL);
    port_group(sc->s, sc->pc, "all");
    for (size_t i = 0; i < n; i++) {
        site_function(sc->s, functions[i], "n");
    }
    sc->chain = site_chain(sc->s, "c", "n");
    (void)chain_class(sc->s, sc->chain, 17, 2000);
    return sc;
}

static void
scene_up(struct scene *sc, const char *const *functions)
{
    topo_up(sc->t);
    sc->a = node_raw(sc->s, "a", "eth0");
    sc->b = node_raw(sc->s, "b", "eth0");
    for (size_t i = 0; i < sc->n; i++) {
        sc->in[i] = node_raw(sc->s, functions[i], "eth0");
    }
}

static void
scene_done(struct scene *sc)
{
    close(sc->a);
    close(sc->b);
    for (size_t i = 0; i < sc->n; i++) {
        close(sc->in[i]);
    }
}

static void
scene_push(struct scene *sc)
{
    REQUIRE(site_push_through(sc->s));
}

static int
map_of(struct scene *sc, const char *name)
{
    int fd = bpf_obj_get(mem_printf(sc->t->mem, "%s/bpf/map_%s", sc->s->dir, name));

    REQUIRE(fd >= 0);
    return fd;
}

/* Has any of the functions 'from'.. seen the flow's packet?  Both of its directions have one
 * port for the client. */
static void
scene_look(struct scene *sc, size_t from, int flow)
{
    uint8_t buf[FRAME_MAX];
    ssize_t n;

    for (size_t i = from; i < sc->n; i++) {
        while ((n = recv(sc->in[i], buf, sizeof buf, MSG_DONTWAIT)) > 0) {
            int port = n >= 42 && buf[23] == 17 ? buf[34] << 8 | buf[35] : 0;
            int back = n >= 42 && buf[23] == 17 ? buf[36] << 8 | buf[37] : 0;

            if (port == FIRST_PORT + flow || back == FIRST_PORT + flow) {
                sc->at[flow] = (int)i;
            }
        }
    }
}

/* One packet of each flow to the chain's port; how many arrived.  Functions before 'from' are not
 * looked at. */
static int
scene_send(struct scene *sc, size_t from, bool reverse)
{
    uint8_t buf[FRAME_MAX];
    int arrived = 0;

    for (int i = 0; i < N_FLOWS; i++) {
        int port = reverse ? FIRST_PORT + i : 2000;
        struct frame f =
            reverse ? frame_udp(sc->pb->mac, sc->pa->mac, "10.0.0.2", "10.0.0.1", 2000, port, 4)
                    : frame_udp(sc->pa->mac, sc->pb->mac, "10.0.0.1", "10.0.0.2", FIRST_PORT + i,
                                port, 4);

        sc->at[i] = -1;
        scene_look(sc, 0, i);
        sc->at[i] = -1;
        raw_send(reverse ? sc->b : sc->a, f.b, f.n);
        arrived += raw_receive(reverse ? sc->a : sc->b, buf, sizeof buf, 1000, is_udp_to, &port) > 0;
        scene_look(sc, from, i);
    }
    return arrived;
}

static int
scene_count(const struct scene *sc, int at)
{
    int n = 0;

    for (int i = 0; i < N_FLOWS; i++) {
        n += sc->at[i] == at;
    }
    return n;
}

/* What the kernel charges for a map, in bytes; see Documentation/filesystems/proc. */
static long
map_bytes(int fd)
{
    char path[64], line[128];
    long bytes = -1;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    f = fopen(path, "r");
    REQUIRE(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "memlock: %ld", &bytes) == 1) {
            break;
        }
    }
    (void)fclose(f);
    return bytes;
}

TEST(a_flow_takes_no_more_than_160_bytes_of_the_kernel)
{
    static const char *const functions[] = {"f"};
    struct scene *sc = scene_new(0, functions, 1);
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;

    (void)chain_hop(sc->s, sc->chain, "f");
    scene_up(sc, functions);
    int flows = map_of(sc, "flows");
    REQUIRE(!bpf_obj_get_info_by_fd(flows, &info, &n));
    CHECK_INT(info.max_entries, DP_FLOWS_DEFAULT);
    CHECK_INT(info.value_size, sizeof(struct dp_flow));
    CHECK(map_bytes(flows) > 0);
    CHECK(map_bytes(flows) / (long)info.max_entries <= BYTES_A_FLOW);
    /* Older kernels do not count their own head of an entry, nor the bucket. */
    CHECK(48 + (info.key_size + 7) / 8 * 8 + (info.value_size + 7) / 8 * 8 + 16 <= BYTES_A_FLOW);
    close(flows);
    scene_done(sc);
}

/* As if the time in which a flow may idle had passed, for all but 'keep'.  The agent takes them away
 * at the same time. */
static void
flows_age(struct scene *sc, int flows, size_t keep)
{
    VEC(struct dp_flow_key) keys = {0};
    struct dp_flow_key key, next;
    struct dp_flow flow;

    for (bool first = true; !bpf_map_get_next_key(flows, first ? NULL : &key, &next);
         first = false) {
        key = next;
        vec_add(sc->t->mem, &keys, key);
    }
    for (size_t i = keep; i < keys.n; i++) {
        if (!bpf_map_lookup_elem(flows, &keys.items[i], &flow)) {
            flow.last -= DP_IDLE_TCP_OPEN * 2;
            REQUIRE(!bpf_map_update_elem(flows, &keys.items[i], &flow, BPF_EXIST) ||
                    errno == ENOENT);
        }
    }
}

/* Does a guarded server's new flow arrive, within 'ms'? */
static bool
guarded_arrives(struct scene *sc, int from, int ms)
{
    uint8_t buf[FRAME_MAX];
    int to = from + 1;
    struct frame f = frame_udp(sc->pc->mac, sc->pb->mac, "10.0.0.3", "10.0.0.2", from, to, 4);
    int c = node_raw(sc->s, "c", "eth0");
    bool arrived;

    raw_send(c, f.b, f.n);
    arrived = raw_receive(sc->b, buf, sizeof buf, ms, is_udp_to, &to);
    close(c);
    return arrived;
}

TEST(a_full_table_serves_chains_by_hash_and_gone_entries_make_room)
{
    static const char *const functions[] = {"f", "g"};
    struct scene *sc = scene_new(SMALL, functions, 2);
    int by_hash[N_FLOWS], flows;

    (void)chain_hop(sc->s, sc->chain, "f");
    (void)hop_instance(sc->s, sc->chain->hops.items[0], "g");
    scene_up(sc, functions);
    CHECK_INT(site_counters(sc->s)->flows_max, SMALL);
    for (int i = 0; i < SMALL + 50; i++) {
        struct frame f =
            frame_udp(sc->pa->mac, sc->pb->mac, "10.0.0.1", "10.0.0.2", 10000 + i, 9, 4);

        raw_send(sc->a, f.b, f.n);
    }
    SITE_EVENTUALLY(sc->s, 1000, site_counters(sc->s)->flows == SMALL);
    CHECK(!guarded_arrives(sc, 7, 30));
    SITE_EVENTUALLY(sc->s, 1000, site_drops(sc->s, "table_full") == 1);
    /* Both instances have their part, and each flow has one for both directions. */
    CHECK_INT(scene_send(sc, 0, false), N_FLOWS);
    CHECK(scene_count(sc, 0) > 3 && scene_count(sc, 1) > 3);
    CHECK_INT(scene_count(sc, -1), 0);
    memcpy(by_hash, sc->at, sizeof by_hash);
    CHECK_INT(scene_send(sc, 0, true), N_FLOWS);
    CHECK(!memcmp(by_hash, sc->at, sizeof by_hash));
    CHECK_INT(site_drops(sc->s, "function_flow"), 0);
    CHECK_INT(site_counters(sc->s)->flows, SMALL);
    /* Entries that idled too long go, and no others; then there is room for all. */
    flows = map_of(sc, "flows");
    flows_age(sc, flows, 10);
    SITE_EVENTUALLY(sc->s, 8000, site_counters(sc->s)->flows <= 10);
    CHECK_INT(site_counters(sc->s)->flows, 10);
    CHECK(guarded_arrives(sc, 17, 1000));
    CHECK_INT(scene_send(sc, 0, false), N_FLOWS);
    CHECK(!memcmp(by_hash, sc->at, sizeof by_hash));
    CHECK_INT(site_counters(sc->s)->flows, 10 + 1 + N_FLOWS);
    close(flows);
    scene_done(sc);
}

TEST(a_table_keeps_its_size_when_another_is_asked_for)
{
    static const char *const functions[] = {"f"};
    struct scene *sc = scene_new(SMALL, functions, 1);

    (void)chain_hop(sc->s, sc->chain, "f");
    scene_up(sc, functions);
    site_agent_kill(sc->s);
    sc->s->flows = SMALL * 2;
    site_agent_start(sc->s);
    SITE_EVENTUALLY(sc->s, 5000, sc->s->ready && site_push(sc->s));
    CHECK_INT(site_counters(sc->s)->flows_max, SMALL);
    CHECK_INT(scene_send(sc, 0, false), N_FLOWS);
    scene_done(sc);
}

/* Edits the chain to these hops (of 'all'), and sees where the flows are. */
static void
edit(struct scene *sc, struct desired_hop *const *all, const char *order)
{
    struct rows *hops = &sc->chain->hops;

    hops->n = strlen(order);
    for (size_t i = 0; i < hops->n; i++) {
        hops->items[i] = all[order[i] - 'A'];
    }
    scene_push(sc);
    CHECK_INT(scene_send(sc, 2, false), N_FLOWS);
}

/* Functions a and c are alone at their hops; b has g, and h from when all flows are there. */
TEST(flows_stay_at_their_instance_while_hops_come_go_and_change_places)
{
    static const char *const functions[] = {"e", "f", "g", "h"};
    static const char *const orders[] = {"BA", "B", "BC", "AB", "CAB"};
    struct scene *sc = scene_new(0, functions, 4);
    struct desired_hop *all[3];

    (void)chain_hop(sc->s, sc->chain, "e");
    (void)chain_hop(sc->s, sc->chain, "g");
    (void)chain_hop(sc->s, sc->chain, "f"); /* There is room for three. */
    all[0] = sc->chain->hops.items[0];
    all[1] = sc->chain->hops.items[1];
    all[2] = sc->chain->hops.items[2];
    sc->chain->hops.n = 2;
    scene_up(sc, functions);
    CHECK_INT(scene_send(sc, 2, false), N_FLOWS);
    CHECK_INT(scene_count(sc, 2), N_FLOWS);
    (void)hop_instance(sc->s, all[1], "h");
    for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
        edit(sc, all, orders[i]);
        CHECK_INT(scene_count(sc, 2), N_FLOWS);
        CHECK_INT(scene_send(sc, 2, true), N_FLOWS);
        CHECK_INT(scene_count(sc, 2), N_FLOWS);
    }
    /* Two edits in a row that they have not seen: they go on, where their hash says. */
    sc->chain->hops.n = 2;
    scene_push(sc);
    edit(sc, all, "BA");
    CHECK_INT(scene_count(sc, 2) + scene_count(sc, 3), N_FLOWS);
    CHECK(scene_count(sc, 3) > 3);
    CHECK_INT(site_drops(sc->s, "internal"), 0);
    CHECK_INT(site_drops(sc->s, "function_flow"), 0);
    scene_done(sc);
}

/* The only group's members, as their seats. */
static const char *
seats_now(struct scene *sc)
{
    const char *text = "";
    struct dp_group group;
    int fd = map_of(sc, "groups");
    uint32_t key;

    REQUIRE(!bpf_map_get_next_key(fd, NULL, &key) && !bpf_map_lookup_elem(fd, &key, &group));
    close(fd);
    for (uint32_t i = 0; i < group.n_members; i++) {
        text = mem_printf(sc->t->mem, "%s%s%d", text, i ? " " : "", group.member[i] - 1);
    }
    return text;
}

static const char *
members_set(struct scene *sc, const char *const *functions, const char *which)
{
    struct desired_hop *hop = sc->chain->hops.items[0];

    hop->instances.n = 0;
    for (; *which; which++) {
        (void)hop_instance(sc->s, hop, functions[*which - '0']);
    }
    scene_push(sc);
    return seats_now(sc);
}

TEST(a_seat_is_kept_for_who_left_and_given_last_that_was_left_last)
{
    static const char *const functions[] = {"e", "f", "g", "h"};
    struct scene *sc = scene_new(0, functions, 4);

    (void)chain_hop(sc->s, sc->chain, "e");
    (void)hop_instance(sc->s, sc->chain->hops.items[0], "f");
    scene_up(sc, functions);
    CHECK_STR(seats_now(sc), "0 1");
    CHECK_STR(members_set(sc, functions, "12"), "1 2");
    site_agent_kill(sc->s);
    site_agent_start(sc->s);
    SITE_EVENTUALLY(sc->s, 5000, sc->s->ready && site_push(sc->s));
    CHECK_STR(members_set(sc, functions, "123"), "1 2 3");
    CHECK_STR(members_set(sc, functions, "1230"), "1 2 3 0");
    scene_done(sc);
}
