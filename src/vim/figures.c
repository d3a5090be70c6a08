/* What a site has measured of ports and servers: carrick-counters tells all ports in one call; Nova
 * has its diagnostics server by server, with what the server's ports carried. */
#include "vim/session.h"

#define DIAGNOSTICS "2.48" /* From here on all drivers answer in one form. */

struct asking {
    struct mem *mem;
    const char *server_id;
    vim_figures_fn *done;
    void *arg;
};

static struct asking *
asking_new(const char *server_id, vim_figures_fn *done, void *arg)
{
    struct mem *mem = mem_new("vim figures");
    struct asking *asking = MEM_NEW(mem, struct asking);

    *asking =
        (struct asking){.mem = mem, .server_id = mem_str(mem, server_id), .done = done, .arg = arg};
    return asking;
}

static void
asking_end(struct asking *asking, const struct vim_figures *figures, struct err *err)
{
    asking->done(asking->arg, figures, err);
    mem_free(asking->mem);
}

static int64_t
figure(const struct json *json, const char *name)
{
    return json_int(json_get(json, name), INT_NULL);
}

/* ---- ports -------------------------------------------------------------------------------- */

/* There in = from the server; here as the server has it. */
static void
counted(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct asking *asking = arg;
    struct vim_figures figures = {0};
    const struct json *ports;

    if (err) {
        asking_end(asking, NULL, err);
        return;
    }
    ports = json_get(json_get(answer->json, "carrick_counters"), "ports");
    json_each (ports, i) {
        struct vim_port_figures port = {
            .id = json_get_str(ports->items[i], "id"),
            .received = {figure(ports->items[i], "out_packets"),
                         figure(ports->items[i], "out_bytes")},
            .sent = {figure(ports->items[i], "in_packets"), figure(ports->items[i], "in_bytes")},
        };

        if (port.id) {
            vec_add(asking->mem, &figures.ports, port);
        }
    }
    asking_end(asking, &figures, NULL);
}

void
vim_ports_figures(struct vim *vim, const char *site_id, vim_figures_fn *done, void *arg)
{
    const struct vim_call call = {.site_id = site_id,
                                  .service = "network",
                                  .method = "GET",
                                  .path = "/carrick-counters",
                                  .read_only = true};

    vim_call(vim, &call, counted, asking_new(NULL, done, arg));
}

/* ---- a server ------------------------------------------------------------------------------ */

static void
nics_read(struct asking *asking, const struct json *nics, struct vim_figures *figures)
{
    json_each (nics, i) {
        struct vim_port_figures port = {
            .mac = json_get_str(nics->items[i], "mac_address"),
            .received = {figure(nics->items[i], "rx_packets"), figure(nics->items[i], "rx_octets")},
            .sent = {figure(nics->items[i], "tx_packets"), figure(nics->items[i], "tx_octets")},
        };

        if (port.mac) {
            vec_add(asking->mem, &figures->ports, port);
        }
    }
}

/* Time that all its processors have worked; unknown where one of them does not tell, or what cannot be. */
static int64_t
cpu_time(const struct json *cpus)
{
    int64_t sum = 0;

    json_each (cpus, i) {
        int64_t time = figure(cpus->items[i], "time");

        if (time == INT_NULL || time < 0 || __builtin_add_overflow(sum, time, &sum)) {
            return INT_NULL;
        }
    }
    return cpus && cpus->n ? sum : INT_NULL;
}

static void
diagnosed(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct asking *asking = arg;
    struct vim_figures figures = {0};
    const struct json *memory;

    if (err) {
        asking_end(asking, NULL, err);
        return;
    }
    memory = json_get(answer->json, "memory_details");
    figures.server_id = asking->server_id;
    figures.cpu_ns = cpu_time(json_get(answer->json, "cpu_details"));
    figures.cpus = figure(answer->json, "num_cpus");
    figures.memory = figure(memory, "maximum");
    figures.memory_used = figure(memory, "used");
    nics_read(asking, json_get(answer->json, "nic_details"), &figures);
    asking_end(asking, &figures, NULL);
}

void
vim_server_figures(struct vim *vim, const char *site_id, const char *server_id,
                   vim_figures_fn *done, void *arg)
{
    struct asking *asking = asking_new(server_id, done, arg);
    const struct vim_call call = {
        .site_id = site_id,
        .service = "compute",
        .method = "GET",
        .path = mem_printf(asking->mem, "/servers/%s/diagnostics", server_id),
        .microversion = DIAGNOSTICS,
        .read_only = true,
    };

    vim_call(vim, &call, diagnosed, asking);
}
