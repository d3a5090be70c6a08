/* See invitation.h.  A token is known by its digest, used once, and for one key: who reads the
 * store, or sees a token that was used, has nothing.  What a certificate is for is said by who
 * invites, never by who asks. */
#include "nfvo/invitation.h"

#include "base/net.h"
#include "base/time.h"
#include "base/uuid.h"
#include "http/authority.h"
#include "nfvo/check.h"
#include "sys/file.h"

#include <string.h>

#define SECRET_BYTES 32
#define PEM_MAX ((size_t)1 << 20)
#define MINUTE_US INT64_C(60000000)

#define ATTR ATTR_ROW
#define TABLE_STRUCT site_invitation
static const struct attr site_invitation_attrs[] = {
#include "nfvo/site_invitation.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT join_certificate
static const struct attr join_certificate_attrs[] = {
#include "nfvo/join_certificate.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT join_site
static const struct attr join_site_attrs[] = {
#include "nfvo/join_site.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table site_invitation_table = {
    .name = "site_invitation",
    .doc = "Leave for one site to join.",
    TABLE(struct site_invitation, site_invitation_attrs),
};
const struct table join_certificate_table = {
    .name = "join_certificate",
    .doc = "A site that was invited asks for its certificate.",
    TABLE(struct join_certificate, join_certificate_attrs),
};
const struct table join_site_table = {
    .name = "join_site",
    .doc = "A site that was invited registers itself.",
    TABLE(struct join_site, join_site_attrs),
};

/* ---- the resource -------------------------------------------------------------------------- */

const char *
site_check_addresses(struct mem *mem, const struct attr *attr, void *value)
{
    const struct strs *addresses = value;

    for (size_t i = 0; i < addresses->n; i++) {
        struct ip ip;

        if (!ip_parse(addresses->items[i], &ip) && !host_is_name(addresses->items[i])) {
            return mem_printf(mem, "Invalid input for %s. Reason: '%s' is neither an address nor a "
                              "host name.", attr->name, addresses->items[i]);
        }
    }
    return NULL;
}

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct site_invitation *invitation = row;

    invitation->expires_at = tx_now(tx) + invitation->minutes * MINUTE_US;
    return owner_set(op, &invitation->project_id);
}

const struct resource site_invitation_resource = {
    .table = &site_invitation_table,
    .singular = "invitation",
    .plural = "invitations",
    .doc = "Invitations of sites: each lets one site join, once.",
    .flags = RESOURCE_NO_UPDATE,
    .rule_create = "admin_only", /* what it lets be signed is good for every project */
    .hooks = {.before_create = before_create},
};

/* ---- tokens -------------------------------------------------------------------------------- */

static struct err *
authority_read(const struct nfvo *nfvo, struct mem *mem, const char **cert, const char **key)
{
    char *text;

    if (!nfvo->authority_key) {
        return err_new(E_CONFLICT, NULL,
                       "this orchestrator signs no certificates: give it --authority-key, or register "
                       "the site with `carrick site add`");
    }
    TRY(file_read(mem, nfvo->tls.ca_file, PEM_MAX, &text, NULL));
    *cert = text;
    if (key) {
        TRY(file_read(mem, nfvo->authority_key, PEM_MAX, &text, NULL));
        *key = text;
    }
    return NULL;
}

struct err *
invitation_token(const struct nfvo *nfvo, struct mem *mem, struct site_invitation *invitation,
                 const char **token)
{
    char fingerprint[AUTHORITY_FINGERPRINT], digest[AUTHORITY_FINGERPRINT];
    uint8_t raw[SECRET_BYTES];
    const char *cert, *secret;

    TRY(authority_read(nfvo, mem, &cert, NULL));
    TRY(authority_fingerprint(cert, true, fingerprint));
    random_bytes(raw, sizeof raw);
    secret = base64_from(mem, raw, sizeof raw, true);
    TRY(authority_digest(secret, digest));
    invitation->token_digest = mem_str(mem, digest);
    *token = mem_printf(mem, "%s.%s", secret, fingerprint);
    return NULL;
}

static struct err *
invitation_of(struct tx *tx, const char *secret, struct site_invitation **invitation)
{
    char digest[AUTHORITY_FINGERPRINT];

    TRY(authority_digest(secret, digest));
    struct cond by_digest[] = {COND("token_digest", mem_str(tx_mem(tx), digest)), {0}};
    TRY(row_find(tx, &site_invitation_table, by_digest, invitation));
    return *invitation ? NULL
                       : err_new(E_FORBIDDEN, NULL,
                                 "there is no invitation with this token: it may have been withdrawn");
}

static struct err *
was_used(void)
{
    return err_new(E_CONFLICT, NULL, "this invitation was used: ask for another one");
}

struct err *
invitation_find(struct tx *tx, const char *secret, struct site_invitation **invitation)
{
    TRY(invitation_of(tx, secret, invitation));
    if ((*invitation)->joined_at != TIME_NULL) {
        return was_used();
    }
    if ((*invitation)->expires_at < tx_now(tx)) {
        return err_new(E_CONFLICT, NULL, "this invitation is over: ask for another one");
    }
    return NULL;
}

/* Host of an HTTPS URL, without brackets; null where it is none. */
static const char *
host_of(struct mem *mem, const char *url)
{
    static const char scheme[] = "https://";
    const char *host = url + strlen(scheme);

    if (!str_starts(url, scheme)) {
        return NULL;
    }
    return *host == '[' ? mem_strn(mem, host + 1, strcspn(host + 1, "]/"))
                        : mem_strn(mem, host, strcspn(host, ":/"));
}

static bool
is_invited(const struct site_invitation *invitation, const char *host)
{
    for (size_t i = 0; host && i < invitation->addresses.n; i++) {
        if (str_eq(invitation->addresses.items[i], host)) {
            return true;
        }
    }
    return false;
}

/* Who gave the site another name or address since has taken it from who joined. */
static bool
is_as_invited(struct tx *tx, const struct site_invitation *invitation, const struct site *site)
{
    return str_eq(site->name, invitation->name) &&
           is_invited(invitation, host_of(tx_mem(tx), site->auth_url));
}

struct err *
invitation_again(struct tx *tx, const char *secret, const char *request,
                 struct site_invitation **invitation, struct site **site)
{
    char digest[AUTHORITY_FINGERPRINT];
    struct site *there;

    *site = NULL;
    TRY(invitation_of(tx, secret, invitation));
    if ((*invitation)->joined_at == TIME_NULL) {
        return invitation_find(tx, secret, invitation);
    }
    /* It has no site where another one joined in its place, also where that is gone since. */
    if (!(*invitation)->site_id || !(*invitation)->key_digest ||
        (*invitation)->expires_at < tx_now(tx)) {
        return was_used();
    }
    TRY(authority_request_id(request, digest));
    if (!str_eq(digest, (*invitation)->key_digest)) {
        return was_used();
    }
    TRY(row_get(tx, &site_table, (*invitation)->site_id, &there));
    if (!is_as_invited(tx, *invitation, there)) {
        return was_used();
    }
    *site = there;
    return NULL;
}

struct err *
invitation_reopen(struct tx *tx, const char *secret, const char *request)
{
    struct site_invitation *old, *again;
    struct site *site;

    TRY(invitation_again(tx, secret, request, &old, &site));
    if (!site) {
        return NULL; /* Somebody else has. */
    }
    again = row_copy(tx_mem(tx), old);
    again->joined_at = TIME_NULL;
    return row_update(tx, old, again);
}

struct err *
invitation_bind(struct tx *tx, const char *secret, const char *request)
{
    char digest[AUTHORITY_FINGERPRINT];
    struct site_invitation *old, *invitation;

    TRY(authority_request_id(request, digest));
    TRY(invitation_find(tx, secret, &old));
    if (old->key_digest) {
        return str_eq(old->key_digest, digest)
                   ? NULL
                   : err_new(E_CONFLICT, NULL, "another key has had a certificate by this invitation: "
                                               "withdraw it unless that was you");
    }
    invitation = row_copy(tx_mem(tx), old);
    invitation->key_digest = mem_str(tx_mem(tx), digest);
    return row_update(tx, old, invitation);
}

struct err *
invitation_sign(const struct nfvo *nfvo, struct mem *mem, const struct site_invitation *invitation,
                const char *request, const char **certificate, const char **authority)
{
    const char **hosts = MEM_ARRAY(mem, invitation->addresses.n + 1, const char *);
    struct authority_leaf leaf = {.name = invitation->name, .hosts = hosts};
    const char *key;

    for (size_t i = 0; i < invitation->addresses.n; i++) {
        hosts[i] = invitation->addresses.items[i];
    }
    TRY(authority_read(nfvo, mem, authority, &key));
    return authority_sign(mem, *authority, key, request, &leaf, certificate);
}

/* ---- the site -------------------------------------------------------------------------------- */

struct err *
invitation_proof(const struct join_site *given, char name[AUTHORITY_FINGERPRINT])
{
    const char *const parts[] = {given->token,    given->auth_url, str_or(given->region, ""),
                                 given->username, given->password, given->project_name};
    AUTO_BUF text = BUF_INIT;
    struct err *e;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        buf_printf(&text, "%zu:%s", strlen(parts[i]), parts[i]);
    }
    e = authority_digest(text.data, name);
    explicit_bzero(text.data, text.len);
    return e;
}

/* Who has the token only has not the key. */
static struct err *
proof_check(const struct site_invitation *invitation, const struct join_site *given)
{
    char wanted[AUTHORITY_FINGERPRINT], key[AUTHORITY_FINGERPRINT], name[AUTHORITY_NAME_MAX + 1];

    TRY(authority_request_id(given->proof, key));
    TRY(authority_request_name(given->proof, name));
    TRY(invitation_proof(given, wanted));
    return str_eq(invitation->key_digest, key) && str_eq(name, wanted)
               ? NULL
               : err_new(E_FORBIDDEN, NULL, "the registration is not signed by the key that this invitation had a certificate "
                         "signed for: `carrick site join` does both");
}

struct err *
invitation_site(const struct nfvo *nfvo, struct mem *mem, const struct site_invitation *invitation,
                const struct join_site *given, struct site **out)
{
    struct site *site;

    TRY(proof_check(invitation, given));
    if (!is_invited(invitation, host_of(mem, given->auth_url))) {
        return err_new(E_INVALID, NULL,
                       "%s: not an HTTPS URL at an address that the invitation of %s is for",
                       given->auth_url, invitation->name);
    }
    site = row_new(mem, &site_table);
    site->name = invitation->name;
    site->auth_url = given->auth_url;
    site->region = given->region;
    site->username = given->username;
    site->password = given->password;
    site->project_name = given->project_name;
    site->user_domain_name = site->project_domain_name = "Default";
    TRY(site_probe(nfvo, mem, site, &site->version));
    site->status = "UP";
    site->checked_at = time_now_us();
    *out = site;
    return NULL;
}

/* What a site of that name is now; what was said of it otherwise stays. */
static struct err *
site_replace(struct tx *tx, const struct site *old, const struct site *site, struct site **made)
{
    *made = row_copy(tx_mem(tx), old);
    (*made)->auth_url = site->auth_url;
    (*made)->region = site->region;
    (*made)->username = site->username;
    (*made)->password = site->password;
    (*made)->project_name = site->project_name;
    (*made)->user_domain_name = site->user_domain_name;
    (*made)->project_domain_name = site->project_domain_name;
    (*made)->status = site->status;
    (*made)->version = site->version;
    (*made)->last_error = NULL;
    (*made)->checked_at = site->checked_at;
    return row_update(tx, old, *made);
}

/* Others that it was registered by are good no more. */
static struct err *
others_end(struct tx *tx, const char *site_id)
{
    struct cond of_site[] = {COND("site_id", site_id), {0}};
    struct query query = {.table = &site_invitation_table, .conds = of_site};
    struct rows rows;

    TRY(rows_select(tx, &query, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        struct site_invitation *other = row_copy(tx_mem(tx), rows.items[i]);

        other->site_id = NULL;
        TRY(row_update(tx, rows.items[i], other));
    }
    return NULL;
}

struct err *
invitation_use(struct tx *tx, struct op *op, const char *secret, const struct site *site,
               struct site **made)
{
    struct site_invitation *old, *used;
    struct site *there;

    TRY(invitation_find(tx, secret, &old));
    struct cond by_name[] = {COND("project_id", old->project_id), COND("name", old->name), {0}};
    TRY(row_find(tx, &site_table, by_name, &there));
    if (there) {
        TRY(site_replace(tx, there, site, made));
    } else {
        /* In the name of the project that invited it. */
        const struct caller inviter = {.project_id = old->project_id, .is_internal = true};
        struct op create = *op;
        void *row;

        create.caller = &inviter;
        create.resource = &site_resource;
        TRY(resource_create(tx, &create, site, &row));
        *made = row;
    }
    TRY(others_end(tx, (*made)->id));
    TRY(row_get(tx, &site_invitation_table, old->id, &old));
    used = row_copy(tx_mem(tx), old);
    used->joined_at = tx_now(tx);
    used->site_id = (*made)->id;
    return row_update(tx, old, used);
}
