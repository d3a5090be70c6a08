/* Keeps the status of sites true while nothing happens: a look at each identity
 * service every few seconds, without a login, since a login costs the site a
 * password hash.  Only a change is written. */
#include "base/log.h"
#include "base/time.h"
#include "base/version.h"
#include "http/client.h"
#include "nfvo/nfvo.h"
#include "nfvo/retention.h"
#include "nfvo/site_renew.h"

#include <stdlib.h>
#include <string.h>

#define WATCH_MS 10000
#define LOOK_MS 2000
#define RENEW_ROUNDS 360 /* Certificates are looked at once an hour, and when it starts. */

struct site_watch {
    struct nfvo *nfvo;
    struct loop_timer *timer;
    unsigned rounds;
};

/* ---- one round, on a worker ------------------------------------------------------------ */

struct round {
    struct mem *mem;
    struct rows sites;
};

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

/* What was found of one site. */
struct seen {
    const struct site *site;
    const char *status, *error, *version;
};

static struct err *
seen_fn(struct tx *tx, void *arg)
{
    const struct seen *seen = arg;
    struct cond by_id[] = {COND("id", seen->site->id), {0}};
    struct site *old, *site;

    TRY(row_find(tx, &site_table, by_id, &old));
    if (!old) {
        return NULL;
    }
    site = row_copy(tx_mem(tx), old);
    site->status = seen->status;
    site->last_error = seen->error;
    site->version = seen->version;
    site->checked_at = tx_now(tx);
    return row_update(tx, old, site);
}

/* '*version' is what it told, where it answered. */
static struct err *
site_answers(const struct nfvo *nfvo, struct mem *mem, const struct site *site, const char **version)
{
    struct http_client_config config = {.tls = nfvo->tls};
    struct http_request request = {
        .method = "GET",
        .url = site->auth_url,
        .body_fd = -1,
        .connect_timeout_ms = LOOK_MS,
        .timeout_ms = LOOK_MS,
    };
    struct http_answer answer;
    const char *why;

    TRY(http_fetch(mem, &config, &request, &answer));
    if (answer.status >= 500) {
        return err_new(E_REMOTE, NULL, "GET %s answered %d", site->auth_url, answer.status);
    }
    *version = version_told(http_answer_header(&answer, VERSION_HEADER));
    why = version_refusal(mem, "the site", *version, "this orchestrator");
    return why ? err_new(E_CONFLICT, NULL, "%s", why) : NULL;
}

static struct err *
site_look(struct nfvo *nfvo, struct mem *mem, const struct site *site)
{
    struct seen seen = {.site = site, .status = "UP", .version = site->version};
    struct err *why = site_answers(nfvo, mem, site, &seen.version);

    if (why) {
        seen.status = "DOWN";
        seen.error = err_full(mem, why);
        err_ignore(why, "kept with the site");
    }
    if (str_eq(seen.status, site->status) && str_eq(seen.version, site->version)) {
        return NULL;
    }
    log_info("nfvo", "site=%s status=%s was=%s version=%s why=%s", site->name, seen.status, site->status,
             str_or(seen.version, "-"), str_or(seen.error, "-"));
    return store_write_wait(nfvo->store, seen_fn, &seen);
}

static void
certificate_look(struct nfvo *nfvo, struct mem *mem, const struct site *site)
{
    struct err *e = site_renew(nfvo, mem, site);

    if (e) {
        log_err(LOG_LV_WARN, "nfvo", e, mem_printf(mem, "renew the certificate of site %s", site->name));
    }
}

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

static struct err *
round_run(struct nfvo *nfvo, bool certificates)
{
    AUTO(mem) mem = mem_new("site watch");
    struct round round = {.mem = mem};

    if (certificates) {
        old_forget(nfvo);
    }
    TRY(store_read(nfvo->store, sites_fn, &round));
    for (size_t i = 0; i < round.sites.n; i++) {
        TRY(site_look(nfvo, mem, round.sites.items[i]));
        if (certificates) {
            certificate_look(nfvo, mem, round.sites.items[i]);
        }
    }
    return NULL;
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static void
watch_again(void *arg)
{
    struct site_watch *watch = arg;

    loop_timer_arm(watch->timer, WATCH_MS);
}

static void
watch_job(void *arg)
{
    struct site_watch *watch = arg;
    struct err *e = round_run(watch->nfvo, watch->rounds++ % RENEW_ROUNDS == 0);

    if (e) {
        log_err(LOG_LV_WARN, "nfvo", e, "looking at sites");
    }
    loop_post(watch->nfvo->loop, watch_again, watch);
}

static void
watch_fire(void *arg)
{
    struct site_watch *watch = arg;
    struct err *e;

    if (watch->nfvo->stands_by) {
        watch_again(watch);
        return;
    }
    e = pool_run(watch->nfvo->pool, watch_job, watch);

    if (e) {
        err_ignore(e, "the workers are busy: next time");
        watch_again(watch);
    }
}

struct site_watch *
site_watch_new(struct nfvo *nfvo)
{
    struct site_watch *watch = heap_alloc(sizeof *watch);

    watch->nfvo = nfvo;
    watch->timer = loop_timer_new(nfvo->loop, watch_fire, watch);
    loop_timer_arm(watch->timer, WATCH_MS);
    return watch;
}

void
site_watch_free(struct site_watch *watch)
{
    if (watch) {
        /* The last job may have ended after the loop: others turn that on, until their own ends are in. */
        (void)loop_unpost(watch->nfvo->loop, watch_again, watch);
        loop_timer_del(watch->timer);
        free(watch);
    }
}
