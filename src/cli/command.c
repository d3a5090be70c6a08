/* The table of commands: a line each.  `carrick help` prints it. */
#include "cli/command.h"
#include "cli/cli.h"
#include "cli/setup.h"

#include "tosca/author.h"
#include "tosca/check.h"
#include "tosca/drawing.h"

#include <stdio.h>
#include <string.h>

/* ---- options ------------------------------------------------------------------------- */

static const struct cli_option add_options[] = {
    {"credentials", "FILE", "clouds.yaml that has what is not given otherwise"},
    {"cloud", "NAME", "its entry; default: the only one"},
    {"country", "XX", "country that the site is in"},
    {"label", "KEY=VALUE", "label of the site's location; may be repeated"},
    {"if-missing", NULL, "a site of that name is fine"},
    {0},
};
static const struct cli_option top_options[] = {
    {"site", "FILE[:CLOUD]", "of the site that this clouds.yaml, or cloud, is of"},
    {"once", NULL, "print the page once and end"},
    {0},
};
static const struct cli_option invite_options[] = {
    {"address", "ADDRESS", "address or host name that the site is reached at; may be repeated"},
    {"minutes", "N", "how long the invitation may be used; default: 60"},
    {0},
};
static const struct cli_option ack_options[] = {
    {"undo", NULL, "nobody has taken note of it after all"},
    {0},
};
static const struct cli_option ns_create_options[] = {
    {"nsd", "ID|NAME", "NSD"},
    {"name", "NAME", "name of the network service"},
    {"description", "TEXT", "description"},
    {0},
};
#define PLAN_OPTION                                                                                \
    {                                                                                              \
        "plan", "NAME", "do not begin it: keep a plan of it under that name"                       \
    }
#define PLACE_OPTIONS                                                                              \
    {"place", "VNF=SITE", "site of a VNF profile; sap:SAP=SITE of a SAP; may be repeated"},        \
    {"network", "LINK=SITE/NETWORK[,GROUP...]",                                                    \
     "network, by its id, that the site has for a link, and further groups; may be repeated"},     \
    {                                                                                              \
        "flavour", "ID", "deployment flavour of the NSD; default: default"                         \
    }
static const struct cli_option instantiate_options[] = {
    PLACE_OPTIONS,
    {"level", "LEVEL", "instantiation level of the NSD"},
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option plan_ns_options[] = {
    PLACE_OPTIONS,
    {"level", "LEVEL", "instantiation level of the NSD"},
    {0},
};
static const struct cli_option ns_terminate_options[] = {
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
#define SCALE_OPTIONS                                                                              \
    {"out", "ASPECT", "add servers: further along a scaling aspect"},                              \
        {"in", "ASPECT", "remove servers: back along a scaling aspect, the newest first"},         \
        {"steps", "N", "with --out and --in: how many scale levels; default: 1"},                  \
        {"level", "LEVEL", "to an instantiation level"},                                           \
    {                                                                                              \
        "to", "ASPECT=N", "to a scale level of an aspect; may be repeated"                         \
    }
#define NS_SCALE_OPTIONS                                                                           \
    {"vnf", "VNF", "VNF instance, by name, profile or id; without it, the service's own aspects"},  \
        SCALE_OPTIONS,                         \
    {                                                                                              \
        "drain", "SECONDS", "how long servers that go keep their flows; default: 10"               \
    }
static const struct cli_option vnf_scale_options[] = {
    SCALE_OPTIONS,
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
#define VNFC_OPTION                                                                                \
    {                                                                                              \
        "vnfc", "ID", "this server of it only; may be repeated"                                    \
    }
static const struct cli_option vnf_start_options[] = {
    VNFC_OPTION,
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option vnf_stop_options[] = {
    VNFC_OPTION,
    {"graceful", "SECONDS", "gracefully, in at least this time"},
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option vnf_heal_options[] = {
    VNFC_OPTION,
    {"cause", "TEXT", "why"},
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option vnf_change_package_options[] = {
    {"vnfd", "ID", "the VNFD that it is of afterwards"},
    {"connect", "CPD=NETWORK[/ADDRESS]",
     "a connection point that moves by the way, the id of its network, an address there; may be repeated"},
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option vnf_change_connectivity_options[] = {
    {"connect", "CPD=NETWORK[/ADDRESS]",
     "a connection point, the id of its network from then on, an address there; may be repeated"},
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option vnf_change_flavour_options[] = {
    {"flavour", "ID", "the deployment flavour that it is of afterwards"},
    {"level", "ID", "its instantiation level"},
    {"connect", "CPD=NETWORK[/ADDRESS]",
     "a connection point that comes, the id of its network, an address there; may be repeated"},
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
#define NS_VNF_OPTIONS                                                                             \
    {"vnf", "VNF", "VNF instance, by name, profile or id; may be repeated"},                       \
        PLAN_OPTION,                                                                               \
    {                                                                                              \
        "wait", NULL, "wait for the end and show the steps"                                        \
    }
static const struct cli_option ns_heal_options[] = {
    NS_VNF_OPTIONS,
    VNFC_OPTION,
    {"cause", "TEXT", "why"},
    {0},
};
static const struct cli_option ns_start_options[] = {NS_VNF_OPTIONS, {0}};
static const struct cli_option ns_stop_options[] = {
    NS_VNF_OPTIONS,
    {"graceful", "SECONDS", "gracefully, in at least this time"},
    {0},
};
static const struct cli_option vnf_set_options[] = {
    {"name", "NAME", "its name"},
    {"description", "TEXT", "its description"},
    {"metadata", "KEY=VALUE", "one of your own keys; without a value it goes; may be repeated"},
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option ns_scale_options[] = {
    NS_SCALE_OPTIONS,
    PLAN_OPTION,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option plan_scale_options[] = {NS_SCALE_OPTIONS, {0}};
#define NS_UPDATE_OPTIONS                                                                          \
    {"instantiate", "PROFILE", "a further VNF of the NSD's profile; may be repeated"},             \
        {"level", "LEVEL", "with --instantiate: its instantiation level"},                         \
        {"name", "NAME", "with --instantiate, --add-pnf, --modify-pnf: its name"},                 \
        {"place", "PROFILE=SITE", "with --instantiate: its site"},                                 \
        {"add", "PROFILE=ID", "a VNF instance that runs and is no NS's; may be repeated"},         \
        {"remove", "VNF", "a VNF instance that goes, by name, profile or id; may be repeated"},    \
        {"drain", "SECONDS", "with --remove: how long it keeps its flows; default: 10"},           \
        {"package", "VNF=VNFD", "a VNF and the VNFD that it is of then; may be repeated"},         \
        {"flavour", "VNF=FLAVOUR[/LEVEL]", "a VNF and its flavour then; may be repeated"},    \
        {"add-graph", "VNFFG", "a forwarding graph of the NSD; may be repeated"},                  \
        {"add-sap", "SAP", "a service access point of the NSD; may be repeated"},                  \
        {"remove-sap", "ID", "a service access point that goes (sapInfo); may be repeated"},       \
        {"change-graph", "VNFFG", "a forwarding graph whose paths change"},                        \
        {"path", "NFP=RULE", "with --change-graph: a path, by its id in nfpInfo, or a new one, and which "  \
                             "packets take it: tcp,to-port=80-81,from=10.0.0.0/8; may be repeated"}, \
        {"end", "NFP", "with --change-graph: a path that goes; may be repeated"},                  \
        {"add-pnf", "PROFILE=ID", "a physical function, as you call it"},                          \
        {"pnfd", "PNFD", "with --add-pnf: its descriptor (pnfdId)"},                               \
        {"address", "CP=ADDRESS", "with --add-pnf, --modify-pnf: an address that a connection point has; " \
                                  "may be repeated"},                                              \
        {"modify-pnf", "ID", "a physical function whose name or addresses change"},                \
        {"remove-pnf", "ID", "a physical function that is none of the NS any more; may be repeated"}, \
        {"add-nested", "[PROFILE=]NS", "an NS that runs and is in no other; may be repeated"},     \
        {"remove-nested", "NS", "a nested NS that goes: one that was made with this one ends; may be repeated"}, \
    {                                                                                              \
        "remove-graph", "VNFFG", "a forwarding graph that goes; may be repeated"                   \
    }
static const struct cli_option ns_update_options[] = {
    NS_UPDATE_OPTIONS,
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option plan_update_options[] = {NS_UPDATE_OPTIONS, {0}};
static const struct cli_option drift_options[] = {
    {"vnf", "ID|NAME", "this VNF alone"},
    {"repair", NULL, "make again what sites have lost, and heal servers; the rest stays as it is"},
    {"left-over", NULL, "with --repair: delete what operations made and nobody holds"},
    {"wait", NULL, "with --repair: wait for the end and show the steps"},
    {0},
};
static const struct cli_option trace_options[] = {
    {"from", "PORT", "port that sends, by name or id"},
    {"to", "PORT", "port that it is for, by name or id; a remote port too"},
    {"site", "CLOUD", "the site's cloud (FILE, FILE:CLOUD or a name in clouds.yaml); may be repeated, "
                      "for other sites on the way; default: OS_CLOUD, or OS_AUTH_URL and so on"},
    {"one-way", NULL, "leave out what the answer meets"},
    {"live", NULL, "follow real packets of the flow, in both directions, until interrupted"},
    {"count", "N", "with --live: end after so many lines"},
    {"seconds", "N", "with --live: end after so long"},
    {0},
};
static const struct cli_option check_options[] = {
    {"trust", "FILE", "certificates (PEM) that its signers have to come from"},
    {0},
};
static const struct cli_option init_options[] = {
    {"image", "FILE", "the part's image: a tar of a root file system, qcow2 or raw"},
    {"provider", "TEXT", "who provides the VNF"},
    {0},
};
static const struct cli_option graph_options[] = {
    {"dot", NULL, "print what Graphviz draws it from"},
    {0},
};
#define PM_OF_OPTIONS(of_)                                                                         \
    {"type", "TYPE", "what is measured: Vnf, Vnfc, VnfIntCp, VnfExtCp; of a network service Sap"}, \
        {"of", "ID|NAME", of_},                                                                    \
        {"part", "ID", "this VNFC, connection point or SAP of it only; may be repeated"},          \
    {                                                                                              \
        "callback", "URL", "where reports and crossings are told"                                  \
    }
static const struct cli_option pm_job_options[] = {
    PM_OF_OPTIONS("instance; may be repeated"),
    {"metric", "NAME", "metric of IFA027 (ByteIncomingVnfExtCp); may be repeated"},
    {"group", "NAME", "all metrics of a group of IFA027 (VnfExternalCP)"},
    {"every", "SECONDS", "from one look at the sites to the next"},
    {"report", "SECONDS", "from one report to the next; default: as --every"},
    {"until", "TIME", "when it ends (2026-01-02T03:04:05Z)"},
    {0},
};
static const struct cli_option pm_threshold_options[] = {
    PM_OF_OPTIONS("instance"),
    {"metric", "NAME", "metric of IFA027 (VCpuUsageMeanVnf)"},
    {"value", "NUMBER", "the threshold"},
    {"hysteresis", "NUMBER", "how far beyond it a value has to be; default: 0"},
    {0},
};
static const struct cli_option pm_set_options[] = {
    {"callback", "URL", "where it tells from now on"},
    {0},
};
static const struct cli_option cancel_options[] = {
    {"force", NULL, "do not await what is under way: a retry or a rollback finds out about it"},
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};
static const struct cli_option wait_options[] = {
    {"wait", NULL, "wait for the end and show the steps"},
    {0},
};

/* ---- commands without a file of their own ------------------------------------------------ */

struct err *
token_show(struct cli *cli)
{
    if (cli->json) {
        printf("{\"token\": \"%s\", \"expires_at\": \"%s\", \"project_id\": \"%s\", "
               "\"url\": \"%s\"}\n",
               cli->session.token, cli->session.expires_at, str_or(cli->session.project_id, ""),
               cli->session.root);
    } else {
        printf("%s\n", cli->session.token);
    }
    return NULL;
}

static struct err *
logout(struct cli *cli)
{
    bool ended;

    TRY(session_end(cli->mem, &ended));
    printf("%s\n", ended ? "the token is revoked" : "no token is kept");
    return NULL;
}

static struct err *
package_check_run(struct cli *cli)
{
    char *argv[CLI_ARGS_MAX + 4] = {mem_str(cli->mem, "check")};
    const char *trust = option_get(cli, "trust");
    int n = 1;

    if (trust) {
        argv[n++] = mem_str(cli->mem, "--trust");
        argv[n++] = mem_str(cli->mem, trust);
    }
    for (int i = 0; i < cli->n_args; i++) {
        argv[n++] = mem_str(cli->mem, cli->args[i]);
    }
    cli->status = package_check_main(n, argv);
    return NULL;
}

static struct err *
package_init_run(struct cli *cli)
{
    const char *image = option_get(cli, "image");

    if (!image) {
        return err_new(E_INVALID, NULL, "--image FILE is missing: a VNF runs one");
    }
    cli->status = package_init_main(cli->args[0], option_get(cli, "provider"), image);
    return NULL;
}

static struct err *
package_pack_run(struct cli *cli)
{
    cli->status = package_pack_main(cli->args[0], cli->args[1]);
    return NULL;
}

static struct err *
package_graph_run(struct cli *cli)
{
    char *argv[] = {mem_str(cli->mem, "graph"), mem_str(cli->mem, "--dot"), NULL, NULL};
    int n = 1 + (option_get(cli, "dot") != NULL);

    argv[n++] = mem_str(cli->mem, cli->args[0]);
    cli->status = package_graph_main(n, argv);
    return NULL;
}

/* ---- the table ----------------------------------------------------------------------------- */

#define LIST(words_, noun_, doc_)                                                                  \
    {                                                                                              \
        .words = words_, .noun = &(noun_), .run = noun_list, .doc = doc_                           \
    }
#define SHOW_(words_, noun_, doc_)                                                                 \
    {                                                                                              \
        .words = words_, .arguments = "ID|NAME", .n_min = 1, .n_max = 1, .noun = &(noun_),         \
        .run = noun_show, .doc = doc_                                                              \
    }
#define ONE(words_, noun_, run_, doc_) ONE_OF("ID|NAME", words_, noun_, run_, doc_)
#define ONE_OF(arguments_, words_, noun_, run_, doc_)                                              \
    .words = words_, .arguments = arguments_, .n_min = 1, .n_max = 1, .noun = (noun_),             \
    .run = (run_), .doc = doc_

#define PM_COMMANDS(words_, of_, job_, threshold_, doc_)                                          \
    {.words = words_ " job create",                                                                \
     .noun = &(job_),                                                                              \
     .run = pm_job_create,                                                                         \
     .options = pm_job_options,                                                                    \
     .arg = &(of_),                                                                                \
     .doc = "collects and reports figures of " doc_},                                              \
        LIST(words_ " job list", job_, "lists PM jobs of " doc_),                                  \
        {ONE_OF("ID", words_ " job show", &(job_), noun_show, "shows a PM job and its reports")},  \
        {ONE_OF("ID", words_ " job set", &(job_), pm_set, "tells a PM job another callback"),      \
         .options = pm_set_options},                                                               \
        {ONE_OF("ID", words_ " job delete", &(job_), noun_delete, "ends a PM job")},               \
        {.words = words_ " report show",                                                           \
         .arguments = "JOB [REPORT]",                                                              \
         .n_min = 1,                                                                               \
         .n_max = 2,                                                                               \
         .noun = &(job_),                                                                          \
         .run = pm_report_show,                                                                    \
         .doc = "shows what a PM job has collected; default: in its newest report"},               \
        {.words = words_ " threshold create",                                                      \
         .noun = &(threshold_),                                                                    \
         .run = pm_threshold_create,                                                               \
         .options = pm_threshold_options,                                                          \
         .arg = &(of_),                                                                            \
         .doc = "tells when a figure of " doc_ " crosses a threshold"},                            \
        LIST(words_ " threshold list", threshold_, "lists thresholds of " doc_),                   \
        {ONE_OF("ID", words_ " threshold show", &(threshold_), noun_show, "shows a threshold")},   \
        {ONE_OF("ID", words_ " threshold set", &(threshold_), pm_set,                              \
                "tells a threshold another callback"),                                             \
         .options = pm_set_options},                                                               \
    {                                                                                              \
        ONE_OF("ID", words_ " threshold delete", &(threshold_), noun_delete, "ends a threshold")   \
    }

static const struct command commands[] = {
    {ONE_OF("NAME", "site add", &site_noun, site_add,
            "registers a site after a login with its credentials"),
     .options = add_options},
    {ONE("site set", &site_noun, site_set, "changes a site"), .options = add_options},
    {.words = "site join",
     .arguments = "URL",
     .n_min = 1,
     .n_max = 1,
     .run = site_join,
     .offline = true,
     .options = join_options,
     .doc = "joins the site of this box to the orchestrator that invited it"},
    {ONE_OF("NAME", "site invite", &invitation_noun, site_invite,
            "invites a site: prints what is to be run on its box, once"),
     .options = invite_options},
    LIST("invitation list", invitation_noun, "lists invitations of sites"),
    SHOW_("invitation show", invitation_noun, "shows an invitation of a site"),
    {ONE("invitation remove", &invitation_noun, noun_delete, "withdraws an invitation")},
    LIST("replica list", replica_noun, "lists orchestrators that share one database"),
    LIST("site list", site_noun, "lists sites"),
    SHOW_("site show", site_noun, "shows a site"),
    {ONE("site remove", &site_noun, noun_delete, "forgets a site that nothing is at")},
    {ONE_OF("NAME", "vnfm add", &vnfm_noun, vnfm_add, "registers a VNFM that is another process")},
    {ONE("vnfm set", &vnfm_noun, vnfm_set, "changes a VNFM")},
    LIST("vnfm list", vnfm_noun, "lists VNFMs that are other processes"),
    SHOW_("vnfm show", vnfm_noun, "shows a VNFM"),
    {ONE("vnfm remove", &vnfm_noun, noun_delete, "forgets a VNFM that has no grant open")},
    {.words = "vnf package upload",
     .arguments = "FILE",
     .n_min = 1,
     .n_max = 1,
     .noun = &vnf_package_noun,
     .run = descriptor_upload,
     .doc = "on-boards a VNF package"},
    LIST("vnf package list", vnf_package_noun, "lists VNF packages"),
    SHOW_("vnf package show", vnf_package_noun, "shows a VNF package"),
    {ONE("vnf package remove", &vnf_package_noun, descriptor_remove, "removes a VNF package")},
    {.words = "nsd upload",
     .arguments = "FILE",
     .n_min = 1,
     .n_max = 1,
     .noun = &nsd_noun,
     .run = descriptor_upload,
     .doc = "on-boards an NSD archive"},
    LIST("nsd list", nsd_noun, "lists NSDs"),
    SHOW_("nsd show", nsd_noun, "shows an NSD"),
    {ONE("nsd remove", &nsd_noun, descriptor_remove, "removes an NSD")},
    {.words = "pnfd upload",
     .arguments = "FILE",
     .n_min = 1,
     .n_max = 1,
     .noun = &pnfd_noun,
     .run = descriptor_upload,
     .doc = "on-boards a PNFD archive"},
    LIST("pnfd list", pnfd_noun, "lists PNFDs"),
    SHOW_("pnfd show", pnfd_noun, "shows a PNFD"),
    {ONE("pnfd remove", &pnfd_noun, descriptor_remove, "removes a PNFD")},
    {.words = "ns create",
     .options = ns_create_options,
     .run = ns_create,
     .doc = "creates a network service of an NSD (--nsd, --name)"},
    {ONE("ns instantiate", NULL, ns_start, "instantiates a network service"),
     .options = instantiate_options, .arg = "instantiate"},
    LIST("ns list", ns_noun, "lists network services"),
    SHOW_("ns show", ns_noun, "shows a network service"),
    {ONE("ns scale", NULL, ns_scale, "scales a VNF of a network service, or numbers of VNFs; chains follow"),
     .options = ns_scale_options},
    {ONE("ns update", NULL, ns_update, "changes what a network service consists of, while it runs"),
     .options = ns_update_options},
    {ONE("ns heal", NULL, ns_heal, "replaces servers of a network service; chains stay as they are"),
     .options = ns_heal_options},
    {ONE("ns start", NULL, ns_operate, "starts VNFs of a network service"),
     .options = ns_start_options, .arg = "STARTED"},
    {ONE("ns stop", NULL, ns_operate, "stops VNFs of a network service; their ports stay"),
     .options = ns_stop_options, .arg = "STOPPED"},
    {ONE("ns terminate", NULL, ns_start, "terminates a network service"),
     .options = ns_terminate_options, .arg = "terminate"},
    {ONE("ns delete", &ns_noun, noun_delete, "removes a terminated network service")},
    LIST("vnf list", vnf_noun, "lists VNF instances"),
    SHOW_("vnf show", vnf_noun, "shows a VNF instance"),
    {ONE("vnf scale", NULL, vnf_scale, "scales a VNF that is no part of a network service"),
     .options = vnf_scale_options},
    {ONE("vnf heal", NULL, vnf_heal, "replaces the servers of a VNF; their ports stay"),
     .options = vnf_heal_options},
    {ONE("vnf change-package", NULL, vnf_change_package,
         "makes the servers of a VNF anew of another package; ports stay that do not move by the way"),
     .options = vnf_change_package_options},
    {ONE("vnf change-connectivity", NULL, vnf_change_connectivity,
         "moves external connection points of a VNF to other networks"),
     .options = vnf_change_connectivity_options},
    {ONE("vnf change-flavour", NULL, vnf_change_flavour,
         "brings a VNF to another deployment flavour of its VNFD"),
     .options = vnf_change_flavour_options},
    {ONE("vnf set", NULL, vnf_set, "changes name, description and metadata of a VNF"),
     .options = vnf_set_options},
    {ONE("vnf start", NULL, vnf_operate, "starts the servers of a VNF"),
     .options = vnf_start_options, .arg = "STARTED"},
    {ONE("vnf stop", NULL, vnf_operate, "stops the servers of a VNF; their ports stay"),
     .options = vnf_stop_options, .arg = "STOPPED"},
    LIST("op list", operation_noun, "lists operations"),
    {ONE_OF("ID", "op show", NULL, operation_explain, "shows an operation: steps, calls, reasons")},
    {ONE_OF("ID", "op retry", NULL, operation_task, "goes on where an operation failed"),
     .options = wait_options, .arg = "retry"},
    {ONE_OF("ID", "op rollback", NULL, operation_task, "takes back what a failed operation did"),
     .options = wait_options, .arg = "rollback"},
    {ONE_OF("ID", "op continue", NULL, operation_task,
            "goes on without the VNFs whose part of an operation failed"),
     .options = wait_options, .arg = "continue"},
    {ONE_OF("ID", "op fail", NULL, operation_task, "gives a failed operation up"),
     .options = wait_options, .arg = "fail"},
    {ONE_OF("ID", "op cancel", NULL, operation_task, "stops an operation that is under way"),
     .options = cancel_options, .arg = "cancel"},
    LIST("holding list", holding_noun, "lists what instances hold at sites"),
    LIST("script list", script_noun, "lists scripts of packages that were run at servers"),
    {ONE_OF("ID", "script show", &script_noun, noun_show, "shows a script's run and what it said")},
    LIST("subscription list", subscription_noun, "lists subscriptions, with what waits for each"),
    {ONE_OF("ID", "subscription show", &subscription_noun, subscription_show,
            "shows a subscription, what waits for the subscriber, and dead letters")},
    {ONE_OF("ID", "subscription redrive", &subscription_noun, subscription_send_again,
            "delivers a subscription's dead letters after all")},
    LIST("alarm list", vnf_alarm_noun, "lists faults of VNF instances, cleared ones too"),
    {ONE_OF("ID", "alarm show", &vnf_alarm_noun, noun_show, "shows a fault of a VNF instance")},
    {ONE_OF("ID", "alarm ack", &vnf_alarm_noun, alarm_acknowledge_one, "takes note of an alarm"),
     .options = ack_options},
    LIST("ns alarm list", ns_alarm_noun, "lists faults of network services, cleared ones too"),
    {ONE_OF("ID", "ns alarm show", &ns_alarm_noun, noun_show, "shows a fault of a network service")},
    {ONE_OF("ID", "ns alarm ack", &ns_alarm_noun, alarm_acknowledge_one,
            "takes note of an alarm of a network service"),
     .options = ack_options},
    PM_COMMANDS("pm", vnf_noun, pm_job_noun, pm_threshold_noun, "VNFs"),
    PM_COMMANDS("pm ns", ns_noun, pm_ns_job_noun, pm_ns_threshold_noun, "network services"),
    {.words = "top",
     .options = top_options,
     .run = top_show,
     .offline = true,
     .doc = "What the orchestrator, or a site, is at: one page, drawn anew every two seconds."},
    {.words = "chain trace",
     .arguments = "MATCH...",
     .n_min = 1,
     .n_max = CLI_ARGS_MAX,
     .options = trace_options,
     .run = chain_trace,
     .offline = true,
     .doc = "prints hop by hop what a packet meets ('tcp dport 80', 'icmp'), at a site; 1 = dropped"},
    LIST("plan list", plan_noun, "lists plans that are kept"),
    {ONE("plan show", &plan_noun, plan_kept_show, "shows a plan that is kept")},
    {ONE("plan apply", &plan_noun, plan_apply,
         "begins what was planned, if the world is as the plan saw it"),
     .options = wait_options},
    {ONE("plan delete", &plan_noun, noun_delete, "forgets a plan")},
    {ONE("plan ns", NULL, ns_plan_show, "shows what an instantiation would do, without doing it"),
     .options = plan_ns_options},
    {ONE("plan scale", NULL, ns_scale_plan, "shows what a scaling would do, without doing it"),
     .options = plan_scale_options},
    {ONE("plan update", NULL, ns_update_plan, "shows what an update would do, without doing it"),
     .options = plan_update_options},
    {.words = "drift",
     .arguments = "[ID|NAME]",
     .n_max = 1,
     .run = drift_show,
     .options = drift_options,
     .doc = "compares a network service, or a VNF, with what its sites show; 1 = it differs"},
    {ONE_OF("ID", "explain", NULL, operation_explain, "shows steps, calls, answers and reasons")},
    {.words = "package check",
     .arguments = "FILE...",
     .n_min = 1,
     .n_max = CLI_ARGS_MAX,
     .run = package_check_run,
     .options = check_options,
     .offline = true,
     .doc = "tells what is wrong with a package"},
    {.words = "package init",
     .arguments = "FOLDER",
     .n_min = 1,
     .n_max = 1,
     .run = package_init_run,
     .options = init_options,
     .offline = true,
     .doc = "begins a VNF package: a folder that is one already"},
    {.words = "package pack",
     .arguments = "FOLDER FILE",
     .n_min = 2,
     .n_max = 2,
     .run = package_pack_run,
     .offline = true,
     .doc = "writes the digests of a folder's files and packs them as a CSAR"},
    {.words = "package graph",
     .arguments = "FILE",
     .n_min = 1,
     .n_max = 1,
     .run = package_graph_run,
     .options = graph_options,
     .offline = true,
     .doc = "draws what a package describes, as SVG"},
    {.words = "setup",
     .arguments = "site|orchestrator",
     .n_min = 1,
     .n_max = 1,
     .run = setup_run,
     .offline = true,
     .options = setup_options,
     .doc = "makes this box a site or an orchestrator: keys, certificate, configuration, service"},
    {.words = "secret renew",
     .arguments = "site|orchestrator admin-password|token-key|seal-key",
     .n_min = 2,
     .n_max = 2,
     .run = secret_renew,
     .offline = true,
     .options = secret_options,
     .doc = "makes a secret of a role of this box anew; how a forgotten password is set"},
    {.words = "secret lost",
     .arguments = "site|orchestrator",
     .n_min = 1,
     .n_max = 1,
     .run = secret_lost,
     .offline = true,
     .options = lost_options,
     .doc = "what is lost with a seal.key that is in no backup; with --give-up the role starts without it"},
    {.words = "backup",
     .arguments = "FILE",
     .n_min = 1,
     .n_max = 1,
     .run = backup_run,
     .offline = true,
     .options = backup_options,
     .doc = "one archive of all that a site or an orchestrator of this box keeps, while it runs"},
    {.words = "restore",
     .arguments = "FILE",
     .n_min = 1,
     .n_max = 1,
     .run = restore_run,
     .offline = true,
     .options = restore_options,
     .doc = "puts back what `backup` wrote, on a box where that role has never run"},
    {.words = "doctor",
     .run = doctor_run,
     .offline = true,
     .options = doctor_options,
     .doc = "what is wrong with this box and its roles, and what mends it; 1 = warnings, 2 = faults"},
    {.words = "store move",
     .arguments = "FROM TO",
     .n_min = 2,
     .n_max = 2,
     .run = store_move_run,
     .offline = true,
     .doc = "moves an orchestrator's rows from one database to another, empty one: files, or postgresql:// URLs"},
    {.words = "store reopen",
     .arguments = "FROM",
     .n_min = 1,
     .n_max = 1,
     .run = store_reopen_run,
     .offline = true,
     .doc = "takes back that the rows of a database were moved: an orchestrator starts from it again, as it is"},
    {.words = "report",
     .arguments = "FILE",
     .n_min = 1,
     .n_max = 1,
     .run = report_run,
     .offline = true,
     .options = report_options,
     .doc = "one archive for who is asked for help: versions, configuration, logs, figures; no secrets"},
    {.words = "config check",
     .arguments = "[ROLE|FILE...]",
     .n_max = CLI_ARGS_MAX,
     .run = config_check,
     .offline = true,
     .options = config_options,
     .doc = "reads what the roles of this box are told, and tells every mistake"},
    {.words = "config show",
     .arguments = "ROLE|FILE",
     .n_min = 1,
     .n_max = 1,
     .run = config_show,
     .offline = true,
     .options = config_options,
     .doc = "tells each option of a role, and where its value comes from"},
    {.words = "config sample",
     .arguments = "ROLE",
     .n_min = 1,
     .n_max = 1,
     .run = config_sample,
     .offline = true,
     .options = config_options,
     .doc = "prints the file of a role with every option explained"},
    {.words = "doc api",
     .run = doc_api_print,
     .offline = true,
     .doc = "prints the reference of all resources, in Markdown"},
    {.words = "doc openapi",
     .arguments = "[API]",
     .n_max = 1,
     .run = doc_openapi_print,
     .offline = true,
     .doc = "prints an API's OpenAPI document, or the names of all APIs"},
    {.words = "doc errors",
     .run = doc_errors_print,
     .offline = true,
     .doc = "prints the error codes, in Markdown"},
    {.words = "doc drops",
     .run = doc_drops_print,
     .offline = true,
     .doc = "prints why packets are dropped, in Markdown"},
    {.words = "doc sfc",
     .run = doc_sfc_print,
     .offline = true,
     .doc = "prints what a site adds to networking-sfc, in Markdown"},
    {.words = "doc man",
     .run = doc_man_print,
     .offline = true,
     .doc = "prints the manual page carrick(1)"},
    {.words = "doc completion",
     .run = doc_completion_print,
     .offline = true,
     .doc = "prints what bash needs to complete commands and options"},
    {.words = "token", .run = token_show, .doc = "prints a token"},
    {.words = "logout",
     .run = logout,
     .offline = true,
     .doc = "revokes the token that commands keep for the next one, and forgets it"},
    {.words = "help",
     .n_max = CLI_ARGS_MAX,
     .arguments = "[WORD...]",
     .run = help_show,
     .offline = true,
     .doc = "prints this, or what there is of a noun"},
    {.words = "version", .run = version_show, .offline = true, .doc = "prints the version"},
};

const struct command *
command_at(size_t i)
{
    return i < ARRAY_SIZE(commands) ? &commands[i] : NULL;
}

/* ---- dispatch -------------------------------------------------------------------------------- */

/* How many of the arguments are the command's words; 0 = another command. */
static int
words_fit(const struct command *command, int argc, char **argv)
{
    const char *words = command->words;
    int n = 0;

    while (n < argc) {
        size_t length = strcspn(words, " ");

        if (strlen(argv[n]) != length || strncmp(argv[n], words, length) != 0) {
            return 0;
        }
        n++;
        if (!words[length]) {
            return n;
        }
        words += length + 1;
    }
    return 0;
}

static struct err *
command_run(struct cli *cli, int argc, char **argv)
{
    struct err *e = options_read(cli, argc, argv);

    if (e) {
        cli->status = 2;
        return e;
    }
    if (option_flag(cli, "help")) {
        command_help(cli, cli->command);
        return NULL;
    }
    if (!cli->command->offline) {
        TRY(session_open(cli->mem, !option_flag(cli, "no-token-cache"), &cli->session));
    }
    return cli->command->run(cli);
}

static int
command_end(struct cli *cli, struct err *e)
{
    if (!e) {
        return cli->status;
    }
    fprintf(stderr, "carrick: %s\n", print_plain(cli->mem, err_full(cli->mem, e)));
    err_ignore(e, "it was printed");
    return cli->status ? cli->status : 1;
}

/* What else people call for help and the version. */
static const char *
other_word(const char *word)
{
    return str_eq(word, "--help") || str_eq(word, "-h") ? "help"
           : str_eq(word, "--version")                  ? "version"
                                                        : NULL;
}

static const struct command *
command_find(int argc, char **argv, int *n_words)
{
    const struct command *found = NULL;

    *n_words = 0;
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        int n = words_fit(&commands[i], argc, argv);

        if (n > *n_words) {
            *n_words = n;
            found = &commands[i];
        }
    }
    return found;
}

int
cli_main(int argc, char **argv, const struct cli_role *roles)
{
    AUTO(mem) mem = mem_new("cli");
    struct cli cli = {.mem = mem, .roles = roles};
    const char *word = argc > 1 ? other_word(argv[1]) : NULL;
    char *words[] = {mem_str(mem, word), NULL};
    int n_words;

    argc = word ? 1 : argc - 1;
    argv = word ? words : argv + 1;
    cli.command = command_find(argc, argv, &n_words);
    if (!cli.command) {
        return command_unknown(&cli, argc, (const char *const *)argv);
    }
    return command_end(&cli, command_run(&cli, argc - n_words, argv + n_words));
}
