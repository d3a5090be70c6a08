/* Names of ports: questions as bytes, answers as text. */
#include "base/str.h"
#include "responder/answer.h"
#include "responder/dns.h"

#include "test.h"

#include <string.h>

#define NET_1 "6105d6cc-76af-5003-a5e9-4d588ce511d0"
#define NET_2 "6105d6cc-76af-5003-a5e9-4d588ce511d1"
#define TAG 14          /* Ethernet */
#define MESSAGE (14 + 28)

struct told {
    unsigned number;    /* Slot, and end of its id. */
    const char *network, *hostname, *addresses;
};

static const char *
guest_text(struct mem *mem, const struct told *t)
{
    return mem_printf(
        mem,
        "{\"id\":\"6105d6cc-76af-5003-a5e9-4d588ce5%04x\",\"handle\":%u,\"mac\":"
        "\"fa:16:3e:00:00:01\",\"network_id\":\"%s\",\"mtu\":1450,\"server_id\":"
        "\"6105d6cc-76af-5003-a5e9-4d588ce511c0\",\"ifname\":\"eth0\",\"project_id\":"
        "\"11111111111111111111111111111111\",\"name\":\"x\",\"hostname\":\"%s\","
        "\"addresses\":[%s]}",
        t->number, t->number << 10, t->network, t->hostname, t->addresses);
}

static void
tell(struct guests *g, struct mem *mem, const struct told *t)
{
    const char *text = guest_text(mem, t);
    const struct json *json;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    CHECK_OK(guests_put(g, json));
}

#define V4(ip) "{\"ip\":\"" ip "\",\"prefix_len\":24}"
#define V6(ip) "{\"ip\":\"" ip "\",\"prefix_len\":64}"
#define LONGEST "a23456789012345678901234567890123456789012345678901234567890123"

static const struct told tenants[] = {
    {1, NET_1, "web", V4("10.0.0.5") "," V6("fd00::5")},
    {2, NET_1, "db", V4("10.0.0.6")},
    {3, NET_1, "db", V4("10.0.0.7") "," V4("10.0.1.7")},
    {4, NET_2, "other", V4("10.0.0.5") "," V4("10.0.0.9")},
    {5, NET_2, "web", V4("10.0.0.6")},
    {6, NET_1, LONGEST, V4("10.0.0.8")},
};

static struct guests *
guests_told(struct mem *mem)
{
    struct guests *g = guests_new();

    guests_begin(g, true);
    for (size_t i = 0; i < ARRAY_SIZE(tenants); i++) {
        tell(g, mem, &tenants[i]);
    }
    CHECK_OK(guests_end(g, true, ARRAY_SIZE(tenants)));
    return g;
}

/* ---- questions -------------------------------------------------------------------------------- */

enum { A = 1, SOA = 6, PTR = 12, MX = 15, AAAA = 28, ANY = 255 };

struct asked {
    uint8_t b[FRAME_SIZE];
    struct writer w;
};
struct ask {
    unsigned number;
    const char *name;
    uint32_t type, class, flags, edns; /* 0 = IN, a plain query, without. */
    uint32_t version;
};

static void
name_write(struct writer *w, struct mem *mem, const char *name)
{
    size_t n;
    char **labels = str_split(mem, name, '.', &n);

    for (size_t i = 0; i < n && *labels[i]; i++) {
        write_uint(w, 1, (uint32_t)strlen(labels[i]));
        write_bytes(w, labels[i], strlen(labels[i]));
    }
    write_uint(w, 1, 0);
}

static void
headers_write(struct asked *a, unsigned number)
{
    a->w = (struct writer){.b = a->b, .max = sizeof a->b};
    write_bytes(&a->w, "\x0e\xcb\0\0\0\1\x0e\xcc\0", 9);
    write_uint(&a->w, 3, number << 10);
    write_uint(&a->w, 4, 0x08004500);
    write_zeros(&a->w, 6);
    write_uint(&a->w, 4, 64 << 24 | 17 << 16);
    write_uint(&a->w, 4, 0x0a000005);
    write_uint(&a->w, 4, SERVICE_IP);
    write_uint(&a->w, 4, 4242 << 16 | 53);
    write_zeros(&a->w, 4);
}

/* Lengths as there are bytes. */
static void
lengths_write(struct asked *a)
{
    write_at(&a->w, TAG + 2, 2, (uint32_t)a->w.n - TAG);
    write_at(&a->w, TAG + 20 + 4, 2, (uint32_t)a->w.n - TAG - 20);
}

static void
ask_write(struct asked *a, struct mem *mem, const struct ask *ask)
{
    headers_write(a, ask->number);
    write_uint(&a->w, 2, 0xbeef);
    write_uint(&a->w, 2, ask->flags);
    write_uint(&a->w, 4, 1 << 16);
    write_uint(&a->w, 4, ask->edns ? 1 : 0);
    name_write(&a->w, mem, ask->name);
    write_uint(&a->w, 2, ask->type);
    write_uint(&a->w, 2, ask->class ? ask->class : 1);
    if (ask->edns) {
        write_uint(&a->w, 3, 41);
        write_uint(&a->w, 2, ask->edns);
        write_uint(&a->w, 4, ask->version << 16);
        write_uint(&a->w, 2, 0);
    }
    lengths_write(a);
}

/* ---- answers ---------------------------------------------------------------------------------- */

static void
name_text(struct buf *out, const uint8_t *message, struct reader *in)
{
    uint32_t n = read_uint(in, 1);

    while (n && !in->bad) {
        if (n >= 0xc0) {
            struct reader there = {.at = message + ((n & 63) << 8 | read_uint(in, 1)),
                                   .end = in->end};

            name_text(out, message, &there);
            return;
        }
        buf_add(out, read_bytes(in, n), n);
        n = read_uint(in, 1);
        buf_str(out, n ? "." : "");
    }
}

static void
record_text(struct buf *out, const uint8_t *message, struct reader *in)
{
    char text[IP_TEXT_SIZE];
    struct ip ip = {0};
    uint32_t type;

    buf_char(out, ' ');
    name_text(out, message, in);
    type = read_uint(in, 2);
    if (type == 41) {
        CHECK_INT(read_uint(in, 2), 1232);
        buf_printf(out, "OPT:%u", read_uint(in, 1));
        CHECK_INT(read_uint(in, 3), 0);
        CHECK_INT(read_uint(in, 2), 0);
        return;
    }
    CHECK_INT(read_uint(in, 2), 1);
    CHECK_INT(read_uint(in, 4), DNS_TTL_S);
    if (type == PTR) {
        (void)read_uint(in, 2);
        buf_char(out, '>');
        name_text(out, message, in);
    } else if (type == SOA) {
        buf_str(out, " SOA");
        (void)read_bytes(in, read_uint(in, 2));
    } else {
        size_t n = read_uint(in, 2);
        const uint8_t *b = read_bytes(in, n);

        REQUIRE(b && n == (type == A ? 4u : 16u));
        ip = ip_from_v4(0);
        memcpy(ip.b + 16 - n, b, n);
        buf_printf(out, "=%s", ip_text(text, &ip));
    }
}

/* "CODE FLAGS RECORD...", "" = no answer. */
static const char *
answer_text(struct mem *mem, const uint8_t *frame, size_t n)
{
    const uint8_t *message = frame + MESSAGE;
    struct reader in = {.at = message, .end = frame + n};
    AUTO_BUF out = BUF_INIT;
    uint32_t flags, questions, records;

    if (!n) {
        return "";
    }
    CHECK(!memcmp(frame + TAG + 20, "\0\x35\x10\x92", 4)); /* From 53 to 4242. */
    CHECK(!memcmp(frame + TAG + 16, "\x0a\0\0\5", 4));
    CHECK_INT(read_uint(&in, 2), 0xbeef);
    flags = read_uint(&in, 2);
    CHECK(flags & 0x8000);
    buf_printf(&out, "%u%s%s%s%s", flags & 15, flags & 0x400 ? " aa" : "",
               flags & 0x200 ? " tc" : "", flags & 0x100 ? " rd" : "", flags & 0x80 ? " ra" : "");
    questions = read_uint(&in, 2);
    records = read_uint(&in, 2) + read_uint(&in, 2);
    records += read_uint(&in, 2);
    CHECK(questions <= 1 && (questions || !records));
    if (questions) {
        AUTO_BUF name = BUF_INIT;

        name_text(&name, message, &in);
        (void)read_uint(&in, 4);
    }
    for (uint32_t i = 0; i < records && i < 100; i++) {
        record_text(&out, message, &in);
    }
    CHECK(!in.bad && !read_left(&in));
    return buf_copy(mem, &out);
}

static const char *
looked_up(struct guests *g, struct mem *mem, const struct ask *ask)
{
    uint8_t out[FRAME_SIZE];
    struct asked a;

    ask_write(&a, mem, ask);
    return answer_text(mem, out, frame_answer(g, a.b, a.w.n, out));
}

#define SELF_6 "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"
#define NONE_6 "6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"
#define FAR_6 "6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa"
#define NO_SUCH "3 aa openstacklocal SOA"

TEST(responder_dns_answers_what_it_should)
{
    static const struct {
        struct ask ask;
        const char *answer;
    } cases[] = {
        {{.number = 1, "web.openstacklocal", A}, "0 aa web.openstacklocal=10.0.0.5"},
        {{.number = 1, "web.openstacklocal", AAAA}, "0 aa web.openstacklocal=fd00::5"},
        {{.number = 1, "WeB.OpenStackLocal", A}, "0 aa WeB.OpenStackLocal=10.0.0.5"},
        {{.number = 1, "web", A}, "0 aa web=10.0.0.5"},
        {{.number = 1, "web", ANY}, "0 aa web=10.0.0.5 web=fd00::5"},
        {{.number = 1, "web", A, .class = 255}, "0 aa web=10.0.0.5"},
        {{.number = 1, "web", A, .flags = 0x100}, "0 aa rd web=10.0.0.5"},
        {{.number = 1, "web", A, .edns = 4096}, "0 aa web=10.0.0.5 OPT:0"},
        {{.number = 1, LONGEST ".openstacklocal", A}, "0 aa " LONGEST ".openstacklocal=10.0.0.8"},
        /* Several ports of one name, several addresses of one port. */
        {{.number = 1, "db", A}, "0 aa db=10.0.0.6 db=10.0.0.7 db=10.0.1.7"},
        /* It is there, and has none of that type. */
        {{.number = 1, "db.openstacklocal", AAAA}, "0 aa openstacklocal SOA"},
        {{.number = 1, "web.openstacklocal", MX}, "0 aa openstacklocal SOA"},
        {{.number = 1, "db", AAAA}, "0 aa"},
        {{.number = 1, "openstacklocal", A}, "0 aa openstacklocal SOA"},
        /* It is not there. */
        {{.number = 1, "none.openstacklocal", A}, NO_SUCH},
        {{.number = 1, "a.web.openstacklocal", A}, NO_SUCH},
        {{.number = 1, "we*b.openstacklocal", A}, NO_SUCH},
        {{.number = 1, "none", A}, "3 aa"},
        {{.number = 1, "none.openstacklocal", A, .edns = 512}, NO_SUCH " OPT:0"},
        /* It is not for us to know. */
        {{.number = 1, "example.com", A}, "5"},
        {{.number = 1, "openstacklocal.com", A}, "5"},
        {{.number = 1, "web.xopenstacklocal", A}, "5"},
        {{.number = 1, "", A}, "5"},
        {{.number = 1, "web", A, .class = 3}, "5"},
        /* Backwards. */
        {{.number = 1, "5.0.0.10.in-addr.arpa", PTR}, "0 aa 5.0.0.10.in-addr.arpa>web.openstacklocal"},
        {{.number = 1, "7.1.0.10.IN-ADDR.ARPA", PTR}, "0 aa 7.1.0.10.IN-ADDR.ARPA>db.openstacklocal"},
        {{.number = 1, SELF_6, PTR}, "0 aa " SELF_6 ">web.openstacklocal"},
        {{.number = 1, "5.0.0.10.in-addr.arpa", A}, "0 aa"},
        {{.number = 1, "99.0.0.10.in-addr.arpa", PTR}, "3 aa"},
        {{.number = 1, NONE_6, PTR}, "3 aa"},
        {{.number = 1, "5.0.9.10.in-addr.arpa", PTR}, "5"},
        {{.number = 1, FAR_6, PTR}, "5"},
        {{.number = 1, "0.0.10.in-addr.arpa", PTR}, "5"},
        {{.number = 1, "05.0.0.10.in-addr.arpa", PTR}, "5"},
        {{.number = 1, "256.0.0.10.in-addr.arpa", PTR}, "5"},
        {{.number = 1, "0005.0.0.10.in-addr.arpa", PTR}, "5"},
        {{.number = 1, "g" SELF_6, PTR}, "5"},
        {{.number = 1, "1.5.0.0.10.in-addr.arpa", PTR}, "5"},
        /* The same names and addresses of another network are another's. */
        {{.number = 4, "web", A}, "0 aa web=10.0.0.6"},
        {{.number = 4, "db.openstacklocal", A}, NO_SUCH},
        {{.number = 1, "other.openstacklocal", A}, NO_SUCH},
        {{.number = 4, "5.0.0.10.in-addr.arpa", PTR}, "0 aa 5.0.0.10.in-addr.arpa>other.openstacklocal"},
        {{.number = 1, "9.0.0.10.in-addr.arpa", PTR}, "3 aa"},
        {{.number = 5, SELF_6, PTR}, "5"},
        {{.number = 99, "web", A}, ""},
        /* What is no question. */
        {{.number = 1, LONGEST "4", A}, "1"}, /* A label is of 63 bytes at most. */
        {{.number = 1, "web", A, .flags = 0x8000}, ""},
        {{.number = 1, "web", A, .flags = 0x2800}, "4"},
        {{.number = 1, "web", A, .edns = 512, .version = 1}, "0 OPT:1"},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = guests_told(mem);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *answer = looked_up(g, mem, &cases[i].ask);

        if (!str_eq(answer, cases[i].answer)) {
            test_fail(__FILE__, __LINE__, "%u asks %s %u: '%s'", cases[i].ask.number,
                      cases[i].ask.name, cases[i].ask.type, answer);
        }
    }
    guests_free(g);
}

/* ---- what is no question ---------------------------------------------------------------------- */

TEST(responder_dns_refuses_what_is_not_exactly_one_question)
{
    static const struct {
        const char *what;
        size_t at;     /* in the message, where 'n' bytes are replaced */
        size_t n;
        const char *bytes;
        const char *answer;
    } cases[] = {
        {"no question", 4, 2, "\0\0", "1"},
        {"two", 4, 2, "\0\2", "1"},
        {"with an answer", 6, 2, "\0\1", "1"},
        {"with an authority", 8, 2, "\0\1", "1"},
        {"a record that is not there", 10, 2, "\0\1", "1"},
        {"two records", 10, 2, "\0\2", "1"},
        {"a pointer", 12, 2, "\xc0\x0c", "1"},
        {"a label of the reserved kind", 12, 1, "\x43", "1"},
        {"a label past the end", 12, 1, "\x3f", "1"},
        {"a zero within a label", 13, 1, "\0", "3 aa"},
        {"a point within a label", 13, 1, ".", "3 aa"},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = guests_told(mem);
    uint8_t out[FRAME_SIZE];
    struct asked a;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *answer;

        ask_write(&a, mem, &(struct ask){.number = 1, "web", A});
        memcpy(a.b + MESSAGE + cases[i].at, cases[i].bytes, cases[i].n);
        answer = answer_text(mem, out, frame_answer(g, a.b, a.w.n, out));
        if (!str_eq(answer, cases[i].answer)) {
            test_fail(__FILE__, __LINE__, "%s: '%s'", cases[i].what, answer);
        }
    }
    /* Cut off anywhere: without a whole head no answer, then it says so. */
    for (size_t n = 0; n < 12 + 5 + 4; n++) {
        ask_write(&a, mem, &(struct ask){.number = 1, "web", A});
        a.w.n = MESSAGE + n;
        lengths_write(&a);
        CHECK_STR(answer_text(mem, out, frame_answer(g, a.b, a.w.n, out)), n < 12 ? "" : "1");
    }
    ask_write(&a, mem, &(struct ask){.number = 1, "web", A});
    write_uint(&a.w, 1, 0);
    lengths_write(&a);
    CHECK_STR(answer_text(mem, out, frame_answer(g, a.b, a.w.n, out)), "1"); /* More behind it. */
    ask_write(&a, mem, &(struct ask){.number = 1, "web", A});
    memset(a.b + TAG + 12, 0, 4);
    CHECK_INT(frame_answer(g, a.b, a.w.n, out), 0); /* From no address. */
    guests_free(g);
}

TEST(responder_dns_reads_edns_strictly)
{
    static const struct {
        const char *what, *bytes;
        size_t n;
        const char *answer;
    } cases[] = {
        {"plain", "\0\0\x29\x04\xd0\0\0\0\0\0\0", 11, "0 aa web=10.0.0.5 OPT:0"},
        {"with an option", "\0\0\x29\x04\xd0\0\0\0\0\0\4\0\x0a\0\0", 15, "0 aa web=10.0.0.5 OPT:0"},
        {"of a name", "\1a\0\0\x29\x04\xd0\0\0\0\0\0\0", 13, "1"},
        {"another record", "\0\0\1\x04\xd0\0\0\0\0\0\0", 11, "1"},
        {"cut off", "\0\0\x29\x04\xd0\0\0\0\0\0", 10, "1"},
        {"options past the end", "\0\0\x29\x04\xd0\0\0\0\0\0\1", 11, "1"},
        {"more behind it", "\0\0\x29\x04\xd0\0\0\0\0\0\0\0", 12, "1 OPT:0"},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = guests_told(mem);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t out[FRAME_SIZE];
        const char *answer;
        struct asked a;

        ask_write(&a, mem, &(struct ask){.number = 1, "web", A});
        write_at(&a.w, MESSAGE + 10, 2, 1);
        write_bytes(&a.w, cases[i].bytes, cases[i].n);
        lengths_write(&a);
        answer = answer_text(mem, out, frame_answer(g, a.b, a.w.n, out));
        if (!str_eq(answer, cases[i].answer)) {
            test_fail(__FILE__, __LINE__, "%s: '%s'", cases[i].what, answer);
        }
    }
    guests_free(g);
}

/* ---- bounds ----------------------------------------------------------------------------------- */

/* A hundred ports of one name: as many as fit what the client takes, cut between records. */
TEST(responder_dns_answers_are_bounded)
{
    static const struct {
        uint32_t type, edns;
        size_t most, records;
    } cases[] = {
        {A, 0, 512, (512 - 12 - 9) / 16},
        {A, 100, 512, (512 - 12 - 9 - 11) / 16},
        {A, 800, 800, (800 - 12 - 9 - 11) / 16},
        {A, 65535, 1232, (1232 - 12 - 9 - 11) / 16},
        {AAAA, 0, 512, (512 - 12 - 9) / 28},
        {ANY, 1232, 1232, 2 * ((1232 - 12 - 9 - 11) / 44)},
    };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = guests_new();

    guests_begin(g, true);
    for (unsigned i = 1; i <= 100; i++) {
        tell(g, mem,
             &(struct told){i, NET_1, "web",
                            mem_printf(mem, V4("10.0.0.%u") "," V6("fd00::%x"), i, i)});
    }
    CHECK_OK(guests_end(g, true, 100));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct ask ask = {.number = 1, "web", cases[i].type, .edns = cases[i].edns};
        uint8_t out[FRAME_SIZE];
        struct asked a;
        size_t n;

        ask_write(&a, mem, &ask);
        n = frame_answer(g, a.b, a.w.n, out);
        REQUIRE(n > MESSAGE + 12);
        CHECK(n - MESSAGE <= cases[i].most);
        CHECK(str_starts(answer_text(mem, out, n), "0 aa tc web=10.0.0.1") ||
              str_starts(answer_text(mem, out, n), "0 aa tc web=fd00::1"));
        CHECK_INT(out[MESSAGE + 6] << 8 | out[MESSAGE + 7], cases[i].records);
    }
    guests_free(g);
}

/* So many that some share a hash: each still learns of its own only. */
TEST(responder_dns_networks_do_not_see_each_other)
{
    enum { N = 1000 };
    AUTO(mem) mem = mem_new("test");
    struct guests *g = guests_new();

    guests_begin(g, true);
    for (unsigned i = 1; i <= N; i++) {
        const char *network = mem_printf(mem, "6105d6cc-76af-5003-a5e9-4d588ce5%04x", i);
        const char *addresses = mem_printf(mem, V4("10.0.0.5") "," V4("10.1.%u.%u"), i / 256, i % 256);

        tell(g, mem, &(struct told){2 * i, network, "web", addresses});
        tell(g, mem, &(struct told){2 * i + 1, network, mem_printf(mem, "n%u", i), V4("10.0.0.6")});
    }
    CHECK_OK(guests_end(g, true, 2 * N));
    for (unsigned i = 1; i <= N; i++) {
        CHECK_STR(looked_up(g, mem, &(struct ask){.number = 2 * i, "web", A}),
                  mem_printf(mem, "0 aa web=10.0.0.5 web=10.1.%u.%u", i / 256, i % 256));
        CHECK_STR(looked_up(g, mem, &(struct ask){.number = 2 * i, "6.0.0.10.in-addr.arpa", PTR}),
                  mem_printf(mem, "0 aa 6.0.0.10.in-addr.arpa>n%u.openstacklocal", i));
    }
    guests_free(g);
}

/* ---- changes ---------------------------------------------------------------------------------- */

TEST(responder_dns_names_come_and_go_with_their_ports)
{
    AUTO(mem) mem = mem_new("test");
    struct guests *g = guests_told(mem);
    const struct ask db = {.number = 1, "db", A}, back = {.number = 1, "6.0.0.10.in-addr.arpa", PTR};
    struct told renamed = {2, NET_1, "sql", V4("10.0.0.66")};

    guests_begin(g, false);
    CHECK_OK(guests_delete(g, "6105d6cc-76af-5003-a5e9-4d588ce50003"));
    tell(g, mem, &renamed);
    CHECK_STR(looked_up(g, mem, &db), "0 aa db=10.0.0.6 db=10.0.0.7 db=10.0.1.7"); /* Not yet. */
    CHECK_OK(guests_end(g, false, INT_NULL));
    CHECK_STR(looked_up(g, mem, &db), "3 aa");
    CHECK_STR(looked_up(g, mem, &back), "3 aa");
    CHECK_STR(looked_up(g, mem, &(struct ask){.number = 1, "sql", A}), "0 aa sql=10.0.0.66");
    CHECK_STR(looked_up(g, mem, &(struct ask){.number = 1, "web", A}), "0 aa web=10.0.0.5");
    guests_begin(g, true);
    tell(g, mem, &tenants[0]);
    tell(g, mem, &tenants[1]);
    CHECK_OK(guests_end(g, true, 2));
    CHECK_STR(looked_up(g, mem, &db), "0 aa db=10.0.0.6");
    CHECK_STR(looked_up(g, mem, &(struct ask){.number = 1, "sql", A}), "3 aa");
    guests_free(g);
}
