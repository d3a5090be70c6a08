/* Which zone of a site each resource of a grant is in, by the request's placement constraints of scope
 * ZONE (SOL003 9.5.3.6): what has to be together is one group, and groups are given zones one by one,
 * the least used first, none that somebody has whom they have to be apart from. */
#include "nfvo/grant_desk.h"

#include "base/vec.h"
#include "nfvo/place.h"
#include "vim/zones.h"

struct member {
    const char *id;
    size_t group;        /* index of the first of its group */
    uint64_t hard, soft; /* constraints by which it is apart from others: bits, by their number */
    size_t zone;
};

struct choosing {
    struct mem *mem;
    const struct rows *constraints; /* struct placement_constraint, all of scope ZONE; 64 at most */
    const struct strs *zones;
    VEC(struct member) members;
    struct map by_id;                  /* -> index + 1 */
    uint64_t used[ZONES_MAX];          /* constraints that have somebody in the zone */
    size_t n_used[ZONES_MAX];
};

static struct err *
member_find(struct choosing *c, const struct placement_constraint *constraint,
            const struct constraint_resource *resource, size_t *index)
{
    size_t known = (size_t)(uintptr_t)map_get(&c->by_id, resource->resource_id);

    *index = SIZE_MAX;
    if (!str_eq(resource->id_type, "GRANT")) {
        return constraint->best ? NULL
                                : err_new(E_FORBIDDEN, NULL,
                                          "placementConstraints: in which zone %s is, is not known",
                                          resource->resource_id);
    }
    if (!known) {
        struct member member = {.id = resource->resource_id, .group = c->members.n};

        vec_add(c->mem, &c->members, member);
        known = c->members.n;
        map_set(&c->by_id, resource->resource_id, (void *)(uintptr_t)known);
    }
    *index = known - 1;
    return NULL;
}

/* Both groups are one, unless the constraint may be broken and is in another one's way. */
static struct err *
join(struct choosing *c, const struct placement_constraint *constraint, size_t a, size_t b)
{
    size_t from = c->members.items[b].group, to = c->members.items[a].group;
    bool clash = (c->members.items[from].hard & c->members.items[to].hard) != 0;

    if (from == to || (clash && constraint->best)) {
        return NULL;
    }
    if (clash) {
        return err_new(E_FORBIDDEN, NULL,
                       "placementConstraints: %s and %s have to be in one zone and in different ones",
                       c->members.items[a].id, c->members.items[b].id);
    }
    c->members.items[to].hard |= c->members.items[from].hard;
    c->members.items[to].soft |= c->members.items[from].soft;
    vec_each (&c->members, member) {
        member->group = member->group == from ? to : member->group;
    }
    return NULL;
}

static struct err *
constraint_take(struct choosing *c, size_t number, bool together)
{
    const struct placement_constraint *constraint = c->constraints->items[number];
    size_t first = SIZE_MAX;

    if (str_eq(constraint->kind, "AFFINITY") != together) {
        return NULL;
    }
    for (size_t i = 0; i < constraint->resources.n; i++) {
        size_t index;

        TRY(member_find(c, constraint, constraint->resources.items[i], &index));
        if (index == SIZE_MAX) {
            continue;
        }
        if (!together) {
            struct member *member = &c->members.items[index];

            *(constraint->best ? &member->soft : &member->hard) |= UINT64_C(1) << number;
        } else if (first == SIZE_MAX) {
            first = index;
        } else {
            TRY(join(c, constraint, first, index));
        }
    }
    return NULL;
}

/* The least used of those where nobody is whom these constraints are about; SIZE_MAX: none. */
static size_t
zone_free(const struct choosing *c, uint64_t apart)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < c->zones->n && i < ZONES_MAX; i++) {
        if (!(c->used[i] & apart) && (best == SIZE_MAX || c->n_used[i] < c->n_used[best])) {
            best = i;
        }
    }
    return best;
}

static struct err *
groups_place(struct choosing *c)
{
    for (size_t i = 0; i < c->members.n; i++) {
        struct member *member = &c->members.items[i];

        if (member->group != i) {
            continue;
        }
        member->zone = zone_free(c, member->hard | member->soft);
        if (member->zone == SIZE_MAX) {
            member->zone = zone_free(c, member->hard);
        }
        if (member->zone == SIZE_MAX) {
            return err_new(E_FORBIDDEN, NULL,
                           "placementConstraints: the site has %zu zones, of which none is left for %s",
                           c->zones->n, member->id);
        }
        c->used[member->zone] |= member->hard | member->soft;
        c->n_used[member->zone]++;
    }
    return NULL;
}

struct err *
grant_zones_choose(struct mem *mem, const struct rows *constraints, const struct strs *zones,
                   struct rows *chosen)
{
    struct choosing c = {.mem = mem, .constraints = constraints, .zones = zones};

    map_init(&c.by_id, mem);
    for (size_t i = 0; i < constraints->n && i < 64; i++) {
        TRY(constraint_take(&c, i, false));
    }
    for (size_t i = 0; i < constraints->n && i < 64; i++) {
        TRY(constraint_take(&c, i, true));
    }
    TRY(groups_place(&c));
    vec_each (&c.members, member) {
        struct vnf_zone_at *at = row_new(mem, &vnf_zone_at_table);

        at->resource = member->id;
        at->zone = zones->items[c.members.items[member->group].zone];
        place_add(mem, chosen, at);
    }
    return NULL;
}
