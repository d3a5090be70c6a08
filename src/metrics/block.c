/* Samples as few bytes: of a time how much its step differs from the step before, of a whole number
 * its difference to the whole number before, of another value its eight bytes.  Counters that are
 * looked at regularly take three or four bytes a sample. */
#include "metrics/metrics.h"

#include "base/str.h"
#include "base/vec.h"

#include <math.h>
#include <string.h>

#define WHOLE_MAX                                                                                  \
    4503599627370496.0 /* 2^52: whole numbers up to it, and their differences, are exact */

/* ---- numbers as bytes ------------------------------------------------------------------- */

/* Seven bits a byte, the lowest first. */
static void
varint_put(struct buf *out, uint64_t v)
{
    do {
        char byte = (char)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));

        buf_add(out, &byte, 1);
        v >>= 7;
    } while (v);
}

/* Small numbers of either sign as small ones. */
static uint64_t
folded(int64_t v)
{
    return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t
unfolded(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

struct bytes {
    const unsigned char *at;
    size_t n;
};

static bool
varint_get(struct bytes *in, uint64_t *v)
{
    *v = 0;
    for (unsigned shift = 0; in->n && shift < 64; shift += 7) {
        unsigned char byte = *in->at++;

        in->n--;
        *v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            return true;
        }
    }
    return false;
}

/* ---- samples ------------------------------------------------------------------------------ */

/* What the next sample is told against. */
struct context {
    int64_t at, step, whole;
};

static int64_t
minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t
plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static bool
is_whole(double v)
{
    return fabs(v) <= WHOLE_MAX && trunc(v) == v && !(signbit(v) && fpclassify(v) == FP_ZERO);
}

static void
sample_put(struct buf *out, struct context *context, const struct metric_sample *sample)
{
    int64_t step = minus(sample->at, context->at);
    bool whole = is_whole(sample->value);
    int64_t number = whole ? (int64_t)sample->value : 0;

    varint_put(out, folded(minus(step, context->step)));
    varint_put(out, whole ? folded(minus(number, context->whole)) << 1 : 1);
    if (whole) {
        context->whole = number;
    } else {
        buf_add(out, &sample->value, sizeof sample->value);
    }
    context->at = sample->at;
    context->step = step;
}

static bool
sample_get(struct bytes *in, struct context *context, struct metric_sample *sample)
{
    uint64_t time, value;

    if (!varint_get(in, &time) || !varint_get(in, &value)) {
        return false;
    }
    context->step = plus(context->step, unfolded(time));
    context->at = plus(context->at, context->step);
    sample->at = context->at;
    if (!(value & 1)) {
        context->whole = plus(context->whole, unfolded(value >> 1));
        sample->value = (double)context->whole;
        return true;
    }
    if (in->n < sizeof sample->value) {
        return false;
    }
    memcpy(&sample->value, in->at, sizeof sample->value);
    in->at += sizeof sample->value;
    in->n -= sizeof sample->value;
    return true;
}

const char *
metric_block_encode(struct mem *mem, const struct metric_samples *samples)
{
    AUTO_BUF bytes = BUF_INIT;
    struct context context = {0};

    for (size_t i = 0; i < samples->n; i++) {
        sample_put(&bytes, &context, &samples->items[i]);
    }
    return base64_from(mem, bytes.data, bytes.len, true);
}

struct err *
metric_block_decode(struct mem *mem, const char *data, struct metric_samples *samples)
{
    struct context context = {0};
    struct bytes in;

    *samples = (struct metric_samples){0};
    in.at = base64_to(mem, data, &in.n);
    if (!in.at) {
        return err_new(E_INVALID, NULL, "a block of samples is not base64");
    }
    while (in.n) {
        struct metric_sample sample;

        if (!sample_get(&in, &context, &sample)) {
            return err_new(E_INVALID, NULL, "a block of samples ends within one");
        }
        vec_add(mem, samples, sample);
    }
    return NULL;
}
