/* A filter is a conjunction: every attribute given has to hold.  The tables of the APIs
 * say which attributes there are; here is what their forms mean. */
#include "notify/criteria.h"

#include <string.h>

#define VALUES_MAX 1000
#define FILTER_MAX ((size_t)16 << 10)

/* ---- is it one ---------------------------------------------------------------------- */

static const struct criterion *
criterion_find(const struct criterion *criteria, const char *name)
{
    while (criteria->name && !str_eq(criteria->name, name)) {
        criteria++;
    }
    return criteria->name ? criteria : NULL;
}

static struct err *
value_check(const struct criterion *criterion, const char *path, const struct json *value)
{
    const char *text = json_str(value);

    if (!text) {
        return err_new(E_INVALID, NULL, "%s: text is wanted, not %s", path,
                       json_type_name(value->type));
    }
    if (criterion->words && !str_in(text, criterion->words)) {
        return err_new(E_INVALID, NULL, "%s: there is no '%s'", path, text);
    }
    return NULL;
}

static struct err *
list_check(const char *path, const struct json *value)
{
    if (!json_is(value, JSON_T_ARRAY)) {
        return err_new(E_INVALID, NULL, "%s: a list is wanted, not %s", path,
                       json_type_name(value->type));
    }
    if (value->n == 0 || value->n > VALUES_MAX) {
        return err_new(E_INVALID, NULL, "%s: 1 to %d values, not %zu", path, VALUES_MAX, value->n);
    }
    return NULL;
}

static size_t
values_of(const struct json *filter)
{
    size_t n = 0;

    json_each (filter, i) {
        n += values_of(filter->items[i]);
    }
    return n ? n : 1;
}

/* Every event of the project is held against it: what it may cost is bounded as a whole. */
static struct err *
size_check(struct mem *mem, const char *path, const struct json *filter)
{
    size_t n = strlen(json_text(mem, filter)), n_values = values_of(filter);

    if (n > FILTER_MAX) {
        return err_new(E_INVALID, NULL, "%s: %zu bytes at most, not %zu", path, FILTER_MAX, n);
    }
    return n_values > VALUES_MAX ? err_new(E_INVALID, NULL, "%s: %d values at most, not %zu", path,
                                           VALUES_MAX, n_values)
                                 : NULL;
}

static struct err *object_check(struct mem *mem, const struct criterion *criteria,
                                const char *path, const struct json *filter);

/* Nests as deep as the tables do. */
static struct err *
form_check(struct mem *mem, const struct criterion *criterion, const char *path,
           const struct json *value)
{
    struct err *faults = NULL;

    if (criterion->form == CRITERION_OBJECT) {
        return object_check(mem, criterion->below, path, value);
    }
    if (criterion->form == CRITERION_TEXTS && json_is(value, JSON_T_STR)) {
        return value_check(criterion, path, value);
    }
    TRY(list_check(path, value));
    json_each (value, i) {
        const char *at = mem_printf(mem, "%s[%zu]", path, i);

        faults = err_join(faults, criterion->form == CRITERION_OBJECTS
                                      ? object_check(mem, criterion->below, at, value->items[i])
                                      : value_check(criterion, at, value->items[i]));
    }
    return faults;
}

static struct err *
object_check(struct mem *mem, const struct criterion *criteria, const char *path,
             const struct json *filter)
{
    struct err *faults = NULL;

    if (!filter || json_is(filter, JSON_T_NULL)) {
        return NULL;
    }
    if (!json_is(filter, JSON_T_OBJECT)) {
        return err_new(E_INVALID, NULL, "%s: an object is wanted, not %s", path,
                       json_type_name(filter->type));
    }
    json_each (filter, i) {
        const struct criterion *criterion = criterion_find(criteria, filter->keys[i]);
        const char *at = mem_printf(mem, "%s.%s", path, filter->keys[i]);

        faults =
            err_join(faults, criterion ? form_check(mem, criterion, at, filter->items[i])
                                       : err_new(E_INVALID, NULL, "unknown attribute '%s'", at));
    }
    return faults;
}

struct err *
criteria_check(struct mem *mem, const struct criterion *criteria, const char *path,
               const struct json *filter)
{
    if (filter) {
        TRY(size_check(mem, path, filter));
    }
    return object_check(mem, criteria, path, filter);
}

/* ---- does it hold ---------------------------------------------------------------------- */

static bool
is_fact(const struct json *fact, const char *text)
{
    const char *word = json_str(fact);

    if (word) {
        return str_eq(word, text);
    }
    json_each (fact, i) {
        if (str_eq(json_str(fact->items[i]), text)) {
            return true;
        }
    }
    return false;
}

static bool
form_holds(const struct criterion *criterion, const struct json *value, const struct json *facts)
{
    const struct json *fact = criterion->fact ? json_get(facts, criterion->fact) : NULL;

    if (criterion->form == CRITERION_OBJECT) {
        return criteria_hold(criterion->below, value, facts);
    }
    if (criterion->form == CRITERION_TEXTS && !fact) {
        return criterion->is_optional;
    }
    if (json_is(value, JSON_T_STR)) {
        return is_fact(fact, value->s);
    }
    json_each (value, i) {
        if (criterion->form == CRITERION_OBJECTS
                ? criteria_hold(criterion->below, value->items[i], facts)
                : is_fact(fact, json_str(value->items[i]))) {
            return true;
        }
    }
    return false;
}

bool
criteria_hold(const struct criterion *criteria, const struct json *filter, const struct json *facts)
{
    json_each (filter, i) {
        const struct criterion *criterion = criterion_find(criteria, filter->keys[i]);

        /* An attribute that an older binary knew holds for nothing. */
        if (!criterion || !form_holds(criterion, filter->items[i], facts)) {
            return false;
        }
    }
    return true;
}
