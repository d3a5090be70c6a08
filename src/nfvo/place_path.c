/* Forwarding graphs: from the positions of a path to functions in order, the
 * ends between which its flows go, and the rules that select them.
 *
 * A position is an end and not a function where it is the first or the last of a
 * path and consists of SAPs, or of connection points of VNFs that do not forward:
 * packets enter and leave by the same one, and the VNFD keeps port security on
 * there. */
#include "nfvo/place.h"

#include <string.h>

static const struct wanted_cp *
cp_of(const struct placing *p, const char *profile, const char *requirement)
{
    const struct vnf_wanted *wanted = map_get(&p->descriptors, profile);

    for (size_t i = 0; wanted && i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];

            if (str_eq(cp->requirement, requirement)) {
                return cp;
            }
        }
    }
    return NULL;
}

/* The connection point that an element stands for: one of a nested NS for one in that NS. */
static struct plan_cp *
point_of(const struct placing *p, const struct nsd_element *element)
{
    const struct inside *inside = place_inside_of(p, element);
    struct plan_cp *point = row_new(p->mem, &plan_cp_table);
    const struct wanted_cp *cp;

    point->vnf = element->ingress.vnf;
    point->ingress = element->ingress.requirement;
    point->egress = element->egress.vnf ? element->egress.requirement : point->ingress;
    point->sap = element->ingress.sap;
    if (inside) {
        point->nested = inside->nested;
        point->vnf = inside->vnf;
        point->ingress = inside->ingress;
        point->egress = inside->egress;
    }
    cp = cp_of(p, str_or(point->vnf, ""), point->ingress);
    point->routed = cp && cp->routed;
    return point;
}

static bool
is_end(const struct placing *p, const struct nsd_position *position)
{
    for (size_t i = 0; i < position->n_elements; i++) {
        const struct plan_cp *point = point_of(p, &position->elements[i]);
        const struct wanted_cp *cp;

        if (point->sap) {
            continue;
        }
        cp = cp_of(p, point->vnf, point->ingress);
        if (!str_eq(point->ingress, point->egress) || (cp && !cp->port_security)) {
            return false;
        }
    }
    return true;
}

static void
cps_add(struct placing *p, const struct nsd_position *position, struct rows *rows)
{
    for (size_t i = 0; i < position->n_elements; i++) {
        place_add(p->mem, rows, point_of(p, &position->elements[i]));
    }
}

/* ---- positions ------------------------------------------------------------------------- */

static bool
same_functions(const struct rows *a, const struct rows *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        const struct plan_cp *x = a->items[i], *y = b->items[i];

        if (!str_eq(x->vnf, y->vnf) || !str_eq(x->ingress, y->ingress) ||
            !str_eq(x->egress, y->egress)) {
            return false;
        }
    }
    return a->n == b->n;
}

/* In an NS that runs: its ports are made. */
static bool
is_there(const struct placing *p, const struct plan_vnf *vnf)
{
    for (size_t i = 0; i < p->n_there; i++) {
        if (p->plan->vnfs.items[i] == vnf) {
            return true;
        }
    }
    return false;
}

/* Marks the connections of VNFs that come by which others' traffic passes. */
static void
functions_mark(struct placing *p, const struct plan_hop *hop)
{
    for (size_t i = 0; i < hop->functions.n; i++) {
        const struct plan_cp *cp = hop->functions.items[i];
        struct rows vnfs;

        place_instances(p, cp->vnf, &vnfs);
        for (size_t j = 0; j < vnfs.n; j++) {
            const struct plan_vnf *vnf = vnfs.items[j];

            for (size_t k = 0; !is_there(p, vnf) && k < vnf->connections.n; k++) {
                struct plan_connection *connection = vnf->connections.items[k];

                connection->function = connection->function ||
                                       str_eq(connection->cpd, cp->ingress) ||
                                       str_eq(connection->cpd, cp->egress);
            }
        }
    }
}

static bool
is_named(const struct placing *p, const char *name)
{
    for (size_t i = 0; i < p->plan->hops.n; i++) {
        if (str_eq(((const struct plan_hop *)p->plan->hops.items[i])->name, name)) {
            return true;
        }
    }
    return false;
}

/* PATH-POSITION, which may be another one's too: "a" and "b-c", "a-b" and "c".  Then it begins with the
 * length of PATH, as often as that takes. */
static const char *
hop_name(struct placing *p, const struct nsd_path *path, const struct nsd_position *position)
{
    const char *name = mem_printf(p->mem, "%s-%s", path->name, position->name);

    while (is_named(p, name)) {
        name = mem_printf(p->mem, "%zu-%s", strlen(path->name), name);
    }
    return name;
}

/* The same functions are one position for all paths. */
static const char *
hop_get(struct placing *p, const struct nsd_path *path, const struct nsd_position *position)
{
    struct plan_hop *hop = row_new(p->mem, &plan_hop_table);

    cps_add(p, position, &hop->functions);
    for (size_t i = 0; i < p->plan->hops.n; i++) {
        const struct plan_hop *known = p->plan->hops.items[i];

        if (same_functions(&known->functions, &hop->functions)) {
            return known->name;
        }
    }
    hop->name = hop_name(p, path, position);
    functions_mark(p, hop);
    place_add(p->mem, &p->plan->hops, hop);
    return hop->name;
}

/* ---- rules ------------------------------------------------------------------------------- */

static int64_t
port_or_null(int64_t port)
{
    return port < 0 ? INT_NULL : port;
}

static void
rule_add(struct placing *p, const struct nsd_rule *described, struct plan_path *path)
{
    struct plan_rule *rule = row_new(p->mem, &plan_rule_table);

    rule->name = described->name;
    rule->ethertype = str_eq_case(described->ether_type, "ipv6") ? "IPv6" : "IPv4";
    rule->protocol = described->protocol;
    rule->source_port_min = port_or_null(described->source_port_min);
    rule->source_port_max = port_or_null(described->source_port_max);
    rule->destination_port_min = port_or_null(described->destination_port_min);
    rule->destination_port_max = port_or_null(described->destination_port_max);
    rule->source_prefix = described->source_prefix;
    rule->destination_prefix = described->destination_prefix;
    place_add(p->mem, &path->rules, rule);
}

/* ---- links that a path passes ---------------------------------------------------------------- */

static void
link_add(struct placing *p, struct plan_path *path, const struct nsd_cp_ref *ref)
{
    const struct vnfd_link *link = nsd_link_of(p->nsd, ref);
    const char **grown;

    for (size_t i = 0; link && i < path->links.n; i++) {
        if (str_eq(path->links.items[i], link->name)) {
            return;
        }
    }
    if (!link) {
        return;
    }
    grown = MEM_ARRAY(p->mem, path->links.n + 1, const char *);
    for (size_t i = 0; i < path->links.n; i++) {
        grown[i] = path->links.items[i];
    }
    grown[path->links.n++] = link->name;
    path->links.items = grown;
}

static void
links_fill(struct placing *p, const struct nsd_path *described, struct plan_path *path)
{
    for (size_t i = 0; i < described->n_positions; i++) {
        for (size_t j = 0; j < described->positions[i].n_elements; j++) {
            link_add(p, path, &described->positions[i].elements[j].ingress);
            link_add(p, path, &described->positions[i].elements[j].egress);
        }
    }
}

/* ---- the path -----------------------------------------------------------------------------------
 */

static void
hops_fill(struct placing *p, const struct nsd_path *described, struct plan_path *path)
{
    size_t first = 0, last = described->n_positions;

    if (last > 0 && is_end(p, &described->positions[0])) {
        cps_add(p, &described->positions[0], &path->sources);
        first = 1;
    }
    if (last > first && is_end(p, &described->positions[last - 1])) {
        cps_add(p, &described->positions[last - 1], &path->destinations);
        last--;
    }
    path->hops.items = MEM_ARRAY(p->mem, last - first + 1, const char *);
    for (size_t i = first; i < last; i++) {
        path->hops.items[path->hops.n++] = hop_get(p, described, &described->positions[i]);
    }
}

static void
path_note(struct placing *p, const struct plan_path *path)
{
    AUTO_BUF text = BUF_INIT;

    for (size_t i = 0; i < path->hops.n; i++) {
        buf_printf(&text, "%s%s", i ? ", " : "", path->hops.items[i]);
    }
    place_note(p, "path %s goes through %zu functions: %s", path->name, path->hops.n,
               str_or(text.data, "none"));
}

static void
path_place(struct placing *p, const struct nsd_graph *graph, const struct nsd_path *described)
{
    struct plan_path *path = row_new(p->mem, &plan_path_table);

    path->name = described->name;
    path->graph = graph->name;
    links_fill(p, described, path);
    hops_fill(p, described, path);
    for (size_t i = 0; i < described->n_rules; i++) {
        rule_add(p, &described->rules[i], path);
    }
    if (path->hops.n == 0) {
        place_note(p, "path %s goes through no function: nothing to steer", path->name);
        return;
    }
    path_note(p, path);
    place_add(p->mem, &p->plan->paths, path);
}

/* Its port is as its own operation made it, which knew of no path. */
static struct err *
passable_check(const struct placing *p, const struct plan_path *path, const struct plan_vnf *vnf,
               const char *requirement)
{
    const struct wanted_cp *cp = cp_of(p, vnf->profile, requirement);

    for (size_t i = 0; cp && cp->port_security && i < vnf->connections.n; i++) {
        const struct plan_connection *connection = vnf->connections.items[i];

        if (str_eq(connection->cpd, requirement) && !connection->function) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "VNF %s was taken in with port security at %s, which would drop what path "
                           "%s sends through it: its VNFD has to say 'port_security: disabled' there",
                           vnf->name, requirement, path->name);
        }
    }
    return NULL;
}

static struct err *
hop_passable(const struct placing *p, const struct plan_path *path, const struct plan_hop *hop)
{
    for (size_t i = 0; i < hop->functions.n; i++) {
        const struct plan_cp *cp = hop->functions.items[i];

        for (size_t j = 0; j < p->n_there; j++) {
            const struct plan_vnf *vnf = p->plan->vnfs.items[j];

            if (str_eq(vnf->profile, cp->vnf)) {
                TRY(passable_check(p, path, vnf, cp->ingress));
                TRY(passable_check(p, path, vnf, cp->egress));
            }
        }
    }
    return NULL;
}

struct err *
place_passable(const struct placing *p)
{
    for (size_t i = 0; i < p->plan->paths.n; i++) {
        const struct plan_path *path = p->plan->paths.items[i];

        for (size_t j = 0; !path->routed && j < p->plan->hops.n; j++) {
            const struct plan_hop *hop = p->plan->hops.items[j];

            for (size_t k = 0; k < path->hops.n; k++) {
                TRY(str_eq(path->hops.items[k], hop->name) ? hop_passable(p, path, hop) : NULL);
            }
        }
    }
    return NULL;
}

void
place_paths(struct placing *p)
{
    const struct plan_hop around = {.functions = p->in ? p->in->passed : (struct rows){0}};

    functions_mark(p, &around); /* Paths of NSs around. */
    for (size_t i = 0; i < p->nsd->n_graphs; i++) {
        for (size_t j = 0; j < p->nsd->graphs[i].n_paths; j++) {
            path_place(p, &p->nsd->graphs[i], &p->nsd->graphs[i].paths[j]);
        }
    }
}
