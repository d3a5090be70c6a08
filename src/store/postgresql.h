/* The driver of PostgreSQL; not there where the build is without libpq.  What its two files share. */
#ifndef CARRICK_STORE_POSTGRESQL_H
#define CARRICK_STORE_POSTGRESQL_H

#include "store/conn.h"

extern const struct driver postgresql_driver;

#ifdef HAVE_POSTGRESQL
#include <libpq-fe.h>
#include <stdatomic.h>

#define INT_TEXT 24

struct pg_conn {
    struct conn conn;
    PGconn *pg;
    bool writes, locked;
    bool shares;     /* writes beside others */
    bool listens;    /* for what others commit */
    bool opened;     /* is beside others, or may be: the schema is made */
    char *url;       /* with what is secret in it */
    char name[48];   /* of ours alone, among those who are connected */
    char xid[INT_TEXT]; /* of the writer's transaction */
    _Atomic int pid; /* of the backend */
    unsigned n_names;
    int64_t retry_at, retry_ms;
    const char *why; /* for whoever asks until then */
};

/* Who holds the advisory lock of this number: FROM ... WHERE. */
#define PG_LOCK_HOLDER(number)                                                                     \
    "FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND "  \
    "l.granted AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = "  \
    "current_database()) AND (l.classid::bigint << 32) | l.objid::bigint = " number

/* ---- postgresql.c */
/* Runs a text without values; '*result' (may be null) is the last statement's. */
struct err *pg_run(struct pg_conn *c, const char *sql, PGresult **result) MUST_USE;
/* The first value of a query with one parameter (may be null), "" for none. */
struct err *pg_ask(struct pg_conn *c, const char *sql, const char *value, char *out, size_t size) MUST_USE;
bool pg_is_there(const struct pg_conn *c);
/* A connection where there is none, and the lock for one who 'locks'.  Fails at once where that was
 * tried in vain a moment ago; the longer that took, the longer nobody tries. */
struct err *pg_renew(struct pg_conn *c, bool locks) MUST_USE;

/* ---- postgresql_replica.c: several who write */
/* A transaction's turn, and what it says to those who listen. */
#define REPLICA_TURN "SELECT pg_advisory_xact_lock(hashtextextended('carrick writes ' || current_schema(), 0))"
#define REPLICA_TELL "SELECT pg_notify('carrick ' || md5(current_schema()), '')"
/* A connection of a replica was made. */
struct err *replica_connected(struct pg_conn *c) MUST_USE;
/* Ends the connection of before, which the server has not yet missed. */
struct err *replica_end_before(struct pg_conn *c) MUST_USE;
struct err *replica_share(struct conn *conn) MUST_USE;
struct err *replica_gone(struct conn *conn, const char *name, bool *gone) MUST_USE;
struct err *listener_start(struct store *store) MUST_USE;
void listener_stop(struct store *store);
#endif

#endif
