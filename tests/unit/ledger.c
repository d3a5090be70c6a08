/* Claims: all or none, never over the limit, given back whole. */
#include "ledger/ledger.h"

#include "test.h"

#include <pthread.h>
#include <stdio.h>

static const struct quota_default defaults[] = {
    {"port", 10, "Ports."}, {"network", -1, "Networks."}, {0}};

static struct store *
ledger_store(void)
{
    static char path[512];
    struct store_config config = {.path = test_store(path), .tables = ledger_tables};
    struct store *store = NULL;

    snprintf(path, sizeof path, "%s/db", test_dir());
    REQUIRE_OK(store_open(&config, &store));
    return store;
}

static struct err *
claim(struct tx *tx, const char *provider, const char *class, const char *project,
      const char *consumer, int64_t amount)
{
    const struct claim one = {.provider = provider,
                              .class = class,
                              .project_id = project,
                              .consumer = consumer,
                              .amount = amount,
                              .until = LEDGER_FOREVER};

    return ledger_claim(tx, defaults, &one, 1);
}

static int64_t
quota_used(struct tx *tx, const char *project, const char *class)
{
    struct ledger_use use = {0};

    CHECK_OK(quota_get(tx, defaults, project, class, &use));
    return use.used;
}

static struct err *
quotas(struct tx *tx, void *arg)
{
    (void)arg;
    CHECK_OK(claim(tx, LEDGER_QUOTA, "port", "p", "a", 10));
    CHECK_ERR_MSG(claim(tx, LEDGER_QUOTA, "port", "p", "b", 1), E_QUOTA,
                  "['port'] (limit 10, used 10, asked 1)");
    CHECK_OK(claim(tx, LEDGER_QUOTA, "port", "q", "c", 10));
    CHECK_OK(claim(tx, LEDGER_QUOTA, "network", "p", "d", 1000000));
    CHECK_OK(claim(tx, LEDGER_QUOTA, "unknown", "p", "e", 1));
    CHECK_OK(quota_set(tx, "p", "port", 11));
    CHECK_OK(claim(tx, LEDGER_QUOTA, "port", "p", "b", 1));
    CHECK_OK(quota_reset(tx, "p"));
    CHECK_ERR(claim(tx, LEDGER_QUOTA, "port", "p", "b", 1), E_QUOTA);
    CHECK_OK(ledger_release(tx, "a"));
    CHECK_OK(ledger_release(tx, "a"));
    CHECK_INT(quota_used(tx, "p", "port"), 1);
    CHECK_INT(quota_used(tx, "q", "port"), 10);
    CHECK_OK(quota_set(tx, "p", "port", 0));
    CHECK_ERR(claim(tx, LEDGER_QUOTA, "port", "p", "b", 1), E_QUOTA);
    CHECK_OK(quota_set(tx, "p", "port", -1));
    CHECK_OK(claim(tx, LEDGER_QUOTA, "port", "p", "b", 1000));
    CHECK_ERR(quota_set(tx, "p", "port", -2), E_INVALID);
    CHECK_ERR(claim(tx, LEDGER_QUOTA, "port", "p", "b", -1), E_INVALID);
    CHECK_ERR(claim(tx, LEDGER_QUOTA, "network", "p", "b", INT64_MAX), E_QUOTA);
    return NULL;
}

TEST(ledger_quota_follows_limits_and_defaults)
{
    AUTO(store) store = ledger_store();

    CHECK_OK(store_write_wait(store, quotas, NULL));
}

static struct err *
providers(struct tx *tx, void *arg)
{
    struct claim pair[] = {
        {.provider = "east", .class = "VCPU", .project_id = "p", .consumer = "vm", .amount = 3},
        {.provider = "east", .class = "VCPU", .project_id = "q", .consumer = "vm", .amount = 2},
    };
    struct ledger_use use;

    (void)arg;
    CHECK_ERR_MSG(claim(tx, "east", "VCPU", "p", "vm", 1), E_QUOTA, "capacity 0");
    CHECK_OK(ledger_inventory_set(tx, "east", "VCPU", 4));
    CHECK_ERR_MSG(ledger_claim(tx, NULL, pair, 2), E_QUOTA, "capacity 4, used 3, asked 2");
    CHECK_OK(ledger_usage(tx, "east", "VCPU", &use));
    CHECK_INT(use.used, 0);
    pair[1].amount = 1;
    CHECK_OK(ledger_claim(tx, NULL, pair, 2));
    CHECK_OK(ledger_usage(tx, "east", "VCPU", &use));
    CHECK_INT(use.limit, 4);
    CHECK_INT(use.used, 4);
    CHECK_OK(ledger_release(tx, "vm"));
    CHECK_OK(ledger_usage(tx, "east", "VCPU", &use));
    CHECK_INT(use.used, 0);
    return NULL;
}

TEST(ledger_takes_all_claims_or_none)
{
    AUTO(store) store = ledger_store();

    CHECK_OK(store_write_wait(store, providers, NULL));
}

/* 16 creators at once against a quota of 10: ten get one. */
struct creator {
    struct store *store;
    char consumer[16];
    struct err *err;
};

static struct err *
create(struct tx *tx, void *arg)
{
    struct creator *creator = arg;

    return claim(tx, LEDGER_QUOTA, "port", "p", creator->consumer, 1);
}

static void *
creator_thread(void *arg)
{
    struct creator *creator = arg;

    creator->err = store_write_wait(creator->store, create, creator);
    return NULL;
}

TEST(ledger_concurrent_creators_never_exceed_a_quota)
{
    AUTO(store) store = ledger_store();
    struct creator creators[16];
    pthread_t threads[16];
    int made = 0;

    for (int i = 0; i < 16; i++) {
        creators[i] = (struct creator){.store = store};
        snprintf(creators[i].consumer, sizeof creators[i].consumer, "c%d", i);
        REQUIRE(!pthread_create(&threads[i], NULL, creator_thread, &creators[i]));
    }
    for (int i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
        made += !creators[i].err;
        if (creators[i].err) {
            CHECK_ERR(creators[i].err, E_QUOTA);
        }
    }
    CHECK_INT(made, 10);
}
