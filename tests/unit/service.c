/* The manager of services: what it hears of a loop, which sockets of it are taken. */
#include "sys/service.h"
#include "base/time.h"
#include "sys/file.h"
#include "sys/loop.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A manager that listens at the abstract address 'name'. */
static int
manager(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    socklen_t n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(at.sun_path + 1, name, strlen(name));
    return fd >= 0 && !bind(fd, (struct sockaddr *)&at, n) ? fd : -1;
}

/* Words that it has heard, with blanks between. */
static const char *
heard(struct mem *mem, int fd)
{
    const char *all = "";
    char text[64];
    ssize_t n;

    while ((n = recv(fd, text, sizeof text, MSG_DONTWAIT)) > 0) {
        all = mem_printf(mem, "%s%s%.*s", all, *all ? " " : "", (int)n, text);
    }
    return all;
}

static void
stop(void *arg)
{
    loop_stop(arg);
}

/* What is heard of a loop that runs for 'run_ms' under these variables. */
static const char *
life(struct mem *mem, const char *watchdog_usec, const char *watchdog_pid, int run_ms)
{
    AUTO(loop) loop = NULL;
    const char *name = mem_printf(mem, "carrick-test-%d", (int)getpid());
    AUTO_FD fd = manager(name);

    setenv("NOTIFY_SOCKET", mem_printf(mem, "@%s", name), 1);
    setenv("WATCHDOG_USEC", watchdog_usec, 1);
    setenv("WATCHDOG_PID", watchdog_pid, 1);
    CHECK_OK(loop_new(&loop));
    CHECK_STR(heard(mem, fd), ""); /* Not ready before it runs. */
    loop_timer_arm(loop_timer_new(loop, stop, loop), run_ms);
    CHECK_OK(loop_run(loop));
    return heard(mem, fd);
}

TEST(service_hears_of_a_loop_from_ready_to_stopping)
{
    AUTO(mem) mem = mem_new("test");
    const char *self = mem_printf(mem, "%d", (int)getpid());

    CHECK_STR(life(mem, "", "", 0), "READY=1 STOPPING=1");
    CHECK_STR(life(mem, "60000000", self, 0), "READY=1 WATCHDOG=1 STOPPING=1");
    CHECK_STR(life(mem, "60000000", "1", 0), "READY=1 STOPPING=1"); /* Another's watchdog. */
}

TEST(service_hears_three_times_a_period_that_the_loop_turns)
{
    AUTO(mem) mem = mem_new("test");
    const char *said = life(mem, "60000", mem_printf(mem, "%d", (int)getpid()), 130);

    CHECK(str_starts(said, "READY=1 WATCHDOG=1 WATCHDOG=1 WATCHDOG=1"));
}

TEST(service_that_nobody_waits_for_says_nothing)
{
    static const char *const wrong[] = {"", "relative", "@", "/"};
    char far[200] = "/";
    struct service s;

    memset(far + 1, 'x', sizeof far - 2);
    for (size_t i = 0; i <= sizeof wrong / sizeof *wrong; i++) {
        setenv("NOTIFY_SOCKET", i < sizeof wrong / sizeof *wrong ? wrong[i] : far, 1);
        service_open(&s);
        CHECK_INT(s.fd, -1);
        service_tell(&s, "READY=1");
        service_close(&s);
    }
    unsetenv("NOTIFY_SOCKET");
    service_open(&s);
    CHECK_INT(s.fd, -1);
}

/* ---- sockets ---------------------------------------------------------------------------------- */

/* A socket at 'path' under the number 3. */
static void
hand_over(const char *path, bool listening)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memcpy(at.sun_path, path, strlen(path) + 1);
    CHECK(fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at));
    CHECK(!listening || !listen(fd, 1));
    if (fd != 3) {
        CHECK_INT(dup2(fd, 3), 3);
        close(fd);
    }
}

TEST(service_takes_the_socket_of_its_path)
{
    AUTO(mem) mem = mem_new("test");
    const char *path = mem_printf(mem, "/tmp/carrick-service-%d", (int)getpid());

    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_PID", mem_printf(mem, "%d", (int)getpid()), 1);
    hand_over(path, true);
    CHECK_INT(service_socket("/tmp/another"), -1);
    CHECK_INT(service_socket(path), 3);
    CHECK(fcntl(3, F_GETFL) & O_NONBLOCK);
    CHECK(fcntl(3, F_GETFD) & FD_CLOEXEC);
    setenv("LISTEN_PID", "1", 1); /* They are another's. */
    CHECK_INT(service_socket(path), -1);
    (void)unlink(path);
}

TEST(service_takes_no_socket_that_does_not_listen)
{
    AUTO(mem) mem = mem_new("test");
    const char *path = mem_printf(mem, "/tmp/carrick-service-%d", (int)getpid());

    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_PID", mem_printf(mem, "%d", (int)getpid()), 1);
    hand_over(path, false);
    CHECK_INT(service_socket(path), -1);
    (void)unlink(path);
}
