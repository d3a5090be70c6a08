/* The decision of a grant (SOL003 clause 9): site, claims in the ledger and grant are one
 * transaction, for our own VNFM, with which the NFVO shares the process, and for others
 * (grant_flow.c). */
#include "nfvo/grant_desk.h"
#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"

#include "base/uuid.h"
#include "base/vec.h"

const struct resource grant_resource = {
    .table = &grant_table,
    .singular = "grant",
    .plural = "grants",
    .doc = "Grants (SOL003 clause 9).",
    .flags = RESOURCE_FIXED,
};

/* What is claimed of a site: one line a resource class. */
static const struct claimed {
    const char *class;
    size_t amount, total; /* members of grant_in; total 0 = the site tells none */
} claimed[] = {
    {"VCPU", offsetof(struct grant_in, vcpus), offsetof(struct grant_in, total_vcpus)},
    {"MEMORY_MB", offsetof(struct grant_in, memory_mb), offsetof(struct grant_in, total_memory_mb)},
    {"SERVER", offsetof(struct grant_in, servers), offsetof(struct grant_in, total_servers)},
};
#define N_CLAIMED (sizeof claimed / sizeof *claimed)

static int64_t
member(const struct grant_in *in, size_t offset)
{
    return *(const int64_t *)(const void *)((const char *)in + offset);
}

/* ---- choosing a site where none was asked for ------------------------------------------ */

/* Why the site cannot have it, as it was seen, or null.  Who did not look knows of nothing. */
static const char *
site_fault(struct mem *mem, const struct grant_in *in, const struct rows *seen,
           const struct site *site)
{
    for (size_t i = 0; seen && i < seen->n; i++) {
        const struct site_seen *one = seen->items[i];
        struct grant_in totals = {0};

        if (!str_eq(one->site, site->id)) {
            continue;
        }
        if (!one->reachable) {
            return str_or(one->error, "it does not answer");
        }
        grant_totals_fill(seen, site->id, &totals);
        for (size_t j = 0; j < N_CLAIMED; j++) {
            int64_t total = member(&totals, claimed[j].total), more = member(in, claimed[j].amount);
            const int64_t ours[] = {one->vcpus_ours, one->memory_mb_ours, one->servers_ours};

            if (total != INT_NULL && ours[j] + more > total) {
                return mem_printf(mem, "%s: %lld of %lld are in use, %lld more are needed",
                                  claimed[j].class, (long long)ours[j], (long long)total,
                                  (long long)more);
            }
        }
    }
    return NULL;
}

/* None of the sites that there are is UP: it may pass, so an operation that ends in this is to be retried. */
static struct err *
none_is_up(struct tx *tx, const struct grant_in *in)
{
    struct cond of_project[] = {COND("project_id", in->project_id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &site_table, .conds = of_project, .sorts = by_name};
    AUTO_BUF why = BUF_INIT;
    struct rows sites;

    TRY(rows_select(tx, &query, &sites));
    for (size_t i = 0; i < sites.n; i++) {
        const struct site *site = sites.items[i];

        buf_printf(&why, "%s%s is %s%s%s", i ? "; " : ": ", site->name, site->status, site->last_error ? ", " : "",
                   str_or(site->last_error, ""));
    }
    return sites.n ? err_new(E_UNAVAILABLE, "NoSite", "no site is UP%s; retry when one is", why.data)
                   : err_new(E_UNAVAILABLE, "NoSite", "no site is registered: `carrick site add` or `carrick site invite`, "
                             "then retry");
}

static struct err *
site_choose(struct tx *tx, const struct grant_in *in, const struct rows *seen, struct site **site,
            const char **reason)
{
    struct cond up[] = {COND("project_id", in->project_id), COND("status", "UP"), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &site_table, .conds = up, .sorts = by_name};
    const char *why = "";
    struct rows sites;
    int64_t least = INT64_MAX;

    TRY(rows_select(tx, &query, &sites));
    for (size_t i = 0; i < sites.n; i++) {
        struct site *candidate = sites.items[i];
        const char *fault = site_fault(tx_mem(tx), in, seen, candidate);
        struct ledger_use use = {0};

        if (fault) {
            why = mem_printf(tx_mem(tx), "%s; site %s: %s", why, candidate->name, fault);
            continue;
        }
        TRY(ledger_usage(tx, candidate->id, "VCPU", &use));
        if (use.used < least) {
            least = use.used;
            *site = candidate;
        }
    }
    if (!*site) {
        return sites.n ? err_new(E_QUOTA, "NoSite", "no site is left%s", why) : none_is_up(tx, in);
    }
    *reason = mem_printf(tx_mem(tx), "least used of %zu sites (%lld vCPU claimed)", sites.n,
                         (long long)least);
    return NULL;
}

struct err *
grant_site_foresee(struct tx *tx, const char *project_id, struct site **site, const char **reason)
{
    struct grant_in *in = row_new(tx_mem(tx), &grant_in_table);

    *site = NULL;
    in->project_id = project_id;
    return site_choose(tx, in, NULL, site, reason);
}

static struct err *
site_of(struct tx *tx, const struct grant_in *in, const struct rows *seen, struct site **site,
        const char **reason)
{
    *reason = in->reason;
    if (!in->site) {
        return site_choose(tx, in, seen, site, reason);
    }
    *reason = str_or(in->reason, "named by the request");
    return row_get(tx, &site_table, in->site, site);
}

/* ---- claims ------------------------------------------------------------------------------ */

struct err *
claims_take(struct tx *tx, const struct grant_in *in, const struct site *site, const char *grant_id)
{
    struct claim claims[N_CLAIMED];

    for (size_t i = 0; i < N_CLAIMED; i++) {
        int64_t total = member(in, claimed[i].total);

        TRY(ledger_inventory_set(tx, site->id, claimed[i].class, total == INT_NULL ? -1 : total));
        claims[i] = (struct claim){
            .provider = site->id,
            .class = claimed[i].class,
            .project_id = in->project_id,
            .consumer = grant_id,
            .amount = member(in, claimed[i].amount),
            .until = LEDGER_FOREVER,
        };
    }
    TRY_MSG(ledger_claim(tx, NULL, claims, N_CLAIMED), "site %s", site->name);
    return NULL;
}

/* ---- the grant ------------------------------------------------------------------------------ */

/* GrantInfo (SOL003 9.5.3.3) for each: of what comes, with the site. */
static struct err *
infos_of(struct mem *mem, const struct json *resources, const struct site *site,
         const struct json **infos)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    if (!resources || resources->n == 0) {
        return NULL;
    }
    jw_array(&w, NULL);
    json_each (resources, i) {
        jw_object(&w, NULL);
        jw_str(&w, "resourceDefinitionId", json_get_str(resources->items[i], "id"));
        if (site) {
            jw_str(&w, "vimConnectionId", site->id);
        }
        jw_end(&w);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, infos);
}

struct err *
grant_settle_on(struct tx *tx, const struct grant_in *asked, const struct rows *seen,
                struct grant *grant, struct site **out)
{
    struct grant_in *in = row_copy(tx_mem(tx), asked);
    struct mem *mem = tx_mem(tx);
    struct site *site = NULL;

    *out = NULL;
    TRY(infos_of(mem, in->removed, NULL, &grant->remove_resources));
    TRY(infos_of(mem, in->updated, NULL, &grant->update_resources));
    if (str_eq(in->operation, "TERMINATE")) {
        return NULL;
    }
    TRY(site_of(tx, in, seen, &site, &grant->reason));
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without an error there is one */
    grant->site_id = site->id;
    TRY(infos_of(mem, in->resources, site, &grant->add_resources));
    TRY(infos_of(mem, in->temporary, site, &grant->temp_resources));
    TRY(vim_connection_of(tx, site->id, &grant->vim_connection_info));
    if (seen) {
        grant_totals_fill(seen, site->id, in);
    }
    *out = site;
    return in->servers > 0 ? claims_take(tx, in, site, grant->id) : NULL;
}

static struct err *
grant_local(struct tx *tx, const void *arg, void *result)
{
    const struct grant_in *in = arg;
    struct grant_out *out = result;
    struct grant *grant = row_new(tx_mem(tx), &grant_table);
    struct site *site;

    grant->id = uuid_make(tx_mem(tx));
    grant->vnf_instance_id = in->vnf_instance_id;
    grant->vnf_lcm_op_occ_id = in->vnf_lcm_op_occ_id;
    grant->project_id = in->project_id;
    TRY(grant_settle_on(tx, in, NULL, grant, &site));
    if (site) {
        out->site = site->id;
        out->site_name = site->name;
        out->reason = grant->reason;
    }
    TRY(row_insert(tx, grant));
    out->grant_id = grant->id;
    return vnf_op_granted(tx, in->vnf_lcm_op_occ_id, grant->id);
}

static struct err *
grant_undo(struct tx *tx, const void *arg, const void *result)
{
    const struct grant_in *in = arg;
    const struct grant_out *out = result;

    TRY(ledger_release(tx, out->grant_id));
    TRY(vnf_op_granted(tx, in->vnf_lcm_op_occ_id, NULL));
    return row_delete(tx, &grant_table, out->grant_id);
}

static void
grant_stand_in(struct mem *mem, const char *label, const void *arg, void *result)
{
    const struct grant_in *in = arg;
    struct grant_out *out = result;

    out->grant_id = mem_printf(mem, "<planned:%s>", label);
    out->connections = out->managed = (struct rows){0}; /* It gives no links. */
    out->params = NULL;
    out->site = in->site;
    out->site_name = in->site_name;
    out->reason = in->reason;
}

static void
grant_capacity(struct flow_plan *plan, const void *arg)
{
    const struct grant_in *in = arg;

    for (size_t i = 0; in->site && i < N_CLAIMED; i++) {
        flow_plan_ask(plan, str_or(in->site_name, in->site), claimed[i].class,
                      member(in, claimed[i].amount));
    }
}

const struct step_kind nfvo_grant = {
    .name = "grant",
    .doc = "Chooses or checks the site and claims what the operation needs there.",
    .effect = FLOW_LOCAL,
    .in = &grant_in_table,
    .out = &grant_out_table,
    .local = grant_local,
    .undo_local = grant_undo,
    .stand_in = grant_stand_in,
    .capacity = grant_capacity,
};

/* ---- giving back --------------------------------------------------------------------------- */

struct err *
claims_release(struct tx *tx, const char *vnfm_id, const char *vnf_instance_id)
{
    struct cond of_instance[] = {COND("vnf_instance_id", vnf_instance_id), {0}};
    struct query query = {.table = &grant_table, .conds = of_instance};
    struct rows grants;

    TRY(rows_select(tx, &query, &grants));
    for (size_t i = 0; i < grants.n; i++) {
        const struct grant *grant = grants.items[i];

        if (str_eq(grant->vnfm_id, vnfm_id)) {
            TRY(ledger_release(tx, grant->id));
        }
    }
    return NULL;
}

#define PRUNED_AT_ONCE 256

/* One that claims stands for what is there: it is not among those that are counted, nor in the way of others. */
struct err *
grants_prune(struct tx *tx, const char *vnfm_id)
{
    static const char *const over[] = {"REFUSED", "ENDED", NULL};
    struct cond of_vnfm[] = {COND("vnfm_id", vnfm_id), {.attr = "status", .texts = over}, {0}};
    struct sort oldest[] = {{.attr = "created_at"}, {0}};
    struct query query = {.table = &grant_table,
                          .conds = of_vnfm,
                          .where = {.text = LEDGER_CLAIMS_NOTHING("t.id")},
                          .sorts = oldest,
                          .limit = PRUNED_AT_ONCE};
    struct rows grants;
    int64_t n;

    TRY(rows_count(tx, &query, &n));
    if (n <= GRANTS_KEPT) {
        return NULL;
    }
    TRY(rows_select(tx, &query, &grants));
    for (size_t i = 0; i < grants.n && n > GRANTS_KEPT; i++, n--) {
        TRY(row_delete(tx, &grant_table, ((const struct grant *)grants.items[i])->id));
    }
    return NULL;
}

/* Less than before always fits, whatever the site's total has become meanwhile. */
static struct err *
settle_local(struct tx *tx, const void *arg, void *result)
{
    const struct grant_in *in = arg;
    struct cond of_operation[] = {COND("vnf_lcm_op_occ_id", in->vnf_lcm_op_occ_id), {0}};
    struct grant *grant;
    struct site *site;

    (void)result;
    TRY(claims_release(tx, NULL, in->vnf_instance_id));
    TRY(row_find(tx, &grant_table, of_operation, &grant));
    if (!grant || in->servers == 0) {
        return NULL;
    }
    TRY(row_get(tx, &site_table, in->site, &site));
    return claims_take(tx, in, site, grant->id);
}

const struct step_kind nfvo_grant_settle = {
    .name = "grant settle",
    .doc = "Claims what the instance has now, and nothing else.",
    .effect = FLOW_LOCAL,
    .in = &grant_in_table,
    .local = settle_local,
};

static struct err *
end_local(struct tx *tx, const void *arg, void *result)
{
    (void)result;
    return claims_release(tx, NULL, ((const struct owner *)arg)->owner_id);
}

const struct step_kind nfvo_grant_end = {
    .name = "grant end",
    .doc = "Gives back what the grants of an instance claimed.",
    .effect = FLOW_LOCAL,
    .in = &owner_table,
    .local = end_local,
};

/* ---- what is claimed ---------------------------------------------------------------------------- */

struct err *
grant_claims_of(struct tx *tx, const char *site_id, const struct json **claims)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    for (size_t i = 0; i < N_CLAIMED; i++) {
        struct ledger_use use = {0};

        TRY(ledger_usage(tx, site_id, claimed[i].class, &use));
        jw_int(&w, claimed[i].class, use.used);
    }
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, claims);
}
