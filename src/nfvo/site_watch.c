/* Keeps the status of sites true while nothing happens: a look at each identity
 * service every few seconds, without a login, since a login costs the site a
 * password hash.  Sites are looked at side by side; only a change is written. */
#include "base/log.h"
#include "base/time.h"
#include "base/version.h"
#include "http/client.h"
#include "nfvo/nfvo.h"
#include "nfvo/retention.h"
#include "nfvo/site_renew.h"

#include <stdlib.h>
#include <string.h>

#define EVERY_MS 10000
#define LOOK_MS 2000
#define HOUR_ROUNDS 360 /* Certificates and old operations are looked at once an hour, and when it starts. */
#define LOOKS_MAX 32     /* side by side: names are looked up for so many at once, and more */

/* One round: all sites as they were recorded at its beginning. */
struct round {
    struct mem *mem;
    struct rows sites;
    size_t next, n_open;
};

struct site_watch {
    struct nfvo *nfvo;
    struct http_client *http; /* Its own: flows' calls to a site do not keep a look waiting. */
    struct loop_timer *timer;
    int64_t every_ms, look_ms;
    struct round *round; /* Null between two. */
    struct look *looks;
    unsigned rounds;
    _Atomic bool hourly; /* Its job is under way. */
    _Atomic bool closing;
};

/* ---- what is recorded ------------------------------------------------------------------ */

static struct err *
sites_fn(struct tx *tx, void *arg)
{
    struct round *round = arg;
    struct query query = {.table = &site_table};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    round->sites = (struct rows){.items = MEM_ARRAY(round->mem, rows.n + 1, void *)};
    for (size_t i = 0; i < rows.n; i++) {
        round->sites.items[round->sites.n++] = row_copy(round->mem, rows.items[i]);
    }
    return NULL;
}

/* ---- one site -------------------------------------------------------------------------- */

/* One look under way, then what it found until that is written. */
struct look {
    struct mem *mem;
    struct site_watch *watch; /* Gone once the answer is there. */
    struct look *prev, *next;
    struct http_call *call;
    const struct site *site; /* In 'mem'. */
    const char *status, *error, *version;
};

static struct err *
seen_fn(struct tx *tx, void *arg)
{
    const struct look *seen = arg;
    struct cond by_id[] = {COND("id", seen->site->id), {0}};
    struct site *old, *site;

    TRY(row_find(tx, &site_table, by_id, &old));
    if (!old || !str_eq(old->auth_url, seen->site->auth_url)) {
        return NULL; /* It was another one that was looked at. */
    }
    site = row_copy(tx_mem(tx), old);
    site->status = seen->status;
    site->last_error = seen->error;
    site->version = seen->version;
    site->checked_at = tx_now(tx);
    return row_update(tx, old, site);
}

/* On the writer's thread. */
static void
seen_written(void *arg, struct err *err)
{
    struct look *look = arg;

    if (err) {
        log_err(LOG_LV_WARN, "nfvo", err, mem_printf(look->mem, "note what was seen of site %s", look->site->name));
    }
    mem_free(look->mem);
}

/* '*version' is what it told, where it answered. */
static struct err *
answer_judge(const struct look *look, const struct http_answer *answer, const char **version)
{
    const char *why;

    if (answer->status >= 500) {
        return err_new(E_REMOTE, NULL, "GET %s answered %d", look->site->auth_url, answer->status);
    }
    *version = mem_str(look->mem, version_told(http_answer_header(answer, VERSION_HEADER)));
    why = version_refusal(look->mem, "the site", *version, "this orchestrator");
    return why ? err_new(E_CONFLICT, NULL, "%s", why) : NULL;
}

/* Without how long it took: that is another time at each look, and no news. */
static const char *
without_times(struct mem *mem, const char *text)
{
    AUTO_BUF out = BUF_INIT;

    for (const char *at = str_or(text, ""); *at;) {
        size_t digits = strspn(at, "0123456789"), rest = digits + strspn(at + digits, " ");
        bool is_time = digits && (str_starts(at + rest, "ms") || str_starts(at + rest, "milliseconds"));
        size_t n = digits ? digits : 1;

        if (!is_time) {
            buf_add(&out, at, n);
        }
        at += n;
    }
    return buf_copy(mem, &out);
}

static bool
is_news(const struct look *look)
{
    const struct site *site = look->site;

    return !str_eq(look->status, site->status) || !str_eq(look->version, site->version) ||
           !str_eq(without_times(look->mem, look->error), without_times(look->mem, site->last_error));
}

static void round_go_on(struct site_watch *watch);

/* Its memory lives until it is written. */
static void
look_judge(struct look *look, const struct http_answer *answer, struct err *lost)
{
    struct err *why = lost ? lost : answer_judge(look, answer, &look->version);

    why = why ? why : site_password_check(look->site);
    look->status = why ? "DOWN" : "UP";
    look->error = why ? err_full(look->mem, why) : NULL;
    err_ignore(why, "kept with the site");
    if (!is_news(look)) {
        mem_free(look->mem);
        return;
    }
    log_info("nfvo", "site=%s status=%s was=%s version=%s why=%s", look->site->name, look->status,
             look->site->status, str_or(look->version, "-"), str_or(look->error, "-"));
    store_write(look->watch->nfvo->store, seen_fn, look, seen_written);
}

static void
look_done(void *arg, const struct http_answer *answer, struct err *err)
{
    struct look *look = arg;
    struct site_watch *watch = look->watch;

    *(look->prev ? &look->prev->next : &watch->looks) = look->next;
    if (look->next) {
        look->next->prev = look->prev;
    }
    if (err_is(err, E_CANCELLED)) { /* The watch ends. */
        err_ignore(err, "nobody wants to know");
        mem_free(look->mem);
        return;
    }
    look_judge(look, answer, err);
    watch->round->n_open--;
    round_go_on(watch);
}

static void
look_begin(struct site_watch *watch, const struct site *site)
{
    struct mem *mem = mem_new("site look");
    struct look *look = MEM_NEW(mem, struct look);
    struct http_request request = {
        .method = "GET",
        .body_fd = -1,
        .connect_timeout_ms = watch->look_ms,
        .timeout_ms = watch->look_ms,
    };

    *look = (struct look){.mem = mem, .watch = watch, .next = watch->looks};
    look->site = row_copy(mem, site);
    look->version = look->site->version;
    request.url = look->site->auth_url;
    if (look->next) {
        look->next->prev = look;
    }
    watch->looks = look;
    watch->round->n_open++;
    look->call = http_call(watch->http, &request, look_done, look);
}

/* ---- once an hour ------------------------------------------------------------------------ */

/* Nothing waits for it: what it cannot do now is done an hour later. */
static void
old_forget(struct nfvo *nfvo)
{
    int64_t days = nfvo->keep_days;
    size_t n = 0;
    struct err *e = days ? retention_run(nfvo->store, time_now_us(), days, &n) : NULL;

    if (e) {
        log_err(LOG_LV_WARN, "nfvo", e, "forgetting old operations");
    }
    if (n) {
        log_info("nfvo", "forgot operations=%zu older_than=%lldd", n, (long long)days);
    }
}

/* A site that does not answer keeps only the next one's certificate waiting. */
static void
certificates_look(struct site_watch *watch)
{
    AUTO(mem) mem = mem_new("site certificates");
    struct round round = {.mem = mem};
    struct err *err = store_read(watch->nfvo->store, sites_fn, &round);

    if (err) {
        log_err(LOG_LV_WARN, "nfvo", err, "looking at sites' certificates");
    }
    for (size_t i = 0; i < round.sites.n && !watch->closing; i++) {
        const struct site *site = round.sites.items[i];

        err = site_renew(watch->nfvo, mem, site);
        if (err) {
            log_err(LOG_LV_WARN, "nfvo", err, mem_printf(mem, "renew the certificate of site %s", site->name));
        }
    }
}

/* On a worker. */
static void
hour_job(void *arg)
{
    struct site_watch *watch = arg;

    old_forget(watch->nfvo);
    certificates_look(watch);
    watch->hourly = false;
}

static void
hour_begin(struct site_watch *watch)
{
    struct err *err;

    if (watch->hourly) {
        return;
    }
    watch->hourly = true;
    err = pool_run(watch->nfvo->pool, hour_job, watch);
    if (err) {
        err_ignore(err, "the workers are busy: next time");
        watch->hourly = false;
        watch->rounds--;
    }
}

/* ---- rounds ------------------------------------------------------------------------------ */

/* The next ones, as there is room; then it is over. */
static void
round_go_on(struct site_watch *watch)
{
    struct round *round = watch->round;

    while (round->next < round->sites.n && round->n_open < LOOKS_MAX) {
        look_begin(watch, round->sites.items[round->next++]);
    }
    if (round->n_open == 0) {
        mem_free(round->mem);
        watch->round = NULL;
    }
}

static void
round_begin(struct site_watch *watch)
{
    struct mem *mem = mem_new("site watch");
    struct round *round = MEM_NEW(mem, struct round);
    struct err *err;

    *round = (struct round){.mem = mem};
    err = store_read(watch->nfvo->store, sites_fn, round);
    if (err) {
        log_err(LOG_LV_WARN, "nfvo", err, "looking at sites");
    }
    watch->round = round;
    round_go_on(watch);
}

static void
watch_fire(void *arg)
{
    struct site_watch *watch = arg;

    loop_timer_arm(watch->timer, watch->every_ms);
    if (watch->nfvo->stands_by) {
        watch->rounds = 0;
        return;
    }
    if (watch->round) {
        return; /* Many sites, most of them silent. */
    }
    if (watch->rounds++ % HOUR_ROUNDS == 0) {
        hour_begin(watch);
    }
    round_begin(watch);
}

struct err *
site_watch_new(struct nfvo *nfvo, int64_t every_ms, int64_t look_ms, struct site_watch **out)
{
    const struct http_client_config config = {.tls = nfvo->tls};
    struct http_client *http;
    struct site_watch *watch;

    TRY(http_client_new(nfvo->loop, &config, &http));
    watch = heap_alloc(sizeof *watch);
    *watch = (struct site_watch){
        .nfvo = nfvo,
        .http = http,
        .every_ms = every_ms ? every_ms : EVERY_MS,
        .look_ms = look_ms ? look_ms : LOOK_MS,
    };
    watch->timer = loop_timer_new(nfvo->loop, watch_fire, watch);
    loop_timer_arm(watch->timer, watch->every_ms);
    *out = watch;
    return NULL;
}

void
site_watch_close(struct site_watch *watch)
{
    if (watch) {
        watch->closing = true;
    }
}

void
site_watch_free(struct site_watch *watch)
{
    if (!watch) {
        return;
    }
    loop_timer_del(watch->timer);
    http_client_free(watch->http); /* Looks under way end with it. */
    if (watch->round) {
        mem_free(watch->round->mem);
    }
    free(watch);
}
