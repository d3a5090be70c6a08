/* Sealing: AES-256-GCM with a random nonce.  What the text belongs to is
 * authenticated with it, so that a sealed text cannot be moved elsewhere. */
#ifndef CARRICK_STORE_SEAL_H
#define CARRICK_STORE_SEAL_H

#include "base/err.h"

#include <stdint.h>

#define SEAL_KEY_SIZE 32

/* '*sealed' is "s1:" and base64, in 'mem'. */
struct err *seal_text(struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], const char *place,
                      const char *plain, const char **sealed) MUST_USE;
/* E_INTERNAL where the text was not sealed with this key and 'place'. */
struct err *unseal_text(struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], const char *place,
                        const char *sealed, const char **plain) MUST_USE;

/* HMAC-SHA-256 of 'place' under the key. */
struct err *seal_secret(const uint8_t key[SEAL_KEY_SIZE], const char *place,
                        uint8_t secret[SEAL_KEY_SIZE]) MUST_USE;

/* A key that follows from a passphrase, by scrypt (RFC 7914): whoever guesses pays N times 1 KiB of memory
 * a try.  E_INVALID where 'cost' asks for more than a gigabyte, or for nonsense: it may come with a file. */
#define SEAL_SALT_SIZE 16
struct seal_cost {
    int64_t n, r, p;
};
extern const struct seal_cost seal_cost; /* 128 MiB and half a second */
struct err *seal_key_from(const char *passphrase, const uint8_t salt[SEAL_SALT_SIZE],
                          const struct seal_cost *cost, uint8_t key[SEAL_KEY_SIZE]) MUST_USE;

#endif
