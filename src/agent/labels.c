/* Labels that other sites send with: which instance of which chain a packet is
 * for.  One that did not change, of a chain whose number and length did not,
 * costs nothing. */
#include "agent/forwarding_parts.h"

#include <stdlib.h>
#include <string.h>

void
label_note_free(struct label_note *note)
{
    free(note->owned.bytes);
    free(note->uuid);
    free(note);
}

static void
label_note_touch(struct compiled *c, struct label_note *note)
{
    if (!note->is_dirty) {
        note->is_dirty = true;
        vec_add(c->labels_mem, &c->dirty_labels, note);
    }
}

void
label_touch(struct run *r, const char *id)
{
    struct label_note *note = map_get(&r->c->labels, id);

    if (!note && !world_find(r->world, DESIRED_label, id)) {
        return;
    }
    if (!note) {
        note = heap_alloc(sizeof *note);
        note->uuid = heap_str(id);
        map_set(&r->c->labels, note->uuid, note);
    }
    label_note_touch(r->c, note);
}

static void
concerned_touch(struct run *r)
{
    struct compiled *c = r->c;

    if (!r->chains_moved.n && !c->n_failed_labels && !r->f->tell_all && !r->after_cut) {
        return;
    }
    map_each (&c->labels, it) {
        struct label_note *note = it->value;

        note->told = r->f->tell_all ? 0 : note->told;
        if (note->has_failed || r->after_cut || id_set_has(&r->chains_moved, note->chain)) {
            label_note_touch(c, note);
        } else if (r->f->tell_all && !note->is_dirty) {
            settled_tell(r, DESIRED_label, note->uuid, NULL, &note->told);
        }
    }
}

/* A number that another needs is given up before anybody takes one. */
static struct err *
number_give(struct run *r, struct label_note *note)
{
    const struct desired_label *label = world_find(r->world, DESIRED_label, note->uuid);

    if (label && label->label == (int64_t)note->label) {
        return NULL;
    }
    note->label = 0;
    return datapath_disown(r->dp, &note->owned);
}

/* Whether what arrives on it is for the instance or came out of it. */
static uint32_t
label_flags(const struct desired_hop *hop, const char *instance_id)
{
    for (size_t i = 0; i < hop->instances.n; i++) {
        const struct desired_instance *in = hop->instances.items[i];

        if (str_eq(in->id, instance_id)) {
            return in->vtep ? DP_VNI_BACK : in->back_vtep ? DP_VNI_LENT : 0;
        }
    }
    return 0;
}

static struct err *
label_put(struct run *r, struct label_note *note, const struct desired_label *label)
{
    const struct chain_note *chain = map_get(&r->c->chains, label->chain_id);
    const struct desired_chain *in = world_find(r->world, DESIRED_chain, label->chain_id);
    const struct net_note *net = map_get(&r->nets, in->network_id);
    uint32_t vni = (uint32_t)label->label;
    struct dp_vni value = {.hop = (uint32_t)label->hop,
                           .dir = str_eq(label->direction, "forward") ? DP_FORWARD : DP_REVERSE};
    const struct desired_hop *hop;
    struct dp_id group;

    note->chain = id_hash(label->chain_id);
    if (!chain || !chain->number || label->hop >= (int64_t)in->hops.n) {
        run_problem(r, DESIRED_label, label->id, "its chain has no such hop");
        return NULL;
    }
    if (note->label != vni && datapath_is_owned(r->dp, TABLE_vnis, &vni)) {
        run_problem(r, DESIRED_label, label->id, "its VXLAN identifier is in use by another");
        return NULL;
    }
    hop = in->hops.items[label->hop];
    value.net = net->id.id;
    value.chain = chain->number;
    value.flags = label_flags(hop, label->instance_id);
    if (datapath_group_known(r->dp, ID_HOP_GROUP, hop->group_id, &group)) {
        value.inst = datapath_member(r->dp, ID_INSTANCE, group.id, label->instance_id);
    } /* 0, where it is none: any of the hop's. */
    note->label = vni;
    return datapath_put(r->dp, TABLE_vnis, &vni, &value);
}

static struct err *
label_make(struct run *r, struct label_note *note)
{
    const struct desired_label *label = world_find(r->world, DESIRED_label, note->uuid);
    struct datapath_owned before = note->owned;
    struct err *e = NULL;

    note->owned = (struct datapath_owned){0};
    r->reason = NULL;
    if (label) {
        datapath_own(r->dp, &note->owned);
        e = run_fit(r, label_put(r, note, label));
        datapath_own(r->dp, NULL);
    }
    if (r->reason) {
        note->label = 0;
        e = err_join(e, datapath_disown(r->dp, &note->owned));
    }
    return err_join(e, datapath_disown(r->dp, &before));
}

static void
label_settle(struct run *r, struct label_note *note)
{
    r->c->n_failed_labels += (size_t)(r->reason != NULL) - (size_t)note->has_failed;
    note->has_failed = r->reason;
    note->is_dirty = false;
    if (world_find(r->world, DESIRED_label, note->uuid)) {
        settled_tell(r, DESIRED_label, note->uuid, r->reason, &note->told);
    } else {
        (void)map_take(&r->c->labels, note->uuid);
        label_note_free(note);
    }
}

struct err *
labels_sync(struct run *r)
{
    struct compiled *c = r->c;

    concerned_touch(r);
    vec_each (&c->dirty_labels, it) {
        TRY(number_give(r, *it));
    }
    while (c->dirty_labels.n) {
        struct label_note *note = c->dirty_labels.items[c->dirty_labels.n - 1];

        TRY(label_make(r, note));
        c->dirty_labels.n--;
        label_settle(r, note);
    }
    mem_free(c->labels_mem);
    c->labels_mem = mem_new("labels");
    c->dirty_labels.items = NULL;
    c->dirty_labels.cap = 0;
    r->f->tell_all = false;
    return NULL;
}
