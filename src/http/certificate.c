/* Who the other side of a TLS connection is.  libmicrohttpd asks for the client's
 * certificate and takes whatever comes: whether it is any good is judged here. */
#include "http/exchange.h"

#include "base/time.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHAIN_MAX 16

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
    gnutls_x509_crt_t all[CHAIN_MAX];
    unsigned int n = CHAIN_MAX;
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

/* ---- what is shown ---------------------------------------------------------------------- */

/* A certificate with those that signed it.  GnuTLS borrows them while it shakes hands, so an older one
 * stays for longer than that may take. */
struct shown {
    struct shown *next; /* an older one */
    int64_t until_ns;   /* 0 = it is the one that is shown */
    gnutls_pcert_st certs[CHAIN_MAX];
    unsigned int n;
    gnutls_privkey_t key;
};

static void
shown_one_free(struct shown *shown)
{
    for (unsigned int i = 0; i < shown->n; i++) {
        gnutls_pcert_deinit(&shown->certs[i]);
    }
    gnutls_privkey_deinit(shown->key);
    free(shown);
}

static int
shown_read(struct shown *shown, const char *cert, const char *key)
{
    const gnutls_datum_t texts[] = {datum_of(cert), datum_of(key)};
    int status = gnutls_privkey_init(&shown->key);

    shown->n = CHAIN_MAX;
    status = status < 0 ? status
                        : gnutls_pcert_list_import_x509_raw(shown->certs, &shown->n, &texts[0],
                                                            GNUTLS_X509_FMT_PEM, 0);
    if (status < 0) {
        shown->n = 0;
        return status;
    }
    return gnutls_privkey_import_x509_raw(shown->key, &texts[1], GNUTLS_X509_FMT_PEM, NULL, 0);
}

/* Those that no handshake can hold any more go. */
static void
shown_expire(struct shown **at)
{
    int64_t now = time_mono_ns();

    while (*at) {
        struct shown *one = *at;

        if (one->until_ns && one->until_ns < now) {
            *at = one->next;
            shown_one_free(one);
        } else {
            at = &one->next;
        }
    }
}

struct err *
shown_set(struct http_server *server, const char *cert, const char *key)
{
    int64_t hold_ns = (int64_t)server->config.idle_timeout_s * 2 * 1000000000;
    struct shown *shown;
    int status;

    TRY(http_check_certificate(cert, key));
    shown = heap_alloc(sizeof *shown);
    status = shown_read(shown, cert, key);
    if (status < 0) {
        shown_one_free(shown);
        return err_new(E_INVALID, NULL, "no certificate with its key: %s", gnutls_strerror(status));
    }
    pthread_mutex_lock(&server->lock);
    if (server->shown) {
        server->shown->until_ns = time_mono_ns() + hold_ns;
    }
    shown_expire(&server->shown);
    shown->next = server->shown;
    server->shown = shown;
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

void
shown_free(struct http_server *server)
{
    while (server->shown) {
        struct shown *one = server->shown;

        server->shown = one->next;
        shown_one_free(one);
    }
}

int
shown_ask(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
          const gnutls_pk_algorithm_t *kinds, int n_kinds, gnutls_pcert_st **certs, unsigned int *n,
          gnutls_privkey_t *key)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        gnutls_session_get_ptr(session), MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const struct guarded *connection = info ? info->socket_context : NULL;

    (void)authorities, (void)n_authorities, (void)kinds, (void)n_kinds;
    if (!connection) {
        return -1;
    }
    pthread_mutex_lock(&connection->server->lock);
    *certs = connection->server->shown->certs;
    *n = connection->server->shown->n;
    *key = connection->server->shown->key;
    pthread_mutex_unlock(&connection->server->lock);
    return 0;
}

struct err *
http_server_certify(struct http_server *server, const char *cert, const char *key)
{
    return server->config.tls_cert ? shown_set(server, cert, key)
                                   : err_new(E_INVALID, NULL, "the server speaks no TLS");
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
