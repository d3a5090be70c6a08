/* All classifiers of this host as the kernel looks them up: entries by what they
 * ask for, each with everyone who asks for it, and the shapes of each scope. */
#ifndef CARRICK_AGENT_CLASSES_H
#define CARRICK_AGENT_CLASSES_H

#include "agent/datapath.h"

struct classes;

/* One classifier of a chain. */
struct class_spec {
    uint32_t scope; /* The network's number, or that of the chain it comes after. */
    uint32_t net;   /* Whose flows they are in any case. */
    uint32_t chain;
    const char *chain_id;
    uint16_t priority;
    bool v6;
    int proto;         /* -1 = any */
    uint32_t from, to; /* Numbers of ports; 0 = any */
    __u64 src[2], dst[2];
    uint8_t src_len, dst_len;               /* Of the 16-byte form. */
    uint16_t sport_min, sport_max, dport_min, dport_max;
};
struct class_asker;
/* What a chain asks for; null at first. */
struct class_list {
    struct class_asker *first;
};

struct classes *classes_new(void) MUST_USE;
void classes_free(struct classes *classes); /* null accepted */

/* So many networks share the table of entries (else it is one's). */
void classes_share(struct classes *classes, size_t n_nets);
/* Adds what 'spec' asks for to 'list'; the kernel has it after classes_flush.  E_QUOTA where its
 * scope would have too many shapes, or its network or the host too many entries: part of it may be
 * in 'list'. */
struct err *classes_add(struct classes *classes, const struct class_spec *spec,
                        struct class_list *list) MUST_USE;
void classes_drop(struct classes *classes, struct class_list *list);

/* Does anything ask in this scope? */
bool classes_any(const struct classes *classes, uint32_t scope);
/* Brings the tables 'classes' and 'shapes' up to date, and the flag of those chains that others
 * come after.  Costs what has changed since the last time. */
struct err *classes_flush(struct classes *classes, struct datapath *dp) MUST_USE;
/* Of all entries that a network's flows may meet, in any order. */
uint64_t classes_hash(const struct classes *classes, uint32_t net);

#endif
