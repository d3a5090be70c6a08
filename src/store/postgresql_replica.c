/* Several processes that write to one database of PostgreSQL.  Each holds three locks of it: shared, that
 * there are replicas (nobody changes the schema, or moves the rows, beside them); its name, on a connection
 * of its own that does nothing but listen, so that it is free as soon as the process is gone; and in each
 * transaction that writes the one of who writes.  That one is given back after the commit can be seen, so
 * who has it next reads all that was before, and the order of the log is the order of commits.
 *
 * A process that is stopped in the middle of a write holds up all others: the server ends its session. */
#include "store/postgresql.h"

#include "store/tx.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define LOCK_OF "hashtextextended('carrick writes ' || current_schema(), 0)"
#define SHARED "hashtextextended('carrick ' || current_schema(), 0)"
#define NAME "hashtextextended('carrick replica ' || current_schema() || ' ' || $1, 0)"
#define NAME_WAIT_MS 3000 /* for our own name: who had it ended a moment ago */
#define NAME_PAUSE_MS 50
#define AGAIN_MS 200

/* A machine that is lost ends no connection: the server asks so often (seconds, times) before it does.  It does not ask
 * while something that it said is on its way (a notification): for that there is the whole time, in ms. */
#define KEEPALIVE(every, count, whole)                                                             \
    "SELECT set_config(name, CASE name WHEN 'tcp_keepalives_count' THEN '" count "' WHEN "         \
    "'tcp_user_timeout' THEN '" whole "' ELSE '" every "' END, false) FROM pg_settings WHERE name " \
    "IN ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout')"
/* So long a transaction may do nothing, and so long others wait for it: the first is shorter. */
#define PATIENCE                                                                                   \
    "SET idle_in_transaction_session_timeout = '4s'; SET lock_timeout = '8s';" KEEPALIVE("2", "3", "8000")
#define LISTEN                                                                                     \
    "DO $do$ BEGIN EXECUTE format('LISTEN %I', 'carrick ' || md5(current_schema())); END $do$;"    \
    KEEPALIVE("1", "2", "3000")

struct err *
replica_connected(struct pg_conn *c)
{
    return pg_run(c, c->listens ? LISTEN : PATIENCE, NULL);
}

struct err *
replica_end_before(struct pg_conn *c)
{
    char ended[32];

    return pg_ask(c, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND "
                     "pid <> pg_backend_pid()", c->name, ended, sizeof ended);
}

/* The schema is made: from alone to beside others, without a moment between. */
struct err *
replica_share(struct conn *conn)
{
    struct pg_conn *c = (struct pg_conn *)conn;

    c->opened = true;
    if (conn->beside) {
        return NULL;
    }
    conn->beside = true;
    return pg_run(c, "SELECT pg_advisory_lock_shared(" SHARED "); SELECT pg_advisory_unlock(" SHARED ")", NULL);
}

/* Whose lock can be had is not there; it is given back with the transaction. */
struct err *
replica_gone(struct conn *conn, const char *name, bool *gone)
{
    char said[4];

    TRY(pg_ask((struct pg_conn *)conn, "SELECT pg_try_advisory_xact_lock(" NAME ")", name, said, sizeof said));
    *gone = said[0] == 't';
    return NULL;
}

/* ---- the listener ----------------------------------------------------------------------------- */

struct listener {
    struct store *store;
    struct pg_conn *conn;
    pthread_t thread;
    int end; /* eventfd */
};

/* Waits for the listener's connection, or its end; false where it is the end. */
static bool
pause_or_end(const struct listener *l, int fd, int ms)
{
    struct pollfd fds[] = {{.fd = l->end, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

    while (poll(fds, fd < 0 ? 1 : 2, ms) < 0 && errno == EINTR) {
    }
    return !fds[0].revents;
}

static struct err *
name_try(const struct listener *l, bool *taken)
{
    char said[4];

    TRY(pg_ask(l->conn, "SELECT pg_try_advisory_lock(" NAME ")", l->store->replica, said, sizeof said));
    *taken = said[0] == 't';
    return NULL;
}

/* E_CONFLICT: somebody else has it. */
static struct err *
name_take(const struct listener *l)
{
    int64_t until = time_mono_ns() + NAME_WAIT_MS * 1000000LL;
    char holder[256];
    bool taken = false;

    TRY(name_try(l, &taken));
    while (!taken && time_mono_ns() < until && pause_or_end(l, -1, NAME_PAUSE_MS)) {
        TRY(name_try(l, &taken));
    }
    if (taken) {
        return NULL;
    }
    TRY(pg_ask(l->conn, "SELECT COALESCE(host(a.client_addr), 'this host') || ' since ' || "
                        "to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS') " PG_LOCK_HOLDER(NAME),
               l->store->replica, holder, sizeof holder));
    return err_new(E_CONFLICT, NULL, "another replica of this database is called %s (%s): give this one another name",
                   l->store->replica, *holder ? holder : "it has just ended");
}

/* Takes what has come; false where the connection is over. */
static bool
notices_take(struct listener *l)
{
    const struct pg_conn *writer = (const struct pg_conn *)l->store->write_conn;
    PGconn *pg = l->conn->pg;
    bool fine = PQconsumeInput(pg), others = false;
    PGnotify *notice;

    while ((notice = PQnotifies(pg))) {
        others = others || notice->be_pid != atomic_load(&writer->pid);
        PQfreemem(notice);
    }
    if (others) {
        watches_tell(l->store);
    }
    return fine && PQstatus(pg) == CONNECTION_OK;
}

/* Until there is a connection again, with our name.  False at the end. */
static bool
listen_again(struct listener *l)
{
    struct err *e = pg_renew(l->conn, false);

    e = e ? e : name_take(l);
    while (e) {
        log_err(LOG_LV_WARN, "store", e, "others' commits are not heard");
        if (!pause_or_end(l, -1, AGAIN_MS)) {
            return false;
        }
        e = pg_renew(l->conn, false);
        e = e ? e : name_take(l);
    }
    return true;
}

static void
hears_set(struct listener *l, bool hears)
{
    atomic_store(&l->store->hears, hears);
    watches_tell(l->store);
}

static void *
listener_thread(void *arg)
{
    struct listener *l = arg;

    while (pause_or_end(l, PQsocket(l->conn->pg), -1)) {
        if (notices_take(l)) {
            continue;
        }
        hears_set(l, false);
        if (!listen_again(l)) {
            break;
        }
        hears_set(l, true);
    }
    return NULL;
}

static struct err *
listener_begin(struct listener *l)
{
    struct conn *conn;
    int rc;

    l->end = eventfd(0, EFD_CLOEXEC);
    if (l->end < 0) {
        return err_errno(E_UNAVAILABLE, "eventfd");
    }
    TRY(postgresql_driver.open(l->store->path, CONN_READER, &conn));
    l->conn = (struct pg_conn *)conn;
    l->conn->listens = true;
    TRY(replica_connected(l->conn));
    TRY(name_take(l));
    rc = pthread_create(&l->thread, NULL, listener_thread, l);
    if (rc) {
        return err_new(E_UNAVAILABLE, NULL, "the listener's thread: %s", strerror(rc));
    }
    pthread_setname_np(l->thread, "store-listen");
    l->store->listener = l;
    return NULL;
}

static void
listener_free(struct listener *l)
{
    if (l->conn) {
        conn_close(&l->conn->conn);
    }
    if (l->end >= 0) {
        close(l->end);
    }
    free(l);
}

struct err *
listener_start(struct store *store)
{
    struct listener *l;
    struct err *e;

    if (!store->replica) {
        return NULL;
    }
    l = heap_alloc(sizeof *l);
    *l = (struct listener){.store = store, .end = -1};
    e = listener_begin(l);
    if (e) {
        listener_free(l);
    }
    return e;
}

void
listener_stop(struct store *store)
{
    struct listener *l = store->listener;
    const uint64_t one = 1;

    if (!l) {
        return;
    }
    if (write(l->end, &one, sizeof one) < 0) {
        log_warn("store", "the listener cannot be told: %s", strerror(errno));
    }
    pthread_join(l->thread, NULL);
    listener_free(l);
    store->listener = NULL;
}
