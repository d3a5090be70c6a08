/* Holdings are the truth by which things at sites are deleted: not a parsed
 * answer shown to a client, not names. */
#include "vnfm/held.h"

#include "nfvo/nfvo.h"
#include "vim/vim.h"

#include "flow/poison.h"

const char *const holding_kinds[] = {
#define X(kind, doc) #kind,
    VIM_OBJECTS(X)
#undef X
        NULL,
};

static const struct object_kind {
    const char *name;
    const struct step_kind *create, *delete;
} object_kinds[] = {
#define X(kind, doc) {#kind, &vim_##kind##_create, &vim_##kind##_delete},
    VIM_OBJECTS(X)
#undef X
};

const char *
held_kind_of(const struct step_kind *create)
{
    for (size_t i = 0; i < sizeof object_kinds / sizeof *object_kinds; i++) {
        if (object_kinds[i].create == create) {
            return object_kinds[i].name;
        }
    }
    return NULL;
}

const char *
held_kind_named(const char *create)
{
    for (size_t i = 0; i < ARRAY_SIZE(object_kinds); i++) {
        if (str_eq(object_kinds[i].create->name, create)) {
            return object_kinds[i].name;
        }
    }
    return NULL;
}

const struct step_kind *
held_create_of(const char *kind)
{
    for (size_t i = 0; i < ARRAY_SIZE(object_kinds); i++) {
        if (str_eq(object_kinds[i].name, kind)) {
            return object_kinds[i].create;
        }
    }
    return NULL;
}

void
held_add(struct mem *mem, struct rows *items, const char *site, const char *kind,
         const char *resource_id, const char *label)
{
    struct held *held = row_new(mem, &held_table);
    void **grown = MEM_ARRAY(mem, items->n + 1, void *);

    held->site = site;
    held->kind = kind;
    held->resource_id = resource_id;
    held->label = label;
    for (size_t i = 0; i < items->n; i++) {
        grown[i] = items->items[i];
    }
    grown[items->n++] = held;
    items->items = grown;
}

/* ---- note, read, forget ---------------------------------------------------------- */

static struct err *
holdings_select(struct tx *tx, const char *owner_id, struct rows *rows)
{
    struct cond owned[] = {COND("owner_id", owner_id), {0}};
    struct sort sorts[] = {{.attr = "position"}, {0}};
    struct query query = {.table = &holding_table, .conds = owned, .sorts = sorts};

    return rows_select(tx, &query, rows);
}

struct err *
held_insert(struct tx *tx, const char *owner_id, const char *project_id, const struct rows *items)
{
    struct rows before;
    int64_t position = 0;

    TRY(holdings_select(tx, owner_id, &before));
    if (before.n > 0) {
        position = ((const struct holding *)before.items[before.n - 1])->position + 1;
    }
    for (size_t i = 0; i < items->n; i++) {
        const struct held *held = items->items[i];
        struct holding *row = row_new(tx_mem(tx), &holding_table);

        row->owner_id = owner_id;
        row->project_id = project_id;
        row->site_id = held->site;
        row->kind = held->kind;
        row->resource_id = held->resource_id;
        row->label = held->label;
        row->position = position + (int64_t)i;
        TRY(row_insert(tx, row));
    }
    return NULL;
}

static struct err *
note_local(struct tx *tx, const void *in, void *out)
{
    const struct held_list *list = in;

    (void)out;
    return held_insert(tx, list->owner_id, list->project_id, &list->items);
}

struct err *
held_forget(struct tx *tx, const char *owner_id)
{
    struct rows rows;

    TRY(holdings_select(tx, owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(row_delete(tx, &holding_table, ((const struct holding *)rows.items[i])->id));
    }
    return NULL;
}

struct err *
held_drop(struct tx *tx, const char *owner_id, const struct rows *items)
{
    struct rows rows;

    TRY(holdings_select(tx, owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct holding *row = rows.items[i];
        bool listed = false;

        for (size_t j = 0; !listed && j < items->n; j++) {
            const struct held *held = items->items[j];

            listed = str_eq(held->resource_id, row->resource_id) &&
                     str_eq(held->kind, row->kind) && str_eq(held->site, row->site_id);
        }
        if (listed) {
            TRY(row_delete(tx, &holding_table, row->id));
        }
    }
    return NULL;
}

static struct err *
note_undo(struct tx *tx, const void *in, const void *out)
{
    (void)out;
    return held_drop(tx, ((const struct held_list *)in)->owner_id,
                     &((const struct held_list *)in)->items);
}

const struct step_kind held_note = {
    .name = "holdings note",
    .doc = "Notes what an instance holds at sites.",
    .effect = FLOW_LOCAL,
    .in = &held_list_table,
    .local = note_local,
    .undo_local = note_undo,
};

static struct err *
read_local(struct tx *tx, const void *in, void *out)
{
    const struct owner *owner = in;
    struct held_list *list = out;
    struct rows rows;

    list->owner_id = owner->owner_id;
    list->project_id = owner->project_id;
    TRY(holdings_select(tx, owner->owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct holding *row = rows.items[i];

        held_add(tx_mem(tx), &list->items, row->site_id, row->kind, row->resource_id, row->label);
    }
    return NULL;
}

const struct step_kind held_read = {
    .name = "holdings read",
    .doc = "Reads what an instance holds at sites.",
    .effect = FLOW_READ,
    .in = &owner_table,
    .out = &held_list_table,
    .local = read_local,
};

/* ---- release ------------------------------------------------------------------------ */

static const struct step_kind *
delete_kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof object_kinds / sizeof *object_kinds; i++) {
        if (str_eq(object_kinds[i].name, name)) {
            return object_kinds[i].delete;
        }
    }
    return NULL;
}

struct err *
held_release(struct flow *f, const char *prefix, const struct rows *items, const char *const *kinds)
{
    for (size_t i = items->n; i-- > 0;) {
        const struct held *held = items->items[i];
        const struct step_kind *kind = delete_kind_of(held->kind);
        struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);

        if (!kind || (kinds && !str_in(held->kind, kinds))) {
            continue;
        }
        ref->site = held->site;
        ref->id = held->resource_id;
        if (kind == &vim_router_delete) {
            TRY(flow_step(f, flow_label(f, "%sclear %zu %s", prefix, i, held->label),
                          &vim_router_clear, ref, NULL));
        }
        TRY(flow_step(f, flow_label(f, "%sdelete %zu %s %s", prefix, i, held->kind, held->label),
                      kind, ref, NULL));
    }
    return NULL;
}
