/* The site driver against a fake site: tokens, caps, errors, bodies, images,
 * servers, extensions, plan. */
#include "vim/vim.h"

#include "test.h"

#include "flow/fake_object.c"
#include "flow/fake_site.c"

#define SITE "5173aaaa-0000-4000-8000-000000000001"

struct driver {
    struct fake_control control;
    struct fake_site *site;
    struct loop *loop;
    struct store *store;
    struct http_client *http;
    struct vim *vim;
    struct flow_engine *engine;
    int max_calls, timeout_ms; /* 0 = 2 000 */
    size_t list_max;           /* 0 = the driver's own */
    char url[64], path[256];
};
static struct driver *the_driver; /* Of the running test: each is a process of its own. */

static struct err *
driver_site(struct tx *tx, const char *id, struct vim_site *site)
{
    (void)tx;
    if (!str_eq(id, SITE)) {
        return err_new(E_NOT_FOUND, NULL, "no site %s is registered", id);
    }
    *site = (struct vim_site){.id = SITE,
                              .name = "east",
                              .auth_url = the_driver->url,
                              .username = "u",
                              .password = "hunter2",
                              .project = "demo",
                              .max_calls = the_driver->max_calls};
    return NULL;
}

/* ---- flows under test ------------------------------------------------------------------ */

static const char sha[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char *image_file = "/dev/null";

static struct err *
boot_run(struct flow *f, const void *in)
{
    struct vim_image *image = flow_new(f, &vim_image_table);
    struct vim_flavor *flavor = flow_new(f, &vim_flavor_table);
    struct vim_server *server = flow_new(f, &vim_server_table);
    struct vim_made made_image, made_flavor, made;

    image->site = flavor->site = server->site = ((const struct vim_site_ref *)in)->site;
    image->name = image->sha512 = sha;
    image->file = image_file;
    TRY(flow_step(f, "image", &vim_image_have, image, &made_image));
    flavor->vcpus = 2;
    flavor->ram_mb = 256;
    TRY(flow_step(f, "flavor", &vim_flavor_have, flavor, &made_flavor));
    server->name = "web";
    server->image_id = made_image.id;
    server->flavor_id = made_flavor.id;
    TRY(vim_server_boot(f, "server", server, &made));
    made.row.table = &vim_made_table;
    flow_result(f, &made);
    return NULL;
}
static const struct flow_type boot = {.name = "boot",
                                      .version = 1,
                                      .doc = "Boots a server.",
                                      .in = &vim_site_ref_table,
                                      .out = &vim_made_table,
                                      .run = boot_run,
                                      .sweep = vim_sweep};

static struct err *
gone_run(struct flow *f, const void *in)
{
    struct vim_network *network = flow_new(f, &vim_network_table);
    struct vim_ref *ref = flow_new(f, &vim_ref_table);
    struct vim_made made;

    network->site = ref->site = ((const struct vim_site_ref *)in)->site;
    network->name = "net";
    TRY(flow_step(f, "network", &vim_network_create, network, &made));
    ref->id = made.id;
    return flow_step(f, "gone", &vim_network_delete, ref, NULL);
}
static const struct flow_type gone = {.name = "gone",
                                      .version = 1,
                                      .doc = "Makes and deletes a network.",
                                      .in = &vim_site_ref_table,
                                      .run = gone_run};

static struct err *
leave_run(struct flow *f, const void *in)
{
    struct vim_ref *ref = flow_new(f, &vim_ref_table);
    struct vim_server *server = flow_new(f, &vim_server_table);
    struct vim_made made;

    server->site = ref->site = ((const struct vim_site_ref *)in)->site;
    server->name = "web";
    server->image_id = server->flavor_id = "any";
    TRY(vim_server_boot(f, "server", server, &made));
    ref->id = made.id;
    return flow_step(f, "leave", &vim_server_delete, ref, NULL);
}
static const struct flow_type leave = {.name = "leave",
                                       .version = 1,
                                       .doc = "Boots and deletes a server.",
                                       .in = &vim_site_ref_table,
                                       .run = leave_run};

static struct err *
look_run(struct flow *f, const void *in)
{
    struct vim_site_ref *ref = flow_new(f, &vim_site_ref_table);
    struct vim_site_about about;

    ref->site = ((const struct vim_site_ref *)in)->site;
    TRY(flow_step(f, "look", &vim_site_look, ref, &about));
    about.row.table = &vim_site_about_table;
    flow_result(f, &about);
    return NULL;
}
static const struct flow_type look = {.name = "look",
                                      .version = 1,
                                      .doc = "Looks at a site.",
                                      .in = &vim_site_ref_table,
                                      .out = &vim_site_about_table,
                                      .run = look_run};

static struct err *
attach_run(struct flow *f, const void *in)
{
    struct vim_attachment *attachment = flow_new(f, &vim_attachment_table);

    attachment->site = ((const struct vim_site_ref *)in)->site;
    attachment->server_id = "server-1";
    attachment->port_id = "another-port";
    return flow_step(f, "attach", &vim_server_attach, attachment, NULL);
}
static const struct flow_type attach = {.name = "attach",
                                        .version = 1,
                                        .doc = "Attaches a port.",
                                        .in = &vim_site_ref_table,
                                        .run = attach_run};

/* A port leaves its server; then it stops. */
static struct err *
part_run(struct flow *f, const void *in)
{
    struct vim_attachment *attachment = flow_new(f, &vim_attachment_table);
    struct vim_ref *ref = flow_new(f, &vim_ref_table);
    struct vim_made made;

    attachment->site = ref->site = ((const struct vim_site_ref *)in)->site;
    attachment->server_id = "server-1";
    attachment->port_id = "old-port";
    ref->id = "nothing";
    TRY(flow_step(f, "detach", &vim_server_detach, attachment, NULL));
    return flow_step(f, "show", &vim_server_show, ref, &made);
}
static const struct flow_type part = {.name = "part",
                                      .version = 1,
                                      .doc = "Detaches a port, and stops.",
                                      .in = &vim_site_ref_table,
                                      .run = part_run};

static struct err *
remake_run(struct flow *f, const void *in)
{
    struct vim_rebuild *rebuild = flow_new(f, &vim_rebuild_table);

    rebuild->site = ((const struct vim_site_ref *)in)->site;
    rebuild->id = "server-1";
    rebuild->image_before = "before";
    rebuild->image_id = "after";
    return flow_step(f, "rebuild", &vim_server_rebuild, rebuild, NULL);
}
static const struct flow_type remake = {.name = "remake",
                                        .version = 1,
                                        .doc = "Makes a server anew.",
                                        .in = &vim_site_ref_table,
                                        .run = remake_run};
/* The same image twice at one time, as two servers of one operation want it. */
static struct err *
pair_run(struct flow *f, const void *in)
{
    static const char *const labels[] = {"one", "two", "three"};
    struct vim_made made[ARRAY_SIZE(labels)];

    for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
        struct vim_image *image = flow_new(f, &vim_image_table);

        image->site = ((const struct vim_site_ref *)in)->site;
        image->name = image->sha512 = sha;
        image->file = image_file;
        TRY(flow_begin(f, labels[i], &vim_image_have, image));
    }
    for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
        TRY(flow_end(f, labels[i], &made[i]));
        if (!str_eq(made[i].id, made[0].id)) {
            return err_new(E_CONFLICT, NULL, "two images: %s and %s", made[0].id, made[i].id);
        }
    }
    return NULL;
}
static const struct flow_type images = {
    .name = "images", .version = 1, .doc = "Brings an image.", .in = &vim_site_ref_table, .run = pair_run};
static const struct flow_type *const types[] = {&images, &boot,  &look,   &gone, &leave,
                                                &attach, &remake, &part, NULL};

/* ---- set-up -------------------------------------------------------------------------------- */

static void
driver_open(struct driver *d)
{
    const struct http_client_config http = {.max_per_host = 32};
    struct store_config store = {.tables = flow_tables};
    struct vim_config vim = {.site = driver_site,
                             .list_max = d->list_max,
                             .timeout_ms = d->timeout_ms ? d->timeout_ms : 2000};
    struct flow_engine_config engine = {.owner = "one", .types = types, .settle_ms = 50};

    the_driver = d;
    REQUIRE_OK(fake_site_new(&d->control, &d->site));
    snprintf(d->url, sizeof d->url, "http://127.0.0.1:%d", d->control.port);
    snprintf(d->path, sizeof d->path, "%s/db", test_dir());
    store.path = test_store(d->path);
    REQUIRE_OK(loop_new(&d->loop));
    REQUIRE_OK(store_open(&store, &d->store));
    REQUIRE_OK(http_client_new(d->loop, &http, &d->http));
    vim.loop = engine.loop = d->loop;
    vim.store = engine.store = d->store;
    vim.http = d->http;
    REQUIRE_OK(vim_new(&vim, &d->vim));
    REQUIRE_OK(flow_engine_new(&engine, &d->engine));
    flow_kinds_add(d->engine, vim_kinds);
    flow_service_set(d->engine, "vim", d->vim);
    REQUIRE_OK(flow_engine_start(d->engine));
}

static void
driver_close(struct driver *d)
{
    flow_engine_free(d->engine);
    vim_free(d->vim);
    http_client_free(d->http);
    store_close(d->store);
    loop_free(d->loop);
    fake_site_free(d->site);
}

struct answered {
    int n, n_err, status;
    enum err_code code;
    char message[1024], type[64];
};

static void
on_answer(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct answered *a = arg;

    a->n++;
    a->n_err += err != NULL;
    a->status = answer ? answer->status : 0;
    a->code = err ? err->code : E_NONE;
    snprintf(a->message, sizeof a->message, "%s", err ? err->message : "");
    snprintf(a->type, sizeof a->type, "%s", err ? str_or(err->type, "") : "");
    err_ignore(err, "kept above");
}

static void
call(struct driver *d, const char *site, const char *service, const char *method,
     const char *path, const char *body, struct answered *answered)
{
    const struct vim_call c = {.site_id = site, .service = service, .method = method,
                               .path = path, .body = body,
                               .read_only = str_eq(method, "GET")};

    vim_call(d->vim, &c, on_answer, answered);
}

#define WAIT(cond)                                                                                 \
    EVENTUALLY(10000, (err_ignore(loop_turn(the_driver->loop, 5), "test"), (cond)))

/* ---- calls ------------------------------------------------------------------------------------ */

TEST(vim_call_gets_a_token_once_and_keeps_to_the_cap)
{
    static struct driver d = {.max_calls = 3};
    struct answered answered = {0};

    driver_open(&d);
    for (int i = 0; i < 40; i++) {
        call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
    }
    WAIT(answered.n == 40);
    CHECK_INT(answered.n_err, 0);
    CHECK_INT(d.control.n_tokens, 1);
    CHECK(d.control.max_in_flight <= 3);
    driver_close(&d);
}

/* By the site's own clock the token ended long ago, or ends in days: it is good for an hour all the same. */
TEST(vim_site_whose_clock_is_a_day_off_is_logged_in_to_once)
{
    static const int off_s[] = {-86400, 86400};
    static struct driver d;

    for (size_t i = 0; i < ARRAY_SIZE(off_s); i++) {
        struct answered answered = {0};

        memset(&d, 0, sizeof d);
        d.control.clock_off_s = off_s[i];
        driver_open(&d);
        for (int n = 0; n < 3; n++) {
            call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
            WAIT(answered.n == n + 1 || d.control.n_tokens > 3);
        }
        CHECK_INT(answered.n_err, 0);
        CHECK_INT(d.control.n_tokens, 1);
        driver_close(&d);
    }
}

struct changed {
    int n;
    int64_t last;
    size_t n_kinds;
    bool is_server;
    enum err_code code;
};

static void
on_changes(void *arg, int64_t last, const struct strs *kinds, struct err *err)
{
    struct changed *c = arg;

    c->n++;
    c->last = last;
    c->n_kinds = kinds->n;
    c->is_server = kinds->n && str_eq(kinds->items[0], "server");
    c->code = err ? err->code : 0;
    err_ignore(err, "test");
}

TEST(vim_changes_says_where_a_sites_log_is_and_what_changed_since)
{
    static struct driver d = {.timeout_ms = 30000};
    struct answered answered = {0};
    struct changed changed = {0};

    driver_open(&d);
    vim_changes(d.vim, SITE, -1, on_changes, &changed);
    WAIT(changed.n == 1);
    CHECK_INT(changed.last, 0);
    CHECK_INT(changed.n_kinds, 0);
    call(&d, SITE, "network", "POST", "/networks", "{\"network\": {\"name\": \"n\"}}", &answered);
    WAIT(answered.n == 1);
    vim_changes(d.vim, SITE, changed.last, on_changes, &changed);
    WAIT(changed.n == 2);
    CHECK_INT(changed.last, 1);
    CHECK_INT(changed.n_kinds, 1); /* Each once, and what comes to be is no fault. */
    CHECK(changed.is_server);
    d.control.no_feed = 1;
    vim_changes(d.vim, SITE, 1, on_changes, &changed);
    WAIT(changed.n == 3);
    CHECK_INT(changed.code, E_NOT_FOUND);
    driver_close(&d);
}

TEST(vim_call_renews_a_token_that_is_refused_once)
{
    static struct driver d;
    struct answered answered = {0};

    driver_open(&d);
    call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
    WAIT(answered.n == 1);
    d.control.expire_tokens = 1;
    call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
    WAIT(answered.n == 2);
    CHECK_INT(answered.n_err, 0);
    CHECK_INT(d.control.n_tokens, 2);
    d.control.expire_tokens = 1000;
    call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
    WAIT(answered.n == 3);
    CHECK_INT(answered.code, E_UNAUTHENTICATED);
    CHECK_INT(d.control.n_tokens, 3);
    CHECK(strstr(answered.message, "check the user and password") != NULL);
    driver_close(&d);
}

static const struct {
    const char *site, *service, *method, *path, *body;
    enum err_code code;
    const char *says;
} refusals[] = {
    {SITE, "network", "GET", "/networks/none", NULL, E_NOT_FOUND,
     "site east: network GET /networks/none answered 404 (request req-fake): NotFound: no such "
     "thing; next: "},
    {SITE, "network", "POST", "/networks", "{", E_INVALID, "HTTPBadRequest: not JSON"},
    {SITE, "volumev3", "GET", "/volumes", NULL, E_UNAVAILABLE,
     "site east: its catalog has no volumev3 service (interface public, region any)"},
    {"no-such-site", "network", "GET", "/networks", NULL, E_NOT_FOUND,
     "no site no-such-site is registered"},
};

TEST(vim_errors_name_the_call_and_what_to_do_next)
{
    static struct driver d;

    driver_open(&d);
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        struct answered answered = {0};

        call(&d, refusals[i].site, refusals[i].service, refusals[i].method, refusals[i].path,
             refusals[i].body, &answered);
        WAIT(answered.n == 1);
        CHECK_INT(answered.code, refusals[i].code);
        CHECK_STR(answered.type, ""); /* A site's words for errors are none of ours. */
        if (!strstr(answered.message, refusals[i].says)) {
            test_fail(__FILE__, __LINE__, "'%s' is not in '%s'", refusals[i].says,
                      answered.message);
        }
        CHECK(strstr(answered.message, "hunter2") == NULL);
    }
    driver_close(&d);
}

TEST(vim_500_of_a_write_leaves_doubt_and_of_a_read_does_not)
{
    static struct driver d;
    struct answered answered = {0};

    driver_open(&d);
    d.control.fault = FAULT_REFUSE_500;
    d.control.fault_at = 1;
    call(&d, SITE, "network", "POST", "/networks", "{\"network\": {}}", &answered);
    WAIT(answered.n == 1);
    CHECK_INT(answered.code, E_IN_DOUBT);
    CHECK_INT(answered.status, 500);
    driver_close(&d);
}

TEST(vim_site_that_is_down_certainly_did_nothing)
{
    static struct driver d;
    struct answered answered = {0};

    driver_open(&d);
    snprintf(d.url, sizeof d.url, "http://127.0.0.1:1/v3");
    call(&d, SITE, "network", "POST", "/networks", "{}", &answered);
    WAIT(answered.n == 1);
    CHECK_INT(answered.code, E_UNAVAILABLE);
    CHECK(strstr(answered.message, "is the site up and reachable?") != NULL);
    vim_forget(d.vim, SITE); /* It is registered anew, with the right URL. */
    snprintf(d.url, sizeof d.url, "http://127.0.0.1:%d/v3/", d.control.port);
    call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
    WAIT(answered.n == 2);
    CHECK_INT(answered.n_err, 1);
    driver_close(&d);
}

TEST(vim_free_ends_calls_under_way)
{
    static struct driver d = {.max_calls = 1};
    struct answered answered = {0};

    driver_open(&d);
    for (int i = 0; i < 5; i++) {
        call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
    }
    vim_free(d.vim);
    d.vim = NULL;
    CHECK_INT(answered.n, 5);
    CHECK_INT(answered.code, E_CANCELLED);
    driver_close(&d);
}

/* ---- flows ------------------------------------------------------------------------------------- */

struct watched {
    const struct flow_type *type;
    char id[40];
    enum flow_state state;
    char output[2048], error[1024];
};

static struct err *
start(struct tx *tx, void *arg)
{
    struct watched *w = arg;
    struct vim_site_ref *in = row_new(tx_mem(tx), &vim_site_ref_table);
    const struct flow_start start = {.type = w->type, .in = in};
    const char *id;

    in->site = SITE;
    TRY(flow_start(tx, the_driver->engine, &start, &id));
    snprintf(w->id, sizeof w->id, "%s", id);
    return NULL;
}

static struct err *
peek(struct tx *tx, void *arg)
{
    struct watched *w = arg;
    struct flow_row *row;

    TRY(row_get(tx, &flow_table, w->id, &row));
    w->state = flow_row_state(row);
    snprintf(w->output, sizeof w->output, "%s", str_or(row->output, ""));
    snprintf(w->error, sizeof w->error, "%s", str_or(row->error, ""));
    return NULL;
}

static void
run(struct watched *w, const struct flow_type *type)
{
    w->type = type;
    REQUIRE_OK(store_write_wait(the_driver->store, start, w));
    WAIT((err_ignore(store_read(the_driver->store, peek, w), "test"),
          w->state == FLOW_COMPLETED || w->state == FLOW_FAILED_TEMP));
}

static int
count_of(struct fake_site *site, const char *word)
{
    AUTO_BUF out = BUF_INIT;
    int n = 0;

    fake_site_list(site, &out);
    for (const char *at = out.data; at && (at = strstr(at, word)); at++) {
        n++;
    }
    return n;
}

TEST(vim_boots_a_server_and_shares_images_and_flavors)
{
    static struct driver d;
    struct watched first = {0}, second = {0};

    d.control.boot_looks = 2;
    driver_open(&d);
    run(&first, &boot);
    CHECK_INT((int)first.state, FLOW_COMPLETED);
    CHECK(strstr(first.output, "\"status\":\"ACTIVE\"") != NULL);
    run(&second, &boot);
    CHECK_INT((int)second.state, FLOW_COMPLETED);
    CHECK_INT(count_of(d.site, "servers "), 2);
    CHECK_INT(count_of(d.site, "images "), 1);
    CHECK_INT(count_of(d.site, "flavors "), 1);
    driver_close(&d);
}

TEST(vim_image_that_several_want_at_once_is_brought_once)
{
    static struct driver d;
    struct watched w = {0};

    d.control.slow_ms = 20;
    driver_open(&d);
    run(&w, &images);
    CHECK_INT((int)w.state, FLOW_COMPLETED);
    CHECK_INT(count_of(d.site, "images "), 1);
    driver_close(&d);
}

/* Whoever waits does not fail for it: he tries himself. */
TEST(vim_image_that_one_cannot_bring_is_tried_by_who_waits_for_it)
{
    static struct driver d;
    struct watched w = {0};

    image_file = "/nonexistent/rootfs.tar";
    driver_open(&d);
    run(&w, &images);
    CHECK_INT((int)w.state, FLOW_FAILED_TEMP);
    CHECK(strstr(w.error, "/nonexistent/rootfs.tar") != NULL);
    CHECK_INT(d.control.n_effects, 3); /* Each has begun one. */
    driver_close(&d);
}

TEST(vim_delete_that_a_site_answers_with_503_is_soon_given_up)
{
    static struct driver d;
    struct watched watched = {0};
    int64_t begun;

    driver_open(&d);
    d.control.refuse_delete = 1;
    begun = time_mono_ns();
    run(&watched, &gone);
    CHECK_INT((int)watched.state, FLOW_FAILED_TEMP);
    CHECK(strstr(watched.error, "DELETE /networks/") != NULL);
    CHECK(strstr(watched.error, "503") != NULL);
    /* 3 attempts of the engine, each asks 6 times: 3 seconds where the machine has time. */
    CHECK_INT(d.control.n_effects, 1 + 3 * 6);
    CHECK((time_mono_ns() - begun) / 1000000 >= 15 * 200);
    driver_close(&d);
}

TEST(vim_site_that_falls_silent_after_a_delete_is_soon_given_up)
{
    static struct driver d = {.timeout_ms = 100};
    struct watched watched = {0};

    d.control.boot_looks = 1;
    d.control.silent_missing = 1;
    driver_open(&d);
    run(&watched, &leave); /* It has 120 s to vanish where its site says that it is there. */
    CHECK_INT((int)watched.state, FLOW_FAILED_TEMP);
    CHECK(strstr(watched.error, "/servers/") != NULL);
    driver_close(&d);
}

static struct err *
cancel(struct tx *tx, void *arg)
{
    return flow_cancel(tx, the_driver->engine, ((const struct watched *)arg)->id, true);
}

TEST(vim_delete_that_nobody_waits_for_any_more_is_not_looked_at)
{
    static struct driver d;
    struct watched w = {.type = &leave};
    int64_t until;
    int n;

    d.control.boot_looks = 1;
    d.control.lingers = 1;
    driver_open(&d);
    REQUIRE_OK(store_write_wait(d.store, start, &w));
    WAIT(d.control.n_effects == 2); /* The create, and the delete that never ends. */
    REQUIRE_OK(store_write_wait(d.store, cancel, &w));
    WAIT((err_ignore(store_read(d.store, peek, &w), "test"), w.state == FLOW_FAILED_TEMP));
    n = d.control.n_requests;
    until = time_mono_ns() + 5 * 200 * 1000000LL; /* It was looked at every 200 ms. */
    while (time_mono_ns() < until) {
        REQUIRE_OK(loop_turn(d.loop, 50));
    }
    CHECK(d.control.n_requests <= n + 1); /* One that was under way. */
    driver_close(&d);
}

static struct err *
take_back(struct tx *tx, void *arg)
{
    return flow_rollback(tx, the_driver->engine, ((const struct watched *)arg)->id);
}

TEST(vim_detachment_is_taken_back_when_its_server_is_gone)
{
    static struct driver d = {.control = {.n_servers = 1, .old_port = 1}};
    struct watched w = {0};
    struct answered a = {0};

    driver_open(&d);
    run(&w, &part);
    CHECK_INT((int)w.state, FLOW_FAILED_TEMP);
    call(&d, SITE, "compute", "DELETE", "/servers/server-1", NULL, &a);
    WAIT(a.n == 1);
    CHECK_INT(a.n_err, 0);
    REQUIRE_OK(store_write_wait(d.store, take_back, &w));
    WAIT((err_ignore(store_read(d.store, peek, &w), "test"), w.state == FLOW_ROLLED_BACK));
    driver_close(&d);
}

/* Whoever takes it back meanwhile would be overtaken by it. */
static void
begins_nothing(const struct flow_type *type)
{
    static struct driver d;
    struct watched w = {.type = type};
    struct answered a = {0};

    d.control.n_servers = 1;
    d.control.slow_ms = 300;
    driver_open(&d);
    REQUIRE_OK(store_write_wait(d.store, start, &w));
    WAIT(d.control.n_requests > 0); /* A token; then it is looked at. */
    REQUIRE_OK(store_write_wait(d.store, cancel, &w));
    WAIT((err_ignore(store_read(d.store, peek, &w), "test"), w.state == FLOW_FAILED_TEMP));
    for (int i = 1; i <= 3; i++) { /* The look is answered with the first; what it began, before the last. */
        call(&d, SITE, "network", "GET", "/networks", NULL, &a);
        WAIT(a.n == i);
    }
    CHECK_INT(d.control.n_effects, 0);
    driver_close(&d);
}

TEST(vim_attachment_that_nobody_waits_for_any_more_is_not_begun)
{
    begins_nothing(&attach);
}

TEST(vim_rebuild_that_nobody_waits_for_any_more_is_not_begun)
{
    begins_nothing(&remake);
}

static void
on_figures(void *arg, const struct vim_figures *figures, struct err *err)
{
    *(int64_t *)arg = err ? -1 : figures->cpu_ns;
    err_ignore(err, "told as -1");
}

TEST(vim_figures_that_cannot_be_are_unknown)
{
    static struct driver d;
    int64_t cpu_ns = -2;

    driver_open(&d);
    d.site->figures = heap_str("{\"diagnostics\": {\"cpu_details\": [{\"time\": 9000000000000000000}, "
                               "{\"time\": 9000000000000000000}]}}");
    vim_server_figures(d.vim, SITE, "server-1", on_figures, &cpu_ns);
    WAIT(cpu_ns != -2);
    CHECK(cpu_ns == INT_NULL);
    driver_close(&d);
}

TEST(vim_server_in_error_says_why)
{
    static struct driver d;
    struct watched w = {0};

    d.control.boot_error = 1;
    driver_open(&d);
    run(&w, &boot);
    CHECK_INT((int)w.state, FLOW_FAILED_TEMP);
    CHECK(strstr(w.error, "is in ERROR: no valid host") != NULL);
    driver_close(&d);
}

/* Its program has ended: nothing would make it ACTIVE, however long one waited. */
TEST(vim_server_that_ended_while_it_was_starting_is_not_waited_for)
{
    static struct driver d;
    struct watched w = {0};

    d.control.boot_ends = 1;
    driver_open(&d);
    run(&w, &boot);
    CHECK_INT((int)w.state, FLOW_FAILED_TEMP);
    CHECK(strstr(w.error, "is SHUTOFF: it ended while it was starting") != NULL);
    driver_close(&d);
}

TEST(vim_image_file_that_is_missing_is_told)
{
    static struct driver d;
    struct watched w = {0};

    image_file = "/nonexistent/rootfs.tar";
    driver_open(&d);
    run(&w, &boot);
    CHECK_INT((int)w.state, FLOW_FAILED_TEMP);
    CHECK(strstr(w.error, "/nonexistent/rootfs.tar") != NULL);
    driver_close(&d);
}

TEST(vim_extensions_are_asked_once_for_each_token)
{
    static struct driver d;
    struct answered answered = {0};

    driver_open(&d);
    for (int i = 1; i <= 3; i++) {
        call(&d, SITE, "network", "GET", "/extensions", NULL, &answered);
        CHECK_INT(answered.n, i - 1); /* never within the call */
        WAIT(answered.n == i);
    }
    CHECK_INT(answered.n_err, 0);
    CHECK_INT(d.control.n_extensions, 1);
    d.control.expire_tokens = 1;
    call(&d, SITE, "network", "GET", "/networks", NULL, &answered);
    WAIT(answered.n == 4);
    call(&d, SITE, "network", "GET", "/extensions", NULL, &answered);
    WAIT(answered.n == 5);
    CHECK_INT(d.control.n_extensions, 2);
    driver_close(&d);
}

/* ---- lists --------------------------------------------------------------------------------- */

struct page_told {
    int n, n_pages;
    bool over;
    enum err_code code;
    char marker[64];
};

static void
on_page(void *arg, const struct json *list, bool more, struct err *err)
{
    struct page_told *told = arg;

    REQUIRE(!told->over);
    told->n_pages++;
    json_each (list, i) {
        const char *marker = vim_marker_of("network", list->items[i]);

        told->n++;
        if (marker) {
            snprintf(told->marker, sizeof told->marker, "%s", marker);
        }
    }
    told->over = !more;
    told->code = err ? err->code : E_NONE;
    err_ignore(err, "kept above");
}

static void
networks_list(struct driver *d, struct page_told *told)
{
    *told = (struct page_told){0};
    vim_list(d->vim, SITE, "network", on_page, told);
    WAIT(told->over);
}

TEST(vim_list_follows_pages)
{
    static const char *const bodies[] = {
        "{\"network\": {\"description\": \"mine\"}}",
        "{\"network\": {\"description\": \"carrick:f:net\"}}",
        "{\"network\": {}}",
    };
    static struct driver d;
    struct answered answered = {0};
    struct page_told told;

    driver_open(&d);
    for (int i = 0; i < 3; i++) {
        call(&d, SITE, "network", "POST", "/networks", bodies[i], &answered);
    }
    WAIT(answered.n == 3);
    networks_list(&d, &told);
    CHECK(told.n == 3 && told.n_pages == 1);
    CHECK_STR(told.marker, "carrick:f:net");
    d.control.page = 2;
    networks_list(&d, &told);
    CHECK(told.n == 3 && told.n_pages == 2);
    d.control.page = 3;
    networks_list(&d, &told);
    CHECK(told.n == 3 && told.n_pages == 1);
    driver_close(&d);
}

TEST(vim_list_ends_where_its_pages_are_too_long_together)
{
    static struct driver d = {.list_max = 150};
    struct answered answered = {0};
    struct page_told told;

    driver_open(&d);
    for (int i = 0; i < 3; i++) {
        call(&d, SITE, "network", "POST", "/networks", "{\"network\": {\"description\": \"mine\"}}",
             &answered);
    }
    WAIT(answered.n == 3);
    d.control.page = 1;
    networks_list(&d, &told);
    CHECK_INT((int)told.code, E_REMOTE);
    CHECK(told.n < 3);
    driver_close(&d);
}

TEST(vim_list_of_a_site_that_is_down_ends_once)
{
    static struct driver d;
    struct page_told told;

    driver_open(&d);
    snprintf(d.url, sizeof d.url, "http://127.0.0.1:1/v3");
    networks_list(&d, &told);
    CHECK(told.n_pages == 1 && told.code == E_UNAVAILABLE);
    vim_forget(d.vim, SITE);
    snprintf(d.url, sizeof d.url, "http://127.0.0.1:%d/v3/", d.control.port);
    told = (struct page_told){0};
    vim_list(d.vim, SITE, "network", on_page, &told);
    vim_free(d.vim);
    d.vim = NULL;
    CHECK(told.over && told.code == E_CANCELLED);
    driver_close(&d);
}

TEST(vim_looks_at_a_site)
{
    static struct driver d;
    struct watched w = {0};

    driver_open(&d);
    run(&w, &look);
    CHECK_INT((int)w.state, FLOW_COMPLETED);
    CHECK(strstr(w.output, "\"compute_max\":\"2.93\"") != NULL);
    CHECK(strstr(w.output, "carrick-interconnect") != NULL);
    CHECK(strstr(w.output, "/network/v2.0") != NULL);
    driver_close(&d);
}

static char planned[4096];

static void
on_plan(void *arg, const struct flow_plan *plan)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_object(&w, NULL);
    flow_plan_to_json(plan, &w);
    jw_end(&w);
    snprintf(planned, sizeof planned, "%s", out.data);
    *(bool *)arg = true;
}

TEST(vim_plan_tells_bodies_and_touches_nothing)
{
    static struct driver d;
    AUTO(mem) mem = mem_new("test");
    struct vim_site_ref *in = row_new(mem, &vim_site_ref_table);
    bool done = false;

    driver_open(&d);
    in->site = SITE;
    flow_plan(d.engine, &boot, NULL, in, on_plan, &done);
    WAIT(done);
    CHECK(strstr(planned, "compute POST /servers {\\\"server\\\":{\\\"name\\\":\\\"web\\\"") != NULL);
    CHECK(strstr(planned, "\\\"imageRef\\\":\\\"<planned:image.id>\\\"") != NULL);
    CHECK_INT(d.control.n_effects, 0);
    CHECK_INT(d.control.n_tokens, 0);
    driver_close(&d);
}
