/* The start of a process that serves APIs; see role.h. */
#include "faces/role.h"

#include "base/log.h"
#include "base/net.h"
#include "base/str.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "sys/file.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

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
