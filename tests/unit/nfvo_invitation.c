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
