/* Sites as resources, how the driver learns of them, and the check that makes a
 * site UP: really getting a token with the credentials given. */
#include "base/version.h"
#include "http/client.h"
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/vnfm.h"

#include <string.h>

#define PROBE_MS 5000

/* ---- the resource -------------------------------------------------------------------- */

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct site *site = row;

    (void)tx;
    return owner_set(op, &site->project_id);
}

/* What an operation under way has made is noted when it ends: until then its sites stay. */
static struct err *
operations_check(struct tx *tx, const struct site *site)
{
    struct cond open[] = {COND("project_id", site->project_id),
                          {.attr = "operation_state", .texts = lcm_open_states},
                          {0}};
    struct ns_lcm_op_occ *ns = NULL;
    struct vnf_lcm_op_occ *vnf = NULL;

    TRY(row_find(tx, &vnf_lcm_op_occ_table, open, &vnf));
    TRY(row_find(tx, &ns_lcm_op_occ_table, open, &ns));
    if (vnf || ns) {
        return err_new(E_IN_USE, NULL, "operation %s may use site %s and is %s",
                       ns ? ns->id : vnf->id, site->name,
                       ns ? ns->operation_state : vnf->operation_state);
    }
    return NULL;
}

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct site *site = row;
    struct cond at_site[] = {COND("site_id", site->id), {0}};
    struct query query = {.table = &holding_table, .conds = at_site};
    int64_t n;

    (void)op;
    TRY(rows_count(tx, &query, &n));
    if (n > 0) {
        return err_new(E_IN_USE, NULL, "%lld things of network services are at site %s",
                       (long long)n, site->name);
    }
    return operations_check(tx, site);
}

static struct err *
before_show(struct tx *tx, struct op *op, void **rows, size_t n)
{
    (void)op;
    for (size_t i = 0; i < n; i++) {
        struct site *site = rows[i];

        TRY(grant_claims_of(tx, site->id, &site->claimed));
    }
    return NULL;
}

const struct resource site_resource = {
    .table = &site_table,
    .singular = "site",
    .plural = "sites",
    .doc = "OpenStack sites that network functions are placed on.",
    .rule_create = "writer",
    .hooks = {.before_create = before_create,
              .before_delete = before_delete,
              .before_show = before_show},
};

struct err *
site_password_check(const struct site *site)
{
    return site->password && !*site->password /* SEAL_LOST */
               ? err_new(E_UNPROCESSABLE, NULL, "the password of user \"%s\" was lost with the sealing key: give it again "
                         "(carrick site set %s --credentials FILE)", site->username, site->name)
               : NULL;
}

struct err *
site_for_vim(struct tx *tx, const char *site_id, struct vim_site *out)
{
    struct site *site;

    TRY(row_get(tx, &site_table, site_id, &site));
    TRY_MSG(site_password_check(site), "site %s", site->name);
    *out = (struct vim_site){
        .id = site->id,
        .name = site->name,
        .auth_url = site->auth_url,
        .username = site->username,
        .password = site->password,
        .user_domain = site->user_domain_name,
        .project_domain = site->project_domain_name,
        .project = site->project_name,
        .region = site->region,
        .max_calls = (int)site->max_calls,
    };
    return NULL;
}

/* ---- the probe ------------------------------------------------------------------------- */

static void
named(struct jw *w, const char *key, const char *name)
{
    jw_object(w, key);
    jw_str(w, "name", name);
    jw_end(w);
}

static void
probe_body(const struct site *site, struct buf *out)
{
    struct jw w = jw_to(out);

    jw_object(&w, NULL);
    jw_object(&w, "auth");
    jw_object(&w, "identity");
    jw_array(&w, "methods");
    jw_str(&w, NULL, "password");
    jw_end(&w);
    jw_object(&w, "password");
    jw_object(&w, "user");
    jw_str(&w, "name", site->username);
    jw_str(&w, "password", site->password);
    named(&w, "domain", site->user_domain_name);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_object(&w, "scope");
    jw_object(&w, "project");
    jw_str(&w, "name", site->project_name);
    named(&w, "domain", site->project_domain_name);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
}

static const char *
probe_url(struct mem *mem, const char *auth_url)
{
    size_t n = strlen(auth_url);

    while (n && auth_url[n - 1] == '/') {
        n--;
    }
    if (n > 3 && !strncmp(auth_url + n - 3, "/v3", 3)) {
        n -= 3;
    }
    return mem_printf(mem, "%.*s/v3/auth/tokens", (int)n, auth_url);
}

/* What of the services that operations need the catalog lacks, or null. */
static const char *
catalog_lack(const struct json *token)
{
    static const char *const needed[] = {"network", "compute", "image"};
    const struct json *catalog = json_path(token, "token.catalog");

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool found = false;

        json_each (catalog, j) {
            found = found || str_eq(json_get_str(catalog->items[j], "type"), needed[i]);
        }
        if (!found) {
            return needed[i];
        }
    }
    return NULL;
}

struct err *
site_probe(const struct nfvo *nfvo, struct mem *mem, const struct site *site, const char **version)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    AUTO_BUF body = BUF_INIT;
    struct http_client_config config = {.tls = nfvo->tls};
    struct http_answer answer;
    const struct json *json;

    TRY_MSG(site_password_check(site), "site %s", site->name);
    probe_body(site, &body);
    struct http_request request = {
        .method = "POST",
        .url = probe_url(mem, site->auth_url),
        .headers = headers,
        .body = body.data,
        .body_len = body.len,
        .body_fd = -1,
        .connect_timeout_ms = PROBE_MS,
        .timeout_ms = PROBE_MS,
    };
    TRY_MSG(http_fetch(mem, &config, &request, &answer), "site %s", site->name);
    if (answer.status == 401 || answer.status == 403) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "site %s: POST %s answered %d: the site refuses user \"%s\" of project "
                       "\"%s\"; check username, password, project and domains",
                       site->name, request.url, answer.status, site->username, site->project_name);
    }
    if (answer.status != 201) {
        return err_new(E_UNPROCESSABLE, NULL,
                       "site %s: POST %s answered %d: is auth_url that of a Keystone v3?",
                       site->name, request.url, answer.status);
    }
    TRY_MSG(json_parse(mem, answer.body, answer.body_len, &json), "site %s", site->name);
    if (catalog_lack(json)) {
        return err_new(E_UNPROCESSABLE, NULL, "the catalog of site %s has no %s service",
                       site->name, catalog_lack(json));
    }
    *version = mem_str(mem, version_told(http_answer_header(&answer, VERSION_HEADER)));
    return NULL;
}
