/* The story that every function that keeps state has to live through. */
#include "fleet.h"

#include "base/time.h"

#define ROUND_MS 8000
#define DRAIN_MS 60000 /* longer than its connections last, however slow the machine */
#define SOON_MS 300

struct choice {
    const struct watch *watch;
    int member;
};

static bool
is_at(const void *arg, int port)
{
    const struct choice *choice = arg;

    return choice->watch->at[port] == choice->member;
}

static size_t
round_and_look(struct fleet *fleet)
{
    size_t live = crowd_round(fleet->crowd, 500, ROUND_MS);

    watch_look(fleet->watch);
    CHECK_INT(fleet->watch->wrong, 0);
    CHECK_INT(crowd_broken(fleet->crowd), 0);
    return live;
}

static void
grow(struct fleet *fleet, size_t n)
{
    struct desired_instance *inst = hop_instance(fleet->s, fleet->hop, fleet->names[2]);

    if (fleet->shape) {
        fleet->shape(fleet, inst, fleet->names[2]);
    }
    fleet->inst[2] = inst;
    REQUIRE(site_push_through(fleet->s));
    CHECK_INT(round_and_look(fleet), n);
    CHECK_INT(watch_count(fleet->watch, 2), 0);
    crowd_open(fleet->crowd, n);
    CHECK_INT(round_and_look(fleet), 2 * n);
    CHECK(watch_count(fleet->watch, 2) > (int)n / 12); /* A third, of ports that the kernel draws. */
}

/* The first gets nothing new, keeps what it has, and is empty before its time. */
static void
drain(struct fleet *fleet, size_t n)
{
    int64_t until = time_now_us() + DRAIN_MS * 1000LL * test_patience();
    struct choice choice = {fleet->watch, 0};
    int had = watch_count(fleet->watch, 0);
    size_t ended;

    fleet->inst[0]->drain_until = until;
    REQUIRE(site_push_through(fleet->s));
    crowd_open(fleet->crowd, n);
    CHECK_INT(round_and_look(fleet), 3 * n);
    CHECK_INT(watch_count(fleet->watch, 0), had);
    ended = crowd_finish(fleet->crowd, is_at, &choice, ROUND_MS);
    watch_look(fleet->watch);
    CHECK_INT(ended, had);
    REQUIRE(time_now_us() < until);
    /* It is said to be over sooner, and that time passes. */
    until = time_now_us() + SOON_MS * 1000LL;
    fleet->inst[0]->drain_until = until;
    REQUIRE(site_push_through(fleet->s));
    EVENTUALLY(2000, time_now_us() > until);
    CHECK_INT(round_and_look(fleet), 3 * n - ended);
}

static void
shrink(struct fleet *fleet)
{
    struct rows *rows = &fleet->hop->instances;
    size_t live;

    for (size_t i = 1; i < rows->n; i++) {
        rows->items[i - 1] = rows->items[i];
    }
    rows->n--;
    REQUIRE(site_push_through(fleet->s));
    live = round_and_look(fleet);
    crowd_open(fleet->crowd, 10);
    CHECK_INT(round_and_look(fleet), live + 10);
}

void
fleet_two_three_two(struct fleet *fleet, size_t n)
{
    crowd_open(fleet->crowd, n);
    CHECK_INT(round_and_look(fleet), n);
    CHECK(watch_count(fleet->watch, 0) > (int)n / 8); /* Half, likewise. */
    CHECK(watch_count(fleet->watch, 1) > (int)n / 8);
    grow(fleet, n);
    drain(fleet, n);
    shrink(fleet);
    CHECK_INT(site_drops(fleet->s, "no_instance"), 0);
    CHECK_INT(site_drops(fleet->s, "function_flow"), 0);
    CHECK_INT(site_drops(fleet->s, "function_direction"), 0);
}
