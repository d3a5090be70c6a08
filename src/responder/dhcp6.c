/* DHCPv6 for clients on the link (RFC 8415): an address is its port's, so every
 * answer follows from the rows and the question. */
#include "responder/router.h"

#include "base/str.h"
#include "base/vec.h"

#include <string.h>

enum {
    SOLICIT = 1,
    ADVERTISE,
    REQUEST,
    CONFIRM,
    RENEW,
    REBIND,
    REPLY,
    RELEASE,
    DECLINE,
    RECONFIGURE,
    INFORMATION_REQUEST
};
enum {
    OPT_CLIENT_ID = 1,
    OPT_SERVER_ID = 2,
    OPT_IA_NA = 3,
    OPT_IA_ADDR = 5,
    OPT_STATUS = 13,
    OPT_RAPID_COMMIT = 14,
    OPT_DNS = 23
};
#define STATUS_NO_ADDRESSES 2
#define DUID_MAX 130
#define DUID_LINK_LAYER 3
#define LEASE_S 86400

struct request {
    uint32_t type;
    const uint8_t *xid;
    struct reader client_id, server_id;
    bool rapid;
    bool wants_address;
    uint32_t iaid;
};

/* Our identifier: the link-layer address (section 11.4). */
static void
duid_write(struct writer *w)
{
    write_uint(w, 2, DUID_LINK_LAYER);
    write_uint(w, 2, 1);
    write_bytes(w, service_mac.b, 6);
}

static bool
is_ours(struct reader id)
{
    uint8_t b[10];
    struct writer own = {.b = b, .max = sizeof b};
    size_t n = read_left(&id);
    const uint8_t *theirs = read_bytes(&id, n);

    duid_write(&own);
    return theirs && n == own.n && !memcmp(theirs, b, n);
}

static bool
request_parse(struct request *r, struct reader in)
{
    memset(r, 0, sizeof *r);
    r->client_id.bad = r->server_id.bad = true;
    r->type = read_uint(&in, 1);
    r->xid = read_bytes(&in, 3);
    while (read_left(&in)) {
        uint32_t code = read_uint(&in, 2), n = read_uint(&in, 2);
        struct reader value = read_part(&in, n);

        if (code == OPT_CLIENT_ID && n <= DUID_MAX) {
            r->client_id = value;
        } else if (code == OPT_SERVER_ID) {
            r->server_id = value;
        } else if (code == OPT_RAPID_COMMIT) {
            r->rapid = true;
        } else if (code == OPT_IA_NA && !r->wants_address && n >= 12) {
            r->wants_address = true;
            r->iaid = read_uint(&value, 4);
        }
    }
    return !in.bad && r->xid;
}

/* What the message must and must not hold (section 16). */
static bool
is_valid(const struct request *r)
{
    bool client = !r->client_id.bad && read_left(&r->client_id), server = !r->server_id.bad;

    switch (r->type) {
    case SOLICIT:
    case CONFIRM:
    case REBIND:
        return client && !server;
    case REQUEST:
    case RENEW:
        return client && server && is_ours(r->server_id);
    case INFORMATION_REQUEST:
        return !server || is_ours(r->server_id);
    default:
        return false; /* Nothing to release: the address stays the port's. */
    }
}

static bool
is_v6(const struct desired_address *a, struct ip *ip)
{
    return a->dhcp && ip_parse(a->ip, ip) && !ip_is_v4(ip);
}

/* Given by DHCPv6, not made from the prefix by the client itself, nor by another server. */
static bool
is_managed(const struct desired_address *a, struct ip *ip)
{
    return is_v6(a, ip) && str_eq(a->address_mode, "dhcpv6-stateful");
}

static void
option_begin(struct writer *w, uint32_t code, size_t *at)
{
    write_uint(w, 2, code);
    *at = w->n;
    write_zeros(w, 2);
}

static void
option_end(struct writer *w, size_t at)
{
    write_at(w, at, 2, (uint32_t)(w->n - at - 2));
}

/* The identity association with all managed addresses; false where there is none. */
static bool
addresses_write(struct writer *w, const struct desired_guest *guest, const struct request *r)
{
    size_t at, inner, n = 0;
    struct ip ip;

    option_begin(w, OPT_IA_NA, &at);
    write_uint(w, 4, r->iaid);
    write_uint(w, 4, LEASE_S / 2);
    write_uint(w, 4, LEASE_S / 5 * 4);
    for (size_t i = 0; i < guest->addresses.n; i++) {
        if (is_managed(guest->addresses.items[i], &ip)) {
            option_begin(w, OPT_IA_ADDR, &inner);
            write_bytes(w, ip.b, 16);
            write_uint(w, 4, LEASE_S);
            write_uint(w, 4, LEASE_S);
            option_end(w, inner);
            n++;
        }
    }
    if (!n) {
        option_begin(w, OPT_STATUS, &inner);
        write_uint(w, 2, STATUS_NO_ADDRESSES);
        option_end(w, inner);
    }
    option_end(w, at);
    return n > 0;
}

static void
dns_write(struct writer *w, const struct desired_guest *guest)
{
    AUTO(mem) mem = mem_new("dns");
    VEC(struct ip) servers = {0};
    size_t at;
    struct ip ip;

    for (size_t i = 0; i < guest->addresses.n; i++) {
        const struct desired_address *a = guest->addresses.items[i];

        for (size_t k = 0; is_v6(a, &ip) && k < a->dns.n; k++) {
            if (ip_parse(a->dns.items[k], &ip) && !ip_is_v4(&ip)) {
                vec_add(mem, &servers, ip);
            }
        }
    }
    if (servers.n) {
        option_begin(w, OPT_DNS, &at);
        write_bytes(w, servers.items, servers.n * sizeof *servers.items);
        option_end(w, at);
    }
}

size_t
dhcp6_answer(const struct desired_guest *guest, const struct question *q, struct writer *w)
{
    struct answer_to to = {.handle = (uint32_t)guest->handle, .dst = q->src};
    struct request r;
    size_t at;

    if (!request_parse(&r, q->payload) || !is_valid(&r)) {
        return 0;
    }
    frame_begin_udp(w, &to, DHCP6_SERVER_PORT, DHCP6_CLIENT_PORT);
    write_uint(w, 1, r.type == SOLICIT && !r.rapid ? ADVERTISE : REPLY);
    write_bytes(w, r.xid, 3);
    option_begin(w, OPT_SERVER_ID, &at);
    duid_write(w);
    option_end(w, at);
    if (!r.client_id.bad) {
        size_t n = read_left(&r.client_id);

        option_begin(w, OPT_CLIENT_ID, &at);
        write_bytes(w, read_bytes(&r.client_id, n), n);
        option_end(w, at);
    }
    if (r.type == SOLICIT && r.rapid) {
        write_uint(w, 4, (uint32_t)OPT_RAPID_COMMIT << 16);
    }
    if (r.wants_address && r.type != CONFIRM && r.type != INFORMATION_REQUEST &&
        !addresses_write(w, guest, &r) && r.type == SOLICIT) {
        return 0; /* Another server may have one. */
    }
    dns_write(w, guest);
    return frame_end(w);
}
