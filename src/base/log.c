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

void
log_init(const char *process, enum log_level level)
{
    atomic_store(&process_name, process);
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

    if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed)) {
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
