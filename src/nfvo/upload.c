/* Uploads of packages, NSDs and PNFDs: streamed into a file beside its final place,
 * hashed on the way, made durable before the row says so.  The state UPLOADING is
 * the lock: it is taken in a write of its own before the first byte.  Who has it is named by the row: of
 * several replicas one may be taken for gone that goes on, and then is refused whatever it writes. */
#include "base/log.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "nfvo/upload_drops.h"
#include "replica/replica.h"
#include "store/replica.h"
#include "store/room.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define UPLOAD_MAX ((uint64_t)16 << 30)
#define LEAVE_FREE ((uint64_t)256 << 20)
#define ROOM_LOOK ((uint64_t)16 << 20) /* bytes between two looks at the disk */
#define ERASE_TRIES 16
#define CLAIM ((uint64_t)16 << 20)     /* bytes that are taken of a project's at a time */

struct upload {
    struct mem *mem;
    struct nfvo *nfvo;
    const struct table *table;
    const char *id, *project_id;
    const char *uploader;          /* "REPLICA/UUID": this one upload; the replica is "" where there is but one */
    const char *dir, *part, *path; /* folder, file while it grows, file in the end */
    bool is_whole;                 /* it has its name of the end */
    int fd;
    uint64_t size, max, room_seen;
    uint64_t claimed; /* bytes that its row says: they are taken of what its project may have */
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

/* The digest is kept of kinds whose on-boarding may begin again without another upload. */
static void
whole_set(const struct table *table, void *row, const char *sha256, uint64_t size)
{
    const struct attr *attr = table_attr(table, "sha256");

    *(int64_t *)attr_at(table_attr(table, "size"), row) = (int64_t)size;
    if (attr) {
        *(const char **)attr_at(attr, row) = sha256;
    }
}

struct move {
    const char *const *from;
    const char *to;
    const char *sha256; /* of its file, null = it has none */
    uint64_t size;
};

/* Moves what is uploaded where its state is one of 'from'; from UPLOADING only where that is 'uploader'. */
static struct err *
state_move(struct tx *tx, const struct table *table, const char *id, const char *uploader, const struct move *move)
{
    void *old, *row;

    TRY(row_get(tx, table, id, &old));
    row = row_copy(tx_mem(tx), old);
    if (!str_in(*state_at(table, old), move->from) ||
        (str_eq(*state_at(table, old), "UPLOADING") && !str_eq(*uploader_at(table, old), uploader))) {
        return err_new(E_CONFLICT, NULL,
                       "the content of %s cannot be uploaded while its state is %s", id,
                       *state_at(table, old));
    }
    *state_at(table, row) = move->to;
    *uploader_at(table, row) = str_eq(move->to, "UPLOADING") ? uploader : NULL;
    /* Why the last one failed is said of ERROR only (SOL005 9.5.2.5, 5.5.2.2). */
    *(const struct json **)attr_at(table_attr(table, "failure"), row) = NULL;
    whole_set(table, row, move->sha256, move->size);
    if (table == &vnf_package_table) {
        ((struct vnf_package *)row)->claimed = 0;
    }
    return row_update(tx, old, row);
}

static struct err *
sum_take(void *arg, int n, const char *const *columns)
{
    int64_t sum = 0;

    if (n == 1 && columns[0] && str_to_i64(columns[0], &sum)) {
        *(uint64_t *)arg += (uint64_t)sum;
    }
    return NULL;
}

struct err *
package_quota(struct tx *tx, const struct nfvo *nfvo, const char *project_id, const char *but, uint64_t *left)
{
    const char *const args[] = {project_id, but, NULL};
    uint64_t max = nfvo->max_project, used = 0;

    *left = UINT64_MAX;
    if (!max) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        TRY(tx_sql(tx, mem_printf(tx_mem(tx), "SELECT sum(size) FROM %s WHERE project_id = ? AND id <> ?", kinds[i].table->name),
                   args, sum_take, &used));
    }
    TRY(tx_sql(tx, "SELECT sum(claimed) FROM vnf_package WHERE project_id = ? AND id <> ?", args, sum_take, &used));
    TRY(tx_sql(tx, "SELECT sum(size) FROM package_outside WHERE project_id = ? AND owner_id <> ?", args, sum_take, &used));
    *left = max > used ? max - used : 0;
    return NULL;
}

uint64_t
package_claim(uint64_t size, uint64_t left)
{
    uint64_t ahead = (left - size) / 8; /* The less is left, the less of it is nobody's yet. */

    return size + (ahead < CLAIM ? ahead : CLAIM);
}

struct err *
package_claim_ask(const struct nfvo *nfvo, store_fn *claim, void *arg, uint64_t size, uint64_t *claimed)
{
    struct err *err = store_write_wait(nfvo->store, claim, arg);

    if (err && err->code == E_UNAVAILABLE && !str_eq(err->type, STORE_NO_ROOM)) {
        err_ignore(err, "it is asked again after as much more, and at the end");
        *claimed = size + CLAIM;
        return NULL;
    }
    return err;
}

static struct err *
over_quota(const struct nfvo *nfvo)
{
    return err_new(E_QUOTA, NULL, "packages, NSDs and PNFDs of the project may have %llu bytes in all: delete one first",
                   (unsigned long long)nfvo->max_project);
}

/* Is there room for what came so far, and for anything? */
static struct err *
quota_check(struct tx *tx, const struct upload *upload, uint64_t *left)
{
    TRY(package_quota(tx, upload->nfvo, upload->project_id, upload->id, left));
    return *left && *left >= upload->size ? NULL : over_quota(upload->nfvo);
}

static struct err *
take_fn(struct tx *tx, void *arg)
{
    static const char *const from[] = {"CREATED", "ERROR", NULL};
    static const struct move take = {.from = from, .to = "UPLOADING"};
    const struct upload *upload = arg;
    const char *const *owner;
    uint64_t left;
    void *row;

    TRY(row_get(tx, upload->table, upload->id, &row));
    owner = attr_at(table_attr(upload->table, "project_id"), row);
    if (!str_eq(*owner, upload->project_id)) {
        return err_new(E_NOT_FOUND, NULL, "%s %s could not be found", upload->table->name,
                       upload->id);
    }
    TRY(quota_check(tx, upload, &left));
    return state_move(tx, upload->table, upload->id, upload->uploader, &take);
}

struct err *
upload_give_up(struct tx *tx, const struct table *table, const char *id, const char *uploader)
{
    static const char *const from[] = {"UPLOADING", NULL};
    static const struct move give_up = {.from = from, .to = "CREATED"};

    return state_move(tx, table, id, uploader, &give_up);
}

static struct err *
drop_fn(struct tx *tx, void *arg)
{
    const struct upload *upload = arg;

    return upload_give_up(tx, upload->table, upload->id, upload->uploader);
}

/* ---- the file ---------------------------------------------------------------- */

uint64_t
upload_max(const struct nfvo *nfvo)
{
    return nfvo->max_package ? nfvo->max_package : UPLOAD_MAX;
}

/* store_fn: is the resource still this one's?  E_NOT_FOUND, E_CONFLICT. */
static struct err *
own_check(struct tx *tx, void *arg)
{
    const struct upload *upload = arg;
    void *row;

    TRY(row_get(tx, upload->table, upload->id, &row));
    return str_eq(*uploader_at(upload->table, row), upload->uploader)
               ? NULL
               : err_new(E_CONFLICT, NULL, "%s is uploaded by somebody else by now", upload->id);
}

/* What uploads before this one left, of which the row knows nothing any more: whoever still writes there writes to
 * nothing. */
static void
files_forget(const struct upload *upload)
{
    DIR *dir = opendir(upload->dir);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): a stream of this thread's own */
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

struct err *
package_folder_remove(struct mem *mem, const char *path, const char *suffix)
{
    const char *gone = mem_printf(mem, "%s%s", path, suffix);

    TRY(dir_remove(gone)); /* of a process that was killed at this */
    if (rename(path, gone) < 0) {
        return errno == ENOENT ? NULL : err_errno(E_UNAVAILABLE, "rename %s", path);
    }
    /* A file that was being made by the old name just then may still come; nobody else can. */
    for (int i = 1; i < ERASE_TRIES; i++) {
        struct err *e = dir_remove(gone);

        if (!e) {
            return NULL;
        }
        err_ignore(e, "again");
    }
    return dir_remove(gone);
}

static struct err *
file_begin(struct upload *upload)
{
    TRY(dir_make(upload->dir, 0700));
    TRY(store_read(upload->nfvo->store, own_check, upload));
    files_forget(upload);
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
    const char *uuid = uuid_make(mem);
    struct err *e;

    *upload = (struct upload){
        .mem = mem,
        .nfvo = nfvo,
        .table = table,
        .id = mem_str(mem, id),
        .project_id = mem_str(mem, caller->project_id),
        .uploader = mem_printf(mem, "%s/%s", str_or(store_replica(nfvo->store), ""), uuid),
        .dir = mem_printf(mem, "%s/%s", nfvo->packages_dir, id),
        .part = mem_printf(mem, "%s/%s/content.%s.part", nfvo->packages_dir, id, uuid),
        .path = mem_printf(mem, "%s/%s/content", nfvo->packages_dir, id),
        .fd = -1,
        .max = upload_max(nfvo),
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
package_room(const struct nfvo *nfvo, int fd, uint64_t *seen, uint64_t n)
{
    uint64_t leave = nfvo->leave_free ? nfvo->leave_free : LEAVE_FREE;
    struct statvfs disk;

    *seen = *seen > n ? *seen - n : 0;
    if (*seen) {
        return NULL; /* It was there a moment ago. */
    }
    if (fstatvfs(fd, &disk) < 0) {
        return err_errno(E_UNAVAILABLE, "look at the disk");
    }
    if ((uint64_t)disk.f_bavail * disk.f_frsize < n + leave) {
        return err_new(E_UNAVAILABLE, STORE_NO_ROOM, "the disk has no room for more of packages: what is left is the "
                       "store's. Ask again when there is room");
    }
    *seen = ROOM_LOOK;
    return NULL;
}

/* store_fn: the row takes more of what the project may have, where all that is under way is counted, whichever replica
 * has it; and it is asked for so often, whether it is still wanted. */
static struct err *
claim_fn(struct tx *tx, void *arg)
{
    struct upload *upload = arg;
    uint64_t left;
    void *old, *row;

    TRY(own_check(tx, upload));
    TRY(quota_check(tx, upload, &left));
    upload->claimed = package_claim(upload->size, left);
    TRY(row_get(tx, upload->table, upload->id, &old));
    row = row_copy(tx_mem(tx), old);
    whole_set(upload->table, row, NULL, upload->claimed);
    return row_update(tx, old, row);
}

struct err *
upload_piece(struct upload *upload, const void *data, size_t n)
{
    upload->size += n;
    if (upload->size > upload->max) {
        return err_new(E_TOO_LARGE, NULL, "the package is larger than %llu bytes",
                       (unsigned long long)upload->max);
    }
    if (upload->size > upload->claimed) {
        TRY(package_claim_ask(upload->nfvo, claim_fn, upload, upload->size, &upload->claimed));
    }
    if (!EVP_DigestUpdate(upload->hash, data, n)) {
        return err_new(E_INTERNAL, NULL, "SHA-256 failed");
    }
    TRY(package_room(upload->nfvo, upload->fd, &upload->room_seen, n));
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
    TRY(store_read(upload->nfvo->store, own_check, upload));
    if (rename(upload->part, upload->path) < 0) {
        return err_errno(E_UNAVAILABLE, "rename %s", upload->part);
    }
    upload->is_whole = true;
    return dir_sync(upload->dir);
}

struct err *
upload_accept(struct tx *tx, struct upload *upload)
{
    static const char *const from[] = {"UPLOADING", NULL};
    const struct move accept = {from, "PROCESSING", upload->sha256, upload->size};
    struct onboard_in *in = row_new(tx_mem(tx), &onboard_in_table);
    struct flow_start start = {
        .type = flow_of(upload->table),
        .in = in,
        .project_id = upload->project_id,
    };
    uint64_t left;

    TRY(quota_check(tx, upload, &left)); /* It may have become less. */
    in->id = upload->id;
    in->project_id = upload->project_id;
    in->path = mem_printf(tx_mem(tx), "%s/content", upload->id);
    in->sha256 = upload->sha256;
    in->size = (int64_t)upload->size;
    TRY(state_move(tx, upload->table, upload->id, upload->uploader, &accept));
    return flow_start(tx, upload->nfvo->engine, &start, NULL);
}

static struct err *
fail_fn(struct tx *tx, void *arg)
{
    static const char *const from[] = {"UPLOADING", NULL};
    static const struct move fail = {.from = from, .to = "ERROR"};
    const struct upload *upload = arg;
    void *old, *row;

    TRY(state_move(tx, upload->table, upload->id, upload->uploader, &fail));
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
    if (upload->is_whole) { /* All was there, but could not be accepted. */
        struct err *other = store_read(upload->nfvo->store, own_check, upload);

        if (!other) {
            (void)unlink(upload->path);
        }
        err_ignore(other, "it is somebody else's file by now, or of use to nobody");
    }
    struct err *e = store_write_wait(upload->nfvo->store, move, upload);

    if (e) {
        bool is_gone = err_is(e, E_NOT_FOUND), moved = is_gone || err_is(e, E_CONFLICT);

        if (is_gone) { /* It was deleted, perhaps before its folder was made for this upload. */
            err_ignore(package_folder_remove(upload->mem, upload->dir, ".left"), "what is left there is looked for by nobody");
        }
        log_err(LOG_LV_WARN, "nfvo", e, "an upload that ended early");
        if (!moved) {
            upload_drops_add(upload->nfvo->drops, upload->table, upload->id, upload->uploader);
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

static const char *
whole_of(const struct table *table, void *row)
{
    const struct attr *attr = table_attr(table, "sha256");

    return attr ? *(const char *const *)attr_at(attr, row) : NULL;
}

/* Does nobody receive it any more? */
static struct err *
is_left(struct tx *tx, const char *uploader, bool own_too, bool *left)
{
    const char *own = store_replica(tx_store(tx));
    const char *name = mem_strn(tx_mem(tx), str_or(uploader, ""), strcspn(str_or(uploader, ""), "/"));
    const struct cond by_name[] = {COND("name", name), {0}};
    struct replica *there = NULL;

    *left = !own || (own_too && str_eq(name, own));
    if (own && !str_eq(name, own)) {
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
        if (whole_of(table, row) || !left) {
            continue; /* A flow gets what is outside of it, and goes on by itself; or somebody receives it. */
        }
        *state_at(table, row) = "CREATED";
        *uploader_at(table, row) = NULL;
        whole_set(table, row, NULL, 0);
        TRY(row_update(tx, rows.items[i], row));
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

struct err *
upload_is_open(struct tx *tx, const char *id, bool *open)
{
    const struct cond by_id[] = {COND("id", id), {0}};

    *open = false;
    for (size_t i = 0; i < ARRAY_SIZE(kinds) && !*open; i++) {
        void *row = NULL;

        TRY(row_find(tx, kinds[i].table, by_id, &row));
        *open = row && str_eq(*state_at(kinds[i].table, row), "UPLOADING");
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
