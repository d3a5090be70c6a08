/* Names of files in a stranger's archive: each line is an entry, "path" or
 * "path\ttarget" for a symbolic link.  Whatever is accepted stays below the root. */
#include "fuzz.h"
#include "image/unpack.h"

#include <string.h>

#define ARENA_MAX (64u << 20)

static void
stays_below(struct mem *mem, const char *path)
{
    size_t n;
    char **parts = str_split(mem, path, '/', &n);

    MUST(path[0] != '/');
    for (size_t i = 0; i < n && *path; i++) {
        MUST(parts[i][0] != '\0' && !str_eq(parts[i], ".") && !str_eq(parts[i], ".."));
    }
}

static void
entry(struct unpack *u, struct mem *mem, char *line)
{
    char *target = strchr(line, '\t');
    const char *path = NULL, *again = NULL;
    struct err *e;

    if (target) {
        *target++ = '\0';
    }
    e = unpack_path(mem, line, &path);
    MUST(!e || e->code == E_INVALID);
    if (!e && *path) {
        stays_below(mem, path);
        e = unpack_path(mem, path, &again);
        MUST(!e && str_eq(path, again));
        e = unpack_check_way(u, mem, line, &path);
        MUST(!e || e->code == E_INVALID);
        if (!e) {
            stays_below(mem, path);
            unpack_note_link(u, path, target);
        }
    }
    err_free(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    struct choices c = {data, n};
    struct unpack u = {.mem = mem, .path = "t.tar", .root = -1};

    map_init(&u.links, mem);
    for (int i = 0; i < 64 && c.n > 0; i++) {
        entry(&u, mem, choose_line(&c, mem));
    }
    MUST(mem_size(mem) < ARENA_MAX);
    return 0;
}
