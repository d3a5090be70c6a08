/* Servers: what was asked for, held against quota and the host's capacity in
 * one transaction; what became of it, as the agent tells. */
#include "compute/words.h"

#include "base/uuid.h"
#include "base/vec.h"

#include <inttypes.h>

/* ---- states -------------------------------------------------------------------------------- */

const char *
server_status(const struct server *server)
{
    if (str_eq(server->task_state, "rebuilding")) {
        return "REBUILD";
    }
    if (str_eq(server->vm_state, "error")) {
        return "ERROR";
    }
    if (str_eq(server->vm_state, "building")) {
        return "BUILD";
    }
    if (str_eq(server->task_state, "rebooting")) {
        return "REBOOT";
    }
    if (str_eq(server->task_state, "rebooting_hard")) {
        return "HARD_REBOOT";
    }
    return str_eq(server->vm_state, "stopped") ? "SHUTOFF" : "ACTIVE";
}

const char *
server_state_of(const char *status)
{
    static const char *const states[][2] = {
        {"ACTIVE", "active"}, {"BUILD", "building"}, {"SHUTOFF", "stopped"}, {"ERROR", "error"}};

    for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
        if (str_eq_case(states[i][0], status)) {
            return states[i][1];
        }
    }
    return NULL;
}

/* ---- what a new server takes ------------------------------------------------------------------ */

static struct err *
bad_request(struct err *e)
{
    struct err *told;

    if (!err_is(e, E_NOT_FOUND)) {
        return e;
    }
    told = err_new(E_INVALID, NULL, "%s", e->message);
    err_free(e);
    return told;
}

static struct err *
flavor_take(struct tx *tx, const struct op *op, struct server *server)
{
    struct cond conds[] = {COND("id", server->flavor_ref), {.attr = NULL}};
    struct flavor *flavor;

    TRY(row_find(tx, &flavor_table, conds, &flavor));
    if (!flavor || !(flavor->is_public || op->caller->is_admin || op->caller->is_internal)) {
        return err_new(E_INVALID, NULL, "Flavor %s could not be found.", server->flavor_ref);
    }
    server->flavor_id = flavor->id;
    server->flavor_name = flavor->name;
    server->vcpus = flavor->vcpus;
    server->ram = flavor->ram;
    server->disk = flavor->disk;
    server->extra_specs = flavor->extra_specs;
    return NULL;
}

static struct err *
image_take(struct tx *tx, const struct op *op, struct server *server)
{
    struct op inner = network_op(op, &image_resource, NULL);
    const struct image *image;
    void *row;

    if (str_empty(server->image_ref)) {
        return err_new(E_INVALID, NULL, "Invalid imageRef provided.");
    }
    inner.user = compute_of(op)->image;
    TRY(bad_request(resource_get(tx, &inner, server->image_ref, &row)));
    image = row;
    if (!str_eq(image->status, "active")) {
        return err_new(E_INVALID, NULL, "Image %s is not active.", image->id);
    }
    /* What runs a server follows from its image: archives run as containers. */
    if (!image->archive) {
        return err_new(E_INVALID, NULL,
                       "Image %s is unacceptable: disk format %s needs virtual machines, which "
                       "this site does not have.", image->id, str_or(image->disk_format, "unset"));
    }
    if (image->min_ram > server->ram) {
        return err_new(E_INVALID, NULL, "Flavor's memory is too small for requested image.");
    }
    if (server->disk && image->min_disk > server->disk) {
        return err_new(E_INVALID, NULL, "Flavor's disk is too small for requested image.");
    }
    server->image_ref = image->id;
    return NULL;
}

/* The project's quota and the host's capacity: all of it or nothing. */
static struct err *
claims_take(struct tx *tx, const struct op *op, const struct server *server)
{
    const char *host = compute_of(op)->host;
    struct claim claims[] = {
        {.provider = LEDGER_QUOTA, .class = "instances", .amount = 1},
        {.provider = LEDGER_QUOTA, .class = "cores", .amount = server->vcpus},
        {.provider = LEDGER_QUOTA, .class = "ram", .amount = server->ram},
        {.provider = host, .class = "VCPU", .amount = server->vcpus},
        {.provider = host, .class = "MEMORY_MB", .amount = server->ram},
    };
    struct err *e, *told;

    for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
        claims[i].project_id = server->project_id;
        claims[i].consumer = server->id;
        claims[i].until = LEDGER_FOREVER;
    }
    e = ledger_claim(tx, compute_quotas, claims, ARRAY_SIZE(claims));
    if (!err_is(e, E_QUOTA) || !str_eq(e->type, "NoCapacity")) {
        return e;
    }
    told = err_new(E_CONFLICT, "NoValidHost", "No valid host was found. %s", e->message);
    err_free(e);
    return told;
}

/* ---- hooks ------------------------------------------------------------------------------------- */

struct compute_service *
compute_of(const struct op *op)
{
    return op->user;
}

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct server *server = row;

    if (!server->id) {
        server->id = uuid_make(tx_mem(tx));
    }
    if (server->availability_zone && !str_eq(server->availability_zone, "nova")) {
        return err_new(E_INVALID, NULL, "The requested availability zone is not available");
    }
    TRY(flavor_take(tx, op, server));
    TRY(image_take(tx, op, server));
    server->user_id = str_or(op->caller->user_id, "");
    server->availability_zone = "nova";
    server->host = compute_of(op)->host;
    server->vm_state = "building";
    server->task_state = "spawning";
    server->power = "running";
    server->generation = 1;
    server->power_state = 0;
    server->asked_at = tx_now(tx);
    if (!server->reservation_id) {
        server->reservation_id = mem_printf(tx_mem(tx), "r-%.8s", server->id);
    }
    return claims_take(tx, op, server);
}

static struct err *
after_create(struct tx *tx, struct op *op, void *row)
{
    return server_ports_plug(tx, op, row);
}

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    return server_ports_drop(tx, op, row);
}

static struct err *
after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)op;
    return ledger_release(tx, ((const struct server *)row)->id);
}

static struct err *
before_show(struct tx *tx, struct op *op, void **rows, size_t n)
{
    (void)op;
    return server_ports_show(tx, rows, n);
}

const struct resource server_resource = {
    .table = &server_table,
    .singular = "server",
    .plural = "servers",
    .doc = "Servers",
    .not_found = "InstanceNotFound",
    .in_use = "InstanceInUse",
    .hooks = {.before_create = before_create,
              .after_create = after_create,
              .before_delete = before_delete,
              .after_delete = after_delete,
              .before_show = before_show},
};

/* ---- actions ------------------------------------------------------------------------------------ */

/* In which states an action is possible, and what it asks for. */
static const struct {
    const char *name, *states[4], *power, *task;
} actions[] = {
    [SERVER_START] = {"start", {"stopped"}, "running", "powering-on"},
    [SERVER_STOP] = {"stop", {"active", "error"}, "stopped", "powering-off"},
    [SERVER_REBOOT_SOFT] = {"reboot", {"active"}, "running", "rebooting"},
    [SERVER_REBOOT_HARD] = {"reboot", {"active", "stopped", "error"}, "running", "rebooting_hard"},
    [SERVER_REBUILD] = {"rebuild", {"active", "stopped", "error"}, "running", "rebuilding"},
};

static bool
action_allowed(const struct server *server, enum server_action action)
{
    for (size_t i = 0; actions[action].states[i]; i++) {
        if (str_eq(server->vm_state, actions[action].states[i])) {
            return true;
        }
    }
    return false;
}

/* The server as it would be; nothing is written yet. */
static struct err *
action_take(struct tx *tx, const struct op *op, const char *id, enum server_action action,
            struct server **before, struct server **after)
{
    struct op inner = *op;
    struct server *old, *server;
    void *row;

    inner.resource = &server_resource;
    TRY(resource_get(tx, &inner, id, &row));
    TRY(row_get(tx, &server_table, id, &old));
    if (!action_allowed(old, action)) {
        return err_new(E_CONFLICT, NULL, "Cannot '%s' instance %s while it is in vm_state %s",
                       actions[action].name, id, old->vm_state);
    }
    server = row_copy(tx_mem(tx), old);
    server->power = actions[action].power;
    server->task_state = actions[action].task;
    server->generation += str_eq(server->power, "running");
    server->asked_at = tx_now(tx);
    *before = old;
    *after = server;
    return NULL;
}

struct err *
server_act(struct tx *tx, const struct op *op, const char *id, enum server_action action)
{
    struct server *old, *server;

    TRY(action_take(tx, op, id, action, &old, &server));
    return row_update(tx, old, server);
}

/* What is stopped stays so, and has its new image when it is started. */
struct err *
server_rebuild(struct tx *tx, const struct op *op, const char *id,
               const struct server_rebuild *rebuild)
{
    struct server *old, *server;
    const char *data = rebuild->user_data;
    const char *fault = data ? server_check_base64(tx_mem(tx), NULL, &data) : NULL;

    if (fault) {
        return err_new(E_INVALID, NULL, "Invalid input for field/attribute user_data. %s", fault);
    }
    TRY(action_take(tx, op, id, SERVER_REBUILD, &old, &server));
    server->image_ref = str_or(rebuild->image_ref, old->image_ref);
    TRY(image_take(tx, op, server));
    server->user_data = rebuild->sets_data ? rebuild->user_data : old->user_data;
    server->layer++;
    if (str_eq(old->vm_state, "stopped")) {
        server->power = old->power;
        server->task_state = NULL;
    }
    return row_update(tx, old, server);
}
