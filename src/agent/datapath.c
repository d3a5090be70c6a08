/* Loads, pins and finds again.  Everything is pinned, so a killed agent leaves
 * forwarding as it was, and the next one only compares. */
#include "agent/datapath.h"

#include "agent/dptable.h"
#include "base/log.h"
#include "base/str.h"
#include "base/vec.h"
#include "sys/file.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/magic.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

extern const char datapath_object[], datapath_object_end[];

enum { MAP_flows, MAP_usage, MAP_port_stats, MAP_hop_stats, MAP_drops, MAP_meta, MAP_calls, MAP_health,
       MAP_tracing, MAP_trace_left, MAP_events, N_MAPS };
static const char *const map_names[N_MAPS] = {"flows",     "usage", "port_stats", "hop_stats",
                                              "drops", "meta",  "calls", "health",
                                              "tracing", "trace_left", "events"};
static const char *const table_names[N_TABLES] = {
#define X(name) #name,
    DATAPATH_TABLES(X)
#undef X
};
/* Tail-called programs in the order of enum dp_call, then the entries. */
enum { PROG_port_in = CALL_N, PROG_tun_in, PROG_punt_in, N_PROGS };
static const char *const prog_names[N_PROGS] = {
#define X(name) "dp_" #name,
    DP_CALLS(X)
#undef X
    "dp_port_in",
    "dp_tun_in",
    "dp_punt_in",
};
static const char *const drop_names[DROP_N] = {
#define DROP(name, doc) #name,
#include "bpf/drops.tbl"
#undef DROP
};
static const char *const drop_docs[DROP_N] = {
#define DROP(name, doc) doc,
#include "bpf/drops.tbl"
#undef DROP
};

/* Slots are of one of these; the kind of a number says which in its top bits. */
enum { SPACE_ports, SPACE_hops, SPACE_insts, N_SPACES };
static const struct {
    uint32_t n;
    const char *of;
} spaces[N_SPACES] = {{DP_PORTS_MAX, "ports"}, {DP_HOP_SLOTS, "positions of chains"}, {DP_INSTS_MAX, "instances"}};
#define SPACE_SHIFT 30

struct datapath {
    struct mem *mem;
    const char *dir;
    struct dptable tables[N_TABLES];
    int maps[N_MAPS];
    int progs[N_PROGS];
    struct dp_meta meta;
    int n_cpus;
    struct datapath_owned *owner; /* Of what is put; null = the round. */
    uint8_t *slots_used[N_SPACES];
    uint32_t slots_next[N_SPACES]; /* Where to look for a free one. */
    struct dp_health *health; /* The map itself, DP_INSTS_MAX of them. */
};

const char *
datapath_drop_name(uint32_t reason)
{
    return reason < DROP_N ? drop_names[reason] : "unknown";
}

const char *
datapath_drop_doc(uint32_t reason)
{
    return reason < DROP_N ? drop_docs[reason] : "unknown";
}

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

/* Maps that are pinned are used again: their content is the state of all flows. */
static struct err *
maps_prepare(struct datapath *dp, struct bpf_object *object)
{
    struct bpf_map *map;

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
        struct bpf_program *prog = bpf_object__find_program_by_name(object, prog_names[i]);

        if (!prog) {
            return err_new(E_INTERNAL, NULL, "the object has no program %s", prog_names[i]);
        }
        TRY(prog_pin(dp, bpf_program__fd(prog), prog_names[i]));
    }
    return NULL;
}

/* What only programs of one build share is made anew with them.  The old tail
 * calls keep a pin, since a program array without one empties itself while old
 * programs still forward. */
static void
private_maps_part(struct datapath *dp)
{
    (void)unlink(pin_path(dp, "map", "scratch"));
    (void)rename(pin_path(dp, "map", "calls"), pin_path(dp, "map", "calls_before"));
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

static struct err *
pin_open(struct datapath *dp, const char *kind, const char *name, int *fd)
{
    const char *path = pin_path(dp, kind, name);

    *fd = bpf_obj_get(path);
    return *fd < 0 ? err_errno(E_UNAVAILABLE, "open %s", path) : NULL;
}

struct err *
datapath_map_open(struct datapath *dp, const char *name, int *fd)
{
    return pin_open(dp, "map", name, fd);
}

static struct err *
meta_write(struct datapath *dp)
{
    uint32_t zero = 0;

    if (bpf_map_update_elem(dp->maps[MAP_meta], &zero, &dp->meta, BPF_ANY)) {
        return err_errno(E_UNAVAILABLE, "write map meta");
    }
    return NULL;
}

/* Programs of another build, or none, are (re)placed. */
static struct err *
object_check(struct datapath *dp)
{
    uint32_t zero = 0;
    uint8_t build[32];
    bool same;

    SHA256((const unsigned char *)datapath_object,
           (size_t)(datapath_object_end - datapath_object), build);
    dp->maps[MAP_meta] = bpf_obj_get(pin_path(dp, "map", map_names[MAP_meta]));
    if (dp->maps[MAP_meta] >= 0) {
        if (bpf_map_lookup_elem(dp->maps[MAP_meta], &zero, &dp->meta)) {
            return err_errno(E_UNAVAILABLE, "read map meta");
        }
    }
    if (dp->meta.abi && dp->meta.abi != DP_ABI) {
        return err_new(E_CONFLICT, NULL,
                       "%s holds maps of ABI %u, this agent has %d: remove them with "
                       "`carrick agent --purge` (it interrupts traffic)",
                       dp->dir, dp->meta.abi, DP_ABI);
    }
    same = dp->meta.abi && !memcmp(build, dp->meta.build, sizeof build);
    if (!same) {
        if (dp->maps[MAP_meta] >= 0) {
            close(dp->maps[MAP_meta]);
            dp->maps[MAP_meta] = -1;
        }
        TRY(object_load(dp));
        TRY(pin_open(dp, "map", map_names[MAP_meta], &dp->maps[MAP_meta]));
        if (!dp->meta.abi) {
            dp->meta.next_id = 1;
        }
        dp->meta.abi = DP_ABI;
        memcpy(dp->meta.build, build, sizeof build);
    }
    return NULL;
}

static void
slot_set(struct datapath *dp, const void *key, const void *value, uint8_t used)
{
    const struct dp_id *id = value;
    struct dp_id_key k;

    memcpy(&k, key, sizeof k);
    if (k.kind >> SPACE_SHIFT && id->slot < spaces[(k.kind >> SPACE_SHIFT) - 1].n) {
        dp->slots_used[(k.kind >> SPACE_SHIFT) - 1][id->slot] = used;
    }
}

static void
slot_mark(void *arg, const void *key, const void *value)
{
    slot_set(arg, key, value, 1);
}

static void
slot_free(void *arg, const void *key, const void *value)
{
    slot_set(arg, key, value, 0);
}

static struct err *
all_open(struct datapath *dp)
{
    int fd;

    for (int i = 0; i < N_TABLES; i++) {
        TRY(pin_open(dp, "map", table_names[i], &fd));
        TRY(dptable_open(&dp->tables[i], table_names[i], fd));
    }
    dp->tables[TABLE_ids].gone = slot_free;
    dp->tables[TABLE_ids].arg = dp;
    dptable_each_entry(&dp->tables[TABLE_ids], slot_mark, dp);
    for (int i = 0; i < N_MAPS; i++) {
        if (i != MAP_meta) {
            TRY(pin_open(dp, "map", map_names[i], &dp->maps[i]));
        }
    }
    for (uint32_t i = 0; i < N_PROGS; i++) {
        TRY(pin_open(dp, "prog", prog_names[i], &dp->progs[i]));
        if (i < CALL_N && bpf_map_update_elem(dp->maps[MAP_calls], &i, &dp->progs[i], BPF_ANY)) {
            return err_errno(E_UNAVAILABLE, "fill map calls");
        }
    }
    /* Last, so that an interrupted load is done again. */
    return meta_write(dp);
}

static struct err *
health_map(struct datapath *dp)
{
    void *at = mmap(NULL, DP_INSTS_MAX * sizeof *dp->health, PROT_READ | PROT_WRITE, MAP_SHARED,
                    dp->maps[MAP_health], 0);

    if (at == MAP_FAILED) {
        return err_errno(E_UNAVAILABLE, "map the instances' health into memory");
    }
    dp->health = at;
    return NULL;
}

struct dp_health *
datapath_health(struct datapath *dp)
{
    return dp->health;
}

struct err *
datapath_new(const char *bpffs, struct datapath **out)
{
    struct mem *mem = mem_new("datapath");
    struct datapath *dp = MEM_NEW(mem, struct datapath);
    struct statfs fs;
    struct err *e = NULL;

    dp->mem = mem;
    dp->dir = mem_str(mem, bpffs);
    dp->n_cpus = libbpf_num_possible_cpus();
    memset(dp->maps, -1, sizeof dp->maps);
    memset(dp->progs, -1, sizeof dp->progs);
    for (int i = 0; i < N_TABLES; i++) {
        dp->tables[i].fd = -1;
    }
    for (int i = 0; i < N_SPACES; i++) {
        dp->slots_used[i] = mem_alloc(mem, spaces[i].n);
    }
    libbpf_set_print(print_warnings);
    if (statfs(bpffs, &fs) || (uint32_t)fs.f_type != BPF_FS_MAGIC) {
        e = err_new(E_INVALID, NULL, "%s is not a mounted bpf file system", bpffs);
    }
    e = e ? e : object_check(dp);
    e = e ? e : all_open(dp);
    e = e ? e : health_map(dp);
    if (e) {
        datapath_free(dp);
        return e;
    }
    *out = dp;
    return NULL;
}

void
datapath_free(struct datapath *dp)
{
    if (!dp) {
        return;
    }
    if (dp->health) {
        (void)munmap(dp->health, DP_INSTS_MAX * sizeof *dp->health);
    }
    for (int i = 0; i < N_TABLES; i++) {
        fd_close(&dp->tables[i].fd);
        dptable_close(&dp->tables[i]);
    }
    for (int i = 0; i < N_MAPS; i++) {
        fd_close(&dp->maps[i]);
    }
    for (int i = 0; i < N_PROGS; i++) {
        fd_close(&dp->progs[i]);
    }
    mem_free(dp->mem);
}

struct err *
datapath_purge(const char *bpffs)
{
    struct statfs fs;

    if (statfs(bpffs, &fs) || (uint32_t)fs.f_type != BPF_FS_MAGIC) {
        return NULL;
    }
    {
        AUTO(mem) mem = mem_new("purge");
        struct datapath dp = {.mem = mem, .dir = bpffs};

        for (int i = 0; i < N_TABLES; i++) {
            (void)unlink(pin_path(&dp, "map", table_names[i]));
        }
        for (int i = 0; i < N_MAPS; i++) {
            (void)unlink(pin_path(&dp, "map", map_names[i]));
        }
        for (int i = 0; i < N_PROGS; i++) {
            (void)unlink(pin_path(&dp, "prog", prog_names[i]));
        }
        (void)unlink(pin_path(&dp, "map", "frags"));
        (void)unlink(pin_path(&dp, "map", "rates"));
        (void)unlink(pin_path(&dp, "map", "scratch"));
        (void)unlink(pin_path(&dp, "map", "calls_before"));
    }
    return NULL;
}

/* ---- attaching ------------------------------------------------------------------------------ */

static struct err *
attach(struct datapath *dp, int ifindex, int prog)
{
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
    LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1, .prog_fd = dp->progs[prog],
                .flags = BPF_TC_F_REPLACE);
    int bad = bpf_tc_hook_create(&hook);

    if (bad && bad != -EEXIST) {
        errno = -bad;
        return err_errno(E_UNAVAILABLE, "clsact on link %d", ifindex);
    }
    bad = bpf_tc_attach(&hook, &opts);
    if (bad) {
        errno = -bad;
        return err_errno(E_UNAVAILABLE, "attach to link %d", ifindex);
    }
    return NULL;
}

struct err *
datapath_attach_port(struct datapath *dp, int ifindex)
{
    return attach(dp, ifindex, PROG_port_in);
}

struct err *
datapath_attach_tunnel(struct datapath *dp, int ifindex)
{
    return attach(dp, ifindex, PROG_tun_in);
}

struct err *
datapath_attach_punt(struct datapath *dp, int ifindex)
{
    return attach(dp, ifindex, PROG_punt_in);
}

/* ---- tables ----------------------------------------------------------------------------------- */

void
datapath_begin(struct datapath *dp)
{
    for (int i = 0; i < N_TABLES; i++) {
        dptable_begin(&dp->tables[i]);
    }
}

/* Key, then table, so that it is read from behind. */
static void
owned_add(struct datapath *dp, enum datapath_table table, const void *key)
{
    struct datapath_owned *owned = dp->owner;
    size_t n = dp->tables[table].key_size;

    if (owned->n + n + 1 > owned->cap) {
        owned->cap = owned->cap * 2 + n + 63;
        owned->bytes = heap_realloc(owned->bytes, owned->cap);
    }
    memcpy(owned->bytes + owned->n, key, n);
    owned->bytes[owned->n + n] = (uint8_t)table;
    owned->n += n + 1;
}

struct err *
datapath_put(struct datapath *dp, enum datapath_table table, const void *key, const void *value)
{
    if (!dp->owner) {
        return dptable_put(&dp->tables[table], key, value);
    }
    TRY(dptable_hold(&dp->tables[table], key, value));
    owned_add(dp, table, key);
    return NULL;
}

struct err *
datapath_put_first(struct datapath *dp, enum datapath_table table, const void *key,
                   const void *value)
{
    return dptable_was_put(&dp->tables[table], key) ? NULL
                                                  : dptable_put(&dp->tables[table], key, value);
}

const void *
datapath_put_already(struct datapath *dp, enum datapath_table table, const void *key)
{
    const void *value =
        dptable_was_put(&dp->tables[table], key) ? dptable_get(&dp->tables[table], key) : NULL;

    if (value && dp->owner) {
        err_ignore(dptable_hold(&dp->tables[table], key, value), "it is there: nothing is written");
        owned_add(dp, table, key);
    }
    return value;
}

void
datapath_own(struct datapath *dp, struct datapath_owned *owned)
{
    dp->owner = owned;
}

struct err *
datapath_disown(struct datapath *dp, struct datapath_owned *owned)
{
    struct err *e = NULL;

    while (owned->n) {
        enum datapath_table table = (enum datapath_table)owned->bytes[--owned->n];

        owned->n -= dp->tables[table].key_size;
        e = err_join(e, dptable_release(&dp->tables[table], owned->bytes + owned->n));
    }
    free(owned->bytes);
    *owned = (struct datapath_owned){0};
    return e;
}

bool
datapath_is_owned(struct datapath *dp, enum datapath_table table, const void *key)
{
    return dptable_is_held(&dp->tables[table], key);
}

struct err *
datapath_hold(struct datapath *dp, enum datapath_table table, const void *key, const void *value)
{
    return dptable_hold(&dp->tables[table], key, value);
}

struct err *
datapath_set(struct datapath *dp, enum datapath_table table, const void *key, const void *value)
{
    return dptable_set(&dp->tables[table], key, value);
}

struct err *
datapath_release(struct datapath *dp, enum datapath_table table, const void *key)
{
    return dptable_release(&dp->tables[table], key);
}

void
datapath_changes(const struct datapath *dp, uint64_t *writes, uint64_t *deletes)
{
    *writes = *deletes = 0;
    for (int i = 0; i < N_TABLES; i++) {
        *writes += dp->tables[i].writes;
        *deletes += dp->tables[i].deletes;
    }
}

struct err *
datapath_end(struct datapath *dp)
{
    for (int i = N_TABLES - 1; i >= 0; i--) {
        TRY(dptable_end(&dp->tables[i]));
    }
    return NULL;
}

const void *
datapath_get(struct datapath *dp, enum datapath_table table, const void *key)
{
    return dptable_get(&dp->tables[table], key);
}

/* ---- numbers ------------------------------------------------------------------------------------ */

struct uuid_search {
    uint32_t kind, number;
    const struct dp_id_key *found;
};

static void
uuid_look(void *arg, const void *key, const void *value)
{
    struct uuid_search *search = arg;
    const struct dp_id_key *k = key;
    const struct dp_id *id = value;

    if (id->id == search->number && (k->kind & ((1u << SPACE_SHIFT) - 1)) == search->kind) {
        search->found = k;
    }
}

const char *
datapath_uuid(struct datapath *dp, struct mem *mem, uint32_t kind, uint32_t number)
{
    struct uuid_search search = {.kind = kind, .number = number};
    char hex[33];

    dptable_each_entry(&dp->tables[TABLE_ids], uuid_look, &search);
    if (!search.found) {
        return NULL;
    }
    hex_from(hex, search.found->uuid, sizeof search.found->uuid);
    return mem_printf(mem, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static struct err *
slot_zero(struct datapath *dp, int which, uint32_t slot)
{
    size_t n = which == SPACE_hops ? sizeof(struct dp_hop_stats) : sizeof(struct dp_port_stats);
    AUTO(mem) mem = mem_new("slot");

    if (which == SPACE_insts) {
        memset(&dp->health[slot], 0, sizeof *dp->health);
        return NULL;
    }
    if (bpf_map_update_elem(dp->maps[which == SPACE_hops ? MAP_hop_stats : MAP_port_stats], &slot,
                            mem_array(mem, (size_t)dp->n_cpus, n), BPF_ANY)) {
        return err_errno(E_UNAVAILABLE, "zero counters");
    }
    return NULL;
}

/* -1 where the number has no slot. */
static int
space_of(uint32_t n_slots)
{
    int i = N_SPACES - 1;

    while (i >= 0 && spaces[i].n != n_slots) {
        i--;
    }
    return i;
}

static struct err *
slot_take(struct datapath *dp, uint32_t n_slots, uint32_t *slot)
{
    int which = space_of(n_slots);

    for (uint32_t n = 0; n < n_slots; n++) {
        uint32_t i = (dp->slots_next[which] + n) % n_slots;

        if (!dp->slots_used[which][i]) {
            dp->slots_used[which][i] = 1;
            dp->slots_next[which] = i + 1;
            *slot = i;
            return slot_zero(dp, which, i);
        }
    }
    return err_new(E_QUOTA, NULL, "more than %u %s", n_slots, spaces[which].of);
}

static bool
id_key(uint32_t kind, const char *uuid, uint32_t n_slots, struct dp_id_key *key)
{
    char hex[33];
    size_t n = 0;

    *key = (struct dp_id_key){.kind = kind | (uint32_t)(space_of(n_slots) + 1) << SPACE_SHIFT};
    for (const char *c = uuid; *c && n < 32; c++) {
        if (*c != '-') {
            hex[n++] = *c;
        }
    }
    hex[n] = 0;
    return hex_to(key->uuid, hex, sizeof key->uuid);
}

bool
datapath_id_known(struct datapath *dp, uint32_t kind, const char *uuid, uint32_t n_slots,
                  struct dp_id *id)
{
    struct dp_id_key key;
    const struct dp_id *known =
        id_key(kind, uuid, n_slots, &key) ? dptable_get(&dp->tables[TABLE_ids], &key) : NULL;

    if (known) {
        *id = *known;
    }
    return known;
}

struct err *
datapath_id(struct datapath *dp, uint32_t kind, const char *uuid, uint32_t n_slots,
            struct dp_id *id)
{
    struct dp_id_key key;

    if (!id_key(kind, uuid, n_slots, &key)) {
        return err_new(E_INVALID, NULL, "'%s' is no UUID", uuid);
    }
    if (!datapath_id_known(dp, kind, uuid, n_slots, id)) {
        *id = (struct dp_id){.id = dp->meta.next_id++};
        TRY(meta_write(dp)); /* First: a number is lost rather than given twice. */
        if (n_slots) {
            TRY(slot_take(dp, n_slots, &id->slot));
        }
    }
    return datapath_put(dp, TABLE_ids, &key, id);
}

/* ---- flows -------------------------------------------------------------------------------------- */

struct err *
datapath_usage(struct datapath *dp, uint32_t net)
{
    uint64_t zero = 0;

    if (bpf_map_update_elem(dp->maps[MAP_usage], &net, &zero, BPF_NOEXIST) && errno != EEXIST) {
        return err_errno(E_UNAVAILABLE, "count of a network's flows");
    }
    return NULL;
}

#define BATCH 4096
#define COUNT_SLOTS 32768 /* Twice the networks there can be. */

struct collect {
    struct dp_flow_key keys[BATCH];
    struct dp_flow flows[BATCH];
    uint64_t now;
    uint64_t left;
    uint32_t nets[COUNT_SLOTS]; /* 0 = free */
    uint64_t counts[COUNT_SLOTS];
};

static void
count_net(struct collect *c, uint32_t net)
{
    size_t i = net * 2654435761u % COUNT_SLOTS;

    for (size_t n = 0; n < COUNT_SLOTS; n++, i = (i + 1) % COUNT_SLOTS) {
        if (!c->nets[i] || c->nets[i] == net) {
            c->nets[i] = net;
            c->counts[i]++;
            return;
        }
    }
}

static void
collect_batch(struct datapath *dp, struct collect *c, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct dp_flow *flow = &c->flows[i];
        uint64_t idle = dp_flow_idle_s(c->keys[i].proto, flow->state, flow->flags) * 1000000000ULL;

        if (c->now > flow->last_ns + idle) {
            (void)bpf_map_delete_elem(dp->maps[MAP_flows], &c->keys[i]);
        } else {
            c->left++;
            count_net(c, c->keys[i].net);
        }
    }
}

/* The programs count up and down; what a race lost is mended here, and what
 * counts a network that is gone goes. */
static void
usage_mend(struct datapath *dp, const struct collect *c)
{
    uint32_t net, next;
    bool first = true;

    while (!bpf_map_get_next_key(dp->maps[MAP_usage], first ? NULL : &net, &next)) {
        size_t i = next * 2654435761u % COUNT_SLOTS;
        uint64_t n;

        first = false;
        net = next;
        if (net && !dptable_get(&dp->tables[TABLE_nets], &net)) {
            (void)bpf_map_delete_elem(dp->maps[MAP_usage], &net);
            continue;
        }
        while (c->nets[i] && c->nets[i] != net) {
            i = (i + 1) % COUNT_SLOTS;
        }
        n = !net ? c->left : c->nets[i] ? c->counts[i] : 0; /* 0: all networks. */
        (void)bpf_map_update_elem(dp->maps[MAP_usage], &net, &n, BPF_EXIST);
    }
}

struct err *
datapath_collect(struct datapath *dp, uint64_t *left)
{
    AUTO(mem) mem = mem_new("collect");
    struct collect *c = MEM_NEW(mem, struct collect);
    struct timespec ts;
    uint64_t cursor = 0;
    bool first = true;
    int bad;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    c->now = (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
    do {
        uint32_t n = BATCH;

        bad = bpf_map_lookup_batch(dp->maps[MAP_flows], first ? NULL : &cursor, &cursor, c->keys,
                                   c->flows, &n, NULL);
        first = false;
        if (bad && errno != ENOENT) {
            return err_errno(E_UNAVAILABLE, "walk the flow table");
        }
        collect_batch(dp, c, n);
    } while (!bad);
    usage_mend(dp, c);
    *left = c->left;
    return NULL;
}

/* ---- counters ----------------------------------------------------------------------------------- */

/* Adds up 'n' 64-bit counters over all processors. */
static void
sum_up(struct datapath *dp, int map, uint32_t at, uint64_t *sum, size_t n)
{
    AUTO(mem) mem = mem_new("counters");
    uint64_t *all = MEM_ARRAY(mem, n * (size_t)dp->n_cpus, uint64_t);

    memset(sum, 0, n * sizeof *sum);
    if (!bpf_map_lookup_elem(dp->maps[map], &at, all)) {
        for (size_t i = 0; i < n * (size_t)dp->n_cpus; i++) {
            sum[i % n] += all[i];
        }
    }
}

void
datapath_port_stats(struct datapath *dp, uint32_t slot, struct dp_port_stats *sum)
{
    uint64_t s[5];

    sum_up(dp, MAP_port_stats, slot, s, 5);
    *sum = (struct dp_port_stats){s[0], s[1], s[2], s[3], s[4]};
}

void
datapath_hop_stats(struct datapath *dp, uint32_t slot, struct dp_hop_stats *sum)
{
    uint64_t s[6];

    sum_up(dp, MAP_hop_stats, slot, s, 6);
    *sum = (struct dp_hop_stats){{s[0], s[1]}, {s[2], s[3]}, {s[4], s[5]}};
}

uint64_t
datapath_drops(struct datapath *dp, uint32_t reason)
{
    uint64_t n;

    sum_up(dp, MAP_drops, reason, &n, 1);
    return n;
}
