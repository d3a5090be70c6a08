/* The one table of versions and ciphers, as the library that serves reads it; tests/tls has both ends. */
#include "http/tls.h"
#include "test.h"

#include <gnutls/gnutls.h>
#include <string.h>

/* What the table gives GnuTLS: three ciphers, in TLS 1.3 and with two kinds of keys in 1.2. */
TEST(tls_is_made_of_what_the_table_says)
{
    gnutls_priority_t priority;
    unsigned int n = 0, index;
    const char *wrong;

    REQUIRE(gnutls_priority_init(&priority, TLS_PRIORITY, &wrong) == GNUTLS_E_SUCCESS);
    for (unsigned int i = 0; gnutls_priority_get_cipher_suite_index(priority, i, &index) !=
                             GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++) {
        gnutls_protocol_t version = GNUTLS_VERSION_UNKNOWN;
        const char *name = gnutls_cipher_suite_info(index, NULL, NULL, NULL, NULL, &version);

        if (name && (version == GNUTLS_TLS1_2 || version == GNUTLS_TLS1_3)) {
            CHECK(strstr(name, "GCM") || strstr(name, "CHACHA20"));
            CHECK(version == GNUTLS_TLS1_3 || strstr(name, "ECDHE"));
            n++;
        }
    }
    CHECK_INT(n, 9);
    gnutls_priority_deinit(priority);
}
