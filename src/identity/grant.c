/* Who has which role where, and what a role brings with it. */
#include "base/uuid.h"
#include "identity/service.h"

#include <string.h>

/* A user has at most so many roles in a scope. */
#define ROLES_MAX 256

static void
scope_conds(struct cond conds[3], const char *user_id, enum identity_scope scope,
            const char *scope_id)
{
    conds[0] = (struct cond)COND("user_id", user_id);
    conds[1] = (struct cond)COND(scope == SCOPE_DOMAIN ? "domain_id" : "project_id", scope_id);
    conds[2] = (struct cond){0};
}

static bool
has_role(const struct identity_role *roles, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(roles[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static struct err *
add_role(struct tx *tx, struct identity_role *roles, size_t *n, const char *id)
{
    struct role *role;

    if (*n == ROLES_MAX || has_role(roles, *n, id)) {
        return NULL;
    }
    TRY(row_get(tx, &role_table, id, &role));
    roles[*n] = (struct identity_role){.id = role->id, .name = role->name};
    (*n)++;
    return NULL;
}

/* The list grows behind 'i' while it is walked: implied roles of implied
 * roles; a circle ends because nothing is added twice. */
static struct err *
add_implied(struct tx *tx, struct identity_role *roles, size_t *n)
{
    struct rows implied;

    TRY(rows_select(tx, &(struct query){.table = &implied_role_table}, &implied));
    for (size_t i = 0; i < *n; i++) {
        for (size_t j = 0; j < implied.n; j++) {
            const struct implied_role *more = implied.items[j];

            if (strcmp(more->prior_role_id, roles[i].id) == 0) {
                TRY(add_role(tx, roles, n, more->implied_role_id));
            }
        }
    }
    return NULL;
}

struct err *
identity_roles(struct tx *tx, const char *user_id, enum identity_scope scope, const char *scope_id,
               const struct identity_role **roles, size_t *n)
{
    struct identity_role *list = MEM_ARRAY(tx_mem(tx), ROLES_MAX, struct identity_role);
    struct cond conds[3];
    struct rows rows;

    *n = 0;
    *roles = list;
    scope_conds(conds, user_id, scope, scope_id);
    TRY(rows_select(tx, &(struct query){.table = &role_assignment_table, .conds = conds}, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(add_role(tx, list, n, ((const struct role_assignment *)rows.items[i])->role_id));
    }
    return add_implied(tx, list, n);
}

static struct err *
find_grant(struct tx *tx, const char *user_id, enum identity_scope scope, const char *scope_id,
           const char *role_id, struct role_assignment **found)
{
    struct cond conds[4];

    scope_conds(conds, user_id, scope, scope_id);
    conds[2] = (struct cond)COND("role_id", role_id);
    conds[3] = (struct cond){0};
    return row_find(tx, &role_assignment_table, conds, found);
}

static struct err *
must_be_there(struct tx *tx, const struct table *table, const char *id)
{
    void *row;
    struct err *e = row_get(tx, table, id, &row);

    if (err_is(e, E_NOT_FOUND)) {
        err_free(e);
        return err_new(E_NOT_FOUND, NULL, "Could not find %s: %s.", table->name, id);
    }
    return e;
}

static struct err *
all_there(struct tx *tx, const char *user_id, enum identity_scope scope, const char *scope_id,
          const char *role_id)
{
    TRY(must_be_there(tx, scope == SCOPE_DOMAIN ? &domain_table : &project_table, scope_id));
    TRY(must_be_there(tx, &user_table, user_id));
    return must_be_there(tx, &role_table, role_id);
}

struct err *
identity_grant(struct tx *tx, const char *user_id, enum identity_scope scope, const char *scope_id,
               const char *role_id)
{
    struct role_assignment *have, *grant = row_new(tx_mem(tx), &role_assignment_table);

    TRY(all_there(tx, user_id, scope, scope_id, role_id));
    TRY(find_grant(tx, user_id, scope, scope_id, role_id, &have));
    if (have) {
        return NULL;
    }
    grant->id = uuid_make_hex(tx_mem(tx));
    grant->user_id = user_id;
    grant->role_id = role_id;
    *(scope == SCOPE_DOMAIN ? &grant->domain_id : &grant->project_id) = scope_id;
    return row_insert(tx, grant);
}

static struct err *
grant_get(struct tx *tx, const char *user_id, enum identity_scope scope, const char *scope_id,
          const char *role_id, struct role_assignment **grant)
{
    TRY(all_there(tx, user_id, scope, scope_id, role_id));
    TRY(find_grant(tx, user_id, scope, scope_id, role_id, grant));
    if (!*grant) {
        return err_new(E_NOT_FOUND, NULL,
                       "Could not find role assignment with role: %s, user: %s, %s: %s.", role_id,
                       user_id, scope == SCOPE_DOMAIN ? "domain" : "project", scope_id);
    }
    return NULL;
}

struct err *
identity_ungrant(struct tx *tx, const char *user_id, enum identity_scope scope,
                 const char *scope_id, const char *role_id)
{
    struct role_assignment *grant;

    TRY(grant_get(tx, user_id, scope, scope_id, role_id, &grant));
    return row_delete(tx, &role_assignment_table, grant->id);
}

struct err *
identity_has_grant(struct tx *tx, const char *user_id, enum identity_scope scope,
                   const char *scope_id, const char *role_id)
{
    struct role_assignment *grant;

    return grant_get(tx, user_id, scope, scope_id, role_id, &grant);
}
