/* Day 0 and day 1 of a descriptor: what servers are told, scripts, and what is refused of both. */
#include "tosca/late.h"
#include "tosca/record.h"
#include "tosca_world.h"

#include "base/vec.h"
#include "sys/file.h"
#include "sys/process.h"
#include "tosca/check.h"

#include <string.h>
#include <unistd.h>

#define INPUTS                                                                                     \
    "topology_template:\n"                                                                         \
    "  inputs:\n"                                                                                  \
    "    who: { type: string, default: world }\n"                                                  \
    "    size: { type: integer }\n"                                                                \
    "  node_templates:\n"
#define VNF                                                                                        \
    "    vnf:\n"                                                                                   \
    "      type: tosca.nodes.nfv.VNF\n"                                                            \
    "      properties: { descriptor_id: a, descriptor_version: '1', provider: p,\n"                \
    "        product_name: n, software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ],\n"          \
    "        flavour_id: f, flavour_description: d }\n"
#define VDU(boot_data)                                                                             \
    "    vdu:\n"                                                                                   \
    "      type: tosca.nodes.nfv.Vdu.Compute\n"                                                    \
    "      properties: { name: v, description: d, vdu_profile:\n"                                  \
    "        { min_number_of_instances: 1, max_number_of_instances: 3 }" boot_data " }\n"          \
    "      capabilities: { virtual_compute: { properties: { virtual_cpu:\n"                        \
    "        { num_virtual_cpu: 1 }, virtual_memory: { virtual_mem_size: 1 GiB } } } }\n"          \
    "      artifacts: { image: { type: tosca.artifacts.nfv.SwImage, file: image,\n"                \
    "        properties: { name: i, version: '1', container_format: bare, disk_format: qcow2,\n"   \
    "          min_disk: 3 GB, size: 1 GB, checksum: { algorithm: sha-256, hash: AB } } } }\n"
#define CP(wanted)                                                                                 \
    "    cp: { type: tosca.nodes.nfv.VduCp, properties: { layer_protocols: [ ipv4 ],\n"            \
    "      virtual_network_interface_requirements: [ { support_mandatory: false,\n"                \
    "        network_interface_requirements: " wanted " } ] },\n"                                  \
    "      requirements: [ virtual_binding: vdu ] }\n"
#define CONTENT(text) ",\n        boot_data: { content_or_file_data: { content: " text " } }"
#define SCRIPTS(text) "      interfaces: { Vnflcm: " text " }\n"

static struct err *
vnfd_of(struct mem *mem, const char *body, struct vnfd **vnfd)
{
    struct tosca *tosca;

    *vnfd = NULL;
    TRY(parse_body(mem, "3.3.1", body, &tosca));
    return vnfd_from_tosca(mem, tosca, vnfd);
}

/* By way of the record, as operations get it. */
static const struct vnfd_flavour *
flavour_of(struct mem *mem, const char *body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;
    struct vnfd *vnfd;

    REQUIRE_OK(vnfd_of(mem, body, &vnfd));
    jw_object(&w, NULL);
    vnfd_write(&w, "descriptor", vnfd);
    jw_end(&w);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    REQUIRE_OK(vnfd_read(mem, json_get(json, "descriptor"), &vnfd));
    return &vnfd->flavours[0];
}

static const struct json *
json_of(struct mem *mem, const char *text)
{
    const struct json *json;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    return json;
}

TEST(boot_data_with_inputs_is_known_late)
{
    AUTO(mem) mem = mem_new("test");
    const struct vnfd_flavour *flavour =
        flavour_of(mem, INPUTS VNF VDU(CONTENT(
            "{ concat: [ 'hello ', { get_input: who }, ' ', { get_input: size }, ' ',\n"
            "          { join: [ [ a, { get_property: [ SELF, name ] } ], ',' ] }, ' ',\n"
            "          { get_property: [ vnf, modifiable_attributes, metadata, site ] } ] }")));
    const struct vnfd_vdu *vdu = &flavour->vdus[0];
    struct late_values values = {.inputs = json_of(mem, "{\"size\": 7}"),
                                 .metadata = json_of(mem, "{\"site\": \"x\"}")};
    const char *text;

    CHECK(!vdu->user_data);
    REQUIRE_OK(late_text(mem, vdu->boot_text, &values, &text));
    CHECK_STR(text, "hello world 7 a,v x");
    values.inputs = json_of(mem, "{\"size\": [1, 2], \"who\": \"you\\n\"}");
    REQUIRE_OK(late_text(mem, vdu->boot_text, &values, &text));
    CHECK_STR(text, "hello you\n [1,2] a,v x");
    CHECK_ERR_MSG(late_text(mem, vdu->boot_text, &(struct late_values){0}, &text), E_UNPROCESSABLE,
                  "input size has no value");
}

TEST(late_values_are_bounded)
{
    AUTO(mem) mem = mem_new("test");
    static const char late[] = "{\"concat\": [{\"input\": \"a\"}, {\"input\": \"a\"}]}";
    const size_t half = 32 << 10;
    const char *big = mem_printf(mem, "{\"a\": \"%0*d\"}", (int)half, 0),
               *bigger = mem_printf(mem, "{\"a\": \"%0*d\"}", (int)half + 1, 0), *text;

    REQUIRE_OK(late_text(mem, json_of(mem, late),
                         &(struct late_values){.inputs = json_of(mem, big)}, &text));
    CHECK_INT(strlen(text), 2 * half);
    CHECK_ERR_MSG(late_text(mem, json_of(mem, late),
                            &(struct late_values){.inputs = json_of(mem, bigger)}, &text),
                  E_UNPROCESSABLE, "its values make more than 65536 bytes");
}

TEST(boot_data_without_inputs_is_known_at_once)
{
    AUTO(mem) mem = mem_new("test");
    const struct vnfd_vdu *vdu =
        &flavour_of(mem, INPUTS VNF VDU(",\n        boot_data: { vim_specific_properties:\n"
                                        "          { vim_type: o, properties: { config_drive: 'true' } },\n"
                                        "          content_or_file_data: { content:\n"
                                        "            { concat: [ 'a', { get_property: [ SELF, name ] } ] } } }"))
             ->vdus[0];

    CHECK_STR(vdu->user_data, "av");
    CHECK(!vdu->boot_text);
    CHECK(vdu->config_drive);
}

#define OF_TYPE(text)                                                                              \
    "node_types:\n"                                                                                \
    "  x.Base: { derived_from: tosca.nodes.nfv.VNF, interfaces: { Vnflcm: {\n"                     \
    "    type: tosca.interfaces.nfv.Vnflcm, operations: { heal_end: base.sh, scale_end: {\n"       \
    "      implementation: { primary: base.sh, timeout: 5 } } } } } }\n"                           \
    "  x.Vnf: { derived_from: x.Base, interfaces: { Vnflcm: " text " } }\n"

/* A VNF of type x.Vnf. */
static const char *
typed(struct mem *mem, const char *types, const char *more)
{
    const char *vnf = VNF, *type = "tosca.nodes.nfv.VNF", *at = strstr(vnf, type);

    return mem_printf(mem, "%s" INPUTS "%.*sx.Vnf%s%s" VDU("") CP("{ management: ssh }"), types,
                      (int)(at - vnf), vnf, at + strlen(type), more);
}

static const char *
of_type(struct mem *mem, const char *interface)
{
    return typed(mem, mem_printf(mem, OF_TYPE("%s"), interface), SCRIPTS("{ heal_end: mine.sh }"));
}

/* What is nearer to the node goes before. */
TEST(scripts_of_a_node_type_are_those_of_its_nodes)
{
    AUTO(mem) mem = mem_new("test");
    const struct vnfd_flavour *flavour = flavour_of(
        mem, of_type(mem, "{ operate_end: { implementation: { primary: near.sh, timeout: 6 } },\n"
                          "    heal_end: { implementation: { primary: near.sh, timeout: 6 } } }"));

    CHECK_INT(flavour->n_scripts, 3);
    REQUIRE(vnfd_script(flavour, "heal_end") && vnfd_script(flavour, "operate_end") &&
            vnfd_script(flavour, "scale_end"));
    CHECK_INT(vnfd_script(flavour, "heal_end")->timeout_s, 300);
    CHECK_INT(vnfd_script(flavour, "operate_end")->timeout_s, 6);
    CHECK_INT(vnfd_script(flavour, "scale_end")->timeout_s, 5);
    CHECK_ERR_MSG(vnfd_of(mem, of_type(mem, "{ instantiate: a.sh }"), &(struct vnfd *){NULL}),
                  E_NOT_IMPLEMENTED, "LCM script (instantiate of interface Vnflcm)");
}

TEST(scripts_are_read_with_their_inputs)
{
    AUTO(mem) mem = mem_new("test");
    const struct vnfd_flavour *flavour = flavour_of(
        mem, INPUTS VNF SCRIPTS("{ inputs: { all: one, mine: two },\n"
                                "        instantiate_end: a.sh, heal_end: { implementation: { primary: b.sh,\n"
                                "          timeout: 7 }, inputs: { mine: { get_input: size } } } }")
                 VDU("") CP("{ management: ssh, management_user: admin, management_port: '2222' }"));
    const struct vnfd_script *script = vnfd_script(flavour, "heal_end");
    const char *text;

    CHECK_INT(flavour->n_scripts, 2);
    REQUIRE(script && vnfd_script(flavour, "instantiate_end"));
    CHECK_INT(script->timeout_s, 7);
    CHECK_STR(json_get_str(script->inputs, "all"), "one");
    REQUIRE_OK(late_text(mem, json_get(script->inputs, "mine"),
                         &(struct late_values){.inputs = json_of(mem, "{\"size\": 3}")}, &text));
    CHECK_STR(text, "3");
    CHECK_STR(json_get_str(vnfd_script(flavour, "instantiate_end")->inputs, "mine"), "two");
    CHECK_STR(flavour->cps[0].management_user, "admin");
    CHECK_INT(flavour->cps[0].management_port, 2222);
    CHECK(!vnfd_script(flavour, "scale_end"));
}

/* What a child that read a hostile package might say instead. */
TEST(scripts_of_a_record_are_held_against_what_a_descriptor_may_say)
{
    static const struct {
        const char *in, *instead, *why;
    } cases[] = {
        {"{\"all\":\"one\"}", "[\"one\"]", "its inputs are no object"},
        {"{\"all\":\"one\"}", "7", "its inputs are no object"},
        {"{\"all\":\"one\"}", "{\"a;id;b\":\"one\"}", "no variable of a shell"},
        {"{\"all\":\"one\"}", "{\"CARRICK_VNFC\":\"one\"}", "no variable of a shell"},
        {"\"timeout_s\":300", "\"timeout_s\":1125899906842624", "its timeout is out of range"},
        {"\"timeout_s\":300", "\"timeout_s\":0", "its timeout is out of range"},
        {"\"management_port\":22", "\"management_port\":65558", "cp: management_port 65558"},
        {"\"management_port\":22", "\"management_port\":-1", "cp: management_port -1"},
        {"{\"all\":\"one\"}", "null", NULL},
    };
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct vnfd *vnfd;

    REQUIRE_OK(vnfd_of(mem, INPUTS VNF SCRIPTS("{ inputs: { all: one }, heal_end: a.sh }") VDU("")
                                CP("{ management: ssh }"), &vnfd));
    vnfd_write(&w, NULL, vnfd);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *at = strstr(text.data, cases[i].in), *record;
        AUTO(err) e = NULL;

        REQUIRE(at);
        record = mem_printf(mem, "%.*s%s%s", (int)(at - text.data), text.data, cases[i].instead,
                            at + strlen(cases[i].in));
        e = vnfd_read(mem, json_of(mem, record), &vnfd);
        CHECK(!e == !cases[i].why && (!e || strstr(e->message, cases[i].why)));
    }
}

TEST(scripts_that_nothing_runs_are_refused)
{
    static const struct {
        const char *body, *why;
    } cases[] = {
        {INPUTS VNF SCRIPTS("{ instantiate_start: a.sh }") VDU("") CP("{ management: ssh }"),
         "feature: LCM script (instantiate_start of interface Vnflcm), at which there is no server to run "
         "it at, is not supported"},
        {INPUTS VNF SCRIPTS("{ terminate_end: a.sh }") VDU("") CP("{ management: ssh }"),
         "(terminate_end of interface Vnflcm), at which there is no server"},
        {INPUTS VNF SCRIPTS("{ instantiate: a.sh }") VDU("") CP("{ management: ssh }"),
         "feature: LCM script (instantiate of interface Vnflcm) is not supported"},
        {INPUTS VNF SCRIPTS("{ reboot_end: a.sh }") VDU("") CP("{ management: ssh }"),
         "vnf.Vnflcm: tosca.interfaces.nfv.Vnflcm has no operation reboot_end"},
        {INPUTS VNF SCRIPTS("{ heal_end: a.sh }") VDU("") CP("{ port_security: disabled }"),
         "feature: scripts of a VNF none of whose connection points says management: ssh"},
        {INPUTS VNF SCRIPTS("{ heal_end: a.sh, operations: { heal_end: b.sh } }") VDU("")
             CP("{ management: ssh }"),
         "heal_end has a script already"},
        {INPUTS VNF SCRIPTS("{ heal_end: a.sh }, other: { type: tosca.interfaces.nfv.Vnflcm, heal_end: b.sh }")
             VDU("") CP("{ management: ssh }"),
         "heal_end has a script already"},
        {INPUTS VNF VDU("") CP("{ management: telnet }"), "cp: management is ssh"},
        {INPUTS VNF SCRIPTS("{ heal_end: { implementation: { primary: a.sh, dependencies: [ b ] } } }")
             VDU("") CP("{ management: ssh }"),
         "feature: files besides a script (vnf) is not supported"},
        {INPUTS VNF SCRIPTS("{ heal_end: { implementation: { primary: a.sh, timeout: 0 } } }")
             VDU("") CP("{ management: ssh }"),
         "timeout is 1 to 3600 seconds"},
        {INPUTS VNF SCRIPTS("{ heal_end: { implementation: a.sh, inputs: { 'a;b': c } } }") VDU("")
             CP("{ management: ssh }"),
         "named as variables that a shell leaves to scripts"},
        {INPUTS VNF SCRIPTS("{ heal_end: { implementation: a.sh, inputs: { UID: c } } }") VDU("")
             CP("{ management: ssh }"),
         "named as variables that a shell leaves to scripts"},
        {INPUTS VNF SCRIPTS("{ heal_end: { implementation: a.sh, inputs: { carrick_script: c } } }")
             VDU("") CP("{ management: ssh }"),
         "named as variables that a shell leaves to scripts"},
        {INPUTS VNF SCRIPTS("{ heal_end: { implementation: a.sh, inputs: { a: { b: c } } } }") VDU("")
             CP("{ management: ssh }"),
         "only text and functions that give text"},
        {INPUTS VNF VDU(CONTENT("{ get_attribute: [ SELF, x ] }")),
         "feature: function get_attribute here is not supported"},
        {INPUTS VNF VDU(CONTENT("{ get_property: [ SELF, nsh ] }")), "has no value that is known"},
        {INPUTS VNF VDU(",\n        boot_data: { kvp_data: { data: { a: b } } }"),
         "feature: boot data as pairs of keys and values (vdu) is not supported"},
        {INPUTS VNF VDU(",\n        boot_data: { content_or_file_data: { content: a,\n"
                        "          destination_path: /etc/a } }"),
         "feature: boot data as a file of the server (vdu) is not supported"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(mem) mem = mem_new("test");
        struct vnfd *vnfd;
        AUTO(err) e = vnfd_of(mem, cases[i].body, &vnfd);
        const char *text = e ? err_full(mem, e) : "";

        if (!strstr(text, cases[i].why)) {
            test_fail(__FILE__, __LINE__, "'%s' is not in: %s", cases[i].why, text);
        }
    }
}

/* A package with a script and boot data in files. */
static struct err *
with_files(struct mem *mem, const char *script, struct vnfd **vnfd)
{
    struct entry entries[GOOD_ENTRIES + 2];
    struct package *pkg;
    const char *extra = mem_printf(mem,
                                   "\nSource: Scripts/a.sh\nAlgorithm: SHA-256\nHash: %s\n"
                                   "\nSource: Files/boot\nAlgorithm: SHA-256\nHash: %s\n",
                                   text_sha256(mem, script), text_sha256(mem, "#cloud-config\n"));
    const char *body = "    vnf:\n", *add = "      interfaces: { Vnflcm: { heal_end: { implementation: ../Scripts/a.sh } } }\n"
                       "      type", *at, *name, *made;
    char *manifest;

    good_package(mem, entries, extra);
    entries[GOOD_ENTRIES] = (struct entry){.name = "Scripts/a.sh", .data = script};
    entries[GOOD_ENTRIES + 1] = (struct entry){.name = "Files/boot", .data = "#cloud-config\n"};
    at = strstr(entries[2].data, body) + strlen(body);
    name = strstr(at, "name: vdu,");
    made = mem_printf(mem, "%.*s%s%.*s boot_data: { content_or_file_data: { source_path: ../Files/boot } }, %s"
                      CP("{ management: ssh }"),
                      (int)(at - entries[2].data), entries[2].data, add,
                      (int)(name - at) - (int)strlen("      type"), at + strlen("      type"), name);
    manifest = mem_str(mem, entries[1].data);
    memcpy(strstr(manifest, text_sha256(mem, entries[2].data)), text_sha256(mem, made), 64);
    entries[1].data = manifest;
    entries[2].data = made;
    TRY(package_open(mem, zip_write(mem, "p.csar", GOOD_ENTRIES + 2, entries), NULL, &pkg));
    return vnfd_from_package(mem, pkg, vnfd);
}

/* As its users make it, of an image that nobody starts. */
TEST(example_that_is_configured_passes_the_check)
{
    AUTO(mem) mem = mem_new("test");
    const char *image = mem_printf(mem, "%s/debian.qcow2", test_dir());
    const struct process_spec spec = {
        .argv = process_argv(mem, TESTS_DIR "/../examples/configured-web/build", image, test_dir(), NULL),
        .stderr_fd = STDERR_FILENO};
    char *argv[] = {mem_str(mem, "check"), mem_printf(mem, "%s/configured-web.csar", test_dir()), NULL};
    struct package *pkg;
    struct vnfd *vnfd;

    if (access("/usr/bin/zip", X_OK) != 0) {
        SKIP("there is no zip");
    }
    REQUIRE_OK(file_write(image, "QFI\xfb", 4, 0644));
    REQUIRE_OK(process_run(mem, &spec, NULL, 60000 * test_patience(), NULL));
    CHECK_INT(package_check_main(2, argv), 0);
    REQUIRE_OK(package_open(mem, argv[1], NULL, &pkg));
    REQUIRE_OK(vnfd_from_package(mem, pkg, &vnfd));
    CHECK_INT(vnfd->flavours[0].n_scripts, 4);
    CHECK(vnfd->flavours[0].vdus[0].boot_text && vnfd->flavours[0].vdus[0].config_drive);
    CHECK_STR(vnfd->flavours[0].cps[0].management_user, "debian");
}

TEST(scripts_and_boot_data_are_files_of_the_package)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd *vnfd;

    REQUIRE_OK(with_files(mem, "#!/bin/sh\ntrue\n", &vnfd));
    CHECK_STR(vnfd->flavours[0].scripts[0].text, "#!/bin/sh\ntrue\n");
    CHECK_STR(vnfd->flavours[0].vdus[0].user_data, "#cloud-config\n");
    CHECK_ERR_MSG(with_files(mem, "\xff\xfe", &vnfd), E_INVALID, "is no text");
}

/* ---- indicators ------------------------------------------------------------------------------ */

/* With so many indicators, the last one's name of so many bytes. */
static struct err *
with_indicators(struct mem *mem, int n, int n_name, struct vnfd **vnfd)
{
    AUTO_BUF names = BUF_INIT;

    for (int i = 1; i < n; i++) {
        buf_printf(&names, "i%d: {}, ", i);
    }
    return vnfd_of(mem, typed(mem, mem_printf(mem,
                   "interface_types:\n"
                   "  x.Gauge: { derived_from: tosca.interfaces.nfv.VnfIndicator, notifications: { %sa%0*d: {} } }\n"
                   "node_types:\n"
                   "  x.Vnf: { derived_from: tosca.nodes.nfv.VNF, interfaces: { VnfIndicator: { type: x.Gauge } } }\n",
                   str_or(buf_copy(mem, &names), ""), n_name - 1, 0), ""), vnfd);
}

TEST(indicators_of_a_vnfd_are_bounded)
{
    AUTO(mem) mem = mem_new("test");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct vnfd *vnfd;

    CHECK_ERR_MSG(with_indicators(mem, 1, 256, &vnfd), E_INVALID, "with names of up to 255 bytes");
    CHECK_ERR_MSG(with_indicators(mem, 101, 20, &vnfd), E_INVALID, "at most 100");
    REQUIRE_OK(with_indicators(mem, 100, 255, &vnfd));
    CHECK_INT(vnfd->n_indicators, 100);
    vnfd->indicators[0].name = mem_printf(mem, "%0256d", 0);
    vnfd_write(&w, NULL, vnfd);
    CHECK_ERR_MSG(vnfd_read(mem, json_of(mem, buf_copy(mem, &text)), &vnfd), E_INVALID,
                  "the name of an indicator is too long");
}
