/* Holds the desired state and lets it change only as a whole: references are
 * counted, so that what changed is all that has to be checked, and a change that
 * would take away most of what runs needs the sender's word for it. */
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
    world->changes_mem = NULL;
    world_changes_done(world);
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
    mem_free(world->changes_mem);
}

void
world_changes_done(struct world *world)
{
    mem_free(world->changes_mem);
    world->changes_mem = mem_new("changes");
    world->changes.items = NULL;
    world->changes.n = world->changes.cap = 0;
}

static struct thing *
thing_find(const struct world *world, enum desired_kind kind, const char *id)
{
    return id ? map_get(&world->kinds[kind], id) : NULL;
}

void *
world_find(const struct world *world, enum desired_kind kind, const char *id)
{
    struct thing *thing = thing_find(world, kind, id);

    return thing ? thing->object : NULL;
}

uint64_t
world_serial(const struct world *world, enum desired_kind kind, const char *id)
{
    struct thing *thing = thing_find(world, kind, id);

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

/* Each object that 'of' refers to; an error ends it. */
typedef struct err *ref_fn(struct world *world, const struct thing *of, enum desired_kind kind,
                           const char *id);

static struct err *
ids_each(struct world *world, const struct thing *of, enum desired_kind kind,
         const struct strs *ids, ref_fn *fn)
{
    for (size_t i = 0; i < ids->n; i++) {
        TRY(fn(world, of, kind, ids->items[i]));
    }
    return NULL;
}

static struct err *
port_refs(struct world *world, const struct thing *of, ref_fn *fn)
{
    const struct desired_port *port = of->object;

    TRY(fn(world, of, DESIRED_network, port->network_id));
    if (port->server_id) {
        TRY(fn(world, of, DESIRED_server, port->server_id));
    }
    return ids_each(world, of, DESIRED_security_group, &port->security_groups, fn);
}

static struct err *
group_refs(struct world *world, const struct thing *of, ref_fn *fn)
{
    const struct desired_security_group *group = of->object;

    for (size_t i = 0; i < group->rules.n; i++) {
        const struct desired_rule *rule = group->rules.items[i];

        if (rule->remote_group_id) {
            TRY(fn(world, of, DESIRED_security_group, rule->remote_group_id));
        }
    }
    return NULL;
}

static struct err *
chain_refs(struct world *world, const struct thing *of, ref_fn *fn)
{
    const struct desired_chain *chain = of->object;

    TRY(fn(world, of, DESIRED_network, chain->network_id));
    if (chain->after) {
        TRY(fn(world, of, DESIRED_chain, chain->after));
    }
    for (size_t i = 0; i < chain->hops.n; i++) {
        const struct desired_hop *hop = chain->hops.items[i];

        for (size_t j = 0; j < hop->instances.n; j++) {
            const struct desired_instance *inst = hop->instances.items[j];

            if (inst->ingress_port_id) {
                TRY(fn(world, of, DESIRED_port, inst->ingress_port_id));
                TRY(fn(world, of, DESIRED_port, inst->egress_port_id));
            }
        }
    }
    return NULL;
}

static struct err *
server_refs(struct world *world, const struct thing *of, ref_fn *fn)
{
    const struct desired_server *server = of->object;

    TRY(fn(world, of, DESIRED_image, server->image_id));
    return ids_each(world, of, DESIRED_port, &server->ports, fn);
}

static struct err *
refs_each(struct world *world, const struct thing *of, ref_fn *fn)
{
    const struct desired_remote_port *remote = of->object;
    const struct desired_label *label = of->object;

    switch (of->kind) {
    case DESIRED_port:
        return port_refs(world, of, fn);
    case DESIRED_security_group:
        return group_refs(world, of, fn);
    case DESIRED_remote_port:
        return fn(world, of, DESIRED_network, remote->network_id);
    case DESIRED_chain:
        return chain_refs(world, of, fn);
    case DESIRED_label:
        return fn(world, of, DESIRED_chain, label->chain_id);
    case DESIRED_server:
        return server_refs(world, of, fn);
    case DESIRED_network:
    case DESIRED_image:
    case DESIRED_guest:
    case DESIRED_N_KINDS:
    default:
        return NULL;
    }
}

static struct err *
ref_missing(struct world *world, const struct thing *of, enum desired_kind kind, const char *id)
{
    if (thing_find(world, kind, id)) {
        return NULL;
    }
    return err_new(E_INVALID, NULL, "%s %s refers to %s %s, which is not there",
                   desired_kind_names[of->kind], desired_id(of->object), desired_kind_names[kind],
                   id);
}

/* What is not there is not counted: it is found missing, and then all is undone. */
static struct err *
ref_add(struct world *world, const struct thing *of, enum desired_kind kind, const char *id)
{
    struct thing *to = thing_find(world, kind, id);

    (void)of;
    if (to) {
        to->n_refs++;
    }
    return NULL;
}

static struct err *
ref_drop(struct world *world, const struct thing *of, enum desired_kind kind, const char *id)
{
    struct thing *to = thing_find(world, kind, id);

    (void)of;
    if (to) {
        to->n_refs--;
    }
    return NULL;
}

static void
refs_count(struct world *world, const struct thing *of, ref_fn *fn)
{
    err_ignore(refs_each(world, of, fn), "counting does not fail");
}

/* A server's ports name it. */
static struct err *
server_agrees(const struct world *world, const char *server_id)
{
    const struct desired_server *server = world_find(world, DESIRED_server, server_id);

    for (size_t i = 0; server && i < server->ports.n; i++) {
        const struct desired_port *port = world_find(world, DESIRED_port, server->ports.items[i]);

        if (port && !str_eq(port->server_id, server->id)) {
            return err_new(E_INVALID, NULL, "server %s names port %s, which does not name it",
                           server->id, port->id);
        }
    }
    return NULL;
}

/* A chain comes after another of its own network. */
static struct err *
chain_agrees(const struct world *world, const struct desired_chain *chain)
{
    const struct desired_chain *before = world_find(world, DESIRED_chain, chain->after);

    if (before && (before == chain || !str_eq(before->network_id, chain->network_id))) {
        return err_new(E_INVALID, NULL, "chain %s comes after %s, which is %s", chain->id,
                       before->id, before == chain ? "itself" : "of another network");
    }
    return NULL;
}

/* ---- changing --------------------------------------------------------------------------- */

/* One object's change: it comes (no 'before'), goes (no 'after') or is replaced. */
struct change {
    enum desired_kind kind;
    struct thing *before, *after;
};
struct changes {
    VEC(struct change) items;
};

/* Only the last step of each id counts; a snapshot also takes away what it does not name. */
static void
changes_make(const struct world *world, struct delta *delta, struct changes *out)
{
    struct map last[DESIRED_N_KINDS];

    for (int kind = 0; kind < DESIRED_N_KINDS; kind++) {
        map_init(&last[kind], delta->mem);
    }
    vec_each (&delta->steps, step) {
        map_set(&last[step->kind], step->id, step);
    }
    for (enum desired_kind kind = 0; kind < DESIRED_N_KINDS; kind++) {
        map_each (&last[kind], it) {
            const struct delta_step *step = it->value;
            struct change change = {kind, thing_find(world, kind, step->id), step->put};

            if (change.before || change.after) {
                vec_add(delta->mem, &out->items, change);
            }
        }
        if (delta->is_snapshot) {
            world_each (world, kind, it) {
                struct change change = {kind, it->value, NULL};

                if (!map_get(&last[kind], it->key)) {
                    vec_add(delta->mem, &out->items, change);
                }
            }
        }
    }
}

/* The map's key is the thing's own. */
static void
thing_swap(struct world *world, enum desired_kind kind, struct thing *out, struct thing *in)
{
    if (out) {
        (void)map_take(&world->kinds[kind], desired_id(out->object));
    }
    if (in) {
        in->n_refs = out ? out->n_refs : 0;
        map_set(&world->kinds[kind], desired_id(in->object), in);
    }
}

static void
changes_apply(struct world *world, struct changes *changes)
{
    vec_each (&changes->items, c) {
        if (c->before) {
            refs_count(world, c->before, ref_drop);
        }
    }
    vec_each (&changes->items, c) {
        thing_swap(world, c->kind, c->before, c->after);
    }
    vec_each (&changes->items, c) {
        if (c->after) {
            refs_count(world, c->after, ref_add);
        }
    }
}

static void
changes_undo(struct world *world, struct changes *changes)
{
    vec_each (&changes->items, c) {
        if (c->after) {
            refs_count(world, c->after, ref_drop);
        }
    }
    for (size_t i = changes->items.n; i-- > 0;) {
        struct change *c = &changes->items.items[i];
        size_t n_refs = c->before ? c->before->n_refs : 0;

        thing_swap(world, c->kind, c->after, c->before);
        if (c->before && !c->after) {
            c->before->n_refs = n_refs; /* Of those that still named it. */
        }
    }
    vec_each (&changes->items, c) {
        if (c->before) {
            refs_count(world, c->before, ref_add);
        }
    }
}

/* Who still refers to what went; there is somebody. */
static struct err *
dangling_find(struct world *world)
{
    for (int kind = 0; kind < DESIRED_N_KINDS; kind++) {
        world_each (world, kind, it) {
            TRY(refs_each(world, it->value, ref_missing));
        }
    }
    return err_new(E_INTERNAL, NULL, "references were counted wrongly");
}

static struct err *
change_check(struct world *world, const struct change *c)
{
    const struct desired_port *port = c->before ? c->before->object : NULL;

    if (c->after) {
        TRY(refs_each(world, c->after, ref_missing));
    } else if (c->before && c->before->n_refs) {
        TRY(dangling_find(world));
    }
    if (c->kind == DESIRED_port && port) {
        TRY(server_agrees(world, port->server_id));
    }
    if (c->kind == DESIRED_server && c->after) {
        TRY(server_agrees(world, desired_id(c->after->object)));
    }
    return c->kind == DESIRED_chain && c->after ? chain_agrees(world, c->after->object) : NULL;
}

static struct err *
removal_check(const struct world *after, const struct changes *changes)
{
    static const enum desired_kind watched[] = {DESIRED_server, DESIRED_port, DESIRED_network};

    for (size_t i = 0; i < ARRAY_SIZE(watched); i++) {
        size_t had = world_count(after, watched[i]), gone = 0;

        vec_each (&changes->items, c) {
            if (c->kind == watched[i]) {
                gone += !c->after;
                had += (size_t)(c->before != NULL) - (size_t)(c->after != NULL);
            }
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

static struct err *
changes_check(struct world *world, const struct changes *changes, bool allow_removal)
{
    vec_each (&changes->items, c) {
        TRY(change_check(world, c));
    }
    return allow_removal ? NULL : removal_check(world, changes);
}

struct err *
world_change(struct world *world, struct delta *delta, bool allow_removal)
{
    struct changes changes = {0};
    struct err *e;

    changes_make(world, delta, &changes);
    changes_apply(world, &changes);
    e = changes_check(world, &changes, allow_removal);
    if (e) {
        changes_undo(world, &changes);
        return e;
    }
    vec_each (&changes.items, c) {
        const void *object = c->after ? c->after->object : c->before->object;
        struct world_change change = {c->kind, mem_str(world->changes_mem, desired_id(object))};

        vec_add(world->changes_mem, &world->changes, change);
        thing_free(c->before);
    }
    /* What was put twice goes, but for the last. */
    vec_each (&delta->steps, step) {
        if (step->put && map_get(&world->kinds[step->kind], step->id) != step->put) {
            thing_free(step->put);
        }
        step->put = NULL;
    }
    return NULL;
}
