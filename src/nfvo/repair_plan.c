/* What brings sites to what is recorded: a function of the record, of what sites show and of what
 * journals say things were made of.  Whoever asks for differences is told by it what mends them, the flow
 * that repairs does what it says. */
#include "nfvo/repair.h"

#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* What is made again, what it is made of first; 'renewed': made again, too, where it is there and
 * something of it is made again, since it cannot be told so. */
static const struct making {
    const char *kind;
    bool renewed;
} makings[] = {
    {"security_group", false}, {"security_group_rule", true}, {"network", false},
    {"subnet", false},         {"router", false},             {"port", false},
    {"remote_port", true},     {"flow_classifier", true},     {"port_pair", true},
    {"port_pair_group", false}, {"port_chain", false},
};

struct planning {
    struct tx *tx;
    struct mem *mem;
    const struct drift_record *record;
    struct map objects;  /* SITE/KIND/ID -> drift_object */
    struct map missing;  /* SITE/KIND/ID -> drift_difference */
    struct map told;     /* ACT/SITE/KIND/ID of items */
    struct map made;     /* ids of things that are made again */
    struct map hopeless; /* ids of things that are gone and cannot be made again -> why */
    struct map pinned;   /* ids of things that other sites go by -> why */
    struct repair_past past;
    const char *command; /* null: it has a name that a shell reads */
    struct rows *items;
};

static const char *
key_of(struct planning *p, const char *site, const char *kind, const char *id)
{
    return mem_printf(p->mem, "%s/%s/%s", site, kind, id);
}

static const char *
key_of_thing(struct planning *p, const struct drift_thing *thing)
{
    return key_of(p, thing->site, thing->kind, thing->id);
}

/* ---- items ------------------------------------------------------------------------------- */

/* Null where it is told already, or there is too much. */
static struct repair_item *
item_add(struct planning *p, const char *act, const char *site, const char *kind, const char *id)
{
    struct repair_item *item;
    const char *key = mem_printf(p->mem, "%s/%s/%s/%s", act, site, kind, id);

    if (p->items->n >= REPAIR_MAX || !map_add(&p->told, key, p)) {
        return NULL;
    }
    item = row_new(p->mem, &repair_item_table);
    item->act = act;
    item->site = site;
    item->kind = kind;
    item->id = id;
    place_add(p->mem, p->items, item);
    return item;
}

static struct repair_item *
item_of_thing(struct planning *p, const char *act, const struct drift_thing *thing)
{
    struct repair_item *item = item_add(p, act, thing->site, thing->kind, thing->id);

    if (item) {
        item->name = thing->label;
        item->members = thing->members;
        item->of_vnf = thing->vnf && str_eq(thing->vnf->id, thing->owner);
    }
    return item;
}

static void
mended(struct planning *p, struct drift_difference *difference)
{
    difference->by = "REPAIR";
    difference->mend = p->command;
    difference->heal = difference->vnf = NULL;
}

/* ---- what refers to what ----------------------------------------------------------------- */

/* The value of the first string of 'json' that is a key of 'ids'; null = none is. */
static const char *
referred(const struct map *ids, const struct json *json)
{
    const char *found = json_str(json) ? map_get(ids, json_str(json)) : NULL;

    json_each (json, i) {
        found = found ? found : referred(ids, json->items[i]);
    }
    return found;
}

static bool
refers(const struct map *ids, const struct strs *members)
{
    for (size_t i = 0; i < members->n; i++) {
        if (map_get(ids, members->items[i])) {
            return true;
        }
    }
    return false;
}

static void
pin(struct planning *p, const struct json *input, const char *why)
{
    json_each (input, i) {
        const char *id = json_str(input->items[i]);

        if (id && !str_eq(input->keys[i], "site")) {
            map_set(&p->pinned, id, (void *)(uintptr_t)why);
        }
    }
}

/* ---- what it was made of ----------------------------------------------------------------- */

/* Null where no journal says so. */
static struct err *
input_of(struct planning *p, const struct drift_thing *thing, const struct json **input)
{
    const struct repair_origin *origin = map_get(&p->past.origins, key_of_thing(p, thing));
    const char *text = origin ? repair_text_now(p->mem, origin->input, &p->past.now) : NULL;

    *input = NULL;
    return text ? json_parse(p->mem, text, strlen(text), input) : NULL;
}

/* A port comes again as it was: with its addresses, and what it may send by now. */
static struct err *
port_fill(struct planning *p, const struct drift_thing *thing, struct vim_port *port)
{
    const struct repair_origin *origin = map_get(&p->past.origins, key_of_thing(p, thing));
    const char *text = repair_text_now(p->mem, origin->output, &p->past.now);
    struct vim_made *made = row_new(p->mem, &vim_made_table);
    const struct json *json;

    TRY(json_parse(p->mem, text, strlen(text), &json));
    TRY(row_from_json(p->mem, &vim_made_table, json, made));
    port->mac_address = str_or(made->mac_address, port->mac_address);
    port->fixed_ips = made->fixed_ips.n ? made->fixed_ips : port->fixed_ips;
    if (thing->members.n > 0) {
        port->allowed_address_pairs = vim_address_pairs(p->mem, &thing->members);
    }
    return NULL;
}

static struct strs
of_kind(struct planning *p, const struct drift_thing *chain, const char *kind)
{
    struct strs ids = {0};

    for (size_t i = 0; i < chain->members.n; i++) {
        const char *id = chain->members.items[i];

        vec_each (&p->record->things, thing) {
            if (str_eq(thing->id, id) && str_eq(thing->kind, kind)) {
                steer_name_add(p->mem, &ids, id);
            }
        }
    }
    return ids;
}

/* The input as it has to be now. */
static struct err *
input_renew(struct planning *p, const struct drift_thing *thing, const struct json **input)
{
    const struct table *table = held_create_of(thing->kind)->in;
    void *row = row_new(p->mem, table);
    const char *text;

    TRY(row_from_json(p->mem, table, *input, row));
    if (str_eq(thing->kind, "port")) {
        TRY(port_fill(p, thing, row));
    } else if (str_eq(thing->kind, "port_pair_group")) {
        ((struct vim_port_pair_group *)row)->port_pairs = thing->members;
    } else if (str_eq(thing->kind, "port_chain")) {
        ((struct vim_port_chain *)row)->flow_classifiers = of_kind(p, thing, "flow_classifier");
    }
    text = row_to_json(p->mem, row, false);
    return json_parse(p->mem, text, strlen(text), input);
}

/* ---- what is made again ------------------------------------------------------------------- */

static const char *
why_not(struct planning *p, const struct drift_thing *thing, const struct json *input)
{
    const char *why = map_get(&p->pinned, thing->id);

    if (!input) {
        return "no journal says what it was made of";
    }
    if (!why && referred(&p->hopeless, input)) {
        why = mem_printf(p->mem, "what it was made of is gone: %s", referred(&p->hopeless, input));
    }
    return why;
}

/* A router has its interfaces, and knows its routes, only once it is told. */
static void
router_follow(struct planning *p, const struct drift_thing *router, bool made)
{
    bool joins = false;

    vec_each (&p->past.joins, join) {
        const char *subnet = repair_id_now(&p->past.now, join->subnet);
        struct repair_item *item = NULL;

        if (str_eq(repair_id_now(&p->past.now, join->router), router->id) &&
            str_eq(join->site, router->site) && (made || map_get(&p->made, subnet))) {
            item = item_of_thing(p, "JOIN", router);
            joins = true;
        }
        if (item) {
            item->at = subnet;
        }
    }
    if (joins && router->members.n > 0) {
        (void)item_of_thing(p, "ROUTES", router);
    }
}

static void
attach(struct planning *p, const struct drift_thing *port)
{
    const struct drift_object *server =
        port->server ? map_get(&p->objects, key_of(p, port->site, "server", port->server)) : NULL;
    struct repair_item *item = NULL;

    /* One that is dead gets it when it is healed; one that is stopped is not. */
    if (server && (str_eq(server->status, "ACTIVE") || str_eq(server->status, "SHUTOFF"))) {
        item = item_of_thing(p, "ATTACH", port);
    }
    if (item) {
        item->at = port->server;
    }
}

static struct err *
thing_make(struct planning *p, const struct drift_thing *thing, const struct json *input, bool stale)
{
    struct repair_item *item = item_of_thing(p, "MAKE", thing);

    map_set(&p->made, thing->id, p);
    if (!item) {
        return NULL;
    }
    TRY(input_renew(p, thing, &input));
    item->input = input;
    item->stale = stale;
    if (str_eq(thing->kind, "port")) {
        attach(p, thing);
        if (!json_bool(json_get(input, "admin_state_up"), true)) {
            (void)item_of_thing(p, "OPEN", thing);
        }
    } else if (str_eq(thing->kind, "router")) {
        router_follow(p, thing, true);
    }
    return NULL;
}

static struct err *
missing_plan(struct planning *p, const struct drift_thing *thing, const struct json *input,
             struct drift_difference *missing)
{
    const char *why = why_not(p, thing, input);

    if (why) {
        map_set(&p->hopeless, thing->id, (void *)(uintptr_t)why);
        missing->why = why;
        return NULL;
    }
    mended(p, missing);
    return thing_make(p, thing, input, false);
}

/* Is it made of something that is made again, or was by a repair that was given up before it came to this one? */
static struct err *
is_stale(struct planning *p, const struct drift_thing *thing, const struct json *input, bool *stale)
{
    const struct repair_origin *origin = map_get(&p->past.origins, key_of_thing(p, thing));
    const struct json *then;

    *stale = input && referred(&p->made, input);
    if (input && !*stale) {
        TRY(json_parse(p->mem, origin->input, strlen(origin->input), &then));
        *stale = referred(&p->past.now, then);
    }
    return NULL;
}

/* One that is there, and has to follow what is made again. */
static struct err *
present_plan(struct planning *p, const struct drift_thing *thing, const struct json *input,
             const struct making *making)
{
    const struct strs groups = of_kind(p, thing, "port_pair_group");
    bool stale = false;

    TRY(making->renewed ? is_stale(p, thing, input, &stale) : NULL);

    if (str_eq(thing->kind, "router")) {
        router_follow(p, thing, false);
    } else if (str_eq(thing->kind, "port_pair_group") && refers(&p->made, &thing->members)) {
        (void)item_of_thing(p, "MEMBERS", thing);
    } else if (str_eq(thing->kind, "port_chain") && refers(&p->made, &groups)) {
        stale = input != NULL;
    } else if (str_eq(thing->kind, "port_chain") && refers(&p->made, &thing->members)) {
        struct repair_item *item = item_of_thing(p, "CHAIN", thing);

        if (item) {
            item->members = of_kind(p, thing, "flow_classifier");
        }
    }
    return stale && !map_get(&p->pinned, thing->id) ? thing_make(p, thing, input, true) : NULL;
}

static struct err *
kind_plan(struct planning *p, const struct making *making)
{
    vec_each (&p->record->things, thing) {
        struct drift_difference *missing = map_get(&p->missing, key_of_thing(p, thing));
        const struct json *input;

        if (str_eq(thing->kind, making->kind)) {
            TRY(input_of(p, thing, &input));
            TRY(missing ? missing_plan(p, thing, input, missing)
                        : present_plan(p, thing, input, making));
        }
    }
    return NULL;
}

/* What other sites were told of, by numbers that the site chose, is not made again alone. */
static struct err *
pins_find(struct planning *p)
{
    static const char joined[] = "other sites send to it by a number that it would not have again: "
                                 "terminate the network service and instantiate it";
    static const char labelled[] = "other sites lead into it by labels that it would not have again: "
                                   "remove the forwarding graph and add it again";

    vec_each (&p->record->things, thing) {
        struct drift_difference *missing = map_get(&p->missing, key_of_thing(p, thing));
        bool label = str_eq(thing->kind, "chain_label");
        const char *why = label ? labelled : joined;
        const struct json *input;

        if (!label && !str_eq(thing->kind, "interconnect")) {
            continue;
        }
        TRY(input_of(p, thing, &input));
        pin(p, input, why);
        if (missing) {
            map_set(&p->hopeless, thing->id, (void *)(uintptr_t)why);
            missing->why = why;
        }
    }
    return NULL;
}

/* ---- what is there otherwise than it is recorded ------------------------------------------- */

static bool
same_groups(struct planning *p, const struct drift_thing *chain)
{
    const struct drift_object *object = map_get(&p->objects, key_of_thing(p, chain));
    const struct strs groups = of_kind(p, chain, "port_pair_group");
    size_t n = 0;

    for (size_t i = 0; object && i < object->members.n; i++) {
        n += steer_is_among(&groups, object->members.items[i]);
    }
    return n == groups.n;
}

static struct err *
chain_change(struct planning *p, struct drift_difference *difference)
{
    const struct drift_thing *chain = difference->thing;
    struct repair_item *item = NULL;
    const struct json *input;

    if (same_groups(p, chain)) {
        item = item_of_thing(p, "CHAIN", chain);
    } else {
        TRY(input_of(p, chain, &input));
        difference->why = why_not(p, chain, input);
        TRY(difference->why ? NULL : thing_make(p, chain, input, true));
    }
    if (item) {
        item->members = of_kind(p, chain, "flow_classifier");
    }
    if (!difference->why) {
        mended(p, difference);
    }
    return NULL;
}

static void
state_change(struct planning *p, struct drift_difference *difference)
{
    const struct drift_thing *thing = difference->thing;
    bool runs = str_eq(difference->recorded, "ACTIVE") && str_eq(difference->found, "SHUTOFF");
    bool stops = str_eq(difference->recorded, "SHUTOFF") && str_eq(difference->found, "ACTIVE");
    struct repair_item *item;

    if (str_eq(thing->kind, "server") && (runs || stops)) {
        const char *mend = difference->mend;

        item = item_of_thing(p, "POWER", thing);
        if (item) {
            item->at = difference->recorded;
        }
        mended(p, difference);
        difference->mend = str_or(mend, p->command);
    } else if (str_eq(thing->kind, "port") && str_eq(difference->recorded, "open")) {
        (void)item_of_thing(p, "OPEN", thing);
        mended(p, difference);
    } else if (!difference->mend) {
        difference->why = "the site says so: nothing that it is asked for changes that";
    }
}

static void
attachment_change(struct planning *p, struct drift_difference *difference)
{
    const struct drift_object *port = map_get(&p->objects, key_of_thing(p, difference->thing));
    bool free = port && str_eq(port->server, "");
    size_t n = p->items->n;

    if (free) {
        attach(p, difference->thing);
    }
    if (p->items->n > n) {
        mended(p, difference);
    } else if (!difference->heal) {
        difference->why = free ? "its server is not there, and only what is STARTED is healed"
                               : "another server has it, which this one's is not taken from";
    }
}

static struct err *
change_plan(struct planning *p, struct drift_difference *difference)
{
    static const struct {
        const char *what, *act;
    } told[] = {{"ROUTES", "ROUTES"}, {"PASSES", "PASSES"}};

    if (str_eq(difference->what, "MEMBERS")) {
        if (str_eq(difference->kind, "port_chain")) {
            return chain_change(p, difference);
        }
        (void)item_of_thing(p, "MEMBERS", difference->thing);
        mended(p, difference);
    }
    for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
        if (str_eq(difference->what, told[i].what)) {
            (void)item_of_thing(p, told[i].act, difference->thing);
            mended(p, difference);
        }
    }
    if (str_eq(difference->what, "ROUTES")) {
        router_follow(p, difference->thing, true); /* Routes lead over interfaces: those may be lost too. */
    }
    if (str_eq(difference->what, "STATE")) {
        state_change(p, difference);
    } else if (str_eq(difference->what, "ATTACHMENT")) {
        attachment_change(p, difference);
    }
    return NULL;
}

static void
left_over_plan(struct planning *p, struct drift_difference *difference, bool remove)
{
    struct repair_item *item = NULL;
    bool stale = map_get(&p->record->stale,
                         key_of(p, difference->site, difference->kind, difference->id));

    if (remove || stale) {
        item = item_add(p, "REMOVE", difference->site, difference->kind, difference->id);
        difference->by = "REPAIR";
    }
    if (item) {
        item->name = difference->name;
    }
    difference->mend = stale || !p->command ? p->command
                                            : mem_printf(p->mem, "%s --left-over", p->command);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static struct err *
command_of(struct planning *p, const struct drift_subject *subject)
{
    const char *ns_id = subject->ns_id, *name;
    struct vnf_instance *vnf = NULL;
    struct ns_instance *ns;

    if (!ns_id) {
        TRY(row_get(p->tx, &vnf_instance_table, subject->vnf_id, &vnf));
        ns_id = vnf->ns_instance_id;
    }
    if (!ns_id) {
        name = drift_word_is_plain(vnf->name) ? vnf->name : vnf->id;
        p->command = mem_printf(p->mem, "carrick drift --vnf %s --repair", name);
        return NULL;
    }
    TRY(row_get(p->tx, &ns_instance_table, ns_id, &ns));
    name = drift_word_is_plain(ns->name) ? ns->name : ns->id;
    p->command = mem_printf(p->mem, "carrick drift %s --repair", name);
    return NULL;
}

static struct err *
planning_init(struct planning *p, const struct drift_subject *subject, const struct drift_seen *seen,
              struct drift_differences *differences)
{
    struct map *const maps[] = {&p->objects, &p->missing, &p->told,
                                &p->made,    &p->hopeless, &p->pinned};
    struct map wanted;

    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        map_init(maps[i], p->mem);
    }
    map_init(&wanted, p->mem);
    vec_each (&p->record->things, thing) {
        map_set(&wanted, key_of_thing(p, thing), p);
    }
    vec_each (&seen->objects, object) {
        map_set(&p->objects, key_of(p, object->site, object->kind, object->id), object);
    }
    vec_each (differences, difference) {
        if (str_eq(difference->what, "MISSING")) {
            map_set(&p->missing, key_of(p, difference->site, difference->kind, difference->id),
                    difference);
        }
    }
    TRY(command_of(p, subject));
    return repair_past_read(p->tx, subject, p->record, &wanted, &p->past);
}

struct err *
repair_plan_fill(struct tx *tx, const struct drift_subject *subject,
                 const struct drift_record *record, const struct drift_seen *seen,
                 struct drift_differences *differences, bool left_over, struct rows *items)
{
    struct planning p = {.tx = tx, .mem = tx_mem(tx), .record = record, .items = items};

    if (differences->n == 0) {
        return NULL;
    }
    TRY(planning_init(&p, subject, seen, differences));
    TRY(pins_find(&p));
    for (size_t i = 0; i < ARRAY_SIZE(makings); i++) {
        TRY(kind_plan(&p, &makings[i]));
    }
    vec_each (differences, difference) {
        if (!difference->thing) {
            left_over_plan(&p, difference, left_over);
            continue;
        }
        TRY(change_plan(&p, difference));
        difference->by = difference->heal ? "HEAL" : difference->by;
        if (str_eq(difference->kind, "server") && !difference->mend && !difference->why) {
            difference->why = "only what is STARTED is healed, and only what is in ERROR or gone";
        }
    }
    return NULL;
}
