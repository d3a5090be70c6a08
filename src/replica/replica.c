/* See replica.h.  Others are looked after by reading: a write is made where there is something to say.
 * Who is gone is seen by the store (its connection ended), twice, since a server that starts anew ends all
 * connections; or by a beat that no longer grows, where a process stands still. */
#include "replica/replica.h"

#include "base/log.h"
#include "base/vec.h"
#include "replica/turn.h"
#include "store/replica.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 300
#define BEAT_LOOKS 10   /* looks from one beat to the next */
#define STILL_LOOKS 100 /* without a beat: it stands still */
#define GONE_LOOKS 2
#define CALM_LOOKS 10 /* after the database was away: others come back, too */
#define LEAD "lead"     /* fact: name of who leads */

#define TABLE_STRUCT replica
static const struct attr replica_attrs[] = {
#define ATTR ATTR_ROW
#include "replica/replica.tbl"
#undef ATTR
};
#undef TABLE_STRUCT
const struct table replica_table = {
    .name = "replica",
    .doc = "Processes that share the store.",
    .unlogged = true,
    TABLE(struct replica, replica_attrs),
};
const struct table *const replica_tables[] = {&replica_table, &replica_turn_table, NULL};

/* What is known of another one. */
struct other {
    struct other *next;
    char name[65];
    int64_t beat;
    int n_gone, n_still; /* looks in a row */
    bool is_listed;
};

struct replicas {
    struct replicas_config config;
    const char *name;
    struct loop_timer *timer;
    struct other *others;
    int n_looks; /* since the last beat */
    int n_calm;  /* looks since the database was away */
    bool leads, is_told;
    /* Of a look. */
    bool is_missing, nobody_leads, reads_lead;
    /* Of a write. */
    bool is_busy; /* until it has landed: nobody looks meanwhile */
    bool wrote_lead;
    size_t n_removed;
    struct err *err;
    pthread_mutex_t lock;
    pthread_cond_t quiet;
    bool is_writing; /* guarded */
};

struct err *
replica_leads(struct tx *tx)
{
    const char *name = store_replica(tx_store(tx)), *leader;

    if (!name) {
        return NULL;
    }
    TRY(tx_fact_get(tx, LEAD, &leader));
    return str_eq(leader, name) ? NULL
                                : err_new(E_CONFLICT, NULL, "replica %s leads now", str_or(leader, "?"));
}

struct err *
replica_beside(struct tx *tx, bool *beside)
{
    const struct query query = {.table = &replica_table};
    const char *name = store_replica(tx_store(tx));
    struct rows rows;

    *beside = false;
    if (!name) {
        return NULL;
    }
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n && !*beside; i++) {
        const struct replica *row = rows.items[i];
        bool gone = true;

        if (!str_eq(row->name, name)) {
            TRY(tx_replica_gone(tx, row->name, &gone));
        }
        *beside = !gone;
    }
    return NULL;
}

/* ---- looking --------------------------------------------------------------------------------- */

static struct other *
other_of(struct replicas *r, const char *name)
{
    struct other *other = r->others;

    while (other && !str_eq(other->name, name)) {
        other = other->next;
    }
    if (!other) {
        other = heap_alloc(sizeof *other);
        *other = (struct other){.next = r->others, .beat = -1};
        (void)snprintf(other->name, sizeof other->name, "%s", name);
        r->others = other;
    }
    return other;
}

static bool
is_over(const struct other *other)
{
    return other->is_listed && (other->n_gone >= GONE_LOOKS || other->n_still >= STILL_LOOKS);
}

static struct err *
row_look(struct tx *tx, struct replicas *r, const struct replica *row)
{
    struct other *other = other_of(r, row->name);
    bool gone;

    TRY(tx_replica_gone(tx, row->name, &gone));
    other->is_listed = true;
    other->n_gone = gone && r->n_calm >= CALM_LOOKS ? other->n_gone + 1 : 0;
    other->n_still = row->beat == other->beat ? other->n_still + 1 : 0;
    other->beat = row->beat;
    return NULL;
}

/* store_fn */
static struct err *
look(struct tx *tx, void *arg)
{
    struct replicas *r = arg;
    const struct query query = {.table = &replica_table};
    const char *leader;
    struct rows rows;

    r->is_missing = r->nobody_leads = true;
    for (struct other *other = r->others; other; other = other->next) {
        other->is_listed = false;
    }
    TRY(tx_fact_get(tx, LEAD, &leader));
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct replica *row = rows.items[i];

        r->nobody_leads = r->nobody_leads && !str_eq(row->name, leader);
        if (str_eq(row->name, r->name)) {
            r->is_missing = false;
        } else {
            TRY(row_look(tx, r, row));
        }
    }
    r->reads_lead = !r->is_missing && str_eq(leader, r->name);
    return NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

static struct err *
own_beat(struct tx *tx, const struct replicas *r)
{
    const struct cond by_name[] = {COND("name", r->name), {0}};
    struct replica *old, *row;

    TRY(row_find(tx, &replica_table, by_name, &old));
    row = old ? row_copy(tx_mem(tx), old) : row_new(tx_mem(tx), &replica_table);
    row->name = r->name;
    row->address = r->config.address;
    row->version = r->config.version;
    row->beat++;
    row->leads = r->wrote_lead;
    if (!old || !r->is_told) {
        row->started_at = tx_now(tx);
        TRY(turns_drop(tx, r->name));
    }
    return old ? row_update(tx, old, row) : row_insert(tx, row);
}

/* Looked at again: it may have come back.  One that stands still has its lock. */
static struct err *
other_remove(struct tx *tx, struct replicas *r, const struct other *other)
{
    const struct cond by_name[] = {COND("name", other->name), {0}};
    struct replica *row;
    bool gone;

    TRY(row_find(tx, &replica_table, by_name, &row));
    if (!row) {
        return NULL;
    }
    TRY(tx_replica_gone(tx, other->name, &gone));
    if (!gone && (other->n_still < STILL_LOOKS || row->beat != other->beat)) {
        return NULL;
    }
    r->n_removed++;
    TRY(turns_drop(tx, other->name));
    return row_delete(tx, &replica_table, other->name);
}

static struct err *
lead_take(struct tx *tx, struct replicas *r)
{
    struct cond by_name[] = {{0}, {0}};
    struct replica *row = NULL;
    const char *leader;

    TRY(tx_fact_get(tx, LEAD, &leader));
    if (!str_empty(leader)) {
        by_name[0] = (struct cond)COND("name", leader);
        TRY(row_find(tx, &replica_table, by_name, &row));
    }
    if (!row) {
        leader = r->name;
        TRY(tx_fact_set(tx, LEAD, leader));
    }
    r->wrote_lead = str_eq(leader, r->name);
    return NULL;
}

/* store_fn */
static struct err *
tend(struct tx *tx, void *arg)
{
    struct replicas *r = arg;

    r->n_removed = 0;
    for (const struct other *other = r->others; other; other = other->next) {
        if (is_over(other)) {
            TRY(other_remove(tx, r, other));
        }
    }
    TRY(lead_take(tx, r));
    TRY(own_beat(tx, r));
    return r->n_removed && r->config.orphaned ? r->config.orphaned(tx) : NULL;
}

static void
lead_set(struct replicas *r, bool leads)
{
    if (leads != r->leads) {
        r->leads = leads;
        log_info("store", "replica=%s leads=%d", r->name, leads);
        r->config.lead(r->config.arg, leads);
    }
}

/* loop_fn */
static void
tended(void *arg)
{
    struct replicas *r = arg;
    struct err *err = r->err;

    r->err = NULL;
    r->is_busy = false;
    if (err) {
        log_err(LOG_LV_WARN, "store", err, "looking after other replicas");
        return;
    }
    r->n_looks = 0;
    if (r->n_removed) {
        log_warn("store", "gone=%zu: what they did is taken over", r->n_removed);
        r->config.gone(r->config.arg);
    }
    lead_set(r, r->wrote_lead);
}

/* store_done_fn */
static void
tend_done(void *arg, struct err *err)
{
    struct replicas *r = arg;

    pthread_mutex_lock(&r->lock);
    r->err = err;
    loop_post(r->config.loop, tended, r);
    r->is_writing = false;
    pthread_cond_broadcast(&r->quiet);
    pthread_mutex_unlock(&r->lock);
}

static bool
is_due(const struct replicas *r)
{
    bool due = r->is_missing || r->nobody_leads || r->n_looks >= BEAT_LOOKS;

    for (const struct other *other = r->others; other && !due; other = other->next) {
        due = is_over(other);
    }
    return due;
}

/* loop_fn: a timer's. */
static void
look_around(void *arg)
{
    struct replicas *r = arg;
    struct err *err;

    loop_timer_arm(r->timer, r->config.look_ms);
    if (r->is_busy) {
        return;
    }
    err = store_read(r->config.store, look, r);
    if (err) { /* Perhaps only for us: somebody else may lead by now. */
        err_ignore(err, "told by whoever wants to work");
        r->n_calm = 0;
        lead_set(r, false);
        return;
    }
    turns_end_again(r->config.store);
    r->n_looks++;
    r->n_calm += r->n_calm < CALM_LOOKS;
    lead_set(r, r->reads_lead);
    if (is_due(r)) {
        r->is_busy = true;
        pthread_mutex_lock(&r->lock);
        r->is_writing = true;
        pthread_mutex_unlock(&r->lock);
        store_write(r->config.store, tend, r, tend_done);
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

/* store_fn: who is alone now was one of several before, and may be again, in another folder. */
static struct err *
alone(struct tx *tx, void *arg)
{
    const struct query query = {.table = &replica_table};
    struct rows rows;

    (void)arg;
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct replica *row = rows.items[i];

        TRY(turns_drop(tx, row->name));
        TRY(row_delete(tx, &replica_table, row->name));
    }
    return rows.n ? tx_fact_set(tx, LEAD, "") : NULL;
}

struct err *
replicas_new(const struct replicas_config *config, struct replicas **out)
{
    struct replicas *r = heap_alloc(sizeof *r);

    *r = (struct replicas){.config = *config, .name = store_replica(config->store), .leads = false};
    r->config.look_ms = config->look_ms ? config->look_ms : LOOK_MS;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->quiet, NULL);
    *out = r;
    if (!r->name) {
        TRY(store_write_wait(config->store, alone, NULL));
        r->leads = true;
        config->lead(config->arg, true);
        return NULL;
    }
    TRY(store_write_wait(config->store, tend, r));
    r->is_told = true;
    r->n_calm = CALM_LOOKS;
    lead_set(r, r->wrote_lead);
    r->timer = loop_timer_new(config->loop, look_around, r);
    loop_timer_arm(r->timer, r->config.look_ms);
    return NULL;
}

void
replicas_free(struct replicas *r)
{
    if (!r) {
        return;
    }
    if (r->timer) {
        loop_timer_del(r->timer);
    }
    pthread_mutex_lock(&r->lock);
    while (r->is_writing) {
        pthread_cond_wait(&r->quiet, &r->lock);
    }
    pthread_mutex_unlock(&r->lock);
    (void)loop_unpost(r->config.loop, tended, r);
    turns_forget(r->config.store);
    err_ignore(r->err, "nobody waits for it any more");
    for (struct other *other = r->others, *next; other; other = next) {
        next = other->next;
        free(other);
    }
    pthread_cond_destroy(&r->quiet);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
