/* DHCP for IPv4 (RFC 2131, 2132, 3442): leases that never change hands, since
 * an address is its port's. */
#ifndef CARRICK_RESPONDER_DHCP_H
#define CARRICK_RESPONDER_DHCP_H

#include "desired/desired.h"
#include "responder/frame.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define LEASE_S 86400 /* As Neutron's default. */

/* The answer to a question from 'guest' in 'w'; its length, 0 = none is due. */
size_t dhcp_answer(const struct desired_guest *guest, const struct question *q, struct writer *w);

#endif
