/* A plan for an NS that runs: its VNFs keep their places, those that come are placed where it has
 * its links already, its paths are those that it had, with the graphs that come and without those
 * that go. */
#include "nfvo/place.h"

#include "vnfm/vnfm.h"

struct shaping {
    struct tx *tx;
    struct placing *p;
    const struct shape_in *in;
    const struct ns_made *made;
    const struct ns_in *ns;
};

/* ---- VNFs ------------------------------------------------------------------------------ */

static bool
is_leaving(const struct ns_in *ns, const struct plan_vnf *vnf)
{
    for (size_t i = 0; i < ns->scaled.n; i++) {
        const struct vnf_in *in = ns->scaled.items[i];

        if (str_eq(in->vnf_instance_id, vnf->vnf_instance_id)) {
            return true;
        }
    }
    return false;
}

/* Also those that leave: what is to be apart from them, or near them, is not moved by that. */
static void
there_fill(struct shaping *s)
{
    for (size_t i = 0; i < s->made->vnfs.n; i++) {
        place_vnf_add(s->p, row_copy(s->p->mem, s->made->vnfs.items[i]));
    }
    s->p->n_there = s->p->plan->vnfs.n;
}

/* A level of its own: other sizes than the profile says. */
static struct err *
level_fill(struct shaping *s, const struct nsd_vnf *profile, const char *level,
           struct plan_vnf *vnf)
{
    struct vnf_wanted *wanted = row_new(s->p->mem, &vnf_wanted_table);
    struct vnf_size size;
    struct vnfd *vnfd;

    TRY(vnfd_load_once(s->tx, &s->p->vnfds, vnf->package_id, &vnfd));
    TRY(vnf_wanted_fill(s->p->mem, vnfd, profile->flavour_id, level, NULL, wanted));
    size = vnf_size_of(wanted);
    vnf->level_id = level;
    vnf->vcpus = size.vcpus;
    vnf->memory_mb = size.memory_mb;
    vnf->servers = size.servers;
    return NULL;
}

static struct err *
added_fill(struct shaping *s)
{
    for (size_t i = 0; i < s->ns->added.n; i++) {
        const struct vnf_add *add = s->ns->added.items[i];
        const struct nsd_vnf *profile = nsd_vnf(s->p->nsd, add->profile);
        struct plan_vnf *vnf;

        if (!profile) {
            return err_new(E_UNPROCESSABLE, NULL, "the NSD has no VNF profile %s", add->profile);
        }
        vnf = place_instance(s->p, s->in->seed, profile, place_number(s->p, profile->name));
        vnf->instance_name = str_or(add->name, vnf->instance_name);
        vnf->description = str_or(add->description, vnf->description);
        if (add->level_id) {
            TRY(level_fill(s, profile, add->level_id, vnf));
        }
        if (add->where.n) {
            map_set(&s->p->wheres, vnf->name, add->where.items[0]);
        }
        place_vnf_add(s->p, vnf);
    }
    return NULL;
}

static void
leaving_drop(struct shaping *s)
{
    struct rows all = s->p->plan->vnfs;

    s->p->plan->vnfs = (struct rows){0};
    for (size_t i = 0; i < all.n; i++) {
        if (!is_leaving(s->ns, all.items[i])) {
            place_add(s->p->mem, &s->p->plan->vnfs, all.items[i]);
        }
    }
}

/* ---- paths ----------------------------------------------------------------------------- */

static bool
is_among(const struct strs *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->items[i], name)) {
            return true;
        }
    }
    return false;
}

/* Positions that a path of the plan goes through. */
static void
hops_keep(struct shaping *s)
{
    struct rows hops = s->p->plan->hops;

    s->p->plan->hops = (struct rows){0};
    for (size_t i = 0; i < hops.n; i++) {
        const struct plan_hop *hop = hops.items[i];
        bool used = false;

        for (size_t j = 0; j < s->p->plan->paths.n; j++) {
            const struct plan_path *path = s->p->plan->paths.items[j];

            used = used || is_among(&path->hops, hop->name);
        }
        if (used) {
            place_add(s->p->mem, &s->p->plan->hops, hops.items[i]);
        }
    }
}

/* All of the NSD's paths say which connections are functions' and how positions are called; those
 * of the NS stay as they are. */
static void
paths_fill(struct shaping *s)
{
    struct rows all;

    place_paths(s->p);
    all = s->p->plan->paths;
    s->p->plan->paths = (struct rows){0};
    for (size_t i = 0; i < s->made->paths.n; i++) {
        const struct plan_path *path = s->made->paths.items[i];

        if (!is_among(&s->ns->graphs_removed, path->graph) &&
            !is_among(&s->ns->graphs_changed, path->graph)) {
            place_add(s->p->mem, &s->p->plan->paths, row_copy(s->p->mem, path));
        }
    }
    for (size_t i = 0; i < s->ns->graph_paths.n; i++) {
        place_add(s->p->mem, &s->p->plan->paths,
                  row_copy(s->p->mem, s->ns->graph_paths.items[i]));
    }
    for (size_t i = 0; i < all.n; i++) {
        const struct plan_path *path = all.items[i];

        if (is_among(&s->ns->graphs_added, path->graph)) {
            place_add(s->p->mem, &s->p->plan->paths, all.items[i]);
        }
    }
    hops_keep(s);
}

/* ---- the step -------------------------------------------------------------------------- */

static struct err *
shape_local(struct tx *tx, const void *arg, void *out)
{
    const struct shape_in *in = arg;
    struct instantiate_ns_request *request = row_new(tx_mem(tx), &instantiate_ns_request_table);
    const struct ns_made *made = in->made.items[0];
    struct placing p = {
        .mem = tx_mem(tx),
        .in = in->ns.items[0],
        .sites = &in->sites,
        .plan = out,
        .request = request,
        .bases = &made->sites,
    };
    struct shaping s = {.tx = tx, .p = &p, .in = in, .made = made, .ns = p.in};
    struct nsd *nsd;

    map_init(&p.descriptors, p.mem);
    map_init(&p.packages, p.mem);
    map_init(&p.vnfds, p.mem);
    map_init(&p.names, p.mem);
    map_init(&p.vnfms, p.mem);
    map_init(&p.wheres, p.mem);
    request->saps = s.ns->saps_added;
    TRY(nsd_load(tx, p.in->nsd_info_id, &nsd));
    p.nsd = nsd;
    for (size_t i = 0; i < nsd->n_vnfs; i++) {
        TRY(place_descriptor(tx, &p, &nsd->vnfs[i]));
    }
    p.plan->flavour_id = made->flavour_id;
    p.plan->sites = in->sites;
    there_fill(&s);
    TRY(added_fill(&s));
    TRY(place_vnfs(&p));
    TRY(place_saps(&p));
    TRY(place_inside(tx, &p));
    paths_fill(&s);
    TRY(place_inside_check(tx, &p));
    TRY(place_overlaps(&p));
    TRY(place_routes_change(&p, made));
    TRY(place_passable(&p));
    place_images(&p);
    leaving_drop(&s);
    return NULL;
}

const struct step_kind ns_shape_place = {
    .name = "place in a running NS",
    .doc = "Chooses a site for every VNF and SAP that comes and says why.",
    .effect = FLOW_READ,
    .in = &shape_in_table,
    .out = &ns_plan_table,
    .local = shape_local,
};
