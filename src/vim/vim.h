/* The client side of OpenStack: one driver for every site, ours or a stranger's.
 * It knows sites (credentials, tokens, catalog, extensions, versions), makes calls
 * with a cap on those in flight, and offers the step kinds from which operations
 * are built.  Every error names site, service, method, path, status, request id,
 * what the site said and what to do next. */
#ifndef CARRICK_VIM_VIM_H
#define CARRICK_VIM_VIM_H

#include "base/vec.h"
#include "flow/flow.h"
#include "http/client.h"

/* ---- sites --------------------------------------------------------------- */

/* How a site is reached; strings are borrowed from whoever fills it. */
struct vim_site {
    const char *id, *name;
    const char *auth_url;            /* Keystone, with or without /v3 */
    const char *username, *password;
    const char *user_domain, *project_domain;   /* names; null = "Default" */
    const char *project;
    const char *region;              /* of the catalog; null = the first */
    const char *interface;           /* null = "public" */
    int max_calls;                   /* in flight; 0 = 8 */
};

struct vim;
struct vim_config {
    struct loop *loop;
    struct store *store;
    /* Fills 'site' (in tx_mem) when it is first used; runs on a reader.  E_NOT_FOUND. */
    struct err *(*site)(struct tx *tx, const char *site_id, struct vim_site *site);
    struct http_client *http;
    int64_t timeout_ms;          /* A call; 0 = 60 000.  Uploads have 10 times that. */
    int64_t away_ms;             /* How long patient calls try; 0 = VIM_AWAY_MS */
    size_t list_max;             /* Bytes of one list (vim_list), pages together; 0 = 64 MiB. */
};
/* The driver; give it to the engine: flow_service_set(engine, "vim", vim) and
 * flow_kinds_add(engine, vim_kinds).  Free it after the engine. */
struct err *vim_new(const struct vim_config *config, struct vim **vim) MUST_USE;
void vim_free(struct vim *vim);
/* The site changed or went: token, catalog and extensions are read again. */
void vim_forget(struct vim *vim, const char *site_id);

/* ---- calls ----------------------------------------------------------------- */

/* May a network or a security group, as the site shows it, be used for whoever names it?  It is of the
 * project that the site is used as, or its owner shares it, or it leads outside ("router:external").  A site
 * refuses others to its users, but not to one who is an administrator there, as the orchestrator is at sites
 * that joined.  For an answer of vim_call, on the loop's thread. */
bool vim_is_lent(const struct vim *vim, const char *site_id, const struct json *object);

struct vim_call {
    const char *site_id;
    const char *service;         /* catalog type: network, compute, image, identity, placement */
    const char *method;
    const char *path;            /* behind the version's root: "/networks?name=x", "/servers" */
    const char *body;            /* JSON text or null */
    int body_fd;                 /* > 0: the body is this file (image upload); stays the caller's */
    const char *microversion;    /* "2.19" or null */
    const char *content_type;    /* null = application/json */
    bool read_only;              /* a lost answer may simply be asked again (GET) */
    bool waits;                  /* the answer takes its time: it has no place under the site's cap */
    bool patient;                /* a site that nobody reaches is tried again for VIM_AWAY_MS */
    bool (*wanted)(void *arg);   /* asked with the 'arg' of 'done' while it waits: what nobody wants any more is not
                                  * sent; null = it is wanted */
};
/* How long a site's APIs may be away, while its services are started again, before somebody hears of it. */
#define VIM_AWAY_MS 5000
struct vim_answer {
    int status;
    const struct json *json;     /* null where the body is none or not JSON */
    const struct http_answer *http;
    const char *request_id;      /* the site's, or "-" */
};
/* 'err' (owned by the callee) is null for 2xx.  E_NOT_FOUND, E_CONFLICT, E_QUOTA, E_FORBIDDEN,
 * E_INVALID ... for statuses of the site (err->status tells which); E_REMOTE for 5xx and broken
 * answers; E_UNAVAILABLE: certainly not done; E_IN_DOUBT: perhaps done (a 5xx of a call that is not
 * read_only too).  'answer' is valid during the call, null where none came. */
typedef void vim_done_fn(void *arg, const struct vim_answer *answer, struct err *err);
/* On the loop's thread.  'call' is copied; 'done' is always called once, later.
 * Waits for a place under the site's cap; gets a token first where there is none, and once more
 * after a 401. */
void vim_call(struct vim *vim, const struct vim_call *call, vim_done_fn *done, void *arg);

/* One page of a list: 'list' is valid during the call; it is the last one unless 'more'.  With 'err'
 * (owned by the callee) 'list' is null, and nothing comes any more. */
typedef void vim_list_fn(void *arg, const struct json *list, bool more, struct err *err);
/* Lists all objects of a kind (a word of VIM_OBJECTS) as the site shows them, whoever made them.  As
 * vim_call. */
void vim_list(struct vim *vim, const char *site_id, const char *kind, vim_list_fn *each, void *arg);
/* 'object' is what the site shows of one object, valid during the call; null with 'err' (owned by the
 * callee): E_NOT_FOUND where its service, and nothing on the way to it, says that there is no such object. */
typedef void vim_get_fn(void *arg, const struct json *object, struct err *err);
/* Asks for one object of a kind (a word of VIM_OBJECTS) by its id.  As vim_call. */
void vim_get(struct vim *vim, const char *site_id, const char *kind, const char *id, vim_get_fn *done,
             void *arg);
/* The marker ("carrick:FLOW:LABEL") that an object of such a list carries, or null. */
const char *vim_marker_of(const char *kind, const struct json *json);

/* What happened at a site with objects of VIM_OBJECTS: of 'kinds' (each once, valid during the call) some
 * changed or went up to 'last'.  With 'err' (owned by the callee) nothing is known: E_NOT_FOUND, the site
 * has no such feed; status 410, its log does not reach back to 'since'. */
typedef void vim_changes_fn(void *arg, int64_t last, const struct strs *kinds, struct err *err);
/* Waits for a change behind 'since' (carrick-changes), half a minute at most; negative: asks only where
 * the site's log is.  As vim_call. */
void vim_changes(struct vim *vim, const char *site_id, int64_t since, vim_changes_fn *done, void *arg);

/* Figures that only grow until whoever counts begins anew; INT_NULL where they are not told. */
struct vim_traffic {
    int64_t packets, bytes;
};
struct vim_port_figures {
    const char *id, *mac;               /* one of the two is told */
    struct vim_traffic received, sent;  /* as the server has it */
};
struct vim_figures {
    const char *server_id;              /* null: of ports only */
    int64_t cpu_ns, cpus;               /* time that all of them have worked, and how many they are */
    int64_t memory, memory_used;        /* in one unit */
    VEC(struct vim_port_figures) ports;
};
/* 'figures' is valid during the call, null with 'err' (owned by the callee). */
typedef void vim_figures_fn(void *arg, const struct vim_figures *figures, struct err *err);
/* Of all ports of a site that has carrick-counters; E_NOT_FOUND where it has not, E_FORBIDDEN where
 * the site's user may not see them.  As vim_call. */
void vim_ports_figures(struct vim *vim, const char *site_id, vim_figures_fn *done, void *arg);
/* Of one server and its ports (Nova 2.48: GET /servers/ID/diagnostics); likewise. */
void vim_server_figures(struct vim *vim, const char *site_id, const char *server_id,
                        vim_figures_fn *done, void *arg);

struct vim_endpoint {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/endpoint.tbl"
#undef ATTR
};
extern const struct table vim_endpoint_table;

/* ---- step kinds -------------------------------------------------------------- */

/* X(kind, doc): in = struct vim_KIND (vim/KIND.tbl), out = struct vim_made; step kinds
 * vim_KIND_create (WRITE; undo deletes) and vim_KIND_delete (WRITE; in = struct vim_ref; 404 is
 * fine; ends when it is gone).  What is created carries the step's marker. */
#define VIM_OBJECTS(X)                                                                             \
    X(network, "an L2 network")                                                                    \
    X(subnet, "a subnet of it")                                                                    \
    X(port, "a port")                                                                              \
    X(security_group, "a security group")                                                          \
    X(security_group_rule, "a rule of one")                                                        \
    X(flow_classifier, "networking-sfc: which packets")                                            \
    X(port_pair, "networking-sfc: one instance of a function")                                     \
    X(port_pair_group, "networking-sfc: equal instances")                                          \
    X(port_chain, "networking-sfc: groups in order")                                               \
    X(server, "a server; its create answers before it is ACTIVE, see vim_server_boot")             \
    X(interconnect, "carrick-interconnect: a network joined with other sites' networks")           \
    X(remote_port, "carrick-interconnect: a port of a joined network at another site")             \
    X(chain_label, "carrick-interconnect: where a chain hop of another site finds its instance")   \
    X(router, "a router; its interfaces and routes are steps of their own")

#define X(kind, doc)                                                                               \
    extern const struct table vim_##kind##_table;                                                  \
    extern const struct step_kind vim_##kind##_create, vim_##kind##_delete;
VIM_OBJECTS(X)
#undef X

struct vim_network {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/network.tbl"
#undef ATTR
};
struct vim_subnet {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/subnet.tbl"
#undef ATTR
};
struct vim_fixed_ip {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/fixed_ip.tbl"
#undef ATTR
};
extern const struct table vim_fixed_ip_table;
struct vim_port {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/port.tbl"
#undef ATTR
};
struct vim_security_group {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/security_group.tbl"
#undef ATTR
};
struct vim_security_group_rule {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/security_group_rule.tbl"
#undef ATTR
};
struct vim_flow_classifier {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/flow_classifier.tbl"
#undef ATTR
};
struct vim_port_pair {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/port_pair.tbl"
#undef ATTR
};
struct vim_port_pair_group {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/port_pair_group.tbl"
#undef ATTR
};
struct vim_port_chain {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/port_chain.tbl"
#undef ATTR
};
struct vim_server {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/server.tbl"
#undef ATTR
};
struct vim_interconnect {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/interconnect.tbl"
#undef ATTR
};
struct vim_remote_port {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/remote_port.tbl"
#undef ATTR
};
struct vim_chain_label {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/chain_label.tbl"
#undef ATTR
};
struct vim_router {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/router.tbl"
#undef ATTR
};
struct vim_route {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/route.tbl"
#undef ATTR
};
extern const struct table vim_route_table;

/* What a create answers: the union of what the objects show of themselves. */
struct vim_made {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/made.tbl"
#undef ATTR
};
extern const struct table vim_made_table;

/* One object of a site, for deletes and shows. */
struct vim_ref {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/ref.tbl"
#undef ATTR
};
extern const struct table vim_ref_table;
extern const struct step_kind vim_server_show, vim_port_show; /* READ; in vim_ref, out vim_made */
/* The same, of what a client named: E_FORBIDDEN where its owner does not lend it (vim_is_lent). */
extern const struct step_kind vim_network_show, vim_security_group_show, vim_port_lent_show;
extern const struct step_kind vim_port_pair_group_show, vim_chain_label_show; /* the same */
extern const struct step_kind vim_router_show, vim_flow_classifier_show;      /* the same */
/* WRITE; in vim_ref: a port begins (undo: ends) to carry traffic; shut: one that is gone is fine. */
extern const struct step_kind vim_port_open, vim_port_shut;
/* WRITE; in vim_members: a group consists of these from now on. */
struct vim_members {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/members.tbl"
#undef ATTR
};
/* WRITE; in vim_drain: a port pair gets no new flows; for sites with carrick-sfc. */
struct vim_drain {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/drain.tbl"
#undef ATTR
};
extern const struct table vim_members_table, vim_drain_table;
/* The last one ends the draining: 'seconds' is 0. */
extern const struct step_kind vim_port_pair_group_set, vim_port_pair_drain, vim_port_pair_open;
/* WRITE; in vim_router_interface: a router joins a subnet at its gateway address; undo: leaves it. */
struct vim_router_interface {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/router_interface.tbl"
#undef ATTR
};
/* WRITE; in vim_routes: a router's routes are these (Neutron: extraroute), which is harmless to repeat;
 * undo: what they were.  Those without a next hop are left out. */
struct vim_routes {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/routes.tbl"
#undef ATTR
};
extern const struct table vim_router_interface_table, vim_routes_table;
extern const struct step_kind vim_router_join, vim_router_routes_set;
/* WRITE; in vim_passes: a port may send packets of these prefixes, and of no others (Neutron:
 * allowed-address-pairs), which is harmless to repeat; undo: what it might before. */
struct vim_passes {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/passes.tbl"
#undef ATTR
};
extern const struct table vim_passes_table;
extern const struct step_kind vim_port_passes_set;
/* Prefixes as allowed_address_pairs have them, in 'mem'. */
const struct json *vim_address_pairs(struct mem *mem, const struct strs *prefixes);
/* WRITE; in vim_ref: a router loses its routes and leaves all subnets, so that it can be deleted; one
 * that is gone is fine. */
extern const struct step_kind vim_router_clear;
/* The same of a chain's classifiers; in vim_members. */
extern const struct step_kind vim_port_chain_set;
/* WRITE; in vim_power: ends when the server runs (ACTIVE) or is stopped (SHUTOFF); undo: the other way
 * round.  E_NOT_FOUND; E_UNAVAILABLE "NotInTime". */
struct vim_power {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/power.tbl"
#undef ATTR
};
/* WRITE; in vim_rebuild: begins to make a server anew, see vim_server_remake; undo: made anew of its image
 * of before, ends when it runs. */
struct vim_rebuild {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/rebuild.tbl"
#undef ATTR
};
/* WRITE; in vim_attachment: a port joins a server, or leaves it; undo: the other. */
struct vim_attachment {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/attachment.tbl"
#undef ATTR
};
extern const struct table vim_attachment_table;
extern const struct step_kind vim_server_attach, vim_server_detach;
/* WRITE; in vim_ref: as vim_port_delete, but a rollback stops here (E_CONFLICT) instead of passing over it. */
extern const struct step_kind vim_port_drop;
extern const struct table vim_power_table, vim_rebuild_table;
extern const struct step_kind vim_server_power, vim_server_rebuild;
extern const struct step_kind vim_server_stop; /* WRITE; in vim_ref; asks only, see vim_server_shutdown */

/* Once per site: found by name and sha512, else created, uploaded from a file and awaited.  Kept
 * when the operation is rolled back (other operations may use it by then). */
struct vim_image {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/image.tbl"
#undef ATTR
};
/* Once per site: found by its sizes, else created under an id that follows from them.  Kept too. */
struct vim_flavor {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/flavor.tbl"
#undef ATTR
};
extern const struct table vim_image_table, vim_flavor_table;
extern const struct step_kind vim_image_have, vim_flavor_have;     /* WRITE; out vim_made */
extern const struct step_kind vim_image_delete, vim_flavor_delete; /* WRITE; in vim_ref */

/* What a site offers: READ; in vim_site_ref, out vim_site_about. */
struct vim_site_ref {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/site_ref.tbl"
#undef ATTR
};
struct vim_site_about {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vim/site_about.tbl"
#undef ATTR
};
extern const struct table vim_site_ref_table, vim_site_about_table;
extern const struct step_kind vim_site_look;

/* ---- pieces of flows ----------------------------------------------------------- */

/* Creates a server and waits until it is ACTIVE; a server in ERROR (with its fault) or SHUTOFF (it
 * ended meanwhile) is an E_REMOTE, and a retry deletes that one and makes another at the same ports.
 * 'made' may be null.  Two steps: LABEL and "LABEL active". */
struct err *vim_server_boot(struct flow *f, const char *label, const struct vim_server *in,
                            struct vim_made *made) MUST_USE;
/* Makes a server anew of another image and waits until it is ACTIVE; one that ends in ERROR, or does
 * not run, is an E_REMOTE "ServerError", one that is not there in time an E_UNAVAILABLE "NotInTime".
 * Its id and ports stay.  Two steps: LABEL and "LABEL active". */
struct err *vim_server_remake(struct flow *f, const char *label,
                              const struct vim_rebuild *in) MUST_USE;
/* Asks a server to shut down and waits until it did, at most 'timeout_s': afterwards it is the
 * caller's to delete, whether it stopped or not.  Two steps: LABEL and "LABEL done". */
struct err *vim_server_shutdown(struct flow *f, const char *label, const struct vim_ref *server,
                                int64_t timeout_s) MUST_USE;
/* The sweep of a flow type whose steps are of this driver: at each site where an outcome was in
 * doubt, lists what carries this operation's marker and deletes what the journal does not hold. */
struct err *vim_sweep(struct flow *f, const void *in) MUST_USE;

/* Every kind above; null-terminated, for flow_kinds_add. */
extern const struct step_kind *const vim_kinds[];

#endif
