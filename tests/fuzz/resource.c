/* The resources of a site, whatever their tables say: operations with random bodies,
 * filters and callers against a store in memory.  Each input is one transaction that
 * is rolled back, so every input meets the same world. */
#include "body.h"

#include "base/uuid.h"
#include "base/vec.h"
#include "compute/compute.h"
#include "identity/identity.h"
#include "image/image.h"
#include "network/network.h"

#include <string.h>

#define STEPS_MAX 24
#define ARENA_MAX (128u << 20)
#define PROJECT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* ---- the world: one for all inputs ------------------------------------------------------ */

static struct {
    struct mem *mem;
    struct store *store;
    struct network_service *network;
    struct compute_service *compute;
    const struct resource **resources;
    size_t n_resources;
    bool tells;
    struct caller callers[4];
} world;

static const struct caller internal = {.user_id = "internal", .is_internal = true};

static void
fine(struct err *e)
{
    if (e) {
        fprintf(stderr, "%s\n", e->message);
        abort();
    }
}

static void
caller_make(struct caller *caller, const char *project, const char *role)
{
    *caller = (struct caller){.user_id = project, .project_id = project, .domain_id = "default"};
    caller->roles = (struct strs){.n = 1, .items = MEM_NEW(world.mem, const char *)};
    caller->roles.items[0] = role;
    caller->is_admin = str_eq(role, "admin");
}

static const struct table *const *
tables_all(void)
{
    const struct table *const *const lists[] = {ledger_tables, identity_tables, image_tables,
                                                network_tables, compute_tables};
    VEC(const struct table *) all = {0};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct table *const *t = lists[i]; *t; t++) {
            vec_add(world.mem, &all, *t);
        }
    }
    vec_add(world.mem, &all, NULL);
    return all.items;
}

static void
resources_all(void)
{
    static const struct resource *const others[] = {
        &domain_resource, &project_resource, &user_resource, &role_resource, &image_resource, NULL};
    const struct resource *const *const lists[] = {network_resources, compute_resources, others};
    VEC(const struct resource *) all = {0};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct resource *const *r = lists[i]; *r; r++) {
            resource_register(*r);
            vec_add(world.mem, &all, *r);
        }
    }
    world.resources = all.items;
    world.n_resources = all.n;
}

static void
rules_use(void)
{
    VEC(struct policy_rule) all = {0};
    struct policy *policy;

    for (size_t i = 0; i < identity_n_rules; i++) {
        vec_add(world.mem, &all, identity_rules[i]);
    }
    for (size_t i = 0; i < image_n_rules; i++) {
        vec_add(world.mem, &all, image_rules[i]);
    }
    fine(policy_new(all.items, all.n, &policy));
    policy_use(policy);
}

static void
world_make(void)
{
    struct store_config config = {.path = ":memory:",
                                  .seal_key = "0123456789abcdef0123456789abcdef"};
    struct network_config network = {.host = "box", .vtep = "192.0.2.1"};
    struct compute_config compute = {.host = "box", .vcpus = 64, .memory_mb = 65536};

    world.mem = mem_new("world");
    world.tells = getenv("FUZZ_TELL") != NULL;
    config.tables = tables_all();
    fine(store_open(&config, &world.store));
    network.store = world.store;
    fine(network_service_new(&network, &world.network));
    compute.network = world.network;
    fine(compute_service_new(&compute, world.store, &world.compute));
    resources_all();
    rules_use();
    caller_make(&world.callers[0], PROJECT, "member");
    caller_make(&world.callers[1], PROJECT, "admin");
    caller_make(&world.callers[2], OTHER, "member");
    caller_make(&world.callers[3], PROJECT, "reader");
}

static void *
service_of(const struct resource *resource)
{
    for (const struct resource *const *r = compute_resources; *r; r++) {
        if (*r == resource) {
            return world.compute;
        }
    }
    return world.network;
}

/* ---- invariants -------------------------------------------------------------------------- */

/* FUZZ_TELL=1: what an input does, for whoever has to mend it. */
static void
tell(const struct resource *resource, const char *verb, const struct err *e)
{
    if (world.tells) {
        fprintf(stderr, "%s %s: %s\n", verb, resource->singular, e ? e->message : "done");
    }
}

/* What a stranger's input may lead to: never a fault that is ours. */
static void
refused(const struct resource *resource, const char *verb, struct err *e)
{
    tell(resource, verb, e);
    if (e && (e->code == E_INTERNAL || e->code == E_UNAVAILABLE || e->code == E_PARKED)) {
        fprintf(stderr, "%s %s: %s %s:%d: %s\n", verb, resource->singular, err_code_name(e->code),
                e->file, e->line, e->message);
        abort();
    }
    err_free(e);
}

static void
encoded_is_json(struct op *op, const void *row)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    const struct json *json;

    jw_object(&w, NULL);
    resource_encode(op, &w, row, NULL);
    jw_end(&w);
    fine(json_parse(op->mem, out.data, out.len, &json));
    for (size_t i = 0; i < op->resource->table->n_attrs; i++) {
        const struct attr *attr = &op->resource->table->attrs[i];

        if (attr->use & (SECRET | INTERNAL)) {
            MUST(!json_get(json, attr_json_name(attr)));
        }
    }
}

/* What was made is what is read. */
static void
reads_back(struct tx *tx, const struct op *op, const void *made)
{
    const struct table *table = op->resource->table;
    struct op look = *op;
    void *row;

    look.caller = &internal;
    look.views = NULL;
    fine(resource_get(tx, &look, *(const char *const *)attr_at(table_key(table), made), &row));
    for (size_t i = 0; i < table->n_attrs; i++) {
        const struct attr *attr = &table->attrs[i];

        if (!(attr->use & VIRTUAL) && !attr->fill && !attr_equal(attr, made, row)) {
            fprintf(stderr, "%s.%s: %s\n%s\n", table->name, attr->name,
                    row_to_json(tx_mem(tx), made, true), row_to_json(tx_mem(tx), row, true));
            abort();
        }
    }
}

/* ---- one operation ------------------------------------------------------------------------- */

struct run {
    struct choices c;
    struct body_ids ids;
};

static void *
body_decoded(struct run *run, struct op *op, enum row_decode_mode mode)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    const struct json *json;
    void *row = NULL;
    struct err *e;

    body_write(&run->c, &run->ids, &w, NULL, op->resource->table, mode == ROW_CREATE ? POST : PUT,
               0);
    fine(json_parse(op->mem, out.data, out.len, &json));
    e = resource_decode(op, json, mode, &row);
    if (e) {
        for (const struct err *fault = e; fault; fault = fault->next) {
            MUST(fault->code == E_INVALID);
        }
        refused(op->resource, "body", e);
        return NULL;
    }
    MUST(row);
    return row;
}

static void
create(struct tx *tx, struct op *op, struct run *run)
{
    void *row = body_decoded(run, op, ROW_CREATE), *made = NULL;
    struct err *e;

    if (!row) {
        return;
    }
    e = resource_create(tx, op, row, &made);
    if (e) {
        refused(op->resource, "create", e);
        return;
    }
    tell(op->resource, "create", NULL);
    reads_back(tx, op, made);
    encoded_is_json(op, made);
    body_ids_add(&run->ids, op->resource->table->name,
                 *(const char *const *)attr_at(table_key(op->resource->table), made));
}

static void
update(struct tx *tx, struct op *op, struct run *run)
{
    void *patch = body_decoded(run, op, ROW_UPDATE), *made = NULL;
    struct err *e;

    if (!patch) {
        return;
    }
    e = resource_update(tx, op, body_id(&run->c, &run->ids, op->resource->table->name), patch, &made);
    if (e) {
        refused(op->resource, "update", e);
        return;
    }
    tell(op->resource, "update", NULL);
    reads_back(tx, op, made);
    encoded_is_json(op, made);
}

static void
show(struct tx *tx, struct op *op, struct run *run)
{
    void *row = NULL;
    struct err *e = resource_get(tx, op, body_id(&run->c, &run->ids, op->resource->table->name), &row);

    if (e) {
        refused(op->resource, "show", e);
        return;
    }
    encoded_is_json(op, row);
}

struct seen {
    struct op *op;
    int64_t n;
};

static struct err *
see(void *arg, void *row)
{
    struct seen *seen = arg;
    const struct attr *owner = table_attr(seen->op->resource->table, "project_id");

    seen->n++;
    encoded_is_json(seen->op, row);
    if (owner && !seen->op->resource->visible && !seen->op->caller->is_admin) {
        MUST(str_eq(*(const char *const *)attr_at(owner, row), seen->op->caller->project_id));
    }
    return NULL;
}

static void
list(struct tx *tx, struct op *op, struct run *run)
{
    const struct table *table = op->resource->table;
    struct cond conds[3] = {{0}};
    struct list_query query = {.conds = conds};
    struct seen seen = {.op = op};
    size_t n_conds = choose(&run->c, 3), n = 0;
    int64_t counted = 0;
    struct err *e;

    for (size_t i = 0; i < n_conds; i++) {
        const struct attr *attr = &table->attrs[choose(&run->c, table->n_attrs)];
        const char **texts = MEM_ARRAY(op->mem, 3, const char *);
        bool known = false;

        texts[0] = body_word(&run->c, &run->ids);
        texts[1] = choose(&run->c, 2) ? body_word(&run->c, &run->ids) : NULL;
        e = resource_filter(op, attr_json_name(attr), texts, &conds[n], &known);
        MUST(!e || e->code == E_INVALID);
        if (e || !known) {
            conds[n] = (struct cond){0};
        } else {
            n++;
        }
        err_free(e);
    }
    e = resource_list(tx, op, &query, see, &seen);
    if (e) {
        refused(op->resource, "list", e);
        return;
    }
    fine(resource_count(tx, op, &query, &counted));
    MUST(counted == seen.n);
}

static void
step(struct tx *tx, struct run *run)
{
    struct op op = {.mem = tx_mem(tx),
                    .caller = &world.callers[choose(&run->c, 8) % 4],
                    .resource = world.resources[choose(&run->c, world.n_resources)]};

    op.user = service_of(op.resource);
    switch (choose(&run->c, 8)) {
    case 0:
        list(tx, &op, run);
        break;
    case 1:
        show(tx, &op, run);
        break;
    case 2:
    case 3:
        update(tx, &op, run);
        break;
    case 4:
        refused(op.resource, "delete",
                resource_delete(tx, &op, body_id(&run->c, &run->ids, op.resource->table->name)));
        break;
    default:
        create(tx, &op, run);
        break;
    }
}

/* What every input starts with, so that references lead somewhere; "%s" is the network. */
static const struct {
    const struct resource *resource;
    const char *body;
} first[] = {
    {&network_resource, "{\"name\": \"n\"}"},
    {&subnet_resource, "{\"network_id\": \"%s\", \"ip_version\": 4, \"cidr\": \"10.0.0.0/24\"}"},
    {&port_resource, "{\"network_id\": \"%s\"}"},
    {&port_resource, "{\"network_id\": \"%s\"}"},
    {&security_group_resource, "{\"name\": \"g\"}"},
};

static const char *
with_id(struct mem *mem, const char *body, const char *id)
{
    const char *at = strstr(body, "%s");

    return at ? mem_printf(mem, "%.*s%s%s", (int)(at - body), body, id, at + 2) : body;
}

static void
begin(struct tx *tx, struct run *run)
{
    const char *network = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
        struct op op = {.mem = tx_mem(tx),
                        .caller = &world.callers[0],
                        .resource = first[i].resource,
                        .user = service_of(first[i].resource)};
        const char *body = with_id(op.mem, first[i].body, network), *id;
        const struct json *json;
        void *row, *made;

        fine(json_parse(op.mem, body, strlen(body), &json));
        fine(resource_decode(&op, json, ROW_CREATE, &row));
        fine(resource_create(tx, &op, row, &made));
        id = *(const char *const *)attr_at(table_key(op.resource->table), made);
        network = network ? network : id;
        body_ids_add(&run->ids, op.resource->table->name, id);
    }
}

static struct err *
play(struct tx *tx, void *arg)
{
    struct run *run = arg;

    uuid_seed(1);
    begin(tx, run);
    for (int i = 0; i < STEPS_MAX && run->c.n > 0; i++) {
        step(tx, run);
    }
    MUST(mem_size(tx_mem(tx)) < ARENA_MAX);
    return err_new(E_CANCELLED, NULL, "nothing of it stays");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct run run = {.c = {data, n}};
    struct err *e;

    if (!world.store) {
        world_make();
    }
    body_ids_add(&run.ids, "flavor", "1");
    body_ids_add(&run.ids, "project", PROJECT);
    e = store_write_wait(world.store, play, &run);
    MUST(err_is(e, E_CANCELLED));
    err_free(e);
    return 0;
}
