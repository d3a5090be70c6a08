/* What stands below a server: its addresses, interfaces, security groups and
 * metadata. */
#include "faces/nova.h"

/* ---- addresses --------------------------------------------------------------------------- */

struct err *
nova_server_ips(struct tx *tx, struct rest_request *r)
{
    struct server *server;

    TRY(nova_server_look(tx, r, &server));
    jw_object(&r->w, NULL);
    jw_json(&r->w, "addresses", server->addresses);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_server_ips_of(struct tx *tx, struct rest_request *r)
{
    const char *network = rest_param(r, "network");
    struct server *server;

    TRY(nova_server_look(tx, r, &server));
    if (!json_get(server->addresses, network)) {
        return err_new(E_NOT_FOUND, NULL, "Instance is not a member of specified network");
    }
    jw_object(&r->w, NULL);
    jw_json(&r->w, network, json_get(server->addresses, network));
    jw_end(&r->w);
    return NULL;
}

/* ---- interfaces ------------------------------------------------------------------------------ */

static void
write_interface(struct rest_request *r, const char *key, const struct port *port)
{
    jw_object(&r->w, key);
    jw_str(&r->w, "port_id", port->id);
    jw_str(&r->w, "net_id", port->network_id);
    jw_str(&r->w, "mac_addr", port->mac_address);
    jw_str(&r->w, "port_state", port->status);
    if (r->op.version >= 270) {
        jw_null(&r->w, "tag");
    }
    jw_array(&r->w, "fixed_ips");
    for (size_t i = 0; i < port->fixed_ips.n; i++) {
        const struct fixed_ip *ip = port->fixed_ips.items[i];

        jw_object(&r->w, NULL);
        jw_str(&r->w, "subnet_id", ip->subnet_id);
        jw_str(&r->w, "ip_address", ip->ip_address);
        jw_end(&r->w);
    }
    jw_end(&r->w);
    jw_end(&r->w);
}

static struct err *
ports_of(struct tx *tx, struct rest_request *r, struct rows *ports)
{
    struct cond conds[] = {COND("server_id", r->id), {.attr = NULL}};
    struct sort sorts[] = {{.attr = "server_index"}, {.attr = NULL}};
    struct server *server;

    TRY(nova_server_look(tx, r, &server));
    return rows_select(tx, &(struct query){.table = &port_table, .conds = conds, .sorts = sorts},
                       ports);
}

struct err *
nova_server_interfaces(struct tx *tx, struct rest_request *r)
{
    struct rows ports;

    TRY(ports_of(tx, r, &ports));
    jw_object(&r->w, NULL);
    jw_array(&r->w, "interfaceAttachments");
    for (size_t i = 0; i < ports.n; i++) {
        write_interface(r, NULL, ports.items[i]);
    }
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_server_interface(struct tx *tx, struct rest_request *r)
{
    struct rows ports;

    TRY(ports_of(tx, r, &ports));
    for (size_t i = 0; i < ports.n; i++) {
        const struct port *port = ports.items[i];

        if (str_eq(port->id, rest_param(r, "port"))) {
            jw_object(&r->w, NULL);
            write_interface(r, "interfaceAttachment", port);
            jw_end(&r->w);
            return NULL;
        }
    }
    return err_new(E_NOT_FOUND, NULL, "Instance %s does not have a port with id %s", r->id,
                   rest_param(r, "port"));
}

/* {"interfaceAttachment": {"port_id": ID}}: ports are made by the network service. */
struct err *
nova_interface_attach(struct tx *tx, struct rest_request *r)
{
    const struct json *asked = json_get(r->body, "interfaceAttachment");
    const char *port_id = json_get_str(asked, "port_id");
    struct server *server;
    struct port *port;

    TRY(nova_server_look(tx, r, &server));
    if (!port_id || asked->n != 1) {
        return err_new(E_INVALID, NULL, "Invalid input for field/attribute interfaceAttachment: "
                       "it has a 'port_id', and nothing else is supported.");
    }
    TRY(server_port_attach(tx, &r->op, server, port_id));
    TRY(row_get(tx, &port_table, port_id, &port));
    jw_object(&r->w, NULL);
    write_interface(r, "interfaceAttachment", port);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_interface_detach(struct tx *tx, struct rest_request *r)
{
    struct server *server;

    TRY(nova_server_look(tx, r, &server));
    return server_port_detach(tx, &r->op, server, rest_param(r, "port"));
}

/* ---- security groups ---------------------------------------------------------------------------- */

static struct err *
write_group(void *arg, int n, const char *const *columns)
{
    struct rest_request *r = arg;

    (void)n;
    jw_object(&r->w, NULL);
    jw_str(&r->w, "id", columns[0]);
    jw_str(&r->w, "name", columns[1]);
    jw_str(&r->w, "description", columns[2]);
    jw_str(&r->w, "tenant_id", columns[3]);
    jw_array(&r->w, "rules");
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_server_groups(struct tx *tx, struct rest_request *r)
{
    struct server *server;

    TRY(nova_server_look(tx, r, &server));
    jw_object(&r->w, NULL);
    jw_array(&r->w, "security_groups");
    TRY(tx_sql(tx,
               "select distinct g.id, g.name, g.description, g.project_id from port p join "
               "port_security_groups s on s.owner = p.id join security_group g on g.id = s.target "
               "where p.server_id = ? order by g.name", SQL_ARGS(server->id), write_group, r));
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

/* ---- metadata -------------------------------------------------------------------------------------- */

static struct err *
write_metadata(struct rest_request *r, const struct json *metadata)
{
    jw_object(&r->w, NULL);
    jw_json(&r->w, "metadata", metadata);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_metadata_show(struct tx *tx, struct rest_request *r)
{
    struct server *server;

    TRY(nova_server_look(tx, r, &server));
    return write_metadata(r, server->metadata);
}

/* Checked as the table says, through an update of the server. */
static struct err *
metadata_set(struct tx *tx, struct rest_request *r, const struct json *metadata)
{
    const struct attr *attr = table_attr(&server_table, "metadata");
    struct server *old, *server;

    TRY(row_get(tx, &server_table, r->id, &old));
    server = row_copy(tx_mem(tx), old);
    TRY(attr_decode(tx_mem(tx), attr, metadata, "metadata", r->op.faults, &server->metadata));
    return row_update(tx, old, server);
}

static const struct json *
merged(struct mem *mem, const struct json *base, const struct json *more, const char *drop)
{
    struct json *out = MEM_NEW(mem, struct json);

    out->type = JSON_T_OBJECT;
    out->keys = MEM_ARRAY(mem, base->n + (more ? more->n : 0) + 1, const char *);
    out->items = MEM_ARRAY(mem, base->n + (more ? more->n : 0) + 1, const struct json *);
    json_each (base, i) {
        if (!json_get(more, base->keys[i]) && !str_eq(base->keys[i], drop)) {
            out->keys[out->n] = base->keys[i];
            out->items[out->n++] = base->items[i];
        }
    }
    json_each (more, i) {
        out->keys[out->n] = more->keys[i];
        out->items[out->n++] = more->items[i];
    }
    return out;
}

static struct err *
given_metadata(const struct rest_request *r, const struct json **given)
{
    *given = json_get(r->body, "metadata");
    return json_is(*given, JSON_T_OBJECT)
               ? NULL
               : err_new(E_INVALID, NULL, "Invalid input for field/attribute. 'metadata' is a "
                                          "required property");
}

struct err *
nova_metadata_replace(struct tx *tx, struct rest_request *r)
{
    const struct json *given;
    struct server *server;

    TRY(given_metadata(r, &given));
    TRY(nova_server_look(tx, r, &server));
    TRY(metadata_set(tx, r, given));
    return write_metadata(r, given);
}

struct err *
nova_metadata_merge(struct tx *tx, struct rest_request *r)
{
    const struct json *given, *both;
    struct server *server;

    TRY(given_metadata(r, &given));
    TRY(nova_server_look(tx, r, &server));
    both = merged(tx_mem(tx), server->metadata, given, NULL);
    TRY(metadata_set(tx, r, both));
    return write_metadata(r, both);
}

static struct err *
key_look(struct tx *tx, struct rest_request *r, struct server **server)
{
    TRY(nova_server_look(tx, r, server));
    if (!json_get((*server)->metadata, rest_param(r, "key"))) {
        return err_new(E_NOT_FOUND, NULL, "Metadata item was not found");
    }
    return NULL;
}

struct err *
nova_metadata_key(struct tx *tx, struct rest_request *r)
{
    struct server *server;

    TRY(key_look(tx, r, &server));
    jw_object(&r->w, NULL);
    jw_object(&r->w, "meta");
    jw_json(&r->w, rest_param(r, "key"), json_get(server->metadata, rest_param(r, "key")));
    jw_end(&r->w);
    jw_end(&r->w);
    return NULL;
}

struct err *
nova_metadata_delete(struct tx *tx, struct rest_request *r)
{
    struct server *server;

    TRY(key_look(tx, r, &server));
    return metadata_set(tx, r, merged(tx_mem(tx), server->metadata, NULL, rest_param(r, "key")));
}
