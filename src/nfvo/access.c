/* How external artifacts of a package are got (SOL005 9.4.4a).  A row is another one whenever anything of it
 * is: what was got by it is got anew then, and nothing else. */
#include "base/vec.h"
#include "nfvo/outside.h"

struct err *
access_list(struct tx *tx, const char *package_id, struct rows *rows)
{
    struct cond owned[] = {COND("owner_id", package_id), {0}};
    struct query query = {.table = &package_access_table, .conds = owned};

    return rows_select(tx, &query, rows);
}

/* ---- the request --------------------------------------------------------------------------- */

static struct err *
artifact_check(const struct external_access_config *config, size_t i)
{
    const struct external_access *access = config->artifacts.items[i];
    struct err *faults = NULL;

    for (size_t j = 0; j < i; j++) {
        const struct external_access *other = config->artifacts.items[j];

        if (str_eq(access->uri, other->uri)) {
            faults = err_join(faults, err_new(E_UNPROCESSABLE, NULL, "artifact[%zu]: artifactUri %s is that "
                                              "of artifact[%zu]", i, access->uri, j));
            break;
        }
    }
    if ((access->auth_type != NULL) != (access->oauth2.n > 0)) {
        faults = err_join(faults, err_new(E_UNPROCESSABLE, NULL,
                                          "artifact[%zu]: authType and paramsOauth2ClientCredentials are "
                                          "given together or not at all", i));
    }
    return faults;
}

static struct err *
config_check(const struct external_access_config *config)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < config->artifacts.n; i++) {
        faults = err_join(faults, artifact_check(config, i));
    }
    return faults;
}

/* The package as the caller may change it now. */
static struct err *
package_get(struct tx *tx, struct op *op, const char *id, struct vnf_package **package)
{
    void *row;

    TRY(resource_get(tx, op, id, &row));
    *package = row;
    if (!str_eq((*package)->project_id, op->caller->project_id)) {
        return err_new(E_NOT_FOUND, NULL, "vnf_package %s could not be found", id);
    }
    TRY(resource_revision_check(op, row));
    if (!str_eq((*package)->onboarding_state, "CREATED") &&
        !str_eq((*package)->onboarding_state, "ERROR")) {
        return err_new(E_CONFLICT, NULL,
                       "how external artifacts of %s are got cannot be said while its state is %s: only in "
                       "CREATED and ERROR", id, (*package)->onboarding_state);
    }
    return NULL;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static struct package_access *
row_of(struct tx *tx, const struct vnf_package *package, const struct external_access *access)
{
    struct package_access *row = row_new(tx_mem(tx), &package_access_table);
    const struct external_oauth2 *oauth2 = access->oauth2.n ? access->oauth2.items[0] : NULL;

    row->project_id = package->project_id;
    row->owner_id = package->id;
    row->uri = access->uri;
    row->override_uri = access->override_uri;
    row->auth_type = access->auth_type;
    if (oauth2) {
        row->client = oauth2->client;
        row->secret = oauth2->password;
        row->token_endpoint = oauth2->endpoint;
    }
    return row;
}

static bool
is_same(const struct package_access *a, const struct package_access *b)
{
    return str_eq(a->uri, b->uri) && str_eq(a->override_uri, b->override_uri) &&
           str_eq(a->auth_type, b->auth_type) && str_eq(a->client, b->client) &&
           str_eq(a->secret, b->secret) && str_eq(a->token_endpoint, b->token_endpoint);
}

static bool
has_same(const struct rows *rows, const struct package_access *row)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (is_same(rows->items[i], row)) {
            return true;
        }
    }
    return false;
}

static struct err *
rows_set(struct tx *tx, const struct rows *old, const struct rows *wanted)
{
    for (size_t i = 0; i < old->n; i++) {
        const struct package_access *row = old->items[i];

        if (!has_same(wanted, row)) {
            TRY(row_delete(tx, &package_access_table, row->id));
        }
    }
    for (size_t i = 0; i < wanted->n; i++) {
        if (!has_same(old, wanted->items[i])) {
            TRY(row_insert(tx, wanted->items[i]));
        }
    }
    return row_touch(tx, &vnf_package_table,
                     ((const struct package_access *)(wanted->n ? wanted : old)->items[0])->owner_id);
}

/* ---- again --------------------------------------------------------------------------------- */

static struct err *
onboard_again(struct tx *tx, struct nfvo *nfvo, const char *id)
{
    struct onboard_in *in = row_new(tx_mem(tx), &onboard_in_table);
    struct flow_start start = {.type = &package_onboard_flow, .in = in};
    struct vnf_package *old, *row;

    TRY(row_get(tx, &vnf_package_table, id, &old));
    row = row_copy(tx_mem(tx), old);
    row->onboarding_state = "UPLOADING"; /* SOL005 9.4.4a.3.4 */
    row->failure = NULL;
    TRY(row_update(tx, old, row));
    in->id = row->id;
    in->project_id = row->project_id;
    in->path = mem_printf(tx_mem(tx), "%s/content", row->id);
    in->sha256 = row->sha256;
    start.project_id = row->project_id;
    return flow_start(tx, nfvo->engine, &start, NULL);
}

struct err *
access_set(struct tx *tx, struct op *op, const char *id, const struct external_access_config *config,
           bool *again)
{
    struct vnf_package *package = NULL;
    struct rows old, wanted = {.items = MEM_ARRAY(tx_mem(tx), config->artifacts.n + 1, void *)};

    TRY(package_get(tx, op, id, &package));
    TRY(config_check(config));
    TRY(access_list(tx, id, &old));
    for (size_t i = 0; i < config->artifacts.n; i++) {
        wanted.items[wanted.n++] = row_of(tx, package, config->artifacts.items[i]);
    }
    if (old.n || wanted.n) {
        TRY(rows_set(tx, &old, &wanted));
    }
    *again = str_eq(package->onboarding_state, "ERROR") && package->sha256;
    return *again ? onboard_again(tx, op->user, id) : NULL;
}
