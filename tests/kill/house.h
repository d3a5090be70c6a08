/* An orchestrator, two sites and their agents as processes of their own, to be
 * killed and started again: everything of the product but the kernel. */
#ifndef CARRICK_TESTS_KILL_HOUSE_H
#define CARRICK_TESTS_KILL_HOUSE_H

#include "kill/agent.h"

#include <sys/types.h>

/* X(name, is an agent) */
#define HOUSE_ROLES(X)                                                                             \
    X(ORCHESTRATOR, "orchestrator")                                                                \
    X(EAST, "site east")                                                                           \
    X(WEST, "site west")                                                                           \
    X(EAST_AGENT, "agent east")                                                                    \
    X(WEST_AGENT, "agent west")

enum part {
#define X(name, text) ROLE_##name,
    HOUSE_ROLES(X)
#undef X
    N_ROLES
};
extern const char *const role_names[];
#define N_PLACES 3  /* the first roles serve APIs */
#define N_SITES 2

#define STRIKE_BEFORE (-1)

/* What befalls one of them while an operation runs. */
struct strike {
    enum part role;
    int at;        /* at the orchestrator's n-th point from the operation's begin; 0 = never,
                    * STRIKE_BEFORE = it is away when the operation begins */
    int after_ms;  /* so long after its begin; 0 = never */
    int every;     /* the orchestrator again and again, at each n-th point of its life; 0 = once */
    bool down;     /* stays away until the operation has stopped */
};

struct place {
    const char *name;
    char url[64], state[260];
    const char *token, *project_id, *password;
};

struct subscriber;

struct house {
    struct mem *mem;      /* of the house's life */
    struct mem *case_mem; /* reset by the driver */
    char dir[200];
    const char *program, *packages; /* carrick; where the CSARs are */
    struct place places[N_PLACES];
    struct agent_count *counts[N_SITES];
    pid_t pids[N_ROLES];
    bool away[N_ROLES];   /* not to be started again yet */
    struct strike strike;
    int64_t strike_ns;    /* when it was begun */
    int kills;            /* that happened */
    int call_ms;
    struct subscriber *subscriber; /* hears of all operations; see subscriber.h */
    const char *unanswered; /* why the last call had no answer, or null */
    const char *trouble;  /* a process that ended by itself */
};

/* Starts all five, of 'program', joined as a user would: sites registered.  In 'dir', which is made; in a network
 * namespace of its own, which this process enters.  'counts': shared with the agents' processes. */
struct err *house_new(const char *program, const char *dir, struct agent_count *counts,
                      struct house *house) MUST_USE;
/* Ends all and removes the folder. */
void house_end(struct house *house);

/* Looks after the processes: what died is started again, a strike is carried out. */
void house_tend(struct house *house);
/* Begins a strike (or, at 0, forgets it). */
void house_strike(struct house *house, const struct strike *strike);
/* Everybody is there again and answers. */
struct err *house_whole(struct house *house) MUST_USE;

/* One call; its JSON (null where there is none) in case_mem.  '*status' is 0 where no answer came. */
const struct json *house_call(struct house *house, enum part place, const char *method,
                              const char *path, const char *body, int *status);
/* A call that has to be answered so. */
struct err *house_want(struct house *house, int status, enum part place, const char *method,
                       const char *path, const char *body, const struct json **json) MUST_USE;
struct err *house_upload(struct house *house, const char *path, const char *file) MUST_USE;

/* What a place keeps that is not history: a line a table and name, with how many there are; and for
 * sites what their agents hold. */
const char *house_dump(struct house *house, enum part place);
/* Points that flows went through since the file was emptied. */
int house_points(struct house *house, bool reset);

void blink_ms(int ms);
/* In so many ms from now, times $CARRICK_PATIENCE (time_mono_ns). */
int64_t deadline_ns(int ms);

#endif
