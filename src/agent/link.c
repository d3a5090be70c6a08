/* rtnetlink by libmnl: one request, one answer, errors with the kernel's words. */
#include "agent/link.h"

#include "base/str.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_SIZE 4096
#define ANSWER_SIZE 65536
#define DUMPS_MAX 10

struct netlink {
    struct mnl_socket *socket;
    uint32_t seq;
    unsigned port;
    char *answer;
};

static struct err *
open_here(void *arg)
{
    struct netlink *nl = arg;

    nl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (!nl->socket || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID)) {
        return err_errno(E_UNAVAILABLE, "open a netlink socket");
    }
    nl->port = mnl_socket_get_portid(nl->socket);
    return NULL;
}

struct err *
netns_run(int netns, struct err *(*fn)(void *arg), void *arg)
{
    int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    struct err *e;

    if (own < 0) {
        return err_errno(E_UNAVAILABLE, "open our network namespace");
    }
    if (setns(netns, CLONE_NEWNET)) {
        e = err_errno(E_UNAVAILABLE, "enter a network namespace");
        close(own);
        return e;
    }
    e = fn(arg);
    if (setns(own, CLONE_NEWNET)) {
        abort(); /* Nothing may run on in somebody else's namespace. */
    }
    close(own);
    return e;
}

struct err *
netns_new(int *netns)
{
    int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    struct err *e = NULL;

    if (own < 0) {
        return err_errno(E_UNAVAILABLE, "open our network namespace");
    }
    if (unshare(CLONE_NEWNET)) {
        e = err_errno(E_UNAVAILABLE, "make a network namespace");
        close(own);
        return e;
    }
    *netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (*netns < 0) {
        e = err_errno(E_UNAVAILABLE, "open the new network namespace");
    }
    if (setns(own, CLONE_NEWNET)) {
        abort(); /* As above. */
    }
    close(own);
    return e;
}

struct err *
netlink_new(int netns, struct netlink **nl)
{
    struct netlink *n = heap_alloc(sizeof *n);
    struct err *e;

    n->answer = heap_alloc(ANSWER_SIZE);
    e = netns < 0 ? open_here(n) : netns_run(netns, open_here, n);
    if (e) {
        netlink_free(n);
        return e;
    }
    *nl = n;
    return NULL;
}

void
netlink_free(struct netlink *nl)
{
    if (nl) {
        if (nl->socket) {
            mnl_socket_close(nl->socket);
        }
        free(nl->answer);
        free(nl);
    }
}

void
netlink_autofree(struct netlink **nl)
{
    netlink_free(*nl);
}

/* A request's head in 'buf' of REQUEST_SIZE bytes. */
static struct nlmsghdr *
request(struct netlink *nl, void *buf, uint16_t type, uint16_t flags)
{
    struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

    h->nlmsg_type = type;
    h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    h->nlmsg_seq = ++nl->seq;
    return h;
}

static enum err_code
code_of(int number)
{
    return number == EINTR                       ? E_BUSY
           : number == EEXIST                     ? E_EXISTS
           : number == ENODEV || number == ESRCH ? E_NOT_FOUND
                                                 : E_UNAVAILABLE;
}

/* What an answer that was given up has left. */
static void
drain(struct netlink *nl)
{
    while (recv(mnl_socket_get_fd(nl->socket), nl->answer, ANSWER_SIZE, MSG_DONTWAIT) > 0) {
    }
}

/* Sends and handles the answers with 'cb' (null = only success or not). */
static struct err *
talk(struct netlink *nl, struct nlmsghdr *h, mnl_cb_t cb, void *arg, const char *what)
{
    ssize_t n;
    int more = MNL_CB_OK;

    drain(nl);
    if (mnl_socket_sendto(nl->socket, h, h->nlmsg_len) < 0) {
        return err_errno(E_UNAVAILABLE, "%s: send", what);
    }
    while (more > MNL_CB_STOP) {
        n = mnl_socket_recvfrom(nl->socket, nl->answer, ANSWER_SIZE);
        if (n < 0) {
            return err_errno(E_UNAVAILABLE, "%s: receive", what);
        }
        more = mnl_cb_run(nl->answer, (size_t)n, h->nlmsg_seq, nl->port, cb, arg);
    }
    return more < 0 ? err_errno(code_of(errno), "%s", what) : NULL;
}

static struct err *
act(struct netlink *nl, struct nlmsghdr *h, const char *what)
{
    h->nlmsg_flags |= NLM_F_ACK;
    return talk(nl, h, NULL, NULL, what);
}

/* ---- looking ------------------------------------------------------------------------ */

static int
kind_attr(const struct nlattr *attr, void *arg)
{
    struct link_seen *link = arg;

    if (mnl_attr_get_type(attr) == IFLA_INFO_KIND) {
        link->kind = mnl_attr_get_str(attr);
    }
    return MNL_CB_OK;
}

static int
link_attr(const struct nlattr *attr, void *arg)
{
    struct link_seen *link = arg;

    switch (mnl_attr_get_type(attr)) {
    case IFLA_IFNAME:
        link->name = mnl_attr_get_str(attr);
        break;
    case IFLA_IFALIAS:
        link->alias = mnl_attr_get_str(attr);
        break;
    case IFLA_GROUP:
        link->group = mnl_attr_get_u32(attr);
        break;
    case IFLA_LINKINFO:
        mnl_attr_parse_nested(attr, kind_attr, link);
        break;
    default:
        break;
    }
    return MNL_CB_OK;
}

static int
link_message(const struct nlmsghdr *h, void *arg)
{
    struct links_seen *links = arg;
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);
    struct link_seen link = {.ifindex = info->ifi_index,
                             .up = info->ifi_flags & IFF_UP,
                             .name = "",
                             .alias = "",
                             .kind = ""};

    mnl_attr_parse(h, sizeof *info, link_attr, &link);
    link.name = mem_str(links->mem, link.name);
    link.alias = mem_str(links->mem, link.alias);
    link.kind = mem_str(links->mem, link.kind);
    vec_add(links->mem, links, link);
    return MNL_CB_OK;
}

static struct err *
links_dump(struct netlink *nl, struct links_seen *links)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = request(nl, buf, RTM_GETLINK, NLM_F_DUMP);

    links->n = 0;
    mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
    return talk(nl, h, link_message, links, "list links");
}

struct err *
netlink_links(struct netlink *nl, struct mem *mem, struct links_seen *links)
{
    struct err *e;

    *links = (struct links_seen){.mem = mem};
    e = links_dump(nl, links);
    for (int i = 1; err_is(e, E_BUSY) && i < DUMPS_MAX; i++) {
        err_ignore(e, "links came or went while it was told: not consistent");
        e = links_dump(nl, links);
    }
    return e;
}

struct err *
netlink_index(struct netlink *nl, const char *name, int *ifindex)
{
    AUTO(mem) mem = mem_new("link index");
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = request(nl, buf, RTM_GETLINK, NLM_F_ACK);
    struct links_seen links = {.mem = mem};

    mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(h, IFLA_IFNAME, name);
    TRY_MSG(talk(nl, h, link_message, &links, "find link"), "%s", name);
    if (!links.n) {
        return err_new(E_NOT_FOUND, NULL, "no link %s", name);
    }
    *ifindex = links.items[0].ifindex;
    return NULL;
}

/* ---- making -------------------------------------------------------------------------- */

static struct nlmsghdr *
link_request(struct netlink *nl, void *buf, uint16_t flags, int ifindex, unsigned up)
{
    struct nlmsghdr *h = request(nl, buf, RTM_NEWLINK, flags);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(h, sizeof *info);

    info->ifi_family = AF_UNSPEC;
    info->ifi_index = ifindex;
    info->ifi_flags = up;
    info->ifi_change = up;
    return h;
}

/* The host says nothing of its own on it: no address of its own, so no router is asked for and no
 * group joined.  Before anybody is at the other end. */
static struct err *
quieten(struct netlink *nl, int ifindex)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h;
    struct nlattr *families, *inet6;

    if (!file_exists("/proc/sys/net/ipv6")) {
        return NULL;
    }
    h = link_request(nl, buf, 0, ifindex, 0);
    families = mnl_attr_nest_start(h, IFLA_AF_SPEC);
    inet6 = mnl_attr_nest_start(h, AF_INET6);
    mnl_attr_put_u8(h, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    mnl_attr_nest_end(h, inet6);
    mnl_attr_nest_end(h, families);
    return act(nl, h, "leave a link without addresses");
}

struct err *
netlink_veth(struct netlink *nl, const struct veth_spec *spec, int *ifindex)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = link_request(nl, buf, NLM_F_CREATE | NLM_F_EXCL, 0, IFF_UP);
    struct nlattr *info, *data, *peer;
    struct ifinfomsg *peer_info;

    mnl_attr_put_strz(h, IFLA_IFNAME, spec->name);
    mnl_attr_put_u32(h, IFLA_MTU, spec->mtu);
    mnl_attr_put_u32(h, IFLA_GROUP, LINK_GROUP);
    info = mnl_attr_nest_start(h, IFLA_LINKINFO);
    mnl_attr_put_strz(h, IFLA_INFO_KIND, "veth");
    data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
    peer = mnl_attr_nest_start(h, VETH_INFO_PEER);
    peer_info = mnl_nlmsg_put_extra_header(h, sizeof *peer_info);
    peer_info->ifi_family = AF_UNSPEC;
    mnl_attr_put_strz(h, IFLA_IFNAME, spec->peer_name);
    mnl_attr_put_u32(h, IFLA_MTU, spec->mtu);
    mnl_attr_put(h, IFLA_ADDRESS, 6, spec->peer_mac.b);
    mnl_attr_put_u32(h, IFLA_NET_NS_FD, (uint32_t)spec->peer_netns);
    mnl_attr_nest_end(h, peer);
    mnl_attr_nest_end(h, data);
    mnl_attr_nest_end(h, info);
    TRY_MSG(act(nl, h, "make a veth pair"), "%s, %s", spec->name, spec->peer_name);
    TRY(netlink_index(nl, spec->name, ifindex));
    return quieten(nl, *ifindex);
}

struct err *
netlink_vxlan(struct netlink *nl, const char *name, uint16_t port, int *ifindex)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = link_request(nl, buf, NLM_F_CREATE | NLM_F_EXCL, 0, IFF_UP);
    struct nlattr *info, *data;

    mnl_attr_put_strz(h, IFLA_IFNAME, name);
    mnl_attr_put_u32(h, IFLA_GROUP, LINK_GROUP);
    info = mnl_attr_nest_start(h, IFLA_LINKINFO);
    mnl_attr_put_strz(h, IFLA_INFO_KIND, "vxlan");
    data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
    mnl_attr_put_u8(h, IFLA_VXLAN_COLLECT_METADATA, 1);
    mnl_attr_put_u8(h, IFLA_VXLAN_LEARNING, 0);
    mnl_attr_put_u16(h, IFLA_VXLAN_PORT, htons(port));
    mnl_attr_nest_end(h, data);
    mnl_attr_nest_end(h, info);
    TRY_MSG(act(nl, h, "make a vxlan device"), "%s", name);
    return netlink_index(nl, name, ifindex);
}

struct err *
netlink_set_alias(struct netlink *nl, int ifindex, const char *alias)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = link_request(nl, buf, 0, ifindex, 0);

    mnl_attr_put(h, IFLA_IFALIAS, strlen(alias), alias);
    return act(nl, h, "set a link's alias");
}

struct err *
netlink_up(struct netlink *nl, int ifindex)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));

    return act(nl, link_request(nl, buf, 0, ifindex, IFF_UP), "set a link up");
}

struct err *
netlink_up_noarp(struct netlink *nl, int ifindex)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));

    return act(nl, link_request(nl, buf, 0, ifindex, IFF_UP | IFF_NOARP), "set a link up");
}

struct err *
netlink_delete(struct netlink *nl, int ifindex)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = request(nl, buf, RTM_DELLINK, 0);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(h, sizeof *info);
    struct err *e;

    info->ifi_family = AF_UNSPEC;
    info->ifi_index = ifindex;
    e = act(nl, h, "delete a link");
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "it is gone");
        return NULL;
    }
    return e;
}

/* The address as its own family has it. */
static const uint8_t *
ip_bytes(const struct ip *ip, size_t *n)
{
    *n = ip_is_v4(ip) ? 4 : 16;
    return ip_is_v4(ip) ? ip->b + 12 : ip->b;
}

struct err *
netlink_address(struct netlink *nl, int ifindex, const struct ip *ip, int prefix_len)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = request(nl, buf, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);
    size_t n;
    const uint8_t *b = ip_bytes(ip, &n);
    char text[IP_TEXT_SIZE];

    m->ifa_family = n == 4 ? AF_INET : AF_INET6;
    m->ifa_prefixlen = (uint8_t)prefix_len;
    m->ifa_index = (uint32_t)ifindex;
    m->ifa_flags = n == 4 ? 0 : IFA_F_NODAD;
    mnl_attr_put(h, IFA_LOCAL, n, b);
    mnl_attr_put(h, IFA_ADDRESS, n, b);
    return err_wrap(act(nl, h, "add an address"), "%s/%d", ip_text(text, ip), prefix_len);
}

struct err *
netlink_route(struct netlink *nl, int ifindex, const struct cidr *to, const struct ip *via)
{
    char buf[REQUEST_SIZE] __attribute__((aligned(8)));
    struct nlmsghdr *h = request(nl, buf, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
    struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);
    size_t n;
    const uint8_t *b = ip_bytes(via ? via : &to->ip, &n);
    char text[CIDR_TEXT_SIZE];

    m->rtm_family = n == 4 ? AF_INET : AF_INET6;
    m->rtm_dst_len = (uint8_t)to->len;
    m->rtm_table = RT_TABLE_MAIN;
    m->rtm_protocol = RTPROT_STATIC;
    m->rtm_scope = via ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    m->rtm_type = RTN_UNICAST;
    if (via) {
        mnl_attr_put(h, RTA_GATEWAY, n, b);
    }
    mnl_attr_put_u32(h, RTA_OIF, (uint32_t)ifindex);
    if (to->len) {
        mnl_attr_put(h, RTA_DST, n, ip_bytes(&to->ip, &n));
    }
    return err_wrap(act(nl, h, "add a route"), "%s", cidr_text(text, to));
}
