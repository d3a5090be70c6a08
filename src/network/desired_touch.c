/* From an entry of the change log to the objects it may alter.  Too many is
 * only work (an object that did not change is not sent again); too few would
 * leave the kernel behind the rows. */
#include "network/desired_parts.h"

#include "base/vec.h"

static const char *
column(const struct change *change, const char *name)
{
    return json_get_str(change->columns, name);
}

static bool
has_column(const struct change *change, const char *name)
{
    return json_get(change->columns, name) != NULL;
}

static struct err *
touch_found(struct tx *tx, struct desired_touched *touched, enum desired_kind kind,
            const char *sql, const char *const *args)
{
    struct strs ids;

    TRY(sql_column(tx, sql, args, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        desired_touch(touched, kind, ids.items[i]);
    }
    return NULL;
}

/* Ways through service graphs that have one of the chains found by 'sql'. */
static struct err *
touch_paths(struct tx *tx, struct desired_touched *touched, const char *sql, const char *id)
{
    const char *paths = mem_printf(tx_mem(tx),
                                   "select p.path_id from service_graph_path p join "
                                   "service_graph_chains g on g.owner = p.service_graph_id "
                                   "where g.target in (%s)", sql);

    return touch_found(tx, touched, DESIRED_chain, paths, SQL_ARGS(id));
}

static struct err *
touch_chains(struct tx *tx, struct desired_touched *touched)
{
    TRY(touch_found(tx, touched, DESIRED_chain,
                    "select id from port_chain union all select path_id from service_graph_path",
                    SQL_ARGS(NULL)));
    return touch_found(tx, touched, DESIRED_label,
                       "select id from chain_label where arriving is not null", SQL_ARGS(NULL));
}

static struct err *
touch_network(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    desired_touch(touched, DESIRED_network, change->id);
    if (change->kind != CHANGE_UPDATE || !has_column(change, "admin_state_up")) {
        return NULL;
    }
    return touch_found(tx, touched, DESIRED_port,
                       "select id from port where network_id = ? and bound_here = 1",
                       SQL_ARGS(change->id));
}

/* Prefix, gateway and routes stand in the ports that have an address of it. */
static struct err *
touch_subnet(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    return touch_found(tx, touched, DESIRED_port,
                       "select port_id from fixed_ip where subnet_id = ?", SQL_ARGS(change->id));
}

/* Groups whose members' addresses may have changed.  An update names only the new groups, so all
 * of the project's are looked at. */
static struct err *
touch_groups_of(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    const struct json *groups = json_get(change->columns, "security_groups");

    json_each (groups, i) {
        desired_touch(touched, DESIRED_security_group, json_str(groups->items[i]));
    }
    if (change->kind != CHANGE_UPDATE ||
        !(groups || has_column(change, "fixed_ips") ||
          has_column(change, "allowed_address_pairs"))) {
        return NULL;
    }
    TRY(touch_found(tx, touched, DESIRED_security_group,
                    "select target from port_security_groups where owner = ? union select target "
                    "from remote_port_security_groups where owner = ?",
                    SQL_ARGS(change->id, change->id)));
    return !groups ? NULL
                   : touch_found(tx, touched, DESIRED_security_group,
                                 "select id from security_group where project_id = ?",
                                 SQL_ARGS(str_or(change->owner, "")));
}

static struct err *
touch_port(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    desired_touch(touched, DESIRED_port, change->id);
    TRY(touch_groups_of(tx, change, touched));
    /* A classifier is told only once its ports are plugged. */
    return has_column(change, "bound_here") ? touch_chains(tx, touched) : NULL;
}

static struct err *
touch_remote_port(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    desired_touch(touched, DESIRED_remote_port, change->id);
    TRY(touch_groups_of(tx, change, touched));
    return touch_chains(tx, touched);
}

static struct err *
touch_group(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    (void)tx;
    desired_touch(touched, DESIRED_security_group, change->id);
    return NULL;
}

static struct err *
touch_rule(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    (void)tx;
    desired_touch(touched, DESIRED_security_group, column(change, "security_group_id"));
    return NULL;
}

/* The chains found, and the ways that have them. */
static struct err *
touch_chains_by(struct tx *tx, struct desired_touched *touched, const char *sql, const char *id)
{
    TRY(touch_found(tx, touched, DESIRED_chain, sql, SQL_ARGS(id)));
    return touch_paths(tx, touched, sql, id);
}

/* A port is a function's now, or not any more: where it is not bound here, the agent knows it, and
 * classifiers that name it, only then. */
static struct err *
touch_pair_port(struct tx *tx, struct desired_touched *touched, const char *port_id)
{
    static const char naming[] = "select l.owner from port_chain_flow_classifiers l join "
                                 "flow_classifier c on c.id = l.target where c.source_port_id = ?1 "
                                 "or c.destination_port_id = ?1";

    if (!port_id) {
        return NULL;
    }
    desired_touch(touched, DESIRED_port, port_id);
    TRY(touch_chains_by(tx, touched, naming, port_id));
    return touch_found(tx, touched, DESIRED_label,
                       mem_printf(tx_mem(tx), "select id from chain_label where port_chain_id in "
                                              "(%s)", naming), SQL_ARGS(port_id));
}

static struct err *
touch_pair(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    TRY(touch_pair_port(tx, touched, column(change, "ingress_port_id")));
    TRY(touch_pair_port(tx, touched, column(change, "egress_port_id")));
    return touch_chains_by(tx, touched,
                           "select c.owner from port_chain_port_pair_groups c join "
                           "port_pair_group_port_pairs g on g.owner = c.target where g.target = ?",
                           change->id);
}

static struct err *
touch_pair_group(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    TRY(touch_chains_by(tx, touched,
                        "select owner from port_chain_port_pair_groups where target = ?",
                        change->id));
    return touch_found(tx, touched, DESIRED_label,
                       "select l.id from chain_label l join port_chain_port_pair_groups c on "
                       "c.owner = l.port_chain_id where c.target = ?", SQL_ARGS(change->id));
}

static struct err *
touch_chain(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    desired_touch(touched, DESIRED_chain, change->id);
    TRY(touch_paths(tx, touched, "select ?", change->id));
    return touch_found(tx, touched, DESIRED_label,
                       "select id from chain_label where port_chain_id = ?", SQL_ARGS(change->id));
}

/* Chains get, or lose, what stands before them: they are told, or their ways are. */
static struct err *
touch_graph(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    const struct json *chains = json_get(change->columns, "chains");
    const struct json *paths = json_get(change->columns, "paths");

    json_each (chains, i) {
        desired_touch(touched, DESIRED_chain, json_str(chains->items[i]));
        TRY(touch_found(tx, touched, DESIRED_label,
                        "select id from chain_label where port_chain_id = ?",
                        SQL_ARGS(json_str(chains->items[i]))));
    }
    json_each (paths, i) {
        desired_touch(touched, DESIRED_chain, json_get_str(paths->items[i], "path_id"));
    }
    return NULL;
}

static struct err *
touch_label(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    const char *chain_id = column(change, "port_chain_id");

    desired_touch(touched, DESIRED_label, change->id);
    desired_touch(touched, DESIRED_chain, chain_id);
    return chain_id ? touch_paths(tx, touched, "select ?", chain_id) : NULL;
}

static const struct {
    const struct table *table;
    struct err *(*touch)(struct tx *tx, const struct change *change,
                         struct desired_touched *touched);
} touchers[] = {
    {&network_table, touch_network},
    {&subnet_table, touch_subnet},
    {&port_table, touch_port},
    {&security_group_table, touch_group},
    {&security_group_rule_table, touch_rule},
    {&remote_port_table, touch_remote_port},
    {&port_pair_table, touch_pair},
    {&port_pair_group_table, touch_pair_group},
    {&port_chain_table, touch_chain},
    {&service_graph_table, touch_graph},
    {&chain_label_table, touch_label},
};

struct err *
network_touch(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    for (size_t i = 0; i < ARRAY_SIZE(touchers); i++) {
        if (str_eq(touchers[i].table->name, change->table)) {
            return touchers[i].touch(tx, change, touched);
        }
    }
    return NULL;
}
