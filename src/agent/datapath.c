/* Loads, pins and finds again.  Everything is pinned, so a killed agent leaves
 * forwarding as it was, and the next one only compares. */
#include "agent/datapath_parts.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"
#include "sys/file.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

const char *const datapath_map_names[N_MAPS] = {
#define X(name) #name,
    DATAPATH_MAPS(X)
#undef X
};
const char *const datapath_prog_names[N_PROGS] = {
#define X(name) "dp_" #name,
    DP_CALLS(X) DATAPATH_ENTRIES(X)
#undef X
};
const char *const datapath_table_names[N_TABLES] = {
#define X(name, of) #name,
    DATAPATH_TABLES(X)
#undef X
};
static const char *const table_ofs[N_TABLES] = {
#define X(name, of) of,
    DATAPATH_TABLES(X)
#undef X
};
/* Slots are of one of these; the kind of a number says which in its top bits. */
enum { SPACE_ports, SPACE_hops, SPACE_insts, N_SPACES };
static const struct {
    uint32_t n;
    const char *of;
} spaces[N_SPACES] = {{DP_PORTS_MAX, "ports"}, {DP_HOP_SLOTS, "positions of chains"}, {DP_INSTS_MAX, "instances"}};
#define SPACE_SHIFT 30
_Static_assert(N_SPACES == SPACES, "datapath_parts.h");

/* ---- opening ------------------------------------------------------------------------------- */

struct err *
datapath_map_open(struct datapath *dp, const char *name, int *fd)
{
    return load_pin_open(dp, "map", name, fd);
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

/* What the flow table has become. */
static void
flows_told(struct datapath *dp)
{
    uint32_t n = load_map_entries(dp->maps[MAP_flows]);

    if (n != dp->flows_max) {
        log_warn("flows",
                 "the flow table has %u entries, not %u: it was made so.  To make it anew, stop the "
                 "agent and remove all with `carrick agent --purge` (it interrupts traffic)",
                 n, dp->flows_max);
    }
    dp->flows_max = n;
}

static void
slot_set(struct datapath *dp, const struct dp_id_key *key, const struct dp_id *id, uint8_t used)
{
    if (key->kind >> SPACE_SHIFT && id->slot < spaces[(key->kind >> SPACE_SHIFT) - 1].n) {
        dp->slots_used[(key->kind >> SPACE_SHIFT) - 1][id->slot] = used;
    }
}

static void
id_found(void *arg, const void *key, const void *value)
{
    struct datapath *dp = arg;

    slot_set(dp, key, value, 1);
    seats_found(dp->seats, key, value);
}

static void
id_gone(void *arg, const void *key, const void *value)
{
    struct datapath *dp = arg;

    slot_set(dp, key, value, 0);
    seats_gone(dp->seats, key, value);
}

static struct err *
all_open(struct datapath *dp)
{
    int fd;

    for (int i = 0; i < N_TABLES; i++) {
        TRY(load_pin_open(dp, "map", datapath_table_names[i], &fd));
        TRY(dptable_open(&dp->tables[i], datapath_table_names[i], table_ofs[i], fd));
    }
    dp->tables[TABLE_ids].gone = id_gone;
    dp->tables[TABLE_ids].arg = dp;
    dptable_each_entry(&dp->tables[TABLE_ids], id_found, dp);
    for (int i = 0; i < N_MAPS; i++) {
        if (i != MAP_meta) {
            TRY(load_pin_open(dp, "map", datapath_map_names[i], &dp->maps[i]));
        }
    }
    for (uint32_t i = 0; i < N_PROGS; i++) {
        TRY(load_pin_open(dp, "prog", datapath_prog_names[i], &dp->progs[i]));
        if (i < CALL_N && bpf_map_update_elem(dp->maps[MAP_calls], &i, &dp->progs[i], BPF_ANY)) {
            return err_errno(E_UNAVAILABLE, "fill map calls");
        }
    }
    flows_told(dp);
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
datapath_new(const char *bpffs, uint32_t flows, struct datapath **out)
{
    struct mem *mem = mem_new("datapath");
    struct datapath *dp = MEM_NEW(mem, struct datapath);
    struct statfs fs;
    struct err *e = NULL;

    dp->mem = mem;
    dp->dir = mem_str(mem, bpffs);
    dp->flows_max = flows;
    dp->seats = seats_new(&dp->tables[TABLE_ids]);
    dp->n_cpus = libbpf_num_possible_cpus();
    memset(dp->maps, -1, sizeof dp->maps);
    memset(dp->progs, -1, sizeof dp->progs);
    for (int i = 0; i < N_TABLES; i++) {
        dp->tables[i].fd = -1;
    }
    for (int i = 0; i < N_SPACES; i++) {
        dp->slots_used[i] = mem_alloc(mem, spaces[i].n);
    }
    if (statfs(bpffs, &fs) || (uint32_t)fs.f_type != BPF_FS_MAGIC) {
        e = err_new(E_INVALID, NULL, "%s is not a mounted bpf file system", bpffs);
    }
    e = e ? e : load_programs(dp);
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
    seats_free(dp->seats);
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

/* ---- attaching ------------------------------------------------------------------------------ */

struct err *
datapath_purge(const char *bpffs)
{
    struct statfs fs;

    if (!statfs(bpffs, &fs) && (uint32_t)fs.f_type == BPF_FS_MAGIC) {
        AUTO(mem) mem = mem_new("purge");
        struct datapath dp = {.mem = mem, .dir = bpffs};

        aside_remove(&dp);
        pins_remove(bpffs);
    }
    return NULL;
}

static struct err *
attach_now(struct datapath *dp, int ifindex, int prog)
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

/* While maps of an earlier ABI are taken over, links keep the programs that they have until all is there. */
static struct err *
attach(struct datapath *dp, int ifindex, int prog)
{
    if (dp->aside) {
        vec_add(dp->mem, &dp->waiting, ((struct datapath_waiting){ifindex, prog}));
        return NULL;
    }
    return attach_now(dp, ifindex, prog);
}

static struct err *
waiting_attach(struct datapath *dp)
{
    char name[IF_NAMESIZE];

    vec_each (&dp->waiting, it) {
        struct err *e = attach_now(dp, it->ifindex, it->prog);

        if (e && !if_indextoname((unsigned)it->ifindex, name)) {
            err_ignore(e, "the link is gone");
            e = NULL;
        }
        TRY(e);
    }
    return NULL;
}

/* Looked at twice: what began meanwhile by the old programs goes on by the new ones, too. */
static struct err *
aside_leave(struct datapath *dp)
{
    int64_t from = time_mono_ns();
    uint64_t n, more;

    TRY(aside_flows(dp, &n));
    TRY(aside_counters(dp));
    TRY(waiting_attach(dp));
    TRY(aside_flows(dp, &more));
    aside_remove(dp);
    log_info("bpf", "taken over from ABI %u: flows=%llu links=%zu ms=%lld", dp->aside,
             (unsigned long long)(n + more), dp->waiting.n,
             (long long)((time_mono_ns() - from) / 1000000));
    dp->aside = 0;
    dp->waiting.n = 0;
    return NULL;
}

struct err *
datapath_settle(struct datapath *dp)
{
    if (dp->is_settled) {
        return NULL;
    }
    if (dp->aside) {
        TRY(aside_leave(dp));
    }
    load_leave_before(dp);
    dp->is_settled = true;
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

struct err *
datapath_attach_bounce(struct datapath *dp, int ifindex)
{
    return attach(dp, ifindex, PROG_bounce_in);
}

struct err *
datapath_attach_gpe(struct datapath *dp, int ifindex)
{
    return attach(dp, ifindex, PROG_gpe_in);
}

/* ---- tables ----------------------------------------------------------------------------------- */

void
datapath_begin(struct datapath *dp)
{
    for (int i = 0; i < N_TABLES; i++) {
        dptable_begin(&dp->tables[i]);
    }
    err_ignore(seats_keep(dp->seats), "those that are not kept are others' a little earlier");
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
    return seats_keep(dp->seats);
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

    /* A seat that an instance has left may be another's by now. */
    if (id->id == search->number && (k->kind & ((1u << SPACE_SHIFT) - 1)) == search->kind &&
        (!search->found || !id->left)) {
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
    int map = which == SPACE_hops ? MAP_hop_stats : MAP_port_stats;

    if (which == SPACE_insts) {
        memset(&dp->health[slot], 0, sizeof *dp->health);
        return NULL;
    }
    if (dp->aside) {
        aside_zero(dp, datapath_map_names[map], slot);
    }
    if (bpf_map_update_elem(dp->maps[map], &slot, mem_array(mem, (size_t)dp->n_cpus, n), BPF_ANY)) {
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

/* One that is new, whose number '*next' was: where there is no room, nobody has had the number or
 * the slot, and the next who asks gets them. */
static struct err *
id_put_new(struct datapath *dp, const struct dp_id_key *key, struct dp_id *id, uint32_t *next)
{
    struct err *e = meta_write(dp); /* First: a number is lost rather than given twice. */

    e = e ? e : datapath_put(dp, TABLE_ids, key, id);
    if (e) {
        slot_set(dp, key, id, 0);
        *next -= next != NULL;
        *id = (struct dp_id){0};
    }
    return e;
}

struct err *
datapath_id(struct datapath *dp, uint32_t kind, const char *uuid, uint32_t n_slots,
            struct dp_id *id)
{
    struct dp_id_key key;

    if (!id_key(kind, uuid, n_slots, &key)) {
        return err_new(E_INVALID, NULL, "'%s' is no UUID", uuid);
    }
    if (datapath_id_known(dp, kind, uuid, n_slots, id)) {
        return datapath_put(dp, TABLE_ids, &key, id);
    }
    *id = (struct dp_id){.id = dp->meta.next_id};
    if (n_slots) {
        TRY(slot_take(dp, n_slots, &id->slot));
    }
    dp->meta.next_id++;
    return id_put_new(dp, &key, id, &dp->meta.next_id);
}

/* ---- groups of instances ---------------------------------------------------------------------- */

static bool
member_key(uint32_t kind, uint32_t group, const char *uuid, uint32_t n_slots, struct dp_id_key *key)
{
    bool ok = id_key(kind, uuid, n_slots, key);

    key->group = group;
    return ok;
}

bool
datapath_group_known(struct datapath *dp, uint32_t kind, const char *uuid, struct dp_id *id)
{
    struct dp_id_key key;
    const struct dp_id *known = member_key(kind, DP_ID_GROUP, uuid, 0, &key)
                                    ? dptable_get(&dp->tables[TABLE_ids], &key)
                                    : NULL;

    if (known) {
        *id = *known;
    }
    return known;
}

struct err *
datapath_group(struct datapath *dp, uint32_t kind, const char *uuid, uint32_t *number)
{
    struct dp_id_key key;
    struct dp_id id;

    if (!member_key(kind, DP_ID_GROUP, uuid, 0, &key)) {
        return err_new(E_INVALID, NULL, "'%s' is no UUID", uuid);
    }
    if (!datapath_group_known(dp, kind, uuid, &id)) {
        if (dp->meta.next_group > DP_GROUP_NUMBER_MAX) {
            return err_new(E_QUOTA, NULL, "no number is left for a group of instances");
        }
        *number = dp->meta.next_group++;
        id = (struct dp_id){.id = *number};
        return id_put_new(dp, &key, &id, &dp->meta.next_group);
    }
    *number = id.id;
    return datapath_put(dp, TABLE_ids, &key, &id);
}

static struct err *
member_put(struct datapath *dp, const struct dp_id_key *key, struct dp_id *id, bool has_slot)
{
    struct err *e;

    if (!has_slot) {
        TRY(slot_take(dp, DP_INSTS_MAX, &id->slot));
    }
    id->left = 0;
    e = datapath_put(dp, TABLE_ids, key, id);
    if (e && !has_slot) {
        slot_set(dp, key, id, 0);
    } else if (!e) {
        seats_sit(dp->seats, key, id->id);
    }
    return e;
}

static struct err *
member_join(struct datapath *dp, const struct dp_id_key *key, uint64_t listed, struct dp_id *id)
{
    const struct dp_id *known = dptable_get(&dp->tables[TABLE_ids], key);
    bool has_slot = known && !known->left;
    uint32_t seat;

    if (!seats_take(dp->seats, key->group, listed, &seat)) {
        return err_new(E_QUOTA, NULL, "more than %d instances in a group", DP_MEMBERS);
    }
    *id = (struct dp_id){.id = DP_INST_NUMBER(key->group, seat), .slot = has_slot ? known->slot : 0};
    return member_put(dp, key, id, has_slot);
}

struct err *
datapath_members(struct datapath *dp, uint32_t kind, uint32_t group, const char *const *uuids,
                 size_t n, struct dp_id *ids)
{
    const struct dp_id *known;
    uint64_t listed = 0;
    struct dp_id_key key;

    for (size_t i = 0; i < n; i++) {
        if (!member_key(kind, group, uuids[i], DP_INSTS_MAX, &key)) {
            return err_new(E_INVALID, NULL, "'%s' is no UUID", uuids[i]);
        }
        known = seats_has(dp->seats, &key) ? dptable_get(&dp->tables[TABLE_ids], &key) : NULL;
        ids[i] = known ? *known : (struct dp_id){0};
        if (known) {
            listed |= 1ULL << DP_INST_SEAT(ids[i].id);
            TRY(member_put(dp, &key, &ids[i], !ids[i].left));
        }
    }
    /* When all are known who stay where they are. */
    for (size_t i = 0; i < n; i++) {
        if (ids[i].id || !member_key(kind, group, uuids[i], DP_INSTS_MAX, &key)) {
            continue;
        }
        known = seats_has(dp->seats, &key) ? dptable_get(&dp->tables[TABLE_ids], &key) : NULL;
        if (known) { /* It is listed twice. */
            ids[i] = *known;
        } else {
            TRY(member_join(dp, &key, listed, &ids[i]));
            listed |= 1ULL << DP_INST_SEAT(ids[i].id);
        }
    }
    return NULL;
}

uint32_t
datapath_member(struct datapath *dp, uint32_t kind, uint32_t group, const char *uuid)
{
    struct dp_id_key key;
    const struct dp_id *id =
        member_key(kind, group, uuid, DP_INSTS_MAX, &key) && seats_has(dp->seats, &key)
            ? dptable_get(&dp->tables[TABLE_ids], &key)
            : NULL;

    return id && !id->left ? id->id : 0;
}

/* ---- flows -------------------------------------------------------------------------------------- */

uint32_t
datapath_flows_max(const struct datapath *dp)
{
    return dp->flows_max;
}

uint64_t
datapath_flows(struct datapath *dp)
{
    uint32_t all = 0;
    uint64_t n = 0;

    (void)bpf_map_lookup_elem(dp->maps[MAP_usage], &all, &n);
    return n;
}

struct err *
datapath_usage(struct datapath *dp, uint32_t net)
{
    return flows_usage(dp->maps[MAP_usage], net);
}

/* What counts a network that is gone. */
static void
usage_clean(struct datapath *dp)
{
    uint32_t net, next;
    bool first = true;

    while (!bpf_map_get_next_key(dp->maps[MAP_usage], first ? NULL : &net, &next)) {
        first = false;
        net = next;
        if (net && !dptable_get(&dp->tables[TABLE_nets], &net)) { /* 0: all networks. */
            (void)bpf_map_delete_elem(dp->maps[MAP_usage], &net);
        }
    }
}

struct err *
datapath_collect(struct datapath *dp, bool *done)
{
    TRY(flows_collect(dp->maps[MAP_flows], dp->progs[PROG_collect], &dp->walk, done));
    if (*done) {
        usage_clean(dp);
    }
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
