/* A disk whose power may be cut: SQLite's own, and beside each file below a path what is safe of it.  What was
 * written is safe once it was synced; when the power is cut, of the rest each sector of 512 bytes is there or
 * is not, by chance, in any order, as pages of a machine's memory are. */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include "base/mem.h"
#include "sys/file.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISK_FILES 8
#define DISK_SECTOR 512

/* A write that is not safe yet; without bytes: a file cut to 'at'. */
struct disk_write {
    struct disk_write *next;
    sqlite3_int64 at;
    size_t n;
    char *bytes;
};

struct disk_file {
    char name[512];
    char *safe;
    size_t n;
    struct disk_write *first, **last;
};

/* What SQLite calls of a file; databases and journals have others. */
struct disk_methods {
    sqlite3_io_methods ours; /* first: files point at it */
    const sqlite3_io_methods *real;
};

static struct disk {
    pthread_mutex_t lock;
    const char *below; /* names of files that it is about begin so */
    struct disk_file files[DISK_FILES];
    struct { sqlite3_file *file; struct disk_file *of; } open[64];
    sqlite3_vfs vfs, *real;
    struct disk_methods methods[4];
    unsigned seed;
    int countdown;           /* operations until the power is cut; 0: it is not */
    void (*cut)(void *arg);  /* called then; all operations wait for it */
    void *arg;
} the_disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const sqlite3_io_methods *
disk_real(const sqlite3_file *file)
{
    return ((const struct disk_methods *)(const void *)file->pMethods)->real;
}

static void
disk_apply(char **data, size_t *n, const struct disk_write *write, size_t from, size_t length)
{
    size_t end = (size_t)write->at + from + length;

    if (!write->bytes) {
        *n = (size_t)write->at < *n ? (size_t)write->at : *n;
        return;
    }
    if (end > *n) {
        *data = realloc(*data, end);
        memset(*data + *n, 0, end - *n);
        *n = end;
    }
    memcpy(*data + (size_t)write->at + from, write->bytes + from, length);
}

/* What is found of a file after the power was cut, at 'path'; 'luck' of 0 to 100: how much of what was not safe. */
static void
disk_image(const struct disk_file *file, const char *path, int luck)
{
    char *data = malloc(file->n + 1);
    size_t n = file->n;

    memcpy(data, file->safe ? file->safe : "", n);
    for (const struct disk_write *write = file->first; write; write = write->next) {
        for (size_t from = 0; from < write->n || !write->bytes; from += DISK_SECTOR) {
            size_t length = write->n - from < DISK_SECTOR ? write->n - from : DISK_SECTOR;

            if (rand_r(&the_disk.seed) % 100 < luck) {
                disk_apply(&data, &n, write, from, length);
            }
            if (!write->bytes) {
                break;
            }
        }
    }
    REQUIRE_OK(file_write(path, data, n, 0600));
    free(data);
}

static struct disk_file *
disk_of(sqlite3_file *file)
{
    for (size_t i = 0; i < ARRAY_SIZE(the_disk.open); i++) {
        if (the_disk.open[i].file == file) {
            return the_disk.open[i].of;
        }
    }
    return NULL;
}

/* Before each operation, with the lock: is it the one that does not happen any more? */
static void
disk_count(void)
{
    if (the_disk.countdown && !--the_disk.countdown) {
        the_disk.cut(the_disk.arg);
    }
}

static void
disk_note(sqlite3_file *file, const void *bytes, size_t n, sqlite3_int64 at)
{
    struct disk_file *of;

    pthread_mutex_lock(&the_disk.lock);
    disk_count();
    of = disk_of(file);
    if (of) {
        struct disk_write *write = calloc(1, sizeof *write);

        write->at = at;
        write->n = n;
        if (bytes) {
            write->bytes = malloc(n);
            memcpy(write->bytes, bytes, n);
        }
        *of->last = write;
        of->last = &write->next;
    }
    pthread_mutex_unlock(&the_disk.lock);
}

static int
disk_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    disk_note(file, bytes, (size_t)n, at);
    return disk_real(file)->xWrite(file, bytes, n, at);
}

static int
disk_truncate(sqlite3_file *file, sqlite3_int64 at)
{
    disk_note(file, NULL, 0, at);
    return disk_real(file)->xTruncate(file, at);
}

static void
disk_safe(struct disk_file *of)
{
    while (of->first) {
        struct disk_write *write = of->first;

        of->first = write->next;
        disk_apply(&of->safe, &of->n, write, 0, write->n);
        free(write->bytes);
        free(write);
    }
    of->last = &of->first;
}

static int
disk_sync(sqlite3_file *file, int flags)
{
    struct disk_file *of;

    (void)flags;
    pthread_mutex_lock(&the_disk.lock);
    disk_count();
    of = disk_of(file);
    if (of) {
        disk_safe(of);
    }
    pthread_mutex_unlock(&the_disk.lock);
    return SQLITE_OK; /* The machine's own power stays on. */
}

static int
disk_close(sqlite3_file *file)
{
    pthread_mutex_lock(&the_disk.lock);
    for (size_t i = 0; i < ARRAY_SIZE(the_disk.open); i++) {
        if (the_disk.open[i].file == file) {
            the_disk.open[i].file = NULL;
        }
    }
    pthread_mutex_unlock(&the_disk.lock);
    return disk_real(file)->xClose(file);
}

static struct disk_file *
disk_named(const char *name)
{
    for (size_t i = 0; i < DISK_FILES; i++) {
        struct disk_file *of = &the_disk.files[i];

        if (!strcmp(of->name, name)) {
            return of;
        }
        if (!of->name[0]) {
            snprintf(of->name, sizeof of->name, "%s", name);
            of->last = &of->first;
            return of;
        }
    }
    return NULL;
}

static const sqlite3_io_methods *
disk_methods_of(const sqlite3_io_methods *real)
{
    struct disk_methods *m = the_disk.methods;

    while (m->real && m->real != real) {
        m++;
        REQUIRE(m < the_disk.methods + ARRAY_SIZE(the_disk.methods));
    }
    m->real = real;
    m->ours = *real;
    m->ours.xWrite = disk_write;
    m->ours.xTruncate = disk_truncate;
    m->ours.xSync = disk_sync;
    m->ours.xClose = disk_close;
    return &m->ours;
}

static int
disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    int rc = the_disk.real->xOpen(vfs, name, file, flags, out);

    if (rc != SQLITE_OK || !name || strncmp(name, the_disk.below, strlen(the_disk.below))) {
        return rc;
    }
    pthread_mutex_lock(&the_disk.lock);
    file->pMethods = disk_methods_of(file->pMethods);
    for (size_t i = 0; i < ARRAY_SIZE(the_disk.open); i++) {
        if (!the_disk.open[i].file) {
            the_disk.open[i].file = file;
            the_disk.open[i].of = disk_named(name);
            break;
        }
    }
    pthread_mutex_unlock(&the_disk.lock);
    return rc;
}

/* A file that was removed is gone at once: SQLite syncs its folder. */
static int
disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    pthread_mutex_lock(&the_disk.lock);
    for (size_t i = 0; i < DISK_FILES; i++) {
        if (!strcmp(the_disk.files[i].name, name)) {
            disk_safe(&the_disk.files[i]);
            the_disk.files[i].n = 0;
        }
    }
    pthread_mutex_unlock(&the_disk.lock);
    return the_disk.real->xDelete(vfs, name, sync);
}

/* From now on SQLite's files whose names begin with 'below' are on this disk. */
static void
disk_begin(const char *below, unsigned seed, void (*cut)(void *arg), void *arg)
{
    the_disk.below = below;
    the_disk.seed = seed;
    the_disk.cut = cut;
    the_disk.arg = arg;
    the_disk.real = sqlite3_vfs_find(NULL);
    the_disk.vfs = *the_disk.real;
    the_disk.vfs.zName = "disk";
    the_disk.vfs.xOpen = disk_open;
    the_disk.vfs.xDelete = disk_delete;
    REQUIRE(sqlite3_vfs_register(&the_disk.vfs, 1) == SQLITE_OK);
}

static void
disk_end(void)
{
    for (size_t i = 0; i < DISK_FILES; i++) {
        disk_safe(&the_disk.files[i]);
        free(the_disk.files[i].safe);
    }
    REQUIRE(sqlite3_vfs_register(the_disk.real, 1) == SQLITE_OK);
}

#endif
