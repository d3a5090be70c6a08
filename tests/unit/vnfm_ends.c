/* What the end of an operation on a VNF leaves in rows, whichever end it is. */
#include "nfvo/nfvo.h"
#include "test.h"
#include "tosca/record.h"
#include "vnfm/op_occ.h"
#include "vnfm/remains.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <stdio.h>
#include <string.h>

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define INSTANCE "00000000-0000-4000-8000-000000000002"
#define PACKAGE "00000000-0000-4000-8000-000000000003"
#define FLOW_ID "00000000-0000-4000-8000-000000000004"
#define SITE "00000000-0000-4000-8000-000000000005"
#define AFTER "00000000-0000-4000-8000-000000000006"
#define BEFORE_ID "00000000-0000-4000-8000-000000000007"

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

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (const struct table *const *table = lists[i]; *table; table++) {
            tables[n++] = *table;
        }
    }
    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    return store;
}

static void
package_insert(struct tx *tx, const char *id)
{
    struct vnf_package *package = row_new(tx_mem(tx), &vnf_package_table);

    package->id = id;
    package->project_id = PROJECT;
    package->usage_state = "IN_USE";
    REQUIRE_OK(row_insert(tx, package));
}

static void
instance_insert(struct tx *tx)
{
    struct vnf_instance *vnf = row_new(tx_mem(tx), &vnf_instance_table);

    package_insert(tx, PACKAGE);
    vnf->id = INSTANCE;
    vnf->project_id = PROJECT;
    vnf->package_id = PACKAGE;
    vnf->vnfd_id = vnf->vnf_provider = vnf->vnf_product_name = "x";
    vnf->vnf_software_version = vnf->vnfd_version = "x";
    REQUIRE_OK(row_insert(tx, vnf));
}

static struct flow_row *
change_of_package(struct tx *tx, const char *state)
{
    struct flow_row *flow = row_new(tx_mem(tx), &flow_table);

    flow->id = FLOW_ID;
    flow->type = "vnf_change_package";
    flow->state = state;
    flow->input = "{\"vnf_instance_id\":\"" INSTANCE "\",\"package_id\":\"" PACKAGE
                  "\",\"package_after\":\"" AFTER
                  "\",\"name\":\"web\",\"operation\":\"CHANGE_VNFPKG\",\"project_id\":\"" PROJECT "\"}";
    return flow;
}

/* ---- packages --------------------------------------------------------------------------------- */

static struct err *
earlier_fn(struct tx *tx, void *arg)
{
    struct vnf_lcm_op_occ *old, *occ;
    struct vnf_package *package;

    (void)arg;
    instance_insert(tx);
    package_insert(tx, AFTER);
    TRY(row_insert(tx, change_of_package(tx, "PROCESSING")));
    TRY(vnf_op_state_changed(tx, change_of_package(tx, "PROCESSING"), FLOW_N_STATES));
    TRY(row_get(tx, &vnf_lcm_op_occ_table, FLOW_ID, &old));
    occ = row_copy(tx_mem(tx), old);
    occ->package_after = NULL;
    TRY(row_update(tx, old, occ));
    TRY(vnf_op_state_changed(tx, change_of_package(tx, "FAILED_TEMP"), FLOW_PROCESSING));
    TRY(vnf_package_used(tx, AFTER));
    TRY(row_get(tx, &vnf_package_table, AFTER, &package));
    CHECK_STR(package->usage_state, "IN_USE");
    TRY(vnf_op_state_changed(tx, change_of_package(tx, "ROLLED_BACK"), FLOW_ROLLING_BACK));
    TRY(row_get(tx, &vnf_package_table, AFTER, &package));
    CHECK_STR(package->usage_state, "NOT_IN_USE");
    return NULL;
}

TEST(vnfm_ends_release_a_package_that_an_earlier_version_took)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, earlier_fn, NULL));
}

/* ---- parameters ------------------------------------------------------------------------------ */

static struct err *
params_fn(struct tx *tx, void *arg)
{
    struct flow_row *flow = row_new(tx_mem(tx), &flow_table);
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);

    (void)arg;
    instance_insert(tx);
    flow->id = FLOW_ID;
    flow->type = "vnf_instantiate";
    flow->state = "PROCESSING";
    flow->input = "{\"vnf_instance_id\":\"" INSTANCE "\",\"package_id\":\"" PACKAGE
                  "\",\"name\":\"web\",\"project_id\":\"" PROJECT
                  "\",\"request\":{\"additionalParams\":{\"name\":\"you\"}}}";
    TRY(row_insert(tx, flow));
    TRY(vnf_op_state_changed(tx, flow, FLOW_N_STATES));
    flow->state = "FAILED";
    TRY(vnf_op_state_changed(tx, flow, FLOW_FAILED_TEMP));
    TRY(vnf_instance_made(tx, INSTANCE, made));
    CHECK_STR(json_get_str(made->params, "name"), "you");
    return NULL;
}

/* What is left is healed with them. */
TEST(vnfm_ends_keep_parameters_of_an_instantiation_that_was_given_up)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, params_fn, NULL));
}

/* ---- another flavour ------------------------------------------------------------------------- */

/* Flavour "small" has the server "old", "large" has "new". */
static void
flavours_insert(struct tx *tx)
{
    static struct vnfd_image image = {.id = "image", .name = "web", .version = "1.0"};
    static struct vnfd_vdu vdus[] = {
        {.name = "old", .initial_instances = 1, .vcpus = 1, .memory_mb = 64, .image = &image},
        {.name = "new", .initial_instances = 1, .vcpus = 1, .memory_mb = 64, .image = &image}};
    static struct vnfd_flavour flavours[] = {
        {.id = "small", .n_vdus = 1, .vdus = &vdus[0], .n_images = 1, .images = &image},
        {.id = "large", .n_vdus = 1, .vdus = &vdus[1], .n_images = 1, .images = &image}};
    static const struct vnfd vnfd = {.descriptor_id = "x",
                                     .descriptor_version = "1",
                                     .provider = "p",
                                     .product_name = "n",
                                     .software_version = "1",
                                     .n_flavours = 2,
                                     .flavours = flavours};
    struct descriptor *descriptor = row_new(tx_mem(tx), &descriptor_table);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *json;

    jw_object(&w, NULL);
    vnfd_write(&w, "d", &vnfd);
    jw_end(&w);
    REQUIRE_OK(json_parse(tx_mem(tx), text.data, text.len, &json));
    descriptor->id = AFTER;
    descriptor->owner_id = PACKAGE;
    descriptor->project_id = PROJECT;
    descriptor->record = json_get(json, "d");
    REQUIRE_OK(row_insert(tx, descriptor));
}

static void
old_insert(struct tx *tx)
{
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    struct made_vnfc *vnfc = row_new(tx_mem(tx), &made_vnfc_table);

    made->vnf_instance_id = INSTANCE;
    made->project_id = PROJECT;
    made->flavour_id = "small";
    vnfc->name = vnfc->vdu = "old";
    vnfc->server_id = "s1";
    vnf_rows_add(tx_mem(tx), &made->vnfcs, vnfc);
    REQUIRE_OK(vnf_instance_keep(tx, made, "STARTED"));
}

static struct err *
came_fn(struct tx *tx, void *arg)
{
    struct flow_step_row *step = row_new(tx_mem(tx), &flow_step_table);
    struct flow_row *flow = row_new(tx_mem(tx), &flow_table);
    struct vnf_in *in = row_new(tx_mem(tx), &vnf_in_table);
    struct vnf_made *made = NULL;
    const struct made_vnfc *vnfcs[2];

    (void)arg;
    instance_insert(tx);
    flavours_insert(tx);
    old_insert(tx);
    flow->id = step->flow_id = FLOW_ID;
    flow->type = "vnf_flavour_change";
    flow->state = "FAILED_TEMP";
    flow->input = "{}";
    TRY(row_insert(tx, flow));
    step->id = FLOW_ID ".0";
    step->label = "server new";
    step->effect = "WRITE";
    step->kind = "vim server create";
    step->state = "DONE";
    step->input = "{\"site\":\"" SITE "\"}";
    step->output = "{\"id\":\"s2\"}";
    TRY(row_insert(tx, step));
    in->vnf_instance_id = INSTANCE;
    in->package_id = PACKAGE;
    in->operation = "CHANGE_FLAVOUR";
    in->flavour_id = "large";
    in->part = "COMES";
    TRY(vnf_scale_remains(tx, flow, in, &made));
    REQUIRE(made->vnfcs.n == 2);
    vnfcs[0] = made->vnfcs.items[0];
    vnfcs[1] = made->vnfcs.items[1];
    CHECK_STR(made->flavour_wanted, "large");
    CHECK_STR(vnfcs[0]->server_id, "s1");
    CHECK(!vnfcs[0]->came);
    CHECK_STR(vnfcs[1]->server_id, "s2");
    CHECK(vnfcs[1]->came);
    return NULL;
}

/* The script at the end of the next change takes it for new, as it is. */
TEST(vnfm_ends_know_a_server_that_came_with_a_flavour_that_was_given_up)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, came_fn, NULL));
}

/* ---- scripts ---------------------------------------------------------------------------------- */

static struct err *
no_record_fn(struct tx *tx, void *arg)
{
    struct scripts_in *in = row_new(tx_mem(tx), &scripts_in_table);
    struct scripts_out *out = row_new(tx_mem(tx), &scripts_out_table);

    (void)arg;
    instance_insert(tx);
    in->vnf_instance_id = INSTANCE;
    in->package_id = PACKAGE;
    in->operation = "terminate_start";
    CHECK_OK(vnf_scripts_read.local(tx, in, out));
    CHECK_INT(out->made.n, 0);
    return NULL;
}

TEST(vnfm_ends_gracefully_where_an_earlier_version_kept_no_record)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, no_record_fn, NULL));
}

/* ---- host keys ------------------------------------------------------------------------------ */

static void
met(struct tx *tx, const char *operation, const char *server)
{
    struct script_run_row *run = row_new(tx_mem(tx), &script_run_table);

    run->project_id = PROJECT;
    run->vnf_instance_id = INSTANCE;
    run->vnf_lcm_op_occ_id = operation;
    run->operation = run->vnfc = run->address = run->output = run->errors = "x";
    run->server_id = server;
    run->host_key = "ssh-ed25519 AAAA";
    REQUIRE_OK(row_insert(tx, run));
}

static int64_t
keys_known(struct tx *tx, const char *operation, const char *server)
{
    struct cond conds[] = {COND("vnf_lcm_op_occ_id", operation),
                           COND("server_id", server),
                           {.attr = "host_key", .op = COND_NOT_NULL},
                           {0}};
    struct query query = {.table = &script_run_table, .conds = conds};
    int64_t n = -1;

    REQUIRE_OK(rows_count(tx, &query, &n));
    return n;
}

static void
rebuilt(struct tx *tx, const char *server)
{
    struct flow_step_row *step = row_new(tx_mem(tx), &flow_step_table);

    step->id = FLOW_ID ".0";
    step->flow_id = FLOW_ID;
    step->label = "rebuild web";
    step->effect = "WRITE";
    step->kind = "vim server rebuild";
    step->state = "UNDONE";
    step->input = mem_printf(tx_mem(tx), "{\"site\":\"" SITE "\",\"id\":\"%s\"}", server);
    REQUIRE_OK(row_insert(tx, step));
}

static struct err *
host_keys_fn(struct tx *tx, void *arg)
{
    (void)arg;
    instance_insert(tx);
    package_insert(tx, AFTER);
    TRY(row_insert(tx, change_of_package(tx, "PROCESSING")));
    TRY(vnf_op_state_changed(tx, change_of_package(tx, "PROCESSING"), FLOW_N_STATES));
    met(tx, BEFORE_ID, "anew");
    met(tx, BEFORE_ID, "same");
    met(tx, FLOW_ID, "anew");
    rebuilt(tx, "anew");
    TRY(vnf_op_state_changed(tx, change_of_package(tx, "FAILED_TEMP"), FLOW_PROCESSING));
    CHECK_INT(keys_known(tx, BEFORE_ID, "anew"), 1);
    TRY(vnf_op_state_changed(tx, change_of_package(tx, "ROLLED_BACK"), FLOW_ROLLING_BACK));
    CHECK_INT(keys_known(tx, BEFORE_ID, "anew"), 0);
    CHECK_INT(keys_known(tx, BEFORE_ID, "same"), 1);
    CHECK_INT(keys_known(tx, FLOW_ID, "anew"), 1);
    return NULL;
}

TEST(vnfm_ends_forget_host_keys_of_servers_that_were_made_anew)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, host_keys_fn, NULL));
}
