/* VNF operation (SOL003 5.4.10): servers are stopped and started by the site's own actions; ports,
 * addresses and claims stay.  Each server is looked at first, so that only what has to change is
 * changed, and taken back by a rollback. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/op_occ.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- one server -------------------------------------------------------------------------- */

static struct err *
power_step(struct flow *f, const struct vim_power *power)
{
    return flow_step(f, flow_label(f, "power %s", power->name), &vim_server_power, power, NULL);
}

static struct err *
power_run(struct flow *f, const void *in)
{
    return power_step(f, in);
}

const struct flow_type vnfc_power_flow = {
    .name = "vnfc_power",
    .version = 1,
    .doc = "Starts or stops one server of a VNF.",
    .in = &vim_power_table,
    .run = power_run,
};

/* ---- the instance's state ------------------------------------------------------------------ */

static bool
is_among(const struct strs *servers, const char *id)
{
    for (size_t i = 0; i < servers->n; i++) {
        if (str_eq(servers->items[i], id)) {
            return true;
        }
    }
    return false;
}

static struct err *
state_set(struct tx *tx, const struct vnf_state *state)
{
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);

    TRY(vnf_instance_made(tx, state->vnf_instance_id, made));
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        struct made_vnfc *vnfc = made->vnfcs.items[i];

        vnfc->stopped = is_among(&state->stopped, vnfc->server_id);
    }
    return vnf_instance_keep(tx, made, state->state);
}

/* Ids of those that are marked as stopped. */
static struct strs
stopped_of(struct mem *mem, const struct vnf_made *made)
{
    struct strs stopped = {.items = MEM_ARRAY(mem, made->vnfcs.n + 1, const char *)};

    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        if (vnfc->stopped) {
            stopped.items[stopped.n++] = vnfc->server_id;
        }
    }
    return stopped;
}

static struct err *
state_local(struct tx *tx, const void *in, void *out)
{
    const struct vnf_state *wanted = in;
    struct vnf_state *before = out;
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, wanted->vnf_instance_id, &instance));
    TRY(vnf_instance_made(tx, instance->id, made));
    before->vnf_instance_id = instance->id;
    before->state = str_or(json_get_str(instance->instantiated_info, "vnfState"), "STARTED");
    before->stopped = stopped_of(tx_mem(tx), made);
    return state_set(tx, wanted);
}

static struct err *
state_undo(struct tx *tx, const void *in, const void *out)
{
    (void)in;
    return state_set(tx, out);
}

const struct step_kind vnf_state_keep = {
    .name = "vnf state",
    .doc = "The instance tells whether it runs.",
    .effect = FLOW_LOCAL,
    .in = &vnf_state_table,
    .out = &vnf_state_table,
    .local = state_local,
    .undo_local = state_undo,
};

/* ---- the flow ---------------------------------------------------------------------------- */

struct run {
    struct flow *f;
    const struct vnf_in *in;
    struct vnf_made *made;
    struct rows changed; /* struct vim_power */
    bool some_run;       /* of those that are not asked for */
};

/* Which servers are asked for, and which of these are not yet as they have to be. */
static struct err *
servers_look(struct run *run)
{
    bool start = str_eq(run->in->state, "STARTED");
    struct mem *mem = flow_mem(run->f);

    for (size_t i = 0; i < run->made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = run->made->vnfcs.items[i];
        struct vim_ref *ref = row_new(mem, &vim_ref_table);
        struct vim_power *power = row_new(mem, &vim_power_table);
        struct vim_made *server = row_new(mem, &vim_made_table);

        ref->site = power->site = run->made->site;
        ref->id = power->id = vnfc->server_id;
        TRY(flow_step(run->f, flow_label(run->f, "look %s", vnfc->name), &vim_server_show, ref,
                      server));
        if (!vnf_in_names(run->in, vnfc)) {
            run->some_run |= !str_eq(server->status, "SHUTOFF");
        } else if (!str_eq(server->status, start ? "ACTIVE" : "SHUTOFF")) {
            power->name = vnfc->name;
            power->running = start;
            power->timeout_s = run->in->timeout_s;
            vnf_rows_add(mem, &run->changed, power);
        }
    }
    return NULL;
}

/* The ones that are asked for are what is asked; the others stay what they were. */
static struct strs
stopped_then(struct run *run)
{
    struct rows *vnfcs = &run->made->vnfcs;

    for (size_t i = 0; i < vnfcs->n; i++) {
        struct made_vnfc *vnfc = vnfcs->items[i];

        if (vnf_in_names(run->in, vnfc)) {
            vnfc->stopped = str_eq(run->in->state, "STOPPED");
        }
    }
    return stopped_of(flow_mem(run->f), run->made);
}

/* One server is the flow's own, several are in parallel. */
static struct err *
servers_change(struct run *run)
{
    const struct rows *changed = &run->changed;

    if (changed->n == 1) {
        return power_step(run->f, changed->items[0]);
    }
    for (size_t i = 0; i < changed->n; i++) {
        const struct vim_power *power = changed->items[i];

        TRY(flow_spawn(run->f, flow_label(run->f, "vnfc %s", power->name), &vnfc_power_flow,
                       power));
    }
    return flow_join_all(run->f);
}

/* Until version 2 there were no scripts. */
static struct err *
operate(struct flow *f, const struct vnf_in *in, bool has_scripts)
{
    struct mem *mem = flow_mem(f);
    struct run run = {.f = f, .in = in, .made = row_new(mem, &vnf_made_table)};
    struct owner *owner = row_new(mem, &owner_table);
    const struct vnf_size nothing = {0};
    struct grant_in *ask;
    struct vnf_in *first;
    struct vnf_state *state = row_new(mem, &vnf_state_table);

    if (in->vnfm) {
        return foreign_power(f, in);
    }
    owner->owner_id = in->vnf_instance_id;
    owner->project_id = in->project_id;
    TRY(flow_step(f, "made", &vnf_made_read, owner, run.made));
    ask = vnf_grant_in(f, in, run.made->site, &nothing);
    TRY(vnf_grant(f, &in, NULL, ask, row_new(mem, &grant_out_table)));
    first = row_copy(mem, in);
    if (str_eq(in->state, "STARTED") ||
        str_eq(json_get_str(in->request, "stopType"), "FORCEFUL")) {
        first->scripts_reach_s = VNF_START_REACH_S; /* Servers may be dead. */
    }
    TRY(flow_started(f));
    TRY(has_scripts ? vnf_scripts_kept(f, first, "operate_start", NULL) : NULL);
    TRY(servers_look(&run));
    TRY(servers_change(&run));
    state->vnf_instance_id = in->vnf_instance_id;
    state->state = run.some_run ? "STARTED" : in->state;
    state->stopped = stopped_then(&run);
    TRY(has_scripts ? vnf_scripts_kept(f, in, "operate_end", &run.made->vnfcs) : NULL);
    return flow_step(f, "instance", &vnf_state_keep, state, NULL);
}

static struct err *
operate_run(struct flow *f, const void *in)
{
    return operate(f, in, true);
}

static struct err *
operate_run_1(struct flow *f, const void *in)
{
    return operate(f, in, false);
}

const struct flow_type vnf_operate_flow_1 = {
    .name = "vnf_operate",
    .version = 1,
    .doc = "Starts or stops a VNF, as before there were scripts.",
    .in = &vnf_in_table,
    .run = operate_run_1,
    .starting = true,
    .state_changed = vnf_op_state_changed,
};
const struct flow_type vnf_operate_flow = {
    .name = "vnf_operate",
    .version = 2,
    .doc = "Starts or stops a VNF.",
    .in = &vnf_in_table,
    .run = operate_run,
    .starting = true,
    .state_changed = vnf_op_state_changed,
};
