/* The trusting side of an examination, which trusts nothing: every word of the
 * child is bounded before it is read, typed before it is used, and the child is
 * killed at the first one that is out of place. */
#include "tosca/examination.h"

#include "base/time.h"
#include "sys/file.h"
#include "sys/process.h"
#include "tosca/record.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY ((uint64_t)1 << 30)
#define MIB ((uint64_t)1 << 20)
#define CPU_S 10        /* and a second for every so many MiB: */
#define MIB_A_SECOND 8
#define FAULTS_MAX 300
#define SPECIFICATIONS_MAX 255
#define PATH_MAX_BYTES 512 /* of the name of what is outside, and of a digest in hex: */
#define DIGEST_MAX 128
#define FILES_MAX 10000
#define BYTES_FREE ((uint64_t)64 << 20) /* of files, whatever the package's size */
#define RATIO_MAX 200
#define ROOM_PIECE ((uint64_t)16 << 20)

struct examination {
    struct mem *mem;
    pid_t pid; /* 0 = ended and reaped */
    int fd;    /* what the child says */
    uint64_t cpu_s, memory;
    int64_t timeout_ms, deadline_ns;
    uint64_t bytes_left; /* of files that it may still give */
    uint64_t room_left;  /* of what 'room' was asked for */
    struct err *(*room)(void *arg, int fd, uint64_t n);
    void *room_arg;
};

/* ---- the end of the child --------------------------------------------------------------- */

static int
child_reap(struct examination *x)
{
    int status = 0;

    while (x->pid && waitpid(x->pid, &status, 0) < 0 && errno == EINTR) {
    }
    x->pid = 0;
    return status;
}

static void
examination_free(void *arg)
{
    struct examination *x = arg;

    if (x->pid) {
        kill(x->pid, SIGKILL);
    }
    (void)child_reap(x);
    fd_close(&x->fd);
}

static struct err *
unreadable(struct examination *x, const char *why)
{
    examination_free(x);
    return err_new(E_INVALID, "PackageUnreadable", "package: the process that reads it %s", why);
}

/* It stopped speaking before it was done: what became of it? */
static struct err *
broke_off(struct examination *x)
{
    AUTO(mem) mem = mem_new("broke off");
    int status, signo;

    fd_close(&x->fd); /* Who still writes ends by it. */
    status = child_reap(x);
    signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (signo == SIGXCPU || signo == SIGKILL) {
        return unreadable(x, mem_printf(mem, "was ended by signal %d: it needed more than %llu s "
                                        "of processor time or more memory than there is",
                                        signo, (unsigned long long)x->cpu_s));
    }
    if (signo == SIGABRT) {
        return unreadable(x, mem_printf(mem, "gave up: it needed more than %llu MiB of memory",
                                        (unsigned long long)(x->memory / MIB)));
    }
    if (signo) {
        return unreadable(x, mem_printf(mem, "was ended by signal %d", signo));
    }
    return unreadable(x, mem_printf(mem, "ended with status %d before it was done",
                                    WEXITSTATUS(status)));
}

/* ---- hearing ------------------------------------------------------------------------------ */

/* 1 = there is something (or the end), 0 = the time is over. */
static bool
wait_for_word(const struct examination *x)
{
    struct pollfd fds = {.fd = x->fd, .events = POLLIN};

    for (;;) {
        int64_t left_ms = (x->deadline_ns - time_mono_ns()) / 1000000;

        if (left_ms <= 0) {
            return false;
        }
        if (poll(&fds, 1, left_ms > 60000 ? 60000 : (int)left_ms) > 0) {
            return true;
        }
    }
}

static struct err *
hear(struct examination *x, void *data, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t got;

        if (!wait_for_word(x)) {
            AUTO(mem) mem = mem_new("late");

            return unreadable(x, mem_printf(mem, "was not done within %lld s",
                                            (long long)(x->timeout_ms / 1000)));
        }
        got = read(x->fd, (char *)data + at, n - at);
        if (got == 0) {
            return broke_off(x);
        }
        if (got < 0 && errno != EINTR) {
            return err_errno(E_UNAVAILABLE, "hear of a package");
        }
        at += got > 0 ? (size_t)got : 0;
    }
    return NULL;
}

/* Longest text behind each word. */
static uint32_t
longest(int word)
{
    switch (word) {
    case EXAMINATION_FOUND:
        return EXAMINATION_FOUND_MAX;
    case EXAMINATION_FAULTS:
        return EXAMINATION_FAULTS_MAX;
    case EXAMINATION_DATA:
        return EXAMINATION_DATA_MAX;
    default:
        return 0;
    }
}

static struct err *
hear_head(struct examination *x, int *word, uint32_t *n)
{
    unsigned char head[EXAMINATION_HEAD];

    TRY(hear(x, head, sizeof head));
    *word = head[0];
    *n = (uint32_t)head[1] | (uint32_t)head[2] << 8 | (uint32_t)head[3] << 16 |
         (uint32_t)head[4] << 24;
    return *n <= longest(*word) ? NULL : unreadable(x, "says more than it may");
}

static struct err *
hear_json(struct examination *x, uint32_t n, const struct json **json)
{
    AUTO_BUF text = BUF_INIT;
    struct err *e;

    buf_init(&text, (size_t)n + 1);
    for (uint32_t at = 0; at < n;) {
        char piece[4096];
        size_t now = n - at < sizeof piece ? n - at : sizeof piece;

        TRY(hear(x, piece, now));
        buf_add(&text, piece, now);
        at += (uint32_t)now;
    }
    e = json_parse(x->mem, text.data ? text.data : "", text.len, json);
    if (e) {
        err_ignore(e, "what it says instead is nothing that a person could use");
        return unreadable(x, "does not say what it should");
    }
    return NULL;
}

/* ---- faults ---------------------------------------------------------------------------------- */

static const enum err_code fault_codes[] = {E_INVALID, E_TOO_LARGE, E_NOT_IMPLEMENTED, E_NOT_FOUND,
                                            E_UNAVAILABLE};

static enum err_code
fault_code(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(fault_codes); i++) {
        if (str_eq(err_code_name(fault_codes[i]), name)) {
            return fault_codes[i];
        }
    }
    return E_INVALID;
}

static struct err *
fault_from(const struct json *json)
{
    const char *type = json_get_str(json, "type");
    struct err *e = err_new(fault_code(json_get_str(json, "code")), NULL, "%s",
                            str_or(json_get_str(json, "message"), "the package is wrong"));

    if (package_fault_title(type)) {
        err_set_type(e, type);
    }
    return e;
}

/* The child's last word: all that is wrong. */
static struct err *
hear_faults(struct examination *x, uint32_t n)
{
    const struct json *list;
    struct err *faults = NULL;

    TRY(hear_json(x, n, &list));
    json_each (list, i) {
        if (i < FAULTS_MAX) {
            faults = err_join(faults, fault_from(list->items[i]));
        }
    }
    if (!faults) {
        return unreadable(x, "refuses it and does not say why");
    }
    return err_join(faults, examination_end(x));
}

/* ---- what was found ---------------------------------------------------------------------------- */

/* What is got from elsewhere: all of it has to make sense before anybody is asked. */
static struct err *
outside_read(const struct json *json, struct examined_file *file)
{
    file->checksum_algorithm = json_get_str(json, "checksum_algorithm");
    file->checksum = json_get_str(json, "checksum");
    if (!strstr(file->name, "://") || package_uri_fault(file->name) || strlen(file->path) > PATH_MAX_BYTES ||
        !package_algorithm(file->algorithm) || strlen(file->digest) > DIGEST_MAX ||
        (file->checksum && (!file->checksum_algorithm || !package_algorithm(file->checksum_algorithm) ||
                            strlen(file->checksum) > DIGEST_MAX))) {
        return err_new(E_INVALID, NULL, "outside");
    }
    return NULL;
}

static struct err *
listed_read(const struct json *json, struct examined_file *file)
{
    static const char *const whats[] = {"HISTORY", "TESTING", "LICENSE", NULL};
    int64_t part = json_int(json_get(json, "part"), PACKAGE_ARTIFACT);

    file->name = json_get_str(json, "name");
    file->algorithm = json_get_str(json, "algorithm");
    file->digest = json_get_str(json, "digest");
    file->set = json_get_str(json, "set");
    file->what = json_get_str(json, "what");
    if (!file->name || !file->algorithm || !file->digest || part < 0 || part > PACKAGE_ARTIFACT ||
        (file->what && !str_in(file->what, whats))) {
        return err_new(E_INVALID, NULL, "file");
    }
    file->part = (enum package_part)part;
    file->path = json_get_str(json, "path");
    return file->path ? outside_read(json, file) : NULL;
}

static struct err *
files_read(const struct json *list, struct mem *mem, struct examined *found)
{
    if (!json_is(list, JSON_T_ARRAY) || list->n > 2 * (size_t)FILES_MAX) {
        return err_new(E_INVALID, NULL, "files");
    }
    found->files = MEM_ARRAY(mem, list->n + 1, struct examined_file);
    json_each (list, i) {
        TRY_MSG(listed_read(list->items[i], &found->files[found->n_files++]), "files[%zu]", i);
    }
    return NULL;
}

static struct err *
descriptor_read(struct mem *mem, const char *kind, struct examined *found)
{
    if (str_eq(kind, "nsd")) {
        return nsd_read(mem, found->record, &found->nsd);
    }
    return str_eq(kind, "pnf") ? pnfd_read(mem, found->record, &found->pnfd)
                               : vnfd_read(mem, found->record, &found->vnfd);
}

static struct err *
found_read(struct mem *mem, const struct json *json, const char *kind, struct examined *found)
{
    static const char *const options[] = {NULL, "OPTION_1", "OPTION_2"};
    const struct json *manifest = json_get(json, "manifest");
    int64_t option = json_int(json_get(json, "signed"), -1);

    found->entry = json_get_str(json, "entry");
    found->manifest = json_str(manifest);
    found->record = json_get(json, "descriptor");
    if (option < 0 || option >= (int64_t)ARRAY_SIZE(options)) {
        return err_new(E_INVALID, NULL, "signed");
    }
    found->security_option = options[option];
    found->specifications = json_get_str(json, "specifications");
    if (found->specifications && strlen(found->specifications) > SPECIFICATIONS_MAX) {
        return err_new(E_INVALID, NULL, "specifications");
    }
    found->certificate = json_get_str(json, "certificate");
    if (found->certificate && strlen(found->certificate) > PACKAGE_CERTIFICATE_MAX) {
        return err_new(E_INVALID, NULL, "certificate");
    }
    if (!found->entry || (!found->manifest && !json_is(manifest, JSON_T_NULL))) {
        return err_new(E_INVALID, NULL, "entry");
    }
    TRY(files_read(json_get(json, "files"), mem, found));
    return descriptor_read(mem, kind, found);
}

static struct err *
hear_found(struct examination *x, const char *kind, struct examined **found)
{
    const struct json *json;
    struct err *e;
    uint32_t n;
    int word;

    TRY(hear_head(x, &word, &n));
    if (word == EXAMINATION_FAULTS) {
        return hear_faults(x, n);
    }
    if (word != EXAMINATION_FOUND) {
        return unreadable(x, "does not say what it should");
    }
    TRY(hear_json(x, n, &json));
    *found = MEM_NEW(x->mem, struct examined);
    e = found_read(x->mem, json, kind, *found);
    if (e) {
        examination_free(x);
    }
    return e;
}

/* ---- starting ------------------------------------------------------------------------------------ */

/* Time by the size: it is read twice, and hashed. */
static struct err *
measure(struct examination *x, const struct examination_order *order)
{
    struct stat st;

    if (fstat(order->fd, &st) != 0 || lseek(order->fd, 0, SEEK_SET) != 0) {
        return err_errno(E_UNAVAILABLE, "read the package");
    }
    x->cpu_s = CPU_S + (uint64_t)st.st_size / MIB / MIB_A_SECOND;
    x->memory = order->memory ? order->memory : MEMORY;
    x->timeout_ms = order->timeout_ms ? order->timeout_ms : (int64_t)x->cpu_s * 3000;
    x->deadline_ns = time_mono_ns() + x->timeout_ms * 1000000;
    x->room = order->room;
    x->room_arg = order->room_arg;
    x->bytes_left = BYTES_FREE + RATIO_MAX * (uint64_t)st.st_size;
    return NULL;
}

static struct err *
child_start(struct examination *x, const struct examination_order *order)
{
    AUTO_FD write_end = -1;
    struct process_spec spec = {
        .stdin_fd = order->fd, .stderr_fd = -1, .new_session = true, .die_with_parent = true};
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    x->fd = fds[0];
    write_end = fds[1];
    spec.stdout_fd = write_end;
    spec.argv = process_argv(
        x->mem, str_or(order->program, "/proc/self/exe"), "examine", "--memory-mb",
        mem_printf(x->mem, "%llu", (unsigned long long)(x->memory / MIB)), "--cpu-s",
        mem_printf(x->mem, "%llu", (unsigned long long)x->cpu_s),
        mem_printf(x->mem, "--trust=%s", str_or(order->trust, "")),
        order->signed_only ? "--signed=only" : "--signed=or-not", "--", order->kind, order->file, NULL);
    return err_wrap(process_start(&spec, &x->pid), "no process that reads the package");
}

struct err *
examination_new(struct mem *mem, const struct examination_order *order, struct examination **out,
                struct examined **found)
{
    struct examination *x = MEM_NEW(mem, struct examination);
    struct err *e;

    x->mem = mem;
    x->fd = -1;
    *out = x;
    TRY(measure(x, order));
    e = child_start(x, order);
    if (e) {
        x->pid = 0;
        examination_free(x);
        return e;
    }
    mem_on_free(mem, examination_free, x);
    return order->file ? NULL : hear_found(x, order->kind, found);
}

/* ---- files ---------------------------------------------------------------------------------------- */

static struct err *
take_piece(struct examination *x, uint32_t n, int fd)
{
    char piece[16384];

    if (n > x->bytes_left) {
        return unreadable(x, "gives more than the package can hold");
    }
    x->bytes_left -= n;
    if (x->room && x->room_left < n) {
        TRY(x->room(x->room_arg, fd, ROOM_PIECE));
        x->room_left = ROOM_PIECE;
    }
    x->room_left -= x->room ? n : 0;
    while (n > 0) {
        uint32_t now = n < sizeof piece ? n : (uint32_t)sizeof piece;

        TRY(hear(x, piece, now));
        TRY(fd_write_all(fd, piece, now));
        n -= now;
    }
    return NULL;
}

struct err *
examination_take(struct examination *x, int fd)
{
    for (;;) {
        uint32_t n;
        int word;

        TRY(hear_head(x, &word, &n));
        switch (word) {
        case EXAMINATION_DATA:
            TRY(take_piece(x, n, fd));
            break;
        case EXAMINATION_EOF:
            return NULL;
        case EXAMINATION_FAULTS:
            return hear_faults(x, n);
        default:
            return unreadable(x, "does not say what it should");
        }
    }
}

struct err *
examination_end(struct examination *x)
{
    char more;
    ssize_t n;

    if (!wait_for_word(x)) {
        return unreadable(x, "does not end");
    }
    n = read(x->fd, &more, 1);
    if (n != 0) {
        return unreadable(x, "says more than it was asked");
    }
    return child_reap(x) == 0 ? NULL : unreadable(x, "ended badly");
}

const struct vnfd_image **
examination_images(struct mem *mem, const struct vnfd *vnfd, size_t *n)
{
    VEC(const struct vnfd_image *) images = {0};
    struct map known;

    map_init(&known, mem);
    for (size_t i = 0; i < vnfd->n_flavours; i++) {
        for (size_t j = 0; j < vnfd->flavours[i].n_images; j++) {
            const struct vnfd_image *image = &vnfd->flavours[i].images[j];

            if ((image->file || image->uri) && !map_get(&known, image->id)) {
                map_set(&known, image->id, (void *)(uintptr_t)image);
                vec_add(mem, &images, image);
            }
        }
    }
    *n = images.n;
    return images.items;
}
