/* What maps of an earlier ABI hold, taken over into new ones.  The old programs forward by the old maps
 * all the while; members that are new are zero (bpf/abi.h). */
#include "agent/datapath_parts.h"
#include "base/log.h"
#include "base/str.h"
#include "sys/file.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASIDE "was-"
#define BATCH 4096

/* ---- pins ----------------------------------------------------------------------------------- */

static const char *
aside_dir(struct datapath *dp, uint32_t abi)
{
    return mem_printf(dp->mem, "%s/" ASIDE "%u", dp->dir, abi);
}

const char *
aside_path(struct datapath *dp, uint32_t abi, const char *kind, const char *name)
{
    return mem_printf(dp->mem, "%s/%s_%s", aside_dir(dp, abi), kind, name);
}

/* Calls 'fn' with the name of each entry of the folder. */
static void
names_each(const char *dir, void (*fn)(void *arg, const char *name), void *arg)
{
    AUTO(mem) mem = mem_new("names");
    VEC(const char *) names = {0};
    DIR *d = opendir(dir);

    for (const struct dirent *one = d ? readdir(d) : NULL; one; one = readdir(d)) {
        vec_add(mem, &names, mem_str(mem, one->d_name));
    }
    if (d) {
        (void)closedir(d);
    }
    vec_each (&names, name) {
        fn(arg, *name);
    }
}

static bool
is_pin(const char *name)
{
    return str_starts(name, "map_") || str_starts(name, "prog_");
}

static void
pin_remove(void *dir, const char *name)
{
    char path[512];

    if (is_pin(name) && (size_t)snprintf(path, sizeof path, "%s/%s", (const char *)dir, name) < sizeof path) {
        (void)unlink(path);
    }
}

void
pins_remove(const char *dir)
{
    char copy[512];

    (void)snprintf(copy, sizeof copy, "%s", dir);
    names_each(dir, pin_remove, copy);
}

struct aside_walk {
    struct datapath *dp;
    const char *to;
    uint32_t newest;
    struct err *e;
};

static void
pin_move(void *arg, const char *name)
{
    struct aside_walk *walk = arg;

    if (is_pin(name) && !walk->e && !str_eq(name, "map_meta") &&
        rename(mem_printf(walk->dp->mem, "%s/%s", walk->dp->dir, name),
               mem_printf(walk->dp->mem, "%s/%s", walk->to, name))) {
        walk->e = err_errno(E_UNAVAILABLE, "set %s aside", name);
    }
}

struct err *
aside_put(struct datapath *dp, uint32_t abi)
{
    struct aside_walk walk = {.dp = dp, .to = aside_dir(dp, abi)};

    if (mkdir(walk.to, 0700) && errno != EEXIST) {
        return err_errno(E_UNAVAILABLE, "make %s", walk.to);
    }
    names_each(dp->dir, pin_move, &walk);
    TRY(walk.e);
    if (rename(mem_printf(dp->mem, "%s/map_meta", dp->dir), aside_path(dp, abi, "map", "meta"))) {
        return err_errno(E_UNAVAILABLE, "set map_meta aside");
    }
    return NULL;
}

static void
aside_look(void *arg, const char *name)
{
    struct aside_walk *walk = arg;
    uint32_t abi;

    if (sscanf(name, ASIDE "%u", &abi) == 1 && abi > walk->newest &&
        !access(aside_path(walk->dp, abi, "map", "meta"), F_OK)) {
        walk->newest = abi;
    }
}

uint32_t
aside_find(struct datapath *dp)
{
    struct aside_walk walk = {.dp = dp};

    names_each(dp->dir, aside_look, &walk);
    return walk.newest;
}

static void
aside_drop(void *arg, const char *name)
{
    struct datapath *dp = arg;

    if (str_starts(name, ASIDE)) {
        const char *path = mem_printf(dp->mem, "%s/%s", dp->dir, name);

        pins_remove(path);
        (void)rmdir(path);
    }
}

void
aside_remove(struct datapath *dp)
{
    names_each(dp->dir, aside_drop, dp);
}

/* ---- maps ----------------------------------------------------------------------------------- */

/* A map of before and the one of the same name now. */
struct heir {
    const char *name;
    int from, to;
    struct bpf_map_info was, is;
    size_t from_size, to_size; /* Of a value, as system calls have it. */
    bool is_array;
};

static size_t
value_size(const struct bpf_map_info *info, int n_cpus)
{
    return info->type == BPF_MAP_TYPE_PERCPU_ARRAY ? ((info->value_size + 7) & ~7u) * (size_t)n_cpus
                                                   : info->value_size;
}

static void
heir_close(struct heir *heir)
{
    fd_close(&heir->from);
    fd_close(&heir->to);
}

/* Members are added behind others: a map whose entries became smaller, or have another key, is another. */
static struct err *
heir_open(struct datapath *dp, const char *name, struct heir *heir)
{
    uint32_t n = sizeof heir->was, m = sizeof heir->is;

    *heir = (struct heir){.name = name, .to = -1};
    heir->from = bpf_obj_get(aside_path(dp, dp->aside, "map", name));
    if (heir->from < 0) {
        return err_new(E_NOT_FOUND, NULL, "there was none");
    }
    TRY(load_pin_open(dp, "map", name, &heir->to));
    if (bpf_obj_get_info_by_fd(heir->from, &heir->was, &n) || bpf_obj_get_info_by_fd(heir->to, &heir->is, &m)) {
        return err_errno(E_UNAVAILABLE, "map %s", name);
    }
    if (heir->was.type != heir->is.type || heir->was.key_size != heir->is.key_size ||
        heir->was.value_size > heir->is.value_size) {
        return err_new(E_NOT_FOUND, NULL, "its entries are of another form");
    }
    heir->is_array = heir->is.type == BPF_MAP_TYPE_ARRAY || heir->is.type == BPF_MAP_TYPE_PERCPU_ARRAY;
    heir->from_size = value_size(&heir->was, dp->n_cpus);
    heir->to_size = value_size(&heir->is, dp->n_cpus);
    return NULL;
}

/* A value per processor has its members spread. */
static void
value_widen(const struct heir *heir, const uint8_t *from, uint8_t *to)
{
    size_t n = heir->is.type == BPF_MAP_TYPE_PERCPU_ARRAY ? heir->from_size / ((heir->was.value_size + 7) & ~7u) : 1;
    size_t from_step = heir->from_size / n, to_step = heir->to_size / n;

    memset(to, 0, heir->to_size);
    for (size_t i = 0; i < n; i++) {
        memcpy(to + i * to_step, from + i * from_step, heir->was.value_size);
    }
}

static bool
is_zero(const uint8_t *bytes, size_t n)
{
    return !bytes[0] && !memcmp(bytes, bytes + 1, n - 1);
}

static struct err *
heir_fill(const struct heir *heir)
{
    AUTO(mem) mem = mem_new("map");
    uint8_t *key = mem_alloc(mem, heir->was.key_size), *next = mem_alloc(mem, heir->was.key_size);
    uint8_t *from = mem_alloc(mem, heir->from_size), *to = mem_alloc(mem, heir->to_size);
    uint32_t n = 0;

    for (bool first = true; !bpf_map_get_next_key(heir->from, first ? NULL : key, next); first = false) {
        memcpy(key, next, heir->was.key_size);
        if ((heir->is_array && n++ >= heir->is.max_entries) || bpf_map_lookup_elem(heir->from, key, from)) {
            continue;
        }
        value_widen(heir, from, to);
        if (!(heir->is_array && is_zero(to, heir->to_size)) &&
            bpf_map_update_elem(heir->to, key, to, BPF_ANY)) {
            return err_errno(E_UNAVAILABLE, "take over map %s", heir->name);
        }
    }
    return NULL;
}

static struct err *
table_take(struct datapath *dp, const char *name)
{
    struct heir heir;
    struct err *e = heir_open(dp, name, &heir);

    e = e ? e : heir_fill(&heir);
    heir_close(&heir);
    if (err_is(e, E_NOT_FOUND)) {
        log_warn("bpf", "map %s is made anew: %s", name, e->message);
        err_ignore(e, "what is desired fills it");
        return NULL;
    }
    return e;
}

struct err *
aside_meta(struct datapath *dp, struct dp_meta *meta)
{
    int fd = bpf_obj_get(aside_path(dp, dp->aside, "map", "meta"));
    bool good = load_meta(fd, meta);

    fd_close(&fd);
    if (!good) {
        return err_errno(E_UNAVAILABLE, "read map meta of ABI %u", dp->aside);
    }
    meta->abi = 0; /* Until all of it is there. */
    return NULL;
}

struct err *
aside_take(struct datapath *dp)
{
    for (int i = 0; i < N_TABLES; i++) {
        TRY(table_take(dp, datapath_table_names[i]));
    }
    return table_take(dp, datapath_map_names[MAP_health]);
}

struct err *
aside_counters(struct datapath *dp)
{
    static const int counted[] = {MAP_port_stats, MAP_hop_stats, MAP_drops};

    for (size_t i = 0; i < ARRAY_SIZE(counted); i++) {
        TRY(table_take(dp, datapath_map_names[counted[i]]));
    }
    return NULL;
}

void
aside_zero(struct datapath *dp, const char *map, uint32_t slot)
{
    AUTO(mem) mem = mem_new("slot");
    int fd = bpf_obj_get(aside_path(dp, dp->aside, "map", map));
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;

    if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &n)) {
        (void)bpf_map_update_elem(fd, &slot, mem_alloc(mem, value_size(&info, dp->n_cpus)), BPF_ANY);
    }
    fd_close(&fd);
}

/* ---- flows ---------------------------------------------------------------------------------- */

struct flow_taker {
    int adopter, to;
    uint64_t n;
    struct {
        uint8_t header[DP_COLLECT_OFF];
        uint32_t n;
        struct dp_adopted flows[DP_ADOPT_MAX];
    } __attribute__((packed)) frame; /* As dp_adopt reads it. */
};

/* By the program, which counts exactly beside those of packets. */
static struct err *
frame_send(struct flow_taker *t)
{
    LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &t->frame, .data_size_in = sizeof t->frame);

    if (t->frame.n && bpf_prog_test_run_opts(t->adopter, &opts)) {
        return err_errno(E_UNAVAILABLE, "take over flows");
    }
    t->n += t->frame.n;
    t->frame.n = 0;
    return NULL;
}

static struct err *
flow_take(struct flow_taker *t, const struct heir *heir, const uint8_t *key, const uint8_t *value)
{
    struct dp_adopted *to = &(struct dp_adopted){0};
    struct dp_flow there;

    memcpy(&to->key, key, sizeof to->key);
    if (!bpf_map_lookup_elem(t->to, &to->key, &there)) {
        return NULL;
    }
    value_widen(heir, value, (uint8_t *)&to->flow);
    memcpy(&t->frame.flows[t->frame.n++], to, sizeof *to);
    return t->frame.n == DP_ADOPT_MAX ? frame_send(t) : NULL;
}

static struct err *
flows_walk(const struct heir *heir, struct flow_taker *t)
{
    AUTO(mem) mem = mem_new("flows");
    uint8_t *keys = mem_alloc(mem, (size_t)BATCH * heir->was.key_size);
    uint8_t *values = mem_alloc(mem, (size_t)BATCH * heir->was.value_size);
    uint32_t at = 0, next = 0;
    bool done = false;

    for (bool first = true; !done; first = false, at = next) {
        uint32_t n = BATCH;

        done = bpf_map_lookup_batch(heir->from, first ? NULL : &at, &next, keys, values, &n, NULL);
        if (done && errno != ENOENT) {
            return err_errno(E_UNAVAILABLE, "walk the flow table of before");
        }
        for (uint32_t i = 0; i < n; i++) {
            TRY(flow_take(t, heir, keys + (size_t)i * heir->was.key_size,
                          values + (size_t)i * heir->was.value_size));
        }
    }
    return frame_send(t);
}

struct err *
aside_flows(struct datapath *dp, uint64_t *n)
{
    struct flow_taker t = {.adopter = dp->progs[PROG_adopt], .to = dp->maps[MAP_flows]};
    struct heir heir;
    struct err *e = heir_open(dp, datapath_map_names[MAP_flows], &heir);

    e = e ? e : flows_walk(&heir, &t);
    heir_close(&heir);
    *n = t.n;
    if (err_is(e, E_NOT_FOUND)) {
        log_warn("bpf", "flows are judged anew: %s", e->message);
        err_ignore(e, "packets make their entries again");
        return NULL;
    }
    return e;
}
