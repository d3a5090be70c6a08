/* On-boarding as a flow: what the client uploaded is examined on a worker, then
 * kept in one transaction; what does not hold is an answer, not a failed flow:
 * the resource goes to ERROR and tells all faults. */
#include "nfvo/onboard.h"
#include "nfvo/examine.h"
#include "sys/file.h"

#include <string.h>

#include "flow/poison.h"

/* ---- examine: on a worker ---------------------------------------------------------- */

typedef struct err *examine_fn(const struct nfvo *nfvo, struct mem *mem,
                               const struct onboard_in *in, struct onboard_out *out);

struct job {
    struct step *step;
    struct nfvo *nfvo;
    examine_fn *examine;
    struct mem *mem; /* The job's own: the step's arena is the loop's. */
    struct onboard_out *out;
    struct err *err;
};

static void
job_end(void *arg)
{
    struct job *job = arg;
    struct mem *mem = job->mem;

    if (job->err) {
        step_failed(job->step, job->err);
    } else {
        step_done(job->step, job->out);
    }
    mem_free(mem);
}

static void
job_run(void *arg)
{
    struct job *job = arg;

    job->err = job->examine(job->nfvo, job->mem, step_in(job->step), job->out);
    loop_post(step_loop(job->step), job_end, job);
}

static void
examine_act(struct step *step, examine_fn *examine)
{
    struct mem *mem = mem_new("examine");
    struct job *job = MEM_NEW(mem, struct job);
    struct err *e;

    *job = (struct job){
        .step = step,
        .nfvo = step_service(step, NFVO_SERVICE),
        .examine = examine,
        .mem = mem,
        .out = row_new(mem, &onboard_out_table),
    };
    e = pool_run(job->nfvo->pool, job_run, job);
    if (e) {
        mem_free(mem);
        step_failed(step, e);
    }
}

static void
package_examine_act(struct step *step)
{
    examine_act(step, package_examine);
}

static void
nsd_examine_act(struct step *step)
{
    examine_act(step, nsd_examine);
}

static void
pnfd_examine_act(struct step *step)
{
    examine_act(step, pnfd_examine);
}

/* ---- keep: one transaction ----------------------------------------------------------- */

static struct err *
columns_set(struct tx *tx, void *row, const struct table *table, const struct json *columns)
{
    json_each (columns, i) {
        const struct attr *attr = table_attr_json(table, columns->keys[i]);

        if (attr && !json_is(columns->items[i], JSON_T_NULL)) {
            TRY(attr_decode(tx_mem(tx), attr, columns->items[i], columns->keys[i], NULL,
                            attr_at(attr, row)));
        }
    }
    return NULL;
}

static void
text_set(void *row, const struct table *table, const char *name, const char *value)
{
    *(const char **)attr_at(table_attr(table, name), row) = value;
}

static struct err *
rows_insert(struct tx *tx, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        TRY(row_insert(tx, row_copy(tx_mem(tx), rows->items[i])));
    }
    return NULL;
}

static struct err *
record_insert(struct tx *tx, const struct onboard_out *found)
{
    struct descriptor *descriptor = row_new(tx_mem(tx), &descriptor_table);

    descriptor->owner_id = found->id;
    descriptor->project_id = found->project_id;
    descriptor->record = found->record;
    return row_insert(tx, descriptor);
}

/* Writes what all kinds have in common; 'row' is the copy to change. */
static struct err *
found_keep(struct tx *tx, const struct table *table, const struct onboard_out *found, void *old,
           void *row)
{
    TRY(columns_set(tx, row, table, found->columns));
    text_set(row, table, "entry", found->entry);
    text_set(row, table, "manifest", found->manifest);
    text_set(row, table, "onboarding_state", "ONBOARDED");
    if (table_attr(table, "operational_state")) {
        text_set(row, table, "operational_state", "ENABLED");
    }
    *(const struct json **)attr_at(table_attr(table, "failure"), row) = NULL;
    TRY(row_update(tx, old, row));
    TRY(record_insert(tx, found));
    TRY(rows_insert(tx, &found->outside));
    return rows_insert(tx, &found->images);
}

/* A descriptor id names one descriptor in a project. */
static struct err *
id_is_free(struct tx *tx, const struct table *table, const char *attr, const char *value,
           const struct onboard_out *found)
{
    struct cond conds[] = {COND(attr, value), COND("project_id", found->project_id), {0}};
    void *other;

    TRY(row_find(tx, table, conds, &other));
    if (other) {
        const char *const *id = attr_at(table_key(table), other);

        return err_new(E_EXISTS, NULL, "%s %s is already on-boarded as %s",
                       attr_json_name(table_attr(table, attr)), value, *id);
    }
    return NULL;
}

static struct err *
package_keep(struct tx *tx, const void *in, void *out)
{
    const struct onboard_out *found = in;
    struct vnf_package *row;
    void *old;

    (void)out;
    TRY(id_is_free(tx, &vnf_package_table, "vnfd_id", json_get_str(found->columns, "vnfdId"),
                   found));
    TRY(row_get(tx, &vnf_package_table, found->id, &old));
    row = row_copy(tx_mem(tx), old);
    row->claimed = 0; /* What was got counts by rows of its own now. */
    return found_keep(tx, &vnf_package_table, found, old, row);
}

static struct err *
nsd_packages(struct tx *tx, const struct onboard_out *found, struct strs *ids)
{
    struct err *faults = NULL;
    VEC(const char *) packages = {0};

    for (size_t i = 0; i < found->uses.n; i++) {
        struct vnf_package *package = NULL;
        struct err *e = vnf_package_find(tx, found->project_id, found->uses.items[i], &package);

        if (e) {
            faults = err_join(faults, e);
        } else {
            vec_add(tx_mem(tx), &packages, package->id);
        }
    }
    *ids = (struct strs){.n = packages.n, .items = packages.items};
    return faults;
}

static struct err *
nsd_nested(struct tx *tx, const struct onboard_out *found, struct strs *ids)
{
    struct err *faults = NULL;
    VEC(const char *) nested = {0};

    for (size_t i = 0; i < found->ns_uses.n; i++) {
        struct ns_descriptor *descriptor = NULL;
        struct err *e = ns_descriptor_find(tx, found->project_id, found->ns_uses.items[i],
                                           &descriptor);

        if (e) {
            faults = err_join(faults, e);
        } else {
            vec_add(tx_mem(tx), &nested, descriptor->id);
        }
    }
    *ids = (struct strs){.n = nested.n, .items = nested.items};
    return faults;
}

static struct err *
nsd_keep(struct tx *tx, const void *in, void *out)
{
    const struct onboard_out *found = in;
    struct ns_descriptor *row;
    void *old;

    (void)out;
    TRY(id_is_free(tx, &ns_descriptor_table, "nsd_id", json_get_str(found->columns, "nsdId"),
                   found));
    TRY(row_get(tx, &ns_descriptor_table, found->id, &old));
    row = row_copy(tx_mem(tx), old);
    TRY(err_join(err_join(nsd_packages(tx, found, &row->vnf_pkg_ids),
                          nsd_nested(tx, found, &row->nested_nsd_info_ids)),
                 pnfds_take(tx, found->project_id, &found->pnf_uses, &row->pnfd_info_ids)));
    return found_keep(tx, &ns_descriptor_table, found, old, row);
}

static struct err *
pnfd_keep(struct tx *tx, const void *in, void *out)
{
    const struct onboard_out *found = in;
    void *old;

    (void)out;
    TRY(id_is_free(tx, &pnf_descriptor_table, "pnfd_id", json_get_str(found->columns, "pnfdId"),
                   found));
    TRY(row_get(tx, &pnf_descriptor_table, found->id, &old));
    return found_keep(tx, &pnf_descriptor_table, found, old, row_copy(tx_mem(tx), old));
}

static struct err *
refuse(struct tx *tx, const struct table *table, const struct problem *problem)
{
    struct cond by_id[] = {COND("id", problem->id), {0}};
    void *old, *row;

    TRY(row_find(tx, table, by_id, &old));
    if (!old) {
        return NULL; /* It was deleted meanwhile. */
    }
    row = row_copy(tx_mem(tx), old);
    text_set(row, table, "onboarding_state", "ERROR");
    *(const struct json **)attr_at(table_attr(table, "failure"), row) = problem->problem;
    return row_update(tx, old, row);
}

static struct err *
package_refuse(struct tx *tx, const void *in, void *out)
{
    (void)out;
    return refuse(tx, &vnf_package_table, in);
}

static struct err *
nsd_refuse(struct tx *tx, const void *in, void *out)
{
    (void)out;
    return refuse(tx, &ns_descriptor_table, in);
}

static struct err *
pnfd_refuse(struct tx *tx, const void *in, void *out)
{
    (void)out;
    return refuse(tx, &pnf_descriptor_table, in);
}

/* ---- the flows -------------------------------------------------------------------------- */

const struct step_kind package_examine_kind = {
    .name = "package examine",
    .doc = "Checks the uploaded package and takes out what is needed later.",
    .effect = FLOW_READ,
    .in = &onboard_in_table,
    .out = &onboard_out_table,
    .act = package_examine_act,
};
const struct step_kind package_keep_kind = {
    .name = "package keep",
    .doc = "Makes the package ONBOARDED.",
    .effect = FLOW_LOCAL,
    .in = &onboard_out_table,
    .local = package_keep,
};
const struct step_kind package_refuse_kind = {
    .name = "package refuse",
    .doc = "Keeps with the package why it cannot be on-boarded.",
    .effect = FLOW_LOCAL,
    .in = &problem_table,
    .local = package_refuse,
};
const struct step_kind nsd_examine_kind = {
    .name = "nsd examine",
    .doc = "Checks the uploaded NSD and takes out what is needed later.",
    .effect = FLOW_READ,
    .in = &onboard_in_table,
    .out = &onboard_out_table,
    .act = nsd_examine_act,
};
const struct step_kind nsd_keep_kind = {
    .name = "nsd keep",
    .doc = "Makes the NSD ONBOARDED.",
    .effect = FLOW_LOCAL,
    .in = &onboard_out_table,
    .local = nsd_keep,
};
const struct step_kind nsd_refuse_kind = {
    .name = "nsd refuse",
    .doc = "Keeps with the NSD why it cannot be on-boarded.",
    .effect = FLOW_LOCAL,
    .in = &problem_table,
    .local = nsd_refuse,
};
const struct step_kind pnfd_examine_kind = {
    .name = "pnfd examine",
    .doc = "Checks the uploaded PNFD and takes out what is needed later.",
    .effect = FLOW_READ,
    .in = &onboard_in_table,
    .out = &onboard_out_table,
    .act = pnfd_examine_act,
};
const struct step_kind pnfd_keep_kind = {
    .name = "pnfd keep",
    .doc = "Makes the PNFD ONBOARDED.",
    .effect = FLOW_LOCAL,
    .in = &onboard_out_table,
    .local = pnfd_keep,
};
const struct step_kind pnfd_refuse_kind = {
    .name = "pnfd refuse",
    .doc = "Keeps with the PNFD why it cannot be on-boarded.",
    .effect = FLOW_LOCAL,
    .in = &problem_table,
    .local = pnfd_refuse,
};

static struct err *
problem_new(struct flow *f, const struct onboard_in *in, const struct err *e,
            struct problem **problem)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "title", str_or(package_fault_title(e->type), err_code_doc(e->code)));
    jw_int(&w, "status", err_code_status(e->code));
    jw_str(&w, "detail", err_full(flow_mem(f), e));
    jw_end(&w);
    *problem = row_new(flow_mem(f), &problem_table);
    (*problem)->id = in->id;
    return json_parse(flow_mem(f), text.data, text.len, &(*problem)->problem);
}

/* An image that was got is as one that the package brings. */
static void
images_place(const struct rows *images, const struct rows *outside)
{
    for (size_t i = 0; i < images->n; i++) {
        struct package_image *image = images->items[i];

        for (size_t j = 0; j < outside->n; j++) {
            const struct package_outside *artifact = outside->items[j];

            if (image->uri && str_eq(image->uri, artifact->uri)) {
                image->path = artifact->path_kept;
                image->sha512 = artifact->sha512;
                image->size = artifact->size;
            }
        }
    }
}

/* Gets what of the package is elsewhere. */
static struct err *
outside_get(struct flow *f, const struct onboard_in *in, struct onboard_out *found)
{
    struct outside_set *wanted = flow_new(f, &outside_set_table);
    struct outside_set *got = flow_new(f, &outside_set_table);

    if (!found->outside.n) {
        return NULL;
    }
    wanted->id = in->id;
    wanted->project_id = in->project_id;
    wanted->outside = found->outside;
    TRY(flow_step(f, "fetching", &package_fetching_kind, in, NULL));
    TRY(flow_step(f, "fetch", &package_fetch_kind, wanted, got));
    found->outside = got->outside;
    images_place(&found->images, &got->outside);
    return NULL;
}

static struct err *
onboard(struct flow *f, const struct onboard_in *in, const struct step_kind *examine,
        const struct step_kind *keep, const struct step_kind *refuse_kind)
{
    struct onboard_out *found = row_new(flow_mem(f), &onboard_out_table);
    struct problem *problem;
    AUTO(err) why = flow_step(f, "examine", examine, in, found);

    why = why ? why : outside_get(f, in, found);
    if (!why) {
        why = flow_step(f, "keep", keep, found, NULL);
    }
    if (!why) {
        return NULL;
    }
    if (err_is(why, E_PARKED) || err_is(why, E_CANCELLED)) {
        struct err *passed = why;

        why = NULL;
        return passed;
    }
    TRY(problem_new(f, in, why, &problem));
    return flow_step(f, "refuse", refuse_kind, problem, NULL);
}

static struct err *
package_onboard_run(struct flow *f, const void *in)
{
    return onboard(f, in, &package_examine_kind, &package_keep_kind, &package_refuse_kind);
}

static struct err *
nsd_onboard_run(struct flow *f, const void *in)
{
    return onboard(f, in, &nsd_examine_kind, &nsd_keep_kind, &nsd_refuse_kind);
}

static struct err *
pnfd_onboard_run(struct flow *f, const void *in)
{
    return onboard(f, in, &pnfd_examine_kind, &pnfd_keep_kind, &pnfd_refuse_kind);
}

const struct flow_type package_onboard_flow = {
    .name = "package_onboard",
    .version = 1,
    .doc = "Examines and keeps an uploaded VNF package.",
    .in = &onboard_in_table,
    .run = package_onboard_run,
};
const struct flow_type nsd_onboard_flow = {
    .name = "nsd_onboard",
    .version = 1,
    .doc = "Examines and keeps an uploaded NSD.",
    .in = &onboard_in_table,
    .run = nsd_onboard_run,
};
const struct flow_type pnfd_onboard_flow = {
    .name = "pnfd_onboard",
    .version = 1,
    .doc = "Examines and keeps an uploaded PNFD.",
    .in = &onboard_in_table,
    .run = pnfd_onboard_run,
};
