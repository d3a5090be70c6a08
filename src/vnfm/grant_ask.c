/* Grants of a foreign NFVO (SOL003 clause 9): asked for before anything is done, and again
 * until it answers, which is harmless: it knows the operation by its id.  What it grants is
 * held against what was asked for, and against the sites that are registered here: no
 * credentials and no URL are taken from it. */
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/flows.h"
#include "vnfm/op_occ.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define GRANTS "/grant/v1/grants"
#define VERSION "1.0.0"
#define DECIDE_MS (INT64_C(1000) * 3600)
#define REACH_MS (INT64_C(1000) * 600)
#define ID_MAX 255

/* ---- the request ----------------------------------------------------------------------- */

struct asking {
    struct step *step;
    const char *vnfd_id, *dst_vnfd_id;
    const struct json *vim, *removed;
};

/* The VNFD of the package that the operation changes to: its own input has it. */
static struct err *
dst_read(struct tx *tx, struct asking *asking)
{
    const struct grant_in *in = step_in(asking->step);
    struct vnf_package *package;
    const struct json *input;
    struct flow_row *flow;
    const char *id;

    TRY(row_get(tx, &flow_table, in->vnf_lcm_op_occ_id, &flow));
    TRY(json_parse(tx_mem(tx), flow->input, strlen(flow->input), &input));
    id = json_get_str(input, "package_after");
    if (id) {
        TRY(row_get(tx, &vnf_package_table, id, &package));
        asking->dst_vnfd_id = mem_str(step_mem(asking->step), package->vnfd_id);
    }
    return NULL;
}

/* What of the instance the request tells. */
static struct err *
instance_read(struct tx *tx, void *arg)
{
    struct asking *asking = arg;
    struct mem *mem = step_mem(asking->step);
    const struct grant_in *in = step_in(asking->step);
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    const struct json *vim = NULL;
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, in->vnf_instance_id, &instance));
    asking->vnfd_id = mem_str(mem, instance->vnfd_id);
    asking->removed = in->removed;
    TRY(dst_read(tx, asking));
    if (in->site) {
        TRY(vim_connection_of(tx, in->site, &vim));
        TRY(json_parse(mem, json_text(mem, vim), strlen(json_text(mem, vim)), &asking->vim));
    }
    if (!str_eq(in->operation, "TERMINATE") || !instance->made) {
        return NULL;
    }
    TRY(vnf_instance_made(tx, instance->id, made));
    return vnfcs_made_definitions(mem, &made->vnfcs, &asking->removed);
}

static void
list_write(struct jw *w, const char *key, const struct json *list)
{
    if (list && list->n) {
        jw_json(w, key, list);
    }
}

static void
link_write(struct jw *w, struct mem *mem, const char *name, const char *root, const char *path,
           const char *id)
{
    jw_object(w, name);
    jw_str(w, "href", mem_printf(mem, "%s/vnflcm/v2/%s/%s", root, path, id));
    jw_end(w);
}

static const char *
body_of(const struct asking *asking, const char *root)
{
    const struct grant_in *in = step_in(asking->step);
    struct mem *mem = step_mem(asking->step);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "vnfInstanceId", in->vnf_instance_id);
    jw_str(&w, "vnfLcmOpOccId", in->vnf_lcm_op_occ_id);
    jw_str(&w, "vnfdId", asking->vnfd_id);
    if (asking->dst_vnfd_id) {
        jw_str(&w, "dstVnfdId", asking->dst_vnfd_id);
    }
    if (in->flavour_id) {
        jw_str(&w, "flavourId", in->flavour_id);
    }
    jw_str(&w, "operation", in->operation);
    jw_bool(&w, "isAutomaticInvocation", false);
    list_write(&w, "addResources", in->resources);
    list_write(&w, "tempResources", in->temporary);
    list_write(&w, "removeResources", asking->removed);
    list_write(&w, "updateResources", in->updated);
    if (asking->vim) {
        jw_object(&w, "additionalParams");
        jw_json(&w, "vimConnectionInfo", asking->vim);
        jw_end(&w);
    }
    jw_object(&w, "_links");
    link_write(&w, mem, "vnfLcmOpOcc", root, "vnf_lcm_op_occs", in->vnf_lcm_op_occ_id);
    link_write(&w, mem, "vnfInstance", root, "vnf_instances", in->vnf_instance_id);
    jw_end(&w);
    jw_end(&w);
    return buf_copy(mem, &text);
}

static void
ask_answered(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct step *step = arg;
    struct peer_said *said = step_out_new(step);

    if (err) {
        step_failed(step, err);
        return;
    }
    said->status = answer->status;
    said->body = answer->json;
    said->id = peer_location_id(step_mem(step), answer);
    step_done(step, said);
}

static void
ask_act(struct step *step)
{
    const struct nfvo *nfvo = step_service(step, NFVO_SERVICE);
    struct asking asking = {.step = step};
    struct err *err = store_read(nfvo->store, instance_read, &asking);
    struct peer_call call = {
        .peer_id = NFVO_PEER, .method = "POST", .path = GRANTS, .version = VERSION,
        .may_repeat = true};

    if (err) {
        step_failed(step, err);
        return;
    }
    call.body = body_of(&asking, nfvo->own_url);
    step_peer_call(step, &call, ask_answered, step);
}

static void
ask_stand_in(struct mem *mem, const char *label, const void *arg, void *result)
{
    (void)mem;
    (void)label;
    (void)arg;
    ((struct peer_said *)result)->status = 201;
}

const struct step_kind vnf_grant_ask = {
    .name = "vnf grant ask",
    .doc = "Asks a foreign NFVO for leave.",
    .effect = FLOW_WRITE,
    .in = &grant_in_table,
    .out = &peer_said_table,
    .act = ask_act,
    .stand_in = ask_stand_in,
};

/* ---- what it says ---------------------------------------------------------------------- */

/* "http://host:port/v3/" and "http://host:port" are the same Keystone. */
static bool
is_same_endpoint(const char *a, const char *b)
{
    size_t n[2];
    const char *const urls[] = {a, b};

    for (size_t i = 0; i < 2; i++) {
        n[i] = strlen(urls[i]);
        while (n[i] && urls[i][n[i] - 1] == '/') {
            n[i]--;
        }
        n[i] -= n[i] > 3 && !strncmp(urls[i] + n[i] - 3, "/v3", 3) ? 3 : 0;
    }
    return n[0] == n[1] && !strncmp(a, b, n[0]);
}

/* The connection that all that comes is granted at. */
static struct err *
connection_of(const struct json *grant, const struct json **connection)
{
    const struct json *vims = json_get(grant, "vimConnectionInfo");
    const char *id = NULL;

    json_each (json_get(grant, "addResources"), i) {
        const char *one = json_get_str(json_get(grant, "addResources")->items[i], "vimConnectionId");

        if (id && one && !str_eq(id, one)) {
            return err_new(E_CONFLICT, NULL, "the grant is for several sites (%s and %s); a VNF is "
                           "at one", id, one);
        }
        id = one ? one : id;
    }
    *connection = NULL;
    json_each (vims, i) {
        const char *own = vims->keys ? vims->keys[i] : json_get_str(vims->items[i], "id");

        if (!id || str_eq(own, id)) {
            *connection = vims->items[i];
        }
    }
    return *connection ? NULL
                       : err_new(E_REMOTE, NULL, "the grant does not say where: vimConnectionInfo "
                                 "has no %s", str_or(id, "entry"));
}

/* The site of the project that is registered at the endpoint granted. */
static struct err *
site_granted(struct tx *tx, const struct grant_in *in, const struct json *connection,
             struct site **site)
{
    const char *endpoint = json_get_str(json_get(connection, "interfaceInfo"), "endpoint");
    const char *project = json_get_str(json_get(connection, "extra"), "project");
    struct cond of_project[] = {COND("project_id", in->project_id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &site_table, .conds = of_project, .sorts = by_name};
    struct rows sites;

    *site = NULL;
    TRY(rows_select(tx, &query, &sites));
    for (size_t i = 0; endpoint && i < sites.n; i++) {
        struct site *one = sites.items[i];

        if (!is_same_endpoint(one->auth_url, endpoint)) {
            continue;
        }
        if (!*site || str_eq(one->id, in->site) ||
            (!str_eq((*site)->id, in->site) && str_eq(one->project_name, project))) {
            *site = one;
        }
    }
    if (!*site) {
        return err_new(E_CONFLICT, NULL, "the NFVO grants a site at %s, where none is registered",
                       str_or(endpoint, "no endpoint"));
    }
    if (in->site && !str_eq((*site)->id, in->site)) {
        return err_new(E_CONFLICT, NULL, "the NFVO grants site %s; what the VNF is connected to is "
                       "at site %s", (*site)->name, str_or(in->site_name, in->site));
    }
    return NULL;
}

struct err *
vnf_grant_connection_check(struct tx *tx, const struct grant_in *in, const struct json *grant,
                           const struct site *site, const char *name)
{
    const struct json *vims = json_get(grant, "vimConnectionInfo");
    struct grant_in at = *in;
    struct site *same;

    at.site = site->id;
    at.site_name = site->name;
    json_each (vims, i) {
        const char *own = vims->keys ? vims->keys[i] : json_get_str(vims->items[i], "id");

        if (name && str_eq(own, name)) {
            return site_granted(tx, &at, vims->items[i], &same);
        }
    }
    return !name || str_eq(name, site->id) || str_eq(name, site->name)
               ? NULL
               : err_new(E_REMOTE, NULL, "the grant has a link at %s, which it does not say where is",
                         name);
}

static bool
has_entry(const struct json *infos, const char *id)
{
    json_each (infos, i) {
        if (str_eq(json_get_str(infos->items[i], "resourceDefinitionId"), id)) {
            return true;
        }
    }
    return false;
}

/* SOL003 9.5.2.3: the same set of resources comes back. */
static struct err *
whole_check(const struct json *asked, const struct json *granted, const char *name)
{
    json_each (asked, i) {
        const char *id = json_get_str(asked->items[i], "id");

        if (!has_entry(granted, id)) {
            return err_new(E_REMOTE, NULL, "the grant says nothing of %s %s", name, id);
        }
    }
    return NULL;
}

/* What is no identifier is none: it would be journalled, and not be read again. */
static const char *
asset_id(const struct json *asset, const char *name)
{
    const char *id = json_get_str(asset, name);

    return id && strlen(id) <= ID_MAX ? id : NULL;
}

static void
assets_take(struct mem *mem, const struct json *grant, struct grant_out *out)
{
    const struct json *images = json_path(grant, "vimAssets.softwareImages");
    const struct json *flavors = json_path(grant, "vimAssets.computeResourceFlavours");

    json_each (images, i) {
        struct vnf_image_at *at = row_new(mem, &vnf_image_at_table);

        at->image_id = asset_id(images->items[i], "vnfdSoftwareImageId");
        at->at_site_id = asset_id(images->items[i], "vimSoftwareImageId");
        if (at->image_id && at->at_site_id) {
            vnf_rows_add(mem, &out->images, at);
        }
    }
    json_each (flavors, i) {
        struct vnf_flavor_at *at = row_new(mem, &vnf_flavor_at_table);

        at->vdu = asset_id(flavors->items[i], "vnfdVirtualComputeDescId");
        at->at_site_id = asset_id(flavors->items[i], "vimFlavourId");
        if (at->vdu && at->at_site_id) {
            vnf_rows_add(mem, &out->flavors, at);
        }
    }
}

/* The zone of the site that 'id' of the grant's zones means (SOL003 9.5.3.4); null: none of them. */
static const char *
zone_named(const struct json *zones, const char *id)
{
    json_each (zones, i) {
        if (str_eq(json_get_str(zones->items[i], "id"), id)) {
            return asset_id(zones->items[i], "zoneId");
        }
    }
    return NULL;
}

static struct err *
zones_take(struct mem *mem, const struct json *grant, struct grant_out *out)
{
    const struct json *infos = json_get(grant, "addResources");

    json_each (infos, i) {
        const char *id = json_get_str(infos->items[i], "zoneId");
        struct vnf_zone_at *at = row_new(mem, &vnf_zone_at_table);

        if (!id) {
            continue;
        }
        at->resource = asset_id(infos->items[i], "resourceDefinitionId");
        at->zone = zone_named(json_get(grant, "zones"), id);
        if (!at->resource || str_empty(at->zone)) {
            return err_new(E_REMOTE, NULL, "the grant puts %s in zone %s, of which its zones say "
                           "nothing", str_or(at->resource, "(no resource)"), id);
        }
        vnf_rows_add(mem, &out->zones, at);
    }
    return NULL;
}

static struct err *
take_local(struct tx *tx, const void *arg, void *result)
{
    const struct grant_taken *taken = arg;
    const struct grant_in *in = taken->ask.items[0];
    const char *id = json_get_str(taken->grant, "id");
    struct grant_out *out = result;
    const struct json *connection;
    struct site *site = NULL;

    if (str_empty(id) || strlen(id) > ID_MAX) {
        return err_new(E_REMOTE, NULL, "the grant has no id");
    }
    out->grant_id = id;
    TRY(whole_check(in->resources, json_get(taken->grant, "addResources"), "addResources"));
    TRY(whole_check(in->removed, json_get(taken->grant, "removeResources"), "removeResources"));
    if (in->resources && in->resources->n) {
        TRY(connection_of(taken->grant, &connection));
        TRY(site_granted(tx, in, connection, &site));
        out->site = site->id;
        out->site_name = site->name;
        out->reason = "granted by the NFVO";
        assets_take(tx_mem(tx), taken->grant, out);
        TRY(zones_take(tx_mem(tx), taken->grant, out));
    } else if (in->site) {
        TRY(row_get(tx, &site_table, in->site, &site));
    }
    TRY(vnf_grant_links(tx, in, taken->grant, site, out));
    return vnf_op_granted(tx, in->vnf_lcm_op_occ_id, id);
}

static struct err *
take_undo(struct tx *tx, const void *arg, const void *result)
{
    const struct grant_taken *taken = arg;

    (void)result;
    return vnf_op_granted(tx, ((const struct grant_in *)taken->ask.items[0])->vnf_lcm_op_occ_id,
                          NULL);
}

/* A plan has the site that is asked for. */
static void
take_stand_in(struct mem *mem, const char *label, const void *arg, void *result)
{
    const struct grant_in *in = ((const struct grant_taken *)arg)->ask.items[0];
    struct grant_out *out = result;

    out->grant_id = mem_printf(mem, "<planned:%s>", label);
    out->connections = out->managed = (struct rows){0}; /* It gives no links. */
    out->params = NULL;
    out->site = in->site;
    out->site_name = in->site_name;
    out->reason = "asked of the NFVO";
}

const struct step_kind vnf_grant_take = {
    .name = "vnf grant take",
    .doc = "Holds a foreign NFVO's grant against what was asked for.",
    .effect = FLOW_LOCAL,
    .in = &grant_taken_table,
    .out = &grant_out_table,
    .local = take_local,
    .undo_local = take_undo,
    .stand_in = take_stand_in,
};

/* ---- the steps of an operation ---------------------------------------------------------- */

static struct err *
is_decided(const void *out, const void *arg, bool *done)
{
    const struct peer_said *said = out;

    (void)arg;
    *done = said->status != 202;
    return NULL;
}

/* 202: it is asked for until it is decided (SOL003 9.4.3). */
static struct err *
decision_wait(struct flow *f, struct peer_said *said)
{
    static const struct flow_poll poll = {
        .until = is_decided, .timeout_ms = DECIDE_MS, .silence_ms = REACH_MS};
    struct peer_ref *ref = row_new(flow_mem(f), &peer_ref_table);

    if (!said->id) {
        return err_new(E_REMOTE, NULL, "the NFVO answered 202 without a usable Location");
    }
    ref->peer = NFVO_PEER;
    ref->path = mem_printf(flow_mem(f), GRANTS "/%s", said->id);
    ref->version = VERSION;
    return flow_poll(f, "grant decided", &peer_get, ref, &poll, said);
}

/* What a grant, or a request that its site did not judge, names: asked for once each, before anything is made. */
struct naming {
    struct flow *f;
    const char *site, *by, *what; /* "granted", "the grant" */
    struct map looked;
};

static struct err *
name_look(struct naming *n, const char *noun, const struct step_kind *kind, const char *id,
          struct vim_made *made)
{
    struct vim_ref *ref = row_new(flow_mem(n->f), &vim_ref_table);

    if (!map_add(&n->looked, id, n)) {
        return NULL;
    }
    ref->site = n->site;
    ref->id = id;
    TRY_MSG(flow_step(n->f, flow_label(n->f, "%s %s %s", noun, n->by, id), kind, ref, made), "%s",
            n->what);
    return NULL;
}

static struct err *
network_look(struct naming *n, const char *id)
{
    return name_look(n, "network", &vim_network_show, id,
                     row_new(flow_mem(n->f), &vim_made_table));
}

static struct err *
networks_look(struct naming *n, const struct rows *connections, const struct rows *managed)
{
    map_init(&n->looked, flow_mem(n->f));
    for (size_t i = 0; i < connections->n; i++) {
        TRY(network_look(n, ((const struct vnf_connection *)connections->items[i])->network_id));
    }
    for (size_t i = 0; i < managed->n; i++) {
        TRY(network_look(n, ((const struct vnf_managed_link *)managed->items[i])->network_id));
    }
    return NULL;
}

static struct err *
port_look(struct naming *n, const struct vnf_connection *connection)
{
    struct vim_made *port = row_new(flow_mem(n->f), &vim_made_table);

    TRY(name_look(n, "port", &vim_port_lent_show, connection->port_id, port));
    if (port->network_id && !str_eq(port->network_id, connection->network_id)) {
        return err_new(E_CONFLICT, NULL, "%s: port %s is on network %s, the link is %s", n->what,
                       connection->port_id, port->network_id, connection->network_id);
    }
    return NULL;
}

struct err *
vnf_grant(struct flow *f, const struct vnf_in **asked, const struct vnf_wanted *wanted,
          const struct grant_in *in, struct grant_out *out)
{
    struct naming granted = {.f = f, .by = "granted", .what = "the grant"};
    struct peer_said *said = row_new(flow_mem(f), &peer_said_table);
    struct grant_taken *taken = row_new(flow_mem(f), &grant_taken_table);

    if (!(*asked)->foreign_nfvo) {
        return flow_step(f, "grant", &nfvo_grant, in, out);
    }
    TRY(flow_step(f, "grant", &vnf_grant_ask, in, said));
    if (said->status == 202) {
        TRY(decision_wait(f, said));
    }
    if (said->status != 200 && said->status != 201) {
        return err_new(E_FORBIDDEN, NULL, "the NFVO answered %lld: %s", (long long)said->status,
                       str_or(json_get_str(said->body, "detail"), "(no message)"));
    }
    vnf_rows_add(flow_mem(f), &taken->ask, row_copy(flow_mem(f), in));
    taken->grant = said->body;
    TRY(flow_step(f, "grant taken", &vnf_grant_take, taken, out));
    granted.site = str_or(out->site, in->site);
    TRY(networks_look(&granted, &out->connections, &out->managed));
    *asked = vnf_in_granted(flow_mem(f), *asked, out, wanted);
    return NULL;
}

struct err *
vnf_request_judge(struct flow *f, const struct vnf_in *in, const char *site)
{
    struct naming n = {.f = f, .site = site, .by = "named", .what = "the request"};

    if (!in->unjudged || (in->foreign_nfvo && flow_is_plan(f))) { /* Of a plan its grant may say the site. */
        return NULL;
    }
    TRY(networks_look(&n, &in->connections, &in->managed));
    for (size_t i = 0; i < in->connections.n; i++) {
        const struct vnf_connection *connection = in->connections.items[i];

        TRY(connection->port_id ? port_look(&n, connection) : NULL);
    }
    return NULL;
}
