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
    pthread_mutex_t lock; /* of the lists */
    struct fetch_turn *live, *waiting, *dropped;
    struct pool *pool;
    atomic_bool stopping;
};

struct fetch {
    struct mem *mem;
    struct nfvo *nfvo;
    struct upload *upload;
    const char *url;
    struct http_login login;
    struct fetch_turn turn;
};

/* ---- turns --------------------------------------------------------------------------------- */

static bool
has_turn(const struct fetches *fetches, const char *project)
{
    int n = 0;

    for (const struct fetch_turn *other = fetches->live; other; other = other->next) {
        n += str_eq(other->project, project);
    }
    return n < OF_PROJECT;
}

static void
live_add(struct fetches *fetches, struct fetch_turn *turn)
{
    turn->next = fetches->live;
    fetches->live = turn;
}

/* Takes a turn where the project has one. */
static struct err *
turn_take(struct fetches *fetches, struct fetch_turn *turn)
{
    bool may;

    pthread_mutex_lock(&fetches->lock);
    may = has_turn(fetches, turn->project);
    if (may) {
        live_add(fetches, turn);
    }
    pthread_mutex_unlock(&fetches->lock);
    return may ? NULL
               : err_new(E_BUSY, NULL, "%d packages of the project are being got: ask again once one is here",
                         OF_PROJECT);
}

/* Begins what waits and may; the lock is held.  Whatever ends asks again. */
static void
turns_begin(struct fetches *fetches)
{
    struct fetch_turn **at = &fetches->waiting;

    while (*at) {
        struct fetch_turn *turn = *at;
        struct err *e;

        if (!has_turn(fetches, turn->project)) {
            at = &turn->next;
            continue;
        }
        e = pool_run(fetches->pool, turn->run, turn->arg);
        if (e) {
            err_ignore(e, "those that keep the threads busy ask again when they end");
            return;
        }
        *at = turn->next;
        live_add(fetches, turn);
    }
}

void
fetch_turn_wait(struct fetches *fetches, struct fetch_turn *turn)
{
    struct fetch_turn **at = &fetches->waiting;

    turn->next = NULL;
    pthread_mutex_lock(&fetches->lock);
    while (*at) {
        at = &(*at)->next;
    }
    *at = turn;
    turns_begin(fetches);
    pthread_mutex_unlock(&fetches->lock);
}

/* The lock is held. */
static void
live_take(struct fetches *fetches, const struct fetch_turn *turn)
{
    for (struct fetch_turn **at = &fetches->live; *at; at = &(*at)->next) {
        if (*at == turn) {
            *at = turn->next;
            break;
        }
    }
}

void
fetch_turn_end(struct fetches *fetches, const struct fetch_turn *turn)
{
    pthread_mutex_lock(&fetches->lock);
    live_take(fetches, turn);
    turns_begin(fetches);
    pthread_mutex_unlock(&fetches->lock);
}

void
fetch_turn_drop(struct fetches *fetches, struct fetch_turn *turn)
{
    pthread_mutex_lock(&fetches->lock);
    live_take(fetches, turn);
    turn->next = fetches->dropped;
    fetches->dropped = turn;
    pthread_mutex_unlock(&fetches->lock);
}

bool
fetches_ending(const struct fetches *fetches)
{
    return atomic_load(&fetches->stopping);
}

/* ---- one call ---------------------------------------------------------------------------- */

struct exchange {
    const char *url;
    bool is_over;
    struct err *err;
};

static void
exchanged(void *arg, const struct http_answer *answer, struct err *err)
{
    struct exchange *x = arg;

    x->is_over = true;
    if (!err && (answer->status < 200 || answer->status > 299)) {
        /* Its query may be what lets one in. */
        err = err_new(E_REMOTE, NULL, "GET %.*s answered %d", (int)strcspn(x->url, "?#"), x->url,
                      answer->status);
    }
    x->err = err;
}

/* Calls, and turns the loop until there is an end or everything ends. */
static struct err *
exchange(struct fetches *fetches, struct mem *mem, const struct fetch_source *source,
         struct loop *loop, struct http_client *client)
{
    struct exchange x = {.url = source->url};
    struct http_request request = {
        .method = "GET",
        .url = source->url,
        .body_fd = -1,
        .timeout_ms = source->timeout_ms ? source->timeout_ms : fetches->config.timeout_ms,
        .piece = source->piece,
        .piece_arg = source->arg,
    };
    struct bearer bearer = {0};
    struct err *e = NULL;

    http_login_call(client, mem, &source->login, &bearer, &request, exchanged, &x);
    while (!e && !x.is_over && !atomic_load(&fetches->stopping)) {
        e = loop_turn(loop, LOOK_MS);
    }
    http_client_free(client); /* Ends the call where it goes on: 'bearer' is its until then. */
    bearer_forget(&bearer);
    if (x.err && x.err->code == E_IN_DOUBT) {
        x.err->code = E_UNAVAILABLE; /* Nothing is done by being asked for: there is no doubt to be ended. */
    }
    return err_join(e, x.err);
}

struct err *
fetch_get(struct fetches *fetches, struct mem *mem, const struct fetch_source *source)
{
    const struct fetches_config *config = &fetches->config;
    const struct http_client_config http = {
        .tls = config->tls, .may_connect = config->may_connect, .may_arg = config->may_arg};
    struct http_client *client = NULL;
    struct loop *loop = NULL;
    struct err *e;

    TRY(loop_new(&loop));
    e = http_client_new(loop, &http, &client);
    e = e ? e : exchange(fetches, mem, source, loop, client);
    loop_free(loop);
    return e;
}

/* ---- one package ----------------------------------------------------------------------- */

static struct err *
piece(void *arg, const void *data, size_t n)
{
    return upload_piece(((struct fetch *)arg)->upload, data, n);
}

static struct err *
get(struct fetch *fetch)
{
    const struct fetch_source source = {
        .url = fetch->url, .login = fetch->login, .piece = piece, .arg = fetch};

    TRY(fetch_get(fetch->nfvo->fetches, fetch->mem, &source));
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
    fetch_turn_end(fetch->nfvo->fetches, &fetch->turn);
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
                            .turn = {.project = mem_str(mem, str_or(caller->project_id, ""))}};
    e = login_take(fetch, request);
    e = e ? e : turn_take(nfvo->fetches, &fetch->turn);
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
        while (fetches->waiting) { /* Nobody else is left: they see that it is the end. */
            struct fetch_turn *turn = fetches->waiting;

            fetches->waiting = turn->next;
            turn->run(turn->arg);
        }
    }
}

void
fetches_free(struct fetches *fetches)
{
    if (fetches) {
        fetches_stop(fetches);
        while (fetches->dropped) {
            struct fetch_turn *turn = fetches->dropped;

            fetches->dropped = turn->next;
            turn->dropped(turn->arg);
        }
        pool_free(fetches->pool);
        free(fetches);
    }
}
