/* Calls of steps.  A peer that is being restarted is no failure of an operation: what was
 * certainly not done is done again, after pauses that grow, as long as patience lasts. */
#include "peer/peer.h"

#include "base/time.h"

#define PAUSE_MS 200
#define PAUSE_MAX_MS 10000

#define ATTR ATTR_ROW
#define TABLE_STRUCT peer_ref
static const struct attr peer_ref_attrs[] = {
#include "peer/peer_ref.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT peer_said
static const struct attr peer_said_attrs[] = {
#include "peer/peer_said.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table peer_ref_table = {
    .name = "peer_ref",
    .doc = "Something at a peer.",
    TABLE(struct peer_ref, peer_ref_attrs),
};
const struct table peer_said_table = {
    .name = "peer_said",
    .doc = "What a peer answered.",
    TABLE(struct peer_said, peer_said_attrs),
};

/* ---- patience ---------------------------------------------------------------------------- */

struct asking {
    struct step *step;
    struct peer_call call;
    struct loop_timer *timer;
    int64_t until_ns, pause_ms;
    peer_done_fn *done;
    void *arg;
};

static bool
may_pass(const struct asking *asking, const struct err *err)
{
    return err->code == E_UNAVAILABLE || err->code == E_BUSY ||
           (asking->call.may_repeat &&
            (err->code == E_IN_DOUBT || (err->code == E_REMOTE && err->status >= 500)));
}

static void
answered(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct asking *asking = arg;
    struct step *step = asking->step;

    step_said(step, "%s %s -> %d%s%s", asking->call.method, asking->call.path,
              answer ? answer->status : 0, err ? ": " : "", err ? err->message : "");
    if (err && may_pass(asking, err) && step_wanted(step) && time_mono_ns() < asking->until_ns) {
        err_ignore(err, "it is asked again");
        loop_timer_arm(asking->timer, asking->pause_ms);
        asking->pause_ms =
            asking->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : asking->pause_ms * 2;
        return;
    }
    loop_timer_del(asking->timer);
    asking->done(asking->arg, answer, err);
}

static void
ask(void *arg)
{
    struct asking *asking = arg;

    if (!step_wanted(asking->step)) {
        loop_timer_del(asking->timer);
        asking->done(asking->arg, NULL,
                     err_new(E_CANCELLED, NULL, "nobody waits for it any more"));
        return;
    }
    peer_call(step_service(asking->step, PEER_SERVICE), &asking->call, answered, asking);
}

void
step_peer_call(struct step *step, const struct peer_call *call, peer_done_fn *done, void *arg)
{
    struct mem *mem = step_mem(step);
    struct asking *asking = MEM_NEW(mem, struct asking);

    *asking = (struct asking){
        .step = step,
        .call = {.peer_id = mem_str(mem, call->peer_id),
                 .method = mem_str(mem, call->method),
                 .path = mem_str(mem, call->path),
                 .body = mem_str(mem, call->body),
                 .version = mem_str(mem, call->version),
                 .may_repeat = call->may_repeat || str_eq(call->method, "GET")},
        .until_ns =
            time_mono_ns() + peers_patience_ms(step_service(step, PEER_SERVICE)) * 1000000,
        .pause_ms = PAUSE_MS,
        .done = done,
        .arg = arg,
    };
    asking->timer = loop_timer_new(step_loop(step), ask, asking);
    ask(asking);
}

/* ---- a look ------------------------------------------------------------------------------ */

static bool
is_lost(const struct err *err)
{
    return err->code == E_UNAVAILABLE || err->code == E_IN_DOUBT || err->code == E_REMOTE ||
           err->code == E_CANCELLED;
}

static void
got(void *arg, const struct peer_answer *answer, struct err *err)
{
    struct step *step = arg;
    struct peer_said *said = step_out_new(step);

    if (err && !answer && is_lost(err)) {
        step_failed(step, err);
        return;
    }
    err_ignore(err, "it is the answer");
    said->status = answer ? answer->status : 0;
    said->body = answer ? answer->json : NULL;
    said->id = answer ? peer_location_id(step_mem(step), answer) : NULL;
    step_done(step, said);
}

static void
get_act(struct step *step)
{
    const struct peer_ref *ref = step_in(step);
    const struct peer_call call = {
        .peer_id = ref->peer, .method = "GET", .path = ref->path, .version = ref->version};

    step_said(step, "GET %s", ref->path);
    peer_call(step_service(step, PEER_SERVICE), &call, got, step);
}

const struct step_kind peer_get = {
    .name = "peer get",
    .doc = "Looks at something of a VNFM or an NFVO.",
    .effect = FLOW_READ,
    .in = &peer_ref_table,
    .out = &peer_said_table,
    .act = get_act,
};

const struct step_kind *const peer_kinds[] = {&peer_get, NULL};
