/* The tables of the protocol, and the checks that a table cannot say.  What is
 * accepted here reaches a privileged process: every text is bounded and made
 * of known characters. */
#include "desired/desired.h"

#include "base/net.h"
#include "base/uuid.h"

#include <ctype.h>
#include <string.h>

const char *const desired_kind_names[] = {
#define X(kind, doc) #kind,
    DESIRED_KINDS(X)
#undef X
    NULL,
};
const char *const desired_ops[] = {
#define X(op, who) #op,
    DESIRED_OPS(X)
#undef X
    NULL,
};
const char *const desired_ethertypes[] = {"IPv4", "IPv6", NULL};
const char *const desired_rule_directions[] = {"ingress", "egress", NULL};
const char *const desired_label_directions[] = {"forward", "reverse", NULL};
const char *const desired_image_formats[] = {"tar", "oci", NULL};
const char *const desired_powers[] = {"running", "stopped", NULL};
const char *const desired_layers[] = {"l2", "l3", NULL};
const char *const desired_fields[] = {"ip_src",  "ip_dst",  "tcp_src", "tcp_dst", "udp_src",
                                      "udp_dst", "eth_src", "eth_dst", NULL};
const char *const desired_ra_modes[] = {"slaac", "dhcpv6-stateful", "dhcpv6-stateless", NULL};

/* ---- checks of single values ------------------------------------------------------ */

static const char *
desired_check_uuids(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *strs = value;

    for (size_t i = 0; i < strs->n; i++) {
        if (!uuid_valid(strs->items[i])) {
            return mem_printf(mem, "item %zu of %s is not a UUID.", i, attr->name);
        }
    }
    return NULL;
}

bool
desired_is_field(const char *name)
{
    size_t i = 0;

    while (desired_fields[i] && !str_eq(desired_fields[i], name)) {
        i++;
    }
    return desired_fields[i];
}

static const char *
desired_check_fields(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *strs = value;

    for (size_t i = 0; i < strs->n; i++) {
        if (!desired_is_field(strs->items[i])) {
            return mem_printf(mem, "item %zu of %s is not a field of packets.", i, attr->name);
        }
    }
    return NULL;
}

static const char *
desired_check_ips(struct mem *mem, const struct attr *attr, void *value)
{
    struct strs *strs = value;
    char text[IP_TEXT_SIZE];
    struct ip ip;

    for (size_t i = 0; i < strs->n; i++) {
        if (!ip_parse(strs->items[i], &ip)) {
            return mem_printf(mem, "item %zu of %s is not an address.", i, attr->name);
        }
        strs->items[i] = mem_str(mem, ip_text(text, &ip));
    }
    return NULL;
}

static bool
only(const char *s, const char *extra)
{
    for (; *s; s++) {
        if (!isalnum((unsigned char)*s) && !strchr(extra, *s)) {
            return false;
        }
    }
    return true;
}

static const char *
desired_check_name(struct mem *mem, const struct attr *attr, void *value)
{
    const char *s = *(const char **)value;

    return !s || (isalnum((unsigned char)*s) && only(s, "-_."))
               ? NULL
               : mem_printf(mem, "%s is made of letters, digits, '-', '_' and '.'.", attr->name);
}

static const char *
desired_check_ifname(struct mem *mem, const struct attr *attr, void *value)
{
    const char *s = *(const char **)value;

    return islower((unsigned char)*s) && only(s, "") && strcmp(s, "lo") != 0
               ? NULL
               : mem_printf(mem, "%s is a letter, then letters and digits, and not lo.",
                            attr->name);
}

static const char *
desired_check_env_name(struct mem *mem, const struct attr *attr, void *value)
{
    const char *s = *(const char **)value;

    return !isdigit((unsigned char)*s) && only(s, "_")
               ? NULL
               : mem_printf(mem, "%s is made of letters, digits and '_'.", attr->name);
}

/* Text that may stand in files and argument vectors: UTF-8, no control characters but
 * tab and newline. */
static bool
is_text(const char *s)
{
    for (const char *c = s; *c; c++) {
        if ((unsigned char)*c < ' ' && *c != '\t' && *c != '\n') {
            return false;
        }
    }
    return str_utf8(s, strlen(s));
}

static const char *
desired_check_text(struct mem *mem, const struct attr *attr, void *value)
{
    return is_text(*(const char **)value)
               ? NULL
               : mem_printf(mem, "%s has control characters or is not UTF-8.", attr->name);
}

static const char *
desired_check_texts(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *strs = value;

    for (size_t i = 0; i < strs->n; i++) {
        if (strlen(strs->items[i]) > 4096 || !is_text(strs->items[i])) {
            return mem_printf(mem, "item %zu of %s is no text of at most 4096 bytes.", i,
                              attr->name);
        }
    }
    return NULL;
}

static const char *
desired_check_path(struct mem *mem, const struct attr *attr, void *value)
{
    const char *s = *(const char **)value;
    size_t n;
    char **parts = str_split(mem, s, '/', &n);

    for (size_t i = 0; i < n; i++) {
        if (!*parts[i] || parts[i][0] == '.' || !only(parts[i], "-_.")) {
            return mem_printf(mem,
                              "%s is a relative path of names that are made of letters, digits, "
                              "'-', '_' and '.' and do not begin with '.'.",
                              attr->name);
        }
    }
    return NULL;
}

static const char *
desired_check_sha512(struct mem *mem, const struct attr *attr, void *value)
{
    const char *s = *(const char **)value;

    return strlen(s) == 128 && strspn(s, "0123456789abcdef") == 128
               ? NULL
               : mem_printf(mem, "%s is not a SHA-512 in lower-case hex.", attr->name);
}

/* ---- the tables -------------------------------------------------------------------- */

#define ATTR ATTR_ROW
#define TABLE_STRUCT desired_network
static const struct attr network_attrs[] = {
#include "desired/network.tbl"
};
#undef TABLE_STRUCT
const struct table desired_network_table = {
    .name = "network",
    .doc = "an L2 segment",
    TABLE(struct desired_network, network_attrs),
};

#define TABLE_STRUCT desired_address
static const struct attr address_attrs[] = {
#include "desired/address.tbl"
};
#undef TABLE_STRUCT
const struct table desired_address_table = {
    .name = "address",
    .doc = "an address of a port",
    TABLE(struct desired_address, address_attrs),
};

#define TABLE_STRUCT desired_route
static const struct attr route_attrs[] = {
#include "desired/route.tbl"
};
#undef TABLE_STRUCT
const struct table desired_route_table = {
    .name = "route",
    .doc = "a static route of a server",
    TABLE(struct desired_route, route_attrs),
};

#define TABLE_STRUCT desired_pair
static const struct attr pair_attrs[] = {
#include "desired/pair.tbl"
};
#undef TABLE_STRUCT
const struct table desired_pair_table = {
    .name = "pair",
    .doc = "an allowed address pair",
    TABLE(struct desired_pair, pair_attrs),
};

#define TABLE_STRUCT desired_port
static const struct attr port_attrs[] = {
#include "desired/port.tbl"
};
#undef TABLE_STRUCT
const struct table desired_port_table = {
    .name = "port",
    .doc = "a port on this host",
    TABLE(struct desired_port, port_attrs),
};

#define TABLE_STRUCT desired_remote_port
static const struct attr remote_port_attrs[] = {
#include "desired/remote_port.tbl"
};
#undef TABLE_STRUCT
const struct table desired_remote_port_table = {
    .name = "remote_port",
    .doc = "a port at another site",
    TABLE(struct desired_remote_port, remote_port_attrs),
};

#define TABLE_STRUCT desired_rule
static const struct attr rule_attrs[] = {
#include "desired/rule.tbl"
};
#undef TABLE_STRUCT
const struct table desired_rule_table = {
    .name = "rule",
    .doc = "a security group's rule",
    TABLE(struct desired_rule, rule_attrs),
};

#define TABLE_STRUCT desired_security_group
static const struct attr security_group_attrs[] = {
#include "desired/security_group.tbl"
};
#undef TABLE_STRUCT
const struct table desired_security_group_table = {
    .name = "security_group",
    .doc = "rules and members",
    TABLE(struct desired_security_group, security_group_attrs),
};

#define TABLE_STRUCT desired_classifier
static const struct attr classifier_attrs[] = {
#include "desired/classifier.tbl"
};
#undef TABLE_STRUCT
const struct table desired_classifier_table = {
    .name = "classifier",
    .doc = "a flow classifier",
    TABLE(struct desired_classifier, classifier_attrs),
};

#define TABLE_STRUCT desired_instance
static const struct attr instance_attrs[] = {
#include "desired/instance.tbl"
};
#undef TABLE_STRUCT
const struct table desired_instance_table = {
    .name = "instance",
    .doc = "an instance of a function",
    TABLE(struct desired_instance, instance_attrs),
};

#define TABLE_STRUCT desired_hop
static const struct attr hop_attrs[] = {
#include "desired/hop.tbl"
};
#undef TABLE_STRUCT
const struct table desired_hop_table = {
    .name = "hop",
    .doc = "a position of a chain",
    TABLE(struct desired_hop, hop_attrs),
};

#define TABLE_STRUCT desired_chain
static const struct attr chain_attrs[] = {
#include "desired/chain.tbl"
};
#undef TABLE_STRUCT
const struct table desired_chain_table = {
    .name = "chain",
    .doc = "a chain of functions",
    TABLE(struct desired_chain, chain_attrs),
};

#define TABLE_STRUCT desired_label
static const struct attr label_attrs[] = {
#include "desired/label.tbl"
};
#undef TABLE_STRUCT
const struct table desired_label_table = {
    .name = "label",
    .doc = "a label of this site",
    TABLE(struct desired_label, label_attrs),
};

#define TABLE_STRUCT desired_image
static const struct attr image_attrs[] = {
#include "desired/image.tbl"
};
#undef TABLE_STRUCT
const struct table desired_image_table = {
    .name = "image",
    .doc = "an archive to start servers from",
    TABLE(struct desired_image, image_attrs),
};

#define TABLE_STRUCT desired_env
static const struct attr env_attrs[] = {
#include "desired/env.tbl"
};
#undef TABLE_STRUCT
const struct table desired_env_table = {
    .name = "env",
    .doc = "a variable of a server's environment",
    TABLE(struct desired_env, env_attrs),
};

#define TABLE_STRUCT desired_server
static const struct attr server_attrs[] = {
#include "desired/server.tbl"
};
#undef TABLE_STRUCT
const struct table desired_server_table = {
    .name = "server",
    .doc = "a container",
    TABLE(struct desired_server, server_attrs),
};

#define TABLE_STRUCT desired_guest
static const struct attr guest_attrs[] = {
#include "desired/guest.tbl"
};
#undef TABLE_STRUCT
const struct table desired_guest_table = {
    .name = "guest",
    .doc = "what the responder answers to a port",
    TABLE(struct desired_guest, guest_attrs),
};

#define TABLE_STRUCT desired_message
static const struct attr message_attrs[] = {
#include "desired/message.tbl"
};
#undef TABLE_STRUCT
const struct table desired_message_table = {
    .name = "message",
    .doc = "one message",
    TABLE(struct desired_message, message_attrs),
};

#define TABLE_STRUCT desired_port_counter
static const struct attr port_counter_attrs[] = {
#include "desired/port_counter.tbl"
};
#undef TABLE_STRUCT
const struct table desired_port_counter_table = {
    .name = "port_counter",
    .doc = "counters of a port",
    TABLE(struct desired_port_counter, port_counter_attrs),
};

#define TABLE_STRUCT desired_hop_counter
static const struct attr hop_counter_attrs[] = {
#include "desired/hop_counter.tbl"
};
#undef TABLE_STRUCT
const struct table desired_hop_counter_table = {
    .name = "hop_counter",
    .doc = "counters of a chain's position",
    TABLE(struct desired_hop_counter, hop_counter_attrs),
};

#define TABLE_STRUCT desired_instance_counter
static const struct attr instance_counter_attrs[] = {
#include "desired/instance_counter.tbl"
};
#undef TABLE_STRUCT
const struct table desired_instance_counter_table = {
    .name = "instance_counter",
    .doc = "state of an instance",
    TABLE(struct desired_instance_counter, instance_counter_attrs),
};

#define TABLE_STRUCT desired_server_usage
static const struct attr server_usage_attrs[] = {
#include "desired/server_usage.tbl"
};
#undef TABLE_STRUCT
const struct table desired_server_usage_table = {
    .name = "server_usage",
    .doc = "what a server has used",
    TABLE(struct desired_server_usage, server_usage_attrs),
};

#define TABLE_STRUCT desired_drop_counter
static const struct attr drop_counter_attrs[] = {
#include "desired/drop_counter.tbl"
};
#undef TABLE_STRUCT
const struct table desired_drop_counter_table = {
    .name = "drop_counter",
    .doc = "packets dropped for one reason",
    TABLE(struct desired_drop_counter, drop_counter_attrs),
};

#define TABLE_STRUCT desired_counters
static const struct attr counters_attrs[] = {
#include "desired/counters.tbl"
};
#undef TABLE_STRUCT
const struct table desired_counters_table = {
    .name = "counters",
    .doc = "all counters",
    TABLE(struct desired_counters, counters_attrs),
};

#undef ATTR

/* ---- look-ups ----------------------------------------------------------------------- */

const struct table *
desired_table(enum desired_kind kind)
{
    static const struct table *const tables[] = {
#define X(kind, doc) &desired_##kind##_table,
        DESIRED_KINDS(X)
#undef X
    };

    return tables[kind];
}

static int
word_index(const char *const *words, const char *word)
{
    int i = 0;

    while (words[i] && !str_eq(words[i], word)) {
        i++;
    }
    return i;
}

enum desired_kind
desired_kind_from_name(const char *name)
{
    return (enum desired_kind)word_index(desired_kind_names, name);
}

enum desired_op
desired_op_from_name(const char *name)
{
    return (enum desired_op)word_index(desired_ops, name);
}

const char *
desired_id(const void *object)
{
    const struct table *table = ((const struct row *)object)->table;

    return *(const char **)attr_at(table_key(table), object);
}
