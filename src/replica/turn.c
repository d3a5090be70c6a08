/* Turns: what one replica at a time may do.  A turn is a row, and goes with its end, or with its holder's row. */
#include "replica/turn.h"

#include "base/log.h"
#include "store/replica.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define TABLE_STRUCT replica_turn
static const struct attr replica_turn_attrs[] = {
#define ATTR ATTR_ROW
#include "replica/turn.tbl"
#undef ATTR
};
#undef TABLE_STRUCT
const struct table replica_turn_table = {
    .name = "replica_turn",
    .doc = "What one replica at a time may do.",
    .unlogged = true,
    TABLE(struct replica_turn, replica_turn_attrs),
};

/* A write that nobody waits for: who wants to know reads. */
struct wish {
    struct wish *next;
    struct store *store;
    bool ends;
    char name[TURN_NAME_MAX + 1];
};

/* Ends that the store did not take: without them nobody else would ever have the turn. */
static struct {
    pthread_mutex_t lock;
    struct wish *first;
} owed = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Those of the store, and of 'name' where that is not null. */
static struct wish *
owed_take(const struct store *store, const char *name)
{
    struct wish *taken = NULL;

    pthread_mutex_lock(&owed.lock);
    for (struct wish **at = &owed.first; *at;) {
        struct wish *wish = *at;

        if (wish->store == store && (!name || str_eq(wish->name, name))) {
            *at = wish->next;
            wish->next = taken;
            taken = wish;
        } else {
            at = &wish->next;
        }
    }
    pthread_mutex_unlock(&owed.lock);
    return taken;
}

static void
owed_forget(const struct store *store, const char *name)
{
    for (struct wish *wish = owed_take(store, name), *next; wish; wish = next) {
        next = wish->next;
        free(wish);
    }
}

static struct err *
turn_find(struct tx *tx, const char *name, struct replica_turn **turn)
{
    const struct cond by_name[] = {COND("name", name), {0}};

    return row_find(tx, &replica_turn_table, by_name, turn);
}

/* store_fn */
static struct err *
wish_do(struct tx *tx, void *arg)
{
    const struct wish *wish = arg;
    const char *own = store_replica(tx_store(tx));
    struct replica_turn *turn;

    TRY(turn_find(tx, wish->name, &turn));
    if (wish->ends) {
        return turn && str_eq(turn->holder, own) ? row_delete(tx, &replica_turn_table, wish->name) : NULL;
    }
    if (turn) {
        return NULL;
    }
    turn = row_new(tx_mem(tx), &replica_turn_table);
    turn->name = wish->name;
    turn->holder = own;
    return row_insert(tx, turn);
}

/* store_done_fn */
static void
wish_done(void *arg, struct err *err)
{
    struct wish *wish = arg;

    if (err) {
        log_err(LOG_LV_WARN, "store", err, wish->ends ? "the end of a turn, to be told again" : "a turn");
    }
    if (!wish->ends) {
        owed_forget(wish->store, wish->name); /* It is asked for behind them. */
    }
    if (err && wish->ends) {
        pthread_mutex_lock(&owed.lock);
        wish->next = owed.first;
        owed.first = wish;
        pthread_mutex_unlock(&owed.lock);
    } else {
        free(wish);
    }
}

static void
wish_make(struct store *store, const char *name, bool ends)
{
    struct wish *wish;

    if (!store_replica(store)) {
        return;
    }
    owed_forget(store, name);
    wish = heap_alloc(sizeof *wish);
    wish->store = store;
    wish->ends = ends;
    (void)snprintf(wish->name, sizeof wish->name, "%s", name);
    store_write(store, wish_do, wish, wish_done);
}

void
turn_ask(struct store *store, const char *name)
{
    wish_make(store, name, false);
}

void
turn_end(struct store *store, const char *name)
{
    wish_make(store, name, true);
}

void
turns_end_again(struct store *store)
{
    for (struct wish *wish = owed_take(store, NULL), *next; wish; wish = next) {
        next = wish->next;
        store_write(store, wish_do, wish, wish_done);
    }
}

void
turns_forget(struct store *store)
{
    owed_forget(store, NULL);
}

struct asking {
    const char *name;
    bool ours;
};

/* store_fn */
static struct err *
turn_look(struct tx *tx, void *arg)
{
    struct asking *asking = arg;
    struct replica_turn *turn;

    TRY(turn_find(tx, asking->name, &turn));
    asking->ours = turn && str_eq(turn->holder, store_replica(tx_store(tx)));
    return NULL;
}

struct err *
turn_is_ours(struct store *store, const char *name, bool *ours)
{
    struct asking asking = {.name = name, .ours = true};
    struct err *e = store_replica(store) ? store_read(store, turn_look, &asking) : NULL;

    *ours = !e && asking.ours;
    return e;
}

struct err *
turns_drop(struct tx *tx, const char *holder)
{
    return tx_sql(tx, "DELETE FROM replica_turn WHERE holder = ?", (const char *[]){holder, NULL}, NULL, NULL);
}
