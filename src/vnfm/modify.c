/* Modification of what a client says of a VNF instance (SOL003 5.4.3): name, description, metadata,
 * all of it in the transaction of one step.  No grant, no site. */
#include "vnfm/flows.h"
#include "vnfm/op_occ.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

void
vnf_info_of(const struct vnf_instance *instance, struct vnf_info *info)
{
    info->vnf_instance_id = instance->id;
    info->name = instance->name;
    info->description = instance->description;
    info->metadata = instance->metadata;
}

static struct err *
info_set(struct tx *tx, const struct vnf_info *info)
{
    struct vnf_instance *old, *instance;

    TRY(row_get(tx, &vnf_instance_table, info->vnf_instance_id, &old));
    instance = row_copy(tx_mem(tx), old);
    instance->name = info->name;
    instance->description = info->description;
    instance->metadata = info->metadata;
    return row_update(tx, old, instance);
}

static struct err *
info_local(struct tx *tx, const void *in, void *out)
{
    const struct vnf_info *info = in;
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, info->vnf_instance_id, &instance));
    vnf_info_of(instance, out);
    return info_set(tx, info);
}

static struct err *
info_undo(struct tx *tx, const void *in, const void *out)
{
    (void)in;
    return info_set(tx, out);
}

const struct step_kind vnf_info_keep = {
    .name = "vnf info",
    .doc = "The instance has the name, description and metadata that were asked for.",
    .effect = FLOW_LOCAL,
    .in = &vnf_info_table,
    .out = &vnf_info_table,
    .local = info_local,
    .undo_local = info_undo,
};

static struct err *
modify_run(struct flow *f, const void *arg)
{
    const struct vnf_in *in = arg;

    if (in->vnfm) {
        return flow_step(f, "instance", &vnf_info_keep, in->info.items[0], NULL);
    }
    TRY(vnf_scripts_kept(f, in, "modify_information_start", NULL));
    TRY(flow_step(f, "instance", &vnf_info_keep, in->info.items[0], NULL));
    return vnf_scripts_kept(f, in, "modify_information_end", NULL);
}

static struct err *
modify_run_1(struct flow *f, const void *arg)
{
    const struct vnf_in *in = arg;

    return flow_step(f, "instance", &vnf_info_keep, in->info.items[0], NULL);
}

const struct flow_type vnf_modify_flow_1 = {
    .name = "vnf_modify",
    .version = 1,
    .doc = "The same, as before there were scripts.",
    .in = &vnf_in_table,
    .run = modify_run_1,
    .state_changed = vnf_op_state_changed,
};
const struct flow_type vnf_modify_flow = {
    .name = "vnf_modify",
    .version = 2,
    .doc = "Changes name, description and metadata of a VNF instance.",
    .in = &vnf_in_table,
    .run = modify_run,
    .state_changed = vnf_op_state_changed,
};
