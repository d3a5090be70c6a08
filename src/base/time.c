/* Clocks and the textual forms of time.  The civil calendar is computed here:
 * timegm and strptime depend on the locale and accept too much. */
#include "base/time.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t frozen = TIME_NULL;

int64_t
time_now_us(void)
{
    int64_t fixed = atomic_load_explicit(&frozen, memory_order_relaxed);
    struct timespec ts;

    if (fixed != TIME_NULL) {
        return fixed;
    }
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
time_mono_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void
time_freeze(int64_t now_us)
{
    atomic_store(&frozen, now_us);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar (years counted
 * from March, so that the leap day is the last). */
static int64_t
days_from_civil(int64_t year, int month, int day)
{
    int64_t era, year_of_era, day_of_year;

    year -= month <= 2;
    era = (year >= 0 ? year : year - 399) / 400;
    year_of_era = year - era * 400;
    day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

const char *
time_text(char out[TIME_TEXT_SIZE], int64_t us, enum time_form form)
{
    int64_t seconds = floor_div(us, 1000000);
    int fraction = (int)(us - seconds * 1000000);
    time_t t = seconds;
    struct tm tm;
    char date[TIME_TEXT_SIZE / 2 + 12];

    if (us == TIME_NULL || !gmtime_r(&t, &tm)) {
        out[0] = 0;
        return out;
    }
    snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year % 8100 + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    switch (form) {
    case TIME_Z_US:
        snprintf(out, TIME_TEXT_SIZE, "%.20s.%06dZ", date, fraction);
        break;
    case TIME_Z_MS:
        snprintf(out, TIME_TEXT_SIZE, "%.20s.%03dZ", date, fraction / 1000);
        break;
    case TIME_NAIVE_US:
        snprintf(out, TIME_TEXT_SIZE, "%.20s.%06d", date, fraction);
        break;
    case TIME_Z:
    default:
        snprintf(out, TIME_TEXT_SIZE, "%.20sZ", date);
        break;
    }
    return out;
}

/* Reads exactly 'n' digits, moves '*s' behind them. */
static bool
digits(const char **s, int n, int *v)
{
    *v = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9') {
            return false;
        }
        *v = *v * 10 + (**s - '0');
    }
    return true;
}

static bool
one_of(const char **s, const char *chars)
{
    return **s && strchr(chars, **s) && (*s)++;
}

static bool
fraction_us(const char **s, int64_t *us)
{
    int64_t scale = 100000;

    *us = 0;
    if (**s != '.') {
        return true;
    }
    (*s)++;
    if (**s < '0' || **s > '9') {
        return false;
    }
    for (; **s >= '0' && **s <= '9'; (*s)++, scale /= 10) {
        *us += (**s - '0') * scale;
    }
    return true;
}

/* "Z" or "+hh:mm", in seconds east of UTC. */
static bool
offset_seconds(const char **s, int *seconds)
{
    int hours, minutes, sign;

    *seconds = 0;
    if (one_of(s, "Zz")) {
        return true;
    }
    sign = **s == '-' ? -1 : 1;
    if (!one_of(s, "+-") || !digits(s, 2, &hours) || !one_of(s, ":") || !digits(s, 2, &minutes) ||
        hours > 23 || minutes > 59) {
        return false;
    }
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool
date_valid(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool
time_parse(const char *s, int64_t *us)
{
    int year, month, day, hour, minute, second, offset;
    int64_t fraction;

    if (!s || !digits(&s, 4, &year) || !one_of(&s, "-") || !digits(&s, 2, &month) ||
        !one_of(&s, "-") || !digits(&s, 2, &day) || !one_of(&s, "Tt ") || !digits(&s, 2, &hour) ||
        !one_of(&s, ":") || !digits(&s, 2, &minute) || !one_of(&s, ":") ||
        !digits(&s, 2, &second) || !fraction_us(&s, &fraction) || !offset_seconds(&s, &offset) ||
        *s || !date_valid(year, month, day) || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *us = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset;
    *us = *us * 1000000 + fraction;
    return true;
}
