/* The one place where values of an operation meet what a descriptor says of them. */
#include "tosca/late.h"

#include "base/str.h"
#include "base/vec.h"

#define DEPTH 16
#define TEXT_MAX (64u << 10) /* Values are a tenant's, and a list may name one many times. */

static struct err *value_add(struct buf *out, struct mem *mem, const struct json *late,
                             const struct late_values *values, int depth);

static struct err *
too_long(void)
{
    return err_new(E_UNPROCESSABLE, NULL, "its values make more than %u bytes", TEXT_MAX);
}

static struct err *
list_add(struct buf *out, struct mem *mem, const struct json *list, const char *between,
         const struct late_values *values, int depth)
{
    json_each (list, i) {
        if (i > 0) {
            buf_str(out, between);
        }
        TRY(value_add(out, mem, list->items[i], values, depth));
    }
    return NULL;
}

static struct err *
given_add(struct buf *out, struct mem *mem, const struct json *given, const char *what,
          const char *name, const struct json *late, const struct late_values *values, int depth)
{
    const struct json *value = json_get(given, name), *otherwise = json_get(late, "or");

    if (value && !json_is(value, JSON_T_NULL)) {
        buf_str(out, json_str(value) ? json_str(value) : json_text(mem, value));
        return NULL;
    }
    if (otherwise) {
        return value_add(out, mem, otherwise, values, depth);
    }
    return err_new(E_UNPROCESSABLE, NULL, "%s %s has no value", what, name);
}

static struct err *
call_add(struct buf *out, struct mem *mem, const struct json *late,
         const struct late_values *values, int depth)
{
    const struct {
        const char *word, *what;
        const struct json *given;
    } kinds[] = {
        {"input", "input", values->inputs},
        {"metadata", "metadata", values->metadata},
        {"configurable", "configurable property", values->configurable},
        {"extension", "extension", values->extensions},
    };
    const struct json *join = json_get(late, "join");

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        const char *name = json_get_str(late, kinds[i].word);

        if (name) {
            return given_add(out, mem, kinds[i].given, kinds[i].what, name, late, values, depth);
        }
    }
    if (json_is(join, JSON_T_ARRAY) && join->n == 2) {
        const char *between;

        TRY(late_text(mem, join->items[1], values, &between));
        return list_add(out, mem, join->items[0], between, values, depth);
    }
    if (json_is(json_get(late, "concat"), JSON_T_ARRAY)) {
        return list_add(out, mem, json_get(late, "concat"), "", values, depth);
    }
    return err_new(E_INVALID, NULL, "no value of a descriptor");
}

static struct err *
value_add(struct buf *out, struct mem *mem, const struct json *late,
          const struct late_values *values, int depth)
{
    if (out->overflow) {
        return too_long();
    }
    if (depth > DEPTH || !late || json_is(late, JSON_T_ARRAY)) {
        return err_new(E_INVALID, NULL, "no value of a descriptor");
    }
    if (json_is(late, JSON_T_OBJECT)) {
        return call_add(out, mem, late, values, depth + 1);
    }
    buf_str(out, json_str(late) ? json_str(late) : json_text(mem, late));
    return NULL;
}

struct err *
late_text(struct mem *mem, const struct json *late, const struct late_values *values,
          const char **text)
{
    AUTO_BUF out = BUF_INIT;

    buf_init(&out, TEXT_MAX);
    TRY(value_add(&out, mem, late, values, 0));
    if (out.overflow) {
        return too_long();
    }
    *text = buf_copy(mem, &out);
    return NULL;
}
