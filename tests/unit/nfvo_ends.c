/* What an operation of an NS leaves in rows when it rests. */
#include "nfvo/flows.h"
#include "nfvo/nfvo.h"
#include "test.h"
#include "tosca/record.h"
#include "vnfm/vnfm.h"

#include <stdio.h>
#include <string.h>

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define NSD "00000000-0000-4000-8000-000000000002"
#define NS "00000000-0000-4000-8000-000000000003"
#define FLOW_ID "00000000-0000-4000-8000-000000000004"
#define CHILD "00000000-0000-4000-8000-000000000005"
#define AROUND "00000000-0000-4000-8000-000000000006"

/* ---- the world ----------------------------------------------------------------------------- */

static struct store *
world_store(void)
{
    static const struct table *tables[64];
    static char path[512];
    static const struct table *const *const lists[] = {flow_tables, nfvo_tables};
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

static const struct json *
record_of(struct mem *mem)
{
    static const struct nsd nsd = {.descriptor_id = "d", .invariant_id = "i", .version = "1",
                                   .designer = "d", .name = "n"};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;

    nsd_write(&w, NULL, &nsd);
    REQUIRE_OK(json_parse(mem, text.data, text.len, &json));
    return json;
}

static void
ns_insert(struct tx *tx)
{
    struct ns_descriptor *nsd = row_new(tx_mem(tx), &ns_descriptor_table);
    struct descriptor *record = row_new(tx_mem(tx), &descriptor_table);
    struct ns_instance *ns = row_new(tx_mem(tx), &ns_instance_table);

    nsd->id = ns->nsd_info_id = record->owner_id = NSD;
    nsd->project_id = ns->project_id = record->project_id = PROJECT;
    record->record = record_of(tx_mem(tx));
    ns->id = NS;
    ns->name = ns->description = ns->nsd_id = "x";
    REQUIRE_OK(row_insert(tx, nsd));
    REQUIRE_OK(row_insert(tx, record));
    REQUIRE_OK(row_insert(tx, ns));
}

static struct flow_row *
instantiation(struct tx *tx, const char *state, const char *parent)
{
    struct flow_row *flow = row_new(tx_mem(tx), &flow_table);

    flow->id = FLOW_ID;
    flow->type = "ns_instantiate";
    flow->parent_id = parent;
    flow->state = state;
    flow->input = "{\"ns_instance_id\":\"" NS "\",\"nsd_info_id\":\"" NSD
                  "\",\"name\":\"n\",\"project_id\":\"" PROJECT "\",\"request\":{}}";
    return flow;
}

/* ---- may it continue? -------------------------------------------------------------------------- */

/* A VNF failed, and 'plan' was journalled. */
static void
failed_part(struct tx *tx, const char *plan)
{
    struct flow_row *child = row_new(tx_mem(tx), &flow_table);
    struct flow_step_row *step = row_new(tx_mem(tx), &flow_step_table);

    child->id = CHILD;
    child->parent_id = FLOW_ID;
    child->type = "vnf_instantiate";
    child->state = "FAILED_TEMP";
    child->input = "{\"vnf_instance_id\":\"" CHILD "\",\"package_id\":\"" NSD
                   "\",\"name\":\"web\",\"project_id\":\"" PROJECT "\"}";
    REQUIRE_OK(row_insert(tx, child));
    step->id = FLOW_ID ".0";
    step->flow_id = FLOW_ID;
    step->label = "place";
    step->effect = "READ";
    step->kind = "place";
    step->state = "DONE";
    step->output = plan;
    REQUIRE_OK(row_insert(tx, step));
}

struct stop {
    const char *plan, *parent;
    bool may;
};

static struct err *
stopped_fn(struct tx *tx, void *arg)
{
    const struct stop *stop = arg;
    struct flow_row *around = instantiation(tx, "PROCESSING", NULL);
    struct ns_lcm_op_occ *occ;

    ns_insert(tx);
    around->id = AROUND;
    TRY(row_insert(tx, around));
    TRY(row_insert(tx, instantiation(tx, "PROCESSING", stop->parent)));
    failed_part(tx, stop->plan);
    TRY(ns_op_state_changed(tx, instantiation(tx, "PROCESSING", stop->parent), FLOW_N_STATES));
    TRY(ns_op_state_changed(tx, instantiation(tx, "FAILED_TEMP", stop->parent), FLOW_PROCESSING));
    TRY(row_get(tx, &ns_lcm_op_occ_table, FLOW_ID, &occ));
    CHECK_STR(occ->operation_state, "FAILED_TEMP");
    CHECK_INT(occ->may_continue, stop->may);
    return NULL;
}

static void
stop_with(struct stop stop)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, stopped_fn, &stop));
}

TEST(nfvo_ends_may_continue_without_a_vnf)
{
    stop_with((struct stop){.plan = "{}", .may = true});
}

TEST(nfvo_ends_rest_where_a_plan_of_an_earlier_version_cannot_be_read)
{
    stop_with((struct stop){.plan = "{\"hops\": 7, \"gone\": 1}"});
}

TEST(nfvo_ends_may_not_continue_as_a_part_of_another)
{
    stop_with((struct stop){.plan = "{}", .parent = AROUND});
}
