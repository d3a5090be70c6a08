/* Log lines: one write(2) each, so that lines of several threads and processes
 * on one stderr never mix. */
#include "base/log.h"

#include "base/str.h"
#include "base/time.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"debug", "info", "warn", "error"};
static _Atomic int threshold = LOG_LV_INFO;
static _Atomic(const char *) process_name = "carrick";
static _Thread_local struct log_origin origin;

/* Levels of single modules.  Read by every line without a lock: a list that was replaced is kept,
 * for somebody may read it still, and taken again where an operator wants the same once more. */
#define MODULE_SIZE 16
struct module_level {
    char name[MODULE_SIZE];
    int level;
};
#define MODULES_MAX 40
struct module_levels {
    size_t n;
    struct module_levels *before;
    struct module_level all[MODULES_MAX];
};
static _Atomic(struct module_levels *) module_levels; /* in force */
static _Atomic(struct module_levels *) all_levels;    /* the newest of those that ever were */

void
log_init(const char *process, enum log_level level)
{
    if (process) {
        atomic_store(&process_name, process);
    }
    atomic_store(&threshold, (int)level);
}

void
log_level_set(enum log_level level)
{
    atomic_store(&threshold, (int)level);
}

bool
log_level_from_name(const char *name, enum log_level *level)
{
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (str_eq_case(names[i], name)) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static bool
is_module(const char *name, size_t n)
{
    const char *at = LOG_MODULES;

    for (size_t len; *at; at += len + (at[len] == ' ')) {
        len = strcspn(at, " ");
        if (len == n && strncmp(at, name, n) == 0) {
            return true;
        }
    }
    return false;
}

/* "vim=debug" at 'text', up to a comma or the end: its length, 0 = it is none. */
static size_t
module_level_read(const char *text, struct module_level *one)
{
    size_t n = strcspn(text, ","), name = strcspn(text, "=,");
    char level[8] = "";
    enum log_level at;

    if (name >= n || name >= sizeof one->name || n - name - 1 >= sizeof level ||
        !is_module(text, name)) {
        return 0;
    }
    memcpy(one->name, text, name);
    one->name[name] = 0;
    memcpy(level, text + name + 1, n - name - 1);
    if (!log_level_from_name(level, &at)) {
        return 0;
    }
    one->level = (int)at;
    return n;
}

static bool
module_levels_read(const char *text, struct module_levels *levels)
{
    for (size_t n; *text; text += n + (text[n] == ',')) {
        n = levels->n < MODULES_MAX ? module_level_read(text, &levels->all[levels->n]) : 0;
        if (n == 0 || (text[n] == ',' && !text[n + 1])) {
            return false;
        }
        levels->n++;
    }
    return true;
}

bool
log_levels_valid(const char *text)
{
    struct module_levels levels = {0};

    return module_levels_read(text, &levels);
}

/* One that says the same, from before; or null. */
static struct module_levels *
levels_same(const struct module_levels *wanted)
{
    struct module_levels *at = atomic_load(&all_levels);

    while (at && (at->n != wanted->n ||
                  memcmp(at->all, wanted->all, wanted->n * sizeof *wanted->all) != 0)) {
        at = at->before;
    }
    return at;
}

bool
log_levels_set(const char *text)
{
    struct module_levels levels = {0}, *at;

    if (!module_levels_read(text, &levels)) {
        return false;
    }
    at = levels_same(&levels);
    if (!at) {
        at = heap_alloc(sizeof *at);
        *at = levels;
        at->before = atomic_load(&all_levels);
        while (!atomic_compare_exchange_weak(&all_levels, &at->before, at)) {
        }
    }
    atomic_store(&module_levels, at);
    return true;
}

size_t
log_levels_kept(void)
{
    size_t n = 0;

    for (const struct module_levels *at = atomic_load(&all_levels); at; at = at->before) {
        n++;
    }
    return n;
}

static int
threshold_of(const char *module)
{
    const struct module_levels *levels =
        atomic_load_explicit(&module_levels, memory_order_acquire);

    for (size_t i = 0; levels && i < levels->n; i++) {
        if (str_eq(levels->all[i].name, module)) {
            return levels->all[i].level;
        }
    }
    return atomic_load_explicit(&threshold, memory_order_relaxed);
}

/* ---- on whose behalf ---------------------------------------------------------------------- */

struct log_origin
log_origin(void)
{
    return origin;
}

struct log_origin
log_origin_of(const char *request_id)
{
    struct log_origin of = {""};

    if (request_id) {
        (void)snprintf(of.request, sizeof of.request, "%s", request_id);
    }
    return of;
}

struct log_origin
log_origin_swap(struct log_origin to)
{
    struct log_origin was = origin;

    origin = to;
    return was;
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Control characters could forge a line: each becomes a \xNN. */
static void
add_clean(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f) {
            buf_printf(out, "\\x%02x", c);
        } else {
            buf_char(out, *text);
        }
    }
}

void
log_line(enum log_level level, const char *module, const char *fmt, ...)
{
    AUTO_BUF out = BUF_INIT;
    char when[TIME_TEXT_SIZE];
    va_list args;
    char *text;

    if ((int)level < threshold_of(module)) {
        return;
    }
    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0) {
        text = heap_str(fmt);
    }
    va_end(args);
    buf_printf(&out, "%s %s %s %s: ", time_text(when, time_now_us(), TIME_Z_MS), names[level],
               atomic_load(&process_name), module);
    add_clean(&out, text);
    if (*origin.request) {
        buf_str(&out, " request=");
        add_clean(&out, origin.request);
    }
    buf_char(&out, '\n');
    free(text);
    if (write(STDERR_FILENO, out.data, out.len) < 0) {
        return; /* Nowhere left to say so. */
    }
}

void
log_err(enum log_level level, const char *module, struct err *e, const char *context)
{
    for (const struct err *one = e; one; one = one->next) {
        log_line(level, module, "%s: %s code=%s at=%s:%d", context, one->message,
                 err_code_name(one->code), one->file, one->line);
    }
    err_free(e);
}
