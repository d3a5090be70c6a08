/* Diagnostics: what a server has used, as its agent counts it when asked.
 *
 * A container has no processors of its own but a share of all of them: there is one entry of time for
 * all together, and num_cpus says how many processors' worth it may use.  Before 2.48 the form is
 * the hypervisor's own, and so are its names; they are libvirt's here. */
#include "faces/nova.h"

#define MIB (INT64_C(1) << 20)
#define COMMON_FORM 248

/* Of one request; in its arena. */
struct diagnosis {
    struct rest_request *r;
    struct server *server;
    struct rows ports; /* struct port, in the server's order */
};

/* store_fn: the server is there, the caller's to see, and runs as far as is known. */
static struct err *
server_read(struct tx *tx, void *arg)
{
    struct diagnosis *d = arg;
    struct cond conds[] = {COND("server_id", d->r->id), {.attr = NULL}};
    struct sort sorts[] = {{.attr = "server_index"}, {.attr = NULL}};
    struct query query = {.table = &port_table, .conds = conds, .sorts = sorts};
    struct server *server;
    struct rows ports;

    TRY(nova_server_look(tx, d->r, &server));
    TRY(rows_select(tx, &query, &ports));
    d->server = row_copy(d->r->mem, server);
    d->ports.items = MEM_ARRAY(d->r->mem, ports.n, void *);
    for (size_t i = 0; i < ports.n; i++) {
        d->ports.items[d->ports.n++] = row_copy(d->r->mem, ports.items[i]);
    }
    return NULL;
}

static struct err *
not_running(const struct server *server)
{
    return err_new(E_CONFLICT, NULL, "Cannot 'get_diagnostics' instance %s while it is in power "
                                     "state %s", server->id,
                   server->power_state == 0 ? "pending" : "shutdown");
}

static const struct desired_port_counter *
counter_of(const struct desired_server_usage *usage, const struct port *port)
{
    for (size_t i = 0; i < usage->ports.n; i++) {
        const struct desired_port_counter *counter = usage->ports.items[i];

        if (str_eq(counter->id, port->id)) {
            return counter;
        }
    }
    return NULL;
}

static void
write_number(struct jw *w, const char *key, int64_t number)
{
    if (number == INT_NULL) {
        jw_null(w, key);
    } else {
        jw_int(w, key, number);
    }
}

/* ---- since 2.48 --------------------------------------------------------------------------- */

/* Receives what the data plane sends out to it. */
static void
write_nic(struct jw *w, const struct port *port, const struct desired_port_counter *counter)
{
    jw_object(w, NULL);
    jw_str(w, "mac_address", port->mac_address);
    jw_int(w, "rx_octets", counter->out_bytes);
    jw_int(w, "rx_packets", counter->out_packets);
    jw_int(w, "tx_octets", counter->in_bytes);
    jw_int(w, "tx_packets", counter->in_packets);
    jw_int(w, "tx_drop", counter->drops);
    for (const char *const *unknown =
             (const char *const[]){"rx_errors", "rx_drop", "rx_rate", "tx_errors", "tx_rate", NULL};
         *unknown; unknown++) {
        jw_null(w, *unknown);
    }
    jw_end(w);
}

static void
write_nics(struct diagnosis *d, const struct desired_server_usage *usage)
{
    struct jw *w = &d->r->w;

    jw_array(w, "nic_details");
    for (size_t i = 0; i < d->ports.n; i++) {
        const struct desired_port_counter *counter = counter_of(usage, d->ports.items[i]);

        if (counter) {
            write_nic(w, d->ports.items[i], counter);
        }
    }
    jw_end(w);
}

static void
write_common(struct diagnosis *d, const struct desired_server_usage *usage)
{
    int64_t used = usage->memory_used;
    struct jw *w = &d->r->w;

    jw_str(w, "state", "running");
    jw_str(w, "driver", "carrick");
    jw_str(w, "hypervisor", "crun");
    jw_str(w, "hypervisor_os", "linux");
    write_number(w, "uptime", usage->uptime_s);
    jw_bool(w, "config_drive", d->server->config_drive);
    jw_int(w, "num_cpus", d->server->vcpus);
    jw_int(w, "num_disks", 0);
    jw_int(w, "num_nics", (int64_t)d->ports.n);
    jw_array(w, "cpu_details");
    if (usage->cpu_ns != INT_NULL) {
        jw_object(w, NULL);
        jw_int(w, "id", 0);
        jw_int(w, "time", usage->cpu_ns);
        jw_null(w, "utilisation");
        jw_end(w);
    }
    jw_end(w);
    jw_object(w, "memory_details");
    jw_int(w, "maximum", d->server->ram);
    write_number(w, "used", used == INT_NULL ? used : (used + MIB - 1) / MIB);
    jw_end(w);
    jw_array(w, "disk_details");
    jw_end(w);
    write_nics(d, usage);
}

/* ---- before -------------------------------------------------------------------------------- */

static void
write_own(struct diagnosis *d, const struct desired_server_usage *usage)
{
    struct mem *mem = d->r->mem;
    struct jw *w = &d->r->w;

    jw_int(w, "memory", d->server->ram * 1024);
    if (usage->memory_used != INT_NULL) {
        jw_int(w, "memory-rss", usage->memory_used / 1024);
    }
    if (usage->cpu_ns != INT_NULL) {
        jw_int(w, "cpu0_time", usage->cpu_ns);
    }
    for (size_t i = 0; i < d->ports.n; i++) {
        const struct desired_port_counter *counter = counter_of(usage, d->ports.items[i]);

        if (counter) {
            jw_int(w, mem_printf(mem, "eth%zu_rx", i), counter->out_bytes);
            jw_int(w, mem_printf(mem, "eth%zu_rx_packets", i), counter->out_packets);
            jw_int(w, mem_printf(mem, "eth%zu_tx", i), counter->in_bytes);
            jw_int(w, mem_printf(mem, "eth%zu_tx_packets", i), counter->in_packets);
            jw_int(w, mem_printf(mem, "eth%zu_tx_drop", i), counter->drops);
        }
    }
}

/* ---- asking --------------------------------------------------------------------------------- */

/* desired_answer_fn */
static void
answer(void *arg, const void *answered, const char *why)
{
    struct diagnosis *d = arg;
    const struct desired_server_usage *usage = answered;

    if (!usage || !usage->running) {
        rest_finish(d->r, usage ? not_running(d->server)
                                : err_new(E_UNAVAILABLE, NULL,
                                          "The agent of this site does not answer%s%s.",
                                          why ? ": " : "", str_or(why, "")));
        return;
    }
    jw_object(&d->r->w, NULL);
    if (d->r->op.version >= COMMON_FORM) {
        write_common(d, usage);
    } else {
        write_own(d, usage);
    }
    jw_end(&d->r->w);
    rest_finish(d->r, NULL);
}

/* loop_fn: the connection to the agent belongs to the loop. */
static void
ask(void *arg)
{
    struct diagnosis *d = arg;

    desired_client_usage(site_sync_client(nova_service(d->r)->sync), d->r->id, answer, d);
}

struct err *
nova_diagnostics(struct rest_request *r)
{
    struct compute_service *service = nova_service(r);
    struct diagnosis *d = MEM_NEW(r->mem, struct diagnosis);

    d->r = r;
    TRY(nova_admin_only(r, "os-server-diagnostics"));
    TRY(store_read(r->mount->store, server_read, d));
    if (d->server->power_state != 1) {
        return not_running(d->server);
    }
    if (!service->sync) {
        return err_new(E_UNAVAILABLE, NULL, "This site has no agent.");
    }
    rest_post(r, service->network->loop, ask, d);
    return NULL;
}
