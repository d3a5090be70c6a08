/* Change of external connectivity (SOL003 5.4.11): connection points move to other networks (moves.h).
 *
 * Where paths go through ports that move, the NFVO has it done in two: paths follow when the new ports
 * are there (COMES), and the old ones go (GOES) when no path needs them. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/moves.h"
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
    return vnf_moves_check(made, wanted, &in->connections);
}

/* ---- the flow ---------------------------------------------------------------------------- */

/* Its beginning, or its end; those of what a foreign VNFM manages are the VNFM's. */
static struct err *
scripts_run(struct vnf_moves *run, bool before)
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

/* ---- the second part --------------------------------------------------------------------- */

/* What an earlier operation that was given up left goes as well. */
static void
parting_find(struct vnf_moves *run)
{
    struct mem *mem = flow_mem(run->f);

    for (size_t i = 0; i < run->before->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = run->before->vnfcs.items[i];
        struct made_vnfc *rest = row_copy(mem, vnfc);

        for (size_t j = 0; j < vnfc->parting.n; j++) {
            struct made_port *port = vnfc->parting.items[j];
            struct wanted_cp *cp = row_new(mem, &wanted_cp_table);
            struct vnf_move move = {.vnfc = vnfc, .cp = cp, .old = port};

            cp->cpd = mem_printf(mem, "%s %s", port->cpd, port->port_id);
            vec_add(mem, &run->moves, move);
        }
        rest->parting = (struct rows){0};
        vnf_rows_add(mem, &run->after->vnfcs, rest);
    }
}

static struct err *
parting_run(struct vnf_moves *run)
{
    run->after = row_copy(flow_mem(run->f), run->before);
    run->after->vnfcs = (struct rows){0};
    if (flow_is_plan(run->f)) {
        vnf_moves_find(run); /* The first part has done nothing. */
    } else {
        parting_find(run);
    }
    TRY(flow_started(run->f));
    TRY(flow_note(run->f, "%s: %zu ports leave", run->in->name, run->moves.n));
    TRY(vnf_moves_detach(run, NULL));
    TRY(vnf_moves_drop(run));
    TRY(scripts_run(run, false));
    flow_result(run->f, run->after);
    return NULL;
}

/* ---- the flow ---------------------------------------------------------------------------- */

static struct err *
moving_run(struct vnf_moves *run)
{
    const struct vnf_size nothing = {0};
    struct mem *mem = flow_mem(run->f);
    struct grant_out *grant = row_new(mem, &grant_out_table);

    TRY(run->in->vnfm ? NULL
                      : vnf_grant(run->f, &run->in, run->wanted,
                                  vnf_grant_in(run->f, run->in, run->before->site, &nothing),
                                  grant));
    TRY(grant->connections.n ? vnf_moves_check(run->before, run->wanted, &run->in->connections)
                             : NULL);
    run->after = row_copy(mem, run->before);
    vnf_moves_find(run);
    TRY(flow_started(run->f));
    TRY(vnf_request_judge(run->f, run->in, run->before->site));
    TRY(flow_note(run->f, "%s: %zu ports move", run->in->name, run->moves.n));
    TRY(scripts_run(run, true));
    TRY(vnf_moves_add(run));
    if (run->in->part) {
        vnf_moves_take(run);
        TRY(vnf_moves_keep(run, "instance"));
    } else {
        TRY(vnf_moves_detach(run, NULL));
        vnf_moves_take(run);
        TRY(run->in->vnfm ? foreign_connect(run->f, run->in, run->before, run->after) : NULL);
        TRY(vnf_moves_keep(run, "instance"));
        TRY(vnf_moves_drop(run));
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
    struct vnf_moves run = {
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
