/* Servers of a VNF within a flow. */
#ifndef CARRICK_VNFM_VNFC_H
#define CARRICK_VNFM_VNFC_H

#include "flow/flow.h"
#include "vnfm/describe.h"
#include "vnfm/journal.h"

/* What servers are made of and at which site; 'made' (struct made_vnfc) grows. */
struct vnfcs {
    struct flow *f;
    const char *site;
    const struct vnf_in *in; /* images that the site has */
    const struct vnf_wanted *wanted;
    struct rows connections; /* external ones and those of internal links */
    struct rows flavors; /* struct vnf_flavor_at: those that the site has already */
    struct rows zones; /* struct vnf_zone_at: where in the site the grant has them */
    struct rows had; /* struct made_vnfc: those of the same name replace them, with their ports */
    struct rows made;
};
/* Makes those of 'vnfcs' (struct wanted_vnfc), with images and flavors: one within the calling
 * flow, several by children in parallel. */
struct err *vnfcs_make(struct vnfcs *v, const struct rows *vnfcs) MUST_USE;

/* Makes a port of a connection point, or looks at the one that the client made, as step "port VNFC
 * CPD"; fills 'port'.  E_INVALID where in->connections has none for it. */
struct err *vnfc_port_make(struct flow *f, const struct vnfc_in *in,
                           const struct wanted_vnfc *vnfc, const struct wanted_cp *cp,
                           struct made_port *port) MUST_USE;

/* What a server holds at its site: its ports (not those that the client made), itself. */
void vnfc_held(struct mem *mem, const char *site, const struct made_vnfc *vnfc,
               struct rows *items);

/* Its server alone. */
void vnfc_server_held(struct mem *mem, const char *site, const struct made_vnfc *vnfc,
                      struct rows *items);

/* Makes internal links (struct wanted_link) side by side, as steps "network LINK" and "subnet LINK",
 * named after the VNF, but for those that are 'managed' (struct vnf_managed_link) by others; 'made'
 * (struct made_link) is empty before. */
struct err *vnf_links_make(struct flow *f, const char *site, const char *name,
                           const struct rows *links, const struct rows *managed,
                           struct rows *made) MUST_USE;
/* The link 'name' where it is one of these (struct vnf_managed_link), or null; in 'mem'. */
struct made_link *vnf_link_managed(struct mem *mem, const struct rows *managed, const char *name);
/* What servers attach to. */
struct vnf_connection *vnf_link_connection(struct mem *mem, const struct made_link *link);
/* What a link holds at its site, of somebody else's network nothing; a subnet that is not there is "". */
void vnf_link_held(struct mem *mem, const char *site, const struct made_link *link,
                   struct rows *items);

/* Networks after a change: what the request gives goes before what there was, links that go take
 * theirs with them; those of links that come are not there yet. */
struct rows vnf_connections_after(struct mem *mem, const struct vnf_made *made,
                                  const struct vnf_wanted *wanted, const struct rows *given,
                                  const struct vnf_change *change);
/* Networks after a grant: what it gives of a connection point goes before what the request gave
 * (SOL003 9.5.2.3, note 8). */
struct rows vnf_connections_over(struct mem *mem, const struct vnf_wanted *wanted,
                                 const struct rows *given, const struct rows *granted);
/* Is any of the connections one of this external connection point? */
bool vnf_connections_serve(const struct rows *connections, const struct wanted_cp *cp);

/* Steps "made" and "describe": what the instance consists of, and what its VNFD wants at the
 * scale levels of 'in'; of the flavour of 'in' where it names one, else of the instance's. */
struct err *vnf_now_read(struct flow *f, const struct vnf_in *in, struct vnf_made *made,
                         struct vnf_wanted *wanted) MUST_USE;
/* What a grant is asked for at the instance's site; claims of 'size'. */
struct grant_in *vnf_grant_in(struct flow *f, const struct vnf_in *asked, const char *site,
                              const struct vnf_size *size);

/* ResourceDefinition (SOL003 9.5.3.2) for every server and port of 'vnfcs' (struct wanted_vnfc),
 * or of those that are there (struct made_vnfc). */
struct err *vnfcs_definitions(struct mem *mem, const struct rows *vnfcs,
                              const struct json **definitions) MUST_USE;
struct err *vnfcs_made_definitions(struct mem *mem, const struct rows *vnfcs,
                                   const struct json **definitions) MUST_USE;

void vnf_rows_add(struct mem *mem, struct rows *rows, void *row);

#endif
