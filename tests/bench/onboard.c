/* Packages of an orchestrator that a bench asks. */
#include "onboard.h"

#include "served.h"

#include "base/str.h"
#include "base/time.h"
#include "sys/file.h"

#define ONBOARD_NS INT64_C(20000000000)

struct upload {
    const char *path, *type;
    char *content;
    size_t n;
};

static void
make_upload(void *arg, int64_t n, struct buf *out)
{
    const struct upload *up = arg;

    (void)n;
    buf_printf(out,
               "PUT %s HTTP/1.1\r\nHost: bench\r\nX-Auth-Token: %s\r\nContent-Type: %s\r\n"
               "Content-Length: %zu\r\n\r\n",
               up->path, served.token, up->type, up->n);
    buf_add(out, up->content, up->n);
}

static const char *
state_of(struct mem *mem, const char *path, const char *attribute)
{
    return str_or(json_str(json_get(served_ask(mem, "GET", path, NULL, 200), attribute)), "");
}

/* Makes the resource at 'collection', uploads the file, waits until it is on-boarded. */
static void
onboard(const char *collection, const char *content, const char *state, const char *folder,
        const char *file)
{
    AUTO(mem) mem = mem_new("package");
    struct upload up = {.type = "application/zip"};
    struct load load = {.port = served.port,
                        .clients = 1,
                        .requests = 1,
                        .expect = 202,
                        .make = make_upload,
                        .arg = &up};
    int64_t end = time_mono_ns() + ONBOARD_NS;
    const char *path, *is = "";
    char id[40];

    served_copy_id(id, served_ask(mem, "POST", collection, "{}", 201), "id");
    path = mem_printf(mem, "%s/%s", collection, id);
    up.path = mem_printf(mem, "%s/%s", path, content);
    served_must(file_read(mem, mem_printf(mem, "%s/%s.csar", folder, file), 64 << 20,
                          &up.content, &up.n),
                file);
    served_load(&load, file);
    load_done(&load);
    while (!str_eq(is, "ONBOARDED") && time_mono_ns() < end) {
        is = state_of(mem, path, state);
        if (str_eq(is, "CREATED") || str_eq(is, "ERROR")) {
            break;
        }
    }
    served_must(str_eq(is, "ONBOARDED") ? NULL : err_new(E_REMOTE, NULL, "it is %s", is), file);
}

void
onboard_package(const char *folder, const char *name)
{
    onboard("/vnfpkgm/v2/vnf_packages", "package_content", "onboardingState", folder, name);
}

void
onboard_service(const char *folder, const char *name)
{
    onboard("/nsd/v2/ns_descriptors", "nsd_content", "nsdOnboardingState", folder, name);
}
