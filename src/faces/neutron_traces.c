/* carrick-traces: what a packet between two ports would meet, and what real ones
 * of a flow do.
 *
 *     POST /v2.0/carrick-traces             (whoever may see both ports)
 *     POST /v2.0/carrick-traces/follow      (likewise; again and again, see desired/trace.h)
 *
 * The agent is asked each time. */
#include "faces/neutron.h"

#include "network/trace.h"

/* A kind of question: how it is made of the request, and told of the answer. */
struct question {
    enum desired_op op;
    const struct table *answer;
    const char *key;
    rest_tx_fn *ask, *tell;
};
/* One on its way. */
struct asking {
    const struct question *kind;
    void *question;
    const void *answer;
};

static struct err *
trace_ask(struct tx *tx, struct rest_request *r)
{
    struct asking *a = r->state;
    struct desired_trace_question *q = NULL;
    struct err *e = network_trace_ask(tx, &r->op, r->row, &q);

    a->question = q;
    return e;
}

static struct err *
trace_tell(struct tx *tx, struct rest_request *r)
{
    return network_trace_tell(tx, &r->op, ((struct asking *)r->state)->answer, &r->w);
}

static struct err *
follow_ask(struct tx *tx, struct rest_request *r)
{
    struct asking *a = r->state;
    struct desired_follow_question *q = NULL;
    struct err *e = network_follow_ask(tx, &r->op, r->row, &q);

    a->question = q;
    return e;
}

static struct err *
follow_tell(struct tx *tx, struct rest_request *r)
{
    return network_follow_tell(tx, &r->op, ((struct asking *)r->state)->answer, &r->w);
}

static const struct question traces = {
    .op = DESIRED_OP_trace,
    .answer = &desired_trace_answer_table,
    .key = "carrick_trace",
    .ask = trace_ask,
    .tell = trace_tell,
};
static const struct question follows = {
    .op = DESIRED_OP_follow,
    .answer = &desired_followed_table,
    .key = "carrick_follow",
    .ask = follow_ask,
    .tell = follow_tell,
};

/* store_fn */
static struct err *
tell(struct tx *tx, void *arg)
{
    struct rest_request *r = arg;
    struct asking *a = r->state;

    jw_object(&r->w, NULL);
    jw_object(&r->w, a->kind->key);
    TRY(a->kind->tell(tx, r));
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

static void
answered(void *arg, const void *answer, const char *why)
{
    struct rest_request *r = arg;

    if (answer) {
        ((struct asking *)r->state)->answer = answer;
        rest_finish(r, store_read(r->mount->store, tell, r));
    } else if (why) {
        rest_finish(r, err_new(E_CONFLICT, "TraceRefused", "It cannot be told: %s.", why));
    } else {
        rest_finish(r, err_new(E_UNAVAILABLE, "AgentUnavailable",
                               "The agent of this site does not answer; traffic goes on without "
                               "it. Look at the agent's log, then ask again."));
    }
}

/* loop_fn: the connection to the agent belongs to the loop. */
static void
ask(void *arg)
{
    struct rest_request *r = arg;
    struct network_service *service = r->mount->user;
    struct asking *a = r->state;

    desired_client_ask(site_sync_client(service->sync), a->kind->op, r->caller.project_id,
                       a->question, a->kind->answer, answered, r);
}

/* store_fn */
static struct err *
look(struct tx *tx, void *arg)
{
    struct rest_request *r = arg;

    return ((struct asking *)r->state)->kind->ask(tx, r);
}

static struct err *
begin(struct rest_request *r, const struct question *kind)
{
    struct network_service *service = r->mount->user;
    struct asking *a = MEM_NEW(r->mem, struct asking);

    a->kind = kind;
    r->state = a;
    TRY(store_read(r->mount->store, look, r));
    if (!service->sync) {
        return err_new(E_UNAVAILABLE, "AgentUnavailable", "This site has no agent.");
    }
    rest_post(r, service->loop, ask, r);
    return NULL;
}

/* rest_fn */
struct err *
neutron_traces(struct rest_request *r)
{
    return begin(r, &traces);
}

struct err *
neutron_follows(struct rest_request *r)
{
    return begin(r, &follows);
}
