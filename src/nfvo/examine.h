/* What is found in an uploaded file: runs on a worker, touches no store. */
#ifndef CARRICK_NFVO_EXAMINE_H
#define CARRICK_NFVO_EXAMINE_H

#include "nfvo/nfvo.h"

/* Has the package of 'in' examined by a child (tosca/examination.h: every check of
 * SOL004 and SOL001), lays its images out as files beside it and fills 'out'.  All
 * faults at once: E_INVALID, E_TOO_LARGE, E_NOT_IMPLEMENTED (a feature, a signature),
 * E_UNAVAILABLE (disk, no child). */
struct err *package_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                            struct onboard_out *out) MUST_USE;
/* The same for an NSD archive, and for a PNFD's. */
struct err *nsd_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                        struct onboard_out *out) MUST_USE;
struct err *pnfd_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                         struct onboard_out *out) MUST_USE;

#endif
