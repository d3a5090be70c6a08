/* See health.h. */
#include "faces/health.h"

#include "sys/meter.h"
#include "base/net.h"
#include "store/room.h"
#ifdef HAVE_NEUTRON_FACE
#include "network/network.h"
#endif

/* ---- /healthz, /readyz --------------------------------------------------------------------- */

/* rest_fn */
static struct err *
alive(struct rest_request *r)
{
    jw_object(&r->w, NULL);
    jw_str(&r->w, "status", "alive");
    jw_end(&r->w);
    rest_finish(r, NULL);
    return NULL;
}

/* store_fn: that a reader gets here is all. */
static struct err *
look(struct tx *tx, void *arg)
{
    int64_t *now = arg;

    *now = tx_now(tx);
    return NULL;
}

/* store_fn */
static struct err *
try_room(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_fact_set(tx, "room", "");
}

static void
tried_room(void *arg, struct err *e)
{
    struct health *health = arg;

    atomic_store(&health->is_trying, false);
    err_ignore(e, "the next question is answered by what came of it");
}

static bool
agent_answers(const struct health *health)
{
#ifdef HAVE_NEUTRON_FACE
    return !health->network || (health->network->sync && site_sync_connected(health->network->sync));
#else
    return !health->network;
#endif
}

/* loop_fn: that the loop turns is one of the things that are asked. */
static void
ready(void *arg)
{
    struct rest_request *r = arg;
    struct health *health = r->mount->user;
    int64_t now;
    struct err *e = store_read(health->store, look, &now);
    bool agent = agent_answers(health), is_full = store_is_full(health->store);

    /* Nobody else may write for long: has room come?  One at a time, whoever asks however often. */
    if (is_full && !atomic_exchange(&health->is_trying, true)) {
        store_write(health->store, try_room, health, tried_room);
    }
    r->status = e || !agent || is_full ? 503 : 200;
    jw_object(&r->w, NULL);
    jw_str(&r->w, "status", r->status == 200 ? "ready" : "not ready");
    jw_str(&r->w, "loop", "turns");
    jw_str(&r->w, "store", e ? "cannot be read" : is_full ? "is read; the disk is full: nothing is written" : "is read");
    if (health->network) {
        jw_str(&r->w, "agent", agent ? "answers" : "does not answer");
    }
    jw_end(&r->w);
    if (e) {
        log_err(LOG_LV_WARN, "health", e, "readyz");
    }
    rest_finish(r, NULL);
}

/* rest_fn */
static struct err *
ask_ready(struct rest_request *r)
{
    struct health *health = r->mount->user;

    rest_post(r, health->loop, ready, r);
    return NULL;
}

/* ---- /metrics ------------------------------------------------------------------------------ */

static void
tell(struct rest_request *r)
{
    meter_write(&r->out);
    rest_content_type(r, METER_CONTENT_TYPE);
    rest_finish(r, NULL);
}

#ifdef HAVE_NEUTRON_FACE
/* desired_counters_fn: null where the agent does not answer. */
static void
counted(void *arg, const struct desired_counters *counters)
{
    meter_set(METER_agent_up, NULL, counters ? 1 : 0);
    for (size_t i = 0; counters && i < counters->drops.n; i++) {
        const struct desired_drop_counter *drop = counters->drops.items[i];

        meter_set(METER_drops, drop->name, (double)drop->packets);
    }
    tell(arg);
}

/* loop_fn: the connection to the agent belongs to the loop. */
static void
count(void *arg)
{
    struct rest_request *r = arg;
    const struct health *health = r->mount->user;

    desired_client_counters(site_sync_client(health->network->sync), counted, r);
}
#endif

/* rest_fn */
static struct err *
metrics(struct rest_request *r)
{
#ifdef HAVE_NEUTRON_FACE
    struct health *health = r->mount->user;

    if (health->network && health->network->sync) {
        rest_post(r, health->loop, count, r);
        return NULL;
    }
#endif
    tell(r);
    return NULL;
}

/* ---- the faces ----------------------------------------------------------------------------- */

#define HEALTH_ROUTE(path_, start_, doc_, ...)                                                     \
    {.method = "GET", .path = path_, .verb = REST_ACTION, .start = start_, .doc = doc_, __VA_ARGS__}
#define HEALTH_PUBLIC                                                                              \
    HEALTH_ROUTE("/healthz", alive, "Whether it answers.", .flags = REST_PUBLIC),                  \
    HEALTH_ROUTE("/readyz", ask_ready, "Whether what it needs answers: 200 or 503.",               \
                 .flags = REST_PUBLIC)
#define METRICS_DOC "Figures of this process, as OpenMetrics text."

static const struct route routes[] = {
    HEALTH_PUBLIC, HEALTH_ROUTE("/metrics", metrics, METRICS_DOC, .rule = "admin_only")};
static const struct route open_routes[] = {
    HEALTH_PUBLIC, HEALTH_ROUTE("/metrics", metrics, METRICS_DOC, .flags = REST_PUBLIC)};

const struct face health_face = {
    .name = "health",
    .title = "Health",
    .doc = "What a site or an orchestrator says of itself, for who watches over it.",
    .dialect = &dialect_etsi,
    REST_ROUTES(routes),
};
const struct face health_open_face = {
    .name = "health",
    .title = "Health",
    .doc = "The same at an address of its own, without a token.",
    .dialect = &dialect_etsi,
    REST_ROUTES(open_routes),
};

struct err *
health_check(struct mem *mem, const struct settings *settings, size_t which,
             const struct http_server_config *like)
{
    const char *address;
    uint16_t port;
    struct ip ip;

    if (!*settings->texts[which]) {
        return NULL;
    }
    setting_listen(mem, settings, which, &address, &port);
    if (like->tls_cert || (ip_parse(address, &ip) && ip_is_loopback(&ip))) {
        return NULL;
    }
    return err_new(E_INVALID, NULL,
                   "--%s: %s can be reached by others: it needs --tls-cert, or a loopback address",
                   settings->table[which].name, settings->texts[which]);
}

struct err *
health_serve(struct mem *mem, struct health *health, const struct settings *settings, size_t which,
             const struct http_server_config *like, struct rest **rest)
{
    struct rest_mount *mount;
    struct rest_config config = {.http = *like, .n_mounts = 1};

    if (!*settings->texts[which]) {
        return NULL;
    }
    mount = MEM_NEW(mem, struct rest_mount);
    *mount = (struct rest_mount){
        .face = &health_open_face, .prefix = "", .store = health->store, .user = health};
    setting_listen(mem, settings, which, &config.http.address, &config.http.port);
    config.http.n_threads = 1;
    config.http.max_connections = 64;
    config.mounts = mount;
    return rest_new(&config, rest);
}
