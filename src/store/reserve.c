/* Room for the next start.  A start writes: shared memory of the database, who is who now, what was under way; with
 * none of it nothing could be read either.  So a file of nothing lies beside the database, which goes when there is no
 * room at a start, and comes again once that has written. */
#include "store/sqlite.h"

#include "base/log.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define RESERVE "-reserve"
#define RESERVE_SIZE 4194304 /* a start with some thousand operations under way */

/* Whether so much more would fit: asked with a file, as quotas count, too. */
static bool
has_room(struct mem *mem, const char *path)
{
    const char *slash = strrchr(path, '/');
    AUTO_FD fd = -1;
    struct err *e = file_nameless(slash ? mem_strn(mem, path, (size_t)(slash - path)) : ".", &fd);
    bool fits = !e && !posix_fallocate(fd, 0, RESERVE_SIZE);

    err_ignore(e, "no room for so much as that");
    return fits;
}

void
reserve_give_up(const char *path)
{
    AUTO(mem) mem = mem_new("reserve");
    const char *reserve = mem_printf(mem, "%s" RESERVE, path);

    if (file_exists(reserve) && !has_room(mem, path)) {
        log_warn("store", "there is little room: %s is given up for this start", reserve);
        (void)unlink(reserve);
    }
}

/* Half of what there is, so that the disk is not full for it. */
static int64_t
reserve_fair(int fd, int64_t has)
{
    struct statvfs room;
    uint64_t all;

    if (fstatvfs(fd, &room)) {
        return has;
    }
    all = (uint64_t)has + (uint64_t)room.f_bavail * room.f_frsize;
    return all / 2 < RESERVE_SIZE ? (int64_t)(all / 2) : RESERVE_SIZE;
}

void
reserve_keep(const char *path)
{
    AUTO(mem) mem = mem_new("reserve");
    AUTO_FD fd = open(mem_printf(mem, "%s" RESERVE, path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat st;
    int64_t fair;
    int rc;

    if (fd < 0 || fstat(fd, &st)) {
        log_warn("store", "%s" RESERVE ": %s", path, strerror(errno));
        return;
    }
    fair = reserve_fair(fd, st.st_size);
    rc = fair > st.st_size ? posix_fallocate(fd, 0, fair) : 0;
    if (rc && ftruncate(fd, st.st_size)) {
        log_warn("store", "%s" RESERVE ": %s", path, strerror(errno));
    }
}
