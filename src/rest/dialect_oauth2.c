/* OAuth 2.0's token endpoint (RFC 6749 section 5): errors are one word and a
 * sentence of a narrow alphabet, and nothing may be kept by those in between. */
#include "rest/exchange.h"

#include <string.h>

static const char *
unknown(struct mem *mem, const char *name)
{
    return mem_printf(mem, "%s is not known", name);
}

static const char *
missing(struct mem *mem, const char *name)
{
    return mem_printf(mem, "%s is missing", name);
}

static const char *
not_allowed(struct mem *mem, const char *name, enum row_decode_mode mode)
{
    (void)mode;
    return mem_printf(mem, "%s cannot be given", name);
}

static const char *
invalid(struct mem *mem, const char *name, const char *reason)
{
    return mem_printf(mem, "%s: %s", name, reason);
}

static const struct row_faults faults = {unknown, missing, not_allowed, invalid};

/* Section 5.2 has 400 for all but a client that is not who it says; a body that is too large and
 * what is no request for a token keep the status of HTTP. */
static int
status(const struct err *e)
{
    return e->code == E_BUSY ? 503 : e->code == E_MEDIA_TYPE ? 400 : 0;
}

/* The word of section 5.2; the last two are of section 4.1.2.1, for what it has none for. */
static const char *
word_of(const struct err *e, int code)
{
    static const char *const typed[] = {"unsupported_grant_type", "invalid_scope",
                                        "unauthorized_client", NULL};

    if (e->type && str_in(e->type, typed)) {
        return e->type;
    }
    return code == 401   ? "invalid_client"
           : code == 503 ? "temporarily_unavailable"
           : code >= 500 ? "server_error"
                         : "invalid_request";
}

/* error_description has no quotes, backslashes or anything but ASCII. */
static const char *
described(struct mem *mem, const char *text)
{
    char *copy = mem_str(mem, text);

    for (char *c = copy; *c; c++) {
        if (*c < 0x20 || *c > 0x7e || *c == '"' || *c == '\\') {
            *c = '?';
        }
    }
    return copy;
}

static void
fault(struct rest_request *r, int code, const struct err *e)
{
    jw_object(&r->w, NULL);
    jw_str(&r->w, "error", word_of(e, code));
    jw_str(&r->w, "error_description", described(r->mem, err_full(r->mem, e)));
    jw_end(&r->w);
}

static void
unauthenticated(struct rest_request *r, const struct err *e)
{
    rest_header(r, "WWW-Authenticate", "Basic realm=\"carrick\", charset=\"UTF-8\"");
    fault(r, 401, e);
}

static void
headers(struct rest_request *r)
{
    rest_header(r, "Cache-Control", "no-store");
    rest_header(r, "Pragma", "no-cache");
}

const struct dialect dialect_oauth2 = {
    .name = "oauth2",
    .content_type = "application/json",
    .fault_type = "application/json",
    .faults = &faults,
    .status = status,
    .fault = fault,
    .unauthenticated = unauthenticated,
    .headers = headers,
};
