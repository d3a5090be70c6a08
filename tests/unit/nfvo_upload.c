/* Uploads whose end the store cannot keep at once. */
#include "base/vec.h"
#include "nfvo/fetch.h"
#include "nfvo/nfvo.h"
#include "nfvo/unpack.h"
#include "nfvo/upload_drops.h"
#include "store/room.h"
#include "sys/file.h"
#include "test.h"
#include "tosca/bundle.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ID "11111111-1111-4111-8111-111111111111"

struct home {
    struct nfvo nfvo;
    char packages[300], path[300];
};

static const char *state_seen;

static struct err *
package_make(struct tx *tx, void *arg)
{
    struct vnf_package *row = row_new(tx_mem(tx), &vnf_package_table);

    (void)arg;
    row->id = ID;
    row->project_id = "p";
    row->onboarding_state = "CREATED";
    return row_insert(tx, row);
}

static struct err *
state_read(struct tx *tx, void *arg)
{
    struct vnf_package *row;

    (void)arg;
    TRY(row_get(tx, &vnf_package_table, ID, &row));
    for (const char *const *state = package_onboarding_states; *state; state++) {
        state_seen = str_eq(row->onboarding_state, *state) ? *state : state_seen;
    }
    return NULL;
}

static bool
in_state(const struct home *home, const char *state)
{
    REQUIRE_OK(loop_turn(home->nfvo.loop, 5));
    REQUIRE_OK(store_read(home->nfvo.store, state_read, NULL));
    return str_eq(state_seen, state);
}

static void
home_open(struct home *home)
{
    static const struct table *const tables[] = {&vnf_package_table, &ns_descriptor_table, &pnf_descriptor_table,
                                                &package_outside_table, NULL};
    struct store_config config = {.path = test_store(home->path), .tables = tables};

    snprintf(home->path, sizeof home->path, "%s/db", test_dir());
    snprintf(home->packages, sizeof home->packages, "%s/packages", test_dir());
    REQUIRE_OK(loop_new(&home->nfvo.loop));
    REQUIRE_OK(store_open(&config, &home->nfvo.store));
    home->nfvo.packages_dir = home->packages;
    home->nfvo.drops = upload_drops_new(home->nfvo.store, home->nfvo.loop);
    REQUIRE_OK(store_write_wait(home->nfvo.store, package_make, NULL));
}

static void
home_close(struct home *home)
{
    store_close(home->nfvo.store);
    upload_drops_free(home->nfvo.drops);
    loop_free(home->nfvo.loop);
}

/* While 'full', no file of this process can grow. */
static void
disk_set(bool full)
{
    struct rlimit limit;

    REQUIRE(!getrlimit(RLIMIT_FSIZE, &limit));
    limit.rlim_cur = full ? 0 : limit.rlim_max;
    REQUIRE(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    REQUIRE(!setrlimit(RLIMIT_FSIZE, &limit));
}

TEST(upload_given_up_on_a_full_disk_is_created_again_when_there_is_room)
{
    struct home home = {0};
    struct caller caller = {.project_id = "p"};
    struct upload *upload = NULL;

    test_needs_file(); /* A server's disk is another. */
    home_open(&home);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    REQUIRE(in_state(&home, "UPLOADING"));
    disk_set(true);
    CHECK_ERR(upload_piece(upload, "x", 1), E_UNAVAILABLE);
    upload_abort(upload);
    upload_free(upload);
    CHECK(in_state(&home, "UPLOADING"));
    disk_set(false);
    EVENTUALLY(10000, in_state(&home, "CREATED"));
    home_close(&home);
}

TEST(upload_given_up_on_a_disk_that_stays_full_leaves_nothing_behind_at_the_end)
{
    struct home home = {0};
    struct caller caller = {.project_id = "p"};
    struct upload *upload = NULL;

    test_needs_file(); /* A server's disk is another. */
    home_open(&home);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    disk_set(true);
    upload_abort(upload);
    upload_free(upload);
    CHECK(in_state(&home, "UPLOADING"));
    home_close(&home);
    disk_set(false);
}

/* Its replica was taken for gone, and another upload has begun. */
static struct err *
package_pass(struct tx *tx, void *arg)
{
    struct vnf_package *old, *row;

    (void)arg;
    TRY(row_get(tx, &vnf_package_table, ID, &old));
    row = row_copy(tx_mem(tx), old);
    row->uploaded_by = "b/another";
    return row_update(tx, old, row);
}

static struct err *
package_reset(struct tx *tx, void *arg)
{
    (void)arg;
    return upload_give_up(tx, &vnf_package_table, ID, "b/another");
}

TEST(upload_of_who_was_taken_for_gone_changes_nothing)
{
    struct home home = {0};
    struct caller caller = {.project_id = "p"};
    struct upload *early = NULL, *late = NULL;
    char path[400];

    home_open(&home);
    snprintf(path, sizeof path, "%s/" ID "/content", home.packages);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &early));
    CHECK_OK(upload_piece(early, "x", 1));
    REQUIRE_OK(store_write_wait(home.nfvo.store, package_pass, NULL));
    REQUIRE_OK(file_write(path, "theirs", 6, 0600));
    CHECK_ERR_MSG(upload_end(early), E_CONFLICT, "by somebody else");
    upload_abort(early);
    upload_free(early);
    CHECK(in_state(&home, "UPLOADING"));
    CHECK(file_exists(path));

    /* All of it was there before that. */
    REQUIRE_OK(store_write_wait(home.nfvo.store, package_reset, NULL));
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &late));
    CHECK_OK(upload_piece(late, "x", 1));
    CHECK_OK(upload_end(late));
    REQUIRE_OK(store_write_wait(home.nfvo.store, package_pass, NULL));
    upload_fail(late, err_new(E_REMOTE, NULL, "too late"));
    upload_free(late);
    CHECK(in_state(&home, "UPLOADING"));
    CHECK(file_exists(path));
    home_close(&home);
}

static struct err *
package_delete(struct tx *tx, void *arg)
{
    (void)arg;
    return row_delete(tx, &vnf_package_table, ID);
}

/* Its folder may have been made when the one of before was gone already. */
TEST(upload_of_what_was_deleted_meanwhile_leaves_nothing)
{
    struct home home = {0};
    struct caller caller = {.project_id = "p"};
    struct upload *upload = NULL;
    char path[400];

    home_open(&home);
    snprintf(path, sizeof path, "%s/" ID, home.packages);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    CHECK_OK(upload_piece(upload, "x", 1));
    REQUIRE_OK(store_write_wait(home.nfvo.store, package_delete, NULL));
    REQUIRE(file_exists(path));
    CHECK_ERR(upload_end(upload), E_NOT_FOUND);
    upload_abort(upload);
    upload_free(upload);
    CHECK(!file_exists(path));
    home_close(&home);
}

/* It is asked for every now and then, not at the end only: a client may go on for hours. */
TEST(upload_of_what_was_deleted_ends_before_all_came)
{
    static char much[1 << 20];
    struct home home = {0};
    struct caller caller = {.project_id = "p"};
    struct upload *upload = NULL;
    struct err *e = NULL;
    size_t n = 0;

    home_open(&home);
    home.nfvo.leave_free = 1;
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    CHECK_OK(upload_piece(upload, "x", 1));
    REQUIRE_OK(store_write_wait(home.nfvo.store, package_delete, NULL));
    for (; !e && n < 40; n++) {
        e = upload_piece(upload, much, sizeof much);
    }
    CHECK_INT(n, 17);
    CHECK_ERR(e, E_NOT_FOUND);
    upload_abort(upload);
    upload_free(upload);
    home_close(&home);
}

/* Nothing counts it any more: it would be on the disk beside what its project may have. */
static struct err *
is_away(struct tx *tx, void *type)
{
    (void)tx;
    return err_new(E_UNAVAILABLE, type, "not now");
}

TEST(upload_goes_on_while_the_store_is_away_and_not_while_it_is_full)
{
    struct home home = {0};
    uint64_t claimed = 5;

    home_open(&home);
    REQUIRE_OK(package_claim_ask(&home.nfvo, is_away, NULL, 5, &claimed));
    CHECK(claimed > 5);
    claimed = 5;
    CHECK_ERR(package_claim_ask(&home.nfvo, is_away, (void *)(uintptr_t)STORE_NO_ROOM, 5, &claimed), E_UNAVAILABLE);
    CHECK_INT(claimed, 5);
    home_close(&home);
}

TEST(upload_removes_what_one_before_left)
{
    struct home home = {0};
    struct caller caller = {.project_id = "p"};
    struct upload *upload = NULL;
    char path[400];

    home_open(&home);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    upload_abort(upload);
    upload_free(upload);
    snprintf(path, sizeof path, "%s/" ID "/content", home.packages);
    REQUIRE_OK(file_write(path, "bad", 3, 0600));
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    CHECK(!file_exists(path));
    upload_abort(upload);
    upload_free(upload);
    home_close(&home);
}

#define N_SCRIBES 4

struct scribe {
    const char *dir;
    atomic_int n; /* files that they made */
};

/* As an upload that is at its end: files by their paths, until their folder is gone. */
static void *
scribe_run(void *arg)
{
    struct scribe *scribe = arg;
    char path[400];

    for (int fd = 0; fd >= 0;) {
        snprintf(path, sizeof path, "%s/content.%d", scribe->dir, atomic_fetch_add(&scribe->n, 1));
        fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        if (fd >= 0) {
            close(fd);
        }
    }
    return NULL;
}

TEST(a_package_is_erased_while_somebody_writes_there)
{
    AUTO(mem) mem = mem_new("test");
    struct scribe scribe = {.dir = mem_printf(mem, "%s/" ID, test_dir())};
    pthread_t threads[N_SCRIBES];

    REQUIRE_OK(dir_make(scribe.dir, 0700));
    for (int i = 0; i < N_SCRIBES; i++) {
        REQUIRE(!pthread_create(&threads[i], NULL, scribe_run, &scribe));
    }
    EVENTUALLY(10000, atomic_load(&scribe.n) > 100);
    CHECK_OK(package_folder_remove(mem, scribe.dir, ".erased"));
    for (int i = 0; i < N_SCRIBES; i++) {
        REQUIRE(!pthread_join(threads[i], NULL));
    }
    CHECK(!file_exists(scribe.dir));
    CHECK(!file_exists(mem_printf(mem, "%s.erased", scribe.dir)));
}

/* ---- packages that are got by their URL ------------------------------------------------------- */

/* Takes connections into its backlog and says nothing. */
static int
silent_server(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0 &&
            getsockname(fd, (struct sockaddr *)&at, &n) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static bool
may_connect(void *arg, const struct sockaddr *to)
{
    (void)arg;
    (void)to;
    return true;
}

static const char *const fetched[] = {"22222222-2222-4222-8222-222222222221",
                                      "22222222-2222-4222-8222-222222222222",
                                      "22222222-2222-4222-8222-222222222223",
                                      "22222222-2222-4222-8222-222222222224",
                                      "22222222-2222-4222-8222-222222222225",
                                      "22222222-2222-4222-8222-222222222226"};
static const char *const fetched_by[] = {"p", "p", "p", "q", "q", "r"};

static struct err *
fetched_make(struct tx *tx, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(fetched); i++) {
        struct vnf_package *row = row_new(tx_mem(tx), &vnf_package_table);

        row->id = fetched[i];
        row->project_id = fetched_by[i];
        row->onboarding_state = "CREATED";
        TRY(row_insert(tx, row));
    }
    return NULL;
}

static struct err *
n_uploading(struct tx *tx, void *arg)
{
    struct cond uploading[] = {COND("onboarding_state", "UPLOADING"), {0}};
    struct query query = {.table = &vnf_package_table, .conds = uploading};

    return rows_count(tx, &query, arg);
}

static struct err *
fetch_of(struct home *home, size_t which, const char *url)
{
    struct caller caller = {.project_id = fetched_by[which]};
    AUTO(mem) mem = mem_new("test");
    struct upload_uri_request *request = row_new(mem, &upload_uri_request_table);

    request->address = url;
    return package_fetch(&home->nfvo, &caller, fetched[which], request);
}

TEST(fetches_of_a_project_are_few_and_end_with_the_process)
{
    const struct fetches_config config = {.may_connect = may_connect};
    struct home home = {0};
    int64_t n = 0;
    char url[64];
    int port, server = silent_server(&port);

    home_open(&home);
    REQUIRE_OK(store_write_wait(home.nfvo.store, fetched_make, NULL));
    REQUIRE_OK(fetches_new(&config, &home.nfvo.fetches));
    snprintf(url, sizeof url, "http://127.0.0.1:%d/x", port);
    CHECK_OK(fetch_of(&home, 0, url));
    CHECK_OK(fetch_of(&home, 1, url));
    CHECK_ERR(fetch_of(&home, 2, url), E_BUSY); /* Its package is as it was. */
    CHECK_OK(fetch_of(&home, 3, url));           /* Others have their turn. */
    REQUIRE_OK(store_read(home.nfvo.store, n_uploading, &n));
    CHECK_INT(n, 3);
    fetches_stop(home.nfvo.fetches); /* Accepted, and given up: they may be asked for again. */
    REQUIRE_OK(store_read(home.nfvo.store, n_uploading, &n));
    CHECK_INT(n, 0);
    fetches_free(home.nfvo.fetches);
    home_close(&home);
    (void)close(server);
}

struct told {
    int64_t n_slow; /* with this as what went wrong */
    const char *last; /* state of the last one */
};

static struct err *
slow_look(struct tx *tx, void *arg)
{
    struct query query = {.table = &vnf_package_table};
    struct told *told = arg;
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    *told = (struct told){0};
    for (size_t i = 0; i < rows.n; i++) {
        const struct vnf_package *package = rows.items[i];
        const char *detail = json_get_str(package->failure, "detail");

        told->n_slow += detail && strstr(detail, "less than 1000000 bytes a second while others wait");
        if (str_eq(package->id, fetched[5])) {
            told->last = str_eq(package->onboarding_state, "UPLOADING") ? "UPLOADING" : "?";
        }
    }
    return NULL;
}

static bool
one_was_slow(struct home *home, struct told *told)
{
    REQUIRE_OK(store_read(home->nfvo.store, slow_look, told));
    return told->n_slow > 0;
}

/* Two projects have all threads with sources that give nothing; they keep them until somebody else wants one. */
TEST(fetches_from_slow_sources_end_where_others_wait)
{
    const struct fetches_config config = {.may_connect = may_connect, .slowest = 1000000, .grace_ms = 1};
    static const size_t slow[] = {0, 1, 3, 4};
    struct home home = {0};
    struct told told = {0};
    char url[64];
    int port, server = silent_server(&port);

    home_open(&home);
    REQUIRE_OK(store_write_wait(home.nfvo.store, fetched_make, NULL));
    REQUIRE_OK(fetches_new(&config, &home.nfvo.fetches));
    snprintf(url, sizeof url, "http://127.0.0.1:%d/x", port);
    for (size_t i = 0; i < ARRAY_SIZE(slow); i++) {
        CHECK_OK(fetch_of(&home, slow[i], url));
    }
    CHECK_OK(fetch_of(&home, 5, url));
    EVENTUALLY(20000, one_was_slow(&home, &told));
    CHECK_STR(told.last, "UPLOADING"); /* Nobody waits for it to end. */
    fetches_stop(home.nfvo.fetches);
    fetches_free(home.nfvo.fetches);
    home_close(&home);
    (void)close(server);
}

static bool
may_fetch(struct home *home, size_t which, const char *url)
{
    struct err *e = fetch_of(home, which, url);
    bool may = !e;

    CHECK(may || err_is(e, E_BUSY));
    err_free(e);
    return may;
}

static struct err *
first_delete(struct tx *tx, void *arg)
{
    (void)arg;
    return row_delete(tx, &vnf_package_table, fetched[0]);
}

TEST(fetches_of_a_package_that_was_deleted_end)
{
    const struct fetches_config config = {.may_connect = may_connect};
    struct home home = {0};
    char url[64];
    int port, server = silent_server(&port);

    home_open(&home);
    REQUIRE_OK(store_write_wait(home.nfvo.store, fetched_make, NULL));
    REQUIRE_OK(fetches_new(&config, &home.nfvo.fetches));
    snprintf(url, sizeof url, "http://127.0.0.1:%d/x", port);
    CHECK_OK(fetch_of(&home, 0, url));
    CHECK_OK(fetch_of(&home, 1, url));
    CHECK_ERR(fetch_of(&home, 2, url), E_BUSY);
    REQUIRE_OK(store_write_wait(home.nfvo.store, first_delete, NULL));
    fetches_cancel(home.nfvo.fetches, fetched[0]);
    EVENTUALLY(10000, may_fetch(&home, 2, url));
    fetches_stop(home.nfvo.fetches);
    fetches_free(home.nfvo.fetches);
    home_close(&home);
    (void)close(server);
}

static struct err *
sized_make(struct tx *tx, void *arg)
{
    struct vnf_package *row = row_new(tx_mem(tx), &vnf_package_table);
    struct package_outside *outside = row_new(tx_mem(tx), &package_outside_table);
    struct ns_descriptor *nsd = row_new(tx_mem(tx), &ns_descriptor_table);

    (void)arg;
    row->id = fetched[0];
    row->project_id = outside->project_id = "p";
    row->onboarding_state = "ONBOARDED";
    row->size = 3;
    TRY(row_insert(tx, row));
    outside->owner_id = row->id;
    outside->uri = outside->path = outside->algorithm = outside->digest = "x";
    outside->size = 4;
    TRY(row_insert(tx, outside));
    nsd->id = fetched[1];
    nsd->project_id = "p";
    nsd->onboarding_state = "CREATED";
    return row_insert(tx, nsd);
}

static struct err *
nsd_sized(struct tx *tx, void *arg)
{
    struct ns_descriptor *old, *row;

    (void)arg;
    TRY(row_get(tx, &ns_descriptor_table, fetched[1], &old));
    row = row_copy(tx_mem(tx), old);
    row->size = 2;
    return row_update(tx, old, row);
}

/* What its packages have, and what they have elsewhere; what is called an NSD may be anything. */
TEST(uploads_of_a_project_have_a_quota)
{
    struct caller caller = {.project_id = "p"};
    struct upload *upload = NULL;
    struct home home = {0};

    home_open(&home);
    REQUIRE_OK(store_write_wait(home.nfvo.store, sized_make, NULL));
    home.nfvo.max_project = 7;
    CHECK_ERR_MSG(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload), E_QUOTA, "may have 7 bytes in all");
    CHECK(in_state(&home, "CREATED"));
    home.nfvo.max_project = 9;
    home.nfvo.leave_free = 1;
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    CHECK_OK(upload_piece(upload, "ab", 2));
    CHECK_ERR_MSG(upload_piece(upload, "c", 1), E_QUOTA, "may have 9 bytes in all");
    upload_abort(upload);
    upload_free(upload);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &ns_descriptor_table, fetched[1], &upload));
    CHECK_ERR_MSG(upload_piece(upload, "abc", 3), E_QUOTA, "may have 9 bytes in all");
    upload_abort(upload);
    upload_free(upload);
    REQUIRE_OK(store_write_wait(home.nfvo.store, nsd_sized, NULL));
    CHECK_ERR(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload), E_QUOTA);
    home_close(&home);
}

/* What is under way is taken of it as it comes, and given back when it came to nothing. */
TEST(uploads_under_way_share_what_their_project_may_have)
{
    struct caller caller = {.project_id = "p"};
    struct upload *first = NULL, *second = NULL;
    struct home home = {0};

    home_open(&home);
    REQUIRE_OK(store_write_wait(home.nfvo.store, sized_make, NULL));
    home.nfvo.max_project = 10;
    home.nfvo.leave_free = 1;
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &first));
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &ns_descriptor_table, fetched[1], &second));
    CHECK_OK(upload_piece(first, "ab", 2));
    CHECK_OK(upload_piece(second, "c", 1));
    CHECK_ERR_MSG(upload_piece(second, "d", 1), E_QUOTA, "may have 10 bytes in all");
    upload_abort(second);
    CHECK_OK(upload_piece(first, "e", 1));
    upload_free(second);
    CHECK_ERR(upload_begin(&home.nfvo, &caller, &ns_descriptor_table, fetched[1], &second), E_QUOTA);
    upload_abort(first);
    upload_free(first);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &ns_descriptor_table, fetched[1], &second));
    CHECK_OK(upload_piece(second, "abc", 3));
    upload_abort(second);
    upload_free(second);
    home_close(&home);
}

/* A disk that is for the store too. */
TEST(uploads_leave_room_to_the_store)
{
    struct caller caller = {.project_id = "p"};
    struct upload *upload = NULL;
    struct home home = {0};

    home_open(&home);
    home.nfvo.leave_free = UINT64_MAX / 2;
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    CHECK_ERR_MSG(upload_piece(upload, "x", 1), E_UNAVAILABLE, "no room for more of packages");
    upload_abort(upload);
    upload_free(upload);
    home_close(&home);
}

/* ---- what else is got ---------------------------------------------------------------------------- */

struct errand {
    struct fetches *fetches;
    struct fetch_turn turn;
    atomic_int state; /* 0 waits, 1 runs, 2 may end, 3 is over, 4 is over by the end of all */
};

static void
errand_run(void *arg)
{
    struct errand *errand = arg;

    while (!fetches_ending(errand->fetches) && atomic_load(&errand->state) != 2) {
        atomic_compare_exchange_strong(&errand->state, &(int){0}, 1);
        (void)poll(NULL, 0, 1);
    }
    fetch_turn_end(errand->fetches, &errand->turn);
    atomic_store(&errand->state, fetches_ending(errand->fetches) ? 4 : 3);
}

TEST(errands_of_a_project_wait_for_their_turn_and_see_the_end_of_the_process)
{
    const struct fetches_config config = {.may_connect = may_connect};
    struct errand errands[5];
    struct fetches *fetches;

    REQUIRE_OK(fetches_new(&config, &fetches));
    for (size_t i = 0; i < ARRAY_SIZE(errands); i++) {
        errands[i] = (struct errand){.fetches = fetches,
                                     .turn = {.project = i < 4 ? "p" : "q", .run = errand_run}};
        errands[i].turn.arg = &errands[i];
        fetch_turn_wait(fetches, &errands[i].turn);
    }
    EVENTUALLY(10000, atomic_load(&errands[0].state) == 1 && atomic_load(&errands[1].state) == 1 &&
                          atomic_load(&errands[4].state) == 1);
    CHECK_INT(atomic_load(&errands[2].state), 0);
    atomic_store(&errands[1].state, 2);
    EVENTUALLY(10000, atomic_load(&errands[2].state) == 1);
    CHECK_INT(atomic_load(&errands[1].state), 3);
    CHECK_INT(atomic_load(&errands[3].state), 0);
    fetches_stop(fetches);
    CHECK_INT(atomic_load(&errands[0].state), 4);
    CHECK_INT(atomic_load(&errands[3].state), 4);
    fetches_free(fetches);
}

static struct err *
uploading_make(struct tx *tx, void *arg)
{
    for (size_t i = 0; i < 2; i++) {
        struct vnf_package *row = row_new(tx_mem(tx), &vnf_package_table);

        row->id = fetched[i];
        row->project_id = "p";
        row->onboarding_state = "UPLOADING";
        row->sha256 = i ? "whole" : NULL;
        TRY(row_insert(tx, row));
    }
    (void)arg;
    return NULL;
}

static struct err *
recover_fn(struct tx *tx, void *arg)
{
    (void)arg;
    return uploads_recover(tx, true);
}

/* The flow of the second goes on by itself after a restart. */
TEST(package_whose_external_artifacts_are_being_got_is_not_created_again)
{
    static const struct table *const tables[] = {
        &vnf_package_table, &ns_descriptor_table, &pnf_descriptor_table, NULL};
    struct store_config config = {.tables = tables};
    struct home home = {0};
    int64_t n = 0;

    snprintf(home.path, sizeof home.path, "%s/db", test_dir());
    config.path = home.path;
    REQUIRE_OK(store_open(&config, &home.nfvo.store));
    REQUIRE_OK(store_write_wait(home.nfvo.store, uploading_make, NULL));
    REQUIRE_OK(store_write_wait(home.nfvo.store, recover_fn, NULL));
    REQUIRE_OK(store_read(home.nfvo.store, n_uploading, &n));
    CHECK_INT(n, 1);
    store_close(home.nfvo.store);
}

/* ---- parts of packages -------------------------------------------------------------------------- */

TEST(parts_of_packages_are_few_at_a_time_in_a_project)
{
    struct home home = {0};
    struct mem *mems[4];
    AUTO(mem) mem = mem_new("test");
    struct package_ask ask = {.id = ID, .project_id = "p"};
    int64_t size;
    int fd;

    home_open(&home);
    home.nfvo.unpacks = unpacks_new(0);
    for (size_t i = 0; i < ARRAY_SIZE(mems); i++) {
        mems[i] = ask.mem = mem_new("ask");
        CHECK_ERR(package_member(&home.nfvo, &ask, "x", &fd, &size), E_UNAVAILABLE); /* no such file */
    }
    ask.mem = mem;
    CHECK_ERR(package_member(&home.nfvo, &ask, "x", &fd, &size), E_BUSY);
    ask.project_id = "q";
    CHECK_ERR(package_member(&home.nfvo, &ask, "x", &fd, &size), E_UNAVAILABLE);
    mem_free(mems[1]);
    ask.project_id = "p";
    CHECK_ERR(package_member(&home.nfvo, &ask, "x", &fd, &size), E_UNAVAILABLE);
    mem_free(mems[0]);
    mem_free(mems[2]);
    mem_free(mems[3]);
    mem_free(mem);
    mem = NULL;
    unpacks_free(home.nfvo.unpacks);
    home_close(&home);
}

static struct err *
outside_make(struct tx *tx, void *arg)
{
    struct package_outside *row = row_new(tx_mem(tx), &package_outside_table);

    (void)arg;
    row->project_id = "p";
    row->owner_id = ID;
    row->uri = "http://x/y";
    row->path = "external/0/y";
    row->algorithm = "SHA-256";
    row->digest = "00";
    row->path_kept = "y";
    row->size = 3;
    return row_insert(tx, row);
}

TEST(parts_of_packages_leave_the_store_its_room)
{
    const struct bundle_order order = {.of = BUNDLE_FILE, .file = "external/0/y"};
    struct home home = {0};
    AUTO(mem) mem = mem_new("test");
    struct package_ask ask = {.mem = mem, .id = ID, .project_id = "p"};
    char path[400];
    int64_t size = 0;
    int fd = -1;
    struct err *e;

    home_open(&home);
    REQUIRE_OK(store_write_wait(home.nfvo.store, outside_make, NULL));
    REQUIRE_OK(dir_make(home.packages, 0700));
    snprintf(path, sizeof path, "%s/y", home.packages);
    REQUIRE_OK(file_write(path, "abc", 3, 0600));
    home.nfvo.unpacks = unpacks_new(UINT64_MAX / 2);
    e = package_bundle(&home.nfvo, &ask, &order, false, &fd, &size);
    CHECK(e && str_eq(e->type, STORE_NO_ROOM));
    CHECK_ERR(e, E_UNAVAILABLE);
    mem_free(mem);
    unpacks_free(home.nfvo.unpacks);
    home.nfvo.unpacks = unpacks_new(1);
    ask.mem = mem = mem_new("test");
    CHECK_OK(package_bundle(&home.nfvo, &ask, &order, false, &fd, &size));
    CHECK_INT(size, 22 + 30 + 46 + 2 * 12 + 3);
    fd_close(&fd);
    mem_free(mem);
    mem = NULL;
    unpacks_free(home.nfvo.unpacks);
    home_close(&home);
}
