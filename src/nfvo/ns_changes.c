/* resourceChanges of an NS operation (SOL005 6.5.2.3): what it touched, from its journal, its children and
 * what it was asked. */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/repair.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* Result words of what an operation touched, by its own end. */
static const char *
result_of(const struct flow_row *flow, enum touch touch)
{
    if (touch == TOUCH_TEMPORARY) {
        return "ROLLED_BACK";
    }
    return flow_row_state(flow) == FLOW_FAILED ? "FAILED" : "COMPLETED";
}

struct changes {
    struct tx *tx;
    const struct flow_row *flow;
    struct nsd *nsd;
    struct map told; /* VNFFGs */
    struct jw w;
};

static const char *
last_word(const char *label)
{
    const char *last = strrchr(label, ' ');

    return last ? last + 1 : label;
}

static struct err *
vl_write(void *arg, const struct touched *touched)
{
    struct changes *c = arg;

    if (touched->kind == &vim_network_create) {
        jw_object(&c->w, NULL);
        jw_str(&c->w, "nsVirtualLinkInstanceId", touched->id);
        jw_str(&c->w, "nsVirtualLinkDescId", last_word(touched->label));
        jw_str(&c->w, "vlProfileId", last_word(touched->label));
        jw_str(&c->w, "changeType", touched->touch == TOUCH_REMOVED ? "DELETE" : "ADD");
        jw_str(&c->w, "changeResult", result_of(c->flow, touched->touch));
        jw_end(&c->w);
    }
    return NULL;
}

static void
graph_tell(struct changes *c, const struct touched *touched, const char *graph)
{
    const char *type = touched->touch == TOUCH_REMOVED ? "DELETE" : "ADD";

    if (!map_get(&c->told, graph) && map_add(&c->told, mem_printf(tx_mem(c->tx), "%s %s", type, graph), c)) {
        jw_object(&c->w, NULL);
        jw_str(&c->w, "vnffgInstanceId", graph);
        jw_str(&c->w, "vnffgdId", graph);
        jw_str(&c->w, "changeType", type);
        jw_str(&c->w, "changeResult", result_of(c->flow, touched->touch));
        jw_end(&c->w);
    }
}

static bool
is_at(const struct nsd *nsd, const struct nsd_cp_ref *ref, const char *link)
{
    const struct vnfd_link *at = nsd_link_of(nsd, ref);

    return at && str_eq(at->name, link);
}

static bool
path_passes(const struct nsd *nsd, const struct nsd_path *path, const char *link)
{
    for (size_t i = 0; i < path->n_positions; i++) {
        for (size_t k = 0; k < path->positions[i].n_elements; k++) {
            const struct nsd_element *element = &path->positions[i].elements[k];

            if (is_at(nsd, &element->ingress, link) || is_at(nsd, &element->egress, link)) {
                return true;
            }
        }
    }
    return false;
}

/* The router of a link leads into the paths that pass it. */
static void
routed_tell(struct changes *c, const struct touched *touched)
{
    for (size_t i = 0; i < c->nsd->n_graphs; i++) {
        const struct nsd_graph *graph = &c->nsd->graphs[i];

        for (size_t k = 0; k < graph->n_paths; k++) {
            if (path_passes(c->nsd, &graph->paths[k], last_word(touched->label))) {
                graph_tell(c, touched, graph->name);
            }
        }
    }
}

/* A chain for each of its paths and sites, or a router for each of its links: the VNFFG is told once. */
static struct err *
vnffg_write(void *arg, const struct touched *touched)
{
    struct changes *c = arg;
    const char *last = last_word(touched->label);

    if (touched->kind == &vim_port_chain_create) {
        graph_tell(c, touched, str_or(ns_graph_of(c->nsd, last), last));
    } else if (touched->kind == &vim_router_create && touched->is_own) {
        routed_tell(c, touched);
    }
    return NULL;
}

/* Graphs of which paths came, changed or went: whatever became of their chains. */
static void
changed_graphs_write(struct changes *c, const struct ns_in *in)
{
    for (size_t i = 0; i < in->graphs_changed.n; i++) {
        const char *graph = in->graphs_changed.items[i];

        (void)map_add(&c->told, graph, c);
        jw_object(&c->w, NULL);
        jw_str(&c->w, "vnffgInstanceId", graph);
        jw_str(&c->w, "vnffgdId", graph);
        jw_str(&c->w, "changeType", "MODIFY");
        jw_str(&c->w, "changeResult",
               result_of(c->flow, flow_row_state(c->flow) == FLOW_ROLLED_BACK ? TOUCH_TEMPORARY
                                                                              : TOUCH_ADDED));
        jw_end(&c->w);
    }
}

static struct err *
sap_write(void *arg, const struct touched *touched)
{
    struct changes *c = arg;

    if (touched->kind == &vim_port_create && touched->is_own &&
        !str_starts(touched->label, REPAIR_MAKES_OF_VNF)) {
        jw_object(&c->w, NULL);
        jw_str(&c->w, "sapInstanceId", touched->id);
        jw_str(&c->w, "sapdId", last_word(touched->label));
        jw_str(&c->w, "changeType", touched->touch == TOUCH_REMOVED ? "REMOVE" : "ADD");
        jw_str(&c->w, "changeResult", result_of(c->flow, touched->touch));
        jw_end(&c->w);
    }
    return NULL;
}

static const char *
vnf_result(const struct vnf_lcm_op_occ *occ)
{
    return str_eq(occ->operation_state, "COMPLETED")     ? "COMPLETED"
           : str_eq(occ->operation_state, "ROLLED_BACK") ? "ROLLED_BACK"
                                                         : "FAILED";
}

/* SOL005's word for what SOL003 calls an operation. */
static const char *
change_word(const char *operation)
{
    static const char *const words[][2] = {
        {"SCALE_TO_LEVEL", "SCALE"},
        {"CHANGE_EXT_CONN", "CHANGE_EXTERNAL_VNF_CONNECTIVITY"},
        {"MODIFY_INFO", "MODIFY_INFORMATION"}};

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (str_eq(words[i][0], operation)) {
            return words[i][1];
        }
    }
    return operation;
}

static void
vnf_change(struct changes *c, const struct vnf_lcm_op_occ *occ)
{
    jw_object(&c->w, NULL);
    jw_str(&c->w, "vnfInstanceId", occ->vnf_instance_id);
    jw_str(&c->w, "vnfdId", str_or(occ->vnfd_id, ""));
    jw_str(&c->w, "vnfProfileId", str_or(occ->vnf_profile_id, ""));
    jw_str(&c->w, "vnfName", str_or(occ->vnf_name, ""));
    jw_str(&c->w, "changeType", change_word(occ->operation));
    jw_str(&c->w, "changeResult", vnf_result(occ));
    jw_end(&c->w);
}

struct err *
ns_input_read(struct tx *tx, const struct flow_row *flow, struct ns_in **in)
{
    const struct json *json;

    *in = row_new(tx_mem(tx), &ns_in_table);
    TRY(json_parse(tx_mem(tx), flow->input, strlen(flow->input), &json));
    return row_from_json(tx_mem(tx), &ns_in_table, json, *in);
}

/* No operation of theirs tells of VNFs that were taken in as they were. */
static struct err *
adopted_write(struct changes *c)
{
    struct ns_in *in = NULL;

    TRY(ns_input_read(c->tx, c->flow, &in));
    for (size_t i = 0; i < in->added.n; i++) {
        const struct vnf_add *add = in->added.items[i];
        struct vnf_instance *vnf;

        TRY(row_get(c->tx, &vnf_instance_table, add->vnf_instance_id, &vnf));
        jw_object(&c->w, NULL);
        jw_str(&c->w, "vnfInstanceId", vnf->id);
        jw_str(&c->w, "vnfdId", vnf->vnfd_id);
        jw_str(&c->w, "vnfProfileId", add->profile);
        jw_str(&c->w, "vnfName", str_or(vnf->name, ""));
        jw_str(&c->w, "changeType", "ADD");
        jw_str(&c->w, "changeResult", result_of(c->flow, TOUCH_ADDED));
        jw_end(&c->w);
    }
    return NULL;
}

/* A change of the flavour or of connectivity may be two operations of the VNF: the later one tells. */
static bool
is_told_later(const struct rows *rows, size_t i)
{
    static const char *const two[] = {"CHANGE_FLAVOUR", "CHANGE_EXT_CONN", NULL};
    const struct vnf_lcm_op_occ *occ = rows->items[i];

    for (size_t j = 0; str_in(occ->operation, two) && j < rows->n; j++) {
        const struct vnf_lcm_op_occ *other = rows->items[j];
        bool later = other->start_time > occ->start_time ||
                     (other->start_time == occ->start_time && j > i);

        if (later && str_eq(other->vnf_instance_id, occ->vnf_instance_id) &&
            str_eq(other->operation, occ->operation)) {
            return true;
        }
    }
    return false;
}

static struct err *
vnfs_write(struct changes *c)
{
    struct cond of_op[] = {COND("ns_lcm_op_occ_id", c->flow->id), {0}};
    struct query query = {.table = &vnf_lcm_op_occ_table, .conds = of_op};
    struct rows rows;

    TRY(rows_select(c->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        if (!is_told_later(&rows, i)) {
            vnf_change(c, rows.items[i]);
        }
    }
    return str_eq(c->flow->type, ns_adopt_flow.name) ? adopted_write(c) : NULL;
}

/* They are told with the last transaction of an operation, or not at all. */
static struct err *
pnfs_write(struct changes *c, const struct ns_in *in)
{
    if (flow_row_state(c->flow) == FLOW_COMPLETED) {
        ns_pnfs_affected(&c->w, in);
    }
    return NULL;
}

/* ---- affectedNss */

static struct err *
nsd_id_of(struct tx *tx, const char *nsd_info_id, const char **nsd_id)
{
    struct cond by_id[] = {COND("id", nsd_info_id), {0}};
    struct ns_descriptor *descriptor;

    TRY(row_find(tx, &ns_descriptor_table, by_id, &descriptor));
    *nsd_id = descriptor ? descriptor->nsd_id : "";
    return NULL;
}

static struct err *
ns_change(struct changes *c, const char *id, const char *nsd_info_id, const char *type,
          const char *result)
{
    const char *nsd_id = NULL;

    TRY(nsd_id_of(c->tx, nsd_info_id, &nsd_id));
    jw_object(&c->w, NULL);
    jw_str(&c->w, "nsInstanceId", id);
    jw_str(&c->w, "nsdId", nsd_id);
    jw_str(&c->w, "changeType", type);
    jw_str(&c->w, "changeResult", result);
    jw_end(&c->w);
    return NULL;
}

/* Nested NSs that were made or ended: operations of their own. */
static struct err *
nested_write(struct changes *c)
{
    struct cond of_flow[] = {COND("parent_id", c->flow->id), {0}};
    struct query query = {.table = &flow_table, .conds = of_flow};
    struct rows rows;

    TRY(rows_select(c->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct flow_row *child = rows.items[i];
        bool made = str_eq(child->type, ns_instantiate_flow.name);
        struct ns_in *in = NULL;

        if ((made || str_eq(child->type, ns_terminate_flow.name)) && !flow_is_replaced(&rows, child)) {
            TRY(ns_input_read(c->tx, child, &in));
            TRY(ns_change(c, in->ns_instance_id, in->nsd_info_id,
                          made ? "INSTANTIATE" : "TERMINATE",
                          flow_row_state(child) == FLOW_COMPLETED     ? "COMPLETED"
                          : flow_row_state(child) == FLOW_ROLLED_BACK ? "ROLLED_BACK"
                                                                      : "FAILED"));
        }
    }
    return NULL;
}

/* One that ran became part of the NS, or is none any more: as its row has it. */
static struct err *
nest_write(struct changes *c, const char *ns_instance_id, const char *id, bool added)
{
    struct cond by_id[] = {COND("id", id), {0}};
    struct ns_instance *ns;
    bool back = flow_row_state(c->flow) == FLOW_ROLLED_BACK, is_in;

    TRY(row_find(c->tx, &ns_instance_table, by_id, &ns));
    is_in = ns && str_eq(ns->nested_in, ns_instance_id);
    if (!ns || (added != is_in && !back)) {
        return NULL;
    }
    return ns_change(c, id, ns->nsd_info_id, added ? "ADD" : "REMOVE",
                     back ? "ROLLED_BACK" : "COMPLETED");
}

static struct err *
nss_write(struct changes *c, const struct ns_in *in)
{
    TRY(nested_write(c));
    for (size_t i = 0; i < in->nested_taken.n; i++) {
        const struct ns_nested *nested = in->nested_taken.items[i];

        TRY(nest_write(c, in->ns_instance_id, nested->ns_instance_id, true));
    }
    for (size_t i = 0; i < in->nested_freed.n; i++) {
        TRY(nest_write(c, in->ns_instance_id, in->nested_freed.items[i], false));
    }
    return NULL;
}

struct err *
ns_changes_of(struct tx *tx, const struct flow_row *flow, const char *nsd_info_id,
              const struct json **changes)
{
    static const struct change_list {
        const char *key;
        struct err *(*fn)(void *arg, const struct touched *touched);
    } lists[] = {
        {"affectedVls", vl_write}, {"affectedVnffgs", vnffg_write}, {"affectedSaps", sap_write}};
    AUTO_BUF text = BUF_INIT;
    struct changes c = {.tx = tx, .flow = flow, .w = jw_to(&text)};
    struct ns_in *in = NULL;

    TRY(ns_input_read(tx, flow, &in));
    map_init(&c.told, tx_mem(tx));
    TRY(nsd_load(tx, nsd_info_id, &c.nsd));
    jw_object(&c.w, NULL);
    jw_array(&c.w, "affectedVnfs");
    TRY(vnfs_write(&c));
    jw_end(&c.w);
    jw_array(&c.w, "affectedPnfs");
    TRY(pnfs_write(&c, in));
    jw_end(&c.w);
    jw_array(&c.w, "affectedNss");
    TRY(nss_write(&c, in));
    jw_end(&c.w);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        jw_array(&c.w, lists[i].key);
        if (lists[i].fn == vnffg_write) {
            changed_graphs_write(&c, in);
        }
        TRY(journal_touched(tx, flow->id, lists[i].fn, &c));
        jw_end(&c.w);
    }
    jw_end(&c.w);
    return json_parse(tx_mem(tx), text.data, text.len, changes);
}
