/* Makes keys, requests and certificates (X.509 by GnuTLS), for a cloud that signs its own.  All
 * texts are PEM and live in the arena that is passed. */
#ifndef CARRICK_HTTP_AUTHORITY_H
#define CARRICK_HTTP_AUTHORITY_H

#include "base/str.h"

#define AUTHORITY_FINGERPRINT 65 /* hexadecimal digits of SHA-256, and the end */
#define AUTHORITY_YEARS 10
#define AUTHORITY_LEAF_DAYS 730
/* Below that a certificate is made anew. */
#define AUTHORITY_RENEW_DAYS 60

#define AUTHORITY_NAME_MAX 64

/* What a signed certificate is good for, as a server's. */
struct authority_leaf {
    const char *name;         /* common name, at most AUTHORITY_NAME_MAX bytes */
    const char *const *hosts; /* addresses and DNS names, null-terminated */
};

/* A new private key (P-256); E_INTERNAL. */
struct err *authority_key(struct mem *mem, const char **key) MUST_USE;
/* A certificate of that key, signed by itself, that may sign others.  From two days ago, since
 * clocks differ. */
struct err *authority_self(struct mem *mem, const char *key, const char *name,
                           const char **cert) MUST_USE;
/* A request (PKCS #10) of that key: it proves who asks to have the key. */
struct err *authority_request(struct mem *mem, const char *key, const char *name,
                              const char **request) MUST_USE;
/* Signs the key of a request, with the authority's certificate behind.  Names are the leaf's, what
 * the request says of names is not read.  E_INVALID: it is no request, it is not signed with its own
 * key, or the key is weak, or the leaf's name is too long. */
struct err *authority_sign(struct mem *mem, const char *cert, const char *key, const char *request,
                           const struct authority_leaf *leaf, const char **signed_) MUST_USE;

/* SHA-256 of the last certificate of 'text', the authority's where it is behind its leaf's; of the
 * first where 'first'.  E_INVALID where there is none. */
struct err *authority_fingerprint(const char *text, bool first, char out[AUTHORITY_FINGERPRINT]) MUST_USE;
/* SHA-256 of a text; E_INTERNAL. */
struct err *authority_digest(const char *text, char out[AUTHORITY_FINGERPRINT]) MUST_USE;
/* SHA-256 of the public key that a request is of; E_INVALID. */
struct err *authority_request_id(const char *request, char out[AUTHORITY_FINGERPRINT]) MUST_USE;
/* The common name that the key of a request has signed, "" for none: who has not the key makes none with it.
 * E_INVALID. */
struct err *authority_request_name(const char *request, char out[AUTHORITY_NAME_MAX + 1]) MUST_USE;
/* Whether the first certificate of 'text' is of 'key' (null = any), signed by one of 'authorities'
 * (null = any), good now and for another 'days', and for all of 'hosts' (null-terminated; null = any).  E_INVALID
 * says what of these is not so. */
struct err *authority_check(const char *text, const char *key, const char *authorities, int days,
                            const char *const *hosts) MUST_USE;

#endif
