/* VNF indicators: what a VNFD declares and a site measures has a value, renewed in rounds; what has
 * no source has none (decision 035).  A new value is a change of a row, and told from the log. */
#include "pm/measure.h"

#include "base/str.h"
#include "vnfm/vnfm.h"

#include <ctype.h>
#include <math.h>

const struct resource vnf_indicator_resource = {
    .table = &vnf_indicator_table,
    .singular = "indicator",
    .plural = "indicators",
    .doc = "Values of VNF indicators.",
    .flags = RESOURCE_FIXED,
};

/* ---- what is declared --------------------------------------------------------------------- */

/* SOL001 writes IFA027's names with underscores: v_cpu_usage_mean_vnf. */
static const struct pm_metric *
metric_named(struct mem *mem, const struct pm_type *type, const char *name)
{
    char *plain = mem_str(mem, name), *to = plain;

    for (const char *from = plain; *from; from++) {
        if (*from != '_') {
            *to++ = *from;
        }
    }
    *to = '\0';
    return pm_metric_find(type, plain);
}

static void
indicated_add(struct mem *mem, const struct vnf_package *package, const char *vnf_id,
              struct pm_all_indicated *all)
{
    const struct pm_type *type = pm_type_find("vnfpm", "Vnf");
    struct pm_indicated one = {.id = mem_str(mem, vnf_id)};

    one.names = MEM_ARRAY(mem, package->indicators->n + 1, const char *);
    one.subject.type = type;
    one.subject.project_id = mem_str(mem, package->project_id);
    one.subject.instances = (struct strs){.n = 1, .items = MEM_ARRAY(mem, 1, const char *)};
    one.subject.instances.items[0] = one.id;
    json_each (package->indicators, i) {
        const struct pm_metric *metric =
            metric_named(mem, type, json_str(package->indicators->items[i]));

        if (metric) {
            one.names[one.subject.metrics.n] = mem_str(mem, package->indicators->keys[i]);
            vec_add(mem, &one.subject.metrics, metric);
        }
    }
    vec_add(mem, all, one);
}

struct err *
pm_indicated_now(struct tx *tx, struct mem *mem, struct pm_all_indicated *all)
{
    struct cond declares[] = {{.attr = "indicators", .op = COND_NOT_NULL}, {0}};
    struct query packages = {.table = &vnf_package_table, .conds = declares};
    struct rows rows, vnfs;

    TRY(rows_select(tx, &packages, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct vnf_package *package = rows.items[i];
        struct cond of_package[] = {COND("vnfd_id", package->vnfd_id),
                                    COND("project_id", package->project_id),
                                    COND("instantiation_state", "INSTANTIATED"),
                                    {0}};
        struct query instances = {.table = &vnf_instance_table, .conds = of_package};

        TRY(rows_select(tx, &instances, &vnfs));
        for (size_t j = 0; j < vnfs.n; j++) {
            indicated_add(mem, package, ((const struct vnf_instance *)vnfs.items[j])->id, all);
        }
    }
    return NULL;
}

/* ---- a round --------------------------------------------------------------------------------- */

static struct err *
indicator_find(struct tx *tx, const char *vnf_id, const char *name, struct vnf_indicator **row)
{
    struct cond by_name[] = {COND("vnf_instance_id", vnf_id), COND("name", name), {0}};

    return row_find(tx, &vnf_indicator_table, by_name, row);
}

/* To whole numbers: what is behind the point is noise, and would be news at every look. */
static const char *
value_text(struct mem *mem, double value)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    pm_value_write(&w, NULL, round(value));
    return buf_copy(mem, &text);
}

static struct err *
indicator_write(struct tx *tx, const struct pm_indicated *one, const char *name, double value)
{
    struct vnf_indicator *old, *row;

    TRY(indicator_find(tx, one->id, name, &old));
    row = old ? row_copy(tx_mem(tx), old) : row_new(tx_mem(tx), &vnf_indicator_table);
    row->value = value_text(tx_mem(tx), value);
    if (old) {
        return str_eq(old->value, row->value) ? NULL : row_update(tx, old, row);
    }
    row->id = mem_printf(tx_mem(tx), "%s/%s", one->id, name);
    row->project_id = one->subject.project_id;
    row->vnf_instance_id = one->id;
    row->name = name;
    return row_insert(tx, row);
}

/* What cannot be told now has no value: an old one would not be true. */
static struct err *
indicator_drop(struct tx *tx, const struct pm_indicated *one, const char *name)
{
    struct vnf_indicator *row;

    TRY(indicator_find(tx, one->id, name, &row));
    return row ? row_delete(tx, &vnf_indicator_table, row->id) : NULL;
}

struct err *
pm_indicator_round(struct tx *tx, const struct pm_indicated *one, const struct pm_things *things)
{
    int64_t period_us = PM_INDICATOR_S * PM_SECOND;
    int64_t end = pm_period_end(0, period_us, tx_now(tx));
    struct cond by_id[] = {COND("id", one->id), COND("instantiation_state", "INSTANTIATED"), {0}};
    struct vnf_instance *vnf;

    TRY(row_find(tx, &vnf_instance_table, by_id, &vnf));
    for (size_t i = 0; vnf && i < one->subject.metrics.n; i++) {
        struct metric_samples values = {0};

        if (things->n) {
            TRY(pm_values(tx, one->subject.metrics.items[i], &things->items[0], end - period_us,
                          end, period_us, &values));
        }
        if (values.n) {
            TRY(indicator_write(tx, one, one->names[i], values.items[0].value));
        } else {
            TRY(indicator_drop(tx, one, one->names[i]));
        }
    }
    return NULL;
}

/* ---- what is no more ------------------------------------------------------------------------ */

static bool
is_declared(const struct vnf_package *package, const char *name)
{
    return package && package->indicators && json_get(package->indicators, name);
}

static struct err *
stale_drop(struct tx *tx, const struct vnf_indicator *row)
{
    struct cond by_id[] = {COND("id", row->vnf_instance_id),
                           COND("instantiation_state", "INSTANTIATED"), {0}};
    struct vnf_package *package = NULL;
    struct vnf_instance *vnf;

    TRY(row_find(tx, &vnf_instance_table, by_id, &vnf));
    if (vnf) {
        struct cond of_vnfd[] = {
            COND("vnfd_id", vnf->vnfd_id), COND("project_id", vnf->project_id), {0}};

        TRY(row_find(tx, &vnf_package_table, of_vnfd, &package));
    }
    return is_declared(package, row->name) ? NULL : row_delete(tx, &vnf_indicator_table, row->id);
}

struct err *
pm_indicators_sweep(struct tx *tx)
{
    struct query query = {.table = &vnf_indicator_table};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(stale_drop(tx, rows.items[i]));
    }
    return NULL;
}
