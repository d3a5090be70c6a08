/* `carrick responder`: answers what tenants ask of the site itself: DHCP, router
 * solicitations, DNS, metadata.  It reads strangers' packets and therefore may do
 * nothing else: the agent hands it two sockets and the facts, and it gives up
 * everything but reading, writing and memory before it reads a byte.
 *
 *     carrick responder --config /etc/carrick/responder.yaml
 *
 * The agent connects to it (src/desired says what it sends).  Not for root. */
#ifndef CARRICK_RESPONDER_RESPONDER_H
#define CARRICK_RESPONDER_RESPONDER_H

#include "sys/settings.h"

/* What a responder is told. */
extern const struct setting responder_settings[];

/* Runs until SIGTERM and ends the process: 0, or 1 with the reason on stderr.
 * Returns 2 where the arguments are wrong. */
int responder_main(int argc, char **argv);

#endif
