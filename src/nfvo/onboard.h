/* Step kinds of on-boarding, for the list of all kinds. */
#ifndef CARRICK_NFVO_ONBOARD_H
#define CARRICK_NFVO_ONBOARD_H

#include "flow/flow.h"

extern const struct step_kind package_examine_kind, package_keep_kind, package_refuse_kind,
    nsd_examine_kind, nsd_keep_kind, nsd_refuse_kind, package_erase_kind;

#endif
