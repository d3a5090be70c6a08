/* What a plan knows of sites: their rows, what their quota leaves, and whether
 * they can join segments and make chains.  A site that does not answer is a fact
 * of the plan, not a failure of it. */
#include "nfvo/flows.h"
#include "nfvo/grant_desk.h"
#include "vim/vim.h"
#include "vnfm/vnfm.h"

#define LOOK_MS (VIM_AWAY_MS + 1000) /* Why nobody was reached for so long is told, too. */

/* ---- our own rows ---------------------------------------------------------------------- */

static struct err *
ours(struct tx *tx, const char *site_id, const char *class, int64_t *used)
{
    struct ledger_use use = {0};

    TRY(ledger_usage(tx, site_id, class, &use));
    *used = use.used;
    return NULL;
}

static struct err *
sites_local(struct tx *tx, const void *arg, void *out)
{
    const struct owner *owner = arg;
    struct site_list *list = out;
    struct cond of_project[] = {COND("project_id", owner->project_id), {0}};
    struct sort by_name[] = {{.attr = "name"}, {0}};
    struct query query = {.table = &site_table, .conds = of_project, .sorts = by_name};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    list->sites.items = MEM_ARRAY(tx_mem(tx), rows.n + 1, void *);
    for (size_t i = 0; i < rows.n; i++) {
        const struct site *site = rows.items[i];
        struct site_seen *seen = row_new(tx_mem(tx), &site_seen_table);

        seen->site = site->id;
        seen->name = site->name;
        seen->location = site->location;
        seen->is_down = str_eq(site->status, "DOWN");
        seen->containers_word = site->containers;
        seen->scripts_word = str_eq(site->scripts, "DISCOVERED") ? NULL : site->scripts;
        TRY(ours(tx, site->id, "VCPU", &seen->vcpus_ours));
        TRY(ours(tx, site->id, "MEMORY_MB", &seen->memory_mb_ours));
        TRY(ours(tx, site->id, "SERVER", &seen->servers_ours));
        list->sites.items[list->sites.n++] = seen;
    }
    return NULL;
}

const struct step_kind ns_sites = {
    .name = "sites",
    .doc = "Reads which sites there are.",
    .effect = FLOW_READ,
    .in = &owner_table,
    .out = &site_list_table,
    .local = sites_local,
};

/* ---- the site's own word ------------------------------------------------------------------ */

/* A limit of compute: total, used; -1 and absence are no limit. */
static int64_t
limit_of(const struct json *absolute, const char *name)
{
    int64_t value = json_int(json_get(absolute, name), -1);

    return value < 0 ? INT_NULL : value;
}

static int64_t
used_of(const struct json *absolute, const char *name)
{
    int64_t value = json_int(json_get(absolute, name), 0);

    return value < 0 ? 0 : value;
}

static void
limits_read(struct site_seen *seen, const struct json *json)
{
    const struct json *absolute = json_path(json, "limits.absolute");

    seen->vcpus = limit_of(absolute, "maxTotalCores");
    seen->vcpus_used = used_of(absolute, "totalCoresUsed");
    seen->memory_mb = limit_of(absolute, "maxTotalRAMSize");
    seen->memory_mb_used = used_of(absolute, "totalRAMUsed");
    seen->servers = limit_of(absolute, "maxTotalInstances");
    seen->servers_used = used_of(absolute, "totalInstancesUsed");
}

void
look_extensions_read(struct site_seen *seen, const struct json *json)
{
    const struct json *list = json_get(json, "extensions");
    static const char *const routing[] = {"router", "extraroute", "allowed-address-pairs", NULL};
    bool is_ours = false;
    size_t n_routing = 0;

    json_each (list, i) {
        const char *alias = json_get_str(list->items[i], "alias");

        is_ours = is_ours || str_starts(str_or(alias, ""), "carrick-");
        seen->joins = seen->joins || str_eq(alias, "carrick-interconnect");
        seen->chains = seen->chains || str_eq(alias, "sfc");
        seen->drains = seen->drains || str_eq(alias, "carrick-sfc");
        n_routing += str_in(alias, routing);
    }
    seen->routes = n_routing == ARRAY_SIZE(routing) - 1; /* Each is told once. */
    seen->containers =
        str_eq(seen->containers_word, "YES") || (is_ours && !str_eq(seen->containers_word, "NO"));
    seen->no_scripts =
        str_eq(seen->scripts_word, "NO") || (is_ours && !str_eq(seen->scripts_word, "YES"));
}

/* All sites at once: the step ends when the last of them has answered, or when
 * the slowest has had its time.  A late answer finds 'ended' and only lets go. */
struct look_all {
    struct mem *mem; /* Outlives the step: holds this and the rows. */
    struct step *step;
    struct site_list *list;
    struct loop_timer *timer;
    size_t n_open;
    bool ended;
};
struct look {
    struct look_all *all;
    struct site_seen *seen;
};

static void
look_finish(struct look_all *all)
{
    if (!all->ended) {
        all->ended = true;
        loop_timer_del(all->timer);
        step_done(all->step, all->list);
    }
    if (all->n_open == 0) {
        mem_free(all->mem);
    }
}

static void
look_end(struct look *look)
{
    struct look_all *all = look->all;

    all->n_open--;
    if (all->ended || all->n_open == 0) {
        look_finish(all);
    }
}

static void
look_over(void *arg)
{
    look_finish(arg);
}

static void
look_unreachable(struct look *look, struct err *err)
{
    if (!look->all->ended) {
        look->seen->error = err_full(look->all->mem, err);
    }
    err_ignore(err, "a site that does not answer is excluded, with this as the reason");
    look_end(look);
}

static void
limits_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct look *look = arg;

    /* A site without limits (404, 403) tells none: not a reason to leave it out. */
    if (err && (err_is(err, E_NOT_FOUND) || err_is(err, E_FORBIDDEN))) {
        err_ignore(err, "no limits are told");
        err = NULL;
    } else if (!err && !look->all->ended) {
        limits_read(look->seen, answer->json);
    }
    if (err) {
        look_unreachable(look, err);
        return;
    }
    look->seen->reachable = true;
    look->seen->error = NULL;
    look_end(look);
}

/* vim_call.wanted */
static bool
look_wanted(void *arg)
{
    const struct look *look = arg;

    return !look->all->ended;
}

/* One that was UP a moment ago may be started again just now: it is waited for, as by all other calls.  So is one that
 * was DOWN where there is no other. */
static void
look_call(struct look *look, struct vim *vim, const char *service, const char *path,
          vim_done_fn *done)
{
    struct vim_call call = {
        .site_id = look->seen->site,
        .service = service,
        .method = "GET",
        .path = path,
        .read_only = true,
        .patient = !look->seen->is_down || look->all->list->sites.n == 1,
        .wanted = look_wanted,
    };

    vim_call(vim, &call, done, look);
}

static void
extensions_done(void *arg, const struct vim_answer *answer, struct err *err)
{
    struct look *look = arg;

    if (err) {
        look_unreachable(look, err);
        return;
    }
    if (look->all->ended) {
        look_end(look);
        return;
    }
    look_extensions_read(look->seen, answer->json);
    look_call(look, step_service(look->all->step, "vim"), "compute", "/limits", limits_done);
}

static void
look_act(struct step *step)
{
    struct mem *mem = mem_new("sites look");
    struct look_all *all = MEM_NEW(mem, struct look_all);
    struct look *looks;

    all->mem = mem;
    all->step = step;
    all->list = row_copy(mem, step_in(step));
    all->n_open = all->list->sites.n;
    all->timer = loop_timer_new(step_loop(step), look_over, all);
    loop_timer_arm(all->timer, all->n_open ? LOOK_MS : 0);
    looks = MEM_ARRAY(mem, all->n_open + 1, struct look);
    for (size_t i = 0; i < all->list->sites.n; i++) {
        looks[i] = (struct look){.all = all, .seen = all->list->sites.items[i]};
        looks[i].seen->error = mem_printf(mem, "no answer within %d s", LOOK_MS / 1000);
        step_said(step, "%s: network GET /extensions, compute GET /limits", looks[i].seen->name);
        look_call(&looks[i], step_service(step, "vim"), "network", "/extensions", extensions_done);
    }
}

const struct step_kind ns_sites_look = {
    .name = "sites look",
    .doc = "Asks the sites, all at once, what they offer and what their quota leaves.",
    .effect = FLOW_READ,
    .in = &site_list_table,
    .out = &site_list_table,
    .act = look_act,
};

/* ---- what of it is ours --------------------------------------------------------------------- */

/* What of a site's quota is ours: all of it less what others use. */
static int64_t
total_of(int64_t total, int64_t used, int64_t ours)
{
    int64_t others = used > ours ? used - ours : 0;

    return total == INT_NULL ? INT_NULL : total - others;
}

void
grant_totals_fill(const struct rows *sites, const char *site_id, struct grant_in *in)
{
    in->total_vcpus = in->total_memory_mb = in->total_servers = INT_NULL;
    for (size_t i = 0; i < sites->n; i++) {
        const struct site_seen *site = sites->items[i];

        if (str_eq(site->site, site_id)) {
            in->total_vcpus = total_of(site->vcpus, site->vcpus_used, site->vcpus_ours);
            in->total_memory_mb =
                total_of(site->memory_mb, site->memory_mb_used, site->memory_mb_ours);
            in->total_servers = total_of(site->servers, site->servers_used, site->servers_ours);
        }
    }
}

void
ns_totals_fill(const struct rows *sites, const char *site_id, struct vnf_in *in)
{
    struct grant_in totals = {0};

    grant_totals_fill(sites, site_id, &totals);
    in->total_vcpus = totals.total_vcpus;
    in->total_memory_mb = totals.total_memory_mb;
    in->total_servers = totals.total_servers;
}
