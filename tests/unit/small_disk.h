/* A disk that is soon full. */
#ifndef SMALL_DISK_H
#define SMALL_DISK_H

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A file system of 'kb' kilobytes of this test's own. */
static inline void
small_disk(char path[512], int kb)
{
    char options[64];

    snprintf(path, 512, "%s/disk", test_dir());
    snprintf(options, sizeof options, "size=%dk", kb);
    test_needs_file();
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
        SKIP("mount namespaces are not permitted here: %s", strerror(errno));
    }
    REQUIRE(!mkdir(path, 0700));
    REQUIRE(!mount("tmpfs", path, "tmpfs", 0, options));
}

/* A file that takes up room. */
static inline void
take_room(const char *path, off_t n)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    REQUIRE(fd >= 0 && !posix_fallocate(fd, 0, n));
    close(fd);
}

/* ... all but 'n' bytes of it. */
static inline void
leave_room(const char *disk, const char *path, off_t n)
{
    struct statvfs there;

    REQUIRE(!statvfs(disk, &there));
    take_room(path, (off_t)(there.f_bavail * there.f_bsize) - n);
}

#endif
