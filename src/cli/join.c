/* `carrick site join URL --token TOKEN`, on the box of a site that was invited: its key is signed by the
 * orchestrator's authority, and the orchestrator gets a user of its own here.  Each part may be done
 * again: the same command goes on where it stopped. */
#include "cli/setup.h"

#include "base/uuid.h"
#include "http/authority.h"
#include "nfvo/invitation.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FPR_SIZE (AUTHORITY_FINGERPRINT - 1)
#define PASSWORD_BYTES 24
#define SHOWN_TRIES 20

const struct cli_option join_options[] = {
    {"token", "TOKEN", "that `carrick site invite` printed; asked for where it is not given"},
    {"token-file", "FILE", "file that it is in"},
    {"config-dir", "DIR", "folder of site.yaml (default /etc/carrick)"},
    {"user", "NAME", "user that the site runs as (default carrick-site)"},
    {"yes", NULL, "do not ask"},
    {0},
};

struct join {
    struct cli *cli;
    const char *url, *secret, *fingerprint;
    const char *authority; /* the orchestrator's, PEM */
    const char *key;       /* ours */
    const char *cert;      /* signed by it */
    const char *joined;    /* what it calls us, where it has registered us already; else null */
    const char *listen, *state, *region, *cert_path, *key_path, *ca_path;
    struct steps steps;
};

/* ---- what is given ------------------------------------------------------------------------ */

static struct err *
token_read(struct join *j)
{
    struct mem *mem = j->cli->mem;
    const char *file = option_get(j->cli, "token-file"), *token = option_get(j->cli, "token");
    const char *dot;
    char *text;

    if (file) {
        TRY(file_read(mem, file, 4096, &text, NULL));
        token = mem_strn(mem, text, strcspn(text, " \r\n"));
    }
    token = token ? token : steps_ask(mem, "token: ", true);
    dot = token ? strchr(token, '.') : NULL;
    if (!dot || strlen(dot + 1) != FPR_SIZE || strspn(dot + 1, "0123456789abcdef") != FPR_SIZE) {
        return err_new(E_INVALID, NULL, "%s: `carrick site invite NAME --address ADDRESS` at the orchestrator "
                       "prints one", token ? "this is no whole token" : "--token TOKEN is needed");
    }
    j->secret = mem_strn(mem, token, (size_t)(dot - token));
    j->fingerprint = dot + 1;
    return NULL;
}

/* The site as it is set up. */
static struct err *
site_read(struct join *j)
{
    struct cli *cli = j->cli;
    const struct {
        const char *name, **to;
    } wanted[] = {{"listen", &j->listen},     {"state", &j->state},      {"region", &j->region},
                  {"tls-cert", &j->cert_path}, {"tls-key", &j->key_path}, {"ca", &j->ca_path}};
    AUTO_BUF faults = BUF_INIT;
    const struct cli_role *role;
    struct settings *settings;
    const char *file;

    TRY(role_of(cli, "site", &role, &file));
    if (!config_read(cli, role, file, &settings, &faults)) {
        return err_new(E_INVALID, NULL, "%s: set the site up first, with `carrick setup site`",
                       faults.len ? faults.data : file);
    }
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        *wanted[i].to = setting_text(settings, wanted[i].name);
    }
    if (*j->cert_path && !str_eq(j->cert_path, mem_printf(cli->mem, "%s/tls/own.crt", j->state))) {
        return err_new(E_CONFLICT, NULL, "%s is the operator's own and is not replaced: register the site at "
                       "the orchestrator, with `carrick site add`", j->cert_path);
    }
    if (!*j->cert_path || !*j->key_path || !*j->ca_path) {
        return err_new(E_INVALID, NULL, "%s: the site has no certificate (tls-cert, tls-key, ca): "
                       "`carrick setup site` makes one", file);
    }
    return NULL;
}

/* ---- the orchestrator --------------------------------------------------------------------- */

/* What a clock that is far off does to certificates and tokens is told before it does it. */
static struct err *
clock_check(const struct http_answer *answer)
{
    int64_t off_s = setup_clock_off_s(answer);

    if (off_s > -SETUP_CLOCK_S && off_s < SETUP_CLOCK_S) {
        return NULL;
    }
    return err_new(E_CONFLICT, NULL, "the clock of this box is %lld s %s the orchestrator's: set both "
                   "first, certificates and tokens depend on it",
                   (long long)(off_s < 0 ? -off_s : off_s), off_s < 0 ? "behind" : "ahead of");
}

static struct err *
ask(struct join *j, const char *path, const char *body, const struct json **json)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct mem *mem = j->cli->mem;
    const struct http_client_config config = {.tls.ca_text = j->authority};
    struct http_request request = {
        .method = body ? "POST" : "GET",
        .url = mem_printf(mem, "%s%s", j->url, path),
        .headers = headers,
        .body = body,
        .body_len = body ? strlen(body) : 0,
        .body_fd = -1,
    };
    struct http_answer answer;

    TRY(http_fetch(mem, &config, &request, &answer));
    TRY(clock_check(&answer));
    TRY_MSG(json_parse(mem, answer.body, answer.body_len, json), "%s answered %d", request.url,
            answer.status);
    if (answer.status >= 400) {
        return err_new(E_CONFLICT, NULL, "%s (%s answered %d)",
                       str_or(json_get_str(*json, "detail"), "it refuses"), request.url, answer.status);
    }
    return NULL;
}

/* Has our key signed; nothing here has changed yet. */
static struct err *
certificate_get(struct join *j)
{
    struct mem *mem = j->cli->mem;
    const char *hosts[] = {listen_address(mem, j->listen), NULL};
    const char *request;
    const struct json *answer;
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);

    TRY(steps_read(&j->steps, j->key_path, &j->key));
    if (!j->key) { /* It was lost: another one is signed now. */
        TRY(authority_key(mem, &j->key));
    }
    TRY(http_authority(mem, j->url, j->fingerprint, &j->authority));
    TRY(ask(j, "/healthz", NULL, &answer));
    TRY(authority_request(mem, j->key, "site", &request));
    jw_object(&w, NULL);
    jw_str(&w, "token", j->secret);
    jw_str(&w, "request", request);
    jw_end(&w);
    TRY(ask(j, "/carrick/v1/joins/certificate", body.data, &answer));
    j->cert = json_get_str(answer, "certificate");
    j->joined = json_bool(json_get(answer, "joined"), false) ? json_get_str(answer, "name") : NULL;
    if (!j->cert) {
        return err_new(E_REMOTE, NULL, "%s: it answered no certificate", j->url);
    }
    return err_wrap(authority_check(j->cert, j->key, j->authority, 0, hosts),
                    "the certificate that the orchestrator signed (it invites a site at the address that "
                    "--address says, this one listens at %s)", j->listen);
}

/* ---- the site ------------------------------------------------------------------------------- */

/* step_fn: the authority that signed until now signs no more for this box. */
static struct err *
key_forget(void *arg)
{
    const struct join *j = arg;
    const char *path = mem_printf(j->cli->mem, "%s/tls/authority.key", j->state);

    return unlink(path) && file_exists(path) ? err_errno(E_UNAVAILABLE, "remove %s", path) : NULL;
}

static struct err *
certificate_put(struct join *j)
{
    TRY(steps_add(&j->steps, (struct step){.what = "key of this box", .path = j->key_path, .text = j->key, .mode = 0600,
                                           .is_users = true}));
    TRY(steps_add(&j->steps, (struct step){.what = "authority that certificates are believed by",
                                           .path = j->ca_path, .text = j->authority, .mode = 0644,
                                           .is_users = true}));
    TRY(steps_add(&j->steps, (struct step){.what = "certificate of this box, signed by it",
                                           .path = j->cert_path, .text = j->cert, .mode = 0644,
                                           .is_users = true}));
    TRY(steps_do(&j->steps));
    return steps_as_user(&j->steps, key_forget, j);
}

/* The site takes its new certificate by itself. */
static struct err *
site_await(struct join *j)
{
    const struct http_client_config config = {.tls.ca_text = j->authority};
    struct http_request request = {
        .method = "GET",
        .url = mem_printf(j->cli->mem, "https://%s/identity/v3", j->listen),
        .body_fd = -1,
        .timeout_ms = 5000,
    };
    struct timespec pause = {.tv_nsec = 500000000};
    struct http_answer answer;
    struct err *e = NULL;

    for (int i = 0; i < SHOWN_TRIES; i++) {
        err_ignore(e, "it is asked again");
        e = http_fetch(j->cli->mem, &config, &request, &answer);
        if (!e) {
            return NULL;
        }
        nanosleep(&pause, NULL);
    }
    return err_wrap(e, "the site does not answer with its new certificate: start it (`systemctl start "
                       "carrick-site`, or `carrick run site`), then join again with the same token");
}

/* Id of the thing called 'name' in the collection, null where there is none. */
static struct err *
thing_find(struct session *session, const char *things, const char *name, const char **id)
{
    const struct json *list;

    *id = NULL;
    TRY(session_get(session, mem_printf(session->mem, "/v3/%s?name=%s", things, name), &list));
    list = json_get(list, things);
    if (list && list->n) {
        *id = json_get_str(list->items[0], "id");
    }
    return NULL;
}

/* Makes it, or changes it where it is there: 'body' is its envelope. */
static struct err *
thing_put(struct session *session, const char *thing, const char *name, const char *body,
          const char **id)
{
    const char *things = mem_printf(session->mem, "%ss", thing);
    struct call call = {.method = "POST", .path = mem_printf(session->mem, "/v3/%s", things), .body = body};
    struct reply reply;

    TRY(thing_find(session, things, name, id));
    if (*id) {
        call.method = "PATCH";
        call.path = mem_printf(session->mem, "/v3/%s/%s", things, *id);
    }
    TRY(session_call(session, &call, &reply));
    *id = json_str(json_path(reply.json, mem_printf(session->mem, "%s.id", thing)));
    return *id ? NULL : err_new(E_REMOTE, NULL, "%s answered no id", call.path);
}

#define ORCHESTRATOR "orchestrator" /* the user, and the project that has what it makes */

/* A user for the orchestrator, with a password that nobody knows. */
static struct err *
user_make(struct session *session, const char *password)
{
    struct mem *mem = session->mem;
    const char *project, *user, *role;
    struct reply reply;
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);

    TRY(thing_put(session, "project", ORCHESTRATOR,
                  "{\"project\": {\"name\": \"" ORCHESTRATOR "\", \"description\": "
                  "\"What the orchestrator makes here.\"}}", &project));
    jw_object(&w, NULL);
    jw_object(&w, "user");
    jw_str(&w, "name", ORCHESTRATOR);
    jw_str(&w, "default_project_id", project);
    jw_str(&w, "password", password);
    jw_bool(&w, "enabled", true);
    jw_end(&w);
    jw_end(&w);
    TRY(thing_put(session, "user", ORCHESTRATOR, body.data, &user));
    TRY(thing_find(session, "roles", "admin", &role));
    struct call grant = {.method = "PUT",
                         .path = mem_printf(mem, "/v3/projects/%s/users/%s/roles/%s", project, user,
                                            str_or(role, "admin"))};
    return session_call(session, &grant, &reply);
}

static struct err *
credentials_make(struct join *j, const char **password)
{
    struct mem *mem = j->cli->mem;
    const char *path = mem_printf(mem, "%s/clouds.yaml", j->state);
    uint8_t raw[PASSWORD_BYTES];
    struct credentials credentials;
    struct session session;

    TRY(steps_credentials(&j->steps, path, &credentials));
    credentials.service = "identity";
    TRY_MSG(session_open_with(mem, &credentials, false, &session), "the site's own administrator");
    random_bytes(raw, sizeof raw);
    *password = base64_from(mem, raw, sizeof raw, true);
    return err_wrap(user_make(&session, *password), "a user for the orchestrator");
}

static struct err *
site_register(struct join *j, const char *password)
{
    struct mem *mem = j->cli->mem;
    const struct join_site given = {.token = j->secret,
                                    .auth_url = mem_printf(mem, "https://%s/identity/v3", j->listen),
                                    .region = j->region,
                                    .username = ORCHESTRATOR,
                                    .password = password,
                                    .project_name = ORCHESTRATOR};
    char name[AUTHORITY_FINGERPRINT];
    const struct json *answer;
    const char *proof;
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);

    TRY(invitation_proof(&given, name));
    TRY(authority_request(mem, j->key, name, &proof));
    jw_object(&w, NULL);
    jw_str(&w, "token", given.token);
    jw_str(&w, "auth_url", given.auth_url);
    jw_str(&w, "region", given.region);
    jw_str(&w, "username", given.username);
    jw_str(&w, "password", given.password);
    jw_str(&w, "project_name", given.project_name);
    jw_str(&w, "proof", proof);
    jw_end(&w);
    TRY(ask(j, "/carrick/v1/joins/site", body.data, &answer));
    printf("joined: site %s is %s at %s\n", json_get_str(answer, "name"),
           json_get_str(answer, "status"), j->url);
    return NULL;
}

struct err *
site_join(struct cli *cli)
{
    struct join j = {.cli = cli, .steps = {.cli = cli}};
    size_t n = strlen(cli->args[0]);
    const char *password = NULL;

    while (n && cli->args[0][n - 1] == '/') {
        n--;
    }
    j.url = mem_strn(cli->mem, cli->args[0], n);
    if (!str_starts(j.url, "https://")) {
        cli->status = 2;
        return err_new(E_INVALID, NULL, "%s: an orchestrator is joined by https://", j.url);
    }
    if (geteuid()) {
        return err_new(E_FORBIDDEN, NULL, "it replaces the site's certificate: run it as root");
    }
    (void)umask(022);
    struct err *e = token_read(&j);

    TRY(err_join(e, site_read(&j)));
    TRY(role_user_find(str_or(option_get(cli, "user"), "carrick-site"), &j.steps.uid, &j.steps.gid));
    TRY(certificate_get(&j));
    TRY(certificate_put(&j));
    if (j.joined) { /* The answer to that was lost. */
        printf("joined: site %s is registered at %s already\n", j.joined, j.url);
        return NULL;
    }
    TRY(site_await(&j));
    TRY(credentials_make(&j, &password));
    return site_register(&j, password);
}
