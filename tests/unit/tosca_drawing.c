/* Pictures of descriptors: what stands in them, and names that would break them. */
#include "tosca/drawing.h"
#include "test.h"

#include <string.h>

#define HOSTILE "a\"];\nx [label=\\\""

TEST(a_vnf_is_drawn_with_its_parts_links_and_connection_points)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd_storage disk = {.name = "disk", .size = (uint64_t)3 << 30}, *disks[] = {&disk};
    struct vnfd_cp inner = {.name = "mgmt_cp", .vdu = "vdu", .link = "net"};
    struct vnfd_cp outer = {.name = "in_cp", .vdu = "vdu", .external = "virtual_link_in"};
    struct vnfd_cp *cps[] = {&inner, &outer}, all[] = {inner, outer};
    struct vnfd_image image = {.name = "alpine"};
    struct vnfd_vdu vdu = {.name = "vdu", .min_instances = 1, .max_instances = 3, .vcpus = 2,
                           .memory_mb = 512, .image = &image, .n_cps = 2, .cps = cps,
                           .n_storages = 1, .storages = disks};
    struct vnfd_link net = {.name = "net", .cidr = "10.0.0.0/24"};
    struct vnfd_ext_cp ext[] = {{.name = "in_cp", .requirement = "virtual_link_in", .cp = "in_cp"},
                                {.name = "net_cp", .link = "net"}};
    struct vnfd_flavour flavour = {.id = "small", .n_vdus = 1, .vdus = &vdu, .n_links = 1,
                                   .links = &net, .n_cps = 2, .cps = all, .n_ext_cps = 2,
                                   .ext_cps = ext};
    struct vnfd vnfd = {.product_name = "Firewall", .software_version = "1.0", .n_flavours = 1,
                        .flavours = &flavour};
    const char *text = drawing_of_vnfd(mem, &vnfd);

    CHECK(strstr(text, "label=\"Firewall 1.0\""));
    CHECK(strstr(text, "[label=\"vdu\\n2 vCPU, 512 MiB\\nalpine\\n1 to 3 instances\"]"));
    CHECK(strstr(text, "\"small/vdu/vdu\" -- \"small/link/net\" [label=\"mgmt_cp\"]"));
    CHECK(strstr(text, "\"small/vdu/vdu\" -- \"small/storage/disk\""));
    CHECK(strstr(text, "label=\"disk\\n3 GiB\""));
    CHECK(strstr(text, "\"small/cp/in_cp\" -- \"small/vdu/vdu\" [label=\"in_cp\"]"));
    CHECK(strstr(text, "\"small/cp/net_cp\" -- \"small/link/net\""));
}

TEST(names_do_not_break_out_of_a_picture)
{
    AUTO(mem) mem = mem_new("test");
    struct nsd_vnf vnf = {.name = HOSTILE, .node_type = "t"};
    struct nsd nsd = {.name = HOSTILE, .version = "1", .n_vnfs = 1, .vnfs = &vnf};
    const char *text = drawing_of_nsd(mem, &nsd);
    bool quoted = false;

    /* Outside of quotes stands only the language itself. */
    for (const char *at = text; *at; at++) {
        if (quoted && *at == '\\') {
            at++;
        } else if (*at == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            CHECK(*at != 'x' || !strncmp(at, "x,", 2) || !strncmp(at, "x]", 2));
        }
    }
    CHECK(!quoted);
}

TEST(each_forwarding_path_of_a_service_leads_from_function_to_function)
{
    AUTO(mem) mem = mem_new("test");
    struct nsd_vnf vnfs[] = {{.name = "a", .node_type = "t"}, {.name = "b", .node_type = "t"},
                             {.name = "c", .node_type = "t"}};
    struct nsd_element first = {.ingress = {.sap = "s"}, .egress = {.sap = "s"}};
    struct nsd_element spread[] = {{.ingress = {.vnf = "a"}, .egress = {.vnf = "a"}},
                                   {.ingress = {.vnf = "b"}, .egress = {.vnf = "b"}}};
    struct nsd_element last = {.ingress = {.vnf = "c"}, .egress = {.vnf = "c"}};
    struct nsd_position positions[] = {{.n_elements = 1, .elements = &first},
                                       {.n_elements = 2, .elements = spread},
                                       {.n_elements = 1, .elements = &last}};
    struct nsd_path path = {.name = "web", .n_positions = 3, .positions = positions};
    struct nsd_graph graph = {.n_paths = 1, .paths = &path};
    struct nsd nsd = {.name = "n", .version = "1", .n_vnfs = 3, .vnfs = vnfs, .n_graphs = 1,
                      .graphs = &graph};
    const char *text = drawing_of_nsd(mem, &nsd);

    CHECK(strstr(text, "\"/sap/s\" -- \"/vnf/a\" [dir=forward"));
    CHECK(strstr(text, "\"/sap/s\" -- \"/vnf/b\" [dir=forward"));
    CHECK(strstr(text, "\"/vnf/a\" -- \"/vnf/c\" [dir=forward"));
    CHECK(strstr(text, "\"/vnf/b\" -- \"/vnf/c\" [dir=forward"));
    CHECK(!strstr(text, "\"/vnf/a\" -- \"/vnf/b\""));
}

TEST(a_pnf_is_drawn_with_its_connection_points_and_within_a_service)
{
    AUTO(mem) mem = mem_new("test");
    struct pnfd_cp cp = {.name = "inside"};
    struct pnfd pnfd = {.name = "Router", .version = "1", .provider = "p", .n_cps = 1, .cps = &cp};
    struct nsd_connection connection = {.requirement = "virtual_link", .link = "data"};
    struct nsd_pnf pnf = {.name = "edge", .pnfd_id = "r", .n_connections = 1,
                          .connections = &connection};
    struct nsd nsd = {.name = "n", .version = "1", .n_pnfs = 1, .pnfs = &pnf};
    const char *text = drawing_of_pnfd(mem, &pnfd);

    CHECK(strstr(text, "label=\"Router 1\""));
    CHECK(strstr(text, "\"/pnf/Router\" -- \"/cp/inside\""));
    CHECK(strstr(drawing_of_nsd(mem, &nsd),
                 "\"/pnf/edge\" -- \"/link/data\" [label=\"virtual_link\"]"));
}
