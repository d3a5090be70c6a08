/* Parameters of networking-sfc: objects whose missing keys have defaults, and
 * whose every key means something here or is refused. */
#include "network/words.h"

#include "base/vec.h"

#include <string.h>

#define FIELDS_MAX 8

struct parameter {
    const char *key;
    struct json otherwise;
    attr_convert_fn *convert;
};

/* The object with its defaults filled in; other keys stay, for the check to refuse. */
static const struct json *
complete(struct mem *mem, const struct json *given, const struct parameter *parameters, size_t n)
{
    struct json *out = MEM_NEW(mem, struct json);

    if (given->type != JSON_T_OBJECT && given->type != JSON_T_NULL) {
        return given;
    }
    out->type = JSON_T_OBJECT;
    out->keys = MEM_ARRAY(mem, n + given->n + 1, const char *);
    out->items = MEM_ARRAY(mem, n + given->n + 1, const struct json *);
    for (size_t i = 0; i < n; i++) {
        const struct json *value = json_get(given, parameters[i].key);

        if (value && parameters[i].convert) {
            value = parameters[i].convert(mem, value);
        }
        out->keys[out->n] = parameters[i].key;
        out->items[out->n++] = value ? value : &parameters[i].otherwise;
    }
    json_each (given, i) {
        if (!json_get(out, given->keys[i])) {
            out->keys[out->n] = given->keys[i];
            out->items[out->n++] = given->items[i];
        }
    }
    return out;
}

static const char *
unknown_key(struct mem *mem, const struct json *json, const struct parameter *parameters, size_t n)
{
    json_each (json, i) {
        bool known = false;

        for (size_t k = 0; k < n && json->type == JSON_T_OBJECT; k++) {
            known = known || str_eq(json->keys[i], parameters[k].key);
        }
        if (!known) {
            return mem_printf(mem, "unknown key '%s'.",
                              json->type == JSON_T_OBJECT ? json->keys[i] : "(list)");
        }
    }
    return json->type == JSON_T_OBJECT ? NULL : "it is not a dictionary.";
}

/* ---- port pairs ------------------------------------------------------------------------ */

static const struct parameter pair_parameters[] = {
    {"correlation", {.type = JSON_T_NULL}, NULL},
    {"weight", {.type = JSON_T_INT, .i = 1}, attr_convert_int},
};

const struct json *
sfc_convert_pair_parameters(struct mem *mem, const struct json *json)
{
    return complete(mem, json, pair_parameters, ARRAY_SIZE(pair_parameters));
}

/* Functions get packets as they are: one that wants labels or NSH cannot be served yet. */
const char *
sfc_check_pair_parameters(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *json = *(const struct json **)value;
    const char *why = unknown_key(mem, json, pair_parameters, ARRAY_SIZE(pair_parameters));

    (void)attr;
    if (!why && !json_is(json_get(json, "correlation"), JSON_T_NULL)) {
        why = "correlation must be null: functions of this site get packets without encapsulation.";
    }
    if (!why && (json_int(json_get(json, "weight"), -1) < 0 ||
                 json_int(json_get(json, "weight"), -1) > DESIRED_WEIGHT_MAX)) {
        why = mem_printf(mem, "weight must be a number from 0 to %d.", DESIRED_WEIGHT_MAX);
    }
    return why;
}

/* ---- port pair groups --------------------------------------------------------------------- */

static const struct json empty_object = {.type = JSON_T_OBJECT};
static const char *tuple_keys[] = {"ingress_n_tuple", "egress_n_tuple"};
static const struct json *tuple_items[] = {&empty_object, &empty_object};

/* What a tuple may say: prefixes, and ports as numbers. */
static const struct tuple_member {
    const char *key;
    bool port;
} tuple_members[] = {
    {"source_ip_prefix", false},          {"destination_ip_prefix", false},
    {"source_port_range_min", true},      {"source_port_range_max", true},
    {"destination_port_range_min", true}, {"destination_port_range_max", true},
};

static const struct tuple_member *
tuple_member(const char *key)
{
    for (size_t i = 0; i < ARRAY_SIZE(tuple_members); i++) {
        if (str_eq(tuple_members[i].key, key)) {
            return &tuple_members[i];
        }
    }
    return NULL;
}

/* "80" -> 80 */
static const struct json *
tuple_convert(struct mem *mem, const struct json *given)
{
    struct json *out;

    given = attr_convert_null_to_object(mem, given);
    if (given->type != JSON_T_OBJECT) {
        return given;
    }
    out = mem_copy(mem, given, sizeof *given);
    out->items = MEM_ARRAY(mem, given->n + 1, const struct json *);
    json_each (given, i) {
        const struct tuple_member *member = tuple_member(given->keys[i]);

        out->items[i] = member && member->port ? attr_convert_int(mem, given->items[i])
                                               : given->items[i];
    }
    return out;
}

static const struct parameter mapping_parameters[] = {
    {"ingress_n_tuple", {.type = JSON_T_OBJECT}, tuple_convert},
    {"egress_n_tuple", {.type = JSON_T_OBJECT}, tuple_convert},
};

static const struct json *
mapping_convert(struct mem *mem, const struct json *given)
{
    return complete(mem, given, mapping_parameters, ARRAY_SIZE(mapping_parameters));
}

static const struct parameter group_parameters[] = {
    {"lb_fields", {.type = JSON_T_ARRAY}, attr_convert_null_to_list},
    {"ppg_n_tuple_mapping",
     {.type = JSON_T_OBJECT, .n = 2, .keys = tuple_keys, .items = tuple_items},
     mapping_convert},
};

const struct json *
sfc_convert_group_parameters(struct mem *mem, const struct json *json)
{
    return complete(mem, json, group_parameters, ARRAY_SIZE(group_parameters));
}

const char *
sfc_check_group_parameters(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *json = *(const struct json **)value, *mapping, *fields;
    const char *why = unknown_key(mem, json, group_parameters, ARRAY_SIZE(group_parameters));

    (void)attr;
    if (!why && !json_is(json_get(json, "lb_fields"), JSON_T_ARRAY)) {
        why = "lb_fields is not a list.";
    }
    fields = json_get(json, "lb_fields");
    json_each (fields, i) {
        if (!why && (!json_is(fields->items[i], JSON_T_STR) ||
                     !desired_is_field(json_str(fields->items[i])) || fields->n > FIELDS_MAX)) {
            why = "lb_fields is a list of at most eight: eth, ip, tcp or udp with _src or _dst.";
        }
    }
    mapping = json_get(json, "ppg_n_tuple_mapping");
    if (!why) {
        why = unknown_key(mem, mapping, mapping_parameters, ARRAY_SIZE(mapping_parameters));
    }
    json_each (mapping, i) {
        if (!why && mapping->items[i]->type != JSON_T_OBJECT) {
            why = mem_printf(mem, "%s is not a dictionary.", mapping->keys[i]);
        }
    }
    return why;
}

#define TUPLE_WRONG(...) err_new(E_INVALID, "PPGParametersInvalidNTupleMappingParameter", __VA_ARGS__)
#define TUPLE_SAYS                                                                                 \
    "Supported PPG classifier N-Tuple Mapping parameters are source_ip_prefix, "                   \
    "destination_ip_prefix, source_port_range_min, source_port_range_max, "                        \
    "destination_port_range_min, destination_port_range_max."

static struct err *
tuple_value_check(const char *key, const struct json *value)
{
    const struct tuple_member *member = tuple_member(key);
    struct cidr cidr;

    if (!member) {
        return TUPLE_WRONG("Invalid Port Pair Group N-Tuple Mapping parameters: Unknown key %s. "
                           TUPLE_SAYS, key);
    }
    if (json_is(value, JSON_T_NULL)) {
        return NULL;
    }
    if (member->port && (!json_is(value, JSON_T_INT) || value->i < 0 || value->i > 65535)) {
        return err_new(E_INVALID, "FlowClassifierInvalidPortValue",
                       "Invalid Port Pair Group N-Tuple Mapping parameters: %s is no port.", key);
    }
    if (!member->port && (!json_is(value, JSON_T_STR) || !cidr_parse(value->s, &cidr))) {
        return TUPLE_WRONG("Invalid Port Pair Group N-Tuple Mapping parameters: %s is no prefix. "
                           TUPLE_SAYS, key);
    }
    return NULL;
}

static struct err *
tuple_range_check(const struct json *tuple, const char *low, const char *high)
{
    int64_t min = json_int(json_get(tuple, low), 0), max = json_int(json_get(tuple, high), 65535);

    return min <= max ? NULL
                      : TUPLE_WRONG("Invalid Port Pair Group N-Tuple Mapping parameters: %s is "
                                    "above %s. " TUPLE_SAYS, low, high);
}

struct err *
sfc_tuples_check(const struct port_pair_group *group)
{
    const struct json *mapping = json_get(group->port_pair_group_parameters,
                                          "ppg_n_tuple_mapping");

    json_each (mapping, i) {
        const struct json *tuple = mapping->items[i];

        json_each (tuple, k) {
            TRY(tuple_value_check(tuple->keys[k], tuple->items[k]));
        }
        TRY(tuple_range_check(tuple, "source_port_range_min", "source_port_range_max"));
        TRY(tuple_range_check(tuple, "destination_port_range_min", "destination_port_range_max"));
    }
    return NULL;
}

bool
sfc_changes_tuples(const struct port_pair_group *group)
{
    const struct json *mapping = json_get(group->port_pair_group_parameters,
                                          "ppg_n_tuple_mapping");

    json_each (mapping, i) {
        const struct json *tuple = mapping->items[i];

        json_each (tuple, k) {
            if (!json_is(tuple->items[k], JSON_T_NULL)) {
                return true;
            }
        }
    }
    return false;
}

/* ---- port chains ------------------------------------------------------------------------------ */

static const struct parameter chain_parameters[] = {
    {"correlation", {.type = JSON_T_STR, .s = "mpls", .n = 4}, NULL},
    {"symmetric", {.type = JSON_T_BOOL, .b = false}, attr_convert_bool},
};

const struct json *
sfc_convert_chain_parameters(struct mem *mem, const struct json *json)
{
    return complete(mem, json, chain_parameters, ARRAY_SIZE(chain_parameters));
}

const char *
sfc_check_chain_parameters(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *json = *(const struct json **)value;
    const char *why = unknown_key(mem, json, chain_parameters, ARRAY_SIZE(chain_parameters));
    const char *correlation = json_get_str(json, "correlation");

    (void)attr;
    if (!why && !str_eq(correlation, "mpls") && !str_eq(correlation, "nsh")) {
        why = "correlation must be 'mpls' or 'nsh'.";
    }
    if (!why && !json_is(json_get(json, "symmetric"), JSON_T_BOOL)) {
        why = "symmetric must be true or false.";
    }
    return why;
}

const char *
sfc_check_groups(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *groups = value;

    if (groups->n == 0) {
        return "at least one port pair group is needed.";
    }
    return attr_check_uuids(mem, attr, value);
}

/* ---- flow classifiers -------------------------------------------------------------------------- */

const char *
sfc_check_protocol(struct mem *mem, const struct attr *attr, void *value)
{
    const char *protocol = *(const char **)value;

    (void)attr;
    return protocol_number(protocol) >= 0
               ? NULL
               : mem_printf(mem, "Protocol %s is not supported.", protocol);
}

const char *
sfc_check_l7_parameters(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *json = *(const struct json **)value;

    (void)mem, (void)attr;
    return json->type == JSON_T_OBJECT && json->n == 0 ? NULL : "l7_parameters must be empty.";
}
