/* The VNFM: what a VNFD needs, occurrences that follow their flows, holdings. */
#include "vnfm/vnfm.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "nfvo/journal.h"
#include "nfvo/nfvo.h"
#include "nfvo/ns_update.h"
#include "nfvo/place.h"
#include "nfvo/request.h"
#include "test.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/held.h"
#include "vnfm/op_occ.h"
#include "vnfm/scripts.h"

#include <stdio.h>
#include <string.h>

/* ---- what a VNFD needs ------------------------------------------------------------------ */

static struct vnfd_image image = {.id = "image", .name = "web", .version = "1.0"};
static struct vnfd_cp cp = {.name = "cp", .vdu = "vdu", .external = "vl", .port_security = true};
static struct vnfd_cp *vdu_cps[] = {&cp};
static struct vnfd_count counts[] = {{.vdu = "vdu", .n = 3}};
static struct vnfd_level levels[] = {{.name = "three", .n_counts = 1, .counts = counts}};

static struct vnfd_vdu
vdu_make(void)
{
    return (struct vnfd_vdu){
        .name = "vdu",
        .initial_instances = 1,
        .vcpus = 2,
        .memory_mb = 256,
        .image = &image,
        .user_data = "hello",
        .n_cps = 1,
        .cps = vdu_cps,
    };
}

static struct vnfd
vnfd_make(struct vnfd_flavour *flavour, struct vnfd_vdu *vdu)
{
    *vdu = vdu_make();
    *flavour = (struct vnfd_flavour){.id = "small",
                                     .n_vdus = 1,
                                     .vdus = vdu,
                                     .n_cps = 1,
                                     .cps = &cp,
                                     .n_levels = 1,
                                     .levels = levels};
    return (struct vnfd){.descriptor_id = "vnfd-1", .n_flavours = 1, .flavours = flavour};
}

TEST(vnfm_level_says_how_many_servers)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd_flavour flavour;
    struct vnfd_vdu vdu;
    struct vnfd vnfd = vnfd_make(&flavour, &vdu);
    struct vnf_wanted *wanted = row_new(mem, &vnf_wanted_table);
    struct vnf_size size;

    REQUIRE_OK(vnf_wanted_fill(mem, &vnfd, "small", "three", NULL, wanted));
    size = vnf_size_of(wanted);
    CHECK_INT(size.servers, 3);
    CHECK_INT(size.vcpus, 6);
    CHECK_INT(size.memory_mb, 768);
    const struct wanted_vnfc *last = wanted->vnfcs.items[2];
    CHECK_STR(last->name, "vdu-3");
    CHECK_STR(last->user_data, "aGVsbG8=");
    CHECK_STR(((const struct wanted_cp *)last->cps.items[0])->requirement, "vl");
}

TEST(vnfm_what_a_vnfd_lacks_is_told)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd_flavour flavour;
    struct vnfd_vdu vdu;
    struct vnfd vnfd = vnfd_make(&flavour, &vdu);
    struct vnf_wanted *wanted = row_new(mem, &vnf_wanted_table);

    CHECK_ERR_MSG(vnf_wanted_fill(mem, &vnfd, "big", NULL, NULL, wanted), E_INVALID,
                  "no deployment flavour big");
    CHECK_ERR_MSG(vnf_wanted_fill(mem, &vnfd, "small", "nine", NULL, wanted), E_INVALID,
                  "no instantiation level nine");
    vdu.image = NULL;
    CHECK_ERR_MSG(vnf_wanted_fill(mem, &vnfd, "small", "three", NULL, wanted), E_NOT_IMPLEMENTED,
                  "VDU vdu has no software image");
}

/* ---- scale levels ------------------------------------------------------------------------- */

static struct vnfd_delta every_step[] = {{.vdu = "vdu", .n = 2}};
static struct vnfd_aspect aspects[] = {
    {.name = "grow", .max_level = 3, .n_deltas = 1, .deltas = every_step}};

static struct rows
scales_of(struct mem *mem, int64_t level)
{
    struct vnf_scale *scale = row_new(mem, &vnf_scale_table);
    struct rows rows = {.n = 1, .items = MEM_ARRAY(mem, 1, void *)};

    scale->aspect = "grow";
    scale->level = level;
    rows.items[0] = scale;
    return rows;
}

static struct vnf_made *
made_of(struct mem *mem, const struct vnf_wanted *wanted)
{
    struct vnf_made *made = row_new(mem, &vnf_made_table);

    made->vnfcs.items = MEM_ARRAY(mem, wanted->vnfcs.n + 1, void *);
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *one = wanted->vnfcs.items[i];
        struct made_vnfc *vnfc = row_new(mem, &made_vnfc_table);

        vnfc->name = one->name;
        vnfc->vdu = one->vdu;
        vnfc->number = one->number;
        vnfc->server_id = mem_printf(mem, "server-%zu", i);
        made->vnfcs.items[made->vnfcs.n++] = vnfc;
    }
    return made;
}

TEST(vnfm_scale_levels_say_what_comes_and_what_goes)
{
    AUTO(mem) mem = mem_new("test");
    struct vnfd_flavour flavour;
    struct vnfd_vdu vdu;
    struct vnfd vnfd = vnfd_make(&flavour, &vdu);
    struct vnf_wanted *one = row_new(mem, &vnf_wanted_table), *two = row_new(mem, &vnf_wanted_table);
    struct rows to_one = scales_of(mem, 1), to_two = scales_of(mem, 2), too_far = scales_of(mem, 4);
    struct vnf_change change;
    struct vnf_made *made;

    flavour.n_aspects = 1;
    flavour.aspects = aspects;
    vdu.max_instances = 5;
    REQUIRE_OK(vnf_wanted_fill(mem, &vnfd, "small", NULL, &to_one, one));
    REQUIRE_OK(vnf_wanted_fill(mem, &vnfd, "small", NULL, &to_two, two));
    CHECK_INT(one->vnfcs.n, 3);
    CHECK_INT(two->vnfcs.n, 5);
    CHECK_INT(((const struct vnf_scale *)two->scales.items[0])->max, 3);

    change = vnf_change_of(mem, made_of(mem, one), two);
    CHECK_INT(change.removed.n, 0);
    REQUIRE(change.added.n == 2);
    CHECK_STR(((const struct wanted_vnfc *)change.added.items[0])->name, "vdu-4");
    CHECK_INT(((const struct wanted_vnfc *)change.added.items[1])->number, 4);

    made = made_of(mem, two);
    change = vnf_change_of(mem, made, one);
    CHECK_INT(change.added.n, 0);
    REQUIRE(change.removed.n == 2);
    CHECK_STR(((const struct made_vnfc *)change.removed.items[0])->name, "vdu-5");

    /* One that lost its server is made anew. */
    ((struct made_vnfc *)made->vnfcs.items[1])->server_id = NULL;
    change = vnf_change_of(mem, made, two);
    CHECK_INT(change.added.n, 1);
    CHECK_INT(change.removed.n, 1);

    CHECK_ERR_MSG(vnf_wanted_fill(mem, &vnfd, "small", NULL, &too_far, one), E_INVALID,
                  "aspect grow has scale levels 0 to 3, not 4");
    vdu.max_instances = 4;
    CHECK_ERR_MSG(vnf_wanted_fill(mem, &vnfd, "small", NULL, &to_two, one), E_INVALID,
                  "5 are wanted");
}

/* ---- rows --------------------------------------------------------------------------------- */

static struct store *
world_store(void)
{
    static const struct table *tables[64];
    static char path[512];
    static const struct table *const *const lists[] = {ledger_tables, flow_tables, nfvo_tables};
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

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define INSTANCE "00000000-0000-4000-8000-000000000002"
#define PACKAGE "00000000-0000-4000-8000-000000000003"
#define FLOW_ID "00000000-0000-4000-8000-000000000004"
#define NS "00000000-0000-4000-8000-000000000008"
#define SITE "00000000-0000-4000-8000-000000000005"

static struct flow_row *
flow_of(struct tx *tx, const char *state, const char *error)
{
    struct flow_row *flow = row_new(tx_mem(tx), &flow_table);

    flow->id = FLOW_ID;
    flow->type = "vnf_instantiate";
    flow->state = state;
    flow->error = error;
    flow->input =
        "{\"vnf_instance_id\":\"" INSTANCE "\",\"package_id\":\"" PACKAGE
        "\",\"name\":\"web\",\"project_id\":\"" PROJECT "\",\"request\":{\"flavourId\":\"small\"}}";
    return flow;
}

static struct err *
occurrence_fn(struct tx *tx, void *arg)
{
    struct vnf_lcm_op_occ *occ;

    (void)arg;
    CHECK_OK(vnf_operation_free(tx, INSTANCE));
    TRY(vnf_op_state_changed(tx, flow_of(tx, "STARTING", NULL), FLOW_N_STATES));
    TRY(row_get(tx, &vnf_lcm_op_occ_table, FLOW_ID, &occ));
    CHECK_STR(occ->operation, "INSTANTIATE");
    CHECK_STR(json_get_str(occ->operation_params, "flavourId"), "small");
    CHECK(!occ->is_automatic);
    CHECK_ERR_MSG(vnf_operation_free(tx, INSTANCE), E_CONFLICT, "is STARTING");
    TRY(vnf_op_state_changed(
        tx,
        flow_of(tx, "FAILED_TEMP",
                "{\"code\":\"QUOTA\",\"message\":\"no room\",\"step\":\"grant\"}"),
        FLOW_PROCESSING));
    TRY(row_get(tx, &vnf_lcm_op_occ_table, FLOW_ID, &occ));
    CHECK_STR(occ->operation_state, "FAILED_TEMP");
    CHECK_STR(json_get_str(occ->error, "detail"), "step \"grant\": no room");
    CHECK_INT(json_int(json_get(occ->error, "status"), 0), 409);
    CHECK(json_is(json_get(occ->resource_changes, "affectedVnfcs"), JSON_T_ARRAY));
    CHECK_ERR(vnf_operation_free(tx, INSTANCE), E_CONFLICT);
    TRY(vnf_op_state_changed(tx, flow_of(tx, "ROLLED_BACK", NULL), FLOW_ROLLING_BACK));
    CHECK_OK(vnf_operation_free(tx, INSTANCE));
    return NULL;
}

TEST(vnfm_occurrence_follows_its_flow)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, occurrence_fn, NULL));
}

static void
vnf_of_ns_insert(struct tx *tx)
{
    struct vnf_package *package = row_new(tx_mem(tx), &vnf_package_table);
    struct ns_descriptor *nsd = row_new(tx_mem(tx), &ns_descriptor_table);
    struct ns_instance *ns = row_new(tx_mem(tx), &ns_instance_table);
    struct vnf_instance *vnf = row_new(tx_mem(tx), &vnf_instance_table);

    package->id = nsd->id = PACKAGE;
    ns->id = vnf->ns_instance_id = NS;
    vnf->id = INSTANCE;
    package->project_id = nsd->project_id = ns->project_id = vnf->project_id = PROJECT;
    ns->nsd_info_id = vnf->package_id = PACKAGE;
    ns->name = ns->description = ns->nsd_id = vnf->vnfd_id = "x";
    vnf->vnf_provider = vnf->vnf_product_name = vnf->vnf_software_version = vnf->vnfd_version = "x";
    REQUIRE_OK(row_insert(tx, package));
    REQUIRE_OK(row_insert(tx, nsd));
    REQUIRE_OK(row_insert(tx, ns));
    REQUIRE_OK(row_insert(tx, vnf));
}

/* Whatever became of the NS operation that it was part of. */
static struct err *
open_part_fn(struct tx *tx, void *arg)
{
    struct ns_in *ns = row_new(tx_mem(tx), &ns_in_table);
    struct vnf_instance *vnf;
    struct vnf_in *in;

    (void)arg;
    vnf_of_ns_insert(tx);
    ns->ns_instance_id = NS;
    TRY(vnf_op_state_changed(tx, flow_of(tx, "PROCESSING", NULL), FLOW_N_STATES));
    CHECK_ERR_MSG(ns_vnf_take(tx, ns, INSTANCE, &vnf, &in), E_CONFLICT, "is PROCESSING");
    CHECK_INT(ns->scaled.n, 0);
    TRY(vnf_op_state_changed(tx, flow_of(tx, "COMPLETED", NULL), FLOW_PROCESSING));
    CHECK_OK(ns_vnf_take(tx, ns, INSTANCE, &vnf, &in));
    CHECK_INT(ns->scaled.n, 1);
    return NULL;
}

TEST(vnfm_with_an_open_operation_is_not_taken_for_another_of_the_ns)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, open_part_fn, NULL));
}

#define TWIN "00000000-0000-4000-8000-000000000009"

/* A second VNF, and for the first a VNFM that is another process. */
static struct err *
twin_insert(struct tx *tx)
{
    struct vnfm *vnfm = row_new(tx_mem(tx), &vnfm_table);
    struct vnf_instance *old, *row;

    vnf_of_ns_insert(tx);
    vnfm->id = vnfm->project_id = PROJECT;
    vnfm->name = "edge";
    vnfm->url = "http://127.0.0.1:1";
    TRY(row_insert(tx, vnfm));
    TRY(row_get(tx, &vnf_instance_table, INSTANCE, &old));
    row = row_copy(tx_mem(tx), old);
    row->vnfm_id = PROJECT;
    TRY(row_update(tx, old, row));
    row = row_copy(tx_mem(tx), old);
    row->id = TWIN;
    return row_insert(tx, row);
}

static struct ns_updating
updating_of(struct tx *tx)
{
    struct ns_in *ns = row_new(tx_mem(tx), &ns_in_table);

    ns->ns_instance_id = NS;
    ns->project_id = PROJECT;
    return (struct ns_updating){.tx = tx,
                                .in = ns,
                                .made = row_new(tx_mem(tx), &ns_made_table),
                                .request = row_new(tx_mem(tx), &update_ns_request_table)};
}

static struct err *
load_once_fn(struct tx *tx, void *arg)
{
    static struct vnfd had;
    struct vnfd *vnfd = NULL;
    struct map loaded;

    (void)arg;
    map_init(&loaded, tx_mem(tx));
    CHECK_ERR(vnfd_load_once(tx, &loaded, PACKAGE, &vnfd), E_CONFLICT);
    map_set(&loaded, PACKAGE, &had);
    CHECK_OK(vnfd_load_once(tx, &loaded, PACKAGE, &vnfd));
    CHECK(vnfd == &had);
    return NULL;
}

TEST(nfvo_reads_the_record_of_a_vnfd_once)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, load_once_fn, NULL));
}

static struct err *
drains_fn(struct tx *tx, void *arg)
{
    static const struct {
        const char *first, *second; /* parameters; null = none are given */
        int64_t drain_s;
    } cases[] = {
        {NULL, NULL, 10},
        {"{\"drainSeconds\": 60}", "{\"drainSeconds\": 0}", 60},
        {"{\"drainSeconds\": 0}", NULL, 10},
        {"{\"drainSeconds\": 0}", "{\"drainSeconds\": 3}", 3},
    };

    (void)arg;
    TRY(twin_insert(tx));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *ids[] = {INSTANCE, TWIN}, *params[] = {cases[i].first, cases[i].second};
        struct update_ns_request *request = row_new(tx_mem(tx), &update_ns_request_table);
        struct ns_updating u = updating_of(tx);

        u.request = request;
        for (size_t j = 0; j < ARRAY_SIZE(ids); j++) {
            struct terminate_vnf_data *data = row_new(tx_mem(tx), &terminate_vnf_data_table);

            data->vnf_instance_id = ids[j];
            if (params[j]) {
                TRY(json_parse(tx_mem(tx), params[j], strlen(params[j]), &data->additional_params));
                place_add(tx_mem(tx), &request->terminate, data);
            }
        }
        CHECK_OK(update_remove(&u, INSTANCE));
        CHECK_OK(update_remove(&u, TWIN));
        CHECK_INT(u.in->drain_s, cases[i].drain_s);
    }
    return NULL;
}

TEST(ns_update_drains_as_long_as_the_slowest_of_those_that_go)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, drains_fn, NULL));
}

static struct err *
touched_fn(struct tx *tx, void *arg)
{
    static const struct {
        const char *kind, *state, *output;
    } entries[] = {
        {"vim server create", "DONE", "{\"id\":\"s1\"}"},
        {"vim port create", "UNDONE", "{\"id\":\"p1\"}"},
        {"vim port create", "STARTED", NULL},
        {"vnf describe", "DONE", "{\"id\":\"none\"}"},
    };
    struct flow_row *flow = flow_of(tx, "FAILED_TEMP", NULL);
    struct vnf_lcm_op_occ *occ;

    (void)arg;
    TRY(vnf_op_state_changed(tx, flow, FLOW_N_STATES));
    TRY(row_insert(tx, flow));
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        struct flow_step_row *step = row_new(tx_mem(tx), &flow_step_table);

        step->id = mem_printf(tx_mem(tx), "%s.%zu", FLOW_ID, i);
        step->flow_id = FLOW_ID;
        step->seq = (int64_t)i;
        step->label = "server vdu";
        step->effect = "WRITE";
        step->kind = entries[i].kind;
        step->state = entries[i].state;
        step->input = "{\"site\":\"" SITE "\"}";
        step->output = entries[i].output;
        TRY(row_insert(tx, step));
    }
    TRY(vnf_op_state_changed(tx, flow, FLOW_PROCESSING));
    TRY(row_get(tx, &vnf_lcm_op_occ_table, FLOW_ID, &occ));
    const struct json *servers = json_get(occ->resource_changes, "affectedVnfcs");
    CHECK_INT(servers->n, 1);
    CHECK_STR(json_get_str(servers->items[0], "vduId"), "vdu");
    CHECK_STR(json_get_str(servers->items[0], "changeType"), "ADDED");
    CHECK_STR(json_str(json_path(servers, "0.computeResource.resourceId")), "s1");
    const struct json *ports = json_get(occ->resource_changes, "affectedExtLinkPorts");
    /* A link port is ADDED or REMOVED: what was made and undone was neither. */
    CHECK_INT(ports->n, 0);
    return NULL;
}

TEST(vnfm_changes_tell_what_was_really_touched)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, touched_fn, NULL));
}

static struct err *
holdings_fn(struct tx *tx, void *arg)
{
    struct rows items = {0};
    struct owner *owner = row_new(tx_mem(tx), &owner_table);
    struct held_list *list = row_new(tx_mem(tx), &held_list_table);

    (void)arg;
    owner->owner_id = INSTANCE;
    owner->project_id = PROJECT;
    held_add(tx_mem(tx), &items, SITE, "network", "n1", "data");
    held_add(tx_mem(tx), &items, SITE, "port", "p1", "cp");
    held_add(tx_mem(tx), &items, SITE, "server", "s1", "vdu");
    TRY(held_insert(tx, INSTANCE, PROJECT, &items));
    TRY(held_read.local(tx, owner, list));
    CHECK_INT(list->items.n, 3);
    CHECK_STR(((const struct held *)list->items.items[0])->kind, "network");
    CHECK_STR(((const struct held *)list->items.items[2])->resource_id, "s1");
    /* What comes later stands behind; what goes leaves the rest in order. */
    items = (struct rows){0};
    held_add(tx_mem(tx), &items, SITE, "server", "s2", "vdu-2");
    TRY(held_insert(tx, INSTANCE, PROJECT, &items));
    items = (struct rows){0};
    held_add(tx_mem(tx), &items, SITE, "port", "p1", "cp");
    held_add(tx_mem(tx), &items, SITE, "server", "p1", "cp");
    TRY(held_drop(tx, INSTANCE, &items));
    list = row_new(tx_mem(tx), &held_list_table);
    TRY(held_read.local(tx, owner, list));
    CHECK_INT(list->items.n, 3);
    CHECK_STR(((const struct held *)list->items.items[1])->resource_id, "s1");
    CHECK_STR(((const struct held *)list->items.items[2])->resource_id, "s2");
    TRY(held_forget(tx, INSTANCE));
    list = row_new(tx_mem(tx), &held_list_table);
    TRY(held_read.local(tx, owner, list));
    CHECK_INT(list->items.n, 0);
    return NULL;
}

TEST(vnfm_holdings_keep_their_order)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, holdings_fn, NULL));
}

#define N_LEFT 400 /* more than the store reads in one batch */

/* A given-up operation made many things: each is noted by its own label. */
static struct err *
given_up_fn(struct tx *tx, void *arg)
{
    struct flow_row *flow = flow_of(tx, "FAILED_TEMP", NULL);
    struct owner *owner = row_new(tx_mem(tx), &owner_table);
    struct held_list *list = row_new(tx_mem(tx), &held_list_table);

    (void)arg;
    TRY(row_insert(tx, flow));
    for (size_t i = 0; i < N_LEFT; i++) {
        struct flow_step_row *step = row_new(tx_mem(tx), &flow_step_table);

        step->id = mem_printf(tx_mem(tx), "%s.%zu", FLOW_ID, i);
        step->flow_id = FLOW_ID;
        step->seq = (int64_t)i;
        step->label = mem_printf(tx_mem(tx), "port %zu", i);
        step->effect = "WRITE";
        step->kind = "vim port create";
        step->state = "DONE";
        step->input = "{\"site\":\"" SITE "\"}";
        step->output = mem_printf(tx_mem(tx), "{\"id\":\"p%zu\"}", i);
        TRY(row_insert(tx, step));
    }
    TRY(held_from_journal(tx, FLOW_ID, INSTANCE, PROJECT));
    owner->owner_id = INSTANCE;
    owner->project_id = PROJECT;
    TRY(held_read.local(tx, owner, list));
    CHECK_INT(list->items.n, N_LEFT);
    for (size_t i = 0; i < list->items.n; i++) {
        const struct held *held = list->items.items[i];

        CHECK_STR(held->label, mem_printf(tx_mem(tx), "port %zu", i));
        CHECK_STR(held->resource_id, mem_printf(tx_mem(tx), "p%zu", i));
    }
    return NULL;
}

TEST(vnfm_what_was_given_up_is_noted)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, given_up_fn, NULL));
}

/* ---- boot data ---------------------------------------------------------------------------- */

#define USER_DATA_CHARACTERS 65535 /* of Base64: what Nova's schema of a server takes */

static struct err *
told_fn(struct tx *tx, void *arg)
{
    struct boot_in *in = row_new(tx_mem(tx), &boot_in_table);
    struct boot_out *out = row_new(tx_mem(tx), &boot_out_table);
    struct boot_text *text = row_new(tx_mem(tx), &boot_text_table);
    char *letters = mem_alloc(tx_mem(tx), USER_DATA_CHARACTERS);
    AUTO_BUF json = BUF_INIT;
    struct jw w = jw_to(&json);
    size_t n = *(const size_t *)arg;

    memset(letters, 'x', n);
    letters[n] = '\0';
    jw_str(&w, NULL, letters);
    in->vnf_instance_id = INSTANCE;
    text->vdu = "vdu";
    TRY(json_parse(tx_mem(tx), json.data, json.len, &text->text));
    place_add(tx_mem(tx), &in->texts, text);
    TRY(vnf_boot_data.local(tx, in, out));
    CHECK(strlen(out->user_data.items[0]) <= USER_DATA_CHARACTERS);
    return NULL;
}

TEST(vnfm_boot_data_are_what_nova_takes)
{
    AUTO(store) store = world_store();
    size_t most = USER_DATA_CHARACTERS / 4 * 3, more = most + 1;

    CHECK_OK(store_write_wait(store, told_fn, &most));
    CHECK_ERR(store_write_wait(store, told_fn, &more), E_UNPROCESSABLE);
}

/* ---- claims ------------------------------------------------------------------------------- */

static int64_t
servers_claimed(struct tx *tx)
{
    struct ledger_use use = {0};

    CHECK_OK(ledger_usage(tx, SITE, "SERVER", &use));
    return use.used;
}

static struct grant_in *
asks_for(struct tx *tx, const char *operation, const char *op_occ_id, int64_t servers)
{
    struct grant_in *in = row_new(tx_mem(tx), &grant_in_table);
    struct vnf_lcm_op_occ *occ = row_new(tx_mem(tx), &vnf_lcm_op_occ_table);

    occ->id = op_occ_id;
    occ->project_id = PROJECT;
    occ->vnf_instance_id = INSTANCE;
    occ->operation_state = "STARTING";
    occ->operation = operation;
    CHECK_OK(row_insert(tx, occ));
    in->vnf_lcm_op_occ_id = op_occ_id;
    in->vnf_instance_id = INSTANCE;
    in->project_id = PROJECT;
    in->operation = operation;
    in->site = SITE;
    in->servers = servers;
    in->vcpus = in->memory_mb = in->disk_gb = servers;
    return in;
}

static struct err *
claims_fn(struct tx *tx, void *arg)
{
    struct site *site = row_new(tx_mem(tx), &site_table);
    struct grant_in *first = asks_for(tx, "INSTANTIATE", FLOW_ID, 3);
    struct grant_in *out = asks_for(tx, "SCALE", "00000000-0000-4000-8000-000000000006", 2);
    struct grant_in *in = asks_for(tx, "SCALE", "00000000-0000-4000-8000-000000000007", 0);
    struct grant_out *granted = row_new(tx_mem(tx), &grant_out_table);
    struct owner *owner = row_new(tx_mem(tx), &owner_table);

    (void)arg;
    owner->owner_id = INSTANCE;
    site->id = SITE;
    site->project_id = PROJECT;
    site->name = "east";
    site->auth_url = "http://east/v3";
    site->username = site->password = site->project_name = "x";
    TRY(row_insert(tx, site));
    TRY(nfvo_grant.local(tx, first, row_new(tx_mem(tx), &grant_out_table)));
    TRY(nfvo_grant.local(tx, out, granted));
    CHECK_INT(servers_claimed(tx), 5);
    TRY(nfvo_grant.undo_local(tx, out, granted));
    CHECK_INT(servers_claimed(tx), 3);
    TRY(nfvo_grant.local(tx, out, granted));
    TRY(nfvo_grant.local(tx, in, row_new(tx_mem(tx), &grant_out_table)));
    CHECK_INT(servers_claimed(tx), 5);
    in->servers = 1;
    TRY(nfvo_grant_settle.local(tx, in, NULL));
    CHECK_INT(servers_claimed(tx), 1);
    TRY(nfvo_grant_end.local(tx, owner, NULL));
    CHECK_INT(servers_claimed(tx), 0);
    return NULL;
}

TEST(vnfm_claims_follow_a_scaling)
{
    AUTO(store) store = world_store();

    CHECK_OK(store_write_wait(store, claims_fn, NULL));
}

/* ---- what is told of addresses ------------------------------------------------------------ */

TEST(vnfm_addresses_are_told_with_type_and_mac)
{
    static const char *ips[] = {"10.0.0.2", "2001:db8::2"};
    static const struct strs both = {.n = 2, .items = ips}, none = {0};
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    protocol_write(&w, "a", "fa:16:3e:00:00:01", &both, "fixedAddresses");
    protocol_write(&w, "b", NULL, &none, "addresses");
    jw_end(&w);
    CHECK_STR(text.data, "{\"a\":[{\"layerProtocol\":\"IP_OVER_ETHERNET\",\"ipOverEthernet\":{"
                         "\"macAddress\":\"fa:16:3e:00:00:01\",\"ipAddresses\":["
                         "{\"type\":\"IPV4\",\"fixedAddresses\":[\"10.0.0.2\"]},"
                         "{\"type\":\"IPV6\",\"fixedAddresses\":[\"2001:db8::2\"]}]}}],"
                         "\"b\":[{\"layerProtocol\":\"IP_OVER_ETHERNET\",\"ipOverEthernet\":{"
                         "\"ipAddresses\":[]}}]}");
}
