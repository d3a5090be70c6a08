/* Tokens seen before: text -> what is said of it, for as long as nothing in
 * identity has changed.  A fixed number of places, so that strangers cannot
 * make it grow; a place is taken over by whoever comes last. */
#include "base/uuid.h"
#include "base/vec.h"
#include "identity/service.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#define N_PLACES 4096
#define N_LOCKS 32

/* Members of a token that are texts. */
static const size_t text_members[] = {
    offsetof(struct identity_token, audit_id),         offsetof(struct identity_token, parent_audit_id),
    offsetof(struct identity_token, user_id),          offsetof(struct identity_token, user_name),
    offsetof(struct identity_token, user_domain_id),   offsetof(struct identity_token, user_domain_name),
    offsetof(struct identity_token, project_id),       offsetof(struct identity_token, project_name),
    offsetof(struct identity_token, domain_id),        offsetof(struct identity_token, domain_name),
};

struct known {
    uint64_t generation;
    struct identity_token token; /* numbers only: texts stand behind */
    size_t size;                 /* of 'texts' */
    char texts[];                /* the token itself, then '1' text NUL, or '0' for null */
};

struct known_tokens {
    uint64_t seed;
    pthread_mutex_t locks[N_LOCKS];
    struct known *places[N_PLACES];
};

struct known_tokens *
known_new(void)
{
    struct known_tokens *tokens = heap_alloc(sizeof *tokens);

    random_bytes(&tokens->seed, sizeof tokens->seed);
    for (size_t i = 0; i < N_LOCKS; i++) {
        (void)pthread_mutex_init(&tokens->locks[i], NULL);
    }
    return tokens;
}

void
known_free(struct known_tokens *tokens)
{
    if (!tokens) {
        return;
    }
    for (size_t i = 0; i < N_PLACES; i++) {
        free(tokens->places[i]);
    }
    for (size_t i = 0; i < N_LOCKS; i++) {
        (void)pthread_mutex_destroy(&tokens->locks[i]);
    }
    free(tokens);
}

static void
put_text(struct buf *out, const char *text)
{
    buf_char(out, text ? '1' : '0');
    if (text) {
        buf_add(out, text, strlen(text) + 1);
    }
}

/* Points into the copy: nothing is allocated a text. */
static const char *
take_text(const char **at)
{
    const char *text;

    if (*(*at)++ == '0') {
        return NULL;
    }
    text = *at;
    *at += strlen(text) + 1;
    return text;
}

/* 'copy' is the place's 'texts' in the caller's arena. */
static void
unpack(const char *copy, struct mem *mem, struct identity_token *token)
{
    struct identity_role *roles = MEM_ARRAY(mem, token->n_roles + 1, struct identity_role);
    const char *at = copy + strlen(copy) + 1;

    token->text = copy;
    for (size_t i = 0; i < ARRAY_SIZE(text_members); i++) {
        *(const char **)(void *)((char *)token + text_members[i]) = take_text(&at);
    }
    for (size_t i = 0; i < token->n_roles; i++) {
        roles[i].id = take_text(&at);
        roles[i].name = take_text(&at);
    }
    token->roles = roles;
}

bool
known_get(struct known_tokens *tokens, const char *text, uint64_t generation, int64_t now_us,
          struct mem *mem, struct identity_token *token)
{
    uint64_t place = hash_bytes(text, strlen(text), tokens->seed) % N_PLACES;
    pthread_mutex_t *lock = &tokens->locks[place % N_LOCKS];
    const struct known *known;
    const char *copy = NULL;

    (void)pthread_mutex_lock(lock);
    known = tokens->places[place];
    if (known && known->generation == generation && known->token.expires_us > now_us &&
        secret_eq(known->texts, text)) {
        *token = known->token;
        copy = mem_copy(mem, known->texts, known->size);
    }
    (void)pthread_mutex_unlock(lock);
    if (copy) {
        unpack(copy, mem, token);
    }
    return copy != NULL;
}

static struct known *
pack(const struct identity_token *token)
{
    AUTO_BUF out = BUF_INIT;
    struct known *known;

    buf_add(&out, token->text, strlen(token->text) + 1);
    for (size_t i = 0; i < ARRAY_SIZE(text_members); i++) {
        put_text(&out, *(const char *const *)(const void *)((const char *)token + text_members[i]));
    }
    for (size_t i = 0; i < token->n_roles; i++) {
        put_text(&out, token->roles[i].id);
        put_text(&out, token->roles[i].name);
    }
    known = heap_alloc(sizeof *known + out.len);
    memcpy(known->texts, out.data, out.len);
    known->size = out.len;
    known->token = *token;
    return known;
}

void
known_put(struct known_tokens *tokens, uint64_t generation, const struct identity_token *token)
{
    uint64_t place = hash_bytes(token->text, strlen(token->text), tokens->seed) % N_PLACES;
    pthread_mutex_t *lock = &tokens->locks[place % N_LOCKS];
    struct known *known = pack(token), *before;

    known->generation = generation;
    (void)pthread_mutex_lock(lock);
    before = tokens->places[place];
    tokens->places[place] = known;
    (void)pthread_mutex_unlock(lock);
    free(before);
}
