/* The gate of a port: it is made shut where what watches over it is not there yet,
 * opened when that is, and shut again before that goes. */
#include "vim/session.h"

#include "flow/poison.h"

static const char *
port_path(const struct step *step)
{
    const struct vim_ref *ref = step_in(step);

    return mem_printf(step_mem(step), "/ports/%s", ref->id);
}

static void
gate_set(struct step *step, const char *body, vim_done_fn *answered)
{
    const struct vim_ref *ref = step_in(step);

    step_vim_put(step, ref->site, port_path(step), body, answered);
}

static void
port_open(struct step *step)
{
    gate_set(step, "{\"port\": {\"admin_state_up\": true}}", step_vim_answered);
}

static void
port_shut(struct step *step)
{
    /* Who is gone lets nothing through. */
    gate_set(step, "{\"port\": {\"admin_state_up\": false}}", step_vim_answered_or_gone);
}

static const char *
gate_describe(const struct step *step)
{
    const struct vim_ref *ref = step_in(step);

    return mem_printf(step_mem(step), "site %s: network PUT %s admin_state_up", ref->site,
                      port_path(step));
}

const struct step_kind vim_port_open = {.name = "vim port open",
                                        .doc = "a port begins to carry traffic",
                                        .effect = FLOW_WRITE,
                                        .in = &vim_ref_table,
                                        .act = port_open,
                                        .undo = port_shut,
                                        .describe = gate_describe};
const struct step_kind vim_port_shut = {.name = "vim port shut",
                                        .doc = "a port carries no more traffic",
                                        .effect = FLOW_WRITE,
                                        .in = &vim_ref_table,
                                        .act = port_shut,
                                        .describe = gate_describe};
