/* How far our APIs are from the ones that ETSI publishes as OpenAPI: operations, and
 * the attributes of bodies and answers on their first level.  Prints Markdown.
 *
 *     etsi-gaps FOLDER DECISIONS
 *
 * DECISIONS has lines "pattern<TAB>reason": gaps that are meant.  The rest is not yet. */
#include "base/vec.h"
#include "base/yaml.h"
#include "faces/etsi.h"
#include "faces/faces.h"
#include "sys/file.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define FILE_SIZE_MAX (8u << 20)
#define REFS_MAX 16

static const struct {
    const struct face *face;
    const char *title, *prefix, *file;
} apis[] = {
    {&etsi_vnfpkgm_face, "SOL005 VNF package management", "/vnfpkgm/v2",
     "nfv-sol005/SOL005/VNFPackageManagement/VNFPackageManagement.yaml"},
    {&etsi_vnfpkgm_face, "SOL003 VNF package management", "/vnfpkgm/v2",
     "nfv-sol002-sol003/SOL003/VNFPackageManagement/VNFPackageManagement.yaml"},
    {&etsi_nsd_face, "SOL005 NSD management", "/nsd/v2",
     "nfv-sol005/SOL005/NSDManagement/NSDManagement.yaml"},
    {&etsi_nslcm_face, "SOL005 NS lifecycle management", "/nslcm/v2",
     "nfv-sol005/SOL005/NSLifecycleManagement/NSLifecycleManagement.yaml"},
    {&etsi_vnflcm_face, "SOL003 VNF lifecycle management", "/vnflcm/v2",
     "nfv-sol002-sol003/SOL003/VNFLifecycleManagement/VNFLifecycleManagement.yaml"},
    {&etsi_nsfm_face, "SOL005 NS fault management", "/nsfm/v1",
     "nfv-sol005/SOL005/NSFaultManagement/NSFaultManagement.yaml"},
    {&etsi_vnffm_face, "SOL003 VNF fault management", "/vnffm/v1",
     "nfv-sol002-sol003/SOL003/VNFFaultManagement/VNFFaultManagement.yaml"},
    {&etsi_vnfpm_face, "SOL003 VNF performance management", "/vnfpm/v2",
     "nfv-sol002-sol003/SOL003/VNFPerformanceManagement/VNFPerformanceManagement.yaml"},
    {&etsi_vnflcm_face, "SOL002 VNF lifecycle management", "/vnflcm/v2",
     "nfv-sol002-sol003/SOL002/VNFLifecycleManagement/VNFLifecycleManagement.yaml"},
    {&etsi_vnffm_face, "SOL002 VNF fault management", "/vnffm/v1",
     "nfv-sol002-sol003/SOL002/VNFFaultManagement/VNFFaultManagement.yaml"},
    {&etsi_vnfpm_face, "SOL002 VNF performance management", "/vnfpm/v2",
     "nfv-sol002-sol003/SOL002/VNFPerformanceManagement/VNFPerformanceManagement.yaml"},
    {&etsi_vnfind_face, "SOL003 VNF indicators", "/vnfind/v1",
     "nfv-sol002-sol003/SOL003/VNFIndicator/VNFIndicator.yaml"},
    {&etsi_nspm_face, "SOL005 NS performance management", "/nspm/v2",
     "nfv-sol005/SOL005/NSPerformanceManagement/NSPerformanceManagement.yaml"},
    {&etsi_grant_face, "SOL003 granting of operations", "/grant/v1",
     "nfv-sol002-sol003/SOL003/VNFLifecycleOperationGranting/VNFLifecycleOperationGranting.yaml"},
};

struct decision {
    const char *pattern, *reason;
};
struct gaps {
    struct mem *mem;
    const char *folder;
    struct map files;                    /* path -> struct yaml */
    struct map told;                     /* gaps: another document may ask for the same */
    VEC(struct decision) decisions;
    VEC(const char *) not_yet, decided;  /* of one API */
    size_t n_operations, n_attributes;   /* that ETSI has */
    size_t missing_operations, missing_attributes;
};

/* ---- YAML with references over files ------------------------------------------------------ */

/* A node and the file it stands in: what its references are relative to. */
struct node {
    const struct yaml *yaml;
    const char *file;
};

static struct err *
file_of(struct gaps *g, const char *path, const struct yaml **root)
{
    char *text;
    size_t n;

    *root = map_get(&g->files, path);
    if (*root) {
        return NULL;
    }
    TRY(file_read(g->mem, mem_printf(g->mem, "%s/%s", g->folder, path), FILE_SIZE_MAX, &text, &n));
    TRY(yaml_parse(g->mem, path, text, n, NULL, root));
    map_set(&g->files, path, (void *)(uintptr_t)*root);
    return NULL;
}

/* "a/b/../c.yaml" -> "a/c.yaml" */
static const char *
path_clean(struct mem *mem, const char *path)
{
    AUTO_BUF out = BUF_INIT;
    size_t n, kept = 0;
    char **parts = str_split(mem, path, '/', &n);

    for (size_t i = 0; i < n; i++) {
        if (str_eq(parts[i], "..") && kept > 0) {
            kept--;
        } else if (!str_eq(parts[i], ".")) {
            parts[kept++] = parts[i];
        }
    }
    for (size_t i = 0; i < kept; i++) {
        buf_printf(&out, "%s%s", i ? "/" : "", parts[i]);
    }
    return buf_copy(mem, &out);
}

/* A part of a JSON pointer: "~1packages" -> "/packages" (RFC 6901 section 4). */
static const char *
pointer_word(struct mem *mem, const char *part)
{
    AUTO_BUF out = BUF_INIT;

    for (; *part; part++) {
        if (part[0] == '~' && (part[1] == '0' || part[1] == '1')) {
            buf_char(&out, *++part == '0' ? '~' : '/');
        } else {
            buf_char(&out, *part);
        }
    }
    return buf_copy(mem, &out);
}

/* Follows "$ref"s. */
static struct err *
resolve(struct gaps *g, struct node *node)
{
    const char *ref;

    for (int i = 0; i < REFS_MAX && (ref = yaml_get_str(node->yaml, "$ref")); i++) {
        const char *hash = strchr(ref, '#');
        const char *slash = strrchr(node->file, '/');
        size_t n_parts;
        char **parts;

        if (hash != ref) {
            node->file = path_clean(
                g->mem, mem_printf(g->mem, "%.*s/%.*s", (int)(slash ? slash - node->file : 0),
                                   node->file, (int)(hash ? hash - ref : (int)strlen(ref)), ref));
        }
        TRY(file_of(g, node->file, &node->yaml));
        parts = str_split(g->mem, hash ? hash + 1 : "", '/', &n_parts);
        for (size_t part = 0; part < n_parts; part++) {
            if (*parts[part]) {
                node->yaml = yaml_get(node->yaml, pointer_word(g->mem, parts[part]));
            }
        }
        if (!node->yaml) {
            return err_new(E_NOT_FOUND, NULL, "%s: %s leads nowhere", node->file, ref);
        }
    }
    return NULL;
}

static struct err *
below(struct gaps *g, const struct node *node, const char *key, struct node *out)
{
    *out = (struct node){yaml_get(node->yaml, key), node->file};
    return out->yaml ? resolve(g, out) : NULL;
}

/* ---- attributes ------------------------------------------------------------------------------ */

struct names {
    const char **items;
    size_t n, cap;
};

static struct err *
names_of(struct gaps *g, struct node schema, struct names *names, int depth)
{
    static const char *const joins[] = {"allOf", "oneOf", "anyOf"};
    struct node part;

    TRY(resolve(g, &schema));
    if (depth > REFS_MAX) {
        return NULL;
    }
    TRY(below(g, &schema, "items", &part));
    if (part.yaml) {
        return names_of(g, part, names, depth + 1);
    }
    for (size_t j = 0; j < ARRAY_SIZE(joins); j++) {
        const struct yaml *list = yaml_get(schema.yaml, joins[j]);

        yaml_each (list, i) {
            TRY(names_of(g, (struct node){list->items[i], schema.file}, names, depth + 1));
        }
    }
    TRY(below(g, &schema, "properties", &part));
    yaml_each (part.yaml, i) {
        vec_add(g->mem, names, yaml_str(part.yaml->keys[i]));
    }
    return NULL;
}

/* The schema of a body or of an answer, ours: down through a list. */
static const struct json *
our_properties(const struct json *holder)
{
    const struct json *content = json_get(holder, "content");
    const struct json *schema = content && content->n ? json_get(content->items[0], "schema") : NULL;

    if (json_get(schema, "items")) {
        schema = json_get(schema, "items");
    }
    return json_get(schema, "properties");
}

static void
gap(struct gaps *g, const char *what)
{
    if (!map_add(&g->told, what, (void *)(uintptr_t)what)) {
        return;
    }
    vec_each (&g->decisions, decision) {
        if (fnmatch(decision->pattern, what, 0) == 0) {
            vec_add(g->mem, &g->decided, mem_printf(g->mem, "%s: %s", what, decision->reason));
            return;
        }
    }
    vec_add(g->mem, &g->not_yet, what);
}

/* 'theirs' holds "content". */
static struct err *
attributes(struct gaps *g, const char *operation, const char *where, struct node theirs,
           const struct json *ours)
{
    struct node content, media, schema;
    struct names names = {0};

    TRY(below(g, &theirs, "content", &content));
    TRY(below(g, &content, "application/json", &media));
    TRY(below(g, &media, "schema", &schema));
    if (!schema.yaml) {
        return NULL;
    }
    TRY(names_of(g, schema, &names, 0));
    for (size_t i = 0; i < names.n; i++) {
        g->n_attributes++;
        if (!json_get(our_properties(ours), names.items[i])) {
            g->missing_attributes++;
            gap(g, mem_printf(g->mem, "%s %s %s", operation, where, names.items[i]));
        }
    }
    return NULL;
}

/* ---- operations -------------------------------------------------------------------------------- */

/* "/a/{aId}" and "/a/{id}" are one. */
static bool
same_path(const char *a, const char *b)
{
    while (*a && *b) {
        if (*a == '{' && *b == '{') {
            a += strcspn(a, "}");
            b += strcspn(b, "}");
        }
        if (*a != *b) {
            return false;
        }
        a += *a != '\0';
        b += *b != '\0';
    }
    return *a == *b;
}

static const struct json *
our_operation(const struct json *document, const char *path, const char *method)
{
    const struct json *paths = json_get(document, "paths");

    json_each (paths, i) {
        if (same_path(paths->keys[i], path) && json_get(paths->items[i], method)) {
            return json_get(paths->items[i], method);
        }
    }
    return NULL;
}

static struct err *
operation(struct gaps *g, const struct json *document, const char *path, const char *method,
          struct node theirs)
{
    static const char *const good[] = {"200", "201"};
    const struct json *ours = our_operation(document, path, method);
    struct node part, responses;
    char *name = mem_printf(g->mem, "%s %s", method, path);

    for (char *c = name; *c != ' '; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    g->n_operations++;
    if (!ours) {
        g->missing_operations++;
        gap(g, name);
        return NULL;
    }
    TRY(below(g, &theirs, "requestBody", &part));
    if (part.yaml) {
        TRY(attributes(g, name, "body", part, json_get(ours, "requestBody")));
    }
    TRY(below(g, &theirs, "responses", &responses));
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        TRY(below(g, &responses, good[i], &part));
        if (part.yaml) {
            TRY(attributes(g, name, "answer", part,
                           json_get(json_get(ours, "responses"), good[i])));
        }
    }
    return NULL;
}

static struct err *
path_compare(struct gaps *g, const struct json *document, const char *path, struct node theirs)
{
    static const char *const methods[] = {"get", "post", "put", "patch", "delete"};

    TRY(resolve(g, &theirs));
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        struct node one;

        TRY(below(g, &theirs, methods[i], &one));
        if (one.yaml) {
            TRY(operation(g, document, path, methods[i], one));
        }
    }
    return NULL;
}

/* ---- the page -------------------------------------------------------------------------------------- */

static void
print_list(const char *title, const char *const *items, size_t n)
{
    if (n > 0) {
        printf("\n%s\n\n", title);
    }
    for (size_t i = 0; i < n; i++) {
        printf("- %s\n", items[i]);
    }
}

static struct err *
api_compare(struct gaps *g, size_t api)
{
    AUTO_BUF text = BUF_INIT;
    const struct json *document;
    struct node root = {.file = apis[api].file}, paths;

    g->not_yet.n = g->decided.n = 0;
    g->n_operations = g->n_attributes = g->missing_operations = g->missing_attributes = 0;
    rest_openapi(apis[api].face, &text);
    TRY(json_parse(g->mem, mem_strn(g->mem, text.data, text.len), text.len, &document));
    TRY(file_of(g, apis[api].file, &root.yaml));
    TRY(below(g, &root, "paths", &paths));
    yaml_each (paths.yaml, i) {
        const char *path = yaml_str(paths.yaml->keys[i]);

        TRY(path_compare(g, document, mem_printf(g->mem, "%s%s", apis[api].prefix, path),
                         (struct node){paths.yaml->items[i], paths.file}));
    }
    printf("\n## %s\n\nOperations: %zu of %zu.  Attributes of these: %zu of %zu.  "
           "Gaps: %zu not yet, %zu decided.\n",
           apis[api].title, g->n_operations - g->missing_operations, g->n_operations,
           g->n_attributes - g->missing_attributes, g->n_attributes, g->not_yet.n, g->decided.n);
    print_list("Not yet:", g->not_yet.items, g->not_yet.n);
    print_list("Decided:", g->decided.items, g->decided.n);
    return NULL;
}

static struct err *
decisions_read(struct gaps *g, const char *path)
{
    char *text, *tab;
    size_t n, n_lines;
    char **lines;

    TRY(file_read(g->mem, path, FILE_SIZE_MAX, &text, &n));
    lines = str_split(g->mem, text, '\n', &n_lines);
    for (size_t i = 0; i < n_lines; i++) {
        if (lines[i][0] != '#' && (tab = strchr(lines[i], '\t'))) {
            *tab = '\0';
            vec_add(g->mem, &g->decisions, ((struct decision){lines[i], tab + 1}));
        }
    }
    return NULL;
}

static struct err *
compare(struct gaps *g, const char *decisions)
{
    TRY(decisions_read(g, decisions));
    printf("# Gaps against ETSI's published APIs\n\nGenerated from our tables and the OpenAPI "
           "documents of ETSI NFV (SOL002, SOL003 and SOL005, release\n3.7.1 or later).  "
           "Attributes are those of the first level.  SOL002 and SOL003 have the same APIs: a gap\n"
           "of both stands below SOL003.\n");
    for (size_t i = 0; i < ARRAY_SIZE(apis); i++) {
        TRY_MSG(api_compare(g, i), "%s", apis[i].title);
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("gaps");
    struct gaps g = {.mem = mem, .folder = argc == 3 ? argv[1] : NULL};
    struct err *e;

    if (argc != 3) {
        fprintf(stderr, "usage: etsi-gaps FOLDER DECISIONS\n");
        return 2;
    }
    map_init(&g.files, mem);
    map_init(&g.told, mem);
    e = compare(&g, argv[2]);
    if (e) {
        fprintf(stderr, "etsi-gaps: %s\n", err_full(mem, e));
        err_free(e);
        return 1;
    }
    return 0;
}
