/* Certificates of joined sites, before they end. */
#ifndef CARRICK_NFVO_SITE_RENEW_H
#define CARRICK_NFVO_SITE_RENEW_H

#include "nfvo/nfvo.h"

/* On a worker: where the site joined by an invitation and says that its certificate nears its end, it
 * gets another one, for the addresses of the invitation.  E_CONFLICT: its key is another by now. */
struct err *site_renew(const struct nfvo *nfvo, struct mem *mem, const struct site *site) MUST_USE;

#endif
