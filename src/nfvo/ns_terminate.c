/* NS termination (SOL005 6.4.8), the reverse of instantiation: steering first, so
 * that no chain ever points at what is gone; then VNFs in parallel; then what the
 * sites had for them. */
#include "nfvo/ns_parts.h"
#include "nfvo/place.h"
#include "vim/marked.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

static const char *const steering_kinds[] = {
    "chain_label", "port_chain", "port_pair_group", "flow_classifier", "port_pair", "remote_port",
    "port",        NULL};

struct run {
    struct flow *f;
    struct mem *mem;
    const struct ns_in *in;
    struct owner *owner;
    int version; /* 1: another order, and labels by name; before 3 no scripts */
};

/* What is (or is not) of the steering kinds. */
static struct err *
release(struct run *run, const struct held_list *held, const char *round, bool steering)
{
    struct rows items = {0};

    for (size_t i = 0; i < held->items.n; i++) {
        struct held *item = held->items.items[i];

        if (str_in(item->kind, steering_kinds) == steering) {
            place_add(run->mem, &items, item);
        }
    }
    return run->version == 1 ? ns_release_as_listed(run->f, run->owner, &items, round)
                                 : ns_release(run->f, run->owner, &items, round);
}

/* The service access points (the ports that the NS itself holds) close first: nothing
 * is to go past functions that are taken away. */
static struct err *
saps_shut(struct run *run, const struct held_list *held)
{
    for (size_t i = 0; i < held->items.n; i++) {
        const struct held *item = held->items.items[i];
        struct vim_ref *port = row_new(run->mem, &vim_ref_table);

        if (!str_eq(item->kind, "port") || vim_is_marker(item->resource_id)) {
            continue;
        }
        port->site = item->site;
        port->id = item->resource_id;
        TRY(flow_step(run->f, flow_label(run->f, "shut SAP %s", item->label), &vim_port_shut, port,
                      NULL));
    }
    return NULL;
}

/* How the request wants a VNF instance to end.  Its scripts say farewell unless it says by force: a server
 * that is dead does not hold up an end that it is part of. */
static struct err *
manner_fill(struct run *run, struct vnf_in *in)
{
    bool by_force = false;
    struct terminate_ns_request *request = row_new(run->mem, &terminate_ns_request_table);

    TRY(row_decode(run->mem, &terminate_ns_request_table, run->in->request, ROW_PLAIN, 0, NULL,
                   request));
    for (size_t i = 0; i < request->vnfs.n; i++) {
        const struct terminate_vnf_data *data = request->vnfs.items[i];

        if (str_eq(data->vnf_instance_id, in->vnf_instance_id)) {
            by_force = str_eq(data->type, "FORCEFUL");
            in->graceful = str_eq(data->type, "GRACEFUL");
            in->timeout_s = data->timeout_s == INT_NULL ? GRACEFUL_TIMEOUT_S : data->timeout_s;
        }
    }
    if (run->version > 2 && !by_force) {
        in->scripts_reach_s = NS_SCRIPTS_REACH_S;
    }
    return NULL;
}

/* Names are the clients', who may give one twice. */
static const char *
label_of(struct run *run, const struct ns_end *left, const struct vnf_in *in)
{
    size_t n = 0;

    for (size_t i = 0; i < left->vnfs.n; i++) {
        n += str_eq(((const struct vnf_in *)left->vnfs.items[i])->name, in->name);
    }
    return n > 1 && run->version > 1
               ? flow_label(run->f, "vnf %s %s", in->name, in->vnf_instance_id)
               : flow_label(run->f, "vnf %s", in->name);
}

static struct err *
vnfs_terminate(struct run *run)
{
    struct ns_end *left = row_new(run->mem, &ns_end_table);

    TRY(flow_step(run->f, "instances", &ns_vnfs_left, run->owner, left));
    for (size_t i = 0; i < left->vnfs.n; i++) {
        struct vnf_in *in = left->vnfs.items[i];
        const char *label = label_of(run, left, in);

        in = row_copy(run->mem, in);
        in->ns_lcm_op_occ_id = flow_self(run->f);
        TRY(manner_fill(run, in));
        TRY(flow_spawn_as(run->f, label, &vnf_terminate_flow, flow_id(run->f, label), in));
    }
    for (size_t i = 0; i < left->vnfs.n; i++) {
        const struct vnf_in *in = left->vnfs.items[i];

        TRY(flow_join(run->f, label_of(run, left, in), NULL));
    }
    return NULL;
}

static struct err *
terminate_as(struct flow *f, const struct ns_in *in, int version)
{
    struct run run = {
        .f = f,
        .mem = flow_mem(f),
        .in = in,
        .owner = row_new(flow_mem(f), &owner_table),
        .version = version,
    };
    struct held_list *held = row_new(run.mem, &held_list_table);

    run.owner->owner_id = run.in->ns_instance_id;
    run.owner->project_id = run.in->project_id;
    TRY(ns_hold(f, in));
    TRY(flow_step(f, "holdings", &held_read, run.owner, held));
    TRY(saps_shut(&run, held));
    TRY(release(&run, held, "steering", true));
    TRY(ns_nested_end(f, in));
    TRY(vnfs_terminate(&run));
    TRY(release(&run, held, "base", false));
    return flow_step(f, "instance", &ns_forget, run.owner, NULL);
}

static struct err *
terminate_run(struct flow *f, const void *arg)
{
    return terminate_as(f, arg, 3);
}

static struct err *
terminate_run_2(struct flow *f, const void *arg)
{
    return terminate_as(f, arg, 2);
}

static struct err *
terminate_run_1(struct flow *f, const void *arg)
{
    return terminate_as(f, arg, 1);
}

const struct flow_type ns_terminate_flow = {
    .name = "ns_terminate",
    .version = 3,
    .doc = "Terminates a network service.",
    .in = &ns_in_table,
    .run = terminate_run,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
const struct flow_type ns_terminate_flow_2 = {
    .name = "ns_terminate",
    .version = 2,
    .doc = "The same without scripts of its VNFs; those that an earlier program began.",
    .in = &ns_in_table,
    .run = terminate_run_2,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
const struct flow_type ns_terminate_flow_1 = {
    .name = "ns_terminate",
    .version = 1,
    .doc = "The same in the order in which things were made; those that an earlier program began.",
    .in = &ns_in_table,
    .run = terminate_run_1,
    .state_changed = ns_op_state_changed,
    .no_rollback = true,
};
