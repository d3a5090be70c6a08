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

static void
role_usage(FILE *to, const char *role, const struct role_option *options)
{
    fprintf(to, "usage: carrick %s OPTIONS\n\n", role);
    for (const struct role_option *o = options; o->name; o++) {
        fprintf(to, "  --%s %-*s %s", o->name, 24 - (int)strlen(o->name), o->value, o->doc);
        if (!o->def) {
            fputs(" (required)", to);
        } else if (*o->def) {
            fprintf(to, " (default %s)", o->def);
        }
        fputc('\n', to);
    }
}

/* Index of the option that 'arg' ("--name" or "--name=value") names, or -1. */
static int
option_find(const struct role_option *options, const char *arg, const char **value)
{
    size_t n = strcspn(arg, "=");

    *value = arg[n] ? arg + n + 1 : NULL;
    for (int i = 0; options[i].name; i++) {
        if (strlen(options[i].name) == n && !strncmp(options[i].name, arg, n)) {
            return i;
        }
    }
    return -1;
}

static int
options_check(const char *role, const struct role_option *options, const char *const *values)
{
    int faults = 0;

    for (int i = 0; options[i].name; i++) {
        if (!values[i]) {
            fprintf(stderr, "carrick %s: --%s is required\n", role, options[i].name);
            faults++;
        }
    }
    if (faults) {
        role_usage(stderr, role, options);
    }
    return faults ? 2 : -1;
}

int
role_options(struct mem *mem, const char *role, const struct role_option *options, int argc,
             char **argv, const char ***values)
{
    size_t n = 0;

    while (options[n].name) {
        n++;
    }
    *values = MEM_ARRAY(mem, n, const char *);
    for (size_t i = 0; i < n; i++) {
        (*values)[i] = options[i].def;
    }
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        int which = str_starts(argv[i], "--") ? option_find(options, argv[i] + 2, &value) : -1;

        if (str_eq(argv[i], "--help")) {
            role_usage(stdout, role, options);
            return 0;
        }
        if (which >= 0 && !value && i + 1 < argc) {
            value = argv[++i];
        }
        if (which < 0 || !value) {
            fprintf(stderr, "carrick %s: %s: %s\n", role, argv[i],
                    which < 0 ? "no such option" : "a value is missing");
            return 2;
        }
        (*values)[which] = value;
    }
    return options_check(role, options, *values);
}

struct err *
role_listen(struct mem *mem, const char *text, const char **address, uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    int64_t number;
    struct ip ip;

    if (colon && str_to_i64(colon + 1, &number) && number >= 0 && number <= UINT16_MAX) {
        bool bracket = text[0] == '[' && colon > text && colon[-1] == ']';
        *address = bracket ? mem_strn(mem, text + 1, (size_t)(colon - text) - 2)
                           : mem_strn(mem, text, (size_t)(colon - text));
        *port = (uint16_t)number;
        if (ip_parse(*address, &ip)) {
            return NULL;
        }
    }
    return err_new(E_INVALID, NULL, "%s is not ADDRESS:PORT ([ADDRESS]:PORT for IPv6)", text);
}

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
