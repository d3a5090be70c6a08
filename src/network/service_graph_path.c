/* The ways through service graphs: each is a chain of its own to the agent, since a flow's whole
 * way is settled by its first packet.  What users see are the chains that a way consists of. */
#include "network/words.h"

#include "base/vec.h"

#include <inttypes.h>

struct err *
path_find(struct tx *tx, const char *path_id, struct service_graph_path **path)
{
    struct service_graph *graph;
    struct strs owners;

    *path = NULL;
    TRY(sql_column(tx, "select service_graph_id from service_graph_path where path_id = ?",
                   SQL_ARGS(path_id), &owners));
    if (owners.n == 0) {
        return NULL;
    }
    TRY(row_get(tx, &service_graph_table, owners.items[0], &graph));
    for (size_t i = 0; i < graph->paths.n; i++) {
        struct service_graph_path *one = graph->paths.items[i];

        *path = str_eq(one->path_id, path_id) ? one : *path;
    }
    return NULL;
}

/* The graph that has the chain, or null. */
static struct err *
graph_of(struct tx *tx, const char *chain_id, struct service_graph **graph)
{
    struct strs owners;

    *graph = NULL;
    TRY(sql_column(tx, "select owner from service_graph_chains where target = ?",
                   SQL_ARGS(chain_id), &owners));
    return owners.n > 0 ? row_get(tx, &service_graph_table, owners.items[0], graph) : NULL;
}

/* Index of the chain on the way, or -1. */
static int
place_on(const struct service_graph_path *path, const char *chain_id)
{
    for (size_t i = 0; i < path->port_chains.n; i++) {
        if (str_eq(path->port_chains.items[i], chain_id)) {
            return (int)i;
        }
    }
    return -1;
}

struct err *
chain_is_destination(struct tx *tx, const char *chain_id, bool *is)
{
    struct service_graph *graph;

    *is = false;
    TRY(graph_of(tx, chain_id, &graph));
    for (size_t i = 0; graph && i < graph->paths.n; i++) {
        *is = *is || place_on(graph->paths.items[i], chain_id) > 0;
    }
    return NULL;
}

struct err *
chain_places(struct tx *tx, const char *chain_id, size_t *places)
{
    struct service_graph *graph;
    bool first = false;

    *places = 0;
    TRY(graph_of(tx, chain_id, &graph));
    for (size_t i = 0; graph && i < graph->paths.n; i++) {
        int at = place_on(graph->paths.items[i], chain_id);

        *places += at >= 0;
        first = first || at == 0;
    }
    *places += first; /* What none of the chains behind it takes. */
    return NULL;
}

/* ---- counters ---------------------------------------------------------------------------------- */

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

struct err *
counters_by_chain(struct tx *tx, struct desired_counters *counters)
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
