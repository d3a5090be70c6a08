/* Logins, tokens and rights, without HTTP. */
#include "identity/service.h"
#include "test.h"

#include "base/uuid.h"
#include "sys/file.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NOW INT64_C(1767323045000000)

struct fixture {
    struct mem *mem;
    struct store *store;
    struct identity *identity;
    char dir[300], key[320], password[320], clouds[320];
};

static struct fixture
fixture_open(struct fixture *fx)
{
    struct store_config store = {.path = test_store(":memory:"),
                                 .tables = identity_tables,
                                 .seal_key = "0123456789abcdef0123456789abcdef"};
    struct identity_config config = {.hash_cost = 4};
    struct identity_first first = {.cloud = "test", .auth_url = "http://127.0.0.1:5000/v3"};

    *fx = (struct fixture){.mem = mem_new("fixture")};
    time_freeze(NOW);
    (void)snprintf(fx->dir, sizeof fx->dir, "%s", test_dir());
    (void)snprintf(fx->key, sizeof fx->key, "%s/key.pem", fx->dir);
    (void)snprintf(fx->password, sizeof fx->password, "%s/password", fx->dir);
    (void)snprintf(fx->clouds, sizeof fx->clouds, "%s/clouds.yaml", fx->dir);
    REQUIRE_OK(store_open(&store, &fx->store));
    config.store = fx->store;
    config.key_file = fx->key;
    REQUIRE_OK(identity_new(&config, &fx->identity));
    first.password_file = fx->password;
    first.clouds_file = fx->clouds;
    REQUIRE_OK(identity_bootstrap(fx->identity, &first));
    return *fx;
}

static void
fixture_close(struct fixture *fx)
{
    identity_free(fx->identity);
    store_close(fx->store);
    mem_free(fx->mem);
}

static const char *
password_of(struct fixture *fx)
{
    char *text;
    size_t n;

    REQUIRE_OK(file_read(fx->mem, fx->password, 200, &text, &n));
    text[n - 1] = '\0';
    return text;
}

static struct identity_login
admin_login(struct fixture *fx)
{
    return (struct identity_login){.methods = METHOD_PASSWORD,
                                   .user_name = "admin",
                                   .user_domain_name = "Default",
                                   .password = password_of(fx),
                                   .scope = SCOPE_PROJECT,
                                   .scope_name = "admin",
                                   .scope_domain_id = "default"};
}

static void
admin_token(struct fixture *fx, struct identity_token *token)
{
    struct identity_login login = admin_login(fx);

    REQUIRE_OK(identity_login(fx->identity, &login, fx->mem, token));
}

/* ---- the first start -------------------------------------------------------------- */

TEST(first_start_makes_an_administrator_nobody_chose)
{
    struct fixture fx;
    struct identity_token token;
    struct stat st;

    (void)fixture_open(&fx);
    CHECK_INT(strlen(password_of(&fx)), 24);
    REQUIRE(stat(fx.password, &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    REQUIRE(stat(fx.clouds, &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    REQUIRE(stat(fx.key, &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    admin_token(&fx, &token);
    CHECK_STR(token.user_name, "admin");
    CHECK_STR(token.project_name, "admin");
    CHECK_INT(token.n_roles, 3);
    fixture_close(&fx);
}

TEST(later_start_keeps_the_password_and_renews_the_clouds_file)
{
    struct fixture fx;
    struct identity_first again = {.cloud = "east", .auth_url = "http://10.0.0.1:5000/v3"};
    const char *before;
    char *clouds;
    size_t n;

    (void)fixture_open(&fx);
    before = password_of(&fx);
    again.password_file = fx.password;
    again.clouds_file = fx.clouds;
    REQUIRE_OK(identity_bootstrap(fx.identity, &again));
    CHECK_STR(password_of(&fx), before);
    REQUIRE_OK(file_read(fx.mem, fx.clouds, 4096, &clouds, &n));
    CHECK(strstr(clouds, "  east:\n") && strstr(clouds, "10.0.0.1") && strstr(clouds, before));
    fixture_close(&fx);
}

/* A password that everybody forgot: a file beside the one of the first start. */
TEST(a_new_password_is_taken_at_the_next_start)
{
    struct identity_login login = {.methods = METHOD_PASSWORD, .client = "admin", .unscoped = true};
    struct identity_first again = {.cloud = "east", .auth_url = "http://10.0.0.1:5000/v3"};
    struct identity_token token, before;
    struct fixture fx;
    char *clouds;
    const char *file;

    (void)fixture_open(&fx);
    again.password_file = fx.password;
    again.clouds_file = fx.clouds;
    file = mem_printf(fx.mem, "%s" IDENTITY_NEW_PASSWORD, fx.password);
    login.password = password_of(&fx);
    REQUIRE_OK(identity_login(fx.identity, &login, fx.mem, &before));
    REQUIRE_OK(file_write(file, "\n", 1, 0600));
    CHECK_ERR(identity_bootstrap(fx.identity, &again), E_INVALID);
    CHECK_OK(identity_login(fx.identity, &login, fx.mem, &token));
    REQUIRE_OK(file_write(file, "another one\n", 12, 0600));
    time_freeze(NOW + 1000000);
    REQUIRE_OK(identity_bootstrap(fx.identity, &again));
    CHECK(!file_exists(file));
    CHECK_ERR(identity_login(fx.identity, &login, fx.mem, &token), E_UNAUTHENTICATED);
    CHECK_ERR(identity_validate(fx.identity, before.text, fx.mem, &token), E_UNAUTHENTICATED);
    login.password = "another one";
    CHECK_OK(identity_login(fx.identity, &login, fx.mem, &token));
    REQUIRE_OK(file_read(fx.mem, fx.clouds, 4096, &clouds, NULL));
    CHECK(strstr(clouds, "another one"));
    fixture_close(&fx);
}

static struct err *
admin_lose(struct tx *tx, void *arg)
{
    struct cond admin[] = {COND("name", "admin"), COND("domain_id", IDENTITY_DOMAIN), {0}};
    struct domain *domain, *shut;
    struct project *project;
    struct user *user;

    (void)arg;
    TRY(row_find(tx, &user_table, admin, &user));
    TRY(row_find(tx, &project_table, admin, &project));
    TRY(row_get(tx, &domain_table, IDENTITY_DOMAIN, &domain));
    shut = row_copy(tx_mem(tx), domain);
    shut->enabled = false;
    TRY(row_update(tx, domain, shut));
    TRY(row_delete(tx, &user_table, user->id));
    return row_delete(tx, &project_table, project->id);
}

/* He was deleted, with all that was his: who may write on the box makes him again, and it starts. */
TEST(a_new_password_makes_an_administrator_who_is_gone)
{
    struct identity_login login = {.methods = METHOD_PASSWORD, .client = "admin", .password = "another one"};
    struct identity_first again = {.cloud = "east", .auth_url = "http://10.0.0.1:5000/v3"};
    struct identity_token token;
    struct fixture fx;

    (void)fixture_open(&fx);
    again.password_file = fx.password;
    again.clouds_file = fx.clouds;
    REQUIRE_OK(store_write_wait(identity_store(fx.identity), admin_lose, NULL));
    REQUIRE_OK(file_write(mem_printf(fx.mem, "%s" IDENTITY_NEW_PASSWORD, fx.password), "another one\n", 12, 0600));
    REQUIRE_OK(identity_bootstrap(fx.identity, &again));
    REQUIRE_OK(identity_login(fx.identity, &login, fx.mem, &token));
    CHECK_STR(token.project_name, "admin");
    CHECK_INT(token.n_roles, 3);
    fixture_close(&fx);
}

/* One word for who it is: an id, or a name in the first domain. */
TEST(client_is_named_by_id_or_by_name_and_by_nothing_else)
{
    struct fixture fx;
    struct identity_token token, again;
    struct identity_login login = {.methods = METHOD_PASSWORD, .client = "admin"};

    (void)fixture_open(&fx);
    login.password = password_of(&fx);
    REQUIRE_OK(identity_login(fx.identity, &login, fx.mem, &token));
    CHECK_STR(token.user_name, "admin");
    CHECK_STR(token.project_name, "admin"); /* the default project */
    login.client = token.user_id;
    REQUIRE_OK(identity_login(fx.identity, &login, fx.mem, &again));
    CHECK_STR(again.user_id, token.user_id);
    login.client = "Admin";
    CHECK_ERR(identity_login(fx.identity, &login, fx.mem, &again), E_UNAUTHENTICATED);
    login.client = "admin";
    login.password = "wrong";
    CHECK_ERR(identity_login(fx.identity, &login, fx.mem, &again), E_UNAUTHENTICATED);
    fixture_close(&fx);
}

TEST(proved_password_is_known_for_a_minute_and_no_other_is)
{
    struct fixture fx;
    struct caller caller;
    const char *password;

    (void)fixture_open(&fx);
    password = password_of(&fx);
    CHECK(!identity_proved(fx.identity, "admin", password, fx.mem, &caller));
    CHECK_ERR(identity_prove(fx.identity, "admin", "wrong", fx.mem, &caller), E_UNAUTHENTICATED);
    CHECK(!identity_proved(fx.identity, "admin", "wrong", fx.mem, &caller));
    REQUIRE_OK(identity_prove(fx.identity, "admin", password, fx.mem, &caller));
    CHECK(caller.is_admin);
    caller = (struct caller){0};
    CHECK(identity_proved(fx.identity, "admin", password, fx.mem, &caller));
    CHECK(caller.is_admin && str_eq(caller.user_name, "admin") && caller.project_id);
    CHECK(!identity_proved(fx.identity, "admin", "wrong", fx.mem, &caller));
    CHECK(!caller.user_id);
    CHECK(!identity_proved(fx.identity, mem_printf(fx.mem, "admin%c", password[0]), password + 1,
                           fx.mem, &caller));
    time_freeze(NOW + 59 * INT64_C(1000000));
    CHECK(identity_proved(fx.identity, "admin", password, fx.mem, &caller));
    time_freeze(NOW + 60 * INT64_C(1000000));
    CHECK(!identity_proved(fx.identity, "admin", password, fx.mem, &caller));
    fixture_close(&fx);
}

/* More than there are places: who comes last is known, and nothing grows. */
TEST(proofs_have_a_fixed_number_of_places)
{
    AUTO(mem) mem = mem_new("proofs");
    struct proofs *proofs = proofs_new();
    size_t n = 0;

    for (int i = 0; i < 3000; i++) {
        const char *client = mem_printf(mem, "client%d", i);

        proofs_put(proofs, client, "secret", 2, mem, client);
        CHECK_STR(proofs_get(proofs, client, "secret", 1, mem), client);
    }
    for (int i = 0; i < 3000; i++) {
        n += proofs_get(proofs, mem_printf(mem, "client%d", i), "secret", 1, mem) != NULL;
    }
    CHECK(n > 0 && n <= 1024);
    proofs_free(proofs);
}

/* ---- passwords ------------------------------------------------------------------------ */

TEST(passwords_are_bcrypt_and_whole)
{
    struct fixture fx;
    char longer[200];
    const char *hash, *other;

    (void)fixture_open(&fx);
    REQUIRE_OK(identity_hash(fx.identity, fx.mem, "secret", &hash));
    REQUIRE_OK(identity_hash(fx.identity, fx.mem, "secret", &other));
    CHECK(strncmp(hash, "$2b$04$", 7) == 0);
    CHECK(strcmp(hash, other) != 0);
    CHECK(identity_hash_matches(fx.identity, hash, "secret"));
    CHECK(!identity_hash_matches(fx.identity, hash, "Secret"));
    CHECK(!identity_hash_matches(fx.identity, NULL, ""));
    CHECK_INT(strlen(fx.identity->no_hash), strlen(hash)); /* as long to compare, too */
    CHECK(strncmp(fx.identity->no_hash, "$2b$04$", 7) == 0);
    memset(longer, 'x', 150);
    longer[150] = '\0';
    REQUIRE_OK(identity_hash(fx.identity, fx.mem, longer, &hash));
    CHECK(identity_hash_matches(fx.identity, hash, longer));
    longer[149] = 'y';
    CHECK(!identity_hash_matches(fx.identity, hash, longer));
    fixture_close(&fx);
}

TEST(refusals_of_logins_are_all_the_same)
{
    struct fixture fx;
    struct identity_login good, bad[6];
    struct identity_token token;

    (void)fixture_open(&fx);
    good = admin_login(&fx);
    for (size_t i = 0; i < 6; i++) {
        bad[i] = good;
    }
    bad[0].password = "wrong";
    bad[1].user_name = "nobody";
    bad[2].user_domain_name = "Elsewhere";
    bad[3].scope_name = "nothing";
    bad[4].password = NULL;
    bad[5].methods = 0;
    for (size_t i = 0; i < 6; i++) {
        struct err *e = identity_login(fx.identity, &bad[i], fx.mem, &token);

        REQUIRE(err_is(e, E_UNAUTHENTICATED));
        CHECK_STR(e->message, "The request you have made requires authentication.");
        err_free(e);
    }
    fixture_close(&fx);
}

/* ---- tokens ---------------------------------------------------------------------------- */

TEST(tokens_name_the_caller_and_end)
{
    struct fixture fx;
    struct identity_token token;
    struct caller caller = {0};

    (void)fixture_open(&fx);
    admin_token(&fx, &token);
    for (int i = 0; i < 2; i++) { /* the second time from memory */
        REQUIRE_OK(identity_caller(fx.identity, token.text, fx.mem, &caller));
        CHECK_STR(caller.user_name, "admin");
        CHECK_STR(caller.project_name, "admin");
        CHECK_STR(caller.domain_id, "default");
        CHECK_INT(caller.roles.n, 3);
        CHECK(caller.is_admin);
    }
    time_freeze(NOW + INT64_C(3600) * 1000000);
    CHECK_ERR(identity_caller(fx.identity, token.text, fx.mem, &caller), E_UNAUTHENTICATED);
    fixture_close(&fx);
}

TEST(forged_tokens_are_refused)
{
    struct fixture fx;
    struct identity_token token;
    struct caller caller;
    char *text;

    (void)fixture_open(&fx);
    admin_token(&fx, &token);
    for (size_t i = 0; i < strlen(token.text); i++) {
        text = mem_str(fx.mem, token.text);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        if (strcmp(text, token.text) != 0) {
            struct err *e = identity_caller(fx.identity, text, fx.mem, &caller);

            /* The last character may carry bits that are no part of a byte. */
            if (!e && i + 1 < strlen(text)) {
                test_fail(__FILE__, __LINE__, "byte %zu may be changed", i);
            }
            err_free(e);
        }
    }
    CHECK_ERR(identity_caller(fx.identity, "", fx.mem, &caller), E_UNAUTHENTICATED);
    CHECK_ERR(identity_caller(fx.identity, "AQ", fx.mem, &caller), E_UNAUTHENTICATED);
    CHECK_ERR(identity_caller(fx.identity, "not base64 at all!", fx.mem, &caller),
              E_UNAUTHENTICATED);
    fixture_close(&fx);
}

TEST(token_for_token_keeps_its_end_and_its_chain)
{
    struct fixture fx;
    struct identity_token first, second, third;
    struct identity_login login = {.methods = METHOD_TOKEN, .unscoped = true};

    (void)fixture_open(&fx);
    admin_token(&fx, &first);
    time_freeze(NOW + 60000000);
    login.token = first.text;
    REQUIRE_OK(identity_login(fx.identity, &login, fx.mem, &second));
    CHECK_INT(second.expires_us, first.expires_us);
    CHECK_INT(second.methods, METHOD_PASSWORD | METHOD_TOKEN);
    CHECK_STR(second.parent_audit_id, first.audit_id);
    CHECK_INT(second.scope, SCOPE_NONE);
    login.token = second.text;
    REQUIRE_OK(identity_login(fx.identity, &login, fx.mem, &third));
    CHECK_STR(third.parent_audit_id, first.audit_id);
    fixture_close(&fx);
}

struct taking {
    struct fixture *fx;
    const struct identity_token *token;
    struct err *(*what)(struct tx *tx, const struct identity_token *token);
};

static struct err *
run_change(struct tx *tx, void *arg)
{
    struct taking *change = arg;

    return change->what(tx, change->token);
}

static struct err *
disable_user(struct tx *tx, const struct identity_token *token)
{
    struct user *old, *user;

    TRY(row_get(tx, &user_table, token->user_id, &old));
    user = row_copy(tx_mem(tx), old);
    user->enabled = false;
    return row_update(tx, old, user);
}

static struct err *
disable_project(struct tx *tx, const struct identity_token *token)
{
    struct project *old, *project;

    TRY(row_get(tx, &project_table, token->project_id, &old));
    project = row_copy(tx_mem(tx), old);
    project->enabled = false;
    return row_update(tx, old, project);
}

static struct err *
disable_domain(struct tx *tx, const struct identity_token *token)
{
    struct domain *old, *domain;

    TRY(row_get(tx, &domain_table, token->user_domain_id, &old));
    domain = row_copy(tx_mem(tx), old);
    domain->enabled = false;
    return row_update(tx, old, domain);
}

static struct err *
change_password(struct tx *tx, const struct identity_token *token)
{
    struct user *old, *user;

    TRY(row_get(tx, &user_table, token->user_id, &old));
    user = row_copy(tx_mem(tx), old);
    user->tokens_since = token->issued_us + 1;
    return row_update(tx, old, user);
}

static struct err *
take_roles(struct tx *tx, const struct identity_token *token)
{
    return identity_ungrant(tx, token->user_id, SCOPE_PROJECT, token->project_id,
                            token->roles[0].id);
}

static struct err *
delete_user(struct tx *tx, const struct identity_token *token)
{
    return row_delete(tx, &user_table, token->user_id);
}

/* Whatever takes a right away takes it from tokens that are out already. */
TEST(rights_taken_away_are_gone_at_once)
{
    static struct err *(*const changes[])(struct tx *, const struct identity_token *) = {
        disable_user, disable_project, disable_domain, change_password, take_roles,
        identity_revoke, delete_user};

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct fixture fx;
        struct identity_token token;
        struct caller caller;
        struct taking change = {.fx = &fx, .token = &token, .what = changes[i]};

        (void)fixture_open(&fx);
        admin_token(&fx, &token);
        CHECK_OK(identity_caller(fx.identity, token.text, fx.mem, &caller));
        REQUIRE_OK(store_write_wait(fx.store, run_change, &change));
        identity_changed(fx.identity);
        CHECK_ERR(identity_caller(fx.identity, token.text, fx.mem, &caller), E_UNAUTHENTICATED);
        fixture_close(&fx);
        REQUIRE(remove(fx.key) == 0);
    }
}

/* Another user with the same password. */
static struct err *
add_twin(struct tx *tx, const struct identity_token *token)
{
    struct user *admin, *twin;

    TRY(row_get(tx, &user_table, token->user_id, &admin));
    twin = row_copy(tx_mem(tx), admin);
    twin->id = "0123456789abcdef0123456789abcdef";
    twin->name = "twin";
    return row_insert(tx, twin);
}

TEST(password_and_token_have_to_be_of_one_user)
{
    struct fixture fx;
    struct identity_token token, both;
    struct taking change = {.fx = &fx, .token = &token, .what = add_twin};
    struct identity_login login;

    (void)fixture_open(&fx);
    admin_token(&fx, &token);
    REQUIRE_OK(store_write_wait(fx.store, run_change, &change));
    login = admin_login(&fx);
    login.methods = METHOD_PASSWORD | METHOD_TOKEN;
    login.token = token.text;
    CHECK_OK(identity_login(fx.identity, &login, fx.mem, &both));
    login.user_name = "twin";
    login.scope = SCOPE_NONE;
    login.unscoped = true;
    CHECK_ERR(identity_login(fx.identity, &login, fx.mem, &both), E_UNAUTHENTICATED);
    login.methods = METHOD_PASSWORD; /* His password alone is good. */
    CHECK_OK(identity_login(fx.identity, &login, fx.mem, &both));
    fixture_close(&fx);
}

static struct err *
disable_default_project(struct tx *tx, const struct identity_token *token)
{
    struct user *old, *user;

    TRY(row_get(tx, &user_table, token->user_id, &old));
    user = row_copy(tx_mem(tx), old);
    user->default_project_id = token->project_id;
    TRY(row_update(tx, old, user));
    return disable_project(tx, token);
}

TEST(a_default_project_that_is_disabled_is_no_scope)
{
    struct fixture fx;
    struct identity_token token, later;
    struct taking change = {.fx = &fx, .token = &token, .what = disable_default_project};
    struct identity_login login;

    (void)fixture_open(&fx);
    admin_token(&fx, &token);
    REQUIRE_OK(store_write_wait(fx.store, run_change, &change));
    login = admin_login(&fx);
    login.scope = SCOPE_NONE;
    CHECK_OK(identity_login(fx.identity, &login, fx.mem, &later));
    CHECK_INT(later.scope, SCOPE_NONE);
    fixture_close(&fx);
}

TEST(key_survives_a_restart_and_another_key_does_not_fit)
{
    AUTO(mem) mem = mem_new("test");
    struct claims claims = {.methods = 1,
                            .issued_us = NOW,
                            .expires_us = NOW + 1,
                            .user_id = "0123456789abcdef0123456789abcdef",
                            .scope = SCOPE_DOMAIN,
                            .scope_id = "default"};
    struct claims read = {0};
    struct token_keys one, again, other;
    const char *text, *renewed;
    char *file;
    char path[320];

    (void)snprintf(path, sizeof path, "%s/key", test_dir());
    REQUIRE_OK(key_open(path, &one));
    REQUIRE_OK(key_open(path, &again));
    REQUIRE_OK(key_open(NULL, &other));
    REQUIRE_OK(claims_sign(&one, mem, &claims, &text));
    CHECK(strlen(text) < 200);
    REQUIRE_OK(claims_verify(&again, mem, text, &read));
    CHECK_STR(read.user_id, claims.user_id);
    CHECK_STR(read.scope_id, "default");
    CHECK_INT(read.expires_us, NOW + 1);
    CHECK_ERR(claims_verify(&other, mem, text, &read), E_UNAUTHENTICATED);
    /* A new key signs; what the one before signed is good, what the one before that did is not. */
    for (int i = 0; i < 2; i++) {
        key_close(&again);
        REQUIRE_OK(file_read(mem, path, 65536, &file, NULL));
        REQUIRE_OK(identity_key_renew(mem, file, &renewed));
        REQUIRE_OK(file_write(path, renewed, strlen(renewed), 0600));
        REQUIRE_OK(key_open(path, &again));
        if (i == 0) {
            CHECK_OK(claims_verify(&again, mem, text, &read));
        } else {
            CHECK_ERR(claims_verify(&again, mem, text, &read), E_UNAUTHENTICATED);
        }
        REQUIRE_OK(claims_sign(&again, mem, &claims, &renewed));
        CHECK_ERR(claims_verify(&one, mem, renewed, &read), E_UNAUTHENTICATED);
    }
    CHECK_ERR(identity_key_renew(mem, "nothing", &renewed), E_UNAVAILABLE);
    key_close(&one);
    key_close(&again);
    key_close(&other);
}

TEST(a_broken_key_file_is_told)
{
    struct identity_config config = {0};
    struct store_config store = {.path = test_store(":memory:"),
                                 .tables = identity_tables,
                                 .seal_key = "0123456789abcdef0123456789abcdef"};
    struct identity *identity;
    char path[320];

    (void)snprintf(path, sizeof path, "%s/key", test_dir());
    REQUIRE_OK(file_write(path, "no key", 6, 0600));
    REQUIRE_OK(store_open(&store, &config.store));
    config.key_file = path;
    CHECK_ERR_MSG(identity_new(&config, &identity), E_UNAVAILABLE, "signing key");
    store_close(config.store);
}

/* ---- tokens in memory ---------------------------------------------------------------------- */

static void *
hammer(void *arg)
{
    static const struct identity_role roles[] = {{"1", "member"}, {"2", "reader"}};
    AUTO(mem) mem = mem_new("hammer");

    for (int i = 0; i < 20000; i++) {
        const char *text = mem_printf(mem, "token-%d", i % 97);
        struct identity_token got, token = {.text = text,
                                            .user_id = text,
                                            .expires_us = NOW + 1,
                                            .roles = roles,
                                            .n_roles = 2};

        known_put(arg, 7, &token);
        if (known_get(arg, text, 7, NOW, mem, &got)) {
            CHECK_STR(got.user_id, text);
            CHECK_STR(got.roles[1].name, "reader");
            CHECK(got.project_id == NULL);
        }
        if (i % 1000 == 0) {
            mem_reset(mem);
        }
    }
    return NULL;
}

TEST(tokens_are_remembered_by_many_threads)
{
    struct known_tokens *tokens = known_new();
    struct identity_token got, token = {.text = "t", .user_id = "u", .expires_us = NOW};
    AUTO(mem) mem = mem_new("test");
    pthread_t threads[4];

    known_put(tokens, 1, &token);
    CHECK(known_get(tokens, "t", 1, NOW - 1, mem, &got));
    CHECK_STR(got.user_id, "u");
    CHECK(!known_get(tokens, "t", 1, NOW, mem, &got));     /* over */
    CHECK(!known_get(tokens, "t", 2, NOW - 1, mem, &got)); /* something changed */
    CHECK(!known_get(tokens, "T", 1, NOW - 1, mem, &got));
    for (size_t i = 0; i < 4; i++) {
        REQUIRE(pthread_create(&threads[i], NULL, hammer, tokens) == 0);
    }
    for (size_t i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    known_free(tokens);
}

static const char *
role_id(const struct identity_token *token, const char *name)
{
    for (size_t i = 0; i < token->n_roles; i++) {
        if (strcmp(token->roles[i].name, name) == 0) {
            return token->roles[i].id;
        }
    }
    return NULL;
}

/* reader comes with member, which comes with reader. */
static struct err *
close_circle(struct tx *tx, const struct identity_token *token)
{
    struct implied_role *row = row_new(tx_mem(tx), &implied_role_table);

    row->id = uuid_make_hex(tx_mem(tx));
    row->prior_role_id = role_id(token, "reader");
    row->implied_role_id = role_id(token, "member");
    return row_insert(tx, row);
}

TEST(implied_roles_come_along_and_circles_end)
{
    struct fixture fx;
    struct identity_token token;
    struct taking change = {.fx = &fx, .token = &token, .what = close_circle};

    (void)fixture_open(&fx);
    admin_token(&fx, &token);
    CHECK(role_id(&token, "admin") && role_id(&token, "member") && role_id(&token, "reader"));
    REQUIRE_OK(store_write_wait(fx.store, run_change, &change));
    admin_token(&fx, &token);
    CHECK_INT(token.n_roles, 3);
    fixture_close(&fx);
}
