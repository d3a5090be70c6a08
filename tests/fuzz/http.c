/* Any bytes sent to the server: each gets an answer of HTTP or a closed connection,
 * within seconds, and the server goes on. */
#include "fuzz.h"
#include "http/server.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 60000
#define ANSWER_MAX (1u << 20)

static struct http_server *server;

static enum http_body_mode
head(struct http_exchange *x, void *arg)
{
    (void)arg;
    return str_eq(http_method(x), "PUT") ? HTTP_STREAM : HTTP_COLLECT;
}

static struct err *
body(struct http_exchange *x, void *arg, const void *data, size_t n)
{
    (void)x;
    (void)arg;
    MUST(data || n == 0);
    return NULL;
}

/* Touches all that a handler is given. */
static void
request(struct http_exchange *x, void *arg)
{
    struct mem *mem = http_mem(x);
    const char *path = url_decode(mem, http_path(x), false);
    const char *token = http_header(x, "X-Auth-Token");
    size_t n = 0;
    const char *data = http_body(x, &n);
    char *text = mem_printf(mem, "%s %s %s %.*s", str_or(path, "-"), http_query(x),
                            str_or(token, "-"), (int)(n < 100 ? n : 100), str_or(data, ""));

    (void)arg;
    http_answer(x, path ? 200 : 400, NULL, text, strlen(text));
}

static void
done(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
}

static const struct http_handler handler = {
    .head = head, .body = body, .request = request, .done = done};

/* libmicrohttpd 0.9.75 takes a short read for an empty socket: an end that came with
 * the last bytes is seen only when the connection has been idle for too long. */
static void
serve(void)
{
    const struct http_server_config config = {
        .address = "127.0.0.1", .n_threads = 1, .handler = &handler, .max_head = 8192,
        .max_body = 65536, .idle_timeout_s = 1};
    struct err *e = http_server_new(&config, &server);

    MUST(!e);
}

/* The fuzzer's own alarm has interrupted the call; connecting goes on. */
static void
await_connected(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLOUT};
    socklen_t size = sizeof(int);
    int bad = 0, ready;

    MUST(errno == EINTR);
    while ((ready = poll(&one, 1, PATIENCE_MS)) < 0 && errno == EINTR) {
    }
    MUST(ready == 1);
    MUST(getsockopt(fd, SOL_SOCKET, SO_ERROR, &bad, &size) == 0 && bad == 0);
}

static int
dial(void)
{
    const struct linger at_once = {.l_onoff = 1};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(http_server_port(server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    MUST(fd >= 0);
    MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to)) {
        await_connected(fd);
    }
    return fd;
}

/* Reads until the server closes; an answer begins as one. */
static void
listen_to(int fd)
{
    static const char begin[] = "HTTP/1.";
    char piece[4096];
    size_t n = 0;

    for (;;) {
        struct pollfd one = {.fd = fd, .events = POLLIN};
        int ready = poll(&one, 1, PATIENCE_MS);
        ssize_t got;

        if (ready < 0 && errno == EINTR) {
            continue; /* the fuzzer's own alarm */
        }
        MUST(ready == 1);
        got = recv(fd, piece, sizeof piece, 0);
        if (got <= 0) {
            return;
        }
        for (size_t i = 0; i < (size_t)got && n + i < strlen(begin); i++) {
            MUST(piece[i] == begin[n + i]);
        }
        n += (size_t)got;
        MUST(n < ANSWER_MAX);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO_FD fd = -1;

    if (!server) {
        serve();
    }
    fd = dial();
    while (n > 0) {
        ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);

        if (sent <= 0) {
            break; /* the server has seen enough */
        }
        data += sent;
        n -= (size_t)sent;
    }
    (void)shutdown(fd, SHUT_WR);
    listen_to(fd);
    return 0;
}
