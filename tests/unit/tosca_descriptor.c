/* Descriptors out of templates: the example's, and what is not supported. */
#include "tosca/record.h"
#include "tosca_world.h"

#include "sys/file.h"

#include <string.h>

#define EXAMPLE TESTS_DIR "/../examples/web-through-firewall"

/* Reads the example's sources; the images' size and digest are put in as the
 * build script does. */
static struct err *
read_example(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    static const char *const folders[] = {"firewall", "inspector", "web", "ns"};
    (void)arg;

    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        const char *path = mem_printf(mem, EXAMPLE "/%s/Definitions/%s", folders[i], name);
        const char *raw = mem_printf(mem, "%s.in", path), *mark;
        AUTO_BUF filled = BUF_INIT;

        if (file_exists(path)) {
            return file_read(mem, path, 1u << 20, text, n);
        }
        if (!file_exists(raw)) {
            continue;
        }
        TRY(file_read(mem, raw, 1u << 20, text, n));
        for (const char *at = *text; at; at = mark ? strchr(mark + 1, '@') + 1 : NULL) {
            mark = strchr(at, '@');
            buf_add(&filled, at, mark ? (size_t)(mark - at) : strlen(at));
            buf_str(&filled, !mark ? "" : str_starts(mark, "@SIZE@") ? "1000" : "abcd");
        }
        *text = buf_copy(mem, &filled);
        *n = filled.len;
        return NULL;
    }
    return err_new(E_NOT_FOUND, NULL, "%s", name);
}

TEST(vnfd_of_the_example_firewall)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    struct vnfd *vnfd;
    const struct vnfd_flavour *flavour;
    const struct vnfd_vdu *vdu;

    REQUIRE_OK(tosca_parse(mem, read_example, NULL, "firewall.yaml", &tosca));
    REQUIRE_OK(vnfd_from_tosca(mem, tosca, &vnfd));
    CHECK_STR(vnfd->provider, "Carrick");
    CHECK_STR(vnfd->product_name, "Firewall");
    CHECK_STR(vnfd->node_type, "carrick.examples.Firewall");
    CHECK_INT(vnfd->n_flavours, 1);
    flavour = vnfd_flavour(vnfd, "default");
    REQUIRE(flavour && flavour->n_vdus == 1);
    CHECK_STR(flavour->default_level, "default");
    vdu = vnfd_vdu(flavour, "firewall");
    REQUIRE(vdu && vdu->image);
    CHECK_INT(vdu->vcpus, 1);
    CHECK_INT(vdu->memory_mb, 64);
    CHECK_INT(vdu->disk_gb, 1);
    CHECK_INT(vnfd_instances(flavour, NULL, "firewall"), 1);
    CHECK_STR(vdu->image->container_format, "docker");
    CHECK_STR(vdu->image->hash, "abcd");
    CHECK_INT(vdu->image->size, 1000);
    REQUIRE(vdu->n_cps == 2);
    CHECK_STR(vdu->cps[0]->name, "in_cp");
    CHECK_STR(vdu->cps[1]->name, "out_cp");
    CHECK_STR(vdu->cps[1]->external, "virtual_link_out");
    CHECK(!vdu->cps[0]->port_security);
    CHECK_STR(vnfd_ext_cp(flavour, "virtual_link_in")->cp, "in_cp");
    CHECK_STR(vnfd_ext_cp(flavour, "in_cp")->requirement, "virtual_link_in");
    CHECK(vnfd->lcm_configuration != NULL);
}

TEST(vnfd_of_the_example_web_wants_an_address)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    struct vnfd *vnfd;

    REQUIRE_OK(tosca_parse(mem, read_example, NULL, "web.yaml", &tosca));
    REQUIRE_OK(vnfd_from_tosca(mem, tosca, &vnfd));
    REQUIRE(vnfd->flavours[0].n_cps == 1);
    CHECK(vnfd->flavours[0].cps[0].wants_ip);
    CHECK(vnfd->flavours[0].cps[0].port_security);
    CHECK_STR(vnfd->flavours[0].cps[0].external, "virtual_link");
}

TEST(nsd_of_the_example)
{
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    struct nsd *nsd;
    const struct nsd_path *path;

    REQUIRE_OK(tosca_parse(mem, read_example, NULL, "web_through_firewall.yaml", &tosca));
    REQUIRE_OK(nsd_from_tosca(mem, tosca, &nsd));
    CHECK_STR(nsd->name, "web-through-firewall");
    CHECK_INT(nsd->n_vnfs, 3);
    CHECK_STR(nsd_vnf(nsd, "web")->vnfd_id, "5d1cb0c0-8a43-4d2c-9d3e-6c1f0e0a0003");
    CHECK_STR(nsd_vnf(nsd, "firewall")->flavour_id, "default");
    CHECK_STR(nsd_vnf(nsd, "firewall")->level, "default");
    CHECK_INT(nsd_vnf(nsd, "firewall")->n_connections, 2);
    CHECK_STR(nsd_vnf(nsd, "firewall")->connections[0].link, "data");
    REQUIRE(nsd->n_links == 1);
    CHECK_STR(nsd_link(nsd, "data")->cidr, "10.10.0.0/24");
    CHECK_STR(nsd_sap(nsd, "client")->link, "data");
    REQUIRE(nsd->n_graphs == 1 && nsd->graphs[0].n_paths == 1);
    path = &nsd->graphs[0].paths[0];
    REQUIRE(path->n_positions == 2 && path->n_rules == 2);
    CHECK_STR(path->positions[0].elements[0].ingress.vnf, "firewall");
    CHECK_STR(path->positions[0].elements[0].ingress.requirement, "virtual_link_in");
    CHECK_STR(path->positions[0].elements[0].egress.requirement, "virtual_link_out");
    CHECK_STR(path->positions[1].elements[0].ingress.vnf, "inspector");
    CHECK_STR(nsd_link_of(nsd, &path->positions[1].elements[0].egress)->name, "data");
    CHECK_STR(path->rules[0].protocol, "tcp");
    CHECK_INT(path->rules[1].destination_port_min, 8080);
    CHECK_INT(path->rules[1].destination_port_max, 8080);
    CHECK_INT(path->rules[1].source_port_min, -1);
    REQUIRE(nsd->n_affinities == 2);
    CHECK(!nsd->affinities[0].anti && nsd->affinities[1].anti);
    CHECK_INT(nsd->affinities[0].n_members, 2);
    CHECK_STR(nsd->affinities[0].members[0], "firewall");
    CHECK_STR(nsd->affinities[1].scope, "nfvi_pop");
}

#define VNF_NODE                                                                                   \
    "topology_template:\n"                                                                         \
    "  node_templates:\n"                                                                          \
    "    vnf:\n"                                                                                   \
    "      type: tosca.nodes.nfv.VNF\n"                                                            \
    "      properties: { descriptor_id: a, descriptor_version: '1', provider: p,\n"                \
    "        product_name: n, software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ],\n"          \
    "        flavour_id: f, flavour_description: d }\n"
#define VDU_NODE                                                                                   \
    "    vdu:\n"                                                                                   \
    "      type: tosca.nodes.nfv.Vdu.Compute\n"                                                    \
    "      properties: { name: v, description: d, vdu_profile:\n"                                  \
    "        { min_number_of_instances: 1, max_number_of_instances: 3 } }\n"                       \
    "      capabilities: { virtual_compute: { properties: { virtual_cpu:\n"                        \
    "        { num_virtual_cpu: 1 }, virtual_memory: { virtual_mem_size: 1 GiB } } } }\n"          \
    "      artifacts: { image: { type: tosca.artifacts.nfv.SwImage, file: image,\n"                \
    "        properties: { name: i, version: '1', container_format: bare, disk_format: qcow2,\n"   \
    "          min_disk: 3 GB, size: 1 GB, checksum: { algorithm: sha-256, hash: AB } } } }\n"

static struct err *
vnfd_of(struct mem *mem, const char *body, struct vnfd **vnfd)
{
    struct tosca *tosca;

    TRY(parse_body(mem, "3.3.1", body, &tosca));
    return vnfd_from_tosca(mem, tosca, vnfd);
}

/* What is read over would be silently lost: each is refused with its place and name. */
TEST(vnfd_features_that_nothing_follows_are_refused)
{
    static const struct {
        const char *body, *why;
    } cases[] = {
        {VNF_NODE VDU_NODE "    cp: { type: tosca.nodes.nfv.VduCp, properties: { layer_protocols:\n"
                           "      [ ipv4 ] }, requirements: [ virtual_binding: vdu ] }\n"
                           "  policies:\n"
                           "    - open: { type: tosca.policies.nfv.SecurityGroupRule,\n"
                           "        targets: [ cp ], properties: { port_range_min: 80 } }\n",
         ": feature: security group rules (open) is not supported"},
        {VNF_NODE VDU_NODE "  policies:\n"
                           "    - apart: { type: tosca.policies.nfv.AntiAffinityRule,\n"
                           "        targets: [ vdu ], properties: { scope: nfvi_node } }\n",
         "t.yaml:20:14: feature: anti-affinity of a VNF's parts with scope nfvi_node (apart)"},
        {VNF_NODE "    vdu:\n"
                  "      type: tosca.nodes.nfv.Vdu.Compute\n"
                  "      properties: { name: v, description: d, vdu_profile:\n"
                  "        { min_number_of_instances: 1, max_number_of_instances: 3 } }\n"
                  "      artifacts:\n"
                  "        image: { type: tosca.artifacts.nfv.SwImage, file: i,\n"
                  "          repository: none }\n",
         ": artifact i: repositories has no none with a URL"},
        {VNF_NODE "    vdu:\n"
                  "      type: tosca.nodes.nfv.Vdu.Compute\n"
                  "      properties: { name: v, description: d, vdu_profile:\n"
                  "        { min_number_of_instances: 1, max_number_of_instances: 3 } }\n"
                  "      artifacts:\n"
                  "        image: { type: tosca.artifacts.nfv.SwImage, file: 'https://x/i j' }\n",
         ": artifact https://x/i j: is no URI (RFC 3986)"},
        {VNF_NODE "    vdu:\n"
                  "      type: tosca.nodes.nfv.Vdu.Compute\n"
                  "      properties: { name: v, description: d, vdu_profile:\n"
                  "        { min_number_of_instances: 1, max_number_of_instances: 3 } }\n",
         ": feature: VDU without a software image (vdu) is not supported"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(mem) mem = mem_new("test");
        struct vnfd *vnfd = NULL;
        AUTO(err) e = vnfd_of(mem, cases[i].body, &vnfd);
        const char *text = e ? err_full(mem, e) : "";

        if (!strstr(text, cases[i].why)) {
            test_fail(__FILE__, __LINE__, "'%s' is not in: %s", cases[i].why, text);
        }
        CHECK(!vnfd);
    }
}

TEST(vnfd_levels_and_aspects_become_counts)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;
    const struct vnfd_flavour *flavour;

    REQUIRE_OK(
        vnfd_of(mem,
                VNF_NODE VDU_NODE
                "  policies:\n"
                "    - a: { type: tosca.policies.nfv.ScalingAspects, properties: { aspects:\n"
                "        { grow: { name: grow, description: d, max_scale_level: 2,\n"
                "          step_deltas: [ one ] } } } }\n"
                "    - b: { type: tosca.policies.nfv.VduScalingAspectDeltas, targets: [ vdu ],\n"
                "        properties: { aspect: grow, deltas: { one:\n"
                "          { number_of_instances: 1 } } } }\n"
                "    - c: { type: tosca.policies.nfv.VduInitialDelta, targets: [ vdu ],\n"
                "        properties: { initial_delta: { number_of_instances: 1 } } }\n"
                "    - d: { type: tosca.policies.nfv.InstantiationLevels, properties: { levels:\n"
                "        { small: { description: s }, large: { description: l, scale_info:\n"
                "          { grow: { scale_level: 2 } } } }, default_level: small } }\n",
                &vnfd));
    flavour = vnfd_flavour(vnfd, NULL);
    CHECK_INT(vnfd_instances(flavour, NULL, "vdu"), 1);
    CHECK_INT(vnfd_instances(flavour, "large", "vdu"), 3);
    CHECK_INT(flavour->aspects[0].max_level, 2);
    CHECK_INT(flavour->aspects[0].deltas[0].n, 1);
    CHECK_STR(flavour->vdus[0].image->hash, "ab");
    CHECK_INT(flavour->vdus[0].disk_gb, 3);
}

TEST(vnfd_steps_of_an_aspect_may_differ)
{
    static const struct vnfd_scale one[] = {{"burst", 1}}, three[] = {{"burst", 3}},
                                   large[] = {{"burst", INT64_MAX}};
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;
    const struct vnfd_flavour *flavour;

    REQUIRE_OK(
        vnfd_of(mem,
                VNF_NODE VDU_NODE
                "  policies:\n"
                "    - a: { type: tosca.policies.nfv.ScalingAspects, properties: { aspects:\n"
                "        { burst: { name: burst, description: d, max_scale_level: 3,\n"
                "          step_deltas: [ some, more, some ] } } } }\n"
                "    - b: { type: tosca.policies.nfv.VduScalingAspectDeltas, targets: [ vdu ],\n"
                "        properties: { aspect: burst, deltas: { some:\n"
                "          { number_of_instances: 1 }, more: { number_of_instances: 4 } } } }\n"
                "    - d: { type: tosca.policies.nfv.InstantiationLevels, properties: { levels:\n"
                "        { small: { description: s, scale_info: { burst: { scale_level: 1 } } } } } }\n",
                &vnfd));
    flavour = vnfd_flavour(vnfd, NULL);
    CHECK_INT(vnfd_scaled(flavour, NULL, 0, "vdu"), 0);
    CHECK_INT(vnfd_scaled(flavour, one, 1, "vdu"), 1);
    CHECK_INT(vnfd_scaled(flavour, three, 1, "vdu"), 6);
    CHECK_INT(vnfd_scaled(flavour, large, 1, "vdu"), 6);
    CHECK_INT(vnfd_scaled(flavour, three, 1, "other"), 0);
    CHECK_INT(vnfd_scale_of(flavour->levels[0].scales, flavour->levels[0].n_scales, "burst"), 1);
    CHECK_INT(vnfd_instances(flavour, "small", "vdu"), 2);
}

TEST(vnfd_connection_points_are_sorted_by_order)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;
    const struct vnfd_vdu *vdu;

    REQUIRE_OK(vnfd_of(mem,
                       VNF_NODE VDU_NODE
                       "    none: { type: tosca.nodes.nfv.VduCp, properties: { layer_protocols:\n"
                       "      [ ipv4 ] }, requirements: [ virtual_binding: vdu ] }\n"
                       "    second: { type: tosca.nodes.nfv.VduCp, properties: { layer_protocols:\n"
                       "      [ ipv4 ], order: 1 }, requirements: [ virtual_binding: vdu ] }\n"
                       "    first: { type: tosca.nodes.nfv.VduCp, properties: { layer_protocols:\n"
                       "      [ ipv4 ], order: 0 }, requirements: [ virtual_binding: vdu ] }\n",
                       &vnfd));
    vdu = &vnfd->flavours[0].vdus[0];
    REQUIRE(vdu->n_cps == 3);
    CHECK_STR(vdu->cps[0]->name, "first");
    CHECK_STR(vdu->cps[1]->name, "second");
    CHECK_STR(vdu->cps[2]->name, "none");
}

TEST(vnfd_features_that_are_not_supported_are_collected)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;
    struct err *e = vnfd_of(
        mem,
        VNF_NODE VDU_NODE "    disk: { type: tosca.nodes.nfv.Vdu.VirtualBlockStorage, properties:\n"
                          "      { virtual_block_storage_data: { size_of_storage: 1 GB } } }\n"
                          "    cp: { type: tosca.nodes.nfv.VduCp, properties: { layer_protocols:\n"
                          "      [ ipv4 ], trunk_mode: true, vnic_type: direct },\n"
                          "      requirements: [ virtual_binding: vdu ] }\n",
        &vnfd);
    const char *all = err_full(mem, e);

    CHECK(err_is(e, E_NOT_IMPLEMENTED));
    CHECK(strstr(all, "feature: virtual block storage (volume) (disk) is not supported"));
    CHECK(strstr(all, "feature: trunk_mode (cp)"));
    CHECK(strstr(all, "feature: vnic_type direct (cp)"));
    CHECK(!vnfd);
    err_ignore(e, "read");
}

TEST(vnfd_contradictions_are_invalid)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;

    CHECK_ERR_MSG(vnfd_of(mem,
                          VNF_NODE VDU_NODE "    cp: { type: tosca.nodes.nfv.VduCp,\n"
                                            "      properties: { layer_protocols: [ ipv4 ] } }\n",
                          &vnfd),
                  E_INVALID, "cp: virtual_binding names no VDU");
    CHECK_ERR_MSG(
        vnfd_of(mem,
                VNF_NODE VDU_NODE
                "  policies:\n"
                "    - d: { type: tosca.policies.nfv.InstantiationLevels, properties: { levels:\n"
                "        { a: { description: s } }, default_level: b } }\n",
                &vnfd),
        E_INVALID, "default_level b is none of the levels");
    CHECK_ERR_MSG(
        vnfd_of(mem,
                VNF_NODE VDU_NODE
                "  policies:\n"
                "    - l: { type: tosca.policies.nfv.VduInstantiationLevels, targets: [ vdu ],\n"
                "        properties: { levels: { a: { number_of_instances: 9 } } } }\n"
                "    - d: { type: tosca.policies.nfv.InstantiationLevels, properties: { levels:\n"
                "        { a: { description: s } } } }\n",
                &vnfd),
        E_INVALID, "9 instances of vdu, at most 3 allowed");
    CHECK_ERR_MSG(vnfd_of(mem, "topology_template: {}\n", &vnfd), E_INVALID, "this is no VNFD");
}

#define CP_OF_KIND(kind)                                                                           \
    VNF_NODE VDU_NODE "    cp:\n      type: tosca.nodes.nfv.VduCp\n      properties:\n"            \
                      "        layer_protocols: [ ipv4 ]\n"                                        \
                      "        virtual_network_interface_requirements:\n"                          \
                      "          - network_interface_requirements: { function_kind: " kind " }\n"  \
                      "            support_mandatory: true\n"                                      \
                      "      requirements: [ { virtual_binding: vdu } ]\n"

TEST(vnfd_says_which_functions_route)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;

    REQUIRE_OK(vnfd_of(mem, CP_OF_KIND("routed"), &vnfd));
    CHECK(vnfd->flavours[0].cps[0].routed);
    REQUIRE_OK(vnfd_of(mem, CP_OF_KIND("transparent"), &vnfd));
    CHECK(!vnfd->flavours[0].cps[0].routed);
    CHECK_ERR_MSG(vnfd_of(mem, CP_OF_KIND("router"), &vnfd), E_INVALID,
                  "cp: function_kind is transparent or routed");
}

/* The example's NSD with a piece of its text replaced. */
struct edit {
    const char *from, *to;
};

static struct err *
read_edited(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    AUTO_BUF out = BUF_INIT;

    TRY(read_example(NULL, mem, name, text, n));
    if (!str_eq(name, "web_through_firewall.yaml")) {
        return NULL;
    }
    for (const struct edit *edit = arg; edit->from; edit++) {
        const char *at = strstr(*text, edit->from);

        REQUIRE(at);
        buf_clear(&out);
        buf_add(&out, *text, (size_t)(at - *text));
        buf_str(&out, edit->to);
        buf_str(&out, at + strlen(edit->from));
        *text = buf_copy(mem, &out);
        *n = out.len;
    }
    return NULL;
}

#define OTHER_LINK                                                                                 \
    "  node_templates:\n"                                                                          \
    "    other: { type: tosca.nodes.nfv.NsVirtualLink, properties: { description: d,\n"            \
    "      connectivity_type: { layer_protocols: [ ipv4 ] }, vl_profile: {\n"                      \
    "        max_bitrate_requirements: { root: 1 }, min_bitrate_requirements: { root: 0 } } } }\n"
#define BEHIND_INSPECTOR "    inspector_out:\n      type: tosca.nodes.nfv.Forwarding\n" \
                         "      requirements:\n        - virtual_link: "

/* As if packets entered and left by one forwarding node. */
#define BOTH_BY_ONE                                                                                \
    {                                                                                              \
        "virtual_link_out: firewall_out", "virtual_link_out: firewall_in"                          \
    }
#define LEAVES_BY_OTHER "        - profile_element: firewall_out\n"

TEST(nsd_forwarding_node_of_two_connections_is_ingress_and_egress)
{
    static const struct edit edits[] = {BOTH_BY_ONE, {LEAVES_BY_OTHER, ""}, {0}};
    AUTO(mem) mem = mem_new("test");
    const struct nsd_element *element;
    struct tosca *tosca;
    struct nsd *nsd = NULL;

    REQUIRE_OK(tosca_parse(mem, read_edited, (void *)(uintptr_t)edits, "web_through_firewall.yaml",
                           &tosca));
    REQUIRE_OK(nsd_from_tosca(mem, tosca, &nsd));
    element = &nsd->graphs[0].paths[0].positions[0].elements[0];
    CHECK_STR(element->ingress.vnf, "firewall");
    CHECK_STR(element->ingress.requirement, "virtual_link_in");
    CHECK_STR(element->egress.requirement, "virtual_link_out");
}

#define POLICIES(text) {"  policies:\n", "  policies:\n" text}
#define WIDTH(levels)                                                                              \
    "    - width: { type: tosca.policies.nfv.NsScalingAspects, properties: { aspects: { w: {\n"     \
    "        name: w, description: d, ns_scale_levels: { " levels " } } } } }\n"
#define WIDTH_OF(name, aspect, numbers)                                                            \
    "    - " name ": { type: tosca.policies.nfv.VnfToLevelMapping, targets: [ firewall ],\n"        \
    "        properties: { aspect: " aspect ", number_of_instances: { " numbers " } } }\n"
#define SIZES(default_)                                                                            \
    "    - sizes: { type: tosca.policies.nfv.NsInstantiationLevels, properties: {\n"               \
    "        ns_levels: { s: { description: s }, m: { description: m } }" default_ " } }\n"
#define SIZES_OF(numbers)                                                                          \
    "    - counts: { type: tosca.policies.nfv.VnfToInstantiationLevelMapping,\n"                   \
    "        targets: [ firewall ], properties: { number_of_instances: { " numbers " } } }\n"
#define LEVEL(n) #n ": { description: d }"

static struct err *
nsd_edited(struct mem *mem, const struct edit *edits, struct nsd **nsd)
{
    struct tosca *tosca;

    *nsd = NULL;
    REQUIRE_OK(tosca_parse(mem, read_edited, (void *)(uintptr_t)edits,
                           "web_through_firewall.yaml", &tosca));
    return nsd_from_tosca(mem, tosca, nsd);
}

TEST(nsd_aspects_and_levels_say_how_many_instances)
{
    static const struct edit edits[] = {
        POLICIES(WIDTH(LEVEL(1) ", " LEVEL(2) ", " LEVEL(3)) WIDTH_OF("n", "w", "1: 1, 2: 2, 3: 3")
                     SIZES(", default_level: m") SIZES_OF("s: 1, m: 2")),
        {0}};
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;
    struct nsd *nsd, *read;

    REQUIRE_OK(nsd_edited(mem, edits, &nsd));
    jw_object(&w, NULL);
    nsd_write(&w, "nsd", nsd);
    jw_end(&w);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    REQUIRE_OK(nsd_read(mem, json_get(json, "nsd"), &read));
    for (int i = 0; i < 2; i++, nsd = read) {
        const struct nsd_aspect *aspect = nsd_aspect(nsd, "w");

        REQUIRE(aspect && nsd->n_levels == 2);
        CHECK_INT(aspect->min_level, 1);
        CHECK_INT(aspect->max_level, 3);
        CHECK_INT(nsd_aspect_instances(aspect, 3, "firewall"), 3);
        CHECK_INT(nsd_aspect_instances(aspect, 3, "web"), -1);
        CHECK_INT(nsd_instances(nsd, NULL, nsd_vnf(nsd, "firewall")), 2);
        CHECK_INT(nsd_instances(nsd, "s", nsd_vnf(nsd, "firewall")), 1);
        CHECK_INT(nsd_instances(nsd, "s", nsd_vnf(nsd, "web")), 1);
        CHECK_INT(nsd_aspect_level(nsd, aspect, "m"), 2);
    }
}

TEST(nsd_aspects_and_levels_that_contradict_are_refused)
{
    static const struct {
        struct edit edits[2];
        const char *why;
    } cases[] = {
        {{POLICIES(WIDTH(LEVEL(0) ", " LEVEL(2)))}, "aspect w: its levels have gaps"},
        {{POLICIES(WIDTH(LEVEL(x)))}, "aspect w: x is no level of 0 to 100"},
        {{POLICIES(WIDTH(LEVEL(0)) WIDTH_OF("n", "w", "1: 1"))}, "n: aspect w has no level 1"},
        {{POLICIES(WIDTH(LEVEL(0)) WIDTH_OF("n", "v", "0: 1"))},
         "n: the service has no scaling aspect v"},
        {{POLICIES(WIDTH(LEVEL(0)) WIDTH_OF("n", "w", "0: 4"))},
         "n: 4 instances of firewall, at most 3 are allowed"},
        {{POLICIES(WIDTH(LEVEL(0) ", " LEVEL(2) ", " LEVEL(02)))}, "aspect w: 02 is no level"},
        {{POLICIES(WIDTH(LEVEL(0)) WIDTH_OF("n", "w", "zero: 1"))}, "n: aspect w has no level zero"},
        {{POLICIES(WIDTH(LEVEL(0)) WIDTH_OF("n", "w", "0: 1") WIDTH_OF("m", "w", "0: 2"))},
         "m: level 0 of aspect w has a number of firewall already"},
        {{POLICIES(WIDTH(LEVEL(0) ", " LEVEL(1)) WIDTH_OF("n", "w", "0: 1"))},
         "n: no number of firewall at level 1 of aspect w"},
        {{POLICIES(SIZES(""))}, "sizes: several levels need a default_level"},
        {{POLICIES(SIZES(", default_level: l"))}, "sizes: default_level l is none of the levels"},
        {{POLICIES(SIZES(", default_level: s") SIZES_OF("l: 1"))},
         "counts: the service has no instantiation level l"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(mem) mem = mem_new("test");
        struct nsd *nsd;
        AUTO(err) e = nsd_edited(mem, cases[i].edits, &nsd);
        const char *text = e ? err_full(mem, e) : "";

        if (!strstr(text, cases[i].why) || !str_starts(text, "web_through_firewall.yaml:")) {
            test_fail(__FILE__, __LINE__, "'%s' is not in: %s", cases[i].why, text);
        }
        CHECK(!nsd);
    }
}

TEST(nsd_record_with_more_numbers_than_are_gone_through_is_refused)
{
    static const struct edit none[] = {{0}};
    static struct nsd_count steps[6000];
    struct nsd_aspect aspects[] = {{.name = "a", .steps = steps, .n_steps = 6000},
                                   {.name = "b", .steps = steps, .n_steps = 6000}};
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;
    struct nsd *nsd, *read;

    REQUIRE_OK(nsd_edited(mem, none, &nsd));
    for (size_t i = 0; i < 6000; i++) {
        steps[i].vnf = "firewall";
    }
    nsd->aspects = aspects;
    nsd->n_aspects = 2;
    nsd_write(&w, NULL, nsd);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    CHECK_ERR(nsd_read(mem, json, &read), E_INVALID);
    nsd->n_aspects = 1;
    buf_clear(&text);
    w = jw_to(&text);
    nsd_write(&w, NULL, nsd);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    CHECK_OK(nsd_read(mem, json, &read));
}

TEST(nsd_a_path_may_lead_over_several_links)
{
    static const struct edit edits[] = {{"  node_templates:\n", OTHER_LINK},
                                        {BEHIND_INSPECTOR "data", BEHIND_INSPECTOR "other"},
                                        {NULL, NULL}};
    AUTO(mem) mem = mem_new("test");
    struct nsd *nsd;
    const struct nsd_path *path;

    REQUIRE_OK(nsd_edited(mem, edits, &nsd));
    path = &nsd->graphs[0].paths[0];
    REQUIRE(path->n_positions == 2);
    CHECK_STR(nsd_link_of(nsd, &path->positions[1].elements[0].ingress)->name, "data");
    CHECK_STR(nsd_link_of(nsd, &path->positions[1].elements[0].egress)->name, "other");
}

TEST(nsd_features_that_nothing_follows_are_refused)
{
    static const struct {
        struct edit edits[3];
        const char *why;
    } cases[] = {
        {{{"protocol: tcp", "protocol: tcp\n          ether_source_address: '02:00:00:00:00:01'"}},
         "feature: NfpRule match on ether_source_address"},
        {{{"  policies:\n", "  policies:\n    - open: { type: "
                            "tosca.policies.nfv.NsSecurityGroupRule }\n"}},
         "feature: security group rules (open)"},
        {{{"virtual_link_in: inspector_in", "virtual_link_in: firewall_in"}, {LEAVES_BY_OTHER, ""}},
         "through_firewall: ingress and egress belong to different functions"},
        {{BOTH_BY_ONE, {"profile_element: firewall_out", "profile_element: inspector_in"}},
         "through_firewall.profile_element: \"inspector_in\" with the other profile_element makes "
         "3 "
         "connections, one or two may be"},
        {{BOTH_BY_ONE, {"virtual_link_in: inspector_in", "virtual_link_in: firewall_in"}},
         "through_firewall.profile_element: 3 connections lead to forwarding node \"firewall_in\", "
         "one or two may"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(mem) mem = mem_new("test");
        struct tosca *tosca;
        struct nsd *nsd = NULL;
        AUTO(err) e = NULL;
        const char *text;

        REQUIRE_OK(tosca_parse(mem, read_edited, (void *)(uintptr_t)cases[i].edits,
                               "web_through_firewall.yaml", &tosca));
        e = nsd_from_tosca(mem, tosca, &nsd);
        text = e ? err_full(mem, e) : "";
        if (!strstr(text, cases[i].why) || !str_starts(text, "web_through_firewall.yaml:")) {
            test_fail(__FILE__, __LINE__, "'%s' is not in: %s", cases[i].why, text);
        }
        CHECK(!nsd);
    }
}

/* ---- PNFDs ------------------------------------------------------------------------------ */

#define PNFD_HEAD                                                                                  \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                           \
    "imports: [ https://example.org/v3.3.1/etsi_nfv_sol001_pnfd_types.yaml ]\n"                    \
    "topology_template:\n  node_templates:\n"
#define PNFD_ROUTER                                                                                \
    "    router: { type: tosca.nodes.nfv.PNF, properties: { descriptor_id: router,\n"              \
    "      descriptor_invariant_id: routers, function_description: routes, provider: p,\n"         \
    "      version: '1', name: Router, geographical_location_info: { country_code: FR } } }\n"
#define PNFD_PORTS                                                                                 \
    "    inside: { type: tosca.nodes.nfv.PnfExtCp, properties: { description: d,\n"                \
    "      layer_protocols: [ ethernet, ipv4 ], role: leaf } }\n"                                  \
    "    outside: { type: tosca.nodes.nfv.PnfExtCp, properties: { layer_protocols: [ ipv4 ],\n"    \
    "      role: root } }\n"

TEST(pnfd_is_read_and_kept_as_a_record)
{
    static const char *const files[] = {"t.yaml", PNFD_HEAD PNFD_ROUTER PNFD_PORTS, NULL};
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;
    struct pnfd *pnfd, *read;
    struct tosca *tosca;

    REQUIRE_OK(parse_files(mem, files, &tosca));
    REQUIRE_OK(pnfd_from_tosca(mem, tosca, &pnfd));
    pnfd_write(&w, NULL, pnfd);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    REQUIRE_OK(pnfd_read(mem, json, &read));
    for (int i = 0; i < 2; i++, pnfd = read) {
        CHECK_STR(pnfd->descriptor_id, "router");
        CHECK_STR(pnfd->invariant_id, "routers");
        CHECK_STR(pnfd->name, "Router");
        CHECK_STR(pnfd->version, "1");
        CHECK_STR(pnfd->provider, "p");
        CHECK_STR(json_get_str(pnfd->location, "country_code"), "FR");
        REQUIRE(pnfd->n_cps == 2);
        CHECK_STR(pnfd->cps[0].name, "inside");
        CHECK_STR(pnfd->cps[0].description, "d");
        CHECK_STR(pnfd->cps[1].role, "root");
        REQUIRE(pnfd->cps[0].n_layer_protocols == 2);
        CHECK_STR(pnfd->cps[0].layer_protocols[1], "ipv4");
    }
}

TEST(pnfd_that_is_none_is_invalid)
{
    static const char *const other[] = {"t.yaml", PNFD_HEAD PNFD_PORTS, NULL};
    static const char *const half[] = {
        "t.yaml",
        PNFD_HEAD "    router: { type: tosca.nodes.nfv.PNF, properties: { name: Router } }\n", NULL};
    AUTO(mem) mem = mem_new("test");
    struct tosca *tosca;
    struct pnfd *pnfd;
    struct err *e;

    REQUIRE_OK(parse_files(mem, other, &tosca));
    CHECK_ERR(pnfd_from_tosca(mem, tosca, &pnfd), E_INVALID);
    e = parse_files(mem, half, &tosca);
    CHECK(strstr(err_full(mem, e), "descriptor_id"));
    err_free(e);
}

#define EDGE                                                                                       \
    "  node_templates:\n"                                                                          \
    "    edge: { type: tosca.nodes.nfv.PNF, properties: { descriptor_id: router,\n"                \
    "      descriptor_invariant_id: i, function_description: d, provider: p, version: '1',\n"      \
    "      name: n }, requirements: [ virtual_link: "

TEST(nsd_with_a_pnf_names_its_descriptor)
{
    static const struct edit edits[] = {{"  node_templates:\n", EDGE "data ] }\n"}, {0}};
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;
    struct nsd *nsd, *read;

    REQUIRE_OK(nsd_edited(mem, edits, &nsd));
    nsd_write(&w, NULL, nsd);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    REQUIRE_OK(nsd_read(mem, json, &read));
    for (int i = 0; i < 2; i++, nsd = read) {
        REQUIRE(nsd->n_pnfs == 1);
        CHECK_STR(nsd->pnfs[0].name, "edge");
        CHECK_STR(nsd->pnfs[0].pnfd_id, "router");
        REQUIRE(nsd->pnfs[0].n_connections == 1);
        CHECK_STR(nsd->pnfs[0].connections[0].link, "data");
    }
}

#define NESTED                                                                                     \
    "  node_templates:\n"                                                                          \
    "    inner: { type: tosca.nodes.nfv.NS, properties: { descriptor_id: other, invariant_id: i,\n" \
    "      designer: d, version: '1', name: n, flavour_id: small }, requirements: [ virtual_link: "

TEST(nsd_that_nests_another_names_it_and_its_links)
{
    static const struct edit edits[] = {
        {"  node_templates:\n", NESTED "data ] }\n"},
        {"    node_type: carrick.examples.WebThroughFirewall\n",
         "    node_type: carrick.examples.WebThroughFirewall\n"
         "    requirements: { virtual_link: [ client, external_virtual_link ] }\n"},
        {0}};
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;
    struct nsd *nsd, *read;

    REQUIRE_OK(nsd_edited(mem, edits, &nsd));
    nsd_write(&w, NULL, nsd);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    REQUIRE_OK(nsd_read(mem, json, &read));
    for (int i = 0; i < 2; i++, nsd = read) {
        REQUIRE(nsd->n_nested == 1);
        CHECK_STR(nsd->nested[0].name, "inner");
        CHECK_STR(nsd->nested[0].nsd_id, "other");
        CHECK_STR(nsd->nested[0].flavour_id, "small");
        REQUIRE(nsd->nested[0].n_connections == 1);
        CHECK_STR(nsd->nested[0].connections[0].link, "data");
        CHECK_STR(nsd_sap(nsd, "client")->requirement, "virtual_link");
    }
}

static struct err *
read_text(void *arg, struct mem *mem, const char *name, char **text, size_t *n)
{
    if (!str_eq(name, "nsd.yaml")) {
        return err_new(E_NOT_FOUND, NULL, "no %s", name);
    }
    *text = mem_str(mem, arg);
    *n = strlen(*text);
    return NULL;
}

/* Before the service's own node or behind it. */
TEST(nsd_that_nests_one_of_its_own_node_type_is_told_from_it)
{
    static const char before[] = "tosca_definitions_version: tosca_simple_yaml_1_3\n"
                                 "imports: [ etsi_nfv_sol001_nsd_types.yaml ]\n"
                                 "topology_template:\n"
                                 "  substitution_mappings: { node_type: tosca.nodes.nfv.NS }\n"
                                 "  node_templates:\n"
                                 "    net: { type: tosca.nodes.nfv.NsVirtualLink, properties: {\n"
                                 "      connectivity_type: { layer_protocols: [ ipv4 ] }, vl_profile: {\n"
                                 "      max_bitrate_requirements: { root: 1 },\n"
                                 "      min_bitrate_requirements: { root: 0 } } } }\n";
    static const char inner[] = "    inner: { type: tosca.nodes.nfv.NS, properties: { descriptor_id: other,\n"
                                "      invariant_id: i, designer: d, version: '1', name: n, flavour_id: f,\n"
                                "      ns_profile: { ns_instantiation_level: big, flavour_id: f,\n"
                                "      min_number_of_instances: 0, max_number_of_instances: 3 } },\n"
                                "      requirements: [ virtual_link: net ] }\n";
    static const char own[] = "    own: { type: tosca.nodes.nfv.NS, properties: { descriptor_id: service,\n"
                              "      invariant_id: i, designer: d, version: '1', name: n, flavour_id: f } }\n";

    for (int own_first = 0; own_first < 2; own_first++) {
        AUTO(mem) mem = mem_new("test");
        char *text = mem_printf(mem, "%s%s%s", before, own_first ? own : inner,
                                own_first ? inner : own);
        AUTO_BUF kept = BUF_INIT;
        struct jw w = jw_to(&kept);
        struct tosca *tosca;
        const struct json *json;
        struct nsd *nsd, *read;

        REQUIRE_OK(tosca_parse(mem, read_text, text, "nsd.yaml", &tosca));
        REQUIRE_OK(nsd_from_tosca(mem, tosca, &nsd));
        nsd_write(&w, NULL, nsd);
        REQUIRE_OK(json_parse(mem, kept.data, kept.len, &json));
        REQUIRE_OK(nsd_read(mem, json, &read));
        CHECK_STR(read->descriptor_id, "service");
        REQUIRE(read->n_nested == 1);
        CHECK_STR(read->nested[0].nsd_id, "other");
        CHECK_STR(read->nested[0].level, "big");
        CHECK_INT(nsd_nested_first(&read->nested[0]), 0);
        CHECK_INT(nsd_nested_max(&read->nested[0]), 3);
    }
}

TEST(nsd_has_a_path_through_a_nested_service_and_is_read_back)
{
    static const struct edit edits[] = {
        {"  node_templates:\n",
         "  node_templates:\n"
         "    inner: { type: tosca.nodes.nfv.NS, properties: { descriptor_id: other, invariant_id: i,\n"
         "      designer: d, version: '1', name: n, flavour_id: small },\n"
         "      requirements: [ virtual_link_1: inner_port ] }\n"
         "    inner_port: { type: tosca.nodes.nfv.Forwarding,\n"
         "      requirements: [ virtual_link: data ] }\n"},
        {"        - profile_element: firewall_in\n", "        - profile_element: inner_port\n"},
        {LEAVES_BY_OTHER, ""},
        {0}};
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF kept = BUF_INIT;
    struct jw w = jw_to(&kept);
    const struct json *json;
    struct nsd *nsd, *read;
    bool found = false;

    REQUIRE_OK(nsd_edited(mem, edits, &nsd));
    nsd_write(&w, NULL, nsd);
    REQUIRE_OK(json_parse(mem, kept.data, kept.len, &json));
    REQUIRE_OK(nsd_read(mem, json, &read));
    for (size_t i = 0; i < read->graphs[0].paths[0].n_positions; i++) {
        const struct nsd_cp_ref *ref = &read->graphs[0].paths[0].positions[i].elements[0].ingress;

        if (ref->nested) {
            CHECK_STR(ref->nested, "inner");
            CHECK_STR(ref->requirement, "virtual_link_1");
            CHECK(!ref->vnf);
            REQUIRE(nsd_link_of(read, ref));
            CHECK_STR(nsd_link_of(read, ref)->name, "data");
            found = true;
        }
    }
    CHECK(found);
}

TEST(nsd_has_a_path_through_a_pnf_and_is_read_back)
{
    static const struct edit edits[] = {
        {"  node_templates:\n", EDGE "edge_port ] }\n"
                                "    edge_port: { type: tosca.nodes.nfv.Forwarding,\n"
                                "      requirements: [ virtual_link: data ] }\n"},
        {"        - profile_element: firewall_in\n", "        - profile_element: edge_port\n"},
        {LEAVES_BY_OTHER, ""},
        {0}};
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF kept = BUF_INIT;
    struct jw w = jw_to(&kept);
    const struct json *json;
    struct nsd *nsd, *read;
    bool found = false;

    REQUIRE_OK(nsd_edited(mem, edits, &nsd));
    nsd_write(&w, NULL, nsd);
    REQUIRE_OK(json_parse(mem, kept.data, kept.len, &json));
    REQUIRE_OK(nsd_read(mem, json, &read));
    for (size_t i = 0; i < read->graphs[0].paths[0].n_positions; i++) {
        const struct nsd_cp_ref *ref = &read->graphs[0].paths[0].positions[i].elements[0].ingress;

        if (ref->pnf) {
            CHECK_STR(ref->pnf, "edge");
            CHECK(!ref->vnf && !ref->nested);
            REQUIRE(nsd_link_of(read, ref));
            CHECK_STR(nsd_link_of(read, ref)->name, "data");
            found = true;
        }
    }
    CHECK(found);
}
