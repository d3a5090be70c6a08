/* System calls that put a child into its own namespaces.  What runs after
 * fork here only makes system calls on what was prepared before. */
#include "agent/sandbox.h"

#include "agent/host.h"
#include "base/str.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNIFIED "/sys/fs/cgroup/unified"
#define REFUSED 126

/* ---- user namespaces ------------------------------------------------------------------------ */

static struct err *
map_write(int proc, pid_t pid, const char *file, uint32_t inside, uint32_t outside)
{
    char path[64], line[64];
    int n = snprintf(line, sizeof line, "%u %u %u\n", inside, outside, UID_RANGE);

    (void)snprintf(path, sizeof path, "%d/%s", (int)pid, file);
    AUTO_FD fd = openat(proc, path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, line, (size_t)n) != n) {
        return err_errno(E_UNAVAILABLE, "write /proc/%s", path);
    }
    return NULL;
}

/* 'proc' is open on /proc as it was before mounts were shut. */
static struct err *
maps_write(int proc, pid_t pid, uint32_t inside, uint32_t outside)
{
    TRY(map_write(proc, pid, "uid_map", inside, outside));
    return map_write(proc, pid, "gid_map", inside, outside);
}

/* A child that sits in a new user namespace until 'hold' is closed at the other
 * end, also by our death (a parent-death signal does not survive the change of
 * credentials).  It keeps nothing else of ours open. */
static pid_t
userns_child(int ready, int hold)
{
    pid_t pid = fork();
    char c;

    if (!pid) {
        if (dup2(ready, 0) < 0 || dup2(hold, 1) < 0 || close_range(2, ~0u, 0) ||
            unshare(CLONE_NEWUSER) || write(0, "", 1) != 1) {
            _exit(REFUSED);
        }
        _exit((int)read(1, &c, 1));
    }
    return pid;
}

static struct err *
userns_open(pid_t pid, int ready, uint32_t inside, uint32_t outside, int *fd)
{
    AUTO_FD proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char path[64], c;

    if (pid < 0 || read(ready, &c, 1) != 1) {
        return err_new(E_UNAVAILABLE, NULL, "the kernel gives no user namespace");
    }
    TRY(maps_write(proc, pid, inside, outside));
    (void)snprintf(path, sizeof path, "/proc/%d/ns/user", (int)pid);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    return *fd < 0 ? err_errno(E_UNAVAILABLE, "open %s", path) : NULL;
}

struct err *
userns_new(uint32_t inside, uint32_t outside, int *fd)
{
    int ready[2], hold[2];
    struct err *e;
    pid_t pid;

    if (pipe2(ready, O_CLOEXEC)) {
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    if (pipe2(hold, O_CLOEXEC)) {
        close(ready[0]);
        close(ready[1]);
        return err_errno(E_UNAVAILABLE, "pipe");
    }
    pid = userns_child(ready[1], hold[0]);
    close(ready[1]);
    close(hold[0]);
    e = userns_open(pid, ready[0], inside, outside, fd);
    close(ready[0]);
    close(hold[1]);
    if (pid > 0) {
        (void)waitpid(pid, NULL, 0);
    }
    return e;
}

/* ---- mounts of a container -------------------------------------------------------------------- */

static int
lower_map(const struct mounts *m)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)m->idmap};
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, m->lower, OPEN_TREE_CLONE | O_CLOEXEC);

    if (tree < 0 || syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof attr) ||
        syscall(SYS_move_mount, tree, "", AT_FDCWD, m->lower_at, MOVE_MOUNT_F_EMPTY_PATH)) {
        return -1;
    }
    return close(tree);
}

static int
mounts_make(const struct mounts *m)
{
    if (unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_REC | MS_SLAVE, NULL)) {
        return -1;
    }
    if (m->hide_unified && umount2(UNIFIED, MNT_DETACH)) {
        return -1;
    }
    if (!m->lower) {
        return 0;
    }
    if (m->idmap >= 0 && lower_map(m)) {
        return -1;
    }
    return mount("overlay", m->root, "overlay", 0, m->overlay);
}

void
mounts_enter(void *mounts)
{
    static const char text[] = "mounts of the container: refused by the kernel\n";

    if (mounts_make(mounts)) {
        (void)!write(2, text, sizeof text - 1);
        _exit(REFUSED);
    }
}

/* In a child: is a file of the lower layer the server's user's? */
static int
probe_child(struct mounts *m, uint32_t owner)
{
    char path[4096];
    struct stat st;

    if (mounts_make(m)) {
        return 1;
    }
    (void)snprintf(path, sizeof path, "%s/f", m->root);
    return stat(path, &st) || st.st_uid != owner || chmod(path, 0600);
}

static struct err *
probe_dirs(struct mem *mem, const char *dir, uint32_t base)
{
    static const char *const names[] = {"lower", "at", "upper", "work", "root"};
    const char *file = mem_printf(mem, "%s/lower/f", dir);

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        TRY(dir_make(mem_printf(mem, "%s/%s", dir, names[i]), 0755));
    }
    TRY(file_write(file, "", 0, 0644));
    return chown(file, base, base) ? err_errno(E_UNAVAILABLE, "chown %s", file) : NULL;
}

bool
mounts_probe(const char *state, uint32_t base)
{
    AUTO(mem) mem = mem_new("probe");
    const char *dir = mem_printf(mem, "%s/probe", state);
    struct mounts m = {.lower = mem_printf(mem, "%s/lower", dir),
                       .lower_at = mem_printf(mem, "%s/at", dir),
                       .root = mem_printf(mem, "%s/root", dir),
                       .idmap = -1};
    struct err *e = probe_dirs(mem, dir, base);
    int status = -1;
    pid_t pid;

    m.overlay = mem_printf(mem, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work", m.lower_at, dir,
                           dir);
    e = e ? e : userns_new(base, base + UID_RANGE, &m.idmap);
    if (!e) {
        pid = fork();
        if (!pid) {
            _exit(probe_child(&m, base + UID_RANGE));
        }
        (void)waitpid(pid, &status, 0);
    }
    err_ignore(e, "then it is not there");
    fd_close(&m.idmap);
    err_ignore(dir_remove(dir), "it is made anew next time");
    return status == 0;
}

/* ---- unpacking ------------------------------------------------------------------------------------ */

static void
die(const char *what)
{
    (void)dprintf(2, "%s: %s\n", what, strerror(errno));
    _exit(REFUSED);
}

/* Where 'dir' is seen inside: the folders above its own place may be closed to
 * the user that unpacks. */
#define INSIDE "/tmp"

/* Everything read-only but 'dir'. */
static void
only_dir(const char *dir)
{
    struct mount_attr shut = {.attr_set =
                                  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    struct mount_attr open_again = {.attr_clr = MOUNT_ATTR_RDONLY};

    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID) ||
        mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount(dir, INSIDE, NULL, MS_BIND, NULL) ||
        syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &shut, sizeof shut) ||
        syscall(SYS_mount_setattr, AT_FDCWD, INSIDE, 0, &open_again, sizeof open_again)) {
        die("mounts");
    }
}

static void
limits_set(void)
{
    static const struct {
        __rlimit_resource_t what;
        rlim_t n;
    } limits[] = {
        {RLIMIT_CPU, 600},     {RLIMIT_NOFILE, 256}, {RLIMIT_NPROC, 64}, {RLIMIT_CORE, 0},
        {RLIMIT_FSIZE, 16UL << 30},
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* which map terabytes */
        {RLIMIT_AS, 2UL << 30},
#endif
    };

    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        struct rlimit r = {limits[i].n, limits[i].n};

        if (setrlimit(limits[i].what, &r)) {
            die("setrlimit");
        }
    }
}

/* Unpacking needs files and nothing else: no sockets, no tracing, no new
 * namespaces, no kernel doors. */
static void
filter_set(void)
{
    static const int refused[] = {
        SCMP_SYS(socket),      SCMP_SYS(connect),     SCMP_SYS(bind),       SCMP_SYS(ptrace),
        SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(mount),
        SCMP_SYS(umount2),     SCMP_SYS(pivot_root),  SCMP_SYS(setns),      SCMP_SYS(bpf),
        SCMP_SYS(perf_event_open), SCMP_SYS(keyctl),  SCMP_SYS(add_key),    SCMP_SYS(request_key),
        SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), SCMP_SYS(kexec_load), SCMP_SYS(reboot),
        SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(open_by_handle_at),
    };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (!filter) {
        die("seccomp");
    }
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0)) {
            die("seccomp rule");
        }
    }
    if (seccomp_load(filter)) {
        die("seccomp");
    }
}

/* The inner child: user 0 of the new user namespace. */
static void
unpack_run(int exe, int go)
{
    const char *argv[] = {"carrick", "unpack", "--to", INSIDE "/root", INSIDE "/archive", NULL};
    const char *env[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL};
    char c;

    if (read(go, &c, 1) != 1 || setgroups(0, NULL) || setgid(0) || setuid(0)) {
        die("become the image's user");
    }
    limits_set();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL)) {
        die("prctl");
    }
    filter_set();
    (void)fexecve(exe, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
    die("exec");
}

/* Writes the inner child's maps when it has made its namespace. */
static int
unpack_wait(int proc, pid_t inner, int there, int go, uint32_t base)
{
    struct err *e;
    int status;
    char c;

    if (read(there, &c, 1) != 1) {
        _exit(REFUSED); /* It has said why. */
    }
    e = maps_write(proc, inner, 0, base);
    if (e || write(go, "", 1) != 1) {
        (void)dprintf(2, "%s\n", e ? e->message : "go");
        _exit(REFUSED);
    }
    if (waitpid(inner, &status, 0) != inner) {
        die("wait");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
unpack_enter(const char *dir, uint32_t base)
{
    int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), there[2], go[2];
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    pid_t inner;

    if (exe < 0 || proc < 0 || pipe2(there, O_CLOEXEC) || pipe2(go, O_CLOEXEC)) {
        die("pipes");
    }
    only_dir(dir);
    inner = fork();
    if (inner < 0) {
        die("fork");
    }
    if (!inner) {
        close(go[1]); /* So that the outer's death is the end of file. */
        if (unshare(CLONE_NEWUSER) || write(there[1], "", 1) != 1) {
            die("no user namespace is given (in a chroot there is none; user.max_user_namespaces limits them)");
        }
        unpack_run(exe, go[0]);
    }
    close(there[1]);
    close(go[0]);
    _exit(unpack_wait(proc, inner, there[0], go[1], base));
}
