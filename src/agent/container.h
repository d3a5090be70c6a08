/* Servers: containers run by crun.  A server goes through
 *
 *   ABSENT -> CREATING -> CREATED -> STARTING -> RUNNING -> ENDING -> CLEANING -> ABSENT
 *
 * where each step that runs a program is waited for by the loop. */
#ifndef CARRICK_AGENT_CONTAINER_H
#define CARRICK_AGENT_CONTAINER_H

#include "agent/host.h"

enum container_state {
    CONTAINER_ABSENT,   /* No container (its disk may be there). */
    CONTAINER_CREATING, /* crun create runs. */
    CONTAINER_CREATED,  /* It waits for its links. */
    CONTAINER_STARTING, /* crun start runs. */
    CONTAINER_RUNNING,
    CONTAINER_ENDING,   /* Told to stop; its first process still lives. */
    CONTAINER_CLEANING, /* crun delete runs. */
};

struct container {
    struct host *host;
    char *id;
    enum container_state state;
    int failures;           /* In a row. */
    char *error;            /* Why it cannot run, until generation changes; or null. */
    bool started;           /* Its program was let go. */
    bool ended;             /* Ran, and ended by itself. */
    bool plugged;           /* Its links are there. */
    int64_t generation;     /* That was started. */
    uint32_t range;         /* 1.. : its users; 0 = the site's. */
    pid_t pid;              /* First process; 0 = none */
    bool removing;          /* No longer desired. */
    struct loop_timer *kill_timer;
    const char *told;       /* State last told to the site (a literal). */
    char *told_reason;
};

#define CGROUPS "/sys/fs/cgroup"

/* Its control group, as it is called in every hierarchy below CGROUPS, in 'mem'. */
const char *container_cgroup(const struct container *container, struct mem *mem);
/* Finds the containers that an earlier agent left. */
struct err *containers_adopt(struct host *host) MUST_USE;
/* One step towards what is desired ('want' null = gone). */
void container_step(struct container *container, const struct desired_server *want);
/* The runtime record of an id, made where missing. */
struct container *container_get(struct host *host, const char *id);
/* Its links are there: go. */
void container_start(struct container *container);
/* It cannot run; its container is taken away. */
void container_fail(struct container *container, struct err *e);
void container_tell(struct container *container, bool again);
void container_free(struct container *container);
/* Keeps consoles within their size. */
void consoles_trim(struct host *host);
/* Kills and removes all containers of a state folder, and the site's control group. */
struct err *containers_purge(const struct host_options *options) MUST_USE;

#endif
