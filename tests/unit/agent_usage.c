/* What a container is told to have used, from the files of both versions of control groups. */
#include "agent/usage.h"

#include "base/vec.h"
#include "sys/file.h"
#include "test.h"

#include <string.h>
#include <unistd.h>

struct counted {
    const char *path, *text; /* Below the root. */
};

static void
tree_make(struct mem *mem, const char *root, const struct counted *files)
{
    for (; files->path; files++) {
        const char *path = mem_printf(mem, "%s/%s", root, files->path);

        REQUIRE_OK(dir_make(mem_strn(mem, path, (size_t)(strrchr(path, '/') - path)), 0755));
        REQUIRE_OK(file_put(path, files->text, strlen(files->text), 0644));
    }
}

TEST(what_a_container_has_used_is_read_where_its_host_counts_it)
{
    static const struct {
        struct counted files[4];
        int64_t cpu_ns, memory;
    } cases[] = {
        {{{"cpuacct/c/s/cpuacct.usage", "12345678\n"},
          {"memory/c/s/memory.usage_in_bytes", "9000000\n"},
          {"memory/c/s/memory.stat", "cache 5\ninactive_file 7\ntotal_inactive_file 1000000\n"}},
         12345678, 8000000},
        {{{"c/s/cpu.stat", "nr_periods 3\nusage_usec 77\nuser_usec 70\n"},
          {"c/s/memory.current", "4096\n"},
          {"c/s/memory.stat", "anon 4096\ninactive_file 8192\n"}}, /* Of another moment. */
         77000, 4096},
        {{{"c/s/cpu.stat", "usage_usec_of_others 5\n"}, {"c/s/memory.current", "max\n"}},
         INT_NULL, INT_NULL},
        {{{NULL, NULL}}, INT_NULL, INT_NULL},
    };
    AUTO(mem) mem = mem_new("test");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *root = mem_printf(mem, "%s/%zu", test_dir(), i);
        struct desired_server_usage *usage = row_new(mem, &desired_server_usage_table);

        tree_make(mem, root, cases[i].files);
        usage_read(root, "/c/s", usage);
        CHECK_INT(usage->cpu_ns, cases[i].cpu_ns);
        CHECK_INT(usage->memory_used, cases[i].memory);
    }
}

TEST(memory_that_no_controller_counts_is_what_the_processes_have)
{
    AUTO(mem) mem = mem_new("test");
    const char *pids = mem_printf(mem, "%d\n%d\n", (int)getpid(), (int)getpid());
    const struct counted one[] = {{"systemd/c/s/cgroup.procs", pids}, {NULL, NULL}};
    struct desired_server_usage *usage = row_new(mem, &desired_server_usage_table);

    tree_make(mem, test_dir(), one);
    usage_read(test_dir(), "/c/s", usage);
    CHECK(usage->memory_used != INT_NULL && usage->memory_used > 2 << 20);
    CHECK(usage_uptime_s(getpid()) >= 0);
}
