/* The table of subcommands, nothing else. */
#include "agent/agent.h"
#include "cli/cli.h"
#include "faces/orchestrator.h"
#include "faces/site.h"
#include "image/image.h"
#include "lab/lab.h"
#include "responder/responder.h"
#include "script/script.h"
#include "tosca/examination.h"

#include <stdbool.h>
#include <string.h>

static const struct cli_role roles[] = {
    {"up", "", "starts a lab of two sites and an orchestrator on this machine", up_main},
    {"down", "", "ends that lab", down_main},
    {"orchestrator", "", "serves the ETSI APIs and manages network services over sites",
     orchestrator_main},
    {"run", "site|orchestrator",
     "runs the roles of a site or an orchestrator of this box, where no service manager does",
     run_main},
    {"site", "", "serves the APIs of an OpenStack-compatible site on this box", site_main},
    {"agent", "", "makes the kernel of this box match what its site wants; needs root", agent_main},
    {"responder", "",
     "answers DHCP, DNS, router solicitations and metadata of a site; not for root",
     responder_main},
    {"unpack", "", "checks or unpacks an image in a sandbox", unpack_main},
    {"examine", "", "reads a service package in a sandbox", examine_main},
    {"instruct", "", "runs a script at a server over SSH, in a sandbox", instruct_main},
    {0},
};

int
main(int argc, char **argv)
{
    /* `carrick site --listen ...` is a role, `carrick site list` a noun and a verb. */
    bool options = argc < 3 || argv[2][0] == '-';

    for (const struct cli_role *r = roles; argc > 1 && r->name; r++) {
        if (!strcmp(argv[1], r->name) && (options || *r->words)) {
            return r->main(argc - 1, argv + 1);
        }
    }
    return cli_main(argc, argv, roles);
}
