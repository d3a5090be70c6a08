/* Names of entries: what a stranger's archive may call its files, and where
 * its symbolic links lead, judged on paper (nothing is written in a check). */
#include "image/unpack.h"

#include <string.h>

#define PATH_LEN_MAX 4095
#define NAME_LEN_MAX 255
#define DEPTH_MAX 128
#define LINKS_MAX 40

struct err *
unpack_hostile(const char *raw, const char *why)
{
    return err_new(E_INVALID, NULL, "entry '%.200s' %s", raw, why);
}

/* ---- paths ----------------------------------------------------------------------- */

struct err *
unpack_path(struct mem *mem, const char *raw, const char **path)
{
    AUTO_BUF out = BUF_INIT;
    size_t n, depth = 0;
    char **parts;

    if (!raw || strlen(raw) > PATH_LEN_MAX || !str_utf8(raw, strlen(raw))) {
        return unpack_hostile(str_or(raw, "(none)"), "has a name that is too long or not UTF-8");
    }
    if (raw[0] == '/') {
        return unpack_hostile(raw, "has an absolute path");
    }
    parts = str_split(mem, raw, '/', &n);
    for (size_t i = 0; i < n; i++) {
        if (parts[i][0] == '\0' || strcmp(parts[i], ".") == 0) {
            continue;
        }
        if (strcmp(parts[i], "..") == 0) {
            return unpack_hostile(raw, "leads outside by '..'");
        }
        if (strlen(parts[i]) > NAME_LEN_MAX || ++depth > DEPTH_MAX) {
            return unpack_hostile(raw, "has too long a name or too many folders");
        }
        buf_printf(&out, "%s%s", out.len ? "/" : "", parts[i]);
    }
    *path = buf_copy(mem, &out);
    return NULL;
}

const char *
unpack_parent(struct mem *mem, const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');

    *name = slash ? slash + 1 : path;
    return slash ? mem_strn(mem, path, (size_t)(slash - path)) : "";
}

/* ---- without a tree: links are followed on paper --------------------------------------- */

/* Where 'path' ends up when 'target' stands in place of its first 'n' bytes. */
static struct err *
follow(struct mem *mem, const char *raw, const char *path, size_t n, const char *target,
       const char **out)
{
    const char *name;
    const char *folder = unpack_parent(mem, mem_strn(mem, path, n), &name);
    AUTO_BUF joined = BUF_INIT;
    size_t n_parts, n_kept = 0;
    char **parts;

    if (target[0] == '/') {
        return unpack_hostile(raw, "goes through an absolute link");
    }
    parts = str_split(mem, mem_printf(mem, "%s/%s%s", folder, target, path + n), '/', &n_parts);
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i][0] == '\0' || strcmp(parts[i], ".") == 0) {
            continue;
        }
        if (strcmp(parts[i], "..") != 0) {
            parts[n_kept++] = parts[i];
        } else if (n_kept-- == 0) {
            return unpack_hostile(raw, "goes through a link that leads outside");
        }
    }
    for (size_t i = 0; i < n_kept; i++) {
        buf_printf(&joined, "%s%s", i ? "/" : "", parts[i]);
    }
    *out = buf_copy(mem, &joined);
    return NULL;
}

struct err *
unpack_check_way(struct unpack *u, struct mem *mem, const char *raw, const char **path)
{
    for (int hops = 0; hops < LINKS_MAX; hops++) {
        const char *slash, *target = NULL;

        for (slash = strchr(*path, '/'); slash; slash = strchr(slash + 1, '/')) {
            target = map_get(&u->links, mem_strn(mem, *path, (size_t)(slash - *path)));
            if (target) {
                break;
            }
        }
        if (!target) {
            return NULL;
        }
        TRY(follow(mem, raw, *path, (size_t)(slash - *path), target, path));
    }
    return unpack_hostile(raw, "goes through too many links");
}

void
unpack_note_link(struct unpack *u, const char *path, const char *target)
{
    if (target || map_get(&u->links, path)) {
        map_set(&u->links, mem_str(u->mem, path), mem_str(u->mem, target));
    }
}
