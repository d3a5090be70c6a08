/* The agent's desired state: whole changes, references, and the brake. */
#include "agent/world.h"

#include "base/time.h"
#include "base/uuid.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
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

/* ---- changes at random, against looking at all ------------------------------------------------ */

#define NETS 2
#define PORTS 3
#define CHAINS 4
#define NONE (-1)

/* What there is: port -> its network, chain -> its network, the chain before it, its port. */
struct model {
    bool nets[NETS];
    int ports[PORTS];
    struct {
        int net, after, port;
    } chains[CHAINS];
};

static bool
model_holds(const struct model *m)
{
    for (int i = 0; i < PORTS; i++) {
        if (m->ports[i] != NONE && !m->nets[m->ports[i]]) {
            return false;
        }
    }
    for (int i = 0; i < CHAINS; i++) {
        int after = m->chains[i].after;

        if (m->chains[i].net == NONE) {
            continue;
        }
        if (!m->nets[m->chains[i].net] || m->ports[m->chains[i].port] == NONE ||
            (after != NONE && m->chains[after].net == NONE)) {
            return false;
        }
    }
    return true;
}

static const char *
chain(struct mem *mem, int i, int net, int after, int p)
{
    const char *id = uuid_from(mem, mem_printf(mem, "p%d", p));

    return mem_printf(
        mem,
        "{\"id\":\"%s\",\"network_id\":\"%s\",\"project_id\":\"" PROJECT "\",\"after\":%s,"
        "\"hops\":[{\"group_id\":\"%s\",\"instances\":[{\"id\":\"%s\",\"ingress_port_id\":"
        "\"%s\",\"egress_port_id\":\"%s\"}]}]}",
        uuid_from(mem, mem_printf(mem, "c%d", i)), uuid_from(mem, mem_printf(mem, "n%d", net)),
        after == NONE ? "null"
                      : mem_printf(mem, "\"%s\"", uuid_from(mem, mem_printf(mem, "c%d", after))),
        uuid_from(mem, "g"), uuid_from(mem, "i"), id, id);
}

static void
model_edit(struct mem *mem, struct model *m, struct delta *delta, unsigned *seed)
{
    int i = rand_r(seed) % CHAINS, net = rand_r(seed) % NETS;
    bool there = rand_r(seed) % 3;

    switch (rand_r(seed) % 3) {
    case 0:
        i = i % NETS;
        m->nets[i] = there;
        if (there) {
            CHECK_OK(put(delta, DESIRED_network, network(mem, mem_printf(mem, "n%d", i), i + 1)));
        } else {
            delta_delete(delta, DESIRED_network, uuid_from(mem, mem_printf(mem, "n%d", i)));
        }
        break;
    case 1:
        i = i % PORTS;
        m->ports[i] = there ? net : NONE;
        if (there) {
            CHECK_OK(put(delta, DESIRED_port, port(mem, mem_printf(mem, "p%d", i),
                                                   mem_printf(mem, "n%d", net))));
        } else {
            delta_delete(delta, DESIRED_port, uuid_from(mem, mem_printf(mem, "p%d", i)));
        }
        break;
    default:
        /* Chains come after those of the other number of the same network: 0 <- 2, 1 <- 3. */
        m->chains[i].net = there ? i % NETS : NONE;
        m->chains[i].after = i >= NETS && rand_r(seed) % 2 ? i - NETS : NONE;
        m->chains[i].port = rand_r(seed) % PORTS;
        if (there) {
            CHECK_OK(put(delta, DESIRED_chain,
                         chain(mem, i, i % NETS, m->chains[i].after, m->chains[i].port)));
        } else {
            delta_delete(delta, DESIRED_chain, uuid_from(mem, mem_printf(mem, "c%d", i)));
        }
    }
}

static size_t
model_count(const struct model *m)
{
    size_t n = 0;

    for (int i = 0; i < CHAINS; i++) {
        n += m->chains[i].net != NONE;
        n += i < PORTS && m->ports[i] != NONE;
        n += i < NETS && m->nets[i];
    }
    return n;
}

TEST(references_that_are_counted_say_what_looking_at_all_says)
{
    const char *given = getenv("UNIT_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time_now_us();
    struct model now = {.ports = {NONE, NONE, NONE}};
    struct world world;
    int taken = 0, refused = 0;

    printf("world: seed %u\n", seed);
    world_init(&world);
    for (int i = 0; i < CHAINS; i++) {
        now.chains[i].net = NONE;
    }
    for (int step = 0; step < 3000; step++) {
        AUTO(mem) mem = mem_new("step");
        struct delta *delta = delta_new(false, step);
        struct model next = now;
        struct err *e;

        for (int n = 1 + rand_r(&seed) % 4; n > 0; n--) {
            model_edit(mem, &next, delta, &seed);
        }
        e = world_change(&world, delta, true);
        delta_free(delta);
        if (!e != model_holds(&next)) {
            test_fail(__FILE__, __LINE__, "step %d: %s", step, e ? e->message : "taken");
            err_free(e);
            break;
        }
        now = e ? now : next;
        taken += !e;
        refused += e != NULL;
        err_free(e);
        CHECK_INT(world_count(&world, DESIRED_network) + world_count(&world, DESIRED_port) +
                      world_count(&world, DESIRED_chain),
                  model_count(&now));
    }
    CHECK(taken > 300 && refused > 300);
    world_done(&world);
}
