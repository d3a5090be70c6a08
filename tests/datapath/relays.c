/* Proves, with HAProxy as the function, that proxies work in a chain: they answer for the
 * server and ask it by themselves (HTTP with kept connections, plain TCP), find a server
 * dead by their own checks, show the server the client's address where they are told to,
 * and a function behind them sees all of it. */
#include "crowd.h"
#include "functions.h"

#include "base/str.h"
#include "sys/file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROXY "/usr/sbin/haproxy"
#define INSTANCES 2

static const char *const names[INSTANCES] = {"r", "s"};
static const char *const ips[INSTANCES] = {"10.0.0.9", "10.0.0.10"};

/* It asks the server with the client's own address; what comes back for that is its own.  A dead
 * server refuses: that is found at the next check, and an answer may take its time. */
static const char config[] = "defaults\n"
                             " timeout connect 10s\n timeout client 30s\n timeout server 30s\n timeout check 10s\n"
                             "frontend web\n mode http\n bind :8080\n default_backend webs\n"
                             "backend webs\n mode http\n balance roundrobin\n"
                             " option httpchk GET /text\n option redispatch\n"
                             " default-server inter 2s fastinter 200ms downinter 200ms fall 2 rise 1\n"
                             " source 0.0.0.0 usesrc clientip\n"
                             " server one 10.0.0.2:80 check\n"
                             " server two 10.0.0.3:80 check\n"
                             "listen plain\n mode tcp\n bind :8081\n server b 10.0.0.2:81\n";

static void
proxy_make(struct site *s, const char *name)
{
    static const char *const commands[] = {"ip rule add fwmark 1 lookup 100",
                                           "ip route add local default dev lo table 100"};
    const char *output;

    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        REQUIRE_OK(node_run(s, name, &output, "%s", commands[i]));
    }
    /* Some flows of one proxy have the ports of flows of the other. */
    function_sysctl(s, name, "net.ipv4.ip_local_port_range", "20000\t20199");
    function_nft(s, name,
                 "add table ip t; "
                 "add chain ip t n { type nat hook prerouting priority -100; }; "
                 "add rule ip t n iifname eth0 tcp dport 80 redirect to :8080; "
                 "add rule ip t n iifname eth0 tcp dport 81 redirect to :8081; "
                 "add chain ip t m { type filter hook prerouting priority -150; }; "
                 "add rule ip t m meta l4proto tcp socket transparent 1 meta mark set 1");
}

/* a -> r or s (HAProxy, one arm each) -> g (transparent) -> b and c. */
static struct site *
proxies_up(void)
{
    struct topo *t;
    struct site *s;
    struct desired_chain *chain;

    if (access(PROXY, X_OK)) {
        SKIP("needs haproxy");
    }
    t = topo_new(1);
    s = &t->sites[0];
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    site_node(s, "c", "n", "10.0.0.3", NULL);
    for (int i = 0; i < INSTANCES; i++) {
        (void)function_routed(s, names[i], "n", ips[i]);
    }
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 6, 80);
    (void)chain_class(s, chain, 6, 81);
    for (int i = 0; i < INSTANCES; i++) {
        struct desired_instance *inst = i ? hop_instance(s, chain->hops.items[0], names[i])
                                          : chain_hop(s, chain, names[i]);

        instance_routed(s, inst, names[i]);
        inst->speaks = true;
    }
    (void)chain_hop(s, chain, "g");
    topo_up(t);
    for (int i = 0; i < INSTANCES; i++) {
        proxy_make(s, names[i]);
    }
    return s;
}

/* A web server that tells its name and who asks. */
static pid_t
web_start(struct site *s, const char *server, const char *ip)
{
    struct mem *mem = s->topo->mem;
    const char *dir = mem_printf(mem, "%s/%s", s->topo->dir, server);
    const char *text = mem_printf(mem,
                                  "#!/bin/sh\nt=\"%s $REMOTE_ADDR\"\n"
                                  "echo Content-Length: $((${#t} + 1))\necho\necho $t\n",
                                  server);
    const char *program = mem_printf(mem, "%s/cgi-bin/who", dir);

    REQUIRE_OK(dir_make(mem_printf(mem, "%s/cgi-bin", dir), 0755));
    REQUIRE_OK(file_write(mem_printf(mem, "%s/text", dir), "x", 1, 0644));
    REQUIRE_OK(file_write(program, text, strlen(text), 0755));
    return node_spawn(s, server, "/bin/busybox httpd -f -p %s:80 -h %s", ip, dir);
}

/* One client, one connection, four questions: the answers, then how many connections it made. */
static const char *
ask(struct site *s)
{
    static const char url[] = "http://10.0.0.2/cgi-bin/who";
    const char *output;
    struct err *e = node_run(s, "a", &output, "curl -s --max-time %d -w %%{num_connects} %s %s %s %s",
                             4 * test_patience(), url, url, url, url);

    if (e) {
        err_ignore(e, "no answer yet");
        return "";
    }
    return output;
}

static int
count(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)); text++) {
        n++;
    }
    return n;
}

static void
plain_tcp(struct site *s)
{
    struct crowd *crowd = crowd_new(s, "a", "10.0.0.2", s, "b", "10.0.0.2", 81);
    struct watch *watch = watch_new(s, names, INSTANCES, "10.0.0.1", 6, 81);

    crowd_open(crowd, 40);
    CHECK_INT(crowd_round(crowd, 3000, 8000), 40);
    watch_look(watch);
    CHECK_INT(watch->wrong, 0);
    CHECK(watch->seen[0] > 40 && watch->seen[1] > 40);
    crowd_free(crowd);
    watch_free(watch);
}

/* Has the proxy opened its ports, the last of them?  Which of them a connection meets is its hash's. */
static bool
proxy_listens(struct site *s, const char *name)
{
    const char *output;
    struct err *e = node_run(s, name, &output, "ss -Hltn sport = :8081");

    if (e) {
        err_ignore(e, "not yet");
        return false;
    }
    return *output;
}

TEST(proxies_keep_connections_share_servers_and_leave_a_dead_one)
{
    struct site *s = proxies_up();
    const char *file = mem_printf(s->topo->mem, "%s/haproxy.cfg", s->topo->dir), *answers = "";
    pid_t b = web_start(s, "b", "10.0.0.2"), c = web_start(s, "c", "10.0.0.3"),
          proxies[INSTANCES];

    REQUIRE_OK(file_write(file, config, strlen(config), 0644));
    for (int i = 0; i < INSTANCES; i++) {
        proxies[i] = node_spawn(s, names[i], PROXY " -db -q -f %s", file);
    }
    for (int i = 0; i < INSTANCES; i++) {
        EVENTUALLY(8000, proxy_listens(s, names[i]));
    }
    /* The first question is the only one that needs a connection, once proxies and servers are all there. */
    EVENTUALLY(8000, (answers = ask(s), count(answers, "b 10.0.0.1\n") == 2 &&
                                            count(answers, "c 10.0.0.1\n") == 2 && count(answers, "\n1") == 1 &&
                                            count(answers, "\n0") == 3));
    CHECK_STR(strrchr(answers, '\n') + 1, "0");
    plain_tcp(s);
    spawned_end(c);
    EVENTUALLY(8000, count(ask(s), "b 10.0.0.1\n") == 4);
    CHECK_INT(count(ask(s), "b 10.0.0.1\n"), 4);
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 1, "forward") >= 100);
    SITE_EVENTUALLY(s, 1000, site_hop_packets(s, "c", 1, "reverse") >= 100);
    CHECK_INT(site_drops(s, "function_flow"), 0);
    CHECK_INT(site_drops(s, "function_direction"), 0);
    for (int i = 0; i < INSTANCES; i++) {
        spawned_end(proxies[i]);
    }
    spawned_end(b);
}
