/* One question, one answer that is bounded: what does not fit a client's UDP is
 * cut at a record and marked so (TC); there is no DNS over TCP to ask again by.
 * The records are the guests themselves, looked up within the asker's network. */
#include "responder/dns.h"

#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE 12
#define FRAME_HEAD_SIZE 42 /* Ethernet, IP, UDP */
#define IP_UDP_SIZE 28
#define SIZE_PLAIN 512     /* What every client takes. */
#define SIZE_MAX_EDNS 1232 /* Passes everywhere unfragmented. */
#define OPT_SIZE 11        /* Of ours, without options. */
#define LABEL_MAX 63
#define NAME_MAX_BYTES 255
#define LABELS_MAX 128
#define V4_LABELS 4
#define V6_LABELS 32
#define POINTER 0xc000u
#define QUESTION_NAME (POINTER | HEAD_SIZE)

enum {
    FLAG_RESPONSE = 0x8000,
    FLAG_AUTHORITATIVE = 0x0400,
    FLAG_CUT = 0x0200,
    FLAG_RECURSE = 0x0100, /* Wished for; told back, not done. */
    MASK_OPCODE = 0x7800,
};
enum { NO_ERROR, FORM_ERROR, NAME_ERROR = 3, NOT_IMPLEMENTED, REFUSED, BAD_VERSION = 16 };
enum { TYPE_A = 1, TYPE_SOA = 6, TYPE_PTR = 12, TYPE_AAAA = 28, TYPE_OPT = 41, TYPE_ANY = 255 };
enum { CLASS_IN = 1, CLASS_ANY = 255 };

struct label {
    const uint8_t *b;
    size_t n;
};
struct name {
    struct label labels[LABELS_MAX];
    size_t n, bytes; /* 'bytes' on the wire. */
};
struct ask {
    const struct guests *guests;
    const struct desired_guest *guest;
    uint16_t id, flags;
    const uint8_t *question; /* As it was asked, to be told back; null = not understood. */
    size_t n_question;
    struct name name;
    uint32_t type, class;
    bool edns;
    uint32_t edns_version;
    size_t size;             /* The client takes no longer answer. */
};
struct reply {
    struct ask *ask;
    struct writer *w;
    size_t at;               /* Where the message begins. */
    uint32_t code, n_answers, n_authority;
    bool cut, authoritative;
};

/* ---- the question ----------------------------------------------------------------------------- */

/* Uncompressed: a pointer, in a question, has nothing to point to. */
static bool
name_read(struct reader *in, struct name *name)
{
    memset(name, 0, sizeof *name);
    for (;;) {
        uint32_t n = read_uint(in, 1);
        const uint8_t *b;

        name->bytes += 1 + n;
        if (in->bad || n > LABEL_MAX || name->bytes > NAME_MAX_BYTES) {
            return false;
        }
        if (!n) {
            return true;
        }
        b = read_bytes(in, n);
        if (!b || name->n == LABELS_MAX) {
            return false;
        }
        name->labels[name->n++] = (struct label){.b = b, .n = n};
    }
}

/* The one record that may follow the question. */
static bool
edns_read(struct ask *a, struct reader *in)
{
    uint32_t size;

    if (read_uint(in, 1) != 0 || read_uint(in, 2) != TYPE_OPT) {
        return false;
    }
    size = read_uint(in, 2);
    (void)read_uint(in, 1);
    a->edns_version = read_uint(in, 1);
    (void)read_uint(in, 2);
    (void)read_bytes(in, read_uint(in, 2));
    a->edns = !in->bad;
    a->size = size < SIZE_PLAIN ? SIZE_PLAIN : size > SIZE_MAX_EDNS ? SIZE_MAX_EDNS : size;
    return a->edns;
}

static uint32_t
ask_read(struct ask *a, struct reader *in)
{
    uint32_t questions = read_uint(in, 2), records = read_uint(in, 4), more = read_uint(in, 2);
    const uint8_t *at = in->at;

    if (a->flags & MASK_OPCODE) {
        return NOT_IMPLEMENTED;
    }
    if (questions != 1 || records || more > 1 || !name_read(in, &a->name)) {
        return FORM_ERROR;
    }
    a->type = read_uint(in, 2);
    a->class = read_uint(in, 2);
    if (in->bad) {
        return FORM_ERROR;
    }
    a->question = at;
    a->n_question = (size_t)(in->at - at);
    if ((more && !edns_read(a, in)) || read_left(in)) {
        return FORM_ERROR;
    }
    return a->edns_version ? BAD_VERSION : NO_ERROR;
}

/* ---- names ------------------------------------------------------------------------------------ */

static bool
label_is(const struct label *label, const char *text)
{
    size_t n = strlen(text);

    if (label->n != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (tolower(label->b[i]) != tolower((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

/* Do the last labels say "SECOND.FIRST"? */
static bool
name_ends(const struct name *name, const char *second, const char *first)
{
    return name->n >= 2 && label_is(&name->labels[name->n - 2], second) &&
           label_is(&name->labels[name->n - 1], first);
}

/* "5.0.0.10.in-addr.arpa" (RFC 1035 section 3.5): decimal as it is always written. */
static bool
reverse_v4(const struct name *name, struct ip *ip)
{
    uint32_t v4 = 0;

    for (size_t i = V4_LABELS; i > 0; i--) {
        const struct label *label = &name->labels[i - 1];
        uint32_t v = 0;

        for (size_t k = 0; k < label->n; k++) {
            if (!isdigit(label->b[k]) || label->n > 3 || (label->n > 1 && label->b[0] == '0')) {
                return false;
            }
            v = v * 10 + (label->b[k] - (uint32_t)'0');
        }
        if (v > 255) {
            return false;
        }
        v4 = v4 << 8 | v;
    }
    *ip = ip_from_v4(v4);
    return true;
}

/* 32 digits, the last first (RFC 3596 section 2.5). */
static bool
reverse_v6(const struct name *name, struct ip *ip)
{
    static const char digits[] = "0123456789abcdef";

    memset(ip, 0, sizeof *ip);
    for (size_t i = 0; i < V6_LABELS; i++) {
        const struct label *label = &name->labels[V6_LABELS - 1 - i];
        const char *digit = label->n == 1 ? strchr(digits, tolower(label->b[0])) : NULL;

        if (!digit || !*digit) {
            return false;
        }
        ip->b[i / 2] |= (uint8_t)((digit - digits) << (i % 2 ? 0 : 4));
    }
    return !ip_is_v4(ip); /* IPv4 has its own tree. */
}

static bool
name_reverse(const struct name *name, struct ip *ip)
{
    return (name->n == V4_LABELS + 2 && name_ends(name, "in-addr", "arpa") &&
            reverse_v4(name, ip)) ||
           (name->n == V6_LABELS + 2 && name_ends(name, "ip6", "arpa") && reverse_v6(name, ip));
}

static bool
is_in_domain(const struct name *name)
{
    return name->n && label_is(&name->labels[name->n - 1], DESIRED_DOMAIN);
}

/* ---- records ---------------------------------------------------------------------------------- */

/* Room for 'n' bytes of a record, our OPT behind them? */
static bool
record_fits(struct reply *r, size_t n)
{
    size_t rest = r->ask->edns ? OPT_SIZE : 0;

    r->cut = r->cut || r->w->max - r->w->n < n + rest;
    return !r->cut;
}

static void
record_begin(struct reply *r, uint32_t name, uint32_t type, size_t n)
{
    write_uint(r->w, 2, name);
    write_uint(r->w, 2, type);
    write_uint(r->w, 2, CLASS_IN);
    write_uint(r->w, 4, DNS_TTL_S);
    write_uint(r->w, 2, (uint32_t)n);
}

static void
label_write(struct writer *w, const char *text)
{
    write_uint(w, 1, (uint32_t)strlen(text));
    write_bytes(w, text, strlen(text));
}

static void
address_answer(struct reply *r, const struct desired_address *address)
{
    uint32_t asked = r->ask->type;
    struct ip ip;
    bool v4;
    size_t n;

    if (!ip_parse(address->ip, &ip)) {
        return;
    }
    v4 = ip_is_v4(&ip);
    n = v4 ? 4 : 16;
    if ((asked != TYPE_ANY && asked != (v4 ? TYPE_A : TYPE_AAAA)) || !record_fits(r, 12 + n)) {
        return;
    }
    record_begin(r, QUESTION_NAME, v4 ? TYPE_A : TYPE_AAAA, n);
    write_bytes(r->w, ip.b + sizeof ip.b - n, n);
    r->n_answers++;
}

static void
pointer_answer(struct reply *r, const struct desired_guest *found)
{
    size_t n = 1 + strlen(found->hostname) + 1 + strlen(DESIRED_DOMAIN) + 1;

    if ((r->ask->type == TYPE_PTR || r->ask->type == TYPE_ANY) && record_fits(r, 12 + n)) {
        record_begin(r, QUESTION_NAME, TYPE_PTR, n);
        label_write(r->w, found->hostname);
        label_write(r->w, DESIRED_DOMAIN);
        write_uint(r->w, 1, 0);
        r->n_answers++;
    }
}

/* How long a "there is none" holds (RFC 2308): by the domain's own record. */
static void
none_answer(struct reply *r)
{
    const struct name *name = &r->ask->name;
    size_t domain = HEAD_SIZE + name->bytes - 1 - (1 + strlen(DESIRED_DOMAIN));

    if (r->n_answers || !r->authoritative || !is_in_domain(name) || !record_fits(r, 12 + 3 + 20)) {
        return;
    }
    record_begin(r, POINTER | (uint32_t)domain, TYPE_SOA, 3 + 20);
    write_uint(r->w, 2, POINTER | (uint32_t)domain);
    write_uint(r->w, 1, 0);
    for (int i = 0; i < 5; i++) { /* Serial, refresh, retry, expire, minimum. */
        write_uint(r->w, 4, DNS_TTL_S);
    }
    r->n_authority++;
}

/* ---- what is known ---------------------------------------------------------------------------- */

/* An address of one of the asker's own subnets is for us to know or not to know. */
static bool
is_of_subnets(const struct desired_guest *guest, const struct ip *ip)
{
    for (size_t i = 0; i < guest->addresses.n; i++) {
        const struct desired_address *a = guest->addresses.items[i];
        struct cidr subnet = {.len = (int)a->prefix_len};

        if (ip_parse(a->ip, &subnet.ip) && cidr_has(&subnet, ip)) {
            return true;
        }
    }
    return false;
}

static uint32_t
reverse_find(struct reply *r, const struct ip *ip)
{
    const struct desired_guest *asker = r->ask->guest;
    const struct desired_guest *found = guests_at(r->ask->guests, asker->network_id, ip);

    if (!found && !is_of_subnets(asker, ip)) {
        return REFUSED;
    }
    r->authoritative = true;
    if (!found) {
        return NAME_ERROR;
    }
    pointer_answer(r, found);
    return NO_ERROR;
}

/* The label as text; what no host name holds is nobody's. */
static bool
hostname_of(const struct label *label, char text[LABEL_MAX + 1])
{
    for (size_t i = 0; i < label->n; i++) {
        if (!isalnum(label->b[i]) && label->b[i] != '-' && label->b[i] != '_') {
            return false;
        }
        text[i] = (char)label->b[i];
    }
    text[label->n] = 0;
    return true;
}

static uint32_t
host_find(struct reply *r, const struct label *label)
{
    AUTO(mem) mem = mem_new("dns");
    char hostname[LABEL_MAX + 1];
    struct rows found;

    r->authoritative = true;
    if (!hostname_of(label, hostname)) {
        return NAME_ERROR;
    }
    found = guests_named(r->ask->guests, r->ask->guest->network_id, hostname, mem);
    for (size_t i = 0; i < found.n && !r->cut; i++) {
        const struct desired_guest *guest = found.items[i];

        for (size_t k = 0; k < guest->addresses.n; k++) {
            address_answer(r, guest->addresses.items[k]);
        }
    }
    return found.n ? NO_ERROR : NAME_ERROR;
}

static uint32_t
name_find(struct reply *r)
{
    const struct name *name = &r->ask->name;
    struct ip ip;

    if (r->ask->class != CLASS_IN && r->ask->class != CLASS_ANY) {
        return REFUSED;
    }
    if (name_reverse(name, &ip)) {
        return reverse_find(r, &ip);
    }
    if (name->n == 1 && is_in_domain(name)) {
        r->authoritative = true; /* The domain itself, which has no address. */
        return NO_ERROR;
    }
    if (name->n == 1 || (name->n == 2 && is_in_domain(name))) {
        return host_find(r, &name->labels[0]);
    }
    r->authoritative = is_in_domain(name);
    return r->authoritative ? NAME_ERROR : REFUSED;
}

/* ---- the answer ------------------------------------------------------------------------------- */

static void
edns_write(struct reply *r)
{
    if (r->ask->edns) {
        write_uint(r->w, 1, 0);
        write_uint(r->w, 2, TYPE_OPT);
        write_uint(r->w, 2, SIZE_MAX_EDNS);
        write_uint(r->w, 1, r->code >> 4);
        write_zeros(r->w, 5);
    }
}

static void
head_write(const struct reply *r)
{
    uint32_t flags = FLAG_RESPONSE | (r->ask->flags & (MASK_OPCODE | FLAG_RECURSE)) |
                     (r->code & 15);

    flags |= r->authoritative ? FLAG_AUTHORITATIVE : 0;
    flags |= r->cut ? FLAG_CUT : 0;
    write_at(r->w, r->at, 2, r->ask->id);
    write_at(r->w, r->at + 2, 2, flags);
    write_at(r->w, r->at + 4, 2, r->ask->question != NULL);
    write_at(r->w, r->at + 6, 2, r->n_answers);
    write_at(r->w, r->at + 8, 2, r->n_authority);
    write_at(r->w, r->at + 10, 2, r->ask->edns);
}

static size_t
reply_write(struct reply *r, const struct question *q)
{
    struct answer_to to = {.handle = q->handle, .dst = q->src};
    size_t mtu = (size_t)r->ask->guest->mtu, size = r->ask->size, room;

    size = size + IP_UDP_SIZE > mtu ? mtu - IP_UDP_SIZE : size;
    room = FRAME_HEAD_SIZE + size;
    r->w->max = room < r->w->max ? room : r->w->max;
    frame_begin_udp(r->w, &to, DNS_PORT, q->sport);
    r->at = r->w->n;
    write_zeros(r->w, HEAD_SIZE);
    if (r->ask->question) {
        write_bytes(r->w, r->ask->question, r->ask->n_question);
    }
    r->code = r->code ? r->code : name_find(r);
    none_answer(r);
    edns_write(r);
    head_write(r);
    return frame_end(r->w);
}

size_t
dns_answer(const struct guests *guests, const struct desired_guest *guest,
           const struct question *q, struct writer *w)
{
    struct ask ask = {.guests = guests, .guest = guest, .size = SIZE_PLAIN};
    struct reply reply = {.ask = &ask, .w = w};
    struct reader in = q->payload;

    ask.id = (uint16_t)read_uint(&in, 2);
    ask.flags = (uint16_t)read_uint(&in, 2);
    if (read_left(&in) < HEAD_SIZE - 4 || ask.flags & FLAG_RESPONSE || !q->sport ||
        !ip_v4(&q->src)) {
        return 0;
    }
    reply.code = ask_read(&ask, &in);
    return reply_write(&reply, q);
}
