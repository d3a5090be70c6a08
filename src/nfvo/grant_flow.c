/* The grant of a foreign VNFM: sites are looked at, the decision is that of grant.c, images and
 * flavours are brought to the site; then its operation is followed to the end, since what was
 * claimed for it is given back by what became of it. */
#include "nfvo/grant_desk.h"

#include "base/vec.h"
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "vim/vim.h"
#include "vim/zones.h"

#include <string.h>

#include "flow/poison.h"

#define FOLLOW_MS 2000
#define FOLLOW_MAX_MS (INT64_C(1000) * 3600 * 24 * 365)

/* ---- steps of our own store -------------------------------------------------------------- */

static struct err *
grant_write(struct tx *tx, const char *id, struct grant **old, struct grant **grant)
{
    TRY(row_get(tx, &grant_table, id, old));
    *grant = row_copy(tx_mem(tx), *old);
    return NULL;
}

/* It is over: others of its VNFM, older ones, go for it. */
static struct err *
grant_close(struct tx *tx, struct grant *old, struct grant *grant, const char *status)
{
    grant->status = status;
    TRY(row_update(tx, old, grant));
    return grant->vnfm_id ? grants_prune(tx, grant->vnfm_id) : NULL;
}

/* The site that is wished for, by its endpoint. */
static struct err *
site_wished(struct tx *tx, const struct grant_asked *asked, struct grant_in *in)
{
    struct cond at[] = {COND("project_id", in->project_id), COND("auth_url", asked->endpoint), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &site_table, .conds = at, .sorts = by_name};
    struct rows sites;

    if (in->site || !asked->endpoint) {
        return NULL;
    }
    TRY(rows_select(tx, &query, &sites));
    if (sites.n == 0) {
        return err_new(E_FORBIDDEN, NULL, "no site is registered at %s", asked->endpoint);
    }
    in->site = ((const struct site *)sites.items[0])->id;
    in->reason = "wished for";
    return NULL;
}

/* The same, at the site as the grant calls it. */
static void
links_write(struct jw *w, const char *key, const struct json *json, const char *site_id)
{
    if (json_is(json, JSON_T_ARRAY)) {
        jw_array(w, key);
        json_each (json, i) {
            links_write(w, NULL, json->items[i], site_id);
        }
        jw_end(w);
    } else if (json_is(json, JSON_T_OBJECT)) {
        jw_object(w, key);
        json_each (json, i) {
            if (str_eq(json->keys[i], "vimConnectionId")) {
                jw_str(w, json->keys[i], site_id);
            } else {
                links_write(w, json->keys[i], json->items[i], site_id);
            }
        }
        jw_end(w);
    } else {
        jw_json(w, key, json);
    }
}

/* What we are having the VNFM do is told with the links that we chose for it; what others asked it for
 * is not ours to say (SOL003 9.5.2.3, note 5). */
static struct err *
links_grant(struct tx *tx, const struct grant_in *in, struct grant *grant)
{
    const struct json *links = NULL;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    TRY(foreign_links_asked(tx, grant->vnfm_id, in->vnf_instance_id, in->operation, &links));
    if (!links || links->n == 0 || !grant->site_id) {
        return NULL;
    }
    links_write(&w, NULL, links, grant->site_id);
    return json_parse(tx_mem(tx), text.data, text.len, &grant->ext_virtual_links);
}

static struct err *
decide_local(struct tx *tx, const void *arg, void *result)
{
    const struct grant_asked *asked = arg;
    struct grant_in *in = row_copy(tx_mem(tx), asked->ask.items[0]);
    struct grant_out *out = result;
    struct grant *old, *grant;
    struct site *site;

    TRY(grant_write(tx, asked->grant_id, &old, &grant));
    TRY(site_wished(tx, asked, in));
    TRY(grant_settle_on(tx, in, &asked->sites, grant, &site));
    TRY(links_grant(tx, in, grant));
    out->grant_id = grant->id;
    if (site) {
        out->site = site->id;
        out->site_name = site->name;
        out->reason = grant->reason;
    }
    return row_update(tx, old, grant);
}

const struct step_kind grant_decide = {
    .name = "grant decide",
    .doc = "Chooses the site and claims what a foreign VNFM asked for.",
    .effect = FLOW_LOCAL,
    .in = &grant_asked_table,
    .out = &grant_out_table,
    .local = decide_local,
};

/* vimAssets (SOL003 9.5.2.3). */
static struct err *
assets_of(struct mem *mem, const struct grant *grant, const struct grant_assets *assets,
          const struct json **json)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_array(&w, "computeResourceFlavours");
    for (size_t i = 0; i < assets->flavors.n; i++) {
        const struct vnf_flavor_at *flavor = assets->flavors.items[i];

        jw_object(&w, NULL);
        jw_str(&w, "vimConnectionId", grant->site_id);
        jw_str(&w, "vnfdVirtualComputeDescId", flavor->vdu);
        jw_str(&w, "vimFlavourId", flavor->at_site_id);
        jw_end(&w);
    }
    jw_end(&w);
    jw_array(&w, "softwareImages");
    for (size_t i = 0; i < assets->images.n; i++) {
        const struct vnf_image_at *image = assets->images.items[i];

        jw_object(&w, NULL);
        jw_str(&w, "vimConnectionId", grant->site_id);
        jw_str(&w, "vnfdSoftwareImageId", image->image_id);
        jw_str(&w, "vimSoftwareImageId", image->at_site_id);
        jw_end(&w);
    }
    jw_end(&w);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, json);
}

static const char *
zone_of(const struct rows *zones, const char *resource)
{
    for (size_t i = 0; i < zones->n; i++) {
        const struct vnf_zone_at *at = zones->items[i];

        if (str_eq(at->resource, resource)) {
            return at->zone;
        }
    }
    return NULL;
}

/* Each of them (SOL003 9.5.3.4), told once. */
static struct err *
zones_of(struct mem *mem, const struct grant *grant, const struct rows *zones,
         const struct json **json)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct map told;

    map_init(&told, mem);
    jw_array(&w, NULL);
    for (size_t i = 0; i < zones->n; i++) {
        const struct vnf_zone_at *at = zones->items[i];

        if (map_add(&told, at->zone, &told)) {
            jw_object(&w, NULL);
            jw_str(&w, "id", at->zone);
            jw_str(&w, "zoneId", at->zone);
            jw_str(&w, "vimConnectionId", grant->site_id);
            jw_end(&w);
        }
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, json);
}

/* The same entries (GrantInfo), with their zones. */
static struct err *
zones_put(struct mem *mem, const struct rows *zones, const struct json **infos)
{
    const struct json *before = *infos;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    if (!before) {
        return NULL;
    }
    jw_array(&w, NULL);
    json_each (before, i) {
        const struct json *info = before->items[i];
        const char *zone = zone_of(zones, json_get_str(info, "resourceDefinitionId"));

        jw_object(&w, NULL);
        json_each (info, j) {
            jw_json(&w, info->keys[j], info->items[j]);
        }
        if (zone) {
            jw_str(&w, "zoneId", zone);
        }
        jw_end(&w);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, infos);
}

static struct err *
complete_local(struct tx *tx, const void *arg, void *result)
{
    const struct grant_assets *assets = arg;
    struct grant *old, *grant;

    (void)result;
    TRY(grant_write(tx, assets->grant_id, &old, &grant));
    grant->status = "GRANTED";
    if (assets->images.n + assets->flavors.n > 0) {
        TRY(assets_of(tx_mem(tx), grant, assets, &grant->vim_assets));
    }
    if (assets->zones.n > 0) {
        TRY(zones_of(tx_mem(tx), grant, &assets->zones, &grant->zones));
        TRY(zones_put(tx_mem(tx), &assets->zones, &grant->add_resources));
        TRY(zones_put(tx_mem(tx), &assets->zones, &grant->temp_resources));
    }
    return row_update(tx, old, grant);
}

const struct step_kind grant_complete = {
    .name = "grant complete",
    .doc = "The grant is given.",
    .effect = FLOW_LOCAL,
    .in = &grant_assets_table,
    .local = complete_local,
};

static struct err *
refuse_local(struct tx *tx, const void *arg, void *result)
{
    const struct problem *problem = arg;
    struct grant *old, *grant;

    (void)result;
    TRY(grant_write(tx, problem->id, &old, &grant));
    TRY(ledger_release(tx, grant->id));
    grant->problem = problem->problem;
    return grant_close(tx, old, grant, "REFUSED");
}

const struct step_kind grant_refuse = {
    .name = "grant refuse",
    .doc = "The grant is refused, and nothing is claimed.",
    .effect = FLOW_LOCAL,
    .in = &problem_table,
    .local = refuse_local,
};

static void
tell_act(struct step *step)
{
    const struct nfvo *nfvo = step_service(step, NFVO_SERVICE);

    grant_desk_ring(nfvo->desk);
    step_done(step, NULL);
}

const struct step_kind grant_tell = {
    .name = "grant tell",
    .doc = "Who waits for a decision looks whether it is his.",
    .effect = FLOW_READ,
    .act = tell_act,
};

/* ---- the end of the operation ------------------------------------------------------------ */

/* What all grants of the instance claimed of a class. */
static struct err *
claimed_of(struct tx *tx, const struct rows *grants, const char *vnfm_id, const char *class,
           int64_t *sum)
{
    *sum = 0;
    for (size_t i = 0; i < grants->n; i++) {
        const struct grant *grant = grants->items[i];
        int64_t amount;

        TRY(ledger_claimed(tx, grant->id, class, &amount));
        *sum += str_eq(grant->vnfm_id, vnfm_id) ? amount : 0;
    }
    return NULL;
}

static int64_t
less(int64_t sum, int64_t removed)
{
    return sum > removed ? sum - removed : 0;
}

/* What is left of the instance is claimed by this grant alone: less than before always fits,
 * whatever the site's total has become meanwhile. */
static struct err *
claims_shrink(struct tx *tx, const struct grant_asked *asked, const struct grant *grant)
{
    struct cond of_instance[] = {COND("vnf_instance_id", grant->vnf_instance_id), {0}};
    struct query query = {.table = &grant_table, .conds = of_instance};
    struct grant_in *left = row_copy(tx_mem(tx), asked->ask.items[0]);
    struct cond by_id[] = {COND("id", grant->site_id), {0}};
    struct rows grants;
    struct site *site;

    TRY(rows_select(tx, &query, &grants));
    TRY(claimed_of(tx, &grants, grant->vnfm_id, "VCPU", &left->vcpus));
    TRY(claimed_of(tx, &grants, grant->vnfm_id, "MEMORY_MB", &left->memory_mb));
    TRY(claimed_of(tx, &grants, grant->vnfm_id, "SERVER", &left->servers));
    left->vcpus = less(left->vcpus, asked->removed_vcpus);
    left->memory_mb = less(left->memory_mb, asked->removed_memory_mb);
    left->servers = less(left->servers, asked->removed_servers);
    TRY(claims_release(tx, grant->vnfm_id, grant->vnf_instance_id));
    TRY(row_find(tx, &site_table, by_id, &site)); /* It may be forgotten while a grant is open. */
    return site && left->servers > 0 ? claims_take(tx, left, site, grant->id) : NULL;
}

static struct err *
over_local(struct tx *tx, const void *arg, void *result)
{
    const struct grant_end *end = arg;
    const struct grant_asked *asked = end->asked.items[0];
    const struct grant_in *in = asked->ask.items[0];
    bool is_completed = str_eq(end->state, "COMPLETED");
    struct grant *old, *grant;

    (void)result;
    TRY(grant_write(tx, asked->grant_id, &old, &grant));
    if (is_completed && str_eq(in->operation, "TERMINATE")) {
        TRY(claims_release(tx, grant->vnfm_id, grant->vnf_instance_id));
    } else if (is_completed && asked->removed_servers > 0 && grant->site_id) {
        TRY(claims_shrink(tx, asked, grant));
    } else if (str_eq(end->state, "ROLLED_BACK") || str_eq(end->state, "GONE")) {
        TRY(ledger_release(tx, grant->id));
    }
    return grant_close(tx, old, grant, "ENDED");
}

const struct step_kind grant_over = {
    .name = "grant over",
    .doc = "Claims what is left when the granted operation has ended.",
    .effect = FLOW_LOCAL,
    .in = &grant_end_table,
    .local = over_local,
};

/* ---- the flow ---------------------------------------------------------------------------- */

struct run {
    struct flow *f;
    struct mem *mem;
    struct grant_asked *asked;
    struct grant_out *out;
    struct grant_assets *assets;
};

static struct err *
sites_look(struct run *run)
{
    const struct grant_in *in = run->asked->ask.items[0];
    struct owner *owner = row_new(run->mem, &owner_table);
    struct site_list *list = row_new(run->mem, &site_list_table);
    struct site_list *looked = row_new(run->mem, &site_list_table);

    owner->owner_id = run->asked->grant_id;
    owner->project_id = in->project_id;
    TRY(flow_step(run->f, "sites", &ns_sites, owner, list));
    TRY(flow_step(run->f, "look", &ns_sites_look, list, looked));
    run->asked->sites = looked->sites;
    return NULL;
}

static bool
is_used(const struct vnf_wanted *wanted, const char *image_id)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        if (str_eq(((const struct wanted_vnfc *)wanted->vnfcs.items[i])->image_id, image_id)) {
            return true;
        }
    }
    return false;
}

static struct err *
images_have(struct run *run, const struct vnf_wanted *wanted)
{
    for (size_t i = 0; i < wanted->images.n; i++) {
        const struct wanted_image *image = wanted->images.items[i];
        struct vnf_image_at *at = row_new(run->mem, &vnf_image_at_table);
        struct vim_made *made = row_new(run->mem, &vim_made_table);

        if (!is_used(wanted, image->image_id)) {
            continue;
        }
        TRY(flow_step(run->f, flow_label(run->f, "image %s", image->image_id), &vim_image_have,
                      vim_image_of(run->f, run->out->site, image), made));
        at->image_id = image->image_id;
        at->at_site_id = made->id;
        place_add(run->mem, &run->assets->images, at);
    }
    return NULL;
}

static bool
has_flavor(const struct grant_assets *assets, const char *vdu)
{
    for (size_t i = 0; i < assets->flavors.n; i++) {
        if (str_eq(((const struct vnf_flavor_at *)assets->flavors.items[i])->vdu, vdu)) {
            return true;
        }
    }
    return false;
}

static struct err *
flavors_have(struct run *run, const struct vnf_wanted *wanted)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];
        struct vim_flavor *flavor = row_new(run->mem, &vim_flavor_table);
        struct vnf_flavor_at *at = row_new(run->mem, &vnf_flavor_at_table);
        struct vim_made *made = row_new(run->mem, &vim_made_table);

        if (has_flavor(run->assets, vnfc->vdu)) {
            continue;
        }
        flavor->site = run->out->site;
        flavor->vcpus = vnfc->vcpus;
        flavor->ram_mb = vnfc->memory_mb;
        flavor->disk_gb = vnfc->disk_gb;
        TRY(flow_step(run->f, flow_label(run->f, "flavor %s", vnfc->vdu), &vim_flavor_have, flavor,
                      made));
        at->vdu = vnfc->vdu;
        at->at_site_id = made->id;
        place_add(run->mem, &run->assets->flavors, at);
    }
    return NULL;
}

/* Sent with an INSTANTIATE only, of which they are the full set (SOL003 9.5.2.3, note 3). */
static struct err *
assets_have(struct run *run)
{
    struct describe_in *what = row_new(run->mem, &describe_in_table);
    struct vnf_wanted *wanted = row_new(run->mem, &vnf_wanted_table);

    run->assets->grant_id = run->asked->grant_id;
    if (!run->asked->flavour_id) {
        return NULL;
    }
    what->package_id = run->asked->package_id;
    what->name = run->asked->op_occ_id;
    what->flavour_id = run->asked->flavour_id;
    what->level_id = run->asked->level_id;
    TRY(flow_step(run->f, "describe", &vnf_describe, what, wanted));
    TRY(images_have(run, wanted));
    return flavors_have(run, wanted);
}

static struct err *
zones_have(struct run *run)
{
    struct vim_site_ref *site = row_new(run->mem, &vim_site_ref_table);
    struct vim_zones *zones = row_new(run->mem, &vim_zones_table);

    if (run->asked->constraints.n == 0 || !run->out->site) {
        return NULL;
    }
    site->site = run->out->site;
    TRY(flow_step(run->f, "zones", &vim_site_zones, site, zones));
    return grant_zones_choose(run->mem, &run->asked->constraints, &zones->names,
                              &run->assets->zones);
}

static struct err *
give(struct run *run)
{
    TRY(sites_look(run));
    TRY(flow_step(run->f, "decide", &grant_decide, run->asked, run->out));
    TRY(zones_have(run));
    TRY(assets_have(run));
    return flow_step(run->f, "complete", &grant_complete, run->assets, NULL);
}

static struct err *
refuse(struct run *run, const struct err *why)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct problem *problem = row_new(run->mem, &problem_table);

    jw_object(&w, NULL);
    jw_str(&w, "title", "Forbidden");
    jw_int(&w, "status", 403);
    jw_str(&w, "detail", mem_printf(run->mem, "the grant is refused: %s", err_full(run->mem, why)));
    jw_end(&w);
    problem->id = run->asked->grant_id;
    TRY(json_parse(run->mem, text.data, text.len, &problem->problem));
    return flow_step(run->f, "refuse", &grant_refuse, problem, NULL);
}

/* Has the operation ended?  What the VNFM says of it else, or does not say, is waited out. */
static struct err *
is_over(const void *out, const void *arg, bool *done)
{
    static const char *const ends[] = {"COMPLETED", "FAILED", "ROLLED_BACK"};
    const struct peer_said *said = out;
    const char *state = json_get_str(said->body, "operationState");

    (void)arg;
    *done = said->status == 404;
    for (size_t i = 0; said->status == 200 && i < ARRAY_SIZE(ends); i++) {
        *done = *done || str_eq(state, ends[i]);
    }
    return NULL;
}

static struct err *
follow(struct run *run)
{
    static const struct flow_poll poll = {
        .until = is_over, .interval_ms = FOLLOW_MS, .timeout_ms = FOLLOW_MAX_MS};
    struct peer_ref *ref = row_new(run->mem, &peer_ref_table);
    struct peer_said *said = row_new(run->mem, &peer_said_table);
    struct grant_end *end = row_new(run->mem, &grant_end_table);

    ref->peer = run->asked->vnfm_id;
    ref->path = mem_printf(run->mem, "/vnflcm/v2/vnf_lcm_op_occs/%s", run->asked->op_occ_id);
    ref->version = "2.0.0";
    TRY(flow_poll(run->f, "operation", &peer_get, ref, &poll, said));
    place_add(run->mem, &end->asked, run->asked);
    end->state = said->status == 404 ? "GONE" : json_get_str(said->body, "operationState");
    return flow_step(run->f, "over", &grant_over, end, NULL);
}

static struct err *
grant_run(struct flow *f, const void *in)
{
    struct mem *mem = flow_mem(f);
    struct run run = {
        .f = f,
        .mem = mem,
        .asked = row_copy(mem, in),
        .out = row_new(mem, &grant_out_table),
        .assets = row_new(mem, &grant_assets_table),
    };
    AUTO(err) why = give(&run);

    if (err_is(why, E_PARKED) || err_is(why, E_CANCELLED)) {
        struct err *passed = why;

        why = NULL;
        return passed;
    }
    if (why) {
        TRY(refuse(&run, why));
        return flow_step(f, "tell", &grant_tell, NULL, NULL);
    }
    TRY(flow_step(f, "tell", &grant_tell, NULL, NULL));
    return follow(&run);
}

/* One that stopped is nobody's to retry: who waits for its decision is refused, and what it granted is
 * followed no more, with its claims until the VNFM terminates the instance or is forgotten. */
static struct err *
grant_state_changed(struct tx *tx, const struct flow_row *flow, int before)
{
    struct grant_asked *asked = row_new(tx_mem(tx), &grant_asked_table);
    struct grant *old, *grant;
    const struct json *json;

    if (before == FLOW_N_STATES || flow_row_state(flow) != FLOW_FAILED_TEMP) {
        return NULL;
    }
    TRY(json_parse(tx_mem(tx), flow->input, strlen(flow->input), &json));
    TRY(row_from_json(tx_mem(tx), &grant_asked_table, json, asked));
    TRY(grant_write(tx, asked->grant_id, &old, &grant));
    if (str_eq(old->status, "PROCESSING")) {
        TRY(ledger_release(tx, grant->id));
        TRY(problem_of_flow(tx_mem(tx), flow->error, &grant->problem));
        return grant_close(tx, old, grant, "REFUSED");
    }
    return str_eq(old->status, "GRANTED") ? grant_close(tx, old, grant, "ENDED") : NULL;
}

const struct flow_type grant_flow = {
    .name = "grant",
    .version = 1,
    .doc = "Decides a foreign VNFM's grant, and follows its operation.",
    .in = &grant_asked_table,
    .run = grant_run,
    .sweep = vim_sweep,
    .state_changed = grant_state_changed,
};
