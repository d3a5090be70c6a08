/* What is recorded of an instance against what sites show of it.  The comparison (drift.c) is a function
 * of the two; drift_record.c reads the one, drift_look.c asks sites for the other. */
#ifndef CARRICK_NFVO_DRIFT_H
#define CARRICK_NFVO_DRIFT_H

#include "base/vec.h"
#include "nfvo/nfvo.h"

/* ---- what is recorded ------------------------------------------------------------------ */

/* A VNF, as far as states of servers and commands that mend them go. */
struct drift_vnf {
    const char *id;
    const char *name;   /* As commands are told it. */
    const char *state;  /* vnfState; null = not INSTANTIATED. */
    const char *ns;     /* Network service that it is part of, likewise; null = none. */
    struct map stopped; /* Its servers that were asked to be stopped by themselves. */
    struct strs levels; /* "ASPECT=N" for where each of its aspects is; none = nothing scales. */
    struct strs bare;   /* Names of its VNFCs that a given-up healing left without a server. */
};
struct drift_thing {
    const char *owner; /* The instance that holds it. */
    const char *site, *kind, *id, *label;
    const struct drift_vnf *vnf; /* Whose it is, or serves; null = the NS's own. */
    const char *server;          /* A VNFC's port: the server that it is at; null = any. */
    struct strs members;         /* A group's or chain's; a router's routes; prefixes that a port may send. */
    int64_t since;               /* What is in doubt: when that was noted. */
    const char *ns, *graph;      /* Of a graph that can be made anew, as commands are told; null = none. */
};
struct drift_record {
    VEC(struct drift_thing) things;
    struct map vnfs;  /* Id of a VNF instance -> drift_vnf */
    struct map flows; /* Flows of the instance's operations, by id; whoever looks for what is left over
                       * adds them. */
    struct map stale;  /* SITE/KIND/ID of what others have taken the place of: it goes, asked for or not. */
    struct map others; /* SITE/KIND/ID of what such a flow made and another instance holds: likewise. */
    struct map doubts; /* SITE/KIND/MARKER -> drift_thing: perhaps made, by a flow that was given up. */
};
/* A network service with all its VNFs, or one VNF. */
struct drift_subject {
    const char *ns_id, *vnf_id; /* One of the two. */
};
void drift_record_init(struct drift_record *record, struct mem *mem);
/* The subject's VNF instances, by name. */
struct err *drift_subject_vnfs(struct tx *tx, const struct drift_subject *subject,
                               struct rows *vnfs) MUST_USE;
/* E_CONFLICT where an operation is open: what is under way is not recorded yet. */
struct err *drift_subject_free(struct tx *tx, const struct drift_subject *subject,
                               const struct rows *vnfs) MUST_USE;
/* Adds what is recorded of a subject; strings live in tx_mem. */
struct err *drift_record_add(struct tx *tx, const struct drift_subject *subject,
                             const struct rows *vnfs, struct drift_record *record) MUST_USE;
/* What one instance holds, first made first. */
struct err *drift_holdings(struct tx *tx, const char *owner_id, struct rows *rows) MUST_USE;

/* ---- what is seen ---------------------------------------------------------------------- */

struct drift_object {
    const char *site, *kind, *id, *name, *status;
    const char *server; /* A port's; "" = none. */
    const char *flow;   /* Which made it, by its marker; null = none of ours. */
    bool shut;          /* A port that carries nothing. */
    struct strs members;
};
/* An object as a site's list has it, in 'mem'; it has an "id". */
struct drift_list;
struct json;
struct drift_object drift_object_of(struct mem *mem, const struct drift_list *list,
                                    const struct json *json);
/* The answer to one list: only with it is what is not among the objects missing. */
struct drift_list {
    const char *site, *kind;
    const char *error; /* Why it is not known, or null. */
};
struct drift_seen {
    VEC(struct drift_list) lists;
    VEC(struct drift_object) objects;
    const struct map *gone; /* SITE/KIND/ID: what is in no list is lost only if it is among these; null =
                             * whatever is in no list. */
};
/* "SITE/KIND/ID", in 'mem'. */
const char *drift_key(struct mem *mem, const char *site, const char *kind, const char *id);
/* Why nothing is believed of a site that denies each of 'n' things recorded there, and shows nothing else
 * that we made; in 'mem'. */
const char *drift_denied(struct mem *mem, size_t n);
/* The same of one whose list leaves out 'n' things that it shows where it is asked for them, 'id' being one. */
const char *drift_left_out(struct mem *mem, size_t n, const char *id);

/* ---- the difference -------------------------------------------------------------------- */

/* X(member, its name in JSON) */
#define DRIFT_MEMBERS(X)                                                                           \
    X(what, "difference") /* MISSING, STATE, ATTACHMENT, MEMBERS, ROUTES, PASSES, OUTDATED, LEFT_OVER */ \
    X(site, "siteId")                                                                              \
    X(kind, "kind")                                                                                \
    X(id, "resourceId")                                                                            \
    X(name, "name")                                                                                \
    X(recorded, "recorded")                                                                        \
    X(found, "found")                                                                              \
    X(mend, "mend") /* The command; null = none does. */                                           \
    X(vnf, "vnfInstanceId") /* Where healing does: of which VNF ... */                             \
    X(heal, "vnfcInstanceId") /* ... which server. */                                              \
    X(by, "mendedBy") /* REPAIR or HEAL: what --repair does about it; null = nothing. */           \
    X(why, "why") /* Nothing of ours mends it, or not all of it. */

struct drift_difference {
#define X(member, json) const char *member;
    DRIFT_MEMBERS(X)
#undef X
    const struct drift_thing *thing; /* Null: it is left over. */
};
struct drift_differences {
    struct drift_difference *items;
    size_t n, cap;
    /* In no list, and not among what is gone, where the site was asked for that: told of neither. */
    VEC(const struct drift_thing *) left_out;
};
/* May 'word' stand in a command that a person pastes into a shell?  Authors of packages and sites choose
 * names and ids: there is no command with one that may not. */
bool drift_word_is_plain(const char *word);
/* In order of the record, then what is left over; strings in 'mem' or of the arguments.  Of a list
 * with an error, or that was not asked for, nothing is told. */
struct drift_differences drift_compare(struct mem *mem, const struct drift_record *record,
                                       const struct drift_seen *seen);
/* A route as it is compared and told, in 'mem'. */
const char *drift_route(struct mem *mem, const char *destination, const char *nexthop);
/* Flow of a marker "carrick:FLOW:LABEL", in 'mem'. */
const char *drift_flow_of(struct mem *mem, const char *marker);

/* ---- asking (drift_look.c) ------------------------------------------------------------- */

struct drift_check;
struct check_request;
/* A comparison for the caller of 'op' (its user is the struct nfvo).  E_INVALID (one of the two is
 * needed), E_NOT_FOUND, E_CONFLICT (an operation is open), E_UNPROCESSABLE (too much to compare). */
struct err *drift_check_new(const struct op *op, const struct check_request *request,
                            struct drift_check **check) MUST_USE;
/* 'err' is the callee's; without it 'w' was written: members of an open object. */
typedef void drift_done_fn(void *arg, struct err *err);
/* Asks all sites at once and ends, with 'done', when the last has answered or had its time; not
 * where the driver ends before.  On the loop; 'check' is taken over. */
void drift_check_run(struct drift_check *check, struct jw *w, drift_done_fn *done, void *arg);

#endif
