/* What the agent counted, in the words of the API: it knows ways through service graphs and ports,
 * users know chains and instances. */
#include "network/desired_parts.h"

#include "base/vec.h"

#include <inttypes.h>

/* ---- ways ---------------------------------------------------------------------------------------- */

struct fold {
    struct tx *tx;
    struct map rows; /* "chain hop direction" -> struct desired_hop_counter */
    VEC(void *) hops;
};

static void
fold_add(struct fold *fold, const struct desired_hop_counter *in, const char *chain_id, int64_t hop)
{
    struct mem *mem = tx_mem(fold->tx);
    const char *key = mem_printf(mem, "%s %" PRIi64 " %s", chain_id, hop, in->direction);
    struct desired_hop_counter *sum = map_get(&fold->rows, key);

    if (!sum) {
        sum = row_copy(mem, in);
        sum->chain_id = chain_id;
        sum->hop = hop;
        map_set(&fold->rows, key, sum);
        vec_add(mem, &fold->hops, (void *)sum);
        return;
    }
    sum->packets += in->packets;
    sum->bytes += in->bytes;
    sum->passed += in->passed;
}

/* Which chain of the way the hop is of, and which hop of it. */
static struct err *
fold_path(struct fold *fold, const struct desired_hop_counter *in,
          const struct service_graph_path *path)
{
    int64_t hop = in->hop;

    for (size_t i = 0; i < path->port_chains.n; i++) {
        struct port_chain *chain;

        TRY(row_get(fold->tx, &port_chain_table, path->port_chains.items[i], &chain));
        if (hop < (int64_t)chain->port_pair_groups.n) {
            fold_add(fold, in, chain->id, hop);
            return NULL;
        }
        hop -= (int64_t)chain->port_pair_groups.n;
    }
    return NULL;
}

/* Every way by its id. */
static struct err *
paths_read(struct tx *tx, struct map *paths)
{
    struct rows graphs;

    map_init(paths, tx_mem(tx));
    TRY(rows_select(tx, &(struct query){.table = &service_graph_table}, &graphs));
    for (size_t i = 0; i < graphs.n; i++) {
        const struct service_graph *graph = graphs.items[i];

        for (size_t k = 0; k < graph->paths.n; k++) {
            struct service_graph_path *path = graph->paths.items[k];

            map_set(paths, path->path_id, path);
        }
    }
    return NULL;
}

static struct err *
hops_sort(struct tx *tx, struct desired_counters *counters)
{
    struct fold fold = {.tx = tx};
    struct map paths;

    TRY(paths_read(tx, &paths));
    map_init(&fold.rows, tx_mem(tx));
    for (size_t i = 0; paths.n_live > 0 && i < counters->hops.n; i++) {
        const struct desired_hop_counter *in = counters->hops.items[i];
        const struct service_graph_path *path = map_get(&paths, in->chain_id);

        if (path) {
            TRY(fold_path(&fold, in, path));
        } else {
            fold_add(&fold, in, in->chain_id, in->hop);
        }
    }
    if (paths.n_live > 0) {
        counters->hops = (struct rows){.n = fold.hops.n, .items = fold.hops.items};
    }
    return NULL;
}

/* ---- instances ------------------------------------------------------------------------------------ */

static void
instance_add(struct desired_instance_counter *instance, const struct desired_port_counter *port)
{
    if (port) {
        instance->sent_packets += port->out_packets;
        instance->sent_bytes += port->out_bytes;
        instance->came_packets += port->in_packets;
        instance->came_bytes += port->in_bytes;
        instance->drops += port->drops;
    }
}

/* A function's ports serve one instance: what is counted at them is its. */
static struct err *
instances_fill(struct tx *tx, struct desired_counters *counters)
{
    struct map ports;

    map_init(&ports, tx_mem(tx));
    for (size_t i = 0; i < counters->ports.n; i++) {
        struct desired_port_counter *port = counters->ports.items[i];

        map_set(&ports, port->id, port);
    }
    for (size_t i = 0; i < counters->instances.n; i++) {
        struct desired_instance_counter *instance = counters->instances.items[i];
        struct port_pair *pair;

        TRY(row_or_null(tx, &port_pair_table, instance->instance_id, &pair));
        if (pair) {
            instance_add(instance, map_get(&ports, pair->ingress));
        }
        if (pair && !str_eq(pair->ingress, pair->egress)) {
            instance_add(instance, map_get(&ports, pair->egress));
        }
    }
    return NULL;
}

struct err *
counters_complete(struct tx *tx, struct desired_counters *counters)
{
    TRY(hops_sort(tx, counters));
    return instances_fill(tx, counters);
}
