/* Servers and the images they start from, as the agent is told, and what the
 * agent tells of servers. */
#include "compute/words.h"

#include "base/vec.h"

#include <string.h>

static struct err *
server_or_null(struct tx *tx, const char *id, struct server **server)
{
    struct err *e = row_get(tx, &server_table, id, server);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "then there is no object");
        *server = NULL;
        return NULL;
    }
    return e;
}

/* ---- objects --------------------------------------------------------------------------------- */

/* Metadata "env.NAME" becomes a variable. */
static void
env_make(struct mem *mem, const struct json *metadata, struct desired_server *out)
{
    out->env.items = MEM_ARRAY(mem, metadata ? metadata->n : 0, void *);
    json_each (metadata, i) {
        struct desired_env *env;

        if (!str_starts(metadata->keys[i], "env.")) {
            continue;
        }
        env = row_new(mem, &desired_env_table);
        env->name = metadata->keys[i] + strlen("env.");
        env->value = str_or(json_str(metadata->items[i]), "");
        out->env.items[out->env.n++] = env;
    }
}

static struct err *
server_load(struct tx *tx, const char *id, void **object)
{
    struct desired_server *out;
    struct server *server;

    TRY(server_or_null(tx, id, &server));
    if (!server) {
        return NULL;
    }
    out = row_new(tx_mem(tx), &desired_server_table);
    out->id = server->id;
    out->project_id = server->project_id;
    out->name = server->name;
    out->image_id = server->image_ref;
    out->vcpus = server->vcpus;
    out->memory_mb = server->ram;
    out->user_data = server->user_data;
    out->config_drive = server->config_drive;
    out->power = server->power;
    out->generation = server->generation;
    out->layer = server->layer;
    env_make(tx_mem(tx), server->metadata, out);
    *object = out;
    return sql_column(tx,
                      "select id from port where server_id = ? and bound_here = 1 order by "
                      "server_index", SQL_ARGS(id), &out->ports);
}

/* An image is told while a server here is of it.  Its file is images/ID in the site's state folder,
 * which the agent was told of. */
static struct err *
image_load(struct tx *tx, const char *id, void **object)
{
    struct cond conds[] = {COND("id", id), {.attr = NULL}};
    struct desired_image *out;
    struct image *image;
    bool used;

    TRY(sql_exists(tx, "select 1 from server where image_ref = ?", SQL_ARGS(id), &used));
    TRY(row_find(tx, &image_table, conds, &image));
    if (!used || !image || !image->archive) {
        return NULL;
    }
    out = row_new(tx_mem(tx), &desired_image_table);
    out->id = image->id;
    out->path = mem_printf(tx_mem(tx), "images/%s", image->id);
    out->sha512 = image->os_hash_value;
    out->format = image->archive;
    *object = out;
    return NULL;
}

static struct err *
list(struct tx *tx, enum desired_kind kind, struct strs *ids)
{
    if (kind == DESIRED_server) {
        return sql_column(tx, "select id from server order by id", SQL_ARGS(NULL), ids);
    }
    if (kind == DESIRED_image) {
        return sql_column(tx, "select distinct image_ref from server order by image_ref",
                          SQL_ARGS(NULL), ids);
    }
    return NULL;
}

static struct err *
load(struct tx *tx, void *arg, enum desired_kind kind, const char *id, void **object)
{
    (void)arg;
    *object = NULL;
    if (kind == DESIRED_server) {
        return server_load(tx, id, object);
    }
    return kind == DESIRED_image ? image_load(tx, id, object) : NULL;
}

/* A server that was made anew has left an image, and its change does not say which: it is among those
 * that no server is of. */
static struct err *
images_left(struct tx *tx, struct desired_touched *touched)
{
    struct strs unused = {0};

    TRY(sql_column(tx,
                   "select id from image where archive is not null and not exists "
                   "(select 1 from server where image_ref = image.id)",
                   SQL_ARGS(NULL), &unused));
    for (size_t i = 0; i < unused.n; i++) {
        desired_touch(touched, DESIRED_image, unused.items[i]);
    }
    return NULL;
}

static struct err *
touch(struct tx *tx, const struct change *change, struct desired_touched *touched)
{
    struct strs plugged = {0};

    if (str_eq(change->table, "server")) {
        const char *image = json_get_str(change->columns, "image_ref");

        desired_touch(touched, DESIRED_server, change->id);
        desired_touch(touched, DESIRED_image, image);
        TRY(image && change->kind == CHANGE_UPDATE ? images_left(tx, touched) : NULL);
    }
    if (str_eq(change->table, "image")) {
        desired_touch(touched, DESIRED_image, change->id);
    }
    if (str_eq(change->table, "port")) {
        desired_touch(touched, DESIRED_server, json_get_str(change->columns, "server_id"));
        TRY(sql_column(tx, "select server_id from port where id = ? and server_id is not null",
                       SQL_ARGS(change->id), &plugged));
        desired_touch(touched, DESIRED_server, plugged.n ? plugged.items[0] : NULL);
    }
    return NULL;
}

/* ---- reports ----------------------------------------------------------------------------------- */

static const struct {
    const char *state, *vm_state;
    int64_t power_state;
} states[] = {
    {"BUILD", "building", 0},
    {"ACTIVE", "active", 1},
    {"SHUTOFF", "stopped", 4},
    {"ERROR", "error", 0},
};

/* A task is over when the agent tells what it led to. */
static void
report_apply(struct server *server, size_t state, const struct desired_message *status, int64_t at)
{
    bool building = state == 0, error = state == 3;

    server->vm_state = building && server->launched_at != TIME_NULL ? server->vm_state
                                                                    : states[state].vm_state;
    server->power_state = states[state].power_state;
    server->task_state = building ? server->task_state : NULL;
    if (str_eq(server->vm_state, "active") && server->launched_at == TIME_NULL) {
        server->launched_at = at;
    }
    server->fault_message = error ? str_or(status->reason, "the agent gave no reason") : NULL;
    server->fault_at = error ? at : TIME_NULL;
}

static struct err *
server_report(struct tx *tx, const struct desired_message *status)
{
    struct server *old, *server;
    int64_t at = status->at == TIME_NULL ? tx_now(tx) : status->at;

    TRY(server_or_null(tx, status->id, &old));
    if (!old || (old->asked_at != TIME_NULL && at < old->asked_at)) {
        return NULL;
    }
    server = row_copy(tx_mem(tx), old);
    for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
        if (str_eq(states[i].state, status->state)) {
            report_apply(server, i, status, at);
        }
    }
    if (old->fault_message && server->fault_message &&
        str_eq(old->fault_message, server->fault_message)) {
        server->fault_at = old->fault_at;
    }
    return row_update(tx, old, server);
}

static struct err *
report(struct tx *tx, void *arg, const struct desired_message *status)
{
    (void)arg;
    if (desired_kind_from_name(str_or(status->kind, "")) != DESIRED_server || !status->id) {
        return NULL;
    }
    return server_report(tx, status);
}

const struct desired_source server_desired_source = {
    .name = "compute",
    .list = list,
    .load = load,
    .touch = touch,
    .status = report,
    .kinds = 1U << DESIRED_image | 1U << DESIRED_server,
};
