/* What a server's programs ask for names: /etc/resolv.conf. */
#ifndef CARRICK_AGENT_RESOLVER_H
#define CARRICK_AGENT_RESOLVER_H

#include "agent/world.h"
#include "base/str.h"

/* Appends what leases on the server's ports would tell: the DNS servers of its subnets with DHCP,
 * for IPv4 the site's own where a subnet names none, and the domain of names of ports.  False where
 * no port has DHCP: then it is the image's affair. */
bool resolver_conf(struct buf *out, const struct world *world, const struct desired_server *server);

#endif
