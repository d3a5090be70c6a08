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

/* One create that is in a journal, with identifiers of then. */
struct repair_origin {
    const struct json *input, *output;
};
struct repair_join {
    const char *site, *router, *subnet;
};
struct repair_past {
    struct map origins; /* SITE/KIND/ID -> repair_origin */
    struct map now;     /* SITE/ID of a thing that was made again -> the identifier that it got */
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
/* Was a repair of the family (or of the VNF) given up, and none ended since? */
struct err *repair_was_given_up(struct tx *tx, const struct drift_subject *subject, bool *given_up) MUST_USE;
/* Identifiers are a site's: maps have them as SITE/ID. */
const char *repair_key(struct mem *mem, const char *site, const char *id);
/* What 'id' of a site leads to in 'now'. */
const char *repair_id_now(struct mem *mem, const struct map *now, const char *site, const char *id);
/* The same of each string in 'json', in 'mem': a member "site" says whose identifiers are in an object, 'site'
 * (or null) whose they are outside of such.  Keys are left alone. */
const char *repair_text_now(struct mem *mem, const struct json *json, const char *site,
                            const struct map *now);
struct err *repair_json_now(struct mem *mem, const struct json *json, const char *site,
                            const struct map *now, const struct json **renewed) MUST_USE;
/* What a step that makes a thing again is called, and the identifier of before in such a name or null. */
#define REPAIR_MAKES "make "
#define REPAIR_MAKES_OF_VNF "make of a VNF "
const char *repair_label_id(struct mem *mem, const char *label);

/* The HealVnfRequest of a VNF of an NS, in 'mem'; cause and parameters may be null. */
struct err *heal_body(struct mem *mem, const struct strs *vnfcs, const char *cause,
                      const struct json *params, const struct json **body) MUST_USE;

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
 * hold no more is dropped.  May be repeated.  E_REMOTE where a site calls one by what is recorded already;
 * of what is 'given_up' that one is left out. */
struct err *repair_note(struct tx *tx, const struct repair_noted *noted, bool given_up) MUST_USE;

#endif
