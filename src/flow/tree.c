/* An explained or planned operation as a tree for a terminal. */
#include "flow/flow.h"

#include <string.h>

struct tree {
    struct buf *out;
    bool colour;
};

static void
painted(struct tree *tree, const char *colour, const char *text)
{
    if (tree->colour) {
        buf_printf(tree->out, "\x1b[%sm%s\x1b[0m", colour, text);
    } else {
        buf_str(tree->out, text);
    }
}

static void
indent(struct tree *tree, int depth)
{
    for (int i = 0; i < depth; i++) {
        buf_str(tree->out, "   ");
    }
}

/* X(state, colour, sign) */
#define SIGNS(X)                                                                                   \
    X("DONE", "32", "+")                                                                           \
    X("COMPLETED", "32", "+")                                                                      \
    X("FAILED", "31", "x")                                                                         \
    X("LEFT", "31", "x")                                                                           \
    X("FAILED_TEMP", "31", "x")                                                                    \
    X("UNDO_FAILED", "31", "x")                                                                    \
    X("TORN", "33", "~")                                                                           \
    X("UNDONE", "33", "-")                                                                         \
    X("ROLLED_BACK", "33", "-")                                                                    \
    X("ROLLING_BACK", "33", "~")                                                                   \
    X("STARTED", "36", ">")                                                                        \
    X("PROCESSING", "36", ">")                                                                     \
    X("STARTING", "36", ">")

static void
sign(struct tree *tree, const char *state)
{
#define X(name, colour, text)                                                                      \
    if (str_eq(state, name)) {                                                                     \
        painted(tree, colour, text " ");                                                           \
        return;                                                                                    \
    }
    SIGNS(X)
#undef X
    buf_str(tree->out, ". ");
}

static void
duration(struct tree *tree, const struct json *node)
{
    int64_t us = json_int(json_get(node, "duration_us"), -1);

    if (us >= 1000000) {
        buf_printf(tree->out, "  %.2f s", (double)us / 1e6);
    } else if (us >= 0) {
        buf_printf(tree->out, "  %.1f ms", (double)us / 1e3);
    }
}

static void
error_line(struct tree *tree, const struct json *node, int depth)
{
    const char *message = json_get_str(json_get(node, "error"), "message");

    if (message) {
        indent(tree, depth);
        painted(tree, "31", message);
        buf_char(tree->out, '\n');
    }
}

static void
note_line(struct tree *tree, const char *note, int depth)
{
    indent(tree, depth);
    buf_printf(tree->out, "* %s\n", note);
}

static void
step_lines(struct tree *tree, const struct json *step, int depth)
{
    const struct json *calls = json_get(step, "calls");
    const char *note = json_get_str(step, "note");

    if (note) {
        note_line(tree, note, depth);
        return;
    }
    indent(tree, depth);
    sign(tree, json_get_str(step, "state"));
    buf_printf(tree->out, "%s", str_or(json_get_str(step, "label"), ""));
    if (!str_eq(json_get_str(step, "label"), json_get_str(step, "kind"))) {
        buf_printf(tree->out, "  (%s)", str_or(json_get_str(step, "kind"), ""));
    }
    duration(tree, step);
    if (json_bool(json_get(step, "in_doubt"), false)) {
        painted(tree, "33", "  was in doubt");
    }
    buf_char(tree->out, '\n');
    error_line(tree, step, depth + 1);
    json_each (calls, i) {
        indent(tree, depth + 1);
        buf_printf(tree->out, "%s\n", str_or(json_str(calls->items[i]), ""));
    }
}

static const struct json *
child_of(const struct json *children, const char *id)
{
    json_each (children, i) {
        if (id && str_eq(json_get_str(children->items[i], "id"), id)) {
            return children->items[i];
        }
    }
    return NULL;
}

static bool
has_step(const struct json *steps, const char *child_id)
{
    json_each (steps, i) {
        if (str_eq(json_get_str(steps->items[i], "child"), child_id)) {
            return true;
        }
    }
    return false;
}

static void
flow_lines(struct tree *tree, const struct json *flow, int depth)
{
    const struct json *steps = json_get(flow, "steps"), *children = json_get(flow, "children");

    indent(tree, depth);
    sign(tree, json_get_str(flow, "state"));
    buf_printf(tree->out, "%s %s  %s", str_or(json_get_str(flow, "type"), "operation"),
               str_or(json_get_str(flow, "label"), ""), str_or(json_get_str(flow, "state"), ""));
    duration(tree, flow);
    buf_printf(tree->out, "  %s\n", str_or(json_get_str(flow, "id"), ""));
    error_line(tree, flow, depth + 1);
    json_each (steps, i) {
        const struct json *child = child_of(children, json_get_str(steps->items[i], "child"));

        if (child) {
            flow_lines(tree, child, depth + 1);
        } else if (!str_eq(json_get_str(steps->items[i], "kind"), "join")) {
            step_lines(tree, steps->items[i], depth + 1);
        }
    }
    json_each (children, i) {
        if (!has_step(steps, json_get_str(children->items[i], "id"))) {
            flow_lines(tree, children->items[i], depth + 1);
        }
    }
}

static void
plan_lines(struct tree *tree, const struct json *plan)
{
    json_each (plan, i) {
        const struct json *step = plan->items[i];
        const char *note = json_get_str(step, "note");
        int depth = (int)json_int(json_get(step, "depth"), 0);

        if (note) {
            note_line(tree, note, depth);
            continue;
        }
        indent(tree, depth);
        painted(tree, str_eq(json_get_str(step, "effect"), "READ") ? "36" : "33",
                str_or(json_get_str(step, "effect"), ""));
        buf_printf(tree->out, "  %s: %s\n", str_or(json_get_str(step, "label"), ""),
                   str_or(json_get_str(step, "call"), str_or(json_get_str(step, "kind"), "")));
    }
}

static void
plan_end(struct tree *tree, const struct json *explained)
{
    const struct json *asks = json_get(explained, "capacity");
    const char *error = json_get_str(explained, "error");

    json_each (asks, i) {
        buf_printf(tree->out, "needs %lld %s of %s\n",
                   (long long)json_int(json_get(asks->items[i], "amount"), 0),
                   str_or(json_get_str(asks->items[i], "class"), ""),
                   str_or(json_get_str(asks->items[i], "provider"), ""));
    }
    if (error) {
        painted(tree, "31", "would fail: ");
        buf_printf(tree->out, "%s\n", error);
    }
}

/* Bytes of a colour's sequence, as painted() writes it, 0 where there is none. */
static size_t
colour_at(const char *text)
{
    size_t n = text[0] == '\x1b' && text[1] == '[' ? strspn(text + 2, "0123456789") : 0;

    return n && n <= 2 && text[2 + n] == 'm' ? n + 3 : 0;
}

/* Sites, packages and scripts have their words in it: nothing but a colour reaches a terminal as a command. */
static void
cleaned(struct buf *out, const struct buf *text, bool colour)
{
    for (size_t i = 0; i < text->len; i++) {
        const char *at = text->data + i;
        size_t n = colour ? colour_at(at) : 0;
        bool c1 = at[0] == '\xc2' && (unsigned char)at[1] >= 0x80 && (unsigned char)at[1] < 0xa0;

        if (n) {
            buf_add(out, at, n);
            i += n - 1;
        } else if (c1) {
            buf_char(out, '?');
            i++;
        } else {
            bool control = ((unsigned char)*at < 0x20 && *at != '\n') || *at == 0x7f;

            buf_char(out, control ? '?' : *at);
        }
    }
}

void
flow_tree(struct buf *out, const struct json *explained, bool colour)
{
    AUTO_BUF text = BUF_INIT;
    struct tree tree = {.out = &text, .colour = colour};

    if (json_get(explained, "plan")) {
        plan_lines(&tree, json_get(explained, "plan"));
        plan_end(&tree, explained);
    } else {
        flow_lines(&tree, explained, 0);
    }
    cleaned(out, &text, colour);
}
