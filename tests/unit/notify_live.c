/* The notifier on its loop: how far it reads and notes that, what it says of a gap, and what it
 * keeps of tokens. */
#include "http/server.h"
#include "notify/live.h"
#include "notify_world.h"
#include "sys/meter.h"
#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* ---- the log ----------------------------------------------------------------------------- */

struct backlog {
    struct loop *loop;
    struct store *store;
    struct store_watch *watch;
    int64_t behind; /* of the log, as the store knows it */
};

static struct err *
backlog_write(struct tx *tx, void *arg)
{
    int64_t *next = arg;

    if (!*next) {
        TRY(subscription_add(tx, PROJECT, "http://x/", json_of(tx_mem(tx), "{\"names\": [\"x\"]}")));
    }
    for (; *next < 1000; ++*next) {
        struct thing *thing = row_new(tx_mem(tx), &thing_table);

        thing->project_id = PROJECT;
        TRY(row_insert(tx, thing));
    }
    return NULL;
}

static struct err *
backlog_read(struct tx *tx, void *arg)
{
    struct backlog *backlog = arg;
    const char *text;
    int64_t last, kept = 0;

    TRY(tx_fact_get(tx, "notify.cursor", &text));
    TRY(changes_last(tx, &last));
    CHECK(text && str_to_i64(text, &kept));
    backlog->behind = last - kept;
    return NULL;
}

static void
backlog_look(void *arg)
{
    struct backlog *backlog = arg;

    REQUIRE_OK(store_read(backlog->store, backlog_read, backlog));
    /* Figures say that all of it was looked at, however far that is noted. */
    if (backlog->behind < 64 &&
        meter_value(METER_notify_log, NULL, NULL) >= meter_value(METER_change_log, NULL, NULL)) {
        loop_stop(backlog->loop);
    } else {
        loop_post(backlog->loop, backlog_look, backlog);
    }
}

/* Piece by piece, each noted: a start behind many changes that concern nobody gets on whatever ends
 * it in between. */
TEST(notify_notes_how_far_it_read_though_nobody_is_told)
{
    struct backlog backlog = {.store = world_open(":memory:")};
    struct notifier_config config = {.apis = apis, .store = backlog.store};
    struct notifier *notifier;
    int64_t next = 0;

    REQUIRE_OK(loop_new(&backlog.loop));
    config.loop = backlog.loop;
    REQUIRE_OK(notifier_new(&config, &notifier)); /* notes where the log is */
    REQUIRE_OK(store_write_wait(backlog.store, backlog_write, &next));
    loop_post(backlog.loop, backlog_look, &backlog);
    REQUIRE_OK(loop_run(backlog.loop));
    CHECK(backlog.behind < 64);
    notifier_free(notifier);
    loop_free(backlog.loop);
    store_close(backlog.store);
}

/* ---- transactions that tell of themselves ------------------------------------------------------- */

struct telling_now {
    struct loop *loop;
    struct store *store;
    struct notifier *notifier;
    pthread_mutex_t gate; /* Held while the writer must not go on. */
    bool is_open;
    bool fails;
    int64_t n, kept, last;
};

static struct err *
listener_add(struct tx *tx, void *arg)
{
    (void)arg;
    return subscription_add(tx, PROJECT, "http://127.0.0.1:9/", json_of(tx_mem(tx), "{\"types\": [\"Made\"]}"));
}

static struct err *
thing_add(struct tx *tx, void *arg)
{
    struct thing *thing = row_new(tx_mem(tx), &thing_table);

    (void)arg;
    thing->project_id = PROJECT;
    return row_insert(tx, thing);
}

static struct err *
thing_add_and_tell(struct tx *tx, void *arg)
{
    struct telling_now *now = arg;

    TRY(thing_add(tx, NULL));
    TRY(tx_follow(tx));
    return now->fails ? err_new(E_CONFLICT, NULL, "taken back") : NULL;
}

static struct err *
now_read(struct tx *tx, void *arg)
{
    struct query all = {.table = &notification_table};
    struct telling_now *now = arg;
    const char *text;

    TRY(rows_count(tx, &all, &now->n));
    TRY(tx_fact_get(tx, NOTIFY_CURSOR, &text));
    CHECK(text && str_to_i64(text, &now->kept));
    return changes_last(tx, &now->last);
}

TEST(notify_a_transaction_tells_of_itself)
{
    struct telling_now now = {.store = world_open(":memory:")};
    struct notifier_config config = {.apis = apis, .store = now.store};
    struct notifier *notifier;

    REQUIRE_OK(loop_new(&now.loop)); /* Never run: nobody else tells. */
    config.loop = now.loop;
    CHECK_OK(store_write_wait(now.store, thing_add_and_tell, &now)); /* Nobody follows. */
    REQUIRE_OK(notifier_new(&config, &notifier));
    REQUIRE_OK(store_write_wait(now.store, listener_add, NULL));
    CHECK_OK(store_write_wait(now.store, thing_add_and_tell, &now));
    CHECK_OK(store_read(now.store, now_read, &now));
    CHECK_INT(now.n, 1);
    CHECK_INT(now.kept, now.last);
    /* With what was before it, in order; and not where it is taken back. */
    CHECK_OK(store_write_wait(now.store, thing_add, NULL));
    now.fails = true;
    CHECK_ERR(store_write_wait(now.store, thing_add_and_tell, &now), E_CONFLICT);
    CHECK_OK(store_read(now.store, now_read, &now));
    CHECK_INT(now.n, 1);
    CHECK(now.kept < now.last);
    now.fails = false;
    CHECK_OK(store_write_wait(now.store, thing_add_and_tell, &now));
    CHECK_OK(store_read(now.store, now_read, &now));
    CHECK_INT(now.n, 3);
    CHECK_INT(now.kept, now.last);
    notifier_free(notifier);
    CHECK_OK(store_write_wait(now.store, thing_add_and_tell, &now));
    loop_free(now.loop);
    store_close(now.store);
}

static bool look_fails;

static struct err *
look_or_fail(const struct notice_event *event, struct jw *w)
{
    (void)event;
    (void)w;
    return look_fails ? err_new(E_INTERNAL, NULL, "it cannot be looked at") : NULL;
}

/* What tells is not what writes: an alarm is kept whatever becomes of its notification. */
TEST(notify_a_transaction_that_cannot_tell_is_kept_and_told_later)
{
    struct notice made = notices[0];
    struct notice_api failing = api;
    const struct notice_api *const all[] = {&failing, NULL};
    struct telling_now now = {.store = world_open(":memory:")};
    struct notifier_config config = {.apis = all, .store = now.store};
    struct notifier *notifier;

    made.look = look_or_fail;
    failing.notices = &made;
    failing.n_notices = 1;
    REQUIRE_OK(loop_new(&now.loop)); /* Never run: nobody else tells. */
    config.loop = now.loop;
    REQUIRE_OK(notifier_new(&config, &notifier));
    REQUIRE_OK(store_write_wait(now.store, listener_add, NULL));
    look_fails = true;
    CHECK_OK(store_write_wait(now.store, thing_add_and_tell, &now));
    CHECK_OK(store_read(now.store, now_read, &now));
    CHECK_INT(now.n, 0);
    look_fails = false;
    CHECK_OK(store_write_wait(now.store, thing_add_and_tell, &now));
    CHECK_OK(store_read(now.store, now_read, &now));
    CHECK_INT(now.n, 2);
    notifier_free(notifier);
    loop_free(now.loop);
    store_close(now.store);
}

static struct err *
writer_hold(struct tx *tx, void *arg)
{
    struct telling_now *now = arg;

    (void)tx;
    pthread_mutex_lock(&now->gate);
    pthread_mutex_unlock(&now->gate);
    return NULL;
}

static void
none_done(void *arg, struct err *err)
{
    (void)arg;
    CHECK_OK(err);
}

static struct err *
nothing(struct tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return NULL;
}

/* loop_fn: until all is told, and whoever sends it was woken. */
static void
now_look(void *arg)
{
    struct telling_now *now = arg;

    if (!now->is_open) {
        now->is_open = true;
        pthread_mutex_unlock(&now->gate);
    }
    CHECK_OK(store_write_wait(now->store, nothing, NULL)); /* Whatever waits is written. */
    CHECK_OK(store_read(now->store, now_read, now));
    if (now->kept >= now->last && !now->notifier->told) {
        loop_stop(now->loop);
    } else {
        loop_post(now->loop, now_look, now);
    }
}

/* The notifier has read the first thing and its write waits; the writer's own transaction tells of it before. */
TEST(notify_what_a_transaction_has_told_is_not_told_again)
{
    struct telling_now now = {0};
    struct notifier_config config = {.apis = apis};
    struct notifier *notifier;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/db", test_dir()); /* Readers do not wait for its writer. */
    config.store = now.store = world_open(path);
    REQUIRE_OK(loop_new(&now.loop));
    config.loop = now.loop;
    REQUIRE_OK(notifier_new(&config, &notifier));
    now.notifier = notifier;
    REQUIRE_OK(store_write_wait(now.store, listener_add, NULL));
    REQUIRE_OK(store_write_wait(now.store, thing_add, NULL));
    pthread_mutex_init(&now.gate, NULL);
    pthread_mutex_lock(&now.gate);
    store_write(now.store, writer_hold, &now, none_done);
    store_write(now.store, thing_add_and_tell, &now, none_done);
    loop_post(now.loop, now_look, &now); /* Behind the notifier's first look. */
    REQUIRE_OK(loop_run(now.loop));
    CHECK_INT(now.n, 2);
    notifier_free(notifier);
    loop_free(now.loop);
    store_close(now.store);
}

static struct err *
gap_make(struct tx *tx, void *arg)
{
    int64_t *next = arg;

    *next = 990;
    TRY(subscription_add(tx, PROJECT, "http://x/", json_of(tx_mem(tx), "{\"names\": [\"x\"]}")));
    TRY(subscription_add(tx, OTHER, "http://x/", json_of(tx_mem(tx), "{\"types\": [\"Missed\"]}")));
    TRY(subscription_add(tx, OTHER, "http://y/", json_of(tx_mem(tx), "{\"types\": [\"Gone\"]}")));
    TRY(backlog_write(tx, next));
    TRY(tx_fact_set(tx, NOTIFY_CURSOR, "0"));
    return tx_sql(tx, "DELETE FROM _change WHERE seq <= 5", (const char *[]){NULL}, NULL, NULL);
}

/* How much all have lost. */
static struct err *
gap_read(struct tx *tx, void *arg)
{
    struct query all = {.table = &subscription_table};
    struct rows rows;
    int64_t *lost = arg;

    TRY(rows_select(tx, &all, &rows));
    *lost = 0;
    for (size_t i = 0; i < rows.n; i++) {
        *lost += ((const struct subscription *)rows.items[i])->lost;
    }
    return NULL;
}

/* Who wanted to know of it, and only once: by the filter of the first, which is none of types. */
static struct err *
missed_read(struct tx *tx, void *arg)
{
    struct cond missed[] = {COND("type", "Missed"), {0}};
    struct query query = {.table = &notification_table, .conds = missed};
    struct rows rows;

    (void)arg;
    TRY(rows_select(tx, &query, &rows));
    CHECK_INT(rows.n, 2);
    for (size_t i = 0; i < rows.n; i++) {
        const struct notification *row = rows.items[i];
        const struct json *body = json_of(tx_mem(tx), row->body), *links = json_get(body, "_links");

        CHECK_INT(row->seq, 5);
        CHECK_STR(json_get_str(body, "notificationType"), "Missed");
        CHECK_STR(json_get_str(body, "subscriptionId"), row->subscription_id);
        CHECK_STR(json_get_str(json_get(links, "things"), "href"), "http://here/things");
    }
    return NULL;
}

static bool
gap_is_told(struct backlog *backlog)
{
    int64_t lost = 0;

    REQUIRE_OK(loop_turn(backlog->loop, 10));
    REQUIRE_OK(store_read(backlog->store, gap_read, &lost));
    REQUIRE_OK(store_read(backlog->store, backlog_read, backlog));
    CHECK(lost <= 3); /* once each */
    return lost == 3 && backlog->behind < 10;
}

/* What was cut away unread is counted, told where there are words for it, and what is left is read. */
TEST(notify_counts_a_gap_in_the_log)
{
    struct backlog backlog = {.store = world_open(":memory:")};
    struct notifier_config config = {.apis = apis, .store = backlog.store};
    struct notifier *notifier;
    int64_t next = 0;

    REQUIRE_OK(loop_new(&backlog.loop));
    config.loop = backlog.loop;
    REQUIRE_OK(store_write_wait(backlog.store, gap_make, &next));
    REQUIRE_OK(notifier_new(&config, &notifier));
    EVENTUALLY(20000, gap_is_told(&backlog));
    CHECK_OK(store_read(backlog.store, missed_read, NULL));
    notifier_free(notifier);
    loop_free(backlog.loop);
    store_close(backlog.store);
}

/* A change of a form that nobody knows any more, before one that everybody does. */
static struct err *
riddle_make(struct tx *tx, void *arg)
{
    (void)arg;
    TRY(subscription_add(tx, PROJECT, "http://x/", NULL));
    for (int i = 0; i < 2; i++) {
        struct thing *thing = row_new(tx_mem(tx), &thing_table);

        thing->project_id = PROJECT;
        thing->name = i ? "plain" : "riddle";
        TRY(row_insert(tx, thing));
    }
    TRY(tx_fact_set(tx, NOTIFY_CURSOR, "1"));
    return tx_sql(tx, "UPDATE _change SET columns = '{\"number\": []}' WHERE seq = 2",
                  (const char *[]){NULL}, NULL, NULL);
}

static struct err *
riddle_read(struct tx *tx, void *arg)
{
    struct query all = {.table = &notification_table};
    struct rows rows;

    TRY(rows_select(tx, &all, &rows));
    *(size_t *)arg = rows.n;
    return NULL;
}

static bool
plain_is_told(struct backlog *backlog)
{
    size_t n = 0;

    REQUIRE_OK(loop_turn(backlog->loop, 10));
    REQUIRE_OK(store_read(backlog->store, riddle_read, &n));
    return n == 1;
}

TEST(notify_goes_on_behind_what_it_cannot_read)
{
    struct backlog backlog = {.store = world_open(":memory:")};
    struct notifier_config config = {.apis = apis, .store = backlog.store};
    struct notifier *notifier;
    int64_t lost = 0;

    REQUIRE_OK(loop_new(&backlog.loop));
    config.loop = backlog.loop;
    REQUIRE_OK(store_write_wait(backlog.store, riddle_make, NULL));
    REQUIRE_OK(notifier_new(&config, &notifier));
    EVENTUALLY(20000, plain_is_told(&backlog));
    CHECK_OK(store_read(backlog.store, gap_read, &lost));
    CHECK_INT(lost, 1);
    notifier_free(notifier);
    loop_free(backlog.loop);
    store_close(backlog.store);
}

/* ---- tokens ------------------------------------------------------------------------------------ */

/* An authorization server, and a receiver that takes everything. */
struct issuer {
    struct loop *loop;
    struct store *store;
    struct notifier *notifier;
    struct http_server *server;
    const char *answer; /* of /token */
    _Atomic int n_told;
    char id[64]; /* of the subscription */
    int64_t waiting;
    char why[200];
};

static enum http_body_mode
issuer_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
issuer_request(struct http_exchange *x, void *arg)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct issuer *issuer = arg;

    if (str_eq(http_path(x), "/token")) {
        http_answer(x, 200, headers, issuer->answer, strlen(issuer->answer));
    } else {
        issuer->n_told++;
        http_answer(x, 204, NULL, NULL, 0);
    }
}

static struct err *
issuer_subscribe(struct tx *tx, void *arg)
{
    struct issuer *issuer = arg;
    struct subscription *row = row_new(tx_mem(tx), &subscription_table);
    unsigned port = http_server_port(issuer->server);

    row->project_id = PROJECT;
    row->api = "test";
    row->callback_uri = mem_printf(tx_mem(tx), "http://127.0.0.1:%u/", port);
    row->auth_type = "OAUTH2_CLIENT_CREDENTIALS";
    row->auth_user = row->auth_secret = "x";
    row->token_endpoint = mem_printf(tx_mem(tx), "http://127.0.0.1:%u/token", port);
    row->base = "http://here";
    row->created_at = tx_now(tx);
    TRY(changes_last(tx, &row->since));
    TRY(row_insert(tx, row));
    (void)snprintf(issuer->id, sizeof issuer->id, "%s", row->id);
    return NULL;
}

static struct err *
issuer_tell(struct tx *tx, void *arg)
{
    struct thing *thing = row_new(tx_mem(tx), &thing_table);

    (void)arg;
    thing->project_id = PROJECT;
    return row_insert(tx, thing);
}

static struct err *
issuer_unsubscribe(struct tx *tx, void *arg)
{
    const struct issuer *issuer = arg;

    return row_delete(tx, &subscription_table, issuer->id);
}

static struct err *
issuer_look(struct tx *tx, void *arg)
{
    struct issuer *issuer = arg;
    struct subscription *row;

    TRY(row_get(tx, &subscription_table, issuer->id, &row));
    TRY(queue_tell(tx, row));
    issuer->waiting = row->waiting;
    (void)snprintf(issuer->why, sizeof issuer->why, "%s", str_or(row->last_error, ""));
    return NULL;
}

static bool
issuer_is_through(struct issuer *issuer)
{
    REQUIRE_OK(loop_turn(issuer->loop, 10));
    REQUIRE_OK(store_read(issuer->store, issuer_look, issuer));
    return issuer->n_told && !issuer->waiting;
}

static bool
issuer_has_line(struct issuer *issuer)
{
    REQUIRE_OK(loop_turn(issuer->loop, 10));
    return issuer->notifier->lines;
}

static void
issuer_start(struct issuer *issuer, const char *answer)
{
    static const struct cidr loopback = {.ip = {.b = {[10] = 255, 255, 127}}, .len = 8};
    static const struct http_handler handler = {.head = issuer_head, .request = issuer_request};
    struct http_server_config server = {.address = "127.0.0.1", .handler = &handler, .arg = issuer};
    struct notifier_config config = {.apis = apis, .rule = {.allowed = &loopback, .n = 1}};

    *issuer = (struct issuer){.answer = answer, .store = world_open(":memory:")};
    REQUIRE_OK(loop_new(&issuer->loop));
    REQUIRE_OK(http_server_new(&server, &issuer->server));
    config.loop = issuer->loop;
    config.store = issuer->store;
    REQUIRE_OK(notifier_new(&config, &issuer->notifier));
    REQUIRE_OK(store_write_wait(issuer->store, issuer_subscribe, issuer));
    REQUIRE_OK(store_write_wait(issuer->store, issuer_tell, NULL));
}

static void
issuer_stop(struct issuer *issuer)
{
    notifier_free(issuer->notifier);
    http_server_free(issuer->server, 100);
    loop_free(issuer->loop);
    store_close(issuer->store);
}

TEST(notify_forgets_a_token_with_its_subscription)
{
    struct issuer issuer;

    issuer_start(&issuer, "{\"access_token\": \"x\", \"expires_in\": 3600}");
    EVENTUALLY(20000, issuer_is_through(&issuer));
    CHECK(issuer_has_line(&issuer)); /* for the next one */
    REQUIRE_OK(store_write_wait(issuer.store, issuer_unsubscribe, &issuer));
    EVENTUALLY(20000, !issuer_has_line(&issuer));
    issuer_stop(&issuer);
}

TEST(notify_forgets_a_token_that_ends)
{
    struct issuer issuer;

    issuer_start(&issuer, "{\"access_token\": \"x\", \"expires_in\": 6}"); /* a second, for us */
    EVENTUALLY(20000, issuer_is_through(&issuer));
    EVENTUALLY(20000, !issuer_has_line(&issuer));
    issuer_stop(&issuer);
}

TEST(notify_takes_no_token_of_any_length)
{
    char answer[10000];
    struct issuer issuer;

    (void)snprintf(answer, sizeof answer, "{\"access_token\": \"%09000d\", \"expires_in\": 3600}", 0);
    issuer_start(&issuer, answer);
    EVENTUALLY(20000, !issuer_is_through(&issuer) && *issuer.why);
    CHECK(strstr(issuer.why, "has more than 8192 bytes"));
    CHECK_INT(issuer.n_told, 0);
    issuer_stop(&issuer);
}
