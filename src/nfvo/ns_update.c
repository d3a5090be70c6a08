/* NS update (SOL005 7.4.5) by the table of its types: what a request may hold, and the flow that
 * does it.  Here are those that are an operation of each VNF as SOL003 has it, in parallel. */
#include "nfvo/ns_update.h"

#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- the request ------------------------------------------------------------------------- */

/* The OperateVnfRequest that it becomes. */
static struct err *
body_of(struct mem *mem, const struct operate_vnf_data *data, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "changeStateTo", data->state);
    if (data->type) {
        jw_str(&w, "stopType", data->type);
    }
    if (data->timeout_s != INT_NULL) {
        jw_int(&w, "gracefulStopTimeout", data->timeout_s);
    }
    if (data->additional_params) {
        jw_json(&w, "additionalParams", data->additional_params);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, body);
}

struct err *
update_operate(struct ns_updating *u, const void *item)
{
    const struct operate_vnf_data *data = item;
    struct operate_request *asked = row_new(tx_mem(u->tx), &operate_request_table);
    struct vnf_instance *vnf;
    struct vnf_in *in;

    if (!data) {
        return NULL;
    }
    TRY(ns_vnf_take(u->tx, u->in, data->vnf_instance_id, &vnf, &in));
    asked->state = data->state;
    asked->type = data->type;
    asked->timeout_s = data->timeout_s;
    TRY(vnf_operate_check(u->tx, vnf, asked, in));
    return body_of(tx_mem(u->tx), data, &in->request);
}

struct err *
update_modify_info(struct ns_updating *u, const void *item)
{
    const struct modify_vnf_info_data *data = item;
    struct vnf_instance *vnf;
    struct vnf_in *in;

    if (!data) {
        return NULL;
    }
    TRY(ns_vnf_take(u->tx, u->in, data->vnf_instance_id, &vnf, &in));
    TRY(vnf_modify_check(u->tx, vnf, data, in));
    return vnf_modify_body(tx_mem(u->tx), data, &in->request);
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct ns_update_type types[] = {
#define X(word, member, also, check, flow, each) {#word, #member, #also, check, &flow, each},
    NS_UPDATES(X)
#undef X
};

const struct ns_update_type *
ns_update_type(const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (str_eq(types[i].word, word)) {
            return &types[i];
        }
    }
    return NULL;
}

static const char *
json_name(const char *member)
{
    return attr_json_name(table_attr(&update_ns_request_table, member));
}

/* What the type needs is there, and nothing that is for another one. */
static struct err *
members_check(const struct ns_update_type *type, const struct update_ns_request *request)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < update_ns_request_table.n_attrs; i++) {
        const struct attr *attr = &update_ns_request_table.attrs[i];
        bool is_own = str_eq(attr->name, type->member) || str_eq(attr->name, type->also) ||
                      str_eq(attr->name, "type") || str_eq(attr->name, "start_at");

        if (!is_own && row_given(&request->row, attr->name)) {
            request_fault(&faults, "%s is not for updateType %s", attr_json_name(attr), type->word);
        }
    }
    if (!row_given(&request->row, type->member)) {
        request_fault(&faults, "updateType %s needs %s", type->word, json_name(type->member));
    }
    return faults;
}

/* Entry 'i' of a member, which is rows or strs; null behind the last. */
static const void *
entry(const struct update_ns_request *request, const struct attr *attr, size_t i)
{
    const struct rows *rows = attr_at(attr, request);
    const struct strs *strs = attr_at(attr, request);

    if (attr->type == ATTR_T_strs) {
        return i < strs->n ? strs->items[i] : NULL;
    }
    return i < rows->n ? rows->items[i] : NULL;
}

struct err *
ns_update_check(struct tx *tx, const struct update_ns_request *request, struct ns_in *in,
                const struct flow_type **flow)
{
    const struct ns_update_type *type = ns_update_type(request->type);
    const struct attr *member = table_attr(&update_ns_request_table, type->member);
    struct ns_updating u = {
        .tx = tx, .request = request, .in = in, .made = row_new(tx_mem(tx), &ns_made_table)};
    struct err *faults = NULL;
    const void *item;

    map_init(&u.vnfds, tx_mem(tx));
    TRY(members_check(type, request));
    TRY(ns_instance_made(tx, in->ns_instance_id, u.made));
    TRY(nsd_load(tx, in->nsd_info_id, &u.nsd));
    for (size_t i = 0; (item = entry(request, member, i)) != NULL; i++) {
        faults = err_join(faults,
                          err_wrap(type->check(&u, item), "%s[%zu]", attr_json_name(member), i));
    }
    *flow = u.flow                                ? u.flow
            : !u.one_way                          ? type->flow
            : type->flow == &ns_flavour_grow_flow ? &ns_flavour_change_flow
                                                  : &ns_shrink_flow;
    return faults ? faults : type->check(&u, NULL);
}

/* ---- the flow ---------------------------------------------------------------------------- */

static struct err *
update_run(struct flow *f, const void *arg)
{
    const struct ns_in *in = arg;
    const struct ns_update_type *type = ns_update_type(json_get_str(in->request, "updateType"));

    if (!type || !type->each) {
        return err_new(E_INTERNAL, NULL, "no update of VNFs: %s",
                       str_or(json_get_str(in->request, "updateType"), "none"));
    }
    TRY(ns_hold(f, in));
    return ns_vnfs_run(f, in, type->each);
}

const struct flow_type ns_update_flow = {
    .name = "ns_update",
    .version = 1,
    .doc = "Changes VNFs of a network service.",
    .in = &ns_in_table,
    .run = update_run,
    .spares = ns_spares,
    .state_changed = ns_op_state_changed,
};
