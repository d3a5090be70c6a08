/* The NFVO's flows and steps, for each other. */
#ifndef CARRICK_NFVO_FLOWS_H
#define CARRICK_NFVO_FLOWS_H

#include "nfvo/journal.h"
#include "nfvo/nfvo.h"
#include "vim/vim.h"

/* ---- look.c: which sites there are and what they have ------------------------------- */

extern const struct step_kind ns_sites;      /* READ of our own store; in owner, out site_list */
extern const struct step_kind ns_sites_look; /* READ; in and out site_list; never fails */
/* in->total_*: what of the quota of a site among 'sites' (struct site_seen) is ours. */
void ns_totals_fill(const struct rows *sites, const char *site_id, struct vnf_in *in);
/* What a site's list of Neutron extensions says of it. */
void look_extensions_read(struct site_seen *seen, const struct json *json);

/* ---- ns_site.c: what a site has before its VNFs ----------------------------------------- */

extern const struct flow_type ns_site_flow;    /* in ns_site_in, out ns_site_made */
extern const struct flow_type ns_image_flow;   /* in plan_image, out ns_image_made */
extern const struct flow_type ns_release_flow; /* in held_list: deletes, last made first */

/* ---- forward.c: steering --------------------------------------------------------------------- */

extern const struct flow_type ns_forward_flow; /* in fwd_in, out fwd_made */
extern const struct flow_type ns_forward_flow_1; /* its first version */
extern const struct flow_type ns_labels_flow;  /* in fwd_labels_in, out fwd_made */
extern const struct flow_type ns_leave_flow;   /* in fwd_leave: instances leave their groups */

/* Everything known of an NS when its VNFs run. */
struct steering {
    struct flow *f;
    const struct ns_in *in;
    const struct ns_plan *plan;
    struct rows sites; /* struct ns_site_made */
    struct rows ports; /* struct fwd_port */
    struct rows held;  /* struct held: grows */
    const struct rows *noted; /* struct held: what is there already; null = nothing yet */
    struct strs mended; /* VNFs of which nothing changes: their groups are set anew */
    struct strs coming; /* of those that leave: what comes back in the same operation */
    /* Ports, by name: those that others have taken the place of, and these. */
    struct strs parting, fresh;
    bool is_whole; /* plan and ports have members of nested NSs too (members.c) */
};
/* Tells every site of the other sites' ports, makes the chains everywhere and
 * exchanges labels.  Part of the calling flow. */
struct err *ns_steer(struct steering *s) MUST_USE;

/* The instances of 'leaving' (names VNF/VNFC) are drained where sites offer that, leave their groups
 * and are forgotten by all sites; what they were there is added to 'removed' (struct held), and s->noted
 * is without it.  E_UNPROCESSABLE, before anything is done, where a position would be without instances. */
struct err *ns_unsteer(struct steering *s, const struct strs *leaving, int64_t drain_s,
                       struct rows *removed) MUST_USE;

/* passes.c: ports of routed paths, and of those of 'gone' (struct plan_path), may send what comes through
 * them, and nothing else of others; where it is so already, nothing is told. */
struct err *ns_pass(struct steering *s, const struct rows *gone) MUST_USE;

/* depart.c: instances (VNF/VNFC) and ends that s->parting are drained where sites offer that, and leave groups
 * and chains, which can be taken back.  What is to be deleted then is added to 'items' (struct held).
 * What joined before is noted by then.  As ns_unsteer. */
struct err *ns_depart(struct steering *s, int64_t drain_s, struct rows *items) MUST_USE;

/* ---- members.c: positions in nested NSs -------------------------------------------------------- */

extern const struct step_kind ns_members; /* READ of our own store; in members_in, out members */
/* Is a position (struct plan_hop) in a nested NS? */
bool members_wanted(const struct rows *hops);
/* What a VNF, an instance or a port of a nested NS is called in the chains of the NS around. */
const char *member_name(struct mem *mem, const char *ns_instance_id, const char *name);
/* A nested NS of which members may be. */
struct member_of {
    const char *ns_instance_id;
    const char *nested;       /* as in plan_cp */
    const struct rows *vnfs;  /* struct plan_vnf: its own */
    const struct rows *ports; /* struct fwd_port: its own, by members_ports */
};
/* Those that serve positions of 'hops', added to 'members'. */
void members_add(struct mem *mem, const struct rows *hops, const struct member_of *of,
                 struct members *members);
/* Copies of ports with networks in place of the links of an NS that has 'sites'. */
struct rows members_ports(struct mem *mem, const struct rows *sites, const struct rows *ports);
/* Those of all nested NSs as they are recorded; a step, 'word' is what for. */
struct err *members_read(const struct steering *s, const char *word,
                         struct members *members) MUST_USE;
/* The steering is of these too. */
void members_take(struct steering *s, const struct members *members);
/* Both, where there are such positions and it is not done yet. */
struct err *members_join(struct steering *s, const char *word) MUST_USE;
/* E_CONFLICT where such a position has no instance at all. */
struct err *members_there(const struct steering *s) MUST_USE;

/* ---- follow.c: paths through an NS that changes ------------------------------------------------ */

/* ns_follow_flow, ns_unfollow_flow (nfvo.h): in follow_in. */
/* Part of an operation: has the NSs of s->in->around follow.  'part' JOIN: what s->ports and s->plan have by
 * now; LEAVE: instances of 'leaving' go; DEPART: ports of s->parting do. */
struct err *ns_follow(struct steering *s, const char *part, const struct strs *leaving,
                      int64_t drain_s) MUST_USE;
/* in->around and in->passed: which NSs around have paths through this one, and through what of it. */
struct err *ns_around_fill(struct tx *tx, const struct ns_instance *ns, struct ns_in *in) MUST_USE;
/* E_CONFLICT where paths of the NS go through a nested one and an operation is open on any of these: it would
 * have the paths follow. */
struct err *ns_inside_free(struct tx *tx, const struct ns_instance *ns) MUST_USE;
/* The same where graphs that the update adds go through a nested one: an operation that is open there does not know of
 * them, so that they would be told neither what comes nor what goes. */
struct err *ns_inside_free_for(struct tx *tx, const struct ns_in *in) MUST_USE;

/* ---- ns_keep.c: rows at the beginning and at the end --------------------------------------------
 */

extern const struct step_kind ns_vnfs_make; /* LOCAL, in ns_vnfs: rows of VNF instances */
extern const struct step_kind ns_vnfs_take; /* the same in an NS that runs: its record has them too */
extern const struct step_kind ns_keep;      /* LOCAL, in ns_made: INSTANTIATED */
/* Does nothing work on the NS's VNFs any more?  A part of an operation that was given up may, until it
 * stops: what it made is known then.  E_CONFLICT names it. */
struct err *ns_vnfs_rest(struct tx *tx, const char *ns_instance_id) MUST_USE;
extern const struct step_kind ns_vnfs_left; /* READ, in owner, out ns_end: what is to terminate */
extern const struct step_kind ns_forget; /* LOCAL, in owner: NOT_INSTANTIATED, no VNF instances */

extern const struct step_kind ns_made_read; /* READ, in owner, out ns_made: what it consists of */
/* LOCAL, in ns_scaled, out ns_made as it was before: what VNFs consist of now, and holdings. */
extern const struct step_kind ns_scaled;
/* LOCAL, in owner: nothing.  Undo: E_CONFLICT OneWay, since what follows it deletes. */
extern const struct step_kind ns_one_way;
/* The links of a VNF's ports get the names that the NS has for their networks. */
void ns_links_rename(const struct ns_made *ns, const struct vnf_made *vnf);
/* The record of an INSTANTIATED NS.  E_CONFLICT: an earlier version kept none. */
struct err *ns_instance_made(struct tx *tx, const char *id, struct ns_made *made) MUST_USE;
/* The record becomes this, and what the instance shows follows. */
struct err *ns_made_keep(struct tx *tx, const struct ns_made *made) MUST_USE;
/* Brings the record in line with those of its VNFs. */
struct err *ns_instance_renew(struct tx *tx, const char *id) MUST_USE;

/* The link that is this network at the site; null where it is none of the NS's. */
const char *ns_link_of(const struct ns_made *made, const char *site, const char *network_id);
/* Among 'vnfs' (struct plan_vnf); null where it is not. */
const struct plan_vnf *plan_vnf_find(const struct rows *vnfs, const char *vnf_instance_id);

/* state_changed of the NFVO's operations. */
struct err *ns_op_state_changed(struct tx *tx, const struct flow_row *flow, int old) MUST_USE;

extern const struct flow_type ns_instantiate_flow, ns_terminate_flow;
extern const struct flow_type ns_instantiate_flow_1; /* it looks at no groups of links */
extern const struct flow_type ns_terminate_flow_1, ns_terminate_flow_2; /* its first versions */
/* The one only adds servers; the other deletes some and cannot be rolled back. */
extern const struct flow_type ns_scale_out_flow, ns_scale_in_flow;
/* ns_shape.c: VNFs, SAPs and graphs that come; those that go, besides. */
extern const struct flow_type ns_grow_flow, ns_shrink_flow;
/* The same as scalings of the NS. */
extern const struct flow_type ns_scale_up_flow, ns_scale_down_flow;
/* The record of the NS follows what such an operation that was given up left: access points whose
 * ports are held, and graphs of which anything is.  Of other operations it changes nothing. */
struct err *ns_shape_left(struct tx *tx, const char *flow_id, const char *ns_instance_id,
                          const char *project_id) MUST_USE;
struct instantiate_ns_request;
/* ns_adopt.c: VNFs that run already become the NS's. */
/* Those that an instantiation asks for, into in->added, once in->given is known.  E_UNPROCESSABLE, E_CONFLICT: all
 * that is wrong. */
struct err *ns_adopt_fill(struct tx *tx, const struct nsd *nsd,
                          const struct instantiate_ns_request *request, struct ns_in *in) MUST_USE;
/* How many of them are of a profile. */
int64_t ns_adopted_count(const struct ns_in *in, const char *profile);
extern const struct flow_type ns_adopt_flow;
extern const struct step_kind ns_vnfs_adopt; /* LOCAL, in ns_in */
/* ns_nested.c: what becomes of nested NSs in an instantiation (E_UNPROCESSABLE: all that is wrong) and
 * in a termination (E_CONFLICT: an operation is open on one), into in->nested; each is told what
 * in->request says of its VNFs. */
struct err *ns_nested_fill(struct tx *tx, const struct nsd *nsd, struct ns_in *in) MUST_USE;
struct err *ns_nested_ends(struct tx *tx, struct ns_in *in) MUST_USE;
/* Adds the NSDs (their ids in nsd_info_id) of all that 'in' nests, however deep; each once. */
struct err *ns_nested_nsds(struct mem *mem, const struct ns_in *in, struct strs *ids) MUST_USE;
/* Is the VNF instance one of the NS, or of one that is nested in it, however deep? */
struct err *ns_holds(struct tx *tx, const char *ns_instance_id, const char *vnf_instance_id,
                     bool *holds) MUST_USE;
/* One that was made ends: as ns_nested_ends, for that one. */
struct err *ns_nested_end_add(struct tx *tx, const struct ns_instance *ns,
                              struct ns_in *in) MUST_USE;
/* The NSs that are nested in this one (struct ns_instance), by their names. */
struct err *ns_nested_of(struct tx *tx, const char *ns_instance_id, struct rows *rows) MUST_USE;
/* Deletes the rows of those of them that were made with it. */
struct err *ns_nested_drop(struct tx *tx, const char *ns_instance_id) MUST_USE;
/* How many NSs are nested at most, in one request or NS, and how deep: an NSD could come to nest itself
 * when another is on-boarded anew. */
#define NS_NESTED_MAX 64
#define NS_DEPTH_MAX 4
/* The SAP of the nested NSD that a requirement of its node is mapped to; null where there is none. */
const struct nsd_sap *ns_nested_sap(const struct nsd *inner, const struct nsd_nested *nested,
                                    const char *requirement);
/* A network of one NS as another has it under the name 'link': with 'group', which is the first one's
 * at the site, and with those of the NSs that it has the network from. */
struct made_net *ns_net_shared(struct mem *mem, const struct made_net *net, const char *group,
                               const char *link);
struct instantiate_ns_request;
/* ns_link.c: the links of 'params' (additionalParamsForNs) that sites of the project have already, into
 * in->given. */
struct err *ns_links_fill(struct tx *tx, const struct json *params, struct ns_in *in) MUST_USE;
/* Part of the calling flow: asks the sites for their networks, and their groups.  E_NOT_FOUND;
 * E_FORBIDDEN where the site's owner does not lend one. */
struct err *ns_links_look(struct flow *f, const struct ns_in *in, bool groups) MUST_USE;
/* ns_nest.c: NS instances that run become part of the NS that is instantiated: in->nested_taken, and what
 * they lend it in in->given.  E_UNPROCESSABLE, E_CONFLICT: all that is wrong. */
struct err *ns_nest_fill(struct tx *tx, const struct nsd *nsd,
                         const struct instantiate_ns_request *request, struct ns_in *in) MUST_USE;
/* The step of an operation that does it; without any, nothing. */
struct err *ns_nest_begin(struct flow *f, const struct ns_in *in) MUST_USE;
/* Those that were taken into the NS go their own way; inside a transaction. */
struct err *ns_nest_free(struct tx *tx, const char *ns_instance_id) MUST_USE;
extern const struct step_kind ns_nest_take, ns_nest_leave; /* LOCAL, in nest_rows */
extern const struct flow_type ns_nest_flow, ns_unnest_flow; /* ADD_NESTED_NS, REMOVE_NESTED_NS */
extern const struct step_kind ns_nested_make; /* LOCAL, in ns_nested_rows */
/* ns_changes.c: what an operation touched, as its occurrence tells it (SOL005 6.5.2.3). */
struct err *ns_changes_of(struct tx *tx, const struct flow_row *flow, const char *nsd_info_id,
                          const struct json **changes) MUST_USE;
/* What the flow of an NS operation was begun with. */
struct err *ns_input_read(struct tx *tx, const struct flow_row *flow, struct ns_in **in) MUST_USE;
/* ns.c: a row of an NS instance comes and goes, and its NSD is in use meanwhile. */
struct err *ns_instance_add(struct tx *tx, struct ns_instance *ns) MUST_USE;
struct err *ns_instance_drop(struct tx *tx, const struct ns_instance *ns) MUST_USE;
/* ns_graph.c: NFPs are rules of paths: the identifier of rule 'i'; is the path the client's own and
 * none of the NSD's; which VNFFG it is of then (null: none of those of the NSD). */
const char *ns_nfp_id(struct mem *mem, const struct plan_path *path, size_t i);
bool ns_nfp_is_own(const struct plan_path *path);
const char *ns_graph_of(const struct nsd *nsd, const char *path);
/* ns_pnf.c: which physical functions are part of the NS; routes follow their addresses. */
extern const struct flow_type ns_pnfs_flow;
/* The link that a PNF's connection point is on; null where the NSD connects its profile to several and
 * the PNFD does not say which of them goes where. */
const char *ns_pnf_link(const struct nsd *nsd, const char *profile, const struct ns_pnf_cp *cp);
/* The connection point, among 'pnfs' (struct ns_pnf), that a requirement of a profile is; or null. */
const struct ns_pnf_cp *ns_pnf_cp_at(const struct rows *pnfs, const struct nsd_pnf *profile,
                                     const char *requirement);
/* pnfInfo and affectedPnfs, the members of an open list. */
void ns_pnfs_write(struct mem *mem, struct jw *w, const struct ns_made *made,
                   const struct held_list *held);
void ns_pnfs_affected(struct jw *w, const struct ns_in *in);
/* ns_continue.c: may this operation, of 'type', go on without those of its VNFs' operations that
 * failed (SOL005 6.4.13)?  As flow_continue_check; E_CONFLICT too where a forwarding path would have
 * a position or an end without instances. */
struct err *ns_continue_check(struct tx *tx, const struct flow_type *type,
                              const struct flow_row *flow) MUST_USE;
/* What operations of an NS can go on without: the instantiations, scalings, changes of its VNFs. */
extern const struct flow_type *const ns_spares[];
extern const struct flow_type ns_heal_flow, ns_update_flow;
extern const struct flow_type ns_connect_flow, ns_depart_flow, ns_passes_flow;
extern const struct flow_type ns_scale_out_flow_1, ns_scale_in_flow_1; /* they tell no passes */
/* ns_scale.c: other flavours; the one only adds, the other deletes and cannot be rolled back. */
extern const struct flow_type ns_flavour_grow_flow, ns_flavour_change_flow;
/* A flow of 'type' for each of in->scaled, in parallel; then the NS's record follows its VNFs'. */
/* Waits for the time that the request names (startTime, scaleTime ...); the first step, where there is one. */
struct err *ns_hold(struct flow *f, const struct ns_in *in) MUST_USE;
struct err *ns_vnfs_run(struct flow *f, const struct ns_in *in,
                        const struct flow_type *type) MUST_USE;

#endif
