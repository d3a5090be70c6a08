/* Day 0 and day 1: what servers are told when they boot, and scripts of the package that are run at
 * them (src/script).  Steps, and the pieces of flows that are made of them. */
#ifndef CARRICK_VNFM_SCRIPTS_H
#define CARRICK_VNFM_SCRIPTS_H

#include "resource/resource.h"
#include "vnfm/flows.h"

/* The input by which a VNFD has our public key in its boot data. */
#define SCRIPT_KEY_INPUT "carrick_ssh_public_key"

/* One run of a script, with what it said. */
struct script_run_row {
    struct row row;
#define ATTR ATTR_MEMBER
#include "vnfm/script_run.tbl"
#undef ATTR
};
extern const struct table script_run_table;
extern const struct resource script_run_resource;

/* Fills the user data of those of 'vnfcs' (struct wanted_vnfc) whose text has inputs, as step 'label';
 * none where there are none.  E_UNPROCESSABLE names an input without a value. */
struct err *vnfcs_boot_data(struct flow *f, const char *label, const struct vnf_in *in,
                            struct rows *vnfcs) MUST_USE;
/* The same, but as they were told by operations before, as far as their parameters are kept. */
struct err *vnfcs_boot_data_told(struct flow *f, const char *label, const struct vnf_in *in,
                                 struct rows *vnfcs) MUST_USE;
/* Would it find values for all of them?  E_UNPROCESSABLE; 'params' are the request's.  Where a foreign NFVO is
 * asked, its grant may have those that are missing; then that is looked for once it is there. */
struct err *boot_data_check(struct tx *tx, const struct vnf_in *in, const struct json *params,
                            const struct vnf_wanted *wanted) MUST_USE;
/* The same with what the grant gives (null = nothing), behind what the request does. */
struct err *boot_granted_check(struct tx *tx, const struct vnf_in *in, const struct json *granted,
                               const struct vnf_wanted *wanted) MUST_USE;
/* 'e', unless it is that of a value that a grant, which is not there yet, may still give: then null. */
struct err *vnf_told_later(const struct vnf_in *in, struct err *e) MUST_USE;
/* The same of an instance that is not there yet. */
struct err *boot_params_check(struct mem *mem, const struct vnf_wanted *wanted,
                              const struct json *params) MUST_USE;
/* Parameters to keep, for later operations: those of 'kept' (null = none), those of the request before
 * them.  The next package may have a use for what this one has none for. */
const struct json *vnf_params_after(struct mem *mem, const struct json *kept,
                                    const struct vnf_in *in);

/* Where servers may be dead, a script that begins the operation is run at those that let us in within so
 * many seconds, and what fails of it is left (vnf_in.scripts_reach_s). */
#define VNF_START_REACH_S 30

/* A script of an operation, and the servers it is for. */
struct scripts {
    struct flow *f;
    const struct vnf_in *in;
    const char *operation;           /* "instantiate_end"; null = as in->operation says */
    bool before;                     /* where it is null: at its start, not at its end */
    bool may_be_dead;                /* who lets nobody in within VNF_START_REACH_S is passed over */
    const char *package_id;          /* whose scripts; null = in's */
    const struct vnf_wanted *wanted; /* says whether there is such a script, and ways in */
    const struct rows *vnfcs;        /* struct made_vnfc: all that there are */
    const struct rows *old;          /* those that were there before; null = none was */
};
/* Runs it at each server that has a way in and is not stopped: one within the calling flow, several by
 * children in parallel.  Nothing where the VNFD has no such script.  What it did is not taken back. */
struct err *vnf_scripts_run(const struct scripts *scripts) MUST_USE;
/* Script 'operation' of what is kept of the instance, which a step reads: of its package and flavour.  'vnfcs' as
 * above, null = the instance's own; none is new. */
struct err *vnf_scripts_kept(struct flow *f, const struct vnf_in *in, const char *operation,
                             const struct rows *vnfcs) MUST_USE;

/* The server has another system now: the host key that it is known by is forgotten, and when this is taken
 * back the one that it has shown since. */
struct err *vnf_host_forget(struct flow *f, const struct vnf_in *in,
                            const struct made_vnfc *vnfc) MUST_USE;

extern const struct step_kind vnf_boot_data, vnf_script, vnf_scripts_read, vnf_host_key_forget;
extern const struct flow_type vnf_script_flow;

#endif
