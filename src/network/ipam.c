/* Addresses: which ones a port gets and that nobody else has them.  Ports and
 * remote ports draw from the same subnets.  The lowest free address of a pool
 * is found by a hint (kept in memory, never trusted: each candidate is looked
 * up) and, where the hint leads nowhere, by a search for the first gap. */
#include "network/words.h"

#include "base/vec.h"

#include <inttypes.h>
#include <stdlib.h>

#define POSITION_MAX ((int64_t)1 << 62) /* Where ip_diff saturates. */
#define PROBES 8                        /* Candidates looked up before a gap is searched. */

/* ---- hints --------------------------------------------------------------------- */

struct ipam_hint {
    char *subnet_id;
    int64_t position; /* Lowest that may be free. */
};

struct ipam_hints {
    struct map by_subnet;
};

struct ipam_hints *
ipam_hints_new(void)
{
    struct ipam_hints *hints = heap_alloc(sizeof *hints);

    map_init(&hints->by_subnet, NULL);
    return hints;
}

void
ipam_hints_free(struct ipam_hints *hints)
{
    if (!hints) {
        return;
    }
    map_each (&hints->by_subnet, entry) {
        struct ipam_hint *hint = entry->value;

        free(hint->subnet_id);
        free(hint);
    }
    map_done(&hints->by_subnet);
    free(hints);
}

static int64_t
hint_get(struct network_service *service, const char *subnet_id)
{
    struct ipam_hint *hint;
    int64_t position;

    pthread_mutex_lock(&service->lock);
    hint = map_get(&service->hints->by_subnet, subnet_id);
    position = hint ? hint->position : 0;
    pthread_mutex_unlock(&service->lock);
    return position;
}

/* Sets the hint, or only lowers it. */
static void
hint_set(struct network_service *service, const char *subnet_id, int64_t position, bool lower)
{
    struct ipam_hint *hint;

    pthread_mutex_lock(&service->lock);
    hint = map_get(&service->hints->by_subnet, subnet_id);
    if (!hint) {
        hint = heap_alloc(sizeof *hint);
        hint->subnet_id = heap_str(subnet_id);
        hint->position = lower ? 0 : position;
        map_set(&service->hints->by_subnet, hint->subnet_id, hint);
    } else if (!lower || position < hint->position) {
        hint->position = position;
    }
    pthread_mutex_unlock(&service->lock);
}

void
ipam_give(struct network_service *service, const struct rows *addresses)
{
    for (size_t i = 0; i < addresses->n; i++) {
        const struct fixed_ip *address = addresses->items[i];

        if (address->position != INT_NULL && address->subnet_id) {
            hint_set(service, address->subnet_id, address->position, true);
        }
    }
}

/* ---- addresses and rows -------------------------------------------------------- */

struct ip
ipam_eui64(const struct cidr *cidr, const struct mac *mac)
{
    struct ip ip = cidr->ip;

    ip.b[8] = mac->b[0] ^ 0x02;
    ip.b[9] = mac->b[1];
    ip.b[10] = mac->b[2];
    ip.b[11] = 0xff;
    ip.b[12] = 0xfe;
    ip.b[13] = mac->b[3];
    ip.b[14] = mac->b[4];
    ip.b[15] = mac->b[5];
    return ip;
}

bool
subnet_is_auto(const struct subnet *subnet)
{
    return str_eq(subnet->ipv6_address_mode, "slaac") ||
           str_eq(subnet->ipv6_address_mode, "dhcpv6-stateless");
}

static struct cidr
subnet_cidr(const struct subnet *subnet)
{
    struct cidr cidr = {.len = 0};

    (void)cidr_parse(str_or(subnet->cidr, ""), &cidr);
    return cidr;
}

void *
ipam_row(struct mem *mem, const struct table *table, const struct subnet *subnet,
         const struct ip *ip)
{
    struct fixed_ip *row = row_new(mem, table);
    struct cidr cidr = subnet_cidr(subnet);
    struct ip first = cidr_first(&cidr);
    int64_t position = ip_diff(&first, ip);
    char text[IP_TEXT_SIZE];

    row->subnet_id = subnet->id;
    row->ip_address = mem_str(mem, ip_text(text, ip));
    row->position = position < POSITION_MAX ? position : INT_NULL;
    return row;
}

struct err *
subnets_of(struct tx *tx, const char *network_id, struct subnet ***subnets, size_t *n)
{
    struct cond conds[] = {COND("network_id", network_id), {.attr = NULL}};
    struct sort sorts[] = {{.attr = "ip_version"}, {.attr = "created_at"}, {.attr = NULL}};
    struct rows *rows = tx_kept(tx, &subnet_table, network_id);

    if (!rows) {
        rows = MEM_NEW(tx_mem(tx), struct rows);
        TRY(rows_select(tx, &(struct query){.table = &subnet_table, .conds = conds, .sorts = sorts},
                        rows));
        tx_keep(tx, &subnet_table, network_id, rows);
    }
    *subnets = (struct subnet **)rows->items;
    *n = rows->n;
    return NULL;
}

/* ---- one request ----------------------------------------------------------------- */

struct taking {
    struct tx *tx;
    struct network_service *service;
    const struct ipam_request *request;
    struct subnet **subnets;
    size_t n_subnets;
    VEC(void *) out;
};

static bool
rows_have(void *const *items, size_t n, const char *subnet_id, const char *ip)
{
    for (size_t i = 0; i < n; i++) {
        const struct fixed_ip *row = items[i];

        if (str_eq(row->ip_address, ip) && str_eq(row->subnet_id, subnet_id)) {
            return true;
        }
    }
    return false;
}

/* Does anybody else have it? */
static struct err *
is_taken(struct taking *t, const struct subnet *subnet, const char *ip, bool *taken)
{
    const struct rows *own = t->request->own;

    *taken = rows_have(t->out.items, t->out.n, subnet->id, ip);
    if (*taken || (own && rows_have(own->items, own->n, subnet->id, ip))) {
        return NULL;
    }
    return sql_exists(t->tx,
                      "select 1 from fixed_ip where subnet_id = ? and ip_address = ? union all "
                      "select 1 from remote_fixed_ip where subnet_id = ? and ip_address = ?",
                      SQL_ARGS(subnet->id, ip, subnet->id, ip), taken);
}

/* A position behind a taken one that nobody has, between 'from' and 'to'; -1 where there is none. */
static struct err *
find_gap(struct taking *t, const struct subnet *subnet, int64_t from, int64_t to, int64_t *gap)
{
    struct mem *mem = tx_mem(t->tx);
    const char *lo = mem_printf(mem, "%" PRIi64, from), *hi = mem_printf(mem, "%" PRIi64, to);
    const char *id = subnet->id;
    struct strs found;

    TRY(sql_column(t->tx,
                   "select min(p) from (select position + 1 as p from fixed_ip where "
                   "subnet_id = ? and position >= ? and position < ? union all select position + 1 "
                   "as p from remote_fixed_ip where subnet_id = ? and position >= ? and "
                   "position < ?) c where not exists (select 1 from fixed_ip f where f.subnet_id "
                   "= ? and f.position = c.p) and not exists (select 1 from remote_fixed_ip r "
                   "where r.subnet_id = ? and r.position = c.p)",
                   SQL_ARGS(id, lo, hi, id, lo, hi, id, id), &found));
    if (found.n == 0 || !str_to_i64(str_or(found.items[0], ""), gap)) {
        *gap = -1;
    }
    return NULL;
}

/* ---- runs ---------------------------------------------------------------------- */

/* Positions of a subnet that nobody has: read once, then given out one after the other for as long
 * as the transaction does not update or delete. */
struct run {
    int64_t next, end; /* 'end' is not in it */
};

static struct run *
run_kept(const struct taking *t, const char *subnet_id)
{
    return tx_kept(t->tx, &fixed_ip_table, subnet_id);
}

/* An address is taken: where it is the first of the run the run begins behind it, where it lies
 * within the run ends in front of it. */
static void
run_take(const struct taking *t, const struct fixed_ip *row)
{
    struct run *run = run_kept(t, row->subnet_id);

    if (!run || row->position == INT_NULL) {
        return;
    }
    if (row->position == run->next) {
        run->next++;
    } else if (row->position > run->next && row->position < run->end) {
        run->end = row->position;
    }
}

/* The lowest position at or above 'from' that somebody has, or POSITION_MAX. */
static struct err *
next_taken(struct taking *t, const struct subnet *subnet, int64_t from, int64_t *position)
{
    const char *lo = mem_printf(tx_mem(t->tx), "%" PRIi64, from);
    struct strs found;

    TRY(sql_column(t->tx,
                   "select min(p) from (select min(position) as p from fixed_ip where subnet_id = "
                   "?1 and position >= ?2 union all select min(position) from remote_fixed_ip "
                   "where subnet_id = ?1 and position >= ?2)",
                   SQL_ARGS(subnet->id, lo), &found));
    if (!found.n || !str_to_i64(str_or(found.items[0], ""), position)) {
        *position = POSITION_MAX;
    }
    return NULL;
}

/* Is the position taken?  Where not, the run that it begins is kept. */
static struct err *
is_position_taken(struct taking *t, const struct subnet *subnet, int64_t position, bool *taken)
{
    struct run *run = run_kept(t, subnet->id);
    int64_t next;

    *taken = false;
    if (run && position >= run->next && position < run->end) {
        return NULL;
    }
    TRY(next_taken(t, subnet, position, &next));
    *taken = next == position;
    if (!*taken) {
        run = MEM_NEW(tx_mem(t->tx), struct run);
        *run = (struct run){position, next};
        tx_keep(t->tx, &fixed_ip_table, subnet->id, run);
    }
    return NULL;
}

static struct err *
out_add(struct taking *t, const struct subnet *subnet, const struct ip *ip)
{
    void *row = ipam_row(tx_mem(t->tx), t->request->table, subnet, ip);

    run_take(t, row);
    vec_add(tx_mem(t->tx), &t->out, row);
    return NULL;
}

/* Is the address, which is that position, in the way of this port? */
static struct err *
is_in_the_way(struct taking *t, const struct subnet *subnet, int64_t position, const struct ip *ip,
              bool *taken)
{
    const struct rows *own = t->request->own;
    char text[IP_TEXT_SIZE];

    (void)ip_text(text, ip);
    if (position >= POSITION_MAX || (own && rows_have(own->items, own->n, subnet->id, text))) {
        return is_taken(t, subnet, text, taken);
    }
    *taken = rows_have(t->out.items, t->out.n, subnet->id, text);
    return *taken ? NULL : is_position_taken(t, subnet, position, taken);
}

/* Lowest free position of one pool at or above 'from'; false in '*found' where it is full. */
static struct err *
take_in_pool(struct taking *t, const struct subnet *subnet, const struct pool *pool, int64_t from,
             bool *found)
{
    struct cidr cidr = subnet_cidr(subnet);
    struct ip first = cidr_first(&cidr), start, end;
    int64_t position, last;

    *found = false;
    if (!ip_parse(pool->start, &start) || !ip_parse(pool->end, &end)) {
        return NULL;
    }
    position = ip_diff(&first, &start) > from ? ip_diff(&first, &start) : from;
    last = ip_diff(&first, &end);
    for (int probes = 0; position >= 0 && position <= last; probes++) {
        struct ip ip = ip_add(&first, position);
        bool taken;

        TRY(is_in_the_way(t, subnet, position, &ip, &taken));
        if (!taken) {
            *found = true;
            hint_set(t->service, subnet->id, position + 1, false);
            return out_add(t, subnet, &ip);
        }
        position++;
        if (probes == PROBES) {
            TRY(find_gap(t, subnet, position - 1, last, &position));
        }
    }
    return NULL;
}

static struct err *
take_lowest(struct taking *t, const struct subnet *subnet, bool *found)
{
    int64_t from = hint_get(t->service, subnet->id);

    *found = false; /* A subnet may have no pool at all. */
    for (int round = from > 0 ? 0 : 1; round < 2; round++) {
        for (size_t i = 0; i < subnet->allocation_pools.n; i++) {
            TRY(take_in_pool(t, subnet, subnet->allocation_pools.items[i], round == 0 ? from : 0,
                             found));
            if (*found) {
                return NULL;
            }
        }
    }
    return NULL;
}

/* The address that follows from the MAC; nothing where the port has it already. */
static struct err *
take_auto(struct taking *t, const struct subnet *subnet)
{
    struct cidr cidr = subnet_cidr(subnet);
    char text[IP_TEXT_SIZE];
    struct mac mac;
    struct ip ip;
    bool taken;

    if (!mac_parse(str_or(t->request->mac, ""), &mac)) {
        return err_new(E_INTERNAL, NULL, "a port without a MAC asks for an address");
    }
    ip = ipam_eui64(&cidr, &mac);
    if (rows_have(t->out.items, t->out.n, subnet->id, ip_text(text, &ip))) {
        return NULL;
    }
    TRY(is_taken(t, subnet, text, &taken));
    if (taken) {
        return err_new(E_CONFLICT, "IpAddressAlreadyAllocated",
                       "IP address %s already allocated in subnet %s", text, subnet->id);
    }
    return out_add(t, subnet, &ip);
}

static struct err *
no_more(const struct taking *t)
{
    return err_new(E_CONFLICT, "IpAddressGenerationFailure",
                   "No more IP addresses available on network %s.", t->request->network_id);
}

/* One of each IP version, from the first subnet that has one. */
static struct err *
take_default(struct taking *t)
{
    for (int64_t version = 4; version <= 6; version += 2) {
        bool found = false, wanted = false;

        for (size_t i = 0; i < t->n_subnets && !found; i++) {
            if (t->subnets[i]->ip_version == version && !subnet_is_auto(t->subnets[i])) {
                wanted = true;
                TRY(take_lowest(t, t->subnets[i], &found));
            }
        }
        if (wanted && !found) {
            return no_more(t);
        }
    }
    return NULL;
}

static const struct subnet *
subnet_by_id(const struct taking *t, const char *id)
{
    for (size_t i = 0; i < t->n_subnets; i++) {
        if (str_eq(t->subnets[i]->id, id)) {
            return t->subnets[i];
        }
    }
    return NULL;
}

static const struct subnet *
subnet_by_ip(const struct taking *t, const struct ip *ip)
{
    for (size_t i = 0; i < t->n_subnets; i++) {
        struct cidr cidr = subnet_cidr(t->subnets[i]);

        if (cidr_has(&cidr, ip)) {
            return t->subnets[i];
        }
    }
    return NULL;
}

/* Is it an address that a port may have on the subnet? */
static bool
ip_fits(const struct subnet *subnet, const struct ip *ip)
{
    struct cidr cidr = subnet_cidr(subnet);
    struct ip first = cidr_first(&cidr), last = cidr_last(&cidr);

    if (!cidr_has(&cidr, ip)) {
        return false;
    }
    if (subnet->ip_version == 4 && cidr.len < 31) {
        return ip_cmp(ip, &first) != 0 && ip_cmp(ip, &last) != 0;
    }
    return true;
}

static struct err *
take_this(struct taking *t, const struct subnet *subnet, const struct fixed_ip *asked)
{
    char text[IP_TEXT_SIZE];
    struct ip ip;
    bool taken;

    if (!ip_parse(asked->ip_address, &ip) || !ip_fits(subnet, &ip)) {
        return err_new(E_INVALID, "InvalidIpForSubnet",
                       "IP address %s is not a valid IP for the specified subnet.",
                       asked->ip_address);
    }
    TRY(is_taken(t, subnet, ip_text(text, &ip), &taken));
    if (taken) {
        return err_new(E_CONFLICT, "IpAddressAlreadyAllocated",
                       "IP address %s already allocated in subnet %s", text, subnet->id);
    }
    return out_add(t, subnet, &ip);
}

/* "Some address of this subnet": one the port has, one from its MAC, the lowest free. */
static struct err *
take_some(struct taking *t, const struct subnet *subnet)
{
    const struct rows *own = t->request->own;
    bool found;

    for (size_t i = 0; own && i < own->n; i++) {
        const struct fixed_ip *has = own->items[i];

        if (str_eq(has->subnet_id, subnet->id) &&
            !rows_have(t->out.items, t->out.n, subnet->id, has->ip_address)) {
            return take_this(t, subnet, has);
        }
    }
    if (subnet_is_auto(subnet)) {
        return take_auto(t, subnet);
    }
    TRY(take_lowest(t, subnet, &found));
    return found ? NULL : no_more(t);
}

static struct err *
take_asked(struct taking *t, const struct fixed_ip *asked)
{
    const struct subnet *subnet;
    struct ip ip;

    if (asked->subnet_id) {
        subnet = subnet_by_id(t, asked->subnet_id);
        if (!subnet) {
            return INVALID_INPUT("Failed to create port on network %s, because fixed_ips "
                                 "included invalid subnet %s.",
                                 t->request->network_id, asked->subnet_id);
        }
        return asked->ip_address ? take_this(t, subnet, asked) : take_some(t, subnet);
    }
    if (!asked->ip_address || !ip_parse(asked->ip_address, &ip)) {
        return INVALID_INPUT("IP allocation requires subnet_id or ip_address.");
    }
    subnet = subnet_by_ip(t, &ip);
    if (!subnet) {
        return err_new(E_INVALID, "InvalidIpForNetwork",
                       "IP address %s is not a valid IP for any of the subnets on the specified "
                       "network.", asked->ip_address);
    }
    return take_this(t, subnet, asked);
}

/* Addresses by SLAAC come by themselves on every prefix that has it. */
static struct err *
take_autos(struct taking *t)
{
    for (size_t i = 0; i < t->n_subnets; i++) {
        if (subnet_is_auto(t->subnets[i])) {
            TRY(take_auto(t, t->subnets[i]));
        }
    }
    return NULL;
}

struct err *
ipam_take(struct tx *tx, struct network_service *service, const struct ipam_request *request,
          struct rows *out)
{
    struct taking t = {.tx = tx, .service = service, .request = request};
    bool here = request->table == &fixed_ip_table;

    TRY(subnets_of(tx, request->network_id, &t.subnets, &t.n_subnets));
    /* Addresses named in full first, so that none of them is given away as a free one. */
    for (int pass = 0; request->given && pass < 2; pass++) {
        for (size_t i = 0; i < request->asked->n; i++) {
            const struct fixed_ip *asked = request->asked->items[i];

            if ((asked->ip_address == NULL) == (pass == 1)) {
                TRY(take_asked(&t, asked));
            }
        }
    }
    if (!request->given) {
        TRY(take_default(&t));
    }
    if (here && (!request->given || request->asked->n > 0)) {
        TRY(take_autos(&t));
    }
    *out = (struct rows){.n = t.out.n, .items = t.out.items};
    return NULL;
}
