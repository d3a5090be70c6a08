/* Who may say a used invitation again: the key that joined by it, as long as nobody has taken the site from it. */
#include "http/authority.h"
#include "nfvo/invitation.h"
#include "nfvo/nfvo.h"
#include "test.h"

#include <string.h>

#define SITE "11111111-1111-4111-8111-111111111111"
#define INVITATION "22222222-2222-4222-8222-222222222222"
#define SECRET "0123456789abcdef0123456789abcdef"

struct again {
    const char *name, *auth_url; /* the site's, now */
    const char *request;
    int64_t expires_in;
    bool is_found, is_again;
};

static const char *own, *other; /* requests by the key that joined, and by another one */

static struct err *
again_fn(struct tx *tx, void *arg)
{
    static const char *const addresses[] = {"10.0.0.2"};
    struct again *again = arg;
    struct site_invitation *invitation = row_new(tx_mem(tx), &site_invitation_table);
    struct site *site = row_new(tx_mem(tx), &site_table), *found;
    char digest[AUTHORITY_FINGERPRINT], key[AUTHORITY_FINGERPRINT];
    struct err *err;

    TRY(authority_digest(SECRET, digest));
    TRY(authority_request_id(own, key));
    site->id = SITE;
    site->project_id = "p";
    site->name = again->name;
    site->auth_url = again->auth_url;
    site->username = site->password = site->project_name = "x";
    TRY(row_insert(tx, site));
    invitation->id = INVITATION;
    invitation->project_id = "p";
    invitation->name = "east";
    invitation->addresses = (struct strs){.items = (const char **)(uintptr_t)addresses, .n = 1};
    invitation->token_digest = digest;
    invitation->key_digest = key;
    invitation->expires_at = tx_now(tx) + again->expires_in;
    invitation->joined_at = tx_now(tx);
    invitation->site_id = site->id;
    TRY(row_insert(tx, invitation));
    err = invitation_again(tx, SECRET, again->request, &invitation, &found);
    again->is_again = !err && found;
    again->is_found = !err || err_is(err, E_CONFLICT);
    err_ignore(err, "looked at");
    return err_new(E_CANCELLED, NULL, "nothing of it stays");
}

TEST(invitation_is_good_again_for_who_joined_by_it_alone)
{
    static const char url[] = "https://10.0.0.2:8080/identity/v3";
    const struct {
        const char *what;
        struct again again;
        bool is_again;
    } cases[] = {
        {"the answer was lost", {"east", url, own, 60000000, false, false}, true},
        {"another key", {"east", url, other, 60000000, false, false}, false},
        {"it is over", {"east", url, own, -60000000, false, false}, false},
        {"another address since", {"east", "https://10.0.0.3:8080/identity/v3", own, 60000000, false, false}, false},
        {"another name since", {"west", url, own, 60000000, false, false}, false},
    };
    static const struct table *const tables[] = {&site_table, &site_invitation_table, NULL};
    const struct store_config config = {
        .path = ":memory:", .tables = tables, .seal_key = "0123456789abcdef0123456789abcdef"};
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = NULL;
    const char *keys[2];

    REQUIRE_OK(authority_key(mem, &keys[0]));
    REQUIRE_OK(authority_key(mem, &keys[1]));
    REQUIRE_OK(authority_request(mem, keys[0], "site", &own));
    REQUIRE_OK(authority_request(mem, keys[1], "site", &other));
    REQUIRE_OK(store_open(&config, &store));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct again again = cases[i].again;

        again.request = i == 1 ? other : own;
        CHECK_ERR(store_write_wait(store, again_fn, &again), E_CANCELLED);
        if (!again.is_found || again.is_again != cases[i].is_again) {
            test_fail(__FILE__, __LINE__, "%s: found %d, again %d", cases[i].what, again.is_found, again.is_again);
        }
    }
}

/* ---- who registers the site ---------------------------------------------------------------------------------- */

#define NEWER "33333333-3333-4333-8333-333333333333"
#define NEWER_SECRET "fedcba9876543210fedcba9876543210"

struct keys {
    const char *own, *other; /* private ones */
    const char *digest;      /* of the first */
};

static struct keys
keys_make(struct mem *mem)
{
    char digest[AUTHORITY_FINGERPRINT];
    const char *request;
    struct keys keys;

    REQUIRE_OK(authority_key(mem, &keys.own));
    REQUIRE_OK(authority_key(mem, &keys.other));
    REQUIRE_OK(authority_request(mem, keys.own, "site", &request));
    REQUIRE_OK(authority_request_id(request, digest));
    keys.digest = mem_str(mem, digest);
    return keys;
}

/* Who stole the token only has no key that signs; one that has seen such a proof cannot use it for another user. */
TEST(invitation_registers_what_its_key_has_signed_alone)
{
    static const char *const addresses[] = {"10.0.0.2"};
    static const struct {
        const char *what;
        bool is_bound, is_own, is_changed;
        enum err_code code;
    } cases[] = {
        {"as it is signed", true, true, false, E_INVALID}, /* it comes to the next check */
        {"by another key", true, false, false, E_FORBIDDEN},
        {"another password", true, true, true, E_FORBIDDEN},
        {"before a certificate was signed", false, true, false, E_FORBIDDEN},
    };
    AUTO(mem) mem = mem_new("test");
    const struct keys keys = keys_make(mem);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct site_invitation invitation = {.name = "east", .addresses = {.items = (const char **)(uintptr_t)addresses, .n = 1}};
        struct join_site given = {.token = SECRET, .auth_url = "https://10.0.0.3:8080/identity/v3",
                                  .username = "orchestrator", .password = "p", .project_name = "orchestrator"};
        const struct nfvo nfvo = {0};
        char name[AUTHORITY_FINGERPRINT];
        struct site *site;
        struct err *err;

        REQUIRE_OK(invitation_proof(&given, name));
        REQUIRE_OK(authority_request(mem, cases[i].is_own ? keys.own : keys.other, name, &given.proof));
        given.password = cases[i].is_changed ? "q" : given.password;
        invitation.key_digest = cases[i].is_bound ? keys.digest : NULL;
        err = invitation_site(&nfvo, mem, &invitation, &given, &site);
        if (!err_is(err, cases[i].code)) {
            test_fail(__FILE__, __LINE__, "%s: %s", cases[i].what, err ? err->message : "registered");
        }
        err_free(err);
    }
}

static struct err *
newer_joins(struct tx *tx, void *arg)
{
    struct site_invitation *older = row_new(tx_mem(tx), &site_invitation_table);
    struct site_invitation *newer, *found;
    struct site *site = row_new(tx_mem(tx), &site_table), *made;
    const struct keys *keys = arg;
    const struct caller caller = {.project_id = "p", .is_internal = true};
    struct op op = {.resource = &site_resource, .caller = &caller, .mem = tx_mem(tx)};
    char digest[AUTHORITY_FINGERPRINT], newest[AUTHORITY_FINGERPRINT];
    const char *request;
    struct err *err;

    TRY(authority_digest(SECRET, digest));
    TRY(authority_digest(NEWER_SECRET, newest));
    site->id = SITE;
    site->project_id = "p";
    site->name = "east";
    site->auth_url = "https://10.0.0.2:8080/identity/v3";
    site->username = site->password = site->project_name = "x";
    TRY(row_insert(tx, site));
    older->id = INVITATION;
    older->project_id = "p";
    older->name = "east";
    older->addresses.items = MEM_ARRAY(tx_mem(tx), 2, const char *);
    older->addresses.items[older->addresses.n++] = "10.0.0.2";
    older->token_digest = digest;
    older->key_digest = keys->digest;
    older->expires_at = tx_now(tx) + 60000000;
    older->joined_at = tx_now(tx) - 1;
    older->site_id = site->id;
    TRY(row_insert(tx, older));
    newer = row_copy(tx_mem(tx), older);
    newer->id = NEWER;
    newer->token_digest = newest;
    newer->joined_at = TIME_NULL;
    newer->site_id = NULL;
    TRY(row_insert(tx, newer));
    TRY(invitation_use(tx, &op, NEWER_SECRET, site, &made));
    CHECK_STR(made->id, SITE);
    TRY(row_delete(tx, &site_invitation_table, NEWER));
    TRY(authority_request(tx_mem(tx), keys->own, "site", &request));
    err = invitation_again(tx, SECRET, request, &found, &made);
    CHECK(err_is(err, E_CONFLICT));
    err_free(err);
    return NULL;
}

/* Also once the newer one is gone. */
TEST(invitation_counts_no_more_once_another_joined_in_its_place)
{
    static const struct table *const tables[] = {&site_table, &site_invitation_table, NULL};
    const struct store_config config = {
        .path = ":memory:", .tables = tables, .seal_key = "0123456789abcdef0123456789abcdef"};
    AUTO(mem) mem = mem_new("test");
    AUTO(store) store = NULL;
    struct keys keys = keys_make(mem);

    REQUIRE_OK(store_open(&config, &store));
    CHECK_OK(store_write_wait(store, newer_joins, &keys));
}
