/* The trusting side of a script's run, which trusts nothing: what the child says is
 * bounded before it is read, and the child is killed at its last word, at the
 * deadline and at the first word that is out of place.  Nothing here waits. */
#include "script/script.h"
#include "script/wire.h"

#include "base/json.h"
#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define AGAIN_MS 1000 /* A server that boots is asked again so often. */
#define WHY_MAX 256

struct stream {
    char *data; /* the newest, up to twice of what is kept */
    size_t n;
    int64_t bytes;
};

/* Whose runs there are, while there are any. */
struct owner {
    struct owner *next;
    size_t n_runs, n_running;
    char name[];
};

struct script_run {
    struct script_runs *runs;
    struct script_run *next;
    struct owner *owner;
    struct mem *mem;
    struct mem *attempt; /* what one child made; emptied before the next */
    struct script_order order;
    const char *request;
    script_done_fn *done;
    void *arg;
    bool has_turn;

    pid_t pid; /* 0 = no child */
    int fd;
    struct loop_fd *watch;
    struct loop_timer *deadline, *again;
    unsigned char head[SCRIPT_HEAD];
    char *piece;
    size_t got; /* of head and piece */
    bool began;
    const char *host_key; /* in 'attempt' */
    char why[WHY_MAX];    /* nobody let us in, the last time */
    struct stream out, err;
};
struct script_runs {
    struct script_runs_config config;
    size_t n_running;
    struct owner *owners;
    struct script_run *first; /* all, in order of coming */
    struct mem *mem;
};

/* ---- owners ------------------------------------------------------------------------- */

static struct owner *
owner_take(struct script_runs *runs, const char *name)
{
    struct owner *owner = runs->owners;

    while (owner && !str_eq(owner->name, name)) {
        owner = owner->next;
    }
    if (!owner) {
        owner = heap_alloc(sizeof *owner + strlen(name) + 1);
        memcpy(owner->name, name, strlen(name) + 1);
        owner->next = runs->owners;
        runs->owners = owner;
    }
    owner->n_runs++;
    return owner;
}

static void
owner_give(struct script_runs *runs, struct owner *owner)
{
    struct owner **at = &runs->owners;

    if (--owner->n_runs > 0) {
        return;
    }
    while (*at != owner) {
        at = &(*at)->next;
    }
    *at = owner->next;
    free(owner);
}

/* ---- the life of a run ---------------------------------------------------------------- */

static void
child_end(struct script_run *run)
{
    loop_fd_del(run->watch);
    run->watch = NULL;
    fd_close(&run->fd);
    if (run->pid) {
        kill(run->pid, SIGKILL);
        while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        run->pid = 0;
    }
}

static void
run_free(struct script_run *run)
{
    child_end(run);
    loop_timer_del(run->deadline);
    loop_timer_del(run->again);
    mem_free(run->attempt);
    mem_free(run->mem);
}

static void
run_leave(struct script_run *run)
{
    struct script_run **at = &run->runs->first;

    while (*at != run) {
        at = &(*at)->next;
    }
    *at = run->next;
    run->runs->n_running -= run->has_turn;
    run->owner->n_running -= run->has_turn;
    owner_give(run->runs, run->owner);
}

static struct script_stream
stream_of(struct mem *mem, const struct stream *stream)
{
    size_t n = stream->n > SCRIPT_OUTPUT_KEPT ? SCRIPT_OUTPUT_KEPT : stream->n;

    return (struct script_stream){
        .text = n ? script_clean(mem, stream->data + stream->n - n, n) : "",
        .bytes = stream->bytes,
    };
}

static void turns_give(struct script_runs *runs);

static void
run_end(struct script_run *run, int64_t status, struct err *err)
{
    struct script_runs *runs = run->runs;
    struct script_result result = {
        .host_key = run->began ? run->host_key : NULL,
        .began = run->began,
        .status = status,
        .out = stream_of(run->mem, &run->out),
        .err = stream_of(run->mem, &run->err),
    };

    child_end(run);
    run_leave(run);
    run->done(run->arg, &result, err);
    run_free(run);
    turns_give(runs);
}

/* Until it begins. */
static int64_t
patience_ms(const struct script_order *order)
{
    return order->reach_ms > 0 && order->reach_ms < order->timeout_ms ? order->reach_ms
                                                                      : order->timeout_ms;
}

static struct err *
unreachable(const struct script_run *run)
{
    return err_new(E_UNAVAILABLE, "ServerUnreachable",
                   "no SSH login as %s at %s port %lld within %lld s: %s", run->order.user,
                   run->order.address, (long long)run->order.port,
                   (long long)(patience_ms(&run->order) / 1000),
                   *run->why ? run->why : "there was no answer");
}

static void
deadline_came(void *arg)
{
    struct script_run *run = arg;

    run_end(run, -1,
            run->began ? err_new(E_UNAVAILABLE, "ScriptNotInTime", "the script did not end within %lld s",
                                 (long long)(run->order.timeout_ms / 1000))
                       : unreachable(run));
}

/* ---- words of the child ------------------------------------------------------------------ */

static void
stream_add(struct script_run *run, struct stream *stream, const char *data, size_t n)
{
    if (!stream->data) {
        stream->data = mem_alloc(run->mem, 2 * SCRIPT_OUTPUT_KEPT + SCRIPT_PIECE_MAX);
    }
    memcpy(stream->data + stream->n, data, n);
    stream->n += n;
    stream->bytes += (int64_t)n;
    if (stream->n > (size_t)2 * SCRIPT_OUTPUT_KEPT) {
        memmove(stream->data, stream->data + stream->n - SCRIPT_OUTPUT_KEPT, SCRIPT_OUTPUT_KEPT);
        stream->n = SCRIPT_OUTPUT_KEPT;
    }
}

static struct err *
nonsense(void)
{
    return err_new(E_INTERNAL, NULL, "the process that speaks SSH does not say what it should");
}

/* Away: asked again later, by another child. */
static void
later(struct script_run *run, const char *why)
{
    size_t n = strnlen(why, WHY_MAX - 1);

    while (!str_utf8(why, n)) {
        n--; /* Not to the middle of a character. */
    }
    child_end(run);
    memcpy(run->why, why, n);
    run->why[n] = '\0';
    loop_timer_arm(run->again, AGAIN_MS);
}

static void
last_word(struct script_run *run, enum script_word word, const char *text)
{
    int64_t status = -1;

    if (word == SCRIPT_ENDED) {
        bool told = str_to_i64(text, &status);

        run_end(run, status, told ? NULL : nonsense());
    } else if (word == SCRIPT_OTHER) {
        run_end(run, -1,
                err_new(E_CONFLICT, "HostKeyChanged",
                        "%s shows another host key than before, %s: it is not the same server",
                        run->order.address, text));
    } else {
        run_end(run, -1,
                run->began ? err_new(E_REMOTE, "ConnectionLost",
                                     "the connection ended before the script did: %s", text)
                           : err_new(E_INTERNAL, NULL, "the process that speaks SSH failed: %s",
                                     text));
    }
}

static bool
output_heard(struct script_run *run, struct stream *stream, const char *data, size_t n)
{
    stream_add(run, stream, data, n);
    if (run->out.bytes + run->err.bytes <= SCRIPT_OUTPUT_MAX) {
        return true;
    }
    run_end(run, -1, err_new(E_TOO_LARGE, "ScriptOutput", "the script said more than %u MiB",
                             SCRIPT_OUTPUT_MAX >> 20));
    return false;
}

/* Who has shown a key has shown one; a script begins at a server that has. */
static bool
in_place(const struct script_run *run, enum script_word word)
{
    switch (word) {
    case SCRIPT_HOST_KEY:
    case SCRIPT_OTHER:
        return !run->host_key;
    case SCRIPT_BEGINS:
        return run->host_key && !run->began;
    case SCRIPT_AWAY:
        return !run->began;
    case SCRIPT_OUT:
    case SCRIPT_ERR:
    case SCRIPT_ENDED:
        return run->began;
    case SCRIPT_FAULT:
        return true;
    }
    return false;
}

/* False where the run is over, or this child. */
static bool
word_heard(struct script_run *run, enum script_word word, const char *data, size_t n)
{
    if (!in_place(run, word)) {
        run_end(run, -1, nonsense());
        return false;
    }
    switch (word) {
    case SCRIPT_HOST_KEY:
        run->host_key = script_clean(run->attempt, data, n);
        return true;
    case SCRIPT_BEGINS:
        run->began = true;
        if (patience_ms(&run->order) < run->order.timeout_ms) {
            loop_timer_arm(run->deadline, run->order.timeout_ms);
        }
        return true;
    case SCRIPT_OUT:
        return output_heard(run, &run->out, data, n);
    case SCRIPT_ERR:
        return output_heard(run, &run->err, data, n);
    case SCRIPT_AWAY:
        later(run, script_clean(run->attempt, data, n));
        return false;
    case SCRIPT_ENDED:
    case SCRIPT_OTHER:
    case SCRIPT_FAULT:
        last_word(run, word, script_clean(run->attempt, data, n));
        return false;
    }
    return false;
}

/* ---- hearing --------------------------------------------------------------------------------- */

static size_t
announced(const struct script_run *run)
{
    return (size_t)run->head[1] | (size_t)run->head[2] << 8 | (size_t)run->head[3] << 16 |
           (size_t)run->head[4] << 24;
}

/* Reads on at the word under way; 0 = no more now, -1 = it has ended. */
static ssize_t
word_read(struct script_run *run)
{
    size_t n = run->got < SCRIPT_HEAD ? SCRIPT_HEAD - run->got
                                      : SCRIPT_HEAD + announced(run) - run->got;
    char *to = run->got < SCRIPT_HEAD ? (char *)run->head + run->got
                                      : run->piece + (run->got - SCRIPT_HEAD);
    ssize_t now = read(run->fd, to, n);

    if (now < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    run->got += now > 0 ? (size_t)now : 0;
    return now > 0 ? now : -1;
}

static void
child_speaks(void *arg, uint32_t events)
{
    struct script_run *run = arg;

    (void)events;
    for (int i = 0; i < 64; i++) { /* Others have a turn too. */
        ssize_t n = word_read(run);

        if (n == 0) {
            return;
        }
        if (n < 0 || (run->got >= SCRIPT_HEAD && announced(run) > SCRIPT_PIECE_MAX)) {
            run_end(run, -1, n < 0 ? err_new(E_INTERNAL, NULL,
                                             "the process that speaks SSH ended without a word")
                                   : nonsense());
            return;
        }
        if (run->got >= SCRIPT_HEAD && run->got == SCRIPT_HEAD + announced(run)) {
            size_t length = announced(run);

            run->got = 0;
            if (!word_heard(run, (enum script_word)run->head[0], run->piece, length)) {
                return;
            }
        }
    }
}

/* ---- starting -------------------------------------------------------------------------------- */

/* The request, private key included, is in memory only, on both sides. */
static struct err *
request_fd(const char *request, int *fd)
{
    *fd = memfd_create("request", MFD_CLOEXEC);
    if (*fd < 0) {
        return err_errno(E_UNAVAILABLE, "memfd");
    }
    TRY(fd_write_all(*fd, request, strlen(request)));
    return lseek(*fd, 0, SEEK_SET) == 0 ? NULL : err_errno(E_UNAVAILABLE, "memfd");
}

static struct err *
child_start(struct script_run *run)
{
    AUTO_FD in = -1, write_end = -1;
    struct process_spec spec = {
        .argv = process_argv(run->attempt, run->runs->config.program, "instruct", NULL),
        .stderr_fd = -1,
        .new_session = true,
        .die_with_parent = true,
    };
    int fds[2];

    TRY(request_fd(run->request, &in));
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    run->fd = fds[0];
    write_end = fds[1];
    if (fcntl(run->fd, F_SETFL, O_NONBLOCK) != 0) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    spec.stdin_fd = in;
    spec.stdout_fd = write_end;
    TRY_MSG(process_start(&spec, &run->pid), "no process that speaks SSH");
    return loop_fd_add(run->runs->config.loop, run->fd, EPOLLIN, child_speaks, run, &run->watch);
}

static struct err *
address_check(const struct script_run *run)
{
    const struct script_runs_config *config = &run->runs->config;
    struct sockaddr_storage to;
    struct ip ip;

    if (!ip_parse(run->order.address, &ip)) {
        return err_new(E_INVALID, NULL, "%s is no address", run->order.address);
    }
    (void)script_address(&ip, (uint16_t)run->order.port, &to);
    if (config->may_connect && !config->may_connect(config->may_arg, (struct sockaddr *)&to)) {
        return err_new(E_FORBIDDEN, "AddressRefused",
                       "the site says that the server is at %s: scripts are not run there "
                       "(loopback, this host's own and link-local addresses, unless --callbacks "
                       "lists them)",
                       run->order.address);
    }
    return NULL;
}

static void
again(void *arg)
{
    struct script_run *run = arg;
    struct err *e = address_check(run);

    mem_reset(run->attempt);
    run->host_key = NULL;
    run->got = 0;
    e = e ? e : child_start(run);
    if (e) {
        run_end(run, -1, e);
    }
}

/* Whoever waits longest begins, unless its owner has as many turns as are free: so there is
 * always one left for who has none yet, and he who is alone has half of them (dynamic thresholds of
 * Choudhury and Hahne).  Not in the caller's own call. */
static void
turns_give(struct script_runs *runs)
{
    for (struct script_run *run = runs->first; run && runs->n_running < SCRIPT_RUNS;
         run = run->next) {
        if (!run->has_turn && run->owner->n_running < SCRIPT_RUNS - runs->n_running) {
            run->has_turn = true;
            run->owner->n_running++;
            runs->n_running++;
            loop_timer_arm(run->deadline, patience_ms(&run->order));
            loop_timer_arm(run->again, 0);
        }
    }
}

static const char *
request_of(struct mem *mem, const struct script_order *order)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "address", order->address);
    jw_int(&w, "port", order->port);
    jw_str(&w, "user", order->user);
    jw_str(&w, "private_key", order->private_key);
    if (order->host_key) {
        jw_str(&w, "host_key", order->host_key);
    }
    jw_str(&w, "text", script_wrap(mem, order));
    jw_end(&w);
    return buf_copy(mem, &text);
}

struct script_run *
script_start(struct script_runs *runs, const struct script_order *order, script_done_fn *done,
             void *arg)
{
    struct mem *mem = mem_new("script");
    struct script_run *run = MEM_NEW(mem, struct script_run), **at = &runs->first;

    *run = (struct script_run){.runs = runs, .mem = mem, .done = done, .arg = arg, .fd = -1};
    run->attempt = mem_new("attempt at a script");
    run->owner = owner_take(runs, str_or(order->owner, ""));
    run->order.address = mem_str(mem, order->address);
    run->order.user = mem_str(mem, order->user);
    run->order.port = order->port;
    run->order.timeout_ms = order->timeout_ms;
    run->order.reach_ms = order->reach_ms;
    run->request = request_of(mem, order);
    run->piece = mem_alloc(mem, SCRIPT_PIECE_MAX);
    run->deadline = loop_timer_new(runs->config.loop, deadline_came, run);
    run->again = loop_timer_new(runs->config.loop, again, run);
    while (*at) {
        at = &(*at)->next;
    }
    *at = run;
    turns_give(runs);
    return run;
}

void
script_cancel(struct script_run *run)
{
    run_end(run, -1, err_new(E_CANCELLED, NULL, "cancelled: nobody waits for the script any more"));
}

struct script_runs *
script_runs_new(const struct script_runs_config *config)
{
    struct mem *mem = mem_new("scripts");
    struct script_runs *runs = MEM_NEW(mem, struct script_runs);

    *runs = (struct script_runs){.config = *config, .mem = mem};
    runs->config.program = mem_str(mem, str_or(config->program, "/proc/self/exe"));
    return runs;
}

void
script_runs_free(struct script_runs *runs)
{
    if (!runs) {
        return;
    }
    while (runs->first) {
        struct script_run *run = runs->first;

        run_leave(run);
        run_free(run);
    }
    mem_free(runs->mem);
}
