/* Packages that are got from where a client says that they are (SOL005 9.4.6, upload_from_uri). */
#ifndef CARRICK_NFVO_FETCH_H
#define CARRICK_NFVO_FETCH_H

#include "http/login.h"
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
void fetches_free(struct fetches *fetches); /* Stops it; after the flow engine; null accepted. */

/* Begins to get the content of package 'id', as an upload of the caller's: the package is UPLOADING
 * until all of it is here, or ERROR with what went wrong.  A restart of the process makes it CREATED
 * again.  What the request holds of passwords is in memory only.  Not on a loop's thread.  Errors as of
 * upload_begin; E_UNPROCESSABLE: the credentials are incomplete; E_BUSY: too many are being got. */
struct err *package_fetch(struct nfvo *nfvo, const struct caller *caller, const char *id,
                          const struct upload_uri_request *request) MUST_USE;


/* ---- for what else is got, by the same rules ----------------------------------------------- */

/* A turn to get something: a project has two at a time. */
struct fetch_turn {
    const char *project;
    void (*run)(void *arg); /* On a thread that may wait; it ends with fetch_turn_end or fetch_turn_drop. */
    void (*dropped)(void *arg);
    void *arg;
    struct fetch_turn *next; /* Of the queue. */
};
/* Runs it once the project has a turn and a thread is free; at the end of the process in any case, for it
 * to see that (fetches_ending) and let go of what it has.  Borrowed until fetch_turn_end.  Any thread. */
void fetch_turn_wait(struct fetches *fetches, struct fetch_turn *turn);
void fetch_turn_end(struct fetches *fetches, const struct fetch_turn *turn);
/* At the end of the process: 'dropped' is called by fetches_free, when nobody waits for what it was for. */
void fetch_turn_drop(struct fetches *fetches, struct fetch_turn *turn);
bool fetches_ending(const struct fetches *fetches);

struct fetch_source {
    const char *url;
    struct http_login login;
    int64_t timeout_ms; /* 0 = that of the packages */
    struct err *(*piece)(void *arg, const void *data, size_t n); /* Gets it; its error ends the call. */
    void *arg;
};
/* Gets it on the calling thread, which waits; all is borrowed.  E_FORBIDDEN (its address may not be called),
 * E_REMOTE (any answer but 2xx; redirects are not followed), E_UNAVAILABLE (also one that broke off), of 'piece';
 * E_CANCELLED at the end of the process. */
struct err *fetch_get(struct fetches *fetches, struct mem *mem,
                      const struct fetch_source *source) MUST_USE;

#endif
