/* The certificates of a process that serves APIs: its own, whose clients it believes, what it
 * shows when it calls. */
#ifndef CARRICK_FACES_CERTIFICATES_H
#define CARRICK_FACES_CERTIFICATES_H

#include "http/client.h"
#include "http/server.h"
#include "sys/loop.h"

/* X(id, name, value, default, doc): options that every role with an API has. */
#define CERTIFICATE_OPTIONS(X)                                                                     \
    X(tls_cert, "tls-cert", OF_PATH("FILE"), "", "its certificate and what it is signed with (PEM): HTTPS") \
    X(tls_key, "tls-key", OF_PATH("FILE"), "", "key of that certificate")                            \
    X(plain_http, "plain-http", OF_WORD("WHERE", "loopback anywhere"), "loopback",                   \
      "at which addresses it may be served without TLS; anywhere: on a network that is yours alone")

/* Paths of PEM files; "" for what there is not. */
struct certificate_paths {
    const char *cert, *key;               /* shown to clients */
    const char *client_ca;                /* of clients */
    const char *ca;                       /* of servers that are called */
    const char *client_cert, *client_key; /* shown to servers */
    bool plain_anywhere;                  /* no TLS, though others reach the address */
};
/* What is to be served goes into 'server', what calls show and believe into 'client'; strings live
 * in 'mem' or are the paths'.  E_INVALID tells every fault: files that cannot be read, a key without
 * a certificate, one that does not fit it, one that is over, none at an address (server->address) that
 * others reach. */
struct err *certificates_read(struct mem *mem, const struct certificate_paths *paths,
                              struct http_server_config *server, struct http_tls *client) MUST_USE;

/* Has what clients of 'rest' and 'open' (may be null) are shown follow its files: a new certificate
 * is taken within a second or so, connections go on.  One that is wrong is told once and not taken.
 * Null where there is no certificate.  Ends with certificates_unfollow, before they do. */
struct certificates;
struct rest;
struct certificates *certificates_follow(struct loop *loop, const struct certificate_paths *paths,
                                         struct rest *rest, struct rest *open);
void certificates_unfollow(struct certificates *certificates); /* null accepted */

#endif
