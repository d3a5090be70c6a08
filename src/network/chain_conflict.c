/* Two chains that claim the same packets: which of them a packet takes would be
 * chance, so it has to be said by their priorities. */
#include "network/words.h"

#include <inttypes.h>

struct err *
chain_network(struct tx *tx, const struct port_chain *chain, const char **network_id)
{
    struct strs found;

    *network_id = NULL;
    for (size_t i = 0; i < chain->flow_classifiers.n && !*network_id; i++) {
        struct flow_classifier *c;

        TRY(row_get(tx, &flow_classifier_table, chain->flow_classifiers.items[i], &c));
        TRY(classifier_networks(tx, c, &found));
        *network_id = found.n > 0 ? found.items[0] : NULL;
    }
    for (size_t i = 0; i < chain->port_pair_groups.n && !*network_id; i++) {
        TRY(sql_column(tx,
                       "select network_id from port where id in (select p.ingress from port_pair p "
                       "join port_pair_group_port_pairs g on g.target = p.id where g.owner = ?1) "
                       "union select network_id from remote_port where id in (select p.ingress from "
                       "port_pair p join port_pair_group_port_pairs g on g.target = p.id where "
                       "g.owner = ?1)",
                       SQL_ARGS(chain->port_pair_groups.items[i]), &found));
        *network_id = found.n > 0 ? found.items[0] : NULL;
    }
    return NULL;
}

static bool
prefixes_meet(const char *a, const char *b)
{
    struct cidr x, y;

    return !a || !b || !cidr_parse(a, &x) || !cidr_parse(b, &y) || cidr_overlaps(&x, &y);
}

/* A protocol has a name and a number, and either may be given. */
static bool
protocols_meet(const char *a, const char *b)
{
    return !a || !b || protocol_number(a) == protocol_number(b);
}

static bool
ports_meet(int64_t a_min, int64_t a_max, int64_t b_min, int64_t b_max)
{
    return (a_max == INT_NULL || b_min == INT_NULL || b_min <= a_max) &&
           (b_max == INT_NULL || a_min == INT_NULL || a_min <= b_max);
}

bool
classifiers_overlap(const struct flow_classifier *a, const struct flow_classifier *b)
{
    return str_eq(a->ethertype, b->ethertype) && protocols_meet(a->protocol, b->protocol) &&
           ports_meet(a->source_port_range_min, a->source_port_range_max,
                      b->source_port_range_min, b->source_port_range_max) &&
           ports_meet(a->destination_port_range_min, a->destination_port_range_max,
                      b->destination_port_range_min, b->destination_port_range_max) &&
           (!a->logical_destination_port || !b->logical_destination_port ||
            str_eq(a->logical_destination_port, b->logical_destination_port)) &&
           prefixes_meet(a->source_ip_prefix, b->source_ip_prefix) &&
           prefixes_meet(a->destination_ip_prefix, b->destination_ip_prefix);
}

/* A member of a classifier as an argument; "" = any. */
static const char *
number(struct tx *tx, int64_t n)
{
    return n == INT_NULL ? "" : mem_printf(tx_mem(tx), "%" PRIi64, n);
}

/* Rivals by what an index finds: 'first' is a condition on the classifier that has one.  The rest
 * holds for each in any case.  "cross join" is SQLite's way to say: in this order. */
#define RIVALS(first)                                                                              \
    "select c.id || ' ' || p.id from flow_classifier c "                                           \
    "cross join port_chain_flow_classifiers l on l.target = c.id "                                 \
    "cross join port_chain p on p.id = l.owner "                                                   \
    "where (" first ") and p.id <> ?1 and p.priority = cast(?2 as integer) and c.ethertype = ?3 "  \
    "and (?4 = '' or +c.logical_source_port is null or +c.logical_source_port = ?4) "              \
    "and (?5 = '' or c.logical_destination_port is null or c.logical_destination_port = ?5) "      \
    "and (?6 = '' or c.source_port_range_max is null or "                                          \
    "c.source_port_range_max >= cast(?6 as integer)) "                                             \
    "and (?7 = '' or c.source_port_range_min is null or "                                          \
    "c.source_port_range_min <= cast(?7 as integer)) "                                             \
    "and (?8 = '' or c.destination_port_range_max is null or "                                     \
    "c.destination_port_range_max >= cast(?8 as integer)) "                                        \
    "and (?9 = '' or +c.destination_port_range_min is null or "                                    \
    "+c.destination_port_range_min <= cast(?9 as integer))"

/* Classifiers of other chains of the same priority that may have packets in common with 'c', by
 * their ports; each as "classifier chain".  Among a hundred thousand it has to be found by its
 * source, else by its destination port; one that names neither meets them all. */
static struct err *
rivals(struct tx *tx, const struct port_chain *chain, const struct flow_classifier *c,
       struct strs *ids)
{
    static const char by_source[] =
        RIVALS("c.logical_source_port = ?4 or c.logical_source_port is null");
    static const char by_port[] =
        RIVALS("c.destination_port_range_min between cast(?8 as integer) and cast(?9 as integer) "
               "or c.destination_port_range_min is null or (c.single_port = 0 and "
               "+c.destination_port_range_min < cast(?8 as integer))");
    static const char all[] = RIVALS("1");
    const char *sql = c->logical_source_port                          ? by_source
                      : c->destination_port_range_min != INT_NULL ? by_port
                                                                  : all;

    return sql_column(tx, sql,
                      SQL_ARGS(str_or(chain->id, ""), number(tx, chain->priority), c->ethertype,
                               str_or(c->logical_source_port, ""),
                               str_or(c->logical_destination_port, ""),
                               number(tx, c->source_port_range_min),
                               number(tx, c->source_port_range_max),
                               number(tx, c->destination_port_range_min),
                               number(tx, c->destination_port_range_max)),
                      ids);
}

/* 'rival' is "classifier chain". */
static struct err *
rival_check(struct tx *tx, const struct op *op, const char *network_id,
            const struct flow_classifier *c, const char *rival)
{
    struct flow_classifier *other;
    struct port_chain *chain;
    const char *on;

    TRY(row_get(tx, &flow_classifier_table, mem_strn(tx_mem(tx), rival, 36), &other));
    TRY(row_get(tx, &port_chain_table, rival + 37, &chain));
    if (!protocols_meet(c->protocol, other->protocol) ||
        !prefixes_meet(c->source_ip_prefix, other->source_ip_prefix) ||
        !prefixes_meet(c->destination_ip_prefix, other->destination_ip_prefix)) {
        return NULL;
    }
    TRY(chain_network(tx, chain, &on));
    /* Where nothing says yet which network it will be, only one's own chains may be in the way. */
    if (network_id && on ? !str_eq(network_id, on) : !caller_owns(op, chain->project_id)) {
        return NULL;
    }
    if (!caller_owns(op, chain->project_id)) {
        return err_new(E_CONFLICT, "PortChainFlowClassifierInConflict",
                       "Flow Classifier %s has packets in common with a chain of another project; "
                       "give this chain another priority than %" PRIi64 ".",
                       c->id, chain->priority);
    }
    return err_new(E_CONFLICT, "PortChainFlowClassifierInConflict",
                   "Flow Classifier %s has packets in common with Flow Classifier %s of port chain "
                   "%s; give the chains different priorities (both have %" PRIi64 ").",
                   c->id, other->id, chain->id, chain->priority);
}

struct err *
chain_conflict_check(struct tx *tx, const struct op *op, const struct port_chain *chain)
{
    const char *network_id;

    TRY(chain_network(tx, chain, &network_id));
    for (size_t i = 0; i < chain->flow_classifiers.n; i++) {
        struct flow_classifier *c;
        struct strs ids;

        TRY(row_get(tx, &flow_classifier_table, chain->flow_classifiers.items[i], &c));
        TRY(rivals(tx, chain, c, &ids));
        for (size_t j = 0; j < ids.n; j++) {
            TRY(rival_check(tx, op, network_id, c, ids.items[j]));
        }
    }
    return NULL;
}
