/* Tokens that prove themselves: a few packed claims and an ES256 signature
 * (FIPS 186-4, P-256 with SHA-256), base64url.  They are opaque to clients. */
#include "base/log.h"
#include "identity/service.h"
#include "sys/file.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#define TOKEN_FORM 1
#define TOKEN_TEXT_MAX 1024

static struct err *
crypto_failed(const char *what)
{
    unsigned long code = ERR_get_error();

    return err_new(E_INTERNAL, NULL, "%s: %s", what,
                   code ? ERR_reason_error_string(code) : "unknown reason");
}

void
key_close(struct token_keys *keys)
{
    EVP_PKEY_free(keys->now);
    EVP_PKEY_free(keys->before);
    *keys = (struct token_keys){0};
}

static struct err *
key_read(BIO *bio, const char *path, EVP_PKEY **key)
{
    *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    ERR_clear_error();
    if (!*key || EVP_PKEY_get_base_id(*key) != EVP_PKEY_EC) {
        EVP_PKEY_free(*key);
        *key = NULL;
        return err_new(E_UNAVAILABLE, NULL, "%s holds no elliptic-curve private key", path);
    }
    return NULL;
}

static struct err *
key_parse(const char *path, const char *pem, size_t n, struct token_keys *keys)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)n);
    struct err *e = bio ? key_read(bio, path, &keys->now) : crypto_failed("reading a signing key");

    if (!e && strstr(pem + 1, "-----BEGIN ") && BIO_pending(bio) > 0) {
        err_ignore(key_read(bio, path, &keys->before), "there is no older one");
    }
    BIO_free(bio);
    return e;
}

static struct err *
key_write(EVP_PKEY *key, BIO *bio)
{
    return PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)
               ? NULL
               : crypto_failed("writing a signing key");
}

/* New, and behind it 'before' where there is one; '*made' may be null. */
static struct err *
key_make(struct mem *mem, EVP_PKEY *before, EVP_PKEY **made, const char **text)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    BIO *bio = BIO_new(BIO_s_mem());
    struct err *e = key && bio ? key_write(key, bio) : crypto_failed("making a signing key");
    BUF_MEM *pem;

    if (!e && before) {
        e = key_write(before, bio);
    }
    if (!e) {
        BIO_get_mem_ptr(bio, &pem);
        *text = mem_strn(mem, pem->data, pem->length);
    }
    BIO_free(bio);
    if (!e && made) {
        *made = key;
        return NULL;
    }
    EVP_PKEY_free(key);
    return e;
}

struct err *
identity_key_renew(struct mem *mem, const char *now, const char **text)
{
    struct token_keys keys = {0};
    struct err *e = now ? key_parse("the file of signing keys", now, strlen(now), &keys) : NULL;

    e = e ? e : key_make(mem, keys.now, NULL, text);
    key_close(&keys);
    return e;
}

struct err *
key_open(const char *path, struct token_keys *keys)
{
    AUTO(mem) mem = mem_new("key");
    const char *made;
    struct err *e;
    char *pem;
    size_t n;

    *keys = (struct token_keys){0};
    if (!path) {
        return key_make(mem, NULL, &keys->now, &made);
    }
    e = file_read(mem, path, 65536, &pem, &n);
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "the first start makes the key");
        TRY(key_make(mem, NULL, &keys->now, &made));
        return file_write(path, made, strlen(made), 0600);
    }
    TRY(e);
    return key_parse(path, pem, n, keys);
}

/* ---- packing --------------------------------------------------------------------- */

static void
put_i64(struct buf *out, int64_t v)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        buf_char(out, (char)(uint8_t)((uint64_t)v >> shift));
    }
}

/* 32 hexadecimal digits take 16 bytes; other ids ("default") their length. */
static void
put_id(struct buf *out, const char *id)
{
    size_t n = strlen(id);
    uint8_t raw[16];

    if (n == 32 && hex_to(raw, id, sizeof raw) && strspn(id, "0123456789abcdef") == 32) {
        buf_char(out, (char)0xff);
        buf_add(out, raw, sizeof raw);
    } else {
        buf_char(out, (char)(uint8_t)n);
        buf_add(out, id, n);
    }
}

static void
pack(const struct claims *c, struct buf *out)
{
    buf_char(out, TOKEN_FORM);
    buf_char(out, (char)(c->methods | (int)c->scope << 2 | (int)c->has_parent << 4));
    put_i64(out, c->issued_us);
    put_i64(out, c->expires_us);
    buf_add(out, c->audit, AUDIT_BYTES);
    if (c->has_parent) {
        buf_add(out, c->parent, AUDIT_BYTES);
    }
    put_id(out, c->user_id);
    if (c->scope != SCOPE_NONE) {
        put_id(out, c->scope_id);
    }
}

struct unpacker {
    const uint8_t *at, *end;
    bool broken;
};

static void
take_bytes(struct unpacker *u, void *out, size_t n)
{
    if ((size_t)(u->end - u->at) < n) {
        u->broken = true;
        memset(out, 0, n);
        return;
    }
    memcpy(out, u->at, n);
    u->at += n;
}

static int64_t
take_i64(struct unpacker *u)
{
    uint8_t raw[8];
    uint64_t v = 0;

    take_bytes(u, raw, sizeof raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        v = v << 8 | raw[i];
    }
    return (int64_t)v;
}

static const char *
take_id(struct unpacker *u, struct mem *mem)
{
    uint8_t n, raw[256];
    char *text;

    take_bytes(u, &n, 1);
    if (n == 0xff) {
        text = mem_alloc(mem, 33);
        take_bytes(u, raw, 16);
        hex_from(text, raw, 16);
        return text;
    }
    take_bytes(u, raw, n);
    return mem_strn(mem, (const char *)raw, n);
}

/* Leaves u->at behind the claims. */
static void
unpack(struct unpacker *u, struct mem *mem, struct claims *c)
{
    uint8_t head[2];

    take_bytes(u, head, sizeof head);
    c->methods = head[1] & 3;
    c->scope = (enum identity_scope)(head[1] >> 2 & 3);
    c->has_parent = head[1] >> 4 & 1;
    u->broken |= head[0] != TOKEN_FORM;
    c->issued_us = take_i64(u);
    c->expires_us = take_i64(u);
    take_bytes(u, c->audit, AUDIT_BYTES);
    if (c->has_parent) {
        take_bytes(u, c->parent, AUDIT_BYTES);
    }
    c->user_id = take_id(u, mem);
    c->scope_id = c->scope == SCOPE_NONE ? NULL : take_id(u, mem);
}

/* ---- signing ----------------------------------------------------------------------- */

struct err *
claims_sign(const struct token_keys *keys, struct mem *mem, const struct claims *claims, const char **text)
{
    AUTO_BUF out = BUF_INIT;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char signature[160];
    size_t n = sizeof signature;
    bool ok;

    pack(claims, &out);
    ok = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, keys->now) == 1 &&
         EVP_DigestSign(ctx, signature, &n, (const unsigned char *)out.data, out.len) == 1;
    EVP_MD_CTX_free(ctx);
    if (!ok) {
        return crypto_failed("signing a token");
    }
    buf_add(&out, signature, n);
    *text = base64_from(mem, out.data, out.len, true);
    return NULL;
}

static bool
signature_holds(EVP_PKEY *key, const uint8_t *data, size_t n, const uint8_t *signature, size_t n_sig)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestVerify(ctx, signature, n_sig, data, n) == 1;

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

static bool
signed_by_any(const struct token_keys *keys, const uint8_t *raw, const struct unpacker *u)
{
    size_t n = (size_t)(u->at - raw), n_signature = (size_t)(u->end - u->at);

    return signature_holds(keys->now, raw, n, u->at, n_signature) ||
           (keys->before && signature_holds(keys->before, raw, n, u->at, n_signature));
}

struct err *
claims_verify(const struct token_keys *keys, struct mem *mem, const char *text, struct claims *claims)
{
    const uint8_t *raw = NULL;
    struct unpacker u;
    size_t n = 0;

    if (strlen(text) <= TOKEN_TEXT_MAX) {
        raw = base64_to(mem, text, &n);
    }
    if (!raw) {
        return err_new(E_UNAUTHENTICATED, NULL, "Could not recognize the token");
    }
    u = (struct unpacker){.at = raw, .end = raw + n};
    unpack(&u, mem, claims);
    if (u.broken || !signed_by_any(keys, raw, &u)) {
        return err_new(E_UNAUTHENTICATED, NULL, "Could not recognize the token");
    }
    return NULL;
}
