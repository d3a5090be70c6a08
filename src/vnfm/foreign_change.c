/* Operations on VNFs that a foreign VNFM manages and that are there: scaling, another flavour, healing,
 * starting and stopping, modifying, another package, other networks.  Servers that a scaling adds get ports of ours, as at the instantiation: the VNFM is told
 * them by a change of external connectivity (SOL003 5.4.11) before it scales. */
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/foreign.h"
#include "vnfm/foreign_run.h"
#include "vnfm/held.h"
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "flow/poison.h"

/* ---- what there is ---------------------------------------------------------------------- */

static struct err *
run_begin(struct foreign_run *run, struct flow *f, const struct vnf_in *in)
{
    struct mem *mem = flow_mem(f);
    struct owner *owner = row_new(mem, &owner_table);

    *run = (struct foreign_run){
        .f = f,
        .mem = mem,
        .in = in,
        .wanted = row_new(mem, &vnf_wanted_table),
        .made = row_new(mem, &vnf_made_table),
        .known = row_new(mem, &foreign_known_table),
    };
    owner->owner_id = in->vnf_instance_id;
    owner->project_id = in->project_id;
    return flow_step(f, "known", &foreign_read, owner, run->known);
}

/* The same, but for its server, which is read from the VNFM afterwards. */
static void
kept_add(struct foreign_run *run, const struct made_vnfc *vnfc)
{
    struct made_vnfc *kept = row_copy(run->mem, vnfc);

    kept->server_id = NULL;
    vnf_rows_add(run->mem, &run->made->vnfcs, kept);
}

/* What we hold of a server are its ports. */
static void
ports_held(struct foreign_run *run, const struct made_vnfc *vnfc, struct rows *items)
{
    struct made_vnfc *ports = row_copy(run->mem, vnfc);

    ports->server_id = NULL;
    vnfc_held(run->mem, run->made->site, ports, items);
}

/* ---- scaling ---------------------------------------------------------------------------- */

static struct err *
levels_body(const struct foreign_run *run, const struct rows *scales, const char *level_id,
            const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    if (scales->n > 0) {
        jw_array(&w, "scaleInfo");
        for (size_t i = 0; i < scales->n; i++) {
            const struct vnf_scale *scale = scales->items[i];

            jw_object(&w, NULL);
            jw_str(&w, "aspectId", scale->aspect);
            jw_int(&w, "scaleLevel", scale->level);
            jw_end(&w);
        }
        jw_end(&w);
    } else if (level_id) {
        jw_str(&w, "instantiationLevelId", level_id);
    }
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, body);
}

static void
vims_write(struct jw *w, const struct foreign_run *run)
{
    jw_object(w, "vimConnectionInfo");
    jw_object(w, run->in->site_name);
    jw_str(w, "vimType", "ETSINFV.OPENSTACK_KEYSTONE.V_3");
    jw_end(w);
    jw_end(w);
}

static struct err *
ports_body(const struct foreign_run *run, const struct rows *vnfcs, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    foreign_links_write(&w, run, vnfcs);
    vims_write(&w, run);
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, body);
}

/* Ports of the servers to come, beside those that there are: the VNFM is told all of them. */
static struct err *
ports_add(struct foreign_run *run, const struct vnf_made *before, const struct vnf_change *change,
          struct vnf_scaled *scaled)
{
    struct rows all = {0};
    const struct json *body, *undo;
    size_t n_kept = run->made->vnfcs.n;

    TRY(foreign_ports_make(run, &change->added));
    for (size_t i = 0; i < before->vnfcs.n; i++) {
        vnf_rows_add(run->mem, &all, before->vnfcs.items[i]);
    }
    for (size_t i = n_kept; i < run->made->vnfcs.n; i++) {
        vnf_rows_add(run->mem, &all, run->made->vnfcs.items[i]);
        ports_held(run, run->made->vnfcs.items[i], &scaled->added);
    }
    TRY(ports_body(run, &all, &body));
    TRY(ports_body(run, &before->vnfcs, &undo));
    return foreign_done(run, "connect", "CHANGE_EXT_CONN", body, undo);
}

static bool
is_removed(const struct vnf_change *change, const struct made_vnfc *vnfc)
{
    for (size_t i = 0; i < change->removed.n; i++) {
        if (change->removed.items[i] == vnfc) {
            return true;
        }
    }
    return false;
}

static void
kept_take(struct foreign_run *run, const struct vnf_made *before, const struct vnf_change *change)
{
    run->made = row_copy(run->mem, before);
    run->made->vnfcs = (struct rows){0};
    run->made->level_id = run->wanted->level_id;
    run->made->scales = run->wanted->scales;
    for (size_t i = 0; i < before->vnfcs.n; i++) {
        if (!is_removed(change, before->vnfcs.items[i])) {
            kept_add(run, before->vnfcs.items[i]);
        }
    }
}

/* The newest goes first: what is held is released from the end of the list. */
static struct err *
ports_drop(struct foreign_run *run, const struct vnf_change *change, struct vnf_scaled *scaled)
{
    for (size_t i = change->removed.n; i-- > 0;) {
        ports_held(run, change->removed.items[i], &scaled->removed);
    }
    return held_release(run->f, "", &scaled->removed, NULL);
}

/* ---- another flavour -------------------------------------------------------------------- */

static struct err *
flavour_body(const struct foreign_run *run, const struct vnf_made *made, const char *level_id,
             const struct json *asked, const struct json **body)
{
    static const char *const said[] = {"vnfConfigurableProperties", "extensions"};
    struct foreign_run as = *run;
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    as.made = (struct vnf_made *)row_copy(run->mem, made);
    jw_object(&w, NULL);
    jw_str(&w, "newFlavourId", made->flavour_id);
    if (level_id) {
        jw_str(&w, "instantiationLevelId", level_id);
    }
    for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
        if (json_get(asked, said[i])) {
            jw_json(&w, said[i], json_get(asked, said[i]));
        }
    }
    foreign_links_write(&w, &as, &as.made->vnfcs);
    vims_write(&w, run);
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, body);
}

/* One operation makes what comes and removes what goes: it is told the ports of all that there are
 * afterwards.  Internal links are the VNFM's. */
static struct err *
flavour_change(struct foreign_run *run, const struct vnf_made *before,
               const struct vnf_change *change, struct vnf_scaled *scaled)
{
    const struct json *body, *undo;
    size_t n_kept = run->made->vnfcs.n;

    run->made->flavour_id = run->wanted->flavour_id;
    run->made->connections = vnf_connections_after(run->mem, before, run->wanted,
                                                   &run->in->connections, change);
    TRY(foreign_ports_make(run, &change->added));
    for (size_t i = n_kept; i < run->made->vnfcs.n; i++) {
        ports_held(run, run->made->vnfcs.items[i], &scaled->added);
    }
    TRY(flavour_body(run, run->made, run->wanted->level_id, run->in->request, &body));
    TRY(flavour_body(run, before, before->level_id, NULL, &undo));
    return foreign_done(run, "operate", "CHANGE_FLAVOUR", body, undo);
}

static struct err *
levels_change(struct foreign_run *run, const struct vnf_made *before,
              const struct vnf_change *change, struct vnf_scaled *scaled)
{
    const struct json *body, *undo;

    TRY(change->added.n ? ports_add(run, before, change, scaled) : NULL);
    TRY(levels_body(run, &run->wanted->scales, run->wanted->level_id, &body));
    TRY(levels_body(run, &before->scales, before->level_id, &undo));
    return foreign_done(run, "operate", "SCALE_TO_LEVEL", body, undo);
}

/* To other levels, or to another flavour. */
struct err *
foreign_scale(struct flow *f, const struct vnf_in *in)
{
    struct foreign_run run;
    struct vnf_scaled *scaled = row_new(flow_mem(f), &vnf_scaled_table);
    struct vnf_made *before = row_new(flow_mem(f), &vnf_made_table);
    bool flavour = str_eq(in->operation, "CHANGE_FLAVOUR");
    struct vnf_change change;

    TRY(run_begin(&run, f, in));
    TRY(vnf_now_read(f, in, before, run.wanted));
    change = vnf_change_of(run.mem, before, run.wanted);
    kept_take(&run, before, &change);
    TRY(flow_started(f));
    TRY(flavour ? flavour_change(&run, before, &change, scaled)
                : levels_change(&run, before, &change, scaled));
    TRY(foreign_look(&run));
    TRY(ports_drop(&run, &change, scaled));
    vnf_rows_add(run.mem, &scaled->made, run.made);
    TRY(vnf_info_take(f, in));
    TRY(flow_step(f, "instance", &vnf_scaled, scaled, NULL));
    flow_result(f, run.made);
    return NULL;
}

/* ---- healing ---------------------------------------------------------------------------- */

/* What the VNFM calls the server; a plan asks nobody. */
static const char *
name_of(const struct json *instance, const char *server_id)
{
    const struct json *info = json_get(instance, "instantiatedVnfInfo");
    const struct json *servers = json_get(info, "vnfcResourceInfo");

    json_each (servers, i) {
        const struct json *one = servers->items[i];

        if (server_id &&
            str_eq(json_get_str(json_get(one, "computeResource"), "resourceId"), server_id)) {
            return json_get_str(one, "id");
        }
    }
    return NULL;
}

/* A server that it has lost sight of cannot be named to it. */
static struct err *
heal_body(struct foreign_run *run, const struct vnf_made *before, const struct json *instance,
          const struct json **body)
{
    const struct json *params = json_get(run->in->request, "additionalParams");
    const char *cause = json_get_str(run->in->request, "cause");
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_array(&w, "vnfcInstanceId");
    for (size_t i = 0; i < before->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = before->vnfcs.items[i];
        const char *name = instance ? name_of(instance, vnfc->server_id) : vnfc->server_id;

        if (vnf_in_names(run->in, vnfc) && !name) {
            return err_new(E_REMOTE, NULL, "the VNFM tells of no server %s (%s)", vnfc->name,
                           str_or(vnfc->server_id, "none"));
        }
        if (vnf_in_names(run->in, vnfc)) {
            jw_str(&w, NULL, name);
        }
    }
    jw_end(&w);
    if (cause) {
        jw_str(&w, "cause", cause);
    }
    if (params) {
        jw_json(&w, "additionalParams", params);
    }
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, body);
}

struct err *
foreign_heal(struct flow *f, const struct vnf_in *in)
{
    struct foreign_run run;
    struct vnf_scaled *healed = row_new(flow_mem(f), &vnf_scaled_table);
    struct vnf_made *before = row_new(flow_mem(f), &vnf_made_table);
    const struct vnf_change nothing = {0};
    const struct json *instance, *body;

    TRY(run_begin(&run, f, in));
    TRY(vnf_now_read(f, in, before, run.wanted));
    kept_take(&run, before, &nothing);
    TRY(flow_started(f));
    TRY(foreign_seen(&run, "look before", &instance));
    TRY(heal_body(&run, before, instance, &body));
    TRY(foreign_done(&run, "operate", "HEAL", body, NULL));
    TRY(foreign_look(&run));
    vnf_rows_add(run.mem, &healed->made, run.made);
    TRY(flow_step(f, "instance", &vnf_scaled, healed, NULL));
    flow_result(f, run.made);
    return NULL;
}

/* ---- starting and stopping ---------------------------------------------------------------- */

static struct err *
state_body(const struct foreign_run *run, const char *state, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "changeStateTo", state);
    jw_end(&w);
    return json_parse(run->mem, text.data, text.len, body);
}

/* The request is one of SOL003 already; what is as it is to be, is not asked for. */
struct err *
foreign_power(struct flow *f, const struct vnf_in *in)
{
    struct foreign_run run;
    struct vnf_state *state = row_new(flow_mem(f), &vnf_state_table);
    const struct json *undo;

    TRY(run_begin(&run, f, in));
    TRY(flow_started(f));
    if (!str_eq(run.known->state, in->state)) {
        TRY(state_body(&run, run.known->state, &undo));
        TRY(foreign_done(&run, "operate", "OPERATE", in->request, undo));
    }
    state->vnf_instance_id = in->vnf_instance_id;
    state->state = in->state;
    return flow_step(f, "instance", &vnf_state_keep, state, NULL);
}

/* ---- another package ---------------------------------------------------------------------- */

static struct err *
package_body(struct mem *mem, const char *vnfd_id, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", vnfd_id);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, body);
}

/* Where its aspects are, as the new package counts them. */
static struct err *
scales_describe(struct foreign_run *run, const struct vnf_made *before)
{
    struct describe_in *what = row_new(run->mem, &describe_in_table);
    struct vnf_wanted *after = row_new(run->mem, &vnf_wanted_table);

    what->package_id = run->in->package_after;
    what->name = run->in->name;
    what->flavour_id = before->flavour_id;
    what->level_id = before->level_id;
    what->scales = before->scales;
    TRY(flow_step(run->f, "describe new", &vnf_describe, what, after));
    run->made->scales = after->scales;
    return NULL;
}

struct err *
foreign_repackage(struct flow *f, const struct vnf_in *in)
{
    struct foreign_run run;
    struct mem *mem = flow_mem(f);
    struct vnf_repackaged *repackaged = row_new(mem, &vnf_repackaged_table);
    struct vnf_made *before = row_new(mem, &vnf_made_table);
    struct package_use *use = row_new(mem, &package_use_table);
    const struct vnf_change nothing = {0};
    const struct json *undo;

    TRY(run_begin(&run, f, in));
    TRY(vnf_now_read(f, in, before, run.wanted));
    kept_take(&run, before, &nothing);
    TRY(scales_describe(&run, before));
    TRY(flow_started(f));
    use->package_id = in->package_after;
    TRY(flow_step(f, "package", &vnf_package_take, use, NULL));
    TRY(package_body(mem, run.known->vnfd_id, &undo));
    TRY(foreign_done(&run, "operate", "CHANGE_VNFPKG", in->request, undo));
    TRY(foreign_look(&run));
    repackaged->package_id = in->package_after;
    vnf_rows_add(mem, &repackaged->made, run.made);
    TRY(vnf_info_take(f, in));
    TRY(flow_step(f, "instance", &vnf_repackaged, repackaged, NULL));
    flow_result(f, run.made);
    return NULL;
}

/* ---- other networks ----------------------------------------------------------------------- */

static struct err *
connections_body(struct foreign_run *run, const struct vnf_made *made, const struct json **body)
{
    struct foreign_run as = *run;

    as.made = (struct vnf_made *)row_copy(run->mem, made);
    return ports_body(&as, &as.made->vnfcs, body);
}

struct err *
foreign_connect(struct flow *f, const struct vnf_in *in, const struct vnf_made *before,
                struct vnf_made *after)
{
    struct foreign_run run;
    const struct json *body, *undo;

    TRY(run_begin(&run, f, in));
    run.made = after;
    TRY(connections_body(&run, after, &body));
    TRY(connections_body(&run, before, &undo));
    TRY(foreign_done(&run, "operate", "CHANGE_EXT_CONN", body, undo));
    for (size_t i = 0; i < after->vnfcs.n; i++) {
        ((struct made_vnfc *)after->vnfcs.items[i])->server_id = NULL;
    }
    return foreign_look(&run);
}

/* ---- what is said of it ------------------------------------------------------------------- */

/* What there is, under the names of a modification. */
static struct err *
said_of(struct foreign_run *run, const struct json **said)
{
    struct vnf_info *info = row_new(run->mem, &vnf_info_table);
    struct owner *owner = row_new(run->mem, &owner_table);
    struct modify_request *all = row_new(run->mem, &modify_request_table);

    owner->owner_id = run->in->vnf_instance_id;
    owner->project_id = run->in->project_id;
    TRY(flow_step(run->f, "info", &vnf_info_read, owner, info));
    all->name = info->name;
    all->description = info->description;
    all->metadata = info->metadata;
    all->configurable = info->configurable;
    all->extensions = info->extensions;
    for (size_t i = 0; i < modify_request_table.n_attrs; i++) {
        row_give(&all->row, modify_request_table.attrs[i].name);
    }
    return vnf_modify_body(run->mem, all, said);
}

/* The VNFM has keys of its own there (ours is one of them): all that the client had go singly. */
static const struct json *
emptied(struct mem *mem, const struct json *had)
{
    static const struct json null = {.type = JSON_T_NULL};
    struct json *out = MEM_NEW(mem, struct json);

    *out = (struct json){.type = JSON_T_OBJECT, .n = had->n, .keys = had->keys};
    out->items = MEM_ARRAY(mem, had->n + 1, const struct json *);
    for (size_t i = 0; i < had->n; i++) {
        out->items[i] = &null;
    }
    return out;
}

static const struct json *
patch_of(struct mem *mem, const struct json *asked, const struct json *said)
{
    struct json *out = MEM_NEW(mem, struct json);

    *out = (struct json){.type = JSON_T_OBJECT};
    out->keys = MEM_ARRAY(mem, asked->n + 1, const char *);
    out->items = MEM_ARRAY(mem, asked->n + 1, const struct json *);
    for (size_t i = 0; i < asked->n; i++) {
        const struct json *had = json_get(said, asked->keys[i]), *item = asked->items[i];

        item = json_is(item, JSON_T_NULL) && json_is(had, JSON_T_OBJECT) ? emptied(mem, had) : item;
        if (!json_is(item, JSON_T_OBJECT) || item->n > 0) {
            out->keys[out->n] = asked->keys[i];
            out->items[out->n++] = item;
        }
    }
    return out;
}

struct err *
foreign_modify(struct flow *f, const struct vnf_in *in)
{
    const struct json *said, *patch;
    struct foreign_run run;

    TRY(run_begin(&run, f, in));
    TRY(said_of(&run, &said));
    patch = patch_of(run.mem, in->request, said);
    return foreign_done(&run, "operate", "MODIFY_INFO", patch,
                        json_merge_undo(run.mem, said, patch));
}
