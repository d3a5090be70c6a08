/* Security groups: every project has a default one from the first look on; a
 * new group lets everything out and nothing in. */
#include "network/words.h"

#include "base/vec.h"

/* ---- making groups ----------------------------------------------------------------- */

static struct err *
rule_add(struct tx *tx, const struct security_group *group, const char *direction,
         const char *ethertype, const char *remote_group_id)
{
    struct security_group_rule *rule = row_new(tx_mem(tx), &security_group_rule_table);

    rule->project_id = group->project_id;
    rule->security_group_id = group->id;
    rule->direction = direction;
    rule->ethertype = ethertype;
    rule->remote_group_id = remote_group_id;
    rule->description = "";
    return row_insert(tx, rule);
}

static struct err *
rules_add(struct tx *tx, const struct security_group *group, bool from_self)
{
    for (const char *const *ethertype = network_ethertypes; *ethertype; ethertype++) {
        TRY(rule_add(tx, group, "egress", *ethertype, NULL));
        if (from_self) {
            TRY(rule_add(tx, group, "ingress", *ethertype, group->id));
        }
    }
    return NULL;
}

struct err *
security_group_default(struct tx *tx, const char *project_id, struct security_group **group)
{
    struct cond conds[] = {COND("default_of", project_id), {.attr = NULL}};
    struct security_group *made;

    *group = tx_kept(tx, &security_group_table, project_id);
    if (*group) {
        return NULL;
    }
    TRY(row_find(tx, &security_group_table, conds, group));
    if (*group) {
        tx_keep(tx, &security_group_table, project_id, *group);
        return NULL;
    }
    made = row_new(tx_mem(tx), &security_group_table);
    made->project_id = mem_str(tx_mem(tx), project_id);
    made->default_of = made->project_id;
    made->name = "default";
    made->description = "Default security group";
    made->stateful = true;
    TRY(row_insert(tx, made));
    TRY(rules_add(tx, made, true));
    *group = made;
    return NULL;
}

/* ---- the first look of a project ------------------------------------------------------- */

static bool
look_needed(struct tx *tx, struct op *op)
{
    const char *project_id = op->caller->project_id;
    bool found = true;

    if (!project_id || op->caller->is_internal) {
        return false;
    }
    err_ignore(sql_exists(tx, "select 1 from security_group where default_of = ?",
                          SQL_ARGS(project_id), &found),
               "the look itself fails the same way and says so");
    return !found;
}

static struct err *
before_look(struct tx *tx, struct op *op)
{
    struct security_group *group;

    return op->caller->project_id ? security_group_default(tx, op->caller->project_id, &group)
                                  : NULL;
}

/* ---- hooks ------------------------------------------------------------------------------- */

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct security_group *group = row, *other;

    if (str_eq_case(group->name, "default")) {
        return err_new(E_EXISTS, "SecurityGroupDefaultAlreadyExists",
                       "Default security group already exists.");
    }
    (void)op;
    return group->project_id ? security_group_default(tx, group->project_id, &other) : NULL;
}

static struct err *
after_create(struct tx *tx, struct op *op, void *row)
{
    (void)op;
    return rules_add(tx, row, false);
}

static struct err *
before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct security_group *was = old;
    const struct security_group *group = row;

    (void)tx, (void)op;
    if (was->default_of && !str_eq(was->name, group->name)) {
        return err_new(E_CONFLICT, "SecurityGroupCannotUpdateDefault",
                       "Updating default security group not allowed.");
    }
    if (!was->default_of && str_eq_case(group->name, "default")) {
        return err_new(E_EXISTS, "SecurityGroupDefaultAlreadyExists",
                       "Default security group already exists.");
    }
    return NULL;
}

/* Its own rules go with it, and rules of other groups that only spoke of its members. */
static struct err *
rules_drop(struct tx *tx, const struct security_group *group)
{
    struct strs ids;

    TRY(sql_column(tx,
                   "select id from security_group_rule where security_group_id = ? or "
                   "remote_group_id = ?", SQL_ARGS(group->id, group->id), &ids));
    for (size_t i = 0; i < ids.n; i++) {
        TRY(ledger_release(tx, ids.items[i]));
        TRY(row_delete(tx, &security_group_rule_table, ids.items[i]));
    }
    return NULL;
}

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct security_group *group = row;
    struct strs users;

    if (group->default_of && !op->caller->is_admin && !op->caller->is_internal) {
        return err_new(E_CONFLICT, "SecurityGroupCannotRemoveDefault",
                       "Insufficient rights for removing default security group.");
    }
    TRY(sql_column(tx,
                   "select owner from port_security_groups where target = ? limit 1",
                   SQL_ARGS(group->id), &users));
    if (users.n > 0) {
        return err_new(E_IN_USE, "SecurityGroupInUse", "Security Group %s in use.", group->id);
    }
    return rules_drop(tx, group);
}

/* ---- showing ------------------------------------------------------------------------------ */


struct rule_list {
    struct security_group *group;
    VEC(void *) rules;
};

/* One query for the rules of the whole batch. */
static struct err *
before_show(struct tx *tx, struct op *op, void **rows, size_t n)
{
    const char **ids = MEM_ARRAY(tx_mem(tx), n + 1, const char *);
    struct cond conds[] = {{.attr = "security_group_id", .texts = ids}, {.attr = NULL}};
    struct sort sorts[] = {{.attr = "created_at"}, {.attr = NULL}};
    struct map by_group;
    struct rows rules;

    (void)op;
    map_init(&by_group, tx_mem(tx));
    for (size_t i = 0; i < n; i++) {
        struct rule_list *list = MEM_NEW(tx_mem(tx), struct rule_list);

        list->group = rows[i];
        ids[i] = list->group->id;
        map_set(&by_group, ids[i], list);
    }
    TRY(rows_select(tx, &(struct query){.table = &security_group_rule_table, .conds = conds,
                                        .sorts = sorts}, &rules));
    for (size_t i = 0; i < rules.n; i++) {
        const struct security_group_rule *rule = rules.items[i];
        struct rule_list *list = map_get(&by_group, rule->security_group_id);

        vec_add(tx_mem(tx), &list->rules, rules.items[i]);
        list->group->security_group_rules =
            (struct rows){.n = list->rules.n, .items = list->rules.items};
    }
    return NULL;
}

const struct resource security_group_resource = {
    .table = &security_group_table,
    .singular = "security_group",
    .plural = "security_groups",
    .doc = "Security groups",
    .not_found = "SecurityGroupNotFound",
    .in_use = "SecurityGroupInUse",
    .quota = "security_group",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_TAGS | RESOURCE_REVISION | RESOURCE_BULK,
    .hooks = {.before_create = before_create,
              .after_create = after_create,
              .before_update = before_update,
              .before_delete = before_delete,
              .before_show = before_show,
              .before_look = before_look,
              .before_look_writes = true,
              .before_look_needed = look_needed},
};
