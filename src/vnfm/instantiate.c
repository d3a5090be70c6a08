/* VNF instantiation (SOL003 5.4.4): descriptor, grant, images and flavors,
 * internal links, then every server with its ports in parallel. */
#include "nfvo/nfvo.h"
#include "vim/vim.h"
#include "vnfm/describe.h"
#include "vnfm/flows.h"
#include "vnfm/held.h"
#include "vnfm/op_occ.h"

#include <string.h>

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

/* Makes the port, or looks at the one that the client made. */
static struct err *
port_have(struct flow *f, const char *label, const struct vnfc_in *in, const struct wanted_cp *cp,
          const struct vnf_connection *connection, struct vim_made *made)
{
    struct vim_ref *ref = row_new(flow_mem(f), &vim_ref_table);

    if (!connection->port_id) {
        return flow_step(f, label, &vim_port_create, port_of(f, in, cp, connection), made);
    }
    ref->site = in->site;
    ref->id = connection->port_id;
    return flow_step(f, label, &vim_port_show, ref, made);
}

static struct err *
port_make(struct flow *f, const struct vnfc_in *in, const struct wanted_vnfc *vnfc,
          const struct wanted_cp *cp, struct made_port *port)
{
    const struct vnf_connection *connection =
        vnf_connection_of(&in->connections, cp, vnfc->number);
    struct vim_made *made = row_new(flow_mem(f), &vim_made_table);

    if (!connection) {
        return err_new(E_INVALID, NULL,
                       "connection point %s of VDU %s is not connected: no external virtual link "
                       "for %s was given",
                       cp->cpd, vnfc->vdu, str_or(cp->requirement, str_or(cp->ext_cpd, cp->cpd)));
    }
    TRY(port_have(f, flow_label(f, "port %s %s", vnfc->name, cp->cpd), in, cp, connection, made));
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
vnfc_make(struct flow *f, const struct vnfc_in *in, struct made_vnfc *out)
{
    const struct wanted_vnfc *vnfc = in->vnfc.items[0];
    struct vim_server *server = row_new(flow_mem(f), &vim_server_table);
    struct vim_made *made = row_new(flow_mem(f), &vim_made_table);
    VEC(void *) ports = {0};
    VEC(const char *) ids = {0};

    for (size_t i = 0; i < vnfc->cps.n; i++) {
        struct made_port *port = row_new(flow_mem(f), &made_port_table);

        TRY(port_make(f, in, vnfc, vnfc->cps.items[i], port));
        vec_add(flow_mem(f), &ports, (void *)port);
        vec_add(flow_mem(f), &ids, port->port_id);
    }
    server->site = in->site;
    server->name = in->name;
    server->image_id = in->image_id;
    server->flavor_id = in->flavor_id;
    server->ports = (struct strs){.n = ids.n, .items = ids.items};
    server->user_data = vnfc->user_data;
    TRY(vim_server_boot(f, flow_label(f, "server %s", vnfc->name), server, made));
    out->name = vnfc->name;
    out->vdu = vnfc->vdu;
    out->server_id = made->id;
    out->ports = (struct rows){.n = ports.n, .items = ports.items};
    return NULL;
}

static struct err *
vnfc_run(struct flow *f, const void *in)
{
    struct made_vnfc *made = row_new(flow_mem(f), &made_vnfc_table);

    TRY(vnfc_make(f, in, made));
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

static struct err *
image_get(struct run *run, const struct wanted_vnfc *vnfc, const char **id)
{
    const struct wanted_image *image = wanted_image_of(run->wanted, vnfc->image_id);
    struct vim_made *made = row_new(flow_mem(run->f), &vim_made_table);

    *id = image_known(run->in, vnfc->image_id);
    if (*id) {
        return NULL;
    }
    if (!image) {
        return err_new(E_NOT_FOUND, NULL, "image %s of VDU %s is not part of the package",
                       vnfc->image_id, vnfc->vdu);
    }
    TRY(flow_step(run->f, flow_label(run->f, "image %s", vnfc->name), &vim_image_have,
                  vim_image_of(run->f, run->grant->site, image), made));
    *id = made->id;
    return NULL;
}

static struct err *
flavor_get(struct run *run, const struct wanted_vnfc *vnfc, const char **id)
{
    struct vim_flavor *flavor = row_new(flow_mem(run->f), &vim_flavor_table);
    struct vim_made *made = row_new(flow_mem(run->f), &vim_made_table);

    flavor->site = run->grant->site;
    flavor->vcpus = vnfc->vcpus;
    flavor->ram_mb = vnfc->memory_mb;
    flavor->disk_gb = vnfc->disk_gb;
    TRY(flow_step(run->f, flow_label(run->f, "flavor %s", vnfc->name), &vim_flavor_have, flavor,
                  made));
    *id = made->id;
    return NULL;
}

static struct err *
subnet_make(struct run *run, const struct wanted_link *link, const char *network_id,
            struct vim_made *made)
{
    struct vim_subnet *subnet = row_new(flow_mem(run->f), &vim_subnet_table);

    subnet->site = run->grant->site;
    subnet->name = mem_printf(flow_mem(run->f), "%s-%s", run->wanted->name, link->name);
    subnet->network_id = network_id;
    subnet->cidr = link->cidr;
    subnet->ip_version = link->ip_version;
    subnet->gateway_ip = link->gateway_ip;
    subnet->no_gateway = !link->gateway_ip;
    subnet->enable_dhcp = link->dhcp;
    return flow_step(run->f, flow_label(run->f, "subnet %s", link->name), &vim_subnet_create,
                     subnet, made);
}

static void
rows_add(struct mem *mem, struct rows *rows, void *row)
{
    void **grown = MEM_ARRAY(mem, rows->n + 1, void *);

    for (size_t i = 0; i < rows->n; i++) {
        grown[i] = rows->items[i];
    }
    grown[rows->n++] = row;
    rows->items = grown;
}

static struct err *
link_make(struct run *run, const struct wanted_link *link)
{
    struct mem *mem = flow_mem(run->f);
    struct vim_network *network = row_new(mem, &vim_network_table);
    struct vim_made *made = row_new(mem, &vim_made_table);
    struct vim_made *subnet = row_new(mem, &vim_made_table);
    struct vnf_connection *connection = row_new(mem, &vnf_connection_table);
    struct made_link *kept = row_new(mem, &made_link_table);

    network->site = run->grant->site;
    network->name = mem_printf(mem, "%s-%s", run->wanted->name, link->name);
    network->mtu = link->mtu;
    TRY(flow_step(run->f, flow_label(run->f, "network %s", link->name), &vim_network_create,
                  network, made));
    TRY(subnet_make(run, link, made->id, subnet));
    connection->cpd = link->name;
    connection->link = link->name;
    connection->network_id = made->id;
    connection->subnet_id = subnet->id;
    rows_add(mem, &run->connections, connection);
    kept->name = link->name;
    kept->network_id = made->id;
    kept->subnet_id = subnet->id;
    rows_add(mem, &run->made->links, kept);
    return NULL;
}

/* ---- servers ------------------------------------------------------------------------------ */

static struct err *
vnfc_prepare(struct run *run, struct wanted_vnfc *vnfc, struct vnfc_in *in)
{
    struct mem *mem = flow_mem(run->f);

    in->site = run->grant->site;
    in->name = mem_printf(mem, "%s-%s", run->wanted->name, vnfc->name);
    rows_add(mem, &in->vnfc, vnfc);
    in->connections = run->connections;
    TRY(image_get(run, vnfc, &in->image_id));
    return flavor_get(run, vnfc, &in->flavor_id);
}

/* One server is made by this flow itself, several by children in parallel. */
static struct err *
vnfcs_make(struct run *run)
{
    struct rows *vnfcs = &run->wanted->vnfcs;

    for (size_t i = 0; i < vnfcs->n; i++) {
        struct wanted_vnfc *vnfc = vnfcs->items[i];
        struct made_vnfc *made = row_new(flow_mem(run->f), &made_vnfc_table);
        struct vnfc_in *in = row_new(flow_mem(run->f), &vnfc_in_table);

        TRY(vnfc_prepare(run, vnfc, in));
        if (vnfcs->n == 1) {
            TRY(vnfc_make(run->f, in, made));
        } else {
            TRY(flow_spawn(run->f, flow_label(run->f, "vnfc %s", vnfc->name), &vnfc_flow, in));
        }
        rows_add(flow_mem(run->f), &run->made->vnfcs, made);
    }
    for (size_t i = 0; vnfcs->n > 1 && i < vnfcs->n; i++) {
        const struct wanted_vnfc *vnfc = vnfcs->items[i];

        TRY(flow_join(run->f, flow_label(run->f, "vnfc %s", vnfc->name),
                      run->made->vnfcs.items[i]));
    }
    return NULL;
}

/* ---- the flow ------------------------------------------------------------------------------ */

/* ResourceDefinition (SOL003 9.5.3.2) for every server and port. */
static void
definition_write(struct jw *w, const char *id, const char *type, const char *vdu,
                 const char *template)
{
    jw_object(w, NULL);
    jw_str(w, "id", id);
    jw_str(w, "type", type);
    jw_str(w, "vduId", vdu);
    jw_str(w, "resourceTemplateId", template);
    jw_end(w);
}

static struct err *
definitions_of(struct mem *mem, const struct vnf_wanted *wanted, const struct json **definitions)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        definition_write(&w, vnfc->name, "COMPUTE", vnfc->vdu, vnfc->vdu);
        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];

            definition_write(&w, mem_printf(mem, "%s/%s", vnfc->name, cp->cpd), "LINKPORT",
                             vnfc->vdu, cp->cpd);
        }
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, definitions);
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
    TRY(definitions_of(flow_mem(run->f), run->wanted, &in->resources));
    TRY(flow_step(run->f, "grant", &nfvo_grant, in, run->grant));
    TRY(flow_note(run->f, "%s is placed at site %s: %s", run->wanted->name,
                  str_or(run->grant->site_name, run->grant->site),
                  str_or(run->grant->reason, "asked for")));
    return flow_started(run->f);
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

        held_add(mem, &list->items, site, "network", link->network_id, link->name);
        held_add(mem, &list->items, site, "subnet", link->subnet_id, link->name);
    }
    for (size_t i = 0; i < run->made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = run->made->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            if (!port->given) {
                held_add(mem, &list->items, site, "port", port->port_id, port->cpd);
            }
        }
        held_add(mem, &list->items, site, "server", vnfc->server_id, vnfc->name);
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

    what->package_id = in->package_id;
    what->name = in->name;
    what->flavour_id = in->flavour_id;
    what->level_id = in->level_id;
    TRY(flow_step(f, "describe", &vnf_describe, what, run.wanted));
    TRY(grant_get(&run));
    for (size_t i = 0; i < run.wanted->links.n; i++) {
        TRY(link_make(&run, run.wanted->links.items[i]));
    }
    TRY(vnfcs_make(&run));
    run.made->vnf_instance_id = in->vnf_instance_id;
    run.made->project_id = in->project_id;
    run.made->site = run.grant->site;
    run.made->flavour_id = run.wanted->flavour_id;
    TRY(held_of_vnf(&run, row_new(flow_mem(f), &held_list_table)));
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
    in->connections = (struct rows){0};
    in->images = (struct rows){0};
    return json_parse(tx_mem(tx), forceful, sizeof forceful - 1, &in->request);
}

const struct flow_type vnf_instantiate_flow = {
    .name = "vnf_instantiate",
    .version = 1,
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
