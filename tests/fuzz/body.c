/* See body.h. */
#include "body.h"

#include "base/vec.h"

#include <string.h>

#define LISTED_MAX 4
#define LONG_TEXT 300

static const char *const words[] = {
    "", "a", "default", "10.0.0.0/24", "10.0.0.5", "10.0.0.1", "192.0.2.0/25", "0.0.0.0/0",
    "fd00:1::/64", "fd00:1::5", "fa:16:3e:00:00:01", "tcp", "udp", "IPv4", "IPv6", "ingress",
    "egress", "%", "' OR 1=1 --", "\xc3\xa9", "a b", "-1", "1", "80", "true", "null", "/",
    "qcow2", "raw", "private", "public", "m1", "{}", "\x01", "255.255.255.255", "::", "vlan",
};

void
body_ids_add(struct body_ids *ids, const char *table, const char *id)
{
    if (id && ids->n < BODY_IDS_MAX) {
        ids->tables[ids->n] = table;
        ids->items[ids->n++] = id;
    }
}

const char *
body_id(struct choices *c, const struct body_ids *ids, const char *table)
{
    size_t first = choose(c, ids->n);

    if (choose(c, 32) == 31) {
        return "00000000-0000-4000-8000-000000000000";
    }
    for (size_t i = 0; i < ids->n; i++) {
        size_t at = (first + i) % ids->n;

        if (!table || str_eq(ids->tables[at], table)) {
            return ids->items[at];
        }
    }
    return ids->n ? ids->items[first] : "11111111-2222-4333-8444-555555555555";
}

const char *
body_word(struct choices *c, const struct body_ids *ids)
{
    size_t i = choose(c, ARRAY_SIZE(words) + 8);

    return i < ARRAY_SIZE(words) ? words[i] : body_id(c, ids, NULL);
}

static void
write_long(struct jw *w, const char *key)
{
    char text[LONG_TEXT + 1];

    memset(text, 'x', LONG_TEXT);
    text[LONG_TEXT] = '\0';
    jw_str(w, key, text);
}

/* A value that the type does not want. */
static void
write_wrong(struct choices *c, struct jw *w, const char *key)
{
    switch (choose(c, 8)) {
    case 0:
        jw_int(w, key, INT64_MAX);
        break;
    case 1:
        jw_int(w, key, INT64_MIN);
        break;
    case 2:
        jw_bool(w, key, true);
        break;
    case 3:
        jw_raw(w, key, "[[]]");
        break;
    case 4:
        jw_raw(w, key, "{\"a\":{\"b\":[1,\"c\",null]}}");
        break;
    case 5:
        jw_raw(w, key, "1e300");
        break;
    case 6:
        write_long(w, key);
        break;
    default:
        jw_null(w, key);
        break;
    }
}

static void
write_integer(struct choices *c, struct jw *w, const char *key, const struct attr *attr)
{
    int64_t max = attr->max > attr->min ? attr->max : attr->min + 1000;
    size_t how = choose(c, 32);

    if (how == 0) {
        jw_int(w, key, attr->min);
    } else if (how == 1) {
        jw_int(w, key, max);
    } else if (how == 2 && attr->min > INT64_MIN) {
        jw_int(w, key, attr->min - 1);
    } else if (how == 3 && max < INT64_MAX) {
        jw_int(w, key, max + 1);
    } else {
        uint64_t span = (uint64_t)max - (uint64_t)attr->min + 1;

        jw_int(w, key, (int64_t)((uint64_t)attr->min + (span ? choose(c, 65536) % span : 0)));
    }
}

static void
write_list(struct choices *c, const struct body_ids *ids, struct jw *w, const char *key,
           const struct attr *attr, int depth)
{
    size_t n = choose(c, LISTED_MAX);

    jw_array(w, key);
    for (size_t i = 0; i < n; i++) {
        if (attr->type == ATTR_T_rows) {
            body_write(c, ids, w, NULL, attr->item, 0, depth + 1);
        } else if (attr->type == ATTR_T_refs) {
            jw_str(w, NULL, body_id(c, ids, attr->ref));
        } else if (attr->check == attr_check_uuids) {
            jw_str(w, NULL, body_id(c, ids, NULL));
        } else {
            jw_str(w, NULL, body_word(c, ids));
        }
    }
    jw_end(w);
}

static const char *
plausible_text(struct choices *c, const struct body_ids *ids, const struct attr *attr)
{
    static const char *const macs[] = {"fa:16:3e:00:00:01", "FA-16-3E-00-00-02", "00:00:00:00:00:00"};
    static const char *const ips[] = {"10.0.0.5", "10.0.0.1", "fd00:1::5", "10.0.0.255", "::"};
    static const char *const nets[] = {"10.0.0.0/24", "fd00:1::/64", "10.0.0.0/31", "0.0.0.0/0"};
    size_t n = 0;

    if (choose(c, 32) == 31) {
        return body_word(c, ids);
    }
    switch (attr->type) {
    case ATTR_T_uuid:
        return body_id(c, ids, attr->ref);
    case ATTR_T_name_enum:
        while (attr->values[n]) {
            n++;
        }
        return attr->values[choose(c, n)];
    case ATTR_T_time:
        return "2026-01-02T03:04:05Z";
    case ATTR_T_mac:
        return macs[choose(c, ARRAY_SIZE(macs))];
    case ATTR_T_ip:
        return ips[choose(c, ARRAY_SIZE(ips))];
    case ATTR_T_cidr:
        return nets[choose(c, ARRAY_SIZE(nets))];
    case ATTR_T_str:
    case ATTR_T_boolean:
    case ATTR_T_integer:
    case ATTR_T_json:
    case ATTR_T_strs:
    case ATTR_T_refs:
    case ATTR_T_rows:
        break;
    }
    return attr->ref ? body_id(c, ids, attr->ref) : body_word(c, ids);
}

static void
write_value(struct choices *c, const struct body_ids *ids, struct jw *w, const struct attr *attr,
            int depth)
{
    const char *key = attr_json_name(attr);

    if (choose(c, 64) == 63) {
        write_wrong(c, w, key);
    } else if (attr->type == ATTR_T_boolean) {
        jw_bool(w, key, choose(c, 2) != 0);
    } else if (attr->type == ATTR_T_integer) {
        write_integer(c, w, key, attr);
    } else if (attr->type == ATTR_T_json) {
        jw_raw(w, key, choose(c, 2) ? "{}" : "{\"k\":\"v\",\"n\":{\"m\":[1]}}");
    } else if (attr->type == ATTR_T_strs || attr->type == ATTR_T_refs ||
               attr->type == ATTR_T_rows) {
        write_list(c, ids, w, key, attr, depth);
    } else {
        jw_str(w, key, plausible_text(c, ids, attr));
    }
}

void
body_write(struct choices *c, const struct body_ids *ids, struct jw *w, const char *key,
           const struct table *table, uint32_t use, int depth)
{
    jw_object(w, key);
    for (size_t i = 0; i < table->n_attrs && depth < 4; i++) {
        const struct attr *attr = &table->attrs[i];
        bool wanted = !use || attr->use & use;
        size_t odds = !wanted ? 128 : attr->use & REQUIRED && use != PUT ? 1 : 4;

        if (choose(c, odds) == 0 && c->n > 0) {
            write_value(c, ids, w, attr, depth);
        }
    }
    if (choose(c, 64) == 63) {
        jw_int(w, "no_such_attribute", 1);
    }
    jw_end(w);
}
