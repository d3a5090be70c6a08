/* What the files of steering share. */
#ifndef CARRICK_NFVO_STEER_H
#define CARRICK_NFVO_STEER_H

#include "nfvo/flows.h"
#include "vnfm/vnfm.h"

void steer_name_add(struct mem *mem, struct strs *names, const char *name);
/* Is 'name' a port "VNF/VNFC/REQUIREMENT" of that VNF and requirement? */
bool steer_port_is(const char *name, const char *vnf, const char *requirement);
/* Is carrick-sfc offered there? */
bool steer_drains(const struct steering *s, const char *site);
/* route.c: the routes of a link's router that follow from 'paths' (struct plan_path) and from what
 * 'vnfs' and 'ports' (struct plan_vnf, fwd_port) are: struct vim_route, in 'mem'.  What has no port
 * gets none. */
struct rows route_of_link(struct mem *mem, const struct rows *paths, const struct rows *vnfs,
                          const struct rows *ports, const char *link);
bool route_is_same(const struct rows *a, const struct rows *b);
/* The routers of a site, with their routes: struct fwd_router, added to in->routers. */
void steer_routers(const struct steering *s, const struct ns_site_made *made, struct fwd_in *in);
/* E_UNPROCESSABLE where a position that is reached by a route would have other than one server of
 * 'vnf': 'before' and what changes of it. */
struct err *steer_routed_check(const struct steering *s, const struct plan_vnf *vnf,
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
