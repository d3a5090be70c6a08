/* What has changed between two looks of a plan. */
#include "nfvo/stored_plan.h"

#include "ledger/ledger.h"
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

/* ---- how many ---------------------------------------------------------------------------- */

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define OTHER "00000000-0000-4000-8000-000000000002"
#define NSD "00000000-0000-4000-8000-000000000003"
#define NS "00000000-0000-4000-8000-000000000004"

static struct err *
instance_make(struct tx *tx, void *arg)
{
    struct ns_descriptor *nsd = row_new(tx_mem(tx), &ns_descriptor_table);
    struct ns_instance *ns = row_new(tx_mem(tx), &ns_instance_table);

    (void)arg;
    nsd->id = NSD;
    ns->id = NS;
    nsd->project_id = ns->project_id = PROJECT;
    TRY(row_insert(tx, nsd));
    ns->nsd_id = ns->name = ns->description = "x";
    ns->nsd_info_id = NSD;
    return row_insert(tx, ns);
}

struct keeping {
    const char *project, *name;
};

static struct err *
plan_keep(struct tx *tx, void *arg)
{
    const struct keeping *keeping = arg;
    struct stored_plan *plan = row_new(tx_mem(tx), &stored_plan_table);

    plan->project_id = keeping->project;
    plan->name = keeping->name;
    plan->ns_instance_id = NS;
    plan->operation = "HEAL";
    plan->request = plan->seen = plan->plan = parsed(tx_mem(tx), "{}");
    return stored_plan_keep(tx, plan);
}

TEST(stored_plan_of_a_project_are_not_without_end)
{
    AUTO(mem) mem = mem_new("test");
    VEC(const struct table *) tables = {0};
    static const struct table *const *const lists[] = {ledger_tables, flow_tables, nfvo_tables};
    struct store_config config = {.path = test_store(":memory:"), .seal_key = "0123456789abcdef0123456789abcdef"};
    struct store *store = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct table *const *table = lists[i]; *table; table++) {
            vec_add(mem, &tables, *table);
        }
    }
    vec_add(mem, &tables, NULL);
    config.tables = tables.items;
    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_write_wait(store, instance_make, NULL));
    for (int i = 0; i < STORED_PLANS_MAX; i++) {
        REQUIRE_OK(store_write_wait(store, plan_keep,
                                    &(struct keeping){PROJECT, mem_printf(mem, "p%d", i)}));
    }
    CHECK_ERR(store_write_wait(store, plan_keep, &(struct keeping){PROJECT, "more"}), E_QUOTA);
    CHECK_OK(store_write_wait(store, plan_keep, &(struct keeping){OTHER, "more"}));
    store_close(store);
}
