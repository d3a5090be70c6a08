/* Turns: what one replica at a time may do.  A turn is a row, and goes with its end, or with its holder's row. */
#include "replica/turn.h"

#include "base/log.h"
#include "store/replica.h"

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
    bool ends;
    char name[TURN_NAME_MAX + 1];
};

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
        log_err(LOG_LV_WARN, "store", err, wish->ends ? "the end of a turn" : "a turn");
    }
    free(wish);
}

static void
wish_make(struct store *store, const char *name, bool ends)
{
    struct wish *wish;

    if (!store_replica(store)) {
        return;
    }
    wish = heap_alloc(sizeof *wish);
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
