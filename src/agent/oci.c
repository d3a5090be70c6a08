/* Writes config.json: what a tenant's processes may see and do.  A user
 * namespace of its own, few capabilities, an allow list of system calls, and
 * limits on memory, processor time and processes. */
#include "agent/oci.h"

#include "agent/host.h"

#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

#define PIDS_MAX 4096
#define FILES_MAX 65536
#define CPU_PERIOD_US 100000
#define CLONE_NEW_ALL                                                                              \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

static const char *const capabilities[] = {
    "CAP_NET_ADMIN", "CAP_NET_RAW",      "CAP_NET_BIND_SERVICE", "CAP_CHOWN", "CAP_SETUID",
    "CAP_SETGID",    "CAP_DAC_OVERRIDE", "CAP_FOWNER",           "CAP_KILL",  NULL,
};
static const char *const masked[] = {
    "/proc/acpi",  "/proc/asound",      "/proc/kcore",       "/proc/keys",
    "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sysrq-trigger", "/sys/firmware", "/sys/kernel/debug",
    "/sys/fs/bpf", NULL,
};
/* /proc/sys/net stays writable: it is the container's own network namespace's. */
static const char *const read_only[] = {
    "/proc/bus",        "/proc/fs",        "/proc/irq",        "/proc/sys/kernel",
    "/proc/sys/vm",     "/proc/sys/fs",    "/proc/sys/dev",    "/proc/sys/debug",
    "/proc/sys/user",   "/proc/sys/abi",   NULL,
};
static const char *const syscalls[] = {
#define SYSCALL(name) #name,
#include "agent/syscalls.tbl"
#undef SYSCALL
    NULL,
};

static void
words(struct jw *w, const char *key, const char *const *list)
{
    jw_array(w, key);
    for (; *list; list++) {
        jw_str(w, NULL, *list);
    }
    jw_end(w);
}

static void
env_write(struct jw *w, const struct oci_spec *spec)
{
    AUTO(mem) mem = mem_new("environment");
    bool has_path = false;

    jw_array(w, "env");
    for (size_t i = 0; i < spec->env.n; i++) {
        has_path = has_path || str_starts(spec->env.items[i], "PATH=");
        jw_str(w, NULL, spec->env.items[i]);
    }
    if (!has_path) {
        jw_str(w, NULL, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }
    for (size_t i = 0; i < spec->server->env.n; i++) {
        const struct desired_env *env = spec->server->env.items[i];

        jw_str(w, NULL, mem_printf(mem, "%s=%s", env->name, env->value));
    }
    jw_end(w);
}

/* A limit can only be lowered where the container's user is nobody here. */
static rlim_t
files_max(void)
{
    struct rlimit own;

    return !getrlimit(RLIMIT_NOFILE, &own) && own.rlim_max < FILES_MAX ? own.rlim_max : FILES_MAX;
}

static void
process_write(struct jw *w, const struct oci_spec *spec)
{
    static const char *const sets[] = {"bounding", "effective", "permitted"};
    rlim_t files = files_max();

    jw_object(w, "process");
    jw_bool(w, "terminal", false);
    jw_object(w, "user");
    jw_int(w, "uid", spec->uid);
    jw_int(w, "gid", spec->gid);
    jw_end(w);
    jw_array(w, "args");
    for (size_t i = 0; i < spec->command.n; i++) {
        jw_str(w, NULL, spec->command.items[i]);
    }
    jw_end(w);
    env_write(w, spec);
    jw_str(w, "cwd", spec->cwd);
    jw_object(w, "capabilities");
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
        words(w, sets[i], capabilities);
    }
    jw_end(w);
    jw_array(w, "rlimits");
    jw_object(w, NULL);
    jw_str(w, "type", "RLIMIT_NOFILE");
    jw_int(w, "hard", (int64_t)files);
    jw_int(w, "soft", (int64_t)(files < 4096 ? files : 4096));
    jw_end(w);
    jw_object(w, NULL);
    jw_str(w, "type", "RLIMIT_CORE");
    jw_int(w, "hard", 0);
    jw_int(w, "soft", 0);
    jw_end(w);
    jw_end(w);
    jw_bool(w, "noNewPrivileges", true);
    jw_end(w);
}

struct mount_point {
    const char *at, *type, *source, *options;
};

static void
mount_write(struct jw *w, const struct mount_point *mount)
{
    AUTO(mem) mem = mem_new("mount");
    size_t n;
    char **options = str_split(mem, mount->options, ' ', &n);

    jw_object(w, NULL);
    jw_str(w, "destination", mount->at);
    jw_str(w, "type", mount->type);
    jw_str(w, "source", mount->source);
    jw_array(w, "options");
    for (size_t i = 0; i < n; i++) {
        jw_str(w, NULL, options[i]);
    }
    jw_end(w);
    jw_end(w);
}

static void
mounts_write(struct jw *w, const struct oci_spec *spec)
{
    static const struct mount_point mounts[] = {
        {"/proc", "proc", "proc", "nosuid noexec nodev"},
        {"/dev", "tmpfs", "tmpfs", "nosuid strictatime mode=755 size=65536k"},
        {"/dev/pts", "devpts", "devpts", "nosuid noexec newinstance ptmxmode=0666 mode=0620"},
        {"/dev/shm", "tmpfs", "shm", "nosuid noexec nodev mode=1777 size=65536k"},
        {"/dev/mqueue", "mqueue", "mqueue", "nosuid noexec nodev"},
        {"/sys", "sysfs", "sysfs", "nosuid noexec nodev ro"},
    };

    jw_array(w, "mounts");
    for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
        mount_write(w, &mounts[i]);
    }
    if (spec->drive) {
        mount_write(w, &(struct mount_point){OCI_DRIVE, "bind", spec->drive,
                                             "bind ro nosuid noexec nodev"});
    }
    jw_end(w);
}

static void
map_write(struct jw *w, const char *key, uint32_t host)
{
    jw_array(w, key);
    jw_object(w, NULL);
    jw_int(w, "containerID", 0);
    jw_int(w, "hostID", host);
    jw_int(w, "size", UID_RANGE);
    jw_end(w);
    jw_end(w);
}

static void
resources_write(struct jw *w, const struct desired_server *server)
{
    jw_object(w, "resources");
    jw_array(w, "devices");
    jw_object(w, NULL);
    jw_bool(w, "allow", false);
    jw_str(w, "access", "rwm");
    jw_end(w);
    jw_end(w);
    jw_object(w, "memory");
    jw_int(w, "limit", server->memory_mb << 20);
    jw_end(w);
    jw_object(w, "cpu");
    jw_int(w, "quota", server->vcpus * CPU_PERIOD_US);
    jw_int(w, "period", CPU_PERIOD_US);
    jw_end(w);
    jw_object(w, "pids");
    jw_int(w, "limit", PIDS_MAX);
    jw_end(w);
    jw_end(w);
}

/* clone only without new namespaces; clone3 hides its flags behind a pointer,
 * so it is "not there" and libraries fall back. */
static void
clone_write(struct jw *w)
{
    static const char *const clone_name[] = {"clone", NULL}, *const clone3_name[] = {"clone3", NULL};

    jw_object(w, NULL);
    words(w, "names", clone_name);
    jw_str(w, "action", "SCMP_ACT_ALLOW");
    jw_array(w, "args");
    jw_object(w, NULL);
    jw_int(w, "index", 0);
    jw_int(w, "value", CLONE_NEW_ALL);
    jw_int(w, "valueTwo", 0);
    jw_str(w, "op", "SCMP_CMP_MASKED_EQ");
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_object(w, NULL);
    words(w, "names", clone3_name);
    jw_str(w, "action", "SCMP_ACT_ERRNO");
    jw_int(w, "errnoRet", ENOSYS);
    jw_end(w);
}

static void
seccomp_write(struct jw *w)
{
    jw_object(w, "seccomp");
    jw_str(w, "defaultAction", "SCMP_ACT_ERRNO");
    jw_int(w, "defaultErrnoRet", EPERM);
    jw_array(w, "syscalls");
    jw_object(w, NULL);
    words(w, "names", syscalls);
    jw_str(w, "action", "SCMP_ACT_ALLOW");
    jw_end(w);
    clone_write(w);
    jw_end(w);
    jw_end(w);
}

static void
linux_write(struct jw *w, const struct oci_spec *spec)
{
    static const char *const namespaces[] = {"pid", "network", "ipc", "uts", "mount", "user"};

    jw_object(w, "linux");
    map_write(w, "uidMappings", spec->host_uid);
    map_write(w, "gidMappings", spec->host_uid);
    jw_array(w, "namespaces");
    for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++) {
        jw_object(w, NULL);
        jw_str(w, "type", namespaces[i]);
        jw_end(w);
    }
    jw_end(w);
    words(w, "maskedPaths", masked);
    words(w, "readonlyPaths", read_only);
    jw_str(w, "cgroupsPath", spec->cgroup);
    resources_write(w, spec->server);
    seccomp_write(w);
    jw_end(w);
}

/* A host name is made of what its letters allow (RFC 1123). */
const char *
oci_hostname(struct mem *mem, const char *name)
{
    char *host = mem_strn(mem, name, strlen(name) > 63 ? 63 : strlen(name));
    size_t n = 0;

    for (const char *c = name; *c && n < 63; c++) {
        if (isalnum((unsigned char)*c)) {
            host[n++] = (char)tolower((unsigned char)*c);
        } else if (n && host[n - 1] != '-') {
            host[n++] = '-';
        }
    }
    while (n && host[n - 1] == '-') {
        n--;
    }
    host[n] = 0;
    return n ? host : "server";
}

void
oci_config(struct buf *out, const struct oci_spec *spec)
{
    AUTO(mem) mem = mem_new("oci config");
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    jw_str(&w, "ociVersion", "1.0.2");
    process_write(&w, spec);
    jw_object(&w, "root");
    jw_str(&w, "path", "rootfs");
    jw_bool(&w, "readonly", false);
    jw_end(&w);
    jw_str(&w, "hostname", oci_hostname(mem, spec->server->name));
    mounts_write(&w, spec);
    linux_write(&w, spec);
    jw_end(&w);
}
