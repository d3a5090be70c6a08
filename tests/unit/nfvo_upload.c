/* Uploads whose end the store cannot keep at once. */
#include "base/vec.h"
#include "nfvo/fetch.h"
#include "nfvo/nfvo.h"
#include "nfvo/upload_drops.h"
#include "test.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
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
    static const struct table *const tables[] = {&vnf_package_table, NULL};
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

    home_open(&home);
    REQUIRE_OK(upload_begin(&home.nfvo, &caller, &vnf_package_table, ID, &upload));
    disk_set(true);
    upload_abort(upload);
    upload_free(upload);
    CHECK(in_state(&home, "UPLOADING"));
    home_close(&home);
    disk_set(false);
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
                                      "22222222-2222-4222-8222-222222222224"};

/* Three of project p, one of q. */
static struct err *
fetched_make(struct tx *tx, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(fetched); i++) {
        struct vnf_package *row = row_new(tx_mem(tx), &vnf_package_table);

        row->id = fetched[i];
        row->project_id = i < 3 ? "p" : "q";
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
    struct caller caller = {.project_id = which < 3 ? "p" : "q"};
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
