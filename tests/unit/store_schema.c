/* Schemas of other versions: what mends itself, what is refused, what is migrated. */
#include "store/store.h"

#include "test.h"

#include "base/vec.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>

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

/* As version 'version' of the program opens it. */
static struct err *
open_as(const char *version, const struct attr *attrs, size_t n, store_fn *fn, void *arg)
{
    const struct table table = {
        .name = "thing", .doc = "x", .size = sizeof(struct thing), .attrs = attrs, .n_attrs = n};
    const struct table *const all[] = {&table, NULL};
    const struct store_config config = {.path = test_store(db_path()), .tables = all, .version = version};
    AUTO(store) store = NULL;

    TRY(store_open(&config, &store));
    return fn ? store_write_wait(store, fn, arg) : NULL;
}

static bool
copy_there(const char *version)
{
    char path[600];

    snprintf(path, sizeof path, "%s.from-%s", db_path(), version);
    return file_exists(path);
}

/* A file and a server alike. */
TEST(store_of_a_newer_version_is_refused)
{
    static char id[] = "x", c[] = "7";

    REQUIRE_OK(open_as("0.1.0", thing_1, 2, thing_insert, id));
    CHECK_OK(open_as("0.1.3", thing_2, 4, thing_check, c));
    CHECK_OK(open_as("0.1.0", thing_2, 4, NULL, NULL)); /* A patch, the same schema. */
    CHECK_OK(open_as("0.2.0", thing_2, 4, NULL, NULL));
    CHECK_ERR_MSG(open_as("0.1.3", thing_2, 4, NULL, NULL), E_CONFLICT,
                  "the database is of a newer version. It was last used by version 0.2.0, this is 0.1.3: "
                  "install that one again, or ");
    CHECK_ERR_MSG(open_as("0.2.0", thing_1, 2, NULL, NULL), E_CONFLICT, "is unknown here");
    CHECK_OK(open_as("0.2.1", thing_2, 4, thing_check, c));
}

TEST(store_copies_itself_before_its_schema_changes)
{
    static char id[] = "x", c[] = "7";
    char copy[600];

    test_needs_file();
    REQUIRE_OK(open_as("0.1.0", thing_1, 2, thing_insert, id));
    CHECK_OK(open_as("0.1.3", thing_1, 2, NULL, NULL));
    CHECK(!copy_there("0.1.0")); /* Nothing changed. */
    CHECK_OK(open_as("0.2.0", thing_2, 4, thing_check, c));
    REQUIRE(copy_there("0.1.3"));
    snprintf(copy, sizeof copy, "%s.from-0.1.3", db_path());
    CHECK_OK(store_verify(copy));
    /* The version of before takes the copy, not what became of it; and says so. */
    CHECK_ERR_MSG(open_as("0.1.3", thing_2, 4, NULL, NULL), E_CONFLICT,
                  "the database is of a newer version. It was last used by version 0.2.0, this is 0.1.3: "
                  "install that one again, or go back to the copy of before (what came since is lost): "
                  "remove ");
    CHECK_ERR_MSG(open_as("0.2.0", thing_1, 2, NULL, NULL), E_CONFLICT, "db.from-0.1.3 to ");
    REQUIRE(!rename(copy, db_path()));
    CHECK_OK(open_as("0.1.3", thing_1, 2, NULL, NULL));
}

#define WIDEST 8

/* With 'n' columns more than at first. */
static struct err *
open_wide(const char *version, size_t n)
{
    struct attr attrs[2 + WIDEST];
    char names[WIDEST][8];

    memcpy(attrs, thing_1, sizeof thing_1);
    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "b%zu", i);
        attrs[2 + i] = thing_2[2];
        attrs[2 + i].ref = NULL;
        attrs[2 + i].name = names[i];
    }
    return open_as(version, attrs, 2 + n, NULL, NULL);
}

TEST(store_copies_itself_for_a_minor_version_that_changes_no_schema)
{
    static char id[] = "x";
    char copy[600];

    test_needs_file();
    REQUIRE_OK(open_as("0.1.0", thing_1, 2, thing_insert, id));
    CHECK_OK(open_as("0.2.0", thing_1, 2, NULL, NULL));
    REQUIRE(copy_there("0.1.0"));
    CHECK_ERR_MSG(open_as("0.1.0", thing_1, 2, NULL, NULL), E_CONFLICT, "or go back to the copy of before");
    snprintf(copy, sizeof copy, "%s.from-0.1.0", db_path());
    REQUIRE(!rename(copy, db_path()));
    CHECK_OK(open_as("0.1.0", thing_1, 2, NULL, NULL));
}

TEST(store_keeps_three_copies_and_changes_nothing_without_one)
{
    static const char *const versions[] = {"0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"};
    char half[600], inside[620];
    size_t n = ARRAY_SIZE(versions);

    test_needs_file();
    for (size_t i = 0; i < n; i++) {
        CHECK_OK(open_wide(versions[i], i));
    }
    CHECK(!copy_there("0.1.0"));
    CHECK(copy_there("0.2.0") && copy_there("0.3.0") && copy_there("0.4.0"));
    snprintf(half, sizeof half, "%s.from-0.5.0.half", db_path());
    snprintf(inside, sizeof inside, "%s/x", half); /* A folder is in its way that is not empty. */
    REQUIRE_OK(dir_make(half, 0700));
    REQUIRE_OK(file_write(inside, "", 0, 0600));
    CHECK_ERR_MSG(open_wide("0.6.0", n), E_UNAVAILABLE, "nothing is changed without a copy of before");
    REQUIRE_OK(dir_remove(half));
    CHECK_OK(open_wide("0.5.0", n - 1)); /* Nothing was. */
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
