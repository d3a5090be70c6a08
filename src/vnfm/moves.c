/* A port that another takes the place of: made, at the server beside the old one, and in its place. */
#include "vnfm/moves.h"

#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/held.h"
#include "vnfm/request_check.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- which ports ------------------------------------------------------------------------- */

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

struct err *
vnf_moves_check(const struct vnf_made *made, const struct vnf_wanted *wanted,
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

static void
moves_find(struct vnf_moves *m)
{
    struct mem *mem = flow_mem(m->f);

    for (size_t i = 0; i < m->before->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = m->before->vnfcs.items[i];
        const struct wanted_vnfc *wanted = wanted_of(m->wanted, vnfc);

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            struct made_port *port = vnfc->ports.items[j];
            const struct wanted_cp *cp = cp_of(wanted, port);
            const struct vnf_connection *connection =
                cp && vnf_connections_serve(&m->in->connections, cp)
                    ? vnf_connection_of(&m->after->connections, cp, vnfc->number)
                    : NULL;

            if (connection && !vnf_port_fits(port, connection)) {
                struct vnf_move move = {.vnfc = vnfc, .wanted = wanted, .cp = cp, .old = port};

                vec_add(mem, &m->moves, move);
            }
        }
    }
}

/* ---- the steps --------------------------------------------------------------------------- */

static struct err *
attachment_step(struct vnf_moves *m, const struct vnf_move *move, const char *word,
                const struct step_kind *kind, const struct made_port *port)
{
    struct vim_attachment *in = row_new(flow_mem(m->f), &vim_attachment_table);

    in->site = m->before->site;
    in->server_id = move->vnfc->server_id;
    in->port_id = port->port_id;
    return flow_step(m->f, flow_label(m->f, "%s %s %s", word, move->vnfc->name, move->cp->cpd),
                     kind, in, NULL);
}

static struct err *
port_add(struct vnf_moves *m, struct vnf_move *move)
{
    struct mem *mem = flow_mem(m->f);
    struct vnfc_in *in = row_new(mem, &vnfc_in_table);

    in->site = m->before->site;
    in->name = mem_printf(mem, "%s-%s", m->in->name, move->vnfc->name);
    in->connections = m->after->connections;
    move->new = row_new(mem, &made_port_table);
    TRY(vnfc_port_make(m->f, in, move->wanted, move->cp, move->new));
    return m->in->vnfm
               ? NULL
               : attachment_step(m, move, "attach", &vim_server_attach, move->new);
}

static struct err *
port_drop(struct vnf_moves *m, const struct vnf_move *move)
{
    struct vim_ref *ref = row_new(flow_mem(m->f), &vim_ref_table);

    if (move->old->given) {
        return NULL;
    }
    ref->site = m->before->site;
    ref->id = move->old->port_id;
    return flow_step(m->f, flow_label(m->f, "drop %s %s", move->vnfc->name, move->cp->cpd),
                     &vim_port_drop, ref, NULL);
}

struct err *
vnf_moves_add(struct vnf_moves *m)
{
    vec_each (&m->moves, move) {
        TRY(port_add(m, move));
    }
    return NULL;
}

struct err *
vnf_moves_detach(struct vnf_moves *m, const struct made_vnfc *vnfc)
{
    if (m->in->vnfm) {
        return NULL; /* Its VNFM does. */
    }
    vec_each (&m->moves, move) {
        TRY(!vnfc || move->vnfc == vnfc
                ? attachment_step(m, move, "detach", &vim_server_detach, move->old)
                : NULL);
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
vnfc_after(struct vnf_moves *m, const struct made_vnfc *old)
{
    struct mem *mem = flow_mem(m->f);
    struct made_vnfc *vnfc = row_copy(mem, old);

    vnfc->ports = (struct rows){0};
    for (size_t i = 0; i < old->ports.n; i++) {
        struct made_port *port = old->ports.items[i];

        vec_each (&m->moves, move) {
            if (move->old == old->ports.items[i]) {
                port = move->new;
                if (m->in->part) {
                    port->moved = moved_next(old);
                    vnf_rows_add(mem, &vnfc->parting, move->old);
                }
            }
        }
        vnf_rows_add(mem, &vnfc->ports, port);
    }
    return vnfc;
}

void
vnf_moves_take(struct vnf_moves *m)
{
    m->after->vnfcs = (struct rows){0};
    for (size_t i = 0; i < m->before->vnfcs.n; i++) {
        vnf_rows_add(flow_mem(m->f), &m->after->vnfcs,
                     vnfc_after(m, m->before->vnfcs.items[i]));
    }
}

struct err *
vnf_moves_keep(struct vnf_moves *m, const char *label)
{
    struct mem *mem = flow_mem(m->f);
    struct vnf_scaled *moved = row_new(mem, &vnf_scaled_table);

    vnf_rows_add(mem, &moved->made, m->after);
    vec_each (&m->moves, move) {
        if (!move->new->given) {
            held_add(mem, &moved->added, m->before->site, "port", move->new->port_id,
                     move->new->cpd);
        }
    }
    /* Of what a foreign VNFM manages there are no servers to be held. */
    return flow_step(m->f, label, m->in->vnfm ? &vnf_scaled : &vnf_connected, moved, NULL);
}

struct err *
vnf_moves_drop(struct vnf_moves *m)
{
    struct mem *mem = flow_mem(m->f);
    struct vnf_scaled *dropped = row_new(mem, &vnf_scaled_table);

    vnf_rows_add(mem, &dropped->made, m->after);
    vec_each (&m->moves, move) {
        TRY(port_drop(m, move));
        if (!move->old->given) {
            held_add(mem, &dropped->removed, m->before->site, "port", move->old->port_id,
                     move->old->cpd);
        }
    }
    return flow_step(m->f, "holdings", &vnf_scaled, dropped, NULL);
}

void
vnf_moves_find(struct vnf_moves *m)
{
    const struct vnf_change servers = {0};

    m->after->connections =
        vnf_connections_after(flow_mem(m->f), m->before, m->wanted, &m->in->connections, &servers);
    moves_find(m);
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
