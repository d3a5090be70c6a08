/* Objects and messages to and from JSON, and what the members of one object
 * mean together. */
#include "desired/desired.h"

#include "base/net.h"
#include "base/vec.h"

#include <arpa/inet.h>
#include <string.h>

static struct err *
fault(struct err *faults, const char *what)
{
    return err_join(faults, err_new(E_INVALID, NULL, "%s", what));
}

/* Both or none, and in order. */
static struct err *
range_check(int64_t min, int64_t max, const char *what, struct err *faults)
{
    if ((min == INT_NULL) != (max == INT_NULL) || (min != INT_NULL && min > max)) {
        return fault(faults, what);
    }
    return faults;
}

static bool
is_v6(const char *ethertype)
{
    return str_eq(ethertype, "IPv6");
}

static bool
cidr_fits(const char *text, const char *ethertype)
{
    struct cidr cidr;

    return !text || (cidr_parse(text, &cidr) && ip_is_v4(&cidr.ip) != is_v6(ethertype));
}

static bool
is_vtep(const char *text)
{
    struct ip ip;

    return ip_parse(text, &ip) && ip_is_v4(&ip) && ip_v4(&ip) && ip_v4(&ip) >> 28 != 14 &&
           ip_v4(&ip) != 0xffffffff;
}

static bool
is_unicast_mac(const char *text)
{
    static const struct mac zero;
    struct mac mac;

    return mac_parse(text, &mac) && !(mac.b[0] & 1) && memcmp(&mac, &zero, sizeof mac) != 0;
}

static bool
is_unicast_ip(const char *text)
{
    static const struct ip zero;
    struct ip ip;

    return ip_parse(text, &ip) && memcmp(&ip, &zero, sizeof ip) != 0 && ip.b[0] != 0xff &&
           (!ip_is_v4(&ip) || (ip_v4(&ip) && ip_v4(&ip) >> 29 != 7));
}

/* What a port and a guest have in common. */
static struct err *
interface_check(const char *mac, const struct rows *addresses, const struct rows *routes)
{
    struct err *faults = NULL;

    if (!is_unicast_mac(mac)) {
        faults = fault(faults, "mac is not a unicast address");
    }
    for (size_t i = 0; i < addresses->n; i++) {
        const struct desired_address *a = addresses->items[i];

        if (!is_unicast_ip(a->ip) || (!strchr(a->ip, ':') && a->prefix_len > 32)) {
            faults = fault(faults, "an address is not unicast or its prefix is too long");
        }
        if (a->gateway && !strchr(a->gateway, ':') != !strchr(a->ip, ':')) {
            faults = fault(faults, "a gateway is of the other family");
        }
    }
    for (size_t i = 0; i < routes->n; i++) {
        const struct desired_route *r = routes->items[i];

        if (!strchr(r->destination, ':') != !strchr(r->nexthop, ':')) {
            faults = fault(faults, "a route's next hop is of the other family");
        }
    }
    return faults;
}

static struct err *
port_check(const struct desired_port *port)
{
    struct err *faults = interface_check(port->mac, &port->addresses, &port->routes);

    for (size_t i = 0; i < port->allowed_pairs.n; i++) {
        const struct desired_pair *p = port->allowed_pairs.items[i];

        if (p->mac && !is_unicast_mac(p->mac)) {
            faults = fault(faults, "the mac of an allowed pair is not a unicast address");
        }
    }
    return faults;
}

static struct err *
guest_check(const struct desired_guest *guest)
{
    return interface_check(guest->mac, &guest->addresses, &guest->routes);
}

static struct err *
remote_port_check(const struct desired_remote_port *port)
{
    struct err *faults = NULL;

    if (!is_unicast_mac(port->mac)) {
        faults = fault(faults, "mac is not a unicast address");
    }
    if (!is_vtep(port->vtep)) {
        faults = fault(faults, "vtep is not a unicast IPv4 address");
    }
    return faults;
}

static struct err *
security_group_check(const struct desired_security_group *group)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < group->rules.n; i++) {
        const struct desired_rule *r = group->rules.items[i];
        bool icmp = r->protocol == 1 || r->protocol == 58;

        if (icmp ? r->port_min == INT_NULL && r->port_max != INT_NULL
                 : (r->port_min == INT_NULL) != (r->port_max == INT_NULL) ||
                       (r->port_min != INT_NULL && r->port_min > r->port_max)) {
            faults = fault(faults, "a rule's ports are no range (ICMP: a code without a type)");
        }
        if (r->port_min != INT_NULL && r->protocol == INT_NULL) {
            faults = fault(faults, "a rule has ports but no protocol");
        }
        if (!cidr_fits(r->remote_cidr, r->ethertype)) {
            faults = fault(faults, "a rule's remote_cidr is of the other family");
        }
    }
    return faults;
}

static struct err *
classifier_check(const struct desired_classifier *c, struct err *faults)
{
    faults = range_check(c->src_port_min, c->src_port_max, "source ports are no range", faults);
    faults =
        range_check(c->dst_port_min, c->dst_port_max, "destination ports are no range", faults);
    if ((c->src_port_min != INT_NULL || c->dst_port_min != INT_NULL) && c->protocol == INT_NULL) {
        faults = fault(faults, "a classifier has ports but no protocol");
    }
    if (!cidr_fits(c->src_cidr, c->ethertype) || !cidr_fits(c->dst_cidr, c->ethertype)) {
        faults = fault(faults, "a classifier's prefix is of the other family");
    }
    return faults;
}

/* Local or remote, whole, and not twice in a chain. */
static struct err *
instance_check(const struct desired_instance *inst, struct map *seen, struct err *faults)
{
    bool local = inst->ingress_port_id && inst->egress_port_id;
    bool labels = inst->label_forward != INT_NULL && inst->label_reverse != INT_NULL;
    bool remote = inst->vtep && (inst->nsh ? inst->vni != INT_NULL : labels);
    bool lent = inst->back_vtep != NULL;

    if (local == remote || (!local && (inst->ingress_port_id || inst->egress_port_id)) ||
        (!remote && inst->vtep)) {
        faults = fault(faults, "an instance has either both ports or vtep and both labels "
                               "(nsh: vtep and vni)");
    }
    if (inst->vtep && !is_vtep(inst->vtep)) {
        faults = fault(faults, "an instance's vtep is not a unicast IPv4 address");
    }
    if (lent && (!local || inst->nsh || !labels || !is_vtep(inst->back_vtep))) {
        faults = fault(faults, "an instance that is lent to another site has both ports, a unicast "
                               "IPv4 back_vtep and both labels, and does not speak NSH");
    }
    if (!map_add(seen, inst->id, seen)) {
        faults = fault(faults, "an instance stands twice in the chain");
    }
    return faults;
}

static struct err *
chain_check(struct mem *mem, const struct desired_chain *chain)
{
    struct err *faults = NULL;
    struct map seen;

    map_init(&seen, mem);
    if (chain->spi_forward != INT_NULL && chain->spi_forward == chain->spi_reverse) {
        faults = fault(faults, "both directions have one service path");
    }
    for (size_t i = 0; i < chain->classifiers.n; i++) {
        faults = classifier_check(chain->classifiers.items[i], faults);
    }
    for (size_t i = 0; i < chain->hops.n; i++) {
        const struct desired_hop *hop = chain->hops.items[i];

        for (size_t j = 0; j < hop->instances.n; j++) {
            const struct desired_instance *inst = hop->instances.items[j];

            faults = instance_check(inst, &seen, faults);
            if (inst->nsh && (chain->spi_forward == INT_NULL || chain->spi_reverse == INT_NULL)) {
                faults = fault(faults, "an instance speaks NSH, and the chain has no service path");
            }
        }
    }
    return faults;
}

static struct err *
meaning_check(struct mem *mem, enum desired_kind kind, const void *object)
{
    switch (kind) {
    case DESIRED_port:
        return port_check(object);
    case DESIRED_remote_port:
        return remote_port_check(object);
    case DESIRED_security_group:
        return security_group_check(object);
    case DESIRED_chain:
        return chain_check(mem, object);
    case DESIRED_guest:
        return guest_check(object);
    case DESIRED_network:
    case DESIRED_image:
    case DESIRED_label:
    case DESIRED_server:
    case DESIRED_N_KINDS:
    default:
        return NULL;
    }
}

struct err *
desired_decode(struct mem *mem, enum desired_kind kind, const struct json *json, void **object)
{
    const struct table *table;

    if (kind >= DESIRED_N_KINDS) {
        return err_new(E_INVALID, NULL, "no such kind");
    }
    table = desired_table(kind);
    *object = row_new(mem, table);
    TRY_MSG(row_decode(mem, table, json, ROW_PLAIN, 0, NULL, *object), "%s", table->name);
    return err_wrap(meaning_check(mem, kind, *object), "%s %s", table->name, desired_id(*object));
}

struct err *
desired_check(struct mem *mem, enum desired_kind kind, const void *object)
{
    const char *text = row_to_json(mem, object, true);
    const struct json *json;
    void *copy;

    TRY(json_parse(mem, text, strlen(text), &json));
    return desired_decode(mem, kind, json, &copy);
}

struct err *
desired_message_decode(struct mem *mem, const char *text, size_t n,
                       struct desired_message **message)
{
    const struct json *json;

    TRY_MSG(json_parse(mem, text, n, &json), "message");
    *message = row_new(mem, &desired_message_table);
    return err_wrap(
        row_decode(mem, &desired_message_table, json, ROW_PLAIN, 0, NULL, *message), "message");
}

struct desired_message *
desired_message_new(struct mem *mem, enum desired_op op)
{
    struct desired_message *message = row_new(mem, &desired_message_table);

    message->op = desired_ops[op];
    return message;
}

/* Four bytes for the length, to be filled in by frame_end. */
static size_t
frame_begin(struct buf *out)
{
    size_t at = out->len;

    buf_add(out, "\0\0\0\0", 4);
    return at;
}

static void
frame_end(struct buf *out, size_t at)
{
    uint32_t n;

    if (!out->overflow) {
        n = htonl((uint32_t)(out->len - at - 4));
        memcpy(out->data + at, &n, 4);
    }
}

static bool
is_said(void *arg, const struct attr *attr)
{
    return !attr_is_null(attr, arg) && attr->type != ATTR_T_json;
}

void
desired_message_encode(struct buf *out, const struct desired_message *message)
{
    size_t at = frame_begin(out);
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    struct desired_message copy = *message;
    row_encode(&w, message, 0, is_said, &copy);
    if (message->object) {
        jw_json(&w, "object", message->object);
    }
    jw_end(&w);
    frame_end(out, at);
}

void
desired_put_encode(struct buf *out, const char *host, enum desired_kind kind, const void *object)
{
    AUTO(mem) mem = mem_new("desired put");
    size_t at = frame_begin(out);
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    jw_str(&w, "op", desired_ops[DESIRED_OP_put]);
    jw_str(&w, "host", host);
    jw_str(&w, "kind", desired_kind_names[kind]);
    jw_raw(&w, "object", row_to_json(mem, object, true));
    jw_end(&w);
    frame_end(out, at);
}
