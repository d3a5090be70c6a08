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

/* ---- what it may send for others ---------------------------------------------------------- */

static void
passes_put(struct step *step, const struct vim_passes *in, const char *pairs, vim_done_fn *answered)
{
    step_vim_put(step, in->site, mem_printf(step_mem(step), "/ports/%s", in->id),
                 mem_printf(step_mem(step), "{\"port\": {\"allowed_address_pairs\": %s}}", pairs),
                 answered);
}

const struct json *
vim_address_pairs(struct mem *mem, const struct strs *prefixes)
{
    const struct json *pairs = NULL;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    for (size_t i = 0; i < prefixes->n; i++) {
        jw_object(&w, NULL);
        jw_str(&w, "ip_address", prefixes->items[i]);
        jw_end(&w);
    }
    jw_end(&w);
    err_ignore(json_parse(mem, text.data, text.len, &pairs), "it was written here");
    return pairs;
}

static void
passes_set(struct step *step)
{
    const struct vim_passes *in = step_in(step);
    const struct json *pairs = vim_address_pairs(step_mem(step), &in->passes);

    passes_put(step, in, json_text(step_mem(step), pairs), step_vim_answered);
}

static void
passes_restore(struct step *step)
{
    const struct vim_passes *in = step_in(step);

    passes_put(step, in, in->before ? json_text(step_mem(step), in->before) : "[]",
               step_vim_answered_or_gone);
}

static const char *
passes_describe(const struct step *step)
{
    const struct vim_passes *in = step_in(step);
    AUTO_BUF text = BUF_INIT;

    for (size_t i = 0; i < in->passes.n; i++) {
        buf_printf(&text, "%s%s", i ? ", " : "", in->passes.items[i]);
    }
    return mem_printf(step_mem(step), "site %s: network PUT /ports/%s allowed_address_pairs %s",
                      in->site, in->id, str_or(text.data, "none"));
}

const struct step_kind vim_port_passes_set = {.name = "vim port passes",
                                              .doc = "a port may send packets of these prefixes",
                                              .effect = FLOW_WRITE,
                                              .in = &vim_passes_table,
                                              .act = passes_set,
                                              .undo = passes_restore,
                                              .describe = passes_describe};
