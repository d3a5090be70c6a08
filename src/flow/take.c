/* How flows come to run here: at the start, when one is made or asked for, and when the process
 * that had them is silent. */
#include "flow/live.h"

#include "base/log.h"

/* ---- taking up flows -------------------------------------------------------------------------- */

struct load {
    struct flow_engine *engine;
    const char *id;
    struct flow *f; /* null: not to be run here */
};

static struct err *
load_entry(void *arg, void *row)
{
    struct load *load = arg;

    return entry_from_row(load->f, row);
}

/* Before its grant an operation takes itself back, and a cancel of it is granted by that. */
static bool
undoes_unasked(const struct flow *f)
{
    return f->phase != PHASE_RUN && flow_row_state(&f->row) == FLOW_STARTING;
}

static void
load_phase(struct flow *f)
{
    bool back = flow_row_state(&f->row) == FLOW_ROLLING_BACK ||
                (flow_row_state(&f->row) == FLOW_STARTING && str_eq(f->row.phase, "rollback"));

    f->phase = back ? PHASE_UNDO : PHASE_RUN;
    if (undoes_unasked(f)) {
        f->cancel = NULL;
    }
}

/* A flow whose version is gone can still be undone, and its state told. */
static const struct flow_type *
load_type(struct flow_engine *engine, struct mem *mem, const struct flow_row *row)
{
    const struct flow_type *type = engine_type(engine, row->type, row->version);
    struct flow_type *gone;

    if (type) {
        return type;
    }
    gone = MEM_NEW(mem, struct flow_type);
    gone->name = mem_str(mem, row->type);
    type = engine_type_like(engine, row->type, row->version);
    gone->state_changed = type ? type->state_changed : NULL;
    return gone;
}

static bool
runs_here(const struct flow_engine *engine, const struct flow_row *row)
{
    enum flow_state state = flow_row_state(row);

    return str_eq(row->owner, engine->config.owner) &&
           (state == FLOW_STARTING || state == FLOW_PROCESSING || state == FLOW_ROLLING_BACK);
}

static struct err *
load_flow(struct tx *tx, void *arg)
{
    struct load *load = arg;
    struct flow_row *row;
    const struct cond conds[] = {COND("flow_id", load->id), {0}};
    const struct sort sorts[] = {{.attr = "seq"}, {0}};
    const struct query query = {.table = &flow_step_table, .conds = conds, .sorts = sorts};
    struct flow *f;
    void *in = NULL;

    TRY(row_get(tx, &flow_table, load->id, &row));
    if (!runs_here(load->engine, row)) {
        return NULL;
    }
    f = load->f = flow_alloc(load->engine, NULL, row->id);
    f->type = load_type(load->engine, f->mem, row);
    f->row = *(struct flow_row *)row_copy(f->mem, row);
    f->seen_request = f->row.request;
    f->cancel = f->row.cancel;
    load_phase(f);
    TRY(decode_text(f->mem, f->type->in, f->row.input, &in));
    f->in = in;
    return rows_each(tx, &query, load_entry, load);
}

/* A request for a flow that runs here: only a cancel can be meant. */
static void
flow_asked(struct flow *f, const char *cancel, const char *request)
{
    if (!cancel || str_eq(f->seen_request, request)) {
        return;
    }
    f->seen_request = mem_str(f->mem, request);
    if (undoes_unasked(f)) {
        return;
    }
    f->cancel = mem_str(f->mem, cancel);
    vec_each (&f->entries, at) {
        if ((*at)->step) {
            step_cancel((*at)->step, cancel);
        }
    }
    flow_wake(f);
}

/* A flow whose rows make no sense here. */
struct unreadable {
    struct flow_engine *engine;
    struct mem *mem;
    const char *id, *error, *parent_id;
    struct err *err;
};

static struct err *
unreadable_write(struct tx *tx, void *arg)
{
    struct unreadable *u = arg;
    struct flow_row *old, *row;

    TRY(row_get(tx, &flow_table, u->id, &old));
    u->parent_id = mem_str(u->mem, old->parent_id);
    if (!runs_here(u->engine, old)) {
        return NULL;
    }
    row = row_copy(tx_mem(tx), old);
    row->error = u->error;
    row->request = row->cancel = NULL;
    return row_state_set(tx, load_type(u->engine, tx_mem(tx), row), old, row, FLOW_FAILED_TEMP);
}

static void
unreadable_landed(void *arg)
{
    struct unreadable *u = arg;

    u->engine->n_jobs--;
    if (u->err) {
        log_err(LOG_LV_ERROR, "flow", u->err, "state of a flow that cannot be read");
    }
    wake_parent(u->engine, u->parent_id);
    mem_free(u->mem);
}

static void
unreadable_written(void *arg, struct err *err)
{
    struct unreadable *u = arg;

    u->err = err;
    loop_post(u->engine->config.loop, unreadable_landed, u);
}

/* It would be as unreadable the next time: it stops, and says why. */
static void
take_unreadable(struct flow_engine *engine, const char *id, struct err *cause)
{
    struct mem *mem = mem_new("unreadable flow");
    struct unreadable *u = MEM_NEW(mem, struct unreadable);
    struct err *err = err_wrap(cause, "the journal of flow %s cannot be read", id);

    log_error("flow", "flow=%s stops: %s", id, err->message);
    u->engine = engine;
    u->mem = mem;
    u->id = mem_str(mem, id);
    u->error = flow_err_text(mem, err, NULL);
    err_ignore(err, "it stands in the flow's row now");
    engine->n_jobs++;
    store_write(engine->config.store, unreadable_write, u, unreadable_written);
}

static void
take_failed(struct flow_engine *engine, const char *id, struct err *err)
{
    if (err->code == E_INVALID) {
        take_unreadable(engine, id, err);
    } else {
        log_err(LOG_LV_ERROR, "flow", err, "load of a flow");
    }
}

static void
take_new(struct flow_engine *engine, const char *id)
{
    struct load load = {.engine = engine, .id = id};
    struct err *err = store_read(engine->config.store, load_flow, &load);

    if (err) {
        if (load.f) {
            flow_free(load.f);
        }
        take_failed(engine, id, err);
        return;
    }
    if (!load.f) {
        return;
    }
    engine_keep(engine, load.f);
    flow_wake(load.f);
}

void
engine_take(struct flow_engine *engine, const char *id)
{
    if (!engine_flow(engine, id)) {
        take_new(engine, id);
    }
}

/* ---- the watch: what other threads asked ------------------------------------------------------ */

struct ids {
    struct mem *mem;
    const char *owner;
    const struct table *owners;
    int64_t now, lease;
    bool own_too;
    VEC(const char *) ids;
    struct flow_engine *engine;
    struct err *err;
};

static struct err *
add_id(void *arg, int n, const char *const *columns)
{
    struct ids *ids = arg;

    (void)n;
    vec_add(ids->mem, &ids->ids, mem_str(ids->mem, columns[0]));
    return NULL;
}

struct asked {
    const char *id, *request, *cancel;
};
struct requests {
    struct mem *mem;
    const char *owner;
    VEC(struct asked) asked;
};

static struct err *
add_request(void *arg, int n, const char *const *columns)
{
    struct requests *requests = arg;
    struct mem *mem = requests->mem;
    struct asked asked = {mem_str(mem, columns[0]), mem_str(mem, columns[1]),
                          mem_str(mem, columns[2])};

    (void)n;
    if (str_eq(columns[3], requests->owner)) {
        vec_add(mem, &requests->asked, asked);
    }
    return NULL;
}

static struct err *
read_requests(struct tx *tx, void *arg)
{
    struct requests *requests = arg;
    requests->asked.n = 0;
    /* By the index of requests, which is nearly empty: 'owner = ?' would walk over all flows there
     * ever were, and this is asked after each commit. */
    return tx_sql(tx, "SELECT id, request, cancel, owner FROM flow WHERE request > ''", NULL,
                  add_request, requests);
}

void
engine_look(void *arg)
{
    struct flow_engine *engine = arg;
    AUTO(mem) mem = mem_new("flow requests");
    struct requests requests = {.mem = mem, .owner = engine->config.owner};
    struct err *err = store_read(engine->config.store, read_requests, &requests);

    if (err) {
        log_err(LOG_LV_ERROR, "flow", err, "read of requests");
        return;
    }
    vec_each (&requests.asked, asked) {
        struct flow *f = engine_flow(engine, asked->id);

        if (f) {
            flow_asked(f, asked->cancel, asked->request);
        } else {
            take_new(engine, asked->id);
        }
    }
}

/* ---- leases -------------------------------------------------------------------------------------- */

/* A tree of flows is one owner's, so that who ends wakes who waits: with those that work go those that
 * rest in it. */
static struct err *
orphans_take(struct tx *tx, const struct ids *ids, const char *until)
{
    const char *take[] = {ids->owner, until, ids->own_too ? ids->owner : "", NULL};
    const char *sql = mem_printf(tx_mem(tx),
                                 "UPDATE flow SET owner = ?, lease = ?, epoch = epoch + 1 WHERE state IN "
                                 "('STARTING', 'PROCESSING', 'ROLLING_BACK', 'FAILED_TEMP') AND (owner = ? "
                                 "OR owner IS NULL OR owner NOT IN (SELECT name FROM %s))",
                                 ids->owners->name);

    return tx_sql(tx, sql, take, NULL, NULL);
}

static struct err *
expired_take(struct tx *tx, const struct ids *ids, const char *until)
{
    const char *now = mem_printf(tx_mem(tx), "%lld", (long long)tx_now(tx));
    const char *take[] = {ids->owner, until, ids->own_too ? ids->owner : "", now, NULL};

    return tx_sql(tx,
                  "UPDATE flow SET owner = ?, lease = ?, epoch = epoch + 1 WHERE state IN "
                  "('STARTING', 'PROCESSING', 'ROLLING_BACK') AND (owner = ? OR lease < ?)",
                  take, NULL, NULL);
}

static struct err *
take_over(struct tx *tx, void *arg)
{
    struct ids *ids = arg;
    const char *until =
        mem_printf(tx_mem(tx), "%lld", (long long)tx_now(tx) + ids->lease * 1000LL);
    const char *renew[] = {until, ids->owner, NULL};
    const char *list[] = {ids->owner, until, NULL};

    ids->ids.n = 0;
    if (!ids->own_too) {
        TRY(tx_sql(tx,
                   "UPDATE flow SET lease = ? WHERE owner = ? AND state IN "
                   "('STARTING', 'PROCESSING', 'ROLLING_BACK')",
                   renew, NULL, NULL));
    }
    TRY(ids->owners ? orphans_take(tx, ids, until) : expired_take(tx, ids, until));
    return tx_sql(tx,
                  "SELECT id FROM flow WHERE owner = ? AND lease = ? AND state IN "
                  "('STARTING', 'PROCESSING', 'ROLLING_BACK')",
                  list, add_id, ids);
}

static void
renewed(void *arg)
{
    struct ids *ids = arg;
    struct flow_engine *engine = ids->engine;

    engine->n_jobs--;
    engine->taking = false;
    if (ids->err) {
        log_err(LOG_LV_ERROR, "flow", ids->err, "renewal of leases");
    } else if (engine->started) {
        vec_each (&ids->ids, id) {
            engine_take(engine, *id);
        }
    }
    if (engine->started) {
        loop_timer_arm(engine->lease, engine->take_again ? 0 : engine->config.lease_ms / 3);
    }
    engine->take_again = false;
    mem_free(ids->mem);
}

static void
renewal_written(void *arg, struct err *err)
{
    struct ids *ids = arg;

    ids->err = err;
    loop_post(ids->engine->config.loop, renewed, ids);
}

void
engine_lease_due(void *arg)
{
    struct flow_engine *engine = arg;
    struct mem *mem = mem_new("flow leases");
    struct ids *ids = MEM_NEW(mem, struct ids);

    ids->mem = mem;
    ids->engine = engine;
    ids->owner = engine->config.owner;
    ids->owners = engine->config.owners;
    ids->lease = engine->config.lease_ms;
    engine->n_jobs++;
    engine->taking = true;
    store_write(engine->config.store, take_over, ids, renewal_written);
}

void
flow_engine_take(struct flow_engine *engine)
{
    if (!engine->config.owners || !engine->started) {
        return;
    }
    if (engine->taking) {
        engine->take_again = true;
    } else {
        loop_timer_disarm(engine->lease);
        engine_lease_due(engine);
    }
}

/* After a backup was put back: whatever had not ended in it may have gone on where it was made. */
static struct err *
mark_restored(struct tx *tx, void *arg)
{
    const char *restored;

    (void)arg;
    TRY(tx_fact_get(tx, STORE_RESTORED, &restored));
    if (str_empty(restored)) {
        return NULL;
    }
    TRY(tx_sql(tx, "UPDATE flow SET restored = 1 WHERE state NOT IN ('COMPLETED', 'FAILED', 'ROLLED_BACK')",
               NULL, NULL, NULL));
    return tx_fact_set(tx, STORE_RESTORED, "");
}

struct err *
flow_engine_start(struct flow_engine *engine)
{
    AUTO(mem) mem = mem_new("flow take-over");
    struct ids ids = {.mem = mem,
                      .owner = engine->config.owner,
                      .owners = engine->config.owners,
                      .lease = engine->config.lease_ms,
                      .own_too = true};

    TRY(store_write_wait(engine->config.store, mark_restored, NULL));
    TRY(store_write_wait(engine->config.store, take_over, &ids));
    engine->started = true;
    engine->watch = store_watch(engine->config.store, engine->config.loop, engine_look, engine);
    vec_each (&ids.ids, id) {
        engine_take(engine, *id);
    }
    engine_look(engine);
    loop_timer_arm(engine->lease, engine->config.lease_ms / 3);
    return NULL;
}
