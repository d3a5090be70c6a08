/* Uploads of packages, NSDs and PNFDs: streamed into a file beside its final place,
 * hashed on the way, made durable before the row says so.  The state UPLOADING is
 * the lock: it is taken in a write of its own before the first byte. */
#include "base/log.h"
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "nfvo/upload_drops.h"
#include "replica/replica.h"
#include "store/replica.h"
#include "sys/file.h"
#include "tosca/examination.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

#define UPLOAD_MAX ((uint64_t)16 << 30)

struct upload {
    struct mem *mem;
    struct nfvo *nfvo;
    const struct table *table;
    const char *id, *project_id;
    const char *dir, *part, *path; /* folder, file while it grows, file in the end */
    int fd;
    uint64_t size, max;
    EVP_MD_CTX *hash;
    char sha256[65];
    const struct json *failure; /* Why it ended, where a client is not told by an answer. */
};

/* What is uploaded, and the flow that on-boards it. */
static const struct {
    const struct table *table;
    const struct flow_type *flow;
} kinds[] = {
    {&vnf_package_table, &package_onboard_flow},
    {&ns_descriptor_table, &nsd_onboard_flow},
    {&pnf_descriptor_table, &pnfd_onboard_flow},
};

static const struct flow_type *
flow_of(const struct table *table)
{
    size_t i = 0;

    while (i + 1 < ARRAY_SIZE(kinds) && kinds[i].table != table) {
        i++;
    }
    return kinds[i].flow;
}

/* ---- states ---------------------------------------------------------------- */

static const char **
state_at(const struct table *table, void *row)
{
    return attr_at(table_attr(table, "onboarding_state"), row);
}

static const char **
uploader_at(const struct table *table, void *row)
{
    return attr_at(table_attr(table, "uploaded_by"), row);
}

/* Moves the resource to 'to' where its state is one of 'from'. */
static struct err *
state_move(struct tx *tx, const struct table *table, const char *id, const char *const *from,
           const char *to)
{
    void *old, *row;

    TRY(row_get(tx, table, id, &old));
    row = row_copy(tx_mem(tx), old);
    if (!str_in(*state_at(table, old), from)) {
        return err_new(E_CONFLICT, NULL,
                       "the content of %s cannot be uploaded while its state is %s", id,
                       *state_at(table, old));
    }
    *state_at(table, row) = to;
    *uploader_at(table, row) = str_eq(to, "UPLOADING") ? store_replica(tx_store(tx)) : NULL;
    /* Why the last one failed is said of ERROR only (SOL005 9.5.2.5, 5.5.2.2). */
    *(const struct json **)attr_at(table_attr(table, "failure"), row) = NULL;
    return row_update(tx, old, row);
}

static struct err *
take_fn(struct tx *tx, void *arg)
{
    static const char *const from[] = {"CREATED", "ERROR", NULL};
    const struct upload *upload = arg;
    const char *const *owner;
    void *row;

    TRY(row_get(tx, upload->table, upload->id, &row));
    owner = attr_at(table_attr(upload->table, "project_id"), row);
    if (!str_eq(*owner, upload->project_id)) {
        return err_new(E_NOT_FOUND, NULL, "%s %s could not be found", upload->table->name,
                       upload->id);
    }
    return state_move(tx, upload->table, upload->id, from, "UPLOADING");
}

struct err *
upload_give_up(struct tx *tx, const struct table *table, const char *id)
{
    static const char *const from[] = {"UPLOADING", NULL};

    return state_move(tx, table, id, from, "CREATED");
}

static struct err *
drop_fn(struct tx *tx, void *arg)
{
    const struct upload *upload = arg;

    return upload_give_up(tx, upload->table, upload->id);
}

/* ---- the file ---------------------------------------------------------------- */

static struct err *
file_begin(struct upload *upload)
{
    TRY(dir_make(upload->dir, 0700));
    upload->fd = open(upload->part, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (upload->fd < 0) {
        return err_errno(E_UNAVAILABLE, "open %s", upload->part);
    }
    upload->hash = EVP_MD_CTX_new();
    if (!upload->hash || !EVP_DigestInit_ex(upload->hash, EVP_sha256(), NULL)) {
        return err_new(E_INTERNAL, NULL, "SHA-256 is not available");
    }
    return NULL;
}

struct err *
upload_begin(struct nfvo *nfvo, const struct caller *caller, const struct table *table,
             const char *id, struct upload **out)
{
    struct mem *mem = mem_new("upload");
    struct upload *upload = MEM_NEW(mem, struct upload);
    struct err *e;

    *upload = (struct upload){
        .mem = mem,
        .nfvo = nfvo,
        .table = table,
        .id = mem_str(mem, id),
        .project_id = mem_str(mem, caller->project_id),
        .dir = mem_printf(mem, "%s/%s", nfvo->packages_dir, id),
        .part = mem_printf(mem, "%s/%s/content.part", nfvo->packages_dir, id),
        .path = mem_printf(mem, "%s/%s/content", nfvo->packages_dir, id),
        .fd = -1,
        .max = nfvo->max_package ? nfvo->max_package : UPLOAD_MAX,
    };
    e = store_write_wait(nfvo->store, take_fn, upload);
    if (e) {
        upload_free(upload);
        return e;
    }
    e = file_begin(upload);
    if (e) {
        upload_abort(upload);
        upload_free(upload);
        return e;
    }
    *out = upload;
    return NULL;
}

struct err *
upload_piece(struct upload *upload, const void *data, size_t n)
{
    upload->size += n;
    if (upload->size > upload->max) {
        return err_new(E_TOO_LARGE, NULL, "the package is larger than %llu bytes",
                       (unsigned long long)upload->max);
    }
    if (!EVP_DigestUpdate(upload->hash, data, n)) {
        return err_new(E_INTERNAL, NULL, "SHA-256 failed");
    }
    return fd_write_all(upload->fd, data, n);
}

static struct err *
dir_sync(const char *path)
{
    AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) < 0) {
        return err_errno(E_UNAVAILABLE, "fsync %s", path);
    }
    return NULL;
}

struct err *
upload_end(struct upload *upload)
{
    unsigned char digest[32];

    if (upload->size == 0) {
        return err_new(E_INVALID, NULL, "the package is empty");
    }
    if (!EVP_DigestFinal_ex(upload->hash, digest, NULL)) {
        return err_new(E_INTERNAL, NULL, "SHA-256 failed");
    }
    hex_from(upload->sha256, digest, sizeof digest);
    if (fsync(upload->fd) < 0) {
        return err_errno(E_UNAVAILABLE, "fsync %s", upload->part);
    }
    fd_close(&upload->fd);
    if (rename(upload->part, upload->path) < 0) {
        return err_errno(E_UNAVAILABLE, "rename %s", upload->part);
    }
    return dir_sync(upload->dir);
}

struct err *
upload_accept(struct tx *tx, struct upload *upload)
{
    static const char *const from[] = {"UPLOADING", NULL};
    struct onboard_in *in = row_new(tx_mem(tx), &onboard_in_table);
    struct flow_start start = {
        .type = flow_of(upload->table),
        .in = in,
        .project_id = upload->project_id,
    };

    in->id = upload->id;
    in->project_id = upload->project_id;
    in->path = mem_printf(tx_mem(tx), "%s/content", upload->id);
    in->sha256 = upload->sha256;
    in->size = (int64_t)upload->size;
    TRY(state_move(tx, upload->table, upload->id, from, "PROCESSING"));
    return flow_start(tx, upload->nfvo->engine, &start, NULL);
}

static struct err *
fail_fn(struct tx *tx, void *arg)
{
    static const char *const from[] = {"UPLOADING", NULL};
    const struct upload *upload = arg;
    void *old, *row;

    TRY(state_move(tx, upload->table, upload->id, from, "ERROR"));
    TRY(row_get(tx, upload->table, upload->id, &old));
    row = row_copy(tx_mem(tx), old);
    *(const struct json **)attr_at(table_attr(upload->table, "failure"), row) = upload->failure;
    return row_update(tx, old, row);
}

/* Whatever there was is gone, and the row is moved by 'move'. */
static void
end_early(struct upload *upload, store_fn *move)
{
    fd_close(&upload->fd);
    (void)unlink(upload->part);
    (void)unlink(upload->path); /* All was there, but could not be accepted. */
    struct err *e = store_write_wait(upload->nfvo->store, move, upload);

    if (e) {
        bool moved = err_is(e, E_NOT_FOUND) || err_is(e, E_CONFLICT);

        log_err(LOG_LV_WARN, "nfvo", e, "an upload that ended early");
        if (!moved) {
            upload_drops_add(upload->nfvo->drops, upload->table, upload->id);
        }
    }
}

void
upload_abort(struct upload *upload)
{
    end_early(upload, drop_fn);
}

void
upload_fail(struct upload *upload, struct err *why)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "title", "The package could not be got");
    jw_int(&w, "status", err_code_status(why->code));
    jw_str(&w, "detail", err_full(upload->mem, why));
    jw_end(&w);
    err_ignore(why, "told with the package");
    err_ignore(json_parse(upload->mem, text.data, text.len, &upload->failure), "it is ours");
    end_early(upload, fail_fn);
}

void
upload_free(struct upload *upload)
{
    if (upload) {
        fd_close(&upload->fd);
        EVP_MD_CTX_free(upload->hash);
        mem_free(upload->mem);
    }
}

/* Does nobody receive it any more? */
static struct err *
is_left(struct tx *tx, const char *uploader, bool own_too, bool *left)
{
    const char *own = store_replica(tx_store(tx));
    const struct cond by_name[] = {COND("name", str_or(uploader, "")), {0}};
    struct replica *there = NULL;

    *left = !own || (own_too && str_eq(uploader, own));
    if (!*left && !str_eq(uploader, own)) {
        TRY(row_find(tx, &replica_table, by_name, &there));
        *left = !there;
    }
    return NULL;
}

static struct err *
recover_table(struct tx *tx, const struct table *table, bool own_too)
{
    struct cond uploading[] = {COND("onboarding_state", "UPLOADING"), {0}};
    struct query query = {.table = table, .conds = uploading};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        void *row = row_copy(tx_mem(tx), rows.items[i]);
        bool left;

        TRY(is_left(tx, *uploader_at(table, row), own_too, &left));
        if (left) {
            *state_at(table, row) = "CREATED";
            *uploader_at(table, row) = NULL;
            TRY(row_update(tx, rows.items[i], row));
        }
    }
    return NULL;
}

struct err *
uploads_recover(struct tx *tx, bool own_too)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        TRY(recover_table(tx, kinds[i].table, own_too));
    }
    return NULL;
}

/* ---- reading ------------------------------------------------------------------ */

static struct err *
file_size(int fd, const char *path, int64_t *size)
{
    off_t end = lseek(fd, 0, SEEK_END);

    if (end < 0 || lseek(fd, 0, SEEK_SET) < 0) {
        return err_errno(E_UNAVAILABLE, "read %s", path);
    }
    *size = end;
    return NULL;
}

struct err *
package_file(struct nfvo *nfvo, struct mem *mem, const char *id, int *fd, int64_t *size)
{
    const char *path = mem_printf(mem, "%s/%s/content", nfvo->packages_dir, id);
    AUTO_FD opened = open(path, O_RDONLY | O_CLOEXEC);

    if (opened < 0) {
        return err_errno(E_UNAVAILABLE, "open the content of %s", id);
    }
    TRY(file_size(opened, path, size));
    *fd = opened;
    opened = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): its end looks at it */
    return NULL;
}

/* What the child gives, as a file that nobody else sees. */
static struct err *
unpack(struct nfvo *nfvo, struct mem *mem, const char *id, const char *kind, const char *what, int *fd,
       int64_t *size)
{
    struct examination_order order = {.program = nfvo->program, .kind = kind, .file = what};
    struct examination *x;
    AUTO_FD opened = -1;
    AUTO_FD whole = -1;
    int64_t whole_size;

    TRY(package_file(nfvo, mem, id, &whole, &whole_size));
    order.fd = whole;
    TRY_MSG(file_nameless(nfvo->packages_dir, &opened), "unpack %s", what);
    TRY(examination_new(mem, &order, &x, NULL));
    TRY(examination_take(x, opened));
    TRY(examination_end(x));
    TRY(file_size(opened, what, size));
    *fd = opened;
    opened = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): its end looks at it */
    return NULL;
}

struct err *
package_member(struct nfvo *nfvo, struct mem *mem, const char *id, const char *name, int *fd,
               int64_t *size)
{
    return unpack(nfvo, mem, id, "file", name, fd, size);
}

struct err *
package_bundle(struct nfvo *nfvo, struct mem *mem, const char *id, const struct bundle_order *order,
               int *fd, int64_t *size)
{
    return unpack(nfvo, mem, id, "bundle", bundle_order_text(mem, order), fd, size);
}
