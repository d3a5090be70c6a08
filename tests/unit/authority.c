/* Keys, requests and certificates: what is signed is what the signer says, for whom he says, and
 * nothing that is asked changes that. */
#include "http/authority.h"
#include "http/server.h"
#include "test.h"

#include <gnutls/x509.h>
#include <string.h>

struct made {
    struct mem *mem;
    const char *ca_key, *ca, *key, *cert;
};

static struct made
make(const char *const *hosts)
{
    struct made m = {.mem = mem_new("authority")};
    const struct authority_leaf leaf = {.name = "east", .hosts = hosts};
    const char *request;

    REQUIRE_OK(authority_key(m.mem, &m.ca_key));
    REQUIRE_OK(authority_self(m.mem, m.ca_key, "Carrick", &m.ca));
    REQUIRE_OK(authority_key(m.mem, &m.key));
    REQUIRE_OK(authority_request(m.mem, m.key, "anything at all", &request));
    REQUIRE_OK(authority_sign(m.mem, m.ca, m.ca_key, request, &leaf, &m.cert));
    return m;
}

static const char *const hosts[] = {"10.0.0.2", "2001:db8::2", "east.example", NULL};

TEST(authority_signs_for_the_names_it_was_told)
{
    struct made m = make(hosts);
    static const char *const others[] = {"10.0.0.3", NULL};
    static const char *const asked[] = {"anything at all", NULL};

    CHECK_OK(authority_check(m.cert, m.key, m.ca, AUTHORITY_RENEW_DAYS, hosts));
    CHECK_OK(http_check_certificate(m.cert, m.key));
    CHECK_OK(authority_check(m.ca, m.ca_key, m.ca, 0, NULL));
    CHECK_ERR(authority_check(m.cert, m.key, m.ca, 0, others), E_INVALID);
    CHECK_ERR(authority_check(m.cert, m.key, m.ca, 0, asked), E_INVALID);
    CHECK_ERR(authority_check(m.cert, m.ca_key, m.ca, 0, hosts), E_INVALID);
    CHECK_ERR(authority_check(m.cert, m.key, m.ca, 4000, hosts), E_INVALID);
    mem_free(m.mem);
}

/* With --client-ca who shows a certificate is the user that it names: a site is none. */
TEST(authority_signs_no_clients)
{
    struct made m = make(hosts);
    const gnutls_datum_t text = {(unsigned char *)(uintptr_t)m.cert, (unsigned int)strlen(m.cert)};
    char purpose[64];
    size_t n = sizeof purpose;
    gnutls_x509_crt_t cert;

    REQUIRE(!gnutls_x509_crt_init(&cert));
    REQUIRE(!gnutls_x509_crt_import(cert, &text, GNUTLS_X509_FMT_PEM));
    CHECK(!gnutls_x509_crt_get_key_purpose_oid(cert, 0, purpose, &n, NULL));
    CHECK_STR(purpose, GNUTLS_KP_TLS_WWW_SERVER);
    n = sizeof purpose;
    CHECK_INT(gnutls_x509_crt_get_key_purpose_oid(cert, 1, purpose, &n, NULL),
              GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
    gnutls_x509_crt_deinit(cert);
    mem_free(m.mem);
}

TEST(authority_is_not_another_of_its_name)
{
    struct made m = make(hosts), other = make(hosts);
    char a[AUTHORITY_FINGERPRINT], b[AUTHORITY_FINGERPRINT], of_chain[AUTHORITY_FINGERPRINT];

    CHECK_ERR(authority_check(m.cert, m.key, other.ca, 0, NULL), E_INVALID);
    /* A certificate that it signed signs none. */
    REQUIRE_OK(authority_fingerprint(m.ca, true, a));
    REQUIRE_OK(authority_fingerprint(other.ca, true, b));
    REQUIRE_OK(authority_fingerprint(m.cert, false, of_chain));
    CHECK(strcmp(a, b) != 0);
    CHECK_STR(of_chain, a);
    mem_free(m.mem);
    mem_free(other.mem);
}

TEST(authority_refuses_what_is_no_request)
{
    struct made m = make(hosts);
    const struct authority_leaf leaf = {.name = "east", .hosts = hosts};
    char id[AUTHORITY_FINGERPRINT];
    const char *request, *cert;
    char *bent;

    CHECK_ERR(authority_sign(m.mem, m.ca, m.ca_key, "nothing", &leaf, &cert), E_INVALID);
    CHECK_ERR(authority_sign(m.mem, m.ca, m.ca_key, m.cert, &leaf, &cert), E_INVALID);
    REQUIRE_OK(authority_request(m.mem, m.key, "x", &request));
    REQUIRE_OK(authority_request_id(request, id));
    /* Its signature is that of its own key. */
    bent = mem_str(m.mem, request);
    bent[strlen(bent) - 60] = bent[strlen(bent) - 60] == 'A' ? 'B' : 'A';
    CHECK_ERR(authority_sign(m.mem, m.ca, m.ca_key, bent, &leaf, &cert), E_INVALID);
    mem_free(m.mem);
}
