/* What instances hold at sites: noted when an operation completes, read and
 * deleted when one terminates.  Steps for flows of this floor and of src/nfvo. */
#ifndef CARRICK_VNFM_HELD_H
#define CARRICK_VNFM_HELD_H

#include "flow/flow.h"
#include "vnfm/journal.h"

/* LOCAL, in held_list: notes its items; undo forgets them. */
extern const struct step_kind held_note;
/* READ of our own store, in owner, out held_list: what is held, first made first. */
extern const struct step_kind held_read;

/* Notes what an owner holds no more; inside a transaction. */
struct err *held_drop(struct tx *tx, const char *owner_id, const struct rows *items) MUST_USE;
/* Forgets what an owner held; inside a transaction. */
struct err *held_forget(struct tx *tx, const char *owner_id) MUST_USE;

/* Notes items behind those that the owner holds already; inside a transaction. */
struct err *held_insert(struct tx *tx, const char *owner_id, const char *project_id,
                        const struct rows *items) MUST_USE;
/* Name of what a create step kind makes; null where it makes nothing that is held. */
const char *held_kind_of(const struct step_kind *create);
/* The same by the step kind's name; and the step kind that makes things of such a name: null = none. */
const char *held_kind_named(const char *create);
const struct step_kind *held_create_of(const char *kind);

/* Adds an item to a growing list in 'mem'. */
void held_add(struct mem *mem, struct rows *items, const char *site, const char *kind,
              const char *resource_id, const char *label);

/* Deletes items, last made first, each as a step; 'prefix' keeps labels apart.  A
 * null 'kinds' means all, else only those named in it. */
struct err *held_release(struct flow *f, const char *prefix, const struct rows *items,
                         const char *const *kinds) MUST_USE;

/* Names of what can be held = the driver's objects; null-terminated. */
extern const char *const holding_kinds[];

#endif
