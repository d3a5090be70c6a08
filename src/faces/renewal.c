/* See renewal.h.  The file is replaced, and certificates.c follows it: no connection ends. */
#include "faces/renewal.h"

#include "base/log.h"
#include "base/str.h"
#include "http/authority.h"
#include "rest/rest.h"
#include "sys/file.h"

#include <string.h>

#define PEM_MAX ((size_t)1 << 16)

/* What the site has. */
struct own {
    const char *cert, *key, *authority;
    const char *hosts[2]; /* none where it is served at all of its addresses */
};

static struct err *
text_read(struct mem *mem, const char *path, const char **text)
{
    char *data;

    TRY(file_read(mem, path, PEM_MAX, &data, NULL));
    *text = data;
    return NULL;
}

/* '*signs_elsewhere' where it is the orchestrator that signed; else the rest is not read. */
static struct err *
own_read(const struct renewal *renewal, struct mem *mem, struct own *own, bool *signs_elsewhere)
{
    const struct certificate_paths *paths = renewal->paths;

    *own = (struct own){0};
    *signs_elsewhere = str_eq(paths->cert, mem_printf(mem, "%s/tls/own.crt", renewal->state)) &&
                       !str_empty(paths->ca) &&
                       !file_exists(mem_printf(mem, "%s/tls/authority.key", renewal->state));
    if (!*signs_elsewhere) {
        return NULL;
    }
    own->hosts[0] = str_in(renewal->address, (const char *[]){"0.0.0.0", "::", NULL}) ? NULL : renewal->address;
    TRY(text_read(mem, paths->cert, &own->cert));
    TRY(text_read(mem, paths->key, &own->key));
    return text_read(mem, paths->ca, &own->authority);
}

static bool
is_due(const struct own *own)
{
    struct err *e = authority_check(own->cert, own->key, own->authority, AUTHORITY_RENEW_DAYS, own->hosts);

    if (e) {
        err_ignore(e, "it is signed anew");
        return true;
    }
    return false;
}

/* rest_fn */
static struct err *
certificate_tell(struct rest_request *r)
{
    const char *request = NULL;
    struct own own;
    bool signs_elsewhere;

    TRY(own_read(r->mount->user, r->mem, &own, &signs_elsewhere));
    if (signs_elsewhere && is_due(&own)) {
        TRY(authority_request(r->mem, own.key, "site", &request));
    }
    jw_object(&r->w, NULL);
    jw_bool(&r->w, "due", request != NULL);
    if (request) {
        jw_str(&r->w, "request", request);
    }
    jw_end(&r->w);
    rest_finish(r, NULL);
    return NULL;
}

/* rest_fn */
static struct err *
certificate_take(struct rest_request *r)
{
    const struct renewal *renewal = r->mount->user;
    const char *cert = json_get_str(r->body, "certificate");
    struct own own;
    bool signs_elsewhere;

    if (!cert || strlen(cert) > PEM_MAX) {
        return err_new(E_INVALID, NULL, "certificate: the signed certificate (PEM) is required, of %zu bytes at most",
                       PEM_MAX);
    }
    TRY(own_read(renewal, r->mem, &own, &signs_elsewhere));
    if (!signs_elsewhere || !is_due(&own)) {
        return err_new(E_CONFLICT, NULL, "%s", signs_elsewhere ? "the certificate that there is is good for long enough"
                                                                : "this site's certificate is not signed elsewhere");
    }
    TRY_MSG(authority_check(cert, own.key, own.authority, AUTHORITY_RENEW_DAYS, own.hosts), "certificate");
    TRY(file_write(renewal->paths->cert, cert, strlen(cert), 0644));
    log_info("tls", "a new certificate was signed for this site: %s", renewal->paths->cert);
    rest_finish(r, NULL);
    return NULL;
}

static const struct route routes[] = {
    {.method = "GET", .path = "/v1/certificate", .verb = REST_ACTION, .start = certificate_tell,
     .flags = REST_PUBLIC,
     .doc = "Whether the certificate of this site nears its end, and the request that is to be signed then."},
    {.method = "PUT", .path = "/v1/certificate", .verb = REST_ACTION, .start = certificate_take,
     .flags = REST_PUBLIC,
     .doc = "The certificate that the authority of this site signed: taken where it is of the site's own key, for its "
            "address, and the one that there is nears its end."},
};

const struct face renewal_face = {
    .name = "renewal",
    .title = "Certificate",
    .doc = "How a site's certificate is renewed by the orchestrator that it has joined.",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
};
