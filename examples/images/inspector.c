/* A transparent network function: passes every frame between eth0 and eth1 and
 * counts packets and bytes by application port.
 *
 * Frames come through a packet ring with the virtio header in front, so that a
 * 64 KiB segment of the sender's offload passes as one frame, checksum still to
 * be filled in by whoever needs it, and is counted as the packets it stands for. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_SIZE (512 * 1024)
#define N_BLOCKS 16
#define FRAME_SIZE (18 * 4096) /* one 64 KiB frame and its headers */
#define FRAMES_PER_BLOCK (BLOCK_SIZE / FRAME_SIZE)
#define N_FRAMES (N_BLOCKS * FRAMES_PER_BLOCK)
#define N_PORTS 65536
#define REPORT_MS 1000

struct count {
    uint64_t packets, bytes;
    bool is_changed;
};

struct side {
    const char *name;
    int fd;
    uint8_t *ring;
    unsigned next;
};

enum { TCP, UDP, N_PROTOCOLS };

static struct count counts[N_PROTOCOLS][N_PORTS];
static struct count other, dropped;
static volatile sig_atomic_t is_over;

static void
stop(int signal)
{
    (void)signal;
    is_over = 1;
}

static void
die(const char *what)
{
    fprintf(stderr, "inspector: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The interface comes when the cloud attaches it. */
static unsigned
wait_for(const char *name)
{
    struct timespec blink = {.tv_nsec = 20000000};
    unsigned index;

    while ((index = if_nametoindex(name)) == 0 && !is_over) {
        nanosleep(&blink, NULL);
    }
    return index;
}

static void
bring_up(int fd, const char *name)
{
    struct ifreq request = {0};

    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    if (ioctl(fd, SIOCGIFFLAGS, &request) != 0) {
        die(name);
    }
    request.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) {
        die(name);
    }
}

static void
set_option(int fd, int option, const void *value, socklen_t n, const char *what)
{
    if (setsockopt(fd, SOL_PACKET, option, value, n) != 0) {
        die(what);
    }
}

static void
open_side(struct side *side, const char *name)
{
    unsigned index = wait_for(name);
    int version = TPACKET_V2, yes = 1;
    struct tpacket_req ring = {.tp_block_size = BLOCK_SIZE, .tp_block_nr = N_BLOCKS,
                               .tp_frame_size = FRAME_SIZE, .tp_frame_nr = N_FRAMES};
    struct packet_mreq promiscuous = {.mr_ifindex = (int)index, .mr_type = PACKET_MR_PROMISC};
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = (int)index};

    side->name = name;
    side->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (side->fd < 0) {
        die("packet socket");
    }
    set_option(side->fd, PACKET_VERSION, &version, sizeof version, "packet version");
    set_option(side->fd, PACKET_VNET_HDR, &yes, sizeof yes, "virtio header");
    set_option(side->fd, PACKET_IGNORE_OUTGOING, &yes, sizeof yes, "ignore outgoing");
    set_option(side->fd, PACKET_RX_RING, &ring, sizeof ring, "ring");
    side->ring = mmap(NULL, (size_t)BLOCK_SIZE * N_BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED,
                      side->fd, 0);
    if (side->ring == MAP_FAILED) {
        die("ring");
    }
    bring_up(side->fd, name);
    set_option(side->fd, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous, "promiscuous");
    if (bind(side->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        die("bind");
    }
}

static uint16_t
be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

/* Where the transport header starts, and its protocol; 0 where there is none
 * that is counted (not IP, a later fragment, cut short). */
static size_t
transport(const uint8_t *frame, size_t n, unsigned *protocol)
{
    const uint8_t *ip = frame + ETH_HLEN;
    size_t at;

    if (n < ETH_HLEN + 40u) {
        return 0;
    }
    if (be16(frame + 12) == ETH_P_IP) {
        at = ETH_HLEN + (ip[0] & 15u) * 4u;
        *protocol = ip[9];
        return (be16(ip + 6) & 0x1fff) == 0 && at + 4 <= n ? at : 0;
    }
    if (be16(frame + 12) == ETH_P_IPV6) {
        *protocol = ip[6];
        at = ETH_HLEN + 40;
        return at + 4 <= n ? at : 0;
    }
    return 0;
}

/* Packets that a frame of offload stands for. */
static uint64_t
packets_in(const struct virtio_net_hdr *header, size_t n)
{
    if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE || header->gso_size == 0
        || n <= header->hdr_len) {
        return 1;
    }
    return (n - header->hdr_len + header->gso_size - 1) / header->gso_size;
}

static void
add(struct count *count, uint64_t packets, uint64_t bytes)
{
    count->packets += packets;
    count->bytes += bytes;
    count->is_changed = true;
}

/* The application's port is the lower one: the other is the client's. */
static void
inspect(const struct virtio_net_hdr *header, const uint8_t *frame, size_t n)
{
    unsigned protocol = 0;
    size_t at = transport(frame, n, &protocol);
    uint64_t packets = packets_in(header, n);

    if (at > 0 && (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)) {
        uint16_t from = be16(frame + at), to = be16(frame + at + 2);

        add(&counts[protocol == IPPROTO_TCP ? TCP : UDP][from < to ? from : to], packets, n);
    } else {
        add(&other, packets, n);
    }
}

static void
pass(const struct side *to, struct virtio_net_hdr *header, uint8_t *frame, size_t n)
{
    struct iovec parts[2] = {{header, sizeof *header}, {frame, n}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    while (sendmsg(to->fd, &message, 0) < 0) {
        if (errno != EINTR) {
            add(&dropped, packets_in(header, n), n);
            return;
        }
    }
}

static struct tpacket2_hdr *
frame_at(const struct side *side, unsigned i)
{
    return (struct tpacket2_hdr *)(void *)(side->ring
                                           + (size_t)(i / FRAMES_PER_BLOCK) * BLOCK_SIZE
                                           + (size_t)(i % FRAMES_PER_BLOCK) * FRAME_SIZE);
}

/* Passes on what waits in the ring. */
static void
drain(struct side *from, const struct side *to)
{
    for (unsigned n = 0; n < N_FRAMES; n++) {
        struct tpacket2_hdr *slot = frame_at(from, from->next);
        uint8_t *frame = (uint8_t *)slot + slot->tp_mac;
        struct virtio_net_hdr header;

        if (!(__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) {
            return;
        }
        frame = (uint8_t *)slot + slot->tp_mac;
        memcpy(&header, frame - sizeof header, sizeof header);
        if (slot->tp_snaplen < slot->tp_len) {
            add(&dropped, 1, slot->tp_len);
        } else {
            inspect(&header, frame, slot->tp_snaplen);
            pass(to, &header, frame, slot->tp_snaplen);
        }
        __atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        from->next = (from->next + 1) % N_FRAMES;
    }
}

static void
report_one(struct count *count, const char *name, int port)
{
    if (!count->is_changed) {
        return;
    }
    count->is_changed = false;
    if (port >= 0) {
        printf("port %s/%d packets %llu bytes %llu\n", name, port,
               (unsigned long long)count->packets, (unsigned long long)count->bytes);
    } else {
        printf("%s packets %llu bytes %llu\n", name, (unsigned long long)count->packets,
               (unsigned long long)count->bytes);
    }
}

static void
report(void)
{
    for (int port = 0; port < N_PORTS; port++) {
        report_one(&counts[TCP][port], "tcp", port);
        report_one(&counts[UDP][port], "udp", port);
    }
    report_one(&other, "other", -1);
    report_one(&dropped, "dropped", -1);
    fflush(stdout);
}

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* An interface that went away makes poll return at once for ever: there is
 * nothing left to do then.  One that is only down comes back. */
static bool
is_gone(const struct pollfd *wait, const char *name)
{
    int error;
    socklen_t size = sizeof error;

    if (!(wait->revents & ~POLLIN)) {
        return false;
    }
    getsockopt(wait->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return if_nametoindex(name) == 0;
}

int
main(void)
{
    struct side sides[2];
    struct sigaction action = {.sa_handler = stop};
    int64_t next = now_ms() + REPORT_MS;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    memset(sides, 0, sizeof sides);
    open_side(&sides[0], "eth0");
    open_side(&sides[1], "eth1");
    printf("inspector: passing frames between eth0 and eth1\n");
    fflush(stdout);
    while (!is_over) {
        struct pollfd waits[2] = {{.fd = sides[0].fd, .events = POLLIN},
                                  {.fd = sides[1].fd, .events = POLLIN}};
        int64_t left = next - now_ms();

        if (left <= 0) {
            report();
            next = now_ms() + REPORT_MS;
            left = REPORT_MS;
        }
        if (poll(waits, 2, (int)left) > 0) {
            if (is_gone(&waits[0], "eth0") || is_gone(&waits[1], "eth1")) {
                fprintf(stderr, "inspector: an interface is gone\n");
                return 1;
            }
            drain(&sides[0], &sides[1]);
            drain(&sides[1], &sides[0]);
        }
    }
    report();
    return 0;
}
