/* carrick-changes: the change log as a caller may see it, by long poll.
 *
 *     GET /v2.0/carrick-changes                     {"changes": [], "last": N}
 *     GET /v2.0/carrick-changes?since=N&timeout=S   waits until something is newer than N
 *
 * 410 where the log no longer reaches back to N: ask without 'since', list what
 * you follow, then go on from that 'last'. */
#include "faces/neutron.h"

#include <inttypes.h>

#define AT_ONCE 500
#define TIMEOUT_MAX_S 60

struct following {
    struct rest_request *r;
    int64_t since;       /* Read up to here; -1 = only ask where the log is. */
    int64_t deadline_ns;
    size_t n_shown;
    bool more;
};

/* ---- one look ------------------------------------------------------------------------- */

static bool
may_see(const struct rest_request *r, const struct change *change)
{
    const char *const *wanted = rest_query_all(r, "resource");

    if (!resource_find(change->table) || (wanted && !str_in(change->table, wanted))) {
        return false;
    }
    return r->caller.is_admin ||
           (change->owner && str_eq(change->owner, r->caller.project_id));
}

/* The log keeps times as numbers; the API shows text. */
static void
write_column(struct jw *w, const struct attr *attr, const struct json *value)
{
    char text[TIME_TEXT_SIZE];

    if (attr->type == ATTR_T_time && json_is(value, JSON_T_INT)) {
        jw_str(w, attr_json_name(attr), time_text(text, value->i, attr->time_form));
    } else {
        jw_json(w, attr_json_name(attr), value);
    }
}

/* Changed attributes as the API names and shows them. */
static void
write_columns(struct rest_request *r, const struct resource *resource, const struct change *change)
{
    jw_object(&r->w, "attributes");
    json_each (change->columns, i) {
        const struct attr *attr = table_attr(resource->table, change->columns->keys[i]);

        if (attr && (attr->use & SHOW) && !(attr->use & (INTERNAL | SECRET)) &&
            (!attr->see || r->caller.is_admin)) {
            write_column(&r->w, attr, change->columns->items[i]);
        }
    }
    jw_end(&r->w);
}

static void
write_change(struct rest_request *r, const struct change *change)
{
    static const char *const kinds[] = {
        [CHANGE_CREATE] = "create", [CHANGE_UPDATE] = "update", [CHANGE_DELETE] = "delete"};
    const struct resource *resource = resource_find(change->table);
    char at[TIME_TEXT_SIZE];

    jw_object(&r->w, NULL);
    jw_int(&r->w, "seq", change->seq);
    jw_str(&r->w, "at", time_text(at, change->at, TIME_Z_US));
    jw_str(&r->w, "kind", kinds[change->kind]);
    jw_str(&r->w, "resource", change->table);
    jw_str(&r->w, "id", change->id);
    jw_str(&r->w, "project_id", change->owner);
    jw_int(&r->w, "revision_number", change->revision);
    write_columns(r, resource, change);
    jw_end(&r->w);
}

/* store_fn: writes what is new; nothing is written to the answer where nothing is. */
static struct err *
look(struct tx *tx, void *arg)
{
    struct following *f = arg;
    struct change *changes;
    size_t n = 0;

    if (f->since < 0) {
        return changes_last(tx, &f->since);
    }
    TRY(changes_read(tx, f->since, AT_ONCE, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        if (may_see(f->r, &changes[i])) {
            f->n_shown++;
            write_change(f->r, &changes[i]);
        }
        f->since = changes[i].seq;
    }
    f->more = n == AT_ONCE;
    return NULL;
}

/* ---- waiting ------------------------------------------------------------------------------ */

static struct err *
gone(struct err *e, int64_t since)
{
    struct err *told;

    if (!err_is(e, E_GONE)) {
        return e;
    }
    told = err_new(E_GONE, "ChangesGone",
                   "The change log does not reach back to %" PRIi64 ". Ask without 'since' for the "
                   "newest number, list what you follow, then go on from that number.", since);
    err_free(e);
    return told;
}

static void
answer(struct following *f)
{
    jw_end(&f->r->w);
    jw_int(&f->r->w, "last", f->since);
    jw_end(&f->r->w);
    rest_finish(f->r, NULL);
}

/* loop_fn: looks, answers, or sleeps again. */
static void
follow(void *arg)
{
    struct following *f = arg;
    struct network_service *service = f->r->mount->user;
    bool position_only = f->since < 0;
    int64_t since = f->since, left_ns;
    struct err *e;

    do {
        e = store_read(f->r->mount->store, look, f);
    } while (!e && f->more && f->n_shown == 0);
    if (e) {
        rest_finish(f->r, gone(e, since));
        return;
    }
    left_ns = f->deadline_ns - time_mono_ns();
    if (position_only || f->n_shown || left_ns <= 0 || !service->feed ||
        !change_feed_wait(service->feed, f->since, left_ns / 1000000, follow, f)) {
        answer(f);
    }
}

static struct err *
number(const struct rest_request *r, const char *name, int64_t max, int64_t *value)
{
    const char *text = rest_query(r, name);

    if (text && (!str_to_i64(text, value) || *value < 0 || *value > max)) {
        return err_new(E_INVALID, "HTTPBadRequest",
                       "Invalid input for %s. Reason: '%s' is not a number from 0 to %" PRIi64 ".",
                       name, text, max);
    }
    return NULL;
}

struct err *
neutron_changes(struct rest_request *r)
{
    struct following *f = MEM_NEW(r->mem, struct following);
    int64_t timeout_s = 0;

    f->r = r;
    f->since = -1;
    TRY(number(r, "since", INT64_MAX, &f->since));
    TRY(number(r, "timeout", TIMEOUT_MAX_S, &timeout_s));
    f->deadline_ns = time_mono_ns() + timeout_s * 1000000000;
    jw_object(&r->w, NULL);
    jw_array(&r->w, "changes");
    follow(f);
    return NULL;
}
