/* See world.h. */
#include "replicas/world.h"

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

#define HEARD_MAX 8192
#define TRIES 100 /* of a call by way of the one address */

const char *const names[N_REPLICAS + 1] = {"a", "b", "the one address"};

/* What subscribers hear. */
static struct {
    pthread_mutex_t lock;
    int n, n_alarms;
    struct {
        char op[40];
        int state; /* of 'states' */
    } items[HEARD_MAX];
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};
static const char *const states[] = {"STARTING", "PROCESSING", "COMPLETED"};

void
blink_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

int
patience(void)
{
    const char *text = getenv("CARRICK_PATIENCE");

    return text && atoi(text) > 1 ? atoi(text) : 1;
}

int64_t
deadline_ns(int ms)
{
    return time_mono_ns() + ms * INT64_C(1000000) * patience();
}

int
ms_since(int64_t ns)
{
    return (int)((time_mono_ns() - ns) / 1000000);
}

/* ---- processes -------------------------------------------------------------------------------- */

/* Replica 0 is connected by way of the relay. */
static const char *
database_of(const struct world *w, const char *name)
{
    const char *host = strstr(w->database, "host=");
    size_t n = host ? (size_t)(host - w->database) + strlen("host=") : 0;

    return host && !w->authority && str_eq(name, names[0])
               ? mem_printf(w->mem, "%.*s%s/relay%s", (int)n, w->database, w->dir,
                            w->database + n + strcspn(w->database + n, "&"))
               : w->database;
}

/* Into the box of the replica. */
static bool
box_enter(const struct world *w, const char *name)
{
    AUTO_FD fd = w->authority ? open(mem_printf(w->mem, "/run/netns/%s", name), O_RDONLY | O_CLOEXEC) : -1;

    return !w->authority || (fd >= 0 && setns(fd, CLONE_NEWNET) == 0);
}

pid_t
orchestrator_start(const struct world *w, const char *name, const char *shared, int port)
{
    const char *state = mem_printf(w->mem, "%s/%s", w->dir, str_or(name, "alone"));
    const char *listen = w->authority ? strstr(root_of(w, port - PORT), "://") + strlen("://")
                                      : mem_printf(w->mem, "127.0.0.1:%d", port);
    const char *log = mem_printf(w->mem, "%s.log", state);
    const char *args[24] = {"carrick", "orchestrator", "--state", state, "--listen", listen, "--database",
                            database_of(w, name),
                            "--shared", str_or(shared, mem_printf(w->mem, "%s/shared", w->dir)), "--callbacks",
                            mem_printf(w->mem, "%s/32", host_of(w)), "--look-every", "1"};
    size_t n = 14;
    pid_t parent = getpid(), pid;
    int fd;

    if (name) {
        args[n++] = "--replica";
        args[n++] = name;
    }
    if (w->authority) {
        args[n++] = "--tls-cert";
        args[n++] = w->authority;
        args[n++] = "--tls-key";
        args[n++] = mem_printf(w->mem, "%s/tls.key", w->dir);
        args[n++] = "--public-url";
        args[n++] = root_of(w, COMMON);
    }
    (void)fflush(NULL);
    pid = fork();
    if (pid != 0) {
        return pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (getppid() == parent && box_enter(w, name) && fd >= 0 && dup2(fd, 2) >= 0) {
        (void)execv(w->program, (char *const *)(uintptr_t)args);
    }
    _exit(1);
}

void
replica_kill(struct world *w, int i)
{
    int status;

    if (w->pids[i] > 0) {
        (void)kill(w->pids[i], SIGKILL);
        (void)waitpid(w->pids[i], &status, 0);
        w->pids[i] = 0;
    }
}

void
refusal_begin(const struct world *w, struct refusal *refusal)
{
    refusal->pid = orchestrator_start(w, refusal->name, refusal->shared, PORT + 7);
}

struct err *
refusal_end(const struct world *w, const struct refusal *refusal)
{
    const char *log = mem_printf(w->mem, "%s/%s.log", w->dir, str_or(refusal->name, "alone"));
    int64_t until = deadline_ns(READY_MS);
    int status = 0;
    char *text = NULL;

    while (waitpid(refusal->pid, &status, WNOHANG) == 0) {
        if (time_mono_ns() > until) {
            (void)kill(refusal->pid, SIGKILL);
            (void)waitpid(refusal->pid, &status, 0);
            return err_new(E_INVALID, NULL, "it runs, where it should say: %s", refusal->why);
        }
        blink_ms(20);
    }
    TRY(file_read(w->mem, log, (size_t)16 << 20, &text, NULL));
    return strstr(text, refusal->why) ? NULL : err_new(E_INVALID, NULL, "%s does not say: %s", log, refusal->why);
}

struct err *
end_wait(struct world *w, int i, const char *why)
{
    int64_t until = deadline_ns(READY_MS);
    int status = 0;

    while (waitpid(w->pids[i], &status, WNOHANG) == 0) {
        if (time_mono_ns() > until) {
            return err_new(E_INVALID, NULL, "%s runs on, where it should end: %s", names[i], why);
        }
        blink_ms(20);
    }
    w->pids[i] = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 1 && n_said(w, i, why)
               ? NULL
               : err_new(E_INVALID, NULL, "%s ended with status 0x%x, and said \"%s\" %d times", names[i],
                         (unsigned)status, why, n_said(w, i, why));
}

struct err *
shell(const char *command)
{
    int status = 1;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        (void)execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(1);
    }
    return waitpid(pid, &status, 0) == pid && status == 0 ? NULL : err_new(E_INVALID, NULL, "%s: failed", command);
}

int
n_said(const struct world *w, int i, const char *what)
{
    AUTO(mem) mem = mem_new("log");
    char *text = NULL;
    int n = 0;

    err_ignore(file_read(mem, mem_printf(mem, "%s/%s.log", w->dir, names[i]), (size_t)64 << 20, &text, NULL),
               "then it has said nothing");
    for (const char *at = text; at && (at = strstr(at, what)); at++) {
        n++;
    }
    return n;
}

/* ---- calls -------------------------------------------------------------------------------------- */

struct err *
call_at(const struct world *w, const char *root, const char *method, const char *path, const char *body, int fd,
        struct http_answer *answer)
{
    const struct http_client_config config = {.tls.ca_file = w->authority};
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

const char *
host_of(const struct world *w)
{
    return w->authority ? "192.0.2.1" : "127.0.0.1";
}

/* As in docs/howto/replicas.md. */
const char *
root_of(const struct world *w, int i)
{
    static const char *const boxes[] = {"192.0.2.11", "192.0.2.12", "192.0.2.10"};

    if (w->authority) {
        return mem_printf(w->mem, "https://%s:9890", boxes[i]);
    }
    return mem_printf(w->mem, "http://127.0.0.1:%d", PORT + i);
}

/* One address, as a client has it: who does not answer is not asked again.  '*status' 0: nobody did. */
const struct json *
call(struct world *w, const char *method, const char *path, const char *body, int *status)
{
    struct http_answer answer = {0};
    const struct json *json = NULL;
    struct err *e = NULL;

    *status = 0;
    for (int tries = 0; tries < (w->authority ? TRIES : N_REPLICAS) && !*status; tries++) {
        err_ignore(e, "the other one is asked");
        answer = (struct http_answer){0};
        e = call_at(w, root_of(w, w->authority ? COMMON : w->at), method, path, body, -1, &answer);
        *status = e || (w->authority && answer.status == 503) ? 0 : answer.status;
        w->at = e ? (w->at + 1) % N_REPLICAS : w->at;
        blink_ms(w->authority && !*status ? 100 : 0);
    }
    err_ignore(e, "nobody answers");
    if (*status && answer.body_len) {
        err_ignore(json_parse(w->mem, answer.body, answer.body_len, &json), "not JSON");
    }
    return json;
}

struct err *
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
struct err *
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

struct err *
site_call(struct world *w, const char *method, const char *path, const char *body, int wanted)
{
    struct http_answer answer = {0};
    const char *root = mem_printf(w->mem, "http://%s:%d", host_of(w), w->site.port);

    TRY(call_at(w, root, method, path, body, -1, &answer));
    return answer.status == wanted ? NULL
                                   : err_new(E_REMOTE, NULL, "%s %s at the site: %d", method, path, answer.status);
}

struct err *
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

struct err *
ready(struct world *w, int i)
{
    return soon_at(w, i, 200, "/readyz", READY_MS);
}

struct err *
replica_start(struct world *w, int i)
{
    w->pids[i] = orchestrator_start(w, names[i], NULL, PORT + i);
    return ready(w, i);
}

struct err *
both_begin(struct world *w, int i, const char **password)
{
    char *text;

    for (int k = 0; k < N_REPLICAS; k++) {
        w->pids[k] = orchestrator_start(w, names[k], NULL, PORT + k);
    }
    for (int k = 0; k < N_REPLICAS; k++) {
        TRY(ready(w, k));
    }
    TRY(file_read(w->mem, mem_printf(w->mem, "%s/shared/admin.password", w->dir), 256, &text, NULL));
    text[strcspn(text, "\n")] = '\0';
    *password = text;
    return login_at(w, i, "admin", text, &w->token);
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
operation_heard(const struct json *json)
{
    const char *state = json_get_str(json, "operationState");
    int i = 0;

    while (i < (int)ARRAY_SIZE(states) && !str_eq(states[i], state)) {
        i++;
    }
    if (i < (int)ARRAY_SIZE(states) && heard.n < HEARD_MAX) {
        heard.items[heard.n].state = i;
        snprintf(heard.items[heard.n++].op, sizeof heard.items[0].op, "%s",
                 str_or(json_get_str(json, "vnfLcmOpOccId"), ""));
    }
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
    operation_heard(json);
    heard.n_alarms += str_eq(json_get_str(json, "notificationType"), "AlarmNotification");
    pthread_mutex_unlock(&heard.lock);
    http_answer(x, 204, NULL, NULL, 0);
}

int
n_alarms_heard(void)
{
    int n;

    pthread_mutex_lock(&heard.lock);
    n = heard.n_alarms;
    pthread_mutex_unlock(&heard.lock);
    return n;
}

/* Was the item told before?  '*newest': the last state that was told of its operation until then, -1 = none. */
static bool
was_told(int i, int *newest)
{
    bool told = false;

    *newest = -1;
    for (int k = 0; k < i; k++) {
        if (str_eq(heard.items[k].op, heard.items[i].op)) {
            told = told || heard.items[k].state == heard.items[i].state;
            *newest = heard.items[k].state > *newest ? heard.items[k].state : *newest;
        }
    }
    return told;
}

/* How many are COMPLETED, and how many notifications came twice; what comes for the first time comes in order. */
static struct err *
heard_count(int *n, int *twice)
{
    int newest;

    *n = *twice = 0;
    for (int i = 0; i < heard.n; i++) {
        bool told = was_told(i, &newest);

        *twice += told;
        *n += !told && heard.items[i].state == 2;
        if (!told && heard.items[i].state != newest + 1) {
            return err_new(E_INVALID, NULL, "operation %s: %s is told after %s", heard.items[i].op,
                           states[heard.items[i].state], newest < 0 ? "nothing" : states[newest]);
        }
    }
    return NULL;
}

struct err *
all_heard(const struct world *w, int wanted)
{
    int64_t until = deadline_ns(READY_MS);
    int n, twice;
    struct err *e;

    do {
        blink_ms(50);
        pthread_mutex_lock(&heard.lock);
        e = heard_count(&n, &twice);
        pthread_mutex_unlock(&heard.lock);
    } while (!e && n < wanted && time_mono_ns() < until);
    TRY(e);
    printf("%s%d operations were told, each in order; %d of %d notifications came twice.\n", w->is_bench ? "\n" : "replicas: ",
           n, twice, heard.n);
    return n == wanted ? NULL : err_new(E_INVALID, NULL, "%d of %d operations were told", n, wanted);
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
relay_begin(struct world *w)
{
    const char *host = strstr(w->database, "host=");

    if (!host) {
        return err_new(E_INVALID, NULL, "$CARRICK_TEST_DATABASE names no host");
    }
    host += strlen("host=");
    return relay_new(mem_printf(w->mem, "%s/relay", w->dir), mem_strn(w->mem, host, strcspn(host, "&")), &w->relay);
}

struct err *
world_begin(struct world *w)
{
    static const struct http_handler handler = {.head = on_head, .request = on_request};
    struct http_server_config ear = {.address = host_of(w), .handler = &handler};
    struct fake_site *site;

    if (!w->authority) {
        TRY(network_own());
        TRY(relay_begin(w));
    }
    for (int i = 0; i < N_REPLICAS; i++) {
        const char *faults = mem_printf(w->mem, "%s/%s/faults", w->dir, names[i]);

        TRY(dir_make(faults, 0700));
        TRY(file_write(mem_printf(w->mem, "%s/settle_ms", faults), "200", 3, 0600));
    }
    w->site.host = host_of(w);
    w->site.hash = sha512_of;
    w->site.slow_ms = 100; /* So that many operations are under way at one time. */
    TRY(fake_site_new(&w->site, &site));
    return http_server_new(&ear, &w->ear);
}

