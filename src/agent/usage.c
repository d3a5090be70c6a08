/* Which controllers a host has, where, and in which of the two versions is its own affair: the places
 * are tried, and what none of them tells is not known. */
#include "agent/usage.h"

#include "base/vec.h"
#include "sys/file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX (1 << 20)
#define START_FIELD 20 /* Of /proc/PID/stat, counted from behind the name. */

/* A number in a file of a hierarchy: the whole of it, or behind 'key'. */
struct place {
    const char *hierarchy, *file, *key;
    int64_t unit;
};

static const struct place cpu_places[] = {
    {"/cpuacct", "cpuacct.usage", NULL, 1},
    {"/cpu,cpuacct", "cpuacct.usage", NULL, 1},
    {"", "cpu.stat", "usage_usec", 1000},
    {"/unified", "cpu.stat", "usage_usec", 1000},
};
/* Memory, and what of it are files that were not touched lately. */
static const struct place memory_places[][2] = {
    {{"/memory", "memory.usage_in_bytes", NULL, 1},
     {"/memory", "memory.stat", "total_inactive_file", 1}},
    {{"", "memory.current", NULL, 1}, {"", "memory.stat", "inactive_file", 1}},
};
/* Hierarchies that every container is in. */
static const char *const lists[] = {"/memory", "/systemd", "/pids", ""};

/* Null where it cannot be read. */
static const char *
text_of(struct mem *mem, const char *path)
{
    char *text;
    size_t n;
    struct err *e = file_read(mem, path, TEXT_MAX, &text, &n);

    err_ignore(e, "it is not there, and so not known");
    return e ? NULL : mem_strn(mem, text, n);
}

/* Behind "KEY" and blanks at the beginning of a line; INT_NULL where there is none. */
static int64_t
number_behind(const char *text, const char *key)
{
    size_t n = strlen(key);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, n) == 0 && isspace((unsigned char)line[n])) {
            line += n + strspn(line + n, " \t");
            return isdigit((unsigned char)*line) ? strtoll(line, NULL, 10) : INT_NULL;
        }
    }
    return INT_NULL;
}

static int64_t
place_read(struct mem *mem, const char *root, const char *group, const struct place *place)
{
    const char *text =
        text_of(mem, mem_printf(mem, "%s%s%s/%s", root, place->hierarchy, group, place->file));
    int64_t number = INT_NULL;

    if (text && place->key) {
        number = number_behind(text, place->key);
    } else if (text && isdigit((unsigned char)*text)) {
        number = strtoll(text, NULL, 10);
    }
    return number == INT_NULL ? INT_NULL : number * place->unit;
}

static int64_t
cpu_read(struct mem *mem, const char *root, const char *group)
{
    int64_t ns = INT_NULL;

    for (size_t i = 0; i < ARRAY_SIZE(cpu_places) && ns == INT_NULL; i++) {
        ns = place_read(mem, root, group, &cpu_places[i]);
    }
    return ns;
}

/* Pages that several of them share are counted with each. */
static int64_t
processes_memory(struct mem *mem, const char *root, const char *group)
{
    const char *pids = NULL;
    int64_t sum = 0;

    for (size_t i = 0; i < ARRAY_SIZE(lists) && !pids; i++) {
        pids = text_of(mem, mem_printf(mem, "%s%s%s/cgroup.procs", root, lists[i], group));
    }
    for (const char *at = pids; at && isdigit((unsigned char)*at); at += strspn(at, "\n")) {
        const char *status =
            text_of(mem, mem_printf(mem, "/proc/%ld/status", strtol(at, NULL, 10)));
        int64_t kib = status ? number_behind(status, "VmRSS:") : INT_NULL;

        sum += kib == INT_NULL ? 0 : kib * 1024;
        at += strcspn(at, "\n");
    }
    return pids ? sum : INT_NULL;
}

static int64_t
memory_read(struct mem *mem, const char *root, const char *group)
{
    for (size_t i = 0; i < ARRAY_SIZE(memory_places); i++) {
        int64_t all = place_read(mem, root, group, &memory_places[i][0]);
        int64_t files = place_read(mem, root, group, &memory_places[i][1]);

        if (all != INT_NULL) {
            return files == INT_NULL || files > all ? all : all - files;
        }
    }
    return processes_memory(mem, root, group);
}

void
usage_read(const char *root, const char *group, struct desired_server_usage *usage)
{
    AUTO(mem) mem = mem_new("usage");

    usage->cpu_ns = cpu_read(mem, root, group);
    usage->memory_used = memory_read(mem, root, group);
}

int64_t
usage_uptime_s(pid_t pid)
{
    AUTO(mem) mem = mem_new("usage");
    const char *text = text_of(mem, mem_printf(mem, "/proc/%d/stat", (int)pid));
    const char *at = text ? strrchr(text, ')') : NULL;
    struct timespec now;
    int64_t started, s;

    for (int i = 0; at && i < START_FIELD; i++) {
        at = strchr(at + 1, ' ');
    }
    if (!at || clock_gettime(CLOCK_BOOTTIME, &now)) {
        return INT_NULL;
    }
    started = strtoll(at, NULL, 10) / sysconf(_SC_CLK_TCK);
    s = now.tv_sec - started;
    return s < 0 ? 0 : s;
}
