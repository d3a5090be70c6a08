/* YAML: places, faults, limits, and the types of scalars. */
#include "base/yaml.h"
#include "base/vec.h"
#include "test.h"

#include <string.h>

static struct err *
parse(struct mem *mem, const char *text, const struct yaml **root)
{
    return yaml_parse(mem, "f.yaml", text, strlen(text), NULL, root);
}

TEST(yaml_nodes_know_their_place)
{
    AUTO(mem) m = mem_new("test");
    const struct yaml *root, *list;

    REQUIRE_OK(parse(m, "a: 1\nb:\n  - x\n  - {c: 'no'}\n", &root));
    list = yaml_get(root, "b");
    REQUIRE(list && list->type == YAML_T_LIST && list->n == 2);
    CHECK_INT(list->line, 3);
    CHECK_INT(yaml_key(root, "b")->line, 2);
    CHECK_INT(list->items[1]->line, 4);
    CHECK_INT(list->items[1]->column, 5);
    CHECK_STR(list->items[0]->file, "f.yaml");
    CHECK_STR(yaml_get_str(list->items[1], "c"), "no");
    CHECK(!yaml_get(list->items[1], "c")->plain);
    CHECK_STR(yaml_get_str(root, "nothing"), NULL);
    CHECK_STR(yaml_str(root), NULL);
    CHECK(!yaml_get(yaml_get(root, "a"), "x"));
}

TEST(yaml_faults_name_file_line_and_column)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"a: 1\na: 2\n", "f.yaml:2:1: key \"a\" is given twice"},
        {"a: [1\n", "f.yaml:2"},
        {"a:\n\t- x\n", "f.yaml:2"},
        {"{[1]: 2}", "a key must be a scalar"},
        {"a: *b\n", "f.yaml:1:4: unknown alias *b"},
        {"a: &a [*a]\n", "unknown alias *a"},
        {"a: 1\n---\nb: 2\n", "f.yaml:2:1: more than one document"},
        {"", "empty document"},
        {"a: \"x\\0y\"\n", "NUL"},
        {"a: \xff\n", "f.yaml:"},
    };
    AUTO(mem) m = mem_new("test");
    const struct yaml *root;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_ERR_MSG(parse(m, cases[i].text, &root), E_INVALID, cases[i].says);
    }
}

TEST(yaml_aliases_share_and_are_counted)
{
    AUTO(mem) m = mem_new("test");
    AUTO_BUF bomb = BUF_INIT;
    const struct yaml *root;

    REQUIRE_OK(parse(m, "a: &x {k: v}\nb: *x\n", &root));
    CHECK_STR(yaml_get_str(yaml_get(root, "b"), "k"), "v");
    CHECK_INT(yaml_get(root, "b")->line, 2);
    buf_str(&bomb, "l0: &l0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
        buf_printf(&bomb, "l%d: &l%d [", i, i);
        for (int j = 0; j < 9; j++) {
            buf_printf(&bomb, "%s*l%d", j ? ", " : "", i - 1);
        }
        buf_str(&bomb, "]\n");
    }
    CHECK_ERR_MSG(parse(m, bomb.data, &root), E_INVALID, "aliases expand to too many nodes");
}

/* yaml.org/type/merge: what the map has itself goes first, then the earlier of several. */
TEST(yaml_maps_are_merged)
{
    AUTO(mem) m = mem_new("test");
    const struct yaml *root, *c;

    REQUIRE_OK(parse(m, "a: &a {k: 1, l: 1}\nb: &b {l: 2, n: 2}\nc: {l: 3, <<: [*b, *a], o: 3}\nd: {'<<': *a}\ne: {<<: *a}\n",
                     &root));
    c = yaml_get(root, "c");
    CHECK_INT(c->n, 4);
    CHECK_STR(yaml_get_str(c, "l"), "3");
    CHECK_STR(yaml_get_str(c, "n"), "2");
    CHECK_STR(yaml_get_str(c, "k"), "1");
    CHECK_INT(yaml_get(c, "k")->line, 1);
    CHECK_STR(yaml_get_str(yaml_get(yaml_get(root, "d"), "<<"), "k"), "1"); /* A key like others, in quotes. */
    CHECK_STR(yaml_get_str(yaml_get(root, "e"), "l"), "1");
    CHECK_ERR_MSG(parse(m, "a: &a x\nb: {<<: *a}\n", &root), E_INVALID, "f.yaml:2:9: << takes a map");
    CHECK_ERR_MSG(parse(m, "a: &a {}\nb: {<<: [*a, [x]]}\n", &root), E_INVALID, "<< takes a map, or a list of maps");
}

TEST(yaml_depth_is_limited_through_aliases_too)
{
    struct yaml_limits limits = {.max_depth = 8};
    const char *chain = "a: &a [[[x]]]\nb: &b [[[*a]]]\nc: [*b]\n";
    AUTO(mem) m = mem_new("test");
    AUTO_BUF deep = BUF_INIT;
    const struct yaml *root;

    CHECK_ERR_MSG(yaml_parse(m, "f", chain, strlen(chain), &limits, &root), E_INVALID,
                  "through an alias");
    limits.max_depth = 9;
    CHECK_OK(yaml_parse(m, "f", chain, strlen(chain), &limits, &root));
    for (int i = 0; i < 100000; i++) {
        buf_char(&deep, '[');
    }
    CHECK_ERR_MSG(parse(m, deep.data, &root), E_INVALID, "nested too deeply");
}

TEST(yaml_node_limit)
{
    struct yaml_limits limits = {.max_nodes = 4};
    AUTO(mem) m = mem_new("test");
    const struct yaml *root;

    CHECK_OK(yaml_parse(m, "f", "[a, b, c]", 9, &limits, &root));
    CHECK_ERR_MSG(yaml_parse(m, "f", "[a, b, c, d]", 12, &limits, &root), E_INVALID, "too many");
}

TEST(yaml_scalars_are_typed_on_demand)
{
    AUTO(mem) m = mem_new("test");
    const struct yaml *root;
    int64_t i = 0;
    bool b = false;

    REQUIRE_OK(
        parse(m, "{i: 12, p: +3, q: '12', t: yes, f: Off, n: ~, e: , s: x, neg: -4}", &root));
    CHECK(yaml_to_i64(yaml_get(root, "i"), &i) && i == 12);
    CHECK(yaml_to_i64(yaml_get(root, "p"), &i) && i == 3);
    CHECK(yaml_to_i64(yaml_get(root, "neg"), &i) && i == -4);
    CHECK(!yaml_to_i64(yaml_get(root, "q"), &i));
    CHECK(yaml_to_bool(yaml_get(root, "t"), &b) && b);
    CHECK(yaml_to_bool(yaml_get(root, "f"), &b) && !b);
    CHECK(!yaml_to_bool(yaml_get(root, "s"), &b));
    CHECK(yaml_is_null(yaml_get(root, "n")) && yaml_is_null(yaml_get(root, "e")));
    CHECK(yaml_is_null(yaml_get(root, "absent")) && !yaml_is_null(yaml_get(root, "s")));
}

TEST(yaml_as_json)
{
    AUTO(mem) m = mem_new("test");
    const struct yaml *root;

    REQUIRE_OK(parse(m,
                     "a: [1, '1', 1.5, 1e3, true, null, 10.0.0.1, 1.2.3, -, e5, 2020-01-01]\n"
                     "b: {c: yes}\n",
                     &root));
    CHECK_STR(json_text(m, yaml_to_json(m, root)),
              "{\"a\":[1,\"1\",1.5,1000.0,true,null,\"10.0.0.1\",\"1.2.3\",\"-\",\"e5\","
              "\"2020-01-01\"],\"b\":{\"c\":\"yes\"}}");
}
