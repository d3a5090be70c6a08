/* Buffers and text encodings. */
#include "base/str.h"
#include "base/vec.h"
#include "test.h"

#include <string.h>

TEST(str_buf_grows_and_stops_at_its_limit)
{
    AUTO_BUF b = BUF_INIT;
    AUTO_BUF small = {.max = 5};

    for (int i = 0; i < 1000; i++) {
        buf_printf(&b, "%d,", i);
    }
    CHECK_INT(b.len, strlen(b.data));
    CHECK(str_ends(b.data, "998,999,"));
    buf_str(&small, "abc");
    buf_str(&small, "def");
    CHECK_STR(small.data, "abc");
    CHECK(small.overflow);
    buf_clear(&small);
    buf_str(&small, "12345");
    CHECK(!small.overflow);
    CHECK_STR(small.data, "12345");
}

TEST(str_buf_int_writes_every_integer)
{
    AUTO_BUF b = BUF_INIT;

    buf_int(&b, INT64_MIN);
    buf_char(&b, ' ');
    buf_int(&b, INT64_MAX);
    buf_char(&b, ' ');
    buf_int(&b, 0);
    CHECK_STR(b.data, "-9223372036854775808 9223372036854775807 0");
}

TEST(str_to_i64_takes_whole_integers_only)
{
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "12x",
                                      "+1",
                                      "-",
                                      "--1",
                                      "1.0",
                                      "0x10",
                                      "9223372036854775808",
                                      "-9223372036854775809"};
    int64_t v = 5;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        if (str_to_i64(bad[i], &v)) {
            test_fail(__FILE__, __LINE__, "\"%s\" accepted", bad[i]);
        }
    }
    CHECK(!str_to_i64(NULL, &v));
    CHECK_INT(v, 5);
    CHECK(str_to_i64("-9223372036854775808", &v) && v == INT64_MIN);
    CHECK(str_to_i64("007", &v) && v == 7);
}

TEST(str_split_keeps_empty_parts)
{
    AUTO(mem) m = mem_new("test");
    size_t n;
    char **parts = str_split(m, "a,,b,", ',', &n);

    REQUIRE(n == 4);
    CHECK_STR(parts[0], "a");
    CHECK_STR(parts[1], "");
    CHECK_STR(parts[2], "b");
    CHECK_STR(parts[3], "");
    CHECK(!parts[4]);
    (void)str_split(m, "", ',', &n);
    CHECK_INT(n, 1);
}

TEST(str_utf8_refuses_what_unicode_refuses)
{
    static const struct {
        const char *s;
        size_t n;
        bool valid;
    } cases[] = {
        {"plain", 5, true},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, true},
        {"a\0b", 3, false},
        {"\xc0\x80", 2, false},         /* overlong NUL */
        {"\xe0\x80\xaf", 3, false},     /* overlong slash */
        {"\xed\xa0\x80", 3, false},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, false}, /* past U+10FFFF */
        {"\xe2\x82", 2, false},         /* cut */
        {"\x80", 1, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (str_utf8(cases[i].s, cases[i].n) != cases[i].valid) {
            test_fail(__FILE__, __LINE__, "case %zu", i);
        }
    }
}

TEST(str_base64_goes_there_and_back)
{
    AUTO(mem) m = mem_new("test");
    unsigned char data[256];
    size_t n;

    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (unsigned char)(i * 7 + 3);
    }
    for (size_t len = 0; len <= sizeof data; len++) {
        for (int url = 0; url < 2; url++) {
            void *back = base64_to(m, base64_from(m, data, len, url), &n);

            REQUIRE(back && n == len && !memcmp(back, data, len));
        }
    }
    CHECK_STR(base64_from(m, "\xff\xfe", 2, false), "//4=");
    CHECK_STR(base64_from(m, "\xff\xfe", 2, true), "__4");
    CHECK(!base64_to(m, "a", &n));
    CHECK(!base64_to(m, "ab=c", &n));
    CHECK(!base64_to(m, "a b=", &n));
    CHECK(!base64_to(m, "abc==", &n));
}

TEST(str_hex_goes_there_and_back)
{
    char text[9];
    unsigned char back[4];

    hex_from(text, "\x00\x9a\xff\x01", 4);
    CHECK_STR(text, "009aff01");
    CHECK(hex_to(back, "009AfF01", 4) && !memcmp(back, "\x00\x9a\xff\x01", 4));
    CHECK(!hex_to(back, "0", 1));
    CHECK(!hex_to(back, "0g", 1));
}

TEST(str_url_coding_refuses_bad_escapes)
{
    AUTO(mem) m = mem_new("test");

    CHECK_STR(url_encode(m, "a b/\xc3\xa9~-._"), "a%20b%2F%C3%A9~-._");
    CHECK_STR(url_decode(m, "a%20b%2f+c", false), "a b/+c");
    CHECK_STR(url_decode(m, "a+b", true), "a b");
    CHECK_STR(url_decode(m, "%00", false), NULL);
    CHECK_STR(url_decode(m, "%4", false), NULL);
    CHECK_STR(url_decode(m, "%zz", false), NULL);
}

TEST(str_comparisons_know_null)
{
    static const char *const list[] = {"a", "b", NULL};

    CHECK(str_eq(NULL, NULL) && !str_eq(NULL, "") && str_eq("x", "x"));
    CHECK(str_eq_case("AbC", "aBc"));
    CHECK(str_starts("abc", "ab") && !str_starts(NULL, "a") && !str_starts("a", "ab"));
    CHECK(str_ends("abc", "bc") && !str_ends("c", "bc"));
    CHECK(str_in("b", list) && !str_in("c", list) && !str_in(NULL, list));
    CHECK(secret_eq("same", "same") && !secret_eq("same", "sama") && !secret_eq("a", "ab"));
}

TEST(str_url_with_a_password_however_it_is_written)
{
    static const char *const with[] = {"postgresql://u:p@h/d", "postgresql://u@h/d?password=x", "postgresql://h/d?p%61ssword=x",
                                       "postgresql://h/d?sslmode=require&%70%61ssw%6Frd=x", "postgresql://h?%70assword%3Dx"};
    static const char *const without[] = {"/var/lib/x.db", "postgresql://u@h:5432/d", "postgresql://h/d?passfile=/f",
                                          "postgresql://h/d?pass%", "postgresql://h/d?p%6"};

    for (size_t i = 0; i < ARRAY_SIZE(with); i++) {
        CHECK(url_has_password(with[i]));
    }
    for (size_t i = 0; i < ARRAY_SIZE(without); i++) {
        CHECK(!url_has_password(without[i]));
    }
}
