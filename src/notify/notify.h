/* Subscriptions and notifications of any API: who asked to be told of what, a durable
 * queue for each of them, and the delivery.  Notifications follow from the change log:
 * what changes rows knows nothing of them.  An API is a table of its notifications and
 * of the attributes of its filter (struct notice_api). */
#ifndef CARRICK_NOTIFY_NOTIFY_H
#define CARRICK_NOTIFY_NOTIFY_H

#include "base/net.h"
#include "http/client.h"
#include "resource/resource.h"
#include "store/store.h"

struct notifier;
struct sockaddr;

#define ATTR ATTR_MEMBER
struct subscription {
    struct row row;
#include "notify/subscription.tbl"
};
struct notification {
    struct row row;
#include "notify/notification.tbl"
};
struct subscription_basic {
    struct row row;
#include "notify/subscription_basic.tbl"
};
struct subscription_oauth2 {
    struct row row;
#include "notify/subscription_oauth2.tbl"
};
struct subscription_authentication {
    struct row row;
#include "notify/subscription_authentication.tbl"
};
struct subscription_request {
    struct row row;
#include "notify/subscription_request.tbl"
};
#undef ATTR

extern const struct table subscription_table, notification_table;
/* Authentication of callbacks, and their URIs, for bodies that carry them. */
extern const struct table subscription_authentication_table;
attr_check_fn subscription_check_uri;
/* Bodies of POST: with and without verbosity. */
extern const struct table lcm_subscription_request_table, subscription_request_table;
/* For store_config; null-terminated. */
extern const struct table *const notify_tables[];
extern const struct resource subscription_resource, notification_resource;
extern const char *const subscription_verbosities[], *const subscription_auth_types[];
extern const char *const notification_states[];
extern const struct quota_default notify_quotas[];

/* ---- what an API tells ------------------------------------------------------------ */

/* One attribute of a filter: what a client may give, and which fact of an event it is
 * held against.  A text stands for a list of one. */
enum criterion_form {
    CRITERION_TEXTS,   /* ["a", "b"]: one of them is the event's, or one of the event's */
    CRITERION_OBJECT,  /* {...}: all of 'below' hold */
    CRITERION_OBJECTS, /* [{...}, {...}]: one of them holds */
};
struct criterion {
    const char *name; /* null ends a list */
    const char *fact;
    enum criterion_form form;
    bool is_optional;         /* events without the fact are not held against it */
    const char *const *words; /* null-terminated: the values that there are; null: any */
    const struct criterion *below;
};

struct notice_member {
    const char *json, *column; /* json null ends a list */
};
struct notice_link {
    const char *name, *path, *column; /* below _links: PATH/ID, or PATH; name null ends a list */
};

struct notice;
/* A change that is told. */
struct notice_event {
    struct tx *tx;
    const struct notice *notice;
    const struct change *change;
    const void *row; /* as the change left it; of a deletion the last image */
    const void *whole; /* what the row is a part of, where the notice has that looked for */
    const char *base; /* What links begin with, for 'more'. */
};

/* One type of notification: which changes make it, and what it says. */
struct notice {
    const char *type;
    const char *other; /* another spelling of it that filters may have, or null */
    const struct table *table;
    unsigned on;        /* 1 << enum change_kind, ORed */
    bool of_gap;        /* of no row ('table' null): changes that it might have been told of were lost */
    const char *column; /* an update has to change it; null = any */
    const char *value;  /* ... and it has to be this then (any kind of change); null = any */
    const char *but;    /* an update that changes this too is another notification's */
    const struct notice_member *members; /* shown, and facts under the same names */
    const struct notice_member *facts;   /* facts only */
    const struct notice_link *links, *whole_links; /* columns of the row, of the whole */
    /* Looks for what is told of, where that is another row, which the changed one is a part of; leaves null: there
     * is none, and nothing is told.  Null = the changed row is told of. */
    struct err *(*whole)(const struct notice_event *event, const void **whole);
    /* Further facts, which need reads; into an open object.  Null = none. */
    struct err *(*look)(const struct notice_event *event, struct jw *w);
    /* Further members; 'is_full' unless the subscription's verbosity is SHORT.  Null = none. */
    void (*more)(const struct notice_event *event, bool is_full, struct jw *w);
};

/* How subscriptions of the major version before are told. */
struct notice_older {
    int major;
    const char *version;            /* of the header Version */
    const struct criterion *filter; /* null: the API's own */
    /* A path of a link, as that version has it. */
    const char *(*path)(struct mem *mem, const char *path);
    /* The members of a notification 'body' of 'table', whole attributes that are newer left out
     * already; into an open object.  Null: they are the same. */
    void (*body)(struct mem *mem, struct jw *w, const struct table *table,
                 const struct json *body);
};

struct notice_api {
    const char *name;          /* "vnflcm" */
    const char *version;       /* of the header Version, as the API's own */
    const char *subscriptions; /* path of the collection: links */
    const char *time_key;      /* "timeStamp", "timestamp" */
    const struct criterion *filter;
    const struct notice *notices;
    size_t n_notices;
    bool has_verbosity;
    /* Each subscription is the resource that is told of (a PM job), and is not spoken of: in this
     * version, not in an older one. */
    bool is_bare;
    const struct notice_older *older; /* null: nobody subscribes in an older version */
};
/* The version of the API that the subscription is told in, for the header Version; 'api' may be
 * null. */
const char *notice_version(const struct notice_api *api, const struct subscription *subscription);

/* For 'look': the row as it is now, else its last image where it was deleted behind the event, else
 * null.  In the transaction's arena. */
struct err *notice_row(const struct notice_event *event, const struct table *table, const char *id,
                       void *row_out) MUST_USE;

/* ---- subscriptions ------------------------------------------------------------------ */

/* The authType of notifications that show our certificate. */
#define SUBSCRIPTION_TLS_CERT "TLS_CERT"
/* The row that a decoded request asks for, in 'mem'; 'major' is the older version that it is asked
 * in, 0 = the newest; 'base' is what links begin with; 'has_certificate': there is one to show
 * (notifier_has_certificate).
 * E_INVALID with all faults of filter and authentication. */
struct err *subscription_make(struct mem *mem, const struct notice_api *api,
                              const struct subscription_request *request, int major,
                              const char *base, bool has_certificate,
                              struct subscription **made) MUST_USE;
/* How the subscription's notifications show who sends them; none of 'authentication' (rows of
 * subscription_authentication_table, one or none): not at all.  As above. */
struct err *subscription_authenticate(const struct rows *authentication, bool has_certificate,
                                      struct subscription *subscription) MUST_USE;
/* Id of the project's subscription with the same API and version, filter and callback, or null
 * (SOL013 8.2: 303).  In tx_mem. */
struct err *subscription_same(struct tx *tx, const struct subscription *wanted,
                              const char **id) MUST_USE;

/* ---- addresses ------------------------------------------------------------------------ */

/* Which addresses a callback may have. */
struct callback_rule {
    const struct cidr *allowed; /* 'n' of them; none: all but what is refused then */
    size_t n;
    struct ip *own; /* this host's, as of a moment ago: 'n_own' of them, on the heap */
    size_t n_own;
    int64_t own_until_ns;
};
/* 'text': prefixes with commas between them: only these may be called, loopback too where it is
 * among them.  Or "": then every address may be called except this host's own, loopback,
 * link-local, multicast, unspecified ones and clouds' metadata services.  E_INVALID. */
struct err *callback_rule_read(struct mem *mem, const char *text,
                               struct callback_rule *rule) MUST_USE;
/* Ends what callback_may keeps in it. */
void callback_rule_done(struct callback_rule *rule);
/* For http_client_config.may_connect; 'rule' is a struct callback_rule, one thread's at a time.  An
 * IPv6 address that leads to an IPv4 address (mapped, translated, 6to4) is judged as that one. */
bool callback_may(void *rule, const struct sockaddr *to);

/* The notifier's place in the change log, for store_config.log_cursor. */
#define NOTIFY_CURSOR "notify.cursor"

/* ---- the notifier ---------------------------------------------------------------------- */

struct notifier_config {
    struct loop *loop;
    struct store *store;
    const struct notice_api *const *apis; /* null-terminated */
    struct callback_rule rule;
    struct http_tls tls;  /* Of calls to callbacks and token endpoints. */
    int64_t retry_ms;     /* Pause after a first failure, doubled after each; 0 = 500 */
    int64_t retry_max_ms; /* ... up to this; 0 = 60 000 */
    int64_t timeout_ms;   /* Of one delivery; 0 = 10 000 */
    int64_t queue_max;    /* Notifications that wait for one subscriber; 0 = 1 000 */
    int64_t dead_max;     /* Dead letters that are kept for one subscriber; 0 = 1 000 */
    bool stands_by;       /* Another process notifies: until notifier_lead. */
};
/* Starts to follow the change log where it was left.  On the loop's thread, or before it runs. */
struct err *notifier_new(const struct notifier_config *config, struct notifier **out) MUST_USE;
/* Of several processes that share the store one notifies, from now on we or no longer.  On the loop's thread. */
void notifier_lead(struct notifier *notifier, bool leads);
/* Ends all calls and waits for the writes under way.  On the loop's thread, or when it does not run
 * any more; before those are gone that wait for a probe.  Null accepted, and twice. */
void notifier_stop(struct notifier *notifier);
/* Stops it and ends; before the store closes.  Null accepted. */
void notifier_free(struct notifier *notifier);
/* Is there a certificate of ours to show callbacks?  Any thread. */
bool notifier_has_certificate(const struct notifier *notifier);
/* Dead letters wait for their delivery again, in the place that is theirs: '*n' of them; '*left' stay
 * dead, since no more may wait at once.  In a write, on any thread. */
struct err *notifier_redrive(const struct notifier *notifier, struct tx *tx,
                             const char *subscription_id, int64_t *n, int64_t *left) MUST_USE;
/* What waits for the subscription is tried now, also behind failures.  Any thread.  Where another process
 * notifies, it hears of it from notifier_redrive. */
void notifier_wake(struct notifier *notifier, const char *subscription_id);

/* Called once on the loop's thread; owns 'err'. */
typedef void notifier_probe_fn(void *arg, struct err *err);
/* Asks the callback with a GET, as notifications would be sent; it has to answer 204 (SOL013 8.2).
 * 'subscription' and 'mem' are borrowed until 'done'.  E_UNPROCESSABLE says what came instead.  Any
 * thread. */
void notifier_probe(struct notifier *notifier, struct mem *mem,
                    const struct subscription *subscription, notifier_probe_fn *done, void *arg);

#endif
