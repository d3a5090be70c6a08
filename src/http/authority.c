/* See authority.h.  Keys are P-256: what every client of the last ten years reads, and made in a
 * millisecond. */
#include "http/authority.h"

#include "base/net.h"
#include "base/uuid.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400L
#define EARLIER_S (2 * DAY_S)
#define SERIAL_SIZE 16
#define CHAIN_MAX 16

static gnutls_datum_t
datum_of(const char *text)
{
    return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text,
                            .size = (unsigned int)strlen(text)};
}

static struct err *
failed(int status, const char *what)
{
    return status < 0 ? err_new(E_INTERNAL, NULL, "%s: %s", what, gnutls_strerror(status)) : NULL;
}

static struct err *
unread(int status, const char *what)
{
    return status < 0 ? err_new(E_INVALID, NULL, "%s: %s", what, gnutls_strerror(status)) : NULL;
}

/* What a library allocated, as a text in 'mem'. */
static const char *
text_of(struct mem *mem, gnutls_datum_t *datum)
{
    const char *text = mem_strn(mem, (const char *)datum->data, datum->size);

    gnutls_memset(datum->data, 0, datum->size);
    gnutls_free(datum->data);
    return text;
}

/* ---- keys -------------------------------------------------------------------------------- */

struct err *
authority_key(struct mem *mem, const char **text)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t out = {0};
    int status = gnutls_x509_privkey_init(&key);

    TRY(failed(status, "a key"));
    status = gnutls_x509_privkey_generate(key, GNUTLS_PK_EC,
                                          GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (status >= 0) {
        status = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
                                                   GNUTLS_PKCS_PLAIN, &out);
    }
    gnutls_x509_privkey_deinit(key);
    TRY(failed(status, "making a key"));
    *text = text_of(mem, &out);
    return NULL;
}

/* To be freed with gnutls_x509_privkey_deinit. */
static struct err *
key_read(const char *text, gnutls_x509_privkey_t *key)
{
    const gnutls_datum_t in = datum_of(text);
    int status = gnutls_x509_privkey_init(key);

    TRY(failed(status, "a key"));
    status = gnutls_x509_privkey_import2(*key, &in, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (status < 0) {
        gnutls_x509_privkey_deinit(*key);
    }
    return unread(status, "no private key");
}

/* ---- requests ------------------------------------------------------------------------------ */

static int
request_fill(gnutls_x509_crq_t request, gnutls_x509_privkey_t key, const char *name,
             gnutls_datum_t *out)
{
    int status = gnutls_x509_crq_set_version(request, 1);

    status = status < 0 ? status : gnutls_x509_crq_set_key(request, key);
    status = status < 0 ? status
                        : gnutls_x509_crq_set_dn_by_oid(request, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                                        (unsigned int)strlen(name));
    status = status < 0 ? status : gnutls_x509_crq_sign2(request, key, GNUTLS_DIG_SHA256, 0);
    return status < 0 ? status : gnutls_x509_crq_export2(request, GNUTLS_X509_FMT_PEM, out);
}

struct err *
authority_request(struct mem *mem, const char *key_text, const char *name, const char **text)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crq_t request;
    gnutls_datum_t out = {0};
    int status;

    TRY(key_read(key_text, &key));
    status = gnutls_x509_crq_init(&request);
    if (status >= 0) {
        status = request_fill(request, key, name, &out);
        gnutls_x509_crq_deinit(request);
    }
    gnutls_x509_privkey_deinit(key);
    TRY(failed(status, "making a request"));
    *text = text_of(mem, &out);
    return NULL;
}

/* Elliptic curves of 256 bits and more, RSA of 2048 and more. */
static bool
is_strong(gnutls_x509_crq_t request)
{
    unsigned int bits = 0;
    int kind = gnutls_x509_crq_get_pk_algorithm(request, &bits);

    return (kind == GNUTLS_PK_ECDSA && bits >= 256) || (kind == GNUTLS_PK_RSA && bits >= 2048) ||
           kind == GNUTLS_PK_EDDSA_ED25519;
}

/* To be freed with gnutls_x509_crq_deinit. */
static struct err *
request_read(const char *text, gnutls_x509_crq_t *request)
{
    const gnutls_datum_t in = datum_of(text);
    struct err *e;
    int status = gnutls_x509_crq_init(request);

    TRY(failed(status, "a request"));
    status = gnutls_x509_crq_import(*request, &in, GNUTLS_X509_FMT_PEM);
    e = unread(status, "no certificate request");
    if (!e) {
        status = gnutls_x509_crq_verify(*request, 0);
        e = unread(status, "the request is not signed with its own key");
    }
    if (!e && !is_strong(*request)) {
        e = err_new(E_INVALID, NULL, "the request's key is too weak: P-256, Ed25519, RSA of 2048 bits or more");
    }
    if (e) {
        gnutls_x509_crq_deinit(*request);
    }
    return e;
}

struct err *
authority_request_id(const char *text, char out[AUTHORITY_FINGERPRINT])
{
    gnutls_x509_crq_t request;
    unsigned char id[64];
    size_t n = sizeof id;
    int status;

    TRY(request_read(text, &request));
    status = gnutls_x509_crq_get_key_id(request, GNUTLS_KEYID_USE_SHA256, id, &n);
    gnutls_x509_crq_deinit(request);
    TRY(failed(status, "the request's key"));
    hex_from(out, id, 32);
    return NULL;
}

struct err *
authority_request_name(const char *text, char out[AUTHORITY_NAME_MAX + 1])
{
    gnutls_x509_crq_t request;
    size_t n = AUTHORITY_NAME_MAX + 1;
    int status;

    out[0] = '\0';
    TRY(request_read(text, &request));
    status = gnutls_x509_crq_get_dn_by_oid(request, GNUTLS_OID_X520_COMMON_NAME, 0, 0, out, &n);
    gnutls_x509_crq_deinit(request);
    if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        out[0] = '\0';
        return NULL;
    }
    return unread(status, "the request's name");
}

/* ---- certificates -------------------------------------------------------------------------- */

static int
set_basics(gnutls_x509_crt_t cert, const char *name, int days)
{
    unsigned char serial[SERIAL_SIZE];
    time_t now = time(NULL);
    int status = gnutls_x509_crt_set_version(cert, 3);

    random_bytes(serial, sizeof serial);
    serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40); /* positive, and of the same length always */
    status = status < 0 ? status : gnutls_x509_crt_set_serial(cert, serial, sizeof serial);
    status = status < 0 ? status : gnutls_x509_crt_set_activation_time(cert, now - EARLIER_S);
    status = status < 0 ? status
                        : gnutls_x509_crt_set_expiration_time(cert, now + (time_t)days * DAY_S);
    return status < 0 ? status
                      : gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                                      (unsigned int)strlen(name));
}

/* The id of the certificate's own key, and of the one that signs it. */
static int
set_key_ids(gnutls_x509_crt_t cert, gnutls_x509_crt_t signer)
{
    unsigned char id[64];
    size_t n = sizeof id;
    int status = gnutls_x509_crt_get_key_id(cert, 0, id, &n);

    status = status < 0 ? status : gnutls_x509_crt_set_subject_key_id(cert, id, n);
    n = sizeof id;
    status = status < 0 ? status : gnutls_x509_crt_get_key_id(signer, 0, id, &n);
    return status < 0 ? status : gnutls_x509_crt_set_authority_key_id(cert, id, n);
}

static int
set_hosts(gnutls_x509_crt_t cert, const char *const *hosts)
{
    int status = 0;

    for (; status >= 0 && *hosts; hosts++) {
        struct ip ip;
        bool is_address = ip_parse(*hosts, &ip), is_v4 = is_address && ip_is_v4(&ip);

        status = is_address
                     ? gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_IPADDRESS,
                                                            is_v4 ? ip.b + 12 : ip.b, is_v4 ? 4 : 16,
                                                            GNUTLS_FSAN_APPEND)
                     : gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, *hosts,
                                                            (unsigned int)strlen(*hosts),
                                                            GNUTLS_FSAN_APPEND);
    }
    return status;
}

static struct err *
cert_text(struct mem *mem, gnutls_x509_crt_t cert, const char **text)
{
    gnutls_datum_t out = {0};

    TRY(failed(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &out), "a certificate"));
    *text = text_of(mem, &out);
    return NULL;
}

static int
fill_self(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, const char *name)
{
    int status = set_basics(cert, name, AUTHORITY_YEARS * 365);

    status = status < 0 ? status : gnutls_x509_crt_set_key(cert, key);
    status = status < 0 ? status : gnutls_x509_crt_set_basic_constraints(cert, 1, 0);
    status = status < 0 ? status
                        : gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_KEY_CERT_SIGN |
                                                                  GNUTLS_KEY_CRL_SIGN);
    status = status < 0 ? status : set_key_ids(cert, cert);
    return status < 0 ? status : gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0);
}

struct err *
authority_self(struct mem *mem, const char *key_text, const char *name, const char **text)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t cert;
    struct err *e;

    TRY(key_read(key_text, &key));
    e = failed(gnutls_x509_crt_init(&cert), "a certificate");
    if (!e) {
        e = failed(fill_self(cert, key, name), "making an authority");
        e = e ? e : cert_text(mem, cert, text);
        gnutls_x509_crt_deinit(cert);
    }
    gnutls_x509_privkey_deinit(key);
    return e;
}

/* The signer's certificate and its key. */
struct signer {
    gnutls_x509_crt_t cert;
    gnutls_x509_privkey_t key;
};

/* The key alone: the request's names are not ours to believe. */
static int
set_key_of(gnutls_x509_crt_t cert, gnutls_x509_crq_t request)
{
    gnutls_pubkey_t key;
    int status = gnutls_pubkey_init(&key);

    if (status < 0) {
        return status;
    }
    status = gnutls_pubkey_import_x509_crq(key, request, 0);
    status = status < 0 ? status : gnutls_x509_crt_set_pubkey(cert, key);
    gnutls_pubkey_deinit(key);
    return status;
}

/* For servers alone: to be a client is to be the user that a certificate names (--client-ca). */
static int
fill_leaf(gnutls_x509_crt_t cert, const struct signer *signer, gnutls_x509_crq_t request,
          const struct authority_leaf *leaf)
{
    int status = set_basics(cert, leaf->name, AUTHORITY_LEAF_DAYS);

    status = status < 0 ? status : set_key_of(cert, request);
    status = status < 0 ? status : gnutls_x509_crt_set_basic_constraints(cert, 0, -1);
    status = status < 0 ? status
                        : gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
    status = status < 0 ? status
                        : gnutls_x509_crt_set_key_purpose_oid(cert, GNUTLS_KP_TLS_WWW_SERVER, 0);
    status = status < 0 ? status : set_hosts(cert, leaf->hosts);
    status = status < 0 ? status : set_key_ids(cert, signer->cert);
    return status < 0 ? status
                      : gnutls_x509_crt_sign2(cert, signer->cert, signer->key, GNUTLS_DIG_SHA256, 0);
}

static struct err *
sign_request(struct mem *mem, const struct signer *signer, const char *request_text,
             const struct authority_leaf *leaf, const char **text)
{
    gnutls_x509_crq_t request;
    gnutls_x509_crt_t cert;
    struct err *e;

    TRY(request_read(request_text, &request));
    e = failed(gnutls_x509_crt_init(&cert), "a certificate");
    if (!e) {
        e = failed(fill_leaf(cert, signer, request, leaf), "signing a certificate");
        e = e ? e : cert_text(mem, cert, text);
        gnutls_x509_crt_deinit(cert);
    }
    gnutls_x509_crq_deinit(request);
    return e;
}

/* Certificates of a PEM text; to be freed with 'certs_free'. */
struct certs {
    gnutls_x509_crt_t items[CHAIN_MAX];
    unsigned int n;
};

static void
certs_free(struct certs *certs)
{
    for (unsigned int i = 0; i < certs->n; i++) {
        gnutls_x509_crt_deinit(certs->items[i]);
    }
    certs->n = 0;
}

static struct err *
certs_read(const char *text, struct certs *certs)
{
    const gnutls_datum_t in = datum_of(text);
    int status;

    certs->n = CHAIN_MAX;
    status = gnutls_x509_crt_list_import(certs->items, &certs->n, &in, GNUTLS_X509_FMT_PEM, 0);
    if (status <= 0) {
        certs->n = 0;
        return err_new(E_INVALID, NULL, "no certificate: %s", gnutls_strerror(status));
    }
    certs->n = (unsigned int)status;
    return NULL;
}

struct err *
authority_sign(struct mem *mem, const char *cert_text_, const char *key_text, const char *request,
               const struct authority_leaf *leaf, const char **signed_)
{
    struct signer signer;
    struct certs certs;
    const char *one = NULL;
    struct err *e;

    if (strlen(leaf->name) > AUTHORITY_NAME_MAX) { /* RFC 5280 appendix A.1: ub-common-name */
        return err_new(E_INVALID, NULL, "a certificate's name is %d bytes long at most", AUTHORITY_NAME_MAX);
    }
    TRY(certs_read(cert_text_, &certs));
    e = key_read(key_text, &signer.key);
    if (!e) {
        signer.cert = certs.items[0];
        e = sign_request(mem, &signer, request, leaf, &one);
        gnutls_x509_privkey_deinit(signer.key);
    }
    certs_free(&certs);
    *signed_ = e ? NULL : mem_printf(mem, "%s%s", one, cert_text_);
    return e;
}

/* ---- looking ------------------------------------------------------------------------------- */

struct err *
authority_fingerprint(const char *text, bool first, char out[AUTHORITY_FINGERPRINT])
{
    unsigned char digest[32];
    size_t n = sizeof digest;
    struct certs certs;
    int status;

    TRY(certs_read(text, &certs));
    status = gnutls_x509_crt_get_fingerprint(certs.items[first ? 0 : certs.n - 1], GNUTLS_DIG_SHA256,
                                             digest, &n);
    certs_free(&certs);
    TRY(failed(status, "a fingerprint"));
    hex_from(out, digest, sizeof digest);
    return NULL;
}

struct err *
authority_digest(const char *text, char out[AUTHORITY_FINGERPRINT])
{
    unsigned char digest[32];

    TRY(failed(gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), digest), "a digest"));
    hex_from(out, digest, sizeof digest);
    return NULL;
}

/* Is 'key' the one of 'cert'? */
static struct err *
check_key(gnutls_x509_crt_t cert, const char *key_text)
{
    unsigned char of_cert[64], of_key[64];
    size_t n_cert = sizeof of_cert, n_key = sizeof of_key;
    gnutls_x509_privkey_t key;
    bool fits;

    TRY(key_read(key_text, &key));
    fits = gnutls_x509_crt_get_key_id(cert, 0, of_cert, &n_cert) >= 0 &&
           gnutls_x509_privkey_get_key_id(key, 0, of_key, &n_key) >= 0 && n_cert == n_key &&
           !memcmp(of_cert, of_key, n_cert);
    gnutls_x509_privkey_deinit(key);
    return fits ? NULL : err_new(E_INVALID, NULL, "it is of another key");
}

static struct err *
check_signed(const struct certs *certs, const char *authorities_text)
{
    struct certs authorities;
    unsigned int wrong = 0;
    int status;

    TRY(certs_read(authorities_text, &authorities));
    status = gnutls_x509_crt_list_verify(certs->items, (int)certs->n, authorities.items,
                                         (int)authorities.n, NULL, 0,
                                         GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &wrong);
    certs_free(&authorities);
    return status >= 0 && !wrong ? NULL
                                 : err_new(E_INVALID, NULL, "it is signed by another authority");
}

static struct err *
check_times(gnutls_x509_crt_t cert, int days)
{
    time_t now = time(NULL), until = gnutls_x509_crt_get_expiration_time(cert);

    if (now < gnutls_x509_crt_get_activation_time(cert)) {
        return err_new(E_INVALID, NULL, "it is good only later: is the clock right?");
    }
    if (now > until) {
        return err_new(E_INVALID, NULL, "it is over: is the clock right?");
    }
    return now + (time_t)days * DAY_S < until
               ? NULL
               : err_new(E_INVALID, NULL, "it is over in %lld days",
                         (long long)(until - now) / DAY_S);
}

struct err *
authority_check(const char *text, const char *key, const char *authorities, int days,
                const char *const *hosts)
{
    struct certs certs;
    struct err *e;

    TRY(certs_read(text, &certs));
    e = key ? check_key(certs.items[0], key) : NULL;
    e = !e && authorities ? check_signed(&certs, authorities) : e;
    e = e ? e : check_times(certs.items[0], days);
    for (; !e && hosts && *hosts; hosts++) {
        if (!gnutls_x509_crt_check_hostname2(certs.items[0], *hosts, 0)) {
            e = err_new(E_INVALID, NULL, "it is not for %s", *hosts);
        }
    }
    certs_free(&certs);
    return e;
}
