/* Several instances of a function that keeps state, under connections that live
 * while the group grows and shrinks. */
#ifndef CARRICK_TESTS_FLEET_H
#define CARRICK_TESTS_FLEET_H

#include "crowd.h"
#include "functions.h"

#define FLEET_MAX 3

/* Made by the test; 'names' are of functions that are there (the last is not in the hop yet). */
struct fleet {
    struct site *s;
    struct desired_hop *hop;
    const char *names[FLEET_MAX];
    struct desired_instance *inst[FLEET_MAX]; /* The last is null. */
    /* Makes an instance what it is; null = transparent. */
    void (*shape)(struct fleet *fleet, struct desired_instance *inst, const char *name);
    struct crowd *crowd;
    struct watch *watch;
};

/* Two instances become three and two again, the first having drained: 'n' connections live through
 * it, others begin in each state.  None breaks, each stays with its instance, and all have one. */
void fleet_two_three_two(struct fleet *fleet, size_t n);

#endif
