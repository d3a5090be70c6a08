/* Servers of a VNF with their ports, images and flavors: what an instantiation makes
 * all of, and a scale-out some more of. */
#include "vnfm/vnfc.h"
#include "vnfm/vnfm.h"

#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/held.h"
#include "vnfm/scripts.h"

#include "flow/poison.h"

/* ---- one server with its ports ------------------------------------------------------- */

static struct vim_port *
port_of(struct flow *f, const struct vnfc_in *in, const struct wanted_cp *cp,
        const struct vnf_connection *connection)
{
    struct mem *mem = flow_mem(f);
    struct vim_port *port = row_new(mem, &vim_port_table);

    port->site = in->site;
    port->name = mem_printf(mem, "%s-%s", in->name, cp->cpd);
    port->network_id = connection->network_id;
    port->mac_address = connection->mac_address;
    port->port_security_enabled = cp->port_security && !connection->function;
    if (port->port_security_enabled) {
        port->security_groups = connection->security_groups;
        if (connection->passes.n > 0) {
            port->allowed_address_pairs = vim_address_pairs(mem, &connection->passes);
        }
    } else {
        port->no_security_groups = true;
    }
    if (connection->subnet_id || connection->ip_address) {
        struct vim_fixed_ip *ip = row_new(mem, &vim_fixed_ip_table);

        ip->subnet_id = connection->subnet_id;
        ip->ip_address = connection->ip_address;
        port->fixed_ips.items = mem_copy(mem, &(void *){ip}, sizeof(void *));
        port->fixed_ips.n = 1;
    }
    return port;
}

static struct strs
addresses_of(struct mem *mem, const struct vim_made *made)
{
    VEC(const char *) ips = {0};

    for (size_t i = 0; i < made->fixed_ips.n; i++) {
        const struct vim_fixed_ip *ip = made->fixed_ips.items[i];

        if (ip->ip_address) {
            vec_add(mem, &ips, ip->ip_address);
        }
    }
    return (struct strs){.n = ips.n, .items = ips.items};
}

static const char *
port_label(struct flow *f, const struct wanted_vnfc *vnfc, const struct wanted_cp *cp)
{
    return flow_label(f, "port %s %s", vnfc->name, cp->cpd);
}

/* Makes the port, or looks at the one that the client made. */
static struct err *
port_begin(struct flow *f, const struct vnfc_in *in, const struct wanted_vnfc *vnfc,
           const struct wanted_cp *cp)
{
    const struct vnf_connection *connection =
        vnf_connection_of(&in->connections, cp, vnfc->number);
    struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);

    if (!connection) {
        return err_new(E_INVALID, NULL,
                       "connection point %s of VDU %s is not connected: no external virtual link "
                       "for %s was given",
                       cp->cpd, vnfc->vdu, str_or(cp->requirement, str_or(cp->ext_cpd, cp->cpd)));
    }
    if (!connection->port_id) {
        return flow_begin(f, port_label(f, vnfc, cp), &vim_port_create,
                          port_of(f, in, cp, connection));
    }
    ref->site = in->site;
    ref->id = connection->port_id;
    return flow_begin(f, port_label(f, vnfc, cp), &vim_port_show, ref);
}

static struct err *
port_end(struct flow *f, const struct vnfc_in *in, const struct wanted_vnfc *vnfc,
         const struct wanted_cp *cp, struct made_port *port)
{
    const struct vnf_connection *connection =
        vnf_connection_of(&in->connections, cp, vnfc->number);
    struct vim_made *made = row_new(flow_mem(f), &vim_made_table);

    TRY(flow_end(f, port_label(f, vnfc, cp), made));
    port->cpd = cp->cpd;
    port->ext_cpd = cp->ext_cpd;
    port->config = connection->config;
    port->given = connection->port_id != NULL;
    port->requirement = cp->requirement;
    port->link = connection->link;
    port->network_id = connection->network_id;
    port->port_id = made->id;
    port->mac_address = flow_is_plan(f) ? NULL : made->mac_address;
    port->ips = addresses_of(flow_mem(f), made);
    return NULL;
}

struct err *
vnfc_port_make(struct flow *f, const struct vnfc_in *in, const struct wanted_vnfc *vnfc,
               const struct wanted_cp *cp, struct made_port *port)
{
    TRY(port_begin(f, in, vnfc, cp));
    return port_end(f, in, vnfc, cp, port);
}

/* The port that it had already. */
static struct made_port *
port_had(const struct made_vnfc *had, const struct wanted_cp *cp)
{
    for (size_t i = 0; had && i < had->ports.n; i++) {
        struct made_port *port = had->ports.items[i];

        if (str_eq(port->cpd, cp->cpd)) {
            return port;
        }
    }
    return NULL;
}

/* A server that is replaced: its ports can be at one server only. */
static struct err *
server_clear(struct flow *f, const char *site, const struct made_vnfc *had)
{
    struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);

    if (!had || !had->server_id) {
        return NULL;
    }
    ref->site = site;
    ref->id = had->server_id;
    return flow_step(f, flow_label(f, "delete server %s", had->name), &vim_server_delete, ref, NULL);
}

/* All that the server is made of: its ports, side by side. */
static struct err *
vnfc_begin(struct flow *f, const struct vnfc_in *in)
{
    const struct made_vnfc *had = in->had.n ? in->had.items[0] : NULL;
    const struct wanted_vnfc *vnfc = in->vnfc.items[0];

    TRY(server_clear(f, in->site, had));
    for (size_t i = 0; i < vnfc->cps.n; i++) {
        if (!port_had(had, vnfc->cps.items[i])) {
            TRY(port_begin(f, in, vnfc, vnfc->cps.items[i]));
        }
    }
    return NULL;
}

static struct err *
vnfc_end(struct flow *f, const struct vnfc_in *in, struct made_vnfc *out)
{
    const struct made_vnfc *had = in->had.n ? in->had.items[0] : NULL;
    const struct wanted_vnfc *vnfc = in->vnfc.items[0];
    struct vim_server *server = row_new(flow_mem(f), &vim_server_table);
    struct vim_made *made = row_new(flow_mem(f), &vim_made_table);
    VEC(void *) ports = {0};
    VEC(const char *) ids = {0};

    for (size_t i = 0; i < vnfc->cps.n; i++) {
        struct made_port *port = port_had(had, vnfc->cps.items[i]);

        if (!port) {
            port = row_new(flow_mem(f), &made_port_table);
            TRY(port_end(f, in, vnfc, vnfc->cps.items[i], port));
        }
        vec_add(flow_mem(f), &ports, (void *)port);
        vec_add(flow_mem(f), &ids, port->port_id);
    }
    server->site = in->site;
    server->name = in->name;
    server->image_id = in->image_id;
    server->flavor_id = in->flavor_id;
    server->ports = (struct strs){.n = ids.n, .items = ids.items};
    server->user_data = vnfc->user_data;
    server->config_drive = vnfc->config_drive;
    server->availability_zone = in->zone;
    TRY(vim_server_boot(f, flow_label(f, "server %s", vnfc->name), server, made));
    out->name = vnfc->name;
    out->vdu = vnfc->vdu;
    out->number = vnfc->number;
    out->server_id = made->id;
    out->ports = (struct rows){.n = ports.n, .items = ports.items};
    return NULL;
}

static struct err *
vnfc_run(struct flow *f, const void *in)
{
    struct made_vnfc *made = row_new(flow_mem(f), &made_vnfc_table);

    TRY(vnfc_begin(f, in));
    TRY(vnfc_end(f, in, made));
    flow_result(f, made);
    return NULL;
}

const struct flow_type vnfc_flow = {
    .name = "vnfc_make",
    .version = 1,
    .doc = "Makes one server of a VNF with its ports.",
    .in = &vnfc_in_table,
    .out = &made_vnfc_table,
    .run = vnfc_run,
    .sweep = vim_sweep,
};

/* ---- images and flavors ---------------------------------------------------------------- */

static const char *
image_known(const struct vnf_in *in, const char *image_id)
{
    for (size_t i = 0; i < in->images.n; i++) {
        const struct vnf_image_at *image = in->images.items[i];

        if (str_eq(image->image_id, image_id)) {
            return image->at_site_id;
        }
    }
    return NULL;
}

static const struct wanted_image *
wanted_image_of(const struct vnf_wanted *wanted, const char *image_id)
{
    for (size_t i = 0; i < wanted->images.n; i++) {
        const struct wanted_image *image = wanted->images.items[i];

        if (str_eq(image->image_id, image_id)) {
            return image;
        }
    }
    return NULL;
}

struct vim_image *
vim_image_of(struct flow *f, const char *site, const struct wanted_image *image)
{
    const struct nfvo *nfvo = flow_service(f, NFVO_SERVICE);
    struct vim_image *in = row_new(flow_mem(f), &vim_image_table);

    in->site = site;
    in->name = image->name;
    in->sha512 = image->sha512;
    in->file = mem_printf(flow_mem(f), "%s/%s", nfvo->packages_dir, image->path);
    in->disk_format = image->disk_format;
    in->container_format = image->container_format;
    in->min_disk_gb = image->min_disk_gb;
    in->min_ram_mb = image->min_ram_mb;
    return in;
}

static const char *
image_label(struct vnfcs *v, const struct wanted_vnfc *vnfc)
{
    return flow_label(v->f, "image %s", vnfc->name);
}

static struct err *
image_begin(struct vnfcs *v, const struct wanted_vnfc *vnfc)
{
    const struct wanted_image *image = wanted_image_of(v->wanted, vnfc->image_id);

    if (image_known(v->in, vnfc->image_id)) {
        return NULL;
    }
    if (!image) {
        return err_new(E_NOT_FOUND, NULL, "image %s of VDU %s is not part of the package",
                       vnfc->image_id, vnfc->vdu);
    }
    return flow_begin(v->f, image_label(v, vnfc), &vim_image_have,
                      vim_image_of(v->f, v->site, image));
}

static struct err *
image_end(struct vnfcs *v, const struct wanted_vnfc *vnfc, const char **id)
{
    struct vim_made *made = row_new(flow_mem(v->f), &vim_made_table);

    *id = image_known(v->in, vnfc->image_id);
    if (!*id) {
        TRY(flow_end(v->f, image_label(v, vnfc), made));
        *id = made->id;
    }
    return NULL;
}

static const char *
flavor_known(const struct vnfcs *v, const struct wanted_vnfc *vnfc)
{
    for (size_t i = 0; i < v->flavors.n; i++) {
        const struct vnf_flavor_at *known = v->flavors.items[i];

        if (str_eq(known->vdu, vnfc->vdu)) {
            return known->at_site_id;
        }
    }
    return NULL;
}

static const char *
flavor_label(struct vnfcs *v, const struct wanted_vnfc *vnfc)
{
    return flow_label(v->f, "flavor %s", vnfc->name);
}

static struct err *
flavor_begin(struct vnfcs *v, const struct wanted_vnfc *vnfc)
{
    struct vim_flavor *flavor = row_new(flow_mem(v->f), &vim_flavor_table);

    if (flavor_known(v, vnfc)) {
        return NULL;
    }
    flavor->site = v->site;
    flavor->vcpus = vnfc->vcpus;
    flavor->ram_mb = vnfc->memory_mb;
    flavor->disk_gb = vnfc->disk_gb;
    return flow_begin(v->f, flavor_label(v, vnfc), &vim_flavor_have, flavor);
}

static struct err *
flavor_end(struct vnfcs *v, const struct wanted_vnfc *vnfc, const char **id)
{
    struct vim_made *made = row_new(flow_mem(v->f), &vim_made_table);

    *id = flavor_known(v, vnfc);
    if (!*id) {
        TRY(flow_end(v->f, flavor_label(v, vnfc), made));
        *id = made->id;
    }
    return NULL;
}

/* ---- servers ------------------------------------------------------------------------------ */

void
vnf_rows_add(struct mem *mem, struct rows *rows, void *row)
{
    void **grown = MEM_ARRAY(mem, rows->n + 1, void *);

    for (size_t i = 0; i < rows->n; i++) {
        grown[i] = rows->items[i];
    }
    grown[rows->n++] = row;
    rows->items = grown;
}

static struct made_vnfc *
had_of(const struct rows *had, const struct wanted_vnfc *vnfc)
{
    for (size_t i = 0; i < had->n; i++) {
        struct made_vnfc *one = had->items[i];

        if (str_eq(one->name, vnfc->name)) {
            return one;
        }
    }
    return NULL;
}

static const char *
zone_of(const struct rows *zones, const char *name)
{
    for (size_t i = 0; i < zones->n; i++) {
        const struct vnf_zone_at *at = zones->items[i];

        if (str_eq(at->resource, name)) {
            return at->zone;
        }
    }
    return NULL;
}

static struct vnfc_in *
vnfc_input(struct vnfcs *v, struct wanted_vnfc *vnfc)
{
    struct mem *mem = flow_mem(v->f);
    struct vnfc_in *in = row_new(mem, &vnfc_in_table);
    struct made_vnfc *had = had_of(&v->had, vnfc);

    if (had) {
        vnf_rows_add(mem, &in->had, had);
    }
    in->site = v->site;
    in->name = mem_printf(mem, "%s-%s", v->wanted->name, vnfc->name);
    vnf_rows_add(mem, &in->vnfc, vnfc);
    in->connections = v->connections;
    in->zone = zone_of(&v->zones, vnfc->name);
    return in;
}

/* What servers are made of at the site, for all of them side by side. */
static struct err *
parts_begin(struct vnfcs *v, const struct rows *vnfcs)
{
    for (size_t i = 0; i < vnfcs->n; i++) {
        TRY(image_begin(v, vnfcs->items[i]));
        TRY(flavor_begin(v, vnfcs->items[i]));
    }
    return NULL;
}

static struct err *
parts_end(struct vnfcs *v, const struct wanted_vnfc *vnfc, struct vnfc_in *in)
{
    TRY(image_end(v, vnfc, &in->image_id));
    return flavor_end(v, vnfc, &in->flavor_id);
}

static struct err *
one_make(struct vnfcs *v, struct wanted_vnfc *vnfc, struct made_vnfc *made)
{
    struct vnfc_in *in = vnfc_input(v, vnfc);

    /* A server that is replaced does not go before all that the new one is made of is there. */
    TRY(in->had.n ? parts_end(v, vnfc, in) : NULL);
    TRY(vnfc_begin(v->f, in));
    TRY(in->had.n ? NULL : parts_end(v, vnfc, in));
    return vnfc_end(v->f, in, made);
}

/* One server is made by this flow itself, several by children in parallel. */
struct err *
vnfcs_make(struct vnfcs *v, const struct rows *vnfcs)
{
    struct rows filled = *vnfcs;

    TRY(vnfcs_boot_data(v->f, "boot data", v->in, &filled));
    TRY(parts_begin(v, vnfcs));
    for (size_t i = 0; i < vnfcs->n; i++) {
        struct wanted_vnfc *vnfc = vnfcs->items[i];
        struct made_vnfc *made = row_new(flow_mem(v->f), &made_vnfc_table);
        struct vnfc_in *in = vnfc_input(v, vnfc);

        if (vnfcs->n == 1) {
            TRY(one_make(v, vnfc, made));
        } else {
            TRY(parts_end(v, vnfc, in));
            TRY(flow_spawn(v->f, flow_label(v->f, "vnfc %s", vnfc->name), &vnfc_flow, in));
        }
        vnf_rows_add(flow_mem(v->f), &v->made, made);
    }
    for (size_t i = 0; vnfcs->n > 1 && i < vnfcs->n; i++) {
        const struct wanted_vnfc *vnfc = vnfcs->items[i];

        TRY(flow_join(v->f, flow_label(v->f, "vnfc %s", vnfc->name), v->made.items[i]));
    }
    return NULL;
}

/* ---- what a grant is asked for -------------------------------------------------------------- */

/* ResourceDefinition (SOL003 9.5.3.2) for every server and port. */
static void
definition_write(struct jw *w, const char *id, const char *type, const char *vdu,
                 const char *template, const char *resource)
{
    jw_object(w, NULL);
    jw_str(w, "id", id);
    jw_str(w, "type", type);
    if (vdu) {
        jw_str(w, "vduId", vdu);
    }
    jw_str(w, "resourceTemplateId", template);
    if (resource) {
        jw_object(w, "resource");
        jw_str(w, "resourceId", resource);
        jw_end(w);
    }
    jw_end(w);
}

struct err *
vnfcs_definitions(struct mem *mem, const struct rows *vnfcs, const struct json **definitions)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct wanted_vnfc *vnfc = vnfcs->items[i];

        definition_write(&w, vnfc->name, "COMPUTE", vnfc->vdu, vnfc->vdu, NULL);
        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];

            definition_write(&w, mem_printf(mem, "%s/%s", vnfc->name, cp->cpd), "LINKPORT", NULL,
                             str_or(cp->ext_cpd, cp->cpd), NULL);
        }
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, definitions);
}

struct err *
vnfcs_made_definitions(struct mem *mem, const struct rows *vnfcs, const struct json **definitions)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    for (size_t i = 0; i < vnfcs->n; i++) {
        const struct made_vnfc *vnfc = vnfcs->items[i];

        definition_write(&w, vnfc->name, "COMPUTE", vnfc->vdu, vnfc->vdu, vnfc->server_id);
        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            definition_write(&w, mem_printf(mem, "%s/%s", vnfc->name, port->cpd), "LINKPORT", NULL,
                             str_or(port->ext_cpd, port->cpd), port->port_id);
        }
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, definitions);
}

struct grant_in *
vnf_grant_in(struct flow *f, const struct vnf_in *asked, const char *site,
             const struct vnf_size *size)
{
    struct grant_in *in = row_new(flow_mem(f), &grant_in_table);

    in->vnf_lcm_op_occ_id = flow_self(f);
    in->vnf_instance_id = asked->vnf_instance_id;
    in->project_id = asked->project_id;
    in->operation = asked->operation;
    in->site = site;
    in->site_name = asked->site_name;
    in->reason = "the instance runs there";
    in->vcpus = size->vcpus;
    in->memory_mb = size->memory_mb;
    in->disk_gb = size->disk_gb;
    in->servers = size->servers;
    return in;
}

/* ---- what is held ----------------------------------------------------------------------------- */

void
vnfc_held(struct mem *mem, const char *site, const struct made_vnfc *vnfc, struct rows *items)
{
    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const struct made_port *port = vnfc->ports.items[i];

        if (!port->given) {
            held_add(mem, items, site, "port", port->port_id, port->cpd);
        }
    }
    vnfc_server_held(mem, site, vnfc, items);
}

void
vnfc_server_held(struct mem *mem, const char *site, const struct made_vnfc *vnfc,
                 struct rows *items)
{
    if (vnfc->server_id) {
        held_add(mem, items, site, "server", vnfc->server_id, vnfc->name);
    }
}

/* ---- what an operation begins with ------------------------------------------------------------ */

struct err *
vnf_now_read(struct flow *f, const struct vnf_in *in, struct vnf_made *made,
             struct vnf_wanted *wanted)
{
    struct describe_in *what = row_new(flow_mem(f), &describe_in_table);
    struct owner *owner = row_new(flow_mem(f), &owner_table);

    owner->owner_id = in->vnf_instance_id;
    owner->project_id = in->project_id;
    TRY(flow_step(f, "made", &vnf_made_read, owner, made));
    what->package_id = in->package_id;
    what->name = in->name;
    what->flavour_id = in->flavour_id ? in->flavour_id : made->flavour_id;
    what->level_id = in->level_id || in->flavour_id ? in->level_id : made->level_id;
    what->scales = in->scales;
    return flow_step(f, "describe", &vnf_describe, what, wanted);
}
