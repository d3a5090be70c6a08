/* What the agent counted, in the words of the API: it knows ways through service graphs and ports,
 * users know chains and instances. */
#include "network/words.h"

#include "base/vec.h"

#include <inttypes.h>
#include <string.h>

#define ID_LENGTH 36

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
        const char *chain_id = in->chain_id;
        int64_t hop = in->hop;

        if (path) {
            TRY(path_hop(tx, path, &chain_id, &hop));
        }
        fold_add(&fold, in, chain_id, hop);
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

/* Instance -> "ingress egress", of all that are here. */
static struct err *
pairs_read(struct tx *tx, struct map *pairs)
{
    struct strs found;

    map_init(pairs, tx_mem(tx));
    TRY(sql_column(tx,
                   "select id || ' ' || ingress || ' ' || egress from port_pair where "
                   "ingress_port_id is not null", SQL_ARGS(NULL), &found));
    for (size_t i = 0; i < found.n; i++) {
        if (strlen(found.items[i]) != 3 * ID_LENGTH + 2) {
            continue;
        }
        map_set(pairs, mem_strn(tx_mem(tx), found.items[i], ID_LENGTH),
                mem_str(tx_mem(tx), found.items[i] + ID_LENGTH + 1));
    }
    return NULL;
}

/* A function's ports serve one instance: what is counted at them is its. */
static struct err *
instances_fill(struct tx *tx, struct desired_counters *counters)
{
    struct map ports, pairs;

    map_init(&ports, tx_mem(tx));
    TRY(pairs_read(tx, &pairs));
    for (size_t i = 0; i < counters->ports.n; i++) {
        struct desired_port_counter *port = counters->ports.items[i];

        map_set(&ports, port->id, port);
    }
    for (size_t i = 0; i < counters->instances.n; i++) {
        struct desired_instance_counter *instance = counters->instances.items[i];
        const char *pair = map_get(&pairs, instance->instance_id);
        const char *ingress = pair ? mem_strn(tx_mem(tx), pair, ID_LENGTH) : "";
        const char *egress = pair ? pair + ID_LENGTH + 1 : "";

        instance_add(instance, map_get(&ports, ingress));
        if (!str_eq(ingress, egress)) {
            instance_add(instance, map_get(&ports, egress));
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
