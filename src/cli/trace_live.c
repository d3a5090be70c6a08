/* `carrick chain trace --live`: real packets of the flow, at all sites that are
 * named, a line an event with the time since the one before it. */
#include "cli/trace.h"

#include "base/time.h"
#include "base/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLLOW_PATH "/v2.0/carrick-traces/follow"
#define POLL_NS 200000000

struct live_site {
    struct trace_site *site;
    int64_t last, lost;
    int64_t ns[2]; /* Of the last event of each direction; clocks of two sites are not compared. */
};
/* What came of all sites at once, to be put in order. */
struct live_event {
    struct live_site *at;
    const struct json *json;
};
struct live {
    struct trace_run *run;
    const char *id;
    struct live_site sites[TRACE_SITES_MAX];
    size_t n_sites;
    int64_t n_shown, n_max; /* 0 = no end */
};

static struct err *
ask(struct live *live, struct live_site *at, const struct json **told)
{
    struct call call = {.method = "POST", .path = FOLLOW_PATH};
    const struct trace_match *match = &live->run->match;
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);
    struct reply reply;

    jw_object(&w, NULL);
    jw_object(&w, "carrick_follow");
    jw_str(&w, "id", live->id);
    jw_str(&w, "source_port_id", at->site->ends[TRACE_FROM]);
    jw_str(&w, "destination_port_id", at->site->ends[TRACE_TO]);
    jw_str(&w, "protocol", match->protocol);
    jw_int(&w, "source_port", match->sport > 0 ? match->sport : 0);
    jw_int(&w, "destination_port", match->dport > 0 ? match->dport : 0);
    if (match->src) {
        jw_str(&w, "source_ip", match->src);
    }
    if (match->dst) {
        jw_str(&w, "destination_ip", match->dst);
    }
    jw_int(&w, "after", at->last);
    jw_end(&w);
    jw_end(&w);
    call.body = body.data;
    TRY(session_call(&at->site->session, &call, &reply));
    *told = json_get(reply.json, "carrick_follow");
    return NULL;
}

static void
event_print(struct live *live, struct live_site *at, const struct json *event)
{
    struct mem *mem = live->run->cli->mem;
    int reply = str_eq(json_get_str(event, "direction"), "reply");
    int64_t ns = json_int(json_get(event, "ns"), 0), was = at->ns[reply];
    const char *what = json_get_str(event, "what"), *name = json_get_str(event, "name");
    const struct json *hop = json_get(event, "hop");
    AUTO_BUF why = BUF_INIT;

    live->n_shown++;
    if (live->run->cli->json) {
        print_json(trace_json(mem, at->site, event));
        return;
    }
    if (json_is(hop, JSON_T_INT)) {
        buf_printf(&why, "hop %lld ", (long long)hop->i + 1);
    }
    buf_str(&why, str_or(name, ""));
    printf("%s  %-8s %-8s %-10s %-24s %lld->%lld %s%s\n", json_get_str(event, "at"),
           json_get_str(event, "direction"), at->site->name, what, trace_where(mem, event),
           (long long)json_int(json_get(event, "source_port"), 0),
           (long long)json_int(json_get(event, "destination_port"), 0), str_or(why.data, ""),
           was ? mem_printf(mem, " +%lld us", (long long)(ns - was) / 1000) : "");
    at->ns[reply] = ns;
}

static int
event_cmp(const void *a, const void *b)
{
    const struct live_event *x = a, *y = b;
    int order = strcmp(str_or(json_get_str(x->json, "at"), ""), str_or(json_get_str(y->json, "at"), ""));

    return order ? order
                 : (int)(json_int(json_get(x->json, "seq"), 0) - json_int(json_get(y->json, "seq"), 0));
}

static void
lost_print(const struct live *live, struct live_site *at, int64_t lost)
{
    if (lost > at->lost) {
        fprintf(live->run->cli->json ? stderr : stdout,
                "     %lld events of %s were not shown: too many at once\n",
                (long long)(lost - at->lost), at->site->name);
    }
    at->lost = lost; /* Fewer than before where the agent was started again. */
}

/* What is new at all sites, by the time of day that they say. */
static struct err *
sites_poll(struct live *live)
{
    VEC(struct live_event) all = {0};
    const struct json *told, *events;

    for (size_t i = 0; i < live->n_sites; i++) {
        struct live_site *at = &live->sites[i];

        TRY(ask(live, at, &told));
        events = json_get(told, "events");
        json_each (events, j) {
            vec_add(live->run->cli->mem, &all, ((struct live_event){at, events->items[j]}));
        }
        at->last = json_int(json_get(told, "last"), at->last);
        lost_print(live, at, json_int(json_get(told, "lost"), 0));
    }
    if (all.n) {
        qsort(all.items, all.n, sizeof *all.items, event_cmp);
    }
    vec_each (&all, event) {
        if (!live->n_max || live->n_shown < live->n_max) {
            event_print(live, event->at, event->json);
        }
    }
    (void)fflush(stdout);
    return NULL;
}

static struct err *
number_option(const struct cli *cli, const char *name, int64_t *value)
{
    const char *text = option_get(cli, name);

    *value = 0;
    if (text && (!str_to_i64(text, value) || *value < 1)) {
        return err_new(E_INVALID, NULL, "--%s is followed by a number above 0, not by \"%s\"", name,
                       text);
    }
    return NULL;
}

/* Sites that do not know both ports have nothing to tell. */
static struct err *
sites_choose(struct live *live)
{
    for (size_t i = 0; i < live->run->n_sites; i++) {
        struct err *e = trace_ends_find(live->run, &live->run->sites[i]);

        if (err_is(e, E_NOT_FOUND) && i != live->run->start) {
            err_ignore(e, "the flow is not there");
            continue;
        }
        TRY(e);
        live->sites[live->n_sites++].site = &live->run->sites[i];
    }
    return NULL;
}

struct err *
trace_live(struct trace_run *run)
{
    struct live live = {.run = run, .id = uuid_make(run->cli->mem)};
    const struct timespec pause = {.tv_nsec = POLL_NS};
    int64_t seconds, end;

    TRY(number_option(run->cli, "count", &live.n_max));
    TRY(number_option(run->cli, "seconds", &seconds));
    TRY(sites_choose(&live));
    end = seconds ? time_mono_ns() + seconds * 1000000000 : INT64_MAX;
    do {
        TRY(sites_poll(&live));
        (void)nanosleep(&pause, NULL);
    } while (time_mono_ns() < end && (!live.n_max || live.n_shown < live.n_max));
    return NULL;
}
