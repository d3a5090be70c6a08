/* Grants, for our own VNFM and for others: the decision, and the desk where others ask. */
#ifndef CARRICK_NFVO_GRANT_DESK_H
#define CARRICK_NFVO_GRANT_DESK_H

#include "nfvo/journal.h"
#include "nfvo/nfvo.h"
#include "nfvo/request.h"

/* ---- grant.c: the decision ------------------------------------------------------------- */

/* Chooses or checks the site, takes the claims under grant->id and fills the grant, which is not
 * stored here.  'seen' (struct site_seen; null = nobody looked): what sites have left.  '*site' is
 * null where nothing is added.  E_QUOTA, E_UNAVAILABLE: none fits. */
struct err *grant_settle_on(struct tx *tx, const struct grant_in *asked, const struct rows *seen,
                            struct grant *grant, struct site **site) MUST_USE;
/* grant_zones.c: a zone of 'zones' for each resource of the request that 'constraints' (struct
 * placement_constraint of scope ZONE) are about: 'chosen' are struct vnf_zone_at.  E_FORBIDDEN: there are
 * too few, or the constraints contradict each other. */
struct err *grant_zones_choose(struct mem *mem, const struct rows *constraints,
                               const struct strs *zones, struct rows *chosen) MUST_USE;
struct err *claims_take(struct tx *tx, const struct grant_in *in, const struct site *site,
                        const char *grant_id) MUST_USE;
/* Gives back what all grants of a VNFM's instance claimed; vnfm_id null = our own.  What a foreign
 * VNFM calls its instances is its business: the same name at another is another instance. */
struct err *claims_release(struct tx *tx, const char *vnfm_id,
                           const char *vnf_instance_id) MUST_USE;
/* A VNFM's grants that are over and claim nothing: the newest GRANTS_KEPT stay, to be told again. */
#define GRANTS_KEPT 1000
struct err *grants_prune(struct tx *tx, const char *vnfm_id) MUST_USE;
/* in->total_*: what of a site's quota is ours; look.c. */
void grant_totals_fill(const struct rows *sites, const char *site_id, struct grant_in *in);

/* ---- grant_flow.c: a foreign VNFM's grant, from its request to the end of the operation ---- */

extern const struct flow_type grant_flow; /* in grant_asked */
extern const struct step_kind grant_decide, grant_complete, grant_refuse, grant_tell, grant_over;

/* ---- grant_desk.c: who asks, and waits ------------------------------------------------- */

struct grant_desk;
struct grant_desk *grant_desk_new(void) MUST_USE;
void grant_desk_free(struct grant_desk *desk); /* null accepted; nobody waits any more */
/* A grant was decided: who waits looks at his.  Any thread. */
void grant_desk_ring(struct grant_desk *desk);
/* May one more wait?  Where the few seats are taken, who asks is told to come again (202).  Any thread;
 * who sat rises. */
bool grant_desk_sit(struct grant_desk *desk) MUST_USE;
void grant_desk_rise(struct grant_desk *desk);
/* The request becomes a grant that is decided by a flow; one for each operation, however often it is
 * asked for.  Then waits for the decision, nfvo->grant_wait_ms at most ('is_async', or no seat: not at
 * all).  Not on a loop's thread.  E_FORBIDDEN: the caller is no VNFM, or it is refused at once;
 * E_UNPROCESSABLE: what VNFD or packages have against it; E_BUSY: the VNFM has too many open. */
struct err *grant_ask(struct nfvo *nfvo, struct mem *mem, const struct caller *caller,
                      const struct grant_request *request, bool is_async,
                      const char **grant_id) MUST_USE;

#endif
