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

/* Who is gone lets nothing through. */
static void
shut_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;

    (void)answer;
    if (err && err->code != E_NOT_FOUND) {
        step_failed(step, err);
        return;
    }
    err_ignore(err, "there is no such port any more");
    step_done(step, NULL);
}

static void
open_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;

    (void)answer;
    if (err) {
        step_failed(step, err);
    } else {
        step_done(step, NULL);
    }
}

static void
gate_set(struct step *step, const char *body, vim_done_fn *answered)
{
    const struct vim_ref *ref = step_in(step);
    const struct vim_call call = {
        .site_id = ref->site,
        .service = "network",
        .method = "PUT",
        .path = port_path(step),
        .body = body,
    };

    step_vim_call(step, &call, answered, step);
}

static void
port_open(struct step *step)
{
    gate_set(step, "{\"port\": {\"admin_state_up\": true}}", open_answered);
}

static void
port_shut(struct step *step)
{
    gate_set(step, "{\"port\": {\"admin_state_up\": false}}", shut_answered);
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
