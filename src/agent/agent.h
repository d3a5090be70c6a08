/* `carrick agent`: the privileged half of a site.  It makes the kernel of its
 * network namespace match the desired state that the site sends: links,
 * addresses, the data plane's maps, containers.  It speaks nothing else.
 *
 *     carrick agent --site-id ID --host-id ID --state DIR --site-state DIR
 *                   --socket PATH --site-uid UID --bpffs DIR --vtep IP
 *                   [--responder PATH --responder-uid UID] [--uid-base N]
 *                   [--flows N] [--log-level LEVEL]
 *     carrick agent --purge --state DIR --bpffs DIR [--site-id ID]
 *
 * --flows is how many entries the flow table gets when it is made: a power of two from 1024 to
 * 4194304 (131072), at 160 bytes of the kernel each.  A table that is there keeps its size.
 *
 * Runs as root in the site's network namespace but not in a mount namespace of
 * its own (enter with setns(2) or `nsenter --net`, not `ip netns exec`, which
 * hides the control groups). */
#ifndef CARRICK_AGENT_AGENT_H
#define CARRICK_AGENT_AGENT_H

/* Runs until SIGTERM; what it made stays.  0, or 1 with the reason on stderr,
 * or 2 where the arguments are wrong. */
int agent_main(int argc, char **argv);

#endif
