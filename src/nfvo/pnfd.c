/* PNF descriptors and the NSDs that refer to them: a PNFD is in use while there is
 * such an NSD, and stays until then (SOL005 5.4.6.3.5). */
#include "nfvo/onboard.h"

static struct err *
pnf_descriptor_find(struct tx *tx, const char *project_id, const char *pnfd_id,
                    struct pnf_descriptor **descriptor)
{
    struct cond conds[] = {COND("pnfd_id", pnfd_id), COND("project_id", project_id), {0}};

    TRY(row_find(tx, &pnf_descriptor_table, conds, descriptor));
    if (!*descriptor) {
        return err_new(E_UNPROCESSABLE, NULL, "no PNFD with pnfdId %s is on-boarded", pnfd_id);
    }
    return NULL;
}

static struct err *
usage_set(struct tx *tx, const struct pnf_descriptor *old, const char *state)
{
    struct pnf_descriptor *row = row_copy(tx_mem(tx), old);

    row->usage_state = state;
    return row_update(tx, old, row);
}

static bool
has(const struct strs *ids, const char *id)
{
    for (size_t i = 0; i < ids->n; i++) {
        if (str_eq(ids->items[i], id)) {
            return true;
        }
    }
    return false;
}

struct err *
pnfds_take(struct tx *tx, const char *project_id, const struct strs *pnfd_ids, struct strs *ids)
{
    struct err *faults = NULL;

    *ids = (struct strs){.items = MEM_ARRAY(tx_mem(tx), pnfd_ids->n + 1, const char *)};
    for (size_t i = 0; i < pnfd_ids->n; i++) {
        struct pnf_descriptor *descriptor = NULL;
        struct err *e = pnf_descriptor_find(tx, project_id, pnfd_ids->items[i], &descriptor);

        if (!e && str_eq(descriptor->usage_state, "NOT_IN_USE")) {
            e = usage_set(tx, descriptor, "IN_USE");
        }
        if (!e && !has(ids, descriptor->id)) {
            ids->items[ids->n++] = descriptor->id;
        }
        faults = err_join(faults, e);
    }
    return faults;
}

struct err *
pnfds_release(struct tx *tx, const struct ns_descriptor *nsd)
{
    struct cond of_project[] = {COND("project_id", nsd->project_id), {0}};
    struct query query = {.table = &ns_descriptor_table, .conds = of_project};
    struct rows others;

    if (nsd->pnfd_info_ids.n == 0) {
        return NULL;
    }
    TRY(rows_select(tx, &query, &others));
    for (size_t i = 0; i < nsd->pnfd_info_ids.n; i++) {
        const char *id = nsd->pnfd_info_ids.items[i];
        struct pnf_descriptor *descriptor;
        bool used = false;

        for (size_t k = 0; k < others.n; k++) {
            const struct ns_descriptor *other = others.items[k];

            used = used || (!str_eq(other->id, nsd->id) && has(&other->pnfd_info_ids, id));
        }
        TRY(row_get(tx, &pnf_descriptor_table, id, &descriptor));
        if (!used && str_eq(descriptor->usage_state, "IN_USE")) {
            TRY(usage_set(tx, descriptor, "NOT_IN_USE"));
        }
    }
    return NULL;
}
