/* What a site's refusal is called here, and what a person is told: site, call,
 * status, request id, the site's own words, and what to do next. */
#include "vim/session.h"

/* X(status, code, what to do next) */
#define STATUSES(X)                                                                                \
    X(400, E_INVALID, "the site does not take this request: see its message")                      \
    X(401, E_UNAUTHENTICATED, "check the user and password registered for the site")               \
    X(403, E_FORBIDDEN, "give the site's user the role that this call needs, or raise a quota")    \
    X(404, E_NOT_FOUND, "the object or the service's extension is not there: was it deleted by "   \
                        "someone else?")                                                           \
    X(405, E_METHOD, "the site's service does not offer this call")                                \
    X(406, E_NOT_ACCEPTABLE, "the site's service is too old for the version asked")                \
    X(409, E_CONFLICT, "something at the site is in the way: see its message, then retry")         \
    X(412, E_PRECONDITION, "it was changed meanwhile: retry")                                      \
    X(413, E_QUOTA, "a limit of the site is reached: raise it or free something, then retry")      \
    X(429, E_BUSY, "the site limits its callers: retry later or lower max_calls")                  \
    X(501, E_NOT_IMPLEMENTED, "the site's service does not offer this call")                       \
    X(503, E_UNAVAILABLE, "the site's service is overloaded or stopped: see its logs by the "      \
                          "request id, then retry")                                                \
    X(507, E_UNAVAILABLE, "a disk of the site is full: make room there, then retry")

struct status {
    int status;
    enum err_code code;
    const char *next;
};
static const struct status statuses[] = {
#define X(status, code, next) {status, code, next},
    STATUSES(X)
#undef X
};

static const struct status *
status_find(int status)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status == status) {
            return &statuses[i];
        }
    }
    return NULL;
}

const char *
vim_request_id(const struct http_answer *answer)
{
    const char *id = answer ? http_answer_header(answer, "x-openstack-request-id") : NULL;

    if (answer && !id) {
        id = http_answer_header(answer, "x-compute-request-id");
    }
    return str_or(id, "-");
}

/* The services wrap it differently: {"NeutronError": {"message"}}, {"error":
 * {"message"}}, {"itemNotFound": {...}}, {"errors": [{"detail"}]}, {"message"}. */
static const struct json *
fault_of(const struct json *json)
{
    if (json_get_str(json, "message")) {
        return json;
    }
    if (json_is(json_get(json, "errors"), JSON_T_ARRAY)) {
        return json_path(json, "errors.0");
    }
    json_each (json, i) {
        if (json_is(json->items[i], JSON_T_OBJECT)) {
            return json->items[i];
        }
    }
    return NULL;
}

static const char *
message_of(struct mem *mem, const struct vim_answer *answer)
{
    const struct json *fault = fault_of(answer->json);
    const char *text = json_get_str(fault, "message");

    text = text ? text : json_get_str(fault, "detail");
    if (!text && answer->http && answer->http->body_len) {
        text = mem_strn(mem, answer->http->body,
                        answer->http->body_len < 200 ? answer->http->body_len : 200);
    }
    return str_or(text, "(no message)");
}

/* Of a call that changes something, a 5xx leaves open whether it did. */
static enum err_code
code_of(const struct vim_call *call, int status, const char *type, const char *message)
{
    const struct status *known = status_find(status);

    if (status >= 500 && status != 501 && status != 507) {
        return call->read_only ? E_REMOTE : E_IN_DOUBT;
    }
    if ((status == 409 || status == 403) &&
        (str_eq(type, "OverQuota") || strstr(message, "uota exceeded"))) {
        return E_QUOTA;
    }
    return known ? known->code : E_REMOTE;
}

struct err *
vim_error(struct mem *mem, const struct vim_site *site, const struct vim_call *call,
          const struct vim_answer *answer)
{
    const struct status *known = status_find(answer->status);
    const char *type = json_get_str(fault_of(answer->json), "type");
    const char *message = message_of(mem, answer);
    struct err *err;

    err = err_new(code_of(call, answer->status, type, message), NULL,
                  "site %s: %s %s %s answered %d (request %s): %s%s%s; next: %s", site->name,
                  call->service, call->method, call->path, answer->status, answer->request_id,
                  str_or(type, ""), type ? ": " : "", message,
                  known ? known->next : "see the site's logs by the request id, then retry");
    err->status = answer->status;
    return err;
}

struct err *
vim_lost(const struct vim_site *site, const struct vim_call *call, struct err *err)
{
    const char *next = err->code == E_UNAVAILABLE ? "is the site up and reachable?"
                       : err->code == E_IN_DOUBT  ? "the site is asked what became of it"
                                                  : "retry";

    if (err->code == E_TOO_LARGE && !call->read_only) {
        err->code = E_IN_DOUBT;
    }
    return err_wrap(err, "site %s: %s %s %s (%s)", site->name, call->service, call->method,
                    call->path, next);
}

bool
vim_passing(const struct err *err)
{
    return err->code == E_CONFLICT || err->code == E_IN_USE || err->code == E_IN_DOUBT ||
           err->code == E_BUSY;
}
