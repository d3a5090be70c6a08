/* What the flows of VNFs that a foreign VNFM manages share: a run of one of them. */
#ifndef CARRICK_VNFM_FOREIGN_RUN_H
#define CARRICK_VNFM_FOREIGN_RUN_H

#include "flow/flow.h"
#include "vnfm/journal.h"

struct foreign_run {
    struct flow *f;
    struct mem *mem;
    const struct vnf_in *in;
    struct vnf_wanted *wanted;
    struct vnf_made *made; /* as it becomes; its connections are what ports are made by */
    struct foreign_known *known;
};

/* Steps "port VNFC CPD": ports that lead outside, as the builtin VNFM would make them, of servers
 * (struct wanted_vnfc) that the VNFM is to make.  They become run->made->vnfcs, without servers. */
struct err *foreign_ports_make(struct foreign_run *run, const struct rows *vnfcs) MUST_USE;

/* extVirtualLinks of a request: these servers' (struct made_vnfc) ports, in their order. */
void foreign_links_write(struct jw *w, const struct foreign_run *run, const struct rows *vnfcs);

/* Step 'label': the VNFM does it.  'undo' is the body that takes it back; null = as the operation
 * itself is taken back, if at all. */
struct err *foreign_done(struct foreign_run *run, const char *label, const char *operation,
                         const struct json *body, const struct json *undo) MUST_USE;

/* Step 'label': the instance as the VNFM tells of it; null in a plan, which asks nobody. */
struct err *foreign_seen(struct foreign_run *run, const char *label,
                         const struct json **instance) MUST_USE;

/* Step "look": which server has the ports of which of run->made->vnfcs.  E_REMOTE: not all of them
 * have one. */
struct err *foreign_look(struct foreign_run *run) MUST_USE;

#endif
