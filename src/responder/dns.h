/* DNS (RFC 1035, 6891) for names of ports: HOSTNAME.openstacklocal, HOSTNAME
 * alone, and their addresses backwards.  Who asks learns of the ports of its own
 * network and of nothing else; nothing is asked elsewhere. */
#ifndef CARRICK_RESPONDER_DNS_H
#define CARRICK_RESPONDER_DNS_H

#include "responder/frame.h"
#include "responder/guests.h"

#define DNS_PORT 53
#define DNS_TTL_S 30

/* The answer to a question from 'guest' in 'w'; its length, 0 = none is due. */
size_t dns_answer(const struct guests *guests, const struct desired_guest *guest,
                  const struct question *q, struct writer *w);

#endif
