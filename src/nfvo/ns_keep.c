/* The rows of an NS at the beginning and at the end of its operations: VNF
 * instances, and what the NS instance tells of itself (SOL005 6.5.2.8). */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- VNF instances ------------------------------------------------------------------- */

static struct err *
vnfs_make_local(struct tx *tx, const void *arg, void *out)
{
    const struct ns_vnfs *in = arg;

    (void)out;
    for (size_t i = 0; i < in->vnfs.n; i++) {
        const struct plan_vnf *vnf = in->vnfs.items[i];
        struct vnf_instance *row = row_new(tx_mem(tx), &vnf_instance_table);

        row->id = vnf->vnf_instance_id;
        row->project_id = in->project_id;
        row->name = vnf->instance_name;
        row->description = vnf->description;
        row->vnfd_id = vnf->vnfd_id;
        row->vnf_profile_id = vnf->profile;
        row->vnfm_id = vnf->vnfm;
        row->ns_instance_id = in->ns_instance_id;
        row->instantiation_state = "NOT_INSTANTIATED";
        TRY(vnf_instance_fill(tx, row));
        TRY(row_insert(tx, row));
    }
    return NULL;
}

static struct err *
vnf_delete(struct tx *tx, const char *id)
{
    struct vnf_instance *row;
    struct cond by_id[] = {COND("id", id), {0}};

    TRY(row_find(tx, &vnf_instance_table, by_id, &row));
    if (!row) {
        return NULL;
    }
    TRY(row_delete(tx, &vnf_instance_table, id));
    return vnf_instance_gone(tx, row);
}

static struct err *
vnfs_make_undo(struct tx *tx, const void *arg, const void *out)
{
    const struct ns_vnfs *in = arg;

    (void)out;
    for (size_t i = 0; i < in->vnfs.n; i++) {
        TRY(vnf_delete(tx, ((const struct plan_vnf *)in->vnfs.items[i])->vnf_instance_id));
    }
    return NULL;
}

const struct step_kind ns_vnfs_make = {
    .name = "vnf instances",
    .doc = "Makes the rows of the NS's VNF instances.",
    .effect = FLOW_LOCAL,
    .in = &ns_vnfs_table,
    .local = vnfs_make_local,
    .undo_local = vnfs_make_undo,
};

static struct err *
vnfs_of(struct tx *tx, const char *ns_instance_id, struct rows *rows)
{
    struct cond of_ns[] = {COND("ns_instance_id", ns_instance_id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &vnf_instance_table, .conds = of_ns, .sorts = by_name};

    return rows_select(tx, &query, rows);
}

struct err *
ns_vnfs_rest(struct tx *tx, const char *ns_instance_id)
{
    static const char *const working[] = {"STARTING", "PROCESSING", "ROLLING_BACK", NULL};
    struct rows rows;

    TRY(vnfs_of(tx, ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const char *id = ((const struct vnf_instance *)rows.items[i])->id;
        struct cond at_work[] = {
            COND("vnf_instance_id", id), {.attr = "operation_state", .texts = working}, {0}};
        struct vnf_lcm_op_occ *occ;

        TRY(row_find(tx, &vnf_lcm_op_occ_table, at_work, &occ));
        if (occ) {
            return err_new(E_CONFLICT, NULL,
                           "operation %s (%s) on VNF instance %s still works: wait for its end",
                           occ->id, occ->operation, id);
        }
    }
    return NULL;
}

static struct err *
vnfs_left_local(struct tx *tx, const void *arg, void *out)
{
    const struct owner *owner = arg;
    struct ns_end *end = out;
    struct rows rows;

    TRY(vnfs_of(tx, owner->owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct vnf_instance *row = rows.items[i];
        struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);

        if (!str_eq(row->instantiation_state, "INSTANTIATED")) {
            continue;
        }
        in->vnf_instance_id = row->id;
        in->package_id = row->package_id;
        in->project_id = row->project_id;
        in->name = str_or(row->name, row->id);
        in->site = row->site_id;
        in->vnfm = row->vnfm_id;
        place_add(tx_mem(tx), &end->vnfs, in);
    }
    return NULL;
}

const struct step_kind ns_vnfs_left = {
    .name = "vnf instances left",
    .doc = "Reads which VNF instances are to be terminated.",
    .effect = FLOW_READ,
    .in = &owner_table,
    .out = &ns_end_table,
    .local = vnfs_left_local,
};

const struct plan_vnf *
plan_vnf_find(const struct rows *vnfs, const char *vnf_instance_id)
{
    for (size_t i = 0; i < vnfs->n; i++) {
        const struct plan_vnf *vnf = vnfs->items[i];

        if (str_eq(vnf->vnf_instance_id, vnf_instance_id)) {
            return vnf;
        }
    }
    return NULL;
}

/* ---- virtualLinkInfo, sapInfo, vnffgInfo ---------------------------------------------- */

static void
resource_write(struct jw *w, const char *key, const char *site, const char *id, const char *type)
{
    jw_object(w, key);
    jw_str(w, "vimId", site);
    jw_str(w, "resourceId", id);
    jw_str(w, "vimLevelResourceType", type);
    jw_end(w);
}

static bool
is_first(const struct ns_made *made, const char *link, size_t site)
{
    for (size_t i = 0; i < site; i++) {
        const struct ns_site_made *before = made->sites.items[i];

        for (size_t j = 0; j < before->nets.n; j++) {
            if (str_eq(((const struct made_net *)before->nets.items[j])->link, link)) {
                return false;
            }
        }
    }
    return true;
}

static void
link_write(struct jw *w, const struct ns_made *made, const char *link)
{
    jw_object(w, NULL);
    jw_str(w, "id", link);
    jw_str(w, "nsVirtualLinkDescId", link);
    jw_str(w, "nsVirtualLinkProfileId", link);
    jw_array(w, "resourceHandle");
    for (size_t i = 0; i < made->sites.n; i++) {
        const struct ns_site_made *site = made->sites.items[i];

        for (size_t j = 0; j < site->nets.n; j++) {
            const struct made_net *net = site->nets.items[j];

            if (str_eq(net->link, link)) {
                resource_write(w, NULL, site->site, net->network_id, "OS::Neutron::Net");
            }
        }
    }
    jw_end(w);
    jw_array(w, "linkPort");
    for (size_t i = 0; i < made->ports.n; i++) {
        const struct fwd_port *port = made->ports.items[i];

        if (str_eq(port->link, link)) {
            jw_object(w, NULL);
            jw_str(w, "id", port->port_id);
            resource_write(w, "resourceHandle", port->site, port->port_id, "OS::Neutron::Port");
            jw_end(w);
        }
    }
    jw_end(w);
    jw_end(w);
}

static void
links_write(struct mem *mem, struct jw *w, const struct ns_made *made, const struct held_list *held)
{
    (void)held;
    (void)mem;
    for (size_t i = 0; i < made->sites.n; i++) {
        const struct ns_site_made *site = made->sites.items[i];

        for (size_t j = 0; j < site->nets.n; j++) {
            const char *link = ((const struct made_net *)site->nets.items[j])->link;

            if (is_first(made, link, i)) {
                link_write(w, made, link);
            }
        }
    }
}

static void
sap_write(struct jw *w, const struct ns_sap_made *sap)
{
    jw_object(w, NULL);
    jw_str(w, "id", sap->port_id);
    jw_str(w, "sapdId", sap->name);
    jw_str(w, "sapName", sap->sap_name);
    if (sap->description) {
        jw_str(w, "description", sap->description);
    }
    protocol_write(w, "sapProtocolInfo", sap->mac_address, &sap->ips, "addresses");
    jw_end(w);
}

static void
saps_write(struct mem *mem, struct jw *w, const struct ns_made *made, const struct held_list *held)
{
    (void)held;
    (void)mem;
    for (size_t i = 0; i < made->saps.n; i++) {
        sap_write(w, made->saps.items[i]);
    }
}

static bool
hop_has(const struct plan_hop *hop, const char *profile)
{
    for (size_t i = 0; i < hop->functions.n; i++) {
        if (str_eq(((const struct plan_cp *)hop->functions.items[i])->vnf, profile)) {
            return true;
        }
    }
    return false;
}

/* Is the position one of a path of the graph? */
static bool
hop_is_of(const struct ns_made *made, const struct plan_hop *hop, const char *graph)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];

        for (size_t j = 0; str_eq(path->graph, graph) && j < path->hops.n; j++) {
            if (str_eq(path->hops.items[j], hop->name)) {
                return true;
            }
        }
    }
    return false;
}

/* VNF instances that serve a graph's positions. */
static void
members_write(struct jw *w, const struct ns_made *made, const char *graph)
{
    jw_array(w, "vnfInstanceId");
    for (size_t i = 0; i < made->vnfs.n; i++) {
        const struct plan_vnf *vnf = made->vnfs.items[i];
        bool member = false;

        for (size_t j = 0; j < made->hops.n && !member; j++) {
            const struct plan_hop *hop = made->hops.items[j];

            member = hop_has(hop, vnf->profile) && hop_is_of(made, hop, graph);
        }
        if (member) {
            jw_str(w, NULL, vnf->vnf_instance_id);
        }
    }
    jw_end(w);
}

/* PNFDs of its physical functions. */
static void
pnfds_write(struct jw *w, const struct ns_made *made, const char *graph)
{
    jw_array(w, "pnfdInfoId");
    for (size_t i = 0; i < made->pnfs.n; i++) {
        const struct ns_pnf *pnf = made->pnfs.items[i];
        bool member = false;

        for (size_t j = 0; j < made->hops.n && !member; j++) {
            const struct plan_hop *hop = made->hops.items[j];

            for (size_t k = 0; hop_is_of(made, hop, graph) && k < hop->functions.n; k++) {
                member = member ||
                         str_eq(((const struct plan_cp *)hop->functions.items[k])->pnf, pnf->profile);
            }
        }
        if (member) {
            jw_str(w, NULL, pnf->pnfd_info_id);
        }
    }
    jw_end(w);
}

static void
rule_write(struct mem *mem, struct jw *w, const struct plan_rule *rule)
{
    jw_object(w, "nfpRule");
    jw_str(w, "etherType", str_eq(rule->ethertype, "IPv6") ? "IPV6" : "IPV4");
    if (rule->protocol) {
        char *upper = mem_str(mem, rule->protocol);

        for (char *p = upper; *p; p++) {
            *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
        }
        jw_str(w, "protocol", upper);
    }
    if (rule->destination_port_min != INT_NULL) {
        jw_object(w, "destinationPortRange");
        jw_int(w, "lowerPort", rule->destination_port_min);
        jw_int(w, "upperPort", rule->destination_port_max);
        jw_end(w);
    }
    if (rule->source_port_min != INT_NULL) {
        jw_object(w, "sourcePortRange");
        jw_int(w, "lowerPort", rule->source_port_min);
        jw_int(w, "upperPort", rule->source_port_max);
        jw_end(w);
    }
    if (rule->source_prefix) {
        jw_str(w, "sourceIpAddressPrefix", rule->source_prefix);
    }
    if (rule->destination_prefix) {
        jw_str(w, "destinationIpAddressPrefix", rule->destination_prefix);
    }
    jw_end(w);
}

static void
path_write(struct mem *mem, struct jw *w, const struct plan_path *path, bool is_led)
{
    for (size_t i = 0; i < path->rules.n; i++) {
        const struct plan_rule *rule = path->rules.items[i];

        jw_object(w, NULL);
        jw_str(w, "id", ns_nfp_id(mem, path, i));
        if (!ns_nfp_is_own(path)) {
            jw_str(w, "nfpdId", path->name);
        }
        jw_str(w, "nfpName", str_or(rule->nfp_name, path->name));
        jw_int(w, "totalCp", (int64_t)path->hops.n * 2);
        rule_write(mem, w, rule);
        jw_str(w, "nfpState", is_led ? "ENABLED" : "DISABLED");
        jw_end(w);
    }
}

static bool
is_held(const struct held_list *held, const char *site, const char *kind, const char *label)
{
    for (size_t i = 0; i < held->items.n; i++) {
        const struct held *item = held->items.items[i];

        if (str_eq(item->kind, kind) && str_eq(item->label, label) &&
            (!site || str_eq(item->site, site))) {
            return true;
        }
    }
    return false;
}

static bool
passes_site(const struct plan_path *path, const struct ns_site_made *site)
{
    for (size_t i = 0; i < site->nets.n; i++) {
        const char *link = ((const struct made_net *)site->nets.items[i])->link;

        for (size_t j = 0; j < path->links.n; j++) {
            if (str_eq(path->links.items[j], link)) {
                return true;
            }
        }
    }
    return false;
}

static bool
is_routed(const struct held_list *held, const struct plan_path *path)
{
    for (size_t i = 0; i < path->routes.n; i++) {
        const struct plan_route *route = path->routes.items[i];

        if (!is_held(held, NULL, "router", route->link)) {
            return false;
        }
    }
    return path->routes.n > 0;
}

/* An update that was given up may have left a path without its chain at a site that packets enter it
 * from.  One that is routed has routers. */
static bool
is_led(const struct ns_made *made, const struct held_list *held, const struct plan_path *path)
{
    for (size_t i = 0; !path->routed && i < made->sites.n; i++) {
        const struct ns_site_made *site = made->sites.items[i];

        if (passes_site(path, site) && !is_held(held, site->site, "port_chain", path->name)) {
            return false;
        }
    }
    return !path->routed || is_routed(held, path);
}

static void
graphs_write(struct mem *mem, struct jw *w, const struct ns_made *made,
             const struct held_list *held)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];
        const struct plan_path *before = i ? made->paths.items[i - 1] : NULL;

        if (before && str_eq(before->graph, path->graph)) {
            continue;
        }
        jw_object(w, NULL);
        jw_str(w, "id", path->graph);
        jw_str(w, "vnffgdId", path->graph);
        members_write(w, made, path->graph);
        pnfds_write(w, made, path->graph);
        jw_array(w, "nsVirtualLinkInfoId");
        for (size_t j = 0; j < path->links.n; j++) {
            jw_str(w, NULL, path->links.items[j]);
        }
        jw_end(w);
        jw_array(w, "nfpInfo");
        for (size_t j = i; j < made->paths.n; j++) {
            const struct plan_path *of_graph = made->paths.items[j];

            if (str_eq(of_graph->graph, path->graph)) {
                path_write(mem, w, of_graph, is_led(made, held, of_graph));
            }
        }
        jw_end(w);
        jw_end(w);
    }
}

static void
scales_write(struct mem *mem, struct jw *w, const struct ns_made *made, const struct held_list *held)
{
    (void)held;
    for (size_t i = 0; i < made->scales.n; i++) {
        const struct vnf_scale *scale = made->scales.items[i];

        jw_object(w, NULL);
        jw_str(w, "nsScalingAspectId", scale->aspect);
        jw_str(w, "nsScaleLevelId", mem_printf(mem, "%lld", (long long)scale->level));
        jw_end(w);
    }
}

typedef void info_fn(struct mem *mem, struct jw *w, const struct ns_made *made,
                     const struct held_list *held);

static struct err *
info_make(struct mem *mem, const struct ns_made *made, const struct held_list *held, info_fn *fn,
          const struct json **info)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    fn(mem, &w, made, held);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, info);
}

/* ---- keep and forget ----------------------------------------------------------------------- */

static struct err *
vteps_keep(struct tx *tx, const struct ns_made *made)
{
    for (size_t i = 0; i < made->sites.n; i++) {
        const struct ns_site_made *seen = made->sites.items[i];
        struct site *old, *site;

        TRY(row_get(tx, &site_table, seen->site, &old));
        site = row_copy(tx_mem(tx), old);
        for (size_t j = 0; j < seen->nets.n; j++) {
            const struct made_net *net = seen->nets.items[j];

            site->vtep = net->vtep ? net->vtep : site->vtep;
        }
        TRY(row_update(tx, old, site));
    }
    return NULL;
}

static struct err *
made_keep(struct tx *tx, const struct ns_made *made)
{
    const char *text = row_to_json(tx_mem(tx), made, false);
    struct owner *owner = row_new(tx_mem(tx), &owner_table);
    struct held_list *held = row_new(tx_mem(tx), &held_list_table);
    struct ns_instance *old, *ns;

    owner->owner_id = made->ns_instance_id;
    TRY(held_read.local(tx, owner, held));
    TRY(row_get(tx, &ns_instance_table, made->ns_instance_id, &old));
    ns = row_copy(tx_mem(tx), old);
    ns->ns_state = "INSTANTIATED";
    ns->flavour_id = made->flavour_id;
    TRY(info_make(tx_mem(tx), made, held, links_write, &ns->virtual_link_info));
    TRY(info_make(tx_mem(tx), made, held, saps_write, &ns->sap_info));
    TRY(info_make(tx_mem(tx), made, held, graphs_write, &ns->vnffg_info));
    TRY(info_make(tx_mem(tx), made, held, ns_pnfs_write, &ns->pnf_info));
    TRY(info_make(tx_mem(tx), made, held, scales_write, &ns->scale_status));
    TRY(json_parse(tx_mem(tx), text, strlen(text), &ns->made));
    return row_update(tx, old, ns);
}

struct err *
ns_made_keep(struct tx *tx, const struct ns_made *made)
{
    return made_keep(tx, made);
}

static struct err *
keep_local(struct tx *tx, const void *arg, void *out)
{
    (void)out;
    TRY(made_keep(tx, arg));
    return vteps_keep(tx, arg);
}

static struct err *
ns_empty(struct tx *tx, const char *id)
{
    struct ns_instance *old, *ns;

    TRY(row_get(tx, &ns_instance_table, id, &old));
    ns = row_copy(tx_mem(tx), old);
    ns->ns_state = "NOT_INSTANTIATED";
    ns->flavour_id = NULL;
    ns->virtual_link_info = ns->sap_info = ns->vnffg_info = ns->pnf_info = NULL;
    ns->scale_status = ns->made = NULL;
    return row_update(tx, old, ns);
}

static struct err *
keep_undo(struct tx *tx, const void *arg, const void *out)
{
    (void)out;
    return ns_empty(tx, ((const struct ns_made *)arg)->ns_instance_id);
}

const struct step_kind ns_keep = {
    .name = "ns keep",
    .doc = "The instance is INSTANTIATED and tells what it consists of.",
    .effect = FLOW_LOCAL,
    .in = &ns_made_table,
    .local = keep_local,
    .undo_local = keep_undo,
};

static struct err *
forget_local(struct tx *tx, const void *arg, void *out)
{
    const struct owner *owner = arg;
    struct rows rows;

    (void)out;
    TRY(held_forget(tx, owner->owner_id));
    TRY(vnfs_of(tx, owner->owner_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(vnf_delete(tx, ((const struct vnf_instance *)rows.items[i])->id));
    }
    TRY(ns_nest_free(tx, owner->owner_id));
    TRY(ns_nested_drop(tx, owner->owner_id));
    return ns_empty(tx, owner->owner_id);
}

const struct step_kind ns_forget = {
    .name = "ns forget",
    .doc = "The instance is NOT_INSTANTIATED and holds nothing.",
    .effect = FLOW_LOCAL,
    .in = &owner_table,
    .local = forget_local,
};

/* ---- scaling ------------------------------------------------------------------------------------ */

struct err *
ns_instance_made(struct tx *tx, const char *id, struct ns_made *made)
{
    struct ns_instance *ns;

    TRY(row_get(tx, &ns_instance_table, id, &ns));
    if (!ns->made) {
        return err_new(E_CONFLICT, NULL,
                       "what NS instance %s consists of was not kept: its instantiation was given "
                       "up, or done by an earlier version",
                       id);
    }
    return row_from_json(tx_mem(tx), &ns_made_table, ns->made, made);
}

static struct err *
made_local(struct tx *tx, const void *in, void *out)
{
    return ns_instance_made(tx, ((const struct owner *)in)->owner_id, out);
}

const struct step_kind ns_made_read = {
    .name = "ns made",
    .doc = "Reads what the instance consists of.",
    .effect = FLOW_READ,
    .in = &owner_table,
    .out = &ns_made_table,
    .local = made_local,
};

/* ---- VNFs that come while the NS runs ---------------------------------------------------- */

static struct err *
vnfs_take_local(struct tx *tx, const void *arg, void *out)
{
    const struct ns_vnfs *in = arg;
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);

    TRY(vnfs_make_local(tx, arg, out));
    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    for (size_t i = 0; i < in->vnfs.n; i++) {
        place_add(tx_mem(tx), &made->vnfs, in->vnfs.items[i]);
    }
    return made_keep(tx, made);
}

static struct err *
vnfs_take_undo(struct tx *tx, const void *arg, const void *out)
{
    const struct ns_vnfs *in = arg;
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);
    struct rows before;

    TRY(vnfs_make_undo(tx, arg, out));
    TRY(ns_instance_made(tx, in->ns_instance_id, made));
    before = made->vnfs;
    made->vnfs = (struct rows){0};
    for (size_t i = 0; i < before.n; i++) {
        const struct plan_vnf *vnf = before.items[i];

        if (!plan_vnf_find(&in->vnfs, vnf->vnf_instance_id)) {
            place_add(tx_mem(tx), &made->vnfs, before.items[i]);
        }
    }
    return made_keep(tx, made);
}

const struct step_kind ns_vnfs_take = {
    .name = "vnf instances taken",
    .doc = "Makes the rows of VNF instances that an NS which runs gets; its record has them.",
    .effect = FLOW_LOCAL,
    .in = &ns_vnfs_table,
    .local = vnfs_take_local,
    .undo_local = vnfs_take_undo,
};

/* ---- in line with VNFs --------------------------------------------------------------------- */

/* Ports that are no VNF's are the SAPs'. */
static bool
is_sap(const struct ns_made *made, const struct fwd_port *port)
{
    for (size_t i = 0; i < made->saps.n; i++) {
        if (str_eq(((const struct ns_sap_made *)made->saps.items[i])->port_id, port->port_id)) {
            return true;
        }
    }
    return false;
}

/* Its package may be another one by now. */
static struct err *
is_instantiated(struct tx *tx, struct plan_vnf *planned, bool *there)
{
    struct cond by_id[] = {COND("id", planned->vnf_instance_id), {0}};
    struct vnf_instance *vnf;

    TRY(row_find(tx, &vnf_instance_table, by_id, &vnf));
    *there = vnf && str_eq(vnf->instantiation_state, "INSTANTIATED");
    if (*there) {
        planned->vnfd_id = vnf->vnfd_id;
        planned->package_id = vnf->package_id;
    }
    return NULL;
}

/* One that was taken in has links under names of its own: the NS's are those of the same networks. */
void
ns_links_rename(const struct ns_made *ns, const struct vnf_made *vnf)
{
    for (size_t i = 0; i < vnf->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = vnf->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            struct made_port *port = vnfc->ports.items[j];

            port->link = str_or(ns_link_of(ns, vnf->site, port->network_id), port->link);
        }
    }
}

struct err *
ns_instance_renew(struct tx *tx, const char *id)
{
    struct ns_made *made = row_new(tx_mem(tx), &ns_made_table);
    struct rows before;

    TRY(ns_instance_made(tx, id, made));
    before = made->ports;
    made->ports = (struct rows){0};
    for (size_t i = 0; i < made->vnfs.n; i++) {
        struct plan_vnf *vnf = made->vnfs.items[i];
        struct vnf_made *now = row_new(tx_mem(tx), &vnf_made_table);
        bool there;

        TRY(is_instantiated(tx, vnf, &there));
        if (!there) {
            continue; /* An update that brought or took it was given up. */
        }
        TRY(vnf_instance_made(tx, vnf->vnf_instance_id, now));
        ns_links_rename(made, now);
        vnf->flavour_id = now->flavour_id;
        vnf->level_id = now->level_id;
        steer_ports_take(tx_mem(tx), &made->ports, vnf, now);
    }
    for (size_t i = 0; i < before.n; i++) {
        if (is_sap(made, before.items[i])) {
            place_add(tx_mem(tx), &made->ports, before.items[i]);
        }
    }
    return made_keep(tx, made);
}

static struct err *
scaled_local(struct tx *tx, const void *in, void *out)
{
    const struct ns_scaled *scaled = in;

    TRY(ns_instance_made(tx, scaled->ns_instance_id, out));
    TRY(held_drop(tx, scaled->ns_instance_id, &scaled->removed));
    TRY(held_insert(tx, scaled->ns_instance_id, scaled->project_id, &scaled->added));
    for (size_t i = 0; i < scaled->gone.n; i++) {
        TRY(vnf_delete(tx, scaled->gone.items[i]));
    }
    TRY(scaled->made.n ? made_keep(tx, scaled->made.items[0]) : NULL);
    return ns_instance_renew(tx, scaled->ns_instance_id);
}

/* Only what adds is taken back. */
static struct err *
scaled_undo(struct tx *tx, const void *in, const void *out)
{
    const struct ns_scaled *scaled = in;

    TRY(held_drop(tx, scaled->ns_instance_id, &scaled->added));
    return made_keep(tx, out);
}

const struct step_kind ns_scaled = {
    .name = "ns scaled",
    .doc = "The instance tells what it consists of now.",
    .effect = FLOW_LOCAL,
    .in = &ns_scaled_table,
    .out = &ns_made_table,
    .local = scaled_local,
    .undo_local = scaled_undo,
};
