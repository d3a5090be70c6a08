/* Answers for people: tables whose columns are as wide as they need to be, things
 * as indented lines, JSON as it is. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#define CELL_MAX 60

/* ---- cells ------------------------------------------------------------------------ */

static const char *
scalar_text(struct mem *mem, const struct json *json)
{
    if (!json) {
        return "-";
    }
    switch (json->type) {
    case JSON_T_STR:
        return json->s;
    case JSON_T_NULL:
        return "-";
    case JSON_T_BOOL:
        return json->b ? "true" : "false";
    case JSON_T_INT:
        return mem_printf(mem, "%lld", (long long)json->i);
    case JSON_T_REAL:
        return mem_printf(mem, "%g", json->r);
    case JSON_T_ARRAY:
    case JSON_T_OBJECT:
        break;
    }
    return json_text(mem, json);
}

/* Characters that a terminal shows, not bytes. */
static int
width_of(const char *s)
{
    int n = 0;

    for (; *s; s++) {
        n += ((unsigned char)*s & 0xc0) != 0x80;
    }
    return n;
}

const char *
print_plain(struct mem *mem, const char *text)
{
    char *plain = mem_str(mem, text);

    for (unsigned char *at = (unsigned char *)plain; at && *at; at++) {
        if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            at[0] = at[1] = '?';
        }
        *at = *at == '\n' || *at == '\t' ? ' ' : *at < ' ' || *at == 0x7f ? '?' : *at;
    }
    return plain;
}

static bool
is_reference(const char *column)
{
    size_t n = strlen(column);

    return n > 3 && strcmp(column + n - 3, "_id") == 0;
}

const char *
print_cell(struct mem *mem, const struct json *row, const char *column, const struct map *names)
{
    const char *text = scalar_text(mem, json_path(row, column));
    const char *name = names && is_reference(column) ? map_get(names, text) : NULL;
    size_t n = CELL_MAX - 3;

    text = print_plain(mem, str_or(name, text));
    if (strlen(text) <= CELL_MAX) {
        return text;
    }
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
        n--;
    }
    return mem_printf(mem, "%.*s...", (int)n, text);
}

/* The last part of a path; "site" where names stand in for what "site_id" has. */
const char *
print_heading(struct mem *mem, const char *column, const struct map *names)
{
    const char *dot = strrchr(column, '.'), *last = dot ? dot + 1 : column;

    return names && is_reference(last) ? mem_strn(mem, last, strlen(last) - 3) : last;
}

/* ---- tables ----------------------------------------------------------------------------- */

static int
column_width(struct mem *mem, const struct json *list, const char *column, const struct map *names)
{
    int width = width_of(print_heading(mem, column, names));

    json_each (list, i) {
        int n = width_of(print_cell(mem, list->items[i], column, names));

        width = n > width ? n : width;
    }
    return width;
}

static void
pad(const char *text, int width, bool last)
{
    fputs(text, stdout);
    for (int n = width_of(text); !last && n < width + 2; n++) {
        putchar(' ');
    }
}

void
print_table(struct mem *mem, const struct json *list, const char *const *columns,
            const struct map *names)
{
    int widths[16] = {0};
    size_t n = 0;

    for (; n < ARRAY_SIZE(widths) && columns[n]; n++) {
        widths[n] = column_width(mem, list, columns[n], names);
        pad(print_heading(mem, columns[n], names), widths[n], !columns[n + 1]);
    }
    putchar('\n');
    json_each (list, i) {
        for (size_t c = 0; c < n; c++) {
            pad(print_cell(mem, list->items[i], columns[c], names), widths[c], c + 1 == n);
        }
        putchar('\n');
    }
}

/* ---- things -------------------------------------------------------------------------------- */

static bool
is_nested(const struct json *json)
{
    return json_is(json, JSON_T_OBJECT) || json_is(json, JSON_T_ARRAY);
}

static void
indent(int depth)
{
    printf("%*s", depth * 2, "");
}

/* Text of several lines stands below its name, further in: none of them looks like a member. */
static void
text_lines(struct mem *mem, const char *text, int depth)
{
    while (*text) {
        size_t n = strcspn(text, "\n");

        indent(depth);
        puts(print_plain(mem, mem_strn(mem, text, n)));
        text += n + (text[n] == '\n');
    }
}

static bool
has_lines(const struct json *json)
{
    return json_str(json) && strchr(json_str(json), '\n');
}

static void
thing_lines(struct mem *mem, const struct json *thing, int depth)
{
    json_each (thing, i) {
        const struct json *value = thing->items[i];
        const char *key = thing->type == JSON_T_OBJECT ? print_plain(mem, thing->keys[i]) : "-";

        if (str_eq(key, "_links")) {
            continue;
        }
        indent(depth);
        if (is_nested(value) && value->n > 0) {
            printf("%s\n", key);
            thing_lines(mem, value, depth + 1);
        } else if (has_lines(value)) {
            printf("%s\n", key);
            text_lines(mem, json_str(value), depth + 1);
        } else {
            printf("%-*s  %s\n", depth ? 0 : 24, key,
                   is_nested(value) ? "-" : print_plain(mem, scalar_text(mem, value)));
        }
    }
}

void
print_thing(const struct json *thing)
{
    AUTO(mem) mem = mem_new("print");

    thing_lines(mem, thing, 0);
}

/* ---- JSON --------------------------------------------------------------------------------------
 */

static const char *
quoted_key(struct mem *mem, const char *key)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_str(&w, NULL, key);
    return buf_copy(mem, &out);
}

static void
json_lines(struct mem *mem, const struct json *json, int depth)
{
    bool object = json_is(json, JSON_T_OBJECT);

    if (!is_nested(json) || json->n == 0) {
        fputs(json ? json_text(mem, json) : "null", stdout);
        return;
    }
    puts(object ? "{" : "[");
    json_each (json, i) {
        indent(depth + 1);
        if (object) {
            printf("%s: ", quoted_key(mem, json->keys[i]));
        }
        json_lines(mem, json->items[i], depth + 1);
        puts(i + 1 < json->n ? "," : "");
    }
    indent(depth);
    putchar(object ? '}' : ']');
}

void
print_json(const struct json *json)
{
    AUTO(mem) mem = mem_new("print");

    json_lines(mem, json, 0);
    putchar('\n');
}
