/* What IPv6 clients learn: prefixes by router advertisements (RFC 4861, 8106),
 * the rest by DHCPv6 (RFC 8415).  As Neutron's, a subnet's ipv6_ra_mode says what
 * is announced and its ipv6_address_mode what DHCPv6 gives: slaac (addresses from
 * the prefix), dhcpv6-stateless (the same, further facts by DHCPv6),
 * dhcpv6-stateful (addresses by DHCPv6). */
#ifndef CARRICK_RESPONDER_ROUTER_H
#define CARRICK_RESPONDER_ROUTER_H

#include "desired/desired.h"
#include "responder/frame.h"

#define DHCP6_SERVER_PORT 547
#define DHCP6_CLIENT_PORT 546

/* The answer to a question from 'guest' in 'w'; its length, 0 = none is due. */
size_t router_answer(const struct desired_guest *guest, const struct question *q,
                     struct writer *w);
size_t dhcp6_answer(const struct desired_guest *guest, const struct question *q, struct writer *w);

#endif
