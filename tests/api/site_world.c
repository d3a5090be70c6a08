/* A site without an agent: every service and face of `carrick site`.  A new
 * service adds its tables, its rules, its endpoint and its start here. */
#include "world.h"

#include "faces/faces.h"
#include "image/image.h"
#ifdef HAVE_NEUTRON_FACE
#include "network/network.h"
#endif
#ifdef HAVE_NOVA_FACE
#include "compute/compute.h"
#endif

#include <pthread.h>

struct site_state {
    struct image_service *image;
    struct loop *loop; /* where those who wait for changes are woken */
    pthread_t thread;
#ifdef HAVE_NEUTRON_FACE
    struct network_service *network;
#endif
#ifdef HAVE_NOVA_FACE
    struct compute_service *compute;
#endif
};

static const struct table *const *const tables[] = {
    ledger_tables,
    identity_tables,
    image_tables,
#ifdef HAVE_NEUTRON_FACE
    network_tables,
#endif
#ifdef HAVE_NOVA_FACE
    compute_tables,
#endif
    NULL,
};
static const struct policy_rule *const rules[] = {identity_rules, image_rules, NULL};
static const size_t *const n_rules[] = {&identity_n_rules, &image_n_rules, NULL};

static const struct identity_endpoint endpoints[] = {
    {"identity", "keystone", "/identity/v3"},
    {"image", "glance", "/image"},
    {"network", "neutron", "/network"},
    {"compute", "nova", "/compute/v2.1"},
};

static void *
run_loop(void *arg)
{
    err_ignore(loop_run(arg), "the world's loop ends with the world");
    return NULL;
}

#ifdef HAVE_NEUTRON_FACE
static struct err *
start_network(struct world *world, struct site_services *services)
{
    struct site_state *state = world->state;
    struct network_config config = {
        .store = world->store, .host = "test-host", .vtep = "192.0.2.1", .underlay_mtu = 1500};

    TRY(network_service_new(&config, &state->network));
    TRY(change_feed_new(world->store, state->loop, &state->network->feed));
    state->network->loop = state->loop;
    services->network = state->network;
    return NULL;
}
#endif

#ifdef HAVE_NOVA_FACE
static struct err *
start_compute(struct world *world, struct site_services *services)
{
    struct site_state *state = world->state;
    struct compute_config config = {.host = "test-host",
                                    .vcpus = 8,
                                    .memory_mb = 4096,
                                    .image = state->image,
                                    .network = state->network};

    TRY(compute_service_new(&config, world->store, &state->compute));
    services->compute = state->compute;
    return NULL;
}
#endif

#if defined HAVE_NEUTRON_FACE || defined HAVE_NOVA_FACE
static void
register_all(const struct resource *const *resources)
{
    for (; *resources; resources++) {
        resource_register(*resources);
    }
}
#endif

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
    TRY(loop_new(&state->loop));
#ifdef HAVE_NEUTRON_FACE
    register_all(network_resources);
    TRY(start_network(world, &services));
#endif
#ifdef HAVE_NOVA_FACE
    register_all(compute_resources);
    TRY(start_compute(world, &services));
#endif
    if (pthread_create(&state->thread, NULL, run_loop, state->loop) != 0) {
        return err_new(E_UNAVAILABLE, NULL, "no thread for the loop");
    }
    world->health = (struct health){.store = world->store, .loop = state->loop};
    services.health = &world->health;
    *mounts = site_mounts(world->mem, &services, n);
    return NULL;
}

static void
stop(struct world *world)
{
    struct site_state *state = world->state;

    loop_stop(state->loop);
    (void)pthread_join(state->thread, NULL);
#ifdef HAVE_NOVA_FACE
    compute_service_free(state->compute);
#endif
#ifdef HAVE_NEUTRON_FACE
    change_feed_free(state->network->feed);
    network_service_free(state->network);
#endif
    loop_free(state->loop);
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
