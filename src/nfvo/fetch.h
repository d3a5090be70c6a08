/* Packages that are got from where a client says that they are (SOL005 9.4.6, upload_from_uri). */
#ifndef CARRICK_NFVO_FETCH_H
#define CARRICK_NFVO_FETCH_H

#include "http/client.h"
#include "nfvo/nfvo.h"
#include "nfvo/request.h"

struct fetches_config {
    /* As of struct http_client_config; asked on threads of this, several at a time. */
    bool (*may_connect)(void *arg, const struct sockaddr *to);
    void *may_arg;
    struct http_tls tls;
    int64_t timeout_ms; /* Of one package; 0 = 6 hours. */
};
/* Four packages are got at a time, on threads of their own, and 16 wait. */
struct err *fetches_new(const struct fetches_config *config, struct fetches **fetches) MUST_USE;
/* Gives up what is being got: those packages are CREATED again.  Before the store closes.  Null
 * accepted, and twice. */
void fetches_stop(struct fetches *fetches);
void fetches_free(struct fetches *fetches); /* Stops it; null accepted. */

/* Begins to get the content of package 'id', as an upload of the caller's: the package is UPLOADING
 * until all of it is here, or ERROR with what went wrong.  A restart of the process makes it CREATED
 * again.  What the request holds of passwords is in memory only.  Not on a loop's thread.  Errors as of
 * upload_begin; E_UNPROCESSABLE: the credentials are incomplete; E_BUSY: too many are being got. */
struct err *package_fetch(struct nfvo *nfvo, const struct caller *caller, const char *id,
                          const struct upload_uri_request *request) MUST_USE;

#endif
