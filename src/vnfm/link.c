/* Internal virtual links of a VNF: a network with a subnet each, what servers attach to and what is
 * held of it; or a network of somebody else's, of which nothing is.  An instantiation makes all of them, a change of the flavour those that come. */
#include "vim/vim.h"
#include "vnfm/held.h"
#include "vnfm/vnfc.h"

#include "flow/poison.h"

static struct err *
subnet_begin(struct flow *f, const char *site, const char *name, const struct wanted_link *link,
             const struct made_link *made)
{
    struct vim_subnet *subnet = row_new(flow_mem(f), &vim_subnet_table);

    subnet->site = site;
    subnet->name = mem_printf(flow_mem(f), "%s-%s", name, link->name);
    subnet->network_id = made->network_id;
    subnet->cidr = link->cidr;
    subnet->ip_version = link->ip_version;
    subnet->gateway_ip = link->gateway_ip;
    subnet->no_gateway = !link->gateway_ip;
    subnet->enable_dhcp = link->dhcp;
    return flow_begin(f, flow_label(f, "subnet %s", link->name), &vim_subnet_create, subnet);
}

static struct err *
network_begin(struct flow *f, const char *site, const char *name, const struct wanted_link *link)
{
    struct vim_network *network = row_new(flow_mem(f), &vim_network_table);

    network->site = site;
    network->name = mem_printf(flow_mem(f), "%s-%s", name, link->name);
    network->mtu = link->mtu;
    return flow_begin(f, flow_label(f, "network %s", link->name), &vim_network_create, network);
}

/* The networks are there: their subnets begin. */
static struct err *
networks_end(struct flow *f, const char *site, const char *name, const struct rows *links,
             struct rows *made)
{
    for (size_t i = 0; i < links->n; i++) {
        const struct wanted_link *link = links->items[i];
        struct made_link *one = row_new(flow_mem(f), &made_link_table);
        struct vim_made *out = row_new(flow_mem(f), &vim_made_table);

        TRY(flow_end(f, flow_label(f, "network %s", link->name), out));
        one->name = link->name;
        one->network_id = out->id;
        TRY(subnet_begin(f, site, name, link, one));
        vnf_rows_add(flow_mem(f), made, one);
    }
    return NULL;
}

struct made_link *
vnf_link_managed(struct mem *mem, const struct rows *managed, const char *name)
{
    for (size_t i = 0; i < managed->n; i++) {
        const struct vnf_managed_link *one = managed->items[i];
        struct made_link *link;

        if (str_eq(one->name, name)) {
            link = row_new(mem, &made_link_table);
            link->name = one->name;
            link->network_id = one->network_id;
            link->subnet_id = "";
            link->managed = one->link;
            return link;
        }
    }
    return NULL;
}

struct err *
vnf_links_make(struct flow *f, const char *site, const char *name, const struct rows *links,
               const struct rows *managed, struct rows *made)
{
    struct rows ours = {0};

    for (size_t i = 0; i < links->n; i++) {
        const struct wanted_link *link = links->items[i];

        if (!vnf_link_managed(flow_mem(f), managed, link->name)) {
            vnf_rows_add(flow_mem(f), &ours, links->items[i]);
            TRY(network_begin(f, site, name, link));
        }
    }
    TRY(networks_end(f, site, name, &ours, made));
    for (size_t i = 0; i < ours.n; i++) {
        struct made_link *one = made->items[i];
        struct vim_made *out = row_new(flow_mem(f), &vim_made_table);

        TRY(flow_end(f, flow_label(f, "subnet %s", one->name), out));
        one->subnet_id = out->id;
    }
    for (size_t i = 0; i < links->n; i++) {
        const struct wanted_link *link = links->items[i];
        struct made_link *one = vnf_link_managed(flow_mem(f), managed, link->name);

        if (one) {
            vnf_rows_add(flow_mem(f), made, one);
        }
    }
    return NULL;
}

struct vnf_connection *
vnf_link_connection(struct mem *mem, const struct made_link *link)
{
    struct vnf_connection *connection = row_new(mem, &vnf_connection_table);

    connection->cpd = connection->link = link->name;
    connection->network_id = link->network_id;
    connection->subnet_id = *link->subnet_id ? link->subnet_id : NULL;
    return connection;
}

void
vnf_link_held(struct mem *mem, const char *site, const struct made_link *link, struct rows *items)
{
    if (link->managed) {
        return;
    }
    held_add(mem, items, site, "network", link->network_id, link->name);
    if (*link->subnet_id) {
        held_add(mem, items, site, "subnet", link->subnet_id, link->name);
    }
}
