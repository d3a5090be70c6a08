/* A subscriber that costs next to nothing: writes a line for each notification, when it was read
 * (microseconds of the wall clock), its type, the alarm's cause.
 *
 * usage: bench_told FILE       FILE.port: where it listens, on loopback */
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
must(struct err *e)
{
    if (e) {
        fprintf(stderr, "told: %s\n", e->message);
        exit(1);
    }
}

static enum http_body_mode
on_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
on_request(struct http_exchange *x, void *arg)
{
    int64_t now = time_now_us();
    const struct json *json = NULL;
    size_t n = 0;
    const char *body = http_body(x, &n);

    if (n) {
        AUTO(mem) mem = mem_new("told");

        err_ignore(json_parse(mem, body, n, &json), "then it tells of nothing");
        fprintf(arg, "%lld %s %s\n", (long long)now,
                str_or(json_get_str(json, "notificationType"), "-"),
                str_or(json_get_str(json_get(json, "alarm"), "probableCause"), "-"));
    }
    http_answer(x, 204, NULL, NULL, 0);
}

int
main(int argc, char **argv)
{
    static const struct http_handler handler = {.head = on_head, .request = on_request};
    struct http_server_config config = {.address = "127.0.0.1", .handler = &handler};
    struct http_server *server;
    char path[512], made[520];
    FILE *file = argc == 2 ? fopen(argv[1], "ae") : NULL;
    FILE *port;

    if (!file) {
        fprintf(stderr, "usage: bench_told FILE\n");
        return 2;
    }
    (void)setvbuf(file, NULL, _IOLBF, 0);
    config.arg = file;
    must(http_server_new(&config, &server));
    (void)snprintf(path, sizeof path, "%s.port", argv[1]);
    (void)snprintf(made, sizeof made, "%s.new", path);
    port = fopen(made, "we");
    if (!port || fprintf(port, "%u\n", http_server_port(server)) < 0 || fclose(port) ||
        rename(made, path)) {
        must(err_errno(E_UNAVAILABLE, "%s", path));
    }
    for (;;) {
        (void)pause();
    }
}
