/* Parts of a package that are given: each is written once, into a file that nobody sees and that goes with the
 * answer, because only a child may read the package and an answer tells its length first.  So there are few at
 * a time, and none takes the room that the store needs. */
#include "nfvo/unpack.h"

#include "nfvo/outside.h"
#include "store/room.h"
#include "sys/file.h"
#include "tosca/examination.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define OF_PROJECT 4
#define AT_ONCE 16
#define LEAVE_FREE ((uint64_t)256 << 20)

struct unpacks {
    pthread_mutex_t lock;
    struct unpacking *live;
    uint64_t leave_free;
};

/* In the arena of the request, and until that ends. */
struct unpacking {
    struct unpacks *unpacks;
    const char *project;
    struct unpacking *next;
};

struct unpacks *
unpacks_new(uint64_t leave_free)
{
    struct unpacks *unpacks = heap_alloc(sizeof *unpacks);

    *unpacks = (struct unpacks){.lock = PTHREAD_MUTEX_INITIALIZER,
                                .leave_free = leave_free ? leave_free : LEAVE_FREE};
    return unpacks;
}

void
unpacks_free(struct unpacks *unpacks)
{
    free(unpacks);
}

/* ---- how many ------------------------------------------------------------------------------ */

static void
unpacking_end(void *arg)
{
    struct unpacking *over = arg;

    pthread_mutex_lock(&over->unpacks->lock);
    for (struct unpacking **at = &over->unpacks->live; *at; at = &(*at)->next) {
        if (*at == over) {
            *at = over->next;
            break;
        }
    }
    pthread_mutex_unlock(&over->unpacks->lock);
}

static struct err *
unpacking_begin(struct unpacks *unpacks, struct mem *mem, const char *project)
{
    struct unpacking *mine = MEM_NEW(mem, struct unpacking);
    int n = 0, of_project = 0;
    bool may;

    *mine = (struct unpacking){.unpacks = unpacks, .project = mem_str(mem, project)};
    pthread_mutex_lock(&unpacks->lock);
    for (const struct unpacking *other = unpacks->live; other; other = other->next) {
        n++;
        of_project += str_eq(other->project, project);
    }
    may = n < AT_ONCE && of_project < OF_PROJECT;
    if (may) {
        mine->next = unpacks->live;
        unpacks->live = mine;
        mem_on_free(mem, unpacking_end, mine);
    }
    pthread_mutex_unlock(&unpacks->lock);
    return may ? NULL
               : err_new(E_BUSY, NULL, "parts of packages are being given, %d at a time to a project and %d to "
                         "all: ask again once one is through", OF_PROJECT, AT_ONCE);
}

/* Is there room for so much more, beside what is left to the store? */
static struct err *
room_check(void *arg, int fd, uint64_t n)
{
    const struct unpacks *unpacks = arg;
    struct statvfs disk;

    if (fstatvfs(fd, &disk) < 0) {
        return err_errno(E_UNAVAILABLE, "look at the disk");
    }
    return (uint64_t)disk.f_bavail * disk.f_frsize >= n + unpacks->leave_free
               ? NULL
               : err_new(E_UNAVAILABLE, STORE_NO_ROOM,
                         "the disk has no room to take parts out of a package: get all of the package, or ask "
                         "again when there is room");
}

/* ---- the file ------------------------------------------------------------------------------ */

static struct err *
tmpfile_open(const struct nfvo *nfvo, int *fd)
{
    TRY_MSG(file_nameless(nfvo->packages_dir, fd), "a file for parts of a package");
    return NULL;
}

static struct err *
child_write(struct nfvo *nfvo, struct mem *mem, const char *id, struct examination_order *order, int fd)
{
    struct examination *x;
    AUTO_FD whole = -1;
    int64_t size;

    TRY(package_file(nfvo, mem, id, &whole, &size));
    order->fd = whole;
    TRY(examination_new(mem, order, &x, NULL));
    TRY(examination_take(x, fd));
    return examination_end(x);
}

static struct err *
unpack(struct nfvo *nfvo, const struct package_ask *ask, const char *kind, const char *what, int *fd,
       int64_t *size)
{
    struct examination_order order = {.program = nfvo->program, .kind = kind, .file = what,
                                      .room = room_check, .room_arg = nfvo->unpacks};
    AUTO_FD opened = -1;
    off_t end;

    TRY(unpacking_begin(nfvo->unpacks, ask->mem, ask->project_id));
    TRY(tmpfile_open(nfvo, &opened));
    TRY(child_write(nfvo, ask->mem, ask->id, &order, opened));
    end = lseek(opened, 0, SEEK_END);
    if (end < 0 || lseek(opened, 0, SEEK_SET) < 0) {
        return err_errno(E_UNAVAILABLE, "read %s", what);
    }
    *size = end;
    *fd = opened;
    opened = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): its end looks at it */
    return NULL;
}

struct err *
package_member(struct nfvo *nfvo, const struct package_ask *ask, const char *name, int *fd, int64_t *size)
{
    TRY(outside_open(nfvo, ask, name, fd, size));
    return *fd >= 0 ? NULL : unpack(nfvo, ask, "file", name, fd, size);
}

/* One from outside stands in a zip alone: what would sign it is nowhere. */
static struct err *
outside_alone(struct nfvo *nfvo, const struct package_ask *ask, const struct bundle_order *order, int *fd,
              int64_t *size)
{
    AUTO_FD opened = -1;
    AUTO_FD zip = -1;

    TRY(outside_open(nfvo, ask, order->file, &opened, size));
    if (opened < 0) {
        return NULL;
    }
    TRY(unpacking_begin(nfvo->unpacks, ask->mem, ask->project_id));
    TRY(tmpfile_open(nfvo, &zip));
    TRY(outside_add(nfvo, ask, order, room_check, zip, size));
    *fd = zip;
    zip = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): its end looks at it */
    return NULL;
}

struct err *
package_bundle(struct nfvo *nfvo, const struct package_ask *ask, const struct bundle_order *order,
               bool with_outside, int *fd, int64_t *size)
{
    AUTO_FD opened = -1;

    *fd = -1;
    if (order->of == BUNDLE_FILE) {
        TRY(outside_alone(nfvo, ask, order, fd, size));
    }
    if (*fd >= 0) {
        return NULL;
    }
    TRY(unpack(nfvo, ask, "bundle", bundle_order_text(ask->mem, order), &opened, size));
    if (with_outside) {
        TRY(outside_add(nfvo, ask, order, room_check, opened, size));
    }
    *fd = opened;
    opened = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): its end looks at it */
    return NULL;
}
