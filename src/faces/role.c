/* The start of a process that serves APIs; see role.h. */
#include "faces/role.h"

#include "base/log.h"
#include "base/net.h"
#include "base/str.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "store/reseal.h"
#include "store/room.h"
#include "sys/file.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SEAL_KEY_SIZE 32

struct err *
role_seal_key(struct mem *mem, const char *state, const char **key)
{
    const char *path = mem_printf(mem, "%s/seal.key", state);
    char *data;
    size_t n;
    struct err *e = file_read(mem, path, SEAL_KEY_SIZE + 1, &data, &n);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "the first start: it is made now");
        data = mem_alloc(mem, SEAL_KEY_SIZE);
        n = SEAL_KEY_SIZE;
        random_bytes(data, n);
        TRY(file_write(path, data, n, 0600));
        e = NULL;
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

/* What `carrick secret renew` leaves for the next start. */
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
    if (strlen(text) != SEAL_KEY_SIZE * 2 || !hex_to(key, text, SEAL_KEY_SIZE)) {
        return err_new(E_INVALID, NULL, "%s is not what `carrick secret renew` writes: remove it", path);
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

struct err *
role_store_open(struct mem *mem, const char *state, struct store_config *config, struct store **store)
{
    const char *key_path = mem_printf(mem, "%s/seal.key", state);
    const char *next_path = mem_printf(mem, "%s/" ROLE_NEXT_SEAL_KEY, state), *next;
    bool is_made = !file_exists(key_path);
    struct err *e;

    TRY(role_seal_key(mem, state, &config->seal_key));
    TRY(next_key_read(mem, next_path, &next));
    e = next ? next_key_take(config, key_path, next_path, next) : NULL;
    e = e ? e : store_open(config, store);
    if (is_made && e && str_eq(e->type, SEAL_OTHER_KEY)) {
        (void)unlink(key_path); /* The one that was made in its place has sealed nothing. */
    }
    return e && str_eq(e->type, SEAL_OTHER_KEY) ? err_wrap(e, "%s%s", key_path, is_made ? " was not there" : "") : e;
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
