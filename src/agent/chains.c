/* Groups and instances of chains as the maps hold them: who may get a new flow,
 * in which share, and which flows are whose. */
#include "agent/forwarding_parts.h"

#include <stdlib.h>
#include <string.h>

/* A function's port serves one instance, and that one network.  Lent to another site, it is no other
 * chain's: of what comes out of it nobody could say whose it is. */
static bool
claim(struct run *r, const char *port_id, const struct desired_instance *in, uint32_t inst,
      uint32_t net)
{
    struct port_note *note = map_get(&r->c->ports, port_id);
    struct chain_note *lender = in->back_vtep ? r->note : NULL;

    if (note->n_claims &&
        (note->inst != inst || note->serves != net || note->lender != lender)) {
        return false;
    }
    note->inst = inst;
    note->serves = net;
    note->nsh = in->nsh;
    note->lender = lender;
    note->n_claims++;
    note_add(&r->note->claims, note);
    return true;
}

static void
inst_side(struct run *r, const char *port_id, struct dp_inst *inst, int dir)
{
    const struct port_note *note = map_get(&r->c->ports, port_id);

    inst->ifindex[dir] = note->ifindex;
    inst->port[dir] = note->id.id;
    inst->slot[dir] = note->id.slot;
    mac_key(inst->mac[dir], note->port->mac);
    if (!note->ifindex || !note->port->admin_state_up) {
        inst->up = 0;
    }
}

/* What packets go there by, or back from here. */
static struct err *
label_put(struct run *r, uint32_t chain, uint32_t inst, const struct desired_instance *in)
{
    struct dp_label_key key = {.chain = chain, .inst = inst};
    struct dp_label label = {.vtep = vtep_of(in->vtep ? in->vtep : in->back_vtep)};

    label.label[DP_FORWARD] = (uint32_t)in->label_forward;
    label.label[DP_REVERSE] = (uint32_t)in->label_reverse;
    return datapath_put(r->dp, TABLE_labels, &key, &label);
}

/* Its time to drain is over: nothing more goes there. */
static bool
drain_is_over(struct run *r, const struct desired_instance *in)
{
    if (in->drain_until == INT_NULL) {
        return false;
    }
    if (in->drain_until <= r->now) {
        return true;
    }
    if (!r->note->due || in->drain_until < r->note->due) {
        r->note->due = in->drain_until;
    }
    return false;
}

static bool
is_placed(struct run *r, const char *port_id)
{
    return ((const struct port_note *)map_get(&r->c->ports, port_id))->net;
}

/* A position that is being made. */
struct place {
    const struct desired_chain *chain;
    const struct desired_hop *hop_in;
    uint32_t number, hop, net;
};

/* What begins at an instance has to know where that is: it cannot be at two places, unless its
 * packets say from which they come. */
static bool
speaks_put(struct run *r, const struct place *at, const char *id, struct dp_inst *inst)
{
    struct inst_hold *hold = inst_hold_new(r, id);
    struct inst_note *note = hold->note;

    inst->flags |= DP_INST_SPEAKS;
    inst->chain = at->number;
    inst->hop = at->hop;
    if (note->n_places && !(inst->flags & DP_INST_NSH) &&
        (note->chain != at->number || note->hop != at->hop)) {
        return false;
    }
    hold->is_place = true;
    note->n_places++;
    note->chain = at->number;
    note->hop = at->hop;
    return true;
}

/* However many chains it is in, one of them says how. */
static void
watch_add(struct run *r, const char *id, const char *server_id,
          const struct forwarding_instance *made)
{
    struct inst_hold *hold = inst_hold_new(r, id);

    hold->is_watched = true;
    hold->made = *made;
    hold->server_id = heap_str(server_id);
}

/* What is addressed or has one arm lets no probe through. */
static void
watched_add(struct run *r, const struct place *at, const struct desired_instance *in,
            const struct dp_id *id, const struct dp_inst *inst)
{
    const struct port_note *port = map_get(&r->c->ports, in->ingress_port_id);
    bool through = !(inst->flags & (DP_INST_L3 | DP_INST_ONE_ARM | DP_INST_NSH));
    struct forwarding_instance made = {
        .watched = {.number = id->id,
                    .slot = id->slot,
                    .ifindex = {inst->ifindex[DP_FORWARD], inst->ifindex[DP_REVERSE]},
                    .interval_ms = through ? (uint32_t)at->hop_in->probe_interval_ms : 0,
                    .threshold = (uint32_t)at->hop_in->probe_threshold},
        .not_used = inst->up ? drain_is_over(r, in) ? "it is drained" : NULL
                             : "a port of it is down, or in no server"};

    watch_add(r, in->id, str_or(port->port->server_id, ""), &made);
}

/* The WAN's way is longer and loses more than a box: it is asked less often, and believed later. */
#define ELSEWHERE_INTERVALS 10
#define ELSEWHERE_THRESHOLD 8
#define ELSEWHERE_MS_MIN 100

static void
watched_elsewhere(struct run *r, const struct place *at, const struct desired_instance *in,
                  const struct dp_id *id, const struct dp_inst *inst)
{
    bool known = in->label_forward != DESIRED_LABEL_NOBODY &&
                 in->label_reverse != DESIRED_LABEL_NOBODY && at->hop_in->probe_interval_ms > 0;
    int64_t ms = at->hop_in->probe_interval_ms * ELSEWHERE_INTERVALS;
    struct forwarding_instance made = {
        .watched = {.number = id->id,
                    .slot = id->slot,
                    .vtep = inst->vtep,
                    .label = {(uint32_t)in->label_forward, (uint32_t)in->label_reverse},
                    .interval_ms = !known ? 0 : ms < ELSEWHERE_MS_MIN ? ELSEWHERE_MS_MIN
                                                                      : (uint32_t)ms,
                    .threshold = ELSEWHERE_THRESHOLD},
        .not_used = drain_is_over(r, in) ? "it is drained" : NULL};

    watch_add(r, in->id, "", &made);
}

/* What is sent to it with: labels of its site, or NSH.  A forwarder is not asked for what is behind
 * it. */
static struct err *
elsewhere_put(struct run *r, const struct place *at, const struct desired_instance *in,
              const struct dp_id *id, struct dp_inst *inst)
{
    if (in->nsh) {
        inst->vni = (uint32_t)in->vni;
        return NULL;
    }
    watched_elsewhere(r, at, in, id, inst);
    return label_put(r, at->number, id->id, in);
}

/* One with ports here; '*ok' is false where they are another's. */
static struct err *
here_put(struct run *r, const struct place *at, const struct desired_instance *in,
         const struct dp_id *id, struct dp_inst *inst, bool *ok)
{
    *ok = claim(r, in->ingress_port_id, in, id->id, at->net) &&
          claim(r, in->egress_port_id, in, id->id, at->net);
    if (!*ok) {
        run_problem(r, DESIRED_chain, at->chain->id,
                    "a function's port serves another instance, network or site already");
        return NULL;
    }
    if (in->back_vtep && at->chain->classifiers.n > 0) {
        run_problem(r, DESIRED_chain, at->chain->id,
                    "it lends an instance to another site and has classifiers of its own");
        *ok = false;
        return NULL;
    }
    inst_side(r, in->ingress_port_id, inst, DP_FORWARD);
    inst_side(r, in->egress_port_id, inst, DP_REVERSE);
    if (str_eq(in->ingress_port_id, in->egress_port_id)) {
        inst->flags |= DP_INST_ONE_ARM;
    }
    watched_add(r, at, in, id, inst);
    if (!in->back_vtep) {
        return NULL;
    }
    TRY(peer_put(r, at->net, vtep_of(in->back_vtep)));
    return label_put(r, at->number, id->id, in);
}

static struct err *
inst_put(struct run *r, const struct place *at, const struct desired_instance *in,
         const struct dp_id *id, bool *ok)
{
    const struct desired_chain *chain = at->chain;
    struct dp_inst inst = {.up = 1, .health = id->slot};
    uint32_t net = at->net;

    *ok = true;
    if (str_eq(in->layer, "l3")) {
        inst.flags |= DP_INST_L3;
    }
    inst.flags |= in->nsh ? DP_INST_NSH : 0;
    if (in->speaks && !speaks_put(r, at, in->id, &inst)) {
        run_problem(r, DESIRED_chain, chain->id,
                    "an instance that sends flows of its own has another place already");
        *ok = false;
        return NULL;
    }
    if (in->vtep) {
        inst.flags |= DP_INST_REMOTE;
        inst.vtep = vtep_of(in->vtep);
        TRY(peer_put(r, net, inst.vtep));
        TRY(elsewhere_put(r, at, in, id, &inst));
    } else {
        if (!is_placed(r, in->ingress_port_id) || !is_placed(r, in->egress_port_id)) {
            run_problem(r, DESIRED_chain, chain->id, "a function's port has no room on the host");
            *ok = false;
            return NULL;
        }
        TRY(here_put(r, at, in, id, &inst, ok));
        if (!*ok) {
            return NULL;
        }
    }
    if (drain_is_over(r, in)) {
        inst.up = 0;
    }
    return datapath_put(r->dp, TABLE_insts, &id->id, &inst);
}

/* Who of a group gets how many buckets, and has got so far. */
struct share {
    const struct desired_instance *inst;
    uint8_t seat; /* + 1 */
    uint32_t wanted, taken;
};

/* Whole buckets in the ratio of the weights: largest remainders first. */
static void
shares_fill(struct share *shares, size_t n)
{
    uint64_t total = 0, given = 0;

    for (size_t i = 0; i < n; i++) {
        total += (uint64_t)shares[i].inst->weight;
    }
    for (size_t i = 0; i < n; i++) {
        shares[i].wanted = (uint32_t)(DP_BUCKETS * (uint64_t)shares[i].inst->weight / total);
        given += shares[i].wanted;
    }
    while (given < DP_BUCKETS) {
        uint64_t most = 0;
        size_t at = 0;

        for (size_t i = 0; i < n; i++) {
            uint64_t exact = DP_BUCKETS * (uint64_t)shares[i].inst->weight;
            uint64_t rest = exact > shares[i].wanted * total ? exact - shares[i].wanted * total : 0;

            if (rest > most) {
                most = rest;
                at = i;
            }
        }
        shares[at].wanted++;
        given++;
    }
}

/* Highest random weight among those that have not their share yet: every site
 * fills the buckets alike, the shares are exact, and an instance that comes or
 * goes moves little more than its own. */
static void
buckets_fill(struct dp_group *group, struct share *shares, size_t n)
{
    for (uint32_t b = 0; b < DP_BUCKETS; b++) {
        struct share *best = shares; /* Whoever has room is better than who has none. */
        uint64_t most = 0;

        for (size_t i = 0; i < n; i++) {
            const char *id = shares[i].inst->id;
            uint64_t score = hash_bytes(id, strlen(id), b + 1);

            if (shares[i].taken < shares[i].wanted &&
                (best->taken >= best->wanted || score > most)) {
                best = &shares[i];
                most = score;
            }
        }
        group->bucket[b] = best->seat;
        best->taken++;
    }
}

static uint32_t
field_bit(const char *name)
{
    for (uint32_t i = 0; desired_fields[i]; i++) {
        if (str_eq(desired_fields[i], name)) {
            return 1u << i; /* DP_FIELD_* are in that order. */
        }
    }
    return 0;
}

static struct err *
group_put(struct run *r, const struct desired_hop *hop, uint32_t number, const struct dp_id *ids)
{
    struct dp_group group = {.flags = hop->fail_open || hop->tap ? DP_GROUP_OPEN : 0};
    struct share shares[DP_MEMBERS];
    size_t n = 0;

    if (datapath_put_already(r->dp, TABLE_groups, &number)) {
        return NULL; /* For another chain that has it. */
    }
    for (size_t i = 0; i < hop->fields.n; i++) {
        group.fields |= field_bit(hop->fields.items[i]);
    }
    for (size_t i = 0; i < hop->instances.n; i++) {
        const struct desired_instance *inst = hop->instances.items[i];

        if (inst->weight > 0 && inst->drain_until == INT_NULL) {
            group.member[n] = (uint8_t)(DP_INST_SEAT(ids[i].id) + 1);
            shares[n] = (struct share){.inst = inst, .seat = group.member[n]};
            n++;
        }
    }
    group.n_members = (uint32_t)n;
    if (n) {
        shares_fill(shares, n);
        buckets_fill(&group, shares, n);
    }
    return datapath_put(r->dp, TABLE_groups, &number, &group);
}

/* The members' numbers; labels are made anew where they are others. */
static struct err *
hop_members(struct run *r, const struct desired_hop *hop, uint32_t group, struct dp_id *ids)
{
    const char *uuids[DP_MEMBERS];

    for (size_t i = 0; i < hop->instances.n; i++) {
        uuids[i] = ((const struct desired_instance *)hop->instances.items[i])->id;
    }
    TRY(datapath_members(r->dp, ID_INSTANCE, group, uuids, hop->instances.n, ids));
    for (size_t i = 0; i < hop->instances.n; i++) {
        const struct desired_instance *in = hop->instances.items[i];
        char kind = in->vtep ? 'r' : in->back_vtep ? 'l' : 'h';

        r->note->members = hash_bytes(&ids[i].id, sizeof ids[i].id, r->note->members);
        r->note->members = hash_bytes(&kind, sizeof kind, r->note->members);
    }
    return NULL;
}

struct err *
chain_hops(struct run *r, const struct desired_chain *chain, uint32_t number, uint32_t net,
           struct dp_chain *value, bool *ok)
{
    for (uint32_t h = 0; h < chain->hops.n; h++) {
        const struct desired_hop *hop = chain->hops.items[h];
        struct place at = {
            .chain = chain, .hop_in = hop, .number = number, .hop = h, .net = net};
        struct dp_id ids[DP_MEMBERS], counters;

        TRY(datapath_id(r->dp, ID_HOP + h, chain->id, DP_HOP_SLOTS, &counters));
        value->slot[h] = counters.slot;
        TRY(datapath_group(r->dp, ID_HOP_GROUP, hop->group_id, &value->group[h]));
        TRY(hop_members(r, hop, value->group[h], ids));
        for (size_t i = 0; i < hop->instances.n; i++) {
            TRY(inst_put(r, &at, hop->instances.items[i], &ids[i], ok));
            if (!*ok) {
                return NULL;
            }
        }
        value->flags |= hop->tap ? 1u << (DP_CHAIN_TAPS + h) : 0;
        TRY(group_put(r, hop, value->group[h], ids));
    }
    return NULL;
}

/* The number behind 'bits', plus one, in the same bits (DP_VERSION). */
static uint64_t
version_next(uint64_t bits)
{
    return ((bits | ~DP_VERSION) + 0x80) & DP_VERSION;
}

void
chain_version(struct run *r, uint32_t number, struct dp_chain *value)
{
    const struct dp_chain *old = datapath_get(r->dp, TABLE_chains, &number);

    if (!old) {
        return;
    }
    value->version = old->version;
    memcpy(value->past, old->past, sizeof value->past);
    if (memcmp(old->group, value->group, sizeof old->group) != 0) {
        value->version = version_next(old->version);
        memmove(value->past[1], old->past[0], sizeof value->past - sizeof value->past[0]);
        memcpy(value->past[0], old->group, sizeof value->past[0]);
    }
}
