/* What tenants ask of the site itself, with real clients: DHCP by udhcpc,
 * metadata by curl, from ports whose addresses may be another tenant's too. */
#include "frames.h"
#include "topo.h"

#include "base/str.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* A script for udhcpc that configures as a distribution's does, and tells what it was told. */
static const char lease_script[] =
    "#!/bin/sh\n"
    "case $1 in\n"
    "deconfig) ip addr flush dev $interface; ip link set $interface up;;\n"
    "bound|renew) ip addr add $ip/$mask dev $interface\n"
    "    set -- $staticroutes\n"
    "    while [ $# -gt 1 ]; do\n"
    "        [ $2 = 0.0.0.0 ] && ip route replace $1 dev $interface ||\n"
    "            ip route replace $1 via $2 dev $interface\n"
    "        shift 2\n"
    "    done\n"
    "    echo \"lease ip=$ip mask=$mask router=$router dns=$dns domain=$domain mtu=$mtu lease=$lease"
    " host=$hostname server=$serverid routes=$staticroutes\";;\n"
    "esac\n";

static const char *
script_make(struct topo *t)
{
    const char *path = mem_printf(t->mem, "%s/lease.sh", t->dir);

    REQUIRE_OK(file_write(path, lease_script, strlen(lease_script), 0755));
    return path;
}

/* The lease that a client in 'node' gets, "" where none. */
static const char *
dhcp(struct site *s, const char *node, const char *script)
{
    const char *output = "", *line;
    struct err *e = node_run(s, node, &output,
                             "busybox udhcpc -i eth0 -f -n -q -t 3 -T 1 -O 121 -O mtu -O hostname "
                             "-s %s",
                             script);

    err_ignore(e, "then there is no lease");
    line = output ? strstr(output, "lease ip=") : NULL;
    return line ? mem_strn(s->topo->mem, line, strcspn(line, "\n")) : "";
}

static struct desired_address *
address_of(struct desired_port *port, size_t i)
{
    return port->addresses.items[i];
}

/* Ports that are guarded, and may speak and be spoken to. */
static struct desired_port *
guarded(struct site *s, const char *name, const char *network, const char *ip, const char *ip6)
{
    struct desired_port *port = site_node(s, name, network, ip, ip6);

    port_group(s, port, "all");
    return port;
}

static void
group_all(struct site *s)
{
    struct desired_security_group *group = site_group(s, "all");

    (void)group_rule(s, group, "egress", "IPv4", -1, -1, -1);
    (void)group_rule(s, group, "ingress", "IPv4", -1, -1, -1);
}

/* What stands at a path for who asks in 'node'; "" where nothing. */
static const char *
metadata(struct site *s, const char *node, const char *path)
{
    const char *output = "";
    struct err *e = node_run(s, node, &output, "curl -sfg --max-time 2 http://169.254.169.254%s",
                             path);
    bool ok = !e;

    err_ignore(e, "then there is nothing");
    return ok ? output : "";
}

static const char *
drive_path(struct site *s, const char *node, const char *name)
{
    return mem_printf(s->topo->mem, "/proc/%d/root/var/lib/cloud/seed/config_drive/openstack/latest/%s",
                      (int)node_pid(s, node), name);
}

/* The drive says what the service says, and nobody in the server can write to it. */
static void
check_drive(struct site *s, const char *node)
{
    static const char *const leaves[] = {"meta_data.json", "network_data.json", "user_data",
                                         "vendor_data.json"};
    char *text;
    size_t n;

    for (size_t i = 0; i < ARRAY_SIZE(leaves); i++) {
        struct err *e = file_read(s->topo->mem, drive_path(s, node, leaves[i]), 1 << 20, &text, &n);

        REQUIRE_OK(e);
        CHECK_STR(mem_strn(s->topo->mem, text, n),
                  metadata(s, node, mem_printf(s->topo->mem, "/openstack/latest/%s", leaves[i])));
    }
    CHECK(open(drive_path(s, node, "more"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644) < 0 &&
          errno == EROFS);
}

/* Does it succeed in 'node'?  '*output' is what it printed. */
static bool
node_ok(struct site *s, const char *node, const char **output, const char *line)
{
    struct err *e = node_run(s, node, output, "%s", line);
    bool ok = !e;

    err_ignore(e, "the answer is no");
    return ok;
}

static struct desired_server *
server_of(struct site *s, const struct desired_port *port)
{
    vec_each (&s->objects, it) {
        if (((struct row *)*it)->table == &desired_server_table &&
            str_eq(desired_id(*it), port->server_id)) {
            return *it;
        }
    }
    test_fail(__FILE__, __LINE__, "no server has that port");
    test_end();
}

TEST(a_client_gets_its_ports_address_by_dhcp)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    static const char *dns[] = {"192.0.2.53", "192.0.2.54"};
    const char *script = script_make(t), *lease = "";
    struct desired_port *a, *off;

    site_network(s, "n", 100);
    group_all(s);
    a = guarded(s, "a", "n", "10.0.0.5", NULL);
    (void)guarded(s, "b", "n", "10.0.0.6", NULL);
    off = guarded(s, "off", "n", "10.0.0.7", NULL);
    address_of(a, 0)->gateway = "10.0.0.1";
    address_of(a, 0)->dns = (struct strs){.n = 2, .items = dns};
    address_of(off, 0)->dhcp = false;
    site_responder_start(s);
    topo_up(t);
    SITE_EVENTUALLY(s, 5000, !str_empty(lease = dhcp(s, "a", script)));
    CHECK_STR(lease, "lease ip=10.0.0.5 mask=24 router=10.0.0.1 dns=192.0.2.53 192.0.2.54 "
                     "domain=openstacklocal mtu=1450 lease=86400 host=a server=169.254.169.254 "
                     "routes=169.254.169.254/32 0.0.0.0 0.0.0.0/0 10.0.0.1");
    lease = dhcp(s, "b", script);
    CHECK(str_starts(lease, "lease ip=10.0.0.6 mask=24 router= dns=169.254.169.254 "));
    CHECK_STR(dhcp(s, "off", script), "");
    SITE_EVENTUALLY(s, 1000, site_drops(s, "responder_service") > 0);
    CHECK(node_ping(s, "a", "10.0.0.6", 56));
    CHECK_STR(metadata(s, "a", "/latest/meta-data/local-ipv4"), "10.0.0.5");
}

TEST(tenants_with_the_same_addresses_each_get_their_own_metadata)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_port *a, *b;
    char *big = mem_alloc(t->mem, 40001);

    memset(big, 'x', 40000);
    site_network(s, "n", 100);
    site_network(s, "m", 101);
    group_all(s);
    a = guarded(s, "a", "n", "10.0.0.5", NULL);
    b = guarded(s, "b", "m", "10.0.0.5", NULL);
    b->mac = a->mac;
    b->project_id = PROJECT_2;
    server_of(s, b)->project_id = PROJECT_2;
    server_of(s, a)->user_data = base64_from(t->mem, "one", 3, false);
    server_of(s, a)->config_drive = true;
    server_of(s, b)->user_data = base64_from(t->mem, big, 40000, false);
    site_responder_start(s);
    topo_up(t);
    SITE_EVENTUALLY(s, 5000, str_eq(metadata(s, "a", "/latest/user-data"), "one"));
    CHECK_STR(metadata(s, "b", "/openstack/latest/user_data"), big);
    CHECK(strstr(metadata(s, "a", "/openstack/latest/meta_data.json"), PROJECT));
    check_drive(s, "a");
    CHECK(!file_exists(drive_path(s, "b", "")));
    CHECK(strstr(metadata(s, "b", "/openstack/latest/meta_data.json"), PROJECT_2));
    CHECK(strstr(metadata(s, "b", "/openstack/latest/network_data.json"), b->id));
    CHECK_STR(metadata(s, "b", "/latest/meta-data/mac"), a->mac);
    CHECK_STR(metadata(s, "a", "/latest/meta-data/nothing"), "");
}

TEST(agent_and_responder_outlive_each_other)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_port *a;
    int64_t absent;

    site_network(s, "n", 100);
    group_all(s);
    a = guarded(s, "a", "n", "10.0.0.5", NULL);
    (void)guarded(s, "b", "n", "10.0.0.6", NULL);
    site_responder_start(s);
    topo_up(t);
    SITE_EVENTUALLY(s, 5000, str_eq(metadata(s, "a", "/latest/meta-data/mac"), a->mac));
    site_responder_kill(s);
    /* Nobody answers; what is asked is counted, and traffic goes on. */
    SITE_EVENTUALLY(s, 5000, str_empty(metadata(s, "a", "/latest/meta-data/mac")) &&
                                 site_drops(s, "responder_absent") > 0);
    CHECK(node_ping(s, "a", "10.0.0.6", 56));
    site_responder_start(s);
    SITE_EVENTUALLY(s, 5000, str_eq(metadata(s, "a", "/latest/meta-data/mac"), a->mac));
    /* Without the agent it goes on with what it knows. */
    site_agent_kill(s);
    CHECK_STR(metadata(s, "a", "/latest/meta-data/mac"), a->mac);
    site_agent_start(s);
    SITE_EVENTUALLY(s, 10000, s->ready);
    SITE_EVENTUALLY(s, 5000, str_eq(metadata(s, "a", "/latest/meta-data/mac"), a->mac));
    s->epoch++;
    CHECK(site_push(s));
    absent = site_drops(s, "responder_absent");
    CHECK_STR(metadata(s, "a", "/latest/meta-data/mac"), a->mac);
    CHECK_INT(site_drops(s, "responder_absent"), absent);
}

/* What a resolver in 'node' says of a name, or without a type of an address; "" where nothing. */
static const char *
looked_up(struct site *s, const char *node, const char *type, const char *name)
{
    const char *output = "", *answer;
    struct err *e = node_run(s, node, &output, "busybox nslookup%s%s %s 169.254.169.254",
                             *type ? " -type=" : "", type, name);

    err_ignore(e, "then it says why");
    answer = output ? strstr(output, "\n\n") : NULL;
    return answer ? answer + 2 : "";
}

TEST(a_resolver_finds_the_ports_of_its_own_network)
{
    static const char nobody[] = "server can't find web.openstacklocal: NXDOMAIN";
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_port *other;

    site_network(s, "n", 100);
    site_network(s, "m", 101);
    group_all(s);
    (void)guarded(s, "a", "n", "10.0.0.5", NULL);
    (void)guarded(s, "web", "n", "10.0.0.6", "fd00::6");
    other = guarded(s, "db", "m", "10.0.0.6", NULL);
    server_of(s, other)->project_id = other->project_id = PROJECT_2;
    site_responder_start(s);
    topo_up(t);
    SITE_EVENTUALLY(s, 5000, strstr(looked_up(s, "a", "a", "web.openstacklocal"),
                                    "Name:\tweb.openstacklocal\nAddress: 10.0.0.6\n"));
    CHECK(strstr(looked_up(s, "a", "aaaa", "WEB.openstacklocal"), "Address: fd00::6\n"));
    CHECK(strstr(looked_up(s, "a", "", "10.0.0.6"), "name = web.openstacklocal\n"));
    CHECK(strstr(looked_up(s, "a", "", "fd00::6"), "name = web.openstacklocal\n"));
    CHECK(strstr(looked_up(s, "a", "a", "www.example.com"), "REFUSED"));
    /* The same address in another tenant's network is another's, and its names are unknown there. */
    CHECK(strstr(looked_up(s, "db", "", "10.0.0.6"), "name = db.openstacklocal\n"));
    CHECK(strstr(looked_up(s, "db", "a", "web.openstacklocal"), nobody));
    CHECK(strstr(looked_up(s, "a", "a", "db.openstacklocal"), "NXDOMAIN"));
}

/* As programs do it, by the C library and what stands in /etc; their own file holds if they write one. */
TEST(a_containers_programs_know_their_neighbours_by_name)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    static const char *dns[] = {"192.0.2.53"};
    struct desired_port *off, *told;
    const char *output = "";

    site_network(s, "n", 100);
    group_all(s);
    (void)guarded(s, "a", "n", "10.0.0.5", NULL);
    (void)guarded(s, "web", "n", "10.0.0.6", NULL);
    off = guarded(s, "off", "n", "10.0.0.7", NULL);
    told = guarded(s, "told", "n", "10.0.0.8", NULL);
    address_of(off, 0)->dhcp = false;
    address_of(told, 0)->dns = (struct strs){.n = 1, .items = dns};
    site_responder_start(s);
    topo_up(t);
    SITE_EVENTUALLY(s, 10000,
                    node_ok(s, "a", &output,
                            mem_printf(t->mem, "nsenter -t %d -m /bin/busybox ping -c 1 -W 2 web",
                                       (int)node_pid(s, "a"))));
    CHECK(strstr(output, "PING web (10.0.0.6)"));
    CHECK(node_ok(s, "told", &output,
                  mem_printf(t->mem, "cat /proc/%d/root/etc/resolv.conf",
                             (int)node_pid(s, "told"))));
    CHECK_STR(output, "nameserver 192.0.2.53\nsearch openstacklocal\n");
    CHECK(!node_ok(s, "off", &output,
                   mem_printf(t->mem, "cat /proc/%d/root/etc/resolv.conf",
                              (int)node_pid(s, "off"))));
}

/* A kernel's own client: what it makes of the advertisement. */
TEST(a_kernel_makes_its_address_of_the_advertised_prefix)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_port *a;
    const char *output = "";

    site_network(s, "n", 100);
    group_all(s);
    a = guarded(s, "a", "n", "10.0.0.5", "fd00::f816:3eff:fe00:1");
    a->mac = "fa:16:3e:00:00:01";
    address_of(a, 1)->ra_mode = "slaac";
    site_responder_start(s);
    topo_up(t);
    CHECK(node_ok(s, "a", &output, "ip -6 addr flush dev eth0"));
    CHECK(node_ok(s, "a", &output, "sysctl -qw net.ipv6.conf.eth0.accept_ra=1"));
    /* It asks when its link comes up, and again when nobody answers. */
    CHECK(node_ok(s, "a", &output, "ip link set eth0 down"));
    CHECK(node_ok(s, "a", &output, "ip link set eth0 up"));
    EVENTUALLY(15000, node_ok(s, "a", &output, "ip -6 addr show dev eth0") &&
                          strstr(output, "fd00::f816:3eff:fe00:1/64 scope global dynamic"));
    CHECK(node_ok(s, "a", &output, "ip -6 route"));
    CHECK(!strstr(output, "default")); /* The site has no router. */
}

/* A line of /proc/PID/status. */
static const char *
status_of(struct topo *t, pid_t pid, const char *key)
{
    char *text, *at;
    size_t n;

    REQUIRE_OK(file_read(t->mem, mem_printf(t->mem, "/proc/%d/status", (int)pid), 65536, &text, &n));
    at = strstr(text, mem_printf(t->mem, "\n%s:\t", key));
    REQUIRE(at != NULL);
    at += strlen(key) + 3;
    return mem_strn(t->mem, at, strcspn(at, "\n"));
}

TEST(the_responder_holds_no_privilege)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct process_spec as_root = {
        .argv = process_argv(t->mem, AGENT_PROGRAM, "responder", "--listen",
                             mem_printf(t->mem, "%s/sock", t->dir), NULL),
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1};
    struct desired_port *a;
    const char *output;

    CHECK_ERR(process_run(t->mem, &as_root, NULL, 5000, &output), E_INTERNAL);
    site_network(s, "n", 100);
    group_all(s);
    a = guarded(s, "a", "n", "10.0.0.5", NULL);
    site_responder_start(s);
    topo_up(t);
    SITE_EVENTUALLY(s, 5000, str_eq(metadata(s, "a", "/latest/meta-data/mac"), a->mac));
    CHECK_STR(status_of(t, s->responder, "Seccomp"), "2");
    CHECK_STR(status_of(t, s->responder, "NoNewPrivs"), "1");
    CHECK_STR(status_of(t, s->responder, "CapEff"), "0000000000000000");
    CHECK_STR(status_of(t, s->responder, "CapPrm"), "0000000000000000");
    CHECK(!str_starts(status_of(t, s->responder, "Uid"), "0"));
    /* Nothing else of its namespace can be reached. */
    CHECK(!node_ok(s, "a", &output, "curl -s -m 1 http://169.254.169.254:81/"));
    CHECK(node_no_ping(s, "a", "169.254.169.254"));
    SITE_EVENTUALLY(s, 1000, site_drops(s, "responder_service") >= 2);
}
