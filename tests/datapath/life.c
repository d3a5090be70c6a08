/* Restarts, refusals, and what the agent leaves alone. */
#include "topo.h"

#include "base/time.h"
#include "bpf/abi.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct topo *
two_nodes(struct site **out)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];

    *out = s;
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    topo_up(t);
    return t;
}

TEST(traffic_goes_on_while_the_agent_is_dead_and_it_adopts_what_runs)
{
    struct site *s;
    pid_t a, b;

    (void)two_nodes(&s);
    a = node_pid(s, "a");
    b = node_pid(s, "b");
    site_agent_kill(s);
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80)); /* Also a flow that is new. */
    site_agent_start(s);
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    CHECK_INT(node_pid(s, "a"), a);
    CHECK_INT(node_pid(s, "b"), b);
    CHECK(!kill(a, 0) && !kill(b, 0));
    CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80));
}

/* Makes the pinned programs look like those of another build. */
static void
build_forge(struct site *s)
{
    int fd = bpf_obj_get(mem_printf(s->topo->mem, "%s/bpf/map_meta", s->dir));
    struct dp_meta meta;
    uint32_t zero = 0;

    REQUIRE(fd >= 0 && !bpf_map_lookup_elem(fd, &zero, &meta));
    meta.build[0] ^= 1;
    REQUIRE(!bpf_map_update_elem(fd, &zero, &meta, BPF_ANY));
    close(fd);
}

TEST(programs_of_another_build_are_replaced_while_traffic_flows)
{
    struct site *s;
    int64_t before;
    pid_t ping;

    (void)two_nodes(&s);
    before = site_drops(s, "no_port");
    ping = node_spawn(s, "a", "/bin/busybox ping -q -i 0.05 -W 1 -c 1000 10.0.0.2");
    for (int i = 0; i < 2; i++) {
        site_agent_kill(s);
        build_forge(s);
        site_agent_start(s);
        CHECK(node_ping(s, "a", "10.0.0.2", 56));
        SITE_EVENTUALLY(s, 20000, s->ready);
        CHECK(node_ping(s, "a", "10.0.0.2", 56));
        REQUIRE(site_push(s));
        REQUIRE(site_settled(s));
        CHECK(node_tcp(s, "a", s, "b", "10.0.0.2", 80 + i));
    }
    CHECK_INT(site_drops(s, "internal"), 0);
    CHECK_INT(site_drops(s, "no_port"), before); /* What a starting server says too early. */
    spawned_end(ping);
}

TEST(a_server_that_ends_is_told_and_started_again_only_when_asked)
{
    struct site *s;
    struct desired_server *server;

    (void)two_nodes(&s);
    (void)kill(node_pid(s, "b"), SIGKILL);
    SITE_EVENTUALLY(s, 5000, str_eq(site_state(s, DESIRED_server, "b"), "SHUTOFF"));
    SITE_EVENTUALLY(s, 2000, str_eq(site_state(s, DESIRED_port, "b"), "DOWN"));
    site_agent_kill(s);
    site_agent_start(s);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 5000, str_eq(site_state(s, DESIRED_server, "b"), "SHUTOFF"));
    server = s->objects.items[s->objects.n - 1];
    server->generation++;
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
}

/* ---- images ----------------------------------------------------------------------------- */

static const char *
image_dir(struct site *s)
{
    return mem_printf(s->topo->mem, "%s/agent/images/%s", s->dir, topo_id(s->topo, "image"));
}

static const char *
server_dir(struct site *s, const char *name)
{
    struct mem *mem = s->topo->mem;

    return mem_printf(mem, "%s/agent/servers/%s", s->dir,
                      topo_id(s->topo, mem_printf(mem, "server %s", name)));
}

static ino_t
inode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) ? 0 : st.st_ino;
}

/* Only the network stays. */
static void
all_but_networks_removed(struct site *s, size_t *n)
{
    *n = s->objects.n;
    s->allow_removal = true;
    for (size_t i = 0; i < s->objects.n; i++) {
        if (s->kinds.items[i] == DESIRED_network) {
            s->objects.items[0] = s->objects.items[i];
            s->kinds.items[0] = DESIRED_network;
        }
    }
    s->objects.n = s->kinds.n = 1;
    REQUIRE(site_push(s));
}

TEST(an_image_stays_unpacked_for_the_next_server_of_it_but_not_for_ever)
{
    const struct timespec long_ago[] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    struct site *s;
    struct topo *t = two_nodes(&s);
    void *objects[16];
    enum desired_kind kinds[16];
    ino_t root = inode_of(mem_printf(t->mem, "%s/root", image_dir(s)));
    size_t n = s->objects.n;

    REQUIRE(root && n <= 16);
    memcpy(objects, s->objects.items, n * sizeof *objects);
    memcpy(kinds, s->kinds.items, n * sizeof *kinds);
    all_but_networks_removed(s, &n);
    SITE_EVENTUALLY(s, 10000, inode_of(server_dir(s, "a")) == 0);
    CHECK(inode_of(mem_printf(t->mem, "%s/root", image_dir(s))) == root);
    memcpy(s->objects.items, objects, n * sizeof *objects);
    memcpy(s->kinds.items, kinds, n * sizeof *kinds);
    s->objects.n = s->kinds.n = n;
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    CHECK(inode_of(mem_printf(t->mem, "%s/root", image_dir(s))) == root);
    CHECK(node_ping(s, "a", "10.0.0.2", 56));

    all_but_networks_removed(s, &n);
    SITE_EVENTUALLY(s, 10000, inode_of(server_dir(s, "a")) == 0);
    REQUIRE(utimensat(AT_FDCWD, image_dir(s), long_ago, 0) == 0);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 10000, inode_of(image_dir(s)) == 0);
}

TEST(a_server_that_is_made_anew_has_lost_what_it_wrote)
{
    struct site *s;
    struct topo *t = two_nodes(&s);
    struct desired_server *server = s->objects.items[s->objects.n - 1];
    const char *file = mem_printf(t->mem, "%s/upper/written", server_dir(s, "b"));

    REQUIRE_OK(file_write(file, "x", 1, 0644));
    server->generation++;
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    CHECK(inode_of(file) != 0);
    server->generation++;
    server->layer++;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 10000, inode_of(file) == 0);
    REQUIRE(site_settled(s));
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    REQUIRE_OK(file_write(file, "x", 1, 0644));
    site_agent_kill(s);
    site_agent_start(s);
    server->generation++;
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    CHECK(inode_of(file) != 0);
}

static uid_t
owner_of(struct site *s, const char *server)
{
    struct stat st;

    REQUIRE(stat(mem_printf(s->topo->mem, "%s/upper", server_dir(s, server)), &st) == 0);
    return st.st_uid;
}

static void
first_removed(struct site *s, enum desired_kind kind)
{
    for (size_t i = 0; i < s->objects.n; i++) {
        if (s->kinds.items[i] == kind) {
            site_remove(s, s->objects.items[i]);
            return;
        }
    }
}

TEST(a_server_keeps_its_users_where_its_notes_are_lost)
{
    struct site *s;
    struct topo *t = two_nodes(&s);
    uid_t b = owner_of(s, "b");

    /* The first range becomes free: "b" would be given it. */
    s->allow_removal = true;
    first_removed(s, DESIRED_server);
    first_removed(s, DESIRED_port);
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 10000, inode_of(server_dir(s, "a")) == 0);
    site_agent_kill(s);
    REQUIRE(truncate(mem_printf(t->mem, "%s/notes.json", server_dir(s, "b")), 0) == 0);
    site_agent_start(s);
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    CHECK_INT(owner_of(s, "b"), b);
}

/* The answer comes from tables: who asks before they know it shall not wait for a second. */
TEST(a_server_asks_for_its_neighbours_often)
{
    static const char *const families[] = {"ipv4", "ipv6"};
    const char *output;
    struct site *s;

    (void)two_nodes(&s);
    for (int i = 0; i < 2; i++) {
        REQUIRE_OK(node_run(s, "a", &output, "cat /proc/sys/net/%s/neigh/eth0/retrans_time_ms",
                            families[i]));
        CHECK(atoi(output) >= 50 && atoi(output) < 60); /* in ticks of the kernel's clock */
        REQUIRE_OK(node_run(s, "a", &output, "cat /proc/sys/net/%s/neigh/eth0/mcast_solicit",
                            families[i]));
        CHECK_STR(output, "60\n");
    }
}

/* A change made and unmade while the agent is killed at growing delays. */
TEST(killed_in_the_middle_of_each_change_it_converges)
{
    struct site *s;
    struct topo *t = two_nodes(&s);
    pid_t a = node_pid(s, "a");
    size_t n = s->objects.n;

    for (int i = 0; i < 24; i++) {
        int64_t until;
        bool there = i % 2 == 0;

        if (there) {
            site_node(s, "x", "n", "10.0.0.3", NULL);
        } else {
            s->objects.n = s->kinds.n = n;
        }
        SITE_EVENTUALLY(s, 10000, s->ready);
        site_send(s);
        until = time_mono_ns() + (int64_t)i * 5000000;
        while (time_mono_ns() < until) {
            (void)topo_turn(t);
        }
        site_agent_kill(s);
        site_agent_start(s);
        REQUIRE(site_push(s));
        REQUIRE(site_settled(s));
        CHECK_INT(node_pid(s, "a"), a);
        CHECK(node_ping(s, "a", "10.0.0.2", 56));
        if (there) {
            CHECK(node_ping(s, "x", "10.0.0.2", 56));
        }
    }
    CHECK_INT(site_drops(s, "internal"), 0);
}

static size_t
count_lines(struct mem *mem, const struct process_spec *spec, const char **output)
{
    size_t lines = 0;

    REQUIRE_OK(process_run(mem, spec, NULL, 5000, output));
    for (const char *c = *output; *c; c++) {
        lines += *c == '\n';
    }
    return lines;
}

TEST(foreign_links_are_left_alone_and_own_leftovers_go)
{
    struct site *s;
    struct topo *t = two_nodes(&s);
    const char *output;
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .netns = mem_printf(t->mem, "/run/netns/%s", s->netns)};

    spec.argv = process_argv(t->mem, "ip", "link", "add", "ckforeign0", "type", "veth", "peer",
                             "name", "ckforeign1", NULL);
    REQUIRE_OK(process_run(t->mem, &spec, NULL, 5000, &output));
    s->objects.n = s->kinds.n = 4; /* b goes */
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    spec.argv = process_argv(t->mem, "ip", "-br", "link", NULL);
    SITE_EVENTUALLY(s, 5000, count_lines(t->mem, &spec, &output) == 5);
    CHECK(strstr(output, "ckforeign1@ckforeign0") != NULL);
}

/* ---- refusals --------------------------------------------------------------------------------- */

/* Talks to the agent by hand: sends 'text' as frames, one a line, and returns
 * the reason of the first refusal. */
static const char *
by_hand(struct site *s, const char *text)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct mem *mem = s->topo->mem;
    size_t n;
    char **lines = str_split(mem, text, '\n', &n);

    memcpy(addr.sun_path, s->socket, strlen(s->socket) + 1);
    REQUIRE(!connect(fd, (struct sockaddr *)&addr, sizeof addr));
    for (size_t i = 0; i < n; i++) {
        uint32_t len = htonl((uint32_t)strlen(lines[i]));

        /* It may have refused an earlier line, and hung up on the rest. */
        if (send(fd, &len, 4, MSG_NOSIGNAL) != 4 ||
            send(fd, lines[i], strlen(lines[i]), MSG_NOSIGNAL) != (ssize_t)strlen(lines[i])) {
            break;
        }
    }
    for (;;) {
        struct desired_message *m;
        uint32_t len;
        char *data;

        if (recv(fd, &len, 4, MSG_WAITALL) != 4) {
            close(fd);
            return "closed";
        }
        len = htonl(len);
        data = mem_alloc(mem, len + 1);
        REQUIRE(recv(fd, data, len, MSG_WAITALL) == (ssize_t)len);
        REQUIRE_OK(desired_message_decode(mem, data, len, &m));
        if (str_eq(m->op, "refused") || str_eq(m->op, "applied")) {
            close(fd);
            return str_eq(m->op, "applied") ? "applied" : m->reason;
        }
    }
}

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x
#define VERSION TEXT(DESIRED_VERSION)
#define HELLO "{\"op\":\"hello\",\"site\":\"east\",\"host\":\"east\",\"version\":" VERSION ",\"epoch\":1}\n"
#define BEGIN "{\"op\":\"snapshot_begin\",\"seq\":100}\n"
#define END(n) "{\"op\":\"snapshot_end\",\"seq\":100,\"count\":" #n "}"
#define NET                                                                                        \
    "{\"op\":\"put\",\"host\":\"east\",\"kind\":\"network\",\"object\":{\"id\":"                   \
    "\"6105d6cc-76af-5003-a5e9-4d588ce511be\",\"project_id\":"                                     \
    "\"11111111111111111111111111111111\",\"vni\":5,\"mtu\":1450}}\n"

TEST(what_is_foreign_older_or_not_whole_is_refused)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"{\"op\":\"hello\",\"site\":\"west\",\"host\":\"east\",\"version\":" VERSION ",\"epoch\":1}",
         "serves site"},
        {"{\"op\":\"hello\",\"site\":\"east\",\"host\":\"west\",\"version\":" VERSION ",\"epoch\":1}",
         "serves site"},
        {"{\"op\":\"hello\",\"site\":\"east\",\"host\":\"east\",\"version\":1,\"epoch\":1}",
         "version"},
        {"{\"op\":\"hello\",\"site\":\"east\",\"host\":\"east\",\"version\":" VERSION ",\"epoch\":0}",
         "older"},
        {"{\"op\":\"counters\"}", "before hello"},
        {HELLO BEGIN NET END(2), "not whole"},
        {HELLO "{\"op\":\"snapshot_begin\",\"seq\":0}\n"
               "{\"op\":\"snapshot_end\",\"seq\":0,\"count\":0}",
         "older"},
        {HELLO BEGIN "{\"op\":\"put\",\"host\":\"west\",\"kind\":\"network\",\"object\":{}}\n" END(1),
         "host 'west'"},
        {HELLO BEGIN "{\"op\":\"put\",\"host\":\"east\",\"kind\":\"network\",\"object\":{\"id\":"
                     "\"x\"}}\n" END(1),
         "id"},
        {HELLO BEGIN
         "{\"op\":\"put\",\"host\":\"east\",\"kind\":\"image\",\"object\":{\"id\":"
         "\"6105d6cc-76af-5003-a5e9-4d588ce511be\",\"path\":\"../../etc/shadow\","
         "\"sha512\":\"\",\"format\":\"tar\"}}\n" END(1),
         "path"},
        {HELLO BEGIN
         "{\"op\":\"put\",\"host\":\"east\",\"kind\":\"remote_port\",\"object\":{\"id\":"
         "\"6105d6cc-76af-5003-a5e9-4d588ce511be\",\"network_id\":"
         "\"6105d6cc-76af-5003-a5e9-4d588ce511bf\",\"mac\":\"fa:16:3e:00:00:01\","
         "\"vtep\":\"192.0.2.9\",\"vni\":7}}\n" END(1),
         "not there"},
        {HELLO "{\"op\":\"begin\",\"seq\":100}\n" NET "{\"op\":\"commit\",\"seq\":100}",
         "before the snapshot"},
        {HELLO BEGIN "{\"op\":\"put\",\"host\":\"east\",\"kind\":\"guest\",\"object\":{}}\n" END(1),
         "not whole"},
        {HELLO "{\"op\":\"applied\",\"seq\":1}", "not for an agent"},
        {HELLO "{\"op\":", "closed"},
    };
    struct site *s;
    pid_t a;

    (void)two_nodes(&s);
    a = node_pid(s, "a");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *reason = by_hand(s, cases[i].text);

        if (!strstr(reason, cases[i].reason)) {
            test_fail(__FILE__, __LINE__, "case %zu: '%s', not '%s'", i, reason, cases[i].reason);
        }
    }
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
    CHECK_INT(node_pid(s, "a"), a);
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
}

TEST(removing_most_of_what_there_is_needs_the_word_for_it)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    size_t all;

    site_network(s, "n", 100);
    for (int i = 0; i < 12; i++) {
        (void)site_port(s, mem_printf(t->mem, "p%d", i), "n",
                        mem_printf(t->mem, "10.0.0.%d", i + 1), NULL);
    }
    REQUIRE(site_push(s));
    all = s->objects.n;
    s->objects.n = s->kinds.n = 3;
    SITE_EVENTUALLY(s, 5000, s->ready);
    site_send(s);
    SITE_EVENTUALLY(s, 5000, s->refused_seq == s->seq);
    CHECK(s->refused && strstr(s->refused, "remove 11 of 12 ports"));
    CHECK_INT(site_counters(s)->ports.n, 12);
    s->allow_removal = true;
    REQUIRE(site_push(s));
    SITE_EVENTUALLY(s, 2000, site_counters(s)->ports.n == 1);
    (void)all;
}

TEST(told_to_stop_it_ends_cleanly_and_leaves_all_running)
{
    struct site *s;
    struct topo *t = two_nodes(&s);
    int status = -1;

    (void)kill(s->agent, SIGTERM);
    EVENTUALLY(10000, topo_turn(t) && waitpid(s->agent, &status, WNOHANG) == s->agent);
    CHECK_INT(status, 0);
    s->agent = 0;
    s->ready = false;
    CHECK(node_ping(s, "a", "10.0.0.2", 56));
    site_agent_start(s);
    REQUIRE(site_push(s));
    REQUIRE(site_settled(s));
}
