/* The HTTP server against a raw socket: limits, slowness, pipelining, late
 * answers, clients that vanish. */
#include "http/server.h"
#include "base/time.h"
#include "sys/file.h"
#include "sys/thread.h"
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A server whose behaviour is chosen by the path, and what it saw. */
struct site {
    struct http_server *server;
    struct pool *pool;
    atomic_int heads, requests, dones, pieces;
    atomic_size_t streamed;
    struct http_exchange *_Atomic waiting; /* of /wait */
    char file[128];
};

static enum http_body_mode
on_head(struct http_exchange *x, void *arg)
{
    struct site *site = arg;

    site->heads++;
    if (str_eq(http_path(x), "/refuse")) {
        http_answer(x, 401, NULL, "who?", 4);
        return HTTP_REFUSE;
    }
    return str_starts(http_path(x), "/stream") ? HTTP_STREAM : HTTP_COLLECT;
}

static struct err *
on_body(struct http_exchange *x, void *arg, const void *data, size_t n)
{
    struct site *site = arg;

    (void)data;
    site->pieces++;
    if (str_eq(http_path(x), "/streamfail") && site->streamed > 1000) {
        return err_new(E_UNAVAILABLE, NULL, "disk full");
    }
    site->streamed += n;
    return NULL;
}

static void
answer_late(void *arg)
{
    http_answer(arg, 200, NULL, "late", 4);
}

static void
on_request(struct http_exchange *x, void *arg)
{
    static const char *const headers[] = {"Content-Type: text/x-test", "X-Two: a: b", NULL};
    struct site *site = arg;
    const char *path = http_path(x), *text;
    size_t n;

    site->requests++;
    if (str_eq(path, "/echo")) {
        const char *body = http_body(x, &n);

        http_answer(x, 201, headers, body, n);
    } else if (str_eq(path, "/late")) {
        CHECK_OK(pool_run(site->pool, answer_late, x));
    } else if (str_eq(path, "/wait")) {
        site->waiting = x;
    } else if (str_eq(path, "/linger")) {
        EVENTUALLY(5000, http_is_cut(site->waiting));
    } else if (str_eq(path, "/file")) {
        http_answer_file(x, 200, headers, open(site->file, O_RDONLY | O_CLOEXEC), 2, 3);
    } else if (str_starts(path, "/stream")) {
        text = http_body_error(x) ? http_body_error(x)->message
                                  : mem_printf(http_mem(x), "%zu", (size_t)site->streamed);
        http_answer(x, http_body_error(x) ? 503 : 200, NULL, text, strlen(text));
    } else if (str_eq(path, "/nothing")) {
        http_answer(x, 204, NULL, NULL, 0);
    } else {
        text = mem_printf(http_mem(x), "%s %s ?%s %s %s %d", http_method(x), path, http_query(x),
                          http_peer(x), str_or(http_header(x, "x-test"), "-"), http_is_tls(x));
        http_answer(x, 200, NULL, text, strlen(text));
    }
}

static void
on_done(struct http_exchange *x, void *arg)
{
    struct site *site = arg;

    (void)x;
    site->dones++;
}

static void
on_refused(struct http_exchange *x, void *arg, int status, const char *why, struct buf *body,
           const char *const **headers)
{
    static const char *const typed[] = {"Content-Type: application/json", "Connection: close", NULL};

    (void)x;
    (void)arg;
    (void)why;
    buf_printf(body, "{\"refused\":%d}", status);
    *headers = typed;
}

static struct site *
site_start(struct http_server_config config)
{
    static const struct http_handler handler = {.head = on_head,
                                                .body = on_body,
                                                .request = on_request,
                                                .done = on_done,
                                                .refused = on_refused};
    struct site *site = heap_alloc(sizeof *site);

    config.address = config.address ? config.address : "127.0.0.1";
    config.handler = &handler;
    config.arg = site;
    REQUIRE_OK(pool_new("late", 2, 100000, &site->pool));
    REQUIRE_OK(http_server_new(&config, &site->server));
    return site;
}

/* Stops it and checks that every exchange the handler knew of was ended. */
static void
site_stop(struct site *site)
{
    http_server_free(site->server, 1000);
    pool_free(site->pool);
    CHECK_INT(site->heads, site->dones);
    free(site);
}

static int
dial(const struct site *site)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(http_server_port(site->server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && !connect(fd, (const struct sockaddr *)&to, sizeof to));
    return fd;
}

static void
say(int fd, const char *text)
{
    size_t n = strlen(text);

    while (n) {
        ssize_t done = send(fd, text, n, MSG_NOSIGNAL);

        if (done <= 0) {
            return; /* Refused in the middle: the answer is what counts. */
        }
        text += done;
        n -= (size_t)done;
    }
}

/* One answer as "STATUS BODY"; "closed" where the connection ends first. */
static const char *
hear(int fd, struct buf *in)
{
    static char out[4096];
    char piece[4096];

    for (;;) {
        char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
        char *length = end ? strcasestr(in->data, "\r\nContent-Length:") : NULL;
        size_t n = length && length < end ? (size_t)atol(length + 17) : 0;
        size_t total = end ? (size_t)(end + 4 - in->data) + n : 0;
        ssize_t got;

        if (end && in->len >= total) {
            snprintf(out, sizeof out, "%.3s %.*s", in->data + 9, (int)n, end + 4);
            memmove(in->data, in->data + total, in->len - total + 1);
            in->len -= total;
            return out;
        }
        got = recv(fd, piece, sizeof piece, 0);
        if (got <= 0) {
            return "closed";
        }
        buf_add(in, piece, (size_t)got);
    }
}

/* The whole exchange on a new connection. */
static const char *
ask(const struct site *site, const char *text)
{
    AUTO_FD fd = dial(site);
    AUTO_BUF in = BUF_INIT;

    say(fd, text);
    return hear(fd, &in);
}

TEST(server_tells_the_handler_what_came)
{
    struct site *site = site_start((struct http_server_config){0});

    CHECK_STR(ask(site, "GET /a%2Fb/c?x=1&y=%20 HTTP/1.1\r\nHost: h\r\nX-Test: t\r\n\r\n"),
              "200 GET /a%2Fb/c ?x=1&y=%20 127.0.0.1 t 0");
    CHECK_STR(ask(site, "DELETE http://h:1/p HTTP/1.1\r\nHost: h\r\n\r\n"),
              "200 DELETE /p ? 127.0.0.1 - 0");
    CHECK_STR(ask(site, "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"), "204 ");
    CHECK_STR(ask(site, "GET /late HTTP/1.0\r\n\r\n"), "200 late");
    site_stop(site);
}

TEST(server_collects_bodies_with_length_and_in_chunks)
{
    struct site *site = site_start((struct http_server_config){0});

    CHECK_STR(ask(site, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"),
              "201 hello");
    CHECK_STR(ask(site, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n8;x=y\r\ndefghijk\r\n0\r\n\r\n"),
              "201 abcdefghijk");
    CHECK_STR(ask(site, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"), "201 ");
    CHECK_STR(ask(site, "PATCH /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"),
              "201 {}");
    site_stop(site);
}

TEST(server_answers_pipelined_requests_in_order)
{
    struct site *site = site_start((struct http_server_config){0});
    AUTO_FD fd = dial(site);
    AUTO_BUF in = BUF_INIT, out = BUF_INIT;

    for (int i = 0; i < 50; i++) {
        buf_printf(&out,
                   i % 3 ? "GET /n%d HTTP/1.1\r\nHost: h\r\n\r\n"
                         : "POST /echo?%d HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
                   i);
        buf_str(&out, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    say(fd, out.data);
    for (int i = 0; i < 50; i++) {
        char want[64];

        snprintf(want, sizeof want, i % 3 ? "200 GET /n%d ? 127.0.0.1 - 0" : "201 x%.0d", i);
        CHECK_STR(hear(fd, &in), i % 3 ? want : "201 x");
        CHECK_STR(hear(fd, &in), "200 late");
    }
    site_stop(site);
}

TEST(server_refuses_a_large_head)
{
    struct site *site = site_start((struct http_server_config){.max_head = 4096});
    AUTO_BUF out = BUF_INIT;

    buf_str(&out, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 100; i++) {
        buf_printf(&out, "X-%d: 0123456789012345678901234567890123456789\r\n", i);
    }
    buf_str(&out, "\r\n");
    CHECK_STR(ask(site, out.data), "431 {\"refused\":431}");
    /* So large that it is not even kept to be looked at. */
    buf_clear(&out);
    buf_str(&out, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 10000; i++) {
        buf_printf(&out, "X-%d: 0123456789012345678901234567890123456789\r\n", i);
    }
    CHECK(str_starts(ask(site, out.data), "431 ") || str_eq(ask(site, out.data), "closed"));
    CHECK_INT(site->heads, 0);
    CHECK_STR(ask(site, "GET /n HTTP/1.1\r\nHost: h\r\n\r\n"), "200 GET /n ? 127.0.0.1 - 0");
    site_stop(site);
}

/* POSTs 'size' bytes of body, announced or in chunks. */
static const char *
post(const struct site *site, const char *path, size_t size, bool chunked)
{
    AUTO_FD fd = dial(site);
    AUTO_BUF in = BUF_INIT, out = BUF_INIT;
    char piece[1001];

    memset(piece, 'x', 1000);
    piece[1000] = 0;
    buf_printf(&out, "POST %s HTTP/1.1\r\nHost: h\r\n", path);
    if (chunked) {
        buf_str(&out, "Transfer-Encoding: chunked\r\n\r\n");
    } else {
        buf_printf(&out, "Content-Length: %zu\r\n\r\n", size);
    }
    for (; size >= 1000; size -= 1000) {
        buf_printf(&out, chunked ? "3e8\r\n%s\r\n" : "%s", piece);
    }
    buf_str(&out, chunked ? "0\r\n\r\n" : piece + 1000 - size);
    say(fd, out.data);
    return hear(fd, &in);
}

TEST(server_refuses_a_large_body)
{
    struct site *site = site_start((struct http_server_config){.max_body = 100000});

    CHECK(strlen(post(site, "/echo", 3000, true)) == 3004);
    CHECK_STR(post(site, "/echo", 101000, false), "413 {\"refused\":413}");
    CHECK_STR(post(site, "/echo", 101000, true), "413 {\"refused\":413}");
    CHECK_STR(post(site, "/echo", 399000, false), "413 {\"refused\":413}");
    CHECK_INT(site->requests, 1);
    /* Far beyond: not read; the client may or may not still hear the refusal. */
    CHECK(strcmp(post(site, "/echo", 40000000, false), "201 "));
    CHECK_STR(post(site, "/echo", 40000000, true), "closed");
    CHECK_STR(ask(site, "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                        "Content-Length: 1000000\r\n\r\n"),
              "413 {\"refused\":413}");
    CHECK_STR(ask(site, "PATCH /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n"),
              "413 {\"refused\":413}");
    site_stop(site);
}

TEST(server_refuses_unclear_lengths_and_raw_bytes)
{
    static const char *const bad[] = {
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        ("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n"),
        "GET /a\x01z HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /n HTTP/1.1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    };
    struct site *site = site_start((struct http_server_config){.idle_timeout_s = 1});

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *got = ask(site, bad[i]);

        if (!str_starts(got, "400 ")) {
            test_fail(__FILE__, __LINE__, "case %zu: %s", i, got);
        }
    }
    CHECK_STR(ask(site, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
                        "0\r\n\r\n"),
              "closed");
    /* Not a request line: libmicrohttpd waits for more, the guard does not. */
    CHECK_STR(ask(site, "nonsense\r\n\r\n"), "closed");
    CHECK_INT(site->requests, 0);
    site_stop(site);
}

TEST(server_answers_in_head_without_the_body)
{
    struct site *site = site_start((struct http_server_config){.max_body = 1000});
    AUTO_FD fd = dial(site);
    AUTO_BUF in = BUF_INIT;

    say(fd, "POST /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /n "
            "HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_STR(hear(fd, &in), "401 who?");
    CHECK_STR(hear(fd, &in), "200 GET /n ? 127.0.0.1 - 0"); /* The connection goes on. */
    CHECK_STR(ask(site, "PUT /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n"),
              "401 who?");
    CHECK_STR(ask(site, "GET /refuse HTTP/1.1\r\nHost: h\r\n\r\n"), "401 who?");
    site_stop(site);
}

TEST(server_streams_bodies)
{
    struct site *site = site_start((struct http_server_config){.max_body = 1000});

    CHECK_STR(post(site, "/stream", 5000000, false), "200 5000000");
    CHECK(site->pieces > 10);
    site->streamed = 0;
    CHECK_STR(post(site, "/stream", 300000, true), "200 300000");
    site->streamed = 0;
    CHECK_STR(post(site, "/streamfail", 5000000, false), "503 disk full");
    site_stop(site);
}

TEST(server_sends_files)
{
    struct site *site = site_start((struct http_server_config){0});

    snprintf(site->file, sizeof site->file, "%s/f", test_dir());
    CHECK_OK(file_write(site->file, "0123456789", 10, 0600));
    CHECK_STR(ask(site, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n"), "200 234");
    snprintf(site->file, sizeof site->file, "/no/such/file");
    CHECK(str_starts(ask(site, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n"), "500 "));
    site_stop(site);
}

/* Whether the peer has closed: no wait. */
static bool
is_closed(int fd)
{
    char c;
    ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN);
}

/* Sends one byte if it is time for one; looks whether the server gave up. */
static bool
trickle(int fd, int64_t *next_ns, char c)
{
    if (time_mono_ns() > *next_ns) {
        *next_ns = time_mono_ns() + 50000000;
        if (send(fd, &c, 1, MSG_NOSIGNAL) < 0) {
            return true;
        }
    }
    return is_closed(fd);
}

TEST(server_ends_a_head_that_trickles)
{
    struct site *site = site_start((struct http_server_config){.idle_timeout_s = 1});
    AUTO_FD fd = dial(site);
    int64_t next = 0, from = time_mono_ns();

    say(fd, "GET / HTTP/1.1\r\nX: ");
    EVENTUALLY(5000, trickle(fd, &next, 'x'));
    CHECK(time_mono_ns() - from > 900000000);
    CHECK_INT(site->heads, 0);
    site_stop(site);
}

TEST(server_ends_a_body_that_trickles)
{
    struct site *site = site_start((struct http_server_config){.idle_timeout_s = 1});
    AUTO_FD fd = dial(site);
    int64_t next = 0;

    say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    EVENTUALLY(5000, trickle(fd, &next, 'x'));
    CHECK_INT(site->requests, 0);
    EVENTUALLY(2000, site->dones == 1);
    site_stop(site);
}

TEST(server_ends_idle_connections_but_not_waiting_ones)
{
    struct site *site = site_start((struct http_server_config){.idle_timeout_s = 1});
    AUTO_FD idle = dial(site);
    AUTO_FD used = dial(site);
    AUTO_FD waiting = dial(site);
    AUTO_BUF in = BUF_INIT, in_waiting = BUF_INIT;

    say(waiting, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    say(used, "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_STR(hear(used, &in), "204 ");
    EVENTUALLY(5000, is_closed(idle));
    EVENTUALLY(5000, is_closed(used));
    CHECK(!is_closed(waiting));
    http_answer(site->waiting, 200, NULL, "at last", 7);
    CHECK_STR(hear(waiting, &in_waiting), "200 at last");
    site_stop(site);
}

TEST(server_survives_a_client_that_leaves_while_it_waits)
{
    struct site *site = site_start((struct http_server_config){0});

    for (int i = 0; i < 20; i++) {
        int fd = dial(site);

        site->waiting = NULL;
        say(fd, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
        EVENTUALLY(2000, site->waiting);
        close(fd);
        http_answer(site->waiting, 200, NULL, "gone", 4);
        EVENTUALLY(2000, site->dones == i + 1);
    }
    CHECK_STR(ask(site, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n"), "200 late");
    site_stop(site);
}

TEST(server_survives_a_client_that_leaves_in_its_body)
{
    struct site *site = site_start((struct http_server_config){0});
    int fd = dial(site);

    say(fd, "POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
    EVENTUALLY(2000, site->pieces == 1);
    close(fd);
    EVENTUALLY(2000, site->dones == 1);
    CHECK_INT(site->requests, 0);
    site_stop(site);
}

TEST(server_limits_connections_of_one_address)
{
    struct site *site = site_start((struct http_server_config){.max_per_address = 3});
    AUTO_BUF in = BUF_INIT;
    int fds[3];

    for (int i = 0; i < 3; i++) {
        fds[i] = dial(site);
        say(fds[i], "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK_STR(hear(fds[i], &in), "204 ");
    }
    CHECK_STR(ask(site, "GET /n HTTP/1.1\r\nHost: h\r\n\r\n"), "closed");
    close(fds[0]);
    EVENTUALLY(2000, str_starts(ask(site, "GET /n HTTP/1.1\r\nHost: h\r\n\r\n"), "200 "));
    close(fds[1]);
    close(fds[2]);
    site_stop(site);
}

TEST(server_stops_with_sleepers)
{
    struct site *site = site_start((struct http_server_config){0});
    AUTO_FD fd = dial(site);
    AUTO_BUF in = BUF_INIT;

    say(fd, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    EVENTUALLY(2000, site->waiting);
    http_server_free(site->server, 20);
    CHECK_INT(site->dones, 1);
    CHECK(str_starts(hear(fd, &in), "503 ") || is_closed(fd));
    pool_free(site->pool);
    free(site);
}

/* A request whose handler returns without an answer behind the one that was cut: it must not go to sleep any
 * more, for libmicrohttpd ends the process where one sleeps at its end. */
TEST(server_stops_with_one_that_is_about_to_sleep)
{
    struct site *site = site_start((struct http_server_config){.n_threads = 1});
    AUTO_FD first = dial(site);
    AUTO_FD second = dial(site);

    say(first, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    EVENTUALLY(2000, site->waiting);
    say(second, "GET /linger HTTP/1.1\r\nHost: h\r\n\r\n");
    EVENTUALLY(2000, site->requests == 2);
    http_server_free(site->server, 20);
    CHECK_INT(site->dones, 2);
    pool_free(site->pool);
    free(site);
}

/* Who takes the listener out of a thread's set first: that thread, when it is woken in between. */
static struct {
    const struct site *_Atomic site; /* the last that is set */
    pid_t ender;
    bool fails;            /* for the thread */
    atomic_int contended;  /* the set that both take it from, plus 1 */
    atomic_bool overtaken; /* by that set's thread */
} race;

/* Takes the place of the C library's, for libmicrohttpd too. */
int
epoll_ctl(int set, int op, int fd, struct epoll_event *event)
{
    int listens = 0, result;
    socklen_t n = sizeof listens;

    if (op != EPOLL_CTL_DEL || !race.site ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) || !listens) {
        return (int)syscall(SYS_epoll_ctl, set, op, fd, event);
    }
    if (gettid() == race.ender && !race.contended) {
        race.contended = set + 1;
        EVENTUALLY(5000, (close(dial(race.site)), race.overtaken));
    }
    if (gettid() == race.ender || race.contended != set + 1) {
        return (int)syscall(SYS_epoll_ctl, set, op, fd, event);
    }
    result = race.fails ? -1 : (int)syscall(SYS_epoll_ctl, set, op, fd, event);
    errno = race.fails ? EBADF : errno;
    race.overtaken = true;
    return result;
}

static void
stop_and_be_overtaken(bool fails)
{
    struct site *site = site_start((struct http_server_config){0});

    race.fails = fails;
    race.ender = gettid();
    race.site = site;
    site_stop(site);
    CHECK(race.overtaken);
}

/* libmicrohttpd takes that for impossible, and what it does then must not return. */
TEST(server_stops_where_a_thread_was_first)
{
    stop_and_be_overtaken(false);
}

TEST(server_stops_where_a_thread_of_it_ended)
{
    stop_and_be_overtaken(true);
}

TEST(server_says_why_it_does_not_start)
{
    struct http_handler handler = {.head = on_head, .request = on_request};
    struct http_server_config config = {.address = "127.0.0.1", .handler = &handler};
    struct site *site = site_start((struct http_server_config){0});
    struct http_server *server;

    config.port = http_server_port(site->server);
    CHECK_ERR_MSG(http_server_new(&config, &server), E_UNAVAILABLE, "Address already in use");
    config.address = "localhost";
    CHECK_ERR(http_server_new(&config, &server), E_INVALID);
    config.address = "127.0.0.1";
    config.port = 0;
    config.tls_cert = "no certificate";
    config.tls_key = "no key";
    CHECK_ERR_MSG(http_server_new(&config, &server), E_UNAVAILABLE, "certificate");
    site_stop(site);
}

/* Many connections at once, most answers from other threads. */
TEST(server_keeps_64_connections_busy)
{
    struct site *site = site_start((struct http_server_config){0});
    struct buf in[64] = {{0}};
    int fds[64];

    for (int i = 0; i < 64; i++) {
        fds[i] = dial(site);
    }
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 64; i++) {
            say(fds[i], i % 4 ? "GET /late HTTP/1.1\r\nHost: h\r\n\r\n"
                              : "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok");
        }
        for (int i = 0; i < 64; i++) {
            CHECK_STR(hear(fds[i], &in[i]), i % 4 ? "200 late" : "201 ok");
        }
    }
    for (int i = 0; i < 64; i++) {
        close(fds[i]);
        buf_done(&in[i]);
    }
    site_stop(site);
}
