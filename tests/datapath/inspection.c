/* Proves, with nDPI (libndpi) in programs/inspector.c as the function, that transparent
 * functions which read what flows say work in a chain: every packet of a flow, both ways,
 * is at one of two inspectors; they block one protocol on a port that is not its own and
 * let others on that port past. */
#include "crowd.h"
#include "functions.h"

#include "sys/file.h"

#include <string.h>

#ifdef INSPECTOR_PROGRAM
#define INSTANCES 2

static const char *const names[INSTANCES] = {"f", "g"};

static struct site *
inspectors_up(void)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    struct desired_hop *hop;

    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    for (int i = 0; i < INSTANCES; i++) {
        function_bare(s, names[i], "n");
    }
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, -1);
    (void)chain_hop(s, chain, names[0]);
    hop = chain->hops.items[0];
    (void)hop_instance(s, hop, names[1]);
    hop->probe_interval_ms = 0; /* A program may be kept from running for longer. */
    topo_up(t);
    return s;
}

static void
inspectors_start(struct site *s, const char *protocol, pid_t *pids)
{
    for (int i = 0; i < INSTANCES; i++) {
        pids[i] = node_spawn(s, names[i], INSPECTOR_PROGRAM " %s", protocol);
    }
}

/* So many of ten requests that are answered. */
static int
answered(struct site *s)
{
    int n = 0;

    for (int i = 0; i < 10; i++) {
        const char *output;
        struct err *e = node_run(s, "a", &output, "curl -s --max-time 0.4 http://10.0.0.2:8081/text");

        n += !e && strstr(output, "hello");
        err_ignore(e, "no answer");
    }
    return n;
}

/* Both inspectors run and let what is unknown past. */
static void
strangers_pass(struct site *s)
{
    struct crowd *crowd = crowd_new(s, "a", "10.0.0.2", s, "b", "10.0.0.2", 8082);
    struct watch *watch = watch_new(s, names, INSTANCES, "10.0.0.1", 6, 8082);

    crowd_open(crowd, 30);
    CHECK_INT(crowd_round(crowd, 20000, 8000), 30);
    watch_look(watch);
    CHECK_INT(watch->wrong, 0);
    CHECK(watch_count(watch, 0) > 4 && watch_count(watch, 1) > 4);
    crowd_free(crowd);
    watch_free(watch);
}
#endif

TEST(inspectors_block_one_protocol_by_what_it_says_and_no_other)
{
#ifdef INSPECTOR_PROGRAM
    struct site *s = inspectors_up();
    pid_t pids[INSTANCES], server;

    REQUIRE_OK(file_write(mem_printf(s->topo->mem, "%s/text", s->topo->dir), "hello", 5, 0644));
    server = node_spawn(s, "b", "/bin/busybox httpd -f -p 8081 -h %s", s->topo->dir);
    inspectors_start(s, "SSH", pids);
    strangers_pass(s);
    CHECK_INT(answered(s), 10); /* HTTP is not what these are after. */
    for (int i = 0; i < INSTANCES; i++) {
        spawned_end(pids[i]);
    }
    inspectors_start(s, "HTTP", pids);
    strangers_pass(s);
    CHECK_INT(answered(s), 0);
    strangers_pass(s);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    for (int i = 0; i < INSTANCES; i++) {
        spawned_end(pids[i]);
    }
    spawned_end(server);
#else
    SKIP("needs libndpi-dev");
#endif
}
