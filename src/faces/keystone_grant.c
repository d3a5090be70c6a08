/* Grants, who has them, and roles that come with roles. */
#include "faces/keystone.h"

#include "base/uuid.h"

#include <string.h>

/* ---- one grant ------------------------------------------------------------------- */

static enum identity_scope
scope_of(const struct rest_request *r, const char **id)
{
    const char *project = rest_param(r, "project_id");

    *id = project ? project : rest_param(r, "domain_id");
    return project ? SCOPE_PROJECT : SCOPE_DOMAIN;
}

struct err *
keystone_grant_put(struct tx *tx, struct rest_request *r)
{
    const char *id;
    enum identity_scope scope = scope_of(r, &id);

    return identity_grant(tx, rest_param(r, "user_id"), scope, id, rest_param(r, "role_id"));
}

struct err *
keystone_grant_delete(struct tx *tx, struct rest_request *r)
{
    const char *id;
    enum identity_scope scope = scope_of(r, &id);

    return identity_ungrant(tx, rest_param(r, "user_id"), scope, id, rest_param(r, "role_id"));
}

struct err *
keystone_grant_get(struct tx *tx, struct rest_request *r)
{
    const char *id;
    enum identity_scope scope = scope_of(r, &id);

    return identity_has_grant(tx, rest_param(r, "user_id"), scope, id, rest_param(r, "role_id"));
}

static struct err *
select_grants(struct tx *tx, const char *user_id, const char *attr, const char *id,
              struct rows *rows)
{
    struct cond conds[] = {COND("user_id", user_id), COND(attr, id), {0}};

    return rows_select(tx, &(struct query){.table = &role_assignment_table, .conds = conds}, rows);
}

struct err *
keystone_grant_list(struct tx *tx, struct rest_request *r)
{
    const char *id;
    bool project = scope_of(r, &id) == SCOPE_PROJECT;
    struct rows rows;
    void *row;

    TRY(row_get(tx, project ? &project_table : &domain_table, id, &row));
    TRY(row_get(tx, &user_table, rest_param(r, "user_id"), &row));
    TRY(select_grants(tx, rest_param(r, "user_id"), project ? "project_id" : "domain_id", id,
                      &rows));
    keystone_list_open(r, "roles");
    r->op.resource = &role_resource;
    for (size_t i = 0; i < rows.n; i++) {
        struct role *role;

        TRY(row_get(tx, &role_table, ((const struct role_assignment *)rows.items[i])->role_id,
                    &role));
        jw_object(&r->w, NULL);
        resource_encode(&r->op, &r->w, role, NULL);
        keystone_role.extra(r, &r->w, role);
        jw_end(&r->w);
    }
    keystone_list_close(r);
    return NULL;
}

/* ---- all assignments ----------------------------------------------------------------- */

static struct err *
write_owned(struct tx *tx, struct rest_request *r, const char *key, const char *id,
            const char *name, const char *domain_id)
{
    struct domain *domain;

    jw_object(&r->w, key);
    jw_str(&r->w, "id", id);
    if (rest_query_flag(r, "include_names")) {
        jw_str(&r->w, "name", name);
        if (domain_id) {
            TRY(row_get(tx, &domain_table, domain_id, &domain));
            jw_object(&r->w, "domain");
            jw_str(&r->w, "id", domain->id);
            jw_str(&r->w, "name", domain->name);
            jw_end(&r->w);
        }
    }
    jw_end(&r->w);
    return NULL;
}

static struct err *
write_assignment(struct tx *tx, struct rest_request *r, const struct role_assignment *row,
                 const char *role_id, const char *role_name)
{
    bool in_project = row->project_id != NULL;
    struct project *project = NULL;
    struct domain *domain = NULL;
    struct user *user;

    TRY(row_get(tx, &user_table, row->user_id, &user));
    jw_object(&r->w, NULL);
    TRY(write_owned(tx, r, "role", role_id, role_name, NULL));
    TRY(write_owned(tx, r, "user", user->id, user->name, user->domain_id));
    jw_object(&r->w, "scope");
    if (in_project) {
        TRY(row_get(tx, &project_table, row->project_id, &project));
        TRY(write_owned(tx, r, "project", project->id, project->name, project->domain_id));
    } else {
        TRY(row_get(tx, &domain_table, row->domain_id, &domain));
        TRY(write_owned(tx, r, "domain", domain->id, domain->name, NULL));
    }
    jw_end(&r->w);
    jw_object(&r->w, "links");
    jw_str(&r->w, "assignment",
           mem_printf(r->mem, "%s/v3/%s/%s/users/%s/roles/%s", r->base,
                      in_project ? "projects" : "domains",
                      in_project ? row->project_id : row->domain_id, row->user_id, row->role_id));
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* Every role that holds in the place of 'row'; of them 'role_id' where that is asked for. */
static struct err *
write_effective(struct tx *tx, struct rest_request *r, const struct role_assignment *row,
                const char *role_id)
{
    enum identity_scope scope = row->project_id ? SCOPE_PROJECT : SCOPE_DOMAIN;
    const struct identity_role *roles;
    size_t n;

    TRY(identity_roles(tx, row->user_id, scope, row->project_id ? row->project_id : row->domain_id,
                       &roles, &n));
    for (size_t i = 0; i < n; i++) {
        if (!role_id || str_eq(role_id, roles[i].id)) {
            TRY(write_assignment(tx, r, row, roles[i].id, roles[i].name));
        }
    }
    return NULL;
}

static bool
same_place(const struct role_assignment *a, const struct role_assignment *b)
{
    return str_eq(a->user_id, b->user_id) && str_eq(a->project_id, b->project_id) &&
           str_eq(a->domain_id, b->domain_id);
}

/* Roles of one user in one scope are told together: only the first of its
 * assignments speaks for the scope. */
static bool
is_first_of_place(const struct rows *rows, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (same_place(rows->items[i], rows->items[at])) {
            return false;
        }
    }
    return true;
}

static size_t
assignment_conds(const struct rest_request *r, bool effective, struct cond conds[5])
{
    static const struct {
        const char *query, *attr;
    } filters[] = {
        {"user.id", "user_id"},
        {"scope.project.id", "project_id"},
        {"scope.domain.id", "domain_id"},
        {"role.id", "role_id"},
    };
    size_t n = 0;

    for (size_t i = 0; i < 4; i++) {
        const char *value = rest_query(r, filters[i].query);

        if (value && !(effective && i == 3)) {
            conds[n++] = (struct cond)COND(filters[i].attr, value);
        }
    }
    conds[n] = (struct cond){0};
    return n;
}

struct err *
keystone_assignments(struct tx *tx, struct rest_request *r)
{
    bool effective = rest_query_flag(r, "effective");
    bool nobody = rest_query(r, "group.id") || rest_query(r, "scope.system");
    struct rows rows = {0};
    struct cond conds[5];

    (void)assignment_conds(r, effective, conds);
    if (!nobody) {
        TRY(rows_select(tx, &(struct query){.table = &role_assignment_table, .conds = conds},
                        &rows));
    }
    keystone_list_open(r, "role_assignments");
    for (size_t i = 0; i < rows.n; i++) {
        const struct role_assignment *row = rows.items[i];
        struct role *role;

        TRY(row_get(tx, &role_table, row->role_id, &role));
        if (!effective) {
            TRY(write_assignment(tx, r, row, role->id, role->name));
        } else if (is_first_of_place(&rows, i)) {
            TRY(write_effective(tx, r, row, rest_query(r, "role.id")));
        }
    }
    keystone_list_close(r);
    return NULL;
}

/* ---- roles that come with roles --------------------------------------------------------- */

static void
write_role_ref(struct rest_request *r, const char *key, const struct role *role)
{
    jw_object(&r->w, key);
    jw_str(&r->w, "id", role->id);
    jw_str(&r->w, "name", role->name);
    keystone_self(r, &r->w, "roles", role->id);
    jw_end(&r->w);
}

/* {"prior_role": {...}, "implies": [...]}; nothing where 'only_if_any' and there is none. */
static struct err *
write_inference(struct tx *tx, struct rest_request *r, const char *key, const struct role *prior,
                bool only_if_any)
{
    struct cond conds[] = {COND("prior_role_id", prior->id), {0}};
    struct rows rows;

    TRY(rows_select(tx, &(struct query){.table = &implied_role_table, .conds = conds}, &rows));
    if (rows.n == 0 && only_if_any) {
        return NULL;
    }
    jw_object(&r->w, key);
    write_role_ref(r, "prior_role", prior);
    jw_array(&r->w, "implies");
    for (size_t i = 0; i < rows.n; i++) {
        struct role *role;

        TRY(row_get(tx, &role_table,
                    ((const struct implied_role *)rows.items[i])->implied_role_id, &role));
        write_role_ref(r, NULL, role);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
keystone_inferences(struct tx *tx, struct rest_request *r)
{
    struct rows roles;

    TRY(rows_select(tx, &(struct query){.table = &role_table}, &roles));
    jw_object(&r->w, NULL);
    jw_array(&r->w, "role_inferences");
    for (size_t i = 0; i < roles.n; i++) {
        TRY(write_inference(tx, r, NULL, roles.items[i], true));
    }
    jw_end(&r->w);
    jw_object(&r->w, "links");
    jw_str(&r->w, "self", mem_printf(r->mem, "%s/v3/role_inferences", r->base));
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

static struct err *
role_get(struct tx *tx, const char *id, struct role **role)
{
    struct err *e = row_get(tx, &role_table, id, role);

    if (err_is(e, E_NOT_FOUND)) {
        err_free(e);
        return err_new(E_NOT_FOUND, NULL, "Could not find role: %s.", id);
    }
    return e;
}

struct err *
keystone_implied_list(struct tx *tx, struct rest_request *r)
{
    struct role *prior;

    TRY(role_get(tx, rest_param(r, "prior_role_id"), &prior));
    jw_object(&r->w, NULL);
    TRY(write_inference(tx, r, "role_inference", prior, false));
    jw_end(&r->w);
    return NULL;
}

static struct err *
find_implied(struct tx *tx, struct rest_request *r, struct role **prior, struct role **implied,
             struct implied_role **row)
{
    struct cond conds[] = {COND("prior_role_id", rest_param(r, "prior_role_id")),
                           COND("implied_role_id", rest_param(r, "implied_role_id")),
                           {0}};

    TRY(role_get(tx, rest_param(r, "prior_role_id"), prior));
    TRY(role_get(tx, rest_param(r, "implied_role_id"), implied));
    return row_find(tx, &implied_role_table, conds, row);
}

struct err *
keystone_implied_put(struct tx *tx, struct rest_request *r)
{
    struct role *prior, *implied;
    struct implied_role *row;

    TRY(find_implied(tx, r, &prior, &implied, &row));
    if (str_eq(implied->name, "admin")) {
        return err_new(E_FORBIDDEN, NULL, "Role admin cannot come with another role.");
    }
    if (!row) {
        row = row_new(tx_mem(tx), &implied_role_table);
        row->id = uuid_make_hex(tx_mem(tx));
        row->prior_role_id = prior->id;
        row->implied_role_id = implied->id;
        TRY(row_insert(tx, row));
    }
    jw_object(&r->w, NULL);
    jw_object(&r->w, "role_inference");
    write_role_ref(r, "prior_role", prior);
    write_role_ref(r, "implies", implied);
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
keystone_implied_delete(struct tx *tx, struct rest_request *r)
{
    struct role *prior, *implied;
    struct implied_role *row;

    TRY(find_implied(tx, r, &prior, &implied, &row));
    if (!row) {
        return err_new(E_NOT_FOUND, NULL, "Role %s does not come with role %s.", implied->name,
                       prior->name);
    }
    return row_delete(tx, &implied_role_table, row->id);
}

/* ---- what a user may choose as scope ------------------------------------------------------ */

static bool
is_listed(const struct strs *seen, const char *id)
{
    for (size_t i = 0; i < seen->n; i++) {
        if (str_eq(seen->items[i], id)) {
            return true;
        }
    }
    return false;
}

static struct err *
write_place(struct tx *tx, struct rest_request *r, const struct resource *resource,
            const struct rest_shape *shape, const char *id)
{
    void *row;

    TRY(row_get(tx, resource->table, id, &row));
    if (!*(const bool *)attr_at(table_attr(resource->table, "enabled"), row)) {
        return NULL;
    }
    r->op.resource = resource;
    jw_object(&r->w, NULL);
    resource_encode(&r->op, &r->w, row, NULL);
    shape->extra(r, &r->w, row);
    jw_end(&r->w);
    return NULL;
}

static struct err *
list_places(struct tx *tx, struct rest_request *r, const char *user_id,
            const struct resource *resource, const struct rest_shape *shape)
{
    bool projects = resource == &project_resource;
    struct cond conds[] = {COND("user_id", user_id), {0}};
    struct rows rows;
    struct strs seen = {0};

    TRY(rows_select(tx, &(struct query){.table = &role_assignment_table, .conds = conds}, &rows));
    seen.items = MEM_ARRAY(tx_mem(tx), rows.n + 1, const char *);
    keystone_list_open(r, resource->plural);
    for (size_t i = 0; i < rows.n; i++) {
        const struct role_assignment *row = rows.items[i];
        const char *id = projects ? row->project_id : row->domain_id;

        if (id && !is_listed(&seen, id)) {
            seen.items[seen.n++] = id;
            TRY(write_place(tx, r, resource, shape, id));
        }
    }
    keystone_list_close(r);
    return NULL;
}

struct err *
keystone_my_projects(struct tx *tx, struct rest_request *r)
{
    return list_places(tx, r, r->caller.user_id, &project_resource, &keystone_project);
}

struct err *
keystone_my_domains(struct tx *tx, struct rest_request *r)
{
    return list_places(tx, r, r->caller.user_id, &domain_resource, &keystone_domain);
}

struct err *
keystone_user_projects(struct tx *tx, struct rest_request *r)
{
    const char *user_id = rest_param(r, "user_id");
    struct user *user;

    if (!r->caller.is_admin && !str_eq(user_id, r->caller.user_id)) {
        return err_new(E_FORBIDDEN, NULL,
                       "You are not authorized to perform the requested action: "
                       "identity:list_user_projects.");
    }
    TRY(row_get(tx, &user_table, user_id, &user));
    return list_places(tx, r, user_id, &project_resource, &keystone_project);
}
