/* Every table of this binary says what its attributes mean, and every route of every
 * API stands in its OpenAPI document. */
#include "faces/doc.h"

#include "desired/desired.h"
#include "compute/compute.h"
#include "faces/etsi.h"
#include "faces/faces.h"
#include "faces/orchestrator.h"
#include "flow/flow.h"
#include "fm/fm.h"
#include "identity/identity.h"
#include "image/image.h"
#include "network/network.h"
#include "nfvo/nfvo.h"
#include "pm/pm.h"
#include "test.h"
#include "vim/vim.h"

#include "base/vec.h"

#include <ctype.h>
#include <string.h>

static void
check_table(const struct table *table)
{
    if (table) {
        CHECK_OK(table_check(table));
    }
}

static void
check_list(const struct table *const *tables)
{
    CHECK(tables[0]);
    for (; *tables; tables++) {
        check_table(*tables);
    }
}

static void
check_kinds(const struct step_kind *const *kinds)
{
    CHECK(kinds[0]);
    for (; *kinds; kinds++) {
        CHECK(!str_empty((*kinds)->doc));
        check_table((*kinds)->in);
        check_table((*kinds)->out);
    }
}

static void
use_rules(void)
{
    AUTO(mem) mem = mem_new("rules");
    VEC(struct policy_rule) rules = {0};
    struct policy *policy;

    for (size_t i = 0; i < identity_n_rules; i++) {
        vec_add(mem, &rules, identity_rules[i]);
    }
    for (size_t i = 0; i < image_n_rules; i++) {
        vec_add(mem, &rules, image_rules[i]);
    }
    for (size_t i = 0; i < rules.n; i++) {
        CHECK(!str_empty(rules.items[i].doc));
    }
    REQUIRE_OK(policy_new(rules.items, rules.n, &policy));
    policy_use(policy);
}

TEST(doc_every_resource_is_sound_and_explained)
{
    const struct resource *const *all;
    size_t n;

    use_rules();
    doc_register();
    n = resource_all(&all);
    CHECK(n > 25);
    CHECK(resource_find("network"));
    CHECK(resource_find("ns_instance"));
    for (size_t i = 0; i < n; i++) {
        CHECK_OK(resource_check(all[i]));
    }
}

TEST(doc_every_table_is_explained)
{
    static const struct table *const *const lists[] = {ledger_tables,  identity_tables,
                                                       image_tables,   network_tables,
                                                       compute_tables, flow_tables, nfvo_tables,
                                                       fm_tables,      notify_tables,
                                                       metrics_tables, pm_tables};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        check_list(lists[i]);
    }
    for (enum desired_kind kind = 0; kind < DESIRED_N_KINDS; kind++) {
        check_table(desired_table(kind));
    }
    check_table(&desired_message_table);
    check_table(&desired_counters_table);
    check_kinds(vim_kinds);
    check_kinds(nfvo_kinds);
    for (const struct flow_type *const *flow = nfvo_flows; *flow; flow++) {
        check_table((*flow)->in);
        check_table((*flow)->out);
    }
    for (const struct face *const *face = all_faces; *face; face++) {
        for (size_t i = 0; i < (*face)->n_routes; i++) {
            check_table((*face)->routes[i].body);
        }
    }
}

/* ---- OpenAPI ------------------------------------------------------------------------------- */

/* Descriptions of the properties of a schema, however deep. */
static void
check_schema(const struct face *face, const char *path, const struct json *schema)
{
    const struct json *properties = json_get(schema, "properties");

    json_each (properties, i) {
        const struct json *one = properties->items[i];

        /* An envelope is an object of its own; everything else is an attribute. */
        if (!json_get(one, "properties") && !json_get(one, "items") &&
            str_empty(json_get_str(one, "description"))) {
            test_fail(__FILE__, __LINE__, "%s %s: %s has no description", face->name, path,
                      properties->keys[i]);
        }
        check_schema(face, path, one);
    }
    if (json_get(schema, "items")) {
        check_schema(face, path, json_get(schema, "items"));
    }
}

static void
check_contents(const struct face *face, const char *path, const struct json *holder)
{
    const struct json *content = json_get(holder, "content");

    json_each (content, i) {
        check_schema(face, path, json_get(content->items[i], "schema"));
    }
}

static void
check_operation(struct mem *mem, const struct face *face, const struct json *paths,
                const struct route *route)
{
    const struct json *path = json_get(paths, route->path), *operation, *responses;
    char *method = mem_str(mem, str_eq(route->method, "*") ? "get" : route->method);

    for (char *c = method; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    operation = json_get(path, method);
    if (!operation) {
        test_fail(__FILE__, __LINE__, "%s: no %s %s in the document", face->name, method,
                  route->path);
        return;
    }
    CHECK(!str_empty(json_get_str(operation, "summary")));
    check_contents(face, route->path, json_get(operation, "requestBody"));
    responses = json_get(operation, "responses");
    CHECK(responses && responses->n >= 2);
    json_each (responses, i) {
        check_contents(face, route->path, responses->items[i]);
    }
}

TEST(doc_openapi_has_every_route)
{
    for (const struct face *const *face = all_faces; *face; face++) {
        AUTO(mem) mem = mem_new("test");
        AUTO_BUF out = BUF_INIT;
        const struct json *json = NULL, *paths;

        REQUIRE_OK(doc_openapi((*face)->name, &out));
        REQUIRE_OK(json_parse(mem, out.data, out.len, &json));
        CHECK_STR(json_get_str(json, "openapi"), "3.0.3");
        paths = json_get(json, "paths");
        CHECK((*face)->n_routes > 0 && paths && paths->n > 0);
        for (size_t i = 0; i < (*face)->n_routes; i++) {
            check_operation(mem, *face, paths, &(*face)->routes[i]);
        }
    }
}

TEST(doc_openapi_of_nothing_is_refused)
{
    AUTO_BUF out = BUF_INIT;

    CHECK_ERR(doc_openapi("nothing", &out), E_NOT_FOUND);
    CHECK_OK(doc_openapi(NULL, &out));
    CHECK(strstr(out.data, "neutron\n"));
}

static void
check_mounts(const struct rest_mount *mounts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct face *const *face = all_faces;

        while (*face && *face != mounts[i].face) {
            face++;
        }
        if (!*face) {
            test_fail(__FILE__, __LINE__, "%s is served and in no document", mounts[i].face->name);
        }
    }
}

/* The faces that a site and an orchestrator serve are all in the list. */
TEST(doc_knows_every_face)
{
    AUTO(mem) mem = mem_new("test");
    void *there = mem;
    const struct site_services services = {there, there, there, there, there, there, there};
    struct nfvo nfvo = {0};
    const struct rest_mount *mounts;
    size_t n;

    mounts = site_mounts(mem, &services, &n);
    CHECK_INT(n, 6);
    check_mounts(mounts, n);
    mounts = orchestrator_mounts(mem, there, &nfvo, there, &n);
    CHECK(n > 10);
    check_mounts(mounts, n);
}
