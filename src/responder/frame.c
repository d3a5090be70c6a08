/* See frame.h.  Offsets are those of RFC 791, 768, 8200 and 4443. */
#include "responder/frame.h"

#include <string.h>

#define ETH_SIZE 14
#define IP4_SIZE 20
#define IP6_SIZE 40
#define UDP_SIZE 8
#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd
#define PROTO_UDP 17
#define PROTO_ICMP6 58
#define HANDLE_TAG 0x0ecc /* bpf/abi.h: DP_PUNT_TAG */

const struct mac service_mac = {{0x02, 0xcc, 0xa9, 0xfe, 0xa9, 0xfe}};

/* ---- bytes ------------------------------------------------------------------------------------ */

const uint8_t *
read_bytes(struct reader *r, size_t n)
{
    const uint8_t *at = r->at;

    if (r->bad || (size_t)(r->end - r->at) < n) {
        r->bad = true;
        return NULL;
    }
    r->at += n;
    return at;
}

uint32_t
read_uint(struct reader *r, size_t n)
{
    const uint8_t *b = read_bytes(r, n);
    uint32_t v = 0;

    for (size_t i = 0; b && i < n; i++) {
        v = v << 8 | b[i];
    }
    return v;
}

size_t
read_left(const struct reader *r)
{
    return r->bad ? 0 : (size_t)(r->end - r->at);
}

struct reader
read_part(struct reader *r, size_t n)
{
    const uint8_t *b = read_bytes(r, n);

    return b ? (struct reader){.at = b, .end = b + n} : (struct reader){.bad = true};
}

void
write_bytes(struct writer *w, const void *data, size_t n)
{
    if (w->full || w->max - w->n < n) {
        w->full = true;
        return;
    }
    memcpy(w->b + w->n, data, n);
    w->n += n;
}

void
write_uint(struct writer *w, size_t n, uint32_t v)
{
    uint8_t b[4];

    for (size_t i = 0; i < n; i++) {
        b[i] = (uint8_t)(v >> (n - 1 - i) * 8);
    }
    write_bytes(w, b, n);
}

void
write_zeros(struct writer *w, size_t n)
{
    if (w->full || w->max - w->n < n) {
        w->full = true;
        return;
    }
    memset(w->b + w->n, 0, n);
    w->n += n;
}

void
write_at(struct writer *w, size_t at, size_t n, uint32_t v)
{
    for (size_t i = 0; i < n && at + i < w->n; i++) {
        w->b[at + i] = (uint8_t)(v >> (n - 1 - i) * 8);
    }
}

/* ---- questions -------------------------------------------------------------------------------- */

static bool
parse_v4(struct question *q, struct reader *r)
{
    const uint8_t *head = read_bytes(r, IP4_SIZE);
    size_t head_size, total;

    if (!head || head[0] >> 4 != 4) {
        return false;
    }
    head_size = (size_t)(head[0] & 15) * 4;
    total = (size_t)head[2] << 8 | head[3];
    if (head_size < IP4_SIZE || total < head_size || (head[6] & 0x3f) || head[7]) {
        return false;
    }
    (void)read_bytes(r, head_size - IP4_SIZE);
    q->proto = head[9];
    q->src = ip_from_v4((uint32_t)head[12] << 24 | (uint32_t)head[13] << 16 |
                        (uint32_t)head[14] << 8 | head[15]);
    q->payload = read_part(r, total - head_size);
    return !q->payload.bad;
}

static bool
parse_v6(struct question *q, struct reader *r)
{
    const uint8_t *head = read_bytes(r, IP6_SIZE);

    if (!head || head[0] >> 4 != 6) {
        return false;
    }
    q->v6 = true;
    q->proto = head[6];
    memcpy(q->src.b, head + 8, 16);
    q->payload = read_part(r, (size_t)head[4] << 8 | head[5]);
    return !q->payload.bad;
}

bool
question_parse(struct question *q, const uint8_t *frame, size_t n)
{
    struct reader r = {.at = frame, .end = frame + n};
    uint32_t type, size;

    memset(q, 0, sizeof *q);
    (void)read_bytes(&r, 6);
    if (read_uint(&r, 2) != HANDLE_TAG || read_uint(&r, 1) != 0) {
        return false;
    }
    q->handle = read_uint(&r, 3);
    type = read_uint(&r, 2);
    if (r.bad || (type == ETHERTYPE_IP4   ? !parse_v4(q, &r)
                  : type == ETHERTYPE_IP6 ? !parse_v6(q, &r)
                                          : true)) {
        return false;
    }
    if (q->proto == PROTO_UDP) {
        q->sport = (uint16_t)read_uint(&q->payload, 2);
        q->dport = (uint16_t)read_uint(&q->payload, 2);
        size = read_uint(&q->payload, 2);
        (void)read_uint(&q->payload, 2);
        q->payload = read_part(&q->payload, size < UDP_SIZE ? SIZE_MAX : size - UDP_SIZE);
    }
    return !q->payload.bad;
}

/* ---- answers ---------------------------------------------------------------------------------- */

struct ip
service_link_local(void)
{
    const uint8_t *m = service_mac.b;

    return (struct ip){{0xfe, 0x80, 0, 0, 0, 0, 0, 0, m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4],
                        m[5]}};
}

static void
begin_ethernet(struct writer *w, const struct answer_to *to, bool v4)
{
    w->n = 0;
    w->full = false;
    write_uint(w, 2, HANDLE_TAG);
    write_uint(w, 1, to->to_all);
    write_uint(w, 3, to->handle);
    write_bytes(w, service_mac.b, 6);
    write_uint(w, 2, v4 ? ETHERTYPE_IP4 : ETHERTYPE_IP6);
}

/* Lengths and checksums are left zero. */
static void
begin_ip(struct writer *w, const struct answer_to *to, uint8_t proto)
{
    struct ip from = service_link_local();
    bool v4 = ip_is_v4(&to->dst);

    begin_ethernet(w, to, v4);
    if (v4) {
        write_uint(w, 2, 0x4500);
        write_zeros(w, 6);
        write_uint(w, 1, 64);
        write_uint(w, 1, proto);
        write_zeros(w, 2);
        write_uint(w, 4, SERVICE_IP);
        write_bytes(w, to->dst.b + 12, 4);
    } else {
        write_uint(w, 4, 6u << 28);
        write_zeros(w, 2);
        write_uint(w, 1, proto);
        write_uint(w, 1, 255);
        write_bytes(w, from.b, 16);
        write_bytes(w, to->dst.b, 16);
    }
}

void
frame_begin_udp(struct writer *w, const struct answer_to *to, uint16_t sport, uint16_t dport)
{
    begin_ip(w, to, PROTO_UDP);
    write_uint(w, 2, sport);
    write_uint(w, 2, dport);
    write_zeros(w, 4);
}

void
frame_begin_icmp6(struct writer *w, const struct answer_to *to, uint8_t type)
{
    begin_ip(w, to, PROTO_ICMP6);
    write_uint(w, 1, type);
    write_zeros(w, 3);
}

static uint32_t
sum_add(uint32_t sum, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 ? b[i] : (uint32_t)b[i] << 8;
    }
    return sum;
}

static uint16_t
sum_fold(uint32_t sum)
{
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static void
end_transport(struct writer *w, size_t at, size_t addresses, size_t n_addresses, uint8_t proto)
{
    size_t n = w->n - at, sum_at = at + (proto == PROTO_UDP ? 6 : 2);
    uint32_t sum;
    uint16_t folded;

    if (proto == PROTO_UDP) {
        write_at(w, at + 4, 2, (uint32_t)n);
    }
    sum = sum_add((uint32_t)n + proto, w->b + addresses, n_addresses);
    folded = sum_fold(sum_add(sum, w->b + at, n));
    write_at(w, sum_at, 2, folded ? folded : 0xffff);
}

size_t
frame_end(struct writer *w)
{
    uint8_t *ip = w->b + ETH_SIZE;

    if (w->full) {
        return 0;
    }
    if (ip[0] >> 4 == 4) {
        write_at(w, ETH_SIZE + 2, 2, (uint32_t)(w->n - ETH_SIZE));
        write_at(w, ETH_SIZE + 10, 2, sum_fold(sum_add(0, ip, IP4_SIZE)));
        end_transport(w, ETH_SIZE + IP4_SIZE, ETH_SIZE + 12, 8, ip[9]);
    } else {
        write_at(w, ETH_SIZE + 4, 2, (uint32_t)(w->n - ETH_SIZE - IP6_SIZE));
        end_transport(w, ETH_SIZE + IP6_SIZE, ETH_SIZE + 8, 32, ip[6]);
    }
    return w->n;
}
