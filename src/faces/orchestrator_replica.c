/* See orchestrator_replica.h.  What a process keeps in memory of rows is a table here: whose rows, and what is
 * forgotten when one of them changes. */
#include "faces/orchestrator_replica.h"

#include "base/log.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "nfvo/grant_desk.h"
#include "replica/replica.h"
#include "store/replica.h"
#include "sys/file.h"
#include "vim/vim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

const struct resource replica_resource = {
    .table = &replica_table,
    .singular = "replica",
    .plural = "replicas",
    .doc = "Orchestrators on one database; none where there is but one.",
    .flags = RESOURCE_FIXED,
};

/* ---- the folder --------------------------------------------------------------------------------- */

#define FACT "shared"
#define NAME_FILE "replicas.id"

struct err *
shared_hold(struct mem *mem, const char *dir, int *fd)
{
    const char *path = mem_printf(mem, "%s/start.lock", dir);

    *fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0) {
        return err_errno(E_UNAVAILABLE, "open %s", path);
    }
    while (flock(*fd, LOCK_EX)) {
        if (errno != EINTR) {
            fd_close(fd);
            return err_errno(E_UNAVAILABLE, "lock %s", path);
        }
    }
    return NULL;
}

struct folder {
    const char *is, *was; /* "id path"; 'was' null: the first */
    struct mem *mem;
};

/* store_fn */
static struct err *
folder_note(struct tx *tx, void *arg)
{
    struct folder *folder = arg;

    TRY(tx_fact_get(tx, FACT, &folder->was));
    folder->was = str_empty(folder->was) ? NULL : mem_str(folder->mem, folder->was);
    return folder->was ? NULL : tx_fact_set(tx, FACT, folder->is);
}

/* store_fn: of who is alone by now; if there are several again, they may have another one. */
static struct err *
folder_forget(struct tx *tx, void *arg)
{
    const char *was;

    (void)arg;
    TRY(tx_fact_get(tx, FACT, &was));
    return str_empty(was) ? NULL : tx_fact_set(tx, FACT, "");
}

struct err *
shared_check(struct store *store, struct mem *mem, const char *dir)
{
    const char *path = mem_printf(mem, "%s/" NAME_FILE, dir);
    struct folder folder = {.mem = mem};
    char *id;
    struct err *e;

    if (!store_replica(store)) {
        return store_write_wait(store, folder_forget, NULL);
    }
    e = file_read(mem, path, UUID_SIZE, &id, NULL);
    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "it is made now");
        id = mem_str(mem, uuid_make(mem));
        e = file_write(path, id, strlen(id), 0600);
    }
    TRY(e);
    folder.is = mem_printf(mem, "%s %s", id, dir);
    TRY(store_write_wait(store, folder_note, &folder));
    if (!folder.was || str_eq(folder.was, folder.is)) {
        return NULL;
    }
    return err_new(E_CONFLICT, NULL, "%s is not the folder that the replicas of this database share (--shared): theirs is "
                   "%s, with another " NAME_FILE " or at another path; mount that one there", dir,
                   folder.was + strcspn(folder.was, " ") + 1);
}

/* ---- what is remembered -------------------------------------------------------------------------- */

struct remembered {
    struct nfvo *nfvo;
    struct identity *identity;
    struct store_watch *watch;
    int64_t cursor; /* of the log: all up to here is heard of */
    bool hears;
    /* Of a look. */
    struct mem *mem;
    bool is_cut; /* the log is, behind the cursor */
    VEC(const char *) changed; /* "table id" */
};

static void
identity_forget(const struct remembered *r, const char *id)
{
    (void)id;
    identity_changed(r->identity);
}

static void
site_forget(const struct remembered *r, const char *id)
{
    vim_forget(r->nfvo->vim, id);
}

static void
peer_forget(const struct remembered *r, const char *id)
{
    peers_forget(r->nfvo->peers, id);
}

/* Whoever waits for a grant looks again. */
static void
grant_forget(const struct remembered *r, const char *id)
{
    (void)id;
    grant_desk_ring(r->nfvo->desk);
}

static const struct kept {
    const char *table;
    void (*forget)(const struct remembered *r, const char *id);
} kept[] = {
    {"user", identity_forget},          {"project", identity_forget},
    {"domain", identity_forget},        {"role", identity_forget},
    {"implied_role", identity_forget},  {"role_assignment", identity_forget},
    {"revoked_token", identity_forget}, {"site", site_forget},
    {"vnfm", peer_forget},              {"grant", grant_forget},
};

static const struct kept *
kept_of(const char *table)
{
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        if (str_eq(kept[i].table, table)) {
            return &kept[i];
        }
    }
    return NULL;
}

static struct err *
change_add(void *arg, int n, const char *const *columns)
{
    struct remembered *r = arg;
    const struct kept *of = n > 1 ? kept_of(columns[0]) : NULL;

    if (of) {
        vec_add(r->mem, &r->changed, (const char *)mem_printf(r->mem, "%s %s", columns[0], str_or(columns[1], "")));
    }
    return NULL;
}

/* store_fn */
static struct err *
log_look(struct tx *tx, void *arg)
{
    struct remembered *r = arg;
    const char *from = mem_printf(tx_mem(tx), "%" PRIi64, r->cursor);
    const char *args[] = {from, NULL};
    int64_t first, last;

    TRY(changes_first(tx, &first));
    TRY(changes_last(tx, &last));
    r->is_cut = r->cursor > last || (last && r->cursor + 1 < first);
    if (!r->is_cut && last > r->cursor) {
        TRY(tx_sql(tx, "SELECT DISTINCT tbl, id FROM _change WHERE seq > CAST(? AS BIGINT)", args, change_add, r));
    }
    r->cursor = last;
    return NULL;
}

struct all {
    struct remembered *r;
    const char *table;
};

static struct err *
row_add(void *arg, int n, const char *const *columns)
{
    const struct all *all = arg;
    struct mem *mem = all->r->mem;

    (void)n;
    vec_add(mem, &all->r->changed, (const char *)mem_printf(mem, "%s %s", all->table, columns[0]));
    return NULL;
}

/* store_fn: whatever may be remembered. */
static struct err *
all_add(struct tx *tx, void *arg)
{
    struct remembered *r = arg;
    struct all sites = {r, "site"}, vnfms = {r, "vnfm"};

    vec_add(r->mem, &r->changed, (const char *)"user -");
    vec_add(r->mem, &r->changed, (const char *)"grant -");
    TRY(tx_sql(tx, "SELECT id FROM site", NULL, row_add, &sites));
    return tx_sql(tx, "SELECT id FROM vnfm", NULL, row_add, &vnfms);
}

static void
changed_forget(const struct remembered *r)
{
    vec_each (&r->changed, text) {
        const char *id = strchr(*text, ' ') + 1;
        const struct kept *of = kept_of(mem_strn(r->mem, *text, (size_t)(id - 1 - *text)));

        if (of) {
            of->forget(r, id);
        }
    }
}

/* loop_fn: something was committed, by us or by another one; or others are heard no longer, or again. */
static void
look(void *arg)
{
    struct remembered *r = arg;
    bool hears = store_hears(r->nfvo->store);
    AUTO(mem) mem = mem_new("remembered");
    struct err *err;

    if (!hears) {
        identity_hears(r->identity, false);
        r->hears = false;
        return;
    }
    r->mem = mem;
    memset(&r->changed, 0, sizeof r->changed);
    err = store_read(r->nfvo->store, log_look, r);
    if (!err && r->is_cut) {
        err = store_read(r->nfvo->store, all_add, r);
    }
    changed_forget(r);
    if (err) { /* What was not read is read with the next commit. */
        r->cursor = r->is_cut ? -1 : r->cursor;
        log_err(LOG_LV_WARN, "store", err, "what others changed");
        identity_hears(r->identity, false);
        r->hears = false;
    } else if (!r->hears) {
        identity_hears(r->identity, true);
        r->hears = true;
    }
    r->mem = NULL;
}

/* store_fn */
static struct err *
last_read(struct tx *tx, void *arg)
{
    return changes_last(tx, arg);
}

struct remembered *
remembered_follow(struct nfvo *nfvo, struct identity *identity)
{
    struct remembered *r = heap_alloc(sizeof *r);

    *r = (struct remembered){.nfvo = nfvo, .identity = identity, .hears = true};
    if (store_replica(nfvo->store)) {
        err_ignore(store_read(nfvo->store, last_read, &r->cursor), "then all is forgotten once");
        r->watch = store_watch(nfvo->store, nfvo->loop, look, r);
    }
    return r;
}

void
remembered_free(struct remembered *r)
{
    if (r) {
        store_unwatch(r->watch);
        free(r);
    }
}
