/* Views of the same guests: by the port's id for the agent's changes, by the
 * handle's slot for packets, and within a network by name and by address for
 * questions of names. */
#include "responder/guests.h"

#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 16384
#define SLOT_BITS 10 /* Below it: which of the slot's users. */

struct guest;
struct place {
    struct place *next; /* Of the same hash. */
    struct guest *guest;
    struct ip ip;
};
struct guest {
    struct mem *mem;
    struct desired_guest *told;
    struct guest *next_name; /* Of the same hash. */
    struct place *places;    /* One an address. */
    size_t n_places;
};
struct step {
    struct guest *put; /* Or null: */
    const char *id;    /* deleted */
};
struct guests {
    struct map ids;                 /* Id -> struct guest. */
    struct guest *slots[SLOTS];
    struct guest *names[SLOTS];     /* By the hash of network and host name. */
    struct place *places[SLOTS];    /* By the hash of network and address. */
    struct mem *mem;                /* Of the change under way, or null. */
    bool snapshot;
    int64_t n_puts;
    VEC(struct step) steps;
};

static void
guest_free(struct guest *guest)
{
    if (guest) {
        mem_free(guest->mem);
        free(guest);
    }
}

static void
change_drop(struct guests *g)
{
    vec_each (&g->steps, step) {
        guest_free(step->put);
    }
    mem_free(g->mem);
    g->mem = NULL;
    memset(&g->steps, 0, sizeof g->steps);
}

struct guests *
guests_new(void)
{
    struct guests *g = heap_alloc(sizeof *g);

    map_init(&g->ids, NULL);
    return g;
}

void
guests_free(struct guests *g)
{
    if (!g) {
        return;
    }
    change_drop(g);
    map_each (&g->ids, it) {
        guest_free(it->value);
    }
    map_done(&g->ids);
    free(g);
}

/* ---- asking ----------------------------------------------------------------------------------- */

const struct desired_guest *
guests_find(const struct guests *g, uint32_t handle)
{
    const struct guest *guest = handle <= HANDLE_MAX ? g->slots[handle >> SLOT_BITS] : NULL;

    return guest && guest->told->handle == (int64_t)handle ? guest->told : NULL;
}

/* "eth2" before "eth10". */
static int
ifname_cmp(const void *a, const void *b)
{
    const struct desired_guest *x = *(void *const *)a, *y = *(void *const *)b;
    size_t n = strlen(x->ifname), m = strlen(y->ifname);

    return n != m ? (n < m ? -1 : 1) : strcmp(x->ifname, y->ifname);
}

struct rows
guests_of_server(const struct guests *g, const char *server_id, struct mem *mem)
{
    VEC(void *) found = {0};

    map_each (&g->ids, it) {
        struct guest *guest = it->value;

        if (str_eq(guest->told->server_id, server_id)) {
            vec_add(mem, &found, guest->told);
        }
    }
    if (found.n) {
        qsort(found.items, found.n, sizeof *found.items, ifname_cmp);
    }
    return (struct rows){.n = found.n, .items = found.items};
}

static size_t
name_hash(const char *network_id, const char *name)
{
    char lower[64];
    size_t n = 0;

    for (; n < sizeof lower && name[n]; n++) {
        lower[n] = (char)tolower((unsigned char)name[n]);
    }
    return hash_bytes(lower, n, hash_bytes(network_id, strlen(network_id), 1)) % SLOTS;
}

static size_t
place_hash(const char *network_id, const struct ip *ip)
{
    return hash_bytes(ip->b, sizeof ip->b, hash_bytes(network_id, strlen(network_id), 2)) % SLOTS;
}

struct rows
guests_named(const struct guests *g, const char *network_id, const char *hostname, struct mem *mem)
{
    VEC(void *) found = {0};

    for (struct guest *it = g->names[name_hash(network_id, hostname)]; it; it = it->next_name) {
        if (str_eq(it->told->network_id, network_id) && str_eq_case(it->told->hostname, hostname)) {
            vec_add(mem, &found, it->told);
        }
    }
    return (struct rows){.n = found.n, .items = found.items};
}

const struct desired_guest *
guests_at(const struct guests *g, const char *network_id, const struct ip *ip)
{
    for (struct place *it = g->places[place_hash(network_id, ip)]; it; it = it->next) {
        if (str_eq(it->guest->told->network_id, network_id) && !ip_cmp(&it->ip, ip)) {
            return it->guest->told;
        }
    }
    return NULL;
}

size_t
guests_count(const struct guests *g)
{
    return g->ids.n_live;
}

/* ---- changing --------------------------------------------------------------------------------- */

void
guests_begin(struct guests *g, bool snapshot)
{
    change_drop(g);
    g->mem = mem_new("guests change");
    g->snapshot = snapshot;
    g->n_puts = 0;
}

static struct err *
change_check(const struct guests *g)
{
    if (!g->mem) {
        return err_new(E_INVALID, NULL, "an object outside of a change");
    }
    if (g->steps.n >= DESIRED_OBJECTS_MAX) {
        return err_new(E_TOO_LARGE, NULL, "more than %d objects", DESIRED_OBJECTS_MAX);
    }
    return NULL;
}

static void
places_make(struct guest *guest)
{
    const struct rows *addresses = &guest->told->addresses;

    guest->places = MEM_ARRAY(guest->mem, addresses->n, struct place);
    for (size_t i = 0; i < addresses->n; i++) {
        struct place *place = &guest->places[guest->n_places];

        place->guest = guest;
        guest->n_places += ip_parse(((struct desired_address *)addresses->items[i])->ip, &place->ip);
    }
}

struct err *
guests_put(struct guests *g, const struct json *json)
{
    AUTO(mem) mem = mem_new("decode");
    struct step step = {.put = NULL};
    void *object;

    TRY(change_check(g));
    TRY(desired_decode(mem, DESIRED_guest, json, &object));
    step.put = heap_alloc(sizeof *step.put);
    step.put->mem = mem_new("guest");
    step.put->told = row_copy(step.put->mem, object);
    places_make(step.put);
    vec_add(g->mem, &g->steps, step);
    g->n_puts++;
    return NULL;
}

struct err *
guests_delete(struct guests *g, const char *id)
{
    struct step step = {.put = NULL};

    TRY(change_check(g));
    step.id = mem_str(g->mem, id);
    vec_add(g->mem, &g->steps, step);
    return NULL;
}

/* At the end of their chains, so that names answer in the order in which they came. */
static void
views_add(struct guests *g, struct guest *guest)
{
    const struct desired_guest *told = guest->told;
    struct guest **name = &g->names[name_hash(told->network_id, told->hostname)];

    g->slots[told->handle >> SLOT_BITS] = guest;
    while (*name) {
        name = &(*name)->next_name;
    }
    *name = guest;
    for (size_t i = 0; i < guest->n_places; i++) {
        struct place **at = &g->places[place_hash(told->network_id, &guest->places[i].ip)];

        while (*at) {
            at = &(*at)->next;
        }
        *at = &guest->places[i];
    }
}

static void
views_remove(struct guests *g, struct guest *guest)
{
    const struct desired_guest *told = guest->told;
    struct guest **slot = &g->slots[told->handle >> SLOT_BITS];
    struct guest **name = &g->names[name_hash(told->network_id, told->hostname)];

    *slot = *slot == guest ? NULL : *slot;
    while (*name && *name != guest) {
        name = &(*name)->next_name;
    }
    *name = guest->next_name;
    for (size_t i = 0; i < guest->n_places; i++) {
        struct place **at = &g->places[place_hash(told->network_id, &guest->places[i].ip)];

        while (*at && *at != &guest->places[i]) {
            at = &(*at)->next;
        }
        *at = guest->places[i].next;
    }
}

static void
remove_one(struct guests *g, struct map *ids, const char *id)
{
    struct guest *guest = map_get(ids, id);

    if (guest) {
        views_remove(g, guest);
        map_set(ids, id, NULL);
        guest_free(guest);
    }
}

/* A map keeps the key it saw first, which may be of a guest that goes: each
 * change fills a new one. */
static void
ids_renew(struct guests *g)
{
    struct map ids;

    map_init(&ids, NULL);
    map_each (&g->ids, it) {
        struct guest *guest = it->value;

        map_set(&ids, guest->told->id, guest);
    }
    map_done(&g->ids);
    g->ids = ids;
}

static void
apply(struct guests *g)
{
    struct map ids;

    /* Keys of a working copy live in the change's own arena. */
    map_init(&ids, g->mem);
    map_each (&g->ids, it) {
        map_set(&ids, mem_str(g->mem, it->key), it->value);
    }
    map_done(&g->ids);
    if (g->snapshot) {
        map_each (&ids, it) {
            guest_free(it->value);
        }
        map_init(&ids, g->mem);
        memset(g->slots, 0, sizeof g->slots);
        memset(g->names, 0, sizeof g->names);
        memset(g->places, 0, sizeof g->places);
    }
    vec_each (&g->steps, step) {
        const char *id = step->put ? mem_str(g->mem, step->put->told->id) : step->id;

        remove_one(g, &ids, id);
        if (step->put) {
            map_set(&ids, id, step->put);
            views_add(g, step->put);
            step->put = NULL;
        }
    }
    g->ids = ids;
    ids_renew(g);
}

struct err *
guests_end(struct guests *g, bool snapshot, int64_t count)
{
    if (!g->mem || g->snapshot != snapshot) {
        return err_new(E_INVALID, NULL, "an end without its beginning");
    }
    if (snapshot && count != g->n_puts) {
        change_drop(g);
        return err_new(E_INVALID, NULL, "the snapshot is not whole");
    }
    apply(g);
    change_drop(g);
    return NULL;
}
