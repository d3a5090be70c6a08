/* JSON out of any bytes: what is accepted is written and read back as the same. */
#include "base/json.h"
#include "fuzz.h"

#include <string.h>

#define ARENA_PER_BYTE 256
#define ARENA_LEAST (1u << 20)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    const struct json *json = NULL, *again = NULL;
    struct err *e = json_parse(mem, (const char *)data, n, &json);
    const char *text, *second;

    MUST(mem_size(mem) <= ARENA_LEAST + n * ARENA_PER_BYTE);
    if (e) {
        MUST(e->code == E_INVALID);
        err_free(e);
        return 0;
    }
    text = json_text(mem, json);
    e = json_parse(mem, text, strlen(text), &again);
    MUST(!e);
    MUST(json_equal(json, again));
    second = json_text(mem, again);
    MUST(str_eq(text, second));
    return 0;
}
