/* What a container is told to be. */
#include "agent/oci.h"

#include "base/vec.h"
#include "test.h"

#include <string.h>

static const struct json *
config_of(struct mem *mem, struct desired_server *server)
{
    static const char *words[] = {"/bin/true"};
    struct oci_spec spec = {.server = server,
                            .command = {1, words},
                            .cwd = "/",
                            .host_uid = 1000000,
                            .cgroup = "/carrick-x/y"};
    AUTO_BUF out = BUF_INIT;
    const struct json *json = NULL;

    oci_config(&out, &spec);
    REQUIRE_OK(json_parse(mem, out.data, out.len, &json));
    return json;
}

static bool
list_has(const struct json *list, const char *word)
{
    json_each (list, i) {
        if (str_eq(json_str(list->items[i]), word)) {
            return true;
        }
    }
    return false;
}

TEST(a_container_has_users_of_its_own_and_few_powers)
{
    static const char *const never[] = {"CAP_SYS_ADMIN", "CAP_SYS_MODULE", "CAP_SYS_PTRACE",
                                        "CAP_MKNOD",     "CAP_SYS_RAWIO",  "CAP_BPF"};
    static const char *const refused[] = {"bpf",   "mount",  "setns",    "unshare", "keyctl",
                                          "clone", "clone3", "kexec_load", "ptrace", "reboot"};
    AUTO(mem) mem = mem_new("test");
    struct desired_server *server = row_new(mem, &desired_server_table);
    const struct json *config, *caps, *calls;

    server->name = "Web Server!";
    server->memory_mb = 64;
    server->vcpus = 2;
    config = config_of(mem, server);
    caps = json_path(config, "process.capabilities.bounding");
    CHECK(list_has(caps, "CAP_NET_ADMIN"));
    for (size_t i = 0; i < ARRAY_SIZE(never); i++) {
        CHECK(!list_has(caps, never[i]));
    }
    calls = json_path(config, "linux.seccomp.syscalls.0.names");
    CHECK(list_has(calls, "read"));
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        CHECK(!list_has(calls, refused[i]));
    }
    CHECK_STR(json_str(json_path(config, "linux.seccomp.defaultAction")), "SCMP_ACT_ERRNO");
    CHECK(json_bool(json_path(config, "process.noNewPrivileges"), false));
    CHECK_INT(json_int(json_path(config, "linux.uidMappings.0.hostID"), 0), 1000000);
    CHECK_INT(json_int(json_path(config, "linux.resources.memory.limit"), 0), 64 << 20);
    CHECK_INT(json_int(json_path(config, "linux.resources.cpu.quota"), 0), 200000);
    CHECK_STR(json_get_str(config, "hostname"), "web-server");
}

TEST(a_container_sees_its_config_drive_and_cannot_change_it)
{
    static const char *words[] = {"/bin/true"};
    AUTO(mem) mem = mem_new("test");
    struct desired_server *server = row_new(mem, &desired_server_table);
    struct oci_spec spec = {.server = server,
                            .command = {1, words},
                            .cwd = "/",
                            .cgroup = "/carrick-x/y"};
    AUTO_BUF out = BUF_INIT;
    const struct json *json, *mount;

    server->name = "a";
    server->memory_mb = 64;
    server->vcpus = 1;
    for (int i = 0; i < 2; i++) {
        buf_clear(&out);
        oci_config(&out, &spec);
        REQUIRE_OK(json_parse(mem, out.data, out.len, &json));
        mount = json_path(json, "mounts.6");
        CHECK_STR(json_get_str(mount, "source"), spec.drive);
        CHECK(!mount || list_has(json_get(mount, "options"), "ro"));
        spec.drive = "/state/drive";
    }
    CHECK_STR(json_get_str(mount, "destination"), OCI_DRIVE);
}
