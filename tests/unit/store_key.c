/* Which key opens a store: the one that sealed it, also where it was sealed before stores noted that; and
 * another one by and by, where the disk is full or somebody reads. */
#include "faces/role.h"
#include "identity/identity.h"
#include "store/reseal.h"
#include "store/seal.h"
#include "store/store.h"

#include "base/str.h"
#include "base/vec.h"
#include "sys/file.h"

#include "small_disk.h"
#include "store_world.h"
#include "test.h"

#define OTHER_KEY "another key of thirty-two bytes."
#define ROWS 300

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};

static struct store_config
config_of(const char *folder, const char *key)
{
    static char path[600];

    snprintf(path, sizeof path, "%s/db", folder);
    return (struct store_config){.path = test_store(path), .tables = tables, .seal_key = key};
}

/* ---- what is in it ------------------------------------------------------------------------------- */

struct nets {
    int n;
    const char *password; /* or null */
};

static struct err *
nets_insert(struct tx *tx, void *arg)
{
    const struct nets *nets = arg;
    char filler[3001];

    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    for (int i = 0; i < nets->n; i++) {
        struct net *net = row_new(tx_mem(tx), &net_table);

        net->id = mem_printf(tx_mem(tx), "%08d-0000-4000-8000-000000000000", i);
        net->name = mem_str(tx_mem(tx), filler);
        net->password = nets->password;
        TRY(row_insert(tx, net));
    }
    return NULL;
}

static struct err *
nets_look(struct tx *tx, void *arg)
{
    const struct query query = {.table = &net_table};
    const struct nets *nets = arg;
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    CHECK_INT(rows.n, nets->n);
    for (size_t i = 0; i < rows.n; i++) {
        REQUIRE(str_eq(((const struct net *)rows.items[i])->password, nets->password));
    }
    return NULL;
}

static struct err *
run_sql(struct tx *tx, void *sql)
{
    return tx_sql(tx, sql, NULL, NULL, NULL);
}

static struct err *
key_fact(struct tx *tx, void *noted)
{
    const char *fact;

    TRY(tx_fact_get(tx, "seal", &fact));
    *(bool *)noted = fact != NULL;
    return NULL;
}

/* ---- the key of before ----------------------------------------------------------------------------- */

static struct err *
open_with(const char *key, store_fn *fn, void *arg)
{
    const struct store_config config = config_of(test_dir(), key);
    AUTO(store) store = NULL;

    TRY(store_open(&config, &store));
    return fn ? store_write_wait(store, fn, arg) : NULL;
}

/* Each start notes the key. */
static void
key_forget(void)
{
    static char forget[] = "DELETE FROM _fact WHERE name = 'seal'";

    REQUIRE_OK(open_with(WORLD_KEY, run_sql, forget));
}

/* A store of before this version notes its key when it is opened; 'n' sealed rows tell which that is. */
static void
older_make(struct nets *nets)
{
    REQUIRE_OK(open_with(WORLD_KEY, nets_insert, nets));
    key_forget();
}

TEST(a_store_notes_its_key_and_opens_with_no_other)
{
    struct nets nets = {.n = 0};
    bool noted = false;

    REQUIRE_OK(open_with(WORLD_KEY, nets_insert, &nets));
    CHECK_ERR_MSG(open_with(OTHER_KEY, NULL, NULL), E_INVALID, "it is sealed with another key");
    CHECK_OK(open_with(WORLD_KEY, key_fact, &noted));
    CHECK(noted);
}

TEST(a_store_of_before_is_tried_before_it_notes_its_key)
{
    struct nets nets = {.n = 5, .password = "hunter2"};
    bool noted = false;

    older_make(&nets);
    CHECK_ERR_MSG(open_with(OTHER_KEY, NULL, NULL), E_INVALID, "it is sealed with another key (unknown)");
    CHECK_OK(open_with(WORLD_KEY, key_fact, &noted));
    CHECK(noted);
    CHECK_OK(open_with(WORLD_KEY, nets_look, &nets));
    CHECK_ERR_MSG(open_with(OTHER_KEY, NULL, NULL), E_INVALID, "put back the seal.key");
}

TEST(a_store_of_before_with_one_damaged_row_is_opened)
{
    static char damage[] = "UPDATE net SET password = 's1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' "
                           "WHERE id = '00000000-0000-4000-8000-000000000000'";
    struct nets nets = {.n = 2, .password = "hunter2"};

    older_make(&nets);
    REQUIRE_OK(open_with(WORLD_KEY, run_sql, damage));
    key_forget();
    CHECK_OK(open_with(WORLD_KEY, NULL, NULL));
}

/* A key was lost and made anew before stores noted theirs, and what was entered since then is all that opens. */
TEST(a_store_of_before_with_one_row_of_its_key_is_opened)
{
    static char lose[] = "UPDATE net SET password = 's1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' "
                         "WHERE id < '00000008'";
    struct nets nets = {.n = 9, .password = "hunter2"};
    bool noted = false;

    older_make(&nets);
    REQUIRE_OK(open_with(WORLD_KEY, run_sql, lose));
    key_forget();
    CHECK_ERR_MSG(open_with(OTHER_KEY, NULL, NULL), E_INVALID, "sealed with another key (unknown)");
    CHECK_OK(open_with(WORLD_KEY, key_fact, &noted));
    CHECK(noted);
}

TEST(a_store_of_before_without_secrets_takes_any_key)
{
    struct nets nets = {.n = 2};

    older_make(&nets);
    CHECK_OK(open_with(OTHER_KEY, NULL, NULL));
    CHECK_ERR(open_with(WORLD_KEY, NULL, NULL), E_INVALID);
}

/* ---- a role's ---------------------------------------------------------------------------------------- */

static struct err *
role_open(const char *state, store_fn *fn, void *arg)
{
    struct store_config config = config_of(state, NULL);
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = NULL;

    TRY(role_store_open(mem, state, &config, &store));
    return fn ? store_write_wait(store, fn, arg) : NULL;
}

static const char *
path_of(struct mem *mem, const char *state, const char *name)
{
    return mem_printf(mem, "%s/%s", state, name);
}

/* Started by hand as root, its files would be in the way of the service. */
TEST(root_leaves_nothing_in_a_folder_of_a_roles_user)
{
    AUTO(mem) mem = mem_new("test");
    const char *folder = path_of(mem, test_dir(), "state");

    if (geteuid()) {
        SKIP("only root could");
    }
    CHECK_OK(role_state_make(folder));
    CHECK_OK(role_state_make(folder));
    REQUIRE(chown(folder, 65534, 65534) == 0);
    CHECK_ERR_MSG(role_state_make(folder), E_FORBIDDEN, "belongs to user 65534");
}

TEST(a_lost_key_is_not_replaced_beside_a_store)
{
    struct nets nets = {.n = 1, .password = "hunter2"};
    AUTO(mem) mem = mem_new("test");
    const char *path = path_of(mem, test_dir(), "seal.key");
    char *key;
    size_t n;

    REQUIRE_OK(role_open(test_dir(), nets_insert, &nets));
    REQUIRE_OK(file_read(mem, path, 64, &key, &n));
    REQUIRE(!unlink(path));
    CHECK_ERR_MSG(role_open(test_dir(), NULL, NULL), E_INVALID, "seal.key was not there: ");
    CHECK(!file_exists(path)); /* What is put back meets none. */
    CHECK_ERR_MSG(role_open(test_dir(), NULL, NULL), E_INVALID, "put back the seal.key");
    REQUIRE_OK(file_write(path, OTHER_KEY, SEAL_KEY_SIZE, 0600));
    CHECK_ERR_MSG(role_open(test_dir(), NULL, NULL), E_INVALID, "it is sealed with another key");
    CHECK(file_exists(path)); /* One that somebody has put there is his. */
    REQUIRE_OK(file_write(path, key, n, 0600));
    CHECK_OK(role_open(test_dir(), nets_look, &nets));
}

static void
key_leave(struct mem *mem, const char *state, const char *name, const char *key)
{
    char hex[2 * SEAL_KEY_SIZE + 1];

    hex_from(hex, key, SEAL_KEY_SIZE);
    REQUIRE_OK(file_write(path_of(mem, state, name), hex, strlen(hex), 0600));
}

static void
next_key_leave(struct mem *mem, const char *state, const char *key)
{
    key_leave(mem, state, ROLE_NEXT_SEAL_KEY, key);
}

static bool
key_is(struct mem *mem, const char *state, const char *key)
{
    char *there;
    size_t n;

    REQUIRE_OK(file_read(mem, path_of(mem, state, "seal.key"), 64, &there, &n));
    return n == SEAL_KEY_SIZE && !memcmp(there, key, n);
}

/* Room to seal, not for the file to be written anew; then none at all. */
TEST(another_key_on_a_full_disk_keeps_nobody_from_starting)
{
    struct nets nets = {.n = ROWS, .password = "hunter2"};
    AUTO(mem) mem = mem_new("test");
    const char *ballast;
    char disk[512];
    struct stat st;

    small_disk(disk, 8000);
    ballast = path_of(mem, disk, "ballast");
    REQUIRE_OK(role_open(disk, nets_insert, &nets));
    REQUIRE(!stat(path_of(mem, disk, "db"), &st));
    next_key_leave(mem, disk, OTHER_KEY);
    leave_room(disk, ballast, st.st_size + st.st_size / 2);
    CHECK_OK(role_open(disk, nets_look, &nets));
    CHECK(key_is(mem, disk, OTHER_KEY));
    CHECK(file_exists(path_of(mem, disk, ROLE_NEXT_SEAL_KEY))); /* The rest waits. */
    CHECK(!unlink(ballast));
    CHECK_OK(role_open(disk, nets_look, &nets));
    CHECK(!file_exists(path_of(mem, disk, ROLE_NEXT_SEAL_KEY)));
    next_key_leave(mem, disk, WORLD_KEY);
    leave_room(disk, ballast, 150000);
    CHECK_OK(role_open(disk, NULL, NULL));
    CHECK(key_is(mem, disk, OTHER_KEY));
    CHECK(!unlink(ballast));
    CHECK_OK(role_open(disk, nets_look, &nets));
    CHECK(key_is(mem, disk, WORLD_KEY));
    CHECK(!file_exists(path_of(mem, disk, ROLE_NEXT_SEAL_KEY)));
}

static struct err *
renew_beside(struct tx *tx, void *arg)
{
    const struct query query = {.table = &net_table};
    int64_t n;

    (void)arg;
    TRY(rows_count(tx, &query, &n));
    CHECK_OK(role_open(test_dir(), NULL, NULL)); /* While this snapshot needs the log. */
    return NULL;
}

TEST(another_key_beside_a_reader_is_finished_by_the_next_start)
{
    struct nets nets = {.n = 3, .password = "hunter2"};
    AUTO(mem) mem = mem_new("test");
    const char *waits = path_of(mem, test_dir(), ROLE_NEXT_SEAL_KEY);
    struct store *store = NULL;
    struct store_config config;

    test_needs_file();
    REQUIRE_OK(role_open(test_dir(), nets_insert, &nets));
    config = config_of(test_dir(), NULL);
    REQUIRE_OK(role_store_open(mem, test_dir(), &config, &store));
    next_key_leave(mem, test_dir(), OTHER_KEY);
    REQUIRE_OK(store_read(store, renew_beside, NULL));
    CHECK(key_is(mem, test_dir(), OTHER_KEY));
    CHECK(file_exists(waits));
    store_close(store);
    CHECK_OK(role_open(test_dir(), nets_look, &nets));
    CHECK(!file_exists(waits));
}

/* ---- before anything is changed -------------------------------------------------------------------- */

/* Of the version before: one table. */
static struct err *
open_before(const char *key, store_fn *fn, void *arg)
{
    static const struct table *const few[] = {&net_table, NULL};
    struct store_config config = config_of(test_dir(), key);
    AUTO(store) store = NULL;

    config.tables = few;
    TRY(store_open(&config, &store));
    return fn ? store_write_wait(store, fn, arg) : NULL;
}

/* After a change of the schema the version before would not open it any more. */
TEST(another_key_at_an_upgrade_is_refused_before_anything_is_changed)
{
    static char forget[] = "DELETE FROM _fact WHERE name = 'seal'";
    struct nets nets = {.n = 1, .password = "hunter2"};

    REQUIRE_OK(open_before(WORLD_KEY, nets_insert, &nets));
    CHECK_ERR_MSG(open_with(OTHER_KEY, NULL, NULL), E_INVALID, "it is sealed with another key");
    CHECK_OK(open_before(WORLD_KEY, run_sql, forget)); /* And one that notes no key: */
    CHECK_ERR_MSG(open_with(OTHER_KEY, NULL, NULL), E_INVALID, "it is sealed with another key (unknown)");
    CHECK_OK(open_before(WORLD_KEY, NULL, NULL));
    CHECK_OK(open_with(WORLD_KEY, nets_look, &nets));
}

static struct err *
open_away(struct mem *mem, const char *database)
{
    struct store_config config = {.path = database, .tables = tables};
    AUTO(store) store = NULL;

    return role_store_open(mem, test_dir(), &config, &store);
}

TEST(a_first_start_without_its_database_leaves_no_key)
{
    AUTO(mem) mem = mem_new("test");
    const char *folder = path_of(mem, test_dir(), "away"), *path = path_of(mem, test_dir(), "seal.key");
    const char *database = mem_printf(mem, "%s/db", folder);
    struct err *e = open_away(mem, "postgresql://nobody@127.0.0.1:1/x");

    CHECK(e != NULL);
    err_free(e);
    CHECK(!file_exists(path));
    CHECK_ERR(open_away(mem, database), E_UNAVAILABLE);
    CHECK(!file_exists(path));
    REQUIRE_OK(dir_make(folder, 0700));
    CHECK_OK(open_away(mem, database));
    CHECK(file_exists(path));
}

/* ---- a key that is lost for good -------------------------------------------------------------------- */

static struct err *
given_up_look(struct tx *tx, void *arg)
{
    const char *fact;

    TRY(tx_fact_get(tx, STORE_GIVEN_UP, &fact));
    CHECK_STR(fact, arg);
    return NULL;
}

static void
sealed_told(void *arg, const char *table, const char *attr, int64_t n)
{
    int64_t *all = arg;

    CHECK_STR(table, "net");
    CHECK_STR(attr, "password");
    *all += n;
}

TEST(a_key_that_is_lost_for_good_takes_with_it_what_it_sealed_and_nothing_else)
{
    static char given_up[] = "net.password=3";
    struct nets nets = {.n = 3, .password = "hunter2"}, after = {.n = 3, .password = SEAL_LOST};
    struct store_config config = config_of(test_dir(), NULL);
    AUTO(mem) mem = mem_new("test");
    const char *path = path_of(mem, test_dir(), "seal.key");
    const char *next_password = path_of(mem, test_dir(), ROLE_PASSWORD IDENTITY_NEW_PASSWORD);
    int64_t n = 0;

    REQUIRE_OK(role_open(test_dir(), nets_insert, &nets));
    key_leave(mem, test_dir(), ROLE_LOST_SEAL_KEY, OTHER_KEY);
    key_leave(mem, test_dir(), ROLE_LOST_PASSWORD, OTHER_KEY);
    CHECK_OK(role_open(test_dir(), nets_look, &nets)); /* The key is there: nothing is given up. */
    CHECK(!file_exists(path_of(mem, test_dir(), ROLE_LOST_SEAL_KEY)));
    CHECK(!file_exists(path_of(mem, test_dir(), ROLE_LOST_PASSWORD))); /* Nor has anybody another password. */
    CHECK(!file_exists(next_password));
    CHECK_ERR(role_seal_lost(mem, test_dir(), &config), E_CONFLICT);
    REQUIRE(!unlink(path));
    CHECK_OK(role_seal_lost(mem, test_dir(), &config));
    CHECK_OK(store_sealed(&config, sealed_told, &n));
    CHECK_INT(n, 3);
    key_leave(mem, test_dir(), ROLE_LOST_SEAL_KEY, OTHER_KEY);
    key_leave(mem, test_dir(), ROLE_LOST_PASSWORD, OTHER_KEY);
    CHECK_OK(role_open(test_dir(), nets_look, &after));
    CHECK(key_is(mem, test_dir(), OTHER_KEY));
    CHECK(!file_exists(path_of(mem, test_dir(), ROLE_LOST_SEAL_KEY)));
    CHECK(!file_exists(path_of(mem, test_dir(), ROLE_LOST_PASSWORD)));
    CHECK(file_exists(next_password));
    CHECK_OK(role_open(test_dir(), given_up_look, given_up));
}

/* Killed between the store and the file of the key; and where another key lies there, it is not lost with it. */
TEST(giving_up_what_a_lost_key_sealed_goes_on_where_it_was_cut_short)
{
    struct nets nets = {.n = 2, .password = "hunter2"}, after = {.n = 2, .password = SEAL_LOST};
    struct store_config config = config_of(test_dir(), NULL);
    AUTO(mem) mem = mem_new("test");
    const char *path = path_of(mem, test_dir(), "seal.key");

    REQUIRE_OK(role_open(test_dir(), nets_insert, &nets));
    REQUIRE_OK(file_write(path, "some other key of thirty-two byte", SEAL_KEY_SIZE, 0600));
    key_leave(mem, test_dir(), ROLE_LOST_SEAL_KEY, OTHER_KEY);
    REQUIRE_OK(store_give_up(&config, OTHER_KEY));
    CHECK_OK(role_open(test_dir(), nets_look, &after));
    CHECK(key_is(mem, test_dir(), OTHER_KEY));
    CHECK(file_exists(path_of(mem, test_dir(), "seal.key.other")));
    CHECK_OK(role_open(test_dir(), nets_look, &after));
}

/* It has sealed the store, and was cut short before it was the key: found again beside one that opens nothing, it stays. */
TEST(a_key_that_waits_and_opens_the_store_is_not_lost_with_the_other)
{
    struct nets nets = {.n = 2, .password = "hunter2"};
    struct store_config config = config_of(test_dir(), NULL);
    AUTO(mem) mem = mem_new("test");
    char *key;
    size_t n;

    REQUIRE_OK(role_open(test_dir(), nets_insert, &nets));
    REQUIRE_OK(file_read(mem, path_of(mem, test_dir(), "seal.key"), 64, &key, &n));
    config.seal_key = key;
    REQUIRE_OK(store_reseal(&config, OTHER_KEY));
    next_key_leave(mem, test_dir(), OTHER_KEY);
    key_leave(mem, test_dir(), ROLE_LOST_SEAL_KEY, WORLD_KEY);
    CHECK_OK(role_open(test_dir(), nets_look, &nets));
    CHECK(key_is(mem, test_dir(), OTHER_KEY));
    CHECK(!file_exists(path_of(mem, test_dir(), ROLE_LOST_SEAL_KEY)));
}
