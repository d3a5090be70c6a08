/* Nested network services: an NSD names other NSDs, and an NS of it has an NS of each of them.  These are
 * instances with operations of their own, driven by the operation of the NS around as VNFs' are.  A
 * virtual link of the NS around that the NSD maps to a SAP of a nested one is the same network for both:
 * ports of the nested one are in the groups of both. */
#include "nfvo/ns_parts.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

#define NESTED_NAME_MAX 255

/* ---- what is made ------------------------------------------------------------------------ */

struct filling;
static struct err *fill(struct filling *filling, const struct nsd *nsd, struct ns_in *in,
                        int depth);

const struct nsd_sap *
ns_nested_sap(const struct nsd *inner, const struct nsd_nested *nested, const char *requirement)
{
    for (size_t i = 0; i < inner->n_saps; i++) {
        if (str_eq(inner->saps[i].requirement, requirement)) {
            return &inner->saps[i];
        }
    }
    return inner->n_saps == 1 && nested->n_connections == 1 ? &inner->saps[0] : NULL;
}

static bool
is_end(const struct nsd *inner, const char *sap)
{
    for (size_t g = 0; g < inner->n_graphs; g++) {
        for (size_t p = 0; p < inner->graphs[g].n_paths; p++) {
            const struct nsd_path *path = &inner->graphs[g].paths[p];

            for (size_t i = 0; i < path->n_positions; i++) {
                for (size_t k = 0; k < path->positions[i].n_elements; k++) {
                    if (str_eq(path->positions[i].elements[k].ingress.sap, sap)) {
                        return true;
                    }
                }
            }
        }
    }
    return false;
}

static struct err *
joins_fill(struct mem *mem, const struct nsd *inner, const struct nsd_nested *described,
           struct ns_nested *nested)
{
    for (size_t i = 0; i < described->n_connections; i++) {
        const struct nsd_connection *connection = &described->connections[i];
        const struct nsd_sap *sap = ns_nested_sap(inner, described, connection->requirement);
        struct ns_join *join = row_new(mem, &ns_join_table);

        if (!sap) {
            return err_new(E_UNPROCESSABLE, NULL, "NSD %s maps no SAP to %s", described->nsd_id,
                           connection->requirement);
        }
        if (is_end(inner, sap->name)) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "a forwarding path of NSD %s begins or ends at SAP %s, which has no port "
                           "where it is link %s of the NS around",
                           described->nsd_id, sap->name, connection->link);
        }
        for (size_t k = 0; k < nested->joins.n; k++) {
            const struct ns_join *other = nested->joins.items[k];

            if (str_eq(other->inner, sap->link) && !str_eq(other->outer, connection->link)) {
                return err_new(E_UNPROCESSABLE, NULL, "link %s of NSD %s would be links %s and %s "
                               "of the NS around at once", sap->link, described->nsd_id,
                               other->outer, connection->link);
            }
        }
        join->outer = connection->link;
        join->inner = sap->link;
        place_add(mem, &nested->joins, join);
    }
    return NULL;
}

/* What the request around says of the profile under 'key'; null where it says nothing. */
static const struct json *
said_of(const struct json *around, const char *key, const char *profile)
{
    const struct json *list = json_get(around, key);

    json_each (list, i) {
        if (str_eq(json_get_str(list->items[i], "nsProfileId"), profile)) {
            return list->items[i];
        }
    }
    return NULL;
}

/* Several objects become one; of keys that are in more than one of them, the last. */
static void
params_write(struct mem *mem, struct jw *w, const struct json *list)
{
    struct map told;

    map_init(&told, mem);
    jw_object(w, "additionalParamsForNs");
    for (size_t i = list->n; i > 0; i--) {
        const struct json *params = list->items[i - 1];

        json_each (params, k) {
            if (map_add(&told, params->keys[k], w)) {
                jw_json(w, params->keys[k], params->items[k]);
            }
        }
    }
    jw_end(w);
}

static void
place_write(struct jw *w, const char *key, const char *profile, const struct json *where)
{
    jw_object(w, NULL);
    jw_str(w, key, profile);
    jw_json(w, "locationConstraints", where);
    jw_end(w);
}

/* Where it has to be, all that is in it has to be. */
static void
places_write(struct jw *w, const struct nsd *inner, const struct json *where)
{
    jw_array(w, "locationConstraints");
    for (size_t i = 0; i < inner->n_vnfs; i++) {
        place_write(w, "vnfProfileId", inner->vnfs[i].name, where);
    }
    jw_end(w);
    jw_array(w, "nestedNsLocationConstraints");
    for (size_t i = 0; i < inner->n_nested; i++) {
        place_write(w, "nsProfileId", inner->nested[i].name, where);
    }
    jw_end(w);
}

/* An instantiation as its NSD, its profile and the request around have it. */
static struct err *
request_make(struct mem *mem, const struct nsd_nested *described, const struct nsd *inner,
             const struct json *around, const struct json **body,
             struct instantiate_ns_request **request)
{
    const struct json *params =
        json_get(said_of(around, "additionalParamsForNestedNs", described->name), "additionalParam");
    const struct json *where =
        json_get(said_of(around, "nestedNsLocationConstraints", described->name),
                 "locationConstraints");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "nsFlavourId", str_or(inner->flavour_id, "default"));
    if (described->level) {
        jw_str(&w, "nsInstantiationLevelId", described->level);
    }
    if (params) {
        params_write(mem, &w, params);
    }
    if (where) {
        places_write(&w, inner, where);
    }
    jw_end(&w);
    TRY(json_parse(mem, text.data, text.len, body));
    return ns_request_read(mem, *body, request);
}

/* All that one request would make, at all depths. */
struct filling {
    struct tx *tx;
    size_t n;
};

static struct err *
nested_fill(struct filling *filling, const struct nsd *around, const struct nsd_nested *described,
            const struct ns_in *outer, struct ns_nested *nested, int depth)
{
    struct tx *tx = filling->tx;
    struct mem *mem = tx_mem(tx);
    struct ns_in *in = row_new(mem, &ns_in_table);
    struct instantiate_ns_request *request;
    struct ns_descriptor *descriptor = NULL;
    struct nsd *inner;
    const char *text;

    if (++filling->n > NS_NESTED_MAX) {
        return err_new(E_UNPROCESSABLE, NULL, "more than %d network services would be nested in it",
                       NS_NESTED_MAX);
    }
    if (depth > NS_DEPTH_MAX) {
        return err_new(E_UNPROCESSABLE, NULL, "network services are nested more than %d deep",
                       NS_DEPTH_MAX);
    }
    TRY(ns_descriptor_find(tx, outer->project_id, described->nsd_id, &descriptor));
    if (!str_eq(descriptor->operational_state, "ENABLED")) {
        return err_new(E_UNPROCESSABLE, NULL, "NSD %s is DISABLED", descriptor->id);
    }
    TRY(nsd_load(tx, descriptor->id, &inner));
    if (described->flavour_id && inner->flavour_id &&
        !str_eq(described->flavour_id, inner->flavour_id)) {
        return err_new(E_UNPROCESSABLE, NULL, "NSD %s has no flavour %s", described->nsd_id,
                       described->flavour_id);
    }
    in->ns_instance_id = outer->ns_instance_id; /* Until it is made. */
    in->project_id = outer->project_id;
    in->nsd_info_id = descriptor->id;
    in->name = mem_printf(mem, "%s-%s", outer->name, described->name);
    if (strlen(in->name) > NESTED_NAME_MAX) {
        return err_new(E_UNPROCESSABLE, NULL, "its name would be longer than %d: name the NS shorter",
                       NESTED_NAME_MAX);
    }
    TRY(request_make(mem, described, inner, outer->request, &in->request, &request));
    if (json_get(request->params, "linkNetworks")) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "linkNetworks are named for the NS around, whose links its NSD maps to SAPs");
    }
    TRY(ns_instantiate_check(tx, in->project_id, inner, request));
    TRY(inside_passed(tx, around, outer, described->name, &in->passed));
    TRY(fill(filling, inner, in, depth + 1));
    TRY(joins_fill(mem, inner, described, nested));
    nested->profile = described->name;
    nested->nsd_id = described->nsd_id;
    text = row_to_json(mem, in, false);
    return json_parse(mem, text, strlen(text), &nested->in);
}

/* Is one made?  Not where the profile has none at first, or one is taken in. */
static bool
is_made(const struct nsd_nested *described, const struct ns_in *in)
{
    int64_t n = nsd_nested_first(described);

    for (size_t i = 0; i < in->nested_taken.n; i++) {
        n -= str_eq(((const struct ns_nested *)in->nested_taken.items[i])->profile, described->name);
    }
    return n > 0;
}

static struct err *
fill(struct filling *filling, const struct nsd *nsd, struct ns_in *in, int depth)
{
    struct tx *tx = filling->tx;
    struct err *faults = NULL;

    for (size_t i = 0; i < nsd->n_nested && filling->n <= NS_NESTED_MAX; i++) {
        struct ns_nested *nested = row_new(tx_mem(tx), &ns_nested_table);
        struct err *e = is_made(&nsd->nested[i], in)
                            ? nested_fill(filling, nsd, &nsd->nested[i], in, nested, depth)
                            : NULL;

        if (!is_made(&nsd->nested[i], in)) {
            continue;
        }
        if (e) {
            request_fault(&faults, "NS profile %s: %s", nsd->nested[i].name,
                          err_full(tx_mem(tx), e));
            err_ignore(e, "its text is part of the whole");
        } else {
            place_add(tx_mem(tx), &in->nested, nested);
        }
    }
    return faults;
}

/* Words are for profiles of which one is made. */
static struct err *
words_check(struct mem *mem, const struct nsd *nsd, const struct ns_in *in, const char *key)
{
    const struct json *list = json_get(in->request, key);
    struct err *faults = NULL;
    struct map seen;

    map_init(&seen, mem);
    json_each (list, i) {
        const char *profile = json_get_str(list->items[i], "nsProfileId");
        const struct nsd_nested *described = nsd_nested_named(nsd, profile);

        if (!described) {
            request_fault(&faults, "%s[%zu]: the NSD has no NS profile %s", key, i, profile);
        } else if (!is_made(described, in)) {
            request_fault(&faults, "%s[%zu]: no NS of NS profile %s is made", key, i, profile);
        } else if (!map_add(&seen, profile, &seen)) {
            request_fault(&faults, "%s[%zu]: %s is given twice", key, i, profile);
        }
    }
    return faults;
}

struct err *
ns_nested_fill(struct tx *tx, const struct nsd *nsd, struct ns_in *in)
{
    struct filling filling = {.tx = tx};
    struct err *faults = words_check(tx_mem(tx), nsd, in, "nestedNsLocationConstraints");

    faults = err_join(faults, words_check(tx_mem(tx), nsd, in, "additionalParamsForNestedNs"));
    return err_join(faults, fill(&filling, nsd, in, 1));
}

/* ---- rows ---------------------------------------------------------------------------------- */

static struct err *
input_of(struct mem *mem, const struct ns_nested *nested, struct ns_in **in)
{
    *in = row_new(mem, &ns_in_table);
    return row_from_json(mem, &ns_in_table, nested->in, *in);
}

static struct err *
make_local(struct tx *tx, const void *arg, void *out)
{
    const struct ns_nested_rows *rows = arg;

    (void)out;
    for (size_t i = 0; i < rows->nested.n; i++) {
        const struct ns_nested *nested = rows->nested.items[i];
        struct ns_instance *ns = row_new(tx_mem(tx), &ns_instance_table);
        struct ns_in *in;

        TRY(input_of(tx_mem(tx), nested, &in));
        ns->id = nested->ns_instance_id;
        ns->project_id = rows->project_id;
        ns->name = in->name;
        ns->description = mem_printf(tx_mem(tx), "nested as %s", nested->profile);
        ns->nsd_id = nested->nsd_id;
        ns->nsd_info_id = in->nsd_info_id;
        ns->nested_in = rows->ns_instance_id;
        ns->nested_as = nested->profile;
        ns->ns_state = "NOT_INSTANTIATED";
        TRY(ns_instance_add(tx, ns));
    }
    return NULL;
}

static struct err *
make_undo(struct tx *tx, const void *arg, const void *out)
{
    (void)out;
    return ns_nested_drop(tx, ((const struct ns_nested_rows *)arg)->ns_instance_id);
}

const struct step_kind ns_nested_make = {
    .name = "nested ns instances",
    .doc = "Makes the rows of the NS instances that are part of an NS.",
    .effect = FLOW_LOCAL,
    .in = &ns_nested_rows_table,
    .local = make_local,
    .undo_local = make_undo,
};

struct err *
ns_nested_of(struct tx *tx, const char *ns_instance_id, struct rows *rows)
{
    struct cond of_ns[] = {COND("nested_in", ns_instance_id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &ns_instance_table, .conds = of_ns, .sorts = by_name};

    return rows_select(tx, &query, rows);
}

struct err *
ns_nested_drop(struct tx *tx, const char *ns_instance_id)
{
    struct rows rows;

    TRY(ns_nested_of(tx, ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];

        TRY(ns->nested_taken ? NULL : ns_instance_drop(tx, ns));
    }
    return NULL;
}

static bool
is_among(const struct strs *ids, const char *id)
{
    for (size_t i = 0; i < ids->n; i++) {
        if (str_eq(ids->items[i], id)) {
            return true;
        }
    }
    return false;
}

struct err *
ns_nested_nsds(struct mem *mem, const struct ns_in *in, struct strs *ids)
{
    for (size_t i = 0; i < in->nested.n; i++) {
        struct ns_in *inner;

        TRY(input_of(mem, in->nested.items[i], &inner));
        if (!is_among(ids, inner->nsd_info_id)) {
            steer_name_add(mem, ids, inner->nsd_info_id);
        }
        TRY(ns_nested_nsds(mem, inner, ids));
    }
    return NULL;
}

/* ---- made ---------------------------------------------------------------------------------- */

static const char *
label_of(struct flow *f, const struct ns_nested *nested)
{
    return flow_label(f, "nested %s", nested->profile);
}

struct made_net *
ns_net_shared(struct mem *mem, const struct made_net *net, const char *group, const char *link)
{
    struct made_net *same = row_copy(mem, net);

    same->link = link;
    same->interconnect_id = same->router_id = same->lent_by = NULL;
    same->of_site = false; /* The NS around has seen it. */
    same->security_group_id = group;
    same->groups = (struct strs){0};
    for (size_t i = 0; i < net->groups.n; i++) {
        steer_name_add(mem, &same->groups, net->groups.items[i]);
    }
    if (net->security_group_id) {
        steer_name_add(mem, &same->groups, net->security_group_id);
    }
    return same;
}

/* The links of the NS around, under the names that they have in the nested one. */
static void
given_fill(const struct ns_parts *run, const struct ns_nested *nested, struct ns_in *in)
{
    for (size_t i = 0; i < run->steering.sites.n; i++) {
        const struct ns_site_made *base = run->steering.sites.items[i];
        struct ns_site_made *given = row_new(run->mem, &ns_site_made_table);

        given->site = base->site;
        given->security_group_id = base->security_group_id;
        for (size_t k = 0; k < nested->joins.n * base->nets.n; k++) {
            const struct ns_join *join = nested->joins.items[k / base->nets.n];
            const struct made_net *net = base->nets.items[k % base->nets.n];

            if (str_eq(net->link, join->outer)) {
                place_add(run->mem, &given->nets,
                          ns_net_shared(run->mem, net, base->security_group_id, join->inner));
            }
        }
        if (given->nets.n) {
            place_add(run->mem, &in->given, given);
        }
    }
}

struct err *
ns_nested_spawn(struct ns_parts *run)
{
    struct ns_nested_rows *rows = row_new(run->mem, &ns_nested_rows_table);

    if (run->in->nested.n == 0) {
        return NULL;
    }
    rows->ns_instance_id = run->in->ns_instance_id;
    rows->project_id = run->in->project_id;
    for (size_t i = 0; i < run->in->nested.n; i++) {
        struct ns_nested *nested = row_copy(run->mem, run->in->nested.items[i]);

        nested->ns_instance_id =
            flow_id(run->f, flow_label(run->f, "instance %s", nested->profile));
        place_add(run->mem, &rows->nested, nested);
    }
    TRY(flow_step(run->f, "nested instances", &ns_nested_make, rows, NULL));
    for (size_t i = 0; i < rows->nested.n; i++) {
        const struct ns_nested *nested = rows->nested.items[i];
        const char *label = label_of(run->f, nested);
        struct ns_in *in;

        TRY(input_of(run->mem, nested, &in));
        in->ns_instance_id = nested->ns_instance_id;
        given_fill(run, nested, in);
        TRY(flow_spawn_as(run->f, label, &ns_instantiate_flow, flow_id(run->f, label), in));
    }
    return NULL;
}

struct err *
ns_nested_join(struct ns_parts *run)
{
    for (size_t i = 0; i < run->in->nested.n; i++) {
        TRY(flow_join(run->f, label_of(run->f, run->in->nested.items[i]), NULL));
    }
    return NULL;
}

void
ns_given_take(const struct ns_parts *run, struct ns_site_made *made)
{
    for (size_t i = 0; i < run->in->given.n; i++) {
        const struct ns_site_made *given = run->in->given.items[i];

        for (size_t k = 0; str_eq(given->site, made->site) && k < given->nets.n; k++) {
            place_add(run->mem, &made->nets, given->nets.items[k]);
        }
    }
}

struct ns_in *
ns_given_names(const struct ns_parts *run)
{
    struct ns_in *in = row_copy(run->mem, run->in);

    for (size_t i = 0; i < in->given.n; i++) {
        struct ns_site_made *given = in->given.items[i];

        given->security_group_id = "";
        for (size_t k = 0; k < given->nets.n; k++) {
            struct made_net *net = given->nets.items[k];

            net->network_id = net->subnet_id = "";
            net->security_group_id = net->vtep = NULL;
            net->groups = (struct strs){0};
            net->vni = INT_NULL;
        }
    }
    return in;
}

/* ---- the end ----------------------------------------------------------------------------- */

struct err *
ns_holds(struct tx *tx, const char *ns_instance_id, const char *vnf_instance_id, bool *holds)
{
    struct cond by_id[] = {COND("id", vnf_instance_id), {0}};
    struct vnf_instance *vnf;
    struct ns_instance *ns;

    TRY(row_find(tx, &vnf_instance_table, by_id, &vnf));
    *holds = false;
    for (const char *id = vnf ? vnf->ns_instance_id : NULL; id && !*holds;
         id = ns->nested_taken ? NULL : ns->nested_in) {
        *holds = str_eq(id, ns_instance_id);
        TRY(row_get(tx, &ns_instance_table, id, &ns));
    }
    return NULL;
}

/* What the request around says of VNFs that the nested NS has. */
static struct err *
end_request(struct tx *tx, const char *ns_instance_id, const struct json *around,
            const struct json **request)
{
    const struct json *said = json_get(around, "terminateVnfData");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_array(&w, "terminateVnfData");
    json_each (said, i) {
        bool holds;

        TRY(ns_holds(tx, ns_instance_id, json_get_str(said->items[i], "vnfInstanceId"), &holds));
        if (holds) {
            jw_json(&w, NULL, said->items[i]);
        }
    }
    jw_end(&w);
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, request);
}

struct err *
ns_nested_end_add(struct tx *tx, const struct ns_instance *ns, struct ns_in *in)
{
    struct mem *mem = tx_mem(tx);
    struct ns_nested *nested = row_new(mem, &ns_nested_table);
    struct ns_in *end = row_new(mem, &ns_in_table);
    const char *text;

    TRY(ns_operation_free(tx, ns->id));
    TRY(ns_vnfs_rest(tx, ns->id));
    if (!str_eq(ns->ns_state, "INSTANTIATED")) {
        return NULL;
    }
    end->ns_instance_id = ns->id;
    end->project_id = ns->project_id;
    end->nsd_info_id = ns->nsd_info_id;
    end->name = ns->name;
    TRY(end_request(tx, ns->id, in->request, &end->request));
    TRY(ns_nested_ends(tx, end));
    nested->profile = ns->name;
    nested->ns_instance_id = ns->id;
    text = row_to_json(mem, end, false);
    TRY(json_parse(mem, text, strlen(text), &nested->in));
    place_add(mem, &in->nested, nested);
    return NULL;
}

struct err *
ns_nested_ends(struct tx *tx, struct ns_in *in)
{
    struct rows rows;

    TRY(ns_nested_of(tx, in->ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];

        if (ns->nested_taken) {
            steer_name_add(tx_mem(tx), &in->nested_freed, ns->id);
        } else {
            TRY(ns_nested_end_add(tx, ns, in));
        }
    }
    return NULL;
}

struct err *
ns_nested_end(struct flow *f, const struct ns_in *in)
{
    for (size_t i = 0; i < in->nested.n; i++) {
        const char *label = label_of(f, in->nested.items[i]);
        struct ns_in *end;

        TRY(input_of(flow_mem(f), in->nested.items[i], &end));
        TRY(flow_spawn_as(f, label, &ns_terminate_flow, flow_id(f, label), end));
    }
    for (size_t i = 0; i < in->nested.n; i++) {
        TRY(flow_join(f, label_of(f, in->nested.items[i]), NULL));
    }
    return NULL;
}
