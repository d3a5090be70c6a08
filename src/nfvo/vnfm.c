/* VNFMs that are other processes, as resources, and how calls to them learn who they are. */
#include "ledger/ledger.h"
#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* Who asks for no grant hears of no links. */
static struct err *
links_check(const struct vnfm *vnfm)
{
    return vnfm->links_by_grant && !vnfm->client
               ? err_new(E_INVALID, NULL, "links_by_grant: a VNFM without a client asks for no grants")
               : NULL;
}

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct vnfm *vnfm = row;

    (void)tx;
    TRY(links_check(vnfm));
    return owner_set(op, &vnfm->project_id);
}

static struct err *
before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    (void)tx;
    (void)op;
    (void)old;
    return links_check(row);
}

/* Nobody else says any more what became of its instances. */
static struct err *
claims_forget(struct tx *tx, const struct vnfm *vnfm)
{
    struct cond of_vnfm[] = {COND("vnfm_id", vnfm->id), {0}};
    struct query query = {.table = &grant_table, .conds = of_vnfm};
    struct rows grants;

    TRY(rows_select(tx, &query, &grants));
    for (size_t i = 0; i < grants.n; i++) {
        TRY(ledger_release(tx, ((const struct grant *)grants.items[i])->id));
    }
    return NULL;
}

/* While one of its operations is followed, it has to be there to be asked. */
static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    static const char *const open_states[] = {"PROCESSING", "GRANTED", NULL};
    const struct vnfm *vnfm = row;
    struct cond open[] = {COND("vnfm_id", vnfm->id), {.attr = "status", .texts = open_states}, {0}};
    struct grant *grant;

    (void)op;
    TRY(row_find(tx, &grant_table, open, &grant));
    if (grant) {
        return err_new(E_IN_USE, NULL, "operation %s of VNFM %s has grant %s",
                       grant->vnf_lcm_op_occ_id, vnfm->name, grant->id);
    }
    return claims_forget(tx, vnfm);
}

const struct resource vnfm_resource = {
    .table = &vnfm_table,
    .singular = "vnfm",
    .plural = "vnfms",
    .doc = "VNFMs that are other processes.",
    .rule_create = "writer",
    .hooks = {.before_create = before_create,
              .before_update = before_update,
              .before_delete = before_delete},
};

/* In nobody's name, and at an address that callbacks may have: the VNF's owner says where it is. */
static struct err *
em_about(struct tx *tx, const char *vnf_id, struct peer_about *about)
{
    struct cond by_id[] = {COND("id", vnf_id), {0}};
    struct vnf_instance *vnf;
    const char *url;

    TRY(row_find(tx, &vnf_instance_table, by_id, &vnf));
    url = vnf ? json_get_str(vnf->extensions, NFVO_EM_URL) : NULL;
    if (!url) {
        return err_new(E_NOT_FOUND, NULL, "VNF instance %s has no element manager", vnf_id);
    }
    if (!nfvo_is_url(url)) {
        return err_new(E_INVALID, NULL,
                       "VNF instance %s: extension " NFVO_EM_URL " is no http or https URL", vnf_id);
    }
    *about = (struct peer_about){
        .name = mem_printf(tx_mem(tx), "element manager of VNF %s", vnf_id),
        .url = url,
        .is_stranger = true};
    return NULL;
}

struct err *
nfvo_peer_about(struct tx *tx, void *arg, const char *peer_id, struct peer_about *about)
{
    const struct nfvo *nfvo = arg;
    struct vnfm *vnfm;

    if (str_eq(peer_id, NFVO_PEER)) {
        *about = nfvo->grants_from;
        return NULL;
    }
    if (str_starts(peer_id, NFVO_EM_PEER)) {
        return em_about(tx, peer_id + strlen(NFVO_EM_PEER), about);
    }
    TRY(row_get(tx, &vnfm_table, peer_id, &vnfm));
    *about = (struct peer_about){
        .name = mem_printf(tx_mem(tx), "VNFM %s", vnfm->name),
        .url = vnfm->url,
        .login = {.type = vnfm->token_endpoint ? "OAUTH2_CLIENT_CREDENTIALS"
                          : vnfm->username     ? "BASIC"
                                               : NULL,
                  .user = vnfm->username,
                  .secret = vnfm->password,
                  .token_endpoint = vnfm->token_endpoint,
                  .scope = vnfm->scope},
    };
    return NULL;
}
