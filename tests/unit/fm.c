/* Which differences are one fault, what it is called and whom it concerns; and alarms as rows: one for a
 * fault, from its first sight to its end, whoever says how often. */
#include "fm/fault.h"
#include "fm/live.h"
#include "sys/thread.h"
#include "test.h"
#include "vnfm/vnfm.h"

#include <stdio.h>
#include <string.h>

#define SITE "5173aaaa-0000-4000-8000-000000000001"
#define VNF "00000000-0000-4000-8000-000000000002"
#define NS "00000000-0000-4000-8000-000000000003"
#define PROJECT "00000000-0000-4000-8000-000000000004"

/* ---- faults -------------------------------------------------------------------------------- */

struct world {
    struct mem *mem;
    struct fault_object vnf, ns;
    struct map objects;
    struct drift_thing server, port, other_port, network;
    struct drift_differences differences;
    struct faults faults;
};

static void
world_init(struct world *w, struct mem *mem, bool of_ns)
{
    *w = (struct world){
        .mem = mem,
        .vnf = {.table = &vnf_alarm_table, .id = VNF, .project_id = PROJECT},
        .ns = {.table = &ns_alarm_table, .id = NS, .project_id = PROJECT},
        .server = {.owner = VNF, .site = SITE, .kind = "server", .id = "s"},
        .port = {.owner = VNF, .site = SITE, .kind = "port", .id = "p", .server = "s"},
        .other_port = {.owner = VNF, .site = SITE, .kind = "port", .id = "q", .server = "s"},
        .network = {.owner = NS, .site = SITE, .kind = "network", .id = "n"},
    };
    w->vnf.ns = of_ns ? &w->ns : NULL;
    map_init(&w->objects, mem);
    map_init(&w->faults.by_key, mem);
    map_set(&w->objects, VNF, &w->vnf);
    map_set(&w->objects, NS, &w->ns);
}

static void
differs(struct world *w, const struct drift_thing *thing, const char *what, const char *found)
{
    const struct drift_difference difference = {.what = what,
                                                .site = SITE,
                                                .kind = thing->kind,
                                                .id = thing->id,
                                                .name = "x",
                                                .recorded = "ACTIVE",
                                                .found = found,
                                                .thing = thing};

    vec_add(w->mem, &w->differences, difference);
}

static const struct fault *
fault_at(struct world *w, size_t i)
{
    REQUIRE(i < w->faults.items.n);
    return w->faults.items.items[i];
}

static void
judge_world(struct world *w)
{
    faults_of(w->mem, &w->differences, &w->objects, &w->faults);
}

TEST(fm_a_difference_has_its_name)
{
    static const struct {
        const char *kind, *what, *found, *cause, *severity;
    } rows[] = {
        {"server", "MISSING", "nothing", "SERVER_MISSING", "CRITICAL"},
        {"server", "STATE", "ERROR", "SERVER_ERROR", "CRITICAL"},
        {"server", "STATE", "SHUTOFF", "SERVER_STOPPED", "CRITICAL"},
        {"server", "STATE", "PAUSED", "SERVER_STATE", "WARNING"},
        {"port", "MISSING", "nothing", "PORT_MISSING", "CRITICAL"},
        {"port", "STATE", "DOWN", "PORT_DOWN", "CRITICAL"},
        {"port", "STATE", "admin_state_up is false", "PORT_SHUT", "MAJOR"},
        {"port", "ATTACHMENT", "at none", "PORT_DETACHED", "CRITICAL"},
        {"port_pair_group", "MEMBERS", "none", "CHAIN_MEMBERS", "MAJOR"},
        {"port_chain", "MISSING", "nothing", "RESOURCE_MISSING", "MAJOR"},
        {"port_chain", "STATE", "ERROR", "RESOURCE_ERROR", "MAJOR"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(mem) mem = mem_new("test");
        struct drift_thing thing = {.owner = VNF, .site = SITE, .kind = rows[i].kind, .id = "t"};
        struct world w;
        const struct alarm *alarm;

        world_init(&w, mem, false);
        differs(&w, &thing, rows[i].what, rows[i].found);
        judge_world(&w);
        CHECK_INT(w.faults.items.n, 1);
        alarm = fault_alarm(mem, fault_at(&w, 0));
        CHECK_STR(alarm->cause, rows[i].cause);
        CHECK_STR(alarm->severity, rows[i].severity);
        CHECK_STR(alarm->object_id, VNF);
        CHECK(str_in(alarm->event_type, alarm_event_types));
        CHECK(str_in(json_get_str(alarm->resource, "faultyResourceType"), alarm_resource_types));
        CHECK_STR(json_get_str(json_get(alarm->resource, "faultyResource"), "resourceId"), "t");
    }
}

TEST(fm_ports_of_a_vnfc_are_one_fault_and_none_beside_that_of_the_server)
{
    AUTO(mem) mem = mem_new("test");
    struct world w;

    world_init(&w, mem, false);
    differs(&w, &w.port, "STATE", "DOWN");
    differs(&w, &w.other_port, "STATE", "DOWN");
    judge_world(&w);
    CHECK_INT(w.faults.items.n, 1);
    CHECK_STR(fault_at(&w, 0)->kind->cause, "PORT_DOWN");
    CHECK_INT(fault_at(&w, 0)->details.n, 3);
    CHECK_STR(fault_at(&w, 0)->details.items[0], "vnfcInstanceId=s");
    CHECK_STR(fault_at(&w, 0)->details.items[2], "port q (x): ACTIVE is recorded, DOWN is found");

    w.faults.items.n = 0;
    map_init(&w.faults.by_key, mem);
    differs(&w, &w.port, "ATTACHMENT", "at none");
    differs(&w, &w.server, "MISSING", "nothing");
    judge_world(&w);
    CHECK_INT(w.faults.items.n, 1);
    CHECK_STR(fault_at(&w, 0)->kind->cause, "SERVER_MISSING");
}

TEST(fm_a_vnfs_fault_is_its_services_too)
{
    AUTO(mem) mem = mem_new("test");
    struct world w;
    const struct fault *vnf, *ns;

    world_init(&w, mem, true);
    differs(&w, &w.server, "STATE", "ERROR");
    differs(&w, &w.network, "MISSING", "nothing");
    judge_world(&w);
    CHECK_INT(w.faults.items.n, 3);
    vnf = fault_at(&w, 0);
    ns = fault_at(&w, 1);
    CHECK(vnf->with == ns && ns->with == vnf);
    CHECK_STR(ns->object->id, NS);
    CHECK_STR(ns->vnf, VNF);
    CHECK_STR(json_get_str(fault_alarm(mem, ns)->component, "faultyVnfInstanceId"), VNF);
    CHECK(!fault_alarm(mem, vnf)->component);
    CHECK_STR(fault_at(&w, 2)->object->id, NS);
    CHECK(!fault_at(&w, 2)->with);
}

TEST(fm_what_nobody_holds_or_judges_is_no_fault)
{
    AUTO(mem) mem = mem_new("test");
    struct drift_thing strange = {.owner = PROJECT, .site = SITE, .kind = "server", .id = "t"};
    struct world w;

    world_init(&w, mem, false);
    differs(&w, &strange, "MISSING", "nothing");
    differs(&w, &w.server, "LEFT_OVER", "made by operation x");
    w.differences.items[1].thing = NULL;
    judge_world(&w);
    CHECK_INT(w.faults.items.n, 0);
}

TEST(fm_an_alarm_names_so_many_things_and_counts_the_others)
{
    AUTO(mem) mem = mem_new("test");
    struct world w;

    world_init(&w, mem, false);
    for (size_t i = 0; i < FM_DETAILS_MAX + 3; i++) {
        differs(&w, &w.network, "MISSING", "nothing");
    }
    judge_world(&w);
    CHECK_INT(w.faults.items.n, 1);
    CHECK_INT(fault_at(&w, 0)->details.n, FM_DETAILS_MAX + 1);
    CHECK_STR(fault_at(&w, 0)->details.items[FM_DETAILS_MAX], "and 3 more");
}

TEST(fm_a_silent_site_is_one_fault_of_each_instance)
{
    AUTO(mem) mem = mem_new("test");
    struct world w;

    world_init(&w, mem, true);
    faults_unreachable(mem, SITE, "no answer", &w.objects, &w.faults);
    CHECK_INT(w.faults.items.n, 2);
    CHECK_STR(fault_at(&w, 0)->kind->cause, "SITE_UNREACHABLE");
    CHECK(!fault_at(&w, 0)->with && !fault_alarm(mem, fault_at(&w, 0))->resource);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static struct store *
world_store(void)
{
    static const struct table *tables[64];
    static char path[512];
    static const struct table *const *const lists[] = {ledger_tables, flow_tables, nfvo_tables,
                                                       fm_tables};
    struct store_config config = {
        .path = test_store(path), .tables = tables, .seal_key = "0123456789abcdef0123456789abcdef"};
    struct store *store = NULL;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct table *const *table = lists[i]; *table; table++) {
            tables[n++] = *table;
        }
    }
    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    return store;
}

static struct alarm *
alarm_new(struct mem *mem, const char *key)
{
    struct alarm *alarm = row_new(mem, &vnf_alarm_table);

    alarm->project_id = PROJECT;
    alarm->object_id = VNF;
    alarm->site_id = SITE;
    alarm->severity = alarm->raised_as = "MAJOR";
    alarm->event_type = "EQUIPMENT_ALARM";
    alarm->cause = "SERVER_ERROR";
    alarm->fault_key = key;
    return alarm;
}

/* What is there: "KEY SEVERITY" of each, as they were raised. */
static struct err *
alarms_read(struct tx *tx, void *arg)
{
    struct query query = {.table = &vnf_alarm_table};
    struct buf *out = arg;
    struct rows rows;

    buf_clear(out);
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct alarm *alarm = rows.items[i];

        buf_printf(out, "%s%s %s", i ? ", " : "", alarm->fault_key, alarm->severity);
        CHECK((alarm->cleared_at != TIME_NULL) == str_eq(alarm->severity, "CLEARED"));
    }
    return NULL;
}

static struct err *
seq_read(struct tx *tx, void *arg)
{
    return changes_last(tx, arg);
}

static bool
turn(struct store *store, struct mem *mem, int64_t seq, enum turn_kind kind,
     const struct alarm *alarm)
{
    struct judgement j = {.mem = mem, .seq = seq};
    struct turning turning = {.judgement = &j, .n = 1};

    vec_add(mem, &j.turns, ((struct turn){.kind = kind, .alarm = alarm, .ns_id = NS}));
    CHECK_OK(store_write_wait(store, turns_do, &turning));
    return turning.again;
}

#define THERE(text_)                                                                               \
    do {                                                                                           \
        CHECK_OK(store_read(store, alarms_read, &there));                                          \
        CHECK_STR(str_or(there.data, ""), text_);                                                  \
    } while (0)

TEST(fm_an_alarm_is_raised_once_changed_and_cleared)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    AUTO_BUF there = BUF_INIT;
    struct alarm *alarm = alarm_new(mem, "k");
    int64_t seq;

    CHECK_OK(store_read(store, seq_read, &seq));
    CHECK(!turn(store, mem, seq, TURN_CHANGE, alarm));
    CHECK(!turn(store, mem, seq, TURN_CLEAR, alarm));
    THERE("");
    CHECK(!turn(store, mem, seq, TURN_RAISE, alarm));
    CHECK(!turn(store, mem, seq, TURN_RAISE, alarm));
    THERE("k MAJOR");
    alarm->severity = "CRITICAL";
    CHECK(!turn(store, mem, seq, TURN_CHANGE, alarm));
    THERE("k CRITICAL");
    CHECK(!turn(store, mem, seq, TURN_CLEAR, alarm));
    CHECK(!turn(store, mem, seq, TURN_CLEAR, alarm));
    THERE("k CLEARED");
    alarm->id = NULL; /* The next time is another alarm. */
    CHECK(!turn(store, mem, seq, TURN_RAISE, alarm));
    THERE("k CLEARED, k CRITICAL");
}

static struct err *
hold_fn(struct tx *tx, void *arg)
{
    struct holding *holding = row_new(tx_mem(tx), &holding_table);

    holding->project_id = PROJECT;
    holding->owner_id = arg;
    holding->site_id = SITE;
    holding->kind = "server";
    holding->resource_id = "s";
    holding->label = "x";
    return row_insert(tx, holding);
}

/* What is recorded after the site was asked makes its answers old: of the VNF, or of its service. */
TEST(fm_whose_record_changed_meanwhile_is_not_told_of)
{
    static char vnf[] = VNF, ns[] = NS;
    char *const owners[] = {vnf, ns};
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    AUTO_BUF there = BUF_INIT;
    int64_t seq;

    for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
        CHECK_OK(store_read(store, seq_read, &seq));
        CHECK_OK(store_write_wait(store, hold_fn, owners[i]));
        CHECK(turn(store, mem, seq, TURN_RAISE, alarm_new(mem, "k")));
        THERE("");
    }
    CHECK_OK(store_read(store, seq_read, &seq));
    CHECK(!turn(store, mem, seq, TURN_RAISE, alarm_new(mem, "k")));
    THERE("k MAJOR");
}

static struct err *
cleared_fn(struct tx *tx, void *arg)
{
    const int *n = arg;

    for (int i = 0; i < *n; i++) {
        struct alarm *alarm = alarm_new(tx_mem(tx), mem_printf(tx_mem(tx), "k%d", i));

        alarm->cleared_at = tx_now(tx) - i;
        TRY(row_insert(tx, alarm));
    }
    return NULL;
}

static struct err *
count_fn(struct tx *tx, void *arg)
{
    struct query query = {.table = &vnf_alarm_table};

    return rows_count(tx, &query, arg);
}

/* The oldest go first; what is not cleared stays. */
TEST(fm_cleared_alarms_are_forgotten)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    struct forgetting forgetting = {.mem = mem};
    struct alarm *raised = alarm_new(mem, "raised");
    int n = FM_KEPT_MAX + 2;
    int64_t seq, left;

    CHECK_OK(store_write_wait(store, cleared_fn, &n));
    CHECK_OK(store_read(store, seq_read, &seq));
    CHECK(!turn(store, mem, seq, TURN_RAISE, raised));
    map_init(&forgetting.old, mem);
    map_init(&forgetting.gone, mem);
    CHECK_OK(store_read(store, forget_find, &forgetting));
    CHECK_INT(forgetting.old.n_live, 2);
    CHECK_OK(store_write_wait(store, forget_do, &forgetting));
    CHECK_OK(store_read(store, count_fn, &left));
    CHECK_INT(left, FM_KEPT_MAX + 1);
}

static struct err *
site_fn(struct tx *tx, void *arg)
{
    struct site *site = row_new(tx_mem(tx), &site_table);

    (void)arg;
    site->id = SITE;
    site->project_id = PROJECT;
    site->name = site->auth_url = site->username = site->password = site->project_name = "x";
    return row_insert(tx, site);
}

static struct err *
site_gone_fn(struct tx *tx, void *arg)
{
    (void)arg;
    return row_delete(tx, &site_table, SITE);
}

/* Nobody looks at a site that was removed: what was wrong there would be wrong for ever. */
TEST(fm_alarms_of_a_removed_site_are_cleared)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    AUTO_BUF there = BUF_INIT;
    struct forgetting forgetting = {.mem = mem};
    int64_t seq;

    CHECK_OK(store_write_wait(store, site_fn, NULL));
    CHECK_OK(store_read(store, seq_read, &seq));
    CHECK(!turn(store, mem, seq, TURN_RAISE, alarm_new(mem, "k")));
    for (int i = 0; i < 3; i++) {
        map_init(&forgetting.old, mem);
        map_init(&forgetting.gone, mem);
        CHECK_OK(store_read(store, forget_find, &forgetting));
        CHECK_INT(forgetting.gone.n_live, i == 1);
        CHECK_OK(store_write_wait(store, forget_do, &forgetting));
        THERE(i ? "k CLEARED" : "k MAJOR");
        if (!i) {
            CHECK_OK(store_write_wait(store, site_gone_fn, NULL));
        }
    }
}

/* ---- judging -------------------------------------------------------------------------------------- */

#define PACKAGE "00000000-0000-4000-8000-000000000005"
#define OPERATION "00000000-0000-4000-8000-000000000006"

/* A started VNF that holds the server "s". */
static struct err *
vnf_fn(struct tx *tx, void *arg)
{
    struct vnf_package *package = row_new(tx_mem(tx), &vnf_package_table);
    struct vnf_instance *vnf = row_new(tx_mem(tx), &vnf_instance_table);
    static const char info[] = "{\"vnfState\": \"STARTED\"}";

    (void)arg;
    package->id = PACKAGE;
    package->project_id = PROJECT;
    TRY(row_insert(tx, package));
    vnf->id = VNF;
    vnf->project_id = PROJECT;
    vnf->package_id = PACKAGE;
    vnf->vnfd_id = vnf->vnf_provider = vnf->vnf_product_name = "x";
    vnf->vnf_software_version = vnf->vnfd_version = "1";
    vnf->instantiation_state = "INSTANTIATED";
    TRY(json_parse(tx_mem(tx), info, strlen(info), &vnf->instantiated_info));
    TRY(row_insert(tx, vnf));
    return hold_fn(tx, (void *)(uintptr_t)VNF);
}

static struct err *
operation_fn(struct tx *tx, void *arg)
{
    struct cond by_id[] = {COND("id", OPERATION), {0}};
    struct vnf_lcm_op_occ *old, *occ;

    TRY(row_find(tx, &vnf_lcm_op_occ_table, by_id, &old));
    occ = old ? row_copy(tx_mem(tx), old) : row_new(tx_mem(tx), &vnf_lcm_op_occ_table);
    occ->operation_state = arg;
    if (old) {
        return row_update(tx, old, occ);
    }
    occ->id = OPERATION;
    occ->project_id = PROJECT;
    occ->vnf_instance_id = VNF;
    occ->operation = "HEAL";
    return row_insert(tx, occ);
}

/* What a round finds that began when the log was at 'seq', negative: now; the list of servers is empty, or
 * failed with 'error': "RAISE CAUSE, ...". */
static const char *
found(struct store *store, struct mem *mem, int64_t seq, const char *error, bool *again)
{
    static const char *const kinds[] = {"RAISE", "CHANGE", "CLEAR"};
    struct map none = {0};
    struct drift_seen seen = {0};
    struct judgement j = {.mem = mem,
                          .site = SITE,
                          .seen = &seen,
                          .seq = seq,
                          .is_answering = !error,
                          .is_whole = true,
                          .seen_before = &none};
    AUTO_BUF text = BUF_INIT;

    if (seq < 0) {
        CHECK_OK(store_read(store, seq_read, &j.seq));
    }
    map_init(&none, mem);
    vec_add(mem, &seen.lists,
            ((struct drift_list){.site = SITE, .kind = "server", .error = error}));
    CHECK_OK(store_read(store, judge, &j));
    vec_each (&j.turns, turn) {
        buf_printf(&text, "%s%s %s", text.len ? ", " : "", kinds[turn->kind], turn->alarm->cause);
    }
    *again = j.again;
    return mem_str(mem, str_or(text.data, ""));
}

/* The same of a list that leaves the server out, with what the site says of it where it was asked for it by
 * itself ('gone'): how many things are left out, then. */
static size_t
left_out(struct store *store, struct mem *mem, bool gone, const char **turns)
{
    struct map none = {0}, answers = {0};
    struct drift_seen seen = {.gone = &answers};
    struct judgement j = {.mem = mem,
                          .site = SITE,
                          .seen = &seen,
                          .is_answering = true,
                          .is_whole = true,
                          .seen_before = &none};
    AUTO_BUF text = BUF_INIT;

    map_init(&none, mem);
    map_init(&answers, mem);
    if (gone) {
        map_set(&answers, drift_key(mem, SITE, "server", "s"), mem);
    }
    CHECK_OK(store_read(store, seq_read, &j.seq));
    vec_add(mem, &seen.lists, ((struct drift_list){.site = SITE, .kind = "server"}));
    CHECK_OK(store_read(store, judge, &j));
    vec_each (&j.turns, turn) {
        buf_printf(&text, "%s%s", turn->kind == TURN_CLEAR ? "CLEAR " : "", turn->alarm->cause);
    }
    CHECK_INT(j.n_things, gone ? 0 : 1);
    CHECK(!j.left_out.n ||
          (str_eq(j.left_out.items[0].kind, "server") && str_eq(j.left_out.items[0].id, "s")));
    *turns = mem_str(mem, str_or(text.data, ""));
    return j.left_out.n;
}

TEST(fm_what_a_list_leaves_out_is_not_missing_before_it_was_asked_for)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    struct alarm *old = alarm_new(mem, "old");
    const char *turns;
    int64_t seq;

    old->kind = "server";
    old->cause = "OLD";
    CHECK_OK(store_write_wait(store, vnf_fn, NULL));
    CHECK_OK(store_read(store, seq_read, &seq));
    CHECK(!turn(store, mem, seq, TURN_RAISE, old));
    /* Nor does that list clear anything of its kind. */
    CHECK_INT(left_out(store, mem, false, &turns), 1);
    CHECK_STR(turns, "");
    CHECK_INT(left_out(store, mem, true, &turns), 0);
    CHECK_STR(turns, "SERVER_MISSINGCLEAR OLD");
}

TEST(fm_an_instance_under_way_is_not_judged)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    static char open[] = "FAILED_TEMP", closed[] = "COMPLETED";
    struct alarm *old = alarm_new(mem, "old");
    int64_t before;
    bool again;

    old->kind = "server";
    old->cause = "OLD";
    CHECK_OK(store_read(store, seq_read, &before));
    CHECK_OK(store_write_wait(store, vnf_fn, NULL));
    CHECK_STR(found(store, mem, before, NULL, &again), "");
    CHECK(again);
    CHECK_STR(found(store, mem, -1, NULL, &again), "RAISE SERVER_MISSING");
    CHECK(!again);
    CHECK_OK(store_read(store, seq_read, &before));
    CHECK(!turn(store, mem, before, TURN_RAISE, old));
    CHECK_STR(found(store, mem, -1, NULL, &again), "RAISE SERVER_MISSING, CLEAR OLD");
    CHECK_STR(found(store, mem, -1, "no answer", &again), "");
    CHECK_OK(store_write_wait(store, operation_fn, open));
    CHECK_STR(found(store, mem, -1, NULL, &again), "");
    CHECK(again);
    CHECK_OK(store_read(store, seq_read, &before));
    CHECK_OK(store_write_wait(store, operation_fn, closed));
    CHECK_STR(found(store, mem, before, NULL, &again), "");
    CHECK_STR(found(store, mem, -1, NULL, &again), "RAISE SERVER_MISSING, CLEAR OLD");
    CHECK(!again);
}

/* Its port too, at the server that it is of. */
static struct err *
port_fn(struct tx *tx, void *arg)
{
    static const char made[] =
        "{\"vnf_instance_id\": \"" VNF "\", \"project_id\": \"" PROJECT "\", \"site\": \"" SITE
        "\", \"flavour_id\": \"f\", \"vnfcs\": [{\"name\": \"a\", \"vdu\": \"a\", \"server_id\": "
        "\"s\", \"ports\": [{\"cpd\": \"c\", \"link\": \"l\", \"network_id\": \"n\", "
        "\"port_id\": \"p\"}]}]}";
    struct holding *holding = row_new(tx_mem(tx), &holding_table);
    struct vnf_instance *old, *vnf;

    (void)arg;
    TRY(row_get(tx, &vnf_instance_table, VNF, &old));
    vnf = row_copy(tx_mem(tx), old);
    TRY(json_parse(tx_mem(tx), made, strlen(made), &vnf->made));
    TRY(row_update(tx, old, vnf));
    holding->project_id = PROJECT;
    holding->owner_id = VNF;
    holding->site_id = SITE;
    holding->kind = "port";
    holding->resource_id = "p";
    holding->label = "y";
    return row_insert(tx, holding);
}

/* A site whose server runs and whose port is down says so at 'at_ms': is there an alarm?  '*doubts' is
 * what was doubted, before and now. */
static bool
port_alarms(struct store *store, struct mem *mem, int64_t at_ms, struct map *doubts)
{
    struct drift_seen seen = {0};
    struct judgement j = {.mem = mem,
                          .site = SITE,
                          .seen = &seen,
                          .asked_ns = at_ms * 1000000,
                          .is_answering = true,
                          .is_whole = true,
                          .seen_before = doubts};

    CHECK_OK(store_read(store, seq_read, &j.seq));
    vec_add(mem, &seen.lists, ((struct drift_list){.site = SITE, .kind = "server"}));
    vec_add(mem, &seen.lists, ((struct drift_list){.site = SITE, .kind = "port"}));
    vec_add(mem, &seen.objects,
            ((struct drift_object){
                .site = SITE, .kind = "server", .id = "s", .status = "ACTIVE", .server = ""}));
    vec_add(mem, &seen.objects,
            ((struct drift_object){
                .site = SITE, .kind = "port", .id = "p", .status = "DOWN", .server = "s"}));
    CHECK_OK(store_read(store, judge, &j));
    *doubts = j.doubts;
    CHECK_INT(j.again, j.turns.n == 0);
    CHECK(!j.turns.n || str_eq(j.turns.items[0].alarm->cause, "PORT_DOWN"));
    return j.turns.n;
}

/* A process that dies takes its ports along, and each is a change that is looked at: however often that
 * is, what is down of a server that runs has to last. */
TEST(fm_a_port_that_is_down_for_a_moment_is_no_fault)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    struct map doubts;

    map_init(&doubts, mem);
    CHECK_OK(store_write_wait(store, vnf_fn, NULL));
    CHECK_OK(store_write_wait(store, port_fn, NULL));
    CHECK(!port_alarms(store, mem, 5000, &doubts));
    CHECK(!port_alarms(store, mem, 5003, &doubts));
    CHECK(!port_alarms(store, mem, 5000 + FM_DOUBT_MS - 1, &doubts));
    CHECK(port_alarms(store, mem, 5000 + FM_DOUBT_MS, &doubts));
    CHECK(!port_alarms(store, mem, 5001 + FM_DOUBT_MS, &doubts)); /* None was kept of the last. */
}

/* How many alarms a round clears that asks for servers, of what is held at the site or only of that. */
static size_t
cleared(struct store *store, struct mem *mem, bool is_whole)
{
    struct drift_seen seen = {0};
    struct map doubts;
    struct judgement j = {.mem = mem,
                          .site = SITE,
                          .seen = &seen,
                          .is_answering = true,
                          .is_whole = is_whole,
                          .seen_before = &doubts};
    size_t n = 0;

    map_init(&doubts, mem);
    CHECK_OK(store_read(store, seq_read, &j.seq));
    vec_add(mem, &seen.lists, ((struct drift_list){.site = SITE, .kind = "server"}));
    vec_add(mem, &seen.objects,
            ((struct drift_object){
                .site = SITE, .kind = "server", .id = "s", .status = "ACTIVE", .server = ""}));
    CHECK_OK(store_read(store, judge, &j));
    vec_each (&j.turns, turn) {
        n += turn->kind == TURN_CLEAR;
    }
    return n;
}

TEST(fm_what_was_not_asked_for_is_not_cleared)
{
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = world_store();
    struct alarm *server = alarm_new(mem, "s"), *chain = alarm_new(mem, "c");
    int64_t seq;

    CHECK_OK(store_write_wait(store, vnf_fn, NULL));
    CHECK_OK(store_read(store, seq_read, &seq));
    server->kind = "server";
    chain->kind = "port_chain";
    CHECK(!turn(store, mem, seq, TURN_RAISE, server));
    CHECK(!turn(store, mem, seq, TURN_RAISE, chain));
    CHECK_INT(cleared(store, mem, false), 1);
    CHECK_INT(cleared(store, mem, true), 2);
}

/* ---- a site's change feed ------------------------------------------------------------------------- */

TEST(fm_a_feed_is_followed_as_long_as_it_tells_or_waits)
{
    CHECK_INT(feed_pause_ms(true, 20000, 500), 0);
    CHECK_INT(feed_pause_ms(true, 5, 500), FM_GAP_MS - 5);
    CHECK_INT(feed_pause_ms(true, 5, 12), 7); /* As long as a look takes. */
    CHECK_INT(feed_pause_ms(true, 1, 0), 4);
    CHECK_INT(feed_pause_ms(true, FM_GAP_MS, 500), 0);
    CHECK_INT(feed_pause_ms(false, 15000, 500), 0);
    CHECK_INT(feed_pause_ms(false, 5, 500), -1);
    CHECK_INT(settle_wait_ms(0, 5), 0);
    CHECK_INT(settle_wait_ms(1000000, 1000000), FM_SETTLE_MS);
    CHECK_INT(settle_wait_ms(1000000, 301000000), FM_SETTLE_MS - 300);
    CHECK_INT(settle_wait_ms(1000000, 9000000000), 0);
}

/* A site that is slow to answer is not asked for more and more. */
TEST(fm_a_site_that_owes_answers_is_asked_for_nothing_else)
{
    struct nfvo nfvo = {0};
    struct fm_watch watch = {.nfvo = &nfvo};
    struct look look = {.watch = &watch, .site = SITE, .is_whole = true, .busy = true, .n_asking = 1};

    REQUIRE_OK(loop_new(&nfvo.loop));
    REQUIRE_OK(pool_new("files", 1, 1, &nfvo.pool));
    pool_stop(nfvo.pool); /* What would judge it then: it is not looked at here. */
    look.deadline = loop_timer_new(nfvo.loop, feed_again, &look);
    look.mem = look.judgement.mem = mem_new("round");
    vec_add(look.mem, &look.seen.lists, ((struct drift_list){.site = SITE, .kind = "server"}));
    vec_add(look.mem, &look.judgement.left_out, ((struct left_out){.kind = "server", .id = "s"}));
    CHECK(believe_ask(&look)); /* Asked for it would be of a driver that is not there. */
    CHECK_INT(look.n_asking, 1);
    CHECK_INT(look.untold[look_kind("server")], 1);
    CHECK(!look.busy);
    loop_timer_del(look.deadline);
    pool_free(nfvo.pool);
    loop_free(nfvo.loop);
}
