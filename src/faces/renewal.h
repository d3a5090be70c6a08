/* How the certificate of a site that has joined is renewed without a person:
 *
 *     GET /carrick/v1/certificate   whether it nears its end, and the request that is to be signed then
 *     PUT /carrick/v1/certificate   the one that was signed
 *
 * Neither needs a token: a request says what everybody sees of the certificate, and what is put is taken
 * only where it is of the site's own key, by the authority that it believes, for its address, and good
 * for longer than the one that nears its end. */
#ifndef CARRICK_FACES_RENEWAL_H
#define CARRICK_FACES_RENEWAL_H

#include "faces/certificates.h"

/* Of the face; lives as long as it is served. */
struct face;
struct renewal {
    const struct certificate_paths *paths;
    const char *state;   /* folder: only a certificate in its tls/own.crt is renewed so, where no
                          * tls/authority.key is that signs for the site itself */
    const char *address; /* at which the site is served */
};

extern const struct face renewal_face;

#endif
