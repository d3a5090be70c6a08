/* A site for tests: enough of Keystone, Neutron, Nova and Glance for the driver,
 * that can be told to lose answers, to be late, to answer 500 although it did
 * what was asked, to do it twice, and to show in lists only after a while. */
#ifndef TESTS_FLOW_FAKE_SITE_H
#define TESTS_FLOW_FAKE_SITE_H

#include "base/str.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/* X(name, doc): what happens to the effect (a request that changes something)
 * of number 'fault_at'. */
#define FAULTS(X)                                                                                  \
    X(NONE, "nothing")                                                                             \
    X(LOSE_ANSWER, "done, but the answer never comes")                                             \
    X(LATE_EFFECT, "no answer, and done only long after the caller gave up")                       \
    X(LOSE_REQUEST, "not done, no answer")                                                         \
    X(ANSWER_500, "done, but answered 500")                                                        \
    X(REFUSE_500, "not done, answered 500")                                                        \
    X(TWICE, "done twice, the answer is lost")                                                     \
    X(KILL_BEFORE, "the caller is killed before it is done")                                       \
    X(KILL_AFTER, "the caller is killed when it is done and not answered")

enum fault {
#define X(name, doc) FAULT_##name,
    FAULTS(X)
#undef X
    N_FAULTS
};
extern const char *const fault_names[];

/* Lives in memory that the site, the engine's process and the test share. */
struct fake_control {
    _Atomic int port;              /* where it listens; 0 = not yet */
    _Atomic int n_effects;         /* requests that change something, so far */
    _Atomic int fault_at;          /* number of the effect, from 1 */
    _Atomic int fault;             /* enum fault */
    _Atomic int fault_every;       /* every so manyth effect has a fault that kills nobody, in turn; 0 = none */
    _Atomic int slow_ms;           /* every answer takes that long; set before the site is made */
    _Atomic int refuse_chain;      /* port chains are refused with 409 */
    _Atomic int refuse_delete;     /* deletes are answered 503 */
    _Atomic int lingers;           /* what is deleted is still there */
    _Atomic int n_requests;        /* of any kind */
    _Atomic int silent_missing;    /* of what is not there nothing is said */
    _Atomic int hide_ms;           /* lists show new objects after that */
    _Atomic int page;              /* lists show so many at a time, with a link to the next; 0 = all */
    _Atomic int late_ms;           /* LATE_EFFECT lands after that */
    _Atomic int boot_looks;        /* shows until a server is ACTIVE */
    _Atomic int boot_error;        /* servers end in ERROR */
    _Atomic int boot_ends;         /* servers end by themselves, and are SHUTOFF */
    _Atomic int n_servers;         /* so many servers "server-N" of image "before" are there from the start */
    _Atomic int old_port;          /* these servers have port "old-port", which is there */
    _Atomic int refuse_leave;      /* ... and which does not leave */
    _Atomic int n_moved;           /* servers that are without it, now */
    _Atomic int remade_error;      /* the last of these does not run of another image */
    _Atomic int foreign;           /* it offers "sfc" from the start; see /offer in fake_site.c */
    _Atomic int n_deaf;            /* chains that lost their answers and were not set anew, now */
    _Atomic int n_remade;          /* servers that are of another image than they were created of, now */
    _Atomic int no_feed;           /* no carrick-changes there */
    _Atomic int breaks;            /* so many servers, from now on, do for good */
    _Atomic int expire_tokens;     /* so many requests are answered 401 */
    bool takes_loose_pairs;        /* of ports that are at no server: it is not networking-sfc then */
    const char *host;              /* where it listens; null = 127.0.0.1 */
    int at_port;                   /* where it is to listen; 0 = where the kernel says */
    _Atomic int clock_off_s;       /* its clock is so far before ours; negative: behind */
    _Atomic int cores;             /* that the quota has; 0 = limits are not told */
    _Atomic int n_tokens;          /* tokens given */
    _Atomic int n_extensions;      /* times that the extensions were told */
    _Atomic int n_live;            /* objects there (without images and flavors) */
    _Atomic int max_in_flight;     /* most requests at one time */
    _Atomic int n_doubles;         /* objects of a marker that has one already, now */
    _Atomic int pending;           /* effects that have yet to land */
    _Atomic pid_t victim;          /* whom KILL_* kill */
    _Atomic int n_points, kill_point; /* the engine's own fault points */
    int cancel_point;              /* where a cancel is asked for; 0 = never */
    bool cancel_forceful;
    /* Hash of an image's bytes, in 'mem'; null: the image's name is its hash. */
    const char *(*hash)(struct mem *mem, const void *data, size_t n);
};

struct fake_site;
/* Starts serving on threads of this process; control->port is set when it does. */
struct err *fake_site_new(struct fake_control *control, struct fake_site **site) MUST_USE;
void fake_site_free(struct fake_site *site);
/* Forgets all objects. */
void fake_site_reset(struct fake_site *site);
/* "network:2 port:1": what is there, for messages. */
void fake_site_list(struct fake_site *site, struct buf *out);

#endif
