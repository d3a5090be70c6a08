/* Who the other side of a TLS connection is.  libmicrohttpd asks for the client's
 * certificate and takes whatever comes: whether it is any good is judged here. */
#include "http/exchange.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

/* ---- our own ------------------------------------------------------------------------- */

static gnutls_datum_t
datum_of(const char *text)
{
    return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text,
                            .size = (unsigned int)strlen(text)};
}

/* 'one' is the certificate itself, not those that signed it. */
static struct err *
check_time(gnutls_x509_crt_t one)
{
    time_t now = time(NULL), from = gnutls_x509_crt_get_activation_time(one),
           until = gnutls_x509_crt_get_expiration_time(one);
    const char *which = now < from ? "is good only from" : now > until ? "was good until" : NULL;
    char when[32] = "";
    struct tm tm;

    if (!which) {
        return NULL;
    }
    (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(now < from ? &from : &until, &tm));
    return err_new(E_INVALID, NULL, "it %s %s", which, when);
}

static struct err *
check_first(const gnutls_datum_t *text)
{
    gnutls_x509_crt_t all[16];
    unsigned int n = 16;
    int status = gnutls_x509_crt_list_import(all, &n, text, GNUTLS_X509_FMT_PEM, 0);
    struct err *e;

    if (status <= 0) {
        return err_new(E_INVALID, NULL, "no certificate: %s", gnutls_strerror(status));
    }
    e = check_time(all[0]);
    for (int i = 0; i < status; i++) {
        gnutls_x509_crt_deinit(all[i]);
    }
    return e;
}

struct err *
http_check_certificate(const char *cert, const char *key)
{
    const gnutls_datum_t texts[] = {datum_of(cert), datum_of(key)};
    gnutls_certificate_credentials_t pair;
    int status = gnutls_certificate_allocate_credentials(&pair);

    if (status == GNUTLS_E_SUCCESS) {
        status = gnutls_certificate_set_x509_key_mem(pair, &texts[0], &texts[1], GNUTLS_X509_FMT_PEM);
        gnutls_certificate_free_credentials(pair);
    }
    if (status < 0) {
        return err_new(E_INVALID, NULL, "no certificate with its key: %s", gnutls_strerror(status));
    }
    return check_first(&texts[0]);
}

struct err *
http_check_authorities(const char *text)
{
    const gnutls_datum_t all = datum_of(text);
    gnutls_certificate_credentials_t trust;
    int n = gnutls_certificate_allocate_credentials(&trust);

    if (n == GNUTLS_E_SUCCESS) {
        n = gnutls_certificate_set_x509_trust_mem(trust, &all, GNUTLS_X509_FMT_PEM);
        gnutls_certificate_free_credentials(trust);
    }
    return n > 0 ? NULL : err_new(E_INVALID, NULL, "no certificate is in it");
}

/* ---- the client's --------------------------------------------------------------------- */

bool
http_is_tls(const struct http_exchange *x)
{
    return x->server->config.tls_cert != NULL;
}

static gnutls_session_t
session_of(const struct http_exchange *x)
{
    const union MHD_ConnectionInfo *info =
        x->server->config.tls_client_ca
            ? MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)
            : NULL;

    return info ? info->tls_session : NULL;
}

/* From the trusted authority, within its time, and made for clients. */
static bool
is_good(gnutls_session_t session)
{
    gnutls_typed_vdata_st purpose = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID,
        .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT,
    };
    unsigned int status = 0;

    return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == GNUTLS_E_SUCCESS &&
           status == 0;
}

/* The one common name of a certificate: of two, nobody could say which is meant. */
static const char *
common_name(struct mem *mem, gnutls_x509_crt_t certificate)
{
    char name[256], other[256];
    size_t n = sizeof name, n_other = sizeof other;

    if (gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &n) ||
        gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 1, 0, other,
                                      &n_other) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        return NULL;
    }
    return n && strlen(name) == n && str_utf8(name, n) ? mem_strn(mem, name, n) : NULL;
}

const char *
http_client_name(const struct http_exchange *x)
{
    gnutls_session_t session = session_of(x);
    gnutls_x509_crt_t certificate;
    const gnutls_datum_t *chain;
    const char *name = NULL;
    unsigned int n = 0;

    chain = session ? gnutls_certificate_get_peers(session, &n) : NULL;
    if (!chain || !n || !is_good(session) || gnutls_x509_crt_init(&certificate)) {
        return NULL;
    }
    if (!gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER)) {
        name = common_name(x->mem, certificate);
    }
    gnutls_x509_crt_deinit(certificate);
    return name;
}
