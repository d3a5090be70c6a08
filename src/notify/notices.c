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

#define LATER_AT_ONCE 256

/* ---- the row of an event --------------------------------------------------------------------- */

static struct err *
image_read(struct mem *mem, const struct table *table, const struct json *image, void **row)
{
    *row = row_new(mem, table);
    return row_from_json(mem, table, image, *row);
}

/* The last image of a row that was deleted behind 'seq', or null. */
static struct err *
image_later(struct tx *tx, const struct table *table, const char *id, int64_t seq,
            const struct json **image)
{
    struct change *changes;
    size_t n;

    *image = NULL;
    do {
        TRY(changes_read(tx, seq, LATER_AT_ONCE, &changes, &n));
        for (size_t i = 0; i < n; i++) {
            seq = changes[i].seq;
            if (changes[i].kind == CHANGE_DELETE && str_eq(changes[i].table, table->name) &&
                str_eq(changes[i].id, id)) {
                *image = changes[i].columns;
                return NULL;
            }
        }
    } while (n == LATER_AT_ONCE);
    return NULL;
}

static struct err *
row_now(struct tx *tx, const struct table *table, const char *id, int64_t seq, void **row)
{
    struct cond by_id[] = {{.attr = table_key(table)->name, .text = id}, {0}};
    const struct json *image;

    TRY(row_find(tx, table, by_id, row));
    if (!*row) {
        TRY(image_later(tx, table, id, seq, &image));
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

static bool
is_changed(const struct notice *notice, const struct change *change)
{
    return str_eq(change->table, notice->table->name) && (notice->on & (1u << change->kind)) &&
           (change->kind != CHANGE_UPDATE ||
            ((!notice->column || json_get(change->columns, notice->column)) &&
             (!notice->but || !json_get(change->columns, notice->but))));
}

/* ---- its words ----------------------------------------------------------------------------- */

static void
members_write(struct jw *w, const struct notice_member *members, const void *row)
{
    for (; members && members->json; members++) {
        const struct attr *attr = table_attr(((const struct row *)row)->table, members->column);

        if (!attr_is_null(attr, row)) {
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
    members_write(&w, event->notice->members, event->row);
    members_write(&w, event->notice->facts, event->row);
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
    jw_str(w, "href", mem_printf(mem, "%s%s/%s", base, path, id));
    jw_end(w);
}

static void
links_write(struct jw *w, struct mem *mem, const struct notice_event *event,
            const struct notice_api *api, const struct subscription *subscription)
{
    jw_object(w, "_links");
    for (const struct notice_link *link = event->notice->links; link && link->name; link++) {
        link_write(w, mem, link->name, subscription->base, link->path,
                   text_at(event->row, link->column));
    }
    if (!api->is_bare) {
        link_write(w, mem, "subscription", subscription->base, api->subscriptions,
                   subscription->id);
    }
    jw_end(w);
}

static const char *
body_of(struct mem *mem, const struct notice_event *event, const char *id,
        const struct notice_api *api, const struct subscription *subscription)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    char at[TIME_TEXT_SIZE];

    jw_object(&w, NULL);
    jw_str(&w, "id", id);
    jw_str(&w, "notificationType", event->notice->type);
    if (!api->is_bare) {
        jw_str(&w, "subscriptionId", subscription->id);
    }
    jw_str(&w, api->time_key, time_text(at, event->change->at, TIME_Z_MS));
    members_write(&w, event->notice->members, event->row);
    if (api->has_verbosity && event->notice->more) {
        jw_str(&w, "verbosity", subscription->verbosity);
    }
    if (event->notice->more) {
        event->notice->more(event, !str_eq(subscription->verbosity, "SHORT"), &w);
    }
    links_write(&w, mem, event, api, subscription);
    jw_end(&w);
    return buf_copy(mem, &text);
}

/* ---- whom it concerns ---------------------------------------------------------------------- */

static void
notice_add(struct notices *notices, const struct notice_event *event, const char *id,
           const struct notice_api *api, const struct subscription *subscription)
{
    struct mem *mem = notices->mem;
    struct notification *made = row_new(mem, &notification_table);

    made->project_id = mem_str(mem, subscription->project_id);
    made->subscription_id = mem_str(mem, subscription->id);
    made->seq = event->change->seq;
    made->type = event->notice->type;
    made->body = body_of(mem, event, id, api, subscription);
    made->created_at = event->change->at;
    vec_add(mem, &notices->items, made);
}

/* Those of the project that were there before the change. */
static struct err *
subscriptions_of(struct tx *tx, const struct notice_api *api, const struct change *change,
                 struct rows *rows)
{
    struct cond of_project[] = {
        COND("project_id", change->owner),
        COND("api", api->name),
        {.attr = "since",
         .op = COND_LT,
         .text = mem_printf(tx_mem(tx), "%lld", (long long)change->seq)},
        {0},
    };
    struct query query = {.table = &subscription_table, .conds = of_project};

    return rows_select(tx, &query, rows);
}

/* All notifications of one event have one id, whoever gets them and however often
 * (SOL003 5.5.2.17). */
static struct err *
event_tell(struct tx *tx, const struct notice_api *api, const struct notice *notice,
           const struct change *change, struct notices *notices)
{
    struct notice_event event = {.tx = tx, .notice = notice, .change = change};
    const char *id = uuid_make(tx_mem(tx));
    const struct json *facts;
    struct rows rows;
    void *row;

    TRY(subscriptions_of(tx, api, change, &rows));
    if (!rows.n) {
        return NULL;
    }
    TRY(row_then(tx, notice->table, change, &row));
    if (!row || (notice->value && !str_eq(text_at(row, notice->column), notice->value))) {
        return NULL;
    }
    event.row = row;
    TRY(facts_of(&event, &facts));
    for (size_t i = 0; i < rows.n; i++) {
        const struct subscription *subscription = rows.items[i];

        if (criteria_hold(api->filter, subscription->filter, facts)) {
            notice_add(notices, &event, id, api, subscription);
        }
    }
    return NULL;
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
