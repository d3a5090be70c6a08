/* The runner of the unit tests: forks each test, two at a time, gathers what
 * they print, and counts.  'unit [--list] [--jobs N] [FILTER...]': a filter
 * matches any part of "file/name".  With $CARRICK_TIMES set, each test's end and seconds
 * are told on standard error. */
#include "database.h"
#include "test.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 16
#define TEST_TIMEOUT_S 120
#define EXIT_SKIPPED 77

static struct test *tests;
static size_t n_tests;
static int failures_here;
static char dir_here[64];

/* A running test. */
struct job {
    pid_t pid;
    struct test *test;
    FILE *out;
    int64_t started_ns;
};
struct tally {
    int passed, failed, skipped;
};

void
test_register(struct test *test)
{
    test->next = tests;
    tests = test;
    n_tests++;
}

void
test_fail(const char *file, int line, const char *fmt, ...)
{
    const char *base = strrchr(file, '/');
    va_list args;

    failures_here++;
    printf("  %s:%d: ", base ? base + 1 : file, line);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
}

bool
test_has_failed(void)
{
    return failures_here;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void
test_end(void)
{
    fflush(NULL);
    exit(failures_here ? 1 : 0);
}

void
test_skip(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    fflush(NULL);
    _exit(failures_here ? 1 : EXIT_SKIPPED);
}

/* Where the folder of the test 'pid' is; known to the runner too, which
 * removes it whatever became of the test. */
static void
dir_name(char *out, size_t n, pid_t pid)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(out, n, "%.40s/carrick-unit.%d", tmp ? tmp : "/tmp", (int)pid);
}

const char *
test_dir(void)
{
    if (!*dir_here) {
        dir_name(dir_here, sizeof dir_here, getpid());
        nftw(dir_here, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        if (mkdir(dir_here, 0700)) {
            test_fail(__FILE__, __LINE__, "mkdir %s: %s", dir_here, strerror(errno));
            test_end();
        }
    }
    return dir_here;
}

bool
test_on_server(void)
{
    return getenv("CARRICK_TEST_DATABASE") != NULL;
}

void
test_needs_file(void)
{
    if (test_on_server()) {
        test_skip("about the file of SQLite");
    }
}

/* Which test of which run it is: numbers of processes come again. */
static char run_name[256];

const char *
test_store(const char *path)
{
    static int n_memories;
    char name[1000];

    snprintf(name, sizeof name, "%s %s %d", run_name, path, strcmp(path, ":memory:") ? 0 : ++n_memories);
    return database_of(path, name);
}

int64_t
test_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int
test_patience(void)
{
    const char *text = getenv("CARRICK_PATIENCE");
    long times = text ? strtol(text, NULL, 10) : 1;

    return times < 1 ? 1 : times > 1000 ? 1000 : (int)times;
}

bool
test_again(int64_t deadline_ns)
{
    if (test_now_ns() > deadline_ns) {
        return false;
    }
    poll(NULL, 0, 1);
    return true;
}

bool
test_check_ok(const char *file, int line, const char *what, struct err *e)
{
    if (e) {
        test_fail(file, line, "%s: %s: %s (%s:%d)", what, err_code_name(e->code), e->message,
                  e->file, e->line);
        err_free(e);
        return false;
    }
    return true;
}

bool
test_check_err(const char *file, int line, const char *what, struct err *e, enum err_code code)
{
    bool right = e && e->code == code;

    if (!e) {
        test_fail(file, line, "%s: succeeded instead of %s", what, err_code_name(code));
    } else if (!right) {
        test_fail(file, line, "%s: %s instead of %s: %s", what, err_code_name(e->code),
                  err_code_name(code), e->message);
    }
    err_free(e);
    return right;
}

bool
test_check_msg(const char *file, int line, const char *what, struct err *e, enum err_code code,
               const char *text)
{
    struct mem *mem = mem_new("test");
    bool has = !e || strstr(err_full(mem, e), text);

    if (!has) {
        test_fail(file, line, "%s: \"%s\" does not contain \"%s\"", what, err_full(mem, e), text);
    }
    mem_free(mem);
    return test_check_err(file, line, what, e, code) && has;
}

bool
test_check_str(const char *file, int line, const char *what, const char *a, const char *b)
{
    if (a == b || (a && b && !strcmp(a, b))) {
        return true;
    }
    test_fail(file, line, "%s is \"%s\", not \"%s\"", what, a ? a : "(null)", b ? b : "(null)");
    return false;
}

bool
test_check_int(const char *file, int line, const char *what, long long a, long long b)
{
    if (a == b) {
        return true;
    }
    test_fail(file, line, "%s: %lld and %lld", what, a, b);
    return false;
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool
selected(const struct test *test, int n_filters, char **filters)
{
    char full[256];

    snprintf(full, sizeof full, "%s/%s", base_name(test->file), test->name);
    for (int i = 0; i < n_filters; i++) {
        if (strstr(full, filters[i])) {
            return true;
        }
    }
    return n_filters == 0;
}

/* Runs in the child: its output goes to a file, a hang ends by SIGALRM. */
static void
run_here(const struct test *test, int out_fd)
{
    dup2(out_fd, STDOUT_FILENO);
    dup2(out_fd, STDERR_FILENO);
    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm((unsigned)(TEST_TIMEOUT_S * test_patience()));
    snprintf(run_name, sizeof run_name, "%d %" PRIi64 " %s", getppid(), test_now_ns(), test->name);
    test->fn();
    test_end();
}

static void
start(struct job *job, struct test *test)
{
    job->test = test;
    job->started_ns = test_now_ns();
    job->out = tmpfile();
    if (!job->out) {
        perror("tmpfile");
        exit(2);
    }
    fflush(NULL);
    job->pid = fork();
    if (job->pid < 0) {
        perror("fork");
        exit(2);
    }
    if (!job->pid) {
        run_here(test, fileno(job->out));
    }
}

static void
show_output(FILE *out)
{
    char line[1024];

    rewind(out);
    while (fgets(line, sizeof line, out)) {
        fputs(line, stdout);
    }
}

/* $CARRICK_TIMES: how it ended and what it took, on standard error, at once. */
static void
tell_time(const struct job *job, int status)
{
    bool exited = WIFEXITED(status);
    const char *how = exited && WEXITSTATUS(status) == 0              ? "ok"
                      : exited && WEXITSTATUS(status) == EXIT_SKIPPED ? "skip"
                                                                      : "FAIL";

    if (getenv("CARRICK_TIMES")) {
        fprintf(stderr, "%7.1f s  %-4s %s/%s\n", (double)(test_now_ns() - job->started_ns) / 1e9,
                how, base_name(job->test->file), job->test->name);
    }
}

static void
finish(struct job *job, int status, struct tally *tally)
{
    const char *file = base_name(job->test->file);
    char dir[64];

    tell_time(job, status);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        tally->passed++;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED) {
        tally->skipped++;
        printf("skip %s/%s: ", file, job->test->name);
        show_output(job->out);
        printf("\n");
    } else {
        tally->failed++;
        printf("FAIL %s/%s", file, job->test->name);
        if (WIFSIGNALED(status)) {
            printf(" (%s)", strsignal(WTERMSIG(status)));
        }
        printf("\n");
        show_output(job->out);
    }
    fclose(job->out);
    dir_name(dir, sizeof dir, job->pid);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    job->pid = 0;
}

/* Waits for one of the running tests. */
static void
reap(struct job *jobs, int n_jobs, struct tally *tally)
{
    int status;
    pid_t pid = wait(&status);

    for (int i = 0; i < n_jobs; i++) {
        if (pid > 0 && jobs[i].pid == pid) {
            finish(&jobs[i], status, tally);
        }
    }
}

static int
by_name(const void *a, const void *b)
{
    const struct test *const *ta = a, *const *tb = b;
    int by_file = strcmp((*ta)->file, (*tb)->file);

    return by_file ? by_file : strcmp((*ta)->name, (*tb)->name);
}

static struct test **
sorted(void)
{
    struct test **all = heap_alloc((n_tests + 1) * sizeof *all);
    size_t n = 0;

    for (struct test *t = tests; t; t = t->next) {
        all[n++] = t;
    }
    qsort(all, n, sizeof *all, by_name);
    return all;
}

static void
run_all(struct test **all, int n_jobs, int n_filters, char **filters, struct tally *tally)
{
    struct job jobs[JOBS_MAX] = {{0}};
    int running = 0;

    for (size_t i = 0; i < n_tests; i++) {
        if (!selected(all[i], n_filters, filters)) {
            continue;
        }
        if (running == n_jobs) {
            reap(jobs, n_jobs, tally);
            running--;
        }
        for (int j = 0; j < n_jobs; j++) {
            if (!jobs[j].pid) {
                start(&jobs[j], all[i]);
                running++;
                break;
            }
        }
    }
    for (; running; running--) {
        reap(jobs, n_jobs, tally);
    }
}

int
main(int argc, char **argv)
{
    struct test **all = sorted();
    struct tally tally = {0};
    int n_jobs = 2, first = 1;

    if (argc > 2 && !strcmp(argv[1], "--jobs")) {
        n_jobs = atoi(argv[2]);
        n_jobs = n_jobs < 1 ? 1 : n_jobs > JOBS_MAX ? JOBS_MAX : n_jobs;
        first = 3;
    }
    if (argc > 1 && !strcmp(argv[1], "--list")) {
        for (size_t i = 0; i < n_tests; i++) {
            printf("%s/%s\n", base_name(all[i]->file), all[i]->name);
        }
        free(all);
        return 0;
    }
    run_all(all, n_jobs, argc - first, argv + first, &tally);
    free(all);
    printf("%d passed, %d failed, %d skipped\n", tally.passed, tally.failed, tally.skipped);
    return tally.failed ? 1 : 0;
}
