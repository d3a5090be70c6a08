/* PostgreSQL by libpq.  The writer's connection holds a lock of the database as long as it lives: nobody
 * else writes, so the order of the change log is the order of commits here too (of replicas each
 * transaction holds one: postgresql_replica.c).  A connection that ends
 * is made anew at the next transaction; one that ends in a commit leaves it in doubt, and the number of
 * the transaction is what the database is asked about then.
 *
 * A failed statement takes the transaction with it here.  So that this costs nothing where nothing
 * fails, the function is run again with a savepoint around each statement (conn.h: spoilt, careful). */
#include "store/postgresql.h"

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "base/uuid.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VERSION_MIN 130000 /* pg_current_xact_id */
#define LOCK_WAIT_MS 3000 /* for one who ended a moment ago */
#define SCHEMA_WAIT_MS 20000
#define LOCK_PAUSE_MS 50
#define PATIENCE_MS 1000 /* of who reads, for a session that does not answer and another one: it may be a loop */
#define RETRY_MS 100 /* between attempts to connect: doubling, up to ... */
#define RETRY_MAX_MS 1000
#define TAKEN "taken" /* type of the error that another one has the database */

struct pg_stmt {
    struct pg_conn *of;
    char *sql; /* in PostgreSQL's own words */
    char name[INT_TEXT]; /* "" = not prepared yet */
    bool controls; /* begins, ends or divides a transaction */
    int n; /* values */
    const char **values;
    char (*ints)[INT_TEXT];
    PGresult *result; /* null: not run yet */
    int row;
};

/* ---- what went wrong ------------------------------------------------------------------------- */

/* The first line, without its end. */
static const char *
first_line(const char *message, char line[256])
{
    size_t n = strcspn(message, "\n");

    snprintf(line, 256, "%.*s", (int)(n < 255 ? n : 255), message);
    return line;
}

static struct err *
lost_err(struct pg_conn *c, const char *message)
{
    char line[256];

    c->conn.lost = true;
    return err_new(E_UNAVAILABLE, NULL, "the database cannot be reached: %s", first_line(message, line));
}

/* Nothing more comes of the connection, whether libpq has noticed or not. */
static struct err *
ended_err(struct pg_conn *c)
{
    struct err *e = lost_err(c, *PQerrorMessage(c->pg) ? PQerrorMessage(c->pg) : "the connection ended");

    PQfinish(c->pg);
    c->pg = NULL;
    return e;
}

/* "Key (a, b)=(1, 2) already exists." in the words of conn.h. */
static struct err *
unique_err(const PGresult *result)
{
    const char *detail = str_or(PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL), "");
    const char *table = str_or(PQresultErrorField(result, PG_DIAG_TABLE_NAME), "?");
    const char *from = strchr(detail, '('), *to = from ? strchr(from, ')') : NULL;
    AUTO_BUF text = BUF_INIT;

    buf_printf(&text, "UNIQUE constraint failed: %s.", table);
    for (const char *c = from ? from + 1 : NULL; c && to && c < to; c++) {
        if (*c == ',') {
            buf_printf(&text, ", %s.", table);
        } else if (*c != '"' && *c != ' ') {
            buf_char(&text, *c);
        }
    }
    return err_new(E_CONFLICT, CONN_CONSTRAINT, "%s", text.data);
}

#define DISK_FULL "53100"
#define SESSION_ENDED "57P0" /* by whoever looks after the server, or with it */
#define STOOD_STILL "25P03"  /* in a transaction, and others waited (postgresql_replica.c) */

/* Classes and codes of SQLSTATE (PostgreSQL, appendix A), the longer ones first. */
static const struct state {
    const char *begins;
    enum err_code code;
    bool lost; /* the transaction is, and what it was is worth another try */
    const char *says; /* in front of the message; null = it is told by the function below */
} states[] = {
    {"23505", E_CONFLICT, false, NULL},
    {"23503", E_CONFLICT, false, "FOREIGN KEY constraint failed: "},
    {"23", E_CONFLICT, false, "constraint failed: "},
    {"40", E_UNAVAILABLE, true, "the database is busy: "},
    {"55P03", E_UNAVAILABLE, true, "the database is busy: "},
    {"25P02", E_UNAVAILABLE, false, "a statement before failed: "},
    {"25006", E_INTERNAL, false, "a read may not write: "},
    {"53", E_UNAVAILABLE, true, "the database cannot be used: "},
    {"54", E_TOO_LARGE, false, "a value is too large to be stored: "},
    {"57", E_UNAVAILABLE, true, "the database cannot be used: "},
    {"58", E_UNAVAILABLE, true, "the database cannot be used: "},
    {"08", E_UNAVAILABLE, true, "the database cannot be used: "},
    {"XX001", E_UNAVAILABLE, true, "the database is damaged: "},
    {"22", E_INVALID, false, "no value for this: "},
    {"", E_INTERNAL, false, ""},
};

static struct err *
result_err(struct pg_conn *c, const PGresult *result, const char *sql)
{
    const char *is = str_or(PQresultErrorField(result, PG_DIAG_SQLSTATE), "");
    const char *why = str_or(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), "");
    const struct state *state = states;

    if (PQstatus(c->pg) == CONNECTION_BAD || !*is || str_starts(is, SESSION_ENDED) ||
        str_eq(is, STOOD_STILL)) {
        return ended_err(c);
    }
    while (!str_starts(is, state->begins)) {
        state++;
    }
    c->conn.lost = c->conn.lost || state->lost;
    c->conn.spoilt = true;
    if (str_eq(is, DISK_FULL)) {
        return conn_no_room(&c->conn);
    }
    if (!state->says) {
        return unique_err(result);
    }
    return err_new(state->code, state->code == E_CONFLICT ? CONN_CONSTRAINT : NULL, "%s%s%s%s",
                   state->says, why, state->code == E_INTERNAL ? ": " : "",
                   state->code == E_INTERNAL ? sql : "");
}

static bool
is_fine(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

struct err *
pg_run(struct pg_conn *c, const char *sql, PGresult **result)
{
    PGresult *got = PQexec(c->pg, sql);
    struct err *e = is_fine(got) ? NULL : result_err(c, got, sql);

    if (result && !e) {
        *result = got;
    } else {
        PQclear(got);
    }
    return e;
}

struct err *
pg_ask(struct pg_conn *c, const char *sql, const char *value, char *out, size_t size)
{
    PGresult *got = PQexecParams(c->pg, sql, value ? 1 : 0, NULL, &value, NULL, NULL, 0);
    struct err *e = is_fine(got) ? NULL : result_err(c, got, sql);

    if (!e) {
        snprintf(out, size, "%s", PQntuples(got) ? PQgetvalue(got, 0, 0) : "");
    }
    PQclear(got);
    return e;
}

/* ---- connecting ------------------------------------------------------------------------------- */

static void
notice(void *arg, const char *message)
{
    char line[256];

    (void)arg;
    log_debug("store", "PostgreSQL: %s", first_line(message, line));
}

/* The folder of tables that the URL names (options=-csearch_path%3DNAME), where it is not there yet. */
#define SCHEMA_MAKE                                                                                \
    "DO $do$ BEGIN IF current_schema() IS NULL AND strpos(current_setting('search_path'), ',') = 0 " \
    "THEN EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', btrim(current_setting('search_path'), "  \
    "'\" ')); END IF; END $do$"

/* Whatever the server, the database or the user has for usual, where this version of the server knows it: what
 * ends a session or a statement of ours is off, texts are read as they are meant, and who is gone is noticed
 * by the server too, which else holds his lock for hours.  What is acknowledged has to be on the disk. */
#define SESSION_SET                                                                                \
    "SELECT set_config(s.name, v.value, false) FROM (VALUES ('jit', 'off'), ('statement_timeout', '0'), " \
    "('lock_timeout', '0'), ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), " \
    "('transaction_timeout', '0'), ('standard_conforming_strings', 'on'), ('tcp_keepalives_idle', '5'), " \
    "('tcp_keepalives_interval', '3'), ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '15000')) " \
    "AS v (name, value) JOIN pg_settings s ON s.name = v.name; "                                   \
    "SELECT set_config('synchronous_commit', 'on', false) WHERE "                                  \
    "current_setting('synchronous_commit') IN ('off', 'local')"

static struct err *
schema_there(struct pg_conn *c)
{
    char schema[256];

    TRY(pg_run(c, SCHEMA_MAKE, NULL));
    TRY(pg_ask(c, "SELECT current_schema()", NULL, schema, sizeof schema));
    return *schema ? NULL
                   : err_new(E_CONFLICT, NULL, "there is no schema for its tables: none of what search_path names is "
                             "there (options=-csearch_path%%3DNAME in the URL)");
}

static struct err *
connect_once(struct pg_conn *c)
{
    /* What the URL says goes before; a peer that is gone is noticed within five seconds: the loop waits for reads. */
    const char *const names[] = {"connect_timeout", "keepalives_idle", "keepalives_interval",
                                 "keepalives_count", "tcp_user_timeout", "target_session_attrs",
                                 "dbname", "application_name", "client_encoding", NULL};
    const char *const values[] = {"5", "3", "1", "2", "5000", "read-write", c->url, c->name, "UTF8", NULL};

    c->pg = PQconnectdbParams(names, values, 1);
    if (PQstatus(c->pg) != CONNECTION_OK) {
        return lost_err(c, PQerrorMessage(c->pg));
    }
    PQsetNoticeProcessor(c->pg, notice, NULL);
    if (PQserverVersion(c->pg) < VERSION_MIN) {
        return err_new(E_CONFLICT, NULL, "PostgreSQL %d is too old: %d or later",
                       PQserverVersion(c->pg) / 10000, VERSION_MIN / 10000);
    }
    if (!str_eq(PQparameterStatus(c->pg, "server_encoding"), "UTF8")) {
        return err_new(E_CONFLICT, NULL, "the database has the encoding %s: createdb -E UTF8 -T template0",
                       str_or(PQparameterStatus(c->pg, "server_encoding"), "?"));
    }
    TRY(pg_run(c, SESSION_SET, NULL));
    atomic_store(&c->pid, PQbackendPID(c->pg));
    if (c->writes) {
        TRY(schema_there(c));
    }
    return c->shares || c->listens ? replica_connected(c) : NULL;
}

#define LOCK_NUMBER "hashtextextended('carrick ' || current_schema(), 0)"
#define LOCK_HOLDER PG_LOCK_HOLDER(LOCK_NUMBER)

static struct err *
lock_try(struct pg_conn *c, bool *taken)
{
    char said[4], ended[32];

    *taken = false;
    if (!c->shares || !c->opened) {
        TRY(pg_ask(c, "SELECT pg_try_advisory_lock(" LOCK_NUMBER ")", NULL, said, sizeof said));
        *taken = c->locked = said[0] == 't';
        c->conn.beside = !*taken;
    }
    if (c->shares && !*taken) {
        TRY(pg_ask(c, "SELECT pg_try_advisory_lock_shared(" LOCK_NUMBER ")", NULL, said, sizeof said));
        *taken = c->locked = said[0] == 't';
    }
    if (*taken) {
        return NULL;
    }
    /* Our own connection of before, which the server has not yet missed. */
    return pg_ask(c, "SELECT pg_terminate_backend(a.pid) " LOCK_HOLDER " AND a.application_name = $1",
                    c->name, ended, sizeof ended);
}

/* One writes; who comes second is told who the first is. */
static struct err *
lock_take(struct pg_conn *c)
{
    /* The first of several may be making the schema. */
    int64_t until = time_mono_ns() + (c->shares ? SCHEMA_WAIT_MS : LOCK_WAIT_MS) * 1000000LL;
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    char holder[256];
    bool taken;

    TRY(lock_try(c, &taken));
    while (!taken && time_mono_ns() < until) {
        nanosleep(&pause, NULL);
        TRY(lock_try(c, &taken));
    }
    if (taken) {
        return NULL;
    }
    TRY(pg_ask(c, "SELECT COALESCE(host(a.client_addr), 'this host') || ' since ' || "
                    "to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS') " LOCK_HOLDER, NULL, holder,
                 sizeof holder));
    return err_new(E_CONFLICT, TAKEN, c->shares ? "an orchestrator that is no replica uses this database (%s): stop it, "
                                                  "and give it a name (replica)"
                                                : "another orchestrator uses this database (%s): stop it first",
                   *holder ? holder : "it has just ended");
}

bool
pg_is_there(const struct pg_conn *c)
{
    return c->pg && PQstatus(c->pg) == CONNECTION_OK;
}

/* What a stranger may hear of it: hosts and users are for the log. */
static const char *
told_of(const struct err *e)
{
    return !err_is(e, E_CONFLICT)   ? "the database cannot be reached"
           : str_eq(e->type, TAKEN) ? "the database cannot be used: another orchestrator uses this database"
                                    : "the database cannot be used";
}

struct err *
pg_renew(struct pg_conn *c, bool locks)
{
    int64_t began = time_mono_ns(), took;
    struct err *e = NULL;

    if (c->retry_at && began < c->retry_at) {
        c->conn.lost = true;
        return err_new(E_UNAVAILABLE, NULL, "%s", c->why);
    }
    if (!pg_is_there(c)) {
        conn_forget(&c->conn);
        PQfinish(c->pg);
        c->pg = NULL;
        c->locked = false;
        c->conn.renewed = c->conn.unproved = true;
        e = connect_once(c);
    }
    if (!e && locks && !c->locked) {
        e = lock_take(c);
    }
    if (!e) {
        c->retry_at = c->retry_ms = 0;
        return NULL;
    }
    took = (time_mono_ns() - began) / 1000000;
    c->retry_ms = c->retry_ms ? c->retry_ms * 2 : RETRY_MS;
    c->retry_ms = c->retry_ms > RETRY_MAX_MS ? RETRY_MAX_MS : c->retry_ms;
    c->retry_at = time_mono_ns() + (c->retry_ms > took ? c->retry_ms : took) * 1000000;
    c->why = told_of(e);
    PQfinish(c->pg);
    c->pg = NULL;
    return e;
}

static void
pg_close(struct conn *conn)
{
    struct pg_conn *c = (struct pg_conn *)conn;

    PQfinish(c->pg);
    explicit_bzero(c->url, strlen(c->url));
    free(c->url);
    free(c);
}

/* libpq tells a URL that it does not understand with all that is in it. */
static struct err *
url_check(const char *url)
{
    const char *host = strstr(url, "://") + strlen("://");
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &why);
    /* A password with a '/' in it would be read as a host, and told. */
    bool fine = options && !strchr(host + strcspn(host, "/?#"), '@');

    PQconninfoFree(options);
    PQfreemem(why);
    return fine ? NULL
                : err_new(E_INVALID, NULL, "not a URL of PostgreSQL: "
                          "postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full&passfile=FILE "
                          "(/ ? # @ within a name or password as %%2F %%3F %%23 %%40)");
}

static struct err *
pg_open(const char *url, enum conn_role role, struct conn **conn)
{
    AUTO(mem) mem = mem_new("name");
    struct pg_conn *c;
    struct err *e;

    TRY(url_check(url));
    c = heap_alloc(sizeof *c);
    c->conn.driver = &postgresql_driver;
    c->writes = role != CONN_READER;
    c->shares = role == CONN_REPLICA;
    c->url = heap_str(url);
    snprintf(c->name, sizeof c->name, "carrick %s", uuid_make(mem));
    e = pg_renew(c, c->writes);
    if (e) {
        conn_close(&c->conn);
        return e;
    }
    c->conn.renewed = c->conn.unproved = false;
    *conn = &c->conn;
    return NULL;
}

/* ---- statements --------------------------------------------------------------------------------- */

/* "?" and "?3" into "$1" and "$3", outside of quotes; the highest number. */
static int
sql_numbered(struct buf *out, const char *sql)
{
    int highest = 0;
    char quote = 0;

    for (; *sql; sql++) {
        char *end;
        long n;

        if (quote || *sql != '?') {
            quote = quote == *sql ? 0 : !quote && (*sql == '\'' || *sql == '"') ? *sql : quote;
            buf_char(out, *sql);
            continue;
        }
        n = strtol(sql + 1, &end, 10);
        n = end == sql + 1 ? highest + 1 : n;
        highest = n > highest ? (int)n : highest;
        buf_printf(out, "$%ld", n);
        sql = end - 1;
    }
    return highest;
}

static bool
sql_controls(const char *sql)
{
    static const char *const words[] = {"SAVEPOINT ", "RELEASE ", "ROLLBACK "};

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (str_starts(sql, words[i])) {
            return true;
        }
    }
    return false;
}

static struct err *
pg_prepare(struct conn *conn, const char *sql, bool once, void **out)
{
    struct pg_stmt *s = heap_alloc(sizeof *s);
    AUTO_BUF text = BUF_INIT;

    (void)once;
    s->of = (struct pg_conn *)conn;
    s->n = sql_numbered(&text, sql);
    s->sql = heap_str(str_or(text.data, ""));
    s->controls = sql_controls(sql);
    if (s->n) {
        s->values = heap_alloc((size_t)s->n * sizeof *s->values);
        s->ints = heap_alloc((size_t)s->n * sizeof *s->ints);
    }
    *out = s;
    return NULL;
}

static void
pg_reset(void *of)
{
    struct pg_stmt *s = of;

    PQclear(s->result);
    s->result = NULL;
    for (int i = 0; i < s->n; i++) {
        s->values[i] = NULL;
    }
}

static void
pg_finalize(struct conn *conn, void *of)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    struct pg_stmt *s = of;
    char sql[INT_TEXT + 16];

    if (!s) {
        return;
    }
    pg_reset(s);
    if (s->name[0] && pg_is_there(c) && PQtransactionStatus(c->pg) != PQTRANS_INERROR) {
        snprintf(sql, sizeof sql, "DEALLOCATE %s", s->name);
        PQclear(PQexec(c->pg, sql));
    }
    free(s->values);
    free(s->ints);
    free(s->sql);
    free(s);
}

static bool
pg_is_busy(void *of)
{
    const struct pg_stmt *s = of;

    return s->result && s->row < PQntuples(s->result);
}

/* The transaction of a reader is one that only reads. */
static bool
pg_only_reads(void *s)
{
    (void)s;
    return true;
}

static struct err *
execute(struct pg_stmt *s)
{
    struct pg_conn *c = s->of;
    PGresult *result;

    if (!s->name[0]) {
        char name[INT_TEXT];

        snprintf(name, sizeof name, "s%u", ++c->n_names);
        result = PQprepare(c->pg, name, s->sql, s->n, NULL);
        if (!is_fine(result)) {
            struct err *e = result_err(c, result, s->sql);

            PQclear(result);
            return e;
        }
        PQclear(result);
        memcpy(s->name, name, sizeof name);
    }
    result = PQexecPrepared(c->pg, s->name, s->n, s->values, NULL, NULL, 0);
    if (!is_fine(result)) {
        struct err *e = result_err(c, result, s->sql);

        PQclear(result);
        return e;
    }
    s->result = result;
    s->row = -1;
    return NULL;
}

/* So that a failure takes nothing with it. */
static struct err *
execute_guarded(struct pg_stmt *s)
{
    struct pg_conn *c = s->of;
    struct err *e;

    TRY(pg_run(c, "SAVEPOINT one", NULL));
    e = execute(s);
    if (e && !c->conn.lost) {
        struct err *back = pg_run(c, "ROLLBACK TO one", NULL);

        c->conn.spoilt = back != NULL;
        e = err_join(e, back);
    }
    return c->conn.lost ? e : err_join(e, pg_run(c, "RELEASE one", NULL));
}

static struct err *
pg_step(struct conn *conn, void *of, bool *row)
{
    struct pg_stmt *s = of;

    *row = false;
    if (s->result && s->row >= PQntuples(s->result)) {
        PQclear(s->result); /* It was at its end: again, as SQLite does, with the values that are set. */
        s->result = NULL;
    }
    if (!s->result) {
        if (!pg_is_there(s->of)) {
            return lost_err(s->of, s->of->pg ? PQerrorMessage(s->of->pg) : "no connection");
        }
        TRY(conn->careful && !s->controls ? execute_guarded(s) : execute(s));
    }
    s->row++;
    *row = s->row < PQntuples(s->result);
    return NULL;
}

static void
pg_set_text(void *of, int i, const char *text)
{
    struct pg_stmt *s = of;

    if (i <= s->n) {
        s->values[i - 1] = text;
    }
}

static void
pg_set_int(void *of, int i, int64_t v)
{
    struct pg_stmt *s = of;

    if (i <= s->n) {
        snprintf(s->ints[i - 1], INT_TEXT, "%lld", (long long)v);
        s->values[i - 1] = s->ints[i - 1];
    }
}

static int
pg_columns(void *of)
{
    const struct pg_stmt *s = of;

    return PQnfields(s->result);
}

static bool
pg_is_null(void *of, int column)
{
    const struct pg_stmt *s = of;

    return s->row >= PQntuples(s->result) || PQgetisnull(s->result, s->row, column);
}

static const char *
pg_get_text(void *of, int column, size_t *n)
{
    const struct pg_stmt *s = of;

    if (pg_is_null(of, column)) {
        return NULL;
    }
    if (n) {
        *n = (size_t)PQgetlength(s->result, s->row, column);
    }
    return PQgetvalue(s->result, s->row, column);
}

static int64_t
pg_get_int(void *of, int column)
{
    const char *text = pg_get_text(of, column, NULL);

    return text ? strtoll(text, NULL, 10) : 0;
}

static struct err *
pg_script(struct conn *conn, const char *sql)
{
    return *sql ? pg_run((struct pg_conn *)conn, sql, NULL) : NULL;
}

/* ---- transactions ----------------------------------------------------------------------------------- */

#define BEGIN_WRITE "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
#define BEGIN_NUMBER "SELECT pg_current_xact_id()"

static struct err *
begin_once(struct pg_conn *c)
{
    PGresult *result;

    if (!c->writes) {
        return pg_run(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL);
    }
    /* In the order of commits: the lock is given back when the transaction can be seen. */
    TRY(pg_run(c, c->shares ? BEGIN_WRITE REPLICA_TURN "; " BEGIN_NUMBER : BEGIN_WRITE BEGIN_NUMBER, &result));
    c->conn.renewed = c->conn.renewed || c->shares; /* Others may have written since. */
    snprintf(c->xid, sizeof c->xid, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return NULL;
}

static struct err *
pg_begin(struct conn *conn)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    int64_t began = time_mono_ns();
    bool tries = began >= c->retry_at;
    struct err *e = NULL;

    if (pg_is_there(c) && c->locked == c->writes) {
        e = begin_once(c);
        if (!e || pg_is_there(c)) {
            return e;
        }
        log_err(LOG_LV_WARN, "store", e, "connecting again");
        if (!c->writes && time_mono_ns() - began > PATIENCE_MS * 1000000LL) { /* Enough: the next one connects. */
            return err_new(E_UNAVAILABLE, NULL, "the database cannot be reached");
        }
    }
    e = pg_renew(c, c->writes);
    if (e) { /* Also where it is somebody else's by now: whoever asks here has done nothing wrong. */
        log_err(tries ? LOG_LV_WARN : LOG_LV_DEBUG, "store", e, "no connection");
        conn->lost = true;
        return err_new(E_UNAVAILABLE, NULL, "%s", c->why);
    }
    conn->lost = conn->spoilt = false;
    return begin_once(c);
}

static struct err *
pg_commit(struct conn *conn)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    PGresult *result = NULL;
    struct err *e = pg_run(c, c->shares && conn->tells ? REPLICA_TELL "; COMMIT" : "COMMIT", &result);

    /* One that was lost before ends like this. */
    if (!e && str_eq(PQcmdStatus(result), "ROLLBACK")) {
        e = err_new(E_UNAVAILABLE, NULL, "the transaction was lost");
    }
    PQclear(result);
    conn->in_doubt = e && !pg_is_there(c) && c->writes;
    return e;
}

static bool
pg_in_transaction(struct conn *conn)
{
    PGTransactionStatusType is = PQtransactionStatus(((struct pg_conn *)conn)->pg);

    return is == PQTRANS_INTRANS || is == PQTRANS_INERROR;
}

static void
pg_rollback(struct conn *conn)
{
    if (pg_in_transaction(conn)) {
        err_ignore(pg_run((struct pg_conn *)conn, "ROLLBACK", NULL), "the end of a connection is one too");
    }
}

static struct err *
pg_settle(struct conn *conn, enum outcome *outcome)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    char said[32];
    bool taken;
    struct err *e;

    *outcome = OUTCOME_UNKNOWN;
    TRY(pg_renew(c, false)); /* To be answered it takes no lock: somebody else may have it by now. */
    e = pg_ask(c, "SELECT pg_xact_status($1::text::xid8)", c->xid, said, sizeof said);
    /* Another server that has never heard of it: the one of before did not pass it on. */
    if (err_is(e, E_INVALID)) {
        err_ignore(e, "a number of the future");
        e = NULL;
        snprintf(said, sizeof said, "aborted");
    }
    TRY(e);
    if (str_eq(said, "in progress") && c->shares) {
        TRY(replica_end_before(c));
    } else if (str_eq(said, "in progress")) {
        TRY(lock_try(c, &taken)); /* Which ends the connection of before. */
    }
    *outcome = str_eq(said, "committed") ? OUTCOME_COMMITTED
               : str_eq(said, "aborted") ? OUTCOME_UNDONE
                                         : OUTCOME_UNKNOWN;
    conn->lost = conn->spoilt = false;
    return NULL;
}

/* ---- facts ----------------------------------------------------------------------------------------------- */

#define HERE "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

/* As SQLite's function of this name, for a list or an object in a text: id, key, value. */
#define JSON_EACH                                                                                  \
    "DO $do$ BEGIN IF to_regprocedure(quote_ident(current_schema()) || '.json_each(text)') IS "    \
    "NULL THEN CREATE FUNCTION json_each(doc text) RETURNS TABLE (id bigint, key text, value "     \
    "text) LANGUAGE sql IMMUTABLE ROWS 10 AS $f$ "                                                 \
    "SELECT a.n, NULL::text, a.v FROM json_array_elements_text(CASE WHEN doc LIKE '[%' THEN "      \
    "doc::json ELSE '[]'::json END) WITH ORDINALITY AS a (v, n) UNION ALL "                        \
    "SELECT o.n, o.k, o.v FROM json_each_text(CASE WHEN doc LIKE '{%' THEN doc::json ELSE "        \
    "'{}'::json END) WITH ORDINALITY AS o (k, v, n) $f$; END IF; END $do$"

#define TABLES "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = " HERE

/* Calls 'fn' with the name of each table, as it is and as SQL wants it. */
static struct err *
tables_each(struct pg_conn *c, struct err *(*fn)(struct pg_conn *c, const char *name, const char *quoted, void *arg),
            void *arg)
{
    PGresult *names = NULL;
    struct err *e = pg_run(c, TABLES " ORDER BY relname", &names);

    for (int i = 0; !e && i < PQntuples(names); i++) {
        const char *name = PQgetvalue(names, i, 0);
        char *quoted = PQescapeIdentifier(c->pg, name, strlen(name));

        e = quoted ? fn(c, name, quoted, arg) : lost_err(c, PQerrorMessage(c->pg));
        PQfreemem(quoted);
    }
    PQclear(names);
    return e;
}

/* A connection that only looks, to a database that is ours. */
static struct err *
look_open(const char *url, struct pg_conn **out)
{
    struct conn *conn;
    char said[32];
    struct err *e;

    TRY(pg_open(url, CONN_READER, &conn));
    *out = (struct pg_conn *)conn;
    e = pg_ask(*out, "SELECT to_regclass(quote_ident(current_schema()) || '._change')", NULL, said, sizeof said);
    if (!e && !*said) {
        e = err_new(E_NOT_FOUND, NULL, "the database is empty");
    }
    if (e) {
        conn_close(conn);
    }
    return e;
}

/* Whoever looks after the server looks after pages and indexes; here: is it there, and ours? */
static struct err *
pg_verify(const char *url)
{
    struct pg_conn *c;

    TRY(look_open(url, &c));
    conn_close(&c->conn);
    return NULL;
}

static struct err *
number_tell(struct pg_conn *c, const char *name, const char *sql, struct jw *w)
{
    char said[INT_TEXT];

    TRY(pg_ask(c, sql, NULL, said, sizeof said));
    jw_int(w, name, strtoll(said, NULL, 10));
    return NULL;
}

static struct err *
rows_tell(struct pg_conn *c, const char *name, const char *quoted, void *w)
{
    char sql[256];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", quoted);
    return number_tell(c, name, sql, w);
}

static struct err *
statistics(struct pg_conn *c, struct buf *out)
{
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    TRY(number_tell(c, "bytes", "SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relkind "
                                "= 'r' AND relnamespace = " HERE, &w));
    TRY(number_tell(c, "server_version", "SELECT current_setting('server_version_num')", &w));
    TRY(number_tell(c, "user_version", postgresql_driver.dialect.version, &w));
    jw_object(&w, "rows");
    TRY(tables_each(c, rows_tell, &w));
    jw_end(&w);
    jw_end(&w);
    return NULL;
}

static struct err *
pg_statistics(const char *url, struct buf *out)
{
    struct pg_conn *c;
    struct err *e;

    TRY(look_open(url, &c));
    e = statistics(c, out);
    conn_close(&c->conn);
    return e;
}

static struct err *
table_scrub(struct pg_conn *c, const char *name, const char *quoted, void *arg)
{
    char sql[256];

    (void)name;
    (void)arg;
    snprintf(sql, sizeof sql, "VACUUM (FULL) %s", quoted);
    return pg_run(c, sql, NULL);
}

/* Rows that were stay in a table's file until it is written anew.  Who reads it (pg_dump) is not waited for long. */
static struct err *
pg_scrub(struct conn *conn)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    struct err *e;

    TRY(pg_run(c, "SET lock_timeout = '10s'", NULL));
    e = tables_each(c, table_scrub, NULL);
    return err_join(e, pg_run(c, "SET lock_timeout = 0", NULL));
}

static struct err *
pg_backup(struct conn *from, const char *path)
{
    (void)from;
    return err_new(E_CONFLICT, NULL, "%s: a store in PostgreSQL is backed up there (pg_dump, or its "
                   "archive of the log)", path);
}

const struct driver postgresql_driver = {
    .name = "PostgreSQL",
    .dialect =
        {
            .text = "text COLLATE \"C\"",
            .integer = "bigint",
            .table_tail = "",
            .keyed_tail = "",
            .row_number = ", rowid bigint GENERATED BY DEFAULT AS IDENTITY",
            .like = "ILIKE",
            .join = "JOIN",
            .as_made = " ORDER BY t.rowid",
            .prelude = JSON_EACH,
            .fill_begin = "",
            .refs_later = true,
            .name_max = 63,
            .tables = TABLES,
            .indexes = "SELECT relname FROM pg_class WHERE relkind = 'i' AND (relname LIKE 'ix\\_%' OR "
                       "relname LIKE 'ux\\_%') AND relnamespace = " HERE,
            /* That the key of the change log is not null goes without saying in SQLite. */
            .columns = "SELECT a.attname, CASE a.atttypid WHEN 'bigint'::regtype THEN 'INTEGER' WHEN "
                       "'text'::regtype THEN 'TEXT' ELSE format_type(a.atttypid, a.atttypmod) END, "
                       "(a.attnotnull AND (c.relname <> '_change' OR a.attname <> 'seq'))::int FROM "
                       "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = ?1 AND "
                       "a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'rowid' AND c.relnamespace "
                       "= " HERE " ORDER BY a.attnum",
            .references = "SELECT a.attname, t.relname, CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN "
                          "'n' THEN 'SET NULL' ELSE 'NO ACTION' END FROM pg_constraint k JOIN pg_class c "
                          "ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid JOIN pg_attribute "
                          "a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] WHERE k.contype = 'f' AND "
                          "c.relname = ?1 AND c.relnamespace = " HERE,
            .version = "SELECT COALESCE(obj_description(to_regclass(quote_ident(current_schema()) || "
                       "'._fact'), 'pg_class'), '0')",
            .version_set = "COMMENT ON TABLE _fact IS '",
            .version_end = "'",
        },
    .check = url_check,
    .open = pg_open,
    .close = pg_close,
    .prepare = pg_prepare,
    .finalize = pg_finalize,
    .reset = pg_reset,
    .is_busy = pg_is_busy,
    .only_reads = pg_only_reads,
    .step = pg_step,
    .set_text = pg_set_text,
    .set_int = pg_set_int,
    .columns = pg_columns,
    .get_text = pg_get_text,
    .get_int = pg_get_int,
    .is_null = pg_is_null,
    .script = pg_script,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .in_transaction = pg_in_transaction,
    .settle = pg_settle,
    .start = listener_start,
    .stop = listener_stop,
    .share = replica_share,
    .gone = replica_gone,
    .backup = pg_backup,
    .verify = pg_verify,
    .statistics = pg_statistics,
    .scrub = pg_scrub,
};
