/* Placement: from NSD, request and sites to a plan.  Pure but for reading
 * descriptors: the same input gives the same plan. */
#ifndef CARRICK_NFVO_PLACE_H
#define CARRICK_NFVO_PLACE_H

#include "base/vec.h"
#include "nfvo/journal.h"
#include "nfvo/nfvo.h"

/* READ of our own store, in place_in, out ns_plan. */
extern const struct step_kind ns_place;

/* Checks an InstantiateNsRequest (SOL005 6.5.2.11) against the NSD, all faults at
 * once: E_INVALID. */
struct err *ns_request_check(const struct nsd *nsd, const struct json *request) MUST_USE;

/* One placement under way; for the files of placement only. */
struct placing {
    struct mem *mem;
    const struct nsd *nsd;
    const struct ns_in *in;
    const struct json *request;
    const struct rows *sites; /* struct site_seen */
    struct ns_plan *plan;
    struct map descriptors; /* profile -> struct vnf_wanted */
    struct map packages;    /* profile -> package id */
};

/* place_site.c: a site and a reason for every VNF and SAP. */
struct err *place_vnfs(struct placing *p) MUST_USE;
struct err *place_saps(struct placing *p) MUST_USE;
/* place_path.c: positions and ends of forwarding paths. */
void place_paths(struct placing *p);
/* place_link.c: which sites a link has members at, and their shares of its addresses;
 * after the paths. */
struct err *place_links(struct placing *p) MUST_USE;
/* place_image.c: images, once a site. */
void place_images(struct placing *p);

const struct site_seen *place_site(const struct placing *p, const char *site_id);
/* Instances of a profile in the plan: struct plan_vnf. */
void place_instances(const struct placing *p, const char *profile, struct rows *vnfs);
void place_note(struct placing *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void place_add(struct mem *mem, struct rows *rows, void *row);

#endif
