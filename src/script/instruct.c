/* `carrick instruct <REQUEST`
 *
 * Feeds one script to one server and tells on standard output, in the words of
 * wire.h, what becomes of it.  The server is a stranger: the connection is made first, and
 * before a byte of it is read the process locks itself in.  Status 0 = the last
 * word was said, 1 = not. */
#include "script/script.h"
#include "script/ssh.h"
#include "script/wire.h"

#include "base/json.h"
#include "base/net.h"
#include "sys/cage.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 10000
#define CPU_S 120
#define MEMORY ((uint64_t)512 << 20)

static bool
say(enum script_word word, const void *data, size_t n)
{
    unsigned char head[SCRIPT_HEAD] = {(unsigned char)word, (unsigned char)n,
                                       (unsigned char)(n >> 8), (unsigned char)(n >> 16),
                                       (unsigned char)(n >> 24)};
    struct err *e = fd_write_all(STDOUT_FILENO, head, sizeof head);

    if (!e && n > 0) {
        e = fd_write_all(STDOUT_FILENO, data, n);
    }
    if (e) {
        err_ignore(e, "the parent is gone: nobody listens");
        return false;
    }
    return true;
}

/* ---- connecting --------------------------------------------------------------------------- */

socklen_t
script_address(const struct ip *ip, uint16_t port, struct sockaddr_storage *to)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)to;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

    memset(to, 0, sizeof *to);
    if (ip_is_v4(ip)) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        v4->sin_addr.s_addr = htonl(ip_v4(ip));
        return sizeof *v4;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    memcpy(&v6->sin6_addr, ip, sizeof v6->sin6_addr);
    return sizeof *v6;
}

static bool
connected(int fd, const struct sockaddr_storage *to, socklen_t n)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    socklen_t size = sizeof errno;
    int fault = 0;

    if (connect(fd, (const struct sockaddr *)to, n) == 0) {
        return true;
    }
    if (errno != EINPROGRESS) {
        return false;
    }
    if (poll(&wait, 1, CONNECT_MS) <= 0) {
        errno = ETIMEDOUT;
        return false;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &size) != 0) {
        return false;
    }
    errno = fault;
    return fault == 0;
}

/* -1 where nobody is there: that was said. */
static int
reach(const struct json *request)
{
    const char *text = json_get_str(request, "address");
    int64_t port = json_int(json_get(request, "port"), 0);
    struct sockaddr_storage to;
    struct ip ip;
    socklen_t n;
    int fd;

    if (!text || !ip_parse(text, &ip) || port < 1 || port > UINT16_MAX) {
        return -1;
    }
    n = script_address(&ip, (uint16_t)port, &to);
    fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !connected(fd, &to, n)) {
        const char *why = strerror(errno);

        (void)say(SCRIPT_AWAY, why, strlen(why));
        fd_close(&fd);
    }
    return fd;
}

/* ---- the work -------------------------------------------------------------------------------- */

static struct err *
request_read(struct mem *mem, const struct json **request)
{
    AUTO_BUF text = BUF_INIT;
    char piece[4096];
    ssize_t n;

    buf_init(&text, SCRIPT_REQUEST_MAX);
    while ((n = read(STDIN_FILENO, piece, sizeof piece)) > 0) {
        buf_add(&text, piece, (size_t)n);
    }
    return json_parse(mem, text.data ? text.data : "", text.len, request);
}

static struct err *
work_in_cage(const struct ssh_work *work)
{
    struct cage cage = {
        .root = -1, .cpu_s = CPU_S, .memory = MEMORY, .file_bytes = 0, .talks = true};
    struct ssh_session_struct *session;
    struct ssh_key_struct *key;

    TRY(ssh_prepare(work, &session, &key));
    TRY(cage_enter(&cage));
    ssh_work(work, session, key);
    return NULL;
}

static struct err *
instruct(struct mem *mem)
{
    const struct json *request;
    struct ssh_work work = {.say = say};

    TRY(request_read(mem, &request));
    work.user = json_get_str(request, "user");
    work.private_key = json_get_str(request, "private_key");
    work.host_key = json_get_str(request, "host_key");
    work.text = json_get_str(request, "text");
    if (!work.user || !work.private_key || !work.text) {
        return err_new(E_INVALID, NULL, "the request lacks user, private_key or text");
    }
    work.fd = reach(request);
    return work.fd < 0 ? NULL : work_in_cage(&work);
}

int
instruct_main(int argc, char **argv)
{
    struct mem *mem = mem_new("instruct");
    struct err *e;

    (void)argv;
    if (argc > 1) {
        (void)fprintf(stderr, "usage: carrick instruct <REQUEST\n");
        mem_free(mem);
        return 2;
    }
    e = instruct(mem);
    if (e) {
        (void)say(SCRIPT_FAULT, e->message, strlen(e->message));
    }
    /* Straight out: leaving through atexit needs system calls that are gone. */
    _exit(e ? 1 : 0);
}
