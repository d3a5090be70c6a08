/* The agent and the responder as programs, and the unpacker that the agent starts, for a tree in which the
 * whole product is not built. */
#include "agent/agent.h"
#include "responder/responder.h"

#include <stdio.h>
#include <string.h>
#ifdef HAVE_UNPACK
#include "image/image.h"
#else
#include <unistd.h>

/* tar in the unpacker's place. */
static int
unpack_main(int argc, char **argv)
{
    if (argc == 4) {
        (void)execlp("tar", "tar", "-C", argv[2], "-xf", argv[3], (char *)NULL);
    }
    return 1;
}
#endif

int
main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "agent")) {
        return agent_main(argc - 1, argv + 1);
    }
    if (argc > 1 && !strcmp(argv[1], "responder")) {
        return responder_main(argc - 1, argv + 1);
    }
    if (argc > 1 && !strcmp(argv[1], "unpack")) {
        return unpack_main(argc - 1, argv + 1);
    }
    (void)fputs("usage: agentd agent|responder|unpack ...\n", stderr);
    return 2;
}
