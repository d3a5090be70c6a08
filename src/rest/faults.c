/* What several dialects say alike: phrases of HTTP statuses, the 401 of
 * services behind a token check, links of pages. */
#include "rest/exchange.h"

#include <string.h>

const char *
http_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Request Entity Too Large"},
        {415, "Unsupported Media Type"},
        {416, "Requested Range Not Satisfiable"},
        {422, "Unprocessable Entity"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {507, "Insufficient Storage"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return status >= 500 ? "Internal Server Error" : "Bad Request";
}

const char *
rest_root(const struct rest_request *r)
{
    size_t n = strlen(r->base) - strlen(r->mount->prefix);

    return mem_strn(r->mem, r->base, n);
}

void
dialect_middleware_401(struct rest_request *r)
{
    rest_header(r, "WWW-Authenticate", "Keystone uri=\"%s%s/v3\"", rest_root(r),
                str_or(r->x->rest->config.auth_prefix, ""));
    jw_object(&r->w, NULL);
    jw_object(&r->w, "error");
    jw_int(&r->w, "code", 401);
    jw_str(&r->w, "message", "The request you have made requires authentication.");
    jw_str(&r->w, "title", "Unauthorized");
    jw_end(&r->w);
    jw_end(&r->w);
}

const char *
dialect_self(struct rest_request *r)
{
    static const char *const drop_none[] = {NULL};
    const char *query = http_query(r->x->http);

    if (!str_utf8(query, strlen(query))) {
        return mem_printf(r->mem, "%s%s%s", r->base, r->path, query_without(r, drop_none));
    }
    return mem_printf(r->mem, "%s%s%s%s", r->base, r->path, query[0] ? "?" : "", query);
}

const char *
dialect_page_url(struct rest_request *r, const char *marker, bool backwards)
{
    const struct query_words *words = r->face->dialect->words;
    const char *const drop[] = {words->marker, str_or(words->page_reverse, words->marker), NULL};
    const char *rest = query_without(r, drop);

    return mem_printf(r->mem, "%s%s%s%s%s=%s%s%s%s", r->base, r->path, rest, rest[0] ? "&" : "?",
                      words->marker, url_encode(r->mem, marker), backwards ? "&" : "",
                      backwards ? words->page_reverse : "", backwards ? "=True" : "");
}

struct err *
dialect_bad_json(struct err *why, const char *type, const char *lead)
{
    struct err *e = err_wrap(why, "%s", lead);

    err_set_type(e, type);
    return e;
}
