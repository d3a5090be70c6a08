/* Processes: what the child sees, how failures are told, time-outs. */
#include "sys/process.h"
#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err *
run(struct mem *m, struct process_spec spec, const char *script, const char *input,
    const char **output)
{
    spec.argv = process_argv(m, "sh", "-c", script, NULL);
    return process_run(m, &spec, input, 10000 * test_patience(), output);
}

TEST(process_run_feeds_and_keeps_output)
{
    AUTO(mem) m = mem_new("test");
    const char *out = NULL;

    REQUIRE_OK(run(m, (struct process_spec){0}, "cat; echo err >&2", "some input\n", &out));
    CHECK_STR(out, "some input\nerr\n");
    REQUIRE_OK(run(m, (struct process_spec){0}, "cat", NULL, &out));
    CHECK_STR(out, "");
}

TEST(process_run_keeps_a_megabyte_and_reads_on)
{
    AUTO(mem) m = mem_new("test");
    const char *out = NULL;

    REQUIRE_OK(
        run(m, (struct process_spec){0}, "head -c 3000000 /dev/zero | tr '\\0' x", NULL, &out));
    CHECK_INT(strlen(out), 1 << 20);
}

TEST(process_run_tells_failures)
{
    AUTO(mem) m = mem_new("test");
    struct process_spec spec = {0};
    const char *out;
    int64_t from = time_mono_ns();

    CHECK_ERR_MSG(run(m, spec, "echo a; echo why; exit 3", NULL, &out), E_INTERNAL,
                  "sh ended with status 3: why");
    CHECK_STR(out, "a\nwhy\n");
    CHECK_ERR_MSG(run(m, spec, "kill -9 $$", NULL, &out), E_INTERNAL, "killed by signal 9");
    spec.argv = process_argv(m, "no-such-program", NULL);
    CHECK_ERR_MSG(process_run(m, &spec, NULL, 10000, &out), E_UNAVAILABLE, "not installed");
    spec.argv = process_argv(m, "/etc/passwd", NULL);
    CHECK_ERR_MSG(process_run(m, &spec, NULL, 10000, &out), E_UNAVAILABLE, "exec");
    spec.argv = process_argv(m, "cat", NULL);
    spec.cwd = "/no/such";
    CHECK_ERR_MSG(process_run(m, &spec, NULL, 10000, &out), E_UNAVAILABLE, "working folder");
    spec.cwd = NULL;
    spec.netns = "/no/such/netns";
    CHECK_ERR_MSG(process_run(m, &spec, NULL, 10000, &out), E_UNAVAILABLE, "network namespace");
    spec.netns = NULL;
    spec.argv = process_argv(m, "tail", "-f", "/dev/null", NULL);
    CHECK_ERR_MSG(process_run(m, &spec, NULL, 50, &out), E_UNAVAILABLE, "did not end within 50 ms");
    spec.argv = process_argv(m, "yes", NULL);
    CHECK_ERR_MSG(process_run(m, &spec, NULL, 50, &out), E_UNAVAILABLE, "did not end within 50 ms");
    CHECK(time_mono_ns() - from < INT64_C(9000000000) * test_patience());
}

TEST(process_run_does_not_wait_for_a_grandchild_that_holds_the_pipe)
{
    AUTO(mem) m = mem_new("test");
    const char *out = NULL;
    int pid = 0;

    REQUIRE_OK(run(m, (struct process_spec){0}, "tail -f /dev/null & echo $!", NULL, &out));
    REQUIRE(sscanf(out, "%d", &pid) == 1 && pid > 1);
    CHECK(!kill(pid, SIGKILL));
}

TEST(process_child_starts_clean)
{
    AUTO(mem) m = mem_new("test");
    struct process_spec spec = {0};
    const char *out = NULL;
    int leaked = open("/dev/null", O_RDONLY); /* On purpose without O_CLOEXEC. */
    sigset_t set;

    REQUIRE(leaked >= 0);
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    REQUIRE_OK(run(m, spec, "env | sort; ls -1 /proc/self/fd | tr '\\n' ' '; pwd", NULL, &out));
    CHECK(strstr(out, "LANG=C.UTF-8\n"));
    CHECK(strstr(out, "0 1 2 3 ")); /* 3 is ls's own look at the folder. */
    CHECK(!strstr(out, "0 1 2 3 4"));
    CHECK(!strstr(out, "HOME="));
    REQUIRE_OK(run(m, spec, "grep -E 'Sig(Blk|Ign)' /proc/self/status", NULL, &out));
    CHECK_STR(out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    spec.keep_fds[0] = leaked;
    spec.cwd = "/";
    spec.env = process_argv(m, "PATH=/usr/bin:/bin", "A=b", NULL);
    REQUIRE_OK(run(m, spec,
                   mem_printf(m, "echo $A; pwd; test -e /proc/self/fd/%d && echo kept", leaked),
                   NULL, &out));
    CHECK_STR(out, "b\n/\nkept\n");
}

TEST(process_drops_to_another_user)
{
    AUTO(mem) m = mem_new("test");
    const char *out = NULL;

    if (geteuid()) {
        SKIP("needs root");
    }
    REQUIRE_OK(run(m, (struct process_spec){.uid = 65534, .gid = 65534}, "id -u; id -g; id -G",
                   NULL, &out));
    CHECK_STR(out, "65534\n65534\n65534\n");
}

TEST(process_descriptors_may_be_0_1_2_crossed)
{
    AUTO(mem) m = mem_new("test");
    struct process_spec spec = {.stderr_fd = -1};
    const char *path = mem_printf(m, "%s/out", test_dir());
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), status;
    char *data;
    pid_t pid;

    REQUIRE(fd > 2 && dup2(fd, 0) == 0);
    spec.argv = process_argv(m, "echo", "hello", NULL);
    spec.stdin_fd = -1;
    spec.stdout_fd = 0; /* Standard output goes where our 0 leads. */
    REQUIRE_OK(process_start(&spec, &pid));
    waitpid(pid, &status, 0);
    CHECK_INT(status, 0);
    REQUIRE_OK(file_read(m, path, 100, &data, NULL));
    CHECK_STR(data, "hello\n");
}

TEST(process_dies_with_its_parent)
{
    AUTO(mem) m = mem_new("test");
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .die_with_parent = true,
                                .new_session = true};
    int tell[2];
    pid_t pid = 0, middle;

    REQUIRE(!pipe(tell));
    spec.argv = process_argv(m, "tail", "-f", "/dev/null", NULL);
    middle = fork();
    if (!middle) {
        if (process_start(&spec, &pid) || write(tell[1], &pid, sizeof pid) < 0) {
            _exit(1);
        }
        _exit(0);
    }
    REQUIRE(read(tell[0], &pid, sizeof pid) == sizeof pid && pid > 1);
    waitpid(middle, NULL, 0);
    /* It becomes a zombie of whoever adopts orphans here, or is gone. */
    EVENTUALLY(5000, !file_exists(mem_printf(m, "/proc/%d/exe", pid)));
}
