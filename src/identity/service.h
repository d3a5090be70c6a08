/* Identity's own: what its files share. */
#ifndef CARRICK_IDENTITY_SERVICE_H
#define CARRICK_IDENTITY_SERVICE_H

#include "identity/identity.h"

#include <openssl/evp.h>
#include <stdatomic.h>

#define IDENTITY_DOMAIN "default"
#define AUDIT_BYTES 16

/* What a token carries, signed. */
struct claims {
    int methods;
    enum identity_scope scope;
    int64_t issued_us, expires_us;
    uint8_t audit[AUDIT_BYTES], parent[AUDIT_BYTES];
    bool has_parent;
    const char *user_id, *scope_id;
};

/* Tokens are signed with the first; those of the one before are good until they end. */
struct token_keys {
    EVP_PKEY *now, *before; /* 'before' may be null */
};

struct identity {
    struct mem *mem;
    struct identity_config config;
    struct token_keys keys;
    struct pool *pool;
    const char *no_hash;       /* what no user's password is compared with: for equal time */
    atomic_uint_fast64_t generation; /* grows with every change */
    atomic_bool is_deaf;       /* changes by others are not heard of: nothing is remembered */
    struct known_tokens *known;
    struct proofs *proofs;
};

/* A bcrypt text of the service's cost that no password makes, in 'mem': comparing with it takes as
 * long as with any other.  Costs nothing to make. */
struct err *identity_hash_none(const struct identity *identity, struct mem *mem,
                               const char **hash) MUST_USE;

/* ---- key.c: the signing key, signed tokens */
/* The keys in the file (PEM, the newest first); one is made (0600) where there is no file, or 'path' is
 * null. */
struct err *key_open(const char *path, struct token_keys *keys) MUST_USE;
void key_close(struct token_keys *keys);
/* Signs: text in 'mem', ~190 characters of base64url. */
struct err *claims_sign(const struct token_keys *keys, struct mem *mem, const struct claims *claims,
                        const char **text) MUST_USE;
/* E_UNAUTHENTICATED where the text is not one of ours; says nothing of its time. */
struct err *claims_verify(const struct token_keys *keys, struct mem *mem, const char *text,
                          struct claims *claims) MUST_USE;

/* ---- known.c: tokens seen before */
struct known_tokens *known_new(void) MUST_USE;
void known_free(struct known_tokens *tokens);
/* Copies into 'mem'; false where it is not known (any more). */
bool known_get(struct known_tokens *tokens, const char *text, uint64_t generation, int64_t now_us,
               struct mem *mem, struct identity_token *token);
void known_put(struct known_tokens *tokens, uint64_t generation, const struct identity_token *token);

/* ---- proved.c: passwords proved lately, in a fixed number of places */
struct proofs *proofs_new(void) MUST_USE;
void proofs_free(struct proofs *proofs);
/* The token that these two were worth, in 'mem'; null where not known (any more). */
const char *proofs_get(struct proofs *proofs, const char *client, const char *password,
                       int64_t now_us, struct mem *mem);
void proofs_put(struct proofs *proofs, const char *client, const char *password, int64_t until_us,
                struct mem *mem, const char *token);

#endif
