/* The way back from an upgrade is a copy of before it, beside the database and named after the version
 * that had it: there is no other, since nobody writes what undoes a migration. */
#include "store/upgrade.h"

#include "base/log.h"
#include "base/vec.h"
#include "base/version.h"
#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
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
upgrade_copies_remove(const char *path)
{
    AUTO(mem) mem = mem_new("copies");
    size_t n;
    const struct copy *copies = copies_find(mem, path, true, &n);

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

/* By a connection of its own: what is committed, whole and without the log. */
static struct err *
copy_write(const char *path, const char *to)
{
    struct conn *conn;
    struct stmt stmt;
    struct err *e;

    (void)unlink(to);
    TRY(conn_open(path, CONN_CHECKPOINTER, &conn));
    e = conn_take(conn, "VACUUM INTO ?1", &stmt);
    if (!e) {
        stmt_text(&stmt, 1, to);
        e = conn_run(conn, &stmt);
        conn_give(&stmt);
    }
    conn_close(conn);
    return e;
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

    if (u->is_done || u->is_new || !u->version || !strcmp(u->path, ":memory:")) {
        return NULL;
    }
    to = mem_printf(u->mem, "%s" STORE_FROM "%s", u->path, str_or(u->last, "earlier"));
    half = mem_printf(u->mem, "%s" HALF, to);
    e = copy_write(u->path, half);
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
    size_t n;
    const struct copy *copies = copies_find(u->mem, u->path, false, &n), *best = NULL;
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

static struct err *
last_get(struct conn *conn, struct mem *mem, const char **last)
{
    AUTO_STMT there = {0};
    AUTO_STMT fact = {0};
    bool row;

    TRY(conn_take(conn, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = '_fact'", &there));
    TRY(conn_step(conn, &there, &row));
    if (!row) {
        return NULL;
    }
    TRY(conn_take(conn, "SELECT value FROM _fact WHERE name = '" FACT "'", &fact));
    TRY(conn_step(conn, &fact, &row));
    *last = row ? mem_str(mem, stmt_get(&fact, 0)) : NULL;
    return NULL;
}

struct err *
upgrade_look(struct conn *conn, struct mem *mem, const struct store_config *config, struct upgrade *u)
{
    AUTO_STMT count = {0};
    bool row;
    int ahead;

    *u = (struct upgrade){.mem = mem, .path = config->path, .version = config->version};
    TRY(conn_take(conn, "SELECT COUNT(*) FROM sqlite_schema", &count));
    TRY(conn_step(conn, &count, &row));
    u->is_new = stmt_get_int(&count, 0) == 0;
    TRY(last_get(conn, mem, &u->last));
    if (version_ahead(u->last, u->version, &ahead) && ahead > 0) {
        return err_new(E_CONFLICT, NULL, "the database is of a newer version");
    }
    return NULL;
}

struct err *
upgrade_note(struct conn *conn, struct upgrade *u)
{
    AUTO_STMT stmt = {0};
    int ahead;

    if (!u->version || str_eq(u->last, u->version)) {
        return NULL;
    }
    if (version_ahead(u->version, u->last, &ahead) && ahead > 0) {
        TRY(upgrade_copy(u));
    }
    TRY(conn_take(conn, "INSERT INTO _fact (name, value) VALUES ('" FACT "', ?1) "
                        "ON CONFLICT (name) DO UPDATE SET value = excluded.value", &stmt));
    stmt_text(&stmt, 1, u->version);
    return conn_run(conn, &stmt);
}
