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

/* A site may have given it an identifier that was refused: then it is recorded by the one of before. */
static struct err *
again_read(struct reading *r, const char *site, const char *kind, const char *before, const char *id)
{
    struct cond at[] = {COND("site_id", site), COND("kind", kind), COND("resource_id", before), {0}};
    struct query query = {.table = &holding_table, .conds = at};
    bool recorded = false;
    struct rows rows;

    TRY(rows_select(r->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        recorded = recorded || !((const struct holding *)rows.items[i])->stale;
    }
    if (!recorded) {
        map_set(&r->past->now, repair_key(r->mem, site, before), (void *)(uintptr_t)id);
    }
    return NULL;
}

static struct err *
origin_read(struct reading *r, const struct flow_step_row *row, const char *kind)
{
    struct repair_origin origin = {0};
    const char *id, *site, *before = repair_label_id(r->mem, row->label), *key;

    TRY(json_of(r, row->output, &origin.output));
    id = json_get_str(origin.output, "id");
    site = json_get_str(origin.output, "site");
    if (!site) {
        TRY(json_of(r, row->input, &origin.input));
        site = json_get_str(origin.input, "site");
    }
    if (!id || !site) {
        return NULL;
    }
    if (before && !str_eq(before, id)) {
        TRY(again_read(r, site, kind, before, id));
    }
    key = mem_printf(r->mem, "%s/%s/%s", site, kind, id);
    if (map_get(r->wanted, key)) {
        TRY(origin.input ? NULL : json_of(r, row->input, &origin.input));
        map_set(&r->past->origins, key, mem_copy(r->mem, &origin, sizeof origin));
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

/* ---- repairs that were given up ---------------------------------------------------------- */

struct last_repair {
    struct tx *tx;
    int64_t at;
    bool given_up;
};

static struct err *
last_repair_read(struct last_repair *last, const struct table *table, const char *attr, const char *id)
{
    struct cond of_instance[] = {COND(attr, id), COND("operation", "HEAL"), {0}};
    struct query query = {.table = table, .conds = of_instance};
    struct rows rows;

    TRY(rows_select(last->tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const void *occ = rows.items[i];
        struct cond by_id[] = {
            COND("id", *(const char *const *)attr_at(table_attr(table, "id"), occ)), {0}};
        struct flow_row *flow;

        TRY(row_find(last->tx, &flow_table, by_id, &flow));
        if (flow && flow->created_at >= last->at &&
            (str_eq(flow->type, ns_repair_flow.name) || str_eq(flow->type, vnf_repair_flow.name))) {
            last->at = flow->created_at;
            last->given_up = !str_eq(flow->state, "COMPLETED");
        }
    }
    return NULL;
}

struct err *
repair_was_given_up(struct tx *tx, const struct drift_subject *subject, bool *given_up)
{
    struct last_repair last = {.tx = tx, .at = INT64_MIN};
    struct rows family = {0};

    if (subject->vnf_id) {
        TRY(last_repair_read(&last, &vnf_lcm_op_occ_table, "vnf_instance_id", subject->vnf_id));
    } else {
        TRY(repair_family(tx, subject->ns_id, &family));
    }
    for (size_t i = 0; i < family.n; i++) {
        TRY(last_repair_read(&last, &ns_lcm_op_occ_table, "ns_instance_id",
                             ((const struct ns_instance *)family.items[i])->id));
    }
    *given_up = last.given_up;
    return NULL;
}

/* ---- identifiers of now ---------------------------------------------------------------- */

const char *
repair_key(struct mem *mem, const char *site, const char *id)
{
    return mem_printf(mem, "%s/%s", site, id);
}

/* Each was new when it was made; a site that gives one again does not send us round and round. */
const char *
repair_id_now(struct mem *mem, const struct map *now, const char *site, const char *id)
{
    const char *next = map_get(now, repair_key(mem, site, id));

    for (int i = 0; next && i < TIMES_MAX; i++) {
        id = next;
        next = map_get(now, repair_key(mem, site, id));
    }
    return id;
}

static void
now_write(struct jw *w, const char *key, const struct json *json, struct mem *mem, const char *site,
          const struct map *now)
{
    bool is_object = json_is(json, JSON_T_OBJECT);

    if (json_str(json) && site) {
        jw_str(w, key, repair_id_now(mem, now, site, json_str(json)));
        return;
    }
    if (!is_object && !json_is(json, JSON_T_ARRAY)) {
        jw_json(w, key, json);
        return;
    }
    if (is_object) {
        jw_object(w, key);
    } else {
        jw_array(w, key);
    }
    site = str_or(json_get_str(json, "site"), site);
    json_each (json, i) {
        now_write(w, is_object ? json->keys[i] : NULL, json->items[i], mem, site, now);
    }
    jw_end(w);
}

const char *
repair_text_now(struct mem *mem, const struct json *json, const char *site, const struct map *now)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    now_write(&w, NULL, json, mem, site, now);
    return buf_copy(mem, &out);
}

struct err *
repair_json_now(struct mem *mem, const struct json *json, const char *site, const struct map *now,
                const struct json **renewed)
{
    const char *text = repair_text_now(mem, json, site, now);

    return json_parse(mem, text, strlen(text), renewed);
}
