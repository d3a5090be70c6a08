/* Several instances at one position: shares of new flows, flows that stay where
 * they are, draining, and what happens when none is left. */
#include "agent/forwarding.h"
#include "base/time.h"
#include "frames.h"
#include "population.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BASE_PORT 1000
#define FLOWS_MAX 1024
#define MEMBERS_MAX 3

/* A chain of one hop, and at which of its instances each flow was seen. */
struct spread {
    struct site *s;
    struct desired_chain *chain;
    struct desired_hop *hop;
    struct desired_instance *inst[MEMBERS_MAX];
    int a, b, in[MEMBERS_MAX]; /* raw sockets: ends, and where each instance gets packets */
    struct desired_port *pa, *pb;
    size_t n_members;
    int at[FLOWS_MAX];         /* member, -1 = none */
    int sent_twice;
    int port;                  /* Of the server; flows to another are others. */
};

static const char *const member_names[MEMBERS_MAX] = {"f", "g", "h"};

/* What the agent says of a member; null = it is up. */
static const char *
member_reason(struct spread *sp, size_t member)
{
    const struct desired_counters *counters = site_counters(sp->s);

    for (size_t i = 0; i < counters->instances.n; i++) {
        const struct desired_instance_counter *c = counters->instances.items[i];

        if (str_eq(c->instance_id, sp->inst[member]->id)) {
            return c->up ? NULL : c->reason;
        }
    }
    return "not told";
}

/* What is not up yet gets no flows, however many were wanted. */
static void
members_up(struct spread *sp)
{
    for (size_t i = 0; i < MEMBERS_MAX; i++) {
        if (sp->inst[i]) {
            SITE_EVENTUALLY(sp->s, 5000, !member_reason(sp, i));
        }
    }
}

/* 'n_hop' of them are in the chain from the beginning. */
static struct spread *
spread_new(size_t n_hop)
{
    struct topo *t = topo_new(1);
    struct spread *sp = MEM_NEW(t->mem, struct spread);
    struct site *s = sp->s = &t->sites[0];

    sp->port = 9;
    site_network(s, "n", 100);
    sp->pa = site_node(s, "a", "n", "10.0.0.1", NULL);
    sp->pb = site_node(s, "b", "n", "10.0.0.2", NULL);
    for (size_t i = 0; i < MEMBERS_MAX; i++) {
        site_function(s, member_names[i], "n");
    }
    sp->chain = site_chain(s, "c", "n");
    (void)chain_class(s, sp->chain, 17, -1);
    sp->inst[0] = chain_hop(s, sp->chain, "f");
    sp->hop = sp->chain->hops.items[0];
    for (size_t i = 1; i < n_hop; i++) {
        sp->inst[i] = hop_instance(s, sp->hop, member_names[i]);
    }
    topo_up(t);
    sp->a = node_raw(s, "a", "eth0");
    sp->b = node_raw(s, "b", "eth0");
    for (size_t i = 0; i < MEMBERS_MAX; i++) {
        sp->in[i] = node_raw(s, member_names[i], "eth0");
    }
    members_up(sp);
    return sp;
}

static void
spread_done(struct spread *sp)
{
    close(sp->a);
    close(sp->b);
    for (size_t i = 0; i < MEMBERS_MAX; i++) {
        close(sp->in[i]);
    }
}

/* UDP port 'off' of a frame (0 = source, 2 = destination), or 0. */
static int
udp_port(const uint8_t *f, ssize_t n, int off)
{
    return n >= 42 && f[12] == 8 && f[13] == 0 && f[23] == 17 ? f[34 + off] << 8 | f[35 + off] : 0;
}

/* Forgets what came while nobody looked: probes fill a socket, and what comes then is not seen. */
static void
spread_forget(struct spread *sp)
{
    uint8_t buf[FRAME_MAX];

    for (int i = 0; i < MEMBERS_MAX; i++) {
        while (recv(sp->in[i], buf, sizeof buf, MSG_DONTWAIT) > 0) {
        }
    }
}

/* Who has seen which flow since the last time. */
static void
spread_look(struct spread *sp, bool reverse)
{
    uint8_t buf[FRAME_MAX];
    ssize_t n;

    for (int i = 0; i < MEMBERS_MAX; i++) {
        while ((n = recv(sp->in[i], buf, sizeof buf, MSG_DONTWAIT)) > 0) {
            int flow = udp_port(buf, n, reverse ? 2 : 0) - BASE_PORT;

            if (flow >= 0 && flow < FLOWS_MAX) {
                sp->sent_twice += sp->at[flow] >= 0;
                sp->at[flow] = i;
            }
        }
    }
}

/* One packet of each flow from 'first' on, and where it went; the number that arrived. */
static int
spread_arrive(struct spread *sp, int first, int n, bool reverse, int ms)
{
    uint8_t buf[FRAME_MAX];
    int arrived = 0;

    sp->sent_twice = 0;
    spread_forget(sp);
    for (int flow = first; flow < first + n; flow++) {
        struct frame f =
            reverse ? frame_udp(sp->pb->mac, sp->pa->mac, "10.0.0.2", "10.0.0.1", sp->port, BASE_PORT + flow, 4)
                    : frame_udp(sp->pa->mac, sp->pb->mac, "10.0.0.1", "10.0.0.2", BASE_PORT + flow, sp->port, 4);
        int port = reverse ? BASE_PORT + flow : sp->port;

        sp->at[flow] = -1;
        raw_send(reverse ? sp->b : sp->a, f.b, f.n);
        arrived += raw_receive(reverse ? sp->a : sp->b, buf, sizeof buf, ms, is_udp_to, &port) > 0;
        spread_look(sp, reverse);
    }
    return arrived;
}

static int
spread_send(struct spread *sp, int first, int n, bool reverse)
{
    return spread_arrive(sp, first, n, reverse, 1000);
}

/* The same where some may be lost: each of those is waited for. */
static int
spread_try(struct spread *sp, int first, int n)
{
    return spread_arrive(sp, first, n, false, 50);
}

static int
spread_count(const struct spread *sp, int first, int n, int member)
{
    int count = 0;

    for (int i = first; i < first + n; i++) {
        count += sp->at[i] == member;
    }
    return count;
}

/* Flows of 'was' that are elsewhere now; of 'except' they may be. */
static int
moved(const struct spread *sp, const int *was, int n, int except)
{
    int count = 0;

    for (int i = 0; i < n; i++) {
        count += was[i] != except && was[i] != sp->at[i];
    }
    return count;
}

TEST(new_flows_are_shared_by_weight_and_both_directions_meet_one_instance)
{
    struct spread *sp = spread_new(3);
    int was[FLOWS_MAX];

    CHECK_INT(spread_send(sp, 0, 400, false), 400);
    for (int i = 0; i < 3; i++) {
        CHECK(spread_count(sp, 0, 400, i) > 400 / 3 - 50);
    }
    memcpy(was, sp->at, sizeof was);
    CHECK_INT(spread_send(sp, 0, 400, true), 400);
    CHECK_INT(moved(sp, was, 400, -1), 0);
    CHECK_INT(sp->sent_twice, 0);
    sp->inst[0]->weight = 0;
    sp->inst[1]->weight = 3;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 400, 400, false), 400);
    CHECK_INT(spread_count(sp, 400, 400, 0), 0);
    CHECK(spread_count(sp, 400, 400, 1) > 300 - 40 && spread_count(sp, 400, 400, 1) < 300 + 40);
    CHECK_INT(spread_send(sp, 0, 400, false), 400); /* Weights are for new flows. */
    CHECK_INT(moved(sp, was, 400, -1), 0);
    spread_done(sp);
}

TEST(an_instance_that_joins_or_drains_moves_no_flow_before_its_time)
{
    struct spread *sp = spread_new(2);
    int was[FLOWS_MAX], now[FLOWS_MAX];
    int64_t drained;

    CHECK_INT(spread_send(sp, 0, 300, false), 300);
    memcpy(was, sp->at, sizeof was);
    sp->inst[2] = hop_instance(sp->s, sp->hop, "h");
    REQUIRE(site_push_through(sp->s));
    members_up(sp);
    CHECK_INT(spread_send(sp, 0, 300, false), 300);
    CHECK_INT(moved(sp, was, 300, -1), 0);
    CHECK_INT(spread_send(sp, 300, 300, false), 300);
    CHECK(spread_count(sp, 300, 300, 2) > 60);
    CHECK(spread_count(sp, 300, 300, 2) < 140);
    /* It drains: nothing moves, nothing new goes there. */
    memcpy(was, sp->at, sizeof was);
    drained = time_now_us() + 60000000LL * test_patience();
    sp->inst[0]->drain_until = drained;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 600, false), 600);
    REQUIRE(time_now_us() < drained);
    CHECK_INT(moved(sp, was, 600, -1), 0);
    CHECK_INT(spread_send(sp, 600, 100, false), 100);
    REQUIRE(time_now_us() < drained);
    CHECK_INT(spread_count(sp, 600, 100, 0), 0);
    /* It is over sooner than it was said: its flows move then, and only they. */
    drained = time_now_us() + 300000;
    sp->inst[0]->drain_until = drained;
    REQUIRE(site_push_through(sp->s));
    SITE_EVENTUALLY(sp->s, 8000,
                    time_now_us() > drained && spread_send(sp, 0, 600, false) == 600 &&
                        spread_count(sp, 0, 600, 0) == 0);
    CHECK_INT(moved(sp, was, 600, 0), 0);
    memcpy(now, sp->at, sizeof now);
    CHECK_INT(spread_send(sp, 0, 600, true), 600);
    CHECK_INT(moved(sp, now, 600, -1), 0);
    spread_done(sp);
}

/* How a packet's notes begin (bpf/packet.h). */
struct notes {
    struct dp_flow_key key;
    struct dp_ip ips[2];
    uint8_t macs[12];
    uint16_t ports[2];
    uint8_t bits[7];
    uint8_t from;
};
#define FROM_FUNCTION 1 /* Of none that is there: such a packet is dropped, and does nothing. */

/* One of the program's runs, for the only flow that there is; true when it got to its end. */
static bool
reseat_run(struct spread *sp, const struct dp_flow_key *key)
{
    static uint8_t notes[1 << 18], frame[64];
    struct notes head = {.key = *key, .from = FROM_FUNCTION};
    struct bpf_map_info info = {0};
    uint32_t size = sizeof info, zero = 0;
    size_t n = (size_t)libbpf_num_possible_cpus();
    int64_t before = site_drops(sp->s, "function_flow");
    int map = site_map(sp->s, "scratch");
    int prog = bpf_obj_get(mem_printf(sp->s->topo->mem, "%s/bpf/prog_dp_reseat", sp->s->dir));
    LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof frame);

    REQUIRE(prog >= 0 && !bpf_obj_get_info_by_fd(map, &info, &size));
    size = (info.value_size + 7) & ~7u;
    REQUIRE(n * size <= sizeof notes);
    for (size_t i = 0; i < n; i++) {
        memset(notes + i * size, 0, size);
        memcpy(notes + i * size, &head, sizeof head);
    }
    REQUIRE(!bpf_map_update_elem(map, &zero, notes, BPF_ANY));
    REQUIRE(!bpf_prog_test_run_opts(prog, &opts));
    close(map);
    close(prog);
    return site_drops(sp->s, "function_flow") > before;
}

/* Two packets of a flow may find at the same time that its chain's hops are others; the later one
 * finds an entry that is up to date. */
TEST(a_flow_that_another_processor_brought_up_to_date_stays_where_it_is)
{
    struct spread *sp = spread_new(3);
    struct dp_flow_key key = {0}, next;
    struct dp_flow was, now;
    int flows = site_map(sp->s, "flows");

    sp->hop->probe_interval_ms = 0; /* They have notes as well. */
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 1, false), 1);
    while (!bpf_map_get_next_key(flows, key.net ? &key : NULL, &next) && key.proto != 17) {
        key = next;
    }
    REQUIRE(key.proto == 17 && !bpf_map_lookup_elem(flows, &key, &was));
    CHECK(was.seats & DP_SEAT_MASK);
    EVENTUALLY(5000, reseat_run(sp, &key));
    REQUIRE(!bpf_map_lookup_elem(flows, &key, &now));
    CHECK(now.seats == was.seats && now.sent == was.sent);
    close(flows);
    spread_done(sp);
}

TEST(flows_of_a_dead_instance_move_to_the_last_that_lives_and_no_others_do)
{
    struct spread *sp = spread_new(3);
    int was[FLOWS_MAX];

    CHECK_INT(spread_send(sp, 0, 200, false), 200);
    memcpy(was, sp->at, sizeof was);
    sp->inst[1]->drain_until = 1;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 200, false), 200);
    CHECK_INT(spread_count(sp, 0, 200, 1), 0);
    CHECK_INT(moved(sp, was, 200, 1), 0);
    sp->inst[0]->drain_until = 1;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 400, false), 400);
    CHECK_INT(spread_count(sp, 0, 400, 2), 400);
    spread_done(sp);
}

/* Forward and reverse; the ends' kernels may tell of closed ports on top of it. */
static int64_t
hop_passed(struct site *s)
{
    int64_t sum = 0;
    const struct desired_counters *counters = site_counters(s);

    for (size_t i = 0; i < counters->hops.n; i++) {
        sum += ((struct desired_hop_counter *)counters->hops.items[i])->passed;
    }
    return sum;
}

/* As between two writes of an agent that replaces a chain, or is killed there. */
TEST(packets_for_a_chain_that_is_not_there_do_not_go_past_it)
{
    struct spread *sp = spread_new(2);
    uint32_t number = site_number(sp->s, ID_CHAIN, sp->chain->id);
    int was[FLOWS_MAX], map = site_map(sp->s, "chains");
    struct dp_chain value;

    CHECK_INT(spread_send(sp, 0, 10, false), 10);
    memcpy(was, sp->at, sizeof was);
    REQUIRE(!bpf_map_lookup_elem(map, &number, &value) && !bpf_map_delete_elem(map, &number));
    CHECK_INT(spread_try(sp, 0, 2), 0);
    CHECK_INT(spread_try(sp, 10, 2), 0);
    SITE_EVENTUALLY(sp->s, 1000, site_drops(sp->s, "chain_gone") >= 4);
    REQUIRE(!bpf_map_update_elem(map, &number, &value, BPF_ANY));
    CHECK_INT(spread_send(sp, 0, 10, false), 10);
    CHECK_INT(moved(sp, was, 10, -1), 0);
    close(map);
    spread_done(sp);
}

TEST(a_group_without_a_live_instance_drops_or_lets_past_as_it_says)
{
    struct spread *sp = spread_new(1);
    int64_t passed;

    CHECK_INT(spread_send(sp, 0, 10, false), 10);
    sp->inst[0]->drain_until = 1;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_try(sp, 0, 3), 0);
    SITE_EVENTUALLY(sp->s, 1000, site_drops(sp->s, "no_instance") == 3);
    CHECK_INT(hop_passed(sp->s), 0);
    sp->hop->fail_open = true;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 20, false), 20); /* Known flows, and new ones. */
    CHECK_INT(spread_send(sp, 0, 20, true), 20);
    CHECK_INT(spread_count(sp, 0, 20, 0), 0);
    passed = hop_passed(sp->s);
    CHECK(passed >= 40 && passed < 80);
    /* So where it has no instance at all. */
    sp->hop->instances.n = 0;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 20, 20, false), 20);
    CHECK(hop_passed(sp->s) >= passed + 20);
    sp->hop->fail_open = false;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_try(sp, 40, 3), 0);
    SITE_EVENTUALLY(sp->s, 1000, site_drops(sp->s, "no_instance") == 6);
    sp->hop->fail_open = true;
    sp->hop->instances.n = 1;
    passed = hop_passed(sp->s);
    /* It is there again, and is not left out. */
    sp->inst[0]->drain_until = INT_NULL;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 20, false), 20);
    CHECK_INT(spread_count(sp, 0, 20, 0), 20);
    CHECK_INT(hop_passed(sp->s), passed);
    spread_done(sp);
}

/* Which instance 10.0.0.x's flows get, by what is chosen of them. */
TEST(chosen_fields_decide_which_instance_a_flow_gets)
{
    struct spread *sp = spread_new(3);
    int was;

    hop_field(sp->s, sp->hop, "ip_src");
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 30, false), 30);
    was = sp->at[0];
    CHECK_INT(spread_count(sp, 0, 30, was), 30); /* One source, one instance. */
    CHECK_INT(spread_send(sp, 0, 30, true), 30);
    CHECK_INT(spread_count(sp, 0, 30, was), 30);
    sp->hop->fields.n = 0;
    hop_field(sp->s, sp->hop, "tcp_src"); /* No field of these packets. */
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 30, 30, false), 30);
    CHECK_INT(spread_count(sp, 30, 30, sp->at[30]), 30);
    sp->hop->fields.n = 0;
    hop_field(sp->s, sp->hop, "udp_src");
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 60, 60, false), 60);
    for (int i = 0; i < 3; i++) {
        CHECK(spread_count(sp, 60, 60, i) > 5);
    }
    spread_done(sp);
}

TEST(a_tap_gets_a_copy_of_every_packet_and_says_nothing)
{
    struct spread *sp = spread_new(1);
    uint8_t buf[FRAME_MAX];
    int port = 9;
    struct frame f = frame_udp(sp->pa->mac, sp->pb->mac, "10.0.0.1", "10.0.0.2", BASE_PORT + 1, 9, 4);
    int out = node_raw(sp->s, "f", "eth1");

    sp->hop->tap = true;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 20, false), 20);
    CHECK_INT(spread_count(sp, 0, 20, 0), 20);
    CHECK_INT(spread_send(sp, 0, 20, true), 20);
    CHECK_INT(spread_count(sp, 0, 20, 0), 20);
    CHECK_INT(sp->sent_twice, 0);
    CHECK(!raw_receive(sp->b, buf, sizeof buf, 50, is_udp_to, &port)); /* Nothing came twice. */
    /* What it sends, of a flow that it was shown, goes nowhere. */
    raw_send(out, f.b, f.n);
    CHECK(!raw_receive(sp->b, buf, sizeof buf, 50, is_udp_to, &port));
    SITE_EVENTUALLY(sp->s, 1000, site_drops(sp->s, "function_flow") >= 1);
    /* Without it, packets go on. */
    sp->inst[0]->drain_until = 1;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 20, false), 20);
    CHECK_INT(spread_count(sp, 0, 20, 0), 0);
    close(out);
    spread_done(sp);
}

static void
inside(struct spread *sp, size_t member, const char *command)
{
    const char *output;

    REQUIRE_OK(node_run(sp->s, member_names[member], &output, "%s", command));
}

/* All of a member's flows are elsewhere, and only they have moved. */
static bool
has_left(struct spread *sp, const int *was, int n, int member)
{
    return spread_try(sp, 0, n) == n && spread_count(sp, 0, n, member) == 0 &&
           moved(sp, was, n, member) == 0;
}

/* Does it get some of 30 flows that nobody has seen? */
static bool
takes_new(struct spread *sp, int member)
{
    sp->port++;
    return spread_try(sp, 200, 30) == 30 && spread_count(sp, 200, 30, member) > 2;
}

TEST(flows_leave_an_instance_that_is_silent_and_new_ones_return_when_it_is_well)
{
    struct spread *sp = spread_new(3);
    int was[FLOWS_MAX], now[FLOWS_MAX];

    CHECK_INT(spread_send(sp, 0, 120, false), 120);
    memcpy(was, sp->at, sizeof was);
    inside(sp, 1, "ip link set br0 down"); /* Its links stay up, and it lives. */
    EVENTUALLY(2000, has_left(sp, was, 120, 1));
    CHECK_STR(member_reason(sp, 1), "probes do not come through");
    CHECK(!member_reason(sp, 0));
    memcpy(now, sp->at, sizeof now);
    inside(sp, 1, "ip link set br0 up");
    EVENTUALLY(8000, takes_new(sp, 1));
    sp->port = 9;
    CHECK_INT(spread_send(sp, 0, 120, false), 120);
    CHECK_INT(moved(sp, now, 120, -1), 0);
    spread_done(sp);
}

TEST(while_own_frames_are_dropped_nobody_is_condemned_and_afterwards_the_silent_are)
{
    struct spread *sp = spread_new(2);
    int was[FLOWS_MAX];

    CHECK_INT(spread_send(sp, 0, 16, false), 16);
    memcpy(was, sp->at, sizeof was);
    site_run(sp->s, "ip link set lo down"); /* Laps go over it. */
    inside(sp, 1, "ip link set br0 down");
    CHECK(spread_try(sp, 0, 16) < 16);
    CHECK(!member_reason(sp, 1));
    site_run(sp->s, "ip link set lo up");
    EVENTUALLY(5000, has_left(sp, was, 16, 1));
    spread_done(sp);
}

TEST(an_agent_that_is_killed_leaves_its_verdict_to_its_heir)
{
    struct spread *sp = spread_new(2);

    CHECK_INT(spread_send(sp, 0, 40, false), 40);
    inside(sp, 1, "ip link set br0 down");
    SITE_EVENTUALLY(sp->s, 2000, member_reason(sp, 1));
    site_agent_kill(sp->s);
    CHECK_INT(spread_send(sp, 0, 40, false), 40);
    site_agent_start(sp->s);
    SITE_EVENTUALLY(sp->s, 5000, sp->s->ready);
    REQUIRE(site_push_through(sp->s));
    CHECK_STR(member_reason(sp, 1), "probes do not come through");
    CHECK_INT(spread_send(sp, 0, 40, false), 40);
    inside(sp, 1, "ip link set br0 up");
    SITE_EVENTUALLY(sp->s, 5000, !member_reason(sp, 1));
    spread_done(sp);
}

TEST(flows_leave_an_instance_whose_link_or_process_is_gone)
{
    struct spread *sp = spread_new(3);
    int was[FLOWS_MAX];

    sp->hop->probe_interval_ms = 0;
    REQUIRE(site_push_through(sp->s));
    CHECK_INT(spread_send(sp, 0, 120, false), 120);
    memcpy(was, sp->at, sizeof was);
    inside(sp, 0, "ip link set eth1 down");
    EVENTUALLY(2000, has_left(sp, was, 120, 0));
    CHECK_STR(member_reason(sp, 0), "a link is down");
    memcpy(was, sp->at, sizeof was);
    REQUIRE(!kill(node_pid(sp->s, "h"), SIGKILL));
    EVENTUALLY(2000, has_left(sp, was, 120, 2));
    CHECK_INT(spread_count(sp, 0, 120, 1), 120);
    spread_done(sp);
}

TEST(silence_of_what_is_not_probed_or_never_let_a_probe_through_is_no_fault)
{
    struct spread *sp = spread_new(2);

    sp->hop->probe_interval_ms = 0;
    REQUIRE(site_push_through(sp->s));
    inside(sp, 1, "ip link set br0 down");
    CHECK(spread_try(sp, 0, 40) < 40);
    /* Probed from now on, when none comes through. */
    sp->hop->probe_interval_ms = 1;
    REQUIRE(site_push_through(sp->s));
    CHECK(spread_try(sp, 100, 40) < 40);
    CHECK(spread_count(sp, 100, 40, 1) > 5);
    spread_done(sp);
}

TEST(the_last_instance_is_used_though_silent_unless_packets_may_go_past)
{
    struct spread *sp = spread_new(1);

    CHECK_INT(spread_send(sp, 0, 20, false), 20);
    inside(sp, 0, "ip link set br0 down");
    SITE_EVENTUALLY(sp->s, 2000, member_reason(sp, 0));
    (void)spread_try(sp, 0, 2); /* Goes in, and is lost there. */
    CHECK_INT(spread_count(sp, 0, 2, 0), 2);
    inside(sp, 0, "ip link set br0 up");
    REQUIRE(member_reason(sp, 0)); /* For a second. */
    CHECK_INT(spread_send(sp, 0, 20, false), 20);
    CHECK_INT(spread_count(sp, 0, 20, 0), 20);
    CHECK_INT(site_drops(sp->s, "no_instance"), 0);
    inside(sp, 0, "ip link set br0 down");
    sp->hop->fail_open = true;
    REQUIRE(site_push_through(sp->s));
    EVENTUALLY(3000, spread_try(sp, 0, 20) == 20 && spread_count(sp, 0, 20, 0) == 0);
    spread_done(sp);
}

/* Threads of 'pid' with real-time priority: all, and those bound to one processor. */
static size_t
urgent_threads(pid_t pid, size_t *n_bound)
{
    char path[64];
    struct dirent *entry;
    size_t n = 0;
    DIR *dir;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    REQUIRE(dir = opendir(path));
    *n_bound = 0;
    while ((entry = readdir(dir))) {
        pid_t thread = (pid_t)atoi(entry->d_name);
        cpu_set_t set;

        if (thread > 0 && sched_getscheduler(thread) == SCHED_FIFO) {
            n++;
            *n_bound += !sched_getaffinity(thread, sizeof set, &set) && CPU_COUNT(&set) == 1;
        }
    }
    closedir(dir);
    return n;
}

/* Bound to a processor, it would wait for whatever the kernel does there. */
TEST(who_hears_of_a_fault_runs_on_any_processor_and_who_probes_on_one)
{
    struct topo *t = topo_new(1);
    size_t bound = 0;

    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        SKIP("needs two processors");
    }
    SITE_EVENTUALLY(&t->sites[0], 10000, t->sites[0].ready);
    EVENTUALLY(2000, urgent_threads(t->sites[0].agent, &bound) == 2 && bound == 1);
}
