/* See fake_site.h.  One lock; requests are answered on the server's threads,
 * late ones on threads of their own. */
#include "flow/fake_site.h"

#include "base/json.h"
#include "base/time.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "http/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OLD_PORT "old-port"
#define VNI_FIRST 16000000
#define NEVER_MS 1500 /* When a lost answer's connection is given up here. */

const char *const fault_names[] = {
#define X(name, doc) #name,
    FAULTS(X)
#undef X
        NULL,
};

/* X(path, word, key of one) */
#define PLACES(X)                                                                                  \
    X("/network/v2.0/networks", "networks", "network")                                             \
    X("/network/v2.0/subnets", "subnets", "subnet")                                                \
    X("/network/v2.0/ports", "ports", "port")                                                      \
    X("/network/v2.0/security-groups", "security_groups", "security_group")                        \
    X("/network/v2.0/security-group-rules", "security_group_rules", "security_group_rule")         \
    X("/network/v2.0/sfc/flow_classifiers", "flow_classifiers", "flow_classifier")                 \
    X("/network/v2.0/sfc/port_pairs", "port_pairs", "port_pair")                                   \
    X("/network/v2.0/sfc/port_pair_groups", "port_pair_groups", "port_pair_group")                 \
    X("/network/v2.0/sfc/port_chains", "port_chains", "port_chain")                                \
    X("/network/v2.0/carrick-interconnect/interconnects", "interconnects", "interconnect")         \
    X("/network/v2.0/carrick-interconnect/remote_ports", "remote_ports", "remote_port")            \
    X("/network/v2.0/carrick-interconnect/chain_labels", "chain_labels", "chain_label")            \
    X("/compute/v2.1/servers", "servers", "server")                                                \
    X("/compute/v2.1/flavors", "flavors", "flavor")                                                \
    X("/image/v2/images", "images", NULL)

struct place {
    const char *path, *plural, *singular;
};
static const struct place places[] = {
#define X(path, plural, singular) {path, plural, singular},
    PLACES(X)
#undef X
};

static const struct place *
place_of(const char *plural)
{
    const struct place *place = places;

    while (!str_eq(place->plural, plural)) {
        place++;
    }
    return place;
}

struct object {
    const struct place *place;
    char *id, *body;               /* inner JSON as it was created */
    char *marker;
    int64_t shown_at_ns;
    int looks;
    bool active;                   /* image: has data */
    char *hash;                    /* of that; null: its name */
    bool stopped;                  /* server: was asked to stop */
    char *image;                   /* server: it was made anew of this one; null: as created */
    struct object *next;
};

struct fake_site {
    struct fake_control *control;
    struct http_server *server;
    pthread_mutex_t lock;
    pthread_cond_t quiet;
    struct object *objects;
    int n_threads, in_flight;
    char refused[64];              /* plural of what is not created; see /refuse */
    int n_allocated;               /* numbers, so far */
    char *figures;                 /* JSON; see /figures */
    struct http_exchange *held[8]; /* questions for them that wait */
    size_t n_held;
    char offered[64];              /* one more extension of Neutron; see /offer */
    bool closing;
};

/* ---- objects --------------------------------------------------------------------------- */

static bool
is_counted(const struct object *object)
{
    return !str_eq(object->place->plural, "images") && !str_eq(object->place->plural, "flavors");
}

/* Is it, a server, of another image than the one that it was created of? */
static bool
is_remade(const struct object *object)
{
    return object->image && !strstr(object->body, object->image);
}

static void
recount(struct fake_site *site)
{
    int live = 0, doubles = 0, remade = 0, moved = 0;

    for (const struct object *a = site->objects; a; a = a->next) {
        live += is_counted(a);
        remade += is_remade(a);
        moved += str_eq(a->place->plural, "servers") && !strstr(a->body, OLD_PORT);
        for (const struct object *b = a->next; b; b = b->next) {
            doubles += a->marker && b->marker && str_eq(a->marker, b->marker);
        }
    }
    site->control->n_live = live;
    site->control->n_doubles = doubles;
    site->control->n_remade = remade;
    site->control->n_moved = moved;
}

static const char *
marker_of(const struct json *inner)
{
    const char *text = json_get_str(inner, "description");

    text = text ? text : json_get_str(json_get(inner, "metadata"), "carrick");
    return text ? text : json_get_str(inner, "carrick");
}

static struct object *
object_add(struct fake_site *site, const struct place *place, const struct json *inner,
           struct mem *mem)
{
    struct object *object = heap_alloc(sizeof *object);
    char id[UUID_SIZE];
    const char *wanted = json_get_str(inner, "id"), *marker = marker_of(inner);

    uuid_new(id);
    object->place = place;
    object->id = heap_str(wanted ? wanted : id);
    object->body = heap_str(json_text(mem, inner));
    object->marker = marker ? heap_str(marker) : NULL;
    object->shown_at_ns = time_mono_ns() + site->control->hide_ms * 1000000LL;
    object->next = site->objects;
    site->objects = object;
    recount(site);
    return object;
}

static void
object_free(struct object *object)
{
    free(object->id);
    free(object->body);
    free(object->marker);
    free(object->hash);
    free(object->image);
    free(object);
}

static struct object *
object_get(struct fake_site *site, const struct place *place, const char *id)
{
    struct object *at = site->objects;

    while (at && (at->place != place || !str_eq(at->id, id))) {
        at = at->next;
    }
    return at;
}

static bool
is_rule_of(const struct object *at, const struct object *group)
{
    return str_eq(group->place->plural, "security_groups") &&
           str_eq(at->place->plural, "security_group_rules") && strstr(at->body, group->id);
}

/* Something that names it keeps it: a network its ports, a port its pair; but no group is kept by
 * its own rules (Neutron deletes them with it). */
static bool
object_used(const struct fake_site *site, const struct object *object)
{
    for (const struct object *at = site->objects; at; at = at->next) {
        if (at != object && strstr(at->body, object->id) && is_counted(at) &&
            !is_rule_of(at, object)) {
            return true;
        }
    }
    return false;
}

static void
object_remove(struct fake_site *site, struct object *object)
{
    struct object **at = &site->objects;

    while (*at) {
        struct object *gone = *at;

        if (gone != object && !is_rule_of(gone, object)) {
            at = &gone->next;
            continue;
        }
        *at = gone->next;
        if (gone != object) {
            object_free(gone);
        }
    }
    object_free(object);
    recount(site);
}

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

/* "remade-ID": that server does not run of another image than the one that it was created of. */
static bool
remade_badly(const struct fake_site *site, const struct object *object)
{
    char last[32];

    (void)snprintf(last, sizeof last, "server-%d", site->control->n_servers);
    return is_remade(object) && ((site->control->remade_error && str_eq(object->id, last)) ||
                                 (str_starts(site->refused, "remade-") &&
                                  str_eq(site->refused + strlen("remade-"), object->id)));
}

static const char *
status_of(struct fake_site *site, struct object *object)
{
    if (str_eq(object->place->plural, "images")) {
        return object->active ? "active" : "queued";
    }
    if (!str_eq(object->place->plural, "servers")) {
        return "ACTIVE";
    }
    if (object->stopped) {
        return "SHUTOFF";
    }
    if (object->looks++ < site->control->boot_looks) {
        return "BUILD";
    }
    return site->control->boot_error || remade_badly(site, object) ? "ERROR" : "ACTIVE";
}

/* The server that was made with a port; "" = none. */
static const char *
device_of(const struct fake_site *site, const struct object *port)
{
    for (const struct object *at = site->objects; at; at = at->next) {
        if (str_eq(at->place->plural, "servers") && strstr(at->body, port->id)) {
            return at->id;
        }
    }
    return "";
}

static void
object_write(struct fake_site *site, struct jw *w, const char *key, struct object *object,
             struct mem *mem)
{
    const struct json *json = NULL;

    err_ignore(json_parse(mem, object->body, strlen(object->body), &json), "written by ourselves");
    jw_object(w, key);
    jw_str(w, "id", object->id);
    jw_str(w, "status", status_of(site, object));
    if (site->control->boot_error) {
        jw_raw(w, "fault", "{\"message\": \"no valid host\"}");
    }
    if (str_eq(object->place->plural, "ports") && !json_get(json, "device_id")) {
        jw_str(w, "device_id", device_of(site, object));
    }
    if (str_eq(object->place->plural, "servers")) {
        jw_object(w, "image");
        jw_str(w, "id", str_or(object->image, str_or(json_get_str(json, "imageRef"), "none")));
        jw_end(w);
    }
    if (object->active) {
        jw_str(w, "os_hash_value", str_or(object->hash, json_get_str(json, "name")));
    }
    json_each (json, i) {
        if (!str_eq(json->keys[i], "id") && !str_eq(json->keys[i], "image")) {
            jw_json(w, json->keys[i], json->items[i]);
        }
    }
    jw_end(w);
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
    object_write(site, &w, key, object, http_mem(x));
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

    if (str_eq(site->refused, "lists")) {
        answer_error(x, 503, "Unavailable", "nothing is listed today");
        return;
    }
    jw_object(&w, NULL);
    jw_array(&w, place->plural);
    for (struct object *at = site->objects; at; at = at->next) {
        if (at->place == place && time_mono_ns() >= at->shown_at_ns && object_matches(at, x) &&
            n++ >= from && (!page || n <= from + page)) {
            object_write(site, &w, NULL, at, http_mem(x));
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
    int n = ++site->control->n_tokens;

    headers[0] = mem_printf(http_mem(x), "X-Subject-Token: token-%d", n);
    jw_object(&w, NULL);
    jw_object(&w, "token");
    jw_str(&w, "expires_at", time_text(until, time_now_us() + 3600000000LL, TIME_Z_US));
    jw_array(&w, "catalog");
    for (int i = 0; services[i]; i++) {
        jw_object(&w, NULL);
        jw_str(&w, "type", services[i]);
        jw_raw(&w, "endpoints",
               mem_printf(http_mem(x),
                          "[{\"interface\": \"public\", \"region\": \"r\", \"url\": "
                          "\"http://127.0.0.1:%d/%s\"}]",
                          site->control->port, services[i]));
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
    while (!site->closing &&
           pthread_cond_timedwait(&site->quiet, &site->lock, &until) != ETIMEDOUT) {
    }
}

static void
create_from(struct fake_site *site, const struct place *place, const char *inner)
{
    AUTO(mem) mem = mem_new("fake");
    const struct json *json = NULL;

    err_ignore(json_parse(mem, inner, strlen(inner), &json), "was parsed before");
    object_add(site, place, json, mem);
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
do_later(struct fake_site *site, struct http_exchange *x, const struct place *place,
         const char *inner, int effect_ms)
{
    struct later *later = heap_alloc(sizeof *later);
    pthread_t thread;

    *later = (struct later){.site = site,
                            .x = x,
                            .place = place,
                            .inner = heap_str(inner),
                            .effect_ms = effect_ms,
                            .answer_ms = NEVER_MS};
    site->n_threads++;
    if (effect_ms >= 0) {
        site->control->pending++;
    }
    if (pthread_create(&thread, NULL, later_thread, later) != 0) {
        abort();
    }
    pthread_detach(thread);
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

/* ---- chain labels ---- */

/* What is repeated after an answer was lost is a double, and not refused. */
static bool
label_is_known(struct fake_site *site, struct mem *mem, const struct json *inner)
{
    static const char *const members[] = {"port_chain_id", "port_pair_id", "direction"};

    for (const struct object *at = site->objects; at; at = at->next) {
        const struct json *known = NULL;
        bool same = str_eq(at->place->plural, "chain_labels") &&
                    !str_eq(at->marker, marker_of(inner));

        if (!same) {
            continue;
        }
        err_ignore(json_parse(mem, at->body, strlen(at->body), &known), "written here");
        for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
            same = same && str_eq(json_get_str(known, members[i]), json_get_str(inner, members[i]));
        }
        if (same) {
            return true;
        }
    }
    return false;
}

/* Why it is not to be made; null = it is. */
static const char *
label_fault(struct fake_site *site, struct mem *mem, const struct json *inner)
{
    if (str_eq(site->refused, json_get_str(inner, "direction")) ||
        (str_eq(site->refused, "told_labels") && json_is(json_get(inner, "label"), JSON_T_INT))) {
        return "no such label today";
    }
    return label_is_known(site, mem, inner) ? "it has one" : NULL;
}

/* What the site chooses itself: a label where none is told, how an interconnect is reached. */
static const struct json *
allocated(struct fake_site *site, struct mem *mem, const struct place *place,
          const struct json *inner)
{
    bool joins = str_eq(place->plural, "interconnects");
    const char *number = joins ? "vni" : "label";
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *out = inner;

    if ((!joins && !str_eq(place->plural, "chain_labels")) ||
        json_is(json_get(inner, number), JSON_T_INT)) {
        return inner;
    }
    jw_object(&w, NULL);
    json_each (inner, i) {
        if (!str_eq(inner->keys[i], number)) {
            jw_json(&w, inner->keys[i], inner->items[i]);
        }
    }
    jw_int(&w, number, VNI_FIRST + site->n_allocated++);
    if (joins) {
        jw_str(&w, "vtep", "192.0.2.1");
    }
    jw_end(&w);
    err_ignore(json_parse(mem, text.data, text.len, &out), "written here");
    return out;
}

static void
create(struct fake_site *site, struct http_exchange *x, const struct place *place,
       const struct json *inner)
{
    const char *fault = str_eq(place->plural, "chain_labels")
                            ? label_fault(site, http_mem(x), inner)
                            : NULL;
    const char *text;
    struct object *object;

    inner = fault ? inner : allocated(site, http_mem(x), place, inner);
    text = json_text(http_mem(x), inner);
    if (str_eq(place->plural, "port_chains") && site->control->refuse_chain) {
        site->control->n_effects++;
        answer_error(x, 409, "InvalidChain", "chains are refused today");
        return;
    }
    if (fault) {
        site->control->n_effects++;
        answer_error(x, 409, "ChainLabelExists", fault);
        return;
    }
    if (str_eq(place->plural, site->refused)) {
        site->control->n_effects++;
        answer_error(x, 409, "OverQuota", "Quota exceeded for resources");
        return;
    }
    if (json_get_str(inner, "id") && object_get(site, place, json_get_str(inner, "id"))) {
        answer_error(x, 409, "Exists", "there is one of that id");
        return;
    }
    switch (fault_now(site)) {
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
        object = object_add(site, place, inner, http_mem(x));
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

    if (object_used(site, object)) {
        answer_error(x, 409, "InUse", "something uses it");
        return;
    }
    if (change_happens(fault)) {
        object_remove(site, object);
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
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    const struct json *json = NULL, *old = NULL, *given;
    size_t n;
    const char *body = http_body(x, &n);

    err_ignore(json_parse(http_mem(x), body, n, &json), "then nothing is changed");
    err_ignore(json_parse(http_mem(x), object->body, strlen(object->body), &old), "it was written");
    given = place->singular ? json_get(json, place->singular) : NULL;
    if (json_is(given, JSON_T_OBJECT)) {
        jw_object(&w, NULL);
        json_each (old, i) {
            if (!json_get(given, old->keys[i])) {
                jw_json(&w, old->keys[i], old->items[i]);
            }
        }
        json_each (given, i) {
            jw_json(&w, given->keys[i], given->items[i]);
        }
        jw_end(&w);
        free(object->body);
        object->body = heap_str(out.data);
    }
    answer_object(site, x, 200, object);
}

/* os-stop, os-start; rebuild: of the image that it names. */
static void
action_apply(struct object *object, const struct json *json)
{
    const char *image = json_str(json_path(json, "rebuild.imageRef"));

    if (!image) {
        object->stopped = json_get(json, "os-stop") != NULL;
        return;
    }
    free(object->image);
    object->image = heap_str(image);
    object->looks = 0;
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
        action_apply(object, json);
        recount(site);
    }
    change_answer(site, x, fault, 202, "");
}

/* The ports of a server, with one more or one less. */
static void
ports_change(struct object *server, struct mem *mem, const char *port_id, bool there)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    const struct json *json = NULL, *networks;

    err_ignore(json_parse(mem, server->body, strlen(server->body), &json), "written by ourselves");
    networks = json_get(json, "networks");
    jw_object(&w, NULL);
    json_each (json, i) {
        if (!str_eq(json->keys[i], "networks")) {
            jw_json(&w, json->keys[i], json->items[i]);
        }
    }
    jw_array(&w, "networks");
    json_each (networks, i) {
        if (!str_eq(json_get_str(networks->items[i], "port"), port_id)) {
            jw_json(&w, NULL, networks->items[i]);
        }
    }
    if (there) {
        jw_object(&w, NULL);
        jw_str(&w, "port", port_id);
        jw_end(&w);
    }
    jw_end(&w);
    jw_end(&w);
    free(server->body);
    server->body = heap_str(out.data);
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
    if (str_eq(site->refused, "interfaces") ||
        (!joins && site->control->refuse_leave && str_eq(port, OLD_PORT)) ||
        str_eq(site->refused, joins ? "attaches" : "detaches") || !port) {
        answer_error(x, 403, "Forbidden", "no port comes or goes today");
        return;
    }
    fault = fault_now(site);
    if (change_happens(fault)) {
        ports_change(server, http_mem(x), port, joins);
        recount(site);
    }
    change_answer(site, x, fault, joins ? 200 : 202, joins ? "{\"interfaceAttachment\": {}}" : "");
}

static void
route_one(struct fake_site *site, struct http_exchange *x, const struct place *place,
          const char *rest)
{
    bool file = str_ends(rest, "/file"), action = str_ends(rest, "/action");
    const char *interface = strstr(rest, "/os-interface");
    const char *id = mem_strn(http_mem(x), rest + 1,
                              strlen(rest) - 1 -
                                  (file        ? 5
                                   : action    ? 7
                                   : interface ? strlen(interface)
                                               : 0));
    struct object *object = object_get(site, place, id);

    if (str_eq(rest, "/detail")) {
        answer_list(site, x, place);
    } else if (!object && site->control->silent_missing) {
        do_later(site, x, NULL, "", -1);
    } else if (!object) {
        answer_error(x, 404, "NotFound", "no such thing");
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
    } else if (str_eq(http_method(x), "DELETE") && str_eq(site->refused, "deletes")) {
        answer_error(x, 409, "Locked", "nothing is deleted today");
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
    } else {
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
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        const char *rest = http_path(x) + strlen(places[i].path);

        if (!str_starts(http_path(x), places[i].path) || (*rest && *rest != '/')) {
            continue;
        }
        if (*rest) {
            route_one(site, x, &places[i], rest);
        } else if (str_eq(http_method(x), "POST")) {
            route_create(site, x, &places[i]);
        } else {
            answer_list(site, x, &places[i]);
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
 * chain label, "told_labels": none with a number; "deletes", "changes", "lists", "interfaces", "attaches",
 * "detaches", "actions" (or the id of what is to be changed): none is done; "remade-ID": that server
 * ends in ERROR when it is made anew. */
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
                      is_new ? "{\"kind\": \"update\"}, {\"kind\": \"create\"}" : "",
                      site->control->n_effects));
}

/* PUT /offer/ALIAS: that extension of Neutron is offered too, until another is. */
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
    answer(x, 200,
           mem_printf(http_mem(x),
                      "{\"extensions\": [{\"alias\": \"sfc\"}, "
                      "{\"alias\": \"carrick-interconnect\"}, {\"alias\": \"%s\"}]}",
                      site->offered));
}

static void
route(struct fake_site *site, struct http_exchange *x)
{
    if (str_eq(http_path(x), "/v3/auth/tokens")) {
        answer_token(site, x);
    } else if (str_starts(http_path(x), "/refuse/")) {
        route_refuse(site, x);
    } else if (str_eq(http_path(x), "/figures")) {
        figures_take(site, x);
    } else if (str_starts(http_path(x), "/offer/")) {
        route_offer(site, x);
    } else if (!http_header(x, "X-Auth-Token") || site->control->expire_tokens > 0) {
        site->control->expire_tokens--;
        answer_error(x, 401, "Unauthorized", "the token is not good");
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

static void
on_request(struct http_exchange *x, void *arg)
{
    struct fake_site *site = arg;
    const struct timespec slow = {.tv_nsec = site->control->slow_ms * 1000000L};

    if (slow.tv_nsec) {
        (void)nanosleep(&slow, NULL);
    }
    pthread_mutex_lock(&site->lock);
    if (++site->in_flight > site->control->max_in_flight) {
        site->control->max_in_flight = site->in_flight;
    }
    route(site, x);
    site->in_flight--;
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
    struct http_server_config config = {.address = "127.0.0.1",
                                        .n_threads = control->slow_ms ? 32 : 2,
                                        .max_per_address = 1024,
                                        .handler = &handler,
                                        .arg = s};
    struct err *err;

    s->control = control;
    for (int i = 1; i <= control->n_servers; i++) {
        char inner[160];

        (void)snprintf(inner, sizeof inner,
                       "{\"id\": \"server-%d\", \"imageRef\": \"before\", \"networks\": [%s]}", i,
                       control->old_port ? "{\"port\": \"" OLD_PORT "\"}" : "");
        create_from(s, place_of("servers"), inner);
    }
    if (control->old_port) {
        create_from(s, place_of("ports"), "{\"id\": \"" OLD_PORT "\"}");
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
fake_site_reset(struct fake_site *site)
{
    pthread_mutex_lock(&site->lock);
    while (site->objects) {
        object_remove(site, site->objects);
    }
    recount(site);
    pthread_mutex_unlock(&site->lock);
}

void
fake_site_list(struct fake_site *site, struct buf *out)
{
    pthread_mutex_lock(&site->lock);
    for (const struct object *at = site->objects; at; at = at->next) {
        buf_printf(out, "%s %s %s\n", at->place->plural, at->id, at->marker ? at->marker : "");
    }
    pthread_mutex_unlock(&site->lock);
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
