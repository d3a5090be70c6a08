/* Passwords of people: bcrypt through libcrypt (crypt(5), $2b$), in equal time
 * whether or not the user exists. */
#include "base/uuid.h"
#include "identity/service.h"

#include <crypt.h>
#include <openssl/sha.h>
#include <string.h>

/* bcrypt reads 72 bytes; what is longer is hashed first, so that no part of a
 * long password is ignored. */
#define BCRYPT_BYTES 72
#define BCRYPT_DIGEST 31 /* characters after cost and salt */

static const char *
within_bcrypt(struct mem *mem, const char *password)
{
    unsigned char digest[SHA384_DIGEST_LENGTH];
    size_t n = strlen(password);

    if (n <= BCRYPT_BYTES) {
        return password;
    }
    SHA384((const unsigned char *)password, n, digest);
    return base64_from(mem, digest, sizeof digest, true);
}

static struct err *
run_crypt(struct mem *mem, const char *password, const char *setting, const char **hash)
{
    struct crypt_data *data = heap_alloc(sizeof *data);
    const char *text = crypt_r(within_bcrypt(mem, password), setting, data);

    *hash = text && text[0] != '*' ? mem_str(mem, text) : NULL;
    explicit_bzero(data, sizeof *data);
    free(data);
    return *hash ? NULL : err_new(E_INTERNAL, NULL, "libcrypt refused to hash");
}

/* Cost and salt of a new hash, as crypt_r wants them. */
static struct err *
make_setting(const struct identity *identity, char setting[CRYPT_GENSALT_OUTPUT_SIZE])
{
    char salt[16];

    random_bytes(salt, sizeof salt);
    if (!crypt_gensalt_rn("$2b$", (unsigned long)identity->config.hash_cost, salt, sizeof salt,
                          setting, CRYPT_GENSALT_OUTPUT_SIZE)) {
        return err_errno(E_INTERNAL, "libcrypt has no bcrypt of cost %d",
                         identity->config.hash_cost);
    }
    return NULL;
}

struct err *
identity_hash(const struct identity *identity, struct mem *mem, const char *password,
              const char **hash)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    TRY(make_setting(identity, setting));
    return run_crypt(mem, password, setting, hash);
}

struct err *
identity_hash_none(const struct identity *identity, struct mem *mem, const char **hash)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    TRY(make_setting(identity, setting));
    *hash = mem_printf(mem, "%s%0*d", setting, BCRYPT_DIGEST, 0);
    return NULL;
}

bool
identity_hash_matches(const struct identity *identity, const char *hash, const char *password)
{
    AUTO(mem) mem = mem_new("password");
    bool has_one = !str_empty(hash); /* SEAL_LOST is none */
    const char *against = has_one ? hash : identity->no_hash;
    const char *made = NULL;
    struct err *e = run_crypt(mem, password, against, &made);

    if (e) {
        err_ignore(e, "a hash that cannot be made matches nothing");
        return false;
    }
    return secret_eq(made, against) && has_one;
}
