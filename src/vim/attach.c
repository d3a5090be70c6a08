/* A port joins a server that is there, or leaves it (Compute API: os-interface).  Each is the other's
 * undo, and harmless to repeat: it is looked at first, and at the end. */
#include "vim/session.h"

#define LOOK_MS 200
#define BUSY_TRIES 40 /* Every LOOK_MS: while something else is done with it. */
#define DOUBT_TRIES 5 /* A 5xx or a lost answer. */
#define GONE_S 120    /* So long a port may take to leave. */

struct attach {
    struct step *step;
    struct loop_timer *timer;
    bool attached; /* what is wanted */
    bool asked;
    bool undo;      /* what a server is left by may be gone with it: then there is nothing to join */
    struct err *missing; /* of such a one: what the site said, until it tells of the server */
    int tries;
    int64_t deadline_ns;
};

static void
attach_end(struct attach *attach, struct err *err)
{
    loop_timer_del(attach->timer);
    if (err) {
        step_failed(attach->step, err);
    } else {
        step_done(attach->step, NULL);
    }
}

static void
attach_trouble(struct attach *attach, struct err *err)
{
    int tries = err->code == E_CONFLICT ? BUSY_TRIES : DOUBT_TRIES;

    if (vim_passing(err) && attach->tries++ < tries) {
        err_ignore(err, "it is looked at and asked again");
        attach->asked = false;
        loop_timer_arm(attach->timer, LOOK_MS);
    } else {
        attach_end(attach, err);
    }
}

static const char *
path_of(const struct attach *attach, bool one)
{
    const struct vim_attachment *in = step_in(attach->step);

    return one ? mem_printf(step_mem(attach->step), "/servers/%s/os-interface/%s", in->server_id,
                            in->port_id)
               : mem_printf(step_mem(attach->step), "/servers/%s/os-interface", in->server_id);
}

/* ---- ask ------------------------------------------------------------------------------- */

/* Without the server there is nothing to be taken back; else it is the port that is not there. */
static void
server_looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct attach *attach = arg;

    (void)answer;
    if (err_is(err, E_NOT_FOUND)) {
        err_ignore(err, "the server is gone, and its ports with it");
        err_ignore(attach->missing, "it was the server");
        attach_end(attach, NULL);
        return;
    }
    err_ignore(err, "of a server that may be there, the first answer counts");
    attach_end(attach, attach->missing);
}

static void
server_look(struct attach *attach, struct err *missing)
{
    const struct vim_attachment *in = step_in(attach->step);
    const struct vim_call call = {
        .site_id = in->site,
        .service = "compute",
        .method = "GET",
        .path = mem_printf(step_mem(attach->step), "/servers/%s", in->server_id),
        .read_only = true,
    };

    attach->missing = missing;
    step_vim_call(attach->step, &call, server_looked, attach);
}

static void
ask_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct attach *attach = arg;

    (void)answer;
    if (err_is(err, E_NOT_FOUND) && !attach->attached) {
        err_ignore(err, "it has left already");
        err = NULL;
    }
    if (err_is(err, E_NOT_FOUND) && attach->undo) {
        server_look(attach, err);
        return;
    }
    if (err) {
        attach_trouble(attach, err);
        return;
    }
    attach->asked = true;
    loop_timer_arm(attach->timer, LOOK_MS);
}

static void
ask(struct attach *attach)
{
    const struct vim_attachment *in = step_in(attach->step);
    const struct vim_call call = {
        .site_id = in->site,
        .service = "compute",
        .method = attach->attached ? "POST" : "DELETE",
        .path = path_of(attach, !attach->attached),
        .body = attach->attached
                    ? mem_printf(step_mem(attach->step),
                                 "{\"interfaceAttachment\": {\"port_id\": \"%s\"}}", in->port_id)
                    : NULL,
    };

    step_vim_call(attach->step, &call, ask_answered, attach);
}

/* ---- look ------------------------------------------------------------------------------ */

static struct err *
not_in_time(const struct attach *attach)
{
    const struct vim_attachment *in = step_in(attach->step);

    return err_new(E_UNAVAILABLE, "NotInTime", "site %s: port %s does not %s server %s",
                   site_name_of(attach->step), in->port_id, attach->attached ? "join" : "leave", in->server_id);
}

static void
looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct attach *attach = arg;
    bool there = !err;

    (void)answer;
    if (err && err->code != E_NOT_FOUND) {
        attach_trouble(attach, err);
        return;
    }
    err_ignore(err, "it is not there");
    if (there == attach->attached) {
        attach_end(attach, NULL);
    } else if (!attach->asked) {
        ask(attach);
    } else if (time_mono_ns() > attach->deadline_ns) {
        attach_end(attach, not_in_time(attach));
    } else {
        loop_timer_arm(attach->timer, LOOK_MS);
    }
}

static void
look(void *arg)
{
    struct attach *attach = arg;
    const struct vim_call call = {
        .site_id = site_of(step_in(attach->step)),
        .service = "compute",
        .method = "GET",
        .path = path_of(attach, true),
        .read_only = true,
    };

    step_vim_call(attach->step, &call, looked, attach);
}

/* ---- the steps ------------------------------------------------------------------------- */

static void
attach_begin(struct step *step, bool attached, bool undo)
{
    struct attach *attach = MEM_NEW(step_mem(step), struct attach);

    *attach = (struct attach){.step = step,
                              .attached = attached,
                              .undo = attached && undo,
                              .deadline_ns = time_mono_ns() + GONE_S * 1000000000LL};
    attach->timer = loop_timer_new(step_loop(step), look, attach);
    step_waits_by(step, attach->timer);
    look(attach);
}

static void
attach_do(struct step *step)
{
    attach_begin(step, true, false);
}

static void
attach_undo(struct step *step)
{
    attach_begin(step, false, true);
}

static void
detach_do(struct step *step)
{
    attach_begin(step, false, false);
}

static void
detach_undo(struct step *step)
{
    attach_begin(step, true, true);
}

static const char *
attach_describe(const struct step *step)
{
    const struct vim_attachment *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: compute POST /servers/%s/os-interface port %s",
                      in->site, in->server_id, in->port_id);
}

static const char *
detach_describe(const struct step *step)
{
    const struct vim_attachment *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: compute DELETE /servers/%s/os-interface/%s",
                      in->site, in->server_id, in->port_id);
}

const struct step_kind vim_server_attach = {.name = "vim server attach",
                                            .doc = "a port joins a server",
                                            .effect = FLOW_WRITE,
                                            .in = &vim_attachment_table,
                                            .act = attach_do,
                                            .undo = attach_undo,
                                            .describe = attach_describe};
const struct step_kind vim_server_detach = {.name = "vim server detach",
                                            .doc = "a port leaves a server",
                                            .effect = FLOW_WRITE,
                                            .in = &vim_attachment_table,
                                            .act = detach_do,
                                            .undo = detach_undo,
                                            .describe = detach_describe};
