/* Is an instance alive?  Threads of its own follow first processes, links, and
 * probes that they send through the functions; what they find is one word that the
 * kernel programs read, so that flows move before anybody else has heard of it. */
#ifndef CARRICK_AGENT_WATCH_H
#define CARRICK_AGENT_WATCH_H

#include "base/err.h"
#include "bpf/abi.h"

#include <stdint.h>
#include <sys/types.h>

/* An instance as it is to be watched.  Here: a packet that goes in at ifindex[0] is expected at
 * ifindex[1], and the other way round.  At another site: that one is asked by the labels which it
 * gave out, and answers while the instance is up there. */
struct watched {
    const char *id;          /* For the log. */
    uint32_t number, slot;   /* See dp_inst and dp_health. */
    uint32_t ifindex[2];     /* 0 = not plugged */
    uint32_t vtep;           /* Host order; 0 = it is here */
    uint32_t label[2];
    pid_t pid;               /* First process of its server; 0 = not known */
    uint32_t interval_ms;    /* Between probes; 0 = none are sent */
    uint32_t threshold;      /* So many unanswered in a row are silence. */
};

struct watch;
/* What DP_DOWN_* say of it, for people; null where none is. */
const char *watch_reason(const struct watched *watched, uint32_t down);
/* Starts the threads in our network namespace; 'health' is datapath_health.  'changed' is called on
 * one of them, without locks, after an instance went up or down. */
struct err *watch_new(struct dp_health *health, void (*changed)(void *arg), void *arg,
                      struct watch **watch) MUST_USE;
void watch_free(struct watch *watch); /* null accepted */
/* All instances, copied; what is known of those that stay is kept. */
void watch_set(struct watch *watch, const struct watched *items, size_t n);

#endif
