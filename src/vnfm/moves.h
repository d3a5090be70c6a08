/* External connection points that go to other networks, or get other addresses: where one does, a port is
 * made and joins the server; then the old one leaves it, and is deleted at the very end, so that everything
 * before can be taken back.  For a change of connectivity, and for one of the package that brings links. */
#ifndef CARRICK_VNFM_MOVES_H
#define CARRICK_VNFM_MOVES_H

#include "vnfm/flows.h"

struct vnf_move {
    const struct made_vnfc *vnfc;
    const struct wanted_vnfc *wanted;
    const struct wanted_cp *cp;
    struct made_port *old, *new;
};

/* In the flow's arena. */
struct vnf_moves {
    struct flow *f;
    const struct vnf_in *in;          /* 'connections': where they go; as the grant has it */
    struct vnf_made *before, *after;  /* 'after' begins as a copy */
    struct vnf_wanted *wanted;
    VEC(struct vnf_move) moves;
};

/* Has every instance of a connection point that 'given' names an address or network there?
 * E_UNPROCESSABLE names those that have not. */
struct err *vnf_moves_check(const struct vnf_made *made, const struct vnf_wanted *wanted,
                            const struct rows *given) MUST_USE;
/* Finds what moves, and the connections of afterwards. */
void vnf_moves_find(struct vnf_moves *m);
/* Steps.  New ports, all of them, at their servers beside the old ones ... */
struct err *vnf_moves_add(struct vnf_moves *m) MUST_USE;
/* ... which leave them, those of 'vnfc' (null = all); then 'after' is to be told what there is. */
struct err *vnf_moves_detach(struct vnf_moves *m, const struct made_vnfc *vnfc) MUST_USE;
void vnf_moves_take(struct vnf_moves *m);
/* The instance tells its new ports, and holds the old ones until they are deleted: step 'label'. */
struct err *vnf_moves_keep(struct vnf_moves *m, const char *label) MUST_USE;
/* The old ones are deleted: from here on nothing can be taken back. */
struct err *vnf_moves_drop(struct vnf_moves *m) MUST_USE;

#endif
