/* Another sealing key: nothing is lost wherever it is cut short, and the one before opens nothing. */
#include "store/reseal.h"

#include "base/str.h"
#include "faces/role.h"
#include "store/seal.h"
#include "sys/file.h"

#include "store_world.h"
#include "test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS 1500
#define OTHER_KEY "another key of thirty-two bytes."
#define THIRD_KEY "one more key of thirty-two bytes"

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};

static struct store_config
config_of(const char *key)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/db", test_dir());
    return (struct store_config){.path = test_store(path), .tables = tables, .seal_key = key, .version = "0.1.0"};
}

static struct err *
insert(struct tx *tx, void *arg)
{
    (void)arg;
    for (int i = 0; i < ROWS; i++) {
        struct net *net = row_new(tx_mem(tx), &net_table);

        net->name = mem_printf(tx_mem(tx), "%d", i);
        net->password = mem_printf(tx_mem(tx), "secret of %d", i);
        TRY(row_insert(tx, net));
    }
    return NULL;
}

/* All rows have their secrets, and what follows from the first key does. */
static struct err *
look(struct tx *tx, void *first)
{
    struct query query = {.table = &net_table};
    uint8_t secret[32];
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    CHECK_INT(rows.n, ROWS);
    for (size_t i = 0; i < rows.n; i++) {
        const struct net *net = rows.items[i];

        REQUIRE(str_eq(net->password, mem_printf(tx_mem(tx), "secret of %s", net->name)));
    }
    TRY(tx_secret(tx, "a place", secret));
    CHECK(!memcmp(secret, first, sizeof secret));
    return NULL;
}

static struct err *
first_secret(struct tx *tx, void *out)
{
    return tx_secret(tx, "a place", out);
}

static void
world_make(uint8_t first[32])
{
    const struct store_config config = config_of(WORLD_KEY);
    AUTO(store) store = NULL;

    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_write_wait(store, insert, NULL));
    REQUIRE_OK(store_read(store, first_secret, first));
}

static struct err *
world_look(const char *key, uint8_t first[32])
{
    const struct store_config config = config_of(key);
    AUTO(store) store = NULL;

    TRY(store_open(&config, &store));
    return store_read(store, look, first);
}

/* Texts of the files of the database that a key opens, by the places of rows. */
struct found {
    struct mem *mem;
    const char *ids[ROWS];
    size_t n_ids;
};

static struct err *
ids_get(struct tx *tx, void *arg)
{
    struct found *found = arg;
    struct query query = {.table = &net_table};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n && found->n_ids < 20; i += ROWS / 20) {
        found->ids[found->n_ids++] = mem_str(found->mem, ((const struct net *)rows.items[i])->id);
    }
    return NULL;
}

static bool
opens(struct found *found, const char *key, const char *sealed)
{
    const char *plain;

    for (size_t i = 0; i < found->n_ids; i++) {
        struct err *e = unseal_text(found->mem, (const uint8_t *)key,
                                    mem_printf(found->mem, "net.password.%s", found->ids[i]), sealed, &plain);

        if (!e) {
            return true;
        }
        err_ignore(e, "another row's, or another key's");
    }
    return false;
}

static size_t
opened(struct found *found, const char *key, const char *suffix)
{
    char *data, *end;
    size_t n, n_opened = 0;
    struct err *e = file_read(found->mem, mem_printf(found->mem, "%s/db%s", test_dir(), suffix), 1 << 26, &data, &n);

    if (e) {
        err_ignore(e, "no such file");
        return 0;
    }
    for (char *at = data; (at = memmem(at, n - (size_t)(at - data), "s1:", 3)) != NULL; at = end) {
        end = at + 3 + strspn(at + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
        n_opened += opens(found, key, mem_strn(found->mem, at, (size_t)(end - at)));
    }
    return n_opened;
}

static void
found_init(struct found *found, struct mem *mem, const char *key)
{
    const struct store_config config = config_of(key);
    AUTO(store) store = NULL;

    *found = (struct found){.mem = mem};
    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_read(store, ids_get, found));
}

TEST(store_reseal_leaves_nothing_that_the_key_before_opens)
{
    const struct store_config before = config_of(WORLD_KEY);
    AUTO(mem) mem = mem_new("test");
    struct found found;
    uint8_t first[32];

    test_needs_file();
    world_make(first);
    found_init(&found, mem, WORLD_KEY);
    CHECK(opened(&found, WORLD_KEY, "") + opened(&found, WORLD_KEY, "-wal") >= 20);
    REQUIRE_OK(file_write(mem_printf(mem, "%s/db.from-0.0.1", test_dir()), "", 0, 0600));
    REQUIRE_OK(store_reseal(&before, OTHER_KEY));
    CHECK_INT(opened(&found, WORLD_KEY, "") + opened(&found, WORLD_KEY, "-wal"), 0);
    CHECK(opened(&found, OTHER_KEY, "") >= 20);
    CHECK(!file_exists(mem_printf(mem, "%s/db.from-0.0.1", test_dir())));
    CHECK_OK(world_look(OTHER_KEY, first));
}

static struct err *
text_take(void *arg, int n, const char *const *columns)
{
    snprintf(arg, 32, "%s", n ? str_or(columns[0], "") : "");
    return NULL;
}

static struct err *
server_file(struct tx *tx, void *text)
{
    return tx_sql(tx, "SELECT pg_relation_filenode('net')", NULL, text_take, text);
}

/* Where a server keeps the table; "" where there is none. */
static void
server_file_of(const char *key, char text[32])
{
    const struct store_config config = config_of(key);
    AUTO(store) store = NULL;

    text[0] = '\0';
    if (test_on_server()) {
        REQUIRE_OK(store_open(&config, &store));
        REQUIRE_OK(store_read(store, server_file, text));
    }
}

TEST(store_reseal_goes_there_and_back)
{
    const struct store_config before = config_of(WORLD_KEY), after = config_of(OTHER_KEY);
    char old[32], new[32];
    uint8_t first[32];

    world_make(first);
    server_file_of(WORLD_KEY, old);
    REQUIRE_OK(store_reseal(&before, OTHER_KEY));
    server_file_of(OTHER_KEY, new);
    CHECK(!test_on_server() || strcmp(old, new) != 0); /* Rows that were are not in it. */
    CHECK_OK(world_look(OTHER_KEY, first));
    CHECK_ERR_MSG(world_look(WORLD_KEY, first), E_INVALID, "it is sealed with another key");
    CHECK_OK(store_reseal(&before, OTHER_KEY)); /* Once more, as after a kill behind it. */
    CHECK_OK(store_reseal(&after, WORLD_KEY));
    CHECK_OK(world_look(WORLD_KEY, first));
    CHECK_OK(store_reseal(&after, WORLD_KEY)); /* Done; the key of 'after' is not asked for. */
    CHECK_ERR_MSG(store_reseal(&after, THIRD_KEY), E_INVALID, "it is sealed with another key");
    CHECK_OK(world_look(WORLD_KEY, first));
}

/* Wherever the rows are: what is sealed and the key's file change together. */
TEST(store_reseal_is_done_at_the_start_of_a_role)
{
    const char *state = test_dir();
    struct store_config config = config_of(NULL);
    AUTO(mem) mem = mem_new("test");
    char hex[2 * SEAL_KEY_SIZE + 1], *key;
    struct store *store = NULL;
    uint8_t first[32];
    size_t n;

    REQUIRE_OK(role_store_open(mem, state, &config, &store));
    REQUIRE_OK(store_write_wait(store, insert, NULL));
    REQUIRE_OK(store_read(store, first_secret, first));
    store_close(store);
    hex_from(hex, (const uint8_t *)OTHER_KEY, SEAL_KEY_SIZE);
    REQUIRE_OK(file_write(mem_printf(mem, "%s/" ROLE_NEXT_SEAL_KEY, state), hex, strlen(hex), 0600));
    REQUIRE_OK(role_store_open(mem, state, &config, &store));
    CHECK_OK(store_read(store, look, first));
    store_close(store);
    REQUIRE_OK(file_read(mem, mem_printf(mem, "%s/seal.key", state), 64, &key, &n));
    CHECK(n == SEAL_KEY_SIZE && !memcmp(key, OTHER_KEY, n));
    CHECK(!file_exists(mem_printf(mem, "%s/" ROLE_NEXT_SEAL_KEY, state)));
    CHECK_OK(world_look(OTHER_KEY, first));
}

/* The role writes the key's file when it is done: until then the next start does the same again. */
TEST(store_reseal_killed_anywhere_loses_nothing)
{
    const struct store_config before = config_of(WORLD_KEY);
    uint8_t first[32];
    int status, n_killed = 0;

    world_make(first);
    for (int ms = 0; ms < 60; ms += 4) {
        pid_t child = fork();

        if (!child) {
            _exit(store_reseal(&before, OTHER_KEY) ? 1 : 0);
        }
        (void)poll(NULL, 0, ms);
        (void)kill(child, SIGKILL);
        REQUIRE(waitpid(child, &status, 0) == child);
        n_killed += WIFSIGNALED(status);
    }
    CHECK(n_killed > 0);
    REQUIRE_OK(store_reseal(&before, OTHER_KEY));
    CHECK_OK(world_look(OTHER_KEY, first));
}
