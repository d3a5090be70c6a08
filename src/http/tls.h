/* What our TLS is made of, in one place for both libraries: GnuTLS serves, OpenSSL (in libcurl) calls.
 * TLS 1.3 and 1.2, ephemeral keys, authenticated ciphers; nothing else is spoken. */
#ifndef CARRICK_HTTP_TLS_H
#define CARRICK_HTTP_TLS_H

/* X(GnuTLS's cipher, OpenSSL's suite of TLS 1.3, OpenSSL's suites of TLS 1.2), the best first. */
#define TLS_CIPHERS(X)                                                                             \
    X("AES-256-GCM", "TLS_AES_256_GCM_SHA384",                                                     \
      "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384")                                 \
    X("CHACHA20-POLY1305", "TLS_CHACHA20_POLY1305_SHA256",                                         \
      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305")                                 \
    X("AES-128-GCM", "TLS_AES_128_GCM_SHA256",                                                     \
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256")

#define TLS_OF_GNUTLS(gnutls, tls13, tls12) ":+" gnutls
#define TLS_OF_13(gnutls, tls13, tls12) ":" tls13
#define TLS_OF_12(gnutls, tls13, tls12) ":" tls12
/* For gnutls_priority_init ... */
#define TLS_PRIORITY                                                                               \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL" TLS_CIPHERS(TLS_OF_GNUTLS)            \
    ":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE"
/* ... and for CURLOPT_TLS13_CIPHERS and CURLOPT_SSL_CIPHER_LIST, without the first colon. */
#define TLS_SUITES_13 (&(TLS_CIPHERS(TLS_OF_13))[1])
#define TLS_SUITES_12 (&(TLS_CIPHERS(TLS_OF_12))[1])

#endif
