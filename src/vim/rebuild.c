/* A server is made anew of another image: it keeps its id, its ports and so its addresses, and loses
 * what it wrote.  The step ends when the site has begun; taking it back ends when the server runs of
 * its image of before, for nobody looks at it afterwards. */
#include "vim/session.h"

#define LOOK_MS 200
#define BUSY_TRIES 40 /* Every LOOK_MS: while something else is done with it. */
#define DOUBT_TRIES 5 /* A 5xx or a lost answer. */
#define RESTORE_S 600 /* So long a server may take to run of its image of before. */

struct rebuild {
    struct step *step;
    struct loop_timer *timer;
    const char *path, *image, *user_data;
    bool undo, asked;
    bool doubted; /* it was asked for without an answer: it may have been begun */
    int tries;
    int64_t deadline_ns;
};

static void
rebuild_end(struct rebuild *rebuild, struct err *err)
{
    loop_timer_del(rebuild->timer);
    if (err) {
        step_failed(rebuild->step, err);
    } else {
        step_done(rebuild->step, NULL);
    }
}

/* Gone is fine where it is taken back; what may pass is asked again. */
static void
rebuild_trouble(struct rebuild *rebuild, struct err *err)
{
    int tries = err->code == E_CONFLICT ? BUSY_TRIES : DOUBT_TRIES;

    if (err->code == E_NOT_FOUND && rebuild->undo) {
        err_ignore(err, "there is no such server any more");
        rebuild_end(rebuild, NULL);
    } else if (vim_passing(err) && rebuild->tries++ < tries) {
        err_ignore(err, "it is asked again");
        loop_timer_arm(rebuild->timer, LOOK_MS);
    } else {
        err->code = rebuild->doubted ? E_IN_DOUBT : err->code; /* Busy with just that, perhaps. */
        rebuild_end(rebuild, err);
    }
}

/* ---- ask ------------------------------------------------------------------------------- */

static void
ask_answered(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct rebuild *rebuild = arg;

    (void)answer;
    if (err) {
        rebuild->doubted = rebuild->doubted || err->code == E_IN_DOUBT;
        rebuild_trouble(rebuild, err);
        return;
    }
    rebuild->asked = true;
    rebuild->tries = 0;
    if (rebuild->undo) {
        loop_timer_arm(rebuild->timer, LOOK_MS);
    } else {
        rebuild_end(rebuild, NULL);
    }
}

static const char *
ask_body(const struct rebuild *rebuild)
{
    const struct vim_rebuild *in = step_in(rebuild->step);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_object(&w, "rebuild");
    jw_str(&w, "imageRef", rebuild->image);
    if (in->sets_data) {
        jw_str(&w, "user_data", rebuild->user_data);
    }
    jw_end(&w);
    jw_end(&w);
    return mem_str(step_mem(rebuild->step), text.data);
}

static void
ask(struct rebuild *rebuild)
{
    const struct vim_rebuild *in = step_in(rebuild->step);
    const struct vim_call call = {
        .site_id = in->site,
        .service = "compute",
        .method = "POST",
        .path = mem_printf(step_mem(rebuild->step), "%s/action", rebuild->path),
        .body = ask_body(rebuild),
        .microversion = in->sets_data ? "2.57" : NULL,
    };

    step_vim_call(rebuild->step, &call, ask_answered, rebuild);
}

/* ---- look ------------------------------------------------------------------------------ */

/* Where only the user data differ, the image does not tell whether it was begun: it is asked once
 * more, which leads to the same. */
static bool
is_begun(const struct rebuild *rebuild, const struct json *server, const char *status)
{
    const struct vim_rebuild *in = step_in(rebuild->step);

    return !str_eq(in->image_id, in->image_before) && !str_eq(status, "ERROR") &&
           str_eq(json_str(json_path(server, "image.id")), rebuild->image);
}

static struct err *
not_restored(const struct rebuild *rebuild, const struct json *server)
{
    const struct vim_rebuild *in = step_in(rebuild->step);
    const char *fault = json_str(json_path(server, "fault.message"));

    return err_new(E_UNAVAILABLE, "NotInTime", "site %s: server %s is %s, and not ACTIVE%s%s",
                   in->site, in->id, str_or(json_get_str(server, "status"), "(unknown)"),
                   fault ? ": " : "", fault ? fault : "");
}

/* Taken back it is once it runs; what is stopped stays so. */
static void
undo_looked(struct rebuild *rebuild, const struct json *server, const char *status)
{
    bool begun = rebuild->asked || is_begun(rebuild, server, status);

    if (begun && (str_eq(status, "ACTIVE") || str_eq(status, "SHUTOFF"))) {
        rebuild_end(rebuild, NULL);
    } else if (!begun && !str_eq(status, "REBUILD")) {
        ask(rebuild);
    } else if (str_eq(status, "ERROR") || time_mono_ns() > rebuild->deadline_ns) {
        rebuild_end(rebuild, not_restored(rebuild, server));
    } else {
        loop_timer_arm(rebuild->timer, LOOK_MS);
    }
}

static void
looked(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct rebuild *rebuild = arg;
    const struct json *server = answer ? json_get(answer->json, "server") : NULL;
    const char *status = json_get_str(server, "status");

    if (err) {
        rebuild_trouble(rebuild, err);
    } else if (rebuild->undo) {
        undo_looked(rebuild, server, status);
    } else if (is_begun(rebuild, server, status)) {
        rebuild_end(rebuild, NULL);
    } else {
        ask(rebuild);
    }
}

static void
look(void *arg)
{
    struct rebuild *rebuild = arg;
    const struct vim_call call = {
        .site_id = site_of(step_in(rebuild->step)),
        .service = "compute",
        .method = "GET",
        .path = rebuild->path,
        .read_only = true,
    };

    step_vim_call(rebuild->step, &call, looked, rebuild);
}

/* ---- the step -------------------------------------------------------------------------- */

static void
rebuild_begin(struct step *step, bool undo)
{
    const struct vim_rebuild *in = step_in(step);
    struct rebuild *rebuild = MEM_NEW(step_mem(step), struct rebuild);

    *rebuild = (struct rebuild){
        .step = step,
        .path = mem_printf(step_mem(step), "/servers/%s", in->id),
        .image = undo ? in->image_before : in->image_id,
        .user_data = undo ? in->user_data_before : in->user_data,
        .undo = undo,
        .deadline_ns = time_mono_ns() + RESTORE_S * 1000000000LL,
    };
    rebuild->timer = loop_timer_new(step_loop(step), look, rebuild);
    step_waits_by(step, rebuild->timer);
    look(rebuild);
}

static void
rebuild_do(struct step *step)
{
    rebuild_begin(step, false);
}

static void
rebuild_restore(struct step *step)
{
    rebuild_begin(step, true);
}

static const char *
rebuild_describe(const struct step *step)
{
    const struct vim_rebuild *in = step_in(step);

    return mem_printf(step_mem(step), "site %s: compute POST /servers/%s/action rebuild image %s",
                      in->site, in->id, in->image_id);
}

const struct step_kind vim_server_rebuild = {.name = "vim server rebuild",
                                             .doc = "a server is made anew of another image",
                                             .effect = FLOW_WRITE,
                                             .in = &vim_rebuild_table,
                                             .act = rebuild_do,
                                             .undo = rebuild_restore,
                                             .describe = rebuild_describe};
