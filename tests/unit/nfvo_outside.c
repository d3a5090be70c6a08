/* External artifacts of a package, got by the step of its on-boarding: what is counted, kept and asked for again. */
#include "ledger/ledger.h"
#include "nfvo/fetch.h"
#include "nfvo/nfvo.h"
#include "nfvo/onboard.h"
#include "nfvo/outside.h"
#include "nfvo/upload_drops.h"
#include "sys/file.h"
#include "test.h"

#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define PACKAGE "00000000-0000-4000-8000-000000000002"
#define SHA_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* ---- a server: "abc" for what begins with /good, and for /hang and /half but for the first time, of which nothing, or
 * one byte comes; for all else the connection ends without a word */

struct source {
    pthread_t thread;
    int fd, port;
    atomic_int n_good, n_hang, n_other;
};

static void
serve_one(struct source *source, int fd)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    char text[4096];
    size_t n = 0;

    text[0] = '\0';
    while (n + 1 < sizeof text && !strstr(text, "\r\n\r\n")) {
        ssize_t got = read(fd, text + n, sizeof text - 1 - n);

        if (got <= 0) {
            return;
        }
        n += (size_t)got;
        text[n] = '\0';
    }
    if (str_starts(text, "GET /ha") && !source->n_hang) {
        if (str_starts(text, "GET /half")) {
            (void)send(fd, answer, sizeof answer - 1 - 2, MSG_NOSIGNAL);
        }
        source->n_hang++;
        (void)!read(fd, text, 1); /* until it is given up */
    } else if (str_starts(text, "GET /good") || str_starts(text, "GET /ha")) {
        source->n_good++;
        (void)send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
    } else {
        source->n_other++;
    }
}

static void *
serve(void *arg)
{
    struct source *source = arg;
    int fd;

    while ((fd = accept(source->fd, NULL, NULL)) >= 0) {
        serve_one(source, fd);
        (void)close(fd);
    }
    return NULL;
}

static void
source_listen(struct source *source)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;

    source->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(source->fd >= 0 && bind(source->fd, (struct sockaddr *)&at, sizeof at) == 0 &&
            listen(source->fd, 8) == 0 && getsockname(source->fd, (struct sockaddr *)&at, &n) == 0);
    source->port = ntohs(at.sin_port);
}

static void
source_begin(struct source *source)
{
    source_listen(source);
    REQUIRE(pthread_create(&source->thread, NULL, serve, source) == 0);
}

static void
source_end(struct source *source)
{
    (void)shutdown(source->fd, SHUT_RDWR);
    (void)pthread_join(source->thread, NULL);
    (void)close(source->fd);
}

/* ---- the world -------------------------------------------------------------------------------------------- */

struct world {
    struct source source;
    struct nfvo nfvo;
    struct mem *mem;
    const char *uris[24]; /* of the set that is got next */
    size_t n_uris;
    const char *flow; /* its name */
    const char *state, *error;
};

static struct err *
get_run(struct flow *f, const void *in)
{
    return flow_step(f, "fetch", &package_fetch_kind, in, flow_new(f, &outside_set_table));
}

static const struct flow_type get_flow = {
    .name = "get", .version = 1, .doc = "Gets a set.", .in = &outside_set_table, .run = get_run};

static bool
may_connect(void *arg, const struct sockaddr *to)
{
    (void)arg;
    (void)to;
    return true;
}

static struct err *
package_make(struct tx *tx, void *arg)
{
    struct cond by_id[] = {COND("id", PACKAGE), {0}};
    struct vnf_package *row, *there;

    (void)arg;
    TRY(row_find(tx, &vnf_package_table, by_id, &there));
    if (there) {
        return NULL;
    }
    row = row_new(tx_mem(tx), &vnf_package_table);
    row->id = PACKAGE;
    row->project_id = PROJECT;
    row->onboarding_state = "PROCESSING";
    return row_insert(tx, row);
}

static void
store_begin(struct world *w)
{
    static const struct table *tables[64];
    static const struct table *const *const lists[] = {ledger_tables, flow_tables, nfvo_tables};
    struct store_config config = {.tables = tables, .seal_key = "0123456789abcdef0123456789abcdef"};
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct table *const *table = lists[i]; *table; table++) {
            tables[n++] = *table;
        }
    }
    config.path = test_store(mem_printf(w->mem, "%s/db", test_dir()));
    REQUIRE_OK(store_open(&config, &w->nfvo.store));
    REQUIRE_OK(store_write_wait(w->nfvo.store, package_make, NULL));
}

static void
life_begin(struct world *w)
{
    static const struct flow_type *const types[] = {&get_flow, &package_erase_flow, NULL};
    static const struct step_kind *const kinds[] = {&package_fetch_kind, &package_erase_kind, NULL};
    const struct fetches_config fetches = {.may_connect = may_connect};
    const struct flow_engine_config config = {
        .loop = w->nfvo.loop, .store = w->nfvo.store, .owner = "test", .types = types};

    REQUIRE_OK(fetches_new(&fetches, &w->nfvo.fetches));
    REQUIRE_OK(flow_engine_new(&config, &w->nfvo.engine));
    flow_service_set(w->nfvo.engine, NFVO_SERVICE, &w->nfvo);
    flow_kinds_add(w->nfvo.engine, kinds);
    REQUIRE_OK(flow_engine_start(w->nfvo.engine));
}

static void
life_end(struct world *w)
{
    fetches_stop(w->nfvo.fetches);
    flow_engine_free(w->nfvo.engine);
    fetches_free(w->nfvo.fetches);
}

/* The orchestrator's half, of a world with a source. */
static void
home_begin(struct world *w)
{
    store_begin(w);
    REQUIRE_OK(loop_new(&w->nfvo.loop));
    w->nfvo.packages_dir = mem_printf(w->mem, "%s/packages", test_dir());
    REQUIRE_OK(dir_make(w->nfvo.packages_dir, 0700));
    REQUIRE_OK(dir_make(mem_printf(w->mem, "%s/" PACKAGE, w->nfvo.packages_dir), 0700));
    life_begin(w);
}

static void
world_begin(struct world *w)
{
    *w = (struct world){.mem = mem_new("world")};
    source_begin(&w->source);
    home_begin(w);
}

static void
world_end(struct world *w)
{
    life_end(w);
    store_close(w->nfvo.store);
    loop_free(w->nfvo.loop);
    source_end(&w->source);
    mem_free(w->mem);
}

static struct err *
start_fn(struct tx *tx, void *arg)
{
    const struct world *w = arg;
    struct outside_set *set = row_new(tx_mem(tx), &outside_set_table);

    set->id = PACKAGE;
    set->project_id = PROJECT;
    set->outside.items = MEM_ARRAY(tx_mem(tx), w->n_uris + 1, void *);
    for (size_t i = 0; i < w->n_uris; i++) {
        struct package_outside *one = row_new(tx_mem(tx), &package_outside_table);

        one->project_id = PROJECT;
        one->owner_id = PACKAGE;
        one->uri = w->uris[i];
        one->path = mem_printf(tx_mem(tx), "external/%zu/x", i);
        one->algorithm = "SHA-256";
        one->digest = SHA_OF_ABC;
        set->outside.items[set->outside.n++] = one;
    }
    return flow_start(tx, w->nfvo.engine,
                      &(struct flow_start){.type = &get_flow, .in = set, .id = w->flow}, NULL);
}

static struct err *
look_fn(struct tx *tx, void *arg)
{
    struct world *w = arg;
    struct flow_row *flow;

    TRY(row_get(tx, &flow_table, w->flow, &flow));
    w->state = mem_str(w->mem, flow->state);
    w->error = mem_str(w->mem, str_or(flow->error, ""));
    return NULL;
}

static bool
is_over(struct world *w)
{
    REQUIRE_OK(loop_turn(w->nfvo.loop, 20));
    REQUIRE_OK(store_read(w->nfvo.store, look_fn, w));
    return !str_eq(w->state, "PROCESSING") && !str_eq(w->state, "STARTING");
}

static void
uri_add(struct world *w, const char *path)
{
    REQUIRE(w->n_uris < ARRAY_SIZE(w->uris));
    w->uris[w->n_uris++] = mem_printf(w->mem, "http://127.0.0.1:%d%s", w->source.port, path);
}

/* Gets the set, and begins another. */
static void
set_get(struct world *w, int number)
{
    w->flow = mem_printf(w->mem, "%d0000000-0000-4000-8000-000000000000", number);
    REQUIRE_OK(store_write_wait(w->nfvo.store, start_fn, w));
    EVENTUALLY(30000, is_over(w));
    w->n_uris = 0;
}

/* ---- the tests ---------------------------------------------------------------------------------------------- */

/* Asking again at once is no use, and what the time of all is for would be three times as much. */
TEST(outside_a_source_that_breaks_off_is_asked_once)
{
    struct world w;

    world_begin(&w);
    uri_add(&w, "/cut");
    set_get(&w, 1);
    CHECK_STR(w.state, "FAILED_TEMP");
    CHECK_INT(w.source.n_other, 1);
    world_end(&w);
}

TEST(outside_what_is_kept_counts_as_what_comes)
{
    struct world w;

    world_begin(&w);
    w.nfvo.max_package = 5;
    uri_add(&w, "/good/1");
    set_get(&w, 1);
    CHECK_STR(w.state, "COMPLETED");
    uri_add(&w, "/good/1");
    uri_add(&w, "/good/2");
    set_get(&w, 2);
    CHECK_STR(w.state, "FAILED_TEMP");
    CHECK(strstr(w.error, "at most 5 bytes") != NULL);
    w.nfvo.max_package = 6;
    uri_add(&w, "/good/1");
    uri_add(&w, "/good/2");
    set_get(&w, 3);
    CHECK_STR(w.state, "COMPLETED");
    CHECK_INT(w.source.n_good, 3); /* the second one twice */
    world_end(&w);
}

static struct err *
claimed_fn(struct tx *tx, void *arg)
{
    struct vnf_package *package;

    TRY(row_get(tx, &vnf_package_table, PACKAGE, &package));
    *(int64_t *)arg = package->claimed;
    return NULL;
}

static int64_t
claimed(const struct world *w)
{
    int64_t n = -1;

    REQUIRE_OK(store_read(w->nfvo.store, claimed_fn, &n));
    return n;
}

/* It is on the disk, and so would be that of a hundred packages that never come to their end. */
TEST(outside_what_is_kept_of_a_failure_counts_for_the_project)
{
    struct world w;

    world_begin(&w);
    w.nfvo.max_project = 5;
    uri_add(&w, "/good/1");
    uri_add(&w, "/good/2");
    set_get(&w, 1);
    CHECK_STR(w.state, "FAILED_TEMP");
    CHECK(strstr(w.error, "what its project may have more") != NULL);
    CHECK_INT(claimed(&w), 3);
    w.nfvo.max_project = 6;
    uri_add(&w, "/good/1");
    uri_add(&w, "/good/2");
    set_get(&w, 2);
    CHECK_STR(w.state, "COMPLETED");
    CHECK_INT(claimed(&w), 6);
    world_end(&w);
}

/* Twenty faults are told; what is behind them and was got before stays. */
TEST(outside_what_is_kept_survives_a_try_that_does_not_come_to_it)
{
    struct world w;

    world_begin(&w);
    uri_add(&w, "/good/1");
    set_get(&w, 1);
    for (size_t i = 0; i < 20; i++) {
        w.uris[w.n_uris++] = mem_printf(w.mem, "ftp://x/%zu", i);
    }
    uri_add(&w, "/good/1");
    set_get(&w, 2);
    CHECK_STR(w.state, "FAILED_TEMP");
    uri_add(&w, "/good/1");
    set_get(&w, 3);
    CHECK_STR(w.state, "COMPLETED");
    CHECK_INT(w.source.n_good, 1);
    world_end(&w);
}

static bool
has_begun(struct world *w)
{
    REQUIRE_OK(loop_turn(w->nfvo.loop, 20));
    return w->source.n_hang > 0;
}

/* The next process begins the step again, with what is there of it. */
TEST(outside_what_was_got_before_the_process_ended_is_not_got_again)
{
    struct world w;

    world_begin(&w);
    uri_add(&w, "/good/1");
    uri_add(&w, "/hang");
    w.flow = "10000000-0000-4000-8000-000000000000";
    REQUIRE_OK(store_write_wait(w.nfvo.store, start_fn, &w));
    EVENTUALLY(30000, has_begun(&w));
    life_end(&w);
    REQUIRE_OK(store_read(w.nfvo.store, look_fn, &w));
    CHECK_STR(w.state, "PROCESSING");
    life_begin(&w);
    EVENTUALLY(30000, is_over(&w));
    CHECK_STR(w.state, "COMPLETED");
    CHECK_INT(w.source.n_good, 2);
    world_end(&w);
}

static struct err *
fetching_fn(struct tx *tx, void *arg)
{
    struct onboard_in *in = row_new(tx_mem(tx), &onboard_in_table);
    struct vnf_package *row;

    in->id = PACKAGE;
    in->project_id = PROJECT;
    in->sha256 = SHA_OF_ABC;
    TRY(package_fetching_kind.local(tx, in, NULL));
    TRY(uploads_recover(tx, true)); /* a restart */
    TRY(row_get(tx, &vnf_package_table, PACKAGE, &row));
    *(bool *)arg = str_eq(row->onboarding_state, "UPLOADING");
    return NULL;
}

/* Its row was made by a version that did not keep the hash with it; its flow goes on. */
TEST(outside_an_onboarding_that_an_upgrade_met_is_not_created_again)
{
    struct world w;
    bool goes_on = false;

    world_begin(&w);
    CHECK_OK(store_write_wait(w.nfvo.store, fetching_fn, &goes_on));
    CHECK(goes_on);
    world_end(&w);
}

static struct err *
delete_fn(struct tx *tx, void *arg)
{
    const struct caller caller = {.is_internal = true, .project_id = PROJECT};
    struct op op = {.resource = &vnf_package_resource, .caller = &caller, .mem = tx_mem(tx), .user = arg};

    return resource_delete(tx, &op, PACKAGE);
}

static struct err *
state_fn(struct tx *tx, void *arg)
{
    struct vnf_package *old, *row;

    TRY(row_get(tx, &vnf_package_table, PACKAGE, &old));
    row = row_copy(tx_mem(tx), old);
    row->onboarding_state = arg;
    return row_update(tx, old, row);
}

static bool
is_gone(struct world *w)
{
    return is_over(w) && !file_exists(mem_printf(w->mem, "%s/" PACKAGE, w->nfvo.packages_dir));
}

/* A source that gives nothing is not waited for: who owns the package deletes it. */
TEST(outside_a_package_may_be_deleted_while_it_is_got)
{
    struct world w;

    world_begin(&w);
    CHECK_ERR(store_write_wait(w.nfvo.store, delete_fn, &w.nfvo), E_CONFLICT); /* PROCESSING */
    REQUIRE_OK(store_write_wait(w.nfvo.store, state_fn, (void *)(uintptr_t)"UPLOADING"));
    uri_add(&w, "/hang");
    w.flow = "10000000-0000-4000-8000-000000000000";
    REQUIRE_OK(store_write_wait(w.nfvo.store, start_fn, &w));
    EVENTUALLY(30000, has_begun(&w));
    CHECK_OK(store_write_wait(w.nfvo.store, delete_fn, &w.nfvo));
    EVENTUALLY(30000, is_gone(&w));
    CHECK_STR(w.state, "FAILED_TEMP");
    CHECK(strstr(w.error, "the package was deleted") != NULL);
    world_end(&w);
}

TEST(outside_artifacts_leave_room_to_the_store)
{
    struct world w;

    world_begin(&w);
    w.nfvo.leave_free = UINT64_MAX / 2;
    uri_add(&w, "/good/1");
    set_get(&w, 1);
    CHECK_STR(w.state, "FAILED_TEMP");
    CHECK(strstr(w.error, "no room for more of packages") != NULL);
    world_end(&w);
}

/* What an earlier upload had elsewhere goes with the next one that has nothing there. */
TEST(outside_nothing_is_left_by_an_upload_before)
{
    const char *file, *other;
    struct world w;

    world_begin(&w);
    file = mem_printf(w.mem, "%s/" PACKAGE "/outside.0123", w.nfvo.packages_dir);
    other = mem_printf(w.mem, "%s/" PACKAGE "/content", w.nfvo.packages_dir);
    REQUIRE_OK(file_write(file, "x", 1, 0600));
    REQUIRE_OK(file_write(other, "no package", 10, 0600));
    outside_forget(&w.nfvo, w.mem, PACKAGE);
    CHECK(!file_exists(file));
    CHECK(file_exists(other));
    world_end(&w);
}

/* ---- kill -9 --------------------------------------------------------------------------------------------------- */

/* A process that gets two artifacts, until it is killed. */
static pid_t
victim_begin(struct world *w)
{
    pid_t pid = fork();

    if (pid) {
        return pid;
    }
    home_begin(w);
    REQUIRE_OK(store_write_wait(w->nfvo.store, start_fn, w));
    for (;;) {
        REQUIRE_OK(loop_turn(w->nfvo.loop, 1000));
    }
}

static bool
has_half(const struct world *w)
{
    AUTO(mem) mem = mem_new("test");
    DIR *dir = opendir(mem_printf(mem, "%s/" PACKAGE, w->nfvo.packages_dir));
    const struct dirent *entry;
    bool found = false;

    while (dir && (entry = readdir(dir))) {
        found = found || str_ends(entry->d_name, ".part");
    }
    if (dir) {
        closedir(dir);
    }
    return found;
}

/* What came whole is not got again, what came in half is, and nothing of it is left. */
TEST(outside_a_process_that_is_killed_goes_on_with_what_is_whole)
{
    struct world w = {.mem = mem_new("world"), .flow = "10000000-0000-4000-8000-000000000000"};
    pid_t victim;
    int status;

    test_needs_file();
    (void)test_dir(); /* both processes' */
    source_listen(&w.source);
    uri_add(&w, "/good/1");
    uri_add(&w, "/half");
    victim = victim_begin(&w);
    REQUIRE(victim > 0 && pthread_create(&w.source.thread, NULL, serve, &w.source) == 0);
    EVENTUALLY(30000, w.source.n_hang > 0);
    REQUIRE(!kill(victim, SIGKILL) && waitpid(victim, &status, 0) == victim);
    CHECK_INT(w.source.n_good, 1);
    home_begin(&w);
    EVENTUALLY(30000, is_over(&w));
    CHECK_STR(w.state, "COMPLETED");
    CHECK_INT(w.source.n_good, 2);
    CHECK(!has_half(&w));
    world_end(&w);
}

/* An upload that was cut so is asked for anew; its half does not wait for that.  What is UPLOADING is another replica's,
 * or gone on with. */
TEST(outside_halves_of_files_go_at_the_next_start)
{
    const char *half, *whole;
    struct world w;

    world_begin(&w);
    half = mem_printf(w.mem, "%s/" PACKAGE "/content.part", w.nfvo.packages_dir);
    whole = mem_printf(w.mem, "%s/" PACKAGE "/content", w.nfvo.packages_dir);
    REQUIRE_OK(file_write(half, "ha", 2, 0600));
    REQUIRE_OK(file_write(whole, "whole", 5, 0600));
    REQUIRE_OK(store_write_wait(w.nfvo.store, state_fn, (void *)(uintptr_t)"UPLOADING"));
    uploads_sweep(w.nfvo.store, w.nfvo.packages_dir);
    REQUIRE(has_half(&w));
    REQUIRE_OK(store_write_wait(w.nfvo.store, state_fn, (void *)(uintptr_t)"CREATED"));
    uploads_sweep(w.nfvo.store, w.nfvo.packages_dir);
    CHECK(!has_half(&w));
    CHECK(file_exists(whole));
    world_end(&w);
}
