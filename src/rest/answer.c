/* The end of a request: status, headers, body, one log line.  Behind
 * http_answer the request may be gone already. */
#include "base/log.h"
#include "sys/meter.h"
#include "rest/exchange.h"
#include "store/room.h"

#include <string.h>
#include <stdio.h>
#include <unistd.h>

static const char *header_text(struct mem *mem, const char *name, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

/* "Name: value" */
static const char *
header_text(struct mem *mem, const char *name, const char *fmt, va_list args)
{
    return mem_printf(mem, "%s: %s", name, mem_vprintf(mem, fmt, args));
}

void
rest_header(struct rest_request *r, const char *name, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vec_add(r->mem, &r->x->headers, header_text(r->mem, name, fmt, args));
    va_end(args);
}

void
rest_fault_header(struct rest_request *r, const char *name, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    r->x->fault_header = header_text(r->mem, name, fmt, args);
    va_end(args);
}

void
rest_content_type(struct rest_request *r, const char *content_type)
{
    r->x->content_type = content_type;
}

void
rest_answer_file(struct rest_request *r, int fd, int64_t offset, int64_t size,
                 const char *content_type)
{
    if (r->x->fd >= 0) {
        (void)close(r->x->fd);
    }
    r->x->fd = fd;
    r->x->fd_offset = offset;
    r->x->fd_size = size;
    r->x->content_type = content_type;
}

void
answer_reset(struct rest_request *r)
{
    buf_clear(&r->out);
    r->w = jw_to(&r->out);
    r->status = 0;
    r->x->headers.n = 0;
    r->x->content_type = NULL;
    if (r->x->fd >= 0) {
        (void)close(r->x->fd);
        r->x->fd = -1;
    }
}

struct err *
answer_whole(const struct rest_request *r)
{
    return r->out.overflow ? err_new(E_INTERNAL, NULL,
                                     "the answer is too large or nests deeper than %d levels",
                                     JSON_DEPTH_MAX)
                           : NULL;
}

/* The id that the client gave its whole operation; anything but an id is not
 * repeated. */
const char *
rest_global_id(const struct rest_request *r)
{
    const char *id = http_header(r->x->http, "X-OpenStack-Request-ID");
    size_t n = id ? strlen(id) : 0;

    return n > 0 && n <= 64 && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n ? id : "-";
}

const char *
rest_path(const struct rest_request *r)
{
    return http_path(r->x->http);
}

const char *
rest_peer(const struct rest_request *r)
{
    return str_or(http_peer(r->x->http), "-");
}

static void
audit(const struct rest_request *r, const struct err *e)
{
    const struct rest_config *config = &r->x->rest->config;
    bool looks = str_eq(r->method, "GET") || str_eq(r->method, "HEAD");

    if (config->audit && (!looks || r->status == 401 || r->status == 403)) {
        config->audit(config->audit_arg, r, e);
    }
}

static void
log_request(struct rest_request *r, const struct err *e)
{
    int64_t ns = time_mono_ns() - r->x->began_ns;
    long long us = ns / 1000;
    const char *api = r->face ? r->face->name : "none";
    struct log_origin was = log_origin_swap(log_origin_of(r->request_id));
    char status[16];

    (void)snprintf(status, sizeof status, "%d", r->status);
    meter_add(METER_http_requests, api, status, 1);
    meter_time(METER_http_seconds, api, ns);

    log_line(r->status >= 500 ? LOG_LV_WARN : LOG_LV_INFO, "rest",
             "%s %s status=%d us=%lld user=%s project=%s peer=%s global=%s%s%s",
             r->method, http_path(r->x->http), r->status, us, str_or(r->caller.user_id, "-"),
             str_or(r->caller.project_id, "-"), rest_peer(r), rest_global_id(r),
             e ? " error=" : "", e ? err_full(r->mem, e) : "");
    audit(r, e);
    (void)log_origin_swap(was);
}

static void
send_answer(struct rest_request *r, const struct err *e)
{
    struct rest_exchange *x = r->x;
    bool empty = r->status == 204 || r->status == 304 || (r->out.len == 0 && x->fd < 0);
    int fd = x->fd;

    rest_header(r, "x-openstack-request-id", "%s", r->request_id);
    if (r->face && r->face->dialect->headers) {
        r->face->dialect->headers(r);
    }
    if (x->allow) {
        rest_header(r, "Allow", "%s", x->allow);
    }
    if (!empty) {
        rest_header(r, "Content-Type", "%s", str_or(x->content_type, "application/json"));
    }
    vec_add(r->mem, &x->headers, NULL);
    log_request(r, e);
    x->answered = true;
    x->fd = -1;
    if (fd >= 0) {
        http_answer_file(x->http, r->status, x->headers.items, fd, x->fd_offset, x->fd_size);
    } else if (empty) {
        http_answer(x->http, r->status, x->headers.items, "", 0);
    } else {
        http_answer_buf(x->http, r->status, x->headers.items, &r->out);
    }
}

static int
usual_status(const struct rest_request *r)
{
    switch (r->route->verb) {
    case REST_CREATE:
        return 201;
    case REST_DELETE:
        return 204;
    case REST_ACTION:
        return r->out.len || r->x->fd >= 0 ? 200 : 204;
    case REST_LIST:
    case REST_SHOW:
    case REST_UPDATE:
    case REST_TAGS:
    case REST_TAG:
    case REST_VERSIONS:
    case REST_N_VERBS:
        break;
    }
    return 200;
}

void
answer_ok(struct rest_request *r)
{
    if (r->status == 0) {
        r->status = r->route->status ? r->route->status : usual_status(r);
    }
    if (!r->x->content_type) {
        r->x->content_type = r->face->dialect->content_type;
    }
    send_answer(r, NULL);
}

static void
plain_fault(struct rest_request *r, const struct err *e)
{
    jw_object(&r->w, NULL);
    jw_str(&r->w, "message", err_full(r->mem, e));
    jw_end(&r->w);
}

/* What went wrong inside is for the log, not for strangers. */
static const struct err *
public_view(const struct err *e, struct err **made)
{
    if (e->code != E_INTERNAL && e->code != E_PARKED) {
        return e;
    }
    *made = err_new(E_INTERNAL, "HTTPInternalServerError",
                    "Request Failed: internal server error while processing your request.");
    return *made;
}

static int
status_of(const struct rest_request *r, const struct err *e)
{
    const struct dialect *dialect = r->face ? r->face->dialect : NULL;
    int status = dialect && dialect->status ? dialect->status(e) : 0;

    if (!status && str_eq(e->type, STORE_NO_ROOM)) {
        status = 507;
    }
    return status ? status : err_code_status(e->code);
}

void
answer_err(struct rest_request *r, struct err *e)
{
    const struct dialect *dialect = r->face ? r->face->dialect : NULL;
    AUTO(err) own = e;
    AUTO(err) made = NULL;
    const struct err *shown = public_view(e, &made);

    answer_reset(r);
    if (r->x->fault_header) {
        vec_add(r->mem, &r->x->headers, r->x->fault_header);
    }
    r->status = status_of(r, shown);
    if (!dialect) {
        plain_fault(r, shown);
    } else if (e->code == E_UNAUTHENTICATED && dialect->unauthenticated) {
        dialect->unauthenticated(r, shown);
    } else {
        r->x->content_type = dialect->fault_type;
        dialect->fault(r, r->status, shown);
    }
    send_answer(r, own);
}
