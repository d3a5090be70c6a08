/* An orchestrator and a site in memory that it may be told of: every face of `carrick orchestrator`, its
 * engine of operations on a loop of its own. */
#include "receiver.h"
#include "world.h"

#include "flow/fake_site.h"

#include "base/vec.h"
#include "faces/etsi_subscription.h"
#include "faces/orchestrator.h"
#include "fm/fm.h"
#include "flow/flow.h"
#include "http/client.h"
#include "nfvo/fetch.h"
#include "nfvo/unpack.h"
#include "nfvo/nfvo.h"
#include "nfvo/grant_desk.h"
#include "nfvo/upload_drops.h"
#include "pm/pm.h"
#include "replica/replica.h"
#include "script/script.h"
#include "sys/file.h"
#include "vim/vim.h"

#include <openssl/evp.h>
#include <pthread.h>

#define LOOK_MS 100 /* Stories wait for alarms. */

struct orchestrator_state {
    struct loop *loop;
    pthread_t thread;
    struct pool *pool;
    struct http_client *http;
    struct peers *peers;
    struct callback_rule callbacks, sources;
    struct vim *vim;
    struct flow_engine *engine;
    struct nfvo nfvo;
    struct fake_control control;
    struct fake_site *site;
    struct receiver *receiver;
    struct notifier *notifier;
    struct fm_watch *faults;
    struct pm_collector *collector;
};

static const struct table *const *const tables[] = {
    replica_tables, ledger_tables, identity_tables, flow_tables, nfvo_tables, fm_tables, notify_tables, metrics_tables,
    pm_tables, NULL,
};
static const struct policy_rule *const rules[] = {identity_rules, NULL};
static const size_t *const n_rules[] = {&identity_n_rules, NULL};

static const struct identity_endpoint endpoints[] = {
    {"identity", "keystone", "/identity/v3"},
    {"nfv-orchestration", "carrick", "/"},
};

static struct err *
start_engine(struct world *world)
{
    struct orchestrator_state *state = world->state;
    struct http_client_config http = {.max_per_host = 4};
    struct vim_config vim = {.loop = state->loop, .store = world->store, .site = site_for_vim};
    struct peers_config peers = {.loop = state->loop,
                                 .store = world->store,
                                 .about = nfvo_peer_about,
                                 .arg = &state->nfvo,
                                 .may_connect = callback_may,
                                 .may_arg = &state->callbacks};
    const struct fetches_config fetches = {
        .may_connect = callback_may, .may_arg = &state->sources, .timeout_ms = 20000};
    struct flow_engine_config engine = {.loop = state->loop,
                                        .store = world->store,
                                        .owner = "orchestrator",
                                        .types = nfvo_flows};

    TRY(pool_new("files", 2, 64, &state->pool));
    TRY(http_client_new(state->loop, &http, &state->http));
    vim.http = state->http;
    TRY(vim_new(&vim, &state->vim));
    TRY(callback_rule_read(world->mem, "127.0.0.1/32", &state->callbacks));
    TRY(callback_rule_read(world->mem, "127.0.0.1/32", &state->sources));
    TRY(fetches_new(&fetches, &state->nfvo.fetches));
    state->nfvo.unpacks = unpacks_new(0);
    TRY(peers_new(&peers, &state->peers));
    TRY(flow_engine_new(&engine, &state->engine));
    state->nfvo.store = world->store;
    state->nfvo.engine = state->engine;
    state->nfvo.loop = state->loop;
    state->nfvo.vim = state->vim;
    state->nfvo.pool = state->pool;
    state->nfvo.peers = state->peers;
    state->nfvo.desk = grant_desk_new();
    state->nfvo.scripts = script_runs_new(&(struct script_runs_config){.loop = state->loop});
    state->nfvo.grant_wait_ms = 60000;
    state->nfvo.own_url = "http://127.0.0.1";
    state->nfvo.drops = upload_drops_new(world->store, state->loop);
    flow_service_set(state->engine, "vim", state->vim);
    flow_service_set(state->engine, NFVO_SERVICE, &state->nfvo);
    flow_service_set(state->engine, PEER_SERVICE, state->peers);
    flow_kinds_add(state->engine, vim_kinds);
    flow_kinds_add(state->engine, peer_kinds);
    flow_kinds_add(state->engine, nfvo_kinds);
    return flow_engine_start(state->engine);
}

/* Short pauses: stories have failures in them.  Few wait, so that a story comes to the bound. */
static struct err *
start_notifier(struct world *world)
{
    struct orchestrator_state *state = world->state;
    struct notifier_config config = {.loop = state->loop,
                                     .store = world->store,
                                     .apis = etsi_notices,
                                     .retry_ms = 20,
                                     .retry_max_ms = 200,
                                     .timeout_ms = 60000,
                                     .queue_max = 4,
                                     .dead_max = 2};

    TRY(callback_rule_read(world->mem, "127.0.0.1/32", &config.rule));
    TRY(receiver_new(&state->receiver));
    world->receiver_port = receiver_port(state->receiver);
    TRY(notifier_new(&config, &state->notifier));
    state->nfvo.notifier = state->notifier;
    return NULL;
}

static const char *
sha512_of(struct mem *mem, const void *data, size_t n)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    AUTO_BUF text = BUF_INIT;

    if (EVP_Digest(data, n, digest, &size, EVP_sha512(), NULL) != 1) {
        return "";
    }
    for (unsigned int i = 0; i < size; i++) {
        buf_printf(&text, "%02x", digest[i]);
    }
    return buf_copy(mem, &text);
}

static void *
run_loop(void *arg)
{
    err_ignore(loop_run(arg), "the world's loop ends with the world");
    return NULL;
}

static struct err *
start(struct world *world, const struct rest_mount **mounts, size_t *n)
{
    struct orchestrator_state *state = MEM_NEW(world->mem, struct orchestrator_state);

    world->state = state;
    state->nfvo.packages_dir = mem_printf(world->mem, "%s/packages", world->dir);
    TRY(dir_make(state->nfvo.packages_dir, 0700));
    orchestrator_register();
    state->control.hash = sha512_of;
    state->control.cores = 64;
    TRY(fake_site_new(&state->control, &state->site));
    world->site_port = state->control.port;
    TRY(loop_new(&state->loop));
    TRY(start_engine(world));
    TRY(start_notifier(world));
    state->faults = fm_watch_new(&state->nfvo, LOOK_MS);
    state->collector = pm_collector_new(&state->nfvo, 5);
    if (pthread_create(&state->thread, NULL, run_loop, state->loop) != 0) {
        return err_new(E_UNAVAILABLE, NULL, "no thread for the loop");
    }
    world->health = (struct health){.store = world->store, .loop = state->loop};
    *mounts = orchestrator_mounts(world->mem, world->identity, &state->nfvo, &world->health, n);
    return NULL;
}

static void
stop(struct world *world)
{
    struct orchestrator_state *state = world->state;

    loop_stop(state->loop);
    (void)pthread_join(state->thread, NULL);
    fm_watch_close(state->faults);
    pm_collector_stop(state->collector);
    notifier_free(state->notifier);
    receiver_free(state->receiver);
    fetches_free(state->nfvo.fetches);
    unpacks_free(state->nfvo.unpacks);
    pool_free(state->pool);
    flow_engine_free(state->engine);
    vim_free(state->vim);
    fm_watch_free(state->faults);
    pm_collector_free(state->collector);
    peers_free(state->peers);
    callback_rule_done(&state->callbacks);
    callback_rule_done(&state->sources);
    http_client_free(state->http);
    upload_drops_free(state->nfvo.drops);
    grant_desk_free(state->nfvo.desk);
    script_runs_free(state->nfvo.scripts);
    loop_free(state->loop);
    fake_site_free(state->site);
}

#define ORCHESTRATOR                                                                               \
    .tables = tables, .rules = rules, .n_rules = n_rules, .endpoints = endpoints,                  \
    .n_endpoints = ARRAY_SIZE(endpoints), .passwords_in_clear = true, .list_max = 4, .stop = stop
const struct world_kind world_orchestrator = {.name = "orchestrator", ORCHESTRATOR, .start = start};

static struct err *
start_vnfm(struct world *world, const struct rest_mount **mounts, size_t *n)
{
    struct orchestrator_state *state;

    TRY(start(world, mounts, n));
    state = world->state;
    state->nfvo.grants_from = (struct peer_about){
        .name = "NFVO",
        .url = mem_printf(world->mem, "http://127.0.0.1:%d", world->receiver_port),
        .is_trusted = true};
    return NULL;
}
const struct world_kind world_vnfm = {.name = "vnfm", ORCHESTRATOR, .start = start_vnfm};
