/* What the responder knows is sent to it: once everything, then what changes.
 * Without a connection the data plane is told so, and counts questions as
 * dropped instead of sending them where nobody listens. */
#include "agent/oci.h"
#include "agent/punt.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* As it was told last: the state it came of, compared by serials. */
struct seen {
    uint64_t port, network, server;
    uint32_t handle;
    uint32_t round;
};

struct briefing {
    struct host *host;
    struct punt punt;
    struct desired_client *client;
    struct map seen;       /* Port id (heap) -> struct seen (heap), what the responder was told. */
    uint32_t round;
    int64_t seq;
    bool begun;            /* A change is under way. */
    bool whole;            /* The next one is a snapshot. */
};

static void
seen_clear(struct briefing *g)
{
    map_each (&g->seen, it) {
        free(it->value);
        free((char *)(uintptr_t)it->key);
    }
    map_done(&g->seen);
    map_init(&g->seen, NULL);
}

/* ---- one guest -------------------------------------------------------------------------------- */

struct desired_guest *
briefing_guest(const struct world *world, struct mem *mem, const struct desired_port *port)
{
    const struct desired_network *network = world_find(world, DESIRED_network, port->network_id);
    const struct desired_server *server = world_find(world, DESIRED_server, port->server_id);
    struct desired_guest *guest = row_new(mem, &desired_guest_table);

    guest->id = port->id;
    guest->mac = port->mac;
    guest->network_id = port->network_id;
    guest->mtu = network->mtu;
    guest->server_id = server->id;
    guest->ifname = port->ifname;
    guest->project_id = server->project_id;
    guest->name = server->name;
    guest->hostname = oci_hostname(mem, server->name);
    guest->addresses = port->addresses;
    guest->routes = port->routes;
    guest->user_data = server->user_data;
    return guest;
}

static void
change_begin(struct briefing *g)
{
    if (g->begun) {
        return;
    }
    g->begun = true;
    g->seq++;
    if (g->whole) {
        desired_client_snapshot(g->client, g->seq);
    } else {
        desired_client_begin(g->client, g->seq);
    }
}

static void
change_end(struct briefing *g)
{
    if (g->begun && g->whole) {
        desired_client_snapshot_end(g->client, true);
    } else if (g->begun) {
        desired_client_commit(g->client, true);
    }
    g->begun = g->whole = false;
}

static void
guest_tell(struct briefing *g, const struct desired_port *port, uint32_t handle)
{
    AUTO(mem) mem = mem_new("guest");
    struct desired_guest *guest = briefing_guest(&g->host->world, mem, port);
    struct err *e;

    guest->handle = handle;
    change_begin(g);
    e = desired_client_put(g->client, DESIRED_guest, guest);
    if (e) {
        log_err(LOG_LV_ERROR, "responder", e, port->id);
    }
}

/* Told, unless it was told so before. */
static void
guest_look(struct briefing *g, const struct desired_port *port)
{
    const struct world *world = &g->host->world;
    struct seen now = {.port = world_serial(world, DESIRED_port, port->id),
                       .network = world_serial(world, DESIRED_network, port->network_id),
                       .server = world_serial(world, DESIRED_server, port->server_id),
                       .round = g->round};
    struct seen *was = map_get(&g->seen, port->id);
    uint32_t flags;

    if (!forwarding_guest(&g->host->forwarding, port, &now.handle, &flags)) {
        return;
    }
    if (!was) {
        was = heap_alloc(sizeof *was);
        map_set(&g->seen, heap_str(port->id), was);
    }
    if (was->port != now.port || was->network != now.network || was->server != now.server ||
        was->handle != now.handle) {
        guest_tell(g, port, now.handle);
    }
    *was = now;
}

static bool
any_gone(const struct briefing *g)
{
    map_each (&g->seen, it) {
        if (((struct seen *)it->value)->round != g->round) {
            return true;
        }
    }
    return false;
}

/* What was told and is no more. */
static void
gone_tell(struct briefing *g)
{
    struct map rest;

    if (!any_gone(g)) {
        return;
    }
    map_init(&rest, NULL);
    map_each (&g->seen, it) {
        struct seen *seen = it->value;

        if (seen->round == g->round) {
            map_set(&rest, it->key, seen);
            continue;
        }
        change_begin(g);
        desired_client_delete(g->client, DESIRED_guest, it->key);
        free(seen);
        free((char *)(uintptr_t)it->key);
    }
    map_done(&g->seen);
    g->seen = rest;
}

static void
present_set(struct briefing *g, bool present)
{
    struct forwarding *f = &g->host->forwarding;
    struct err *e;

    f->punt_ifindex = present ? (uint32_t)g->punt.ifindex : 0;
    e = forwarding_config(f);
    if (e) {
        log_err(LOG_LV_ERROR, "responder", e, present ? "present" : "absent");
    }
}

void
briefing_sync(struct briefing *g)
{
    if (!g || !desired_client_connected(g->client)) {
        return;
    }
    g->round++;
    if (g->whole) {
        change_begin(g);
    }
    world_each (&g->host->world, DESIRED_port, it) {
        guest_look(g, world_object(it));
    }
    gone_tell(g);
    change_end(g);
    present_set(g, true);
}

/* ---- the connection ----------------------------------------------------------------------------- */

/* It is asked nothing before it was told; an agent that has no desired state yet leaves it with what
 * an earlier one told. */
static void
on_ready(void *arg, const struct desired_message *responder)
{
    struct briefing *g = arg;

    (void)responder;
    log_info("responder", "connected");
    desired_client_send_fds(g->client, g->punt.sockets, ARRAY_SIZE(g->punt.sockets));
    seen_clear(g);
    g->whole = true;
    if (!g->host->has_world) {
        present_set(g, true);
    }
    host_kick(g->host);
}

static void
on_lost(void *arg, const char *why)
{
    log_warn("responder", "lost reason=\"%s\"", why);
    present_set(arg, false);
}

static void
on_refused(void *arg, int64_t seq, const char *reason)
{
    (void)arg;
    log_warn("responder", "refused seq=%lld reason=\"%s\"", (long long)seq, reason);
}

struct err *
briefing_new(struct host *host, struct briefing **out)
{
    struct briefing *g = heap_alloc(sizeof *g);
    const struct host_options *options = &host->options;
    struct desired_client_config config = {.loop = host->loop,
                                           .socket = options->responder,
                                           .site = options->site_id,
                                           .host = options->host_id,
                                           .agent_uid = options->responder_uid,
                                           .arg = g,
                                           .ready = on_ready,
                                           .lost = on_lost,
                                           .refused = on_refused};

    *out = g;
    g->host = host;
    g->punt = (struct punt){.sockets = {-1, -1}};
    map_init(&g->seen, NULL);
    TRY(punt_make(host, &g->punt));
    present_set(g, false); /* What an earlier agent's device was is gone. */
    return desired_client_new(&config, &g->client);
}

void
briefing_free(struct briefing *g)
{
    if (!g) {
        return;
    }
    desired_client_free(g->client);
    punt_done(&g->punt);
    seen_clear(g);
    map_done(&g->seen);
    free(g);
}
