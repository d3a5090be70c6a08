/* Ports' links: made, configured inside the server, found again, removed. */
#ifndef CARRICK_AGENT_PLUG_H
#define CARRICK_AGENT_PLUG_H

#include "agent/container.h"

/* Looks at the kernel's links: those of ports that a live server has are put
 * into host->forwarding.links, others of ours are removed. */
struct err *plugs_look(struct host *host) MUST_USE;
/* Makes what links of 'container' are missing.  Its process is there. */
struct err *plugs_make(struct container *container, const struct desired_server *want) MUST_USE;
/* The VXLAN device, where the host has a tunnel endpoint. */
struct err *plug_tunnel(struct host *host) MUST_USE;
/* Removes every link of ours in this network namespace. */
struct err *plugs_purge(void) MUST_USE;

#endif
