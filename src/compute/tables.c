/* The descriptors of the compute service's tables, and the checks they name. */
#include "compute/words.h"

#include <string.h>

#define METADATA_MAX 128

#define ATTR ATTR_ROW

#define TABLE_STRUCT flavor
static const struct attr flavor_attrs[] = {
#include "compute/flavor.tbl"
};
#undef TABLE_STRUCT
const struct table flavor_table = {
    .name = "flavor",
    .doc = "How much a server may use.",
    TABLE(struct flavor, flavor_attrs),
};

#define TABLE_STRUCT server
static const struct attr server_attrs[] = {
#include "compute/server.tbl"
};
#undef TABLE_STRUCT
const struct table server_table = {
    .name = "server",
    .doc = "A container or virtual machine.",
    TABLE(struct server, server_attrs),
};

const struct table *const compute_tables[] = {&flavor_table, &server_table, NULL};
const struct resource *const compute_resources[] = {&flavor_resource, &server_resource, NULL};

/* Nova's defaults. */
const struct quota_default compute_quotas[] = {
    {"instances", 10, "servers"},
    {"cores", 20, "processors of servers"},
    {"ram", 51200, "memory of servers in MiB"},
    {0},
};

/* ---- checks and converters ------------------------------------------------------------- */

/* "auto" and "none" become objects, so that one type holds all forms. */
const struct json *
server_convert_networks(struct mem *mem, const struct json *json)
{
    struct json *object;

    if (json->type != JSON_T_STR) {
        return json;
    }
    object = MEM_NEW(mem, struct json);
    object->type = JSON_T_OBJECT;
    object->n = 1;
    object->keys = MEM_NEW(mem, const char *);
    object->items = MEM_NEW(mem, const struct json *);
    object->keys[0] = "mode";
    object->items[0] = json;
    return object;
}

const char *
flavor_check_zero(struct mem *mem, const struct attr *attr, void *value)
{
    int64_t v = *(int64_t *)value;

    (void)attr;
    return v == 0 ? NULL
                  : mem_printf(mem, "Value: %lld. Servers of this site have no such disk.",
                               (long long)v);
}

const char *
server_check_metadata(struct mem *mem, const struct attr *attr, void *value)
{
    const struct json *json = *(const struct json **)value;

    (void)attr;
    if (json->type != JSON_T_OBJECT) {
        return "It is not an object.";
    }
    if (json->n > METADATA_MAX) {
        return "Maximum number of metadata items exceeds 128.";
    }
    json_each (json, i) {
        const struct json *item = json->items[i];
        size_t n = strlen(json->keys[i]);

        if (n == 0 || n > 255 || item->type != JSON_T_STR || item->n > 255) {
            return mem_printf(mem, "Key '%.60s': keys and texts have 1 to 255 and 0 to 255 "
                              "characters.", json->keys[i]);
        }
    }
    return NULL;
}

const char *
server_check_base64(struct mem *mem, const struct attr *attr, void *value)
{
    size_t n;

    (void)attr;
    return base64_to(mem, *(const char **)value, &n) ? NULL : "It is not base64.";
}
