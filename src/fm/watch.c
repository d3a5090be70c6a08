/* The rounds: a site is asked for one list a kind of what is held there, all at once, then judged by a
 * worker.  Sites are looked at each for itself: nobody's fault waits for another's silence. */
#include "fm/live.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

#define CHANGES_AT_ONCE 500

/* One list under way; outlives a round that did not wait for it. */
struct asked {
    struct look *look;
    unsigned round;
    size_t list;
};

static void look_next(struct look *look);

/* ---- the end of a round ------------------------------------------------------------------- */

static void
look_end(struct look *look, struct err *err)
{
    if (err) {
        log_err(LOG_LV_WARN, "fm", err_wrap(err, "site %s", look->site), "looking at sites");
    }
    if (look->is_whole) {
        look->has_yielded = false;
    } else {
        look->some_ms = (time_mono_ns() - look->began_ns) / 1000000;
    }
    mem_free(look->mem);
    look->mem = NULL;
    look->busy = false;
    look_next(look);
    feed_follow(look);
}

/* On the loop or a worker: whoever has the look. */
static void
doubts_keep(struct look *look, const struct map *doubts)
{
    struct mem *mem = mem_new("fm doubts");

    mem_free(look->doubts_mem);
    look->doubts_mem = mem;
    map_init(&look->doubts, mem);
    map_each(doubts, entry) {
        map_set(&look->doubts, mem_str(mem, entry->key),
                mem_copy(mem, entry->value, sizeof(int64_t)));
    }
}

/* What is gone does not come back: it is not asked for each time that the feed tells of something. */
static void
gone_keep(struct look *look)
{
    struct mem *mem = mem_new("fm gone");

    mem_free(look->gone_mem);
    look->gone_mem = mem;
    map_init(&look->gone_before, mem);
    map_each(&look->gone, entry) {
        map_set(&look->gone_before, mem_str(mem, entry->key), look);
    }
}

/* loop_fn */
static void
look_judged(void *arg)
{
    struct look *look = arg;
    struct err *err = look->err;

    look->err = NULL;
    if (!err && believe_ask(look)) {
        return;
    }
    gone_keep(look);
    if (look->doubts.n_live && !look->watch->is_closed) {
        loop_timer_arm_by(look->doubt, FM_DOUBT_MS);
    }
    look_end(look, err);
}

/* loop_fn */
static void
look_again(void *arg)
{
    look_kick(arg);
}

/* ---- on a worker: what is recorded ---------------------------------------------------------- */

/* What a round before this one knew already needs no second thought. */
static struct err *
is_new_read(struct tx *tx, void *arg)
{
    struct look *look = arg;
    struct map touched;

    map_init(&touched, tx_mem(tx));
    TRY(touched_since(tx, look->judged_seq, &touched));
    look->is_new = touched.n_live > 0;
    return NULL;
}

static struct err *
turns_write(struct look *look)
{
    struct judgement *j = &look->judgement;
    struct turning turning = {.judgement = j};

    for (size_t i = 0; i < j->turns.n; i += turning.n) {
        turning.first = i;
        turning.n = j->turns.n - i;
        turning.n = turning.n > FM_AT_ONCE ? FM_AT_ONCE : turning.n;
        TRY(store_write_wait(look->watch->nfvo->store, turns_do, &turning));
        j->again = j->again || turning.again;
    }
    return NULL;
}

size_t
look_kind(const char *kind)
{
    size_t i = 0;

    while (holding_kinds[i + 1] && !str_eq(holding_kinds[i], kind)) {
        i++;
    }
    return i;
}

/* The look's count of the list's failures. */
static int *
untold_of(struct look *look, const struct drift_list *list)
{
    return &look->untold[look_kind(list->kind)];
}

/* Kinds that a site which answers has not told for long. */
static struct strs
untold_long(struct look *look)
{
    struct strs kinds = {.items = MEM_ARRAY(look->mem, look->seen.lists.n + 1, const char *)};

    vec_each (&look->seen.lists, list) {
        if (look->missed == 0 && *untold_of(look, list) >= FM_MISSED_MAX) {
            kinds.items[kinds.n++] = list->kind;
        }
    }
    return kinds;
}

static struct err *
look_judge(struct look *look)
{
    struct store *store = look->watch->nfvo->store;

    look->is_new = true;
    if (look->is_whole && look->is_judged && look->hash == look->judged_hash) {
        TRY(store_read(store, is_new_read, look));
    }
    if (!look->is_new) {
        return NULL;
    }
    look->is_judged = false;
    look->judgement = (struct judgement){.mem = look->mem,
                                         .site = look->site,
                                         .seen = &look->seen,
                                         .seq = look->seq,
                                         .asked_ns = look->asked_ns,
                                         .seen_before = &look->doubts,
                                         .is_whole = look->is_whole,
                                         .is_answering = look->missed == 0};
    if (look->is_whole) {
        look->judgement.missed = look->missed >= FM_MISSED_MAX ? look->why : NULL;
        look->judgement.untold = untold_long(look);
    }
    TRY(store_read(store, judge, &look->judgement));
    doubts_keep(look, &look->judgement.doubts);
    TRY(turns_write(look));
    look->is_judged = look->is_whole && !look->judgement.again && !look->judgement.left_out.n &&
                      !look->is_unsure;
    look->judged_hash = look->hash;
    look->judged_seq = look->seq;
    return NULL;
}

static void
judge_job(void *arg)
{
    struct look *look = arg;

    look->err = look_judge(look);
    loop_post(look->watch->nfvo->loop, look_judged, look);
}

/* ---- the site's answers ------------------------------------------------------------------------ */

static uint64_t
hash_text(const char *text, uint64_t seed)
{
    return hash_bytes(str_or(text, ""), strlen(str_or(text, "")) + 1, seed);
}

static void
look_hash(struct look *look)
{
    uint64_t hash = (uint64_t)(look->missed > FM_MISSED_MAX ? FM_MISSED_MAX : look->missed);

    vec_each (&look->seen.lists, list) {
        bool told_of = *untold_of(look, list) >= FM_MISSED_MAX;

        hash = hash_text(told_of ? "??" : list->error ? "?" : "", hash_text(list->kind, hash));
    }
    vec_each (&look->seen.objects, object) {
        hash = hash_text(object->id, hash_text(object->kind, hash));
        hash = hash_text(object->status, hash_text(object->server, hash));
        hash = hash_text(object->shut ? "shut" : "", hash);
        for (size_t i = 0; i < object->members.n; i++) {
            hash = hash_text(object->members.items[i], hash);
        }
    }
    look->hash = hash;
}

/* Who says one thing and not another is there: only the other is not known. */
static void
misses_count(struct look *look)
{
    bool answers = look->is_refused || look->seen.lists.n == 0;

    if (!look->is_whole) {
        return; /* What goes wrong now is counted where everything is asked for. */
    }
    look->why = NULL;
    vec_each (&look->seen.lists, list) {
        int *untold = untold_of(look, list);

        look->untold_before[look_kind(list->kind)] = *untold;
        *untold = list->error ? *untold + 1 : 0;
        answers = answers || !list->error;
        look->why = look->why ? look->why : list->error;
    }
    look->missed = answers ? 0 : look->missed + 1;
}

void
look_judge_run(struct look *look)
{
    struct err *err;

    loop_timer_disarm(look->deadline);
    look->round++;
    look->n_open = 0;
    err = pool_run(look->watch->nfvo->pool, judge_job, look);
    if (err) {
        err_ignore(err, "the workers are busy: next time");
        look_end(look, NULL);
    }
}

static void
look_answered(struct look *look)
{
    misses_count(look);
    look_hash(look);
    look_judge_run(look);
}

/* loop_fn: who has not answered is not waited for. */
static void
look_late(void *arg)
{
    struct look *look = arg;

    if (look->is_asked) {
        believe_late(look);
    } else {
        look_answered(look);
    }
}

static void
objects_see(struct look *look, const struct drift_list *list, const struct json *json)
{
    json_each (json, i) {
        if (json_get_str(json->items[i], "id")) {
            vec_add(look->mem, &look->seen.objects,
                    drift_object_of(look->mem, list, json->items[i]));
        }
    }
}

static void
listed(void *arg, const struct json *json, bool more, struct err *err)
{
    struct asked *asked = arg;
    struct look *look = asked->look;
    bool mine = asked->round == look->round && !look->watch->is_closed;
    struct drift_list *list = mine ? &look->seen.lists.items[asked->list] : NULL;

    if (mine && err) {
        look->is_refused = look->is_refused || err_is(err, E_FORBIDDEN);
        list->error = mem_str(look->mem, err_full(look->mem, err));
    } else if (mine) {
        objects_see(look, list, json);
        list->error = more ? list->error : NULL;
    }
    err_ignore(err, "what a site does not say is not known");
    if (!more) {
        free(asked);
        if (mine && --look->n_open == 0) {
            look_answered(look);
        }
    }
}

static void
lists_ask(struct look *look)
{
    const char *late =
        mem_printf(look->mem, "no answer within %d s", FM_ANSWER_MS / 1000);

    for (size_t i = 0; i < look->kinds.n; i++) {
        vec_add(look->mem, &look->seen.lists,
                ((struct drift_list){
                    .site = look->site, .kind = look->kinds.items[i], .error = late}));
    }
    look->n_open = look->seen.lists.n;
    look->asked_ns = time_mono_ns();
    loop_timer_arm(look->deadline, FM_ANSWER_MS);
    for (size_t i = 0; i < look->kinds.n; i++) {
        struct asked *asked = heap_alloc(sizeof *asked);

        *asked = (struct asked){.look = look, .round = look->round, .list = i};
        vim_list(look->watch->nfvo->vim, look->site, look->kinds.items[i], listed, asked);
    }
    if (look->n_open == 0) {
        look_answered(look);
    }
}

/* ---- what to ask for ------------------------------------------------------------------------------ */

static struct err *
kind_add(void *arg, int n, const char *const *columns)
{
    struct look *look = arg;

    if (n > 0 && str_in(columns[0], holding_kinds)) {
        look->held |= 1U << look_kind(columns[0]);
    }
    return NULL;
}

/* store_fn: on a worker; the log first. */
static struct err *
kinds_read(struct tx *tx, void *arg)
{
    struct look *look = arg;
    const char *at[] = {look->site, NULL};

    TRY(changes_last(tx, &look->seq));
    look->held = 0;
    return tx_sql(tx, "SELECT DISTINCT kind FROM holding WHERE site_id = ?", at, kind_add, look);
}

/* store_fn */
static struct err *
seq_read(struct tx *tx, void *arg)
{
    return changes_last(tx, &((struct look *)arg)->seq);
}

static void
kinds_take(struct look *look, unsigned kinds)
{
    look->kinds = (struct strs){.items = look->kind_items};
    for (size_t i = 0; holding_kinds[i]; i++) {
        if (kinds >> i & 1) {
            look->kinds.items[look->kinds.n++] = holding_kinds[i];
        }
    }
}

/* loop_fn */
static void
look_kinds(void *arg)
{
    struct look *look = arg;
    struct err *err = look->err;

    look->err = NULL;
    kinds_take(look, look->held);
    if (err || look->watch->is_closed) {
        look_end(look, err);
    } else if (look->held || look->was_held || !look->is_judged) {
        lists_ask(look);
    } else {
        look_end(look, NULL);
    }
}

static void
kinds_job(void *arg)
{
    struct look *look = arg;

    look->err = store_read(look->watch->nfvo->store, kinds_read, look);
    loop_post(look->watch->nfvo->loop, look_kinds, look);
}

static void
look_all(struct look *look)
{
    struct err *err;

    look->was_held = look->held;
    err = pool_run(look->watch->nfvo->pool, kinds_job, look);
    if (err) {
        err_ignore(err, "the workers are busy: next time");
        look_end(look, NULL);
    }
}

/* At once: what there is to ask for is known, and where the log is takes no time to read. */
static void
look_some(struct look *look, unsigned kinds)
{
    struct err *err = store_read(look->watch->nfvo->store, seq_read, look);

    kinds_take(look, kinds & look->held);
    look->is_judged = false; /* The next whole round is judged whatever it finds: this may fail. */
    if (err || !look->kinds.n) {
        look_end(look, err);
    } else {
        lists_ask(look);
    }
}

/* Somebody else has judged since: what was known then, is no more. */
static void
look_anew(struct look *look)
{
    look->is_anew = look->is_judged = false;
    look->missed = 0;
    memset(look->untold, 0, sizeof look->untold);
    memset(look->untold_before, 0, sizeof look->untold_before);
    mem_free(look->doubts_mem);
    mem_free(look->gone_mem);
    look->doubts_mem = look->gone_mem = NULL;
    look->doubts = look->gone_before = (struct map){0};
}

static void
look_begin(struct look *look, unsigned kinds)
{
    if (look->is_anew) {
        look_anew(look);
    }
    look->busy = true;
    look->began_ns = time_mono_ns();
    look->mem = mem_new("fm look");
    look->seen = (struct drift_seen){0};
    look->is_refused = look->is_asked = look->is_unsure = false;
    look->is_whole = kinds == LOOK_WHOLE;
    map_init(&look->gone, look->mem);
    look->seen.gone = &look->gone;
    map_each(&look->gone_before, entry) {
        if (!look->is_whole) {
            map_set(&look->gone, mem_str(look->mem, entry->key), look);
        }
    }
    if (look->is_whole) {
        look_all(look);
    } else {
        look_some(look, kinds);
    }
}

/* What the feed tells of goes first: it is asked for in a moment.  Not twice in a row before a round for
 * everything: sites that tell of something all the time are looked at all the same. */
static void
look_next(struct look *look)
{
    unsigned kinds = look->wants;

    if (look->busy || look->watch->is_closed || look->watch->nfvo->stands_by || !(kinds || look->wants_whole)) {
        return;
    }
    look->wants = 0;
    if (kinds && !(look->wants_whole && look->has_yielded)) {
        look->has_yielded = look->wants_whole;
        look_begin(look, kinds);
        return;
    }
    look->wants_whole = false;
    look_begin(look, LOOK_WHOLE);
}

/* A round for everything that waits for the site is begun anew behind what is asked for now. */
static void
look_yield(struct look *look)
{
    if (look->busy && look->is_whole && look->n_open && !look->is_asked && !look->has_yielded) {
        loop_timer_disarm(look->deadline);
        look->round++;
        look->n_open = 0;
        mem_free(look->mem);
        look->mem = NULL;
        look->busy = false;
        look->wants_whole = true;
    }
}

void
look_kick(struct look *look)
{
    look->wants_whole = true;
    look_next(look);
}

/* Faults of ports follow from their servers': they are judged together. */
void
look_told(struct look *look, const struct strs *kinds)
{
    unsigned wanted = 1U << look_kind("server") | 1U << look_kind("port");

    for (size_t i = 0; i < kinds->n; i++) {
        wanted |= 1U << look_kind(kinds->items[i]);
    }
    look->wants |= wanted;
    look_yield(look);
    look_next(look);
}

/* ---- all sites -------------------------------------------------------------------------------------- */

static struct look *
look_get(struct fm_watch *watch, const char *site)
{
    struct look *look = watch->looks;

    while (look && !str_eq(look->site, site)) {
        look = look->next;
    }
    if (!look) {
        look = heap_alloc(sizeof *look);
        *look = (struct look){.watch = watch, .next = watch->looks, .feed_at = -1};
        (void)snprintf(look->site, sizeof look->site, "%s", site);
        look->deadline = loop_timer_new(watch->nfvo->loop, look_late, look);
        look->gap = loop_timer_new(watch->nfvo->loop, feed_again, look);
        look->doubt = loop_timer_new(watch->nfvo->loop, look_again, look);
        watch->looks = look;
    }
    return look;
}

static struct err *
sites_read(struct tx *tx, void *arg)
{
    struct fm_watch *watch = arg;
    struct query query = {.table = &site_table};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    watch->sites = (struct strs){.items = MEM_ARRAY(watch->mem, rows.n + 1, const char *)};
    for (size_t i = 0; i < rows.n; i++) {
        watch->sites.items[watch->sites.n++] =
            mem_str(watch->mem, ((const struct site *)rows.items[i])->id);
    }
    return NULL;
}

static struct err *
tick_run(struct fm_watch *watch)
{
    struct forgetting forgetting = {.mem = watch->mem};

    map_init(&forgetting.old, watch->mem);
    map_init(&forgetting.gone, watch->mem);
    TRY(store_read(watch->nfvo->store, sites_read, watch));
    TRY(store_read(watch->nfvo->store, forget_find, &forgetting));
    return forgetting.old.n_live + forgetting.gone.n_live
               ? store_write_wait(watch->nfvo->store, forget_do, &forgetting)
               : NULL;
}

/* loop_fn */
static void
ticked(void *arg)
{
    struct fm_watch *watch = arg;

    if (watch->err) {
        log_err(LOG_LV_WARN, "fm", watch->err, "looking for sites");
        watch->err = NULL;
    }
    for (size_t i = 0; i < watch->sites.n; i++) {
        struct look *look = look_get(watch, watch->sites.items[i]);

        if (!look->busy || watch->has_settled) {
            look_kick(look);
        }
        feed_follow(look);
    }
    watch->has_settled = false;
    watch->sites = (struct strs){0};
    mem_free(watch->mem);
    watch->mem = NULL;
    watch->is_ticking = false;
    if (!watch->is_closed) {
        loop_timer_arm(watch->timer, watch->again ? 0 : watch->interval_ms);
    }
    watch->again = false;
}

static void
tick_job(void *arg)
{
    struct fm_watch *watch = arg;

    watch->err = tick_run(watch);
    loop_post(watch->nfvo->loop, ticked, watch);
}

/* loop_fn */
static void
tick(void *arg)
{
    struct fm_watch *watch = arg;
    struct err *err;

    if (watch->is_ticking) {
        watch->again = true; /* It may have read which sites there are already. */
        return;
    }
    if (watch->nfvo->stands_by) {
        loop_timer_arm(watch->timer, watch->interval_ms);
        return;
    }
    watch->is_ticking = true;
    watch->mem = mem_new("fm tick");
    err = pool_run(watch->nfvo->pool, tick_job, watch);
    if (err) {
        err_ignore(err, "the workers are busy: next time");
        ticked(watch);
    }
}

/* ---- operations that end ------------------------------------------------------------------------------ */

int64_t
settle_wait_ms(int64_t settled_ns, int64_t now_ns)
{
    int64_t passed_ms = (now_ns - settled_ns) / 1000000;

    return settled_ns && passed_ms < FM_SETTLE_MS ? FM_SETTLE_MS - passed_ms : 0;
}

/* loop_fn */
static void
settle(void *arg)
{
    struct fm_watch *watch = arg;

    watch->settled_ns = time_mono_ns();
    watch->has_settled = true;
    tick(watch);
}

/* What an operation leaves open is under way for whoever judges; what it ends with has to be looked at:
 * where a site is new to us, and what it has mended. */
static bool
is_end(const struct change *change)
{
    static const char *const ends[] = {"COMPLETED", "PARTIALLY_COMPLETED", "FAILED", "ROLLED_BACK",
                                       NULL};
    const char *state = json_get_str(change->columns, "operation_state");

    return state && str_in(state, ends) &&
           (str_eq(change->table, vnf_lcm_op_occ_table.name) ||
            str_eq(change->table, ns_lcm_op_occ_table.name));
}

static struct err *
ends_read(struct tx *tx, void *arg)
{
    struct fm_watch *watch = arg;
    struct change *changes;
    size_t n;

    do {
        TRY(changes_read(tx, watch->cursor, CHANGES_AT_ONCE, &changes, &n));
        for (size_t i = 0; i < n; i++) {
            watch->has_ended = watch->has_ended || is_end(&changes[i]);
            watch->cursor = changes[i].seq;
        }
    } while (n);
    return NULL;
}

static struct err *
last_read(struct tx *tx, void *arg)
{
    return changes_last(tx, arg);
}

/* loop_fn: something was committed. */
static void
recorded(void *arg)
{
    struct fm_watch *watch = arg;
    bool rests = watch->is_closed || watch->nfvo->stands_by;
    struct err *err = rests ? NULL : store_read(watch->nfvo->store, ends_read, watch);

    if (err) { /* The log no longer reaches back: the next tick finds what ended. */
        err_ignore(err, "asked where the log is now");
        err = store_read(watch->nfvo->store, last_read, &watch->cursor);
        err_ignore(err, "asked again at the next commit");
    }
    if (watch->has_ended && !watch->is_closed) {
        watch->has_ended = false;
        /* At once, so that a site which is new to us is followed; however many end one behind the other. */
        loop_timer_arm_by(watch->settle, settle_wait_ms(watch->settled_ns, time_mono_ns()));
    }
}

struct fm_watch *
fm_watch_new(struct nfvo *nfvo, int64_t interval_ms)
{
    struct fm_watch *watch = heap_alloc(sizeof *watch);

    *watch = (struct fm_watch){.nfvo = nfvo, .interval_ms = interval_ms};
    watch->timer = loop_timer_new(nfvo->loop, tick, watch);
    loop_timer_arm(watch->timer, 0);
    watch->settle = loop_timer_new(nfvo->loop, settle, watch);
    err_ignore(store_read(nfvo->store, last_read, &watch->cursor), "then it is read from the start");
    watch->records = store_watch(nfvo->store, nfvo->loop, recorded, watch);
    return watch;
}

void
fm_watch_lead(struct fm_watch *watch)
{
    if (!watch || watch->is_closed) {
        return;
    }
    err_ignore(store_read(watch->nfvo->store, last_read, &watch->cursor), "then what ended is seen again");
    for (struct look *look = watch->looks; look; look = look->next) {
        look->is_anew = true;
        look->feed_at = -1;
    }
    tick(watch);
}

void
fm_watch_close(struct fm_watch *watch)
{
    if (!watch) {
        return;
    }
    watch->is_closed = true;
    store_unwatch(watch->records);
    watch->records = NULL;
    loop_timer_disarm(watch->timer);
    loop_timer_disarm(watch->settle);
    for (struct look *look = watch->looks; look; look = look->next) {
        loop_timer_disarm(look->deadline);
        loop_timer_disarm(look->gap);
        loop_timer_disarm(look->doubt);
    }
}

void
fm_watch_free(struct fm_watch *watch)
{
    if (!watch) {
        return;
    }
    fm_watch_close(watch);
    loop_timer_del(watch->timer);
    loop_timer_del(watch->settle);
    (void)loop_unpost(watch->nfvo->loop, ticked, watch);
    err_ignore(watch->err, "nobody waits for it any more");
    mem_free(watch->mem);
    for (struct look *look = watch->looks, *next; look; look = next) {
        next = look->next;
        (void)loop_unpost(watch->nfvo->loop, look_kinds, look);
        (void)loop_unpost(watch->nfvo->loop, look_judged, look);
        loop_timer_del(look->deadline);
        loop_timer_del(look->gap);
        loop_timer_del(look->doubt);
        err_ignore(look->err, "nobody waits for it any more");
        mem_free(look->mem);
        mem_free(look->doubts_mem);
        mem_free(look->gone_mem);
        free(look);
    }
    free(watch);
}
