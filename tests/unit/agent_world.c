/* The agent's desired state: whole changes, references, and the brake. */
#include "agent/world.h"

#include "base/uuid.h"
#include "test.h"

#include <string.h>

#define PROJECT "11111111111111111111111111111111"

static struct err *
put(struct delta *delta, enum desired_kind kind, const char *text)
{
    AUTO(mem) mem = mem_new("test");
    const struct json *json;

    TRY(json_parse(mem, text, strlen(text), &json));
    return delta_put(delta, kind, json);
}

static const char *
network(struct mem *mem, const char *name, int vni)
{
    return mem_printf(mem,
                      "{\"id\":\"%s\",\"project_id\":\"" PROJECT "\",\"vni\":%d,\"mtu\":1450}",
                      uuid_from(mem, name), vni);
}

static const char *
port(struct mem *mem, const char *name, const char *on)
{
    return mem_printf(mem,
                      "{\"id\":\"%s\",\"network_id\":\"%s\",\"project_id\":\"" PROJECT
                      "\",\"mac\":\"fa:16:3e:00:00:01\"}",
                      uuid_from(mem, name), uuid_from(mem, on));
}

TEST(a_change_is_made_whole_or_not_at_all)
{
    AUTO(mem) mem = mem_new("test");
    struct delta *delta = delta_new(true, 1);
    struct world world;

    world_init(&world);
    CHECK_OK(put(delta, DESIRED_network, network(mem, "n", 1)));
    CHECK_OK(put(delta, DESIRED_port, port(mem, "p", "n")));
    CHECK_OK(world_change(&world, delta, false));
    delta_free(delta);
    CHECK_INT(world_count(&world, DESIRED_port), 1);

    delta = delta_new(false, 2);
    CHECK_OK(put(delta, DESIRED_port, port(mem, "q", "n")));
    CHECK_OK(put(delta, DESIRED_port, port(mem, "r", "nowhere")));
    CHECK_ERR_MSG(world_change(&world, delta, false), E_INVALID, "not there");
    delta_free(delta);
    CHECK_INT(world_count(&world, DESIRED_port), 1);

    delta = delta_new(false, 3);
    delta_delete(delta, DESIRED_network, uuid_from(mem, "n"));
    CHECK_ERR(world_change(&world, delta, false), E_INVALID);
    delta_delete(delta, DESIRED_port, uuid_from(mem, "p"));
    CHECK_OK(world_change(&world, delta, false));
    delta_free(delta);
    CHECK_INT(world_count(&world, DESIRED_network), 0);
    world_done(&world);
}

TEST(the_last_word_on_an_object_counts)
{
    AUTO(mem) mem = mem_new("test");
    struct delta *delta = delta_new(false, 1);
    const struct desired_network *n;
    struct world world;

    world_init(&world);
    CHECK_OK(put(delta, DESIRED_network, network(mem, "n", 1)));
    delta_delete(delta, DESIRED_network, uuid_from(mem, "n"));
    CHECK_OK(put(delta, DESIRED_network, network(mem, "n", 2)));
    CHECK_OK(put(delta, DESIRED_network, network(mem, "n", 3)));
    CHECK_OK(world_change(&world, delta, false));
    delta_free(delta);
    n = world_find(&world, DESIRED_network, uuid_from(mem, "n"));
    REQUIRE(n);
    CHECK_INT(n->vni, 3);
    delta = delta_new(false, 2);
    CHECK_OK(put(delta, DESIRED_network, network(mem, "n", 4)));
    delta_delete(delta, DESIRED_network, uuid_from(mem, "n"));
    CHECK_OK(world_change(&world, delta, false));
    delta_free(delta);
    CHECK(!world_find(&world, DESIRED_network, uuid_from(mem, "n")));
    world_done(&world);
}

TEST(most_of_what_there_is_goes_only_with_the_word_for_it)
{
    AUTO(mem) mem = mem_new("test");
    struct delta *delta = delta_new(true, 1);
    struct world world;

    world_init(&world);
    for (int i = 0; i < 20; i++) {
        CHECK_OK(put(delta, DESIRED_network, network(mem, mem_printf(mem, "n%d", i), i + 1)));
    }
    CHECK_OK(world_change(&world, delta, false));
    delta_free(delta);
    delta = delta_new(true, 2);
    for (int i = 0; i < 9; i++) {
        CHECK_OK(put(delta, DESIRED_network, network(mem, mem_printf(mem, "n%d", i), i + 1)));
    }
    CHECK_ERR_MSG(world_change(&world, delta, false), E_CONFLICT, "11 of 20 networks");
    CHECK_INT(world_count(&world, DESIRED_network), 20);
    CHECK_OK(world_change(&world, delta, true));
    delta_free(delta);
    CHECK_INT(world_count(&world, DESIRED_network), 9);
    world_done(&world);
}
