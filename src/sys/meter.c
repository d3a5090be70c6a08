/* See meter.h.  One lock over all of it: a figure is touched a few times a request. */
#include "sys/meter.h"

#include "base/time.h"
#include "base/vec.h"

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LABEL_MAX 64 /* Bytes of a label's value that are told. */

enum meter_kind { COUNTER, GAUGE, HISTOGRAM };

static const struct meter_row {
    enum meter_kind kind;
    const char *name, *unit, *label, *second, *doc;
} rows[] = {
#define X(id, kind, name, unit, label, second, doc) {kind, name, unit, label, second, doc},
    METERS(X)
#undef X
};

/* Upper bounds in nanoseconds: a tenth of a millisecond to half a minute. */
static const int64_t bounds[] = {
    100000,    250000,    500000,     1000000,    2500000,    5000000,    10000000,    25000000,
    50000000,  100000000, 250000000,  500000000,  1000000000, 2500000000, 5000000000,  10000000000,
    30000000000,
};

struct series {
    struct series *next;
    char *label, *second; /* heap; null where the row has none */
    double value;         /* of a histogram the sum, in seconds */
    uint64_t buckets[ARRAY_SIZE(bounds) + 1];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct series *first[METER_N];
static size_t n_series[METER_N];

/* Bytes of it that are told: never half a character.  What is looked for and what is kept are cut alike. */
static size_t
label_len(const char *text)
{
    size_t n = strnlen(text, LABEL_MAX);

    while (n > 0 && text[n] && ((unsigned char)text[n] & 0xc0) == 0x80) {
        n--;
    }
    return n;
}

static bool
is_label(const char *kept, const char *text)
{
    size_t n = text ? label_len(text) : 0;

    return !text || (strlen(kept) == n && !memcmp(kept, text, n));
}

static bool
is_of(const struct series *s, const char *label, const char *second)
{
    return is_label(s->label, label) && is_label(s->second, second);
}

static struct series *
series_find(enum meter which, const char *label, const char *second)
{
    struct series *s = first[which];

    while (s && !is_of(s, label, second)) {
        s = s->next;
    }
    return s;
}

static char *
label_copy(const char *text)
{
    char *copy = NULL;

    if (text) {
        size_t n = label_len(text);

        copy = heap_alloc(n + 1);
        memcpy(copy, text, n);
    }
    return copy;
}

/* The series of these labels, made where there is room; with the lock held. */
static struct series *
series_get(enum meter which, const char *label, const char *second)
{
    const struct meter_row *row = &rows[which];
    struct series *s;

    label = row->label ? str_or(label, "") : NULL;
    second = row->second ? str_or(second, "") : NULL;
    s = series_find(which, label, second);
    if (!s && n_series[which] >= METER_SERIES_MAX) {
        label = label ? "other" : NULL;
        second = second ? "other" : NULL;
        s = series_find(which, label, second);
    }
    if (!s) {
        s = heap_alloc(sizeof *s);
        s->label = label_copy(label);
        s->second = label_copy(second);
        s->next = first[which];
        first[which] = s;
        n_series[which]++;
    }
    return s;
}

void
meter_add(enum meter which, const char *label, const char *second, uint64_t n)
{
    pthread_mutex_lock(&lock);
    series_get(which, label, second)->value += (double)n;
    pthread_mutex_unlock(&lock);
}

void
meter_time(enum meter which, const char *label, int64_t ns)
{
    size_t i = 0;

    while (i < ARRAY_SIZE(bounds) && ns > bounds[i]) {
        i++;
    }
    pthread_mutex_lock(&lock);
    struct series *s = series_get(which, label, NULL);
    s->buckets[i]++;
    s->value += (double)ns / 1e9;
    pthread_mutex_unlock(&lock);
}

void
meter_set(enum meter which, const char *label, double value)
{
    pthread_mutex_lock(&lock);
    series_get(which, label, NULL)->value = value;
    pthread_mutex_unlock(&lock);
}

double
meter_value(enum meter which, const char *label, const char *second)
{
    pthread_mutex_lock(&lock);
    const struct series *s = series_find(which, label, second);
    double value = s ? s->value : 0;
    pthread_mutex_unlock(&lock);
    return value;
}

void
meter_reset(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < METER_N; i++) {
        while (first[i]) {
            struct series *s = first[i];
            first[i] = s->next;
            free(s->label);
            free(s->second);
            free(s);
        }
        n_series[i] = 0;
    }
    pthread_mutex_unlock(&lock);
}

/* ---- the process itself -------------------------------------------------------------------- */

static double
resident_bytes(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f) {
        if (fscanf(f, "%*s %ld", &pages) != 1) {
            pages = 0;
        }
        (void)fclose(f);
    }
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double
descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    double n = 0;

    while (dir && readdir(dir)) {
        n++;
    }
    if (dir) {
        (void)closedir(dir);
    }
    return n > 3 ? n - 3 : 0; /* Without ".", ".." and the folder's own. */
}

/* When it began, in clock ticks since the boot; 0 where that cannot be read. */
static unsigned long long
began_ticks(void)
{
    char text[1024] = "";
    unsigned long long ticks = 0;
    FILE *f = fopen("/proc/self/stat", "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    /* The name is in brackets and may hold blanks: fields are counted from behind it. */
    const char *at = n ? strrchr(text, ')') : NULL;

    for (int field = 2; at && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    if (at) {
        ticks = strtoull(at + 1, NULL, 10);
    }
    if (f) {
        (void)fclose(f);
    }
    return ticks;
}

static double
began_at(void)
{
    struct timespec up = {0};

    (void)clock_gettime(CLOCK_BOOTTIME, &up);
    return (double)time_now_us() / 1e6 - (double)up.tv_sec - (double)up.tv_nsec / 1e9 +
           (double)began_ticks() / (double)sysconf(_SC_CLK_TCK);
}

static void
process_read(void)
{
    struct rusage usage;

    if (!getrusage(RUSAGE_SELF, &usage)) {
        meter_set(METER_cpu_seconds, NULL,
                  (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    }
    meter_set(METER_start_time, NULL, began_at());
    meter_set(METER_memory, NULL, resident_bytes());
    meter_set(METER_open_fds, NULL, descriptors());
}

/* ---- text ---------------------------------------------------------------------------------- */

static void
label_write(struct buf *out, const char *name, const char *value, char *between)
{
    if (!name) {
        return;
    }
    buf_char(out, *between);
    *between = ',';
    buf_printf(out, "%s=\"", name);
    for (const char *c = value; *c; c++) {
        if (*c == '\n') {
            buf_str(out, "\\n");
            continue;
        }
        if (*c == '"' || *c == '\\') {
            buf_char(out, '\\');
        }
        buf_char(out, *c);
    }
    buf_char(out, '"');
}

/* NAME SUFFIX {labels, more}; 'le' null = no bound. */
static void
sample_name(struct buf *out, const struct meter_row *row, const struct series *s,
            const char *suffix, const char *le)
{
    char between = '{';

    buf_printf(out, "%s%s", row->name, suffix);
    label_write(out, row->label, s->label, &between);
    label_write(out, row->second, s->second, &between);
    label_write(out, le ? "le" : NULL, le, &between);
    buf_str(out, between == '{' ? " " : "} ");
}

/* A whole number stays one. */
static void
number(struct buf *out, double value)
{
    if (value == (double)(int64_t)value) {
        buf_printf(out, "%" PRId64 "\n", (int64_t)value);
    } else {
        buf_printf(out, "%.15g\n", value);
    }
}

static void
histogram_write(struct buf *out, const struct meter_row *row, const struct series *s)
{
    uint64_t n = 0;

    for (size_t i = 0; i <= ARRAY_SIZE(bounds); i++) {
        char le[32] = "+Inf";

        if (i < ARRAY_SIZE(bounds)) {
            bool whole = bounds[i] % 1000000000 == 0; /* A bound is never told as an integer. */
            (void)snprintf(le, sizeof le, whole ? "%.1f" : "%.6g", (double)bounds[i] / 1e9);
        }
        n += s->buckets[i];
        sample_name(out, row, s, "_bucket", le);
        buf_printf(out, "%" PRIu64 "\n", n);
    }
    sample_name(out, row, s, "_sum", NULL);
    number(out, s->value);
    sample_name(out, row, s, "_count", NULL);
    buf_printf(out, "%" PRIu64 "\n", n);
}

void
meter_write(struct buf *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};

    process_read();
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < METER_N; i++) {
        const struct meter_row *row = &rows[i];

        if (!first[i]) {
            continue;
        }
        buf_printf(out, "# TYPE %s %s\n", row->name, kinds[row->kind]);
        if (*row->unit) {
            buf_printf(out, "# UNIT %s %s\n", row->name, row->unit);
        }
        buf_printf(out, "# HELP %s %s\n", row->name, row->doc);
        for (const struct series *s = first[i]; s; s = s->next) {
            if (row->kind == HISTOGRAM) {
                histogram_write(out, row, s);
                continue;
            }
            sample_name(out, row, s, row->kind == COUNTER ? "_total" : "", NULL);
            number(out, s->value);
        }
    }
    pthread_mutex_unlock(&lock);
    buf_str(out, "# EOF\n");
}
