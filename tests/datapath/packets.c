/* Single packets through the entry program by BPF_PROG_TEST_RUN: verdict and
 * bytes, without a wire. */
#include "frames.h"
#include "topo.h"

#include "base/net.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

/* The host's end of a port, as the agent names it. */
static unsigned
link_of(struct site *s, const char *port)
{
    const char *id = topo_id(s->topo, mem_printf(s->topo->mem, "port %s", port));
    char name[16] = "ck";
    size_t n = 2;

    for (; *id && n < 15; id++) {
        if (*id != '-') {
            name[n++] = *id;
        }
    }
    return if_nametoindex(name);
}

/* Verdict; 'out' is what has become of the frame. */
static int
run(int prog, unsigned ifindex, const struct frame *in, struct frame *out)
{
    struct __sk_buff ctx = {.ifindex = ifindex};
    LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->b, .data_size_in = (uint32_t)in->n,
                .data_out = out->b, .data_size_out = sizeof out->b, .ctx_in = &ctx,
                .ctx_size_in = sizeof ctx);

    if (bpf_prog_test_run_opts(prog, &opts)) {
        test_fail(__FILE__, __LINE__, "%zu bytes: %s", in->n, strerror(errno));
    }
    out->n = opts.data_size_out;
    return (int)opts.retval;
}

TEST(verdicts_of_single_packets)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_port *a, *b;
    struct desired_security_group *group;
    struct frame out;
    struct mac mac;
    int own, there, prog;
    unsigned ifindex;

    site_network(s, "n", 100);
    group = site_group(s, "all");
    (void)group_rule(s, group, "egress", "IPv4", 17, 53, 53);
    a = site_node(s, "a", "n", "10.0.0.1", NULL);
    b = site_node(s, "b", "n", "10.0.0.2", NULL);
    port_group(s, a, "all");
    topo_up(t);
    struct frame too_short = frame_udp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 5, 53, 1);
    too_short.b[17] = 10;
    const struct {
        const char *what;
        struct frame in;
        int verdict;
    } cases[] = {
        {"arp for a neighbour is answered", frame_arp(1, a->mac, a->mac, "10.0.0.1", "10.0.0.2"),
         TC_ACT_REDIRECT},
        {"arp for nobody is dropped", frame_arp(1, a->mac, a->mac, "10.0.0.1", "10.0.0.3"),
         TC_ACT_SHOT},
        {"arp that lies is dropped", frame_arp(1, a->mac, a->mac, "10.0.0.3", "10.0.0.2"),
         TC_ACT_SHOT},
        {"what a rule allows goes on", frame_udp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 5, 53, 1),
         TC_ACT_REDIRECT},
        {"what none allows does not", frame_udp(a->mac, b->mac, "10.0.0.1", "10.0.0.2", 5, 54, 1),
         TC_ACT_SHOT},
        {"a stranger's address does not",
         frame_udp(a->mac, b->mac, "10.0.0.3", "10.0.0.2", 5, 53, 1), TC_ACT_SHOT},
        {"a header that is cut off does not",
         {.b = {[12] = 8, [13] = 0, [14] = 0x4f, [23] = 17}, .n = 40}, TC_ACT_SHOT},
        {"a length that is less than the header does not", too_short, TC_ACT_SHOT},
    };
    prog = bpf_obj_get(mem_printf(t->mem, "%s/bpf/prog_dp_port_in", s->dir));
    own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    there = open(mem_printf(t->mem, "/run/netns/%s", s->netns), O_RDONLY | O_CLOEXEC);
    REQUIRE(prog >= 0 && own >= 0 && there >= 0 && !setns(there, CLONE_NEWNET));
    ifindex = link_of(s, "a");
    CHECK(ifindex > 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int verdict = run(prog, ifindex, &cases[i].in, &out);

        if (verdict != cases[i].verdict) {
            test_fail(__FILE__, __LINE__, "%s: verdict %d", cases[i].what, verdict);
        }
    }
    CHECK_INT(run(prog, ifindex, &cases[0].in, &out), TC_ACT_REDIRECT);
    CHECK(is_arp_reply(out.b, out.n, "10.0.0.2"));
    CHECK(mac_parse(b->mac, &mac) && !memcmp(out.b + 22, mac.b, 6) && !memcmp(out.b + 6, mac.b, 6));
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
    close(there);
    close(prog);
}

/* ---- questions to the site itself ------------------------------------------------------------- */

#define ALL "ff:ff:ff:ff:ff:ff"
#define SERVICE "169.254.169.254"
#define SERVICE_MAC "02:cc:a9:fe:a9:fe"
#define SYN 2

/* Enters the site's network namespace, where the agent's links are. */
static int
enter(struct site *s)
{
    int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = open(mem_printf(s->topo->mem, "/run/netns/%s", s->netns), O_RDONLY | O_CLOEXEC);

    REQUIRE(own >= 0 && there >= 0 && !setns(there, CLONE_NEWNET));
    close(there);
    return own;
}

static int
program(struct site *s, const char *name)
{
    int fd = bpf_obj_get(mem_printf(s->topo->mem, "%s/bpf/prog_%s", s->dir, name));

    REQUIRE(fd >= 0);
    return fd;
}

/* One port that asks, with rules that allow nothing, and a responder that is there. */
static struct desired_port *
asker(struct topo **t)
{
    struct desired_port *a;
    struct site *s;

    *t = topo_new(1);
    s = &(*t)->sites[0];
    site_network(s, "n", 100);
    (void)site_group(s, "none");
    a = site_node(s, "a", "n", "10.0.0.1", "fd00::1");
    ((struct desired_address *)a->addresses.items[1])->ra_mode = "slaac";
    port_group(s, a, "none");
    site_responder_start(s);
    topo_up(*t);
    return a;
}

/* The 16-bit sum of 'n' bytes; all ones where a checksum among them is right. */
static uint32_t
sum16(const uint8_t *b, size_t n, uint32_t sum)
{
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 ? b[i] : (uint32_t)b[i] << 8;
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static struct frame
solicitation(const char *src_mac, uint8_t limit, uint8_t type)
{
    struct frame f = {.b = {0x33, 0x33, 0, 0, 0, 2, [12] = 0x86, 0xdd, 0x60, [19] = 8, 58, 0},
                      .n = 14 + 40 + 8};
    struct mac mac = {0};

    CHECK(mac_parse(src_mac, &mac));
    memcpy(f.b + 6, mac.b, 6);
    f.b[21] = limit;
    f.b[38] = 0xff; /* to ff02::2 from :: */
    f.b[39] = 2;
    f.b[53] = 2;
    f.b[54] = type;
    return f;
}

TEST(questions_to_the_responder_are_taken_or_dropped_with_their_reason)
{
    struct topo *t;
    struct desired_port *a = asker(&t);
    struct site *s = &t->sites[0];
    const char *lie = "02:00:00:00:00:01";
    const struct {
        const char *what;
        struct frame in;
        const char *drop; /* null: taken */
    } cases[] = {
        {"dhcp", frame_udp(a->mac, ALL, "0.0.0.0", "255.255.255.255", 68, 67, 250), NULL},
        {"dhcp, renewing", frame_udp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 68, 67, 250), NULL},
        {"dhcp of another's address",
         frame_udp(a->mac, ALL, "10.0.0.2", "255.255.255.255", 68, 67, 250), "spoofed_ip"},
        {"dhcp of another's mac", frame_udp(lie, ALL, "0.0.0.0", "255.255.255.255", 68, 67, 250),
         "spoofed_mac"},
        {"a dhcp fragment",
         frame_fragment(a->mac, ALL, "0.0.0.0", "255.255.255.255", 7, 0, 64, true), "multicast"},
        {"another broadcast", frame_udp(a->mac, ALL, "10.0.0.1", "10.0.0.255", 68, 69, 1),
         "multicast"},
        {"metadata", frame_tcp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 999, 80, SYN), NULL},
        {"metadata by way of a router", frame_tcp(a->mac, lie, "10.0.0.1", SERVICE, 999, 80, SYN),
         NULL},
        {"metadata of another's address",
         frame_tcp(a->mac, SERVICE_MAC, "10.0.0.2", SERVICE, 999, 80, SYN), "spoofed_ip"},
        {"as if it had been punted",
         frame_tcp(a->mac, SERVICE_MAC, "240.0.0.1", SERVICE, 999, 80, SYN), "spoofed_ip"},
        {"dns", frame_udp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 999, 53, 30), NULL},
        {"dns of another's address",
         frame_udp(a->mac, SERVICE_MAC, "10.0.0.2", SERVICE, 999, 53, 30), "spoofed_ip"},
        {"dns from no address", frame_udp(a->mac, SERVICE_MAC, "0.0.0.0", SERVICE, 999, 53, 30),
         "spoofed_ip"},
        {"dns by broadcast", frame_udp(a->mac, ALL, "10.0.0.1", SERVICE, 999, 53, 30),
         "responder_service"},
        {"dns of all", frame_udp(a->mac, ALL, "10.0.0.1", "10.0.0.255", 999, 53, 30), "multicast"},
        {"dns over tcp", frame_tcp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 999, 53, SYN),
         "responder_service"},
        {"another port of it", frame_tcp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 999, 22, SYN),
         "responder_service"},
        {"another protocol", frame_udp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 999, 80, 1),
         "responder_service"},
        {"metadata by broadcast", frame_tcp(a->mac, ALL, "10.0.0.1", SERVICE, 999, 80, SYN),
         "responder_service"},
        {"a router solicitation", solicitation(a->mac, 255, 133), NULL},
        {"one from afar", solicitation(a->mac, 64, 133), "multicast"},
        {"a solicitation of another's", solicitation(lie, 255, 133), "spoofed_mac"},
    };
    struct frame out;
    int prog, own;
    unsigned ifindex;

    /* The responder is known to be there when it is asked for the first time. */
    prog = program(s, "dp_port_in");
    own = enter(s);
    ifindex = link_of(s, "a");
    SITE_EVENTUALLY(s, 5000, run(prog, ifindex, &cases[0].in, &out) == TC_ACT_REDIRECT);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t before = cases[i].drop ? site_drops(s, cases[i].drop) : 0;
        int verdict = run(prog, ifindex, &cases[i].in, &out);
        int64_t after = cases[i].drop ? site_drops(s, cases[i].drop) : 0;

        if (verdict != (cases[i].drop ? TC_ACT_SHOT : TC_ACT_REDIRECT) ||
            (cases[i].drop && after < before + 1)) {
            test_fail(__FILE__, __LINE__, "%s: verdict %d", cases[i].what, verdict);
        }
    }
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
    close(prog);
}

/* A port without an address of IPv4 has none to ask from, and is not asked for one. */
TEST(a_port_asks_only_what_it_may)
{
    struct topo *t;
    struct desired_port *a = asker(&t), *six;
    struct site *s = &t->sites[0];
    struct frame dns = frame_udp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 999, 53, 30), out;
    int prog, own;

    six = site_node(s, "six", "n", NULL, "fd00::2");
    topo_up(t);
    prog = program(s, "dp_port_in");
    own = enter(s);
    SITE_EVENTUALLY(s, 5000, run(prog, link_of(s, "a"), &dns, &out) == TC_ACT_REDIRECT);
    dns = frame_udp(six->mac, SERVICE_MAC, "10.0.0.9", SERVICE, 999, 53, 30);
    CHECK_INT(run(prog, link_of(s, "six"), &dns, &out), TC_ACT_SHOT);
    CHECK_INT(site_drops(s, "responder_service"), 1);
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
    close(prog);
}

TEST(the_ports_handle_stands_in_for_what_a_tenant_may_choose)
{
    struct topo *t;
    struct desired_port *a = asker(&t);
    struct site *s = &t->sites[0];
    struct frame dhcp = frame_udp(a->mac, ALL, "0.0.0.0", "255.255.255.255", 68, 67, 250);
    struct frame tcp = frame_tcp(a->mac, SERVICE_MAC, "10.0.0.1", SERVICE, 999, 80, SYN), out, back;
    int prog = program(s, "dp_port_in"), answers = program(s, "dp_punt_in"), own = enter(s);
    unsigned ifindex = link_of(s, "a"), punt = if_nametoindex("ckpunt0");
    uint8_t handle[3];
    struct mac mac = {0};

    SITE_EVENTUALLY(s, 5000, run(prog, ifindex, &dhcp, &out) == TC_ACT_REDIRECT);
    CHECK(!memcmp(out.b, "\x0e\xcb\0\0\0\1\x0e\xcc", 9));
    memcpy(handle, out.b + 9, 3);
    CHECK_INT(run(prog, ifindex, &tcp, &out), TC_ACT_REDIRECT);
    CHECK(!memcmp(out.b, "\x0e\xcb\0\0\0\0", 6));
    /* 240.0.0.0/4, the handle, the first address. */
    CHECK_INT(out.b[26], 0xf0 | handle[0] >> 4);
    CHECK_INT(out.b[29], (uint8_t)(handle[2] << 4));
    CHECK_INT(sum16(out.b + 14, 20, 0), 0xffff);
    CHECK_INT(sum16(out.b + 26, out.n - 26, (uint32_t)(6 + out.n - 34)), 0xffff);

    /* The way back: ends changed places. */
    back = out;
    memcpy(back.b + 26, out.b + 30, 4);
    memcpy(back.b + 30, out.b + 26, 4);
    memcpy(back.b + 34, out.b + 36, 2);
    memcpy(back.b + 36, out.b + 34, 2);
    CHECK_INT(run(answers, punt, &back, &out), TC_ACT_REDIRECT);
    CHECK(mac_parse(a->mac, &mac) && !memcmp(out.b, mac.b, 6));
    CHECK(!memcmp(out.b + 30, "\x0a\0\0\1", 4));
    CHECK_INT(sum16(out.b + 26, out.n - 26, (uint32_t)(6 + out.n - 34)), 0xffff);
    const struct {
        const char *what;
        size_t at;
        uint8_t value;
        const char *drop;
    } cases[] = {
        {"another source", 29, 1, "responder_answer"},
        {"another port", 35, 81, "responder_answer"},
        {"to no port", 30, 10, "responder_answer"},
        {"another user of the slot", 32, back.b[32] ^ 1, "responder_port"},
        {"an address it has not", 33, (uint8_t)(back.b[33] | 14), "responder_port"},
        {"udp", 23, 17, "responder_answer"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct frame bad = back;
        int64_t before = site_drops(s, cases[i].drop);

        bad.b[cases[i].at] = cases[i].value;
        if (run(answers, punt, &bad, &out) != TC_ACT_SHOT ||
            site_drops(s, cases[i].drop) != before + 1) {
            test_fail(__FILE__, __LINE__, "%s", cases[i].what);
        }
    }
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
}

/* A bare frame to the port: only what an answer may be. */
TEST(a_responder_that_was_taken_over_can_only_answer)
{
    struct topo *t;
    struct desired_port *a = asker(&t);
    struct site *s = &t->sites[0];
    struct frame ask = frame_udp(a->mac, ALL, "0.0.0.0", "255.255.255.255", 68, 67, 250), out;
    int prog = program(s, "dp_port_in"), answers = program(s, "dp_punt_in"), own = enter(s);
    unsigned ifindex = link_of(s, "a"), punt = if_nametoindex("ckpunt0");
    struct mac mac = {0};

    SITE_EVENTUALLY(s, 5000, run(prog, ifindex, &ask, &out) == TC_ACT_REDIRECT);
    const struct {
        const char *what;
        struct frame in;
        uint8_t to_all;
        const char *drop;
    } cases[] = {
        {"dhcp's answer", frame_udp(a->mac, a->mac, SERVICE, "10.0.0.1", 67, 68, 250), 0, NULL},
        {"to all", frame_udp(a->mac, a->mac, SERVICE, "255.255.255.255", 67, 68, 250), 1, NULL},
        {"from another port", frame_udp(a->mac, a->mac, SERVICE, "10.0.0.1", 54, 68, 250), 0,
         "responder_answer"},
        {"dns's answer", frame_udp(a->mac, a->mac, SERVICE, "10.0.0.1", 53, 999, 250), 0, NULL},
        {"dns as if of another", frame_udp(a->mac, a->mac, "10.0.0.9", "10.0.0.1", 53, 999, 250), 0,
         "responder_answer"},
        {"to another port", frame_udp(a->mac, a->mac, SERVICE, "10.0.0.1", 67, 53, 250), 0,
         "responder_answer"},
        {"tcp", frame_tcp(a->mac, a->mac, SERVICE, "10.0.0.1", 67, 68, SYN), 0,
         "responder_answer"},
        {"an advertisement", solicitation(a->mac, 255, 134), 1, NULL},
        {"a redirect", solicitation(a->mac, 255, 137), 0, "responder_answer"},
        {"arp", frame_arp(2, a->mac, a->mac, "10.0.0.1", "10.0.0.1"), 0, "responder_answer"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t before = cases[i].drop ? site_drops(s, cases[i].drop) : 0;
        struct frame in = cases[i].in, back;
        int verdict;

        memcpy(in.b, out.b + 6, 6); /* The handle it was asked with. */
        in.b[2] = cases[i].to_all;
        verdict = run(answers, punt, &in, &back);
        if (verdict != (cases[i].drop ? TC_ACT_SHOT : TC_ACT_REDIRECT) ||
            (cases[i].drop && site_drops(s, cases[i].drop) != before + 1)) {
            test_fail(__FILE__, __LINE__, "%s: verdict %d", cases[i].what, verdict);
        }
        if (verdict == TC_ACT_REDIRECT && !cases[i].to_all) {
            CHECK(mac_parse(a->mac, &mac) && !memcmp(back.b, mac.b, 6));
        } else if (verdict == TC_ACT_REDIRECT) {
            CHECK(back.b[0] & 1);
        }
    }
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
}

/* More than its share at once, then again as time goes by; another port has its own share. */
TEST(a_port_asks_no_more_than_its_share)
{
    struct topo *t;
    struct desired_port *a = asker(&t);
    struct site *s = &t->sites[0];
    struct frame ask = frame_udp(a->mac, ALL, "0.0.0.0", "255.255.255.255", 68, 67, 250), out;
    int prog = program(s, "dp_port_in"), own = enter(s), taken = 0;
    unsigned ifindex = link_of(s, "a");

    SITE_EVENTUALLY(s, 5000, run(prog, ifindex, &ask, &out) == TC_ACT_REDIRECT);
    for (int i = 0; i < 2000; i++) {
        taken += run(prog, ifindex, &ask, &out) == TC_ACT_REDIRECT;
    }
    CHECK(taken >= 200 && taken < 1500);
    CHECK_INT(site_drops(s, "responder_rate"), 2000 - taken);
    SITE_EVENTUALLY(s, 5000, run(prog, ifindex, &ask, &out) == TC_ACT_REDIRECT);
    REQUIRE(!setns(own, CLONE_NEWNET));
    close(own);
}
