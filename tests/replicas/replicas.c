/* Two orchestrators on one database: what one does the other knows; a hundred operations of which one of the two
 * does not see the end; and who may not be a third.  See README.md. */
#include "flow/fake_site.h"

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "http/client.h"
#include "http/server.h"
#include "sys/file.h"

#include <fcntl.h>
#include <net/if.h>
#include <openssl/evp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 9000
#define N_REPLICAS 2
#define N_OPERATIONS 100
#define CALL_MS 10000
#define READY_MS 60000
#define ALL_MS 240000
#define FAILOVER_MS 3000
#define NETWORK "11111111-1111-4111-8111-111111111111"
#define HEARD_MAX 4096

static const char *const names[N_REPLICAS] = {"a", "b"};

/* What subscribers hear: ids of operations that are COMPLETED. */
static struct {
    pthread_mutex_t lock;
    int n;
    char ops[HEARD_MAX][40];
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct world {
    struct mem *mem;
    const char *dir, *program, *packages, *database;
    struct fake_control site;
    struct http_server *ear;
    pid_t pids[N_REPLICAS];
    int at; /* replica that the client calls first */
    bool is_long;
    int n_completed; /* operations, so far */
    const char *token;
    const char *vnfs[N_OPERATIONS];
};

static void
blink_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

static int
patience(void)
{
    const char *text = getenv("CARRICK_PATIENCE");

    return text && atoi(text) > 1 ? atoi(text) : 1;
}

static int64_t
deadline_ns(int ms)
{
    return time_mono_ns() + ms * INT64_C(1000000) * patience();
}

static int
ms_since(int64_t ns)
{
    return (int)((time_mono_ns() - ns) / 1000000);
}

/* ---- processes -------------------------------------------------------------------------------- */

/* 'name' null: none; 'shared' null: that of all. */
static pid_t
orchestrator_start(const struct world *w, const char *name, const char *shared, int port)
{
    const char *state = mem_printf(w->mem, "%s/%s", w->dir, str_or(name, "alone"));
    const char *listen = mem_printf(w->mem, "127.0.0.1:%d", port);
    const char *log = mem_printf(w->mem, "%s.log", state);
    const char *args[20] = {"carrick", "orchestrator", "--state", state, "--listen", listen, "--database", w->database,
                            "--shared", str_or(shared, mem_printf(w->mem, "%s/shared", w->dir)), "--callbacks",
                            "127.0.0.1/32", name ? "--replica" : NULL, name, NULL};
    pid_t parent = getpid(), pid;
    int fd;

    (void)fflush(NULL);
    pid = fork();
    if (pid != 0) {
        return pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (getppid() == parent && fd >= 0 && dup2(fd, 2) >= 0) {
        (void)execv(w->program, (char *const *)(uintptr_t)args);
    }
    _exit(1);
}

static void
replica_kill(struct world *w, int i)
{
    int status;

    if (w->pids[i] > 0) {
        (void)kill(w->pids[i], SIGKILL);
        (void)waitpid(w->pids[i], &status, 0);
        w->pids[i] = 0;
    }
}

/* It ends by itself, and says why. */
static struct err *
refused(struct world *w, const char *name, const char *shared, const char *why)
{
    pid_t pid = orchestrator_start(w, name, shared, PORT + 7);
    const char *log = mem_printf(w->mem, "%s/%s.log", w->dir, str_or(name, "alone"));
    int64_t until = deadline_ns(READY_MS);
    int status = 0;
    char *text = NULL;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (time_mono_ns() > until) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            return err_new(E_INVALID, NULL, "it runs, where it should say: %s", why);
        }
        blink_ms(20);
    }
    TRY(file_read(w->mem, log, (size_t)16 << 20, &text, NULL));
    return strstr(text, why) ? NULL : err_new(E_INVALID, NULL, "%s does not say: %s", log, why);
}

/* ---- calls -------------------------------------------------------------------------------------- */

static struct err *
call_at(const struct world *w, const char *root, const char *method, const char *path, const char *body, int fd,
        struct http_answer *answer)
{
    const struct http_client_config config = {0};
    const char *headers[] = {fd > 0 ? "Content-Type: application/zip" : "Content-Type: application/json",
                             "Accept: application/json",
                             w->token ? mem_printf(w->mem, "X-Auth-Token: %s", w->token) : NULL, NULL};
    const struct http_request request = {.method = method,
                                         .url = mem_printf(w->mem, "%s%s", root, path),
                                         .headers = headers,
                                         .body = body,
                                         .body_len = body ? strlen(body) : 0,
                                         .body_fd = fd,
                                         .connect_timeout_ms = 1000,
                                         .timeout_ms = CALL_MS * patience()};

    return http_fetch(w->mem, &config, &request, answer);
}

static const char *
root_of(const struct world *w, int i)
{
    return mem_printf(w->mem, "http://127.0.0.1:%d", PORT + i);
}

/* One address, as a client has it: who does not answer is not asked again.  '*status' 0: nobody did. */
static const struct json *
call(struct world *w, const char *method, const char *path, const char *body, int *status)
{
    struct http_answer answer = {0};
    const struct json *json = NULL;
    struct err *e = NULL;

    *status = 0;
    for (int tries = 0; tries < N_REPLICAS && !*status; tries++) {
        err_ignore(e, "the other one is asked");
        answer = (struct http_answer){0};
        e = call_at(w, root_of(w, w->at), method, path, body, -1, &answer);
        *status = e ? 0 : answer.status;
        w->at = e ? (w->at + 1) % N_REPLICAS : w->at;
    }
    err_ignore(e, "nobody answers");
    if (*status && answer.body_len) {
        err_ignore(json_parse(w->mem, answer.body, answer.body_len, &json), "not JSON");
    }
    return json;
}

static struct err *
want_at(struct world *w, int i, int wanted, const char *method, const char *path, const char *body,
        const struct json **out)
{
    struct http_answer answer = {0};
    const struct json *json = NULL;

    TRY(call_at(w, root_of(w, i), method, path, body, -1, &answer));
    if (answer.body_len) {
        err_ignore(json_parse(w->mem, answer.body, answer.body_len, &json), "not JSON");
    }
    if (out) {
        *out = json;
    }
    return answer.status == wanted
               ? NULL
               : err_new(E_REMOTE, NULL, "%s %s at %s: %d instead of %d: %s", method, path, names[i], answer.status,
                         wanted, str_or(answer.body, ""));
}

/* Asked again until it is so. */
static struct err *
soon_at(struct world *w, int i, int wanted, const char *path, int within_ms)
{
    int64_t until = deadline_ns(within_ms);
    struct err *e = want_at(w, i, wanted, "GET", path, NULL, NULL);

    while (e && time_mono_ns() < until) {
        err_ignore(e, "not yet");
        blink_ms(10);
        e = want_at(w, i, wanted, "GET", path, NULL, NULL);
    }
    return e;
}

static struct err *
site_post(struct world *w, const char *path, const char *body)
{
    struct http_answer answer = {0};
    const char *root = mem_printf(w->mem, "http://127.0.0.1:%d", w->site.port);

    TRY(call_at(w, root, "POST", path, body, -1, &answer));
    return answer.status == 201 ? NULL : err_new(E_REMOTE, NULL, "POST %s at the site: %d", path, answer.status);
}

static struct err *
login_at(struct world *w, int i, const char *user, const char *password, const char **token)
{
    const char *body = mem_printf(w->mem,
                                  "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":"
                                  "\"%s\",\"password\":\"%s\",\"domain\":{\"name\":\"Default\"}}}},\"scope\":{\"project\":"
                                  "{\"name\":\"admin\",\"domain\":{\"name\":\"Default\"}}}}}", user, password);
    struct http_answer answer = {0};

    TRY(call_at(w, root_of(w, i), "POST", "/identity/v3/auth/tokens", body, -1, &answer));
    *token = mem_str(w->mem, http_answer_header(&answer, "X-Subject-Token"));
    return answer.status == 201 ? NULL : err_new(E_REMOTE, NULL, "login of %s at %s: %d", user, names[i], answer.status);
}

static struct err *
ready(struct world *w, int i)
{
    return soon_at(w, i, 200, "/readyz", READY_MS);
}

static struct err *
replica_start(struct world *w, int i)
{
    w->pids[i] = orchestrator_start(w, names[i], NULL, PORT + i);
    return ready(w, i);
}

/* ---- the beginning -------------------------------------------------------------------------------- */

static enum http_body_mode
on_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
on_request(struct http_exchange *x, void *arg)
{
    const struct json *json = NULL;
    size_t n = 0;
    const char *body = http_body(x, &n);

    (void)arg;
    if (str_eq(http_method(x), "POST")) {
        err_ignore(json_parse(http_mem(x), body, n, &json), "then it has no operation");
    }
    pthread_mutex_lock(&heard.lock);
    if (str_eq(json_get_str(json, "operationState"), "COMPLETED") && heard.n < HEARD_MAX) {
        snprintf(heard.ops[heard.n++], sizeof heard.ops[0], "%s", str_or(json_get_str(json, "vnfLcmOpOccId"), ""));
    }
    pthread_mutex_unlock(&heard.lock);
    http_answer(x, 204, NULL, NULL, 0);
}

static const char *
sha512_of(struct mem *mem, const void *data, size_t n)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    char *text = mem_alloc(mem, 2 * EVP_MAX_MD_SIZE + 1);

    if (EVP_Digest(data, n, digest, &size, EVP_sha512(), NULL) != 1) {
        return "";
    }
    hex_from(text, digest, size);
    return text;
}

static struct err *
network_own(void)
{
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    AUTO_FD fd = -1;

    memcpy(request.ifr_name, "lo", 3);
    if (unshare(CLONE_NEWNET) != 0) {
        return err_errno(E_FORBIDDEN, "a network namespace of its own");
    }
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0 ? err_errno(E_UNAVAILABLE, "loopback up") : NULL;
}

static struct err *
world_begin(struct world *w)
{
    static const struct http_handler handler = {.head = on_head, .request = on_request};
    struct http_server_config ear = {.address = "127.0.0.1", .handler = &handler};
    struct fake_site *site;

    TRY(network_own());
    for (int i = 0; i < N_REPLICAS; i++) {
        const char *faults = mem_printf(w->mem, "%s/%s/faults", w->dir, names[i]);

        TRY(dir_make(faults, 0700));
        TRY(file_write(mem_printf(w->mem, "%s/settle_ms", faults), "200", 3, 0600));
    }
    w->site.hash = sha512_of;
    w->site.slow_ms = 100; /* So that many operations are under way at one time. */
    TRY(fake_site_new(&w->site, &site));
    return http_server_new(&ear, &w->ear);
}

/* ---- stories ------------------------------------------------------------------------------------------- */

/* Two are there, one of them leads. */
static struct err *
listed(struct world *w)
{
    const struct json *json;
    size_t n = 0, n_lead = 0;

    TRY(want_at(w, 1, 200, "GET", "/carrick/v1/replicas", NULL, &json));
    json_each (json, i) {
        n++;
        n_lead += json_bool(json_get(json->items[i], "leads"), false);
    }
    return n == N_REPLICAS && n_lead == 1 ? NULL : err_new(E_INVALID, NULL, "they are %s", json_text(w->mem, json));
}

/* Both begin at once on an empty database; a token of the one is good at the other; who may not be a third. */
static struct err *
both(struct world *w)
{
    const char *path = mem_printf(w->mem, "%s/shared/admin.password", w->dir);
    char *password;

    for (int i = 0; i < N_REPLICAS; i++) {
        w->pids[i] = orchestrator_start(w, names[i], NULL, PORT + i);
    }
    for (int i = 0; i < N_REPLICAS; i++) {
        TRY(ready(w, i));
    }
    TRY(file_read(w->mem, path, 256, &password, NULL));
    password[strcspn(password, "\n")] = '\0';
    TRY(login_at(w, 0, "admin", password, &w->token));
    TRY(want_at(w, 1, 200, "GET", "/carrick/v1/sites", NULL, NULL));
    TRY(listed(w));
    TRY(refused(w, "a", NULL, "another replica of this database is called a"));
    TRY(refused(w, NULL, NULL, "another orchestrator uses this database"));
    return refused(w, "c", mem_printf(w->mem, "%s/elsewhere", w->dir), "it is sealed with another key");
}

/* A token that is revoked at one is refused at the other, which had believed it. */
static struct err *
rights(struct world *w, const char *password)
{
    const char *own = w->token, *theirs, *subject;
    struct http_answer answer = {0};
    struct err *e;

    TRY(login_at(w, 1, "admin", password, &theirs));
    w->token = theirs;
    e = want_at(w, 1, 200, "GET", "/carrick/v1/sites", NULL, NULL);
    w->token = own;
    TRY(e);
    subject = mem_printf(w->mem, "X-Subject-Token: %s", theirs);
    TRY(http_fetch(w->mem, &(struct http_client_config){0},
                   &(struct http_request){.method = "DELETE",
                                          .url = mem_printf(w->mem, "%s/identity/v3/auth/tokens", root_of(w, 0)),
                                          .headers = (const char *[]){mem_printf(w->mem, "X-Auth-Token: %s", own),
                                                                      subject, NULL},
                                          .body_fd = -1,
                                          .timeout_ms = CALL_MS * patience()},
                   &answer));
    if (answer.status != 204) {
        return err_new(E_REMOTE, NULL, "the token is not revoked: %d", answer.status);
    }
    w->token = theirs;
    e = soon_at(w, 1, 401, "/carrick/v1/sites", 2000);
    w->token = own;
    return e;
}

/* A site, a package and a subscription: begun at the one, seen at the other. */
static struct err *
prepared(struct world *w)
{
    const char *site = mem_printf(w->mem,
                                  "{\"name\":\"west\",\"auth_url\":\"http://127.0.0.1:%d/v3\",\"username\":\"u\","
                                  "\"password\":\"p\",\"project_name\":\"p\"}", w->site.port);
    const char *subscription = mem_printf(w->mem, "{\"callbackUri\":\"http://127.0.0.1:%d/\"}",
                                          http_server_port(w->ear));
    AUTO_FD fd = open(mem_printf(w->mem, "%s/shape-1.csar", w->packages), O_RDONLY | O_CLOEXEC);
    int64_t until = deadline_ns(READY_MS);
    struct http_answer answer = {0};
    const struct json *json;
    const char *path;

    TRY(want_at(w, 0, 201, "POST", "/carrick/v1/sites", site, NULL));
    TRY(site_post(w, "/network/v2.0/networks", "{\"network\":{\"id\":\"" NETWORK "\",\"name\":\"office\"}}"));
    TRY(site_post(w, "/network/v2.0/subnets", "{\"subnet\":{\"id\":\"22222222-2222-4222-8222-222222222222\","
                  "\"network_id\":\"" NETWORK "\",\"cidr\":\"10.0.0.0/16\"}}"));
    TRY(want_at(w, 1, 201, "POST", "/vnflcm/v2/subscriptions", subscription, NULL));
    TRY(want_at(w, 0, 201, "POST", "/vnfpkgm/v2/vnf_packages", "{}", &json));
    path = mem_printf(w->mem, "/vnfpkgm/v2/vnf_packages/%s", json_get_str(json, "id"));
    TRY(call_at(w, root_of(w, 1), "PUT", mem_printf(w->mem, "%s/package_content", path), NULL, fd, &answer));
    if (answer.status != 202) {
        return err_new(E_REMOTE, NULL, "upload: %d %s", answer.status, str_or(answer.body, ""));
    }
    do {
        blink_ms(20);
        TRY(want_at(w, 0, 200, "GET", path, NULL, &json));
    } while (!str_eq(json_get_str(json, "onboardingState"), "ONBOARDED") &&
             !str_eq(json_get_str(json, "onboardingState"), "ERROR") && time_mono_ns() < until);
    return str_eq(json_get_str(json, "onboardingState"), "ONBOARDED")
               ? NULL
               : err_new(E_INVALID, NULL, "the package is %s", json_text(w->mem, json));
}

static const char *const instantiate =
    "{\"flavourId\":\"small\",\"extVirtualLinks\":[{\"id\":\"data\",\"vimConnectionId\":\"west\",\"resourceId\":\"" NETWORK
    "\",\"extCps\":[{\"cpdId\":\"out\"}]}]}";
static const char *const terminate = "{\"terminationType\":\"FORCEFUL\"}";

static struct err *
vnf_make(struct world *w, int i, const char **id)
{
    const struct json *json;

    TRY(want_at(w, i, 201, "POST", "/vnflcm/v2/vnf_instances", "{\"vnfdId\":\"shape-1\",\"vnfInstanceName\":\"fn\"}",
                &json));
    *id = mem_str(w->mem, json_get_str(json, "id"));
    return NULL;
}

/* How many of the instances are so. */
static struct err *
n_so(struct world *w, const char *state, int *n)
{
    int status;
    const char *path = "/vnflcm/v2/vnf_instances?fields=id,instantiationState";
    struct mem *mem = w->mem;
    AUTO(mem) own = mem_new("instances");
    const struct json *json;

    w->mem = own;
    json = call(w, "GET", path, NULL, &status);
    *n = 0;
    json_each (json, i) {
        *n += str_eq(json_get_str(json->items[i], "instantiationState"), state);
    }
    w->mem = mem;
    return status == 200 ? NULL : err_new(E_REMOTE, NULL, "GET %s: %d", path, status);
}

static struct err *
all_so(struct world *w, const char *state, int wanted)
{
    int64_t until = deadline_ns(ALL_MS);
    int n;

    do {
        TRY(n_so(w, state, &n));
        if (n == wanted) {
            return NULL;
        }
        blink_ms(500);
    } while (time_mono_ns() < until);
    return err_new(E_INVALID, NULL, "%d of %d are %s", n, wanted, state);
}

/* What the operations of 'begun' have come to: '*n_done' are COMPLETED; none may be anything but that or under way. */
static struct err *
operations(struct world *w, const char *const *begun, int n, int *n_done)
{
    AUTO(mem) own = mem_new("operations");
    struct mem *mem = w->mem;
    int status = 200;

    *n_done = 0;
    w->mem = own;
    for (int i = 0; i < n && status == 200; i++) {
        const struct json *json =
            call(w, "GET", mem_printf(own, "/vnflcm/v2/vnf_lcm_op_occs/%s", begun[i]), NULL, &status);
        const char *state = json_get_str(json, "operationState");

        if (str_eq(state, "COMPLETED")) {
            ++*n_done;
        } else if (status == 200 && !str_eq(state, "PROCESSING") && !str_eq(state, "STARTING")) {
            w->mem = mem;
            return err_new(E_INVALID, NULL, "operation %s is %s", begun[i], json_text(mem, json));
        }
    }
    w->mem = mem;
    return status == 200 ? NULL : err_new(E_REMOTE, NULL, "an operation is told with %d", status);
}

/* Asked of replica 'i'; once it is dead, of the other: who got no answer asks what became of it. */
static struct err *
begin(struct world *w, int i, const char *id, const char *task, const char *body, const char **op, bool *at_first)
{
    const char *path = mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s/%s", id, task);
    struct http_answer answer = {0};
    struct err *e = call_at(w, root_of(w, i), "POST", path, body, -1, &answer);

    *at_first = !e;
    if (e) {
        err_ignore(e, "it is dead");
        TRY(call_at(w, root_of(w, !i), "POST", path, body, -1, &answer));
    }
    if (answer.status != 202) {
        return err_new(E_REMOTE, NULL, "%s of %s: %d %s", task, id, answer.status, str_or(answer.body, ""));
    }
    *op = mem_str(w->mem, strrchr(str_or(http_answer_header(&answer, "Location"), "/"), '/') + 1);
    return NULL;
}

/* How often replica 'i' has taken something over, as its log says. */
static int
n_taken(const struct world *w, int i)
{
    AUTO(mem) mem = mem_new("log");
    char *text = NULL;
    int n = 0;

    err_ignore(file_read(mem, mem_printf(mem, "%s/%s.log", w->dir, names[i]), (size_t)64 << 20, &text, NULL),
               "then it has said nothing");
    for (const char *at = text; at && (at = strstr(at, "taken over")); at++) {
        n++;
    }
    return n;
}

/* Kills it; how long it took until a client had an answer, and until the other one had what it did; how many of its
 * operations were not over. */
static struct err *
fail_over(struct world *w, int victim, const char *const *theirs, int n, int *answers_ms, int *taken_ms, int *n_open)
{
    int before = n_taken(w, !victim), done;
    int64_t killed, until = deadline_ns(READY_MS);

    replica_kill(w, victim);
    w->at = victim;
    killed = time_mono_ns();
    *answers_ms = *taken_ms = 0;
    *n_open = 0;
    for (int i = 0; i < n || (!*taken_ms && time_mono_ns() < until); i++) {
        if (i < n) {
            TRY(operations(w, &theirs[i], 1, &done));
            *n_open += !done;
        }
        *answers_ms = i == 0 ? ms_since(killed) : *answers_ms;
        *taken_ms = !*taken_ms && n_taken(w, !victim) > before ? ms_since(killed) : *taken_ms;
        blink_ms(i < n ? 0 : 5);
    }
    return *taken_ms && *answers_ms < FAILOVER_MS * patience() && *taken_ms < FAILOVER_MS * patience()
               ? NULL
               : err_new(E_INVALID, NULL, "an answer after %d ms, taken over after %d", *answers_ms, *taken_ms);
}

/* All of one task, at both; 'victim' does not live to see the second half of it. */
static struct err *
hundred(struct world *w, const char *task, const char *body, int victim)
{
    const char *ops[N_OPERATIONS], *theirs[N_OPERATIONS];
    int at, n_theirs = 0, n_open = 0, done = 0, answers_ms = 0, taken_ms = 0;
    int64_t until;
    bool at_first;

    for (int i = 0; i < N_OPERATIONS; i++) {
        if (i == N_OPERATIONS / 2) {
            TRY(fail_over(w, victim, theirs, n_theirs, &answers_ms, &taken_ms, &n_open));
        }
        /* The victim's last, so that many of them are under way. */
        at = i < N_OPERATIONS / 4 ? !victim : i < N_OPERATIONS / 2 ? victim : i % 2;
        TRY(begin(w, at, w->vnfs[i], task, body, &ops[i], &at_first));
        if (at_first && at == victim) {
            theirs[n_theirs++] = ops[i];
        }
    }
    /* One runs all the time. */
    TRY(str_eq(task, "instantiate") ? all_so(w, "INSTANTIATED", N_OPERATIONS + 1)
                                    : all_so(w, "NOT_INSTANTIATED", N_OPERATIONS));
    until = deadline_ns(ALL_MS);
    do {
        TRY(operations(w, ops, N_OPERATIONS, &done));
    } while (done < N_OPERATIONS && time_mono_ns() < until);
    printf("replicas: %s: %d of %d COMPLETED; %d of %d begun at %s were under way when it was killed; an answer after "
           "%d ms, taken over after %d ms\n", task, done, N_OPERATIONS, n_open, n_theirs, names[victim], answers_ms,
           taken_ms);
    return done == N_OPERATIONS ? NULL : err_new(E_INVALID, NULL, "%d of %d are COMPLETED", done, N_OPERATIONS);
}

/* Each operation was told. */
static struct err *
all_heard(int wanted)
{
    int64_t until = deadline_ns(READY_MS);
    int n = 0, twice = 0;

    do {
        pthread_mutex_lock(&heard.lock);
        n = twice = 0;
        for (int i = 0; i < heard.n; i++) {
            bool before = false;

            for (int k = 0; k < i && !before; k++) {
                before = str_eq(heard.ops[k], heard.ops[i]);
            }
            n += !before;
            twice += before;
        }
        pthread_mutex_unlock(&heard.lock);
        blink_ms(50);
    } while (n < wanted && time_mono_ns() < until);
    printf("replicas: %d operations were told, %d of them twice\n", n, twice);
    return n == wanted ? NULL : err_new(E_INVALID, NULL, "%d of %d operations were told", n, wanted);
}

static struct err *
site_holds(struct world *w, int wanted)
{
    int64_t until = deadline_ns(READY_MS);

    while (w->site.n_live != wanted && time_mono_ns() < until) {
        blink_ms(50);
    }
    if (w->site.n_live != wanted || w->site.n_doubles) {
        return err_new(E_INVALID, NULL, "the site holds %d things instead of %d, %d of them double", w->site.n_live,
                       wanted, w->site.n_doubles);
    }
    return NULL;
}

/* The one that leads dies among a hundred instantiations, the other one among a hundred terminations. */
static struct err *
killed(struct world *w)
{
    int none, one, first = w->site.n_live, done;
    const char *op, *id;
    int64_t until = deadline_ns(READY_MS);
    bool at_first;

    TRY(vnf_make(w, 0, &id));
    TRY(begin(w, 1, id, "instantiate", instantiate, &op, &at_first));
    do {
        TRY(operations(w, &op, 1, &done));
        blink_ms(20);
    } while (!done && time_mono_ns() < until);
    none = first;
    one = w->site.n_live - none;
    for (int i = 0; i < N_OPERATIONS; i++) {
        TRY(vnf_make(w, i % 2, &w->vnfs[i]));
    }
    TRY(n_so(w, "NOT_INSTANTIATED", &done));
    if (done != N_OPERATIONS || one <= 0) {
        return err_new(E_INVALID, NULL, "%d of %d instances, of %d things each", done, N_OPERATIONS, one);
    }
    TRY(hundred(w, "instantiate", instantiate, 0));
    TRY(site_holds(w, none + one * (N_OPERATIONS + 1)));
    TRY(replica_start(w, 0));
    TRY(hundred(w, "terminate", terminate, 1));
    TRY(site_holds(w, none + one));
    return all_heard(w->n_completed + 2 * N_OPERATIONS + 1);
}

/* Until the operation is 'state'. */
static struct err *
operation_so(struct world *w, int i, const char *op, const char *state)
{
    const char *path = mem_printf(w->mem, "/vnflcm/v2/vnf_lcm_op_occs/%s", op);
    int64_t until = deadline_ns(READY_MS);
    const struct json *json;

    do {
        TRY(want_at(w, i, 200, "GET", path, NULL, &json));
        if (str_eq(json_get_str(json, "operationState"), state)) {
            return NULL;
        }
        blink_ms(20);
    } while (time_mono_ns() < until);
    return err_new(E_INVALID, NULL, "it is not %s: %s", state, json_text(w->mem, json));
}

/* What is said of an operation at one is done by the other, whose it is; and by the one when that is dead. */
static struct err *
tasks(struct world *w)
{
    const char *id, *op;
    bool at_first;

    TRY(vnf_make(w, 0, &id));
    w->site.boot_error = 1;
    TRY(begin(w, 0, id, "instantiate", instantiate, &op, &at_first));
    TRY(operation_so(w, 1, op, "FAILED_TEMP"));
    TRY(want_at(w, 1, 202, "POST", mem_printf(w->mem, "/vnflcm/v2/vnf_lcm_op_occs/%s/retry", op), "", NULL));
    TRY(operation_so(w, 1, op, "FAILED_TEMP"));
    w->site.boot_error = 0;
    replica_kill(w, 0);
    TRY(want_at(w, 1, 202, "POST", mem_printf(w->mem, "/vnflcm/v2/vnf_lcm_op_occs/%s/retry", op), "", NULL));
    TRY(operation_so(w, 1, op, "COMPLETED"));
    TRY(replica_start(w, 0));
    TRY(begin(w, 0, id, "terminate", terminate, &op, &at_first));
    w->n_completed += 2;
    TRY(operation_so(w, 1, op, "COMPLETED"));
    return want_at(w, 0, 204, "DELETE", mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s", id), NULL, NULL);
}

/* The newest operation on the instance, null where there is none; '*status' is of the question. */
static const char *
operation_of(struct world *w, int i, const char *id, int *status)
{
    const char *path = mem_printf(w->mem, "/vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,%s)", id);
    struct http_answer answer = {0};
    const struct json *json = NULL;
    struct err *e = call_at(w, root_of(w, i), "GET", path, NULL, -1, &answer);

    *status = e ? 0 : answer.status;
    err_ignore(e, "asked again");
    if (answer.body_len) {
        err_ignore(json_parse(w->mem, answer.body, answer.body_len, &json), "then there is none");
    }
    return *status == 200 && json->n ? json_get_str(json->items[json->n - 1], "id") : NULL;
}

/* A client with patience: who got no answer, or is told to come again, asks what there is, and asks anew. */
static struct err *
begin_patiently(struct world *w, int i, const char *id, const char *body, const char **op)
{
    const char *path = mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s/instantiate", id);
    int64_t until = deadline_ns(READY_MS);
    int status = 0;

    do {
        struct http_answer answer = {0};
        struct err *e = call_at(w, root_of(w, i), "POST", path, body, -1, &answer);

        if (!e && answer.status != 202 && answer.status != 503 && answer.status != 409) {
            return err_new(E_REMOTE, NULL, "POST %s: %d %s", path, answer.status, str_or(answer.body, ""));
        }
        err_ignore(e, "it may have been heard");
        do {
            *op = operation_of(w, i, id, &status);
            blink_ms(20);
        } while (status != 200 && time_mono_ns() < until);
    } while (!*op && time_mono_ns() < until);
    return *op ? NULL : err_new(E_UNAVAILABLE, NULL, "%s cannot be begun: %d", path, status);
}

#define N_SOME 20

/* So many are instantiated in turn at both, and in the midst of it something befalls all of us. */
static struct err *
befalls(struct world *w, struct err *(*what)(struct world *w))
{
    const char *ids[N_SOME], *ops[N_SOME], *op;
    int first = w->site.n_live, done = 0, one;
    int64_t until = deadline_ns(ALL_MS);
    bool at_first;

    for (int i = 0; i < N_SOME; i++) {
        TRY(vnf_make(w, i % 2, &ids[i]));
    }
    for (int i = 0; i < N_SOME; i++) {
        if (i == N_SOME / 2) {
            TRY(what(w));
        }
        TRY(begin_patiently(w, i % 2, ids[i], instantiate, &ops[i]));
    }
    while (done < N_SOME && time_mono_ns() < until) {
        TRY(operations(w, ops, N_SOME, &done));
        blink_ms(100);
    }
    one = (w->site.n_live - first) / N_SOME;
    TRY(site_holds(w, first + one * N_SOME));
    for (int i = 0; i < N_SOME; i++) {
        TRY(begin(w, i % 2, ids[i], "terminate", terminate, &op, &at_first));
        TRY(operation_so(w, i % 2, op, "COMPLETED"));
        TRY(want_at(w, i % 2, 204, "DELETE", mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s", ids[i]), NULL, NULL));
    }
    TRY(site_holds(w, first));
    w->n_completed += 2 * N_SOME;
    return done == N_SOME ? NULL : err_new(E_INVALID, NULL, "%d of %d are COMPLETED", done, N_SOME);
}

/* The database crashes and comes back: all connections end, everybody's name is free for a moment. */
static struct err *
database_restart(struct world *w)
{
    const char *command = getenv("CARRICK_TEST_RESTART");
    int status = 1;
    pid_t pid;

    (void)w;
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        (void)execl("/bin/sh", "sh", "-c", str_or(command, "exit 1"), NULL);
        _exit(1);
    }
    return waitpid(pid, &status, 0) == pid && status == 0 ? NULL
                                                          : err_new(E_INVALID, NULL, "cannot restart the database");
}

/* One stands still until the other has taken over, and then goes on: it is heard of nothing that is not its any more. */
static struct err *
stand_still(struct world *w)
{
    int before = n_taken(w, 1);
    int64_t until = deadline_ns(2 * READY_MS), began = time_mono_ns();

    (void)kill(w->pids[0], SIGSTOP);
    while (n_taken(w, 1) == before && time_mono_ns() < until) {
        blink_ms(50);
    }
    printf("replicas: one that stood still was given up after %d ms\n", ms_since(began));
    (void)kill(w->pids[0], SIGCONT);
    return n_taken(w, 1) > before ? NULL : err_new(E_INVALID, NULL, "who stands still is not given up");
}

static struct err *
stories(struct world *w)
{
    char *password;

    TRY_MSG(both(w), "both");
    TRY(file_read(w->mem, mem_printf(w->mem, "%s/shared/admin.password", w->dir), 256, &password, NULL));
    password[strcspn(password, "\n")] = '\0';
    TRY_MSG(rights(w, password), "rights");
    TRY_MSG(prepared(w), "prepared");
    TRY_MSG(tasks(w), "tasks");
    TRY_MSG(befalls(w, database_restart), "database restarted");
    if (w->is_long) {
        TRY_MSG(befalls(w, stand_still), "stood still");
    }
    return err_wrap(killed(w), "killed");
}

/* usage: replicas PROGRAM PACKAGES FOLDER [--long]: the database is $CARRICK_TEST_DATABASE. */
int
main(int argc, char **argv)
{
    struct world w = {.mem = mem_new("world"), .database = getenv("CARRICK_TEST_DATABASE")};
    struct err *e;

    if (argc < 4 || !w.database) {
        fprintf(stderr, "usage: tests/replicas/run\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    w.program = argv[1];
    w.packages = argv[2];
    w.dir = argv[3];
    w.is_long = argc > 4 && str_eq(argv[4], "--long");
    e = world_begin(&w);
    e = e ? e : stories(&w);
    for (int i = 0; i < N_REPLICAS; i++) {
        replica_kill(&w, i);
    }
    if (e) {
        printf("FAIL replicas: %s\n", err_full(w.mem, e));
    }
    printf("replicas: %d passed, %d failed, 0 skipped\n", !e, e != NULL);
    return e != NULL;
}
