/* What routes that stand in for a chain may be (src/nfvo/place_route.c), and how positions are called. */
#include "nfvo/place.h"
#include "test.h"

#include <string.h>

#define SITE "east"
#define N_FUNCTIONS 4

static const char *const profiles[N_FUNCTIONS] = {"f0", "f1", "f2", "f3"};

static struct vnf_wanted *
wanted_new(struct mem *mem)
{
    struct vnf_wanted *wanted = row_new(mem, &vnf_wanted_table);
    struct wanted_vnfc *vnfc = row_new(mem, &wanted_vnfc_table);
    static const char *const cps[] = {"in", "out"};

    for (size_t i = 0; i < ARRAY_SIZE(cps); i++) {
        struct wanted_cp *cp = row_new(mem, &wanted_cp_table);

        cp->requirement = cps[i];
        cp->port_security = true;
        place_add(mem, &vnfc->cps, cp);
    }
    place_add(mem, &wanted->vnfcs, vnfc);
    return wanted;
}

static void
link_add(struct mem *mem, struct ns_plan *plan, const char *name, const char *cidr)
{
    struct plan_link *link = row_new(mem, &plan_link_table);
    struct plan_member *member = row_new(mem, &plan_member_table);

    link->name = name;
    link->cidr = cidr;
    member->site = SITE;
    place_add(mem, &link->members, member);
    place_add(mem, &plan->links, link);
}

static void
function_add(struct placing *p, const char *profile)
{
    struct mem *mem = p->mem;
    struct plan_vnf *vnf = row_new(mem, &plan_vnf_table);
    struct plan_hop *hop = row_new(mem, &plan_hop_table);
    struct plan_cp *cp = row_new(mem, &plan_cp_table);
    static const char *const at[][2] = {{"in", "a"}, {"out", "b"}};

    vnf->name = vnf->profile = profile;
    for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
        struct plan_connection *connection = row_new(mem, &plan_connection_table);

        connection->cpd = at[i][0];
        connection->link = at[i][1];
        place_add(mem, &vnf->connections, connection);
    }
    place_add(mem, &p->plan->vnfs, vnf);
    cp->vnf = profile;
    cp->ingress = "in";
    cp->egress = "out";
    cp->routed = true;
    hop->name = profile;
    place_add(mem, &hop->functions, cp);
    place_add(mem, &p->plan->hops, hop);
    map_set(&p->descriptors, profile, wanted_new(mem));
}

/* Links a and b at a site without chains, functions from one to the other. */
static struct placing
placing_new(struct mem *mem, struct rows *sites)
{
    struct placing p = {.mem = mem, .sites = sites, .plan = row_new(mem, &ns_plan_table)};
    struct site_seen *site = row_new(mem, &site_seen_table);

    map_init(&p.descriptors, mem);
    site->site = site->name = SITE;
    site->routes = true;
    place_add(mem, sites, site);
    link_add(mem, p.plan, "a", "10.1.0.0/24");
    link_add(mem, p.plan, "b", "10.2.0.0/24");
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        function_add(&p, profiles[i]);
    }
    return p;
}

/* A path through function 'i', of 'n' rules. */
static struct plan_path *
path_add(struct placing *p, size_t i)
{
    static const char *const passed[] = {"a", "b"};
    struct plan_path *path = row_new(p->mem, &plan_path_table);

    path->name = path->graph = mem_printf(p->mem, "path-%zu", i);
    path->links = (struct strs){
        .n = 2, .items = mem_copy(p->mem, passed, sizeof passed)};
    path->hops = (struct strs){.n = 1, .items = mem_copy(p->mem, &profiles[i], sizeof *profiles)};
    place_add(p->mem, &p->plan->paths, path);
    return path;
}

static void
rule_add(struct placing *p, struct plan_path *path, const char *source, const char *destination)
{
    struct plan_rule *rule = row_new(p->mem, &plan_rule_table);

    rule->name = "rule";
    rule->source_port_min = rule->destination_port_min = INT_NULL;
    rule->source_prefix = source;
    rule->destination_prefix = destination;
    place_add(p->mem, &path->rules, rule);
}

static void
rules_add(struct placing *p, struct plan_path *path, size_t i, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        rule_add(p, path, mem_printf(p->mem, "10.50.%zu.0/24", i),
                 mem_printf(p->mem, "10.%zu.%zu.0/24", 60 + i, k));
    }
}

TEST(nfvo_a_port_passes_ten_prefixes)
{
    for (size_t n = 10; n <= 11; n++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct placing p = placing_new(mem, &sites);

        rules_add(&p, path_add(&p, 0), 0, n);
        if (n == 10) {
            CHECK_OK(place_routes(&p));
        } else {
            CHECK_ERR_MSG(place_routes(&p), E_NOT_IMPLEMENTED,
                          "a port of f0 would have to pass more than 10 prefixes");
        }
    }
}

TEST(nfvo_a_router_has_thirty_routes)
{
    for (size_t last = 6; last <= 7; last++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct placing p = placing_new(mem, &sites);

        for (size_t i = 0; i < N_FUNCTIONS; i++) {
            rules_add(&p, path_add(&p, i), i, i + 1 < N_FUNCTIONS ? 8 : last);
        }
        if (last == 6) {
            CHECK_OK(place_routes(&p));
        } else {
            CHECK_ERR_MSG(place_routes(&p), E_NOT_IMPLEMENTED,
                          "link a would have more than 30 routes");
        }
    }
}

TEST(nfvo_the_same_route_counts_once)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = placing_new(mem, &sites);
    struct plan_path *path = path_add(&p, 0);

    for (size_t k = 0; k < 40; k++) {
        rule_add(&p, path, "10.50.0.0/24", "10.60.0.0/16");
    }
    CHECK_OK(place_routes(&p));
    CHECK_INT(((const struct plan_connection *)((const struct plan_vnf *)p.plan->vnfs.items[0])
                   ->connections.items[0])->passes.n, 1);
}

TEST(nfvo_routes_are_of_their_links_ip_version)
{
    static const struct {
        const char *source, *destination, *why;
    } cases[] = {
        {NULL, "2001:db8::/32", "2001:db8::/32 is of another IP version than link a (10.1.0.0/24)"},
        {"2001:db8::/32", NULL, "2001:db8::/32 is of another IP version than link b (10.2.0.0/24)"},
        {NULL, "10.1.0.0/24", "10.1.0.0/24 is link a itself"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct placing p = placing_new(mem, &sites);

        rule_add(&p, path_add(&p, 0), cases[i].source, cases[i].destination);
        CHECK_ERR_MSG(place_routes(&p), E_NOT_IMPLEMENTED, cases[i].why);
    }
}

TEST(nfvo_a_destination_on_a_link_has_one_function)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = placing_new(mem, &sites);

    rule_add(&p, path_add(&p, 0), "10.50.0.0/24", "10.60.0.0/24");
    rule_add(&p, path_add(&p, 1), "10.51.0.0/24", "10.60.0.0/24");
    CHECK_ERR_MSG(place_routes(&p), E_NOT_IMPLEMENTED, "what is for 10.60.0.0/24 goes to f0 already");
}

/* ---- names of positions ---------------------------------------------------------------- */

static struct nsd_element first = {.ingress = {.vnf = "f0", .requirement = "in"},
                                   .egress = {.vnf = "f0", .requirement = "out"}};
static struct nsd_element second = {.ingress = {.vnf = "f1", .requirement = "in"},
                                    .egress = {.vnf = "f1", .requirement = "out"}};
static struct nsd_position of_a[] = {{.name = "b-c", .n_elements = 1, .elements = &first}};
static struct nsd_position of_a_b[] = {{.name = "c", .n_elements = 1, .elements = &second}};
static struct nsd_path alike[] = {{.name = "a", .n_positions = 1, .positions = of_a},
                                  {.name = "a-b", .n_positions = 1, .positions = of_a_b}};
static struct nsd_graph graph = {.name = "graph", .n_paths = 2, .paths = alike};
static struct nsd service = {.descriptor_id = "n", .n_graphs = 1, .graphs = &graph};

TEST(nfvo_positions_have_names_of_their_own)
{
    AUTO(mem) mem = mem_new("test");
    struct rows sites = {0};
    struct placing p = placing_new(mem, &sites);

    p.nsd = &service;
    p.plan->hops = (struct rows){0};
    place_paths(&p);
    CHECK_INT(p.plan->hops.n, 2);
    CHECK_STR(((const struct plan_hop *)p.plan->hops.items[0])->name, "a-b-c");
    CHECK_STR(((const struct plan_hop *)p.plan->hops.items[1])->name, "3-a-b-c");
}

/* ---- functions that were there before their path ---------------------------------------- */

TEST(nfvo_a_chain_goes_through_no_port_that_drops_it)
{
    static const struct {
        size_t n_there;
        bool function, port_security, routed, fine;
    } cases[] = {
        {1, false, true, false, false}, /* taken in as it was */
        {1, true, true, false, true},   /* made for a path of the NSD */
        {1, false, false, false, true}, /* its VNFD says so itself */
        {1, false, true, true, true},   /* its port is told what to pass */
        {0, false, true, false, true},  /* it comes, and is made as it has to be */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct rows sites = {0};
        struct placing p = placing_new(mem, &sites);
        const struct plan_vnf *vnf = p.plan->vnfs.items[0];
        const struct vnf_wanted *wanted = map_get(&p.descriptors, "f0");
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[0];

        path_add(&p, 0)->routed = cases[i].routed;
        p.n_there = cases[i].n_there;
        for (size_t k = 0; k < 2; k++) {
            ((struct plan_connection *)vnf->connections.items[k])->function = cases[i].function;
            ((struct wanted_cp *)vnfc->cps.items[k])->port_security = cases[i].port_security;
        }
        if (cases[i].fine) {
            CHECK_OK(place_passable(&p));
        } else {
            CHECK_ERR_MSG(place_passable(&p), E_UNPROCESSABLE,
                          "VNF f0 was taken in with port security at in");
        }
    }
}
