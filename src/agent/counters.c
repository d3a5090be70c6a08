/* Counters for the site: what the kernel counts by slot, by the site's ids, and
 * by the names of drops. */
#include "agent/container.h"
#include "agent/usage.h"

#include <string.h>

static const char *const drop_names[DROP_N] = {
#define DROP(name, doc) #name,
#include "bpf/drops.tbl"
#undef DROP
};
static const char *const drop_docs[DROP_N] = {
#define DROP(name, doc) doc,
#include "bpf/drops.tbl"
#undef DROP
};

const char *
datapath_drop_name(uint32_t reason)
{
    return reason < DROP_N ? drop_names[reason] : "unknown";
}

const char *
datapath_drop_doc(uint32_t reason)
{
    return reason < DROP_N ? drop_docs[reason] : "unknown";
}

/* Adds a row where the port is plugged. */
static void
port_count(struct host *host, struct mem *mem, const char *port_id, struct rows *ports)
{
    struct desired_port_counter *c = row_new(mem, &desired_port_counter_table);
    struct dp_port_stats s;
    struct dp_id id;

    if (datapath_id_known(host->forwarding.dp, ID_PORT, port_id, DP_PORTS_MAX, &id)) {
        datapath_port_stats(host->forwarding.dp, id.slot, &s);
        c->id = port_id;
        c->in_packets = (int64_t)s.in_packets;
        c->in_bytes = (int64_t)s.in_bytes;
        c->out_packets = (int64_t)s.out_packets;
        c->out_bytes = (int64_t)s.out_bytes;
        c->drops = (int64_t)s.drops;
        ports->items[ports->n++] = c;
    }
}

static void
ports_count(struct host *host, struct mem *mem, struct desired_counters *counters)
{
    counters->ports.items = MEM_ARRAY(mem, world_count(&host->world, DESIRED_port), void *);
    world_each (&host->world, DESIRED_port, it) {
        port_count(host, mem, it->key, &counters->ports);
    }
}

static void
hop_count(struct host *host, struct mem *mem, const struct desired_chain *chain, uint32_t hop,
          struct desired_counters *counters)
{
    struct dp_hop_stats s;
    struct dp_id id;

    if (!datapath_id_known(host->forwarding.dp, ID_HOP + hop, chain->id, DP_HOP_SLOTS, &id)) {
        return;
    }
    datapath_hop_stats(host->forwarding.dp, id.slot, &s);
    for (int dir = 0; dir < 2; dir++) {
        struct desired_hop_counter *c = row_new(mem, &desired_hop_counter_table);

        c->chain_id = chain->id;
        c->hop = hop;
        c->direction = desired_label_directions[dir];
        c->packets = (int64_t)s.packets[dir];
        c->bytes = (int64_t)s.bytes[dir];
        c->passed = (int64_t)s.passed[dir];
        counters->hops.items[counters->hops.n++] = c;
    }
}

static void
instances_count(struct host *host, struct mem *mem, struct desired_counters *counters)
{
    const struct dp_health *health = datapath_health(host->forwarding.dp);

    counters->instances.items = MEM_ARRAY(mem, host->forwarding.watched.n, void *);
    vec_each (&host->forwarding.watched, in) {
        struct desired_instance_counter *c = row_new(mem, &desired_instance_counter_table);
        uint32_t down = __atomic_load_n(&health[in->watched.slot].down, __ATOMIC_ACQUIRE);

        row_defaults(mem, c); /* What is counted at its ports is the site's to add. */
        c->instance_id = in->watched.id;
        c->reason = in->not_used ? in->not_used : watch_reason(&in->watched, down);
        c->up = !c->reason;
        counters->instances.items[counters->instances.n++] = c;
    }
}

static void
drops_count(struct host *host, struct mem *mem, struct desired_counters *counters)
{
    counters->drops.items = MEM_ARRAY(mem, DROP_N, void *);
    for (uint32_t i = 1; i < DROP_N; i++) {
        uint64_t n = datapath_drops(host->forwarding.dp, i);

        if (n) {
            struct desired_drop_counter *c = row_new(mem, &desired_drop_counter_table);

            c->name = datapath_drop_name(i);
            c->packets = (int64_t)n;
            counters->drops.items[counters->drops.n++] = c;
        }
    }
}

static const struct json *
answer_of(struct mem *mem, const void *row)
{
    const char *text = row_to_json(mem, row, true);
    const struct json *json = NULL;

    err_ignore(json_parse(mem, text, strlen(text), &json), "it was just written");
    return json;
}

const struct json *
host_counters(struct host *host, struct mem *mem)
{
    struct desired_counters *counters = row_new(mem, &desired_counters_table);

    ports_count(host, mem, counters);
    counters->hops.items =
        MEM_ARRAY(mem, world_count(&host->world, DESIRED_chain) * DP_HOPS * 2, void *);
    world_each (&host->world, DESIRED_chain, it) {
        const struct desired_chain *chain = world_object(it);

        for (uint32_t hop = 0; hop < chain->hops.n; hop++) {
            hop_count(host, mem, chain, hop, counters);
        }
    }
    instances_count(host, mem, counters);
    drops_count(host, mem, counters);
    counters->flows = (int64_t)datapath_flows(host->forwarding.dp);
    counters->flows_max = datapath_flows_max(host->forwarding.dp);
    return answer_of(mem, counters);
}

const struct json *
host_usage(struct host *host, struct mem *mem, const char *server_id)
{
    const struct desired_server *want = world_find(&host->world, DESIRED_server, server_id);
    const struct container *container = map_get(&host->servers, server_id);
    struct desired_server_usage *usage = row_new(mem, &desired_server_usage_table);

    row_defaults(mem, usage);
    usage->id = server_id;
    usage->running = want && container && container->state == CONTAINER_RUNNING && container->pid;
    if (usage->running) {
        usage_read(CGROUPS, container_cgroup(container, mem), usage);
        usage->uptime_s = usage_uptime_s(container->pid);
        usage->ports.items = MEM_ARRAY(mem, want->ports.n, void *);
        for (size_t i = 0; i < want->ports.n; i++) {
            port_count(host, mem, want->ports.items[i], &usage->ports);
        }
    }
    return answer_of(mem, usage);
}
