/* What every kind of world has: a memory store, identity with a handful of
 * persons in it, and the faces on a port of the loopback. */
#include "world.h"

#include "database.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <string.h>
#include <unistd.h>

const struct world_person world_persons[] = {
    {"demo", "demo", "member"},     /* somebody ordinary */
    {"peer", "demo", "member"},     /* a colleague of demo's */
    {"reader", "demo", "reader"},   /* may look only */
    {"alice", "other", "member"},   /* somebody of another project */
    {NULL, NULL, NULL},
};

/* ---- persons ------------------------------------------------------------------ */

static struct err *
find(struct tx *tx, const struct table *table, const char *name, void *row)
{
    struct cond conds[] = {COND("name", name), {0}};

    return row_find(tx, table, conds, row);
}

static struct err *
need_project(struct tx *tx, const char *name, struct project **project)
{
    TRY(find(tx, &project_table, name, project));
    if (!*project) {
        *project = row_new(tx_mem(tx), &project_table);
        (*project)->id = uuid_make_hex(tx_mem(tx));
        (*project)->name = name;
        (*project)->domain_id = (*project)->parent_id = "default";
        (*project)->description = "";
        (*project)->enabled = true;
        return row_insert(tx, *project);
    }
    return NULL;
}

struct person_args {
    const struct world_person *person;
    const char *hash;
};

static struct err *
add_person(struct tx *tx, void *arg)
{
    const struct person_args *args = arg;
    struct user *user = row_new(tx_mem(tx), &user_table);
    struct project *project;
    struct role *role;

    TRY(need_project(tx, args->person->project, &project));
    TRY(find(tx, &role_table, args->person->role, &role));
    user->id = uuid_make_hex(tx_mem(tx));
    user->name = args->person->name;
    user->domain_id = "default";
    user->enabled = true;
    user->password_hash = args->hash;
    TRY(row_insert(tx, user));
    return identity_grant(tx, user->id, SCOPE_PROJECT, project->id, role->id);
}

static struct err *
add_persons(struct world *world)
{
    for (const struct world_person *p = world_persons; p->name; p++) {
        struct person_args args = {.person = p};

        TRY(identity_hash(world->identity, world->mem, p->name, &args.hash));
        TRY(store_write_wait(world->store, add_person, &args));
    }
    return NULL;
}

struct err *
world_token(struct world *world, const char *name, const char **token)
{
    struct identity_login login = {.methods = METHOD_PASSWORD,
                                   .user_name = name,
                                   .user_domain_id = "default",
                                   .password = name,
                                   .scope = SCOPE_PROJECT,
                                   .scope_name = "admin",
                                   .scope_domain_id = "default"};
    struct identity_token made;

    *token = NULL;
    if (strcmp(name, "nobody") == 0) {
        return NULL;
    }
    for (const struct world_person *p = world_persons; p->name; p++) {
        if (strcmp(p->name, name) == 0) {
            login.scope_name = p->project;
        }
    }
    TRY_MSG(identity_login(world->identity, &login, world->mem, &made), "token of %s", name);
    *token = made.text;
    return NULL;
}

/* ---- life ----------------------------------------------------------------------- */

static const struct table *const *
all_tables(struct mem *mem, const struct world_kind *kind)
{
    VEC(const struct table *) tables = {0};

    for (const struct table *const *const *list = kind->tables; *list; list++) {
        for (const struct table *const *table = *list; *table; table++) {
            vec_add(mem, &tables, *table);
        }
    }
    vec_add(mem, &tables, NULL);
    return tables.items;
}

static struct err *
use_rules(struct world *world, const struct world_kind *kind)
{
    struct mem *mem = world->mem;
    VEC(struct policy_rule) rules = {0};

    for (size_t i = 0; kind->rules[i]; i++) {
        for (size_t j = 0; j < *kind->n_rules[i]; j++) {
            vec_add(mem, &rules, kind->rules[i][j]);
        }
    }
    TRY(policy_new(rules.items, rules.n, &world->policy));
    policy_use(world->policy);
    return NULL;
}

static struct err *
start_store(struct world *world, const struct world_kind *kind)
{
    static _Atomic int n_worlds;
    AUTO_BUF name = BUF_INIT;
    struct store_config config = {.tables = all_tables(world->mem, kind),
                                  .seal_key = "0123456789abcdef0123456789abcdef"};

    buf_printf(&name, "world %d %d", (int)getpid(), n_worlds++);
    config.path = database_of(":memory:", name.data);
    return store_open(&config, &world->store);
}

static struct err *
start_identity(struct world *world, const struct world_kind *kind)
{
    struct identity_config config = {.store = world->store,
                                     .endpoints = kind->endpoints,
                                     .n_endpoints = kind->n_endpoints,
                                     .hash_cost = 4};
    struct identity_first first = {.cloud = "test",
                                   .auth_url = "http://127.0.0.1/identity/v3",
                                   .password = "admin"};

    TRY(identity_new(&config, &world->identity));
    TRY(identity_bootstrap(world->identity, &first));
    return add_persons(world);
}

static struct err *
start_faces(struct world *world, const struct world_kind *kind)
{
    const struct rest_mount *mounts;
    struct rest_config config = {.http = {.address = "127.0.0.1"},
                                 .authenticate = identity_caller,
                                 .auth_arg = world->identity,
                                 .passwords = {.proved = identity_proved,
                                               .prove = identity_prove,
                                               .pool = identity_pool(world->identity),
                                               .in_clear = kind->passwords_in_clear},
                                 .auth_prefix = "/identity",
                                 .pool = identity_pool(world->identity),
                                 .list_max = kind->list_max};

    TRY(kind->start(world, &mounts, &config.n_mounts));
    config.mounts = mounts;
    return rest_new(&config, &world->rest);
}

struct err *
world_start(const struct world_kind *kind, const char *dir, struct world *world)
{
    *world = (struct world){.mem = mem_new("world"), .dir = dir};
    time_freeze(WORLD_NOW);
    uuid_seed(20260102);
    TRY(start_store(world, kind));
    TRY(use_rules(world, kind));
    TRY(start_identity(world, kind));
    return start_faces(world, kind);
}

void
world_stop(const struct world_kind *kind, struct world *world)
{
    rest_stop(world->rest);
    kind->stop(world);
    identity_free(world->identity);
    store_close(world->store);
    rest_free(world->rest);
    policy_use(NULL);
    policy_free(world->policy);
    mem_free(world->mem);
}
