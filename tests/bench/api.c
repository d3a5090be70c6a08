/* What a client of a site gets: a real `carrick site` on disk, asked over HTTP
 * on the loopback.  The generator runs on the same processors; the CPU time of
 * the site alone stands beside every rate.
 *
 * usage: bench_api CARRICK [SCALE]      SCALE: 1 = everything (default), 10 = a tenth */
#include "served.h"

#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BULK 100
#define PORTS_BEFORE 5000

static char network[40], port_id[40];

static void
prepare(void)
{
    AUTO(mem) mem = mem_new("prepare");

    (void)served_ask(mem, "PUT", mem_printf(mem, "/network/v2.0/quotas/%s", served.project),
              "{\"quota\":{\"port\":-1}}", 200);
    served_copy_id(network,
            served_ask(mem, "POST", "/network/v2.0/networks", "{\"network\":{\"name\":\"bench\"}}", 201),
            "network.id");
    (void)served_ask(mem, "POST", "/network/v2.0/subnets",
              mem_printf(mem,
                         "{\"subnet\":{\"network_id\":\"%s\",\"ip_version\":4,\"cidr\":"
                         "\"10.0.0.0/12\",\"enable_dhcp\":false}}",
                         network),
              201);
}

/* ---- requests ------------------------------------------------------------------------------- */

static void
make_port(void *arg, int64_t n, struct buf *out)
{
    char body[160];

    (void)arg;
    (void)snprintf(body, sizeof body, "{\"port\":{\"network_id\":\"%s\",\"name\":\"p%lld\"}}",
                   network, (long long)n);
    load_request(out, "POST", "/network/v2.0/ports", served.token, body);
}

static void
make_bulk(void *arg, int64_t n, struct buf *out)
{
    AUTO_BUF body = BUF_INIT;

    (void)arg;
    buf_str(&body, "{\"ports\":[");
    for (int i = 0; i < BULK; i++) {
        buf_printf(&body, "%s{\"network_id\":\"%s\",\"name\":\"b%lld-%d\"}", i ? "," : "",
                   network, (long long)n, i);
    }
    buf_str(&body, "]}");
    load_request(out, "POST", "/network/v2.0/ports", served.token, body.data);
}

static void
make_show(void *arg, int64_t n, struct buf *out)
{
    char path[96];

    (void)arg;
    (void)n;
    (void)snprintf(path, sizeof path, "/network/v2.0/ports/%s", port_id);
    load_request(out, "GET", path, served.token, NULL);
}

static void
make_validate(void *arg, int64_t n, struct buf *out)
{
    (void)arg;
    (void)n;
    buf_printf(out,
               "GET /identity/v3/auth/tokens?nocatalog HTTP/1.1\r\nHost: bench\r\n"
               "X-Auth-Token: %s\r\nX-Subject-Token: %s\r\n\r\n",
               served.token, served.token);
}

static void
make_token(void *arg, int64_t n, struct buf *out)
{
    AUTO_BUF body = BUF_INIT;

    (void)arg;
    (void)n;
    buf_printf(&body,
               "{\"auth\":{\"identity\":{\"methods\":[\"token\"],\"token\":{\"id\":\"%s\"}},"
               "\"scope\":{\"project\":{\"id\":\"%s\"}}}}",
               served.token, served.project);
    load_request(out, "POST", "/identity/v3/auth/tokens?nocatalog", NULL, body.data);
}

static void
make_password(void *arg, int64_t n, struct buf *out)
{
    AUTO_BUF body = BUF_INIT;

    (void)arg;
    (void)n;
    buf_printf(&body,
               "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":"
               "{\"name\":\"admin\",\"domain\":{\"id\":\"default\"},\"password\":\"%s\"}}}}}",
               served.password);
    load_request(out, "POST", "/identity/v3/auth/tokens?nocatalog", NULL, body.data);
}

/* Enough ports for the lists, and one to show. */
static void
fill(void)
{
    AUTO(mem) mem = mem_new("fill");
    struct load load = {.port = served.port,
                        .clients = 2,
                        .requests = PORTS_BEFORE / BULK,
                        .expect = 201,
                        .make = make_bulk};
    const struct json *json;

    served_load(&load, "fill");
    served_must(json_parse(mem, load.last, strlen(load.last), &json), "ports");
    served_copy_id(port_id, json_get(json, "ports")->items[0], "id");
    load_done(&load);
}

/* ---- rows of the table ---------------------------------------------------------------------- */

static struct served_row rows[] = {
    {"port create, durable", 1, 150, 1, 201, make_port, NULL, {0}, {0}, NULL, 0, 0},
    {"port create, durable", 64, 2000, 1, 201, make_port, NULL, {0}, {0}, NULL, 0, 0},
    {"port create, bulk of 100", 4, 24, BULK, 201, make_bulk, NULL, {0}, {0}, NULL, 0, 0},
    {"list of 1 000 ports", 1, 5, 1, 200, served_get, "/network/v2.0/ports?limit=1000", {0}, {0},
     NULL, 0, 0},
    {"list of 5 000 ports", 1, 5, 1, 200, served_get, "/network/v2.0/ports?limit=5000", {0}, {0},
     NULL, 0, 0},
    {"list of 5 000 ports, fields=id", 1, 5, 1, 200, served_get,
     "/network/v2.0/ports?limit=5000&fields=id", {0}, {0}, NULL, 0, 0},
    {"ports by name, few hits", 1, 200, 1, 200, served_get, "/network/v2.0/ports?name=p7", {0}, {0},
     NULL, 0, 0},
    {"show a port", 1, 1000, 1, 200, make_show, NULL, {0}, {0}, NULL, 0, 0},
    {"show a port", 16, 5000, 1, 200, make_show, NULL, {0}, {0}, NULL, 0, 0},
    {"token by token", 16, 3000, 1, 201, make_token, NULL, {0}, {0}, NULL, 0, 0},
    {"validate a token", 16, 8000, 1, 200, make_validate, NULL, {0}, {0}, NULL, 0, 0},
    {"token by password (bcrypt 12)", 4, 8, 1, 201, make_password, NULL, {0}, {0}, NULL, 0, 0},
    {"version document (no token)", 16, 8000, 1, 200, served_get, "/identity/v3", {0}, {0}, NULL, 0,
     0},
};

int
main(int argc, char **argv)
{
    static const char *const args[] = {"--name", "bench", "--agent", "{dir}/agent.sock", NULL};
    double first;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: bench_api CARRICK [SCALE]\n");
        return 2;
    }
    served_open(argv[1], "site", args);
    first = served_start();
    served_log_in();
    prepare();
    fill();
    served_rows(rows, ARRAY_SIZE(rows), argc > 2 && atoi(argv[2]) > 0 ? atoi(argv[2]) : 1);
    served_restarts();
    (void)printf("| first start (keys, password, tables) to first answer, ms | %.0f |\n", first);
    served_close();
    return 0;
}
