/* Proves, with nftables' rate limit as a scrubbing function in two instances, that a flood from
 * ever new forged sources is stopped in the chain and hurts nobody else: connections through the
 * same chain live on and new ones begin although the network's share of the flow table is
 * used up; what needs an entry of that network is refused and counted; and a guarded network of
 * another tenant begins connections as before. */
#include "crowd.h"
#include "frames.h"
#include "functions.h"

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH 64
#define LET_PAST 200 /* A second, of each instance. */

struct world {
    struct site *s;
    const struct desired_port *a, *b, *e;
    struct crowd *same, *other; /* Through the chain; in the other network. */
};

static void
scrubber_make(struct site *s, const char *name)
{
    function_nft(s, name,
                 mem_printf(s->topo->mem,
                            "add table bridge t; "
                            "add chain bridge t c { type filter hook forward priority 0; }; "
                            "add rule bridge t c ip saddr != 10.0.0.0/24 limit rate over %d/second "
                            "burst 5 packets drop", LET_PAST));
}

static void
other_tenant(struct site *s)
{
    struct desired_security_group *group = site_group(s, "web");
    const char *const nodes[] = {"x", "y"};

    site_network(s, "m", 101)->project_id = PROJECT_2;
    (void)group_rule(s, group, "egress", "IPv4", -1, -1, -1);
    (void)group_rule(s, group, "ingress", "IPv4", 6, 80, 80);
    for (int i = 0; i < 2; i++) {
        /* The same addresses as the flooded network's. */
        struct desired_port *port = site_node(s, nodes[i], "m", i ? "10.0.0.2" : "10.0.0.1", NULL);

        port->project_id = PROJECT_2;
        port_group(s, port, "web");
    }
}

static struct world *
world_up(void)
{
    struct topo *t = topo_new(1);
    struct world *w = MEM_NEW(t->mem, struct world);
    struct site *s = w->s = &t->sites[0];
    struct desired_chain *chain;
    struct desired_port *e;

    site_network(s, "n", 100);
    w->a = site_node(s, "a", "n", "10.0.0.1", NULL);
    w->b = site_node(s, "b", "n", "10.0.0.2", NULL);
    site_node(s, "d", "n", "10.0.0.3", NULL);
    w->e = e = site_node(s, "e", "n", "10.0.0.4", NULL);
    other_tenant(s);
    port_group(s, e, "web");
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, -1, -1);
    (void)chain_hop(s, chain, "f");
    (void)hop_instance(s, chain->hops.items[0], "g");
    topo_up(t);
    scrubber_make(s, "f");
    scrubber_make(s, "g");
    function_nft(s, "b",
                 "add table inet t; add counter inet t flood; "
                 "add chain inet t c { type filter hook prerouting priority -300; }; "
                 "add rule inet t c ip saddr != 10.0.0.0/24 udp dport 53 counter name flood drop");
    w->same = crowd_new(s, "d", "10.0.0.2", s, "b", "10.0.0.2", 80);
    w->other = crowd_new(s, "x", "10.0.0.2", s, "y", "10.0.0.2", 80);
    return w;
}

/* Packets from sources that repeat after 2^32, until it is ended. */
static void
flood(int fd, const struct frame *like)
{
    static struct frame frames[BATCH];
    struct iovec iov[BATCH];
    struct mmsghdr msgs[BATCH] = {0};
    uint32_t source = 1;

    for (int i = 0; i < BATCH; i++) {
        frames[i] = *like;
        iov[i] = (struct iovec){frames[i].b, frames[i].n};
        msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            source = source * 1664525u + 1013904223u;
            memcpy(frames[i].b + 26, &source, 4); /* Nothing here looks at the checksum. */
        }
        if (sendmmsg(fd, msgs, BATCH, 0) < 0) {
            _exit(1);
        }
    }
}

/* Both crowds carry bytes and grow while 'pid' floods, until 'n' of its packets went into the function: the kernel's own
 * queue, which holds a thousand, may have dropped others. */
static void
live_through(struct world *w, pid_t pid, int64_t n)
{
    int64_t until = test_now_ns() + 60000000000 * test_patience();
    int rounds = 0, status;

    do {
        size_t more = rounds < 40 ? 5 : 0;

        crowd_open(w->same, more);
        crowd_open(w->other, more);
        (void)crowd_round(w->same, 500, 10000);
        (void)crowd_round(w->other, 500, 10000);
        rounds++;
    } while ((rounds < 2 || site_hop_packets(w->s, "c", 0, "forward") < n) && test_now_ns() < until);
    CHECK_INT(waitpid(pid, &status, WNOHANG), 0); /* It has not ended by itself. */
    spawned_end(pid);
    CHECK(site_hop_packets(w->s, "c", 0, "forward") >= n);
}

TEST(a_flood_of_forged_sources_is_scrubbed_and_hurts_nobody_else)
{
    struct world *w = world_up();
    struct site *s = w->s;
    int n = getenv("DATAPATH_LONG") ? 1000000 : 100000, fd = node_raw(s, "a", "eth0"), guarded;
    struct frame like = frame_udp(w->a->mac, w->b->mac, "10.0.0.1", "10.0.0.2", 4000, 53, 22);
    struct frame f = frame_udp(w->e->mac, w->b->mac, "10.0.0.4", "10.0.0.2", 7, 8, 4);
    int64_t begin = test_now_ns(), arrived, most;
    pid_t pid;

    like.b[40] = like.b[41] = 0;
    crowd_open(w->same, 20);
    crowd_open(w->other, 20);
    CHECK_INT(crowd_round(w->same, 500, 8000), 20);
    CHECK_INT(crowd_round(w->other, 500, 8000), 20);
    pid = fork();
    if (!pid) {
        flood(fd, &like);
    }
    live_through(w, pid, n);
    CHECK_INT(crowd_broken(w->same), 0);
    CHECK_INT(crowd_broken(w->other), 0);
    /* What came out is what the limit lets out. */
    arrived = function_counter(s, "b", "flood");
    most = 2 * (LET_PAST * ((test_now_ns() - begin) / 1000000000 + 1) + 10);
    CHECK(arrived > 0 && arrived <= most);
    /* The share is used up: what needs an entry of this network gets none. */
    guarded = node_raw(s, "e", "eth0");
    raw_send(guarded, f.b, f.n);
    SITE_EVENTUALLY(s, 1000, site_drops(s, "share_full") == 1);
    CHECK_INT(site_drops(s, "table_full"), 0);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    close(guarded);
    close(fd);
    crowd_free(w->same);
    crowd_free(w->other);
}
