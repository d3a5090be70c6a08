/* What notifications of ETSI's APIs tell, and filters look at, that is not in the row that changed. */
#include "faces/etsi_facts.h"

#include "faces/etsi.h"
#include "fm/fm.h"
#include "pm/pm.h"

const char *const ns_component_states[] = {
    "START", "COMPLETED", "PARTIALLY_COMPLETED", "FAILED", "ROLLED_BACK", NULL,
};

/* ---- facts that are elsewhere -------------------------------------------------------------- */

static void
fact(struct jw *w, const char *name, const char *text)
{
    if (text) {
        jw_str(w, name, text);
    }
}

/* An occurrence knows its VNFD, the package the product. */
struct err *
product_look(const struct notice_event *event, struct jw *w)
{
    const struct vnf_lcm_op_occ *occ = event->row;
    struct cond of_vnfd[] = {
        COND("project_id", occ->project_id), COND("vnfd_id", occ->vnfd_id), {0}};
    struct vnf_package *package = NULL;

    if (occ->vnfd_id) {
        TRY(row_find(event->tx, &vnf_package_table, of_vnfd, &package));
    }
    if (package) {
        fact(w, "vnfProvider", package->vnf_provider);
        fact(w, "vnfProductName", package->vnf_product_name);
        fact(w, "vnfSoftwareVersion", package->vnf_software_version);
        fact(w, "vnfdVersion", package->vnfd_version);
    }
    return NULL;
}

/* VNFDs that the NSD is made of, and those of VNFs that came later or have another package by now. */
static struct err *
vnfds_write(const struct notice_event *event, const struct ns_instance *ns, const struct ns_descriptor *nsd, struct jw *w)
{
    struct cond of_ns[] = {COND("ns_instance_id", ns->id), {0}};
    struct query query = {.table = &vnf_instance_table, .conds = of_ns};
    struct rows vnfs;

    jw_array(w, "vnfdIds");
    for (size_t i = 0; nsd && i < nsd->vnf_pkg_ids.n; i++) {
        struct vnf_package *package;

        TRY(notice_row(event, &vnf_package_table, nsd->vnf_pkg_ids.items[i], &package));
        if (package && package->vnfd_id) {
            jw_str(w, NULL, package->vnfd_id);
        }
    }
    TRY(rows_select(event->tx, &query, &vnfs));
    for (size_t i = 0; i < vnfs.n; i++) {
        jw_str(w, NULL, ((const struct vnf_instance *)vnfs.items[i])->vnfd_id);
    }
    jw_end(w);
    return NULL;
}

/* The same of PNFs. */
static struct err *
pnfds_write(const struct notice_event *event, const struct ns_instance *ns, const struct ns_descriptor *nsd, struct jw *w)
{
    jw_array(w, "pnfdIds");
    for (size_t i = 0; nsd && i < nsd->pnfd_info_ids.n; i++) {
        struct pnf_descriptor *pnfd;

        TRY(notice_row(event, &pnf_descriptor_table, nsd->pnfd_info_ids.items[i], &pnfd));
        if (pnfd && pnfd->pnfd_id) {
            jw_str(w, NULL, pnfd->pnfd_id);
        }
    }
    json_each (ns->pnf_info, i) {
        fact(w, NULL, json_get_str(ns->pnf_info->items[i], "pnfdId"));
    }
    jw_end(w);
    return NULL;
}

static struct err *
descriptors_write(const struct notice_event *event, const struct ns_instance *ns, struct jw *w)
{
    struct ns_descriptor *nsd;

    TRY(notice_row(event, &ns_descriptor_table, ns->nsd_info_id, &nsd));
    TRY(vnfds_write(event, ns, nsd, w));
    return pnfds_write(event, ns, nsd, w);
}

struct err *
ns_look(const struct notice_event *event, struct jw *w)
{
    return descriptors_write(event, event->row, w);
}

/* Who was told of a fault is told of its end, whatever the alarm is by then. */
static void
alarm_facts(const struct alarm *alarm, struct jw *w)
{
    fact(w, "faultyResourceType", json_get_str(alarm->resource, "faultyResourceType"));
    jw_array(w, "perceivedSeverity");
    jw_str(w, NULL, alarm->raised_as);
    if (!str_eq(alarm->severity, alarm->raised_as)) {
        jw_str(w, NULL, alarm->severity);
    }
    jw_end(w);
}

/* Of the VNF instance that is told of. */
struct err *
vnf_facts(const struct notice_event *event, const char *id, struct jw *w)
{
    struct vnf_instance *vnf;

    TRY(notice_row(event, &vnf_instance_table, id, &vnf));
    if (vnf) {
        fact(w, "vnfdId", vnf->vnfd_id);
        fact(w, "vnfInstanceName", vnf->name);
        fact(w, "vnfProvider", vnf->vnf_provider);
        fact(w, "vnfProductName", vnf->vnf_product_name);
        fact(w, "vnfSoftwareVersion", vnf->vnf_software_version);
        fact(w, "vnfdVersion", vnf->vnfd_version);
    }
    return NULL;
}

struct err *
vnf_alarm_look(const struct notice_event *event, struct jw *w)
{
    const struct alarm *alarm = event->row;

    alarm_facts(alarm, w);
    return vnf_facts(event, alarm->object_id, w);
}

static struct err *
ns_row_facts(const struct notice_event *event, const struct ns_instance *ns, struct jw *w)
{
    fact(w, "nsdId", ns->nsd_id);
    fact(w, "nsInstanceName", ns->name);
    return descriptors_write(event, ns, w);
}

static struct err *
ns_facts(const struct notice_event *event, const char *id, struct jw *w)
{
    struct ns_instance *ns;

    TRY(notice_row(event, &ns_instance_table, id, &ns));
    return ns ? ns_row_facts(event, ns, w) : NULL;
}

struct err *
ns_alarm_look(const struct notice_event *event, struct jw *w)
{
    const struct alarm *alarm = event->row;

    alarm_facts(alarm, w);
    return ns_facts(event, alarm->object_id, w);
}

struct err *
ns_occ_look(const struct notice_event *event, struct jw *w)
{
    const struct ns_lcm_op_occ *occ = event->row;

    return ns_facts(event, occ->ns_instance_id, w);
}

/* Of a report or a crossing. */
static const char *
measured(const struct notice_event *event)
{
    const struct attr *attr = table_attr(event->notice->table, "object_instance_id");

    return *(const char *const *)attr_at(attr, event->row);
}

struct err *
vnf_pm_look(const struct notice_event *event, struct jw *w)
{
    return vnf_facts(event, measured(event), w);
}

struct err *
ns_pm_look(const struct notice_event *event, struct jw *w)
{
    return ns_facts(event, measured(event), w);
}

/* ---- what becomes of parts of an NS ---------------------------------------------------------- */

/* The status that a state of an operation on a part is told as; null: it is not (SOL005 6.5.4.7). */
static const char *
component_status(const struct notice_event *event, const char *state)
{
    return event->change->kind == CHANGE_CREATE ? "START" : str_in(state, ns_component_states) ? state : NULL;
}

struct err *
nested_whole(const struct notice_event *event, const void **whole)
{
    const struct ns_lcm_op_occ *occ = event->row;
    struct ns_instance *ns = NULL;

    if (!occ->is_automatic && component_status(event, occ->operation_state)) {
        TRY(notice_row(event, &ns_instance_table, occ->ns_instance_id, &ns));
    }
    return ns ? notice_row(event, &ns_instance_table, ns->nested_in, whole) : NULL;
}

/* Both as facts and as members. */
static void
nested_write(const struct notice_event *event, struct jw *w)
{
    const struct ns_lcm_op_occ *occ = event->row;

    jw_str(w, "nsInstanceId", ((const struct ns_instance *)event->whole)->id);
    jw_str(w, "nsComponentType", "NS");
    jw_str(w, "lcmOpNameImpactingNsComponent", mem_printf(tx_mem(event->tx), "NS_%s", occ->operation));
    jw_str(w, "lcmOpOccStatusImpactingNsComponent", component_status(event, occ->operation_state));
}

struct err *
nested_look(const struct notice_event *event, struct jw *w)
{
    nested_write(event, w);
    return ns_row_facts(event, event->whole, w);
}

void
nested_more(const struct notice_event *event, bool is_full, struct jw *w)
{
    static const char *const failed[] = {"FAILED", "PARTIALLY_COMPLETED", NULL};
    const struct ns_lcm_op_occ *occ = event->row;

    (void)is_full;
    nested_write(event, w);
    if (occ->error && str_in(occ->operation_state, failed)) {
        jw_json(w, "error", occ->error);
    }
}
