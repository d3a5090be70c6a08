/* The catalog of services, from configuration: each has three interfaces with
 * one address, in one region. */
#include "faces/keystone.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <string.h>

static const char *const interfaces[] = {"public", "internal", "admin"};

/* The same name has the same id at every start. */
static const char *
stable_id(struct mem *mem, const char *kind, const char *a, const char *b)
{
    const char *uuid = uuid_from(mem, mem_printf(mem, "%s/%s/%s", kind, a, b));
    char *hex = mem_alloc(mem, 33), *at = hex;

    for (; *uuid; uuid++) {
        if (*uuid != '-') {
            *at++ = *uuid;
        }
    }
    return hex;
}

static const char *
service_id(struct rest_request *r, const struct identity_endpoint *ep)
{
    return stable_id(r->mem, "service", ep->type, ep->name);
}

static const char *
url_of(struct rest_request *r, const struct identity_endpoint *ep)
{
    return ep->url[0] == '/' ? mem_printf(r->mem, "%s%s", rest_root(r), ep->url) : ep->url;
}

static void
write_endpoint(struct rest_request *r, struct jw *w, const struct identity_endpoint *ep,
               const char *interface, bool whole)
{
    const char *region = identity_region(keystone_identity(r));
    const char *id = stable_id(r->mem, "endpoint", ep->type, interface);

    jw_object(w, NULL);
    jw_str(w, "id", id);
    jw_str(w, "interface", interface);
    jw_str(w, "region", region);
    jw_str(w, "region_id", region);
    jw_str(w, "url", url_of(r, ep));
    if (whole) {
        jw_bool(w, "enabled", true);
        jw_str(w, "service_id", service_id(r, ep));
        keystone_self(r, w, "endpoints", id);
    }
    jw_end(w);
}

void
keystone_write_catalog(struct rest_request *r, struct jw *w)
{
    size_t n;
    const struct identity_endpoint *eps = identity_endpoints(keystone_identity(r), &n);

    jw_array(w, "catalog");
    for (size_t i = 0; i < n; i++) {
        jw_object(w, NULL);
        jw_array(w, "endpoints");
        for (size_t j = 0; j < ARRAY_SIZE(interfaces); j++) {
            write_endpoint(r, w, &eps[i], interfaces[j], false);
        }
        jw_end(w);
        jw_str(w, "id", service_id(r, &eps[i]));
        jw_str(w, "name", eps[i].name);
        jw_str(w, "type", eps[i].type);
        jw_end(w);
    }
    jw_end(w);
}

/* ---- services ------------------------------------------------------------------ */

static void
write_service(struct rest_request *r, const char *key, const struct identity_endpoint *ep)
{
    const char *id = service_id(r, ep);

    jw_object(&r->w, key);
    jw_str(&r->w, "id", id);
    jw_str(&r->w, "name", ep->name);
    jw_str(&r->w, "type", ep->type);
    jw_bool(&r->w, "enabled", true);
    keystone_self(r, &r->w, "services", id);
    jw_end(&r->w);
}

static bool
query_fits(const struct rest_request *r, const char *name, const char *value)
{
    const char *asked = rest_query(r, name);

    return !asked || str_eq(asked, value);
}

struct err *
keystone_services(struct rest_request *r)
{
    size_t n;
    const struct identity_endpoint *eps = identity_endpoints(keystone_identity(r), &n);

    keystone_list_open(r, "services");
    for (size_t i = 0; i < n; i++) {
        if (query_fits(r, "type", eps[i].type) && query_fits(r, "name", eps[i].name)) {
            write_service(r, NULL, &eps[i]);
        }
    }
    keystone_list_close(r);
    rest_finish(r, NULL);
    return NULL;
}

struct err *
keystone_service(struct rest_request *r)
{
    const char *id = rest_param(r, "service_id");
    size_t n;
    const struct identity_endpoint *eps = identity_endpoints(keystone_identity(r), &n);

    for (size_t i = 0; i < n; i++) {
        if (str_eq(id, service_id(r, &eps[i]))) {
            jw_object(&r->w, NULL);
            write_service(r, "service", &eps[i]);
            jw_end(&r->w);
            rest_finish(r, NULL);
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "Could not find service: %s.", id);
}

/* ---- endpoints ------------------------------------------------------------------- */

struct err *
keystone_endpoints(struct rest_request *r)
{
    size_t n;
    const struct identity_endpoint *eps = identity_endpoints(keystone_identity(r), &n);

    keystone_list_open(r, "endpoints");
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < ARRAY_SIZE(interfaces); j++) {
            if (query_fits(r, "interface", interfaces[j]) &&
                query_fits(r, "service_id", service_id(r, &eps[i]))) {
                write_endpoint(r, &r->w, &eps[i], interfaces[j], true);
            }
        }
    }
    keystone_list_close(r);
    rest_finish(r, NULL);
    return NULL;
}

struct err *
keystone_endpoint(struct rest_request *r)
{
    const char *id = rest_param(r, "endpoint_id");
    size_t n;
    const struct identity_endpoint *eps = identity_endpoints(keystone_identity(r), &n);

    for (size_t i = 0; i < n * ARRAY_SIZE(interfaces); i++) {
        const struct identity_endpoint *ep = &eps[i / ARRAY_SIZE(interfaces)];
        const char *interface = interfaces[i % ARRAY_SIZE(interfaces)];

        if (str_eq(id, stable_id(r->mem, "endpoint", ep->type, interface))) {
            AUTO_BUF one = BUF_INIT;
            struct jw w = jw_to(&one);

            write_endpoint(r, &w, ep, interface, true);
            jw_object(&r->w, NULL);
            jw_raw(&r->w, "endpoint", buf_copy(r->mem, &one));
            jw_end(&r->w);
            rest_finish(r, NULL);
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "Could not find endpoint: %s.", id);
}

/* ---- regions --------------------------------------------------------------------- */

static void
write_region(struct rest_request *r, const char *key)
{
    const char *region = identity_region(keystone_identity(r));

    jw_object(&r->w, key);
    jw_str(&r->w, "id", region);
    jw_str(&r->w, "description", "");
    jw_null(&r->w, "parent_region_id");
    keystone_self(r, &r->w, "regions", region);
    jw_end(&r->w);
}

struct err *
keystone_regions(struct rest_request *r)
{
    keystone_list_open(r, "regions");
    write_region(r, NULL);
    keystone_list_close(r);
    rest_finish(r, NULL);
    return NULL;
}

struct err *
keystone_region(struct rest_request *r)
{
    const char *id = rest_param(r, "region_id");

    if (!str_eq(id, identity_region(keystone_identity(r)))) {
        return err_new(E_NOT_FOUND, NULL, "Could not find region: %s.", id);
    }
    jw_object(&r->w, NULL);
    write_region(r, "region");
    jw_end(&r->w);
    rest_finish(r, NULL);
    return NULL;
}
