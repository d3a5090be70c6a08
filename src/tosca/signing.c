/* Signatures by their place: at the end of the manifest, beside the package in a zip, or as a
 * file beside an artifact, named in the manifest or by the artifact's own name. */
#include "tosca/signing.h"

#include "tosca/signature.h"

#include <string.h>

#define FAULTS_MAX 50

/* One package's signatures under way. */
struct signing {
    struct package *pkg;
    const struct package_trust *trust;
    struct map used; /* names of signatures that are checked */
    struct err *faults;
    size_t n_faults;
};

static bool
is_full(const struct signing *g)
{
    return g->n_faults >= FAULTS_MAX;
}

/* Null is no fault. */
static void
keep(struct signing *g, struct err *e)
{
    g->n_faults += e != NULL;
    g->faults = err_join(g->faults, e);
}

bool
signing_is_signature(const char *name)
{
    static const char *const endings[] = {".cms", ".p7s", ".p7b", ".p7c", ".p7m", ".sig", NULL};

    for (size_t i = 0; endings[i]; i++) {
        if (str_ends(name, endings[i])) {
            return true;
        }
    }
    return false;
}

static struct err *
into_buf(void *arg, const void *data, size_t n)
{
    buf_add(arg, data, n);
    return NULL;
}

/* A small file of an archive. */
static struct err *
text_read(struct mem *mem, struct package_archive *archive, const struct package_file *file,
          char **text, size_t *n)
{
    size_t max = package_limits_default.max_text;
    AUTO_BUF buf = BUF_INIT;

    if (file->size > max) {
        return err_new(E_TOO_LARGE, "PackageTooLarge", "%s: %llu bytes, at most %zu allowed",
                       file->name, (unsigned long long)file->size, max);
    }
    buf_init(&buf, max + 1);
    TRY(archive_read(archive, file, into_buf, &buf));
    *n = buf.len;
    *text = buf_copy(mem, &buf);
    return NULL;
}

static struct err *
certificate_add(struct signature *s, struct mem *mem, struct package_archive *archive,
                const struct package_file *file)
{
    char *text;
    size_t n;

    TRY(text_read(mem, archive, file, &text, &n));
    return signature_certificates(s, file->name, text, n);
}

/* Those at the root, and the one that TOSCA.meta names. */
static struct err *
certificates_add(struct signature *s, struct mem *mem, struct package_archive *archive,
                 const char *named)
{
    vec_each (&archive->files, file) {
        if (str_eq(file->name, named) ||
            (!strchr(file->name, '/') && str_ends(file->name, ".cert"))) {
            TRY(certificate_add(s, mem, archive, file));
        }
    }
    return NULL;
}

/* ---- the manifest ---------------------------------------------------------------------------- */

static struct err *
manifest_try(struct signing *g, const struct manifest *manifest, const char *text, size_t n)
{
    struct package *pkg = g->pkg;
    const char *name = mem_printf(pkg->mem, "%s:%d", manifest->file, manifest->signature_line);
    struct signature *s;

    TRY(signature_open(pkg->mem, name, manifest->signature, manifest->signature_n, &s));
    TRY(certificates_add(s, pkg->mem, pkg->archive, pkg->certificate));
    TRY(signature_feed(s, text, n));
    return signature_end(s, g->trust, &pkg->signed_by, &pkg->signing_certificate);
}

/* What is signed are the lines before it: as they stand, or, by a signer who took them for text,
 * with the line ends of mail. */
static struct err *
manifest_check(struct signing *g, const struct manifest *manifest)
{
    struct err *e = manifest_try(g, manifest, manifest->text, manifest->signed_n);
    AUTO_BUF mail = BUF_INIT;

    if (!e || !str_eq(e->type, "SignatureInvalid")) {
        return e;
    }
    for (size_t i = 0; i < manifest->signed_n; i++) {
        if (manifest->text[i] == '\n' && (i == 0 || manifest->text[i - 1] != '\r')) {
            buf_add(&mail, "\r", 1);
        }
        buf_add(&mail, &manifest->text[i], 1);
    }
    err_free(e);
    return manifest_try(g, manifest, mail.data, mail.len);
}

/* What no digest is asked of in a signed package, and what then is nothing but that. */
static bool
is_proof(const struct package *pkg, const char *name)
{
    return !str_eq(name, pkg->entry) && (str_ends(name, ".cert") || signing_is_signature(name));
}

/* Where the manifest lists it last, preferably with a digest. */
static const struct manifest_source *
source_of(const struct manifest *manifest, const char *name)
{
    const struct manifest_source *found = NULL;

    vec_each (&manifest->sources, source) {
        if (str_eq(source->name, name) && (!found || source->digest)) {
            found = source;
        }
    }
    return found;
}

static void
uncovered(struct signing *g, const struct manifest *manifest, const char *name)
{
    const struct manifest_source *source = source_of(manifest, name);
    const char *why = "the signature of the manifest does not cover it";

    keep(g, source ? err_new(E_INVALID, "SignatureNotVerified", "%s:%d: %s has no digest: %s",
                             manifest->file, source->line, name, why)
                   : err_new(E_INVALID, "SignatureNotVerified", "%s: %s is not listed: %s",
                             manifest->file, name, why));
}

/* A manifest vouches for files by their digests only.  TOSCA.meta may bring some too: where the
 * manifest, and not TOSCA.meta itself, vouches for that. */
static void
digests_check(struct signing *g, const struct manifest *manifest)
{
    const struct package *pkg = g->pkg;
    const struct manifest_source *meta = source_of(manifest, PACKAGE_META);

    for (size_t i = 0; i < pkg->n_files && !is_full(g); i++) {
        const struct package_file *file = &pkg->files[i];
        bool is_covered = file->digest || str_eq(file->name, manifest->file);

        if (str_eq(file->name, PACKAGE_META)) {
            is_covered = meta && meta->digest;
        }
        if (!is_covered && !is_proof(pkg, file->name)) {
            uncovered(g, manifest, file->name);
        }
    }
}

void
signing_hide(struct package *pkg, const struct manifest *manifest)
{
    size_t n = 0;

    pkg->proofs = MEM_ARRAY(pkg->mem, pkg->n_files + 1, struct package_file);
    for (size_t i = 0; i < pkg->n_files; i++) {
        const struct package_file *file = &pkg->files[i];

        if (file->digest || str_eq(file->name, manifest->file) || !is_proof(pkg, file->name)) {
            pkg->files[n++] = *file;
        } else {
            pkg->proofs[pkg->n_proofs++] = *file;
        }
    }
    pkg->n_files = n;
}

/* ---- artifacts ------------------------------------------------------------------------------- */

static struct err *
artifact_check(struct signing *g, const struct package_file *artifact,
               const struct package_file *signature, const struct package_file *certificate)
{
    struct package *pkg = g->pkg;
    struct signature *s;
    char *text;
    size_t n;

    TRY(text_read(pkg->mem, pkg->archive, signature, &text, &n));
    TRY(signature_open(pkg->mem, signature->name, text, n, &s));
    if (certificate) {
        TRY(certificate_add(s, pkg->mem, pkg->archive, certificate));
    }
    TRY(certificates_add(s, pkg->mem, pkg->archive, pkg->certificate));
    TRY(archive_read(pkg->archive, artifact, signature_feed, s));
    return signature_end(s, g->trust, NULL, NULL);
}

/* A file that a line of the manifest names. */
static struct err *
named_find(const struct signing *g, const struct manifest *manifest,
           const struct manifest_source *source, const char *what, const char *name,
           const struct package_file **file)
{
    *file = name ? package_find(g->pkg, name) : NULL;
    if (name && !*file) {
        return err_new(E_INVALID, "SignatureNotVerified", "%s:%d: %s: the package has no %s",
                       manifest->file, source->line, what, name);
    }
    return NULL;
}

static struct err *
source_check(struct signing *g, const struct manifest *manifest,
             const struct manifest_source *source)
{
    const struct package_file *artifact = package_find(g->pkg, source->name), *signature,
                              *certificate;

    if (!source->signature) {
        return source->certificate
                   ? err_new(E_INVALID, "SignatureNotVerified",
                             "%s:%d: %s has a certificate and no signature", manifest->file,
                             source->line, source->name)
                   : NULL;
    }
    map_set(&g->used, source->signature, g);
    TRY(named_find(g, manifest, source, "Signature", source->signature, &signature));
    TRY(named_find(g, manifest, source, "Certificate", source->certificate, &certificate));
    return artifact ? artifact_check(g, artifact, signature, certificate) : NULL;
}

/* "a/b.sig.cms" -> "a/b". */
static char *
stem(struct mem *mem, const char *name)
{
    char *text = mem_str(mem, name), *dot = strrchr(text, '.');

    *dot = 0;
    if (str_ends(text, ".sig")) {
        text[strlen(text) - 4] = 0;
    }
    return text;
}

/* The file that is called so, or so and an ending; null where none or several are. */
static const struct package_file *
stem_find(const struct package *pkg, const char *stem)
{
    const struct package_file *found = package_find(pkg, stem);
    size_t n = strlen(stem), n_found = 0;

    for (size_t i = 0; !found && i < pkg->n_files; i++) {
        const char *name = pkg->files[i].name;

        n_found += !strncmp(name, stem, n) && name[n] == '.' && !strchr(name + n + 1, '.') &&
                   !signing_is_signature(name) && !str_ends(name, ".cert");
    }
    for (size_t i = 0; n_found == 1 && i < pkg->n_files; i++) {
        const char *name = pkg->files[i].name;

        if (!strncmp(name, stem, n) && name[n] == '.' && !strchr(name + n + 1, '.') &&
            !signing_is_signature(name) && !str_ends(name, ".cert")) {
            found = &pkg->files[i];
        }
    }
    return found;
}

const struct package_file *
signing_of(const struct package *pkg, const char *name, const char **certificate)
{
    const char *of = stem(pkg->mem, name);

    *certificate = mem_printf(pkg->mem, "%s.cert", of);
    return stem_find(pkg, of);
}

/* A signature that no line names is over the file of its name. */
static struct err *
stray_check(struct signing *g, const struct package_file *signature)
{
    struct package *pkg = g->pkg;
    const char *name = stem(pkg->mem, signature->name);
    const struct package_file *artifact = stem_find(pkg, name);

    if (!artifact) {
        return err_new(E_INVALID, "SignatureNotVerified",
                       "%s: nothing says which file this is a signature of", signature->name);
    }
    return artifact_check(g, artifact, signature,
                          package_find(pkg, mem_printf(pkg->mem, "%s.cert", name)));
}

/* ---- the package ----------------------------------------------------------------------------- */

/* Signatures that no line names. */
static void
strays_check(struct signing *g)
{
    for (size_t i = 0; i < g->pkg->n_files && !is_full(g); i++) {
        const struct package_file *file = &g->pkg->files[i];

        if (signing_is_signature(file->name) && !map_get(&g->used, file->name)) {
            keep(g, stray_check(g, file));
        }
    }
}

struct err *
signing_check(struct package *pkg, const struct manifest *manifest,
              const struct package_trust *trust)
{
    struct signing g = {.pkg = pkg, .trust = trust};

    if (trust && trust->was_checked) {
        return NULL;
    }
    map_init(&g.used, pkg->mem);
    if (manifest && manifest->signature_n > 0) {
        pkg->security_option = pkg->security_option ? pkg->security_option : 1;
        keep(&g, manifest_check(&g, manifest));
        digests_check(&g, manifest);
    }
    if (manifest) {
        vec_each (&manifest->sources, source) {
            keep(&g, is_full(&g) ? NULL : source_check(&g, manifest, source));
        }
    }
    strays_check(&g);
    if (trust && trust->signed_only && !pkg->security_option) {
        keep(&g, err_new(E_INVALID, "SignatureNotVerified",
                         "%s: it is not signed, and only signed packages are taken here",
                         pkg->path));
    }
    return g.faults;
}

static struct err *
outer_check(struct package *pkg, struct package_archive *outer, const struct package_file *inner,
            const struct package_file *signature, const struct package_trust *trust)
{
    struct signature *s;
    char *text;
    size_t n;

    TRY(text_read(pkg->mem, outer, signature, &text, &n));
    TRY(signature_open(pkg->mem, signature->name, text, n, &s));
    TRY(certificates_add(s, pkg->mem, outer, NULL));
    TRY(archive_read(outer, inner, signature_feed, s));
    return signature_end(s, trust, &pkg->signed_by, &pkg->signing_certificate);
}

struct err *
signing_check_outer(struct package *pkg, struct package_archive *outer,
                    const struct package_file *inner, const struct package_trust *trust)
{
    struct err *faults = NULL;

    if (trust && trust->was_checked) {
        pkg->security_option = 2;
        return NULL;
    }
    vec_each (&outer->files, file) {
        if (signing_is_signature(file->name)) {
            pkg->security_option = 2;
            faults = err_join(faults, outer_check(pkg, outer, inner, file, trust));
        }
    }
    return pkg->security_option
               ? faults
               : err_new(E_INVALID, "SignatureNotVerified",
                         "%s: a package in a zip needs its signature (.cms) beside it", pkg->path);
}
