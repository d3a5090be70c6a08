/* NS instantiation (SOL005 6.4.4): look, place, make what sites need, instantiate
 * the VNFs in parallel, open the SAPs meanwhile, steer the traffic, keep it. */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

struct run {
    struct flow *f;
    struct mem *mem;
    const struct ns_in *in;
    struct ns_plan *plan;
    struct steering steering;
    struct rows images; /* struct ns_image_made, as plan->images */
    struct rows saps;   /* struct ns_sap_made */
};

/* ---- plan ------------------------------------------------------------------------------ */

static struct err *
sites_look(struct run *run, struct rows *seen)
{
    struct owner *owner = row_new(run->mem, &owner_table);
    struct site_list *list = row_new(run->mem, &site_list_table);
    struct site_list *looked = row_new(run->mem, &site_list_table);

    owner->owner_id = run->in->ns_instance_id;
    owner->project_id = run->in->project_id;
    TRY(flow_step(run->f, "sites", &ns_sites, owner, list));
    TRY(flow_step(run->f, "look", &ns_sites_look, list, looked));
    *seen = looked->sites;
    return NULL;
}

static struct err *
plan_make(struct run *run)
{
    struct place_in *in = row_new(run->mem, &place_in_table);

    in->seed = flow_self(run->f);
    place_add(run->mem, &in->ns, row_copy(run->mem, run->in));
    TRY(sites_look(run, &in->sites));
    TRY(flow_step(run->f, "place", &ns_place, in, run->plan));
    for (size_t i = 0; i < run->plan->notes.n; i++) {
        TRY(flow_note(run->f, "%s", run->plan->notes.items[i]));
    }
    return NULL;
}

/* ---- what sites need -------------------------------------------------------------------- */

/* The links of one site, each with that site's share only. */
static void
links_of_site(struct run *run, const struct site_seen *site, struct ns_site_in *in)
{
    for (size_t i = 0; i < run->plan->links.n; i++) {
        const struct plan_link *link = run->plan->links.items[i];

        for (size_t j = 0; j < link->members.n; j++) {
            struct plan_member *member = link->members.items[j];
            struct plan_link *own;

            if (str_eq(member->site, site->site)) {
                own = row_copy(run->mem, link);
                own->members = (struct rows){0};
                place_add(run->mem, &own->members, member);
                place_add(run->mem, &in->links, own);
            }
        }
    }
}

static const char *
image_label(struct run *run, const struct plan_image *image)
{
    return flow_label(run->f, "image %s at %s",
                      ((const struct wanted_image *)image->image.items[0])->name, image->site_name);
}

static struct err *
bases_spawn(struct run *run)
{
    for (size_t i = 0; i < run->plan->sites.n; i++) {
        const struct site_seen *site = run->plan->sites.items[i];
        struct ns_site_in *in = row_new(run->mem, &ns_site_in_table);

        in->site = site->site;
        in->name = run->in->name;
        links_of_site(run, site, in);
        TRY(flow_spawn(run->f, flow_label(run->f, "site %s", site->name), &ns_site_flow, in));
    }
    for (size_t i = 0; i < run->plan->images.n; i++) {
        const struct plan_image *image = run->plan->images.items[i];

        TRY(flow_spawn(run->f, image_label(run, image), &ns_image_flow, image));
    }
    return NULL;
}

static void
base_held(struct run *run, const struct ns_site_made *made)
{
    struct rows *held = &run->steering.held;

    held_add(run->mem, held, made->site, "security_group", made->security_group_id, "group");
    for (size_t i = 0; i < made->nets.n; i++) {
        const struct made_net *net = made->nets.items[i];

        held_add(run->mem, held, made->site, "network", net->network_id, net->link);
        held_add(run->mem, held, made->site, "subnet", net->subnet_id, net->link);
        if (net->interconnect_id) {
            held_add(run->mem, held, made->site, "interconnect", net->interconnect_id, net->link);
        }
    }
}

static struct err *
bases_join(struct run *run)
{
    for (size_t i = 0; i < run->plan->sites.n; i++) {
        const struct site_seen *site = run->plan->sites.items[i];
        struct ns_site_made *made = row_new(run->mem, &ns_site_made_table);

        TRY(flow_join(run->f, flow_label(run->f, "site %s", site->name), made));
        base_held(run, made);
        place_add(run->mem, &run->steering.sites, made);
    }
    for (size_t i = 0; i < run->plan->images.n; i++) {
        struct ns_image_made *made = row_new(run->mem, &ns_image_made_table);

        TRY(flow_join(run->f, image_label(run, run->plan->images.items[i]), made));
        place_add(run->mem, &run->images, made);
    }
    return NULL;
}

/* ---- VNFs ------------------------------------------------------------------------------------ */

static const struct ns_site_made *
base_of(const struct run *run, const char *site)
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

static struct err *
connections_fill(struct run *run, const struct plan_vnf *vnf, struct vnf_in *in)
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
        connection->subnet_id = net->subnet_id;
        connection->function = planned->function;
        connection->security_groups.items =
            mem_copy(run->mem, &base->security_group_id, sizeof(const char *));
        connection->security_groups.n = 1;
        place_add(run->mem, &in->connections, connection);
    }
    return NULL;
}

static void
images_fill(struct run *run, const struct plan_vnf *vnf, struct vnf_in *in)
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

static struct err *
vnf_spawn(struct run *run, const struct plan_vnf *vnf)
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
    return flow_spawn_as(run->f, label, &vnf_instantiate_flow, flow_id(run->f, label), in);
}

static struct err *
vnfs_spawn(struct run *run)
{
    struct ns_vnfs *rows = row_new(run->mem, &ns_vnfs_table);

    rows->ns_instance_id = run->in->ns_instance_id;
    rows->project_id = run->in->project_id;
    rows->vnfs = run->plan->vnfs;
    TRY(flow_step(run->f, "instances", &ns_vnfs_make, rows, NULL));
    for (size_t i = 0; i < run->plan->vnfs.n; i++) {
        TRY(vnf_spawn(run, run->plan->vnfs.items[i]));
    }
    return NULL;
}

static struct err *
vnfs_join(struct run *run)
{
    for (size_t i = 0; i < run->plan->vnfs.n; i++) {
        const struct plan_vnf *vnf = run->plan->vnfs.items[i];
        struct vnf_made *made = row_new(run->mem, &vnf_made_table);

        TRY(flow_join(run->f, flow_label(run->f, "vnf %s", vnf->name), made));
        steer_ports_take(run->mem, &run->steering.ports, vnf, made);
    }
    return NULL;
}

/* ---- SAPs ---------------------------------------------------------------------------------------
 */

static struct vim_port *
sap_port(struct run *run, const struct plan_sap *sap, const struct ns_site_made *base,
         const struct made_net *net)
{
    struct vim_port *port = row_new(run->mem, &vim_port_table);
    struct vim_fixed_ip *ip = row_new(run->mem, &vim_fixed_ip_table);

    port->site = sap->site;
    port->name = mem_printf(run->mem, "%s-%s", run->in->name, sap->sap_name);
    port->network_id = net->network_id;
    port->admin_state_up = false; /* Nothing goes past functions that are not there yet. */
    port->mac_address = sap->mac_address;
    ip->subnet_id = net->subnet_id;
    ip->ip_address = sap->ip_address;
    place_add(run->mem, &port->fixed_ips, ip);
    port->security_groups.items =
        mem_copy(run->mem, &base->security_group_id, sizeof(const char *));
    port->security_groups.n = 1;
    return port;
}

static void
sap_keep(struct run *run, const struct plan_sap *sap, const struct vim_made *made)
{
    struct ns_sap_made *kept = row_new(run->mem, &ns_sap_made_table);
    struct fwd_port *port = row_new(run->mem, &fwd_port_table);

    kept->ips.items = MEM_ARRAY(run->mem, made->fixed_ips.n + 1, const char *);
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
    kept->mac_address = flow_is_plan(run->f) ? NULL : made->mac_address;
    place_add(run->mem, &run->saps, kept);
    port->name = sap->name;
    port->link = sap->link;
    port->site = sap->site;
    port->port_id = made->id;
    port->mac_address = kept->mac_address;
    port->ips = kept->ips;
    place_add(run->mem, &run->steering.ports, port);
    held_add(run->mem, &run->steering.held, sap->site, "port", made->id, sap->name);
}

static struct err *
saps_make(struct run *run)
{
    for (size_t i = 0; i < run->plan->saps.n; i++) {
        const struct plan_sap *sap = run->plan->saps.items[i];
        const struct ns_site_made *base = base_of(run, sap->site);
        const struct made_net *net = net_at(base, sap->link);
        struct vim_made *made = row_new(run->mem, &vim_made_table);

        if (!net) {
            return err_new(E_INTERNAL, NULL, "link %s of SAP %s was not made at site %s", sap->link,
                           sap->name, sap->site_name);
        }
        TRY(flow_step(run->f, flow_label(run->f, "port SAP %s", sap->name), &vim_port_create,
                      sap_port(run, sap, base, net), made));
        sap_keep(run, sap, made);
    }
    return NULL;
}

/* Everything that the paths go through is there: traffic may come. */
static struct err *
saps_open(struct run *run)
{
    for (size_t i = 0; i < run->saps.n; i++) {
        const struct ns_sap_made *sap = run->saps.items[i];
        struct vim_ref *port = row_new(run->mem, &vim_ref_table);

        port->site = sap->site;
        port->id = sap->port_id;
        TRY(flow_step(run->f, flow_label(run->f, "open SAP %s", sap->name), &vim_port_open, port,
                      NULL));
    }
    return NULL;
}

/* ---- the end
 * ---------------------------------------------------------------------------------------- */

static struct err *
keep(struct run *run)
{
    struct held_list *held = row_new(run->mem, &held_list_table);
    struct ns_made *made = row_new(run->mem, &ns_made_table);

    held->owner_id = run->in->ns_instance_id;
    held->project_id = run->in->project_id;
    held->items = run->steering.held;
    TRY(flow_step(run->f, "holdings", &held_note, held, NULL));
    made->ns_instance_id = run->in->ns_instance_id;
    made->project_id = run->in->project_id;
    made->flavour_id = run->plan->flavour_id;
    made->sites = run->steering.sites;
    made->ports = run->steering.ports;
    made->vnfs = run->plan->vnfs;
    made->saps = run->saps;
    made->paths = run->plan->paths;
    made->hops = run->plan->hops;
    return flow_step(run->f, "instance", &ns_keep, made, NULL);
}

static struct err *
instantiate_run(struct flow *f, const void *arg)
{
    struct run run = {
        .f = f,
        .mem = flow_mem(f),
        .in = arg,
        .plan = row_new(flow_mem(f), &ns_plan_table),
    };

    run.steering.f = f;
    run.steering.in = run.in;
    run.steering.plan = run.plan;
    TRY(plan_make(&run));
    TRY(bases_spawn(&run));
    TRY(bases_join(&run));
    TRY(vnfs_spawn(&run));
    TRY(saps_make(&run));
    TRY(vnfs_join(&run));
    TRY(ns_steer(&run.steering));
    TRY(saps_open(&run));
    return keep(&run);
}

const struct flow_type ns_instantiate_flow = {
    .name = "ns_instantiate",
    .version = 1,
    .doc = "Instantiates a network service.",
    .in = &ns_in_table,
    .run = instantiate_run,
    .sweep = vim_sweep,
    .state_changed = ns_op_state_changed,
};
