/* `carrick agent`: the privileged half of a site.  It makes the kernel of its
 * network namespace match the desired state that the site sends: links,
 * addresses, the data plane's maps, containers.  It speaks nothing else.
 *
 *     carrick agent --config /etc/carrick/agent.yaml --site-config /etc/carrick/site.yaml
 *     carrick agent --purge --state DIR --bpffs DIR
 *
 * Runs as root in the site's network namespace but not in a mount namespace of
 * its own (enter with setns(2) or `nsenter --net`, not `ip netns exec`, which
 * hides the control groups). */
#ifndef CARRICK_AGENT_AGENT_H
#define CARRICK_AGENT_AGENT_H

#include "sys/settings.h"

/* What an agent is told, and what their table cannot know: the users are there.  E_NOT_FOUND. */
extern const struct setting agent_settings[];
struct err *agent_settings_check(struct mem *mem, struct settings *settings) MUST_USE;

/* Runs until SIGTERM; what it made stays.  0, or 1 with the reason on stderr,
 * or 2 where the arguments are wrong. */
int agent_main(int argc, char **argv);

#endif
