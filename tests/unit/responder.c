/* The responder without sockets: packets in, packets out; requests in, texts
 * out; and changes of what it knows. */
#include "responder/answer.h"
#include "responder/http.h"
#include "responder/metadata.h"
#include "responder/tree.h"

#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_1 "6105d6cc-76af-5003-a5e9-4d588ce511b1"
#define PORT_2 "6105d6cc-76af-5003-a5e9-4d588ce511b2"
#define SERVER "6105d6cc-76af-5003-a5e9-4d588ce511c0"
#define FACTS                                                                                      \
    "\"network_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511d0\",\"mtu\":1450,"                        \
    "\"project_id\":\"11111111111111111111111111111111\",\"name\":\"Web 1\",\"hostname\":\"web-1\""
#define REST "\"server_id\":\"" SERVER "\"," FACTS
#define GUEST_1                                                                                    \
    "{\"id\":\"" PORT_1 "\",\"handle\":1025,\"mac\":\"fa:16:3e:00:00:01\",\"ifname\":\"eth0\","     \
    "\"user_data\":\"aGVsbG8=\",\"addresses\":[{\"ip\":\"10.0.0.5\",\"prefix_len\":24,"             \
    "\"gateway\":\"10.0.0.1\",\"dns\":[\"192.0.2.53\"]},{\"ip\":\"fd00::5\",\"prefix_len\":64,"     \
    "\"ra_mode\":\"slaac\",\"address_mode\":\"slaac\",\"dns\":[\"2001:db8::53\"]}],\"routes\":[{\"destination\":"              \
    "\"10.9.0.0/20\",\"nexthop\":\"10.0.0.9\"},{\"destination\":\"10.8.0.0/16\",\"nexthop\":"       \
    "\"10.7.0.9\"}]," REST "}"
#define GUEST_2                                                                                    \
    "{\"id\":\"" PORT_2 "\",\"handle\":2050,\"mac\":\"fa:16:3e:00:00:02\",\"ifname\":\"eth1\","     \
    "\"addresses\":[{\"ip\":\"10.1.0.5\",\"prefix_len\":16,\"dhcp\":false},{\"ip\":\"fd01::5\","    \
    "\"prefix_len\":64,\"ra_mode\":\"dhcpv6-stateful\",\"address_mode\":\"dhcpv6-stateful\"}]," REST "}"

static struct err *
put(struct guests *g, struct mem *mem, const char *text)
{
    const struct json *json;

    TRY(json_parse(mem, text, strlen(text), &json));
    return guests_put(g, json);
}

static struct guests *
two_guests(struct mem *mem)
{
    struct guests *g = guests_new();

    guests_begin(g, true);
    CHECK_OK(put(g, mem, GUEST_1));
    CHECK_OK(put(g, mem, GUEST_2));
    CHECK_OK(guests_end(g, true, 2));
    return g;
}

/* ---- what it knows ---------------------------------------------------------------------------- */

TEST(responder_changes_hold_whole_or_not_at_all)
{
    AUTO(mem) mem = mem_new("test");
    struct guests *g = two_guests(mem);

    CHECK_STR(guests_find(g, 1025)->id, PORT_1);
    CHECK(!guests_find(g, 1026)); /* The same slot, another user of it. */
    CHECK(!guests_find(g, 0xffffffff));
    CHECK_ERR(put(g, mem, GUEST_1), E_INVALID); /* Outside of a change. */
    guests_begin(g, false);
    CHECK_OK(guests_delete(g, PORT_1));
    CHECK(guests_find(g, 1025));
    CHECK_ERR(guests_end(g, true, 0), E_INVALID);
    CHECK_OK(guests_end(g, false, INT_NULL));
    CHECK(!guests_find(g, 1025));
    guests_begin(g, true);
    CHECK_OK(put(g, mem, GUEST_1));
    CHECK_ERR(guests_end(g, true, 2), E_INVALID); /* One is missing. */
    CHECK(!guests_find(g, 1025));
    CHECK(guests_find(g, 2050));
    guests_begin(g, true);
    CHECK_OK(put(g, mem, GUEST_1));
    CHECK_OK(put(g, mem, GUEST_1));
    CHECK_OK(guests_end(g, true, 2));
    CHECK_INT(guests_count(g), 1);
    CHECK(!guests_find(g, 2050));
    CHECK_ERR(put(g, mem, "{\"id\":\"" PORT_1 "\"}"), E_INVALID);
    guests_free(g);
}

/* A slot's new user is known before its old one is gone, or after: the same. */
TEST(responder_a_slot_goes_to_its_next_user)
{
    static const char next[] = "{\"id\":\"" PORT_2 "\",\"handle\":1026,\"mac\":"
                               "\"fa:16:3e:00:00:02\",\"ifname\":\"eth1\"," REST "}";
    AUTO(mem) mem = mem_new("test");

    for (int first = 0; first < 2; first++) {
        struct guests *g = guests_new();

        guests_begin(g, true);
        CHECK_OK(put(g, mem, GUEST_1));
        CHECK_OK(guests_end(g, true, 1));
        guests_begin(g, false);
        CHECK_OK(first ? put(g, mem, next) : guests_delete(g, PORT_1));
        CHECK_OK(first ? guests_delete(g, PORT_1) : put(g, mem, next));
        CHECK_OK(guests_end(g, false, INT_NULL));
        CHECK(!guests_find(g, 1025));
        CHECK(guests_find(g, 1026));
        guests_free(g);
    }
}

/* ---- DHCP ------------------------------------------------------------------------------------- */

/* A question as the data plane hands it over. */
struct asked {
    uint8_t b[FRAME_SIZE];
    struct writer w;
};

static void
ask_begin(struct asked *a, uint32_t handle, uint32_t ethertype)
{
    a->w = (struct writer){.b = a->b, .max = sizeof a->b};
    write_bytes(&a->w, "\x0e\xcb\0\0\0\1", 6);
    write_uint(&a->w, 4, 0x0ecc0000 | handle >> 16);
    write_uint(&a->w, 2, handle & 0xffff);
    write_uint(&a->w, 2, ethertype);
}

static void
ask_ip4_udp(struct asked *a, uint16_t dport, size_t payload)
{
    write_uint(&a->w, 2, 0x4500);
    write_uint(&a->w, 2, (uint32_t)(28 + payload));
    write_zeros(&a->w, 4);
    write_uint(&a->w, 4, 64 << 24 | 17 << 16);
    write_zeros(&a->w, 4);
    write_uint(&a->w, 4, 0xffffffff);
    write_uint(&a->w, 2, 68);
    write_uint(&a->w, 2, dport);
    write_uint(&a->w, 2, (uint32_t)(8 + payload));
    write_zeros(&a->w, 2);
}

/* What of a client's message varies. */
struct client {
    uint32_t handle;
    int type;
    uint32_t address, server, ciaddr, relay;
    bool broadcast, other_mac;
};

static void
ask_dhcp(struct asked *a, const struct client *c)
{
    ask_begin(a, c->handle, 0x0800);
    ask_ip4_udp(a, 67, 240 + 3 + 6 + 6 + 1);
    write_uint(&a->w, 4, 0x01010600);
    write_uint(&a->w, 4, 0x12345678);
    write_uint(&a->w, 4, c->broadcast ? 0x8000 : 0);
    write_uint(&a->w, 4, c->ciaddr);
    write_zeros(&a->w, 8);
    write_uint(&a->w, 4, c->relay);
    write_bytes(&a->w, c->other_mac ? "\xfa\x16\x3e\0\0\x09" : "\xfa\x16\x3e\0\0\1", 6);
    write_zeros(&a->w, 10 + 192);
    write_uint(&a->w, 4, 0x63825363);
    write_uint(&a->w, 3, 53u << 16 | 1 << 8 | (uint32_t)c->type);
    write_uint(&a->w, 2, c->address ? 50 << 8 | 4 : 0);
    write_uint(&a->w, 4, c->address);
    write_uint(&a->w, 2, c->server ? 54 << 8 | 4 : 0);
    write_uint(&a->w, 4, c->server);
    write_uint(&a->w, 1, 255);
}

/* An option of an answer as hex, "" where it is not there. */
static const char *
option(struct mem *mem, const uint8_t *frame, size_t n, uint8_t code)
{
    for (size_t at = 42 + 240; at + 1 < n && frame[at] != 255; at += 2 + (size_t)frame[at + 1]) {
        if (frame[at] == code) {
            char *hex = mem_alloc(mem, 2 * (size_t)frame[at + 1] + 1);

            hex_from(hex, frame + at + 2, frame[at + 1]);
            return hex;
        }
    }
    return "";
}

static uint32_t
sum16(const uint8_t *b, size_t n, uint32_t sum)
{
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 ? b[i] : (uint32_t)b[i] << 8;
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

#define OURS 0xa9fea9fe
#define ITS 0x0a000005

TEST(responder_dhcp_answers_what_it_should)
{
    static const struct {
        const char *what;
        struct client client;
        const char *type; /* of the answer; "" = none */
        uint32_t yiaddr, dst;
        uint8_t to_all;
    } cases[] = {
        {"discover", {1025, 1, .broadcast = true}, "02", ITS, 0xffffffff, 1},
        {"discover, unicast", {.handle = 1025, .type = 1}, "02", ITS, ITS, 0},
        {"discover that wishes for another", {1025, 1, .address = ITS + 1}, "02", ITS, ITS, 0},
        {"request", {1025, 3, .address = ITS, .server = OURS}, "05", ITS, ITS, 0},
        {"request after a reboot", {1025, 3, .address = ITS}, "05", ITS, ITS, 0},
        {"request to renew", {1025, 3, .ciaddr = ITS}, "05", ITS, ITS, 0},
        {"request of another's", {1025, 3, .address = ITS + 1}, "06", 0, 0xffffffff, 1},
        {"request at another server", {1025, 3, .address = ITS, .server = 1}, "", 0, 0, 0},
        {"request of nothing", {.handle = 1025, .type = 3}, "", 0, 0, 0},
        {"inform", {1025, 8, .ciaddr = ITS}, "05", 0, ITS, 0},
        {"inform from nowhere", {.handle = 1025, .type = 8}, "", 0, 0, 0},
        {"release", {1025, 7, .ciaddr = ITS}, "", 0, 0, 0},
        {"decline", {1025, 4, .address = ITS}, "", 0, 0, 0},
        {"an answer", {.handle = 1025, .type = 2}, "", 0, 0, 0},
        {"by a relay", {1025, 1, .relay = ITS}, "", 0, 0, 0},
        {"another's link-layer address", {1025, 1, .other_mac = true}, "", 0, 0, 0},
        {"a subnet without", {.handle = 2050, .type = 1}, "", 0, 0, 0},
        {"nobody", {.handle = 77, .type = 1}, "", 0, 0, 0},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = two_guests(mem);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t out[FRAME_SIZE] = {0};
        struct asked a;
        size_t n;

        ask_dhcp(&a, &cases[i].client);
        n = frame_answer(g, a.b, a.w.n, out);
        if (!str_eq(n ? option(mem, out, n, 53) : "", cases[i].type)) {
            test_fail(__FILE__, __LINE__, "%s: %zu bytes of type %s", cases[i].what, n,
                      n ? option(mem, out, n, 53) : "-");
        }
        if (n) {
            struct reader r = {.at = out, .end = out + n};

            CHECK_INT(read_uint(&r, 2), 0x0ecc);
            CHECK_INT(read_uint(&r, 1), cases[i].to_all);
            CHECK_INT(read_uint(&r, 3), 1025);
            CHECK_INT(sum16(out + 14, 20, 0), 0xffff);
            CHECK_INT(sum16(out + 26, n - 26, (uint32_t)(17 + n - 34)), 0xffff);
            r.at = out + 30;
            CHECK_INT(read_uint(&r, 4), cases[i].dst);
            r.at = out + 58;
            CHECK_INT(read_uint(&r, 4), cases[i].yiaddr);
        }
    }
    guests_free(g);
}

TEST(responder_dhcp_tells_the_subnets_facts)
{
    static const struct {
        uint8_t code;
        const char *hex;
    } facts[] = {
        {54, "a9fea9fe"},
        {51, "00015180"},
        {1, "ffffff00"},
        {3, "0a000001"},
        {6, "c0000235"},
        {12, "7765622d31"},
        {15, "6f70656e737461636b6c6f63616c"},
        {26, "05aa"},
        {28, "0a0000ff"},
        /* The services on the link, the default, the subnet's own route; not another subnet's. */
        {121, "20a9fea9fe00000000"
              "000a000001"
              "140a09000a000009"},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = two_guests(mem);
    uint8_t out[FRAME_SIZE];
    struct asked a;
    size_t n;

    ask_dhcp(&a, &(struct client){1025, 3, .address = ITS});
    n = frame_answer(g, a.b, a.w.n, out);
    CHECK(n > 0 && n <= 14 + 576);
    for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
        CHECK_STR(option(mem, out, n, facts[i].code), facts[i].hex);
    }
    guests_free(g);
}

TEST(responder_dhcp_names_itself_where_the_subnet_names_no_server)
{
    static const char guest[] =
        "{\"id\":\"" PORT_1 "\",\"handle\":1025,\"mac\":\"fa:16:3e:00:00:01\",\"ifname\":\"eth0\","
        "\"addresses\":[{\"ip\":\"10.0.0.5\",\"prefix_len\":24}]," REST "}";
    AUTO(mem) mem = mem_new("test");
    struct guests *g = guests_new();
    uint8_t out[FRAME_SIZE];
    struct asked a;
    size_t n;

    guests_begin(g, true);
    CHECK_OK(put(g, mem, guest));
    CHECK_OK(guests_end(g, true, 1));
    ask_dhcp(&a, &(struct client){1025, 3, .address = ITS});
    n = frame_answer(g, a.b, a.w.n, out);
    CHECK_STR(option(mem, out, n, 6), "a9fea9fe");
    guests_free(g);
}

/* Every shorter piece of a good question is none, and so is one with any length wrong. */
TEST(responder_questions_that_are_cut_off_get_no_answer)
{
    AUTO(mem) mem = mem_new("test");
    struct guests *g = two_guests(mem);
    uint8_t out[FRAME_SIZE];
    struct asked a;

    ask_dhcp(&a, &(struct client){.handle = 1025, .type = 1});
    for (size_t n = 0; n < a.w.n; n++) {
        CHECK_INT(frame_answer(g, a.b, n, out), 0);
    }
    CHECK(frame_answer(g, a.b, a.w.n, out) > 0);
    a.b[20] = 0x20; /* A fragment. */
    CHECK_INT(frame_answer(g, a.b, a.w.n, out), 0);
    ask_dhcp(&a, &(struct client){.handle = 1025, .type = 1});
    a.b[6] = 0xfa; /* No handle. */
    CHECK_INT(frame_answer(g, a.b, a.w.n, out), 0);
    guests_free(g);
}

/* ---- IPv6 ------------------------------------------------------------------------------------- */

static void
ask_ip6(struct asked *a, uint32_t handle, uint8_t proto, const char *src, size_t payload)
{
    struct ip ip = {0};

    CHECK(ip_parse(src, &ip));
    ask_begin(a, handle, 0x86dd);
    write_uint(&a->w, 4, 6u << 28);
    write_uint(&a->w, 2, (uint32_t)payload);
    write_uint(&a->w, 2, (uint32_t)proto << 8 | 255);
    write_bytes(&a->w, ip.b, 16);
    write_bytes(&a->w, "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\2", 16);
}

TEST(responder_announces_prefixes_as_their_mode_says)
{
    static const struct {
        uint32_t handle;
        const char *src, *prefix;
        uint8_t flags, prefix_flags, to_all;
    } cases[] = {
        {1025, "::", "fd00::", 0, 0xc0, 1},
        {1025, "fe80::1", "fd00::", 0, 0xc0, 0},
        {2050, "fe80::1", "fd01::", 0xc0, 0x80, 0},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = two_guests(mem);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t out[FRAME_SIZE];
        struct ip prefix = {0};
        struct asked a;
        size_t n;

        CHECK(ip_parse(cases[i].prefix, &prefix));
        ask_ip6(&a, cases[i].handle, 58, cases[i].src, 8);
        write_uint(&a.w, 4, 133u << 24);
        write_zeros(&a.w, 4);
        n = frame_answer(g, a.b, a.w.n, out);
        REQUIRE(n > 14 + 40 + 16 + 16 + 32 - 1);
        CHECK_INT(out[2], cases[i].to_all);
        CHECK_INT(out[54], 134);
        CHECK_INT(out[59], cases[i].flags);
        CHECK_INT(out[60] << 8 | out[61], 0); /* No default route. */
        CHECK_INT(out[86], 3);
        CHECK_INT(out[89], cases[i].prefix_flags);
        CHECK(!memcmp(out + 102, prefix.b, 16));
        CHECK_INT(sum16(out + 22, n - 22, (uint32_t)(58 + n - 54)), 0xffff);
    }
    guests_free(g);
}

static size_t
ask_dhcp6(struct guests *g, uint32_t handle, uint8_t type, bool to_us, uint8_t *out)
{
    size_t payload = 4 + 8 + (to_us ? 14 : 0) + 16;
    struct asked a;

    ask_ip6(&a, handle, 17, "fe80::1", 8 + payload);
    write_uint(&a.w, 4, 546 << 16 | 547);
    write_uint(&a.w, 4, (uint32_t)(8 + payload) << 16);
    write_uint(&a.w, 4, (uint32_t)type << 24 | 0xabcdef);
    write_uint(&a.w, 4, 1 << 16 | 4);
    write_bytes(&a.w, "duid", 4);
    if (to_us) {
        write_uint(&a.w, 4, 2 << 16 | 10);
        write_uint(&a.w, 4, 3 << 16 | 1);
        write_bytes(&a.w, service_mac.b, 6);
    }
    write_uint(&a.w, 4, 3 << 16 | 12);
    write_uint(&a.w, 4, 7);
    write_zeros(&a.w, 8);
    return frame_answer(g, a.b, a.w.n, out);
}

TEST(responder_dhcpv6_gives_managed_addresses_only)
{
    static const struct {
        const char *what;
        uint32_t handle;
        uint8_t type;
        bool to_us;
        uint8_t answer;
        const char *address, *dns;
    } cases[] = {
        {"solicit", 2050, 1, false, 2, "fd01::5", NULL},
        {"request", 2050, 3, true, 7, "fd01::5", NULL},
        {"request of another", 2050, 3, false, 0, NULL, NULL},
        {"renew", 2050, 5, true, 7, "fd01::5", NULL},
        {"release", 2050, 8, true, 0, NULL, NULL},
        {"solicit where addresses are the client's", 1025, 1, false, 0, NULL, NULL},
        {"information", 1025, 11, false, 7, NULL, "2001:db8::53"},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = two_guests(mem);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t out[FRAME_SIZE];
        size_t n = ask_dhcp6(g, cases[i].handle, cases[i].type, cases[i].to_us, out);
        const char *want = cases[i].address ? cases[i].address : cases[i].dns;
        struct ip ip = {0};

        if (!n != !cases[i].answer || (n && out[62] != cases[i].answer) ||
            (want && (!ip_parse(want, &ip) || !memmem(out + 62, n - 62, ip.b, 16)))) {
            test_fail(__FILE__, __LINE__, "%s: %zu bytes of type %d", cases[i].what, n,
                      n ? out[62] : 0);
        }
    }
    guests_free(g);
}

/* ---- metadata --------------------------------------------------------------------------------- */

TEST(responder_http_takes_what_is_exactly_a_request)
{
    static const struct {
        const char *text;
        int status;
        const char *path;
    } cases[] = {
        {"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", 200, "/a"},
        {"HEAD /a?b=c HTTP/1.0\r\n\r\n", 200, "/a"},
        {"GET http://169.254.169.254/a HTTP/1.1\r\nhost:x\r\nA: \tb \r\n\r\n", 200, "/a"},
        {"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 200, "/a"},
        {"GET /a HTTP/1.1\r\nHost: x\r\n", 0, NULL},
        {"", 0, NULL},
        {"GET /a HTTP/1.1\r\n\r\n", 400, NULL},
        {"GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, NULL},
        {"GET /a HTTP/1.1\nHost: x\n\n", 400, NULL},
        {"GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /a\x7f HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /a HTTP/1.1\r\nHost : x\r\n\r\n", 400, NULL},
        {"GET /a HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400, NULL},
        {"GET /a HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", 400, NULL},
        {"GET /a HTTP/1.1\r\nHost: \x01\r\n\r\n", 400, NULL},
        {"G@T /a HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /a HTTP/2.0\r\nHost: x\r\n\r\n", 505, NULL},
        {"GET /a HTTP/1.10\r\nHost: x\r\n\r\n", 400, NULL},
        {"PUT /a HTTP/1.1\r\nHost: x\r\n\r\n", 405, NULL},
        {"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", 413, NULL},
        {"GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 413, NULL},
        {"\r\n\r\n", 400, NULL},
    };
    AUTO(mem) mem = mem_new("test");
    char *endless = mem_alloc(mem, HTTP_HEAD_MAX);
    struct http_request request;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int status = http_parse(mem, cases[i].text, strlen(cases[i].text), &request);

        if (status != cases[i].status || (status == 200 && !str_eq(request.path, cases[i].path))) {
            test_fail(__FILE__, __LINE__, "%s: %d", cases[i].text, status);
        }
    }
    memset(endless, 'a', HTTP_HEAD_MAX);
    CHECK_INT(http_parse(mem, endless, HTTP_HEAD_MAX, &request), 431);
    CHECK_INT(http_parse(mem, endless, HTTP_HEAD_MAX - 1, &request), 0);
}

TEST(responder_tree_holds_what_the_server_is)
{
    static const struct {
        uint32_t handle;
        const char *path, *text; /* null = not there */
    } cases[] = {
        {1025, "/", "2009-04-04\nlatest"},
        {1025, "/latest", "meta-data\nuser-data"},
        {2050, "/latest/", "meta-data"},
        {1025, "/latest/meta-data/", "hostname\ninstance-id\nlocal-hostname\nlocal-ipv4\nmac"},
        {1025, "/2009-04-04/meta-data/instance-id", "i-3a5e94d588ce511c0"},
        {1025, "/latest/meta-data/hostname", "web-1"},
        {2050, "/latest/meta-data/local-ipv4", "10.0.0.5"}, /* The server's first. */
        {2050, "/latest/meta-data/mac", "fa:16:3e:00:00:01"},
        {1025, "/latest/user-data", "hello"},
        {2050, "/latest/user-data", NULL},
        {1025, "/latest/meta-data/none", NULL},
        {1025, "/latest/meta-data/mac/", NULL},
        {1025, "/latest//", NULL},
        {1025, "/2007-01-19/meta-data/", NULL},
        {1025, "//", NULL},
        {1025, "/openstack", "2012-08-10\n2013-04-04\n2013-10-17\n2015-10-15\nlatest"},
        {1025, "/openstack/2012-08-10/", "meta_data.json\nuser_data"},
        {1025, "/openstack/latest/user_data", "hello"},
        {1025, "/openstack/latest/vendor_data.json", "{}"},
        {1025, "/openstack/2012-08-10/vendor_data.json", NULL},
        {1025, "/openstack/1999-01-01/meta_data.json", NULL},
        {1025, "/openstack/latest/meta_data.json/", NULL},
        {1025, "/openstack/latest/meta_data.json",
         "{\"uuid\":\"" SERVER "\",\"name\":\"Web 1\",\"hostname\":\"web-1\",\"project_id\":"
         "\"11111111111111111111111111111111\"}"},
        {1025, "/openstack/latest/network_data.json",
         "{\"links\":[{\"id\":\"" PORT_1 "\",\"vif_id\":\"" PORT_1 "\",\"type\":\"tap\","
         "\"mtu\":1450,\"ethernet_mac_address\":\"fa:16:3e:00:00:01\"},{\"id\":\"" PORT_2 "\","
         "\"vif_id\":\"" PORT_2 "\",\"type\":\"tap\",\"mtu\":1450,\"ethernet_mac_address\":"
         "\"fa:16:3e:00:00:02\"}],\"networks\":[{\"id\":\"network0\",\"type\":\"ipv4_dhcp\","
         "\"link\":\"" PORT_1 "\",\"network_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511d0\"},"
         "{\"id\":\"network1\",\"type\":\"ipv6_slaac\",\"link\":\"" PORT_1 "\",\"network_id\":"
         "\"6105d6cc-76af-5003-a5e9-4d588ce511d0\"},{\"id\":\"network2\",\"type\":\"ipv4\","
         "\"link\":\"" PORT_2 "\",\"network_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511d0\","
         "\"ip_address\":\"10.1.0.5\",\"netmask\":\"255.255.0.0\",\"routes\":[]},{\"id\":"
         "\"network3\",\"type\":\"ipv6_dhcpv6-stateful\",\"link\":\"" PORT_2 "\","
         "\"network_id\":\"6105d6cc-76af-5003-a5e9-4d588ce511d0\"}],\"services\":[{\"type\":"
         "\"dns\",\"address\":\"192.0.2.53\"},{\"type\":\"dns\",\"address\":\"2001:db8::53\"}]}"},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = two_guests(mem);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *type;
        AUTO_BUF out = BUF_INIT;
        bool there = tree_get(g, guests_find(g, cases[i].handle), cases[i].path, &out, &type);

        if (there != !!cases[i].text || (there && !str_eq(out.data, cases[i].text))) {
            test_fail(__FILE__, __LINE__, "%s: %s", cases[i].path, there ? out.data : "-");
        }
    }
    guests_free(g);
}

/* ---- connections ------------------------------------------------------------------------------ */

/* The service on the loopback, where a client's address is as free as in 240.0.0.0/4: the handle of
 * 127.0.0.1 is 0xf00000, that of 127.0.0.16 the next. */
#define FIRST_HANDLE 15728640
struct service {
    struct loop *loop;
    struct guests *guests;
    struct metadata *metadata;
    struct sockaddr_in at;
};

static void
guests_many(struct guests *g, struct mem *mem, unsigned n)
{
    guests_begin(g, true);
    for (unsigned i = 0; i < n; i++) {
        CHECK_OK(put(g, mem,
                     mem_printf(mem,
                                "{\"id\":\"6105d6cc-76af-5003-a5e9-4d588ce51%03x\",\"handle\":%u,"
                                "\"mac\":\"fa:16:3e:00:00:%02x\",\"ifname\":\"eth0\","
                                "\"server_id\":\"6105d6cc-76af-5003-a5e9-4d588ce51%03x\"," FACTS "}",
                                i, FIRST_HANDLE + 1024 * i, i, i)));
    }
    CHECK_OK(guests_end(g, true, n));
}

/* Little is under way at a time: a long answer waits for its reader. */
static void
buffer_small(int fd, int which)
{
    const int size = 4096;

    REQUIRE(!setsockopt(fd, SOL_SOCKET, which, &size, sizeof size));
}

static void
service_start(struct service *s, struct mem *mem, unsigned n_guests)
{
    socklen_t n = sizeof s->at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    s->at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    REQUIRE(fd >= 0 && !bind(fd, (struct sockaddr *)&s->at, n) && !listen(fd, 512));
    REQUIRE(!getsockname(fd, (struct sockaddr *)&s->at, &n));
    buffer_small(fd, SO_SNDBUF);
    REQUIRE_OK(loop_new(&s->loop));
    s->guests = guests_new();
    guests_many(s->guests, mem, n_guests);
    s->metadata = metadata_new(s->loop, s->guests);
    REQUIRE_OK(metadata_listen(s->metadata, fd));
}

static void
service_end(struct service *s)
{
    metadata_free(s->metadata);
    guests_free(s->guests);
    loop_free(s->loop);
}

/* A connection from guest number 'guest'; what is not one of the service's is nobody. */
static int
dial(struct service *s, int guest)
{
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(0x7f000001 + (uint32_t)guest * 1024 * 16)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && !bind(fd, (struct sockaddr *)&from, sizeof from));
    buffer_small(fd, SO_RCVBUF);
    REQUIRE(!connect(fd, (struct sockaddr *)&s->at, sizeof s->at));
    CHECK_OK(loop_turn(s->loop, 100));
    return fd;
}

/* What has come, '-' where the connection was reset, '.' where it ended, "" where it waits. */
static const char *
heard(struct service *s, struct mem *mem, int fd)
{
    char text[8192];
    ssize_t n, all = 0;

    for (int i = 0; i < 4; i++) {
        CHECK_OK(loop_turn(s->loop, 0));
    }
    while ((n = recv(fd, text + all, sizeof text - (size_t)all, MSG_DONTWAIT)) > 0) {
        all += n;
    }
    return mem_printf(mem, "%.*s%s", (int)all, text,
                      n == 0 ? "." : errno == ECONNRESET ? "-" : "");
}

#define ASK "GET /latest/meta-data/mac HTTP/1.1\r\nHost: x\r\n\r\n"

static const char *
asked(struct service *s, struct mem *mem, int guest, const char *text)
{
    int fd = dial(s, guest);
    const char *answer;

    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
    answer = heard(s, mem, fd);
    close(fd);
    CHECK_OK(loop_turn(s->loop, 0));
    return answer;
}

TEST(responder_metadata_answers_each_address_as_itself)
{
    static const struct {
        int guest;
        const char *text, *begins, *ends;
    } cases[] = {
        {0, ASK, "HTTP/1.1 200 OK\r\n", "\r\n\r\nfa:16:3e:00:00:00."},
        {1, ASK, "HTTP/1.1 200 OK\r\n", "Connection: close\r\n\r\nfa:16:3e:00:00:01."},
        {1, ASK "GET /more", "HTTP/1.1 200 OK\r\n", "\r\n\r\nfa:16:3e:00:00:01."},
        {0, "HEAD /latest/meta-data/mac HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n",
         "Content-Length: 17\r\nConnection: close\r\n\r\n."},
        {0, "GET /no HTTP/1.0\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", "404 Not Found\n."},
        {0, "POST / HTTP/1.0\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", "Allowed\n."},
        {0, "\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n", "400 Bad Request\n."},
        {0, "GET / HTTP/1.0\r\n", "", ""},
    };
    AUTO(mem) mem = mem_new("test");
    struct service s;

    service_start(&s, mem, 2);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *answer = asked(&s, mem, cases[i].guest, cases[i].text);

        if (!str_starts(answer, cases[i].begins) || !str_ends(answer, cases[i].ends) ||
            str_empty(answer) != str_empty(cases[i].begins)) {
            test_fail(__FILE__, __LINE__, "%s: %s", cases[i].text, answer);
        }
    }
    CHECK(!strchr(asked(&s, mem, 2, ASK), 'H')); /* Nobody. */
    service_end(&s);
}

/* It said all that it had to say, and reads on. */
TEST(responder_metadata_answers_whole_to_who_half_closes)
{
    AUTO(mem) mem = mem_new("test");
    const char ask[] = "GET /latest/user-data HTTP/1.1\r\nHost: x\r\n\r\n";
    char *data = mem_alloc(mem, 60001), text[8192];
    size_t all = 0;
    ssize_t n = -1;
    struct service s;
    int fd;

    memset(data, 'x', 60000); /* 45000 bytes of them. */
    service_start(&s, mem, 1);
    guests_begin(s.guests, true);
    CHECK_OK(put(s.guests, mem,
                 mem_printf(mem,
                            "{\"id\":\"" PORT_1 "\",\"handle\":%d,\"mac\":"
                            "\"fa:16:3e:00:00:01\",\"ifname\":\"eth0\",\"user_data\":\"%s\"," REST
                            "}",
                            FIRST_HANDLE, data)));
    CHECK_OK(guests_end(s.guests, true, 1));
    fd = dial(&s, 0);
    REQUIRE(send(fd, ask, strlen(ask), MSG_NOSIGNAL) > 0 && !shutdown(fd, SHUT_WR));
    CHECK_OK(loop_turn(s.loop, 100));
    CHECK_OK(loop_turn(s.loop, 100)); /* Now it knows, with most of the answer still to send. */
    for (int i = 0; i < 1000 && n; i++) {
        CHECK_OK(loop_turn(s.loop, 10));
        n = recv(fd, text, sizeof text, MSG_DONTWAIT);
        all += n > 0 ? (size_t)n : 0;
    }
    CHECK_INT(n, 0);
    CHECK(all > 45000 && all < 45200);
    close(fd);
    /* Who closes without a whole question gets none. */
    fd = dial(&s, 0);
    REQUIRE(send(fd, ask, 9, MSG_NOSIGNAL) > 0 && !shutdown(fd, SHUT_WR));
    CHECK_STR(heard(&s, mem, fd), ".");
    close(fd);
    service_end(&s);
}

TEST(responder_metadata_connections_are_bounded)
{
    AUTO(mem) mem = mem_new("test");
    int fds[8 * 57], n = 0;
    struct service s;

    service_start(&s, mem, 57);
    for (int guest = 0; guest < 56; guest++) {
        for (int i = 0; i < 8; i++) {
            fds[n++] = dial(&s, guest);
        }
    }
    CHECK_STR(heard(&s, mem, fds[0]), "");
    CHECK(!strchr(asked(&s, mem, 0, ASK), 'H')); /* Its ninth. */
    /* All are taken: the oldest makes room. */
    CHECK(str_ends(asked(&s, mem, 56, ASK), "fa:16:3e:00:00:38."));
    CHECK_STR(heard(&s, mem, fds[0]), "-");
    CHECK_STR(heard(&s, mem, fds[1]), "");
    /* A guest that goes takes its own along. */
    guests_many(s.guests, mem, 2);
    metadata_recheck(s.metadata);
    CHECK_STR(heard(&s, mem, fds[1]), "");
    CHECK_STR(heard(&s, mem, fds[8]), "");
    CHECK_STR(heard(&s, mem, fds[16]), "-");
    CHECK_STR(heard(&s, mem, fds[n - 1]), "-");
    for (int i = 0; i < n; i++) {
        close(fds[i]);
    }
    service_end(&s);
}
