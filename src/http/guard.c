/* The guard ends connections whose client takes too long to send a head or a
 * body: one thread that looks at all of them twice a second. */
#include "http/exchange.h"

#include "base/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define LOOK_EVERY_NS 500000000

static int64_t
idle_ns(const struct http_server *server)
{
    return (int64_t)server->config.idle_timeout_s * 1000000000;
}

/* Shuts down what is late; libmicrohttpd then sees the end and cleans up.  The
 * descriptor is surely still the connection's, since its end is noted under
 * the same lock before it is closed. */
static void
end_late(struct http_server *server)
{
    int64_t now = time_mono_ns();

    for (struct guarded *g = server->guarded; g; g = g->next) {
        int64_t deadline = atomic_load_explicit(&g->deadline_ns, memory_order_relaxed);

        if (deadline && deadline < now) {
            shutdown(g->fd, SHUT_RDWR);
            atomic_store_explicit(&g->deadline_ns, 0, memory_order_relaxed);
        }
    }
}

static void *
guard_run(void *arg)
{
    struct http_server *server = arg;

    pthread_mutex_lock(&server->lock);
    while (!server->stopping) {
        struct timespec until;
        int64_t at = time_mono_ns() + LOOK_EVERY_NS;

        until.tv_sec = at / 1000000000;
        until.tv_nsec = at % 1000000000;
        pthread_cond_clockwait(&server->wake, &server->lock, CLOCK_MONOTONIC, &until);
        end_late(server);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

struct err *
guard_start(struct http_server *server)
{
    int failure = pthread_create(&server->guard, NULL, guard_run, server);

    if (failure) {
        return err_new(E_UNAVAILABLE, NULL, "thread: %s", strerrordesc_np(failure));
    }
    pthread_setname_np(server->guard, "http-guard");
    server->guard_runs = true;
    return NULL;
}

void
guard_stop(struct http_server *server)
{
    if (server->guard_runs) {
        pthread_mutex_lock(&server->lock);
        server->stopping = true;
        pthread_cond_broadcast(&server->wake);
        pthread_mutex_unlock(&server->lock);
        pthread_join(server->guard, NULL);
        server->guard_runs = false;
    }
}

void
guard_client(struct http_exchange *x, size_t n_received)
{
    int64_t extra_ns = (int64_t)(n_received / BODY_RATE_MIN) * 1000000000;

    if (x->guarded) {
        atomic_store_explicit(&x->guarded->deadline_ns,
                              x->head_at_ns + idle_ns(x->server) + extra_ns, memory_order_relaxed);
    }
}

void
guard_server(struct http_exchange *x)
{
    if (x->guarded) {
        atomic_store_explicit(&x->guarded->deadline_ns, 0, memory_order_relaxed);
    }
}

static void
guard_add(struct http_server *server, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct guarded *g = heap_alloc(sizeof *g);

    g->server = server;
    g->fd = info ? info->connect_fd : -1;
    g->deadline_ns = time_mono_ns() + idle_ns(server);
    pthread_mutex_lock(&server->lock);
    g->next = server->guarded;
    if (g->next) {
        g->next->prev = g;
    }
    server->guarded = g;
    pthread_mutex_unlock(&server->lock);
    *context = g;
}

void
guard_notify(void *arg, struct MHD_Connection *connection, void **context,
             enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = arg;
    struct guarded *g = *context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        guard_add(server, connection, context);
        return;
    }
    if (!g) {
        return;
    }
    pthread_mutex_lock(&server->lock);
    *(g->prev ? &g->prev->next : &server->guarded) = g->next;
    if (g->next) {
        g->next->prev = g->prev;
    }
    pthread_mutex_unlock(&server->lock);
    free(g);
    *context = NULL;
}
