/* SOL013 filters and selectors out of any bytes: the first line is a filter, the
 * second an attribute list, the rest the object they are held against. */
#include "fuzz.h"
#include "rest/filter.h"

#include <string.h>

#define ARENA_MAX (16u << 20)

static void
select_some(struct mem *mem, const char *names, const struct json *json)
{
    size_t n;
    const char *const *list = (const char *const *)str_split(mem, names, ',', &n);
    const char **fields = MEM_ARRAY(mem, n + 1, const char *);
    struct selector selectors[] = {{.all = true}, {.fields = fields}, {.exclude = fields},
                                   {.fields = fields, .left_out = fields}};

    memcpy(fields, list, n * sizeof *fields);
    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
        AUTO_BUF out = BUF_INIT;
        struct jw w = jw_to(&out);
        const struct json *again;
        struct err *e;

        selector_write(mem, &w, NULL, &selectors[i], json);
        e = json_parse(mem, out.data, out.len, &again);
        MUST(!e);
        MUST(i != 0 || json_equal(again, json));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    struct choices c = {data, n};
    const char *text = choose_line(&c, mem), *names = choose_line(&c, mem);
    const struct json *json = NULL;
    struct filter *filter = NULL;
    struct err *e = filter_parse(mem, text, &filter);

    MUST(e ? e->code == E_INVALID : filter != NULL);
    if (e) {
        filter = NULL;
        err_free(e);
    }
    e = json_parse(mem, (const char *)c.data, c.n, &json);
    if (e) {
        err_free(e);
        return 0;
    }
    if (filter) {
        MUST(filter_match(filter, json) == filter_match(filter, json));
    }
    if (json_is(json, JSON_T_OBJECT)) {
        select_some(mem, names, json);
    }
    MUST(mem_size(mem) < ARENA_MAX);
    return 0;
}
