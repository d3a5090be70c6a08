/* What the kernel gives its programs, for a trace: maps that are read from the
 * kernel once and written here only, and one packet. */
#include "agent/trace_helpers.h"

#include "agent/trace_kernel.h"
#include "base/str.h"
#include "base/vec.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <string.h>
#include <time.h>

#define CALLS_MAX 33 /* As in the kernel. */
#define SEED 0x7261636b

struct trace_map {
    const char *name;
    int fd;
    uint32_t key_size, value_size;
    bool is_counter; /* One value a processor: what it begins from is nobody's business. */
    struct map_copy *copies;
};
/* What a key holds in this trace. */
struct map_copy {
    struct map_copy *next;
    uint64_t hash;
    void *key, *value;
    bool is_there;
};

struct trace_kernel {
    struct mem *mem;
    trace_open_fn *open;
    trace_seen_fn *seen;
    void *arg;
    struct map maps; /* name -> struct trace_map */
    struct err *bad; /* The first thing that could not be done. */
    struct trace_packet *packet;
    struct trace_verdict *verdict;
    uint32_t n_calls;
    bool quiet;
};

/* The helpers of maps are not given the packet: the trace that runs on this thread. */
static _Thread_local struct trace_kernel *running;

struct trace_kernel *
trace_kernel_new(trace_open_fn *open, trace_seen_fn *seen, void *arg)
{
    struct mem *mem = mem_new("trace");
    struct trace_kernel *t = MEM_NEW(mem, struct trace_kernel);

    *t = (struct trace_kernel){.mem = mem, .open = open, .seen = seen, .arg = arg};
    map_init(&t->maps, mem);
    return t;
}

void
trace_kernel_free(struct trace_kernel *t)
{
    if (!t) {
        return;
    }
    map_each (&t->maps, it) {
        fd_close(&((struct trace_map *)it->value)->fd);
    }
    err_free(t->bad);
    mem_free(t->mem);
}

void
trace_kernel_autofree(struct trace_kernel **t)
{
    trace_kernel_free(*t);
}

static void
tell(const struct trace_seen *seen)
{
    if (!running->quiet) {
        running->seen(running->arg, seen);
    }
}

static void
fail(struct err *e)
{
    if (running->bad) {
        err_ignore(e, "the first is told");
    } else {
        running->bad = e;
    }
}

/* ---- maps --------------------------------------------------------------------------------- */

static bool
is_per_cpu(uint32_t type)
{
    return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
           type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static struct err *
map_open(struct trace_map *map)
{
    struct bpf_map_info info = {0};
    uint32_t n = sizeof info;

    TRY(running->open(running->arg, map->name, &map->fd));
    if (bpf_obj_get_info_by_fd(map->fd, &info, &n)) {
        return err_errno(E_UNAVAILABLE, "ask of map %s", map->name);
    }
    map->key_size = info.key_size;
    map->value_size = info.value_size;
    map->is_counter = is_per_cpu(info.type);
    return NULL;
}

/* By its name as the programs write it ("&ports"); null where it cannot be read. */
static struct trace_map *
map_of(const char *name)
{
    struct trace_map *map;
    struct err *e;

    name += *name == '&';
    map = map_get(&running->maps, name);
    if (!map) {
        map = MEM_NEW(running->mem, struct trace_map);
        map->name = mem_str(running->mem, name);
        map->fd = -1;
        map_set(&running->maps, map->name, map);
        e = map_open(map);
        if (e) {
            fail(e);
            fd_close(&map->fd);
        }
    }
    return map->fd >= 0 ? map : NULL;
}

/* What the kernel has under the key becomes the trace's. */
static void
copy_read(const struct trace_map *map, struct map_copy *copy)
{
    copy->value = mem_alloc(running->mem, map->value_size);
    copy->is_there = map->is_counter || !bpf_map_lookup_elem(map->fd, copy->key, copy->value);
    if (!copy->is_there && errno != ENOENT) {
        fail(err_errno(E_UNAVAILABLE, "read map %s", map->name));
    }
}

static struct map_copy *
copy_of(struct trace_map *map, const void *key)
{
    uint64_t hash = hash_bytes(key, map->key_size, SEED);
    struct map_copy *copy = map->copies;

    while (copy && (copy->hash != hash || memcmp(copy->key, key, map->key_size) != 0)) {
        copy = copy->next;
    }
    if (!copy) {
        copy = MEM_NEW(running->mem, struct map_copy);
        *copy = (struct map_copy){.next = map->copies,
                                  .hash = hash,
                                  .key = mem_copy(running->mem, key, map->key_size)};
        copy_read(map, copy);
        map->copies = copy;
    }
    return copy;
}

void *
trace_map_lookup(const char *name, const void *key)
{
    struct trace_map *map = map_of(name);
    struct map_copy *copy = map ? copy_of(map, key) : NULL;
    void *value = copy && copy->is_there ? copy->value : NULL;

    if (copy) {
        tell(&(struct trace_seen){
            .act = TRACE_LOOKUP, .name = map->name, .key = copy->key, .value = value});
    }
    return value;
}

long
trace_map_update(const char *name, const void *key, const void *value, __u64 flags)
{
    struct trace_map *map = map_of(name);
    struct map_copy *copy = map ? copy_of(map, key) : NULL;

    if (!copy) {
        return -ENOENT;
    }
    if (flags == BPF_NOEXIST && copy->is_there) {
        return -EEXIST;
    }
    if (flags == BPF_EXIST && !copy->is_there) {
        return -ENOENT;
    }
    memcpy(copy->value, value, map->value_size);
    copy->is_there = true;
    return 0;
}

long
trace_map_delete(const char *name, const void *key)
{
    struct trace_map *map = map_of(name);
    struct map_copy *copy = map ? copy_of(map, key) : NULL;

    if (!copy || !copy->is_there) {
        return -ENOENT;
    }
    copy->is_there = false;
    return 0;
}

const void *
trace_kernel_read(struct trace_kernel *t, const char *map, const void *key)
{
    struct trace_kernel *outer = running; /* While it runs, who is told may ask as well. */
    const void *value;

    running = t;
    t->quiet = true;
    value = trace_map_lookup(map, key);
    t->quiet = false;
    running = outer;
    return value;
}

/* ---- the packet ----------------------------------------------------------------------------- */

long
trace_load_bytes(__u32 off, void *to, __u32 n)
{
    const struct trace_packet *p = running->packet;
    uint32_t have = off < TRACE_HEAD ? TRACE_HEAD - off : 0;

    if (off > p->n || n > p->n - off) {
        return -EFAULT;
    }
    memset(to, 0, n);
    if (have) {
        memcpy(to, p->b + off, n < have ? n : have);
    }
    return 0;
}

long
trace_store_bytes(__u32 off, const void *from, __u32 n)
{
    struct trace_packet *p = running->packet;
    uint32_t have = off < TRACE_HEAD ? TRACE_HEAD - off : 0;

    if (off > p->n || n > p->n - off) {
        return -EFAULT;
    }
    if (have) {
        memcpy(p->b + off, from, n < have ? n : have);
    }
    return 0;
}

long
trace_change_tail(struct __sk_buff *skb, __u32 n)
{
    struct trace_packet *p = running->packet;

    if (n < TRACE_HEAD && n > p->n) {
        memset(p->b + p->n, 0, n - p->n);
    }
    p->n = skb->len = n;
    return 0;
}

/* 'more' zeros at 'at', or, where it is negative, so many bytes less. */
static long
room_make(struct __sk_buff *skb, uint32_t at, int64_t more)
{
    struct trace_packet *p = running->packet;
    uint32_t n = more < 0 ? (uint32_t)-more : (uint32_t)more;
    uint8_t was[TRACE_HEAD] = {0};

    if (at + n > TRACE_HEAD || at > p->n || (more < 0 && n > p->n - at)) {
        return -EINVAL;
    }
    memcpy(was, p->b + at, TRACE_HEAD - at);
    memset(p->b + at, 0, TRACE_HEAD - at);
    if (more < 0) {
        memcpy(p->b + at, was + n, TRACE_HEAD - at - n);
    } else {
        memcpy(p->b + at + n, was, TRACE_HEAD - at - n);
    }
    p->n = skb->len = p->n + (uint32_t)more;
    return 0;
}

long
trace_change_head(struct __sk_buff *skb, __u32 more)
{
    return room_make(skb, 0, more);
}

long
trace_adjust_room(struct __sk_buff *skb, __s32 more)
{
    return room_make(skb, ETH_HLEN, more);
}

#define VLAN_SIZE 4

static void
protocol_read(struct __sk_buff *skb)
{
    uint16_t type;

    memcpy(&type, running->packet->b + TRACE_TYPE_OFF, sizeof type);
    skb->protocol = type;
}

/* One tag is beside the packet; a second one moves the first into it. */
long
trace_vlan_push(struct __sk_buff *skb, __be16 proto, __u16 tci)
{
    uint16_t tag[2] = {proto, htons(tci)};

    if (skb->vlan_present) {
        if (room_make(skb, TRACE_TYPE_OFF, VLAN_SIZE)) {
            return -EINVAL;
        }
        memcpy(running->packet->b + TRACE_TYPE_OFF, tag, sizeof tag);
        skb->protocol = proto;
    }
    skb->vlan_present = 1;
    return 0;
}

long
trace_vlan_pop(struct __sk_buff *skb)
{
    skb->vlan_present = 0;
    if (skb->protocol == htons(ETH_P_8021Q)) {
        if (room_make(skb, TRACE_TYPE_OFF, -VLAN_SIZE)) {
            return -EINVAL;
        }
        protocol_read(skb);
        skb->vlan_present = 1;
    }
    return 0;
}

long
trace_get_tunnel_key(struct bpf_tunnel_key *key)
{
    if (!running->packet->vtep) {
        return -EINVAL;
    }
    key->tunnel_id = running->packet->vni;
    key->remote_ipv4 = running->packet->vtep;
    return 0;
}

long
trace_set_tunnel_key(const struct bpf_tunnel_key *key)
{
    running->verdict->vtep = key->remote_ipv4;
    running->verdict->vni = key->tunnel_id;
    return 0;
}

long
trace_redirect(__u32 ifindex, int peer)
{
    running->verdict->ifindex = ifindex;
    running->verdict->peer = peer;
    return TC_ACT_REDIRECT;
}

void
trace_event(__u32 event, __u32 a, __u32 b)
{
    tell(&(struct trace_seen){.act = TRACE_EVENT, .event = event, .a = a, .b = b});
}

/* Of RFC 1071, as the kernel's: what is taken away is added inverted. */
__s64
trace_csum_diff(const void *from, __u32 from_size, const void *to, __u32 to_size, __u32 seed)
{
    uint64_t sum = seed;
    uint32_t word;

    for (uint32_t i = 0; i + 4 <= from_size; i += 4) {
        memcpy(&word, (const uint8_t *)from + i, 4);
        sum += (uint32_t)~word;
    }
    for (uint32_t i = 0; i + 4 <= to_size; i += 4) {
        memcpy(&word, (const uint8_t *)to + i, 4);
        sum += word;
    }
    sum = (sum & 0xffffffff) + (sum >> 32);
    return (int64_t)((sum & 0xffffffff) + (sum >> 32));
}

__u64
trace_time_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

int
trace_may_call(const char *program)
{
    if (running->n_calls >= CALLS_MAX) {
        return 0;
    }
    running->n_calls++;
    tell(&(struct trace_seen){.act = TRACE_CALL, .name = program});
    return 1;
}

/* ---- a run ------------------------------------------------------------------------------------ */

static struct err *
verdict_read(int action, struct trace_verdict *verdict)
{
    if (action == TC_ACT_SHOT) {
        verdict->end = TRACE_DROPPED;
    } else if (action == TC_ACT_REDIRECT && verdict->ifindex) {
        verdict->end = verdict->vtep ? TRACE_TUNNELLED : TRACE_SENT;
    } else {
        return err_new(E_INTERNAL, NULL, "the programs ended with %d", action);
    }
    return NULL;
}

struct err *
trace_kernel_run(struct trace_kernel *t, struct trace_packet *packet,
                 struct trace_verdict *verdict)
{
    struct __sk_buff skb = {.len = packet->n, .ifindex = packet->ifindex, .pkt_type = 3};
    struct err *e;
    int action;

    *verdict = (struct trace_verdict){0};
    t->packet = packet;
    t->verdict = verdict;
    t->n_calls = 0;
    running = t;
    protocol_read(&skb);
    action = packet->vtep ? trace_tun_in(&skb) : trace_port_in(&skb);
    running = NULL;
    e = t->bad;
    t->bad = NULL;
    return e ? e : verdict_read(action, verdict);
}
