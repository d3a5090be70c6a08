/* All objects of a kind that a site shows, as they are now: one call for all of them, and further ones
 * only where the site answers in pages.  One object, where its list is not enough. */
#include "vim/session.h"

#define PAGES_MAX 100

struct listing {
    struct mem *mem;
    struct vim *vim;
    const struct object *object;
    const char *site_id;
    int n_pages;
    size_t n_bytes;
    vim_list_fn *each;
    void *arg;
};

static void listing_go(struct listing *listing, const char *query);

/* "ports_links": [{"rel": "next", "href": "http://.../ports?marker=..."}] -> "?marker=...". */
static const char *
next_query(struct listing *listing, const struct vim_answer *answer)
{
    const struct json *links = json_get(
        answer->json, mem_printf(listing->mem, "%s_links", listing->object->plural));
    const char *next = NULL;

    json_each (links, i) {
        const char *href = json_get_str(links->items[i], "href");

        if (href && str_eq(json_get_str(links->items[i], "rel"), "next")) {
            next = strchr(href, '?');
        }
    }
    return next;
}

static struct err *
page_check(const struct listing *listing, const struct vim_answer *answer, const char *next)
{
    if (!answer_list(answer, listing->object->plural)) {
        return err_new(E_REMOTE, NULL, "the answer has no '%s'", listing->object->plural);
    }
    if (listing->n_bytes > listing->vim->config.list_max) {
        return err_new(E_REMOTE, NULL, "the list of %s has more than %zu bytes",
                       listing->object->plural, listing->vim->config.list_max);
    }
    if (next && listing->n_pages == PAGES_MAX) {
        return err_new(E_REMOTE, NULL, "the list of %s has more than %d pages",
                       listing->object->plural, PAGES_MAX);
    }
    return NULL;
}

static void
page_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct listing *listing = arg;
    const char *next = NULL;

    listing->n_pages++;
    if (!err) {
        listing->n_bytes += answer->http->body_len;
        next = next_query(listing, answer);
        err = page_check(listing, answer, next);
    }
    if (err) {
        listing->each(listing->arg, NULL, false, err);
        mem_free(listing->mem);
        return;
    }
    listing->each(listing->arg, answer_list(answer, listing->object->plural), next != NULL, NULL);
    if (next) {
        listing_go(listing, next);
    } else {
        mem_free(listing->mem);
    }
}

static void
listing_go(struct listing *listing, const char *query)
{
    const struct object *object = listing->object;
    const struct vim_call call = {
        .site_id = listing->site_id,
        .service = object->service,
        .method = "GET",
        .path = mem_printf(listing->mem, "%s%s",
                           object->list_path ? object->list_path : object->path, query),
        .read_only = true,
    };

    vim_call(listing->vim, &call, page_done, listing);
}

void
vim_list(struct vim *vim, const char *site_id, const char *kind, vim_list_fn *each, void *arg)
{
    struct mem *mem = mem_new("vim list");
    struct listing *listing = MEM_NEW(mem, struct listing);

    *listing = (struct listing){.mem = mem,
                                .vim = vim,
                                .object = object_find(kind),
                                .site_id = mem_str(mem, site_id),
                                .each = each,
                                .arg = arg};
    listing_go(listing, "");
}

const char *
vim_marker_of(const char *kind, const struct json *json)
{
    const char *marker = object_marker(object_find(kind), json);

    return marker && str_starts(marker, "carrick:") ? marker : NULL;
}

/* ---- one object ------------------------------------------------------------------------------- */

struct getting {
    struct mem *mem;
    const struct object *object;
    const char *id;
    vim_get_fn *done;
    void *arg;
};

/* Any server on the way says 404 of what it does not know: only the service says it in its own form. */
static struct err *
answer_check(const struct getting *getting, const struct vim_answer *answer, struct err *err)
{
    const struct json *object = answer ? json_get(answer->json, getting->object->kind) : NULL;

    if (err_is(err, E_NOT_FOUND) && !json_is(answer ? answer->json : NULL, JSON_T_OBJECT)) {
        err->code = E_REMOTE;
    }
    if (!err && !str_eq(json_get_str(object, "id"), getting->id)) {
        err = err_new(E_REMOTE, NULL, "it was asked for %s %s, and shows another thing",
                      getting->object->kind, getting->id);
    }
    return err;
}

static void
get_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct getting *getting = arg;

    err = answer_check(getting, answer, err);
    getting->done(getting->arg, err ? NULL : json_get(answer->json, getting->object->kind), err);
    mem_free(getting->mem);
}

void
vim_get(struct vim *vim, const char *site_id, const char *kind, const char *id, vim_get_fn *done,
        void *arg)
{
    struct mem *mem = mem_new("vim get");
    struct getting *getting = MEM_NEW(mem, struct getting);
    struct vim_call call = {.site_id = site_id, .method = "GET", .read_only = true};

    *getting = (struct getting){.mem = mem,
                                .object = object_find(kind),
                                .id = mem_str(mem, id),
                                .done = done,
                                .arg = arg};
    call.service = getting->object->service;
    call.path = mem_printf(mem, "%s/%s", getting->object->path, url_encode(mem, id));
    vim_call(vim, &call, get_done, getting);
}
