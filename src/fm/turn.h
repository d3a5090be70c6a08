/* What has to become of alarms: found in a read of the store, done in a few writes of it. */
#ifndef CARRICK_FM_TURN_H
#define CARRICK_FM_TURN_H

#include "fm/fm.h"
#include "nfvo/drift.h"

/* An alarm and what becomes of it. */
enum turn_kind { TURN_RAISE, TURN_CHANGE, TURN_CLEAR };
struct turn {
    enum turn_kind kind;
    const struct alarm *alarm; /* As it shall be; a cleared one as it was. */
    const char *ns_id;         /* Network service of a VNF, or null. */
};

/* Instances of which something was recorded after change 'seq' of the log, as keys.  E_GONE where
 * the log does not reach back. */
struct err *touched_since(struct tx *tx, int64_t seq, struct map *touched) MUST_USE;

/* What is recorded, and in no list. */
struct left_out {
    const char *kind, *id;
};

/* One site, as it was found. */
struct judgement {
    struct mem *mem; /* Of the turns. */
    const char *site;
    const struct drift_seen *seen;
    int64_t seq;            /* Newest change when the site was asked. */
    int64_t asked_ns;       /* When that was, monotonic. */
    bool is_answering;      /* Some list was answered. */
    bool is_whole;          /* What is not among the lists is not there; else it was not asked for. */
    const char *missed;     /* Why the site is unreachable, once it is. */
    struct strs untold;     /* Kinds whose lists fail for long at a site that answers. */
    /* Name of a fault -> since when it is doubted (int64_t *, as asked_ns): the last time, and now, in
     * 'mem'. */
    const struct map *seen_before;
    struct map doubts;
    VEC(struct turn) turns;
    /* What lists leave out, and the site was not asked for by itself (seen->gone): its kinds are not known.
     * In 'mem'. */
    VEC(struct left_out) left_out;
    size_t n_things; /* Recorded at the site, of kinds that it told; without what is gone. */
    bool again; /* An instance was not judged: an operation is open, or just ended. */
};
/* store_fn on a reader; 'arg' is the struct judgement. */
struct err *judge(struct tx *tx, void *arg) MUST_USE;

/* Some turns of a judgement. */
struct turning {
    struct judgement *judgement;
    size_t first, n;
    bool again; /* Something was recorded meanwhile: that turn was not done. */
};
/* store_fn on the writer; 'arg' is the struct turning. */
struct err *turns_do(struct tx *tx, void *arg) MUST_USE;

/* Cleared alarms that are too old or too many, as keys of 'old' with their table as value; likewise
 * 'gone', those of sites that were removed, where nobody looks any more: they are cleared. */
struct forgetting {
    struct mem *mem;
    struct map old, gone;
};
struct err *forget_find(struct tx *tx, void *arg) MUST_USE; /* store_fn on a reader */
struct err *forget_do(struct tx *tx, void *arg) MUST_USE;   /* store_fn on the writer */

#endif
