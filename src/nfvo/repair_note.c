/* What is recorded of things that were made again: holdings, and what instances consist of, get their new
 * identifiers.  Every identifier is a whole string of the record, so that nothing has to be known of
 * where one stands. */
#include "nfvo/repair.h"

#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "vnfm/vnfm.h"

#include <string.h>

struct noting {
    struct tx *tx;
    const struct repair_noted *noted;
    struct map now; /* id -> id */
};

/* ---- which instances ------------------------------------------------------------------- */

static struct err *
nested_add(struct tx *tx, const char *ns_id, struct rows *family)
{
    struct cond nested_in[] = {COND("nested_in", ns_id), {0}};
    struct query query = {.table = &ns_instance_table, .conds = nested_in};
    struct rows nested;

    TRY(rows_select(tx, &query, &nested));
    for (size_t i = 0; i < nested.n; i++) {
        place_add(tx_mem(tx), family, nested.items[i]);
        TRY(nested_add(tx, ((const struct ns_instance *)nested.items[i])->id, family));
    }
    return NULL;
}

struct err *
repair_family(struct tx *tx, const char *ns_id, struct rows *family)
{
    struct ns_instance *ns;

    *family = (struct rows){0};
    TRY(row_get(tx, &ns_instance_table, ns_id, &ns));
    while (ns->nested_in) {
        TRY(row_get(tx, &ns_instance_table, ns->nested_in, &ns));
    }
    place_add(tx_mem(tx), family, ns);
    return nested_add(tx, ns->id, family);
}

/* ---- holdings --------------------------------------------------------------------------- */

static const struct holding *
holding_find(const struct rows *rows, const struct repair_pair *pair, const char *id)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct holding *row = rows->items[i];

        if (str_eq(row->resource_id, id) && str_eq(row->kind, pair->kind) &&
            str_eq(row->site_id, pair->site)) {
            return row;
        }
    }
    return NULL;
}

/* The old one of what is made anew goes when the new one does, after what is made of it. */
static struct err *
old_hold(struct tx *tx, const struct holding *old)
{
    struct holding *row = row_new(tx_mem(tx), &holding_table);

    row->owner_id = old->owner_id;
    row->project_id = old->project_id;
    row->site_id = old->site_id;
    row->kind = old->kind;
    row->resource_id = old->resource_id;
    row->label = old->label;
    row->position = old->position;
    row->stale = true;
    return row_insert(tx, row);
}

static struct err *
holding_note(struct noting *n, const struct rows *rows, const struct repair_pair *pair)
{
    const struct holding *old = holding_find(rows, pair, pair->id);
    struct holding *row;

    if (!old || (pair->now && (str_eq(pair->now, pair->id) || holding_find(rows, pair, pair->now)))) {
        return NULL; /* Another's, or noted already. */
    }
    if (!pair->now) {
        return row_delete(n->tx, &holding_table, old->id);
    }
    row = row_copy(tx_mem(n->tx), old);
    row->resource_id = pair->now;
    TRY(row_update(n->tx, old, row));
    return pair->stale ? old_hold(n->tx, old) : NULL;
}

static struct err *
owner_note(struct noting *n, const char *owner_id)
{
    struct rows rows;

    TRY(drift_holdings(n->tx, owner_id, &rows));
    for (size_t i = 0; i < n->noted->pairs.n; i++) {
        TRY(holding_note(n, &rows, n->noted->pairs.items[i]));
    }
    return NULL;
}

/* ---- what instances consist of ----------------------------------------------------------- */

/* '*now' is null where nothing of it is made again. */
static struct err *
json_now(struct noting *n, const struct json *json, const struct json **now)
{
    const char *before = json_text(tx_mem(n->tx), json);
    const char *text = repair_text_now(tx_mem(n->tx), before, &n->now);

    *now = NULL;
    return str_eq(text, before) ? NULL : json_parse(tx_mem(n->tx), text, strlen(text), now);
}

static struct err *
vnf_note(struct noting *n, const struct vnf_instance *vnf)
{
    struct vnf_made *made = row_new(tx_mem(n->tx), &vnf_made_table);
    const struct json *now = NULL;

    TRY(owner_note(n, vnf->id));
    TRY(vnf->made ? json_now(n, vnf->made, &now) : NULL);
    if (!now) {
        return NULL;
    }
    TRY(row_from_json(tx_mem(n->tx), &vnf_made_table, now, made));
    return vnf_instance_keep(n->tx, made, json_get_str(vnf->instantiated_info, "vnfState"));
}

static struct err *
vnfs_note(struct noting *n, const struct drift_subject *subject)
{
    struct rows vnfs;

    TRY(drift_subject_vnfs(n->tx, subject, &vnfs));
    for (size_t i = 0; i < vnfs.n; i++) {
        TRY(vnf_note(n, vnfs.items[i]));
    }
    return NULL;
}

static struct err *
ns_note(struct noting *n, const struct ns_instance *ns)
{
    const struct drift_subject subject = {.ns_id = ns->id};
    struct ns_made *made = row_new(tx_mem(n->tx), &ns_made_table);
    const struct json *now = NULL;

    TRY(vnfs_note(n, &subject));
    TRY(owner_note(n, ns->id));
    TRY(ns->made ? json_now(n, ns->made, &now) : NULL);
    if (!now) {
        return NULL;
    }
    TRY(row_from_json(tx_mem(n->tx), &ns_made_table, now, made));
    return ns_made_keep(n->tx, made);
}

struct err *
repair_note(struct tx *tx, const struct repair_noted *noted)
{
    struct noting n = {.tx = tx, .noted = noted};
    struct rows family;

    map_init(&n.now, tx_mem(tx));
    for (size_t i = 0; i < noted->pairs.n; i++) {
        const struct repair_pair *pair = noted->pairs.items[i];

        if (pair->now && !str_eq(pair->now, pair->id)) {
            map_set(&n.now, pair->id, (void *)(uintptr_t)pair->now);
        }
    }
    if (!noted->ns_instance_id) {
        return vnfs_note(&n, &(struct drift_subject){.vnf_id = noted->vnf_instance_id});
    }
    TRY(repair_family(tx, noted->ns_instance_id, &family));
    for (size_t i = 0; i < family.n; i++) {
        TRY(ns_note(&n, family.items[i]));
    }
    return NULL;
}
