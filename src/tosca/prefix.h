/* Prefixes of virtual links that a descriptor gives none. */
#ifndef CARRICK_TOSCA_PREFIX_H
#define CARRICK_TOSCA_PREFIX_H

#include "tosca/vnfd.h"

/* The 'k'-th prefix to choose, of the link's IP version, in 'mem'; each 'k' has another one. */
typedef const char *link_prefix_fn(struct mem *mem, const struct vnfd_link *link, size_t k);
/* The prefix of links[i]: its own, or the i-th to choose, or where that is another link's the first
 * behind all that belong to a place.  A function of the descriptor: no two links that are without overlap
 * each other, or one that has its own. */
const char *link_prefix(struct mem *mem, const struct vnfd_link *const *links, size_t n, size_t i,
                        link_prefix_fn *choose);

#endif
