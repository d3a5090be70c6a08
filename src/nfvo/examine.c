/* Has an uploaded package read once, by a child that can do nothing else, and
 * keeps all that is needed later: its descriptor for the store, its images as
 * files, so that no operation ever unpacks or parses a package again. */
#include "nfvo/examine.h"

#include "sys/file.h"
#include "tosca/examination.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GIB ((uint64_t)1 << 30)
#define MIB ((uint64_t)1 << 20)

/* ---- columns of the resource ----------------------------------------------------- */

static void
checksum_write(struct jw *w, const char *algorithm, const char *hash)
{
    jw_object(w, "checksum");
    jw_str(w, "algorithm", algorithm);
    jw_str(w, "hash", hash);
    jw_end(w);
}

static void
artifact_write(struct jw *w, const struct examined_file *file, bool of_vnf)
{
    jw_object(w, NULL);
    jw_str(w, "artifactPath", str_or(file->path, file->name));
    if (file->path) {
        jw_str(w, "artifactURI", file->name);
    }
    checksum_write(w, file->algorithm, file->digest);
    if (of_vnf) {
        jw_bool(w, "isEncrypted", false);
    }
    if (of_vnf && file->set) {
        jw_str(w, "nonManoArtifactSetId", file->set);
    }
    if (of_vnf && file->what) {
        jw_str(w, "artifactClassification", file->what);
    }
    jw_end(w);
}

/* Of a VNF package what is neither image nor of the VNFD nor there to prove something, and what it lists
 * by URL (SOL003 10.5.3.3, SOL005 9.5.3.3); of others all listed files (SOL005 5.5.3.3). */
static void
artifacts_write(struct jw *w, const char *key, const struct examined *found)
{
    bool of_vnf = found->vnfd != NULL;

    jw_array(w, key);
    for (size_t i = 0; i < found->n_files; i++) {
        const struct examined_file *file = &found->files[i];

        if (of_vnf ? file->part == PACKAGE_ARTIFACT : !file->path) {
            artifact_write(w, file, of_vnf);
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

/* The name under which an image is given that comes from elsewhere. */
static const char *
path_of(const struct examined *found, const char *uri)
{
    for (size_t i = 0; i < found->n_files; i++) {
        if (found->files[i].path && str_eq(found->files[i].name, uri)) {
            return found->files[i].path;
        }
    }
    return NULL;
}

static void
image_write(struct mem *mem, struct jw *w, const struct vnfd_image *image, const struct examined *found)
{
    const char *path = image->uri ? path_of(found, image->uri) : image->file;
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
    jw_str(w, "imagePath", str_or(path, ""));
    if (image->uri) {
        jw_str(w, "imageUri", image->uri);
    }
    jw_end(w);
}

static void
images_write(struct mem *mem, struct jw *w, const struct examined *found)
{
    const struct vnfd *vnfd = found->vnfd;

    jw_array(w, "softwareImages");
    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        for (size_t j = 0; j < vnfd->flavours[i].n_images; j++) {
            image_write(mem, w, &vnfd->flavours[i].images[j], found);
        }
    }
    jw_end(w);
}

/* An indicator is the measurement that the VNFD says, or that of its own name. */
static void
indicators_write(struct jw *w, const struct vnfd *vnfd)
{
    if (!vnfd->n_indicators) {
        return;
    }
    jw_object(w, "indicators");
    for (size_t i = 0; i < vnfd->n_indicators; i++) {
        const struct vnfd_indicator *indicator = &vnfd->indicators[i];

        jw_str(w, indicator->name, str_or(indicator->metric, indicator->name));
    }
    jw_end(w);
}

static struct err *
vnfd_columns(struct mem *mem, const struct onboard_in *in, const struct examined *found,
             const struct json **columns)
{
    const struct vnfd *vnfd = found->vnfd;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", vnfd->descriptor_id);
    jw_str(&w, "vnfProvider", vnfd->provider);
    jw_str(&w, "vnfProductName", vnfd->product_name);
    jw_str(&w, "vnfSoftwareVersion", vnfd->software_version);
    jw_str(&w, "vnfdVersion", vnfd->descriptor_version);
    jw_str(&w, "packageSecurityOption", found->security_option);
    jw_str(&w, "signingCertificate", found->certificate);
    jw_str(&w, "compatibleSpecificationVersions", found->specifications);
    checksum_write(&w, "sha-256", in->sha256);
    images_write(mem, &w, found);
    artifacts_write(&w, "additionalArtifacts", found);
    jw_array(&w, "vnfmInfo");
    for (size_t i = 0; i < vnfd->n_vnfm_info; i++) {
        jw_str(&w, NULL, vnfd->vnfm_info[i]);
    }
    jw_end(&w);
    indicators_write(&w, vnfd);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, columns);
}

static struct err *
nsd_columns(struct mem *mem, const struct examined *found, const struct json **columns)
{
    const struct nsd *nsd = found->nsd;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "nsdId", nsd->descriptor_id);
    jw_str(&w, "nsdName", nsd->name);
    jw_str(&w, "nsdVersion", nsd->version);
    jw_str(&w, "nsdDesigner", nsd->designer);
    jw_str(&w, "nsdInvariantId", nsd->invariant_id);
    jw_str(&w, "archiveSecurityOption", found->security_option);
    jw_str(&w, "signingCertificate", found->certificate);
    artifacts_write(&w, "artifacts", found);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, columns);
}

static struct err *
pnfd_columns(struct mem *mem, const struct examined *found, const struct json **columns)
{
    const struct pnfd *pnfd = found->pnfd;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "pnfdId", pnfd->descriptor_id);
    jw_str(&w, "pnfdName", pnfd->name);
    jw_str(&w, "pnfdVersion", pnfd->version);
    jw_str(&w, "pnfdProvider", pnfd->provider);
    jw_str(&w, "pnfdInvariantId", pnfd->invariant_id);
    jw_str(&w, "archiveSecurityOption", found->security_option);
    jw_str(&w, "signingCertificate", found->certificate);
    artifacts_write(&w, "artifacts", found);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, columns);
}

/* ---- images ----------------------------------------------------------------------- */

static struct err *
file_sha512(struct mem *mem, int fd, const char **hex)
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
        return err_errno(E_UNAVAILABLE, "hash an image");
    }
    hex_from(text, digest, sizeof digest);
    *hex = text;
    return NULL;
}

static struct err *
image_take(const struct nfvo *nfvo, struct mem *mem, struct examination *x,
           struct package_image *row)
{
    const char *path = mem_printf(mem, "%s/%s", nfvo->packages_dir, row->path);
    AUTO_FD fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "open a file for image %s", row->image_id);
    }
    TRY(examination_take(x, fd));
    if (fsync(fd) < 0) {
        return err_errno(E_UNAVAILABLE, "write image %s", row->image_id);
    }
    row->size = lseek(fd, 0, SEEK_END);
    return file_sha512(mem, fd, &row->sha512);
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
    row->uri = image->uri;
    row->sha512 = mem_printf(mem, "%0128d", 0); /* Until it is here. */
    row->disk_format = str_or(image->disk_format, "raw");
    row->container_format = str_or(image->container_format, "bare");
    row->min_disk_gb = units(image->min_disk, GIB);
    row->min_ram_mb = units(image->min_ram, MIB);
    return row;
}

static struct err *
images_take(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
            struct examination *x, const struct vnfd *vnfd, struct rows *rows)
{
    size_t n;
    const struct vnfd_image **images = examination_images(mem, vnfd, &n);

    rows->items = MEM_ARRAY(mem, n + 1, void *);
    for (size_t i = 0; i < n; i++) {
        struct package_image *row = image_row(mem, in, images[i], i);

        rows->items[rows->n++] = row;
        if (images[i]->file) {
            TRY(image_take(nfvo, mem, x, row));
        }
    }
    return examination_end(x);
}

/* What is still to be got. */
static void
outside_note(struct mem *mem, const struct onboard_in *in, const struct examined *found,
             struct rows *rows)
{
    rows->items = MEM_ARRAY(mem, found->n_files + 1, void *);
    for (size_t i = 0; i < found->n_files; i++) {
        const struct examined_file *file = &found->files[i];
        struct package_outside *row = row_new(mem, &package_outside_table);

        row->project_id = in->project_id;
        row->owner_id = in->id;
        row->uri = file->name;
        row->path = file->path;
        row->algorithm = file->algorithm;
        row->digest = file->digest;
        row->checksum_algorithm = file->checksum_algorithm;
        row->checksum = file->checksum;
        row->artifact_set = file->set;
        row->is_image = file->part == PACKAGE_IMAGE;
        if (file->path) {
            rows->items[rows->n++] = row;
        }
    }
}

/* What was laid out of a package that turned out to be none. */
static void
images_forget(const struct nfvo *nfvo, struct mem *mem, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct package_image *row = rows->items[i];

        if (!row->uri) {
            (void)unlink(mem_printf(mem, "%s/%s", nfvo->packages_dir, row->path));
        }
    }
}

/* ---- all kinds --------------------------------------------------------------------- */

static struct err *
examination_begin(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                  const char *kind, struct examination **x, struct examined **found,
                  struct onboard_out *out)
{
    const char *path = mem_printf(mem, "%s/%s", nfvo->packages_dir, in->path);
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    struct examination_order order = {.program = nfvo->program,
                                      .kind = kind,
                                      .fd = fd,
                                      .trust = nfvo->trust,
                                      .signed_only = nfvo->signed_only};

    if (fd < 0) {
        return err_errno(E_UNAVAILABLE, "open the content of %s", in->id);
    }
    TRY(examination_new(mem, &order, x, found));
    out->id = in->id;
    out->project_id = in->project_id;
    out->entry = (*found)->entry;
    out->manifest = (*found)->manifest;
    out->record = (*found)->record;
    return NULL;
}

struct err *
package_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
                struct onboard_out *out)
{
    struct examination *x;
    struct examined *found;
    struct err *e;

    TRY(examination_begin(nfvo, mem, in, "vnf", &x, &found, out));
    outside_note(mem, in, found, &out->outside);
    e = images_take(nfvo, mem, in, x, found->vnfd, &out->images);
    if (e) {
        images_forget(nfvo, mem, &out->images);
        return e;
    }
    return vnfd_columns(mem, in, found, &out->columns);
}

struct err *
nsd_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
            struct onboard_out *out)
{
    struct examination *x;
    struct examined *found;

    TRY(examination_begin(nfvo, mem, in, "nsd", &x, &found, out));
    TRY(examination_end(x));
    out->uses.items = MEM_ARRAY(mem, found->nsd->n_vnfs + 1, const char *);
    for (size_t i = 0; i < found->nsd->n_vnfs; i++) {
        out->uses.items[out->uses.n++] = found->nsd->vnfs[i].vnfd_id;
    }
    out->pnf_uses.items = MEM_ARRAY(mem, found->nsd->n_pnfs + 1, const char *);
    for (size_t i = 0; i < found->nsd->n_pnfs; i++) {
        out->pnf_uses.items[out->pnf_uses.n++] = found->nsd->pnfs[i].pnfd_id;
    }
    out->ns_uses.items = MEM_ARRAY(mem, found->nsd->n_nested + 1, const char *);
    for (size_t i = 0; i < found->nsd->n_nested; i++) {
        out->ns_uses.items[out->ns_uses.n++] = found->nsd->nested[i].nsd_id;
    }
    return nsd_columns(mem, found, &out->columns);
}

struct err *
pnfd_examine(const struct nfvo *nfvo, struct mem *mem, const struct onboard_in *in,
             struct onboard_out *out)
{
    struct examination *x;
    struct examined *found;

    TRY(examination_begin(nfvo, mem, in, "pnf", &x, &found, out));
    TRY(examination_end(x));
    return pnfd_columns(mem, found, &out->columns);
}
