/* Frames for functions that speak NSH are larger than the network's, and whole:
 * whoever reads a header cannot be handed 64 KiB behind it, nor a checksum that
 * is still to be made.  The kernel takes no protocol from its programs, so what
 * goes to a forwarder elsewhere passes a veth pair of our own, the bounce: it is
 * cut into frames on the way in, and is NSH when it comes out. */
#include "agent/nsh.h"

#include "agent/container.h"
#include "base/log.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BOUNCE_PEER "cknsh1"
#define BOUNCE_MTU (9000 + DP_NSH_ROOM)
#define GPE_LINK "ckgpe0"

/* ---- functions' links -------------------------------------------------------------------------- */

/* The end inside first: ours tells by its MTU that both are done. */
static struct err *
link_settle(struct host *host, const struct desired_port *port, struct forwarding_link *link,
            uint32_t mtu, bool nsh)
{
    const struct container *c = port->server_id ? map_get(&host->servers, port->server_id) : NULL;
    AUTO(mem) mem = mem_new("nsh link");
    AUTO(netlink) inside = NULL;
    AUTO_FD netns = -1;
    int ifindex;

    if (!c || !c->pid) {
        return NULL;
    }
    netns = open(mem_printf(mem, "/proc/%d/ns/net", (int)c->pid), O_RDONLY | O_CLOEXEC);
    if (netns < 0) {
        return err_errno(E_UNAVAILABLE, "network namespace of server %s", c->id);
    }
    TRY(netlink_new(netns, &inside));
    TRY(netlink_index(inside, port->ifname, &ifindex));
    TRY(netlink_mtu(inside, ifindex, mtu));
    TRY(netlink_whole_frames(host->nl, (int)link->ifindex, nsh));
    TRY(netlink_mtu(host->nl, (int)link->ifindex, mtu));
    link->mtu = mtu;
    return NULL;
}

void
nsh_links(struct host *host)
{
    map_each (&host->forwarding.links, it) {
        const struct desired_port *port = world_find(&host->world, DESIRED_port, it->key);
        const struct desired_network *network =
            world_find(&host->world, DESIRED_network, port->network_id);
        struct forwarding_link *link = it->value;
        bool nsh = forwarding_speaks_nsh(&host->forwarding, it->key);
        uint32_t mtu = (uint32_t)network->mtu + (nsh ? DP_NSH_ROOM : 0);
        struct err *e = link->mtu != mtu ? link_settle(host, port, link, mtu, nsh) : NULL;

        if (e) {
            log_err(LOG_LV_WARN, "link", err_wrap(e, "port %s", port->id), "room for NSH");
            loop_timer_arm_by(host->retry_timer, 1000);
        }
    }
}

/* ---- the way to forwarders ----------------------------------------------------------------------- */

/* Nothing of the host's own shall be sent into it; fine where the kernel has no IPv6. */
static void
silence(const char *path)
{
    AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, "1", 1);
    }
}

static struct err *
bounce_make(struct host *host, int *ifindex)
{
    struct veth_spec spec = {.name = NSH_LINK,
                             .peer_name = BOUNCE_PEER,
                             .peer_mac = {{DP_BOUNCE_TAG_0, DP_BOUNCE_TAG_1}},
                             .mtu = BOUNCE_MTU};
    AUTO_FD own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

    if (own < 0) {
        return err_errno(E_UNAVAILABLE, "our own network namespace");
    }
    spec.peer_netns = own;
    return netlink_veth(host->nl, &spec, ifindex);
}

static struct err *
bounce_settle(struct host *host)
{
    int ifindex, peer;
    struct err *e = netlink_index(host->nl, NSH_LINK, &ifindex);

    if (e) {
        err_ignore(e, "it is made now");
        TRY(bounce_make(host, &ifindex));
    }
    TRY(netlink_index(host->nl, BOUNCE_PEER, &peer));
    silence("/proc/sys/net/ipv6/conf/" NSH_LINK "/disable_ipv6");
    silence("/proc/sys/net/ipv6/conf/" BOUNCE_PEER "/disable_ipv6");
    TRY(netlink_whole_frames(host->nl, ifindex, true));
    TRY(datapath_attach_bounce(host->forwarding.dp, peer));
    TRY(netlink_up_noarp(host->nl, peer));
    host->forwarding.bounce_ifindex = (uint32_t)ifindex;
    return NULL;
}

static struct err *
gpe_settle(struct host *host)
{
    int ifindex;
    struct err *e = netlink_index(host->nl, GPE_LINK, &ifindex);

    if (e) {
        err_ignore(e, "it is made now");
        TRY(netlink_vxlan(host->nl, GPE_LINK, DP_NSH_GPE_PORT, true, &ifindex));
    }
    TRY(datapath_attach_gpe(host->forwarding.dp, ifindex));
    host->forwarding.gpe_ifindex = (uint32_t)ifindex;
    return NULL;
}

void
nsh_tunnel(struct host *host)
{
    struct err *e;

    if (!host->options.vtep) {
        return;
    }
    e = bounce_settle(host);
    e = e ? e : gpe_settle(host);
    if (e) {
        log_err(LOG_LV_WARN, "link", e, "no way to forwarders that speak NSH");
    }
}
