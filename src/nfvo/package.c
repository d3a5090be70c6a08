/* VNF packages, NSDs and PNFDs as resources: all live the same life (SOL005 9.5.6,
 * 5.5.4): created empty, uploaded, on-boarded, enabled or disabled (a PNFD has no
 * such state), deleted only when disabled and unused. */
#include "nfvo/examine.h"
#include "nfvo/fetch.h"
#include "nfvo/onboard.h"
#include "sys/file.h"
#include "tosca/record.h"
#include "vnfm/vnfm.h"

static const char *
text_of(const struct table *table, const char *name, const void *row)
{
    return *(const char *const *)attr_at(table_attr(table, name), row);
}

static const char *
key_of(const struct table *table, const void *row)
{
    return *(const char *const *)attr_at(table_key(table), row);
}

/* ---- hooks ------------------------------------------------------------------------- */

static struct err *
descriptor_before_create(struct tx *tx, struct op *op, void *row)
{
    const struct table *table = op->resource->table;

    (void)tx;
    return owner_set(op, attr_at(table_attr(table, "project_id"), row));
}

/* The client's own data are patched (SOL005 5.5.2.1, 9.5.2.2). */
static struct err *
user_data_merge(struct tx *tx, const struct table *table, const void *old, void *row)
{
    const struct attr *attr = table_attr(table, "user_defined_data");
    const struct json **data = attr_at(attr, row), *patch = *data;

    if (!row_given(row, "user_defined_data") || !patch) {
        return NULL;
    }
    *data = *(const struct json *const *)attr_at(attr, old);
    return client_data_merge(tx_mem(tx), attr_json_name(attr), patch, data);
}

/* The operational state can only change once on-boarded, and to the other one
 * (SOL005 9.4.3.3.4). */
static struct err *
descriptor_before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct table *table = op->resource->table;
    const char *before;

    TRY(user_data_merge(tx, table, old, row));
    if (!table_attr(table, "operational_state") || !row_given(row, "operational_state")) {
        return NULL;
    }
    before = text_of(table, "operational_state", old);
    if (!str_eq(text_of(table, "onboarding_state", old), "ONBOARDED")) {
        return err_new(E_CONFLICT, NULL, "%s %s is not ONBOARDED: its operational state is fixed",
                       table->name, key_of(table, old));
    }
    if (str_eq(before, text_of(table, "operational_state", row))) {
        return err_new(E_CONFLICT, NULL, "%s %s is already %s", table->name, key_of(table, old),
                       before);
    }
    return NULL;
}

static struct err *
owned_delete(struct tx *tx, const struct table *table, const char *owner_id)
{
    struct cond owned[] = {COND("owner_id", owner_id), {0}};
    struct query query = {.table = table, .conds = owned};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(row_delete(tx, table, key_of(table, rows.items[i])));
    }
    return NULL;
}

static struct err *
descriptor_before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct table *table = op->resource->table;
    const char *onboarding = text_of(table, "onboarding_state", row);
    const char *id = key_of(table, row);

    if (str_eq(onboarding, "PROCESSING")) {
        return err_new(E_CONFLICT, NULL, "%s %s is %s", table->name, id, onboarding);
    }
    if (table_attr(table, "operational_state") &&
        !str_eq(text_of(table, "operational_state", row), "DISABLED")) {
        return err_new(E_CONFLICT, NULL, "%s %s is ENABLED: disable it first", table->name, id);
    }
    if (!str_eq(text_of(table, "usage_state", row), "NOT_IN_USE")) {
        return err_new(E_IN_USE, NULL, "%s %s is in use", table->name, id);
    }
    if (table == &ns_descriptor_table) {
        TRY(pnfds_release(tx, row));
    }
    TRY(owned_delete(tx, &descriptor_table, id));
    TRY(owned_delete(tx, &package_access_table, id));
    TRY(owned_delete(tx, &package_outside_table, id));
    return owned_delete(tx, &package_image_table, id);
}

/* The files go by a flow that is started in the same transaction. */
static struct err *
descriptor_after_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct table *table = op->resource->table;
    struct nfvo *nfvo = op->user;
    struct onboard_in *in = row_new(tx_mem(tx), &onboard_in_table);
    struct flow_start start = {.type = &package_erase_flow, .in = in};

    in->id = key_of(table, row);
    in->project_id = text_of(table, "project_id", row);
    in->path = in->id;
    in->sha256 = "0000000000000000000000000000000000000000000000000000000000000000";
    start.project_id = in->project_id;
    return flow_start(tx, nfvo->engine, &start, NULL);
}

#define DESCRIPTOR_HOOKS                                                                           \
    {                                                                                              \
        .before_create = descriptor_before_create, .before_update = descriptor_before_update,      \
        .before_delete = descriptor_before_delete, .after_delete = descriptor_after_delete,        \
    }

const struct resource vnf_package_resource = {
    .table = &vnf_package_table,
    .singular = "vnf_package",
    .plural = "vnf_packages",
    .doc = "VNF packages (SOL005 clause 9).",
    .flags = RESOURCE_REVISION,
    .rule_create = "writer",
    .hooks = DESCRIPTOR_HOOKS,
};
const struct resource ns_descriptor_resource = {
    .table = &ns_descriptor_table,
    .singular = "ns_descriptor",
    .plural = "ns_descriptors",
    .doc = "Network service descriptors (SOL005 clause 5).",
    .flags = RESOURCE_REVISION,
    .rule_create = "writer",
    .hooks = DESCRIPTOR_HOOKS,
};

const struct resource pnf_descriptor_resource = {
    .table = &pnf_descriptor_table,
    .singular = "pnf_descriptor",
    .plural = "pnf_descriptors",
    .doc = "Descriptors of physical network functions (SOL005 clause 5).",
    .flags = RESOURCE_REVISION,
    .rule_create = "writer",
    .hooks = DESCRIPTOR_HOOKS,
};

/* ---- erase --------------------------------------------------------------------------- */

static void
erase_act(struct step *step)
{
    const struct onboard_in *in = step_in(step);
    const struct nfvo *nfvo = step_service(step, NFVO_SERVICE);
    struct err *e;

    if (nfvo->fetches) {
        fetches_cancel(nfvo->fetches, in->id); /* One that is UPLOADING may be deleted: that is how a fetch is ended. */
    }
    e = package_folder_remove(step_mem(step), mem_printf(step_mem(step), "%s/%s", nfvo->packages_dir, in->path), ".erased");
    if (e) {
        step_failed(step, e);
        return;
    }
    step_done(step, NULL);
}

/* What is erased stays erased: there is nothing to take back. */
static void
erase_undo(struct step *step)
{
    step_done(step, NULL);
}

const struct step_kind package_erase_kind = {
    .name = "package erase",
    .doc = "Removes the files of a deleted package or NSD.",
    .effect = FLOW_WRITE,
    .in = &onboard_in_table,
    .act = erase_act,
    .undo = erase_undo,
};

static struct err *
erase_run(struct flow *f, const void *in)
{
    return flow_step(f, "erase", &package_erase_kind, in, NULL);
}

const struct flow_type package_erase_flow = {
    .name = "package_erase",
    .version = 1,
    .doc = "Removes the files of a deleted package or NSD.",
    .in = &onboard_in_table,
    .run = erase_run,
};

/* ---- look-ups -------------------------------------------------------------------------- */

struct err *
vnf_package_find(struct tx *tx, const char *project_id, const char *vnfd_id,
                 struct vnf_package **package)
{
    struct cond conds[] = {COND("vnfd_id", vnfd_id), COND("project_id", project_id), {0}};

    TRY(row_find(tx, &vnf_package_table, conds, package));
    if (!*package) {
        return err_new(E_UNPROCESSABLE, NULL, "no VNF package with vnfdId %s is on-boarded",
                       vnfd_id);
    }
    return NULL;
}

struct err *
ns_descriptor_find(struct tx *tx, const char *project_id, const char *nsd_id,
                   struct ns_descriptor **descriptor)
{
    struct cond conds[] = {COND("nsd_id", nsd_id), COND("project_id", project_id), {0}};

    TRY(row_find(tx, &ns_descriptor_table, conds, descriptor));
    if (!*descriptor) {
        return err_new(E_UNPROCESSABLE, NULL, "no NSD with nsdId %s is on-boarded", nsd_id);
    }
    return NULL;
}

static struct err *
record_load(struct tx *tx, const char *owner_id, const struct json **record)
{
    struct cond owned[] = {COND("owner_id", owner_id), {0}};
    struct descriptor *descriptor;

    TRY(row_find(tx, &descriptor_table, owned, &descriptor));
    if (!descriptor) {
        return err_new(E_CONFLICT, NULL, "%s is not ONBOARDED", owner_id);
    }
    *record = descriptor->record;
    return NULL;
}

struct err *
vnfd_load(struct tx *tx, const char *package_id, struct vnfd **vnfd)
{
    const struct json *record = NULL;

    TRY(record_load(tx, package_id, &record));
    return vnfd_read(tx_mem(tx), record, vnfd);
}

struct err *
vnfd_load_once(struct tx *tx, struct map *loaded, const char *package_id, struct vnfd **vnfd)
{
    *vnfd = map_get(loaded, package_id);
    if (*vnfd) {
        return NULL;
    }
    TRY(vnfd_load(tx, package_id, vnfd));
    map_set(loaded, package_id, *vnfd);
    return NULL;
}

struct err *
nsd_load(struct tx *tx, const char *nsd_info_id, struct nsd **nsd)
{
    const struct json *record = NULL;

    TRY(record_load(tx, nsd_info_id, &record));
    return nsd_read(tx_mem(tx), record, nsd);
}

struct err *
pnfd_load(struct tx *tx, const char *pnfd_info_id, struct pnfd **pnfd)
{
    const struct json *record = NULL;

    TRY(record_load(tx, pnfd_info_id, &record));
    return pnfd_read(tx_mem(tx), record, pnfd);
}
