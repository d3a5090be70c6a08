/* The parts of an operation that makes VNFs and SAPs of an NS: an instantiation, an update. */
#ifndef CARRICK_NFVO_NS_PARTS_H
#define CARRICK_NFVO_NS_PARTS_H

#include "nfvo/flows.h"

/* What there is of an NS that runs, before an operation changes it. */
struct ns_now {
    struct owner *owner;
    struct ns_made *made;
    struct held_list *noted;
    struct site_list *sites; /* as they were seen */
};
/* Reads it, by four steps of the calling flow. */
struct err *ns_now_read(struct flow *f, const struct ns_in *in, struct ns_now *now) MUST_USE;

/* 'plan' as an instantiation would have it, of what there is, and the steering of it. */
void ns_steering_begin(struct flow *f, const struct ns_in *in, const struct ns_now *now,
                       struct ns_plan *plan, struct steering *steering);

/* The steering of an NS of which 'made' is known by now: what else there is is read, by three steps. */
struct err *ns_steering_now(struct flow *f, const struct ns_in *in, struct ns_made *made,
                            struct steering *steering) MUST_USE;

/* One run of such an operation. */
struct ns_parts {
    struct flow *f;
    struct mem *mem;
    const struct ns_in *in;
    struct ns_plan *plan;     /* What is made: its images, its SAPs, those of its VNFs that are asked for. */
    struct steering steering; /* Its sites are there; ports and holdings grow. */
    struct rows images;       /* struct ns_image_made, as plan->images */
    struct rows saps;         /* struct ns_sap_made: grows */
};

/* The images of the plan, in parallel; then run->images has them. */
struct err *ns_images_spawn(struct ns_parts *run) MUST_USE;
struct err *ns_images_join(struct ns_parts *run) MUST_USE;
/* The instantiation of a VNF that has its row, with images that are there; then its ports are known. */
struct err *ns_vnf_spawn(struct ns_parts *run, const struct plan_vnf *vnf) MUST_USE;
struct err *ns_vnf_join(struct ns_parts *run, const struct plan_vnf *vnf) MUST_USE;
/* Ports of the plan's SAPs, shut; those of run->saps, open. */
struct err *ns_saps_make(struct ns_parts *run) MUST_USE;
struct err *ns_saps_open(struct ns_parts *run) MUST_USE;
/* The step that makes the port of a SAP: this and its name. */
#define NS_SAP_STEP "port SAP "
/* Such a port, as the NS's record has it: added to 'saps' (struct ns_sap_made) and 'ports'. */
void ns_sap_note(struct mem *mem, const struct plan_sap *sap, const struct vim_made *made,
                 struct rows *saps, struct rows *ports);

/* Deletes what is held (struct held), last made first, at all sites in parallel: part of the calling
 * flow, 'round' begins the labels. */
struct err *ns_release(struct flow *f, const struct owner *owner, const struct rows *items,
                       const char *round) MUST_USE;
/* The same in the order of the list, whatever uses what. */
struct err *ns_release_as_listed(struct flow *f, const struct owner *owner,
                                 const struct rows *items, const char *round) MUST_USE;

/* ns_nested.c: nested NSs get their rows and are instantiated, on links that are there; then they are
 * joined.  Without any, nothing. */
struct err *ns_nested_spawn(struct ns_parts *run) MUST_USE;
struct err *ns_nested_join(struct ns_parts *run) MUST_USE;
/* What the NS around gives at the site of 'made' is there too. */
void ns_given_take(const struct ns_parts *run, struct ns_site_made *made);
/* The operation's input with no more of these than names: the rest a plan does not know. */
struct ns_in *ns_given_names(const struct ns_parts *run);
/* Those of in->nested end, in parallel. */
struct err *ns_nested_end(struct flow *f, const struct ns_in *in) MUST_USE;

#endif
