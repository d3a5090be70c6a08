/* Identifiers of things that were made again take the place of those of before, wherever they stand whole. */
#include "nfvo/repair.h"
#include "test.h"

#include <string.h>

static char a[] = "a", b[] = "b", c[] = "c";

static const struct json *
parsed(struct mem *mem, const char *text)
{
    const struct json *json = NULL;

    CHECK_OK(json_parse(mem, text, strlen(text), &json));
    return json;
}

/* At site s, a is b and then c; at site t it is what it was, and b is a. */
TEST(repair_renews_whole_strings_that_are_identifiers_of_their_site)
{
    static const struct {
        const char *site, *before, *after;
    } rows[] = {
        {"s", "{\"id\":\"a\",\"a\":1}", "{\"id\":\"c\",\"a\":1}"},
        {"s", "[\"a\",\"aa\",\"b\",\"\",\"\\\"\",\"r\"]", "[\"c\",\"aa\",\"c\",\"\",\"\\\"\",\"r\"]"},
        {"s", "[1,null,true,[\"a\"]]", "[1,null,true,[\"c\"]]"},
        {NULL, "[\"a\",{\"site\":\"s\",\"of\":[{\"id\":\"a\"}]},{\"site\":\"t\",\"id\":[\"a\",\"b\"]}]",
         "[\"a\",{\"site\":\"s\",\"of\":[{\"id\":\"c\"}]},{\"site\":\"t\",\"id\":[\"a\",\"a\"]}]"},
        {"s", "{\"site\":\"t\",\"id\":\"b\"}", "{\"site\":\"t\",\"id\":\"a\"}"},
    };
    AUTO(mem) mem = mem_new("test");
    struct map now;

    map_init(&now, mem);
    map_set(&now, "s/a", b);
    map_set(&now, "s/b", c);
    map_set(&now, "t/b", a);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        CHECK_STR(repair_text_now(mem, parsed(mem, rows[i].before), rows[i].site, &now),
                  rows[i].after);
    }
}

/* A site that gives an identifier again sends nobody round and round. */
TEST(repair_ends_where_identifiers_go_in_a_circle)
{
    AUTO(mem) mem = mem_new("test");
    struct map now;

    map_init(&now, mem);
    map_set(&now, "s/a", b);
    map_set(&now, "s/b", a);
    CHECK(repair_id_now(mem, &now, "s", "a") != NULL);
}

TEST(repair_reads_what_a_step_makes_again)
{
    AUTO(mem) mem = mem_new("test");

    CHECK_STR(repair_label_id(mem, "make 12-3 in_cp"), "12-3");
    CHECK_STR(repair_label_id(mem, "make of a VNF 12-3 in_cp"), "12-3");
    CHECK(!repair_label_id(mem, "port fw in_cp"));
}
