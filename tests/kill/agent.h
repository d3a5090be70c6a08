/* An agent without a kernel: it takes what a site tells and says that it is so. */
#ifndef CARRICK_TESTS_KILL_AGENT_H
#define CARRICK_TESTS_KILL_AGENT_H

#include "desired/desired.h"

/* What it holds, for those outside its process. */
struct agent_count {
    _Atomic int objects[DESIRED_N_KINDS];
};

/* Serves 'socket' for the site and host 'name' until it is killed. */
struct err *agent_serve(const char *socket, const char *name, struct agent_count *count) MUST_USE;

#endif
