/* Users, projects, roles, tokens: who may call.  Used by a site and by the
 * orchestrator, each with its own.  Knows nothing of HTTP. */
#ifndef CARRICK_IDENTITY_IDENTITY_H
#define CARRICK_IDENTITY_IDENTITY_H

#include "resource/resource.h"
#include "sys/thread.h"

/* ---- rows ------------------------------------------------------------------- */

#define ATTR ATTR_MEMBER
struct domain {
    struct row row;
#include "identity/domain.tbl"
};
struct project {
    struct row row;
#include "identity/project.tbl"
};
struct user {
    struct row row;
#include "identity/user.tbl"
};
struct role {
    struct row row;
#include "identity/role.tbl"
};
struct role_assignment {
    struct row row;
#include "identity/role_assignment.tbl"
};
struct implied_role {
    struct row row;
#include "identity/implied_role.tbl"
};
struct revoked_token {
    struct row row;
#include "identity/revoked_token.tbl"
};
#undef ATTR

extern const struct table domain_table, project_table, user_table, role_table,
    role_assignment_table, implied_role_table, revoked_token_table;
/* All of them, parents first; null-terminated, for store_config. */
extern const struct table *const identity_tables[];
extern const struct resource domain_resource, project_resource, user_resource, role_resource;
/* Rules of the resources above, for policy_new. */
extern const struct policy_rule identity_rules[];
extern const size_t identity_n_rules;

/* ---- the service -------------------------------------------------------------- */

/* A service of the catalog.  'url' is absolute, or begins with "/" and is then
 * below the address that the client used. */
struct identity_endpoint {
    const char *type, *name, *url; /* "network", "neutron", "/network" */
};

struct identity_config {
    struct store *store;
    const char *key_file;      /* signing key of tokens, PEM; made (0600) where absent */
    const char *region;        /* null = "RegionOne" */
    const struct identity_endpoint *endpoints; /* borrowed */
    size_t n_endpoints;
    int hash_cost;             /* bcrypt cost of passwords, 0 = 12 */
    int hash_threads;          /* hashing at once, 0 = 2; up to 32 wait, more are E_BUSY */
    int64_t token_s;           /* life of a token, 0 = 3600 */
};

struct identity;
/* E_UNAVAILABLE where the key cannot be read or made. */
struct err *identity_new(const struct identity_config *config, struct identity **identity) MUST_USE;
void identity_free(struct identity *identity);
struct store *identity_store(const struct identity *identity);
const char *identity_region(const struct identity *identity);
const struct identity_endpoint *identity_endpoints(const struct identity *identity, size_t *n);
/* The pool that hashes: for rest_config.pool and for logins. */
struct pool *identity_pool(const struct identity *identity);

/* What the first start makes: domain "default", roles admin > member > reader,
 * project and user admin.  A later start only refreshes the clouds file, or takes
 * what password_file ".new" says: from then on that is the administrator's password, its user is
 * enabled, and tokens that it had are void. */
#define IDENTITY_NEW_PASSWORD ".new"
struct identity_first {
    const char *cloud;         /* name of the entry in the clouds file: "east" */
    const char *auth_url;      /* "http://127.0.0.1:5000/identity/v3" */
    const char *password_file; /* 0600; its password is random ... */
    const char *clouds_file;   /* 0600 clouds.yaml, or null */
    const char *ca_file;       /* its cacert, or null = the system's */
    const char *password;      /* ... unless this is given (tests) */
};
struct err *identity_bootstrap(struct identity *identity, const struct identity_first *first) MUST_USE;

/* The text of a file of signing keys (config.key_file) with a new key, and behind it the newest of
 * 'now' (null accepted), by which tokens are still verified; in 'mem'.  E_UNAVAILABLE where 'now' is no
 * such file. */
struct err *identity_key_renew(struct mem *mem, const char *now, const char **text) MUST_USE;

/* ---- passwords ------------------------------------------------------------------ */

/* bcrypt ($2b$) of 'password' in 'mem'.  Takes a quarter of a second at cost 12: on a pool. */
struct err *identity_hash(const struct identity *identity, struct mem *mem, const char *password,
                          const char **hash) MUST_USE;
/* Equal time for a null hash (an unknown user). */
bool identity_hash_matches(const struct identity *identity, const char *hash, const char *password);

/* ---- logins and tokens ------------------------------------------------------------ */

enum identity_scope { SCOPE_NONE, SCOPE_PROJECT, SCOPE_DOMAIN };
enum identity_method { METHOD_PASSWORD = 1, METHOD_TOKEN = 2 };

/* A request for a token; nulls for what is not given. */
struct identity_login {
    int methods;               /* enum identity_method; both are checked where both are asked */
    const char *user_id, *user_name, *user_domain_id, *user_domain_name;
    const char *client;        /* instead of these: a user's id, or a name in the domain "default" */
    const char *password;
    const char *token;
    bool unscoped;             /* asked to be unscoped: no default project */
    enum identity_scope scope;
    const char *scope_id, *scope_name, *scope_domain_id, *scope_domain_name;
};

struct identity_role {
    const char *id, *name;
};

/* A token and all that is said of it.  Lives in the arena it was made in. */
struct identity_token {
    const char *text;          /* what the client carries */
    int methods;
    int64_t issued_us, expires_us;
    const char *audit_id, *parent_audit_id; /* base64, 22 characters; parent null without */
    const char *user_id, *user_name, *user_domain_id, *user_domain_name;
    enum identity_scope scope;
    const char *project_id, *project_name;  /* SCOPE_PROJECT */
    const char *domain_id, *domain_name;    /* SCOPE_DOMAIN's, or the project's */
    const struct identity_role *roles;      /* implied ones included */
    size_t n_roles;
};

/* Checks the credentials and issues a token.  Hashes on this thread where a
 * password is given.  E_UNAUTHENTICATED never says which part was wrong. */
struct err *identity_login(struct identity *identity, const struct identity_login *login,
                           struct mem *mem, struct identity_token *token) MUST_USE;
/* All that is said of a token; E_UNAUTHENTICATED where it is forged, over, revoked, or its user,
 * scope or roles are gone or disabled. */
struct err *identity_validate(struct identity *identity, const char *text, struct mem *mem,
                              struct identity_token *token) MUST_USE;
/* Token -> caller, as rest_config.authenticate asks.  A token seen before is
 * answered from memory until anything in identity changes. */
struct err *identity_caller(void *identity, const char *token, struct mem *mem,
                            struct caller *caller) MUST_USE;
/* A client (identity_login.client) and its password with every request -> caller in its default
 * project.  identity_proved answers from memory: false where these two were not proved within the
 * last minute, or anything has ended the token of that proof since.  identity_prove hashes on this
 * thread and remembers: E_UNAUTHENTICATED never says which part was wrong; E_FORBIDDEN where the
 * client has no role in a default project. */
bool identity_proved(void *identity, const char *client, const char *password, struct mem *mem,
                     struct caller *caller);
struct err *identity_prove(void *identity, const char *client, const char *password,
                           struct mem *mem, struct caller *caller) MUST_USE;
/* A client (identity_login.client) whose certificate proves the name -> caller in its default
 * project, as rest_config.certified asks; E_UNAUTHENTICATED where nobody is called so or he is
 * disabled, E_FORBIDDEN as above. */
struct err *identity_certified(void *identity, const char *client, struct mem *mem,
                               struct caller *caller) MUST_USE;
/* Revokes a token: from the commit on it is refused. */
struct err *identity_revoke(struct tx *tx, const struct identity_token *token) MUST_USE;
/* After the commit of any change of users, projects, domains, roles, assignments, revocations. */
void identity_changed(struct identity *identity);
/* Whether identity_changed is called for what other processes change, too: while not, callers are read from the
 * rows each time.  Any thread. */
void identity_hears(struct identity *identity, bool hears);

/* ---- grants ------------------------------------------------------------------------ */

/* Roles of a user in a scope, implied ones too. */
struct err *identity_roles(struct tx *tx, const char *user_id, enum identity_scope scope,
                           const char *scope_id, const struct identity_role **roles,
                           size_t *n) MUST_USE;
/* Gives a role; having it already is fine.  E_NOT_FOUND names what is not there. */
struct err *identity_grant(struct tx *tx, const char *user_id, enum identity_scope scope,
                           const char *scope_id, const char *role_id) MUST_USE;
/* E_NOT_FOUND where the user does not have it. */
struct err *identity_ungrant(struct tx *tx, const char *user_id, enum identity_scope scope,
                             const char *scope_id, const char *role_id) MUST_USE;
struct err *identity_has_grant(struct tx *tx, const char *user_id, enum identity_scope scope,
                               const char *scope_id, const char *role_id) MUST_USE;

#endif
