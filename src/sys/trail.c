/* One thread writes in order; two buffers, so that lines come in while others are written. */
#include "sys/trail.h"

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WAITS_MAX (4u << 20)
#define AGAIN_NS 1000000000

struct trail {
    char *path;
    void (*lost)(struct buf *out, uint64_t n);
    int64_t max_bytes;
    int keep;
    pthread_t thread;
    pthread_mutex_t lock; /* Guards the following. */
    pthread_cond_t more, less;
    struct buf in;        /* added */
    uint64_t n_lost, n_untold;
    bool reopen, closing, busy;
    /* The thread's own. */
    struct buf out;
    size_t at;            /* of 'out': so much is written */
    int fd;
    int64_t size;
    bool failing;         /* the last write was refused, and said so */
};

static struct err *
trail_file(struct trail *trail)
{
    struct stat st;

    char last = '\n';

    fd_close(&trail->fd);
    trail->fd = open(trail->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (trail->fd < 0 || fstat(trail->fd, &st)) {
        return err_errno(E_UNAVAILABLE, "%s", trail->path);
    }
    trail->size = st.st_size;
    /* What a power cut left of a line is a line of its own. */
    if (st.st_size && pread(trail->fd, &last, 1, st.st_size - 1) == 1 && last != '\n' &&
        write(trail->fd, "\n", 1) == 1) {
        trail->size++;
    }
    return NULL;
}

/* PATH.1 becomes PATH.2 and so on, PATH becomes PATH.1. */
static struct err *
turn_over(struct trail *trail)
{
    AUTO_BUF from = BUF_INIT;
    AUTO_BUF to = BUF_INIT;

    for (int i = trail->keep; i > 0; i--) {
        buf_clear(&from);
        buf_clear(&to);
        buf_printf(&from, i > 1 ? "%s.%d" : "%s", trail->path, i - 1);
        buf_printf(&to, "%s.%d", trail->path, i);
        if (rename(from.data, to.data) && errno != ENOENT) {
            return err_errno(E_UNAVAILABLE, "%s -> %s", from.data, to.data);
        }
    }
    if (!trail->keep && unlink(trail->path)) {
        return err_errno(E_UNAVAILABLE, "%s", trail->path);
    }
    return trail_file(trail);
}

/* Writes whole lines: what a full disk took of one is cut off again, so that no half is left. */
static struct err *
write_lines(struct trail *trail)
{
    while (trail->at < trail->out.len) {
        const char *line = trail->out.data + trail->at;
        const char *end = memchr(line, '\n', trail->out.len - trail->at);
        size_t n = end ? (size_t)(end - line) + 1 : trail->out.len - trail->at;

        if (trail->size && trail->size + (int64_t)n > trail->max_bytes) {
            TRY(turn_over(trail));
        }
        errno = 0;
        ssize_t done = write(trail->fd, line, n);
        if (done != (ssize_t)n) {
            int why = errno ? errno : ENOSPC;

            if (done > 0 && ftruncate(trail->fd, trail->size)) {
                trail->at += (size_t)done;
            }
            errno = why;
            return err_errno(E_UNAVAILABLE, "%s", trail->path);
        }
        trail->size += done;
        trail->at += n;
    }
    return fdatasync(trail->fd) ? err_errno(E_UNAVAILABLE, "%s", trail->path) : NULL;
}

static struct err *
put(struct trail *trail, bool reopen)
{
    if (reopen || trail->fd < 0) {
        TRY(trail_file(trail));
    }
    return write_lines(trail);
}

/* Under the lock: moves what came in to the writing side.  Lines that did not fit are told of. */
static void
take(struct trail *trail)
{
    struct buf empty = trail->out;

    if (trail->at < trail->out.len) {
        return; /* The disk has not taken the last ones yet. */
    }
    trail->out = trail->in;
    trail->at = 0;
    trail->in = empty;
    buf_clear(&trail->in);
    if (trail->n_untold) {
        trail->lost(&trail->out, trail->n_untold);
        trail->n_untold = 0;
    }
}

static void
pause_for(struct trail *trail)
{
    struct timespec until;
    int64_t at = time_mono_ns() + AGAIN_NS;

    until.tv_sec = at / 1000000000;
    until.tv_nsec = at % 1000000000;
    pthread_cond_clockwait(&trail->more, &trail->lock, CLOCK_MONOTONIC, &until);
}

/* Told once; lines wait meanwhile. */
static void
refused(struct trail *trail, struct err *e)
{
    if (!trail->failing) {
        log_err(LOG_LV_ERROR, "trail", e, "lines wait that cannot be written");
    } else {
        err_free(e);
    }
    trail->failing = true;
}

static bool
has_work(const struct trail *trail)
{
    return trail->in.len || trail->n_untold || trail->reopen || trail->at < trail->out.len;
}

static void *
trail_run(void *arg)
{
    struct trail *trail = arg;
    bool gives_up = false;

    pthread_mutex_lock(&trail->lock);
    while (!gives_up && (has_work(trail) || !trail->closing)) {
        struct err *e;
        bool reopen;

        if (!has_work(trail)) {
            pthread_cond_wait(&trail->more, &trail->lock);
            continue;
        }
        take(trail);
        reopen = trail->reopen;
        trail->reopen = false;
        trail->busy = true;
        pthread_mutex_unlock(&trail->lock);
        e = put(trail, reopen);
        if (!e) {
            trail->failing = false;
        } else {
            refused(trail, e);
        }
        pthread_mutex_lock(&trail->lock);
        trail->busy = false;
        pthread_cond_broadcast(&trail->less);
        gives_up = trail->failing && trail->closing;
        if (trail->failing && !gives_up) {
            pause_for(trail);
        }
    }
    pthread_mutex_unlock(&trail->lock);
    return NULL;
}

static int
start(struct trail *trail)
{
    sigset_t all, before;
    int failure;

    sigfillset(&all); /* Signals belong to loops. */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    failure = pthread_create(&trail->thread, NULL, trail_run, trail);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

static void
trail_free(struct trail *trail)
{
    fd_close(&trail->fd);
    buf_done(&trail->in);
    buf_done(&trail->out);
    pthread_cond_destroy(&trail->more);
    pthread_cond_destroy(&trail->less);
    pthread_mutex_destroy(&trail->lock);
    free(trail->path);
    free(trail);
}

struct err *
trail_open(const struct trail_config *config, struct trail **out)
{
    struct trail *trail = heap_alloc(sizeof *trail);
    struct err *e;
    int failure;

    *trail = (struct trail){.path = heap_str(config->path),
                            .lost = config->lost,
                            .max_bytes = config->max_bytes,
                            .keep = config->keep,
                            .fd = -1};
    pthread_mutex_init(&trail->lock, NULL);
    pthread_cond_init(&trail->more, NULL);
    pthread_cond_init(&trail->less, NULL);
    e = trail_file(trail);
    failure = e ? 0 : start(trail);
    if (failure) {
        e = err_new(E_UNAVAILABLE, NULL, "thread: %s", strerrordesc_np(failure));
    }
    if (e) {
        trail_free(trail);
        return e;
    }
    pthread_setname_np(trail->thread, "trail");
    *out = trail;
    return NULL;
}

void
trail_add(struct trail *trail, const char *line, size_t n)
{
    pthread_mutex_lock(&trail->lock);
    if (trail->in.len + n > WAITS_MAX) {
        trail->n_lost++;
        trail->n_untold++;
    } else {
        buf_add(&trail->in, line, n);
    }
    pthread_mutex_unlock(&trail->lock);
    pthread_cond_signal(&trail->more);
}

void
trail_reopen(struct trail *trail)
{
    pthread_mutex_lock(&trail->lock);
    trail->reopen = true;
    pthread_mutex_unlock(&trail->lock);
    pthread_cond_signal(&trail->more);
}

uint64_t
trail_lost(struct trail *trail)
{
    uint64_t n;

    pthread_mutex_lock(&trail->lock);
    n = trail->n_lost;
    pthread_mutex_unlock(&trail->lock);
    return n;
}

/* What is being written is the thread's: it is not looked at. */
static bool
is_behind(const struct trail *trail)
{
    return trail->busy || has_work(trail);
}

struct err *
trail_flush(struct trail *trail, int ms)
{
    int64_t at = time_mono_ns() + (int64_t)ms * 1000000;
    struct timespec until = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
    bool over = false, left;

    pthread_mutex_lock(&trail->lock);
    while (!over && is_behind(trail)) {
        over = pthread_cond_clockwait(&trail->less, &trail->lock, CLOCK_MONOTONIC, &until) != 0;
    }
    left = is_behind(trail);
    pthread_mutex_unlock(&trail->lock);
    return left ? err_new(E_UNAVAILABLE, NULL, "%s: lines wait still", trail->path) : NULL;
}

void
trail_close(struct trail *trail)
{
    if (!trail) {
        return;
    }
    pthread_mutex_lock(&trail->lock);
    trail->closing = true;
    pthread_mutex_unlock(&trail->lock);
    pthread_cond_signal(&trail->more);
    pthread_join(trail->thread, NULL);
    trail_free(trail);
}
