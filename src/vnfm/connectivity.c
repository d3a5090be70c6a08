/* Change of external connectivity (SOL003 5.4.11): where a connection point attaches to another
 * network, or gets another address there, a port is made and joins the server; then the old one
 * leaves it.  Old ports are deleted at the very end, so that everything before can be taken back.
 *
 * Where paths go through ports that move, the NFVO has it done in two: paths follow when the new ports
 * are there (COMES), and the old ones go (GOES) when no path needs them. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/held.h"
#include "vnfm/op_occ.h"
#include "vnfm/scripts.h"
#include "vnfm/request_check.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- which connection points ------------------------------------------------------------- */

/* Is the connection one of this connection point? */
static bool
is_of(const struct vnf_connection *connection, const struct wanted_cp *cp)
{
    return !cp->link &&
           (str_eq(connection->cpd, cp->ext_cpd) || str_eq(connection->cpd, cp->requirement) ||
            str_eq(connection->cpd, cp->cpd));
}

bool
vnf_connections_serve(const struct rows *connections, const struct wanted_cp *cp)
{
    for (size_t i = 0; i < connections->n; i++) {
        if (is_of(connections->items[i], cp)) {
            return true;
        }
    }
    return false;
}

/* Does the grant say where any connection point goes that the connection is one of? */
static bool
is_overridden(const struct vnf_wanted *wanted, const struct vnf_connection *connection,
              const struct rows *granted)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            if (is_of(connection, vnfc->cps.items[j]) &&
                vnf_connections_serve(granted, vnfc->cps.items[j])) {
                return true;
            }
        }
    }
    return false;
}

struct rows
vnf_connections_over(struct mem *mem, const struct vnf_wanted *wanted, const struct rows *given,
                     const struct rows *granted)
{
    struct rows after = {0};

    for (size_t i = 0; i < given->n; i++) {
        if (!is_overridden(wanted, given->items[i], granted)) {
            vnf_rows_add(mem, &after, given->items[i]);
        }
    }
    for (size_t i = 0; i < granted->n; i++) {
        vnf_rows_add(mem, &after, granted->items[i]);
    }
    return after;
}

static bool
has_ip(const struct made_port *port, const char *ip)
{
    for (size_t i = 0; i < port->ips.n; i++) {
        if (str_eq(port->ips.items[i], ip)) {
            return true;
        }
    }
    return false;
}

bool
vnf_port_fits(const struct made_port *port, const struct vnf_connection *connection)
{
    if (connection->port_id) {
        return str_eq(connection->port_id, port->port_id);
    }
    return !port->given && str_eq(connection->network_id, port->network_id) &&
           (!connection->ip_address || has_ip(port, connection->ip_address)) &&
           (!connection->mac_address || str_eq(connection->mac_address, port->mac_address));
}

static const struct wanted_vnfc *
wanted_of(const struct vnf_wanted *wanted, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *one = wanted->vnfcs.items[i];

        if (str_eq(one->vdu, vnfc->vdu) && one->number == vnfc->number) {
            return one;
        }
    }
    return NULL;
}

static const struct wanted_cp *
cp_of(const struct wanted_vnfc *vnfc, const struct made_port *port)
{
    for (size_t i = 0; vnfc && i < vnfc->cps.n; i++) {
        const struct wanted_cp *cp = vnfc->cps.items[i];

        if (str_eq(cp->cpd, port->cpd)) {
            return cp;
        }
    }
    return NULL;
}

/* ---- the connections of afterwards ------------------------------------------------------- */

/* What only the NFVO knows of a connection point stays: it is the same function in the same service. */
static void
fresh_add(struct mem *mem, const struct vnf_made *made, const struct wanted_cp *cp,
          const struct rows *given, struct rows *fresh)
{
    const struct vnf_connection *old = vnf_connection_of(&made->connections, cp, 0);

    for (size_t i = 0; i < given->n; i++) {
        struct vnf_connection *connection = row_copy(mem, given->items[i]);

        if (is_of(connection, cp)) {
            connection->function = old && old->function;
            connection->passes = old ? old->passes : (struct strs){0};
            connection->security_groups = old ? old->security_groups : (struct strs){0};
            vnf_rows_add(mem, fresh, connection);
        }
    }
}

/* Is it what servers attached to by a link that goes? */
static bool
goes(const struct vnf_connection *connection, const struct vnf_change *change)
{
    for (size_t i = 0; i < change->links_removed.n; i++) {
        const struct made_link *link = change->links_removed.items[i];

        if (str_eq(connection->cpd, link->name) && str_eq(connection->network_id, link->network_id)) {
            return true;
        }
    }
    return false;
}

struct rows
vnf_connections_after(struct mem *mem, const struct vnf_made *made,
                      const struct vnf_wanted *wanted, const struct rows *given,
                      const struct vnf_change *change)
{
    struct rows fresh = {0};
    struct map told, replaced;

    map_init(&told, mem);
    map_init(&replaced, mem);
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];

            if (!vnf_connections_serve(given, cp) || !map_add(&told, cp->cpd, &told)) {
                continue;
            }
            fresh_add(mem, made, cp, given, &fresh);
            map_set(&replaced, cp->cpd, &replaced);
            map_set(&replaced, str_or(cp->ext_cpd, cp->cpd), &replaced);
            map_set(&replaced, str_or(cp->requirement, cp->cpd), &replaced);
        }
    }
    for (size_t i = 0; i < made->connections.n; i++) {
        struct vnf_connection *old = made->connections.items[i];

        if (!map_get(&replaced, old->cpd) && !goes(old, change)) {
            vnf_rows_add(mem, &fresh, old);
        }
    }
    return fresh;
}

/* ---- the request ------------------------------------------------------------------------- */

/* Every instance of a connection point that is named has to know where it goes. */
static struct err *
instances_check(const struct vnf_made *made, const struct vnf_wanted *wanted,
                const struct rows *given)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];
        const struct wanted_vnfc *one = wanted_of(wanted, vnfc);

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct wanted_cp *cp = cp_of(one, vnfc->ports.items[j]);

            if (cp && vnf_connections_serve(given, cp) && !vnf_connection_of(given, cp, vnfc->number)) {
                request_fault(&faults,
                              "connection point %s has more instances than extVirtualLinks "
                              "configures",
                              cp->ext_cpd ? cp->ext_cpd : cp->cpd);
            }
        }
    }
    return faults;
}

struct err *
vnf_change_connectivity_check(struct tx *tx, const struct vnf_instance *instance,
                              const struct lcm_request *request, struct vnf_in *in)
{
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_wanted *wanted = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnfd *vnfd;

    TRY(vnf_whole_check(tx, instance, "connected otherwise", made));
    TRY(vnfd_load(tx, instance->package_id, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, made->flavour_id, made->level_id, &made->scales,
                        wanted));
    in->operation = "CHANGE_EXT_CONN";
    in->scales = made->scales;
    in->site = made->site;
    TRY(connections_check(tx, made, wanted, request,
                          connectivity_links(tx_mem(tx), request->row), in));
    return instances_check(made, wanted, &in->connections);
}

/* ---- the step ---------------------------------------------------------------------------- */

struct err *
vnf_servers_last(struct tx *tx, const struct vnf_made *made)
{
    struct rows servers = {0};

    for (size_t i = 0; i < made->vnfcs.n; i++) {
        vnfc_server_held(tx_mem(tx), made->site, made->vnfcs.items[i], &servers);
    }
    TRY(held_drop(tx, made->vnf_instance_id, &servers));
    return held_insert(tx, made->vnf_instance_id, made->project_id, &servers);
}

static struct err *
connected_local(struct tx *tx, const void *in, void *out)
{
    TRY(vnf_scaled.local(tx, in, out));
    return vnf_servers_last(tx, ((const struct vnf_scaled *)in)->made.items[0]);
}

static struct err *
connected_undo(struct tx *tx, const void *in, const void *out)
{
    return vnf_scaled.undo_local(tx, in, out);
}

const struct step_kind vnf_connected = {
    .name = "vnf connected",
    .doc = "The instance tells its ports of now, and holds them as if made before its servers.",
    .effect = FLOW_LOCAL,
    .in = &vnf_scaled_table,
    .out = &vnf_made_table,
    .local = connected_local,
    .undo_local = connected_undo,
};

/* ---- the flow ---------------------------------------------------------------------------- */

/* A port that another one takes the place of. */
struct move {
    const struct made_vnfc *vnfc;
    const struct wanted_vnfc *wanted;
    const struct wanted_cp *cp;
    struct made_port *old, *new;
};

struct run {
    struct flow *f;
    const struct vnf_in *in;
    struct vnf_made *before, *after;
    struct vnf_wanted *wanted;
    VEC(struct move) moves;
};

static void
moves_find(struct run *run)
{
    struct mem *mem = flow_mem(run->f);

    for (size_t i = 0; i < run->before->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = run->before->vnfcs.items[i];
        const struct wanted_vnfc *wanted = wanted_of(run->wanted, vnfc);

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            struct made_port *port = vnfc->ports.items[j];
            const struct wanted_cp *cp = cp_of(wanted, port);
            const struct vnf_connection *connection =
                cp && vnf_connections_serve(&run->in->connections, cp)
                    ? vnf_connection_of(&run->after->connections, cp, vnfc->number)
                    : NULL;

            if (connection && !vnf_port_fits(port, connection)) {
                struct move move = {.vnfc = vnfc, .wanted = wanted, .cp = cp, .old = port};

                vec_add(mem, &run->moves, move);
            }
        }
    }
}

static struct err *
attachment_step(struct run *run, const struct move *move, const char *word,
                const struct step_kind *kind, const struct made_port *port)
{
    struct vim_attachment *in = row_new(flow_mem(run->f), &vim_attachment_table);

    in->site = run->before->site;
    in->server_id = move->vnfc->server_id;
    in->port_id = port->port_id;
    return flow_step(run->f, flow_label(run->f, "%s %s %s", word, move->vnfc->name, move->cp->cpd),
                     kind, in, NULL);
}

static struct err *
port_add(struct run *run, struct move *move)
{
    struct mem *mem = flow_mem(run->f);
    struct vnfc_in *in = row_new(mem, &vnfc_in_table);

    in->site = run->before->site;
    in->name = mem_printf(mem, "%s-%s", run->in->name, move->vnfc->name);
    in->connections = run->after->connections;
    move->new = row_new(mem, &made_port_table);
    TRY(vnfc_port_make(run->f, in, move->wanted, move->cp, move->new));
    return run->in->vnfm
               ? NULL
               : attachment_step(run, move, "attach", &vim_server_attach, move->new);
}

static struct err *
port_drop(struct run *run, const struct move *move)
{
    struct vim_ref *ref = row_new(flow_mem(run->f), &vim_ref_table);

    if (move->old->given) {
        return NULL;
    }
    ref->site = run->before->site;
    ref->id = move->old->port_id;
    return flow_step(run->f, flow_label(run->f, "drop %s %s", move->vnfc->name, move->cp->cpd),
                     &vim_port_drop, ref, NULL);
}

/* New ports first, all of them, then old ones leave: make before break. */
static struct err *
ports_add(struct run *run)
{
    vec_each (&run->moves, move) {
        TRY(port_add(run, move));
    }
    return NULL;
}

static struct err *
ports_detach(struct run *run)
{
    if (run->in->vnfm) {
        return NULL; /* Its VNFM does. */
    }
    vec_each (&run->moves, move) {
        TRY(attachment_step(run, move, "detach", &vim_server_detach, move->old));
    }
    return NULL;
}

static int64_t
moved_next(const struct made_vnfc *vnfc)
{
    int64_t last = 0;

    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const struct made_port *port = vnfc->ports.items[i];

        last = port->moved > last ? port->moved : last;
    }
    return last + 1;
}

/* Its ports, new ones in the place of old ones, which stay as parting where that is another part. */
static struct made_vnfc *
vnfc_after(struct run *run, const struct made_vnfc *old)
{
    struct mem *mem = flow_mem(run->f);
    struct made_vnfc *vnfc = row_copy(mem, old);

    vnfc->ports = (struct rows){0};
    for (size_t i = 0; i < old->ports.n; i++) {
        struct made_port *port = old->ports.items[i];

        vec_each (&run->moves, move) {
            if (move->old == old->ports.items[i]) {
                port = move->new;
                if (run->in->part) {
                    port->moved = moved_next(old);
                    vnf_rows_add(mem, &vnfc->parting, move->old);
                }
            }
        }
        vnf_rows_add(mem, &vnfc->ports, port);
    }
    return vnfc;
}

static void
vnfcs_after(struct run *run)
{
    run->after->vnfcs = (struct rows){0};
    for (size_t i = 0; i < run->before->vnfcs.n; i++) {
        vnf_rows_add(flow_mem(run->f), &run->after->vnfcs,
                     vnfc_after(run, run->before->vnfcs.items[i]));
    }
}

/* The instance tells its new ports, and holds the old ones until they are deleted. */
static struct err *
instance_keep(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    struct vnf_scaled *moved = row_new(mem, &vnf_scaled_table);

    vnf_rows_add(mem, &moved->made, run->after);
    vec_each (&run->moves, move) {
        if (!move->new->given) {
            held_add(mem, &moved->added, run->before->site, "port", move->new->port_id,
                     move->new->cpd);
        }
    }
    /* Of what a foreign VNFM manages there are no servers to be held. */
    return flow_step(run->f, "instance", run->in->vnfm ? &vnf_scaled : &vnf_connected, moved, NULL);
}

static struct err *
ports_drop(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    struct vnf_scaled *dropped = row_new(mem, &vnf_scaled_table);

    vnf_rows_add(mem, &dropped->made, run->after);
    vec_each (&run->moves, move) {
        TRY(port_drop(run, move));
        if (!move->old->given) {
            held_add(mem, &dropped->removed, run->before->site, "port", move->old->port_id,
                     move->old->cpd);
        }
    }
    return flow_step(run->f, "holdings", &vnf_scaled, dropped, NULL);
}

/* Its beginning, or its end; those of what a foreign VNFM manages are the VNFM's. */
static struct err *
scripts_run(struct run *run, bool before)
{
    const struct vnf_made *made = before ? run->before : run->after;

    return run->in->vnfm ? NULL
                         : vnf_scripts_run(&(struct scripts){.f = run->f,
                                                             .in = run->in,
                                                             .before = before,
                                                             .wanted = run->wanted,
                                                             .vnfcs = &made->vnfcs,
                                                             .old = &run->before->vnfcs});
}

static void
connections_find(struct run *run)
{
    const struct vnf_change servers = {0};

    run->after->connections =
        vnf_connections_after(flow_mem(run->f), run->before, run->wanted, &run->in->connections,
                              &servers);
    moves_find(run);
}

/* ---- the second part --------------------------------------------------------------------- */

/* What an earlier operation that was given up left goes as well. */
static void
parting_find(struct run *run)
{
    struct mem *mem = flow_mem(run->f);

    for (size_t i = 0; i < run->before->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = run->before->vnfcs.items[i];
        struct made_vnfc *rest = row_copy(mem, vnfc);

        for (size_t j = 0; j < vnfc->parting.n; j++) {
            struct made_port *port = vnfc->parting.items[j];
            struct wanted_cp *cp = row_new(mem, &wanted_cp_table);
            struct move move = {.vnfc = vnfc, .cp = cp, .old = port};

            cp->cpd = mem_printf(mem, "%s %s", port->cpd, port->port_id);
            vec_add(mem, &run->moves, move);
        }
        rest->parting = (struct rows){0};
        vnf_rows_add(mem, &run->after->vnfcs, rest);
    }
}

static struct err *
parting_run(struct run *run)
{
    run->after = row_copy(flow_mem(run->f), run->before);
    run->after->vnfcs = (struct rows){0};
    if (flow_is_plan(run->f)) {
        connections_find(run); /* The first part has done nothing. */
    } else {
        parting_find(run);
    }
    TRY(flow_started(run->f));
    TRY(flow_note(run->f, "%s: %zu ports leave", run->in->name, run->moves.n));
    TRY(ports_detach(run));
    TRY(ports_drop(run));
    TRY(scripts_run(run, false));
    flow_result(run->f, run->after);
    return NULL;
}

/* ---- the flow ---------------------------------------------------------------------------- */

static struct err *
moving_run(struct run *run)
{
    const struct vnf_size nothing = {0};
    struct mem *mem = flow_mem(run->f);
    struct grant_out *grant = row_new(mem, &grant_out_table);

    TRY(run->in->vnfm ? NULL
                      : vnf_grant(run->f, &run->in, run->wanted,
                                  vnf_grant_in(run->f, run->in, run->before->site, &nothing),
                                  grant));
    TRY(grant->connections.n ? instances_check(run->before, run->wanted, &run->in->connections)
                             : NULL);
    run->after = row_copy(mem, run->before);
    connections_find(run);
    TRY(flow_started(run->f));
    TRY(vnf_request_judge(run->f, run->in, run->before->site));
    TRY(flow_note(run->f, "%s: %zu ports move", run->in->name, run->moves.n));
    TRY(scripts_run(run, true));
    TRY(ports_add(run));
    if (run->in->part) {
        vnfcs_after(run);
        TRY(instance_keep(run));
    } else {
        TRY(ports_detach(run));
        vnfcs_after(run);
        TRY(run->in->vnfm ? foreign_connect(run->f, run->in, run->before, run->after) : NULL);
        TRY(instance_keep(run));
        TRY(ports_drop(run));
        TRY(scripts_run(run, false));
    }
    flow_result(run->f, run->after);
    return NULL;
}

static struct err *
connectivity_run(struct flow *f, const void *arg)
{
    const struct vnf_in *in = arg;
    struct mem *mem = flow_mem(f);
    struct run run = {
        .f = f,
        .in = in,
        .before = row_new(mem, &vnf_made_table),
        .wanted = row_new(mem, &vnf_wanted_table),
    };

    TRY(vnf_now_read(f, in, run.before, run.wanted));
    return str_eq(in->part, "GOES") ? parting_run(&run) : moving_run(&run);
}

const struct flow_type vnf_change_connectivity_flow = {
    .name = "vnf_change_connectivity",
    .version = 1,
    .doc = "Moves external connection points of a VNF to other networks.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = connectivity_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
};
