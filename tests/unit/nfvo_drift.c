/* What is told of a record and of what sites show: every difference once, with the command that mends
 * it, and nothing of what is not known. */
#include "nfvo/drift.h"
#include "test.h"

#include <string.h>

#define SITE "5173aaaa-0000-4000-8000-000000000001"

struct world {
    struct mem *mem;
    struct drift_vnf vnf;
    struct drift_record record;
    struct drift_seen seen;
    struct drift_differences told;
};

static struct world
world_new(struct mem *mem)
{
    struct world w = {.mem = mem, .vnf = {.id = "v", .name = "fw", .state = "STARTED"}};

    map_init(&w.record.flows, mem);
    return w;
}

static struct drift_thing *
recorded(struct world *w, const char *kind, const char *id)
{
    vec_add(w->mem, &w->record.things,
            ((struct drift_thing){.site = SITE, .kind = kind, .id = id, .label = id}));
    return &w->record.things.items[w->record.things.n - 1];
}

static struct drift_object *
shown(struct world *w, const char *kind, const char *id)
{
    vec_add(w->mem, &w->seen.objects,
            ((struct drift_object){.site = SITE, .kind = kind, .id = id, .name = id, .server = ""}));
    return &w->seen.objects.items[w->seen.objects.n - 1];
}

static void
listed(struct world *w, const char *kind, const char *error)
{
    vec_add(w->mem, &w->seen.lists,
            ((struct drift_list){.site = SITE, .kind = kind, .error = error}));
}

/* The only difference, as a line. */
static const char *
only(struct world *w)
{
    const struct drift_difference *told;

    w->told = drift_compare(w->mem, &w->record, &w->seen);
    if (w->told.n != 1) {
        return mem_printf(w->mem, "%zu differences", w->told.n);
    }
    told = w->told.items;
    return mem_printf(w->mem, "%s %s %s: %s, %s; %s", told->what, told->kind, told->id,
                      told->recorded, told->found, str_or(told->mend, "-"));
}

TEST(drift_of_servers)
{
    static const struct {
        const char *state, *ns, *status, *told;
    } rows[] = {
        {"STARTED", NULL, "ACTIVE", "0 differences"},
        {"STOPPED", NULL, "SHUTOFF", "0 differences"},
        {NULL, NULL, "ERROR", "0 differences"},
        {"STARTED", NULL, NULL, "MISSING server a: ACTIVE, nothing; carrick vnf heal fw --vnfc a"},
        {"STARTED", "demo", NULL,
         "MISSING server a: ACTIVE, nothing; carrick ns heal demo --vnf fw --vnfc a"},
        {"STOPPED", NULL, NULL, "MISSING server a: SHUTOFF, nothing; -"},
        {"STARTED", NULL, "ERROR", "STATE server a: ACTIVE, ERROR; carrick vnf heal fw --vnfc a"},
        {"STARTED", NULL, "REBOOT", "STATE server a: ACTIVE, REBOOT; -"},
        {"STARTED", NULL, "SHUTOFF", "STATE server a: ACTIVE, SHUTOFF; carrick vnf start fw --vnfc a"},
        {"STARTED", "demo", "SHUTOFF",
         "STATE server a: ACTIVE, SHUTOFF; carrick ns start demo --vnf fw"},
        {"STOPPED", "demo", "ACTIVE",
         "STATE server a: SHUTOFF, ACTIVE; carrick ns stop demo --vnf fw"},
        {"STOPPED", NULL, "ACTIVE", "STATE server a: SHUTOFF, ACTIVE; carrick vnf stop fw --vnfc a"},
        {"STOPPED", NULL, "ERROR", "STATE server a: SHUTOFF, ERROR; -"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(mem) mem = mem_new("test");
        struct world w = world_new(mem);

        w.vnf.state = rows[i].state;
        w.vnf.ns = rows[i].ns;
        listed(&w, "server", NULL);
        recorded(&w, "server", "a")->vnf = &w.vnf;
        if (rows[i].status) {
            shown(&w, "server", "a")->status = rows[i].status;
        }
        CHECK_STR(only(&w), rows[i].told);
        if (w.told.n) { /* What is healed is told apart from the command. */
            bool heals = strstr(rows[i].told, " heal ") != NULL;

            CHECK_STR(str_or(w.told.items[0].heal, "-"), heals ? "a" : "-");
            CHECK_STR(str_or(w.told.items[0].vnf, "-"), heals ? "v" : "-");
        }
    }
}

/* Ids of servers are the site's. */
TEST(drift_has_no_command_with_a_word_that_a_shell_reads)
{
    static const char *const ids[] = {"$(id)", "a b", "a;b", "-a", "a'", "a\nb", ""};

    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        AUTO(mem) mem = mem_new("test");
        struct world w = world_new(mem);

        listed(&w, "server", NULL);
        recorded(&w, "server", ids[i])->vnf = &w.vnf;
        CHECK_STR(only(&w), mem_printf(mem, "MISSING server %s: ACTIVE, nothing; -", ids[i]));
        shown(&w, "server", ids[i])->status = "SHUTOFF";
        CHECK_STR(only(&w), mem_printf(mem, "STATE server %s: ACTIVE, SHUTOFF; -", ids[i]));
    }
}

TEST(drift_of_ports)
{
    static const struct {
        const char *at;
        bool shut;
        const char *told;
    } rows[] = {
        {"s", false, "0 differences"},
        {"", false, "ATTACHMENT port a: at server s, at none; carrick vnf heal fw --vnfc s"},
        {"t", false, "ATTACHMENT port a: at server s, at t; -"},
        {"s", true, "STATE port a: open, admin_state_up is false; -"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(mem) mem = mem_new("test");
        struct world w = world_new(mem);
        struct drift_thing *port = recorded(&w, "port", "a");
        struct drift_object *object = shown(&w, "port", "a");

        listed(&w, "port", NULL);
        port->vnf = &w.vnf;
        port->server = "s";
        object->server = rows[i].at;
        object->shut = rows[i].shut;
        CHECK_STR(only(&w), rows[i].told);
    }
}

/* A port that is DOWN is told where its server is not what there is to tell. */
TEST(drift_of_ports_that_are_down)
{
    static const struct {
        const char *server, *data_plane, *told;
    } rows[] = {
        {"ACTIVE", "DOWN", "STATE port a: ACTIVE, DOWN; -"},
        {"ACTIVE", "ACTIVE", "0 differences"},
        {"SHUTOFF", "DOWN", "0 differences"},
        {NULL, "DOWN", "0 differences"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(mem) mem = mem_new("test");
        const struct drift_list list = {.site = SITE, .kind = "port"};
        const struct json *json;
        struct world w = world_new(mem);
        const char *text = mem_printf(
            mem, "{\"id\": \"a\", \"status\": \"ACTIVE\", \"device_id\": \"s\", "
                 "\"data_plane_status\": \"%s\"}", rows[i].data_plane);

        CHECK_OK(json_parse(mem, text, strlen(text), &json));
        listed(&w, "port", NULL);
        recorded(&w, "port", "a")->vnf = &w.vnf;
        w.record.things.items[0].server = "s";
        vec_add(mem, &w.seen.objects, drift_object_of(mem, &list, json));
        if (rows[i].server) {
            shown(&w, "server", "s")->status = rows[i].server;
        }
        CHECK_STR(only(&w), rows[i].told);
    }
}

TEST(drift_of_what_is_in_error)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    recorded(&w, "port_chain", "a");
    listed(&w, "port_chain", NULL);
    shown(&w, "port_chain", "a")->status = "ERROR";
    CHECK_STR(only(&w), "STATE port_chain a: there, ERROR; -");
}

TEST(drift_of_groups)
{
    AUTO(mem) mem = mem_new("test");
    static const char *two[] = {"p", "q"}, *turned[] = {"q", "p"};
    static const char *levels[] = {"a=1", "b=0"};
    struct world w = world_new(mem);
    struct drift_thing *group = recorded(&w, "port_pair_group", "g");
    struct drift_object *object = shown(&w, "port_pair_group", "g");

    listed(&w, "port_pair_group", NULL);
    w.vnf.ns = "demo";
    w.vnf.levels = (struct strs){.items = levels, .n = 2};
    group->vnf = &w.vnf;
    group->members = (struct strs){.items = two, .n = 2};
    object->members = (struct strs){.items = turned, .n = 2};
    CHECK_STR(only(&w), "0 differences");
    object->members.n = 1;
    CHECK_STR(only(&w),
              "MEMBERS port_pair_group g: p, q, q; carrick ns scale demo --vnf fw --to a=1 --to b=0");
    /* Aspects are named by the package's author. */
    levels[1] = "a;id>x=0";
    CHECK_STR(only(&w), "MEMBERS port_pair_group g: p, q, q; -");
    levels[1] = "b=0";
    object->members.n = 2;
    group->members.n = 0;
    w.vnf.levels.n = 0;
    CHECK_STR(only(&w), "MEMBERS port_pair_group g: none, q, p; -");
}

TEST(drift_tells_nothing_of_what_is_not_known)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    recorded(&w, "server", "a");
    recorded(&w, "network", "n");
    shown(&w, "server", "b")->flow = "f";
    map_set(&w.record.flows, "f", &w);
    listed(&w, "server", "no answer");
    CHECK_STR(only(&w), "0 differences");
    listed(&w, "network", NULL);
    CHECK_STR(only(&w), "MISSING network n: there, nothing; -");
}

TEST(drift_of_what_is_left_over)
{
    AUTO(mem) mem = mem_new("test");
    struct world w = world_new(mem);

    listed(&w, "port", NULL);
    recorded(&w, "port", "a");
    shown(&w, "port", "a")->flow = "f";
    shown(&w, "port", "b")->flow = "g";
    shown(&w, "port", "c");
    map_set(&w.record.flows, "f", &w);
    CHECK_STR(only(&w), "0 differences");
    map_set(&w.record.flows, "g", &w);
    CHECK_STR(only(&w), "LEFT_OVER port b: nothing, made by operation g; -");
}

TEST(drift_reads_the_flow_of_a_marker)
{
    AUTO(mem) mem = mem_new("test");

    CHECK_STR(drift_flow_of(mem, "carrick:f-1:port x:y"), "f-1");
    CHECK(!drift_flow_of(mem, "carrick:f-1"));
    CHECK(!drift_flow_of(mem, "somebody's"));
    CHECK(!drift_flow_of(mem, NULL));
}
