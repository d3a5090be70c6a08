/* The protocol between site and agent: what is accepted, what is refused, and
 * frames over a socket. */
#include "desired/desired.h"

#include "base/vec.h"
#include "test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ID "\"6105d6cc-76af-5003-a5e9-4d588ce511be\""
#define ID2 "\"6105d6cc-76af-5003-a5e9-4d588ce511bf\""
#define PROJECT "\"11111111111111111111111111111111\""

TEST(every_table_is_sound)
{
    for (int i = 0; i < DESIRED_N_KINDS; i++) {
        CHECK_OK(table_check(desired_table((enum desired_kind)i)));
        CHECK_STR(desired_table((enum desired_kind)i)->name, desired_kind_names[i]);
    }
    CHECK_OK(table_check(&desired_message_table));
    CHECK_OK(table_check(&desired_counters_table));
}

static struct err *
decode(struct mem *mem, enum desired_kind kind, const char *text, void **object)
{
    const struct json *json;

    TRY(json_parse(mem, text, strlen(text), &json));
    return desired_decode(mem, kind, json, object);
}

TEST(objects_come_back_as_they_were_sent)
{
    static const struct {
        enum desired_kind kind;
        const char *text;
    } cases[] = {
        {DESIRED_network, "{\"id\":" ID ",\"project_id\":" PROJECT ",\"vni\":5,\"mtu\":1450}"},
        {DESIRED_port,
         "{\"id\":" ID ",\"network_id\":" ID ",\"project_id\":" PROJECT
         ",\"mac\":\"fa:16:3e:00:00:01\",\"addresses\":[{\"ip\":\"10.0.0.1\",\"prefix_len\":24,"
         "\"gateway\":\"10.0.0.254\"}],\"allowed_pairs\":[{\"cidr\":\"10.1.0.0/16\"}],"
         "\"security_groups\":[" ID "]}"},
        {DESIRED_chain,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"network_id\":" ID
         ",\"classifiers\":[{\"protocol\":6,\"dst_port_min\":80,\"dst_port_max\":80}],\"hops\":[{"
         "\"group_id\":" ID ",\"instances\":[{\"id\":" ID ",\"ingress_port_id\":" ID ",\"egress_port_id\":" ID2
         "},{\"id\":" ID2
         ",\"vtep\":\"192.0.2.1\",\"label_forward\":8388609,\"label_reverse\":8388610}]}]}"},
        {DESIRED_chain,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"network_id\":" ID
         ",\"spi_forward\":1,\"spi_reverse\":65537,\"hops\":[{\"group_id\":" ID
         ",\"instances\":[{\"id\":" ID ",\"nsh\":true,\"vtep\":\"192.0.2.1\",\"vni\":0}]}]}"},
        {DESIRED_security_group,
         "{\"id\":" ID ",\"members\":[\"10.0.0.1\"],\"rules\":[{\"direction\":\"ingress\","
         "\"ethertype\":\"IPv4\",\"protocol\":1,\"port_min\":8}]}"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        void *a, *b;

        if (!test_check_ok(__FILE__, __LINE__, cases[i].text,
                           decode(mem, cases[i].kind, cases[i].text, &a))) {
            continue;
        }
        CHECK_OK(desired_check(mem, cases[i].kind, a));
        CHECK_OK(decode(mem, cases[i].kind, row_to_json(mem, a, true), &b));
        CHECK_STR(row_to_json(mem, a, true), row_to_json(mem, b, true));
    }
}

TEST(what_a_hostile_site_might_send_is_refused)
{
    static const struct {
        enum desired_kind kind;
        const char *text, *why;
    } cases[] = {
        {DESIRED_network, "{\"id\":\"x\",\"project_id\":" PROJECT ",\"vni\":5,\"mtu\":1450}", "id"},
        {DESIRED_network, "{\"id\":" ID ",\"project_id\":" PROJECT ",\"vni\":8388608,\"mtu\":1450}",
         "vni"},
        {DESIRED_network, "{\"id\":" ID ",\"project_id\":" PROJECT ",\"vni\":5,\"mtu\":99999}",
         "mtu"},
        {DESIRED_network,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"vni\":5,\"mtu\":1450,\"run\":\"x\"}", "run"},
        {DESIRED_image,
         "{\"id\":" ID ",\"path\":\"a/../../etc/shadow\",\"sha512\":\"\",\"format\":\"tar\"}",
         "path"},
        {DESIRED_image, "{\"id\":" ID ",\"path\":\"/etc/shadow\",\"format\":\"tar\"}", "path"},
        {DESIRED_image, "{\"id\":" ID ",\"path\":\"a\",\"sha512\":\"00\",\"format\":\"tar\"}",
         "sha512"},
        {DESIRED_port,
         "{\"id\":" ID ",\"network_id\":" ID ",\"project_id\":" PROJECT
         ",\"mac\":\"01:00:00:00:00:01\"}",
         "unicast"},
        {DESIRED_port,
         "{\"id\":" ID ",\"network_id\":" ID ",\"project_id\":" PROJECT
         ",\"mac\":\"fa:16:3e:00:00:01\",\"ifname\":\"../x\"}",
         "ifname"},
        {DESIRED_port,
         "{\"id\":" ID ",\"network_id\":" ID ",\"project_id\":" PROJECT
         ",\"mac\":\"fa:16:3e:00:00:01\",\"addresses\":[{\"ip\":\"224.0.0.1\",\"prefix_len\":24}]}",
         "unicast"},
        {DESIRED_port,
         "{\"id\":" ID ",\"network_id\":" ID ",\"project_id\":" PROJECT
         ",\"mac\":\"fa:16:3e:00:00:01\",\"security_groups\":[\"x\"]}",
         "UUID"},
        {DESIRED_remote_port,
         "{\"id\":" ID ",\"network_id\":" ID ",\"mac\":\"fa:16:3e:00:00:01\",\"vtep\":"
         "\"224.0.0.1\",\"vni\":5}",
         "vtep"},
        {DESIRED_label,
         "{\"id\":" ID ",\"label\":5,\"chain_id\":" ID ",\"hop\":0,\"direction\":\"forward\","
         "\"instance_id\":" ID "}",
         "label"},
        {DESIRED_chain,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"network_id\":" ID
         ",\"hops\":[{\"group_id\":" ID ",\"instances\":[{\"id\":" ID "}]}]}",
         "either"},
        {DESIRED_chain,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"network_id\":" ID
         ",\"hops\":[{\"group_id\":" ID ",\"instances\":[{\"id\":" ID
         ",\"nsh\":true,\"vtep\":\"192.0.2.1\",\"vni\":5}]}]}",
         "service path"},
        {DESIRED_chain,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"network_id\":" ID
         ",\"spi_forward\":9,\"spi_reverse\":9}",
         "service path"},
        {DESIRED_chain,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"network_id\":" ID
         ",\"spi_forward\":1,\"spi_reverse\":2,\"hops\":[{\"group_id\":" ID
         ",\"instances\":[{\"id\":" ID ",\"nsh\":true,\"vtep\":\"192.0.2.1\"}]}]}",
         "either"},
        {DESIRED_chain,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"network_id\":" ID
         ",\"classifiers\":[{\"dst_port_min\":90,\"dst_port_max\":80,\"protocol\":6}]}",
         "range"},
        {DESIRED_server,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"name\":\"a\",\"image_id\":" ID
         ",\"vcpus\":1,\"memory_mb\":64,\"power\":\"running\",\"env\":[{\"name\":\"A=B\","
         "\"value\":\"\"}]}",
         "env"},
        {DESIRED_server,
         "{\"id\":" ID ",\"project_id\":" PROJECT ",\"name\":\"a\\u0007\",\"image_id\":" ID
         ",\"vcpus\":1,\"memory_mb\":64,\"power\":\"running\"}",
         "control"},
        {DESIRED_security_group,
         "{\"id\":" ID ",\"rules\":[{\"direction\":\"ingress\",\"ethertype\":\"IPv6\","
         "\"remote_cidr\":\"10.0.0.0/8\"}]}",
         "family"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        void *object;

        CHECK_ERR_MSG(decode(mem, cases[i].kind, cases[i].text, &object), E_INVALID, cases[i].why);
    }
}

/* ---- frames ------------------------------------------------------------------------------------ */

struct talk {
    struct loop *loop;
    int n_messages;
    int64_t last_seq;
    bool closed;
    enum err_code why;
};

static struct err *
on_message(void *arg, struct desired_message *m)
{
    struct talk *talk = arg;

    talk->n_messages++;
    talk->last_seq = m->seq;
    return NULL;
}

static void
on_closed(void *arg, struct err *why)
{
    struct talk *talk = arg;

    talk->closed = true;
    talk->why = why ? why->code : E_NONE;
    err_free(why);
}

static struct desired_conn *
conn_new(struct talk *talk, int fd)
{
    struct desired_conn_config config = {
        .loop = talk->loop, .fd = fd, .message = on_message, .closed = on_closed, .arg = talk};
    struct desired_conn *conn = NULL;

    REQUIRE_OK(desired_conn_new(&config, &conn));
    return conn;
}

TEST(messages_cross_a_socket_whole_however_they_are_cut)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF out = BUF_INIT;
    struct talk talk = {0};
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_begin);
    int fds[2];

    REQUIRE_OK(loop_new(&talk.loop));
    REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
    (void)conn_new(&talk, fds[0]);
    for (int64_t i = 1; i <= 3; i++) {
        m->seq = i;
        desired_message_encode(&out, m);
    }
    for (size_t i = 0; i < out.len; i++) {
        REQUIRE(write(fds[1], out.data + i, 1) == 1);
        CHECK_OK(loop_turn(talk.loop, 0));
    }
    CHECK_INT(talk.n_messages, 3);
    CHECK_INT(talk.last_seq, 3);
    close(fds[1]);
    CHECK_OK(loop_turn(talk.loop, 0));
    CHECK(talk.closed);
    CHECK_INT(talk.why, E_NONE);
    loop_free(talk.loop);
}

/* They arrive with their message, to who asked for them; nobody else is left with any open. */
TEST(descriptors_cross_with_their_message)
{
    for (int takes = 0; takes < 2; takes++) {
        AUTO(mem) mem = mem_new("test");
        struct talk a = {0}, b = {0};
        struct desired_conn_config config = {.message = on_message,
                                             .closed = on_closed,
                                             .arg = &b,
                                             .takes_fds = takes};
        struct desired_conn *from, *to = NULL;
        int fds[2], pipes[2], fd;
        char c = 0;

        REQUIRE_OK(loop_new(&a.loop));
        REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) && !pipe(pipes));
        from = conn_new(&a, fds[0]);
        config.loop = a.loop;
        config.fd = fds[1];
        REQUIRE_OK(desired_conn_new(&config, &to));
        desired_conn_send_fds(from, desired_message_new(mem, DESIRED_OP_descriptors), pipes, 2);
        close(pipes[0]);
        close(pipes[1]);
        EVENTUALLY(1000, (CHECK_OK(loop_turn(a.loop, 10)), b.n_messages == 1));
        fd = desired_conn_take_fd(to);
        CHECK_INT(fd >= 0, takes);
        if (takes) {
            int in = desired_conn_take_fd(to);

            CHECK(in >= 0 && write(in, "x", 1) == 1 && read(fd, &c, 1) == 1 && c == 'x');
            CHECK_INT(desired_conn_take_fd(to), -1);
            close(in);
            close(fd);
        }
        desired_conn_free(from);
        desired_conn_free(to);
        loop_free(a.loop);
    }
}

TEST(frames_that_break_a_rule_end_the_connection)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum err_code why;
    } cases[] = {
        {"\x7f\xff\xff\xff", 4, E_TOO_LARGE},
        {"\0\0\0\2{]", 6, E_INVALID},
        {"\0\0\0\2{}", 6, E_INVALID},
        {"\0\0\0\x0c{\"op\":\"rob\"}", 16, E_INVALID},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct talk talk = {0};
        int fds[2];

        REQUIRE_OK(loop_new(&talk.loop));
        REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
        (void)conn_new(&talk, fds[0]);
        REQUIRE(write(fds[1], cases[i].bytes, cases[i].n) == (ssize_t)cases[i].n);
        CHECK_OK(loop_turn(talk.loop, 0));
        CHECK(talk.closed);
        CHECK_INT(talk.why, cases[i].why);
        close(fds[1]);
        loop_free(talk.loop);
    }
}

TEST(much_that_waits_is_sent_when_the_peer_reads)
{
    AUTO(mem) mem = mem_new("test");
    struct talk a = {0}, b = {0};
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_event);
    struct desired_conn *from;
    int fds[2];

    REQUIRE_OK(loop_new(&a.loop));
    b.loop = a.loop;
    REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
    from = conn_new(&a, fds[0]);
    m->reason = mem_printf(mem, "%04000d", 7);
    for (int i = 0; i < 1000; i++) {
        m->seq = i;
        desired_conn_send(from, m);
    }
    (void)conn_new(&b, fds[1]);
    for (int i = 0; i < 1000 && b.n_messages < 1000; i++) {
        CHECK_OK(loop_turn(a.loop, 10));
    }
    CHECK_INT(b.n_messages, 1000);
    CHECK_INT(b.last_seq, 999);
    desired_conn_free(from);
    CHECK_OK(loop_turn(a.loop, 10));
    CHECK(b.closed);
    loop_free(a.loop);
}
