/* Instances that a site lends to a chain of another, which alone knows where a packet goes on: what
 * comes out of them goes back, on a label that the other site has chosen.  Whether a label is of
 * that kind is seen from its number, so that neither site takes one for the other. */
#include "network/words.h"

#include <inttypes.h>

bool
label_is_back(const struct chain_label *label)
{
    return str_ends(label->direction, "_back");
}

/* ---- a label ------------------------------------------------------------------------------- */

static struct err *
foreign_use(struct tx *tx, const struct chain_label *label, const struct port_pair *pair,
            bool *used)
{
    return sql_exists(
        tx,
        "select 1 from port_chain_flow_classifiers where owner = ?1 union all select 1 "
        "from service_graph_chains where target = ?1 union all select 1 from "
        "port_pair_group_port_pairs p join port_chain_port_pair_groups g on g.target = "
        "p.owner where p.target = ?2 and g.owner <> ?1",
        SQL_ARGS(label->port_chain_id, pair->id), used);
}

/* A pair here, and a label of one kind for both directions. */
static struct err *
kinds_check(struct tx *tx, const struct chain_label *label)
{
    bool other;

    TRY(sql_exists(
        tx,
        "select 1 from chain_label where port_chain_id = ? and port_pair_id = ? and "
        "coalesce(back_vtep, '') <> ?",
        SQL_ARGS(label->port_chain_id, label->port_pair_id, str_or(label->back_vtep, "")), &other));
    return other ? err_new(E_CONFLICT, "ChainLabelsDiffer",
                           "Port Pair %s has another label in Port Chain %s that leads elsewhere: "
                           "both have the same back_vtep, or none.",
                           label->port_pair_id, label->port_chain_id)
                 : NULL;
}

/* It serves that chain of another site and nothing else: of what comes out of it nobody could say
 * whose it is. */
static struct err *
here_check(struct tx *tx, const struct op *op, const struct chain_label *label,
           const struct port_pair *pair)
{
    bool used;

    if ((label->back_label == INT_NULL) != (label->back_vtep == NULL)) {
        return INVALID_INPUT("back_label and back_vtep are given both or not at all.");
    }
    TRY(kinds_check(tx, label));
    if (!label->back_vtep) {
        return NULL;
    }
    if (str_eq(label->back_vtep, service_of(op)->vtep)) {
        return INVALID_INPUT("back_vtep %s is this site's own.", label->back_vtep);
    }
    if (pair_speaks_nsh(pair)) {
        return err_new(E_CONFLICT, "PortPairLent",
                       "Port Pair %s speaks NSH, so it cannot be lent to another site.", pair->id);
    }
    TRY(foreign_use(tx, label, pair, &used));
    return used ? err_new(E_CONFLICT, "PortPairLent",
                          "Port Pair %s would be lent to another site, but serves this one: Port "
                          "Chain %s has to be the only one that has it, in no service graph, and "
                          "without flow classifiers.",
                          pair->id, label->port_chain_id)
                : NULL;
}

/* Whose label comes back is asked for one to come back by first, and the other way round. */
static struct err *
elsewhere_check(struct tx *tx, const struct chain_label *label, const struct port_pair *pair)
{
    bool lent = label->label != INT_NULL && label->label >= DESIRED_LABEL_LENT, back, home;

    TRY(sql_exists(tx,
                   "select 1 from chain_label where port_chain_id = ? and port_pair_id = ? and "
                   "direction = ?",
                   SQL_ARGS(label->port_chain_id, pair->id,
                            mem_printf(tx_mem(tx), "%s_back", label->direction)),
                   &back));
    TRY(chain_is_home(tx, label->port_chain_id, &home));
    if (label->label == INT_NULL || (lent == back && (lent || !home))) {
        return NULL; /* The first is told of elsewhere. */
    }
    return err_new(E_CONFLICT, "ChainLabelNotLent",
                   lent ? "Label %" PRIi64 " is one from which packets come back: Port Pair %s in "
                          "Port Chain %s needs a label with direction %s_back first."
                        : "Label %" PRIi64
                          " is one from which packets go on at the other site; Port "
                          "Pair %s in Port Chain %s needs one from which they come back (its site "
                          "gives it out for the label with direction %s_back, as back_label).",
                   label->label, pair->id, label->port_chain_id, label->direction);
}

/* Of a chain whose packets go on elsewhere none comes back. */
static struct err *
back_check(struct tx *tx, const struct chain_label *label)
{
    struct strs onward;

    TRY(sql_column(tx,
                   "select port_pair_id from chain_label where port_chain_id = ? and arriving is "
                   "null and label < cast(? as integer)",
                   SQL_ARGS(label->port_chain_id, mem_printf(tx_mem(tx), "%d", DESIRED_LABEL_LENT)),
                   &onward));
    return onward.n > 0
               ? err_new(E_CONFLICT, "ChainLabelNotLent",
                         "Port Pair %s has a label in Port Chain %s from which packets go on "
                         "at the other site: of such a chain none come back.",
                         onward.items[0], label->port_chain_id)
               : NULL;
}

struct err *
lent_check_label(struct tx *tx, const struct op *op, const struct chain_label *label,
                 const struct port_pair *pair)
{
    if (label->local && label_is_back(label)) {
        return INVALID_INPUT(
            "direction %s is of pairs at other sites; what goes back from one here "
            "is told as back_label.",
            label->direction);
    }
    if (label->local) {
        return here_check(tx, op, label, pair);
    }
    if (label->back_label != INT_NULL || label->back_vtep) {
        return INVALID_INPUT("back_label and back_vtep are of pairs here.");
    }
    return label_is_back(label) ? back_check(tx, label) : elsewhere_check(tx, label, pair);
}

/* ---- chains -------------------------------------------------------------------------------- */

struct err *
lent_check_chain(struct tx *tx, const struct port_chain *chain)
{
    for (size_t i = 0; i < chain->port_pair_groups.n; i++) {
        struct strs lent;

        TRY(sql_column(tx,
                       "select l.port_pair_id from chain_label l join port_pair_group_port_pairs p "
                       "on p.target = l.port_pair_id where p.owner = ? and l.back_vtep is not null "
                       "and (l.port_chain_id <> ? or ? = '1')",
                       SQL_ARGS(chain->port_pair_groups.items[i], str_or(chain->id, ""),
                                chain->flow_classifiers.n > 0 ? "1" : "0"),
                       &lent));
        if (lent.n > 0) {
            return err_new(E_CONFLICT, "PortPairLent",
                           "Port Pair %s is lent to another site and serves no flows of this one.",
                           lent.items[0]);
        }
    }
    return NULL;
}

struct err *
lent_check_graph(struct tx *tx, const struct port_pair *pair, const char *chain_id)
{
    struct remote_port *remote;
    bool other;

    TRY(sql_exists(tx,
                   "select 1 from chain_label where port_chain_id = ?1 and port_pair_id = ?2 and "
                   "(back_vtep is not null or (arriving is null and label < cast(?3 as integer)))",
                   SQL_ARGS(chain_id, pair->id, mem_printf(tx_mem(tx), "%d", DESIRED_LABEL_LENT)),
                   &other));
    if (!pair->ingress_remote_id) {
        return other
                   ? err_new(E_CONFLICT, "PortPairLent",
                             "Port Pair %s is lent to another site; Port Chain %s is in a service "
                             "graph.",
                             pair->id, chain_id)
                   : NULL;
    }
    TRY(row_get(tx, &remote_port_table, pair->ingress_remote_id, &remote));
    if (remote_is_foreign(remote)) {
        return err_new(
            E_CONFLICT, "ServiceGraphRemotePortPair",
            "Port Pair %s is behind a service function forwarder, which is not told the "
            "service paths of the ways through a service graph; Port Chain %s is in one.",
            pair->id, chain_id);
    }
    return other ? err_new(E_CONFLICT, "ServiceGraphRemotePortPair",
                           "Port Pair %s is at another site and its label in Port Chain %s is one "
                           "from which packets go on there; a service graph needs one from which "
                           "they come back.",
                           pair->id, chain_id)
                 : NULL;
}

/* ---- what the agent is told ---------------------------------------------------------------- */

struct err *
chain_is_home(struct tx *tx, const char *chain_id, bool *is)
{
    return sql_exists(
        tx,
        "select 1 from service_graph_chains where target = ?1 union all select 1 from "
        "chain_label where port_chain_id = ?1 and direction in ('forward_back', "
        "'reverse_back')",
        SQL_ARGS(chain_id), is);
}

/* One that an older store has and that is not given out any more stands for nobody. */
static struct err *
label_of(struct tx *tx, const char *sql, const char *const *args, int64_t *label)
{
    struct strs found;

    *label = DESIRED_LABEL_NOBODY;
    TRY(sql_column(tx, sql, args, &found));
    if (found.n > 0) {
        (void)str_to_i64(found.items[0], label);
        *label = *label > DESIRED_LABEL_MAX ? DESIRED_LABEL_NOBODY : *label;
    }
    return NULL;
}

/* A label of the other kind, or one whose answer nobody would take, is told as if it were not
 * there: packets go nowhere rather than past a function. */
static struct err *
towards(struct tx *tx, const char *chain_id, const char *pair_id, const char *direction, bool home,
        int64_t *label)
{
    const char *lent = mem_printf(tx_mem(tx), "%d", DESIRED_LABEL_LENT);

    return label_of(
        tx,
        "select label from chain_label l where port_chain_id = ?1 and port_pair_id = ?2 "
        "and direction = ?3 and (?4 = '0' or (label >= cast(?5 as integer) and exists "
        "(select 1 from chain_label b where b.port_chain_id = ?1 and b.port_pair_id = ?2 "
        "and b.direction = ?3 || '_back')))",
        SQL_ARGS(chain_id, pair_id, direction, home ? "1" : "0", lent), label);
}

static struct err *
back(struct tx *tx, const char *chain_id, const char *pair_id, const char *direction,
     int64_t *label)
{
    return label_of(tx,
                    "select back_label from chain_label where port_chain_id = ? and port_pair_id = "
                    "? and direction = ?",
                    SQL_ARGS(chain_id, pair_id, direction), label);
}

struct err *
lent_load(struct tx *tx, const char *chain_id, const struct port_pair *pair, bool home,
          struct desired_instance *out)
{
    struct strs vteps;

    if (pair->ingress_remote_id) {
        TRY(towards(tx, chain_id, pair->id, "forward", home, &out->label_forward));
        return towards(tx, chain_id, pair->id, "reverse", home, &out->label_reverse);
    }
    TRY(sql_column(tx,
                   "select back_vtep from chain_label where port_chain_id = ? and port_pair_id = ? "
                   "and back_vtep is not null",
                   SQL_ARGS(chain_id, pair->id), &vteps));
    if (vteps.n == 0) {
        return NULL;
    }
    out->back_vtep = vteps.items[0];
    TRY(back(tx, chain_id, pair->id, "forward", &out->label_forward));
    return back(tx, chain_id, pair->id, "reverse", &out->label_reverse);
}
