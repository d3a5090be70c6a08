/* Passwords on their way into rows: hashed before the transaction, on the
 * pool; only the hash goes on. */
#include "faces/keystone.h"

#include <string.h>

/* Create and update of a user: 'password' becomes 'password_hash'. */
struct err *
keystone_hash_given(struct rest_request *r)
{
    struct user *user = r->row;

    if (!user->password) {
        return NULL;
    }
    TRY(identity_hash(keystone_identity(r), r->mem, user->password, &user->password_hash));
    user->password = NULL;
    row_give(&user->row, "password_hash");
    return NULL;
}

/* {"user": {"password": "new", "original_password": "old"}}: proved by a login,
 * so that neither a token nor a right is needed (an expired password can be
 * changed). */
struct err *
keystone_password_prepare(struct rest_request *r)
{
    const struct json *user = json_get(r->body, "user");
    const char *old = json_get_str(user, "original_password");
    const char *new = json_get_str(user, "password");
    struct identity_login login = {.methods = METHOD_PASSWORD,
                                   .user_id = r->id,
                                   .password = old,
                                   .unscoped = true};
    struct identity_token token;
    const char *hash;

    if (!old || !new || new[0] == '\0' || strlen(new) > 4096) {
        return err_new(E_INVALID, NULL,
                       "'password' and 'original_password' are required properties of 'user'");
    }
    TRY(identity_login(keystone_identity(r), &login, r->mem, &token));
    TRY(identity_hash(keystone_identity(r), r->mem, new, &hash));
    r->state = mem_str(r->mem, hash);
    return NULL;
}

struct err *
keystone_password_set(struct tx *tx, struct rest_request *r)
{
    struct user *old, *user;

    TRY(row_get(tx, &user_table, r->id, &old));
    user = row_copy(tx_mem(tx), old);
    user->password_hash = r->state;
    user->tokens_since = tx_now(tx);
    return row_update(tx, old, user);
}
