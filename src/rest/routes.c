/* Which route a path means: the tables of all mounted faces, split into
 * segments once at start and ordered so that "/servers/detail" is tried
 * before "/servers/{id}". */
#include "rest/exchange.h"

#include <stdlib.h>
#include <string.h>

static bool
is_param(const char *seg)
{
    return seg[0] == '{';
}

/* Segments of a path; empty ones (doubled or closing slashes) are left out. */
static char **
split_path(struct mem *mem, const char *path, size_t *n)
{
    size_t n_all, kept = 0;
    char **parts = str_split(mem, path, '/', &n_all);

    for (size_t i = 0; i < n_all; i++) {
        if (parts[i][0] != '\0') {
            parts[kept++] = parts[i];
        }
    }
    *n = kept;
    return parts;
}

static int
compare_segs(const struct compiled_route *a, const struct compiled_route *b)
{
    if (a->n_segs != b->n_segs) {
        return a->n_segs < b->n_segs ? -1 : 1;
    }
    for (size_t i = 0; i < a->n_segs; i++) {
        bool pa = is_param(a->segs[i]), pb = is_param(b->segs[i]);
        int diff = pa || pb ? (int)pa - (int)pb : strcmp(a->segs[i], b->segs[i]);

        if (diff) {
            return diff;
        }
    }
    return 0;
}

static int
compare_routes(const void *pa, const void *pb)
{
    const struct compiled_route *a = pa, *b = pb;
    int diff = compare_segs(a, b);

    return diff ? diff : strcmp(a->route->method, b->route->method);
}

static struct err *
check_route(const struct rest_mount *mount, const struct route *route)
{
    bool engine = route->verb < REST_ACTION;

    if (!route->method || !route->path || route->path[0] != '/') {
        return err_new(E_INVALID, NULL, "face %s: a route without method or path",
                       mount->face->name);
    }
    if (engine && !route->resource) {
        return err_new(E_INVALID, NULL, "face %s: %s %s has no resource", mount->face->name,
                       route->method, route->path);
    }
    return NULL;
}

static struct err *
check_clashes(const struct route_table *table)
{
    for (size_t i = 1; i < table->n; i++) {
        const struct compiled_route *a = &table->routes[i - 1], *b = &table->routes[i];

        if (compare_routes(a, b) == 0 && !(a->route->until && b->route->since >= a->route->until)) {
            return err_new(E_CONFLICT, NULL, "routes clash: %s %s%s and %s%s", a->route->method,
                           a->mount->prefix, a->route->path, b->mount->prefix, b->route->path);
        }
    }
    return NULL;
}

/* How many major versions a face has its routes in. */
static size_t
n_majors(const struct face *face)
{
    size_t n = 1;

    while (face->dialect->majors && face->versions && face->versions[0].id &&
           face->versions[n].id) {
        n++;
    }
    return n;
}

static void
compile_route(struct mem *mem, const struct rest_mount *mount, const struct route *route,
              const char *path, struct compiled_route *out)
{
    size_t n_prefix;

    (void)split_path(mem, mount->prefix, &n_prefix);
    out->route = route;
    out->mount = mount;
    out->n_prefix = n_prefix;
    out->segs = split_path(mem, mem_printf(mem, "%s%s", mount->prefix, path), &out->n_segs);
}

/* The route's path in another major version of its face, or null where it is in all of them. */
static const char *
path_in(struct mem *mem, const struct face *face, const struct face_version *version,
        const struct route *route)
{
    const char *own = face->versions[0].path;

    return str_starts(route->path, own)
               ? mem_printf(mem, "%s%s", version->path, route->path + strlen(own))
               : NULL;
}

/* Every route of a mount, in every major version that has it. */
static void
compile_mount(struct mem *mem, const struct rest_mount *mount, struct route_table *table)
{
    const struct face *face = mount->face;

    for (size_t i = 0; i < face->n_routes; i++) {
        const struct route *route = &face->routes[i];

        compile_route(mem, mount, route, route->path, &table->routes[table->n++]);
        for (size_t j = 1; j < n_majors(face); j++) {
            const char *path = path_in(mem, face, &face->versions[j], route);

            if (path && atoi(face->versions[j].id) >= route->since) {
                compile_route(mem, mount, route, path, &table->routes[table->n++]);
            }
        }
    }
}

struct err *
routes_compile(struct mem *mem, const struct rest_mount *mounts, size_t n,
               struct route_table *table)
{
    size_t total = 0;

    for (size_t i = 0; i < n; i++) {
        total += mounts[i].face->n_routes * n_majors(mounts[i].face);
    }
    table->routes = MEM_ARRAY(mem, total, struct compiled_route);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < mounts[i].face->n_routes; j++) {
            TRY(check_route(&mounts[i], &mounts[i].face->routes[j]));
        }
        compile_mount(mem, &mounts[i], table);
    }
    qsort(table->routes, table->n, sizeof *table->routes, compare_routes);
    return check_clashes(table);
}

static bool
path_fits(const struct compiled_route *c, char *const *segs, size_t n)
{
    if (c->n_segs != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_param(c->segs[i]) && strcmp(c->segs[i], segs[i]) != 0) {
            return false;
        }
    }
    return true;
}

static bool
method_fits(const struct route *route, const char *method)
{
    return str_eq(route->method, method) || str_eq(route->method, "*") ||
           (str_eq(method, "HEAD") && str_eq(route->method, "GET"));
}

/* The mount with the longest prefix that fits, so that a refusal speaks the
 * language of the API that was meant. */
static const struct rest_mount *
nearest_mount(const struct route_table *table, char *const *segs, size_t n)
{
    const struct compiled_route *best = NULL;
    size_t best_fit = 0;

    for (size_t i = 0; i < table->n; i++) {
        const struct compiled_route *c = &table->routes[i];
        size_t fit = 0;

        while (fit < n && fit < c->n_segs && strcmp(c->segs[fit], segs[fit]) == 0) {
            fit++;
        }
        if (fit >= c->n_prefix && (!best || fit > best_fit)) {
            best = c;
            best_fit = fit;
        }
    }
    return best ? best->mount : NULL;
}

/* Segments are decoded one by one, so that %2F stays inside its segment. */
static struct err *
decode_segs(struct rest_exchange *x, const char *path)
{
    x->segs = split_path(x->r.mem, path, &x->n_segs);
    for (size_t i = 0; i < x->n_segs; i++) {
        x->segs[i] = url_decode(x->r.mem, x->segs[i], false);
        if (!x->segs[i] || !str_utf8(x->segs[i], strlen(x->segs[i]))) {
            return err_new(E_INVALID, NULL, "the path is not valid percent-encoded UTF-8");
        }
    }
    return NULL;
}

struct err *
routes_match(const struct route_table *table, struct rest_exchange *x, const char *path,
             const char *method, const struct rest_mount **near)
{
    AUTO_BUF methods = BUF_INIT;

    *near = NULL;
    TRY(decode_segs(x, path));
    for (size_t i = 0; i < table->n; i++) {
        const struct compiled_route *c = &table->routes[i];

        if (!path_fits(c, x->segs, x->n_segs)) {
            continue;
        }
        *near = c->mount;
        if (method_fits(c->route, method)) {
            x->match = c;
            return NULL;
        }
        buf_printf(&methods, "%s%s", methods.len ? ", " : "", c->route->method);
    }
    if (methods.len) {
        x->allow = buf_copy(x->r.mem, &methods);
        return err_new(E_METHOD, NULL, "%s is not a method of %s; it has %s", method, path,
                       methods.data);
    }
    *near = nearest_mount(table, x->segs, x->n_segs);
    return err_new(E_NOT_FOUND, NULL, "there is nothing at %s", path);
}
