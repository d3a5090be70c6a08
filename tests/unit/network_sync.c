/* The site's half of the agent protocol against an agent that only listens:
 * what it is told at first, then change by change, and that its reports become
 * rows. */
#include "network_world.h"

#include "base/uuid.h"

/* ---- tests ----------------------------------------------------------------------------------- */

TEST(sync_begins_with_a_snapshot)
{
    struct agent *a = agent_new();
    const char *network = network_make(a), *port, *loose;

    port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}", network);
    loose = make(a, &port_resource, "{'network_id': '%s'}", network);
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(heard(a, "put", "network", network));
    CHECK(heard(a, "put", "port", port));
    CHECK(strstr(object_of(a, "port", port), "\"10.0.0.2\"") != NULL);
    CHECK(!heard(a, "put", "port", loose));
    CHECK(site_sync_connected(a->sync));
    CHECK_STR(site_sync_console_dir(a->sync, a->mem), "/consoles");
    agent_end(a);
}

TEST(sync_goes_on_with_changes)
{
    struct agent *a = agent_new();
    const char *network, *port;

    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    network = network_make(a);
    port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}", network);
    EVENTUALLY(5000, heard(a, "put", "port", port));
    CHECK(heard(a, "put", "network", network));
    a->told.n = 0;
    /* A name is nothing to the kernel. */
    change(a, &port_resource, port, "{\"name\": \"x\"}");
    change(a, &network_resource, network, "{\"admin_state_up\": false}");
    EVENTUALLY(5000, heard(a, "put", "port", port));
    CHECK(strstr(object_of(a, "port", port), "\"admin_state_up\":false") != NULL);
    CHECK_INT(a->told.n, 3); /* begin, put, commit */
    change(a, &port_resource, port, NULL);
    EVENTUALLY(5000, heard(a, "delete", "port", port));
    agent_end(a);
}

/* What the responder answers to a port stands in its addresses, and follows the subnet. */
TEST(sync_tells_what_subnets_say_to_servers)
{
    struct agent *a = agent_new();
    const char *network = make(a, &network_resource, "{}"), *v4, *port, *text;

    v4 = make(a, &subnet_resource,
              "{'network_id': '%s', 'ip_version': 4, 'cidr': '10.0.0.0/24', 'dns_nameservers': "
              "['192.0.2.53']}",
              network);
    make(a, &subnet_resource,
         "{'network_id': '%s', 'ip_version': 6, 'cidr': 'fd00::/64', 'ipv6_ra_mode': "
         "'dhcpv6-stateful', 'ipv6_address_mode': 'dhcpv6-stateful'}",
         network);
    port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}", network);
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    text = object_of(a, "port", port);
    CHECK(strstr(text, "\"dns\":[\"192.0.2.53\"]") != NULL);
    CHECK(strstr(text, "\"ra_mode\":\"dhcpv6-stateful\"") != NULL);
    CHECK(strstr(text, "\"address_mode\":\"dhcpv6-stateful\"") != NULL);
    CHECK(strstr(text, "\"dhcp\":false") == NULL);
    a->told.n = 0;
    change(a, &subnet_resource, v4, "{\"enable_dhcp\": false}");
    EVENTUALLY(5000, heard(a, "put", "port", port));
    CHECK(strstr(object_of(a, "port", port), "\"dhcp\":false") != NULL);
    agent_end(a);
}

/* What is found of the function that the port is of; null where nobody looks. */
static void
verdict_say(struct agent *a, const char *port, const char *verdict)
{
    AUTO(mem) mem = mem_new("say");
    struct desired_message *m = desired_message_new(mem, DESIRED_OP_status);

    m->kind = "port";
    m->id = port;
    m->state = "ACTIVE";
    m->data_plane = verdict;
    desired_conn_send(a->conn, m);
}

static struct err *
verdict_read(struct tx *tx, void *arg)
{
    struct call *call = arg;
    struct port *port;

    TRY(row_get(tx, &port_table, call->id, &port));
    call->made = mem_str(call->a->mem, str_or(port->data_plane_status, "none"));
    return NULL;
}

static bool
verdict_is(struct agent *a, const char *port, const char *verdict)
{
    struct call call = {.a = a, .id = port};

    CHECK_OK(loop_turn(a->loop, 5));
    CHECK_OK(store_read(a->store, verdict_read, &call));
    return str_eq(call.made, verdict);
}

TEST(sync_makes_rows_of_reports)
{
    struct agent *a = agent_new();
    const char *network = network_make(a);
    const char *port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}",
                            network);

    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(port_is(a, port, "DOWN"));
    say(a, DESIRED_OP_status, INT_NULL, port, "ACTIVE");
    EVENTUALLY(5000, port_is(a, port, "ACTIVE"));
    CHECK(verdict_is(a, port, "none"));
    verdict_say(a, port, "DOWN");
    EVENTUALLY(5000, verdict_is(a, port, "DOWN"));
    verdict_say(a, port, "ACTIVE");
    EVENTUALLY(5000, verdict_is(a, port, "ACTIVE"));
    say(a, DESIRED_OP_status, INT_NULL, "11111111-1111-1111-1111-111111111111", "ACTIVE");
    say(a, DESIRED_OP_status, INT_NULL, port, "DOWN");
    EVENTUALLY(5000, port_is(a, port, "DOWN"));
    CHECK(verdict_is(a, port, "none"));
    agent_end(a);
}

TEST(sync_tells_members_of_groups)
{
    struct agent *a = agent_new();
    const char *network, *group, *port;

    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    network = network_make(a);
    group = make(a, &security_group_resource, "{'name': 'g'}");
    port = make(a, &port_resource, "{'network_id': '%s', 'security_groups': ['%s']}", network,
                group);
    EVENTUALLY(5000, heard(a, "put", "security_group", group) &&
                         strstr(object_of(a, "security_group", group), "10.0.0.2"));
    change(a, &port_resource, port, "{\"security_groups\": []}");
    EVENTUALLY(5000, heard(a, "put", "security_group", group) &&
                         !strstr(object_of(a, "security_group", group), "10.0.0.2"));
    agent_end(a);
}

/* store_fn: as an older store has it. */
static struct err *
label_raise(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_sql(tx, "update chain_label set label = 16777215", SQL_ARGS(NULL), NULL, NULL);
}

/* A function at another site: until its labels are known, flows go nowhere instead of past it. */
TEST(sync_never_lets_a_chain_be_bypassed)
{
    struct agent *a = agent_new();
    const char *network = network_make(a), *client, *remote, *pair, *group, *fc, *chain;

    client = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}", network);
    make(a, &interconnect_resource, "{'network_id': '%s'}", network);
    remote = make(a, &remote_port_resource,
                  "{'network_id': '%s', 'mac_address': 'fa:16:3e:00:00:09', 'vtep': '192.0.2.2', "
                  "'vni': 9, 'fixed_ips': [{'ip_address': '10.0.0.9'}]}", network);
    pair = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s'}", remote, remote);
    group = make(a, &port_pair_group_resource, "{'port_pairs': ['%s']}", pair);
    fc = make(a, &flow_classifier_resource, "{'protocol': 'tcp', 'logical_source_port': '%s'}",
              client);
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(heard(a, "put", "remote_port", remote));
    chain = make(a, &port_chain_resource, "{'port_pair_groups': ['%s'], 'flow_classifiers': "
                 "['%s'], 'chain_parameters': {'symmetric': true}}", group, fc);
    EVENTUALLY(5000, heard(a, "put", "chain", chain));
    CHECK(strstr(object_of(a, "chain", chain), "\"label_forward\":8388608") != NULL);
    make(a, &chain_label_resource, "{'port_chain_id': '%s', 'port_pair_id': '%s', 'direction': "
         "'forward', 'label': 8388777}", chain, pair);
    EVENTUALLY(5000, heard(a, "put", "chain", chain) &&
                         strstr(object_of(a, "chain", chain), "\"label_forward\":8388777"));
    CHECK(strstr(object_of(a, "chain", chain), "\"label_reverse\":8388608") != NULL);
    /* One that is for answers to probes now is nobody's. */
    REQUIRE_OK(store_write_wait(a->store, label_raise, NULL));
    change(a, &port_chain_resource, chain, "{\"priority\": 3}");
    EVENTUALLY(5000, heard(a, "put", "chain", chain) &&
                         strstr(object_of(a, "chain", chain), "\"label_forward\":8388608"));
    agent_end(a);
}

/* What is behind a forwarder has no end of flows and no labels; its chain says the service paths. */
TEST(sync_tells_of_what_speaks_nsh)
{
    struct agent *a = agent_new();
    const char *network = network_make(a), *far, *port, *pairs[2], *groups[2], *chain, *text;

    make(a, &interconnect_resource, "{'network_id': '%s'}", network);
    far = make(a, &remote_port_resource,
               "{'network_id': '%s', 'mac_address': 'fa:16:3e:00:00:09', 'vtep': '192.0.2.2', "
               "'vni': 9, 'encapsulation': 'vxlan-gpe-nsh'}", network);
    port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}", network);
    pairs[0] = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s', "
                    "'service_function_parameters': {'correlation': 'nsh'}}", far, far);
    pairs[1] = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s', "
                    "'service_function_parameters': {'correlation': 'nsh'}}", port, port);
    for (int i = 0; i < 2; i++) {
        groups[i] = make(a, &port_pair_group_resource, "{'port_pairs': ['%s']}", pairs[i]);
    }
    chain = make(a, &port_chain_resource, "{'port_pair_groups': ['%s', '%s'], 'chain_id': 40, "
                 "'chain_parameters': {'correlation': 'nsh'}}", groups[0], groups[1]);
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(!heard(a, "put", "remote_port", far));
    text = object_of(a, "chain", chain);
    CHECK(strstr(text, "\"spi_forward\":40,\"spi_reverse\":65576") != NULL);
    CHECK(strstr(text, "\"vtep\":\"192.0.2.2\"") != NULL);
    CHECK(strstr(text, "\"nsh\":true,\"vni\":9") != NULL);
    CHECK(strstr(text, "\"label_forward\":null") != NULL);
    agent_end(a);
}

/* ---- service graphs ---------------------------------------------------------------------------- */

/* Chains A, B and C with a function each; A takes tcp from 'client', B port 80, C port 81. */
struct tree {
    struct agent *a;
    const char *network, *client, *port[3], *pair[3], *group[3], *chain[3], *graph;
    const char *ab, *ac; /* the ways */
};

static void
tree_make(struct tree *tree)
{
    static const char *const takes[] = {"", ", 'destination_port_range_min': 80, "
                                        "'destination_port_range_max': 80",
                                        ", 'destination_port_range_min': 81, "
                                        "'destination_port_range_max': 81"};
    struct agent *a = tree->a;

    tree->network = network_make(a);
    tree->client = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}",
                        tree->network);
    for (int i = 0; i < 3; i++) {
        const char *port, *fc;

        port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}",
                    tree->network);
        tree->port[i] = port;
        tree->pair[i] = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s'}", port,
                             port);
        tree->group[i] = make(a, &port_pair_group_resource, "{'port_pairs': ['%s']}",
                              tree->pair[i]);
        fc = make(a, &flow_classifier_resource,
                  "{'protocol': 'tcp', 'logical_source_port': '%s'%s}", i ? port : tree->client,
                  takes[i]);
        tree->chain[i] = make(a, &port_chain_resource, "{'port_pair_groups': ['%s'], "
                              "'flow_classifiers': ['%s'], 'priority': %d, 'chain_parameters': "
                              "{'correlation': 'nsh'}}", tree->group[i], fc, 10 * i);
    }
    tree->ab = uuid_from(a->mem, mem_printf(a->mem, "service graph path: %s %s", tree->chain[0],
                                            tree->chain[1]));
    tree->ac = uuid_from(a->mem, mem_printf(a->mem, "service graph path: %s %s", tree->chain[0],
                                            tree->chain[2]));
}

static void
graph_make(struct tree *tree)
{
    tree->graph = make(tree->a, &service_graph_resource,
                       "{'port_chains': {'%s': ['%s', '%s']}}", tree->chain[0], tree->chain[1],
                       tree->chain[2]);
}

static bool
tells(const struct tree *tree, const char *chain, const char *text)
{
    return strstr(object_of(tree->a, "chain", chain), text) != NULL;
}

TEST(sync_tells_ways_through_a_graph)
{
    struct tree tree = {.a = agent_new()};
    struct agent *a = tree.a;
    const char *first, *second;

    tree_make(&tree);
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(heard(a, "put", "chain", tree.chain[1]));
    CHECK(tells(&tree, tree.chain[1], "\"after\":null"));
    a->told.n = 0;
    graph_make(&tree);
    /* The chains behind are told as ways, and not by themselves; the first one as no other site's. */
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab) && heard(a, "put", "chain", tree.ac));
    EVENTUALLY(5000, heard(a, "delete", "chain", tree.chain[1]) &&
                         heard(a, "delete", "chain", tree.chain[2]));
    CHECK(!heard(a, "delete", "chain", tree.chain[0]));
    CHECK(heard(a, "put", "chain", tree.chain[0]));
    CHECK(tells(&tree, tree.chain[0], "\"home\":true") && tells(&tree, tree.ab, "\"home\":true"));
    CHECK(tells(&tree, tree.ab, mem_printf(a->mem, "\"after\":\"%s\"", tree.chain[0])));
    CHECK(tells(&tree, tree.ab, mem_printf(a->mem, "\"network_id\":\"%s\"", tree.network)));
    first = strstr(object_of(a, "chain", tree.ab), tree.group[0]);
    second = strstr(object_of(a, "chain", tree.ab), tree.group[1]);
    CHECK(first && second && first < second);
    CHECK(!tells(&tree, tree.ab, tree.group[2]));
    /* What the last chain takes, at its priority, wherever it comes from. */
    CHECK(tells(&tree, tree.ab, "\"dst_port_min\":80"));
    CHECK(tells(&tree, tree.ab, "\"priority\":10"));
    CHECK(tells(&tree, tree.ab, "\"source_port_id\":null"));
    CHECK(tells(&tree, tree.ac, "\"dst_port_min\":81"));
    agent_end(a);
}

static int64_t
spi_of(const struct tree *tree, const char *way, const char *key)
{
    const char *at = strstr(object_of(tree->a, "chain", way), key);

    REQUIRE(at);
    return strtoll(at + strlen(key), NULL, 10);
}

/* store_fn: what 'ab' would have is some other way's. */
static struct err *
spi_occupy(struct tx *tx, void *arg)
{
    const struct tree *tree = arg;
    const char *spi = mem_printf(tx_mem(tx), "%lld",
                                 (long long)spi_of(tree, tree->ab, "\"spi_forward\":"));

    return tx_sql(tx, "update service_graph_path set spi = cast(? as integer)", SQL_ARGS(spi), NULL,
                  NULL);
}

/* Service paths of ways are made of their ids, which may meet. */
TEST(sync_gives_no_service_path_twice)
{
    struct tree tree = {.a = agent_new()};
    struct agent *a = tree.a;
    const char *other[2], *pair, *group;
    int64_t spi;

    tree_make(&tree);
    for (int i = 0; i < 2; i++) {
        const char *port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}",
                                tree.network);

        pair = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s'}", port, port);
        group = make(a, &port_pair_group_resource, "{'port_pairs': ['%s']}", pair);
        other[i] = make(a, &port_chain_resource, "{'port_pair_groups': ['%s'], 'chain_parameters': "
                        "{'correlation': 'nsh'}}", group);
    }
    sync_start(a);
    graph_make(&tree);
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab) && heard(a, "put", "chain", tree.ac));
    spi = spi_of(&tree, tree.ab, "\"spi_forward\":");
    CHECK(spi >= 0x800000 && spi < 0xc00000);
    CHECK_INT(spi_of(&tree, tree.ab, "\"spi_reverse\":"), spi + 0x400000);
    CHECK(spi_of(&tree, tree.ac, "\"spi_forward\":") != spi);
    change(a, &service_graph_resource, tree.graph, NULL);
    make(a, &service_graph_resource, "{'port_chains': {'%s': ['%s']}}", other[0], other[1]);
    REQUIRE_OK(store_write_wait(a->store, spi_occupy, &tree));
    a->told.n = 0;
    graph_make(&tree);
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab));
    CHECK_INT(spi_of(&tree, tree.ab, "\"spi_forward\":"), spi + 1);
    agent_end(a);
}

/* An instance, a priority and the graph itself change: so do the ways. */
TEST(sync_follows_what_a_graph_is_made_of)
{
    struct tree tree = {.a = agent_new()};
    struct agent *a = tree.a;
    const char *port, *pair;

    tree_make(&tree);
    graph_make(&tree);
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(heard(a, "put", "chain", tree.chain[0]) && heard(a, "put", "chain", tree.ab));
    CHECK(!heard(a, "put", "chain", tree.chain[1]));
    a->told.n = 0;
    port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}", tree.network);
    pair = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s'}", port, port);
    change(a, &port_pair_group_resource, tree.group[0],
           mem_printf(a->mem, "{\"port_pairs\": [\"%s\", \"%s\"]}", tree.pair[0], pair));
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab) && tells(&tree, tree.ab, pair));
    CHECK(tells(&tree, tree.chain[0], pair) && tells(&tree, tree.ac, pair));
    change(a, &port_pair_resource, pair, "{\"drain_seconds\": 9}");
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab) &&
                         tells(&tree, tree.ab, "\"drain_until\":1"));
    change(a, &port_pair_group_resource, tree.group[0], "{\"probe_kind\": \"none\"}");
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab) &&
                         tells(&tree, tree.ab, "\"probe_interval_ms\":0"));
    change(a, &port_chain_resource, tree.chain[1], "{\"priority\": 77}");
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab) &&
                         tells(&tree, tree.ab, "\"priority\":77"));
    a->told.n = 0;
    change(a, &service_graph_resource, tree.graph, NULL);
    EVENTUALLY(5000, heard(a, "delete", "chain", tree.ab) &&
                         heard(a, "delete", "chain", tree.ac));
    EVENTUALLY(5000, heard(a, "put", "chain", tree.chain[1]) &&
                         heard(a, "put", "chain", tree.chain[2]));
    CHECK(tells(&tree, tree.chain[1], "\"after\":null"));
    agent_end(a);
}

/* B's function is at another site: it comes back to the way, or to B where there is no graph. */
TEST(sync_tells_what_is_lent_to_a_graph)
{
    struct tree tree = {.a = agent_new()};
    struct agent *a = tree.a;
    const char *remote, *pair, *back;

    tree_make(&tree);
    make(a, &interconnect_resource, "{'network_id': '%s'}", tree.network);
    remote = make(a, &remote_port_resource,
                  "{'network_id': '%s', 'mac_address': 'fa:16:3e:00:00:09', 'vtep': '192.0.2.2', "
                  "'vni': 9}", tree.network);
    pair = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s'}", remote, remote);
    change(a, &port_pair_group_resource, tree.group[1],
           mem_printf(a->mem, "{\"port_pairs\": [\"%s\"]}", pair));
    graph_make(&tree);
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(tells(&tree, tree.ab, "\"label_forward\":8388608,\"label_reverse\":8388608"));
    back = make(a, &chain_label_resource, "{'port_chain_id': '%s', 'port_pair_id': '%s', "
                "'direction': 'forward_back'}", tree.chain[1], pair);
    EVENTUALLY(5000, heard(a, "put", "label", back));
    CHECK(strstr(object_of(a, "label", back),
                 mem_printf(a->mem, "\"chain_id\":\"%s\",\"hop\":1,\"direction\":\"forward\"",
                            tree.ab)) != NULL);
    make(a, &chain_label_resource, "{'port_chain_id': '%s', 'port_pair_id': '%s', 'direction': "
         "'forward', 'label': 12582912}", tree.chain[1], pair);
    EVENTUALLY(5000, heard(a, "put", "chain", tree.ab) &&
                         tells(&tree, tree.ab, "\"label_forward\":12582912"));
    /* With no way back packets go nowhere. */
    change(a, &chain_label_resource, back, NULL);
    EVENTUALLY(5000, heard(a, "delete", "label", back) &&
                         tells(&tree, tree.ab, "\"label_forward\":8388608"));
    back = make(a, &chain_label_resource, "{'port_chain_id': '%s', 'port_pair_id': '%s', "
                "'direction': 'reverse_back'}", tree.chain[1], pair);
    EVENTUALLY(5000, heard(a, "put", "label", back));
    a->told.n = 0;
    change(a, &service_graph_resource, tree.graph, NULL);
    EVENTUALLY(5000, heard(a, "put", "label", back) && heard(a, "put", "chain", tree.chain[1]));
    CHECK(strstr(object_of(a, "label", back),
                 mem_printf(a->mem, "\"chain_id\":\"%s\",\"hop\":0,\"direction\":\"reverse\"",
                            tree.chain[1])) != NULL);
    CHECK(tells(&tree, tree.chain[1], "\"home\":true"));
    agent_end(a);
}

/* B's function serves another site: what comes out of it goes back there. */
TEST(sync_tells_what_is_lent_to_another_site)
{
    struct tree tree = {.a = agent_new()};
    struct agent *a = tree.a;
    const char *label;

    tree_make(&tree);
    change(a, &port_chain_resource, tree.chain[1], "{\"flow_classifiers\": []}");
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(tells(&tree, tree.chain[1], "\"back_vtep\":null,\"label_forward\":null"));
    label = make(a, &chain_label_resource, "{'port_chain_id': '%s', 'port_pair_id': '%s', "
                 "'direction': 'reverse', 'back_label': 8388777, 'back_vtep': '192.0.2.2'}",
                 tree.chain[1], tree.pair[1]);
    EVENTUALLY(5000, heard(a, "put", "label", label) && heard(a, "put", "chain", tree.chain[1]));
    CHECK(tells(&tree, tree.chain[1], "\"back_vtep\":\"192.0.2.2\",\"label_forward\":8388608,"
                                      "\"label_reverse\":8388777"));
    CHECK(tells(&tree, tree.chain[1], "\"home\":false"));
    CHECK(strstr(object_of(a, "label", label), "\"label\":12582912") != NULL);
    agent_end(a);
}

struct counting {
    struct tree *tree;
    int64_t first, second, other;
    size_t n;
};

/* store_fn */
static struct err *
count(struct tx *tx, void *arg)
{
    struct counting *counting = arg;
    const struct tree *tree = counting->tree;
    const char *text = mem_printf(
        tx_mem(tx),
        "{\"hops\": [{\"chain_id\": \"%s\", \"hop\": 0, \"direction\": \"forward\", \"packets\": 1},"
        "{\"chain_id\": \"%s\", \"hop\": 0, \"direction\": \"forward\", \"packets\": 10},"
        "{\"chain_id\": \"%s\", \"hop\": 1, \"direction\": \"forward\", \"packets\": 10},"
        "{\"chain_id\": \"%s\", \"hop\": 0, \"direction\": \"forward\", \"packets\": 100},"
        "{\"chain_id\": \"%s\", \"hop\": 0, \"direction\": \"reverse\", \"packets\": 5}],"
        "\"ports\": [{\"id\": \"%s\", \"in_packets\": 6, \"out_packets\": 7, \"drops\": 1}],"
        "\"instances\": [{\"instance_id\": \"%s\"}, {\"instance_id\": \"%s\"}]}",
        tree->chain[0], tree->ab, tree->ab, tree->ac, tree->ac, tree->port[0], tree->pair[0],
        tree->pair[1]);
    struct desired_counters *counters = row_new(tx_mem(tx), &desired_counters_table);
    const struct desired_instance_counter *instance;
    const struct json *json;

    TRY(json_parse(tx_mem(tx), text, strlen(text), &json));
    TRY(row_from_json(tx_mem(tx), &desired_counters_table, json, counters));
    TRY(counters_complete(tx, counters));
    counting->n = counters->hops.n;
    instance = counters->instances.items[0];
    CHECK_INT(instance->sent_packets, 7);
    CHECK_INT(instance->came_packets, 6);
    CHECK_INT(instance->drops, 1);
    CHECK_INT(((struct desired_instance_counter *)counters->instances.items[1])->sent_packets, 0);
    for (size_t i = 0; i < counters->hops.n; i++) {
        const struct desired_hop_counter *hop = counters->hops.items[i];

        CHECK_INT(hop->hop, 0);
        *(str_eq(hop->direction, "reverse")          ? &counting->other
          : str_eq(hop->chain_id, tree->chain[0]) ? &counting->first
                                                  : &counting->second) += hop->packets;
    }
    return NULL;
}

TEST(counters_are_of_chains_and_instances)
{
    struct tree tree = {.a = agent_new()};
    struct counting counting = {.tree = &tree};

    tree_make(&tree);
    graph_make(&tree);
    CHECK_OK(store_read(tree.a->store, count, &counting));
    CHECK_INT(counting.n, 3);
    CHECK_INT(counting.first, 111);
    CHECK_INT(counting.second, 10);
    CHECK_INT(counting.other, 5);
    agent_end(tree.a);
}

/* A function that changes addresses begins flows of its own: so does one whose group says so. */
TEST(sync_tells_that_a_mapped_function_speaks)
{
    struct agent *a = agent_new();
    const char *network = network_make(a), *chain[2];

    for (int i = 0; i < 2; i++) {
        const char *port = make(a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}",
                                network);
        const char *pair = make(a, &port_pair_resource, "{'ingress': '%s', 'egress': '%s'}", port,
                                port);
        const char *group = make(
            a, &port_pair_group_resource,
            "{'port_pairs': ['%s'], 'port_pair_group_parameters': {'ppg_n_tuple_mapping': "
            "{'egress_n_tuple': {'source_ip_prefix': %s}}}}", pair, i ? "'10.0.0.9/32'" : "null");

        chain[i] = make(a, &port_chain_resource, "{'port_pair_groups': ['%s']}", group);
    }
    sync_start(a);
    EVENTUALLY(5000, heard(a, "snapshot_end", NULL, NULL));
    CHECK(strstr(object_of(a, "chain", chain[0]), "\"speaks\":false") != NULL);
    CHECK(strstr(object_of(a, "chain", chain[1]), "\"speaks\":true") != NULL);
    CHECK(strstr(object_of(a, "chain", chain[1]), "\"layer\":\"l2\"") != NULL);
    agent_end(a);
}

/* ---- any edits ------------------------------------------------------------------------------------- */

#define EDITS 250
#define BED 8

/* Ids of what there is of a kind of row; null = a free place. */
struct bed {
    const struct resource *resource;
    const char *ids[BED];
};
enum { P_PORT, P_REMOTE, P_PAIR, P_GROUP, P_CLASSIFIER, P_CHAIN, P_GRAPH, P_LABEL, P_N };

struct garden {
    struct agent *a;
    struct bed beds[P_N];
    const char *network[2], *sentinel;
    unsigned seed;
    size_t heard;     /* Of a->told, how many are in ... */
    struct map known; /* ... "kind id" -> object, as the agent has it. */
    int made[P_N];
    bool same;
};

static unsigned
chance(struct garden *g, unsigned n)
{
    return (unsigned)rand_r(&g->seed) % n;
}

/* An id of the kind, or of nothing. */
static const char *
any(struct garden *g, int kind)
{
    for (int tries = 0; tries < 20; tries++) {
        const char *id = g->beds[kind].ids[chance(g, BED)];

        if (id) {
            return id;
        }
    }
    return "00000000-0000-0000-0000-000000000000";
}

/* "'id', 'id'" of up to 'max' ids of the kind, at least 'min'. */
static const char *
some(struct garden *g, int kind, unsigned min, unsigned max)
{
    AUTO_BUF out = BUF_INIT;
    unsigned n = min + chance(g, max - min + 1);

    for (unsigned i = 0; i < n; i++) {
        buf_printf(&out, "%s'%s'", i ? ", " : "", any(g, kind));
    }
    return mem_str(g->a->mem, str_or(out.data, ""));
}

static const char *
end_any(struct garden *g)
{
    return any(g, chance(g, 6) ? P_PORT : P_REMOTE);
}

static const char *
body_new(struct garden *g, int kind)
{
    struct mem *mem = g->a->mem;
    const char *end = end_any(g), *nsh = chance(g, 6) ? "null" : "'nsh'";

    switch (kind) {
    case P_PORT:
        return mem_printf(mem, "{'network_id': '%s'%s}", g->network[chance(g, 2)],
                          chance(g, 3) ? ", 'binding:host_id': 'h'" : ", 'binding:host_id': 'x'");
    case P_REMOTE:
        return mem_printf(mem, "{'network_id': '%s', 'mac_address': 'fa:16:3e:01:00:%02x', 'vtep': "
                          "'192.0.2.2', 'vni': 9, 'encapsulation': '%s'}", g->network[chance(g, 2)],
                          chance(g, 256), chance(g, 4) ? "vxlan" : "vxlan-gpe-nsh");
    case P_PAIR:
        return mem_printf(mem, "{'ingress': '%s', 'egress': '%s', 'function_kind': '%s', "
                          "'service_function_parameters': {'correlation': %s}}", end,
                          chance(g, 4) ? end : end_any(g), chance(g, 6) ? "transparent" : "nat", nsh);
    case P_GROUP:
        return mem_printf(mem, "{'port_pairs': [%s], 'tap_enabled': %s}", some(g, P_PAIR, 0, 2),
                          chance(g, 8) ? "false" : "true");
    case P_CLASSIFIER:
        return mem_printf(mem, "{'protocol': 'tcp', 'destination_port_range_min': %u, "
                          "'destination_port_range_max': 90%s%s'}", chance(g, 90),
                          chance(g, 2) ? ", 'logical_source_port': '"
                                       : ", 'logical_destination_port': '", end);
    case P_CHAIN:
        return mem_printf(mem, "{'port_pair_groups': [%s], 'flow_classifiers': [%s], 'priority': %u, "
                          "'chain_parameters': {'correlation': '%s'}}", some(g, P_GROUP, 1, 2),
                          some(g, P_CLASSIFIER, 0, 1), chance(g, 100), chance(g, 4) ? "mpls" : "nsh");
    case P_GRAPH:
        return mem_printf(mem, "{'port_chains': {'%s': [%s]}}", any(g, P_CHAIN),
                          some(g, P_CHAIN, 1, 2));
    default:
        return mem_printf(mem, "{'port_chain_id': '%s', 'port_pair_id': '%s', 'direction': "
                          "'forward'%s}", any(g, P_CHAIN), any(g, P_PAIR),
                          chance(g, 2) ? "" : ", 'label': 9000001");
    }
}

static const char *
body_change(struct garden *g, int kind)
{
    struct mem *mem = g->a->mem;

    switch (kind) {
    case P_PORT:
        return chance(g, 2) ? mem_printf(mem, "{'binding:host_id': '%s'}", chance(g, 2) ? "h" : "x")
                            : "{'admin_state_up': false}";
    case P_REMOTE:
        return mem_printf(mem, "{'vtep': '192.0.2.%u'}", 2 + chance(g, 3));
    case P_PAIR:
        return chance(g, 2) ? "{'drain_seconds': 60}" : "{'drain_seconds': null}";
    case P_GROUP:
        return chance(g, 2) ? mem_printf(mem, "{'port_pairs': [%s]}", some(g, P_PAIR, 0, 2))
                            : "{'failure_policy': 'open'}";
    case P_CHAIN:
        return chance(g, 3) == 0
                   ? mem_printf(mem, "{'priority': %u}", chance(g, 100))
               : chance(g, 2)
                   ? mem_printf(mem, "{'port_pair_groups': [%s]}", some(g, P_GROUP, 1, 2))
                   : mem_printf(mem, "{'flow_classifiers': [%s]}", some(g, P_CLASSIFIER, 0, 2));
    default:
        return "{'name': 'x'}";
    }
}

/* Makes, changes or deletes one thing, as far as the site lets. */
static void
edit(struct garden *g)
{
    int kind = chance(g, 3) ? (int)chance(g, P_N) : P_GRAPH; /* Few of them are possible. */
    struct bed *bed = &g->beds[kind];
    const char **at = &bed->ids[chance(g, BED)];
    int what = !*at ? 0 : chance(g, 4) ? 1 : 2;
    struct call call = {.a = g->a, .resource = bed->resource, .id = *at};
    char *text = what == 2 ? NULL
                           : mem_str(g->a->mem, what ? body_change(g, kind) : body_new(g, kind));
    struct err *e;

    for (char *c = text; c && *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    call.body = text;
    if (what == 1 && bed->resource->flags & RESOURCE_NO_UPDATE) {
        return;
    }
    e = store_write_wait(g->a->store, call_run, &call);
    if (e) {
        CHECK(e->code != E_INTERNAL);
        err_ignore(e, "it is refused");
        return;
    }
    g->made[kind] += what == 0;
    *at = what == 2 ? NULL : call.made;
}

static const char *
known_key(struct garden *g, const char *kind, const char *id)
{
    return mem_printf(g->a->mem, "%s %s", kind, id);
}

/* Everything that the log has so far is told once what is written after it is. */
static void
edits_heard(struct garden *g, int i)
{
    struct agent *a = g->a;
    const char *state = i % 2 ? "\"admin_state_up\":true" : "\"admin_state_up\":false";

    change(a, &port_resource, g->sentinel, mem_printf(a->mem, "{%s}", state));
    EVENTUALLY(5000, heard(a, "put", "port", g->sentinel) &&
                         strstr(object_of(a, "port", g->sentinel), state));
    for (; g->heard < a->told.n; g->heard++) {
        const struct told *t = &a->told.items[g->heard];

        if (str_eq(t->op, "put") || str_eq(t->op, "delete")) {
            map_set(&g->known, known_key(g, t->kind, t->id), t->object ? t->object : mem_str(g->a->mem, ""));
        }
    }
}

/* store_fn: all that a snapshot would tell is known as it would be told, and nothing else is. */
static struct err *
same_read(struct tx *tx, void *arg)
{
    struct garden *g = arg;

    for (enum desired_kind kind = 0; kind < DESIRED_N_KINDS; kind++) {
        struct strs ids = {0};

        TRY(network_desired_source.list(tx, kind, &ids));
        for (size_t i = 0; i < ids.n; i++) {
            (void)map_add(&g->known, known_key(g, desired_kind_names[kind], ids.items[i]),
                          mem_str(g->a->mem, ""));
        }
    }
    map_each (&g->known, it) {
        const char *id = strchr(it->key, ' ') + 1, *is = "";
        enum desired_kind kind = desired_kind_from_name(mem_strn(tx_mem(tx), it->key,
                                                                 (size_t)(id - 1 - it->key)));
        const struct json *json;
        void *object;

        TRY(network_desired_source.load(tx, NULL, kind, id, &object));
        if (object) {
            is = row_to_json(tx_mem(tx), object, true);
            TRY(json_parse(tx_mem(tx), is, strlen(is), &json));
            is = json_text(tx_mem(tx), json);
        }
        if (!str_eq(is, it->value)) {
            g->same = false;
            test_fail(__FILE__, __LINE__, "%s is %s and was told as %s", it->key, is,
                      (const char *)it->value);
        }
    }
    return NULL;
}

/* After any edits the agent has what a snapshot would tell. */
TEST(sync_never_falls_behind_the_rows)
{
    const char *given = getenv("UNIT_SEED");
    unsigned seed = given ? (unsigned)atoi(given) : 6;
    struct garden g = {.a = agent_new(), .seed = seed, .same = true};
    static const struct resource *const resources[P_N] = {
        &port_resource, &remote_port_resource, &port_pair_resource, &port_pair_group_resource,
        &flow_classifier_resource, &port_chain_resource, &service_graph_resource,
        &chain_label_resource};

    map_init(&g.known, g.a->mem);
    for (int i = 0; i < P_N; i++) {
        g.beds[i].resource = resources[i];
    }
    for (int i = 0; i < 2; i++) {
        g.network[i] = network_make(g.a);
        make(g.a, &interconnect_resource, "{'network_id': '%s'}", g.network[i]);
    }
    g.sentinel = make(g.a, &port_resource, "{'network_id': '%s', 'binding:host_id': 'h'}",
                      g.network[0]);
    sync_start(g.a);
    EVENTUALLY(5000, heard(g.a, "snapshot_end", NULL, NULL));
    for (int i = 0; i < EDITS && g.same; i++) {
        edit(&g);
        edits_heard(&g, i);
        REQUIRE_OK(store_read(g.a->store, same_read, &g));
        if (!g.same) {
            test_fail(__FILE__, __LINE__, "edit %d of seed %u", i, seed);
        }
    }
    for (int i = 0; i < P_N; i++) {
        CHECK(given || g.made[i] > 0);
    }
    agent_end(g.a);
}
