/* How a site joins, by HTTP.  Who has a token of an invitation needs no other; nothing that costs
 * anything is done before it is found good. */
#include "faces/orchestrator_join.h"

#include "faces/etsi.h"
#include "faces/orchestrator.h"
#include "nfvo/invitation.h"

/* rest_fn: the token is told in this answer alone. */
struct err *
invitation_prepare(struct rest_request *r)
{
    const char *token;

    TRY(invitation_token(r->op.user, r->mem, r->row, &token));
    r->state = mem_str(r->mem, token);
    return NULL;
}

static void
invitation_encode(struct rest_request *r, struct jw *w, const void *row)
{
    etsi_row(r, w, row);
    if (r->state) {
        jw_str(w, "token", r->state);
    }
}

const struct rest_shape invitation_shape = {.encode = invitation_encode};

/* store_fn: the invitation of a token, for what is done outside of a transaction. */
struct finding {
    struct mem *mem;
    const char *secret, *request;
    struct site_invitation *invitation;
    struct site *site; /* That it became already. */
};

static struct err *
find(struct tx *tx, void *arg)
{
    struct finding *finding = arg;
    struct site_invitation *found;

    TRY(invitation_find(tx, finding->secret, &found));
    finding->invitation = row_copy(finding->mem, found);
    return NULL;
}

/* store_fn */
static struct err *
find_again(struct tx *tx, void *arg)
{
    struct finding *finding = arg;
    struct site_invitation *found;
    struct site *site;

    TRY(invitation_again(tx, finding->secret, finding->request, &found, &site));
    finding->invitation = row_copy(finding->mem, found);
    finding->site = site ? row_copy(finding->mem, site) : NULL;
    return NULL;
}

/* What is answered once it is noted whose key was signed. */
struct signing {
    const char *name, *certificate, *authority;
    bool was_used, is_joined;
};

/* rest_fn */
struct err *
join_certificate_prepare(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    const struct join_certificate *asked = r->row;
    struct finding finding = {.mem = r->mem, .secret = asked->token, .request = asked->request};
    struct signing *signing = MEM_NEW(r->mem, struct signing);

    TRY(store_read(nfvo->store, find_again, &finding));
    signing->name = finding.invitation->name;
    if (finding.site) { /* The answer that said so was lost; or what it was registered with is no more. */
        const char *version;
        struct err *e = site_probe(nfvo, r->mem, finding.site, &version);

        signing->was_used = true;
        signing->is_joined = !e;
        err_ignore(e, "then it registers itself once more");
    }
    r->state = signing;
    return invitation_sign(nfvo, r->mem, finding.invitation, asked->request, &signing->certificate,
                           &signing->authority);
}

/* rest_tx_fn */
struct err *
join_certificate_write(struct tx *tx, struct rest_request *r)
{
    const struct join_certificate *asked = r->row;
    const struct signing *signing = r->state;

    if (signing->was_used && !signing->is_joined) {
        TRY(invitation_reopen(tx, asked->token, asked->request));
    }
    if (!signing->is_joined) {
        TRY(invitation_bind(tx, asked->token, asked->request));
    }
    jw_object(&r->w, NULL);
    jw_str(&r->w, "name", signing->name);
    jw_bool(&r->w, "joined", signing->is_joined);
    jw_str(&r->w, "certificate", signing->certificate);
    jw_str(&r->w, "authority", signing->authority);
    jw_end(&r->w);
    return NULL;
}

/* rest_fn */
struct err *
join_site_prepare(struct rest_request *r)
{
    const struct nfvo *nfvo = r->op.user;
    const struct join_site *given = r->row;
    struct finding finding = {.mem = r->mem, .secret = given->token};
    struct site *site;

    TRY(store_read(nfvo->store, find, &finding));
    TRY(invitation_site(nfvo, r->mem, finding.invitation, given, &site));
    r->state = site;
    return NULL;
}

/* rest_tx_fn */
struct err *
join_site_write(struct tx *tx, struct rest_request *r)
{
    const struct join_site *given = r->row;
    struct site *made;

    TRY(invitation_use(tx, &r->op, given->token, r->state, &made));
    r->id = mem_str(r->mem, made->id);
    jw_object(&r->w, NULL);
    jw_str(&r->w, "id", made->id);
    jw_str(&r->w, "name", made->name);
    jw_str(&r->w, "status", made->status);
    jw_end(&r->w);
    return NULL;
}
