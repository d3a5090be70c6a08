/* What each chain has in the maps, and which chains have to be made anew: those
 * that changed, those that name a port that changed, those whose time to drain is
 * over, and those that could not be made; all, after a run that was cut short.  Others
 * cost nothing. */
#include "agent/forwarding_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- sets of ids ---------------------------------------------------------------------------- */

uint64_t
id_hash(const char *id)
{
    return hash_bytes(id, strlen(id), 0) | 1;
}

static uint64_t *
id_slot(const struct id_set *set, uint64_t hash)
{
    size_t i = hash >> 8 & (set->n_slots - 1);

    while (set->slots[i] && set->slots[i] != hash) {
        i = (i + 1) & (set->n_slots - 1);
    }
    return &set->slots[i];
}

void
id_set_add(struct mem *mem, struct id_set *set, const char *id)
{
    struct id_set old = *set;
    uint64_t hash = id_hash(id);

    if (set->n * 2 >= set->n_slots) {
        set->n_slots = set->n_slots ? set->n_slots * 2 : 64;
        set->slots = MEM_ARRAY(mem, set->n_slots, uint64_t);
        for (size_t i = 0; i < old.n_slots; i++) {
            if (old.slots[i]) {
                *id_slot(set, old.slots[i]) = old.slots[i];
            }
        }
    }
    set->n += !*id_slot(set, hash);
    *id_slot(set, hash) = hash;
}

bool
id_set_has(const struct id_set *set, uint64_t hash)
{
    return set->n && *id_slot(set, hash);
}

/* ---- what is kept ---------------------------------------------------------------------------- */

struct compiled *
compiled_new(void)
{
    struct compiled *c = heap_alloc(sizeof *c);

    map_init(&c->ports, NULL);
    map_init(&c->insts, NULL);
    map_init(&c->chains, NULL);
    map_init(&c->labels, NULL);
    c->classes = classes_new();
    c->dirty_mem = mem_new("dirty");
    c->labels_mem = mem_new("labels");
    return c;
}

static void
inst_hold_free(struct compiled *c, struct inst_hold *hold)
{
    struct inst_note *note = hold->note;

    note->n_places -= hold->is_place;
    *hold->at = hold->next;
    if (hold->next) {
        hold->next->at = hold->at;
    }
    free(hold->server_id);
    free(hold);
    if (!note->holds) {
        (void)map_take(&c->insts, note->uuid);
        free(note->uuid);
        free(note);
    }
}

/* What others would find it has: claims on ports, places of instances, classifiers. */
static void
chain_note_release(struct compiled *c, struct chain_note *note)
{
    for (size_t i = 0; i < note->claims.n; i++) {
        struct port_note *port = note->claims.items[i];

        port->n_claims--;
        port->lender = port->lender == note ? NULL : port->lender;
    }
    for (size_t i = 0; i < note->insts.n; i++) {
        inst_hold_free(c, note->insts.items[i]);
    }
    classes_drop(c->classes, &note->classes);
    note->claims.n = note->insts.n = note->ports.n = 0;
    c->n_due -= note->due != 0;
    note->due = 0;
}

static void
chain_note_free(struct chain_note *note)
{
    free(note->claims.items);
    free(note->insts.items);
    free(note->ports.items);
    free(note->owned.bytes);
    free(note->fresh.bytes);
    free(note->uuid);
    free(note);
}

void
compiled_free(struct compiled *c)
{
    if (!c) {
        return;
    }
    map_each (&c->chains, it) {
        chain_note_release(c, it->value);
        chain_note_free(it->value);
    }
    map_each (&c->labels, it) {
        label_note_free(it->value);
    }
    map_each (&c->ports, it) {
        free(((struct port_note *)it->value)->uuid);
        free(it->value);
    }
    map_done(&c->chains);
    map_done(&c->labels);
    map_done(&c->ports);
    map_done(&c->insts);
    classes_free(c->classes);
    mem_free(c->dirty_mem);
    mem_free(c->labels_mem);
    free(c);
}

struct inst_hold *
inst_hold_new(struct run *r, const char *id)
{
    struct inst_note *note = map_get(&r->c->insts, id);
    struct inst_hold *hold = heap_alloc(sizeof *hold);

    if (!note) {
        note = heap_alloc(sizeof *note);
        note->uuid = heap_str(id);
        map_set(&r->c->insts, note->uuid, note);
    }
    hold->note = note;
    hold->next = note->holds;
    hold->at = &note->holds;
    if (hold->next) {
        hold->next->at = &hold->next;
    }
    note->holds = hold;
    note_add(&r->note->insts, hold);
    return hold;
}

void
settled_tell(struct run *r, enum desired_kind kind, const char *id, const char *reason,
             uint64_t *told)
{
    uint64_t now = reason ? hash_bytes(reason, strlen(reason), 0) | 2 : 1;

    if (now != *told && r->f->settled) {
        r->f->settled(r->f->arg, kind, id, reason);
    }
    *told = now;
}

/* ---- which are to be made anew ---------------------------------------------------------------- */

static void
chain_note_touch(struct compiled *c, struct chain_note *note)
{
    if (!note->is_dirty) {
        note->is_dirty = true;
        vec_add(c->dirty_mem, &c->dirty, note);
    }
}

static void
chain_touch(struct run *r, const char *id)
{
    struct chain_note *note = map_get(&r->c->chains, id);

    if (!note && !world_find(r->world, DESIRED_chain, id)) {
        return; /* It came and went unseen. */
    }
    if (!note) {
        note = heap_alloc(sizeof *note);
        note->uuid = heap_str(id);
        map_set(&r->c->chains, note->uuid, note);
    }
    chain_note_touch(r->c, note);
}

void
compiled_begin(struct run *r)
{
    vec_each (&r->f->world->changes, change) {
        if (change->kind == DESIRED_chain) {
            chain_touch(r, change->id);
        } else if (change->kind == DESIRED_label) {
            label_touch(r, change->id);
        }
    }
    world_changes_done(r->f->world);
    vec_each (&r->c->dirty, note) {
        chain_note_release(r->c, *note);
    }
}

static bool
names_changed_port(const struct run *r, const struct chain_note *note)
{
    for (size_t i = 0; i < note->ports.n; i++) {
        if (id_set_has(&r->ports_changed, note->ports.items[i])) {
            return true;
        }
    }
    return false;
}

static void
concerned_touch(struct run *r)
{
    struct compiled *c = r->c;

    if (!r->ports_changed.n && !c->n_failed && !c->n_due && !r->after_cut) {
        return;
    }
    map_each (&c->chains, it) {
        struct chain_note *note = it->value;

        if (note->has_failed || (note->due && note->due <= r->now) || r->after_cut ||
            names_changed_port(r, note)) {
            chain_note_touch(c, note);
        }
    }
}

/* ---- one chain --------------------------------------------------------------------------------- */

static void
port_name(struct chain_note *note, const char *id)
{
    if (id) {
        note_add(&note->ports, id_hash(id));
    }
}

static void
ports_name(struct chain_note *note, const struct desired_chain *chain)
{
    for (size_t i = 0; i < chain->hops.n; i++) {
        const struct desired_hop *hop = chain->hops.items[i];

        for (size_t j = 0; j < hop->instances.n; j++) {
            const struct desired_instance *inst = hop->instances.items[j];

            port_name(note, inst->ingress_port_id);
            port_name(note, inst->egress_port_id);
        }
    }
    for (size_t i = 0; i < chain->classifiers.n; i++) {
        const struct desired_classifier *c = chain->classifiers.items[i];

        port_name(note, c->source_port_id);
        port_name(note, c->destination_port_id);
    }
}

/* False where it names a port that is not there, or has no number: such a classifier matches
 * nothing. */
static bool
class_end(struct run *r, const char *port_id, uint32_t *number)
{
    const struct port_note *note = port_id ? map_get(&r->c->ports, port_id) : NULL;

    *number = note ? note->id.id : 0;
    return !port_id || *number;
}

static uint16_t
port_or(int64_t port, uint16_t any)
{
    return port == INT_NULL ? any : (uint16_t)port;
}

static struct err *
class_add(struct run *r, const struct desired_chain *chain, const struct desired_classifier *in,
          struct class_spec *spec)
{
    __u64 mask[2];

    spec->priority = (uint16_t)in->priority;
    spec->v6 = str_eq(in->ethertype, "IPv6");
    spec->proto = in->protocol == INT_NULL ? -1 : (int)in->protocol;
    spec->src_len = prefix_words(in->src_cidr, spec->src, mask);
    spec->dst_len = prefix_words(in->dst_cidr, spec->dst, mask);
    spec->sport_min = port_or(in->src_port_min, 0);
    spec->sport_max = port_or(in->src_port_max, 0xffff);
    spec->dport_min = port_or(in->dst_port_min, 0);
    spec->dport_max = port_or(in->dst_port_max, 0xffff);
    if (!class_end(r, in->source_port_id, &spec->from) ||
        !class_end(r, in->destination_port_id, &spec->to)) {
        return NULL;
    }
    spec->chain_id = chain->id;
    return classes_add(r->c->classes, spec, &r->note->classes);
}

/* Packets are asked in DP_HOPS scopes behind the network's, not in more. */
static void
depth_check(struct run *r, const struct desired_chain *chain)
{
    const char *after = chain->after;
    int depth = 0;

    while (after && depth <= DP_HOPS) {
        const struct desired_chain *at = world_find(r->world, DESIRED_chain, after);

        after = at ? at->after : NULL;
        depth++;
    }
    if (depth > DP_HOPS) {
        run_problem(r, DESIRED_chain, chain->id, "it comes after more than 8 others");
    }
}

/* Its number, and what it asks for: before any is made, so that each knows who comes after it. */
static struct err *
chain_ask(struct run *r, struct chain_note *note, const struct desired_chain *chain)
{
    const struct net_note *net = map_get(&r->nets, chain->network_id);
    struct class_spec spec = {0};
    struct dp_id id;

    ports_name(note, chain);
    if (!net) {
        run_problem(r, DESIRED_chain, chain->id, "its network has no room on the host");
        return NULL;
    }
    spec.scope = spec.net = net->id.id;
    TRY(datapath_id(r->dp, ID_CHAIN, chain->id, 0, &id));
    spec.chain = id.id;
    if (chain->after) {
        TRY(datapath_id(r->dp, ID_CHAIN, chain->after, 0, &id));
        spec.scope = id.id;
        depth_check(r, chain);
    }
    for (size_t i = 0; i < chain->classifiers.n && !r->reason; i++) {
        TRY(class_add(r, chain, chain->classifiers.items[i], &spec));
    }
    return NULL;
}

static bool
is_made(const struct run *r, uint32_t number)
{
    map_each (&r->c->chains, it) {
        if (((const struct chain_note *)it->value)->number == number) {
            return true;
        }
    }
    return false;
}

/* What comes back with NSH is of the chain whose path it says. */
static struct err *
path_put(struct run *r, const struct desired_chain *chain, int64_t spi, uint32_t dir, uint32_t number,
         struct dp_chain *value)
{
    struct dp_path path = {.chain = number, .dir = dir, .net = value->net};
    const struct dp_path *other;

    value->spi[dir] = spi == INT_NULL ? 0 : (uint32_t)spi;
    if (spi == INT_NULL) {
        return NULL;
    }
    other = datapath_get(r->dp, TABLE_paths, &value->spi[dir]);
    if (other && other->chain != number && is_made(r, other->chain)) {
        run_problem(r, DESIRED_chain, chain->id, "another chain has its service path");
        return NULL;
    }
    return datapath_put(r->dp, TABLE_paths, &value->spi[dir], &path);
}

static struct err *
chain_put(struct run *r, struct chain_note *note, const struct desired_chain *chain)
{
    const struct net_note *net = map_get(&r->nets, chain->network_id);
    struct dp_chain value = {.n_hops = (uint32_t)chain->hops.n,
                             .flags = (chain->symmetric ? DP_CHAIN_SYMMETRIC : 0) |
                                      (chain->home ? DP_CHAIN_HOME : 0),
                             .net = net->id.id};
    bool ok = true;
    struct dp_id id;

    TRY(datapath_id(r->dp, ID_CHAIN, chain->id, 0, &id));
    TRY(chain_hops(r, chain, id.id, net->id.id, &value, &ok));
    if (!ok) {
        return NULL; /* The reason is told. */
    }
    value.flags |= classes_any(r->c->classes, id.id) ? DP_CHAIN_BRANCHES : 0;
    TRY(path_put(r, chain, chain->spi_forward, DP_FORWARD, id.id, &value));
    TRY(path_put(r, chain, chain->spi_reverse, DP_REVERSE, id.id, &value));
    chain_version(r, id.id, &value);
    TRY(datapath_put(r->dp, TABLE_chains, &id.id, &value));
    note->number = id.id;
    return NULL;
}

/* One of the two steps above, as the note's own; where it fails, it has nothing. */
static struct err *
chain_step(struct run *r, struct chain_note *note,
           struct err *(*step)(struct run *r, struct chain_note *note,
                               const struct desired_chain *chain))
{
    const struct desired_chain *chain = world_find(r->world, DESIRED_chain, note->uuid);
    struct err *e = NULL;

    if (!chain || note->reason) {
        return NULL;
    }
    r->note = note;
    r->reason = NULL;
    datapath_own(r->dp, &note->fresh);
    e = step(r, note, chain);
    datapath_own(r->dp, NULL);
    TRY(run_fit(r, e));
    note->reason = r->reason;
    if (note->reason) {
        chain_note_release(r->c, note);
        ports_name(note, chain);
    }
    return NULL;
}

/* It has what it has now, and lets go of what it had. */
static struct err *
chain_settle(struct run *r, struct chain_note *note)
{
    const struct desired_chain *chain = world_find(r->world, DESIRED_chain, note->uuid);
    struct datapath_owned owned = note->owned;
    struct err *e = NULL;

    if (note->reason) {
        e = datapath_disown(r->dp, &note->fresh);
    }
    note->owned = note->fresh;
    note->fresh = (struct datapath_owned){0};
    e = err_join(e, datapath_disown(r->dp, &owned));
    if (note->number != note->had_number || note->members != note->had_members ||
        note->n_hops != (chain ? chain->hops.n : 0)) {
        id_set_add(r->mem, &r->chains_moved, note->uuid);
    }
    note->n_hops = chain ? chain->hops.n : 0;
    note->had_number = note->number;
    r->c->n_failed += (size_t)(note->reason != NULL) - (size_t)note->has_failed;
    r->c->n_due += note->due != 0;
    note->has_failed = note->reason;
    note->is_dirty = false;
    if (chain) {
        settled_tell(r, DESIRED_chain, note->uuid, note->reason, &note->told);
        return e;
    }
    (void)map_take(&r->c->chains, note->uuid);
    chain_note_free(note);
    return e;
}

/* ---- all that are dirty ------------------------------------------------------------------------ */

static struct err *
dirty_make(struct run *r)
{
    struct compiled *c = r->c;

    classes_share(c->classes, world_count(r->world, DESIRED_network));
    vec_each (&c->dirty, it) {
        chain_note_release(c, *it);
        (*it)->reason = NULL;
        (*it)->had_number = (*it)->number;
        (*it)->number = 0;
        (*it)->had_members = (*it)->members;
        (*it)->members = 0;
        TRY(datapath_disown(r->dp, &(*it)->fresh)); /* Of a run that was cut short. */
    }
    vec_each (&c->dirty, it) {
        TRY(chain_step(r, *it, chain_ask));
    }
    vec_each (&c->dirty, it) {
        TRY(chain_step(r, *it, chain_put));
    }
    return classes_flush(c->classes, r->dp);
}

static struct err *
dirty_settle(struct run *r)
{
    struct compiled *c = r->c;
    struct err *e = NULL;

    vec_each (&c->dirty, it) {
        e = err_join(e, chain_settle(r, *it));
    }
    mem_free(c->dirty_mem);
    c->dirty_mem = mem_new("dirty");
    c->dirty.items = NULL;
    c->dirty.n = c->dirty.cap = 0;
    return e;
}

static void
due_find(struct run *r)
{
    r->f->due = 0;
    if (!r->c->n_due) {
        return;
    }
    map_each (&r->c->chains, it) {
        const struct chain_note *note = it->value;

        if (note->due && (!r->f->due || note->due < r->f->due)) {
            r->f->due = note->due;
        }
    }
}

/* Who failed is told again with each try. */
static void
all_tell(struct run *r)
{
    map_each (&r->c->chains, it) {
        struct chain_note *note = it->value;

        note->told = 0;
        if (!note->is_dirty && !note->has_failed) {
            settled_tell(r, DESIRED_chain, note->uuid, NULL, &note->told);
        }
    }
}

struct err *
chains_sync(struct run *r)
{
    concerned_touch(r);
    if (r->f->tell_all) {
        all_tell(r);
    }
    if (r->c->dirty.n) {
        TRY(dirty_make(r));
        TRY(dirty_settle(r));
    }
    due_find(r);
    return NULL;
}
