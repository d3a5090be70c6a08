/* The servers a story talks to: started in this process on a memory store,
 * with a frozen clock and seeded identifiers. */
#ifndef CARRICK_TESTS_API_WORLD_H
#define CARRICK_TESTS_API_WORLD_H

#include "faces/health.h"
#include "identity/identity.h"
#include "rest/rest.h"

#define WORLD_NOW INT64_C(1767323045000000) /* 2026-01-02T03:04:05Z */

struct world {
    struct mem *mem;
    const char *dir;             /* an empty folder of its own, removed at the end */
    struct store *store;
    struct identity *identity;
    struct rest *rest;
    struct policy *policy;
    int receiver_port;           /* of the subscriber that stories name "receiver"; 0 = none */
    int site_port;               /* of the site that stories name "site"; 0 = none */
    struct health health;
    void *state;                 /* the services of the kind of world */
};

/* A kind of world: which services and faces there are. */
struct world_kind {
    const char *name;            /* "site": the folder of stories below tests/api names it, see stories.c */
    const struct table *const *const *tables; /* lists of tables, null-terminated */
    const struct policy_rule *const *rules;   /* lists of rules, null-terminated, ... */
    const size_t *const *n_rules;             /* ... and how many each has */
    const struct identity_endpoint *endpoints;
    size_t n_endpoints;
    bool passwords_in_clear;     /* Basic is taken, as where an orchestrator listens on loopback */
    int64_t list_max;            /* rows of a page at most, 0 = no cap */
    /* Starts the services behind the faces; identity is there. */
    struct err *(*start)(struct world *world, const struct rest_mount **mounts, size_t *n);
    void (*stop)(struct world *world);
};
extern const struct world_kind world_site;
extern const struct world_kind world_orchestrator;
/* The same, whose VNFs of no NS are granted by another NFVO: the receiver. */
extern const struct world_kind world_vnfm;

/* Store, identity (with the persons below), services, faces on a free port. */
struct err *world_start(const struct world_kind *kind, const char *dir, struct world *world) MUST_USE;
void world_stop(const struct world_kind *kind, struct world *world);

/* Who can be asked "as": each with a password that is its name. */
struct world_person {
    const char *name, *project, *role;
};
extern const struct world_person world_persons[]; /* ends with name null */
/* A token of somebody; "nobody" has none (null). */
struct err *world_token(struct world *world, const char *name, const char **token) MUST_USE;

#endif
