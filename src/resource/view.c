/* Who may see and give what.  Rules that do not depend on the row are asked
 * once an operation; a list then only walks an array of booleans. */
#include "resource/engine.h"

#include "base/vec.h"

#include <string.h>

/* ---- the view of one operation ------------------------------------------------------------ */

static bool
in_version(const struct attr *attr, int version)
{
    return version ? version >= attr->since && (!attr->until || version < attr->until)
                   : !attr->until;
}

/* Shown to this caller: yes, no, or ask 'see' for each row. */
static void
attr_view(const struct op *op, struct view *view, size_t i, bool ruled)
{
    const struct resource *resource = view->resource;
    const struct attr *attr = &resource->table->attrs[i];
    const struct node *node = NULL;

    view->shows[i] = (attr->use & SHOW) && !(attr->use & (SECRET | INTERNAL)) &&
                     in_version(attr, view->version);
    if (op->caller->is_internal || !view->shows[i]) {
        return;
    }
    if (ruled) {
        node = policy_find(mem_printf(op->mem, "get_%s:%s", resource->singular,
                                      attr_json_name(attr)),
                           attr->see);
    } else if (attr->see) {
        node = policy_find(NULL, attr->see);
    }
    if (node && node_needs_row(node)) {
        view->see[i] = node;
    } else if (node) {
        view->shows[i] = node_holds(node, op->caller, NULL);
    }
}

static void
show_view(const struct op *op, struct view *view)
{
    const struct resource *resource = view->resource;

    if (op->caller->is_internal) {
        return;
    }
    view->show =
        policy_find(mem_printf(op->mem, "get_%s", resource->singular), resource->rule_show);
    view->rows_ruled = node_needs_row(view->show);
    view->nothing =
        view->show && !view->rows_ruled && !node_holds(view->show, op->caller, NULL);
}

static struct view *
view_make(struct op *op)
{
    const struct resource *resource = op->resource;
    struct view *view = MEM_NEW(op->mem, struct view);
    size_t n = resource->table->n_attrs;
    bool ruled = policy_has_prefix(mem_printf(op->mem, "get_%s:", resource->singular));

    view->resource = resource;
    view->version = op->version;
    view->shows = MEM_ARRAY(op->mem, n, bool);
    view->see = MEM_ARRAY(op->mem, n, const struct node *);
    view->wanted = MEM_ARRAY(op->mem, n, bool);
    show_view(op, view);
    for (size_t i = 0; i < n; i++) {
        attr_view(op, view, i, ruled);
    }
    view->next = op->views;
    op->views = view;
    return view;
}

struct view *
view_of(struct op *op)
{
    for (struct view *view = op->views; view; view = view->next) {
        if (view->resource == op->resource && view->version == op->version) {
            return view;
        }
    }
    return view_make(op);
}

bool
view_row(const struct view *view, const struct op *op, const void *row)
{
    return !view->nothing && (!view->rows_ruled || node_holds(view->show, op->caller, row));
}

/* ---- field selection -------------------------------------------------------------------------- */

static bool
selected(const struct attr *attr, const char *const *fields)
{
    return str_in(attr_json_name(attr), fields) || (attr->alias && str_in(attr->alias, fields));
}

static void
fields_use(struct view *view, const char *const *fields)
{
    const struct table *table = view->resource->table;

    for (size_t i = 0; i < table->n_attrs && fields != view->fields; i++) {
        view->wanted[i] = fields && selected(&table->attrs[i], fields);
    }
    view->fields = fields;
}

bool
view_wants_parts(struct op *op, const char *const *fields)
{
    const struct table *table = op->resource->table;

    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if ((attr->type == ATTR_T_rows || attr->type == ATTR_T_refs) &&
            !(attr->use & VIRTUAL) && (!fields || selected(attr, fields))) {
            return true;
        }
    }
    return false;
}

struct encoding {
    const struct view *view;
    const struct op *op;
    const void *row;
    bool select;
};

/* A list has not read it. */
static bool
is_unread(const struct attr *attr, const void *row)
{
    return (attr->use & BULK) && !(attr->use & NULLABLE) && attr_is_null(attr, row);
}

static bool
encode_want(void *arg, const struct attr *attr)
{
    const struct encoding *encoding = arg;
    const struct view *view = encoding->view;
    size_t i = (size_t)(attr - view->resource->table->attrs);

    if (!view->shows[i] || (encoding->select && !view->wanted[i]) ||
        is_unread(attr, encoding->row)) {
        return false;
    }
    return !view->see[i] || node_holds(view->see[i], encoding->op->caller, encoding->row);
}

void
resource_encode(struct op *op, struct jw *w, const void *row, const char *const *fields)
{
    struct view *view = view_of(op);
    struct encoding encoding = {.view = view, .op = op, .row = row, .select = fields != NULL};

    fields_use(view, fields);
    row_encode(w, row, op->version, encode_want, &encoding);
}

/* ---- rules of actions ---------------------------------------------------------------------------- */

static struct err *
forbidden(const char *rule)
{
    return err_new(E_FORBIDDEN, "PolicyNotAuthorized", "rule:%s is disallowed by policy", rule);
}

static const char *
action_fallback(const struct resource *resource, enum action action)
{
    const char *const fallbacks[N_ACTIONS] = {
        [ACTION_CREATE] = resource->rule_create,
        [ACTION_UPDATE] = resource->rule_update,
        [ACTION_DELETE] = resource->rule_delete,
    };

    return str_or(fallbacks[action], "admin_or_owner");
}

static const struct action_rules *
action_rules(struct op *op, enum action action)
{
    static const char *const words[N_ACTIONS] = {"create", "update", "delete"};
    struct action_rules *rules = &view_of(op)->actions[action];

    if (!rules->name) {
        rules->name = mem_printf(op->mem, "%s_%s", words[action], op->resource->singular);
        rules->node = policy_find(rules->name, action_fallback(op->resource, action));
        rules->attrs_ruled = policy_has_prefix(mem_printf(op->mem, "%s:", rules->name));
    }
    return rules;
}

struct err *
rule_check(struct op *op, enum action action, const void *row)
{
    const struct action_rules *rules = action_rules(op, action);

    if (op->caller->is_internal || (rules->node && node_holds(rules->node, op->caller, row))) {
        return NULL;
    }
    return forbidden(rules->name);
}

struct err *
rule_check_given(struct op *op, enum action action, const void *given, const void *row)
{
    const struct table *table = op->resource->table;
    const struct action_rules *rules = action_rules(op, action);
    const struct row *head = given;
    struct err *faults = NULL;

    for (size_t i = 0; i < table->n_attrs && !op->caller->is_internal; i++) {
        const struct attr *attr = &table->attrs[i];
        const struct node *node;
        const char *rule;

        if (!(head->given[i / 64] >> (i % 64) & 1) || !(rules->attrs_ruled || attr->policy)) {
            continue;
        }
        rule = mem_printf(op->mem, "%s:%s", rules->name, attr_json_name(attr));
        node = policy_find(rule, attr->policy);
        if (node && !node_holds(node, op->caller, row)) {
            faults = err_join(faults, forbidden(rule));
        }
    }
    return faults;
}
