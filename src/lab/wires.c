/* The lab's network: a namespace a site, a management link from each to the
 * machine, one link between the sites as WAN, and a bpf file system a site
 * that outlives its agent. */
#include "lab/lab.h"

#include "base/str.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BPF_FS 0xcafe4a11
#define IP_TIMEOUT_MS 10000

/* Runs `ip` with the words of a formatted line. */
static struct err *
ip_run(const struct lab *lab, const char *fmt, ...) PRINTF_LIKE(2, 3);

static struct err *
ip_run(const struct lab *lab, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    const char *line = mem_vprintf(lab->mem, fmt, args);
    va_end(args);

    size_t n;
    char **words = str_split(lab->mem, line, ' ', &n);
    const char **argv = MEM_ARRAY(lab->mem, n + 2, const char *);
    argv[0] = "ip";
    for (size_t i = 0; i < n; i++) {
        argv[i + 1] = words[i];
    }
    struct process_spec spec = {.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    const char *output;

    return err_wrap(process_run(lab->mem, &spec, NULL, IP_TIMEOUT_MS, &output), "ip %s", line);
}

static bool
link_exists(const struct lab *lab, const char *name)
{
    return file_exists(mem_printf(lab->mem, "/sys/class/net/%s", name));
}

/* A namespace whose making was interrupted has no management link: it is made
 * anew.  What can be said twice is said each time, so that a second `carrick up`
 * mends whatever a crash left half done. */
static struct err *
site_netns_make(const struct lab *lab, const struct lab_site *site)
{
    bool there = file_exists(site->netns_path), linked = there && link_exists(lab, site->link);

    if (there && !linked) {
        TRY(ip_run(lab, "netns del %s", site->netns));
    }
    if (!linked) {
        TRY(ip_run(lab, "netns add %s", site->netns));
        TRY(ip_run(lab, "link add %s type veth peer name mgmt0 netns %s", site->link,
                   site->netns));
    }
    TRY(ip_run(lab, "-n %s link set lo up", site->netns));
    TRY(ip_run(lab, "-n %s addr replace %s/30 dev mgmt0", site->netns, site->ip));
    TRY(ip_run(lab, "-n %s link set mgmt0 up", site->netns));
    TRY(ip_run(lab, "addr replace %s/30 dev %s", site->host_ip, site->link));
    return ip_run(lab, "link set %s up", site->link);
}

/* The WAN has a plain Ethernet's MTU: segments leave room for their overhead. */
static struct err *
wan_make(const struct lab *lab)
{
    const struct lab_site *east = &lab->sites[0], *west = &lab->sites[1];
    struct err *e = ip_run(lab, "-n %s link show wan0", east->netns);

    if (e) {
        err_ignore(e, "the link is not there yet");
        TRY(ip_run(lab, "-n %s link add wan0 type veth peer name wan0 netns %s",
                   east->netns, west->netns));
    }
    for (int i = 0; i < LAB_N_SITES; i++) {
        const struct lab_site *site = &lab->sites[i];
        TRY(ip_run(lab, "-n %s addr replace %s/30 dev wan0", site->netns, site->wan_ip));
        TRY(ip_run(lab, "-n %s link set wan0 up", site->netns));
    }
    return NULL;
}

static const char *
bpffs_path(const struct lab *lab, const struct lab_site *site)
{
    return mem_printf(lab->mem, "%s/bpf", site->dir);
}

/* The kernel takes a link away some time after the namespace that has its other
 * end: who comes second finds nothing, which is what was wanted. */
static struct err *
link_remove(const struct lab *lab, const char *name)
{
    struct err *e = link_exists(lab, name) ? ip_run(lab, "link del %s", name) : NULL;

    if (e && !link_exists(lab, name)) {
        err_ignore(e, "it went with its namespace");
        return NULL;
    }
    return e;
}

static bool
is_bpffs(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 && (uint32_t)fs.f_type == BPF_FS;
}

struct err *
lab_bpffs_make(const char *path)
{
    TRY(dir_make(path, 0700));
    if (!is_bpffs(path) && mount("bpf", path, "bpf", 0, "mode=0700")) {
        return err_errno(E_UNAVAILABLE, "mount a bpf file system on %s", path);
    }
    return NULL;
}

struct err *
lab_wires_make(const struct lab *lab)
{
    for (int i = 0; i < LAB_N_SITES; i++) {
        TRY(site_netns_make(lab, &lab->sites[i]));
        TRY(dir_make(lab->sites[i].dir, 0711));
        TRY(lab_bpffs_make(bpffs_path(lab, &lab->sites[i])));
    }
    return wan_make(lab);
}

struct err *
lab_wires_remove(const struct lab *lab)
{
    struct err *all = NULL;

    for (int i = 0; i < LAB_N_SITES; i++) {
        const struct lab_site *site = &lab->sites[i];
        const char *path = bpffs_path(lab, site);
        while (is_bpffs(path)) {
            if (umount2(path, MNT_DETACH)) {
                all = err_join(all, err_errno(E_UNAVAILABLE, "unmount %s", path));
                break;
            }
        }
        if (file_exists(site->netns_path)) {
            all = err_join(all, ip_run(lab, "netns del %s", site->netns));
        }
        all = err_join(all, link_remove(lab, site->link));
    }
    return all;
}
