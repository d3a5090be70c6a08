/* The first start: a domain, three roles, an administrator whose password
 * nobody chose, and a clouds.yaml that the openstack client reads. */
#include "base/log.h"
#include "base/uuid.h"
#include "identity/service.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>

#define PASSWORD_BYTES 18
#define ADMIN "admin" /* user, project and role */

struct first_rows {
    const char *hash;
    bool made;
};

static struct err *
insert_role(struct tx *tx, const char *name, const char *prior, const char **id)
{
    struct role *role = row_new(tx_mem(tx), &role_table);
    struct implied_role *implied = row_new(tx_mem(tx), &implied_role_table);

    role->id = uuid_make_hex(tx_mem(tx));
    role->name = name;
    TRY(row_insert(tx, role));
    *id = role->id;
    if (!prior) {
        return NULL;
    }
    implied->id = uuid_make_hex(tx_mem(tx));
    implied->prior_role_id = prior;
    implied->implied_role_id = role->id;
    return row_insert(tx, implied);
}

static struct err *
insert_domain(struct tx *tx)
{
    struct domain *domain = row_new(tx_mem(tx), &domain_table);

    domain->id = IDENTITY_DOMAIN;
    domain->name = "Default";
    domain->description = "The default domain";
    domain->enabled = true;
    return row_insert(tx, domain);
}

/* The one called "admin" in the first domain, or null. */
static struct err *
admin_find(struct tx *tx, const struct table *table, void *row_out)
{
    struct cond admin[] = {COND("name", ADMIN), COND("domain_id", IDENTITY_DOMAIN), {0}};

    return row_find(tx, table, admin, row_out);
}

static struct err *
project_put(struct tx *tx, const char **id)
{
    struct project *old, *project;

    TRY(admin_find(tx, &project_table, &old));
    project = old ? row_copy(tx_mem(tx), old) : row_new(tx_mem(tx), &project_table);
    project->enabled = true;
    if (!old) {
        project->id = uuid_make_hex(tx_mem(tx));
        project->name = ADMIN;
        project->domain_id = project->parent_id = IDENTITY_DOMAIN;
        project->description = "Project of the administrator.";
    }
    *id = project->id;
    return old ? row_update(tx, old, project) : row_insert(tx, project);
}

static struct err *
user_put(struct tx *tx, const char *hash, const char *project_id, const char **id)
{
    struct user *old, *user;

    TRY(admin_find(tx, &user_table, &old));
    user = old ? row_copy(tx_mem(tx), old) : row_new(tx_mem(tx), &user_table);
    user->enabled = true;
    user->password_hash = hash;
    if (old) {
        user->tokens_since = tx_now(tx);
    } else {
        user->id = uuid_make_hex(tx_mem(tx));
        user->name = ADMIN;
        user->domain_id = IDENTITY_DOMAIN;
        user->default_project_id = project_id;
    }
    *id = user->id;
    return old ? row_update(tx, old, user) : row_insert(tx, user);
}

/* Whatever became of the administrator and his project: who has this password is it, from now on. */
static struct err *
admin_put(struct tx *tx, const char *hash, const char *admin_role)
{
    const char *project, *user;

    TRY(project_put(tx, &project));
    TRY(user_put(tx, hash, project, &user));
    TRY(identity_grant(tx, user, SCOPE_DOMAIN, IDENTITY_DOMAIN, admin_role));
    return identity_grant(tx, user, SCOPE_PROJECT, project, admin_role);
}

static struct err *
insert_first(struct tx *tx, void *arg)
{
    struct first_rows *first = arg;
    const char *admin, *member, *reader;

    TRY(insert_domain(tx));
    TRY(insert_role(tx, ADMIN, NULL, &admin));
    TRY(insert_role(tx, "member", admin, &member));
    TRY(insert_role(tx, "reader", member, &reader));
    TRY(admin_put(tx, first->hash, admin));
    first->made = true;
    return NULL;
}

static struct err *
is_first(struct tx *tx, void *arg)
{
    int64_t n;

    TRY(rows_count(tx, &(struct query){.table = &domain_table}, &n));
    *(bool *)arg = n == 0;
    return NULL;
}

static const char *
random_password(struct mem *mem)
{
    uint8_t raw[PASSWORD_BYTES];

    random_bytes(raw, sizeof raw);
    return base64_from(mem, raw, sizeof raw, true);
}

/* JSON strings are YAML strings. */
static const char *
quoted(struct mem *mem, const char *text)
{
    AUTO_BUF out = BUF_INIT;
    struct jw w = jw_to(&out);

    jw_str(&w, NULL, text);
    return buf_copy(mem, &out);
}

/* Writes the file where it says something else: a start does not wait for the disk for nothing. */
static struct err *
write_changed(struct mem *mem, const char *path, const char *text)
{
    char *before;
    size_t n;
    struct err *e = file_read(mem, path, strlen(text) + 1, &before, &n);

    if (!e && n == strlen(text) && !memcmp(before, text, n)) {
        return NULL;
    }
    err_ignore(e, "it is written now");
    return file_write(path, text, strlen(text), 0600);
}

static struct err *
write_clouds(const struct identity *identity, const struct identity_first *first, struct mem *mem,
             const char *password)
{
    const char *text = mem_printf(mem,
                                  "clouds:\n"
                                  "  %s:\n"
                                  "    auth_type: password\n"
                                  "    auth:\n"
                                  "      auth_url: %s\n"
                                  "      username: admin\n"
                                  "      password: %s\n"
                                  "      project_name: admin\n"
                                  "      user_domain_name: Default\n"
                                  "      project_domain_name: Default\n"
                                  "    region_name: %s\n"
                                  "    identity_api_version: 3\n"
                                  "    interface: public\n%s",
                                  first->cloud, quoted(mem, first->auth_url),
                                  quoted(mem, password), identity->config.region,
                                  first->ca_file ? mem_printf(mem, "    cacert: %s\n",
                                                              quoted(mem, first->ca_file))
                                                 : "");

    return write_changed(mem, first->clouds_file, text);
}

/* The password of the file, where it is still there. */
static struct err *
read_password(struct mem *mem, const char *path, const char **password)
{
    char *text;
    size_t n;
    struct err *e = path ? file_read(mem, path, 4096, &text, &n) : NULL;

    *password = NULL;
    if (!path || err_is(e, E_NOT_FOUND)) {
        err_free(e);
        return NULL;
    }
    TRY(e);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r')) {
        text[--n] = '\0';
    }
    *password = text;
    return NULL;
}

/* Files before rows: a crash between them leaves a password that is made
 * again, never an administrator whose password nobody knows. */
static struct err *
first_start(struct identity *identity, const struct identity_first *first, struct mem *mem,
            const char **password)
{
    struct first_rows rows = {0};

    *password = first->password ? first->password : random_password(mem);
    if (first->password_file) {
        const char *line = mem_printf(mem, "%s\n", *password);

        TRY(file_write(first->password_file, line, strlen(line), 0600));
    }
    TRY(identity_hash(identity, mem, *password, &rows.hash));
    TRY(store_write_wait(identity->config.store, insert_first, &rows));
    log_info("identity", "made domain Default, project and user admin, roles admin member reader");
    return NULL;
}

static struct err *
domain_enable(struct tx *tx)
{
    struct domain *old, *domain;

    TRY(row_get(tx, &domain_table, IDENTITY_DOMAIN, &old));
    domain = row_copy(tx_mem(tx), old);
    domain->enabled = true;
    return row_update(tx, old, domain);
}

/* store_fn */
static struct err *
reset_admin(struct tx *tx, void *arg)
{
    struct cond by_name[] = {COND("name", ADMIN), {0}};
    struct role *role;

    TRY(domain_enable(tx));
    TRY(row_find(tx, &role_table, by_name, &role));
    if (!role) {
        return err_new(E_NOT_FOUND, NULL, "there is no role " ADMIN " any more: nobody can be made administrator");
    }
    return admin_put(tx, arg, role->id);
}

/* The row, then the file: a crash between them has the password taken once more. */
static struct err *
take_new_password(struct identity *identity, const struct identity_first *first, struct mem *mem)
{
    const char *path = first->password_file
                           ? mem_printf(mem, "%s" IDENTITY_NEW_PASSWORD, first->password_file)
                           : NULL;
    const char *password, *hash;

    TRY(read_password(mem, path, &password));
    if (!password) {
        return NULL;
    }
    if (!*password) {
        return err_new(E_INVALID, NULL, "%s is empty: no password is set", path);
    }
    TRY(identity_hash(identity, mem, password, &hash));
    TRY(store_write_wait(identity->config.store, reset_admin, (void *)(uintptr_t)hash));
    identity_changed(identity);
    if (rename(path, first->password_file)) {
        return err_errno(E_UNAVAILABLE, "rename %s", path);
    }
    log_info("identity", "user admin has a new password, by %s", path);
    return NULL;
}

struct err *
identity_bootstrap(struct identity *identity, const struct identity_first *first)
{
    AUTO(mem) mem = mem_new("bootstrap");
    const char *password;
    bool fresh;

    TRY(store_read(identity->config.store, is_first, &fresh));
    if (fresh) {
        TRY(first_start(identity, first, mem, &password));
    } else {
        TRY(take_new_password(identity, first, mem));
        TRY(read_password(mem, first->password_file, &password));
    }
    if (first->clouds_file && password) {
        TRY(write_clouds(identity, first, mem, password));
    }
    return NULL;
}
