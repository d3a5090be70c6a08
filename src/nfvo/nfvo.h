/* The NFVO: sites, packages and descriptors, network service instances and the
 * operations on them, grants.  It reaches sites only by steps of src/vim. */
#ifndef CARRICK_NFVO_NFVO_H
#define CARRICK_NFVO_NFVO_H

#include "flow/flow.h"
#include "peer/peer.h"
#include "http/client.h"
#include "resource/resource.h"
#include "sys/thread.h"
#include "tosca/nsd.h"

struct notifier;
struct script_runs;

/* What the floor works with; op.user of its faces, service "nfvo" of its flows. */
struct nfvo {
    struct store *store;
    struct flow_engine *engine;
    struct loop *loop; /* Of the engine. */
    struct vim *vim;
    struct pool *pool;        /* For what reads and hashes files. */
    struct upload_drops *drops;
    bool stands_by;           /* Another replica does what one does for all; the loop's. */
    struct notifier *notifier; /* Of the faces: what changes rows knows nothing of it. */
    const char *packages_dir; /* Folder of package files, mode 0700. */
    const char *trust;        /* File of certificates whose signatures on packages count; or null. */
    bool signed_only;         /* Packages that nobody signed are refused. */
    const char *program;      /* Run as PROGRAM examine ...; null = /proc/self/exe. */
    _Atomic uint64_t max_package;     /* Bytes of an upload; 0 = 16 GiB. */
    _Atomic uint64_t max_project;     /* Bytes of a project's packages, NSDs and PNFDs, with what is elsewhere; 0 = any. */
    uint64_t leave_free;              /* Bytes of the disk that packages leave to the store; 0 = 256 MiB. */
    struct peers *peers;      /* VNFMs and an NFVO that are other processes. */
    struct peer_about grants_from; /* The NFVO that VNFs of no NS are granted by; url null = we are. */
    const char *own_url;      /* What links in requests of ours begin with. */
    struct script_runs *scripts; /* Of packages, at servers. */
    struct grant_desk *desk;  /* Where foreign VNFMs wait for their grants. */
    _Atomic int64_t grant_wait_ms;    /* How long one waits before it is told to come again. */
    struct http_tls tls;      /* Of calls to sites; its authority signs, where there is its ... */
    const char *authority_key; /* ... key: file; or null. */
    _Atomic int64_t keep_days;        /* Finished operations of what is gone (nfvo/retention.h); 0 = for ever. */
    struct fetches *fetches;  /* Packages that are got by their URL (nfvo/fetch.h). */
    struct unpacks *unpacks;  /* Parts of packages that are being given (nfvo/unpack.h). */
};
#define NFVO_SERVICE "nfvo"
/* The peer that foreign grants come from. */
#define NFVO_PEER "nfvo"
/* "em/ID": the element manager of a VNF instance, where its extension of this name says that it is. */
#define NFVO_EM_PEER "em/"
#define NFVO_EM_URL "element_manager_url"
/* Is it an http or https URL? */
bool nfvo_is_url(const char *s);

#define ATTR ATTR_MEMBER
struct site {
    struct row row;
#include "nfvo/site.tbl"
};
struct vnfm {
    struct row row;
#include "nfvo/vnfm.tbl"
};
struct vnf_package {
    struct row row;
#include "nfvo/vnf_package.tbl"
};
struct ns_descriptor {
    struct row row;
#include "nfvo/ns_descriptor.tbl"
};
struct pnf_descriptor {
    struct row row;
#include "nfvo/pnf_descriptor.tbl"
};
struct descriptor {
    struct row row;
#include "nfvo/descriptor.tbl"
};
struct package_image {
    struct row row;
#include "nfvo/package_image.tbl"
};
struct package_access {
    struct row row;
#include "nfvo/package_access.tbl"
};
struct package_outside {
    struct row row;
#include "nfvo/package_outside.tbl"
};
struct outside_set {
    struct row row;
#include "nfvo/outside_set.tbl"
};
struct onboard_in {
    struct row row;
#include "nfvo/onboard_in.tbl"
};
struct onboard_out {
    struct row row;
#include "nfvo/onboard_out.tbl"
};
struct problem {
    struct row row;
#include "nfvo/problem.tbl"
};
struct grant {
    struct row row;
#include "nfvo/grant.tbl"
};
struct ns_instance {
    struct row row;
#include "nfvo/ns_instance.tbl"
};
struct ns_lcm_op_occ {
    struct row row;
#include "nfvo/ns_lcm_op_occ.tbl"
};
struct holding {
    struct row row;
#include "nfvo/holding.tbl"
};
#undef ATTR

extern const struct table vnfm_table;
extern const struct table site_table, vnf_package_table, ns_descriptor_table, descriptor_table,
    pnf_descriptor_table, package_image_table, grant_table, ns_instance_table, ns_lcm_op_occ_table, holding_table;
extern const struct table package_access_table, package_outside_table, outside_set_table;
extern const struct table onboard_in_table, onboard_out_table, problem_table;
/* Null-terminated, for store_config: these and those of src/vnfm, parents first. */
extern const struct table *const nfvo_tables[];
extern const struct resource vnfm_resource;
extern const struct resource site_resource, vnf_package_resource, ns_descriptor_resource,
    pnf_descriptor_resource, grant_resource, ns_instance_resource, ns_lcm_op_occ_resource, flow_resource, holding_resource;

/* Words of the enumerations, null-terminated. */
extern const char *const grant_states[];
extern const char *const site_containers[], *const site_states[];
extern const char *const package_onboarding_states[], *const package_operational_states[];
extern const char *const package_usage_states[];
extern const char *const instantiation_states[], *const ns_operation_states[], *const ns_operations[];

/* The caller's project as the owner of what is created; E_FORBIDDEN without one. */
struct err *owner_set(const struct op *op, const char **project_id) MUST_USE;

/* ---- sites -------------------------------------------------------------------- */

struct vim_site;
/* For vim_config.site. */
struct err *site_for_vim(struct tx *tx, const char *site_id, struct vim_site *out) MUST_USE;
/* E_UNPROCESSABLE where its password was lost with the sealing key (SEAL_LOST): what to do. */
struct err *site_password_check(const struct site *site) MUST_USE;
/* Gets a token with the site's credentials and looks at its catalog; on a worker.  '*version' (in 'mem'; null = it
 * told none) is the site's.  E_UNPROCESSABLE says what to mend, E_UNAVAILABLE and E_IN_DOUBT that it did not answer. */
struct err *site_probe(const struct nfvo *nfvo, struct mem *mem, const struct site *site, const char **version) MUST_USE;

/* Looks at every site 'every_ms' (0 = 10 s), side by side and for 'look_ms' (0 = 2 s) at most, and keeps status,
 * last_error and version true: a row is written where one of them changes.  On the loop's thread; free it after the
 * pool, before the loop and the store.  Null accepted. */
struct site_watch;
struct err *site_watch_new(struct nfvo *nfvo, int64_t every_ms, int64_t look_ms, struct site_watch **watch) MUST_USE;
/* Its hourly job ends behind the site that it asks now: before the pool is waited for.  Null accepted. */
void site_watch_close(struct site_watch *watch);
void site_watch_free(struct site_watch *watch);

/* ---- other processes ----------------------------------------------------------- */

/* For peers_config.about; 'arg' is the struct nfvo. */
struct err *nfvo_peer_about(struct tx *tx, void *arg, const char *peer_id,
                            struct peer_about *about) MUST_USE;

/* ---- packages and NSDs ------------------------------------------------------ */

/* An upload under way: one for each request. */
struct upload;
/* 'table' is that of packages or of NSDs.  Takes the resource 'id' of the caller's
 * project from CREATED or ERROR to UPLOADING and opens a file for it; waits for the
 * write, so not on a loop's thread.  E_NOT_FOUND, E_CONFLICT (another state; an
 * upload or on-boarding is under way), E_UNAVAILABLE (disk). */
struct err *upload_begin(struct nfvo *nfvo, const struct caller *caller, const struct table *table,
                         const char *id, struct upload **upload) MUST_USE;
/* Bytes that a package may have, and those of it that are elsewhere may have together. */
uint64_t upload_max(const struct nfvo *nfvo);
/* How many bytes packages, NSDs and PNFDs of the project may still have, all but 'but'; what is under way counts as far
 * as it was claimed. */
struct err *package_quota(struct tx *tx, const struct nfvo *nfvo, const char *project_id, const char *but,
                          uint64_t *left) MUST_USE;
/* How many bytes to claim where 'size' of the 'left' ones are there: some more, so that it is not asked at each piece. */
uint64_t package_claim(uint64_t size, uint64_t left);
/* Asks for that by 'claim', which sets '*claimed'.  While the store cannot be reached what comes in goes on unasked: a
 * database that is away for a second ends no upload. */
struct err *package_claim_ask(const struct nfvo *nfvo, store_fn *claim, void *arg, uint64_t size,
                              uint64_t *claimed) MUST_USE;
/* Removes a package's folder, whoever still writes there: it has the name with 'suffix' while that lasts. */
struct err *package_folder_remove(struct mem *mem, const char *path, const char *suffix) MUST_USE;
/* Whether the disk has room for 'n' bytes more of packages in 'fd'; '*seen' (starts 0) is what the last look is good
 * for.  E_UNAVAILABLE of type STORE_NO_ROOM. */
struct err *package_room(const struct nfvo *nfvo, int fd, uint64_t *seen, uint64_t n) MUST_USE;
/* E_TOO_LARGE past nfvo->max_package; E_QUOTA past what its project may have with all that is under way; E_UNAVAILABLE
 * (disk full); E_NOT_FOUND, E_CONFLICT where it was deleted, or somebody else uploads it by now, which is looked at every
 * 16 MiB.  May wait for a write. */
struct err *upload_piece(struct upload *upload, const void *data, size_t n) MUST_USE;
/* All is there: fsync and rename.  E_CONFLICT where somebody else uploads it by now. */
struct err *upload_end(struct upload *upload) MUST_USE;
/* In the write that answers the request: UPLOADING -> PROCESSING and the start of the
 * on-boarding flow. */
struct err *upload_accept(struct tx *tx, struct upload *upload) MUST_USE;
/* Back to CREATED, what was kept is removed; the state a moment later where the store cannot be
 * written now (nfvo->drops).  Not on a loop's thread. */
void upload_abort(struct upload *upload);
/* The same where 'why' (taken) is the reason: the resource is ERROR, and tells it. */
void upload_fail(struct upload *upload, struct err *why);
/* UPLOADING -> CREATED.  E_NOT_FOUND, E_CONFLICT (another state, or another upload than 'uploader'). */
struct err *upload_give_up(struct tx *tx, const struct table *table, const char *id,
                           const char *uploader) MUST_USE;
void upload_free(struct upload *upload); /* null accepted */
/* What was being uploaded when its process ended is CREATED again: of replicas that are gone, and with
 * 'own_too', at the start, what we did before. */
struct err *uploads_recover(struct tx *tx, bool own_too) MUST_USE;
/* Whether 'id', of whatever kind, is being uploaded or got by anybody; not where there is none. */
struct err *upload_is_open(struct tx *tx, const char *id, bool *open) MUST_USE;

/* Opens the uploaded file of an ONBOARDED resource; '*fd' is the caller's. */
struct err *package_file(struct nfvo *nfvo, struct mem *mem, const char *id, int *fd,
                         int64_t *size) MUST_USE;
/* On-boarded descriptors as they are kept in the store, and the rows of a project
 * by the descriptors' identifiers; in tx_mem.  E_UNPROCESSABLE names an
 * identifier that is not on-boarded. */
struct err *vnfd_load(struct tx *tx, const char *package_id, struct vnfd **vnfd) MUST_USE;
/* The same for who asks for each of many VNFs: 'loaded' has what it had before (package id -> vnfd). */
struct map;
struct err *vnfd_load_once(struct tx *tx, struct map *loaded, const char *package_id,
                           struct vnfd **vnfd) MUST_USE;
struct err *nsd_load(struct tx *tx, const char *nsd_info_id, struct nsd **nsd) MUST_USE;
struct pnfd;
struct err *pnfd_load(struct tx *tx, const char *pnfd_info_id, struct pnfd **pnfd) MUST_USE;
struct err *vnf_package_find(struct tx *tx, const char *project_id, const char *vnfd_id,
                             struct vnf_package **package) MUST_USE;
struct err *ns_descriptor_find(struct tx *tx, const char *project_id, const char *nsd_id,
                               struct ns_descriptor **descriptor) MUST_USE;

extern const struct flow_type package_onboard_flow, nsd_onboard_flow, pnfd_onboard_flow,
    package_erase_flow;

/* ---- NS operations ------------------------------------------------------------- */

struct ns_in;
/* Start an operation; op->user is the struct nfvo.  '*op_occ_id' lives in tx_mem.  E_NOT_FOUND,
 * E_CONFLICT (state; another operation is open), E_UNPROCESSABLE (all that NSD, packages and
 * sites hold against the request).  SOL005 6.4.4, 6.4.8. */
struct lcm_request;
struct err *ns_instantiate_start(struct tx *tx, struct op *op, const char *id,
                                 const struct lcm_request *request,
                                 const char **op_occ_id) MUST_USE;
struct err *ns_terminate_start(struct tx *tx, struct op *op, const char *id,
                               const struct lcm_request *request,
                               const char **op_occ_id) MUST_USE;
/* SOL005 6.4.5. */
struct err *ns_scale_start(struct tx *tx, struct op *op, const char *id,
                           const struct lcm_request *request, const char **op_occ_id) MUST_USE;
/* SOL005 7.4.5, by the table of types in ns_update.h. */
struct err *ns_update_start(struct tx *tx, struct op *op, const char *id,
                            const struct lcm_request *request, const char **op_occ_id) MUST_USE;
/* repair.c: what sites have lost of an instance is made again (SOL005 6.5.2.13, degreeHealing HEAL_RESTORE;
 * of a VNF by additionalParams of the same name).  With "leftOver" what its operations made and nobody
 * holds is deleted. */
#define REPAIR_DEGREE "degreeHealing"
#define REPAIR_RESTORE "HEAL_RESTORE"
#define REPAIR_LEFT_OVER "leftOver"
extern const struct flow_type ns_repair_flow, ns_repair_flow_2, vnf_repair_flow;
extern const struct step_kind repair_look_kind, repair_note_kind;
/* What a given-up one made is noted as the instance's (one of the two ids). */
struct err *repair_left(struct tx *tx, const struct flow_row *flow, const char *ns_id,
                        const char *vnf_id) MUST_USE;
/* May it begin?  E_CONFLICT where something is done with the instance, or with one that it shares networks
 * with. */
struct err *repair_check(struct tx *tx, const char *ns_id, const char *vnf_id) MUST_USE;
/* May another operation begin?  E_CONFLICT while one is made for an NS that this one shares networks with: both
 * would write the records of both. */
struct err *repair_free(struct tx *tx, const char *ns_id) MUST_USE;
/* Are these parameters of a request for it?  E_UNPROCESSABLE with what is wrong about them. */
struct err *repair_params_check(const struct json *params) MUST_USE;
/* SOL005 6.4.7. */
struct err *ns_heal_start(struct tx *tx, struct op *op, const char *id,
                          const struct lcm_request *request, const char **op_occ_id) MUST_USE;
/* What grants claim at a site, by resource class: a JSON object in tx_mem. */
struct err *grant_claims_of(struct tx *tx, const char *site_id, const struct json **claims) MUST_USE;
/* The same checks as before a scaling or an update, the input of the flow and which it is: for a
 * plan. */
struct err *ns_scale_input(struct tx *tx, struct op *op, const char *id,
                           const struct lcm_request *request, struct ns_in **out,
                           const struct flow_type **type) MUST_USE;
struct err *ns_update_input(struct tx *tx, struct op *op, const char *id,
                            const struct lcm_request *request, struct ns_in **out,
                            const struct flow_type **type) MUST_USE;
/* The same checks as before an instantiation, and the input of the flow instead of its start:
 * for a plan. */
struct err *ns_instantiate_input(struct tx *tx, struct op *op, const char *id,
                                 const struct lcm_request *request,
                                 struct ns_in **out) MUST_USE;

/* The site that a grant would choose now where none is asked for: the least used one that is UP.  In
 * tx_mem.  E_UNAVAILABLE: there is none. */
struct err *grant_site_foresee(struct tx *tx, const char *project_id, struct site **site,
                               const char **reason) MUST_USE;

/* Is no operation open on the instance?  E_CONFLICT names the one that is. */
struct err *ns_operation_free(struct tx *tx, const char *ns_instance_id) MUST_USE;
/* Task "retry", "rollback", "continue", "fail" or "cancel" on an occurrence; a cancel with its mode
 * (cancel_modes), the others with null.  SOL005 6.4.11-6.4.16. */
struct err *ns_operation_task(struct tx *tx, struct op *op, const char *id, const char *task,
                              const char *cancel_mode) MUST_USE;
extern const struct flow_type ns_instantiate_flow, ns_terminate_flow;
extern const struct flow_type ns_follow_flow, ns_unfollow_flow;

/* ---- start ----------------------------------------------------------------------- */

/* Every flow type and step kind of this floor and of src/vnfm; null-terminated. */
extern const struct flow_type *const nfvo_flows[];
extern const struct step_kind *const nfvo_kinds[];

/* Registers the resources of this floor and of src/vnfm. */
void nfvo_register(void);

#endif
