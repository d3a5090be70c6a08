/* Packet sockets: no bridge, no address, nothing of the kernel's between. */
#include "two_arms.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct arm {
    int fd;
    struct virtio_net_hdr header; /* With offloads, in front of each frame. */
};

static int
arm_open(const char *ifname, bool offloads)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    const int one = 1, buffer = 16 << 20;
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

    address.sll_ifindex = (int)if_nametoindex(ifname);
    if (fd < 0 || !address.sll_ifindex ||
        setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) ||
        (offloads && setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one)) ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) ||
        bind(fd, (struct sockaddr *)&address, sizeof address)) {
        perror(ifname);
        return -1;
    }
    return fd;
}

/* One frame from an arm to the other. */
static bool
arm_turn(struct arm *arms, int from, bool offloads, two_arms_fn *fn, void *arg)
{
    static uint8_t frame[TWO_ARMS_FRAME_MAX];
    struct iovec iov[2] = {{&arms[from].header, sizeof arms[from].header}, {frame, sizeof frame}};
    struct msghdr msg = {.msg_iov = iov + !offloads, .msg_iovlen = 1 + offloads};
    size_t head = offloads ? sizeof arms[from].header : 0, n;
    ssize_t got = recvmsg(arms[from].fd, &msg, MSG_DONTWAIT);

    if (got <= (ssize_t)head) {
        return false;
    }
    n = (size_t)got - head;
    if (fn(arg, from, frame, &n)) {
        iov[1].iov_len = n;
        if (sendmsg(arms[!from].fd, &msg, 0) < 0) {
            perror("send");
        }
    }
    return true;
}

int
two_arms_run(bool offloads, two_arms_fn *fn, void *arg)
{
    struct arm arms[2] = {{.fd = arm_open("eth0", offloads)}, {.fd = arm_open("eth1", offloads)}};
    struct pollfd p[2] = {{.fd = arms[0].fd, .events = POLLIN}, {.fd = arms[1].fd, .events = POLLIN}};

    if (arms[0].fd < 0 || arms[1].fd < 0) {
        return 1;
    }
    for (;;) {
        if (poll(p, 2, -1) < 0) {
            perror("poll");
            return 1;
        }
        for (int from = 0; from < 2; from++) {
            for (int i = 0; i < 64 && arm_turn(arms, from, offloads, fn, arg); i++) {
                ;
            }
        }
    }
}
