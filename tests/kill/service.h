/* Operations on one service or one function, driven to their end as an operator
 * would, whatever dies meanwhile. */
#ifndef CARRICK_TESTS_KILL_SERVICE_H
#define CARRICK_TESTS_KILL_SERVICE_H

#include "kill/house.h"

/* NS (SOL005) or VNF (SOL003): what the two APIs call things. */
struct kind {
    const char *name;
    const char *instances, *occurrences, *instance_attr, *operation_attr;
    const char *instantiate, *terminate; /* bodies; null = made by the service */
    const char *descriptor_id;           /* of NSs: null = the service's */
};
extern const struct kind kind_ns, kind_vnf, kind_nested;

struct service {
    struct house *house;
    const struct kind *kind;
    const char *nsd_id;                        /* as on-boarded */
    const char *network_id, *other_id;         /* where the VNF is connected, and perhaps later */
    const char *core_id;                       /* an NS that runs all the time */
    const char *id;                            /* of the instance */
    const char *op_id;                         /* of the operation under way */
    const char *begun;                         /* ids of all of this life */
};

/* West has no port chains left, or has: late in an instantiation of the NS. */
struct err *service_refuse(struct house *house, bool refuse) MUST_USE;

/* Packages, descriptor and a network for the VNF; once a house. */
struct err *service_onboard(struct service *service) MUST_USE;
struct err *service_create(struct service *service) MUST_USE;
struct err *service_delete(struct service *service) MUST_USE;

/* What an operation has come to, and what it went through. */
struct outcome {
    const char *state;     /* where it ended */
    int stops;             /* FAILED_TEMP on the way */
    int points;            /* of the orchestrator until the first of them */
    const char *error;     /* of the last of them: error.detail */
    const char *problem;   /* what is wrong with the way it went, or null */
};
enum way {
    WAY_ON,      /* with retries, to COMPLETED */
    WAY_BACK,    /* where it stops, to ROLLED_BACK; to COMPLETED where something is deleted for good */
    WAY_TURNED,  /* where it stops, back; where that stops, what refused it is gone, and on again */
    WAY_GIVEN,   /* where it stops, it is given up: FAILED */
};
/* Begins "instantiate", "terminate" or, of the NS's firewall, "scale out", "scale in", "heal",
 * "stop", "start", "grow", "shrink", "unsteer", "steer", "upgrade" or "downgrade" (its package), of the
 * nested one "nest" or "unnest" (of an NS that runs), of the
 * VNF "enlarge", "reduce" (its flavour), "renew" or "age" (its package), "move" or "return" (its
 * connection), "repair" (of its ports, which are lost before) or "repair all" (of one of its servers with them), and drives
 * it to its end.  Of the NS's firewall also "restore" (its chain and a port are lost before), "restore all" (its chain,
 * its server and all ports of that), "scale out later" and "scale in later".
 * 'strike' befalls it; 'strike_back' its rollback. */
struct err *service_operate(struct service *service, const char *what, const struct strike *strike,
                            enum way way, const struct strike *strike_back,
                            struct outcome *outcome) MUST_USE;

#endif
