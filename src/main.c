/* The table of subcommands, nothing else. */
#include "agent/agent.h"
#include "cli/cli.h"
#include "faces/orchestrator.h"
#include "faces/site.h"
#include "image/image.h"
#include "lab/lab.h"

#include <stdbool.h>
#include <string.h>

struct subcommand {
    const char *name;
    int (*main)(int argc, char **argv);
};

static const struct subcommand subcommands[] = {
    {"site", site_main},   {"agent", agent_main},   {"orchestrator", orchestrator_main},
    {"up", up_main},       {"down", down_main},     {"unpack", unpack_main},
};

int
main(int argc, char **argv)
{
    /* `carrick site --listen ...` is a role, `carrick site list` a noun and a verb. */
    bool role = argc < 3 || argv[2][0] == '-';

    for (size_t i = 0; role && argc > 1 && i < sizeof subcommands / sizeof *subcommands; i++) {
        if (!strcmp(argv[1], subcommands[i].name)) {
            return subcommands[i].main(argc - 1, argv + 1);
        }
    }
    return cli_main(argc, argv);
}
