/* Signatures by their place: at the end of the manifest, beside the package in a zip, or as a
 * file beside an artifact, named in the manifest or by the artifact's own name. */
#include "tosca/signing.h"

#include "tosca/signature.h"

#include <string.h>

/* One package's signatures under way. */
struct signing {
    struct package *pkg;
    const struct package_trust *trust;
    struct map used; /* names of signatures that are checked */
};

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
    return signature_end(s, g->trust, &pkg->signed_by);
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

/* The manifest itself, what proves itself, and what is not in the package. */
static bool
needs_none(const struct manifest *manifest, const char *name)
{
    return str_eq(name, manifest->file) || str_ends(name, ".cert") || signing_is_signature(name) ||
           strstr(name, "://");
}

/* A manifest vouches for files by their digests only. */
static struct err *
digests_check(const struct package *pkg, const struct manifest *manifest)
{
    const struct package_file *meta = package_find(pkg, PACKAGE_META);
    struct err *e = NULL;

    if (meta && !meta->listed_line) {
        e = err_new(E_INVALID, "SignatureNotVerified",
                    "%s: %s is not listed: the signature of the manifest does not cover it",
                    manifest->file, PACKAGE_META);
    }
    vec_each (&manifest->sources, source) {
        if (!source->digest && !needs_none(manifest, source->name)) {
            e = err_join(e, err_new(E_INVALID, "SignatureNotVerified",
                                    "%s:%d: %s has no digest: the signature of the manifest does "
                                    "not cover it",
                                    manifest->file, source->line, source->name));
        }
    }
    return e;
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
    return signature_end(s, g->trust, NULL);
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

struct err *
signing_check(struct package *pkg, const struct manifest *manifest,
              const struct package_trust *trust)
{
    struct signing g = {.pkg = pkg, .trust = trust};
    struct err *faults = NULL;

    if (trust && trust->was_checked) {
        return NULL;
    }
    map_init(&g.used, pkg->mem);
    if (manifest && manifest->signature_n > 0) {
        pkg->security_option = pkg->security_option ? pkg->security_option : 1;
        faults = err_join(manifest_check(&g, manifest), digests_check(pkg, manifest));
    }
    if (manifest) {
        vec_each (&manifest->sources, source) {
            faults = err_join(faults, source_check(&g, manifest, source));
        }
    }
    for (size_t i = 0; i < pkg->n_files; i++) {
        const struct package_file *file = &pkg->files[i];

        if (signing_is_signature(file->name) && !map_get(&g.used, file->name)) {
            faults = err_join(faults, stray_check(&g, file));
        }
    }
    if (trust && trust->signed_only && !pkg->security_option) {
        faults = err_join(faults, err_new(E_INVALID, "SignatureNotVerified",
                                          "%s: it is not signed, and only signed packages are "
                                          "taken here",
                                          pkg->path));
    }
    return faults;
}

struct err *
signing_check_outer(struct package *pkg, struct package_archive *outer,
                    const struct package_file *inner, const struct package_file *signature,
                    const struct package_trust *trust)
{
    struct signature *s;
    char *text;
    size_t n;

    pkg->security_option = 2;
    if (trust && trust->was_checked) {
        return NULL;
    }
    TRY(text_read(pkg->mem, outer, signature, &text, &n));
    TRY(signature_open(pkg->mem, signature->name, text, n, &s));
    TRY(certificates_add(s, pkg->mem, outer, NULL));
    TRY(archive_read(outer, inner, signature_feed, s));
    return signature_end(s, trust, &pkg->signed_by);
}
