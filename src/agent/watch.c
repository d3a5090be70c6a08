/* The rules of judgement.  Silence is counted in probes that really were sent,
 * never in time that passed: a thread that was not let run cannot condemn anybody.
 * Nor can a kernel that did not get to handle packets: a probe counts as lost only
 * when two laps of our own, frames sent to ourselves one after the other by the
 * same queue of this processor, have come back since.  The first shows that the
 * function has been handed the probe, the second that what it sent on was handled.
 * A function that never let a probe through is not condemned for it.  What came
 * back stays down until it has held for a while.
 * An answer from another site takes as long as the way there: the last few questions
 * are not lost yet, and more of them have to be, since a WAN loses some.
 *
 * Two threads: the one that sends probes stays on one processor for the sake of
 * that queue, and waits with it; the one that hears of events runs where it can. */
#include "agent/watch.h"

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MS 1000000LL
#define HOLD_NS (1000 * MS) /* What was down has to be well for so long. */
#define FRAME_SIZE 60
#define VXLAN_SIZE 8
#define VXLAN_HAS_VNI 8
#define PRIORITY 10
#define NEWS_SIZE 32768
#define RING 128 /* Probes without judgement; more than any threshold. */
#define LAP_AGAIN_NS (200 * MS) /* A lap that is not back then may be lost. */
#define ON_THE_WAY 3 /* Questions to another site that may still be answered. */

struct item {
    struct watched w;
    char id[40];
    int pidfd;
    uint32_t sent;      /* Number of the last probe, in both directions. */
    uint32_t first;     /* What came before it says nothing of now. */
    uint32_t judged;    /* Up to here, what has not come back is lost. */
    uint32_t lap_of[RING]; /* The last lap that was under way when a probe was sent. */
    bool was_well;
    bool armed;         /* Probes have come through since it was last down; of one elsewhere also
                         * at the beginning: kernel programs answer there, not the function. */
    uint32_t reasons;   /* DP_DOWN_* that hold. */
    int64_t next_ns;    /* Of the next probe. */
    int64_t well_ns[3]; /* Since when a reason is gone, by its bit; 0 = it is not. */
    bool stays;         /* In watch_set: it is watched on. */
};

struct watch {
    pthread_t threads[2];
    size_t n_threads;       /* That were started. */
    pthread_mutex_t lock;   /* Who waits lends its priority to who has it. */
    struct item *items;
    size_t n;
    uint32_t generation;    /* Of the items' descriptors. */
    struct pollfd *list;    /* Of the thread of events: what it waits for, as of 'list_of'. */
    size_t n_list;
    uint32_t list_of;
    bool stop;
    struct dp_health *health;
    int wake, turns;        /* eventfds: of the thread of events, of that of probes */
    int news, probes;       /* rtnetlink, packet socket */
    int tunnel;             /* UDP, for probes of instances elsewhere. */
    int laps;               /* Packet socket on the loopback device. */
    int loopback;           /* Its index. */
    uint32_t lap_sent, lap_back;
    int64_t lap_ns;         /* When the last was sent. */
    void (*changed)(void *arg);
    void *arg;
    bool has_changed;
};

const char *
watch_reason(const struct watched *watched, uint32_t down)
{
    return down & DP_DOWN_PROCESS  ? "its first process ended"
           : down & DP_DOWN_LINK   ? "a link is down"
           : down && watched->vtep ? "its site does not answer for it"
           : down                  ? "probes do not come through"
                                   : NULL;
}

/* ---- judgement -------------------------------------------------------------------------------- */

/* The word that the kernel reads. */
static void
tell(struct watch *w, struct item *it)
{
    struct dp_health *health = &w->health[it->w.slot];
    uint32_t before;

    it->was_well = it->was_well || !it->reasons;
    before = __atomic_exchange_n(&health->down, it->reasons, __ATOMIC_RELEASE);

    if (!before != !it->reasons) {
        w->has_changed = true;
        log_warn("instance", "id=%s %s%s", it->id, it->reasons ? "down: " : "up",
                 str_or(watch_reason(&it->w, it->reasons), ""));
    }
}

static void
condemn(struct watch *w, struct item *it, uint32_t bit)
{
    it->well_ns[bit / 2] = 0;
    if (!(it->reasons & bit)) {
        it->reasons |= bit;
        tell(w, it);
    }
}

/* The reason is gone; it counts until that has held.  What has not been well yet is believed at
 * once. */
static void
relieve(struct item *it, uint32_t bit, int64_t now)
{
    if (it->reasons & bit && !it->well_ns[bit / 2]) {
        it->well_ns[bit / 2] = it->was_well ? now : now - HOLD_NS;
    }
}

/* When the next reason is to be forgotten; 0 = none is. */
static int64_t
forgive(struct watch *w, struct item *it, int64_t now)
{
    int64_t next = 0;

    for (uint32_t bit = 1; bit <= DP_DOWN_SILENT; bit <<= 1) {
        int64_t at = it->well_ns[bit / 2] + HOLD_NS;

        if (!it->well_ns[bit / 2]) {
            continue;
        }
        if (at <= now) {
            it->well_ns[bit / 2] = 0;
            it->reasons &= ~bit;
            tell(w, it);
        } else if (!next || at < next) {
            next = at;
        }
    }
    return next;
}

/* ---- probes ----------------------------------------------------------------------------------- */

/* Through the label of that direction (RFC 7348 section 5). */
static void
tunnel_send(struct watch *w, const struct item *it, int dir, const uint8_t frame[FRAME_SIZE])
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(DP_VXLAN_PORT),
                             .sin_addr.s_addr = htonl(it->w.vtep)};
    uint8_t packet[VXLAN_SIZE + FRAME_SIZE] = {VXLAN_HAS_VNI};

    packet[4] = (uint8_t)(it->w.label[dir] >> 16);
    packet[5] = (uint8_t)(it->w.label[dir] >> 8);
    packet[6] = (uint8_t)it->w.label[dir];
    memcpy(packet + VXLAN_SIZE, frame, FRAME_SIZE);
    (void)!sendto(w->tunnel, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&to,
                  sizeof to);
}

/* Source addresses differ by direction, so that a bridge learns each on its own side.  A probe
 * that cannot be sent is one that does not come back. */
static void
probe_send(struct watch *w, const struct item *it, int dir)
{
    static const uint8_t macs[2][6] = {DP_PROBE_FORWARD, DP_PROBE_REVERSE};
    struct dp_probe probe = {.magic = DP_PROBE_MAGIC,
                             .inst = it->w.number,
                             .seq = it->sent,
                             .dir = (uint32_t)dir};
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)it->w.ifindex[dir]};
    uint8_t frame[FRAME_SIZE] = {0};

    memcpy(frame, macs[!dir], 6);
    memcpy(frame + 6, macs[dir], 6);
    frame[12] = DP_PROBE_ETHERTYPE >> 8;
    frame[13] = DP_PROBE_ETHERTYPE & 0xff;
    memcpy(frame + ETH_HLEN, &probe, sizeof probe);
    if (it->w.vtep) {
        tunnel_send(w, it, dir, frame);
    } else {
        (void)!sendto(w->probes, frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to);
    }
}

/* The frame that was sent to ourselves is back: the next may go. */
static void
lap_look(struct watch *w)
{
    uint8_t frame[FRAME_SIZE];
    struct dp_probe probe;

    while (recv(w->laps, frame, sizeof frame, MSG_DONTWAIT) == (ssize_t)sizeof frame) {
        memcpy(&probe, frame + ETH_HLEN, sizeof probe);
        if (probe.magic == DP_PROBE_MAGIC && probe.seq == w->lap_sent) {
            w->lap_back = probe.seq;
        }
    }
}

/* The next, or the same once more: a queue that is full drops laps as well, and without them nobody
 * would be judged for ever. */
static void
lap_send(struct watch *w, int64_t now)
{
    struct item self = {.w = {.ifindex = {(uint32_t)w->loopback, (uint32_t)w->loopback}}};

    if (w->lap_back != w->lap_sent && now - w->lap_ns < LAP_AGAIN_NS) {
        return;
    }
    w->lap_sent += w->lap_back == w->lap_sent;
    w->lap_ns = now;
    self.sent = w->lap_sent;
    probe_send(w, &self, DP_FORWARD);
}

/* The last probe of that direction that has come back and says something of now. */
static uint32_t
seen(const struct watch *w, const struct item *it, int dir)
{
    uint32_t seq = __atomic_load_n(&w->health[it->w.slot].seen[dir], __ATOMIC_ACQUIRE);

    return (int32_t)(seq - it->first) > 0 ? seq : it->first;
}

/* Probes of the worse direction that are lost for sure, since the last that came back. */
static uint32_t
lost(const struct watch *w, const struct item *it)
{
    uint32_t most = 0;

    for (int dir = 0; dir < 2; dir++) {
        int32_t n = (int32_t)(it->judged - seen(w, it, dir));

        most = n > (int32_t)most ? (uint32_t)n : most;
    }
    return most;
}

/* Here all that was sent has to be back.  Elsewhere some are always on the way, more the farther it
 * is: it is well when it is heard and not as good as lost. */
static bool
is_well(const struct watch *w, const struct item *it)
{
    uint32_t forward = seen(w, it, DP_FORWARD), reverse = seen(w, it, DP_REVERSE);

    if (it->w.vtep) {
        return forward != it->first && reverse != it->first && lost(w, it) < it->w.threshold;
    }
    return it->sent != it->first && it->sent == forward && it->sent == reverse;
}

static void
silence_judge(struct watch *w, struct item *it, int64_t now)
{
    uint32_t on_the_way = it->w.vtep ? ON_THE_WAY : 0, n;

    while (it->sent - it->judged > on_the_way &&
           (int32_t)(w->lap_back - it->lap_of[(it->judged + 1) % RING]) >= 2) {
        it->judged++;
    }
    n = lost(w, it);
    if (is_well(w, it)) {
        it->armed = true;
        relieve(it, DP_DOWN_SILENT, now);
    } else if (n) {
        it->well_ns[DP_DOWN_SILENT / 2] = 0;
    }
    if (it->armed && n >= it->w.threshold) {
        it->armed = false;
        it->first = it->sent;
        condemn(w, it, DP_DOWN_SILENT);
    }
}

static void
probe_step(struct watch *w, struct item *it, int64_t now)
{
    it->next_ns = now + it->w.interval_ms * MS;
    if (it->sent - it->judged >= RING - 1) {
        return; /* Nothing is handled at present, and so nothing is asked. */
    }
    it->sent++;
    it->lap_of[it->sent % RING] = w->lap_sent;
    probe_send(w, it, DP_FORWARD);
    probe_send(w, it, DP_REVERSE);
}

/* ---- events ----------------------------------------------------------------------------------- */

static bool
link_is_up(const struct watch *w, uint32_t ifindex)
{
    struct ifreq ifr = {.ifr_ifindex = (int)ifindex};

    return ifindex && !ioctl(w->probes, SIOCGIFNAME, &ifr) &&
           !ioctl(w->probes, SIOCGIFFLAGS, &ifr) && ifr.ifr_flags & IFF_RUNNING;
}

static bool
links_are_up(const struct watch *w, const struct item *it)
{
    return it->w.vtep || (link_is_up(w, it->w.ifindex[0]) && link_is_up(w, it->w.ifindex[1]));
}

/* Something has become of a link (0 = of any).  What it is now is asked, for both sides: news may be
 * older than what an item began with, and tell of one side only. */
static void
links_judge(struct watch *w, uint32_t ifindex, int64_t now)
{
    for (size_t i = 0; i < w->n; i++) {
        struct item *it = &w->items[i];

        if (ifindex && it->w.ifindex[0] != ifindex && it->w.ifindex[1] != ifindex) {
            continue;
        }
        if (links_are_up(w, it)) {
            relieve(it, DP_DOWN_LINK, now);
        } else {
            condemn(w, it, DP_DOWN_LINK);
        }
    }
}

static void
news_read(struct watch *w, int64_t now)
{
    _Alignas(struct nlmsghdr) char buf[NEWS_SIZE];
    ssize_t n;

    while ((n = recv(w->news, buf, sizeof buf, MSG_DONTWAIT)) > 0 ||
           (n < 0 && errno == ENOBUFS)) {
        int left = (int)n;

        if (n < 0) {
            links_judge(w, 0, now); /* Some did not fit, and are lost. */
            continue;
        }
        for (struct nlmsghdr *h = (struct nlmsghdr *)buf; mnl_nlmsg_ok(h, left);
             h = mnl_nlmsg_next(h, &left)) {
            const struct ifinfomsg *link = mnl_nlmsg_get_payload(h);

            if (h->nlmsg_type == RTM_NEWLINK || h->nlmsg_type == RTM_DELLINK) {
                links_judge(w, (uint32_t)link->ifi_index, now);
            }
        }
    }
}

static void
process_ended(struct watch *w, struct item *it)
{
    condemn(w, it, DP_DOWN_PROCESS);
    fd_close(&it->pidfd);
    w->generation++;
}

/* One look at everything; when the next is due, 0 = by event only. */
static int64_t
turn(struct watch *w, int64_t now)
{
    int64_t next = 0, half = 0;

    lap_look(w);
    for (size_t i = 0; i < w->n; i++) {
        struct item *it = &w->items[i];
        int64_t at;

        if (it->w.interval_ms) {
            silence_judge(w, it, now);
        }
        if (it->w.interval_ms && it->next_ns <= now) {
            probe_step(w, it, now);
        }
        at = forgive(w, it, now);
        if (at && (!next || at < next)) {
            next = at;
        }
        /* Two laps an interval. */
        at = now + it->w.interval_ms * MS / 2;
        if (it->w.interval_ms && (!half || at < half)) {
            half = at;
        }
        if (it->w.interval_ms && (!next || it->next_ns < next)) {
            next = it->next_ns;
        }
    }
    if (half) {
        lap_send(w, now);
    }
    return half && half < next ? half : next;
}

/* ---- the threads ------------------------------------------------------------------------------ */

static void
wake(int fd)
{
    const uint64_t one = 1;

    (void)!write(fd, &one, sizeof one);
}

static void
priority_raise(void)
{
    struct sched_param param = {.sched_priority = PRIORITY};

    /* Where that is not allowed, judgement is as right, only later. */
    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
}

/* All probes and laps stand in one queue, that of a processor. */
static void
processor_keep(void)
{
    int cpu = sched_getcpu();
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)(cpu < 0 ? 0 : cpu), &set);
    (void)pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/* Descriptors to wait for: ours, then the processes', in the items' order. */
static void
list_make(struct watch *w)
{
    if (w->list && w->list_of == w->generation) {
        return;
    }
    free(w->list);
    w->list = heap_alloc((w->n + 2) * sizeof *w->list);
    w->n_list = w->n + 2;
    w->list_of = w->generation;
    w->list[0] = (struct pollfd){.fd = w->wake, .events = POLLIN};
    w->list[1] = (struct pollfd){.fd = w->news, .events = POLLIN};
    for (size_t i = 0; i < w->n; i++) {
        w->list[i + 2] = (struct pollfd){.fd = w->items[i].pidfd, .events = POLLIN};
    }
}

static void
events_read(struct watch *w, int64_t now)
{
    uint64_t count;

    if (w->list[0].revents) {
        (void)!read(w->wake, &count, sizeof count);
    }
    if (w->list_of != w->generation) {
        return; /* It is of items that are gone; what happened to others is still to be read. */
    }
    for (size_t i = 2; i < w->n_list; i++) {
        if (w->list[i].revents) {
            process_ended(w, &w->items[i - 2]);
        }
    }
    if (w->list[1].revents) {
        news_read(w, now);
    }
}

/* Gives the lock back and tells of what changed under it; false when it is over. */
static bool
turn_end(struct watch *w)
{
    bool changed = w->has_changed, stop = w->stop;

    w->has_changed = false;
    pthread_mutex_unlock(&w->lock);
    if (changed) {
        w->changed(w->arg);
    }
    return !stop;
}

static void *
run_events(void *arg)
{
    struct watch *w = arg;
    bool more = true;

    priority_raise();
    while (more) {
        pthread_mutex_lock(&w->lock);
        list_make(w);
        pthread_mutex_unlock(&w->lock);
        if (poll(w->list, w->n_list, -1) < 0) {
            continue; /* A signal; nothing was told of any of them. */
        }
        pthread_mutex_lock(&w->lock);
        events_read(w, time_mono_ns());
        more = turn_end(w);
        wake(w->turns); /* Something may be to be forgotten later. */
    }
    return NULL;
}

static void *
run_probes(void *arg)
{
    struct watch *w = arg;
    struct pollfd wait_for = {.fd = w->turns, .events = POLLIN};

    processor_keep();
    priority_raise();
    for (;;) {
        struct timespec wait;
        int64_t next, now;
        uint64_t count;

        pthread_mutex_lock(&w->lock);
        next = turn(w, time_mono_ns());
        if (!turn_end(w)) {
            return NULL;
        }
        now = time_mono_ns();
        wait = (struct timespec){.tv_sec = next > now ? (next - now) / (1000 * MS) : 0,
                                 .tv_nsec = next > now ? (next - now) % (1000 * MS) : 0};
        if (ppoll(&wait_for, 1, next ? &wait : NULL, NULL) > 0) {
            (void)!read(w->turns, &count, sizeof count);
        }
    }
}

/* ---- from outside ----------------------------------------------------------------------------- */

/* What an item knows of what it was, where that is still so. */
static void
item_take_over(struct item *it, struct item *old)
{
    it->sent = old->sent;
    it->armed = old->w.interval_ms ? old->armed : it->w.vtep != 0;
    it->first = old->w.interval_ms && old->armed ? old->first : it->sent;
    it->judged = old->judged;
    memcpy(it->lap_of, old->lap_of, sizeof it->lap_of);
    it->reasons = old->reasons;
    it->was_well = old->was_well;
    memcpy(it->well_ns, old->well_ns, sizeof it->well_ns);
    it->next_ns = old->next_ns;
    if (old->w.pid == it->w.pid) {
        it->pidfd = old->pidfd;
        old->pidfd = -1;
        return;
    }
    /* Another process: what was said of the last does not count. */
    it->reasons = 0;
    it->armed = it->was_well = false;
    memset(it->well_ns, 0, sizeof it->well_ns);
}

static void
item_begin(struct watch *w, struct item *it, struct item *old)
{
    it->pidfd = -1;
    snprintf(it->id, sizeof it->id, "%s", it->w.id);
    it->w.id = it->id;
    if (old) {
        item_take_over(it, old);
    } else {
        /* An heir goes on from the numbers that the kernel has seen, and from what was found:
         * of one that is silent, probes would never tell it. */
        it->sent = it->first = it->judged = w->health[it->w.slot].seen[DP_FORWARD];
        it->reasons = w->health[it->w.slot].down & DP_DOWN_SILENT;
        it->was_well = it->reasons;
        it->armed = it->w.vtep;
    }
    if (it->pidfd < 0 && it->w.pid && !(it->reasons & DP_DOWN_PROCESS)) {
        it->pidfd = (int)syscall(SYS_pidfd_open, it->w.pid, 0);
        it->reasons |= it->pidfd < 0 ? DP_DOWN_PROCESS : 0;
    }
    if (links_are_up(w, it)) {
        relieve(it, DP_DOWN_LINK, time_mono_ns());
    } else {
        it->reasons |= DP_DOWN_LINK;
        it->well_ns[DP_DOWN_LINK / 2] = 0;
    }
    tell(w, it);
}

/* Another may have its number by now, or it another slot. */
static int
item_cmp(const void *a, const void *b)
{
    const struct watched *x = &(*(struct item *const *)a)->w, *y = &(*(struct item *const *)b)->w;

    return x->number != y->number ? (x->number < y->number ? -1 : 1)
           : x->slot != y->slot   ? (x->slot < y->slot ? -1 : 1)
                                  : strcmp(x->id, y->id);
}

/* For each of ours what it was, or null; the others are not down any more for what was found of
 * them. */
static struct item **
items_match(struct watch *w, struct item *old, size_t n_old)
{
    struct item **sorted = heap_alloc((n_old + 1) * sizeof *sorted);
    struct item **found = heap_alloc((w->n + 1) * sizeof *found);

    for (size_t i = 0; i < n_old; i++) {
        sorted[i] = &old[i];
    }
    qsort(sorted, n_old, sizeof *sorted, item_cmp);
    for (size_t i = 0; i < w->n; i++) {
        struct item *it = &w->items[i], *const *at;

        at = bsearch(&it, sorted, n_old, sizeof *sorted, item_cmp);
        if (at) {
            found[i] = *at;
            (*at)->stays = true;
        }
    }
    for (size_t i = 0; i < n_old; i++) {
        if (!old[i].stays) {
            w->health[old[i].w.slot].down = 0;
        }
    }
    free(sorted);
    return found;
}

static void
items_free(struct item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fd_close(&items[i].pidfd);
    }
    free(items);
}

static bool
watched_same(const struct watched *a, const struct watched *b)
{
    return a->number == b->number && a->slot == b->slot && a->ifindex[0] == b->ifindex[0] &&
           a->ifindex[1] == b->ifindex[1] && a->pid == b->pid && a->vtep == b->vtep &&
           a->label[0] == b->label[0] && a->label[1] == b->label[1] && str_eq(a->id, b->id) &&
           a->interval_ms == b->interval_ms && a->threshold == b->threshold;
}

void
watch_set(struct watch *w, const struct watched *items, size_t n)
{
    struct item *old = w->items, **before;
    size_t n_old = w->n;
    bool same = n == n_old;

    for (size_t i = 0; same && i < n; i++) {
        same = watched_same(&items[i], &old[i].w); /* Only this thread writes them. */
    }
    if (same) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->items = heap_alloc((n + 1) * sizeof *w->items);
    w->n = n;
    for (size_t i = 0; i < n; i++) {
        w->items[i].w = items[i];
    }
    before = items_match(w, old, n_old); /* First: a slot may be another's by now. */
    for (size_t i = 0; i < n; i++) {
        item_begin(w, &w->items[i], before[i]);
    }
    free(before);
    items_free(old, n_old);
    w->generation++;
    pthread_mutex_unlock(&w->lock);
    wake(w->wake);
    wake(w->turns);
}

static struct err *
sockets_open(struct watch *w)
{
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};

    struct sockaddr_ll self = {.sll_family = AF_PACKET, .sll_protocol = htons(DP_PROBE_ETHERTYPE)};
    struct ifreq lo = {.ifr_name = "lo"};

    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->turns = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->news = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    w->probes = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* Receives nothing. */
    w->laps = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    w->tunnel = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    w->loopback = self.sll_ifindex = (int)if_nametoindex("lo");
    if (w->wake < 0 || w->turns < 0 || w->news < 0 || w->probes < 0 || w->laps < 0 ||
        w->tunnel < 0 ||
        bind(w->news, (struct sockaddr *)&groups, sizeof groups) ||
        bind(w->laps, (struct sockaddr *)&self, sizeof self) ||
        ioctl(w->laps, SIOCGIFFLAGS, &lo)) {
        return err_errno(E_UNAVAILABLE, "open the sockets that watch instances");
    }
    lo.ifr_flags |= IFF_UP; /* Laps go over it. */
    return ioctl(w->laps, SIOCSIFFLAGS, &lo) ? err_errno(E_UNAVAILABLE, "set the loopback device up")
                                             : NULL;
}

static void
threads_end(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_mutex_unlock(&w->lock);
    wake(w->wake);
    wake(w->turns);
    for (size_t i = 0; i < w->n_threads; i++) {
        pthread_join(w->threads[i], NULL);
    }
}

static struct err *
threads_start(struct watch *w)
{
    static void *(*const runs[])(void *arg) = {run_events, run_probes};

    for (; w->n_threads < ARRAY_SIZE(runs); w->n_threads++) {
        errno = pthread_create(&w->threads[w->n_threads], NULL, runs[w->n_threads], w);
        if (errno) {
            return err_errno(E_UNAVAILABLE, "start the threads that watch instances");
        }
    }
    return NULL;
}

static void
watch_close(struct watch *w)
{
    fd_close(&w->wake);
    fd_close(&w->turns);
    fd_close(&w->news);
    fd_close(&w->probes);
    fd_close(&w->laps);
    fd_close(&w->tunnel);
    items_free(w->items, w->n);
    free(w->list);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* The agent's own thread holds it at times, at no priority of its own. */
static void
lock_make(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(lock, &attr);
    pthread_mutexattr_destroy(&attr);
}

struct err *
watch_new(struct dp_health *health, void (*changed)(void *arg), void *arg, struct watch **out)
{
    struct watch *w = heap_alloc(sizeof *w);
    struct err *e;

    w->health = health;
    w->changed = changed;
    w->arg = arg;
    w->wake = w->turns = w->news = w->probes = w->laps = w->tunnel = -1;
    lock_make(&w->lock);
    e = sockets_open(w);
    e = e ? e : threads_start(w);
    if (e) {
        threads_end(w);
        watch_close(w);
        return e;
    }
    *out = w;
    return NULL;
}

void
watch_free(struct watch *w)
{
    if (w) {
        threads_end(w);
        watch_close(w);
    }
}
