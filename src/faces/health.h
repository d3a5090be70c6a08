/* What a site and an orchestrator say of themselves, for those who watch over them:
 *
 *     GET /healthz   it answers
 *     GET /readyz    its store is read and written, its loop and (a site's) agent answer, its disk has room: 200,
 *                    else 503 and what does not; reads are served all the same
 *     GET /metrics   figures as OpenMetrics text (sys/meter.h), for administrators
 *
 * The first two need no token.  At an address of its own ("metrics-listen") none of them does. */
#ifndef CARRICK_FACES_HEALTH_H
#define CARRICK_FACES_HEALTH_H

#include "rest/rest.h"
#include "sys/settings.h"

#include <stdatomic.h>

struct network_service;

/* What is asked; the context of both faces.  Lives as long as they are served. */
struct health {
    struct store *store;
    struct loop *loop;
    struct network_service *network; /* of a site, for its agent; null = an orchestrator's */
    int64_t every_ms, late_ms;       /* a write is tried so often at most, and lasts so long; 0 = 10 s and 5 s */
    _Atomic bool is_trying;          /* that write */
    _Atomic int64_t tried_ns;        /* when the last one was begun (monotonic); 0 = none */
    _Atomic bool has_failed;         /* ... and came to nothing */
};

extern const struct face health_face, health_open_face;

#define HEALTH_OPTIONS(X)                                                                          \
    X(metrics_listen, "metrics-listen", OF_LISTEN, "",                                             \
      "where /metrics, /healthz and /readyz are served to whoever asks; none: only with the APIs, " \
      "figures with an administrator's token")

/* Serves the open face at 'text' (ADDRESS:PORT; "" = not, '*rest' null), with the certificate that
 * the APIs have. */
struct err *health_serve(struct mem *mem, struct health *health, const struct settings *settings,
                         size_t which, const struct http_server_config *like, struct rest **rest) MUST_USE;
/* E_INVALID: it would be plain HTTP at an address that others reach. */
struct err *health_check(struct mem *mem, const struct settings *settings, size_t which,
                         const struct http_server_config *like) MUST_USE;

#endif
