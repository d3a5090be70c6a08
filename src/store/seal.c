/* Secrets at rest.  The form carries a version so that keys or ciphers can
 * change later without guessing. */
#include "store/seal.h"

#include "base/str.h"
#include "base/uuid.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define NONCE_SIZE 12
#define TAG_SIZE 16
#define FORM "s1:"

static void
cipher_free(EVP_CIPHER_CTX **ctx)
{
    EVP_CIPHER_CTX_free(*ctx);
}

struct err *
seal_text(struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], const char *place, const char *plain,
          const char **sealed)
{
    __attribute__((cleanup(cipher_free))) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    size_t n = strlen(plain);
    uint8_t *out = mem_alloc(mem, NONCE_SIZE + n + TAG_SIZE);
    int done = 0;
    bool ok;

    random_bytes(out, NONCE_SIZE);
    ok = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
         EVP_EncryptUpdate(ctx, NULL, &done, (const uint8_t *)place, (int)strlen(place)) == 1 &&
         EVP_EncryptUpdate(ctx, out + NONCE_SIZE, &done, (const uint8_t *)plain, (int)n) == 1 &&
         EVP_EncryptFinal_ex(ctx, out + NONCE_SIZE + n, &done) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, out + NONCE_SIZE + n) == 1;
    if (!ok) {
        return err_new(E_INTERNAL, NULL, "a secret could not be sealed");
    }
    *sealed =
        mem_printf(mem, FORM "%s", base64_from(mem, out, NONCE_SIZE + n + TAG_SIZE, false));
    return NULL;
}

struct err *
unseal_text(struct mem *mem, const uint8_t key[SEAL_KEY_SIZE], const char *place,
            const char *sealed, const char **plain)
{
    __attribute__((cleanup(cipher_free))) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t *in = NULL;
    size_t n = 0;
    int done = 0;
    char *out;
    bool ok;

    if (str_starts(sealed, FORM)) {
        in = base64_to(mem, sealed + strlen(FORM), &n);
    }
    if (!in || n < NONCE_SIZE + TAG_SIZE) {
        return err_new(E_INTERNAL, NULL, "%s is not a sealed text", place);
    }
    n -= NONCE_SIZE + TAG_SIZE;
    out = mem_alloc(mem, n + 1);
    ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, in) == 1 &&
         EVP_DecryptUpdate(ctx, NULL, &done, (const uint8_t *)place, (int)strlen(place)) == 1 &&
         EVP_DecryptUpdate(ctx, (uint8_t *)out, &done, in + NONCE_SIZE, (int)n) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, in + NONCE_SIZE + n) == 1 &&
         EVP_DecryptFinal_ex(ctx, (uint8_t *)out + n, &done) == 1;
    if (!ok) {
        return err_new(E_INTERNAL, NULL, "%s was not sealed with this key", place);
    }
    *plain = out;
    return NULL;
}

struct err *
seal_secret(const uint8_t key[SEAL_KEY_SIZE], const char *place, uint8_t secret[SEAL_KEY_SIZE])
{
    unsigned int n = SEAL_KEY_SIZE;

    if (!HMAC(EVP_sha256(), key, SEAL_KEY_SIZE, (const unsigned char *)place, strlen(place), secret,
              &n) ||
        n != SEAL_KEY_SIZE) {
        return err_new(E_INTERNAL, NULL, "no secret for %s", place);
    }
    return NULL;
}

/* ---- passphrases ------------------------------------------------------------------------- */

#define SCRYPT_BYTES_MAX (UINT64_C(1) << 30)

const struct seal_cost seal_cost = {1 << 17, 8, 1};

static bool
cost_is_sane(const struct seal_cost *cost)
{
    return cost->n >= 2 && cost->n <= 1 << 20 && !(cost->n & (cost->n - 1)) && cost->r >= 1 &&
           cost->r <= 32 && cost->p >= 1 && cost->p <= 16 &&
           (uint64_t)cost->n * (uint64_t)cost->r * 128 < SCRYPT_BYTES_MAX;
}

struct err *
seal_key_from(const char *passphrase, const uint8_t salt[SEAL_SALT_SIZE], const struct seal_cost *cost,
              uint8_t key[SEAL_KEY_SIZE])
{
    if (!cost_is_sane(cost)) {
        return err_new(E_INVALID, NULL, "the cost of the passphrase's key makes no sense");
    }
    if (EVP_PBE_scrypt(passphrase, strlen(passphrase), salt, SEAL_SALT_SIZE, (uint64_t)cost->n,
                       (uint64_t)cost->r, (uint64_t)cost->p, SCRYPT_BYTES_MAX + (1 << 20), key,
                       SEAL_KEY_SIZE) != 1) {
        return err_new(E_INTERNAL, NULL, "no key could be made of the passphrase");
    }
    return NULL;
}
