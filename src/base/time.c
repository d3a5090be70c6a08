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

/* The date of a day since 1970-01-01: days_from_civil backwards. */
static void
civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t era, day_of_era, year_of_era, day_of_year, from_march;

    days += 719468;
    era = floor_div(days, 146097);
    day_of_era = days - era * 146097;
    year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* 'n' digits of 'v' at '*p', then 'end' where it is not 0. */
static void
put(char **p, int v, int n, char end)
{
    for (int i = n - 1; i >= 0; i--) {
        (*p)[i] = (char)('0' + v % 10);
        v /= 10;
    }
    *p += n;
    if (end) {
        *(*p)++ = end;
    }
}

const char *
time_text(char out[TIME_TEXT_SIZE], int64_t us, enum time_form form)
{
    int64_t seconds = floor_div(us, 1000000);
    int64_t days = floor_div(seconds, 86400);
    int fraction = (int)(us - seconds * 1000000), of_day = (int)(seconds - days * 86400);
    int year, month, day;
    char *p = out;

    if (us == TIME_NULL) {
        out[0] = 0;
        return out;
    }
    civil_from_days(days, &year, &month, &day);
    put(&p, year < 0 ? 0 : year % 10000, 4, '-');
    put(&p, month, 2, '-');
    put(&p, day, 2, 'T');
    put(&p, of_day / 3600, 2, ':');
    put(&p, of_day / 60 % 60, 2, ':');
    put(&p, of_day % 60, 2, 0);
    if (form == TIME_Z_MS) {
        *p++ = '.';
        put(&p, fraction / 1000, 3, 0);
    } else if (form != TIME_Z) {
        *p++ = '.';
        put(&p, fraction, 6, 0);
    }
    if (form != TIME_NAIVE_US) {
        *p++ = 'Z';
    }
    *p = 0;
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
