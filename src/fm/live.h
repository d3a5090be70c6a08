/* The watcher in memory.  Everything is the loop's, but for what a job of the pool was handed: a look
 * is with the one or with the other. */
#ifndef CARRICK_FM_LIVE_H
#define CARRICK_FM_LIVE_H

#include "fm/turn.h"
#include "vim/vim.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define LOOK_KINDS_MAX 31
#define LOOK_WHOLE (~0U)
#define X(kind, doc) +1
_Static_assert(0 VIM_OBJECTS(X) <= LOOK_KINDS_MAX, "a bit for each kind");
#undef X

/* What is known of one site, and the round under way. */
struct look {
    struct fm_watch *watch;
    struct look *next;
    char site[40];
    struct loop_timer *deadline;
    /* Of its change feed. */
    bool is_following;
    struct loop_timer *gap;
    int64_t feed_at;       /* Followed up to here; -1 = not yet. */
    int64_t feed_asked_ns; /* When it was asked last, ... */
    int64_t feed_after_ns; /* ... and not to be asked before. */
    bool busy;      /* A round is under way ... */
    unsigned wants; /* ... and one for these of holding_kinds, by bit, behind it; 0 = none; ... */
    bool wants_whole; /* ... and one for everything, ... */
    bool has_yielded; /* ... which was put behind one that the feed asked for: not again. */
    int64_t began_ns; /* When the round was begun; ... */
    int64_t some_ms;  /* ... how long the last one took that the feed asked for. */
    unsigned held;  /* Those of which something was held there when it was read last, ... */
    unsigned was_held; /* ... and before that. */
    int missed;     /* Rounds in a row in which no list was answered ... */
    const char *why; /* ... and why. */
    int untold[LOOK_KINDS_MAX]; /* Of each of holding_kinds: rounds in a row in which its list failed. */
    /* Of the round. */
    struct mem *mem;
    unsigned round; /* Answers of others came too late. */
    bool is_whole;  /* It asks for everything that is held there. */
    const char *kind_items[LOOK_KINDS_MAX];
    struct strs kinds; /* To ask for. */
    int64_t seq;       /* Newest change before the site was asked ... */
    int64_t asked_ns;  /* ... and when that was. */
    size_t n_open;
    struct drift_seen seen;
    bool is_refused; /* A list failed by the site's own word: it answers. */
    bool is_asked;   /* What lists leave out is, or was, asked for by itself ... */
    bool is_unsure;  /* ... and not all of that is known. */
    struct question *questions;
    size_t n_questions;
    size_t n_asking; /* Questions that the site owes answers to, of rounds that did not wait, too. */
    struct map gone; /* Of seen; a round that the feed asks for begins with ... */
    struct mem *gone_mem;
    struct map gone_before; /* ... what the one before it found gone. */
    int untold_before[LOOK_KINDS_MAX]; /* As 'untold', before the round. */
    struct judgement judgement;
    struct err *err;
    bool is_new;
    uint64_t hash; /* Of what the site said. */
    /* Of the last round: what has to be seen once more (turn.h). */
    struct mem *doubts_mem;
    struct map doubts;
    struct loop_timer *doubt;
    bool is_anew; /* Somebody else may have judged since the last round. */
    /* Of the last round that was judged whole. */
    bool is_judged;
    uint64_t judged_hash;
    int64_t judged_seq;
};

struct fm_watch {
    struct nfvo *nfvo;
    struct loop_timer *timer;
    int64_t interval_ms;
    struct look *looks;
    bool is_closed;
    struct store_watch *records; /* Operations that end are found in the change log ... */
    int64_t cursor;              /* ... which is read up to here. */
    bool has_ended;
    struct loop_timer *settle;
    int64_t settled_ns;          /* When sites were looked at for one last. */
    /* Of a tick. */
    bool is_ticking;
    bool has_settled; /* It is for operations that ended: sites under way are asked once more. */
    bool again;       /* Another one is wanted behind it. */
    struct mem *mem;
    struct strs sites;
    struct err *err;
};

/* Of the kind, in holding_kinds. */
size_t look_kind(const char *kind);
/* Judges (once more), on a worker. */
void look_judge_run(struct look *look);
/* Asks for what lists leave out by itself (believe.c), then judges once more; false where there is nothing to
 * ask.  On the loop. */
bool believe_ask(struct look *look);
/* Whoever has not answered is not waited for. */
void believe_late(struct look *look);

/* Looks at the site now, or again behind the round under way.  On the loop's thread. */
void look_kick(struct look *look);
/* The same, at things of 'kinds' only and what they are judged with: of others the site's feed tells that
 * they are as they were. */
void look_told(struct look *look, const struct strs *kinds);

/* Milliseconds from the end of an operation until sites are looked at for it: none, but that there are
 * FM_SETTLE_MS between two such looks.  'settled_ns' is when the last was, 0 = never. */
int64_t settle_wait_ms(int64_t settled_ns, int64_t now_ns);
/* Milliseconds until a feed is asked again whose answer came after 'waited_ms'; -1 = with the next tick.
 * 'moved': the answer told of something, be it nothing that is looked for.  'look_ms': how long a look for it
 * takes: a site that tells of something all the time is looked at half of the time. */
int64_t feed_pause_ms(bool moved, int64_t waited_ms, int64_t look_ms);
/* Follows the site's change feed where it has one and does not yet.  On the loop's thread. */
void feed_follow(struct look *look);
/* loop_fn: the same, for a timer. */
void feed_again(void *arg);

#endif
