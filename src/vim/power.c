/* A server is made to run or to stop: asked by an action, and looked at until it does.  Its ports
 * stay.  To repeat it is harmless, which is why a rollback is the same the other way round. */
#include "vim/session.h"

#define LOOK_MS 200
#define BUSY_TRIES 40 /* Every LOOK_MS: while something else is done with it. */
#define DOUBT_TRIES 5 /* A 5xx or a lost answer. */

struct power {
    struct step *step;
    struct loop_timer *timer;
    const char *path;
    bool running, undo; /* what is wanted; whether it is taken back */
    bool asked;
    int tries;
    int64_t deadline_ns;
};

static const char *
wanted_of(const struct power *power)
{
    return power->running ? "ACTIVE" : "SHUTOFF";
}

static void
power_end(struct power *power, struct err *err)
{
    loop_timer_del(power->timer);
    if (err) {
        step_failed(power->step, err);
    } else {
        step_done(power->step, NULL);
    }
}

static void
power_later(struct power *power)
{
    loop_timer_arm(power->timer, LOOK_MS);
}

/* Gone is fine where a stop or start is taken back; what may pass is asked again. */
static void
power_trouble(struct power *power, struct err *err)
{
    int tries = err->code == E_CONFLICT ? BUSY_TRIES : DOUBT_TRIES;

    if (err->code == E_NOT_FOUND && power->undo) {
        err_ignore(err, "there is no such server any more");
        power_end(power, NULL);
    } else if (vim_passing(err) && power->tries++ < tries) {
        err_ignore(err, "it is asked again");
        power_later(power);
    } else {
        power_end(power, err);
    }
}

/* ---- ask ------------------------------------------------------------------------------- */

static void
ask_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct power *power = arg;

    (void)answer;
    if (err) {
        power_trouble(power, err);
        return;
    }
    power->asked = true;
    power->tries = 0;
    power_later(power);
}

static void
ask(struct power *power)
{
    const struct vim_call call = {
        .site_id = site_of(step_in(power->step)),
        .service = "compute",
        .method = "POST",
        .path = mem_printf(step_mem(power->step), "%s/action", power->path),
        .body = power->running ? "{\"os-start\": null}" : "{\"os-stop\": null}",
    };

    step_vim_call(power->step, &call, ask_answered, power);
}

/* ---- look ------------------------------------------------------------------------------ */

static struct err *
power_fault(const struct power *power, const struct json *server)
{
    const char *status = str_or(json_get_str(server, "status"), "(unknown)");
    const char *fault = json_get_str(json_get(server, "fault"), "message");

    return err_new(E_UNAVAILABLE, "NotInTime", "site %s: server %s is %s, not %s%s%s",
                   site_name_of(power->step), ((const struct vim_power *)step_in(power->step))->id,
                   status, wanted_of(power), fault ? ": " : "", fault ? fault : "");
}

static void
looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct power *power = arg;
    const struct json *server = answer ? json_get(answer->json, "server") : NULL;
    const char *status = json_get_str(server, "status");

    if (err) {
        power_trouble(power, err);
    } else if (str_eq(status, wanted_of(power))) {
        power_end(power, NULL);
    } else if (!power->asked) {
        ask(power);
    } else if ((power->running && str_eq(status, "ERROR")) ||
               time_mono_ns() > power->deadline_ns) {
        power_end(power, power_fault(power, server));
    } else {
        power_later(power);
    }
}

static void
look(void *arg)
{
    struct power *power = arg;
    const struct vim_call call = {
        .site_id = site_of(step_in(power->step)),
        .service = "compute",
        .method = "GET",
        .path = power->path,
        .read_only = true,
    };

    step_vim_call(power->step, &call, looked, power);
}

/* ---- the step -------------------------------------------------------------------------- */

static void
power_begin(struct step *step, bool undo)
{
    const struct vim_power *in = step_in(step);
    struct power *power = MEM_NEW(step_mem(step), struct power);

    *power = (struct power){
        .step = step,
        .path = mem_printf(step_mem(step), "/servers/%s", in->id),
        .running = in->running != undo,
        .undo = undo,
        .deadline_ns = time_mono_ns() + in->timeout_s * 1000000000LL,
    };
    power->timer = loop_timer_new(step_loop(step), look, power);
    step_waits_by(step, power->timer);
    look(power);
}

static void
power_set(struct step *step)
{
    power_begin(step, false);
}

static void
power_restore(struct step *step)
{
    power_begin(step, true);
}

static const char *
power_describe(const struct step *step)
{
    const struct vim_power *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: compute POST /servers/%s/action %s", in->site,
                      in->id, in->running ? "os-start" : "os-stop");
}

const struct step_kind vim_server_power = {.name = "vim server power",
                                           .doc = "a server runs, or is stopped",
                                           .effect = FLOW_WRITE,
                                           .in = &vim_power_table,
                                           .act = power_set,
                                           .undo = power_restore,
                                           .describe = power_describe};
