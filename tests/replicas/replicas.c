/* Two orchestrators on one database: what one does the other knows; many operations of which one of the two
 * does not see the end; what else may befall one of them; and who may not be a third.  See README.md. */
#include "replicas/world.h"

#include "base/uuid.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- stories ------------------------------------------------------------------------------------------- */

/* Both begin at once on an empty database; a token of the one is good at the other. */
static struct err *
both(struct world *w, const char **password)
{
    TRY(both_begin(w, 0, password));
    TRY(want_at(w, 1, 200, "GET", "/carrick/v1/sites", NULL, NULL));
    return listed(w, 1);
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

/* Kills it; how long it took until a client had an answer, and until the other one had what it did; how many of its
 * operations were not over. */
static struct err *
fail_over(struct world *w, int victim, const char *const *theirs, int n, int *answers_ms, int *taken_ms, int *n_open)
{
    int before = n_said(w, !victim, TAKEN), done;
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
        *taken_ms = !*taken_ms && n_said(w, !victim, TAKEN) > before ? ms_since(killed) : *taken_ms;
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
    bool at_first;

    for (int i = 0; i < w->n_operations; i++) {
        if (i == w->n_operations / 2) {
            TRY(fail_over(w, victim, theirs, n_theirs, &answers_ms, &taken_ms, &n_open));
        }
        /* The victim's last, so that many of them are under way. */
        at = i < w->n_operations / 4 ? !victim : i < w->n_operations / 2 ? victim : i % 2;
        TRY(begin(w, at, w->vnfs[i], task, body, &ops[i], &at_first));
        if (at_first && at == victim) {
            theirs[n_theirs++] = ops[i];
        }
    }
    /* One runs all the time. */
    TRY(str_eq(task, "instantiate") ? all_so(w, "INSTANTIATED", w->n_operations + 1)
                                    : all_so(w, "NOT_INSTANTIATED", w->n_operations));
    TRY(all_completed(w, ops, w->n_operations));
    done = w->n_operations;
    if (w->is_bench) {
        printf("| %s | %d | %d | %d | %d | %d | < %d | %s |\n", task, w->n_operations, n_open, done, answers_ms, taken_ms,
               FAILOVER_MS, answers_ms < FAILOVER_MS && taken_ms < FAILOVER_MS ? "held" : "missed");
    } else {
        printf("replicas: %s: %d of %d COMPLETED; %d of %d begun at %s were under way when it was killed; an answer after "
               "%d ms, taken over after %d ms\n", task, done, w->n_operations, n_open, n_theirs, names[victim],
               answers_ms, taken_ms);
    }
    return done == w->n_operations ? NULL : err_new(E_INVALID, NULL, "%d of %d are COMPLETED", done, w->n_operations);
}

/* The one that leads dies among a hundred instantiations, the other one among a hundred terminations. */
static struct err *
killed(struct world *w)
{
    int none, one, first = w->site.n_live, done, leader;
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
    for (int i = 0; i < w->n_operations; i++) {
        TRY(vnf_make(w, i % 2, &w->vnfs[i]));
    }
    TRY(n_so(w, "NOT_INSTANTIATED", &done));
    if (done != w->n_operations || one <= 0) {
        return err_new(E_INVALID, NULL, "%d of %d instances, of %d things each", done, w->n_operations, one);
    }
    leader = leader_at(w, 0);
    if (leader < 0) {
        return err_new(E_INVALID, NULL, "nobody leads");
    }
    TRY(hundred(w, "instantiate", instantiate, leader));
    TRY(site_holds(w, none + one * (w->n_operations + 1)));
    TRY(replica_start(w, leader));
    TRY(hundred(w, "terminate", terminate, !leader));
    TRY(site_holds(w, none + one));
    return all_heard(w, w->n_completed + 2 * w->n_operations + 1);
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

#define ALARM_MS 20000 /* a new leader looks at once, and each second */
#define N_SOME 20
#define N_FEW 8

/* So many are instantiated in turn at both, and in the midst of it something befalls all of us. */
static struct err *
befalls(struct world *w, struct err *(*what)(struct world *w))
{
    const char *ids[N_SOME], *ops[N_SOME], *op;
    int first = w->site.n_live, done = 0, one, n_some = w->is_long ? N_SOME : N_FEW;
    int64_t until = deadline_ns(ALL_MS);
    bool at_first;

    for (int i = 0; i < n_some; i++) {
        TRY(vnf_make(w, i % 2, &ids[i]));
    }
    for (int i = 0; i < n_some; i++) {
        if (i == n_some / 2) {
            TRY(what(w));
        }
        TRY(begin_patiently(w, i % 2, ids[i], "instantiate", instantiate, &ops[i]));
    }
    while (done < n_some && time_mono_ns() < until) {
        struct err *e = operations(w, ops, n_some, &done);

        TRY(err_is(e, E_REMOTE) ? NULL : e);
        err_ignore(e, "who was cut off may say 503 for a moment more");
        blink_ms(100);
    }
    one = (w->site.n_live - first) / n_some;
    TRY(site_holds(w, first + one * n_some));
    for (int i = 0; i < n_some; i++) {
        TRY(begin(w, i % 2, ids[i], "terminate", terminate, &op, &at_first));
        TRY(operation_so(w, i % 2, op, "COMPLETED"));
        TRY(want_at(w, i % 2, 204, "DELETE", mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s", ids[i]), NULL, NULL));
    }
    TRY(site_holds(w, first));
    w->n_completed += 2 * n_some;
    return done == n_some ? NULL : err_new(E_INVALID, NULL, "%d of %d are COMPLETED", done, n_some);
}

/* The database crashes and comes back: all connections end, everybody's name is free for a moment. */
static struct err *
database_restart(struct world *w)
{
    (void)w;
    return shell(str_or(getenv("CARRICK_TEST_RESTART"), "exit 1"));
}

/* One stands still until the other has taken over, and then goes on: it is heard of nothing that is not its any more. */
static struct err *
stand_still(struct world *w)
{
    int before = n_said(w, 1, TAKEN);
    int64_t until = deadline_ns(2 * READY_MS), began = time_mono_ns();

    (void)kill(w->pids[0], SIGSTOP);
    while (n_said(w, 1, TAKEN) == before && time_mono_ns() < until) {
        blink_ms(50);
    }
    printf("replicas: one that stood still was given up after %d ms\n", ms_since(began));
    (void)kill(w->pids[0], SIGCONT);
    return n_said(w, 1, TAKEN) > before ? NULL : err_new(E_INVALID, NULL, "who stands still is not given up");
}

/* One loses the database: it says so, the other takes over, and it comes back. */
static struct err *
database_lost(struct world *w)
{
    int before = n_said(w, 1, TAKEN), taken_ms;
    int64_t until = deadline_ns(READY_MS), began = time_mono_ns();

    relay_cut(w->relay, true);
    while (n_said(w, 1, TAKEN) == before && time_mono_ns() < until) {
        blink_ms(5);
    }
    taken_ms = ms_since(began);
    TRY(soon_at(w, 0, 503, "/readyz", READY_MS));
    TRY(want_at(w, 1, 200, "GET", "/readyz", NULL, NULL));
    relay_cut(w->relay, false);
    TRY(ready(w, 0));
    printf("replicas: what one did that lost the database was taken over after %d ms\n", taken_ms);
    return n_said(w, 1, TAKEN) > before && taken_ms < FAILOVER_MS * patience()
               ? NULL
               : err_new(E_INVALID, NULL, "who lost the database is given up after %d ms", taken_ms);
}

/* The first 'n' bytes of an upload of 'of', to replica 'i'; '*fd' is the caller's. */
static struct err *
upload_part(struct world *w, int i, const char *id, const char *content, size_t n, size_t of, int *fd)
{
    const struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(PORT + i)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *head = mem_printf(w->mem,
                                  "PUT /vnfpkgm/v2/vnf_packages/%s/package_content HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                                  "X-Auth-Token: %s\r\nContent-Type: application/zip\r\nContent-Length: %zu\r\n\r\n",
                                  id, PORT + i, w->token, of);

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0 || connect(*fd, (const struct sockaddr *)&to, sizeof to) < 0) {
        return err_errno(E_UNAVAILABLE, "connect to %s", names[i]);
    }
    TRY(fd_write_all(*fd, head, strlen(head)));
    return fd_write_all(*fd, content, n);
}

/* Who receives a package dies: it is CREATED again, and given to the other, while who died begins anew. */
static struct err *
upload_cut(struct world *w)
{
    AUTO_FD fd = -1;
    AUTO_FD again = -1;
    const char *id;
    char *content;
    int64_t killed;
    size_t n;

    TRY(file_read(w->mem, mem_printf(w->mem, "%s/shape-2.csar", w->packages), (size_t)16 << 20, &content, &n));
    TRY(package_make(w, 1, &id));
    TRY(upload_part(w, 0, id, content, n / 2, n, &fd));
    TRY(package_so(w, 1, id, "UPLOADING"));
    replica_kill(w, 0);
    killed = time_mono_ns();
    TRY(package_so(w, 1, id, "CREATED"));
    printf("replicas: a package whose receiver died was CREATED again after %d ms\n", ms_since(killed));
    TRY(upload_part(w, 1, id, content, n / 2, n, &again));
    TRY(package_so(w, 1, id, "UPLOADING"));
    TRY(replica_start(w, 0));
    TRY(fd_write_all(again, content + n / 2, n - n / 2));
    return package_so(w, 0, id, "ONBOARDED");
}

/* Two that want the same image at one site at the same time, at both: it is there once. */
static struct err *
image_once(struct world *w)
{
    const char *root = mem_printf(w->mem, "http://127.0.0.1:%d", w->site.port), *ids[2], *ops[2];
    struct http_answer answer = {0};
    const struct json *json;
    bool at_first;

    for (int i = 0; i < 2; i++) {
        TRY(vnf_make(w, i, &ids[i]));
    }
    for (int i = 0; i < 2; i++) {
        TRY(begin(w, i, ids[i], "instantiate", instantiate, &ops[i], &at_first));
    }
    for (int i = 0; i < 2; i++) {
        TRY(operation_so(w, i, ops[i], "COMPLETED"));
    }
    TRY(call_at(w, root, "GET", "/image/v2/images", NULL, -1, &answer));
    TRY(json_parse(w->mem, answer.body, answer.body_len, &json));
    json = json_get(json, "images");
    for (int i = 0; i < 2; i++) {
        TRY(begin(w, i, ids[i], "terminate", terminate, &ops[i], &at_first));
        TRY(operation_so(w, i, ops[i], "COMPLETED"));
        TRY(want_at(w, i, 204, "DELETE", mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s", ids[i]), NULL, NULL));
    }
    w->n_completed += 4;
    return json && json->n == 1 ? NULL : err_new(E_INVALID, NULL, "images at the site: %s", json_text(w->mem, json));
}

/* Alarms as replica 'i' tells them. */
static struct err *
n_alarms(struct world *w, int i, int *n)
{
    const struct json *json;

    TRY(want_at(w, i, 200, "GET", "/vnffm/v1/alarms", NULL, &json));
    *n = (int)json->n;
    return NULL;
}

/* A job's reports at replica 'i': '*n', each ready at another time. */
static struct err *
n_reports(struct world *w, int i, const char *job, int *n)
{
    const struct json *json, *reports;

    TRY(want_at(w, i, 200, "GET", mem_printf(w->mem, "/vnfpm/v2/pm_jobs/%s", job), NULL, &json));
    reports = json_get(json, "reports");
    *n = reports ? (int)reports->n : 0;
    for (int k = 1; k < *n; k++) {
        if (str_eq(json_get_str(reports->items[k], "readyTime"), json_get_str(reports->items[k - 1], "readyTime"))) {
            return err_new(E_INVALID, NULL, "a period was reported twice: %s", json_text(w->mem, json));
        }
    }
    return NULL;
}

static struct err *
reported(struct world *w, int i, const char *job, int wanted)
{
    int64_t until = deadline_ns(READY_MS);
    int n = 0;

    while (n < wanted && time_mono_ns() < until) {
        blink_ms(100);
        TRY(n_reports(w, i, job, &n));
    }
    return n >= wanted ? NULL : err_new(E_INVALID, NULL, "%d of %d reports", n, wanted);
}

/* Who leads dies while a job measures: it goes on, and no period is reported twice. */
static struct err *
measured(struct world *w)
{
    int leader = leader_at(w, 0), n = 0;
    const char *id, *op, *job, *body;
    const struct json *json;
    bool at_first;

    if (leader < 0) {
        return err_new(E_INVALID, NULL, "nobody leads");
    }
    TRY(site_call(w, "PUT", "/figures", "{\"diagnostics\":{\"num_cpus\":1,\"cpu_details\":[{\"id\":0,\"time\":1000}],"
                  "\"memory_details\":{\"maximum\":512}}}", 204));
    TRY(vnf_make(w, !leader, &id));
    TRY(begin(w, !leader, id, "instantiate", instantiate, &op, &at_first));
    TRY(operation_so(w, !leader, op, "COMPLETED"));
    body = mem_printf(w->mem, "{\"objectType\":\"Vnfc\",\"objectInstanceIds\":[\"%s\"],\"criteria\":{\"performanceMetric\":"
                      "[\"VCpuUsageMeanVnf\"],\"collectionPeriod\":5,\"reportingPeriod\":5},\"callbackUri\":"
                      "\"http://127.0.0.1:%d/\"}", id, http_server_port(w->ear));
    TRY(want_at(w, !leader, 201, "POST", "/vnfpm/v2/pm_jobs", body, &json));
    job = mem_str(w->mem, json_get_str(json, "id"));
    TRY(reported(w, !leader, job, 1));
    replica_kill(w, leader);
    TRY(n_reports(w, !leader, job, &n));
    TRY(reported(w, !leader, job, n + 2));
    TRY(replica_start(w, leader));
    TRY(n_reports(w, leader, job, &n));
    TRY(want_at(w, leader, 204, "DELETE", mem_printf(w->mem, "/vnfpm/v2/pm_jobs/%s", job), NULL, NULL));
    TRY(begin(w, leader, id, "terminate", terminate, &op, &at_first));
    TRY(operation_so(w, leader, op, "COMPLETED"));
    w->n_completed += 2;
    return want_at(w, leader, 204, "DELETE", mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s", id), NULL, NULL);
}

/* One alarm is there at replica 'i', and was told: perhaps twice, where who told it died before that was noted. */
static struct err *
alarmed(struct world *w, int i)
{
    int64_t until = deadline_ns(ALARM_MS);
    int n = 0;

    while (n == 0 && time_mono_ns() < until) {
        blink_ms(50);
        TRY(n_alarms(w, i, &n));
    }
    while (n_alarms_heard() == 0 && time_mono_ns() < until) {
        blink_ms(20);
    }
    return n == 1 && n_alarms_heard() >= 1
               ? NULL
               : err_new(E_INVALID, NULL, "waited %d ms for one alarm at %s of a server that is gone: %d are there, told %d "
                         "times; it says \"leads=1\" %d times", ALARM_MS * patience(), names[i], n, n_alarms_heard(),
                         n_said(w, i, "leads=1"));
}

/* Who leads dies, then a server at the site: who leads now raises one alarm, which is told. */
static struct err *
watched(struct world *w)
{
    int leader = leader_at(w, 0), n = 0;
    const struct json *json;
    const char *id, *op, *server;
    bool at_first;

    if (leader < 0) {
        return err_new(E_INVALID, NULL, "nobody leads");
    }
    TRY(vnf_make(w, !leader, &id));
    TRY(begin(w, !leader, id, "instantiate", instantiate, &op, &at_first));
    TRY(operation_so(w, !leader, op, "COMPLETED"));
    TRY(want_at(w, !leader, 200, "GET", mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s", id), NULL, &json));
    json = json_get(json_get(json, "instantiatedVnfInfo"), "vnfcResourceInfo");
    server = json && json->n ? json_str(json_path(json->items[0], "computeResource.resourceId")) : NULL;
    replica_kill(w, leader);
    TRY(site_call(w, "DELETE", mem_printf(w->mem, "/compute/v2.1/servers/%s", str_or(server, "?")), NULL, 204));
    TRY(alarmed(w, !leader));
    TRY(replica_start(w, leader));
    TRY(begin(w, leader, id, "terminate", terminate, &op, &at_first));
    TRY(operation_so(w, leader, op, "COMPLETED"));
    w->n_completed += 2;
    TRY(n_alarms(w, leader, &n));
    TRY(want_at(w, leader, 204, "DELETE", mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s", id), NULL, NULL));
    return n == 1 ? NULL : err_new(E_INVALID, NULL, "%d alarms at %s, which came back, instead of one", n, names[leader]);
}

/* Another version took the database while one could not reach it: that one ends, and is refused when it is started again;
 * the other, which was there all the time, goes on. */
static struct err *
outdated(struct world *w)
{
    struct refusal again = {.name = names[0], .why = "the database is of a newer version"};

    for (int i = 0; i < N_REPLICAS; i++) {
        TRY(w->pids[i] ? NULL : replica_start(w, i));
    }
    relay_cut(w->relay, true);
    TRY(soon_at(w, 0, 503, "/readyz", READY_MS));
    TRY(shell("$CARRICK_TEST_SQL -c \"UPDATE _fact SET value = '99.0.0' WHERE name = 'version'\""));
    relay_cut(w->relay, false);
    TRY(end_wait(w, 0, "version 99.0.0 has it"));
    TRY(want_at(w, 1, 200, "GET", "/readyz", NULL, NULL));
    refusal_begin(w, &again);
    return refusal_end(w, &again);
}

/* Only what is measured, as a table. */
static struct err *
bench(struct world *w)
{
    TRY(prepared(w, 0, 1));
    printf("| 100 operations | asked for | under way at the one that was killed | COMPLETED | the client's next answer, ms | "
           "what it did taken over, ms | aim | |\n|---|---|---|---|---|---|---|---|\n");
    return killed(w);
}

static struct err *
stories(struct world *w)
{
    struct refusal refusals[] = {
        {.name = "a", .why = "another replica of this database is called a"},
        {.why = "another orchestrator uses this database"},
        {.name = "c", .shared = mem_printf(w->mem, "%s/elsewhere", w->dir), .why = "it is sealed with another key"},
    };
    const char *password;

    TRY_MSG(both(w, &password), "both");
    if (w->is_bench) {
        return bench(w);
    }
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        refusal_begin(w, &refusals[i]);
    }
    TRY_MSG(rights(w, password), "rights");
    TRY_MSG(prepared(w, 0, 1), "prepared");
    TRY_MSG(image_once(w), "image");
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        TRY_MSG(refusal_end(w, &refusals[i]), "who may not be a third");
    }
    TRY_MSG(tasks(w), "tasks");
    TRY_MSG(upload_cut(w), "upload");
    TRY_MSG(watched(w), "watched");
    TRY_MSG(befalls(w, database_lost), "database lost");
    if (w->is_long) {
        TRY_MSG(measured(w), "measured");
        TRY_MSG(befalls(w, database_restart), "database restarted");
        TRY_MSG(befalls(w, stand_still), "stood still");
    }
    TRY_MSG(killed(w), "killed");
    return err_wrap(outdated(w), "another version");
}

/* usage: replicas PROGRAM PACKAGES FOLDER [--long | --bench]: the database is $CARRICK_TEST_DATABASE. */
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
    (void)signal(SIGPIPE, SIG_IGN); /* Who is killed reads no more of what the relay writes. */
    w.program = argv[1];
    w.packages = argv[2];
    w.dir = argv[3];
    w.is_long = argc > 4 && str_eq(argv[4], "--long");
    w.is_bench = argc > 4 && str_eq(argv[4], "--bench");
    w.n_operations = w.is_long || w.is_bench ? N_OPERATIONS : N_SOME;
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
