/* A server's life as a flow sees it: its create is only the beginning of a boot,
 * and a graceful end begins with a shutdown. */
#include "vim/session.h"

#include "flow/poison.h"

/* A boot may be slow, but a site that does not even answer is not waited for. */
#define BOOT_TIMEOUT_MS 600000
#define BOOT_SILENCE_MS 30000
#define BOOT_POLL_MS 100
#define STOP_POLL_MS 200

/* ---- boot ------------------------------------------------------------------------------ */

static struct err *
is_active(const void *out, const void *arg, bool *done)
{
    const struct vim_made *server = out;

    (void)arg;
    *done = str_eq(server->status, "ACTIVE");
    if (str_eq(server->status, "ERROR")) {
        return err_new(E_REMOTE, "ServerError", "site %s: server %s is in ERROR: %s",
                       server->site, server->id, str_or(server->fault, "(no reason given)"));
    }
    return NULL;
}

/* It does not come up any more, and nobody has stopped it: who made it waits for it here. */
static struct err *
has_booted(const void *out, const void *arg, bool *done)
{
    const struct vim_made *server = out;

    TRY(is_active(out, arg, done));
    if (str_eq(server->status, "SHUTOFF")) {
        return err_new(E_REMOTE, "ServerError",
                       "site %s: server %s is SHUTOFF: it ended while it was starting",
                       server->site, server->id);
    }
    return NULL;
}

struct err *
vim_server_boot(struct flow *f, const char *label, const struct vim_server *in,
                struct vim_made *made)
{
    const struct flow_poll poll = {.until = has_booted,
                                   .interval_ms = BOOT_POLL_MS,
                                   .timeout_ms = BOOT_TIMEOUT_MS,
                                   .silence_ms = BOOT_SILENCE_MS,
                                   .made_by = label};
    struct vim_ref *ref = flow_new(f, &vim_ref_table);
    struct vim_made created;

    TRY(flow_step(f, label, &vim_server_create, in, &created));
    ref->site = in->site;
    ref->id = created.id;
    return flow_poll(f, flow_label(f, "%s active", label), &vim_server_show, ref, &poll, made);
}

/* ---- made anew ------------------------------------------------------------------------- */

static struct err *
is_active_again(const void *out, const void *arg, bool *done)
{
    const struct vim_made *server = out;

    TRY(is_active(out, arg, done));
    if (str_eq(server->status, "SHUTOFF")) {
        return err_new(E_REMOTE, "ServerError", "site %s: server %s does not run", server->site,
                       server->id);
    }
    return NULL;
}

struct err *
vim_server_remake(struct flow *f, const char *label, const struct vim_rebuild *in)
{
    static const struct flow_poll poll = {.until = is_active_again,
                                          .interval_ms = BOOT_POLL_MS,
                                          .timeout_ms = BOOT_TIMEOUT_MS,
                                          .silence_ms = BOOT_SILENCE_MS};
    struct vim_ref *ref = flow_new(f, &vim_ref_table);

    TRY(flow_step(f, label, &vim_server_rebuild, in, NULL));
    ref->site = in->site;
    ref->id = in->id;
    return flow_poll(f, flow_label(f, "%s active", label), &vim_server_show, ref, &poll, NULL);
}

/* ---- stop ------------------------------------------------------------------------------ */

/* Gone, or stopped already, is as good. */
static void
stop_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct step *step = arg;

    (void)answer;
    if (err && err->code != E_NOT_FOUND && err->code != E_CONFLICT) {
        step_failed(step, err);
        return;
    }
    err_ignore(err, "it does not run");
    step_done(step, NULL);
}

static void
stop_act(struct step *step)
{
    const struct vim_ref *ref = step_in(step);
    const struct vim_call call = {
        .site_id = ref->site,
        .service = "compute",
        .method = "POST",
        .path = mem_printf(step_mem(step), "/servers/%s/action", ref->id),
        .body = "{\"os-stop\": null}",
    };

    step_vim_call(step, &call, stop_answered, step);
}

static const char *
stop_describe(const struct step *step)
{
    const struct vim_ref *ref = step_in(step);

    return mem_printf(step_mem(step), "site %s: compute POST /servers/%s/action os-stop",
                      ref->site, ref->id);
}

const struct step_kind vim_server_stop = {.name = "vim server stop",
                                          .doc = "a server is asked to shut down",
                                          .effect = FLOW_WRITE,
                                          .in = &vim_ref_table,
                                          .act = stop_act,
                                          .describe = stop_describe};

static struct err *
is_stopped(const void *out, const void *arg, bool *done)
{
    const struct vim_made *server = out;

    (void)arg;
    *done = str_eq(server->status, "SHUTOFF") || str_eq(server->status, "ERROR");
    return NULL;
}

struct err *
vim_server_shutdown(struct flow *f, const char *label, const struct vim_ref *server,
                    int64_t timeout_s)
{
    const struct flow_poll poll = {.until = is_stopped,
                                   .interval_ms = STOP_POLL_MS,
                                   .timeout_ms = timeout_s > 0 ? timeout_s * 1000 : 1};
    struct err *e;

    TRY(flow_step(f, label, &vim_server_stop, server, NULL));
    e = flow_poll(f, flow_label(f, "%s done", label), &vim_server_show, server, &poll, NULL);
    if (err_is(e, E_NOT_FOUND) || (e && str_eq(e->type, "NotInTime"))) {
        err_ignore(e, "who does not stop in time is deleted as it runs");
        e = NULL;
    }
    return e;
}
