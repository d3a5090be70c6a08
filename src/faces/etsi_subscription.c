/* SOL013 clause 8: subscriptions.  A callback is asked before anything is kept, so a
 * creation is no verb of the engine: the request sleeps while a stranger answers, and
 * only then comes its transaction. */
#include "faces/etsi_subscription.h"

#include "faces/etsi.h"
#include "faces/etsi_major.h"

#include <stdlib.h>

/* ---- one ------------------------------------------------------------------------------ */

/* The older version that is spoken, 0 = the face's own: a subscription is of one of them. */
static int
major_of(const struct rest_request *r)
{
    return r->op.version == atoi(r->face->versions[0].id) ? 0 : r->op.version;
}

static const char *
href_of(const struct rest_request *r, const char *id)
{
    const struct notice_api *api = r->route->arg;

    return mem_printf(r->mem, "%s%s/%s", r->base, etsi_major_path(r, api->subscriptions), id);
}

static void
encode(struct rest_request *r, struct jw *w, const void *row)
{
    static const char *const shown[] = {"id", "filter", "callback_uri", "verbosity"};
    const struct subscription *subscription = row;

    /* An older version has no verbosity: it is told all. */
    for (size_t i = 0; i < sizeof shown / sizeof *shown - (subscription->major ? 1 : 0); i++) {
        const struct attr *attr = table_attr(&subscription_table, shown[i]);

        if (!attr_is_null(attr, row)) {
            attr_encode(w, attr_json_name(attr), attr, row);
        }
    }
    jw_object(w, "_links");
    jw_object(w, "self");
    jw_str(w, "href", href_of(r, subscription->id));
    jw_end(w);
    jw_end(w);
}

/* The rows of all APIs and versions are in one table. */
static struct err *
query(struct rest_request *r, struct list_query *query)
{
    const struct notice_api *api = r->route->arg;

    rest_cond(query, (struct cond)COND("api", api->name));
    rest_cond(query, (struct cond)COND("major", mem_printf(r->mem, "%d", major_of(r))));
    return NULL;
}

const struct rest_shape etsi_subscription_shape = {.encode = encode, .query = query};

static struct err *
get(struct tx *tx, struct rest_request *r, void **row)
{
    const struct notice_api *api = r->route->arg;
    const struct subscription *subscription;

    TRY(resource_get(tx, &r->op, r->id, row));
    subscription = *row;
    return str_eq(subscription->api, api->name) && subscription->major == major_of(r)
               ? NULL
               : err_new(E_NOT_FOUND, NULL, "subscription %s could not be found.", r->id);
}

struct err *
etsi_subscription_show(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(get(tx, r, &row));
    rest_write_row(r, &subscription_resource, &etsi_subscription_shape, row);
    return NULL;
}

struct err *
etsi_subscription_delete(struct tx *tx, struct rest_request *r)
{
    void *row;

    TRY(get(tx, r, &row));
    return resource_delete(tx, &r->op, r->id);
}

/* ---- a new one ---------------------------------------------------------------------------- */

struct creating {
    struct rest_request *r;
    struct subscription *wanted;
    const char *same; /* id of the one that is there */
    void *made;
};

/* SOL013 8.2, SOL003 5.4.18.3.1: no duplicates; the client is led to what is there. */
static void
answer_same(struct creating *creating)
{
    rest_header(creating->r, "Location", "%s", href_of(creating->r, creating->same));
    creating->r->status = 303;
    rest_finish(creating->r, NULL);
}

static struct err *
same_read(struct tx *tx, void *arg)
{
    struct creating *creating = arg;

    TRY(subscription_same(tx, creating->wanted, &creating->same));
    creating->same = mem_str(creating->r->mem, creating->same);
    return NULL;
}

static struct err *
create_write(struct tx *tx, void *arg)
{
    struct creating *creating = arg;
    void *made;

    creating->made = NULL;
    TRY(same_read(tx, creating));
    if (!creating->same) {
        TRY(resource_create(tx, &creating->r->op, creating->wanted, &made));
        creating->made = row_copy(creating->r->mem, made);
    }
    return NULL;
}

/* store_done_fn */
static void
create_done(void *arg, struct err *err)
{
    struct creating *creating = arg;
    struct rest_request *r = creating->r;

    if (err) {
        rest_finish(r, err);
    } else if (creating->same) {
        answer_same(creating);
    } else {
        const struct subscription *made = creating->made;

        rest_header(r, "Location", "%s", href_of(r, made->id));
        rest_write_row(r, &subscription_resource, &etsi_subscription_shape, made);
        rest_finish(r, NULL);
    }
}

/* notifier_probe_fn */
static void
probed(void *arg, struct err *err)
{
    struct creating *creating = arg;
    const struct nfvo *nfvo = creating->r->op.user;

    if (err) {
        rest_finish(creating->r, err);
    } else {
        store_write(nfvo->store, create_write, creating, create_done);
    }
}

struct err *
etsi_subscription_create(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    struct creating *creating = MEM_NEW(r->mem, struct creating);

    creating->r = r;
    TRY(subscription_make(r->mem, r->route->arg, r->row, major_of(r), r->base,
                          notifier_has_certificate(nfvo->notifier), &creating->wanted));
    TRY(owner_set(&r->op, &creating->wanted->project_id));
    TRY(store_read(nfvo->store, same_read, creating));
    if (creating->same) {
        answer_same(creating);
    } else {
        notifier_probe(nfvo->notifier, r->mem, creating->wanted, probed, creating);
    }
    return NULL;
}
