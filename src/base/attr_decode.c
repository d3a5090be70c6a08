/* Typing one value: JSON or text in, struct member out, or the reason why
 * not, in words that tell a person what was given and what is allowed.
 * Nothing is guessed: "1" is not an integer unless the table says convert. */
#include "base/attr.h"

#include "base/net.h"
#include "base/uuid.h"
#include "base/vec.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* How a given value is quoted in a reason: as Python prints it, since that is
 * what clients of the APIs we speak have seen, and cut to a bearable length. */
static const char *
quoted(struct mem *mem, const struct json *json)
{
    switch (json->type) {
    case JSON_T_NULL:
        return "'None'";
    case JSON_T_BOOL:
        return json->b ? "'True'" : "'False'";
    case JSON_T_STR:
        return json->n > 80 ? mem_printf(mem, "'%.60s...'", json->s)
                            : mem_printf(mem, "'%s'", json->s);
    case JSON_T_INT:
    case JSON_T_REAL:
    case JSON_T_ARRAY:
    case JSON_T_OBJECT:
    default:
        return mem_printf(mem, "'%.80s'", json_text(mem, json));
    }
}

static const char *
not_a(struct mem *mem, const struct json *json, const char *what)
{
    return mem_printf(mem, "%s is not %s.", quoted(mem, json), what);
}

/* ---- text types ---------------------------------------------------------------- */

/* Characters, not bytes: what a client counts. */
static uint64_t
characters(const struct json *json)
{
    uint64_t n = 0;

    for (size_t i = 0; i < json->n; i++) {
        n += ((unsigned char)json->s[i] & 0xc0) != 0x80;
    }
    return n;
}

static const char *
length_check(struct mem *mem, const struct attr *attr, const struct json *json)
{
    if (attr->max && characters(json) > (uint64_t)attr->max) {
        return mem_printf(mem, "%s exceeds maximum length of %" PRIi64 ".", quoted(mem, json),
                          attr->max);
    }
    if (characters(json) < (uint64_t)attr->min) {
        return mem_printf(mem, "%s is shorter than the minimum length of %" PRIi64 ".",
                          quoted(mem, json), attr->min);
    }
    return NULL;
}

static const char *
uuid_value(struct mem *mem, const struct json *json, const char **out)
{
    char *lower;

    if (!uuid_valid(json->s)) {
        return not_a(mem, json, "a valid UUID");
    }
    if (json->s[strcspn(json->s, "ABCDEF")]) {
        lower = mem_str(mem, json->s);
        for (char *c = lower; *c; c++) {
            *c = (char)tolower((unsigned char)*c);
        }
        *out = lower;
    }
    return NULL;
}

static const char *
enum_value(struct mem *mem, const struct attr *attr, const struct json *json, const char **out)
{
    AUTO_BUF list = BUF_INIT;

    for (const char *const *v = attr->values; *v; v++) {
        if (!strcmp(*v, json->s)) {
            *out = *v;
            return NULL;
        }
        buf_printf(&list, "%s'%s'", list.len ? ", " : "", *v);
    }
    return mem_printf(mem, "%s is not in [%s].", quoted(mem, json), str_or(list.data, ""));
}

static const char *
mac_value(struct mem *mem, const struct json *json, const char **out)
{
    char text[MAC_TEXT_SIZE];
    struct mac mac;

    if (!mac_parse(json->s, &mac)) {
        return not_a(mem, json, "a valid MAC address");
    }
    *out = mem_str(mem, mac_text(text, &mac));
    return NULL;
}

static const char *
ip_value(struct mem *mem, const struct json *json, const char **out)
{
    char text[IP_TEXT_SIZE];
    struct ip ip;

    if (!ip_parse(json->s, &ip)) {
        return not_a(mem, json, "a valid IP address");
    }
    *out = mem_str(mem, ip_text(text, &ip));
    return NULL;
}

static const char *
cidr_value(struct mem *mem, const struct json *json, const char **out)
{
    char text[CIDR_TEXT_SIZE];
    struct cidr cidr;

    if (!strchr(json->s, '/') || !cidr_parse(json->s, &cidr)) {
        return not_a(mem, json, "a valid IP subnet");
    }
    if (!cidr_is_network(&cidr)) {
        struct cidr network = cidr_network(&cidr);

        return mem_printf(mem, "%s isn't a recognized IP subnet cidr, '%s' is recommended.",
                          quoted(mem, json), cidr_text(text, &network));
    }
    *out = mem_str(mem, cidr_text(text, &cidr));
    return NULL;
}

static const char *
text_value(struct mem *mem, const struct attr *attr, const struct json *json, const char **out)
{
    const char *why = NULL;

    if (json->type != JSON_T_STR) {
        return not_a(mem, json, "a valid string");
    }
    *out = json->s;
    switch (attr->type) {
    case ATTR_T_uuid:
        return uuid_value(mem, json, out);
    case ATTR_T_name_enum:
        return enum_value(mem, attr, json, out);
    case ATTR_T_mac:
        return mac_value(mem, json, out);
    case ATTR_T_ip:
        return ip_value(mem, json, out);
    case ATTR_T_cidr:
        return cidr_value(mem, json, out);
    case ATTR_T_str:
        why = length_check(mem, attr, json);
        break;
    case ATTR_T_boolean:
    case ATTR_T_integer:
    case ATTR_T_time:
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
    default:
        break;
    }
    return why;
}

/* ---- other types --------------------------------------------------------------- */

static const char *
integer_value(struct mem *mem, const struct attr *attr, const struct json *json, int64_t *out)
{
    if (json->type != JSON_T_INT || json->i == INT_NULL) {
        return not_a(mem, json, "an integer");
    }
    *out = json->i;
    if (!attr->min && !attr->max) {
        return NULL;
    }
    if (json->i < attr->min) {
        return mem_printf(mem, "%s is too small - must be at least '%" PRIi64 "'.",
                          quoted(mem, json), attr->min);
    }
    if (attr->max >= attr->min && attr->max && json->i > attr->max) {
        return mem_printf(mem, "%s is too large - must be no larger than '%" PRIi64 "'.",
                          quoted(mem, json), attr->max);
    }
    return NULL;
}

static const char *
time_value(struct mem *mem, const struct json *json, int64_t *out)
{
    if (json->type != JSON_T_STR || !time_parse(json->s, out)) {
        return not_a(mem, json, "a valid time (RFC 3339)");
    }
    return NULL;
}

static const char *
items_check(struct mem *mem, const struct attr *attr, size_t n)
{
    if (attr->max && n > (uint64_t)attr->max) {
        return mem_printf(mem, "Exceeded maximum amount of items (%" PRIi64 ").", attr->max);
    }
    if (n < (uint64_t)attr->min) {
        return mem_printf(mem, "At least %" PRIi64 " items are needed.", attr->min);
    }
    return NULL;
}

/* A word that stands twice in the list, or null. */
static const char *
duplicate(struct mem *mem, const struct strs *strs)
{
    struct map seen;

    map_init(&seen, mem);
    for (size_t i = 0; i < strs->n; i++) {
        if (!map_add(&seen, strs->items[i], &seen)) {
            return strs->items[i];
        }
    }
    return NULL;
}

static const char *
strs_value(struct mem *mem, const struct attr *attr, const struct json *json, struct strs *out)
{
    const char **items, *twice;

    if (json->type != JSON_T_ARRAY) {
        return not_a(mem, json, "a list");
    }
    items = MEM_ARRAY(mem, json->n, const char *);
    json_each (json, i) {
        if (json->items[i]->type != JSON_T_STR) {
            return not_a(mem, json->items[i], "a valid string");
        }
        items[i] = json->items[i]->s;
    }
    *out = (struct strs){.n = json->n, .items = items};
    twice = attr->type == ATTR_T_refs ? duplicate(mem, out) : NULL;
    if (twice) {
        return mem_printf(mem, "Duplicate items in the list: '%s'.", twice);
    }
    return items_check(mem, attr, json->n);
}

static const char *
rows_value(struct mem *mem, const struct attr *attr, const struct json *json)
{
    if (attr->form != ROWS_LIST) {
        return json->type == JSON_T_OBJECT ? NULL : not_a(mem, json, "a dictionary");
    }
    return json->type == JSON_T_ARRAY ? NULL : not_a(mem, json, "a list");
}

static const char *
opaque_value(struct mem *mem, const struct attr *attr, const struct json *json,
             const struct json **out)
{
    if (json->type != JSON_T_OBJECT && json->type != JSON_T_ARRAY) {
        return not_a(mem, json, "a dictionary or list");
    }
    *out = json;
    return json->type == JSON_T_ARRAY ? items_check(mem, attr, json->n) : NULL;
}

static const char *
typed(struct mem *mem, const struct attr *attr, const struct json *json, void *member)
{
    switch (attr->type) {
    case ATTR_T_boolean:
        if (json->type != JSON_T_BOOL) {
            return not_a(mem, json, "a valid boolean value");
        }
        *(bool *)member = json->b;
        return NULL;
    case ATTR_T_integer:
        return integer_value(mem, attr, json, member);
    case ATTR_T_time:
        return time_value(mem, json, member);
    case ATTR_T_json:
        return opaque_value(mem, attr, json, member);
    case ATTR_T_strs:
    case ATTR_T_refs:
        return strs_value(mem, attr, json, member);
    case ATTR_T_rows:
        return rows_value(mem, attr, json);
    case ATTR_T_uuid:
    case ATTR_T_str:
    case ATTR_T_name_enum:
    case ATTR_T_mac:
    case ATTR_T_ip:
    case ATTR_T_cidr:
    default:
        return text_value(mem, attr, json, member);
    }
}

/* Null into a member: only where the table says that null is a value. */
static void
null_member(const struct attr *attr, void *member)
{
    struct attr at_zero = *attr;

    at_zero.offset = 0;
    attr_set_null(&at_zero, member);
}

static struct err *
invalid(struct mem *mem, const struct attr *attr, const char *path,
        const struct row_faults *faults, const char *reason)
{
    const char *text = faults && faults->invalid
                           ? faults->invalid(mem, path, reason)
                           : mem_printf(mem, "Invalid input for %s. Reason: %s", path, reason);

    return err_new(E_INVALID, attr->error_type, "%s", text);
}

struct err *
attr_decode(struct mem *mem, const struct attr *attr, const struct json *json, const char *path,
            const struct row_faults *faults, void *member)
{
    const struct json *value = attr->convert ? attr->convert(mem, json) : json;
    const char *why;

    if (value->type == JSON_T_NULL && (attr->use & NULLABLE)) {
        null_member(attr, member);
        return NULL;
    }
    why = typed(mem, attr, value, member);
    if (!why && attr->check && attr->type != ATTR_T_rows) {
        why = attr->check(mem, attr, member);
    }
    return why ? invalid(mem, attr, path, faults, why) : NULL;
}

/* ---- text (query strings, columns) ----------------------------------------------- */

/* Text in the JSON shape that the attribute's type expects. */
static struct err *
text_as_json(struct mem *mem, const struct attr *attr, const char *text, struct json *json)
{
    static const char *const yes[] = {"true", "True", "TRUE", "1", NULL};
    static const char *const no[] = {"false", "False", "FALSE", "0", NULL};
    const struct json *parsed;

    *json = (struct json){.type = JSON_T_STR, .s = text, .n = strlen(text)};
    if (attr->type == ATTR_T_boolean && (str_in(text, yes) || str_in(text, no))) {
        *json = (struct json){.type = JSON_T_BOOL, .b = str_in(text, yes)};
    }
    if (attr->type == ATTR_T_integer && str_to_i64(text, &json->i)) {
        json->type = JSON_T_INT;
    }
    if (attr->type == ATTR_T_json || attr->type == ATTR_T_strs || attr->type == ATTR_T_refs) {
        TRY(json_parse(mem, text, strlen(text), &parsed));
        *json = *parsed;
    }
    return NULL;
}

struct err *
attr_decode_text(struct mem *mem, const struct attr *attr, const char *text, void *member)
{
    struct json *json = MEM_NEW(mem, struct json);
    struct attr bare = *attr;

    /* A value asked for need not be one that may be stored. */
    bare.check = NULL;
    bare.min = bare.max = 0;
    if (attr->type == ATTR_T_time && str_to_i64(text, member)) {
        return NULL;
    }
    TRY(text_as_json(mem, attr, text, json));
    if (attr->type == ATTR_T_uuid) {
        bare.type = ATTR_T_str;
    }
    return attr_decode(mem, &bare, json, attr_json_name(attr), NULL, member);
}

/* ---- converters -------------------------------------------------------------------- */

static const struct json *
json_of(struct mem *mem, struct json value)
{
    return mem_copy(mem, &value, sizeof value);
}

static const struct json *
json_of_str(struct mem *mem, const char *s)
{
    return json_of(mem, (struct json){.type = JSON_T_STR, .s = s, .n = strlen(s)});
}

const struct json *
attr_convert_int(struct mem *mem, const struct json *json)
{
    int64_t i;

    if (json->type == JSON_T_STR && str_to_i64(json->s, &i)) {
        return json_of(mem, (struct json){.type = JSON_T_INT, .i = i});
    }
    return json;
}

const struct json *
attr_convert_bool(struct mem *mem, const struct json *json)
{
    bool is_text = json->type == JSON_T_STR, is_int = json->type == JSON_T_INT;

    if ((is_text && (str_eq_case(json->s, "true") || str_eq(json->s, "1"))) ||
        (is_int && json->i == 1)) {
        return json_of(mem, (struct json){.type = JSON_T_BOOL, .b = true});
    }
    if ((is_text && (str_eq_case(json->s, "false") || str_eq(json->s, "0"))) ||
        (is_int && json->i == 0)) {
        return json_of(mem, (struct json){.type = JSON_T_BOOL, .b = false});
    }
    return json;
}

const struct json *
attr_convert_str(struct mem *mem, const struct json *json)
{
    if (json->type == JSON_T_INT || json->type == JSON_T_REAL) {
        return json_of_str(mem, json_text(mem, json));
    }
    return json;
}

const struct json *
attr_convert_lower(struct mem *mem, const struct json *json)
{
    char *lower;

    if (json->type != JSON_T_STR) {
        return json;
    }
    lower = mem_strn(mem, json->s, json->n);
    for (char *c = lower; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    return json_of_str(mem, lower);
}

const struct json *
attr_convert_null_to_list(struct mem *mem, const struct json *json)
{
    return json->type == JSON_T_NULL ? json_of(mem, (struct json){.type = JSON_T_ARRAY}) : json;
}

const struct json *
attr_convert_null_to_object(struct mem *mem, const struct json *json)
{
    return json->type == JSON_T_NULL ? json_of(mem, (struct json){.type = JSON_T_OBJECT}) : json;
}

const struct json *
attr_convert_null_to_empty(struct mem *mem, const struct json *json)
{
    return json->type == JSON_T_NULL ? json_of_str(mem, "") : json;
}

const struct json *
attr_convert_to_list(struct mem *mem, const struct json *json)
{
    const struct json **items;

    if (json->type == JSON_T_ARRAY || json->type == JSON_T_NULL) {
        return attr_convert_null_to_list(mem, json);
    }
    items = MEM_NEW(mem, const struct json *);
    items[0] = json;
    return json_of(mem, (struct json){.type = JSON_T_ARRAY, .n = 1, .items = items});
}

const struct json *
attr_convert_network(struct mem *mem, const struct json *json)
{
    char text[CIDR_TEXT_SIZE];
    struct cidr cidr;
    struct ip ip;

    if (json->type != JSON_T_STR) {
        return json;
    }
    if (ip_parse(json->s, &ip)) {
        cidr = (struct cidr){.ip = ip, .len = ip_is_v4(&ip) ? 32 : 128};
    } else if (cidr_parse(json->s, &cidr)) {
        cidr = cidr_network(&cidr);
    } else {
        return json;
    }
    return json_of_str(mem, mem_str(mem, cidr_text(text, &cidr)));
}

/* ---- checks -------------------------------------------------------------------------- */

const char *
attr_check_uuids(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *strs = value;

    (void)attr;
    for (size_t i = 0; i < strs->n; i++) {
        if (!uuid_valid(strs->items[i])) {
            return mem_printf(mem, "'%s' is not a valid UUID.", strs->items[i]);
        }
    }
    return NULL;
}

const char *
attr_check_port(struct mem *mem, const struct attr *attr, void *value)
{
    int64_t port = *(const int64_t *)value;

    (void)attr;
    if (port < 0 || port > 65535) {
        return mem_printf(mem, "Invalid port '%" PRIi64 "'.", port);
    }
    return NULL;
}

const char *
attr_check_word(struct mem *mem, const struct attr *attr, void *value)
{
    const char *s = *(const char *const *)value;

    (void)attr;
    for (const char *c = s; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr("_-.", *c)) {
            return mem_printf(mem, "'%s' may only have letters, digits, '_', '-' and '.'.", s);
        }
    }
    return *s ? NULL : "it may not be empty.";
}

const char *
attr_check_trimmed(struct mem *mem, const struct attr *attr, void *value)
{
    const char *s = *(const char *const *)value;

    (void)attr;
    if (!*s) {
        return "it may not be empty.";
    }
    if (isspace((unsigned char)*s) || isspace((unsigned char)s[strlen(s) - 1])) {
        return mem_printf(mem, "'%s' begins or ends with a space.", s);
    }
    return NULL;
}
