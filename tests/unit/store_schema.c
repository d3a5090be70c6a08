/* Schemas of other versions: what mends itself, what is refused, what is migrated. */
#include "store/store.h"

#include "test.h"

#include "base/vec.h"

#include <stdio.h>

static const char *
db_path(void)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/db", test_dir());
    return path;
}

/* Variants of the table "thing", as other versions of the program might have it. */
struct thing {
    struct row row;
    const char *id, *a, *b;
    int64_t c;
};
#define THING(name_, type_, use_, ...)                                                             \
    {.name = #name_, .type = type_, .offset = offsetof(struct thing, name_), .use = use_,          \
     .doc = "x", __VA_ARGS__}
static const struct attr thing_1[] = {
    THING(id, ATTR_T_uuid, KEY, .def = GENERATED),
    THING(a, ATTR_T_str, SHOW, .index = 1),
};
static const struct attr thing_2[] = {
    THING(id, ATTR_T_uuid, KEY, .def = GENERATED),
    THING(a, ATTR_T_str, SHOW, .unique = ""),
    THING(b, ATTR_T_str, SHOW | NULLABLE, .ref = "thing"),
    THING(c, ATTR_T_integer, SHOW, .def = "7"),
};
static const struct attr thing_needs[] = {
    THING(id, ATTR_T_uuid, KEY, .def = GENERATED),
    THING(a, ATTR_T_str, SHOW),
    THING(b, ATTR_T_str, SHOW | REQUIRED),
};
static const struct attr thing_typed[] = {
    THING(id, ATTR_T_uuid, KEY, .def = GENERATED),
    THING(a, ATTR_T_str, SHOW | NULLABLE),
};

static struct err *
open_thing(const struct attr *attrs, size_t n, const struct store_migration *migrations,
           size_t n_migrations, store_fn *fn, void *arg)
{
    const struct table table = {
        .name = "thing", .doc = "x", .size = sizeof(struct thing), .attrs = attrs, .n_attrs = n};
    const struct table *const all[] = {&table, NULL};
    const struct store_config config = {.path = test_store(db_path()),
                                        .tables = all,
                                        .migrations = migrations,
                                        .n_migrations = n_migrations};
    AUTO(store) store = NULL;

    TRY(store_open(&config, &store));
    return fn ? store_write_wait(store, fn, arg) : NULL;
}

static struct err *
thing_insert(struct tx *tx, void *arg)
{
    return tx_sql(tx, "INSERT INTO thing (id, a) VALUES (?1, ?1)",
                  (const char *[]){arg, NULL}, NULL, NULL);
}

static struct err *
seven(void *arg, int n, const char *const *columns)
{
    CHECK_INT(n, 1);
    CHECK_STR(columns[0], arg);
    return NULL;
}

static struct err *
thing_check(struct tx *tx, void *arg)
{
    return tx_sql(tx, "SELECT c FROM thing", NULL, seven, arg);
}

TEST(store_schema_mends_itself_where_nothing_is_to_decide)
{
    static char id[] = "x", c[] = "7";

    REQUIRE_OK(open_thing(thing_1, 2, NULL, 0, thing_insert, id));
    CHECK_OK(open_thing(thing_1, 2, NULL, 0, NULL, NULL));
    CHECK_OK(open_thing(thing_2, 4, NULL, 0, thing_check, c));
    CHECK_OK(open_thing(thing_2, 4, NULL, 0, thing_check, c));
}

TEST(store_schema_refuses_to_guess)
{
    static char id[] = "x";

    REQUIRE_OK(open_thing(thing_1, 2, NULL, 0, thing_insert, id));
    CHECK_ERR_MSG(open_thing(thing_needs, 3, NULL, 0, NULL, NULL), E_CONFLICT,
                  "column thing.b is new and has no default");
    CHECK_ERR_MSG(open_thing(thing_typed, 2, NULL, 0, NULL, NULL), E_CONFLICT,
                  "column thing.a was TEXT NOT NULL and is TEXT: needs a migration");
    CHECK_ERR_MSG(open_thing(thing_1, 1, NULL, 0, NULL, NULL), E_CONFLICT,
                  "column thing.a is unknown here: the database is of a newer version");
}

TEST(store_schema_migrates_by_number_once)
{
    static const struct store_migration first[] = {{1, "rename", "ALTER TABLE thing RENAME a TO z"}};
    static const struct store_migration both[] = {
        {1, "rename", "ALTER TABLE thing RENAME a TO z"},
        {2, "back, and a mark", "ALTER TABLE thing RENAME z TO a; UPDATE thing SET a = 'moved';"},
    };
    static char id[] = "x";

    REQUIRE_OK(open_thing(thing_1, 2, NULL, 0, thing_insert, id));
    CHECK_ERR(open_thing(thing_1, 2, first, 1, NULL, NULL), E_CONFLICT);
    CHECK_OK(open_thing(thing_1, 2, both, 2, NULL, NULL));
    CHECK_OK(open_thing(thing_1, 2, both, 2, NULL, NULL));
    CHECK_ERR_MSG(open_thing(thing_1, 2, NULL, 0, NULL, NULL), E_CONFLICT,
                  "the database is of a newer version: migration 2 was run");
}

TEST(store_verify_tells_what_is_broken)
{
    const struct table table = {.name = "thing", .doc = "x", .size = sizeof(struct thing),
                                .attrs = thing_2, .n_attrs = ARRAY_SIZE(thing_2)};
    const struct table *const all[] = {&table, NULL};
    AUTO(mem) m = mem_new("test");
    const char *path = mem_printf(m, "%s/whole", test_dir());
    const struct store_config config = {.path = test_store(path), .tables = all};
    struct store *store;
    FILE *file;

    test_needs_file();
    CHECK_ERR(store_verify(path), E_NOT_FOUND);
    REQUIRE_OK(store_open(&config, &store));
    CHECK_OK(store_verify(path)); /* while it is in use */
    store_close(store);
    CHECK_OK(store_verify(path));
    file = fopen(path, "r+");
    REQUIRE(file && !fseek(file, 100, SEEK_SET)); /* behind the header: the schema's page */
    for (int i = 0; i < 2000; i++) {
        (void)fputc('x', file);
    }
    REQUIRE(!fclose(file));
    CHECK_ERR(store_verify(path), E_INVALID);
    file = fopen(path, "w");
    REQUIRE(file && fputs("this is no database, but it is long enough to be looked at as one", file) >= 0 &&
            !fclose(file));
    CHECK_ERR(store_verify(path), E_INVALID);
}
