/* Labels and remote ports told to both sites, as the sites' services would. */
#include "joint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_FIRST 0x800001

static const int64_t vnis[] = {100, 200};

static void
wire_mtu(struct joint *j, int64_t mtu)
{
    const char *output;

    for (int i = 0; i < 2; i++) {
        struct process_spec spec = {
            .argv = process_argv(j->t->mem, "ip", "link", "set", "wan0", "mtu",
                                 mem_printf(j->t->mem, "%lld", (long long)mtu + 50), NULL),
            .stdin_fd = -1,
            .stdout_fd = -1,
            .stderr_fd = -1,
            .netns = mem_printf(j->t->mem, "/run/netns/%s", j->t->sites[i].netns)};

        REQUIRE_OK(process_run(j->t->mem, &spec, NULL, 5000 * test_patience(), &output));
    }
}

struct desired_port *
joint_node(struct joint *j, int at, const char *name, const char *ip, const char *ip6)
{
    struct desired_port *port = site_node(&j->t->sites[at], name, "n", ip, ip6);

    (void)site_remote(&j->t->sites[!at], name, "n", &j->t->sites[at], port, vnis[at]);
    return port;
}

struct joint *
joint_new(int64_t mtu)
{
    struct topo *t = topo_new(2);
    struct joint *j = MEM_NEW(t->mem, struct joint);

    j->t = t;
    j->east = &t->sites[0];
    j->west = &t->sites[1];
    j->next_label = LABEL_FIRST;
    wire_mtu(j, mtu);
    for (int i = 0; i < 2; i++) {
        site_network(&t->sites[i], "n", vnis[i])->mtu = mtu;
        j->chain[i] = site_chain(&t->sites[i], "c", "n");
    }
    j->a = joint_node(j, 0, "a", "10.0.0.1", "fd00::1");
    j->b = joint_node(j, 1, "b", "10.0.0.2", "fd00::2");
    return j;
}

void
joint_class(struct joint *j, bool v6, int64_t protocol, int64_t port)
{
    for (int i = 0; i < 2; i++) {
        struct desired_classifier *c = chain_class(&j->t->sites[i], j->chain[i], protocol, port);

        c->ethertype = v6 ? "IPv6" : "IPv4";
    }
}

static void
labels_make(struct joint *j, struct desired_instance *const *inst, const char *name, int at)
{
    int64_t hop = (int64_t)j->chain[0]->hops.n - 1, label = j->next_label;

    j->next_label += 2;
    instance_remote(inst[!at], j->t->sites[at].vtep, label, label + 1);
    site_label(&j->t->sites[at], "c", hop, "forward", name, label);
    site_label(&j->t->sites[at], "c", hop, "reverse", name, label + 1);
}

void
joint_hop(struct joint *j, const char *name, int at)
{
    struct desired_instance *inst[2];

    for (int i = 0; i < 2; i++) {
        inst[i] = chain_hop(&j->t->sites[i], j->chain[i], name);
    }
    labels_make(j, inst, name, at);
}

void
joint_instance(struct joint *j, const char *name, int at)
{
    struct desired_instance *inst[2];

    for (int i = 0; i < 2; i++) {
        struct rows *hops = &j->chain[i]->hops;

        inst[i] = hop_instance(&j->t->sites[i], hops->items[hops->n - 1], name);
    }
    labels_make(j, inst, name, at);
}

int64_t
joint_sent(struct joint *j, int site)
{
    const char *output, *at;
    long long bytes = -1;
    struct process_spec spec = {.argv = process_argv(j->t->mem, "cat", "/proc/thread-self/net/dev",
                                                     NULL),
                                .stdin_fd = -1,
                                .stdout_fd = -1,
                                .stderr_fd = -1,
                                .netns = mem_printf(j->t->mem, "/run/netns/%s",
                                                    j->t->sites[site].netns)};

    REQUIRE_OK(process_run(j->t->mem, &spec, NULL, 5000 * test_patience(), &output));
    at = strstr(output, "wan0:");
    REQUIRE(at && sscanf(at, "wan0: %*s %*s %*s %*s %*s %*s %*s %*s %lld", &bytes) == 1);
    return bytes;
}

int64_t
joint_hop_packets(struct joint *j, int64_t hop, const char *direction)
{
    return site_hop_packets(j->east, "c", hop, direction) +
           site_hop_packets(j->west, "c", hop, direction);
}
