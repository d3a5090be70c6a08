/* Uploads that were given up while the store could not be told (a full disk): their
 * rows leave UPLOADING as soon as it can, and not at the next start only. */
#include "nfvo/upload_drops.h"

#include "base/log.h"
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define AGAIN_MS 1000

struct drop {
    struct drop *next;
    const struct table *table;
    char *id, *uploader;
};

struct upload_drops {
    struct store *store;
    struct loop *loop;
    struct loop_timer *timer;
    pthread_mutex_t lock;
    struct drop *waiting; /* under 'lock': added to by any thread */
    struct drop *written; /* of the write under way; only the loop changes it */
    struct err *err;      /* of that write */
};

/* ---- the write --------------------------------------------------------------------------- */

static struct err *
drops_fn(struct tx *tx, void *arg)
{
    const struct upload_drops *drops = arg;

    for (const struct drop *drop = drops->written; drop; drop = drop->next) {
        struct err *e = upload_give_up(tx, drop->table, drop->id, drop->uploader);

        if (err_is(e, E_NOT_FOUND) || err_is(e, E_CONFLICT)) {
            err_ignore(e, "it is gone, or no upload any more");
            e = NULL;
        }
        TRY(e);
    }
    return NULL;
}

static void
list_free(struct drop *list)
{
    for (struct drop *next; list; list = next) {
        next = list->next;
        free(list->id);
        free(list->uploader);
        free(list);
    }
}

/* All of 'list' before what waits already. */
static void
wait_again(struct upload_drops *drops, struct drop *list)
{
    struct drop **end = &list;

    while (*end) {
        end = &(*end)->next;
    }
    pthread_mutex_lock(&drops->lock);
    *end = drops->waiting;
    drops->waiting = list;
    pthread_mutex_unlock(&drops->lock);
    loop_timer_arm(drops->timer, AGAIN_MS);
}

static void
drops_landed(void *arg)
{
    struct upload_drops *drops = arg;
    struct drop *list = drops->written;

    drops->written = NULL;
    if (drops->err) {
        err_ignore(drops->err, "logged when it was given up; tried again in a moment");
        drops->err = NULL;
        wait_again(drops, list);
    } else {
        list_free(list);
        wait_again(drops, NULL);
    }
}

static void
drops_written(void *arg, struct err *err)
{
    struct upload_drops *drops = arg;

    drops->err = err;
    loop_post(drops->loop, drops_landed, drops);
}

static void
drops_write(void *arg)
{
    struct upload_drops *drops = arg;

    if (drops->written) {
        return; /* Its landing asks again. */
    }
    pthread_mutex_lock(&drops->lock);
    drops->written = drops->waiting;
    drops->waiting = NULL;
    pthread_mutex_unlock(&drops->lock);
    if (drops->written) {
        store_write(drops->store, drops_fn, drops, drops_written);
    }
}

/* ---- from outside -------------------------------------------------------------------------- */

struct upload_drops *
upload_drops_new(struct store *store, struct loop *loop)
{
    struct upload_drops *drops = heap_alloc(sizeof *drops);

    drops->store = store;
    drops->loop = loop;
    drops->timer = loop_timer_new(loop, drops_write, drops);
    pthread_mutex_init(&drops->lock, NULL);
    return drops;
}

void
upload_drops_add(struct upload_drops *drops, const struct table *table, const char *id,
                 const char *uploader)
{
    struct drop *drop = heap_alloc(sizeof *drop);

    drop->table = table;
    drop->id = heap_str(id);
    drop->uploader = heap_str(uploader);
    pthread_mutex_lock(&drops->lock);
    drop->next = drops->waiting;
    drops->waiting = drop;
    pthread_mutex_unlock(&drops->lock);
    loop_post(drops->loop, drops_write, drops);
}

void
upload_drops_free(struct upload_drops *drops)
{
    if (drops) {
        loop_timer_del(drops->timer);
        list_free(drops->waiting);
        list_free(drops->written);
        err_ignore(drops->err, "the next start makes the rows CREATED");
        pthread_mutex_destroy(&drops->lock);
        free(drops);
    }
}

/* ---- halves of files ------------------------------------------------------------------------- */

#define HALF ".part"

struct halves {
    const char *id; /* of what they are halves */
    bool is_open;
};

static struct err *
halves_look(struct tx *tx, void *arg)
{
    struct halves *halves = arg;

    return upload_is_open(tx, halves->id, &halves->is_open);
}

/* Does nobody write them any more?  What came since they were seen has other names. */
static bool
are_left(struct store *store, const char *id)
{
    struct halves halves = {.id = id, .is_open = true};
    struct err *e = store_read(store, halves_look, &halves);
    bool left = !e && !halves.is_open;

    err_ignore(e, "then they stay");
    return left;
}

static void
folder_sweep(struct store *store, int packages, const char *name)
{
    int fd = openat(packages, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    AUTO(mem) mem = mem_new("sweep");
    VEC(const char *) seen = {0};
    const struct dirent *entry;

    if (!dir) {
        fd_close(&fd);
        return;
    }
    while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): a stream of this thread's own */
        if (str_ends(entry->d_name, HALF)) {
            vec_add(mem, &seen, mem_str(mem, entry->d_name));
        }
    }
    if (seen.n && are_left(store, name)) {
        vec_each (&seen, half) {
            (void)unlinkat(dirfd(dir), *half, 0);
        }
        (void)unlinkat(packages, name, AT_REMOVEDIR); /* Where it was that only. */
    }
    (void)closedir(dir);
}

void
uploads_sweep(struct store *store, const char *packages_dir)
{
    DIR *dir = opendir(packages_dir);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): a stream of this thread's own */
        if (entry->d_name[0] != '.') {
            folder_sweep(store, dirfd(dir), entry->d_name);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
}
