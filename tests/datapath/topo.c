/* Makes and removes what topologies need.  Everything carries the process's
 * number, so that tests run side by side. */
#include "topo.h"

#include "base/net.h"
#include "base/str.h"
#include "base/time.h"
#include "bpf/abi.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_MS (20000 * test_patience())
#define RESPONDER_UID 63798 /* Nobody's. */

/* ---- running programs ----------------------------------------------------------------------- */

static struct err *
run_words(struct mem *mem, const char *line, const char **output)
{
    struct process_spec spec = {.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    size_t n;
    char **words = str_split(mem, line, ' ', &n);
    const char **argv = MEM_ARRAY(mem, n + 1, const char *);

    for (size_t i = 0; i < n; i++) {
        argv[i] = words[i];
    }
    spec.argv = argv;
    return process_run(mem, &spec, NULL, RUN_MS, output);
}

static void
must(struct topo *topo, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
must(struct topo *topo, const char *fmt, ...)
{
    const char *line, *output;
    va_list args;

    va_start(args, fmt);
    line = mem_vprintf(topo->mem, fmt, args);
    va_end(args);
    REQUIRE_OK(run_words(topo->mem, line, &output));
}

/* $CARRICK_AGENT stands in for the one of this build. */
static const char *
agent_program(void)
{
    return str_or(getenv("CARRICK_AGENT"), AGENT_PROGRAM);
}

/* ---- the image --------------------------------------------------------------------------------- */

/* A root file system of busybox alone, as a tar. */
static const char *
image_make(struct topo *topo)
{
    static const char *const folders[] = {"bin", "proc", "sys", "dev", "tmp", "run", "etc", "sbin"};
    static const char *const applets[] = {"sh", "sleep", "ip", "brctl", "cat", "echo", "id",
                                          "hostname", "true", "ls", "touch", "mount"};
    const char *root = mem_printf(topo->mem, "%s/image", topo->dir);
    const char *tar = mem_printf(topo->mem, "%s/image.tar", topo->dir);

    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        REQUIRE_OK(dir_make(mem_printf(topo->mem, "%s/%s", root, folders[i]), 0755));
    }
    must(topo, "cp /bin/busybox %s/bin/busybox", root);
    for (size_t i = 0; i < ARRAY_SIZE(applets); i++) {
        REQUIRE(!symlink("busybox", mem_printf(topo->mem, "%s/bin/%s", root, applets[i])));
    }
    must(topo, "tar -C %s --owner=0 --group=0 -cf %s .", root, tar);
    return tar;
}

static void
site_image(struct site *site, const char *tar)
{
    struct mem *mem = site->topo->mem;
    struct desired_image *image = row_new(mem, &desired_image_table);
    unsigned char hash[64];
    char hex[129], *data;
    size_t n;

    REQUIRE_OK(file_read(mem, tar, 1 << 26, &data, &n));
    SHA512((const unsigned char *)data, n, hash);
    hex_from(hex, hash, sizeof hash);
    REQUIRE_OK(dir_make(mem_printf(mem, "%s/site/images", site->dir), 0755));
    REQUIRE_OK(
        file_write(mem_printf(mem, "%s/site/images/box", site->dir), data, n, 0644));
    image->id = topo_id(site->topo, "image");
    image->path = "images/box";
    image->sha512 = mem_str(mem, hex);
    image->format = "tar";
    vec_add(mem, &site->objects, image);
    vec_add(mem, &site->kinds, DESIRED_image);
}

/* ---- sites --------------------------------------------------------------------------------------- */

static const char *
responder_socket(struct site *site)
{
    return mem_printf(site->topo->mem, "%s/responder/sock", site->dir);
}

void
site_agent_start(struct site *site)
{
    struct mem *mem = site->topo->mem;
    const char *log = mem_printf(mem, "%s/agent.log", site->dir);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = fd,
                                .stderr_fd = fd,
                                .netns = mem_printf(mem, "/run/netns/%s", site->netns),
                                .die_with_parent = true};
    VEC(const char *) argv = {0};
    const char *const words[] = {agent_program(),
                                 "agent",
                                 "--name",
                                 site->name,
                                 "--host-id",
                                 site->name,
                                 "--state",
                                 mem_printf(mem, "%s/agent", site->dir),
                                 "--site-state",
                                 mem_printf(mem, "%s/site", site->dir),
                                 "--socket",
                                 site->socket,
                                 "--site-user",
                                 "0",
                                 "--bpffs",
                                 mem_printf(mem, "%s/bpf", site->dir),
                                 "--responder",
                                 responder_socket(site),
                                 "--responder-user",
                                 mem_printf(mem, "%d", RESPONDER_UID)};

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        vec_add(mem, &argv, words[i]);
    }
    if (site->vtep) {
        vec_add(mem, &argv, "--vtep");
        vec_add(mem, &argv, site->vtep);
    }
    if (site->flows) {
        vec_add(mem, &argv, "--flows");
        vec_add(mem, &argv, mem_printf(mem, "%d", site->flows));
    }
    vec_add(mem, &argv, NULL);
    spec.argv = argv.items;
    REQUIRE_OK(process_start(&spec, &site->agent));
    close(fd);
}

void
site_responder_start(struct site *site)
{
    struct mem *mem = site->topo->mem;
    const char *log = mem_printf(mem, "%s/agent.log", site->dir);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* Its user may have no way through the folders above the program. */
    int program = open(agent_program(), O_PATH | O_CLOEXEC);
    struct process_spec spec = {.argv = process_argv(mem, mem_printf(mem, "/proc/self/fd/%d", program),
                                                     "responder", "--listen",
                                                     responder_socket(site), NULL),
                                .stdin_fd = -1,
                                .stdout_fd = fd,
                                .stderr_fd = fd,
                                .uid = RESPONDER_UID,
                                .gid = RESPONDER_UID,
                                .die_with_parent = true};

    REQUIRE_OK(process_start(&spec, &site->responder));
    close(program);
    close(fd);
}

void
site_responder_kill(struct site *site)
{
    if (site->responder) {
        (void)kill(site->responder, SIGKILL);
        (void)waitpid(site->responder, NULL, 0);
        site->responder = 0;
    }
}

void
site_agent_kill(struct site *site)
{
    if (site->agent) {
        (void)kill(site->agent, SIGKILL);
        (void)waitpid(site->agent, NULL, 0);
        site->agent = 0;
        site->ready = false;
    }
}

static void
on_ready(void *arg, const struct desired_message *agent)
{
    struct site *site = arg;

    (void)agent;
    site->ready = true;
}

/* All statuses are told again behind it. */
static void
on_applied(void *arg, int64_t seq)
{
    struct site *site = arg;

    site->applied_seq = seq;
    map_init(&site->states, site->topo->mem);
    map_init(&site->reasons, site->topo->mem);
}

static void
on_refused(void *arg, int64_t seq, const char *reason)
{
    struct site *site = arg;

    site->refused_seq = seq;
    site->refused = mem_str(site->topo->mem, reason);
}

static void
on_status(void *arg, const struct desired_message *m)
{
    struct site *site = arg;
    struct mem *mem = site->topo->mem;
    char *key = mem_printf(mem, "%s %s", m->kind, m->id);

    map_set(&site->states, key, mem_str(mem, m->state));
    map_set(&site->reasons, key, mem_str(mem, str_or(m->reason, "")));
}

static void
on_lost(void *arg, const char *why)
{
    (void)why;
    ((struct site *)arg)->ready = false;
}

static void
site_client(struct site *site)
{
    struct desired_client_config config = {.loop = site->topo->loop,
                                           .socket = site->socket,
                                           .site = site->name,
                                           .host = site->name,
                                           .epoch = site->epoch,
                                           .arg = site,
                                           .ready = on_ready,
                                           .lost = on_lost,
                                           .applied = on_applied,
                                           .refused = on_refused,
                                           .status = on_status};

    REQUIRE_OK(desired_client_new(&config, &site->client));
}

static void
site_new(struct topo *topo, size_t i, const char *tar)
{
    static const char *const names[] = {"east", "west"};
    struct site *site = &topo->sites[i];
    struct mem *mem = topo->mem;

    site->topo = topo;
    site->name = names[i];
    site->epoch = 1;
    site->netns = mem_printf(mem, "ckt%d%s", (int)getpid(), names[i]);
    site->dir = mem_printf(mem, "%s/%s", topo->dir, names[i]);
    site->socket = mem_printf(mem, "%s/agent.sock", site->dir);
    site->vtep = topo->n_sites > 1 ? mem_printf(mem, "192.0.2.%zu", i + 1) : NULL;
    map_init(&site->states, mem);
    map_init(&site->reasons, mem);
    REQUIRE_OK(dir_make(mem_printf(mem, "%s/bpf", site->dir), 0700));
    REQUIRE_OK(dir_make(mem_printf(mem, "%s/responder", site->dir), 0700));
    REQUIRE(!chown(mem_printf(mem, "%s/responder", site->dir), RESPONDER_UID, RESPONDER_UID));
    REQUIRE(!chmod(site->dir, 0711));
    REQUIRE(!mount("bpf", mem_printf(mem, "%s/bpf", site->dir), "bpf", 0, NULL));
    must(topo, "ip netns add %s", site->netns);
    must(topo, "ip -n %s link set lo up", site->netns);
    site_image(site, tar);
}

static void
wan_make(struct topo *topo)
{
    struct site *a = &topo->sites[0], *b = &topo->sites[1];

    must(topo, "ip -n %s link add wan0 type veth peer name wan0 netns %s", a->netns, b->netns);
    must(topo, "ip -n %s addr add %s/24 dev wan0", a->netns, a->vtep);
    must(topo, "ip -n %s addr add %s/24 dev wan0", b->netns, b->vtep);
    must(topo, "ip -n %s link set wan0 up", a->netns);
    must(topo, "ip -n %s link set wan0 up", b->netns);
}

static void
environment_check(void)
{
    static const char *const programs[] = {"/bin/busybox", "/usr/bin/crun", "/usr/bin/nsenter"};
    int status;
    pid_t pid;

    if (geteuid() != 0) {
        SKIP("needs root");
    }
    for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
        if (access(programs[i], X_OK)) {
            SKIP("needs %s", programs[i]);
        }
    }
    pid = fork();
    if (!pid) {
        _exit(unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER) ? 1 : 0);
    }
    if (waitpid(pid, &status, 0) != pid || status) {
        SKIP("namespaces are not permitted here");
    }
}

static struct topo *current;

static void
at_end(void)
{
    if (current) {
        topo_free(current);
    }
}

struct topo *
topo_new(size_t n_sites)
{
    return topo_new_flows(n_sites, 0);
}

struct topo *
topo_new_flows(size_t n_sites, int flows)
{
    struct mem *mem = mem_new("topo");
    struct topo *topo = MEM_NEW(mem, struct topo);
    const char *tar;

    environment_check();
    topo->mem = mem;
    topo->n_sites = n_sites;
    topo->dir = mem_printf(mem, "/var/tmp/carrick-datapath.%d", (int)getpid());
    current = topo;
    (void)atexit(at_end);
    REQUIRE_OK(dir_make(topo->dir, 0755));
    REQUIRE_OK(loop_new(&topo->loop));
    tar = image_make(topo);
    for (size_t i = 0; i < n_sites; i++) {
        site_new(topo, i, tar);
    }
    if (n_sites > 1) {
        wan_make(topo);
    }
    for (size_t i = 0; i < n_sites; i++) {
        topo->sites[i].flows = flows;
        site_agent_start(&topo->sites[i]);
        site_client(&topo->sites[i]);
    }
    return topo;
}

static void
site_free(struct site *site)
{
    struct mem *mem = site->topo->mem;
    const char *bpf = mem_printf(mem, "%s/bpf", site->dir), *output;
    struct process_spec spec = {.argv = process_argv(mem, agent_program(), "agent", "--purge",
                                                     "--state",
                                                     mem_printf(mem, "%s/agent", site->dir),
                                                     "--bpffs", bpf, NULL),
                                .stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .netns = mem_printf(mem, "/run/netns/%s", site->netns)};

    desired_client_free(site->client);
    site_agent_kill(site);
    site_responder_kill(site);
    if (getenv("TOPO_LOG") || test_has_failed()) {
        const char *text;

        err_ignore(run_words(mem, mem_printf(mem, "tail -n 200 %s/agent.log", site->dir), &text), "");
        printf("---- agent %s\n%s", site->name, text);
    }
    CHECK_OK(process_run(mem, &spec, NULL, RUN_MS, &output));
    (void)umount2(bpf, MNT_DETACH);
    CHECK_OK(run_words(mem, mem_printf(mem, "ip netns del %s", site->netns), &output));
}

void
topo_free(struct topo *topo)
{
    current = NULL;
    for (size_t i = 0; i < topo->n_sites; i++) {
        if (topo->sites[i].netns) {
            site_free(&topo->sites[i]);
        }
    }
    loop_free(topo->loop);
    CHECK_OK(dir_remove(topo->dir));
    mem_free(topo->mem);
}

/* ---- sending and waiting -------------------------------------------------------------------------------- */

bool
topo_turn(struct topo *topo)
{
    CHECK_OK(loop_turn(topo->loop, 5));
    return true;
}

void
site_send(struct site *site)
{
    site->seq++;
    site->applied_seq = site->refused_seq = -1;
    desired_client_snapshot(site->client, site->seq);
    for (size_t i = 0; i < site->objects.n; i++) {
        CHECK_OK(
            desired_client_put(site->client, site->kinds.items[i], site->objects.items[i]));
    }
    desired_client_snapshot_end(site->client, site->allow_removal);
}

bool
site_push(struct site *site)
{
    SITE_EVENTUALLY(site, 20000, site->ready);
    site_send(site);
    SITE_EVENTUALLY(site, 10000, site->applied_seq == site->seq || site->refused_seq == site->seq);
    if (site->refused_seq == site->seq) {
        printf("  refused: %s\n", site->refused);
    }
    return site->applied_seq == site->seq;
}

static const char *
state_of(struct site *site, enum desired_kind kind, const char *id)
{
    return str_or(map_get(&site->states, mem_printf(site->topo->mem, "%s %s",
                                                    desired_kind_names[kind], id)),
                  "");
}

/* Ports are told of when the kernel has what they and the chains are. */
static bool
ports_told(struct site *site)
{
    (void)topo_turn(site->topo);
    for (size_t i = 0; i < site->objects.n; i++) {
        if (site->kinds.items[i] == DESIRED_port &&
            !*state_of(site, DESIRED_port, desired_id(site->objects.items[i]))) {
            return false;
        }
    }
    return true;
}

bool
site_push_through(struct site *site)
{
    if (!site_push(site)) {
        return false;
    }
    EVENTUALLY(10000, ports_told(site));
    return ports_told(site);
}

const char *
site_state(struct site *site, enum desired_kind kind, const char *name)
{
    const char *id = topo_id(
        site->topo, mem_printf(site->topo->mem, "%s %s", desired_kind_names[kind], name));

    (void)topo_turn(site->topo);
    return state_of(site, kind, id);
}

static bool
all_active(struct site *site)
{
    bool all = true;

    (void)topo_turn(site->topo);
    for (size_t i = 0; i < site->objects.n; i++) {
        enum desired_kind kind = site->kinds.items[i];
        const char *id = desired_id(site->objects.items[i]);
        const char *state = state_of(site, kind, id);

        if (str_eq(state, "ERROR")) {
            test_fail(__FILE__, __LINE__, "%s %s: %s", desired_kind_names[kind], id,
                      (char *)map_get(&site->reasons,
                                      mem_printf(site->topo->mem, "%s %s",
                                                 desired_kind_names[kind], id)));
            test_end();
        }
        if ((kind == DESIRED_server || kind == DESIRED_port) && !str_eq(state, "ACTIVE")) {
            all = false;
        }
    }
    return all;
}

/* A bridge that learns would take a flow of the other direction for one that
 * comes from where it goes to. */
static void
hub_make(struct site *site, const struct desired_server *server)
{
    const char *output;

    CHECK_OK(node_run(site, server->name, &output, "ip link set br0 type bridge ageing_time 0"));
}

/* Functions say so when their bridge is there. */
static bool
all_bridged(struct site *site)
{
    for (size_t i = 0; i < site->objects.n; i++) {
        const struct desired_server *server = site->objects.items[i];
        struct mem *mem = site->topo->mem;
        char *text;
        size_t n;

        if (site->kinds.items[i] == DESIRED_server && server->command.n == 3 &&
            strstr(server->command.items[2], "bridged")) {
            struct err *e = file_read(
                mem, mem_printf(mem, "%s/agent/console/%s.log", site->dir, server->id), 65536,
                &text, &n);

            if (e || !strstr(text, "bridged")) {
                err_ignore(e, "not yet");
                return false;
            }
            hub_make(site, server);
        }
    }
    return true;
}

bool
site_settled(struct site *site)
{
    SITE_EVENTUALLY(site, 15000, all_active(site));
    SITE_EVENTUALLY(site, 5000, all_bridged(site));
    return all_active(site);
}

void
topo_up(struct topo *topo)
{
    for (size_t i = 0; i < topo->n_sites; i++) {
        REQUIRE(site_push(&topo->sites[i]));
    }
    for (size_t i = 0; i < topo->n_sites; i++) {
        REQUIRE(site_settled(&topo->sites[i]));
    }
}

static void
on_counters(void *arg, const struct desired_counters *counters)
{
    struct site *site = arg;

    site->counters = counters ? row_copy(site->topo->mem, counters) : NULL;
    site->ready = site->ready && counters;
}

const struct desired_counters *
site_counters(struct site *site)
{
    site->counters = NULL;
    desired_client_counters(site->client, on_counters, site);
    SITE_EVENTUALLY(site, 10000, site->counters);
    return site->counters;
}

int64_t
site_drops(struct site *site, const char *reason)
{
    const struct desired_counters *counters = site_counters(site);

    for (size_t i = 0; counters && i < counters->drops.n; i++) {
        const struct desired_drop_counter *drop = counters->drops.items[i];

        if (str_eq(drop->name, reason)) {
            return drop->packets;
        }
    }
    return 0;
}

int64_t
site_hop_packets(struct site *site, const char *chain, int64_t hop, const char *direction)
{
    const struct desired_counters *counters = site_counters(site);
    const char *id = topo_id(site->topo, mem_printf(site->topo->mem, "chain %s", chain));

    for (size_t i = 0; counters && i < counters->hops.n; i++) {
        const struct desired_hop_counter *c = counters->hops.items[i];

        if (str_eq(c->chain_id, id) && c->hop == hop && str_eq(c->direction, direction)) {
            return c->packets;
        }
    }
    return -1;
}

const char *
site_instance_reason(struct site *s, const struct desired_instance *inst)
{
    const struct desired_counters *counters = site_counters(s);

    for (size_t i = 0; counters && i < counters->instances.n; i++) {
        const struct desired_instance_counter *c = counters->instances.items[i];

        if (str_eq(c->instance_id, inst->id)) {
            return c->up ? NULL : c->reason;
        }
    }
    return "not told";
}

void
site_tunnel_send(struct site *site, const char *from, int vni, const struct frame *frame)
{
    struct sockaddr_in own = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    uint8_t data[FRAME_MAX + 8] = {8, 0, 0, 0};
    int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd;
    int there = open(mem_printf(site->topo->mem, "/run/netns/%s", site->netns),
                     O_RDONLY | O_CLOEXEC);

    REQUIRE(here >= 0 && there >= 0 && !setns(there, CLONE_NEWNET));
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(!setns(here, CLONE_NEWNET));
    (void)inet_pton(AF_INET, from, &own.sin_addr);
    (void)inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    to.sin_port = htons(4789);
    REQUIRE(!bind(fd, (struct sockaddr *)&own, sizeof own));
    data[4] = (uint8_t)(vni >> 16);
    data[5] = (uint8_t)(vni >> 8);
    data[6] = (uint8_t)vni;
    memcpy(data + 8, frame->b, frame->n);
    REQUIRE(sendto(fd, data, frame->n + 8, 0, (struct sockaddr *)&to, sizeof to) ==
            (ssize_t)frame->n + 8);
    close(fd);
    close(here);
    close(there);
}

/* ---- inside of servers ------------------------------------------------------------------------------------ */

pid_t
node_pid(struct site *site, const char *server)
{
    struct mem *mem = site->topo->mem;
    const char *id = topo_id(site->topo, mem_printf(mem, "server %s", server));
    char *text;
    size_t n;

    REQUIRE_OK(file_read(mem, mem_printf(mem, "%s/agent/servers/%s/pid", site->dir, id), 32, &text,
                         &n));
    return (pid_t)atoi(text);
}

void
site_run(struct site *site, const char *command)
{
    must(site->topo, "nsenter --net=/run/netns/%s %s", site->netns, command);
}

struct err *
node_run(struct site *site, const char *server, const char **output, const char *fmt, ...)
{
    struct mem *mem = site->topo->mem;
    const char *line;
    va_list args;

    va_start(args, fmt);
    line = mem_vprintf(mem, fmt, args);
    va_end(args);
    return run_words(mem,
                     mem_printf(mem, "nsenter -t %d -n %s", (int)node_pid(site, server), line),
                     output);
}

pid_t
node_spawn(struct site *site, const char *server, const char *fmt, ...)
{
    struct mem *mem = site->topo->mem;
    struct process_spec spec = {.stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .netns = mem_printf(mem, "/proc/%d/ns/net",
                                                    (int)node_pid(site, server)),
                                .die_with_parent = true};
    const char *line;
    va_list args;
    size_t n;
    char **words;
    const char **argv;
    pid_t pid;

    va_start(args, fmt);
    line = mem_vprintf(mem, fmt, args);
    va_end(args);
    words = str_split(mem, line, ' ', &n);
    argv = MEM_ARRAY(mem, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        argv[i] = words[i];
    }
    spec.argv = argv;
    REQUIRE_OK(process_start(&spec, &pid));
    return pid;
}

void
spawned_end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

static bool
ping_within(struct site *site, const char *server, const char *ip, int size, int seconds)
{
    const char *output;
    struct err *e =
        node_run(site, server, &output, "/bin/busybox ping -c 1 -W %d -s %d %s", seconds, size, ip);
    bool ok = !e;

    err_ignore(e, "the answer is no");
    return ok;
}

bool
node_ping(struct site *site, const char *server, const char *ip, int size)
{
    bool answers = false;

    /* One packet of it may have been before what the agent was told a moment ago. */
    for (int i = 0; i < test_patience() && !answers; i++) {
        answers = ping_within(site, server, ip, size, 1);
    }
    return answers;
}

bool
node_no_ping(struct site *site, const char *server, const char *ip)
{
    return !ping_within(site, server, ip, 56, 1);
}

int
node_socket(struct site *site, const char *server, int family, int type, int protocol)
{
    struct mem *mem = site->topo->mem;
    int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd;
    int there = open(mem_printf(mem, "/proc/%d/ns/net", (int)node_pid(site, server)),
                     O_RDONLY | O_CLOEXEC);

    REQUIRE(own >= 0 && there >= 0 && !setns(there, CLONE_NEWNET));
    fd = socket(family, type | SOCK_CLOEXEC, protocol);
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
    close(there);
    REQUIRE(fd >= 0);
    return fd;
}

socklen_t
socket_address(const char *ip, int port, struct sockaddr_storage *out)
{
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (strchr(ip, ':')) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)port);
        (void)inet_pton(AF_INET6, ip, &in6->sin6_addr);
        return sizeof *in6;
    }
    in->sin_family = AF_INET;
    in->sin_port = htons((uint16_t)port);
    (void)inet_pton(AF_INET, ip, &in->sin_addr);
    return sizeof *in;
}

static bool
ready_within(int fd, short events, int ms)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, ms) == 1 && p.revents & events;
}

/* The connection has to be there within 'ms', and each piece of what it carries. */
static bool
tcp_within(int ms, struct site *from, const char *client, const char *to_ip, struct site *to,
           const char *server, const char *ip, int port)
{
    int family = strchr(ip, ':') ? AF_INET6 : AF_INET, one = 1, error = 0, accepted = -1;
    int l = node_socket(to, server, family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int c = node_socket(from, client, family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_storage address, asked;
    socklen_t n = socket_address(ip, port, &address), m = sizeof error;
    char text[4] = "";
    bool ok;

    (void)setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    ok = !bind(l, (struct sockaddr *)&address, n) && !listen(l, 1);
    (void)socket_address(to_ip, port, &asked);
    ok = ok && (!connect(c, (struct sockaddr *)&asked, n) || errno == EINPROGRESS);
    ok = ok && ready_within(c, POLLOUT, ms) && !getsockopt(c, SOL_SOCKET, SO_ERROR, &error, &m) &&
         !error;
    ok = ok && ready_within(l, POLLIN, ms) && (accepted = accept(l, NULL, NULL)) >= 0;
    ok = ok && send(c, "abc", 3, MSG_NOSIGNAL) == 3 && ready_within(accepted, POLLIN, ms) &&
         recv(accepted, text, 3, 0) == 3;
    ok = ok && send(accepted, "def", 3, MSG_NOSIGNAL) == 3 && ready_within(c, POLLIN, ms) &&
         recv(c, text, 3, 0) == 3 && !memcmp(text, "def", 3);
    if (accepted >= 0) {
        close(accepted);
    }
    close(c);
    close(l);
    return ok;
}

bool
node_tcp_to(struct site *from, const char *client, const char *to_ip, struct site *to,
            const char *server, const char *ip, int port)
{
    return tcp_within(1500 * test_patience(), from, client, to_ip, to, server, ip, port);
}

bool
node_tcp(struct site *from, const char *client, struct site *to, const char *server,
         const char *ip, int port)
{
    return node_tcp_to(from, client, ip, to, server, ip, port);
}

bool
node_no_tcp(struct site *from, const char *client, struct site *to, const char *server,
            const char *ip, int port)
{
    return !tcp_within(1500, from, client, ip, to, server, ip, port);
}

/* Takes what is no probe: two hundred of those a second fill a socket that nobody empties for as
 * long as a slow machine may take, and then what the test waits for has no room. */
static void
probes_leave_out(int fd)
{
    struct sock_filter words[] = {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2 * ETH_ALEN),
                                  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DP_PROBE_ETHERTYPE, 0, 1),
                                  BPF_STMT(BPF_RET | BPF_K, 0),
                                  BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)};
    struct sock_fprog program = {.len = ARRAY_SIZE(words), .filter = words};

    REQUIRE(!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

int
node_raw(struct site *site, const char *server, const char *ifname)
{
    int fd = node_socket(site, server, AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    struct ifreq ifr = {0};

    memcpy(ifr.ifr_name, ifname, strlen(ifname) + 1);
    REQUIRE(!ioctl(fd, SIOCGIFINDEX, &ifr));
    address.sll_ifindex = ifr.ifr_ifindex;
    probes_leave_out(fd);
    REQUIRE(!bind(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

void
raw_send(int fd, const void *frame, size_t n)
{
    REQUIRE(send(fd, frame, n, 0) == (ssize_t)n);
}

size_t
raw_receive(int fd, void *frame, size_t max, int ms,
            bool (*match)(const uint8_t *frame, size_t n, const void *arg), const void *arg)
{
    int64_t end = time_mono_ns() + ms * 1000000LL * test_patience();

    while (time_mono_ns() < end) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t n;

        if (poll(&p, 1, (int)((end - time_mono_ns()) / 1000000) + 1) != 1) {
            continue;
        }
        n = recv(fd, frame, max, 0);
        if (n > 0 && match(frame, (size_t)n, arg)) {
            return (size_t)n;
        }
    }
    return 0;
}
