/* One round: what runs is brought nearer to what is desired.  Every step looks
 * first and only then acts, so a round that was cut short anywhere is simply
 * done again. */
#include "agent/container.h"
#include "agent/nsh.h"
#include "agent/plug.h"
#include "agent/rootfs.h"
#include "base/log.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

#define DUE_MS_MAX 3600000 /* A clock that was set is noticed so soon. */

/* An instance is called down only when it has been that for so long: a server that ends or has just
 * begun, whatever flaps faster, and a function that a busy box does not let run for a moment are no
 * news to people. */
#define VERDICT_MS 5000

/* What the site was told last of objects that have no record of their own. */
struct told {
    struct mem *mem;
    struct map states; /* "kind id" -> "STATE reason" */
    struct map downs;  /* Port -> since when its instance is down (int64_t *, monotonic) */
    struct map next, next_downs; /* Being filled in this round. */
    struct mem *next_mem;
};

static void
told_begin(struct host *host)
{
    if (!host->told) {
        host->told = heap_alloc(sizeof *host->told);
        host->told->mem = mem_new("told");
        map_init(&host->told->states, host->told->mem);
        map_init(&host->told->downs, host->told->mem);
    }
    host->told->next_mem = mem_new("told");
    map_init(&host->told->next, host->told->next_mem);
    map_init(&host->told->next_downs, host->told->next_mem);
}

static void
tell(struct host *host, enum desired_kind kind, const char *id, const char *state,
     const char *reason)
{
    struct told *told = host->told;
    char *key = mem_printf(told->next_mem, "%d %s", (int)kind, id);
    char *value = mem_printf(told->next_mem, "%s %s", state, str_or(reason, ""));

    if (map_add(&told->next, key, value) && !str_eq(map_get(&told->states, key), value)) {
        host_status(host, kind, id, state, reason);
        if (reason) { /* A site shows states, not why. */
            log_warn("reconcile", "kind=%s id=%s %s reason=\"%s\"",
                     desired_kind_names[kind], id, state, reason);
        }
    }
}

static void
told_end(struct host *host)
{
    mem_free(host->told->mem);
    host->told->mem = host->told->next_mem;
    host->told->states = host->told->next;
    host->told->downs = host->told->next_downs;
}

/* A round that was cut short knows of few: what was told before holds, and is told again at worst. */
static void
told_drop(struct host *host)
{
    mem_free(host->told->next_mem);
}

/* ---- the steps --------------------------------------------------------------------------------- */

static void
servers_step(struct host *host)
{
    AUTO(mem) mem = mem_new("servers");
    VEC(struct container *) all = {0};

    world_each (&host->world, DESIRED_server, it) {
        (void)container_get(host, it->key);
    }
    map_each (&host->servers, it) {
        vec_add(mem, &all, it->value);
    }
    vec_each (&all, c) {
        container_step(*c, world_find(&host->world, DESIRED_server, (*c)->id));
    }
}

static void
servers_plug(struct host *host)
{
    map_each (&host->servers, it) {
        struct container *c = it->value;
        const struct desired_server *want = world_find(&host->world, DESIRED_server, c->id);
        struct err *e = NULL;

        if (want && c->pid &&
            (c->state == CONTAINER_CREATED || c->state == CONTAINER_RUNNING)) {
            e = plugs_make(c, want);
        }
        if (e && c->state == CONTAINER_CREATED) {
            container_fail(c, e);
        } else if (e) {
            log_err(LOG_LV_WARN, "link", e, "a running server's links");
        }
    }
}

static void
servers_start(struct host *host)
{
    map_each (&host->servers, it) {
        struct container *c = it->value;

        if (c->state == CONTAINER_CREATED && c->plugged) {
            container_start(c);
        }
    }
}

static void
on_problem(void *arg, enum desired_kind kind, const char *id, const char *reason)
{
    tell(arg, kind, id, "ERROR", reason);
}

static void
on_settled(void *arg, enum desired_kind kind, const char *id, const char *reason)
{
    host_status(arg, kind, id, reason ? "ERROR" : "ACTIVE", reason);
}

/* Index of a link -> what is found of the instance here that it is of.  Of one whose process ended
 * its server's state tells. */
static void
verdicts_find(struct host *host, struct mem *mem, struct map *verdicts)
{
    const struct dp_health *health = datapath_health(host->forwarding.dp);

    map_init(verdicts, mem);
    vec_each (&host->forwarding.watched, in) {
        uint32_t down = __atomic_load_n(&health[in->watched.slot].down, __ATOMIC_ACQUIRE);
        bool is_told = !in->watched.vtep && !in->not_used && !(down & DP_DOWN_PROCESS);

        for (int side = 0; is_told && side < 2; side++) {
            const char *link = mem_printf(mem, "%u", in->watched.ifindex[side]);

            if (down || !map_get(verdicts, link)) {
                map_set(verdicts, link, mem_str(mem, down ? "DOWN" : "ACTIVE"));
            }
        }
    }
}

/* What was told of it stays while it is not down for long enough, which is looked at again then. */
static const char *
verdict_ripe(struct host *host, const char *id, const char *before)
{
    struct told *told = host->told;
    const int64_t *was = map_get(&told->downs, id);
    int64_t now = time_mono_ns(), *since = MEM_NEW(told->next_mem, int64_t), left_ms;

    *since = was ? *was : now;
    map_set(&told->next_downs, mem_str(told->next_mem, id), since);
    left_ms = VERDICT_MS - (now - *since) / 1000000;
    if (left_ms <= 0) {
        return "DOWN";
    }
    loop_timer_arm_by(host->retry_timer, left_ms);
    return before && str_ends(before, " DOWN") ? "DOWN"
           : before && str_ends(before, " ACTIVE") ? "ACTIVE"
                                                   : NULL;
}

/* With what is found of its instance, where it is a function's; told where either is news. */
static void
port_tell(struct host *host, struct told *told, const char *id, bool active, const char *found)
{
    char *key = mem_printf(told->next_mem, "%d %s", DESIRED_port, id);
    const char *verdict = str_eq(found, "DOWN")
                              ? verdict_ripe(host, id, map_get(&told->states, key)) : found;
    char *value = mem_printf(told->next_mem, "%s %s", active ? "ACTIVE" : "DOWN",
                             str_or(verdict, ""));

    if (map_add(&told->next, key, value) && !str_eq(map_get(&told->states, key), value)) {
        AUTO(mem) mem = mem_new("status");
        struct desired_message *m = desired_message_new(mem, DESIRED_OP_status);

        m->kind = desired_kind_names[DESIRED_port];
        m->id = id;
        m->state = active ? "ACTIVE" : "DOWN";
        m->data_plane = verdict;
        m->at = time_now_us();
        agent_listener_send(host->listener, m);
    }
}

static void
ports_tell(struct host *host)
{
    AUTO(mem) mem = mem_new("verdicts");
    struct map verdicts;

    verdicts_find(host, mem, &verdicts);
    world_each (&host->world, DESIRED_port, it) {
        const struct desired_port *port = world_object(it);
        const struct container *c =
            port->server_id ? map_get(&host->servers, port->server_id) : NULL;
        const struct forwarding_link *link = map_get(&host->forwarding.links, port->id);
        bool active = c && c->state == CONTAINER_RUNNING && port->admin_state_up && link;

        port_tell(host, host->told, port->id, active,
                  active ? map_get(&verdicts, mem_printf(mem, "%u", link->ifindex)) : NULL);
    }
}

/* Who is to be watched, with the process that it is now. */
static void
instances_watch(struct host *host)
{
    AUTO(mem) mem = mem_new("watch");
    struct watched *items = MEM_ARRAY(mem, host->forwarding.watched.n, struct watched);
    size_t n = 0;

    vec_each (&host->forwarding.watched, in) {
        const struct container *c = map_get(&host->servers, in->server_id);

        if (!in->not_used) {
            items[n] = in->watched;
            items[n++].pid = c ? c->pid : 0;
        }
    }
    watch_set(host->watch, items, n);
}

/* Runs again by itself when a drained instance's time is over. */
static void
due_arm(struct host *host)
{
    int64_t ms = (host->forwarding.due - time_now_us()) / 1000 + 1;

    if (host->forwarding.due) {
        loop_timer_arm(host->due_timer, ms < 0 ? 0 : ms > DUE_MS_MAX ? DUE_MS_MAX : ms);
    }
}

static struct err *
round_make(struct host *host)
{
    rootfs_step(host);
    servers_step(host);
    TRY(plugs_look(host));
    servers_plug(host);
    host->forwarding.problem = on_problem;
    host->forwarding.settled = on_settled;
    host->forwarding.arg = host;
    TRY(forwarding_sync(&host->forwarding));
    TRY(datapath_settle(host->forwarding.dp));
    nsh_links(host);
    due_arm(host);
    instances_watch(host);
    briefing_sync(host->briefing);
    servers_start(host);
    return NULL;
}

static void
kicked(void *arg)
{
    struct host *host = arg;

    host->reconcile_posted = false;
    host_reconcile(host);
}

void
host_kick(struct host *host)
{
    if (!host->reconcile_posted) {
        host->reconcile_posted = true;
        loop_post(host->loop, kicked, host);
    }
}

void
host_reconcile(struct host *host)
{
    struct err *e;

    if (!host->has_world) {
        return;
    }
    told_begin(host);
    e = round_make(host);
    if (e) {
        log_err(LOG_LV_ERROR, "reconcile", e, "round");
        loop_timer_arm_by(host->retry_timer, 1000);
        told_drop(host); /* What the kernel may not have is not told. */
    } else {
        ports_tell(host);
        told_end(host);
    }
}

void
host_statuses(struct host *host)
{
    if (host->told) {
        map_init(&host->told->states, host->told->mem);
    }
    host->forwarding.tell_all = true;
    map_each (&host->servers, it) {
        container_tell(it->value, true);
    }
    map_each (&host->images, it) {
        const struct rootfs *rootfs = it->value;

        if (rootfs->state != ROOTFS_UNPACKING) {
            host_status(host, DESIRED_image, rootfs->id,
                        rootfs->state == ROOTFS_READY ? "ACTIVE" : "ERROR", rootfs->error);
        }
    }
}

void
told_free(struct host *host)
{
    if (host->told) {
        mem_free(host->told->mem);
        free(host->told);
    }
}
