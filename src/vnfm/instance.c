/* VNF instances as rows: created of an on-boarded package, deleted only while
 * NOT_INSTANTIATED, and what they tell of themselves once instantiated (SOL003
 * 5.5.2.2). */
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vnfm/flows.h"
#include "vnfm/held.h"
#include "vnfm/journal.h"
#include "vnfm/request.h"
#include "vnfm/vnfm.h"

#include <string.h>

/* ---- tables ------------------------------------------------------------------------ */

#define ATTR ATTR_ROW
#define TABLE_STRUCT vnf_instance
static const struct attr vnf_instance_attrs[] = {
#include "vnfm/vnf_instance.tbl"
};
#undef TABLE_STRUCT
#define TABLE_STRUCT vnf_lcm_op_occ
static const struct attr vnf_lcm_op_occ_attrs[] = {
#include "vnfm/vnf_lcm_op_occ.tbl"
};
#undef TABLE_STRUCT
#undef ATTR

const struct table vnf_instance_table = {
    .name = "vnf_instance",
    .doc = "An instance of a VNF.",
    TABLE(struct vnf_instance, vnf_instance_attrs),
};
const struct table vnf_lcm_op_occ_table = {
    .name = "vnf_lcm_op_occ",
    .doc = "One operation on a VNF instance.",
    TABLE(struct vnf_lcm_op_occ, vnf_lcm_op_occ_attrs),
};

/* ---- creation and deletion ------------------------------------------------------------ */

static struct err *
usage_set(struct tx *tx, const char *package_id, const char *state)
{
    struct vnf_package *old, *package;

    TRY(row_get(tx, &vnf_package_table, package_id, &old));
    package = row_copy(tx_mem(tx), old);
    package->usage_state = state;
    return row_update(tx, old, package);
}

struct err *
vnf_instance_fill(struct tx *tx, struct vnf_instance *instance)
{
    struct vnf_package *package = NULL;

    TRY(vnf_package_find(tx, instance->project_id, instance->vnfd_id, &package));
    if (!str_eq(package->operational_state, "ENABLED")) {
        return err_new(E_UNPROCESSABLE, NULL, "VNF package %s is DISABLED", package->id);
    }
    instance->package_id = package->id;
    instance->vnf_provider = package->vnf_provider;
    instance->vnf_product_name = package->vnf_product_name;
    instance->vnf_software_version = package->vnf_software_version;
    instance->vnfd_version = package->vnfd_version;
    TRY(vnf_info_begin(tx, instance));
    return usage_set(tx, package->id, "IN_USE");
}

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct vnf_instance *instance = row;

    TRY(owner_set(op, &instance->project_id));
    return vnf_instance_fill(tx, instance);
}

struct err *
vnf_package_taken(struct tx *tx, const char *package_id)
{
    return usage_set(tx, package_id, "IN_USE");
}

struct err *
vnf_package_used(struct tx *tx, const char *package_id)
{
    struct cond of_package[] = {COND("package_id", package_id), {0}};
    struct cond leading[] = {COND("package_after", package_id),
                             {.attr = "operation_state", .texts = lcm_open_states},
                             {0}};
    struct query instances = {.table = &vnf_instance_table, .conds = of_package};
    struct query changes = {.table = &vnf_lcm_op_occ_table, .conds = leading};
    int64_t n, n_changes;

    TRY(rows_count(tx, &instances, &n));
    TRY(rows_count(tx, &changes, &n_changes));
    return usage_set(tx, package_id, n + n_changes > 0 ? "IN_USE" : "NOT_IN_USE");
}

struct err *
vnf_instance_gone(struct tx *tx, const struct vnf_instance *instance)
{
    return vnf_package_used(tx, instance->package_id);
}

static struct err *
before_delete(struct tx *tx, struct op *op, const void *row)
{
    const struct vnf_instance *instance = row;

    (void)op;
    if (!str_eq(instance->instantiation_state, "NOT_INSTANTIATED")) {
        return err_new(E_CONFLICT, NULL, "VNF instance %s is INSTANTIATED: terminate it first",
                       instance->id);
    }
    if (instance->ns_instance_id) {
        return err_new(E_IN_USE, NULL, "VNF instance %s is part of NS instance %s", instance->id,
                       instance->ns_instance_id);
    }
    return vnf_operation_free(tx, instance->id);
}

static struct err *
after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)op;
    return vnf_instance_gone(tx, row);
}

const struct resource vnf_instance_resource = {
    .table = &vnf_instance_table,
    .singular = "vnf_instance",
    .plural = "vnf_instances",
    .doc = "VNF instances (SOL003 clause 5).",
    .flags = RESOURCE_NO_UPDATE | RESOURCE_REVISION,
    .rule_create = "writer",
    .hooks = {.before_create = before_create,
              .before_delete = before_delete,
              .after_delete = after_delete},
};

/* ---- instantiatedVnfInfo ----------------------------------------------------------------- */

static void
handle_write(struct jw *w, const char *key, const char *site, const char *id, const char *type)
{
    jw_object(w, key);
    jw_str(w, "vimConnectionId", site);
    jw_str(w, "resourceId", id);
    jw_str(w, "vimLevelResourceType", type);
    jw_end(w);
}

void
protocol_write(struct jw *w, const char *key, const char *mac_address, const struct strs *ips,
               const char *addresses)
{
    jw_array(w, key);
    jw_object(w, NULL);
    jw_str(w, "layerProtocol", "IP_OVER_ETHERNET");
    jw_object(w, "ipOverEthernet");
    if (mac_address) {
        jw_str(w, "macAddress", mac_address);
    }
    jw_array(w, "ipAddresses");
    for (size_t i = 0; i < ips->n; i++) {
        jw_object(w, NULL);
        jw_str(w, "type", strchr(ips->items[i], ':') ? "IPV6" : "IPV4");
        jw_array(w, addresses);
        jw_str(w, NULL, ips->items[i]);
        jw_end(w);
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
    jw_end(w);
    jw_end(w);
}

static void
port_protocol_write(struct jw *w, const struct made_port *port)
{
    protocol_write(w, "cpProtocolInfo", port->mac_address, &port->ips, "addresses");
}

/* Which configuration of its connection point a port has: as the request named it, else
 * by the port. */
static const char *
config_of(const struct made_port *port)
{
    return str_or(port->config, port->port_id);
}

/* Connection points have the ids of their ports: they live and die together. */
static void
ext_cp_write(struct jw *w, const struct made_port *port)
{
    jw_object(w, NULL);
    jw_str(w, "id", port->port_id);
    jw_str(w, "cpdId", port->ext_cpd);
    jw_str(w, "cpConfigId", config_of(port));
    port_protocol_write(w, port);
    jw_str(w, "extLinkPortId", port->port_id);
    jw_str(w, "associatedVnfcCpId", port->port_id);
    jw_end(w);
}

static void
vnfc_write(struct jw *w, const struct vnf_made *made, const struct made_vnfc *vnfc)
{
    jw_object(w, NULL);
    jw_str(w, "id", vnfc->server_id);
    jw_str(w, "vduId", vnfc->vdu);
    handle_write(w, "computeResource", made->site, vnfc->server_id, "OS::Nova::Server");
    jw_array(w, "vnfcCpInfo");
    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const struct made_port *port = vnfc->ports.items[i];

        jw_object(w, NULL);
        jw_str(w, "id", port->port_id);
        jw_str(w, "cpdId", port->cpd);
        if (port->ext_cpd) {
            jw_str(w, "vnfExtCpId", port->port_id);
        }
        port_protocol_write(w, port);
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
}

/* The ports that lead outside. */
static struct rows
ext_ports_of(struct mem *mem, const struct vnf_made *made)
{
    VEC(void *) ports = {0};

    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            const struct made_port *port = vnfc->ports.items[j];

            if (port->ext_cpd) {
                vec_add(mem, &ports, vnfc->ports.items[j]);
            }
        }
    }
    return (struct rows){.n = ports.n, .items = ports.items};
}

/* CpProtocolData, as a request for what the port has would say it. */
static void
config_write(struct jw *w, const struct made_port *port)
{
    jw_object(w, config_of(port));
    if (port->given) {
        jw_str(w, "linkPortId", port->port_id);
        jw_end(w);
        return;
    }
    protocol_write(w, "cpProtocolData", port->mac_address, &port->ips, "fixedAddresses");
    jw_end(w);
}

/* Is there no port before 'i' on the same link, and of the same connection point where
 * 'cpd' is asked too? */
static bool
is_first(const struct rows *ports, size_t i, bool cpd)
{
    const struct made_port *port = ports->items[i];

    for (size_t j = 0; j < i; j++) {
        const struct made_port *before = ports->items[j];

        if (str_eq(before->link, port->link) && (!cpd || str_eq(before->ext_cpd, port->ext_cpd))) {
            return false;
        }
    }
    return true;
}

/* currentVnfExtCpData of one link. */
static void
ext_cp_data_write(struct jw *w, const struct rows *ports, const char *link)
{
    jw_array(w, "currentVnfExtCpData");
    for (size_t i = 0; i < ports->n; i++) {
        const struct made_port *port = ports->items[i];

        if (!str_eq(port->link, link) || !is_first(ports, i, true)) {
            continue;
        }
        jw_object(w, NULL);
        jw_str(w, "cpdId", port->ext_cpd);
        jw_object(w, "cpConfig");
        for (size_t j = i; j < ports->n; j++) {
            const struct made_port *other = ports->items[j];

            if (str_eq(other->link, link) && str_eq(other->ext_cpd, port->ext_cpd)) {
                config_write(w, other);
            }
        }
        jw_end(w);
        jw_end(w);
    }
    jw_end(w);
}

/* ExtVirtualLinkInfo (SOL003 5.5.3.2). */
static void
ext_link_write(struct jw *w, const struct vnf_made *made, const struct rows *ports,
               const struct made_port *first)
{
    jw_object(w, NULL);
    jw_str(w, "id", first->link);
    handle_write(w, "resourceHandle", made->site, first->network_id, "OS::Neutron::Net");
    jw_array(w, "extLinkPorts");
    for (size_t i = 0; i < ports->n; i++) {
        const struct made_port *port = ports->items[i];

        if (str_eq(port->link, first->link)) {
            jw_object(w, NULL);
            jw_str(w, "id", port->port_id);
            handle_write(w, "resourceHandle", made->site, port->port_id, "OS::Neutron::Port");
            jw_str(w, "cpInstanceId", port->port_id);
            jw_end(w);
        }
    }
    jw_end(w);
    ext_cp_data_write(w, ports, first->link);
    jw_end(w);
}

static void
ext_links_write(struct jw *w, const struct vnf_made *made, const struct rows *ports)
{
    jw_array(w, "extVirtualLinkInfo");
    for (size_t i = 0; i < ports->n; i++) {
        if (is_first(ports, i, false)) {
            ext_link_write(w, made, ports, ports->items[i]);
        }
    }
    jw_end(w);
}

/* VnfVirtualLinkResourceInfo, or ExtManagedVirtualLinkInfo (SOL003 5.5.3.5, 5.5.3.3). */
static void
links_write(struct jw *w, const char *key, const struct vnf_made *made, bool managed)
{
    jw_array(w, key);
    for (size_t i = 0; i < made->links.n; i++) {
        const struct made_link *link = made->links.items[i];

        if ((link->managed != NULL) == managed) {
            jw_object(w, NULL);
            jw_str(w, "id", managed ? link->managed : link->network_id);
            jw_str(w, "vnfVirtualLinkDescId", link->name);
            handle_write(w, "networkResource", made->site, link->network_id, "OS::Neutron::Net");
            jw_end(w);
        }
    }
    jw_end(w);
}

static bool
has_managed(const struct vnf_made *made)
{
    for (size_t i = 0; i < made->links.n; i++) {
        if (((const struct made_link *)made->links.items[i])->managed) {
            return true;
        }
    }
    return false;
}

/* ScaleInfo of every aspect (SOL003 4.4.1.4): where it is, or the highest that it may be. */
static void
scales_write(struct jw *w, const char *key, const struct vnf_made *made, bool max)
{
    if (made->scales.n == 0) {
        return;
    }
    jw_array(w, key);
    for (size_t i = 0; i < made->scales.n; i++) {
        const struct vnf_scale *scale = made->scales.items[i];

        jw_object(w, NULL);
        jw_str(w, "aspectId", scale->aspect);
        jw_int(w, "scaleLevel", max ? scale->max : scale->level);
        jw_end(w);
    }
    jw_end(w);
}

static struct err *
info_of(struct mem *mem, const struct vnf_made *made, const char *state, const struct json **info)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct rows ports = ext_ports_of(mem, made);

    jw_object(&w, NULL);
    jw_str(&w, "flavourId", made->flavour_id);
    jw_str(&w, "vnfState", state);
    scales_write(&w, "scaleStatus", made, false);
    scales_write(&w, "maxScaleLevels", made, true);
    jw_array(&w, "extCpInfo");
    for (size_t i = 0; i < ports.n; i++) {
        ext_cp_write(&w, ports.items[i]);
    }
    jw_end(&w);
    if (ports.n) {
        ext_links_write(&w, made, &ports);
    }
    jw_array(&w, "vnfcResourceInfo");
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        if (vnfc->server_id) {
            vnfc_write(&w, made, vnfc);
        }
    }
    jw_end(&w);
    links_write(&w, "vnfVirtualLinkResourceInfo", made, false);
    if (has_managed(made)) {
        links_write(&w, "extManagedVirtualLinkInfo", made, true);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, info);
}

struct err *
vim_connection_of(struct tx *tx, const char *site_id, const struct json **vim)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);
    struct site *site;

    TRY(row_get(tx, &site_table, site_id, &site));
    jw_object(&w, NULL);
    jw_object(&w, site->id);
    jw_str(&w, "vimId", site->id);
    jw_str(&w, "vimType", "ETSINFV.OPENSTACK_KEYSTONE.V_3");
    jw_object(&w, "interfaceInfo");
    jw_str(&w, "endpoint", site->auth_url);
    jw_end(&w);
    jw_object(&w, "extra");
    jw_str(&w, "site", site->name);
    jw_str(&w, "project", site->project_name);
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    return json_parse(tx_mem(tx), text.data, text.len, vim);
}

/* ---- the step that keeps it ------------------------------------------------------------------ */

struct err *
vnf_instance_keep(struct tx *tx, const struct vnf_made *made, const char *state)
{
    const char *text = row_to_json(tx_mem(tx), made, false);
    struct vnf_instance *old, *instance;

    TRY(row_get(tx, &vnf_instance_table, made->vnf_instance_id, &old));
    instance = row_copy(tx_mem(tx), old);
    TRY(json_parse(tx_mem(tx), text, strlen(text), &instance->made));
    instance->instantiation_state = "INSTANTIATED";
    instance->site_id = made->site;
    TRY(info_of(tx_mem(tx), made, state, &instance->instantiated_info));
    if (made->site) {
        TRY(vim_connection_of(tx, made->site, &instance->vim_connection_info));
    }
    return row_update(tx, old, instance);
}

struct err *
vnf_instance_made(struct tx *tx, const char *id, struct vnf_made *made)
{
    struct vnf_instance *instance;

    TRY(row_get(tx, &vnf_instance_table, id, &instance));
    if (!instance->made) {
        return err_new(E_CONFLICT, NULL,
                       "VNF instance %s was instantiated by an earlier version, which did not keep "
                       "what scaling needs: terminate it and instantiate it again",
                       id);
    }
    return row_from_json(tx_mem(tx), &vnf_made_table, instance->made, made);
}

static struct err *
made_local(struct tx *tx, const void *in, void *out)
{
    return vnf_instance_made(tx, ((const struct owner *)in)->owner_id, out);
}

const struct step_kind vnf_made_read = {
    .name = "vnf made",
    .doc = "Reads what the instance consists of.",
    .effect = FLOW_READ,
    .in = &owner_table,
    .out = &vnf_made_table,
    .local = made_local,
};

static struct err *
keep_local(struct tx *tx, const void *in, void *out)
{
    (void)out;
    return vnf_instance_keep(tx, in, "STARTED");
}

static struct err *
keep_undo(struct tx *tx, const void *in, const void *out)
{
    const struct vnf_made *made = in;
    struct vnf_instance *old, *instance;

    (void)out;
    TRY(row_get(tx, &vnf_instance_table, made->vnf_instance_id, &old));
    instance = row_copy(tx_mem(tx), old);
    instance->instantiation_state = "NOT_INSTANTIATED";
    instance->site_id = NULL;
    instance->instantiated_info = instance->made = NULL;
    instance->vim_connection_info = NULL;
    return row_update(tx, old, instance);
}

const struct step_kind vnf_keep = {
    .name = "vnf keep",
    .doc = "The instance is INSTANTIATED and tells what it consists of.",
    .effect = FLOW_LOCAL,
    .in = &vnf_made_table,
    .local = keep_local,
    .undo_local = keep_undo,
};

/* ---- the step that keeps what a scaling made of it ------------------------------------------- */

static struct err *
scaled_local(struct tx *tx, const void *in, void *out)
{
    const struct vnf_scaled *scaled = in;
    const struct vnf_made *made = scaled->made.items[0];

    TRY(vnf_instance_made(tx, made->vnf_instance_id, out));
    TRY(held_drop(tx, made->vnf_instance_id, &scaled->removed));
    TRY(held_insert(tx, made->vnf_instance_id, made->project_id, &scaled->added));
    return vnf_instance_keep(tx, made, "STARTED");
}

/* Only what adds is taken back. */
static struct err *
scaled_undo(struct tx *tx, const void *in, const void *out)
{
    const struct vnf_scaled *scaled = in;
    const struct vnf_made *before = out;

    TRY(held_drop(tx, before->vnf_instance_id, &scaled->added));
    return vnf_instance_keep(tx, before, "STARTED");
}

const struct step_kind vnf_scaled = {
    .name = "vnf scaled",
    .doc = "The instance tells what it consists of now.",
    .effect = FLOW_LOCAL,
    .in = &vnf_scaled_table,
    .out = &vnf_made_table,
    .local = scaled_local,
    .undo_local = scaled_undo,
};
