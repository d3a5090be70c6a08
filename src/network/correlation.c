/* What the functions of chains speak: nothing, or NSH (networking-sfc: correlation).  Pairs of a
 * group speak alike, and a pair that speaks speaks as its chain says. */
#include "network/words.h"

static const char *
pair_correlation(const struct port_pair *pair)
{
    return str_or(json_get_str(pair->service_function_parameters, "correlation"), "");
}

bool
pair_speaks_nsh(const struct port_pair *pair)
{
    return str_eq(pair_correlation(pair), "nsh");
}

bool
remote_is_foreign(const struct remote_port *remote)
{
    return str_eq(remote->encapsulation, "vxlan-gpe-nsh");
}

struct err *
correlation_check_pair(const struct port_pair *pair, const struct remote_port *in,
                       const struct remote_port *out)
{
    if (!in || !out) {
        return NULL;
    }
    if (!str_eq(in->encapsulation, out->encapsulation)) {
        return err_new(E_INVALID, "PortPairEncapsulationsDiffer",
                       "Port Pair ingress port %s is reached by %s, egress port %s by %s.",
                       pair->ingress, in->encapsulation, pair->egress, out->encapsulation);
    }
    if (remote_is_foreign(in) && !pair_speaks_nsh(pair)) {
        return err_new(E_INVALID, "PortPairCorrelationNeeded",
                       "Port Pair port %s is reached by %s: the pair's correlation must be nsh.",
                       pair->ingress, in->encapsulation);
    }
    return NULL;
}

/* In the words of networking-sfc. */
static struct err *
correlation_fits(struct tx *tx, const struct port_pair_group *group, const char *chain_correlation)
{
    for (size_t i = 0; i < group->port_pairs.n; i++) {
        struct port_pair *pair;

        TRY(row_get(tx, &port_pair_table, group->port_pairs.items[i], &pair));
        if (!str_empty(pair_correlation(pair)) &&
            !str_eq(pair_correlation(pair), chain_correlation)) {
            return err_new(E_INVALID, "PortChainInconsistentCorrelations",
                           "Port Chain attempted creation included a Port Pair Group (%s) with a "
                           "different protocol used as correlation type.", group->id);
        }
    }
    return NULL;
}

static struct err *
pairs_alike(struct tx *tx, const struct port_pair_group *group)
{
    const char *first = NULL;

    for (size_t i = 0; i < group->port_pairs.n; i++) {
        struct port_pair *pair;

        TRY(row_get(tx, &port_pair_table, group->port_pairs.items[i], &pair));
        first = first ? first : pair_correlation(pair);
        if (!str_eq(first, pair_correlation(pair))) {
            return err_new(E_INVALID, "InconsistentCorrelations",
                           "Port Pair Group attempted creation included Port Pairs with "
                           "inconsistent correlation types.");
        }
        if (group->tap_enabled && pair_speaks_nsh(pair)) {
            return err_new(E_INVALID, "TapPortPairCorrelation",
                           "Port Pair %s speaks NSH; a tap gets copies as they are.", pair->id);
        }
    }
    return NULL;
}

struct err *
correlation_check_group(struct tx *tx, const struct port_pair_group *group)
{
    struct strs chains;

    TRY(pairs_alike(tx, group));
    TRY(sql_column(tx, "select owner from port_chain_port_pair_groups where target = ?",
                   SQL_ARGS(str_or(group->id, "")), &chains));
    for (size_t i = 0; i < chains.n; i++) {
        struct port_chain *chain;

        TRY(row_get(tx, &port_chain_table, chains.items[i], &chain));
        TRY(correlation_fits(tx, group, json_get_str(chain->chain_parameters, "correlation")));
    }
    return NULL;
}

struct err *
correlation_check_chain(struct tx *tx, const struct port_chain *chain)
{
    for (size_t i = 0; i < chain->port_pair_groups.n; i++) {
        struct port_pair_group *group;

        TRY(row_get(tx, &port_pair_group_table, chain->port_pair_groups.items[i], &group));
        TRY(correlation_fits(tx, group, json_get_str(chain->chain_parameters, "correlation")));
    }
    return NULL;
}
