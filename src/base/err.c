/* Error objects live on the heap, not in an arena: they outlive the arena of
 * the work that failed. */
#include "base/err.h"

#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int status;
    const char *doc;
} codes[E_N] = {[E_NONE] = {"NONE", 200, "success"},
#define X(name_, status_, doc_) [E_##name_] = {#name_, status_, doc_},
                ERR_CODES(X)
#undef X
};

static char *heap_vprintf(const char *fmt, va_list args) PRINTF_LIKE(1, 0);

static char *
heap_vprintf(const char *fmt, va_list args)
{
    char *text;

    if (vasprintf(&text, fmt, args) < 0) {
        text = heap_str(fmt);
    }
    return text;
}

static struct err *
make(const char *file, int line, enum err_code code, const char *type)
{
    struct err *e = heap_alloc(sizeof *e);

    e->code = code;
    e->type = type;
    e->file = file;
    e->line = line;
    return e;
}

struct err *
err_make(const char *file, int line, enum err_code code, const char *type, const char *fmt, ...)
{
    struct err *e = make(file, line, code, type);
    va_list args;

    va_start(args, fmt);
    e->message = heap_vprintf(fmt, args);
    va_end(args);
    return e;
}

struct err *
err_make_errno(const char *file, int line, enum err_code code, const char *fmt, ...)
{
    int number = errno;
    struct err *e = make(file, line, code, NULL);
    struct buf buf = BUF_INIT;
    va_list args;
    char *what;

    va_start(args, fmt);
    what = heap_vprintf(fmt, args);
    va_end(args);
    buf_str(&buf, what);
    buf_str(&buf, ": ");
    buf_str(&buf, strerrordesc_np(number));
    free(what);
    e->message = buf.data;
    return e;
}

/* All that a joined list says: "a; b; c". */
static void
messages_add(struct buf *buf, const struct err *e)
{
    for (; e; e = e->next) {
        buf_str(buf, e->message);
        buf_str(buf, e->next ? "; " : "");
    }
}

struct err *
err_wrap(struct err *e, const char *fmt, ...)
{
    struct err *outer;
    struct buf buf = BUF_INIT;
    va_list args;
    char *context;

    if (!e) {
        return NULL;
    }
    outer = make(e->file, e->line, e->code, e->type_owned ? NULL : e->type);
    if (e->type_owned) {
        err_set_type(outer, e->type_owned);
    }
    outer->status = e->status;
    va_start(args, fmt);
    context = heap_vprintf(fmt, args);
    va_end(args);
    buf_str(&buf, context);
    buf_str(&buf, ": ");
    messages_add(&buf, e);
    free(context);
    outer->message = buf.data;
    outer->cause = e;
    return outer;
}

struct err *
err_join(struct err *first, struct err *more)
{
    struct err *last = first;

    if (!first) {
        return more;
    }
    while (last->next) {
        last = last->next;
    }
    last->next = more;
    return first;
}

const char *
err_full(struct mem *mem, const struct err *e)
{
    AUTO_BUF buf = BUF_INIT;

    messages_add(&buf, e);
    return buf_copy(mem, &buf);
}

void
err_set_type(struct err *e, const char *type)
{
    char *copy = heap_str(type);

    free(e->type_owned);
    e->type_owned = copy;
    e->type = copy;
}

struct err *
err_copy(const struct err *e)
{
    struct err *copy;

    if (!e) {
        return NULL;
    }
    copy = make(e->file, e->line, e->code, e->type);
    if (e->type_owned) {
        err_set_type(copy, e->type_owned);
    }
    copy->message = heap_str(e->message);
    copy->status = e->status;
    copy->cause = err_copy(e->cause);
    copy->next = err_copy(e->next);
    return copy;
}

void
err_free(struct err *e)
{
    while (e) {
        struct err *next = e->next;

        err_free(e->cause);
        free(e->message);
        free(e->type_owned);
        free(e);
        e = next;
    }
}

void
err_autofree(struct err **e)
{
    err_free(*e);
    *e = NULL;
}

void
err_ignore(struct err *e, const char *why)
{
    (void)why;
    err_free(e);
}

bool
err_is(const struct err *e, enum err_code code)
{
    return e && e->code == code;
}

int
err_code_status(enum err_code code)
{
    return code < E_N ? codes[code].status : 500;
}

const char *
err_code_name(enum err_code code)
{
    return code < E_N ? codes[code].name : "INTERNAL";
}

const char *
err_code_doc(enum err_code code)
{
    return code < E_N ? codes[code].doc : "";
}

enum err_code
err_code_from_name(const char *name)
{
    for (int i = 0; i < E_N; i++) {
        if (str_eq(codes[i].name, name)) {
            return (enum err_code)i;
        }
    }
    return E_INTERNAL;
}
