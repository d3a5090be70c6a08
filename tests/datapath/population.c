/* Random rules and packets; see population.h. */
#include "population.h"

#include "agent/forwarding.h"
#include "base/net.h"
#include "base/str.h"
#include "bpf/abi.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <string.h>
#include <unistd.h>

enum { ANY, EXACT, BLOCK, RANGE };
static const struct {
    bool v6, from, to;
    int proto; /* -1 = any, -2 = one of a few */
    int src_len, dst_len, sport, dport;
} templates[POP_TEMPLATES] = {
    {.proto = 17, .src_len = 32, .dport = EXACT},
    {.proto = 6, .dst_len = 24, .dport = EXACT},
    {.proto = -1, .src_len = 24, .dst_len = 24},
    {.proto = 17, .dst_len = 32, .dport = RANGE},
    {.proto = 6, .src_len = 16, .sport = BLOCK, .dport = EXACT},
    {.proto = -2, .from = true, .dst_len = 28},
    {.proto = 17, .to = true, .src_len = 20, .dport = EXACT},
    {.proto = 17, .from = true, .to = true, .sport = EXACT, .dport = EXACT},
    {.v6 = true, .proto = 17, .src_len = 64, .dport = EXACT},
    {.v6 = true, .proto = -1, .src_len = 48, .dst_len = 120},
    {.v6 = true, .proto = 6, .dst_len = 60, .dport = RANGE},
    {.proto = 6, .src_len = 8, .dst_len = 30, .sport = RANGE},
};

unsigned
pop_draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(*seed >> 33) % n;
}

/* 10.0.0.0/14 or fd00::/64 and some: few enough addresses that rules meet. */
static void
address_draw(uint64_t *seed, bool v6, uint8_t *out)
{
    memset(out, 0, 16);
    for (int i = 12; i < 16; i++) {
        out[i] = (uint8_t)pop_draw(seed, 256);
    }
    if (v6) {
        out[0] = 0xfd;
        out[5] = (uint8_t)pop_draw(seed, 4);
        out[7] = (uint8_t)pop_draw(seed, 32);
        return;
    }
    out[10] = out[11] = 0xff;
    out[12] = 10;
    out[13] &= 3;
}

static void
host_part(uint64_t *seed, uint8_t *address, int bits, bool zero)
{
    for (int i = bits; i < 128; i++) {
        uint8_t bit = (uint8_t)(0x80 >> i % 8);

        address[i / 8] &= (uint8_t)~bit;
        if (!zero && pop_draw(seed, 2)) {
            address[i / 8] |= bit;
        }
    }
}

static int
bits_of(const struct pop_rule *rule, int len)
{
    return rule->v6 || !len ? len : len + 96;
}

static void
ports_draw(uint64_t *seed, int kind, int *min, int *max)
{
    *min = 0;
    *max = 65535;
    if (kind == EXACT) {
        *min = *max = 1 + (int)pop_draw(seed, 2000);
    } else if (kind == BLOCK) {
        *min = 256 * (int)pop_draw(seed, 8);
        *max = *min + 255;
    } else if (kind == RANGE) {
        *min = (int)pop_draw(seed, 2000);
        *max = *min + (int)pop_draw(seed, 64);
    }
}

struct pop_rule
pop_rule_draw(uint64_t *seed, unsigned template)
{
    static const int few[] = {6, 17, 132, 47};
    struct pop_rule rule = {.v6 = templates[template].v6,
                            .proto = templates[template].proto,
                            .from = -1,
                            .to = -1,
                            .src_len = templates[template].src_len,
                            .dst_len = templates[template].dst_len};

    rule.proto = rule.proto == -2 ? few[pop_draw(seed, 4)] : rule.proto;
    rule.from = templates[template].from ? (int)pop_draw(seed, POP_ENDS) : -1;
    rule.to = templates[template].to ? (int)pop_draw(seed, POP_ENDS) : -1;
    address_draw(seed, rule.v6, rule.src);
    address_draw(seed, rule.v6, rule.dst);
    host_part(seed, rule.src, bits_of(&rule, rule.src_len), true);
    host_part(seed, rule.dst, bits_of(&rule, rule.dst_len), true);
    ports_draw(seed, templates[template].sport, &rule.sport_min, &rule.sport_max);
    ports_draw(seed, templates[template].dport, &rule.dport_min, &rule.dport_max);
    return rule;
}

static const char *
prefix_text(struct mem *mem, const uint8_t *address, bool v6, int len)
{
    char text[INET6_ADDRSTRLEN];

    (void)inet_ntop(v6 ? AF_INET6 : AF_INET, v6 ? address : address + 12, text, sizeof text);
    return len ? mem_printf(mem, "%s/%d", text, len) : NULL;
}

void
pop_rule_add(struct site *site, struct desired_chain *chain, const struct pop_rule *rule,
             const char *const *ends)
{
    struct desired_classifier *c = chain_class(site, chain, rule->proto, -1);

    c->ethertype = rule->v6 ? "IPv6" : "IPv4";
    c->priority = rule->priority;
    c->src_cidr = prefix_text(site->topo->mem, rule->src, rule->v6, rule->src_len);
    c->dst_cidr = prefix_text(site->topo->mem, rule->dst, rule->v6, rule->dst_len);
    if (rule->sport_max - rule->sport_min < 65535) {
        c->src_port_min = rule->sport_min;
        c->src_port_max = rule->sport_max;
    }
    if (rule->dport_max - rule->dport_min < 65535) {
        c->dst_port_min = rule->dport_min;
        c->dst_port_max = rule->dport_max;
    }
    c->source_port_id = rule->from >= 0 ? ends[rule->from] : NULL;
    c->destination_port_id = rule->to >= 0 ? ends[rule->to] : NULL;
}

struct pop_packet
pop_packet_draw(uint64_t *seed, const struct pop_rule *rule)
{
    static const int few[] = {6, 17, 132};
    struct pop_packet p = {.v6 = rule->v6};

    p.proto = rule->proto >= 0 ? rule->proto : few[pop_draw(seed, 3)];
    p.from = rule->from >= 0 ? rule->from : (int)pop_draw(seed, POP_ENDS);
    p.to = rule->to >= 0 ? rule->to : (int)pop_draw(seed, POP_ENDS);
    address_draw(seed, p.v6, p.src);
    address_draw(seed, p.v6, p.dst);
    if (rule->src_len) {
        memcpy(p.src, rule->src, 16);
        host_part(seed, p.src, bits_of(rule, rule->src_len), false);
    }
    if (rule->dst_len) {
        memcpy(p.dst, rule->dst, 16);
        host_part(seed, p.dst, bits_of(rule, rule->dst_len), false);
    }
    if (p.proto == 6 || p.proto == 17 || p.proto == 132) {
        p.sport = rule->sport_min +
                  (int)pop_draw(seed, (unsigned)(rule->sport_max - rule->sport_min + 1));
        p.dport = rule->dport_min +
                  (int)pop_draw(seed, (unsigned)(rule->dport_max - rule->dport_min + 1));
    }
    return p;
}

static bool
in_prefix(const uint8_t *address, const uint8_t *prefix, int bits)
{
    for (int i = 0; i < bits; i++) {
        if ((address[i / 8] ^ prefix[i / 8]) & 0x80 >> i % 8) {
            return false;
        }
    }
    return true;
}

bool
pop_matches(const struct pop_rule *rule, const struct pop_packet *p)
{
    return rule->v6 == p->v6 && (rule->proto < 0 || rule->proto == p->proto) &&
           (rule->from < 0 || rule->from == p->from) && (rule->to < 0 || rule->to == p->to) &&
           p->sport >= rule->sport_min && p->sport <= rule->sport_max &&
           p->dport >= rule->dport_min && p->dport <= rule->dport_max &&
           in_prefix(p->src, rule->src, bits_of(rule, rule->src_len)) &&
           in_prefix(p->dst, rule->dst, bits_of(rule, rule->dst_len));
}

int
pop_best(const struct pop_rule *rules, size_t n, const struct pop_packet *packet)
{
    int best = -1;

    for (size_t i = 0; i < n; i++) {
        if (pop_matches(&rules[i], packet) &&
            (best < 0 || rules[i].priority > rules[best].priority ||
             (rules[i].priority == rules[best].priority &&
              strcmp(rules[i].chain_id, rules[best].chain_id) < 0))) {
            best = (int)i;
        }
    }
    return best;
}

struct frame
pop_frame(const struct pop_packet *p, const char *src_mac, const char *dst_mac)
{
    struct frame f = {.n = p->v6 ? 54 + 24 : 34 + 24};
    uint8_t *l4 = f.b + (p->v6 ? 54 : 34);
    struct mac src = {0}, dst = {0};

    (void)mac_parse(src_mac, &src);
    (void)mac_parse(dst_mac, &dst);
    memcpy(f.b, dst.b, 6);
    memcpy(f.b + 6, src.b, 6);
    f.b[12] = p->v6 ? 0x86 : 0x08;
    f.b[13] = p->v6 ? 0xdd : 0x00;
    if (p->v6) {
        f.b[14] = 0x60;
        f.b[19] = 24;
        f.b[20] = (uint8_t)p->proto;
        f.b[21] = 64;
        memcpy(f.b + 22, p->src, 16);
        memcpy(f.b + 38, p->dst, 16);
    } else {
        f.b[14] = 0x45;
        f.b[17] = 20 + 24;
        f.b[22] = 64;
        f.b[23] = (uint8_t)p->proto;
        memcpy(f.b + 26, p->src + 12, 4);
        memcpy(f.b + 30, p->dst + 12, 4);
    }
    l4[0] = (uint8_t)(p->sport >> 8);
    l4[1] = (uint8_t)p->sport;
    l4[2] = (uint8_t)(p->dport >> 8);
    l4[3] = (uint8_t)p->dport;
    l4[12] = 0x50;
    l4[13] = p->proto == 6 ? 0x02 : 0;
    return f;
}

int
site_map(struct site *s, const char *name)
{
    int fd = bpf_obj_get(mem_printf(s->topo->mem, "%s/bpf/map_%s", s->dir, name));

    REQUIRE(fd >= 0);
    return fd;
}

uint32_t
site_number(struct site *s, uint32_t kind, const char *uuid)
{
    struct dp_id_key key = {.kind = kind, .group = kind == ID_HOP_GROUP ? DP_ID_GROUP : 0};
    struct dp_id id = {0};
    char hex[33];
    int fd = site_map(s, "ids"), n = 0;

    for (const char *c = uuid; *c; c++) {
        if (*c != '-') {
            hex[n++] = *c;
        }
    }
    hex[n] = 0;
    REQUIRE(hex_to(key.uuid, hex, 16));
    (void)bpf_map_lookup_elem(fd, &key, &id);
    close(fd);
    return id.id;
}
