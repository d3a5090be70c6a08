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
    {.name = "up", .words = "", .main = up_main,
     .doc = "starts a lab of two sites and an orchestrator on this machine"},
    {.name = "down", .words = "", .main = down_main, .doc = "ends that lab"},
    {.name = "orchestrator", .words = "", .main = orchestrator_main,
     .settings = orchestrator_settings, .check = orchestrator_settings_check, .tables = orchestrator_tables,
     .doc = "serves the ETSI APIs and manages network services over sites"},
    {.name = "run", .words = "site|orchestrator", .main = run_main,
     .doc = "runs the roles of a site or an orchestrator of this box, where no service manager does"},
    {.name = "site", .words = "", .main = site_main,
     .settings = site_settings, .check = site_settings_check, .tables = site_tables,
     .doc = "serves the APIs of an OpenStack-compatible site on this box"},
    {.name = "agent", .words = "", .main = agent_main,
     .settings = agent_settings, .check = agent_settings_check,
     .doc = "makes the kernel of this box match what its site wants; needs root"},
    {.name = "responder", .words = "", .main = responder_main, .settings = responder_settings,
     .doc = "answers DHCP, DNS, router solicitations and metadata of a site; not for root"},
    {.name = "unpack", .words = "", .main = unpack_main,
     .doc = "checks or unpacks an image in a sandbox"},
    {.name = "examine", .words = "", .main = examine_main,
     .doc = "reads a service package in a sandbox"},
    {.name = "instruct", .words = "", .main = instruct_main,
     .doc = "runs a script at a server over SSH, in a sandbox"},
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
