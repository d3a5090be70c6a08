/* Two boxes behind one address, by the haproxy of docs/howto/replicas.md: each replica has a network namespace of its
 * own, the database, the site and a client that knows the one address are in ours.  One box is killed, the other one
 * is lost whole, without a word.  See README.md. */
#include "replicas/world.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOST_MS 6000 /* the server's looks after a silent listener, and two of the other replica's */
#define SAYS_MS 20000 /* a session that is given up, and another one that is not made */
#define N_LAST 10    /* operations that are looked at when it has befallen */
#define ASK_MS 5000  /* how long a client waits for an answer */

/* ---- a client that asks all the time --------------------------------------------------------------------- */

struct asker {
    const struct world *w;
    const char *url;
    pthread_t thread;
    atomic_bool is_over;
    _Atomic int64_t last, worst; /* ns: the last answer, and the longest time between two */
    _Atomic int n_good, n_bad;
};

static bool
ask(struct asker *asker)
{
    AUTO(mem) mem = mem_new("ask");
    const char *headers[] = {mem_printf(mem, "X-Auth-Token: %s", asker->w->token), NULL};
    const struct http_client_config config = {.tls.ca_file = asker->w->authority};
    const struct http_request request = {.method = "GET",
                                         .url = asker->url,
                                         .headers = headers,
                                         .body_fd = -1,
                                         .connect_timeout_ms = 1000,
                                         .timeout_ms = ASK_MS};
    struct http_answer answer = {0};
    struct err *e = http_fetch(mem, &config, &request, &answer);
    bool fine = !e && answer.status == 200;

    err_ignore(e, "counted");
    return fine;
}

static void
gap_note(struct asker *asker)
{
    int64_t gap = time_mono_ns() - asker->last;

    asker->worst = gap > asker->worst ? gap : asker->worst;
}

static void *
ask_on(void *arg)
{
    struct asker *asker = arg;

    while (!asker->is_over) {
        if (ask(asker)) {
            gap_note(asker);
            asker->last = time_mono_ns();
            asker->n_good++;
        } else {
            asker->n_bad++;
        }
        blink_ms(20);
    }
    return NULL;
}

static struct err *
asker_begin(struct asker *asker, const struct world *w)
{
    *asker = (struct asker){.w = w, .last = time_mono_ns()};
    asker->url = mem_printf(w->mem, "%s/carrick/v1/sites", root_of(w, COMMON));
    return pthread_create(&asker->thread, NULL, ask_on, asker) ? err_new(E_UNAVAILABLE, NULL, "a thread") : NULL;
}

/* The longest that it waited for an answer, ms. */
static int
asker_end(struct asker *asker)
{
    asker->is_over = true;
    (void)pthread_join(asker->thread, NULL);
    gap_note(asker);
    return (int)(asker->worst / 1000000);
}

/* ---- stories ---------------------------------------------------------------------------------------------- */

static struct err *
box_kill(struct world *w, int i)
{
    replica_kill(w, i);
    return NULL;
}

/* Whoever is on the way to it, or back, hears nothing. */
static struct err *
box_lose(struct world *w, int i)
{
    return shell(mem_printf(w->mem, "ip link set dev box-%s nomaster", names[i]));
}

/* Until the other one has what it had. */
static struct err *
taken_over(struct world *w, int by, int before, int64_t began, int *ms)
{
    int64_t until = deadline_ns(READY_MS);

    while (n_said(w, by, TAKEN) == before && time_mono_ns() < until) {
        blink_ms(5);
    }
    *ms = ms_since(began);
    return n_said(w, by, TAKEN) > before
               ? NULL
               : err_new(E_INVALID, NULL, "waited %d ms for %s to say \"" TAKEN "\"", *ms, names[by]);
}

/* All of one task, by way of the one address; 'befalls' the leader in the midst of it. */
static struct err *
hundred(struct world *w, const char *task, const char *body, struct err *(*befalls)(struct world *w, int i), int limit_ms,
        const char *what, int *victim)
{
    const char *ops[N_OPERATIONS];
    int before = 0, gap_ms, taken_ms = 0, done = 0;
    struct asker asker;
    struct err *e = NULL;
    int64_t began;

    *victim = leader_at(w, COMMON);
    if (*victim < 0) {
        return err_new(E_INVALID, NULL, "nobody leads");
    }
    TRY(asker_begin(&asker, w));
    for (int i = 0; i < w->n_operations && !e; i++) {
        if (i == w->n_operations / 2) {
            before = n_said(w, !*victim, TAKEN);
            began = time_mono_ns();
            e = befalls(w, *victim);
            e = e ? e : operations(w, ops + i - N_LAST, N_LAST, &done);
            e = e ? e : taken_over(w, !*victim, before, began, &taken_ms);
        }
        e = e ? e : begin_patiently(w, COMMON, w->vnfs[i], task, body, &ops[i]);
    }
    e = e ? e : all_completed(w, ops, w->n_operations);
    gap_ms = asker_end(&asker);
    TRY(e);
    printf("replicas: behind one address: %s: %d of %d COMPLETED, of the last %d before %s %s %d were under way; taken over "
           "after %d ms; the longest that a client waited for an answer: %d ms, %d of %d questions were not answered\n",
           task, w->n_operations, w->n_operations, N_LAST, names[*victim], what, N_LAST - done, taken_ms, gap_ms,
           asker.n_bad, asker.n_good + asker.n_bad);
    return gap_ms < limit_ms * patience() && taken_ms < limit_ms * patience()
               ? NULL
               : err_new(E_INVALID, NULL, "taken over after %d ms, an answer after %d ms: wanted within %d", taken_ms, gap_ms,
                         limit_ms * patience());
}

static struct err *
vnfs_make(struct world *w, int *none, int *one)
{
    const char *id, *op;

    *none = w->site.n_live;
    TRY(vnf_make(w, COMMON, &id));
    TRY(begin_patiently(w, COMMON, id, "instantiate", instantiate, &op));
    TRY(operation_so(w, COMMON, op, "COMPLETED"));
    *one = w->site.n_live - *none;
    for (int i = 0; i < w->n_operations; i++) {
        TRY(vnf_make(w, COMMON, &w->vnfs[i]));
    }
    return NULL;
}

/* Who was given up makes its row at its next look. */
static struct err *
listed_again(struct world *w)
{
    int64_t until = deadline_ns(READY_MS);
    struct err *e = listed(w, COMMON);

    while (e && time_mono_ns() < until) {
        err_ignore(e, "not yet");
        blink_ms(50);
        e = listed(w, COMMON);
    }
    return e;
}

#define CUT                                                                                        \
    "nft 'table ip cut { chain in { type filter hook input priority 0; ip saddr %s tcp dport 5432 drop; }; " \
    "chain out { type filter hook output priority 0; ip daddr %s tcp sport 5432 drop; }; }'"

/* The leader loses only the database, without a word: it says so, and is there again when it has it again. */
static struct err *
database_silent(struct world *w)
{
    int victim = leader_at(w, COMMON), before, taken_ms, says_ms;
    const char *address;
    int64_t began;

    if (victim < 0) {
        return err_new(E_INVALID, NULL, "nobody leads");
    }
    address = mem_strn(w->mem, root_of(w, victim) + strlen("https://"), strlen("192.0.2.11"));
    before = n_said(w, !victim, TAKEN);
    began = time_mono_ns();
    TRY(shell(mem_printf(w->mem, CUT, address, address)));
    TRY(taken_over(w, !victim, before, began, &taken_ms));
    TRY(soon_at(w, victim, 503, "/readyz", READY_MS));
    says_ms = ms_since(began);
    TRY(soon_at(w, COMMON, 200, "/carrick/v1/sites", READY_MS));
    TRY(shell("nft delete table ip cut"));
    TRY(ready(w, victim));
    printf("replicas: %s, whose way to the database was cut without a word, was given up after %d ms, and said so after "
           "%d ms\n", names[victim], taken_ms, says_ms);
    return says_ms < SAYS_MS * patience() && taken_ms < LOST_MS * patience() ? NULL : err_new(E_INVALID, NULL, "wanted within %d ms", SAYS_MS * patience());
}

static struct err *
stories(struct world *w)
{
    const char *password;
    int none, one, victim;

    TRY_MSG(both_begin(w, 0, &password), "both");
    TRY_MSG(soon_at(w, COMMON, 200, "/readyz", READY_MS), "haproxy");
    TRY_MSG(login_at(w, COMMON, "admin", password, &w->token), "haproxy");
    TRY_MSG(prepared(w, COMMON, COMMON), "prepared");
    TRY_MSG(vnfs_make(w, &none, &one), "VNFs");
    TRY_MSG(hundred(w, "instantiate", instantiate, box_kill, FAILOVER_MS, "was killed", &victim), "killed");
    TRY_MSG(site_holds(w, none + one * (w->n_operations + 1)), "killed");
    TRY_MSG(replica_start(w, victim), "started again");
    TRY_MSG(hundred(w, "terminate", terminate, box_lose, LOST_MS, "was lost without a word", &victim), "lost");
    TRY_MSG(site_holds(w, none + one), "lost");
    TRY(shell(mem_printf(w->mem, "ip link set dev box-%s master one", names[victim])));
    TRY_MSG(ready(w, victim), "found again");
    TRY_MSG(listed_again(w), "found again");
    TRY_MSG(database_silent(w), "database cut off");
    TRY_MSG(listed_again(w), "database cut off");
    TRY_MSG(site_holds(w, none + one), "found again");
    return all_heard(w, 2 * w->n_operations + 1);
}

/* usage: boxes PROGRAM PACKAGES FOLDER: boxes are there (./run), FOLDER has tls.crt and tls.key. */
int
main(int argc, char **argv)
{
    struct world w = {.mem = mem_new("world"), .database = "postgresql://carrick@192.0.2.1/carrick",
                      .n_operations = N_OPERATIONS};
    struct err *e;

    if (argc < 4) {
        fprintf(stderr, "usage: tests/replicas/run --long\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    w.program = argv[1];
    w.packages = argv[2];
    w.dir = argv[3];
    w.authority = mem_printf(w.mem, "%s/tls.crt", w.dir);
    e = world_begin(&w);
    e = e ? e : stories(&w);
    for (int i = 0; i < N_REPLICAS; i++) {
        replica_kill(&w, i);
    }
    if (e) {
        printf("FAIL replicas: behind one address: %s\n", err_full(w.mem, e));
    }
    printf("replicas: %d passed, %d failed, 0 skipped\n", !e, e != NULL);
    return e != NULL;
}
