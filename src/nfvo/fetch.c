/* Packages got by their URL.  A server may be slow and its package large, so this has threads and
 * loops of its own; what arrives goes the way of every upload, with the same limits.  A client names
 * the server, so it may only have an address that callbacks may have, and what it answers besides a
 * package is told to nobody. */
#include "nfvo/fetch.h"

#include "base/log.h"
#include "http/login.h"
#include "sys/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define N_THREADS 4
#define QUEUE_MAX 16
#define TIMEOUT_MS (INT64_C(6) * 3600 * 1000)
#define LOOK_MS 200

#define OF_PROJECT 2 /* under way or waiting at most; others have their turn */

struct fetches {
    struct fetches_config config;
    pthread_mutex_t lock; /* of 'live' */
    struct fetch *live;
    struct pool *pool;
    atomic_bool stopping;
};

struct fetch {
    struct mem *mem;
    struct nfvo *nfvo;
    struct upload *upload;
    const char *url;
    struct http_login login;
    const char *project;
    struct fetch *next; /* live */
    bool is_over;
    struct err *err;
};

/* ---- of whom there are how many ------------------------------------------------------------ */

static struct err *
live_add(struct fetches *fetches, struct fetch *fetch)
{
    int n = 0;

    pthread_mutex_lock(&fetches->lock);
    for (const struct fetch *other = fetches->live; other; other = other->next) {
        n += str_eq(other->project, fetch->project);
    }
    if (n < OF_PROJECT) {
        fetch->next = fetches->live;
        fetches->live = fetch;
    }
    pthread_mutex_unlock(&fetches->lock);
    return n < OF_PROJECT
               ? NULL
               : err_new(E_BUSY, NULL, "%d packages of the project are being got: ask again once one is here",
                         OF_PROJECT);
}

static void
live_remove(struct fetches *fetches, const struct fetch *fetch)
{
    pthread_mutex_lock(&fetches->lock);
    for (struct fetch **at = &fetches->live; *at; at = &(*at)->next) {
        if (*at == fetch) {
            *at = fetch->next;
            break;
        }
    }
    pthread_mutex_unlock(&fetches->lock);
}

/* ---- one package ----------------------------------------------------------------------- */

static struct err *
piece(void *arg, const void *data, size_t n)
{
    return upload_piece(((struct fetch *)arg)->upload, data, n);
}

static void
fetched(void *arg, const struct http_answer *answer, struct err *err)
{
    struct fetch *fetch = arg;

    fetch->is_over = true;
    if (!err && (answer->status < 200 || answer->status > 299)) {
        /* Its query may be what lets one in. */
        err = err_new(E_REMOTE, NULL, "GET %.*s answered %d", (int)strcspn(fetch->url, "?#"),
                      fetch->url, answer->status);
    }
    fetch->err = err;
}

/* Calls, and turns the loop until there is an end or everything ends. */
static struct err *
exchange(struct fetch *fetch, struct loop *loop, struct http_client *client)
{
    struct fetches *fetches = fetch->nfvo->fetches;
    struct http_request request = {
        .method = "GET",
        .url = fetch->url,
        .body_fd = -1,
        .timeout_ms = fetches->config.timeout_ms,
        .piece = piece,
        .piece_arg = fetch,
    };
    struct bearer bearer = {0};
    struct err *e = NULL;

    http_login_call(client, fetch->mem, &fetch->login, &bearer, &request, fetched, fetch);
    while (!e && !fetch->is_over && !atomic_load(&fetches->stopping)) {
        e = loop_turn(loop, LOOK_MS);
    }
    http_client_free(client); /* Ends the call where it goes on: 'bearer' is its until then. */
    bearer_forget(&bearer);
    return err_join(e, fetch->err);
}

static struct err *
get(struct fetch *fetch)
{
    const struct fetches_config *config = &fetch->nfvo->fetches->config;
    const struct http_client_config http = {
        .tls = config->tls, .may_connect = config->may_connect, .may_arg = config->may_arg};
    struct http_client *client = NULL;
    struct loop *loop = NULL;
    struct err *e;

    TRY(loop_new(&loop));
    e = http_client_new(loop, &http, &client);
    e = e ? e : exchange(fetch, loop, client);
    loop_free(loop);
    TRY(e);
    return upload_end(fetch->upload);
}

static struct err *
accept_fn(struct tx *tx, void *arg)
{
    return upload_accept(tx, ((struct fetch *)arg)->upload);
}

static void
fetch_free(struct fetch *fetch)
{
    live_remove(fetch->nfvo->fetches, fetch);
    upload_free(fetch->upload);
    mem_free(fetch->mem);
}

/* On a thread of the pool. */
static void
fetch_run(void *arg)
{
    struct fetch *fetch = arg;
    bool stopping = atomic_load(&fetch->nfvo->fetches->stopping);
    struct err *e = stopping ? NULL : get(fetch);
    bool is_accepted = false;

    if (!e && !stopping) {
        e = store_write_wait(fetch->nfvo->store, accept_fn, fetch);
        is_accepted = !e; /* The file is the examination's from here on. */
    }
    if (!is_accepted && (stopping || atomic_load(&fetch->nfvo->fetches->stopping))) {
        err_ignore(e, "it is the end of the process that stopped it");
        e = NULL;
        upload_abort(fetch->upload);
    } else if (e) {
        upload_fail(fetch->upload, e);
    }
    fetch_free(fetch);
}

/* ---- the request ------------------------------------------------------------------------ */

static struct err *
login_take(struct fetch *fetch, const struct upload_uri_request *request)
{
    const struct upload_oauth2 *oauth2 = request->oauth2.n ? request->oauth2.items[0] : NULL;
    struct mem *mem = fetch->mem;

    if ((request->auth_type != NULL) != (oauth2 != NULL)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "authType and paramsOauth2ClientCredentials are given together or not at all");
    }
    if ((request->user != NULL) != (request->password != NULL)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "userName and password are given together or not at all");
    }
    if (oauth2) {
        fetch->login = (struct http_login){.type = "OAUTH2_CLIENT_CREDENTIALS",
                                           .user = mem_str(mem, oauth2->client),
                                           .secret = mem_str(mem, oauth2->password),
                                           .token_endpoint = mem_str(mem, oauth2->endpoint)};
    } else if (request->user) {
        fetch->login = (struct http_login){.type = "BASIC",
                                           .user = mem_str(mem, request->user),
                                           .secret = mem_str(mem, request->password)};
    }
    return NULL;
}

struct err *
package_fetch(struct nfvo *nfvo, const struct caller *caller, const char *id,
              const struct upload_uri_request *request)
{
    struct mem *mem = mem_new("fetch");
    struct fetch *fetch = MEM_NEW(mem, struct fetch);
    struct err *e;

    *fetch = (struct fetch){.mem = mem, .nfvo = nfvo, .url = mem_str(mem, request->address),
                            .project = mem_str(mem, str_or(caller->project_id, ""))};
    e = login_take(fetch, request);
    e = e ? e : live_add(nfvo->fetches, fetch);
    e = e ? e : upload_begin(nfvo, caller, &vnf_package_table, id, &fetch->upload);
    if (!e) {
        e = pool_run(nfvo->fetches->pool, fetch_run, fetch);
        if (e) {
            upload_abort(fetch->upload);
        }
    }
    if (e) {
        fetch_free(fetch);
    }
    return e;
}

/* ---- life --------------------------------------------------------------------------------- */

struct err *
fetches_new(const struct fetches_config *config, struct fetches **out)
{
    struct fetches *fetches = heap_alloc(sizeof *fetches);
    struct err *e;

    *fetches = (struct fetches){.config = *config, .lock = PTHREAD_MUTEX_INITIALIZER};
    fetches->config.timeout_ms = config->timeout_ms ? config->timeout_ms : TIMEOUT_MS;
    e = pool_new("fetches", N_THREADS, QUEUE_MAX, &fetches->pool);
    if (e) {
        free(fetches);
        return e;
    }
    *out = fetches;
    return NULL;
}

void
fetches_stop(struct fetches *fetches)
{
    if (fetches) {
        atomic_store(&fetches->stopping, true);
        pool_stop(fetches->pool);
    }
}

void
fetches_free(struct fetches *fetches)
{
    if (fetches) {
        fetches_stop(fetches);
        pool_free(fetches->pool);
        free(fetches);
    }
}
