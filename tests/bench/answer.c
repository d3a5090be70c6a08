/* A client that attaches to a service as soon as it can and asks until it is answered
 * through the chain: the site's counters of every hop tell that.  Prints when each of that
 * was, in microseconds of the wall clock.  It is one process that waits at the site's change feed: a shell with curl and jq would take from two
 * processors the time that it measures. */
#include "base/json.h"
#include "base/net.h"
#include "base/time.h"
#include "base/vec.h"
#include "http/client.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_S 60      /* times $CARRICK_PATIENCE, for slow machines */
#define LOOK_MS 5       /* between two looks for a container */
#define RETRY_MS 20     /* a further connection, while earlier ones may still be answered */
#define CONNECTIONS 64

struct client {
    struct mem *mem;
    const char *url, *token; /* of the site */
    const char *port, *image, *flavor, *remote; /* names and ids as given */
    const char *crun;        /* DIR/agent/crun/SITE- */
    int64_t end_ns;
    int64_t seq;             /* of the change feed */
    const char *server, *address;
    int n_hops;              /* of the chain, counted once a direction */
    pid_t pid;
    int own_netns;
};

static void
must(struct err *e)
{
    if (e) {
        fprintf(stderr, "answer: %s\n", e->message);
        exit(1);
    }
}

static void
in_time(const struct client *c, const char *what)
{
    if (time_mono_ns() > c->end_ns) {
        fprintf(stderr, "answer: no %s in time\n", what);
        exit(1);
    }
}

static void
said(const char *what, const char *value)
{
    printf("%s %lld %s\n", what, (long long)time_now_us(), value);
    (void)fflush(stdout);
}

/* ---- the site ------------------------------------------------------------------------------ */

static const struct json *
ask(struct client *c, const char *method, const char *path, const char *body)
{
    const char *headers[] = {mem_printf(c->mem, "X-Auth-Token: %s", c->token),
                             "Content-Type: application/json", NULL};
    struct http_request request = {.method = method,
                                   .url = mem_printf(c->mem, "%s%s", c->url, path),
                                   .headers = headers,
                                   .body = body,
                                   .body_len = body ? strlen(body) : 0,
                                   .body_fd = -1};
    struct http_client_config config = {0};
    struct http_answer answer;
    const struct json *json = NULL;

    must(http_fetch(c->mem, &config, &request, &answer));
    if (answer.status >= 300) {
        fprintf(stderr, "answer: %s %s: %d %.300s\n", method, path, answer.status, answer.body);
        exit(1);
    }
    must(json_parse(c->mem, answer.body, answer.body_len, &json));
    return json;
}

/* Sleeps until the site has changed since the last look. */
static void
change_await(struct client *c, const char *what)
{
    const struct json *json = ask(
        c, "GET",
        mem_printf(c->mem, "/network/v2.0/carrick-changes?since=%lld&timeout=1", (long long)c->seq),
        NULL);

    c->seq = json_int(json_get(json, "last"), c->seq);
    in_time(c, what);
}

/* The first of a list, or of those whose name has 'part' in it; null where there is none. */
static const struct json *
first_of(const struct json *list, const char *part)
{
    json_each (list, i) {
        const char *name = json_get_str(list->items[i], "name");

        if (!part || (name && strstr(name, part))) {
            return list->items[i];
        }
    }
    return NULL;
}

static void
attach(struct client *c)
{
    const char *path = mem_printf(c->mem, "/network/v2.0/ports?name=%s", c->port);
    const struct json *port, *made;

    c->seq = json_int(json_get(ask(c, "GET", "/network/v2.0/carrick-changes", NULL), "last"), 0);
    while (!(port = first_of(json_get(ask(c, "GET", path, NULL), "ports"), NULL))) {
        change_await(c, "port of that name");
    }
    said("port", json_get_str(port, "id"));
    made = ask(c, "POST", "/compute/v2.1/servers",
               mem_printf(c->mem,
                          "{\"server\": {\"name\": \"client\", \"imageRef\": \"%s\","
                          " \"flavorRef\": \"%s\", \"networks\": [{\"port\": \"%s\"}]}}",
                          c->image, c->flavor, json_get_str(port, "id")));
    c->server = json_get_str(json_get(made, "server"), "id");
    said("server", c->server);
}

/* The server's first process, once it has started. */
static void
container_await(struct client *c)
{
    const char *path = mem_printf(c->mem, "%s%s/status", c->crun, c->server);
    const struct json *json;
    struct err *e;
    char *text;
    size_t n;

    for (; !c->pid; in_time(c, "container")) {
        json = NULL;
        e = file_read(c->mem, path, 65536, &text, &n);
        e = e ? e : json_parse(c->mem, text, n, &json);
        err_ignore(e, "not there yet");
        c->pid = (pid_t)json_int(json_get(json, "pid"), 0);
        if (!c->pid) {
            (void)poll(NULL, 0, LOOK_MS);
        }
    }
    said("container", mem_printf(c->mem, "%d", (int)c->pid));
}

/* Address of the other end, as the joined segment knows it here. */
static void
remote_await(struct client *c)
{
    const struct json *remote;
    const struct json *ips;

    for (;;) {
        remote = first_of(json_get(ask(c, "GET", "/network/v2.0/carrick-interconnect/remote_ports",
                                       NULL),
                                   "remote_ports"),
                          c->remote);
        ips = json_get(remote, "fixed_ips");
        if (ips && ips->n) {
            c->address = json_get_str(ips->items[0], "ip_address");
            said("remote", c->address);
            return;
        }
        change_await(c, "remote port of that name");
    }
}

/* ---- asking ------------------------------------------------------------------------------------ */

/* Of a process; 0: back to our own. */
static void
namespace_enter(const struct client *c, pid_t pid)
{
    AUTO_FD fd = pid ? open(mem_printf(c->mem, "/proc/%d/ns/net", (int)pid), O_RDONLY | O_CLOEXEC)
                     : dup(c->own_netns);

    if (fd < 0 || setns(fd, CLONE_NEWNET)) {
        perror("answer: the client's network namespace");
        exit(1);
    }
}

/* One more connection, or -1 where the interface is not ready. */
static int
connection_begin(const struct client *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
    const struct linger reset = {.l_onoff = 1}; /* Nothing of it comes later, to be counted. */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) || inet_pton(AF_INET, c->address, &to.sin_addr) != 1 ||
        (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)) {
        fd_close(&fd);
    }
    return fd;
}

/* Goes on with one connection; true once it was answered. */
static bool
connection_step(struct pollfd *p)
{
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    char answer[16];

    if (p->revents & POLLIN) {
        ssize_t n = read(p->fd, answer, sizeof answer);

        if (n > 9 && !strncmp(answer, "HTTP/1.", 7)) {
            return true;
        }
    } else if (p->revents == POLLOUT &&
               write(p->fd, request, sizeof request - 1) == (ssize_t)sizeof request - 1) {
        p->events = POLLIN;
        return false;
    }
    if (p->revents) {
        fd_close(&p->fd);
    }
    return false;
}

static void
connections_close(struct pollfd connections[CONNECTIONS])
{
    for (size_t i = 0; i < CONNECTIONS; i++) {
        fd_close(&connections[i].fd);
    }
}

static void
answer_await(struct client *c)
{
    struct pollfd connections[CONNECTIONS];

    for (size_t i = 0; i < CONNECTIONS; i++) {
        connections[i].fd = -1;
    }
    for (size_t next = 0;; next = (next + 1) % CONNECTIONS) {
        int64_t round_ns = time_mono_ns() + RETRY_MS * 1000000LL, left_ns;

        in_time(c, "answer");
        fd_close(&connections[next].fd);
        connections[next] = (struct pollfd){.fd = connection_begin(c), .events = POLLOUT};
        while ((left_ns = round_ns - time_mono_ns()) > 0) {
            (void)poll(connections, CONNECTIONS, (int)(left_ns / 1000000) + 1);
            for (size_t i = 0; i < CONNECTIONS; i++) {
                if (connections[i].fd >= 0 && connection_step(&connections[i])) {
                    connections_close(connections);
                    return;
                }
            }
        }
    }
}

/* Has every hop of the chain been passed, both ways? */
static bool
went_through(struct client *c)
{
    const struct json *hops = json_path(
        ask(c, "GET", "/network/v2.0/carrick-counters", NULL), "carrick_counters.hops");
    int n = 0;

    json_each (hops, i) {
        n += json_int(json_get(hops->items[i], "packets"), 0) > 0;
    }
    return n >= c->n_hops;
}

static void
ask_through(struct client *c)
{
    int n_around = 0;
    int64_t at;

    for (;;) {
        namespace_enter(c, c->pid);
        answer_await(c);
        at = time_now_us();
        namespace_enter(c, 0);
        if (went_through(c)) {
            break;
        }
        n_around++;
    }
    printf("answer %lld %s\naround %d\n", (long long)at, c->address, n_around);
}

static int64_t
limit_ns(void)
{
    int64_t patience = 1;

    if (!str_to_i64(str_or(getenv("CARRICK_PATIENCE"), ""), &patience) || patience < 1) {
        patience = 1;
    }
    return patience * LIMIT_S * 1000000000LL;
}

int
main(int argc, char **argv)
{
    struct client c = {.mem = mem_new("client"), .end_ns = time_mono_ns() + limit_ns()};

    if (argc != 9) {
        fprintf(stderr, "usage: answer URL TOKEN PORT IMAGE FLAVOR CRUN REMOTE HOPS\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    c.url = argv[1];
    c.token = argv[2];
    c.port = argv[3];
    c.image = argv[4];
    c.flavor = argv[5];
    c.crun = argv[6];
    c.remote = argv[7];
    c.n_hops = 2 * atoi(argv[8]);
    c.own_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    attach(&c);
    container_await(&c);
    remote_await(&c);
    ask_through(&c);
    fd_close(&c.own_netns);
    mem_free(c.mem);
    return 0;
}
