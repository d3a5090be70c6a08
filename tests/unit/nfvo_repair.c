/* Identifiers of things that were made again take the place of those of before, wherever they stand whole. */
#include "nfvo/repair.h"
#include "test.h"

static char a[] = "a", b[] = "b", c[] = "c";

TEST(repair_renews_whole_strings_that_are_identifiers)
{
    static const struct {
        const char *before, *after;
    } rows[] = {
        {"{\"id\":\"a\"}", "{\"id\":\"c\"}"},
        {"[\"a\",\"aa\",\"b\",\"\"]", "[\"c\",\"aa\",\"c\",\"\"]"},
        {"[\"\\\"\",\"a\"]", "[\"\\\"\",\"c\"]"},
        {"[\"x\\\\\",\"a\",\"\\\"a\\\"\"]", "[\"x\\\\\",\"c\",\"\\\"a\\\"\"]"},
        {"[1,null,\"a", "[1,null,\"c"},
        {"[\"r\"]", "[\"r\"]"},
        {"", ""},
    };
    AUTO(mem) mem = mem_new("test");
    struct map now;

    map_init(&now, mem);
    map_set(&now, a, b);
    map_set(&now, b, c);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        CHECK_STR(repair_text_now(mem, rows[i].before, &now), rows[i].after);
    }
}

/* A site that gives an identifier again sends nobody round and round. */
TEST(repair_ends_where_identifiers_go_in_a_circle)
{
    AUTO(mem) mem = mem_new("test");
    struct map now;

    map_init(&now, mem);
    map_set(&now, a, b);
    map_set(&now, b, a);
    CHECK(repair_id_now(&now, "a") != NULL);
}

TEST(repair_reads_what_a_step_makes_again)
{
    AUTO(mem) mem = mem_new("test");

    CHECK_STR(repair_label_id(mem, "make 12-3 in_cp"), "12-3");
    CHECK_STR(repair_label_id(mem, "make of a VNF 12-3 in_cp"), "12-3");
    CHECK(!repair_label_id(mem, "port fw in_cp"));
}
