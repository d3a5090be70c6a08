/* What stories are made of: packages, VNFs, and what is asked for them; see world.h. */
#include "replicas/world.h"

#include "sys/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const instantiate =
    "{\"flavourId\":\"small\",\"extVirtualLinks\":[{\"id\":\"data\",\"vimConnectionId\":\"west\",\"resourceId\":\"" NETWORK
    "\",\"extCps\":[{\"cpdId\":\"out\"}]}]}";
const char *const terminate = "{\"terminationType\":\"FORCEFUL\"}";

/* Which one leads, as replica 'i' says; -1 = none. */
int
leader_at(struct world *w, int i)
{
    const struct json *json = NULL;
    int leader = -1;

    err_ignore(want_at(w, i, 200, "GET", "/carrick/v1/replicas", NULL, &json), "then none is known");
    json_each (json, k) {
        const char *name = json_get_str(json->items[k], "name");

        for (int n = 0; n < N_REPLICAS; n++) {
            leader = str_eq(name, names[n]) && json_bool(json_get(json->items[k], "leads"), false) ? n : leader;
        }
    }
    return leader;
}

struct err *
listed(struct world *w, int i)
{
    const struct json *json;
    size_t n = 0, n_lead = 0;

    TRY(want_at(w, i, 200, "GET", "/carrick/v1/replicas", NULL, &json));
    json_each (json, k) {
        n++;
        n_lead += json_bool(json_get(json->items[k], "leads"), false);
    }
    return n == N_REPLICAS && n_lead == 1 ? NULL : err_new(E_INVALID, NULL, "they are %s", json_text(w->mem, json));
}

/* Until the package is 'state', as replica 'i' says. */
struct err *
package_so(struct world *w, int i, const char *id, const char *state)
{
    const char *path = mem_printf(w->mem, "/vnfpkgm/v2/vnf_packages/%s", id);
    int64_t until = deadline_ns(READY_MS);
    const struct json *json;

    do {
        TRY(want_at(w, i, 200, "GET", path, NULL, &json));
        if (str_eq(json_get_str(json, "onboardingState"), state)) {
            return NULL;
        }
        blink_ms(20);
    } while (time_mono_ns() < until);
    return err_new(E_INVALID, NULL, "the package is not %s: %s", state, json_text(w->mem, json));
}

/* A package is made at one, its content is given to 'i', and the other says that it is there. */
struct err *
package_give(struct world *w, int i, const char *id, const char *name)
{
    AUTO_FD fd = open(mem_printf(w->mem, "%s/%s.csar", w->packages, name), O_RDONLY | O_CLOEXEC);
    const char *path = mem_printf(w->mem, "/vnfpkgm/v2/vnf_packages/%s/package_content", id);
    struct http_answer answer = {0};

    TRY(call_at(w, root_of(w, i), "PUT", path, NULL, fd, &answer));
    return answer.status == 202 ? NULL
                                : err_new(E_REMOTE, NULL, "upload: %d %s", answer.status, str_or(answer.body, ""));
}

struct err *
package_make(struct world *w, int i, const char **id)
{
    const struct json *json;

    TRY(want_at(w, i, 201, "POST", "/vnfpkgm/v2/vnf_packages", "{}", &json));
    *id = mem_str(w->mem, json_get_str(json, "id"));
    return NULL;
}

/* A site, a package and subscriptions: begun at the one, seen at the other. */
struct err *
prepared(struct world *w, int one, int other)
{
    const char *site = mem_printf(w->mem,
                                  "{\"name\":\"west\",\"auth_url\":\"http://%s:%d/v3\",\"username\":\"u\","
                                  "\"password\":\"p\",\"project_name\":\"p\"}", host_of(w), w->site.port);
    const char *subscription = mem_printf(w->mem, "{\"callbackUri\":\"http://%s:%d/\"}", host_of(w),
                                          http_server_port(w->ear));
    const char *id;

    TRY(want_at(w, one, 201, "POST", "/carrick/v1/sites", site, NULL));
    TRY(site_call(w, "POST", "/network/v2.0/networks", "{\"network\":{\"id\":\"" NETWORK "\",\"name\":\"office\"}}",
                  201));
    TRY(site_call(w, "POST", "/network/v2.0/subnets", "{\"subnet\":{\"id\":\"22222222-2222-4222-8222-222222222222\","
                  "\"network_id\":\"" NETWORK "\",\"cidr\":\"10.0.0.0/16\"}}", 201));
    TRY(want_at(w, other, 201, "POST", "/vnflcm/v2/subscriptions", subscription, NULL));
    TRY(want_at(w, one, 201, "POST", "/vnffm/v1/subscriptions", subscription, NULL));
    TRY(package_make(w, one, &id));
    TRY(package_give(w, other, id, "shape-1"));
    return package_so(w, one, id, "ONBOARDED");
}

struct err *
vnf_make(struct world *w, int i, const char **id)
{
    const struct json *json;

    TRY(want_at(w, i, 201, "POST", "/vnflcm/v2/vnf_instances", "{\"vnfdId\":\"shape-1\",\"vnfInstanceName\":\"fn\"}",
                &json));
    *id = mem_str(w->mem, json_get_str(json, "id"));
    return NULL;
}

/* How many of the instances are so. */
struct err *
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

struct err *
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
struct err *
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
struct err *
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

struct err *
all_completed(struct world *w, const char *const *begun, int n)
{
    int64_t until = deadline_ns(ALL_MS);
    int done;

    do {
        TRY(operations(w, begun, n, &done));
    } while (done < n && time_mono_ns() < until);
    return done == n ? NULL : err_new(E_INVALID, NULL, "%d of %d are COMPLETED", done, n);
}

struct err *
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

/* Until the operation is 'state'. */
struct err *
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

/* The newest operation of the task on the instance, null where there is none; '*status' is of the question. */
static const char *
operation_of(struct world *w, int i, const char *id, const char *task, int *status)
{
    const char *path = mem_printf(w->mem, "/vnflcm/v2/vnf_lcm_op_occs?filter=(eq,vnfInstanceId,%s);(eq,operation,%s)", id,
                                  str_eq(task, "terminate") ? "TERMINATE" : "INSTANTIATE");
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
struct err *
begin_patiently(struct world *w, int i, const char *id, const char *task, const char *body, const char **op)
{
    const char *path = mem_printf(w->mem, "/vnflcm/v2/vnf_instances/%s/%s", id, task);
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
            *op = operation_of(w, i, id, task, &status);
            blink_ms(20);
        } while (status != 200 && time_mono_ns() < until);
    } while (!*op && time_mono_ns() < until);
    return *op ? NULL : err_new(E_UNAVAILABLE, NULL, "%s cannot be begun: %d", path, status);
}
