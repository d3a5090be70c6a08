/* Which files of a package go together, and a zip of them that is written as it is read: by the child
 * that may open no file, of a package that may be larger than its memory.  What is in it is stored as it
 * is: the same request gives the same bytes, so that a part of them can be asked for. */
#include "tosca/bundle.h"

#include "base/json.h"
#include "sys/file.h"
#include "tosca/archive.h"
#include "tosca/signing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

#define DIRECTORY_MAX (16u << 20)

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

/* What stands in front of the file, and its line of the directory; the file begins at 'at'. */
static void
entry_write(struct buf *local, struct buf *directory, const struct package_file *file, uint64_t at)
{
    le(directory, 0x02014b50, 4);
    le(directory, 3 << 8 | 20, 2); /* by Unix */
    header(directory, file);
    le(directory, 0, 6);
    le(directory, 0100644u << 16, 4);
    le(directory, at, 4);
    buf_str(directory, file->name);
    le(local, 0x04034b50, 4);
    header(local, file);
    buf_str(local, file->name);
}

static struct err *
file_give(struct bundle *b, struct package *pkg, const struct package_file *file)
{
    AUTO_BUF local = BUF_INIT;

    entry_write(&local, &b->directory, file, b->at);
    TRY(out(b, local.data, local.len));
    return package_find(pkg, file->name) ? package_give(pkg, file->name, out, b)
                                         : archive_read(pkg->archive, file, out, b);
}

static void
end_write(struct buf *end, size_t n, size_t size, uint64_t at)
{
    le(end, 0x06054b50, 4);
    le(end, 0, 4);
    le(end, n, 2);
    le(end, n, 2);
    le(end, size, 4);
    le(end, at, 4);
    le(end, 0, 2);
}

static struct err *
directory_give(struct bundle *b, size_t n)
{
    AUTO_BUF end = BUF_INIT;

    end_write(&end, n, b->directory.len, b->at);
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
    buf_init(&b.directory, DIRECTORY_MAX);
    e = all_give(&b, &c);
    buf_done(&b.directory);
    return e;
}

/* ---- a file more ------------------------------------------------------------------------------- */

/* CRC-32 of ISO 3309, four bits at a time. */
static uint32_t
crc_add(uint32_t crc, const unsigned char *data, size_t n)
{
    static const uint32_t nibbles[] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        crc = crc >> 4 ^ nibbles[crc & 15];
        crc = crc >> 4 ^ nibbles[crc & 15];
    }
    return crc;
}

static struct err *
write_at(int fd, const void *data, size_t n, uint64_t at)
{
    if (lseek(fd, (off_t)at, SEEK_SET) < 0) {
        return err_errno(E_UNAVAILABLE, "write a zip");
    }
    return fd_write_all(fd, data, n);
}

/* The directory and what its end says; of an empty file, none. */
static struct err *
directory_read(int fd, struct buf *directory, size_t *n, uint64_t *at)
{
    off_t size = lseek(fd, 0, SEEK_END);
    unsigned char end[22];
    uint32_t length;

    *n = 0;
    *at = 0;
    if (size == 0) {
        return NULL;
    }
    if (size < (off_t)sizeof end || pread(fd, end, sizeof end, size - (off_t)sizeof end) != (ssize_t)sizeof end ||
        memcmp(end, "PK\5\6", 4) != 0) {
        return err_new(E_INVALID, NULL, "a zip has no end");
    }
    *n = (size_t)end[10] | (size_t)end[11] << 8;
    length = (uint32_t)end[12] | (uint32_t)end[13] << 8 | (uint32_t)end[14] << 16 | (uint32_t)end[15] << 24;
    if (length > DIRECTORY_MAX || (off_t)(length + sizeof end) > size) {
        return err_new(E_INVALID, NULL, "a zip has no directory");
    }
    *at = (uint64_t)size - sizeof end - length;
    for (uint32_t i = 0; i < length;) {
        char piece[4096];
        size_t wanted = length - i < sizeof piece ? length - i : sizeof piece;

        if (pread(fd, piece, wanted, (off_t)(*at + i)) != (ssize_t)wanted) {
            return err_errno(E_UNAVAILABLE, "read a zip");
        }
        buf_add(directory, piece, wanted);
        i += (uint32_t)wanted;
    }
    return NULL;
}

/* Copies behind the place for its head, and says what its check sum is. */
static struct err *
copy_at(int fd, uint64_t at, int from, struct package_file *file)
{
    uint32_t crc = UINT32_MAX;

    for (uint64_t done = 0; done < file->size;) {
        unsigned char piece[16384];
        ssize_t n = pread(from, piece, sizeof piece, (off_t)done);

        if (n <= 0) {
            return err_new(E_INVALID, NULL, "%s: has fewer bytes than it had", file->name);
        }
        crc = crc_add(crc, piece, (size_t)n);
        TRY(write_at(fd, piece, (size_t)n, at + done));
        done += (uint64_t)n;
    }
    file->crc = crc ^ UINT32_MAX;
    return NULL;
}

struct err *
bundle_append(int fd, const char *name, int from, uint64_t size, int64_t *total)
{
    struct package_file file = {.name = name, .size = size};
    AUTO_BUF directory = BUF_INIT;
    AUTO_BUF local = BUF_INIT;
    AUTO_BUF end = BUF_INIT;
    uint64_t at, begin, head = 30 + strlen(name);
    size_t n;

    buf_init(&directory, DIRECTORY_MAX + HEADERS + 1024);
    TRY(directory_read(fd, &directory, &n, &at));
    begin = at + head;
    if (begin + size + directory.len + HEADERS + head >= UINT32_MAX || n + 1 >= UINT16_MAX) {
        return err_new(E_TOO_LARGE, "PackageTooLarge", "a zip has at most 4 GiB: get %s by itself", name);
    }
    TRY(copy_at(fd, begin, from, &file));
    entry_write(&local, &directory, &file, at);
    end_write(&end, n + 1, directory.len, begin + size);
    TRY(write_at(fd, local.data, local.len, at));
    TRY(write_at(fd, directory.data, directory.len, begin + size));
    TRY(fd_write_all(fd, end.data, end.len));
    *total = (int64_t)(begin + size + directory.len + end.len);
    return NULL;
}
