/* What ended long ago is forgotten, but for what says of things that live what they were made of. */
#include "base/str.h"
#include "flow/flow.h"
#include "ledger/ledger.h"
#include "nfvo/nfvo.h"
#include "nfvo/retention.h"
#include "test.h"
#include "vnfm/vnfm.h"

#include <stdio.h>
#include <string.h>

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define PACKAGE "00000000-0000-4000-8000-000000000002"
#define LIVES "00000000-0000-4000-8000-000000000003"
#define GONE "00000000-0000-4000-8000-000000000004"
#define DAY_US (24LL * 3600 * 1000000)
#define NOW (1000 * DAY_US)

/* A flow: its name (a digit), state, age in days, who spawned it, and the instance that it is an operation of. */
struct told {
    char name, parent;
    const char *state, *type, *instance;
    int64_t age_days;
};

static const char *
id_of(struct mem *mem, char name)
{
    return name ? mem_printf(mem, "%c0000000-0000-4000-8000-000000000000", name) : NULL;
}

static struct err *
occurrence_insert(struct tx *tx, const struct told *told)
{
    struct vnf_lcm_op_occ *occ = row_new(tx_mem(tx), &vnf_lcm_op_occ_table);
    struct grant *grant = row_new(tx_mem(tx), &grant_table);

    occ->id = id_of(tx_mem(tx), told->name);
    occ->project_id = grant->project_id = PROJECT;
    occ->vnf_instance_id = grant->vnf_instance_id = told->instance;
    occ->operation_state = told->state;
    occ->operation = "HEAL";
    grant->vnf_lcm_op_occ_id = occ->id;
    TRY(row_insert(tx, occ));
    return row_insert(tx, grant);
}

static struct err *
told_insert(struct tx *tx, void *arg)
{
    const struct told *told = arg;
    struct flow_row *flow = row_new(tx_mem(tx), &flow_table);
    struct flow_step_row *step = row_new(tx_mem(tx), &flow_step_table);

    flow->id = id_of(tx_mem(tx), told->name);
    flow->parent_id = id_of(tx_mem(tx), told->parent);
    flow->type = told->type;
    flow->state = told->state;
    flow->input = "{}";
    flow->state_at = NOW - told->age_days * DAY_US;
    TRY(row_insert(tx, flow));
    step->id = mem_printf(tx_mem(tx), "%s.1", flow->id);
    step->flow_id = flow->id;
    step->label = step->kind = "x";
    step->effect = "WRITE";
    step->state = "DONE";
    TRY(row_insert(tx, step));
    return told->instance ? occurrence_insert(tx, told) : NULL;
}

static struct err *
world_insert(struct tx *tx, void *arg)
{
    struct vnf_package *package = row_new(tx_mem(tx), &vnf_package_table);
    struct vnf_instance *vnf = row_new(tx_mem(tx), &vnf_instance_table);

    (void)arg;
    package->id = vnf->package_id = PACKAGE;
    package->project_id = vnf->project_id = PROJECT;
    vnf->id = LIVES;
    vnf->vnfd_id = vnf->vnf_provider = vnf->vnf_product_name = vnf->vnf_software_version = vnf->vnfd_version = "x";
    TRY(row_insert(tx, package));
    return row_insert(tx, vnf);
}

static struct store *
world_store(void)
{
    static const struct table *tables[64];
    static char path[512];
    static const struct table *const *const lists[] = {ledger_tables, flow_tables, nfvo_tables};
    struct store_config config = {.tables = tables, .seal_key = "0123456789abcdef0123456789abcdef"};
    struct store *store = NULL;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct table *const *table = lists[i]; *table; table++) {
            tables[n++] = *table;
        }
    }
    (void)snprintf(path, sizeof path, "%s/db", test_dir());
    config.path = test_store(path);
    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_write_wait(store, world_insert, NULL));
    return store;
}

/* The names of the flows that are there, or of those that rows of another table are of. */
struct left {
    struct mem *mem;
    const char *sql;
    struct buf names;
};

static struct err *
name_add(void *arg, int n, const char *const *columns)
{
    struct left *left = arg;

    if (n > 0) {
        buf_char(&left->names, columns[0][0]);
    }
    return NULL;
}

static struct err *
left_read(struct tx *tx, void *arg)
{
    struct left *left = arg;

    return tx_sql(tx, left->sql, (const char *[]){NULL}, name_add, left);
}

#define LEFT(sql_, want)                                                                           \
    do {                                                                                           \
        struct left left = {.sql = (sql_), .names = BUF_INIT};                                     \
        CHECK_OK(store_read(store, left_read, &left));                                             \
        CHECK_STR(left.names.data, (want));                                                  \
        buf_done(&left.names);                                                                     \
    } while (0)

TEST(nfvo_retention_keeps_what_lives_was_made_by)
{
    static const struct told all[] = {
        {'1', 0, "COMPLETED", "vnf_instantiate", GONE, 100},
        {'2', '1', "COMPLETED", "vnfc_make", NULL, 100},
        {'3', 0, "COMPLETED", "vnf_instantiate", LIVES, 100},
        {'4', 0, "COMPLETED", "vnf_heal", GONE, 10},         /* too young */
        {'5', 0, "FAILED_TEMP", "vnf_heal", GONE, 100},      /* somebody may retry it */
        {'6', 0, "ROLLED_BACK", "vnf_instantiate", GONE, 100}, /* a part of it made what lives */
        {'7', '6', "COMPLETED", "vnf_instantiate", LIVES, 100},
        {'8', 0, "FAILED", "vnf_heal", GONE, 100},           /* a part of it has not ended */
        {'9', '8', "FAILED_TEMP", "vnfc_make", NULL, 100},
        {'a', 0, "COMPLETED", "package_onboard", NULL, 100},
        {'b', 0, "COMPLETED", "ns_follow", NULL, 100},       /* whose, no row says */
        {'c', 0, "FAILED", "vnf_heal", GONE, 100},
    };
    struct store *store = world_store();
    size_t n;

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        struct told told = all[i];

        REQUIRE_OK(store_write_wait(store, told_insert, &told));
    }
    CHECK_OK(retention_run(store, NOW, 101, &n));
    CHECK_INT(n, 0);
    LEFT("SELECT id FROM flow ORDER BY id", "123456789abc");
    CHECK_OK(retention_run(store, NOW, 90, &n));
    CHECK_INT(n, 3);
    LEFT("SELECT id FROM flow ORDER BY id", "3456789b");
    LEFT("SELECT flow_id FROM flow_step ORDER BY flow_id", "3456789b");
    LEFT("SELECT id FROM vnf_lcm_op_occ ORDER BY id", "345678");
    LEFT("SELECT vnf_lcm_op_occ_id FROM lcm_grant ORDER BY 1", "345678");
    CHECK_OK(retention_run(store, NOW, 90, &n));
    CHECK_INT(n, 0);
    CHECK_OK(retention_run(store, NOW, 5, &n));
    CHECK_INT(n, 1);
    LEFT("SELECT id FROM flow ORDER BY id", "356789b");
    store_close(store);
}

static struct err *
many_insert(struct tx *tx, void *arg)
{
    (void)arg;
    for (int i = 0; i < 500; i++) {
        struct flow_row *flow = row_new(tx_mem(tx), &flow_table);

        flow->id = mem_printf(tx_mem(tx), "00000000-0000-4000-8000-%012d", i);
        flow->type = i % 2 ? "package_onboard" : "ns_follow";
        flow->state = "COMPLETED";
        flow->input = "{}";
        flow->state_at = 1;
        TRY(row_insert(tx, flow));
    }
    return NULL;
}

TEST(nfvo_retention_goes_on_behind_what_stays)
{
    struct store *store = world_store();
    size_t n;

    REQUIRE_OK(store_write_wait(store, many_insert, NULL));
    CHECK_OK(retention_run(store, NOW, 90, &n));
    CHECK_INT(n, 250);
    store_close(store);
}
