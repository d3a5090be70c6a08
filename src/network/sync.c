/* The site's half of the agent protocol: a full snapshot whenever the agent is
 * (re)connected, then one transaction for each stretch of the change log.  What
 * was sent last is remembered as a hash, so that a change that makes no
 * difference for the kernel is not sent, and deletes are exactly of what is
 * there. */
#include "network/network.h"

#include "base/log.h"
#include "base/vec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_AT_ONCE 5000
#define REFUSED_RETRY_MS 2000
#define GONE_MAX 4096 /* Entries of deleted objects that are kept at least. */

struct sent {
    char *key; /* "kind id" */
    enum desired_kind kind;
    char *id;
    uint64_t hash;
    bool gone; /* Deleted; the entry stays, since the map borrows its key. */
};

struct site_sync {
    struct store *store;
    struct loop *loop;
    const struct desired_source *const *sources;
    struct desired_client *client;
    struct store_watch *watch;
    struct loop_timer *retry;
    struct map sent;          /* key -> struct sent */
    size_t n_gone;
    int64_t cursor;           /* The agent was told of the log up to here. */
    bool ready;               /* Snapshot sent on this connection. */
    bool may_remove;          /* The next snapshot may remove most of what runs. */
    pthread_mutex_t lock;     /* Guards what other threads ask for. */
    char *console_dir;
    int64_t applied;
    bool connected;
};

/* ---- one stretch of work ------------------------------------------------------------------ */

struct object {
    enum desired_kind kind;
    const char *id;
    void *object; /* null: it is gone */
};

struct desired_touched {
    struct mem *mem;
    struct map ids[DESIRED_N_KINDS];
};

/* What a read of the store yields: objects in 'mem' and the sequence they stand for. */
struct round {
    struct mem *mem;
    const struct desired_source *const *sources;
    int64_t from, seq;
    bool more;
    VEC(struct object) objects;
};

void
desired_touch(struct desired_touched *touched, enum desired_kind kind, const char *id)
{
    if (id) {
        (void)map_add(&touched->ids[kind], mem_str(touched->mem, id), touched);
    }
}

static struct err *
round_load(struct tx *tx, struct round *round, const struct desired_source *source,
           enum desired_kind kind, const char *id)
{
    struct object object = {.kind = kind, .id = mem_str(round->mem, id)};
    void *loaded = NULL;

    TRY(source->load(tx, source->arg, kind, id, &loaded));
    object.object = loaded ? row_copy(round->mem, loaded) : NULL;
    vec_add(round->mem, &round->objects, object);
    return NULL;
}

static const struct desired_source *
source_of(const struct desired_source *const *sources, enum desired_kind kind)
{
    for (; *sources; sources++) {
        if ((*sources)->kinds >> kind & 1) {
            return *sources;
        }
    }
    return NULL;
}

/* store_fn: everything. */
static struct err *
snapshot_read(struct tx *tx, void *arg)
{
    struct round *round = arg;

    round->objects.n = 0;
    TRY(changes_last(tx, &round->seq));
    for (enum desired_kind kind = 0; kind < DESIRED_N_KINDS; kind++) {
        const struct desired_source *source = source_of(round->sources, kind);
        struct strs ids = {0};

        if (!source) {
            continue;
        }
        TRY(source->list(tx, kind, &ids));
        for (size_t i = 0; i < ids.n; i++) {
            TRY(round_load(tx, round, source, kind, ids.items[i]));
        }
    }
    return NULL;
}

static struct err *
changes_touch(struct tx *tx, struct round *round, struct desired_touched *touched)
{
    struct change *changes;
    size_t n;

    TRY(changes_read(tx, round->from, CHANGES_AT_ONCE, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        for (const struct desired_source *const *source = round->sources; *source; source++) {
            TRY((*source)->touch(tx, &changes[i], touched));
        }
        round->seq = changes[i].seq;
    }
    round->more = n == CHANGES_AT_ONCE;
    return NULL;
}

/* store_fn: what the log says was touched since 'from'. */
static struct err *
delta_read(struct tx *tx, void *arg)
{
    struct round *round = arg;
    struct desired_touched touched = {.mem = round->mem};

    round->objects.n = 0;
    round->seq = round->from;
    for (int kind = 0; kind < DESIRED_N_KINDS; kind++) {
        map_init(&touched.ids[kind], round->mem);
    }
    TRY(changes_touch(tx, round, &touched));
    for (enum desired_kind kind = 0; kind < DESIRED_N_KINDS; kind++) {
        const struct desired_source *source = source_of(round->sources, kind);

        map_each (&touched.ids[kind], id) {
            if (source) {
                TRY(round_load(tx, round, source, kind, id->key));
            }
        }
    }
    return NULL;
}

/* ---- what the agent was told ------------------------------------------------------------------ */

static const char *
sent_key(struct mem *mem, enum desired_kind kind, const char *id)
{
    return mem_printf(mem, "%d %s", (int)kind, id);
}

static void
sent_free(struct sent *sent)
{
    free(sent->key);
    free(sent->id);
    free(sent);
}

static void
sent_clear(struct site_sync *sync)
{
    map_each (&sync->sent, entry) {
        sent_free(entry->value);
    }
    map_done(&sync->sent);
    map_init(&sync->sent, NULL);
    sync->n_gone = 0;
}

static void
sent_note(struct site_sync *sync, const struct object *object, const char *key, uint64_t hash)
{
    struct sent *sent = map_get(&sync->sent, key);

    if (!sent) {
        sent = heap_alloc(sizeof *sent);
        sent->key = heap_str(key);
        sent->id = heap_str(object->id);
        sent->kind = object->kind;
        map_set(&sync->sent, sent->key, sent);
    }
    sync->n_gone -= sent->gone;
    sent->gone = false;
    sent->hash = hash;
}

/* What the agent has of it, or null. */
static struct sent *
sent_get(struct site_sync *sync, struct mem *mem, const struct object *object)
{
    struct sent *sent = map_get(&sync->sent, sent_key(mem, object->kind, object->id));

    return sent && !sent->gone ? sent : NULL;
}

/* A new map of what is still there, once most entries are of what is gone. */
static void
sent_compact(struct site_sync *sync)
{
    struct map live;

    if (sync->n_gone < GONE_MAX || sync->n_gone * 2 < sync->sent.n_live) {
        return;
    }
    map_init(&live, NULL);
    map_each (&sync->sent, entry) {
        struct sent *sent = entry->value;

        if (sent->gone) {
            sent_free(sent);
        } else {
            map_set(&live, sent->key, sent);
        }
    }
    map_done(&sync->sent);
    sync->sent = live;
    sync->n_gone = 0;
}

static void
sent_forget(struct site_sync *sync, struct sent *sent)
{
    sent->gone = true;
    sync->n_gone++;
}

static uint64_t
object_hash(struct mem *mem, const struct object *object)
{
    const char *text = row_to_json(mem, object->object, true);

    return hash_bytes(text, strlen(text), 0);
}

/* Sends one object; one that breaks the protocol's rules is left out and told. */
static void
object_send(struct site_sync *sync, struct mem *mem, const struct object *object)
{
    struct err *e = desired_client_put(sync->client, object->kind, object->object);

    if (e) {
        log_err(LOG_LV_ERROR, "sync", e,
                mem_printf(mem, "%s %s cannot be told to the agent",
                           desired_kind_names[object->kind], object->id));
        return;
    }
    sent_note(sync, object, sent_key(mem, object->kind, object->id), object_hash(mem, object));
}

/* ---- snapshot -------------------------------------------------------------------------------------- */

static void
retry_later(struct site_sync *sync, struct err *e, const char *what)
{
    if (e) {
        log_err(LOG_LV_ERROR, "sync", e, what);
    }
    sync->ready = false;
    loop_timer_arm(sync->retry, REFUSED_RETRY_MS);
}

static void
snapshot_send(void *arg)
{
    struct site_sync *sync = arg;
    AUTO(mem) mem = mem_new("snapshot");
    struct round round = {.mem = mem, .sources = sync->sources};
    struct err *e;

    if (!desired_client_connected(sync->client)) {
        return;
    }
    e = store_read(sync->store, snapshot_read, &round);
    if (e) {
        retry_later(sync, e, "snapshot for the agent");
        return;
    }
    sent_clear(sync);
    desired_client_snapshot(sync->client, round.seq);
    vec_each (&round.objects, object) {
        if (object->object) {
            object_send(sync, mem, object);
        }
    }
    desired_client_snapshot_end(sync->client, sync->may_remove);
    sync->cursor = round.seq;
    sync->ready = true;
    log_info("sync", "snapshot sent seq=%" PRIi64 " objects=%zu", round.seq, round.objects.n);
}

/* ---- deltas ------------------------------------------------------------------------------------------ */

struct delta {
    VEC(struct object *) puts;
    VEC(struct sent *) gone;
};

static void
delta_sort(struct site_sync *sync, struct round *round, struct delta *delta)
{
    vec_each (&round->objects, object) {
        struct sent *sent = sent_get(sync, round->mem, object);

        if (!object->object) {
            if (sent) {
                vec_add(round->mem, &delta->gone, sent);
            }
        } else if (!sent || sent->hash != object_hash(round->mem, object)) {
            vec_add(round->mem, &delta->puts, object);
        }
    }
}

static void
delta_send(struct site_sync *sync, struct round *round)
{
    struct delta delta = {.puts = {0}, .gone = {0}};

    delta_sort(sync, round, &delta);
    sync->cursor = round->seq;
    if (delta.puts.n + delta.gone.n == 0) {
        return;
    }
    desired_client_begin(sync->client, round->seq);
    vec_each (&delta.puts, object) {
        object_send(sync, round->mem, *object);
    }
    vec_each (&delta.gone, gone) {
        desired_client_delete(sync->client, (*gone)->kind, (*gone)->id);
        sent_forget(sync, *gone);
    }
    /* Each removal is a row that somebody deleted. */
    desired_client_commit(sync->client, true);
    sent_compact(sync);
}

/* loop_fn: the log grew. */
static void
changes_send(void *arg)
{
    struct site_sync *sync = arg;
    bool more = sync->ready;

    while (more) {
        AUTO(mem) mem = mem_new("delta");
        struct round round = {.mem = mem, .sources = sync->sources, .from = sync->cursor};
        struct err *e = store_read(sync->store, delta_read, &round);

        if (e) {
            retry_later(sync, e, "changes for the agent");
            return;
        }
        delta_send(sync, &round);
        more = round.more;
    }
}

/* ---- the agent speaks ------------------------------------------------------------------------------------ */

struct reach {
    int64_t seq;
    bool covered;
};

/* store_fn: does the log still hold every change since the agent's state? */
static struct err *
reach_read(struct tx *tx, void *arg)
{
    struct reach *reach = arg;
    struct change *changes;
    size_t n;
    struct err *e = changes_read(tx, reach->seq, 1, &changes, &n);

    reach->covered = !e;
    if (err_is(e, E_GONE)) {
        err_ignore(e, "the answer is no");
        return NULL;
    }
    return e;
}

/* Removals since what the agent holds are all deletions of rows where the log reaches back to
 * it: only then a snapshot may remove most of what runs. */
static void
on_ready(void *arg, const struct desired_message *agent)
{
    struct site_sync *sync = arg;
    struct reach reach = {.seq = agent->seq == INT_NULL ? 0 : agent->seq};

    err_ignore(store_read(sync->store, reach_read, &reach), "then it is not covered");
    sync->may_remove = reach.covered;
    pthread_mutex_lock(&sync->lock);
    free(sync->console_dir);
    sync->console_dir = agent->console_dir ? heap_str(agent->console_dir) : NULL;
    sync->connected = true;
    pthread_mutex_unlock(&sync->lock);
    log_info("sync", "agent connected, holds epoch=%" PRIi64 " seq=%" PRIi64,
             agent->epoch == INT_NULL ? 0 : agent->epoch, reach.seq);
    snapshot_send(sync);
}

static void
on_lost(void *arg, const char *why)
{
    struct site_sync *sync = arg;

    sync->ready = false;
    pthread_mutex_lock(&sync->lock);
    sync->connected = false;
    pthread_mutex_unlock(&sync->lock);
    log_warn("sync", "agent lost: %s", why);
}

static void
on_applied(void *arg, int64_t seq)
{
    struct site_sync *sync = arg;

    pthread_mutex_lock(&sync->lock);
    sync->applied = seq;
    pthread_mutex_unlock(&sync->lock);
}

static void
on_refused(void *arg, int64_t seq, const char *reason)
{
    struct site_sync *sync = arg;

    log_error("sync", "agent refused seq=%" PRIi64 ": %s", seq, reason);
    retry_later(sync, NULL, NULL);
}

/* A report on its way into the rows. */
struct report {
    struct mem *mem;
    const struct desired_source *const *sources;
    struct desired_message *message;
};

static struct err *
report_write(struct tx *tx, void *arg)
{
    struct report *report = arg;

    for (const struct desired_source *const *source = report->sources; *source; source++) {
        if ((*source)->status) {
            TRY((*source)->status(tx, (*source)->arg, report->message));
        }
    }
    return NULL;
}

static void
report_done(void *arg, struct err *e)
{
    struct report *report = arg;

    if (e) {
        log_err(LOG_LV_ERROR, "sync", e, "report of the agent");
    }
    mem_free(report->mem);
}

static void
on_status(void *arg, const struct desired_message *status)
{
    struct site_sync *sync = arg;
    struct mem *mem = mem_new("report");
    struct report *report = MEM_NEW(mem, struct report);

    *report = (struct report){
        .mem = mem, .sources = sync->sources, .message = row_copy(mem, status)};
    store_write(sync->store, report_write, report, report_done);
}

static void
on_event(void *arg, const struct desired_message *event)
{
    (void)arg;
    log_info("sync", "agent event=%s reason=\"%s\"", str_or(event->state, ""),
             str_or(event->reason, ""));
}

/* ---- life ------------------------------------------------------------------------------------------------- */

/* store_fn: each start of the site is a higher epoch. */
static struct err *
epoch_raise(struct tx *tx, void *arg)
{
    const char *text;
    int64_t epoch = 0;

    TRY(tx_fact_get(tx, "site.epoch", &text));
    if (text) {
        (void)str_to_i64(text, &epoch);
    }
    *(int64_t *)arg = epoch + 1;
    return tx_fact_set(tx, "site.epoch", mem_printf(tx_mem(tx), "%" PRIi64, epoch + 1));
}

static struct err *
client_start(struct site_sync *sync, const struct site_sync_config *config, int64_t epoch)
{
    struct desired_client_config client = {
        .loop = config->loop,
        .socket = config->socket,
        .site = config->site,
        .host = config->host,
        .epoch = epoch,
        .agent_uid = config->agent_uid,
        .arg = sync,
        .ready = on_ready,
        .lost = on_lost,
        .applied = on_applied,
        .refused = on_refused,
        .status = on_status,
        .event = on_event,
    };

    return desired_client_new(&client, &sync->client);
}

struct err *
site_sync_new(const struct site_sync_config *config, struct site_sync **sync)
{
    struct site_sync *made;
    struct err *e;
    int64_t epoch;

    TRY(store_write_wait(config->store, epoch_raise, &epoch));
    made = heap_alloc(sizeof *made);
    made->store = config->store;
    made->loop = config->loop;
    made->sources = config->sources;
    pthread_mutex_init(&made->lock, NULL);
    map_init(&made->sent, NULL);
    made->retry = loop_timer_new(config->loop, snapshot_send, made);
    e = client_start(made, config, epoch);
    if (e) {
        site_sync_free(made);
        return e;
    }
    made->watch = store_watch(config->store, config->loop, changes_send, made);
    *sync = made;
    return NULL;
}

void
site_sync_close(struct site_sync *sync)
{
    if (!sync) {
        return;
    }
    if (sync->watch) {
        store_unwatch(sync->watch);
        sync->watch = NULL;
    }
    desired_client_free(sync->client);
    sync->client = NULL;
}

void
site_sync_free(struct site_sync *sync)
{
    if (!sync) {
        return;
    }
    site_sync_close(sync);
    loop_timer_del(sync->retry);
    sent_clear(sync);
    map_done(&sync->sent);
    pthread_mutex_destroy(&sync->lock);
    free(sync->console_dir);
    free(sync);
}

struct desired_client *
site_sync_client(struct site_sync *sync)
{
    return sync->client;
}

const char *
site_sync_console_dir(struct site_sync *sync, struct mem *mem)
{
    const char *dir;

    pthread_mutex_lock(&sync->lock);
    dir = mem_str(mem, sync->console_dir);
    pthread_mutex_unlock(&sync->lock);
    return dir;
}

int64_t
site_sync_applied(struct site_sync *sync)
{
    int64_t seq;

    pthread_mutex_lock(&sync->lock);
    seq = sync->applied;
    pthread_mutex_unlock(&sync->lock);
    return seq;
}

bool
site_sync_connected(struct site_sync *sync)
{
    bool connected;

    pthread_mutex_lock(&sync->lock);
    connected = sync->connected;
    pthread_mutex_unlock(&sync->lock);
    return connected;
}
