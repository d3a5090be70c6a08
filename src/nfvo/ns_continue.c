/* An operation of an NS that goes on without what failed (SOL005 6.4.13): which parts it can spare,
 * and whether its forwarding paths are whole without them.  Nothing may go past a function that is
 * not there: a path keeps an instance at each of its positions and at each end that is named. */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

/* Not the terminations: what they leave has to be terminated, and the NS with it. */
const struct flow_type *const ns_spares[] = {
    &vnf_instantiate_flow,         &vnf_scale_out_flow,   &vnf_scale_in_flow,
    &vnf_heal_flow,                &vnf_operate_flow,     &vnf_change_package_flow,
    &vnf_change_connectivity_flow, &vnf_flavour_grow_flow, &vnf_flavour_change_flow,
    &vnf_modify_flow,              NULL,
};

/* ---- what was planned --------------------------------------------------------------------- */

static struct err *
from_text(struct tx *tx, const struct table *table, const char *text, void *row)
{
    const struct json *json;

    TRY(json_parse(tx_mem(tx), text, strlen(text), &json));
    return row_from_json(tx_mem(tx), table, json, row);
}

/* The plan of an operation that makes VNFs, by the kinds of its steps; null: it makes none. */
static struct err *
plan_read(struct tx *tx, const char *flow_id, struct ns_plan **plan)
{
    const char *const kinds[] = {ns_place.name, ns_shape_place.name, NULL};
    struct cond of_flow[] = {COND("flow_id", flow_id), {.attr = "kind", .texts = kinds}, {0}};
    struct flow_step_row *step;

    *plan = NULL;
    TRY(row_find(tx, &flow_step_table, of_flow, &step));
    if (!step || !step->output) {
        return NULL;
    }
    *plan = row_new(tx_mem(tx), &ns_plan_table);
    return from_text(tx, &ns_plan_table, step->output, *plan);
}

/* Without the VNFs whose instantiation did not complete. */
static struct err *
failed_drop(struct tx *tx, const char *flow_id, struct ns_plan *plan)
{
    struct cond of_flow[] = {COND("parent_id", flow_id),
                             COND("type", vnf_instantiate_flow.name), {0}};
    struct query query = {.table = &flow_table, .conds = of_flow};
    struct rows children, before;

    TRY(rows_select(tx, &query, &children));
    for (size_t i = 0; i < children.n; i++) {
        const struct flow_row *child = children.items[i];
        struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);

        if (flow_row_state(child) == FLOW_COMPLETED || flow_is_replaced(&children, child)) {
            continue;
        }
        TRY(from_text(tx, &vnf_in_table, child->input, in));
        before = plan->vnfs;
        plan->vnfs = (struct rows){0};
        for (size_t j = 0; j < before.n; j++) {
            const struct plan_vnf *vnf = before.items[j];

            if (!str_eq(vnf->vnf_instance_id, in->vnf_instance_id)) {
                place_add(tx_mem(tx), &plan->vnfs, before.items[j]);
            }
        }
    }
    return NULL;
}

/* ---- paths ---------------------------------------------------------------------------------- */

static bool
has_any(const struct ns_plan *plan, const struct rows *cps)
{
    for (size_t i = 0; i < cps->n; i++) {
        const struct plan_cp *cp = cps->items[i];

        if (cp->sap || cp->nested) { /* That one's own operation has it. */
            return true;
        }
        for (size_t j = 0; j < plan->vnfs.n; j++) {
            if (str_eq(((const struct plan_vnf *)plan->vnfs.items[j])->profile, cp->vnf)) {
                return true;
            }
        }
    }
    return false;
}

static struct err *
whole_check(const struct ns_plan *plan)
{
    for (size_t i = 0; i < plan->hops.n; i++) {
        const struct plan_hop *hop = plan->hops.items[i];

        if (!has_any(plan, &hop->functions)) {
            return err_new(E_CONFLICT, "PositionEmpty",
                           "position %s of a forwarding path would have no instance: packets "
                           "would go past it",
                           hop->name);
        }
    }
    for (size_t i = 0; i < plan->paths.n; i++) {
        const struct plan_path *path = plan->paths.items[i];

        if ((path->sources.n && !has_any(plan, &path->sources)) ||
            (path->destinations.n && !has_any(plan, &path->destinations))) {
            return err_new(E_CONFLICT, "PositionEmpty",
                           "an end of forwarding path %s would have no instance", path->name);
        }
    }
    return NULL;
}

struct err *
ns_continue_check(struct tx *tx, const struct flow_type *type, const struct flow_row *flow)
{
    struct ns_plan *plan;

    TRY(flow_continue_check(tx, type, flow));
    TRY(plan_read(tx, flow->id, &plan));
    if (!plan) {
        return NULL;
    }
    TRY(failed_drop(tx, flow->id, plan));
    return whole_check(plan);
}
