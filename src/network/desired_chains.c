/* Chains and labels for the agent.  A chain is told with all its positions, also
 * those that have no instance; a remote one whose labels are not known yet is told
 * with a label that no site ever gives out, so that flows of a chain never
 * slip past one of its functions while the sites are still exchanging labels.
 * A way through a service graph is a chain of its own, behind the one it goes on
 * from. */
#include "network/desired_parts.h"

#include "base/vec.h"

#define SPI_REVERSE 65536 /* Above all numbers of chains. */

/* ---- instances and hops ------------------------------------------------------------------ */

static struct err *
instance_load(struct tx *tx, const char *chain_id, const struct port_pair_group *group,
              const char *pair_id, bool home, struct desired_instance **out)
{
    struct desired_instance *made = row_new(tx_mem(tx), &desired_instance_table);
    struct remote_port *remote;
    struct port_pair *pair;

    TRY(row_get(tx, &port_pair_table, pair_id, &pair));
    made->id = pair->id;
    made->weight = json_int(json_get(pair->service_function_parameters, "weight"), 1);
    made->drain_until = pair->drain_until;
    made->layer = str_eq(pair->function_kind, "transparent") ? "l2" : "l3";
    made->speaks = pair_speaks(group, pair) != NULL;
    *out = made;
    if (pair->ingress_port_id) {
        made->ingress_port_id = pair->ingress;
        made->egress_port_id = pair->egress;
        made->nsh = pair_speaks_nsh(pair);
        return lent_load(tx, chain_id, pair, home, made);
    }
    TRY(row_get(tx, &remote_port_table, pair->ingress_remote_id, &remote));
    made->vtep = remote->vtep;
    if (remote_is_foreign(remote)) {
        made->nsh = true;
        made->vni = remote->vni;
        return NULL;
    }
    return lent_load(tx, chain_id, pair, home, made);
}

static void
fields_load(struct mem *mem, const struct port_pair_group *group, struct strs *out)
{
    const struct json *fields = json_get(group->port_pair_group_parameters, "lb_fields");

    out->items = MEM_ARRAY(mem, fields ? fields->n : 0, const char *);
    json_each (fields, i) {
        out->items[out->n++] = json_str(fields->items[i]);
    }
}

static struct err *
hop_load(struct tx *tx, const struct port_chain *chain, const char *group_id, bool home,
         struct desired_hop **out)
{
    struct desired_hop *hop = row_new(tx_mem(tx), &desired_hop_table);
    struct port_pair_group *group;

    TRY(row_get(tx, &port_pair_group_table, group_id, &group));
    hop->group_id = group->id;
    hop->probe_interval_ms = str_eq(group->probe_kind, "none") ? 0 : group->probe_interval_ms;
    hop->probe_threshold = group->probe_threshold;
    hop->tap = group->tap_enabled;
    fields_load(tx_mem(tx), group, &hop->fields);
    hop->fail_open = str_eq(group->failure_policy, "open");
    hop->instances = (struct rows){.n = group->port_pairs.n,
                                   .items = MEM_ARRAY(tx_mem(tx), group->port_pairs.n, void *)};
    for (size_t i = 0; i < group->port_pairs.n; i++) {
        struct desired_instance *instance;

        TRY(instance_load(tx, chain->id, group, group->port_pairs.items[i], home, &instance));
        hop->instances.items[i] = instance;
    }
    *out = hop;
    return NULL;
}

/* ---- classifiers ----------------------------------------------------------------------------- */

static struct desired_classifier *
classifier_make(struct mem *mem, const struct port_chain *chain, const struct flow_classifier *c)
{
    struct desired_classifier *out = row_new(mem, &desired_classifier_table);

    out->priority = chain->priority;
    out->ethertype = c->ethertype;
    out->protocol = c->protocol ? protocol_number(c->protocol) : INT_NULL;
    out->src_port_min = c->source_port_range_min;
    out->src_port_max = c->source_port_range_max;
    out->dst_port_min = c->destination_port_range_min;
    out->dst_port_max = c->destination_port_range_max;
    out->src_cidr = c->source_ip_prefix;
    out->dst_cidr = c->destination_ip_prefix;
    out->source_port_id = c->logical_source_port;
    out->destination_port_id = c->logical_destination_port;
    return out;
}

/* Network of a port or remote port; null where the agent does not know the port. */
static struct err *
network_of(struct tx *tx, const char *endpoint_id, const char **network_id)
{
    struct strs found;

    *network_id = NULL;
    TRY(sql_column(tx,
                   "select network_id from port where id = ? and (bound_here = 1 or id in (select "
                   "ingress_port_id from port_pair union select egress_port_id from port_pair)) "
                   "union all select network_id from remote_port where id = ?",
                   SQL_ARGS(endpoint_id, endpoint_id), &found));
    *network_id = found.n > 0 ? found.items[0] : NULL;
    return NULL;
}

/* A classifier counts once all of its logical ports are there, and on the chain's network only;
 * the first one says which that is. */
static struct err *
classifier_fits(struct tx *tx, const struct flow_classifier *c, const char **network_id, bool *fits)
{
    const char *const ends[] = {c->logical_source_port, c->logical_destination_port};

    *fits = true;
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        const char *on = NULL;

        if (!ends[i]) {
            continue;
        }
        TRY(network_of(tx, ends[i], &on));
        *fits = *fits && on && (!*network_id || str_eq(on, *network_id));
        if (*fits && !*network_id) {
            *network_id = on;
        }
    }
    return NULL;
}

static struct err *
classifiers_load(struct tx *tx, const struct port_chain *chain, struct desired_chain *out)
{
    /* Behind another chain it is the graph that says where packets come from. */
    bool behind = out->after != NULL;

    out->classifiers.items = MEM_ARRAY(tx_mem(tx), chain->flow_classifiers.n, void *);
    for (size_t i = 0; i < chain->flow_classifiers.n; i++) {
        struct flow_classifier *c;
        bool fits;

        TRY(row_get(tx, &flow_classifier_table, chain->flow_classifiers.items[i], &c));
        if (behind) {
            c = row_copy(tx_mem(tx), c);
            c->logical_source_port = NULL;
        }
        TRY(classifier_fits(tx, c, &out->network_id, &fits));
        if (fits) {
            out->classifiers.items[out->classifiers.n++] = classifier_make(tx_mem(tx), chain, c);
        }
    }
    return NULL;
}

/* ---- chains ------------------------------------------------------------------------------------- */

/* Where no logical port says it: the network of the first function's ingress. */
static struct err *
network_default(struct tx *tx, struct desired_chain *out)
{
    for (size_t i = 0; i < out->hops.n && !out->network_id; i++) {
        const struct desired_hop *hop = out->hops.items[i];
        const struct desired_instance *first;
        struct port_pair *pair;

        if (hop->instances.n > 0) {
            first = hop->instances.items[0];
            TRY(row_get(tx, &port_pair_table, first->id, &pair));
            TRY(network_of(tx, pair->ingress, &out->network_id));
        }
    }
    return NULL;
}

/* Its hops after those that are there. */
static struct err *
hops_load(struct tx *tx, const struct port_chain *chain, struct desired_chain *out)
{
    for (size_t i = 0; i < chain->port_pair_groups.n; i++) {
        struct desired_hop *hop;

        TRY(hop_load(tx, chain, chain->port_pair_groups.items[i], out->home, &hop));
        out->hops.items[out->hops.n++] = hop;
    }
    return NULL;
}

static struct desired_chain *
chain_new(struct mem *mem, const struct port_chain *chain, const char *id)
{
    struct desired_chain *out = row_new(mem, &desired_chain_table);

    out->id = id;
    out->project_id = chain->project_id;
    out->symmetric = json_bool(json_get(chain->chain_parameters, "symmetric"), false);
    if (str_eq(json_get_str(chain->chain_parameters, "correlation"), "nsh")) {
        out->spi_forward = chain->chain_id;
        out->spi_reverse = chain->chain_id + SPI_REVERSE;
    }
    out->hops.items = MEM_ARRAY(mem, DESIRED_HOPS_MAX, void *);
    return out;
}

static struct err *
whole_load(struct tx *tx, const struct port_chain *chain, void **object)
{
    struct desired_chain *out = chain_new(tx_mem(tx), chain, chain->id);

    TRY(chain_is_home(tx, chain->id, &out->home));
    TRY(hops_load(tx, chain, out));
    TRY(classifiers_load(tx, chain, out));
    TRY(network_default(tx, out));
    *object = out->network_id ? out : NULL;
    return NULL;
}

/* A way through a service graph: the hops of all its chains for what the last one's classifiers
 * take, on the network of the first. */
static struct err *
path_load(struct tx *tx, const struct service_graph_path *path, void **object)
{
    struct desired_chain *out = NULL;
    struct port_chain *chain;
    void *first = NULL;

    TRY(row_get(tx, &port_chain_table, path->port_chains.items[0], &chain));
    TRY(whole_load(tx, chain, &first));
    if (!first) {
        return NULL;
    }
    out = chain_new(tx_mem(tx), chain, path->path_id);
    out->network_id = ((struct desired_chain *)first)->network_id;
    out->after = path->follows;
    out->home = true;
    if (out->spi_forward != INT_NULL) {
        out->spi_forward = path->spi;
        out->spi_reverse = path->spi + WAY_SPI_N;
    }
    for (size_t i = 0; i < path->port_chains.n; i++) {
        TRY(row_get(tx, &port_chain_table, path->port_chains.items[i], &chain));
        TRY(hops_load(tx, chain, out));
    }
    TRY(classifiers_load(tx, chain, out));
    *object = out;
    return NULL;
}

struct err *
chain_load(struct tx *tx, const char *id, void **object)
{
    struct service_graph_path *path;
    struct port_chain *chain;
    bool behind;

    TRY(row_or_null(tx, &port_chain_table, id, &chain));
    if (!chain) {
        TRY(path_find(tx, id, &path));
        return path ? path_load(tx, path, object) : NULL;
    }
    TRY(chain_is_destination(tx, id, &behind, NULL));
    return behind ? NULL : whole_load(tx, chain, object);
}

/* ---- labels ---------------------------------------------------------------------------------------- */

/* Position of an instance in a chain as it is told, or -1. */
static int64_t
hop_of(const struct desired_chain *chain, const char *pair_id)
{
    for (size_t i = 0; i < chain->hops.n; i++) {
        const struct desired_hop *hop = chain->hops.items[i];

        for (size_t k = 0; k < hop->instances.n; k++) {
            if (str_eq(((struct desired_instance *)hop->instances.items[k])->id, pair_id)) {
                return (int64_t)i;
            }
        }
    }
    return -1;
}

struct err *
label_load(struct tx *tx, const char *id, void **object)
{
    struct desired_label *out;
    struct chain_label *label;
    const char *chain_id;
    void *chain = NULL;
    bool behind;
    int64_t hop;

    TRY(row_or_null(tx, &chain_label_table, id, &label));
    if (!label || label->arriving == INT_NULL || label->label > DESIRED_LABEL_MAX) {
        return NULL;
    }
    chain_id = label->port_chain_id;
    if (label_is_back(label)) { /* Whatever way it is, the instance says more. */
        TRY(chain_is_destination(tx, label->port_chain_id, &behind, &chain_id));
    }
    TRY(chain_load(tx, chain_id, &chain));
    hop = chain ? hop_of(chain, label->port_pair_id) : -1;
    if (hop < 0) {
        return NULL;
    }
    out = row_new(tx_mem(tx), &desired_label_table);
    out->id = label->id;
    out->label = label->label;
    out->chain_id = chain_id;
    out->hop = hop;
    out->direction = desired_label_directions[!str_starts(label->direction, "forward")];
    out->instance_id = label->port_pair_id;
    *object = out;
    return NULL;
}
