/* What a backup stands on: a copy of a database in use, and a key out of a passphrase. */
#include "store/seal.h"
#include "store/store.h"

#include "base/vec.h"

#include "store_world.h"
#include "test.h"

#include <string.h>

static struct store *
store_here(const char *path)
{
    static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};
    const struct store_config config = {.path = path, .tables = tables, .seal_key = WORLD_KEY};
    struct store *store = NULL;

    REQUIRE_OK(store_open(&config, &store));
    return store;
}

TEST(store_key_follows_from_a_passphrase)
{
    static const struct seal_cost cheap = {1024, 8, 1};
    static const struct seal_cost bad[] = {{0, 8, 1}, {1000, 8, 1}, {1 << 20, 32, 1}, {1024, -1, 1}, {1024, 8, 0}};
    const uint8_t salt[SEAL_SALT_SIZE] = "123456789012345", other[SEAL_SALT_SIZE] = "12345678901234x";
    uint8_t a[SEAL_KEY_SIZE], b[SEAL_KEY_SIZE];

    CHECK_OK(seal_key_from("horse", salt, &cheap, a));
    CHECK_OK(seal_key_from("horse", salt, &cheap, b));
    CHECK(!memcmp(a, b, sizeof a));
    CHECK_OK(seal_key_from("horse", other, &cheap, b));
    CHECK(memcmp(a, b, sizeof a) != 0);
    CHECK_OK(seal_key_from("hors", salt, &cheap, b));
    CHECK(memcmp(a, b, sizeof a) != 0);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        CHECK_ERR(seal_key_from("horse", salt, &bad[i], b), E_INVALID);
    }
}

TEST(store_is_copied_and_counted_while_it_is_open)
{
    AUTO(store) store = NULL;
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF said = BUF_INIT;
    const char *path = test_store(mem_printf(mem, "%s/db", test_dir()));
    const char *copy = mem_printf(mem, "%s/copied", test_dir());

    CHECK_ERR(store_statistics(path, &said), E_NOT_FOUND);
    store = store_here(path);
    CHECK_OK(store_statistics(path, &said));
    CHECK(strstr(said.data, test_on_server() ? "\"bytes\":" : "\"page_count\":") && strstr(said.data, "\"port\":0"));
    if (test_on_server()) {
        CHECK_ERR_MSG(store_copy(path, copy), E_CONFLICT, "pg_dump");
        return;
    }
    CHECK_OK(store_copy(path, copy));
    CHECK_OK(store_verify(copy));
    CHECK_ERR(store_copy(mem_printf(mem, "%s/none", test_dir()), copy), E_NOT_FOUND);
}
