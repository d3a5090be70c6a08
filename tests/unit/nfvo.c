/* Placement, requests and sites: what the NFVO decides before anything is done. */
#include "base/net.h"
#include "base/vec.h"
#include "nfvo/check.h"
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "test.h"

#include <string.h>

/* ---- a network service in memory -------------------------------------------------------- */

static struct nsd_connection fw_links[] = {{.requirement = "in", .link = "data"},
                                           {.requirement = "out", .link = "data"}};
static struct nsd_connection web_links[] = {{.requirement = "vl", .link = "data"}};
static struct nsd_vnf vnfs[] = {
    {.name = "fw", .vnfd_id = "fw-1", .n_connections = 2, .connections = fw_links},
    {.name = "web", .vnfd_id = "web-1", .n_connections = 1, .connections = web_links},
};
static struct vnfd_link links[] = {{.name = "data", .cidr = "10.0.0.0/24", .dhcp = true}};
static struct nsd_sap saps[] = {{.name = "client", .link = "data"}};
static const char *apart[] = {"fw", "web"};
static struct vnfd_affinity rules[] = {
    {.name = "apart", .anti = true, .scope = "nfvi_pop", .n_members = 2, .members = apart}};
static struct nsd_element client_end = {.ingress = {.sap = "client"}, .egress = {.sap = "client"}};
static struct nsd_element fw_hop = {.ingress = {.vnf = "fw", .requirement = "in"},
                                    .egress = {.vnf = "fw", .requirement = "out"}};
static struct nsd_element web_end = {.ingress = {.vnf = "web", .requirement = "vl"},
                                     .egress = {.vnf = "web", .requirement = "vl"}};
static struct nsd_position positions[] = {
    {.name = "p0", .n_elements = 1, .elements = &client_end},
    {.name = "p1", .n_elements = 1, .elements = &fw_hop},
    {.name = "p2", .n_elements = 1, .elements = &web_end},
};
static struct nsd_rule web_rule = {.name = "web",
                                   .ether_type = "ipv4",
                                   .protocol = "tcp",
                                   .source_port_min = -1,
                                   .source_port_max = -1,
                                   .destination_port_min = 80,
                                   .destination_port_max = 80};
static struct nsd_path path = {
    .name = "path", .n_positions = 3, .positions = positions, .n_rules = 1, .rules = &web_rule};
static struct nsd_graph graph = {.name = "graph", .n_paths = 1, .paths = &path};
static struct nsd service = {
    .descriptor_id = "ns-1",
    .flavour_id = "default",
    .n_vnfs = 2,
    .vnfs = vnfs,
    .n_links = 1,
    .links = links,
    .n_saps = 1,
    .saps = saps,
    .n_graphs = 1,
    .graphs = &graph,
};

static const struct json *
json_of(struct mem *mem, const char *text)
{
    const struct json *json = NULL;

    CHECK_OK(json_parse(mem, text, strlen(text), &json));
    return json;
}

static struct site_seen *
site_new(struct mem *mem, const char *name, int64_t vcpus)
{
    struct site_seen *site = row_new(mem, &site_seen_table);

    site->site = name;
    site->name = name;
    site->reachable = site->joins = site->chains = site->containers = true;
    site->vcpus = vcpus;
    site->vcpus_used = site->vcpus_ours = 0;
    return site;
}

static struct vnf_wanted *
wanted_new(struct mem *mem, const char *requirement, int64_t vcpus)
{
    struct vnf_wanted *wanted = row_new(mem, &vnf_wanted_table);
    struct wanted_vnfc *vnfc = row_new(mem, &wanted_vnfc_table);
    struct wanted_cp *cp = row_new(mem, &wanted_cp_table);

    cp->requirement = requirement;
    cp->port_security = true;
    vnfc->vcpus = vcpus;
    place_add(mem, &vnfc->cps, cp);
    place_add(mem, &wanted->vnfcs, vnfc);
    return wanted;
}

/* Instances as the first step of placement makes them. */
static void
instance_add(struct placing *p, const struct nsd_vnf *profile, int64_t vcpus)
{
    struct plan_vnf *vnf = row_new(p->mem, &plan_vnf_table);

    vnf->name = vnf->profile = profile->name;
    vnf->vcpus = vcpus;
    vnf->memory_mb = 64;
    vnf->servers = 1;
    for (size_t i = 0; i < profile->n_connections; i++) {
        struct plan_connection *connection = row_new(p->mem, &plan_connection_table);

        connection->cpd = profile->connections[i].requirement;
        connection->link = profile->connections[i].link;
        place_add(p->mem, &vnf->connections, connection);
    }
    place_add(p->mem, &p->plan->vnfs, vnf);
}

/* A request as it was decoded; the flavour is the service's. */
static const struct instantiate_ns_request *
request_of(struct mem *mem, const char *text)
{
    struct instantiate_ns_request *request = NULL;
    const char *rest = strcmp(text, "{}") == 0 ? "}" : mem_printf(mem, ",%s", text + 1);

    CHECK_OK(ns_request_read(
        mem, json_of(mem, mem_printf(mem, "{\"nsFlavourId\":\"default\"%s", rest)), &request));
    return request;
}

static struct placing
placing_new(struct mem *mem, struct rows *sites, const char *request)
{
    struct placing p = {.mem = mem,
                        .nsd = &service,
                        .sites = sites,
                        .request = request_of(mem, request),
                        .plan = row_new(mem, &ns_plan_table)};

    map_init(&p.descriptors, mem);
    map_set(&p.descriptors, "fw", wanted_new(mem, "in", 1));
    map_set(&p.descriptors, "web", wanted_new(mem, "vl", 1));
    instance_add(&p, &vnfs[0], 1);
    instance_add(&p, &vnfs[1], 1);
    return p;
}

static const struct plan_vnf *
vnf_of(const struct placing *p, size_t i)
{
    return p->plan->vnfs.items[i];
}

#define AT_WEST                                                                                    \
    "{\"locationConstraints\":[{\"vnfProfileId\":\"web\",\"locationConstraints\":"                 \
    "{\"civicAddressElement\":[{\"caType\":21,\"caValue\":\"west\"}]}}]}"

/* ---- sites of VNFs ------------------------------------------------------------------------- */

TEST(nfvo_placement_keeps_to_the_location_of_the_request)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};

    place_add(mem, &sites, site_new(mem, "east", 8));
    place_add(mem, &sites, site_new(mem, "west", 2));
    struct placing p = placing_new(mem, &sites, AT_WEST);
    REQUIRE_OK(place_vnfs(&p));
    CHECK_STR(vnf_of(&p, 1)->site, "west");
    CHECK(strstr(vnf_of(&p, 1)->reason, "not east: the request wants location \"west\""));
    /* The other one goes where its neighbour is, although east has more room. */
    CHECK_STR(vnf_of(&p, 0)->site, "west");
}

TEST(nfvo_placement_keeps_anti_affinity)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};

    service.n_affinities = 1;
    service.affinities = rules;
    place_add(mem, &sites, site_new(mem, "east", 8));
    place_add(mem, &sites, site_new(mem, "west", 8));
    struct placing p = placing_new(mem, &sites, AT_WEST);
    REQUIRE_OK(place_vnfs(&p));
    CHECK_STR(vnf_of(&p, 1)->site, "west");
    CHECK_STR(vnf_of(&p, 0)->site, "east");
    CHECK(strstr(vnf_of(&p, 0)->reason, "not west: anti-affinity apart: web is at west"));
}

TEST(nfvo_placement_says_why_nothing_fits)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct site_seen *down = site_new(mem, "down", 8);

    down->reachable = false;
    down->error = "no route";
    place_add(mem, &sites, down);
    place_add(mem, &sites, site_new(mem, "full", 1));
    struct placing p = placing_new(mem, &sites, "{}");
    struct err *e = place_vnfs(&p);
    CHECK(e && strstr(e->message, "not down: does not answer: no route"));
    CHECK(e && strstr(e->message, "not full: needs 1 vCPU, 0 are left"));
    CHECK_ERR(e, E_QUOTA);
}

static void
image_add(struct mem *mem, struct vnf_wanted *wanted, const char *format)
{
    struct wanted_image *image = row_new(mem, &wanted_image_table);

    image->image_id = "image";
    image->name = "web-1.0";
    image->container_format = format;
    ((struct wanted_vnfc *)wanted->vnfcs.items[0])->image_id = "image";
    place_add(mem, &wanted->images, image);
}

TEST(nfvo_images_of_containers_go_where_containers_run)
{
    static const struct {
        const char *format;
        bool runs;
        const char *why;
    } cases[] = {
        {"docker", true, NULL},
        {"docker", false, "not real: runs no containers, and image web-1.0 is one's"},
        {"bare", false, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct site_seen *site = site_new(mem, "real", 8);

        site->containers = cases[i].runs;
        place_add(mem, &sites, site);
        struct placing p = placing_new(mem, &sites, "{}");
        image_add(mem, map_get(&p.descriptors, "web"), cases[i].format);
        if (cases[i].why) {
            CHECK_ERR_MSG(place_vnfs(&p), E_QUOTA, cases[i].why);
        } else {
            CHECK_OK(place_vnfs(&p));
        }
    }
}

TEST(nfvo_scripts_are_run_where_servers_are_reached)
{
    static const char *names[] = {"heal_end"};

    for (int i = 0; i < 4; i++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct site_seen *site = site_new(mem, "far", 8);

        site->no_scripts = i & 1;
        place_add(mem, &sites, site);
        struct placing p = placing_new(mem, &sites, "{}");
        ((struct vnf_wanted *)map_get(&p.descriptors, "web"))->scripts =
            (struct strs){.n = i & 2 ? 1 : 0, .items = names};
        if (i == 3) {
            CHECK_ERR_MSG(place_vnfs(&p), E_QUOTA, "far: its servers are not reached from here, and the "
                                                   "package has script heal_end");
        } else {
            CHECK_OK(place_vnfs(&p));
        }
    }
}

TEST(nfvo_site_runs_scripts_as_it_tells_or_as_its_row_says)
{
    static const struct {
        const char *word, *extensions;
        bool none;
    } cases[] = {
        {NULL, "[{\"alias\": \"sfc\"}]", false},
        {NULL, "[{\"alias\": \"carrick-counters\"}]", true},
        {"YES", "[{\"alias\": \"carrick-counters\"}]", false},
        {"NO", "[]", true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct site_seen *seen = row_new(mem, &site_seen_table);

        seen->scripts_word = cases[i].word;
        look_extensions_read(
            seen, json_of(mem, mem_printf(mem, "{\"extensions\": %s}", cases[i].extensions)));
        CHECK(seen->no_scripts == cases[i].none);
    }
}

TEST(nfvo_site_runs_containers_as_it_tells_or_as_its_row_says)
{
    static const struct {
        const char *word, *extensions;
        bool runs;
    } cases[] = {
        {"DISCOVERED", "[{\"alias\": \"sfc\"}]", false},
        {"DISCOVERED", "[{\"alias\": \"sfc\"}, {\"alias\": \"carrick-counters\"}]", true},
        {"NO", "[{\"alias\": \"carrick-counters\"}]", false},
        {"YES", "[{\"alias\": \"sfc\"}]", true},
        {"YES", "[]", true},
        {"DISCOVERED", "[{}]", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct site_seen *seen = row_new(mem, &site_seen_table);

        seen->containers_word = cases[i].word;
        look_extensions_read(
            seen, json_of(mem, mem_printf(mem, "{\"extensions\": %s}", cases[i].extensions)));
        CHECK(seen->containers == cases[i].runs);
    }
}

TEST(nfvo_placement_counts_what_others_and_we_use)
{
    static const struct {
        int64_t used, ours;
        enum err_code code;
    } cases[] = {{0, 0, E_NONE}, {2, 0, E_NONE}, {3, 0, E_QUOTA}, {0, 3, E_QUOTA}, {2, 2, E_NONE}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct site_seen *site = site_new(mem, "east", 4);

        site->vcpus_used = cases[i].used;
        site->vcpus_ours = cases[i].ours;
        place_add(mem, &sites, site);
        struct placing p = placing_new(mem, &sites, "{}");
        if (cases[i].code == E_NONE) {
            CHECK_OK(place_vnfs(&p));
        } else {
            CHECK_ERR(place_vnfs(&p), cases[i].code);
        }
    }
}

/* ---- links and paths ------------------------------------------------------------------------- */

static struct placing
placed_apart(struct mem *mem, struct rows *sites)
{
    place_add(mem, sites, site_new(mem, "east", 8));
    place_add(mem, sites, site_new(mem, "west", 8));
    struct placing p =
        placing_new(mem, sites,
                    "{\"locationConstraints\":[{\"vnfProfileId\":\"web\",\"locationConstraints\":"
                    "{\"civicAddressElement\":[{\"caType\":21,\"caValue\":\"west\"}]}},"
                    "{\"vnfProfileId\":\"fw\",\"locationConstraints\":"
                    "{\"civicAddressElement\":[{\"caType\":21,\"caValue\":\"east\"}]}}],"
                    "\"additionalParamsForNs\":{\"sapSites\":{\"client\":\"east\"}}}");
    CHECK_OK(place_vnfs(&p));
    CHECK_OK(place_saps(&p));
    place_paths(&p);
    return p;
}

TEST(nfvo_shares_of_a_joined_link_never_overlap)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = placed_apart(mem, &sites);

    REQUIRE_OK(place_links(&p));
    const struct plan_link *link = p.plan->links.items[0];
    CHECK(link->joined);
    CHECK_INT(link->members.n, 2);
    const struct plan_member *a = link->members.items[0], *b = link->members.items[1];
    struct ip a_end, b_start;
    CHECK_STR(a->pool_start, "10.0.0.2");
    CHECK_STR(b->pool_end, "10.0.0.254");
    REQUIRE(ip_parse(a->pool_end, &a_end) && ip_parse(b->pool_start, &b_start));
    CHECK_INT(ip_diff(&a_end, &b_start), 1);
}

TEST(nfvo_a_link_over_sites_needs_the_interconnect)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = placed_apart(mem, &sites);

    ((struct site_seen *)sites.items[1])->joins = false;
    CHECK_ERR_MSG(place_links(&p), E_NOT_IMPLEMENTED, "site west does not offer");
}

TEST(nfvo_a_fixed_address_lies_in_its_own_sites_share)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = placed_apart(mem, &sites);

    ((struct plan_sap *)p.plan->saps.items[0])->ip_address = "10.0.0.250";
    CHECK_ERR_MSG(place_links(&p), E_INVALID, "which is in site west's share");
}

TEST(nfvo_ends_of_a_path_are_no_functions)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = placed_apart(mem, &sites);
    const struct plan_path *made = p.plan->paths.items[0];

    CHECK_INT(made->hops.n, 1);
    CHECK_INT(made->sources.n, 1);
    CHECK_STR(((const struct plan_cp *)made->sources.items[0])->sap, "client");
    CHECK_INT(made->destinations.n, 1);
    CHECK_STR(((const struct plan_cp *)made->destinations.items[0])->vnf, "web");
    CHECK_INT(((const struct plan_rule *)made->rules.items[0])->source_port_min, INT_NULL);
    /* The firewall's connections carry others' traffic, the server's does not. */
    CHECK(((const struct plan_connection *)vnf_of(&p, 0)->connections.items[0])->function);
    CHECK(!((const struct plan_connection *)vnf_of(&p, 1)->connections.items[0])->function);
}

TEST(nfvo_a_server_that_forwards_is_a_function)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};

    place_add(mem, &sites, site_new(mem, "east", 8));
    struct placing p = placing_new(mem, &sites, "{}");
    struct vnf_wanted *web = map_get(&p.descriptors, "web");
    struct wanted_vnfc *vnfc = web->vnfcs.items[0];
    ((struct wanted_cp *)vnfc->cps.items[0])->port_security = false;
    place_paths(&p);
    CHECK_INT(((const struct plan_path *)p.plan->paths.items[0])->hops.n, 2);
    CHECK_INT(((const struct plan_path *)p.plan->paths.items[0])->destinations.n, 0);
}

static struct plan_path *
path_add(struct placing *p, const char *name, const char *sap, const char *protocol, int64_t min,
         int64_t max)
{
    static const char *on[] = {"data"};
    struct plan_path *made = row_new(p->mem, &plan_path_table);
    struct plan_rule *rule = row_new(p->mem, &plan_rule_table);
    struct plan_cp *cp = row_new(p->mem, &plan_cp_table);

    made->name = rule->name = name;
    made->links = (struct strs){.n = 1, .items = on};
    rule->protocol = protocol;
    rule->destination_port_min = min;
    rule->destination_port_max = max;
    cp->sap = sap;
    if (sap) {
        place_add(p->mem, &made->sources, cp);
    }
    place_add(p->mem, &made->rules, rule);
    place_add(p->mem, &p->plan->paths, made);
    return made;
}

TEST(nfvo_paths_that_claim_the_same_packets_are_refused_by_name)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};

    place_add(mem, &sites, site_new(mem, "east", 8));
    struct placing p = placing_new(mem, &sites, "{}");
    (void)path_add(&p, "p80", "client", "tcp", 80, 80);
    struct plan_path *b = path_add(&p, "many", "client", "tcp", 81, 90);
    struct plan_rule *rule = b->rules.items[0];
    (void)path_add(&p, "udp", "client", "udp", 80, 80);
    (void)path_add(&p, "other", "admin", "tcp", 80, 80);
    CHECK_OK(place_overlaps(&p));
    rule->destination_port_min = 80;
    CHECK_ERR_MSG(place_overlaps(&p), E_UNPROCESSABLE,
                  "rule p80 of path p80 and rule many of path many;");
    rule->destination_prefix = "10.1.0.0/16";
    ((struct plan_rule *)((struct plan_path *)p.plan->paths.items[0])->rules.items[0])
        ->destination_prefix = "10.2.0.0/16";
    CHECK_OK(place_overlaps(&p));
    b->sources = (struct rows){0}; /* From anywhere. */
    CHECK_ERR_MSG(place_overlaps(&p), E_UNPROCESSABLE,
                  "rule many of path many and rule other of path other;");
}

/* ---- routes where there are no chains ------------------------------------------------------- */

static struct nsd_connection router_links[] = {{.requirement = "in", .link = "a"},
                                               {.requirement = "out", .link = "b"}};
static struct nsd_connection end_links[] = {{.requirement = "vl", .link = "b"}};
static struct nsd_vnf routed_vnfs[] = {
    {.name = "fw", .vnfd_id = "fw-1", .n_connections = 2, .connections = router_links},
    {.name = "web", .vnfd_id = "web-1", .n_connections = 1, .connections = end_links},
};
static struct vnfd_link two_links[] = {{.name = "a", .cidr = "10.1.0.0/24", .dhcp = true},
                                       {.name = "b", .cidr = "10.2.0.0/24", .dhcp = true}};
static struct nsd_sap routed_saps[] = {{.name = "client", .link = "a"}};
static struct nsd_rule any_rule = {.name = "any",
                                   .ether_type = "ipv4",
                                   .source_port_min = -1,
                                   .source_port_max = -1,
                                   .destination_port_min = -1,
                                   .destination_port_max = -1};
static struct nsd_path routed_path = {
    .name = "path", .n_positions = 3, .positions = positions, .n_rules = 1, .rules = &any_rule};
static struct nsd_graph routed_graph = {.name = "graph", .n_paths = 1, .paths = &routed_path};
static struct nsd routed_service = {
    .descriptor_id = "ns-2",
    .flavour_id = "default",
    .n_vnfs = 2,
    .vnfs = routed_vnfs,
    .n_links = 2,
    .links = two_links,
    .n_saps = 1,
    .saps = routed_saps,
    .n_graphs = 1,
    .graphs = &routed_graph,
};

/* Up to where the paths are known, at one site with routers and without chains. */
static struct placing
routed_new(struct mem *mem, struct rows *sites)
{
    struct site_seen *site = site_new(mem, "plain", 8);
    struct vnf_wanted *wanted = wanted_new(mem, "in", 1);
    struct wanted_vnfc *vnfc = wanted->vnfcs.items[0];
    struct placing p = {.mem = mem,
                        .nsd = &routed_service,
                        .sites = sites,
                        .request = request_of(mem, "{}"),
                        .plan = row_new(mem, &ns_plan_table)};

    site->chains = site->joins = false;
    site->routes = true;
    place_add(mem, sites, site);
    ((struct wanted_cp *)vnfc->cps.items[0])->routed = true;
    map_init(&p.descriptors, mem);
    map_set(&p.descriptors, "fw", wanted);
    map_set(&p.descriptors, "web", wanted_new(mem, "vl", 1));
    instance_add(&p, &routed_vnfs[0], 1);
    instance_add(&p, &routed_vnfs[1], 1);
    CHECK_OK(place_vnfs(&p));
    CHECK_OK(place_saps(&p));
    place_paths(&p);
    CHECK_OK(place_links(&p));
    return p;
}

static const struct plan_route *
route_of(const struct placing *p, size_t i)
{
    return ((const struct plan_path *)p->plan->paths.items[0])->routes.items[i];
}

TEST(nfvo_functions_that_route_are_reached_by_routes_both_ways)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = routed_new(mem, &sites);
    const struct plan_link *link;
    const struct plan_connection *in, *out;

    REQUIRE_OK(place_routes(&p));
    CHECK(((const struct plan_path *)p.plan->paths.items[0])->routed);
    REQUIRE(((const struct plan_path *)p.plan->paths.items[0])->routes.n == 2);
    CHECK_STR(route_of(&p, 0)->link, "a");
    CHECK_STR(route_of(&p, 0)->destination, "10.2.0.0/24");
    CHECK_STR(route_of(&p, 0)->cpd, "in");
    CHECK_STR(route_of(&p, 1)->link, "b");
    CHECK_STR(route_of(&p, 1)->destination, "10.1.0.0/24");
    CHECK_STR(route_of(&p, 1)->cpd, "out");
    in = vnf_of(&p, 0)->connections.items[0];
    out = vnf_of(&p, 0)->connections.items[1];
    REQUIRE(in->passes.n == 1 && out->passes.n == 1);
    CHECK_STR(in->passes.items[0], "10.2.0.0/24"); /* What comes back is sent by this side. */
    CHECK_STR(out->passes.items[0], "10.1.0.0/24");
    link = p.plan->links.items[0];
    CHECK(link->routed);
    CHECK_STR(link->gateway_ip, "10.1.0.1");
}

static void
spoil_site(struct placing *p)
{
    ((struct site_seen *)p->sites->items[0])->routes = false;
}

static void
spoil_kind(struct placing *p)
{
    struct plan_hop *hop = p->plan->hops.items[0];

    ((struct plan_cp *)hop->functions.items[0])->routed = false;
}

static void
spoil_instances(struct placing *p)
{
    instance_add(p, &routed_vnfs[0], 1);
}

static void
spoil_servers(struct placing *p)
{
    struct vnf_wanted *wanted = map_get(&p->descriptors, "fw");

    place_add(p->mem, &wanted->vnfcs, wanted->vnfcs.items[0]);
}

static void
spoil_vnfm(struct placing *p)
{
    ((struct plan_vnf *)p->plan->vnfs.items[0])->vnfm = "other";
}

static void
spoil_link(struct placing *p)
{
    struct plan_vnf *vnf = p->plan->vnfs.items[0];

    ((struct plan_connection *)vnf->connections.items[1])->link = "a";
}

static void
spoil_end(struct placing *p)
{
    ((struct plan_sap *)p->plan->saps.items[0])->link = "b";
}

static struct plan_rule *
rule_of(struct placing *p)
{
    return ((struct plan_path *)p->plan->paths.items[0])->rules.items[0];
}

static void
spoil_protocol(struct placing *p)
{
    rule_of(p)->protocol = "tcp";
}

static void
spoil_ports(struct placing *p)
{
    rule_of(p)->destination_port_min = 80;
}

static void
spoil_destination(struct placing *p)
{
    rule_of(p)->destination_prefix = "10.1.0.0/24";
}

static void
spoil_gateway(struct placing *p)
{
    ((struct plan_link *)p->plan->links.items[1])->gateway_ip = "10.2.0.9";
}

static void
spoil_members(struct placing *p)
{
    struct plan_link *link = p->plan->links.items[1];

    place_add(p->mem, &link->members, link->members.items[0]);
}

/* Another path whose packets go elsewhere from there. */
static void
spoil_other(struct placing *p)
{
    struct plan_path *other = row_copy(p->mem, p->plan->paths.items[0]);
    struct plan_route *route = row_new(p->mem, &plan_route_table);

    route->link = "a";
    route->destination = "10.2.0.0/24";
    route->vnf = "dpi";
    route->cpd = "in";
    other->name = "other";
    other->hops = (struct strs){0};
    other->links = (struct strs){0};
    other->routes = (struct rows){0};
    place_add(p->mem, &other->routes, route);
    place_add(p->mem, &p->plan->paths, other);
}

TEST(nfvo_what_routes_cannot_say_is_refused_with_the_reason)
{
    static const struct {
        void (*spoil)(struct placing *p);
        const char *why;
    } cases[] = {
        {spoil_site, "the site does not offer router, extraroute and allowed-address-pairs"},
        {spoil_kind, "the VNFD of fw does not say that it routes"},
        {spoil_instances, "position path-p1 has 2 instances, and a route leads to one"},
        {spoil_servers, "position path-p1 has 2 instances, and a route leads to one"},
        {spoil_vnfm, "the ports of fw are made by another VNFM"},
        {spoil_link, "it comes back to link a at position path-p1"},
        {spoil_end, "its end client is not on link a"},
        {spoil_protocol, "its rule any asks for a protocol or ports"},
        {spoil_ports, "its rule any asks for a protocol or ports"},
        {spoil_destination, "10.1.0.0/24 is link a itself"},
        {spoil_gateway, "link b gives out 10.2.0.9, which its router needs"},
        {spoil_members, "its link b is not at that site only"},
        {spoil_other, "what is for 10.2.0.0/24 goes to dpi already (path other)"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct placing p = routed_new(mem, &sites);

        cases[i].spoil(&p);
        CHECK_ERR_MSG(place_routes(&p), E_NOT_IMPLEMENTED, cases[i].why);
    }
}

TEST(nfvo_chains_within_a_link_are_chains_and_between_links_routes)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0}, others = {0};
    struct placing p = routed_new(mem, &sites), chained = placed_apart(mem, &others);

    ((struct site_seen *)sites.items[0])->chains = true;
    CHECK_OK(place_routes(&p));
    CHECK(((const struct plan_path *)p.plan->paths.items[0])->routed);
    REQUIRE_OK(place_links(&chained));
    CHECK_OK(place_routes(&chained));
    CHECK(!((const struct plan_path *)chained.plan->paths.items[0])->routed);
    ((struct site_seen *)others.items[0])->chains = false;
    CHECK_ERR_MSG(place_routes(&chained), E_NOT_IMPLEMENTED,
                  "path path passes site east, which does not offer service function chains "
                  "(networking-sfc), and routes cannot stand in for one: its link data is not at "
                  "that site only");
}

/* ---- requests -----------------------------------------------------------------------------------
 */

TEST(nfvo_request_faults_are_told_all_at_once)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct instantiate_ns_request *request = NULL;
    struct err *e;

    place_add(mem, &sites, site_new(mem, "east", 8));
    REQUIRE_OK(ns_request_read(
        mem,
        json_of(mem,
                "{\"nsFlavourId\":\"big\",\"sapData\":[{\"sapdId\":\"nobody\",\"sapName\":\"a\","
                "\"description\":\"b\"},{\"sapdId\":\"client\",\"sapName\":\"a\","
                "\"description\":\"b\",\"sapProtocolData\":[{\"layerProtocol\":"
                "\"IP_OVER_ETHERNET\",\"ipOverEthernet\":{\"ipAddresses\":[{\"type\":\"IPV4\","
                "\"fixedAddresses\":[\"10.9.0.1\"]}]}}]}],\"locationConstraints\":"
                "[{\"vnfProfileId\":\"none\"},{\"vnfProfileId\":\"fw\",\"locationConstraints\":"
                "{\"countryCode\":\"DE\"}}],\"additionalParamsForNs\":{\"sapSites\":"
                "{\"client\":\"mars\",\"other\":\"east\"}},"
                "\"additionalAffinityOrAntiAffinityRule\":[{\"vnfProfileId\":[\"fw\",\"x\"],"
                "\"affinityOrAntiAffiinty\":\"AFFINITY\",\"scope\":\"ZONE\"}]}"),
        &request));
    e = ns_request_check(mem, &service, &sites, request);
    const char *text = err_full(mem, e);

    CHECK(e && strstr(text, "no deployment flavour big"));
    CHECK(e && strstr(text, "sapData[0]: the NSD has no SAP nobody"));
    CHECK(e && strstr(text, "sapData[1]: 10.9.0.1 is not in 10.0.0.0/24"));
    CHECK(e && strstr(text, "locationConstraints[0]: the NSD has no VNF profile none"));
    CHECK(e && strstr(text, "locationConstraints[1]: no site that is registered fits"));
    CHECK(e && strstr(text, "sapSites.client: no site mars"));
    CHECK(e && strstr(text, "the NSD has no SAP other"));
    CHECK(e && strstr(text, "[0]: the NSD has no VNF profile x"));
    CHECK(e && strstr(text, "AFFINITY is supported for scope NFVI_POP only"));
    CHECK_ERR(e, E_UNPROCESSABLE);
    CHECK_OK(ns_request_check(mem, &service, &sites, request_of(mem, "{}")));
}

TEST(nfvo_request_has_the_form_of_its_table)
{
    AUTO(mem) mem = mem_new("test");
    struct instantiate_ns_request *request = NULL;
    struct err *e = ns_request_read(
        mem,
        json_of(mem, "{\"sapData\":{},\"startTime\":\"now\",\"wanConnectionData\":[],\"locationConstraints\":"
                     "[{\"vnfProfileId\":\"fw\",\"locationConstraints\":"
                     "{\"civicAddressElement\":[{\"caType\":\"x\"}]}}],"
                     "\"additionalParamsForNs\":{\"sapSites\":{\"client\":1}}}"),
        &request);
    const char *text = err_full(mem, e);

    CHECK(e && strstr(text, "'nsFlavourId' is required"));
    CHECK(e && strstr(text, "sapData. Reason: '{}' is not a list"));
    CHECK(e && strstr(text, "Unknown attribute 'wanConnectionData'"));
    CHECK(e && strstr(text, "startTime. Reason: 'now' is not"));
    CHECK(e && strstr(text, "civicAddressElement[0].caType. Reason: 'x' is not an integer"));
    CHECK(e && strstr(text, "civicAddressElement[0].caValue' is required"));
    CHECK(e && strstr(text, "sapSites.client: the name of a site is needed"));
    CHECK_ERR(e, E_INVALID);
}

/* ---- sites
 * ----------------------------------------------------------------------------------------- */

TEST(nfvo_site_urls_are_urls)
{
    static const struct {
        const char *url;
        bool good;
    } cases[] = {
        {"http://10.0.0.1:5000/v3", true},
        {"https://site.example/identity", true},
        {"ftp://site", false},
        {"http://", false},
        {"http:///v3", false},
        {"http://user@host/", false},
        {"http://ho st/", false},
        {"http://host/#x", false},
    };
    AUTO(mem) mem = mem_new("test");
    struct attr attr = {.name = "auth_url"};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *url = cases[i].url;

        CHECK_STR(site_check_url(mem, &attr, &url) ? "bad" : "good",
                  cases[i].good ? "good" : "bad");
    }
}

TEST(nfvo_locations_have_their_form)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"{}", true},
        {"{\"country_code\":\"DE\",\"labels\":{\"zone\":\"edge\"}}", true},
        {"{\"civic_address_elements\":[{\"ca_type\":3,\"ca_value\":\"Ulm\"}]}", true},
        {"{\"country_code\":\"de\"}", false},
        {"{\"civic_address_elements\":[{\"ca_type\":\"3\",\"ca_value\":\"Ulm\"}]}", false},
        {"{\"labels\":{\"zone\":5}}", false},
        {"{\"planet\":\"Mars\"}", false},
        {"[]", false},
    };
    AUTO(mem) mem = mem_new("test");
    struct attr attr = {.name = "location"};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct json *location = json_of(mem, cases[i].text);

        CHECK_STR(site_check_location(mem, &attr, &location) ? "bad" : "good",
                  cases[i].good ? "good" : "bad");
    }
}
