/* Links of an NS that its sites have already: the operator's network for management, or the way to what
 * is no part of the service.  They are used as they are: never made, changed or deleted (decision 050). */
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/request.h"
#include "vim/vim.h"

#include "flow/poison.h"

#define NETWORKS_MAX 128

struct err *
link_networks_read(struct mem *mem, const struct json *params, struct rows *networks)
{
    const struct json *list = json_get(params, "linkNetworks");
    struct err *faults = NULL;

    *networks = (struct rows){0};
    if (list && (!json_is(list, JSON_T_ARRAY) || list->n > NETWORKS_MAX)) {
        return err_new(E_INVALID, NULL, "linkNetworks: an array of at most %d objects is needed",
                       NETWORKS_MAX);
    }
    json_each (list, i) {
        struct link_network *network = row_new(mem, &link_network_table);
        struct err *e = json_is(list->items[i], JSON_T_OBJECT)
                            ? row_decode(mem, &link_network_table, list->items[i], ROW_PLAIN, 0,
                                         NULL, network)
                            : err_new(E_INVALID, NULL, "an object is needed");

        faults = err_join(faults, err_wrap(e, "linkNetworks[%zu]", i));
        place_add(mem, networks, network);
    }
    return faults;
}

/* ---- what is wrong with them ----------------------------------------------------------------- */

/* A link has one network at a site, and a network is one link. */
static struct err *
twice_check(const struct rows *sites, const struct rows *networks, size_t i)
{
    const struct link_network *network = networks->items[i];
    const struct site_seen *site = place_site_named(sites, network->site);

    for (size_t k = 0; k < i; k++) {
        const struct link_network *other = networks->items[k];

        if (site != place_site_named(sites, other->site)) {
            continue;
        }
        if (str_eq(network->link, other->link) || str_eq(network->network_id, other->network_id)) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "linkNetworks[%zu]: link %s and network %s are once each at a site", i,
                           network->link, network->network_id);
        }
    }
    return NULL;
}

struct err *
link_networks_check(struct mem *mem, const struct nsd *nsd, const struct rows *sites,
                    const struct json *params)
{
    struct err *faults = NULL;
    struct rows networks;

    TRY(link_networks_read(mem, params, &networks));
    for (size_t i = 0; i < networks.n; i++) {
        const struct link_network *network = networks.items[i];

        if (!nsd_link(nsd, network->link)) {
            request_fault(&faults, "linkNetworks[%zu]: the NSD has no virtual link %s", i,
                          network->link);
        }
        if (!place_site_named(sites, network->site)) {
            request_fault(&faults, "linkNetworks[%zu]: no site %s is registered", i, network->site);
        } else {
            faults = err_join(faults, twice_check(sites, &networks, i));
        }
    }
    return faults;
}

bool
link_networks_have(struct mem *mem, const struct json *params, const char *link)
{
    struct rows networks;

    err_ignore(link_networks_read(mem, params, &networks), "told where the request is checked");
    for (size_t i = 0; i < networks.n; i++) {
        if (str_eq(((const struct link_network *)networks.items[i])->link, link)) {
            return true;
        }
    }
    return false;
}

/* ---- used ------------------------------------------------------------------------------------ */

struct err *
ns_links_fill(struct tx *tx, const struct json *params, struct ns_in *in)
{
    struct mem *mem = tx_mem(tx);
    struct owner *owner = row_new(mem, &owner_table);
    struct site_list *list = row_new(mem, &site_list_table);
    struct rows networks;

    TRY(link_networks_read(mem, params, &networks));
    owner->project_id = in->project_id;
    TRY(ns_sites.local(tx, owner, list));
    for (size_t i = 0; i < networks.n; i++) {
        const struct link_network *network = networks.items[i];
        const struct site_seen *site = place_site_named(&list->sites, network->site);
        struct ns_site_made *given = row_new(mem, &ns_site_made_table);
        struct made_net *net = row_new(mem, &made_net_table);

        if (!site) {
            continue; /* It is told where the request is checked. */
        }
        net->link = network->link;
        net->network_id = network->network_id;
        net->subnet_id = ""; /* As the site decides. */
        net->groups = network->security_groups;
        net->of_site = true;
        given->site = site->site;
        given->security_group_id = "";
        place_add(mem, &given->nets, net);
        place_add(mem, &in->given, given);
    }
    return NULL;
}

static struct err *
groups_look(struct flow *f, const char *site, const struct made_net *net)
{
    for (size_t i = 0; i < net->groups.n; i++) {
        const char *id = net->groups.items[i];
        struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);
        bool again = false;

        for (size_t k = 0; k < i; k++) {
            again = again || str_eq(net->groups.items[k], id);
        }
        ref->site = site;
        ref->id = id;
        TRY(again ? NULL
                  : flow_step(f, flow_label(f, "group %s of %s at site %s", id, net->link, site),
                              &vim_security_group_show, ref, row_new(flow_mem(f), &vim_made_table)));
    }
    return NULL;
}

/* They are there, and lent: better said before anything is made than by the first port, and a site says
 * the latter to no administrator at all. */
struct err *
ns_links_look(struct flow *f, const struct ns_in *in, bool groups)
{
    for (size_t i = 0; i < in->given.n; i++) {
        const struct ns_site_made *given = in->given.items[i];

        for (size_t k = 0; k < given->nets.n; k++) {
            const struct made_net *net = given->nets.items[k];
            struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);

            if (!net->of_site) {
                continue;
            }
            ref->site = given->site;
            ref->id = net->network_id;
            TRY_MSG(flow_step(f, flow_label(f, "network %s of site %s", net->link, given->site),
                              &vim_network_show, ref, row_new(flow_mem(f), &vim_made_table)),
                    "link %s", net->link);
            TRY_MSG(groups ? groups_look(f, given->site, net) : NULL, "link %s", net->link);
        }
    }
    return NULL;
}
