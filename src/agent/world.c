/* Holds the desired state and lets it change only as a whole: references are
 * checked on the result, and a change that would take away most of what runs
 * needs the sender's word for it. */
#include "agent/world.h"

#include <stdlib.h>

#define REMOVAL_FREE 10 /* So few may always go. */

static void
thing_free(struct thing *thing)
{
    if (thing) {
        mem_free(thing->mem);
        free(thing);
    }
}

void
world_init(struct world *world)
{
    for (int i = 0; i < DESIRED_N_KINDS; i++) {
        map_init(&world->kinds[i], NULL);
    }
}

void
world_done(struct world *world)
{
    for (int i = 0; i < DESIRED_N_KINDS; i++) {
        world_each (world, i, it) {
            thing_free(it->value);
        }
        map_done(&world->kinds[i]);
    }
}

void *
world_find(const struct world *world, enum desired_kind kind, const char *id)
{
    struct thing *thing = id ? map_get(&world->kinds[kind], id) : NULL;

    return thing ? thing->object : NULL;
}

uint64_t
world_serial(const struct world *world, enum desired_kind kind, const char *id)
{
    struct thing *thing = id ? map_get(&world->kinds[kind], id) : NULL;

    return thing ? thing->serial : 0;
}

size_t
world_count(const struct world *world, enum desired_kind kind)
{
    return world->kinds[kind].n_live;
}

/* ---- collecting ----------------------------------------------------------------------- */

struct delta *
delta_new(bool is_snapshot, int64_t seq)
{
    struct mem *mem = mem_new("delta");
    struct delta *delta = MEM_NEW(mem, struct delta);

    delta->mem = mem;
    delta->is_snapshot = is_snapshot;
    delta->seq = seq;
    return delta;
}

void
delta_free(struct delta *delta)
{
    if (delta) {
        vec_each (&delta->steps, step) {
            thing_free(step->put);
        }
        mem_free(delta->mem);
    }
}

static struct err *
room_check(const struct delta *delta)
{
    if (delta->steps.n >= DESIRED_OBJECTS_MAX) {
        return err_new(E_TOO_LARGE, NULL, "more than %d objects", DESIRED_OBJECTS_MAX);
    }
    return NULL;
}

struct err *
delta_put(struct delta *delta, enum desired_kind kind, const struct json *json)
{
    static uint64_t serial;
    AUTO(mem) mem = mem_new("decode");
    struct delta_step step = {.kind = kind};
    void *object;

    TRY(room_check(delta));
    TRY(desired_decode(mem, kind, json, &object));
    step.put = heap_alloc(sizeof *step.put);
    step.put->mem = mem_new("desired object");
    step.put->kind = kind;
    step.put->serial = ++serial;
    step.put->object = row_copy(step.put->mem, object);
    step.id = desired_id(step.put->object);
    vec_add(delta->mem, &delta->steps, step);
    delta->n_puts++;
    return NULL;
}

void
delta_delete(struct delta *delta, enum desired_kind kind, const char *id)
{
    struct delta_step step = {.kind = kind, .id = mem_str(delta->mem, id)};

    vec_add(delta->mem, &delta->steps, step);
}

/* ---- references ------------------------------------------------------------------------ */

static struct err *
need(const struct world *world, enum desired_kind kind, const char *id, const char *from,
     const char *from_id)
{
    if (world_find(world, kind, id)) {
        return NULL;
    }
    return err_new(E_INVALID, NULL, "%s %s refers to %s %s, which is not there", from, from_id,
                   desired_kind_names[kind], id);
}

static struct err *
port_refs(const struct world *world, const struct desired_port *port)
{
    TRY(need(world, DESIRED_network, port->network_id, "port", port->id));
    if (port->server_id) {
        TRY(need(world, DESIRED_server, port->server_id, "port", port->id));
    }
    for (size_t i = 0; i < port->security_groups.n; i++) {
        TRY(need(world, DESIRED_security_group, port->security_groups.items[i], "port",
                 port->id));
    }
    return NULL;
}

static struct err *
group_refs(const struct world *world, const struct desired_security_group *group)
{
    for (size_t i = 0; i < group->rules.n; i++) {
        const struct desired_rule *rule = group->rules.items[i];

        if (rule->remote_group_id) {
            TRY(need(world, DESIRED_security_group, rule->remote_group_id, "security group",
                     group->id));
        }
    }
    return NULL;
}

static struct err *
chain_refs(const struct world *world, const struct desired_chain *chain)
{
    TRY(need(world, DESIRED_network, chain->network_id, "chain", chain->id));
    for (size_t i = 0; i < chain->hops.n; i++) {
        const struct desired_hop *hop = chain->hops.items[i];

        for (size_t j = 0; j < hop->instances.n; j++) {
            const struct desired_instance *inst = hop->instances.items[j];

            if (inst->ingress_port_id) {
                TRY(need(world, DESIRED_port, inst->ingress_port_id, "chain", chain->id));
                TRY(need(world, DESIRED_port, inst->egress_port_id, "chain", chain->id));
            }
        }
    }
    return NULL;
}

static struct err *
server_refs(const struct world *world, const struct desired_server *server)
{
    TRY(need(world, DESIRED_image, server->image_id, "server", server->id));
    for (size_t i = 0; i < server->ports.n; i++) {
        const struct desired_port *port = world_find(world, DESIRED_port, server->ports.items[i]);

        TRY(need(world, DESIRED_port, server->ports.items[i], "server", server->id));
        if (!str_eq(port->server_id, server->id)) {
            return err_new(E_INVALID, NULL, "server %s names port %s, which does not name it",
                           server->id, port->id);
        }
    }
    return NULL;
}

static struct err *
object_refs(const struct world *world, const struct thing *thing)
{
    const struct desired_remote_port *remote = thing->object;
    const struct desired_label *label = thing->object;

    switch (thing->kind) {
    case DESIRED_port:
        return port_refs(world, thing->object);
    case DESIRED_security_group:
        return group_refs(world, thing->object);
    case DESIRED_remote_port:
        return need(world, DESIRED_network, remote->network_id, "remote port", remote->id);
    case DESIRED_chain:
        return chain_refs(world, thing->object);
    case DESIRED_label:
        return need(world, DESIRED_chain, label->chain_id, "label", label->id);
    case DESIRED_server:
        return server_refs(world, thing->object);
    case DESIRED_network:
    case DESIRED_image:
    case DESIRED_guest:
    case DESIRED_N_KINDS:
    default:
        return NULL;
    }
}

static struct err *
world_refs(const struct world *world)
{
    for (int kind = 0; kind < DESIRED_N_KINDS; kind++) {
        world_each (world, kind, it) {
            TRY(object_refs(world, it->value));
        }
    }
    return NULL;
}

/* ---- changing --------------------------------------------------------------------------- */

static struct err *
removal_check(const struct world *before, const struct world *after)
{
    static const enum desired_kind watched[] = {DESIRED_server, DESIRED_port, DESIRED_network};

    for (size_t i = 0; i < ARRAY_SIZE(watched); i++) {
        size_t had = world_count(before, watched[i]), gone = 0;

        world_each (before, watched[i], it) {
            gone += !world_find(after, watched[i], it->key);
        }
        if (gone > REMOVAL_FREE && gone * 2 > had) {
            return err_new(E_CONFLICT, NULL,
                           "it would remove %zu of %zu %ss, and the site did not say that it "
                           "means it",
                           gone, had, desired_kind_names[watched[i]]);
        }
    }
    return NULL;
}

/* 'after' shares the things of 'before' that do not change.  Only the last step
 * of each id counts; a map keeps the key it saw first, so each id is set once. */
static void
world_merge(const struct world *before, const struct delta *delta, struct world *after)
{
    struct map last[DESIRED_N_KINDS];

    world_init(after);
    for (int kind = 0; kind < DESIRED_N_KINDS; kind++) {
        map_init(&last[kind], delta->mem);
    }
    vec_each (&delta->steps, step) {
        map_set(&last[step->kind], step->id, step);
    }
    for (int kind = 0; kind < DESIRED_N_KINDS; kind++) {
        if (!delta->is_snapshot) {
            world_each (before, kind, it) {
                if (!map_get(&last[kind], it->key)) {
                    map_set(&after->kinds[kind], it->key, it->value);
                }
            }
        }
        map_each(&last[kind], it)
        {
            const struct delta_step *step = it->value;

            if (step->put) {
                map_set(&after->kinds[kind], step->id, step->put);
            }
        }
    }
}

static void
maps_done(struct world *world)
{
    for (int i = 0; i < DESIRED_N_KINDS; i++) {
        map_done(&world->kinds[i]);
    }
}

struct err *
world_change(struct world *world, struct delta *delta, bool allow_removal)
{
    struct world after;
    struct err *e;

    world_merge(world, delta, &after);
    e = world_refs(&after);
    if (!e && !allow_removal) {
        e = removal_check(world, &after);
    }
    if (e) {
        maps_done(&after);
        return e;
    }
    /* What the new state does not hold goes, also what was put twice. */
    for (int kind = 0; kind < DESIRED_N_KINDS; kind++) {
        world_each (world, kind, it) {
            if (map_get(&after.kinds[kind], it->key) != it->value) {
                thing_free(it->value);
            }
        }
    }
    vec_each (&delta->steps, step) {
        if (step->put && map_get(&after.kinds[step->kind], step->id) != step->put) {
            thing_free(step->put);
        }
        step->put = NULL;
    }
    maps_done(world);
    *world = after;
    return NULL;
}
