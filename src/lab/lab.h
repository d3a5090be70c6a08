/* The lab: one orchestrator and two sites on one machine, each site in a
 * network namespace with a state folder of its own, joined by a veth link that
 * plays the WAN.  Everything it makes carries the lab's name and is taken away
 * again by `carrick down`. */
#ifndef CARRICK_LAB_LAB_H
#define CARRICK_LAB_LAB_H

#include "base/err.h"
#include "lab/supervisor.h"

#include <stdint.h>

#define LAB_N_SITES 2
#define LAB_DIR "/var/lib/carrick/lab"

/* One site of the lab; the addresses are the lab's block 198.18.NUMBER.0/24
 * (RFC 2544: never routed in the world). */
struct lab_site {
    const char *name;      /* "east" */
    const char *netns;     /* "ck-lab-east" */
    const char *netns_path;
    const char *dir;       /* state folder */
    const char *link;      /* host's end of the management link */
    const char *host_ip;   /* its address */
    const char *ip;        /* the site's management address: its API */
    const char *wan_ip;    /* tunnel endpoint on the WAN link */
    const char *url;       /* http://IP:PORT */
    uid_t uid;             /* unprivileged user of the site process */
    uid_t responder_uid;   /* and of its responder */
};

struct lab {
    struct mem *mem;
    const char *name;      /* "lab" */
    const char *dir;
    int number;            /* third octet of its addresses, offset of its port */
    const char *url;       /* orchestrator */
    uint16_t port;
    uid_t uid;             /* of the orchestrator */
    const char *flows;     /* entries of a site's flow table; null = what an agent takes */
    struct lab_site sites[LAB_N_SITES];
};

/* Fills in a lab from its name, folder and number (0-199). */
struct err *lab_describe(struct mem *mem, const char *name, const char *dir, int number,
                         struct lab *lab) MUST_USE;

/* Namespaces, links, addresses, bpf file systems: makes what is missing. */
struct err *lab_wires_make(const struct lab *lab) MUST_USE;
/* Removes them; what is not there is fine. */
struct err *lab_wires_remove(const struct lab *lab) MUST_USE;

/* A bpf file system of its own at 'path', for root alone; one that is there stays. */
struct err *lab_bpffs_make(const char *path) MUST_USE;

/* Adds every process of the lab, sites first, and makes their folders. */
struct err *lab_roles_add(const struct lab *lab, struct supervisor *supervisor) MUST_USE;

/* `carrick up`, `carrick down`. */
int up_main(int argc, char **argv);
int down_main(int argc, char **argv);
/* `carrick run site`, `carrick run orchestrator`: the roles of this box in the foreground, for
 * machines without a manager of services. */
int run_main(int argc, char **argv);

#endif
