/* Compiles networks, ports and their rules into map entries, every time: what did
 * not change is compared and not written, so there is one way to reach any state
 * and nothing is forgotten.  Rules are in place before the ports they judge.
 * Chains and labels, of which there may be many more, are made anew one by one
 * (compiled.c). */
#include "agent/forwarding_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_MIN 4096 /* Flow entries that a network may have while others have few. */

void
run_problem(struct run *r, enum desired_kind kind, const char *id, const char *reason)
{
    if (kind == DESIRED_chain || kind == DESIRED_label) {
        r->reason = r->reason ? r->reason : mem_str(r->mem, reason);
    } else if (r->f->problem) {
        r->f->problem(r->f->arg, kind, id, reason);
    }
}

struct err *
run_fit(struct run *r, struct err *e)
{
    if (!e || !err_is(e, E_QUOTA)) {
        return e;
    }
    r->reason = r->reason ? r->reason : mem_str(r->mem, e->message);
    r->is_full = true;
    err_free(e);
    return NULL;
}

/* An object is through: what it had no room for is told. */
static void
fit_tell(struct run *r, enum desired_kind kind, const char *id)
{
    const char *reason = r->reason;

    r->reason = NULL;
    if (reason) {
        run_problem(r, kind, id, reason);
    }
}

/* Entries of the round.  One that is missing only drops, so that each object has what there is room
 * for. */
static struct err *
put(struct run *r, enum datapath_table table, const void *key, const void *value)
{
    return run_fit(r, datapath_put(r->dp, table, key, value));
}

static struct err *
put_first(struct run *r, enum datapath_table table, const void *key, const void *value)
{
    return run_fit(r, datapath_put_first(r->dp, table, key, value));
}

void *
note_room(void *items, size_t n, size_t size)
{
    return n & (n - 1) ? items : heap_realloc(items, (n ? n * 2 : 1) * size);
}

static void
ip_key(struct dp_ip *out, const char *text)
{
    struct ip ip = {0};

    (void)ip_parse(text, &ip); /* Checked when it was decoded. */
    memcpy(out->b, ip.b, 16);
}

void
mac_key(uint8_t *out, const char *text)
{
    struct mac mac = {0};

    (void)mac_parse(text, &mac);
    memcpy(out, mac.b, 6);
}

/* fe80::/64 with the interface identifier made of 'mac' (RFC 4291 appendix A). */
static void
link_local(struct dp_ip *out, const uint8_t *mac)
{
    memset(out, 0, sizeof *out);
    out->b[0] = 0xfe;
    out->b[1] = 0x80;
    out->b[8] = mac[0] ^ 2;
    out->b[9] = mac[1];
    out->b[10] = mac[2];
    out->b[11] = 0xff;
    out->b[12] = 0xfe;
    out->b[13] = mac[3];
    out->b[14] = mac[4];
    out->b[15] = mac[5];
}

uint8_t
prefix_words(const char *text, __u64 net[2], __u64 mask[2])
{
    uint8_t m[16] = {0};
    struct cidr cidr;
    int bits;

    net[0] = net[1] = mask[0] = mask[1] = 0;
    if (!text || !cidr_parse(text, &cidr) || !cidr.len) {
        return 0;
    }
    bits = cidr.len + (ip_is_v4(&cidr.ip) ? 96 : 0);
    for (int i = 0; i < bits; i++) {
        m[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    memcpy(net, cidr.ip.b, 16);
    memcpy(mask, m, 16);
    return (uint8_t)bits;
}

uint32_t
vtep_of(const char *text)
{
    struct ip ip;

    return ip_parse(text, &ip) ? ip_v4(&ip) : 0;
}

/* ---- numbers ----------------------------------------------------------------------------- */

static struct err *
net_notes(struct run *r)
{
    world_each (r->world, DESIRED_network, it) {
        const struct desired_network *network = world_object(it);
        struct net_note *note = MEM_NEW(r->mem, struct net_note);

        note->mtu = (uint32_t)network->mtu;
        TRY(run_fit(r, datapath_id(r->dp, ID_NETWORK, network->id, 0, &note->id)));
        if (!r->reason) {
            map_set(&r->nets, network->id, note);
        }
        fit_tell(r, DESIRED_network, network->id);
    }
    return NULL;
}

/* The note of a port that is there; a new one where there is none. */
static struct port_note *
port_note_get(struct run *r, const char *id)
{
    struct port_note *note = map_get(&r->c->ports, id);

    if (!note) {
        note = heap_alloc(sizeof *note);
        note->uuid = heap_str(id);
        map_set(&r->c->ports, note->uuid, note);
    }
    note->run = r->c->run;
    note->port = NULL;
    note->net = NULL;
    note->id = (struct dp_id){0};
    note->ifindex = 0;
    return note;
}

/* Its number and its network; without either it is in no table. */
static struct err *
port_number(struct run *r, struct port_note *note, const char *network_id, uint32_t n_slots)
{
    const struct net_note *net = map_get(&r->nets, network_id);

    if (net) {
        TRY(run_fit(r, datapath_id(r->dp, ID_PORT, note->uuid, n_slots, &note->id)));
    } else {
        r->reason = "its network has no room on the host";
    }
    note->net = r->reason ? NULL : net;
    return NULL;
}

/* Chains that name it are made anew where it is not what they knew. */
static void
port_compare(struct run *r, struct port_note *note)
{
    const struct desired_port *port = note->port;
    uint64_t h = hash_bytes(&note->id, sizeof note->id, note->ifindex);

    if (port) {
        h = hash_bytes(port->mac, strlen(port->mac), h + (port->admin_state_up ? 1 : 2));
        h = hash_bytes(str_or(port->server_id, ""), strlen(str_or(port->server_id, "")), h);
    }
    if (h != note->print) {
        note->print = h;
        id_set_add(r->mem, &r->ports_changed, note->uuid);
    }
}

/* Whoever claimed it has let go of it: it could not have gone else. */
static void
ports_forget(struct run *r)
{
    map_each (&r->c->ports, it) {
        struct port_note *note = it->value;

        if (note->run != r->c->run) {
            id_set_add(r->mem, &r->ports_changed, note->uuid);
            (void)map_take(&r->c->ports, note->uuid);
            free(note->uuid);
            free(note);
        }
    }
}

static struct err *
port_notes(struct run *r)
{
    world_each (r->world, DESIRED_port, it) {
        const struct desired_port *port = world_object(it);
        const struct forwarding_link *link = map_get(&r->f->links, port->id);
        struct port_note *note = port_note_get(r, port->id);

        note->port = port;
        note->ifindex = link ? link->ifindex : 0;
        TRY(port_number(r, note, port->network_id, DP_PORTS_MAX));
        fit_tell(r, DESIRED_port, port->id);
        port_compare(r, note);
    }
    world_each (r->world, DESIRED_remote_port, it) {
        const struct desired_remote_port *port = world_object(it);
        struct port_note *note;

        if (world_find(r->world, DESIRED_port, port->id)) {
            run_problem(r, DESIRED_remote_port, port->id, "a port of this site has the same id");
            continue;
        }
        note = port_note_get(r, port->id);
        TRY(port_number(r, note, port->network_id, 0));
        fit_tell(r, DESIRED_remote_port, port->id);
        port_compare(r, note);
    }
    ports_forget(r);
    return NULL;
}

/* ---- security groups ---------------------------------------------------------------------- */

static uint32_t
group_number(struct run *r, const char *id)
{
    const struct group_note *note = id ? map_get(&r->groups, id) : NULL;

    return note ? note->id.id : 0;
}

static void
rule_entry(struct run *r, const struct desired_rule *rule, struct dp_rule *out)
{
    bool v6 = str_eq(rule->ethertype, "IPv6");
    int64_t proto = v6 && rule->protocol == 1 ? 58 : rule->protocol; /* As Neutron does. */

    memset(out, 0, sizeof *out);
    prefix_words(rule->remote_cidr, out->net, out->mask);
    out->flags = (uint8_t)(DP_RULE_USED | (v6 ? DP_RULE_V6 : 0));
    if (proto != INT_NULL) {
        out->flags |= DP_RULE_PROTO;
        out->proto = (uint8_t)proto;
    }
    if (rule->port_min != INT_NULL) {
        out->flags |= DP_RULE_PORTS;
        out->min = (uint16_t)rule->port_min;
    }
    if (rule->port_max != INT_NULL) {
        out->flags |= DP_RULE_CODE;
        out->max = (uint16_t)rule->port_max;
    }
    if (rule->remote_group_id) {
        out->flags |= DP_RULE_GROUP;
        out->group = group_number(r, rule->remote_group_id);
    }
}

static struct err *
block_put(struct run *r, struct group_note *note, struct dp_rules_key *key, struct dp_rules *block)
{
    note->rules_hash = hash_bytes(block, sizeof *block, note->rules_hash + key->dir);
    TRY(put(r, TABLE_rules, key, block));
    key->block++;
    memset(block, 0, sizeof *block);
    return NULL;
}

/* The group's rules of one direction, in full blocks. */
static struct err *
group_rules(struct run *r, struct group_note *note, const char *direction, uint16_t dir)
{
    struct dp_rules_key key = {.group = note->id.id, .dir = dir};
    const struct rows *rules = &note->group->rules;
    struct dp_rules block = {0};
    size_t left = 0;

    for (size_t i = 0; i < rules->n; i++) {
        left += str_eq(((struct desired_rule *)rules->items[i])->direction, direction);
    }
    for (size_t i = 0; i < rules->n; i++) {
        const struct desired_rule *rule = rules->items[i];

        if (!str_eq(rule->direction, direction)) {
            continue;
        }
        rule_entry(r, rule, &block.rule[block.n++]);
        left--;
        if (block.n == DP_RULES_A_BLOCK || !left) {
            block.more = left > 0;
            TRY(block_put(r, note, &key, &block));
        }
    }
    return NULL;
}

static struct err *
group_members(struct run *r, struct group_note *note)
{
    for (size_t i = 0; i < note->group->members.n; i++) {
        struct dp_member_key key = {.group = note->id.id};
        uint32_t one = 1;

        ip_key(&key.ip, note->group->members.items[i]);
        note->members_hash += hash_bytes(&key, sizeof key, 7); /* In any order. */
        TRY(put(r, TABLE_members, &key, &one));
    }
    return NULL;
}

/* All that it has room for; who is judged by it is told what is missing. */
static struct err *
group_put(struct run *r, struct group_note *note)
{
    if (note->reason) {
        return NULL; /* It has no number. */
    }
    TRY(group_rules(r, note, "ingress", DP_INGRESS));
    TRY(group_rules(r, note, "egress", DP_EGRESS));
    note->reason = r->reason;
    r->reason = NULL;
    TRY(group_members(r, note));
    note->members = r->reason;
    r->reason = NULL;
    return NULL;
}

static struct err *
groups_sync(struct run *r)
{
    world_each (r->world, DESIRED_security_group, it) {
        struct group_note *note = MEM_NEW(r->mem, struct group_note);

        note->group = world_object(it);
        TRY(run_fit(r, datapath_id(r->dp, ID_GROUP, note->group->id, 0, &note->id)));
        note->reason = note->members = r->reason;
        r->reason = NULL;
        map_set(&r->groups, note->group->id, note);
    }
    map_each (&r->groups, it) {
        TRY(group_put(r, it->value));
    }
    map_each (&r->groups, it) {
        struct group_note *note = it->value;

        note->hash = note->rules_hash;
        for (size_t i = 0; i < note->group->rules.n; i++) {
            const struct desired_rule *rule = note->group->rules.items[i];
            const struct group_note *other =
                rule->remote_group_id ? map_get(&r->groups, rule->remote_group_id) : NULL;

            note->hash += other ? other->members_hash * (i + 1) : 0;
            note->reason = note->reason ? note->reason : other ? other->members : NULL;
        }
    }
    return NULL;
}

/* ---- addresses ------------------------------------------------------------------------------ */

static struct err *
addr_put(struct run *r, uint32_t net, const struct dp_ip *ip, const uint8_t *mac)
{
    struct dp_addr_key key = {.net = net, .ip = *ip};
    struct dp_addr addr = {0};

    memcpy(addr.mac, mac, 6);
    return put_first(r, TABLE_addrs, &key, &addr);
}

static bool
is_host(const struct cidr *cidr)
{
    return cidr->len == (ip_is_v4(&cidr->ip) ? 32 : 128);
}

static struct err *
port_addrs(struct run *r, const struct desired_port *port, uint32_t net)
{
    struct dp_ip ip;
    uint8_t mac[6];

    mac_key(mac, port->mac);
    for (size_t i = 0; i < port->addresses.n; i++) {
        ip_key(&ip, ((struct desired_address *)port->addresses.items[i])->ip);
        TRY(addr_put(r, net, &ip, mac));
    }
    link_local(&ip, mac);
    TRY(addr_put(r, net, &ip, mac));
    for (size_t i = 0; i < port->allowed_pairs.n; i++) {
        const struct desired_pair *pair = port->allowed_pairs.items[i];
        uint8_t pair_mac[6];
        struct cidr cidr;

        mac_key(pair_mac, pair->mac ? pair->mac : port->mac);
        if (cidr_parse(pair->cidr, &cidr) && is_host(&cidr)) {
            memcpy(ip.b, cidr.ip.b, 16);
            TRY(addr_put(r, net, &ip, pair_mac));
        }
    }
    return NULL;
}

static struct err *
source_put(struct run *r, uint32_t port, const uint8_t *mac, const struct dp_ip *ip, int bits)
{
    struct dp_source_key key = {
        .prefix_len = DP_SOURCE_FIXED_BITS + (uint32_t)bits, .port = port, .ip = *ip};
    uint32_t one = 1;

    memcpy(key.mac, mac, 6);
    return put(r, TABLE_sources, &key, &one);
}

static struct err *
port_sources(struct run *r, const struct port_note *note)
{
    const struct desired_port *port = note->port;
    uint8_t mac[6], pair_mac[6];
    struct dp_ip ip;

    mac_key(mac, port->mac);
    for (size_t i = 0; i < port->addresses.n; i++) {
        ip_key(&ip, ((struct desired_address *)port->addresses.items[i])->ip);
        TRY(source_put(r, note->id.id, mac, &ip, 128));
    }
    link_local(&ip, mac);
    TRY(source_put(r, note->id.id, mac, &ip, 128));
    for (size_t i = 0; i < port->allowed_pairs.n; i++) {
        const struct desired_pair *pair = port->allowed_pairs.items[i];
        struct cidr cidr;

        mac_key(pair_mac, pair->mac ? pair->mac : port->mac);
        if (cidr_parse(pair->cidr, &cidr)) {
            memcpy(ip.b, cidr.ip.b, 16);
            TRY(source_put(r, note->id.id, pair_mac, &ip,
                           cidr.len + (ip_is_v4(&cidr.ip) ? 96 : 0)));
        }
    }
    return NULL;
}

static struct err *
fdb_put(struct run *r, const char *mac, const struct port_note *note)
{
    struct dp_fdb_key key = {.net = note->net->id.id};

    mac_key(key.mac, mac);
    return put_first(r, TABLE_fdb, &key, &note->id.id);
}

struct err *
peer_put(struct run *r, uint32_t net, uint32_t vtep)
{
    struct dp_peer_key key = {.net = net, .vtep = vtep};
    uint32_t one = 1;

    return datapath_put(r->dp, TABLE_peers, &key, &one);
}

static struct err *
remote_put(struct run *r, const struct desired_remote_port *port, const struct port_note *note)
{
    uint32_t net = note->net->id.id;
    struct dp_ip ip;
    uint8_t mac[6];

    mac_key(mac, port->mac);
    for (size_t i = 0; i < port->ips.n; i++) {
        ip_key(&ip, port->ips.items[i]);
        TRY(addr_put(r, net, &ip, mac));
    }
    link_local(&ip, mac);
    TRY(addr_put(r, net, &ip, mac));
    return run_fit(r, peer_put(r, net, vtep_of(port->vtep)));
}

/* Local addresses win over remote ones that say the same. */
static struct err *
addresses_sync(struct run *r)
{
    world_each (r->world, DESIRED_port, it) {
        const struct port_note *note = map_get(&r->c->ports, it->key);

        if (note->net) {
            TRY(port_addrs(r, note->port, note->net->id.id));
            fit_tell(r, DESIRED_port, it->key);
        }
    }
    world_each (r->world, DESIRED_remote_port, it) {
        const struct port_note *note = map_get(&r->c->ports, it->key);

        if (note->net && !note->port) { /* Else a problem is told already. */
            TRY(remote_put(r, world_object(it), note));
            fit_tell(r, DESIRED_remote_port, it->key);
        }
    }
    return NULL;
}

/* ---- networks, tunnels, ports --------------------------------------------------------------------- */

struct err *
forwarding_config(struct forwarding *f)
{
    struct dp_config config = {.vxlan_ifindex = f->vxlan_ifindex,
                               .punt_ifindex = f->punt_ifindex,
                               .bounce_ifindex = f->bounce_ifindex,
                               .gpe_ifindex = f->gpe_ifindex,
                               .flows = datapath_flows_max(f->dp)};
    uint32_t zero = 0;

    return datapath_put(f->dp, TABLE_config, &zero, &config);
}

static struct err *
nets_sync(struct run *r)
{
    size_t n = world_count(r->world, DESIRED_network);
    uint64_t all = datapath_flows_max(r->dp), share = n ? 2 * all / n : 0;
    struct dp_net value = {.sure = (uint32_t)(n > 1 ? all / 2 / n : all)};

    share = share < SHARE_MIN ? SHARE_MIN : share;
    value.share = (uint32_t)(share < all ? share : all);

    TRY(datapath_usage(r->dp, 0)); /* Of all networks. */
    map_each (&r->nets, it) {
        const struct net_note *net = it->value;

        TRY(run_fit(r, datapath_usage(r->dp, net->id.id)));
        TRY(put(r, TABLE_nets, &net->id.id, &value));
        fit_tell(r, DESIRED_network, it->key);
    }
    return forwarding_config(r->f);
}

static struct err *
vnis_sync(struct run *r)
{
    struct map seen;

    map_init(&seen, r->mem);
    world_each (r->world, DESIRED_network, it) {
        const struct desired_network *network = world_object(it);
        const struct net_note *net = map_get(&r->nets, network->id);
        struct dp_vni value = {.net = net ? net->id.id : 0};
        uint32_t vni = (uint32_t)network->vni;

        if (!net) {
            continue;
        }
        if (!map_add(&seen, mem_printf(r->mem, "%u", vni), &seen)) {
            run_problem(r, DESIRED_network, network->id,
                        "its VXLAN identifier is in use by another");
            continue;
        }
        TRY(put(r, TABLE_vnis, &vni, &value));
        fit_tell(r, DESIRED_network, network->id);
    }
    return labels_sync(r);
}

/* Changes whenever a flow of the port might be judged otherwise. */
static uint32_t
port_gen(struct run *r, const struct port_note *note, const struct net_note *net)
{
    const struct desired_port *port = note->port;
    uint64_t h = classes_hash(r->c->classes, net->id.id) + (port->port_security ? 1 : 0);

    for (size_t i = 0; i < port->security_groups.n; i++) {
        const struct group_note *group = map_get(&r->groups, port->security_groups.items[i]);

        h = hash_bytes(&group->hash, sizeof group->hash, h);
    }
    for (size_t i = 0; i < port->addresses.n; i++) {
        const struct desired_address *address = port->addresses.items[i];

        h = hash_bytes(address->ip, strlen(address->ip), h);
    }
    for (size_t i = 0; i < port->allowed_pairs.n; i++) {
        const struct desired_pair *pair = port->allowed_pairs.items[i];
        const char *mac = str_or(pair->mac, "");

        h = hash_bytes(pair->cidr, strlen(pair->cidr), h);
        h = hash_bytes(mac, strlen(mac), h);
    }
    return (uint32_t)(h ^ h >> 32) | 1;
}

static bool
has_other_macs(const struct desired_port *port)
{
    for (size_t i = 0; i < port->allowed_pairs.n; i++) {
        const struct desired_pair *pair = port->allowed_pairs.items[i];

        if (pair->mac && !str_eq(pair->mac, port->mac)) {
            return true;
        }
    }
    return false;
}

static struct err *
port_put(struct run *r, const struct port_note *note)
{
    const struct desired_port *port = note->port;
    const struct net_note *net = note->net;
    struct dp_port value = {.id = note->id.id,
                            .net = net->id.id,
                            .serves = note->n_claims ? note->serves : 0,
                            .inst = note->n_claims ? note->inst : 0,
                            .flags = DP_PORT_PEER,
                            .gen = port_gen(r, note, net),
                            .slot = note->id.slot,
                            .mtu = net->mtu,
                            .lent = note->lender ? note->lender->number : 0};
    struct dp_place place;

    value.flags |= port->admin_state_up ? DP_PORT_UP : 0;
    value.flags |= port->port_security ? DP_PORT_SECURITY : 0;
    value.flags |= port->function || value.inst ? DP_PORT_FUNCTION : 0;
    value.flags |= note->n_claims && note->nsh ? DP_PORT_NSH : 0;
    value.flags |= has_other_macs(port) ? DP_PORT_PAIRS : 0;
    mac_key(value.mac, port->mac);
    for (size_t i = 0; i < port->security_groups.n; i++) {
        value.groups[value.n_groups++] = group_number(r, port->security_groups.items[i]);
    }
    place = (struct dp_place){
        .ifindex = note->ifindex, .flags = value.flags, .gen = value.gen, .slot = value.slot};
    TRY(put(r, TABLE_places, &note->id.id, &place));
    return put(r, TABLE_ports, &note->ifindex, &value);
}

/* ---- the responder ------------------------------------------------------------------------------ */

static uint32_t
guest_flags(const struct desired_port *port)
{
    uint32_t flags = 0;

    for (size_t i = 0; i < port->addresses.n; i++) {
        const struct desired_address *a = port->addresses.items[i];
        bool v4 = !strchr(a->ip, ':');

        flags |= v4 ? DP_GUEST_METADATA | DP_GUEST_DNS : 0;
        flags |= v4 && a->dhcp ? DP_GUEST_DHCP4 : 0;
        flags |= !v4 && a->dhcp && a->ra_mode ? DP_GUEST_ROUTER : 0;
        flags |= !v4 && a->dhcp && a->address_mode && !str_eq(a->address_mode, "slaac")
                     ? DP_GUEST_DHCP6
                     : 0;
    }
    return flags;
}

bool
forwarding_guest(struct forwarding *f, const struct desired_port *port, uint32_t *handle,
                 uint32_t *flags)
{
    struct dp_id id;

    if (!port->server_id || !port->admin_state_up || !map_get(&f->links, port->id) ||
        !datapath_id_known(f->dp, ID_PORT, port->id, DP_PORTS_MAX, &id)) {
        return false;
    }
    *handle = DP_HANDLE(id.slot, id.id);
    *flags = guest_flags(port);
    return port->addresses.n > 0; /* What asks nothing may have a name. */
}

static struct err *
guest_put(struct run *r, const struct port_note *note)
{
    struct dp_guest guest = {.ifindex = note->ifindex, .slot = note->id.slot};
    size_t n = 0;
    uint32_t handle;
    struct ip ip;

    if (!forwarding_guest(r->f, note->port, &handle, &guest.flags)) {
        return NULL;
    }
    mac_key(guest.mac, note->port->mac);
    for (size_t i = 0; i < note->port->addresses.n && n < DP_GUEST_IPS; i++) {
        const struct desired_address *a = note->port->addresses.items[i];

        if (ip_parse(a->ip, &ip) && ip_is_v4(&ip)) {
            memcpy(&guest.ip[n++], ip.b + 12, 4);
        }
    }
    return put(r, TABLE_guests, &handle, &guest);
}

/* The services' address, unless somebody on the network has it. */
static struct err *
service_addrs(struct run *r)
{
    static const uint8_t mac[6] = DP_SERVICE_MAC;
    struct ip service = ip_from_v4(DP_SERVICE_IP);
    struct dp_ip ip;

    memcpy(ip.b, service.b, 16);
    map_each (&r->nets, it) {
        TRY(addr_put(r, ((struct net_note *)it->value)->id.id, &ip, mac));
        fit_tell(r, DESIRED_network, it->key);
    }
    return NULL;
}

static struct err *
pairs_fdb(struct run *r, const struct port_note *note)
{
    for (size_t i = 0; i < note->port->allowed_pairs.n; i++) {
        const struct desired_pair *pair = note->port->allowed_pairs.items[i];

        if (pair->mac) {
            TRY(fdb_put(r, pair->mac, note));
        }
    }
    return NULL;
}

/* A group that is not whole lets less through: its ports are told. */
static void
groups_tell(struct run *r, const struct port_note *note)
{
    const struct desired_port *port = note->port;

    for (size_t i = 0; i < port->security_groups.n; i++) {
        const struct group_note *group = map_get(&r->groups, port->security_groups.items[i]);

        if (group->reason) {
            run_problem(r, DESIRED_port, port->id,
                        mem_printf(r->mem, "security group %s is not whole: %s", group->group->id,
                                   group->reason));
        }
    }
}

/* A port elsewhere: its flows may have to be classified again, as those of a port here. */
static struct err *
place_put(struct run *r, const struct desired_remote_port *port, const struct port_note *note)
{
    uint64_t h = classes_hash(r->c->classes, note->net->id.id);
    struct dp_place place = {.vtep = vtep_of(port->vtep),
                             .vni = (uint32_t)port->vni,
                             .gen = (uint32_t)(h ^ h >> 32) | 1};

    return put(r, TABLE_places, &note->id.id, &place);
}

/* Where the addresses of a network are. */
static struct err *
ends_sync(struct run *r)
{
    world_each (r->world, DESIRED_port, it) {
        const struct port_note *note = map_get(&r->c->ports, it->key);

        if (note->net) {
            TRY(port_sources(r, note));
            TRY(fdb_put(r, note->port->mac, note));
            fit_tell(r, DESIRED_port, it->key);
            groups_tell(r, note);
        }
    }
    world_each (r->world, DESIRED_remote_port, it) {
        const struct desired_remote_port *port = world_object(it);
        const struct port_note *note = map_get(&r->c->ports, it->key);

        if (note->net && !note->port) {
            TRY(place_put(r, port, note));
            TRY(fdb_put(r, port->mac, note));
            fit_tell(r, DESIRED_remote_port, it->key);
        }
    }
    return NULL;
}

static struct err *
ports_sync(struct run *r)
{
    TRY(ends_sync(r));
    TRY(vnis_sync(r));
    TRY(service_addrs(r));
    map_each (&r->c->ports, it) {
        const struct port_note *note = it->value;

        if (note->port && note->net && note->ifindex) {
            TRY(pairs_fdb(r, note));
            TRY(guest_put(r, note));
            TRY(port_put(r, note));
            fit_tell(r, DESIRED_port, it->key);
        }
    }
    return NULL;
}

/* All instances, for who watches them. */
static void
watched_make(struct forwarding *f)
{
    mem_free(f->watched_mem);
    f->watched_mem = mem_new("watched");
    f->watched.n = f->watched.cap = 0;
    f->watched.items = NULL;
    map_each (&f->compiled->insts, it) {
        const struct inst_note *note = it->value;
        const struct inst_hold *hold = note->holds;

        while (hold && !hold->is_watched) {
            hold = hold->next;
        }
        if (hold) {
            struct forwarding_instance made = hold->made;

            made.watched.id = mem_str(f->watched_mem, note->uuid);
            made.server_id = mem_str(f->watched_mem, hold->server_id);
            vec_add(f->watched_mem, &f->watched, made);
        }
    }
}

/* What goes may make room for what had none: then it is tried again at once. */
static struct err *
rest_delete(struct run *r)
{
    uint64_t writes, before, after;

    datapath_changes(r->dp, &writes, &before);
    TRY(datapath_end(r->dp));
    datapath_changes(r->dp, &writes, &after);
    if (r->is_full && after != before) {
        r->f->due = r->now;
    }
    return NULL;
}

static struct err *
run_make(struct run *r)
{
    compiled_begin(r);
    datapath_begin(r->dp);
    TRY(net_notes(r));
    TRY(port_notes(r));
    TRY(nets_sync(r));
    TRY(groups_sync(r));
    TRY(addresses_sync(r));
    TRY(chains_sync(r));
    TRY(ports_sync(r));
    return rest_delete(r);
}

struct err *
forwarding_sync(struct forwarding *f)
{
    AUTO(mem) mem = mem_new("forwarding");
    struct run r = {.f = f, .dp = f->dp, .world = f->world, .mem = mem, .now = time_now_us()};
    uint64_t writes, deletes;

    f->compiled = f->compiled ? f->compiled : compiled_new();
    r.c = f->compiled;
    r.c->run++;
    r.after_cut = r.c->is_cut;
    r.c->is_cut = true;
    map_init(&r.nets, mem);
    map_init(&r.groups, mem);
    TRY(run_make(&r));
    r.c->is_cut = false;
    watched_make(f);
    if (!r.c->adopted) {
        r.c->adopted = true;
        datapath_changes(f->dp, &writes, &deletes);
        log_info("maps", "adopted chains=%zu written=%" PRIu64 " deleted=%" PRIu64,
                 world_count(f->world, DESIRED_chain), writes, deletes);
    }
    return NULL;
}

bool
forwarding_speaks_nsh(const struct forwarding *f, const char *port_id)
{
    const struct port_note *note = map_get(&f->compiled->ports, port_id);

    return note && note->n_claims && note->nsh;
}

void
forwarding_done(struct forwarding *f)
{
    compiled_free(f->compiled);
    f->compiled = NULL;
    mem_free(f->watched_mem);
}
