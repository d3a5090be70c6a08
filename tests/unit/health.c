/* Readiness: a store that is read and not written is not ready, and the loop waits for neither. */
#include "faces/health.h"

#include "http/client.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct world {
    struct mem *mem;
    struct loop *loop;
    struct store *store;
    struct http_client *client;
    struct rest *rest;
    struct health health;
    pthread_mutex_t gate; /* Held while the writer must not go on. */
    _Atomic bool is_held;
    bool is_answered;
    int status;
    const char *said;
};

static void
world_begin(struct world *w)
{
    static const struct table *const tables[] = {NULL};
    struct store_config config = {.tables = tables};
    struct rest_mount *mount;
    struct rest_config rest = {.http.address = "127.0.0.1", .n_mounts = 1};

    *w = (struct world){.mem = mem_new("world"), .gate = PTHREAD_MUTEX_INITIALIZER};
    REQUIRE_OK(loop_new(&w->loop));
    config.path = mem_printf(w->mem, "%s/db", test_dir()); /* One in memory is read by its writer. */
    REQUIRE_OK(store_open(&config, &w->store));
    REQUIRE_OK(http_client_new(w->loop, NULL, &w->client));
    w->health.store = w->store;
    w->health.loop = w->loop;
    w->health.every_ms = w->health.late_ms = 1;
    mount = MEM_NEW(w->mem, struct rest_mount);
    *mount = (struct rest_mount){.face = &health_open_face, .prefix = "", .store = w->store, .user = &w->health};
    rest.mounts = mount;
    REQUIRE_OK(rest_new(&rest, &w->rest));
}

static void
world_end(struct world *w)
{
    http_client_free(w->client);
    rest_free(w->rest);
    store_close(w->store);
    loop_free(w->loop);
    mem_free(w->mem);
}

static void
answered(void *arg, const struct http_answer *answer, struct err *err)
{
    struct world *w = arg;

    REQUIRE_OK(err);
    w->is_answered = true;
    w->status = answer->status;
    w->said = mem_str(w->mem, answer->body);
}

/* Asks once; the loop turns meanwhile, as a process does. */
static bool
says(struct world *w, int status, const char *what)
{
    struct http_request request = {
        .method = "GET", .body_fd = -1, .url = mem_printf(w->mem, "http://127.0.0.1:%d/readyz", rest_port(w->rest))};

    w->is_answered = false;
    (void)http_call(w->client, &request, answered, w);
    while (!w->is_answered) {
        REQUIRE_OK(loop_turn(w->loop, 100));
    }
    return w->status == status && strstr(w->said, what);
}

static struct err *
hold(struct tx *tx, void *arg)
{
    struct world *w = arg;

    (void)tx;
    w->is_held = true;
    pthread_mutex_lock(&w->gate);
    pthread_mutex_unlock(&w->gate);
    return NULL;
}

static void
held(void *arg, struct err *err)
{
    (void)arg;
    CHECK_OK(err);
}

static struct err *
nothing(struct tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return NULL;
}

TEST(health_a_store_that_is_read_and_not_written_is_not_ready)
{
    struct world w;

    world_begin(&w);
    CHECK(says(&w, 200, "is read"));
    pthread_mutex_lock(&w.gate);
    store_write(w.store, hold, &w, held);
    EVENTUALLY(10000, w.is_held);
    EVENTUALLY(20000, says(&w, 503, "cannot be written"));
    pthread_mutex_unlock(&w.gate);
    REQUIRE_OK(store_write_wait(w.store, nothing, NULL)); /* What waited behind it is through. */
    EVENTUALLY(20000, says(&w, 200, "is read"));
    world_end(&w);
}
