/* What a container has used, as the kernel counts for its control group. */
#ifndef CARRICK_AGENT_USAGE_H
#define CARRICK_AGENT_USAGE_H

#include "desired/desired.h"

#include <sys/types.h>

/* Sets cpu_ns and memory_used of the control group 'group' ("/a/b") in the hierarchies below 'root',
 * of either version; INT_NULL where the kernel does not count it there.  Memory that nobody counts is
 * what the group's processes have by themselves. */
void usage_read(const char *root, const char *group, struct desired_server_usage *usage);

/* Seconds since the process was started; INT_NULL where it is gone. */
int64_t usage_uptime_s(pid_t pid);

#endif
