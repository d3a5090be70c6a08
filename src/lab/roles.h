/* The command lines of the roles, and the folders they need: the same for a site of
 * a lab and for the site of a box. */
#ifndef CARRICK_LAB_ROLES_H
#define CARRICK_LAB_ROLES_H

#include "base/str.h"
#include "lab/supervisor.h"

/* An unprivileged user of a role. */
struct role_user {
    uid_t uid;
    gid_t gid;
};

struct roles_site {
    const char *suffix;       /* of the processes' names: "-east", or "" */
    const char *config_dir;   /* of ROLE.yaml, where there is one; or null */
    const char *name;         /* null = as its file says, as what follows */
    const char *netns;        /* network namespace of all three, or null */
    const char *listen;       /* ADDRESS:PORT */
    const char *vtep;
    const char *underlay_mtu;
    const char *log_level;
    const char *flows;        /* entries of the flow table */
    const char *plain_http;   /* where it may serve without TLS */
    const char *site_state, *agent_state; /* their folders */
    const char *agent_socket;
    const char *responder_dir; /* the responder's; its socket is in it */
    const char *bpffs;
    char *const *more; /* further options of the site, ended by null; or null */
    struct role_user site, responder;
};

struct roles_orchestrator {
    const char *config_dir, *listen, *log_level; /* as above */
    const char *callbacks;                       /* prefixes, as above */
    const char *state; /* its folder */
    char *const *more; /* further options, as above */
    struct role_user user;
};

/* A folder that is one user's alone; made where it is not there, and given to him where it is root's and empty. */
struct err *role_dir_make(const char *path, const struct role_user *user) MUST_USE;
/* Makes the folders and adds the processes, in the order of starting: responder, agent, site.
 * Their texts are kept in 'mem', which has to outlive the supervisor. */
struct err *roles_site_add(struct mem *mem, struct supervisor *supervisor,
                           const struct roles_site *site) MUST_USE;
struct err *roles_orchestrator_add(struct mem *mem, struct supervisor *supervisor,
                                   const struct roles_orchestrator *orchestrator) MUST_USE;

#endif
