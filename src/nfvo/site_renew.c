/* The certificates of sites that have joined are renewed while they are good: the site is asked, its request
 * signed as its invitation said, and the certificate put there. */
#include "nfvo/site_renew.h"

#include "base/log.h"
#include "http/authority.h"
#include "http/client.h"
#include "nfvo/invitation.h"

#include <string.h>

#define ASK_MS 5000

/* The invitation by which the site joined last, null where it did not. */
struct finding {
    struct mem *mem;
    const char *site_id;
    struct site_invitation *found;
};

static struct err *
find(struct tx *tx, void *arg)
{
    struct finding *finding = arg;
    struct cond of_site[] = {COND("site_id", finding->site_id), {.attr = "joined_at", .op = COND_NOT_NULL}, {0}};
    struct sort newest[] = {{"joined_at", true}, {0}};
    struct query query = {.table = &site_invitation_table, .conds = of_site, .sorts = newest, .limit = 1};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    finding->found = rows.n ? row_copy(finding->mem, rows.items[0]) : NULL;
    return NULL;
}

static struct err *
ask(const struct nfvo *nfvo, struct mem *mem, const char *url, const char *body, const struct json **json)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct http_client_config config = {.tls = nfvo->tls};
    struct http_request request = {.method = body ? "PUT" : "GET", .url = url, .headers = headers, .body = body,
                                   .body_len = body ? strlen(body) : 0, .body_fd = -1,
                                   .connect_timeout_ms = ASK_MS, .timeout_ms = ASK_MS};
    struct http_answer answer;

    *json = NULL;
    TRY(http_fetch(mem, &config, &request, &answer));
    if (answer.status == 404 && !body) {
        return NULL; /* A version that has no such thing. */
    }
    if (answer.status >= 300) {
        return err_new(E_REMOTE, NULL, "%s %s answered %d: %.*s", request.method, url, answer.status,
                       (int)(answer.body_len < 500 ? answer.body_len : 500), answer.body);
    }
    return body ? NULL : json_parse(mem, answer.body, answer.body_len, json);
}

static struct err *
renew(const struct nfvo *nfvo, struct mem *mem, const struct site_invitation *invitation, const char *url,
      const char *request)
{
    char id[AUTHORITY_FINGERPRINT];
    const char *certificate, *authority;
    const struct json *none;
    AUTO_BUF body = BUF_INIT;
    struct jw w = jw_to(&body);

    TRY(authority_request_id(request, id));
    if (!str_eq(id, invitation->key_digest)) {
        return err_new(E_CONFLICT, NULL, "it asks with another key than it joined with: invite it again");
    }
    TRY(invitation_sign(nfvo, mem, invitation, request, &certificate, &authority));
    jw_object(&w, NULL);
    jw_str(&w, "certificate", certificate);
    jw_end(&w);
    TRY(ask(nfvo, mem, url, body.data, &none));
    log_info("nfvo", "site=%s certificate=renewed", invitation->name);
    return NULL;
}

struct err *
site_renew(const struct nfvo *nfvo, struct mem *mem, const struct site *site)
{
    struct finding finding = {.mem = mem, .site_id = site->id};
    const struct json *told;
    const char *request, *url;
    size_t n;

    if (!nfvo->authority_key || !str_starts(site->auth_url, "https://")) {
        return NULL;
    }
    TRY(store_read(nfvo->store, find, &finding));
    if (!finding.found) {
        return NULL;
    }
    n = strlen("https://") + strcspn(site->auth_url + strlen("https://"), "/");
    url = mem_printf(mem, "%.*s/carrick/v1/certificate", (int)n, site->auth_url);
    TRY(ask(nfvo, mem, url, NULL, &told));
    request = json_get_str(told, "request");
    return request ? renew(nfvo, mem, finding.found, url, request) : NULL;
}
