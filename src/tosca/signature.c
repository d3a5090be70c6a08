/* What OpenSSL's own check does in one call is done in its parts here: the content comes in
 * pieces, and what is wrong with a signature, a chain and a date is told apart. */
#include "tosca/signature.h"

#include "base/vec.h"
#include "sys/file.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SIGNATURE_MAX (256u << 10)
#define CERTIFICATES_MAX 32
#define SIGNERS_MAX 8
#define TRUST_MAX (1u << 20)
#define AUTH_LEVEL 1 /* At least 80 bits: RSA of 1024, no MD5. */

struct signature {
    struct mem *mem;
    const char *name;
    CMS_ContentInfo *cms;
    BIO *chain;             /* What is written to it is hashed for every signer. */
    STACK_OF(X509) *given;  /* Of files of the package. */
};

static void
signature_free(void *arg)
{
    struct signature *s = arg;

    BIO_free_all(s->chain);
    CMS_ContentInfo_free(s->cms);
    sk_X509_pop_free(s->given, X509_free);
}

/* What OpenSSL has to say last of it, which then is forgotten. */
static const char *
reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return str_or(text, "unknown");
}

static struct err *
not_verified(const struct signature *s, const char *why)
{
    return err_new(E_INVALID, "SignatureNotVerified", "%s: %s", s->name, why);
}

/* ---- parsing --------------------------------------------------------------------------------- */

static BIO *
bio_of(const char *text, size_t n)
{
    return n <= INT32_MAX ? BIO_new_mem_buf(text, (int)n) : NULL;
}

static CMS_ContentInfo *
cms_read(const char *text, size_t n)
{
    BIO *bio = bio_of(text, n);
    char *kind = NULL, *header = NULL;
    unsigned char *der = NULL;
    CMS_ContentInfo *cms = NULL;
    long length;

    if (bio && PEM_read_bio(bio, &kind, &header, &der, &length)) {
        const unsigned char *at = der;

        if (str_eq(kind, "CMS") || str_eq(kind, "PKCS7") || str_eq(kind, "PKCS #7 SIGNED DATA")) {
            cms = d2i_CMS_ContentInfo(NULL, &at, length);
        }
        OPENSSL_free(kind);
        OPENSSL_free(header);
        OPENSSL_free(der);
    } else if (bio) {
        const unsigned char *at = (const unsigned char *)text;

        cms = d2i_CMS_ContentInfo(NULL, &at, (long)n);
    }
    BIO_free(bio);
    return cms;
}

/* Each digest hangs on the one before it: as many as it likes would end the stack. */
static bool
has_many(BIO *chain)
{
    size_t n = 0;

    for (; chain; chain = BIO_next(chain)) {
        n++;
    }
    return n > SIGNERS_MAX + 1; /* The last goes nowhere. */
}

struct err *
signature_open(struct mem *mem, const char *name, const char *text, size_t n,
               struct signature **signature)
{
    struct signature *s = *signature = MEM_NEW(mem, struct signature);
    STACK_OF(CMS_SignerInfo) *signers;
    BIO *nowhere;

    s->mem = mem;
    s->name = name;
    mem_on_free(mem, signature_free, s);
    s->given = sk_X509_new_null();
    if (n > SIGNATURE_MAX) {
        return not_verified(s, "is larger than a signature may be");
    }
    s->cms = cms_read(text, n);
    if (!s->cms || OBJ_obj2nid(CMS_get0_type(s->cms)) != NID_pkcs7_signed) {
        ERR_clear_error();
        return not_verified(s, "is no CMS signature (RFC 5652 section 5)");
    }
    if (CMS_is_detached(s->cms) != 1) {
        return not_verified(s, "holds content of its own, instead of being over the package's");
    }
    signers = CMS_get0_SignerInfos(s->cms);
    if (sk_CMS_SignerInfo_num(signers) < 1 || sk_CMS_SignerInfo_num(signers) > SIGNERS_MAX) {
        return not_verified(s, "is signed by nobody, or by too many");
    }
    nowhere = BIO_new(BIO_s_null());
    s->chain = CMS_dataInit(s->cms, nowhere);
    if (!s->chain) {
        BIO_free(nowhere);
        return not_verified(s, reason());
    }
    return has_many(s->chain) ? not_verified(s, "has too many digests") : NULL;
}

struct err *
signature_certificates(struct signature *s, const char *from, const char *pem, size_t n)
{
    BIO *bio = bio_of(pem, n);
    int before = sk_X509_num(s->given);
    X509 *one;

    while (bio && sk_X509_num(s->given) <= CERTIFICATES_MAX &&
           (one = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
        sk_X509_push(s->given, one);
    }
    BIO_free(bio);
    ERR_clear_error();
    if (sk_X509_num(s->given) > CERTIFICATES_MAX) {
        return err_new(E_INVALID, "SignatureNotVerified", "%s: more than %d certificates for %s",
                       from, CERTIFICATES_MAX, s->name);
    }
    return sk_X509_num(s->given) > before
               ? NULL
               : err_new(E_INVALID, "SignatureNotVerified", "%s: holds no certificate", from);
}

static struct err *
trusted_read(const struct package_trust *trust, X509_STORE *store)
{
    BIO *bio = bio_of(trust->pem, trust->n);
    int n = 0;
    X509 *one;

    while (bio && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
        n += X509_STORE_add_cert(store, one);
        X509_free(one);
    }
    BIO_free(bio);
    ERR_clear_error();
    return n > 0 ? NULL
                 : err_new(E_INVALID, "SignatureNotTrusted", "%s: holds no certificate",
                           trust->name);
}

struct err *
package_trust_read(struct mem *mem, const char *path, bool signed_only,
                   struct package_trust *trust)
{
    X509_STORE *store;
    struct err *e;
    char *pem;

    *trust = (struct package_trust){.name = path, .signed_only = signed_only};
    if (!path) {
        return NULL;
    }
    TRY(file_read(mem, path, TRUST_MAX, &pem, &trust->n));
    trust->pem = pem;
    store = X509_STORE_new();
    e = trusted_read(trust, store);
    X509_STORE_free(store);
    return e ? err_wrap(e, "trusted certificates") : NULL;
}

struct err *
signature_feed(void *signature, const void *data, size_t n)
{
    struct signature *s = signature;

    if (n > 0 && BIO_write(s->chain, data, (int)n) != (int)n) {
        return err_new(E_INTERNAL, NULL, "digest failed");
    }
    return NULL;
}

/* ---- who signed ------------------------------------------------------------------------------ */

static const char *
name_of(struct mem *mem, const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const char *text = "unknown";
    char *data;
    long n;

    if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        n = BIO_get_mem_data(bio, &data);
        text = str_utf8(data, (size_t)n) ? mem_strn(mem, data, (size_t)n) : text;
    }
    BIO_free(bio);
    return text;
}

static bool
digest_is_sound(int nid)
{
    static const int sound[] = {NID_sha224,     NID_sha256,     NID_sha384,   NID_sha512,
                                NID_sha512_224, NID_sha512_256, NID_sha3_256, NID_sha3_384,
                                NID_sha3_512};

    for (size_t i = 0; i < ARRAY_SIZE(sound); i++) {
        if (nid == sound[i]) {
            return true;
        }
    }
    return false;
}

/* What is wrong with a chain, link by link; OpenSSL goes on as if it were not. */
struct chain_look {
    const struct signature *s;
    struct err *faults;
};

static int
chain_fault(int ok, X509_STORE_CTX *ctx)
{
    struct chain_look *look = X509_STORE_CTX_get_app_data(ctx);
    int code = X509_STORE_CTX_get_error(ctx);
    const X509 *at = X509_STORE_CTX_get_current_cert(ctx);

    if (!ok) {
        AUTO(mem) mem = mem_new("chain");

        look->faults = err_join(
            look->faults,
            err_new(E_INVALID, "SignatureNotTrusted", "%s: certificate %s: %s", look->s->name,
                    at ? name_of(mem, X509_get_subject_name(at)) : "unknown",
                    X509_verify_cert_error_string(code)));
    }
    return 1;
}

static struct err *
chain_verify(const struct signature *s, X509_STORE_CTX *ctx, X509_STORE *store, X509 *signer,
             STACK_OF(X509) *others)
{
    struct chain_look look = {.s = s};
    bool holds = X509_STORE_CTX_init(ctx, store, signer, others) == 1;

    if (holds) {
        X509_STORE_CTX_set_app_data(ctx, &look);
        X509_STORE_CTX_set_verify_cb(ctx, chain_fault);
        /* Who is told to trust a signer itself need not know its authority. */
        X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(ctx), AUTH_LEVEL);
        holds = X509_verify_cert(ctx) > 0;
    }
    if (!holds && !look.faults) {
        look.faults = err_new(E_INVALID, "SignatureNotTrusted", "%s: %s", s->name, reason());
    }
    return look.faults;
}

static struct err *
chain_check(const struct signature *s, X509 *signer, const struct package_trust *trust)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *others = CMS_get1_certs(s->cms);
    struct err *e = trusted_read(trust, store);

    others = others ? others : sk_X509_new_null();
    for (int i = 0; i < sk_X509_num(s->given); i++) {
        X509 *one = sk_X509_value(s->given, i);

        if (sk_X509_push(others, one) > 0) {
            X509_up_ref(one);
        }
    }
    e = e ? e : chain_verify(s, ctx, store, signer, others);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_pop_free(others, X509_free);
    return e;
}

/* A certificate that does not say what it is for is for anything. */
static bool
is_for_signing(X509 *signer)
{
    return X509_get_key_usage(signer) & KU_DIGITAL_SIGNATURE &&
           X509_get_extended_key_usage(signer) & (XKU_CODE_SIGN | XKU_SMIME | XKU_ANYEKU);
}

static struct err *
trust_check(const struct signature *s, X509 *signer, const struct package_trust *trust)
{
    struct err *e = NULL;

    if (!is_for_signing(signer)) {
        AUTO(mem) mem = mem_new("usage");

        e = err_new(E_INVALID, "SignatureNotTrusted", "%s: certificate %s is not for signing",
                    s->name, name_of(mem, X509_get_subject_name(signer)));
    }
    if (!trust || trust->n == 0) {
        return err_join(e, err_new(E_INVALID, "SignatureNotTrusted",
                                   "%s: no certificates are trusted here (--trust of `carrick package "
                                   "check`, --package-trust of `carrick orchestrator`)",
                                   s->name));
    }
    return err_join(e, chain_check(s, signer, trust));
}

static struct err *
signer_check(const struct signature *s, CMS_SignerInfo *info, const struct package_trust *trust,
             struct buf *names)
{
    X509 *signer = NULL;
    X509_ALGOR *digest = NULL;

    CMS_SignerInfo_get0_algs(info, NULL, &signer, &digest, NULL);
    if (!signer) {
        return not_verified(s, "the certificate of its signer is neither in it nor beside it");
    }
    if (!digest_is_sound(OBJ_obj2nid(digest->algorithm))) {
        return not_verified(s, "its digest is none of the SHA-2 or SHA-3 family");
    }
    if ((CMS_signed_get_attr_count(info) >= 0 && CMS_SignerInfo_verify(info) <= 0) ||
        CMS_SignerInfo_verify_content(info, s->chain) <= 0) {
        ERR_clear_error();
        return err_new(E_INVALID, "SignatureInvalid",
                       "%s: does not match what it is over: that was changed after it was signed",
                       s->name);
    }
    buf_printf(names, "%s%s", names->len ? "; " : "",
               name_of(s->mem, X509_get_subject_name(signer)));
    return trust_check(s, signer, trust);
}

/* In PEM. */
static const char *
certificate_text(struct mem *mem, const X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const char *text = NULL;
    char *data;

    if (bio && certificate && PEM_write_bio_X509(bio, certificate)) {
        long n = BIO_get_mem_data(bio, &data);

        text = mem_strn(mem, data, (size_t)n);
    }
    BIO_free(bio);
    return text;
}

static struct err *
only_signer(const struct signature *s, STACK_OF(CMS_SignerInfo) *infos, const char **certificate)
{
    X509 *signer = NULL;

    if (sk_CMS_SignerInfo_num(infos) == 1) {
        CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(infos, 0), NULL, &signer, NULL, NULL);
    }
    *certificate = certificate_text(s->mem, signer);
    return strlen(str_or(*certificate, "")) <= PACKAGE_CERTIFICATE_MAX
               ? NULL
               : err_new(E_TOO_LARGE, "PackageTooLarge",
                         "%s: the certificate of its signer has more than %u bytes in PEM", s->name,
                         PACKAGE_CERTIFICATE_MAX);
}

struct err *
signature_end(struct signature *s, const struct package_trust *trust, const char **signers,
              const char **certificate)
{
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(s->cms);
    AUTO_BUF names = BUF_INIT;
    struct err *e = NULL;

    (void)CMS_set1_signers_certs(s->cms, s->given, 0);
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
        e = err_join(e, signer_check(s, sk_CMS_SignerInfo_value(infos, i), trust, &names));
    }
    if (certificate) {
        e = err_join(e, only_signer(s, infos, certificate));
    }
    ERR_clear_error();
    if (signers && names.len) {
        *signers = buf_copy(s->mem, &names);
    }
    return e;
}
