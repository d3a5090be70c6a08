/* The steps of a placement in order, and what they share. */
#include "nfvo/place.h"

#include "base/uuid.h"
#include "base/vec.h"
#include "vnfm/vnfm.h"

/* ---- shared ----------------------------------------------------------------------- */

void
place_add(struct mem *mem, struct rows *rows, void *row)
{
    void **grown = MEM_ARRAY(mem, rows->n + 1, void *);

    for (size_t i = 0; i < rows->n; i++) {
        grown[i] = rows->items[i];
    }
    grown[rows->n++] = row;
    rows->items = grown;
}

void
place_note(struct placing *p, const char *fmt, ...)
{
    struct strs *notes = &p->plan->notes;
    const char **grown = MEM_ARRAY(p->mem, notes->n + 1, const char *);
    va_list args;

    for (size_t i = 0; i < notes->n; i++) {
        grown[i] = notes->items[i];
    }
    va_start(args, fmt);
    grown[notes->n++] = mem_vprintf(p->mem, fmt, args);
    va_end(args);
    notes->items = grown;
}

const struct site_seen *
place_site(const struct placing *p, const char *site_id)
{
    for (size_t i = 0; i < p->sites->n; i++) {
        const struct site_seen *site = p->sites->items[i];

        if (str_eq(site->site, site_id)) {
            return site;
        }
    }
    return NULL;
}

void
place_instances(const struct placing *p, const char *profile, struct rows *vnfs)
{
    *vnfs = (struct rows){0};
    for (size_t i = 0; i < p->plan->vnfs.n; i++) {
        struct plan_vnf *vnf = p->plan->vnfs.items[i];

        if (str_eq(vnf->profile, profile)) {
            place_add(p->mem, vnfs, vnf);
        }
    }
}

/* ---- descriptors -------------------------------------------------------------------- */

struct err *
place_vnfm_find(struct tx *tx, const char *project_id, const struct json *params,
                const char *profile, const struct vnfd *vnfd, struct vnfm **vnfm)
{
    const char *asked = json_get_str(json_get(params, "vnfms"), profile);
    struct cond by_name[] = {COND("project_id", project_id), COND("name", asked), {0}};

    *vnfm = NULL;
    if (asked) {
        TRY(row_find(tx, &vnfm_table, by_name, vnfm));
        if (!*vnfm) {
            return err_new(E_UNPROCESSABLE, NULL, "vnfms.%s: no VNFM %s is registered", profile,
                           asked);
        }
    }
    for (size_t i = 0; !*vnfm && i < vnfd->n_vnfm_info; i++) {
        by_name[1].text = vnfd->vnfm_info[i];
        TRY(row_find(tx, &vnfm_table, by_name, vnfm));
    }
    return NULL;
}

static struct err *
vnfm_choose(struct tx *tx, struct placing *p, const struct nsd_vnf *profile,
            const struct vnfd *vnfd)
{
    struct vnfm *vnfm;

    TRY(place_vnfm_find(tx, p->in->project_id, p->request->params, profile->name, vnfd, &vnfm));
    if (vnfm) {
        map_set(&p->vnfms, profile->name, mem_str(p->mem, vnfm->id));
    }
    return NULL;
}

struct err *
place_descriptor(struct tx *tx, struct placing *p, const struct nsd_vnf *profile)
{
    struct vnf_wanted *wanted = row_new(p->mem, &vnf_wanted_table);
    struct vnf_package *package = NULL;
    struct vnfd *vnfd;

    TRY(vnf_package_find(tx, p->in->project_id, profile->vnfd_id, &package));
    TRY(vnfd_load_once(tx, &p->vnfds, package->id, &vnfd));
    TRY_MSG(vnf_wanted_fill(p->mem, vnfd, profile->flavour_id, profile->level, NULL, wanted),
            "VNF profile %s", profile->name);
    TRY(wanted_images_load(tx, package->id, &wanted->images));
    map_set(&p->descriptors, profile->name, wanted);
    map_set(&p->packages, profile->name, mem_str(p->mem, package->id));
    return vnfm_choose(tx, p, profile, vnfd);
}

/* No new instances are made of a package that is DISABLED. */
static struct err *
enabled_check(struct tx *tx, const struct placing *p, const struct nsd_vnf *profile)
{
    struct vnf_package *package = NULL;

    TRY(vnf_package_find(tx, p->in->project_id, profile->vnfd_id, &package));
    if (!str_eq(package->operational_state, "ENABLED")) {
        return err_new(E_UNPROCESSABLE, NULL, "VNF package %s (VNFD %s) is DISABLED", package->id,
                       profile->vnfd_id);
    }
    return NULL;
}

/* The request's own words for a profile. */
static const struct vnf_params *
params_of(const struct placing *p, const char *profile)
{
    for (size_t i = 0; i < p->request->vnf_params.n; i++) {
        const struct vnf_params *params = p->request->vnf_params.items[i];

        if (str_eq(params->profile, profile)) {
            return params;
        }
    }
    return NULL;
}

/* ---- instances ------------------------------------------------------------------------ */

static void
connections_fill(struct placing *p, const struct nsd_vnf *profile, struct plan_vnf *vnf)
{
    for (size_t i = 0; i < profile->n_connections; i++) {
        struct plan_connection *connection = row_new(p->mem, &plan_connection_table);

        connection->cpd = profile->connections[i].requirement;
        connection->link = profile->connections[i].link;
        place_add(p->mem, &vnf->connections, connection);
    }
}

struct plan_vnf *
place_instance(struct placing *p, const char *seed, const struct nsd_vnf *profile,
               const char *number)
{
    const struct vnf_wanted *wanted = map_get(&p->descriptors, profile->name);
    struct vnf_size size = vnf_size_of(wanted);
    struct plan_vnf *vnf = row_new(p->mem, &plan_vnf_table);
    const struct vnf_params *params = params_of(p, profile->name);

    vnf->profile = profile->name;
    vnf->name = mem_printf(p->mem, "%s%s", profile->name, number);
    vnf->vnfd_id = profile->vnfd_id;
    vnf->package_id = map_get(&p->packages, profile->name);
    vnf->vnfm = map_get(&p->vnfms, profile->name);
    vnf->flavour_id = wanted->flavour_id;
    vnf->level_id = profile->level;
    vnf->instance_name = params && params->name
                             ? mem_printf(p->mem, "%s%s", params->name, number)
                             : mem_printf(p->mem, "%s-%s", p->in->name, vnf->name);
    vnf->description = params ? params->description : NULL;
    vnf->params = params ? params->additional_params : NULL;
    vnf->vnf_instance_id = uuid_from(p->mem, mem_printf(p->mem, "%s/%s", seed, vnf->name));
    vnf->vcpus = size.vcpus;
    vnf->memory_mb = size.memory_mb;
    vnf->servers = size.servers;
    connections_fill(p, profile, vnf);
    return vnf;
}

void
place_vnf_add(struct placing *p, struct plan_vnf *vnf)
{
    map_set(&p->names, vnf->name, vnf);
    place_add(p->mem, &p->plan->vnfs, vnf);
}

const char *
place_number(struct placing *p, const char *profile)
{
    size_t k = map_get(&p->names, profile) ? 2 : 1;
    const char *number;

    do {
        number = mem_printf(p->mem, "-%zu", k++);
    } while (map_get(&p->names, mem_printf(p->mem, "%s%s", profile, number)));
    return number;
}

static struct err *
instances_fill(struct tx *tx, struct placing *p, const char *seed)
{
    for (size_t i = 0; i < p->nsd->n_vnfs; i++) {
        const struct nsd_vnf *profile = &p->nsd->vnfs[i];
        int64_t n = nsd_instances(p->nsd, p->request->level_id, profile);

        TRY(enabled_check(tx, p, profile));
        TRY(place_descriptor(tx, p, profile));
        for (int64_t k = 0; k < n; k++) {
            bool alone = n == 1 && !map_get(&p->names, profile->name);
            const char *number = alone ? "" : place_number(p, profile->name);

            place_vnf_add(p, place_instance(p, seed, profile, number));
        }
    }
    return NULL;
}

/* ---- the step ---------------------------------------------------------------------------- */

static void
sites_keep(struct placing *p)
{
    for (size_t i = 0; i < p->sites->n; i++) {
        struct site_seen *site = p->sites->items[i];
        bool used = false;

        for (size_t j = 0; j < p->plan->links.n; j++) {
            const struct plan_link *link = p->plan->links.items[j];

            for (size_t k = 0; k < link->members.n; k++) {
                const struct plan_member *member = link->members.items[k];

                used = used || str_eq(member->site, site->site);
            }
        }
        for (size_t j = 0; p->in && p->in->given.n && j < p->plan->vnfs.n; j++) {
            used = used ||
                   str_eq(((const struct plan_vnf *)p->plan->vnfs.items[j])->site, site->site);
        }
        for (size_t j = 0; p->in && p->in->given.n && j < p->plan->saps.n; j++) {
            used = used ||
                   str_eq(((const struct plan_sap *)p->plan->saps.items[j])->site, site->site);
        }
        used = used || (p->nsd->n_nested > 0 && place_given_at(p, site->site));
        if (used) {
            place_add(p->mem, &p->plan->sites, site);
        }
    }
}

static void
scales_fill(struct placing *p)
{
    for (size_t i = 0; i < p->nsd->n_aspects; i++) {
        const struct nsd_aspect *aspect = &p->nsd->aspects[i];
        struct vnf_scale *scale = row_new(p->mem, &vnf_scale_table);

        scale->aspect = aspect->name;
        scale->level = nsd_aspect_level(p->nsd, aspect, p->request->level_id);
        place_add(p->mem, &p->plan->scales, scale);
    }
}

/* A level may leave a profile without instances, a position of a path not. */
static struct err *
positions_check(const struct placing *p)
{
    for (size_t i = 0; i < p->plan->hops.n; i++) {
        const struct plan_hop *hop = p->plan->hops.items[i];
        size_t n = 0;

        for (size_t j = 0; j < hop->functions.n; j++) {
            const struct plan_cp *cp = hop->functions.items[j];
            struct rows vnfs;

            place_instances(p, cp->vnf, &vnfs);
            n += vnfs.n + (cp->nested != NULL); /* place_inside_check looks for those. */
        }
        if (n == 0) {
            return err_new(E_UNPROCESSABLE, NULL, "position %s would be without instances",
                           hop->name);
        }
    }
    return NULL;
}

static struct err *
place_local(struct tx *tx, const void *arg, void *out)
{
    const struct place_in *in = arg;
    struct instantiate_ns_request *request;
    struct nsd *nsd;
    struct placing p = {
        .mem = tx_mem(tx),
        .in = in->ns.items[0],
        .sites = &in->sites,
        .plan = out,
    };

    map_init(&p.descriptors, p.mem);
    map_init(&p.packages, p.mem);
    map_init(&p.vnfds, p.mem);
    map_init(&p.names, p.mem);
    map_init(&p.vnfms, p.mem);
    map_init(&p.wheres, p.mem);
    TRY(ns_request_read(p.mem, p.in->request, &request));
    p.request = request;
    TRY(nsd_load(tx, p.in->nsd_info_id, &nsd));
    p.nsd = nsd;
    p.plan->flavour_id = request->flavour_id;
    TRY(instances_fill(tx, &p, in->seed));
    TRY(place_vnfs(&p));
    TRY(place_saps(&p));
    TRY(place_inside(tx, &p));
    place_paths(&p);
    TRY(positions_check(&p));
    TRY(place_inside_check(tx, &p));
    scales_fill(&p);
    TRY(place_overlaps(&p));
    TRY(place_links(&p));
    TRY(place_routes(&p));
    place_images(&p);
    sites_keep(&p);
    return NULL;
}

const struct step_kind ns_place = {
    .name = "place",
    .doc = "Chooses a site for every VNF and SAP and says why.",
    .effect = FLOW_READ,
    .in = &place_in_table,
    .out = &ns_plan_table,
    .local = place_local,
};
