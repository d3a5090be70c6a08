/* Rules of security groups: what Neutron refuses is refused here in its words,
 * so that no rule is stored that the data plane could not mean. */
#include "network/words.h"

#include <inttypes.h>

/* ---- protocol and ports ------------------------------------------------------------ */

static bool
has_ports(int protocol)
{
    return protocol == 6 || protocol == 17 || protocol == 132 || protocol == 136 || protocol == 33;
}

static struct err *
icmp_check(const struct security_group_rule *rule)
{
    const int64_t values[] = {rule->port_range_min, rule->port_range_max};
    const char *const fields[] = {"type", "code"}, *const attrs[] = {"port_range_min",
                                                                     "port_range_max"};

    for (int i = 0; i < 2; i++) {
        if (values[i] != INT_NULL && (values[i] < 0 || values[i] > 255)) {
            return err_new(E_INVALID, "SecurityGroupInvalidIcmpValue",
                           "Invalid value for ICMP %s (%s) %" PRIi64 ". It must be 0 to 255.",
                           fields[i], attrs[i], values[i]);
        }
    }
    if (rule->port_range_min == INT_NULL && rule->port_range_max != INT_NULL) {
        return err_new(E_INVALID, "SecurityGroupMissingIcmpType",
                       "ICMP code (port-range-max) %" PRIi64 " is provided but ICMP type "
                       "(port-range-min) is missing.", rule->port_range_max);
    }
    return NULL;
}

static struct err *
range_check(const struct security_group_rule *rule)
{
    int64_t low = rule->port_range_min, high = rule->port_range_max;

    if (low == INT_NULL || high == INT_NULL || low > high) {
        return err_new(E_INVALID, "SecurityGroupInvalidPortRange",
                       "For TCP/UDP protocols, port_range_min must be <= port_range_max");
    }
    return NULL;
}

static struct err *
protocol_check(struct mem *mem, struct security_group_rule *rule)
{
    bool ranged = rule->port_range_min != INT_NULL || rule->port_range_max != INT_NULL;
    int number;

    if (!rule->protocol) {
        return ranged ? err_new(E_INVALID, "SecurityGroupProtocolRequiredWithPorts",
                                "Must also specify protocol if port range is given.")
                      : NULL;
    }
    number = protocol_number(rule->protocol);
    if (number < 0) {
        return err_new(E_INVALID, "SecurityGroupRuleInvalidProtocol",
                       "Security group rule protocol %s not supported. Only protocol values "
                       "[None, %s] and integer representations [0 to 255] are supported.",
                       rule->protocol, protocol_names(mem));
    }
    if (str_eq(rule->ethertype, "IPv6") &&
        (str_eq(rule->protocol, "icmp") || str_eq(rule->protocol, "icmpv6"))) {
        rule->protocol = "ipv6-icmp";
        number = 58;
    }
    if (number == 58 && str_eq(rule->ethertype, "IPv4")) {
        return err_new(E_INVALID, "SecurityGroupEthertypeConflictWithProtocol",
                       "Invalid ethertype %s for protocol %s.", rule->ethertype, rule->protocol);
    }
    if (number == 1 || number == 58) {
        return icmp_check(rule);
    }
    if (ranged && !has_ports(number)) {
        return err_new(E_INVALID, "SecurityGroupInvalidProtocolForPort",
                       "Ports cannot be specified for protocol %s. Ports are only supported for "
                       "dccp, sctp, tcp, udp, udplite.", rule->protocol);
    }
    return ranged ? range_check(rule) : NULL;
}

/* ---- the other side ----------------------------------------------------------------- */

static struct err *
remote_check(struct tx *tx, const struct op *op, struct security_group_rule *rule)
{
    bool v6 = str_eq(rule->ethertype, "IPv6"), found;
    struct cidr cidr;

    if (rule->remote_ip_prefix && rule->remote_group_id) {
        return err_new(E_INVALID, "SecurityGroupMultipleRemoteEntites",
                       "Only one of remote_group_id, remote_ip_prefix or "
                       "remote_address_group_id may be provided.");
    }
    if (rule->remote_ip_prefix && cidr_parse(rule->remote_ip_prefix, &cidr) &&
        ip_is_v4(&cidr.ip) == v6) {
        return err_new(E_INVALID, "SecurityGroupRuleParameterConflict",
                       "Conflicting value ethertype %s for CIDR %s", rule->ethertype,
                       rule->remote_ip_prefix);
    }
    rule->normalized_cidr = rule->remote_ip_prefix;
    if (!rule->remote_group_id) {
        return NULL;
    }
    TRY(sql_exists(tx, "select 1 from security_group where id = ? and (project_id = ? or ? = '1')",
                   SQL_ARGS(rule->remote_group_id, str_or(op->caller->project_id, ""),
                            op->caller->is_admin || op->caller->is_internal ? "1" : "0"),
                   &found));
    if (!found) {
        return err_new(E_NOT_FOUND, "SecurityGroupNotFound", "Security group %s does not exist",
                       rule->remote_group_id);
    }
    return NULL;
}

/* ---- twins ---------------------------------------------------------------------------- */

static bool
protocol_same(const char *a, const char *b)
{
    return str_eq(a, b) || (a && b && protocol_number(a) == protocol_number(b));
}

static bool
rule_same(const struct security_group_rule *a, const struct security_group_rule *b)
{
    return str_eq(a->direction, b->direction) && str_eq(a->ethertype, b->ethertype) &&
           protocol_same(a->protocol, b->protocol) && a->port_range_min == b->port_range_min &&
           a->port_range_max == b->port_range_max &&
           str_eq(a->normalized_cidr, b->normalized_cidr) &&
           str_eq(a->remote_group_id, b->remote_group_id);
}

static struct err *
twin_check(struct tx *tx, const struct security_group_rule *rule)
{
    struct cond conds[] = {COND("security_group_id", rule->security_group_id),
                           COND("direction", rule->direction), {.attr = NULL}};
    struct rows rules;

    TRY(rows_select(tx, &(struct query){.table = &security_group_rule_table, .conds = conds},
                    &rules));
    for (size_t i = 0; i < rules.n; i++) {
        const struct security_group_rule *other = rules.items[i];

        if (rule_same(rule, other)) {
            return err_new(E_EXISTS, "SecurityGroupRuleExists",
                           "Security group rule already exists. Rule id is %s.", other->id);
        }
    }
    return NULL;
}

/* ---- hooks ------------------------------------------------------------------------------ */

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct security_group_rule *rule = row;
    struct op group_op = network_op(op, &security_group_resource, service_of(op));
    struct security_group *group;
    void *found;
    struct err *e = resource_get(tx, &group_op, rule->security_group_id, &found);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "told in the words of a rule");
        return err_new(E_NOT_FOUND, "SecurityGroupNotFound", "Security group %s does not exist",
                       rule->security_group_id);
    }
    TRY(e);
    group = found;
    if (!caller_owns(op, group->project_id)) {
        return err_new(E_NOT_FOUND, "SecurityGroupNotFound", "Security group %s does not exist",
                       rule->security_group_id);
    }
    TRY(protocol_check(tx_mem(tx), rule));
    TRY(remote_check(tx, op, rule));
    return twin_check(tx, rule);
}

static struct err *
touch_group(struct tx *tx, const struct security_group_rule *rule)
{
    return row_touch(tx, &security_group_table, rule->security_group_id);
}

static struct err *
after_create(struct tx *tx, struct op *op, void *row)
{
    (void)op;
    return touch_group(tx, row);
}

static struct err *
after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)op;
    return touch_group(tx, row);
}

const struct resource security_group_rule_resource = {
    .table = &security_group_rule_table,
    .singular = "security_group_rule",
    .plural = "security_group_rules",
    .doc = "Security group rules",
    .not_found = "SecurityGroupRuleNotFound",
    .in_use = "SecurityGroupRuleInUse",
    .quota = "security_group_rule",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_REVISION | RESOURCE_BULK,
    .visible = "t.security_group_id in (select g.id from security_group g where g.project_id = "
               ":project_id)",
    .hooks = {.before_create = before_create,
              .after_create = after_create,
              .after_delete = after_delete},
};
