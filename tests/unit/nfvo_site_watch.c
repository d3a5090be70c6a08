/* The watch over sites: side by side, the newest error, and no row for what is no news. */
#include "base/vec.h"
#include "http/server.h"
#include "nfvo/invitation.h"
#include "nfvo/nfvo.h"
#include "sys/thread.h"
#include "test.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENT "11111111-1111-4111-8111-111111111111"
#define TALKS "22222222-2222-4222-8222-222222222222"
#define EVERY_MS 20
#define NEVER_MS 600000

/* A site that answers as it is told to. */
struct talker {
    struct http_server *server;
    _Atomic int status, n_asked;
};

static enum http_body_mode
any_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
any_request(struct http_exchange *x, void *arg)
{
    static const char *const headers[] = {NULL};
    struct talker *talker = arg;

    talker->n_asked++;
    http_answer(x, talker->status, headers, "{}", 2);
}

static int
talker_open(struct talker *talker)
{
    static const struct http_handler handler = {.head = any_head, .request = any_request};
    const struct http_server_config config = {.address = "127.0.0.1", .handler = &handler, .arg = talker};

    REQUIRE_OK(http_server_new(&config, &talker->server));
    return (int)http_server_port(talker->server);
}

/* Bound: with a backlog it takes connections and says nothing, else it refuses them. */
static int
socket_open(bool listens, int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && (!listens || listen(fd, 8) == 0) &&
            getsockname(fd, (struct sockaddr *)&at, &n) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

struct home {
    struct nfvo nfvo;
    struct site_watch *watch;
    char path[300], error[512], status[16];
    const char *id; /* read next */
    int port;       /* made or moved next */
    int64_t checked_at;
};

static struct err *
site_make(struct tx *tx, void *arg)
{
    const struct home *home = arg;
    struct site *site = row_new(tx_mem(tx), &site_table);

    site->id = home->id;
    site->project_id = "p";
    site->name = home->id;
    site->auth_url = mem_printf(tx_mem(tx), "http://127.0.0.1:%d/v3", home->port);
    site->username = site->password = site->project_name = "u";
    return row_insert(tx, site);
}

static struct err *
site_move(struct tx *tx, void *arg)
{
    const struct home *home = arg;
    struct site *old, *site;

    TRY(row_get(tx, &site_table, home->id, &old));
    site = row_copy(tx_mem(tx), old);
    site->auth_url = mem_printf(tx_mem(tx), "http://127.0.0.1:%d/v3", home->port);
    return row_update(tx, old, site);
}

static struct err *
site_read(struct tx *tx, void *arg)
{
    struct home *home = arg;
    struct site *site;

    TRY(row_get(tx, &site_table, home->id, &site));
    (void)snprintf(home->status, sizeof home->status, "%s", site->status);
    (void)snprintf(home->error, sizeof home->error, "%s", str_or(site->last_error, ""));
    home->checked_at = site->checked_at;
    return NULL;
}

static void
home_write(struct home *home, store_fn *fn, const char *id, int port)
{
    home->id = id;
    home->port = port;
    REQUIRE_OK(store_write_wait(home->nfvo.store, fn, home));
}

static struct err *
password_set(struct tx *tx, void *arg)
{
    const struct home *home = arg;
    struct site *old, *site;

    TRY(row_get(tx, &site_table, home->id, &old));
    site = row_copy(tx_mem(tx), old);
    site->password = home->port ? "u" : SEAL_LOST;
    return row_update(tx, old, site);
}

/* After a turn of the loop: is the site so, and does its error say that? */
static bool
is_seen(struct home *home, const char *id, const char *status, const char *error)
{
    home->id = id;
    REQUIRE_OK(loop_turn(home->nfvo.loop, 5));
    REQUIRE_OK(store_read(home->nfvo.store, site_read, home));
    return str_eq(home->status, status) && strstr(home->error, error);
}

static void
home_open(struct home *home)
{
    static const struct table *const tables[] = {&site_table, &site_invitation_table, NULL};
    const struct store_config config = {
        .path = home->path, .tables = tables, .seal_key = "0123456789abcdef0123456789abcdef"};

    snprintf(home->path, sizeof home->path, "%s/db", test_dir());
    REQUIRE_OK(loop_new(&home->nfvo.loop));
    REQUIRE_OK(pool_new("files", 1, 8, &home->nfvo.pool));
    REQUIRE_OK(store_open(&config, &home->nfvo.store));
}

static void
home_close(struct home *home)
{
    pool_free(home->nfvo.pool);
    site_watch_free(home->watch);
    store_close(home->nfvo.store);
    loop_free(home->nfvo.loop);
}

TEST(site_watch_looks_at_sites_side_by_side)
{
    struct home home = {0};
    struct talker talker = {.status = 200};
    int silent_port, silent = socket_open(true, &silent_port), port = talker_open(&talker);

    home_open(&home);
    home_write(&home, site_make, SILENT, silent_port);
    home_write(&home, site_make, TALKS, port);
    REQUIRE_OK(site_watch_new(&home.nfvo, EVERY_MS, NEVER_MS, &home.watch));
    EVENTUALLY(10000, is_seen(&home, TALKS, "UP", ""));
    CHECK(is_seen(&home, SILENT, "UNKNOWN", ""));
    http_server_free(talker.server, 100);
    home_close(&home);
    close(silent);
}

/* Of several replicas the one that leads. */
TEST(site_watch_asks_nobody_while_another_one_leads)
{
    struct home home = {.nfvo.stands_by = true};
    struct talker talker = {.status = 200};
    int port = talker_open(&talker);

    home_open(&home);
    home_write(&home, site_make, TALKS, port);
    REQUIRE_OK(site_watch_new(&home.nfvo, 1, NEVER_MS, &home.watch));
    for (int i = 0; i < 20; i++) {
        CHECK(is_seen(&home, TALKS, "UNKNOWN", ""));
    }
    CHECK_INT(talker.n_asked, 0);
    home.nfvo.stands_by = false;
    EVENTUALLY(10000, is_seen(&home, TALKS, "UP", ""));
    http_server_free(talker.server, 100);
    home_close(&home);
}

TEST(site_watch_tells_the_newest_error)
{
    struct home home = {0};
    struct talker talker = {.status = 503};
    int closed_port, closed = socket_open(false, &closed_port), port = talker_open(&talker), n_asked;
    int64_t then;

    home_open(&home);
    home_write(&home, site_make, TALKS, closed_port);
    REQUIRE_OK(site_watch_new(&home.nfvo, EVERY_MS, NEVER_MS, &home.watch));
    EVENTUALLY(10000, is_seen(&home, TALKS, "DOWN", "connect"));
    home_write(&home, site_move, TALKS, port);
    EVENTUALLY(10000, is_seen(&home, TALKS, "DOWN", "answered 503"));
    talker.status = 500;
    EVENTUALLY(10000, is_seen(&home, TALKS, "DOWN", "answered 500"));

    /* What is no news is no row. */
    site_watch_free(home.watch); /* What it had begun to write is written before what comes now. */
    home_write(&home, site_move, TALKS, port);
    CHECK(is_seen(&home, TALKS, "DOWN", "answered 500"));
    REQUIRE_OK(site_watch_new(&home.nfvo, EVERY_MS, NEVER_MS, &home.watch));
    then = home.checked_at;
    n_asked = talker.n_asked;
    EVENTUALLY(10000, is_seen(&home, TALKS, "DOWN", "answered 500") && talker.n_asked > n_asked + 3);
    CHECK_INT(home.checked_at, then);
    talker.status = 200;
    EVENTUALLY(10000, is_seen(&home, TALKS, "UP", "") && !*home.error);
    http_server_free(talker.server, 100);
    home_close(&home);
    close(closed);
}

/* As if the look that is recorded had taken another time. */
static struct err *
site_blame(struct tx *tx, void *arg)
{
    const struct home *home = arg;
    const char *time = strstr(home->error, " ms");
    struct site *old, *site;
    size_t n = time ? (size_t)(time - home->error) : 0, digits = n;

    while (digits > 0 && home->error[digits - 1] >= '0' && home->error[digits - 1] <= '9') {
        digits--;
    }
    TRY(row_get(tx, &site_table, home->id, &old));
    site = row_copy(tx_mem(tx), old);
    site->last_error = mem_printf(tx_mem(tx), "%.*s987654%s", (int)digits, home->error, str_or(time, ""));
    return row_update(tx, old, site);
}

/* libcurl says after how many milliseconds it gave up. */
TEST(site_watch_takes_a_time_for_no_news)
{
    struct home home = {0};
    struct talker talker = {.status = 200};
    int closed_port, closed = socket_open(false, &closed_port), port = talker_open(&talker), n_asked;

    home_open(&home);
    home_write(&home, site_make, SILENT, closed_port);
    home_write(&home, site_make, TALKS, port);
    REQUIRE_OK(site_watch_new(&home.nfvo, EVERY_MS, NEVER_MS, &home.watch));
    EVENTUALLY(10000, is_seen(&home, SILENT, "DOWN", "connect"));
    site_watch_free(home.watch); /* As above. */
    home_write(&home, site_blame, SILENT, 0);
    REQUIRE_OK(site_watch_new(&home.nfvo, EVERY_MS, NEVER_MS, &home.watch));
    n_asked = talker.n_asked;
    EVENTUALLY(10000, is_seen(&home, SILENT, "DOWN", "") && talker.n_asked > n_asked + 3);
    CHECK(strstr(home.error, "987654"));
    http_server_free(talker.server, 100);
    home_close(&home);
    close(closed);
}

/* It answers, and nobody can log in there. */
TEST(site_watch_tells_of_a_password_that_was_lost_with_the_sealing_key)
{
    struct home home = {0};
    struct talker talker = {.status = 200};
    int port = talker_open(&talker);

    home_open(&home);
    home_write(&home, site_make, TALKS, port);
    home_write(&home, password_set, TALKS, 0);
    REQUIRE_OK(site_watch_new(&home.nfvo, EVERY_MS, NEVER_MS, &home.watch));
    EVENTUALLY(10000, is_seen(&home, TALKS, "DOWN", "carrick site set " TALKS " --credentials FILE"));
    home_write(&home, password_set, TALKS, 1);
    EVENTUALLY(10000, is_seen(&home, TALKS, "UP", "") && !*home.error);
    http_server_free(talker.server, 100);
    home_close(&home);
}

/* ---- its end ------------------------------------------------------------------------------------------- */

/* Takes connections and says nothing on them. */
struct mute {
    int fd, port, peers[8];
    size_t n;
};

static void
mute_take(struct mute *mute)
{
    int fd;

    while (mute->n < ARRAY_SIZE(mute->peers) && (fd = accept4(mute->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        mute->peers[mute->n++] = fd;
    }
}

static void
mute_hang_up(struct mute *mute)
{
    for (size_t i = 0; i < mute->n; i++) {
        (void)close(mute->peers[i]);
    }
}

static struct err *
joined_make(struct tx *tx, void *arg)
{
    const struct home *home = arg;
    struct site_invitation *invitation = row_new(tx_mem(tx), &site_invitation_table);
    struct site *old, *site;

    TRY(site_make(tx, arg));
    TRY(row_get(tx, &site_table, home->id, &old));
    site = row_copy(tx_mem(tx), old);
    site->auth_url = mem_printf(tx_mem(tx), "https://127.0.0.1:%d/v3", home->port);
    TRY(row_update(tx, old, site));
    invitation->project_id = "p";
    invitation->name = home->id;
    invitation->token_digest = home->id;
    invitation->site_id = home->id;
    invitation->joined_at = tx_now(tx);
    return row_insert(tx, invitation);
}

/* One look each, and the question for a certificate at one of them. */
static bool
one_is_asked(struct home *home, struct mute mutes[2])
{
    REQUIRE_OK(loop_turn(home->nfvo.loop, 5));
    mute_take(&mutes[0]);
    mute_take(&mutes[1]);
    return mutes[0].n + mutes[1].n == 3 && mutes[0].n && mutes[1].n;
}

/* A site that is silent keeps the end waiting, the next one does not. */
TEST(site_watch_asks_nobody_for_a_certificate_once_it_ends)
{
    struct home home = {.nfvo.authority_key = "not read"};
    struct mute mutes[2] = {{0}};
    size_t asked;

    for (size_t i = 0; i < ARRAY_SIZE(mutes); i++) {
        mutes[i].fd = socket_open(true, &mutes[i].port);
        REQUIRE(!fcntl(mutes[i].fd, F_SETFL, O_NONBLOCK));
    }
    home_open(&home);
    home_write(&home, joined_make, SILENT, mutes[0].port);
    home_write(&home, joined_make, TALKS, mutes[1].port);
    REQUIRE_OK(site_watch_new(&home.nfvo, EVERY_MS, NEVER_MS, &home.watch));
    EVENTUALLY(20000, one_is_asked(&home, mutes));
    asked = mutes[0].n == 2 ? 0 : 1;
    site_watch_close(home.watch);
    mute_hang_up(&mutes[asked]);
    pool_stop(home.nfvo.pool);
    mute_take(&mutes[1 - asked]);
    CHECK_INT(mutes[1 - asked].n, 1);
    mute_hang_up(&mutes[1 - asked]);
    home_close(&home);
    close(mutes[0].fd);
    close(mutes[1].fd);
}
