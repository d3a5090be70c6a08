/* What only shows in time: ten minutes of a machine that never rests, in which no
 * healthy instance may be found dead. */
#include "base/time.h"
#include "topo.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 600
#define BUSY 6

static pid_t
busy_start(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (volatile unsigned i = 0;; i++) {
            ;
        }
    }
    return pid;
}

static size_t
n_up(struct site *s)
{
    const struct desired_counters *counters = site_counters(s);
    size_t up = 0;

    for (size_t i = 0; counters && i < counters->instances.n; i++) {
        up += ((struct desired_instance_counter *)counters->instances.items[i])->up;
    }
    return up;
}

TEST(no_instance_is_condemned_in_ten_minutes_of_full_load)
{
    struct topo *t = topo_new(1);
    struct site *s = &t->sites[0];
    struct desired_chain *chain;
    pid_t busy[BUSY];

    if (!getenv("DATAPATH_LONG")) {
        SKIP("ten minutes: ./test --long");
    }
    alarm(2 * SECONDS);
    site_network(s, "n", 100);
    site_function(s, "f", "n");
    site_function(s, "g", "n");
    chain = site_chain(s, "c", "n");
    (void)chain_class(s, chain, 17, -1);
    (void)chain_hop(s, chain, "f");
    (void)chain_hop(s, chain, "g");
    ((struct desired_hop *)chain->hops.items[0])->probe_interval_ms = 1;
    topo_up(t);
    SITE_EVENTUALLY(s, 5000, n_up(s) == 2);
    for (int i = 0; i < BUSY; i++) {
        busy[i] = busy_start();
    }
    for (int64_t end = time_mono_ns() + SECONDS * 1000000000LL; time_mono_ns() < end;) {
        CHECK_INT(n_up(s), 2); /* What is down stays so for a second, and is seen. */
    }
    for (int i = 0; i < BUSY; i++) {
        (void)kill(busy[i], SIGKILL);
        (void)waitpid(busy[i], NULL, 0);
    }
}
