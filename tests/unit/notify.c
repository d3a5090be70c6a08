/* Subscriptions: filters and addresses as tables of cases, what a change becomes, and that
 * nothing is lost or comes in another order, whoever is killed. */
#include "faces/etsi_subscription.h"
#include "notify/criteria.h"
#include "notify/notices.h"
#include "notify/queue.h"
#include "notify_world.h"
#include "test.h"
#include "vnfm/vnfm.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- filters -------------------------------------------------------------------------------- */

TEST(notify_filter_is_refused_with_all_its_faults)
{
    static const struct {
        const char *filter, *fault;
    } cases[] = {
        {"{}", NULL},
        {"null", NULL},
        {"{\"names\": [\"a\"], \"colours\": \"red\", \"one\": {\"size\": \"1\"}}", NULL},
        {"[]", "filter: an object is wanted"},
        {"{\"name\": \"a\", \"names\": 1}",
         "unknown attribute 'filter.name'; filter.names: a list is wanted, not integer"},
        {"{\"colours\": [\"red\", \"green\"]}", "filter.colours[1]: there is no 'green'"},
        {"{\"names\": []}", "filter.names: 1 to 1000 values, not 0"},
        {"{\"one\": []}", "filter.one: an object is wanted"},
        {"{\"many\": {}}", "filter.many: a list is wanted"},
        {"{\"many\": [{\"size\": \"1\"}, {\"colour\": \"red\"}]}",
         "unknown attribute 'filter.many[1].colour'"},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err *e = criteria_check(mem, criteria, "filter", json_of(mem, cases[i].filter));

        if (cases[i].fault) {
            CHECK(e && strstr(err_full(mem, e), cases[i].fault));
            CHECK_ERR(e, E_INVALID);
        } else {
            CHECK_OK(e);
        }
    }
}

/* A list of 'n' objects with a list of 'm' values each. */
static const struct json *
large_filter(struct mem *mem, int n, int m)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_array(&w, "many");
    for (int i = 0; i < n; i++) {
        jw_object(&w, NULL);
        jw_array(&w, "shapes");
        for (int k = 0; k < m; k++) {
            jw_str(&w, NULL, "s");
        }
        jw_end(&w);
        jw_end(&w);
    }
    jw_end(&w);
    jw_end(&w);
    return json_of(mem, text.data);
}

TEST(notify_filter_is_bounded_as_a_whole)
{
    AUTO(mem) mem = mem_new("test");

    CHECK_OK(criteria_check(mem, criteria, "filter", large_filter(mem, 100, 10)));
    CHECK_ERR_MSG(criteria_check(mem, criteria, "filter", large_filter(mem, 91, 11)), E_INVALID,
                  "filter: 1000 values at most, not 1001");
    CHECK_ERR_MSG(criteria_check(mem, criteria, "filter", large_filter(mem, 1000, 1000)),
                  E_INVALID, "filter: 16384 bytes at most, not ");
    CHECK_ERR_MSG(criteria_check(mem, criteria, "filter", large_filter(mem, 1001, 0)), E_INVALID,
                  "filter: 1000 values at most, not 1001");
}

TEST(notify_filter_holds_for_events_that_fit_all_of_it)
{
    static const char facts[] = "{\"name\": \"a\", \"colour\": \"red\", \"size\": \"1\", "
                                "\"shape\": [\"round\", \"flat\"]}";
    static const struct {
        const char *filter;
        bool holds;
    } cases[] = {
        {"{}", true},
        {"{\"names\": [\"b\", \"a\"]}", true},
        {"{\"names\": \"a\"}", true},
        {"{\"names\": [\"b\"]}", false},
        {"{\"names\": [\"a\"], \"colours\": [\"blue\"]}", false},
        {"{\"types\": [\"Made\"]}", false}, /* no such fact: not this event */
        {"{\"states\": [\"DONE\"]}", true}, /* ... but this is of events that have it */
        {"{\"one\": {\"size\": \"1\", \"shapes\": [\"flat\"]}}", true},
        {"{\"one\": {\"size\": \"1\", \"shapes\": [\"square\"]}}", false},
        {"{\"many\": [{\"size\": \"2\"}, {\"shapes\": [\"round\"]}]}", true},
        {"{\"many\": [{\"size\": \"2\"}, {\"size\": \"1\", \"shapes\": [\"square\"]}]}", false},
        {"{\"unknown\": [\"a\"]}", false},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool holds = criteria_hold(criteria, json_of(mem, cases[i].filter), json_of(mem, facts));

        if (holds != cases[i].holds) {
            test_fail(__FILE__, __LINE__, "%s: %d", cases[i].filter, holds);
        }
    }
}

/* ---- addresses ----------------------------------------------------------------------------- */

static bool
may(struct callback_rule *rule, const char *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, address, &in.sin_addr) == 1) {
        return callback_may(rule, (const struct sockaddr *)(const void *)&in);
    }
    REQUIRE(inet_pton(AF_INET6, address, &in6.sin6_addr) == 1);
    return callback_may(rule, (const struct sockaddr *)(const void *)&in6);
}

TEST(notify_callbacks_have_addresses_that_are_allowed)
{
    static const struct {
        const char *prefixes, *address;
        bool allowed;
    } cases[] = {
        {"", "192.0.2.2", true},
        {"", "2001:db8::1", true},
        {"", "127.0.0.1", false}, /* wherever we listen: tenants come through proxies */
        {"", "127.9.9.9", false},
        {"", "::1", false},
        {"", "0.0.0.0", false}, /* Linux takes it for itself */
        {"", "::", false},
        {"", "169.254.169.254", false},
        {"", "100.100.100.200", false}, /* metadata of clouds */
        {"", "fd00:ec2::254", false},
        {"", "fe80::1", false},
        {"", "fec0::1", false},
        {"", "224.0.0.1", false},
        {"", "255.255.255.255", false},
        {"", "ff02::1", false},
        /* An IPv4 address in another form. */
        {"", "::ffff:127.0.0.1", false},
        {"", "::ffff:169.254.169.254", false},
        {"", "::ffff:192.0.2.2", true},
        {"", "::127.0.0.1", false},
        {"", "::ffff:0:127.0.0.1", false},
        {"", "64:ff9b::a9fe:a9fe", false},
        {"", "64:ff9b::7f00:1", false},
        {"", "64:ff9b::c000:202", true},
        {"", "64:ff9b:1::7f00:1", false},
        {"", "2002:7f00:1::1", false},
        {"", "2002:c000:202::1", true},
        {"192.0.2.0/24,2001:db8::/32", "192.0.2.7", true},
        {"192.0.2.0/24,2001:db8::/32", "64:ff9b::c000:207", true},
        {"192.0.2.0/24,2001:db8::/32", "2001:db8::7", true},
        {"192.0.2.0/24,2001:db8::/32", "192.0.3.7", false},
        {"192.0.2.0/24,2001:db8::/32", "127.0.0.1", false},
        {"2000::/3", "2002:7f00:1::1", false},
        {"127.0.0.0/8", "127.0.0.1", true},
        {"127.0.0.0/8", "::1", false},
        {"::1/128", "::1", true},
    };
    AUTO(mem) mem = mem_new("test");
    struct callback_rule rule;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        REQUIRE_OK(callback_rule_read(mem, cases[i].prefixes, &rule));
        if (may(&rule, cases[i].address) != cases[i].allowed) {
            test_fail(__FILE__, __LINE__, "\"%s\": %s", cases[i].prefixes, cases[i].address);
        }
        callback_rule_done(&rule);
    }
    CHECK_ERR(callback_rule_read(mem, "10.0.0.0/8,x", &rule), E_INVALID);
}

static struct sockaddr_in host_address;

/* Takes the place of the C library's: a host with one more address. */
int
getifaddrs(struct ifaddrs **all)
{
    static struct ifaddrs one = {.ifa_addr = (struct sockaddr *)(void *)&host_address};

    *all = &one;
    return 0;
}

void
freeifaddrs(struct ifaddrs *all)
{
    (void)all;
}

TEST(notify_callbacks_do_not_reach_the_hosts_own_addresses)
{
    AUTO(mem) mem = mem_new("test");
    struct callback_rule rule;

    host_address.sin_family = AF_INET;
    host_address.sin_addr.s_addr = inet_addr("198.51.100.7");
    REQUIRE_OK(callback_rule_read(mem, "", &rule));
    CHECK(!may(&rule, "198.51.100.7"));
    CHECK(!may(&rule, "::ffff:198.51.100.7"));
    CHECK(may(&rule, "198.51.100.8"));
    callback_rule_done(&rule);
    REQUIRE_OK(callback_rule_read(mem, "198.51.100.0/24", &rule));
    CHECK(may(&rule, "198.51.100.7")); /* somebody said so */
    callback_rule_done(&rule);
}

/* ---- from changes to texts ----------------------------------------------------------------- */

/* Two subscribers of a project, one of another's; a life of a thing with each kind of change. */
static struct err *
life_write(struct tx *tx, void *arg)
{
    struct mem *mem = tx_mem(tx);
    struct thing *thing = row_new(mem, &thing_table), *next;

    (void)arg;
    thing->id = THING;
    thing->project_id = PROJECT;
    thing->name = "a";
    thing->number = 7;
    TRY(subscription_add(tx, PROJECT, "http://x/all", NULL));
    TRY(subscription_add(tx, PROJECT, "http://x/done", json_of(mem, "{\"types\": [\"Done\"]}")));
    TRY(subscription_add(tx, OTHER, "http://x/other", NULL));
    TRY(row_insert(tx, thing));
    next = row_copy(mem, thing);
    next->name = "b";
    TRY(row_update(tx, thing, next)); /* told by nobody */
    thing = row_copy(mem, next);
    next->state = "BUSY";
    TRY(row_update(tx, thing, next)); /* another value */
    thing = row_copy(mem, next);
    next->state = "DONE";
    next->number = 8;
    TRY(row_update(tx, thing, next)); /* with what makes it another's */
    thing = row_copy(mem, next);
    next->state = "BUSY";
    TRY(row_update(tx, thing, next));
    thing = row_copy(mem, next);
    next->state = "DONE";
    TRY(row_update(tx, thing, next));
    thing = row_copy(mem, next);
    next->name = "c";
    next->state = "OVER";
    TRY(row_update(tx, thing, next));
    TRY(row_delete(tx, &thing_table, THING));
    return subscription_add(tx, PROJECT, "http://x/late", NULL);
}

static struct err *
life_read(struct tx *tx, void *arg)
{
    struct notices *found = arg;
    struct change *changes;
    size_t n;

    TRY(changes_read(tx, 0, 1000, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(notices_of(tx, apis, &changes[i], found));
    }
    return NULL;
}

TEST(notify_tells_a_change_as_it_was_though_the_row_is_gone)
{
    AUTO(mem) mem = mem_new("test");
    struct store *store = world_open(":memory:");
    struct notices found = {.mem = mem};
    /* "Done" goes to two; its name is that of the last image, its state that of the change. */
    static const char *const types[] = {"Made", "Done", "Done", "Gone"};
    static const char *const names[] = {"a", "c", "c", "c"};

    REQUIRE_OK(store_write_wait(store, life_write, NULL));
    REQUIRE_OK(store_read(store, life_read, &found));
    REQUIRE(found.items.n == 4);
    for (size_t i = 0; i < found.items.n; i++) {
        const struct json *body = json_of(mem, found.items.items[i]->body);

        CHECK_STR(found.items.items[i]->type, types[i]);
        CHECK_STR(json_get_str(body, "notificationType"), types[i]);
        CHECK_STR(json_get_str(body, "thingId"), THING);
        CHECK_STR(json_get_str(body, "name"), names[i]);
        CHECK_STR(json_get_str(body, "subscriptionId"), found.items.items[i]->subscription_id);
        CHECK(json_get_str(body, "timeStamp") != NULL);
    }
    CHECK_STR(json_get_str(json_of(mem, found.items.items[1]->body), "state"), "DONE");
    CHECK_STR(json_get_str(json_of(mem, found.items.items[1]->body), "id"),
              json_get_str(json_of(mem, found.items.items[2]->body), "id"));
    CHECK_STR(json_str(json_path(json_of(mem, found.items.items[0]->body), "_links.thing.href")),
              "http://here/things/" THING);
    store_close(store);
}

/* ---- what ETSI's occurrences tell ------------------------------------------------------------ */

static struct err *
occurrence_write(struct tx *tx, void *arg)
{
    struct vnf_lcm_op_occ *occ = row_new(tx_mem(tx), &vnf_lcm_op_occ_table), *next;
    struct subscription *subscription = row_new(tx_mem(tx), &subscription_table);

    (void)arg;
    subscription->project_id = occ->project_id = PROJECT;
    subscription->api = "vnflcm";
    subscription->callback_uri = subscription->base = "http://x";
    subscription->created_at = tx_now(tx);
    TRY(row_insert(tx, subscription));
    occ->vnf_instance_id = THING;
    occ->operation = "SCALE";
    occ->operation_state = "STARTING";
    TRY(row_insert(tx, occ));
    next = row_copy(tx_mem(tx), occ);
    next->operation_state = "PROCESSING";
    TRY(row_update(tx, occ, next));
    occ = row_copy(tx_mem(tx), next);
    next->operation_state = "FAILED_TEMP";
    next->error = json_of(tx_mem(tx), "{\"status\": 500}");
    return row_update(tx, occ, next);
}

static struct err *
occurrence_read(struct tx *tx, void *arg)
{
    struct change *changes;
    size_t n;

    TRY(changes_read(tx, 0, 100, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(notices_of(tx, etsi_notices, &changes[i], arg));
    }
    return NULL;
}

/* Whoever reads the log late knows more than the change: only a result tells of an error. */
TEST(notify_a_start_tells_of_no_later_error)
{
    static const struct table *const occurrences[] = {&subscription_table, &notification_table,
                                                      &vnf_lcm_op_occ_table, NULL};
    struct store_config config = {.path = test_store(":memory:"), .tables = occurrences, .seal_key = KEY_32};
    static const char *const states[] = {"STARTING", "PROCESSING", "FAILED_TEMP"};
    AUTO(mem) mem = mem_new("test");
    struct notices found = {.mem = mem};
    struct store *store;

    REQUIRE_OK(store_open(&config, &store));
    REQUIRE_OK(store_write_wait(store, occurrence_write, NULL));
    REQUIRE_OK(store_read(store, occurrence_read, &found));
    REQUIRE(found.items.n == 3);
    for (size_t i = 0; i < 3; i++) {
        const struct json *body = json_of(mem, found.items.items[i]->body);

        CHECK_STR(json_get_str(body, "operationState"), states[i]);
        CHECK_STR(json_get_str(body, "notificationStatus"), i == 2 ? "RESULT" : "START");
        CHECK((json_get(body, "error") != NULL) == (i == 2));
    }
    store_close(store);
}

/* A notification of that number stands in the line: of something else, then this one. */
static struct err *
gap_again(struct tx *tx, const struct notification *told)
{
    static const char *const types[] = {"AlarmNotification", NULL};
    struct notices found = {.mem = tx_mem(tx)};

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        struct notification *row = row_copy(tx_mem(tx), told);

        row->id = NULL;
        row->state = "WAITING";
        row->type = types[i] ? types[i] : told->type;
        TRY(row_insert(tx, row));
        found.items.n = 0;
        TRY(notices_of_gap(tx, etsi_notices, 100, &found));
        CHECK_INT(found.items.n, types[i] ? 1 : 0);
    }
    return NULL;
}

/* Of alarms it says that the list is to be read anew, as ETSI's documents have it; of others nothing. */
static struct err *
alarms_missed(struct tx *tx, void *arg)
{
    static const char *const of[] = {"vnffm", "vnflcm"};
    struct notices found = {.mem = tx_mem(tx)};
    const struct json *body;

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(of); i++) {
        struct subscription *row = row_new(tx_mem(tx), &subscription_table);

        row->project_id = PROJECT;
        row->api = of[i];
        row->callback_uri = row->base = "http://x";
        row->created_at = tx_now(tx);
        TRY(row_insert(tx, row));
    }
    TRY(notices_of_gap(tx, etsi_notices, 100, &found));
    REQUIRE(found.items.n == 1);
    body = json_of(tx_mem(tx), found.items.items[0]->body);
    CHECK_INT(body->n, 5);
    CHECK_STR(json_get_str(body, "notificationType"), "AlarmListRebuiltNotification");
    CHECK(json_get_str(body, "id") && json_get_str(body, "timeStamp"));
    CHECK_STR(json_get_str(body, "subscriptionId"), found.items.items[0]->subscription_id);
    CHECK_STR(json_get_str(json_get(json_get(body, "_links"), "alarms"), "href"),
              "http://x/vnffm/v1/alarms");
    CHECK(json_get(json_get(body, "_links"), "subscription"));
    return gap_again(tx, found.items.items[0]);
}

TEST(notify_whoever_missed_alarms_is_to_read_them_anew)
{
    struct store *store = world_open(":memory:");

    CHECK_OK(store_write_wait(store, alarms_missed, NULL));
    store_close(store);
}

/* ---- much at once --------------------------------------------------------------------------- */

#define MANY 50

/* Many subscriptions with long filters, and a thing that is made: none of them wants to know. */
static struct err *
crowd_write(struct tx *tx, void *arg)
{
    struct thing *thing = row_new(tx_mem(tx), &thing_table);
    const struct json *filter = large_filter(tx_mem(tx), 8, 1000);

    (void)arg;
    for (int i = 0; i < MANY; i++) {
        TRY(subscription_add(tx, PROJECT, "http://x/", filter));
    }
    thing->project_id = PROJECT;
    return row_insert(tx, thing);
}

static struct err *
crowd_read(struct tx *tx, void *arg)
{
    struct notices *found = arg;
    struct change *changes;
    size_t n, before;

    TRY(changes_read(tx, MANY, 1, &changes, &n));
    REQUIRE(n == 1);
    before = mem_size(tx_mem(tx));
    TRY(notices_of(tx, apis, &changes[0], found));
    CHECK(mem_size(tx_mem(tx)) - before < (1 << 20));
    return NULL;
}

/* What is not told costs nothing that stays, also with filters that an older binary took. */
TEST(notify_weighs_many_long_filters_in_little_memory)
{
    AUTO(mem) mem = mem_new("test");
    struct store *store = world_open(":memory:");
    struct notices found = {.mem = mem};

    REQUIRE_OK(store_write_wait(store, crowd_write, NULL));
    REQUIRE_OK(store_read(store, crowd_read, &found));
    CHECK_INT(found.items.n, 0);
    store_close(store);
}

/* ---- kill -9 ------------------------------------------------------------------------------- */

#define GOT_MAX 20000
#define ROUNDS 6
#define DROP_EVERY 7

/* What receiver, sender and test share. */
struct shared {
    _Atomic int port;
    _Atomic int n_got;
    _Atomic int64_t n_made; /* things whose insert was acknowledged */
    int64_t got[GOT_MAX];
    int64_t dropped; /* the last number whose connection was closed */
};

/* One request of a connection, its body behind the head; false where it ended before. */
static bool
request_read(int fd, char *text, size_t size)
{
    size_t n = 0, length;
    const char *end, *given;
    ssize_t got;

    while ((got = read(fd, text + n, size - n - 1)) > 0) {
        n += (size_t)got;
        text[n] = '\0';
        end = strstr(text, "\r\n\r\n");
        given = strstr(text, "Content-Length:");
        length = given ? strtoul(given + 15, NULL, 10) : 0;
        if (end && n >= (size_t)(end - text) + 4 + length) {
            return true;
        }
    }
    return false;
}

/* Every seventh notification is read and the connection closed, the first time. */
static void
receiver_serve(struct shared *shared, int fd)
{
    static const char ok[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    static char text[65536];
    const char *at = request_read(fd, text, sizeof text) ? strstr(text, "\"number\":") : NULL;
    int64_t number = at ? strtoll(at + 9, NULL, 10) : -1;

    if (!at || (number % DROP_EVERY == 3 && shared->dropped < number)) {
        shared->dropped = at ? number : shared->dropped;
        return;
    }
    if (shared->n_got < GOT_MAX) {
        shared->got[shared->n_got] = number;
        shared->n_got++;
    }
    if (write(fd, ok, sizeof ok - 1) < 0) {
        return; /* the sender was killed: it sends it again */
    }
}

static void
receiver_run(struct shared *shared)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)signal(SIGPIPE, SIG_IGN);
    if (bind(listener, (const struct sockaddr *)(const void *)&at, sizeof at) ||
        listen(listener, 64) || getsockname(listener, (struct sockaddr *)(void *)&at, &size)) {
        _exit(1);
    }
    shared->port = ntohs(at.sin_port);
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0) {
            receiver_serve(shared, fd);
            (void)close(fd);
        }
    }
}

struct sender {
    struct store *store;
    struct shared *shared;
    int64_t number;
};

/* The first of all makes the subscription; the next goes on behind what is there. */
static struct err *
sender_begin(struct tx *tx, void *arg)
{
    struct sender *sender = arg;
    struct query things = {.table = &thing_table}, all = {.table = &subscription_table};
    int64_t n;

    TRY(rows_count(tx, &all, &n));
    if (!n) {
        TRY(subscription_add(tx, PROJECT,
                             mem_printf(tx_mem(tx), "http://127.0.0.1:%d/", sender->shared->port),
                             NULL));
    }
    return rows_count(tx, &things, &sender->number);
}

static struct err *
thing_add(struct tx *tx, void *arg)
{
    const struct sender *sender = arg;
    struct thing *thing = row_new(tx_mem(tx), &thing_table);

    thing->project_id = PROJECT;
    thing->number = sender->number;
    return row_insert(tx, thing);
}

static void *
things_write(void *arg)
{
    struct sender *sender = arg;

    for (;; sender->number++) {
        struct err *e = store_write_wait(sender->store, thing_add, sender);

        if (e) {
            _exit(1);
        }
        sender->shared->n_made = sender->number + 1;
    }
    return NULL;
}

static void
sender_run(const char *path, struct shared *shared, bool writes)
{
    static const struct cidr loopback = {.ip = {.b = {[10] = 255, 255, 127}}, .len = 8};
    struct notifier_config config = {.apis = apis,
                                     .rule = {.allowed = &loopback, .n = 1},
                                     .retry_ms = 1,
                                     .retry_max_ms = 50,
                                     .queue_max = GOT_MAX};
    struct sender sender = {.store = world_open(path), .shared = shared};
    struct notifier *notifier;
    pthread_t thread;

    config.store = sender.store;
    if (store_write_wait(sender.store, sender_begin, &sender) || loop_new(&config.loop) ||
        notifier_new(&config, &notifier) ||
        (writes && pthread_create(&thread, NULL, things_write, &sender)) || loop_run(config.loop)) {
        _exit(1);
    }
    _exit(0);
}

static pid_t
sender_start(const char *path, struct shared *shared, bool writes)
{
    pid_t pid = fork();

    if (pid == 0) {
        sender_run(path, shared, writes);
    }
    return pid;
}

static void
kill_wait(pid_t pid)
{
    int status = 0;

    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    CHECK(WIFSIGNALED(status)); /* it did not end by itself */
}

TEST(notify_loses_nothing_and_keeps_the_order_over_kill_9)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char path[300];
    pid_t receiver, sender;

    REQUIRE(shared != MAP_FAILED);
    shared->dropped = -1;
    (void)snprintf(path, sizeof path, "%s/db", test_dir());
    receiver = fork();
    if (receiver == 0) {
        receiver_run(shared);
    }
    EVENTUALLY(10000, shared->port != 0);
    for (int i = 0; i < ROUNDS; i++) {
        int until = shared->n_got + 1 + 5 * i;

        sender = sender_start(path, shared, true);
        EVENTUALLY(30000, shared->n_got >= until);
        kill_wait(sender);
    }
    sender = sender_start(path, shared, false);
    EVENTUALLY(60000, shared->got[shared->n_got - 1] + 1 >= shared->n_made);
    kill_wait(sender);
    kill_wait(receiver);
    CHECK(shared->n_made > ROUNDS && shared->n_got < GOT_MAX);
    CHECK_INT(shared->got[0], 0);
    for (int i = 1; i < shared->n_got; i++) {
        /* The next, or the last once more: it was delivered, and its end was not noted. */
        if (shared->got[i] != shared->got[i - 1] + 1 && shared->got[i] != shared->got[i - 1]) {
            test_fail(__FILE__, __LINE__, "%" PRIi64 " behind %" PRIi64, shared->got[i],
                      shared->got[i - 1]);
        }
    }
}
