/* Functions that forward by nftables, routing or a program of their own. */
#include "functions.h"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define WATCH_BUFFER (256 << 20)
#define WATCH_BATCH 64
#define WATCH_BYTES 64

static struct desired_port *
function_port(struct site *site, const char *name, const char *network, const char *ip)
{
    struct desired_port *port = site_port(site, name, network, ip, NULL);

    port->port_security = false;
    port->function = true;
    return port;
}

void
function_bare(struct site *site, const char *name, const char *network)
{
    struct mem *mem = site->topo->mem;
    const char *const ports[] = {mem_printf(mem, "%s.in", name), mem_printf(mem, "%s.out", name),
                                 NULL};

    (void)function_port(site, ports[0], network, NULL);
    (void)function_port(site, ports[1], network, NULL);
    (void)site_server(site, name, NULL, ports);
}

/* It tells nobody that it is not the shortest way. */
#define ROUTES                                                                                     \
    "echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects;"                                         \
    "for i in /proc/sys/net/ipv4/conf/eth*; do echo 0 > $i/send_redirects; done;"                  \
    "echo 1 > /proc/sys/net/ipv4/ip_forward;"

struct desired_port *
function_routed(struct site *site, const char *name, const char *network, const char *ip)
{
    const char *const ports[] = {name, NULL};
    struct desired_port *port = function_port(site, name, network, ip);

    (void)site_server(site, name, ROUTES "exec sleep 100000", ports);
    return port;
}

struct desired_port *
function_routed_between(struct site *site, const char *name, const char *network, const char *ip,
                        const char *ip_out, const char *behind)
{
    struct mem *mem = site->topo->mem;
    const char *const ports[] = {mem_printf(mem, "%s.in", name), mem_printf(mem, "%s.out", name),
                                 NULL};

    struct desired_port *near = function_port(site, ports[0], network, ip);

    (void)function_port(site, ports[1], network, ip_out);
    (void)site_server(site, name,
                      mem_printf(mem, ROUTES "ip route add %s dev eth1; exec sleep 100000", behind),
                      ports);
    return near;
}

void
instance_routed(struct site *site, struct desired_instance *inst, const char *name)
{
    inst->ingress_port_id = inst->egress_port_id =
        topo_id(site->topo, mem_printf(site->topo->mem, "port %s", name));
    inst->layer = "l3";
}

void
function_nft(struct site *site, const char *name, const char *rules)
{
    const char *output;

    REQUIRE_OK(node_run(site, name, &output, "nft %s", rules));
}

void
function_sysctl(struct site *site, const char *name, const char *key, const char *value)
{
    const char *output;

    REQUIRE_OK(node_run(site, name, &output, "sysctl -qw %s=%s", key, value));
}

int64_t
function_counter(struct site *site, const char *name, const char *counter)
{
    const char *output, *at;

    REQUIRE_OK(node_run(site, name, &output, "nft list counter inet t %s", counter));
    at = strstr(output, "packets ");
    return at ? strtoll(at + 8, NULL, 10) : -1;
}

void
node_plain(struct site *site, const char *server, const char *ifname)
{
    static const __u32 off[] = {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_STXCSUM};
    int fd = node_socket(site, server, AF_INET, SOCK_DGRAM, 0);

    for (size_t i = 0; i < ARRAY_SIZE(off); i++) {
        struct ethtool_value value = {.cmd = off[i]};
        struct ifreq ifr = {.ifr_data = (char *)&value};

        memcpy(ifr.ifr_name, ifname, strlen(ifname) + 1);
        REQUIRE(!ioctl(fd, SIOCETHTOOL, &ifr));
    }
    close(fd);
}

/* ---- watching ------------------------------------------------------------------------------- */

/* Only as many bytes of each packet as tell the flow. */
static void
watch_short(int fd)
{
    struct sock_filter take = BPF_STMT(BPF_RET | BPF_K, WATCH_BYTES);
    struct sock_fprog program = {.len = 1, .filter = &take};
    const int buffer = WATCH_BUFFER;

    REQUIRE(!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    REQUIRE(!setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer));
}

struct watch *
watch_new(struct site *site, const char *const *names, size_t n, const char *client, int protocol,
          int service)
{
    struct watch *watch = MEM_NEW(site->topo->mem, struct watch);

    watch->n = n;
    REQUIRE(inet_pton(AF_INET, client, &watch->client) == 1);
    watch->protocol = protocol;
    watch->service = service;
    memset(watch->at, -1, sizeof watch->at);
    for (size_t i = 0; i < n; i++) {
        watch->fd[i] = node_raw(site, names[i], "eth0");
        watch_short(watch->fd[i]);
    }
    return watch;
}

void
watch_free(struct watch *watch)
{
    for (size_t i = 0; i < watch->n; i++) {
        close(watch->fd[i]);
    }
}

/* The client's port of a packet between it and the service; 0 = it is none. */
static int
watch_flow(const struct watch *watch, const uint8_t *f, size_t n)
{
    int sport, dport;
    bool to, from;

    if (n < 38 || f[12] != 8 || f[13] || f[23] != watch->protocol) {
        return 0;
    }
    sport = f[34] << 8 | f[35];
    dport = f[36] << 8 | f[37];
    to = dport == watch->service && !memcmp(f + 26, &watch->client, 4);
    from = sport == watch->service && !memcmp(f + 30, &watch->client, 4);
    return to ? sport : from ? dport : 0;
}

static void
watch_note(struct watch *watch, int member, const uint8_t *f, size_t n)
{
    int flow = watch_flow(watch, f, n);

    if (flow) {
        watch->seen[member]++;
        watch->wrong += watch->at[flow] >= 0 && watch->at[flow] != member;
        watch->at[flow] = (int8_t)member;
    }
}

void
watch_look(struct watch *watch)
{
    static uint8_t buf[WATCH_BATCH][WATCH_BYTES];
    struct iovec iov[WATCH_BATCH];
    struct mmsghdr msgs[WATCH_BATCH] = {0};
    struct tpacket_stats stats;
    socklen_t size = sizeof stats;
    int n;

    for (int i = 0; i < WATCH_BATCH; i++) {
        iov[i] = (struct iovec){buf[i], WATCH_BYTES};
        msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    for (size_t m = 0; m < watch->n; m++) {
        while ((n = recvmmsg(watch->fd[m], msgs, WATCH_BATCH, MSG_DONTWAIT, NULL)) > 0) {
            for (int i = 0; i < n; i++) {
                watch_note(watch, (int)m, buf[i], msgs[i].msg_len);
            }
        }
        REQUIRE(!getsockopt(watch->fd[m], SOL_PACKET, PACKET_STATISTICS, &stats, &size));
        REQUIRE(stats.tp_drops == 0);
    }
}

void
watch_forget(struct watch *watch, int member)
{
    for (int flow = 0; flow < WATCH_PORTS; flow++) {
        if (watch->at[flow] == member) {
            watch->at[flow] = -1;
        }
    }
}

int
watch_count(const struct watch *watch, int member)
{
    int count = 0;

    for (int flow = 0; flow < WATCH_PORTS; flow++) {
        count += watch->at[flow] == member;
    }
    return count;
}
