/* What things at sites were made of, from the journals of the operations that made them: these are kept,
 * and hold the very input of each create. */
#include "nfvo/repair.h"

#include "nfvo/flows.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define TIMES_MAX 1000 /* that a thing was made again */

struct reading {
    struct tx *tx;
    struct mem *mem;
    const struct map *wanted;
    struct map flows; /* read already */
    struct repair_past *past;
};

/* ---- one step -------------------------------------------------------------------------- */

const char *
repair_label_id(struct mem *mem, const char *label)
{
    const char *id = str_starts(label, REPAIR_MAKES_OF_VNF) ? label + strlen(REPAIR_MAKES_OF_VNF)
                     : str_starts(label, REPAIR_MAKES)      ? label + strlen(REPAIR_MAKES)
                                                            : NULL;

    return id ? mem_strn(mem, id, strcspn(id, " ")) : NULL;
}

static struct err *
json_of(struct reading *r, const char *text, const struct json **json)
{
    *json = NULL;
    return text ? json_parse(r->mem, text, strlen(text), json) : NULL;
}

static struct err *
origin_read(struct reading *r, const struct flow_step_row *row, const char *kind)
{
    const struct json *in, *out;
    const char *id, *site, *before = repair_label_id(r->mem, row->label);

    TRY(json_of(r, row->input, &in));
    TRY(json_of(r, row->output, &out));
    id = json_get_str(out, "id");
    site = json_get_str(in, "site");
    if (!id || !site) {
        return NULL;
    }
    if (before && !str_eq(before, id)) {
        map_set(&r->past->now, before, (void *)(uintptr_t)id);
    }
    if (map_get(r->wanted, mem_printf(r->mem, "%s/%s/%s", site, kind, id))) {
        struct repair_origin *origin = MEM_NEW(r->mem, struct repair_origin);

        origin->input = mem_str(r->mem, row->input);
        origin->output = mem_str(r->mem, row->output);
        map_set(&r->past->origins, mem_printf(r->mem, "%s/%s/%s", site, kind, id), origin);
    }
    return NULL;
}

static struct err *
join_read(struct reading *r, const struct flow_step_row *row)
{
    const struct json *in;

    TRY(json_of(r, row->input, &in));
    vec_add(r->mem, &r->past->joins,
            ((struct repair_join){.site = json_get_str(in, "site"),
                                  .router = json_get_str(in, "router_id"),
                                  .subnet = json_get_str(in, "subnet_id")}));
    return NULL;
}

static struct err *
step_read(void *arg, void *entry)
{
    struct reading *r = arg;
    const struct flow_step_row *row = entry;
    const char *kind;

    if (!str_eq(row->state, "DONE")) {
        return NULL;
    }
    if (str_eq(row->kind, vim_router_join.name)) {
        return join_read(r, row);
    }
    kind = held_kind_named(row->kind);
    return kind ? origin_read(r, row, kind) : NULL;
}

/* ---- flows ----------------------------------------------------------------------------- */

static struct err *
flow_read(struct reading *r, const char *id)
{
    struct cond of_flow[] = {COND("flow_id", id), {0}}, below[] = {COND("parent_id", id), {0}};
    struct query steps = {.table = &flow_step_table, .conds = of_flow};
    struct query flows = {.table = &flow_table, .conds = below};
    struct rows children;

    if (!map_add(&r->flows, id, r)) {
        return NULL;
    }
    TRY(rows_each(r->tx, &steps, step_read, r));
    TRY(rows_select(r->tx, &flows, &children));
    for (size_t i = 0; i < children.n; i++) {
        TRY(flow_read(r, ((const struct flow_row *)children.items[i])->id));
    }
    return NULL;
}

static struct err *
operations_read(struct reading *r, const struct table *table, const char *attr, const char *id)
{
    struct cond of_instance[] = {COND(attr, id), {0}};
    struct query query = {.table = table, .conds = of_instance};
    struct rows rows;

    TRY(rows_select(r->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(flow_read(r, *(const char *const *)attr_at(table_attr(table, "id"), rows.items[i])));
    }
    return NULL;
}

/* What NSs lend one another is in the journals of whoever made it. */
static struct err *
service_read(struct reading *r, const char *ns_id)
{
    struct rows family;

    TRY(repair_family(r->tx, ns_id, &family));
    for (size_t i = 0; i < family.n; i++) {
        const struct ns_instance *ns = family.items[i];

        TRY(operations_read(r, &ns_lcm_op_occ_table, "ns_instance_id", ns->id));
    }
    return NULL;
}

struct err *
repair_past_read(struct tx *tx, const struct drift_subject *subject,
                 const struct drift_record *record, const struct map *wanted,
                 struct repair_past *past)
{
    struct reading r = {.tx = tx, .mem = tx_mem(tx), .wanted = wanted, .past = past};

    *past = (struct repair_past){0};
    map_init(&past->origins, r.mem);
    map_init(&past->now, r.mem);
    map_init(&r.flows, r.mem);
    TRY(subject->ns_id ? service_read(&r, subject->ns_id) : NULL);
    map_each(&record->vnfs, vnf) {
        TRY(operations_read(&r, &vnf_lcm_op_occ_table, "vnf_instance_id", vnf->key));
    }
    return NULL;
}

/* ---- identifiers of now ---------------------------------------------------------------- */

/* Each was new when it was made; a site that gives one again does not send us round and round. */
const char *
repair_id_now(const struct map *now, const char *id)
{
    const char *next = map_get(now, id);

    for (int i = 0; next && i < TIMES_MAX; i++) {
        id = next;
        next = map_get(now, id);
    }
    return id;
}

/* Length of the string that begins behind a quote. */
static size_t
string_len(const char *text)
{
    size_t n = 0;

    while (text[n] && text[n] != '"') {
        n += text[n] == '\\' && text[n + 1] ? 2 : 1;
    }
    return n;
}

/* What has an escape in it is no identifier. */
const char *
repair_text_now(struct mem *mem, const char *text, const struct map *now)
{
    AUTO_BUF out = BUF_INIT;

    while (*text) {
        size_t n = strcspn(text, "\"");

        n += text[n] == '"';
        buf_add(&out, text, n);
        text += n;
        if (*text) {
            n = string_len(text);
            buf_str(&out, repair_id_now(now, mem_strn(mem, text, n)));
            text += n;
            buf_add(&out, text, *text == '"');
            text += *text == '"';
        }
    }
    return buf_copy(mem, &out);
}
