/* The tables and resources of identity, their rules and hooks. */
#include "identity/service.h"

#include "base/uuid.h"

#define ATTR ATTR_ROW

#define TABLE_STRUCT domain
static const struct attr domain_attrs[] = {
#include "identity/domain.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT project
static const struct attr project_attrs[] = {
#include "identity/project.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT user
static const struct attr user_attrs[] = {
#include "identity/user.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT role
static const struct attr role_attrs[] = {
#include "identity/role.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT role_assignment
static const struct attr role_assignment_attrs[] = {
#include "identity/role_assignment.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT implied_role
static const struct attr implied_role_attrs[] = {
#include "identity/implied_role.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT revoked_token
static const struct attr revoked_token_attrs[] = {
#include "identity/revoked_token.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table domain_table = {.name = "domain",
                                   .doc = "An owner of users and projects.",
                                   TABLE(struct domain, domain_attrs)};
const struct table project_table = {.name = "project",
                                    .doc = "An owner of resources.",
                                    TABLE(struct project, project_attrs)};
const struct table user_table = {
    .name = "user", .doc = "Somebody who can log in.", TABLE(struct user, user_attrs)};
const struct table role_table = {
    .name = "role", .doc = "A right to do things.", TABLE(struct role, role_attrs)};
const struct table role_assignment_table = {
    .name = "role_assignment",
    .doc = "A role of a user in a project or domain.",
    TABLE(struct role_assignment, role_assignment_attrs),
    .unique = "user_id, role_id, project_id, domain_id",
};
const struct table implied_role_table = {.name = "implied_role",
                                         .doc = "A role that comes with another.",
                                         TABLE(struct implied_role, implied_role_attrs)};
const struct table revoked_token_table = {.name = "revoked_token",
                                          .doc = "A token refused before its time.",
                                          TABLE(struct revoked_token, revoked_token_attrs)};

const struct table *const identity_tables[] = {
    &domain_table,          &project_table,      &user_table,          &role_table,
    &role_assignment_table, &implied_role_table, &revoked_token_table, NULL,
};

/* ---- rules -------------------------------------------------------------------- */

const struct policy_rule identity_rules[] = {
    {"identity_admin", "role:admin", "Manages users, projects, domains, roles and grants."},
    {"identity_self", "role:admin or user_id:%(id)s", "The user himself."},
    {"identity_member", "role:admin or project_id:%(id)s", "Somebody with this scope."},
    {"identity_anybody", "@", "Everybody with a token."},
};
const size_t identity_n_rules = sizeof identity_rules / sizeof *identity_rules;

/* ---- hooks ---------------------------------------------------------------------- */

/* Keystone's ids are 32 hexadecimal digits. */
static struct err *
domain_before_create(struct tx *tx, struct op *op, void *row)
{
    struct domain *domain = row;

    (void)op;
    if (!domain->id) {
        domain->id = uuid_make_hex(tx_mem(tx));
    }
    return NULL;
}

static struct err *
domain_before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct domain *domain = row;

    (void)tx;
    (void)op;
    if (str_eq(domain->id, IDENTITY_DOMAIN)) { /* With it all would go who may do anything here. */
        return err_new(E_FORBIDDEN, NULL,
                       "You are not authorized to perform the requested action: delete the default domain.");
    }
    if (domain->enabled) {
        return err_new(E_FORBIDDEN, NULL,
                       "Cannot delete a domain that is enabled, please disable it first.");
    }
    return NULL;
}

/* Where none is given it is the caller's domain, or the first one. */
static const char *
domain_of(const struct op *op, const char *given)
{
    return given ? given : str_or(op->caller->domain_id, IDENTITY_DOMAIN);
}

static struct err *
project_before_create(struct tx *tx, struct op *op, void *row)
{
    struct project *project = row;

    if (project->is_domain) {
        return err_new(E_INVALID, NULL, "Invalid input for field 'is_domain': domains are made at "
                                        "/v3/domains");
    }
    if (!project->id) {
        project->id = uuid_make_hex(tx_mem(tx));
    }
    project->domain_id = domain_of(op, project->domain_id);
    if (!str_eq(str_or(project->parent_id, project->domain_id), project->domain_id)) {
        return err_new(E_INVALID, NULL, "Invalid input for field 'parent_id': projects are not "
                                        "nested; the parent is the domain");
    }
    project->parent_id = project->domain_id;
    return NULL;
}

static struct err *
user_before_create(struct tx *tx, struct op *op, void *row)
{
    struct user *user = row;

    if (!user->id) {
        user->id = uuid_make_hex(tx_mem(tx));
    }
    user->domain_id = domain_of(op, user->domain_id);
    return NULL;
}

/* A new password or a disabled user ends the tokens issued so far. */
static struct err *
user_before_update(struct tx *tx, struct op *op, const void *old_row, void *row)
{
    const struct user *old = old_row;
    struct user *user = row;

    (void)op;
    if (!str_eq(old->password_hash, user->password_hash) || (old->enabled && !user->enabled)) {
        user->tokens_since = tx_now(tx);
    }
    return NULL;
}

static struct err *
role_before_create(struct tx *tx, struct op *op, void *row)
{
    struct role *role = row;

    (void)op;
    if (!role->id) {
        role->id = uuid_make_hex(tx_mem(tx));
    }
    if (role->domain_id) {
        return err_new(E_INVALID, NULL, "Invalid input for field 'domain_id': roles belong to no "
                                        "domain here");
    }
    return NULL;
}

/* Without these three nobody could manage anything. */
static struct err *
role_keep(const struct role *role)
{
    static const char *const kept[] = {"admin", "member", "reader", NULL};

    if (str_in(role->name, kept)) {
        return err_new(E_FORBIDDEN, NULL, "Cannot change or delete role %s: it is immutable",
                       role->name);
    }
    return NULL;
}

static struct err *
role_before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    (void)tx;
    (void)op;
    (void)row;
    return role_keep(old);
}

static struct err *
role_before_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)tx;
    (void)op;
    return role_keep(row);
}

/* ---- resources -------------------------------------------------------------------- */

const struct resource domain_resource = {
    .table = &domain_table,
    .singular = "domain",
    .plural = "domains",
    .doc = "Owners of users and projects (Keystone API v3: domains).",
    .flags = RESOURCE_TAGS,
    .visible = "t.id IN (SELECT domain_id FROM \"user\" WHERE id = :user_id)",
    .rule_create = "identity_admin",
    .rule_show = "identity_anybody",
    .rule_update = "identity_admin",
    .rule_delete = "identity_admin",
    .hooks = {.before_create = domain_before_create, .before_delete = domain_before_delete},
};

const struct resource project_resource = {
    .table = &project_table,
    .singular = "project",
    .plural = "projects",
    .doc = "Owners of resources (Keystone API v3: projects).",
    .flags = RESOURCE_TAGS,
    .visible = "t.id IN (SELECT project_id FROM role_assignment WHERE user_id = :user_id)",
    .rule_create = "identity_admin",
    .rule_show = "identity_anybody",
    .rule_update = "identity_admin",
    .rule_delete = "identity_admin",
    .hooks = {.before_create = project_before_create},
};

const struct resource user_resource = {
    .table = &user_table,
    .singular = "user",
    .plural = "users",
    .doc = "People and programs that can log in (Keystone API v3: users).",
    .visible = "t.id = :user_id",
    .rule_create = "identity_admin",
    .rule_show = "identity_self",
    .rule_update = "identity_admin",
    .rule_delete = "identity_admin",
    .hooks = {.before_create = user_before_create, .before_update = user_before_update},
};

const struct resource role_resource = {
    .table = &role_table,
    .singular = "role",
    .plural = "roles",
    .doc = "Rights that users have in projects and domains (Keystone API v3: roles).",
    .visible = "1 = 1",
    .rule_create = "identity_admin",
    .rule_show = "identity_anybody",
    .rule_update = "identity_admin",
    .rule_delete = "identity_admin",
    .hooks = {.before_create = role_before_create,
              .before_update = role_before_update,
              .before_delete = role_before_delete},
};
