/* What the files of steering share. */
#ifndef CARRICK_NFVO_STEER_H
#define CARRICK_NFVO_STEER_H

#include "nfvo/flows.h"
#include "vnfm/vnfm.h"

void steer_name_add(struct mem *mem, struct strs *names, const char *name);
/* Is 'name' a port "VNF/VNFC/REQUIREMENT" of that VNF and requirement? */
bool steer_port_is(const char *name, const char *vnf, const char *requirement);
/* What instances of functions that VNFC 'vnfc' of a VNF is are called in chains, added to 'names': VNF/VNFC,
 * or VNF/VNFC~N where its ports moved. */
void steer_instances_of(struct mem *mem, const char *vnf, const struct made_vnfc *vnfc,
                        struct strs *names);
bool steer_is_among(const struct strs *names, const char *name);
/* The id of what is noted at a site under a label; null where there is none. */
const char *steer_noted(const struct steering *s, const char *site, const char *kind,
                        const char *label);
/* What ns_steer made is noted from now on. */
void steer_noted_join(struct steering *s);
/* A position that instances leave, added to in->hops and in->before with the pairs to drain.
 * E_UNPROCESSABLE where it would be without any. */
struct err *steer_hop_leave(const struct steering *s, const struct fwd_hop *hop,
                            const struct strs *leaving, struct fwd_leave *in) MUST_USE;
/* forward.c: part of a flow at one site: pairs are drained, and groups are without them. */
struct err *forward_leave(struct flow *f, const struct fwd_leave *in) MUST_USE;
/* A step 'label' that looks at a port that packets of a chain come from or go to.  E_CONFLICT: it is bound to no host;
 * 'what' begins the text. */
struct err *forward_end_check(struct flow *f, const char *label, const struct vim_ref *end,
                              const char *what) MUST_USE;
/* Is it a pair or a label of an instance among 'leaving'? */
bool steer_is_of(const struct steering *s, const struct held *held, const struct strs *leaving);
/* s->noted is without these. */
void steer_noted_drop(struct steering *s, const struct rows *removed);
/* Is carrick-sfc offered there? */
bool steer_drains(const struct steering *s, const char *site);
/* route.c: the routes of a link's router that follow from 'paths' (struct plan_path) and from what
 * 'vnfs' and 'ports' (struct plan_vnf, fwd_port) are: struct vim_route, in 'mem'.  What has no port
 * gets none. */
struct rows route_of_link(struct mem *mem, const struct rows *paths, const struct rows *vnfs,
                          const struct rows *ports, const char *link);
bool route_is_same(const struct rows *a, const struct rows *b);
/* passes.c: prefixes of others that ports of a profile's connection point may send, by these paths. */
struct strs route_passes(struct mem *mem, const struct rows *paths, const char *profile,
                         const char *requirement);
/* The routers of a site, with their routes: struct fwd_router, added to in->routers. */
void steer_routers(const struct steering *s, const struct ns_site_made *made, struct fwd_in *in);
/* E_UNPROCESSABLE where a position that is reached by a route would have other than one server of
 * 'vnf': 'before' and what changes of it. */
struct err *steer_routed_check(const struct steering *s, const struct plan_vnf *vnf,
                               const struct vnf_made *before,
                               const struct vnf_change *change) MUST_USE;
/* E_UNPROCESSABLE where a position that 'vnf' serves would have no server of its any more. */
struct err *steer_served_check(const struct steering *s, const struct plan_vnf *vnf,
                               const struct vnf_made *before,
                               const struct vnf_change *change) MUST_USE;
/* Positions with all instances that s->ports tell of: struct fwd_hop. */
struct rows steer_hops(const struct steering *s);
const char *steer_site_name(const struct steering *s, const char *site);
/* Do chains there want a port at both ends of each classifier? */
bool steer_wants_ends(const struct steering *s, const char *site);
/* "PATH/HOP/VNF/VNFC/DIRECTION", by which a label is held. */
const char *steer_label_name(struct mem *mem, const struct fwd_label *label);
/* Reads label->label from the instance's own site, where an earlier operation had it allocated there;
 * else it stays null. */
struct err *steer_label_read(const struct steering *s, struct fwd_label *label) MUST_USE;
/* Leaves of what a site would be told of a whole NS what s->noted does not know yet. */
void steer_narrow(const struct steering *s, struct fwd_in *in);
/* The ports of a VNF by name: struct fwd_port. */
void steer_ports_take(struct mem *mem, struct rows *ports, const struct plan_vnf *vnf,
                      const struct vnf_made *made);
/* E_UNPROCESSABLE where servers of the VNF are ends of a path, which chains there name one by one. */
struct err *steer_ends_check(const struct steering *s, const struct plan_vnf *vnf) MUST_USE;
/* The same of a SAP on 'link'; 'site' null: where chains name no port of it by themselves. */
struct err *steer_sap_check(const struct steering *s, const char *sap, const char *link,
                            const char *site) MUST_USE;

/* What classifiers of a path's rule 'i' are called: PATH/KEY. and then numbers of its ends. */
const char *steer_rule_label(struct mem *mem, const char *path, const struct plan_rule *rule,
                             size_t i);
/* Is the label that of a classifier of one of the path's rules? */
bool steer_has_rule(struct mem *mem, const struct rows *rules, const char *path,
                    const char *label);

#endif
