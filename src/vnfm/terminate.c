/* VNF termination (SOL003 5.4.8): servers are shut down where that is to be graceful,
 * what the instance holds is deleted, last made first, its claims are given back. */
#include "vim/marked.h"
#include "vnfm/flows.h"
#include "vnfm/held.h"
#include "vnfm/op_occ.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

static struct err *
forget_local(struct tx *tx, const void *in, void *out)
{
    const struct owner *owner = in;
    struct vnf_instance *old, *instance;

    (void)out;
    TRY(held_forget(tx, owner->owner_id));
    TRY(row_get(tx, &vnf_instance_table, owner->owner_id, &old));
    instance = row_copy(tx_mem(tx), old);
    instance->instantiation_state = "NOT_INSTANTIATED";
    instance->instantiated_info = instance->made = NULL;
    instance->vim_connection_info = NULL;
    instance->site_id = NULL;
    instance->foreign_id = NULL;
    return row_update(tx, old, instance);
}

const struct step_kind vnf_forget = {
    .name = "vnf forget",
    .doc = "The instance is NOT_INSTANTIATED and holds nothing.",
    .effect = FLOW_LOCAL,
    .in = &owner_table,
    .local = forget_local,
};

/* Servers go down in order, last made first, before anything is deleted. */
static struct err *
servers_shutdown(struct flow *f, const struct vnf_in *in, const struct rows *items)
{
    for (size_t i = items->n; in->graceful && i-- > 0;) {
        const struct held *held = items->items[i];
        struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);

        if (!str_eq(held->kind, "server") || vim_is_marker(held->resource_id)) {
            continue;
        }
        ref->site = held->site;
        ref->id = held->resource_id;
        TRY(vim_server_shutdown(f, flow_label(f, "shutdown %zu %s", i, held->label), ref,
                                in->timeout_s));
    }
    return NULL;
}

/* Until version 2 there were no scripts. */
static struct err *
terminate(struct flow *f, const void *arg, bool has_scripts)
{
    const struct vnf_in *in = arg;
    struct owner *owner = row_new(flow_mem(f), &owner_table);
    struct held_list *held = row_new(flow_mem(f), &held_list_table);
    struct grant_in *ask = row_new(flow_mem(f), &grant_in_table);
    struct grant_out *grant = row_new(flow_mem(f), &grant_out_table);

    if (in->vnfm) {
        return foreign_terminate(f, in);
    }
    owner->owner_id = in->vnf_instance_id;
    owner->project_id = in->project_id;
    ask->vnf_lcm_op_occ_id = flow_self(f);
    ask->vnf_instance_id = in->vnf_instance_id;
    ask->project_id = in->project_id;
    ask->operation = "TERMINATE";
    ask->site = in->site;
    TRY(flow_step(f, "holdings", &held_read, owner, held));
    TRY(vnf_grant(f, &in, NULL, ask, grant));
    TRY(flow_started(f));
    if (has_scripts && (in->graceful || in->scripts_reach_s != INT_NULL)) {
        TRY(vnf_scripts_kept(f, in, "terminate_start", NULL));
    }
    TRY(servers_shutdown(f, in, &held->items));
    TRY(held_release(f, "", &held->items, NULL));
    TRY(flow_step(f, "claims", &nfvo_grant_end, owner, NULL));
    return flow_step(f, "instance", &vnf_forget, owner, NULL);
}

static struct err *
terminate_run(struct flow *f, const void *in)
{
    return terminate(f, in, true);
}

static struct err *
terminate_run_1(struct flow *f, const void *in)
{
    return terminate(f, in, false);
}

const struct flow_type vnf_terminate_flow_1 = {
    .name = "vnf_terminate",
    .version = 1,
    .doc = "Terminates a VNF, as before there were scripts.",
    .in = &vnf_in_table,
    .run = terminate_run_1,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};
const struct flow_type vnf_terminate_flow = {
    .name = "vnf_terminate",
    .version = 2,
    .doc = "Terminates a VNF.",
    .in = &vnf_in_table,
    .run = terminate_run,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};
