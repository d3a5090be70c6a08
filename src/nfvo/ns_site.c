/* What one site has to have before VNFs of an NS can be made there: the group of
 * its ports, networks with the site's share of addresses, joins; and images. */
#include "base/net.h"
#include "nfvo/flows.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- the group: members of an NS may talk to each other, nobody else to them ------- */

static struct err *
group_rule(struct flow *f, const struct ns_site_in *in, const char *group_id, const char *ethertype)
{
    struct vim_security_group_rule *rule = row_new(flow_mem(f), &vim_security_group_rule_table);

    rule->site = in->site;
    rule->security_group_id = group_id;
    rule->direction = "ingress";
    rule->ethertype = ethertype;
    rule->remote_group_id = group_id;
    return flow_begin(f, flow_label(f, "rule %s", ethertype), &vim_security_group_rule_create,
                      rule);
}

static struct err *
group_begin(struct flow *f, const struct ns_site_in *in)
{
    struct vim_security_group *group = row_new(flow_mem(f), &vim_security_group_table);

    group->site = in->site;
    group->name = in->name;
    return flow_begin(f, "group", &vim_security_group_create, group);
}

static struct err *
group_end(struct flow *f, const struct ns_site_in *in, struct ns_site_made *made)
{
    struct vim_made *out = row_new(flow_mem(f), &vim_made_table);

    TRY(flow_end(f, "group", out));
    made->security_group_id = out->id;
    TRY(group_rule(f, in, out->id, "IPv4"));
    return group_rule(f, in, out->id, "IPv6");
}

/* ---- networks ------------------------------------------------------------------------- */

/* The lowest spared address of a pool that begins there; false where there is none. */
static bool
next_spared(const struct plan_link *link, const struct ip *start, const struct ip *end,
            struct ip *next)
{
    bool found = false;
    struct ip ip;

    for (size_t i = 0; i < link->spared.n; i++) {
        if (ip_parse(link->spared.items[i], &ip) && ip_is_v4(&ip) == ip_is_v4(start) &&
            ip_cmp(start, &ip) <= 0 && ip_cmp(&ip, end) <= 0 &&
            (!found || ip_cmp(&ip, next) < 0)) {
            *next = ip;
            found = true;
        }
    }
    return found;
}

static void
pool_write(struct jw *w, const struct ip *start, const struct ip *end)
{
    char text[IP_TEXT_SIZE];

    jw_object(w, NULL);
    jw_str(w, "start", ip_text(text, start));
    jw_str(w, "end", ip_text(text, end));
    jw_end(w);
}

/* The site's share, without addresses that others have who are not asked. */
static struct err *
pools_of(struct mem *mem, const struct plan_link *link, const struct json **pools)
{
    const struct plan_member *member = link->members.items[0];
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct ip start, end, spared, last;

    if (!ip_parse(member->pool_start, &start) || !ip_parse(member->pool_end, &end)) {
        return err_new(E_INTERNAL, NULL, "link %s has no pool", link->name);
    }
    jw_array(&w, NULL);
    while (next_spared(link, &start, &end, &spared)) {
        last = ip_add(&spared, -1);
        if (ip_cmp(&start, &spared) < 0) {
            pool_write(&w, &start, &last);
        }
        start = ip_add(&spared, 1);
    }
    if (ip_cmp(&start, &end) <= 0) {
        pool_write(&w, &start, &end);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, pools);
}

static struct err *
subnet_begin(struct flow *f, const struct ns_site_in *in, const struct plan_link *link,
             const struct made_net *net)
{
    struct vim_subnet *subnet = row_new(flow_mem(f), &vim_subnet_table);

    subnet->site = in->site;
    subnet->name = mem_printf(flow_mem(f), "%s-%s", in->name, link->name);
    subnet->network_id = net->network_id;
    subnet->cidr = link->cidr;
    subnet->ip_version = link->ip_version;
    subnet->gateway_ip = link->gateway_ip;
    subnet->no_gateway = !link->gateway_ip;
    subnet->enable_dhcp = link->dhcp;
    TRY(pools_of(flow_mem(f), link, &subnet->allocation_pools));
    return flow_begin(f, flow_label(f, "subnet %s", link->name), &vim_subnet_create, subnet);
}

static struct err *
join_begin(struct flow *f, const struct ns_site_in *in, const struct plan_link *link,
           const struct made_net *net)
{
    struct vim_interconnect *join = row_new(flow_mem(f), &vim_interconnect_table);

    join->site = in->site;
    join->name = mem_printf(flow_mem(f), "%s-%s", in->name, link->name);
    join->network_id = net->network_id;
    return flow_begin(f, flow_label(f, "join %s", link->name), &vim_interconnect_create, join);
}

static struct err *
join_end(struct flow *f, const struct ns_site_in *in, const struct plan_link *link,
         struct made_net *net)
{
    struct vim_made *out = row_new(flow_mem(f), &vim_made_table);

    TRY(flow_end(f, flow_label(f, "join %s", link->name), out));
    if (!out->vtep && !flow_is_plan(f)) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "site %s has no tunnel endpoint: its interconnects show no vtep", in->site);
    }
    net->interconnect_id = out->id;
    net->vni = out->vni;
    net->vtep = flow_is_plan(f) ? NULL : out->vtep; /* Known once it is made. */
    return NULL;
}

/* Whoever sends to elsewhere asks the gateway of his link, which knows the routes. */
static struct err *
router_make(struct flow *f, const struct ns_site_in *in, const struct plan_link *link,
            struct made_net *net)
{
    struct vim_router *router = row_new(flow_mem(f), &vim_router_table);
    struct vim_router_interface *interface = row_new(flow_mem(f), &vim_router_interface_table);
    struct vim_made *out = row_new(flow_mem(f), &vim_made_table);

    router->site = interface->site = in->site;
    router->name = mem_printf(flow_mem(f), "%s-%s", in->name, link->name);
    TRY(flow_step(f, flow_label(f, "router %s", link->name), &vim_router_create, router, out));
    interface->router_id = net->router_id = out->id;
    interface->subnet_id = net->subnet_id;
    return flow_step(f, flow_label(f, "gateway %s", link->name), &vim_router_join, interface, NULL);
}

static struct err *
network_begin(struct flow *f, const struct ns_site_in *in, const struct plan_link *link)
{
    struct vim_network *network = row_new(flow_mem(f), &vim_network_table);

    network->site = in->site;
    network->name = mem_printf(flow_mem(f), "%s-%s", in->name, link->name);
    network->mtu = link->mtu;
    return flow_begin(f, flow_label(f, "network %s", link->name), &vim_network_create, network);
}

/* The network is there: what needs it begins. */
static struct err *
network_end(struct flow *f, const struct ns_site_in *in, const struct plan_link *link,
            struct made_net *net)
{
    struct vim_made *out = row_new(flow_mem(f), &vim_made_table);

    TRY(flow_end(f, flow_label(f, "network %s", link->name), out));
    net->link = link->name;
    net->network_id = out->id;
    TRY(subnet_begin(f, in, link, net));
    return link->joined ? join_begin(f, in, link, net) : NULL;
}

static struct err *
net_end(struct flow *f, const struct ns_site_in *in, const struct plan_link *link,
        struct made_net *net)
{
    struct vim_made *out = row_new(flow_mem(f), &vim_made_table);

    TRY(flow_end(f, flow_label(f, "subnet %s", link->name), out));
    net->subnet_id = out->id;
    TRY(link->routed ? router_make(f, in, link, net) : NULL);
    return link->joined ? join_end(f, in, link, net) : NULL;
}

static struct err *
site_run(struct flow *f, const void *arg)
{
    const struct ns_site_in *in = arg;
    struct ns_site_made *made = row_new(flow_mem(f), &ns_site_made_table);

    made->site = in->site;
    made->nets.items = MEM_ARRAY(flow_mem(f), in->links.n + 1, void *);
    TRY(group_begin(f, in));
    for (size_t i = 0; i < in->links.n; i++) {
        TRY(network_begin(f, in, in->links.items[i]));
    }
    TRY(group_end(f, in, made));
    for (size_t i = 0; i < in->links.n; i++) {
        struct made_net *net = row_new(flow_mem(f), &made_net_table);

        TRY(network_end(f, in, in->links.items[i], net));
        made->nets.items[made->nets.n++] = net;
    }
    for (size_t i = 0; i < in->links.n; i++) {
        TRY(net_end(f, in, in->links.items[i], made->nets.items[i]));
    }
    TRY(flow_end(f, "rule IPv4", NULL));
    TRY(flow_end(f, "rule IPv6", NULL));
    flow_result(f, made);
    return NULL;
}

const struct flow_type ns_site_flow = {
    .name = "ns_site",
    .version = 2,
    .doc = "Makes the networks of a network service at one site.",
    .in = &ns_site_in_table,
    .out = &ns_site_made_table,
    .run = site_run,
    .sweep = vim_sweep,
};

/* ---- images ------------------------------------------------------------------------------ */

static struct err *
image_run(struct flow *f, const void *arg)
{
    const struct plan_image *in = arg;
    struct vim_made *out = row_new(flow_mem(f), &vim_made_table);
    struct ns_image_made *made = row_new(flow_mem(f), &ns_image_made_table);

    TRY(flow_step(f, "image", &vim_image_have, vim_image_of(f, in->site, in->image.items[0]), out));
    made->id = out->id;
    flow_result(f, made);
    return NULL;
}

const struct flow_type ns_image_flow = {
    .name = "ns_image",
    .version = 1,
    .doc = "Makes sure that a site has an image.",
    .in = &plan_image_table,
    .out = &ns_image_made_table,
    .run = image_run,
    .sweep = vim_sweep,
};

/* ---- release ----------------------------------------------------------------------------------
 */

static struct err *
release_run(struct flow *f, const void *arg)
{
    const struct held_list *in = arg;

    return held_release(f, "", &in->items, NULL);
}

const struct flow_type ns_release_flow = {
    .name = "ns_release",
    .version = 1,
    .doc = "Deletes what a network service holds at one site.",
    .in = &held_list_table,
    .run = release_run,
    .no_rollback = true,
};
