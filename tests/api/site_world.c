/* A site without an agent: every service and face of `carrick site`.  A new
 * service adds its tables, its rules, its endpoint and its start here. */
#include "world.h"

#include "faces/faces.h"
#include "image/image.h"

struct site_state {
    struct image_service *image;
};

static const struct table *const *const tables[] = {
    ledger_tables,
    identity_tables,
    image_tables,
    NULL,
};
static const struct policy_rule *const rules[] = {identity_rules, image_rules, NULL};
static const size_t *const n_rules[] = {&identity_n_rules, &image_n_rules, NULL};

static const struct identity_endpoint endpoints[] = {
    {"identity", "keystone", "/identity/v3"},
    {"image", "glance", "/image"},
};

static struct err *
start(struct world *world, const struct rest_mount **mounts, size_t *n)
{
    struct site_state *state = MEM_NEW(world->mem, struct site_state);
    struct site_services services = {.store = world->store, .identity = world->identity};
    struct image_config image = {.store = world->store,
                                 .dir = mem_printf(world->mem, "%s/images", world->dir),
                                 .max_size = 4 << 20};

    world->state = state;
    TRY(image_service_new(&image, &state->image));
    services.image = state->image;
    *mounts = site_mounts(world->mem, &services, n);
    return NULL;
}

static void
stop(struct world *world)
{
    struct site_state *state = world->state;

    image_service_free(state->image);
}

const struct world_kind world_site = {
    .name = "site",
    .tables = tables,
    .rules = rules,
    .n_rules = n_rules,
    .endpoints = endpoints,
    .n_endpoints = sizeof endpoints / sizeof *endpoints,
    .start = start,
    .stop = stop,
};
