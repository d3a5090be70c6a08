/* The skeleton is a whole package that is accepted as it is, so that whoever begins
 * changes something that works.  Its manifest is written by the packer, as that of
 * every package is after a change. */
#include "tosca/author.h"

#include "base/uuid.h"
#include "sys/file.h"
#include "tosca/archive.h"
#include "tosca/check.h"
#include "tosca/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zip.h>

#define PIECE 16384
#define TEXT_MAX (1u << 20)
#define NAME_MAX_LEN 64
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PLAIN LETTERS "0123456789"
#define PACKED_AT 1735689600 /* Of every file in a zip: what is in it counts, not when. */

/* ---- the skeleton --------------------------------------------------------------------- */

static const char type_text[] =
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"
    "description: The type of @NAME@, for its descriptor and for services that use it.\n"
    "\n"
    "imports:\n"
    "  - https://forge.etsi.org/rep/nfv/SOL001/raw/v3.7.1/etsi_nfv_sol001_vnfd_types.yaml\n"
    "\n"
    "node_types:\n"
    "  vnf.@NAME@:\n"
    "    derived_from: tosca.nodes.nfv.VNF\n"
    "    properties:\n"
    "      descriptor_id:\n"
    "        type: string\n"
    "        constraints: [ valid_values: [ @ID@ ] ]\n"
    "        default: @ID@\n"
    "      descriptor_version:\n"
    "        type: string\n"
    "        constraints: [ valid_values: [ '1.0' ] ]\n"
    "        default: '1.0'\n"
    "      provider:\n"
    "        type: string\n"
    "        constraints: [ valid_values: [ @PROVIDER@ ] ]\n"
    "        default: @PROVIDER@\n"
    "      product_name:\n"
    "        type: string\n"
    "        constraints: [ valid_values: [ @NAME@ ] ]\n"
    "        default: @NAME@\n"
    "      software_version:\n"
    "        type: string\n"
    "        constraints: [ valid_values: [ '1.0' ] ]\n"
    "        default: '1.0'\n"
    "      vnfm_info:\n"
    "        type: list\n"
    "        entry_schema:\n"
    "          type: string\n"
    "        default: [ 'etsivnfm:v2.0.0' ]\n"
    "      flavour_id:\n"
    "        type: string\n"
    "        constraints: [ valid_values: [ default ] ]\n"
    "        default: default\n"
    "      flavour_description:\n"
    "        type: string\n"
    "        default: The only flavour.\n"
    "    requirements:\n"
    "      - virtual_link:\n"
    "          capability: tosca.capabilities.nfv.VirtualLinkable\n"
    "          relationship: tosca.relationships.nfv.VirtualLinksTo\n"
    "          occurrences: [ 0, 1 ]\n";

static const char descriptor_text[] =
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"
    "description: What @NAME@ does.\n"
    "\n"
    "imports:\n"
    "  - https://forge.etsi.org/rep/nfv/SOL001/raw/v3.7.1/etsi_nfv_sol001_vnfd_types.yaml\n"
    "  - @NAME@_type.yaml\n"
    "\n"
    "topology_template:\n"
    "  substitution_mappings:\n"
    "    node_type: vnf.@NAME@\n"
    "    requirements:\n"
    "      virtual_link: [ cp, virtual_link ]\n"
    "\n"
    "  node_templates:\n"
    "    vnf:\n"
    "      type: vnf.@NAME@\n"
    "\n"
    "    # One part of the VNF: a virtual machine or a container.\n"
    "    main:\n"
    "      type: tosca.nodes.nfv.Vdu.Compute\n"
    "      properties:\n"
    "        name: main\n"
    "        description: What this part does.\n"
    "        vdu_profile:\n"
    "          min_number_of_instances: 1\n"
    "          max_number_of_instances: 1\n"
    "      capabilities:\n"
    "        virtual_compute:\n"
    "          properties:\n"
    "            virtual_cpu:\n"
    "              num_virtual_cpu: 1\n"
    "            virtual_memory:\n"
    "              virtual_mem_size: 256 MiB\n"
    "            virtual_local_storage:\n"
    "              - size_of_storage: 1 GiB\n"
    "      artifacts:\n"
    "        image:\n"
    "          type: tosca.artifacts.nfv.SwImage\n"
    "          file: ../Images/@FILE@\n"
    "          properties:\n"
    "            name: @NAME@\n"
    "            version: '1.0'\n"
    "            container_format: @CONTAINER@\n"
    "            disk_format: @DISK@\n"
    "            min_disk: 0 B\n"
    "            size: @SIZE@ B\n"
    "            checksum:\n"
    "              algorithm: sha-256\n"
    "              hash: @SHA256@\n"
    "\n"
    "    # Where it is connected; 'order' is that of its interfaces.\n"
    "    cp:\n"
    "      type: tosca.nodes.nfv.VduCp\n"
    "      properties:\n"
    "        order: 0\n"
    "        layer_protocols: [ ipv4 ]\n"
    "        role: leaf\n"
    "        protocol:\n"
    "          - associated_layer_protocol: ipv4\n"
    "            address_data:\n"
    "              - address_type: ip_address\n"
    "                l3_address_data:\n"
    "                  ip_address_assignment: true\n"
    "                  floating_ip_activated: false\n"
    "                  ip_address_type: ipv4\n"
    "                  number_of_ip_address: 1\n"
    "      requirements:\n"
    "        - virtual_binding: main\n"
    "\n"
    "  policies:\n"
    "    - initial_delta:\n"
    "        type: tosca.policies.nfv.VduInitialDelta\n"
    "        targets: [ main ]\n"
    "        properties:\n"
    "          initial_delta:\n"
    "            number_of_instances: 1\n"
    "    - levels:\n"
    "        type: tosca.policies.nfv.InstantiationLevels\n"
    "        properties:\n"
    "          levels:\n"
    "            default:\n"
    "              description: The only size.\n"
    "          default_level: default\n"
    "    - vdu_levels:\n"
    "        type: tosca.policies.nfv.VduInstantiationLevels\n"
    "        targets: [ main ]\n"
    "        properties:\n"
    "          levels:\n"
    "            default:\n"
    "              number_of_instances: 1\n";

static const char meta_text[] = "TOSCA-Meta-File-Version: 1.1\n"
                                "CSAR-Version: 1.1\n"
                                "Created-By: @PROVIDER@\n"
                                "Entry-Definitions: Definitions/@NAME@.yaml\n"
                                "ETSI-Entry-Manifest: @NAME@.mf\n"
                                "ETSI-Entry-Change-Log: ChangeLog.txt\n";

static const char manifest_text[] = "metadata:\n"
                                    "  vnf_product_name: @NAME@\n"
                                    "  vnf_provider_id: @PROVIDER@\n"
                                    "  vnf_package_version: 1.0\n"
                                    "  vnf_release_date_time: @TIME@\n";

struct word {
    const char *mark, *value;
};

/* 'text' with each mark replaced by its value; 'words' ends with a null mark. */
static const char *
filled(struct mem *mem, const char *text, const struct word *words)
{
    AUTO_BUF out = BUF_INIT;

    while (*text) {
        const struct word *w = words;

        while (w->mark && !str_starts(text, w->mark)) {
            w++;
        }
        if (w->mark) {
            buf_str(&out, w->value);
            text += strlen(w->mark);
        } else {
            buf_char(&out, *text++);
        }
    }
    return buf_copy(mem, &out);
}

/* It becomes names of files and of types, and values in YAML: of 'set' only, a letter first. */
static bool
is_plain(const char *s, const char *set)
{
    size_t n = strlen(s);

    return n && n <= NAME_MAX_LEN && strchr(LETTERS, s[0]) && strspn(s, set) == n;
}

struct image {
    const char *file; /* in the package */
    const char *container, *disk;
    uint64_t size;
    char sha256[65];
};

static struct err *
digest_end(EVP_MD_CTX *ctx, char hex[65])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    if (!EVP_DigestFinal_ex(ctx, sum, &n)) {
        return err_new(E_INTERNAL, NULL, "a digest could not be made");
    }
    hex_from(hex, sum, n);
    hex[2 * (size_t)n] = '\0';
    return NULL;
}

/* What an image is, by how it begins. */
static void
image_kind(struct image *image, const unsigned char *head, size_t n)
{
    bool tar = n >= 2 && ((head[0] == 0x1f && head[1] == 0x8b) ||
                          (n >= 262 && !memcmp(head + 257, "ustar", 5)));

    image->container = tar ? "docker" : "bare";
    image->disk = n >= 4 && !memcmp(head, "QFI\xfb", 4) ? "qcow2" : "raw";
}

static struct err *
image_pump(int from, int to, EVP_MD_CTX *ctx, struct image *image)
{
    unsigned char piece[PIECE];
    ssize_t n;

    while ((n = read(from, piece, sizeof piece)) > 0) {
        if (!image->size) {
            image_kind(image, piece, (size_t)n);
        }
        image->size += (uint64_t)n;
        if (!EVP_DigestUpdate(ctx, piece, (size_t)n)) {
            return err_new(E_INTERNAL, NULL, "a digest could not be made");
        }
        TRY(fd_write_all(to, piece, (size_t)n));
    }
    return n < 0 ? err_errno(E_UNAVAILABLE, "read the image") : NULL;
}

static struct err *
image_take(struct mem *mem, const char *path, const char *folder, struct image *image)
{
    const char *slash = strrchr(path, '/');
    AUTO_FD from = open(path, O_RDONLY | O_CLOEXEC), to = -1;
    EVP_MD_CTX *ctx;
    struct err *e;

    image->file = slash ? slash + 1 : path;
    if (!is_plain(image->file, PLAIN "._-")) {
        return err_new(E_INVALID, NULL, "the image is called '%s': letters, digits and '._-' only",
                       image->file);
    }
    if (from < 0) {
        return err_errno(E_NOT_FOUND, "%s", path);
    }
    image_kind(image, NULL, 0);
    TRY(dir_make(mem_printf(mem, "%s/Images", folder), 0755));
    to = open(mem_printf(mem, "%s/Images/%s", folder, image->file),
              O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (to < 0) {
        return err_errno(E_UNAVAILABLE, "%s/Images/%s", folder, image->file);
    }
    ctx = EVP_MD_CTX_new();
    e = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)
            ? image_pump(from, to, ctx, image)
            : err_new(E_INTERNAL, NULL, "a digest could not be made");
    e = e ? e : digest_end(ctx, image->sha256);
    EVP_MD_CTX_free(ctx);
    return e;
}

static struct err *
text_put(struct mem *mem, const char *folder, const char *name, const char *text,
         const struct word *words)
{
    const char *content = filled(mem, text, words);

    return file_write(mem_printf(mem, "%s/%s", folder, name), content, strlen(content), 0644);
}

static struct err *
skeleton_write(struct mem *mem, const char *folder, const char *name, const char *provider,
               const struct image *image)
{
    time_t now = time(NULL);
    struct tm tm;
    char stamp[32];
    const struct word words[] = {
        {"@NAME@", name},
        {"@PROVIDER@", provider},
        {"@ID@", uuid_make(mem)},
        {"@TIME@", stamp},
        {"@FILE@", image->file},
        {"@CONTAINER@", image->container},
        {"@DISK@", image->disk},
        {"@SIZE@", mem_printf(mem, "%llu", (unsigned long long)image->size)},
        {"@SHA256@", image->sha256},
        {0},
    };

    (void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    TRY(dir_make(mem_printf(mem, "%s/Definitions", folder), 0755));
    TRY(dir_make(mem_printf(mem, "%s/TOSCA-Metadata", folder), 0755));
    TRY(text_put(mem, folder, mem_printf(mem, "Definitions/%s_type.yaml", name), type_text, words));
    TRY(text_put(mem, folder, mem_printf(mem, "Definitions/%s.yaml", name), descriptor_text, words));
    TRY(text_put(mem, folder, "TOSCA-Metadata/TOSCA.meta", meta_text, words));
    TRY(text_put(mem, folder, "ChangeLog.txt", "1.0: first version\n", words));
    return text_put(mem, folder, mem_printf(mem, "%s.mf", name), manifest_text, words);
}

/* ---- digests ----------------------------------------------------------------------------- */

static struct err *
digest_more(void *arg, const void *data, size_t n)
{
    return EVP_DigestUpdate(arg, data, n) ? NULL
                                          : err_new(E_INTERNAL, NULL, "a digest could not be made");
}

static struct err *
file_digest(struct package_archive *archive, const struct package_file *file, char hex[65])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    struct err *e = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)
                        ? archive_read(archive, file, digest_more, ctx)
                        : err_new(E_INTERNAL, NULL, "a digest could not be made");

    e = e ? e : digest_end(ctx, hex);
    EVP_MD_CTX_free(ctx);
    return e;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct package_file *)a)->name, ((const struct package_file *)b)->name);
}

/* The manifest's name: what TOSCA.meta says, else the one .mf beside it. */
static struct err *
manifest_find(struct mem *mem, const char *folder, struct package_archive *archive,
              const char **name)
{
    const char *path = mem_printf(mem, "%s/TOSCA-Metadata/TOSCA.meta", folder);
    struct manifest *meta;
    char *text;
    size_t n;
    int line;

    *name = NULL;
    if (file_exists(path)) {
        TRY(file_read(mem, path, TEXT_MAX, &text, &n));
        TRY(manifest_parse(mem, "TOSCA-Metadata/TOSCA.meta", text, n, true, &meta));
        *name = manifest_key(meta, "ETSI-Entry-Manifest", &line);
    }
    vec_each (&archive->files, file) {
        if (!*name && str_ends(file->name, ".mf") && !strchr(file->name, '/')) {
            *name = file->name;
        }
    }
    return *name ? NULL : err_new(E_INVALID, NULL, "%s has no manifest (NAME.mf)", folder);
}

/* The beginning of line 'line' (from 1) of 'text'; its end where it has not as many, or for 0. */
static const char *
line_begin(const char *text, int line)
{
    for (int at = 1; *text && at != line; at++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return text;
}

static const struct manifest_source *
source_find(const struct manifest *manifest, const char *name)
{
    vec_each (&manifest->sources, source) {
        if (str_eq(source->name, name)) {
            return source;
        }
    }
    return NULL;
}

/* A file as it is to be listed; 'was' = what was said of it before, or null. */
static void
source_write(struct buf *out, const char *name, const char *algorithm, const char *digest,
             const struct manifest_source *was)
{
    const char *const lines[][2] = {{"Source", name},
                                    {"Algorithm", algorithm},
                                    {"Hash", digest},
                                    {"Content-Type", was ? was->content_type : NULL},
                                    {"Signature", was ? was->signature : NULL},
                                    {"Certificate", was ? was->certificate : NULL}};

    buf_char(out, '\n');
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        if (lines[i][1]) {
            buf_printf(out, "%s: %s\n", lines[i][0], lines[i][1]);
        }
    }
}

/* Files of the package get their digests; what is elsewhere is listed as it was. */
static struct err *
sources_write(struct buf *out, const struct manifest *manifest, struct package_archive *archive)
{
    vec_each (&archive->files, file) {
        char hex[65];

        if (!str_eq(file->name, manifest->file)) {
            TRY(file_digest(archive, file, hex));
            source_write(out, file->name, "SHA-256", hex, source_find(manifest, file->name));
        }
    }
    vec_each (&manifest->sources, source) {
        if (strstr(source->name, "://")) {
            source_write(out, source->name, source->algorithm, source->digest, source);
        }
    }
    return NULL;
}

/* What it says of the package, in front of the list and behind it, stays. */
static struct err *
manifest_seal(struct mem *mem, const char *folder, const char *name, struct package_archive *archive)
{
    const char *path = mem_printf(mem, "%s/%s", folder, name), *end;
    struct manifest *manifest;
    AUTO_BUF out = BUF_INIT;
    char *text;
    size_t n;

    TRY(file_read(mem, path, TEXT_MAX, &text, &n));
    TRY(manifest_parse(mem, name, text, n, false, &manifest));
    if (manifest->signature_line) {
        return err_new(E_INVALID, NULL,
                       "%s:%d: it is signed: take the signature out, it would not hold", name,
                       manifest->signature_line);
    }
    end = line_begin(text, manifest->sources.n ? manifest->sources.items[0].line
                                               : manifest->sets_line);
    while (end > text && (end[-1] == '\n' || end[-1] == '\r')) {
        end--;
    }
    buf_add(&out, text, (size_t)(end - text));
    buf_char(&out, '\n');
    TRY(sources_write(&out, manifest, archive));
    if (manifest->sets_line) {
        buf_printf(&out, "\n%s", line_begin(text, manifest->sets_line));
    }
    return file_write(path, out.data, out.len, 0644);
}

static struct err *
seal(struct mem *mem, const char *folder, struct package_archive **archive)
{
    const char *name;

    TRY(archive_open(mem, folder, &package_limits_default, archive));
    qsort((*archive)->files.items, (*archive)->files.n, sizeof *(*archive)->files.items, by_name);
    TRY(manifest_find(mem, folder, *archive, &name));
    return manifest_seal(mem, folder, name, *archive);
}

/* ---- packing ------------------------------------------------------------------------------- */

static struct err *
entry_add(struct mem *mem, zip_t *zip, const char *folder, const char *name)
{
    zip_source_t *source = zip_source_file(zip, mem_printf(mem, "%s/%s", folder, name), 0, -1);
    zip_int64_t at = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) : -1;

    if (at < 0) {
        zip_source_free(source);
        return err_new(E_UNAVAILABLE, NULL, "%s: %s", name, zip_strerror(zip));
    }
    return zip_file_set_mtime(zip, (zip_uint64_t)at, PACKED_AT, 0)
               ? err_new(E_UNAVAILABLE, NULL, "%s: %s", name, zip_strerror(zip))
               : NULL;
}

/* Under another name until it is whole. */
static struct err *
csar_write(struct mem *mem, const char *folder, const struct package_archive *archive,
          const char *file)
{
    const char *half = mem_printf(mem, "%s.part", file);
    struct err *e = NULL;
    int code = 0;
    zip_t *zip = zip_open(half, ZIP_CREATE | ZIP_TRUNCATE, &code);

    if (!zip) {
        return err_new(E_UNAVAILABLE, NULL, "%s cannot be written", half);
    }
    for (size_t i = 0; !e && i < archive->files.n; i++) {
        e = entry_add(mem, zip, folder, archive->files.items[i].name);
    }
    if (!e && zip_close(zip)) {
        e = err_new(E_UNAVAILABLE, NULL, "%s: %s", half, zip_strerror(zip));
    }
    if (e) {
        zip_discard(zip);
        (void)unlink(half);
        return e;
    }
    return rename(half, file) ? err_errno(E_UNAVAILABLE, "%s", file) : NULL;
}

/* A package that is in the folder would be part of the next one. */
static struct err *
place_check(struct mem *mem, const char *folder, const char *file)
{
    const char *slash = strrchr(file, '/');
    char inner[PATH_MAX], outer[PATH_MAX];
    size_t n;

    if (!realpath(folder, outer)) {
        return err_errno(E_NOT_FOUND, "%s", folder);
    }
    if (!realpath(slash ? mem_strn(mem, file, (size_t)(slash - file) + 1) : ".", inner)) {
        return err_errno(E_NOT_FOUND, "the folder of %s", file);
    }
    n = strlen(outer);
    return str_starts(inner, outer) && (inner[n] == '/' || !inner[n])
               ? err_new(E_INVALID, NULL, "%s is in %s, which is packed: name a file beside it", file,
                         folder)
               : NULL;
}

struct err *
author_pack(struct mem *mem, const char *folder, const char *file)
{
    struct package_archive *archive;

    TRY(place_check(mem, folder, file));
    TRY(seal(mem, folder, &archive));
    return csar_write(mem, folder, archive, file);
}

struct err *
author_begin(struct mem *mem, const char *folder, const char *provider, const char *image_path)
{
    const char *slash = strrchr(folder, '/');
    const char *name = slash ? slash + 1 : folder;
    struct package_archive *archive;
    struct image image = {0};
    struct err *e;

    if (!is_plain(name, PLAIN "_-")) {
        return err_new(E_INVALID, NULL,
                       "'%s' is no name of a VNF: letters, digits, '_' and '-', a letter first", name);
    }
    if (!is_plain(provider, PLAIN " ._-")) {
        return err_new(E_INVALID, NULL,
                       "'%s' is no provider: letters, digits, ' ._-', a letter first", provider);
    }
    if (mkdir(folder, 0755)) {
        return err_errno(errno == EEXIST ? E_EXISTS : E_UNAVAILABLE, "%s", folder);
    }
    e = image_take(mem, image_path, folder, &image);
    e = e ? e : skeleton_write(mem, folder, name, provider, &image);
    e = e ? e : seal(mem, folder, &archive);
    if (e) {
        err_ignore(dir_remove(folder), "it is told why it was made in vain");
    }
    return e;
}

/* ---- the commands ---------------------------------------------------------------------------- */

static int
said(struct mem *mem, struct err *e)
{
    fprintf(stderr, "carrick: %s\n", err_full(mem, e));
    err_free(e);
    return 1;
}

int
package_init_main(const char *folder, const char *provider, const char *image)
{
    AUTO(mem) mem = mem_new("package init");
    struct err *e = author_begin(mem, folder, str_or(provider, "Example"), image);

    if (e) {
        return said(mem, e);
    }
    printf("%s is a package. Change what is in %s/Definitions, then:\n"
           "  carrick package pack %s %s.csar\n",
           folder, folder, folder, folder);
    return 0;
}

static int
told(const char *path, struct mem *mem, struct err *e, const struct package_verdict *verdict)
{
    return package_tell(stdout, path, mem, e, verdict);
}

int
package_pack_main(const char *folder, const char *file)
{
    AUTO(mem) mem = mem_new("package pack");
    struct err *e = author_pack(mem, folder, file);

    return e ? said(mem, e) : package_judge(file, NULL, told);
}
