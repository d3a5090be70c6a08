/* A veth pair into a network namespace of its own.  The responder is given two
 * sockets there and no other way into it; the programs at our end let only
 * questions in and only answers out.  Nothing in the namespace can reach
 * anything else: it has no other device, no IPv6 and no way on. */
#include "agent/punt.h"

#include "base/str.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_LINK "punt0"
#define PUNT_MTU 9000
#define METADATA_PORT 80
#define BACKLOG 64

struct inside {
    int ifindex;
    int *sockets;
};

static struct err *
setting_write(const char *path, const char *value)
{
    AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, value, strlen(value)) < 0) {
        return err_errno(E_UNAVAILABLE, "write %s", path);
    }
    return NULL;
}

static struct err *
settings_write(void *arg)
{
    (void)arg;
    if (file_exists("/proc/sys/net/ipv6")) {
        TRY(setting_write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1"));
        TRY(setting_write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1"));
    }
    TRY(setting_write("/proc/sys/net/ipv4/ip_forward", "0"));
    /* A host's own default may need a queueing discipline that is not there; this
     * one every kernel lets a namespace have. */
    return setting_write("/proc/sys/net/ipv4/tcp_congestion_control", "reno");
}

/* Bare frames: all but TCP, which the kernel's own stack takes.  The filter stays. */
static struct err *
packet_socket(const struct inside *in, int *fd)
{
    static struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_IP, 0, 2),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog filter = {.len = sizeof code / sizeof *code, .filter = code};
    struct sockaddr_ll at = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_ALL),
                             .sll_ifindex = in->ifindex};
    int one = 1;

    *fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0 || setsockopt(*fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) ||
        setsockopt(*fd, SOL_SOCKET, SO_LOCK_FILTER, &one, sizeof one) ||
        setsockopt(*fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) ||
        bind(*fd, (struct sockaddr *)&at, sizeof at)) {
        return err_errno(E_UNAVAILABLE, "the responder's packet socket");
    }
    return NULL;
}

static struct err *
metadata_socket(int *fd)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(METADATA_PORT),
                             .sin_addr.s_addr = htonl(DP_SERVICE_IP)};

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0 || bind(*fd, (struct sockaddr *)&at, sizeof at) || listen(*fd, BACKLOG)) {
        return err_errno(E_UNAVAILABLE, "the responder's metadata socket");
    }
    return NULL;
}

static struct err *
sockets_open(void *arg)
{
    struct inside *in = arg;

    TRY(packet_socket(in, &in->sockets[0]));
    return metadata_socket(&in->sockets[1]);
}

/* Addresses that stand for ports are all behind the one device. */
static struct err *
inside_configure(struct inside *in, int netns)
{
    const struct cidr guests = {.ip = ip_from_v4(DP_GUEST_NET), .len = 4};
    const struct ip service = ip_from_v4(DP_SERVICE_IP);
    AUTO(netlink) nl = NULL;

    TRY(netlink_new(netns, &nl));
    TRY(netlink_index(nl, PEER_LINK, &in->ifindex));
    TRY(netlink_address(nl, in->ifindex, &service, 32));
    TRY(netlink_up_noarp(nl, in->ifindex));
    TRY(netlink_route(nl, in->ifindex, &guests, NULL));
    return netns_run(netns, sockets_open, in);
}

static struct err *
old_remove(struct host *host)
{
    int ifindex;
    struct err *e = netlink_index(host->nl, PUNT_LINK, &ifindex);

    if (e) {
        err_ignore(e, "there is none");
        return NULL;
    }
    return netlink_delete(host->nl, ifindex);
}

static struct err *
make(struct host *host, struct punt *punt)
{
    struct veth_spec spec = {.name = PUNT_LINK,
                             .peer_name = PEER_LINK,
                             .peer_mac = {DP_PUNT_HOST},
                             .mtu = PUNT_MTU};
    struct inside in = {.sockets = punt->sockets};
    AUTO_FD netns = -1;

    TRY(old_remove(host));
    TRY(netns_new(&netns));
    TRY(netns_run(netns, settings_write, NULL));
    spec.peer_netns = netns;
    TRY(netlink_veth(host->nl, &spec, &punt->ifindex));
    TRY(datapath_attach_punt(host->forwarding.dp, punt->ifindex));
    return inside_configure(&in, netns);
}

struct err *
punt_make(struct host *host, struct punt *punt)
{
    struct err *e;

    *punt = (struct punt){.sockets = {-1, -1}};
    e = make(host, punt);
    if (e) {
        punt_done(punt);
    }
    return err_wrap(e, "the responder's device");
}

void
punt_done(struct punt *punt)
{
    fd_close(&punt->sockets[0]);
    fd_close(&punt->sockets[1]);
}
