/* Service graphs with packets: rows of a site, told as the site tells them, to a real agent.  Each
 * packet is counted at the chains that it should have gone through, there and back. */
#include "frames.h"
#include "topo.h"

#include "base/json.h"
#include "base/vec.h"
#include "network/network.h"
#include "network/trace.h"

#include <string.h>
#include <unistd.h>

struct world {
    struct topo *topo;
    struct site *site;
    struct store *store;
    struct network_service *network;
    VEC(const void *) told; /* chains that the agent has */
    const char *graph;      /* its id */
};

/* A takes all datagrams; B, C and D some of their ports, each with a function of its own. */
static const struct {
    const char *name, *function;
    int64_t from, to;
} chains[] = {
    {"A", "f", INT_NULL, INT_NULL}, {"B", "g", 80, 89}, {"C", "h", 90, 99}, {"D", "k", 85, 95}};

#define N_CHAINS 4

/* ---- the site's rows ---------------------------------------------------------------------- */

static struct err *
port_insert(struct tx *tx, const struct world *w, const char *name)
{
    struct port *port = row_new(tx_mem(tx), &port_table);

    port->id = topo_id(w->topo, mem_printf(tx_mem(tx), "port %s", name));
    port->project_id = PROJECT;
    port->network_id = topo_id(w->topo, "n");
    port->mac_address = mem_printf(tx_mem(tx), "fa:16:3e:00:%02d:%02d", name[0] - 'a', name[2] - 'a');
    port->binding_host_id = "h";
    port->bound_here = true;
    port->port_security_enabled = false;
    return row_insert(tx, port);
}

/* One function, its pair and group. */
static struct err *
function_insert(struct tx *tx, const struct world *w, const char *name)
{
    struct port_pair_group *group = row_new(tx_mem(tx), &port_pair_group_table);
    struct port_pair *pair = row_new(tx_mem(tx), &port_pair_table);
    struct mem *mem = tx_mem(tx);

    TRY(port_insert(tx, w, mem_printf(mem, "%s.in", name)));
    TRY(port_insert(tx, w, mem_printf(mem, "%s.out", name)));
    pair->id = topo_id(w->topo, mem_printf(mem, "instance %s", name));
    pair->project_id = group->project_id = PROJECT;
    pair->ingress = pair->ingress_port_id = topo_id(w->topo, mem_printf(mem, "port %s.in", name));
    pair->egress = pair->egress_port_id = topo_id(w->topo, mem_printf(mem, "port %s.out", name));
    TRY(row_insert(tx, pair));
    group->id = topo_id(w->topo, mem_printf(mem, "group %s", name));
    group->group_id = name[0];
    group->port_pairs = (struct strs){.n = 1, .items = mem_copy(mem, &pair->id, sizeof pair->id)};
    return row_insert(tx, group);
}

static struct err *
chain_insert(struct tx *tx, const struct world *w, size_t i)
{
    struct flow_classifier *c = row_new(tx_mem(tx), &flow_classifier_table);
    struct port_chain *chain = row_new(tx_mem(tx), &port_chain_table);
    struct mem *mem = tx_mem(tx);
    const char *group = topo_id(w->topo, mem_printf(mem, "group %s", chains[i].function));

    c->project_id = chain->project_id = PROJECT;
    c->protocol = "udp";
    c->destination_port_range_min = chains[i].from;
    c->destination_port_range_max = chains[i].to;
    /* Where it comes from counts for the chains by themselves, and not behind another. */
    c->logical_source_port = c->source_port_id = i ? topo_id(w->topo, "port f.out") : NULL;
    TRY(row_insert(tx, c));
    chain->id = topo_id(w->topo, mem_printf(mem, "chain %s", chains[i].name));
    chain->chain_id = (int64_t)i + 1;
    chain->priority = (int64_t)i;
    chain->port_pair_groups = (struct strs){.n = 1, .items = mem_copy(mem, &group, sizeof group)};
    chain->flow_classifiers = (struct strs){.n = 1, .items = mem_copy(mem, &c->id, sizeof c->id)};
    TRY(json_parse(mem, "{\"correlation\": \"mpls\", \"symmetric\": true}", 42,
                   &chain->chain_parameters));
    return row_insert(tx, chain);
}

/* store_fn */
static struct err *
rows_insert(struct tx *tx, void *arg)
{
    const struct world *w = arg;
    struct network *network = row_new(tx_mem(tx), &network_table);

    network->id = topo_id(w->topo, "n");
    network->project_id = PROJECT;
    network->segmentation_id = 100;
    TRY(row_insert(tx, network));
    for (size_t i = 0; i < N_CHAINS; i++) {
        TRY(function_insert(tx, w, chains[i].function));
    }
    for (size_t i = 0; i < N_CHAINS; i++) {
        TRY(chain_insert(tx, w, i));
    }
    return NULL;
}

/* store_fn: behind A come B and C, and D behind both; or there is no graph any more. */
static struct err *
graph_change(struct tx *tx, void *arg)
{
    struct world *w = arg;
    struct caller caller = {.project_id = PROJECT, .is_internal = true};
    struct op op = {.mem = tx_mem(tx), .caller = &caller, .resource = &service_graph_resource,
                    .user = w->network};
    const char *id[N_CHAINS], *text;
    const struct json *json;
    void *given, *made;

    if (w->graph) {
        return resource_delete(tx, &op, w->graph);
    }
    for (size_t i = 0; i < N_CHAINS; i++) {
        id[i] = topo_id(w->topo, mem_printf(tx_mem(tx), "chain %s", chains[i].name));
    }
    text = mem_printf(tx_mem(tx), "{\"port_chains\": {\"%s\": [\"%s\", \"%s\"], \"%s\": [\"%s\"], "
                      "\"%s\": [\"%s\"]}}", id[0], id[1], id[2], id[1], id[3], id[2], id[3]);
    TRY(json_parse(tx_mem(tx), text, strlen(text), &json));
    TRY(resource_decode(&op, json, ROW_CREATE, &given));
    TRY(resource_create(tx, &op, given, &made));
    w->graph = mem_str(w->topo->mem, ((struct service_graph *)made)->id);
    return NULL;
}

/* store_fn: what the agent says of a way's second chain is told of that chain. */
static struct err *
trace_tell(struct tx *tx, void *arg)
{
    struct world *w = arg;
    struct caller caller = {.project_id = PROJECT};
    struct op op = {.mem = tx_mem(tx), .caller = &caller, .user = w->network};
    struct desired_trace_answer *answer = row_new(tx_mem(tx), &desired_trace_answer_table);
    struct desired_trace_step *step = row_new(tx_mem(tx), &desired_trace_step_table);
    struct desired_trace_step *alien = row_new(tx_mem(tx), &desired_trace_step_table);
    struct desired_trace_step *drop = row_new(tx_mem(tx), &desired_trace_step_table);
    void *steps[] = {step, alien, drop};
    AUTO_BUF text = BUF_INIT;
    struct jw out = jw_to(&text);

    row_defaults(tx_mem(tx), step);
    vec_each (&w->told, chain) {
        const struct desired_chain *way = *chain;

        step->chain_id = way->hops.n == 2 ? way->id : step->chain_id;
    }
    step->hop = 1;
    step->packets = 70;
    row_defaults(tx_mem(tx), alien);
    alien->instance_id = topo_id(w->topo, "nobody's");
    alien->packets = 71;
    row_defaults(tx_mem(tx), drop);
    drop->name = "spoofed";
    drop->packets = 72;
    answer->steps = (struct rows){.n = 3, .items = steps};
    jw_object(&out, NULL);
    TRY(network_trace_tell(tx, &op, answer, &out));
    jw_end(&out);
    CHECK(strstr(text.data, "\"hop\":0"));
    /* Counters of what is not the caller's, or of everybody's packets, are not told. */
    CHECK(strstr(text.data, "\"packets\":70"));
    CHECK(!strstr(text.data, alien->instance_id) && !strstr(text.data, "\"packets\":71"));
    CHECK(strstr(text.data, "spoofed") && !strstr(text.data, "\"packets\":72"));
    CHECK(strstr(text.data, mem_printf(tx_mem(tx), "\"chain_id\":\"%s\"",
                                       topo_id(w->topo, "chain B"))) ||
          strstr(text.data, mem_printf(tx_mem(tx), "\"chain_id\":\"%s\"",
                                       topo_id(w->topo, "chain C"))));
    caller.is_admin = true;
    buf_clear(&text);
    out = jw_to(&text);
    jw_object(&out, NULL);
    TRY(network_trace_tell(tx, &op, answer, &out));
    jw_end(&out);
    CHECK(strstr(text.data, "\"packets\":72"));
    return NULL;
}

/* ---- what is told ---------------------------------------------------------------------------- */

/* store_fn: the chains as they are told now, instead of those from before. */
static struct err *
chains_tell(struct tx *tx, void *arg)
{
    struct world *w = arg;
    struct mem *mem = w->topo->mem;
    struct strs ids = {0};

    vec_each (&w->told, old) {
        site_remove(w->site, *old);
    }
    w->told.n = 0;
    TRY(network_desired_source.list(tx, DESIRED_chain, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        void *object;

        TRY(network_desired_source.load(tx, NULL, DESIRED_chain, ids.items[i], &object));
        if (object) {
            object = row_copy(mem, object);
            vec_add(mem, &w->site->objects, object);
            vec_add(mem, &w->site->kinds, DESIRED_chain);
            vec_add(mem, &w->told, (const void *)object);
        }
    }
    return NULL;
}

static void
tell(struct world *w, size_t n)
{
    REQUIRE_OK(store_read(w->store, chains_tell, w));
    CHECK_INT(w->told.n, n);
    REQUIRE(site_push_through(w->site));
}

/* ---- packets ----------------------------------------------------------------------------------- */

struct counted {
    struct world *world;
    int64_t packets[N_CHAINS][2];
    int64_t sent, came; /* into and out of f */
};

/* store_fn: what the site would answer at carrick-counters. */
static struct err *
counted_read(struct tx *tx, void *arg)
{
    struct counted *counted = arg;
    struct world *w = counted->world;
    struct desired_counters *counters = row_copy(tx_mem(tx), site_counters(w->site));

    TRY(counters_complete(tx, counters));
    for (size_t i = 0; i < counters->instances.n; i++) {
        const struct desired_instance_counter *in = counters->instances.items[i];

        if (str_eq(in->instance_id, topo_id(w->topo, "instance f"))) {
            counted->sent = in->sent_packets;
            counted->came = in->came_packets;
        }
    }
    for (size_t i = 0; i < counters->hops.n; i++) {
        const struct desired_hop_counter *hop = counters->hops.items[i];

        for (size_t k = 0; k < N_CHAINS; k++) {
            if (str_eq(hop->chain_id, topo_id(w->topo, mem_printf(tx_mem(tx), "chain %s",
                                                                  chains[k].name)))) {
                CHECK_INT(hop->hop, 0);
                counted->packets[k][str_eq(hop->direction, "reverse")] += hop->packets;
            }
        }
    }
    return NULL;
}

/* A packet to 'port' and its answer go through the chains that 'way' names, each once. */
static void
there_and_back(struct world *w, int at_a, int at_b, int port, const char *way)
{
    const struct desired_port *a = w->site->objects.items[2], *b = w->site->objects.items[4];
    struct counted before = {.world = w}, after = {.world = w};
    uint8_t buf[FRAME_MAX];
    struct frame f = frame_udp(a->mac, b->mac, "10.0.0.8", "10.0.0.9", 1000, port, 9);
    int back = 1000;

    REQUIRE_OK(store_read(w->store, counted_read, &before));
    raw_send(at_a, f.b, f.n);
    CHECK(raw_receive(at_b, buf, sizeof buf, 1000, is_udp_to, &port));
    f = frame_udp(b->mac, a->mac, "10.0.0.9", "10.0.0.8", port, 1000, 9);
    raw_send(at_b, f.b, f.n);
    CHECK(raw_receive(at_a, buf, sizeof buf, 1000, is_udp_to, &back));
    REQUIRE_OK(store_read(w->store, counted_read, &after));
    /* One forth, one back, through both of its ports. */
    CHECK_INT(after.sent - before.sent, 2);
    CHECK_INT(after.came - before.came, 2);
    for (size_t i = 0; i < N_CHAINS; i++) {
        int64_t more = strstr(way, chains[i].name) != NULL;

        if (after.packets[i][0] - before.packets[i][0] != more ||
            after.packets[i][1] - before.packets[i][1] != more) {
            test_fail(__FILE__, __LINE__, "port %d should take %s; %s got %d and %d", port, way,
                      chains[i].name, (int)(after.packets[i][0] - before.packets[i][0]),
                      (int)(after.packets[i][1] - before.packets[i][1]));
        }
    }
}

static void
world_open(struct world *w)
{
    VEC(const struct table *) tables = {0};
    struct mem *mem = w->topo->mem;
    struct store_config config = {.path = ":memory:"};
    struct network_config network = {.host = "h"};

    for (const struct table *const *t = ledger_tables; *t; t++) {
        vec_add(mem, &tables, *t);
    }
    for (const struct table *const *t = network_tables; *t; t++) {
        vec_add(mem, &tables, *t);
    }
    vec_add(mem, &tables, NULL);
    config.tables = tables.items;
    REQUIRE_OK(store_open(&config, &w->store));
    network.store = w->store;
    REQUIRE_OK(network_service_new(&network, &w->network));
    REQUIRE_OK(store_write_wait(w->store, rows_insert, w));
}

static void
nodes_make(struct site *s)
{
    site_network(s, "n", 100);
    site_node(s, "a", "n", "10.0.0.1", NULL);
    site_node(s, "b", "n", "10.0.0.2", NULL);
    for (size_t i = 0; i < N_CHAINS; i++) {
        site_function(s, chains[i].function, "n");
    }
}

TEST(packets_take_every_way_through_a_graph)
{
    struct world w = {.topo = topo_new(1)};
    int at_a, at_b;

    w.site = &w.topo->sites[0];
    world_open(&w);
    nodes_make(w.site);
    topo_up(w.topo);
    at_a = node_raw(w.site, "a", "eth0");
    at_b = node_raw(w.site, "b", "eth0");
    tell(&w, 4);
    there_and_back(&w, at_a, at_b, 80, "A");
    /* A, A/B, A/C, A/B/D, A/C/D */
    REQUIRE_OK(store_write_wait(w.store, graph_change, &w));
    tell(&w, 5);
    REQUIRE_OK(store_write_wait(w.store, trace_tell, &w));
    there_and_back(&w, at_a, at_b, 80, "AB"); /* The flow that was there before. */
    there_and_back(&w, at_a, at_b, 79, "A");
    there_and_back(&w, at_a, at_b, 81, "AB");
    there_and_back(&w, at_a, at_b, 85, "ABD");
    there_and_back(&w, at_a, at_b, 90, "ACD");
    there_and_back(&w, at_a, at_b, 96, "AC");
    there_and_back(&w, at_a, at_b, 100, "A");
    /* The graph goes: flows that took its ways are A's alone again. */
    REQUIRE_OK(store_write_wait(w.store, graph_change, &w));
    tell(&w, 4);
    there_and_back(&w, at_a, at_b, 85, "A");
    there_and_back(&w, at_a, at_b, 97, "A");
    CHECK_INT(site_drops(w.site, "internal"), 0);
    close(at_a);
    close(at_b);
    network_service_free(w.network);
    store_close(w.store);
}
