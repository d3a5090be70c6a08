/* Which files of a package go together, and a zip of them that is written as it is read: by the child
 * that may open no file, of a package that may be larger than its memory.  What is in it is stored as it
 * is: the same request gives the same bytes, so that a part of them can be asked for. */
#include "tosca/bundle.h"

#include "base/json.h"
#include "tosca/archive.h"
#include "tosca/signing.h"

#include <stdlib.h>
#include <string.h>

/* ---- parts -------------------------------------------------------------------------------- */

static bool
is_image(const struct vnfd *vnfd, const char *name)
{
    for (size_t i = 0; vnfd && i < vnfd->n_flavours; i++) {
        for (size_t j = 0; j < vnfd->flavours[i].n_images; j++) {
            if (str_eq(vnfd->flavours[i].images[j].file, name)) {
                return true;
            }
        }
    }
    return false;
}

enum package_part
package_part(const struct package *pkg, const struct package_uses *uses,
             const struct package_file *file)
{
    if (str_eq(file->name, PACKAGE_META) || str_eq(file->name, pkg->manifest_file)) {
        return PACKAGE_NAVIGATION;
    }
    vec_each (&uses->tosca->files, name) {
        if (str_eq(*name, file->name)) {
            return PACKAGE_DESCRIPTOR;
        }
    }
    if (is_image(uses->vnfd, file->name)) {
        return PACKAGE_IMAGE;
    }
    return signing_is_signature(file->name) || str_ends(file->name, ".cert") ? PACKAGE_PROOF
                                                                             : PACKAGE_ARTIFACT;
}

/* The file itself, or one below it. */
static bool
is_in(const char *folder, const char *name)
{
    size_t n = strlen(str_or(folder, ""));

    n -= n > 0 && folder[n - 1] == '/';
    return n > 0 && !strncmp(folder, name, n) && (name[n] == '\0' || name[n] == '/');
}

const char *
package_what(const struct package *pkg, const struct package_file *file)
{
    return is_in(pkg->change_log, file->name) ? "HISTORY"
           : is_in(pkg->tests, file->name)    ? "TESTING"
           : is_in(pkg->licenses, file->name) ? "LICENSE"
                                              : NULL;
}

/* ---- the order ------------------------------------------------------------------------------ */

const char *
bundle_order_text(struct mem *mem, const struct bundle_order *order)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_int(&w, "of", order->of);
    jw_str(&w, "file", order->file);
    jw_bool(&w, "signatures", order->signatures);
    jw_bool(&w, "no_mano", order->no_mano);
    jw_bool(&w, "no_non_mano", order->no_non_mano);
    if (order->some_sets) {
        jw_array(&w, "sets");
        for (size_t i = 0; i < order->sets.n; i++) {
            jw_str(&w, NULL, order->sets.items[i]);
        }
        jw_end(&w);
    }
    jw_end(&w);
    return buf_copy(mem, &text);
}

struct err *
bundle_order_read(struct mem *mem, const char *text, struct bundle_order *order)
{
    const struct json *json, *sets;
    int64_t of;

    *order = (struct bundle_order){0};
    TRY(json_parse(mem, text, strlen(text), &json));
    of = json_int(json_get(json, "of"), -1);
    sets = json_get(json, "sets");
    if (of < 0 || of > BUNDLE_FILE) {
        return err_new(E_INVALID, NULL, "what is wanted of the package");
    }
    order->of = (enum bundle_of)of;
    order->file = json_get_str(json, "file");
    order->signatures = json_bool(json_get(json, "signatures"), false);
    order->no_mano = json_bool(json_get(json, "no_mano"), false);
    order->no_non_mano = json_bool(json_get(json, "no_non_mano"), false);
    order->some_sets = sets != NULL;
    order->sets.items = MEM_ARRAY(mem, (sets ? sets->n : 0) + 1, const char *);
    json_each (sets, i) {
        order->sets.items[order->sets.n++] = str_or(json_str(sets->items[i]), "");
    }
    return NULL;
}

/* ---- which files ---------------------------------------------------------------------------- */

struct choice {
    struct mem *mem;
    struct package *pkg;
    const struct bundle_order *order;
    struct package_uses uses;
    struct map chosen; /* by name */
    VEC(const struct package_file *) files;
};

static void
choose(struct choice *c, const struct package_file *file)
{
    if (file && !map_get(&c->chosen, file->name)) {
        map_set(&c->chosen, file->name, c);
        vec_add(c->mem, &c->files, file);
    }
}

/* Among the files, or among what only proves them. */
static const struct package_file *
find_any(const struct package *pkg, const char *name)
{
    const struct package_file *file = name ? package_find(pkg, name) : NULL;

    for (size_t i = 0; name && !file && i < pkg->n_proofs; i++) {
        file = str_eq(pkg->proofs[i].name, name) ? &pkg->proofs[i] : NULL;
    }
    return file;
}

static bool
artifact_is_wanted(const struct bundle_order *order, const struct package_file *file)
{
    if (!file->set) {
        return !order->no_mano;
    }
    if (order->no_non_mano) {
        return false;
    }
    for (size_t i = 0; i < order->sets.n; i++) {
        if (str_eq(order->sets.items[i], file->set)) {
            return true;
        }
    }
    return !order->some_sets;
}

static bool
is_wanted(const struct choice *c, const struct package_file *file)
{
    enum package_part part = package_part(c->pkg, &c->uses, file);

    if (c->order->of == BUNDLE_ARTIFACTS) {
        return part == PACKAGE_ARTIFACT && artifact_is_wanted(c->order, file);
    }
    return part == PACKAGE_DESCRIPTOR || str_eq(file->name, PACKAGE_META);
}

static struct err *
by_part_choose(struct choice *c)
{
    TRY(tosca_parse_package(c->mem, c->pkg, &c->uses.tosca));
    if (c->order->of == BUNDLE_ARTIFACTS) {
        TRY(vnfd_from_tosca(c->mem, c->uses.tosca, &c->uses.vnfd));
    }
    for (size_t i = 0; i < c->pkg->n_files; i++) {
        if (is_wanted(c, &c->pkg->files[i])) {
            choose(c, &c->pkg->files[i]);
        }
    }
    return NULL;
}

static struct err *
by_name_choose(struct choice *c, const char *name)
{
    const struct package_file *file = name ? package_find(c->pkg, name) : NULL;

    if (!file) {
        return err_new(E_NOT_FOUND, "PackageFileNotFound", "%s: the package has no %s", c->pkg->path,
                       name ? name : "manifest");
    }
    choose(c, file);
    return NULL;
}

/* ---- and what proves them -------------------------------------------------------------------- */

/* A signature that only its own name ties to a file, and the certificate of the same name. */
static void
stray_choose(struct choice *c, const struct package_file *proof)
{
    const struct package_file *of;
    const char *certificate;

    if (!signing_is_signature(proof->name)) {
        return;
    }
    of = signing_of(c->pkg, proof->name, &certificate);
    if (of && map_get(&c->chosen, of->name)) {
        choose(c, proof);
        choose(c, find_any(c->pkg, certificate));
    }
}

/* Of the manifest: the certificates that stand for the whole package. */
static void
whole_choose(struct choice *c, const struct package_file *file)
{
    if (str_eq(file->name, c->pkg->certificate) ||
        (!strchr(file->name, '/') && str_ends(file->name, ".cert"))) {
        choose(c, file);
    }
}

static void
each_proof(struct choice *c, void (*choose_one)(struct choice *, const struct package_file *))
{
    for (size_t i = 0; i < c->pkg->n_files; i++) {
        choose_one(c, &c->pkg->files[i]);
    }
    for (size_t i = 0; i < c->pkg->n_proofs; i++) {
        choose_one(c, &c->pkg->proofs[i]);
    }
}

static void
proofs_choose(struct choice *c)
{
    size_t n = c->files.n;

    for (size_t i = 0; i < n; i++) {
        const struct package_file *file = c->files.items[i];

        choose(c, find_any(c->pkg, file->signature));
        choose(c, find_any(c->pkg, file->certificate));
    }
    each_proof(c, stray_choose);
    if (c->order->of == BUNDLE_DESCRIPTOR || c->order->of == BUNDLE_MANIFEST) {
        choose(c, find_any(c->pkg, c->pkg->manifest_file));
        each_proof(c, whole_choose);
    }
}

static int
by_name(const void *a, const void *b)
{
    const struct package_file *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static struct err *
files_choose(struct choice *c)
{
    switch (c->order->of) {
    case BUNDLE_ARTIFACTS:
    case BUNDLE_DESCRIPTOR:
        TRY(by_part_choose(c));
        break;
    case BUNDLE_MANIFEST:
        TRY(by_name_choose(c, c->pkg->manifest_file));
        break;
    case BUNDLE_FILE:
        TRY(by_name_choose(c, c->order->file));
        break;
    }
    if (c->order->signatures) {
        proofs_choose(c);
    }
    if (c->files.n > 0) {
        qsort(c->files.items, c->files.n, sizeof *c->files.items, by_name);
    }
    return NULL;
}

/* ---- the zip (APPNOTE.TXT 4.3) ----------------------------------------------------------------- */

struct bundle {
    package_sink_fn *sink;
    void *arg;
    uint64_t at;          /* bytes so far */
    struct buf directory; /* grows with every file */
};

static struct err *
out(void *arg, const void *data, size_t n)
{
    struct bundle *b = arg;

    b->at += n;
    return b->sink(b->arg, data, n);
}

static void
le(struct buf *buf, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        buf_char(buf, (char)(value >> 8 * i));
    }
}

/* What stands both in front of a file and in the directory: version 2.0, names in UTF-8, stored, the
 * first day that a zip can tell. */
static void
header(struct buf *buf, const struct package_file *file)
{
    le(buf, 20, 2);
    le(buf, 1 << 11, 2);
    le(buf, 0, 2);
    le(buf, 0x00210000, 4);
    le(buf, file->crc, 4);
    le(buf, file->size, 4);
    le(buf, file->size, 4);
    le(buf, strlen(file->name), 2);
    le(buf, 0, 2);
}

static struct err *
file_give(struct bundle *b, struct package *pkg, const struct package_file *file)
{
    AUTO_BUF local = BUF_INIT;

    le(&b->directory, 0x02014b50, 4);
    le(&b->directory, 3 << 8 | 20, 2); /* by Unix */
    header(&b->directory, file);
    le(&b->directory, 0, 6);
    le(&b->directory, 0100644u << 16, 4);
    le(&b->directory, b->at, 4);
    buf_str(&b->directory, file->name);
    le(&local, 0x04034b50, 4);
    header(&local, file);
    buf_str(&local, file->name);
    TRY(out(b, local.data, local.len));
    return package_find(pkg, file->name) ? package_give(pkg, file->name, out, b)
                                         : archive_read(pkg->archive, file, out, b);
}

static struct err *
directory_give(struct bundle *b, size_t n)
{
    uint64_t at = b->at;
    AUTO_BUF end = BUF_INIT;

    le(&end, 0x06054b50, 4);
    le(&end, 0, 4);
    le(&end, n, 2);
    le(&end, n, 2);
    le(&end, b->directory.len, 4);
    le(&end, at, 4);
    le(&end, 0, 2);
    if (b->directory.len > 0) {
        TRY(out(b, b->directory.data, b->directory.len));
    }
    return out(b, end.data, end.len);
}

#define HEADERS (30 + 46) /* bytes of each file besides it and twice its name */

static struct err *
size_check(const struct choice *c)
{
    uint64_t size = 0;

    vec_each (&c->files, file) {
        size += (*file)->size + HEADERS + 2 * strlen((*file)->name);
    }
    return size < UINT32_MAX - 22 && c->files.n < UINT16_MAX
               ? NULL
               : err_new(E_TOO_LARGE, "PackageTooLarge",
                         "%s: what is asked for has %llu bytes, and a zip of it at most 4 GiB: get its files "
                         "one by one", c->pkg->path, (unsigned long long)size);
}

static struct err *
all_give(struct bundle *b, const struct choice *c)
{
    vec_each (&c->files, file) {
        TRY(file_give(b, c->pkg, *file));
    }
    return directory_give(b, c->files.n);
}

struct err *
bundle_give(struct mem *mem, struct package *pkg, const struct bundle_order *order,
            package_sink_fn *sink, void *arg)
{
    struct choice c = {.mem = mem, .pkg = pkg, .order = order};
    struct bundle b = {.sink = sink, .arg = arg};
    struct err *e;

    map_init(&c.chosen, mem);
    TRY(files_choose(&c));
    TRY(size_check(&c));
    buf_init(&b.directory, 16u << 20);
    e = all_give(&b, &c);
    buf_done(&b.directory);
    return e;
}
