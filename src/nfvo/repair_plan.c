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
    bool told; /* A label: the number is one that another site chose. */
} makings[] = {
    {"security_group", false, false},
    {"security_group_rule", true, false},
    {"network", false, false},
    {"subnet", false, false},
    {"router", false, false},
    {"port", false, false},
    {"remote_port", true, false},
    {"flow_classifier", true, false},
    {"port_pair", true, false},
    {"port_pair_group", false, false},
    {"port_chain", false, false},
    {"chain_label", true, false},
    {"chain_label", true, true},
};

struct planning {
    struct tx *tx;
    struct mem *mem;
    const struct drift_record *record;
    struct map objects;  /* SITE/KIND/ID -> drift_object */
    struct map missing;  /* SITE/KIND/ID -> drift_difference */
    struct map told;     /* ACT/SITE/KIND/ID of items */
    struct map made;     /* SITE/ID of things that are made again */
    struct map hopeless; /* SITE/ID of things that are gone and cannot be made again -> why */
    struct map pinned;   /* SITE/ID of things that other sites go by -> why */
    struct map healed;   /* SITE/ID of servers that are healed */
    struct map unserved; /* SITE/ID of ports that are made again and are at no server then */
    struct map wanted;   /* SITE/KIND/ID of the record */
    struct repair_past past;
    const char *command; /* null: it has a name that a shell reads */
    struct rows *items;
    struct drift_differences outdated;
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

static void *
id_get(struct planning *p, const struct map *ids, const char *site, const char *id)
{
    return map_get(ids, repair_key(p->mem, site, id));
}

static void
id_set(struct planning *p, struct map *ids, const char *site, const char *id, const void *value)
{
    map_set(ids, repair_key(p->mem, site, id), (void *)(uintptr_t)value);
}

/* The value of the first string of 'json', of things of a site, that is a key of 'ids'; null = none is. */
static const void *
referred(struct planning *p, const struct map *ids, const char *site, const struct json *json)
{
    const void *found = json_str(json) ? id_get(p, ids, site, json_str(json)) : NULL;

    json_each (json, i) {
        found = found ? found : referred(p, ids, site, json->items[i]);
    }
    return found;
}

static bool
refers(struct planning *p, const struct map *ids, const char *site, const struct strs *members)
{
    for (size_t i = 0; i < members->n; i++) {
        if (id_get(p, ids, site, members->items[i])) {
            return true;
        }
    }
    return false;
}

static void
pin(struct planning *p, const char *site, const struct json *input, const char *why)
{
    json_each (input, i) {
        const char *id = json_str(input->items[i]);

        if (id && !str_eq(input->keys[i], "site")) {
            id_set(p, &p->pinned, site, id, why);
        }
    }
}

/* ---- what it was made of ----------------------------------------------------------------- */

/* Null where no journal says so. */
static struct err *
input_of(struct planning *p, const struct drift_thing *thing, const struct json **input)
{
    const struct repair_origin *origin = map_get(&p->past.origins, key_of_thing(p, thing));

    *input = NULL;
    return origin && origin->input
               ? repair_json_now(p->mem, origin->input, thing->site, &p->past.now, input)
               : NULL;
}

/* A port comes again as it was: with its addresses, and what it may send by now. */
static struct err *
port_fill(struct planning *p, const struct drift_thing *thing, struct vim_port *port)
{
    const struct repair_origin *origin = map_get(&p->past.origins, key_of_thing(p, thing));
    struct vim_made *made = row_new(p->mem, &vim_made_table);
    const struct json *json;

    TRY(repair_json_now(p->mem, origin->output, thing->site, &p->past.now, &json));
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
            if (str_eq(thing->id, id) && str_eq(thing->kind, kind) &&
                str_eq(thing->site, chain->site)) {
                steer_name_add(p->mem, &ids, id);
            }
        }
    }
    return ids;
}

/* ---- labels ------------------------------------------------------------------------------ */

/* A label that a site was told is one that the instance's own site chose. */
static bool
is_told(const struct json *input)
{
    return json_is(json_get(input, "label"), JSON_T_INT);
}

/* The label of the same name at the site that chose its number; null = none is known. */
static struct err *
label_source(struct planning *p, const struct drift_thing *told, const struct drift_thing **source)
{
    *source = NULL;
    vec_each (&p->record->things, thing) {
        const struct json *input;

        if (!str_eq(thing->kind, "chain_label") || !str_eq(thing->label, told->label) ||
            str_eq(thing->site, told->site)) {
            continue;
        }
        TRY(input_of(p, thing, &input));
        *source = input && !is_told(input) ? thing : *source;
    }
    return NULL;
}

/* The number that it has; INT_NULL = its journal does not say. */
static int64_t
label_number(struct planning *p, const struct drift_thing *source)
{
    const struct repair_origin *origin = map_get(&p->past.origins, key_of_thing(p, source));

    return json_int(json_get(origin ? origin->output : NULL, "label"), INT_NULL);
}

/* The number of now, or (at the item's "at") whose it will be. */
static struct err *
label_fill(struct planning *p, const struct drift_thing *thing, struct vim_chain_label *label,
           struct repair_item *item)
{
    const struct drift_thing *source = NULL;

    if (label->label == INT_NULL) {
        return NULL;
    }
    TRY(label_source(p, thing, &source));
    if (source && id_get(p, &p->made, source->site, source->id)) {
        item->at = source->site;
    } else if (source) {
        label->label = label_number(p, source);
    }
    return NULL;
}

/* ---- inputs ------------------------------------------------------------------------------ */

/* The input as it has to be now. */
static struct err *
input_renew(struct planning *p, const struct drift_thing *thing, const struct json **input,
            struct repair_item *item)
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
    } else if (str_eq(thing->kind, "chain_label")) {
        TRY(label_fill(p, thing, row, item));
    }
    text = row_to_json(p->mem, row, false);
    return json_parse(p->mem, text, strlen(text), input);
}

/* ---- what is made again ------------------------------------------------------------------- */

static const char *
why_not(struct planning *p, const struct drift_thing *thing, const struct json *input)
{
    const char *why = id_get(p, &p->pinned, thing->site, thing->id), *gone;

    if (!input) {
        return "no journal says what it was made of";
    }
    if (str_eq(thing->kind, "port_pair") && referred(p, &p->unserved, thing->site, input)) {
        return "its port is at no server, and sites make pairs only of what is: its server is gone, and only "
               "what is STARTED is healed";
    }
    gone = why ? NULL : referred(p, &p->hopeless, thing->site, input);
    return gone ? mem_printf(p->mem, "what it was made of is gone: %s", gone) : why;
}

/* A router has its interfaces, and knows its routes, only once it is told. */
static void
router_follow(struct planning *p, const struct drift_thing *router, bool made)
{
    bool joins = false;

    vec_each (&p->past.joins, join) {
        const char *site = str_or(join->site, ""), *subnet, *id;
        struct repair_item *item = NULL;

        subnet = repair_id_now(p->mem, &p->past.now, site, join->subnet);
        id = repair_id_now(p->mem, &p->past.now, site, join->router);
        if (str_eq(id, router->id) && str_eq(site, router->site) &&
            (made || id_get(p, &p->made, site, subnet))) {
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
    } else if (port->server && !server && !id_get(p, &p->healed, port->site, port->server)) {
        id_set(p, &p->unserved, port->site, port->id, p);
    }
}

static struct err *
thing_make(struct planning *p, const struct drift_thing *thing, const struct json *input, bool stale)
{
    struct repair_item *item = item_of_thing(p, "MAKE", thing);

    id_set(p, &p->made, thing->site, thing->id, p);
    if (!item) {
        return NULL;
    }
    TRY(input_renew(p, thing, &input, item));
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
        id_set(p, &p->hopeless, thing->site, thing->id, why);
        missing->why = why;
        return NULL;
    }
    mended(p, missing);
    return thing_make(p, thing, input, false);
}

/* Is it made of something that is made again, or ('then') was by a repair that was given up before it came to
 * this one?  A label that was told is made of the number of its source. */
static struct err *
is_stale(struct planning *p, const struct drift_thing *thing, const struct json *input, bool *stale,
         bool *then)
{
    const struct repair_origin *origin = map_get(&p->past.origins, key_of_thing(p, thing));
    const struct drift_thing *source = NULL;

    if (str_eq(thing->kind, "chain_label") && is_told(input)) {
        TRY(label_source(p, thing, &source));
    }
    *stale = input && (referred(p, &p->made, thing->site, input) ||
                       (source && id_get(p, &p->made, source->site, source->id)));
    *then = input && !*stale &&
            (referred(p, &p->past.now, thing->site, origin->input) ||
             (source && json_int(json_get(input, "label"), INT_NULL) != label_number(p, source)));
    return NULL;
}

/* Nothing else tells of it: it is there, and nobody knows what of. */
static void
outdated_tell(struct planning *p, const struct drift_thing *thing)
{
    struct drift_difference difference = {
        .what = "OUTDATED",
        .site = thing->site,
        .kind = thing->kind,
        .id = thing->id,
        .name = thing->label,
        .recorded = "made of what is there",
        .found = "made of what was lost, and made again since",
        .thing = thing,
    };

    mended(p, &difference);
    vec_add(p->mem, &p->outdated, difference);
}

/* One that is there, and has to follow what is made again. */
static struct err *
present_plan(struct planning *p, const struct drift_thing *thing, const struct json *input,
             const struct making *making)
{
    const struct strs groups = of_kind(p, thing, "port_pair_group");
    bool stale = false, then = false;

    TRY(making->renewed ? is_stale(p, thing, input, &stale, &then) : NULL);
    if (str_eq(thing->kind, "router")) {
        router_follow(p, thing, false);
    } else if (str_eq(thing->kind, "port_pair_group") &&
               refers(p, &p->made, thing->site, &thing->members)) {
        (void)item_of_thing(p, "MEMBERS", thing);
    } else if (str_eq(thing->kind, "port_chain") && refers(p, &p->made, thing->site, &groups)) {
        stale = input != NULL;
    } else if (str_eq(thing->kind, "port_chain") &&
               refers(p, &p->made, thing->site, &thing->members)) {
        struct repair_item *item = item_of_thing(p, "CHAIN", thing);

        if (item) {
            item->members = of_kind(p, thing, "flow_classifier");
        }
    }
    if (!(stale || then) || id_get(p, &p->pinned, thing->site, thing->id)) {
        return NULL;
    }
    if (then) {
        outdated_tell(p, thing);
    }
    return thing_make(p, thing, input, true);
}

static struct err *
kind_plan(struct planning *p, const struct making *making)
{
    vec_each (&p->record->things, thing) {
        struct drift_difference *missing = map_get(&p->missing, key_of_thing(p, thing));
        const struct json *input = NULL;

        if (str_eq(thing->kind, making->kind)) {
            TRY(input_of(p, thing, &input));
        }
        if (str_eq(thing->kind, making->kind) && is_told(input) == making->told) {
            TRY(missing ? missing_plan(p, thing, input, missing)
                        : present_plan(p, thing, input, making));
        }
    }
    return NULL;
}

/* What other sites were told of a network, by a number that its site chose, is not made again alone. */
static struct err *
pins_find(struct planning *p)
{
    static const char why[] = "other sites send to it by a number that it would not have again: "
                              "terminate the network service and instantiate it";

    vec_each (&p->record->things, thing) {
        struct drift_difference *missing = map_get(&p->missing, key_of_thing(p, thing));
        const struct json *input;

        if (!str_eq(thing->kind, "interconnect")) {
            continue;
        }
        TRY(input_of(p, thing, &input));
        pin(p, thing->site, input, why);
        if (missing) {
            id_set(p, &p->hopeless, thing->site, thing->id, why);
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

/* ---- servers ------------------------------------------------------------------------------ */

/* Of those that differ so, and those that a given-up healing left none of. */
static struct strs
servers_lost(struct planning *p, const struct drift_vnf *vnf,
             const struct drift_differences *differences)
{
    struct strs servers = {0};

    vec_each (differences, difference) {
        if (difference->heal && str_eq(difference->kind, "server") &&
            str_eq(difference->vnf, vnf->id)) {
            steer_name_add(p->mem, &servers, difference->heal);
        }
    }
    for (size_t i = 0; str_eq(vnf->state, "STARTED") && i < vnf->bare.n; i++) {
        steer_name_add(p->mem, &servers, vnf->bare.items[i]);
    }
    return servers;
}

static void
heal_item(struct planning *p, const struct vnf_instance *vnf, const struct vnf_in *in,
          const struct json *input)
{
    struct repair_item *item = item_add(p, "HEAL", in->site, "vnf", vnf->id);

    if (item) {
        item->name = vnf->name;
        item->input = input;
    }
    for (size_t i = 0; item && i < in->servers.n; i++) {
        id_set(p, &p->healed, in->site, in->servers.items[i], p);
    }
}

/* What cannot be healed does not stop the rest. */
static void
heal_refused(const struct drift_vnf *vnf, struct drift_differences *differences, const char *why)
{
    vec_each (differences, difference) {
        if (difference->heal && str_eq(difference->vnf, vnf->id)) {
            difference->mend = difference->heal = difference->vnf = NULL;
            difference->why = why;
        }
    }
}

/* Servers come back at their ports, once those are there: as a healing of the VNF has it. */
static struct err *
servers_plan(struct planning *p, const struct drift_vnf *drift, struct drift_differences *differences)
{
    struct vnf_in *in = row_new(p->mem, &vnf_in_table);
    const struct strs servers = servers_lost(p, drift, differences);
    const struct json *input;
    struct vnf_instance *vnf;
    const char *text;
    struct err *err;

    TRY(servers.n ? row_get(p->tx, &vnf_instance_table, drift->id, &vnf) : NULL);
    if (servers.n == 0 || vnf->vnfm_id) {
        return NULL;
    }
    vnf_in_fill(vnf, in);
    err = vnf_heal_check(p->tx, vnf, &servers, in);
    if (err && err_is(err, E_CONFLICT)) {
        heal_refused(drift, differences, err_full(p->mem, err));
        err_ignore(err, "it is told with the differences");
        return NULL;
    }
    TRY(err);
    TRY(heal_body(p->mem, &servers, "it differed from what is recorded", NULL, &in->request));
    text = row_to_json(p->mem, in, false);
    TRY(json_parse(p->mem, text, strlen(text), &input));
    heal_item(p, vnf, in, input);
    return NULL;
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
                                &p->made,    &p->hopeless, &p->pinned, &p->wanted,
                                &p->healed,  &p->unserved,
                                &p->past.origins, &p->past.now};

    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        map_init(maps[i], p->mem);
    }
    vec_each (&p->record->things, thing) {
        map_set(&p->wanted, key_of_thing(p, thing), p);
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
    return command_of(p, subject);
}

static bool
any_is_bare(const struct drift_record *record)
{
    map_each (&record->vnfs, vnf) {
        if (((const struct drift_vnf *)vnf->value)->bare.n > 0) {
            return true;
        }
    }
    return false;
}

/* Journals say what things were made of: they are many, and read only where that is asked. */
static struct err *
asks_journals(struct planning *p, const struct drift_subject *subject,
              const struct drift_differences *differences, bool *asks)
{
    TRY(repair_was_given_up(p->tx, subject, asks));
    vec_each (differences, difference) {
        *asks = *asks || (difference->thing && !str_eq(difference->kind, "server"));
    }
    return NULL;
}

static struct err *
things_plan(struct planning *p)
{
    TRY(pins_find(p));
    for (size_t i = 0; i < ARRAY_SIZE(makings); i++) {
        TRY(kind_plan(p, &makings[i]));
    }
    return NULL;
}

/* What is in doubt since a repair was given up may have the addresses of what is made again: it goes first. */
static void
doubts_plan(struct planning *p)
{
    map_each(&p->record->doubts, doubt) {
        const struct drift_thing *thing = doubt->value;
        struct repair_item *item = item_of_thing(p, "CLEAR", thing);

        if (item) {
            item->since = thing->since;
        }
    }
}

struct err *
repair_plan_fill(struct tx *tx, const struct drift_subject *subject,
                 const struct drift_record *record, const struct drift_seen *seen,
                 struct drift_differences *differences, bool left_over, struct rows *items)
{
    struct planning p = {.tx = tx, .mem = tx_mem(tx), .record = record, .items = items};
    bool asks;

    TRY(asks_journals(&p, subject, differences, &asks));
    if (differences->n == 0 && !asks && !any_is_bare(record)) {
        return NULL;
    }
    TRY(planning_init(&p, subject, seen, differences));
    doubts_plan(&p);
    map_each (&record->vnfs, vnf) {
        TRY(servers_plan(&p, vnf->value, differences));
    }
    if (asks) {
        TRY(repair_past_read(p.tx, subject, p.record, &p.wanted, &p.past));
        TRY(things_plan(&p));
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
    vec_each (&p.outdated, outdated) {
        vec_add(p.mem, differences, *outdated);
    }
    return NULL;
}
