/* A package as a whole: which structure it has, what its manifest says and
 * whether that is true. */
#include "tosca/package.h"

#include "sys/file.h"
#include "tosca/archive.h"
#include "tosca/manifest.h"
#include "tosca/signing.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define META PACKAGE_META
#define FAULTS_MAX 50
/* An inner package of a signed one is held in memory up to here. */
#define INNER_MAX (1u << 30)

const struct package_limits package_limits_default = {
    .max_files = 10000,
    .max_name = 512,
    .max_unpacked = 64ull << 30,
    .max_ratio = 200,
    .max_text = 4u << 20,
};

/* Digest names of SOL004 4.3.2 (RFC 5754, FIPS 180-4) as they are written. */
static const struct {
    const char *listed, *openssl;
} algorithms[] = {
    {"SHA-224", "SHA224"}, {"SHA-256", "SHA256"},         {"SHA-384", "SHA384"},
    {"SHA-512", "SHA512"}, {"SHA-512/224", "SHA512-224"}, {"SHA-512/256", "SHA512-256"},
    {"SHA224", "SHA224"},  {"SHA256", "SHA256"},          {"SHA384", "SHA384"},
    {"SHA512", "SHA512"},
};

static const struct {
    const char *type, *title;
} fault_titles[] = {
#define X(type_, title_) {#type_, #type_ ": " title_},
    PACKAGE_FAULTS(X)
#undef X
};

const char *
package_fault_title(const char *type)
{
    for (size_t i = 0; i < ARRAY_SIZE(fault_titles); i++) {
        if (str_eq(fault_titles[i].type, type)) {
            return fault_titles[i].title;
        }
    }
    return NULL;
}

/* One opening: the package that is made, and everything wrong with it. */
struct opening {
    struct package *pkg;
    struct manifest *meta, *manifest;
    const struct package_trust *trust;
    struct err *signature_faults;
    struct err *faults;
    size_t n_faults;
    VEC(const char *) notes;
    VEC(struct package_file) outside;
};

static void fault(struct opening *o, const char *file, int line, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

static void
keep(struct opening *o, struct err *e)
{
    if (o->n_faults++ < FAULTS_MAX) {
        o->faults = err_join(o->faults, e);
    } else {
        err_free(e);
    }
}

static void
fault(struct opening *o, const char *file, int line, const char *fmt, ...)
{
    AUTO(mem) mem = mem_new("fault");
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(mem, fmt, args);
    va_end(args);
    keep(o, line > 0 ? err_new(E_INVALID, "PackageInvalid", "%s:%d: %s", file, line, text)
                     : err_new(E_INVALID, "PackageInvalid", "%s: %s", file, text));
}

static void
note(struct opening *o, const char *text)
{
    vec_add(o->pkg->mem, &o->notes, text);
}

const struct package_file *
package_find(const struct package *pkg, const char *name)
{
    size_t low = 0, high = pkg->n_files;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, pkg->files[middle].name);

        if (order == 0) {
            return &pkg->files[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const char *
package_resolve(struct mem *mem, const char *from, const char *name)
{
    const char *slash = strrchr(from, '/');
    char *path =
        slash ? mem_printf(mem, "%.*s/%s", (int)(slash - from), from, name) : mem_str(mem, name);
    size_t n, n_kept = 0;
    char **parts = str_split(mem, path, '/', &n);
    AUTO_BUF out = BUF_INIT;

    if (*name == '/' || strchr(name, '\\') || strstr(name, "://")) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if (str_eq(parts[i], "..")) {
            if (n_kept == 0) {
                return NULL;
            }
            n_kept--;
        } else if (!str_empty(parts[i]) && !str_eq(parts[i], ".")) {
            parts[n_kept++] = parts[i];
        }
    }
    for (size_t i = 0; i < n_kept; i++) {
        buf_printf(&out, "%s%s", i ? "/" : "", parts[i]);
    }
    return n_kept > 0 ? buf_copy(mem, &out) : NULL;
}

/* --- reading ------------------------------------------------------------ */

static struct err *
into_buf(void *arg, const void *data, size_t n)
{
    buf_add(arg, data, n);
    return NULL;
}

struct err *
package_read(struct package *pkg, struct mem *mem, const char *name, size_t max, char **data,
             size_t *n)
{
    const struct package_file *file = package_find(pkg, name);
    AUTO_BUF buf = BUF_INIT;

    if (!file) {
        return err_new(E_NOT_FOUND, "PackageFileNotFound", "%s: the package has no file %s",
                       pkg->path, name);
    }
    if (file->size > max) {
        return err_new(E_TOO_LARGE, "PackageTooLarge", "%s: %llu bytes, at most %zu allowed", name,
                       (unsigned long long)file->size, max);
    }
    buf_init(&buf, max + 1);
    TRY(archive_read(pkg->archive, file, into_buf, &buf));
    *n = buf.len;
    *data = buf_copy(mem, &buf);
    return NULL;
}

struct hashing {
    EVP_MD_CTX *context;
    package_sink_fn *sink; /* gets what is hashed, or null */
    void *arg;
};

static struct err *
into_hash(void *arg, const void *data, size_t n)
{
    struct hashing *hashing = arg;

    if (hashing->context && EVP_DigestUpdate(hashing->context, data, n) != 1) {
        return err_new(E_INTERNAL, NULL, "digest failed");
    }
    return hashing->sink ? hashing->sink(hashing->arg, data, n) : NULL;
}

const char *
package_algorithm(const char *listed)
{
    for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
        if (str_eq_case(listed, algorithms[i].listed)) {
            return algorithms[i].openssl;
        }
    }
    return NULL;
}

static const EVP_MD *
algorithm_find(const char *listed)
{
    const char *name = package_algorithm(listed);

    return name ? EVP_get_digestbyname(name) : NULL;
}

const char *
package_uri_fault(const char *uri)
{
    size_t n = strlen(uri);
    const char *host;

    if (n > PACKAGE_URI_MAX) {
        return "the URI has more than 2048 bytes";
    }
    for (const char *at = uri; *at; at++) {
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 127 || strchr("<>\"\\^`{|}", *at)) {
            return "is no URI (RFC 3986)";
        }
    }
    host = strstr(uri, "://");
    if (!host || host == uri || host[3] == '/' || host[3] == '\0') {
        return "is no URI with a host";
    }
    return memchr(host + 3, '@', strcspn(host + 3, "/?#"))
               ? "has a user in it: who may get it is said apart from it"
               : NULL;
}

const struct package_file *
package_outside_find(const struct package *pkg, const char *uri)
{
    for (size_t i = 0; i < pkg->n_outside; i++) {
        if (str_eq(pkg->outside[i].name, uri)) {
            return &pkg->outside[i];
        }
    }
    return NULL;
}

/* Reads a file to its end, hashing with its listed algorithm where it has one;
 * 'is_right' says whether the digest is the listed one. */
static struct err *
hash_file(struct package *pkg, const struct package_file *file, package_sink_fn *sink, void *arg,
          bool *is_right)
{
    const EVP_MD *md = file->digest ? algorithm_find(file->algorithm) : NULL;
    struct hashing hashing = {
        .context = md ? EVP_MD_CTX_new() : NULL, .sink = sink, .arg = arg};
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    struct err *e;

    *is_right = true;
    if (md && EVP_DigestInit_ex(hashing.context, md, NULL) != 1) {
        EVP_MD_CTX_free(hashing.context);
        return err_new(E_INTERNAL, NULL, "digest failed");
    }
    e = archive_read(pkg->archive, file, into_hash, &hashing);
    if (!e && md) {
        EVP_DigestFinal_ex(hashing.context, digest, &n);
        hex_from(hex, digest, n);
        *is_right = str_eq_case(hex, file->digest);
    }
    EVP_MD_CTX_free(hashing.context);
    return e;
}

struct err *
package_digest_is(struct package *pkg, const char *name, const char *algorithm, const char *hex,
                  bool *is_right)
{
    const struct package_file *file = package_find(pkg, name);
    struct package_file as_asked;

    if (!file) {
        return err_new(E_NOT_FOUND, "PackageFileNotFound", "%s: the package has no file %s",
                       pkg->path, name);
    }
    if (!algorithm_find(algorithm)) {
        return err_new(E_INVALID, "PackageInvalid", "%s: no digest algorithm %s", name, algorithm);
    }
    as_asked = *file;
    as_asked.algorithm = algorithm;
    as_asked.digest = hex;
    return hash_file(pkg, &as_asked, NULL, NULL, is_right);
}

struct err *
package_give(struct package *pkg, const char *name, package_sink_fn *sink, void *arg)
{
    const struct package_file *file = package_find(pkg, name);
    bool is_right;

    if (!file) {
        return err_new(E_NOT_FOUND, "PackageFileNotFound", "%s: the package has no file %s",
                       pkg->path, name);
    }
    TRY(hash_file(pkg, file, sink, arg, &is_right));
    if (!is_right) {
        return err_new(E_INVALID, "PackageInvalid", "%s: the digest is not the listed one", name);
    }
    return NULL;
}

/* --- structure ----------------------------------------------------------- */

static struct package_file *
file_to_change(struct package *pkg, const char *name)
{
    const struct package_file *file = package_find(pkg, name);

    return file ? &pkg->files[file - pkg->files] : NULL;
}

static struct manifest *
read_keys(struct opening *o, const char *name, bool is_meta)
{
    struct package *pkg = o->pkg;
    struct manifest *manifest = NULL;
    char *text;
    size_t n;
    struct err *e = package_read(pkg, pkg->mem, name, pkg->limits.max_text, &text, &n);

    if (!e) {
        e = manifest_parse(pkg->mem, name, text, n, is_meta, &manifest);
    }
    if (e) {
        keep(o, e);
    }
    return manifest;
}

static bool
folder_exists(const struct package *pkg, const char *name)
{
    size_t n = strlen(name);

    while (n > 0 && name[n - 1] == '/') {
        n--;
    }
    vec_each (&pkg->archive->folders, folder) {
        if (strncmp(*folder, name, n) == 0 && ((*folder)[n] == '/' || n == 0)) {
            return true;
        }
    }
    for (size_t i = 0; i < pkg->n_files; i++) {
        if (strncmp(pkg->files[i].name, name, n) == 0 && pkg->files[i].name[n] == '/') {
            return true;
        }
    }
    return false;
}

/* The file that a key of TOSCA.meta names, under any of the key's spellings;
 * null where the key is absent.  What it names must be there. */
static const char *
named_file(struct opening *o, const char *const *spellings, bool may_be_folder)
{
    for (size_t i = 0; spellings[i]; i++) {
        int line;
        const char *name = manifest_key(o->meta, spellings[i], &line);

        if (str_empty(name)) {
            continue;
        }
        name += str_starts(name, "./") ? 2 : 0;
        if (!package_find(o->pkg, name) && !(may_be_folder && folder_exists(o->pkg, name))) {
            fault(o, META, line, "%s: the package has no %s", spellings[i], name);
        }
        return name;
    }
    return NULL;
}

static void
check_meta_keys(struct opening *o)
{
    static const char *const required[] = {"TOSCA-Meta-File-Version", "CSAR-Version", "Created-By",
                                           "Entry-Definitions", NULL};
    int line;

    for (size_t i = 0; required[i]; i++) {
        if (str_empty(manifest_key(o->meta, required[i], &line))) {
            fault(o, META, 1, "%s is missing", required[i]);
        }
    }
}

/* A single service template at the root, for packages without TOSCA-Metadata or
 * whose TOSCA.meta names no manifest beside it. */
static const char *
root_file(struct opening *o, const char *suffix, const char *suffix2)
{
    const char *found = NULL;

    for (size_t i = 0; i < o->pkg->n_files; i++) {
        const char *name = o->pkg->files[i].name;

        if (!strchr(name, '/') && (str_ends(name, suffix) || str_ends(name, suffix2))) {
            if (found) {
                fault(o, o->pkg->path, 0, "both %s and %s stand at the root: which one is meant?",
                      found, name);
                return found;
            }
            found = name;
        }
    }
    return found;
}

static void
find_by_meta(struct opening *o)
{
    struct package *pkg = o->pkg;

    o->meta = read_keys(o, META, true);
    if (!o->meta) {
        return;
    }
    check_meta_keys(o);
    pkg->entry = named_file(o, (const char *const[]){"Entry-Definitions", NULL}, false);
    pkg->manifest_file =
        named_file(o, (const char *const[]){"ETSI-Entry-Manifest", "Entry-Manifest", NULL}, false);
    pkg->change_log = named_file(
        o, (const char *const[]){"ETSI-Entry-Change-Log", "Entry-Change-Log", NULL}, false);
    pkg->licenses =
        named_file(o, (const char *const[]){"ETSI-Entry-Licenses", "Entry-Licenses", NULL}, true);
    pkg->tests =
        named_file(o, (const char *const[]){"ETSI-Entry-Tests", "Entry-Tests", NULL}, true);
    pkg->certificate = named_file(
        o, (const char *const[]){"ETSI-Entry-Certificate", "Entry-Certificate", NULL}, false);
    if (!pkg->manifest_file) {
        pkg->manifest_file = root_file(o, ".mf", ".mf");
    }
}

/* Why is nothing found?  What people do: another case, a folder around all of it. */
static void
structure_missing(struct opening *o)
{
    for (size_t i = 0; i < o->pkg->n_files; i++) {
        const char *name = o->pkg->files[i].name;
        size_t n = strlen(name);

        if (str_eq_case(name, META)) {
            fault(o, name, 0, "has to be called " META);
            return;
        }
        if (n > strlen(META) && str_eq_case(name + n - strlen(META) - 1, "/" META)) {
            fault(o, o->pkg->path, 0, "all of it is in folder %.*s: what is in there has to be at the root",
                  (int)(n - strlen(META) - 1), name);
            return;
        }
    }
    fault(o, o->pkg->path, 0, "neither %s nor a service template at the root", META);
}

static void
find_structure(struct opening *o)
{
    struct package *pkg = o->pkg;

    if (package_find(pkg, META)) {
        find_by_meta(o);
    } else {
        pkg->entry = root_file(o, ".yaml", ".yml");
        pkg->manifest_file = root_file(o, ".mf", ".mf");
        if (!pkg->entry) {
            structure_missing(o);
        }
    }
    if (pkg->manifest_file && package_find(pkg, pkg->manifest_file)) {
        o->manifest = read_keys(o, pkg->manifest_file, false);
    } else if (!pkg->manifest_file) {
        note(o, "the package has no manifest: nothing vouches for its files (SOL004 4.3.2)");
    }
}

/* Metadata of a manifest: the family tells which entries are needed. */
static void
check_manifest_metadata(struct opening *o)
{
    static const struct {
        const char *prefix;
        const char *required[5];
    } families[] = {
        {"vnf",
         {"vnf_product_name", "vnf_provider_id", "vnf_package_version", "vnf_release_date_time",
          NULL}},
        {"pnf",
         {"pnfd_name", "pnfd_provider", "pnfd_archive_version", "pnfd_release_date_time", NULL}},
        {"nsd",
         {"nsd_name", "nsd_designer", "nsd_file_structure_version", "nsd_release_date_time", NULL}},
    };
    const char *first = o->manifest->keys.n > 0 ? o->manifest->keys.items[0].name : NULL;
    int line;

    if (!first) {
        note(o, "the manifest has no metadata (SOL004 4.3.2)");
        return;
    }
    for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
        if (!str_starts(first, families[f].prefix)) {
            continue;
        }
        for (size_t i = 0; families[f].required[i]; i++) {
            const char *key = families[f].required[i];

            /* Version 2.3.1 of SOL004 has a slip of the pen, and people follow it. */
            if (str_empty(manifest_key(o->manifest, key, &line)) &&
                !(str_ends(key, "date_time") &&
                  manifest_key(o->manifest, "vnf_release_data_time", &line))) {
                fault(o, o->manifest->file, o->manifest->keys.items[0].line, "%s is missing", key);
            }
        }
    }
}

/* --- listed files ---------------------------------------------------------- */

static void
check_digest_form(struct opening *o, const char *file, const struct manifest_source *source)
{
    const EVP_MD *md = source->algorithm ? algorithm_find(source->algorithm) : NULL;

    if (source->digest && !source->algorithm) {
        fault(o, file, source->line, "%s: Hash without Algorithm", source->name);
    } else if (source->algorithm && !source->digest) {
        fault(o, file, source->line, "%s: Algorithm without Hash", source->name);
    } else if (source->algorithm && !md) {
        fault(o, file, source->line, "%s: Algorithm %s is none of SOL004's", source->name,
              source->algorithm);
    } else if (md && strlen(source->digest) != 2 * (size_t)EVP_MD_get_size(md)) {
        fault(o, file, source->line, "%s: Hash is no %s digest", source->name, source->algorithm);
    }
}

static struct package_file *
outside_listed(struct opening *o, const char *uri)
{
    vec_each (&o->outside, file) {
        if (str_eq(file->name, uri)) {
            return file;
        }
    }
    return NULL;
}

/* What is not in the package is told as the manifest has it: only with a digest can anybody know it. */
static void
outside_add(struct opening *o, const char *list, const struct manifest_source *source)
{
    struct package_file file = {.name = source->name,
                                .algorithm = source->algorithm,
                                .digest = source->digest,
                                .list = list,
                                .listed_line = source->line};
    const char *wrong = package_uri_fault(source->name);
    struct package_file *known = outside_listed(o, source->name);

    if (wrong) {
        fault(o, list, source->line, "%s: %s", source->name, wrong);
    } else if (known && known->list == list) {
        fault(o, list, source->line, "%s is listed twice", source->name);
    } else if (!known && o->outside.n == PACKAGE_OUTSIDE_MAX) {
        fault(o, list, source->line, "%s: more than %d artifacts are outside of the package",
              source->name, PACKAGE_OUTSIDE_MAX);
    } else if (source->digest && source->algorithm && known) {
        *known = file; /* The manifest says it after TOSCA.meta. */
    } else if (source->digest && source->algorithm) {
        vec_add(o->pkg->mem, &o->outside, file);
    }
    note(o, mem_printf(o->pkg->mem, "%s:%d: %s is outside of the package: %s", list, source->line,
                       source->name,
                       source->digest ? "not looked at"
                                      : "not looked at, and without Algorithm and Hash nobody gets it"));
}

static void
list_source(struct opening *o, const char *list, const struct manifest_source *source)
{
    struct package_file *file = file_to_change(o->pkg, source->name);

    check_digest_form(o, list, source);
    if (strstr(source->name, "://")) {
        outside_add(o, list, source);
        return;
    }
    if (!file && o->pkg->is_folder) {
        note(o, mem_printf(o->pkg->mem, "%s:%d: %s is not there yet", list, source->line,
                           source->name));
    } else if (!file && !(o->meta && list == o->meta->file && !source->digest)) {
        fault(o, list, source->line, "the package has no file %s", source->name);
    } else if (file && file->list == list && file->digest && source->digest && source->algorithm &&
               str_eq_case(file->algorithm, source->algorithm) &&
               !str_eq_case(file->digest, source->digest)) {
        fault(o, list, source->line, "%s is listed twice: line %d has another digest of it", source->name,
              file->listed_line);
    } else if (file && (!file->digest || source->digest)) {
        file->list = list;
        file->algorithm = source->algorithm;
        file->digest =
            source->algorithm && algorithm_find(source->algorithm) ? source->digest : NULL;
        file->content_type = source->content_type;
        file->signature = source->signature;
        file->certificate = source->certificate;
        file->listed_line = source->line;
    }
}

/* Files that the manifest should list but does not. */
static void
check_unlisted(struct opening *o, bool has_digests)
{
    const struct package *pkg = o->pkg;

    for (size_t i = 0; i < pkg->n_files; i++) {
        const char *name = pkg->files[i].name;

        if (pkg->files[i].listed_line || str_eq(name, pkg->manifest_file) || str_eq(name, META) ||
            signing_is_signature(name) || str_ends(name, ".cert")) {
            continue;
        }
        if (has_digests && !pkg->is_folder) {
            fault(o, pkg->manifest_file, 1, "%s is not listed", name);
        } else {
            note(o, mem_printf(pkg->mem, "%s: %s is not listed", pkg->manifest_file, name));
        }
    }
}

/* A file is of the first set that names it. */
static void
sets_mark(struct opening *o)
{
    vec_each (&o->manifest->members, member) {
        struct package_file *file = file_to_change(o->pkg, member->name);

        file = file ? file : outside_listed(o, member->name);
        if (file && !file->set) {
            file->set = member->set;
        } else if (!file && !strstr(member->name, "://") && !o->pkg->is_folder) {
            note(o, mem_printf(o->pkg->mem, "%s:%d: the package has no file %s",
                               o->manifest->file, member->line, member->name));
        }
    }
}

static void
list_files(struct opening *o)
{
    bool has_digests = false;

    if (o->meta) {
        vec_each (&o->meta->sources, source) {
            list_source(o, o->meta->file, source);
        }
    }
    if (!o->manifest) {
        return;
    }
    check_manifest_metadata(o);
    vec_each (&o->manifest->sources, source) {
        list_source(o, o->manifest->file, source);
        has_digests = has_digests || source->digest;
    }
    sets_mark(o);
    if (!has_digests) {
        note(o, "the manifest lists no digests: nothing vouches for the files (SOL004 4.3.2)");
    }
    check_unlisted(o, has_digests);
}

/* Reads every file once: damage shows, digests are compared. */
static void
check_contents(struct opening *o)
{
    struct package *pkg = o->pkg;
    const char *list = o->manifest ? o->manifest->file : META;

    for (size_t i = 0; i < pkg->n_files; i++) {
        const struct package_file *file = &pkg->files[i];
        bool is_right;
        struct err *e = hash_file(pkg, file, NULL, NULL, &is_right);

        if (e) {
            keep(o, e);
        } else if (!is_right) {
            fault(o, list, file->listed_line, "%s: the %s digest is not the listed one", file->name,
                  file->algorithm);
        }
    }
}

/* --- a package within a package ------------------------------------------------ */

static struct err *
into_fd(void *arg, const void *data, size_t n)
{
    return fd_write_all(*(int *)arg, data, n);
}

/* Option 2 of SOL004 5.1: a zip that holds the package and its signature.  The
 * inner package takes the outer one's place. */
static struct err *
open_inner(struct opening *o, const struct package_file *inner)
{
    struct package *pkg = o->pkg;
    const char *path = mem_printf(pkg->mem, "%s/%s", pkg->path, inner->name);
    AUTO_FD fd = memfd_create("package", MFD_CLOEXEC);
    int own;

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "memory for %s", path);
    }
    if (inner->size > INNER_MAX) {
        return err_new(E_TOO_LARGE, "PackageTooLarge", "%s: more than %u bytes", path, INNER_MAX);
    }
    TRY(archive_read(pkg->archive, inner, into_fd, &fd));
    own = fd;
    fd = -1;
    o->signature_faults = signing_check_outer(pkg, pkg->archive, inner, o->trust);
    pkg->path = path;
    return archive_open_fd(pkg->mem, path, own, &pkg->limits, &pkg->archive);
}

static struct err *
unwrap(struct opening *o)
{
    const struct package_file *inner = NULL;

    vec_each (&o->pkg->archive->files, file) {
        if (str_ends(file->name, ".csar") && !strchr(file->name, '/')) {
            inner = file;
        }
    }
    if (!inner || o->pkg->archive->files.n > 4) {
        return NULL;
    }
    return open_inner(o, inner);
}

/* --- opening ------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
    const struct package_file *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static struct package_keys
keys_of(const struct manifest *manifest)
{
    if (!manifest) {
        return (struct package_keys){0};
    }
    return (struct package_keys){manifest->file, manifest->keys.n, manifest->keys.items};
}

static void
check_all(struct opening *o)
{
    struct package *pkg = o->pkg;

    pkg->files = pkg->archive->files.items;
    pkg->n_files = pkg->archive->files.n;
    if (pkg->n_files > 0) {
        qsort(pkg->files, pkg->n_files, sizeof *pkg->files, by_name);
    }
    find_structure(o);
    list_files(o);
    check_contents(o);
    o->signature_faults =
        err_join(o->signature_faults, signing_check(pkg, o->manifest, o->trust));
    if (o->manifest && o->manifest->signature_n > 0) {
        signing_hide(pkg, o->manifest);
    }
    if (pkg->signed_by) {
        note(o, mem_printf(pkg->mem, "signed by %s", pkg->signed_by));
    }
    if (!pkg->signed_by && !o->signature_faults && pkg->certificate) {
        fault(o, META, 1, "a certificate is named, but the package is not signed with it");
    }
    pkg->meta = keys_of(o->meta);
    pkg->manifest = keys_of(o->manifest);
    pkg->outside = o->outside.items;
    pkg->n_outside = o->outside.n;
    pkg->notes = o->notes.items;
    pkg->n_notes = o->notes.n;
}

/* 'fd' is an open zip, or -1: then 'path' is opened. */
static struct err *
open_any(struct mem *mem, const char *path, int fd, const struct package_trust *trust,
         struct package **pkg)
{
    struct opening o = {.pkg = MEM_NEW(mem, struct package)};
    struct err *e;

    *pkg = NULL;
    o.pkg->mem = mem;
    o.pkg->path = mem_str(mem, path);
    o.pkg->limits = package_limits_default;
    o.trust = trust;
    e = fd >= 0 ? archive_open_fd(mem, path, fd, &o.pkg->limits, &o.pkg->archive)
                : archive_open(mem, path, &o.pkg->limits, &o.pkg->archive);
    if (e) {
        return e;
    }
    o.pkg->is_folder = o.pkg->archive->dir_fd >= 0;
    e = unwrap(&o);
    if (e) {
        return err_join(o.signature_faults, err_join(o.faults, e));
    }
    check_all(&o);
    *pkg = o.pkg->entry && package_find(o.pkg, o.pkg->entry) ? o.pkg : NULL;
    return err_join(o.signature_faults, o.faults);
}

struct err *
package_open_any(struct mem *mem, const char *path, const struct package_trust *trust,
                 struct package **pkg)
{
    return open_any(mem, path, -1, trust, pkg);
}

struct err *
package_open_any_fd(struct mem *mem, const char *name, int fd, const struct package_trust *trust,
                    struct package **pkg)
{
    return open_any(mem, name, fd, trust, pkg);
}

void
package_warm(void)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n;

    (void)EVP_Digest("", 0, digest, &n, EVP_sha256(), NULL);
}

/* Only a package without faults. */
static struct err *
open_whole(struct mem *mem, const char *path, int fd, const struct package_trust *trust,
           struct package **pkg)
{
    struct err *e = open_any(mem, path, fd, trust, pkg);

    if (e) {
        *pkg = NULL;
    }
    return e;
}

struct err *
package_open(struct mem *mem, const char *path, const struct package_trust *trust,
             struct package **pkg)
{
    return open_whole(mem, path, -1, trust, pkg);
}

struct err *
package_open_fd(struct mem *mem, const char *name, int fd, const struct package_trust *trust,
                struct package **pkg)
{
    return open_whole(mem, name, fd, trust, pkg);
}
