/* The objects of the fake site: what they are kept by, what they say of themselves, how they change. */
#include "flow/fake_object.h"

#include "base/time.h"
#include "base/uuid.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    X("/network/v2.0/routers", "routers", "router")                                                \
    X("/compute/v2.1/servers", "servers", "server")                                                \
    X("/compute/v2.1/flavors", "flavors", "flavor")                                                \
    X("/image/v2/images", "images", NULL)

#define VNI_FIRST 16000000

const struct place fake_places[] = {
#define X(path, plural, singular) {path, plural, singular},
    PLACES(X)
#undef X
    {0},
};

const struct place *
fake_place(const char *plural)
{
    const struct place *place = fake_places;

    while (!str_eq(place->plural, plural)) {
        place++;
    }
    return place;
}

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

void
fake_recount(struct fake_site *site)
{
    int live = 0, doubles = 0, remade = 0, moved = 0, deaf = 0;

    for (const struct object *a = site->objects; a; a = a->next) {
        live += is_counted(a);
        remade += is_remade(a);
        moved += str_eq(a->place->plural, "servers") && !strstr(a->body, OLD_PORT);
        deaf += strstr(a->body, "\"lost\"") != NULL;
        for (const struct object *b = a->next; b; b = b->next) {
            doubles += a->marker && b->marker && str_eq(a->marker, b->marker);
        }
    }
    site->control->n_live = live;
    site->control->n_doubles = doubles;
    site->control->n_remade = remade;
    site->control->n_moved = moved;
    site->control->n_deaf = deaf;
}

const char *
fake_marker(const struct json *inner)
{
    const char *text = json_get_str(inner, "description");

    text = text ? text : json_get_str(json_get(inner, "metadata"), "carrick");
    return text ? text : json_get_str(inner, "carrick");
}

/* Will a server that is made now not run? */
static bool
is_breaking(struct fake_site *site)
{
    if (site->control->breaks > 0) {
        site->control->breaks--;
        return true;
    }
    return str_eq(site->refused, "hosts");
}

/* "called-PLURAL-ID": what a site calls the next things of that kind. */
static const char *
id_told(const struct fake_site *site, const struct place *place)
{
    const char *rest = site->refused + strlen("called-");
    size_t n = strlen(place->plural);

    return str_starts(site->refused, "called-") && str_starts(rest, place->plural) && rest[n] == '-'
               ? rest + n + 1
               : NULL;
}

struct object *
fake_object_add(struct fake_site *site, const struct place *place, const struct json *inner,
                struct mem *mem)
{
    struct object *object = heap_alloc(sizeof *object);
    char id[UUID_SIZE];
    const char *wanted = json_get_str(inner, "id"), *marker = fake_marker(inner);

    uuid_new(id);
    object->place = place;
    object->id = heap_str(str_or(id_told(site, place), wanted ? wanted : id));
    object->body = heap_str(json_text(mem, inner));
    object->marker = marker ? heap_str(marker) : NULL;
    object->broken = str_eq(place->plural, "servers") && is_breaking(site);
    object->shown_at_ns = time_mono_ns() + site->control->hide_ms * 1000000LL;
    object->next = site->objects;
    site->objects = object;
    fake_recount(site);
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

bool
fake_is_hidden(const struct fake_site *site, const struct place *place)
{
    return str_eq(site->refused, "project") ||
           (str_starts(site->refused, "empty-") &&
            str_eq(site->refused + strlen("empty-"), place->plural));
}

struct object *
fake_object_get(struct fake_site *site, const struct place *place, const char *id)
{
    struct object *at = str_eq(site->refused, "project") ? NULL : site->objects;

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

/* As a whole string: a marker may have an id in it. */
static bool
names(const struct object *at, const char *id)
{
    char whole[300];

    (void)snprintf(whole, sizeof whole, "\"%s\"", id);
    return strstr(at->body, whole);
}

/* Something that names it keeps it: a network its ports, a port its pair; but no group is kept by
 * its own rules (Neutron deletes them with it). */
bool
fake_object_used(const struct fake_site *site, const struct object *object)
{
    for (const struct object *at = site->objects; at; at = at->next) {
        if (at != object && names(at, object->id) && is_counted(at) &&
            !is_rule_of(at, object)) {
            return true;
        }
    }
    return false;
}

void
fake_object_remove(struct fake_site *site, struct object *object)
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
    fake_recount(site);
}

bool
fake_object_lose(struct fake_site *site, const char *id)
{
    struct object *at = site->objects;

    while (at && !str_eq(at->id, id)) {
        at = at->next;
    }
    if (at) {
        fake_object_remove(site, at);
    }
    return at;
}

/* ---- how they are shown -------------------------------------------------------------------- */

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
    if (object->broken) {
        return "ERROR";
    }
    if (object->stopped || site->control->boot_ends) {
        return "SHUTOFF";
    }
    if (object->looks++ < site->control->boot_looks || str_eq(site->refused, "boots")) {
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

const char *
fake_pair_fault(const struct fake_site *site, const struct json *inner)
{
    static const char *const sides[] = {"ingress", "egress"};

    for (const struct object *at = site->control->takes_loose_pairs ? NULL : site->objects; at; at = at->next) {
        for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
            if (str_eq(at->place->plural, "ports") && str_eq(at->id, json_get_str(inner, sides[i])) &&
                str_empty(device_of(site, at))) {
                return "a port of the pair does not belong to a host";
            }
        }
    }
    return NULL;
}

void
fake_object_write(struct fake_site *site, struct jw *w, const char *key, struct object *object,
                  struct mem *mem)
{
    const struct json *json = NULL;
    const char *status = status_of(site, object);

    err_ignore(json_parse(mem, object->body, strlen(object->body), &json), "written by ourselves");
    jw_object(w, key);
    jw_str(w, "id", object->id);
    jw_str(w, "status", status);
    if (!json_get(json, "project_id")) {
        jw_str(w, "project_id", FAKE_PROJECT);
    }
    if (object->leaving || (object->asked && str_eq(status, "BUILD"))) {
        jw_str(w, "OS-EXT-STS:task_state", object->leaving ? "deleting" : "spawning");
    }
    if (site->control->boot_error || object->broken) {
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

/* ---- how they change ----------------------------------------------------------------------- */

void
fake_object_change(struct object *object, const struct json *given, struct mem *mem)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    const struct json *old = NULL;

    err_ignore(json_parse(mem, object->body, strlen(object->body), &old), "it was written");
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

/* As networking-sfc's driver does it: a group that is left takes the ways of the answers of its chains with
 * it, and a PUT of a chain makes them anew. */
void
fake_answers_change(struct fake_site *site, struct object *object, const struct json *given,
                    struct mem *mem)
{
    const struct json *lost = NULL, *whole = NULL, *old = NULL;
    bool is_left;

    if (!str_eq(site->offered, "sfc")) {
        return;
    }
    err_ignore(json_parse(mem, FAKE_LOST, sizeof FAKE_LOST - 1, &lost), "a literal");
    err_ignore(json_parse(mem, FAKE_WHOLE, sizeof FAKE_WHOLE - 1, &whole), "a literal");
    err_ignore(json_parse(mem, object->body, strlen(object->body), &old), "it was written");
    is_left = json_get(given, "port_pairs") &&
              json_get(given, "port_pairs")->n < json_get(old, "port_pairs")->n;
    if (str_eq(object->place->plural, "port_chains")) {
        fake_object_change(object, whole, mem);
    }
    for (struct object *at = site->objects; is_left && at; at = at->next) {
        if (str_eq(at->place->plural, "port_chains") && strstr(at->body, object->id)) {
            fake_object_change(at, lost, mem);
        }
    }
    fake_recount(site);
}

/* os-stop, os-start; rebuild: of the image that it names, with the user data that it has. */
void
fake_action_apply(struct object *object, const struct json *json, struct mem *mem)
{
    const struct json *rebuild = json_get(json, "rebuild"), *data = json_get(rebuild, "user_data");
    const char *image = json_str(json_path(json, "rebuild.imageRef"));

    if (!image) {
        object->stopped = json_get(json, "os-stop") != NULL;
        return;
    }
    free(object->image);
    object->image = heap_str(image);
    object->looks = 0;
    if (data) {
        const char *text =
            mem_printf(mem, "{\"user_data\": %s}", json_text(mem, data));
        const struct json *given = NULL;

        err_ignore(json_parse(mem, text, strlen(text), &given), "written by ourselves");
        fake_object_change(object, given, mem);
    }
}

/* The ports of a server, with one more or one less. */
void
fake_ports_change(struct object *server, struct mem *mem, const char *port_id, bool there)
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

bool
fake_is_lingering(const struct fake_site *site)
{
    return site->control->lingers || str_eq(site->refused, "gone");
}

/* What was deleted goes once nothing keeps it. */
void
fake_leavers_go(struct fake_site *site)
{
    struct object *at = fake_is_lingering(site) ? NULL : site->objects;

    while (at) {
        struct object *leaver = at->leaving ? at : NULL;

        at = at->next;
        if (leaver) {
            fake_object_remove(site, leaver);
            at = site->objects; /* It may have taken others with it. */
        }
    }
}

bool
fake_is_lost(const struct fake_site *site, const struct place *place)
{
    return str_starts(site->refused, "lost-") && str_eq(site->refused + 5, place->plural);
}

void
fake_site_reset(struct fake_site *site)
{
    pthread_mutex_lock(&site->lock);
    while (site->objects) {
        fake_object_remove(site, site->objects);
    }
    fake_recount(site);
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

/* ---- what a site refuses of labels, and chooses itself ---- */

/* What is repeated after an answer was lost is a double, and not refused. */
static bool
label_is_known(struct fake_site *site, struct mem *mem, const struct json *inner)
{
    static const char *const members[] = {"port_chain_id", "port_pair_id", "direction"};

    for (const struct object *at = site->objects; at; at = at->next) {
        const struct json *known = NULL;
        bool same = str_eq(at->place->plural, "chain_labels") &&
                    !str_eq(at->marker, fake_marker(inner));

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

const char *
fake_label_fault(struct fake_site *site, struct mem *mem, const struct json *inner)
{
    if (str_eq(site->refused, json_get_str(inner, "direction")) ||
        (str_eq(site->refused, "told_labels") && json_is(json_get(inner, "label"), JSON_T_INT))) {
        return "no such label today";
    }
    return label_is_known(site, mem, inner) ? "it has one" : NULL;
}

/* With routers addresses matter: a port whose subnet is told gets the next one of that. */
static const struct json *
addressed(struct fake_site *site, struct mem *mem, const struct json *inner)
{
    const char *id = json_str(json_path(inner, "fixed_ips.0.subnet_id"));
    const struct object *subnet = fake_object_get(site, fake_place("subnets"), str_or(id, ""));
    const struct json *json = NULL, *out = inner;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const char *cidr;

    if (!subnet || json_str(json_path(inner, "fixed_ips.0.ip_address"))) {
        return inner;
    }
    err_ignore(json_parse(mem, subnet->body, strlen(subnet->body), &json), "written here");
    cidr = str_or(json_get_str(json, "cidr"), "10.0.0.0/24");
    jw_object(&w, NULL);
    json_each (inner, i) {
        if (!str_eq(inner->keys[i], "fixed_ips")) {
            jw_json(&w, inner->keys[i], inner->items[i]);
        }
    }
    jw_raw(&w, "fixed_ips",
           mem_printf(mem, "[{\"subnet_id\": \"%s\", \"ip_address\": \"%.*s.%d\"}]", id,
                      (int)(strrchr(cidr, '.') - cidr), cidr, 10 + site->n_allocated++));
    jw_end(&w);
    err_ignore(json_parse(mem, text.data, text.len, &out), "written here");
    return out;
}

const struct json *
fake_allocated(struct fake_site *site, struct mem *mem, const struct place *place,
          const struct json *inner)
{
    bool joins = str_eq(place->plural, "interconnects");
    const char *number = joins ? "vni" : "label";
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    const struct json *out = inner;

    if (str_eq(place->plural, "ports") && str_eq(site->offered, "routers")) {
        return addressed(site, mem, inner);
    }
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
