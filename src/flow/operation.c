/* Start, retry, rollback, fail, cancel: each is rows changed in the caller's
 * transaction; the engine reads 'request' once it is committed. */
#include "flow/live.h"

#include "base/log.h"

#include <string.h>

static int64_t
lease_until(struct tx *tx, int64_t lease_ms)
{
    return tx_now(tx) + lease_ms * 1000;
}

/* Writes 'row', which moves from old's state to 'to', and tells the type. */
struct err *
row_state_set(struct tx *tx, const struct flow_type *type, const struct flow_row *old,
              struct flow_row *row, enum flow_state to)
{
    row->state = flow_state_names[to];
    row->state_at = tx_now(tx);
    TRY(row_update(tx, old, row));
    return type && type->state_changed
               ? type->state_changed(tx, row, (int)flow_row_state(old))
               : NULL;
}

/* 'proto' has id (null = a new one), input, parent, label and project. */
struct err *
flow_insert(struct tx *tx, const char *owner, const struct flow_row *proto,
            const struct flow_type *type, int64_t lease_ms)
{
    struct flow_row *row = row_copy(tx_mem(tx), proto);
    struct log_origin origin = log_origin();

    row->id = row->id ? row->id : uuid_make(tx_mem(tx));
    row->type = type->name;
    row->version = type->version;
    row->state = flow_state_names[type->starting ? FLOW_STARTING : FLOW_PROCESSING];
    row->request = "start";
    row->owner = owner;
    row->lease = lease_until(tx, lease_ms);
    row->epoch = 1;
    row->request_id = *origin.request ? mem_str(tx_mem(tx), origin.request) : NULL;
    row->created_at = row->state_at = tx_now(tx);
    TRY(row_insert(tx, row));
    return type->state_changed ? type->state_changed(tx, row, FLOW_N_STATES) : NULL;
}

/* The input as the flow will read it, checked against its table. */
static struct err *
start_input(struct mem *mem, const struct flow_type *type, const void *in, const char **text)
{
    const struct table *table = in ? ((const struct row *)in)->table : NULL;
    void *again;

    if (table != type->in) {
        return err_new(E_INTERNAL, NULL, "the input of flow type %s has to be a %s", type->name,
                       type->in ? type->in->name : "null");
    }
    *text = in ? row_to_json(mem, in, false) : "{}";
    return decode_text(mem, type->in, *text, &again);
}

struct err *
flow_start(struct tx *tx, struct flow_engine *engine, const struct flow_start *start,
           const char **id)
{
    struct flow_row *row = row_new(tx_mem(tx), &flow_table);

    TRY(start_input(tx_mem(tx), start->type, start->in, &row->input));
    row->id = start->id ? start->id : uuid_make(tx_mem(tx));
    row->parent_id = start->parent_id;
    row->project_id = start->project_id;
    if (id) {
        *id = row->id;
    }
    return flow_insert(tx, engine->config.owner, row, start->type, engine->config.lease_ms);
}

/* ---- entries ------------------------------------------------------------------------- */

static struct err *
entries_of(struct tx *tx, const char *id, struct rows *rows)
{
    const struct cond conds[] = {COND("flow_id", id), {0}};
    const struct sort sorts[] = {{.attr = "seq"}, {0}};
    const struct query query = {.table = &flow_step_table, .conds = conds, .sorts = sorts};

    return rows_select(tx, &query, rows);
}

static bool
row_doubtful(const struct flow_step_row *row)
{
    AUTO(err) e = row->error ? flow_err_parse(row->error) : NULL;

    return row->doubted || (e && flow_err_doubtful(e));
}

static bool
in_state(const struct flow_step_row *row, enum entry_state state)
{
    return str_eq(row->state, flow_entry_states[state]);
}

static bool
is_child(const struct flow_step_row *row)
{
    return str_eq(row->effect, flow_entry_effects[ENTRY_CHILD]);
}

/* What a retry makes of an entry: null = it is forgotten, to be done anew. */
static const char *
retried_state(const struct flow_step_row *row)
{
    if (row->seq >= SEQ_SWEEP || in_state(row, ENTRY_UNDONE)) {
        return NULL;
    }
    if (in_state(row, ENTRY_UNDO_FAILED) && is_child(row)) {
        return flow_entry_states[ENTRY_DONE]; /* It is there, and goes on by its own retry. */
    }
    if (in_state(row, ENTRY_UNDO_FAILED)) {
        return flow_entry_states[ENTRY_STARTED];
    }
    if (in_state(row, ENTRY_FAILED)) {
        bool look = str_eq(row->effect, flow_entry_effects[ENTRY_WRITE]) && row_doubtful(row);

        return flow_entry_states[look ? ENTRY_STARTED : ENTRY_AGAIN];
    }
    return row->state;
}

/* What was in doubt is undone once more: it may have come about late, and then
 * it keeps what it uses from being undone. */
static bool
undone_in_doubt(const struct flow_step_row *row)
{
    return in_state(row, ENTRY_UNDONE) && row->doubted &&
           str_eq(row->effect, flow_entry_effects[ENTRY_WRITE]);
}

static const char *
rolled_state(const struct flow_step_row *row)
{
    if (row->seq >= SEQ_SWEEP) {
        return NULL;
    }
    if (in_state(row, ENTRY_UNDO_FAILED) || in_state(row, ENTRY_TORN) || undone_in_doubt(row)) {
        return flow_entry_states[row->output ? ENTRY_DONE : ENTRY_STARTED];
    }
    return row->state;
}

static struct err *
entries_reset(struct tx *tx, const struct rows *rows,
              const char *(*state_of)(const struct flow_step_row *row))
{
    for (size_t i = 0; i < rows->n; i++) {
        struct flow_step_row *old = rows->items[i], *row;
        const char *state = state_of(old);

        if (!state) {
            TRY(row_delete(tx, &flow_step_table, old->id));
        } else if (!str_eq(state, old->state)) {
            row = row_copy(tx_mem(tx), old);
            row->state = state;
            if (in_state(row, ENTRY_AGAIN)) {
                row->started = TIME_NULL;
            }
            TRY(row_update(tx, old, row));
        }
    }
    return NULL;
}

/* ---- operations -------------------------------------------------------------------------- */

static struct err *
children_of(struct tx *tx, const char *id, struct rows *rows)
{
    const struct cond conds[] = {COND("parent_id", id), {0}};
    const struct query query = {.table = &flow_table, .conds = conds};

    return rows_select(tx, &query, rows);
}

bool
flow_is_active(const struct flow_row *row)
{
    enum flow_state state = flow_row_state(row);

    return state == FLOW_STARTING || state == FLOW_PROCESSING || state == FLOW_ROLLING_BACK;
}

static struct err *
wrong_state(const struct flow_row *row, const char *what)
{
    return err_new(E_CONFLICT, "WrongState", "operation %s is %s: %s is not possible now", row->id,
                   row->state, what);
}

/* Is somebody there who calls himself so? */
static struct err *
owner_lives(struct tx *tx, const struct table *owners, const char *name, bool *lives)
{
    const struct cond by_name[] = {COND("name", name), {0}};
    const struct query query = {.table = owners, .conds = by_name};
    int64_t n = 0;

    TRY(rows_count(tx, &query, &n));
    *lives = n > 0;
    return NULL;
}

/* Who is to run it from now on.  Where there are several it stays where it is: a tree is one owner's. */
static struct err *
next_owner(struct tx *tx, const struct flow_engine *engine, const struct flow_row *row, const char **owner)
{
    const struct cond by_id[] = {COND("id", str_or(row->parent_id, "")), {0}};
    struct flow_row *parent = NULL;
    bool lives = false;

    *owner = engine->config.owner;
    if (!engine->config.owners) {
        return NULL;
    }
    if (row->parent_id) {
        TRY(row_find(tx, &flow_table, by_id, &parent));
    }
    row = parent ? parent : row;
    if (row->owner) {
        TRY(owner_lives(tx, engine->config.owners, row->owner, &lives));
    }
    *owner = lives ? row->owner : *owner;
    return NULL;
}

/* Moves 'old' to 'to' and asks the engine for it, in a new epoch. */
static struct err *
ask(struct tx *tx, struct flow_engine *engine, const struct flow_row *old, enum flow_state to,
    const char *request)
{
    struct flow_row *row = row_copy(tx_mem(tx), old);

    row->request = request;
    row->cancel = NULL;
    TRY(next_owner(tx, engine, old, &row->owner));
    row->lease = lease_until(tx, engine->config.lease_ms);
    row->epoch++;
    if (to == FLOW_PROCESSING) {
        row->error = NULL;
    }
    return row_state_set(tx, engine_type_like(engine, old->type, old->version), old, row, to);
}

static struct err *
flow_get(struct tx *tx, const char *id, struct flow_row **row)
{
    return row_get(tx, &flow_table, id, row);
}

static bool
is_undo_child(const struct flow_row *row)
{
    return row->label && str_starts(row->label, "undo ");
}

static struct err *
retry_children(struct tx *tx, struct flow_engine *engine, const char *id)
{
    struct rows children;

    TRY(children_of(tx, id, &children));
    for (size_t i = 0; i < children.n; i++) {
        const struct flow_row *child = children.items[i];

        if (flow_row_state(child) == FLOW_FAILED_TEMP && !is_undo_child(child)) {
            TRY(flow_retry(tx, engine, child->id));
        }
    }
    return NULL;
}

/* A child that was taken back is started anew (job_spawn); one that was only begun to
 * be taken back goes on where its own journal says, unless another flow has begun to
 * take away what it made: that flow is brought to its end first. */
static struct err *
torn_mark(struct tx *tx, struct rows *entries)
{
    for (size_t i = 0; i < entries->n; i++) {
        struct flow_step_row *old = entries->items[i], *row;
        struct flow_row *child;

        if (!is_child(old) || !in_state(old, ENTRY_UNDO_FAILED)) {
            continue;
        }
        TRY(flow_get(tx, old->output, &child));
        if (flow_row_state(child) != FLOW_FAILED_TEMP) {
            row = row_copy(tx_mem(tx), old);
            row->state = flow_entry_states[ENTRY_TORN];
            TRY(row_update(tx, old, row));
            entries->items[i] = row;
        }
    }
    return NULL;
}

/* Was the child left by its join?  Of a flow that continued before children were marked, only that tells. */
static bool
is_left(const struct rows *entries, const struct flow_step_row *child)
{
    for (size_t i = 0; i < entries->n; i++) {
        const struct flow_step_row *row = entries->items[i];

        if (in_state(row, ENTRY_LEFT) && str_eq(row->label, child->label)) {
            return true;
        }
    }
    return false;
}

/* A child that took itself back (refused, or cancelled before its grant) is started anew, unless its
 * parent goes on without it. */
static struct err *
withdrawn_mark(struct tx *tx, struct rows *entries)
{
    for (size_t i = 0; i < entries->n; i++) {
        struct flow_step_row *old = entries->items[i], *row;
        struct cond by_id[] = {COND("id", old->output), {0}};
        struct flow_row *child = NULL;

        if (is_child(old) && in_state(old, ENTRY_DONE) && !is_left(entries, old)) {
            TRY(row_find(tx, &flow_table, by_id, &child));
        }
        if (child && flow_row_state(child) == FLOW_ROLLED_BACK && !child->left) {
            row = row_copy(tx_mem(tx), old);
            row->state = flow_entry_states[ENTRY_AGAIN];
            TRY(row_update(tx, old, row));
            entries->items[i] = row;
        }
    }
    return NULL;
}

/* Did this entry change anything, or may it have? */
static bool
entry_stands(const struct flow_step_row *row)
{
    static const enum entry_effect effects[] = {ENTRY_WRITE, ENTRY_LOCAL, ENTRY_CHILD, ENTRY_JOIN,
                                                ENTRY_MARK};
    bool refused = (in_state(row, ENTRY_FAILED) || in_state(row, ENTRY_AGAIN)) && !row_doubtful(row);

    for (size_t i = 0; i < ARRAY_SIZE(effects); i++) {
        if (str_eq(row->effect, flow_entry_effects[effects[i]])) {
            return !refused || effects[i] == ENTRY_CHILD || effects[i] == ENTRY_JOIN;
        }
    }
    return false;
}

/* What was only looked at since the last effect is looked at anew, with all that
 * followed from it: else a retry decides on a world that is gone. */
static struct err *
looks_forget(struct tx *tx, struct rows *entries)
{
    size_t n = entries->n;
    bool looked = false;

    while (n > 0 && !entry_stands(entries->items[n - 1])) {
        n--;
        looked = looked || (str_eq(((struct flow_step_row *)entries->items[n])->effect,
                                   flow_entry_effects[ENTRY_READ]) &&
                            in_state(entries->items[n], ENTRY_DONE));
    }
    if (!looked) {
        return NULL;
    }
    for (size_t i = n; i < entries->n; i++) {
        TRY(row_delete(tx, &flow_step_table, ((struct flow_step_row *)entries->items[i])->id));
    }
    entries->n = n;
    return NULL;
}

/* What was made is broken: all that was found out about it is forgotten with it.  Where an effect
 * has followed nevertheless, it stays as it is. */
static struct err *
broken_mark(struct tx *tx, struct rows *entries)
{
    struct flow_step_row *old, *row;
    size_t n = entries->n, first;

    while (n > 0 && !(in_state(entries->items[n - 1], ENTRY_TORN) && !is_child(entries->items[n - 1]))) {
        n--;
    }
    for (first = n; n > 0 && first < entries->n && !entry_stands(entries->items[first]);) {
        first++;
    }
    if (n > 0 && first < entries->n) {
        old = entries->items[n - 1];
        row = row_copy(tx_mem(tx), old);
        row->state = flow_entry_states[ENTRY_DONE];
        entries->items[n - 1] = row;
        return row_update(tx, old, row);
    }
    for (size_t i = n; n > 0 && i < entries->n; i++) {
        TRY(row_delete(tx, &flow_step_table, ((struct flow_step_row *)entries->items[i])->id));
    }
    entries->n = n > 0 ? n : entries->n;
    return NULL;
}

struct err *
flow_retry(struct tx *tx, struct flow_engine *engine, const char *id)
{
    struct flow_row *row;
    struct rows entries;

    TRY(flow_get(tx, id, &row));
    if (flow_row_state(row) != FLOW_FAILED_TEMP) {
        return wrong_state(row, "retry");
    }
    TRY(entries_of(tx, id, &entries));
    TRY(torn_mark(tx, &entries));
    TRY(withdrawn_mark(tx, &entries));
    TRY(broken_mark(tx, &entries));
    TRY(looks_forget(tx, &entries));
    TRY(entries_reset(tx, &entries, retried_state));
    TRY(retry_children(tx, engine, id));
    return ask(tx, engine, row, FLOW_PROCESSING, "retry");
}

static struct err *
rollback(struct tx *tx, struct flow_engine *engine, const struct flow_row *row)
{
    struct rows entries;

    TRY(entries_of(tx, row->id, &entries));
    TRY(entries_reset(tx, &entries, rolled_state));
    return ask(tx, engine, row, FLOW_ROLLING_BACK, "rollback");
}

struct err *
flow_rollback(struct tx *tx, struct flow_engine *engine, const char *id)
{
    struct flow_row *row;
    const struct flow_type *type;

    TRY(flow_get(tx, id, &row));
    if (flow_row_state(row) != FLOW_FAILED_TEMP) {
        return wrong_state(row, "rollback");
    }
    type = engine_type_like(engine, row->type, row->version);
    if (type && type->no_rollback) {
        return err_new(E_CONFLICT, "RollbackNotSupported",
                       "operation %s (%s) cannot be rolled back: retry it or fail it", id,
                       row->type);
    }
    return rollback(tx, engine, row);
}

/* A parent may also take back a child that had completed or was given up. */
struct err *
flow_rollback_any(struct tx *tx, struct flow_engine *engine, const char *id)
{
    struct flow_row *row;
    enum flow_state state;

    TRY(flow_get(tx, id, &row));
    state = flow_row_state(row);
    if (state != FLOW_FAILED_TEMP && state != FLOW_COMPLETED && state != FLOW_FAILED) {
        return wrong_state(row, "rollback");
    }
    return rollback(tx, engine, row);
}

struct err *
flow_fail(struct tx *tx, struct flow_engine *engine, const char *id)
{
    struct flow_row *row, *failed;
    struct rows children;

    TRY(flow_get(tx, id, &row));
    if (flow_row_state(row) != FLOW_FAILED_TEMP) {
        return wrong_state(row, "fail");
    }
    TRY(children_of(tx, id, &children));
    for (size_t i = 0; i < children.n; i++) {
        const struct flow_row *child = children.items[i];

        if (flow_row_state(child) == FLOW_FAILED_TEMP) {
            TRY(flow_fail(tx, engine, child->id));
        } else if (flow_is_active(child)) {
            /* Where it stops it is given up too (job_end). */
            TRY(flow_cancel(tx, engine, child->id, false));
        }
    }
    failed = row_copy(tx_mem(tx), row);
    failed->request = NULL;
    return row_state_set(tx, engine_type_like(engine, row->type, row->version), row, failed,
                         FLOW_FAILED);
}

/* ---- going on without what failed -------------------------------------------------------- */

bool
type_spares(const struct flow_type *type, const char *child_type)
{
    for (size_t i = 0; type && type->spares && type->spares[i]; i++) {
        if (str_eq(type->spares[i]->name, child_type)) {
            return true;
        }
    }
    return false;
}

/* A child that can be left behind: it failed, or took itself back, which leaves nothing to give up. */
bool
flow_is_replaced(const struct rows *children, const struct flow_row *child)
{
    for (size_t i = 0; flow_row_state(child) == FLOW_ROLLED_BACK && i < children->n; i++) {
        const struct flow_row *other = children->items[i];

        if (str_eq(other->label, child->label) && flow_row_state(other) != FLOW_ROLLED_BACK) {
            return true;
        }
    }
    return false;
}

static bool
is_to_leave(const struct flow_type *type, const struct flow_row *child)
{
    enum flow_state state = flow_row_state(child);

    return (state == FLOW_FAILED_TEMP || state == FLOW_FAILED || state == FLOW_ROLLED_BACK) &&
           !child->left && !is_undo_child(child) && type_spares(type, child->type);
}

struct err *
flow_continue_check(struct tx *tx, const struct flow_type *type, const struct flow_row *flow)
{
    struct rows children;

    if (!type || !type->spares) {
        return err_new(E_NOT_FOUND, "ContinueNotSupported",
                       "operation %s (%s) cannot go on without anything that failed", flow->id,
                       flow->type);
    }
    if (flow_row_state(flow) != FLOW_FAILED_TEMP || str_eq(flow->phase, "rollback")) {
        return wrong_state(flow, "continue");
    }
    TRY(children_of(tx, flow->id, &children));
    for (size_t i = 0; i < children.n; i++) {
        if (is_to_leave(type, children.items[i]) &&
            !flow_is_replaced(&children, children.items[i])) {
            return NULL;
        }
    }
    return err_new(E_CONFLICT, "NothingToLeave",
                   "operation %s: what failed is no part that it could go on without; retry it, "
                   "roll it back or fail it",
                   flow->id);
}

/* Given up, where it did not take itself back; what fails later is not left by this. */
static struct err *
leave(struct tx *tx, struct flow_engine *engine, const struct flow_row *child)
{
    struct flow_row *old, *row;

    TRY(flow_row_state(child) == FLOW_FAILED_TEMP ? flow_fail(tx, engine, child->id) : NULL);
    TRY(flow_get(tx, child->id, &old));
    row = row_copy(tx_mem(tx), old);
    row->left = true;
    return row_update(tx, old, row);
}

struct err *
flow_continue(struct tx *tx, struct flow_engine *engine, const char *id)
{
    const struct flow_type *type;
    struct flow_row *row, *marked;
    struct rows children;

    TRY(flow_get(tx, id, &row));
    type = engine_type(engine, row->type, row->version);
    TRY(flow_continue_check(tx, type, row));
    TRY(children_of(tx, id, &children));
    for (size_t i = 0; i < children.n; i++) {
        const struct flow_row *child = children.items[i];

        if (is_to_leave(type, child) && !flow_is_replaced(&children, child)) {
            TRY(leave(tx, engine, child));
        }
    }
    marked = row_copy(tx_mem(tx), row);
    marked->continued = true;
    TRY(row_update(tx, row, marked));
    return flow_retry(tx, engine, id);
}

struct err *
flow_cancel(struct tx *tx, struct flow_engine *engine, const char *id, bool forceful)
{
    const struct flow_type *type;
    struct flow_row *row, *changed;
    struct rows children;

    TRY(flow_get(tx, id, &row));
    if (!flow_is_active(row)) {
        return wrong_state(row, "cancel");
    }
    TRY(children_of(tx, id, &children));
    for (size_t i = 0; i < children.n; i++) {
        const struct flow_row *child = children.items[i];

        if (flow_is_active(child)) {
            TRY(flow_cancel(tx, engine, child->id, forceful));
        }
    }
    if (str_eq(row->cancel, FLOW_FORCEFUL) || (row->cancel && !forceful)) {
        return NULL; /* It is asked already, and no cancel is weaker than one before. */
    }
    changed = row_copy(tx_mem(tx), row);
    changed->cancel = forceful ? FLOW_FORCEFUL : FLOW_GRACEFUL;
    /* Its own word: the engine forgets a request by what it says. */
    changed->request = mem_printf(tx_mem(tx), "cancel %s", changed->cancel);
    TRY(row_update(tx, row, changed));
    type = engine_type_like(engine, row->type, row->version);
    return type && type->state_changed ? type->state_changed(tx, changed, (int)flow_row_state(row))
                                       : NULL;
}

/* ---- forgetting ----------------------------------------------------------------------------- */

static bool
is_over(const struct flow_row *row)
{
    enum flow_state state = flow_row_state(row);

    return state == FLOW_COMPLETED || state == FLOW_FAILED || state == FLOW_ROLLED_BACK;
}

struct err *
flow_family(struct tx *tx, const char *id, struct strs *ids, bool *over)
{
    const struct cond by_id[] = {COND("id", id), {0}};
    VEC(const char *) all = {0};
    struct flow_row *row;

    TRY(row_find(tx, &flow_table, by_id, &row));
    *over = row && !row->parent_id && is_over(row);
    if (row) {
        vec_add(tx_mem(tx), &all, row->id);
    }
    for (size_t i = 0; i < all.n; i++) {
        struct rows children;

        TRY(children_of(tx, all.items[i], &children));
        for (size_t k = 0; k < children.n; k++) {
            const struct flow_row *child = children.items[k];

            *over = *over && is_over(child);
            vec_add(tx_mem(tx), &all, child->id);
        }
    }
    *ids = (struct strs){.n = all.n, .items = all.items};
    return NULL;
}

struct err *
flow_forget(struct tx *tx, const char *id)
{
    struct strs ids;
    bool over;

    TRY(flow_family(tx, id, &ids, &over));
    if (ids.n && !over) {
        return err_new(E_CONFLICT, "WrongState", "operation %s, or one that is part of it, has not ended", id);
    }
    for (size_t i = 0; i < ids.n; i++) {
        TRY(row_delete(tx, &flow_table, ids.items[i]));
    }
    return NULL;
}
