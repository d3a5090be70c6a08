/* Credentials into tokens, tokens into what is said of them.  Rows are read in
 * one snapshot each time: a role taken away is gone at once. */
#include "base/uuid.h"
#include "identity/service.h"

#include <string.h>

/* One sentence for everything that can be wrong with a login. */
static struct err *
refused(void)
{
    return err_new(E_UNAUTHENTICATED, "Unauthorized",
                   "The request you have made requires authentication.");
}

/* 'e' where it is a trouble of ours; what is missing is a refusal. */
static struct err *
refused_if_missing(struct err *e)
{
    if (err_is(e, E_NOT_FOUND)) {
        err_free(e);
        return refused();
    }
    return e;
}

/* ---- who ------------------------------------------------------------------------ */

struct user_lookup {
    const struct identity_login *login;
    struct mem *mem;
    const char *id, *hash; /* null where there is no such user, or he is disabled */
};

/* Id of a domain named by id or name; null where there is none or nothing was said. */
static struct err *
find_domain(struct tx *tx, const char *id, const char *name, const char **found)
{
    struct cond conds[] = {COND("name", name), {0}};
    struct domain *domain = NULL;

    if (id || !name) {
        *found = id;
        return NULL;
    }
    TRY(row_find(tx, &domain_table, conds, &domain));
    *found = domain ? domain->id : NULL;
    return NULL;
}

static struct err *
find_named(struct tx *tx, const struct table *table, const char *id, const char *name,
           const char *domain_id, void *row)
{
    struct cond by_id[] = {COND("id", id), {0}};
    struct cond by_name[] = {COND("name", name), COND("domain_id", domain_id), {0}};

    if (!id && (!name || !domain_id)) {
        *(void **)row = NULL;
        return NULL;
    }
    return row_find(tx, table, id ? by_id : by_name, row);
}

/* Who has one word for himself; an id goes before a name that is the same. */
static struct err *
find_client(struct tx *tx, const char *client, struct user **user)
{
    TRY(find_named(tx, &user_table, client, NULL, NULL, user));
    return *user ? NULL : find_named(tx, &user_table, NULL, client, IDENTITY_DOMAIN, user);
}

static struct err *
find_person(struct tx *tx, const struct identity_login *login, struct user **user)
{
    const char *domain_id;

    if (login->client) {
        return find_client(tx, login->client, user);
    }
    TRY(find_domain(tx, login->user_domain_id, login->user_domain_name, &domain_id));
    return find_named(tx, &user_table, login->user_id, login->user_name, domain_id, user);
}

static struct err *
find_user(struct tx *tx, void *arg)
{
    struct user_lookup *lookup = arg;
    struct domain *domain;
    struct user *user;

    lookup->id = lookup->hash = NULL;
    TRY(find_person(tx, lookup->login, &user));
    if (!user || !user->enabled) {
        return NULL;
    }
    TRY(row_get(tx, &domain_table, user->domain_id, &domain));
    if (domain->enabled) {
        lookup->id = mem_str(lookup->mem, user->id);
        lookup->hash = mem_str(lookup->mem, user->password_hash);
    }
    return NULL;
}

static struct err *
check_password(struct identity *identity, const struct identity_login *login, struct mem *mem,
               const char **user_id)
{
    struct user_lookup lookup = {.login = login, .mem = mem};

    TRY(store_read(identity->config.store, find_user, &lookup));
    if (!login->password || !identity_hash_matches(identity, lookup.hash, login->password)) {
        return refused();
    }
    *user_id = lookup.id;
    return NULL;
}

/* ---- what a token says ------------------------------------------------------------- */

struct description {
    struct mem *mem;
    const struct claims *claims;
    struct identity_token *token;
};

static struct err *
describe_user(struct tx *tx, struct description *d)
{
    struct identity_token *t = d->token;
    struct domain *domain;
    struct user *user;

    TRY(refused_if_missing(row_get(tx, &user_table, d->claims->user_id, &user)));
    TRY(refused_if_missing(row_get(tx, &domain_table, user->domain_id, &domain)));
    if (!user->enabled || !domain->enabled ||
        (user->tokens_since != TIME_NULL && d->claims->issued_us < user->tokens_since)) {
        return refused();
    }
    t->user_id = mem_str(d->mem, user->id);
    t->user_name = mem_str(d->mem, user->name);
    t->user_domain_id = mem_str(d->mem, domain->id);
    t->user_domain_name = mem_str(d->mem, domain->name);
    return NULL;
}

static struct err *
describe_domain(struct tx *tx, struct description *d, const char *id)
{
    struct domain *domain;

    TRY(refused_if_missing(row_get(tx, &domain_table, id, &domain)));
    if (!domain->enabled) {
        return refused();
    }
    d->token->domain_id = mem_str(d->mem, domain->id);
    d->token->domain_name = mem_str(d->mem, domain->name);
    return NULL;
}

static struct err *
describe_scope(struct tx *tx, struct description *d)
{
    const struct claims *c = d->claims;
    struct project *project;

    d->token->scope = c->scope;
    if (c->scope == SCOPE_DOMAIN) {
        return describe_domain(tx, d, c->scope_id);
    }
    TRY(refused_if_missing(row_get(tx, &project_table, c->scope_id, &project)));
    if (!project->enabled) {
        return refused();
    }
    d->token->project_id = mem_str(d->mem, project->id);
    d->token->project_name = mem_str(d->mem, project->name);
    return describe_domain(tx, d, project->domain_id);
}

static struct err *
describe_roles(struct tx *tx, struct description *d)
{
    const struct claims *c = d->claims;
    const struct identity_role *roles;
    struct identity_role *copy;
    size_t n;

    TRY(identity_roles(tx, c->user_id, c->scope, c->scope_id, &roles, &n));
    if (n == 0) {
        return refused();
    }
    copy = MEM_ARRAY(d->mem, n, struct identity_role);
    for (size_t i = 0; i < n; i++) {
        copy[i].id = mem_str(d->mem, roles[i].id);
        copy[i].name = mem_str(d->mem, roles[i].name);
    }
    d->token->roles = copy;
    d->token->n_roles = n;
    return NULL;
}

static struct err *
check_revoked(struct tx *tx, const struct claims *c)
{
    struct mem *mem = tx_mem(tx);
    const char *chain[2] = {base64_from(mem, c->audit, AUDIT_BYTES, true),
                            c->has_parent ? base64_from(mem, c->parent, AUDIT_BYTES, true) : NULL};

    for (size_t i = 0; i < 2 && chain[i]; i++) {
        struct cond conds[] = {COND("id", chain[i]), {0}};
        struct revoked_token *revoked;

        TRY(row_find(tx, &revoked_token_table, conds, &revoked));
        if (revoked) {
            return refused();
        }
    }
    return NULL;
}

static struct err *
describe(struct tx *tx, void *arg)
{
    struct description *d = arg;
    struct identity_token *t = d->token;
    const struct claims *c = d->claims;

    *t = (struct identity_token){.methods = c->methods,
                                 .issued_us = c->issued_us,
                                 .expires_us = c->expires_us,
                                 .audit_id = base64_from(d->mem, c->audit, AUDIT_BYTES, true)};
    if (c->has_parent) {
        t->parent_audit_id = base64_from(d->mem, c->parent, AUDIT_BYTES, true);
    }
    TRY(check_revoked(tx, c));
    TRY(describe_user(tx, d));
    if (c->scope == SCOPE_NONE) {
        return NULL;
    }
    TRY(describe_scope(tx, d));
    return describe_roles(tx, d);
}

static struct err *
read_claims(struct identity *identity, const char *text, struct mem *mem, struct claims *claims)
{
    TRY(claims_verify(&identity->keys, mem, text, claims));
    return claims->expires_us <= time_now_us() ? refused() : NULL;
}

struct err *
identity_validate(struct identity *identity, const char *text, struct mem *mem,
                  struct identity_token *token)
{
    uint64_t generation = atomic_load(&identity->generation);
    struct claims claims = {0};
    struct description d = {.mem = mem, .claims = &claims, .token = token};

    if (!atomic_load(&identity->is_deaf) && known_get(identity->known, text, generation, time_now_us(), mem, token)) {
        return NULL;
    }
    TRY(read_claims(identity, text, mem, &claims));
    TRY(store_read(identity->config.store, describe, &d));
    token->text = mem_str(mem, text);
    known_put(identity->known, generation, token);
    return NULL;
}

static void
caller_from(const struct identity_token *t, struct mem *mem, struct caller *c)
{
    *c = (struct caller){.user_id = t->user_id,
                         .user_name = t->user_name,
                         .user_domain_id = t->user_domain_id,
                         .project_id = t->project_id,
                         .project_name = t->project_name,
                         .domain_id = t->domain_id};
    c->roles.n = t->n_roles;
    c->roles.items = MEM_ARRAY(mem, t->n_roles + 1, const char *);
    for (size_t i = 0; i < t->n_roles; i++) {
        c->roles.items[i] = t->roles[i].name;
        c->is_admin |= strcmp(t->roles[i].name, "admin") == 0;
    }
}

struct err *
identity_caller(void *arg, const char *text, struct mem *mem, struct caller *caller)
{
    struct identity_token token = {0};

    TRY(identity_validate(arg, text, mem, &token));
    caller_from(&token, mem, caller);
    return NULL;
}

/* ---- issuing ------------------------------------------------------------------------- */

struct scoping {
    struct mem *mem;
    const struct identity_login *login;
    struct claims *claims;
    struct description *description;
};

/* No scope was asked: the user's default project, where he has a role in it. */
static struct err *
default_scope(struct tx *tx, struct scoping *s)
{
    const struct identity_role *roles;
    struct project *project;
    struct user *user;
    size_t n;

    TRY(refused_if_missing(row_get(tx, &user_table, s->claims->user_id, &user)));
    if (s->login->unscoped || !user->default_project_id) {
        return NULL;
    }
    TRY(find_named(tx, &project_table, user->default_project_id, NULL, NULL, &project));
    if (!project || !project->enabled) {
        return NULL;
    }
    TRY(identity_roles(tx, user->id, SCOPE_PROJECT, project->id, &roles, &n));
    if (n) {
        s->claims->scope = SCOPE_PROJECT;
        s->claims->scope_id = mem_str(s->mem, project->id);
    }
    return NULL;
}

static struct err *
find_scope(struct tx *tx, struct scoping *s)
{
    const struct identity_login *login = s->login;
    const char *domain_id;
    struct project *project;

    s->claims->scope = login->scope;
    s->claims->scope_id = NULL;
    if (login->scope == SCOPE_NONE) {
        return default_scope(tx, s);
    }
    if (login->scope == SCOPE_DOMAIN) {
        TRY(find_domain(tx, login->scope_id, login->scope_name, &domain_id));
        s->claims->scope_id = mem_str(s->mem, domain_id);
        return domain_id ? NULL : refused();
    }
    TRY(find_domain(tx, login->scope_domain_id, login->scope_domain_name, &domain_id));
    TRY(find_named(tx, &project_table, login->scope_id, login->scope_name, domain_id, &project));
    if (!project) {
        return refused();
    }
    s->claims->scope_id = mem_str(s->mem, project->id);
    return NULL;
}

/* One snapshot for both: what was found is what is said. */
static struct err *
scope_and_describe(struct tx *tx, void *arg)
{
    struct scoping *s = arg;

    TRY(find_scope(tx, s));
    return describe(tx, s->description);
}

/* A token bought with a token ends with it and names the first of its chain. */
static struct err *
from_token(struct identity *identity, const struct identity_login *login, struct mem *mem,
           struct claims *claims)
{
    struct identity_token before;
    const void *parent;
    size_t n;

    TRY(identity_validate(identity, login->token, mem, &before));
    if (claims->user_id && !str_eq(claims->user_id, before.user_id)) {
        return refused();
    }
    parent = base64_to(mem, str_or(before.parent_audit_id, before.audit_id), &n);
    if (!parent || n != AUDIT_BYTES) {
        return err_new(E_INTERNAL, NULL, "an audit id of %zu bytes", n);
    }
    claims->user_id = before.user_id;
    claims->methods |= before.methods | METHOD_TOKEN;
    claims->expires_us = before.expires_us;
    memcpy(claims->parent, parent, AUDIT_BYTES);
    claims->has_parent = true;
    return NULL;
}

static struct err *
check_methods(struct identity *identity, const struct identity_login *login, struct mem *mem,
              struct claims *claims)
{
    if (!login->methods) {
        return refused();
    }
    if (login->methods & METHOD_PASSWORD) {
        TRY(check_password(identity, login, mem, &claims->user_id));
        claims->methods |= METHOD_PASSWORD;
    }
    if (login->methods & METHOD_TOKEN) {
        TRY(login->token ? from_token(identity, login, mem, claims) : refused());
    }
    return NULL;
}

struct err *
identity_login(struct identity *identity, const struct identity_login *login, struct mem *mem,
               struct identity_token *token)
{
    struct claims claims = {.issued_us = time_now_us()};
    struct description d = {.mem = mem, .claims = &claims, .token = token};
    struct scoping scoping = {.mem = mem, .login = login, .claims = &claims, .description = &d};

    claims.expires_us = claims.issued_us + identity->config.token_s * 1000000;
    TRY(check_methods(identity, login, mem, &claims));
    random_bytes(claims.audit, sizeof claims.audit);
    TRY(store_read(identity->config.store, scope_and_describe, &scoping));
    return claims_sign(&identity->keys, mem, &claims, &token->text);
}

/* ---- passwords with every request ------------------------------------------------------- */

/* A request that names no project is for the default one. */
static struct err *
in_default_project(const struct identity_token *token)
{
    return token->scope == SCOPE_PROJECT
               ? NULL
               : err_new(E_FORBIDDEN, NULL, "the user has no role in a default project");
}

#define PROVED_US INT64_C(60000000)

bool
identity_proved(void *arg, const char *client, const char *password, struct mem *mem,
                struct caller *caller)
{
    struct identity *identity = arg;
    const char *token = proofs_get(identity->proofs, client, password, time_now_us(), mem);
    struct err *e = token ? identity_caller(identity, token, mem, caller) : refused();

    if (e) {
        err_ignore(e, "it has to be proved again");
        *caller = (struct caller){0};
    }
    return !e;
}

struct err *
identity_prove(void *arg, const char *client, const char *password, struct mem *mem,
               struct caller *caller)
{
    struct identity *identity = arg;
    struct identity_login login = {
        .methods = METHOD_PASSWORD, .client = client, .password = password};
    struct identity_token token = {0};

    TRY(identity_login(identity, &login, mem, &token));
    TRY(in_default_project(&token));
    proofs_put(identity->proofs, client, password, time_now_us() + PROVED_US, mem, token.text);
    caller_from(&token, mem, caller);
    return NULL;
}

/* ---- certificates ----------------------------------------------------------------------- */

/* The name is proved: who has it, and what he may, in one snapshot. */
static struct err *
certified(struct tx *tx, void *arg)
{
    struct scoping *s = arg;
    struct user_lookup lookup = {.login = s->login, .mem = s->mem};

    TRY(find_user(tx, &lookup));
    s->claims->user_id = lookup.id;
    return lookup.id ? scope_and_describe(tx, s) : refused();
}

struct err *
identity_certified(void *arg, const char *client, struct mem *mem, struct caller *caller)
{
    struct identity *identity = arg;
    struct identity_login login = {.client = client};
    struct identity_token token = {0};
    struct claims claims = {.issued_us = time_now_us()};
    struct description d = {.mem = mem, .claims = &claims, .token = &token};
    struct scoping scoping = {.mem = mem, .login = &login, .claims = &claims, .description = &d};

    TRY(store_read(identity->config.store, certified, &scoping));
    TRY(in_default_project(&token));
    caller_from(&token, mem, caller);
    return NULL;
}

struct err *
identity_revoke(struct tx *tx, const struct identity_token *token)
{
    struct cond conds[] = {COND("id", token->audit_id), {0}};
    struct revoked_token *row;

    TRY(row_find(tx, &revoked_token_table, conds, &row));
    if (row) {
        return NULL;
    }
    row = row_new(tx_mem(tx), &revoked_token_table);
    row->id = token->audit_id;
    row->expires_at = token->expires_us;
    return row_insert(tx, row);
}
