/* Links for NSH: those of functions that speak it, and the way to forwarders that do. */
#ifndef CARRICK_AGENT_NSH_H
#define CARRICK_AGENT_NSH_H

#include "agent/host.h"

/* The VXLAN-GPE device and the bounce before it, where the host has a tunnel endpoint: found again
 * or made.  Where they cannot be made, that is logged, and what is for a forwarder is dropped. */
void nsh_tunnel(struct host *host);
/* Gives the plugged links of instances that speak NSH room for the header and takes offloads from
 * them; the others get back what they had.  One that cannot be set is logged and tried again. */
void nsh_links(struct host *host);

#endif
