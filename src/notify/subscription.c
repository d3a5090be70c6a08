/* Subscriptions as rows: what a request makes of itself, which are the same, and what
 * a look at one tells of its queue. */
#include "base/vec.h"
#include "notify/criteria.h"
#include "notify/notices.h"
#include "notify/queue.h"

#include <string.h>

const char *const subscription_verbosities[] = {"FULL", "SHORT", NULL};
const char *const subscription_auth_types[] = {"BASIC", "OAUTH2_CLIENT_CREDENTIALS",
                                                 SUBSCRIPTION_TLS_CERT, NULL};
const char *const notification_states[] = {"WAITING", "DEAD", NULL};

const struct quota_default notify_quotas[] = {
    {"subscription", 100, "Subscriptions of a project, of all APIs together."},
    {0},
};

/* ---- checks of values ------------------------------------------------------------------- */

static bool
is_graphic(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

/* A URI of ours to call: http or https, a host, nobody's password and nothing that ends a line. */
const char *
subscription_check_uri(struct mem *mem, const struct attr *attr, void *value)
{
    const char *uri = *(const char *const *)value;
    const char *rest = str_starts(uri, "http://")    ? uri + 7
                       : str_starts(uri, "https://") ? uri + 8
                                                     : NULL;
    size_t n = rest ? strcspn(rest, "/?#") : 0;

    if (!n || rest[0] == ':' || memchr(rest, '@', n) || !is_graphic(uri) || strchr(uri, '#')) {
        return mem_printf(mem,
                          "Invalid input for %s. Reason: an http or https URI with a host, without "
                          "user and fragment, is wanted.",
                          attr_json_name(attr));
    }
    return NULL;
}

static const char *
subscription_check_user(struct mem *mem, const struct attr *attr, void *value)
{
    const char *user = *(const char *const *)value;

    return strchr(user, ':') ? mem_printf(mem, "Invalid input for %s. Reason: it holds a colon.",
                                          attr_json_name(attr))
                             : NULL;
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define ATTR ATTR_ROW
#define TABLE_STRUCT subscription
static const struct attr subscription_attrs[] = {
#include "notify/subscription.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT notification
static const struct attr notification_attrs[] = {
#include "notify/notification.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT subscription_basic
static const struct attr subscription_basic_attrs[] = {
#include "notify/subscription_basic.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT subscription_oauth2
static const struct attr subscription_oauth2_attrs[] = {
#include "notify/subscription_oauth2.tbl"
};
#undef TABLE_STRUCT
static const struct table subscription_basic_table = {
    .name = "subscription_basic",
    .doc = "User and password.",
    TABLE(struct subscription_basic, subscription_basic_attrs),
};
static const struct table subscription_oauth2_table = {
    .name = "subscription_oauth2",
    .doc = "A client of an authorization server.",
    TABLE(struct subscription_oauth2, subscription_oauth2_attrs),
};
#define TABLE_STRUCT subscription_authentication
static const struct attr subscription_authentication_attrs[] = {
#include "notify/subscription_authentication.tbl"
};
#undef TABLE_STRUCT
const struct table subscription_authentication_table = {
    .name = "subscription_authentication",
    .doc = "How notifications show who sends them.",
    TABLE(struct subscription_authentication, subscription_authentication_attrs),
};
#define TABLE_STRUCT subscription_request
static const struct attr subscription_request_attrs[] = {
#include "notify/subscription_request.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table subscription_table = {
    .name = "subscription",
    .doc = "A subscription to the notifications of one API.",
    TABLE(struct subscription, subscription_attrs),
};
/* A delivery is no news: nobody follows it, and a follower that follows itself has no end. */
const struct table notification_table = {
    .name = "notification",
    .doc = "A notification on its way to one subscriber.",
    .unique = "subscription_id, state, seq, type", /* also to find and count them */
    .unlogged = true,
    TABLE(struct notification, notification_attrs),
};
const struct table lcm_subscription_request_table = {
    .name = "lcm_subscription_request",
    .doc = "Body of a subscription to lifecycle management.",
    TABLE(struct subscription_request, subscription_request_attrs),
};
/* Verbosity stands last. */
const struct table subscription_request_table = {
    .name = "subscription_request",
    .doc = "Body of a subscription.",
    .size = sizeof(struct subscription_request),
    .attrs = subscription_request_attrs,
    .n_attrs = ARRAY_SIZE(subscription_request_attrs) - 1,
};
const struct table *const notify_tables[] = {&subscription_table, &notification_table, NULL};

/* ---- the resource -------------------------------------------------------------------------- */

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct subscription *subscription = row;

    if (!op->caller->project_id) {
        return err_new(E_FORBIDDEN, NULL, "a subscription needs a project: the token has none");
    }
    subscription->project_id = op->caller->project_id;
    return changes_last(tx, &subscription->since);
}

/* A list shows few of them: a project has a hundred at most. */
static struct err *
before_show(struct tx *tx, struct op *op, void **rows, size_t n)
{
    (void)op;
    for (size_t i = 0; i < n; i++) {
        TRY(queue_tell(tx, rows[i]));
    }
    return NULL;
}

const struct resource subscription_resource = {
    .table = &subscription_table,
    .singular = "subscription",
    .plural = "subscriptions",
    .doc = "Subscriptions to notifications, with what waits for the subscriber.",
    .quota = "subscription",
    .quota_defaults = notify_quotas,
    .rule_create = "writer",
    .rule_delete = "writer",
    .flags = RESOURCE_NO_UPDATE,
    .hooks = {.before_create = before_create, .before_show = before_show},
};
const struct resource notification_resource = {
    .table = &notification_table,
    .singular = "notification",
    .plural = "notifications",
    .doc = "Notifications that wait for their delivery, and dead letters.",
    .flags = RESOURCE_FIXED,
};

/* ---- from a request ------------------------------------------------------------------------ */

/* The first way of the client's that is there and has its parameters. */
static struct err *
authentication_take(const struct subscription_authentication *given, bool has_certificate,
                    struct subscription *made)
{
    for (size_t i = 0; i < given->types.n; i++) {
        const char *type = given->types.items[i];

        if (str_eq(type, "BASIC") && given->basic.n) {
            const struct subscription_basic *basic = given->basic.items[0];

            made->auth_type = "BASIC";
            made->auth_user = basic->user;
            made->auth_secret = basic->password;
            return NULL;
        }
        if (str_eq(type, "OAUTH2_CLIENT_CREDENTIALS") && given->oauth2.n) {
            const struct subscription_oauth2 *oauth2 = given->oauth2.items[0];

            made->auth_type = "OAUTH2_CLIENT_CREDENTIALS";
            made->auth_user = oauth2->client;
            made->auth_secret = oauth2->password;
            made->token_endpoint = oauth2->endpoint;
            return NULL;
        }
        if (str_eq(type, SUBSCRIPTION_TLS_CERT) && has_certificate &&
            str_starts(made->callback_uri, "https://")) {
            made->auth_type = SUBSCRIPTION_TLS_CERT;
            return NULL;
        }
    }
    return err_new(E_INVALID, NULL,
                   "authentication: BASIC with paramsBasic%s OAUTH2_CLIENT_CREDENTIALS with "
                   "paramsOauth2ClientCredentials%s is wanted",
                   has_certificate ? "," : " or",
                   has_certificate ? " or TLS_CERT with an https callbackUri" : "");
}

struct err *
subscription_authenticate(const struct rows *authentication, bool has_certificate,
                          struct subscription *subscription)
{
    subscription->auth_type = subscription->auth_user = subscription->auth_secret = NULL;
    subscription->token_endpoint = NULL;
    return authentication->n
               ? authentication_take(authentication->items[0], has_certificate, subscription)
               : NULL;
}

struct err *
subscription_make(struct mem *mem, const struct notice_api *api,
                  const struct subscription_request *request, int major, const char *base,
                  bool has_certificate, struct subscription **out)
{
    struct subscription *made = row_new(mem, &subscription_table);
    struct err *faults =
        criteria_check(mem, notice_filter(api, major), "filter", request->filter);

    made->api = api->name;
    made->callback_uri = request->callback_uri;
    made->filter = request->filter && request->filter->n ? request->filter : NULL;
    made->base = base;
    made->major = major;
    made->lost = 0;
    if (api->has_verbosity) {
        made->verbosity = str_or(request->verbosity, "FULL");
    }
    faults = err_join(
        faults, subscription_authenticate(&request->authentication, has_certificate, made));
    *out = made;
    return faults;
}

struct err *
subscription_same(struct tx *tx, const struct subscription *wanted, const char **id)
{
    struct cond same[] = {COND("project_id", wanted->project_id),
                          COND("api", wanted->api),
                          COND("callback_uri", wanted->callback_uri),
                          {0}};
    struct query query = {.table = &subscription_table, .conds = same};
    struct rows rows;

    *id = NULL;
    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct subscription *there = rows.items[i];

        if (wanted->major == there->major &&
            (wanted->filter && there->filter ? json_equal(wanted->filter, there->filter)
                                             : wanted->filter == there->filter)) {
            *id = there->id;
        }
    }
    return NULL;
}
