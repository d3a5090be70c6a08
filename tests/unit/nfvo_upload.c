/* Uploads whose end the store cannot keep at once. */
#include "nfvo/nfvo.h"
#include "nfvo/upload_drops.h"
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

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
    struct store_config config = {.path = home->path, .tables = tables};

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
