/* The rows of operations, and errors in the form in which rows keep them. */
#include "flow/live.h"

#include <string.h>

const char *const flow_state_names[] = {
#define X(name, doc) #name,
    FLOW_STATES(X)
#undef X
        NULL,
};
const char *const flow_entry_effects[] = {
#define X(name, doc) #name,
    ENTRY_EFFECTS(X)
#undef X
        NULL,
};
const char *const flow_entry_states[] = {
#define X(name, doc) #name,
    ENTRY_STATES(X)
#undef X
        NULL,
};

#define TABLE_STRUCT flow_row
static const struct attr flow_attrs[] = {
#define ATTR ATTR_ROW
#include "flow/flow.tbl"
#undef ATTR
};
#undef TABLE_STRUCT
const struct table flow_table = {
    .name = "flow",
    .doc = "Durable operations.",
    TABLE(struct flow_row, flow_attrs),
};

#define TABLE_STRUCT flow_step_row
static const struct attr flow_step_attrs[] = {
#define ATTR ATTR_ROW
#include "flow/flow_step.tbl"
#undef ATTR
};
#undef TABLE_STRUCT
const struct table flow_step_table = {
    .name = "flow_step",
    .doc = "Journal of durable operations.",
    TABLE(struct flow_step_row, flow_step_attrs),
    .unlogged = true,
};

const struct table *const flow_tables[] = {&flow_table, &flow_step_table, NULL};

static int
name_index(const char *const *names, const char *name)
{
    int i = 0;

    while (names[i] && !str_eq(names[i], name)) {
        i++;
    }
    return i;
}

enum flow_state
flow_row_state(const struct flow_row *row)
{
    return (enum flow_state)name_index(flow_state_names, row->state);
}

/* ---- errors ------------------------------------------------------------------ */

const char *
flow_err_text(struct mem *mem, const struct err *e, const char *label)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);
    char *full = mem_str(mem, err_full(mem, e));

    /* Whoever said it: what is kept has to be read again. */
    for (char *at = str_utf8(full, strlen(full)) ? NULL : full; at && *at; at++) {
        *at = *at & 0x80 ? '?' : *at;
    }
    jw_object(&w, NULL);
    jw_str(&w, "code", err_code_name(e->code));
    jw_str(&w, "type", e->type);
    jw_int(&w, "status", e->status);
    jw_str(&w, "message", full);
    if (label) {
        jw_str(&w, "step", label);
    }
    jw_end(&w);
    return buf_copy(mem, &out);
}

struct err *
flow_err_parse(const char *text)
{
    AUTO(mem) mem = mem_new("flow error");
    const struct json *json = NULL;
    struct err *e;

    err_ignore(json_parse(mem, text, strlen(text), &json), "an unreadable error is shown as it is");
    e = err_new(err_code_from_name(str_or(json_get_str(json, "code"), "INTERNAL")), NULL, "%s",
                str_or(json_get_str(json, "message"), text));
    if (json_get_str(json, "type")) {
        err_set_type(e, json_get_str(json, "type"));
    }
    e->status = (int)json_int(json_get(json, "status"), 0);
    return e;
}

bool
flow_err_doubtful(const struct err *e)
{
    return e->code == E_IN_DOUBT || e->code == E_INTERNAL || e->code == E_CANCELLED ||
           e->code == E_REMOTE;
}
