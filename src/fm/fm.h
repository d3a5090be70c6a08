/* Fault management: what is wrong at sites with instances, as alarms (SOL003 clause 7, SOL005
 * clause 8).  A watcher compares what is recorded with what sites show, again and again; an alarm is
 * a difference from its first sight to its end. */
#ifndef CARRICK_FM_FM_H
#define CARRICK_FM_FM_H

#include "nfvo/nfvo.h"

#define ATTR ATTR_MEMBER
/* One struct, two tables: alarms of VNF instances and of NS instances are different resources. */
struct alarm {
    struct row row;
#include "fm/alarm.tbl"
};
struct alarm_changes {
    struct row row;
#include "fm/alarm_changes.tbl"
};
#undef ATTR

extern const struct table vnf_alarm_table, ns_alarm_table, alarm_changes_table;
/* For store_config; null-terminated. */
extern const struct table *const fm_tables[];
extern const struct resource vnf_alarm_resource, ns_alarm_resource;
void fm_register(void);

/* Words of the enumerations, null-terminated. */
extern const char *const alarm_ack_states[], *const alarm_severities[], *const alarm_event_types[];
extern const char *const alarm_resource_types[];

/* X(name, value, doc) */
#define FM_LIMITS(X)                                                                               \
    X(FM_KEPT_DAYS, 7, "days that an alarm is kept after it was cleared")                          \
    X(FM_KEPT_MAX, 1000, "cleared alarms of a project that are kept, of VNFs and of NSs each")     \
    X(FM_DETAILS_MAX, 16, "things that one alarm names; further ones are counted")                 \
    X(FM_MISSED_MAX, 2, "rounds in a row without an answer until a site is unreachable")           \
    X(FM_ANSWER_MS, 20000, "ms that a site has to answer in a round")                              \
    X(FM_AT_ONCE, 200, "alarms of one transaction")                                                \
    X(FM_SETTLE_MS, 1000, "ms at least between two looks at sites for operations that ended")        \
    X(FM_DOUBT_MS, 250, "ms that what may follow from another fault has to last")          \
    X(FM_ASKED_MAX, 1000, "things that are in no list and are asked for by themselves in a round")   \
    X(FM_GAP_MS, 50, "ms at most between two questions for changes at a site that tells of some")    \
    X(FM_FEED_AGAIN_S, 300, "seconds until a site without a change feed is asked for it again")

enum fm_limit {
#define X(name, value, doc) name = value,
    FM_LIMITS(X)
#undef X
};

/* Sets ackState (SOL003 7.4.3.3.4, SOL005 8.4.3.3.4); the op's resource says of which table.
 * E_NOT_FOUND, E_CONFLICT (it is in that state), E_PRECONDITION (op->if_match). */
struct err *alarm_acknowledge(struct tx *tx, struct op *op, const char *id,
                              const struct alarm_changes *changes) MUST_USE;

/* ---- the watcher --------------------------------------------------------------------- */

struct fm_watch;
/* Looks at every site that holds something every 'interval_ms'.  On the loop's thread, or before it
 * runs. */
struct fm_watch *fm_watch_new(struct nfvo *nfvo, int64_t interval_ms) MUST_USE;
/* Asks nothing any more.  Before the pool is freed, though the loop may be turned until its end.
 * Null accepted. */
void fm_watch_close(struct fm_watch *watch);
/* Of several processes that share the store it is we who watch from now on (nfvo->stands_by): all sites are
 * looked at.  On the loop; null accepted. */
void fm_watch_lead(struct fm_watch *watch);
/* After it is closed, pool and driver are freed, before store and loop.  Null accepted. */
void fm_watch_free(struct fm_watch *watch);

#endif
