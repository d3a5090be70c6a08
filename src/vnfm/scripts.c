/* Day 1: scripts of the package, run at servers.  A run is a WRITE step: after a crash
 * in its midst it is run again, since nobody can tell how far it came; so scripts have
 * to bear that.  What it said is kept as a row, also where it failed. */
#include "vnfm/scripts.h"

#include "nfvo/nfvo.h"
#include "base/log.h"
#include "base/uuid.h"
#include "script/script.h"
#include "vnfm/access.h"
#include "vnfm/describe.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define ATTR ATTR_ROW
#define TABLE_STRUCT script_run_row
static const struct attr script_run_attrs[] = {
#include "vnfm/script_run.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table script_run_table = {
    .name = "script_run",
    .doc = "One run of a script of a package at a server, with what it said.",
    TABLE(struct script_run_row, script_run_attrs),
};
const struct resource script_run_resource = {
    .table = &script_run_table,
    .singular = "script_run",
    .plural = "script_runs",
    .doc = "Runs of packages' scripts at servers; one that is shown, with what it said.",
    .flags = RESOURCE_FIXED | RESOURCE_LEAN,
};

#define OURS 7           /* inputs of our own */
#define PROBLEM_MAX 2000 /* bytes of an error that nobody waits for */
#define RUNS_KEPT 8      /* of a VNFC */
#define LINES_MAX 1500   /* bytes of output in an error */
#define LOOK_MS 3600000  /* A timer that only a cancel hurries. */

/* ---- what is needed -------------------------------------------------------------------------- */

/* A run under way; lives until its step ends. */
struct running {
    struct step *step;
    struct nfvo *nfvo;
    struct mem *mem;
    struct script_run *run;
    struct script_order order; /* in 'mem' */
    struct loop_timer *timer;
    struct script_run_row *row;
    struct err *err;    /* why the script has no status */
    struct err *unkept; /* why its row is not there */
};

static script_done_fn run_ended;
static struct sort newest_first[] = {{.attr = "id", .descending = true}, {0}};

static struct err *
script_of(struct tx *tx, const struct script_in *in, const struct vnfd_script **script,
          const struct vnfd_cp **cp)
{
    const struct vnfd_flavour *flavour;
    struct vnfd *vnfd;

    TRY(vnfd_load(tx, in->package_id, &vnfd));
    flavour = vnfd_flavour(vnfd, in->flavour_id);
    *script = flavour ? vnfd_script(flavour, in->operation) : NULL;
    *cp = flavour ? vnfd_cp(flavour, in->cpd) : NULL;
    if (!*script || !*cp || !(*cp)->management_user) {
        return err_new(E_UNPROCESSABLE, NULL, "VNFD %s has no script %s for connection point %s",
                       vnfd->descriptor_id, in->operation, in->cpd);
    }
    return NULL;
}

/* The key that the server has to have: what it showed when it was met, the newest such. */
static struct err *
host_key_of(struct tx *tx, const struct script_in *in, const char **key)
{
    /* A site chooses the ids of its servers: another's may have the same. */
    struct cond conds[] = {COND("server_id", in->server_id),
                           COND("vnf_instance_id", in->vnf_instance_id),
                           {.attr = "host_key", .op = COND_NOT_NULL},
                           {0}};
    struct query query = {
        .table = &script_run_table, .conds = conds, .sorts = newest_first, .limit = 1};
    struct rows rows;

    *key = NULL;
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; !*key && i < rows.n; i++) {
        *key = ((const struct script_run_row *)rows.items[i])->host_key;
    }
    return NULL;
}

static struct err *
inputs_fill(struct tx *tx, struct mem *mem, const struct script_in *in,
            const struct vnfd_script *script, struct script_order *order)
{
    const struct script_input ours[OURS] = {
        {"CARRICK_OPERATION", in->operation}, {"CARRICK_VNF_INSTANCE", in->vnf_instance_id},
        {"CARRICK_VNFC", in->vnfc},           {"CARRICK_VDU", in->vdu},
        {"CARRICK_SERVER", in->server_id},    {"CARRICK_NEW", in->is_new ? "1" : "0"},
        {"CARRICK_STATE", str_or(in->state, "")},
    };
    size_t n = script->inputs ? script->inputs->n : 0, bytes = 0;
    struct script_input *inputs = MEM_ARRAY(mem, OURS + n, struct script_input);
    struct late_values values;

    TRY(vnf_values(tx, in->vnf_instance_id, in->params, &values));
    memcpy(inputs, ours, sizeof ours);
    for (size_t i = 0; i < n; i++) {
        struct script_input *input = &inputs[OURS + i];

        input->name = mem_str(mem, script->inputs->keys[i]);
        TRY_MSG(late_text(mem, script->inputs->items[i], &values, &input->value),
                "input %s of script %s", input->name, in->operation);
        bytes += strlen(input->value);
    }
    if (bytes > SCRIPT_INPUTS_MAX) {
        return err_new(E_UNPROCESSABLE, NULL, "inputs of script %s have %zu bytes: %u are allowed",
                       in->operation, bytes, SCRIPT_INPUTS_MAX);
    }
    order->inputs = inputs;
    order->n_inputs = OURS + n;
    return NULL;
}

/* store_fn: all of the order is copied, since the run begins behind the transaction. */
static struct err *
order_read(struct tx *tx, void *arg)
{
    struct running *running = arg;
    const struct script_in *in = step_in(running->step);
    struct script_order *order = &running->order;
    const struct vnfd_script *script;
    const struct vnfd_cp *cp;
    const char *private_key, *host_key;

    *order = (struct script_order){.owner = in->project_id, .address = in->address};
    TRY(script_of(tx, in, &script, &cp));
    TRY(vnf_key(tx, in->vnf_instance_id, &private_key, NULL));
    TRY(host_key_of(tx, in, &host_key));
    TRY(inputs_fill(tx, running->mem, in, script, order));
    order->private_key = mem_str(running->mem, private_key);
    order->host_key = mem_str(running->mem, host_key);
    order->port = cp->management_port;
    order->user = mem_str(running->mem, cp->management_user);
    order->text = mem_str(running->mem, script->text);
    order->timeout_ms = script->timeout_s * 1000;
    order->reach_ms = in->reach_s == INT_NULL ? 0 : in->reach_s * 1000;
    running->row->started_at = tx_now(tx);
    return NULL;
}

/* ---- what came of it --------------------------------------------------------------------------- */

/* The end of what it said, for people: whole lines, not too many. */
static const char *
last_lines(const char *text)
{
    size_t n = strlen(text);
    const char *from = n > LINES_MAX ? strchr(text + n - LINES_MAX, '\n') : NULL;

    if (from && from[1]) {
        return from + 1;
    }
    for (from = n > LINES_MAX ? text + n - LINES_MAX : text; (*from & 0xC0) == 0x80; from++) {
        /* Not from the middle of a character. */
    }
    return from;
}

static struct err *
failure(const struct running *running)
{
    const struct script_in *in = step_in(running->step);
    const struct script_run_row *row = running->row;

    if (row->problem) {
        return err_wrap(running->err, "script %s at VNFC %s (script run %s)", in->operation,
                        in->vnfc, row->id);
    }
    if (row->exit_status == 0) {
        return NULL;
    }
    return err_new(E_REMOTE, "ScriptFailed",
                   "script %s at VNFC %s (script run %s) ended with status %lld: %s", in->operation,
                   in->vnfc, row->id, (long long)row->exit_status,
                   last_lines(*row->errors ? row->errors : row->output));
}

/* What a server says is heard, also where it may be dead. */
static bool
may_be_left(const struct script_in *in, const struct err *err)
{
    return (in->may_fail && !err_is(err, E_CANCELLED)) ||
           (in->may_be_dead && str_eq(err->type, "ServerUnreachable"));
}

/* Of 'running' nothing but its row is of use afterwards. */
static void
step_end(struct running *running, struct err *err)
{
    struct step *step = running->step;
    const struct script_in *in = step_in(step);
    struct script_out *out = step_out_new(step);

    loop_timer_del(running->timer);
    out->script_run_id = running->row->id;
    if (err) {
        err_free(running->err);
    } else {
        err = failure(running);
    }
    if (err && may_be_left(in, err)) {
        out->problem = mem_strn(step_mem(step), err->message, strnlen(err->message, PROBLEM_MAX));
        step_said(step, "%s: the operation goes on", err->message);
        err_free(err);
        err = NULL;
    }
    if (err) {
        step_failed(step, err);
    } else {
        step_done(step, out);
    }
}

static void
running_end(struct running *running, struct err *err)
{
    step_end(running, err);
    mem_free(running->mem);
}

static void
kept_here(void *arg)
{
    struct running *running = arg;

    running_end(running, running->unkept);
}

/* On the writer's thread. */
static void
kept(void *arg, struct err *err)
{
    struct running *running = arg;

    running->unkept = err;
    loop_post(running->nfvo->loop, kept_here, running);
}

/* The newest of a VNFC are enough, and the newest that has a key: its server is known by it. */
static struct err *
old_drop(struct tx *tx, const struct script_run_row *row)
{
    struct cond conds[] = {
        COND("vnf_instance_id", row->vnf_instance_id), COND("vnfc", row->vnfc), {0}};
    struct query query = {.table = &script_run_table, .conds = conds, .sorts = newest_first};
    struct rows rows;
    bool has_key = false;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct script_run_row *old = rows.items[i];

        if (i >= RUNS_KEPT && (has_key || !old->host_key)) {
            TRY(row_delete(tx, &script_run_table, old->id));
        }
        has_key |= old->host_key != NULL;
    }
    return NULL;
}

static struct err *
run_keep(struct tx *tx, void *arg)
{
    const struct running *running = arg;
    struct script_run_row *row = row_copy(tx_mem(tx), running->row);

    row->ended_at = tx_now(tx);
    TRY(row_insert(tx, row));
    return old_drop(tx, row);
}

static void
run_ended(void *arg, const struct script_result *result, struct err *err)
{
    struct running *running = arg;
    struct script_run_row *row = running->row;

    running->run = NULL;
    running->err = err;
    row->host_key = result->host_key ? mem_str(running->mem, result->host_key) : NULL;
    row->exit_status = err || result->status < 0 ? INT_NULL : result->status;
    if (!err && result->status < 0) {
        running->err = err_new(E_REMOTE, "ScriptFailed", "the script was ended by a signal");
    }
    row->problem = running->err ? mem_str(running->mem, running->err->message) : NULL;
    row->output = mem_str(running->mem, result->out.text);
    row->errors = mem_str(running->mem, result->err.text);
    row->output_bytes = result->out.bytes;
    row->errors_bytes = result->err.bytes;
    step_said(running->step, "SSH to %s -> %s, script run %s", row->address,
              row->problem            ? row->problem
              : row->exit_status == 0 ? "done"
                                      : "failed",
              row->id);
    if (!err_is(err, E_CANCELLED)) {
        store_write(running->nfvo->store, run_keep, running, kept);
    }
}

/* ---- the step ---------------------------------------------------------------------------------- */

/* On the writer's thread, when maybe no loop turns any more. */
static void
cancelled_kept(void *arg, struct err *err)
{
    const struct running *running = arg;

    if (err) {
        log_err(LOG_LV_WARN, "vnfm", err, "the run of a script that was cancelled is not kept");
    }
    mem_free(running->mem);
}

static void
cancel_look(void *arg)
{
    struct running *running = arg;

    if (step_wanted(running->step) || !running->run) {
        loop_timer_arm(running->timer, LOOK_MS);
        return;
    }
    script_cancel(running->run); /* By run_ended its row has what there is. */
    running->row = row_copy(running->mem, running->row); /* The step goes. */
    step_end(running, NULL);
    store_write(running->nfvo->store, run_keep, running, cancelled_kept);
}

static struct running *
running_new(struct step *step)
{
    const struct script_in *in = step_in(step);
    struct mem *mem = mem_new("script run");
    struct running *running = MEM_NEW(mem, struct running);
    struct script_run_row *row = row_new(mem, &script_run_table);

    *running = (struct running){
        .step = step, .nfvo = step_service(step, NFVO_SERVICE), .mem = mem, .row = row};
    row->id = uuid_make_ordered(mem);
    row->project_id = in->project_id;
    row->vnf_lcm_op_occ_id = in->vnf_lcm_op_occ_id;
    row->vnf_instance_id = in->vnf_instance_id;
    row->operation = in->operation;
    row->vnfc = in->vnfc;
    row->server_id = in->server_id;
    row->address = in->address;
    running->timer = loop_timer_new(step_loop(step), cancel_look, running);
    return running;
}

static void
script_act(struct step *step)
{
    const struct script_in *in = step_in(step);
    struct running *running = running_new(step);
    struct err *e = NULL;

    if (!in->address) {
        e = err_new(E_CONFLICT, "ServerUnreachable",
                    "connection point %s of VNFC %s has no address at its site", in->cpd, in->vnfc);
    }
    if (!e) {
        e = store_read(running->nfvo->store, order_read, running);
    }
    if (e) {
        running_end(running, e);
        return;
    }
    running->run = script_start(running->nfvo->scripts, &running->order, run_ended, running);
    loop_timer_arm(running->timer, LOOK_MS);
    step_waits_by(step, running->timer);
}

static const char *
script_describe(const struct step *step)
{
    const struct script_in *in = step_in(step);

    return mem_printf(step_mem(step), "VNFC %s: SSH to %s, script %s of the package", in->vnfc,
                      str_or(in->address, "its address"), in->operation);
}

const struct step_kind vnf_script = {
    .name = "vnf script",
    .doc = "Runs a script of the package at a server.",
    .effect = FLOW_WRITE,
    .in = &script_in_table,
    .out = &script_out_table,
    .act = script_act,
    .describe = script_describe,
};

/* ---- servers of another system ------------------------------------------------------------ */

static struct err *
forget_local(struct tx *tx, const void *arg, void *out)
{
    const struct script_host *host = arg;
    struct cond conds[] = {COND("server_id", host->server_id),
                           COND("vnf_instance_id", host->vnf_instance_id),
                           {.attr = "host_key", .op = COND_NOT_NULL},
                           {0}};
    struct query query = {.table = &script_run_table, .conds = conds};
    struct rows rows;

    (void)out;
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        struct script_run_row *row = row_copy(tx_mem(tx), rows.items[i]);

        row->host_key = NULL;
        TRY(row_update(tx, rows.items[i], row));
    }
    return NULL;
}

static struct err *
forget_undo(struct tx *tx, const void *in, const void *out)
{
    (void)out;
    return forget_local(tx, in, NULL);
}

const struct step_kind vnf_host_key_forget = {
    .name = "vnf host key forget",
    .doc = "The server's host key is not known any more.",
    .effect = FLOW_LOCAL,
    .in = &script_host_table,
    .local = forget_local,
    .undo_local = forget_undo,
};

/* ---- a flow of one ---------------------------------------------------------------------------- */

static struct err *
script_flow_run(struct flow *f, const void *in)
{
    return flow_step(f, "script", &vnf_script, in, NULL);
}

const struct flow_type vnf_script_flow = {
    .name = "vnf_script",
    .version = 1,
    .doc = "Runs a script of a package at one server.",
    .in = &script_in_table,
    .run = script_flow_run,
};
