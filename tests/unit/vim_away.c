/* Calls to a site whose APIs are away for a moment, since it is started again. */
#include "vim/vim.h"

#include "flow/fake_site.h"
#include "test.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define SITE "5173aaaa-0000-4000-8000-000000000001"

struct away {
    struct fake_control control;
    struct loop *loop;
    struct store *store;
    struct http_client *http;
    struct vim *vim;
    int held; /* the site's port, at which nobody else can be */
    char url[64], path[256];
};
static struct away *the_away; /* Of the running test: each is a process of its own. */

#define WAIT(cond) EVENTUALLY(10000, (err_ignore(loop_turn(the_away->loop, 5), "test"), (cond)))

static struct err *
away_site(struct tx *tx, const char *id, struct vim_site *site)
{
    (void)tx;
    *site = (struct vim_site){
        .id = id, .name = "east", .auth_url = the_away->url, .username = "u", .password = "p", .project = "demo"};
    return NULL;
}

/* A port where nobody listens. */
static int
port_hold(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    CHECK(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    CHECK(!bind(fd, (const struct sockaddr *)&at, n) && !getsockname(fd, (struct sockaddr *)&at, &n));
    *port = ntohs(at.sin_port);
    return fd;
}

#define LONG_MS 600000 /* Longer than any test waits: what ends a call is what the test does. */

static void
away_open(struct away *a, int64_t away_ms)
{
    static const struct table *const none[] = {NULL};
    const struct http_client_config http = {.max_per_host = 32};
    struct store_config store = {.tables = none};
    struct vim_config vim = {.site = away_site, .timeout_ms = 20000, .away_ms = away_ms};

    the_away = a;
    a->held = port_hold(&a->control.at_port);
    snprintf(a->url, sizeof a->url, "http://127.0.0.1:%d", a->control.at_port);
    snprintf(a->path, sizeof a->path, "%s/db", test_dir());
    store.path = test_store(a->path);
    REQUIRE_OK(loop_new(&a->loop));
    REQUIRE_OK(store_open(&store, &a->store));
    REQUIRE_OK(http_client_new(a->loop, &http, &a->http));
    vim.loop = a->loop;
    vim.store = a->store;
    vim.http = a->http;
    REQUIRE_OK(vim_new(&vim, &a->vim));
}

static void
away_close(struct away *a)
{
    vim_free(a->vim);
    http_client_free(a->http);
    store_close(a->store);
    loop_free(a->loop);
    close(a->held);
}

struct answered {
    int n, n_err;
    enum err_code code;
    bool is_unwanted;
};

static void
on_answer(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct answered *a = arg;

    (void)answer;
    a->n++;
    a->n_err += err != NULL;
    a->code = err ? err->code : E_NONE;
    err_ignore(err, "kept above");
}

static bool
is_wanted(void *arg)
{
    return !((const struct answered *)arg)->is_unwanted;
}

static void
call(struct away *a, bool patient, struct answered *answered)
{
    const struct vim_call c = {.site_id = SITE, .service = "network", .method = "GET", .path = "/networks",
                               .read_only = true, .patient = patient, .wanted = is_wanted};

    vim_call(a->vim, &c, on_answer, answered);
}

/* Before it was logged in to, and when there is a token already. */
TEST(vim_patient_call_outlives_a_restart_of_its_site)
{
    static struct away a;
    struct answered told = {0}, waits = {0};

    away_open(&a, LONG_MS);
    for (int i = 1; i <= 2; i++) {
        struct fake_site *site;

        call(&a, true, &waits);
        call(&a, false, &told);
        WAIT(told.n == i);
        CHECK_INT(told.code, E_UNAVAILABLE);
        CHECK_INT(waits.n, i - 1);
        REQUIRE_OK(fake_site_new(&a.control, &site));
        WAIT(waits.n == i);
        CHECK_INT(waits.n_err, 0);
        fake_site_free(site);
    }
    away_close(&a);
}

TEST(vim_patient_call_tells_of_a_site_that_stays_away)
{
    static struct away a;
    struct answered waits = {0};

    away_open(&a, 500);
    call(&a, true, &waits);
    WAIT(waits.n == 1);
    CHECK_INT(waits.code, E_UNAVAILABLE);
    away_close(&a);
}

/* More of them than a site has calls at one time: who looks is told all the same, and all go on when it is back. */
TEST(vim_many_patient_calls_hold_nobody_up)
{
    static struct away a;
    struct answered first = {0}, told = {0}, waits = {0};
    struct fake_site *site;

    away_open(&a, LONG_MS);
    REQUIRE_OK(fake_site_new(&a.control, &site));
    call(&a, false, &first);
    WAIT(first.n == 1);
    CHECK_INT(first.n_err, 0);
    fake_site_free(site);
    for (int i = 0; i < 30; i++) {
        call(&a, true, &waits);
    }
    call(&a, false, &told);
    WAIT(told.n == 1);
    CHECK_INT(told.code, E_UNAVAILABLE);
    CHECK_INT(waits.n, 0);
    REQUIRE_OK(fake_site_new(&a.control, &site));
    WAIT(waits.n == 30);
    CHECK_INT(waits.n_err, 0);
    fake_site_free(site);
    away_close(&a);
}

/* A step that was cancelled is in doubt, and looked for: what it asks for may not be made behind that. */
TEST(vim_patient_call_that_nobody_wants_is_not_sent)
{
    static struct away a;
    struct answered told = {0}, waits = {0};
    const struct vim_call create = {.site_id = SITE, .service = "network", .method = "POST", .path = "/networks",
                                    .body = "{\"network\":{\"name\":\"late\"}}", .patient = true, .wanted = is_wanted};
    struct fake_site *site;

    away_open(&a, LONG_MS);
    vim_call(a.vim, &create, on_answer, &waits);
    call(&a, false, &told);
    WAIT(told.n == 1);
    CHECK_INT(waits.n, 0);
    waits.is_unwanted = true;
    REQUIRE_OK(fake_site_new(&a.control, &site));
    WAIT(waits.n == 1);
    CHECK_INT(waits.code, E_CANCELLED);
    CHECK_INT(a.control.n_effects, 0);
    fake_site_free(site);
    away_close(&a);
}

/* Nobody waits for the site's return then. */
TEST(vim_free_ends_calls_that_wait_for_their_site)
{
    static struct away a;
    struct answered told = {0}, waits = {0};

    away_open(&a, LONG_MS);
    call(&a, true, &waits);
    call(&a, false, &told);
    WAIT(told.n == 1);
    CHECK_INT(waits.n, 0);
    vim_free(a.vim);
    a.vim = NULL;
    CHECK_INT(waits.n, 1);
    CHECK_INT(waits.code, E_CANCELLED);
    away_close(&a);
}
