/* What the files of the identity face share. */
#ifndef CARRICK_FACES_KEYSTONE_H
#define CARRICK_FACES_KEYSTONE_H

#include "faces/faces.h"
#include "identity/identity.h"

static inline struct identity *
keystone_identity(const struct rest_request *r)
{
    return r->op.user;
}

extern const struct rest_shape keystone_project, keystone_domain, keystone_user, keystone_role;

/* {"links": {"self": ...}} of a thing below /v3. */
void keystone_self(struct rest_request *r, struct jw *w, const char *kind, const char *id);
/* The "links" of a list, closing the object that keystone_list_open opened. */
void keystone_list_open(struct rest_request *r, const char *plural);
void keystone_list_close(struct rest_request *r);
/* After the commit of what changes rights: callers seen before are looked up again. */
rest_fn keystone_changed;

/* keystone_token.c */
rest_fn keystone_token_post, keystone_token_get, keystone_token_delete_prepare, keystone_catalog;
rest_tx_fn keystone_token_delete;
/* keystone_catalog.c */
rest_fn keystone_services, keystone_service, keystone_endpoints, keystone_endpoint,
    keystone_regions, keystone_region;
void keystone_write_catalog(struct rest_request *r, struct jw *w);
/* keystone_grant.c */
rest_tx_fn keystone_grant_put, keystone_grant_delete, keystone_grant_get, keystone_grant_list,
    keystone_assignments, keystone_inferences, keystone_implied_list, keystone_implied_put,
    keystone_implied_delete, keystone_my_projects, keystone_my_domains, keystone_user_projects;
/* keystone_password.c */
rest_fn keystone_hash_given, keystone_password_prepare;
rest_tx_fn keystone_password_set;

#endif
