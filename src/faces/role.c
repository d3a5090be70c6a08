/* The start of a process that serves APIs; see role.h. */
#include "faces/role.h"

#include "base/log.h"
#include "base/net.h"
#include "base/str.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "identity/identity.h"
#include "store/reseal.h"
#include "store/room.h"
#include "store/seal.h"
#include "sys/file.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct err *
role_state_make(const char *state)
{
    struct stat st;

    TRY(dir_make(state, 0700));
    if (geteuid() || stat(state, &st) || !st.st_uid) {
        return NULL;
    }
    return err_new(E_FORBIDDEN, NULL, "%s belongs to user %u, and root runs this: what root leaves there he could not read. Run it "
                   "as that user, as a service or `carrick run` does", state, st.st_uid);
}

static const char *
seal_path(struct mem *mem, const char *state)
{
    return mem_printf(mem, "%s/seal.key", state);
}

/* '*key' null where there is none. */
static struct err *
seal_key_read(struct mem *mem, const char *path, const char **key)
{
    char *data;
    size_t n;
    struct err *e = file_read(mem, path, SEAL_KEY_SIZE + 1, &data, &n);

    *key = NULL;
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "the caller makes one, or does without");
        return NULL;
    }
    TRY(e);
    if (n != SEAL_KEY_SIZE) {
        return err_new(E_INVALID, NULL,
                       "%s holds %zu bytes, not %d: without the right key, sealed credentials are "
                       "lost; restore it from the backup",
                       path, n, SEAL_KEY_SIZE);
    }
    *key = data;
    return NULL;
}

static const char *
seal_key_make(struct mem *mem)
{
    uint8_t *key = mem_alloc(mem, SEAL_KEY_SIZE);

    random_bytes(key, SEAL_KEY_SIZE);
    return (const char *)key;
}

struct err *
role_seal_key(struct mem *mem, const char *state, const char **key)
{
    const char *path = seal_path(mem, state);

    TRY(seal_key_read(mem, path, key));
    if (!*key) {
        *key = seal_key_make(mem);
        TRY(file_write(path, *key, SEAL_KEY_SIZE, 0600));
    }
    return NULL;
}

/* A key that a command of `carrick secret` leaves for the next start. */
static struct err *
next_key_read(struct mem *mem, const char *path, const char **next)
{
    uint8_t *key = mem_alloc(mem, SEAL_KEY_SIZE);
    char *text;
    size_t n;
    struct err *e = file_read(mem, path, SEAL_KEY_SIZE * 2 + 1, &text, &n);

    *next = NULL;
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "the key stays");
        return NULL;
    }
    TRY(e);
    text[strcspn(text, "\n")] = '\0';
    if (strlen(text) != (size_t)2 * SEAL_KEY_SIZE || !hex_to(key, text, SEAL_KEY_SIZE)) {
        return err_new(E_INVALID, NULL, "%s is not what `carrick secret` writes: remove it", path);
    }
    *next = (const char *)key;
    return NULL;
}

/* The key that waits becomes the key.  A disk that is full keeps nobody from starting: with the key of before
 * where there is no room to seal, else without what only tidies up; it waits on, and the next start does the rest. */
static struct err *
next_key_take(struct store_config *config, const char *key_path, const char *next_path, const char *next)
{
    struct err *e = store_reseal(config, next);
    bool sealed = !e || str_eq(e->type, RESEAL_LEFT);

    if (e && !sealed && !str_eq(e->type, STORE_NO_ROOM)) {
        return e;
    }
    if (sealed) {
        config->seal_key = next;
        e = err_join(e, file_write(key_path, next, SEAL_KEY_SIZE, 0600));
    }
    if (e) {
        log_err(LOG_LV_WARN, "store", e, "the new sealing key: the next start goes on with it");
    } else {
        (void)unlink(next_path);
    }
    return NULL;
}

/* ---- a key that is lost ---------------------------------------------------------------------- */

/* Refuses where a key that is there opens the store. */
static struct err *
key_must_fail(struct store_config config, const char *path, const char *key)
{
    struct err *e;

    config.seal_key = key;
    e = key ? store_key_check(&config) : NULL;
    if (e && str_eq(e->type, SEAL_OTHER_KEY)) {
        err_ignore(e, "so it is lost");
        return NULL;
    }
    TRY(e);
    return key ? err_new(E_CONFLICT, ROLE_KEY_OPENS, "%s opens the store: nothing is lost", path) : NULL;
}

struct err *
role_seal_lost(struct mem *mem, const char *state, const struct store_config *config)
{
    const char *key_path = seal_path(mem, state), *next_path = mem_printf(mem, "%s/" ROLE_NEXT_SEAL_KEY, state);
    const char *key, *next;

    TRY(seal_key_read(mem, key_path, &key));
    TRY(next_key_read(mem, next_path, &next));
    TRY(key_must_fail(*config, key_path, key));
    return key_must_fail(*config, next_path, next);
}

/* What the lost key sealed is given up; a key that is there and opens nothing is kept beside the new one. */
static struct err *
lost_key_replace(struct mem *mem, const char *state, const struct store_config *config, const char *next)
{
    const char *path = seal_path(mem, state), *key;

    TRY(seal_key_read(mem, path, &key));
    if (key && !memcmp(key, next, SEAL_KEY_SIZE)) {
        return NULL; /* It was cut short behind that. */
    }
    TRY(role_seal_lost(mem, state, config));
    TRY(store_give_up(config, next));
    if (key && rename(path, mem_printf(mem, "%s.other", path))) {
        return err_errno(E_UNAVAILABLE, "rename %s", path);
    }
    return file_write(path, next, SEAL_KEY_SIZE, 0600);
}

/* The password that was left with the lost key is the next one of the administrator. */
static struct err *
lost_password_give(struct mem *mem, const char *state)
{
    const char *path = mem_printf(mem, "%s/" ROLE_LOST_PASSWORD, state);

    return rename(path, mem_printf(mem, "%s/" ROLE_PASSWORD IDENTITY_NEW_PASSWORD, state)) && errno != ENOENT
               ? err_errno(E_UNAVAILABLE, "rename %s", path)
               : NULL;
}

/* Killed anywhere, the next start goes on with the same key. */
static struct err *
lost_key_take(struct mem *mem, const char *state, const struct store_config *config)
{
    const char *path = mem_printf(mem, "%s/" ROLE_LOST_SEAL_KEY, state), *next;
    struct err *e;

    TRY(next_key_read(mem, path, &next));
    if (!next) {
        return NULL;
    }
    e = lost_key_replace(mem, state, config, next);
    if (e && str_eq(e->type, ROLE_KEY_OPENS)) { /* Perhaps the one that waits: it stays. */
        log_err(LOG_LV_WARN, "store", e, "secrets were to be given up, and are not");
        (void)unlink(mem_printf(mem, "%s/" ROLE_LOST_PASSWORD, state));
    } else {
        TRY(e);
        TRY(lost_password_give(mem, state));
        (void)unlink(mem_printf(mem, "%s/" ROLE_NEXT_SEAL_KEY, state)); /* It opens nothing. */
    }
    (void)unlink(path);
    return NULL;
}

/* ---- opening ----------------------------------------------------------------------------------- */

/* A key that is made is written where the store takes it only: what is put back later meets none. */
static struct err *
first_key_make(struct mem *mem, const char *state, struct store_config *config)
{
    config->seal_key = seal_key_make(mem);
    TRY(store_key_check(config));
    return file_write(seal_path(mem, state), config->seal_key, SEAL_KEY_SIZE, 0600);
}

/* One that was made, and that no store has taken, is removed again. */
static void
first_key_forget(struct mem *mem, const char *state, const struct store_config *config)
{
    struct store_config other = *config;
    struct err *e;

    other.seal_key = seal_key_make(mem);
    e = store_key_check(&other);
    if (!e) {
        (void)unlink(seal_path(mem, state));
    }
    err_ignore(e, "it seals, or perhaps does: it stays");
}

struct err *
role_store_open(struct mem *mem, const char *state, struct store_config *config, struct store **store)
{
    const char *key_path = seal_path(mem, state), *next_path = mem_printf(mem, "%s/" ROLE_NEXT_SEAL_KEY, state), *next;
    bool is_made;
    struct err *e = NULL;

    TRY(lost_key_take(mem, state, config));
    TRY(seal_key_read(mem, key_path, &config->seal_key));
    TRY(next_key_read(mem, next_path, &next));
    is_made = !config->seal_key;
    if (is_made && !next) {
        e = first_key_make(mem, state, config);
    }
    config->seal_key = str_or(config->seal_key, next);
    e = e ? e : next ? next_key_take(config, key_path, next_path, next) : NULL;
    e = e ? e : store_open(config, store);
    if (e && is_made && !next) {
        first_key_forget(mem, state, config);
    }
    return e && str_eq(e->type, SEAL_OTHER_KEY) ? err_wrap(e, "%s%s", key_path, is_made ? " was not there" : "") : e;
}

static struct err *
given_up_get(struct tx *tx, void *arg)
{
    const char **what = arg;

    TRY(tx_fact_get(tx, STORE_GIVEN_UP, what));
    *what = str_empty(*what) ? NULL : heap_str(*what);
    return NULL;
}

static struct err *
given_up_told(struct tx *tx, void *arg)
{
    (void)arg;
    return tx_fact_set(tx, STORE_GIVEN_UP, "");
}

void
role_given_up_tell(struct store *store, struct audit *audit)
{
    char *what = NULL;
    struct err *e = store_read(store, given_up_get, &what);

    if (!e && what) {
        e = audit_own(audit, "carrick secret lost", what);
        e = e ? e : store_write_wait(store, given_up_told, NULL);
    }
    free(what);
    if (e) {
        log_err(LOG_LV_WARN, "store", e, "telling the audit log what was given up");
    }
}

const struct table *const *
role_tables(struct mem *mem, const struct table *const *first, ...)
{
    VEC(const struct table *) all = {0};
    va_list args;

    va_start(args, first);
    for (const struct table *const *list = first; list;
         list = va_arg(args, const struct table *const *)) {
        for (; *list; list++) {
            bool known = false;
            for (size_t i = 0; i < all.n; i++) {
                known = known || all.items[i] == *list;
            }
            if (!known) {
                vec_add(mem, &all, *list);
            }
        }
    }
    va_end(args);
    vec_add(mem, &all, NULL);
    return all.items;
}

struct err *
role_rules_use(struct mem *mem, const struct role_rules *lists, size_t n_lists,
               struct policy **policy)
{
    VEC(struct policy_rule) all = {0};

    for (size_t i = 0; i < n_lists; i++) {
        for (size_t r = 0; r < lists[i].n; r++) {
            vec_add(mem, &all, lists[i].rules[r]);
        }
    }
    TRY(policy_new(all.items, all.n, policy));
    policy_use(*policy);
    return NULL;
}

static void
role_stop(void *arg)
{
    loop_stop(arg);
}

struct err *
role_signals(struct loop *loop)
{
    (void)signal(SIGPIPE, SIG_IGN);
    TRY(loop_signal(loop, SIGTERM, role_stop, loop));
    return loop_signal(loop, SIGINT, role_stop, loop);
}
