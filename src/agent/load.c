/* The kernel programs loaded and pinned, or found.  Those of another build take their place while packets
 * pass; those of another ABI beside them (take.c), until each link has the new one. */
#include "agent/datapath_parts.h"
#include "base/log.h"
#include "base/str.h"
#include "sys/file.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <openssl/sha.h>
#include <string.h>
#include <unistd.h>

#define CALLS_BEFORE 8
#define META_ROOM 256 /* A later ABI's is larger. */

extern const char datapath_object[], datapath_object_end[];

static const char *
pin_path(struct datapath *dp, const char *kind, const char *name)
{
    return mem_printf(dp->mem, "%s/%s_%s", dp->dir, kind, name);
}

/* ---- loading ------------------------------------------------------------------------------ */

static int __attribute__((format(printf, 2, 0)))
print_warnings(enum libbpf_print_level level, const char *fmt, va_list args)
{
    char line[512];

    /* clsact that is there already is no news. */
    if (level == LIBBPF_WARN && !strstr(fmt, "Kernel error message")) {
        (void)vsnprintf(line, sizeof line, fmt, args);
        line[strcspn(line, "\n")] = 0;
        log_warn("bpf", "%s", line);
    }
    return 0;
}

uint32_t
load_map_entries(int fd)
{
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;

    return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &n) ? info.max_entries : 0;
}

/* The flow table has the size it was made with, also by an earlier ABI, else the one that is wanted. */
static struct err *
flows_size(struct datapath *dp, struct bpf_object *object)
{
    const char *name = datapath_map_names[MAP_flows];
    int fd = bpf_obj_get(dp->meta.abi || !dp->aside ? pin_path(dp, "map", name)
                                                    : aside_path(dp, dp->aside, "map", name));
    uint32_t n = load_map_entries(fd);

    fd_close(&fd);
    if (bpf_map__set_max_entries(bpf_object__find_map_by_name(object, name), n ? n : dp->flows_max)) {
        return err_errno(E_INTERNAL, "size of the flow table");
    }
    return NULL;
}

/* Maps that are pinned are used again: their content is the state of all flows. */
static struct err *
maps_prepare(struct datapath *dp, struct bpf_object *object)
{
    struct bpf_map *map;

    TRY(flows_size(dp, object));

    bpf_object__for_each_map (map, object) {
        const char *path = pin_path(dp, "map", bpf_map__name(map));

        if (bpf_map__set_pin_path(map, path)) {
            return err_errno(E_INTERNAL, "pin path %s", path);
        }
    }
    return NULL;
}

static struct err *
prog_pin(struct datapath *dp, int fd, const char *name)
{
    const char *path = pin_path(dp, "prog", name);

    (void)unlink(path);
    if (bpf_obj_pin(fd, path)) {
        return err_errno(E_UNAVAILABLE, "pin %s", path);
    }
    return NULL;
}

static struct err *
progs_pin(struct datapath *dp, struct bpf_object *object)
{
    for (int i = 0; i < N_PROGS; i++) {
        struct bpf_program *prog = bpf_object__find_program_by_name(object, datapath_prog_names[i]);

        if (!prog) {
            return err_new(E_INTERNAL, NULL, "the object has no program %s", datapath_prog_names[i]);
        }
        TRY(prog_pin(dp, bpf_program__fd(prog), datapath_prog_names[i]));
    }
    return NULL;
}

/* The old tail calls keep a pin, since a program array without one empties itself while old programs
 * still forward; and those of a load that was cut short go on by others still. */
static const char *
calls_before(struct datapath *dp, int i)
{
    return pin_path(dp, "map", mem_printf(dp->mem, "calls_before%d", i));
}

/* What only programs of one build share is made anew with them. */
static void
private_maps_part(struct datapath *dp)
{
    int i = 0;

    while (i < CALLS_BEFORE - 1 && !access(calls_before(dp, i), F_OK)) {
        i++;
    }
    (void)unlink(pin_path(dp, "map", "scratch"));
    (void)rename(pin_path(dp, "map", "calls"), calls_before(dp, i));
}

void
load_leave_before(struct datapath *dp)
{
    for (int i = 0; i < CALLS_BEFORE; i++) {
        (void)unlink(calls_before(dp, i));
    }
    (void)unlink(pin_path(dp, "map", "calls_before")); /* As earlier versions called it. */
}

static struct err *
object_load(struct datapath *dp)
{
    LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "carrick");
    size_t n = (size_t)(datapath_object_end - datapath_object);
    struct bpf_object *object = bpf_object__open_mem(datapath_object, n, &opts);
    struct err *e;

    if (!object) {
        return err_errno(E_INTERNAL, "the embedded programs cannot be read");
    }
    private_maps_part(dp);
    e = maps_prepare(dp, object);
    if (!e && bpf_object__load(object)) {
        e = err_errno(E_UNAVAILABLE, "the kernel refuses the programs");
    }
    if (!e) {
        e = progs_pin(dp, object);
    }
    bpf_object__close(object);
    return e;
}

struct err *
load_pin_open(struct datapath *dp, const char *kind, const char *name, int *fd)
{
    const char *path = pin_path(dp, kind, name);

    *fd = bpf_obj_get(path);
    return *fd < 0 ? err_errno(E_UNAVAILABLE, "open %s", path) : NULL;
}

bool
load_meta(int fd, struct dp_meta *meta)
{
    struct bpf_map_info info = {0};
    uint32_t zero = 0, n = sizeof info;
    uint8_t value[META_ROOM] = {0};

    if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &n) || info.value_size > sizeof value ||
        bpf_map_lookup_elem(fd, &zero, value)) {
        return false;
    }
    memcpy(meta, value, sizeof *meta);
    return true;
}

/* Can maps of that ABI be taken over?  (0: there are none.) */
static struct err *
abi_look(const struct datapath *dp, uint32_t abi)
{
    if (abi <= DP_ABI && (!abi || abi >= DP_ABI_TAKEN)) {
        return NULL;
    }
    return err_new(E_CONFLICT, NULL,
                   "%s holds maps of ABI %u, this agent has %d and takes over those from %d on: %s, or "
                   "remove them with `carrick agent --purge` (it interrupts traffic)",
                   dp->dir, abi, DP_ABI, DP_ABI_TAKEN,
                   abi > DP_ABI ? "a newer version made them: install that one again"
                                : "upgrade by way of a version in between");
}

/* The maps that are pinned, by what they say of themselves; of an earlier ABI they are set aside. */
static struct err *
meta_look(struct datapath *dp)
{
    int fd = bpf_obj_get(pin_path(dp, "map", datapath_map_names[MAP_meta]));
    bool bad = fd >= 0 && !load_meta(fd, &dp->meta);

    fd_close(&fd);
    if (bad) {
        return err_errno(E_UNAVAILABLE, "read map meta");
    }
    TRY(abi_look(dp, dp->meta.abi));
    if (dp->meta.abi && dp->meta.abi != DP_ABI) {
        log_info("bpf", "maps of ABI %u: taken over into those of ABI %d", dp->meta.abi, DP_ABI);
        TRY(aside_put(dp, dp->meta.abi));
        dp->meta = (struct dp_meta){0};
    }
    return NULL;
}

/* All of it made, or made anew where that was cut short: nothing forwards by it before meta says that
 * it is whole. */
static struct err *
all_make(struct datapath *dp)
{
    if (dp->aside && !dp->meta.abi) {
        pins_remove(dp->dir);
    }
    TRY(object_load(dp));
    if (!dp->meta.abi) {
        dp->meta.next_id = 1;
        dp->meta.next_group = 1;
        if (dp->aside) {
            TRY(aside_meta(dp, &dp->meta));
            TRY(aside_take(dp));
        }
    }
    return NULL;
}

struct err *
load_programs(struct datapath *dp)
{
    uint8_t build[32];

    libbpf_set_print(print_warnings);
    SHA256((const unsigned char *)datapath_object,
           (size_t)(datapath_object_end - datapath_object), build);
    TRY(meta_look(dp));
    dp->aside = aside_find(dp);
    TRY(abi_look(dp, dp->aside));
    if (!dp->meta.abi || memcmp(build, dp->meta.build, sizeof build) != 0) {
        TRY(all_make(dp));
        dp->meta.abi = DP_ABI;
        memcpy(dp->meta.build, build, sizeof build);
    }
    return load_pin_open(dp, "map", datapath_map_names[MAP_meta], &dp->maps[MAP_meta]);
}
