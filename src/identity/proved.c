/* Passwords proved lately: a client that sends its password with every request
 * pays for bcrypt once a minute.  Kept is a digest under a key of this process
 * and the token that the proof was worth, so that whatever ends tokens ends this
 * too.  A fixed number of places; a place is taken over by whoever comes last. */
#include "base/uuid.h"
#include "identity/service.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <string.h>

#define N_PLACES 1024
#define KEY_BYTES 32
#define DIGEST_BYTES 32

struct proof {
    unsigned char digest[DIGEST_BYTES];
    int64_t until_us;
    char *token; /* null = the place is free */
};

struct proofs {
    unsigned char key[KEY_BYTES];
    pthread_mutex_t lock;
    struct proof places[N_PLACES];
};

struct proofs *
proofs_new(void)
{
    struct proofs *proofs = heap_alloc(sizeof *proofs);

    random_bytes(proofs->key, sizeof proofs->key);
    (void)pthread_mutex_init(&proofs->lock, NULL);
    return proofs;
}

void
proofs_free(struct proofs *proofs)
{
    if (!proofs) {
        return;
    }
    for (size_t i = 0; i < N_PLACES; i++) {
        free(proofs->places[i].token);
    }
    (void)pthread_mutex_destroy(&proofs->lock);
    OPENSSL_cleanse(proofs->key, sizeof proofs->key);
    free(proofs);
}

/* HMAC-SHA-256 of both texts with their closing NULs: where one ends is part of it. */
static bool
digest_of(const struct proofs *proofs, struct mem *mem, const char *client, const char *password,
          unsigned char digest[DIGEST_BYTES])
{
    size_t n_client = strlen(client) + 1, n_password = strlen(password) + 1;
    unsigned char *both = mem_alloc(mem, n_client + n_password);
    unsigned int size = 0;
    bool made;

    memcpy(both, client, n_client);
    memcpy(both + n_client, password, n_password);
    made = HMAC(EVP_sha256(), proofs->key, KEY_BYTES, both, n_client + n_password, digest, &size);
    explicit_bzero(both, n_client + n_password);
    return made && size == DIGEST_BYTES;
}

static struct proof *
place_of(struct proofs *proofs, const unsigned char digest[DIGEST_BYTES])
{
    uint32_t at;

    memcpy(&at, digest, sizeof at);
    return &proofs->places[at % N_PLACES];
}

const char *
proofs_get(struct proofs *proofs, const char *client, const char *password, int64_t now_us,
           struct mem *mem)
{
    unsigned char digest[DIGEST_BYTES];
    const char *token = NULL;
    struct proof *proof;

    if (!digest_of(proofs, mem, client, password, digest)) {
        return NULL;
    }
    (void)pthread_mutex_lock(&proofs->lock);
    proof = place_of(proofs, digest);
    if (proof->token && proof->until_us > now_us &&
        CRYPTO_memcmp(proof->digest, digest, sizeof digest) == 0) {
        token = mem_str(mem, proof->token);
    }
    (void)pthread_mutex_unlock(&proofs->lock);
    return token;
}

void
proofs_put(struct proofs *proofs, const char *client, const char *password, int64_t until_us,
           struct mem *mem, const char *token)
{
    unsigned char digest[DIGEST_BYTES];
    struct proof *proof;

    if (!digest_of(proofs, mem, client, password, digest)) {
        return;
    }
    (void)pthread_mutex_lock(&proofs->lock);
    proof = place_of(proofs, digest);
    free(proof->token);
    memcpy(proof->digest, digest, sizeof digest);
    proof->until_us = until_us;
    proof->token = heap_str(token);
    (void)pthread_mutex_unlock(&proofs->lock);
}
