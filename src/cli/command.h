/* What the files of the command line share: a command, its options as given,
 * nouns, and printing. */
#ifndef CARRICK_CLI_COMMAND_H
#define CARRICK_CLI_COMMAND_H

#include "base/attr.h"
#include "base/vec.h"
#include "cli/session.h"

#define CLI_ARGS_MAX 16

/* An option of a command; 'value' null = a flag. */
struct cli_option {
    const char *name, *value, *doc;
};

/* A thing with a collection in an API. */
struct noun {
    const char *name;           /* "network service" */
    const char *path;           /* "/nslcm/v2/ns_instances" */
    const char *name_key;       /* member by which people call it, or null */
    const char *other_key;      /* another one, or null */
    const struct table *table;  /* attributes: options of its creation */
    const char *const *columns; /* members shown in lists, see print_table; null-terminated */
    const struct noun *const
        *named_by; /* what columns "..._id" refer to: lists show its names; or null */
};

struct cli;
typedef struct err *command_fn(struct cli *cli);

struct command {
    const char *words;     /* "ns instantiate" */
    const char *arguments; /* "NAME", "FILE..." */
    const char *doc;
    int n_min, n_max; /* of arguments */
    command_fn *run;
    const struct noun *noun;
    const struct cli_option *options; /* ends with name null; may be null */
    const void *arg;                  /* the command's own */
    bool offline;                     /* needs no session */
};

struct cli_given {
    const char *name, *value; /* value "" for a flag */
};

struct cli_role;

struct cli {
    struct mem *mem;
    const struct cli_role *roles; /* ended by a null name, or null */
    const struct command *command;
    const char *args[CLI_ARGS_MAX];
    int n_args;
    VEC(struct cli_given) given;
    bool json; /* --json */
    struct session session;
    int status; /* exit status where the command ends without an error */
};

/* Reads arguments and options behind the words.  E_INVALID. */
struct err *options_read(struct cli *cli, int argc, char **argv) MUST_USE;
/* Last value of an option, or null. */
const char *option_get(const struct cli *cli, const char *name);
bool option_flag(const struct cli *cli, const char *name);
/* Members of a body from the options of a table ("--auth-url" -> auth_url): those
 * of 'use' that were given. */
struct err *options_to_body(struct cli *cli, const struct table *table, uint32_t use,
                            struct jw *w) MUST_USE;
/* "--auth-url" for "auth_url", in 'mem'. */
const char *option_of_attr(struct mem *mem, const struct attr *attr);

/* ---- nouns: noun.c ------------------------------------------------------------- */

command_fn noun_list, noun_show, noun_delete;
/* The thing called 'name' or with that id; E_NOT_FOUND, E_CONFLICT (several). */
struct err *noun_find(struct cli *cli, const struct noun *noun, const char *name,
                      const struct json **thing) MUST_USE;
/* As above; null where there is none. */
struct err *noun_look(struct cli *cli, const struct noun *noun, const char *name,
                      const struct json **thing) MUST_USE;
/* POST of a body to the noun's collection. */
struct err *noun_create(struct cli *cli, const struct noun *noun, const char *body,
                        const struct json **made) MUST_USE;

extern const struct noun vnfm_noun, invitation_noun, replica_noun;
extern const struct noun site_noun, vnf_package_noun, nsd_noun, pnfd_noun, ns_noun, vnf_noun,
    operation_noun, ns_op_noun, vnf_op_noun, plan_noun, holding_noun, script_noun, subscription_noun,
    notification_noun, vnf_alarm_noun, ns_alarm_noun, pm_job_noun, pm_threshold_noun, pm_ns_job_noun,
    pm_ns_threshold_noun;

/* A VnfLocationConstraint (SOL005) under 'key': a site by name or label.  ns.c */
void ns_constraint_write(struct jw *w, const char *key, const char *vnf, const char *site);

/* ---- the commands ------------------------------------------------------------------ */

command_fn site_add, site_set, site_invite;      /* site.c */
command_fn vnfm_add, vnfm_set;                   /* vnfm.c */
command_fn descriptor_upload, descriptor_remove; /* package.c */
command_fn ns_create, ns_start, ns_plan_show;    /* ns.c */
command_fn vnf_scale, ns_scale, ns_scale_plan;   /* scale.c */
command_fn ns_update, ns_update_plan;            /* update.c */
command_fn vnf_change_package, vnf_change_connectivity, vnf_change_flavour; /* vnf.c */
command_fn vnf_operate, vnf_heal, vnf_set, ns_heal, ns_operate;             /* vnf.c */
command_fn drift_show;                           /* drift.c */
command_fn operation_task, operation_explain, plan_apply, plan_kept_show; /* operation.c */
command_fn subscription_show, subscription_send_again; /* subscription.c */
command_fn alarm_acknowledge_one;                /* alarm.c */
command_fn pm_job_create, pm_threshold_create, pm_set, pm_report_show; /* pm.c */
command_fn chain_trace;                          /* chain.c */
command_fn top_show;                             /* top.c */
/* So much of a page as a terminal of that size holds, without a newline behind the last line; what is missing is told. */
void top_fit(struct buf *out, const char *page, size_t rows, size_t columns);
command_fn config_check, config_show, config_sample; /* config.c */
extern const struct cli_option config_options[];
command_fn token_show;
command_fn doc_api_print, doc_openapi_print, doc_errors_print, doc_drops_print,
    doc_sfc_print, doc_man_print, doc_completion_print; /* doc.c */

/* The body of an update of 'ns' (SOL005 UpdateNsRequest) as the options say it; E_INVALID, and as what
 * looks up what they name.  update.c */
struct err *ns_update_write(struct cli *cli, const struct json *ns, struct jw *w) MUST_USE;
/* The last part of a path or URL, null where there is none. */
const char *id_of_path(const char *path);
/* Asks for a plan and prints it. */
struct err *plan_show(struct cli *cli, const char *body) MUST_USE;
/* Sends the body and tells of the operation that it starts: its id, or with --wait its end. */
struct err *operation_begin(struct cli *cli, const char *method, const char *path,
                            const char *body) MUST_USE;
/* '*id' of the VNF instance of 'ns' that 'word' is the id, name or profile of; E_NOT_FOUND. */
struct err *ns_vnf_find(struct cli *cli, const struct json *ns, const char *word,
                        const char **id) MUST_USE;
/* The number that an option's text is; E_INVALID. */
struct err *number_write(struct jw *w, const char *key, const char *text) MUST_USE;
/* Waits for an operation, at a terminal with a live tree; 'path' is that of its occurrence.
 * E_CONFLICT where it ends otherwise than COMPLETED. */
struct err *operation_wait(struct cli *cli, const char *path) MUST_USE;

/* ---- help: help.c ------------------------------------------------------------------------ */

command_fn help_show, version_show;
/* Line 'i' of the table of commands, or null past the last. */
const struct command *command_at(size_t i);
void command_help(struct cli *cli, const struct command *command);
/* Tells that 'words' are no command, and which are near; the exit status. */
int command_unknown(struct cli *cli, int argc, const char *const *words);

/* ---- printing: print.c ------------------------------------------------------------------ */

/* A table of the members 'columns' of a list of objects.  'names' (may be null): what ids in
 * columns "..._id" are called. */
void print_table(struct mem *mem, const struct json *list, const char *const *columns,
                 const struct map *names);
const char *print_cell(struct mem *mem, const struct json *row, const char *column,
                       const struct map *names);
const char *print_heading(struct mem *mem, const char *column, const struct map *names);
/* 'text' (null accepted) in 'mem' without what a terminal would obey: sites, tenants and authors of packages
 * choose names and words. */
const char *print_plain(struct mem *mem, const char *text);
/* One object, a line a member; nested values, and text of several lines, indented below its name. */
void print_thing(const struct json *thing);
void print_json(const struct json *json);

#endif
