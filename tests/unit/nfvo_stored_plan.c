/* What has changed between two looks of a plan. */
#include "nfvo/stored_plan.h"
#include "test.h"

#include <string.h>

static const struct json *
parsed(struct mem *mem, const char *text)
{
    const struct json *json;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    return json;
}

static const char *
lines_of(struct mem *mem, const char *then, const char *now)
{
    stored_plan_lines lines = {0};
    const char *all = "";

    stored_plan_differences(mem, parsed(mem, then), parsed(mem, now), &lines);
    vec_each (&lines, line) {
        all = mem_printf(mem, "%s%s\n", all, *line);
    }
    return all;
}

TEST(stored_plan_tells_each_difference_once)
{
    static const struct {
        const char *then, *now, *lines;
    } cases[] = {
        {"{\"instance\": {\"revision\": 3}, \"looks\": {\"sites\": {\"a\": [1, 2]}}, \"calls\": [\"x\"]}",
         "{\"instance\": {\"revision\": 3}, \"looks\": {\"sites\": {\"a\": [1, 2]}}, \"calls\": [\"x\"]}", ""},
        {"{\"instance\": {\"revision\": 3}}", "{\"instance\": {\"revision\": 4}}",
         "instance.revision was 3, is 4\n"},
        /* Items are told by their names, whatever their places. */
        {"{\"looks\": {\"look\": {\"sites\": [{\"name\": \"east\", \"vcpus\": 4}, {\"name\": \"west\", \"vcpus\": 2}]}}}",
         "{\"looks\": {\"look\": {\"sites\": [{\"name\": \"west\", \"vcpus\": 2}, {\"name\": \"east\", \"vcpus\": 8}]}}}",
         "sites[east].vcpus was 4, is 8\n"},
        {"{\"looks\": {\"look\": {\"sites\": [{\"name\": \"east\"}]}}}",
         "{\"looks\": {\"look\": {\"sites\": [{\"name\": \"east\"}, {\"name\": \"west\"}]}}}",
         "sites[west] was absent, is {\"name\":\"west\"}\n"},
        {"{\"looks\": {\"look\": {\"sites\": [{\"name\": \"east\"}]}}}",
         "{\"looks\": {\"look\": {\"sites\": []}}}", "sites[east] was {\"name\":\"east\"}, is absent\n"},
        /* Of one name: the first is like the first. */
        {"{\"looks\": {\"a\": {\"x\": [{\"name\": \"n\", \"y\": 1}, {\"name\": \"n\", \"y\": 2}]}}}",
         "{\"looks\": {\"a\": {\"x\": [{\"name\": \"n\", \"y\": 1}, {\"name\": \"n\", \"y\": 2}]}}}", ""},
        {"{\"looks\": {\"a\": {\"x\": [{\"name\": \"n\", \"y\": 1}, {\"name\": \"n\", \"y\": 2}]}}}",
         "{\"looks\": {\"a\": {\"x\": [{\"name\": \"n\", \"y\": 1}, {\"name\": \"n\", \"y\": 3}]}}}",
         "x[n].y was 2, is 3\n"},
        {"{\"looks\": {\"a\": {\"x\": [{\"name\": \"n\"}]}}}",
         "{\"looks\": {\"a\": {\"x\": [{\"name\": \"n\"}, {\"name\": \"n\"}]}}}",
         "x[n] was absent, is {\"name\":\"n\"}\n"},
        /* Two looks that tell the same. */
        {"{\"looks\": {\"a\": {\"x\": 1}, \"b\": {\"x\": 1}}}",
         "{\"looks\": {\"a\": {\"x\": 2}, \"b\": {\"x\": 2}}}", "x was 1, is 2\n"},
        /* What follows from a difference is none of its own. */
        {"{\"looks\": {\"a\": {\"x\": 1}}, \"calls\": [\"POST 1\"]}",
         "{\"looks\": {\"a\": {\"x\": 2}}, \"calls\": [\"POST 2\"]}", "x was 1, is 2\n"},
        {"{\"looks\": {}, \"calls\": [\"POST 1\"]}", "{\"looks\": {}, \"calls\": [\"POST 2\"]}",
         "call[0] was \"POST 1\", is \"POST 2\"\n"},
        {"{\"looks\": {}}", "{\"looks\": {\"a\": {\"x\": 2}}}", "a was absent, is {\"x\":2}\n"},
        {"{\"looks\": {\"a\": {\"x\": {\"y\": 1}}}}", "{\"looks\": {\"a\": {\"x\": null}}}",
         "x was {\"y\":1}, is null\n"},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_STR(lines_of(mem, cases[i].then, cases[i].now), cases[i].lines);
    }
}

TEST(stored_plan_cuts_no_character_of_a_long_value)
{
    AUTO(mem) mem = mem_new("test");

    for (int n = 110; n < 125; n++) {
        const char *now = mem_printf(mem, "{\"looks\": {\"a\": {\"x\": \"%0*dä日本語𝄞%0*d\"}}}", n, 0, 20, 0);
        const char *lines = lines_of(mem, "{\"looks\": {\"a\": {\"x\": 1}}}", now);

        CHECK(str_utf8(lines, strlen(lines)));
        CHECK(strlen(lines) < 200);
    }
}
