/* The folder of image files: one file a row, named by its id; "ID.part" while
 * it is uploaded. */
#include "image/service.h"

#include "base/log.h"
#include "base/uuid.h"
#include "sys/file.h"
#include "sys/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_SIZE (INT64_C(10) << 30)
#define VERIFY_MS 600000

const char *
image_path(const struct image_service *service, struct mem *mem, const char *id)
{
    return mem_printf(mem, "%s/%s", service->config.dir, id);
}

/* ---- start ------------------------------------------------------------------- */

/* Uploads that a crash cut short begin again. */
static struct err *
requeue(struct tx *tx, void *arg)
{
    struct cond conds[] = {COND("status", "saving"), {0}};
    struct rows rows;

    (void)arg;
    TRY(rows_select(tx, &(struct query){.table = &image_table, .conds = conds}, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        struct image *image = row_copy(tx_mem(tx), rows.items[i]);

        image->status = "queued";
        TRY(row_update(tx, rows.items[i], image));
    }
    return NULL;
}

struct sweep {
    const char *id;
    bool known;
};

static struct err *
is_known(struct tx *tx, void *arg)
{
    struct sweep *sweep = arg;
    struct cond conds[] = {COND("id", sweep->id), {0}};
    struct image *image;

    TRY(row_find(tx, &image_table, conds, &image));
    sweep->known = image && str_eq(image->status, "active");
    return NULL;
}

static struct err *
sweep_file(const struct image_service *service, const char *name)
{
    struct sweep sweep = {.id = name};

    if (name[0] == '.') {
        return NULL;
    }
    if (uuid_valid(name)) {
        TRY(store_read(service->config.store, is_known, &sweep));
    }
    if (!sweep.known) {
        log_info("image", "removing %s: no image has it", name);
        image_remove_file(service, name);
    }
    return NULL;
}

static struct err *
sweep_dir(const struct image_service *service)
{
    DIR *dir = opendir(service->config.dir);
    struct err *e = NULL;

    if (!dir) {
        return err_errno(E_UNAVAILABLE, "open folder %s", service->config.dir);
    }
    for (struct dirent *entry = readdir(dir); !e && entry; entry = readdir(dir)) {
        e = sweep_file(service, entry->d_name);
    }
    (void)closedir(dir);
    return e;
}

static struct err *
start(struct image_service *service)
{
    TRY(dir_make(service->config.dir, 0700));
    TRY(store_write_wait(service->config.store, requeue, NULL));
    TRY(sweep_dir(service));
    return pool_new("images", 2, 64, &service->pool);
}

struct err *
image_service_new(const struct image_config *config, struct image_service **out)
{
    struct mem *mem = mem_new("image");
    struct image_service *service = MEM_NEW(mem, struct image_service);
    struct err *e;

    service->mem = mem;
    service->config = *config;
    service->config.dir = mem_str(mem, config->dir);
    service->config.program = mem_str(mem, str_or(config->program, "/proc/self/exe"));
    service->config.max_size = config->max_size ? config->max_size : MAX_SIZE;
    e = start(service);
    if (e) {
        image_service_free(service);
        return e;
    }
    *out = service;
    return NULL;
}

void
image_service_free(struct image_service *service)
{
    if (service) {
        if (service->pool) {
            pool_free(service->pool);
        }
        mem_free(service->mem);
    }
}

struct pool *
image_pool(const struct image_service *service)
{
    return service->pool;
}

/* ---- files --------------------------------------------------------------------- */

struct err *
image_open(const struct image_service *service, const struct image *image, int *fd)
{
    AUTO(mem) mem = mem_new("image");

    *fd = open(image_path(service, mem, image->id), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0) {
        return err_errno(errno == ENOENT ? E_NOT_FOUND : E_UNAVAILABLE, "data of image %s",
                         image->id);
    }
    return NULL;
}

void
image_remove_file(const struct image_service *service, const char *id)
{
    AUTO(mem) mem = mem_new("image");

    if (unlink(image_path(service, mem, id)) != 0 && errno != ENOENT) {
        log_warn("image", "cannot remove the file of image %s: %s", id, strerror(errno));
    }
}

/* ---- verification ---------------------------------------------------------------- */

/* The child's one line of JSON. */
static struct err *
read_verdict(struct mem *mem, const char *output, struct image_archive *archive)
{
    const struct json *json;
    size_t n = strcspn(output, "\n");

    TRY(json_parse(mem, output, n, &json));
    archive->kind = json_get_str(json, "format");
    archive->unpacked = json_int(json_get(json, "bytes"), 0);
    return archive->kind ? NULL : err_new(E_INTERNAL, NULL, "unpack said nothing of the format");
}

struct err *
image_verify(const struct image_service *service, struct mem *mem, const char *path,
             struct image_archive *archive)
{
    struct process_spec spec = {
        .argv = process_argv(mem, service->config.program, "unpack", "--check", path, NULL),
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .new_session = true,
        .die_with_parent = true,
    };
    const char *output;
    struct err *e = process_run(mem, &spec, NULL, VERIFY_MS, &output);

    if (err_is(e, E_INTERNAL)) {
        struct err *refusal = err_new(E_INVALID, NULL, "Image archive refused: %s", e->message);

        err_free(e);
        return refusal;
    }
    TRY(e);
    return read_verdict(mem, output, archive);
}
