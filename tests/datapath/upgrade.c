/* The agent of another version takes over while packets pass: answers of flows that are there, to a port
 * that lets nothing else in, by way of a function each flow has had before.  Every packet is counted. */
#include "topo.h"

#include "base/str.h"
#include "base/time.h"
#include "bpf/abi.h"
#include "sys/file.h"

#include <bpf/bpf.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLOWS 32
#define GAP_NS 500000
#define ROOM (8 << 20)

struct answers {
    struct site *s;
    int ask[FLOWS], answer[FLOWS];
    uint64_t sent[FLOWS];
    _Atomic bool stop;
    pthread_t thread;
};

static void *
answers_send(void *arg)
{
    struct answers *a = arg;

    for (int i = 0; !a->stop; i = (i + 1) % FLOWS) {
        struct timespec pause = {.tv_nsec = GAP_NS};

        if (send(a->answer[i], &a->sent[i], sizeof a->sent[i], 0) == (ssize_t)sizeof a->sent[i]) {
            a->sent[i]++;
        }
        (void)ppoll(NULL, 0, &pause, NULL); /* A rate, nothing is waited for. */
    }
    return NULL;
}

/* Asked once, and never again: from then on only answers are sent. */
static void
flow_open(struct answers *a, int i)
{
    struct sockaddr_storage to, from;
    int room = ROOM;
    uint64_t n;

    a->ask[i] = node_socket(a->s, "a", AF_INET, SOCK_DGRAM, 0);
    a->answer[i] = node_socket(a->s, "b", AF_INET, SOCK_DGRAM, 0);
    (void)setsockopt(a->ask[i], SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    REQUIRE(!bind(a->ask[i], (struct sockaddr *)&from, socket_address("10.0.0.1", 1000 + i, &from)));
    REQUIRE(!connect(a->ask[i], (struct sockaddr *)&to, socket_address("10.0.0.2", 2000 + i, &to)));
    REQUIRE(!bind(a->answer[i], (struct sockaddr *)&to, socket_address("10.0.0.2", 2000 + i, &to)));
    REQUIRE(!connect(a->answer[i], (struct sockaddr *)&from, socket_address("10.0.0.1", 1000 + i, &from)));
    REQUIRE(send(a->ask[i], &n, sizeof n, 0) == (ssize_t)sizeof n);
    EVENTUALLY(5000, recv(a->answer[i], &n, sizeof n, MSG_DONTWAIT) == (ssize_t)sizeof n);
}

static struct answers *
answers_begin(void)
{
    struct topo *t = topo_new(1);
    struct answers *a = MEM_NEW(t->mem, struct answers);
    struct site *s = a->s = &t->sites[0];
    struct desired_security_group *out;
    struct desired_chain *chain;

    site_network(s, "n", 100);
    out = site_group(s, "out");
    (void)group_rule(s, out, "egress", "IPv4", -1, -1, -1);
    port_group(s, site_node(s, "a", "n", "10.0.0.1", NULL), "out");
    site_node(s, "b", "n", "10.0.0.2", NULL);
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 17, -1);
    (void)chain_hop(s, chain, "f");
    (void)hop_instance(s, chain->hops.items[0], "g");
    topo_up(t);
    for (int i = 0; i < FLOWS; i++) {
        flow_open(a, i);
    }
    REQUIRE(!pthread_create(&a->thread, NULL, answers_send, a));
    return a;
}

/* Takes what has come of a flow, all of it at once: there may be hundreds. */
static uint64_t
answers_take(const struct answers *a, int i, uint64_t next, uint64_t *n_lost)
{
    uint64_t got;

    while (recv(a->ask[i], &got, sizeof got, MSG_DONTWAIT) == (ssize_t)sizeof got) {
        *n_lost += got - next;
        next = got + 1;
    }
    return next;
}

/* All that was sent has come, each flow's in its order, and by the function. */
static void
answers_end(struct answers *a)
{
    uint64_t n_sent = 0, n_lost = 0;

    a->stop = true;
    (void)pthread_join(a->thread, NULL);
    for (int i = 0; i < FLOWS; i++) {
        uint64_t next = 0;

        EVENTUALLY(2000, (next = answers_take(a, i, next, &n_lost)) == a->sent[i]);
        n_sent += a->sent[i];
        close(a->ask[i]);
        close(a->answer[i]);
    }
    printf("# %llu packets, %llu lost\n", (unsigned long long)n_sent, (unsigned long long)n_lost);
    CHECK(n_sent > 100);
    CHECK_INT(n_lost, 0);
    /* Counters go on, but for what passes while they are taken over. */
    CHECK(site_hop_packets(a->s, "c", 0, "reverse") > (int64_t)n_sent / 2);
    CHECK_INT(site_drops(a->s, "internal"), 0);
}

/* Another agent in its place; all is as desired again when this returns. */
static void
agent_swap(struct site *s, const char *program)
{
    site_agent_kill(s);
    REQUIRE(!setenv("CARRICK_AGENT", program, 1));
    site_agent_start(s);
    REQUIRE(site_push_through(s));
    REQUIRE(site_settled(s));
}

static struct dp_meta
meta_of(struct site *s)
{
    int fd = bpf_obj_get(mem_printf(s->topo->mem, "%s/bpf/map_meta", s->dir));
    struct {
        struct dp_meta meta;
        uint8_t more[64]; /* A next ABI's. */
    } value = {0};
    uint32_t zero = 0;

    REQUIRE(fd >= 0 && !bpf_map_lookup_elem(fd, &zero, &value));
    close(fd);
    return value.meta;
}

/* Makes the pinned programs look like those of another build of the same ABI. */
static void
build_forge(struct site *s)
{
    int fd = bpf_obj_get(mem_printf(s->topo->mem, "%s/bpf/map_meta", s->dir));
    struct dp_meta meta = meta_of(s);
    uint32_t zero = 0;

    meta.build[0] ^= 1;
    REQUIRE(fd >= 0 && !bpf_map_update_elem(fd, &zero, &meta, BPF_ANY));
    close(fd);
}

static bool
is_aside(struct site *s)
{
    struct stat st;

    return !stat(mem_printf(s->topo->mem, "%s/bpf/was-%d", s->dir, DP_ABI), &st);
}

TEST(an_agent_of_another_abi_takes_over_and_no_packet_is_lost)
{
    struct answers *a = answers_begin();
    struct dp_meta meta = meta_of(a->s);

    agent_swap(a->s, NEXT_PROGRAM);
    CHECK_INT(meta_of(a->s).abi, DP_ABI + 1);
    CHECK(meta_of(a->s).next_id >= meta.next_id);
    CHECK(!is_aside(a->s)); /* Nothing of before is left. */
    answers_end(a);
    /* What is new passes, what was refused still is. */
    CHECK(node_tcp(a->s, "a", a->s, "b", "10.0.0.2", 80));
    CHECK(!node_ping(a->s, "b", "10.0.0.1", 56));
}

TEST(another_build_replaces_programs_and_no_packet_is_lost)
{
    struct answers *a = answers_begin();

    for (int i = 0; i < 3; i++) {
        site_agent_kill(a->s);
        build_forge(a->s);
        site_agent_start(a->s); /* Killed again while it loads, at whatever point. */
        site_agent_kill(a->s);
        agent_swap(a->s, AGENT_PROGRAM);
    }
    answers_end(a);
}

/* Long enough for some of it, at growing delays. */
static void
wait_ms(struct site *s, int64_t ms)
{
    int64_t until = time_mono_ns() + ms * 1000000;

    while (time_mono_ns() < until) {
        (void)topo_turn(s->topo);
    }
}

#define BETWEEN 5

TEST(killed_anywhere_while_it_takes_over_no_packet_is_lost_either)
{
    struct answers *a = answers_begin();
    bool was_between = false;

    REQUIRE(!setenv("CARRICK_AGENT", NEXT_PROGRAM, 1));
    for (int i = 0; i < (getenv("DATAPATH_LONG") ? 24 : 8); i++) {
        site_agent_kill(a->s);
        was_between = was_between || is_aside(a->s);
        site_agent_start(a->s);
        if (i > BETWEEN && i % 2) {
            site_send(a->s);
        }
        wait_ms(a->s, 40 * (i % 12));
        if (i == BETWEEN) { /* However fast or slow it is: what nobody told it all of stays there. */
            EVENTUALLY(20000, is_aside(a->s));
        }
    }
    agent_swap(a->s, NEXT_PROGRAM);
    CHECK(was_between);
    CHECK(!is_aside(a->s));
    answers_end(a);
}

/* As where a later agent was killed between the two, and an earlier one is installed. */
TEST(an_agent_takes_over_nothing_that_a_later_one_set_aside)
{
    struct answers *a = answers_begin();
    struct mem *mem = a->s->topo->mem;
    const char *dir = mem_printf(mem, "%s/bpf/was-%d", a->s->dir, DP_ABI + 1);
    const char *pin = mem_printf(mem, "%s/map_meta", dir), *log = mem_printf(mem, "%s/agent.log", a->s->dir);
    int fd = bpf_obj_get(mem_printf(mem, "%s/bpf/map_meta", a->s->dir));
    char *text;

    site_agent_kill(a->s);
    REQUIRE(fd >= 0 && !mkdir(dir, 0700) && !bpf_obj_pin(fd, pin));
    close(fd);
    site_agent_start(a->s);
    EVENTUALLY(20000, !file_read(mem, log, 1 << 22, &text, NULL) &&
                          strstr(text, mem_printf(mem, "holds maps of ABI %d", DP_ABI + 1)));
    REQUIRE(!unlink(pin) && !rmdir(dir));
    agent_swap(a->s, AGENT_PROGRAM);
    answers_end(a);
}

/* The agent ends by itself, and says why; meanwhile traffic goes on. */
TEST(an_agent_of_an_earlier_abi_says_why_it_does_not_take_over)
{
    struct answers *a = answers_begin();
    struct mem *mem = a->s->topo->mem;
    const char *log = mem_printf(mem, "%s/agent.log", a->s->dir);
    char *text;

    agent_swap(a->s, NEXT_PROGRAM);
    site_agent_kill(a->s);
    REQUIRE(!unsetenv("CARRICK_AGENT"));
    site_agent_start(a->s);
    EVENTUALLY(20000, !file_read(mem, log, 1 << 22, &text, NULL) &&
                          strstr(text, "a newer version made them: install that one again"));
    agent_swap(a->s, NEXT_PROGRAM);
    answers_end(a);
}
