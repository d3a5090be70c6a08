/* Change of the current VNF package (SOL003 5.4.11a): one server after the other is made anew of the
 * new package's image, at its ports, and has to run before the next one's turn comes.  Where one does
 * not, all that were changed go back to the images that they had.  The instance is of the new package
 * with the last step, whole. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/difference.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/moves.h"
#include "vnfm/op_occ.h"
#include "vnfm/request_check.h"
#include "vnfm/scripts.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- what the two packages say ----------------------------------------------------------- */

static const struct wanted_vnfc *
same_vnfc(const struct vnf_wanted *wanted, const struct wanted_vnfc *vnfc)
{
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *one = wanted->vnfcs.items[i];

        if (str_eq(one->vdu, vnfc->vdu) && one->number == vnfc->number) {
            return one;
        }
    }
    return NULL;
}

static const struct wanted_image *
image_of(const struct vnf_wanted *wanted, const struct wanted_vnfc *vnfc)
{
    for (size_t i = 0; i < wanted->images.n; i++) {
        const struct wanted_image *image = wanted->images.items[i];

        if (str_eq(image->image_id, vnfc->image_id)) {
            return image;
        }
    }
    return NULL;
}

/* Servers of a VDU are alike: the first one's differences are told. */
static void
vnfc_differs(struct mem *mem, struct err **faults, const struct wanted_vnfc *before,
             const struct wanted_vnfc *after)
{
    if (!after) {
        request_fault(faults, "VDU %s: the server of number %lld is not there any more",
                      before->vdu, (long long)before->number);
        return;
    }
    if (before->number > 0) {
        return;
    }
    vnf_vdu_differs(mem, faults, before, after);
}

/* Everything but images and user data has to stay as it is: all differences at once. */
static struct err *
differences(struct mem *mem, const struct vnf_wanted *before, const struct vnf_wanted *after)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < before->vnfcs.n; i++) {
        vnfc_differs(mem, &faults, before->vnfcs.items[i],
                     same_vnfc(after, before->vnfcs.items[i]));
    }
    for (size_t i = 0; i < after->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = after->vnfcs.items[i];

        if (!same_vnfc(before, vnfc)) {
            request_fault(&faults, "VDU %s: a server of number %lld would come", vnfc->vdu,
                          (long long)vnfc->number);
        }
    }
    for (size_t i = 0; i < before->links.n; i++) {
        const struct wanted_link *link = before->links.items[i];

        vnf_link_differs(mem, &faults, link, vnf_link_named(after, link->name));
    }
    for (size_t i = 0; i < after->links.n; i++) {
        const struct wanted_link *link = after->links.items[i];

        if (!vnf_link_named(before, link->name)) {
            request_fault(&faults, "link %s would come", link->name);
        }
    }
    return faults;
}

/* ---- the request ------------------------------------------------------------------------- */

/* The packages of one family are of the same provider and product. */
static struct err *
family_check(const struct vnfd *before, const struct vnfd *after)
{
    struct err *faults = NULL;

    vnf_text_differs(&faults, "provider", before->provider, after->provider);
    vnf_text_differs(&faults, "product", before->product_name, after->product_name);
    return faults;
}

/* Values for the inputs of the new texts, and not too much of them in the end. */
static struct err *
params_check(struct tx *tx, const struct vnf_in *in, const struct vnf_made *made,
             const struct vnf_wanted *after)
{
    const struct json *given = json_get(in->request, "additionalParams"), *kept = made->params;
    struct err *faults = boot_data_check(tx, in, given, after);

    return given ? err_join(faults, client_data_merge(tx_mem(tx), "additionalParams", given, &kept))
                 : faults;
}

static struct err *
packages_check(struct tx *tx, const struct vnf_instance *instance, const char *package_id,
               const struct vnf_made *made, struct vnf_wanted *after)
{
    struct vnf_wanted *before = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnfd *old, *new;
    struct err *faults;

    TRY(vnfd_load(tx, instance->package_id, &old));
    TRY(vnfd_load(tx, package_id, &new));
    TRY(vnf_wanted_fill(tx_mem(tx), old, made->flavour_id, made->level_id, &made->scales, before));
    faults = err_join(family_check(old, new),
                      vnf_wanted_fill(tx_mem(tx), new, made->flavour_id, made->level_id,
                                      &made->scales, after));
    if (after->vnfcs.n > 0) {
        faults = err_join(faults, differences(tx_mem(tx), before, after));
    }
    return faults ? err_join(err_new(E_UNPROCESSABLE, NULL,
                                     "only images and user data can change with the package; VNFD %s "
                                     "differs",
                                     new->descriptor_id),
                             faults)
                  : NULL;
}

/* A site makes a server anew as it was, running or not: one that does not run shows nothing of its new
 * image. */
static struct err *
running_check(const struct vnf_made *made)
{
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        if (vnfc->stopped) {
            return err_new(E_CONFLICT, NULL,
                           "VNFC %s of VNF instance %s is stopped: start it before the package "
                           "changes",
                           vnfc->name, made->vnf_instance_id);
        }
    }
    return NULL;
}

/* Internal links stay what they are; whoever manages one may say so. */
static struct err *
managed_stay(const struct vnf_made *made, const struct rows *managed)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < managed->n; i++) {
        const struct vnf_managed_link *link = managed->items[i];

        for (size_t j = 0; j < made->links.n; j++) {
            const struct made_link *there = made->links.items[j];

            if (str_eq(there->name, link->name) &&
                (!there->managed || !str_eq(there->network_id, link->network_id))) {
                request_fault(&faults,
                              "extManagedVirtualLinks: internal virtual link %s is there already, as "
                              "network %s: a change of the package leaves it there",
                              link->name, there->network_id);
            }
        }
    }
    return faults;
}

/* Links that the request brings: connection points are those of both packages. */
static struct err *
links_check(struct tx *tx, const struct vnf_instance *instance, const struct lcm_request *request,
            const struct vnf_made *made, const struct vnf_wanted *after, struct vnf_in *in)
{
    const struct instantiate_request *links = package_links(tx_mem(tx), request->row);
    struct err *faults;

    if (links->ext_links.n + links->managed_links.n + links->vims.n == 0) {
        return NULL;
    }
    if (instance->vnfm_id && links->ext_links.n + links->managed_links.n > 0) {
        return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                       "VNF instance %s is managed by a foreign VNFM: connect it otherwise in a request of "
                       "its own",
                       instance->id);
    }
    faults = connections_check(tx, made, after, request, links, in);
    if (faults && faults->code != E_UNPROCESSABLE) {
        return faults;
    }
    return err_join(faults, err_join(vnf_moves_check(made, after, &in->connections),
                                     managed_stay(made, &in->managed)));
}

struct err *
vnf_package_granted_check(struct tx *tx, const struct vnf_in *in, const struct grant_out *grant)
{
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_wanted *after = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnfd *vnfd;

    TRY(vnf_instance_made(tx, in->vnf_instance_id, made));
    TRY(vnfd_load(tx, in->package_after, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(tx), vnfd, made->flavour_id, made->level_id, &made->scales, after));
    return err_wrap(err_join(vnf_moves_check(made, after, &grant->connections),
                             managed_stay(made, &grant->managed)),
                    "the grant");
}

struct err *
vnf_change_package_check(struct tx *tx, const struct vnf_instance *instance,
                         const struct lcm_request *request, struct vnf_in *in)
{
    const struct change_package_request *asked = request->row;
    const char *vnfd_id = asked->vnfd_id;
    struct vnf_made *made = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_wanted *after = row_new(tx_mem(tx), &vnf_wanted_table);
    struct vnf_package *package = NULL;

    TRY(vnf_whole_check(tx, instance, "changed", made));
    TRY(running_check(made));
    TRY(vnf_package_find(tx, instance->project_id, vnfd_id, &package));
    if (str_eq(package->id, instance->package_id)) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is of VNFD %s already", instance->id,
                       vnfd_id);
    }
    if (!str_eq(package->operational_state, "ENABLED")) {
        return err_new(E_UNPROCESSABLE, NULL, "VNF package %s is DISABLED", package->id);
    }
    TRY(err_join(packages_check(tx, instance, package->id, made, after),
                 vnf_info_moved(tx, instance, package->id, asked, in)));
    TRY(err_join(links_check(tx, instance, request, made, after, in),
                 params_check(tx, in, made, after)));
    in->operation = "CHANGE_VNFPKG";
    in->package_after = package->id;
    in->scales = made->scales;
    return NULL;
}

/* ---- steps ------------------------------------------------------------------------------- */

static struct err *
take_local(struct tx *tx, const void *in, void *out)
{
    (void)out;
    return vnf_package_taken(tx, ((const struct package_use *)in)->package_id);
}

/* The instance says of itself what its package says. */
static struct err *
package_set(struct tx *tx, const char *id, const char *package_id)
{
    struct vnf_instance *old, *instance;
    struct vnf_package *package;

    TRY(row_get(tx, &vnf_instance_table, id, &old));
    TRY(row_get(tx, &vnf_package_table, package_id, &package));
    instance = row_copy(tx_mem(tx), old);
    instance->package_id = package->id;
    instance->vnfd_id = package->vnfd_id;
    instance->vnf_provider = package->vnf_provider;
    instance->vnf_product_name = package->vnf_product_name;
    instance->vnf_software_version = package->vnf_software_version;
    instance->vnfd_version = package->vnfd_version;
    TRY(row_update(tx, old, instance));
    TRY(vnf_package_used(tx, package->id));
    return vnf_package_used(tx, old->package_id);
}

static struct err *
repackaged_local(struct tx *tx, const void *in, void *out)
{
    const struct vnf_repackaged *wanted = in;
    const struct vnf_made *made = wanted->made.items[0];
    struct vnf_made *was = row_new(tx_mem(tx), &vnf_made_table);
    struct vnf_repackaged *before = out;
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, made->vnf_instance_id, &instance));
    TRY(vnf_instance_made(tx, made->vnf_instance_id, was));
    before->package_id = instance->package_id;
    vnf_rows_add(tx_mem(tx), &before->made, was);
    TRY(package_set(tx, made->vnf_instance_id, wanted->package_id));
    return vnf_instance_keep(tx, made, "STARTED");
}

static struct err *
repackaged_undo(struct tx *tx, const void *in, const void *out)
{
    return repackaged_local(tx, out, row_new(tx_mem(tx), ((const struct row *)in)->table));
}

const struct step_kind vnf_package_take = {
    .name = "vnf package take",
    .doc = "The package is in use until the operation ends.",
    .effect = FLOW_LOCAL,
    .in = &package_use_table,
    .local = take_local,
};
const struct step_kind vnf_repackaged = {
    .name = "vnf repackaged",
    .doc = "The instance is of another package.",
    .effect = FLOW_LOCAL,
    .in = &vnf_repackaged_table,
    .out = &vnf_repackaged_table,
    .local = repackaged_local,
    .undo_local = repackaged_undo,
};

/* ---- the flow ---------------------------------------------------------------------------- */

struct run {
    struct flow *f;
    const struct vnf_in *in;
    struct vnf_made *made;
    struct vnf_wanted *before, *after;
    struct rows same; /* made_vnfc that are not made anew */
    struct vnf_moves moves;
    bool is_untold;   /* a value of the new texts is the grant's to give */
    bool is_whole;    /* until version 2 there were no scripts, and nothing was kept of its parameters */
};

static struct err *
packages_read(struct run *run)
{
    struct describe_in *what = row_new(flow_mem(run->f), &describe_in_table);
    struct err *e;

    TRY(vnf_now_read(run->f, run->in, run->made, run->before));
    what->package_id = run->in->package_after;
    what->name = run->in->name;
    what->flavour_id = run->made->flavour_id;
    what->level_id = run->made->level_id;
    what->scales = run->made->scales;
    TRY(flow_step(run->f, "describe new", &vnf_describe, what, run->after));
    TRY(run->is_whole
            ? vnfcs_boot_data_told(run->f, "boot data", run->in, &run->before->vnfcs)
            : vnfcs_boot_data(run->f, "boot data", run->in, &run->before->vnfcs));
    e = vnfcs_boot_data(run->f, "boot data new", run->in, &run->after->vnfcs);
    run->is_untold = e != NULL;
    return vnf_told_later(run->in, e);
}

static struct err *
grant_get(struct run *run)
{
    const struct vnf_size nothing = {0};
    struct mem *mem = flow_mem(run->f);
    struct package_use *use = row_new(mem, &package_use_table);
    struct grant_out *grant = row_new(mem, &grant_out_table);

    TRY(vnf_grant(run->f, &run->in, run->after,
                  vnf_grant_in(run->f, run->in, run->made->site, &nothing), grant));
    if (run->is_whole && (grant->params || run->is_untold)) {
        TRY(vnfcs_boot_data(run->f, "boot data granted", run->in, &run->after->vnfcs));
    }
    TRY(flow_started(run->f));
    TRY(vnf_request_judge(run->f, run->in, run->made->site));
    use->package_id = run->in->package_after;
    return flow_step(run->f, "package", &vnf_package_take, use, NULL);
}

/* Of the same file and user data there is nothing to be made anew. */
static bool
is_same(const struct run *run, const struct wanted_vnfc *old, const struct wanted_vnfc *new)
{
    const struct wanted_image *before = image_of(run->before, old);
    const struct wanted_image *after = image_of(run->after, new);

    return before && after && str_eq(before->sha512, after->sha512) &&
           str_eq(before->name, after->name) &&
           str_eq(str_or(old->user_data, ""), str_or(new->user_data, ""));
}

static struct err *
image_get(struct run *run, const struct wanted_vnfc *vnfc, const char **id)
{
    const struct wanted_image *image = image_of(run->after, vnfc);
    struct vim_made *made = row_new(flow_mem(run->f), &vim_made_table);

    if (!image) {
        return err_new(E_NOT_FOUND, NULL, "image %s of VDU %s is not part of the package",
                       vnfc->image_id, vnfc->vdu);
    }
    TRY(flow_step(run->f, flow_label(run->f, "image %s", vnfc->name), &vim_image_have,
                  vim_image_of(run->f, run->made->site, image), made));
    *id = made->id;
    return NULL;
}

static struct err *
vnfc_change(struct run *run, const struct made_vnfc *vnfc, const struct wanted_vnfc *old,
            const struct wanted_vnfc *new)
{
    struct mem *mem = flow_mem(run->f);
    struct vim_rebuild *rebuild = row_new(mem, &vim_rebuild_table);
    struct vim_ref *ref = row_new(mem, &vim_ref_table);
    struct vim_made *now = row_new(mem, &vim_made_table);

    TRY(image_get(run, new, &rebuild->image_id));
    ref->site = rebuild->site = run->made->site;
    ref->id = rebuild->id = vnfc->server_id;
    TRY(flow_step(run->f, flow_label(run->f, "look %s", vnfc->name), &vim_server_show, ref, now));
    if (!now->image_id) {
        return err_new(E_CONFLICT, NULL, "server %s of VNFC %s has no image (boot from volume)",
                       vnfc->server_id, vnfc->name);
    }
    rebuild->image_before = now->image_id;
    rebuild->sets_data = !str_eq(str_or(old->user_data, ""), str_or(new->user_data, ""));
    rebuild->user_data = new->user_data;
    rebuild->user_data_before = old->user_data;
    return vim_server_remake(run->f, flow_label(run->f, "rebuild %s", vnfc->name), rebuild);
}

static struct err *
servers_change(struct run *run)
{
    for (size_t i = 0; i < run->made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = run->made->vnfcs.items[i];
        const struct wanted_vnfc key = {.vdu = vnfc->vdu, .number = vnfc->number};
        const struct wanted_vnfc *old = same_vnfc(run->before, &key);
        const struct wanted_vnfc *new = same_vnfc(run->after, &key);

        if (!old || !new) {
            return err_new(E_CONFLICT, NULL, "VNFC %s is not described by both packages",
                           vnfc->name);
        }
        if (is_same(run, old, new)) {
            vnf_rows_add(flow_mem(run->f), &run->same, run->made->vnfcs.items[i]);
            TRY(vnf_moves_detach(&run->moves, vnfc));
            continue;
        }
        TRY(vnf_moves_detach(&run->moves, vnfc));
        TRY(run->is_whole ? vnf_host_forget(run->f, run->in, vnfc) : NULL);
        TRY(vnfc_change(run, vnfc, old, new));
    }
    return NULL;
}

/* It begins with the script of the package that it leaves, and ends with that of the other. */
static struct err *
scripts_run(struct run *run, bool before)
{
    if (!run->is_whole) {
        return NULL;
    }
    return vnf_scripts_run(&(struct scripts){
        .f = run->f,
        .in = run->in,
        .before = before,
        .package_id = before ? run->in->package_id : run->in->package_after,
        .wanted = before ? run->before : run->after,
        .vnfcs = before ? &run->made->vnfcs : &run->moves.after->vnfcs,
        .old = before ? &run->made->vnfcs : &run->same,
    });
}

/* Where ports move, new ones are at their servers before the first server is made anew, and each old one leaves
 * before its server is: a new image begins with what it will have. */
static struct err *
ports_add(struct run *run)
{
    struct vnf_made *after = row_copy(flow_mem(run->f), run->made);

    run->moves = (struct vnf_moves){
        .f = run->f, .in = run->in, .before = run->made, .after = after, .wanted = run->after};
    if (run->in->connections.n == 0) {
        return NULL;
    }
    vnf_moves_find(&run->moves);
    TRY(flow_note(run->f, "%s: %zu ports move", run->in->name, run->moves.moves.n));
    TRY(vnf_moves_add(&run->moves));
    vnf_moves_take(&run->moves);
    return NULL;
}

/* Until version 2 there were no scripts, nothing was kept of its parameters, and servers were held to have been
 * told them before. */
static struct err *
change(struct flow *f, const struct vnf_in *in, bool is_whole)
{
    struct mem *mem = flow_mem(f);
    struct run run = {
        .f = f,
        .in = in,
        .made = row_new(mem, &vnf_made_table),
        .before = row_new(mem, &vnf_wanted_table),
        .after = row_new(mem, &vnf_wanted_table),
        .is_whole = is_whole,
    };
    struct vnf_repackaged *repackaged = row_new(mem, &vnf_repackaged_table);
    struct vnf_made *made;

    if (in->vnfm) {
        return foreign_repackage(f, in);
    }
    TRY(packages_read(&run));
    TRY(grant_get(&run));
    TRY(scripts_run(&run, true));
    TRY(ports_add(&run));
    TRY(servers_change(&run));
    TRY(scripts_run(&run, false));
    if (run.moves.moves.n > 0) {
        TRY(vnf_moves_keep(&run.moves, "ports"));
        TRY(vnf_moves_drop(&run.moves));
    }
    made = row_copy(mem, run.moves.after);
    made->scales = run.after->scales;
    made->params = is_whole ? vnf_params_after(mem, run.made->params, run.in) : made->params;
    repackaged->package_id = in->package_after;
    vnf_rows_add(mem, &repackaged->made, made);
    TRY(vnf_info_take(f, in));
    TRY(flow_step(f, "instance", &vnf_repackaged, repackaged, NULL));
    flow_result(f, made);
    return NULL;
}

static struct err *
change_run(struct flow *f, const void *in)
{
    return change(f, in, true);
}

static struct err *
change_run_1(struct flow *f, const void *in)
{
    return change(f, in, false);
}

/* A server that does not run of its new image is no reason to wait for somebody. */
static bool
is_unhealthy(const struct err *err)
{
    return str_eq(err->type, "ServerError") || str_eq(err->type, "NotInTime");
}

const struct flow_type vnf_change_package_flow_1 = {
    .name = "vnf_change_package",
    .version = 1,
    .doc = "The same, as before parameters were kept and there were scripts.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = change_run_1,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .gives_up = is_unhealthy,
};
const struct flow_type vnf_change_package_flow = {
    .name = "vnf_change_package",
    .version = 2,
    .doc = "Makes servers of a VNF anew of another package, one after the other.",
    .in = &vnf_in_table,
    .out = &vnf_made_table,
    .run = change_run,
    .sweep = vim_sweep,
    .starting = true,
    .state_changed = vnf_op_state_changed,
    .gives_up = is_unhealthy,
};
