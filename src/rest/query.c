/* Query strings: split and decoded once, then read through the dialect's words
 * (limit, marker, sort_key, fields...) and, for what is left, the filters of
 * the resource. */
#include "rest/exchange.h"

#include <string.h>

struct err *
query_parse(struct rest_exchange *x, const char *text)
{
    struct mem *mem = x->r.mem;
    size_t n;
    char **parts;

    if (text[0] == '\0') {
        return NULL;
    }
    parts = str_split(mem, text, '&', &n);
    for (size_t i = 0; i < n; i++) {
        char *eq = strchr(parts[i], '=');
        struct rest_pair pair;

        if (parts[i][0] == '\0') {
            continue;
        }
        if (eq) {
            *eq = '\0';
        }
        pair.name = url_decode(mem, parts[i], true);
        pair.value = eq ? url_decode(mem, eq + 1, true) : "";
        if (!pair.name || !pair.value || !str_utf8(pair.name, strlen(pair.name)) ||
            !str_utf8(pair.value, strlen(pair.value))) {
            return err_new(E_INVALID, NULL, "the query string is not percent-encoded UTF-8");
        }
        vec_add(mem, &x->query, pair);
    }
    return NULL;
}

const char *
rest_query(const struct rest_request *r, const char *name)
{
    vec_each (&r->x->query, pair) {
        if (str_eq(pair->name, name)) {
            return pair->value;
        }
    }
    return NULL;
}

const char *const *
rest_query_all(const struct rest_request *r, const char *name)
{
    const char **values;
    size_t n = 0;

    vec_each (&r->x->query, pair) {
        n += str_eq(pair->name, name);
    }
    if (n == 0) {
        return NULL;
    }
    values = MEM_ARRAY(r->mem, n + 1, const char *);
    n = 0;
    vec_each (&r->x->query, pair) {
        if (str_eq(pair->name, name)) {
            values[n++] = pair->value;
        }
    }
    return values;
}

bool
rest_query_flag(const struct rest_request *r, const char *name)
{
    static const char *const yes[] = {"", "true", "True", "TRUE", "1", "yes", NULL};
    const char *value = rest_query(r, name);

    return value && str_in(value, yes);
}

const char *
query_without(struct rest_request *r, const char *const *drop)
{
    AUTO_BUF out = BUF_INIT;

    vec_each (&r->x->query, pair) {
        if (str_in(pair->name, drop)) {
            continue;
        }
        buf_printf(&out, "%s%s=%s", out.len ? "&" : "?", url_encode(r->mem, pair->name),
                   url_encode(r->mem, pair->value));
    }
    return buf_copy(r->mem, &out);
}

static bool
is(const char *word, const char *name)
{
    return word && strcmp(word, name) == 0;
}

static bool
is_tag_word(const struct query_words *words, const char *name)
{
    static const char *const tag_words[] = {"tags", "tags-any", "not-tags", "not-tags-any", NULL};

    return words->tags && str_in(name, tag_words);
}

static bool
is_word(const struct query_words *words, const char *name)
{
    return is(words->limit, name) || is(words->marker, name) || is(words->sort_key, name) ||
           is(words->sort_dir, name) || is(words->sort, name) || is(words->page_reverse, name) ||
           is(words->fields, name) || is_tag_word(words, name);
}

static struct err *
read_limit(struct rest_request *r, const char *text, struct list_query *query)
{
    int64_t max = r->x->rest->config.list_max, limit = 0;

    if (text && (!str_to_i64(text, &limit) || limit < 0)) {
        return err_new(E_INVALID, "BadRequest",
                       "Bad limit request: Limit must be an integer 0 or greater and not '%s'.",
                       text);
    }
    query->limit = max > 0 && (limit == 0 || limit > max) ? max : limit;
    return NULL;
}

static struct err *
add_sort(struct rest_request *r, const char *key, const char *dir, struct sort *sort)
{
    static const char *const up[] = {"", "asc", "ASC", "Asc", NULL};
    static const char *const down[] = {"desc", "DESC", "Desc", NULL};
    const struct query_words *words = r->face->dialect->words;
    const struct attr *attr = table_attr_json(r->route->resource->table, key);

    if (!attr || !(attr->use & SORT)) {
        return err_new(E_INVALID, NULL, "%s%s%s", words->bad_sort, key, words->bad_sort_end);
    }
    if (!str_in(dir, up) && !str_in(dir, down)) {
        return err_new(E_INVALID, NULL, "Unknown sort direction, must be one of asc, desc: '%s'",
                       dir);
    }
    sort->attr = attr->name;
    sort->descending = str_in(dir, down);
    return NULL;
}

static size_t
count_of(const char *const *list)
{
    size_t n = 0;

    while (list && list[n]) {
        n++;
    }
    return n;
}

/* sort_key=a&sort_dir=asc&sort_key=b&sort_dir=desc */
static struct err *
read_sort_pairs(struct rest_request *r, const struct query_words *words, struct list_query *query)
{
    const char *const *keys = words->sort_key ? rest_query_all(r, words->sort_key) : NULL;
    const char *const *dirs = words->sort_dir ? rest_query_all(r, words->sort_dir) : NULL;
    size_t n = count_of(keys), n_dirs = count_of(dirs);

    if (n_dirs > 1 && n != n_dirs) {
        return err_new(E_INVALID, NULL, "The number of sort_keys and sort_dirs must be same");
    }
    if (n > 1 && n_dirs == 1 && words->page_reverse) {
        return err_new(E_INVALID, NULL, "The number of sort_keys and sort_dirs must be same");
    }
    query->sorts = MEM_ARRAY(r->mem, n + 1, struct sort);
    for (size_t i = 0; keys && i < n; i++) {
        const char *dir = dirs && n_dirs ? dirs[n_dirs == 1 ? 0 : i] : "";

        TRY(add_sort(r, keys[i], dir, &query->sorts[i]));
    }
    return NULL;
}

/* sort=name:asc,id:desc */
static struct err *
read_sort_list(struct rest_request *r, const char *text, struct list_query *query)
{
    size_t n;
    char **parts = str_split(r->mem, text, ',', &n);

    query->sorts = MEM_ARRAY(r->mem, n + 1, struct sort);
    for (size_t i = 0; i < n; i++) {
        char *colon = strchr(parts[i], ':');

        if (colon) {
            *colon = '\0';
        }
        TRY(add_sort(r, parts[i], colon ? colon + 1 : "", &query->sorts[i]));
    }
    return NULL;
}

static const char *const *
comma_list(struct rest_request *r, const char *name)
{
    const char *text = rest_query(r, name);
    const char **list;
    size_t n, kept = 0;
    char **parts;

    if (str_empty(text)) {
        return NULL;
    }
    parts = str_split(r->mem, text, ',', &n);
    list = MEM_ARRAY(r->mem, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        if (parts[i][0] != '\0') {
            list[kept++] = parts[i];
        }
    }
    return list;
}

/* fields=a&fields=b, fields=a,b; empty ones ask for everything. */
static const char *const *
read_fields(struct rest_request *r, const char *word)
{
    VEC(const char *) fields = {0};

    vec_each (&r->x->query, pair) {
        size_t n;
        char **parts;

        if (!str_eq(pair->name, word)) {
            continue;
        }
        parts = str_split(r->mem, pair->value, ',', &n);
        for (size_t i = 0; i < n; i++) {
            if (parts[i][0] != '\0') {
                vec_add(r->mem, &fields, parts[i]);
            }
        }
    }
    if (fields.n == 0) {
        return NULL;
    }
    vec_add(r->mem, &fields, NULL);
    return fields.items;
}

const char *const *
query_fields(struct rest_request *r)
{
    const struct query_words *words = r->face->dialect->words;

    return words && words->fields ? read_fields(r, words->fields) : NULL;
}

static bool
seen_before(const struct rest_request *r, const struct rest_pair *pair)
{
    for (const struct rest_pair *p = r->x->query.items; p < pair; p++) {
        if (str_eq(p->name, pair->name)) {
            return true;
        }
    }
    return false;
}

/* What is left of the query string filters; what nobody knows is ignored, as
 * the services that are imitated do. */
static struct err *
read_filters(struct rest_request *r, const struct query_words *words, struct list_query *query)
{
    const struct rest_shape *shape = r->route->shape;

    vec_each (&r->x->query, pair) {
        const char *const *values;
        struct cond cond = {0};
        bool known = false;

        if (is_word(words, pair->name) || seen_before(r, pair)) {
            continue;
        }
        values = rest_query_all(r, pair->name);
        if (shape && shape->filter) {
            TRY(shape->filter(r, pair->name, values, query, &known));
        }
        if (!known) {
            TRY(resource_filter(&r->op, pair->name, values, &cond, &known));
            if (known) {
                rest_cond(query, cond);
            } else if (r->face->dialect->unknown_is_refused) {
                return err_new(E_INVALID, NULL, "'%s' is not a filter of %s", pair->name,
                               r->route->resource->plural);
            }
        }
    }
    return NULL;
}

void
rest_cond(struct list_query *query, struct cond cond)
{
    struct cond *at = query->conds;

    while (at->attr) {
        at++;
    }
    *at = cond;
}

/* Path parameters that are attributes of the resource narrow the list. */
static void
narrow_by_path(struct rest_request *r, struct list_query *query)
{
    const struct compiled_route *match = r->x->match;
    const struct table *table = r->route->resource->table;

    for (size_t i = 0; i < match->n_segs; i++) {
        const char *seg = match->segs[i];
        const struct attr *attr;

        if (seg[0] != '{' || strcmp(seg, "{id}") == 0) {
            continue;
        }
        attr = table_attr(table, mem_strn(r->mem, seg + 1, strlen(seg) - 2));
        if (attr) {
            rest_cond(query, (struct cond)COND(attr->name, r->x->segs[i]));
        }
    }
}

static struct err *
read_words(struct rest_request *r, const struct query_words *words, struct list_query *query)
{
    const char *sort = words->sort ? rest_query(r, words->sort) : NULL;

    TRY(read_limit(r, words->limit ? rest_query(r, words->limit) : NULL, query));
    if (!str_empty(sort)) {
        TRY(read_sort_list(r, sort, query));
    } else {
        TRY(read_sort_pairs(r, words, query));
    }
    query->marker = words->marker ? rest_query(r, words->marker) : NULL;
    if (str_empty(query->marker)) {
        query->marker = NULL;
    }
    query->backwards = words->page_reverse && rest_query_flag(r, words->page_reverse);
    query->fields = query_fields(r);
    if (words->tags) {
        query->tags = comma_list(r, "tags");
        query->tags_any = comma_list(r, "tags-any");
        query->not_tags = comma_list(r, "not-tags");
        query->not_tags_any = comma_list(r, "not-tags-any");
    }
    return NULL;
}

struct err *
query_read(struct rest_request *r, struct list_query *query)
{
    const struct dialect *dialect = r->face->dialect;
    const struct rest_shape *shape = r->route->shape;
    size_t room = r->x->query.n + r->x->match->n_segs + REST_CONDS_MAX + 1;

    query->conds = MEM_ARRAY(r->mem, room, struct cond);
    if (dialect->words) {
        TRY(read_words(r, dialect->words, query));
        TRY(read_filters(r, dialect->words, query));
    }
    if (dialect->query) {
        TRY(dialect->query(r, query));
    }
    narrow_by_path(r, query);
    if (shape && shape->query) {
        TRY(shape->query(r, query));
    }
    return NULL;
}
