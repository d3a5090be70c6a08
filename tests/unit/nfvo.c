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
        json_of(mem, "{\"sapData\":{},\"startTime\":\"now\",\"locationConstraints\":"
                     "[{\"vnfProfileId\":\"fw\",\"locationConstraints\":"
                     "{\"civicAddressElement\":[{\"caType\":\"x\"}]}}],"
                     "\"additionalParamsForNs\":{\"sapSites\":{\"client\":1}}}"),
        &request);
    const char *text = err_full(mem, e);

    CHECK(e && strstr(text, "'nsFlavourId' is required"));
    CHECK(e && strstr(text, "sapData. Reason: '{}' is not a list"));
    CHECK(e && strstr(text, "Unknown attribute 'startTime'"));
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
