/* mutants [-n N] [-s SEED] PATH...
 *
 * Packages, service templates and unpacked packages (temporary copies: they are
 * written to) with some bytes changed, through the checker: whatever the damage,
 * it ends with a verdict, within LIMIT_S and ARENA_MAX.  The same SEED and paths
 * make the same mutants; what fails is named with both. */
#include "base/vec.h"
#include "sys/file.h"
#include "tosca/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_S 5  /* of processor time: the machine may have other work */
#define WAIT_S 120 /* by the clock */
#define ARENA_MAX ((size_t)200 << 20)
#define FILE_MAX ((size_t)8 << 20)

static char now_at[512]; /* for who is interrupted */
static uint64_t state;

static uint64_t
any(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below ? state % below : 0;
}

/* ---- changes --------------------------------------------------------------------------- */

struct text {
    char *data;
    size_t n;
};

static void
flip(struct text *text)
{
    for (uint64_t k = 1 + any(8); k > 0 && text->n; k--) {
        text->data[any(text->n)] ^= (char)(1u << any(8));
    }
}

static void
truncate_at(struct text *text)
{
    text->n = any(text->n);
}

/* Bytes that mean something to a parser. */
static void
overwrite(struct text *text)
{
    static const char special[] = "\0\xff\n\t{}[]&*|>'\"-:#%!@\\/.0";

    for (uint64_t k = 1 + any(4); k > 0 && text->n; k--) {
        text->data[any(text->n)] = special[any(sizeof special - 1)];
    }
}

static void
copy_block(struct text *text)
{
    size_t n = any(text->n / 4 + 1), from = any(text->n - n + 1), to = any(text->n - n + 1);

    memmove(text->data + to, text->data + from, n);
}

static void
drop_block(struct text *text)
{
    size_t n = any(text->n / 4 + 1), at = any(text->n - n + 1);

    memmove(text->data + at, text->data + at + n, text->n - at - n);
    text->n -= n;
}

static void
mutate(struct text *text)
{
    static void (*const ways[])(struct text *text) = {flip, truncate_at, overwrite, copy_block,
                                                      drop_block};

    ways[any(ARRAY_SIZE(ways))](text);
}

/* ---- files ------------------------------------------------------------------------------- */

struct names {
    VEC(const char *) of;
};

static void
collect(struct mem *mem, const char *folder, struct names *files)
{
    DIR *dir = opendir(folder);

    for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        const char *path = mem_printf(mem, "%s/%s", folder, d->d_name);
        struct stat st;

        if (d->d_name[0] == '.' || lstat(path, &st) != 0) {
            continue;
        }
        if (S_ISDIR(st.st_mode)) {
            collect(mem, path, files);
        } else if (S_ISREG(st.st_mode) && st.st_size > 0 && (size_t)st.st_size < FILE_MAX) {
            vec_add(mem, &files->of, path);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The file of 'path' that is changed this time: itself, or one below it. */
static const char *
victim(struct mem *mem, const char *path)
{
    struct names files = {0};
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        return path;
    }
    collect(mem, path, &files);
    if (files.of.n == 0) {
        return NULL;
    }
    qsort(files.of.items, files.of.n, sizeof *files.of.items, by_name);
    return files.of.items[any(files.of.n)];
}

/* ---- one mutant --------------------------------------------------------------------------- */

struct worst {
    int64_t ms;
    size_t bytes;
    char at[512];
};

static void
on_alarm(int signo)
{
    (void)signo;
    if (write(STDOUT_FILENO, "HANGS ", 6) < 0 || write(STDOUT_FILENO, now_at, strlen(now_at)) < 0) {
        _exit(4);
    }
    _exit(3);
}

static int64_t
cpu_ms(void)
{
    return (int64_t)clock() / (CLOCKS_PER_SEC / 1000);
}

static bool
judge(const char *path, struct worst *worst)
{
    AUTO(mem) mem = mem_new("mutant");
    int64_t began_ms = cpu_ms();
    struct package_verdict verdict = {0};
    struct err *e = package_check(mem, path, NULL, &verdict);
    int64_t ms = cpu_ms() - began_ms;

    bool unread = e != NULL;

    err_ignore(e, "a file that cannot be read at all is a verdict, too");
    if (ms > worst->ms) {
        worst->ms = ms;
        (void)snprintf(worst->at, sizeof worst->at, "%s", now_at);
    }
    worst->bytes = mem_size(mem) > worst->bytes ? mem_size(mem) : worst->bytes;
    return mem_size(mem) <= ARENA_MAX &&
           (unread || (verdict.kind == PACKAGE_ACCEPTED) ==
                     (verdict.n_faults + verdict.n_features == 0));
}

static void
limit(long cpu_s, unsigned int wait_s)
{
    struct itimerval timer = {.it_value = {.tv_sec = cpu_s}};

    (void)setitimer(ITIMER_PROF, &timer, NULL);
    (void)alarm(wait_s);
}

static struct err *
mutant_run(const char *path, struct worst *worst, bool *good)
{
    AUTO(mem) mem = mem_new("mutants");
    const char *name = victim(mem, path);
    struct text whole = {0}, text;

    *good = true;
    if (!name) {
        return NULL;
    }
    TRY(file_read(mem, name, FILE_MAX, &whole.data, &whole.n));
    text = (struct text){.data = mem_strn(mem, whole.data, whole.n), .n = whole.n};
    mutate(&text);
    TRY(file_write(name, text.data, text.n, 0600));
    limit(LIMIT_S, WAIT_S);
    *good = judge(path, worst);
    limit(0, 0);
    return file_write(name, whole.data, whole.n, 0600);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static int
path_run(const char *path, int64_t n, uint64_t seed, struct worst *worst)
{
    int failed = 0;

    for (int64_t i = 0; i < n; i++) {
        bool good;
        struct err *e;

        state = seed * 0x9e3779b97f4a7c15u + (uint64_t)i * 0xbf58476d1ce4e5b9u + 1;
        (void)any(0);
        (void)snprintf(now_at, sizeof now_at, "%s seed %llu mutant %lld\n", path,
                       (unsigned long long)seed, (long long)i);
        e = mutant_run(path, worst, &good);
        if (e || !good) {
            (void)printf("FAIL %s%s\n", now_at, e ? e->message : "a verdict that contradicts "
                                                                 "itself, or too much memory");
            failed++;
        }
        err_free(e);
    }
    return failed;
}

int
main(int argc, char **argv)
{
    struct worst worst = {0};
    int64_t n = 10, seed = 1;
    int c, failed = 0;

    while ((c = getopt(argc, argv, "n:s:")) != -1) {
        if (c == '?' || !str_to_i64(optarg, c == 'n' ? &n : &seed)) {
            return 2;
        }
    }
    (void)signal(SIGALRM, on_alarm);
    (void)signal(SIGPROF, on_alarm);
    for (int i = optind; i < argc; i++) {
        failed += path_run(argv[i], n, (uint64_t)seed, &worst);
    }
    (void)printf("%lld mutants, %d wrong; slowest %lld ms, largest %zu KiB; slowest: %s",
                 (long long)(n * (argc - optind)), failed, (long long)worst.ms, worst.bytes >> 10,
                 worst.at);
    return failed ? 1 : 0;
}
