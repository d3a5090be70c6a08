/* Live traces.  A filter in a map makes the kernel programs tell of a flow's
 * packets in a ring (bpf/trace.h); they are kept here until they are fetched, or
 * are too many.  How often they may tell is refilled by a timer, so that a fast
 * flow costs no more than a slow one. */
#include "agent/follow.h"

#include "base/net.h"
#include "base/time.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define TICK_MS 100
#define EVENTS_A_TICK 100
#define KEPT 1024       /* Events of a flow that nobody has fetched yet. */
#define AT_ONCE 256     /* Events of an answer. */
#define OF_ONE (DP_TRACES / 2) /* Flows that one owner follows. */

struct follow {
    struct dp_trace_filter filter; /* id 0 = free */
    char id[40], owner[72];
    int64_t deadline_ns;
    int64_t last;       /* Number of the last event; numbered from 1. */
    int64_t overrun;    /* Events that were gone before they were fetched. */
    struct dp_event events[KEPT]; /* By number. */
};

struct follows {
    struct host *host;
    int tracing, left, ring_map;
    struct ring_buffer *ring;
    struct loop_fd *watch;
    struct loop_timer *timer;
    uint32_t last_id;
    struct follow slots[DP_TRACES];
};

/* ---- the maps -------------------------------------------------------------------------------- */

/* Writes all filters; the number is what switches telling on and off. */
static struct err *
filters_write(struct follows *f)
{
    struct dp_tracing tracing = {0};
    uint32_t zero = 0;

    for (int i = 0; i < DP_TRACES; i++) {
        tracing.filter[i] = f->slots[i].filter;
        tracing.n += f->slots[i].filter.id != 0;
    }
    if (bpf_map_update_elem(f->tracing, &zero, &tracing, BPF_ANY)) {
        return err_errno(E_UNAVAILABLE, "write map tracing");
    }
    return NULL;
}

static uint64_t
lost_of(struct follows *f, uint32_t slot)
{
    struct dp_trace_left left = {0};

    (void)bpf_map_lookup_elem(f->left, &slot, &left);
    return left.lost;
}

static void
left_write(struct follows *f, uint32_t slot, uint64_t lost)
{
    struct dp_trace_left left = {.n = EVENTS_A_TICK, .lost = lost};

    (void)bpf_map_update_elem(f->left, &slot, &left, BPF_ANY);
}

/* ---- events ------------------------------------------------------------------------------------ */

static int
on_event(void *arg, void *data, size_t size)
{
    struct follows *f = arg;
    struct dp_event event;

    if (size < sizeof event) {
        return 0;
    }
    memcpy(&event, data, sizeof event);
    for (int i = 0; i < DP_TRACES; i++) {
        struct follow *follow = &f->slots[i];

        if (event.trace && event.trace == follow->filter.id) {
            follow->last++;
            follow->events[follow->last % KEPT] = event;
        }
    }
    return 0;
}

static void
on_readable(void *arg, uint32_t what)
{
    struct follows *f = arg;

    (void)what;
    (void)ring_buffer__consume(f->ring);
}

/* Refills, and ends what nobody asks for any more. */
static void
tick(void *arg)
{
    struct follows *f = arg;
    int64_t now = time_mono_ns();
    bool ended = false;
    int n = 0;

    for (uint32_t i = 0; i < DP_TRACES; i++) {
        struct follow *follow = &f->slots[i];

        if (follow->filter.id && follow->deadline_ns < now) {
            follow->filter = (struct dp_trace_filter){0};
            ended = true;
        } else if (follow->filter.id) {
            left_write(f, i, lost_of(f, i));
            n++;
        }
    }
    if (ended) {
        err_ignore(filters_write(f), "the programs tell of a flow that nobody hears of");
    }
    if (n) {
        loop_timer_arm(f->timer, TICK_MS);
    }
}

/* ---- questions ----------------------------------------------------------------------------------- */

static struct err *
filter_make(struct follows *f, const struct desired_follow_question *q,
            struct dp_trace_filter *filter)
{
    struct dp_id net;
    struct ip src, dst;

    if (!datapath_id_known(f->host->forwarding.dp, ID_NETWORK, q->network_id, 0, &net)) {
        return err_new(E_NOT_FOUND, NULL, "network %s is not here", q->network_id);
    }
    (void)ip_parse(q->source_ip, &src); /* Checked when it was decoded. */
    (void)ip_parse(q->destination_ip, &dst);
    *filter = (struct dp_trace_filter){.net = net.id,
                                       .sport = htons((uint16_t)q->source_port),
                                       .dport = htons((uint16_t)q->destination_port),
                                       .proto = (uint8_t)q->protocol};
    memcpy(filter->src.b, src.b, sizeof src.b);
    memcpy(filter->dst.b, dst.b, sizeof dst.b);
    return NULL;
}

/* A free slot; nobody takes all of them. */
static struct err *
slot_find(const struct follows *f, const char *owner, uint32_t *slot)
{
    int own = 0;

    *slot = DP_TRACES;
    for (uint32_t i = 0; i < DP_TRACES; i++) {
        bool used = f->slots[i].filter.id != 0;

        own += used && owner && str_eq(f->slots[i].owner, owner);
        *slot = used || *slot < DP_TRACES ? *slot : i;
    }
    if (*slot == DP_TRACES || own >= OF_ONE) {
        return err_new(E_BUSY, NULL, "%d flows are followed already%s; one that nobody reads ends "
                                     "after %d seconds", own >= OF_ONE ? own : DP_TRACES,
                       own >= OF_ONE ? " by this project" : "", DESIRED_FOLLOW_S);
    }
    return NULL;
}

static struct err *
follow_begin(struct follows *f, const struct desired_follow_question *q,
             struct dp_trace_filter *filter, struct follow **out)
{
    uint32_t i;

    TRY(slot_find(f, q->owner, &i));
    filter->id = ++f->last_id;
    *out = &f->slots[i];
    **out = (struct follow){.filter = *filter};
    (void)snprintf((*out)->id, sizeof (*out)->id, "%s", q->id);
    (void)snprintf((*out)->owner, sizeof (*out)->owner, "%s", str_or(q->owner, ""));
    left_write(f, i, 0);
    loop_timer_arm(f->timer, TICK_MS);
    return filters_write(f);
}

static struct err *
follow_find(struct follows *f, const struct desired_follow_question *q, struct follow **out)
{
    struct dp_trace_filter filter;

    TRY(filter_make(f, q, &filter));
    for (int i = 0; i < DP_TRACES; i++) {
        struct follow *follow = &f->slots[i];

        if (follow->filter.id && str_eq(follow->id, q->id)) {
            filter.id = follow->filter.id;
            if (memcmp(&filter, &follow->filter, sizeof filter) != 0) {
                return err_new(E_CONFLICT, NULL, "%s is the id of another flow's trace", q->id);
            }
            *out = follow;
            return NULL;
        }
    }
    return follow_begin(f, q, &filter, out);
}

/* The port of a number, where it is known. */
static const char *
port_uuid(struct follows *f, struct mem *mem, uint32_t number)
{
    return number ? datapath_uuid(f->host->forwarding.dp, mem, ID_PORT, number) : NULL;
}

static void
link_tell(struct follows *f, struct mem *mem, uint32_t ifindex, struct desired_follow_event *told)
{
    const struct dp_port *port = datapath_get(f->host->forwarding.dp, TABLE_ports, &ifindex);

    if (port) {
        told->port_id = port_uuid(f, mem, port->id);
        told->instance_id = port->inst ? datapath_uuid(f->host->forwarding.dp, mem, ID_INSTANCE,
                                                       port->inst)
                                       : NULL;
    }
}

/* What 'a' and 'b' are depends on the kind (DP_EVENTS). */
static void
about_tell(struct follows *f, struct mem *mem, const struct dp_event *event,
           struct desired_follow_event *told)
{
    char text[IP_TEXT_SIZE];
    struct ip vtep = ip_from_v4(event->a);

    told->port_id = port_uuid(f, mem, event->in_port);
    if (event->kind == DP_EVENT_enters && event->b) {
        told->vni = event->b;
    } else if (event->kind == DP_EVENT_tunnelled) {
        told->vtep = mem_str(mem, ip_text(text, &vtep));
        told->vni = event->b;
    } else if (event->kind == DP_EVENT_dropped) {
        told->name = datapath_drop_name(event->a);
    } else if (event->kind == DP_EVENT_delivered) {
        link_tell(f, mem, event->a, told);
    } else if (event->kind != DP_EVENT_enters) {
        link_tell(f, mem, event->a, told);
        told->hop = event->b / 2;
    }
}

static void *
event_tell(struct follows *f, struct mem *mem, int64_t seq, const struct dp_event *event)
{
    static const char *const kinds[] = {
#define X(name, doc) #name,
        DP_EVENTS(X)
#undef X
    };
    struct desired_follow_event *told = row_new(mem, &desired_follow_event_table);

    told->seq = seq;
    told->ns = (int64_t)event->ns;
    told->at = time_now_us() - (time_mono_ns() - told->ns) / 1000;
    told->direction = desired_trace_directions[event->direction == DP_TRACE_REPLY];
    told->what = event->kind < DP_EVENT_N ? kinds[event->kind] : kinds[DP_EVENT_dropped];
    told->source_port = ntohs(event->sport);
    told->destination_port = ntohs(event->dport);
    about_tell(f, mem, event, told);
    return told;
}

/* A number that was never given is of an agent before this one: then everything is new. */
static struct desired_followed *
follow_tell(struct follows *f, struct mem *mem, struct follow *follow, int64_t asked)
{
    struct desired_followed *told = row_new(mem, &desired_followed_table);
    int64_t after = asked > follow->last ? 0 : asked, first = after + 1;

    if (first <= follow->last - KEPT) {
        follow->overrun += follow->last - KEPT + 1 - first;
        first = follow->last - KEPT + 1;
    }
    told->events.items = MEM_ARRAY(mem, AT_ONCE, void *);
    told->last = after;
    for (int64_t seq = first; seq <= follow->last && told->events.n < AT_ONCE; seq++) {
        told->events.items[told->events.n++] =
            event_tell(f, mem, seq, &follow->events[seq % KEPT]);
        told->last = seq;
    }
    told->lost = (int64_t)lost_of(f, (uint32_t)(follow - f->slots)) + follow->overrun;
    return told;
}

struct err *
follows_ask(struct follows *f, struct mem *mem, const struct json *asked, const struct json **told)
{
    struct desired_follow_question *question;
    struct follow *follow;
    const char *text;

    TRY(desired_follow_question_decode(mem, asked, &question));
    TRY(follow_find(f, question, &follow));
    follow->deadline_ns = time_mono_ns() + DESIRED_FOLLOW_S * 1000000000LL;
    (void)ring_buffer__consume(f->ring);
    text = row_to_json(mem, follow_tell(f, mem, follow, question->after), true);
    return json_parse(mem, text, strlen(text), told);
}

/* ---- life ---------------------------------------------------------------------------------------- */

struct err *
follows_new(struct host *host, struct follows **out)
{
    struct follows *f = heap_alloc(sizeof *f);
    struct datapath *dp = host->forwarding.dp;

    *out = f;
    f->host = host;
    f->tracing = f->left = f->ring_map = -1;
    TRY(datapath_map_open(dp, "tracing", &f->tracing));
    TRY(datapath_map_open(dp, "trace_left", &f->left));
    TRY(datapath_map_open(dp, "events", &f->ring_map));
    f->ring = ring_buffer__new(f->ring_map, on_event, f, NULL);
    if (!f->ring) {
        return err_errno(E_UNAVAILABLE, "map the ring of events");
    }
    f->timer = loop_timer_new(host->loop, tick, f);
    TRY(loop_fd_add(host->loop, ring_buffer__epoll_fd(f->ring), EPOLLIN, on_readable, f,
                    &f->watch));
    TRY(filters_write(f));
    /* What an agent before this one left there is nobody's: traces are numbered from 1 again. */
    (void)ring_buffer__consume(f->ring);
    return NULL;
}

void
follows_free(struct follows *f)
{
    if (!f) {
        return;
    }
    memset(f->slots, 0, sizeof f->slots);
    if (f->tracing >= 0) {
        err_ignore(filters_write(f), "the next agent does so first");
    }
    loop_fd_del(f->watch);
    loop_timer_del(f->timer);
    ring_buffer__free(f->ring);
    fd_close(&f->tracing);
    fd_close(&f->left);
    fd_close(&f->ring_map);
    free(f);
}
