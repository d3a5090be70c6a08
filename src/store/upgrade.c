/* The way back from an upgrade is a copy of before it, beside the database and named after the version
 * that had it: there is no other, since nobody writes what undoes a migration. */
#include "store/upgrade.h"

#include "store/tx.h"

#include "base/log.h"
#include "base/vec.h"
#include "base/version.h"
#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FACT "version"
#define COPIES 3
#define HALF ".half"

/* ---- copies ------------------------------------------------------------------------------- */

struct copy {
    const char *path;
    int64_t at; /* ns */
};

static const char *
name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static const char *
folder_of(struct mem *mem, const char *path)
{
    const char *name = name_of(path);

    return name == path ? "." : mem_strn(mem, path, (size_t)(name - path));
}

/* The copies of the database, and with 'halves' what was cut short. */
static struct copy *
copies_find(struct mem *mem, const char *path, bool halves, size_t *n)
{
    const char *prefix = mem_printf(mem, "%s" STORE_FROM, name_of(path)), *folder = folder_of(mem, path);
    DIR *dir = opendir(folder);
    VEC(struct copy) copies = {0};

    for (const struct dirent *one = dir ? readdir(dir) : NULL; one; one = readdir(dir)) {
        struct copy copy = {.path = mem_printf(mem, "%s/%s", folder, one->d_name)};
        struct stat st;

        if (str_starts(one->d_name, prefix) && (halves || !str_ends(one->d_name, HALF)) &&
            !stat(copy.path, &st)) {
            copy.at = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
            vec_add(mem, &copies, copy);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
    *n = copies.n;
    return copies.items;
}

void
upgrade_copies_remove(const struct conn *conn, const char *path)
{
    AUTO(mem) mem = mem_new("copies");
    size_t n = 0;
    const struct copy *copies = conn->driver->set_aside ? copies_find(mem, path, true, &n) : NULL;

    for (size_t i = 0; i < n; i++) {
        (void)unlink(copies[i].path);
    }
}

/* The oldest go, but for 'kept'. */
static void
copies_thin(struct mem *mem, const char *path, const char *kept)
{
    size_t n, left;
    struct copy *copies = copies_find(mem, path, false, &n);

    for (left = n; left > COPIES; left--) {
        struct copy *oldest = NULL;

        for (size_t i = 0; i < n; i++) {
            if (copies[i].path && !str_eq(name_of(copies[i].path), name_of(kept)) &&
                (!oldest || copies[i].at < oldest->at)) {
                oldest = &copies[i];
            }
        }
        if (!oldest) {
            return;
        }
        (void)unlink(oldest->path);
        oldest->path = NULL;
    }
}

static struct err *
file_settle(const char *from, const char *to)
{
    AUTO_FD fd = open(from, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fchmod(fd, 0600) || fsync(fd) || rename(from, to)) {
        return err_errno(E_UNAVAILABLE, "%s", to);
    }
    return file_name_sync(to);
}

struct err *
upgrade_copy(struct upgrade *u)
{
    const char *to, *half;
    struct err *e;

    if (u->conn->beside) {
        return err_new(E_CONFLICT, NULL, "replicas of version %s have it open, and this is %s, which changes its "
                       "schema: stop them all first", str_or(u->last, "?"), str_or(u->version, "?"));
    }
    if (u->is_done || u->is_new || !u->version || !strcmp(u->path, ":memory:")) {
        return NULL;
    }
    if (!u->conn->driver->set_aside) {
        u->is_done = true;
        log_info("store", "it goes from version %s to %s; the way back is a backup of the server's of before",
                 str_or(u->last, "earlier"), u->version);
        return NULL;
    }
    to = mem_printf(u->mem, "%s" STORE_FROM "%s", u->path, str_or(u->last, "earlier"));
    half = mem_printf(u->mem, "%s" HALF, to);
    e = u->conn->driver->set_aside(u->conn, half);
    e = e ? e : file_settle(half, to);
    if (e) {
        (void)unlink(half);
        return err_wrap(e, "nothing is changed without a copy of before (%s)", to);
    }
    u->is_done = true;
    copies_thin(u->mem, u->path, to);
    log_info("store", "copied before the upgrade: %s", to);
    return NULL;
}

/* ---- versions ----------------------------------------------------------------------------- */

/* Where to go back to: the copy that this version left, or the newest. */
static const char *
way_back(const struct upgrade *u)
{
    size_t n = 0;
    const struct copy *copies = u->conn->driver->set_aside ? copies_find(u->mem, u->path, false, &n) : NULL;
    const struct copy *best = NULL;
    const char *own = mem_printf(u->mem, "%s" STORE_FROM "%s", name_of(u->path), str_or(u->version, "-"));

    for (size_t i = 0; i < n; i++) {
        if (str_eq(name_of(copies[i].path), own)) {
            best = &copies[i];
            break;
        }
        best = !best || copies[i].at > best->at ? &copies[i] : best;
    }
    return best ? mem_printf(u->mem,
                             ", or go back to the copy of before (what came since is lost): remove %s-wal "
                             "and %s-shm, and move %s to %s",
                             u->path, u->path, best->path, u->path)
                : ", or restore a backup of before";
}

struct err *
upgrade_err(const struct upgrade *u, struct err *e)
{
    struct err *told;

    if (!err_is(e, E_CONFLICT) || !u->version || !strstr(e->message, "newer version")) {
        return e;
    }
    told = err_new(E_CONFLICT, NULL, "%s. It was last used by version %s, this is %s: install that one again%s",
                   e->message, str_or(u->last, "unknown"), u->version, way_back(u));
    err_free(e);
    return told;
}

struct err *
moved_check(struct conn *conn, struct mem *mem, const char *where)
{
    const char *to;

    TRY(fact_look(conn, mem, STORE_MOVED, &to));
    return to ? err_new(E_CONFLICT, NULL,
                        "its rows were moved to %s: use that (`database` in the role's file, empty for the file in the state "
                        "folder). To go on here, without what happened there since: carrick store reopen %s",
                        to, url_shown(mem, where))
              : NULL;
}

struct err *
upgrade_since(struct conn *conn, struct mem *mem, const char *version, int64_t schema)
{
    AUTO_STMT stmt = {0};
    const char *last;
    int64_t is;
    bool row;

    TRY(fact_get(conn, mem, FACT, &last));
    if (version && !str_eq(last, version)) {
        return err_new(E_CONFLICT, NULL, "version %s has it, and this is %s: all are of one version, install that one here",
                       str_or(last, "?"), version);
    }
    TRY(conn_take(conn, conn->driver->dialect.version, &stmt));
    TRY(conn_step(conn, &stmt, &row));
    is = stmt_get_int(&stmt, 0);
    return is == schema ? NULL
                        : err_new(E_CONFLICT, NULL, "migration %" PRIi64 " was run, this program knows up to %" PRIi64, is,
                                  schema);
}

struct err *
upgrade_look(struct conn *conn, struct mem *mem, const struct store_config *config, struct upgrade *u)
{
    AUTO_STMT tables = {0};
    bool row, has_facts = false;
    int ahead;

    *u = (struct upgrade){.mem = mem, .conn = conn, .path = config->path, .version = config->version};
    TRY(conn_take(conn, conn->driver->dialect.tables, &tables));
    TRY(conn_step(conn, &tables, &row));
    u->is_new = !row;
    while (row) {
        has_facts = has_facts || str_eq(stmt_get(&tables, 0), "_fact");
        TRY(conn_step(conn, &tables, &row));
    }
    if (has_facts) {
        TRY(fact_get(conn, mem, FACT, &u->last));
    }
    if (version_ahead(u->last, u->version, &ahead) && ahead > 0) {
        return err_new(E_CONFLICT, NULL, "the database is of a newer version");
    }
    return moved_check(conn, mem, config->path);
}

struct err *
upgrade_note(struct upgrade *u)
{
    int ahead;

    if (!u->version || str_eq(u->last, u->version)) {
        return NULL;
    }
    if (u->conn->beside) {
        return err_new(E_CONFLICT, NULL, "replicas of version %s have it open, and this is %s: all are of one "
                       "version, stop them all first", str_or(u->last, "?"), u->version);
    }
    if (version_ahead(u->version, u->last, &ahead) && ahead > 0) {
        TRY(upgrade_copy(u));
    }
    return fact_set(u->conn, FACT, u->version);
}
