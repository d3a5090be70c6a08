/* The flow that brings sites to what is recorded (decision 048): it looks, deletes what is in doubt, makes again
 * what is gone, what it is made of first, notes the new identifiers, tells what is there, and deletes what
 * others took the place of.  Servers are healed (vnfm/heal.c) once their ports are there, and before what
 * sites make only of ports that are at a server. */
#include "nfvo/repair.h"

#include "nfvo/flows.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

/* ---- looking ----------------------------------------------------------------------------- */

struct looking {
    struct step *step;
    struct repair_plan *plan;
};

static void
looked(void *arg, struct err *err)
{
    struct looking *looking = arg;

    if (err) {
        step_failed(looking->step, err);
    } else {
        step_done(looking->step, looking->plan);
    }
}

static void
look_act(struct step *step)
{
    struct looking *looking = MEM_NEW(step_mem(step), struct looking);
    struct err *err;

    *looking = (struct looking){.step = step, .plan = step_out_new(step)};
    err = repair_look(step_service(step, NFVO_SERVICE), step_in(step), step_mem(step),
                      &looking->plan->items, looked, looking);
    if (err) {
        step_failed(step, err);
    }
}

const struct step_kind repair_look_kind = {
    .name = "repair look",
    .doc = "Compares what is recorded with what sites show, and plans what brings them to it.",
    .effect = FLOW_READ,
    .in = &repair_look_table,
    .out = &repair_plan_table,
    .act = look_act,
};

static struct err *
note_local(struct tx *tx, const void *in, void *out)
{
    (void)out;
    return repair_note(tx, in, false);
}

const struct step_kind repair_note_kind = {
    .name = "repair note",
    .doc = "Records have the identifiers of what was made again.",
    .effect = FLOW_LOCAL,
    .in = &repair_noted_table,
    .local = note_local,
};

/* ---- making again ------------------------------------------------------------------------- */

struct repairing {
    struct flow *f;
    const struct repair_look *in;
    const struct ns_in *ns; /* One of the two. */
    const struct vnf_in *vnf;
    bool is_first; /* Of a version that did not look at the ends of chains. */
    struct repair_plan *plan;
    struct map now;     /* SITE/id of before -> id of now */
    struct map numbers; /* SITE/NAME of labels that were made again -> number */
};

static const char *const makes[] = {"security_group", "security_group_rule", "network",
                                    "subnet",         "router",              "port",
                                    "remote_port",    "flow_classifier",     "port_pair",
                                    "port_pair_group", "port_chain",         NULL};
/* Of pairs that are in their groups: those that sites choose, then those that others are told. */
static const char *const labels[] = {"chain_label", "chain_label of another site"};

/* A port of another site has that one's addresses, a classifier is one chain's only, a label its pair's: the
 * old one goes before. */
static bool
is_alone(const struct repair_item *item)
{
    return str_eq(item->kind, "remote_port") || str_eq(item->kind, "port_chain") ||
           str_eq(item->kind, "chain_label");
}

static bool
is_made(const struct repair_item *item, const char *kind)
{
    bool told = json_is(json_get(item->input, "label"), JSON_T_INT);

    return str_eq(item->act, "MAKE") &&
           str_eq(told ? labels[1] : item->kind, kind);
}

/* Ends with what the thing is for, as labels do: changes of operations are told by that. */
static const char *
make_label(struct repairing *r, const struct repair_item *item)
{
    const char *name = item->name && strlen(item->name) < 100 ? item->name : "thing";

    return flow_label(r->f, "%s%s %s", item->of_vnf ? REPAIR_MAKES_OF_VNF : REPAIR_MAKES, item->id,
                      name);
}

static const char *
id_now(struct repairing *r, const struct repair_item *item, const char *id)
{
    return repair_id_now(flow_mem(r->f), &r->now, item->site, id);
}

/* A label that a site is told has the number that its source got. */
static void
number_fill(struct repairing *r, const struct repair_item *item, struct vim_chain_label *label)
{
    const int64_t *number =
        item->at ? map_get(&r->numbers, repair_key(flow_mem(r->f), item->at, item->name)) : NULL;

    label->label = number ? *number : label->label;
}

static struct err *
one_begin(struct repairing *r, const struct repair_item *item)
{
    const struct step_kind *create = held_create_of(item->kind);
    void *row = row_new(flow_mem(r->f), create->in);
    const struct json *json;

    if (item->stale && is_alone(item)) {
        struct rows old = {0};

        held_add(flow_mem(r->f), &old, item->site, item->kind, item->id, item->id);
        TRY(held_release(r->f, flow_label(r->f, "%s: ", item->id), &old, NULL));
    }
    TRY(repair_json_now(flow_mem(r->f), item->input, item->site, &r->now, &json));
    TRY(row_from_json(flow_mem(r->f), create->in, json, row));
    if (create == &vim_chain_label_create) {
        number_fill(r, item, row);
    }
    return flow_begin(r->f, make_label(r, item), create, row);
}

static struct err *
one_end(struct repairing *r, const struct repair_item *item, struct rows *pairs)
{
    struct vim_made *made = row_new(flow_mem(r->f), &vim_made_table);
    struct repair_pair *pair = row_new(flow_mem(r->f), &repair_pair_table);

    TRY(flow_end(r->f, make_label(r, item), made));
    if (!str_eq(made->id, item->id)) {
        map_set(&r->now, repair_key(flow_mem(r->f), item->site, item->id),
                (void *)(uintptr_t)made->id);
    }
    if (item->name) {
        map_set(&r->numbers, repair_key(flow_mem(r->f), item->site, item->name), &made->label);
    }
    pair->site = item->site;
    pair->kind = item->kind;
    pair->id = item->id;
    pair->now = made->id;
    pair->stale = item->stale && !is_alone(item);
    place_add(flow_mem(r->f), pairs, pair);
    return NULL;
}

static struct err *
note(struct repairing *r, const char *what, const struct rows *pairs)
{
    struct repair_noted *noted = row_new(flow_mem(r->f), &repair_noted_table);

    noted->ns_instance_id = r->in->ns_instance_id;
    noted->vnf_instance_id = r->in->vnf_instance_id;
    noted->pairs = *pairs;
    return pairs->n ? flow_step(r->f, flow_label(r->f, "note %s", what), &repair_note_kind, noted, NULL)
                    : NULL;
}

static struct err *
kind_make(struct repairing *r, const char *kind)
{
    const struct rows *items = &r->plan->items;
    struct rows pairs = {0};

    for (size_t i = 0; i < items->n; i++) {
        TRY(is_made(items->items[i], kind) ? one_begin(r, items->items[i]) : NULL);
    }
    for (size_t i = 0; i < items->n; i++) {
        TRY(is_made(items->items[i], kind) ? one_end(r, items->items[i], &pairs) : NULL);
    }
    return note(r, kind, &pairs);
}

/* ---- ends of chains ----------------------------------------------------------------------- */

/* Our own sites take ends that nothing is attached to. */
static struct err *
site_wants_ends(struct repairing *r, const char *site, bool *wants)
{
    struct vim_site_ref *ref = row_new(flow_mem(r->f), &vim_site_ref_table);
    struct vim_site_about *about = row_new(flow_mem(r->f), &vim_site_about_table);

    ref->site = site;
    TRY(flow_step(r->f, flow_label(r->f, "about %s", site), &vim_site_look, ref, about));
    *wants = !steer_is_among(&about->extensions, "carrick-interconnect");
    return NULL;
}

struct ends {
    struct map asked; /* SITE/ID of ports, and sites */
    struct map wants; /* Sites that want them. */
};

static struct err *
end_check(struct repairing *r, const struct repair_item *item, const char *port, struct ends *ends)
{
    struct vim_ref *end = row_new(flow_mem(r->f), &vim_ref_table);
    bool wants = false;

    if (!port || !map_add(&ends->asked, repair_key(flow_mem(r->f), item->site, port), r)) {
        return NULL;
    }
    if (map_add(&ends->asked, item->site, r)) {
        TRY(site_wants_ends(r, item->site, &wants));
        map_set(&ends->wants, item->site, wants ? r : NULL);
    }
    end->site = item->site;
    end->id = id_now(r, item, port);
    return map_get(&ends->wants, item->site)
               ? forward_end_check(r->f, flow_label(r->f, "end %s", port), end,
                                   flow_label(r->f, "classifier %s has an end", str_or(item->name, item->id)))
               : NULL;
}

/* Of classifiers that were made again: their ports may have been, too. */
static struct err *
ends_check(struct repairing *r)
{
    struct ends ends;

    map_init(&ends.asked, flow_mem(r->f));
    map_init(&ends.wants, flow_mem(r->f));
    for (size_t i = 0; i < r->plan->items.n; i++) {
        const struct repair_item *item = r->plan->items.items[i];

        if (is_made(item, "flow_classifier")) {
            TRY(end_check(r, item, json_get_str(item->input, "logical_source_port"), &ends));
            TRY(end_check(r, item, json_get_str(item->input, "logical_destination_port"), &ends));
        }
    }
    return NULL;
}

/* ---- telling what is there ---------------------------------------------------------------- */

static struct strs
members_now(struct repairing *r, const struct repair_item *item)
{
    struct strs now = {.n = item->members.n,
                       .items = MEM_ARRAY(flow_mem(r->f), item->members.n + 1, const char *)};

    for (size_t i = 0; i < now.n; i++) {
        now.items[i] = id_now(r, item, item->members.items[i]);
    }
    return now;
}

static void *
attach_in(struct repairing *r, const struct repair_item *item)
{
    struct vim_attachment *in = row_new(flow_mem(r->f), &vim_attachment_table);

    in->site = item->site;
    in->server_id = item->at;
    in->port_id = id_now(r, item, item->id);
    return in;
}

static void *
join_in(struct repairing *r, const struct repair_item *item)
{
    struct vim_router_interface *in = row_new(flow_mem(r->f), &vim_router_interface_table);

    in->site = item->site;
    in->router_id = id_now(r, item, item->id);
    in->subnet_id = id_now(r, item, item->at);
    return in;
}

/* As drift_route writes them. */
static void *
routes_in(struct repairing *r, const struct repair_item *item)
{
    struct vim_routes *in = row_new(flow_mem(r->f), &vim_routes_table);

    in->site = item->site;
    in->id = id_now(r, item, item->id);
    for (size_t i = 0; i < item->members.n; i++) {
        const char *text = item->members.items[i], *via = strstr(text, " via ");
        struct vim_route *route = row_new(flow_mem(r->f), &vim_route_table);

        if (via) {
            route->destination = mem_strn(flow_mem(r->f), text, (size_t)(via - text));
            route->nexthop = via + strlen(" via ");
            place_add(flow_mem(r->f), &in->routes, route);
        }
    }
    return in;
}

static void *
passes_in(struct repairing *r, const struct repair_item *item)
{
    struct vim_passes *in = row_new(flow_mem(r->f), &vim_passes_table);

    in->site = item->site;
    in->id = id_now(r, item, item->id);
    in->passes = item->members;
    return in;
}

static void *
members_in(struct repairing *r, const struct repair_item *item)
{
    struct vim_members *in = row_new(flow_mem(r->f), &vim_members_table);

    in->site = item->site;
    in->id = id_now(r, item, item->id);
    in->members = members_now(r, item);
    return in;
}

static void *
power_in(struct repairing *r, const struct repair_item *item)
{
    struct vim_power *in = row_new(flow_mem(r->f), &vim_power_table);

    in->site = item->site;
    in->id = item->id;
    in->name = item->name;
    in->running = str_eq(item->at, "ACTIVE");
    return in;
}

static void *
ref_in(struct repairing *r, const struct repair_item *item)
{
    struct vim_ref *in = row_new(flow_mem(r->f), &vim_ref_table);

    in->site = item->site;
    in->id = id_now(r, item, item->id);
    return in;
}

/* In the order in which it is done; a port that leads in is opened last. */
static const struct telling {
    const char *act;
    const struct step_kind *kind;
    void *(*in)(struct repairing *r, const struct repair_item *item);
} tellings[] = {
    {"POWER", &vim_server_power, power_in},
    {"JOIN", &vim_router_join, join_in},
    {"PASSES", &vim_port_passes_set, passes_in},
    {"ROUTES", &vim_router_routes_set, routes_in},
    {"MEMBERS", &vim_port_pair_group_set, members_in},
    {"CHAIN", &vim_port_chain_set, members_in},
};
static const struct telling attaching = {"ATTACH", &vim_server_attach, attach_in};
static const struct telling opening = {"OPEN", &vim_port_open, ref_in};

static struct err *
tell(struct repairing *r, const struct telling *telling)
{
    for (size_t i = 0; i < r->plan->items.n; i++) {
        const struct repair_item *item = r->plan->items.items[i];

        if (str_eq(item->act, telling->act)) {
            TRY(flow_step(r->f, flow_label(r->f, "%s %s", telling->act, item->id), telling->kind,
                          telling->in(r, item), NULL));
        }
    }
    return NULL;
}

/* ---- servers ------------------------------------------------------------------------------ */

/* Of a VNF alone: its operation is this one. */
static struct err *
own_heal(struct repairing *r, const struct vnf_in *wanted)
{
    struct vnf_in *in = row_copy(flow_mem(r->f), r->vnf);

    in->servers = wanted->servers;
    in->scales = wanted->scales;
    return vnf_servers_heal(r->f, in);
}

/* An NS's VNFs are healed by operations of theirs. */
static struct err *
servers_heal(struct repairing *r)
{
    struct ns_in *ns = r->ns ? row_copy(flow_mem(r->f), r->ns) : NULL;

    for (size_t i = 0; i < r->plan->items.n; i++) {
        const struct repair_item *item = r->plan->items.items[i];
        struct vnf_in *in = row_new(flow_mem(r->f), &vnf_in_table);

        if (!str_eq(item->act, "HEAL")) {
            continue;
        }
        TRY(row_from_json(flow_mem(r->f), &vnf_in_table, item->input, in));
        if (ns) {
            place_add(flow_mem(r->f), &ns->scaled, in);
        } else {
            TRY(own_heal(r, in));
        }
    }
    return ns && ns->scaled.n ? ns_vnfs_run(r->f, ns, &vnf_heal_flow) : NULL;
}

/* ---- deleting ----------------------------------------------------------------------------- */

static void
going_add(struct repairing *r, const struct repair_item *item, struct rows *going, struct rows *pairs)
{
    struct repair_pair *pair = row_new(flow_mem(r->f), &repair_pair_table);

    held_add(flow_mem(r->f), going, item->site, item->kind, item->id, item->id);
    pair->site = item->site;
    pair->kind = item->kind;
    pair->id = item->id;
    place_add(flow_mem(r->f), pairs, pair);
}

/* What others may have begun to make; late answers are in, then. */
static struct err *
doubts_clear(struct repairing *r)
{
    struct rows doubts = {0}, pairs = {0};

    for (size_t i = 0; i < r->plan->items.n; i++) {
        const struct repair_item *item = r->plan->items.items[i];

        if (str_eq(item->act, "CLEAR")) {
            going_add(r, item, &doubts, &pairs);
            ((struct held *)doubts.items[doubts.n - 1])->since = item->since;
        }
    }
    TRY(held_release(r->f, "in doubt: ", &doubts, NULL));
    return note(r, "what was in doubt", &pairs);
}

static struct err *
stale_delete(struct repairing *r)
{
    struct rows old = {0}, pairs = {0};

    for (size_t i = 0; i < r->plan->items.n; i++) {
        const struct repair_item *item = r->plan->items.items[i];

        if (item->stale && !is_alone(item)) {
            going_add(r, item, &old, &pairs);
        }
    }
    TRY(held_release(r->f, "old: ", &old, NULL));
    return note(r, "what went", &pairs);
}

static struct err *
left_over_delete(struct repairing *r)
{
    static const char *const kinds[] = {
        "security_group", "security_group_rule", "network",   "subnet",          "router",
        "interconnect",   "port",                "remote_port", "server",        "flow_classifier",
        "port_pair",      "port_pair_group",     "port_chain", "chain_label",    NULL};
    struct rows left = {0}, pairs = {0};

    for (const char *const *kind = kinds; *kind; kind++) {
        for (size_t i = 0; i < r->plan->items.n; i++) {
            const struct repair_item *item = r->plan->items.items[i];

            if (str_eq(item->act, "REMOVE") && str_eq(item->kind, *kind)) {
                going_add(r, item, &left, &pairs);
            }
        }
    }
    TRY(held_release(r->f, "left over: ", &left, NULL));
    return note(r, "what was left over", &pairs); /* One that was given up may have held it as stale. */
}

/* ---- the request ---------------------------------------------------------------------------- */

struct err *
repair_params_check(const struct json *params)
{
    json_each (params, i) {
        const char *key = params->keys[i];

        if (str_eq(key, REPAIR_LEFT_OVER) && !json_is(params->items[i], JSON_T_BOOL)) {
            return err_new(E_UNPROCESSABLE, NULL, "%s is true or false", key);
        }
        if (!str_eq(key, REPAIR_LEFT_OVER) && !str_eq(key, REPAIR_DEGREE)) {
            return err_new(E_UNPROCESSABLE, NULL, "%s is not known of a repair", key);
        }
    }
    return NULL;
}

struct err *
repair_check(struct tx *tx, const char *ns_id, const char *vnf_id)
{
    struct rows family = {0}, vnfs;

    TRY(ns_id ? repair_family(tx, ns_id, &family) : NULL);
    for (size_t i = 0; i < family.n; i++) {
        const struct drift_subject subject = {
            .ns_id = ((const struct ns_instance *)family.items[i])->id};

        TRY(drift_subject_vnfs(tx, &subject, &vnfs));
        TRY(drift_subject_free(tx, &subject, &vnfs));
    }
    return vnf_id ? vnf_operation_free(tx, vnf_id) : NULL;
}

struct err *
repair_free(struct tx *tx, const char *ns_id)
{
    struct rows family;

    TRY(repair_family(tx, ns_id, &family));
    for (size_t i = 0; i < family.n; i++) {
        const struct ns_instance *ns = family.items[i];
        struct cond open[] = {COND("ns_instance_id", ns->id), COND("operation", "HEAL"),
                              {.attr = "operation_state", .texts = lcm_open_states}, {0}};
        struct ns_lcm_op_occ *occ;
        struct flow_row *flow = NULL;

        TRY(row_find(tx, &ns_lcm_op_occ_table, open, &occ));
        TRY(occ ? row_get(tx, &flow_table, occ->id, &flow) : NULL);
        if (flow && str_eq(flow->type, ns_repair_flow.name)) {
            return err_new(E_CONFLICT, NULL,
                           "operation %s (%s) makes again what sites lost of NS instance %s, which "
                           "shares networks with this one, and is %s",
                           occ->id, occ->operation, ns->id, occ->operation_state);
        }
    }
    return NULL;
}

/* ---- the flows ----------------------------------------------------------------------------- */

static struct err *
repair_run(struct repairing *r)
{
    r->plan = row_new(flow_mem(r->f), &repair_plan_table);
    map_init(&r->now, flow_mem(r->f));
    map_init(&r->numbers, flow_mem(r->f));
    TRY(flow_step(r->f, "look", &repair_look_kind, r->in, r->plan));
    TRY(doubts_clear(r));
    for (const char *const *kind = makes; *kind; kind++) {
        TRY(str_eq(*kind, "port_chain") && !r->is_first ? ends_check(r) : NULL);
        TRY(kind_make(r, *kind));
        if (str_eq(*kind, "port")) { /* Sites make pairs and chains only of what is bound to a host. */
            TRY(tell(r, &attaching));
            TRY(servers_heal(r));
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(tellings); i++) {
        TRY(tell(r, &tellings[i]));
    }
    for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
        TRY(kind_make(r, labels[i]));
    }
    TRY(tell(r, &opening));
    TRY(stale_delete(r));
    return left_over_delete(r);
}

static struct err *
ns_repair(struct flow *f, const struct ns_in *in, bool is_first)
{
    struct repair_look *look = row_new(flow_mem(f), &repair_look_table);
    const struct json *params = json_path(in->request, "healNsData.additionalParamsforNs");

    look->ns_instance_id = in->ns_instance_id;
    look->left_over = json_bool(json_get(params, REPAIR_LEFT_OVER), false);
    return repair_run(&(struct repairing){.f = f, .in = look, .ns = in, .is_first = is_first});
}

static struct err *
ns_repair_run(struct flow *f, const void *arg)
{
    return ns_repair(f, arg, false);
}

static struct err *
ns_repair_run_2(struct flow *f, const void *arg)
{
    return ns_repair(f, arg, true);
}

static struct err *
vnf_repair_run(struct flow *f, const void *arg)
{
    const struct vnf_in *in = arg;
    struct repair_look *look = row_new(flow_mem(f), &repair_look_table);
    const struct json *params = json_get(in->request, "additionalParams");

    look->vnf_instance_id = in->vnf_instance_id;
    look->left_over = json_bool(json_get(params, REPAIR_LEFT_OVER), false);
    return repair_run(&(struct repairing){.f = f, .in = look, .vnf = in});
}

const struct flow_type ns_repair_flow_2 = {
    .name = "ns_repair",
    .version = 2,
    .doc = "The same, as when it did not look at the ends of chains.",
    .in = &ns_in_table,
    .run = ns_repair_run_2,
    .sweep = vim_sweep,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
const struct flow_type ns_repair_flow = {
    .name = "ns_repair",
    .version = 3,
    .doc = "Makes again what sites have lost of a network service.",
    .in = &ns_in_table,
    .run = ns_repair_run,
    .sweep = vim_sweep,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
const struct flow_type vnf_repair_flow = {
    .name = "vnf_repair",
    .version = 2,
    .doc = "Makes again what its site has lost of a VNF.",
    .in = &vnf_in_table,
    .run = vnf_repair_run,
    .sweep = vim_sweep,
    .state_changed = vnf_op_state_changed,
    .no_rollback = true,
};

/* ---- what a given-up one left --------------------------------------------------------------- */

struct left {
    struct tx *tx;
    const struct repair_plan *plan;
    struct repair_noted *noted;
};

static const struct repair_item *
item_of(const struct left *left, const char *id, const char *kind, const char *site)
{
    for (size_t i = 0; i < left->plan->items.n; i++) {
        const struct repair_item *item = left->plan->items.items[i];

        if (str_eq(item->act, "MAKE") && str_eq(item->kind, kind) && str_eq(item->site, site) &&
            str_eq(item->id, id)) {
            return item;
        }
    }
    return NULL;
}

static struct err *
left_add(void *arg, const struct touched *touched)
{
    struct left *left = arg;
    const char *id = repair_label_id(tx_mem(left->tx), touched->label);
    const char *kind = held_kind_of(touched->kind);
    const struct repair_item *item = id && kind ? item_of(left, id, kind, touched->site) : NULL;
    struct repair_pair *pair;

    if (!item || touched->touch != TOUCH_ADDED) {
        return NULL;
    }
    pair = row_new(tx_mem(left->tx), &repair_pair_table);
    pair->site = item->site;
    pair->kind = item->kind;
    pair->id = item->id;
    pair->now = mem_str(tx_mem(left->tx), touched->id);
    pair->stale = item->stale && !is_alone(item);
    place_add(tx_mem(left->tx), &left->noted->pairs, pair);
    return NULL;
}

struct err *
repair_left(struct tx *tx, const struct flow_row *flow, const char *ns_id, const char *vnf_id)
{
    struct repair_plan *plan = row_new(tx_mem(tx), &repair_plan_table);
    struct left left = {
        .tx = tx, .plan = plan, .noted = row_new(tx_mem(tx), &repair_noted_table)};
    struct cond look[] = {COND("flow_id", flow->id), COND("label", "look"), {0}};
    struct flow_step_row *row;
    const struct json *json;

    TRY(row_find(tx, &flow_step_table, look, &row));
    if (!row || !row->output) {
        return NULL;
    }
    TRY(json_parse(tx_mem(tx), row->output, strlen(row->output), &json));
    TRY(row_from_json(tx_mem(tx), &repair_plan_table, json, plan));
    left.noted->ns_instance_id = ns_id;
    left.noted->vnf_instance_id = vnf_id;
    TRY(journal_touched(tx, flow->id, left_add, &left));
    TRY(held_doubts(tx, flow->id, ns_id ? ns_id : vnf_id, flow->project_id));
    return repair_note(tx, left.noted, true);
}
