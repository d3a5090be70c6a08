/* What happens at a site of our kind, by the long poll that it offers (carrick-changes): whoever waits
 * for a fault need not ask again and again. */
#include "vim/session.h"

#define WAIT_MAX_S 30

struct following {
    struct mem *mem;
    vim_changes_fn *done;
    void *arg;
};

static bool
has_changed(const struct json *changes, const char *kind)
{
    json_each (changes, i) {
        const struct json *change = changes->items[i];

        /* What comes to be is no fault of what is there. */
        if (str_eq(json_get_str(change, "resource"), kind) &&
            !str_eq(json_get_str(change, "kind"), "create")) {
            return true;
        }
    }
    return false;
}

static struct strs
kinds_of(struct mem *mem, const struct json *changes)
{
    struct strs kinds = {.items = MEM_ARRAY(mem, vim_n_objects + 1, const char *)};

    for (size_t i = 0; i < vim_n_objects; i++) {
        if (has_changed(changes, vim_objects[i].kind)) {
            kinds.items[kinds.n++] = vim_objects[i].kind;
        }
    }
    return kinds;
}

static void
followed(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct following *following = arg;
    int64_t last = err ? -1 : json_int(json_get(answer->json, "last"), -1);
    struct strs kinds = {0};

    if (!err && last < 0) {
        err = err_new(E_REMOTE, NULL, "the answer has no 'last'");
    } else if (!err) {
        kinds = kinds_of(following->mem, json_get(answer->json, "changes"));
    }
    following->done(following->arg, last, &kinds, err);
    mem_free(following->mem);
}

static const char *
path_of(const struct vim *vim, struct mem *mem, int64_t since)
{
    AUTO_BUF path = BUF_INIT;
    int64_t wait_s = vim->config.timeout_ms / 2000;

    if (since < 0) {
        return "/carrick-changes";
    }
    buf_printf(&path, "/carrick-changes?since=%lld&timeout=%lld", (long long)since,
               (long long)(wait_s < WAIT_MAX_S ? wait_s : WAIT_MAX_S));
    for (size_t i = 0; i < vim_n_objects; i++) {
        buf_printf(&path, "&resource=%s", vim_objects[i].kind);
    }
    return buf_copy(mem, &path);
}

void
vim_changes(struct vim *vim, const char *site_id, int64_t since, vim_changes_fn *done, void *arg)
{
    struct mem *mem = mem_new("vim changes");
    struct following *following = MEM_NEW(mem, struct following);
    const struct vim_call call = {
        .site_id = site_id,
        .service = "network",
        .method = "GET",
        .path = path_of(vim, mem, since),
        .read_only = true,
        .waits = since >= 0,
    };

    *following = (struct following){.mem = mem, .done = done, .arg = arg};
    vim_call(vim, &call, followed, following);
}
