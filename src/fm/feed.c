/* Sites of our kind tell when something changes: then there is a round at once.  The rounds at
 * intervals stay: a feed that breaks off only makes faults be seen later. */
#include "fm/live.h"

#define SECOND_NS INT64_C(1000000000)
#define MS_NS INT64_C(1000000)

#define GAP_LEAST_MS 5

/* Two answers that came at once have a pause between them; behind one that was waited for there is
 * none: the next fault is seen as soon as the first. */
int64_t
feed_pause_ms(bool moved, int64_t waited_ms, int64_t look_ms)
{
    int64_t gap_ms = look_ms < GAP_LEAST_MS ? GAP_LEAST_MS : look_ms < FM_GAP_MS ? look_ms : FM_GAP_MS;

    if (!moved && waited_ms < 1000) {
        return -1; /* It does not wait for anything. */
    }
    return waited_ms < gap_ms ? gap_ms - waited_ms : 0;
}

/* Also for what a site without a feed answers, or one whose feed waits for nothing: the next tick asks
 * again, not before 'after_ns'. */
static void
feed_rest(struct look *look, int64_t after_ns)
{
    look->feed_after_ns = time_mono_ns() + after_ns;
}

static void
feed_failed(struct look *look, struct err *err)
{
    if (err->status == 410) { /* What happened meanwhile is found by a look. */
        look->feed_at = -1;
        look_kick(look);
    }
    feed_rest(look, err_is(err, E_NOT_FOUND) ? FM_FEED_AGAIN_S * SECOND_NS : 0);
    err_ignore(err, "the rounds find what is not told");
}

/* vim_changes_fn */
static void
changed(void *arg, int64_t last, const struct strs *kinds, struct err *err)
{
    struct look *look = arg;
    bool first = look->feed_at < 0, moved = last > look->feed_at;
    int64_t pause_ms = feed_pause_ms(moved, (time_mono_ns() - look->feed_asked_ns) / MS_NS,
                                     look->some_ms);

    look->is_following = false;
    if (look->watch->is_closed) {
        err_ignore(err, "nobody waits for it any more");
        return;
    }
    if (err) {
        feed_failed(look, err);
        return;
    }
    look->feed_at = last;
    if (first) {
        look_kick(look);
    } else if (kinds->n) {
        look_told(look, kinds);
    }
    /* The end of a look asks too: not before its time either, whatever a site tells. */
    feed_rest(look, pause_ms < 0 ? SECOND_NS : pause_ms * MS_NS);
    if (pause_ms >= 0) {
        loop_timer_arm(look->gap, pause_ms);
    }
}

void
feed_follow(struct look *look)
{
    int64_t now = time_mono_ns();

    if (look->is_following || !look->held || look->watch->is_closed || look->watch->nfvo->stands_by ||
        now < look->feed_after_ns) {
        return;
    }
    look->is_following = true;
    look->feed_asked_ns = now;
    vim_changes(look->watch->nfvo->vim, look->site, look->feed_at, changed, look);
}

void
feed_again(void *arg)
{
    feed_follow(arg);
}
