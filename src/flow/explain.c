/* What an operation did and why, from its rows alone. */
#include "flow/live.h"

#include <string.h>

#define DEPTH_MAX 8

static void
text_as_json(struct jw *w, const char *key, const char *text)
{
    if (text) {
        jw_raw(w, key, text);
    }
}

static void
time_member(struct jw *w, const char *key, int64_t us)
{
    char text[TIME_TEXT_SIZE];

    if (us != TIME_NULL) {
        jw_str(w, key, time_text(text, us, TIME_Z_MS));
    }
}

static void
calls_member(struct mem *mem, struct jw *w, const char *calls)
{
    size_t n = 0;
    char **lines = str_split(mem, str_or(calls, ""), '\n', &n);

    jw_array(w, "calls");
    for (size_t i = 0; i < n; i++) {
        if (*lines[i]) {
            jw_str(w, NULL, lines[i]);
        }
    }
    jw_end(w);
}

static void
explain_step(struct mem *mem, const struct flow_step_row *row, struct jw *w)
{
    jw_object(w, NULL);
    if (str_eq(row->effect, flow_entry_effects[ENTRY_NOTE])) {
        jw_str(w, "note", row->calls);
        jw_end(w);
        return;
    }
    jw_int(w, "seq", row->seq);
    jw_str(w, "label", row->label);
    jw_str(w, "kind", row->kind);
    jw_str(w, "effect", row->effect);
    jw_str(w, "state", row->state);
    time_member(w, "started", row->started);
    if (row->started != TIME_NULL && row->ended != TIME_NULL) {
        jw_int(w, "duration_us", row->ended - row->started);
    }
    if (row->attempts > 1) {
        jw_int(w, "attempts", row->attempts);
    }
    if (row->doubted) {
        jw_bool(w, "in_doubt", true);
    }
    text_as_json(w, "input", row->input);
    if (str_eq(row->effect, flow_entry_effects[ENTRY_CHILD])) {
        jw_str(w, "child", row->output);
    } else {
        text_as_json(w, "output", row->output);
    }
    text_as_json(w, "error", row->error);
    calls_member(mem, w, row->calls);
    jw_end(w);
}

static struct err *
explain_steps(struct tx *tx, const char *id, struct jw *w)
{
    const struct cond conds[] = {COND("flow_id", id), {0}};
    const struct sort sorts[] = {{.attr = "seq"}, {0}};
    const struct query query = {.table = &flow_step_table, .conds = conds, .sorts = sorts};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    jw_array(w, "steps");
    for (size_t i = 0; i < rows.n; i++) {
        explain_step(tx_mem(tx), rows.items[i], w);
    }
    jw_end(w);
    return NULL;
}

static struct err *explain(struct tx *tx, const struct flow_row *row, struct jw *w, int depth);

static struct err *
explain_children(struct tx *tx, const char *id, struct jw *w, int depth)
{
    const struct cond conds[] = {COND("parent_id", id), {0}};
    const struct sort sorts[] = {{.attr = "created_at"}, {0}};
    const struct query query = {.table = &flow_table, .conds = conds, .sorts = sorts};
    struct rows rows = {0};

    if (depth < DEPTH_MAX) {
        TRY(rows_select(tx, &query, &rows));
    }
    jw_array(w, "children");
    for (size_t i = 0; i < rows.n; i++) {
        jw_object(w, NULL);
        TRY(explain(tx, rows.items[i], w, depth + 1));
        jw_end(w);
    }
    jw_end(w);
    return NULL;
}

static struct err *
explain(struct tx *tx, const struct flow_row *row, struct jw *w, int depth)
{
    jw_str(w, "id", row->id);
    jw_str(w, "type", row->type);
    jw_int(w, "version", row->version);
    if (row->label) {
        jw_str(w, "label", row->label);
    }
    jw_str(w, "state", row->state);
    time_member(w, "started", row->created_at);
    time_member(w, "state_entered", row->state_at);
    jw_int(w, "duration_us",
           (flow_row_state(row) == FLOW_PROCESSING ? tx_now(tx) : row->state_at) -
               row->created_at);
    if (row->cancel) {
        jw_str(w, "cancel_pending", row->cancel);
    }
    text_as_json(w, "input", row->input);
    text_as_json(w, "output", row->output);
    text_as_json(w, "error", row->error);
    TRY(explain_steps(tx, row->id, w));
    return explain_children(tx, row->id, w, depth);
}

struct err *
flow_explain(struct tx *tx, const char *id, struct jw *w)
{
    struct flow_row *row;

    TRY(row_get(tx, &flow_table, id, &row));
    return explain(tx, row, w, 0);
}
