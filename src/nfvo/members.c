/* Instances at positions that are in nested NSs: VNFs of those NSs, as they are now, under names that no
 * VNF of the NS around has.  The record of the NS around does not have them: what is another NS's stands
 * in that one's record only, and each operation that steers reads it there. */
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- under the names of the NS around ------------------------------------------------------ */

const char *
member_name(struct mem *mem, const char *ns_instance_id, const char *name)
{
    return mem_printf(mem, "%s:%s", ns_instance_id, name);
}

static bool
serves(const struct rows *hops, const char *nested, const char *profile)
{
    for (size_t i = 0; i < hops->n; i++) {
        const struct plan_hop *hop = hops->items[i];

        for (size_t k = 0; k < hop->functions.n; k++) {
            const struct plan_cp *cp = hop->functions.items[k];

            if (cp->nested && str_eq(cp->nested, nested) && str_eq(cp->vnf, profile)) {
                return true;
            }
        }
    }
    return false;
}

static void
ports_add(struct mem *mem, const char *ns_instance_id, const struct plan_vnf *vnf,
          const struct rows *ports, struct members *members)
{
    const char *prefix = mem_printf(mem, "%s/", vnf->name);

    for (size_t i = 0; i < ports->n; i++) {
        struct fwd_port *port = ports->items[i];

        if (str_starts(port->name, prefix)) {
            port = row_copy(mem, port);
            port->name = member_name(mem, ns_instance_id, port->name);
            place_add(mem, &members->ports, port);
        }
    }
}

void
members_add(struct mem *mem, const struct rows *hops, const struct member_of *of,
            struct members *members)
{
    for (size_t i = 0; i < of->vnfs->n; i++) {
        const struct plan_vnf *vnf = of->vnfs->items[i];
        const char *profile = mem_printf(mem, "%s:%s", of->nested, vnf->profile);
        struct plan_vnf *member;

        if (serves(hops, of->nested, profile)) {
            member = row_copy(mem, vnf);
            member->name = member_name(mem, of->ns_instance_id, vnf->name);
            member->profile = profile;
            place_add(mem, &members->vnfs, member);
            ports_add(mem, of->ns_instance_id, vnf, of->ports, members);
        }
    }
}

/* ---- which there are ----------------------------------------------------------------------- */

static const char *
network_of(const struct rows *sites, const struct fwd_port *port)
{
    for (size_t i = 0; i < sites->n; i++) {
        const struct ns_site_made *site = sites->items[i];

        for (size_t k = 0; str_eq(site->site, port->site) && k < site->nets.n; k++) {
            const struct made_net *net = site->nets.items[k];

            if (str_eq(net->link, port->link)) {
                return net->network_id;
            }
        }
    }
    return port->link;
}

struct rows
members_ports(struct mem *mem, const struct rows *sites, const struct rows *ports)
{
    struct rows on_networks = {0};

    for (size_t i = 0; i < ports->n; i++) {
        struct fwd_port *port = row_copy(mem, ports->items[i]);

        port->link = network_of(sites, port);
        place_add(mem, &on_networks, port);
    }
    return on_networks;
}

/* Has a position a function in that NS, or deeper? */
static bool
is_passed(const struct rows *hops, const char *nested)
{
    size_t n = strlen(nested);

    for (size_t i = 0; i < hops->n; i++) {
        const struct plan_hop *hop = hops->items[i];

        for (size_t k = 0; k < hop->functions.n; k++) {
            const char *of = ((const struct plan_cp *)hop->functions.items[k])->nested;

            if (of && !strncmp(of, nested, n) && (!of[n] || of[n] == ':')) {
                return true;
            }
        }
    }
    return false;
}

static struct err *
nested_read(struct tx *tx, const struct rows *hops, const char *ns_instance_id, const char *above,
            struct members *members)
{
    struct mem *mem = tx_mem(tx);
    struct rows rows, ports;

    TRY(ns_nested_of(tx, ns_instance_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct ns_instance *ns = rows.items[i];
        const char *nested = mem_printf(mem, "%s%s", above, str_or(ns->nested_as, ""));
        struct ns_made *made = row_new(mem, &ns_made_table);
        struct member_of of = {.ns_instance_id = ns->id, .nested = nested, .vnfs = &made->vnfs};

        if (!is_passed(hops, nested) || !ns->made) {
            continue;
        }
        TRY(ns_instance_made(tx, ns->id, made));
        ports = members_ports(mem, &made->sites, &made->ports);
        of.ports = &ports;
        members_add(mem, hops, &of, members);
        TRY(nested_read(tx, hops, ns->id, mem_printf(mem, "%s:", nested), members));
    }
    return NULL;
}

static struct err *
members_local(struct tx *tx, const void *arg, void *out)
{
    const struct members_in *in = arg;

    return nested_read(tx, &in->hops, in->ns_instance_id, "", out);
}

const struct step_kind ns_members = {
    .name = "members of nested ns",
    .doc = "Reads which VNFs of nested NSs serve positions of an NS.",
    .effect = FLOW_READ,
    .in = &members_in_table,
    .out = &members_table,
    .local = members_local,
};

/* ---- as a part of steering ----------------------------------------------------------------- */

bool
members_wanted(const struct rows *hops)
{
    for (size_t i = 0; i < hops->n; i++) {
        const struct plan_hop *hop = hops->items[i];

        for (size_t k = 0; k < hop->functions.n; k++) {
            if (((const struct plan_cp *)hop->functions.items[k])->nested) {
                return true;
            }
        }
    }
    return false;
}

static const char *
link_of(const struct steering *s, const struct fwd_port *port)
{
    const struct ns_made made = {.sites = s->sites};

    return str_or(ns_link_of(&made, port->site, port->link), port->link);
}

void
members_take(struct steering *s, const struct members *members)
{
    struct mem *mem = flow_mem(s->f);
    struct ns_plan *plan = row_copy(mem, s->plan);

    for (size_t i = 0; i < members->vnfs.n; i++) {
        place_add(mem, &plan->vnfs, members->vnfs.items[i]);
    }
    for (size_t i = 0; i < members->ports.n; i++) {
        struct fwd_port *port = row_copy(mem, members->ports.items[i]);

        port->link = link_of(s, port);
        place_add(mem, &s->ports, port);
    }
    s->plan = plan;
    s->is_whole = true;
}

struct err *
members_read(const struct steering *s, const char *word, struct members *members)
{
    struct members_in *in = row_new(flow_mem(s->f), &members_in_table);

    in->ns_instance_id = s->in->ns_instance_id;
    in->hops = s->plan->hops;
    return flow_step(s->f, flow_label(s->f, "members to %s", word), &ns_members, in, members);
}

struct err *
members_join(struct steering *s, const char *word)
{
    struct members *members = row_new(flow_mem(s->f), &members_table);

    if (s->is_whole || !members_wanted(&s->plan->hops)) {
        return NULL;
    }
    TRY(members_read(s, word, members));
    members_take(s, members);
    return NULL;
}

/* A plan knows of no instances yet, and whoever runs last leaves none empty either. */
struct err *
members_there(const struct steering *s)
{
    struct rows hops = flow_is_plan(s->f) ? (struct rows){0} : steer_hops(s);

    for (size_t i = 0; i < hops.n; i++) {
        const struct fwd_hop *hop = hops.items[i];
        const struct plan_hop *planned = s->plan->hops.items[i];
        const struct rows one = {.n = 1, .items = s->plan->hops.items + i};

        if (hop->instances.n == 0 && members_wanted(&one)) {
            return err_new(E_CONFLICT, "PositionEmpty",
                           "position %s of a forwarding path has no instance: no NS that is nested as %s "
                           "has one",
                           planned->name, ((const struct plan_cp *)planned->functions.items[0])->nested);
        }
    }
    return NULL;
}
