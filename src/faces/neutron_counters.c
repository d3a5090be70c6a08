/* carrick-counters: what the data plane of this site has counted.
 *
 *     GET /v2.0/carrick-counters      (administrators)
 *
 * Per port, per chain hop and direction, per instance, per drop reason; numbers only grow
 * until the data plane is loaded anew.  The agent is asked each time. */
#include "faces/neutron.h"

#include "network/network.h"

struct sorted {
    struct mem *mem;
    const struct desired_counters *given;
    struct desired_counters *made;
};

/* store_fn: what was counted, by what users know. */
static struct err *
sort(struct tx *tx, void *arg)
{
    struct sorted *sorted = arg;
    struct desired_counters *counters = row_copy(tx_mem(tx), sorted->given);

    TRY(counters_complete(tx, counters));
    sorted->made = row_copy(sorted->mem, counters);
    return NULL;
}

static void
answer(void *arg, const struct desired_counters *counters)
{
    struct rest_request *r = arg;
    struct network_service *service = r->mount->user;
    struct sorted sorted = {.mem = r->mem, .given = counters};
    struct err *e;

    if (!counters) {
        rest_finish(r, err_new(E_UNAVAILABLE, "AgentUnavailable",
                               "The agent of this site does not answer; traffic goes on without it. "
                               "Look at the agent's log, then ask again."));
        return;
    }
    e = store_read(service->store, sort, &sorted);
    if (e) {
        rest_finish(r, e);
        return;
    }
    jw_object(&r->w, NULL);
    jw_raw(&r->w, "carrick_counters", row_to_json(r->mem, sorted.made, false));
    jw_end(&r->w);
    rest_finish(r, NULL);
}

/* loop_fn: the connection to the agent belongs to the loop. */
static void
ask(void *arg)
{
    struct rest_request *r = arg;
    struct network_service *service = r->mount->user;

    desired_client_counters(site_sync_client(service->sync), answer, r);
}

/* rest_fn */
struct err *
neutron_counters(struct rest_request *r)
{
    struct network_service *service = r->mount->user;

    if (!service->sync) {
        return err_new(E_UNAVAILABLE, "AgentUnavailable", "This site has no agent.");
    }
    rest_post(r, service->loop, ask, r);
    return NULL;
}
