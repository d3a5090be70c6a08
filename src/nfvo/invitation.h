/* How a site joins: an administrator invites it, the site shows the token and has its key signed, and
 * registers itself. */
#ifndef CARRICK_NFVO_INVITATION_H
#define CARRICK_NFVO_INVITATION_H

#include "nfvo/nfvo.h"

#define ATTR ATTR_MEMBER
struct site_invitation {
    struct row row;
#include "nfvo/site_invitation.tbl"
};
struct join_certificate {
    struct row row;
#include "nfvo/join_certificate.tbl"
};
struct join_site {
    struct row row;
#include "nfvo/join_site.tbl"
};
#undef ATTR
extern const struct table site_invitation_table, join_certificate_table, join_site_table;
extern const struct resource site_invitation_resource;

/* Gives 'invitation' a secret, of which it keeps the digest; '*token' is that and the authority's
 * fingerprint, "SECRET.FINGERPRINT", by which the site knows whom it speaks to.  E_CONFLICT where this
 * orchestrator signs no certificates. */
struct err *invitation_token(const struct nfvo *nfvo, struct mem *mem,
                             struct site_invitation *invitation, const char **token) MUST_USE;
/* The invitation that a secret is of, which still holds.  E_FORBIDDEN where there is none;
 * E_CONFLICT where it is used or over. */
struct err *invitation_find(struct tx *tx, const char *secret,
                            struct site_invitation **invitation) MUST_USE;
/* The same for who asks for a certificate: of one that was used too, where 'request' is by the key that joined by it, it
 * is not over, and the site that it became has the name and an address of it still: an answer was lost.  '*site' is that site, null where it was not
 * used. */
struct err *invitation_again(struct tx *tx, const char *secret, const char *request,
                             struct site_invitation **invitation, struct site **site) MUST_USE;
/* One that was used so holds again, for the same key: what was registered by it does not work. */
struct err *invitation_reopen(struct tx *tx, const char *secret, const char *request) MUST_USE;
/* Signs the request's key for the invitation's addresses.  E_INVALID by the request. */
struct err *invitation_sign(const struct nfvo *nfvo, struct mem *mem,
                            const struct site_invitation *invitation, const char *request,
                            const char **certificate, const char **authority) MUST_USE;
/* Notes whose key it is; another one is E_CONFLICT from then on. */
struct err *invitation_bind(struct tx *tx, const char *secret, const char *request) MUST_USE;
/* The site as it is registered, probed.  E_INVALID: not at an address of the invitation, or not
 * HTTPS. */
struct err *invitation_site(const struct nfvo *nfvo, struct mem *mem,
                            const struct site_invitation *invitation, const struct join_site *given,
                            struct site **site) MUST_USE;
/* Registers it, in place of one of that name, and uses the invitation up. */
struct err *invitation_use(struct tx *tx, struct op *op, const char *secret,
                           const struct site *site, struct site **made) MUST_USE;

/* attr_check_fn: addresses or host names */
const char *site_check_addresses(struct mem *mem, const struct attr *attr, void *value);

#endif
