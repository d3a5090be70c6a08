/* From the plan and from what was made to what every site has to be told of the
 * traffic, in the two rounds of forward.c. */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

/* ---- ports by name --------------------------------------------------------------------- */

bool
steer_port_is(const char *name, const char *vnf, const char *requirement)
{
    size_t n = strlen(vnf);
    const char *last = strrchr(name, '/');

    return !strncmp(name, vnf, n) && name[n] == '/' && last > name + n &&
           str_eq(last + 1, requirement);
}

void
steer_name_add(struct mem *mem, struct strs *names, const char *name)
{
    const char **grown = MEM_ARRAY(mem, names->n + 1, const char *);

    for (size_t i = 0; i < names->n; i++) {
        grown[i] = names->items[i];
    }
    grown[names->n++] = name;
    names->items = grown;
}

bool
steer_is_among(const struct strs *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->items[i], name)) {
            return true;
        }
    }
    return false;
}

/* A server whose ports moved is another instance in chains: for a while both are there. */
static const char *
instance_name(struct mem *mem, const char *vnf, const struct made_vnfc *vnfc,
              const struct made_port *port)
{
    return port->moved > 0 ? mem_printf(mem, "%s/%s~%lld", vnf, vnfc->name, (long long)port->moved)
                       : mem_printf(mem, "%s/%s", vnf, vnfc->name);
}

void
steer_instances_of(struct mem *mem, const char *vnf, const struct made_vnfc *vnfc,
                   struct strs *names)
{
    steer_name_add(mem, names, mem_printf(mem, "%s/%s", vnf, vnfc->name));
    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const char *name = instance_name(mem, vnf, vnfc, vnfc->ports.items[i]);

        if (!steer_is_among(names, name)) {
            steer_name_add(mem, names, name);
        }
    }
}

/* Ports of an end of a path: the SAP's, or those of all instances of the profile. */
static void
end_ports(const struct steering *s, const struct plan_cp *cp, struct strs *names)
{
    struct mem *mem = flow_mem(s->f);

    if (cp->sap) {
        steer_name_add(mem, names, cp->sap);
        return;
    }
    for (size_t i = 0; i < s->plan->vnfs.n; i++) {
        const struct plan_vnf *vnf = s->plan->vnfs.items[i];

        for (size_t j = 0; str_eq(vnf->profile, cp->vnf) && j < s->ports.n; j++) {
            const struct fwd_port *port = s->ports.items[j];

            if (steer_port_is(port->name, vnf->name, cp->ingress) &&
                !steer_is_among(&s->parting, port->name)) {
                steer_name_add(mem, names, port->name);
            }
        }
    }
}

void
steer_ports_take(struct mem *mem, struct rows *ports, const struct plan_vnf *vnf,
                 const struct vnf_made *made)
{
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *own = vnfc->ports.items[j];
            struct fwd_port *port = row_new(mem, &fwd_port_table);

            if (!own->requirement) {
                continue;
            }
            port->name = mem_printf(mem, "%s/%s", instance_name(mem, vnf->name, vnfc, own),
                                    own->requirement);
            port->link = own->link;
            port->site = vnf->site;
            port->port_id = own->port_id;
            port->mac_address = own->mac_address;
            port->ips = own->ips;
            port->lone = vnfc->server_id == NULL;
            place_add(mem, ports, port);
        }
    }
}

/* The port that an instance is left by: of the same move, else the one that there is. */
static const char *
egress_of(const struct steering *s, const struct plan_vnf *vnf, const char *instance,
          const char *egress)
{
    const char *own = mem_printf(flow_mem(s->f), "%s/%s", instance, egress);
    const char *moved = strrchr(instance, '~'), *other = own;
    size_t n = moved ? (size_t)(moved - instance) : strlen(instance);

    for (size_t i = 0; i < s->ports.n; i++) {
        const char *name = ((const struct fwd_port *)s->ports.items[i])->name;

        if (str_eq(name, own)) {
            return own;
        }
        if (!strncmp(name, instance, n) && (name[n] == '~' || name[n] == '/') &&
            steer_port_is(name, vnf->name, egress)) {
            other = name;
        }
    }
    return other;
}

/* ---- positions and paths with names resolved ---------------------------------------------- */

static void
instances_add(const struct steering *s, const struct plan_vnf *vnf, const struct plan_cp *cp,
              struct fwd_hop *hop)
{
    struct mem *mem = flow_mem(s->f);

    for (size_t i = 0; i < s->ports.n; i++) {
        const struct fwd_port *port = s->ports.items[i];
        struct fwd_instance *instance;

        if (!steer_port_is(port->name, vnf->name, cp->ingress)) {
            continue;
        }
        instance = row_new(mem, &fwd_instance_table);
        instance->name = mem_strn(mem, port->name, (size_t)(strrchr(port->name, '/') - port->name));
        instance->ingress = port->name;
        instance->egress = egress_of(s, vnf, instance->name, cp->egress);
        instance->site = port->site;
        instance->routed = cp->routed;
        place_add(mem, &hop->instances, instance);
    }
}

struct rows
steer_hops(const struct steering *s)
{
    struct mem *mem = flow_mem(s->f);
    struct rows hops = {0};

    for (size_t i = 0; i < s->plan->hops.n; i++) {
        const struct plan_hop *planned = s->plan->hops.items[i];
        struct fwd_hop *hop = row_new(mem, &fwd_hop_table);

        hop->name = planned->name;
        for (size_t j = 0; j < planned->functions.n; j++) {
            const struct plan_cp *cp = planned->functions.items[j];

            for (size_t k = 0; k < s->plan->vnfs.n; k++) {
                const struct plan_vnf *vnf = s->plan->vnfs.items[k];

                if (str_eq(vnf->profile, cp->vnf)) {
                    instances_add(s, vnf, cp, hop);
                }
            }
        }
        place_add(mem, &hops, hop);
    }
    return hops;
}

/* ---- ends that a site wants named ------------------------------------------------------------ */

/* Our own sites take "from anywhere", and mean ports that come later too.  The drivers of
 * networking-sfc want a port at both ends of every classifier. */
bool
steer_wants_ends(const struct steering *s, const char *site)
{
    for (size_t i = 0; i < s->plan->sites.n; i++) {
        const struct site_seen *seen = s->plan->sites.items[i];

        if (str_eq(seen->site, site)) {
            return !seen->joins;
        }
    }
    return false;
}

static bool
passes_by(const struct rows *hops, const char *port)
{
    for (size_t i = 0; i < hops->n; i++) {
        const struct fwd_hop *hop = hops->items[i];

        for (size_t j = 0; j < hop->instances.n; j++) {
            const struct fwd_instance *instance = hop->instances.items[j];

            if (str_eq(instance->ingress, port) || str_eq(instance->egress, port)) {
                return true;
            }
        }
    }
    return false;
}

/* An end that the NSD leaves open is every port of the path's links there that is no function's. */
static void
end_name(const struct steering *s, const struct plan_path *path, const struct rows *hops,
         const char *site, struct strs *names)
{
    for (size_t i = 0; i < s->ports.n; i++) {
        const struct fwd_port *port = s->ports.items[i];

        for (size_t j = 0; !port->lone && str_eq(port->site, site) && j < path->links.n; j++) {
            if (str_eq(path->links.items[j], port->link) && !passes_by(hops, port->name) &&
                !steer_is_among(&s->parting, port->name)) {
                steer_name_add(flow_mem(s->f), names, port->name);
            }
        }
    }
}

static struct fwd_path *
path_resolve(const struct steering *s, const struct plan_path *planned, const struct rows *hops,
             const struct fwd_in *in)
{
    struct fwd_path *path = row_new(flow_mem(s->f), &fwd_path_table);

    path->name = planned->name;
    path->hops = planned->hops;
    path->rules = planned->rules;
    for (size_t i = 0; i < planned->sources.n; i++) {
        end_ports(s, planned->sources.items[i], &path->sources);
    }
    for (size_t i = 0; i < planned->destinations.n; i++) {
        end_ports(s, planned->destinations.items[i], &path->destinations);
    }
    if (in->named_ends && path->sources.n == 0) {
        end_name(s, planned, hops, in->site, &path->sources);
    }
    if (in->named_ends && path->destinations.n == 0) {
        end_name(s, planned, hops, in->site, &path->destinations);
    }
    return path;
}

/* ---- what one site is told --------------------------------------------------------------------
 */

static const struct made_net *
net_of(const struct steering *s, const char *site, const char *link)
{
    for (size_t i = 0; i < s->sites.n; i++) {
        const struct ns_site_made *made = s->sites.items[i];

        for (size_t j = 0; str_eq(made->site, site) && j < made->nets.n; j++) {
            const struct made_net *net = made->nets.items[j];

            if (str_eq(net->link, link)) {
                return net;
            }
        }
    }
    return NULL;
}

static void
ports_of_site(const struct steering *s, struct fwd_in *in)
{
    struct mem *mem = flow_mem(s->f);

    for (size_t i = 0; i < s->ports.n; i++) {
        struct fwd_port *port = s->ports.items[i];
        const struct made_net *here = net_of(s, in->site, port->link);
        const struct made_net *there = net_of(s, port->site, port->link);
        struct fwd_remote *remote;

        if (str_eq(port->site, in->site)) {
            place_add(mem, &in->ports, port);
        } else if (here && there && !here->of_site) {
            remote = row_new(mem, &fwd_remote_table);
            remote->name = port->name;
            remote->network_id = here->network_id;
            remote->mac_address = port->mac_address;
            remote->ips = port->ips;
            remote->vtep = there->vtep;
            remote->vni = there->vni;
            place_add(mem, &in->remotes, remote);
        }
    }
}

/* A path concerns a site that has the links it passes. */
static bool
path_is_at(const struct steering *s, const struct plan_path *path, const char *site)
{
    for (size_t i = 0; i < path->links.n; i++) {
        if (net_of(s, site, path->links.items[i])) {
            return true;
        }
    }
    return false;
}

static void
paths_of_site(const struct steering *s, const struct rows *hops, struct fwd_in *in)
{
    struct mem *mem = flow_mem(s->f);

    for (size_t i = 0; i < s->plan->paths.n; i++) {
        const struct plan_path *path = s->plan->paths.items[i];

        if (!path->routed && path_is_at(s, path, in->site)) {
            place_add(mem, &in->paths, path_resolve(s, path, hops, in));
        }
    }
    for (size_t i = 0; i < hops->n; i++) {
        const struct fwd_hop *hop = hops->items[i];
        bool used = false;

        for (size_t j = 0; j < in->paths.n; j++) {
            const struct fwd_path *path = in->paths.items[j];

            for (size_t k = 0; k < path->hops.n; k++) {
                used = used || str_eq(path->hops.items[k], hop->name);
            }
        }
        if (used) {
            place_add(mem, &in->hops, hops->items[i]);
        }
    }
}

/* ---- the two rounds ----------------------------------------------------------------------------
 */

const char *
steer_site_name(const struct steering *s, const char *site)
{
    for (size_t i = 0; i < s->plan->sites.n; i++) {
        const struct site_seen *seen = s->plan->sites.items[i];

        if (str_eq(seen->site, site)) {
            return seen->name;
        }
    }
    return site;
}

static void
held_take(struct steering *s, const struct rows *items)
{
    for (size_t i = 0; i < items->n; i++) {
        place_add(flow_mem(s->f), &s->held, items->items[i]);
    }
}

static struct err *
first_round(struct steering *s, struct rows *told)
{
    struct rows hops = steer_hops(s);
    struct mem *mem = flow_mem(s->f);
    VEC(const char *) labels = {0};

    for (size_t i = 0; i < s->sites.n; i++) {
        const struct ns_site_made *made = s->sites.items[i];
        struct fwd_in *in = row_new(mem, &fwd_in_table);

        in->site = made->site;
        in->name = s->in->name;
        in->named_ends = steer_wants_ends(s, made->site);
        in->security_group_id = made->security_group_id;
        ports_of_site(s, in);
        in->drains = steer_drains(s, made->site);
        paths_of_site(s, &hops, in);
        steer_routers(s, made, in);
        if (s->noted) {
            steer_narrow(s, in);
        }
        if (in->remotes.n + in->hops.n + in->paths.n + in->routers.n > 0) {
            vec_add(mem, &labels, flow_label(s->f, "forward %s", steer_site_name(s, made->site)));
            TRY(flow_spawn(s->f, labels.items[labels.n - 1], &ns_forward_flow, in));
        }
    }
    for (size_t i = 0; i < labels.n; i++) {
        struct fwd_made *made = row_new(mem, &fwd_made_table);

        TRY(flow_join(s->f, labels.items[i], made));
        held_take(s, &made->items);
        place_add(mem, told, made);
    }
    return NULL;
}

/* The label that the instance's own site allocated in this operation. */
static int64_t
label_of(const struct rows *told, const struct fwd_label *wanted)
{
    for (size_t i = 0; i < told->n; i++) {
        const struct fwd_made *made = told->items[i];

        for (size_t j = 0; j < made->labels.n; j++) {
            const struct fwd_label *label = made->labels.items[j];

            if (label->local && str_eq(label->path, wanted->path) &&
                str_eq(label->hop, wanted->hop) && str_eq(label->instance, wanted->instance) &&
                str_eq(label->direction, wanted->direction)) {
                return label->label;
            }
        }
    }
    return INT_NULL;
}

static struct err *
labels_missing(struct steering *s, const struct rows *told, const struct fwd_made *made,
               struct rows *missing)
{
    for (size_t i = 0; i < made->labels.n; i++) {
        struct fwd_label *label = made->labels.items[i];

        if (!label->local) {
            label = row_copy(flow_mem(s->f), label);
            label->label = label_of(told, label);
            if (label->label == INT_NULL) {
                TRY(steer_label_read(s, label));
            }
            place_add(flow_mem(s->f), missing, label);
        }
    }
    return NULL;
}

static struct err *
second_round(struct steering *s, const struct rows *told)
{
    struct mem *mem = flow_mem(s->f);
    VEC(const char *) labels = {0};

    for (size_t i = 0; i < told->n; i++) {
        const struct fwd_made *made = told->items[i];
        struct fwd_labels_in *in = row_new(mem, &fwd_labels_in_table);

        in->site = made->site;
        in->waiting = made->waiting;
        TRY(labels_missing(s, told, made, &in->labels));
        if (in->labels.n > 0) {
            vec_add(mem, &labels, flow_label(s->f, "labels %s", steer_site_name(s, made->site)));
            TRY(flow_spawn(s->f, labels.items[labels.n - 1], &ns_labels_flow, in));
        }
    }
    for (size_t i = 0; i < labels.n; i++) {
        struct fwd_made *made = row_new(mem, &fwd_made_table);

        TRY(flow_join(s->f, labels.items[i], made));
        held_take(s, &made->items);
    }
    return NULL;
}

struct err *
ns_steer(struct steering *s)
{
    struct steering whole = *s;
    struct rows told = {0};

    TRY(members_join(&whole, "join"));
    TRY(members_there(&whole));
    TRY(first_round(&whole, &told));
    TRY(second_round(&whole, &told));
    s->held = whole.held;
    return ns_follow(s, "JOIN", NULL, 0);
}
