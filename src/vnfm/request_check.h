/* An instantiation's request held against VNFD and sites, before anything is started. */
#ifndef CARRICK_VNFM_REQUEST_CHECK_H
#define CARRICK_VNFM_REQUEST_CHECK_H

#include "store/store.h"
#include "vnfm/journal.h"
#include "vnfm/request.h"

struct site;

/* What a site says of a network, or a port, that a request names; see vnf_networks_look. */
struct network_seen {
    const char *site_id, *network_id; /* of a port: its own id */
    const char *port_network;  /* network of a port; null = not known */
    bool is_port;
    bool unknown;              /* the site has not said, or not in time */
    bool absent;               /* the site has no such network */
    bool foreign;              /* nor lends it to the project that it is used as */
    const struct json *subnets; /* its subnets: id, cidr; null = not known */
};

/* Fills flavour, level, site and connections of 'in' (whose package and project are
 * there) from the request.  All faults at once, E_UNPROCESSABLE: a flavour, level or
 * connection point that the VNFD has not, one that is not connected, sites that are not
 * registered, addresses that no subnet has.  What is not in 'seen', or unknown, is not judged here, and the
 * input says so ('unjudged'): the operation asks for it. */
struct err *instantiate_check(struct tx *tx, const struct instantiate_request *request,
                              const struct network_seen *seen, size_t n_seen,
                              struct vnf_in *in) MUST_USE;

struct lcm_request;
/* Fills site, connections and managed links of 'in' (whose package is there) from the links of a request,
 * for an instance that is 'made' and 'wanted' so afterwards; faults as above. */
struct err *connections_check(struct tx *tx, const struct vnf_made *made,
                              const struct vnf_wanted *wanted, const struct lcm_request *request,
                              const struct instantiate_request *links, struct vnf_in *in) MUST_USE;
/* Links and sites of a request, as an instantiation would name them; in 'mem'. */
const struct instantiate_request *
connectivity_links(struct mem *mem, const struct change_connectivity_request *asked);
const struct instantiate_request *flavour_links(struct mem *mem,
                                                const struct change_flavour_request *asked);
const struct instantiate_request *package_links(struct mem *mem,
                                                const struct change_package_request *asked);

/* The site that 'name' (an id or a name, perhaps of a connection of the request) means;
 * null where there is none. */
struct err *request_site(struct tx *tx, const char *project_id,
                         const struct instantiate_request *request, const char *name,
                         struct site **site) MUST_USE;
/* The site of a link: the one it names (vimConnectionId, may be null), else the only one there is, else null. */
struct err *request_link_site(struct tx *tx, const char *project_id,
                              const struct instantiate_request *request,
                              const char *vim, struct site **site) MUST_USE;
/* Each connection point that leads outside has a network, each of its instances an address of its own.
 * All faults at once, E_UNPROCESSABLE. */
struct err *vnf_connected_check(struct mem *mem, const struct vnf_wanted *wanted,
                                const struct rows *connections) MUST_USE;
/* Links that a grant gives for a VNF at 'site' and of a flavour: they become connections and managed links
 * of 'in' (whose package and project are there), in place of what it has.  Faults as above. */
struct err *granted_links_check(struct tx *tx, const struct instantiate_request *links,
                                struct site *site, const char *flavour_id,
                                struct vnf_in *in) MUST_USE;

#endif
