/* Placement: from NSD, request and sites to a plan.  Pure but for reading
 * descriptors: the same input gives the same plan. */
#ifndef CARRICK_NFVO_PLACE_H
#define CARRICK_NFVO_PLACE_H

#include "base/vec.h"
#include "nfvo/journal.h"
#include "nfvo/nfvo.h"
#include "nfvo/request.h"

/* READ of our own store, in place_in, out ns_plan. */
extern const struct step_kind ns_place;
/* place_shape.c: the same for an NS that runs, in shape_in, out ns_plan: all VNFs and paths that
 * there will be, and those SAPs and images that are new. */
extern const struct step_kind ns_shape_place;

/* The VNFM that a request ('params': its additionalParamsForNs) names for a profile, else one that the VNFD
 * names; null: ours.  E_UNPROCESSABLE: the one that is named is not registered. */
struct err *place_vnfm_find(struct tx *tx, const char *project_id, const struct json *params,
                            const char *profile, const struct vnfd *vnfd,
                            struct vnfm **vnfm) MUST_USE;

/* One placement under way; for the files of placement only. */
struct placing {
    struct mem *mem;
    const struct nsd *nsd;
    const struct ns_in *in;
    const struct instantiate_ns_request *request;
    const struct rows *sites; /* struct site_seen */
    struct ns_plan *plan;
    struct map descriptors; /* profile -> struct vnf_wanted */
    struct map packages;    /* profile -> package id */
    struct map vnfds;       /* package id -> struct vnfd */
    struct map names;       /* name -> struct plan_vnf: of plan->vnfs */
    struct map vnfms;       /* profile -> id of the foreign VNFM */
    struct map insides;     /* path element -> struct inside */
    struct map wheres;      /* VNF -> struct vnf_location, before the request's for its profile */
    const struct rows *bases; /* struct ns_site_made: only where its links are; null = anywhere */
    size_t n_there;           /* of plan->vnfs, the first: they have their places already */
};

/* place.c: what a profile's VNFD says is looked up for the others; an instance of a profile that
 * was looked up, not placed yet, whose name ends in 'number'. */
struct err *place_descriptor(struct tx *tx, struct placing *p,
                             const struct nsd_vnf *profile) MUST_USE;
struct plan_vnf *place_instance(struct placing *p, const char *seed, const struct nsd_vnf *profile,
                                const char *number);
/* A VNF of the plan; its name is none of another one. */
void place_vnf_add(struct placing *p, struct plan_vnf *vnf);
/* The end of the lowest free name of an instance, "-2": PROFILE, where it stands alone, is the first one. */
const char *place_number(struct placing *p, const char *profile);
/* place_site.c: a site and a reason for every VNF and SAP. */
struct err *place_vnfs(struct placing *p) MUST_USE;
struct err *place_saps(struct placing *p) MUST_USE;
/* Where a link is that only nested NSs are on: with what has its place already, else at any site that
 * answers.  Null: no nested NS is on it, or no site answers. */
const struct site_seen *place_nested_home(const struct placing *p, const char *link);
/* Is the link one of the NS around this one; at that site (null: at any)? */
bool place_given(const struct placing *p, const char *link, const char *site);
bool place_given_at(const struct placing *p, const char *site); /* any link */
/* place_inside.c: the function in a nested NS that a path element, which is that NS's, stands for. */
struct inside {
    const char *nested;           /* NS profile, or PROFILE:PROFILE where it is deeper */
    const char *vnf;              /* NESTED:PROFILE */
    const char *ingress, *egress; /* requirements of its own */
};
/* Finds them for all paths of the NSD, in NSDs that are on-boarded.  E_UNPROCESSABLE: all that cannot be. */
struct err *place_inside(struct tx *tx, struct placing *p) MUST_USE;
/* Null: the element is no nested NS's. */
const struct inside *place_inside_of(const struct placing *p, const struct nsd_element *element);
/* Has a path of the graph such an element? */
struct nsd_graph;
bool place_goes_inside(const struct nsd_graph *graph);
/* Once paths are placed.  E_UNPROCESSABLE: such a function is an end of a path, its ports would drop what
 * a path brings, or there is no NS of its profile. */
struct err *place_inside_check(struct tx *tx, const struct placing *p) MUST_USE;
/* E_UNPROCESSABLE where such a position is in NSs of an NS profile: it would not be told of one that comes or goes. */
struct err *inside_unused_check(const struct rows *hops, const char *profile) MUST_USE;
/* Functions of an NS that is made as 'profile' of the NSD, which paths around go through: added to
 * 'passed' (struct plan_cp) as that NS calls them.  'around' is the operation of the NS around. */
struct err *inside_passed(struct tx *tx, const struct nsd *nsd, const struct ns_in *around,
                          const char *profile, struct rows *passed) MUST_USE;
/* place_path.c: positions and ends of forwarding paths. */
void place_paths(struct placing *p);
/* E_UNPROCESSABLE where a chain would go through ports of VNFs that are there which drop it. */
struct err *place_passable(const struct placing *p) MUST_USE;
/* place_overlap.c: E_UNPROCESSABLE where two paths claim the same packets; names all such rules. */
struct err *place_overlaps(const struct placing *p) MUST_USE;
/* place_link.c: which sites a link has members at, and their shares of its addresses;
 * after the paths. */
struct err *place_links(struct placing *p) MUST_USE;
/* place_route.c: paths through sites without chains become routes, on links that are placed, or
 * E_NOT_IMPLEMENTED says why they cannot; in an NS that runs, those that come or change. */
struct err *place_routes(struct placing *p) MUST_USE;
struct err *place_routes_change(struct placing *p, const struct ns_made *made) MUST_USE;
/* place_link.c: links that there are, where they are, for the time of a placement. */
void place_links_there(struct placing *p, const struct ns_made *made);
/* place_image.c: images, once a site; one of a profile that only a container starts, or null. */
void place_images(struct placing *p);
const char *place_container_image(const struct placing *p, const char *profile);

const struct site_seen *place_site(const struct placing *p, const char *site_id);
/* By name or id among 'sites' (struct site_seen); null where there is none. */
const struct site_seen *place_site_named(const struct rows *sites, const char *name);
/* Null where the constraint holds for a site, else what does not, in 'mem'. */
const char *place_location_fault(struct mem *mem, const struct vnf_location *location,
                                 const struct site_seen *site);
/* The prefix of the NSD's link 'i': its own, or one that follows from its place. */
const char *place_link_cidr(struct mem *mem, const struct nsd *nsd, size_t i);
/* Instances of a profile in the plan: struct plan_vnf. */
void place_instances(const struct placing *p, const char *profile, struct rows *vnfs);
void place_note(struct placing *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void place_add(struct mem *mem, struct rows *rows, void *row);

#endif
