/* Inside the network face. */
#ifndef CARRICK_FACES_NEUTRON_H
#define CARRICK_FACES_NEUTRON_H

#include "faces/faces.h"
#include "network/network.h"

/* ---- neutron_extension.c: what this site speaks */
rest_tx_fn neutron_extension_list, neutron_extension_show;

/* ---- neutron_quota.c */
rest_tx_fn neutron_quota_list, neutron_quota_show, neutron_quota_default, neutron_quota_details,
    neutron_quota_update, neutron_quota_reset, neutron_quota_own;

/* ---- neutron_changes.c: carrick-changes */
rest_fn neutron_changes;

/* ---- neutron_counters.c: carrick-counters */
rest_fn neutron_counters;

/* ---- neutron_traces.c: carrick-traces */
rest_fn neutron_traces, neutron_follows;

#endif
