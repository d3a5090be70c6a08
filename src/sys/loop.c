/* The event loop over epoll.  Timers are a heap, posted functions a queue with
 * an eventfd, children pidfds, signals signalfds.  What is deleted while events
 * are handed out is only marked, and freed when the round is over: an event
 * that was fetched already can never reach freed memory. */
#include "sys/loop.h"

#include "base/log.h"
#include "base/time.h"
#include "sys/service.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS_A_TURN 64
#define NOT_ARMED SIZE_MAX

struct loop_fd {
    struct loop *loop;
    struct loop_fd *prev, *next; /* In loop->fds, or next in loop->dead. */
    int fd;
    bool owned, dead;
    loop_fd_fn *fn;
    void *arg;
};

struct loop_timer {
    struct loop *loop;
    struct loop_timer *prev, *next;
    int64_t at_ns;
    uint64_t order; /* Timers of one moment fire in the order of arming. */
    size_t index;   /* In the heap, or NOT_ARMED. */
    loop_fn *fn;
    void *arg;
    struct log_origin origin; /* Of whoever armed it. */
};

struct posted {
    struct posted *next;
    loop_fn *fn;
    void *arg;
    struct log_origin origin;
};

struct loop {
    int epoll_fd;
    struct loop_fd *fds, *dead;
    struct loop_timer *timers;
    struct loop_timer **heap;
    size_t n_heap, heap_cap;
    uint64_t n_armed;
    int wake_fd;
    pthread_mutex_t lock; /* Guards the queue of posted functions. */
    struct posted *first, **last;
    atomic_bool stopping;
    struct service service;    /* Who started us: hears that this loop turns. */
    struct loop_timer *breath; /* Or null. */
};

/* A child process, or a signal, that is watched. */
struct watch {
    struct loop_fd *fd;
    struct watch *next;
    loop_child_fn *child_fn;
    loop_fn *signal_fn;
    void *arg;
    pid_t pid;
};

static bool
earlier(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void
place(struct loop *loop, size_t i, struct loop_timer *timer)
{
    loop->heap[i] = timer;
    timer->index = i;
}

static void
sift_up(struct loop *loop, size_t i)
{
    struct loop_timer *timer = loop->heap[i];

    for (; i && earlier(timer, loop->heap[(i - 1) / 2]); i = (i - 1) / 2) {
        place(loop, i, loop->heap[(i - 1) / 2]);
    }
    place(loop, i, timer);
}

static void
sift_down(struct loop *loop, size_t i)
{
    struct loop_timer *timer = loop->heap[i];

    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < loop->n_heap && earlier(loop->heap[child + 1], loop->heap[child])) {
            child++;
        }
        if (child >= loop->n_heap || !earlier(loop->heap[child], timer)) {
            break;
        }
        place(loop, i, loop->heap[child]);
        i = child;
    }
    place(loop, i, timer);
}

struct loop_timer *
loop_timer_new(struct loop *loop, loop_fn *fn, void *arg)
{
    struct loop_timer *timer = heap_alloc(sizeof *timer);

    timer->loop = loop;
    timer->index = NOT_ARMED;
    timer->fn = fn;
    timer->arg = arg;
    timer->next = loop->timers;
    if (timer->next) {
        timer->next->prev = timer;
    }
    loop->timers = timer;
    return timer;
}

void
loop_timer_hurry(struct loop_timer *timer)
{
    if (timer->index != NOT_ARMED) {
        loop_timer_arm(timer, 0);
    }
}

void
loop_timer_disarm(struct loop_timer *timer)
{
    struct loop *loop = timer->loop;
    struct loop_timer *last;
    size_t i = timer->index;

    if (i == NOT_ARMED) {
        return;
    }
    timer->index = NOT_ARMED;
    last = loop->heap[--loop->n_heap];
    if (last != timer) {
        place(loop, i, last);
        sift_up(loop, i);
        sift_down(loop, last->index);
    }
}

void
loop_timer_arm(struct loop_timer *timer, int64_t delay_ms)
{
    struct loop *loop = timer->loop;

    loop_timer_disarm(timer);
    if (loop->n_heap == loop->heap_cap) {
        loop->heap_cap = loop->heap_cap ? loop->heap_cap * 2 : 16;
        loop->heap = heap_realloc(loop->heap, loop->heap_cap * sizeof(struct loop_timer *));
    }
    timer->at_ns = time_mono_ns() + (delay_ms > 0 ? delay_ms : 0) * 1000000;
    timer->order = loop->n_armed++;
    timer->origin = log_origin();
    loop->heap[loop->n_heap++] = timer;
    sift_up(loop, loop->n_heap - 1);
}

void
loop_timer_arm_by(struct loop_timer *timer, int64_t delay_ms)
{
    if (timer->index == NOT_ARMED || timer->at_ns > time_mono_ns() + delay_ms * 1000000) {
        loop_timer_arm(timer, delay_ms);
    }
}

void
loop_timer_del(struct loop_timer *timer)
{
    if (timer) {
        loop_timer_disarm(timer);
        *(timer->prev ? &timer->prev->next : &timer->loop->timers) = timer->next;
        if (timer->next) {
            timer->next->prev = timer->prev;
        }
        free(timer);
    }
}

/* Fires what was due at 'now'; what is armed meanwhile waits for the next turn. */
static void
fire_timers(struct loop *loop, int64_t now)
{
    uint64_t armed_before = loop->n_armed;

    while (loop->n_heap && loop->heap[0]->at_ns <= now && loop->heap[0]->order < armed_before) {
        struct loop_timer *timer = loop->heap[0];

        loop_timer_disarm(timer);
        (void)log_origin_swap(timer->origin);
        timer->fn(timer->arg);
    }
    (void)log_origin_swap(log_origin_of(NULL));
}

struct err *
loop_fd_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg,
            struct loop_fd **out)
{
    struct loop_fd *watch = heap_alloc(sizeof *watch);
    struct epoll_event event = {.events = events, .data.ptr = watch};

    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event)) {
        free(watch);
        return err_errno(E_INTERNAL, "epoll_ctl add %d", fd);
    }
    *watch = (struct loop_fd){.loop = loop, .fd = fd, .fn = fn, .arg = arg, .next = loop->fds};
    if (watch->next) {
        watch->next->prev = watch;
    }
    loop->fds = watch;
    if (out) {
        *out = watch;
    }
    return NULL;
}

struct err *
loop_fd_set(struct loop_fd *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    if (epoll_ctl(watch->loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event)) {
        return err_errno(E_INTERNAL, "epoll_ctl set %d", watch->fd);
    }
    return NULL;
}

void
loop_fd_del(struct loop_fd *watch)
{
    struct loop *loop;

    if (!watch || watch->dead) {
        return;
    }
    loop = watch->loop;
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    if (watch->owned) {
        close(watch->fd);
    }
    *(watch->prev ? &watch->prev->next : &loop->fds) = watch->next;
    if (watch->next) {
        watch->next->prev = watch->prev;
    }
    watch->dead = true;
    watch->next = loop->dead;
    loop->dead = watch;
}

static void
bury_dead(struct loop *loop)
{
    while (loop->dead) {
        struct loop_fd *watch = loop->dead;

        loop->dead = watch->next;
        free(watch);
    }
}

static void
wake(struct loop *loop)
{
    uint64_t one = 1;

    if (write(loop->wake_fd, &one, sizeof one) < 0) {
        return; /* The counter is full: the loop is awake already. */
    }
}

void
loop_post(struct loop *loop, loop_fn *fn, void *arg)
{
    struct posted *posted = heap_alloc(sizeof *posted);
    bool first;

    posted->fn = fn;
    posted->arg = arg;
    posted->origin = log_origin();
    pthread_mutex_lock(&loop->lock);
    first = !loop->first;
    *loop->last = posted;
    loop->last = &posted->next;
    if (first) {
        wake(loop);
    }
    pthread_mutex_unlock(&loop->lock);
}

static struct posted *
take_posted(struct loop *loop)
{
    struct posted *all;

    pthread_mutex_lock(&loop->lock);
    all = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    pthread_mutex_unlock(&loop->lock);
    return all;
}

bool
loop_unpost(struct loop *loop, loop_fn *fn, void *arg)
{
    bool found = false;

    pthread_mutex_lock(&loop->lock);
    for (struct posted **at = &loop->first, *posted; (posted = *at);) {
        if (posted->fn == fn && posted->arg == arg) {
            *at = posted->next;
            free(posted);
            found = true;
        } else {
            at = &posted->next;
        }
    }
    loop->last = &loop->first;
    while (*loop->last) {
        loop->last = &(*loop->last)->next;
    }
    pthread_mutex_unlock(&loop->lock);
    return found;
}

static void
on_wake(void *arg, uint32_t events)
{
    struct loop *loop = arg;
    struct posted *all;
    uint64_t n;

    (void)events;
    if (read(loop->wake_fd, &n, sizeof n) < 0) {
        return;
    }
    all = take_posted(loop);
    while (all) {
        struct posted *posted = all;

        all = posted->next;
        (void)log_origin_swap(posted->origin);
        posted->fn(posted->arg);
        free(posted);
    }
    (void)log_origin_swap(log_origin_of(NULL));
}

struct err *
loop_new(struct loop **out)
{
    struct loop *loop = heap_alloc(sizeof *loop);
    struct err *e;

    loop->last = &loop->first;
    pthread_mutex_init(&loop->lock, NULL);
    service_open(&loop->service);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    e = loop->epoll_fd < 0 || loop->wake_fd < 0
            ? err_errno(E_UNAVAILABLE, "event loop")
            : loop_fd_add(loop, loop->wake_fd, EPOLLIN, on_wake, loop, NULL);
    if (e) {
        loop_free(loop);
        return e;
    }
    *out = loop;
    return NULL;
}

static void watch_free(struct loop_fd *fd);

void
loop_free(struct loop *loop)
{
    if (!loop) {
        return;
    }
    while (loop->fds) {
        watch_free(loop->fds); /* NOLINT(clang-analyzer-unix.Malloc): which takes it off the list */
    }
    bury_dead(loop);
    while (loop->timers) {
        loop_timer_del(loop->timers); /* NOLINT(clang-analyzer-unix.Malloc): likewise */
    }
    for (struct posted *posted = take_posted(loop), *next; posted; posted = next) {
        next = posted->next;
        free(posted);
    }
    if (loop->wake_fd >= 0) {
        close(loop->wake_fd);
    }
    if (loop->epoll_fd >= 0) {
        close(loop->epoll_fd);
    }
    service_close(&loop->service);
    pthread_mutex_destroy(&loop->lock);
    free(loop->heap);
    free(loop);
}

void
loop_autofree(struct loop **loop)
{
    loop_free(*loop);
    *loop = NULL;
}

void
loop_stop(struct loop *loop)
{
    atomic_store(&loop->stopping, true);
    wake(loop);
}

/* How long to wait: until the first timer, at most 'timeout_ms' (-1 = for ever). */
static int
wait_ms(const struct loop *loop, int timeout_ms)
{
    int64_t left_ms;

    if (!loop->n_heap) {
        return timeout_ms;
    }
    left_ms = (loop->heap[0]->at_ns - time_mono_ns() + 999999) / 1000000;
    left_ms = left_ms < 0 ? 0 : left_ms > 3600000 ? 3600000 : left_ms;
    return timeout_ms >= 0 && timeout_ms < left_ms ? timeout_ms : (int)left_ms;
}

struct err *
loop_turn(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_A_TURN];
    int n = epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, wait_ms(loop, timeout_ms));

    if (n < 0 && errno != EINTR) {
        return err_errno(E_INTERNAL, "epoll_wait");
    }
    for (int i = 0; i < n; i++) {
        struct loop_fd *watch = events[i].data.ptr;

        if (!watch->dead) {
            watch->fn(watch->arg, events[i].events);
        }
    }
    fire_timers(loop, time_mono_ns());
    bury_dead(loop);
    return NULL;
}

/* Said on the loop itself: a process whose loop hangs falls silent. */
static void
breathe(void *arg)
{
    struct loop *loop = arg;

    service_tell(&loop->service, "WATCHDOG=1");
    loop_timer_arm(loop->breath, loop->service.watchdog_ms / 3);
}

static void
run_begin(struct loop *loop)
{
    service_tell(&loop->service, "READY=1");
    if (loop->service.watchdog_ms && !loop->breath) {
        loop->breath = loop_timer_new(loop, breathe, loop);
        breathe(loop);
    }
}

struct err *
loop_run(struct loop *loop)
{
    run_begin(loop);
    while (!atomic_load(&loop->stopping)) {
        TRY(loop_turn(loop, -1));
    }
    atomic_store(&loop->stopping, false);
    service_tell(&loop->service, "STOPPING=1");
    return NULL;
}

static void
on_child(void *arg, uint32_t events)
{
    struct watch watch = *(struct watch *)arg;
    int status = -1;

    (void)events;
    if (waitpid(watch.pid, &status, WNOHANG) != watch.pid) {
        status = -1;
    }
    watch_free(watch.fd);
    watch.child_fn(watch.arg, watch.pid, status);
}

static void
on_signal(void *arg, uint32_t events)
{
    struct watch *watch = arg;
    struct signalfd_siginfo info;

    (void)events;
    if (read(watch->fd->fd, &info, sizeof info) == sizeof info) {
        watch->signal_fn(watch->arg);
    }
}

/* Deletes a descriptor's watch and, where it is a child's or a signal's, that too. */
static void
watch_free(struct loop_fd *fd)
{
    void *watch = fd->owned ? fd->arg : NULL;

    loop_fd_del(fd);
    free(watch); /* NOLINT(clang-analyzer-unix.Malloc): each watch is one descriptor's */
}

/* Watches 'fd', which then belongs to the loop, on behalf of 'like'. */
static struct err *
watch_add(struct loop *loop, int fd, loop_fd_fn *fn, const struct watch *like)
{
    struct watch *watch = heap_alloc(sizeof *watch);
    struct err *e;

    *watch = *like;
    e = loop_fd_add(loop, fd, EPOLLIN, fn, watch, &watch->fd);
    if (e) {
        close(fd);
        free(watch);
        return e;
    }
    watch->fd->owned = true;
    return NULL;
}

struct err *
loop_child(struct loop *loop, pid_t pid, loop_child_fn *fn, void *arg)
{
    struct watch watch = {.child_fn = fn, .arg = arg, .pid = pid};
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (fd < 0) {
        return err_errno(errno == ESRCH ? E_NOT_FOUND : E_INTERNAL, "process %d", (int)pid);
    }
    return watch_add(loop, fd, on_child, &watch);
}

struct err *
loop_signal(struct loop *loop, int signo, loop_fn *fn, void *arg)
{
    struct watch watch = {.signal_fn = fn, .arg = arg};
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, signo);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        return err_errno(E_INTERNAL, "signalfd %d", signo);
    }
    return watch_add(loop, fd, on_signal, &watch);
}
