/* The ways through service graphs: each is a chain of its own to the agent, since a flow's whole
 * way is settled by its first packet.  What users see are the chains that a way consists of. */
#include "network/words.h"

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
chain_is_destination(struct tx *tx, const char *chain_id, bool *is, const char **way)
{
    struct service_graph *graph;
    const char *first = chain_id;

    *is = false;
    TRY(graph_of(tx, chain_id, &graph));
    for (size_t i = 0; graph && i < graph->paths.n && !*is; i++) {
        const struct service_graph_path *path = graph->paths.items[i];

        *is = place_on(path, chain_id) > 0;
        first = *is ? path->path_id : first;
    }
    if (way) {
        *way = first;
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

struct err *
path_hop(struct tx *tx, const struct service_graph_path *path, const char **chain_id, int64_t *hop)
{
    *chain_id = path->port_chains.items[path->port_chains.n - 1];
    for (size_t i = 0; *hop != INT_NULL && i < path->port_chains.n; i++) {
        struct port_chain *chain;

        TRY(row_get(tx, &port_chain_table, path->port_chains.items[i], &chain));
        if (*hop < (int64_t)chain->port_pair_groups.n) {
            *chain_id = chain->id;
            return NULL;
        }
        *hop -= (int64_t)chain->port_pair_groups.n;
    }
    return NULL;
}
