/* Key pairs as SSH wants them, of 32 bytes that the caller has. */
#include "script/script.h"

#include <openssl/evp.h>
#include <string.h>

#define HALF 32
#define KIND "ssh-ed25519"

static void
number_put(struct buf *out, uint32_t n)
{
    const char bytes[] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};

    buf_add(out, bytes, sizeof bytes);
}

/* RFC 4251 section 5: a string stands behind its length. */
static void
string_put(struct buf *out, const void *data, size_t n)
{
    number_put(out, (uint32_t)n);
    buf_add(out, data, n);
}

/* RFC 8709 section 4. */
static void
public_put(struct buf *out, const uint8_t half[HALF])
{
    string_put(out, KIND, strlen(KIND));
    string_put(out, half, HALF);
}

/* OpenSSH's PROTOCOL.key, without a cipher: the one form that libssh takes of such keys. */
static const char *
private_text(struct mem *mem, const uint8_t seed[HALF], const uint8_t half[HALF])
{
    static const char magic[] = "openssh-key-v1";
    AUTO_BUF secret = BUF_INIT, pub = BUF_INIT, all = BUF_INIT;
    uint8_t both[2 * HALF];

    memcpy(both, seed, HALF);
    memcpy(both + HALF, half, HALF);
    number_put(&secret, 1); /* Twice the same: how a wrong password would be seen. */
    number_put(&secret, 1);
    public_put(&secret, half);
    string_put(&secret, both, sizeof both);
    string_put(&secret, "", 0);
    for (char pad = 1; secret.len % 8; pad++) {
        buf_char(&secret, pad);
    }
    public_put(&pub, half);
    buf_add(&all, magic, sizeof magic);
    string_put(&all, "none", 4);
    string_put(&all, "none", 4);
    string_put(&all, "", 0);
    number_put(&all, 1);
    string_put(&all, pub.data, pub.len);
    string_put(&all, secret.data, secret.len);
    return mem_printf(mem, "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n",
                      base64_from(mem, all.data, all.len, false));
}

static const char *
public_line(struct mem *mem, const uint8_t half[HALF], const char *comment)
{
    AUTO_BUF blob = BUF_INIT;

    public_put(&blob, half);
    return mem_printf(mem, KIND " %s %s", base64_from(mem, blob.data, blob.len, false), comment);
}

struct err *
script_key(struct mem *mem, const uint8_t seed[HALF], const char *comment,
           const char **private_key, const char **public_key)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, HALF);
    uint8_t half[HALF];
    size_t n = sizeof half;
    bool ok = key && EVP_PKEY_get_raw_public_key(key, half, &n) == 1 && n == HALF;

    if (ok && public_key) {
        *public_key = public_line(mem, half, comment);
    }
    if (ok && private_key) {
        *private_key = private_text(mem, seed, half);
    }
    EVP_PKEY_free(key);
    return ok ? NULL : err_new(E_INTERNAL, NULL, "a key pair could not be made");
}
