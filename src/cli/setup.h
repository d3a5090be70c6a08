/* What the commands share that change the box they run on. */
#ifndef CARRICK_CLI_SETUP_H
#define CARRICK_CLI_SETUP_H

#include "cli/cli.h"
#include "cli/steps.h"

#include "http/client.h"

extern const struct cli_option setup_options[], join_options[], secret_options[], lost_options[], doctor_options[],
    backup_options[], restore_options[], report_options[];
command_fn setup_run, site_join, secret_renew, secret_lost, doctor_run, backup_run, restore_run, store_move_run,
    store_reopen_run, report_run;

/* A role's name, or a file that is called ROLE.yaml (config.c). */
struct err *role_of(struct cli *cli, const char *word, const struct cli_role **role,
                    const char **file) MUST_USE;
/* What the role would take from 'file'; false where something is wrong, told in 'faults'. */
bool config_read(struct cli *cli, const struct cli_role *role, const char *file,
                 struct settings **settings, struct buf *faults);
/* Whether this box has the role: its file is there, and somebody has said something in it, or it has run; the file
 * that a package brings for each role makes none. */
bool role_is_here(struct cli *cli, const struct cli_role *role, const char *file);
/* Address of a text "ADDRESS:PORT", in 'mem'; null where it is none. */
const char *listen_address(struct mem *mem, const char *listen);
/* The first IPv4 address of the box that others may reach it at, or null. */
const char *setup_own_address(struct mem *mem);
/* How many seconds the clock of this box is before the one of who answered (negative: behind it), by its
 * `Date` (RFC 9110 section 6.6.1); 0 where it tells none. */
int64_t setup_clock_off_s(const struct http_answer *answer);
#define SETUP_CLOCK_S 300 /* so far off certificates and tokens suffer */
/* Adds: the role's service is enabled, and started (again, where the step before does something).
 * Nothing where no manager of services is. */
struct err *setup_service_add(struct steps *steps, const char *role) MUST_USE;
/* Says how it is started where no manager does. */
void setup_service_tell(struct mem *mem, const char *role, const char *file);
/* The command that starts a role that is told 'file', in 'mem'. */
const char *setup_run_words(struct mem *mem, const char *role, const char *file);
/* Text of an option of 'settings', "" where there is no such. */
const char *setting_text(const struct settings *settings, const char *name);
/* Where a role keeps its rows, as store_open takes it. */
const char *setting_store(struct mem *mem, const struct cli_role *role, const struct settings *settings);
/* Folder of a role's keys and packages: that of all replicas, where they share one. */
const char *setting_keys(const struct cli_role *role, const struct settings *settings);
/* What is sealed in a column, in words, and how it is given anew once the sealing key is lost; null: not known. */
const char *secret_lost_what(const char *table, const char *attr, const char **mend);
/* Numbers of a user who is not root; E_NOT_FOUND. */
struct err *role_user_find(const char *name, uid_t *uid, gid_t *gid) MUST_USE;

#endif
