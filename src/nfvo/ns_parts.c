/* What operations of an NS are made of: images, VNFs on its links, service access points.  Each
 * is made as the plan says, at what sites have for the NS already. */
#include "nfvo/ns_parts.h"

#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- what there is ----------------------------------------------------------------------- */

struct err *
ns_now_read(struct flow *f, const struct ns_in *in, struct ns_now *now)
{
    struct site_list *list = row_new(flow_mem(f), &site_list_table);

    now->owner = row_new(flow_mem(f), &owner_table);
    now->made = row_new(flow_mem(f), &ns_made_table);
    now->noted = row_new(flow_mem(f), &held_list_table);
    now->sites = row_new(flow_mem(f), &site_list_table);
    now->owner->owner_id = in->ns_instance_id;
    now->owner->project_id = in->project_id;
    TRY(flow_step(f, "made", &ns_made_read, now->owner, now->made));
    TRY(flow_step(f, "noted", &held_read, now->owner, now->noted));
    TRY(flow_step(f, "sites", &ns_sites, now->owner, list));
    return flow_step(f, "look", &ns_sites_look, list, now->sites);
}

void
ns_steering_begin(struct flow *f, const struct ns_in *in, const struct ns_now *now,
                  struct ns_plan *plan, struct steering *steering)
{
    plan->sites = now->sites->sites;
    plan->vnfs = now->made->vnfs;
    plan->paths = now->made->paths;
    plan->hops = now->made->hops;
    steering->f = f;
    steering->in = in;
    steering->plan = plan;
    steering->sites = now->made->sites;
    steering->ports = now->made->ports;
    steering->noted = &now->noted->items;
}

/* ---- images ----------------------------------------------------------------------------- */

static const char *
image_label(struct ns_parts *run, const struct plan_image *image)
{
    return flow_label(run->f, "image %s at %s",
                      ((const struct wanted_image *)image->image.items[0])->name, image->site_name);
}

struct err *
ns_images_spawn(struct ns_parts *run)
{
    for (size_t i = 0; i < run->plan->images.n; i++) {
        const struct plan_image *image = run->plan->images.items[i];

        TRY(flow_spawn(run->f, image_label(run, image), &ns_image_flow, image));
    }
    return NULL;
}

struct err *
ns_images_join(struct ns_parts *run)
{
    for (size_t i = 0; i < run->plan->images.n; i++) {
        struct ns_image_made *made = row_new(run->mem, &ns_image_made_table);

        TRY(flow_join(run->f, image_label(run, run->plan->images.items[i]), made));
        place_add(run->mem, &run->images, made);
    }
    return NULL;
}

/* ---- VNFs ------------------------------------------------------------------------------------ */

static const struct ns_site_made *
base_of(const struct ns_parts *run, const char *site)
{
    for (size_t i = 0; i < run->steering.sites.n; i++) {
        const struct ns_site_made *made = run->steering.sites.items[i];

        if (str_eq(made->site, site)) {
            return made;
        }
    }
    return NULL;
}

static const struct made_net *
net_at(const struct ns_site_made *base, const char *link)
{
    for (size_t i = 0; base && i < base->nets.n; i++) {
        const struct made_net *net = base->nets.items[i];

        if (str_eq(net->link, link)) {
            return net;
        }
    }
    return NULL;
}

/* Its own, and those of other NSs that have the network too. */
static void
groups_fill(struct mem *mem, const struct ns_site_made *base, const struct made_net *net,
            struct strs *groups)
{
    steer_name_add(mem, groups, base->security_group_id);
    if (net->security_group_id) {
        steer_name_add(mem, groups, net->security_group_id);
    }
    for (size_t i = 0; i < net->groups.n; i++) {
        steer_name_add(mem, groups, net->groups.items[i]);
    }
}

static struct err *
connections_fill(struct ns_parts *run, const struct plan_vnf *vnf, struct vnf_in *in)
{
    const struct ns_site_made *base = base_of(run, vnf->site);

    for (size_t i = 0; i < vnf->connections.n; i++) {
        const struct plan_connection *planned = vnf->connections.items[i];
        const struct made_net *net = net_at(base, planned->link);
        struct vnf_connection *connection = row_new(run->mem, &vnf_connection_table);

        if (!net) {
            return err_new(E_INTERNAL, NULL, "link %s of VNF %s was not made at site %s",
                           planned->link, vnf->name, vnf->site_name);
        }
        connection->cpd = planned->cpd;
        connection->link = planned->link;
        connection->network_id = net->network_id;
        connection->subnet_id = str_empty(net->subnet_id) ? NULL : net->subnet_id;
        connection->function = planned->function && planned->passes.n == 0;
        connection->passes = planned->passes;
        groups_fill(run->mem, base, net, &connection->security_groups);
        place_add(run->mem, &in->connections, connection);
    }
    return NULL;
}

static void
images_fill(struct ns_parts *run, const struct plan_vnf *vnf, struct vnf_in *in)
{
    for (size_t i = 0; i < run->plan->images.n; i++) {
        const struct plan_image *planned = run->plan->images.items[i];
        const struct ns_image_made *made = run->images.items[i];
        struct vnf_image_at *image = row_new(run->mem, &vnf_image_at_table);

        if (str_eq(planned->site, vnf->site) && str_eq(planned->package_id, vnf->package_id)) {
            image->image_id = ((const struct wanted_image *)planned->image.items[0])->image_id;
            image->at_site_id = made->id;
            place_add(run->mem, &in->images, image);
        }
    }
}

/* What SOL003 would say: InstantiateVnfRequest with what the NS request has for the profile. */
static struct err *
request_fill(struct ns_parts *run, const struct plan_vnf *vnf, struct vnf_in *in)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    if (!vnf->params) {
        return NULL;
    }
    jw_object(&w, NULL);
    jw_str(&w, "flavourId", vnf->flavour_id);
    jw_json(&w, "additionalParams", vnf->params);
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, &in->request);
}

struct err *
ns_vnf_spawn(struct ns_parts *run, const struct plan_vnf *vnf)
{
    struct vnf_in *in = row_new(run->mem, &vnf_in_table);
    const char *label = flow_label(run->f, "vnf %s", vnf->name);

    in->vnf_instance_id = vnf->vnf_instance_id;
    in->package_id = vnf->package_id;
    in->name = vnf->instance_name;
    in->project_id = run->in->project_id;
    in->ns_lcm_op_occ_id = flow_self(run->f);
    in->flavour_id = vnf->flavour_id;
    in->level_id = vnf->level_id;
    in->site = vnf->site;
    in->site_name = vnf->site_name;
    in->reason = vnf->reason;
    in->vnfm = vnf->vnfm;
    ns_totals_fill(&run->plan->sites, vnf->site, in);
    TRY(connections_fill(run, vnf, in));
    images_fill(run, vnf, in);
    TRY(request_fill(run, vnf, in));
    return flow_spawn_as(run->f, label, &vnf_instantiate_flow, flow_id(run->f, label), in);
}

struct err *
ns_vnf_join(struct ns_parts *run, const struct plan_vnf *vnf)
{
    struct vnf_made *made = row_new(run->mem, &vnf_made_table);
    bool left;

    TRY(flow_join_or_leave(run->f, flow_label(run->f, "vnf %s", vnf->name), made, &left));
    if (left) {
        return flow_note(run->f, "VNF %s failed: the NS goes on without it", vnf->name);
    }
    steer_ports_take(run->mem, &run->steering.ports, vnf, made);
    return NULL;
}

/* ---- SAPs ---------------------------------------------------------------------------------------
 */

static struct vim_port *
sap_port(struct ns_parts *run, const struct plan_sap *sap, const struct ns_site_made *base,
         const struct made_net *net)
{
    struct vim_port *port = row_new(run->mem, &vim_port_table);
    struct vim_fixed_ip *ip = row_new(run->mem, &vim_fixed_ip_table);

    port->site = sap->site;
    port->name = mem_printf(run->mem, "%s-%s", run->in->name, sap->sap_name);
    port->network_id = net->network_id;
    port->admin_state_up = false; /* Nothing goes past functions that are not there yet. */
    port->mac_address = sap->mac_address;
    ip->subnet_id = str_empty(net->subnet_id) ? NULL : net->subnet_id;
    ip->ip_address = sap->ip_address;
    if (ip->subnet_id || ip->ip_address) {
        place_add(run->mem, &port->fixed_ips, ip);
    }
    groups_fill(run->mem, base, net, &port->security_groups);
    return port;
}

void
ns_sap_note(struct mem *mem, const struct plan_sap *sap, const struct vim_made *made,
            struct rows *saps, struct rows *ports)
{
    struct ns_sap_made *kept = row_new(mem, &ns_sap_made_table);
    struct fwd_port *port = row_new(mem, &fwd_port_table);

    kept->ips.items = MEM_ARRAY(mem, made->fixed_ips.n + 1, const char *);
    for (size_t i = 0; i < made->fixed_ips.n; i++) {
        const struct vim_fixed_ip *ip = made->fixed_ips.items[i];

        if (ip->ip_address) {
            kept->ips.items[kept->ips.n++] = ip->ip_address;
        }
    }
    kept->name = sap->name;
    kept->sap_name = sap->sap_name;
    kept->description = sap->description;
    kept->link = sap->link;
    kept->site = sap->site;
    kept->port_id = made->id;
    kept->mac_address = made->mac_address;
    place_add(mem, saps, kept);
    port->name = sap->name;
    port->link = sap->link;
    port->site = sap->site;
    port->port_id = made->id;
    port->mac_address = kept->mac_address;
    port->ips = kept->ips;
    place_add(mem, ports, port);
}

static const char *
sap_label(const struct ns_parts *run, const struct plan_sap *sap)
{
    return flow_label(run->f, NS_SAP_STEP "%s", sap->name);
}

struct err *
ns_saps_make(struct ns_parts *run)
{
    for (size_t i = 0; i < run->plan->saps.n; i++) {
        const struct plan_sap *sap = run->plan->saps.items[i];
        const struct ns_site_made *base = base_of(run, sap->site);
        const struct made_net *net = net_at(base, sap->link);

        if (!net) {
            return err_new(E_INTERNAL, NULL, "link %s of SAP %s was not made at site %s", sap->link,
                           sap->name, sap->site_name);
        }
        TRY(flow_begin(run->f, sap_label(run, sap), &vim_port_create,
                       sap_port(run, sap, base, net)));
    }
    for (size_t i = 0; i < run->plan->saps.n; i++) {
        const struct plan_sap *sap = run->plan->saps.items[i];
        struct vim_made *made = row_new(run->mem, &vim_made_table);

        TRY(flow_end(run->f, sap_label(run, sap), made));
        made->mac_address = flow_is_plan(run->f) ? NULL : made->mac_address;
        ns_sap_note(run->mem, sap, made, &run->saps, &run->steering.ports);
        held_add(run->mem, &run->steering.held, sap->site, "port", made->id, sap->name);
    }
    return NULL;
}

/* Everything that the paths go through is there: traffic may come. */
struct err *
ns_saps_open(struct ns_parts *run)
{
    for (size_t i = 0; i < run->saps.n; i++) {
        const struct ns_sap_made *sap = run->saps.items[i];
        struct vim_ref *port = row_new(run->mem, &vim_ref_table);

        port->site = sap->site;
        port->id = sap->port_id;
        TRY(flow_begin(run->f, flow_label(run->f, "open SAP %s", sap->name), &vim_port_open, port));
    }
    for (size_t i = 0; i < run->saps.n; i++) {
        const struct ns_sap_made *sap = run->saps.items[i];

        TRY(flow_end(run->f, flow_label(run->f, "open SAP %s", sap->name), NULL));
    }
    return NULL;
}

/* ---- what goes ----------------------------------------------------------------------------- */

static struct held_list *
list_for(struct mem *mem, const struct owner *owner, struct rows *lists, const char *site)
{
    struct held_list *list;

    for (size_t i = 0; i < lists->n; i++) {
        list = lists->items[i];
        if (str_eq(((const struct held *)list->items.items[0])->site, site)) {
            return list;
        }
    }
    list = row_new(mem, &held_list_table);
    list->owner_id = owner->owner_id;
    list->project_id = owner->project_id;
    place_add(mem, lists, list);
    return list;
}

/* What stands behind uses what stands before.  The order in which things were made does not say so
 * where instances joined a group later. */
static const char *const use_order[] = {
    "port",       "remote_port", "port_pair", "flow_classifier", "port_pair_group",
    "port_chain", "chain_label", NULL};

/* Those of a kind; null = of none that the order tells of. */
static void
items_take(struct mem *mem, const struct rows *items, const char *kind, struct rows *ordered)
{
    for (size_t i = 0; i < items->n; i++) {
        const struct held *item = items->items[i];

        if (kind ? str_eq(item->kind, kind) : !str_in(item->kind, use_order)) {
            place_add(mem, ordered, items->items[i]);
        }
    }
}

struct err *
ns_release_as_listed(struct flow *f, const struct owner *owner, const struct rows *items,
                     const char *round)
{
    struct rows lists = {0};

    for (size_t i = 0; i < items->n; i++) {
        const struct held *item = items->items[i];

        place_add(flow_mem(f), &list_for(flow_mem(f), owner, &lists, item->site)->items,
                  items->items[i]);
    }
    for (size_t i = 0; i < lists.n; i++) {
        TRY(flow_spawn(f, flow_label(f, "%s %zu", round, i), &ns_release_flow, lists.items[i]));
    }
    for (size_t i = 0; i < lists.n; i++) {
        TRY(flow_join(f, flow_label(f, "%s %zu", round, i), NULL));
    }
    return NULL;
}

struct err *
ns_release(struct flow *f, const struct owner *owner, const struct rows *items, const char *round)
{
    struct rows ordered = {0};

    items_take(flow_mem(f), items, NULL, &ordered);
    for (size_t k = 0; use_order[k]; k++) {
        items_take(flow_mem(f), items, use_order[k], &ordered);
    }
    return ns_release_as_listed(f, owner, &ordered, round);
}
