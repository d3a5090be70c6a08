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

/* Functions get packets as they are, or with NSH; none gets MPLS labels. */
const char *
sfc_check_pair_parameters(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *json = *(const struct json **)value;
    const char *why = unknown_key(mem, json, pair_parameters, ARRAY_SIZE(pair_parameters));

    (void)attr;
    if (!why && !json_is(json_get(json, "correlation"), JSON_T_NULL) &&
        !str_eq(json_get_str(json, "correlation"), "nsh")) {
        why = "correlation must be null or 'nsh': functions get packets as they are, or with NSH.";
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

static const struct parameter group_parameters[] = {
    {"lb_fields", {.type = JSON_T_ARRAY}, attr_convert_null_to_list},
    {"ppg_n_tuple_mapping",
     {.type = JSON_T_OBJECT, .n = 2, .keys = tuple_keys, .items = tuple_items},
     attr_convert_null_to_object},
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
    json_each (mapping, i) {
        if (!why && mapping->items[i]->n > 0) {
            why = "ppg_n_tuple_mapping is not supported.";
        }
    }
    return why;
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
