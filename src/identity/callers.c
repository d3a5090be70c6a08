/* Tokens seen before: text -> caller, for as long as nothing in identity has
 * changed.  A fixed number of places, so that strangers cannot make it grow;
 * a place is taken over by whoever comes last. */
#include "base/uuid.h"
#include "base/vec.h"
#include "identity/service.h"

#include <pthread.h>
#include <string.h>

#define N_PLACES 4096
#define N_LOCKS 32
#define N_TEXTS 6

struct known {
    uint64_t generation;
    int64_t expires_us;
    bool is_admin;
    uint16_t n_roles;
    char texts[]; /* token, then the caller's texts: '1' text NUL, or '0' for null */
};

struct caller_cache {
    uint64_t seed;
    pthread_mutex_t locks[N_LOCKS];
    struct known *places[N_PLACES];
};

struct caller_cache *
caller_cache_new(void)
{
    struct caller_cache *cache = heap_alloc(sizeof *cache);

    random_bytes(&cache->seed, sizeof cache->seed);
    for (size_t i = 0; i < N_LOCKS; i++) {
        (void)pthread_mutex_init(&cache->locks[i], NULL);
    }
    return cache;
}

void
caller_cache_free(struct caller_cache *cache)
{
    if (!cache) {
        return;
    }
    for (size_t i = 0; i < N_PLACES; i++) {
        free(cache->places[i]);
    }
    for (size_t i = 0; i < N_LOCKS; i++) {
        (void)pthread_mutex_destroy(&cache->locks[i]);
    }
    free(cache);
}

static void
texts_of(const struct caller *c, const char *out[N_TEXTS])
{
    out[0] = c->user_id;
    out[1] = c->user_name;
    out[2] = c->user_domain_id;
    out[3] = c->project_id;
    out[4] = c->project_name;
    out[5] = c->domain_id;
}

static void
put_text(struct buf *out, const char *text)
{
    buf_char(out, text ? '1' : '0');
    if (text) {
        buf_add(out, text, strlen(text) + 1);
    }
}

static const char *
take_text(struct mem *mem, const char **at)
{
    const char *text;

    if (*(*at)++ == '0') {
        return NULL;
    }
    text = mem_str(mem, *at);
    *at += strlen(*at) + 1;
    return text;
}

static void
unpack(const struct known *known, struct mem *mem, struct caller *c)
{
    const char *at = known->texts + strlen(known->texts) + 1;

    c->user_id = take_text(mem, &at);
    c->user_name = take_text(mem, &at);
    c->user_domain_id = take_text(mem, &at);
    c->project_id = take_text(mem, &at);
    c->project_name = take_text(mem, &at);
    c->domain_id = take_text(mem, &at);
    c->is_admin = known->is_admin;
    c->roles.n = known->n_roles;
    c->roles.items = MEM_ARRAY(mem, known->n_roles + 1u, const char *);
    for (size_t i = 0; i < known->n_roles; i++) {
        c->roles.items[i] = take_text(mem, &at);
    }
}

bool
caller_cache_get(struct caller_cache *cache, const char *token, uint64_t generation, int64_t now_us,
                 struct mem *mem, struct caller *caller)
{
    uint64_t place = hash_bytes(token, strlen(token), cache->seed) % N_PLACES;
    pthread_mutex_t *lock = &cache->locks[place % N_LOCKS];
    const struct known *known;
    bool hit;

    (void)pthread_mutex_lock(lock);
    known = cache->places[place];
    hit = known && known->generation == generation && known->expires_us > now_us &&
          secret_eq(known->texts, token);
    if (hit) {
        unpack(known, mem, caller);
    }
    (void)pthread_mutex_unlock(lock);
    return hit;
}

static struct known *
pack(const char *token, const struct caller *c)
{
    AUTO_BUF out = BUF_INIT;
    const char *texts[N_TEXTS];
    struct known *known;

    texts_of(c, texts);
    buf_add(&out, token, strlen(token) + 1);
    for (size_t i = 0; i < N_TEXTS; i++) {
        put_text(&out, texts[i]);
    }
    for (size_t i = 0; i < c->roles.n; i++) {
        put_text(&out, c->roles.items[i]);
    }
    known = heap_alloc(sizeof *known + out.len);
    memcpy(known->texts, out.data, out.len);
    known->is_admin = c->is_admin;
    known->n_roles = (uint16_t)c->roles.n;
    return known;
}

void
caller_cache_put(struct caller_cache *cache, const char *token, uint64_t generation,
                 int64_t expires_us, const struct caller *caller)
{
    uint64_t place = hash_bytes(token, strlen(token), cache->seed) % N_PLACES;
    pthread_mutex_t *lock = &cache->locks[place % N_LOCKS];
    struct known *known, *before;

    if (caller->roles.n > UINT16_MAX) {
        return;
    }
    known = pack(token, caller);
    known->generation = generation;
    known->expires_us = expires_us;
    (void)pthread_mutex_lock(lock);
    before = cache->places[place];
    cache->places[place] = known;
    (void)pthread_mutex_unlock(lock);
    free(before);
}
