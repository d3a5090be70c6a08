/* The start and the end of a site: its services on one store, one loop and one
 * port.  Everything here happens once; nothing here is on a request's path. */
#include "faces/site.h"

#include "base/log.h"
#include "base/str.h"
#include "base/vec.h"
#include "base/version.h"
#include "compute/compute.h"
#include "faces/audit.h"
#include "faces/certificates.h"
#include "faces/faces.h"
#include "faces/renewal.h"
#include "faces/role.h"
#include "identity/identity.h"
#include "image/image.h"
#include "network/network.h"
#include "sys/file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* X(id, name, kind, default, doc) */
#define SITE_OPTIONS(X)                                                                            \
    X(state, "state", OF_PATH("DIR"), "/var/lib/carrick/site", "folder of everything it keeps")                                \
    X(name, "name", SAMPLE("site", OF_TEXT("NAME")), NULL,                                         \
      "of the site, and of its entry in clouds.yaml; it stays for the life of the site")                  \
    X(listen, "listen", SAMPLE("127.0.0.1:8080", OF_LISTEN), NULL,                                 \
      "where the APIs are served; others reach it at this very address")                         \
    X(agent, "agent", OF_PATH("PATH"), "/run/carrick-agent/socket", "socket of this box's agent")                                  \
    X(vtep, "vtep", OF_IPV4, "", "IPv4 address that other sites tunnel to; none: not joined")    \
    X(underlay_mtu, "underlay-mtu", OF_NUMBER("BYTES", 576, 65535), "1500", "MTU of the link that tunnels go over")       \
    X(host_id, "host-id", OF_TEXT("ID"), "", "id of this box; none: the site's name")                       \
    X(region, "region", OF_TEXT("NAME"), "RegionOne", "region of its catalog")                              \
    X(vcpus, "vcpus", OF_NUMBER("N", 0, 1 << 20), "0", "vCPUs for servers, in sum; 0: 16 a processor of the box")         \
    X(memory_mb, "memory-mb", OF_NUMBER("MIB", 0, INT64_C(1) << 32), "0", "memory for servers, in sum; 0: that of the box")        \
    CERTIFICATE_OPTIONS(X)                                                                         \
    X(ca, "ca", OF_PATH("FILE"), "", "who signs that certificate (PEM), for clouds.yaml")                   \
    AUDIT_OPTIONS(X)                                                                               \
    HEALTH_OPTIONS(X)                                                                              \
    LOG_SETTING(X)

enum site_option {
#define X(id, name, kind, def, doc) OPTION_##id,
    SITE_OPTIONS(X)
#undef X
};

const struct setting site_settings[] = {SITE_OPTIONS(SETTING_ROW){0}};

static const struct identity_endpoint site_endpoints[] = {
    {"identity", "keystone", "/identity"},
    {"image", "glance", "/image"},
    {"network", "neutron", "/network"},
    {"compute", "nova", "/compute/v2.1"},
};

struct site {
    struct mem *mem;
    struct settings *settings;
    const char **values; /* its texts, by enum site_option */
    const char *host_id;
    struct settings_follower follower;
    struct http_server_config server;
    struct http_tls tls;
    struct policy *policy;
    struct store *store;
    struct loop *loop;
    struct identity *identity;
    struct image_service *image;
    struct network_service *network;
    struct compute_service *compute;
    struct site_sync *sync;
    struct health health;
    struct renewal renewal;
    struct audit *audit;
    struct certificate_paths paths;
    struct certificates *certificates;
    struct rest *rest, *open; /* the APIs; what whoever asks is told */
};

static const char *
site_path(const struct site *site, const char *name)
{
    return mem_printf(site->mem, "%s/%s", site->values[OPTION_state], name);
}

/* What the table cannot know: files, and options that go together. */
static struct err *
site_read(struct site *site)
{
    site->paths = (struct certificate_paths){.cert = site->values[OPTION_tls_cert],
                                             .key = site->values[OPTION_tls_key],
                                             .ca = site->values[OPTION_ca],
                                             .plain_anywhere = str_eq(
                                                 site->values[OPTION_plain_http], "anywhere")};
    setting_listen(site->mem, site->settings, OPTION_listen, &site->server.address,
                   &site->server.port);
    site->host_id = *site->values[OPTION_host_id] ? site->values[OPTION_host_id]
                                                  : site->values[OPTION_name];
    struct err *e = certificates_read(site->mem, &site->paths, &site->server, &site->tls);

    return err_join(e, health_check(site->mem, site->settings, OPTION_metrics_listen, &site->server));
}

struct err *
site_settings_check(struct mem *mem, struct settings *settings)
{
    struct site site = {.mem = mem, .settings = settings, .values = settings->texts};

    return site_read(&site);
}

void
site_register(void)
{
    static const struct resource *const identity_and_image[] = {
        &domain_resource, &project_resource, &user_resource, &role_resource, &image_resource, NULL};
    const struct resource *const *const lists[] = {identity_and_image, network_resources,
                                                   compute_resources};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        for (const struct resource *const *r = lists[i]; *r; r++) {
            resource_register(*r);
        }
    }
}

const struct table *const *
site_tables(struct mem *mem)
{
    return role_tables(mem, ledger_tables, identity_tables, image_tables, network_tables,
                       compute_tables, NULL);
}

static struct err *
site_store(struct site *site)
{
    const struct role_rules rules[] = {{identity_rules, identity_n_rules},
                                       {image_rules, image_n_rules}};
    struct store_config config = {
        .path = site_path(site, "site.db"),
        .version = carrick_version,
        .tables = site_tables(site->mem),
    };

    TRY(role_state_make(site->values[OPTION_state]));
    site_register();
    TRY(role_rules_use(site->mem, rules, ARRAY_SIZE(rules), &site->policy));
    return role_store_open(site->mem, site->values[OPTION_state], &config, &site->store);
}

static struct err *
site_identity(struct site *site)
{
    struct identity_config config = {
        .store = site->store,
        .key_file = site_path(site, "token.key"),
        .region = site->values[OPTION_region],
        .endpoints = site_endpoints,
        .n_endpoints = ARRAY_SIZE(site_endpoints),
    };
    struct identity_first first = {
        .cloud = site->values[OPTION_name],
        .auth_url = mem_printf(site->mem, "%s://%s/identity/v3",
                               site->server.tls_cert ? "https" : "http",
                               site->values[OPTION_listen]),
        .ca_file = site->tls.ca_file,
        .password_file = site_path(site, ROLE_PASSWORD),
        .clouds_file = site_path(site, "clouds.yaml"),
    };

    TRY(identity_new(&config, &site->identity));
    return identity_bootstrap(site->identity, &first);
}

static struct err *
site_services_start(struct site *site)
{
    const char *vtep = site->values[OPTION_vtep];
    struct image_config image = {.store = site->store, .dir = site_path(site, "images")};
    struct network_config network = {.store = site->store,
                                     .host = site->host_id,
                                     .vtep = str_empty(vtep) ? NULL : vtep,
                                     .underlay_mtu = setting_number(site->settings,
                                                                   OPTION_underlay_mtu)};
    struct compute_config compute = {.host = site->host_id,
                                     .vcpus = setting_number(site->settings, OPTION_vcpus),
                                     .memory_mb = setting_number(site->settings, OPTION_memory_mb)};

    TRY(image_service_new(&image, &site->image));
    TRY(network_service_new(&network, &site->network));
    TRY(change_feed_new(site->store, site->loop, &site->network->feed));
    compute.image = site->image;
    compute.network = site->network;
    return compute_service_new(&compute, site->store, &site->compute);
}

static struct err *
site_agent(struct site *site)
{
    const struct desired_source **sources = MEM_ARRAY(site->mem, 3, const struct desired_source *);
    struct site_sync_config config = {.store = site->store,
                                      .loop = site->loop,
                                      .socket = site->values[OPTION_agent],
                                      .site = site->values[OPTION_name],
                                      .host = site->host_id,
                                      .sources = sources};

    sources[0] = &network_desired_source;
    sources[1] = &site->compute->source;
    TRY(site_sync_new(&config, &site->sync));
    site->compute->sync = site->sync;
    site->network->sync = site->sync;
    site->network->loop = site->loop;
    return NULL;
}

static struct err *
site_serve(struct site *site)
{
    struct site_services services = {.store = site->store,
                                     .identity = site->identity,
                                     .image = site->image,
                                     .network = site->network,
                                     .compute = site->compute,
                                     .health = &site->health,
                                     .renewal = site->server.tls_cert ? &site->renewal : NULL};
    struct rest_config config = {.http = site->server,
                                 .authenticate = identity_caller,
                                 .auth_arg = site->identity,
                                 .auth_prefix = "/identity",
                                 .pool = identity_pool(site->identity)};

    site->renewal = (struct renewal){
        .paths = &site->paths, .state = site->values[OPTION_state], .address = site->server.address};
    site->health = (struct health){
        .store = site->store, .loop = site->loop, .network = site->network};
    TRY(audit_open(site->mem, site->values[OPTION_state], site->values[OPTION_audit_log],
                   setting_number(site->settings, OPTION_audit_max_mb), &site->audit));
    role_given_up_tell(site->store, site->audit);
    config.audit = audit_request;
    config.audit_arg = site->audit;
    config.mounts = site_mounts(site->mem, &services, &config.n_mounts);
    TRY(rest_new(&config, &site->rest));
    TRY(health_serve(site->mem, &site->health, site->settings, OPTION_metrics_listen,
                     &site->server, &site->open));
    site->certificates = certificates_follow(site->loop, &site->paths, site->rest, site->open);
    return NULL;
}

/* At SIGHUP: who ships the audit log may have moved it away. */
static void
site_settings_taken(void *arg)
{
    const struct site *site = arg;

    audit_reopen(site->audit);
}

static struct err *
site_start(struct site *site)
{
    (void)umask(077);
    settings_log(site->settings, site->values[OPTION_name]);
    TRY(site_read(site));
    TRY(loop_new(&site->loop));
    TRY(role_signals(site->loop)); /* before threads there are that would die of them */
    site->follower = (struct settings_follower){
        .settings = site->settings, .mem = site->mem, .fn = site_settings_taken, .arg = site};
    TRY(settings_follow(site->loop, &site->follower));
    TRY(site_store(site));
    TRY(site_identity(site));
    TRY(site_services_start(site));
    TRY(site_agent(site));
    TRY(site_serve(site));
    log_info("site", "serving name=%s listen=%s:%u", site->values[OPTION_name], site->server.address,
             rest_port(site->rest));
    store_started(site->store);
    return loop_run(site->loop);
}

/* The reverse of the start: nobody is asked after it is gone. */
static void
site_end(struct site *site)
{
    if (site->network) {
        change_feed_close(site->network->feed); /* or they would hold up the server's end */
    }
    site_sync_close(site->sync); /* as would these, and be answered after it */
    if (site->identity) {
        pool_stop(identity_pool(site->identity)); /* whose jobs are of requests too */
    }
    if (site->image) {
        pool_stop(image_pool(site->image));
    }
    certificates_unfollow(site->certificates);
    rest_stop(site->rest);
    rest_stop(site->open);
    site_sync_free(site->sync);
    compute_service_free(site->compute);
    if (site->network) {
        change_feed_free(site->network->feed);
    }
    identity_free(site->identity); /* this pool and the next may still be writing */
    image_service_free(site->image);
    store_close(site->store);
    rest_free(site->rest); /* nobody is left who owes an answer */
    rest_free(site->open);
    audit_close(site->audit);
    network_service_free(site->network);
    loop_free(site->loop);
    policy_free(site->policy);
}

int
site_main(int argc, char **argv)
{
    AUTO(mem) mem = mem_new("site");
    struct site site = {.mem = mem};
    int status = settings_start(mem, "site", site_settings, argc, argv, &site.settings);

    if (status >= 0) {
        return status;
    }
    site.values = site.settings->texts;
    struct err *e = site_start(&site);
    site_end(&site);
    if (e) {
        log_err(LOG_LV_ERROR, "site", e, "ended");
        return 1;
    }
    return 0;
}
