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
