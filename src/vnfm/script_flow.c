/* Which servers a script of an operation is run at, as pieces of flows. */
#include "nfvo/nfvo.h"
#include "vnfm/describe.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- which script, which servers ----------------------------------------------------------- */

/* Operations by the words of vnf_in, as interfaces name them (SOL001 6.7). */
static const char *
name_of(const struct scripts *scripts)
{
    static const struct {
        const char *operation, *name;
    } names[] = {
        {"SCALE", "scale"},
        {"SCALE_TO_LEVEL", "scale_to_level"},
        {"HEAL", "heal"},
        {"CHANGE_FLAVOUR", "change_flavour"},
        {"CHANGE_EXT_CONN", "change_external_connectivity"},
        {"CHANGE_VNFPKG", "change_current_package"},
    };

    if (scripts->operation) {
        return scripts->operation;
    }
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (str_eq(names[i].operation, scripts->in->operation)) {
            return flow_label(scripts->f, "%s_%s", names[i].name, scripts->before ? "start" : "end");
        }
    }
    return NULL;
}

static const struct wanted_cp *
way_in(const struct vnf_wanted *wanted, const char *vdu)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        for (size_t j = 0; str_eq(vnfc->vdu, vdu) && j < vnfc->cps.n; j++) {
            if (((const struct wanted_cp *)vnfc->cps.items[j])->management) {
                return vnfc->cps.items[j];
            }
        }
    }
    return NULL;
}

static const char *
address_at(const struct made_vnfc *vnfc, const char *cpd)
{
    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const struct made_port *port = vnfc->ports.items[i];

        if (str_eq(port->cpd, cpd) && port->ips.n > 0) {
            return port->ips.items[0];
        }
    }
    return NULL;
}

static bool
is_new(const struct scripts *scripts, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; scripts->old && i < scripts->old->n; i++) {
        if (str_eq(((const struct made_vnfc *)scripts->old->items[i])->server_id,
                   vnfc->server_id)) {
            return false;
        }
    }
    return true;
}

static struct script_in *
input_of(const struct scripts *scripts, const char *operation, const struct made_vnfc *vnfc,
         const struct wanted_cp *cp)
{
    struct script_in *in = row_new(flow_mem(scripts->f), &script_in_table);

    in->vnf_lcm_op_occ_id = flow_self(scripts->f);
    in->vnf_instance_id = scripts->in->vnf_instance_id;
    in->project_id = scripts->in->project_id;
    in->package_id = scripts->package_id ? scripts->package_id : scripts->in->package_id;
    in->flavour_id = scripts->wanted->flavour_id;
    in->operation = operation;
    in->vnfc = vnfc->name;
    in->vdu = vnfc->vdu;
    in->server_id = vnfc->server_id;
    in->cpd = cp->cpd;
    in->address = address_at(vnfc, cp->cpd);
    in->is_new = is_new(scripts, vnfc);
    in->state = scripts->in->state;
    in->reach_s = scripts->in->scripts_reach_s;
    in->may_fail = in->reach_s != INT_NULL;
    if (scripts->may_be_dead) {
        in->may_be_dead = true;
        in->reach_s = VNF_START_REACH_S;
    }
    in->params = json_get(scripts->in->request, "additionalParams");
    return in;
}

static bool
has_script(const struct vnf_wanted *wanted, const char *operation)
{
    for (size_t i = 0; operation && i < wanted->scripts.n; i++) {
        if (str_eq(wanted->scripts.items[i], operation)) {
            return true;
        }
    }
    return false;
}

/* ---- running ------------------------------------------------------------------------------ */

struct err *
vnf_scripts_run(const struct scripts *scripts)
{
    const char *operation = name_of(scripts);
    struct rows inputs = {0};

    if (!has_script(scripts->wanted, operation)) {
        return NULL;
    }
    for (size_t i = 0; i < scripts->vnfcs->n; i++) {
        const struct made_vnfc *vnfc = scripts->vnfcs->items[i];
        const struct wanted_cp *cp = way_in(scripts->wanted, vnfc->vdu);

        if (cp && vnfc->server_id && !vnfc->stopped) {
            vnf_rows_add(flow_mem(scripts->f), &inputs,
                         input_of(scripts, operation, vnfc, cp));
        }
    }
    for (size_t i = 0; i < inputs.n; i++) {
        const struct script_in *in = inputs.items[i];
        const char *label = flow_label(scripts->f, "%s %s", operation, in->vnfc);

        TRY(inputs.n == 1 ? flow_step(scripts->f, label, &vnf_script, in, NULL)
                          : flow_spawn(scripts->f, label, &vnf_script_flow, in));
    }
    return inputs.n > 1 ? flow_join_all(scripts->f) : NULL;
}

/* ---- of what is kept ------------------------------------------------------------------------ */

static struct err *
scripts_local(struct tx *tx, const void *arg, void *result)
{
    const struct scripts_in *in = arg;
    struct scripts_out *out = result;
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnf_instance *instance;
    struct vnfd *vnfd;

    TRY(row_get(tx, &vnf_instance_table, in->vnf_instance_id, &instance));
    if (!instance->made) {
        return NULL; /* It has no servers, or none that we know. */
    }
    TRY(vnfd_load(tx, in->package_id, &vnfd));
    TRY(vnf_instance_made(tx, in->vnf_instance_id, made));
    if (!vnfd_flavour(vnfd, made->flavour_id) ||
        !vnfd_script(vnfd_flavour(vnfd, made->flavour_id), in->operation)) {
        return NULL;
    }
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, made->flavour_id, made->level_id, &made->scales, wanted));
    wanted->name = in->operation;
    vnf_rows_add(tx_mem(tx), &out->made, made);
    vnf_rows_add(tx_mem(tx), &out->wanted, wanted);
    return NULL;
}

const struct step_kind vnf_scripts_read = {
    .name = "vnf scripts",
    .doc = "Reads whether an instance has a script, and where it is to be run.",
    .effect = FLOW_READ,
    .in = &scripts_in_table,
    .out = &scripts_out_table,
    .local = scripts_local,
};

struct err *
vnf_scripts_kept(struct flow *f, const struct vnf_in *in, const char *operation,
                 const struct rows *vnfcs)
{
    struct scripts_in *ask = row_new(flow_mem(f), &scripts_in_table);
    struct scripts_out *out = row_new(flow_mem(f), &scripts_out_table);
    struct vnf_made *made;

    ask->vnf_instance_id = in->vnf_instance_id;
    ask->package_id = in->package_id;
    ask->operation = operation;
    TRY(flow_step(f, str_eq(operation, "terminate_start") ? "scripts"
                                                          : flow_label(f, "scripts %s", operation),
                  &vnf_scripts_read, ask, out));
    if (out->made.n == 0) {
        return NULL;
    }
    made = out->made.items[0];
    return vnf_scripts_run(&(struct scripts){
        .f = f,
        .in = in,
        .operation = operation,
        .wanted = out->wanted.items[0],
        .vnfcs = vnfcs ? vnfcs : &made->vnfcs,
        .old = &made->vnfcs,
    });
}

struct err *
vnf_host_forget(struct flow *f, const struct vnf_in *in, const struct made_vnfc *vnfc)
{
    struct script_host *host = row_new(flow_mem(f), &script_host_table);

    host->vnf_instance_id = in->vnf_instance_id;
    host->server_id = vnfc->server_id;
    return flow_step(f, flow_label(f, "host key %s", vnfc->name), &vnf_host_key_forget, host, NULL);
}
