/* What the tests of packages and templates share. */
#include "tosca_world.h"

#include "base/uuid.h"
#include "sys/file.h"

#include <openssl/evp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#if defined(__SANITIZE_ADDRESS__)
#define SLOWER 8
#else
#define SLOWER 1
#endif
#define MAX_RSS_KB (200L * 1024 * SLOWER)

static void
le(struct buf *buf, uint64_t v, int n)
{
    for (int i = 0; i < n; i++) {
        buf_char(buf, (char)(v >> (8 * i) & 0xff));
    }
}

static uint32_t
crc_of(const char *data, size_t n)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < n; i++) {
        crc ^= (uint8_t)data[i];
        for (int k = 0; k < 8; k++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
    }
    return ~crc;
}

/* What stands in both the local and the central header. */
static void
header(struct buf *out, const struct entry *entry)
{
    size_t size = entry->size ? entry->size : strlen(entry->data);

    le(out, 20, 2);
    le(out, entry->flags, 2);
    le(out, entry->method, 2);
    le(out, 0x5a210000, 4);
    le(out, crc_of(entry->data, size), 4);
    le(out, size, 4);
    le(out, entry->claims ? entry->claims : size, 4);
    le(out, entry->name_size ? entry->name_size : strlen(entry->name), 2);
    le(out, 0, 2);
}

const char *
zip_write(struct mem *mem, const char *name, size_t n, const struct entry *entries)
{
    const char *path = mem_printf(mem, "%s/%s", test_dir(), name);
    AUTO_BUF out = BUF_INIT;
    AUTO_BUF directory = BUF_INIT;
    size_t start;

    for (size_t i = 0; i < n; i++) {
        const struct entry *entry = &entries[i];
        size_t name_size = entry->name_size ? entry->name_size : strlen(entry->name);
        unsigned mode = entry->mode ? entry->mode : S_IFREG | 0644;

        le(&directory, 0x02014b50, 4);
        le(&directory, 3 << 8 | 20, 2);
        header(&directory, entry);
        le(&directory, 0, 6);
        le(&directory, (uint64_t)mode << 16, 4);
        le(&directory, out.len, 4);
        buf_add(&directory, entry->name, name_size);
        le(&out, 0x04034b50, 4);
        header(&out, entry);
        buf_add(&out, entry->name, name_size);
        buf_add(&out, entry->data, entry->size ? entry->size : strlen(entry->data));
    }
    start = out.len;
    buf_add(&out, directory.data, directory.len);
    le(&out, 0x06054b50, 4);
    le(&out, 0, 4);
    le(&out, n > 0xffff ? 0xffff : n, 2);
    le(&out, n > 0xffff ? 0xffff : n, 2);
    le(&out, directory.len, 4);
    le(&out, start, 4);
    le(&out, 0, 2);
    REQUIRE_OK(file_write(path, out.data, out.len, 0600));
    return path;
}

static const char good_meta[] = "TOSCA-Meta-File-Version: 1.1\n"
                                "CSAR-Version: 1.1\n"
                                "Created-By: tests\n"
                                "Entry-Definitions: Definitions/vnfd.yaml\n"
                                "ETSI-Entry-Manifest: vnfd.mf\n";

static const char good_template[] =
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"
    "imports: [ etsi_nfv_sol001_vnfd_types.yaml ]\n"
    "topology_template:\n"
    "  node_templates:\n"
    "    vnf:\n"
    "      type: tosca.nodes.nfv.VNF\n"
    "      properties: { descriptor_id: a, descriptor_version: '1', provider: p, product_name: n,\n"
    "        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,\n"
    "        flavour_description: d }\n"
    "    vdu:\n"
    "      type: tosca.nodes.nfv.Vdu.Compute\n"
    "      properties:\n"
    "        { name: vdu, description: d,\n"
    "          vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }\n"
    "      capabilities:\n"
    "        virtual_compute:\n"
    "          properties: { virtual_cpu: { num_virtual_cpu: 2 },\n"
    "                        virtual_memory: { virtual_mem_size: 512 MiB } }\n"
    "      artifacts:\n"
    "        image:\n"
    "          type: tosca.artifacts.nfv.SwImage\n"
    "          file: ../image\n"
    "          properties: { name: web, version: '1', container_format: docker, disk_format: raw,\n"
    "                        min_disk: 0 B, size: 1 B, checksum: { algorithm: sha-256, hash:\n"
    "        2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 } }\n";

const char *
text_sha256(struct mem *mem, const char *data)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    char *hex = mem_alloc(mem, 2 * EVP_MAX_MD_SIZE + 1);

    EVP_Digest(data, strlen(data), digest, &n, EVP_sha256(), NULL);
    hex_from(hex, digest, n);
    return hex;
}

void
good_package(struct mem *mem, struct entry entries[GOOD_ENTRIES], const char *extra)
{
    const char *manifest =
        mem_printf(mem,
                   "metadata:\n"
                   "  vnf_product_name: n\n"
                   "  vnf_provider_id: p\n"
                   "  vnf_package_version: 1.0\n"
                   "  vnf_release_date_time: 2025-01-01T00:00:00Z\n\n"
                   "Source: Definitions/vnfd.yaml\n"
                   "Algorithm: SHA-256\n"
                   "Hash: %s\n"
                   "Source: image\n"
                   "Algorithm: SHA-256\n"
                   "Hash: %s\n%s",
                   text_sha256(mem, good_template), text_sha256(mem, "x"), str_or(extra, ""));

    entries[0] = (struct entry){.name = "TOSCA-Metadata/TOSCA.meta", .data = good_meta};
    entries[1] = (struct entry){.name = "vnfd.mf", .data = manifest};
    entries[2] = (struct entry){.name = "Definitions/vnfd.yaml", .data = good_template};
    entries[3] = (struct entry){.name = "image", .data = "x"};
}

static struct err *
read_memory(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    const char *const *files = arg;

    for (size_t i = 0; files[i]; i += 2) {
        if (str_eq(files[i], name)) {
            *text = mem_str(mem, files[i + 1]);
            *n = strlen(*text);
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "%s", name);
}

struct err *
parse_files(struct mem *mem, const char *const *files, struct tosca **tosca)
{
    void *arg = (void *)(uintptr_t)files;

    return tosca_parse(mem, read_memory, arg, files[0], tosca);
}

struct err *
parse_body(struct mem *mem, const char *version, const char *body, struct tosca **tosca)
{
    const char *text = mem_printf(mem,
                                  "tosca_definitions_version: tosca_simple_yaml_1_3\n"
                                  "imports: [ %s%s%setsi_nfv_sol001_vnfd_types.yaml ]\n%s",
                                  version ? "https://example.org/v" : "", str_or(version, ""),
                                  version ? "/" : "", body);
    const char *files[] = {"t.yaml", text, NULL};

    return parse_files(mem, files, tosca);
}

/* Of this process: others may have the machine meanwhile. */
static int64_t
cpu_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

struct watch
watch_start(void)
{
    return (struct watch){cpu_ns()};
}

void
watch_check(const struct watch *watch, const char *what)
{
    int64_t took_ms = (cpu_ns() - watch->started_ns) / 1000000;
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    if (took_ms > 1000 * SLOWER * test_patience()) {
        test_fail(__FILE__, __LINE__, "%s: took %lld ms", what, (long long)took_ms);
    }
    if (usage.ru_maxrss > MAX_RSS_KB) {
        test_fail(__FILE__, __LINE__, "%s: took %ld KiB", what, usage.ru_maxrss);
    }
}
