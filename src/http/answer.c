/* Answers.  Whoever answers stores the answer; it is queued by the connection's
 * own thread, which is woken where the connection sleeps. */
#include "http/exchange.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

pthread_mutex_t *
exchange_lock(struct http_exchange *x)
{
    return &x->server->locks[((uintptr_t)x >> 6) % N_LOCKS];
}

static void
add_header(struct MHD_Response *response, const char *line)
{
    const char *colon = strchr(line, ':');
    size_t n = colon ? (size_t)(colon - line) : 0;
    const char *value = colon ? colon + 1 + strspn(colon + 1, " ") : "";
    char name[128];

    if (!n || n >= sizeof name) {
        log_error("http", "answer header without a name: %.40s", line);
        return;
    }
    memcpy(name, line, n);
    name[n] = 0;
    if (MHD_add_response_header(response, name, value) != MHD_YES) {
        log_error("http", "answer header refused: %.40s", line);
    }
}

/* Stores the answer and wakes the connection if it sleeps.  After the unlock
 * the exchange may be gone. */
static void
store(struct http_exchange *x, int status, const char *const *headers,
      struct MHD_Response *response)
{
    pthread_mutex_t *lock = exchange_lock(x);

    if (!response) {
        log_error("http", "no response object for status %d", status);
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
        status = 500;
    }
    for (; headers && *headers; headers++) {
        add_header(response, *headers);
    }
    pthread_mutex_lock(lock);
    if (x->answered) {
        if (!x->is_cut) { /* Else whoever owed it and the end of the server came together. */
            log_error("http", "answered twice: %s %s", x->method, x->path);
        }
        MHD_destroy_response(response);
    } else {
        x->answered = true;
        x->response = response;
        x->status = status;
        if (x->state == X_SUSPENDED) {
            x->state = X_WORKING;
            MHD_resume_connection(x->connection);
        }
    }
    pthread_mutex_unlock(lock);
}

void
http_answer(struct http_exchange *x, int status, const char *const *headers, const void *body,
            size_t n)
{
    /* libmicrohttpd copies; its prototype only lacks the const. */
    store(x, status, headers,
          MHD_create_response_from_buffer(n, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY));
}

void
http_answer_buf(struct http_exchange *x, int status, const char *const *headers, struct buf *body)
{
    char *data = body->data;
    size_t n = body->len;
    struct MHD_Response *response = MHD_create_response_from_buffer(n, data, MHD_RESPMEM_MUST_FREE);

    body->data = NULL;
    body->len = body->cap = 0;
    if (!response) {
        free(data);
    }
    store(x, status, headers, response);
}

void
http_answer_file(struct http_exchange *x, int status, const char *const *headers, int fd,
                 int64_t offset, int64_t size)
{
    struct MHD_Response *response =
        fd < 0 ? NULL
               : MHD_create_response_from_fd_at_offset64((uint64_t)size, fd, (uint64_t)offset);

    if (!response && fd >= 0) {
        close(fd);
    }
    store(x, status, headers, response);
}

void
exchange_refuse(struct http_exchange *x, int status, const char *why)
{
    const struct http_handler *handler = x->server->config.handler;
    static const char *const plain[] = {"Content-Type: text/plain", "Connection: close", NULL};
    const char *const *headers = plain;
    AUTO_BUF body = BUF_INIT;

    if (handler->refused) {
        handler->refused(x, x->server->config.arg, status, why, &body, &headers);
    } else {
        buf_printf(&body, "%s\n", why);
    }
    http_answer(x, status, headers, body.data ? body.data : "", body.len);
}

enum MHD_Result
exchange_queue(struct http_exchange *x)
{
    enum MHD_Result result;

    x->state = X_QUEUED;
    result = MHD_queue_response(x->connection, (unsigned int)x->status, x->response);
    MHD_destroy_response(x->response);
    x->response = NULL;
    return result;
}
