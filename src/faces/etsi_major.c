/* Version 1 (SOL003 and SOL005 2.6.1) is version 2 with differences: a table of them, walked in
 * both directions.  Rows are stored once, in the form of version 2, and keep what only that can
 * say whatever is changed through version 1. */
#include "faces/etsi_major.h"

#include "base/vec.h"
#include "faces/etsi.h"
#include "pm/pm.h"

#include <string.h>

enum difference_kind {
    GONE,  /* version 1 does not have it */
    NAME,  /* it has another name there */
    LIST,  /* a map is a list there; 'older' is the member that holds the key, null: nobody does */
    VALUE, /* the value 'newer' of it is told as 'older' */
};

/* 'path' is that of version 2 below the row or body: names with '/' between them.  Arrays, and
 * maps that are lists, are gone through. */
struct difference {
    const struct table *table;
    const char *path;
    enum difference_kind kind;
    const char *older, *newer;
};

#define VNF_INFO(table_, path_)                                                                    \
    {&(table_), path_ "maxScaleLevels", GONE, NULL, NULL},                                         \
        {&(table_), path_ "scaleStatus/vnfdId", GONE, NULL, NULL},                                 \
        {&(table_), path_ "extCpInfo/cpConfigId", GONE, NULL, NULL},                               \
        {&(table_), path_ "extCpInfo/vnfdId", GONE, NULL, NULL},                                   \
        {&(table_), path_ "extVirtualLinkInfo/currentVnfExtCpData", GONE, NULL, NULL},             \
        {&(table_), path_ "vnfcResourceInfo/vnfdId", GONE, NULL, NULL},                            \
        {&(table_), path_ "vnfcResourceInfo/zoneId", GONE, NULL, NULL},                            \
        {&(table_), path_ "vnfcInfo", GONE, NULL, NULL},                                           \
        {&(table_), path_ "vnfVirtualLinkResourceInfo", NAME, "virtualLinkResourceInfo", NULL},    \
        {&(table_), path_ "vnfVirtualLinkResourceInfo/vnfdId", GONE, NULL, NULL},                  \
        {&(table_), path_ "vnfVirtualLinkResourceInfo/zoneId", GONE, NULL, NULL},                  \
        {&(table_), path_ "virtualStorageResourceInfo/vnfdId", GONE, NULL, NULL},                  \
        {&(table_), path_ "virtualStorageResourceInfo/zoneId", GONE, NULL, NULL}
#define LINKS_GIVEN(table_, path_)                                                                 \
    {&(table_), path_ "vimConnectionInfo", LIST, "id", NULL},                                      \
    {                                                                                              \
        &(table_), path_ "extVirtualLinks/extCps/cpConfig", LIST, NULL, NULL                       \
    }

static const struct difference differences[] = {
    {&vnf_package_table, "onboardingState", VALUE, "CREATED", "ERROR"},
    {&vnf_package_table, "softwareImages/isEncrypted", GONE, NULL, NULL},
    {&vnf_package_table, "softwareImages/imageUri", GONE, NULL, NULL},
    {&ns_descriptor_table, "nsdOnboardingState", VALUE, "CREATED", "ERROR"},
    {&pnf_descriptor_table, "pnfdOnboardingState", VALUE, "CREATED", "ERROR"},
    {&vnf_instance_table, "vimConnectionInfo", LIST, "id", NULL},
    VNF_INFO(vnf_instance_table, "instantiatedVnfInfo/"),
    LINKS_GIVEN(vnf_lcm_op_occ_table, "operationParams/"),
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedExtLinkPorts", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVipCps", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVnfcs/vnfdId", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVnfcs/zoneId", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVirtualLinks/vnfdId", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVirtualLinks/zoneId", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVirtualLinks/vnfVirtualLinkDescId", NAME,
     "virtualLinkDescId", NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVirtualStorages/vnfdId", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "resourceChanges/affectedVirtualStorages/zoneId", GONE, NULL, NULL},
    {&vnf_lcm_op_occ_table, "changedExtConnectivity/currentVnfExtCpData", GONE, NULL, NULL},
    LINKS_GIVEN(instantiate_request_table, ""),
    LINKS_GIVEN(change_connectivity_request_table, ""),
    LINKS_GIVEN(change_flavour_request_table, ""),
    {&update_ns_request_table, "changeExtVnfConnectivityData/extVirtualLinks/extCps/cpConfig", LIST,
     NULL, NULL},
    {&update_ns_request_table, "changeVnfFlavourData/extVirtualLinks/extCps/cpConfig", LIST, NULL,
     NULL},
    VNF_INFO(ns_instance_table, "vnfInstance/instantiatedVnfInfo/"),
    {&ns_lcm_op_occ_table, "stateEnteredTime", NAME, "statusEnteredTime", NULL},
    {&pm_report_table, "pmJobId", GONE, NULL, NULL},
};

static const struct difference *
difference_at(const struct table *table, const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(differences); i++) {
        if (differences[i].table == table && str_eq(differences[i].path, path)) {
            return &differences[i];
        }
    }
    return NULL;
}

static const char *
below(struct mem *mem, const char *path, const char *name)
{
    return path[0] ? mem_printf(mem, "%s/%s", path, name) : name;
}

/* ---- to version 1 --------------------------------------------------------------------------- */

struct writer {
    struct mem *mem;
    struct jw *w;
    const struct table *table;
};

static void write_value(struct writer *out, const char *key, const char *path,
                        const struct json *json);

static void
write_map(struct writer *out, const char *key, const char *path, const struct difference *difference,
          const struct json *map)
{
    jw_array(out->w, key);
    for (size_t i = 0; i < map->n; i++) {
        jw_object(out->w, NULL);
        if (difference->older) {
            jw_str(out->w, difference->older, map->keys[i]);
        }
        json_each (map->items[i], j) {
            const char *name = map->items[i]->keys[j];

            write_value(out, name, below(out->mem, path, name), map->items[i]->items[j]);
        }
        jw_end(out->w);
    }
    jw_end(out->w);
}

static void
write_member(struct writer *out, const char *name, const char *path, const struct json *json)
{
    const struct difference *difference = difference_at(out->table, path);

    if (!difference) {
        write_value(out, name, path, json);
        return;
    }
    switch (difference->kind) {
    case GONE:
        break;
    case NAME:
        write_value(out, difference->older, path, json);
        break;
    case LIST:
        if (json_is(json, JSON_T_OBJECT)) {
            write_map(out, name, path, difference, json);
        }
        break;
    case VALUE:
        if (str_eq(json_str(json), difference->newer)) {
            jw_str(out->w, name, difference->older);
        } else {
            write_value(out, name, path, json);
        }
        break;
    }
}

static void
write_value(struct writer *out, const char *key, const char *path, const struct json *json)
{
    bool object = json_is(json, JSON_T_OBJECT);

    if (!object && !json_is(json, JSON_T_ARRAY)) {
        jw_json(out->w, key, json);
        return;
    }
    if (object) {
        jw_object(out->w, key);
    } else {
        jw_array(out->w, key);
    }
    for (size_t i = 0; i < json->n; i++) {
        if (object) {
            write_member(out, json->keys[i], below(out->mem, path, json->keys[i]), json->items[i]);
        } else {
            write_value(out, NULL, path, json->items[i]);
        }
    }
    jw_end(out->w);
}

void
etsi_major_write(struct mem *mem, struct jw *w, const struct table *table, const struct json *json)
{
    struct writer out = {.mem = mem, .w = w, .table = table};

    for (size_t i = 0; i < json->n; i++) {
        write_member(&out, json->keys[i], json->keys[i], json->items[i]);
    }
}

/* A notification has the lists of resourceChanges above, beside members of its own. */
void
etsi_major_notice(struct mem *mem, struct jw *w, const struct table *table, const struct json *json)
{
    struct writer out = {.mem = mem, .w = w, .table = table};

    for (size_t i = 0; i < json->n; i++) {
        const char *name = json->keys[i];
        bool is_changes = json_is(json->items[i], JSON_T_ARRAY);

        write_member(&out, name, is_changes ? below(mem, "resourceChanges", name) : name,
                     json->items[i]);
    }
}

const char *
etsi_major_older(struct mem *mem, const char *path)
{
    const char *major = strstr(path, "/v2/");

    return major ? mem_printf(mem, "%.*s/v1/%s", (int)(major - path), path, major + 4) : path;
}

const char *
etsi_major_path(const struct rest_request *r, const char *path)
{
    return r->op.version == 1 ? etsi_major_older(r->mem, path) : path;
}

/* ---- from version 1 ------------------------------------------------------------------------- */

struct reader {
    struct mem *mem;
    const struct table *table;
};

static struct err *read_value(struct reader *in, const char *path, const struct json *json,
                              const struct json **out);

/* Version 2's name of a member that version 1 calls 'name'. */
static const char *
newer_name(const struct reader *in, const char *path, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(differences); i++) {
        const struct difference *difference = &differences[i];

        if (difference->table == in->table && difference->kind == NAME &&
            str_eq(difference->older, name)) {
            const char *last = strrchr(difference->path, '/');

            last = last ? last + 1 : difference->path;
            if (str_eq(difference->path, below(in->mem, path, last))) {
                return last;
            }
        }
    }
    return name;
}

/* The item without the member that is its key in the map. */
static const struct json *
without(struct mem *mem, const struct json *item, const char *name)
{
    struct json *copy = mem_copy(mem, item, sizeof *item);

    copy->keys = MEM_ARRAY(mem, item->n + 1, const char *);
    copy->items = MEM_ARRAY(mem, item->n + 1, const struct json *);
    copy->n = 0;
    for (size_t i = 0; i < item->n; i++) {
        if (!str_eq(item->keys[i], name)) {
            copy->keys[copy->n] = item->keys[i];
            copy->items[copy->n++] = item->items[i];
        }
    }
    return copy;
}

static struct json *
object_new(struct mem *mem, size_t n)
{
    struct json *json = MEM_NEW(mem, struct json);

    json->type = JSON_T_OBJECT;
    json->keys = MEM_ARRAY(mem, n + 1, const char *);
    json->items = MEM_ARRAY(mem, n + 1, const struct json *);
    return json;
}

/* What an item of a list is called in the map: by its member, else by its place. */
static struct err *
key_of(struct reader *in, const char *path, const struct difference *difference, size_t place,
       const struct json **item, const char **key)
{
    if (!json_is(*item, JSON_T_OBJECT)) {
        return err_new(E_INVALID, NULL, "attribute '%s[%zu]' is not an object", path, place);
    }
    if (!difference->older) {
        *key = mem_printf(in->mem, "%zu", place + 1);
        return NULL;
    }
    *key = json_get_str(*item, difference->older);
    if (str_empty(*key)) {
        return err_new(E_INVALID, NULL, "attribute '%s[%zu].%s' is required", path, place,
                       difference->older);
    }
    *item = without(in->mem, *item, difference->older);
    return NULL;
}

static struct err *
read_list(struct reader *in, const char *path, const struct difference *difference,
          const struct json *json, const struct json **out)
{
    struct json *map;

    if (!json_is(json, JSON_T_ARRAY)) {
        return err_new(E_INVALID, NULL, "attribute '%s' is not a list, which version 1 has there",
                       path);
    }
    map = object_new(in->mem, json->n);
    for (size_t i = 0; i < json->n; i++) {
        const struct json *item = json->items[i];
        const char *key;

        TRY(key_of(in, path, difference, i, &item, &key));
        if (json_get(map, key)) {
            return err_new(E_INVALID, NULL, "attribute '%s': %s %s is given twice", path,
                           difference->older, key);
        }
        TRY(read_value(in, path, item, &map->items[map->n]));
        map->keys[map->n++] = key;
    }
    *out = map;
    return NULL;
}

static struct err *
read_object(struct reader *in, const char *path, const struct json *json, const struct json **out)
{
    struct json *object = object_new(in->mem, json->n);

    for (size_t i = 0; i < json->n; i++) {
        const char *name = newer_name(in, path, json->keys[i]);
        const char *at = below(in->mem, path, name);
        const struct difference *difference = difference_at(in->table, at);

        if (difference && (difference->kind == GONE ||
                           (difference->kind == NAME && str_eq(json->keys[i], name)))) {
            return err_new(E_INVALID, NULL, "unknown attribute '%s'", at);
        }
        if (difference && difference->kind == LIST) {
            TRY(read_list(in, at, difference, json->items[i], &object->items[i]));
        } else {
            TRY(read_value(in, at, json->items[i], &object->items[i]));
        }
        object->keys[object->n++] = name;
    }
    *out = object;
    return NULL;
}

static struct err *
read_value(struct reader *in, const char *path, const struct json *json, const struct json **out)
{
    struct json *array;

    *out = json;
    if (json_is(json, JSON_T_OBJECT)) {
        return read_object(in, path, json, out);
    }
    if (!json_is(json, JSON_T_ARRAY)) {
        return NULL;
    }
    array = mem_copy(in->mem, json, sizeof *json);
    array->items = MEM_ARRAY(in->mem, json->n + 1, const struct json *);
    for (size_t i = 0; i < json->n; i++) {
        TRY(read_value(in, path, json->items[i], &array->items[i]));
    }
    *out = array;
    return NULL;
}

struct err *
etsi_major_body(struct rest_request *r)
{
    struct reader in = {.mem = r->mem};

    in.table = r->route->body ? r->route->body : r->route->resource ? r->route->resource->table : NULL;
    if (r->op.version != 1 || !in.table) {
        return NULL;
    }
    return read_value(&in, "", r->body, &r->body);
}
