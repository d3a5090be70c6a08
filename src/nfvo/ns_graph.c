/* UPDATE_VNFFG (SOL005 6.4.6): paths of a forwarding graph that runs come, get other rules and go, held
 * against what the NS consists of.  An NFP is one rule of a path of ours: those that the NSD gives the
 * same positions share a chain.  What comes of it is all paths that the graph has afterwards. */
#include "base/uuid.h"
#include "nfvo/ns_update.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include <string.h>

#define KEY_CHARS 8 /* Of a uuid; a place in a path is shorter. */

/* One graph of the request. */
struct changing {
    struct ns_updating *u;
    struct mem *mem;
    const char *graph;
    struct rows paths; /* struct plan_path: as they will be */
};

/* ---- names --------------------------------------------------------------------------------- */

const char *
ns_nfp_id(struct mem *mem, const struct plan_path *path, size_t i)
{
    const struct plan_rule *rule = path->rules.items[i];

    return rule->nfp ? rule->nfp : mem_printf(mem, "%s.%zu", path->name, i);
}

/* Is it GRAPH.NAME? */
static bool
is_own_of(const char *path, const char *graph)
{
    size_t n = strlen(graph);

    return !strncmp(path, graph, n) && path[n] == '.';
}

bool
ns_nfp_is_own(const struct plan_path *path)
{
    return is_own_of(path->name, path->graph);
}

const char *
ns_graph_of(const struct nsd *nsd, const char *path)
{
    for (size_t i = 0; i < nsd->n_graphs; i++) {
        for (size_t j = 0; j < nsd->graphs[i].n_paths; j++) {
            if (str_eq(nsd->graphs[i].paths[j].name, path)) {
                return nsd->graphs[i].name;
            }
        }
    }
    for (size_t i = 0; i < nsd->n_graphs; i++) {
        if (is_own_of(path, nsd->graphs[i].name)) {
            return nsd->graphs[i].name;
        }
    }
    return NULL;
}

static const char *
key_new(struct mem *mem)
{
    return mem_strn(mem, uuid_make(mem), KEY_CHARS);
}

static bool
is_plain(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
           strlen(name);
}

/* ---- what there is ------------------------------------------------------------------------- */

/* The paths of the graph; each rule is called from now on what it was called by its place. */
static void
paths_copy(struct changing *c)
{
    for (size_t i = 0; i < c->u->made->paths.n; i++) {
        const struct plan_path *before = c->u->made->paths.items[i];
        struct plan_path *path;

        if (!str_eq(before->graph, c->graph)) {
            continue;
        }
        path = row_copy(c->mem, before);
        path->rules = (struct rows){0};
        for (size_t k = 0; k < before->rules.n; k++) {
            struct plan_rule *rule = row_copy(c->mem, before->rules.items[k]);

            rule->nfp = ns_nfp_id(c->mem, before, k);
            rule->key = rule->key ? rule->key : mem_printf(c->mem, "%zu", k);
            place_add(c->mem, &path->rules, rule);
        }
        place_add(c->mem, &c->paths, path);
    }
}

static struct plan_path *
nfp_find(const struct changing *c, const char *id, size_t *at)
{
    for (size_t i = 0; i < c->paths.n; i++) {
        struct plan_path *path = c->paths.items[i];

        for (size_t k = 0; k < path->rules.n; k++) {
            if (str_eq(ns_nfp_id(c->mem, path, k), id)) {
                *at = k;
                return path;
            }
        }
    }
    return NULL;
}

static const struct fwd_port *
port_find(const struct ns_made *made, const char *id)
{
    for (size_t i = 0; i < made->ports.n; i++) {
        const struct fwd_port *port = made->ports.items[i];

        if (str_eq(port->port_id, id)) {
            return port;
        }
    }
    return NULL;
}

/* ---- positions ---------------------------------------------------------------------------- */

/* A pair of connection points: of which function of which instance. */
struct cp_at {
    const char *profile, *instance, *ingress, *egress;
};

/* The way of an NFP. */
struct way {
    struct strs hops, links;
    struct rows sources, destinations;
};

static void
link_add(struct mem *mem, struct way *way, const char *link)
{
    for (size_t i = 0; i < way->links.n; i++) {
        if (str_eq(way->links.items[i], link)) {
            return;
        }
    }
    steer_name_add(mem, &way->links, link);
}

static const char *
last_of(const char *port)
{
    return strrchr(port, '/') + 1;
}

static struct err *
cp_read(struct changing *c, const char *id, struct way *way, const char **port)
{
    const struct fwd_port *found = port_find(c->u->made, id);

    if (!found || !strchr(found->name, '/')) {
        return err_new(E_UNPROCESSABLE, NULL, "no VNF of the NS has connection point %s", id);
    }
    link_add(c->mem, way, found->link);
    *port = found->name;
    return NULL;
}

static struct err *
pair_read(struct changing *c, const struct cp_pair_info *pair, struct way *way, struct cp_at *at)
{
    const struct ns_made *made = c->u->made;
    const char *in = NULL, *out = NULL;
    size_t n;

    TRY(cp_read(c, pair->cps.items[0], way, &in));
    TRY(cp_read(c, pair->cps.items[pair->cps.n - 1], way, &out));
    n = (size_t)(last_of(in) - in);
    if (strncmp(in, out, n) != 0 || strchr(out + n, '/')) {
        return err_new(E_UNPROCESSABLE, NULL, "connection points %s and %s are of two instances",
                       pair->cps.items[0], pair->cps.items[1]);
    }
    at->instance = mem_strn(c->mem, in, n - 1);
    at->ingress = last_of(in);
    at->egress = last_of(out);
    for (size_t i = 0; i < made->vnfs.n; i++) {
        const struct plan_vnf *vnf = made->vnfs.items[i];

        if (str_starts(in, mem_printf(c->mem, "%s/", vnf->name))) {
            at->profile = vnf->profile;
        }
    }
    return NULL;
}

static bool
hop_has(const struct plan_hop *hop, const struct cp_at *at)
{
    for (size_t i = 0; i < hop->functions.n; i++) {
        const struct plan_cp *cp = hop->functions.items[i];

        if (str_eq(cp->vnf, at->profile) && str_eq(cp->ingress, at->ingress) &&
            str_eq(cp->egress, at->egress)) {
            return true;
        }
    }
    return false;
}

/* Instances that serve the position now. */
static size_t
hop_count(struct changing *c, const struct plan_hop *hop)
{
    const struct ns_made *made = c->u->made;
    size_t n = 0;

    for (size_t i = 0; i < made->ports.n; i++) {
        const struct fwd_port *port = made->ports.items[i];

        for (size_t k = 0; strchr(port->name, '/') && !port->lone && k < hop->functions.n; k++) {
            const struct plan_cp *cp = hop->functions.items[k];

            for (size_t v = 0; str_eq(cp->ingress, last_of(port->name)) && v < made->vnfs.n; v++) {
                const struct plan_vnf *vnf = made->vnfs.items[v];

                n += str_eq(vnf->profile, cp->vnf) &&
                     str_starts(port->name, mem_printf(c->mem, "%s/", vnf->name));
            }
        }
    }
    return n;
}

/* All pairs are of one position, and all of its instances are among them. */
static struct err *
hop_read(struct changing *c, const struct cp_at *ats, size_t n, struct way *way, bool *is_hop)
{
    struct map seen;

    *is_hop = false;
    map_init(&seen, c->mem);
    for (size_t i = 0; i < n; i++) {
        if (!map_add(&seen, ats[i].instance, c)) {
            return err_new(E_UNPROCESSABLE, NULL, "instance %s is given twice", ats[i].instance);
        }
    }
    for (size_t i = 0; i < c->u->made->hops.n; i++) {
        const struct plan_hop *hop = c->u->made->hops.items[i];

        if (!hop_has(hop, &ats[0])) {
            continue;
        }
        for (size_t k = 1; k < n; k++) {
            if (!hop_has(hop, &ats[k])) {
                return err_new(E_UNPROCESSABLE, NULL, "instance %s is not of position %s",
                               ats[k].instance, hop->name);
            }
        }
        if (hop_count(c, hop) != n) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "position %s has %zu instances, %zu are given: all of a position serve "
                           "its paths",
                           hop->name, hop_count(c, hop), n);
        }
        steer_name_add(c->mem, &way->hops, hop->name);
        *is_hop = true;
        return NULL;
    }
    return NULL;
}

static bool
end_is(const struct plan_cp *a, const struct plan_cp *b)
{
    return str_eq(a->sap, b->sap) && str_eq(a->vnf, b->vnf) && str_eq(a->ingress, b->ingress);
}

static bool
is_end(const struct rows *ends, const struct plan_cp *cp)
{
    for (size_t i = 0; i < ends->n; i++) {
        if (end_is(ends->items[i], cp)) {
            return true;
        }
    }
    return false;
}

/* Instances that are the end now. */
static size_t
end_count(struct changing *c, const struct plan_cp *cp)
{
    const struct ns_made *made = c->u->made;
    size_t n = 0;

    for (size_t i = 0; i < made->vnfs.n * made->ports.n; i++) {
        const struct plan_vnf *vnf = made->vnfs.items[i / made->ports.n];
        const struct fwd_port *port = made->ports.items[i % made->ports.n];

        n += str_eq(vnf->profile, cp->vnf) && steer_port_is(port->name, vnf->name, cp->ingress);
    }
    return n;
}

/* An end is a connection point of a VNF profile, at all of its instances, those that come later too. */
static struct err *
ends_check(struct changing *c, const struct cp_at *ats, size_t n, const struct rows *ends)
{
    for (size_t i = 0; i < ends->n; i++) {
        const struct plan_cp *cp = ends->items[i];
        size_t given = 0;

        for (size_t k = 0; k < n; k++) {
            given += str_eq(ats[k].profile, cp->vnf) && str_eq(ats[k].ingress, cp->ingress);
        }
        if (cp->vnf && given != end_count(c, cp)) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "%s of VNF profile %s has %zu instances, %zu are given: all of them are "
                           "an end of the path",
                           cp->ingress, cp->vnf, end_count(c, cp), given);
        }
    }
    return NULL;
}

static struct err *
vnfs_read(struct changing *c, const struct cp_group_info *group, struct rows *ends,
          struct way *way)
{
    struct cp_at *ats = MEM_ARRAY(c->mem, group->pairs.n, struct cp_at);
    bool is_hop;

    for (size_t i = 0; i < group->pairs.n; i++) {
        TRY(pair_read(c, group->pairs.items[i], way, &ats[i]));
    }
    TRY(hop_read(c, ats, group->pairs.n, way, &is_hop));
    if (is_hop) {
        return NULL;
    }
    for (size_t i = 0; i < group->pairs.n; i++) {
        struct plan_cp *cp = row_new(c->mem, &plan_cp_table);

        if (!ends || !str_eq(ats[i].ingress, ats[i].egress)) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "%s is of no position that a path of the NS goes through",
                           ats[i].instance);
        }
        cp->vnf = ats[i].profile;
        cp->ingress = cp->egress = ats[i].ingress;
        if (!is_end(ends, cp)) {
            place_add(c->mem, ends, cp);
        }
    }
    return ends_check(c, ats, group->pairs.n, ends);
}

static struct err *
sap_read(struct changing *c, const char *id, struct rows *ends, struct way *way)
{
    for (size_t i = 0; i < c->u->made->saps.n; i++) {
        const struct ns_sap_made *sap = c->u->made->saps.items[i];
        struct plan_cp *cp = row_new(c->mem, &plan_cp_table);

        if (str_eq(sap->port_id, id)) {
            cp->sap = sap->name;
            if (is_end(ends, cp)) {
                return err_new(E_UNPROCESSABLE, NULL, "SAP %s is given twice", id);
            }
            link_add(c->mem, way, sap->link);
            place_add(c->mem, ends, cp);
            return NULL;
        }
    }
    return err_new(E_UNPROCESSABLE, NULL, "the NS has no SAP %s", id);
}

/* 'ends': where the group may be an end of the path. */
static struct err *
group_read(struct changing *c, const struct cp_group_info *group, struct rows *ends,
           struct way *way)
{
    size_t n_cps = 0;

    for (size_t i = 0; i < group->pairs.n; i++) {
        const struct cp_pair_info *pair = group->pairs.items[i];

        if (pair->pnfs.n) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "pnfExtCpIds: a path goes through a PNF where the NSD says so: an NFP that is "
                           "added without cpGroup has the way of the others");
        }
        if ((pair->cps.n > 0) == (pair->saps.n > 0)) {
            return err_new(E_UNPROCESSABLE, NULL, "vnfExtCpIds or sapIds are needed");
        }
        n_cps += pair->cps.n > 0;
        if (pair->saps.n && !ends) {
            return err_new(E_UNPROCESSABLE, NULL, "a SAP is at an end of a path");
        }
        if (pair->saps.n > 1) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "sapIds: packets enter and leave a SAP by one port: one id is needed");
        }
        TRY(pair->saps.n ? sap_read(c, pair->saps.items[0], ends, way) : NULL);
    }
    if (n_cps && n_cps < group->pairs.n) {
        return err_new(E_UNPROCESSABLE, NULL, "SAPs and VNFs are at two positions");
    }
    return n_cps ? vnfs_read(c, group, ends, way) : NULL;
}

static struct err *
way_read(struct changing *c, const struct rows *groups, struct way *way)
{
    for (size_t i = 0; i < groups->n; i++) {
        struct rows *ends = i == 0               ? &way->sources
                            : i + 1 == groups->n ? &way->destinations
                                                 : NULL;

        TRY_MSG(group_read(c, groups->items[i], ends, way), "cpGroup[%zu]", i);
    }
    return way->hops.n
               ? NULL
               : err_new(E_UNPROCESSABLE, NULL, "cpGroup: the path goes through no function");
}

/* ---- the same way? ------------------------------------------------------------------------ */

static bool
same_names(const struct strs *a, const struct strs *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        if (!str_eq(a->items[i], b->items[i])) {
            return false;
        }
    }
    return a->n == b->n;
}

static bool
same_ends(const struct rows *a, const struct rows *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        if (!is_end(b, a->items[i])) {
            return false;
        }
    }
    return a->n == b->n;
}

static bool
same_way(const struct plan_path *path, const struct strs *hops, const struct rows *sources,
         const struct rows *destinations)
{
    return same_names(&path->hops, hops) && same_ends(&path->sources, sources) &&
           same_ends(&path->destinations, destinations);
}

/* The path that all NFPs of the graph have the way of. */
static struct plan_path *
only_way(const struct changing *c)
{
    struct plan_path *first = c->paths.n ? c->paths.items[0] : NULL;

    for (size_t i = 1; i < c->paths.n; i++) {
        const struct plan_path *path = c->paths.items[i];

        if (!same_way(path, &first->hops, &first->sources, &first->destinations)) {
            return NULL;
        }
    }
    return first;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static struct err *
ports_read(const struct nfp_rule *asked, const struct rows *range, const char *what, int64_t *min,
           int64_t *max)
{
    const struct port_range *ports = range->n ? range->items[0] : NULL;

    *min = ports ? ports->lower : INT_NULL;
    *max = ports ? ports->upper : INT_NULL;
    if (ports && ports->lower > ports->upper) {
        return err_new(E_UNPROCESSABLE, NULL, "nfpRule: %s: lowerPort is above upperPort", what);
    }
    if (ports && !str_eq(asked->protocol, "TCP") && !str_eq(asked->protocol, "UDP")) {
        return err_new(E_UNPROCESSABLE, NULL, "nfpRule: %s needs protocol TCP or UDP", what);
    }
    return NULL;
}

static struct err *
prefix_read(const char *ethertype, const char *prefix, const char **out)
{
    if (prefix && (strchr(prefix, ':') != NULL) != str_eq(ethertype, "IPv6")) {
        return err_new(E_UNPROCESSABLE, NULL, "nfpRule: %s is not of etherType %s", prefix,
                       ethertype);
    }
    *out = prefix;
    return NULL;
}

static struct err *
rule_read(struct changing *c, const struct nfp_data *data, struct plan_rule *rule)
{
    const struct nfp_rule *asked = data->rules.items[0];
    const char *protocol = asked->protocol;

    if (!asked->ether_type && !protocol && !asked->source && !asked->destination &&
        asked->sources.n + asked->destinations.n == 0) {
        return err_new(E_UNPROCESSABLE, NULL, "nfpRule: at least one attribute is needed");
    }
    rule->key = key_new(c->mem);
    rule->ethertype = str_eq(asked->ether_type, "IPV6") ? "IPv6" : "IPv4";
    rule->protocol = !protocol                 ? NULL
                     : str_eq(protocol, "TCP") ? "tcp"
                     : str_eq(protocol, "UDP") ? "udp"
                                               : "icmp";
    TRY(ports_read(asked, &asked->sources, "sourcePortRange", &rule->source_port_min,
                   &rule->source_port_max));
    TRY(ports_read(asked, &asked->destinations, "destinationPortRange",
                   &rule->destination_port_min, &rule->destination_port_max));
    TRY(prefix_read(rule->ethertype, asked->source, &rule->source_prefix));
    return prefix_read(rule->ethertype, asked->destination, &rule->destination_prefix);
}

/* ---- one NFP ------------------------------------------------------------------------------- */

static struct err *
nfp_remove(struct changing *c, const char *id)
{
    size_t at = 0;
    struct plan_path *path = nfp_find(c, id, &at);
    struct rows rules, paths = c->paths;

    if (!path) {
        return err_new(E_UNPROCESSABLE, NULL, "VNFFG %s has no NFP %s", c->graph, id);
    }
    rules = path->rules;
    path->rules = (struct rows){0};
    for (size_t i = 0; i < rules.n; i++) {
        if (i != at) {
            place_add(c->mem, &path->rules, rules.items[i]);
        }
    }
    c->paths = (struct rows){0};
    for (size_t i = 0; i < paths.n; i++) {
        if (((const struct plan_path *)paths.items[i])->rules.n) {
            place_add(c->mem, &c->paths, paths.items[i]);
        }
    }
    c->u->one_way = true;
    return NULL;
}

static struct err *
nfp_modify(struct changing *c, const struct nfp_data *data)
{
    size_t at = 0;
    struct plan_path *path = nfp_find(c, data->id, &at);
    struct plan_rule *rule;
    struct way way = {0};

    if (!path) {
        return err_new(E_UNPROCESSABLE, NULL, "VNFFG %s has no NFP %s", c->graph, data->id);
    }
    if (data->groups.n) {
        TRY(way_read(c, &data->groups, &way));
        if (!same_way(path, &way.hops, &way.sources, &way.destinations)) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "the positions of an NFP that is there stay: remove it and add another");
        }
    }
    rule = path->rules.items[at];
    rule->nfp_name = str_or(data->name, rule->nfp_name);
    if (data->rules.n) {
        TRY(rule_read(c, data, rule));
        c->u->one_way = true; /* Its classifiers of before are deleted. */
    }
    return NULL;
}

static bool
is_taken(const struct changing *c, const char *path)
{
    for (size_t i = 0; i < c->u->made->paths.n + c->paths.n; i++) {
        const struct plan_path *other = i < c->u->made->paths.n
                                            ? c->u->made->paths.items[i]
                                            : c->paths.items[i - c->u->made->paths.n];

        if (str_eq(other->name, path)) {
            return true;
        }
    }
    return false;
}

/* A path of the client's own, through positions that others go through. */
static struct err *
path_new(struct changing *c, const struct nfp_data *data, struct plan_path **out)
{
    struct plan_path *path = row_new(c->mem, &plan_path_table);
    struct way way = {0};

    path->name = mem_printf(c->mem, "%s.%s", c->graph, data->name);
    path->graph = c->graph;
    if (!is_plain(data->name)) {
        return err_new(E_UNPROCESSABLE, NULL, "nfpName: letters, digits, - and _ only");
    }
    if (is_taken(c, path->name)) {
        return err_new(E_UNPROCESSABLE, NULL, "VNFFG %s has an NFP %s already", c->graph,
                       data->name);
    }
    TRY(way_read(c, &data->groups, &way));
    path->hops = way.hops;
    path->links = way.links;
    path->sources = way.sources;
    path->destinations = way.destinations;
    place_add(c->mem, &c->paths, path);
    *out = path;
    return NULL;
}

static struct err *
nfp_add(struct changing *c, const struct nfp_data *data)
{
    struct plan_rule *rule = row_new(c->mem, &plan_rule_table);
    struct plan_path *path = NULL;

    if (!data->name || data->rules.n == 0) {
        return err_new(E_UNPROCESSABLE, NULL, "a new NFP needs nfpName and nfpRule");
    }
    TRY(rule_read(c, data, rule));
    if (data->groups.n) {
        TRY(path_new(c, data, &path));
    } else {
        path = only_way(c);
    }
    if (!path) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "cpGroup is needed: the NFPs of VNFFG %s do not all go the same way",
                       c->graph);
    }
    rule->name = rule->nfp_name = data->name;
    rule->nfp = mem_printf(c->mem, "%s.%s", path->name, rule->key);
    place_add(c->mem, &path->rules, rule);
    return NULL;
}

/* ---- the request ------------------------------------------------------------------------------ */

/* No packets may be of two paths. */
static struct err *
overlaps_check(struct ns_updating *u)
{
    struct ns_plan *plan = row_new(tx_mem(u->tx), &ns_plan_table);
    const struct placing p = {.mem = tx_mem(u->tx), .plan = plan};

    for (size_t i = 0; i < u->in->graph_paths.n; i++) {
        place_add(tx_mem(u->tx), &plan->paths, u->in->graph_paths.items[i]);
    }
    for (size_t i = 0; i < u->made->paths.n; i++) {
        const struct plan_path *path = u->made->paths.items[i];
        bool is_changed = false;

        for (size_t k = 0; k < u->in->graphs_changed.n; k++) {
            is_changed = is_changed || str_eq(u->in->graphs_changed.items[k], path->graph);
        }
        if (!is_changed) {
            place_add(tx_mem(u->tx), &plan->paths, u->made->paths.items[i]);
        }
    }
    return place_overlaps(&p);
}

static struct err *
nfps_change(struct changing *c, const struct update_vnffg_data *data)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < data->gone.n; i++) {
        faults = err_join(faults, nfp_remove(c, data->gone.items[i]));
    }
    for (size_t i = 0; i < data->nfps.n; i++) {
        const struct nfp_data *nfp = data->nfps.items[i];
        struct err *e = nfp->id ? nfp_modify(c, nfp) : nfp_add(c, nfp);

        if (e) {
            request_fault(&faults, "nfp[%zu]: %s", i, err_full(c->mem, e));
            err_ignore(e, "its text is part of the list's");
        }
    }
    if (!faults && c->paths.n == 0) {
        request_fault(&faults, "VNFFG %s would have no NFP: REMOVE_VNFFG takes it away", c->graph);
    }
    return faults;
}

struct err *
update_graph_change(struct ns_updating *u, const void *item)
{
    const struct update_vnffg_data *data = item;
    struct changing c = {.u = u, .mem = tx_mem(u->tx)};

    if (!data) {
        return overlaps_check(u);
    }
    c.graph = data->graph;
    paths_copy(&c);
    if (c.paths.n == 0) {
        return err_new(E_UNPROCESSABLE, NULL, "the NS has no VNFFG %s", data->graph);
    }
    for (size_t i = 0; i < u->in->graphs_changed.n; i++) {
        if (str_eq(u->in->graphs_changed.items[i], data->graph)) {
            return err_new(E_UNPROCESSABLE, NULL, "VNFFG %s is given twice", data->graph);
        }
    }
    if (data->nfps.n + data->gone.n == 0) {
        return err_new(E_UNPROCESSABLE, NULL, "nfp or nfpInfoId is needed");
    }
    TRY(nfps_change(&c, data));
    steer_name_add(c.mem, &u->in->graphs_changed, data->graph);
    for (size_t i = 0; i < c.paths.n; i++) {
        place_add(c.mem, &u->in->graph_paths, c.paths.items[i]);
    }
    return NULL;
}
