/* A small world for the tests of notify: things that are told of, an API that tells, and
 * whoever subscribes to it. */
#ifndef NOTIFY_WORLD_H
#define NOTIFY_WORLD_H

#include "notify/notify.h"
#include "test.h"

#include <string.h>

#define PROJECT "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"
#define THING "33333333-3333-4333-8333-333333333333"
#define KEY_32 "0123456789abcdef0123456789abcdef"

struct thing {
    struct row row;
#define ATTR ATTR_MEMBER
#include "notify_thing.tbl"
#undef ATTR
};
#define ATTR ATTR_ROW
#define TABLE_STRUCT thing
static const struct attr thing_attrs[] = {
#include "notify_thing.tbl"
};
#undef TABLE_STRUCT
#undef ATTR
static const struct table thing_table = {
    .name = "thing", .doc = "Things.", TABLE(struct thing, thing_attrs)};
static const struct table *const tables[] = {&subscription_table, &notification_table, &thing_table,
                                             NULL};

static const char *const colours[] = {"red", "blue", NULL};
static const struct criterion inner[] = {
    {.name = "size", .fact = "size"},
    {.name = "shapes", .fact = "shape"},
    {0},
};
static const struct criterion criteria[] = {
    {.name = "types", .fact = "notificationType"},
    {.name = "names", .fact = "name"},
    {.name = "colours", .fact = "colour", .words = colours},
    {.name = "states", .fact = "state", .is_optional = true},
    {.name = "one", .form = CRITERION_OBJECT, .below = inner},
    {.name = "many", .form = CRITERION_OBJECTS, .below = inner},
    {0},
};
#define MEMBERS(...) ((const struct notice_member[]){__VA_ARGS__, {0}})
#define LINKS(...) ((const struct notice_link[]){__VA_ARGS__, {0}})
static const struct notice notices[] = {
    {.type = "Made",
     .table = &thing_table,
     .on = 1u << CHANGE_CREATE,
     .members = MEMBERS({"thingId", "id"}, {"name", "name"}, {"number", "number"}),
     .links = LINKS({"thing", "/things", "id"})},
    {.type = "Done",
     .table = &thing_table,
     .on = 1u << CHANGE_UPDATE,
     .column = "state",
     .value = "DONE",
     .but = "number",
     .members = MEMBERS({"thingId", "id"}, {"name", "name"}, {"state", "state"})},
    {.type = "Gone",
     .table = &thing_table,
     .on = 1u << CHANGE_DELETE,
     .members = MEMBERS({"thingId", "id"}, {"name", "name"})},
    {.type = "Missed", .of_gap = true, .links = LINKS({"things", "/things", NULL})},
};
static const struct notice_api api = {
    .name = "test",
    .version = "1.0.0",
    .subscriptions = "/subscriptions",
    .time_key = "timeStamp",
    .filter = criteria,
    .notices = notices,
    .n_notices = 4,
};
static const struct notice_api *const apis[] = {&api, NULL};

static inline struct store *
world_open(const char *path)
{
    struct store_config config = {.path = test_store(path), .tables = tables, .seal_key = KEY_32};
    struct store *store;

    REQUIRE_OK(store_open(&config, &store));
    return store;
}

static inline const struct json *
json_of(struct mem *mem, const char *text)
{
    const struct json *json = NULL;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    return json;
}

static inline struct err *
subscription_add(struct tx *tx, const char *project, const char *uri, const struct json *filter)
{
    struct subscription *row = row_new(tx_mem(tx), &subscription_table);

    row->project_id = project;
    row->api = "test";
    row->callback_uri = uri;
    row->filter = filter;
    row->base = "http://here";
    row->created_at = tx_now(tx);
    TRY(changes_last(tx, &row->since));
    return row_insert(tx, row);
}

#endif
