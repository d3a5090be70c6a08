/* Service templates: what breaks a rule is named with its place, what would eat
 * time or memory is refused early. */
#include "tosca_world.h"

#include <string.h>

#define HEAD "tosca_definitions_version: tosca_simple_yaml_1_3\n"

static void
refuses(const char *const *files, const char *why)
{
    AUTO(mem) mem = mem_new("test");
    struct watch watch = watch_start();
    struct tosca *tosca;

    CHECK_ERR_MSG(parse_files(mem, files, &tosca), E_INVALID, why);
    CHECK(!tosca);
    watch_check(&watch, why);
}

TEST(tosca_missing_import_is_named)
{
    const char *files[] = {"d/a.yaml", HEAD "imports:\n  - b.yaml\n  - ../../c.yaml\n", NULL};

    refuses(files, "d/a.yaml:3:5: import b.yaml: the package has no such file");
    refuses(files, "d/a.yaml:4:5: import ../../c.yaml: leaves the package");
}

TEST(tosca_import_cycle_is_refused)
{
    const char *files[] = {
        "a.yaml", HEAD "imports: [ b.yaml ]\n",  "b.yaml", HEAD "imports:\n  - c.yaml\n",
        "c.yaml", HEAD "imports:\n  - a.yaml\n", NULL};
    const char *self[] = {"a.yaml", HEAD "imports: [ a.yaml ]\n", NULL};

    refuses(files, "c.yaml:3:5: import cycle: a.yaml is being imported already");
    refuses(self, "import cycle: a.yaml imports itself");
}

TEST(tosca_file_imported_by_two_is_read_once)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    const char *files[] = {
        "a.yaml", HEAD "imports: [ b.yaml, c.yaml ]\n",
        "b.yaml", HEAD "imports: [ d.yaml ]\n",
        "c.yaml", HEAD "imports: [ d.yaml ]\n",
        "d.yaml", HEAD "node_types: { x.Y: { derived_from: tosca.nodes.Root } }\n",
        NULL};

    REQUIRE_OK(parse_files(mem, files, &tosca));
    CHECK(tosca_type(tosca, TOSCA_NODE, "x.Y") != NULL);
    CHECK(tosca_is(tosca_type(tosca, TOSCA_NODE, "x.Y"), "tosca.nodes.Root"));
}

TEST(tosca_cyclic_derivation_is_refused)
{
    const char *files[] = {"a.yaml",
                           HEAD "node_types:\n"
                                "  x.A: { derived_from: x.B }\n"
                                "  x.B: { derived_from: x.C }\n"
                                "  x.C: { derived_from: x.A }\n"
                                "topology_template: { node_templates:\n"
                                "  { n: { type: x.A, properties: { a: b } } } }\n",
                           NULL};
    const char *self[] = {"a.yaml", HEAD "data_types:\n  x.A: { derived_from: x.A }\n", NULL};

    refuses(files, "derived_from is a cycle");
    refuses(self, "a.yaml:3:3: x.A: derived_from is a cycle");
}

TEST(tosca_long_derivation_is_followed_or_refused_quickly)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF buf = BUF_INIT;
    struct watch watch = watch_start();
    struct tosca *tosca;
    const char *files[] = {"a.yaml", NULL, NULL};
    struct err *e;

    buf_str(&buf, HEAD "node_types:\n  x.T0: { derived_from: tosca.nodes.Root }\n");
    for (int i = 1; i < 20000; i++) {
        buf_printf(&buf, "  x.T%d: { derived_from: x.T%d }\n", i, i - 1);
    }
    files[1] = buf.data;
    e = parse_files(mem, files, &tosca);
    CHECK(err_is(e, E_INVALID));
    err_ignore(e, "either answer would do, but it has to come soon");
    watch_check(&watch, "20 000 types in a chain");
}

TEST(tosca_exploding_aliases_are_refused)
{
    AUTO_BUF buf = BUF_INIT;
    const char *files[] = {"a.yaml", NULL, NULL};

    buf_str(&buf, HEAD "dsl_definitions:\n  a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]\n");
    for (int i = 1; i < 12; i++) {
        buf_printf(&buf, "  a%d: &a%d [ ", i, i);
        for (int k = 0; k < 10; k++) {
            buf_printf(&buf, "%s*a%d", k ? ", " : "", i - 1);
        }
        buf_str(&buf, " ]\n");
    }
    files[1] = buf.data;
    refuses(files, "a.yaml:");
}

TEST(tosca_oversized_templates_are_refused_quickly)
{
    AUTO_BUF buf = BUF_INIT;
    const char *files[] = {"a.yaml", NULL, NULL};

    buf_str(&buf, HEAD "topology_template:\n  node_templates:\n");
    for (int i = 0; i < 30000; i++) {
        buf_printf(&buf, "    n%d: { type: nothing }\n", i);
    }
    files[1] = buf.data;
    refuses(files, "more than 5000 nodes");
}

TEST(tosca_many_nodes_of_a_large_type_are_checked_quickly)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF buf = BUF_INIT;
    struct watch watch = watch_start();
    struct tosca *tosca;
    const char *files[] = {"a.yaml", NULL, NULL};

    buf_str(&buf, HEAD "imports: [ etsi_nfv_sol001_vnfd_types.yaml ]\n"
                       "node_types:\n  x.T:\n    properties:\n");
    for (int i = 0; i < 200; i++) {
        buf_printf(&buf, "      p%d: { type: string, required: %s }\n", i, i ? "false" : "true");
    }
    buf_str(&buf, "topology_template:\n  node_templates:\n");
    for (int i = 0; i < 4900; i++) {
        buf_printf(&buf, "    n%d: { type: x.T, properties: { p1: a, p199: b } }\n", i);
    }
    files[1] = buf.data;
    CHECK_ERR_MSG(parse_files(mem, files, &tosca), E_INVALID,
                  "n0: required property p0 is missing");
    watch_check(&watch, "4 900 nodes of 200 properties");
}

TEST(tosca_a_hundred_faults_end_the_list)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF buf = BUF_INIT;
    struct tosca *tosca;
    const char *files[] = {"a.yaml", NULL, NULL};
    struct err *e;
    size_t n = 0;

    buf_str(&buf, HEAD "topology_template:\n  node_templates:\n");
    for (int i = 0; i < 4000; i++) {
        buf_printf(&buf, "    n%d: { type: nothing }\n", i);
    }
    files[1] = buf.data;
    e = parse_files(mem, files, &tosca);
    for (const struct err *it = e; it; it = it->next) {
        n++;
    }
    CHECK_INT(n, TOSCA_FAULTS_MAX);
    err_ignore(e, "counted");
}

static const char vl[] = "topology_template:\n"
                         "  node_templates:\n"
                         "    vl:\n"
                         "      type: tosca.nodes.nfv.VnfVirtualLink\n"
                         "      properties:\n"
                         "        connectivity_type: { layer_protocols: [ %s ] }\n"
                         "        vl_profile:\n"
                         "          max_bitrate_requirements: { root: %s }\n"
                         "          min_bitrate_requirements: { root: 0 }\n"
                         "%s";

TEST(tosca_values_are_checked_against_their_types)
{
    static const struct {
        const char *protocol, *bitrate, *more, *fault;
    } cases[] = {
        {"ipv4", "10", "", NULL},
        {"tcp", "10", "",
         "t.yaml:8:49: vl.connectivity_type.layer_protocols[0]: \"tcp\" is not one of"},
        {"ipv4", "-1", "",
         "vl.vl_profile.max_bitrate_requirements.root: -1 breaks greater_or_equal 0"},
        {"ipv4", "ten", "", "\"ten\" is no integer"},
        {"ipv4", "[ 1 ]", "", "this is no integer"},
        {"ipv4", "{ get_input: rate }", "", "get_input: no input is called rate"},
        {"ipv4", "{ get_property: [ vx, a ] }", "", "get_property: no node is called vx"},
        {"ipv4", "10", "          qos: { latency: 0 s, packet_delay_variation: 1 s }\n",
         "latency: 0 s breaks greater_than 0 s"},
        {"ipv4", "10", "          qos: { latency: 5, packet_delay_variation: 1 s }\n",
         "\"5\" is no scalar-unit.time"},
        {"ipv4", "10", "          qos: { latency: 99999999999999999999 d, packet_delay_variation: 1 s }\n",
         "\"99999999999999999999 d\" is no scalar-unit.time"},
        {"ipv4", "10", "          qos: { latency: 5 ms }\n",
         "vl.vl_profile.qos: required property packet_delay_variation is missing"},
        {"ipv4", "10",
         "          qos: { latency: 5 ms, packet_delay_variation: 1 s,\n"
         "                 packet_loss_ratio: 1.5 }\n",
         "1.5 is not in the range 0.0 to 1.0"},
        {"ipv4", "10", "        colour: red\n",
         "t.yaml:12:9: vl.colour: tosca.nodes.nfv.VnfVirtualLink has no such property"},
        {"ipv4", "10", "      requirements: []\n      colours: red\n",
         "a node template has no such key"},
        {"ipv4", "10", "      requirements:\n        - virtual_link: vl\n",
         "tosca.nodes.nfv.VnfVirtualLink has no requirement virtual_link"},
        {"ipv4", "10", "      capabilities: { linkable: {} }\n", "has no capability linkable"},
        {"ipv4", "10", "  policies: { p: { type: tosca.policies.nfv.AffinityRule } }\n",
         "policies is a list"},
        {"ipv4", "10",
         "  policies: [ p: { type: tosca.policies.nfv.AffinityRule,\n"
         "      targets: [ gone ], properties: { scope: zone } } ]\n",
         "no node or group is called \"gone\""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct tosca *tosca;
        AUTO_BUF body = BUF_INIT;
        const char *parts[] = {cases[i].protocol, cases[i].bitrate, cases[i].more};
        size_t k = 0;

        for (const char *p = vl; *p; p++) {
            if (p[0] == '%' && p[1] == 's') {
                buf_str(&body, parts[k++]);
                p++;
            } else {
                buf_char(&body, *p);
            }
        }
        if (cases[i].fault) {
            CHECK_ERR_MSG(parse_body(mem, "3.3.1", body.data, &tosca), E_INVALID, cases[i].fault);
        } else {
            CHECK_OK(parse_body(mem, "3.3.1", body.data, &tosca));
        }
    }
}

TEST(tosca_requirements_need_a_fitting_target)
{
    static const struct {
        const char *requirements, *fault;
    } cases[] = {
        {"[ virtual_binding: vdu ]", NULL},
        {"[ virtual_binding: gone ]", "cp.virtual_binding: no node is called gone"},
        {"[ virtual_binding: cp ]", "has no capability tosca.capabilities.nfv.VirtualBindable"},
        {"[ virtual_binding: { node: vdu, capability: nothing } ]", "has no capability nothing"},
        {"[ virtual_binding: vdu, virtual_binding: vdu ]", "cp.virtual_binding: at most 1 allowed"},
        {"[ x: vdu ]", "has no requirement x"},
        {"{ virtual_binding: vdu }", "requirements is a list"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct tosca *tosca;
        const char *body = mem_printf(
            mem,
            "topology_template:\n"
            "  node_templates:\n"
            "    vdu:\n"
            "      type: tosca.nodes.nfv.Vdu.Compute\n"
            "      properties: { name: v, description: d, vdu_profile:\n"
            "        { min_number_of_instances: 1, max_number_of_instances: 1 } }\n"
            "      capabilities: { virtual_compute: { properties: { virtual_cpu:\n"
            "        { num_virtual_cpu: 1 }, virtual_memory: { virtual_mem_size: 1 GB } } } }\n"
            "    cp:\n"
            "      type: tosca.nodes.nfv.VduCp\n"
            "      properties: { layer_protocols: [ ipv4 ] }\n"
            "      requirements: %s\n",
            cases[i].requirements);

        if (cases[i].fault) {
            CHECK_ERR_MSG(parse_body(mem, "3.3.1", body, &tosca), E_INVALID, cases[i].fault);
        } else {
            CHECK_OK(parse_body(mem, "3.3.1", body, &tosca));
        }
    }
}

TEST(tosca_built_in_types_follow_the_version)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    /* It came after 2.6.1. */
    const char *newer =
        "topology_template: { node_templates: { cp: { type: tosca.nodes.nfv.VipCp,\n"
        "  properties: { layer_protocols: [ ipv4 ],\n"
        "    vip_function: load_balance } } } }\n";

    CHECK_OK(parse_body(mem, "3.3.1", newer, &tosca));
    CHECK_STR(tosca->types_version, "3.3.1");
    CHECK_ERR_MSG(parse_body(mem, "2.6.1", newer, &tosca), E_INVALID, "unknown type");
    CHECK_OK(parse_body(mem, NULL, newer, &tosca));
    CHECK_STR(tosca->types_version, "4.4.1");
    CHECK_ERR(parse_body(mem, "9.9.9", newer, &tosca), E_NOT_IMPLEMENTED);
}

/* Published between versions that are here, and told. */
TEST(tosca_types_of_a_version_between_are_read_as_another)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    const char *any = "topology_template: { node_templates: { } }\n";

    CHECK_OK(parse_body(mem, "3.5.1", any, &tosca));
    CHECK_STR(tosca->types_version, "4.4.1");
    REQUIRE(tosca->notes.n == 1);
    CHECK(strstr(tosca->notes.items[0], "SOL001 3.5.1 are not built in: read as those of 4.4.1") != NULL);
    CHECK_OK(parse_body(mem, "4.4.1", any, &tosca));
    CHECK_INT(tosca->notes.n, 0);
}

/* TOSCA 1.3, 4.3 and 4.4: whatever is known before an operation. */
TEST(tosca_functions_have_values)
{
    static const struct {
        const char *call, *value;
    } cases[] = {
        {"{ get_input: i }", "in"},
        {"{ get_input: [ m, k, 1 ] }", "y"},
        {"{ get_property: [ SELF, b ] }", "be"},
        {"{ get_property: [ c, virtual_compute, virtual_memory, virtual_mem_size ] }", "64 MiB"},
        {"{ get_property: [ c, vdu_profile, max_number_of_instances ] }", "3"},
        {"{ concat: [ x, '-', { get_input: i }, { concat: [ '!' ] } ] }", "x-in!"},
        {"{ join: [ [ x, { get_property: [ SELF, b ] } ], ', ' ] }", "x, be"},
        {"{ join: [ [ x, y ] ] }", "xy"},
        {"{ token: [ 'a.b:c', '.:', 2 ] }", "c"},
        {"{ token: [ 'a.b', '.', 2 ] }", NULL},
        {"{ concat: [ x, { get_input: late } ] }", NULL},
        {"{ get_property: [ SELF, a ] }", NULL},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct tosca *tosca;

        REQUIRE_OK(parse_body(mem, "3.3.1", mem_printf(mem,
            "node_types: { x: { derived_from: tosca.nodes.Root, properties: { a: { type: string }, b: { type: string } } } }\n"
            "topology_template:\n"
            "  inputs: { i: { type: string, default: in }, late: { type: string },\n"
            "    m: { type: map, entry_schema: { type: list }, default: { k: [ x, y ] } } }\n"
            "  node_templates:\n"
            "    x: { type: x, properties: { b: be, a: %s } }\n"
            "    c: { type: tosca.nodes.nfv.Vdu.Compute, properties: { name: c, description: d,\n"
            "      vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 3 } },\n"
            "      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },\n"
            "        virtual_memory: { virtual_mem_size: 64 MiB } } } } }\n", cases[i].call), &tosca));
        CHECK_STR(tosca_value_str(tosca, tosca_node(tosca->templates.items[0], "x"), "a"), cases[i].value);
    }
}

/* Each would be asked ten times for each of the one before. */
TEST(tosca_functions_that_run_away_are_stopped)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF body = BUF_INIT;
    struct tosca *tosca;

    buf_str(&body, "node_types: { x: { derived_from: tosca.nodes.Root, properties: { a: { type: string } } } }\n"
                   "topology_template:\n  node_templates:\n    n0: { type: x, properties: { a: '' } }\n");
    for (int i = 1; i < 15; i++) {
        buf_printf(&body, "    n%d: { type: x, properties: { a: { concat: [", i);
        for (int j = 0; j < 10; j++) {
            buf_printf(&body, "%s{ get_property: [ n%d, a ] }", j ? ", " : "", i - 1);
        }
        buf_str(&body, "] } } }\n");
    }
    REQUIRE_OK(parse_body(mem, "3.3.1", buf_copy(mem, &body), &tosca));
    CHECK_STR(tosca_value_str(tosca, tosca_node(tosca->templates.items[0], "n2"), "a"), "");
    CHECK_STR(tosca_value_str(tosca, tosca_node(tosca->templates.items[0], "n14"), "a"), NULL);
}

/* A list is written once and may be asked for many times, as may a long text. */
TEST(tosca_functions_of_much_are_stopped)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF body = BUF_INIT;
    const struct tosca_template *in;
    struct tosca *tosca;

    buf_str(&body, "node_types: { x: { derived_from: tosca.nodes.Root, properties: { a: { type: string } } } }\n"
                   "topology_template:\n  node_templates:\n    list: { type: x, properties: { a: { concat: [''");
    for (int i = 0; i < 600; i++) {
        buf_str(&body, ", ''");
    }
    buf_str(&body, "] } } }\n    twice: { type: x, properties: { a: { concat: [ { get_property: [ list, a ] }, "
                   "{ get_property: [ list, a ] } ] } } }\n    long: { type: x, properties: { a: { token: [ '");
    for (int i = 0; i < 5000; i++) {
        buf_char(&body, 'x');
    }
    buf_str(&body, "', '.', 0 ] } } }\n");
    REQUIRE_OK(parse_body(mem, "3.3.1", buf_copy(mem, &body), &tosca));
    in = tosca->templates.items[0];
    CHECK_STR(tosca_value_str(tosca, tosca_node(in, "list"), "a"), "");
    CHECK_STR(tosca_value_str(tosca, tosca_node(in, "twice"), "a"), NULL);
    CHECK_STR(tosca_value_str(tosca, tosca_node(in, "long"), "a"), NULL);
}

TEST(tosca_import_without_a_version_takes_one_that_fits)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    /* support_mandatory is required up to 3.3.1 and unknown later. */
    const char *older =
        "topology_template: { node_templates: { cp: { type: tosca.nodes.nfv.VduCp,\n"
        "  properties: { layer_protocols: [ ipv4 ],\n"
        "    virtual_network_interface_requirements: [ { support_mandatory: true,\n"
        "      network_interface_requirements: { a: b } } ] } } } }\n";

    REQUIRE_OK(parse_body(mem, NULL, older, &tosca));
    CHECK_STR(tosca->types_version, "3.3.1");
}

TEST(tosca_own_types_bring_defaults_and_constraints)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    const struct tosca_node *node;
    const char *body =
        "node_types:\n"
        "  x.A:\n"
        "    derived_from: tosca.nodes.Root\n"
        "    properties:\n"
        "      a: { type: string, default: hello }\n"
        "      b: { type: integer, constraints: [ in_range: [ 1, 5 ] ] }\n"
        "      c: { type: list, entry_schema: { type: string }, required: false,\n"
        "           constraints: [ max_length: 2 ] }\n"
        "  x.B: { derived_from: x.A, properties: { a: { type: string, default: bye } } }\n"
        "topology_template:\n"
        "  inputs: { n: { type: integer, default: 3 } }\n"
        "  node_templates:\n"
        "    one: { type: x.B, properties: { b: { get_input: n } } }\n"
        "    two: { type: x.A, properties: { b: 4, a: { get_property: [ one, a ] } } }\n";

    REQUIRE_OK(parse_body(mem, NULL, body, &tosca));
    node = tosca_node(tosca->templates.items[0], "one");
    CHECK_STR(tosca_value_str(tosca, node, "a"), "bye");
    CHECK_STR(tosca_value_str(tosca, node, "b"), "3");
    node = tosca_node(tosca->templates.items[0], "two");
    CHECK_STR(tosca_value_str(tosca, node, "a"), "bye");
    CHECK(!tosca_value(tosca, node, "c"));
    CHECK_ERR_MSG(parse_body(mem, NULL,
                             "node_types: { x.A: { properties: { b: { type: integer,\n"
                             "  constraints: [ in_range: [ 1, 5 ] ] } } } }\n"
                             "topology_template: { node_templates: { n: { type: x.A,\n"
                             "  properties: { b: 6 } } } }\n",
                             &tosca),
                  E_INVALID, "t.yaml:6:20: n.b: 6 is not in the range 1 to 5");
}

TEST(tosca_pattern_that_runs_away_is_stopped)
{
    AUTO(mem) mem = mem_new("test");
    struct watch watch = watch_start();
    struct tosca *tosca;

    CHECK_ERR(
        parse_body(mem, NULL,
                   "node_types: { x.A: { properties: { b: { type: string,\n"
                   "  constraints: [ pattern: '(a+)+$' ] } } } }\n"
                   "topology_template: { node_templates: { n: { type: x.A,\n"
                   "  properties: { b: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab } } } }\n",
                   &tosca),
        E_INVALID);
    watch_check(&watch, "a hostile pattern");
}

TEST(tosca_text_is_scanned_whole)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "[ a, b ]",
                                        HEAD "node_types: [ a ]\n",
                                        HEAD "imports: { a: b }\n",
                                        HEAD "imports: 5\n",
                                        HEAD "topology_template: 5\n",
                                        HEAD "topology_template: { node_templates: { a: 5 } }\n",
                                        HEAD "topology_template: { policies: [ 5 ] }\n",
                                        HEAD "topology_template: { groups: { a: [] } }\n",
                                        HEAD "topology_template: { substitution_mappings: 5 }\n"};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        AUTO(mem) mem = mem_new("test");
        const char *files[] = {"a.yaml", texts[i], NULL};
        struct tosca *tosca;

        CHECK_ERR(parse_files(mem, files, &tosca), E_INVALID);
    }
}

TEST(tosca_scalar_units_are_read)
{
    static const struct {
        const char *type, *text;
        double value; /* negative = refused */
    } cases[] = {
        {"scalar-unit.size", "512 MB", 512e6},  {"scalar-unit.size", "1 GiB", 1073741824},
        {"scalar-unit.size", "1.5 kB", 1500},   {"scalar-unit.size", "10B", 10},
        {"scalar-unit.size", "10", -1},         {"scalar-unit.size", "-1 B", -1},
        {"scalar-unit.size", "1 XB", -1},       {"scalar-unit.time", "2 h", 7200},
        {"scalar-unit.time", "1 MB", -1},       {"scalar-unit.frequency", "1 GHz", 1e9},
        {"scalar-unit.bitrate", "1 Mbps", 1e6}, {"scalar-unit.bitrate", "1 MBps", 8e6},
        {"scalar-unit.size", "nan B", -1},      {"scalar-unit.size", "", -1},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        double value = -1;
        bool is_one = tosca_scalar(cases[i].type, cases[i].text, &value);

        if (is_one != (cases[i].value >= 0) ||
            (is_one && (value < cases[i].value || value > cases[i].value))) {
            test_fail(__FILE__, __LINE__, "%s: %s", cases[i].type, cases[i].text);
        }
    }
}
