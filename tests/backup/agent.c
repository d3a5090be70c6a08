/* An agent without a kernel as a program: agent SOCKET NAME. */
#include "kill/agent.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
    static struct agent_count count;
    struct err *e = argc == 3 ? agent_serve(argv[1], argv[2], &count) : NULL;

    if (e) {
        fprintf(stderr, "agent: %s\n", e->message);
        err_ignore(e, "said");
    }
    return 1;
}
