/* Asks sites of the networks that a request names, before it is accepted. */
#ifndef CARRICK_VNFM_NETWORK_LOOK_H
#define CARRICK_VNFM_NETWORK_LOOK_H

#include "nfvo/nfvo.h"
#include "vnfm/request_check.h"

/* What sites say of the networks and ports of extVirtualLinks, in 'mem'; of an instance that is not
 * the caller's nothing is asked.  What a site does not
 * say within a few seconds is unknown: the operation asks for it.  Waits: not on a loop's thread. */
struct err *vnf_networks_look(struct nfvo *nfvo, struct mem *mem, const struct caller *caller,
                              const char *vnf_instance_id,
                              const struct instantiate_request *request,
                              struct network_seen **seen, size_t *n) MUST_USE;

#endif
