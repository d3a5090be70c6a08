/* Addresses: text forms and arithmetic. */
#include "base/net.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "test.h"

#include <string.h>

static struct ip
ip(const char *s)
{
    struct ip out = {{0}};

    if (!ip_parse(s, &out)) {
        test_fail(__FILE__, __LINE__, "\"%s\" refused", s);
    }
    return out;
}

static struct cidr
cidr(const char *s)
{
    struct cidr out = {{{0}}, 0};

    if (!cidr_parse(s, &out)) {
        test_fail(__FILE__, __LINE__, "\"%s\" refused", s);
    }
    return out;
}

TEST(net_addresses_have_one_text)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"10.0.0.1", "10.0.0.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"::", "::"},
        {"fe80:0:0:1::", "fe80:0:0:1::"},
        {"::ffff:10.0.0.1", "10.0.0.1"},
    };
    static const char *const bad[] = {"",          "10.0.0",       "10.0.0.256", "010.0.0.1",
                                      "10.0.0.1 ", "fe80::1%eth0", "1::2::3",    "10.0.0.1/24",
                                      ":",         "g::"};
    char text[IP_TEXT_SIZE];
    struct ip out;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        out = ip(cases[i].in);
        CHECK_STR(ip_text(text, &out), cases[i].out);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        if (ip_parse(bad[i], &out)) {
            test_fail(__FILE__, __LINE__, "\"%s\" accepted", bad[i]);
        }
    }
    CHECK(!ip_parse(NULL, &out));
}

TEST(net_address_arithmetic)
{
    struct ip a = ip("10.0.0.255"), b = ip("10.0.1.0"), six = ip("2001:db8::ffff:ffff:ffff:ffff");
    struct ip sum = ip_add(&a, 1), far = ip("ffff::"), zero = ip("::");
    char text[IP_TEXT_SIZE];

    CHECK(!ip_cmp(&sum, &b));
    sum = ip_add(&b, -1);
    CHECK(!ip_cmp(&sum, &a));
    CHECK_INT(ip_diff(&a, &b), 1);
    CHECK_INT(ip_diff(&b, &a), -1);
    sum = ip_add(&six, 1);
    CHECK_STR(ip_text(text, &sum), "2001:db8:0:1::");
    CHECK_INT(ip_diff(&zero, &far), (int64_t)1 << 62);
    CHECK_INT(ip_diff(&far, &zero), -((int64_t)1 << 62));
    CHECK_INT(ip_v4(&a), 0x0a0000ff);
    CHECK_INT(ip_v4(&six), 0);
    CHECK(ip_cmp(&a, &b) < 0);
}

TEST(net_loopback)
{
    static const char *const all[] = {"127.0.0.1", "127.255.0.9", "::ffff:127.0.0.1", "::1"};
    static const char *const none[] = {"126.0.0.1", "128.0.0.1", "::2", "::", "0.0.0.0", "1::1"};
    struct ip ip;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        CHECK(ip_parse(all[i], &ip) && ip_is_loopback(&ip));
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK(ip_parse(none[i], &ip) && !ip_is_loopback(&ip));
    }
}

TEST(net_host_names)
{
    static const char *const good[] = {"a", "localhost", "cloud.example.net", "3com.com", "a-b.c", "x1", "xn--bcher-kva.example"};
    static const char *const bad[] = {"", ".", "a.", ".a", "a..b", "-a", "a-.b", "a_b", "a b", "10.0.0.1", "1", "a.1", "[::1]",
                                      "b\xc3\xbc" "cher"};
    char text[300];

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(host_is_name(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!host_is_name(bad[i]));
    }
    CHECK(!host_is_name(NULL));
    memset(text, 'a', sizeof text);
    text[63] = text[127] = text[191] = '.';
    text[253] = '\0';
    CHECK(host_is_name(text));
    text[253] = 'a', text[254] = '\0';
    CHECK(!host_is_name(text));
    text[64] = '\0', text[63] = 'a';
    CHECK(!host_is_name(text));
}

TEST(net_prefixes)
{
    struct cidr c = cidr("10.1.2.3/20"), six = cidr("2001:db8::5/64"), all = cidr("0.0.0.0/0");
    struct ip first = cidr_first(&c), last = cidr_last(&c), in = ip("10.1.15.254"),
              v6 = ip("2001:db8::ffff");
    struct cidr net = cidr_network(&c), one = cidr("10.1.15.0/24"), other = cidr("10.1.16.0/24");
    char text[CIDR_TEXT_SIZE];

    CHECK(!cidr_is_network(&c) && cidr_is_network(&net));
    CHECK_STR(cidr_text(text, &net), "10.1.0.0/20");
    CHECK_STR(ip_text(text, &first), "10.1.0.0");
    CHECK_STR(ip_text(text, &last), "10.1.15.255");
    CHECK(cidr_has(&c, &in) && !cidr_has(&c, &v6) && cidr_has(&six, &v6));
    CHECK(cidr_has(&all, &in) && !cidr_has(&all, &v6));
    all = cidr("::/0");
    CHECK(!cidr_has(&all, &in) && cidr_has(&all, &v6));
    CHECK(cidr_overlaps(&c, &one) && cidr_overlaps(&one, &c) && !cidr_overlaps(&c, &other));
    last = cidr_last(&six);
    CHECK_STR(ip_text(text, &last), "2001:db8::ffff:ffff:ffff:ffff");
}

TEST(net_prefixes_refused)
{
    static const char *const bad[] = {"10.0.0.0",    "10.0.0.0/33", "10.0.0.0/",
                                      "10.0.0.0/-1", "::/129",      "10.0.0.0/24x",
                                      "10.0.0.0/08", "/8",          "10.0.0.0/1234"};
    struct cidr c;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        if (cidr_parse(bad[i], &c)) {
            test_fail(__FILE__, __LINE__, "\"%s\" accepted", bad[i]);
        }
    }
}

TEST(net_macs)
{
    struct mac mac, again;
    char text[MAC_TEXT_SIZE];

    REQUIRE(mac_parse("FA:16:3e:00:9a:Ff", &mac));
    CHECK_STR(mac_text(text, &mac), "fa:16:3e:00:9a:ff");
    CHECK(!mac_parse("fa:16:3e:00:9a", &mac) && !mac_parse("fa-16-3e-00-9a-ff", &mac));
    CHECK(!mac_parse("fa:16:3e:00:9a:f", &mac) && !mac_parse("fa:16:3e:00:9a:+1", &mac));
    uuid_seed(3);
    mac = mac_random();
    uuid_seed(3);
    again = mac_random();
    CHECK(!memcmp(&mac, &again, sizeof mac));
    CHECK(!memcmp(mac.b, "\xfa\x16\x3e", 3));
}
