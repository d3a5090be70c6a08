/* The desk where foreign VNFMs ask for grants: how many of them may wait, and leave operations open. */
#include "base/uuid.h"
#include "base/vec.h"
#include "ledger/ledger.h"
#include "nfvo/grant_desk.h"
#include "nfvo/place.h"
#include "test.h"
#include "vnfm/flows.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <stdio.h>
#include <string.h>

#define PROJECT "00000000-0000-4000-8000-000000000001"
#define VNFM "00000000-0000-4000-8000-000000000002"
#define OTHER "00000000-0000-4000-8000-000000000003"
#define SITE "00000000-0000-4000-8000-000000000004"

TEST(grant_desk_has_few_seats)
{
    struct grant_desk *desk = grant_desk_new();
    int n = 0;

    while (n < 100 && grant_desk_sit(desk)) {
        n++;
    }
    CHECK_INT(n, 4);
    grant_desk_rise(desk);
    CHECK(grant_desk_sit(desk));
    CHECK(!grant_desk_sit(desk));
    grant_desk_free(desk);
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

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct table *const *table = lists[i]; *table; table++) {
            tables[n++] = *table;
        }
    }
    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    return store;
}

static struct err *
vnfm_insert(struct tx *tx, const char *id, const char *name)
{
    struct vnfm *vnfm = row_new(tx_mem(tx), &vnfm_table);

    vnfm->id = id;
    vnfm->project_id = PROJECT;
    vnfm->name = vnfm->client = name;
    vnfm->url = "http://127.0.0.1:1";
    return row_insert(tx, vnfm);
}

static struct err *
grant_insert(struct tx *tx, const char *vnfm, const char *operation, const char *status,
             const char **id)
{
    struct grant *grant = row_new(tx_mem(tx), &grant_table);

    grant->id = uuid_make(tx_mem(tx));
    grant->project_id = PROJECT;
    grant->vnf_instance_id = "vnf";
    grant->vnf_lcm_op_occ_id = operation;
    grant->vnfm_id = vnfm;
    grant->status = status;
    *id = grant->id;
    return row_insert(tx, grant);
}

/* ---- operations that are open ------------------------------------------------------------- */

static struct err *
many_insert(struct tx *tx, void *arg)
{
    const char *id;

    (void)arg;
    TRY(vnfm_insert(tx, VNFM, "edge"));
    TRY(vnfm_insert(tx, OTHER, "other"));
    for (int i = 0; i < 1000; i++) {
        TRY(grant_insert(tx, VNFM, mem_printf(tx_mem(tx), "op-%d", i), i % 2 ? "GRANTED" : "PROCESSING",
                         &id));
        TRY(grant_insert(tx, OTHER, mem_printf(tx_mem(tx), "op-%d", i), "ENDED", &id));
    }
    return NULL;
}

TEST(grant_of_a_vnfm_with_many_open_ones_is_refused_for_now)
{
    AUTO(mem) mem = mem_new("test");
    struct nfvo nfvo = {.store = world_store(), .desk = grant_desk_new()};
    struct caller edge = {.project_id = PROJECT, .user_name = "edge", .user_domain_id = "default"};
    struct caller other = {.project_id = PROJECT, .user_name = "other", .user_domain_id = "default"};
    struct grant_request *request = row_new(mem, &grant_request_table);
    const char *id = NULL;

    REQUIRE_OK(store_write_wait(nfvo.store, many_insert, NULL));
    request->vnf_instance_id = "vnf";
    request->vnf_lcm_op_occ_id = "op-1000";
    request->vnfd_id = "none";
    request->operation = "TERMINATE";
    CHECK_ERR(grant_ask(&nfvo, mem, &edge, request, true, &id), E_BUSY);
    CHECK_ERR(grant_ask(&nfvo, mem, &other, request, true, &id), E_UNPROCESSABLE);
    request->vnf_lcm_op_occ_id = "op-7"; /* One that it has is told again. */
    CHECK_OK(grant_ask(&nfvo, mem, &edge, request, true, &id));
    grant_desk_free(nfvo.desk);
    store_close(nfvo.store);
}

/* ---- a VNFM that is forgotten ------------------------------------------------------------- */

static struct err *
claim_insert(struct tx *tx, void *arg)
{
    struct claim claim = {
        .provider = SITE, .class = "VCPU", .amount = 3, .project_id = PROJECT, .until = LEDGER_FOREVER};
    const char *id;

    (void)arg;
    TRY(vnfm_insert(tx, VNFM, "edge"));
    TRY(grant_insert(tx, VNFM, "op", "ENDED", &id));
    claim.consumer = id;
    TRY(ledger_inventory_set(tx, SITE, "VCPU", -1));
    return ledger_claim(tx, NULL, &claim, 1);
}

static struct err *
vnfm_forget(struct tx *tx, void *arg)
{
    struct caller caller = {.is_internal = true, .project_id = PROJECT};
    struct op op = {.resource = &vnfm_resource, .caller = &caller, .mem = tx_mem(tx)};
    struct ledger_use use = {0};

    (void)arg;
    TRY(ledger_usage(tx, SITE, "VCPU", &use));
    CHECK_INT(use.used, 3);
    TRY(resource_delete(tx, &op, VNFM));
    TRY(ledger_usage(tx, SITE, "VCPU", &use));
    CHECK_INT(use.used, 0);
    return NULL;
}

TEST(grant_claims_go_with_their_vnfm)
{
    struct store *store = world_store();

    REQUIRE_OK(store_write_wait(store, claim_insert, NULL));
    CHECK_OK(store_write_wait(store, vnfm_forget, NULL));
    store_close(store);
}

/* ---- many that are over -------------------------------------------------------------------- */

/* The oldest claim, more than are looked at at once. */
#define CLAIMING 300

static const char *first[2]; /* of all: it still claims; the next that does not: it is refused */

static struct err *
first_insert(struct tx *tx, void *arg)
{
    struct claim claim = {
        .provider = SITE, .class = "VCPU", .amount = 3, .project_id = PROJECT, .until = LEDGER_FOREVER};

    TRY(vnfm_insert(tx, VNFM, "edge"));
    TRY(ledger_inventory_set(tx, SITE, "VCPU", -1));
    for (int i = 0; i < CLAIMING; i++) {
        TRY(grant_insert(tx, VNFM, mem_printf(tx_mem(tx), "claims-%d", i), "ENDED",
                         &claim.consumer));
        first[0] = i ? first[0] : mem_str(arg, claim.consumer);
        TRY(ledger_claim(tx, NULL, &claim, 1));
    }
    return NULL;
}

static struct err *
second_insert(struct tx *tx, void *arg)
{
    const char *id;

    TRY(grant_insert(tx, VNFM, "second", "REFUSED", &id));
    first[1] = mem_str(arg, id);
    return NULL;
}

static struct err *
others_insert(struct tx *tx, void *arg)
{
    struct query query = {.table = &grant_table};
    struct grant *grant;
    const char *id;
    int64_t n;

    (void)arg;
    for (int i = 0; i < GRANTS_KEPT + 1; i++) {
        TRY(grant_insert(tx, VNFM, mem_printf(tx_mem(tx), "op-%d", i), "ENDED", &id));
    }
    TRY(grant_insert(tx, VNFM, "open", "GRANTED", &id));
    TRY(grants_prune(tx, VNFM));
    TRY(rows_count(tx, &query, &n));
    CHECK_INT(n, CLAIMING + GRANTS_KEPT + 1); /* and the open one */
    CHECK_OK(row_get(tx, &grant_table, first[0], &grant));
    CHECK_ERR(row_get(tx, &grant_table, first[1], &grant), E_NOT_FOUND);
    return NULL;
}

TEST(grant_that_is_over_goes_when_there_are_many)
{
    AUTO(mem) mem = mem_new("test");
    struct store *store = world_store();

    REQUIRE_OK(store_write_wait(store, first_insert, mem));
    REQUIRE_OK(store_write_wait(store, second_insert, mem));
    CHECK_OK(store_write_wait(store, others_insert, NULL));
    store_close(store);
}

/* ---- a flow that stopped ------------------------------------------------------------------ */

static struct err *
stopped_fn(struct tx *tx, void *arg)
{
    static const struct {
        const char *status, *state, *then;
    } cases[] = {
        {"PROCESSING", "FAILED_TEMP", "REFUSED"}, {"GRANTED", "FAILED_TEMP", "ENDED"},
        {"REFUSED", "FAILED_TEMP", "REFUSED"},    {"GRANTED", "COMPLETED", "GRANTED"},
    };

    (void)arg;
    TRY(vnfm_insert(tx, VNFM, "edge"));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct grant_asked *asked = row_new(tx_mem(tx), &grant_asked_table);
        struct grant_in *in = row_new(tx_mem(tx), &grant_in_table);
        struct flow_row *flow = row_new(tx_mem(tx), &flow_table);
        const char *id;
        struct grant *grant;

        TRY(grant_insert(tx, VNFM, mem_printf(tx_mem(tx), "op-%zu", i), cases[i].status, &id));
        in->vnf_instance_id = in->vnf_lcm_op_occ_id = asked->op_occ_id = "op";
        in->project_id = PROJECT;
        in->operation = "SCALE";
        asked->grant_id = id;
        asked->vnfm_id = VNFM;
        asked->package_id = OTHER;
        place_add(tx_mem(tx), &asked->ask, in);
        flow->state = cases[i].state;
        flow->input = row_to_json(tx_mem(tx), asked, false);
        flow->error = "{\"code\": \"INTERNAL\", \"message\": \"it broke\"}";
        CHECK_OK(grant_flow.state_changed(tx, flow, FLOW_PROCESSING));
        TRY(row_get(tx, &grant_table, id, &grant));
        CHECK_STR(grant->status, cases[i].then);
        if (i == 0) {
            CHECK_STR(json_get_str(grant->problem, "detail"), "it broke");
        }
    }
    return NULL;
}

TEST(grant_whose_flow_stopped_is_not_open)
{
    struct store *store = world_store();

    CHECK_OK(store_write_wait(store, stopped_fn, NULL));
    store_close(store);
}

/* ---- what a foreign NFVO grants ------------------------------------------------------------ */

static struct err *
occurrence_and_site_insert(struct tx *tx)
{
    struct vnf_lcm_op_occ *occ = row_new(tx_mem(tx), &vnf_lcm_op_occ_table);
    struct site *site = row_new(tx_mem(tx), &site_table);

    occ->id = OTHER;
    occ->project_id = PROJECT;
    TRY(row_insert(tx, occ));
    site->id = SITE;
    site->project_id = PROJECT;
    site->name = "east";
    site->auth_url = "http://east/v3";
    site->username = site->password = site->project_name = "p";
    return row_insert(tx, site);
}

#define GRANT(server, zones)                                                                       \
    "{\"id\": \"g\", \"vimConnectionInfo\": {\"v\": {\"interfaceInfo\": {\"endpoint\": "              \
    "\"http://east\"}}}, \"zones\": [" zones "], \"addResources\": [{\"resourceDefinitionId\": "      \
    "\"front\", \"vimConnectionId\": \"v\"" server "}, {\"resourceDefinitionId\": \"back\"}]}"

static struct err *
zones_fn(struct tx *tx, void *arg)
{
    static const struct {
        const char *grant, *zone, *fault; /* zone null: the site chooses */
    } cases[] = {
        {GRANT("", ""), NULL, NULL},
        {GRANT(", \"zoneId\": \"1\"", "{\"id\": \"1\", \"zoneId\": \"rack-7\"}"), "rack-7", NULL},
        {GRANT(", \"zoneId\": \"2\"", "{\"id\": \"1\", \"zoneId\": \"rack-7\"}"), NULL,
         "the grant puts front in zone 2, of which its zones say nothing"},
        {GRANT(", \"zoneId\": \"1\"", "{\"id\": \"1\", \"zoneId\": \"\"}"), NULL,
         "of which its zones say nothing"},
    };
    static const char wanted[] = "[{\"id\": \"front\"}, {\"id\": \"back\"}]";

    (void)arg;
    TRY(occurrence_and_site_insert(tx));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct grant_taken *taken = row_new(tx_mem(tx), &grant_taken_table);
        struct grant_in *in = row_new(tx_mem(tx), &grant_in_table);
        struct grant_out *out = row_new(tx_mem(tx), &grant_out_table);

        in->vnf_lcm_op_occ_id = OTHER;
        in->vnf_instance_id = "vnf";
        in->project_id = PROJECT;
        in->operation = "SCALE";
        TRY(json_parse(tx_mem(tx), wanted, strlen(wanted), &in->resources));
        TRY(json_parse(tx_mem(tx), cases[i].grant, strlen(cases[i].grant), &taken->grant));
        place_add(tx_mem(tx), &taken->ask, in);
        if (cases[i].fault) {
            CHECK_ERR_MSG(vnf_grant_take.local(tx, taken, out), E_REMOTE, cases[i].fault);
            continue;
        }
        CHECK_OK(vnf_grant_take.local(tx, taken, out));
        CHECK_STR(out->site, SITE);
        CHECK_INT((int)out->zones.n, cases[i].zone ? 1 : 0);
        if (cases[i].zone) {
            CHECK_STR(((const struct vnf_zone_at *)out->zones.items[0])->resource, "front");
            CHECK_STR(((const struct vnf_zone_at *)out->zones.items[0])->zone, cases[i].zone);
        }
    }
    return NULL;
}

TEST(grant_of_another_nfvo_says_in_which_zone_servers_are)
{
    struct store *store = world_store();

    CHECK_OK(store_write_wait(store, zones_fn, NULL));
    store_close(store);
}

/* ---- what a foreign grant says of links ---------------------------------------------------- */

static void *
connection_new(struct mem *mem, const char *cpd, const char *network)
{
    struct vnf_connection *connection = row_new(mem, &vnf_connection_table);

    connection->cpd = cpd;
    connection->link = network;
    connection->network_id = network;
    return connection;
}

static void *
managed_new(struct mem *mem, const char *name, const char *network)
{
    struct vnf_managed_link *link = row_new(mem, &vnf_managed_link_table);

    link->name = name;
    link->link = link->network_id = network;
    return link;
}

/* One server with two connection points; the first is known by its requirement too. */
static struct vnf_wanted *
wanted_new(struct mem *mem)
{
    static const char *const names[] = {"in_cp", "out_cp"};
    struct vnf_wanted *wanted = row_new(mem, &vnf_wanted_table);
    struct wanted_vnfc *vnfc = row_new(mem, &wanted_vnfc_table);

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct wanted_cp *cp = row_new(mem, &wanted_cp_table);

        cp->cpd = names[i];
        cp->requirement = i == 0 ? "virtual_link_in" : NULL;
        vnf_rows_add(mem, &vnfc->cps, cp);
    }
    vnf_rows_add(mem, &wanted->vnfcs, vnfc);
    return wanted;
}

TEST(grant_links_go_before_those_of_the_request)
{
    AUTO(mem) mem = mem_new("test");
    struct grant_out *grant = row_new(mem, &grant_out_table);
    struct vnf_in *in = row_new(mem, &vnf_in_table);
    struct vnf_wanted *wanted = wanted_new(mem);
    const struct vnf_in *after;

    vnf_rows_add(mem, &in->connections, connection_new(mem, "virtual_link_in", "asked"));
    vnf_rows_add(mem, &in->connections, connection_new(mem, "out_cp", "kept"));
    vnf_rows_add(mem, &in->managed, managed_new(mem, "inside", "asked"));
    vnf_rows_add(mem, &in->managed, managed_new(mem, "beside", "kept"));
    CHECK(vnf_in_granted(mem, in, grant, wanted) == in); /* It says nothing. */

    vnf_rows_add(mem, &grant->connections, connection_new(mem, "in_cp", "granted"));
    vnf_rows_add(mem, &grant->managed, managed_new(mem, "inside", "granted"));
    after = vnf_in_granted(mem, in, grant, wanted);
    CHECK_INT(after->connections.n, 2);
    CHECK_STR(((const struct vnf_connection *)after->connections.items[0])->network_id, "kept");
    CHECK_STR(((const struct vnf_connection *)after->connections.items[1])->network_id, "granted");
    CHECK_INT(after->managed.n, 2);
    CHECK_STR(((const struct vnf_managed_link *)after->managed.items[0])->network_id, "granted");
    CHECK_STR(((const struct vnf_managed_link *)after->managed.items[1])->network_id, "kept");
    CHECK_INT(in->connections.n, 2); /* What was asked stays what it was. */
}

TEST(grant_parameters_go_behind_those_of_the_request)
{
    static const char asked[] = "{\"additionalParams\":{\"a\":1,\"b\":2},\"flavourId\":\"f\"}";
    static const char given[] = "{\"b\":3,\"c\":4}";
    AUTO(mem) mem = mem_new("test");
    struct grant_out *grant = row_new(mem, &grant_out_table);
    struct vnf_in *in = row_new(mem, &vnf_in_table);
    const struct vnf_in *after;

    REQUIRE_OK(json_parse(mem, asked, sizeof asked - 1, &in->request));
    REQUIRE_OK(json_parse(mem, given, sizeof given - 1, &grant->params));
    after = vnf_in_granted(mem, in, grant, row_new(mem, &vnf_wanted_table));
    CHECK_INT(json_int(json_path(after->request, "additionalParams.a"), 0), 1);
    CHECK_INT(json_int(json_path(after->request, "additionalParams.b"), 0), 2);
    CHECK_INT(json_int(json_path(after->request, "additionalParams.c"), 0), 4);
    CHECK_STR(json_get_str(after->request, "flavourId"), "f");
}

/* What the operation's request cannot have is no grant's to give; and links are at a site. */
static struct err *
links_refused(struct tx *tx, void *arg)
{
    static const struct {
        const char *operation, *grant, *why;
    } cases[] = {
        {"SCALE", "{\"extVirtualLinks\":[{\"id\":\"l\"}]}", "are not taken for SCALE"},
        {"CHANGE_EXT_CONN", "{\"extManagedVirtualLinks\":[{}]}", "are not taken for CHANGE_EXT_CONN"},
        {"INSTANTIATE", "{\"extVirtualLinks\":{}}", "is not a list"},
        {"INSTANTIATE", "{\"extVirtualLinks\":[{\"id\":3}]}", "resourceId' is required"},
        {"INSTANTIATE", "{\"additionalParams\":[]}", "are no object"},
        {"INSTANTIATE",
         "{\"extManagedVirtualLinks\":[{\"id\":\"m\",\"vnfVirtualLinkDescId\":\"i\","
         "\"resourceId\":\"" OTHER "\"}]}",
         "no site that they are at"},
    };

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct grant_out *out = row_new(tx_mem(tx), &grant_out_table);
        struct grant_in *in = row_new(tx_mem(tx), &grant_in_table);
        const struct json *grant;
        struct err *e;

        in->operation = cases[i].operation;
        TRY(json_parse(tx_mem(tx), cases[i].grant, strlen(cases[i].grant), &grant));
        e = vnf_grant_links(tx, in, grant, NULL, out);
        CHECK(e != NULL);
        if (e && !strstr(err_full(tx_mem(tx), e), cases[i].why)) {
            CHECK_STR(err_full(tx_mem(tx), e), cases[i].why);
        }
        err_ignore(e, "it is what is wanted");
    }
    return NULL;
}

TEST(grant_that_gives_what_cannot_be_taken_is_refused)
{
    struct store *store = world_store();

    CHECK_OK(store_read(store, links_refused, NULL));
    store_close(store);
}

/* ---- sites ---------------------------------------------------------------------------------- */

static struct err *
down_site_insert(struct tx *tx, void *arg)
{
    struct site *site = row_new(tx_mem(tx), &site_table);

    (void)arg;
    site->id = SITE;
    site->project_id = PROJECT;
    site->name = "east";
    site->auth_url = "http://127.0.0.1:1/v3";
    site->username = site->password = site->project_name = "x";
    site->status = "DOWN";
    site->last_error = "Couldn't connect to server";
    return row_insert(tx, site);
}

static struct err *
choose(struct tx *tx, void *arg)
{
    const char *reason;
    struct site *site;

    (void)arg;
    return grant_site_foresee(tx, PROJECT, &site, &reason);
}

TEST(grant_without_a_site_that_is_up_says_which_are_down_and_why)
{
    struct store *store = world_store();

    CHECK_ERR_MSG(store_read(store, choose, NULL), E_UNAVAILABLE, "no site is registered: `carrick site add`");
    REQUIRE_OK(store_write_wait(store, down_site_insert, NULL));
    CHECK_ERR_MSG(store_read(store, choose, NULL), E_UNAVAILABLE,
                  "no site is UP: east is DOWN, Couldn't connect to server; retry when one is");
    store_close(store);
}
