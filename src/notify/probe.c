/* Is there somebody at the callback who expects us?  Asked before a subscription is kept
 * (SOL013 8.2), while no transaction is open and no thread waits. */
#include "notify/live.h"

struct probe {
    struct notifier *notifier;
    struct mem *mem;
    struct callback callback;
    struct bearer bearer;
    notifier_probe_fn *done;
    void *arg;
};

/* callback_done_fn */
static void
probe_told(void *arg, int status, struct err *err)
{
    struct probe *probe = arg;
    const char *uri = probe->callback.subscription->callback_uri;

    bearer_forget(&probe->bearer);
    if (err_is(err, E_CANCELLED)) {
        err_ignore(err, "told below");
        err = err_new(E_UNAVAILABLE, NULL, "the orchestrator is stopping");
    } else if (err) {
        struct err *told = err_new(E_UNPROCESSABLE, NULL, "callbackUri did not pass its test: %s",
                                   err_full(probe->mem, err));

        err_ignore(err, "told in other words");
        err = told;
    } else if (status != 204) {
        err =
            err_new(E_UNPROCESSABLE, NULL,
                    "callbackUri did not pass its test: GET %s answered %d, not 204", uri, status);
    }
    probe->done(probe->arg, err);
}

/* loop_fn */
static void
probe_send(void *arg)
{
    struct probe *probe = arg;

    if (probe->notifier->is_closed) {
        probe_told(probe, 0, err_new(E_CANCELLED, NULL, "the notifier has stopped"));
        return;
    }
    callback_call(probe->notifier->http, probe->mem, &probe->callback, &probe->bearer, probe_told,
                  probe);
}

void
notifier_probe(struct notifier *notifier, struct mem *mem, const struct subscription *subscription,
               notifier_probe_fn *done, void *arg)
{
    struct probe *probe = MEM_NEW(mem, struct probe);
    const struct notice_api *api = notify_api(notifier, subscription->api);

    *probe = (struct probe){
        .notifier = notifier,
        .mem = mem,
        .done = done,
        .arg = arg,
        .callback = {.subscription = subscription,
                     .method = "GET",
                     .version = notice_version(api, subscription),
                     .timeout_ms = notifier->config.timeout_ms},
    };
    loop_post(notifier->config.loop, probe_send, probe);
}
