/* The start and the end of an orchestrator: store, loop, driver, engine and one
 * port.  Everything here happens once; nothing here is on a request's path. */
#include "faces/orchestrator.h"

#include "base/log.h"
#include "base/vec.h"
#include "base/version.h"
#ifdef CARRICK_FAULTS
#include "faces/fault.h"
#endif
#include "faces/audit.h"
#include "faces/certificates.h"
#include "faces/orchestrator_replica.h"
#include "faces/role.h"
#include "identity/identity.h"
#include "http/authority.h"
#include "faces/etsi_subscription.h"
#include "faces/health.h"
#include "fm/fm.h"
#include "nfvo/fetch.h"
#include "nfvo/unpack.h"
#include "nfvo/grant_desk.h"
#include "nfvo/upload_drops.h"
#include "script/script.h"
#include "pm/pm.h"
#include "replica/replica.h"
#include "sys/file.h"
#include "tosca/package.h"
#include "vim/vim.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#define CLOUD "orchestrator"
#define PASSWORD_MAX 4096
#define REPLICA_NAME_MAX 64
#define REPLICA_NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* X(id, name, kind, default, doc) */
#define ORCHESTRATOR_OPTIONS(X)                                                                    \
    X(state, "state", OF_PATH("DIR"), "/var/lib/carrick/orchestrator", "folder of everything it keeps")                                \
    X(database, "database", OF_DATABASE, "",                                                        \
      "PostgreSQL that keeps its rows, as postgresql://USER@HOST/NAME?passfile=FILE; empty = a file in the state folder") \
    X(replica, "replica", OF_TEXT("NAME"), "",                                                      \
      "its name among several orchestrators on one PostgreSQL, each another; empty = it is the only one") \
    X(shared, "shared", OF_PATH("DIR"), "",                                                         \
      "folder of keys and packages, which all replicas see at this very path; empty = the state folder") \
    X(listen, "listen", SAMPLE("127.0.0.1:9890", OF_LISTEN), NULL,                                 \
      "where the APIs are served; clients reach it at this very address")                         \
    X(region, "region", OF_TEXT("NAME"), "RegionOne", "region of its catalog")                              \
    X(max_package_mb, "max-package-mb", RELOADS(OF_NUMBER("MIB", 1, 1 << 24)), "16384", "largest package that may be uploaded")    \
    X(max_project_mb, "max-project-packages-mb", RELOADS(OF_NUMBER("MIB", 0, 1 << 30)), "0",                                     \
      "what packages, NSDs and PNFDs of a project may have in all, with what they have elsewhere; 0: any")                        \
    X(trust, "package-trust", OF_PATH("FILE"), "",                                                          \
      "certificates (PEM) that the signers of packages have to come from")                         \
    X(packages, "packages", OF_WORD("WHICH", "signed-or-not signed-only"), "signed-or-not",                                              \
      "signed-only: packages that nobody signed are refused")                                      \
    X(callbacks, "callbacks", OF_PREFIXES, "",                                                      \
      "the addresses that callbacks may have (else all but loopback, the host's own, link-local)")  \
    X(look_every, "look-every", OF_NUMBER("SECONDS", 1, 86400), "10",                                                   \
      "how often sites are asked whether instances are as they should be")                         \
    X(keep_operations, "keep-operations", RELOADS(OF_NUMBER("DAYS", 0, 36500)), "90",                                    \
      "how long operations that ended are kept once their instance is gone; 0: for ever")          \
    X(nfvo, "nfvo", OF_URL, "",                                                                     \
      "NFVO that VNFs of no network service are granted by; empty = this one")                     \
    X(nfvo_user, "nfvo-user", OF_TEXT("NAME"), "",                                                          \
      "user, or client of OAuth 2.0, that it knows us by; empty = by --client-cert")               \
    X(nfvo_password, "nfvo-password-file", OF_PATH("FILE"), "", "file with that user's password")            \
    X(nfvo_token, "nfvo-token-endpoint", OF_TEXT("URL"), "",                                                \
      "where a token is got for them; empty = /oauth2/token of the NFVO, basic = with each call")  \
    X(nfvo_scope, "nfvo-scope", OF_TEXT("SCOPE"), "", "scope of that token, as project:ID")                  \
    X(public_url, "public-url", OF_URL, "",                                                         \
      "what others reach us by; empty = --listen, by http or https")                               \
    X(grant_wait_s, "grant-wait-s", RELOADS(OF_NUMBER("SECONDS", 0, 60)), "5",                                                \
      "a VNFM that asks for a grant waits so long for it, then it is told to come again")          \
    CERTIFICATE_OPTIONS(X)                                                                         \
    X(client_ca, "client-ca", OF_PATH("FILE"), "",                                                          \
      "who signs clients' certificates (PEM); the name in one is a user's")                        \
    X(ca, "ca", OF_PATH("FILE"), "", "who signs sites', callbacks' and other servers' certificates (PEM)")  \
    X(authority_key, "authority-key", OF_PATH("FILE"), "",                                                  \
      "key of the first certificate of --ca: sites that are invited have theirs signed with it")   \
    X(client_cert, "client-cert", OF_PATH("FILE"), "", "certificate that callbacks are shown (TLS_CERT)")   \
    X(client_key, "client-key", OF_PATH("FILE"), "", "key of that certificate")                             \
    AUDIT_OPTIONS(X)                                                                               \
    HEALTH_OPTIONS(X)                                                                              \
    LOG_SETTING(X)

enum orchestrator_option {
#define X(id, name, kind, def, doc) OPTION_##id,
    ORCHESTRATOR_OPTIONS(X)
#undef X
};
const struct setting orchestrator_settings[] = {ORCHESTRATOR_OPTIONS(SETTING_ROW){0}};

/* The root is what clients of VNF LCM expect to put /vnflcm/v2 behind. */
static const struct identity_endpoint endpoints[] = {
    {"identity", "keystone", "/identity"},
    {"nfv-orchestration", "carrick", "/"},
};

struct orchestrator {
    struct mem *mem;
    struct settings *settings;
    const char **values; /* its texts, by enum orchestrator_option */
    struct settings_follower follower;
    struct http_server_config server;
    struct http_tls tls; /* Of calls. */
    struct policy *policy;
    struct store *store;
    struct loop *loop;
    struct pool *pool;
    struct pool *waiting; /* For requests that wait for sites: no login waits behind them. */
    struct http_client *http;
    struct peers *peers;
    struct vim *vim;
    struct flow_engine *engine;
    struct identity *identity;
    struct nfvo nfvo;
    struct site_watch *watch;
    struct fm_watch *faults;
    struct callback_rule callbacks;
    struct callback_rule strangers; /* Of addresses that sites say their servers have. */
    struct callback_rule sources;   /* Of servers that packages are got from: asked on many threads, ... */
    pthread_mutex_t sources_lock;   /* ... one at a time. */
    struct notifier *notifier;
    struct pm_collector *collector;
    struct health health;
    struct replicas *replicas;
    struct err *outdated; /* why it ended by itself, or null */
    struct remembered *remembered;
    struct audit *audit;
    struct certificate_paths paths;
    struct certificates *certificates;
    struct rest *rest, *open; /* the APIs; what whoever asks is told */
};

static const char *
state_path(const struct orchestrator *o, const char *name)
{
    return mem_printf(o->mem, "%s/%s", o->values[OPTION_state], name);
}

/* The folder that replicas share. */
static const char *
shared_dir(const struct orchestrator *o)
{
    return *o->values[OPTION_shared] ? o->values[OPTION_shared] : o->values[OPTION_state];
}

static const char *
shared_path(const struct orchestrator *o, const char *name)
{
    return mem_printf(o->mem, "%s/%s", shared_dir(o), name);
}

static const char *
own_name(const struct orchestrator *o)
{
    return *o->values[OPTION_replica] ? o->values[OPTION_replica] : CLOUD;
}

/* Read once now, so that a mistake is told at the start, and anew for every package: certificates
 * are replaced while we run. */
static struct err *
trust_check(struct orchestrator *o)
{
    const char *path = o->values[OPTION_trust], *which = o->values[OPTION_packages];
    struct package_trust trust;

    o->nfvo.trust = *path ? path : NULL;
    o->nfvo.signed_only = str_eq(which, "signed-only");
    return package_trust_read(o->mem, o->nfvo.trust, o->nfvo.signed_only, &trust);
}

/* The NFVO that grants are asked of, and how others find us. */
static struct err *
grants_check(struct orchestrator *o)
{
    const char *url = o->values[OPTION_nfvo], *user = o->values[OPTION_nfvo_user];
    const char *token = o->values[OPTION_nfvo_token], *file = o->values[OPTION_nfvo_password];
    const char *own = o->values[OPTION_public_url];
    char *secret = NULL;
    size_t n = 0;

    o->nfvo.own_url = *own ? own
                           : mem_printf(o->mem, "%s://%s", o->server.tls_cert ? "https" : "http",
                                        o->values[OPTION_listen]);
    if (!*url) {
        return NULL;
    }
    if (*file) {
        TRY_MSG(file_read(o->mem, file, PASSWORD_MAX, &secret, &n), "--nfvo-password-file");
        secret[strcspn(secret, "\r\n")] = '\0';
    }
    o->nfvo.grants_from = (struct peer_about){
        .name = "NFVO",
        .url = url,
        .login = {.type = !*user                ? NULL
                          : str_eq(token, "basic") ? "BASIC"
                                                : "OAUTH2_CLIENT_CREDENTIALS",
                  .user = user,
                  .secret = secret,
                  .scope = *o->values[OPTION_nfvo_scope] ? o->values[OPTION_nfvo_scope] : NULL,
                  .token_endpoint = *token ? token : mem_printf(o->mem, "%s/oauth2/token", url)},
        .is_trusted = true,
    };
    return NULL;
}

/* What it signs with is of the authority that it tells clients to believe. */
static struct err *
authority_check_options(struct orchestrator *o)
{
    const char *path = o->values[OPTION_authority_key];
    char *ca, *key;

    o->nfvo.authority_key = *path ? path : NULL;
    if (!*path) {
        return NULL;
    }
    if (!o->tls.ca_file) {
        return err_new(E_INVALID, NULL, "--authority-key needs --ca: the certificate that it is the key of");
    }
    TRY_MSG(file_read(o->mem, o->tls.ca_file, PASSWORD_MAX << 4, &ca, NULL), "--ca");
    TRY_MSG(file_read(o->mem, path, PASSWORD_MAX, &key, NULL), "--authority-key");
    return err_wrap(authority_check(ca, key, ca, 0, NULL), "--authority-key %s: --ca %s", path,
                    o->tls.ca_file);
}

static struct err *
certificates_check(struct orchestrator *o)
{
    o->paths = (struct certificate_paths){
        .cert = o->values[OPTION_tls_cert],
        .key = o->values[OPTION_tls_key],
        .client_ca = o->values[OPTION_client_ca],
        .ca = o->values[OPTION_ca],
        .client_cert = o->values[OPTION_client_cert],
        .client_key = o->values[OPTION_client_key],
        .plain_anywhere = str_eq(o->values[OPTION_plain_http], "anywhere"),
    };

    TRY(certificates_read(o->mem, &o->paths, &o->server, &o->tls));
    o->nfvo.tls = o->tls;
    return authority_check_options(o);
}

/* What may change while we run: numbers that are asked for each time. */
static void
settings_taken(void *arg)
{
    struct orchestrator *o = arg;

    o->nfvo.max_package = (uint64_t)setting_number(o->settings, OPTION_max_package_mb) << 20;
    o->nfvo.max_project = (uint64_t)setting_number(o->settings, OPTION_max_project_mb) << 20;
    o->nfvo.grant_wait_ms = setting_number(o->settings, OPTION_grant_wait_s) * 1000;
    o->nfvo.keep_days = setting_number(o->settings, OPTION_keep_operations);
    audit_reopen(o->audit); /* Who ships it may have moved it away. */
}

static struct err *
replica_check(const struct orchestrator *o)
{
    const char *name = o->values[OPTION_replica];

    if (!*name) {
        return NULL;
    }
    if (strlen(name) > REPLICA_NAME_MAX || strspn(name, REPLICA_NAME) != strlen(name)) {
        return err_new(E_INVALID, NULL, "--replica: a name is of letters, digits, '.', '_' and '-', %d at most",
                       REPLICA_NAME_MAX);
    }
    if (!*o->values[OPTION_database] || !*o->values[OPTION_shared]) {
        return err_new(E_INVALID, NULL, "--replica: replicas have a --database in PostgreSQL and a folder --shared");
    }
    return NULL;
}

static struct err *
settings_use(struct orchestrator *o)
{
    struct err *e;

    setting_listen(o->mem, o->settings, OPTION_listen, &o->server.address, &o->server.port);
    settings_taken(o);
    e = err_wrap(callback_rule_read(o->mem, o->values[OPTION_callbacks], &o->callbacks),
                 "--callbacks");
    err_ignore(callback_rule_read(o->mem, o->values[OPTION_callbacks], &o->sources), "told above");
    if (*o->values[OPTION_database]) {
        e = err_join(e, err_wrap(store_check(o->values[OPTION_database]), "--database"));
    }
    e = err_join(e, replica_check(o));
    e = err_join(err_join(e, trust_check(o)), certificates_check(o));
    e = err_join(e, health_check(o->mem, o->settings, OPTION_metrics_listen, &o->server));
    return err_join(e, grants_check(o));
}

struct err *
orchestrator_settings_check(struct mem *mem, struct settings *settings)
{
    struct orchestrator o = {.mem = mem, .settings = settings, .values = settings->texts};
    struct err *e = settings_use(&o);

    callback_rule_done(&o.callbacks);
    callback_rule_done(&o.sources);
    return e;
}

void
orchestrator_register(void)
{
    static const struct resource *const identity[] = {&domain_resource, &project_resource,
                                                      &user_resource, &role_resource};

    for (size_t i = 0; i < ARRAY_SIZE(identity); i++) {
        resource_register(identity[i]);
    }
    resource_register(&subscription_resource);
    resource_register(&notification_resource);
    resource_register(&replica_resource);
    nfvo_register();
    fm_register();
    pm_register();
}

/* store_fn */
static struct err *
recover(struct tx *tx, void *arg)
{
    TRY(replica_beside(tx, arg));
    return uploads_recover(tx, true);
}

/* Of a replica that is gone. */
static struct err *
orphaned(struct tx *tx)
{
    return uploads_recover(tx, false);
}

const struct table *const *
orchestrator_tables(struct mem *mem)
{
    return role_tables(mem, replica_tables, ledger_tables, identity_tables, flow_tables, nfvo_tables, fm_tables,
                       notify_tables, metrics_tables, pm_tables, NULL);
}

/* Of the store: whoever starts us again does so with what is installed now. */
static void
outdated(void *arg, struct err *why)
{
    struct orchestrator *o = arg;

    o->outdated = why;
    loop_stop(o->loop);
}

static struct err *
state_open(struct orchestrator *o)
{
    const struct role_rules rules[] = {{identity_rules, identity_n_rules}};
    struct store_config config = {
        .path = *o->values[OPTION_database] ? o->values[OPTION_database] : state_path(o, "orchestrator.db"),
        .version = carrick_version,
        .tables = orchestrator_tables(o->mem),
        .log_cursor = NOTIFY_CURSOR,
        .replica = *o->values[OPTION_replica] ? o->values[OPTION_replica] : NULL,
        .outdated = outdated,
        .outdated_arg = o,
    };
    bool beside = false;

    o->nfvo.packages_dir = shared_path(o, "packages");
    TRY(dir_make(o->nfvo.packages_dir, 0700));
    orchestrator_register();
    TRY(role_rules_use(o->mem, rules, ARRAY_SIZE(rules), &o->policy));
    TRY(role_store_open(o->mem, shared_dir(o), &config, &o->store));
    TRY(shared_check(o->store, o->mem, o->values[OPTION_shared]));
    TRY(store_write_wait(o->store, recover, &beside));
    if (!beside) { /* Else it may be receiving. */
        uploads_sweep(o->store, o->nfvo.packages_dir);
    }
    return NULL;
}

static struct err *
identity_start(struct orchestrator *o)
{
    struct identity_config config = {
        .store = o->store,
        .key_file = shared_path(o, "token.key"),
        .region = o->values[OPTION_region],
        .endpoints = endpoints,
        .n_endpoints = ARRAY_SIZE(endpoints),
    };
    struct identity_first first = {
        .cloud = CLOUD,
        .auth_url = mem_printf(o->mem, "%s://%s/identity/v3", o->server.tls_cert ? "https" : "http",
                               o->values[OPTION_listen]),
        .ca_file = o->tls.ca_file,
        .password_file = shared_path(o, ROLE_PASSWORD),
        .clouds_file = state_path(o, "clouds.yaml"),
    };

    TRY(identity_new(&config, &o->identity));
    return identity_bootstrap(o->identity, &first);
}

/* A tenant's site says where a server is.  What --callbacks lists may be meant besides. */
static bool
script_may(void *arg, const struct sockaddr *to)
{
    struct orchestrator *o = arg;

    return callback_may(&o->strangers, to) || (o->callbacks.n && callback_may(&o->callbacks, to));
}

static bool
source_may(void *arg, const struct sockaddr *to)
{
    struct orchestrator *o = arg;
    bool may;

    pthread_mutex_lock(&o->sources_lock);
    may = callback_may(&o->sources, to);
    pthread_mutex_unlock(&o->sources_lock);
    return may;
}

static void
replica_gone(void *arg)
{
    struct orchestrator *o = arg;

    flow_engine_take(o->engine);
}

/* What one does for all: notifications, alarms, measurements, looks at sites. */
static void
replica_lead(void *arg, bool leads)
{
    struct orchestrator *o = arg;

    o->nfvo.stands_by = !leads;
    notifier_lead(o->notifier, leads);
    if (leads) {
        fm_watch_lead(o->faults);
    }
}

static struct err *
replicas_begin(struct orchestrator *o)
{
    struct replicas_config config = {
        .loop = o->loop,
        .store = o->store,
        .address = mem_printf(o->mem, "%s://%s", o->server.tls_cert ? "https" : "http", o->values[OPTION_listen]),
        .version = carrick_version,
        .orphaned = orphaned,
        .gone = replica_gone,
        .lead = replica_lead,
        .arg = o,
    };

    return replicas_new(&config, &o->replicas);
}

static struct err *
engine_start(struct orchestrator *o)
{
    const struct fetches_config fetches = {
        .may_connect = source_may, .may_arg = o, .tls = {.ca_file = o->tls.ca_file}};
    struct http_client_config http = {
        .max_per_host = 16, .tls = o->tls,
        .user_agent = mem_printf(o->mem, VERSION_AGENT "%s", carrick_version)};
    struct vim_config vim = {.loop = o->loop, .store = o->store, .site = site_for_vim};
    struct peers_config peers = {
        .loop = o->loop,
        .store = o->store,
        .about = nfvo_peer_about,
        .arg = &o->nfvo,
        .may_connect = callback_may,
        .may_arg = &o->callbacks,
        .tls = o->tls,
    };
    const struct script_runs_config scripts = {
        .loop = o->loop, .program = o->nfvo.program, .may_connect = script_may, .may_arg = o};
    struct flow_engine_config engine = {
        .loop = o->loop,
        .store = o->store,
        .owner = own_name(o),
        .owners = *o->values[OPTION_replica] ? &replica_table : NULL,
        .types = nfvo_flows,
    };

    TRY(pool_new("files", 2, 64, &o->pool));
    TRY(pool_new("waiting", 8, 64, &o->waiting));
    TRY(fetches_new(&fetches, &o->nfvo.fetches));
    o->nfvo.unpacks = unpacks_new(0);
    TRY(http_client_new(o->loop, &http, &o->http));
    vim.http = o->http;
    TRY(vim_new(&vim, &o->vim));
    TRY(peers_new(&peers, &o->peers));
#ifdef CARRICK_FAULTS
    fault_points(o->values[OPTION_state], &engine);
#endif
    TRY(flow_engine_new(&engine, &o->engine));
    o->nfvo.stands_by = true;
    o->nfvo.store = o->store;
    o->nfvo.engine = o->engine;
    o->nfvo.loop = o->loop;
    o->nfvo.vim = o->vim;
    o->nfvo.pool = o->pool;
    o->nfvo.drops = upload_drops_new(o->store, o->loop);
    o->nfvo.peers = o->peers;
    o->nfvo.desk = grant_desk_new();
    o->nfvo.scripts = script_runs_new(&scripts);
    flow_service_set(o->engine, "vim", o->vim);
    flow_service_set(o->engine, NFVO_SERVICE, &o->nfvo);
    flow_service_set(o->engine, PEER_SERVICE, o->peers);
    flow_kinds_add(o->engine, vim_kinds);
    flow_kinds_add(o->engine, peer_kinds);
    flow_kinds_add(o->engine, nfvo_kinds);
    TRY(replicas_begin(o));
    return flow_engine_start(o->engine);
}

static struct err *
notifier_start(struct orchestrator *o)
{
    struct notifier_config config = {
        .loop = o->loop, .store = o->store, .apis = etsi_notices, .rule = o->callbacks,
        .tls = o->tls, .stands_by = o->nfvo.stands_by};

    TRY(notifier_new(&config, &o->notifier));
    o->nfvo.notifier = o->notifier;
    return NULL;
}

/* Who sends a password in clear to such an address sends it to this host only. */
static bool
is_loopback(const char *address)
{
    struct ip ip;

    return ip_parse(address, &ip) && ip_is_loopback(&ip);
}

static struct err *
serve(struct orchestrator *o)
{
    struct rest_config config = {
        .http = o->server,
        .authenticate = identity_caller,
        .auth_arg = o->identity,
        .certified = identity_certified,
        .passwords = {.proved = identity_proved,
                      .prove = identity_prove,
                      .pool = identity_pool(o->identity),
                      .in_clear = is_loopback(o->server.address)},
        .auth_prefix = "/identity",
        .pool = o->waiting,
        .list_max = 1000,
    };

    o->health = (struct health){.store = o->store, .loop = o->loop};
    TRY(audit_open(o->mem, o->values[OPTION_state], o->values[OPTION_audit_log],
                   setting_number(o->settings, OPTION_audit_max_mb), &o->audit));
    role_given_up_tell(o->store, o->audit);
    config.audit = audit_request;
    config.audit_arg = o->audit;
    config.mounts = orchestrator_mounts(o->mem, o->identity, &o->nfvo, &o->health,
                                        &config.n_mounts);
    TRY(rest_new(&config, &o->rest));
    TRY(health_serve(o->mem, &o->health, o->settings, OPTION_metrics_listen, &o->server, &o->open));
    o->certificates = certificates_follow(o->loop, &o->paths, o->rest, o->open);
    return NULL;
}

/* Of replicas that are started together the first makes what there is once. */
static struct err *
state_begin(struct orchestrator *o)
{
    AUTO_FD held = -1;

    TRY(role_state_make(o->values[OPTION_state]));
    TRY(role_state_make(shared_dir(o)));
    if (*o->values[OPTION_replica]) {
        TRY(shared_hold(o->mem, shared_dir(o), &held));
    }
    TRY(state_open(o));
    return identity_start(o);
}

static struct err *
orchestrator_start(struct orchestrator *o)
{
    (void)umask(077);
    settings_log(o->settings, CLOUD);
    TRY(settings_use(o));
    TRY(loop_new(&o->loop));
    TRY(role_signals(o->loop)); /* before threads there are that would die of them */
    o->follower = (struct settings_follower){
        .settings = o->settings, .mem = o->mem, .fn = settings_taken, .arg = o};
    TRY(settings_follow(o->loop, &o->follower));
    TRY(state_begin(o));
    TRY(engine_start(o));
    o->remembered = remembered_follow(&o->nfvo, o->identity);
    TRY(site_watch_new(&o->nfvo, 0, 0, &o->watch));
    o->faults = fm_watch_new(&o->nfvo, setting_number(o->settings, OPTION_look_every) * 1000);
    TRY(notifier_start(o));
    o->collector = pm_collector_new(&o->nfvo, 0);
    TRY(serve(o));
    log_info("orchestrator", "serving listen=%s:%u%s", o->server.address,
             rest_port(o->rest), o->server.tls_cert ? " https" : "");
    store_started(o->store);
    return loop_run(o->loop);
}

/* The reverse of the start: nobody is asked after it is gone. */
static void
orchestrator_end(struct orchestrator *o)
{
    site_watch_close(o->watch);
    pool_stop(o->waiting); /* jobs are of requests, which go with the server */
    pool_stop(o->pool);
    fetches_stop(o->nfvo.fetches);
    if (o->identity) {
        pool_stop(identity_pool(o->identity));
    }
    replicas_free(o->replicas);
    remembered_free(o->remembered);
    fm_watch_close(o->faults);
    pm_collector_stop(o->collector);
    notifier_stop(o->notifier); /* requests that wait for a callback are answered */
    certificates_unfollow(o->certificates);
    rest_stop(o->rest);
    rest_stop(o->open);
    notifier_free(o->notifier);
    if (o->waiting) {
        pool_free(o->waiting);
    }
    if (o->pool) {
        pool_free(o->pool);
    }
    site_watch_free(o->watch);
    if (o->engine) {
        flow_engine_free(o->engine);
    }
    if (o->vim) {
        vim_free(o->vim);
    }
    fm_watch_free(o->faults);
    pm_collector_free(o->collector);
    peers_free(o->peers);
    callback_rule_done(&o->callbacks);
    callback_rule_done(&o->strangers);
    fetches_free(o->nfvo.fetches);
    unpacks_free(o->nfvo.unpacks);
    callback_rule_done(&o->sources);
    pthread_mutex_destroy(&o->sources_lock);
    if (o->http) {
        http_client_free(o->http);
    }
    if (o->identity) {
        identity_free(o->identity); /* its pool may still be writing */
    }
    if (o->store) {
        store_close(o->store);
    }
    rest_free(o->rest); /* nobody is left who owes an answer */
    rest_free(o->open);
    audit_close(o->audit);
    upload_drops_free(o->nfvo.drops);
    grant_desk_free(o->nfvo.desk);
    script_runs_free(o->nfvo.scripts);
    if (o->loop) {
        loop_free(o->loop);
    }
    policy_free(o->policy);
}

int
orchestrator_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("orchestrator");
    struct orchestrator o = {.mem = mem, .sources_lock = PTHREAD_MUTEX_INITIALIZER};
    int status = settings_start(mem, "orchestrator", orchestrator_settings, argc, argv, &o.settings);

    if (status >= 0) {
        return status;
    }
    o.values = o.settings->texts;
    struct err *e = orchestrator_start(&o);
    orchestrator_end(&o);
    e = err_join(e, o.outdated);
    if (e) {
        log_err(LOG_LV_ERROR, "orchestrator", e, "ended");
        return 1;
    }
    return 0;
}
