/* The words of Neutron's network API: enumerations, converters and checks that
 * the tables name, and the IP protocols by name. */
#include "network/words.h"

#include "base/vec.h"

#include <string.h>

const char *const network_directions[] = {"ingress", "egress", NULL};
const char *const network_ethertypes[] = {"IPv4", "IPv6", NULL};
const char *const sfc_function_kinds[] = {"transparent", "routed", "nat", "proxy", NULL};
const char *const sfc_probe_kinds[] = {"frame", "none", NULL};
const char *const sfc_failure_policies[] = {"closed", "open", NULL};
const char *const network_vnic_types[] = {"normal", NULL};
const char *const network_ipv6_modes[] = {"dhcpv6-stateful", "dhcpv6-stateless", "slaac", NULL};
const char *const interconnect_encapsulations[] = {"vxlan", "vxlan-gpe-nsh", NULL};
const char *const interconnect_directions[] = {"forward", "reverse", "forward_back",
                                              "reverse_back", NULL};

/* Neutron API: security group rules, "protocol". */
static const struct {
    const char *name;
    int number;
} protocols[] = {
    {"ah", 51},         {"dccp", 33},       {"egp", 8},         {"esp", 50},
    {"gre", 47},        {"hopopt", 0},      {"icmp", 1},        {"igmp", 2},
    {"ip", 0},          {"ipip", 4},        {"ipv6-encap", 41}, {"ipv6-frag", 44},
    {"ipv6-icmp", 58},  {"icmpv6", 58},     {"ipv6-nonxt", 59}, {"ipv6-opts", 60},
    {"ipv6-route", 43}, {"ospf", 89},       {"pgm", 113},       {"rsvp", 46},
    {"sctp", 132},      {"tcp", 6},         {"udp", 17},        {"udplite", 136},
    {"vrrp", 112},
};

int
protocol_number(const char *protocol)
{
    int64_t number;

    for (size_t i = 0; protocol && i < ARRAY_SIZE(protocols); i++) {
        if (str_eq(protocols[i].name, protocol)) {
            return protocols[i].number;
        }
    }
    if (protocol && str_to_i64(protocol, &number) && number >= 0 && number <= 255) {
        return (int)number;
    }
    return -1;
}

const char *
protocol_names(struct mem *mem)
{
    AUTO_BUF list = BUF_INIT;

    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
        buf_printf(&list, "%s'%s'", i ? ", " : "", protocols[i].name);
    }
    return buf_copy(mem, &list);
}

/* ---- converters --------------------------------------------------------------- */

static const struct json *
json_value(struct mem *mem, struct json value)
{
    return mem_copy(mem, &value, sizeof value);
}

/* 6 -> "6", "TCP" -> "tcp", "any" and -1 -> null. */
const struct json *
network_convert_protocol(struct mem *mem, const struct json *json)
{
    const struct json *text = attr_convert_lower(mem, attr_convert_str(mem, json));

    if (text->type == JSON_T_STR &&
        (str_eq(text->s, "any") || str_eq(text->s, "-1") || str_eq(text->s, ""))) {
        return json_value(mem, (struct json){.type = JSON_T_NULL});
    }
    return text;
}

/* "80" -> 80, -1 -> null (any ICMP type). */
const struct json *
network_convert_port(struct mem *mem, const struct json *json)
{
    const struct json *number = attr_convert_int(mem, json);

    if (number->type == JSON_T_INT && number->i == -1) {
        return json_value(mem, (struct json){.type = JSON_T_NULL});
    }
    return number;
}

/* "ipv6" -> "IPv6" */
const struct json *
network_convert_ethertype(struct mem *mem, const struct json *json)
{
    for (const char *const *word = network_ethertypes; *word; word++) {
        if (json->type == JSON_T_STR && str_eq_case(json->s, *word)) {
            return json_value(mem,
                              (struct json){.type = JSON_T_STR, .s = *word, .n = strlen(*word)});
        }
    }
    return json;
}

/* As above, and null is the default. */
const struct json *
sfc_convert_ethertype(struct mem *mem, const struct json *json)
{
    if (json->type == JSON_T_NULL) {
        return json_value(mem, (struct json){.type = JSON_T_STR, .s = "IPv4", .n = 4});
    }
    return network_convert_ethertype(mem, json);
}

/* ---- checks ------------------------------------------------------------------- */

const char *
network_check_ip_version(struct mem *mem, const struct attr *attr, void *value)
{
    int64_t version = *(int64_t *)value;

    (void)attr;
    return version == 4 || version == 6
               ? NULL
               : mem_printf(mem, "%lld is not in valid_values.", (long long)version);
}

const char *
network_check_nameservers(struct mem *mem, const struct attr *attr, void *value)
{
    struct strs *list = value;
    char text[IP_TEXT_SIZE];
    struct ip ip;

    (void)attr;
    for (size_t i = 0; i < list->n; i++) {
        if (!ip_parse(list->items[i], &ip)) {
            return mem_printf(mem, "'%s' is not a valid nameserver.", list->items[i]);
        }
        list->items[i] = mem_str(mem, ip_text(text, &ip));
        for (size_t k = 0; k < i; k++) {
            if (str_eq(list->items[i], list->items[k])) {
                return mem_printf(mem, "Duplicate nameserver '%s'.", list->items[i]);
            }
        }
    }
    return NULL;
}

const char *
network_check_ip_or_cidr(struct mem *mem, const struct attr *attr, void *value)
{
    const char *text = *(const char **)value;
    struct cidr cidr;
    struct ip ip;

    (void)attr;
    return ip_parse(text, &ip) || cidr_parse(text, &cidr)
               ? NULL
               : mem_printf(mem, "'%s' is not a valid IP address or subnet.", text);
}

/* Rules without state would need a data plane that forgets flows: not there. */
const char *
security_group_check_stateful(struct mem *mem, const struct attr *attr, void *value)
{
    (void)mem, (void)attr;
    return *(bool *)value ? NULL : "stateless security groups are not supported by this site.";
}

struct err *
invalid_input(const char *file, int line, const char *fmt, ...)
{
    AUTO(mem) mem = mem_new("invalid_input");
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(mem, fmt, args);
    va_end(args);
    return err_make(file, line, E_INVALID, "InvalidInput", "Invalid input for operation: %s", text);
}

/* ---- looking things up ---------------------------------------------------------- */

struct network_service *
service_of(const struct op *op)
{
    return op->user;
}

bool
caller_owns(const struct op *op, const char *project_id)
{
    return op->caller->is_admin || op->caller->is_internal ||
           (project_id && str_eq(op->caller->project_id, project_id));
}

struct op
network_op(const struct op *op, const struct resource *resource, struct network_service *service)
{
    struct op inner = *op;

    inner.resource = resource;
    inner.user = service;
    inner.version = 0;
    inner.if_match = NULL;
    return inner;
}

struct err *
network_look(struct tx *tx, const struct op *op, const char *id, struct network **network)
{
    struct op inner = network_op(op, &network_resource, service_of(op));
    void *row;

    TRY(resource_look(tx, &inner, id, &row));
    *network = row;
    return NULL;
}

static struct err *
note_found(void *arg, int n, const char *const *columns)
{
    (void)n, (void)columns;
    *(bool *)arg = true;
    return NULL;
}

struct err *
sql_exists(struct tx *tx, const char *sql, const char *const *args, bool *found)
{
    *found = false;
    return tx_sql(tx, sql, args, note_found, found);
}

struct column_reader {
    struct mem *mem;
    VEC(const char *) items;
};

static struct err *
note_column(void *arg, int n, const char *const *columns)
{
    struct column_reader *reader = arg;

    (void)n;
    vec_add(reader->mem, &reader->items, mem_str(reader->mem, columns[0]));
    return NULL;
}

struct err *
sql_column(struct tx *tx, const char *sql, const char *const *args, struct strs *out)
{
    struct column_reader reader = {.mem = tx_mem(tx)};

    TRY(tx_sql(tx, sql, args, note_column, &reader));
    *out = (struct strs){.n = reader.items.n, .items = reader.items.items};
    return NULL;
}
