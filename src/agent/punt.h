/* The device by which packets reach the responder, and what the responder gets
 * of it: two sockets in a namespace where nothing else is. */
#ifndef CARRICK_AGENT_PUNT_H
#define CARRICK_AGENT_PUNT_H

#include "agent/host.h"

struct punt {
    int ifindex;    /* Our end. */
    int sockets[2]; /* For bare frames; listening at the metadata address. */
};

/* Makes it anew; what an earlier agent made is gone then, and answers nobody.  All of it or
 * nothing. */
struct err *punt_make(struct host *host, struct punt *punt) MUST_USE;
void punt_done(struct punt *punt);

#endif
