/* Sites that join by an invitation: what the routes of orchestrator_own.c do. */
#ifndef CARRICK_FACES_ORCHESTRATOR_JOIN_H
#define CARRICK_FACES_ORCHESTRATOR_JOIN_H

#include "rest/rest.h"

extern const struct rest_shape invitation_shape;
rest_fn invitation_prepare, join_certificate_prepare, join_site_prepare;
rest_tx_fn join_certificate_write, join_site_write;

#endif
