/* Life of the service: its key, its hashing pool, its memory of callers. */
#include "identity/service.h"

#define HASH_COST 12
#define HASH_QUEUE 32
#define TOKEN_S 3600

/* Rows of tokens that are over anyway are of no use. */
static struct err *
forget_revoked(struct tx *tx, void *arg)
{
    const char *now = mem_printf(tx_mem(tx), "%lld", (long long)tx_now(tx));
    const char *const args[] = {now, NULL};

    (void)arg;
    return tx_sql(tx, "DELETE FROM revoked_token WHERE expires_at < CAST(?1 AS BIGINT)", args,
                  NULL, NULL);
}

static struct err *
identity_start(struct identity *identity)
{
    struct identity_config *config = &identity->config;

    TRY_MSG(key_open(config->key_file, &identity->keys), "signing key of tokens");
    TRY(identity_hash_none(identity, identity->mem, &identity->no_hash));
    TRY(store_write_wait(config->store, forget_revoked, NULL));
    return pool_new("passwords", config->hash_threads, HASH_QUEUE, &identity->pool);
}

struct err *
identity_new(const struct identity_config *config, struct identity **out)
{
    struct mem *mem = mem_new("identity");
    struct identity *identity = MEM_NEW(mem, struct identity);
    struct err *e;

    identity->mem = mem;
    identity->config = *config;
    identity->config.region = mem_str(mem, str_or(config->region, "RegionOne"));
    identity->config.hash_cost = config->hash_cost ? config->hash_cost : HASH_COST;
    identity->config.hash_threads = config->hash_threads ? config->hash_threads : 2;
    identity->config.token_s = config->token_s ? config->token_s : TOKEN_S;
    identity->known = known_new();
    identity->proofs = proofs_new();
    e = identity_start(identity);
    if (e) {
        identity_free(identity);
        return e;
    }
    *out = identity;
    return NULL;
}

void
identity_free(struct identity *identity)
{
    if (!identity) {
        return;
    }
    if (identity->pool) {
        pool_free(identity->pool);
    }
    known_free(identity->known);
    proofs_free(identity->proofs);
    key_close(&identity->keys);
    mem_free(identity->mem);
}

struct store *
identity_store(const struct identity *identity)
{
    return identity->config.store;
}

const char *
identity_region(const struct identity *identity)
{
    return identity->config.region;
}

const struct identity_endpoint *
identity_endpoints(const struct identity *identity, size_t *n)
{
    *n = identity->config.n_endpoints;
    return identity->config.endpoints;
}

struct pool *
identity_pool(const struct identity *identity)
{
    return identity->pool;
}

void
identity_changed(struct identity *identity)
{
    (void)atomic_fetch_add(&identity->generation, 1);
}

void
identity_hears(struct identity *identity, bool hears)
{
    atomic_store(&identity->is_deaf, !hears);
    identity_changed(identity);
}
