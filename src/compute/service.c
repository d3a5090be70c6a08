/* The service's own object: what this host has to give, and the flavors that a
 * new site starts with. */
#include "compute/words.h"

#include "base/vec.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONSOLE_MAX (1 << 20)
#define VCPUS_PER_CPU 16 /* processors are shared, as by Nova's default ratio; memory is not */

/* ---- flavors of a new site ----------------------------------------------------------- */

static const struct {
    const char *id, *name;
    int64_t vcpus, ram, disk;
} usual_flavors[] = {
    {"1", "c1.tiny", 1, 64, 1},    {"2", "c1.small", 1, 256, 1},  {"3", "c1.medium", 2, 512, 2},
    {"4", "c1.large", 2, 1024, 4}, {"5", "c1.xlarge", 4, 2048, 8},
};

static struct err *
flavors_make(struct tx *tx)
{
    const char *made;

    TRY(tx_fact_get(tx, "compute.flavors", &made));
    if (made) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(usual_flavors); i++) {
        struct flavor *flavor = row_new(tx_mem(tx), &flavor_table);

        flavor->id = usual_flavors[i].id;
        flavor->name = usual_flavors[i].name;
        flavor->vcpus = usual_flavors[i].vcpus;
        flavor->ram = usual_flavors[i].ram;
        flavor->disk = usual_flavors[i].disk;
        TRY(row_insert(tx, flavor));
    }
    return tx_fact_set(tx, "compute.flavors", "made");
}

/* store_fn */
static struct err *
start(struct tx *tx, void *arg)
{
    struct compute_service *service = arg;

    TRY(ledger_inventory_set(tx, service->host, "VCPU", service->vcpus));
    TRY(ledger_inventory_set(tx, service->host, "MEMORY_MB", service->memory_mb));
    return flavors_make(tx);
}

/* ---- life -------------------------------------------------------------------------------- */

struct err *
compute_service_new(const struct compute_config *config, struct store *store,
                    struct compute_service **service)
{
    struct compute_service *made = heap_alloc(sizeof *made);
    int64_t page_kb = sysconf(_SC_PAGESIZE) / 1024, pages = sysconf(_SC_PHYS_PAGES);
    struct err *e;

    made->host = heap_str(str_or(config->host, "localhost"));
    made->vcpus = config->vcpus ? config->vcpus : VCPUS_PER_CPU * sysconf(_SC_NPROCESSORS_ONLN);
    made->memory_mb = config->memory_mb ? config->memory_mb : pages * page_kb / 1024;
    made->image = config->image;
    made->network = config->network;
    made->source = server_desired_source;
    made->source.arg = made;
    e = store_write_wait(store, start, made);
    if (e) {
        compute_service_free(made);
        return e;
    }
    *service = made;
    return NULL;
}

void
compute_service_free(struct compute_service *service)
{
    if (service) {
        free(service->host);
        free(service);
    }
}

/* ---- consoles ------------------------------------------------------------------------------ */

/* Adds the file where it is there. */
static struct err *
console_add(struct mem *mem, const char *path, struct buf *out)
{
    char *data;
    size_t n;
    struct err *e = file_read(mem, path, CONSOLE_MAX, &data, &n);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "it has not written yet");
        return NULL;
    }
    TRY(e);
    buf_add(out, data, n);
    return NULL;
}

/* Where the last 'lines' lines begin. */
static const char *
tail(const char *text, size_t n, int64_t lines)
{
    const char *at = text + n;

    if (lines < 0) {
        return text;
    }
    if (at > text && at[-1] == '\n') {
        at--;
    }
    while (at > text && lines > 0) {
        lines -= at[-1] == '\n';
        at -= lines > 0;
    }
    return at;
}

/* Answers are JSON: what is not UTF-8 or is a control character is shown as '?'. */
static void
printable(char *text, size_t n)
{
    bool whole = str_utf8(text, n);

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == 0 || (c >= 0x80 && !whole)) {
            text[i] = '?';
        }
    }
}

struct err *
server_console(struct compute_service *service, struct mem *mem, const char *id, int64_t lines,
               const char **text)
{
    const char *dir = service->sync ? site_sync_console_dir(service->sync, mem) : NULL;
    AUTO_BUF out = BUF_INIT;

    if (!dir) {
        return err_new(E_UNAVAILABLE, NULL, "the agent has not told where consoles are");
    }
    TRY(console_add(mem, mem_printf(mem, "%s/%s.log.1", dir, id), &out));
    TRY(console_add(mem, mem_printf(mem, "%s/%s.log", dir, id), &out));
    if (out.len == 0) {
        *text = "";
        return NULL;
    }
    printable(out.data, out.len);
    *text = mem_str(mem, tail(out.data, out.len, lines));
    return NULL;
}
