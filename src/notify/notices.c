/* From changes to notifications: a change of a row that an API's table names becomes an
 * event, the event's facts are held against the filters of the project's subscriptions,
 * and whom it concerns gets a text of its own.
 *
 * The change log tells which columns changed and to what; the row's other columns are
 * read from the row as it is now, a moment later, or from the last image that the log has
 * of it where it was deleted meanwhile. */
#include "notify/notices.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "notify/criteria.h"

#include <string.h>

/* ---- the row of an event --------------------------------------------------------------------- */

static struct err *
image_read(struct mem *mem, const struct table *table, const struct json *image, void **row)
{
    *row = row_new(mem, table);
    return row_from_json(mem, table, image, *row);
}

static struct err *
row_now(struct tx *tx, const struct table *table, const char *id, int64_t seq, void **row)
{
    struct cond by_id[] = {{.attr = table_key(table)->name, .text = id}, {0}};
    const struct json *image;

    TRY(row_find(tx, table, by_id, row));
    if (!*row) {
        TRY(change_image(tx, table, id, seq, &image));
        if (image) {
            TRY(image_read(tx_mem(tx), table, image, row));
        }
    }
    return NULL;
}

struct err *
notice_row(const struct notice_event *event, const struct table *table, const char *id,
           void *row_out)
{
    void *row = NULL;

    if (id) {
        TRY(row_now(event->tx, table, id, event->change->seq, &row));
    }
    memcpy(row_out, &row, sizeof row);
    return NULL;
}

/* The members of 'new' over those of 'old'. */
static const struct json *
laid_over(struct mem *mem, const struct json *old, const struct json *new)
{
    struct json *both = mem_copy(mem, old, sizeof *old);

    both->items = MEM_ARRAY(mem, old->n + 1, const struct json *);
    for (size_t i = 0; i < old->n; i++) {
        const struct json *changed = json_get(new, old->keys[i]);

        both->items[i] = changed ? changed : old->items[i];
    }
    return both;
}

/* The row as the change left it; null where nothing is known of it any more. */
static struct err *
row_then(struct tx *tx, const struct table *table, const struct change *change, void **row)
{
    struct mem *mem = tx_mem(tx);
    const struct json *now;
    const char *text;

    if (change->kind != CHANGE_UPDATE) {
        return image_read(mem, table, change->columns, row);
    }
    TRY(row_now(tx, table, change->id, change->seq, row));
    if (!*row) {
        return NULL;
    }
    text = row_to_json(mem, *row, false);
    TRY(json_parse(mem, text, strlen(text), &now));
    return image_read(mem, table, laid_over(mem, now, change->columns), row);
}

/* ---- is it an event ------------------------------------------------------------------------ */

static const char *
text_at(const void *row, const char *column)
{
    const struct row *head = row;

    return *(const char *const *)attr_at(table_attr(head->table, column), row);
}

/* What the log says is enough: most changes are nobody's, and nothing is read for them. */
static bool
is_changed(const struct notice *notice, const struct change *change)
{
    const struct json *now;

    if (notice->of_gap || !str_eq(change->table, notice->table->name) ||
        !(notice->on & (1u << change->kind))) {
        return false;
    }
    now = notice->column ? json_get(change->columns, notice->column) : NULL;
    if (notice->value && !str_eq(json_str(now), notice->value)) {
        return false;
    }
    return change->kind != CHANGE_UPDATE ||
           ((!notice->column || now) &&
            (!notice->but || !json_get(change->columns, notice->but)));
}

/* ---- its words ----------------------------------------------------------------------------- */

/* 'major' as of a subscription. */
static void
members_write(struct jw *w, const struct notice_member *members, int64_t major, const void *row)
{
    for (; members && members->json; members++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an event is of a row */
        const struct attr *attr = table_attr(((const struct row *)row)->table, members->column);

        if (!attr_is_null(attr, row) && (!major || attr->since <= major)) {
            attr_encode(w, members->json, attr, row);
        }
    }
}

static struct err *
facts_of(const struct notice_event *event, const struct json **facts)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_array(&w, "notificationType");
    jw_str(&w, NULL, event->notice->type);
    if (event->notice->other) {
        jw_str(&w, NULL, event->notice->other);
    }
    jw_end(&w);
    members_write(&w, event->notice->members, 0, event->row);
    members_write(&w, event->notice->facts, 0, event->row);
    if (event->notice->look) {
        TRY(event->notice->look(event, &w));
    }
    jw_end(&w);
    return json_parse(tx_mem(event->tx), text.data, text.len, facts);
}

static void
link_write(struct jw *w, struct mem *mem, const char *name, const char *base, const char *path,
           const char *id)
{
    jw_object(w, name);
    jw_str(w, "href", mem_printf(mem, "%s%s%s%s", base, path, id ? "/" : "", str_or(id, "")));
    jw_end(w);
}

const struct criterion *
notice_filter(const struct notice_api *api, int64_t major)
{
    return major && api->older && api->older->filter ? api->older->filter : api->filter;
}

const char *
notice_version(const struct notice_api *api, const struct subscription *subscription)
{
    if (!api) {
        return "";
    }
    return subscription->major && api->older ? api->older->version : api->version;
}

static bool
is_bare(const struct notice_api *api, const struct subscription *subscription)
{
    return api->is_bare && !subscription->major;
}

static const char *
path_for(struct mem *mem, const struct notice_api *api, const struct subscription *subscription,
         const char *path)
{
    return subscription->major && api->older ? api->older->path(mem, path) : path;
}

static void
links_write(struct jw *w, struct mem *mem, const struct notice_event *event,
            const struct notice_api *api, const struct subscription *subscription)
{
    jw_object(w, "_links");
    for (const struct notice_link *link = event->notice->links; link && link->name; link++) {
        link_write(w, mem, link->name, subscription->base,
                   path_for(mem, api, subscription, link->path),
                   link->column ? text_at(event->row, link->column) : NULL);
    }
    for (const struct notice_link *link = event->notice->whole_links; link && link->name; link++) {
        link_write(w, mem, link->name, subscription->base, path_for(mem, api, subscription, link->path),
                   text_at(event->whole, link->column));
    }
    if (!is_bare(api, subscription)) {
        link_write(w, mem, "subscription", subscription->base,
                   path_for(mem, api, subscription, api->subscriptions), subscription->id);
    }
    jw_end(w);
}

/* What there is to say beside links. */
static void
words_write(struct jw *w, const struct notice_event *event, const char *id,
            const struct notice_api *api, const struct subscription *subscription)
{
    struct notice_event told = *event;
    char at[TIME_TEXT_SIZE];

    jw_str(w, "id", id);
    jw_str(w, "notificationType", event->notice->type);
    if (!is_bare(api, subscription)) {
        jw_str(w, "subscriptionId", subscription->id);
    }
    jw_str(w, api->time_key, time_text(at, event->change->at, TIME_Z_MS));
    members_write(w, event->notice->members, subscription->major, event->row);
    if (api->has_verbosity && event->notice->more && !event->whole && !subscription->major) {
        jw_str(w, "verbosity", subscription->verbosity);
    }
    if (event->notice->more) {
        told.base = subscription->base;
        event->notice->more(&told, !str_eq(subscription->verbosity, "SHORT"), w);
    }
}

/* The same in an older form. */
static struct err *
words_older(struct mem *mem, struct jw *w, const struct notice_event *event, const char *id,
            const struct notice_api *api, const struct subscription *subscription)
{
    AUTO_BUF text = BUF_INIT;
    struct jw newer = jw_to(&text);
    const struct json *body;

    jw_object(&newer, NULL);
    words_write(&newer, event, id, api, subscription);
    jw_end(&newer);
    TRY(json_parse(mem, text.data, text.len, &body));
    api->older->body(mem, w, event->notice->table, body);
    return NULL;
}

static struct err *
body_of(struct mem *mem, const struct notice_event *event, const char *id,
        const struct notice_api *api, const struct subscription *subscription, const char **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    if (subscription->major && api->older && api->older->body && event->notice->table) {
        TRY(words_older(mem, &w, event, id, api, subscription));
    } else {
        words_write(&w, event, id, api, subscription);
    }
    links_write(&w, mem, event, api, subscription);
    jw_end(&w);
    *body = buf_copy(mem, &text);
    return NULL;
}

/* ---- whom it concerns ---------------------------------------------------------------------- */

static struct err *
notice_add(struct notices *notices, const struct notice_event *event, const char *id,
           const struct notice_api *api, const struct subscription *subscription)
{
    struct mem *mem = notices->mem;
    struct notification *made = row_new(mem, &notification_table);

    made->project_id = mem_str(mem, subscription->project_id);
    made->subscription_id = mem_str(mem, subscription->id);
    made->seq = event->change->seq;
    made->type = event->notice->type;
    TRY(body_of(mem, event, id, api, subscription, &made->body));
    made->created_at = event->change->at;
    vec_add(mem, &notices->items, made);
    return NULL;
}

struct telling {
    struct notices *notices;
    struct notice_event event;
    const struct notice_api *api;
    const struct json *facts;
    const char *id;
};

static struct err *
subscription_weigh(void *arg, void *row)
{
    struct telling *telling = arg;
    const struct subscription *subscription = row;

    if (!criteria_hold(notice_filter(telling->api, subscription->major), subscription->filter,
                       telling->facts)) {
        return NULL;
    }
    return notice_add(telling->notices, &telling->event, telling->id, telling->api, subscription);
}

/* All notifications of one event have one id, whoever gets them and however often
 * (SOL003 5.5.2.17).  Whom it may concern are those of the project that were there before the
 * change; they are not kept: there may be many, with long filters. */
static struct err *
event_tell(struct tx *tx, const struct notice_api *api, const struct notice *notice,
           const struct change *change, struct notices *notices)
{
    struct telling telling = {
        .notices = notices, .event = {.tx = tx, .notice = notice, .change = change}, .api = api};
    struct cond of_project[] = {
        COND("project_id", change->owner),
        COND("api", api->name),
        {.attr = "since",
         .op = COND_LT,
         .text = mem_printf(tx_mem(tx), "%lld", (long long)change->seq)},
        {0},
    };
    struct query query = {.table = &subscription_table, .conds = of_project};
    int64_t n;
    void *row;

    TRY(rows_count(tx, &query, &n));
    if (!n) {
        return NULL;
    }
    TRY(row_then(tx, notice->table, change, &row));
    if (!row) {
        return NULL;
    }
    telling.event.row = row;
    if (notice->whole) {
        TRY(notice->whole(&telling.event, &telling.event.whole));
        if (!telling.event.whole) {
            return NULL;
        }
    }
    telling.id = uuid_make(tx_mem(tx));
    TRY(facts_of(&telling.event, &telling.facts));
    return rows_each(tx, &query, subscription_weigh, &telling);
}

struct err *
notices_of(struct tx *tx, const struct notice_api *const *apis, const struct change *change,
           struct notices *notices)
{
    for (; change->owner && *apis; apis++) {
        for (size_t i = 0; i < (*apis)->n_notices; i++) {
            const struct notice *notice = &(*apis)->notices[i];

            if (is_changed(notice, change)) {
                TRY(event_tell(tx, *apis, notice, change, notices));
            }
        }
    }
    return NULL;
}

/* ---- what was lost ------------------------------------------------------------------------- */

/* That of a filter which says of types. */
static const struct json *
filter_of_types(struct mem *mem, const struct criterion *criteria, const struct json *filter)
{
    for (; criteria->name; criteria++) {
        const struct json *types = str_eq(criteria->fact, "notificationType")
                                       ? json_get(filter, criteria->name) : NULL;

        if (types) {
            struct json *only = mem_copy(mem, filter, sizeof *filter);

            only->n = 1;
            only->keys = MEM_ARRAY(mem, 1, const char *);
            only->items = MEM_ARRAY(mem, 1, const struct json *);
            only->keys[0] = criteria->name;
            only->items[0] = types;
            return only;
        }
    }
    return NULL;
}

/* Whom it was told already is not told again.  Of another type a number may be met twice: a store that was
 * restored from an older copy counts on from there. */
static struct err *
gap_weigh(void *arg, void *row)
{
    struct telling *telling = arg;
    const struct subscription *subscription = row;
    struct tx *tx = telling->event.tx;
    struct mem *mem = tx_mem(tx);
    struct cond same[] = {
        COND("subscription_id", subscription->id),
        COND("seq", mem_printf(mem, "%lld", (long long)telling->event.change->seq)),
        COND("type", telling->event.notice->type),
        {0},
    };
    const struct criterion *criteria = notice_filter(telling->api, subscription->major);
    struct notification *there;

    TRY(row_find(tx, &notification_table, same, &there));
    if (there || !criteria_hold(criteria, filter_of_types(mem, criteria, subscription->filter),
                                telling->facts)) {
        return NULL;
    }
    return notice_add(telling->notices, &telling->event, telling->id, telling->api, subscription);
}

static struct err *
gap_tell(struct tx *tx, const struct notice_api *api, const struct notice *notice, int64_t seq,
         struct notices *notices)
{
    const struct change lost = {.seq = seq, .at = tx_now(tx)};
    struct telling telling = {.notices = notices,
                              .event = {.tx = tx, .notice = notice, .change = &lost},
                              .api = api,
                              .id = uuid_make(tx_mem(tx))};
    struct cond before[] = {
        COND("api", api->name),
        {.attr = "since",
         .op = COND_LT,
         .text = mem_printf(tx_mem(tx), "%lld", (long long)seq)},
        {0},
    };
    struct query query = {.table = &subscription_table, .conds = before};

    TRY(facts_of(&telling.event, &telling.facts));
    return rows_each(tx, &query, gap_weigh, &telling);
}

struct err *
notices_of_gap(struct tx *tx, const struct notice_api *const *apis, int64_t seq,
               struct notices *notices)
{
    for (; *apis; apis++) {
        for (size_t i = 0; i < (*apis)->n_notices; i++) {
            if ((*apis)->notices[i].of_gap) {
                TRY(gap_tell(tx, *apis, &(*apis)->notices[i], seq, notices));
            }
        }
    }
    return NULL;
}
