/* Reads an uploaded package once and takes out of it all that is needed later:
 * the texts of its descriptor go to the store, its images to files, so that no
 * operation ever unpacks a package again. */
#include "nfvo/examine.h"

#include "sys/file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GIB ((uint64_t)1 << 30)
#define MIB ((uint64_t)1 << 20)

/* ---- descriptor texts ---------------------------------------------------------- */

/* Reads for the parser and keeps what it read. */
struct reader {
    struct package *pkg;
    const struct onboard_in *in;
    struct mem *mem;
    VEC(void *) texts;
};

static struct err *
reader_read(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    struct reader *reader = arg;
    struct descriptor_text *row;

    TRY(package_read(reader->pkg, mem, name, package_limits_default.max_text, text, n));
    row = row_new(reader->mem, &descriptor_text_table);
    row->owner_id = reader->in->id;
    row->project_id = reader->in->project_id;
    row->name = mem_str(reader->mem, name);
    row->text = mem_strn(reader->mem, *text, *n);
    vec_add(reader->mem, &reader->texts, (void *)row);
    return NULL;
}

static struct err *
rows_read(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    const struct rows *texts = arg;

    for (size_t i = 0; i < texts->n; i++) {
        const struct descriptor_text *row = texts->items[i];

        if (str_eq(row->name, name)) {
            *n = strlen(row->text);
            *text = mem_strn(mem, row->text, *n);
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "the descriptor has no file %s", name);
}

struct err *
texts_parse(struct mem *mem, const struct rows *texts, const char *entry, struct tosca **tosca)
{
    struct rows copy = *texts;

    return tosca_parse(mem, rows_read, mem_copy(mem, &copy, sizeof copy), entry, tosca);
}

static struct err *
package_parse(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
              struct package **pkg, struct tosca **tosca, struct onboard_out *out)
{
    struct reader *reader = MEM_NEW(mem, struct reader);
    const char *path = mem_printf(mem, "%s/%s", nfvo->packages_dir, in->path);

    TRY(package_open(mem, path, NULL, pkg));
    *reader = (struct reader){.pkg = *pkg, .in = in, .mem = mem};
    TRY(tosca_parse(mem, reader_read, reader, (*pkg)->entry, tosca));
    (*tosca)->package = *pkg;
    out->id = in->id;
    out->project_id = in->project_id;
    out->entry = (*pkg)->entry;
    out->manifest = (*pkg)->manifest_file;
    out->texts = (struct rows){.n = reader->texts.n, .items = reader->texts.items};
    return NULL;
}

/* ---- columns of the resource ----------------------------------------------------- */

static void
checksum_write(struct jw *w, const char *algorithm, const char *hash)
{
    jw_object(w, "checksum");
    jw_str(w, "algorithm", algorithm);
    jw_str(w, "hash", hash);
    jw_end(w);
}

static bool
is_image_file(const struct vnfd *vnfd, const char *name)
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

/* Listed files that are neither image nor metadata (SOL005 9.5.3.3, 5.5.3.3). */
static void
artifacts_write(struct jw *w, const char *key, const struct package *pkg, const struct vnfd *vnfd)
{
    jw_array(w, key);
    for (size_t i = 0; i < pkg->n_files; i++) {
        const struct package_file *file = &pkg->files[i];

        if (file->digest && !is_image_file(vnfd, file->name)) {
            jw_object(w, NULL);
            jw_str(w, "artifactPath", file->name);
            checksum_write(w, file->algorithm, file->digest);
            if (vnfd) {
                jw_bool(w, "isEncrypted", false);
            }
            jw_end(w);
        }
    }
    jw_end(w);
}

static const char *
upper(struct mem *mem, const char *s)
{
    char *copy = mem_str(mem, str_or(s, ""));

    for (char *p = copy; *p; p++) {
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    }
    return copy;
}

static void
image_write(struct mem *mem, struct jw *w, const struct vnfd_image *image)
{
    char now[TIME_TEXT_SIZE];

    jw_object(w, NULL);
    jw_str(w, "id", image->id);
    jw_str(w, "name", str_or(image->name, image->id));
    jw_str(w, "provider", str_or(image->provider, ""));
    jw_str(w, "version", str_or(image->version, ""));
    checksum_write(w, str_or(image->algorithm, "sha-256"), str_or(image->hash, ""));
    jw_bool(w, "isEncrypted", false);
    jw_str(w, "containerFormat", upper(mem, str_or(image->container_format, "bare")));
    jw_str(w, "diskFormat", upper(mem, str_or(image->disk_format, "raw")));
    jw_str(w, "createdAt", time_text(now, time_now_us(), TIME_Z_MS));
    jw_int(w, "minDisk", (int64_t)image->min_disk);
    jw_int(w, "minRam", (int64_t)image->min_ram);
    jw_int(w, "size", (int64_t)image->size);
    jw_str(w, "imagePath", str_or(image->file, str_or(image->url, "")));
    jw_end(w);
}

static void
images_write(struct mem *mem, struct jw *w, const struct vnfd *vnfd)
{
    jw_array(w, "softwareImages");
    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        for (size_t j = 0; j < vnfd->flavours[i].n_images; j++) {
            image_write(mem, w, &vnfd->flavours[i].images[j]);
        }
    }
    jw_end(w);
}

static struct err *
vnfd_columns(struct mem *mem, const struct onboard_in *in, const struct package *pkg,
             const struct vnfd *vnfd, const struct json **columns)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", vnfd->descriptor_id);
    jw_str(&w, "vnfProvider", vnfd->provider);
    jw_str(&w, "vnfProductName", vnfd->product_name);
    jw_str(&w, "vnfSoftwareVersion", vnfd->software_version);
    jw_str(&w, "vnfdVersion", vnfd->descriptor_version);
    checksum_write(&w, "sha-256", in->sha256);
    images_write(mem, &w, vnfd);
    artifacts_write(&w, "additionalArtifacts", pkg, vnfd);
    jw_array(&w, "vnfmInfo");
    for (size_t i = 0; i < vnfd->n_vnfm_info; i++) {
        jw_str(&w, NULL, vnfd->vnfm_info[i]);
    }
    jw_end(&w);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, columns);
}

static struct err *
nsd_columns(struct mem *mem, const struct package *pkg, const struct nsd *nsd,
            const struct json **columns)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "nsdId", nsd->descriptor_id);
    jw_str(&w, "nsdName", nsd->name);
    jw_str(&w, "nsdVersion", nsd->version);
    jw_str(&w, "nsdDesigner", nsd->designer);
    jw_str(&w, "nsdInvariantId", nsd->invariant_id);
    artifacts_write(&w, "artifacts", pkg, NULL);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, columns);
}

/* ---- images ----------------------------------------------------------------------- */

static struct err *
file_sha512(struct mem *mem, int fd, const char *path, const char **hex)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t size = 1 << 16;
    char *piece = mem_alloc(mem, size);
    char *text = mem_alloc(mem, 129);
    unsigned char digest[64];
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha512(), NULL) && lseek(fd, 0, SEEK_SET) == 0;
    ssize_t n = 1;

    while (ok && n > 0) {
        n = read(fd, piece, size);
        ok = n >= 0 && EVP_DigestUpdate(ctx, piece, (size_t)(n > 0 ? n : 0));
    }
    ok = ok && EVP_DigestFinal_ex(ctx, digest, NULL);
    EVP_MD_CTX_free(ctx);
    if (!ok) {
        return err_errno(E_UNAVAILABLE, "hash %s", path);
    }
    hex_from(text, digest, sizeof digest);
    *hex = text;
    return NULL;
}

static struct err *
image_extract(const struct nfvo *nfvo, struct mem *mem, struct package *pkg,
              const struct vnfd_image *image, struct package_image *row)
{
    const char *path = mem_printf(mem, "%s/%s", nfvo->packages_dir, row->path);
    AUTO_FD fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "open %s", path);
    }
    TRY(package_extract(pkg, image->file, fd));
    if (fsync(fd) < 0) {
        return err_errno(E_UNAVAILABLE, "fsync %s", path);
    }
    row->size = lseek(fd, 0, SEEK_END);
    return file_sha512(mem, fd, path, &row->sha512);
}

/* Rounds bytes up to whole units. */
static int64_t
units(uint64_t bytes, uint64_t unit)
{
    return (int64_t)((bytes + unit - 1) / unit);
}

static struct package_image *
image_row(struct mem *mem, const struct onboard_in *in, const struct vnfd_image *image, size_t i)
{
    struct package_image *row = row_new(mem, &package_image_table);

    row->owner_id = in->id;
    row->project_id = in->project_id;
    row->image_id = image->id;
    row->name =
        mem_printf(mem, "%s-%s", str_or(image->name, image->id), str_or(image->version, "0"));
    row->path = mem_printf(mem, "%s/image.%zu", in->id, i);
    row->disk_format = str_or(image->disk_format, "raw");
    row->container_format = str_or(image->container_format, "bare");
    row->min_disk_gb = units(image->min_disk, GIB);
    row->min_ram_mb = units(image->min_ram, MIB);
    return row;
}

static bool
image_known(const struct rows *rows, const char *image_id)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (str_eq(((const struct package_image *)rows->items[i])->image_id, image_id)) {
            return true;
        }
    }
    return false;
}

static struct err *
images_extract(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
               struct package *pkg, const struct vnfd *vnfd, struct rows *rows)
{
    VEC(void *) found = {0};

    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        for (size_t j = 0; j < vnfd->flavours[i].n_images; j++) {
            const struct vnfd_image *image = &vnfd->flavours[i].images[j];
            struct package_image *row = image_row(mem, in, image, found.n);

            *rows = (struct rows){.n = found.n, .items = found.items};
            if (!image->file || image_known(rows, image->id)) {
                continue;
            }
            TRY(image_extract(nfvo, mem, pkg, image, row));
            vec_add(mem, &found, (void *)row);
        }
    }
    *rows = (struct rows){.n = found.n, .items = found.items};
    return NULL;
}

/* ---- both kinds -------------------------------------------------------------------- */

struct err *
package_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                struct onboard_out *out)
{
    struct package *pkg;
    struct tosca *tosca;
    struct vnfd *vnfd;

    TRY(package_parse(nfvo, mem, in, &pkg, &tosca, out));
    TRY(vnfd_from_tosca(mem, tosca, &vnfd));
    TRY(images_extract(nfvo, mem, in, pkg, vnfd, &out->images));
    return vnfd_columns(mem, in, pkg, vnfd, &out->columns);
}

struct err *
nsd_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
            struct onboard_out *out)
{
    struct package *pkg;
    struct tosca *tosca;
    struct nsd *nsd;
    VEC(const char *) uses = {0};

    TRY(package_parse(nfvo, mem, in, &pkg, &tosca, out));
    TRY(nsd_from_tosca(mem, tosca, &nsd));
    for (size_t i = 0; i < nsd->n_vnfs; i++) {
        vec_add(mem, &uses, nsd->vnfs[i].vnfd_id);
    }
    out->uses = (struct strs){.n = uses.n, .items = uses.items};
    return nsd_columns(mem, pkg, nsd, &out->columns);
}
