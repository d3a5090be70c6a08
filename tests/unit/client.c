/* The HTTP client against our server and against peers that misbehave: what
 * is surely not sent, what is in doubt, and that nothing is sent twice. */
#include "http/client.h"
#include "base/time.h"
#include "http/server.h"
#include "sys/file.h"
#include "sys/process.h"
#include "base/vec.h"
#include "test.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What became of a call. */
struct outcome {
    int calls, status;
    enum err_code code;
    char body[256], header[64], message[256];
};

static void
on_done(void *arg, const struct http_answer *answer, struct err *e)
{
    struct outcome *o = arg;

    o->calls++;
    if (answer) {
        o->status = answer->status;
        snprintf(o->body, sizeof o->body, "%s", answer->body);
        snprintf(o->header, sizeof o->header, "%s",
                 str_or(http_answer_header(answer, "x-HEAD"), "(none)"));
    }
    if (e) {
        o->code = e->code;
        snprintf(o->message, sizeof o->message, "%s", e->message);
    }
    err_free(e);
}

static void
await(struct loop *loop, const struct outcome *o, int calls)
{
    int64_t end = time_mono_ns() + INT64_C(10000000000) * test_patience();

    while (o->calls < calls && time_mono_ns() < end) {
        REQUIRE_OK(loop_turn(loop, 100));
    }
    CHECK_INT(o->calls, calls);
}

/* A server that echoes. */
static enum http_body_mode
echo_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
echo_request(struct http_exchange *x, void *arg)
{
    static const char *const headers[] = {"X-Head: yes", NULL};
    struct http_exchange *_Atomic *held = arg;
    size_t n;
    const char *body = http_body(x, &n);
    const char *text = mem_printf(http_mem(x), "%s %s %zu:%.100s %s", http_method(x), http_path(x),
                                  n, body, str_or(http_header(x, "X-Mine"), "-"));

    if (str_eq(http_path(x), "/hold")) {
        *held = x;
        return;
    }
    http_answer(x, str_eq(http_path(x), "/404") ? 404 : 200, headers, text, strlen(text));
}

struct world {
    struct loop *loop;
    struct http_server *server;
    struct http_client *client;
    struct http_exchange *_Atomic held;
    char base[64];
};

static void
world_start(struct world *w)
{
    static const struct http_handler handler = {.head = echo_head, .request = echo_request};
    struct http_server_config config = {
        .address = "127.0.0.1", .handler = &handler, .arg = &w->held};

    *w = (struct world){0};
    REQUIRE_OK(loop_new(&w->loop));
    REQUIRE_OK(http_server_new(&config, &w->server));
    REQUIRE_OK(http_client_new(w->loop, NULL, &w->client));
    snprintf(w->base, sizeof w->base, "http://127.0.0.1:%u", (unsigned)http_server_port(w->server));
}

static void
world_stop(struct world *w)
{
    http_client_free(w->client);
    http_server_free(w->server, 100);
    loop_free(w->loop);
}

TEST(client_sends_every_kind_of_request)
{
    static const struct {
        const char *method, *path, *body, *want;
        int status;
    } cases[] = {
        {"GET", "/a", NULL, "GET /a 0: m", 200},
        {"POST", "/b", "hello", "POST /b 5:hello m", 200},
        {"POST", "/b", NULL, "POST /b 0: m", 200},
        {"PUT", "/c", "{}", "PUT /c 2:{} m", 200},
        {"PATCH", "/d", "x", "PATCH /d 1:x m", 200},
        {"DELETE", "/e", NULL, "DELETE /e 0: m", 200},
        {"DELETE", "/e", "b", "DELETE /e 1:b m", 200},
        {"HEAD", "/f", NULL, "", 200},
        {"GET", "/404", NULL, "GET /404 0: m", 404},
    };
    static const char *const headers[] = {"X-Mine: m", "Content-Type: application/json", NULL};
    struct world w;

    world_start(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_BUF url = BUF_INIT;
        struct outcome o = {0};
        struct http_request request = {.method = cases[i].method,
                                       .headers = headers,
                                       .body = cases[i].body,
                                       .body_len = cases[i].body ? strlen(cases[i].body) : 0};

        buf_printf(&url, "%s%s", w.base, cases[i].path);
        request.url = url.data;
        http_call(w.client, &request, on_done, &o);
        CHECK_INT(o.calls, 0);
        await(w.loop, &o, 1);
        CHECK_INT(o.status, cases[i].status);
        CHECK_STR(o.body, cases[i].want);
        CHECK_STR(o.header, "yes");
    }
    world_stop(&w);
}

TEST(client_makes_many_calls_at_once)
{
    static struct outcome all[300];
    struct world w;
    AUTO_BUF url = BUF_INIT;
    int64_t end = time_mono_ns() + INT64_C(20000000000) * test_patience();
    int done = 0;

    world_start(&w);
    buf_printf(&url, "%s/many", w.base);
    for (size_t i = 0; i < 300; i++) {
        http_call(
            w.client,
            &(struct http_request){
                .method = i % 2 ? "POST" : "GET", .url = url.data, .body = "b", .body_len = i % 2},
            on_done, &all[i]);
    }
    while (done < 300 && time_mono_ns() < end) {
        REQUIRE_OK(loop_turn(w.loop, 100));
        done = 0;
        for (size_t i = 0; i < 300; i++) {
            done += all[i].calls;
        }
    }
    for (size_t i = 0; i < 300; i++) {
        CHECK_INT(all[i].calls, 1);
        CHECK_STR(all[i].body, i % 2 ? "POST /many 1:b -" : "GET /many 0: -");
    }
    world_stop(&w);
}

TEST(client_streams_a_file)
{
    struct world w;
    struct outcome o = {0};
    AUTO_BUF url = BUF_INIT, path = BUF_INIT, content = BUF_INIT;
    AUTO_FD fd = -1;

    world_start(&w);
    for (int i = 0; i < 100000; i++) {
        buf_str(&content, "0123456789");
    }
    buf_printf(&path, "%s/f", test_dir());
    buf_printf(&url, "%s/up", w.base);
    REQUIRE_OK(file_write(path.data, content.data, content.len, 0600));
    fd = open(path.data, O_RDONLY | O_CLOEXEC);
    http_call(w.client, &(struct http_request){.method = "PUT", .url = url.data, .body_fd = fd},
              on_done, &o);
    await(w.loop, &o, 1);
    CHECK(str_starts(o.body, "PUT /up 1000000:0123456789"));
    world_stop(&w);
}

TEST(client_tells_what_was_not_sent)
{
    static const struct {
        const char *url;
        enum err_code code;
    } cases[] = {
        {"http://127.0.0.1:1/x", E_UNAVAILABLE},
        {"http://no-such-host.invalid/", E_UNAVAILABLE},
        {"https://127.0.0.1:1/", E_UNAVAILABLE},
        {"file:///etc/passwd", E_INVALID},
        {"nonsense://x", E_INVALID},
    };
    struct world w;

    world_start(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome o = {0};

        http_call(w.client,
                  &(struct http_request){
                      .method = "POST", .url = cases[i].url, .body = "x", .body_len = 1},
                  on_done, &o);
        await(w.loop, &o, 1);
        if (o.code != cases[i].code) {
            test_fail(__FILE__, __LINE__, "%s: %s: %s", cases[i].url, err_code_name(o.code),
                      o.message);
        }
        CHECK(str_starts(o.message, "POST "));
    }
    world_stop(&w);
}

/* Only the address that '*arg' is may be called, whatever it is called. */
static bool
is_address(void *arg, const struct sockaddr *to)
{
    const struct sockaddr_in *in = (const void *)to;

    return to->sa_family == AF_INET && in->sin_addr.s_addr == inet_addr(arg);
}

TEST(client_calls_no_address_that_it_may_not)
{
    static char allowed[] = "127.0.0.1";
    struct http_client_config config = {.may_connect = is_address, .may_arg = allowed};
    static const struct {
        const char *host;
        enum err_code code;
    } cases[] = {{"127.0.0.1", E_NONE},
                 {"127.0.0.2", E_FORBIDDEN},
                 {"0.0.0.0", E_FORBIDDEN},
                 {"2130706434", E_FORBIDDEN}, /* 127.0.0.2 as one number */
                 {"[::1]", E_FORBIDDEN}};
    struct http_client *client;
    struct world w;

    world_start(&w);
    REQUIRE_OK(http_client_new(w.loop, &config, &client));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_BUF url = BUF_INIT;
        struct outcome o = {0};
        struct http_request request = {.method = "GET", .body_fd = -1};

        buf_printf(&url, "http://%s:%u/a", cases[i].host, (unsigned)http_server_port(w.server));
        request.url = url.data;
        (void)http_call(client, &request, on_done, &o);
        await(w.loop, &o, 1);
        CHECK_INT(o.code, cases[i].code);
        CHECK_INT(o.status, cases[i].code == E_NONE ? 200 : 0);
    }
    http_client_free(client);
    world_stop(&w);
}

/* ---- name servers that do not answer -------------------------------------------------- */

#define N_HANGING 8
static _Atomic int n_hanging;

/* Takes the place of the C library's, for libcurl too: "*.hang" is never answered, "*.good" is here. */
int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
            struct addrinfo **result)
{
    union {
        void *object;
        int (*function)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    } real = {.object = dlsym(RTLD_NEXT, "getaddrinfo")};

    if (node && str_ends(node, ".hang")) {
        n_hanging++;
        for (;;) {
            (void)pause();
        }
    }
    if (node && str_ends(node, ".invalid")) {
        return EAI_NONAME; /* also where there is a name server that is slow to say so */
    }
    return real.function(node && str_ends(node, ".good") ? "127.0.0.1" : node, service, hints,
                         result);
}

/* A loop is everybody's: neither the end of such a call nor that of the client waits for the name. */
TEST(client_does_not_wait_for_names_that_nobody_answers)
{
    struct http_request request = {
        .method = "GET", .url = "http://x.hang/", .body_fd = -1, .connect_timeout_ms = 50};
    struct outcome hanging[N_HANGING] = {0}, cancelled = {0}, late = {0}, other = {0};
    AUTO_BUF url = BUF_INIT;
    struct http_call *call;
    struct world w;

    world_start(&w);
    for (size_t i = 0; i < N_HANGING; i++) {
        (void)http_call(w.client, &request, on_done, &hanging[i]);
    }
    for (size_t i = 0; i < N_HANGING; i++) {
        await(w.loop, &hanging[i], 1);
        CHECK_INT(hanging[i].code, E_UNAVAILABLE);
    }
    request.connect_timeout_ms = 60000;
    call = http_call(w.client, &request, on_done, &cancelled);
    while (n_hanging <= N_HANGING) {
        REQUIRE_OK(loop_turn(w.loop, 10));
    }
    http_cancel(call);
    CHECK_INT(cancelled.code, E_CANCELLED);
    (void)http_call(w.client, &request, on_done, &late);
    while (n_hanging <= N_HANGING + 1) {
        REQUIRE_OK(loop_turn(w.loop, 10));
    }
    buf_printf(&url, "%s/a", w.base);
    (void)http_call(w.client, &(struct http_request){.method = "GET", .url = url.data}, on_done,
                    &other);
    await(w.loop, &other, 1);
    CHECK_INT(other.status, 200);
    world_stop(&w);
    CHECK_INT(late.code, E_CANCELLED);
}

/* Nor does a call in place, on a thread of a pool. */
TEST(client_fetch_does_not_wait_for_names_that_nobody_answers)
{
    AUTO(mem) mem = mem_new("test");
    struct http_client_config config = {0};
    struct http_request request = {
        .method = "GET", .url = "http://y.hang/", .body_fd = -1, .connect_timeout_ms = 50};
    struct http_answer answer = {0};

    CHECK_ERR(http_fetch(mem, &config, &request, &answer), E_UNAVAILABLE);
}

#define MANY_LOOKUPS 70 /* a few more than there may be at once */

/* A tenant's names that nobody answers take so many threads and no more; addresses need none. */
TEST(client_looks_up_only_so_many_names_at_once)
{
    struct http_request request = {.method = "GET", .body_fd = -1, .connect_timeout_ms = 60000};
    static struct outcome all[MANY_LOOKUPS], other, after;
    struct http_call *calls[MANY_LOOKUPS];
    int n_refused = 0;
    struct world w;
    AUTO_BUF url = BUF_INIT;

    world_start(&w);
    for (int i = 0; i < MANY_LOOKUPS; i++) {
        char name[40];

        snprintf(name, sizeof name, "http://z%d.hang/", i); /* a host has few connections */
        request.url = name;
        calls[i] = http_call(w.client, &request, on_done, &all[i]);
    }
    buf_printf(&url, "%s/a", w.base);
    (void)http_call(w.client, &(struct http_request){.method = "GET", .url = url.data}, on_done,
                    &other);
    await(w.loop, &other, 1);
    CHECK_INT(other.status, 200);
    for (int i = 0; i < MANY_LOOKUPS; i++) {
        if (all[i].calls) {
            n_refused++;
            CHECK_INT(all[i].code, E_UNAVAILABLE);
            CHECK(strstr(all[i].message, "too many names are being looked up"));
        } else {
            http_cancel(calls[i]); /* whose thread goes on */
        }
    }
    CHECK_INT(n_refused, MANY_LOOKUPS - 64);
    request.url = "http://z.hang/";
    (void)http_call(w.client, &request, on_done, &after);
    await(w.loop, &after, 1);
    CHECK(strstr(after.message, "too many names are being looked up"));
    world_stop(&w);
}

/* Those that are answered, well or not, make room. */
TEST(client_looks_up_many_names_in_turn)
{
    struct world w;

    world_start(&w);
    for (int i = 0; i < 2 * MANY_LOOKUPS; i++) {
        AUTO_BUF url = BUF_INIT;
        struct outcome o = {0};

        buf_printf(&url, "http://n%d.%s:%u/a", i, i % 2 ? "good" : "invalid",
                   (unsigned)http_server_port(w.server));
        (void)http_call(w.client, &(struct http_request){.method = "GET", .url = url.data}, on_done,
                        &o);
        await(w.loop, &o, 1);
        CHECK_INT(o.code, i % 2 ? E_NONE : E_UNAVAILABLE);
        CHECK(!strstr(o.message, "too many"));
    }
    world_stop(&w);
}

TEST(client_limits_time_and_size_of_answers)
{
    struct world w;
    struct outcome o = {0}, big = {0};
    AUTO_BUF url = BUF_INIT, hold = BUF_INIT;

    world_start(&w);
    buf_printf(&hold, "%s/hold", w.base);
    buf_printf(&url, "%s/a", w.base);
    http_call(w.client,
              &(struct http_request){.method = "POST", .url = hold.data, .timeout_ms = 100},
              on_done, &o);
    http_call(w.client, &(struct http_request){.method = "GET", .url = url.data, .max_answer = 5},
              on_done, &big);
    await(w.loop, &o, 1);
    CHECK_INT(o.code, E_IN_DOUBT);
    await(w.loop, &big, 1);
    CHECK_INT(big.code, E_TOO_LARGE);
    world_stop(&w);
}

/* Pieces of an answer, of which only so many are wanted. */
struct taken {
    size_t n, max;
};

static struct err *
on_piece(void *arg, const void *data, size_t n)
{
    struct taken *taken = arg;

    (void)data;
    taken->n += n;
    return taken->n > taken->max ? err_new(E_QUOTA, NULL, "enough") : NULL;
}

TEST(client_gives_an_answer_piece_by_piece)
{
    static const struct {
        const char *path;
        size_t max, n;
        enum err_code code;
    } cases[] = {
        {"/a", 1000, sizeof "GET /a 0: -" - 1, E_NONE},
        {"/a", 3, sizeof "GET /a 0: -" - 1, E_QUOTA},
        {"/404", 3, 0, E_NONE}, /* What is no good answer is not given, and not kept. */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct world w;
        struct outcome o = {0};
        struct taken taken = {.max = cases[i].max};
        AUTO_BUF url = BUF_INIT;

        world_start(&w);
        buf_printf(&url, "%s%s", w.base, cases[i].path);
        http_call(w.client,
                  &(struct http_request){.method = "GET",
                                         .url = url.data,
                                         .max_answer = 1,
                                         .piece = on_piece,
                                         .piece_arg = &taken},
                  on_done, &o);
        await(w.loop, &o, 1);
        CHECK_INT(o.code, cases[i].code);
        CHECK_INT((int)taken.n, (int)cases[i].n);
        world_stop(&w);
    }
}

TEST(client_cancels_and_ends_calls)
{
    struct world w;
    struct outcome one = {0}, two = {0}, three = {0};
    AUTO_BUF hold = BUF_INIT;
    struct http_request request = {.method = "GET"};
    struct http_call *call;

    world_start(&w);
    buf_printf(&hold, "%s/hold", w.base);
    request.url = hold.data;
    call = http_call(w.client, &request, on_done, &one);
    http_cancel(call); /* Before anything was sent. */
    CHECK_INT(one.code, E_CANCELLED);
    call = http_call(w.client, &request, on_done, &two);
    while (!w.held) {
        REQUIRE_OK(loop_turn(w.loop, 10));
    }
    http_cancel(call);
    http_call(w.client, &request, on_done, &three);
    world_stop(&w);
    CHECK(one.calls == 1 && two.calls == 1 && three.calls == 1);
    CHECK_INT(two.code, E_CANCELLED);
    CHECK_INT(three.code, E_CANCELLED);
}

/* A peer that answers as told: 'script' per connection and request; counts. */
struct peer {
    struct loop *loop;
    int listener;
    struct loop_fd *watch;
    char base[64];
    int n_connections, n_requests;
    const char *answer; /* Null: close without a word. */
    int answers_left;   /* After that many, close without a word. */
    struct {
        int fd;
        struct loop_fd *watch;
        struct peer *peer;
    } links[16];
};

static void
peer_hang_up(struct peer *peer, int i)
{
    loop_fd_del(peer->links[i].watch);
    close(peer->links[i].fd);
    peer->links[i].watch = NULL;
}

static void
peer_input(void *arg, uint32_t events)
{
    struct peer *peer = *(struct peer **)arg;
    char text[8192];
    int i = 0;
    ssize_t n;

    (void)events;
    while (&peer->links[i].peer != arg) {
        i++;
    }
    n = recv(peer->links[i].fd, text, sizeof text - 1, 0);
    if (n <= 0) {
        peer_hang_up(peer, i);
        return;
    }
    text[n] = 0;
    peer->n_requests += strstr(text, " HTTP/1.1\r\n") != NULL;
    if (strstr(text, "Content-Length: 1\r\n") && str_ends(text, "\r\n\r\n")) {
        return; /* The body comes by itself: only then is the request complete. */
    }
    if (peer->answer && peer->answers_left-- > 0) {
        CHECK(send(peer->links[i].fd, peer->answer, strlen(peer->answer), MSG_NOSIGNAL) > 0);
    } else {
        peer_hang_up(peer, i);
    }
}

static void
peer_accept(void *arg, uint32_t events)
{
    struct peer *peer = arg;
    int i = peer->n_connections++ % 16;

    (void)events;
    peer->links[i].fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
    peer->links[i].peer = peer;
    REQUIRE(peer->links[i].fd >= 0);
    REQUIRE_OK(loop_fd_add(peer->loop, peer->links[i].fd, EPOLLIN, peer_input, &peer->links[i].peer,
                           &peer->links[i].watch));
}

static void
peer_start(struct peer *peer, struct loop *loop)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;

    peer->loop = loop;
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(!bind(peer->listener, (const struct sockaddr *)&at, sizeof at) &&
            !listen(peer->listener, 16));
    REQUIRE(!getsockname(peer->listener, (struct sockaddr *)&at, &size));
    REQUIRE_OK(loop_fd_add(loop, peer->listener, EPOLLIN, peer_accept, peer, &peer->watch));
    snprintf(peer->base, sizeof peer->base, "http://127.0.0.1:%d/", ntohs(at.sin_port));
}

static void
peer_stop(struct peer *peer)
{
    for (int i = 0; i < 16; i++) {
        if (peer->links[i].watch) {
            peer_hang_up(peer, i);
        }
    }
    loop_fd_del(peer->watch);
    close(peer->listener);
}

TEST(client_is_in_doubt_when_the_peer_hangs_up)
{
    static const char *const answers[] = {NULL, "HTTP/1.1 200 OK\r\nContent-Le",
                                          "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"};

    for (size_t i = 0; i < 3; i++) {
        struct peer peer = {.answer = answers[i], .answers_left = answers[i] ? 1 : 0};
        AUTO(loop) loop = NULL;
        struct http_client *client;
        struct outcome o = {0};

        REQUIRE_OK(loop_new(&loop));
        peer_start(&peer, loop);
        REQUIRE_OK(http_client_new(loop, NULL, &client));
        http_call(
            client,
            &(struct http_request){
                .method = "POST", .url = peer.base, .body = "x", .body_len = 1, .timeout_ms = 300},
            on_done, &o);
        await(loop, &o, 1);
        CHECK_INT(o.code, E_IN_DOUBT);
        CHECK_INT(peer.n_requests, 1);
        http_client_free(client);
        peer_stop(&peer);
    }
}

/* The peer answers once, keeps the connection, and hangs up on the second request.
 * libcurl would send it again on a new connection. */
TEST(client_never_repeats_a_post_on_its_own)
{
    static const char *const bodies[] = {"x", NULL};

    for (size_t i = 0; i < 2; i++) {
        struct peer peer = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                            .answers_left = 1};
        AUTO(loop) loop = NULL;
        struct http_client *client;
        struct outcome first = {0}, second = {0};
        struct http_request request = {
            .method = "POST", .body = bodies[i], .body_len = bodies[i] ? 1 : 0};

        REQUIRE_OK(loop_new(&loop));
        peer_start(&peer, loop);
        REQUIRE_OK(http_client_new(loop, NULL, &client));
        request.url = peer.base;
        http_call(client, &request, on_done, &first);
        await(loop, &first, 1);
        CHECK_INT(first.status, 200);
        http_call(client, &request, on_done, &second);
        await(loop, &second, 1);
        CHECK_INT(second.code, E_IN_DOUBT);
        CHECK_INT(peer.n_requests, 2);
        http_client_free(client);
        peer_stop(&peer);
    }
}

TEST(client_repeats_a_get_on_a_stale_connection)
{
    struct peer peer = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                        .answers_left = 1};
    AUTO(loop) loop = NULL;
    struct http_client *client;
    struct outcome first = {0}, second = {0};
    struct http_request request = {.method = "GET"};

    REQUIRE_OK(loop_new(&loop));
    peer_start(&peer, loop);
    REQUIRE_OK(http_client_new(loop, NULL, &client));
    request.url = peer.base;
    http_call(client, &request, on_done, &first);
    await(loop, &first, 1);
    http_call(client, &request, on_done, &second);
    await(loop, &second, 1);
    CHECK_INT(second.code, E_IN_DOUBT);
    CHECK_INT(peer.n_requests, 3);
    http_client_free(client);
    peer_stop(&peer);
}

TEST(client_fetches_in_place)
{
    AUTO(mem) m = mem_new("test");
    struct world w;
    struct http_answer answer;
    AUTO_BUF url = BUF_INIT;

    world_start(&w);
    buf_printf(&url, "%s/f", w.base);
    REQUIRE_OK(http_fetch(
        m, NULL,
        &(struct http_request){.method = "POST", .url = url.data, .body = "abc", .body_len = 3},
        &answer));
    CHECK_INT(answer.status, 200);
    CHECK_STR(answer.body, "POST /f 3:abc -");
    CHECK_STR(http_answer_header(&answer, "x-head"), "yes");
    CHECK_STR(http_answer_header(&answer, "x-hea"), NULL);
    CHECK_ERR(http_fetch(m, NULL,
                         &(struct http_request){.method = "GET", .url = "http://127.0.0.1:1/"},
                         &answer),
              E_UNAVAILABLE);
    world_stop(&w);
}

/* A certificate made for this test by openssl(1): 127.0.0.1, valid a day. */
TEST(client_and_server_speak_tls)
{
    static const struct http_handler handler = {.head = echo_head, .request = echo_request};
    struct http_server_config config = {.address = "127.0.0.1", .handler = &handler};
    AUTO(mem) m = mem_new("test");
    char *key = NULL, *cert = NULL;
    struct http_server *server;
    struct http_answer answer;
    const char *dir = test_dir(), *url;
    struct http_client_config trust = {.tls.ca_file = mem_printf(m, "%s/cert", dir)};
    struct process_spec openssl = {
        .argv = process_argv(m, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                             "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=t",
                             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                             mem_printf(m, "%s/key", dir), "-out", trust.tls.ca_file, NULL)};

    REQUIRE_OK(process_run(m, &openssl, NULL, 10000 * test_patience(), NULL));
    REQUIRE_OK(file_read(m, mem_printf(m, "%s/key", dir), 10000, &key, NULL));
    REQUIRE_OK(file_read(m, trust.tls.ca_file, 10000, &cert, NULL));
    config.tls_key = key;
    config.tls_cert = cert;
    REQUIRE_OK(http_server_new(&config, &server));
    url = mem_printf(m, "https://127.0.0.1:%u/s", (unsigned)http_server_port(server));
    CHECK_OK(http_fetch(m, &trust, &(struct http_request){.method = "GET", .url = url}, &answer));
    CHECK_STR(answer.body, "GET /s 0: -");
    CHECK_ERR_MSG(http_fetch(m, NULL, &(struct http_request){.method = "GET", .url = url}, &answer),
                  E_UNAVAILABLE, "certificate"); /* Not trusted: nothing was sent. */
    http_server_free(server, 100);
}
