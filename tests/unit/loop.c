/* The loop: order, deletion while events are handed out, threads, children. */
#include "sys/loop.h"
#include "base/time.h"
#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

struct trail {
    struct loop *loop;
    char text[64];
};
struct mark {
    struct trail *trail;
    char letter;
    bool last;
};

static void
leave_mark(void *arg)
{
    struct mark *mark = arg;
    size_t n = strlen(mark->trail->text);

    mark->trail->text[n] = mark->letter;
    if (mark->last) {
        loop_stop(mark->trail->loop);
    }
}

TEST(loop_fires_timers_in_order_of_time)
{
    AUTO(loop) loop = NULL;
    struct trail t = {0};
    struct mark a = {&t, 'a', false}, b = {&t, 'b', false}, c = {&t, 'c', true},
                d = {&t, 'd', false}, e = {&t, 'e', false};
    struct loop_timer *timer;

    REQUIRE_OK(loop_new(&loop));
    t.loop = loop;
    loop_timer_arm(loop_timer_new(loop, leave_mark, &c), 30);
    loop_timer_arm(loop_timer_new(loop, leave_mark, &a), 10);
    loop_timer_arm(loop_timer_new(loop, leave_mark, &b), 10);
    timer = loop_timer_new(loop, leave_mark, &d);
    loop_timer_arm(timer, 5);
    loop_timer_arm(timer, 20); /* Armed again: once, at the later time. */
    timer = loop_timer_new(loop, leave_mark, &e);
    loop_timer_arm_by(timer, 60000);
    loop_timer_arm_by(timer, 15);
    loop_timer_arm_by(timer, 60000); /* The earliest that was asked for. */
    timer = loop_timer_new(loop, leave_mark, &d);
    loop_timer_arm(timer, 1);
    loop_timer_del(timer);
    timer = loop_timer_new(loop, leave_mark, &d);
    loop_timer_arm(timer, 1);
    loop_timer_disarm(timer);
    CHECK_OK(loop_run(loop));
    CHECK_STR(t.text, "abedc");
}

#define MANY 2000
static int64_t last_due;
static int64_t longest_arming; /* how far a timer may be off what we think it is due */
static int n_fired;

struct due {
    int64_t at; /* nanoseconds, from before it was armed */
};

static void
check_due(void *arg)
{
    struct due *due = arg;

    CHECK(due->at + longest_arming + 1000000 >= last_due);
    last_due = due->at;
    n_fired++;
}

TEST(loop_keeps_many_timers_in_order)
{
    static struct due dues[MANY];
    static struct loop_timer *timers[MANY];
    AUTO(loop) loop = NULL;
    unsigned seed = 12345;

    REQUIRE_OK(loop_new(&loop));
    for (int i = 0; i < MANY; i++) {
        seed = seed * 1103515245 + 12345;
        int64_t delay_ms = (seed >> 16 & 31) * 10, before = time_mono_ns();
        dues[i].at = before + delay_ms * 1000000;
        timers[i] = loop_timer_new(loop, check_due, &dues[i]);
        loop_timer_arm(timers[i], delay_ms);
        if (time_mono_ns() - before > longest_arming) {
            longest_arming = time_mono_ns() - before;
        }
    }
    for (int i = 0; i < MANY; i += 3) {
        loop_timer_del(timers[i]);
    }
    while (n_fired < MANY - (MANY + 2) / 3) {
        REQUIRE_OK(loop_turn(loop, 1000));
    }
}

static void
arm_again(void *arg)
{
    loop_timer_arm(*(struct loop_timer **)arg, 0);
    n_fired++;
}

TEST(loop_timer_that_arms_itself_does_not_starve_the_rest)
{
    AUTO(loop) loop = NULL;
    struct loop_timer *timer;

    REQUIRE_OK(loop_new(&loop));
    timer = loop_timer_new(loop, arm_again, &timer);
    loop_timer_arm(timer, 0);
    CHECK_OK(loop_turn(loop, 100));
    CHECK_INT(n_fired, 1);
    CHECK_OK(loop_turn(loop, 100));
    CHECK_INT(n_fired, 2);
}

/* Two descriptors that are both ready: whichever comes first deletes both. */
struct pair {
    struct loop_fd *watch[2];
    int calls;
};

static void
delete_both(void *arg, uint32_t events)
{
    struct pair *pair = arg;

    CHECK(events & EPOLLIN);
    pair->calls++;
    loop_fd_del(pair->watch[0]);
    loop_fd_del(pair->watch[1]);
    pair->watch[0] = pair->watch[1] = NULL;
}

TEST(loop_descriptor_may_be_deleted_while_events_are_handed_out)
{
    AUTO(loop) loop = NULL;
    struct pair pair = {0};
    int fds[2][2];

    REQUIRE_OK(loop_new(&loop));
    for (int i = 0; i < 2; i++) {
        REQUIRE(!pipe(fds[i]) && write(fds[i][1], "x", 1) == 1);
        CHECK_OK(loop_fd_add(loop, fds[i][0], EPOLLIN, delete_both, &pair, &pair.watch[i]));
    }
    CHECK_OK(loop_turn(loop, 100));
    CHECK_OK(loop_turn(loop, 0));
    CHECK_INT(pair.calls, 1);
    loop_fd_del(NULL);
}

#define POSTS 10000
static int n_posted, last_seen = -1;
static int numbers[POSTS];

static void
see(void *arg)
{
    int number = *(int *)arg;

    CHECK(number == last_seen + 1);
    last_seen = number;
    n_posted++;
}

static void *
post_many(void *arg)
{
    struct loop *loop = arg;

    for (int i = 0; i < POSTS; i++) {
        numbers[i] = i;
        loop_post(loop, see, &numbers[i]);
    }
    loop_stop(loop);
    return NULL;
}

TEST(loop_runs_what_other_threads_post_in_order)
{
    AUTO(loop) loop = NULL;
    pthread_t thread;

    REQUIRE_OK(loop_new(&loop));
    REQUIRE(!pthread_create(&thread, NULL, post_many, loop));
    CHECK_OK(loop_run(loop));
    pthread_join(thread, NULL);
    CHECK_OK(loop_turn(loop, 0));
    CHECK_INT(n_posted, POSTS);
}

struct end {
    pid_t pid;
    int status, calls;
};

static void
on_end(void *arg, pid_t pid, int status)
{
    struct end *end = arg;

    end->pid = pid;
    end->status = status;
    end->calls++;
}

TEST(loop_tells_of_ended_children)
{
    AUTO(loop) loop = NULL;
    struct end end = {0};
    pid_t pid = fork();

    if (!pid) {
        _exit(7);
    }
    REQUIRE_OK(loop_new(&loop));
    REQUIRE_OK(loop_child(loop, pid, on_end, &end));
    for (int i = 0; i < 100 && !end.calls; i++) {
        REQUIRE_OK(loop_turn(loop, 1000));
    }
    CHECK_INT(end.calls, 1);
    CHECK_INT(end.pid, pid);
    CHECK(WIFEXITED(end.status) && WEXITSTATUS(end.status) == 7);
    CHECK_ERR(loop_child(loop, pid, on_end, &end), E_NOT_FOUND);
}

/* A process that is not our child: the grandchild of a process that is gone. */
TEST(loop_tells_of_foreign_processes_without_status)
{
    AUTO(loop) loop = NULL;
    struct end end = {0};
    pid_t pid = 0, middle;
    int tell[2], hold[2];
    char c;

    REQUIRE(!pipe(tell) && !pipe(hold));
    middle = fork();
    if (!middle) {
        pid = fork();
        if (!pid) {
            close(hold[1]);
            _exit(read(hold[0], &c, 1) == 0 ? 0 : 1);
        }
        _exit(write(tell[1], &pid, sizeof pid) == sizeof pid ? 0 : 1);
    }
    REQUIRE(read(tell[0], &pid, sizeof pid) == sizeof pid);
    waitpid(middle, NULL, 0);
    REQUIRE_OK(loop_new(&loop));
    REQUIRE_OK(loop_child(loop, pid, on_end, &end));
    close(hold[1]);
    for (int i = 0; i < 100 && !end.calls; i++) {
        REQUIRE_OK(loop_turn(loop, 1000));
    }
    CHECK_INT(end.calls, 1);
    CHECK_INT(end.status, -1);
}

TEST(loop_delivers_signals)
{
    AUTO(loop) loop = NULL;
    struct trail t = {0};
    struct mark mark = {&t, 's', false};

    REQUIRE_OK(loop_new(&loop));
    t.loop = loop;
    REQUIRE_OK(loop_signal(loop, SIGUSR1, leave_mark, &mark));
    kill(getpid(), SIGUSR1);
    CHECK_OK(loop_turn(loop, 1000));
    kill(getpid(), SIGUSR1);
    CHECK_OK(loop_turn(loop, 1000));
    CHECK_STR(t.text, "ss");
}

TEST(loop_stop_before_run_is_not_lost)
{
    AUTO(loop) loop = NULL;

    REQUIRE_OK(loop_new(&loop));
    loop_stop(loop);
    CHECK_OK(loop_run(loop));
}

TEST(loop_free_takes_everything_along)
{
    AUTO(loop) loop = NULL;
    struct end end = {0};
    struct trail t = {0};
    struct mark mark = {&t, 'x', false};

    REQUIRE_OK(loop_new(&loop));
    REQUIRE_OK(loop_child(loop, getppid(), on_end, &end));
    REQUIRE_OK(loop_signal(loop, SIGUSR2, leave_mark, &mark));
    loop_timer_arm(loop_timer_new(loop, leave_mark, &mark), 0);
    loop_post(loop, leave_mark, &mark);
    loop_free(loop);
    loop = NULL;
    CHECK_STR(t.text, "");
}

static void
count_call(void *arg)
{
    ++*(int *)arg;
}

TEST(loop_unpost_takes_back_what_waits)
{
    AUTO(loop) loop = NULL;
    int one = 0, two = 0;

    CHECK_OK(loop_new(&loop));
    loop_post(loop, count_call, &one);
    loop_post(loop, count_call, &two);
    loop_post(loop, count_call, &one);
    CHECK(loop_unpost(loop, count_call, &one));
    CHECK(!loop_unpost(loop, count_call, &one));
    loop_post(loop, count_call, &two);
    CHECK_OK(loop_turn(loop, 0));
    CHECK_INT(one, 0);
    CHECK_INT(two, 2);
}
