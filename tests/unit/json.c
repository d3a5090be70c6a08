/* JSON: what strict means, and that the writer writes what the parser reads. */
#include "base/json.h"
#include "base/vec.h"
#include "test.h"

#include <string.h>

static struct err *
parse(struct mem *mem, const char *text, const struct json **json)
{
    return json_parse(mem, text, strlen(text), json);
}

TEST(json_goes_there_and_back)
{
    static const char *const texts[] = {
        "{\"a\":[1,-2,true,false,null,\"x\",1.5,{}],\"b\":{\"c\":[]}}",
        "\"a\\\"b\\\\c\\u0001\\n\\t\\r\\b\\f\xc3\xa9\"",
        "[9223372036854775807,-9223372036854775808,9007199254740993]",
        "[0.1,1e+300,-2.5e-07,3.0]",
        "null",
    };
    AUTO(mem) m = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        const struct json *json, *again;

        REQUIRE_OK(parse(m, texts[i], &json));
        CHECK_STR(json_text(m, json), texts[i]);
        REQUIRE_OK(parse(m, json_text(m, json), &again));
        CHECK(json_equal(json, again));
    }
}

TEST(json_integers_are_exact_or_refused)
{
    AUTO(mem) m = mem_new("test");
    const struct json *json;

    REQUIRE_OK(parse(m, "[9007199254740993, 9223372036854775807]", &json));
    CHECK_INT(json->items[0]->i, 9007199254740993);
    CHECK_INT(json->items[1]->i, INT64_MAX);
    CHECK_ERR_MSG(parse(m, "[9223372036854775808]", &json), E_INVALID, "too big integer");
    CHECK_ERR_MSG(parse(m, "[-9223372036854775809]", &json), E_INVALID, "too big negative");
    CHECK_ERR(parse(m, "[1e999]", &json), E_INVALID);
}

TEST(json_refuses_what_is_not_strict)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{\"a\":\"x\\u0000y\"}", "\\u0000"},
        {"{\"a\\u0000\":1}", "\\u0000"},
        {"{\"a\":1,\"a\":2}", "duplicate"},
        {"{\"o\":{\"a\":1,\"b\":2,\"a\":3}}", "duplicate"},
        {"", "line 1"},
        {"{\"a\":1", "line 1"},
        {"{\"a\":1}x", "end of file expected"},
        {"[1,]", "line 1"},
        {"{a:1}", "line 1"},
        {"[01]", "line 1"},
        {"['a']", "line 1"},
        {"[NaN]", "line 1"},
        {"[\"\xff\"]", "unable to decode byte 0xff"},
        {"[\"\\ud800\"]", "line 1"},
        {"[\"a\nb\"]", "line"},
        {"{\n  \"a\": nope\n}", "line 2"},
    };
    AUTO(mem) m = mem_new("test");
    const struct json *json;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_ERR_MSG(parse(m, cases[i].text, &json), E_INVALID, cases[i].says);
    }
    CHECK_ERR(json_parse(m, "\"a\0b\"", 5, &json), E_INVALID);
    CHECK_ERR(json_parse(m, "1\0", 2, &json), E_INVALID);
}

TEST(json_depth_is_limited)
{
    AUTO(mem) m = mem_new("test");
    AUTO_BUF b = BUF_INIT;
    const struct json *json;

    for (int i = 0; i < 10000; i++) {
        buf_str(&b, i % 2 ? "{\"a\":" : "[");
    }
    CHECK_ERR_MSG(parse(m, b.data, &json), E_INVALID, "nested deeper than 64 levels");
    CHECK_ERR_MSG(json_parse_within(m, "[[[]]]", 6, 2, &json), E_INVALID,
                  "column 3: nested deeper than 2 levels");
    CHECK_OK(json_parse_within(m, "[[[]]]", 6, 3, &json));
    buf_clear(&b);
    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        buf_char(&b, '[');
    }
    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        buf_char(&b, ']');
    }
    CHECK_OK(parse(m, b.data, &json));
    CHECK_STR(json_text(m, json), b.data);
    CHECK_OK(parse(m, "\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"",
                   &json));
}

/* What was parsed as deep as it may be is put into something of ours: no JSON, but no end of us. */
TEST(json_too_deep_to_be_written_is_said)
{
    AUTO(mem) m = mem_new("test");
    AUTO_BUF b = BUF_INIT;
    const struct json *json, *back;
    struct jw w = jw_to(&b);

    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        buf_str(&b, "{\"a\":");
    }
    buf_char(&b, '1');
    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        buf_char(&b, '}');
    }
    REQUIRE_OK(parse(m, b.data, &json));
    buf_clear(&b);
    jw_json(&w, NULL, json);
    CHECK(!b.overflow);
    for (int around = 1; around < 100; around += 40) {
        buf_clear(&b);
        w = jw_to(&b);
        for (int i = 0; i < around; i++) {
            jw_array(&w, NULL);
            jw_str(&w, NULL, "before");
        }
        jw_json(&w, NULL, json);
        for (int i = 0; i < around; i++) {
            jw_int(&w, NULL, 1);
            jw_end(&w);
        }
        CHECK(b.overflow);
        CHECK_INT(w.depth, 0);
        CHECK_ERR_MSG(json_parse(m, b.data, b.len, &back), E_INVALID, "nested deeper than");
    }
}

TEST(json_large_body)
{
    AUTO(mem) m = mem_new("test");
    AUTO_BUF b = BUF_INIT;
    struct jw w = jw_to(&b);
    const struct json *json;
    size_t n = 0;

    jw_array(&w, NULL);
    for (; b.len < 10 << 20; n++) {
        jw_object(&w, NULL);
        jw_int(&w, "n", (int64_t)n);
        jw_str(&w, "name", "a name that takes some room in the body of the request");
        jw_end(&w);
    }
    jw_end(&w);
    REQUIRE_OK(json_parse(m, b.data, b.len, &json));
    CHECK_INT(json->n, n);
    CHECK_INT(json_int(json_get(json->items[n - 1], "n"), -1), n - 1);
    CHECK_ERR(json_parse(m, b.data, b.len - 1, &json), E_INVALID);
}

TEST(json_lookups_accept_null_and_wrong_types)
{
    AUTO(mem) m = mem_new("test");
    const struct json *json;

    REQUIRE_OK(
        parse(m, "{\"server\":{\"addr\":[{\"ip\":\"10.0.0.2\"}],\"n\":3,\"up\":true}}", &json));
    CHECK_STR(json_str(json_path(json, "server.addr.0.ip")), "10.0.0.2");
    CHECK(json_path(json, "") == json);
    CHECK(!json_path(json, "server.addr.1.ip"));
    CHECK(!json_path(json, "server.addr.x"));
    CHECK(!json_path(json, "server.n.x"));
    CHECK_INT(json_int(json_path(json, "server.n"), 0), 3);
    CHECK_INT(json_int(json_path(json, "server.up"), 9), 9);
    CHECK(json_bool(json_path(json, "server.up"), false));
    CHECK(json_bool(NULL, true));
    CHECK(!json_get(NULL, "x") && !json_get_str(json, "server") && !json_is(NULL, JSON_T_NULL));
    CHECK_STR(json_type_name(json_get(json, "server")->type), "object");
}

TEST(json_equality_ignores_the_order_of_keys)
{
    AUTO(mem) m = mem_new("test");
    const struct json *a, *b, *c;

    REQUIRE_OK(parse(m, "{\"x\":1,\"y\":[1.5,\"z\",null]}", &a));
    REQUIRE_OK(parse(m, "{\"y\":[1.5,\"z\",null],\"x\":1}", &b));
    REQUIRE_OK(parse(m, "{\"y\":[1.5,\"z\",false],\"x\":1}", &c));
    CHECK(json_equal(a, b) && !json_equal(a, c) && !json_equal(a, NULL));
    CHECK(json_equal(NULL, NULL));
}

/* Member by member this would take longer than a test may. */
TEST(json_equality_of_wide_objects_is_quick)
{
    AUTO(mem) m = mem_new("test");
    AUTO_BUF up = BUF_INIT;
    AUTO_BUF down = BUF_INIT;
    const struct json *a, *b;

    for (int i = 0; i < 200000; i++) {
        buf_printf(&up, "%c\"k%d\":1", i ? ',' : '{', i);
        buf_printf(&down, "%c\"k%d\":1", i ? ',' : '{', 199999 - i);
    }
    buf_char(&up, '}');
    buf_char(&down, '}');
    REQUIRE_OK(parse(m, up.data, &a));
    REQUIRE_OK(parse(m, down.data, &b));
    CHECK(json_equal(a, b));
}

TEST(json_writer_takes_care_of_commas)
{
    AUTO_BUF b = BUF_INIT;
    struct jw w = jw_to(&b);

    jw_object(&w, NULL);
    jw_str(&w, "s", NULL);
    jw_array(&w, "a");
    jw_int(&w, NULL, 1);
    jw_object(&w, NULL);
    jw_end(&w);
    jw_bool(&w, NULL, false);
    jw_end(&w);
    jw_raw(&w, "raw", "{\"k\":1}");
    jw_real(&w, "r", 0.0 / 1.0);
    jw_null(&w, "z");
    jw_end(&w);
    CHECK_STR(b.data, "{\"s\":null,\"a\":[1,{},false],\"raw\":{\"k\":1},\"r\":0.0,\"z\":null}");
}

TEST(merge_patches_as_rfc_7396_says)
{
    static const struct {
        const char *json, *patch, *merged;
    } cases[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":{\"b\":\"c\",\"d\":1}}", "{\"a\":{\"b\":2,\"x\":null}}", "{\"a\":{\"d\":1,\"b\":2}}"},
        {"[1]", "{\"a\":{\"b\":{\"c\":null}}}", "{\"a\":{\"b\":{}}}"},
        {"{\"a\":1}", "[2]", "[2]"},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct json *json, *patch;

        CHECK_OK(json_parse(mem, cases[i].json, strlen(cases[i].json), &json));
        CHECK_OK(json_parse(mem, cases[i].patch, strlen(cases[i].patch), &patch));
        CHECK_STR(json_text(mem, json_merge(mem, json, patch)), cases[i].merged);
        /* And back. */
        CHECK(json_equal(json_merge(mem, json_merge(mem, json, patch),
                                    json_merge_undo(mem, json, patch)),
                         json));
    }
}
