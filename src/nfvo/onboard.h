/* On-boarding: its step kinds, for the list of all kinds, and what an NSD does to PNFDs. */
#ifndef CARRICK_NFVO_ONBOARD_H
#define CARRICK_NFVO_ONBOARD_H

#include "nfvo/nfvo.h"

extern const struct step_kind package_examine_kind, package_keep_kind, package_refuse_kind,
    nsd_examine_kind, nsd_keep_kind, nsd_refuse_kind, pnfd_examine_kind, pnfd_keep_kind,
    pnfd_refuse_kind, package_erase_kind, package_fetching_kind, package_fetch_kind;

/* Makes the PNFDs with these identifiers IN_USE; '*ids' are their resources', in tx_mem.
 * E_UNPROCESSABLE names all that are not on-boarded. */
struct err *pnfds_take(struct tx *tx, const char *project_id, const struct strs *pnfd_ids,
                       struct strs *ids) MUST_USE;
/* The NSD goes: what only it refers to is NOT_IN_USE. */
struct err *pnfds_release(struct tx *tx, const struct ns_descriptor *nsd) MUST_USE;

#endif
