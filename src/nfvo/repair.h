/* Making again what a site has lost of an instance (decision 048).  What a thing was made of is in the
 * journal of the operation that made it (repair_past.c); what has to be done follows from that, from
 * the record and from what sites show (repair_plan.c), for the command that tells it as for the flow that
 * does it (repair.c); whatever is recorded of a thing made again gets its new identifier
 * (repair_note.c). */
#ifndef CARRICK_NFVO_REPAIR_H
#define CARRICK_NFVO_REPAIR_H

#include "nfvo/drift.h"
#include "nfvo/journal.h"

/* ---- what things were made of ---------------------------------------------------------- */

/* One create that is in a journal. */
struct repair_origin {
    const char *input; /* JSON, with identifiers of then */
    const char *output;
};
struct repair_join {
    const char *site, *router, *subnet;
};
struct repair_past {
    struct map origins; /* SITE/KIND/ID -> repair_origin */
    struct map now;     /* Identifier of a thing that was made again -> the one that it got */
    VEC(struct repair_join) joins;
};
/* All that an NS may share networks with, and itself: the outermost one around it and those in that, beside it too
 * (struct ns_instance). */
struct err *repair_family(struct tx *tx, const char *ns_id, struct rows *family) MUST_USE;
/* Reads the journals of all operations on the subject and its VNFs, of things that are in 'wanted'
 * (SITE/KIND/ID -> anything); strings live in tx_mem. */
struct err *repair_past_read(struct tx *tx, const struct drift_subject *subject,
                             const struct drift_record *record, const struct map *wanted,
                             struct repair_past *past) MUST_USE;
/* JSON text with each string that is a key of 'now' replaced by what it leads to, in 'mem'. */
const char *repair_text_now(struct mem *mem, const char *text, const struct map *now);
const char *repair_id_now(const struct map *now, const char *id);
/* What a step that makes a thing again is called, and the identifier of before in such a name or null. */
#define REPAIR_MAKES "make "
#define REPAIR_MAKES_OF_VNF "make of a VNF "
const char *repair_label_id(struct mem *mem, const char *label);

/* ---- what is to be done ---------------------------------------------------------------- */

/* Fills 'items' (struct repair_item) by the differences between record and sites, and says in them what
 * mends each of them, or why nothing does.  Those that are left over are removed where 'left_over'.
 * At REPAIR_MAX it stops: that is too much for one operation. */
#define REPAIR_MAX 1000
struct err *repair_plan_fill(struct tx *tx, const struct drift_subject *subject,
                             const struct drift_record *record, const struct drift_seen *seen,
                             struct drift_differences *differences, bool left_over,
                             struct rows *items) MUST_USE;

/* Looks at sites and plans, on the loop: 'items' lives in 'mem'.  'done' as with drift_check_run;
 * E_UNAVAILABLE where a site does not say all, E_UNPROCESSABLE at REPAIR_MAX. */
struct err *repair_look(struct nfvo *nfvo, const struct repair_look *in, struct mem *mem,
                        struct rows *items, drift_done_fn *done, void *arg) MUST_USE;

/* ---- noting ---------------------------------------------------------------------------- */

/* Gives what is recorded of the subject and its VNFs the identifiers of things made again; what they
 * hold no more is dropped.  May be repeated. */
struct err *repair_note(struct tx *tx, const struct repair_noted *noted) MUST_USE;

#endif
