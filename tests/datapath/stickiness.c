/* Proves symmetry and stickiness by counting: packets of a thousand flows, both ways, while
 * a group grows, drains and shrinks; every packet is looked at where it passes, and none is at
 * another instance than its flow's before that one's time is over. */
#include "base/time.h"
#include "fleet.h"
#include "frames.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLOWS 1000
#define BASE_PORT 10000
#define BATCH 50
#define SERVICE 9

static const char *const names[] = {"f", "g", "h"};

struct stream {
    struct fleet fleet;
    struct desired_port *pa, *pb;
    int a, b;
    struct frame forward, reverse;
    int64_t sent;
};

static struct stream *
stream_up(void)
{
    struct topo *t = topo_new(1);
    struct stream *st = MEM_NEW(t->mem, struct stream);
    struct site *s = st->fleet.s = &t->sites[0];
    struct desired_chain *chain;
    const char *output;

    site_network(s, "n", 100);
    st->pa = site_node(s, "a", "n", "10.0.0.1", NULL);
    st->pb = site_node(s, "b", "n", "10.0.0.2", NULL);
    for (int i = 0; i < FLEET_MAX; i++) {
        st->fleet.names[i] = names[i];
        site_function(s, names[i], "n");
    }
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 17, -1);
    st->fleet.inst[0] = chain_hop(s, chain, "f");
    st->fleet.hop = chain->hops.items[0];
    st->fleet.inst[1] = hop_instance(s, st->fleet.hop, "g");
    topo_up(t);
    /* Nobody there is asked, and so nobody answers that there is nobody. */
    for (int i = 0; i < 2; i++) {
        REQUIRE_OK(node_run(s, i ? "b" : "a", &output,
                            "nft add table netdev t; add chain netdev t c { type filter hook "
                            "ingress device eth0 priority 0; policy drop; }"));
    }
    st->fleet.watch = watch_new(s, names, FLEET_MAX, "10.0.0.1", 17, SERVICE);
    st->a = node_raw(s, "a", "eth0");
    st->b = node_raw(s, "b", "eth0");
    st->forward = frame_udp(st->pa->mac, st->pb->mac, "10.0.0.1", "10.0.0.2", 1, SERVICE, 18);
    st->reverse = frame_udp(st->pb->mac, st->pa->mac, "10.0.0.2", "10.0.0.1", SERVICE, 1, 18);
    /* No checksum: ports are written over. */
    st->forward.b[40] = st->forward.b[41] = st->reverse.b[40] = st->reverse.b[41] = 0;
    return st;
}

/* One packet of each of BATCH flows. */
static void
batch_send(struct stream *st, int first, bool reverse)
{
    static struct frame frames[BATCH];
    struct iovec iov[BATCH];
    struct mmsghdr msgs[BATCH] = {0};

    for (int i = 0; i < BATCH; i++) {
        uint16_t port = htons((uint16_t)(BASE_PORT + first + i));

        frames[i] = reverse ? st->reverse : st->forward;
        memcpy(frames[i].b + (reverse ? 36 : 34), &port, 2);
        iov[i] = (struct iovec){frames[i].b, frames[i].n};
        msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    REQUIRE(sendmmsg(reverse ? st->b : st->a, msgs, BATCH, 0) == BATCH);
    st->sent += BATCH;
}

static int64_t
seen(const struct watch *watch)
{
    return watch->seen[0] + watch->seen[1] + watch->seen[2];
}

/* About 'n' packets of flows below 'flows', forward and back in turn; all are seen, once. */
static void
stream_run(struct stream *st, int64_t n, int flows)
{
    struct watch *watch = st->fleet.watch;
    int64_t end = st->sent + n;

    while (st->sent < end) {
        for (int first = 0; first < flows; first += BATCH) {
            batch_send(st, first, false);
            batch_send(st, first, true);
        }
        watch_look(watch);
    }
    EVENTUALLY(2000, (watch_look(watch), seen(watch) >= st->sent));
    CHECK_INT(seen(watch), st->sent);
    CHECK_INT(watch->wrong, 0);
}

TEST(of_all_packets_while_a_group_changes_none_is_at_another_instance)
{
    struct stream *st = stream_up();
    struct fleet *fleet = &st->fleet;
    int64_t share = (getenv("DATAPATH_LONG") ? 1000000 : 100000) / 4, until;
    int had;

    stream_run(st, share, FLOWS / 2);
    CHECK(watch_count(fleet->watch, 0) > FLOWS / 6 && watch_count(fleet->watch, 1) > FLOWS / 6);
    /* Out: the third gets new flows only. */
    fleet->inst[2] = hop_instance(fleet->s, fleet->hop, "h");
    REQUIRE(site_push_through(fleet->s));
    stream_run(st, share / 2, FLOWS / 2);
    CHECK_INT(watch_count(fleet->watch, 2), 0);
    stream_run(st, share / 2, FLOWS - 2 * BATCH);
    CHECK(watch_count(fleet->watch, 2) > FLOWS / 12);
    /* Draining: the first keeps what it has and gets nothing. */
    had = watch_count(fleet->watch, 0);
    until = time_now_us() + 60 * 1000000LL * test_patience();
    fleet->inst[0]->drain_until = until;
    REQUIRE(site_push_through(fleet->s));
    stream_run(st, share, FLOWS);
    CHECK_INT(watch_count(fleet->watch, 0), had);
    REQUIRE(time_now_us() < until);
    /* In: it is over sooner than it was said; the rest stay where they are. */
    fleet->inst[0]->drain_until = 1;
    watch_forget(fleet->watch, 0);
    REQUIRE(site_push_through(fleet->s));
    stream_run(st, share, FLOWS);
    CHECK_INT(watch_count(fleet->watch, 0), 0);
    close(st->a);
    close(st->b);
    watch_free(fleet->watch);
}
