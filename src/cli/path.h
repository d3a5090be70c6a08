/* Whether packets of a size reach another host whole: echo requests (RFC 792) that nobody may
 * fragment, as the packets of a tunnel are.  For `carrick doctor`. */
#ifndef CARRICK_CLI_PATH_H
#define CARRICK_CLI_PATH_H

#include "base/err.h"
#include "base/net.h"

/* The MTU of the link that has address 'own' (IPv4) of this box, in bytes.  E_NOT_FOUND: none has it. */
struct err *path_link_mtu(const struct ip *own, int *mtu) MUST_USE;

/* Asks 'peer' from 'own' (both IPv4) with packets of up to 'size' bytes (84 to 65535, the IP header
 * with them).  '*reached' becomes the size of the largest that was answered: 'size' where all is
 * well, 0 where not even the smallest is.  Takes at most some five seconds.  Needs CAP_NET_RAW;
 * E_UNAVAILABLE where no packet can be sent. */
struct err *path_measure(const struct ip *own, const struct ip *peer, int size, int *reached) MUST_USE;

#endif
