/* Ports: a link-layer address and IP addresses that are nobody else's, the
 * security that goes with them, and what is plugged in. */
#include "network/words.h"

#include "base/vec.h"

/* ---- rights ---------------------------------------------------------------------- */

/* What only the network's owner may choose (Neutron API: default policies of create_port:*). */
static const char *const owner_attrs[] = {"mac_address", "port_security_enabled",
                                          "allowed_address_pairs", NULL};

static bool
names_addresses(const struct port *port)
{
    for (size_t i = 0; i < port->fixed_ips.n; i++) {
        const struct fixed_ip *ip = port->fixed_ips.items[i];

        if (ip->ip_address) {
            return true;
        }
    }
    return false;
}

static struct err *
not_allowed(const char *verb, const char *attr)
{
    return err_new(E_FORBIDDEN, "PolicyNotAuthorized", "rule:%s_port:%s is disallowed by policy",
                   verb, attr);
}

static struct err *
rights_check(const struct op *op, const struct network *network, const struct port *port,
             const char *verb)
{
    if (caller_owns(op, network->project_id)) {
        return NULL;
    }
    for (const char *const *attr = owner_attrs; *attr; attr++) {
        if (row_given(&port->row, *attr)) {
            return not_allowed(verb, *attr);
        }
    }
    if (row_given(&port->row, "fixed_ips") && names_addresses(port)) {
        return not_allowed(verb, "fixed_ips:ip_address");
    }
    if (row_given(&port->row, "device_owner") && str_starts(str_or(port->device_owner, ""),
                                                            "network:")) {
        return not_allowed(verb, "device_owner");
    }
    return NULL;
}

/* ---- the link-layer address ------------------------------------------------------ */

struct err *
mac_check_free(struct tx *tx, const char *network_id, const char *mac)
{
    bool taken;

    TRY(sql_exists(tx,
                   "select 1 from port where network_id = ? and mac_address = ? union all "
                   "select 1 from remote_port where network_id = ? and mac_address = ?",
                   SQL_ARGS(network_id, mac, network_id, mac), &taken));
    if (taken) {
        return err_new(E_EXISTS, "MacAddressInUse",
                       "Unable to complete operation for network %s. The mac address %s is in "
                       "use.", network_id, mac);
    }
    return NULL;
}

static struct err *
mac_settle(struct tx *tx, struct port *port)
{
    char text[MAC_TEXT_SIZE];
    struct mac mac;

    for (int tries = 0; !port->mac_address && tries < 16; tries++) {
        const char *candidate;
        struct err *e;

        mac = mac_random();
        candidate = mem_str(tx_mem(tx), mac_text(text, &mac));
        e = mac_check_free(tx, port->network_id, candidate);
        if (!e) {
            port->mac_address = candidate;
            return NULL;
        }
        if (!err_is(e, E_EXISTS)) {
            return e;
        }
        err_ignore(e, "another one is drawn");
    }
    if (!port->mac_address) {
        return err_new(E_UNAVAILABLE, "NetworkMacAddressGenerationFailure",
                       "Unable to generate unique mac on network %s.", port->network_id);
    }
    if (!mac_parse(port->mac_address, &mac) || (mac.b[0] & 1)) {
        return INVALID_INPUT("%s is not a unicast MAC address.", port->mac_address);
    }
    return mac_check_free(tx, port->network_id, port->mac_address);
}

/* ---- addresses ------------------------------------------------------------------- */

static struct err *
addresses_settle(struct tx *tx, const struct op *op, struct port *port, const struct rows *own)
{
    struct ipam_request request = {
        .network_id = port->network_id,
        .mac = port->mac_address,
        .asked = &port->fixed_ips,
        .given = row_given(&port->row, "fixed_ips"),
        .own = own,
        .table = &fixed_ip_table,
    };
    struct rows got;

    TRY(ipam_take(tx, service_of(op), &request, &got));
    port->fixed_ips = got;
    return NULL;
}

/* ---- security ---------------------------------------------------------------------- */

static struct err *
groups_check(struct tx *tx, const struct op *op, const struct port *port)
{
    const char *project = str_or(port->project_id, "");

    for (size_t i = 0; i < port->security_groups.n; i++) {
        const char *id = port->security_groups.items[i];
        bool found;

        if (op->caller->is_admin || op->caller->is_internal) {
            TRY(sql_exists(tx, "select 1 from security_group where id = ?", SQL_ARGS(id), &found));
        } else {
            TRY(sql_exists(tx, "select 1 from security_group where id = ? and project_id = ?",
                           SQL_ARGS(id, project), &found));
        }
        if (!found) {
            return err_new(E_NOT_FOUND, "SecurityGroupNotFound",
                           "Security group %s does not exist", id);
        }
    }
    return NULL;
}

static struct err *
pairs_settle(struct port *port)
{
    for (size_t i = 0; i < port->allowed_address_pairs.n; i++) {
        struct address_pair *pair = port->allowed_address_pairs.items[i];

        if (!pair->mac_address) {
            pair->mac_address = port->mac_address;
        }
        for (size_t k = 0; k < i; k++) {
            const struct address_pair *other = port->allowed_address_pairs.items[k];

            if (str_eq(pair->mac_address, other->mac_address) &&
                str_eq(pair->ip_address, other->ip_address)) {
                return err_new(E_INVALID, "DuplicateAddressPairInRequest",
                               "Request contains duplicate address pair: mac_address %s "
                               "ip_address %s.", pair->mac_address, pair->ip_address);
            }
        }
    }
    return NULL;
}

static struct err *
pairs_need_security(void)
{
    return err_new(E_CONFLICT, "AddressPairAndPortSecurityRequired",
                   "Port Security must be enabled in order to have allowed address pairs on a "
                   "port.");
}

static struct err *
security_settle(struct tx *tx, const struct op *op, struct port *port,
                const struct network *network)
{
    struct security_group *group;

    if (!row_given(&port->row, "port_security_enabled")) {
        port->port_security_enabled = network->port_security_enabled;
    }
    TRY(pairs_settle(port));
    if (!port->port_security_enabled) {
        if (port->security_groups.n > 0) {
            return err_new(E_INVALID, "PortSecurityAndIPRequiredForSecurityGroups",
                           "Port security must be enabled and port must have an IP address in "
                           "order to use security groups.");
        }
        return port->allowed_address_pairs.n > 0 ? pairs_need_security() : NULL;
    }
    if (row_given(&port->row, "security_groups") ||
        str_starts(str_or(port->device_owner, ""), "network:")) {
        return groups_check(tx, op, port);
    }
    TRY(security_group_default(tx, str_or(port->project_id, ""), &group));
    port->security_groups = (struct strs){.n = 1, .items = MEM_NEW(tx_mem(tx), const char *)};
    port->security_groups.items[0] = group->id;
    return NULL;
}

static void
binding_settle(const struct op *op, struct port *port)
{
    port->bound_here = !str_empty(port->binding_host_id) &&
                       str_eq(port->binding_host_id, service_of(op)->host);
}

/* Addresses that 'was' had and 'port' has no more are free again. */
static void
addresses_give(const struct op *op, const struct port *was)
{
    if (service_of(op)) {
        ipam_give(service_of(op), &was->fixed_ips);
    }
}

/* ---- hooks ------------------------------------------------------------------------- */

static struct err *
before_create(struct tx *tx, struct op *op, void *row)
{
    struct port *port = row;
    struct network *network;

    TRY(network_look(tx, op, port->network_id, &network));
    TRY(rights_check(op, network, port, "create"));
    TRY(mac_settle(tx, port));
    TRY(addresses_settle(tx, op, port, NULL));
    TRY(security_settle(tx, op, port, network));
    binding_settle(op, port);
    port->status = "DOWN";
    return NULL;
}

static void
not_created(const struct op *op, void *const *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        addresses_give(op, rows[i]);
    }
}

/* A new MAC under a running server would cut it off (Neutron: PortBound). */
static struct err *
mac_change(struct tx *tx, const struct port *was, struct port *port)
{
    if (str_eq(port->mac_address, was->mac_address)) {
        return NULL;
    }
    if (was->bound_here && was->server_id) {
        return err_new(E_CONFLICT, "PortBound",
                       "Unable to complete operation on port %s, port is already bound, port "
                       "type: tap, old_mac %s, new_mac %s.", was->id, was->mac_address,
                       str_or(port->mac_address, "None"));
    }
    return mac_settle(tx, port);
}

static struct err *
security_change(struct tx *tx, const struct op *op, struct port *port)
{
    TRY(pairs_settle(port));
    if (!port->port_security_enabled) {
        if (port->security_groups.n > 0) {
            return err_new(E_CONFLICT, "PortSecurityPortHasSecurityGroup",
                           "Port has security group associated. Cannot disable port security or "
                           "IP address until security group is removed.");
        }
        return port->allowed_address_pairs.n > 0 ? pairs_need_security() : NULL;
    }
    return row_given(&port->row, "security_groups") ? groups_check(tx, op, port) : NULL;
}

static struct err *
before_update(struct tx *tx, struct op *op, const void *old, void *row)
{
    const struct port *was = old;
    struct port *port = row;
    struct network *network;

    TRY(row_get(tx, &network_table, port->network_id, &network));
    TRY(rights_check(op, network, port, "update"));
    TRY(mac_change(tx, was, port));
    if (row_given(&port->row, "fixed_ips")) {
        TRY(addresses_settle(tx, op, port, &was->fixed_ips));
        addresses_give(op, was);
    }
    TRY(security_change(tx, op, port));
    if (row_given(&port->row, "binding_host_id")) {
        binding_settle(op, port);
    }
    if (!port->bound_here || !port->server_id) {
        port->status = "DOWN";
        port->data_plane_status = NULL;
    }
    return NULL;
}

static struct err *
after_delete(struct tx *tx, struct op *op, const void *row)
{
    (void)tx;
    addresses_give(op, row);
    return NULL;
}

/* ---- what follows from the columns -------------------------------------------------- */

void
port_fill_vif_type(struct mem *mem, const struct attr *attr, void *row)
{
    struct port *port = row;

    (void)mem, (void)attr;
    if (str_empty(port->binding_host_id)) {
        port->binding_vif_type = "unbound";
    } else {
        port->binding_vif_type = port->bound_here ? "tap" : "binding_failed";
    }
}

void
port_fill_vif_details(struct mem *mem, const struct attr *attr, void *row)
{
    static const struct json yes = {.type = JSON_T_BOOL, .b = true};
    struct port *port = row;
    struct json *details = MEM_NEW(mem, struct json);

    (void)attr;
    details->type = JSON_T_OBJECT;
    if (port->bound_here) {
        details->n = 1;
        details->keys = MEM_NEW(mem, const char *);
        details->items = MEM_NEW(mem, const struct json *);
        details->keys[0] = "port_filter";
        details->items[0] = &yes;
    }
    port->binding_vif_details = details;
}

/* ---- for other services --------------------------------------------------------------- */

/* The columns of a port's place in a server. */
static void
plug_fill(struct port *port, const struct network_service *service, const struct port_plug *plug)
{
    port->device_id = plug ? plug->server_id : "";
    port->device_owner = plug ? plug->device_owner : "";
    port->binding_host_id = plug ? service->host : "";
    port->bound_here = plug != NULL;
    port->server_id = plug ? plug->server_id : NULL;
    port->server_index = plug ? plug->index : 0;
    port->status = "DOWN";
    port->data_plane_status = NULL;
}

struct err *
port_plug(struct tx *tx, const struct op *op, struct network_service *service, const char *port_id,
          const struct port_plug *plug)
{
    struct op inner = network_op(op, &port_resource, service);
    struct port *old, *port;
    void *row;

    TRY(resource_get(tx, &inner, port_id, &row));
    TRY(row_get(tx, &port_table, port_id, &old));
    if (plug && !str_empty(old->device_id) && !str_eq(old->device_id, plug->server_id)) {
        return err_new(E_CONFLICT, "PortInUse",
                       "Unable to complete operation on port %s for network %s. Port already has "
                       "an attached device %s.", old->id, old->network_id, old->device_id);
    }
    port = row_copy(tx_mem(tx), old);
    plug_fill(port, service, plug);
    return row_update(tx, old, port);
}

struct err *
port_set_status(struct tx *tx, const char *port_id, const char *status, const char *data_plane)
{
    struct port *old, *port;
    struct err *e = row_get(tx, &port_table, port_id, &old);

    if (err_is(e, E_NOT_FOUND)) {
        err_ignore(e, "the port went while its status came");
        return NULL;
    }
    TRY(e);
    port = row_copy(tx_mem(tx), old);
    port->status = mem_str(tx_mem(tx), status);
    port->data_plane_status = mem_str(tx_mem(tx), data_plane);
    return row_update(tx, old, port);
}

const struct resource port_resource = {
    .table = &port_table,
    .singular = "port",
    .plural = "ports",
    .doc = "Ports",
    .not_found = "PortNotFound",
    .in_use = "PortInUse",
    .quota = "port",
    .quota_defaults = network_quotas,
    .flags = RESOURCE_TAGS | RESOURCE_REVISION | RESOURCE_BULK | RESOURCE_AT_ONCE,
    .visible = "t.network_id in (select n.id from network n where n.project_id = :project_id)",
    .hooks = {.before_create = before_create,
              .not_created = not_created,
              .before_update = before_update,
              .after_delete = after_delete},
};
