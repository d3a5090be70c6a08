/* A world with servers that speak SSH: a real sshd, one process a connection behind a listener of the
 * test, which can also refuse, say nothing and break connections. */
#ifndef TESTS_UNIT_SCRIPT_WORLD_H
#define TESTS_UNIT_SCRIPT_WORLD_H

#include "base/vec.h"
#include "script/script.h"
#include "sys/file.h"
#include "sys/process.h"
#include "test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
#include <shadow.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SSHD "/usr/sbin/sshd"
#define LONG_MS 120000

/* The child that speaks SSH is this very program. */
static inline bool
is_instruct(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "instruct") == 0;
}

enum manner { SERVES, SHUTS, IS_SILENT, SAYS_NONSENSE };

struct world {
    struct mem *mem;
    struct loop *loop;
    struct script_runs *runs;
    int listener, port;
    enum manner manner;
    size_t n_accepted, n_shut_first; /* so many connections are shut before the manner holds */
    int last;                        /* the newest connection */
    const char *config, *user, *key, *host_key;
    /* What came of the last run. */
    bool ended, began;
    int64_t status, bytes;
    const char *out, *err_text, *met;
    struct err *err;
};

static inline void
serve(struct world *w, int fd)
{
    const struct process_spec spec = {
        .argv = process_argv(w->mem, SSHD, "-i", "-f", w->config, NULL),
        .stdin_fd = fd,
        .stdout_fd = fd,
        .stderr_fd = -1,
        .new_session = true,
        .die_with_parent = true,
    };
    pid_t pid;

    REQUIRE_OK(process_start(&spec, &pid));
}

static inline void
somebody_comes(void *arg, uint32_t events)
{
    struct world *w = arg;
    int fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC);

    (void)events;
    REQUIRE(fd >= 0);
    w->last = fd; /* Stays open: it is one of few, of a process that ends soon. */
    if (w->n_accepted++ < w->n_shut_first || w->manner == SHUTS) {
        close(fd);
    } else if (w->manner == SERVES) {
        serve(w, fd);
    } else if (w->manner == SAYS_NONSENSE) {
        REQUIRE_OK(fd_write_all(fd, "220 mail\r\n\x1b[2J\r\n", 17));
        close(fd);
    }
}

static inline const char *
ssh_files(struct world *w, const char *public_key)
{
    const char *dir = test_dir(), *host = mem_printf(w->mem, "%s/host", dir), *keys;
    const struct process_spec spec = {
        .argv = process_argv(w->mem, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host, NULL)};
    char *text;
    size_t n;

    keys = mem_printf(w->mem, "%s/keys", dir);
    REQUIRE_OK(file_write(keys, public_key, strlen(public_key), 0600));
    REQUIRE_OK(process_run(w->mem, &spec, NULL, LONG_MS, NULL));
    REQUIRE_OK(file_read(w->mem, mem_printf(w->mem, "%s.pub", host), 4096, &text, &n));
    *strchr(strchr(text, ' ') + 1, ' ') = '\0';
    w->host_key = text;
    text = mem_printf(w->mem,
                      "HostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\n"
                      "PermitRootLogin prohibit-password\nPasswordAuthentication no\nPidFile none\n",
                      host, keys);
    w->config = mem_printf(w->mem, "%s/config", dir);
    REQUIRE_OK(file_write(w->config, text, strlen(text), 0600));
    return text;
}

static inline void
listen_at(struct world *w)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct loop_fd *watch;

    w->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(w->listener, (struct sockaddr *)&at, sizeof at) == 0);
    REQUIRE(listen(w->listener, 64) == 0);
    REQUIRE(getsockname(w->listener, (struct sockaddr *)&at, &size) == 0);
    w->port = ntohs(at.sin_port);
    REQUIRE_OK(loop_fd_add(w->loop, w->listener, EPOLLIN, somebody_comes, w, &watch));
}

/* What sshd looks at before it takes a key. */
static inline bool
may_log_in(const struct passwd *me)
{
    const struct spwd *shadow = me ? getspnam(me->pw_name) : NULL; /* null: not for us to read */

    return me && (!shadow || *shadow->sp_pwdp != '!') &&
           (!*me->pw_shell || access(me->pw_shell, X_OK) == 0);
}

static inline struct world *
world_new(enum manner manner, const uint8_t seed[32])
{
    struct mem *mem = mem_new("world");
    struct world *w = MEM_NEW(mem, struct world);
    const struct passwd *me = getpwuid(geteuid());
    const char *public_key;

    *w = (struct world){.mem = mem, .manner = manner};
    if (manner == SERVES && access(SSHD, X_OK) != 0) {
        SKIP("there is no " SSHD " (openssh-server)");
    }
    if (manner == SERVES && !may_log_in(me)) {
        SKIP("%s may not log in here: its account is locked, or has no shell", me ? me->pw_name : "root");
    }
    if (manner == SERVES && geteuid() == 0) {
        REQUIRE_OK(dir_make("/run/sshd", 0755)); /* sshd insists on it. */
    }
    REQUIRE_OK(loop_new(&w->loop));
    REQUIRE_OK(script_key(mem, seed, "test", &w->key, &public_key));
    w->user = mem_str(mem, me ? me->pw_name : "root");
    if (manner == SERVES) {
        (void)ssh_files(w, public_key);
    }
    listen_at(w);
    w->runs = script_runs_new(&(struct script_runs_config){.loop = w->loop});
    return w;
}

static inline void
world_free(struct world *w)
{
    script_runs_free(w->runs);
    loop_free(w->loop);
    err_free(w->err);
    close(w->listener);
    mem_free(w->mem);
}

#endif
