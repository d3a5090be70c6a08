/* Two orchestrators as processes of their own, one the NFVO and one the VNFM, with a site
 * in memory: grants at once and later, refused ones, and either of the two killed at points of
 * its operations.  In the end the site is empty and nothing is claimed. */
#include "split.h"
#include "zip.h"

#include "base/time.h"
#include "base/vec.h"
#include "http/client.h"
#include "sys/file.h"

#include <netinet/in.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NETWORK "11111111-1111-4111-8111-111111111111"
#define CORES 64
#define LOG_MAX (64 << 20)
#define LOG_SHOWN 6000
#define POINTS 40 /* that a life has at least, on either side */

/* ---- failing ---------------------------------------------------------------------------- */

void
die(struct split *s, const char *what)
{
    char *log = NULL;
    size_t n = 0;

    printf("FAIL %s\n", what);
    err_ignore(file_read(s->mem, mem_printf(s->mem, "%s/log", s->dir), LOG_MAX, &log, &n),
               "then there is none to show");
    printf("%s", log ? log + (n > LOG_SHOWN ? n - LOG_SHOWN : 0) : "");
    if (s->nfvo.pid > 0) {
        (void)kill(s->nfvo.pid, SIGKILL);
    }
    if (s->vnfm.pid > 0) {
        (void)kill(s->vnfm.pid, SIGKILL);
    }
    printf("split: 0 passed, 1 failed, 0 skipped\n");
    (void)fflush(stdout);
    _exit(1);
}

static void
must(struct split *s, struct err *err)
{
    if (err) {
        die(s, err_full(s->mem, err));
    }
}

/* ---- processes -------------------------------------------------------------------------- */

static int
free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
        return 0;
    }
    (void)close(fd);
    return ntohs(at.sin_port);
}

static void
side_start(struct split *s, struct side *side)
{
    pid_t parent = getpid();
    char *argv[20] = {mem_str(s->mem, "carrick"), mem_str(s->mem, "orchestrator"),
                      mem_str(s->mem, "--state"), mem_str(s->mem, side->state),
                      mem_str(s->mem, "--listen"),
                      mem_printf(s->mem, "127.0.0.1:%d", side->port)};
    const char *log = mem_printf(s->mem, "%s/log", s->dir);
    size_t n = 6;

    for (size_t i = 0; side->options[i]; i++) {
        argv[n++] = mem_str(s->mem, side->options[i]);
    }
    (void)fflush(NULL);
    side->pid = fork();
    if (side->pid != 0) {
        return;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || !freopen(log, "a", stderr)) {
        _exit(1);
    }
    (void)execv(s->program, argv);
    _exit(1);
}

/* What was in doubt is looked for at once: the site shows it at once. */
static void
side_make(struct split *s, const struct side *side)
{
    const char *dir = mem_printf(s->mem, "%s/faults", side->state);
    FILE *file;

    (void)mkdir(side->state, 0700);
    (void)mkdir(dir, 0700);
    file = fopen(mem_printf(s->mem, "%s/settle_ms", dir), "we");
    if (!file || fprintf(file, "200") < 0 || fclose(file) != 0) {
        die(s, "a state folder cannot be made");
    }
}

static void
side_kill(struct side *side)
{
    if (side->pid > 0) {
        (void)kill(side->pid, SIGKILL);
        (void)waitpid(side->pid, NULL, 0);
        side->pid = 0;
    }
}

/* Was killed at its point, and starts anew.  Who ends otherwise has failed. */
static void
side_tend(struct split *s, struct side *side)
{
    int status;

    if (side->pid > 0 && waitpid(side->pid, &status, WNOHANG) == side->pid) {
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
            die(s, mem_printf(s->mem, "%s ended by itself", side->name));
        }
        s->kills++;
        side_start(s, side);
    }
}

/* The side is killed at the n-th point of its flows from now. */
static void
side_strike(struct split *s, const struct side *side, int n)
{
    const char *dir = mem_printf(s->mem, "%s/faults", side->state);
    FILE *file;

    file = fopen(mem_printf(s->mem, "%s/stop", dir), "we");
    if (!file || fprintf(file, "%d kill", n) < 0 || fclose(file) != 0) {
        die(s, "the point cannot be written");
    }
}

/* ---- calls ------------------------------------------------------------------------------ */

const struct json *
call(struct split *s, const struct side *side, const char *method, const char *path,
     const char *body, int *status)
{
    bool is_form = body && body[0] != '{';
    const char *headers[] = {is_form ? "Content-Type: application/x-www-form-urlencoded"
                                     : "Content-Type: application/json",
                             side->token
                                 ? mem_printf(s->mem, "X-Auth-Token: %s", side->token)
                                 : NULL,
                             NULL};
    struct http_request request = {.method = method,
                                   .url = mem_printf(s->mem, "%s%s", side->url, path),
                                   .headers = headers,
                                   .body = body,
                                   .body_len = body ? strlen(body) : 0,
                                   .body_fd = -1,
                                   .timeout_ms = 60000};
    const struct http_client_config config = {0};
    struct http_answer answer = {0};
    const struct json *json = NULL;
    struct err *err = http_fetch(s->mem, &config, &request, &answer);

    *status = err ? 0 : answer.status;
    if (!err && answer.body_len) {
        err_ignore(json_parse(s->mem, answer.body, answer.body_len, &json), "no tree then");
    }
    err_ignore(err, "the caller asks again");
    return json;
}

/* Looks after both, and says whether there is time left. */
bool
wait_more(struct split *s, int64_t began_ns)
{
    side_tend(s, &s->nfvo);
    side_tend(s, &s->vnfm);
    (void)poll(NULL, 0, 20);
    return time_mono_ns() - began_ns < s->limit_ms * 1000000;
}

/* Until it answers so: whoever is asked may just be killed.  A change that was made unheard is told by
 * 'done', another status that is as good. */
const struct json *
want(struct split *s, const struct side *side, int wanted, int done, const char *method,
     const char *path, const char *body)
{
    int64_t began = time_mono_ns();
    const struct json *json;
    int status;

    do {
        json = call(s, side, method, path, body, &status);
        if (status == wanted || (done && status == done)) {
            return json;
        }
    } while ((status == 0 || status == 401) && wait_more(s, began));
    die(s, mem_printf(s->mem, "%s: %s %s: %d instead of %d: %s", side->name, method, path, status,
                      wanted, json ? json_text(s->mem, json) : ""));
    return NULL;
}

static void
side_ready(struct split *s, struct side *side)
{
    int64_t began = time_mono_ns();
    char *password = NULL;
    int status = 0;
    size_t n;

    side->token = NULL;
    while (!password && wait_more(s, began)) {
        err_ignore(file_read(s->mem, mem_printf(s->mem, "%s/admin.password", side->state), 4096,
                             &password, &n),
                   "it is not there yet");
    }
    if (!password) {
        die(s, mem_printf(s->mem, "%s does not start", side->name));
    }
    password[strcspn(password, "\n")] = '\0';
    side->password = password;
    do {
        const struct json *json =
            call(s, side, "POST", "/oauth2/token",
                 mem_printf(s->mem, "grant_type=client_credentials&client_id=admin&client_secret=%s",
                            url_encode(s->mem, password)),
                 &status);

        side->token = json_get_str(json, "access_token");
    } while (status != 200 && wait_more(s, began));
    if (!side->token) {
        die(s, mem_printf(s->mem, "%s does not answer", side->name));
    }
}

/* ---- what both begin with ---------------------------------------------------------------- */

const char *
id_of(struct split *s, const struct json *json)
{
    const char *id = json_get_str(json, "id");

    if (!id) {
        die(s, "an answer without id");
    }
    return id;
}

/* The line with the descriptor's own words in it. */
static const char *
put_in(struct split *s, const char *line, const struct descriptor *what)
{
    const char *at = what->from ? strstr(line, what->from) : NULL;

    return at ? mem_printf(s->mem, "%.*s%s%s", (int)(at - line), line, what->to,
                           at + strlen(what->from))
              : line;
}

/* The n-th package of a story's part: "@file NAME" lines, each followed by the file's.  Lines of a
 * second word ("%?2") are for those who give one. */
static void
part_zip(struct split *s, const struct descriptor *what, struct buf *body)
{
    struct zip zip = {0};
    int which = what->which;
    char *text;
    char **lines;
    size_t n;

    must(s, file_read(s->mem, mem_printf(s->mem, PARTS_DIR "/%s", what->part), 1 << 20, &text, &n));
    lines = str_split(s->mem, text, '\n', &n);
    for (size_t i = 0; i < n && which > 0; i++) {
        if (str_starts(lines[i], "= 202")) {
            which--;
        } else if (which == 1 && str_starts(lines[i], "@file ")) {
            zip_file(&zip, lines[i] + strlen("@file "));
        } else if (which == 1 && zip.name && !str_starts(lines[i], "%?")) {
            zip_line(&zip, put_in(s, lines[i], what));
        }
    }
    zip_end(&zip, body);
}

#define VNF_PACKAGES "/vnfpkgm/v2/vnf_packages", "package_content", "onboardingState"
#define NSDS "/nsd/v2/ns_descriptors", "nsd_content", "nsdOnboardingState"

static const struct descriptor
    both[] =
        {
            {"pair", 1, VNF_PACKAGES, NULL, NULL},
            {"service", 1, VNF_PACKAGES, NULL, NULL},
            {"renewed", 1, VNF_PACKAGES, "%2", "function-2"},
            {"many", 1, VNF_PACKAGES, NULL, NULL},
},
    nsds[] = {
        {"service", 2, NSDS, NULL, NULL},
        {"plain", 1, NSDS, "service, invariant_id: service", "plain, invariant_id: plain"},
};

void
upload(struct split *s, const struct side *side, const struct descriptor *what)
{
    AUTO_BUF body = BUF_INIT;
    const char *id = id_of(s, want(s, side, 201, 0, "POST", what->path, "{}"));
    const char *at = mem_printf(s->mem, "%s/%s", what->path, id);
    const char *headers[] = {"Content-Type: application/zip",
                             mem_printf(s->mem, "X-Auth-Token: %s", side->token), NULL};
    struct http_request request = {.method = "PUT", .headers = headers, .body_fd = -1};
    const struct http_client_config config = {0};
    const struct json *now = NULL;
    struct http_answer answer = {0};
    int64_t began = time_mono_ns();

    part_zip(s, what, &body);
    request.url = mem_printf(s->mem, "%s%s/%s", side->url, at, what->content);
    request.body = body.data;
    request.body_len = body.len;
    must(s, http_fetch(s->mem, &config, &request, &answer));
    do {
        now = want(s, side, 200, 0, "GET", at, NULL);
    } while (!str_eq(json_get_str(now, what->state), "ONBOARDED") &&
             !json_get(now, "onboardingFailureDetails") && wait_more(s, began));
    if (!str_eq(json_get_str(now, what->state), "ONBOARDED")) {
        die(s, mem_printf(s->mem, "%s is not on-boarded: %s", what->part, json_text(s->mem, now)));
    }
}

static void
side_furnish(struct split *s, struct side *side)
{
    side_ready(s, side);
    (void)want(s, side, 201, 0, "POST", "/carrick/v1/sites",
               mem_printf(s->mem,
                          "{\"name\":\"east\",\"auth_url\":\"http://127.0.0.1:%d/v3\","
                          "\"username\":\"u\",\"password\":\"p\",\"project_name\":\"p\","
                          "\"containers\":\"YES\"}",
                          s->control.port));
    for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
        upload(s, side, &both[i]);
    }
}

void
site_call(struct split *s, const char *path, const char *body)
{
    const struct side site = {
        .name = "site", .url = mem_printf(s->mem, "http://127.0.0.1:%d", s->control.port),
        .token = "any"};

    (void)want(s, &site, 201, 0, "POST", path, body);
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

/* ---- operations -------------------------------------------------------------------------- */

struct kind
vnfs(const struct split *s)
{
    return (struct kind){&s->vnfm, "/vnflcm/v2/vnf_instances", "/vnflcm/v2/vnf_lcm_op_occs",
                         "vnfInstanceId"};
}

struct kind
services(const struct split *s)
{
    return (struct kind){&s->nfvo, "/nslcm/v2/ns_instances", "/nslcm/v2/ns_lcm_op_occs",
                         "nsInstanceId"};
}

const struct json *
occurrence(struct split *s, struct kind kind, const char *op)
{
    return want(s, kind.side, 200, 0, "GET", mem_printf(s->mem, "%s/%s", kind.occurrences, op),
                NULL);
}

/* The operation that is open on the instance, or that ended last. */
const char *
operation_last(struct split *s, struct kind kind, const char *instance)
{
    const struct json *list =
        want(s, kind.side, 200, 0, "GET",
             mem_printf(s->mem, "%s?filter=(eq,%s,%s)", kind.occurrences, kind.attr, instance), NULL);
    const char *id = NULL, *latest = "";

    json_each (list, i) {
        const char *start = str_or(json_get_str(list->items[i], "startTime"), "");

        if (strcmp(start, latest) >= 0) {
            latest = start;
            id = json_get_str(list->items[i], "id");
        }
    }
    if (!id) {
        die(s, "no operation was started");
    }
    return id;
}

const struct json *
operation_wait(struct split *s, struct kind kind, const char *op, const char *what,
               const char *state)
{
    int64_t began = time_mono_ns();
    const struct json *occ;
    const char *now;

    do {
        occ = occurrence(s, kind, op);
        now = json_get_str(occ, "operationState");
    } while (!str_eq(now, state) &&
             (str_eq(now, "STARTING") || str_eq(now, "PROCESSING") || str_eq(now, "ROLLING_BACK")) &&
             wait_more(s, began));
    if (!str_eq(now, state)) {
        die(s, mem_printf(s->mem, "%s is %s, not %s: %s", what, now, state, json_text(s->mem, occ)));
    }
    return occ;
}

/* Begins it, also where the answer is lost, and waits until it has stopped in 'state'. */
const struct json *
operate(struct split *s, struct kind kind, const char *instance, const char *what,
        const char *body, const char *state)
{
    /* 409: it was begun, and whoever answered was killed. */
    (void)want(s, kind.side, 202, 409, "POST",
               mem_printf(s->mem, "%s/%s/%s", kind.instances, instance, what), body);
    return operation_wait(s, kind, operation_last(s, kind, instance), what, state);
}

static const char *
vnf_create(struct split *s)
{
    return id_of(s, want(s, &s->vnfm, 201, 0, "POST", "/vnflcm/v2/vnf_instances",
                         "{\"vnfdId\":\"pair\",\"vnfInstanceName\":\"a\"}"));
}

#define INSTANTIATE                                                                                \
    "{\"flavourId\":\"f\",\"instantiationLevelId\":\"two\",\"extVirtualLinks\":[{\"id\":\"l\","       \
    "\"resourceId\":\"" NETWORK "\",\"extCps\":[{\"cpdId\":\"out\",\"cpConfig\":{\"x\":{}}}]}]}"

/* Every granted operation was followed to its end. */
static void
grants_over(struct split *s)
{
    int64_t began = time_mono_ns();

    while (want(s, &s->nfvo, 200, 0, "GET",
                "/carrick/v1/operations?filter=(eq,type,grant);(eq,state,PROCESSING)", NULL)
                   ->n > 0) {
        if (!wait_more(s, began)) {
            die(s, "a grant is not over, though its operation is");
        }
    }
}

/* All that was claimed is free: the NFVO grants what the whole quota has. */
static void
claims_free(struct split *s, int round)
{
    int64_t began = time_mono_ns();
    const struct json *grant;
    AUTO_BUF body = BUF_INIT;
    int status = 0;

    grants_over(s);
    buf_printf(&body,
               "{\"vnfInstanceId\":\"all-%d\",\"vnfLcmOpOccId\":\"all-%d\",\"vnfdId\":\"pair\","
               "\"operation\":\"SCALE\",\"isAutomaticInvocation\":false,\"_links\":{},"
               "\"addResources\":[",
               round, round);
    for (int i = 0; i < CORES; i++) {
        buf_printf(&body, "%s{\"id\":\"%d\",\"type\":\"COMPUTE\",\"resourceTemplateId\":\"front\"}",
                   i ? "," : "", i);
    }
    buf_str(&body, "]}");
    do {
        grant = call(s, &s->nfvo, "POST", "/grant/v1/grants", body.data, &status);
    } while (status == 202 && wait_more(s, began));
    if (status != 201) {
        die(s, mem_printf(s->mem, "not all is given back: %d %s", status,
                          grant ? json_text(s->mem, grant) : ""));
    }
    grants_over(s);
}

void
site_empty(struct split *s)
{
    if (s->control.n_live != 4) { /* the client's networks and their subnets */
        AUTO_BUF left = BUF_INIT;

        fake_site_list(s->site, &left);
        die(s, mem_printf(s->mem, "at the site is left: %s", left.data));
    }
}

/* ---- the cases --------------------------------------------------------------------------- */

static void
vnf_delete(struct split *s, const char *vnf)
{
    (void)want(s, &s->vnfm, 204, 404, "DELETE",
               mem_printf(s->mem, "/vnflcm/v2/vnf_instances/%s", vnf), NULL);
    site_empty(s);
}

/* Instantiated, scaled and terminated, each operation with a grant of its own. */
static void
life(struct split *s)
{
    const char *vnf = vnf_create(s);
    const struct json *occ = operate(s, vnfs(s), vnf, "instantiate", INSTANTIATE, "COMPLETED");

    if (!json_get_str(occ, "grantId")) {
        die(s, "the occurrence does not name its grant");
    }
    (void)want(s, &s->nfvo, 200, 0, "GET",
               mem_printf(s->mem, "/grant/v1/grants/%s", json_get_str(occ, "grantId")), NULL);
    (void)operate(s, vnfs(s), vnf, "scale_to_level", "{\"instantiationLevelId\":\"one\"}", "COMPLETED");
    (void)operate(s, vnfs(s), vnf, "terminate", "{\"terminationType\":\"FORCEFUL\"}", "COMPLETED");
    vnf_delete(s, vnf);
}

const struct json *
site_list(struct split *s, const char *path, const char *plural)
{
    const struct side site = {
        .name = "site", .url = mem_printf(s->mem, "http://127.0.0.1:%d", s->control.port),
        .token = "any"};

    return json_get(want(s, &site, 200, 0, "GET", path, NULL), plural);
}

size_t
site_count(struct split *s, const char *path, const char *plural)
{
    const struct json *list = site_list(s, path, plural);

    return list ? list->n : 0;
}

/* The quota has no room: the operation takes itself back, and says why. */
static void
refused(struct split *s)
{
    const char *vnf = vnf_create(s), *detail;
    const struct json *occ;

    s->control.cores = 2;
    occ = operate(s, vnfs(s), vnf, "instantiate", INSTANTIATE, "ROLLED_BACK");
    s->control.cores = CORES;
    detail = json_get_str(json_get(occ, "error"), "detail");
    if (!detail || !strstr(detail, "has not enough VCPU: capacity 2")) {
        die(s, mem_printf(s->mem, "refused with: %s", str_or(detail, "nothing")));
    }
    vnf_delete(s, vnf);
}

/* One of the two is killed at a point of its flows: the operation waits for it. */
static void
killed(struct split *s, const struct side *side, int at, void (*life_of)(struct split *s))
{
    int kills = s->kills;

    side_strike(s, side, at);
    life_of(s);
    if (s->kills == kills) {
        die(s, mem_printf(s->mem, "%s was not killed at point %d", side->name, at));
    }
}

/* The NFVO is away when the operation begins. */
static void
away(struct split *s)
{
    const char *vnf = vnf_create(s);
    const struct json *occ = NULL;

    side_kill(&s->nfvo);
    (void)want(s, &s->vnfm, 202, 0, "POST",
               mem_printf(s->mem, "/vnflcm/v2/vnf_instances/%s/instantiate", vnf), INSTANTIATE);
    occ = occurrence(s, vnfs(s), operation_last(s, vnfs(s), vnf));
    if (!str_eq(json_get_str(occ, "operationState"), "STARTING")) {
        die(s, "an operation goes on without its grant");
    }
    side_start(s, &s->nfvo);
    (void)operation_wait(s, vnfs(s), operation_last(s, vnfs(s), vnf), "instantiate", "COMPLETED");
    (void)operate(s, vnfs(s), vnf, "terminate", "{\"terminationType\":\"FORCEFUL\"}", "COMPLETED");
    vnf_delete(s, vnf);
}

static void
begin(struct split *s)
{
    s->control.hash = sha512_of;
    s->control.cores = CORES;
    must(s, fake_site_new(&s->control, &s->site));
    s->nfvo.port = free_port();
    s->vnfm.port = free_port();
    s->nfvo.url = mem_printf(s->mem, "http://127.0.0.1:%d", s->nfvo.port);
    s->vnfm.url = mem_printf(s->mem, "http://127.0.0.1:%d", s->vnfm.port);
    s->nfvo.state = mem_printf(s->mem, "%s/nfvo", s->dir);
    s->vnfm.state = mem_printf(s->mem, "%s/vnfm", s->dir);
    s->nfvo.options[0] = "--callbacks";
    s->nfvo.options[1] = "127.0.0.1/32";
    s->vnfm.options[0] = "--nfvo";
    s->vnfm.options[1] = s->nfvo.url;
    s->vnfm.options[2] = "--nfvo-user";
    s->vnfm.options[3] = "admin";
    s->vnfm.options[4] = "--nfvo-password-file";
    s->vnfm.options[5] = mem_printf(s->mem, "%s/admin.password", s->nfvo.state);
    side_make(s, &s->nfvo);
    side_make(s, &s->vnfm);
    side_start(s, &s->nfvo);
    side_furnish(s, &s->nfvo);
    side_start(s, &s->vnfm);
    side_furnish(s, &s->vnfm);
    for (size_t i = 0; i < ARRAY_SIZE(nsds); i++) {
        upload(s, &s->nfvo, &nsds[i]);
    }
    (void)want(s, &s->nfvo, 201, 0, "POST", "/carrick/v1/vnfms",
               mem_printf(s->mem,
                          "{\"name\":\"vnfm\",\"url\":\"%s\",\"username\":\"admin\","
                          "\"password\":\"%s\",\"token_endpoint\":\"%s/oauth2/token\","
                          "\"client\":\"admin\"}",
                          s->vnfm.url, s->vnfm.password, s->vnfm.url));
    site_call(s, "/network/v2.0/networks",
              "{\"network\":{\"id\":\"" NETWORK "\",\"name\":\"office\"}}");
    site_call(s, "/network/v2.0/subnets",
              "{\"subnet\":{\"network_id\":\"" NETWORK "\",\"cidr\":\"10.7.0.0/24\"}}");
    site_call(s, "/network/v2.0/networks",
              "{\"network\":{\"id\":\"" ANNEX "\",\"name\":\"annex\"}}");
    site_call(s, "/network/v2.0/subnets",
              "{\"subnet\":{\"network_id\":\"" ANNEX "\",\"cidr\":\"10.8.0.0/24\"}}");
}

int
main(int argc, char **argv)
{
    const char *patience = getenv("CARRICK_PATIENCE");
    char dir[] = "/tmp/split-XXXXXX";
    AUTO(mem) mem = mem_new("split");
    bool is_long = argc > 2 && str_eq(argv[2], "--long");
    static struct split s;

    if (argc < 2 || !mkdtemp(dir)) {
        fprintf(stderr, "usage: split CARRICK [--long]\n");
        return 2;
    }
    s = (struct split){.mem = mem,
                       .program = argv[1],
                       .dir = dir,
                       .nfvo = {.name = "NFVO"},
                       .vnfm = {.name = "VNFM"},
                       .limit_ms = 60000 * (patience ? atoi(patience) : 1)};
    begin(&s);
    life(&s);
    refused(&s);
    ns_life(&s);
    ns_linked(&s);
    ns_changes(&s);
    ns_renewed(&s);
    ns_moved(&s);
    ns_cancelled(&s, "GRACEFUL");
    ns_cancelled(&s, "FORCEFUL");
    ns_stopped(&s, "retry", "COMPLETED");
    ns_stopped(&s, "rollback", "ROLLED_BACK");
    ns_stopped(&s, "fail", "FAILED");
    claims_free(&s, 1);
    /* From now on each grant is decided later. */
    side_kill(&s.nfvo);
    s.nfvo.options[2] = "--grant-wait-s";
    s.nfvo.options[3] = "0";
    side_start(&s, &s.nfvo);
    side_ready(&s, &s.nfvo);
    away(&s);
    ns_linked(&s);
    for (int at = is_long ? 1 : 9; at <= (is_long ? POINTS : 9); at++) {
        killed(&s, &s.nfvo, at, life);
        if (is_long) {
            killed(&s, &s.vnfm, at, life);
        }
        killed(&s, &s.nfvo, at * 4, ns_life);
        killed(&s, &s.vnfm, at, ns_life);
        if (is_long) {
            killed(&s, &s.nfvo, at * 6, ns_changes);
            killed(&s, &s.vnfm, at * 2, ns_changes);
            killed(&s, &s.nfvo, at * 3, ns_moved);
            killed(&s, &s.vnfm, at * 2, ns_moved);
        }
    }
    claims_free(&s, 2);
    side_kill(&s.vnfm);
    side_kill(&s.nfvo);
    fake_site_free(s.site);
    must(&s, dir_remove(dir));
    printf("split: 1 passed, 0 failed, 0 skipped\n");
    return 0;
}
