/* Service graphs: what left a chain's last group goes on into another chain, by the classifiers of
 * the chains that stand behind it.  A graph is taken apart into the ways through it when it is made
 * (service_graph_path.c tells what becomes of them); nothing that a way consists of can change while
 * the graph is there, except the instances of its groups. */
#include "network/words.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <inttypes.h>
#include <string.h>

#define EDGES_MAX 64
#define PATHS_MAX 64

/* ---- the attribute -------------------------------------------------------------------------- */

/* null is no branching point, and one that leads nowhere is none. */
const struct json *
service_graph_convert_chains(struct mem *mem, const struct json *json)
{
    struct json *out = MEM_NEW(mem, struct json);

    json = attr_convert_null_to_object(mem, json);
    if (json->type != JSON_T_OBJECT) {
        return json;
    }
    out->type = JSON_T_OBJECT;
    out->keys = MEM_ARRAY(mem, json->n, const char *);
    out->items = MEM_ARRAY(mem, json->n, const struct json *);
    json_each (json, i) {
        if (!json_is(json->items[i], JSON_T_ARRAY) || json->items[i]->n > 0) {
            out->keys[out->n] = json->keys[i];
            out->items[out->n++] = json->items[i];
        }
    }
    return out;
}

const char *
service_graph_check_chains(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *json = *(const struct json **)value;
    size_t edges = 0;

    (void)attr;
    if (json->type != JSON_T_OBJECT) {
        return "it is not a dictionary.";
    }
    json_each (json, i) {
        const struct json *to = json->items[i];

        if (!uuid_valid(json->keys[i])) {
            return mem_printf(mem, "UUID of source Port-Chain is invalid: %s.", json->keys[i]);
        }
        if (to->type != JSON_T_ARRAY) {
            return mem_printf(mem, "destinations of Port-Chain %s are no list.", json->keys[i]);
        }
        json_each (to, k) {
            if (!json_is(to->items[k], JSON_T_STR) || !uuid_valid(to->items[k]->s)) {
                return mem_printf(mem, "UUID of destination Port-Chain is invalid: %s.",
                                  str_or(json_str(to->items[k]), "(no text)"));
            }
        }
        edges += to->n;
    }
    return edges <= EDGES_MAX
               ? NULL
               : mem_printf(mem, "more than %d branches in one graph.", EDGES_MAX);
}

/* ---- the graph as it is asked for ------------------------------------------------------------- */

struct node {
    const char *id;
    const struct port_chain *chain;
    size_t to[EDGES_MAX], n_to; /* Indexes of nodes. */
    size_t depth;               /* Chains before it on the longest way. */
    size_t places;              /* Ways that have its hops. */
};

/* A way from a chain that no other leads to. */
struct way {
    size_t node[DESIRED_HOPS_MAX], n, hops;
    const char *id;
};

struct graph {
    struct tx *tx;
    const struct op *op;
    VEC(struct node) nodes;
    VEC(struct way) ways;
    VEC(void *) paths;
};

static size_t
node_of(struct graph *graph, const char *id)
{
    struct node made = {.id = id};

    for (size_t i = 0; i < graph->nodes.n; i++) {
        if (str_eq(graph->nodes.items[i].id, id)) {
            return i;
        }
    }
    vec_add(tx_mem(graph->tx), &graph->nodes, made);
    return graph->nodes.n - 1;
}

static struct err *
edge_add(struct graph *graph, const char *from, const char *to)
{
    size_t source = node_of(graph, from), target = node_of(graph, to);
    struct node *node = &graph->nodes.items[source];

    for (size_t i = 0; i < node->n_to; i++) {
        if (node->to[i] == target) {
            return err_new(E_INVALID, "ServiceGraphPortChainInConflict",
                           "Port Chain %s is duplicated on one of the branching points being "
                           "created.", to);
        }
    }
    node->to[node->n_to++] = target;
    return NULL;
}

static struct err *
edges_read(struct graph *graph, const struct json *json)
{
    json_each (json, i) {
        const struct json *to = json->items[i];

        json_each (to, k) {
            TRY(edge_add(graph, json->keys[i], to->items[k]->s));
        }
    }
    return NULL;
}

static struct err *
chains_read(struct graph *graph)
{
    struct op inner = network_op(graph->op, &port_chain_resource, service_of(graph->op));

    vec_each (&graph->nodes, node) {
        void *row;

        TRY(resource_get(graph->tx, &inner, node->id, &row));
        node->chain = row;
    }
    return NULL;
}

/* ---- what is refused of the whole ------------------------------------------------------------- */

static struct err *
unused_check(struct graph *graph)
{
    AUTO_BUF ids = BUF_INIT;
    bool any = false;

    vec_each (&graph->nodes, node) {
        bool used;

        TRY(sql_exists(graph->tx, "select 1 from service_graph_chains where target = ?",
                       SQL_ARGS(node->id), &used));
        any = any || used;
        if (used) {
            buf_printf(&ids, "%s%s", ids.len ? ", " : "", node->id);
        }
    }
    return any ? err_new(E_IN_USE, "ServiceGraphInvalidPortChains",
                         "Some of the Port Chain(s): %s, are already in use by a Service Graph.",
                         buf_copy(tx_mem(graph->tx), &ids))
               : NULL;
}

/* What comes after 'node' is deeper than it; whether something was not. */
static bool
next_deepen(struct graph *graph, const struct node *node)
{
    bool moved = false;

    for (size_t i = 0; i < node->n_to; i++) {
        struct node *to = &graph->nodes.items[node->to[i]];

        if (to->depth <= node->depth) {
            to->depth = node->depth + 1;
            moved = true;
        }
    }
    return moved;
}

/* A chain that comes after as many others as there are comes after itself. */
static struct err *
loop_check(struct graph *graph)
{
    bool moved = true;

    while (moved) {
        moved = false;
        vec_each (&graph->nodes, node) {
            if (node->depth >= graph->nodes.n) {
                return err_new(E_INVALID, "ServiceGraphLoopDetected",
                               "Service Graph defined contains at least one port chain loop.");
            }
            moved = next_deepen(graph, node) || moved;
        }
    }
    return NULL;
}

static const char *
correlation(const struct node *node)
{
    return json_get_str(node->chain->chain_parameters, "correlation");
}

static bool
symmetric(const struct node *node)
{
    return json_bool(json_get(node->chain->chain_parameters, "symmetric"), false);
}

/* A way has one direction back, as it has one forth. */
static struct err *
alike_check(struct graph *graph)
{
    const struct node *first = graph->nodes.items;

    vec_each (&graph->nodes, node) {
        if (!str_eq(correlation(node), correlation(first))) {
            return err_new(E_INVALID, "ServiceGraphInconsistentEncapsulation",
                           "Service Graph may only connect port-chains sharing the same "
                           "correlation.");
        }
        if (symmetric(node) != symmetric(first)) {
            return err_new(E_INVALID, "ServiceGraphInconsistentSymmetry",
                           "Service Graph may only connect port-chains that are all symmetric or "
                           "all not: %s and %s differ.", first->id, node->id);
        }
    }
    return NULL;
}

/* ---- branching points ------------------------------------------------------------------------- */

struct branch {
    const struct flow_classifier *classifier;
    size_t node;
};

struct branches {
    VEC(struct branch) items;
};

static struct err *
branch_check(const struct branches *seen, const struct branch *branch)
{
    vec_each (&seen->items, other) {
        if (other->node != branch->node &&
            classifiers_overlap(other->classifier, branch->classifier)) {
            return err_new(E_INVALID, "ServiceGraphFlowClassifierInConflict",
                           "Flow Classifier %s conflicts with Flow Classifier %s on one "
                           "of the branching points being created.",
                           other->classifier->id, branch->classifier->id);
        }
    }
    return NULL;
}

/* Two chains behind one must not claim the same packets. */
static struct err *
branches_check(struct graph *graph, const struct node *node)
{
    struct mem *mem = tx_mem(graph->tx);
    struct branches seen = {0};

    for (size_t i = 0; i < node->n_to; i++) {
        const struct port_chain *chain = graph->nodes.items[node->to[i]].chain;

        for (size_t k = 0; k < chain->flow_classifiers.n; k++) {
            struct branch branch = {.node = node->to[i]};
            struct flow_classifier *c;

            TRY(row_get(graph->tx, &flow_classifier_table, chain->flow_classifiers.items[k], &c));
            branch.classifier = c;
            TRY(branch_check(&seen, &branch));
            vec_add(mem, &seen.items, branch);
        }
    }
    return NULL;
}

/* ---- ways ---------------------------------------------------------------------------------------- */

/* A group that both have, or null. */
static const char *
group_shared(const struct strs *a, const struct strs *b)
{
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < b->n; k++) {
            if (str_eq(a->items[i], b->items[k])) {
                return a->items[i];
            }
        }
    }
    return NULL;
}

/* A group has one position on a way: what it sends on would not say which it is at. */
static struct err *
groups_once_check(struct graph *graph, const struct way *way, const struct port_chain *chain)
{
    for (size_t i = 0; i < way->n; i++) {
        const struct node *there = &graph->nodes.items[way->node[i]];
        const char *group = group_shared(&there->chain->port_pair_groups, &chain->port_pair_groups);

        if (group) {
            return err_new(E_CONFLICT, "InvalidPortPairGroups",
                           "Port Pair Group %s would be passed twice on a way through the "
                           "graph: in Port Chain %s and in Port Chain %s.",
                           group, there->id, chain->id);
        }
    }
    return NULL;
}

static struct err *
way_check(struct graph *graph, const struct way *way, const struct node *next)
{
    size_t hops = way->hops + next->chain->port_pair_groups.n;

    if (hops > DESIRED_HOPS_MAX) {
        return err_new(E_CONFLICT, "ServiceGraphPathTooLong",
                       "The way through the graph that ends in Port Chain %s has %zu port pair "
                       "groups; %d is the most.", next->id, hops, DESIRED_HOPS_MAX);
    }
    if (graph->paths.n >= PATHS_MAX) {
        return err_new(E_CONFLICT, "ServiceGraphTooManyPaths",
                       "There are more than %d ways through the graph.", PATHS_MAX);
    }
    return groups_once_check(graph, way, next->chain);
}

/* The first number from the hash of its id on that no way has, of this graph or another: made again,
 * a graph has the same ones nearly always. */
static struct err *
spi_settle(struct graph *graph, struct service_graph_path *path)
{
    uint64_t hash = hash_bytes(path->path_id, strlen(path->path_id), 1);
    bool used = true;

    for (uint64_t i = 0; used && i < WAY_SPI_N; i++) {
        path->spi = WAY_SPI_MIN + (int64_t)((hash + i) % WAY_SPI_N);
        TRY(sql_exists(graph->tx, "select 1 from service_graph_path where spi = ?",
                       SQL_ARGS(mem_printf(tx_mem(graph->tx), "%" PRIi64, path->spi)), &used));
        vec_each (&graph->paths, other) {
            used = used || ((struct service_graph_path *)*other)->spi == path->spi;
        }
    }
    return used ? err_new(E_CONFLICT, "NoServicePathAvailable", "No service path is free.") : NULL;
}

static struct err *
path_add(struct graph *graph, const struct way *before, struct way *way)
{
    struct mem *mem = tx_mem(graph->tx);
    struct service_graph_path *path = row_new(mem, &service_graph_path_table);
    AUTO_BUF name = BUF_INIT;

    path->follows = before->id;
    path->port_chains.items = MEM_ARRAY(mem, way->n, const char *);
    buf_printf(&name, "service graph path:");
    for (size_t i = 0; i < way->n; i++) {
        struct node *node = &graph->nodes.items[way->node[i]];

        buf_printf(&name, " %s", node->id);
        path->port_chains.items[path->port_chains.n++] = node->id;
        node->places++;
    }
    way->id = path->path_id = uuid_from(mem, buf_copy(mem, &name));
    TRY(spi_settle(graph, path));
    vec_add(mem, &graph->paths, (void *)path);
    return NULL;
}

static struct err *
way_extend(struct graph *graph, size_t at)
{
    const struct way way = graph->ways.items[at];
    const struct node *last = &graph->nodes.items[way.node[way.n - 1]];

    for (size_t i = 0; i < last->n_to; i++) {
        const struct node *next = &graph->nodes.items[last->to[i]];
        struct way longer = way;

        TRY(way_check(graph, &way, next));
        longer.node[longer.n++] = last->to[i];
        longer.hops += next->chain->port_pair_groups.n;
        TRY(path_add(graph, &way, &longer));
        vec_add(tx_mem(graph->tx), &graph->ways, longer);
    }
    return NULL;
}

/* Every way, shorter ones first. */
static struct err *
ways_find(struct graph *graph)
{
    for (size_t i = 0; i < graph->nodes.n; i++) {
        struct node *node = &graph->nodes.items[i];
        struct way way = {.node = {i}, .n = 1, .id = node->id};

        if (node->depth == 0) {
            way.hops = node->chain->port_pair_groups.n;
            node->places++;
            vec_add(tx_mem(graph->tx), &graph->ways, way);
        }
    }
    for (size_t i = 0; i < graph->ways.n; i++) {
        TRY(way_extend(graph, i));
    }
    return NULL;
}

/* ---- what is refused of the ways ------------------------------------------------------------------- */

struct err *
graph_group_check(struct tx *tx, const struct port_pair_group *group, const char *chain_id,
                  size_t places)
{
    for (size_t i = 0; i < group->port_pairs.n; i++) {
        struct port_pair *pair;

        TRY(row_get(tx, &port_pair_table, group->port_pairs.items[i], &pair));
        TRY(lent_check_graph(tx, pair, chain_id));
        /* NSH says itself which place a packet is at. */
        if (places > 1 && pair_speaks(group, pair) && !pair_speaks_nsh(pair)) {
            return err_new(E_CONFLICT, "PortPairGroupInUse",
                           "Port Pair %s of Port Pair Group %s %s: it sends flows of its own, so "
                           "it has one place only, and there are %zu ways through the service "
                           "graph that have Port Chain %s.", pair->id, group->id,
                           pair_speaks(group, pair), places, chain_id);
        }
    }
    return NULL;
}

static struct err *
members_check(struct graph *graph)
{
    vec_each (&graph->nodes, node) {
        for (size_t i = 0; i < node->chain->port_pair_groups.n; i++) {
            struct port_pair_group *group;

            TRY(row_get(graph->tx, &port_pair_group_table, node->chain->port_pair_groups.items[i],
                        &group));
            TRY(graph_group_check(graph->tx, group, node->id, node->places));
        }
    }
    return NULL;
}

/* A way is on the network of its first chain.  Where the packets of a later chain come from is said
 * by the graph, so logical source ports do not count there; destination ports do. */
static struct err *
network_check(struct graph *graph, const struct way *way)
{
    const struct port_chain *last = graph->nodes.items[way->node[way->n - 1]].chain;
    const char *network_id;

    TRY(chain_network(graph->tx, graph->nodes.items[way->node[0]].chain, &network_id));
    for (size_t i = 0; network_id && i < last->flow_classifiers.n; i++) {
        struct flow_classifier *c;
        struct strs on;

        TRY(row_get(graph->tx, &flow_classifier_table, last->flow_classifiers.items[i], &c));
        TRY(sql_column(graph->tx,
                       "select network_id from port where id = ?1 union "
                       "select network_id from remote_port where id = ?1",
                       SQL_ARGS(str_or(c->logical_destination_port, "")), &on));
        if (on.n > 0 && !str_eq(on.items[0], network_id)) {
            return err_new(E_INVALID, "PortChainNetworksDiffer",
                           "Flow Classifier %s has a logical destination port on network %s, but "
                           "the way through the graph is on network %s.",
                           c->id, on.items[0], network_id);
        }
    }
    return NULL;
}

/* ---- the resource ------------------------------------------------------------------------------------ */

static struct err *
graph_check(struct graph *graph)
{
    TRY(chains_read(graph));
    TRY(unused_check(graph));
    TRY(loop_check(graph));
    TRY(alike_check(graph));
    vec_each (&graph->nodes, node) {
        TRY(branches_check(graph, node));
    }
    TRY(ways_find(graph));
    vec_each (&graph->ways, way) {
        if (way->n > 1) {
            TRY(network_check(graph, way));
        }
    }
    return members_check(graph);
}

static struct err *
graph_before_create(struct tx *tx, struct op *op, void *row)
{
    struct graph graph = {.tx = tx, .op = op};
    struct service_graph *made = row;

    TRY(edges_read(&graph, made->port_chains));
    TRY(graph_check(&graph));
    made->chains = (struct strs){.items = MEM_ARRAY(tx_mem(tx), graph.nodes.n, const char *)};
    vec_each (&graph.nodes, node) {
        made->chains.items[made->chains.n++] = node->id;
    }
    made->paths = (struct rows){.n = graph.paths.n, .items = graph.paths.items};
    return NULL;
}

struct err *
chain_free_check(struct tx *tx, const char *chain_id)
{
    bool used;

    TRY(sql_exists(tx, "select 1 from service_graph_chains where target = ?", SQL_ARGS(chain_id),
                   &used));
    return used ? err_new(E_IN_USE, "ServiceGraphPortChainInUse", "Port Chain %s in use.",
                          chain_id)
                : NULL;
}

const struct resource service_graph_resource = {
    .table = &service_graph_table,
    .singular = "service_graph",
    .plural = "service_graphs",
    .doc = "Service graphs",
    .not_found = "ServiceGraphNotFound",
    .in_use = "ServiceGraphInUse",
    .quota = "service_graph",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_BULK,
    .hooks = {.before_create = graph_before_create},
};
