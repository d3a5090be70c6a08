/* carrick-traces: what a packet between two ports would meet.
 *
 *     POST /v2.0/carrick-traces      (whoever may see both ports)
 *
 * The agent is asked each time and changes nothing; see desired/trace.h. */
#include "faces/neutron.h"

#include "network/trace.h"

/* One question on its way. */
struct asking {
    struct rest_request *r;
    struct desired_trace_question *question;
    const struct desired_trace_answer *answer;
};

/* store_fn */
static struct err *
tell(struct tx *tx, void *arg)
{
    struct asking *a = arg;
    struct jw *w = &a->r->w;

    jw_object(w, NULL);
    jw_object(w, "carrick_trace");
    TRY(network_trace_tell(tx, &a->r->op, a->answer, w));
    jw_end(w);
    jw_end(w);
    return NULL;
}

static void
answered(void *arg, const void *answer, const char *why)
{
    struct asking *a = arg;

    if (answer) {
        a->answer = answer;
        rest_finish(a->r, store_read(a->r->mount->store, tell, a));
    } else if (why) {
        rest_finish(a->r, err_new(E_CONFLICT, "TraceRefused", "The agent cannot tell: %s.", why));
    } else {
        rest_finish(a->r, err_new(E_UNAVAILABLE, "AgentUnavailable",
                                  "The agent of this site does not answer; traffic goes on without "
                                  "it. Look at the agent's log, then ask again."));
    }
}

/* loop_fn: the connection to the agent belongs to the loop. */
static void
ask(void *arg)
{
    struct asking *a = arg;
    struct network_service *service = a->r->mount->user;

    desired_client_ask(site_sync_client(service->sync), DESIRED_OP_trace, a->question,
                       &desired_trace_answer_table, answered, a);
}

/* store_fn */
static struct err *
look(struct tx *tx, void *arg)
{
    struct asking *a = arg;

    return network_trace_ask(tx, &a->r->op, a->r->row, &a->question);
}

/* rest_fn */
struct err *
neutron_traces(struct rest_request *r)
{
    struct network_service *service = r->mount->user;
    struct asking *a = MEM_NEW(r->mem, struct asking);

    a->r = r;
    TRY(store_read(r->mount->store, look, a));
    if (!service->sync) {
        return err_new(E_UNAVAILABLE, "AgentUnavailable", "This site has no agent.");
    }
    loop_post(service->loop, ask, a);
    return NULL;
}
