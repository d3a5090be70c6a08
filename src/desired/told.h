/* What a server is told of itself: the leaves of /openstack/VERSION/ (Nova: "Metadata service"). */
#ifndef CARRICK_DESIRED_TOLD_H
#define CARRICK_DESIRED_TOLD_H

#include "desired/desired.h"

/* Who is told, and where to. */
struct told {
    const struct desired_guest *guest;
    struct rows ports; /* struct desired_guest: all of its server, in order */
    struct mem *mem;
    struct buf *out;   /* appended to */
};
struct told_leaf {
    const char *name;
    const char *type;  /* media type */
    const char *since; /* the first version that has it */
    bool (*write)(struct told *told); /* false where there is nothing */
};
extern const struct told_leaf told_leaves[]; /* ends with name null */

/* Does its server have it? */
bool told_has(const struct told *told, const struct told_leaf *leaf);

#define TOLD_ADDRESSES(a, port, address)                                                           \
    for (size_t i_ = 0; i_ < (a)->ports.n; i_++)                                                   \
        for (const struct desired_guest *port = (a)->ports.items[i_]; port; port = NULL)           \
            for (size_t k_ = 0; k_ < port->addresses.n; k_++)                                      \
                for (const struct desired_address *address = port->addresses.items[k_]; address;   \
                     address = NULL)

#endif
