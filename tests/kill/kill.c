/* kill -9 of orchestrator, site and agent at every journal write of the real
 * operations: a network service over two sites, a function alone, their terminations and rollbacks, a
 * function of the service scaled out and in, healed, stopped and started, a second one that comes and
 * goes, the service's graph that goes and comes; the function alone of another flavour and back, of
 * another package at another network and back, so the one of the service without, at another network and
 * back; a service with another in it, which takes in a third one and lets it go.  However it went, in the end
 * each site holds exactly what an undisturbed run makes, and after a termination or a rollback nothing.
 *
 * usage: kill --program CARRICK --packages DIR [--long] [--case TEXT] [--seed N] [--seconds N] */
#include "kill/service.h"

#include "base/log.h"
#include "base/vec.h"
#include "flow/flow.h"
#include "sys/file.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 4             /* of a long run: it waits more than it works; else half of them */
#define LONG_S 5400
#define EQUAL_MS 10000
#define SAME_TIMES 8

/* What becomes of the service's firewall, or of the function alone, in between: two operations, one
 * after the other. */
static const struct pair {
    const struct kind *kind;
    const char *name, *first, *second;
    bool one_way;            /* the first cannot be rolled back */
    bool lasts;              /* a site keeps something of it: images */
} pairs[] = {
    {&kind_ns, "scaled", "scale out", "scale in", false, false},
    {&kind_ns, "put off", "scale out later", "scale in later", false, false},
    {&kind_ns, "healed", "heal", "heal", true, false},
    {&kind_ns, "stopped", "stop", "start", false, false},
    {&kind_ns, "grown", "grow", "shrink", false, false},
    {&kind_ns, "unsteered", "unsteer", "steer", true, false},
    {&kind_ns, "upgraded", "upgrade", "downgrade", false, true},
    {&kind_nested, "nested", "nest", "unnest", false, false},
    {&kind_vnf, "shaped", "enlarge", "reduce", false, false},
    {&kind_vnf, "packaged", "renew", "age", false, true},
    {&kind_vnf, "moved", "move", "return", false, false},
    {&kind_ns, "restored", "restore", "restore", true, false},
    {&kind_ns, "restored with its server", "restore all", "restore all", true, false},
    {&kind_ns, "led", "lead", "lead on", true, false},
    {&kind_vnf, "repaired", "repair", "repair", true, false},
    {&kind_vnf, "repaired with its server", "repair all", "repair all", true, false},
};
#define N_PAIRS 16
_Static_assert(ARRAY_SIZE(pairs) == N_PAIRS, "counted");

/* One life: instantiated and terminated, or rolled back. */
struct life {
    char name[160];
    const struct kind *kind;
    const struct pair *pair; /* struck while that is done, not when it comes and goes; or null */
    bool refused;            /* West has no port chains left: it fails late and is rolled back. */
    bool back;               /* rolled back where it stops */
    bool turned;             /* where its rollback stops, it is retried: West has room again */
    bool given;              /* given up where it stops; what there is of it is terminated then */
    struct strike first, second;
};

struct lives {
    struct life *items;
    size_t n, cap;
    const char *only;
};

static const struct kind *const kinds[] = {&kind_ns, &kind_vnf, &kind_nested};
#define N_KINDS 3
_Static_assert(ARRAY_SIZE(kinds) == N_KINDS, "counted");

struct points {
    int up[N_KINDS], down[N_KINDS], ns_fails, ns_back;
    int changed[N_PAIRS][2];
};

#define USUAL_SIZE 8192

struct shared {
    _Atomic int next, passed, failed, kills, measured; /* 1 = done, -1 = failed */
    struct points points;
    struct agent_count counts[WORKERS][N_SITES];
    char usual[N_KINDS][2 + 2 * N_PAIRS][N_PLACES][USUAL_SIZE];
};

struct run {
    struct shared *shared;
    struct lives lives;
    const char *program, *packages, *dir;
    int seconds;
    unsigned seed;
    bool is_long;
};

/* ---- one house ---------------------------------------------------------------------------- */

/* What a life is measured by: undisturbed, in the same house. */
enum usually { EMPTY, UP, CHANGED }; /* the third: after the first operation of the first change, ... */
struct usual {
    const char *at[2 + 2 * N_PAIRS][N_PLACES];
};

struct worker {
    struct house house;
    struct service service;
    struct usual usual[N_KINDS];
    bool is_built;
};

static size_t
kind_index(const struct kind *kind)
{
    size_t i = 0;

    while (kinds[i] != kind) {
        i++;
    }
    return i;
}

static struct err *
differs(struct house *house, const char *what, enum part place, const char *wanted,
        const char *found)
{
    AUTO_BUF out = BUF_INIT;
    const char *lists[2] = {wanted, found}, *signs[2] = {"-", "+"};

    for (int i = 0; i < 2; i++) {
        for (const char *line = lists[i]; *line; line += strcspn(line, "\n") + 1) {
            char text[300];

            snprintf(text, sizeof text, "%.*s\n", (int)strcspn(line, "\n"), line);
            if (!strstr(lists[!i], text)) {
                buf_printf(&out, "    %s%s", signs[i], text);
            }
        }
    }
    return err_new(E_CONFLICT, NULL, "%s: %s is not as usual:\n%s", what, role_names[place],
                   buf_copy(house->case_mem, &out));
}

/* Every place comes to hold just that. */
static struct err *
equals(struct house *house, const char *what, const char *const *wanted)
{
    int64_t until = deadline_ns(EQUAL_MS);

    for (int i = 0; i < N_PLACES; i++) {
        const char *found = house_dump(house, (enum part)i);

        while (!str_eq(found, wanted[i])) {
            if (time_mono_ns() > until) {
                return differs(house, what, (enum part)i, wanted[i], found);
            }
            house_tend(house);
            blink_ms(20);
            found = house_dump(house, (enum part)i);
        }
    }
    return NULL;
}

static struct err *
went(struct house *house, const char *what, const struct outcome *outcome, const char *wanted)
{
    if (!str_eq(outcome->state, wanted)) {
        return err_new(E_CONFLICT, NULL, "%s ended %s after %d stops: %s", what, outcome->state,
                       outcome->stops, outcome->error);
    }
    if (outcome->problem) {
        return err_new(E_CONFLICT, NULL, "%s: %s", what, outcome->problem);
    }
    if (house->trouble) {
        return err_new(E_CONFLICT, NULL, "%s: %s", what, house->trouble);
    }
    return NULL;
}

static const char *const *
usual_changed(const struct usual *usual, const struct pair *pair, bool second)
{
    return usual->at[CHANGED + (pair - pairs) * 2 + second];
}

/* Out, perhaps taken back; and in again. */
static struct err *
live_changed(struct worker *worker, const struct life *life)
{
    struct house *house = &worker->house;
    struct service *service = &worker->service;
    struct usual *usual = &worker->usual[kind_index(life->kind)];
    const struct pair *pair = life->pair;
    struct outcome outcome;
    bool back;

    TRY(service_operate(service, pair->first, &life->first,
                        life->back    ? WAY_BACK
                        : life->given ? WAY_GIVEN
                                      : WAY_ON,
                        NULL, &outcome));
    if (life->given && str_eq(outcome.state, "FAILED")) {
        return went(house, pair->first, &outcome, "FAILED");
    }
    back = life->back && str_eq(outcome.state, "ROLLED_BACK");
    TRY(went(house, pair->first, &outcome, back ? "ROLLED_BACK" : "COMPLETED"));
    if (back) {
        return equals(house, "rolled back", usual->at[UP]);
    }
    TRY(equals(house, pair->first, usual_changed(usual, pair, false)));
    TRY(service_operate(service, pair->second, &life->second, WAY_ON, NULL, &outcome));
    TRY(went(house, pair->second, &outcome, "COMPLETED"));
    return equals(house, pair->second, usual_changed(usual, pair, true));
}

static struct err *
live(struct worker *worker, const struct life *life)
{
    struct house *house = &worker->house;
    struct service *service = &worker->service;
    struct usual *usual = &worker->usual[kind_index(life->kind)];
    struct outcome outcome;
    bool over, given;

    service->kind = life->kind;
    TRY(service_create(service));
    if (life->refused) {
        TRY(service_refuse(house, true));
    }
    TRY(service_operate(service, "instantiate", life->pair ? NULL : &life->first,
                        life->turned                  ? WAY_TURNED
                        : life->back || life->refused ? WAY_BACK
                        : life->given && !life->pair  ? WAY_GIVEN
                                                      : WAY_ON,
                        &life->second, &outcome));
    given = life->given && str_eq(outcome.state, "FAILED");
    over = str_eq(outcome.state, "ROLLED_BACK") && (life->back || life->refused);
    if (life->refused) {
        TRY(service_refuse(house, false));
    }
    TRY(went(house, "instantiate", &outcome,
             over    ? "ROLLED_BACK"
             : given ? "FAILED"
                     : "COMPLETED"));
    if (!over) {
        TRY(given ? NULL : equals(house, "instantiated", usual->at[UP]));
        TRY(life->pair ? live_changed(worker, life) : NULL);
        TRY(service_operate(service, "terminate", life->pair ? NULL : &life->second, WAY_ON,
                            NULL, &outcome));
        TRY(went(house, "terminate", &outcome, "COMPLETED"));
    }
    TRY(equals(house, over ? "rolled back" : "terminated", usual->at[EMPTY]));
    return service_delete(service);
}

/* ---- the usual ------------------------------------------------------------------------------- */

/* As soon as nothing moves any more: agents are told a little later. */
static void
dump_all(struct house *house, const char **to)
{
    for (int i = 0; i < N_PLACES; i++) {
        const char *last = "", *now = house_dump(house, (enum part)i);
        int same = 0;

        while (same < SAME_TIMES) {
            blink_ms(50);
            last = now;
            now = house_dump(house, (enum part)i);
            same = str_eq(last, now) ? same + 1 : 0;
        }
        to[i] = mem_str(house->mem, now);
    }
}

static struct err *
change_usually(struct worker *worker, const struct pair *pair, int *points)
{
    struct house *house = &worker->house;
    struct service *service = &worker->service;
    struct outcome outcome;

    for (int i = 0; i < 2; i++) {
        const char *what = i ? pair->second : pair->first;

        TRY(service_operate(service, what, NULL, WAY_ON, NULL, &outcome));
        TRY(went(house, mem_printf(house->case_mem, "undisturbed %s", what), &outcome,
                 "COMPLETED"));
        points[i] = house_points(house, true);
        dump_all(house, worker->usual[kind_index(pair->kind)].at[CHANGED + (pair - pairs) * 2 + i]);
    }
    return NULL;
}

static struct err *
changes_usually(struct worker *worker, const struct kind *kind, bool all, struct points *points)
{
    for (size_t i = 0; i < N_PAIRS; i++) {
        bool is_one = pairs[i].kind == kind && (all || pairs[i].lasts);

        TRY(is_one ? change_usually(worker, &pairs[i], points->changed[i]) : NULL);
    }
    return NULL;
}

/* Lives once, undisturbed, with all changes in between or those of which something lasts: what there is
 * then, and how many points there are. */
static struct err *
live_usually(struct worker *worker, const struct kind *kind, bool all, struct points *points)
{
    struct house *house = &worker->house;
    struct service *service = &worker->service;
    struct usual *usual = &worker->usual[kind_index(kind)];
    struct outcome outcome;

    service->kind = kind;
    TRY(service_create(service));
    (void)house_points(house, true);
    TRY(service_operate(service, "instantiate", NULL, WAY_ON, NULL, &outcome));
    TRY(went(house, "undisturbed instantiate", &outcome, "COMPLETED"));
    points->up[kind_index(kind)] = house_points(house, true);
    dump_all(house, usual->at[UP]);
    TRY(changes_usually(worker, kind, all, points));
    TRY(service_operate(service, "terminate", NULL, WAY_ON, NULL, &outcome));
    TRY(went(house, "undisturbed terminate", &outcome, "COMPLETED"));
    points->down[kind_index(kind)] = house_points(house, true);
    dump_all(house, usual->at[EMPTY]);
    return service_delete(service);
}

static struct err *
fail_usually(struct worker *worker, int *fails, int *back)
{
    struct house *house = &worker->house;
    struct service *service = &worker->service;
    struct outcome outcome;

    service->kind = &kind_ns;
    TRY(service_create(service));
    TRY(service_refuse(house, true));
    (void)house_points(house, true);
    TRY(service_operate(service, "instantiate", NULL, WAY_BACK, NULL, &outcome));
    TRY(service_refuse(house, false));
    TRY(went(house, "undisturbed rollback", &outcome, "ROLLED_BACK"));
    *fails = outcome.points;
    *back = house_points(house, true);
    TRY(equals(house, "rolled back", worker->usual[0].at[EMPTY]));
    return service_delete(service);
}

/* What a site makes once (a default group, flavors, images) is there after the first life. */
static struct err *
worker_build(struct worker *worker, const struct run *run, const char *dir,
             struct agent_count *counts)
{
    struct points points;

    memset(worker, 0, sizeof *worker);
    TRY(house_new(run->program, dir, counts, &worker->house));
    worker->house.packages = run->packages;
    worker->service.house = &worker->house;
    TRY(service_onboard(&worker->service));
    for (size_t i = 0; i < N_KINDS; i++) {
        TRY(live_usually(worker, kinds[i], false, &points));
    }
    worker->is_built = true;
    return NULL;
}

/* The second is the measure, the third shows that it is one. */
static struct err *
worker_measure(struct worker *worker, struct points *points)
{
    const struct life alone = {.kind = &kind_vnf};

    for (size_t i = 0; i < N_KINDS; i++) {
        TRY(live_usually(worker, kinds[i], true, points));
    }
    for (size_t i = 0; i < N_PAIRS; i++) {
        TRY(live(worker, &(struct life){.kind = pairs[i].kind, .pair = &pairs[i]}));
    }
    TRY(live(worker, &alone));
    return fail_usually(worker, &points->ns_fails, &points->ns_back);
}

/* ---- all lives ------------------------------------------------------------------------------- */

static void
lives_add(struct lives *lives, struct life life)
{
    if (lives->only && !strstr(life.name, lives->only)) {
        return;
    }
    if (lives->n == lives->cap) {
        lives->cap = lives->cap ? lives->cap * 2 : 256;
        lives->items = heap_realloc(lives->items, lives->cap * sizeof *lives->items);
    }
    lives->items[lives->n++] = life;
}

static const char *
strike_text(const struct strike *strike, char *text, size_t size)
{
    if (strike->every) {
        snprintf(text, size, "%s at each %d", role_names[strike->role], strike->every);
    } else if (strike->at == STRIKE_BEFORE) {
        snprintf(text, size, "%s away from the start", role_names[strike->role]);
    } else if (strike->after_ms) {
        snprintf(text, size, "%s after %d ms", role_names[strike->role], strike->after_ms);
    } else if (strike->at) {
        snprintf(text, size, "%s%s at %d", role_names[strike->role], strike->down ? " away" : "",
                 strike->at);
    } else {
        snprintf(text, size, "nobody");
    }
    return text;
}

static void
lives_name(struct life *life)
{
    AUTO(mem) mem = mem_new("name");
    char first[80], second[80];

    snprintf(life->name, sizeof life->name, "%s %s: %s; %s: %s", life->kind->name,
             life->turned    ? "turned"
             : life->pair  ? mem_printf(mem, "%s%s", life->pair->name,
                                        life->back    ? " or back"
                                        : life->given ? " or given up"
                                                      : "")
             : life->given   ? "up or given up"
             : life->refused ? "refused"
             : life->back  ? "up or back"
                           : "up",
             strike_text(&life->first, first, sizeof first),
             life->pair                  ? "again"
             : life->refused || life->back ? "back"
                                           : "down",
             strike_text(&life->second, second, sizeof second));
}

static bool
is_site(int role)
{
    return role == ROLE_EAST || role == ROLE_WEST;
}

/* Everybody at every point: the two operations of a life are struck at once.  Without an
 * agent servers are waited for, so that one always comes back at once. */
static void
lives_points(struct lives *lives, const struct life *like, int n_first, int n_second)
{
    for (int role = 0; role < N_ROLES; role++) {
        for (int i = 1; i <= n_first || i <= n_second; i++) {
            const struct strike strike = {
                .role = (enum part)role, .at = i, .down = is_site(role) && i / 2 % 2};
            struct life life = {.kind = like->kind,
                                .refused = like->refused,
                                .pair = like->pair,
                                .back = role != ROLE_ORCHESTRATOR && i % 2 &&
                                        !(like->pair && like->pair->one_way),
                                .first = strike,
                                .second = strike};

            life.first.at = i <= n_first ? i : 0;
            life.second.at = i <= n_second ? i : 0;
            lives_name(&life);
            lives_add(lives, life);
        }
    }
}

/* Given up where a site stops it by being away; what there is of it is terminated.  'like' comes and goes,
 * or changes. */
static void
lives_given(struct lives *lives, const struct life *like, int n)
{
    for (int i = 1; i <= n; i++) {
        struct life life = *like;

        life.given = true;
        life.first = (struct strike){.role = like->kind == &kind_ns && i % 2 ? ROLE_EAST : ROLE_WEST,
                                     .at = i,
                                     .down = true};
        lives_name(&life);
        lives_add(lives, life);
    }
}

/* A rollback that a site stops by being away, and that is then retried. */
static void
lives_turned(struct lives *lives, int n_back)
{
    for (int i = 1; i <= n_back; i++) {
        struct life life = {
            .kind = &kind_ns,
            .refused = true,
            .turned = true,
            .second = {.role = i % 2 ? ROLE_EAST : ROLE_WEST, .at = i, .down = true}};

        lives_name(&life);
        lives_add(lives, life);
    }
}

/* A site that is not there when the operation begins. */
static void
lives_absent(struct lives *lives)
{
    for (int i = 0; i < 8; i++) {
        const struct strike strike = {
            .role = i & 1 ? ROLE_EAST : ROLE_WEST, .at = STRIKE_BEFORE, .down = true};
        struct life life = {.kind = i & 2 ? &kind_ns : &kind_vnf,
                            .back = i & 4,
                            .first = strike,
                            .second = strike};

        lives_name(&life);
        lives_add(lives, life);
    }
}

/* At any time: also between what the engine calls a point. */
static void
lives_random(struct lives *lives, unsigned seed, int n)
{
    srand(seed);
    for (int i = 0; i < n; i++) {
        struct life life = {.kind = rand() % 4 ? &kind_ns : &kind_vnf, .back = rand() % 3 == 0};

        life.first.role = (enum part)(rand() % N_ROLES);
        life.second.role = (enum part)(rand() % N_ROLES);
        life.first.after_ms = 1 + rand() % 600;
        life.second.after_ms = 1 + rand() % 400;
        lives_name(&life);
        lives_add(lives, life);
    }
}

/* The orchestrator again and again: each start gets only so far. */
static void
lives_series(struct lives *lives, const int *steps)
{
    for (; *steps; steps++) {
        for (int i = 0; i < 3; i++) {
            struct life life = {.kind = i == 2 ? &kind_vnf : &kind_ns,
                                .refused = i == 1,
                                .first = {.at = *steps, .every = *steps},
                                .second = {.at = *steps, .every = *steps}};

            lives_name(&life);
            lives_add(lives, life);
        }
    }
}

static void
lives_shuffle(struct lives *lives, size_t from, unsigned seed)
{
    srand(seed);
    for (size_t i = lives->n; i > from + 1; i--) {
        size_t j = from + (size_t)rand() % (i - from);
        struct life life = lives->items[i - 1];

        lives->items[i - 1] = lives->items[j];
        lives->items[j] = life;
    }
}

/* ---- workers ------------------------------------------------------------------------------------- */

static void
lives_make(struct run *run)
{
    static const int few[] = {40, 0}, many[] = {20, 23, 25, 27, 30, 33, 36, 40, 50, 60, 80, 0};
    const struct points *n = &run->shared->points;

    lives_series(&run->lives, run->is_long ? many : few);
    lives_absent(&run->lives);
    for (size_t i = 0; i < N_KINDS; i++) {
        const struct life like = {.kind = kinds[i]};

        lives_points(&run->lives, &like, n->up[i], n->down[i]);
        lives_given(&run->lives, &like, n->up[i]);
    }
    lives_points(&run->lives, &(struct life){.kind = &kind_ns, .refused = true}, n->ns_fails,
                 n->ns_back);
    for (size_t i = 0; i < N_PAIRS; i++) {
        const struct life changed = {.kind = pairs[i].kind, .pair = &pairs[i]};

        lives_points(&run->lives, &changed, n->changed[i][0], n->changed[i][1]);
        lives_given(&run->lives, &changed, n->changed[i][0]);
    }
    lives_turned(&run->lives, n->ns_back);
    lives_random(&run->lives, run->seed, (int)run->lives.n / 10);
    lives_shuffle(&run->lives, 1, run->seed);
}

/* What is usual is found by one worker for all. */
static void
usual_share(struct run *run, const struct worker *worker)
{
    for (int kind = 0; kind < N_KINDS; kind++) {
        for (int at = 0; at < 2 + 2 * N_PAIRS; at++) {
            for (int i = 0; i < N_PLACES; i++) {
                snprintf(run->shared->usual[kind][at][i], USUAL_SIZE, "%s",
                         str_or(worker->usual[kind].at[at][i], ""));
            }
        }
    }
}

static void
usual_take(const struct run *run, struct worker *worker)
{
    for (int kind = 0; kind < N_KINDS; kind++) {
        for (int at = 0; at < 2 + 2 * N_PAIRS; at++) {
            for (int i = 0; i < N_PLACES; i++) {
                worker->usual[kind].at[at][i] = run->shared->usual[kind][at][i];
            }
        }
    }
}

static void
failed(struct run *run, struct worker *worker, const char *name, struct err *err)
{
    struct house *house = &worker->house;
    int status;

    run->shared->failed++;
    printf("FAIL kill: %s: %s\n", name, err->message);
    if (worker->service.op_id && getenv("KILL_TREE")) {
        const struct json *json = house_call(
            house, ROLE_ORCHESTRATOR, "GET",
            mem_printf(house->case_mem, "/carrick/v1/operations/%s", worker->service.op_id), NULL,
            &status);
        AUTO_BUF out = BUF_INIT;

        if (status == 200) {
            flow_tree(&out, json, false);
            printf("%s", out.data);
        }
    }
    (void)fflush(stdout);
    err_ignore(err, "said");
    if (!getenv("KILL_KEEP")) {
        house_end(house);
    }
    worker->is_built = false;
}

static bool
worker_ready(struct run *run, struct worker *worker, int number, int built)
{
    char dir[200];
    struct err *err;

    (void)snprintf(dir, sizeof dir, "%s/%d.%d", run->dir, number, built);
    err = worker_build(worker, run, dir, run->shared->counts[number]);

    if (!err && number == 0 && !run->shared->measured) {
        err = worker_measure(worker, &run->shared->points);
        if (!err) {
            usual_share(run, worker);
            run->shared->measured = 1;
            run->shared->passed++;
        }
    }
    if (err) {
        run->shared->measured = run->shared->measured ? (int)run->shared->measured : -1;
        failed(run, worker, "nobody killed", err);
        return false;
    }
    while (!run->shared->measured) {
        blink_ms(20);
    }
    usual_take(run, worker);
    return run->shared->measured == 1;
}

static void
one_life(struct run *run, struct worker *worker, const struct life *life)
{
    struct err *err;

    mem_reset(worker->house.case_mem);
    worker->service.op_id = worker->service.begun = NULL;
    worker->house.trouble = NULL;
    worker->house.kills = 0;
    err = live(worker, life);
    run->shared->kills += worker->house.kills;
    if (err) {
        failed(run, worker, life->name, err);
    } else {
        run->shared->passed++;
    }
}

static void
work(struct run *run, int number)
{
    struct worker *worker = heap_alloc(sizeof *worker);
    int64_t until;
    int built = 0, i;

    memset(worker, 0, sizeof *worker);
    if (worker_ready(run, worker, number, built++)) {
        until = time_mono_ns() + run->seconds * 1000000000LL;
        lives_make(run);
        while (time_mono_ns() < until && (i = run->shared->next++) < (int)run->lives.n) {
            if (!worker->is_built && !worker_ready(run, worker, number, built++)) {
                break;
            }
            one_life(run, worker, &run->lives.items[i]);
        }
    }
    if (worker->is_built) {
        house_end(&worker->house);
    }
    (void)fflush(stdout);
    _exit(0);
}

/* Each worker is a process of its own: it enters a namespace of its own. */
static void
run_all(struct run *run)
{
    const struct points *n = &run->shared->points;
    int status;

    (void)fflush(stdout);
    for (int i = 0; i < (run->is_long ? WORKERS : WORKERS / 2); i++) {
        if (fork() == 0) {
            work(run, i);
        }
    }
    while (wait(&status) > 0) {
        run->shared->failed += status != 0;
    }
    lives_make(run);
    printf("points: refused %d, rolled back %d", n->ns_fails, n->ns_back);
    for (size_t i = 0; i < N_KINDS; i++) {
        printf("; %s instantiate %d, terminate %d", kinds[i]->name, n->up[i], n->down[i]);
    }
    for (size_t i = 0; i < N_PAIRS; i++) {
        printf("; %s %d, %s %d", pairs[i].first, n->changed[i][0], pairs[i].second,
               n->changed[i][1]);
    }
    printf("\n");
    printf("%d of %zu lives with %d kills, seed %u\n",
           run->shared->passed + run->shared->failed - 1, run->lives.n, run->shared->kills,
           run->seed);
}

int
main(int argc, char **argv)
{
    static const struct option longs[] = {{"program", required_argument, NULL, 'P'},
                                          {"packages", required_argument, NULL, 'p'},
                                          {"long", no_argument, NULL, 'l'},
                                          {"case", required_argument, NULL, 'c'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"seconds", required_argument, NULL, 't'},
                                          {0}};
    char dir[] = "/tmp/carrick-kill.XXXXXX";
    struct run run = {.seed = (unsigned)time(NULL), .dir = dir, .seconds = 20};
    int c;

    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == 'P') {
            run.program = optarg;
        } else if (c == 'p') {
            run.packages = optarg;
        } else if (c == 'l') {
            run.is_long = true;
            run.seconds = LONG_S;
        } else if (c == 'c') {
            run.lives.only = optarg;
        } else if (c == 's') {
            run.seed = (unsigned)strtoul(optarg, NULL, 10);
        } else if (c == 't') {
            run.seconds = atoi(optarg);
        }
    }
    run.shared = mmap(NULL, sizeof *run.shared, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run.shared == MAP_FAILED || !run.program || !run.packages || !mkdtemp(dir)) {
        fprintf(stderr, "usage: kill --program CARRICK --packages DIR [--long] [--case TEXT] "
                        "[--seed N] [--seconds N]\n");
        return 1;
    }
    log_init("kill", LOG_LV_WARN);
    signal(SIGPIPE, SIG_IGN);
    run_all(&run);
    if (!getenv("KILL_KEEP")) {
        err_ignore(dir_remove(dir), "a temporary folder");
    }
    free(run.lives.items);
    printf("kill: %d passed, %d failed, 0 skipped\n", run.shared->passed, run.shared->failed);
    return run.shared->failed != 0;
}
