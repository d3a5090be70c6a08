/* Signed packages: every way in which a signature, its certificates or what it is over can be
 * wrong, with authorities and signers made here. */
#include "base/vec.h"
#include "tosca_world.h"

#include "nfvo/examine.h"
#include "sys/file.h"
#include "tosca/examination.h"
#include "tosca/archive.h"
#include "tosca/signature.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
/* Behind pem.h, without which it declares less. */
#include <openssl/cms.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- people ------------------------------------------------------------------------------- */

struct person {
    X509 *certificate;
    EVP_PKEY *key;
};

static void
person_free(void *arg)
{
    struct person *p = arg;

    X509_free(p->certificate);
    EVP_PKEY_free(p->key);
}

static void
extension_add(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    REQUIRE(extension && X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

/* 'issuer' null = its own; 'days' may be negative: expired so long ago. */
static struct person *
person_new(struct mem *mem, const char *name, const struct person *issuer, bool is_authority,
           long days)
{
    static long serial;
    struct person *p = MEM_NEW(mem, struct person);
    const struct person *by = issuer ? issuer : p;
    X509_NAME *subject;

    mem_on_free(mem, person_free, p);
    p->key = EVP_EC_gen("P-256");
    p->certificate = X509_new();
    subject = X509_get_subject_name(p->certificate);
    REQUIRE(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                       -1, -1, 0));
    X509_set_version(p->certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(p->certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(p->certificate), -100L * 86400);
    X509_gmtime_adj(X509_getm_notAfter(p->certificate), days * 86400);
    X509_set_pubkey(p->certificate, p->key);
    X509_set_issuer_name(p->certificate, X509_get_subject_name(by->certificate));
    extension_add(p->certificate, NID_basic_constraints,
                  is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extension_add(p->certificate, NID_key_usage,
                  is_authority ? "critical,keyCertSign" : "critical,digitalSignature");
    REQUIRE(X509_sign(p->certificate, by->key, EVP_sha256()));
    return p;
}

static const char *
bio_text(struct mem *mem, BIO *bio)
{
    char *data;
    long n = BIO_get_mem_data(bio, &data);
    const char *text = mem_strn(mem, data, (size_t)n);

    BIO_free(bio);
    return text;
}

static const char *
pem_of(struct mem *mem, const struct person *p)
{
    BIO *bio = BIO_new(BIO_s_mem());

    REQUIRE(PEM_write_bio_X509(bio, p->certificate));
    return bio_text(mem, bio);
}

/* 'more' (or null) is a certificate besides the signer's. */
static const char *
sign_by(struct mem *mem, const struct person *p, const char *text, unsigned flags,
        const EVP_MD *digest, const struct person *more)
{
    BIO *content = BIO_new_mem_buf(text, -1), *out = BIO_new(BIO_s_mem());
    STACK_OF(X509) *others = sk_X509_new_null();
    CMS_ContentInfo *cms;

    if (more) {
        REQUIRE(sk_X509_push(others, more->certificate));
    }
    cms = CMS_sign(NULL, NULL, others, content, flags | CMS_PARTIAL);
    REQUIRE(cms && CMS_add1_signer(cms, p->certificate, p->key, digest, flags));
    REQUIRE(CMS_final(cms, content, NULL, flags) && PEM_write_bio_CMS(out, cms));
    CMS_ContentInfo_free(cms);
    sk_X509_free(others);
    BIO_free(content);
    return bio_text(mem, out);
}

#define APART (CMS_BINARY | CMS_DETACHED)

static const char *
sign(struct mem *mem, const struct person *p, const char *text)
{
    return sign_by(mem, p, text, APART, EVP_sha256(), NULL);
}

/* ---- packages ------------------------------------------------------------------------------- */

#define MORE 3
/* A good package, in which the manifest lists all, and what is put beside it. */
struct world {
    struct mem *mem;
    struct person *root, *signer;
    struct package_trust trust;
    struct entry entries[GOOD_ENTRIES + MORE];
    size_t n;
    struct package *pkg;
};

static struct world
world_new(struct mem *mem)
{
    struct world w = {.mem = mem, .n = GOOD_ENTRIES};

    w.root = person_new(mem, "root", NULL, true, 100);
    w.signer = person_new(mem, "signer", w.root, false, 100);
    w.trust = (struct package_trust){.name = "trusted.pem", .pem = pem_of(mem, w.root)};
    w.trust.n = strlen(w.trust.pem);
    good_package(mem, w.entries, NULL);
    good_package(mem, w.entries,
                 mem_printf(mem, "Source: TOSCA-Metadata/TOSCA.meta\nAlgorithm: SHA-256\nHash: %s\n",
                            text_sha256(mem, w.entries[0].data)));
    return w;
}

static void
world_add(struct world *w, const char *name, const char *data)
{
    w->entries[w->n++] = (struct entry){.name = name, .data = data};
}

/* Signs what the manifest is now. */
static void
manifest_sign(struct world *w, const char *signature)
{
    w->entries[1].data = mem_printf(w->mem, "%s%s", w->entries[1].data, signature);
}

static struct err *
world_open(struct world *w)
{
    w->pkg = NULL;
    return package_open(w->mem, zip_write(w->mem, "p.csar", w->n, w->entries), &w->trust, &w->pkg);
}

/* The package is refused for that reason alone. */
static void
check_refused(struct world *w, const char *type, const char *text)
{
    struct err *e = world_open(w);

    REQUIRE(e);
    CHECK_STR(e->type, type);
    CHECK(!w->pkg);
    CHECK_STR(e->next ? e->next->message : NULL, NULL); /* Nothing else. */
    CHECK_ERR_MSG(e, E_INVALID, text);
}

TEST(signature_of_the_manifest_by_someone_trusted_is_accepted)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    REQUIRE_OK(world_open(&w));
    CHECK_INT(w.pkg->security_option, 1);
    CHECK_STR(w.pkg->signed_by, "CN = signer");
    /* Who trusts the signer itself needs no authority. */
    w.trust.pem = pem_of(mem, w.signer);
    w.trust.n = strlen(w.trust.pem);
    CHECK_OK(world_open(&w));
}

TEST(signature_over_lines_as_mail_has_them_is_accepted)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    manifest_sign(&w, sign_by(mem, w.signer, w.entries[1].data, CMS_DETACHED, EVP_sha256(), NULL));
    CHECK_OK(world_open(&w));
}

TEST(signature_of_another_manifest_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    char *data, *at;

    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    data = mem_str(mem, w.entries[1].data);
    at = strstr(data, "vnf_product_name: n");
    REQUIRE(at);
    at[18] = 'm';
    w.entries[1].data = data;
    check_refused(&w, "SignatureInvalid", "vnfd.mf:16: does not match what it is over");
}

TEST(signature_vouches_for_what_is_listed_with_a_digest_only)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    manifest_sign(&w, "Source: image.txt\n");
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    world_add(&w, "image.txt", "x");
    check_refused(&w, "SignatureNotVerified", "vnfd.mf:16: image.txt has no digest");
    w = world_new(mem);
    good_package(mem, w.entries, NULL);
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "TOSCA-Metadata/TOSCA.meta is not listed");
}

TEST(what_stands_behind_a_signature_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    manifest_sign(&w, "Source: image\n");
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "stands behind the signature");
    w = world_new(mem);
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "is a second signature");
}

TEST(signature_of_someone_not_trusted_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    struct person *other = person_new(mem, "other", NULL, true, 100);

    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    w.trust.pem = pem_of(mem, other);
    w.trust.n = strlen(w.trust.pem);
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "unable to get local issuer certificate");
    w.trust.n = 0;
    check_refused(&w, "SignatureNotTrusted", "no certificates are trusted here");
}

TEST(signature_of_an_expired_signer_is_refused_for_that_alone)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    w.signer = person_new(mem, "late", w.root, false, -1);
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    check_refused(&w, "SignatureNotTrusted", "certificate CN = late: certificate has expired");
}

TEST(signature_by_a_certificate_for_other_use_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    manifest_sign(&w, sign(mem, w.root, w.entries[1].data));
    check_refused(&w, "SignatureNotTrusted", "certificate CN = root is not for signing");
}

TEST(signature_chain_through_the_package_is_followed)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    struct person *between = person_new(mem, "between", w.root, true, 100);
    struct person *end = person_new(mem, "end", between, false, 100);
    const char *manifest = w.entries[1].data;

    manifest_sign(&w, sign_by(mem, end, manifest, APART, EVP_sha256(), between));
    CHECK_OK(world_open(&w));
    w.entries[1].data = manifest;
    manifest_sign(&w, sign(mem, end, manifest));
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "unable to get local issuer certificate");
    world_add(&w, "vnfd.cert", pem_of(mem, between));
    CHECK_OK(world_open(&w));
}

TEST(signature_that_is_weak_or_holds_its_own_content_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    const char *manifest = w.entries[1].data;

    manifest_sign(&w, sign_by(mem, w.signer, manifest, APART, EVP_sha1(), NULL));
    check_refused(&w, "SignatureNotVerified", "none of the SHA-2 or SHA-3 family");
    w.entries[1].data = manifest;
    manifest_sign(&w, sign_by(mem, w.signer, manifest, CMS_BINARY, EVP_sha256(), NULL));
    check_refused(&w, "SignatureNotVerified", "holds content of its own");
    w.entries[1].data = manifest;
    manifest_sign(&w, sign_by(mem, w.signer, manifest, APART | CMS_NOCERTS, EVP_sha256(), NULL));
    check_refused(&w, "SignatureNotVerified", "the certificate of its signer is neither");
    world_add(&w, "vnfd.cert", pem_of(mem, w.signer));
    CHECK_OK(world_open(&w));
    w.entries[1].data = manifest;
    manifest_sign(&w, "-----BEGIN CMS-----\nMIIC\n-----END CMS-----\n");
    check_refused(&w, "SignatureNotVerified", "is no CMS signature");
}

/* The digest in it is right; what the signer's key made of it is not. */
TEST(signature_that_no_key_made_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    const char *text = sign(mem, w.signer, w.entries[1].data);
    BIO *in = BIO_new_mem_buf(text, -1), *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms = PEM_read_bio_CMS(in, NULL, NULL, NULL);
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);

    REQUIRE(cms && sk_CMS_SignerInfo_num(infos) == 1);
    CMS_SignerInfo_get0_signature(sk_CMS_SignerInfo_value(infos, 0))->data[20] ^= 1;
    REQUIRE(PEM_write_bio_CMS(out, cms));
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    manifest_sign(&w, bio_text(mem, out));
    check_refused(&w, "SignatureInvalid", "does not match what it is over");
}

TEST(signature_of_an_artifact_is_over_that_artifact)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    world_add(&w, "image.sig.cms", sign(mem, w.signer, "x"));
    REQUIRE_OK(world_open(&w));
    CHECK_INT(w.pkg->security_option, 0); /* Not as a whole. */
    w.entries[GOOD_ENTRIES].data = sign(mem, w.signer, "y");
    check_refused(&w, "SignatureInvalid", "image.sig.cms: does not match what it is over");
    w.entries[GOOD_ENTRIES].name = "picture.sig.cms";
    check_refused(&w, "SignatureNotVerified", "nothing says which file");
    /* Named by the manifest. */
    w.entries[GOOD_ENTRIES].data = sign_by(mem, w.signer, "x", APART | CMS_NOCERTS, EVP_sha256(),
                                           NULL);
    world_add(&w, "keys/picture.cert", pem_of(mem, w.signer));
    w.entries[1].data = mem_printf(mem,
                                   "%sSource: image\nAlgorithm: SHA-256\nHash: %s\n"
                                   "Signature: picture.sig.cms\nCertificate: keys/picture.cert\n",
                                   w.entries[1].data, text_sha256(mem, "x"));
    CHECK_OK(world_open(&w));
    w.n--;
    check_refused(&w, "SignatureNotVerified", "Certificate: the package has no keys/picture.cert");
}

TEST(signature_beside_a_package_in_a_zip_is_over_the_package)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    const char *path = zip_write(mem, "in.csar", w.n, w.entries), *signature;
    char *inner;
    size_t n;
    BIO *content;

    REQUIRE_OK(file_read(mem, path, 1u << 20, &inner, &n));
    content = BIO_new_mem_buf(inner, (int)n);
    BIO *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms = CMS_sign(w.signer->certificate, w.signer->key, NULL, content,
                                    APART | CMS_NOCERTS);
    REQUIRE(cms && PEM_write_bio_CMS(out, cms));
    CMS_ContentInfo_free(cms);
    BIO_free(content);
    signature = bio_text(mem, out);
    w.n = 0;
    world_add(&w, "in.csar", inner);
    w.entries[0].size = n;
    world_add(&w, "in.cms", signature);
    check_refused(&w, "SignatureNotVerified", "in.cms: the certificate of its signer is neither");
    world_add(&w, "in.cert", pem_of(mem, w.signer));
    REQUIRE_OK(world_open(&w));
    CHECK_INT(w.pkg->security_option, 2);
    world_add(&w, "more.p7s", "nothing");
    check_refused(&w, "SignatureNotVerified", "more.p7s: is no CMS signature");
    w.n--;
    /* In a time stamp of a file within. */
    inner[10] ^= 1;
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "in.cms: does not match what it is over");
}

TEST(signature_is_demanded_where_only_signed_packages_are_taken)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    CHECK_OK(world_open(&w));
    w.trust.signed_only = true;
    check_refused(&w, "SignatureNotVerified", "only signed packages are taken here");
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    CHECK_OK(world_open(&w));
    /* What was taken stays readable when its signer's time is over. */
    w.trust = (struct package_trust){.was_checked = true};
    CHECK_OK(world_open(&w));
}

/* By the child that reads packages, in its cage. */
TEST(signature_is_checked_where_the_package_is_examined)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    struct examination_order order = {.kind = "vnf", .signed_only = true};
    struct examination *x;
    struct examined *found;
    const char *path;

    order.trust = mem_printf(mem, "%s/trusted.pem", test_dir());
    REQUIRE_OK(file_write(order.trust, w.trust.pem, w.trust.n, 0600));
    path = zip_write(mem, "p.csar", w.n, w.entries);
    order.fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK_ERR_MSG(examination_new(mem, &order, &x, &found), E_INVALID, "only signed packages");
    close(order.fd);
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    path = zip_write(mem, "p.csar", w.n, w.entries);
    order.fd = open(path, O_RDONLY | O_CLOEXEC);
    REQUIRE_OK(examination_new(mem, &order, &x, &found));
    CHECK_STR(found->security_option, "OPTION_1");
    CHECK_STR(found->certificate, pem_of(mem, w.signer));
    /* A file of what was taken is given whoever is trusted now. */
    order = (struct examination_order){.kind = "file", .file = "image", .fd = order.fd};
    REQUIRE(lseek(order.fd, 0, SEEK_SET) == 0);
    REQUIRE_OK(examination_new(mem, &order, &x, &found));
    AUTO_FD out = open(test_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    CHECK_OK(examination_take(x, out));
    close(order.fd);
}

/* ---- attacks on what is signed -------------------------------------------------------------- */

/* Who cannot sign lists in TOSCA.meta, which nobody signed, itself and what it is to begin with. */
TEST(signature_does_not_cover_what_another_list_names)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    const char *template = w.entries[2].data;

    good_package(mem, w.entries, NULL);
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    w.entries[0].data = mem_printf(
        mem,
        "TOSCA-Meta-File-Version: 1.1\nCSAR-Version: 1.1\nCreated-By: thief\n"
        "Entry-Definitions: Definitions/thief.yaml\nETSI-Entry-Manifest: vnfd.mf\n\n"
        "Name: TOSCA-Metadata/TOSCA.meta\n\n"
        "Name: Definitions/thief.yaml\nAlgorithm: SHA-256\nHash: %s\n",
        text_sha256(mem, template));
    world_add(&w, "Definitions/thief.yaml", template);
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "TOSCA-Metadata/TOSCA.meta is not listed");
}

/* The one in the manifest counts, wherever it stands. */
TEST(signature_covers_a_file_that_is_listed_twice_once)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    manifest_sign(&w, "Source: image\nSource: TOSCA-Metadata/TOSCA.meta\n");
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    CHECK_OK(world_open(&w));
    w.entries[3].data = "y";
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "image: the SHA-256 digest is not the listed one");
}

/* To the signer a line is a line; the manifest of before is one line to both. */
TEST(signature_is_over_what_is_read)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    char *data = mem_str(mem, w.entries[1].data);

    for (char *c = data; *c; c++) {
        *c = (char)(*c == '\n' ? '\r' : *c);
    }
    w.entries[1].data = data;
    manifest_sign(&w, sign(mem, w.signer, data));
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "is no \"Key: value\"");
}

/* No digest is asked of certificates, since they prove themselves: then they are nothing else. */
TEST(signature_files_that_no_digest_covers_are_no_content)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    const char *manifest;

    world_add(&w, "a.cert", mem_printf(mem, "echo x\n%s", pem_of(mem, w.root)));
    manifest = w.entries[1].data;
    manifest_sign(&w, sign(mem, w.signer, manifest));
    REQUIRE_OK(world_open(&w));
    CHECK(!package_find(w.pkg, "a.cert"));
    CHECK(package_find(w.pkg, "image") && package_find(w.pkg, "vnfd.mf"));
    /* With a digest it is a file as any other. */
    w.entries[1].data =
        mem_printf(mem, "%sSource: a.cert\nAlgorithm: SHA-256\nHash: %s\n", manifest,
                   text_sha256(mem, w.entries[GOOD_ENTRIES].data));
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    REQUIRE_OK(world_open(&w));
    CHECK(package_find(w.pkg, "a.cert"));
}

TEST(signature_covers_what_the_package_begins_with)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    const char *meta = "TOSCA-Meta-File-Version: 1.1\nCSAR-Version: 1.1\nCreated-By: tests\n"
                       "Entry-Definitions: vnfd.cert\nETSI-Entry-Manifest: vnfd.mf\n";

    good_package(mem, w.entries, NULL);
    world_add(&w, "vnfd.cert", mem_printf(mem, "%s%s", w.entries[2].data, pem_of(mem, w.root)));
    w.entries[0].data = meta;
    w.entries[1].data =
        mem_printf(mem, "%sSource: TOSCA-Metadata/TOSCA.meta\nAlgorithm: SHA-256\nHash: %s\n",
                   w.entries[1].data, text_sha256(mem, meta));
    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "vnfd.mf: vnfd.cert is not listed: the signature");
}

/* The signer gets his certificate, as it is now, and signs once more. */
static void
certify(struct world *w, const char *manifest, const EVP_MD *digest)
{
    REQUIRE(X509_sign(w->signer->certificate, w->root->key, digest));
    w->entries[1].data = manifest;
    manifest_sign(w, sign(w->mem, w->signer, manifest));
}

TEST(signature_by_a_certificate_that_does_not_hold_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    const char *manifest = w.entries[1].data;
    X509 *certificate = w.signer->certificate;

    extension_add(certificate, NID_ext_key_usage, "serverAuth,clientAuth");
    certify(&w, manifest, EVP_sha256());
    check_refused(&w, "SignatureNotTrusted", "certificate CN = signer is not for signing");
    X509_EXTENSION_free(
        X509_delete_ext(certificate, X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1)));
    extension_add(certificate, NID_ext_key_usage, "codeSigning");
    certify(&w, manifest, EVP_sha256());
    CHECK_OK(world_open(&w));
    certify(&w, manifest, EVP_sha1());
    check_refused(&w, "SignatureNotTrusted", "CN = signer: CA signature digest algorithm too weak");
    X509_gmtime_adj(X509_getm_notBefore(certificate), 86400);
    certify(&w, manifest, EVP_sha256());
    check_refused(&w, "SignatureNotTrusted", "CN = signer: certificate is not yet valid");
}

TEST(signature_chain_through_no_authority_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    struct person *end = person_new(mem, "end", w.signer, false, 100);

    manifest_sign(&w, sign_by(mem, end, w.entries[1].data, APART, EVP_sha256(), w.signer));
    CHECK_ERR_MSG(world_open(&w), E_INVALID, "invalid CA certificate");
}

/* ---- parts with what proves them --------------------------------------------------------------- */

static struct err *
into_fd(void *arg, const void *data, size_t n)
{
    return fd_write_all(*(int *)arg, data, n);
}

/* Names of what is in the zip, each behind a space. */
static const char *
bundle_names(struct world *w, const struct bundle_order *order)
{
    const char *path = mem_printf(w->mem, "%s/bundle.zip", test_dir());
    AUTO_FD fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    struct package_archive *archive;
    AUTO_BUF names = BUF_INIT;

    REQUIRE_OK(bundle_give(w->mem, w->pkg, order, into_fd, &fd));
    REQUIRE_OK(archive_open(w->mem, path, &package_limits_default, &archive));
    vec_each (&archive->files, file) {
        AUTO_FD nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

        CHECK_OK(archive_read(archive, file, into_fd, &nowhere)); /* With its checksum. */
        buf_printf(&names, " %s", file->name);
    }
    return names.len ? buf_copy(w->mem, &names) : "";
}

TEST(bundle_brings_what_proves_its_files_where_that_is_asked_for)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    world_add(&w, "image.sig.cms", sign(mem, w.signer, "x"));
    world_add(&w, "image.cert", pem_of(mem, w.signer));
    REQUIRE_OK(world_open(&w));
    CHECK(!package_find(w.pkg, "image.cert"));
    CHECK_STR(w.pkg->signing_certificate, pem_of(mem, w.signer));
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_FILE, .file = "image"}), " image");
    CHECK_STR(bundle_names(&w, &(struct bundle_order){
                                   .of = BUNDLE_FILE, .file = "image", .signatures = true}),
              " image image.cert image.sig.cms");
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_MANIFEST, .signatures = true}),
              " image.cert vnfd.mf");
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_DESCRIPTOR}),
              " Definitions/vnfd.yaml TOSCA-Metadata/TOSCA.meta");
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_DESCRIPTOR, .signatures = true}),
              " Definitions/vnfd.yaml TOSCA-Metadata/TOSCA.meta image.cert vnfd.mf");
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_ARTIFACTS, .signatures = true}), "");
}

/* Kept with the package, and shown to clients. */
TEST(onboarding_keeps_the_certificate_of_who_signed)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);
    struct nfvo nfvo = {.packages_dir = test_dir(),
                        .trust = mem_printf(mem, "%s/trusted.pem", test_dir())};
    struct onboard_in *in = row_new(mem, &onboard_in_table);
    struct onboard_out *out = row_new(mem, &onboard_out_table);

    manifest_sign(&w, sign(mem, w.signer, w.entries[1].data));
    REQUIRE_OK(file_write(nfvo.trust, w.trust.pem, w.trust.n, 0600));
    (void)zip_write(mem, "p.csar", w.n, w.entries);
    in->id = in->project_id = "00000000-0000-4000-8000-000000000001";
    in->path = "p.csar";
    in->sha256 = "";
    REQUIRE(mkdir(mem_printf(mem, "%s/%s", test_dir(), in->id), 0700) == 0);
    REQUIRE_OK(package_examine(&nfvo, mem, in, out));
    CHECK_STR(json_get_str(out->columns, "signingCertificate"), pem_of(mem, w.signer));
    CHECK_STR(json_get_str(out->columns, "packageSecurityOption"), "OPTION_1");
    CHECK(table_attr_json(&vnf_package_table, "signingCertificate"));
    CHECK(table_attr_json(&ns_descriptor_table, "signingCertificate"));
    CHECK(table_attr_json(&pnf_descriptor_table, "signingCertificate"));
}

TEST(bundle_finds_a_signature_where_the_manifest_names_it)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    good_package(mem, w.entries, "Signature: keys/s.p7s\nCertificate: keys/c.cert\n");
    world_add(&w, "keys/s.p7s", sign(mem, w.signer, "x"));
    world_add(&w, "keys/c.cert", pem_of(mem, w.signer));
    REQUIRE_OK(world_open(&w));
    CHECK(!w.pkg->signing_certificate);
    CHECK_STR(bundle_names(&w, &(struct bundle_order){
                                   .of = BUNDLE_FILE, .file = "image", .signatures = true}),
              " image keys/c.cert keys/s.p7s");
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_ARTIFACTS}), "");
}

TEST(bundle_finds_a_signature_and_its_certificate_by_their_name)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    good_package(mem, w.entries,
                 mem_printf(mem, "Source: docs/a.txt\nAlgorithm: SHA-256\nHash: %s\n",
                            text_sha256(mem, "y")));
    world_add(&w, "docs/a.txt", "y");
    world_add(&w, "docs/a.sig.cms", sign(mem, w.signer, "y"));
    world_add(&w, "docs/a.cert", pem_of(mem, w.signer));
    REQUIRE_OK(world_open(&w));
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_ARTIFACTS}), " docs/a.txt");
    CHECK_STR(bundle_names(&w, &(struct bundle_order){.of = BUNDLE_ARTIFACTS, .signatures = true}),
              " docs/a.cert docs/a.sig.cms docs/a.txt");
}

TEST(bundle_order_says_what_it_said)
{
    static const char *items[] = {"a", "b\"c"};
    AUTO(mem) mem = mem_new("test");
    struct bundle_order order = {.of = BUNDLE_FILE, .file = "a/b", .signatures = true,
                                 .some_sets = true, .sets = {.n = 2, .items = items}};
    struct bundle_order again;

    REQUIRE_OK(bundle_order_read(mem, bundle_order_text(mem, &order), &again));
    CHECK_STR(bundle_order_text(mem, &again), bundle_order_text(mem, &order));
    CHECK_ERR(bundle_order_read(mem, "{\"of\": 9}", &again), E_INVALID);
    CHECK_ERR(bundle_order_read(mem, "x", &again), E_INVALID);
}

/* ---- signatures that nobody's library would write -------------------------------------------- */

static void
der(struct buf *out, unsigned char tag, const struct buf *in)
{
    const unsigned char head[] = {tag, 0x83, (unsigned char)(in->len >> 16),
                                  (unsigned char)(in->len >> 8), (unsigned char)in->len};

    buf_add(out, head, sizeof head);
    buf_add(out, in->data, in->len);
}

#define SHA256 "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define DATA "\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define RSA "\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
/* Nobody's number 1, by SHA-256 and RSA: nothing. */
#define SIGNER "\x31\x28\x30\x26\x02\x01\x01\x30\x05\x30\x00\x02\x01\x01" SHA256 RSA "\x04\x00"
#define TEXT_OF(x) (x), sizeof(x) - 1

/* RFC 5652 section 5.1, with so many digests to make. */
static void
many_digests(struct buf *out, size_t n)
{
    AUTO_BUF digests = BUF_INIT;
    AUTO_BUF data = BUF_INIT;
    AUTO_BUF signed_data = BUF_INIT;
    AUTO_BUF content = BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        buf_add(&digests, TEXT_OF(SHA256));
    }
    buf_add(&data, TEXT_OF("\x02\x01\x01"));
    der(&data, 0x31, &digests);
    buf_add(&data, TEXT_OF(DATA SIGNER));
    der(&signed_data, 0x30, &data);
    buf_add(&content, TEXT_OF("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"));
    der(&content, 0xa0, &signed_data);
    der(out, 0x30, &content);
}

TEST(signature_with_many_digests_is_refused)
{
    static const struct {
        size_t n;
        const char *why;
    } cases[] = {{1, "the certificate of its signer is neither"},
                 {15000, "has too many digests"},
                 {300000, "is larger than a signature may be"}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        AUTO_BUF out = BUF_INIT;
        struct signature *s;
        struct err *e;

        many_digests(&out, cases[i].n);
        e = signature_open(mem, "s", out.data, out.len, &s);
        e = e ? e : signature_feed(s, "x", 1);
        e = e ? e : signature_end(s, NULL, NULL, NULL);
        CHECK_ERR_MSG(e, E_INVALID, cases[i].why);
    }
}

TEST(signature_with_many_certificates_is_refused)
{
    AUTO(mem) mem = mem_new("test");
    const struct person *p = person_new(mem, "one", NULL, false, 100);
    const char *pem = pem_of(mem, p), *text = sign(mem, p, "x");
    struct signature *s;

    REQUIRE_OK(signature_open(mem, "s", text, strlen(text), &s));
    for (int i = 0; i < 32; i++) {
        CHECK_OK(signature_certificates(s, "a.cert", pem, strlen(pem)));
    }
    CHECK_ERR_MSG(signature_certificates(s, "a.cert", "", 0), E_INVALID, "holds no certificate");
    CHECK_ERR_MSG(signature_certificates(s, "a.cert", pem, strlen(pem)), E_INVALID,
                  "more than 32 certificates for s");
}
