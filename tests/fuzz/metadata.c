/* The head of a metadata request: any bytes, in any pieces.  What is accepted is one
 * whole line's path; what is not whole yet is never judged otherwise when it is. */
#include "fuzz.h"
#include "guest.h"
#include "responder/http.h"
#include "responder/tree.h"

static bool
is_status(int status)
{
    return status == 200 || status == 400 || status == 405 || status == 413 || status == 431 ||
           status == 505;
}

/* Paths that are accepted find their way through the tree, or none. */
static void
path_holds(const char *path)
{
    struct guests *guests = guests_one();
    const struct desired_guest *guest = guests_find(guests, HANDLE);
    AUTO_BUF out = BUF_INIT;
    const char *type = NULL;

    MUST(path[0] == '/');
    if (tree_get(guests, guest, path, &out, &type)) {
        MUST(type);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    const char *text = (const char *)data;
    struct http_request request = {.path = NULL}, again = {.path = NULL};
    size_t max = n < HTTP_HEAD_MAX ? n : HTTP_HEAD_MAX;
    int status = http_parse(mem, text, max, &request);

    MUST(status == 0 ? max < HTTP_HEAD_MAX : is_status(status));
    for (size_t piece = 0; piece < max; piece += 1 + max / 16) {
        int part = http_parse(mem, text, piece, &again);

        MUST(part == 0 || part == status);
    }
    if (status == 200) {
        path_holds(request.path);
    }
    return 0;
}
