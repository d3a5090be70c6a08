/* See fake_site.h.  One lock; requests are answered on the server's threads,
 * late ones on threads of their own. */
#include "flow/fake_object.h"

#include "base/time.h"
#include "base/vec.h"
#include "http/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOST "127.0.0.1"
#define NEVER_MS 1500 /* When a lost answer's connection is given up here: after any late effect. */
#define NEVER_LATE 4  /* ... so many times what that takes, where that is more */

const char *const fault_names[] = {
#define X(name, doc) #name,
    FAULTS(X)
#undef X
        NULL,
};

/* ---- answers ------------------------------------------------------------------------------ */

static void
answer(struct http_exchange *x, int status, const char *body)
{
    static const char *const headers[] = {"Content-Type: application/json",
                                          "x-openstack-request-id: req-fake", NULL};

    http_answer(x, status, headers, body, strlen(body));
}

static void
answer_error(struct http_exchange *x, int status, const char *type, const char *message)
{
    answer(x, status,
           mem_printf(http_mem(x), "{\"NeutronError\": {\"type\": \"%s\", \"message\": \"%s\"}}",
                      type, message));
}

static void
answer_object(struct fake_site *site, struct http_exchange *x, int status, struct object *object)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    const char *key = object->place->singular;

    if (key) {
        jw_object(&w, NULL);
    }
    fake_object_write(site, &w, key, object, http_mem(x));
    if (key) {
        jw_end(&w);
    }
    answer(x, status, out.data);
}

static const char *
query_value(struct http_exchange *x, const char *name)
{
    size_t n;
    char **parts = str_split(http_mem(x), http_query(x), '&', &n);

    for (size_t i = 0; i < n; i++) {
        if (str_starts(parts[i], name) && parts[i][strlen(name)] == '=') {
            return url_decode(http_mem(x), parts[i] + strlen(name) + 1, true);
        }
    }
    return NULL;
}

static bool
object_matches(const struct object *object, struct http_exchange *x)
{
    const char *description = query_value(x, "description"), *name = query_value(x, "name");
    const char *device = query_value(x, "device_id");

    if (device && !strstr(object->body, device)) {
        return false;
    }
    return (!description || str_eq(object->marker, description)) &&
           (!name || strstr(object->body, mem_printf(http_mem(x), "\"%s\"", name)));
}

/* Where the next page is, as OpenStack tells it. */
static void
next_write(struct jw *w, struct http_exchange *x, const struct place *place, int from)
{
    jw_array(w, mem_printf(http_mem(x), "%s_links", place->plural));
    jw_object(w, NULL);
    jw_str(w, "rel", "next");
    jw_str(w, "href", mem_printf(http_mem(x), "http://elsewhere%s?from=%d", http_path(x), from));
    jw_end(w);
    jw_end(w);
}

static void
answer_list(struct fake_site *site, struct http_exchange *x, const struct place *place)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    int page = site->control->page, from = atoi(str_or(query_value(x, "from"), "0")), n = 0;

    if (str_eq(site->refused, "lists") || fake_is_lost(site, place)) {
        answer_error(x, 503, "Unavailable", "nothing is listed today");
        return;
    }
    if (str_starts(site->refused, "list-") && str_eq(site->refused + strlen("list-"), place->plural)) {
        answer_error(x, 403, "Forbidden", "it is not for you");
        return;
    }
    jw_object(&w, NULL);
    jw_array(&w, place->plural);
    for (struct object *at = site->objects; at; at = at->next) {
        if (at->place == place && !fake_is_hidden(site, place) &&
            time_mono_ns() >= at->shown_at_ns && object_matches(at, x) && n++ >= from &&
            (!page || n <= from + page)) {
            fake_object_write(site, &w, NULL, at, http_mem(x));
        }
    }
    jw_end(&w);
    if (page && n > from + page) {
        next_write(&w, x, place, from + page);
    }
    jw_end(&w);
    answer(x, 200, out.data);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static void
answer_token(struct fake_site *site, struct http_exchange *x)
{
    static const char *const services[] = {"network", "compute", "image", NULL};
    const char *headers[] = {NULL, "Content-Type: application/json", NULL};
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    char until[TIME_TEXT_SIZE];
    int64_t now = time_now_us() + site->control->clock_off_s * 1000000LL;
    int n = ++site->control->n_tokens;

    headers[0] = mem_printf(http_mem(x), "X-Subject-Token: token-%d", n);
    jw_object(&w, NULL);
    jw_object(&w, "token");
    jw_str(&w, "issued_at", time_text(until, now, TIME_Z_US));
    jw_str(&w, "expires_at", time_text(until, now + 3600000000LL, TIME_Z_US));
    jw_raw(&w, "project", "{\"id\": \"" FAKE_PROJECT "\"}");
    jw_array(&w, "catalog");
    for (int i = 0; services[i]; i++) {
        jw_object(&w, NULL);
        jw_str(&w, "type", services[i]);
        jw_raw(&w, "endpoints",
               mem_printf(http_mem(x),
                          "[{\"interface\": \"public\", \"region\": \"r\", \"url\": "
                          "\"http://%s:%d/%s\"}]",
                          str_or(site->control->host, HOST), site->control->port, services[i]));
        jw_end(&w);
    }
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    http_answer(x, 201, headers, out.data, out.len);
}

/* ---- effects ------------------------------------------------------------------------------------ */

/* A thing done (or not) with an answer kept for later, or for nobody. */
struct later {
    struct fake_site *site;
    struct http_exchange *x;
    const struct place *place;
    char *inner;
    int effect_ms, answer_ms;      /* < 0: not at all */
};

/* Until the time has come or the site is closed; under the lock. */
static void
wait_ms(struct fake_site *site, int ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms % 1000 * 1000000L;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    while (!site->closing && ms > 0 &&
           pthread_cond_timedwait(&site->quiet, &site->lock, &until) != ETIMEDOUT) {
    }
}

static void
create_from(struct fake_site *site, const struct place *place, const char *inner)
{
    AUTO(mem) mem = mem_new("fake");
    const struct json *json = NULL;

    err_ignore(json_parse(mem, inner, strlen(inner), &json), "was parsed before");
    fake_object_add(site, place, json, mem);
}

static void *
later_thread(void *arg)
{
    struct later *later = arg;
    struct fake_site *site = later->site;
    int first = later->effect_ms >= 0 ? later->effect_ms : 0;

    pthread_mutex_lock(&site->lock);
    wait_ms(site, first);
    if (later->effect_ms >= 0) {
        create_from(site, later->place, later->inner);
        site->control->pending--;
    }
    wait_ms(site, later->answer_ms - first);
    pthread_mutex_unlock(&site->lock);
    answer(later->x, 504, "{}");
    pthread_mutex_lock(&site->lock);
    site->n_threads--;
    pthread_cond_broadcast(&site->quiet);
    pthread_mutex_unlock(&site->lock);
    free(later->inner);
    free(later);
    return NULL;
}

static void
later_begin(struct fake_site *site, struct later *later, void *(*run)(void *))
{
    pthread_t thread;

    site->n_threads++;
    if (pthread_create(&thread, NULL, run, later) != 0) {
        abort();
    }
    pthread_detach(thread);
}

static void
do_later(struct fake_site *site, struct http_exchange *x, const struct place *place,
         const char *inner, int effect_ms)
{
    struct later *later = heap_alloc(sizeof *later);
    int never_ms = site->control->late_ms * NEVER_LATE;

    *later = (struct later){.site = site,
                            .x = x,
                            .place = place,
                            .inner = heap_str(inner),
                            .effect_ms = effect_ms,
                            .answer_ms = never_ms > NEVER_MS ? never_ms : NEVER_MS};
    if (effect_ms >= 0) {
        site->control->pending++;
    }
    later_begin(site, later, later_thread);
}

static enum fault
fault_now(struct fake_site *site)
{
    int n = ++site->control->n_effects, every = site->control->fault_every;

    if (every && n % every == 0) {
        return (enum fault)(FAULT_NONE + 1 + n / every % (FAULT_KILL_BEFORE - FAULT_NONE - 1));
    }
    return n == site->control->fault_at ? (enum fault)site->control->fault : FAULT_NONE;
}

static void
kill_victim(struct fake_site *site, struct http_exchange *x)
{
    if (site->control->victim > 0) {
        kill(site->control->victim, SIGKILL);
    }
    answer_error(x, 500, "Killed", "nobody hears this");
}

static void
create(struct fake_site *site, struct http_exchange *x, const struct place *place,
       const struct json *inner)
{
    const char *fault = str_eq(place->plural, "chain_labels") ? fake_label_fault(site, http_mem(x), inner)
                        : str_eq(place->plural, "port_pairs") ? fake_pair_fault(site, inner)
                                                              : NULL;
    const char *text;
    struct object *object;

    inner = fault ? inner : fake_allocated(site, http_mem(x), place, inner);
    text = json_text(http_mem(x), inner);
    if (str_eq(place->plural, "port_chains") && site->control->refuse_chain) {
        site->control->n_effects++;
        answer_error(x, 409, "InvalidChain", "chains are refused today");
        return;
    }
    if (fault) {
        site->control->n_effects++;
        answer_error(x, 409, "NotToday", fault);
        return;
    }
    if (str_eq(place->plural, site->refused)) {
        site->control->n_effects++;
        answer_error(x, 409, "OverQuota", "Quota exceeded for resources");
        return;
    }
    if (json_get_str(inner, "id") && fake_object_get(site, place, json_get_str(inner, "id"))) {
        answer_error(x, 409, "Exists", "there is one of that id");
        return;
    }
    switch (fake_is_lost(site, place) ? FAULT_ANSWER_500 : fault_now(site)) {
    case FAULT_LOSE_ANSWER:
        create_from(site, place, text);
        do_later(site, x, place, text, -1);
        break;
    case FAULT_LATE_EFFECT:
        do_later(site, x, place, text, site->control->late_ms);
        break;
    case FAULT_LOSE_REQUEST:
        do_later(site, x, place, text, -1);
        break;
    case FAULT_TWICE:
        create_from(site, place, text);
        create_from(site, place, text);
        do_later(site, x, place, text, -1);
        break;
    case FAULT_ANSWER_500:
        create_from(site, place, text);
        answer_error(x, 500, "Oops", "it was done all the same");
        break;
    case FAULT_REFUSE_500:
        answer_error(x, 500, "Oops", "it was not done");
        break;
    case FAULT_KILL_BEFORE:
        kill_victim(site, x);
        break;
    case FAULT_KILL_AFTER:
        create_from(site, place, text);
        kill_victim(site, x);
        break;
    case FAULT_NONE:
    case N_FAULTS:
    default:
        object = fake_object_add(site, place, inner, http_mem(x));
        answer_object(site, x, str_eq(place->plural, "servers") ? 202 : 201, object);
        break;
    }
}

static bool
change_happens(enum fault fault)
{
    return fault != FAULT_KILL_BEFORE && fault != FAULT_LOSE_REQUEST && fault != FAULT_REFUSE_500;
}

static void
change_answer(struct fake_site *site, struct http_exchange *x, enum fault fault, int status,
              const char *body)
{
    if (fault == FAULT_KILL_BEFORE || fault == FAULT_KILL_AFTER) {
        kill_victim(site, x);
    } else if (fault == FAULT_ANSWER_500 || fault == FAULT_REFUSE_500) {
        answer_error(x, 500, "Oops", "was it done?");
    } else if (fault == FAULT_LOSE_ANSWER || fault == FAULT_LOSE_REQUEST) {
        do_later(site, x, NULL, "", -1);
    } else {
        answer(x, status, body);
    }
}

static void
remove_object(struct fake_site *site, struct http_exchange *x, struct object *object)
{
    enum fault fault = fault_now(site);

    if (fake_object_used(site, object)) {
        answer_error(x, 409, "InUse", "something uses it");
        return;
    }
    if (change_happens(fault) && fake_is_lingering(site)) {
        object->leaving = true;
    } else if (change_happens(fault)) {
        fake_object_remove(site, object);
    }
    change_answer(site, x, fault, 204, "");
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void
file_take(struct fake_site *site, struct http_exchange *x, struct object *object)
{
    size_t n;
    const char *data = http_body(x, &n);

    object->active = true;
    if (site->control->hash) {
        object->hash = heap_str(site->control->hash(http_mem(x), data, n));
    }
}

/* PUT: the members given are replaced. */
static void
object_change(struct fake_site *site, struct http_exchange *x, const struct place *place,
              struct object *object)
{
    const struct json *json = NULL, *given;
    size_t n;
    const char *body = http_body(x, &n);

    err_ignore(json_parse(http_mem(x), body, n, &json), "then nothing is changed");
    given = place->singular ? json_get(json, place->singular) : NULL;
    if (json_is(given, JSON_T_OBJECT)) {
        fake_answers_change(site, object, given, http_mem(x));
        fake_object_change(object, given, http_mem(x));
    }
    answer_object(site, x, 200, object);
}

static void
action_do(struct fake_site *site, struct http_exchange *x, struct object *object)
{
    const struct json *json = NULL;
    size_t n;
    const char *body = http_body(x, &n);
    enum fault fault;

    err_ignore(json_parse(http_mem(x), body, n, &json), "then nothing is done");
    fault = json_get(json, "rebuild") ? fault_now(site) : FAULT_NONE;
    if (change_happens(fault)) {
        fake_action_apply(object, json, http_mem(x));
        fake_recount(site);
    }
    change_answer(site, x, fault, 202, "");
}

/* /os-interface, /os-interface/PORT: "interfaces" are refused. */
static void
route_interface(struct fake_site *site, struct http_exchange *x, struct object *server,
                const char *port)
{
    const struct json *json = NULL;
    size_t n;
    const char *body = http_body(x, &n);
    bool joins = str_eq(http_method(x), "POST");
    enum fault fault;

    if (joins) {
        err_ignore(json_parse(http_mem(x), body, n, &json), "then there is no such port");
        port = json_str(json_path(json, "interfaceAttachment.port_id"));
    }
    if (!joins && !strstr(server->body, port)) {
        answer_error(x, 404, "NotFound", "no such port there");
        return;
    }
    if (str_eq(http_method(x), "GET")) {
        answer(x, 200, "{\"interfaceAttachment\": {}}");
        return;
    }
    if (str_eq(site->refused, "interfaces") || str_eq(site->refused, server->id) ||
        (!joins && site->control->refuse_leave && str_eq(port, OLD_PORT)) ||
        str_eq(site->refused, joins ? "attaches" : "detaches") || !port) {
        answer_error(x, 403, "Forbidden", "no port comes or goes today");
        return;
    }
    fault = fault_now(site);
    if (change_happens(fault)) {
        fake_ports_change(server, http_mem(x), port, joins);
        fake_recount(site);
    }
    change_answer(site, x, fault, joins ? 200 : 202, joins ? "{\"interfaceAttachment\": {}}" : "");
}

/* ---- routers ---- */

/* The port by which a router is on a subnet, or that it is called by; null where there is none. */
static struct object *
interface_find(struct fake_site *site, const struct object *router, const char *port,
               const char *subnet)
{
    for (struct object *at = site->objects; at; at = at->next) {
        if (str_eq(at->place->plural, "ports") && strstr(at->body, router->id) &&
            (str_eq(at->id, port) || (subnet && strstr(at->body, subnet)))) {
            return at;
        }
    }
    return NULL;
}

/* As Neutron: one interface a subnet, and none goes while there are routes. */
static const char *
interface_fault(const struct object *router, const struct object *interface, bool joins, int *status)
{
    *status = joins ? 400 : 404;
    if (joins) {
        return interface ? "Router already has a port on subnet" : NULL;
    }
    if (!interface) {
        return "the router is not there";
    }
    *status = 409;
    return strstr(router->body, "nexthop") ? "it is required by one or more routes" : NULL;
}

/* /add_router_interface, /remove_router_interface */
static void
route_gateway(struct fake_site *site, struct http_exchange *x, struct object *router, bool joins)
{
    const struct json *json = NULL;
    size_t n;
    const char *body = http_body(x, &n), *subnet, *why;
    struct object *interface;
    enum fault fault;
    int status;

    err_ignore(json_parse(http_mem(x), body, n, &json), "then nothing is named");
    subnet = json_get_str(json, "subnet_id");
    interface = interface_find(site, router, json_get_str(json, "port_id"), subnet);
    why = interface_fault(router, interface, joins, &status);
    if (why) {
        answer_error(x, status, "RouterInterface", why);
        return;
    }
    fault = fault_now(site);
    if (change_happens(fault) && joins) {
        create_from(site, fake_place("ports"),
                    mem_printf(http_mem(x),
                               "{\"device_owner\": \"network:router_interface\", \"device_id\": "
                               "\"%s\", \"fixed_ips\": [{\"subnet_id\": \"%s\"}]}",
                               router->id, str_or(subnet, "")));
    } else if (change_happens(fault)) {
        fake_object_remove(site, interface);
    }
    change_answer(site, x, fault, 200, "{}");
}

static void
route_one(struct fake_site *site, struct http_exchange *x, const struct place *place,
          const char *rest)
{
    bool file = str_ends(rest, "/file"), action = str_ends(rest, "/action");
    const char *interface = strstr(rest, "/os-interface"), *gateway = strstr(rest, "_router_interface");
    const char *id = mem_strn(http_mem(x), rest + 1,
                              strlen(rest) - 1 -
                                  (file        ? 5
                                   : action    ? 7
                                   : interface ? strlen(interface)
                                               : 0));
    struct object *object;

    if (gateway) {
        id = mem_strn(http_mem(x), rest + 1, (size_t)(strrchr(rest, '/') - rest) - 1);
    }
    object = fake_object_get(site, place, id);
    if (str_eq(rest, "/detail")) {
        answer_list(site, x, place);
    } else if (!object && site->control->silent_missing) {
        do_later(site, x, NULL, "", -1);
    } else if (!object) {
        answer_error(x, 404, "NotFound", "no such thing");
    } else if (gateway) {
        route_gateway(site, x, object, str_starts(strrchr(rest, '/'), "/add"));
    } else if (interface) {
        interface += strlen("/os-interface");
        route_interface(site, x, object, *interface ? interface + 1 : "");
    } else if (file) {
        file_take(site, x, object);
        answer(x, 204, "");
    } else if (action && (str_eq(site->refused, "actions") || str_eq(site->refused, id))) {
        answer_error(x, 403, "Forbidden", "nothing is started or stopped today");
    } else if (action) {
        action_do(site, x, object);
    } else if (str_eq(http_method(x), "DELETE") &&
               (str_eq(site->refused, "deletes") || str_eq(site->refused, id))) {
        answer_error(x, 403, "Forbidden", "nothing is deleted today");
    } else if (str_eq(http_method(x), "DELETE") && site->control->refuse_delete) {
        site->control->n_effects++;
        answer_error(x, 503, "Unavailable", "nothing is deleted today");
    } else if (str_eq(http_method(x), "DELETE")) {
        remove_object(site, x, object);
    } else if (str_eq(http_method(x), "PUT") &&
               (str_eq(site->refused, "changes") || str_eq(site->refused, id))) {
        answer_error(x, 409, "Locked", "nothing is changed today");
    } else if (str_eq(http_method(x), "PUT")) {
        object_change(site, x, place, object);
    } else if (str_eq(site->refused, "shows")) {
        answer_error(x, 503, "Unavailable", "nothing is shown today");
    } else {
        object->asked = str_eq(place->plural, "servers");
        answer_object(site, x, 200, object);
    }
}

static void
route_create(struct fake_site *site, struct http_exchange *x, const struct place *place)
{
    const struct json *json = NULL;
    size_t n;
    const char *body = http_body(x, &n);
    struct err *err = json_parse(http_mem(x), body, n, &json);

    if (err) {
        answer_error(x, 400, "HTTPBadRequest", "not JSON");
        err_ignore(err, "told to the client");
        return;
    }
    create(site, x, place, place->singular ? json_get(json, place->singular) : json);
}

static void
route_place(struct fake_site *site, struct http_exchange *x)
{
    for (size_t i = 0; fake_places[i].path; i++) {
        const char *rest = http_path(x) + strlen(fake_places[i].path);

        if (!str_starts(http_path(x), fake_places[i].path) || (*rest && *rest != '/')) {
            continue;
        }
        if (*rest) {
            route_one(site, x, &fake_places[i], rest);
        } else if (str_eq(http_method(x), "POST")) {
            route_create(site, x, &fake_places[i]);
        } else {
            answer_list(site, x, &fake_places[i]);
        }
        return;
    }
    answer_error(x, 404, "NotFound", "no such place");
}

/* ---- figures -------------------------------------------------------------------------- */

/* PUT /figures {"counters": {...}, "diagnostics": {...}}: what the data plane has counted and what a
 * server tells of itself, as they are answered; of what is not given there is none, and what is "held"
 * is answered (503) with the next PUT.  GET: 404 until something is held. */
static void
figures_let(struct fake_site *site)
{
    while (site->n_held) {
        answer_error(site->held[--site->n_held], 503, "Late", "it took too long");
    }
}

static void
figures_take(struct fake_site *site, struct http_exchange *x)
{
    size_t n;
    const char *body = http_body(x, &n);

    if (str_eq(http_method(x), "GET")) {
        answer(x, site->n_held ? 200 : 404, "{}");
        return;
    }
    figures_let(site);
    free(site->figures);
    site->figures = heap_str(mem_strn(http_mem(x), body, n));
    answer(x, 204, "");
}

static void
figures_answer(struct fake_site *site, struct http_exchange *x, const char *kind)
{
    const struct json *json = NULL, *of;

    if (site->figures) {
        err_ignore(json_parse(http_mem(x), site->figures, strlen(site->figures), &json),
                   "then nothing is told");
    }
    of = json_get(json, kind);
    if (json_is(of, JSON_T_OBJECT)) {
        answer(x, 200, json_text(http_mem(x), of));
    } else if (str_eq(json_str(of), "held") && site->n_held < ARRAY_SIZE(site->held)) {
        site->held[site->n_held++] = x;
    } else if (json_int(of, 404) == 403) {
        answer_error(x, 403, "Forbidden", "administrators may");
    } else {
        answer_error(x, 404, "NotFound", "no such place");
    }
}

/* PUT /refuse/PLURAL: those are not created, until PUT /refuse/none; "forward", "reverse": no such
 * chain label, "told_labels": none with a number; "deletes", "changes", "lists", "shows", "interfaces", "attaches",
 * "detaches", "actions" (or the id of what is to be changed or deleted, or of whose ports are): none is done; "remade-ID": that server
 * ends in ERROR when it is made anew; "boots": no server is ACTIVE; "hosts": servers made meanwhile
 * are in ERROR; "gone": what is deleted stays; "lost-PLURAL": those are made, which is not told, nor shown;
 * see fake_object.c for "empty-PLURAL", "project" and "called-PLURAL-ID". */
static void
route_refuse(struct fake_site *site, struct http_exchange *x)
{
    (void)snprintf(site->refused, sizeof site->refused, "%s",
                   http_path(x) + strlen("/refuse/"));
    answer(x, 204, "");
}

/* carrick-changes: effects are changes; it waits for none. */
static void
answer_changes(struct fake_site *site, struct http_exchange *x)
{
    const char *since = query_value(x, "since");
    bool is_new = since && atoi(since) < site->control->n_effects;

    answer(x, 200,
           mem_printf(http_mem(x), "{\"changes\": [%s], \"last\": %d}",
                      is_new ? "{\"kind\": \"update\", \"resource\": \"server\"}, "
                               "{\"kind\": \"create\", \"resource\": \"network\"}, "
                               "{\"kind\": \"delete\", \"resource\": \"server\"}"
                             : "",
                      site->control->n_effects));
}

/* PUT /offer/ALIAS: that extension of Neutron is offered too, until another is; "routers": instead of all
 * others those by which functions that route are reached; "sfc": chains as networking-sfc has them, and
 * nothing of ours, with what its driver loses (fake_answers_change); "nothing": none at all. */
static void
route_offer(struct fake_site *site, struct http_exchange *x)
{
    (void)snprintf(site->offered, sizeof site->offered, "%s", http_path(x) + strlen("/offer/"));
    answer(x, 204, "");
}

static void
answer_extensions(struct fake_site *site, struct http_exchange *x)
{
    site->control->n_extensions++;
    if (str_eq(site->offered, "routers") || str_eq(site->offered, "nothing")) {
        answer(x, 200,
               str_eq(site->offered, "nothing")
                   ? "{\"extensions\": [{\"alias\": \"router\"}]}"
                   : "{\"extensions\": [{\"alias\": \"router\"}, {\"alias\": \"extraroute\"}, "
                     "{\"alias\": \"allowed-address-pairs\"}]}");
        return;
    }
    if (str_eq(site->offered, "sfc")) {
        answer(x, 200, "{\"extensions\": [{\"alias\": \"sfc\"}]}");
        return;
    }
    answer(x, 200,
           mem_printf(http_mem(x),
                      "{\"extensions\": [{\"alias\": \"sfc\"}, "
                      "{\"alias\": \"carrick-interconnect\"}, {\"alias\": \"%s\"}]}",
                      site->offered));
}

/* PUT /zones/N: it has zone-1 to zone-N from now on. */
static void
route_zones(struct fake_site *site, struct http_exchange *x)
{
    site->n_zones = atoi(http_path(x) + strlen("/zones/"));
    answer(x, 204, "");
}

static void
answer_zones(struct fake_site *site, struct http_exchange *x)
{
    AUTO_BUF out = BUF_INIT;

    buf_printf(&out, "{\"availabilityZoneInfo\": [{\"zoneName\": \"%s\", \"zoneState\": "
                     "{\"available\": %s}}", site->n_zones ? "down" : "nova",
               site->n_zones ? "false" : "true");
    for (int i = 1; i <= site->n_zones; i++) {
        buf_printf(&out, ", {\"zoneName\": \"zone-%d\", \"zoneState\": {\"available\": true}}", i);
    }
    buf_str(&out, "]}");
    answer(x, 200, out.data);
}

static void
route(struct fake_site *site, struct http_exchange *x)
{
    site->control->n_requests++;
    fake_leavers_go(site);
    if (str_eq(http_path(x), "/v3/auth/tokens")) {
        answer_token(site, x);
    } else if (str_starts(http_path(x), "/refuse/")) {
        route_refuse(site, x);
    } else if (str_starts(http_path(x), "/lose/")) { /* PUT /lose/ID */
        answer(x, fake_object_lose(site, http_path(x) + strlen("/lose/")) ? 204 : 404, "");
    } else if (str_eq(http_path(x), "/figures")) {
        figures_take(site, x);
    } else if (str_starts(http_path(x), "/offer/")) {
        route_offer(site, x);
    } else if (str_starts(http_path(x), "/zones/")) {
        route_zones(site, x);
    } else if (str_eq(http_path(x), "/compute/v2.1/os-availability-zone")) {
        answer_zones(site, x);
    } else if (!http_header(x, "X-Auth-Token") || site->control->expire_tokens > 0) {
        site->control->expire_tokens--;
        answer_error(x, 401, "Unauthorized", "the token is not good");
    } else if (str_eq(http_path(x), "/compute/v2.1/limits") && site->control->cores) {
        answer(x, 200, mem_printf(http_mem(x), "{\"limits\": {\"absolute\": {\"maxTotalCores\": %d}}}",
                                  site->control->cores));
    } else if (str_eq(http_path(x), "/network/v2.0/extensions")) {
        answer_extensions(site, x);
    } else if (str_eq(http_path(x), "/network/v2.0/carrick-changes") && !site->control->no_feed) {
        answer_changes(site, x);
    } else if (str_eq(http_path(x), "/network/v2.0/carrick-counters")) {
        figures_answer(site, x, "counters");
    } else if (str_ends(http_path(x), "/diagnostics")) {
        figures_answer(site, x, "diagnostics");
    } else if (str_eq(http_path(x), "/compute/v2.1/")) {
        answer(x, 200, "{\"version\": {\"id\": \"v2.1\", \"version\": \"2.93\"}}");
    } else {
        route_place(site, x);
    }
}

static enum http_body_mode
on_head(struct http_exchange *x, void *arg)
{
    (void)x, (void)arg;
    return HTTP_COLLECT;
}

/* Under the lock. */
static void
serve(struct fake_site *site, struct http_exchange *x)
{
    if (++site->in_flight > site->control->max_in_flight) {
        site->control->max_in_flight = site->in_flight;
    }
    route(site, x);
    site->in_flight--;
}

static void *
slow_thread(void *arg)
{
    struct later *later = arg;
    struct fake_site *site = later->site;

    pthread_mutex_lock(&site->lock);
    wait_ms(site, site->control->slow_ms);
    serve(site, later->x);
    site->n_threads--;
    pthread_cond_broadcast(&site->quiet);
    pthread_mutex_unlock(&site->lock);
    free(later);
    return NULL;
}

/* A slow answer waits on a thread of its own: on one of the server's it would hold up its other connections. */
static void
on_request(struct http_exchange *x, void *arg)
{
    struct fake_site *site = arg;

    pthread_mutex_lock(&site->lock);
    if (site->control->slow_ms) {
        struct later *later = heap_alloc(sizeof *later);

        *later = (struct later){.site = site, .x = x};
        later_begin(site, later, slow_thread);
    } else {
        serve(site, x);
    }
    pthread_mutex_unlock(&site->lock);
}

static void
on_done(struct http_exchange *x, void *arg)
{
    (void)x, (void)arg;
}

static const struct http_handler handler = {
    .head = on_head, .request = on_request, .done = on_done};

/* ---- life -------------------------------------------------------------------------------------------- */

struct err *
fake_site_new(struct fake_control *control, struct fake_site **site)
{
    struct fake_site *s = heap_alloc(sizeof *s);
    struct http_server_config config = {.address = str_or(control->host, HOST),
                                        .port = (uint16_t)control->at_port,
                                        .n_threads = 2,
                                        .max_per_address = 1024,
                                        .handler = &handler,
                                        .arg = s};
    struct err *err;

    s->control = control;
    (void)snprintf(s->offered, sizeof s->offered, "%s", control->foreign ? "sfc" : "");
    for (int i = 1; i <= control->n_servers; i++) {
        char inner[160];

        (void)snprintf(inner, sizeof inner,
                       "{\"id\": \"server-%d\", \"imageRef\": \"before\", \"networks\": [%s]}", i,
                       control->old_port ? "{\"port\": \"" OLD_PORT "\"}" : "");
        create_from(s, fake_place("servers"), inner);
    }
    if (control->old_port) {
        create_from(s, fake_place("ports"), "{\"id\": \"" OLD_PORT "\"}");
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->quiet, NULL);
    err = http_server_new(&config, &s->server);
    if (err) {
        free(s);
        return err;
    }
    control->port = http_server_port(s->server);
    *site = s;
    return NULL;
}

void
fake_site_free(struct fake_site *site)
{
    pthread_mutex_lock(&site->lock);
    site->closing = true;
    pthread_cond_broadcast(&site->quiet);
    while (site->n_threads) {
        pthread_cond_wait(&site->quiet, &site->lock);
    }
    figures_let(site);
    pthread_mutex_unlock(&site->lock);
    http_server_free(site->server, 1000);
    fake_site_reset(site);
    free(site->figures);
    free(site);
}
