/* What a plan saw is kept as facts, not as a hash of them: whoever is told that the world has moved
 * wants to know what moved. */
#include "nfvo/stored_plan.h"

#include "nfvo/journal.h"

#include <string.h>

#define VALUE_MAX 120 /* So much of a value is told. */

#define ATTR ATTR_ROW
#define TABLE_STRUCT stored_plan
static const struct attr stored_plan_attrs[] = {
#include "nfvo/stored_plan.tbl"
};
#undef TABLE_STRUCT
#undef ATTR
const struct table stored_plan_table = {
    .name = "stored_plan",
    .doc = "Plans of operations on NS and VNF instances, to be applied later.",
    TABLE(struct stored_plan, stored_plan_attrs),
};
const struct resource stored_plan_resource = {
    .table = &stored_plan_table,
    .singular = "stored_plan",
    .plural = "stored_plans",
    .doc = "Plans of operations on NS and VNF instances, to be applied later.",
    .flags = RESOURCE_NO_CREATE | RESOURCE_NO_UPDATE,
};

/* Rows are counted: a plan goes with its instance too, which gives no claim back. */
struct err *
stored_plan_keep(struct tx *tx, struct stored_plan *plan)
{
    struct cond of_project[] = {COND("project_id", plan->project_id), {0}};
    struct query query = {.table = &stored_plan_table, .conds = of_project};
    int64_t n;

    TRY(rows_count(tx, &query, &n));
    if (n >= STORED_PLANS_MAX) {
        return err_new(E_QUOTA, NULL, "the project keeps %d plans: one has to go first",
                       STORED_PLANS_MAX);
    }
    plan->created_at = tx_now(tx);
    return row_insert(tx, plan);
}

const struct plannable *
plannable_of(bool is_vnf, const char *word)
{
    for (const struct plannable *at = is_vnf ? vnf_plannables : ns_plannables; at->word; at++) {
        if (str_eq(at->word, word)) {
            return at;
        }
    }
    return NULL;
}

/* ---- what was seen --------------------------------------------------------------------- */

/* Of an instance and what it is of. */
struct facts {
    int64_t revision;
    const char *state, *descriptor, *descriptor_state;
};

static struct err *
ns_facts(struct tx *tx, const char *id, struct facts *facts)
{
    struct ns_descriptor *descriptor;
    struct ns_instance *ns;

    TRY(row_get(tx, &ns_instance_table, id, &ns));
    TRY(row_get(tx, &ns_descriptor_table, ns->nsd_info_id, &descriptor));
    *facts = (struct facts){ns->revision_number, ns->ns_state, descriptor->id,
                            descriptor->operational_state};
    return NULL;
}

static struct err *
vnf_facts(struct tx *tx, const char *id, struct facts *facts)
{
    struct vnf_instance *vnf;
    struct vnf_package *package;

    TRY(row_get(tx, &vnf_instance_table, id, &vnf));
    TRY(row_get(tx, &vnf_package_table, vnf->package_id, &package));
    *facts = (struct facts){vnf->revision_number, vnf->instantiation_state, package->id,
                            package->operational_state};
    return NULL;
}

static struct err *
instance_write(struct tx *tx, struct jw *w, bool is_vnf, const char *id)
{
    struct facts facts;

    TRY(is_vnf ? vnf_facts(tx, id, &facts) : ns_facts(tx, id, &facts));
    jw_object(w, "instance");
    jw_int(w, "revision", facts.revision);
    jw_str(w, "state", facts.state);
    jw_end(w);
    jw_object(w, "descriptor");
    jw_str(w, "id", facts.descriptor);
    jw_str(w, "state", facts.descriptor_state);
    jw_end(w);
    return NULL;
}

struct err *
stored_plan_seen(struct tx *tx, bool is_vnf, const char *instance_id, const struct flow_plan *plan,
                 const struct json **seen)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    TRY(instance_write(tx, &w, is_vnf, instance_id));
    jw_object(&w, "looks");
    vec_each (&plan->steps, step) {
        if (step->answer) {
            jw_raw(&w, step->path, step->answer);
        }
    }
    jw_end(&w);
    jw_array(&w, "calls");
    vec_each (&plan->steps, step) {
        if (step->effect == FLOW_WRITE && step->text) {
            jw_str(&w, NULL, step->text);
        }
    }
    jw_end(&w);
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, seen);
}

/* ---- the difference --------------------------------------------------------------------- */

struct comparison {
    struct mem *mem;
    stored_plan_lines *lines;
    struct map told;
};

static void compare(struct comparison *c, const char *path, const struct json *then,
                    const struct json *now);

static const char *
told(struct mem *mem, const struct json *json)
{
    const char *text = json ? json_text(mem, json) : "absent";
    size_t n = VALUE_MAX;

    if (strlen(text) <= VALUE_MAX) {
        return text;
    }
    while (n > 0 && !str_utf8(text, n)) {
        n--; /* No character is cut. */
    }
    return mem_printf(mem, "%.*s...", (int)n, text);
}

/* Several looks may tell the same: it is told once. */
static void
line_add(struct comparison *c, const char *path, const struct json *then, const struct json *now)
{
    const char *line =
        mem_printf(c->mem, "%s was %s, is %s", path, told(c->mem, then), told(c->mem, now));

    if (map_add(&c->told, line, c)) {
        vec_add(c->mem, c->lines, line);
    }
}

static const char *
below(struct comparison *c, const char *path, const char *key)
{
    return path[0] ? mem_printf(c->mem, "%s.%s", path, key) : key;
}

static void
compare_objects(struct comparison *c, const char *path, const struct json *then,
                const struct json *now)
{
    json_each (then, i) {
        compare(c, below(c, path, then->keys[i]), then->items[i], json_get(now, then->keys[i]));
    }
    json_each (now, i) {
        if (!json_get(then, now->keys[i])) {
            compare(c, below(c, path, now->keys[i]), NULL, now->items[i]);
        }
    }
}

static const char *
name_at(const struct json *list, size_t place)
{
    return json_get_str(list->items[place], "name");
}

/* The item that is called like the one at 'place' of 'of', of several the one that comes as late; an
 * item without a name is like the one at the same place. */
static const struct json *
item_like(const struct json *list, const struct json *of, size_t place)
{
    const char *name = name_at(of, place);
    size_t before = 0;

    for (size_t i = 0; name && i < place; i++) {
        before += str_eq(name_at(of, i), name);
    }
    json_each (list, i) {
        if (name && str_eq(name_at(list, i), name) && before-- == 0) {
            return list->items[i];
        }
    }
    return !name && place < list->n ? list->items[place] : NULL;
}

static const char *
item_path(struct comparison *c, const char *path, size_t place, const char *name)
{
    return name ? mem_printf(c->mem, "%s[%s]", path, name)
                : mem_printf(c->mem, "%s[%zu]", path, place);
}

static void
compare_arrays(struct comparison *c, const char *path, const struct json *then,
               const struct json *now)
{
    json_each (then, i) {
        compare(c, item_path(c, path, i, name_at(then, i)), then->items[i],
                item_like(now, then, i));
    }
    json_each (now, i) {
        if (!item_like(then, now, i)) {
            compare(c, item_path(c, path, i, name_at(now, i)), NULL, now->items[i]);
        }
    }
}

static void
compare(struct comparison *c, const char *path, const struct json *then, const struct json *now)
{
    if (json_is(then, JSON_T_OBJECT) && json_is(now, JSON_T_OBJECT)) {
        compare_objects(c, path, then, now);
    } else if (json_is(then, JSON_T_ARRAY) && json_is(now, JSON_T_ARRAY)) {
        compare_arrays(c, path, then, now);
    } else if (then != now && (!then || !now || !json_equal(then, now))) {
        line_add(c, path, then, now);
    }
}

void
stored_plan_differences(struct mem *mem, const struct json *then, const struct json *now,
                        stored_plan_lines *lines)
{
    struct comparison c = {.mem = mem, .lines = lines};
    const struct json *looks = json_get(then, "looks"), *looks_now = json_get(now, "looks");

    map_init(&c.told, mem);
    compare(&c, "instance", json_get(then, "instance"), json_get(now, "instance"));
    compare(&c, "descriptor", json_get(then, "descriptor"), json_get(now, "descriptor"));
    json_each (looks, i) {
        compare(&c, "", looks->items[i], json_get(looks_now, looks->keys[i]));
    }
    json_each (looks_now, i) {
        if (!json_get(looks, looks_now->keys[i])) {
            line_add(&c, looks_now->keys[i], NULL, looks_now->items[i]);
        }
    }
    if (lines->n == 0) {
        compare(&c, "call", json_get(then, "calls"), json_get(now, "calls"));
    }
}

struct err *
stored_plan_still(struct tx *tx, const struct stored_plan *plan)
{
    const struct json *then = json_path(plan->seen, "instance.revision");
    struct facts facts;

    TRY(plan->vnf_instance_id ? vnf_facts(tx, plan->vnf_instance_id, &facts)
                              : ns_facts(tx, plan->ns_instance_id, &facts));
    return json_int(then, -1) == facts.revision
               ? NULL
               : err_new(E_CONFLICT, "PlanOutdated", "instance.revision was %lld, is %lld",
                         (long long)json_int(then, -1), (long long)facts.revision);
}
