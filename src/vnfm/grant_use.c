/* What a foreign NFVO's grant says beside its leave: links and parameters (SOL003 9.5.2.3, notes 5, 7
 * and 8).  What it gives of a connection point or of an internal link goes before what the request gave. */
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vnfm/flows.h"
#include "vnfm/request_check.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- what flows make of it ----------------------------------------------------------------- */

static struct rows
managed_over(struct mem *mem, const struct rows *given, const struct rows *granted)
{
    struct rows after = {0};

    for (size_t i = 0; i < granted->n; i++) {
        vnf_rows_add(mem, &after, granted->items[i]);
    }
    for (size_t i = 0; i < given->n; i++) {
        const struct vnf_managed_link *one = given->items[i];

        if (!vnf_link_managed(mem, granted, one->name)) {
            vnf_rows_add(mem, &after, given->items[i]);
        }
    }
    return after;
}

/* {"additionalParams": 'params'}. */
static const struct json *
as_params(struct mem *mem, const struct json *params)
{
    struct json *body = MEM_NEW(mem, struct json);

    *body = (struct json){.type = JSON_T_OBJECT,
                          .n = 1,
                          .keys = MEM_ARRAY(mem, 1, const char *),
                          .items = MEM_ARRAY(mem, 1, const struct json *)};
    body->keys[0] = "additionalParams";
    body->items[0] = params;
    return body;
}

const struct vnf_in *
vnf_in_granted(struct mem *mem, const struct vnf_in *in, const struct grant_out *grant,
               const struct vnf_wanted *wanted)
{
    struct vnf_in *after;

    if (grant->connections.n + grant->managed.n == 0 && !grant->params) {
        return in;
    }
    after = row_copy(mem, in);
    if (grant->connections.n > 0) {
        after->connections =
            vnf_connections_over(mem, wanted, &in->connections, &grant->connections);
    }
    after->managed = managed_over(mem, &in->managed, &grant->managed);
    if (grant->params) {
        const struct json *asked = json_get(in->request, "additionalParams");

        after->request = json_merge(
            mem, in->request,
            as_params(mem, asked ? json_merge(mem, grant->params, asked) : grant->params));
    }
    return after;
}

struct err *
vnf_grant_read(struct tx *tx, const struct flow_row *flow, const struct vnf_in *in,
               struct grant_out **grant)
{
    struct cond taken[] = {COND("flow_id", flow->id), COND("kind", vnf_grant_take.name), {0}};
    struct query query = {.table = &flow_step_table, .conds = taken};
    struct rows steps;

    *grant = row_new(tx_mem(tx), &grant_out_table);
    if (!in->foreign_nfvo) {
        return NULL;
    }
    TRY(rows_select(tx, &query, &steps));
    for (size_t i = 0; i < steps.n; i++) {
        const char *output = ((const struct flow_step_row *)steps.items[i])->output;
        const struct json *json;

        if (output) {
            TRY(json_parse(tx_mem(tx), output, strlen(output), &json));
            return row_from_json(tx_mem(tx), &grant_out_table, json, *grant);
        }
    }
    return NULL;
}

/* ---- the grant's words ----------------------------------------------------------------------- */

/* Which operations' requests have which of them here: of no other may a grant (note 5). */
static const struct given {
    const char *name;
    const char *operations[5];
} givens[] = {
    {"extVirtualLinks", {"INSTANTIATE", "CHANGE_FLAVOUR", "CHANGE_EXT_CONN", "CHANGE_VNFPKG", NULL}},
    {"extManagedVirtualLinks", {"INSTANTIATE", "CHANGE_FLAVOUR", "CHANGE_VNFPKG", NULL}},
};

/* What the grant's links have to fit besides; of no other operation is there anything. */
static const struct fitting {
    const char *operation;
    struct err *(*check)(struct tx *tx, const struct vnf_in *in, const struct grant_out *grant);
} fittings[] = {
    {"CHANGE_FLAVOUR", vnf_flavour_granted_check},
    {"CHANGE_VNFPKG", vnf_package_granted_check},
};

static struct err *
given_take(struct jw *w, const char *operation, const struct json *grant, const struct given *given)
{
    const struct json *list = json_get(grant, given->name);
    bool may = false;

    if (!list || (json_is(list, JSON_T_ARRAY) && list->n == 0)) {
        return NULL;
    }
    for (size_t i = 0; given->operations[i]; i++) {
        may = may || str_eq(given->operations[i], operation);
    }
    if (!may) {
        return err_new(E_REMOTE, NULL, "the grant gives %s, which are not taken for %s", given->name,
                       operation);
    }
    jw_json(w, given->name, list);
    return NULL;
}

/* As a request would have them. */
static struct err *
links_take(struct mem *mem, const char *operation, const struct json *grant,
           struct instantiate_request *links)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *body;

    jw_object(&w, NULL);
    jw_str(&w, "flavourId", "-");
    for (size_t i = 0; i < ARRAY_SIZE(givens); i++) {
        TRY(given_take(&w, operation, grant, &givens[i]));
    }
    jw_end(&w);
    TRY(json_parse(mem, text.data, text.len, &body));
    TRY_MSG(row_decode(mem, &instantiate_request_table, body, ROW_PLAIN, 0, NULL, links),
            "the grant");
    return NULL;
}

/* They name the connection that everything is granted at: the site that it is here. */
static struct err *
connections_resolve(struct tx *tx, const struct grant_in *in, const struct json *grant,
                    const struct site *site, struct instantiate_request *links)
{
    for (size_t i = 0; i < links->ext_links.n; i++) {
        struct ext_link_data *link = links->ext_links.items[i];

        TRY(vnf_grant_connection_check(tx, in, grant, site, link->vim));
        link->vim = NULL;
    }
    for (size_t i = 0; i < links->managed_links.n; i++) {
        struct ext_managed_link_data *link = links->managed_links.items[i];

        TRY(vnf_grant_connection_check(tx, in, grant, site, link->vim));
        link->vim = NULL;
    }
    return NULL;
}

static struct err *
input_read(struct tx *tx, const char *flow_id, struct vnf_in *in)
{
    const struct json *json;
    struct flow_row *flow;

    TRY(row_get(tx, &flow_table, flow_id, &flow));
    TRY(json_parse(tx_mem(tx), flow->input, strlen(flow->input), &json));
    return row_from_json(tx_mem(tx), &vnf_in_table, json, in);
}

/* The flavour that the VNF is of, or comes to be of. */
static struct err *
flavour_of(struct tx *tx, const struct vnf_in *in, const char *operation, const char **flavour_id)
{
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);

    *flavour_id = in->flavour_id;
    if (!in->flavour_id && !str_eq(operation, "INSTANTIATE")) {
        TRY(vnf_instance_made(tx, in->vnf_instance_id, made));
        *flavour_id = made->flavour_id;
    }
    return NULL;
}

/* Values that the request could leave to the grant: before anything is made they are all there.  A change of the
 * package looks for them in a step of its own. */
static struct err *
boot_check(struct tx *tx, const struct grant_in *asked, const struct json *params)
{
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);
    struct vnfd *vnfd;

    if (!str_eq(asked->operation, "INSTANTIATE")) {
        return NULL;
    }
    TRY(input_read(tx, asked->vnf_lcm_op_occ_id, in));
    TRY(vnfd_load(tx, in->package_id, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, in->flavour_id, in->level_id, NULL, wanted));
    return boot_granted_check(tx, in, params, wanted);
}

struct err *
vnf_grant_links(struct tx *tx, const struct grant_in *asked, const struct json *grant,
                struct site *site, struct grant_out *out)
{
    struct instantiate_request *links = row_new(tx_mem(tx), &instantiate_request_table);
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);
    const struct vnf_in *before;
    const struct json *params = json_get(grant, "additionalParams");
    const char *flavour_id;

    if (params && !json_is(params, JSON_T_OBJECT)) {
        return err_new(E_REMOTE, NULL, "the grant's additionalParams are no object");
    }
    out->params = params && params->n > 0 ? params : NULL;
    TRY(links_take(tx_mem(tx), asked->operation, grant, links));
    if (links->ext_links.n + links->managed_links.n == 0) {
        return boot_check(tx, asked, out->params);
    }
    if (!site) {
        return err_new(E_REMOTE, NULL, "the grant gives links, and no site that they are at");
    }
    TRY(connections_resolve(tx, asked, grant, site, links));
    TRY(input_read(tx, asked->vnf_lcm_op_occ_id, in));
    before = row_copy(tx_mem(tx), in);
    TRY(flavour_of(tx, in, asked->operation, &flavour_id));
    TRY_MSG(granted_links_check(tx, links, site, flavour_id, in), "the grant");
    out->connections = in->connections;
    out->managed = in->managed;
    for (size_t i = 0; i < ARRAY_SIZE(fittings); i++) {
        if (str_eq(asked->operation, fittings[i].operation)) {
            return fittings[i].check(tx, before, out);
        }
    }
    return boot_check(tx, asked, out->params);
}
