/* In what two descriptions of a VNF differ: faults for a request that would have to change what stays. */
#ifndef CARRICK_VNFM_DIFFERENCE_H
#define CARRICK_VNFM_DIFFERENCE_H

#include "vnfm/journal.h"

/* Says what differs; null texts are told as "none". */
void vnf_text_differs(struct err **faults, const char *what, const char *before, const char *after);
/* Sizes and connection points of a VDU, by a server of each; images and user data are not looked at. */
void vnf_vdu_differs(struct mem *mem, struct err **faults, const struct wanted_vnfc *before,
                     const struct wanted_vnfc *after);
/* Subnet and largest packet of an internal link; null 'after' = it is not there any more. */
void vnf_link_differs(struct mem *mem, struct err **faults, const struct wanted_link *before,
                      const struct wanted_link *after);
/* The internal link of that name; null where there is none. */
const struct wanted_link *vnf_link_named(const struct vnf_wanted *wanted, const char *name);

#endif
