/* See subscriber.h.  What it heard is in memory that it shares with the test. */
#include "kill/subscriber.h"

#include "http/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEARD_MAX 60000
#define HEARD_MS 120000
#define SUBSCRIPTIONS 2

struct heard {
    char id[40], subscription[40], op[40], state[24];
};

struct subscriber {
    _Atomic int port;
    _Atomic int n;
    pid_t pid;
    int judged;
    struct heard heard[HEARD_MAX];
};

/* ---- its process ----------------------------------------------------------------------- */

struct ear {
    struct subscriber *subscriber;
    pthread_mutex_t lock;
};

static void
keep(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", str_or(text, ""));
}

static void
hear(struct ear *ear, const struct json *json)
{
    struct subscriber *subscriber = ear->subscriber;
    struct heard *heard;
    const char *op = json_get_str(json, "nsLcmOpOccId");

    pthread_mutex_lock(&ear->lock);
    if (subscriber->n < HEARD_MAX) {
        heard = &subscriber->heard[subscriber->n];
        keep(heard->id, sizeof heard->id, json_get_str(json, "id"));
        keep(heard->subscription, sizeof heard->subscription, json_get_str(json, "subscriptionId"));
        keep(heard->op, sizeof heard->op, op ? op : json_get_str(json, "vnfLcmOpOccId"));
        keep(heard->state, sizeof heard->state, json_get_str(json, "operationState"));
        subscriber->n++;
    }
    pthread_mutex_unlock(&ear->lock);
}

static enum http_body_mode
on_head(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
    return HTTP_COLLECT;
}

static void
on_request(struct http_exchange *x, void *arg)
{
    const struct json *json = NULL;
    size_t n = 0;
    const char *body = http_body(x, &n);

    if (str_eq(http_method(x), "POST")) {
        err_ignore(json_parse(http_mem(x), body, n, &json), "then it has no operation");
        hear(arg, json);
    }
    http_answer(x, 204, NULL, NULL, 0);
}

static void
listen_on(struct subscriber *subscriber)
{
    static const struct http_handler handler = {.head = on_head, .request = on_request};
    struct ear ear = {.subscriber = subscriber};
    struct http_server_config config = {.address = "127.0.0.1", .handler = &handler, .arg = &ear};
    struct http_server *server;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_mutex_init(&ear.lock, NULL);
    if (http_server_new(&config, &server)) {
        _exit(1);
    }
    subscriber->port = http_server_port(server);
    for (;;) {
        (void)pause();
    }
}

struct err *
subscriber_new(struct subscriber **out)
{
    struct subscriber *subscriber =
        mmap(NULL, sizeof *subscriber, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid;

    if (subscriber == MAP_FAILED) {
        return err_errno(E_UNAVAILABLE, "memory of the subscriber");
    }
    *out = subscriber;
    pid = fork();
    if (pid == 0) {
        listen_on(subscriber);
    }
    subscriber->pid = pid;
    for (int ms = 0; !subscriber->port; ms += 10) {
        if (subscriber->pid < 0 || ms > HEARD_MS) {
            return err_new(E_UNAVAILABLE, NULL, "the subscriber does not listen");
        }
        blink_ms(10);
    }
    return NULL;
}

void
subscriber_free(struct subscriber *subscriber)
{
    if (subscriber) {
        if (subscriber->pid > 0) {
            (void)kill(subscriber->pid, SIGKILL);
            (void)waitpid(subscriber->pid, NULL, 0);
        }
        (void)munmap(subscriber, sizeof *subscriber);
    }
}

/* ---- the test's side --------------------------------------------------------------------- */

struct err *
subscriber_subscribe(struct house *house)
{
    static const char *const apis[SUBSCRIPTIONS][2] = {
        {"vnflcm", "VnfLcmOperationOccurrenceNotification"},
        {"nslcm", "NsLcmOperationOccurrenceNotification"}};

    for (int i = 0; i < SUBSCRIPTIONS; i++) {
        TRY(house_want(house, 201, ROLE_ORCHESTRATOR, "POST",
                       mem_printf(house->case_mem, "/%s/v2/subscriptions", apis[i][0]),
                       mem_printf(house->case_mem,
                                  "{\"callbackUri\":\"http://127.0.0.1:%d/\",\"filter\":"
                                  "{\"notificationTypes\":[\"%s\"]}}",
                                  house->subscriber->port, apis[i][1]),
                       NULL));
    }
    return NULL;
}

/* X(from, to): what states may follow each other (SOL003 5.6.2.2, SOL005 6.6.2.2); "" begins. */
#define STEPS(X)                                                                                   \
    X("", "STARTING")                                                                              \
    X("", "PROCESSING")                                                                            \
    X("STARTING", "PROCESSING")                                                                    \
    X("STARTING", "FAILED_TEMP")                                                                   \
    X("STARTING", "ROLLING_BACK")                                                                  \
    X("PROCESSING", "COMPLETED")                                                                   \
    X("PROCESSING", "FAILED_TEMP")                                                                 \
    X("PROCESSING", "ROLLING_BACK")                                                                \
    X("FAILED_TEMP", "STARTING")                                                                   \
    X("FAILED_TEMP", "PROCESSING")                                                                 \
    X("FAILED_TEMP", "ROLLING_BACK")                                                               \
    X("FAILED_TEMP", "FAILED")                                                                     \
    X("ROLLING_BACK", "FAILED_TEMP")                                                               \
    X("ROLLING_BACK", "ROLLED_BACK")                                                               \
    X("COMPLETED", "ROLLING_BACK")

static bool
may_follow(const char *from, const char *to)
{
#define X(a, b)                                                                                    \
    if (str_eq(from, a) && str_eq(to, b)) {                                                        \
        return true;                                                                               \
    }
    STEPS(X)
#undef X
    return false;
}

/* The one before 'at' of the same subscription (and operation, where 'op' is given), or null. */
static const struct heard *
before(const struct subscriber *subscriber, int at, const char *op)
{
    const struct heard *heard = &subscriber->heard[at];

    while (--at >= 0) {
        const struct heard *earlier = &subscriber->heard[at];

        if (str_eq(earlier->subscription, heard->subscription) &&
            (!op || str_eq(earlier->op, op))) {
            return earlier;
        }
    }
    return NULL;
}

static struct err *
judge_one(const struct subscriber *subscriber, int at)
{
    const struct heard *heard = &subscriber->heard[at];
    const struct heard *last = before(subscriber, at, NULL);
    const struct heard *state = before(subscriber, at, heard->op);

    if (last && str_eq(last->id, heard->id)) {
        return NULL; /* once more: whoever sent it was killed */
    }
    if (!may_follow(state ? state->state : "", heard->state)) {
        return err_new(E_CONFLICT, NULL, "the subscriber heard operation %s to be %s after %s",
                       heard->op, heard->state, state ? state->state : "nothing");
    }
    return NULL;
}

static bool
has_heard(const struct subscriber *subscriber, const char *op_id, const char *state)
{
    for (int i = subscriber->n - 1; i >= 0; i--) {
        if (str_eq(subscriber->heard[i].op, op_id)) {
            return str_eq(subscriber->heard[i].state, state);
        }
    }
    return false;
}

struct err *
subscriber_judge(struct house *house, const char *op_id, const char *state)
{
    struct subscriber *subscriber = house->subscriber;
    int64_t until = deadline_ns(HEARD_MS);

    while (!has_heard(subscriber, op_id, state)) {
        if (time_mono_ns() > until || subscriber->n >= HEARD_MAX) {
            return err_new(E_CONFLICT, NULL, "the subscriber never heard operation %s to be %s",
                           op_id, state);
        }
        house_tend(house);
        blink_ms(10);
    }
    for (; subscriber->judged < subscriber->n; subscriber->judged++) {
        TRY(judge_one(subscriber, subscriber->judged));
    }
    return NULL;
}
