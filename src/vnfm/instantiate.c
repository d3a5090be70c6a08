/* VNF instantiation (SOL003 5.4.4): descriptor, grant, images and flavors,
 * internal links, then every server with its ports in parallel. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/held.h"
#include "vnfm/op_occ.h"
#include "vnfm/request_check.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include <string.h>

#include "flow/poison.h"

/* ---- what servers need first ------------------------------------------------------------ */

/* Everything of one run. */
struct run {
    struct flow *f;
    const struct vnf_in *in;
    struct vnf_wanted *wanted;
    struct grant_out *grant;
    struct rows connections; /* external ones and those of internal links */
    struct vnf_made *made;
};

static struct err *
links_make(struct run *run)
{
    struct mem *mem = flow_mem(run->f);

    TRY(vnf_links_make(run->f, run->grant->site, run->wanted->name, &run->wanted->links,
                       &run->in->managed, &run->made->links));
    for (size_t i = 0; i < run->made->links.n; i++) {
        vnf_rows_add(mem, &run->connections, vnf_link_connection(mem, run->made->links.items[i]));
    }
    return NULL;
}

/* ---- the flow ------------------------------------------------------------------------------ */

/* What the request leaves to the grant a plan leaves to it too: networks that are not known before. */
static struct err *
granted_foresee(struct run *run)
{
    struct mem *mem = flow_mem(run->f);

    for (size_t i = 0; i < run->wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = run->wanted->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];
            struct vnf_connection *later = row_new(mem, &vnf_connection_table);

            if (cp->link || vnf_connection_of(&run->connections, cp, vnfc->number)) {
                continue;
            }
            later->cpd = str_or(cp->ext_cpd, cp->cpd);
            later->link = later->network_id = "<granted>";
            vnf_rows_add(mem, &run->connections, later);
            TRY(flow_note(run->f, "connection point %s attaches to the network that the NFVO grants",
                          later->cpd));
        }
    }
    return NULL;
}

/* With the images that the NFVO had put there. */
static struct err *
grant_use(struct run *run)
{
    struct mem *mem = flow_mem(run->f);
    struct vnf_in *in = row_copy(mem, run->in);

    for (size_t i = 0; i < run->grant->images.n; i++) {
        vnf_rows_add(mem, &in->images, run->grant->images.items[i]);
    }
    run->in = in;
    run->connections = run->in->connections;
    if (in->foreign_nfvo && flow_is_plan(run->f)) {
        return granted_foresee(run);
    }
    return in->foreign_nfvo ? vnf_connected_check(mem, run->wanted, &run->connections) : NULL;
}

static struct err *
grant_get(struct run *run)
{
    struct vnf_size size = vnf_size_of(run->wanted);
    struct grant_in *in = row_new(flow_mem(run->f), &grant_in_table);

    in->vnf_lcm_op_occ_id = flow_self(run->f);
    in->vnf_instance_id = run->in->vnf_instance_id;
    in->project_id = run->in->project_id;
    in->operation = "INSTANTIATE";
    in->flavour_id = run->wanted->flavour_id;
    in->site = run->in->site;
    in->site_name = run->in->site_name;
    in->reason = run->in->reason;
    in->vcpus = size.vcpus;
    in->memory_mb = size.memory_mb;
    in->disk_gb = size.disk_gb;
    in->servers = size.servers;
    in->total_vcpus = run->in->total_vcpus;
    in->total_memory_mb = run->in->total_memory_mb;
    in->total_servers = run->in->total_servers;
    TRY(vnfcs_definitions(flow_mem(run->f), &run->wanted->vnfcs, &in->resources));
    TRY(vnf_grant(run->f, &run->in, run->wanted, in, run->grant));
    TRY(grant_use(run));
    TRY(flow_note(run->f, "%s is placed at site %s: %s", run->wanted->name,
                  str_or(run->grant->site_name, run->grant->site),
                  str_or(run->grant->reason, "asked for")));
    TRY(flow_started(run->f));
    return vnf_request_judge(run->f, run->in, run->grant->site);
}

static struct err *
servers_make(struct run *run)
{
    struct vnfcs vnfcs = {
        .f = run->f,
        .site = run->grant->site,
        .in = run->in,
        .wanted = run->wanted,
        .connections = run->connections,
        .flavors = run->grant->flavors,
        .zones = run->grant->zones,
    };

    TRY(vnfcs_make(&vnfcs, &run->wanted->vnfcs));
    run->made->vnfcs = vnfcs.made;
    return NULL;
}

static struct err *
held_of_vnf(struct run *run, struct held_list *list)
{
    struct mem *mem = flow_mem(run->f);
    const char *site = run->grant->site;

    list->owner_id = run->in->vnf_instance_id;
    list->project_id = run->in->project_id;
    for (size_t i = 0; i < run->made->links.n; i++) {
        const struct made_link *link = run->made->links.items[i];

        vnf_link_held(mem, site, link, &list->items);
    }
    for (size_t i = 0; i < run->made->vnfcs.n; i++) {
        vnfc_held(mem, site, run->made->vnfcs.items[i], &list->items);
    }
    return flow_step(run->f, "holdings", &held_note, list, NULL);
}

static struct err *
instantiate_run(struct flow *f, const void *arg)
{
    const struct vnf_in *in = arg;
    struct run run = {
        .f = f,
        .in = in,
        .wanted = row_new(flow_mem(f), &vnf_wanted_table),
        .grant = row_new(flow_mem(f), &grant_out_table),
        .connections = in->connections,
        .made = row_new(flow_mem(f), &vnf_made_table),
    };

    struct describe_in *what = row_new(flow_mem(f), &describe_in_table);

    if (in->vnfm) {
        return foreign_instantiate(f, in);
    }
    what->package_id = in->package_id;
    what->name = in->name;
    what->flavour_id = in->flavour_id;
    what->level_id = in->level_id;
    TRY(flow_step(f, "describe", &vnf_describe, what, run.wanted));
    TRY(grant_get(&run));
    TRY(vnf_info_take(f, run.in));
    TRY(links_make(&run));
    TRY(servers_make(&run));
    run.made->vnf_instance_id = in->vnf_instance_id;
    run.made->project_id = in->project_id;
    run.made->site = run.grant->site;
    run.made->flavour_id = run.wanted->flavour_id;
    run.made->level_id = run.wanted->level_id;
    run.made->scales = run.wanted->scales;
    run.made->connections = run.connections;
    run.made->params = vnf_params_after(flow_mem(f), NULL, run.in);
    TRY(held_of_vnf(&run, row_new(flow_mem(f), &held_list_table)));
    TRY(vnf_scripts_run(&(struct scripts){.f = f,
                                          .in = run.in,
                                          .operation = "instantiate_end",
                                          .wanted = run.wanted,
                                          .vnfcs = &run.made->vnfcs}));
    TRY(flow_step(f, "instance", &vnf_keep, run.made, NULL));
    flow_result(f, run.made);
    return NULL;
}

/* ---- taking a completed one back ----------------------------------------------------------------
 */

static struct err *
undo_input(struct tx *tx, const struct flow_row *child, void *out)
{
    static const char forceful[] = "{\"terminationType\":\"FORCEFUL\"}";
    struct vnf_in *in = out;
    const struct json *json;

    TRY(json_parse(tx_mem(tx), child->input, strlen(child->input), &json));
    TRY(row_from_json(tx_mem(tx), &vnf_in_table, json, in));
    in->connections = in->managed = (struct rows){0};
    in->images = (struct rows){0};
    return json_parse(tx_mem(tx), forceful, sizeof forceful - 1, &in->request);
}

const struct flow_type vnf_instantiate_flow = {
    .name = "vnf_instantiate",
    .version = 2,
    .doc = "Instantiates a VNF.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = instantiate_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .undo_type = &vnf_terminate_flow,
    .undo_input = undo_input,
};
