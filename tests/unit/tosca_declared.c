/* Declarations as an enemy's record may have them: values are refused, nothing breaks. */
#include "tosca/declared.h"

#include "base/time.h"
#include "base/vec.h"
#include "test.h"

#include <string.h>

static const struct json *
parsed(struct mem *mem, const char *text)
{
    const struct json *json = NULL;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    return json;
}

TEST(declared_values_are_held_against_any_record)
{
    static const struct {
        const char *declared, *values, *fault; /* null: accepted */
    } cases[] = {
        {"[{\"name\":\"a\",\"type\":\"integer\"}]", "{\"a\":1}", NULL},
        {"[{\"name\":\"a\",\"type\":\"float\",\"rules\":[{\"op\":\"less_than\",\"values\":[\"2\"]}]}]",
         "{\"a\":1.5}", NULL},
        {"[{\"name\":\"a\",\"type\":\"range\",\"rules\":[{\"op\":\"in_range\",\"values\":[\"1\",\"9\"]}]}]",
         "{\"a\":[1,10]}", "p.a: 10 is not in the range 1 to 9"},
        {"[{\"name\":\"a\",\"type\":\"range\"}]", "{\"a\":[2,1]}", "p.a: is no range"},
        {"[{\"name\":\"a\",\"type\":\"map\",\"entry\":{\"type\":\"boolean\"}}]", "{\"a\":{\"k\":1}}",
         "p.a.k: is no boolean"},
        {"[{\"name\":\"a\",\"type\":\"object\",\"members\":[{\"name\":\"b\",\"type\":\"scalar-unit.size\"}]}]",
         "{\"a\":{\"b\":\"2 MB\",\"c\":1}}", "p.a.c: the VNFD declares no such property"},
        {"[{\"name\":\"a\",\"type\":\"scalar-unit.time\"}]", "{\"a\":\"soon\"}", "p.a: is no scalar-unit.time"},
        /* No declarations at all, or none that mean anything. */
        {"{\"a\":1}", "{\"a\":1}", "p.a: the VNFD declares no such property"},
        {"[1,\"a\",{\"name\":7}]", "{\"a\":1}", "p.a: the VNFD declares no such property"},
        {"[{\"name\":\"a\"}]", "{\"a\":1}", "p.a: the VNFD's record says nothing of it"},
        {"[{\"name\":\"a\",\"type\":\"list\",\"entry\":7}]", "{\"a\":[1]}", "p.a[0]: the VNFD's record"},
        {"[{\"name\":\"a\",\"type\":\"string\",\"rules\":[7,{\"op\":1},{\"op\":\"pattern\"}]}]",
         "{\"a\":\"x\"}", NULL},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct err *e = declared_check(mem, "p", parsed(mem, cases[i].declared),
                                       parsed(mem, cases[i].values));

        if (cases[i].fault) {
            CHECK(e && strstr(e->message, cases[i].fault) != NULL);
            err_free(e);
        } else {
            CHECK_OK(e);
        }
    }
}

TEST(declared_pattern_of_an_enemy_is_not_run)
{
    AUTO(mem) mem = mem_new("test");
    char *pattern = mem_alloc(mem, 2000);
    struct err *e;

    memset(pattern, 'a', 1999);
    pattern[1999] = '\0';
    e = declared_check(mem, "p",
                       parsed(mem, mem_printf(mem, "[{\"name\":\"a\",\"type\":\"string\",\"rules\":"
                                                   "[{\"op\":\"pattern\",\"values\":[\"%s\"]}]}]",
                                              pattern)),
                       parsed(mem, "{\"a\":\"a\"}"));
    CHECK(e && strstr(e->message, "too long") != NULL);
    err_free(e);
}

TEST(declared_values_move_to_another_vnfd)
{
    AUTO(mem) mem = mem_new("test");
    const struct json *before = parsed(mem, "[{\"name\":\"a\",\"is\":1},{\"name\":\"b\",\"is\":2}]");
    const struct json *after = parsed(mem, "[{\"name\":\"b\",\"is\":3},{\"name\":\"c\",\"is\":4},"
                                           "{\"name\":\"d\"}]");

    CHECK_STR(json_text(mem, declared_move(mem, NULL, before, NULL)), "{\"a\":1,\"b\":2}");
    CHECK_STR(json_text(mem, declared_move(mem, before, after, parsed(mem, "{\"a\":7,\"b\":8}"))),
              "{\"b\":8,\"c\":4}");
    /* What a client took away does not come back. */
    CHECK_STR(json_text(mem, declared_move(mem, before, after, parsed(mem, "{\"a\":7}"))),
              "{\"c\":4}");
    CHECK(!declared_move(mem, before, NULL, parsed(mem, "{\"a\":7}")));
}

/* A transaction holds values against the patterns of whoever wrote the VNFD. */
TEST(declared_work_for_one_check_is_bounded)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF rules = BUF_INIT;
    AUTO_BUF values = BUF_INIT;
    int64_t began = time_mono_ns();

    buf_str(&rules, "[{\"name\":\"a\",\"type\":\"list\",\"entry\":{\"type\":\"string\",\"rules\":[");
    for (int i = 0; i < 100; i++) {
        buf_printf(&rules, "%s{\"op\":\"pattern\",\"values\":[\"(?:a|a)*b|a*\"]}", i ? "," : "");
    }
    buf_str(&rules, "]}}]");
    buf_str(&values, "{\"a\":[\"aaaaaaaaaaaaaa\"");
    for (int i = 0; i < 15000; i++) {
        buf_str(&values, ",\"aaaaaaaaaaaaaa\"");
    }
    buf_str(&values, "]}");
    CHECK_ERR_MSG(declared_check(mem, "p", parsed(mem, rules.data), parsed(mem, values.data)),
                  E_UNPROCESSABLE, "more to be held against patterns than is done at once");
    CHECK((time_mono_ns() - began) / 1000000000 < 20 * test_patience());

    buf_clear(&values);
    buf_str(&values, "{\"a\":[1");
    for (int i = 0; i < 30000; i++) {
        buf_str(&values, ",1");
    }
    buf_str(&values, "]}");
    CHECK_ERR_MSG(declared_check(mem, "p",
                                 parsed(mem, "[{\"name\":\"a\",\"type\":\"list\","
                                             "\"entry\":{\"type\":\"integer\"}}]"),
                                 parsed(mem, values.data)),
                  E_UNPROCESSABLE, "there are more values than are looked at at once");
}
