/* Stateless: every answer follows from the guest's rows and the question alone,
 * so nothing has to be remembered and a lost answer is just asked for again. */
#include "responder/dhcp.h"

#include "base/str.h"

#include <string.h>

#define COOKIE 0x63825363u
#define ETHERNET 0x0106 /* Kind of address, and its length. */
#define BROADCAST_FLAG 0x8000u
#define SIZE_DEFAULT 576 /* What every client takes. */
#define IP_UDP_SIZE 28
#define HEAD_SIZE 42     /* Ethernet, IP, UDP */
#define FIXED_SIZE 240   /* Up to the options. */
#define ROUTES_SIZE 512

enum { BOOT_REQUEST = 1, BOOT_REPLY };
enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };
enum {
    OPT_PAD = 0,
    OPT_MASK = 1,
    OPT_ROUTER = 3,
    OPT_DNS = 6,
    OPT_HOSTNAME = 12,
    OPT_DOMAIN = 15,
    OPT_MTU = 26,
    OPT_BROADCAST = 28,
    OPT_ADDRESS = 50,
    OPT_LEASE = 51,
    OPT_OVERLOAD = 52,
    OPT_TYPE = 53,
    OPT_SERVER = 54,
    OPT_SIZE = 57,
    OPT_RENEW = 58,
    OPT_REBIND = 59,
    OPT_CLIENT_ID = 61,
    OPT_ROUTES = 121,
    OPT_END = 255,
};

struct request {
    uint32_t xid, flags, ciaddr;
    const uint8_t *chaddr;
    uint32_t type, address, server, size; /* 0 = not given */
    struct reader client_id;
    bool overload;
};

/* ---- the question ----------------------------------------------------------------------------- */

static void
option_take(struct request *r, uint32_t code, struct reader value)
{
    struct reader copy = value;
    size_t n = read_left(&value);

    if (code == OPT_TYPE && n == 1) {
        r->type = read_uint(&copy, 1);
    } else if (code == OPT_ADDRESS && n == 4) {
        r->address = read_uint(&copy, 4);
    } else if (code == OPT_SERVER && n == 4) {
        r->server = read_uint(&copy, 4);
    } else if (code == OPT_SIZE && n == 2) {
        r->size = read_uint(&copy, 2);
    } else if (code == OPT_CLIENT_ID && n >= 2) {
        r->client_id = value;
    } else if (code == OPT_OVERLOAD) {
        r->overload = true;
    }
}

static bool
options_parse(struct request *r, struct reader *in)
{
    while (read_left(in)) {
        uint32_t code = read_uint(in, 1);

        if (code == OPT_END) {
            break;
        }
        if (code != OPT_PAD) {
            uint32_t n = read_uint(in, 1);

            option_take(r, code, read_part(in, n));
        }
    }
    return !in->bad && r->type && !r->overload;
}

/* Straight from the client: what a relay sends is not answered. */
static bool
request_parse(struct request *r, struct reader in)
{
    uint32_t relay;

    memset(r, 0, sizeof *r);
    r->client_id.bad = true;
    if (read_uint(&in, 3) != (BOOT_REQUEST << 16 | ETHERNET)) {
        return false;
    }
    (void)read_uint(&in, 1);
    r->xid = read_uint(&in, 4);
    (void)read_uint(&in, 2);
    r->flags = read_uint(&in, 2);
    r->ciaddr = read_uint(&in, 4);
    (void)read_bytes(&in, 8);
    relay = read_uint(&in, 4);
    r->chaddr = read_bytes(&in, 16);
    (void)read_bytes(&in, 192);
    return read_uint(&in, 4) == COOKIE && !relay && r->chaddr && options_parse(r, &in);
}

/* ---- the lease -------------------------------------------------------------------------------- */

static uint32_t
v4_of(const char *text)
{
    struct ip ip;

    return text && ip_parse(text, &ip) ? ip_v4(&ip) : 0;
}

static bool
is_leased(const struct desired_address *a)
{
    return a->dhcp && v4_of(a->ip);
}

/* The guest's address that is 'wanted'; 0 = its first. */
static const struct desired_address *
lease_find(const struct desired_guest *guest, uint32_t wanted)
{
    for (size_t i = 0; i < guest->addresses.n; i++) {
        const struct desired_address *a = guest->addresses.items[i];

        if (is_leased(a) && (!wanted || v4_of(a->ip) == wanted)) {
            return a;
        }
    }
    return NULL;
}

static uint32_t
mask_of(const struct desired_address *a)
{
    return a->prefix_len ? ~0u << (32 - a->prefix_len) : 0;
}

/* ---- options ---------------------------------------------------------------------------------- */

/* One option, whole or not at all: what matters most is put first.  A long value is
 * split (RFC 3396). */
static void
option_put(struct writer *w, uint32_t code, const void *value, size_t n)
{
    size_t parts = (n + 254) / 255;

    if (!n || w->max - w->n < n + 2 * parts + 1) {
        return;
    }
    for (size_t at = 0; at < n; at += 255) {
        size_t part = n - at < 255 ? n - at : 255;

        write_uint(w, 1, code);
        write_uint(w, 1, (uint32_t)part);
        write_bytes(w, (const uint8_t *)value + at, part);
    }
}

static void
option_u32(struct writer *w, uint32_t code, uint32_t v)
{
    uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

    option_put(w, code, b, sizeof b);
}

/* RFC 3442: length, the prefix's bytes that matter, the router (0 = on the link). */
static void
route_write(struct writer *w, uint32_t prefix, int len, uint32_t router)
{
    for (int i = 0; i <= (len + 7) / 8; i++) {
        write_uint(w, 1, i ? prefix >> (32 - i * 8) & 0xff : (uint32_t)len);
    }
    write_uint(w, 4, router);
}

/* A client that takes these takes no router option: the default is among them. */
static void
routes_put(struct writer *w, const struct desired_guest *guest, const struct desired_address *a)
{
    uint8_t b[ROUTES_SIZE];
    struct writer routes = {.b = b, .max = sizeof b};
    uint32_t mask = mask_of(a), net = v4_of(a->ip) & mask;

    route_write(&routes, SERVICE_IP, 32, 0);
    if (a->gateway) {
        route_write(&routes, 0, 0, v4_of(a->gateway));
    }
    for (size_t i = 0; i < guest->routes.n; i++) {
        const struct desired_route *route = guest->routes.items[i];
        uint32_t via = v4_of(route->nexthop);
        struct cidr to;

        if (via && (via & mask) == net && cidr_parse(route->destination, &to) &&
            ip_is_v4(&to.ip)) {
            route_write(&routes, ip_v4(&to.ip), to.len, via);
        }
    }
    option_put(w, OPT_ROUTES, b, routes.n);
}

/* The subnet's servers; where it names none, we know the names of ports. */
static void
dns_put(struct writer *w, const struct desired_address *a)
{
    uint8_t b[64];
    struct writer dns = {.b = b, .max = sizeof b};

    for (size_t i = 0; i < a->dns.n; i++) {
        if (v4_of(a->dns.items[i])) {
            write_uint(&dns, 4, v4_of(a->dns.items[i]));
        }
    }
    if (!a->dns.n) {
        write_uint(&dns, 4, SERVICE_IP);
    }
    option_put(w, OPT_DNS, b, dns.n);
    option_put(w, OPT_DOMAIN, DESIRED_DOMAIN, strlen(DESIRED_DOMAIN));
}

static void
network_put(struct writer *w, const struct desired_guest *guest, const struct desired_address *a)
{
    uint32_t mask = mask_of(a);
    uint8_t mtu[2] = {(uint8_t)(guest->mtu >> 8), (uint8_t)guest->mtu};

    option_u32(w, OPT_MASK, mask);
    if (a->gateway) {
        option_u32(w, OPT_ROUTER, v4_of(a->gateway));
    }
    routes_put(w, guest, a);
    option_put(w, OPT_MTU, mtu, sizeof mtu);
    dns_put(w, a);
    option_u32(w, OPT_BROADCAST, v4_of(a->ip) | ~mask);
    option_put(w, OPT_HOSTNAME, guest->hostname, strlen(guest->hostname));
}

/* ---- the answer ------------------------------------------------------------------------------- */

struct reply {
    uint32_t type;
    const struct desired_address *address; /* Null: refused. */
    bool lease;                            /* The address is given, not only its facts. */
};

/* Whom the answer reaches (RFC 2131 section 4.1). */
static struct answer_to
reply_to(const struct desired_guest *guest, const struct request *r, const struct reply *reply)
{
    struct answer_to to = {.handle = (uint32_t)guest->handle};

    if (reply->type == NAK || (!r->ciaddr && r->flags & BROADCAST_FLAG)) {
        to.dst = ip_from_v4(0xffffffffu);
        to.to_all = true;
    } else {
        to.dst = ip_from_v4(r->ciaddr ? r->ciaddr : v4_of(reply->address->ip));
    }
    return to;
}

static void
fixed_write(struct writer *w, const struct request *r, const struct reply *reply)
{
    write_uint(w, 3, BOOT_REPLY << 16 | ETHERNET);
    write_uint(w, 1, 0);
    write_uint(w, 4, r->xid);
    write_uint(w, 2, 0);
    write_uint(w, 2, r->flags);
    write_uint(w, 4, reply->type == ACK ? r->ciaddr : 0);
    write_uint(w, 4, reply->lease ? v4_of(reply->address->ip) : 0);
    write_zeros(w, 8);
    write_bytes(w, r->chaddr, 16);
    write_zeros(w, 192);
    write_uint(w, 4, COOKIE);
}

static size_t
reply_write(struct writer *w, const struct desired_guest *guest, const struct request *r,
            const struct reply *reply)
{
    struct answer_to to = reply_to(guest, r, reply);
    uint32_t size = r->size > SIZE_DEFAULT ? r->size : SIZE_DEFAULT;
    uint8_t type = (uint8_t)reply->type;
    struct reader id = r->client_id;
    size_t n_id = read_left(&id);

    if (size > (uint32_t)guest->mtu) {
        size = (uint32_t)guest->mtu;
    }
    w->max = HEAD_SIZE - IP_UDP_SIZE + size < w->max ? HEAD_SIZE - IP_UDP_SIZE + size : w->max;
    frame_begin_udp(w, &to, DHCP_SERVER_PORT, DHCP_CLIENT_PORT);
    fixed_write(w, r, reply);
    option_put(w, OPT_TYPE, &type, 1);
    option_u32(w, OPT_SERVER, SERVICE_IP);
    if (n_id) {
        option_put(w, OPT_CLIENT_ID, read_bytes(&id, n_id), n_id); /* RFC 6842 */
    }
    if (reply->lease) {
        option_u32(w, OPT_LEASE, LEASE_S);
        option_u32(w, OPT_RENEW, LEASE_S / 2);
        option_u32(w, OPT_REBIND, LEASE_S / 8 * 7);
    }
    if (reply->address) {
        network_put(w, guest, reply->address);
    }
    write_uint(w, 1, OPT_END);
    return frame_end(w);
}

/* A request names the address in one of two places; one that is not the port's
 * is refused, so that the client begins anew (RFC 2131 section 4.3.2). */
static bool
request_decide(const struct desired_guest *guest, const struct request *r, struct reply *reply)
{
    uint32_t wanted = r->address ? r->address : r->ciaddr;

    if ((r->server && r->server != SERVICE_IP) || !wanted) {
        return false;
    }
    reply->address = lease_find(guest, wanted);
    reply->type = reply->address ? ACK : NAK;
    reply->lease = reply->address;
    return true;
}

static bool
reply_decide(const struct desired_guest *guest, const struct request *r, struct reply *reply)
{
    switch (r->type) {
    case DISCOVER:
        reply->address = lease_find(guest, r->address);
        reply->address = reply->address ? reply->address : lease_find(guest, 0);
        reply->type = OFFER;
        reply->lease = true;
        return true;
    case REQUEST:
        return request_decide(guest, r, reply);
    case INFORM:
        reply->address = lease_find(guest, r->ciaddr);
        reply->type = ACK;
        return r->ciaddr && reply->address;
    default:
        return false; /* Nothing to release: the address stays the port's. */
    }
}

size_t
dhcp_answer(const struct desired_guest *guest, const struct question *q, struct writer *w)
{
    struct reply reply = {0};
    struct request r;
    struct mac mac;

    if (!request_parse(&r, q->payload) || !mac_parse(guest->mac, &mac) ||
        memcmp(r.chaddr, mac.b, 6) != 0 || !lease_find(guest, 0) ||
        !reply_decide(guest, &r, &reply)) {
        return 0;
    }
    return reply_write(w, guest, &r, &reply);
}
