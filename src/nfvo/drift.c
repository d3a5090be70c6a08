/* The comparison of what is recorded with what sites show: a function of the two, so that what it says
 * can be said again, and changes nothing. */
#include "nfvo/drift.h"
#include "vim/vim.h"

#include <string.h>

struct comparison {
    struct mem *mem;
    const struct drift_record *record;
    const struct drift_seen *seen;
    struct map lists;   /* SITE/KIND -> drift_list */
    struct map objects; /* SITE/KIND/ID -> drift_object */
    struct map known;   /* SITE/KIND/ID of the record */
    struct drift_differences out;
};

const char *
drift_key(struct mem *mem, const char *site, const char *kind, const char *id)
{
    return mem_printf(mem, "%s/%s/%s", site, kind, id);
}

static const char *
key_of(struct comparison *c, const char *site, const char *kind, const char *id)
{
    return drift_key(c->mem, site, kind, id);
}

static bool
is_known(struct comparison *c, const char *site, const char *kind)
{
    const struct drift_list *list = map_get(&c->lists, key_of(c, site, kind, ""));

    return list && !list->error;
}

/* ---- commands that mend ------------------------------------------------------------------ */

bool
drift_word_is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-=";

    return word && *word && *word != '-' && strspn(word, plain) == strlen(word);
}

/* Only what is STARTED is healed. */
static const char *
heal_of(struct comparison *c, const struct drift_vnf *vnf, const char *server)
{
    if (!vnf || !str_eq(vnf->state, "STARTED") || !drift_word_is_plain(server)) {
        return NULL;
    }
    return vnf->ns ? mem_printf(c->mem, "carrick ns heal %s --vnf %s --vnfc %s", vnf->ns, vnf->name,
                                server)
                   : mem_printf(c->mem, "carrick vnf heal %s --vnfc %s", vnf->name, server);
}

/* A server that only runs, or does not, is not replaced.  By way of an NS, VNFs start and stop whole:
 * those of its servers that are as asked are left alone. */
static const char *
power_of(struct comparison *c, const struct drift_thing *thing, const char *wanted,
         const char *found)
{
    const struct drift_vnf *vnf = thing->vnf;
    bool started = str_eq(wanted, "ACTIVE");
    const char *verb = started ? "start" : "stop";

    if (!str_eq(found, started ? "SHUTOFF" : "ACTIVE") || !drift_word_is_plain(thing->id)) {
        return NULL;
    }
    if (vnf->ns && !started && str_eq(vnf->state, "STARTED")) {
        return NULL; /* It would stop the others too. */
    }
    return vnf->ns ? mem_printf(c->mem, "carrick ns %s %s --vnf %s", verb, vnf->ns, vnf->name)
                   : mem_printf(c->mem, "carrick vnf %s %s --vnfc %s", verb, vnf->name, thing->id);
}

/* A scaling to where a VNF is sets its groups anew. */
static const char *
scale_of(struct comparison *c, const struct drift_vnf *vnf)
{
    const char *text;

    if (!vnf || !vnf->ns || vnf->levels.n == 0 || !str_eq(vnf->state, "STARTED")) {
        return NULL;
    }
    text = mem_printf(c->mem, "carrick ns scale %s --vnf %s", vnf->ns, vnf->name);
    for (size_t i = 0; i < vnf->levels.n; i++) {
        if (!drift_word_is_plain(vnf->levels.items[i])) {
            return NULL;
        }
        text = mem_printf(c->mem, "%s --to %s", text, vnf->levels.items[i]);
    }
    return text;
}

/* All that sites have of a graph is made anew. */
static const char *
graph_of(struct comparison *c, const struct drift_thing *thing)
{
    if (!thing->graph || !drift_word_is_plain(thing->ns) || !drift_word_is_plain(thing->graph)) {
        return NULL;
    }
    return mem_printf(c->mem,
                      "carrick ns update %s --remove-graph %s --wait && carrick ns update %s "
                      "--add-graph %s --wait",
                      thing->ns, thing->graph, thing->ns, thing->graph);
}

/* ---- one thing ---------------------------------------------------------------------------- */

/* Where 'said' names a server to heal, that is what mends it, if anything does. */
static void
tell(struct comparison *c, const struct drift_thing *thing, const struct drift_difference *said)
{
    struct drift_difference difference = *said;

    difference.site = thing->site;
    difference.kind = thing->kind;
    difference.id = thing->id;
    difference.name = thing->label;
    difference.thing = thing->owner ? thing : NULL;
    if (difference.heal) {
        difference.mend = heal_of(c, thing->vnf, difference.heal);
        difference.heal = difference.mend ? difference.heal : NULL;
        difference.vnf = difference.mend ? thing->vnf->id : NULL;
    }
    vec_add(c->mem, &c->out, difference);
}

static const char *
state_wanted(const struct drift_thing *thing)
{
    const char *state = thing->vnf ? thing->vnf->state : NULL;
    const char *server = str_eq(thing->kind, "server") ? thing->id : thing->server;

    if (str_eq(state, "STARTED")) {
        return server && map_get(&thing->vnf->stopped, server) ? "SHUTOFF" : "ACTIVE";
    }
    return str_eq(state, "STOPPED") ? "SHUTOFF" : NULL;
}

static void
server_compare(struct comparison *c, const struct drift_thing *thing,
               const struct drift_object *object)
{
    const char *wanted = state_wanted(thing);

    if (wanted && !str_eq(object->status, wanted)) {
        const char *found = str_or(object->status, "no state");

        /* Other states pass, or are what somebody has asked the site for: no healing deletes that. */
        tell(c, thing,
             &(struct drift_difference){.what = "STATE",
                                        .recorded = wanted,
                                        .found = found,
                                        .mend = power_of(c, thing, wanted, found),
                                        .heal = str_eq(found, "ERROR") ? thing->id : NULL});
    }
}

/* Is the port's server there and as it has to be?  Else the server is what there is to tell. */
static bool
is_served(struct comparison *c, const struct drift_thing *port)
{
    const struct drift_object *server =
        port->server ? map_get(&c->objects, key_of(c, port->site, "server", port->server)) : NULL;

    return server && str_eq(state_wanted(port), "ACTIVE") && str_eq(server->status, "ACTIVE");
}

static bool
has(const struct strs *strs, const char *s)
{
    for (size_t i = 0; i < strs->n; i++) {
        if (str_eq(strs->items[i], s)) {
            return true;
        }
    }
    return false;
}

static bool
is_within(const struct strs *a, const struct strs *b)
{
    for (size_t i = 0; i < a->n; i++) {
        if (!has(b, a->items[i])) {
            return false;
        }
    }
    return true;
}

static const char *
names_of(struct comparison *c, const struct strs *strs)
{
    const char *text = strs->n ? strs->items[0] : "none";

    for (size_t i = 1; i < strs->n; i++) {
        text = mem_printf(c->mem, "%s, %s", text, strs->items[i]);
    }
    return text;
}

/* A port that another server has is not taken from it by a healing. */
static void
port_compare(struct comparison *c, const struct drift_thing *thing,
             const struct drift_object *object)
{
    bool free = str_eq(object->server, "");

    if (thing->server && !str_eq(object->server, thing->server)) {
        tell(c, thing,
             &(struct drift_difference){
                 .what = "ATTACHMENT",
                 .recorded = mem_printf(c->mem, "at server %s", thing->server),
                 .found = free ? "at none" : mem_printf(c->mem, "at %s", object->server),
                 .heal = free ? thing->server : NULL});
    }
    if (!is_within(&thing->members, &object->members)) {
        tell(c, thing,
             &(struct drift_difference){.what = "PASSES",
                                        .recorded = names_of(c, &thing->members),
                                        .found = names_of(c, &object->members),
                                        .mend = scale_of(c, thing->vnf)});
    }
    if (object->shut) {
        tell(c, thing,
             &(struct drift_difference){
                 .what = "STATE", .recorded = "open", .found = "admin_state_up is false"});
    } else if (str_eq(object->status, "DOWN") && is_served(c, thing)) {
        tell(c, thing,
             &(struct drift_difference){.what = "STATE", .recorded = "ACTIVE", .found = "DOWN"});
    }
}

static void
members_compare(struct comparison *c, const struct drift_thing *thing,
                const struct drift_object *object, const char *what, const char *mend)
{
    const struct strs *wanted = &thing->members, *found = &object->members;

    if (!is_within(wanted, found) || !is_within(found, wanted)) {
        tell(c, thing,
             &(struct drift_difference){.what = what,
                                        .recorded = names_of(c, wanted),
                                        .found = names_of(c, found),
                                        .mend = mend});
    }
}

static void
group_compare(struct comparison *c, const struct drift_thing *thing,
              const struct drift_object *object)
{
    members_compare(c, thing, object, "MEMBERS", scale_of(c, thing->vnf));
}

static void
chain_compare(struct comparison *c, const struct drift_thing *thing,
              const struct drift_object *object)
{
    members_compare(c, thing, object, "MEMBERS", graph_of(c, thing));
}

static void
router_compare(struct comparison *c, const struct drift_thing *thing,
               const struct drift_object *object)
{
    members_compare(c, thing, object, "ROUTES", scale_of(c, thing->vnf));
}

typedef void compare_fn(struct comparison *c, const struct drift_thing *thing,
                        const struct drift_object *object);

/* Of other kinds only whether they are there, and not in ERROR. */
static const struct {
    const char *kind;
    compare_fn *compare;
} compared[] = {
    {"server", server_compare},
    {"port", port_compare},
    {"port_pair_group", group_compare},
    {"port_chain", chain_compare},
    {"router", router_compare},
};

static void
thing_compare(struct comparison *c, const struct drift_thing *thing)
{
    const char *key = key_of(c, thing->site, thing->kind, thing->id);
    const struct drift_object *object = map_get(&c->objects, key);

    if (!object && c->seen->gone && !map_get(c->seen->gone, key)) {
        vec_add(c->mem, &c->out.left_out, thing);
        return; /* It came to be recorded while sites were asked, or nobody has asked for it yet. */
    }
    if (!object) {
        bool server = str_eq(thing->kind, "server");

        tell(c, thing,
             &(struct drift_difference){
                 .what = "MISSING",
                 .recorded = str_or(server ? state_wanted(thing) : NULL, "there"),
                 .found = "nothing",
                 .mend = graph_of(c, thing),
                 .heal = server ? thing->id : NULL});
        return;
    }
    if (str_eq(object->status, "ERROR") && !str_eq(thing->kind, "server")) {
        tell(c, thing,
             &(struct drift_difference){.what = "STATE", .recorded = "there", .found = "ERROR"});
    }
    for (size_t i = 0; i < ARRAY_SIZE(compared); i++) {
        if (str_eq(compared[i].kind, thing->kind)) {
            compared[i].compare(c, thing, object);
        }
    }
}

/* ---- what lists show ------------------------------------------------------------------------ */

const char *
drift_route(struct mem *mem, const char *destination, const char *nexthop)
{
    return mem_printf(mem, "%s via %s", destination, str_or(nexthop, "nobody"));
}

static struct strs
strs_of(struct mem *mem, const struct json *list)
{
    struct strs strs = {.items = MEM_ARRAY(mem, list ? list->n + 1 : 1, const char *)};

    json_each (list, i) {
        const char *s = json_str(list->items[i]);

        if (s) {
            strs.items[strs.n++] = mem_str(mem, s);
        }
    }
    return strs;
}

/* The groups that it goes through, and which packets do. */
static struct strs
chain_members(struct mem *mem, const struct json *json)
{
    struct strs groups = strs_of(mem, json_get(json, "port_pair_groups"));
    const struct strs classifiers = strs_of(mem, json_get(json, "flow_classifiers"));
    struct strs all = {.items = MEM_ARRAY(mem, groups.n + classifiers.n + 1, const char *)};

    for (size_t i = 0; i < groups.n; i++) {
        all.items[all.n++] = groups.items[i];
    }
    for (size_t i = 0; i < classifiers.n; i++) {
        all.items[all.n++] = classifiers.items[i];
    }
    return all;
}

/* What an object of the kind consists of, or lets through. */
static struct strs
members_of(struct mem *mem, const char *kind, const struct json *json)
{
    const struct json *list = json_get(json, str_eq(kind, "router") ? "routes"
                                             : str_eq(kind, "port") ? "allowed_address_pairs"
                                                                    : "port_pairs");
    struct strs strs = {.items = MEM_ARRAY(mem, list ? list->n + 1 : 1, const char *)};

    if (str_eq(kind, "port_pair_group")) {
        return strs_of(mem, list);
    }
    if (str_eq(kind, "port_chain")) {
        return chain_members(mem, json);
    }
    json_each (list, i) {
        const struct json *item = list->items[i];
        const char *ip = json_get_str(item, "ip_address");
        const char *destination = json_get_str(item, "destination");

        if (ip || destination) {
            strs.items[strs.n++] = ip ? mem_str(mem, ip)
                                      : drift_route(mem, destination, json_get_str(item, "nexthop"));
        }
    }
    return strs;
}

struct drift_object
drift_object_of(struct mem *mem, const struct drift_list *list, const struct json *json)
{
    /* Neutron's data-plane-status: what somebody who looked at the packets says. */
    bool down = str_eq(json_get_str(json, "data_plane_status"), "DOWN");

    return (struct drift_object){
        .site = list->site,
        .kind = list->kind,
        .id = mem_str(mem, json_get_str(json, "id")),
        .name = mem_str(mem, json_get_str(json, "name")),
        .status = down ? "DOWN" : mem_str(mem, json_get_str(json, "status")),
        .server = mem_str(mem, str_or(json_get_str(json, "device_id"), "")),
        .flow = drift_flow_of(mem, vim_marker_of(list->kind, json)),
        .shut = !json_bool(json_get(json, "admin_state_up"), true),
        .members = members_of(mem, list->kind, json),
    };
}

/* ---- what is not believed ---------------------------------------------------------------------- */

const char *
drift_denied(struct mem *mem, size_t n)
{
    return mem_printf(mem,
                      "it knows none of what is recorded there (%zu in all), and shows nothing else that we made, as a "
                      "site does that is used as another project; next: look at what it is registered with.  Where it has lost "
                      "all, terminate the instance (what is gone is passed over) and instantiate it",
                      n);
}

const char *
drift_left_out(struct mem *mem, size_t n, const char *id)
{
    return mem_printf(mem,
                      "its list leaves out %zu of what is recorded and there: asked for %s by itself, the site "
                      "shows it.  Its lists are not believed; next: look at the site, then compare again",
                      n, id);
}

/* ---- what is left over ------------------------------------------------------------------------ */

static void
object_compare(struct comparison *c, const struct drift_object *object)
{
    const struct drift_thing at = {.site = object->site,
                                   .kind = object->kind,
                                   .id = object->id,
                                   .label = str_or(object->name, "")};

    const char *key = key_of(c, object->site, object->kind, object->id);

    if (object->flow && map_get(&c->record->flows, object->flow) && !map_get(&c->known, key) &&
        !map_get(&c->record->others, key)) {
        tell(c, &at,
             &(struct drift_difference){
                 .what = "LEFT_OVER",
                 .recorded = "nothing",
                 .found = mem_printf(c->mem, "made by operation %s", object->flow)});
    }
}

const char *
drift_flow_of(struct mem *mem, const char *marker)
{
    const char *id = marker && str_starts(marker, "carrick:") ? marker + strlen("carrick:") : NULL;
    const char *end = id ? strchr(id, ':') : NULL;

    return end ? mem_strn(mem, id, (size_t)(end - id)) : NULL;
}

struct drift_differences
drift_compare(struct mem *mem, const struct drift_record *record, const struct drift_seen *seen)
{
    struct comparison c = {.mem = mem, .record = record, .seen = seen};

    map_init(&c.lists, mem);
    map_init(&c.objects, mem);
    map_init(&c.known, mem);
    vec_each (&seen->lists, list) {
        map_set(&c.lists, key_of(&c, list->site, list->kind, ""), list);
    }
    vec_each (&seen->objects, object) {
        map_set(&c.objects, key_of(&c, object->site, object->kind, object->id), object);
    }
    vec_each (&record->things, thing) {
        map_set(&c.known, key_of(&c, thing->site, thing->kind, thing->id), thing);
        if (is_known(&c, thing->site, thing->kind)) {
            thing_compare(&c, thing);
        }
    }
    vec_each (&seen->objects, object) {
        if (is_known(&c, object->site, object->kind)) {
            object_compare(&c, object);
        }
    }
    return c.out;
}
