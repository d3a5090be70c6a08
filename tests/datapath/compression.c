/* Proves, with programs/compressor.c (zlib) as the functions, that a pair of functions at
 * two sites which changes what packets carry works: fewer bytes cross the wire between the
 * sites than the ends exchange, in both directions, and the ends get what was sent. */
#include "crowd.h"
#include "joint.h"

#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef COMPRESSOR_PROGRAM
#define DATAGRAMS 50
#define DATAGRAM 1200

static struct joint *
compressors_up(void)
{
    struct joint *j = joint_new(1450);

    function_bare(j->east, "f", "n");
    function_bare(j->west, "g", "n");
    joint_class(j, false, 6, -1);
    joint_class(j, false, 17, -1);
    joint_hop(j, "f", 0);
    joint_hop(j, "g", 1);
    for (int i = 0; i < 2; i++) {
        for (int hop = 0; hop < 2; hop++) {
            ((struct desired_hop *)j->chain[i]->hops.items[hop])->probe_interval_ms = 0;
        }
    }
    topo_up(j->t);
    /* What they change has to be as the wire would have it. */
    node_plain(j->east, "a", "eth0");
    node_plain(j->west, "b", "eth0");
    return j;
}

static void
both_sent(struct joint *j, int64_t *sent)
{
    sent[0] = joint_sent(j, 0);
    sent[1] = joint_sent(j, 1);
}

/* TCP: so many bytes each way; what each site sends for it. */
static void
tcp_exchange(struct joint *j, size_t conns, size_t bytes, int64_t *sent)
{
    struct crowd *crowd = crowd_new(j->east, "a", "10.0.0.2", j->west, "b", "10.0.0.2", 80);
    int64_t before[2], after[2];

    both_sent(j, before);
    crowd_open(crowd, conns);
    CHECK_INT(crowd_round(crowd, bytes, 8000), conns);
    both_sent(j, after);
    sent[0] = after[0] - before[0];
    sent[1] = after[1] - before[1];
    crowd_free(crowd);
}

static int
udp_socket(struct site *s, const char *server, const char *ip)
{
    int fd = node_socket(s, server, AF_INET, SOCK_DGRAM, 0);
    struct timeval wait = {.tv_sec = 2};
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(7000)};

    (void)inet_pton(AF_INET, ip, &own.sin_addr);
    REQUIRE(!bind(fd, (struct sockaddr *)&own, sizeof own));
    REQUIRE(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait));
    return fd;
}

/* Datagrams that came over as they were sent. */
static int
udp_send(int from, int to, const char *ip)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(7000)};
    char text[DATAGRAM], got[DATAGRAM + 1];
    int equal = 0;

    (void)inet_pton(AF_INET, ip, &address.sin_addr);
    for (int i = 0; i < DATAGRAMS; i++) {
        for (size_t k = 0; k < sizeof text; k++) {
            text[k] = "the same words again and again, "[k % 32];
        }
        memcpy(text + i, &i, sizeof i);
        REQUIRE(sendto(from, text, sizeof text, 0, (struct sockaddr *)&address, sizeof address) ==
                sizeof text);
        equal += recv(to, got, sizeof got, 0) == sizeof text && !memcmp(got, text, sizeof text);
    }
    return equal;
}
#endif

TEST(a_compressing_pair_at_two_sites_saves_bytes_between_them_and_changes_none)
{
#ifdef COMPRESSOR_PROGRAM
    struct joint *j = compressors_up();
    pid_t pf = node_spawn(j->east, "f", COMPRESSOR_PROGRAM " 1");
    pid_t pg = node_spawn(j->west, "g", COMPRESSOR_PROGRAM " 0");
    int64_t sent[2], before[2], after[2];
    int a = udp_socket(j->east, "a", "10.0.0.1"), b = udp_socket(j->west, "b", "10.0.0.2");

    tcp_exchange(j, 20, 20000, sent);
    CHECK(sent[0] > 20 * 500 && sent[0] < 20 * 20000 / 2);
    CHECK(sent[1] > 20 * 500 && sent[1] < 20 * 20000 / 2);
    both_sent(j, before);
    CHECK_INT(udp_send(a, b, "10.0.0.2"), DATAGRAMS);
    CHECK_INT(udp_send(b, a, "10.0.0.1"), DATAGRAMS);
    both_sent(j, after);
    for (int i = 0; i < 2; i++) {
        CHECK(after[i] - before[i] > DATAGRAMS * 50);
        CHECK(after[i] - before[i] < DATAGRAMS * DATAGRAM / 2);
    }
    CHECK_INT(site_drops(j->east, "function_flow"), 0);
    CHECK_INT(site_drops(j->west, "function_flow"), 0);
    spawned_end(pf);
    spawned_end(pg);
    close(a);
    close(b);
#else
    SKIP("needs zlib1g-dev");
#endif
}
