/* Nothing acknowledged is lost: not when the process is killed at any moment, not
 * when the power is cut, not when the disk is full; and when it is, only the write
 * that does not fit fails. */
#include "store/room.h"

#include "base/vec.h"
#include "sys/file.h"

#include "small_disk.h"
#include "store_world.h"
#include "test.h"
#include "store_disk.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct table *const tables[] = {&net_table, &group_table, &port_table, NULL};

static struct err *
open_at(const char *path, struct store **store)
{
    const struct store_config config = {
        .path = test_store(path), .tables = tables, .seal_key = WORLD_KEY, .busy_pages = 50};

    return store_open(&config, store);
}

/* One numbered network. */
struct numbered {
    int64_t number;
    size_t size; /* of its name */
    _Atomic int over; /* 1 = acknowledged, 2 = failed */
    enum err_code code;
};

static struct err *
numbered_insert(struct tx *tx, void *arg)
{
    const struct numbered *numbered = arg;
    struct net *net = row_new(tx_mem(tx), &net_table);
    char *name = mem_alloc(tx_mem(tx), numbered->size + 1);

    memset(name, 'x', numbered->size);
    net->id = mem_printf(tx_mem(tx), "%08" PRIi64 "-0000-4000-8000-000000000000", numbered->number);
    net->name = name;
    return row_insert(tx, net);
}

static void
numbered_done(void *arg, struct err *e)
{
    struct numbered *numbered = arg;

    numbered->code = e ? e->code : E_NONE;
    atomic_store(&numbered->over, e ? 2 : 1);
    err_ignore(e, "the test looks at the code");
}

/* ---- kill -9 -------------------------------------------------------------------------- */

struct killed {
    struct store *store;
    int pipe;
    int64_t from, step;
};

/* Writes for ever; tells each number after its acknowledgement. */
static void *
killed_thread(void *arg)
{
    struct killed *killed = arg;

    for (int64_t n = killed->from;; n += killed->step) {
        struct numbered numbered = {.number = n, .size = 200};
        struct err *e = store_write_wait(killed->store, numbered_insert, &numbered);

        if (e || write(killed->pipe, &n, sizeof n) != sizeof n) {
            err_free(e);
            return NULL;
        }
    }
}

static void
killed_child(const char *path, int pipe, int64_t from)
{
    struct store *store;
    struct killed killed[4];
    pthread_t threads[4];

    if (open_at(path, &store)) {
        _exit(1);
    }
    for (int i = 0; i < 4; i++) {
        killed[i] = (struct killed){.store = store, .pipe = pipe, .from = from + i, .step = 4};
        if (pthread_create(&threads[i], NULL, killed_thread, &killed[i])) {
            _exit(1);
        }
    }
    for (;;) {
        pause();
    }
}

struct numbers {
    char *acked; /* by number */
    int64_t n, missing, seen;
};

static struct err *
number_seen(void *arg, void *row)
{
    struct numbers *numbers = arg;
    int64_t number = strtoll(((struct net *)row)->id, NULL, 10);

    numbers->seen++;
    if (number < numbers->n && numbers->acked[number]) {
        numbers->acked[number] = 2;
    }
    return NULL;
}

static struct err *
check_numbers(struct tx *tx, void *arg)
{
    const struct query query = {.table = &net_table};
    struct numbers *numbers = arg;
    int64_t last;

    TRY(rows_each(tx, &query, number_seen, numbers));
    for (int64_t i = 0; i < numbers->n; i++) {
        numbers->missing += numbers->acked[i] == 1;
        numbers->acked[i] = numbers->acked[i] != 0;
    }
    /* Each row has its entry: the log and the rows are of one transaction. */
    TRY(changes_last(tx, &last));
    CHECK_INT(last, numbers->seen);
    return NULL;
}

/* Lets a child write, kills it after 'n_acks' acknowledgements (while others are on their way),
 * notes what it told. */
static int64_t
kill_one(const char *path, int64_t from, int n_acks, struct numbers *numbers)
{
    int fds[2];
    int64_t number, highest = from;
    int acks = 0;
    pid_t pid;

    REQUIRE(!pipe(fds));
    pid = fork();
    REQUIRE(pid >= 0);
    if (!pid) {
        killed_child(path, fds[1], from);
    }
    close(fds[1]);
    while (read(fds[0], &number, sizeof number) == sizeof number) {
        if (++acks == n_acks) {
            kill(pid, SIGKILL);
        }
        REQUIRE(number < numbers->n);
        numbers->acked[number] = 1;
        highest = number > highest ? number : highest;
    }
    close(fds[0]);
    waitpid(pid, NULL, 0);
    CHECK(acks >= n_acks);
    return highest;
}

/* Its files as they are, elsewhere, as a boot finds them: without what was in memory only. */
static void
files_copy(const char *from, const char *to)
{
    static const char *const ends[] = {"", "-wal"}; /* The shared memory is gone. */
    AUTO(mem) mem = mem_new("copy");

    (void)unlink(mem_printf(mem, "%s-shm", to));
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        const char *name = mem_printf(mem, "%s%s", to, ends[i]);
        char *data;
        size_t n;

        (void)unlink(name);
        if (file_exists(mem_printf(mem, "%s%s", from, ends[i]))) {
            REQUIRE_OK(file_read(mem, mem_printf(mem, "%s%s", from, ends[i]), 1 << 30, &data, &n));
            REQUIRE_OK(file_write(name, data, n, 0600));
        }
    }
}

/* What the files hold that were left at one moment: opens, is whole, has all that was acknowledged. */
static void
copy_check(const char *copy, struct numbers *numbers)
{
    AUTO(store) store = NULL;

    REQUIRE_OK(open_at(copy, &store));
    numbers->seen = 0;
    CHECK_OK(store_read(store, check_numbers, numbers));
    CHECK_INT(numbers->missing, 0);
    CHECK_OK(store_verify(copy));
}

TEST(store_copies_of_fifty_moments_are_whole)
{
    struct numbers numbers = {.n = 1000000};
    char path[512], copy[512];
    unsigned seed = (unsigned)time_now_us();
    int64_t from = 0;

    test_needs_file();
    printf("seed %u\n", seed);
    numbers.acked = calloc(1, (size_t)numbers.n);
    snprintf(path, sizeof path, "%s/db", test_dir());
    snprintf(copy, sizeof copy, "%s/copy", test_dir());
    for (int i = 0; i < 50; i++) {
        from = kill_one(path, from, 1 + rand_r(&seed) % 100, &numbers) + 100;
        files_copy(path, copy);
        copy_check(copy, &numbers);
    }
    CHECK(numbers.seen > 50);
    free(numbers.acked);
}

/* ---- power cut: what was not synced is lost, in part ----------------------------------- */

#define POWER_WRITERS 4
#define POWER_CUTS 50

struct power {
    struct store *store;
    char copy[512];
    _Atomic char acked[100000];
    struct numbers numbers; /* what was acknowledged before the cut */
    _Atomic int64_t next;
    _Atomic int n_cuts;
    _Atomic bool writes, ends;
};

static void *
power_write(void *arg)
{
    struct power *power = arg;

    while (!atomic_load(&power->ends)) {
        if (!atomic_load(&power->writes)) {
            sched_yield();
            continue;
        }
        struct numbered numbered = {.number = atomic_fetch_add(&power->next, 1), .size = 200};

        CHECK_OK(store_write_wait(power->store, numbered_insert, &numbered));
        REQUIRE(numbered.number < (int64_t)ARRAY_SIZE(power->acked));
        atomic_store(&power->acked[numbered.number], 1);
    }
    return NULL;
}

/* The machine as it is found when there is power again. */
static void
power_cut(void *arg)
{
    struct power *power = arg;
    AUTO(mem) mem = mem_new("cut");
    int luck = (int[]){0, 50, 90, 100}[rand_r(&the_disk.seed) % 4];

    for (size_t i = 0; i < ARRAY_SIZE(power->acked); i++) {
        power->numbers.acked[i] = atomic_load(&power->acked[i]);
    }
    for (size_t i = 0; i < DISK_FILES && the_disk.files[i].name[0]; i++) {
        const char *end = the_disk.files[i].name + strlen(the_disk.below);

        disk_image(&the_disk.files[i], mem_printf(mem, "%s%s", power->copy, end), luck);
    }
    atomic_store(&power->writes, false);
    atomic_fetch_add(&power->n_cuts, 1);
}

static void
power_cut_and_look(struct power *power, int n_cuts)
{
    char shared[600];

    snprintf(shared, sizeof shared, "%s-shm", power->copy);
    (void)unlink(shared);
    pthread_mutex_lock(&the_disk.lock);
    the_disk.countdown = 1 + rand_r(&the_disk.seed) % 200;
    pthread_mutex_unlock(&the_disk.lock);
    atomic_store(&power->writes, true);
    EVENTUALLY(60000, atomic_load(&power->n_cuts) > n_cuts);
    power->numbers.missing = 0;
    copy_check(power->copy, &power->numbers);
}

TEST(store_loses_nothing_when_the_power_is_cut)
{
    static struct power power;
    pthread_t threads[POWER_WRITERS];
    char path[512];
    unsigned seed = (unsigned)time_now_us();

    test_needs_file();
    printf("seed %u\n", seed);
    snprintf(path, sizeof path, "%s/db", test_dir());
    snprintf(power.copy, sizeof power.copy, "%s/copy", test_dir());
    power.numbers.n = (int64_t)ARRAY_SIZE(power.acked);
    power.numbers.acked = calloc(1, (size_t)power.numbers.n);
    disk_begin(path, seed, power_cut, &power);
    REQUIRE_OK(open_at(path, &power.store));
    for (int i = 0; i < POWER_WRITERS; i++) {
        REQUIRE(!pthread_create(&threads[i], NULL, power_write, &power));
    }
    for (int i = 0; i < POWER_CUTS && !test_has_failed(); i++) {
        power_cut_and_look(&power, i);
    }
    CHECK(power.numbers.seen > POWER_CUTS);
    atomic_store(&power.ends, true);
    for (int i = 0; i < POWER_WRITERS; i++) {
        pthread_join(threads[i], NULL);
    }
    store_close(power.store);
    disk_end();
    free(power.numbers.acked);
}

TEST(store_loses_nothing_when_killed)
{
    struct numbers numbers = {.n = 1000000};
    char path[512];
    int64_t from = 0;

    numbers.acked = calloc(1, (size_t)numbers.n);
    snprintf(path, sizeof path, "%s/db", test_dir());
    /* To connect takes longer than to open a file. */
    for (int i = 0; i < 30; i += test_on_server() ? 5 : 1) {
        AUTO(store) store = NULL;

        from = kill_one(path, from, 1 + i * 37 % 200, &numbers) + 100;
        REQUIRE_OK(open_at(path, &store));
        numbers.seen = 0;
        CHECK_OK(store_read(store, check_numbers, &numbers));
        CHECK_INT(numbers.missing, 0);
    }
    CHECK(numbers.seen > 100);
    free(numbers.acked);
}

/* ---- full disk --------------------------------------------------------------------------- */

static _Atomic bool held;

static struct err *
hold(struct tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    while (atomic_load(&held)) {
        sched_yield();
    }
    return NULL;
}

static void
ignore_done(void *arg, struct err *e)
{
    (void)arg;
    err_ignore(e, "only holds the writer");
}

static bool
all_over(struct numbered *writes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!atomic_load(&writes[i].over)) {
            return false;
        }
    }
    return true;
}

static struct err *
count_nets(struct tx *tx, void *arg)
{
    const struct query query = {.table = &net_table};

    return rows_count(tx, &query, arg);
}

TEST(store_full_disk_fails_only_the_guilty)
{
    AUTO(store) store = NULL;
    struct numbered writes[8];
    char disk[512], path[600];
    int64_t n = 0;

    small_disk(disk, 3000);
    snprintf(path, sizeof path, "%s/db", disk);
    REQUIRE_OK(open_at(path, &store));
    atomic_store(&held, true);
    store_write(store, hold, NULL, ignore_done);
    for (int i = 0; i < 8; i++) {
        writes[i] = (struct numbered){.number = i, .size = i == 3 ? 8000000 : 100};
        store_write(store, numbered_insert, &writes[i], numbered_done);
    }
    atomic_store(&held, false);
    EVENTUALLY(10000, all_over(writes, 8));
    for (int i = 0; i < 8; i++) {
        CHECK_INT(writes[i].code, i == 3 ? E_UNAVAILABLE : E_NONE);
    }
    CHECK_OK(store_read(store, count_nets, &n));
    CHECK_INT(n, 7);
}

/* Writes until nothing more fits; the number of acknowledged ones. */
static int64_t
fill(struct store *store, int64_t from)
{
    for (int64_t i = from;; i++) {
        struct numbered numbered = {.number = i, .size = 3000};
        struct err *e = store_write_wait(store, numbered_insert, &numbered);

        if (e) {
            CHECK_STR(e->type, STORE_NO_ROOM);
            CHECK_ERR(e, E_UNAVAILABLE);
            CHECK(store_is_full(store));
            return i - from;
        }
        REQUIRE(i < from + 10000);
    }
}

TEST(store_full_disk_loses_nothing_and_recovers)
{
    AUTO(store) store = NULL;
    char disk[512], path[600], ballast[600], reserve[600];
    int64_t n = 0, made, more;

    small_disk(disk, 4000);
    snprintf(path, sizeof path, "%s/db", disk);
    snprintf(ballast, sizeof ballast, "%s/ballast", disk);
    snprintf(reserve, sizeof reserve, "%s/reserve", disk);
    take_room(ballast, 2000000);
    take_room(reserve, 200000); /* what opening needs for its shared memory */
    REQUIRE_OK(open_at(path, &store));
    made = fill(store, 0);
    CHECK(made > 10);
    CHECK_OK(store_read(store, count_nets, &n));
    CHECK_INT(n, made);
    unlink(ballast);
    more = fill(store, 100000);
    CHECK(more > 10);
    made += more;
    unlink(reserve);
    store_close(store);
    store = NULL;
    REQUIRE_OK(open_at(path, &store));
    CHECK_OK(store_read(store, count_nets, &n));
    CHECK_INT(n, made);
}

static off_t
size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) ? 0 : st.st_size;
}

/* What opening needs, and a write. */
TEST(store_that_is_opened_on_a_full_disk_has_room_of_its_own)
{
    char disk[512], path[600], ballast[600], reserve[620];
    struct numbered numbered = {.number = 1, .size = 3000};
    struct store *store;

    small_disk(disk, 9000);
    snprintf(path, sizeof path, "%s/db", disk);
    snprintf(ballast, sizeof ballast, "%s/ballast", disk);
    snprintf(reserve, sizeof reserve, "%s/db-reserve", disk);
    REQUIRE_OK(open_at(path, &store));
    CHECK(!file_exists(reserve)); /* of a role that starts, not of a command */
    store_started(store);
    EVENTUALLY(10000, size_of(reserve) > 4000000);
    store_close(store);
    leave_room(disk, ballast, 0);
    REQUIRE_OK(open_at(path, &store));
    CHECK(!file_exists(reserve));
    CHECK_OK(store_write_wait(store, numbered_insert, &numbered));
    store_started(store);
    EVENTUALLY(10000, size_of(reserve) > 1500000); /* never all that there is */
    CHECK_OK(store_write_wait(store, numbered_insert, &(struct numbered){.number = 2, .size = 3000}));
    CHECK(!unlink(ballast));
    store_close(store);
    REQUIRE_OK(open_at(path, &store));
    CHECK(file_exists(reserve)); /* nothing asked for it */
    store_started(store);
    EVENTUALLY(10000, size_of(reserve) > 4000000);
    store_close(store);
}

/* ---- many writers, readers beside them --------------------------------------------------------- */

struct crowd {
    struct store *store;
    int64_t from, n;
    _Atomic bool *end;
};

static void *
crowd_write(void *arg)
{
    struct crowd *crowd = arg;

    for (int64_t i = 0; i < crowd->n; i++) {
        struct numbered numbered = {.number = crowd->from + i, .size = 50};

        CHECK_OK(store_write_wait(crowd->store, numbered_insert, &numbered));
    }
    return NULL;
}

static struct err *
snapshot(struct tx *tx, void *arg)
{
    int64_t n, last, again;

    (void)arg;
    TRY(count_nets(tx, &n));
    TRY(changes_last(tx, &last));
    TRY(count_nets(tx, &again));
    CHECK_INT(n, last);
    CHECK_INT(n, again);
    return NULL;
}

static void *
crowd_read(void *arg)
{
    struct crowd *crowd = arg;

    while (!atomic_load(crowd->end)) {
        CHECK_OK(store_read(crowd->store, snapshot, NULL));
    }
    return NULL;
}

TEST(store_readers_see_whole_transactions)
{
    AUTO(store) store = NULL;
    _Atomic bool end = false;
    struct crowd crowds[8];
    pthread_t writers[8], readers[6];
    char path[512];
    int64_t n;

    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(open_at(path, &store));
    for (int i = 0; i < 8; i++) {
        crowds[i] = (struct crowd){.store = store, .from = i * 1000, .n = 100, .end = &end};
        REQUIRE(!pthread_create(&writers[i], NULL, crowd_write, &crowds[i]));
    }
    for (int i = 0; i < 6; i++) {
        REQUIRE(!pthread_create(&readers[i], NULL, crowd_read, &crowds[0]));
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(writers[i], NULL);
    }
    atomic_store(&end, true);
    for (int i = 0; i < 6; i++) {
        pthread_join(readers[i], NULL);
    }
    CHECK_OK(store_read(store, count_nets, &n));
    CHECK_INT(n, 800);
}

/* What is queued when the store is closed is still written. */
TEST(store_close_runs_what_waits)
{
    struct store *store;
    struct numbered writes[100];
    char path[512];
    int64_t n;

    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(open_at(path, &store));
    for (int i = 0; i < 100; i++) {
        writes[i] = (struct numbered){.number = i, .size = 10};
        store_write(store, numbered_insert, &writes[i], numbered_done);
    }
    store_close(store);
    CHECK(all_over(writes, 100));
    REQUIRE_OK(open_at(path, &store));
    CHECK_OK(store_read(store, count_nets, &n));
    CHECK_INT(n, 100);
    store_close(store);
}
