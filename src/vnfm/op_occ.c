/* VnfLcmOpOcc rows: a row for each flow of an operation, kept in step with it.
 * What an operation touched is read from its journal, so that it tells what was
 * really done and not what was planned. */
#include "vnfm/op_occ.h"

#include "nfvo/nfvo.h"
#include "vim/marked.h"
#include "vnfm/flows.h"
#include "vnfm/held.h"
#include "vnfm/journal.h"
#include "vnfm/remains.h"
#include "vnfm/vnfm.h"

#include <string.h>

const char *const vnf_operation_states[] = {"STARTING",    "PROCESSING", "COMPLETED",
                                            "FAILED_TEMP", "FAILED",     "ROLLING_BACK",
                                            "ROLLED_BACK", NULL};
const char *const vnf_operations[] = {"INSTANTIATE", "SCALE", "SCALE_TO_LEVEL", "TERMINATE",
                                      "OPERATE",     "MODIFY_INFO", "HEAL",
                                      "CHANGE_VNFPKG", "CHANGE_EXT_CONN", "CHANGE_FLAVOUR",
                                      NULL};

/* ---- errors ---------------------------------------------------------------------- */

struct err *
problem_of_flow(struct mem *mem, const char *error, const struct json **problem)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;
    enum err_code code;
    const char *step;

    *problem = NULL;
    if (!error) {
        return NULL;
    }
    TRY(json_parse(mem, error, strlen(error), &json));
    code = err_code_from_name(str_or(json_get_str(json, "code"), ""));
    step = json_get_str(json, "step");
    jw_object(&w, NULL);
    jw_str(&w, "title", err_code_doc(code));
    jw_int(&w, "status", err_code_status(code));
    jw_str(&w, "detail",
           step
               ? mem_printf(mem, "step \"%s\": %s", step, str_or(json_get_str(json, "message"), ""))
               : str_or(json_get_str(json, "message"), ""));
    jw_end(&w);
    return json_parse(mem, text.data, text.len, problem);
}

/* ---- what was touched ---------------------------------------------------------------- */

struct touch_walk {
    struct tx *tx;
    struct err *(*fn)(void *arg, const struct touched *touched);
    void *arg;
    bool is_own;
    bool doubts; /* told too */
};

static const struct object_kind {
    const struct step_kind *create, *delete;
} object_kinds[] = {
#define X(kind, doc) {&vim_##kind##_create, &vim_##kind##_delete},
    VIM_OBJECTS(X)
#undef X
};

static struct err *
json_of(struct tx *tx, const char *text, const struct json **json)
{
    *json = NULL;
    return text ? json_parse(tx_mem(tx), text, strlen(text), json) : NULL;
}

#define MARKER_MAX 255 /* What sites have room for. */

/* Nobody knows whether it was made, or whether once. */
static struct err *
touch_doubted(const struct touch_walk *walk, const struct flow_step_row *row,
              const struct step_kind *kind, const char *site)
{
    bool doubted = row->doubted || str_eq(row->state, "STARTED");
    struct touched touched = {.kind = kind,
                              .label = row->label,
                              .is_own = walk->is_own,
                              .site = site,
                              .touch = TOUCH_DOUBTED};

    touched.id = mem_printf(tx_mem(walk->tx), "carrick:%s:%s", row->flow_id, row->label);
    return walk->doubts && doubted && site && !str_eq(row->state, "UNDONE") &&
                   strlen(touched.id) <= MARKER_MAX
               ? walk->fn(walk->arg, &touched)
               : NULL;
}

static struct err *
touch_created(const struct touch_walk *walk, const struct flow_step_row *row,
              const struct step_kind *kind)
{
    const struct json *in, *out;
    struct touched touched = {.kind = kind, .label = row->label, .is_own = walk->is_own};

    TRY(json_of(walk->tx, row->input, &in));
    TRY(json_of(walk->tx, row->output, &out));
    touched.site = json_get_str(in, "site");
    touched.id = json_get_str(out, "id");
    touched.out = out;
    touched.touch = str_eq(row->state, "UNDONE") ? TOUCH_TEMPORARY : TOUCH_ADDED;
    TRY(touch_doubted(walk, row, kind, touched.site));
    return touched.id ? walk->fn(walk->arg, &touched) : NULL;
}

/* A step whose input says what it is about. */
static struct err *
touch_named(const struct touch_walk *walk, const struct flow_step_row *row,
            const struct step_kind *kind, enum touch touch)
{
    const struct json *in;
    struct touched touched = {
        .kind = kind, .label = row->label, .touch = touch, .is_own = walk->is_own};

    if (!str_eq(row->state, "DONE")) {
        return NULL;
    }
    TRY(json_of(walk->tx, row->input, &in));
    touched.site = json_get_str(in, "site");
    touched.id = json_get_str(in, "id");
    return touched.id ? walk->fn(walk->arg, &touched) : NULL;
}

static struct err *
touch_step(void *arg, void *entry)
{
    const struct touch_walk *walk = arg;
    const struct flow_step_row *row = entry;

    for (size_t i = 0; i < sizeof object_kinds / sizeof *object_kinds; i++) {
        if (str_eq(row->kind, object_kinds[i].create->name)) {
            return touch_created(walk, row, object_kinds[i].create);
        }
        if (str_eq(row->kind, object_kinds[i].delete->name)) {
            return touch_named(walk, row, object_kinds[i].create, TOUCH_REMOVED);
        }
    }
    if (str_eq(row->kind, vim_port_drop.name)) {
        return touch_named(walk, row, &vim_port_create, TOUCH_REMOVED);
    }
    if (str_eq(row->kind, vim_server_power.name) || str_eq(row->kind, vim_server_rebuild.name)) {
        return touch_named(walk, row, &vim_server_create, TOUCH_MODIFIED);
    }
    return NULL;
}

/* Notes what a given-up operation left. */
typedef struct err *left_fn(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in);
static left_fn instantiate_left, scale_left, heal_left, connectivity_left, package_kept, repaired_left;

/* Flows that are operations of their own, with an occurrence.  What the word null stands for is
 * said by the flow's input. */
static const struct operation {
    const struct flow_type *type;
    const char *word;
    left_fn *left; /* null: the instance is as it was */
} operations[] = {
    {&vnf_instantiate_flow, "INSTANTIATE", instantiate_left},
    {&vnf_scale_out_flow, NULL, scale_left},
    {&vnf_scale_in_flow, NULL, scale_left},
    {&vnf_operate_flow, "OPERATE", NULL},
    {&vnf_heal_flow, "HEAL", heal_left},
    {&vnf_repair_flow, "HEAL", repaired_left},
    {&vnf_change_package_flow, "CHANGE_VNFPKG", package_kept},
    {&vnf_change_connectivity_flow, "CHANGE_EXT_CONN", connectivity_left},
    {&vnf_flavour_grow_flow, "CHANGE_FLAVOUR", scale_left},
    {&vnf_flavour_change_flow, "CHANGE_FLAVOUR", scale_left},
    {&vnf_modify_flow, "MODIFY_INFO", NULL},
    {&vnf_terminate_flow, "TERMINATE", NULL},
};

static const struct operation *
operation_of(const struct flow_row *flow)
{
    for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
        if (str_eq(flow->type, operations[i].type->name)) {
            return &operations[i];
        }
    }
    return NULL;
}

/* What is done to another NS, nested in this one or around it, is told there. */
static bool
is_nested(const struct flow_row *child)
{
    const char *const others[] = {ns_instantiate_flow.name, ns_terminate_flow.name,
                                  ns_follow_flow.name, ns_unfollow_flow.name, NULL};

    return str_in(child->type, others);
}

static struct err *
touch_flow(struct touch_walk *walk, const char *id)
{
    struct cond of_flow[] = {COND("flow_id", id), {0}};
    struct cond children[] = {COND("parent_id", id), {0}};
    struct sort by_seq[] = {{.attr = "seq"}, {0}};
    struct query steps = {.table = &flow_step_table, .conds = of_flow, .sorts = by_seq};
    struct query flows = {.table = &flow_table, .conds = children};
    struct rows rows;

    TRY(rows_each(walk->tx, &steps, touch_step, walk));
    TRY(rows_select(walk->tx, &flows, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct flow_row *child = rows.items[i];
        struct touch_walk below = *walk;

        if (is_nested(child)) {
            continue;
        }
        below.is_own = walk->is_own && !operation_of(child);
        TRY(touch_flow(&below, child->id));
    }
    return NULL;
}

struct err *
journal_touched(struct tx *tx, const char *id,
                struct err *(*fn)(void *arg, const struct touched *touched), void *arg)
{
    struct touch_walk walk = {.tx = tx, .fn = fn, .arg = arg, .is_own = true};

    return touch_flow(&walk, id);
}

/* Those in doubt, too. */
static struct err *
journal_left(struct tx *tx, const char *id,
             struct err *(*fn)(void *arg, const struct touched *touched), void *arg)
{
    struct touch_walk walk = {.tx = tx, .fn = fn, .arg = arg, .is_own = true, .doubts = true};

    return touch_flow(&walk, id);
}

/* ---- what a given-up operation left ------------------------------------------------------ */

struct left {
    struct tx *tx;
    struct rows items;
    const char *kind; /* Of this alone, and nothing that is in doubt; null = of all. */
};
#define DOUBT "in doubt: " /* No label of a step begins so. */

/* Held by its marker, so that whoever deletes what is held looks for it. */
static struct err *
doubt_add(void *arg, const struct touched *touched)
{
    struct left *left = arg;

    if (touched->is_own && touched->touch == TOUCH_DOUBTED && !left->kind) {
        held_add(tx_mem(left->tx), &left->items, touched->site, held_kind_of(touched->kind),
                 touched->id, mem_printf(tx_mem(left->tx), DOUBT "%.200s", touched->label));
    }
    return NULL;
}

static bool
is_wanted(const struct left *left, const struct touched *touched)
{
    return touched->is_own && (!left->kind || str_eq(held_kind_of(touched->kind), left->kind));
}

static struct err *
left_add(void *arg, const struct touched *touched)
{
    struct left *left = arg;

    TRY(doubt_add(arg, touched));
    if (is_wanted(left, touched) && touched->touch == TOUCH_ADDED) {
        /* The label is the walked row's and gone after this call. */
        held_add(tx_mem(left->tx), &left->items, touched->site, held_kind_of(touched->kind),
                 touched->id, mem_str(tx_mem(left->tx), touched->label));
    }
    return NULL;
}

struct err *
held_from_journal(struct tx *tx, const char *flow_id, const char *owner_id, const char *project_id)
{
    struct left left = {.tx = tx};

    TRY(journal_left(tx, flow_id, left_add, &left));
    TRY(held_forget(tx, owner_id));
    return held_insert(tx, owner_id, project_id, &left.items);
}

static struct err *
left_touch(void *arg, const struct touched *touched)
{
    struct left *left = arg;

    if (is_wanted(left, touched) &&
        (touched->touch == TOUCH_ADDED || touched->touch == TOUCH_REMOVED)) {
        held_add(tx_mem(left->tx), &left->items, touched->site, held_kind_of(touched->kind),
                 touched->id, mem_str(tx_mem(left->tx), touched->label));
    }
    return NULL;
}

static struct err *
follow_journal(struct tx *tx, const char *flow_id, const char *owner_id, const char *project_id,
               const char *kind, bool *touched)
{
    struct left changed = {.tx = tx, .kind = kind}, added = {.tx = tx, .kind = kind};

    /* What was added may be noted already: it is noted anew, under the name that it has where all
     * goes well: the step's label without its first word. */
    TRY(journal_touched(tx, flow_id, left_touch, &changed));
    *touched = changed.items.n > 0;
    TRY(held_drop(tx, owner_id, &changed.items));
    TRY(journal_left(tx, flow_id, left_add, &added));
    for (size_t i = 0; i < added.items.n; i++) {
        struct held *held = added.items.items[i];
        const char *space = strchr(held->label, ' ');

        held->label = space && !str_starts(held->label, DOUBT) ? space + 1 : held->label;
    }
    return held_insert(tx, owner_id, project_id, &added.items);
}

struct err *
held_follow_journal(struct tx *tx, const char *flow_id, const char *owner_id,
                    const char *project_id)
{
    bool touched;

    return follow_journal(tx, flow_id, owner_id, project_id, NULL, &touched);
}

struct err *
held_follow_servers(struct tx *tx, const char *flow_id, const char *owner_id,
                    const char *project_id, bool *touched)
{
    return follow_journal(tx, flow_id, owner_id, project_id, "server", touched);
}

struct err *
held_doubts(struct tx *tx, const char *flow_id, const char *owner_id, const char *project_id)
{
    struct left left = {.tx = tx};

    TRY(journal_left(tx, flow_id, doubt_add, &left));
    return held_insert(tx, owner_id, project_id, &left.items);
}

/* ---- SOL003 resourceChanges ------------------------------------------------------------ */

static const char *const touch_words[] = {
    [TOUCH_ADDED] = "ADDED", [TOUCH_REMOVED] = "REMOVED", [TOUCH_TEMPORARY] = "TEMPORARY",
    [TOUCH_MODIFIED] = "MODIFIED"};

/* One list of resourceChanges: which kind of object, under which names. */
struct change_list {
    const struct step_kind *kind;
    const char *key, *descriptor, *handle;
    const struct vnfd *vnfd; /* null where it is not known */
    struct mem *mem;
    struct jw *w;
};

/* The last word of "server VNFC", "port VNFC CPD", "delete 3 server VNFC". */
static const char *
last_word(const char *label)
{
    const char *last = strrchr(label, ' ');

    return last ? last + 1 : label;
}

/* The VDU of server "VDU" or "VDU-3". */
static const char *
vdu_of(const struct change_list *list, const char *vnfc)
{
    const char *dash = strrchr(vnfc, '-');

    for (size_t i = 0; dash && list->vnfd && i < list->vnfd->n_flavours; i++) {
        if (vnfd_vdu(&list->vnfd->flavours[i], vnfc)) {
            return vnfc;
        }
    }
    return dash && list->vnfd ? mem_strn(list->mem, vnfc, (size_t)(dash - vnfc)) : vnfc;
}

/* Does the connection point belong to a link inside the VNF? */
static bool
is_internal(const struct change_list *list, const char *cpd)
{
    const struct vnfd_cp *cp = NULL;

    for (size_t i = 0; !cp && list->vnfd && i < list->vnfd->n_flavours; i++) {
        cp = vnfd_cp(&list->vnfd->flavours[i], cpd);
    }
    return cp && cp->link;
}

/* Ports: those that lead outside only, and none that did not stay (AffectedExtLinkPort
 * has no TEMPORARY). */
static bool
is_listed(const struct change_list *list, const struct touched *touched)
{
    return touched->kind == list->kind &&
           (list->kind != &vim_port_create || (touched->touch != TOUCH_TEMPORARY &&
                                               !is_internal(list, last_word(touched->label))));
}

static struct err *
change_write(void *arg, const struct touched *touched)
{
    const struct change_list *list = arg;
    const char *last = last_word(touched->label);

    if (!is_listed(list, touched)) {
        return NULL;
    }
    jw_object(list->w, NULL);
    jw_str(list->w, "id", touched->id);
    /* An external connection point has the id of its port. */
    jw_str(list->w, list->descriptor,
           list->kind == &vim_port_create     ? touched->id
           : list->kind == &vim_server_create ? vdu_of(list, last)
                                              : last);
    jw_str(list->w, "changeType", touch_words[touched->touch]);
    jw_object(list->w, list->handle);
    jw_str(list->w, "vimConnectionId", touched->site);
    jw_str(list->w, "resourceId", touched->id);
    jw_end(list->w);
    jw_end(list->w);
    return NULL;
}

static struct err *
changes_of(struct tx *tx, const char *flow_id, const char *package_id,
           const struct json **changes)
{
    static const struct change_list lists[] = {
        {.kind = &vim_server_create,
         .key = "affectedVnfcs",
         .descriptor = "vduId",
         .handle = "computeResource"},
        {.kind = &vim_network_create,
         .key = "affectedVirtualLinks",
         .descriptor = "vnfVirtualLinkDescId",
         .handle = "networkResource"},
        {.kind = &vim_port_create,
         .key = "affectedExtLinkPorts",
         .descriptor = "extCpInstanceId",
         .handle = "resourceHandle"},
    };
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct vnfd *vnfd = NULL;

    err_ignore(vnfd_load(tx, package_id, &vnfd), "without its VNFD all ports lead outside");
    jw_object(&w, NULL);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct change_list list = lists[i];

        list.vnfd = vnfd;
        list.mem = tx_mem(tx);
        list.w = &w;
        jw_array(&w, list.key);
        TRY(journal_touched(tx, flow_id, change_write, &list));
        jw_end(&w);
    }
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, changes);
}

/* ---- the row ---------------------------------------------------------------------------- */

/* The instance may be gone when its operation is told of. */
static struct err *
instance_remember(struct tx *tx, struct vnf_lcm_op_occ *occ)
{
    struct cond by_id[] = {COND("id", occ->vnf_instance_id), {0}};
    struct vnf_instance *instance;

    TRY(row_find(tx, &vnf_instance_table, by_id, &instance));
    if (instance) {
        occ->vnfd_id = instance->vnfd_id;
        occ->vnf_profile_id = instance->vnf_profile_id;
        occ->vnf_name = instance->name;
    }
    return NULL;
}

static struct err *
input_of(struct tx *tx, const struct flow_row *flow, struct vnf_in **in)
{
    const struct json *json;

    *in = row_new(tx_mem(tx), &vnf_in_table);
    TRY(json_of(tx, flow->input, &json));
    return row_from_json(tx_mem(tx), &vnf_in_table, json, *in);
}

static struct err *
op_occ_insert(struct tx *tx, const struct flow_row *flow)
{
    struct vnf_lcm_op_occ *occ = row_new(tx_mem(tx), &vnf_lcm_op_occ_table);
    const struct operation *operation = operation_of(flow);
    struct vnf_in *in;

    TRY(input_of(tx, flow, &in));
    occ->id = flow->id;
    occ->project_id = in->project_id;
    occ->operation_state = flow->state;
    occ->state_entered_time = occ->start_time = tx_now(tx);
    occ->vnf_instance_id = in->vnf_instance_id;
    occ->operation = operation && operation->word ? operation->word : in->operation;
    occ->one_way = operation && operation->type->no_rollback;
    occ->is_automatic = in->ns_lcm_op_occ_id != NULL;
    occ->operation_params = in->request;
    occ->ns_lcm_op_occ_id = in->ns_lcm_op_occ_id;
    occ->package_after = in->package_after;
    TRY(instance_remember(tx, occ));
    return row_insert(tx, occ);
}

static bool
has_changes(enum flow_state state)
{
    return state != FLOW_STARTING && state != FLOW_PROCESSING && state != FLOW_ROLLING_BACK;
}

static bool
has_ended(enum flow_state state)
{
    return has_changes(state) && state != FLOW_FAILED_TEMP;
}

/* What is claimed is what there is: the rest of what the scaling was granted is free again. */
static struct err *
claims_left(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
            const struct vnf_made *made)
{
    struct grant_in *grant = row_new(tx_mem(tx), &grant_in_table);
    struct vnf_size size;

    TRY(vnf_scale_remains_size(tx, in, made, &size));
    grant->vnf_lcm_op_occ_id = flow->id;
    grant->vnf_instance_id = in->vnf_instance_id;
    grant->project_id = in->project_id;
    grant->operation = in->operation;
    grant->site = made->site;
    grant->vcpus = size.vcpus;
    grant->memory_mb = size.memory_mb;
    grant->disk_gb = size.disk_gb;
    grant->servers = size.servers;
    return nfvo_grant_settle.local(tx, grant, NULL);
}

/* A given-up scaling, or change of the flavour, leaves the instance with what there is of it; flavour and
 * scale levels stay as they were, until a further one brings the two together. */
static struct err *
scale_left(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct vnf_made *made;

    TRY(held_follow_journal(tx, flow->id, in->vnf_instance_id, in->project_id));
    TRY(vnf_scale_remains(tx, flow, in, &made));
    TRY(claims_left(tx, flow, in, made));
    return vnf_instance_keep(tx, made, "STARTED");
}

/* A given-up healing leaves servers that are not there; a further one makes them. */
static struct err *
heal_left(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct vnf_made *made;

    TRY(held_follow_journal(tx, flow->id, in->vnf_instance_id, in->project_id));
    TRY(vnf_heal_remains(tx, flow, in, &made));
    return vnf_instance_keep(tx, made, "STARTED");
}

/* A given-up change of connectivity: what it made and did not delete is held, and goes with the instance. */
static struct err *
connectivity_left(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);

    TRY(held_follow_journal(tx, flow->id, in->vnf_instance_id, in->project_id));
    TRY(vnf_instance_made(tx, in->vnf_instance_id, made));
    return vnf_servers_last(tx, made);
}

/* A given-up change of the package leaves servers and the package as they were; ports may have moved with it. */
static struct err *
package_kept(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct grant_out *grant;

    TRY(vnf_grant_read(tx, flow, in, &grant));
    return in->connections.n + grant->connections.n > 0 ? connectivity_left(tx, flow, in) : NULL;
}

/* A given-up instantiation leaves an instance that is INSTANTIATED, STOPPED, and tells
 * what there is of it: only so can a client terminate it (SOL003 5.4.8). */
static struct err *
instantiate_left(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct vnf_made *made;

    TRY(held_from_journal(tx, flow->id, in->vnf_instance_id, in->project_id));
    TRY(vnf_remains(tx, flow, in, &made));
    return vnf_instance_keep(tx, made, "STOPPED");
}

/* What it made again is noted as such; a server that it deleted is not there any more, one that it made is. */
static struct err *
repaired_left(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct vnf_instance *instance;
    struct vnf_made *made;
    bool touched;

    TRY(repair_left(tx, flow, NULL, in->vnf_instance_id));
    TRY(held_follow_servers(tx, flow->id, in->vnf_instance_id, in->project_id, &touched));
    if (!touched) {
        return NULL;
    }
    TRY(row_get(tx, &vnf_instance_table, in->vnf_instance_id, &instance));
    TRY(vnf_heal_remains(tx, flow, in, &made));
    return vnf_instance_keep(tx, made, json_get_str(instance->instantiated_info, "vnfState"));
}

static struct err *
failed_note(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    const struct operation *operation = operation_of(flow);

    return flow_row_state(flow) == FLOW_FAILED && operation && operation->left
               ? operation->left(tx, flow, in)
               : NULL;
}

/* ModificationsTriggeredByVnfPkgChange (SOL003 5.5.3.22): what the instance says of itself now. */
static struct err *
package_changes(struct tx *tx, const char *id, const struct json **changes)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, id, &instance));
    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", instance->vnfd_id);
    jw_str(&w, "vnfProvider", instance->vnf_provider);
    jw_str(&w, "vnfProductName", instance->vnf_product_name);
    jw_str(&w, "vnfSoftwareVersion", instance->vnf_software_version);
    jw_str(&w, "vnfdVersion", instance->vnfd_version);
    if (instance->configurable) {
        jw_json(&w, "vnfConfigurableProperties", instance->configurable);
    }
    if (instance->extensions) {
        jw_json(&w, "extensions", instance->extensions);
    }
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, changes);
}

static bool
has_link(const struct rows *connections, const char *link)
{
    for (size_t i = 0; i < connections->n; i++) {
        if (str_eq(((const struct vnf_connection *)connections->items[i])->link, link)) {
            return true;
        }
    }
    return false;
}

/* changedExtConnectivity: what the instance says of the links that request and grant named. */
static struct err *
connectivity_changes(struct tx *tx, const struct vnf_in *in, const struct grant_out *grant,
                     const struct json **changes)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct vnf_instance *instance;
    const struct json *links;

    TRY(row_get(tx, &vnf_instance_table, in->vnf_instance_id, &instance));
    links = json_get(instance->instantiated_info, "extVirtualLinkInfo");
    jw_array(&w, NULL);
    json_each (links, i) {
        const char *link = json_get_str(links->items[i], "id");

        if (has_link(&in->connections, link) || has_link(&grant->connections, link)) {
            jw_json(&w, NULL, links->items[i]);
        }
    }
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, changes);
}

/* VnfInfoModifications: what the request said, without what was removed, for which it has no null. */
static struct err *
said_changes(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
             const struct json **changes)
{
    static const char *const members[] = {"vnfConfigurableProperties", "extensions"};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    if (str_eq(flow->type, vnf_modify_flow.name)) {
        *changes = json_merge(tx_mem(tx), NULL, in->request);
        return NULL;
    }
    jw_object(&w, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        const struct json *said = json_get(in->request, members[i]);

        if (json_is(said, JSON_T_OBJECT)) {
            jw_json(&w, members[i], json_merge(tx_mem(tx), NULL, said));
        }
    }
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, changes);
}

/* Does the operation connect what is there already otherwise, or what comes to other networks? */
static bool
connects(const char *operation)
{
    static const char *const all[] = {"CHANGE_EXT_CONN", "CHANGE_FLAVOUR", "CHANGE_VNFPKG", NULL};

    return str_in(operation, all);
}

/* What the instance says of itself otherwise since the operation. */
static struct err *
info_changes(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
             struct vnf_lcm_op_occ *occ)
{
    struct grant_out *grant;

    if (flow_row_state(flow) != FLOW_COMPLETED) {
        return NULL;
    }
    TRY(vnf_grant_read(tx, flow, in, &grant));
    if (in->info.n > 0 && !in->package_after) {
        TRY(said_changes(tx, flow, in, &occ->changed_info));
    }
    if (str_eq(flow->type, vnf_change_connectivity_flow.name) ||
        in->connections.n + grant->connections.n > 0) {
        TRY(connects(occ->operation)
                ? connectivity_changes(tx, in, grant, &occ->changed_connectivity)
                : NULL);
    }
    return str_eq(flow->type, vnf_change_package_flow.name)
               ? package_changes(tx, in->vnf_instance_id, &occ->package_changes)
               : NULL;
}

/* What the key was known by is what ran before: a run of this very operation met the server as it is now. */
static struct err *
host_key_forget(struct tx *tx, const struct flow_row *flow, const char *server_id,
                const char *vnf_instance_id)
{
    struct cond conds[] = {COND("server_id", server_id),
                           COND("vnf_instance_id", vnf_instance_id),
                           {.attr = "host_key", .op = COND_NOT_NULL},
                           {0}};
    struct query query = {.table = &script_run_table, .conds = conds};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct script_run_row *old = rows.items[i];
        struct script_run_row *run = row_copy(tx_mem(tx), old);

        if (!str_eq(old->vnf_lcm_op_occ_id, flow->id)) {
            run->host_key = NULL;
            TRY(row_update(tx, old, run));
        }
    }
    return NULL;
}

/* A server that was made anew, or back, has made itself another host key: scripts meet it as a new one. */
static struct err *
host_keys_forget(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct cond rebuilt[] = {
        COND("flow_id", flow->id), COND("kind", vim_server_rebuild.name), {0}};
    struct query query = {.table = &flow_step_table, .conds = rebuilt};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct json *rebuild;

        TRY(json_of(tx, ((const struct flow_step_row *)rows.items[i])->input, &rebuild));
        TRY(host_key_forget(tx, flow, json_get_str(rebuild, "id"), in->vnf_instance_id));
    }
    return NULL;
}

/* The end of an operation that leads to another package, whichever end it is; in an earlier program the package
 * could be deleted meanwhile. */
static struct err *
package_left(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in)
{
    struct cond by_id[] = {COND("id", in->package_after), {0}};
    struct vnf_package *package;

    TRY(host_keys_forget(tx, flow, in));
    TRY(row_find(tx, &vnf_package_table, by_id, &package));
    return package ? vnf_package_used(tx, in->package_after) : NULL;
}

struct err *
vnf_op_granted(struct tx *tx, const char *op_occ_id, const char *grant_id)
{
    struct vnf_lcm_op_occ *old, *occ;

    TRY(row_get(tx, &vnf_lcm_op_occ_table, op_occ_id, &old));
    occ = row_copy(tx_mem(tx), old);
    occ->grant_id = grant_id;
    return row_update(tx, old, occ);
}

struct err *
vnf_op_state_changed(struct tx *tx, const struct flow_row *flow, int old)
{
    struct vnf_lcm_op_occ *before, *occ;
    struct vnf_in *in;

    if (old == FLOW_N_STATES) {
        return op_occ_insert(tx, flow);
    }
    TRY(input_of(tx, flow, &in));
    TRY(row_get(tx, &vnf_lcm_op_occ_table, flow->id, &before));
    occ = row_copy(tx_mem(tx), before);
    occ->is_cancel_pending = flow->cancel != NULL;
    occ->cancel_mode = flow->cancel;
    if (old == (int)flow_row_state(flow)) {
        return row_update(tx, before, occ); /* It is to be cancelled, and still works. */
    }
    occ->operation_state = flow->state;
    occ->state_entered_time = tx_now(tx);
    occ->package_after = in->package_after; /* An earlier program did not say so. */
    TRY(problem_of_flow(tx_mem(tx), flow->error, &occ->error));
    if (has_changes(flow_row_state(flow))) {
        TRY(changes_of(tx, flow->id, in->package_id, &occ->resource_changes));
    }
    TRY(info_changes(tx, flow, in, occ));
    TRY(row_update(tx, before, occ));
    TRY(failed_note(tx, flow, in));
    return occ->package_after && has_ended(flow_row_state(flow))
               ? package_left(tx, flow, in)
               : NULL;
}

const struct resource vnf_lcm_op_occ_resource = {
    .table = &vnf_lcm_op_occ_table,
    .singular = "vnf_lcm_op_occ",
    .plural = "vnf_lcm_op_occs",
    .doc = "Operations on VNF instances (SOL003 clause 5).",
    .flags = RESOURCE_FIXED,
};
