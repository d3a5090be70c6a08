/* What a container's resolver is told. */
#include "agent/resolver.h"

#include "base/uuid.h"
#include "base/vec.h"
#include "test.h"

#include <string.h>

#define PROJECT "11111111111111111111111111111111"

static void
put(struct delta *delta, struct mem *mem, enum desired_kind kind, const char *text)
{
    const struct json *json;

    REQUIRE_OK(json_parse(mem, text, strlen(text), &json));
    CHECK_OK(delta_put(delta, kind, json));
}

/* A world with one port for each of these lists of addresses. */
static void
world_make(struct world *world, struct mem *mem, const char *const *addresses)
{
    struct delta *delta = delta_new(true, 1);

    put(delta, mem, DESIRED_network,
        mem_printf(mem, "{\"id\":\"%s\",\"project_id\":\"" PROJECT "\",\"vni\":1,\"mtu\":1450}",
                   uuid_from(mem, "n")));
    for (unsigned i = 0; addresses[i]; i++) {
        put(delta, mem, DESIRED_port,
            mem_printf(mem,
                       "{\"id\":\"%s\",\"network_id\":\"%s\",\"project_id\":\"" PROJECT
                       "\",\"mac\":\"fa:16:3e:00:00:%02x\",\"addresses\":[%s]}",
                       uuid_from(mem, mem_printf(mem, "port %u", i)), uuid_from(mem, "n"), i,
                       addresses[i]));
    }
    world_init(world);
    CHECK_OK(world_change(world, delta, false));
    delta_free(delta);
}

TEST(a_container_is_told_of_dns_what_a_lease_would_say)
{
    static const struct {
        const char *addresses[4], *text;
    } cases[] = {
        {{NULL}, ""},
        {{"{\"ip\":\"10.0.0.5\",\"prefix_len\":24}"},
         "nameserver 169.254.169.254\nsearch openstacklocal\n"},
        {{"{\"ip\":\"10.0.0.5\",\"prefix_len\":24,\"dhcp\":false,\"dns\":[\"192.0.2.53\"]}"}, ""},
        {{"{\"ip\":\"fd00::5\",\"prefix_len\":64}"}, ""},
        {{"{\"ip\":\"10.0.0.5\",\"prefix_len\":24,\"dns\":[\"192.0.2.53\"]}",
          "{\"ip\":\"10.1.0.5\",\"prefix_len\":24}",
          "{\"ip\":\"10.2.0.5\",\"prefix_len\":24,\"dns\":[\"192.0.2.53\",\"192.0.2.54\","
          "\"192.0.2.55\"]}"},
         "nameserver 192.0.2.53\nnameserver 169.254.169.254\nnameserver 192.0.2.54\n"
         "search openstacklocal\n"},
        {{"{\"ip\":\"10.0.0.5\",\"prefix_len\":24},"
          "{\"ip\":\"fd00::5\",\"prefix_len\":64,\"dns\":[\"2001:db8::53\"]}"},
         "nameserver 169.254.169.254\nnameserver 2001:db8::53\nsearch openstacklocal\n"},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct desired_server *server = row_new(mem, &desired_server_table);
        const char *ports[] = {uuid_from(mem, "port 0"), uuid_from(mem, "port 1"),
                               uuid_from(mem, "port 2"), uuid_from(mem, "none")};
        AUTO_BUF out = BUF_INIT;
        struct world world;

        world_make(&world, mem, cases[i].addresses);
        server->ports = (struct strs){.n = ARRAY_SIZE(ports), .items = ports};
        CHECK_INT(resolver_conf(&out, &world, server), *cases[i].text != 0);
        CHECK_STR(out.data ? out.data : "", cases[i].text);
        world_done(&world);
    }
}
