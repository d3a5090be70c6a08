/* VNF indicators: what a VNFD declares and a site measures, or the VNF's element manager tells, has a value,
 * renewed in rounds; what has no source has none (decisions 035, 049).  A new value is a change of a row, and told from the log. */
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

static bool
has_metric(const struct pm_indicated *one, const struct pm_metric *metric)
{
    for (size_t i = 0; i < one->subject.metrics.n; i++) {
        if (one->subject.metrics.items[i] == metric) {
            return true;
        }
    }
    return false;
}

static void
indicated_add(struct mem *mem, const struct vnf_package *package, const struct vnf_instance *vnf,
              struct pm_all_indicated *all)
{
    bool has_em = json_get_str(vnf->extensions, NFVO_EM_URL);
    const struct pm_type *type = pm_type_find("vnfpm", "Vnf");
    struct pm_indicated one = {.id = mem_str(mem, vnf->id)};

    one.names = MEM_ARRAY(mem, package->indicators->n + 1, const char *);
    one.told.items = MEM_ARRAY(mem, package->indicators->n + 1, const char *);
    one.subject.type = type;
    one.subject.project_id = mem_str(mem, package->project_id);
    one.subject.instances = (struct strs){.n = 1, .items = MEM_ARRAY(mem, 1, const char *)};
    one.subject.instances.items[0] = one.id;
    json_each (package->indicators, i) {
        const struct pm_metric *metric =
            metric_named(mem, type, json_str(package->indicators->items[i]));

        /* It is looked at once a round: what is between is not known. */
        if (metric && !pm_is_peak(metric) && !has_metric(&one, metric)) {
            one.names[one.subject.metrics.n] = mem_str(mem, package->indicators->keys[i]);
            vec_add(mem, &one.subject.metrics, metric);
        } else if (has_em && !metric) {
            one.told.items[one.told.n++] = mem_str(mem, package->indicators->keys[i]);
        }
    }
    vec_add(mem, all, one);
}

#define DECLARES                                                                                   \
    "EXISTS (SELECT 1 FROM vnf_package p WHERE p.vnfd_id = t.vnfd_id AND "                         \
    "p.project_id = t.project_id AND p.indicators IS NOT NULL)"

/* The package of an instance, read once for all of its kind. */
static struct err *
package_of(struct tx *tx, struct map *known, const struct vnf_instance *vnf,
           const struct vnf_package **package)
{
    struct cond of_vnfd[] = {{.attr = "indicators", .op = COND_NOT_NULL},
                             COND("vnfd_id", vnf->vnfd_id),
                             COND("project_id", vnf->project_id),
                             {0}};
    const char *key = mem_printf(tx_mem(tx), "%s/%s", vnf->project_id, vnf->vnfd_id);
    struct vnf_package *found = map_get(known, key);

    if (!found) {
        TRY(row_find(tx, &vnf_package_table, of_vnfd, &found));
        map_set(known, key, found);
    }
    *package = found;
    return NULL;
}

struct err *
pm_indicated_now(struct tx *tx, struct mem *mem, const char *behind, struct pm_all_indicated *all)
{
    const char *args[] = {str_or(behind, ""), NULL};
    struct sort by_id[] = {{.attr = "id"}, {0}};
    struct query query = {
        .table = &vnf_instance_table,
        .where = {"t.instantiation_state = 'INSTANTIATED' AND t.id > ? AND " DECLARES, args},
        .sorts = by_id,
        .limit = PM_INDICATED_MAX,
    };
    struct map packages;
    struct rows vnfs;

    map_init(&packages, tx_mem(tx));
    TRY(rows_select(tx, &query, &vnfs));
    for (size_t i = 0; i < vnfs.n; i++) {
        const struct vnf_instance *vnf = vnfs.items[i];
        const struct vnf_package *package;

        TRY(package_of(tx, &packages, vnf, &package));
        if (package) {
            indicated_add(mem, package, vnf, all);
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
indicator_write(struct tx *tx, const struct pm_indicated *one, const char *name, const char *value)
{
    struct vnf_indicator *old, *row;

    TRY(indicator_find(tx, one->id, name, &old));
    row = old ? row_copy(tx_mem(tx), old) : row_new(tx_mem(tx), &vnf_indicator_table);
    row->value = value;
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
pm_indicator_round(struct tx *tx, const struct pm_indicated *one, const struct pm_things *things,
                   const struct pm_look *look)
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
            TRY(indicator_write(tx, one, one->names[i],
                                value_text(tx_mem(tx), values.items[0].value)));
        } else {
            TRY(indicator_drop(tx, one, one->names[i]));
        }
    }
    for (size_t i = 0; vnf && i < one->told.n; i++) {
        const char *value = pm_look_told(look, one->id, one->told.items[i]);

        TRY(value ? indicator_write(tx, one, one->told.items[i], value)
                  : indicator_drop(tx, one, one->told.items[i]));
    }
    return NULL;
}

/* ---- what is no more ------------------------------------------------------------------------ */

/* Nobody is told of a value that is gone, and the table is not read for it. */
struct err *
pm_indicators_sweep(struct tx *tx)
{
    return tx_sql(tx,
                  "DELETE FROM vnf_indicator WHERE NOT EXISTS (SELECT 1 FROM vnf_instance v "
                  "JOIN vnf_package p ON p.vnfd_id = v.vnfd_id AND p.project_id = v.project_id "
                  "CROSS JOIN json_each(p.indicators) j "
                  "WHERE v.id = vnf_indicator.vnf_instance_id "
                  "AND v.instantiation_state = 'INSTANTIATED' AND j.key = vnf_indicator.name)",
                  NULL, NULL, NULL);
}
