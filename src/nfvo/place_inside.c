/* Paths through nested NSs: a point of a path that is a nested NS's is, in truth, a connection point of
 * a VNF in it, or deeper.  Which one follows from NSDs alone: the one that stands on the link behind the
 * nested NSD's SAP.  Which instances serve it is asked anew at each operation (members.c). */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- the function behind SAPs -------------------------------------------------------------- */

struct searching {
    struct tx *tx;
    const char *project_id;
    const struct nsd_element *element;
    struct inside *found; /* grows; what counts is that it is one */
    const struct nsd_vnf *vnf; /* of it */
    size_t n;
    struct strs names;    /* of all that were found */
    bool is_taken;        /* Paths of the nested NS go through it too. */
};

static struct err *
ambiguous(const struct searching *s, const char *name, size_t n)
{
    return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                   "path element %s: %s has %zu connection points on the link behind the SAP, and one "
                   "or two (where packets enter, where they leave) may be",
                   s->element->name, name, n);
}

/* Those of a list that are on a link: up to two requirements, and how many there are. */
static size_t
on_link(const struct nsd_connection *list, size_t n, const char *link, const char *two[2])
{
    size_t found = 0;

    for (size_t i = 0; i < n; i++) {
        if (str_eq(list[i].link, link)) {
            if (found < 2) {
                two[found] = list[i].requirement;
            }
            found++;
        }
    }
    return found;
}

/* By which connection packets enter, and by which they leave: on two links one of each; on one link its
 * only one, or the first and the second, as with connections that lead to one forwarding node.  False
 * where it does not stand on both. */
static struct err *
ends_of(const struct searching *s, const char *name, const struct nsd_connection *list, size_t n,
        const char *const links[2], const char *ends[2], bool *stands)
{
    const char *in[2] = {0}, *out[2] = {0};
    size_t n_in = on_link(list, n, links[0], in), n_out = on_link(list, n, links[1], out);
    size_t may_be = str_eq(links[0], links[1]) ? 2 : 1;

    *stands = n_in > 0 && n_out > 0;
    if (*stands && (n_in > may_be || n_out > may_be)) {
        return ambiguous(s, name, n_in > n_out ? n_in : n_out);
    }
    ends[0] = in[0];
    ends[1] = out[n_out == 2];
    return NULL;
}

/* Does a path of the NSD itself go through it? */
static bool
is_passed(const struct nsd *nsd, const char *vnf, const char *nested)
{
    for (size_t g = 0; g < nsd->n_graphs; g++) {
        for (size_t p = 0; p < nsd->graphs[g].n_paths; p++) {
            const struct nsd_path *path = &nsd->graphs[g].paths[p];

            for (size_t i = 0; i < path->n_positions; i++) {
                for (size_t k = 0; k < path->positions[i].n_elements; k++) {
                    const struct nsd_cp_ref *ref = &path->positions[i].elements[k].ingress;

                    if ((vnf && str_eq(ref->vnf, vnf)) || (nested && str_eq(ref->nested, nested))) {
                        return true;
                    }
                }
            }
        }
    }
    return false;
}

static struct err *
vnfs_search(struct searching *s, const struct nsd *nsd, const char *path,
            const char *const links[2])
{
    struct mem *mem = tx_mem(s->tx);

    for (size_t i = 0; i < nsd->n_vnfs; i++) {
        const struct nsd_vnf *vnf = &nsd->vnfs[i];
        const char *ends[2] = {0};
        bool stands;

        TRY(ends_of(s, vnf->name, vnf->connections, vnf->n_connections, links, ends, &stands));
        if (stands) {
            s->n++;
            s->vnf = vnf;
            s->is_taken = s->is_taken || is_passed(nsd, vnf->name, NULL);
            s->found->nested = path;
            s->found->vnf = mem_printf(mem, "%s:%s", path, vnf->name);
            s->found->ingress = ends[0];
            s->found->egress = ends[1];
            steer_name_add(mem, &s->names, s->found->vnf);
        }
    }
    return NULL;
}

static struct err *
nested_search(struct searching *s, const struct nsd_nested *nested, const char *const ends[2],
              const char *path, int depth)
{
    struct ns_descriptor *descriptor = NULL;
    const struct nsd_sap *saps[2];
    const char *links[2];
    struct nsd *inner;

    if (depth > NS_DEPTH_MAX) {
        return err_new(E_UNPROCESSABLE, NULL, "network services are nested more than %d deep",
                       NS_DEPTH_MAX);
    }
    TRY(ns_descriptor_find(s->tx, s->project_id, nested->nsd_id, &descriptor));
    TRY(nsd_load(s->tx, descriptor->id, &inner));
    for (size_t i = 0; i < 2; i++) {
        saps[i] = ns_nested_sap(inner, nested, ends[i]);
        if (!saps[i]) {
            return err_new(E_UNPROCESSABLE, NULL, "path element %s: NSD %s maps no SAP to %s",
                           s->element->name, nested->nsd_id, ends[i]);
        }
        links[i] = saps[i]->link;
    }
    TRY(vnfs_search(s, inner, path, links));
    for (size_t i = 0; i < inner->n_nested; i++) {
        const struct nsd_nested *below = &inner->nested[i];
        const char *further[2];
        bool stands;

        TRY(ends_of(s, below->name, below->connections, below->n_connections, links, further,
                    &stands));
        if (stands) {
            s->is_taken = s->is_taken || is_passed(inner, NULL, below->name);
            TRY(nested_search(s, below, further,
                              mem_printf(tx_mem(s->tx), "%s:%s", path, below->name), depth + 1));
        }
    }
    return NULL;
}

static const char *
listed(struct mem *mem, const struct strs *names)
{
    AUTO_BUF text = BUF_INIT;

    for (size_t i = 0; i < names->n; i++) {
        buf_printf(&text, "%s%s", i ? ", " : "", names->items[i]);
    }
    return mem_str(mem, str_or(text.data, "none"));
}

static struct err *
found_check(const struct searching *s, const struct nsd *nsd)
{
    const char *element = s->element->name, *profile = s->element->ingress.nested;

    if (s->n != 1) {
        return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                       "path element %s: packets enter and leave NS profile %s by one function that is "
                       "on the links of its SAPs, and %zu are (%s)",
                       element, profile, s->n, listed(tx_mem(s->tx), &s->names));
    }
    if (s->is_taken) {
        return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                       "path element %s: a path of NS profile %s itself goes through %s, and a port is "
                       "in one pair of ports",
                       element, profile, s->found->vnf);
    }
    return nsd_vnf(nsd, s->found->vnf)
               ? err_new(E_UNPROCESSABLE, NULL, "%s is a VNF profile and what is nested in %s: call "
                         "one of them otherwise", s->found->vnf, profile)
               : NULL;
}

static struct err *
search(struct tx *tx, const char *project_id, const struct nsd *nsd,
       const struct nsd_element *element, struct inside *inside, const struct nsd_vnf **vnf)
{
    struct searching s = {
        .tx = tx, .project_id = project_id, .element = element, .found = inside};
    const char *const ends[2] = {element->ingress.requirement, element->egress.requirement};
    const struct nsd_nested *nested = nsd_nested_named(nsd, element->ingress.nested);

    *inside = (struct inside){0};
    TRY(nested_search(&s, nested, ends, nested->name, 1));
    *vnf = s.vnf;
    return found_check(&s, nsd);
}

bool
place_goes_inside(const struct nsd_graph *graph)
{
    for (size_t p = 0; p < graph->n_paths; p++) {
        for (size_t i = 0; i < graph->paths[p].n_positions; i++) {
            const struct nsd_position *position = &graph->paths[p].positions[i];

            for (size_t k = 0; k < position->n_elements; k++) {
                if (position->elements[k].ingress.nested) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Elements of the NSD's paths that are nested NSs', one after the other; null behind the last. */
static const struct nsd_element *
element_next(const struct nsd *nsd, size_t *at)
{
    size_t n = 0;

    for (size_t g = 0; g < nsd->n_graphs; g++) {
        for (size_t p = 0; p < nsd->graphs[g].n_paths; p++) {
            const struct nsd_path *path = &nsd->graphs[g].paths[p];

            for (size_t i = 0; i < path->n_positions; i++) {
                for (size_t k = 0; k < path->positions[i].n_elements; k++) {
                    if (path->positions[i].elements[k].ingress.nested && n++ == *at) {
                        (*at)++;
                        return &path->positions[i].elements[k];
                    }
                }
            }
        }
    }
    return NULL;
}

/* ---- what a nested NS is told -------------------------------------------------------------- */

/* A function as the nested NS of a profile calls it; null: it is in another one. */
static struct plan_cp *
below(struct mem *mem, const char *profile, const char *nested, const char *vnf)
{
    size_t n = strlen(profile);
    struct plan_cp *cp;

    if (!nested || strncmp(nested, profile, n) != 0 || (nested[n] && nested[n] != ':')) {
        return NULL;
    }
    cp = row_new(mem, &plan_cp_table);
    cp->vnf = vnf + n + 1;
    cp->nested = nested[n] ? nested + n + 1 : NULL;
    return cp;
}

static void
below_add(struct mem *mem, const char *profile, const struct plan_cp *around, struct rows *passed)
{
    struct plan_cp *cp = below(mem, profile, around->nested, around->vnf);

    if (cp) {
        cp->ingress = around->ingress;
        cp->egress = around->egress;
        place_add(mem, passed, cp);
    }
}

struct err *
inside_passed(struct tx *tx, const struct nsd *nsd, const struct ns_in *around, const char *profile,
              struct rows *passed)
{
    struct plan_cp *cp = row_new(tx_mem(tx), &plan_cp_table);
    const struct nsd_element *element;
    const struct nsd_vnf *vnf;
    struct inside inside;

    for (size_t i = 0; i < around->passed.n; i++) {
        below_add(tx_mem(tx), profile, around->passed.items[i], passed);
    }
    for (size_t at = 0; (element = element_next(nsd, &at)) != NULL;) {
        if (str_eq(element->ingress.nested, profile)) {
            TRY(search(tx, around->project_id, nsd, element, &inside, &vnf));
            cp->nested = inside.nested;
            cp->vnf = inside.vnf;
            cp->ingress = inside.ingress;
            cp->egress = inside.egress;
            below_add(tx_mem(tx), profile, cp, passed);
        }
    }
    return NULL;
}

/* ---- while an NS is placed ----------------------------------------------------------------- */

static struct err *
wanted_read(struct tx *tx, struct placing *p, const struct inside *inside,
            const struct nsd_vnf *profile)
{
    struct vnf_wanted *wanted = row_new(p->mem, &vnf_wanted_table);
    struct vnf_package *package = NULL;
    struct vnfd *vnfd;

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what was searched for without an error is found */
    TRY(vnf_package_find(tx, p->in->project_id, profile->vnfd_id, &package));
    TRY(vnfd_load_once(tx, &p->vnfds, package->id, &vnfd));
    TRY_MSG(vnf_wanted_fill(p->mem, vnfd, profile->flavour_id, profile->level, NULL, wanted),
            "VNF profile %s", inside->vnf);
    map_set(&p->descriptors, inside->vnf, wanted);
    return NULL;
}

struct err *
place_inside(struct tx *tx, struct placing *p)
{
    const struct nsd_element *element;
    struct err *faults = NULL;

    map_init(&p->insides, p->mem);
    for (size_t at = 0; (element = element_next(p->nsd, &at)) != NULL;) {
        struct inside *inside = MEM_NEW(p->mem, struct inside);
        const struct nsd_vnf *vnf = NULL;
        struct err *e = search(tx, p->in->project_id, p->nsd, element, inside, &vnf);

        faults = err_join(faults, e);
        if (!e) {
            TRY(wanted_read(tx, p, inside, vnf));
            map_set(&p->insides, element->name, inside);
        }
    }
    return faults;
}

const struct inside *
place_inside_of(const struct placing *p, const struct nsd_element *element)
{
    return element->ingress.nested ? map_get(&p->insides, element->name) : NULL;
}

/* Those of a list that are of the profile, or are yet to be made as such. */
static size_t
coming_count(const struct rows *list, bool is_made, const char *profile, size_t n)
{
    size_t found = 0;

    for (size_t i = 0; i < list->n; i++) {
        const struct ns_nested *nested = list->items[i];

        found += strlen(nested->profile) == n && !strncmp(nested->profile, profile, n) &&
                 is_made == (nested->ns_instance_id != NULL);
    }
    return found;
}

/* Is there an NS of the profile, or will there be one? */
static struct err *
there_check(struct tx *tx, const struct ns_in *in, const char *hop, const struct plan_cp *cp)
{
    size_t n = strcspn(cp->nested, ":");
    size_t count = coming_count(&in->nested_taken, true, cp->nested, n) +
                   coming_count(&in->nested, false, cp->nested, n);
    struct rows rows;

    TRY(ns_nested_of(tx, in->ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];

        count += ns->nested_as && strlen(ns->nested_as) == n &&
                 !strncmp(ns->nested_as, cp->nested, n);
    }
    return count ? NULL
                 : err_new(E_UNPROCESSABLE, NULL,
                           "position %s would be without instances: there is no NS of NS profile %.*s",
                           hop, (int)n, cp->nested);
}

struct err *
inside_unused_check(const struct rows *hops, const char *profile)
{
    size_t n = strlen(profile);

    for (size_t i = 0; i < hops->n; i++) {
        const struct plan_hop *hop = hops->items[i];

        for (size_t k = 0; k < hop->functions.n; k++) {
            const char *nested = ((const struct plan_cp *)hop->functions.items[k])->nested;

            if (nested && !strncmp(nested, profile, n) && (!nested[n] || nested[n] == ':')) {
                return err_new(E_UNPROCESSABLE, NULL,
                               "position %s of a path is in NSs of NS profile %s: none of these comes or "
                               "goes while the path is there; remove its forwarding graph, and add it again",
                               hop->name, profile);
            }
        }
    }
    return NULL;
}

static struct err *
inside_there_check(struct tx *tx, const struct ns_in *in, const struct rows *hops)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < hops->n; i++) {
        const struct plan_hop *hop = hops->items[i];

        for (size_t k = 0; k < hop->functions.n; k++) {
            const struct plan_cp *cp = hop->functions.items[k];

            faults = err_join(faults, cp->nested ? there_check(tx, in, hop->name, cp) : NULL);
        }
    }
    return faults;
}

static struct err *
ends_check(const struct plan_path *path, const struct rows *ends)
{
    for (size_t i = 0; i < ends->n; i++) {
        const struct plan_cp *cp = ends->items[i];

        if (cp->nested) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "path %s begins or ends at %s in a nested NS: functions in it may be gone "
                           "through, and an end that the NSD leaves open is at any port of the link",
                           path->name, cp->vnf);
        }
    }
    return NULL;
}

/* ---- ports that are there ------------------------------------------------------------------ */

/* Has the VNFD port security on at one of the points? */
static bool
is_secured(const struct vnf_wanted *wanted, const struct plan_cp *cp)
{
    for (size_t i = 0; wanted && i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        for (size_t k = 0; k < vnfc->cps.n; k++) {
            const struct wanted_cp *own = vnfc->cps.items[k];

            if (own->port_security && (str_eq(own->requirement, cp->ingress) ||
                                       str_eq(own->requirement, cp->egress))) {
                return true;
            }
        }
    }
    return false;
}

/* Were its ports made to let others' packets pass? */
static bool
is_function(const struct plan_vnf *vnf, const struct plan_cp *cp)
{
    for (size_t i = 0; i < vnf->connections.n; i++) {
        const struct plan_connection *connection = vnf->connections.items[i];

        if ((str_eq(connection->cpd, cp->ingress) || str_eq(connection->cpd, cp->egress)) &&
            !connection->function) {
            return false;
        }
    }
    return true;
}

static struct err *passable(struct tx *tx, const struct ns_instance *ns, const struct plan_cp *cp,
                            const struct vnf_wanted *wanted);

static struct err *
passable_below(struct tx *tx, const char *ns_id, const struct plan_cp *cp,
               const struct vnf_wanted *wanted)
{
    struct rows rows;

    TRY(ns_nested_of(tx, ns_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(passable(tx, rows.items[i], cp, wanted));
    }
    return NULL;
}

/* 'cp' is as the NS around calls it. */
static struct err *
passable(struct tx *tx, const struct ns_instance *ns, const struct plan_cp *cp,
         const struct vnf_wanted *wanted)
{
    struct plan_cp *own =
        ns->nested_as ? below(tx_mem(tx), ns->nested_as, cp->nested, cp->vnf) : NULL;
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    if (!own || !ns->made) {
        return NULL;
    }
    own->ingress = cp->ingress;
    own->egress = cp->egress;
    if (own->nested) {
        return passable_below(tx, ns->id, own, wanted);
    }
    TRY(ns_instance_made(tx, ns->id, made));
    for (size_t i = 0; i < made->vnfs.n; i++) {
        const struct plan_vnf *vnf = made->vnfs.items[i];

        if (str_eq(vnf->profile, own->vnf) && !is_function(vnf, own)) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "VNF instance %s in NS instance %s has port security at %s or %s, which "
                           "would drop what a path sends through it: its VNFD has to say "
                           "'port_security: disabled' there",
                           vnf->vnf_instance_id, ns->id, own->ingress, own->egress);
        }
    }
    return NULL;
}

static struct err *
function_passable(struct tx *tx, const struct placing *p, const struct plan_cp *cp)
{
    const struct vnf_wanted *wanted = cp->nested ? map_get(&p->descriptors, cp->vnf) : NULL;

    if (!cp->nested || !is_secured(wanted, cp)) {
        return NULL;
    }
    for (size_t i = 0; i < p->in->nested_taken.n; i++) {
        const struct ns_nested *nested = p->in->nested_taken.items[i];
        struct ns_instance *ns;

        TRY(row_get(tx, &ns_instance_table, nested->ns_instance_id, &ns));
        ns = row_copy(p->mem, ns);
        ns->nested_as = nested->profile;
        TRY(passable(tx, ns, cp, wanted));
    }
    return passable_below(tx, p->in->ns_instance_id, cp, wanted);
}

struct err *
place_inside_check(struct tx *tx, const struct placing *p)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < p->plan->paths.n; i++) {
        const struct plan_path *path = p->plan->paths.items[i];

        faults = err_join(faults, ends_check(path, &path->sources));
        faults = err_join(faults, ends_check(path, &path->destinations));
    }
    for (size_t i = 0; i < p->plan->hops.n; i++) {
        const struct plan_hop *hop = p->plan->hops.items[i];

        for (size_t k = 0; k < hop->functions.n; k++) {
            faults = err_join(faults, function_passable(tx, p, hop->functions.items[k]));
        }
    }
    return err_join(faults, inside_there_check(tx, p->in, &p->plan->hops));
}
