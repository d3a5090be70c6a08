/* OCI image archives (OCI image layout specification): a tar with index.json,
 * a manifest, a configuration and layers, each blob named by its SHA-256.  The
 * archive is read from its start for every blob, since a tar has no directory;
 * layers are unpacked while they are hashed. */
#include "image/unpack.h"

#include <openssl/evp.h>
#include <string.h>

#define DOCUMENT_MAX (4u << 20)
#define LAYERS_MAX 256
#define BLOB_PIECE 65536

/* ---- finding blobs ------------------------------------------------------------- */

/* Stands on the entry called 'path'; E_INVALID where there is none. */
static struct err *
find_entry(struct unpack *u, const char *path, struct archive **a)
{
    struct archive_entry *entry;
    struct err *e = unpack_open(u, a);

    while (!e) {
        AUTO(mem) mem = mem_new("entry");
        const char *name;
        int rc = archive_read_next_header(*a, &entry);

        if (rc == ARCHIVE_EOF) {
            e = err_new(E_INVALID, NULL, "the OCI archive has no %s", path);
        } else if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
            e = unpack_read_error(u, *a);
        } else {
            e = unpack_path(mem, archive_entry_pathname(entry), &name);
            if (!e && strcmp(name, path) == 0) {
                return NULL;
            }
        }
    }
    archive_read_free(*a);
    *a = NULL;
    return e;
}

static struct err *
blob_path(struct mem *mem, const char *digest, const char **path)
{
    const char *hex = digest ? digest + strlen("sha256:") : NULL;

    if (!digest || !str_starts(digest, "sha256:") || strlen(hex) != 64 ||
        strspn(hex, "0123456789abcdef") != 64) {
        return err_new(E_INVALID, NULL, "'%.100s' is not a sha256 digest", str_or(digest, ""));
    }
    *path = mem_printf(mem, "blobs/sha256/%s", hex);
    return NULL;
}

static struct err *
check_digest(const char *digest, EVP_MD_CTX *ctx)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned int n = 0;

    (void)EVP_DigestFinal_ex(ctx, raw, &n);
    hex_from(hex, raw, n);
    if (strcmp(hex, digest + strlen("sha256:")) != 0) {
        return err_new(E_INVALID, NULL, "blob %.71s has another digest: %s", digest, hex);
    }
    return NULL;
}

/* ---- documents -------------------------------------------------------------------- */

static struct err *
read_all(struct unpack *u, struct archive *a, struct buf *out)
{
    char piece[4096];

    for (;;) {
        la_ssize_t n = archive_read_data(a, piece, sizeof piece);

        if (n < 0) {
            return unpack_read_error(u, a);
        }
        if (n == 0) {
            return NULL;
        }
        buf_add(out, piece, (size_t)n);
        if (out->overflow) {
            return err_new(E_INVALID, NULL, "a document of the OCI archive exceeds %u bytes",
                           DOCUMENT_MAX);
        }
    }
}

/* A JSON document; its digest is checked where one is given. */
static struct err *
read_document(struct unpack *u, const char *path, const char *digest, const struct json **json)
{
    AUTO_BUF text = {.max = DOCUMENT_MAX};
    struct archive *a;
    EVP_MD_CTX *ctx;
    struct err *e;

    TRY(find_entry(u, path, &a));
    e = read_all(u, a, &text);
    archive_read_free(a);
    TRY(e);
    if (digest) {
        ctx = EVP_MD_CTX_new();
        (void)EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
        (void)EVP_DigestUpdate(ctx, text.data, text.len);
        e = check_digest(digest, ctx);
        EVP_MD_CTX_free(ctx);
        TRY(e);
    }
    TRY_MSG(json_parse(u->mem, text.data, text.len, json), "%s", path);
    return NULL;
}

static struct err *
read_blob(struct unpack *u, const char *digest, const struct json **json)
{
    const char *path;

    TRY(blob_path(u->mem, digest, &path));
    return read_document(u, path, digest, json);
}

/* The manifest for this machine: the only one, or the first for linux/amd64. */
static const struct json *
choose(const struct json *index)
{
    const struct json *manifests = json_get(index, "manifests"), *first = NULL;

    json_each (manifests, i) {
        const struct json *platform = json_get(manifests->items[i], "platform");

        if (str_eq(json_get_str(platform, "architecture"), "amd64") &&
            str_eq(json_get_str(platform, "os"), "linux")) {
            return manifests->items[i];
        }
        first = first ? first : manifests->items[i];
    }
    return first;
}

static struct err *
read_manifest(struct unpack *u, const struct json **manifest)
{
    const struct json *index, *chosen;

    TRY(read_document(u, "index.json", NULL, &index));
    /* An index may name an index; one level is enough for every builder. */
    for (int level = 0; level < 2; level++) {
        chosen = choose(index);
        if (!chosen) {
            return err_new(E_INVALID, NULL, "the OCI index names no manifest");
        }
        TRY(read_blob(u, json_get_str(chosen, "digest"), manifest));
        if (!json_get(*manifest, "manifests")) {
            return NULL;
        }
        index = *manifest;
    }
    return err_new(E_INVALID, NULL, "the OCI index is nested too deep");
}

/* ---- layers -------------------------------------------------------------------------- */

/* A layer as libarchive reads it: from an entry of the outer archive, hashed
 * on the way. */
struct layer {
    struct archive *outer;
    EVP_MD_CTX *ctx;
    char piece[BLOB_PIECE];
};

static la_ssize_t
layer_read(struct archive *a, void *arg, const void **data)
{
    struct layer *layer = arg;
    la_ssize_t n = archive_read_data(layer->outer, layer->piece, sizeof layer->piece);

    if (n < 0) {
        archive_set_error(a, archive_errno(layer->outer), "%s",
                          str_or(archive_error_string(layer->outer), "cannot be read"));
        return -1;
    }
    (void)EVP_DigestUpdate(layer->ctx, layer->piece, (size_t)n);
    *data = layer->piece;
    return n;
}

/* What stands behind the inner archive's end belongs to the digest too. */
static struct err *
drain(struct unpack *u, struct layer *layer)
{
    for (;;) {
        la_ssize_t n = archive_read_data(layer->outer, layer->piece, sizeof layer->piece);

        if (n < 0) {
            return unpack_read_error(u, layer->outer);
        }
        if (n == 0) {
            return NULL;
        }
        (void)EVP_DigestUpdate(layer->ctx, layer->piece, (size_t)n);
    }
}

static struct err *
unpack_inner(struct unpack *u, struct layer *layer)
{
    struct archive *inner = archive_read_new();
    struct err *e;

    archive_read_support_format_tar(inner);
    archive_read_support_filter_gzip(inner);
    archive_read_support_filter_zstd(inner);
    archive_read_support_filter_xz(inner);
    e = archive_read_open(inner, layer, NULL, layer_read, NULL) == ARCHIVE_OK
            ? unpack_entries(u, inner, true)
            : unpack_read_error(u, inner);
    archive_read_free(inner);
    return e ? e : drain(u, layer);
}

static struct err *
unpack_layer(struct unpack *u, const char *digest)
{
    struct layer *layer = MEM_NEW(u->mem, struct layer);
    const char *path;
    struct err *e;

    TRY(blob_path(u->mem, digest, &path));
    TRY(find_entry(u, path, &layer->outer));
    layer->ctx = EVP_MD_CTX_new();
    (void)EVP_DigestInit_ex(layer->ctx, EVP_sha256(), NULL);
    e = unpack_inner(u, layer);
    if (!e) {
        e = check_digest(digest, layer->ctx);
    }
    EVP_MD_CTX_free(layer->ctx);
    archive_read_free(layer->outer);
    return err_wrap(e, "layer %.19s", digest);
}

struct err *
unpack_oci(struct unpack *u)
{
    const struct json *manifest, *config, *layers;

    u->format = "oci";
    TRY(read_manifest(u, &manifest));
    TRY(read_blob(u, json_get_str(json_get(manifest, "config"), "digest"), &config));
    u->config = json_get(config, "config");
    layers = json_get(manifest, "layers");
    if (!json_is(layers, JSON_T_ARRAY) || layers->n == 0 || layers->n > LAYERS_MAX) {
        return err_new(E_INVALID, NULL, "the OCI manifest has no layers, or more than %d",
                       LAYERS_MAX);
    }
    json_each (layers, i) {
        TRY(unpack_layer(u, json_get_str(layers->items[i], "digest")));
    }
    return NULL;
}
