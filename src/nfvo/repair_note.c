/* What is recorded of things that were made again: holdings, and what instances consist of, get their new
 * identifiers.  Every identifier is a whole string of the record, so that nothing has to be known of
 * where one stands; it is replaced where the record speaks of its site.  A site that gives a thing what is
 * recorded already is refused: records would mean two things by it from then on. */
#include "nfvo/repair.h"

#include "base/uuid.h"
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "vnfm/vnfm.h"

#include <string.h>

struct noting {
    struct tx *tx;
    const struct repair_noted *noted;
    struct rows family; /* NSs that may have them; none: it is of one VNF */
    struct rows pairs;  /* What is noted now. */
    struct map now;     /* SITE/id -> id */
    struct map words;   /* Every string of the family's records, and the ids of its VNFs. */
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
    for (size_t i = 0; i < n->pairs.n; i++) {
        TRY(holding_note(n, &rows, n->pairs.items[i]));
    }
    return NULL;
}

/* ---- what instances consist of ----------------------------------------------------------- */

/* '*now' is null where nothing of it is made again. */
static struct err *
json_now(struct noting *n, const struct json *json, const char *site, const struct json **now)
{
    TRY(repair_json_now(tx_mem(n->tx), json, site, &n->now, now));
    *now = json_equal(*now, json) ? NULL : *now;
    return NULL;
}

static struct err *
vnf_note(struct noting *n, const struct vnf_instance *vnf)
{
    struct vnf_made *made = row_new(tx_mem(n->tx), &vnf_made_table);
    const struct json *now = NULL;

    TRY(owner_note(n, vnf->id));
    TRY(vnf->made ? json_now(n, vnf->made, vnf->site_id, &now) : NULL);
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
    TRY(ns->made ? json_now(n, ns->made, NULL, &now) : NULL);
    if (!now) {
        return NULL;
    }
    TRY(row_from_json(tx_mem(n->tx), &ns_made_table, now, made));
    return ns_made_keep(n->tx, made);
}

/* ---- what may be noted --------------------------------------------------------------------- */

static void
words_add(struct noting *n, const struct json *json)
{
    if (json_str(json)) {
        map_set(&n->words, json_str(json), n);
    }
    json_each (json, i) {
        words_add(n, json->items[i]);
    }
}

static struct err *
vnfs_words(struct noting *n, const struct drift_subject *subject)
{
    struct rows vnfs;

    TRY(drift_subject_vnfs(n->tx, subject, &vnfs));
    for (size_t i = 0; i < vnfs.n; i++) {
        const struct vnf_instance *vnf = vnfs.items[i];

        map_set(&n->words, vnf->id, n);
        words_add(n, vnf->made);
    }
    return NULL;
}

/* Once for all pairs, which may be a thousand. */
static struct err *
words_read(struct noting *n)
{
    for (size_t i = 0; i < n->family.n; i++) {
        const struct ns_instance *ns = n->family.items[i];

        words_add(n, ns->made);
        TRY(vnfs_words(n, &(struct drift_subject){.ns_id = ns->id}));
    }
    return n->family.n ? NULL : vnfs_words(n, &(struct drift_subject){.vnf_id = n->noted->vnf_instance_id});
}

static struct err *
row_has(struct tx *tx, const struct table *table, const char *attr, const char *id, bool *known)
{
    struct cond by[] = {COND(attr, id), {0}};
    void *row;

    TRY(row_find(tx, table, by, &row));
    *known = *known || row;
    return NULL;
}

/* Does anything that is recorded have it: what somebody holds, whoever that is, an instance, a site, a word of the
 * family's records? */
static struct err *
is_known(struct noting *n, const char *id, bool *known)
{
    TRY(row_has(n->tx, &holding_table, "resource_id", id, known));
    TRY(row_has(n->tx, &site_table, "id", id, known));
    TRY(row_has(n->tx, &ns_instance_table, "id", id, known));
    TRY(row_has(n->tx, &vnf_instance_table, "id", id, known));
    *known = *known || map_get(&n->words, id);
    return NULL;
}

/* Is it recorded by the identifier of before?  Else it is noted already. */
static struct err *
is_to_note(struct noting *n, const struct repair_pair *pair, bool *to_note)
{
    struct cond at[] = {COND("site_id", pair->site), COND("kind", pair->kind),
                        COND("resource_id", pair->id), {0}};
    struct query query = {.table = &holding_table, .conds = at};
    struct rows rows;

    *to_note = false;
    TRY(rows_select(n->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        *to_note = *to_note || !((const struct holding *)rows.items[i])->stale;
    }
    return NULL;
}

static bool
is_given_twice(const struct noting *n, const struct repair_pair *pair)
{
    for (size_t i = 0; i < n->pairs.n; i++) {
        if (str_eq(((const struct repair_pair *)n->pairs.items[i])->now, pair->now)) {
            return true;
        }
    }
    return false;
}

/* E_REMOTE where the site's identifier cannot be the thing's. */
static struct err *
pair_take(struct noting *n, void *pair_row)
{
    const struct repair_pair *pair = pair_row;
    bool to_note, known = is_given_twice(n, pair);

    TRY(is_to_note(n, pair, &to_note));
    if (!to_note || str_eq(pair->now, pair->id)) {
        return NULL;
    }
    TRY(is_known(n, pair->now, &known));
    if (known || !uuid_valid(pair->now)) {
        return err_new(E_REMOTE, "BadIdentifier",
                       "site %s: it calls a %s that it made again %s, which is recorded as another "
                       "thing: nothing is recorded of it; next: look at the site, give this up "
                       "(fail), then repair again",
                       pair->site, pair->kind, pair->now);
    }
    place_add(tx_mem(n->tx), &n->pairs, pair_row);
    map_set(&n->now, repair_key(tx_mem(n->tx), pair->site, pair->id), (void *)(uintptr_t)pair->now);
    return NULL;
}

/* What is given up has made what it made: what of that cannot be noted is left to its site. */
static struct err *
pairs_take(struct noting *n, bool given_up)
{
    for (size_t i = 0; i < n->noted->pairs.n; i++) {
        const struct repair_pair *pair = n->noted->pairs.items[i];
        struct err *err = NULL;

        if (pair->now) {
            err = pair_take(n, n->noted->pairs.items[i]);
        } else {
            place_add(tx_mem(n->tx), &n->pairs, n->noted->pairs.items[i]);
        }
        if (err && given_up && err_is(err, E_REMOTE)) {
            err_ignore(err, "it was told when it was made");
            err = NULL;
        }
        TRY(err);
    }
    return NULL;
}

struct err *
repair_note(struct tx *tx, const struct repair_noted *noted, bool given_up)
{
    struct noting n = {.tx = tx, .noted = noted};

    map_init(&n.now, tx_mem(tx));
    map_init(&n.words, tx_mem(tx));
    if (noted->ns_instance_id) {
        TRY(repair_family(tx, noted->ns_instance_id, &n.family));
    }
    TRY(words_read(&n));
    TRY(pairs_take(&n, given_up));
    if (!noted->ns_instance_id) {
        return vnfs_note(&n, &(struct drift_subject){.vnf_id = noted->vnf_instance_id});
    }
    for (size_t i = 0; i < n.family.n; i++) {
        TRY(ns_note(&n, n.family.items[i]));
    }
    return NULL;
}
