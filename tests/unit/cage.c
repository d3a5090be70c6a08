/* What a process can still do that locked itself in: nearly nothing. */
#include "sys/cage.h"
#include "test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a hostile child would like to do; the number of those that work. */
static int
escape_attempts(int pipe_fd, pid_t parent)
{
    int n = 0;

    n += open("/etc/passwd", O_RDONLY) >= 0;
    n += openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY) >= 0;
    n += socket(AF_INET, SOCK_STREAM, 0) >= 0;
    n += socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
    n += kill(parent, 0) == 0;
    n += syscall(SYS_tgkill, parent, parent, 0) == 0;
    n += fcntl(pipe_fd, F_SETOWN, parent) == 0;
    n += fcntl(pipe_fd, F_SETSIG, SIGKILL) == 0;
    n += fcntl(pipe_fd, F_SETFL, O_ASYNC) == 0;
    n += syscall(SYS_fork) >= 0;
    n += execl("/bin/true", "true", (char *)NULL) == 0;
    n += syscall(SYS_ptrace, 0, 0, 0, 0) == 0;
    n += syscall(SYS_bpf, 0, 0, 0) >= 0;
    return n;
}

TEST(cage_leaves_nothing_but_what_is_open)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct cage cage = {.root = -1, .cpu_s = 10, .memory = 1u << 30, .file_bytes = 1 << 20};
        struct err *e = cage_enter(&cage);

        _exit(e ? 100 : escape_attempts(STDOUT_FILENO, parent));
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 0);
}

/* With 'talks' a socket that is open serves, and it is all there is. */
static int
talking_attempts(int fd, pid_t parent)
{
    char c = 'x';
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    struct sockaddr_in to = {.sin_family = AF_INET};
    int works = send(fd, &c, 1, 0) == 1 && poll(&poll_fd, 1, 10000) == 1 && recv(fd, &c, 1, 0) == 1;

    return (works ? 0 : 50) + escape_attempts(fd, parent) +
           (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) + (listen(fd, 1) == 0) +
           (accept(fd, NULL, NULL) >= 0);
}

TEST(cage_lets_who_may_talk_talk)
{
    pid_t parent = getpid(), pid;
    int fds[2], status;
    char c;

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    pid = fork();
    if (pid == 0) {
        struct cage cage = {
            .root = -1, .cpu_s = 10, .memory = 1u << 30, .file_bytes = 0, .talks = true};
        struct err *e = cage_enter(&cage);

        _exit(e ? 100 : talking_attempts(fds[1], parent));
    }
    close(fds[1]);
    REQUIRE(recv(fds[0], &c, 1, 0) == 1);
    REQUIRE(send(fds[0], &c, 1, 0) == 1);
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 0);
    close(fds[0]);
}

TEST(cage_ends_who_works_for_ever)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct cage cage = {.root = -1, .cpu_s = 1, .memory = 1u << 30, .file_bytes = 1 << 20};
        struct err *e = cage_enter(&cage);

        if (e) {
            _exit(100);
        }
        for (volatile unsigned i = 0;; i++) {
        }
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL);
}

/* Memory is bounded where the sanitizer does not need terabytes of it. */
TEST(cage_bounds_memory)
{
#ifdef __SANITIZE_ADDRESS__
    SKIP("the address sanitizer maps terabytes: no limit is set");
#else
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct cage cage = {.root = -1, .cpu_s = 10, .memory = 64u << 20, .file_bytes = 1 << 20};
        struct err *e = cage_enter(&cage);
        void *much = e ? NULL : malloc(128u << 20);

        _exit(e ? 100 : much != NULL);
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 0);
#endif
}
