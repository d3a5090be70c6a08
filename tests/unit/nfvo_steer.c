/* What a site is told of the ends of a path that an NSD leaves open. */
#include "base/vec.h"
#include "http/client.h"
#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define SITE "5173aaaa-0000-4000-8000-000000000001"

static bool site_joins, has_lone;

/* ---- a service at one site ---------------------------------------------------------------- */

static void
port_add(struct mem *mem, struct rows *ports, const char *name, const char *id)
{
    struct fwd_port *port = row_new(mem, &fwd_port_table);

    port->name = name;
    port->link = "data";
    port->site = SITE;
    port->port_id = id;
    place_add(mem, ports, port);
}

static const char *const data[] = {"data"};
static const char *const first_hop[] = {"first"};

static void
path_add(struct mem *mem, struct ns_plan *plan)
{
    struct plan_path *path = row_new(mem, &plan_path_table);
    struct plan_rule *rule = row_new(mem, &plan_rule_table);
    struct plan_hop *hop = row_new(mem, &plan_hop_table);
    struct plan_cp *cp = row_new(mem, &plan_cp_table);

    cp->vnf = "fw";
    cp->ingress = "in";
    cp->egress = "out";
    hop->name = "first";
    place_add(mem, &hop->functions, cp);
    place_add(mem, &plan->hops, hop);
    rule->name = "web";
    path->name = "path";
    path->graph = "graph";
    path->links = (struct strs){.n = 1, .items = (const char **)(uintptr_t)data};
    path->hops = (struct strs){.n = 1, .items = (const char **)(uintptr_t)first_hop};
    place_add(mem, &path->rules, rule);
    place_add(mem, &plan->paths, path);
}

static struct ns_plan *
plan_new(struct mem *mem)
{
    struct ns_plan *plan = row_new(mem, &ns_plan_table);
    struct plan_vnf *vnf = row_new(mem, &plan_vnf_table);
    struct site_seen *site = row_new(mem, &site_seen_table);

    vnf->name = vnf->profile = "fw";
    place_add(mem, &plan->vnfs, vnf);
    site->site = SITE;
    site->name = "real";
    site->joins = site_joins;
    place_add(mem, &plan->sites, site);
    path_add(mem, plan);
    return plan;
}

static struct err *
steers_run(struct flow *f, const void *arg)
{
    struct mem *mem = flow_mem(f);
    struct ns_site_made *made = row_new(mem, &ns_site_made_table);
    struct made_net *net = row_new(mem, &made_net_table);
    struct steering s = {.f = f, .in = arg, .plan = plan_new(mem)};

    net->link = "data";
    net->network_id = "n";
    net->subnet_id = "s";
    made->site = SITE;
    made->security_group_id = "g";
    place_add(mem, &made->nets, net);
    place_add(mem, &s.sites, made);
    port_add(mem, &s.ports, "client", "port-client");
    port_add(mem, &s.ports, "fw/v/in", "port-in");
    port_add(mem, &s.ports, "fw/v/out", "port-out");
    port_add(mem, &s.ports, "web/v/vl", "port-web");
    if (has_lone) {
        /* A VNFC of which a given-up scaling made the first port, and no more. */
        port_add(mem, &s.ports, "fw/w/in", "port-lone");
        ((struct fwd_port *)s.ports.items[s.ports.n - 1])->lone = true;
        s.noted = MEM_NEW(mem, struct rows);
    }
    return ns_steer(&s);
}
static const struct flow_type steers = {
    .name = "steers", .version = 1, .doc = "Steers.", .in = &ns_in_table, .run = steers_run};
static const struct flow_type *const types[] = {&steers, &ns_forward_flow, &ns_forward_flow_1,
                                                &ns_labels_flow, NULL};

/* ---- its plan ------------------------------------------------------------------------------ */

static char told[16384];
static bool is_planned;

static void
planned(void *arg, const struct flow_plan *plan)
{
    size_t n = 0;

    (void)arg;
    vec_each (&plan->steps, step) {
        n += (size_t)snprintf(told + n, sizeof told - n, "%s: %s\n", str_or(step->label, ""),
                              str_or(step->text, ""));
        REQUIRE(n < sizeof told);
    }
    is_planned = true;
}

/* Whether an end has a host is asked of the site, of which nobody knows here: the plan ends there.
 */
static struct err *
no_site(struct tx *tx, const char *id, struct vim_site *site)
{
    (void)tx, (void)site;
    return err_new(E_NOT_FOUND, NULL, "no site %s is registered", id);
}

static void
flow_told(struct mem *mem, const struct flow_type *type, const void *in)
{
    struct http_client_config http_config = {0};
    struct store_config store_config = {.path = test_store(mem_printf(mem, "%s/db", test_dir())),
                                        .tables = flow_tables};
    struct vim_config vim_config = {.site = no_site};
    struct flow_engine_config config = {.owner = "one", .types = types};
    struct flow_engine *engine;
    struct vim *vim;

    REQUIRE_OK(loop_new(&config.loop));
    REQUIRE_OK(store_open(&store_config, &config.store));
    REQUIRE_OK(http_client_new(config.loop, &http_config, &vim_config.http));
    vim_config.loop = config.loop;
    vim_config.store = config.store;
    REQUIRE_OK(vim_new(&vim_config, &vim));
    REQUIRE_OK(flow_engine_new(&config, &engine));
    flow_kinds_add(engine, vim_kinds);
    flow_service_set(engine, "vim", vim);
    REQUIRE_OK(flow_engine_start(engine));
    is_planned = false;
    flow_plan(engine, type, SITE, in, planned, NULL);
    EVENTUALLY(10000, (err_ignore(loop_turn(config.loop, 5), "test"), is_planned));
    flow_engine_free(engine);
    vim_free(vim);
    http_client_free(vim_config.http);
    store_close(config.store);
    loop_free(config.loop);
}

static void
steer_plan(void)
{
    AUTO(mem) mem = mem_new("test");
    struct ns_in *in = row_new(mem, &ns_in_table);

    in->ns_instance_id = in->project_id = in->nsd_info_id = SITE;
    in->name = "demo";
    flow_told(mem, &steers, in);
}

static int
n_told(const char *text)
{
    int n = 0;

    for (const char *at = told; (at = strstr(at, text)); at++) {
        n++;
    }
    return n;
}

#define FROM(id) "\"logical_source_port\":\"" id "\""
#define TO(id) "\"logical_destination_port\":\"" id "\""

TEST(steer_names_open_ends_where_a_site_wants_them_named)
{
    steer_plan();
    CHECK_INT(n_told("POST /sfc/flow_classifiers"), 2);
    CHECK_INT(n_told(FROM("port-client") "," TO("port-web")), 1);
    CHECK_INT(n_told(FROM("port-web") "," TO("port-client")), 1);
    /* The function's own ports are no ends, and no port sends to itself. */
    CHECK_INT(n_told(FROM("port-in")) + n_told(FROM("port-out")), 0);
    CHECK_INT(n_told(TO("port-in")) + n_told(TO("port-out")), 0);
}

TEST(steer_leaves_ends_open_at_sites_of_our_own)
{
    site_joins = true;
    steer_plan();
    CHECK_INT(n_told("POST /sfc/flow_classifiers"), 1);
    CHECK_INT(n_told("\"logical_source_port\":\"") + n_told("\"logical_destination_port\":\""), 0);
}

TEST(steer_takes_in_nobody_without_a_server)
{
    site_joins = has_lone = true;
    steer_plan();
    CHECK_INT(n_told("POST /sfc/port_pairs"), 1);
    CHECK_INT(n_told("POST /sfc/port_chains"), 1);
    CHECK_INT(n_told("port-lone"), 0);
}

/* ---- scaling ------------------------------------------------------------------------------ */

/* An instance that joins a group which is there. */
static struct fwd_in *
joining(struct mem *mem)
{
    struct fwd_in *in = row_new(mem, &fwd_in_table);
    struct fwd_hop *hop = row_new(mem, &fwd_hop_table);
    struct fwd_instance *instance = row_new(mem, &fwd_instance_table);

    in->site = instance->site = SITE;
    in->name = "demo";
    in->drains = true;
    port_add(mem, &in->ports, "fw/w/in", "port-in");
    port_add(mem, &in->ports, "fw/w/out", "port-out");
    instance->name = "fw/w";
    instance->ingress = "fw/w/in";
    instance->egress = "fw/w/out";
    hop->name = "first";
    hop->group_id = "group";
    steer_name_add(mem, &hop->pairs, "pair-1");
    place_add(mem, &hop->instances, instance);
    place_add(mem, &in->hops, hop);
    return in;
}

TEST(steer_of_an_earlier_program_has_its_steps)
{
    AUTO(mem) mem = mem_new("test");

    flow_told(mem, &ns_forward_flow_1, joining(mem));
    CHECK_INT(n_told("pair first/fw/w: "), 1);
    CHECK_INT(n_told("join first: "), 1);
    CHECK_INT(n_told("members first: ") + n_told("open first "), 0);
    flow_told(mem, &ns_forward_flow, joining(mem));
    CHECK_INT(n_told("members first: "), 1);
    CHECK_INT(ns_forward_flow.version, 2);
}

TEST(steer_ends_of_a_path_are_not_scaled)
{
    AUTO(mem) mem = mem_new("test");
    struct ns_plan *plan = plan_new(mem);
    const struct steering steering = {.plan = plan};
    struct plan_path *path = plan->paths.items[0];
    const struct plan_vnf *vnf = plan->vnfs.items[0];
    struct plan_cp *end = row_new(mem, &plan_cp_table);

    CHECK_OK(steer_ends_check(&steering, vnf));
    end->vnf = "other";
    place_add(mem, &path->destinations, end);
    CHECK_OK(steer_ends_check(&steering, vnf));
    end->vnf = vnf->profile;
    CHECK_ERR_MSG(steer_ends_check(&steering, vnf), E_UNPROCESSABLE, "is an end of path path");
}
