/* The structs of vnfd.h, nsd.h and pnfd.h described once, member by member, so that one
 * writer and one strict reader serve them all. */
#include "tosca/record.h"

#include "base/vec.h"
#include "script/script.h"

#include <string.h>

#define ITEMS_MAX 10000
#define WHOLE_MAX (INT64_C(1) << 50) /* sums of a few thousand stay in 64 bits */
#define COUNT_MAX 1000               /* of what is made so many times, also together */

enum form {
    TEXT,          /* never null */
    TEXT_OR_NULL,
    WHOLE,
    COUNT,         /* a number of instances */
    SIZE,          /* uint64_t */
    FLAG,
    OPAQUE,        /* JSON, or null */
    TEXTS,         /* const char **, with its count */
    INLINE,        /* a struct within the struct */
    LIST,          /* an array of structs, with its count */
    POINTER,       /* to an item of the root's list, or null: its index */
    POINTERS,      /* an array of such, none null */
    NAME,          /* the name of an item of the root's list */
    NAME_OR_NULL,
};

struct shape;
struct member {
    const char *name;
    enum form form;
    bool later;                  /* records of earlier versions lack it: then it is 0 or empty */
    uint32_t at, n_at;           /* of the member; of its count */
    const struct shape *item;    /* what it consists of or refers to */
    uint32_t list_at, list_n_at; /* of the list in the root that it refers to */
};
/* An item's own name is its first member. */
struct shape {
    size_t size;
    bool is_root; /* what its parts refer to is in itself */
    size_t n;
    const struct member *members;
};

/* OF is the struct that is described, ROOT the one whose lists its parts name. */
#define AT(field_) offsetof(struct OF, field_)
#define M(form_, field_) {.name = #field_, .form = (form_), .at = AT(field_)}
#define MANY(form_, field_, item_)                                                                 \
    {                                                                                              \
        .name = #field_, .form = (form_), .at = AT(field_), .n_at = AT(n_##field_), .item = (item_) \
    }
/* As M and MANY, for what came with a later version. */
#define M_LATER(form_, field_)                                                                     \
    {.name = #field_, .form = (form_), .later = true, .at = AT(field_)}
#define MANY_LATER(form_, field_, item_)                                                           \
    {                                                                                              \
        .name = #field_, .form = (form_), .later = true, .at = AT(field_), .n_at = AT(n_##field_), \
        .item = (item_)                                                                            \
    }
#define ONE(field_, item_) {.name = #field_, .form = INLINE, .at = AT(field_), .item = (item_)}
#define REF(form_, field_, list_, item_)                                                           \
    {                                                                                              \
        .name = #field_, .form = (form_), .at = AT(field_), .item = (item_),                       \
        .list_at = offsetof(struct ROOT, list_), .list_n_at = offsetof(struct ROOT, n_##list_)     \
    }
#define REF_LATER(form_, field_, list_, item_)                                                     \
    {                                                                                              \
        .name = #field_, .form = (form_), .later = true, .at = AT(field_), .item = (item_),        \
        .list_at = offsetof(struct ROOT, list_), .list_n_at = offsetof(struct ROOT, n_##list_)     \
    }
#define REFS(form_, field_, list_, item_)                                                          \
    {                                                                                              \
        .name = #field_, .form = (form_), .at = AT(field_), .n_at = AT(n_##field_),                \
        .item = (item_), .list_at = offsetof(struct ROOT, list_),                                  \
        .list_n_at = offsetof(struct ROOT, n_##list_)                                              \
    }
#define SHAPE(name_, root_, ...)                                                                   \
    static const struct member name_##_members[] = {__VA_ARGS__};                                  \
    static const struct shape name_##_shape = {                                                    \
        .size = sizeof(struct OF), .is_root = (root_), .n = ARRAY_SIZE(name_##_members),           \
        .members = name_##_members}

/* ---- VNFD --------------------------------------------------------------------------- */

#define ROOT vnfd_flavour

#define OF vnfd_image
SHAPE(image, false, M(TEXT, id), M(TEXT_OR_NULL, name), M(TEXT_OR_NULL, version),
      M(TEXT_OR_NULL, provider), M(TEXT_OR_NULL, container_format), M(TEXT_OR_NULL, disk_format),
      M(TEXT_OR_NULL, algorithm), M(TEXT_OR_NULL, hash), M(SIZE, size), M(SIZE, min_disk),
      M(SIZE, min_ram), M(TEXT_OR_NULL, file), M_LATER(TEXT_OR_NULL, uri));
#undef OF
#define OF vnfd_pool
SHAPE(pool, false, M(TEXT_OR_NULL, start), M(TEXT_OR_NULL, end));
#undef OF
#define OF vnfd_link
SHAPE(link, false, M(TEXT, name), M(TEXT_OR_NULL, description),
      MANY(TEXTS, layer_protocols, NULL), M(TEXT_OR_NULL, flow_pattern), M(WHOLE, max_bitrate),
      M(WHOLE, min_bitrate), M(TEXT_OR_NULL, network_type), M(TEXT_OR_NULL, segmentation_id),
      M(WHOLE, mtu), M(TEXT_OR_NULL, ip_version), M(TEXT_OR_NULL, cidr),
      M(TEXT_OR_NULL, gateway_ip), M(FLAG, dhcp), M(TEXT_OR_NULL, ipv6_address_mode),
      MANY(LIST, pools, &pool_shape));
#undef OF
#define OF vnfd_cp
SHAPE(cp, false, M(TEXT, name), M(TEXT_OR_NULL, vdu), M(WHOLE, order),
      REF(NAME_OR_NULL, link, links, &link_shape), M(TEXT_OR_NULL, external),
      M(TEXT_OR_NULL, vnic_type), MANY(TEXTS, layer_protocols, NULL), M(FLAG, wants_ip),
      M(FLAG, wants_mac), M(TEXT_OR_NULL, ip_type), M(FLAG, trunk), M(FLAG, port_security),
      M(WHOLE, bitrate), M_LATER(FLAG, routed), M_LATER(TEXT_OR_NULL, management_user),
      M_LATER(WHOLE, management_port));
#undef OF
#define OF vnfd_ext_cp
SHAPE(ext_cp, false, M(TEXT, name), M(TEXT_OR_NULL, requirement),
      REF(NAME_OR_NULL, cp, cps, &cp_shape), REF(NAME_OR_NULL, link, links, &link_shape));
#undef OF
#define OF vnfd_storage
SHAPE(storage, false, M(TEXT, name), M(SIZE, size), REF(POINTER, image, images, &image_shape));
#undef OF
#define OF vnfd_vdu
SHAPE(vdu, false, M(TEXT, name), M(TEXT_OR_NULL, display_name), M(TEXT_OR_NULL, description),
      M(WHOLE, min_instances), M(WHOLE, max_instances), M(COUNT, initial_instances),
      M(WHOLE, vcpus), M(WHOLE, memory_mb), M(WHOLE, disk_gb),
      M(TEXT_OR_NULL, requested_capability), REF(POINTER, image, images, &image_shape),
      M(TEXT_OR_NULL, user_data), M(OPAQUE, boot_data), M_LATER(OPAQUE, boot_text),
      M_LATER(FLAG, config_drive), M(OPAQUE, monitoring),
      REFS(POINTERS, cps, cps, &cp_shape), REFS(POINTERS, storages, storages, &storage_shape));
#undef OF
#define OF vnfd_count
SHAPE(count, false, M(TEXT, vdu), M(COUNT, n));
#undef OF
#define OF vnfd_scale
SHAPE(scale, false, M(TEXT, aspect), M(WHOLE, level));
#undef OF
#define OF vnfd_level
SHAPE(level, false, M(TEXT, name), M(TEXT_OR_NULL, description),
      MANY(LIST, counts, &count_shape), MANY_LATER(LIST, scales, &scale_shape));
#undef OF
#define OF vnfd_delta
SHAPE(delta, false, M(TEXT, vdu), M(COUNT, n), M_LATER(COUNT, step));
#undef OF
#define OF vnfd_aspect
SHAPE(aspect, false, M(TEXT, name), M(TEXT_OR_NULL, description), M(WHOLE, max_level),
      MANY(LIST, deltas, &delta_shape));
#undef OF
#define OF vnfd_affinity
SHAPE(affinity, false, M(TEXT, name), M(FLAG, anti), M(TEXT_OR_NULL, scope),
      MANY(TEXTS, members, NULL));
#undef OF
#define OF vnfd_script
SHAPE(script, false, M(TEXT, operation), M(TEXT, text), M(WHOLE, timeout_s), M(OPAQUE, inputs));
#undef OF
#define OF vnfd_flavour
SHAPE(flavour, true, M(TEXT, id), M(TEXT_OR_NULL, description), M(TEXT_OR_NULL, default_level),
      MANY(LIST, levels, &level_shape), MANY(LIST, images, &image_shape),
      MANY(LIST, storages, &storage_shape), MANY(LIST, cps, &cp_shape),
      MANY(LIST, vdus, &vdu_shape), MANY(LIST, ext_cps, &ext_cp_shape),
      MANY(LIST, links, &link_shape), MANY(LIST, aspects, &aspect_shape),
      MANY(LIST, affinities, &affinity_shape), MANY_LATER(LIST, scripts, &script_shape));
#undef OF
#define OF vnfd_indicator
SHAPE(indicator, false, M(TEXT, name), M(TEXT_OR_NULL, metric));
#undef OF
#define OF vnfd
SHAPE(vnfd, false, M(TEXT, descriptor_id), M(TEXT, descriptor_version), M(TEXT, provider),
      M(TEXT, product_name), M(TEXT, software_version), M(TEXT_OR_NULL, product_info_name),
      M(TEXT_OR_NULL, product_info_description), MANY(TEXTS, vnfm_info, NULL),
      M(TEXT_OR_NULL, node_type), M(OPAQUE, lcm_configuration),
      M(OPAQUE, configurable_properties), M_LATER(OPAQUE, configurable),
      M_LATER(OPAQUE, extensions), M(OPAQUE, monitoring),
      MANY_LATER(LIST, indicators, &indicator_shape), MANY(LIST, flavours, &flavour_shape));
#undef OF
#undef ROOT

/* ---- NSD ---------------------------------------------------------------------------- */

#define ROOT nsd

#define OF nsd_connection
SHAPE(connection, false, M(TEXT, requirement), REF(NAME, link, links, &link_shape),
      M(TEXT_OR_NULL, forwarding));
#undef OF
#define OF nsd_vnf
SHAPE(vnf, false, M(TEXT, name), M(TEXT_OR_NULL, node_type), M(TEXT, vnfd_id),
      M(TEXT_OR_NULL, flavour_id), M(TEXT_OR_NULL, level), M(COUNT, min_instances),
      M(WHOLE, max_instances), MANY(LIST, connections, &connection_shape));
#undef OF
#define OF nsd_pnf
SHAPE(pnf, false, M(TEXT, name), M(TEXT, pnfd_id), MANY(LIST, connections, &connection_shape));
#undef OF
#define OF nsd_nested
SHAPE(nested, false, M(TEXT, name), M(TEXT, nsd_id), M(TEXT_OR_NULL, flavour_id),
      M_LATER(TEXT_OR_NULL, level), M_LATER(FLAG, is_counted), M_LATER(COUNT, min_instances),
      M_LATER(WHOLE, max_instances), MANY(LIST, connections, &connection_shape));
#undef OF
#define OF nsd_sap
SHAPE(sap, false, M(TEXT, name), M(TEXT_OR_NULL, description),
      REF(NAME_OR_NULL, link, links, &link_shape), MANY(TEXTS, layer_protocols, NULL),
      M(FLAG, wants_ip), M_LATER(TEXT_OR_NULL, requirement));
#undef OF
#define OF nsd_cp_ref
SHAPE(cp_ref, false, REF(NAME_OR_NULL, vnf, vnfs, &vnf_shape), M(TEXT_OR_NULL, requirement),
      REF(NAME_OR_NULL, sap, saps, &sap_shape),
      REF_LATER(NAME_OR_NULL, nested, nested, &nested_shape),
      REF_LATER(NAME_OR_NULL, pnf, pnfs, &pnf_shape));
#undef OF
#define OF nsd_element
SHAPE(element, false, M(TEXT, name), ONE(ingress, &cp_ref_shape), ONE(egress, &cp_ref_shape));
#undef OF
#define OF nsd_position
SHAPE(position, false, M(TEXT, name), M(TEXT_OR_NULL, behaviour),
      MANY(LIST, elements, &element_shape));
#undef OF
#define OF nsd_rule
SHAPE(rule, false, M(TEXT, name), M(TEXT_OR_NULL, ether_type), M(TEXT_OR_NULL, protocol),
      M(WHOLE, source_port_min), M(WHOLE, source_port_max), M(WHOLE, destination_port_min),
      M(WHOLE, destination_port_max), M(TEXT_OR_NULL, source_prefix),
      M(TEXT_OR_NULL, destination_prefix));
#undef OF
#define OF nsd_path
SHAPE(path, false, M(TEXT, name), MANY(LIST, positions, &position_shape),
      MANY(LIST, rules, &rule_shape));
#undef OF
#define OF nsd_graph
SHAPE(graph, false, M(TEXT, name), M(TEXT_OR_NULL, description), MANY(LIST, paths, &path_shape),
      MANY(TEXTS, members, NULL));
#undef OF
#define OF nsd_count
SHAPE(ns_count, false, M(WHOLE, level), REF(NAME, vnf, vnfs, &vnf_shape), M(COUNT, n));
#undef OF
#define OF nsd_aspect
SHAPE(ns_aspect, false, M(TEXT, name), M(TEXT_OR_NULL, description), M(WHOLE, min_level),
      M(WHOLE, max_level), MANY(LIST, steps, &ns_count_shape));
#undef OF
#define OF nsd_level
SHAPE(ns_level, false, M(TEXT, name), M(TEXT_OR_NULL, description),
      MANY(LIST, counts, &ns_count_shape));
#undef OF
#define OF nsd
SHAPE(nsd, true, M(TEXT, descriptor_id), M(TEXT, designer), M(TEXT, version), M(TEXT, name),
      M(TEXT, invariant_id), M(TEXT_OR_NULL, node_type), M(TEXT_OR_NULL, flavour_id),
      MANY(LIST, vnfs, &vnf_shape), MANY(LIST, links, &link_shape), MANY(LIST, saps, &sap_shape),
      MANY(LIST, graphs, &graph_shape), MANY(LIST, affinities, &affinity_shape),
      M(OPAQUE, monitoring), MANY_LATER(LIST, aspects, &ns_aspect_shape),
      M_LATER(TEXT_OR_NULL, default_level), MANY_LATER(LIST, levels, &ns_level_shape),
      MANY_LATER(LIST, pnfs, &pnf_shape), MANY_LATER(LIST, nested, &nested_shape));
#undef OF
#undef ROOT

/* ---- PNFD ---------------------------------------------------------------------------- */

#define ROOT pnfd
#define OF pnfd_cp
SHAPE(pnf_cp, false, M(TEXT, name), M(TEXT_OR_NULL, description), M(TEXT_OR_NULL, role),
      MANY(TEXTS, layer_protocols, NULL), M_LATER(TEXT_OR_NULL, requirement));
#undef OF
#define OF pnfd
SHAPE(pnfd, true, M(TEXT, descriptor_id), M(TEXT, name), M(TEXT, version), M(TEXT, provider),
      M(TEXT, invariant_id), M(TEXT, description), M(TEXT_OR_NULL, node_type), M(OPAQUE, location),
      MANY(LIST, cps, &pnf_cp_shape));
#undef OF
#undef ROOT

/* ---- members ------------------------------------------------------------------------ */

/* Where a member of a struct is, whatever it is. */
static void *
place(const void *in, uint32_t at)
{
    return (char *)(uintptr_t)in + at;
}

static size_t
count_of(const void *in, uint32_t n_at)
{
    return *(const size_t *)place(in, n_at);
}

static const char *
text_at(const void *in, uint32_t at)
{
    return *(const char *const *)place(in, at);
}

static char *
items_at(const void *in, uint32_t at)
{
    return *(char *const *)place(in, at);
}

/* ---- writing -------------------------------------------------------------------------- */

static void shape_write(struct jw *w, const char *key, const struct shape *shape, const void *of,
                        const void *root);

static void
list_write(struct jw *w, const struct member *m, const void *of, const void *root)
{
    const char *items = items_at(of, m->at);

    jw_array(w, m->name);
    for (size_t i = 0; i < count_of(of, m->n_at); i++) {
        if (m->form == TEXTS) {
            jw_str(w, NULL, ((const char *const *)(const void *)items)[i]);
        } else {
            shape_write(w, NULL, m->item, items + i * m->item->size, root);
        }
    }
    jw_end(w);
}

static int64_t
index_of(const struct member *m, const void *root, const char *item)
{
    return (item - items_at(root, m->list_at)) / (int64_t)m->item->size;
}

static void
pointers_write(struct jw *w, const struct member *m, const void *of, const void *root)
{
    const char *const *items = (const char *const *)(const void *)items_at(of, m->at);

    jw_array(w, m->name);
    for (size_t i = 0; i < count_of(of, m->n_at); i++) {
        jw_int(w, NULL, index_of(m, root, items[i]));
    }
    jw_end(w);
}

static void
pointer_write(struct jw *w, const struct member *m, const void *of, const void *root)
{
    if (items_at(of, m->at)) {
        jw_int(w, m->name, index_of(m, root, items_at(of, m->at)));
    } else {
        jw_null(w, m->name);
    }
}

static void
size_write(struct jw *w, const struct member *m, const void *of)
{
    uint64_t size = *(const uint64_t *)place(of, m->at);

    jw_int(w, m->name, size > INT64_MAX ? INT64_MAX : (int64_t)size);
}

static void
opaque_write(struct jw *w, const struct member *m, const void *of)
{
    const struct json *json = *(const struct json *const *)place(of, m->at);

    if (json) {
        jw_json(w, m->name, json);
    } else {
        jw_null(w, m->name);
    }
}

static void
member_write(struct jw *w, const struct member *m, const void *of, const void *root)
{
    switch (m->form) {
    case TEXT:
    case TEXT_OR_NULL:
    case NAME:
    case NAME_OR_NULL:
        jw_str(w, m->name, text_at(of, m->at));
        break;
    case WHOLE:
    case COUNT:
        jw_int(w, m->name, *(const int64_t *)place(of, m->at));
        break;
    case SIZE:
        size_write(w, m, of);
        break;
    case FLAG:
        jw_bool(w, m->name, *(const bool *)place(of, m->at));
        break;
    case OPAQUE:
        opaque_write(w, m, of);
        break;
    case INLINE:
        shape_write(w, m->name, m->item, place(of, m->at), root);
        break;
    case TEXTS:
    case LIST:
        list_write(w, m, of, root);
        break;
    case POINTER:
        pointer_write(w, m, of, root);
        break;
    case POINTERS:
        pointers_write(w, m, of, root);
        break;
    }
}

static void
shape_write(struct jw *w, const char *key, const struct shape *shape, const void *of,
            const void *root)
{
    jw_object(w, key);
    for (size_t i = 0; i < shape->n; i++) {
        member_write(w, &shape->members[i], of, shape->is_root ? of : root);
    }
    jw_end(w);
}

void
vnfd_write(struct jw *w, const char *key, const struct vnfd *vnfd)
{
    shape_write(w, key, &vnfd_shape, vnfd, NULL);
}

void
nsd_write(struct jw *w, const char *key, const struct nsd *nsd)
{
    shape_write(w, key, &nsd_shape, nsd, nsd);
}

void
pnfd_write(struct jw *w, const char *key, const struct pnfd *pnfd)
{
    shape_write(w, key, &pnfd_shape, pnfd, pnfd);
}

/* ---- reading -------------------------------------------------------------------------- */

struct reading {
    struct mem *mem;
    void *root;
};

static struct err *
refuse(const struct member *m, const char *why)
{
    return err_new(E_INVALID, "DescriptorInvalid", "descriptor: %s %s", m->name, why);
}

static struct err *shape_read(struct reading *r, const struct shape *shape,
                              const struct json *json, void *of);

static struct err *
text_read(const struct member *m, const struct json *json, const char **text)
{
    bool may_be_null = m->form == TEXT_OR_NULL || m->form == NAME_OR_NULL;

    *text = json_str(json);
    return *text || (may_be_null && json_is(json, JSON_T_NULL)) ? NULL : refuse(m, "is no text");
}

static struct err *
whole_read(const struct member *m, const struct json *json, int64_t *value)
{
    int64_t max = m->form == COUNT ? COUNT_MAX : m->form == SIZE ? INT64_MAX : WHOLE_MAX;
    int64_t min = m->form == WHOLE ? -1 : 0;

    if (!json_is(json, JSON_T_INT)) {
        return refuse(m, "is no whole number");
    }
    if (json->i < min || json->i > max) {
        return err_new(E_INVALID, "DescriptorInvalid", "descriptor: %s is not within %lld and %lld",
                       m->name, (long long)min, (long long)max);
    }
    *value = json->i;
    return NULL;
}

static struct err *
size_read(const struct member *m, const struct json *json, uint64_t *value)
{
    int64_t size;

    TRY(whole_read(m, json, &size));
    *value = (uint64_t)size;
    return NULL;
}

static struct err *
flag_read(const struct member *m, const struct json *json, bool *value)
{
    *value = json_bool(json, false);
    return json_is(json, JSON_T_BOOL) ? NULL : refuse(m, "is neither true nor false");
}

/* An array of 'size' bytes an item, with its count set. */
static struct err *
array_new(const struct reading *r, const struct member *m, const struct json *json, void *of,
          size_t size, char **items)
{
    if (!json_is(json, JSON_T_ARRAY) || json->n > ITEMS_MAX) {
        return refuse(m, "is no list, or too long");
    }
    *items = json->n ? mem_alloc(r->mem, json->n * size) : NULL;
    *(char **)place(of, m->at) = *items;
    *(size_t *)place(of, m->n_at) = json->n;
    return NULL;
}

static struct err *
texts_read(const struct reading *r, const struct member *m, const struct json *json, void *of)
{
    const char **texts;
    char *items = NULL;

    TRY(array_new(r, m, json, of, sizeof *texts, &items));
    texts = (const char **)(void *)items;
    json_each (json, i) {
        TRY(text_read(m, json->items[i], &texts[i]));
    }
    return NULL;
}

static struct err *
list_read(struct reading *r, const struct member *m, const struct json *json, void *of)
{
    char *items = NULL;

    TRY(array_new(r, m, json, of, m->item->size, &items));
    json_each (json, i) {
        TRY(shape_read(r, m->item, json->items[i], items + i * m->item->size));
    }
    return NULL;
}

/* The list stands before what points into it. */
static struct err *
pointer_read(const struct reading *r, const struct member *m, const struct json *json, char **item)
{
    if (!json_is(json, JSON_T_INT) || json->i < 0 ||
        (uint64_t)json->i >= count_of(r->root, m->list_n_at)) {
        return refuse(m, "refers to nothing");
    }
    *item = items_at(r->root, m->list_at) + (size_t)json->i * m->item->size;
    return NULL;
}

static struct err *
pointers_read(const struct reading *r, const struct member *m, const struct json *json, void *of)
{
    char **pointers, *items = NULL;

    TRY(array_new(r, m, json, of, sizeof *pointers, &items));
    pointers = (char **)(void *)items;
    json_each (json, i) {
        TRY(pointer_read(r, m, json->items[i], &pointers[i]));
    }
    return NULL;
}

static struct err *
member_read(struct reading *r, const struct member *m, const struct json *json, void *of)
{
    void *at = place(of, m->at);

    switch (m->form) {
    case TEXT:
    case TEXT_OR_NULL:
    case NAME:
    case NAME_OR_NULL:
        return text_read(m, json, at);
    case WHOLE:
    case COUNT:
        return whole_read(m, json, at);
    case SIZE:
        return size_read(m, json, at);
    case FLAG:
        return flag_read(m, json, at);
    case OPAQUE:
        *(const struct json **)at = json_is(json, JSON_T_NULL) ? NULL : json;
        return NULL;
    case INLINE:
        return shape_read(r, m->item, json, at);
    case TEXTS:
        return texts_read(r, m, json, of);
    case LIST:
        return list_read(r, m, json, of);
    case POINTER:
        return json_is(json, JSON_T_NULL) ? NULL : pointer_read(r, m, json, at);
    case POINTERS:
        return pointers_read(r, m, json, of);
    }
    return NULL;
}

static struct err *
shape_read(struct reading *r, const struct shape *shape, const struct json *json, void *of)
{
    void *root = r->root;
    size_t n_later = 0;

    for (size_t i = 0; i < shape->n; i++) {
        n_later += shape->members[i].later && !json_get(json, shape->members[i].name);
    }
    if (!json_is(json, JSON_T_OBJECT) || json->n != shape->n - n_later) {
        return err_new(E_INVALID, "DescriptorInvalid",
                       "descriptor: what should have %zu members has %zu", shape->n,
                       json ? json->n : 0);
    }
    r->root = shape->is_root ? of : root;
    for (size_t i = 0; i < shape->n; i++) {
        const struct member *m = &shape->members[i];
        const struct json *value = json_get(json, m->name);

        if (!value && m->later) {
            continue;
        }
        if (!value) {
            return refuse(m, "is missing");
        }
        TRY(member_read(r, m, value, of));
    }
    r->root = root;
    return NULL;
}

/* ---- names of other parts --------------------------------------------------------------- */

static struct err *
name_check(const struct member *m, const char *name, const void *root)
{
    const char *items = items_at(root, m->list_at);

    for (size_t i = 0; name && i < count_of(root, m->list_n_at); i++) {
        if (str_eq(text_at(items + i * m->item->size, 0), name)) {
            return NULL;
        }
    }
    return name ? refuse(m, "names what is not there") : NULL;
}

/* After all of it was read: names refer forwards too. */
static struct err *
names_check(const struct shape *shape, const void *of, const void *root)
{
    root = shape->is_root ? of : root;
    for (size_t i = 0; i < shape->n; i++) {
        const struct member *m = &shape->members[i];

        if (m->form == NAME || m->form == NAME_OR_NULL) {
            TRY(name_check(m, text_at(of, m->at), root));
        } else if (m->form == INLINE) {
            TRY(names_check(m->item, place(of, m->at), root));
        }
        for (size_t k = 0; m->form == LIST && k < count_of(of, m->n_at); k++) {
            TRY(names_check(m->item, items_at(of, m->at) + k * m->item->size, root));
        }
    }
    return NULL;
}

static struct err *
whole_record_read(struct mem *mem, const struct shape *shape, const struct json *json, void *of)
{
    struct reading r = {.mem = mem};

    TRY(shape_read(&r, shape, json, of));
    return names_check(shape, of, NULL);
}

static struct err *
total_check(int64_t n, const char *what)
{
    return n <= COUNT_MAX ? NULL
                          : err_new(E_INVALID, "DescriptorInvalid",
                                    "descriptor: %s: %lld instances together, at most %d are "
                                    "allowed",
                                    what, (long long)n, COUNT_MAX);
}

/* Servers that one instantiation would make. */
static struct err *
servers_check(const struct vnfd_flavour *flavour)
{
    AUTO(mem) mem = mem_new("servers");
    struct map names;
    int64_t n = 0;

    map_init(&names, mem);
    for (size_t i = 0; i < flavour->n_vdus; i++) {
        if (map_get(&names, flavour->vdus[i].name)) {
            return err_new(E_INVALID, "DescriptorInvalid", "descriptor: two VDUs are called %s",
                           flavour->vdus[i].name);
        }
        map_set(&names, flavour->vdus[i].name, (void *)(uintptr_t)flavour);
        n += flavour->vdus[i].initial_instances;
    }
    TRY(total_check(n, flavour->id));
    for (size_t i = 0; i < flavour->n_levels; i++) {
        n = 0;
        for (size_t k = 0; k < flavour->levels[i].n_counts; k++) {
            n += flavour->levels[i].counts[k].n;
        }
        TRY(total_check(n, flavour->levels[i].name));
    }
    return NULL;
}

/* What becomes text of a shell: is it what a descriptor may say? */
static struct err *
script_check(const struct vnfd_script *script)
{
    const struct json *inputs = script->inputs;
    const char *why = NULL;

    if (strlen(script->text) > SCRIPT_TEXT_MAX) {
        why = "its text is too long";
    } else if (script->timeout_s < 1 || script->timeout_s > VNFD_SCRIPT_TIMEOUT_MAX_S) {
        why = "its timeout is out of range";
    } else if (inputs &&
               (!json_is(inputs, JSON_T_OBJECT) || inputs->n > VNFD_SCRIPT_INPUTS_MAX)) {
        why = "its inputs are no object, or too many";
    }
    for (size_t i = 0; !why && inputs && i < inputs->n; i++) {
        why = script_input_name_ok(inputs->keys[i]) ? NULL : "an input is no variable of a shell";
    }
    return why ? err_new(E_INVALID, "DescriptorInvalid", "descriptor: script %s: %s",
                         script->operation, why)
               : NULL;
}

static struct err *
scripts_check(const struct vnfd_flavour *flavour)
{
    if (flavour->n_scripts > VNFD_SCRIPTS_MAX) {
        return err_new(E_INVALID, "DescriptorInvalid", "descriptor: more than %d scripts",
                       VNFD_SCRIPTS_MAX);
    }
    for (size_t i = 0; i < flavour->n_scripts; i++) {
        TRY(script_check(&flavour->scripts[i]));
    }
    for (size_t i = 0; i < flavour->n_cps; i++) {
        const struct vnfd_cp *cp = &flavour->cps[i];

        if (cp->management_user && (cp->management_port < 1 || cp->management_port > UINT16_MAX)) {
            return err_new(E_INVALID, "DescriptorInvalid", "descriptor: %s: management_port %lld",
                           cp->name, (long long)cp->management_port);
        }
    }
    return NULL;
}

static struct err *
indicators_check(const struct vnfd *vnfd)
{
    for (size_t i = 0; i < vnfd->n_indicators; i++) {
        if (strlen(vnfd->indicators[i].name) > VNFD_INDICATOR_NAME_MAX) {
            return err_new(E_INVALID, "DescriptorInvalid",
                           "descriptor: the name of an indicator is too long");
        }
    }
    return NULL;
}

struct err *
vnfd_read(struct mem *mem, const struct json *json, struct vnfd **vnfd)
{
    *vnfd = MEM_NEW(mem, struct vnfd);
    TRY(whole_record_read(mem, &vnfd_shape, json, *vnfd));
    TRY(indicators_check(*vnfd));
    for (size_t i = 0; i < (*vnfd)->n_flavours; i++) {
        TRY(servers_check(&(*vnfd)->flavours[i]));
        TRY(scripts_check(&(*vnfd)->flavours[i]));
    }
    return NULL;
}

/* A point of a path is a SAP, or a connection that its VNF, PNF or nested NS has. */
static struct err *
cp_ref_check(const struct nsd *nsd, const struct nsd_cp_ref *ref)
{
    return ref->sap || nsd_link_of(nsd, ref)
               ? NULL
               : err_new(E_INVALID, "DescriptorInvalid",
                         "descriptor: a path goes through no connection of a VNF, a PNF or a "
                         "nested network service, and no SAP");
}

static struct err *
paths_check(const struct nsd *nsd, const struct nsd_graph *graph)
{
    for (size_t i = 0; i < graph->n_paths; i++) {
        for (size_t j = 0; j < graph->paths[i].n_positions; j++) {
            const struct nsd_position *position = &graph->paths[i].positions[j];

            for (size_t k = 0; k < position->n_elements; k++) {
                TRY(cp_ref_check(nsd, &position->elements[k].ingress));
                TRY(cp_ref_check(nsd, &position->elements[k].egress));
            }
        }
    }
    return NULL;
}

/* Loops over levels and sums over profiles have an end. */
static struct err *
levels_check(const struct nsd *nsd)
{
    size_t n_steps = 0;

    for (size_t i = 0; i < nsd->n_aspects; i++) {
        const struct nsd_aspect *aspect = &nsd->aspects[i];

        n_steps += aspect->n_steps;
        if (n_steps > ITEMS_MAX) {
            return err_new(E_INVALID, "DescriptorInvalid",
                           "descriptor: numbers of instances at levels of aspects: more than %d",
                           ITEMS_MAX);
        }
        if (aspect->min_level < 0 || aspect->min_level > aspect->max_level ||
            aspect->max_level > COUNT_MAX) {
            return err_new(E_INVALID, "DescriptorInvalid", "descriptor: levels of aspect %s",
                           aspect->name);
        }
        for (int64_t at = aspect->min_level; at <= aspect->max_level; at++) {
            int64_t n = 0;

            for (size_t k = 0; k < aspect->n_steps; k++) {
                n += aspect->steps[k].level == at ? aspect->steps[k].n : 0;
            }
            TRY(total_check(n, aspect->name));
        }
    }
    for (size_t i = 0; i < nsd->n_levels; i++) {
        int64_t n = 0;

        for (size_t k = 0; k < nsd->levels[i].n_counts; k++) {
            n += nsd->levels[i].counts[k].n;
        }
        TRY(total_check(n, nsd->levels[i].name));
    }
    return NULL;
}

struct err *
nsd_read(struct mem *mem, const struct json *json, struct nsd **nsd)
{
    int64_t n = 0;

    *nsd = MEM_NEW(mem, struct nsd);
    TRY(whole_record_read(mem, &nsd_shape, json, *nsd));
    for (size_t i = 0; i < (*nsd)->n_vnfs; i++) {
        n += (*nsd)->vnfs[i].min_instances;
    }
    TRY(total_check(n, (*nsd)->name));
    TRY(levels_check(*nsd));
    for (size_t i = 0; i < (*nsd)->n_graphs; i++) {
        TRY(paths_check(*nsd, &(*nsd)->graphs[i]));
    }
    return NULL;
}

struct err *
pnfd_read(struct mem *mem, const struct json *json, struct pnfd **pnfd)
{
    *pnfd = MEM_NEW(mem, struct pnfd);
    return whole_record_read(mem, &pnfd_shape, json, *pnfd);
}
