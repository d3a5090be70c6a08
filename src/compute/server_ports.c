/* A server's ports: made or taken over when it is created, given back when it
 * goes, and shown as its addresses. */
#include "compute/words.h"

#include "base/net.h"
#include "base/vec.h"

#define OWNER "compute:nova"
#define PORTS_MAX 32

/* ---- what was asked for ------------------------------------------------------------------ */

struct want {
    const char *network_id, *port_id, *fixed_ip;
};

struct wants {
    struct want items[PORTS_MAX];
    size_t n;
};

/* What is not there about a wanted port is the request's fault. */
static struct err *
as_request_fault(struct err *e)
{
    struct err *told;

    if (!err_is(e, E_NOT_FOUND)) {
        return e;
    }
    told = err_new(E_INVALID, NULL, "%s", e->message);
    err_free(e);
    return told;
}

/* The only network the project can use. */
static struct err *
wants_auto(struct tx *tx, const struct server *server, bool needed, struct wants *wants)
{
    struct strs networks;

    TRY(sql_column(tx,
                   "select id from network where (project_id = ? or shared = 1) and "
                   "router_external = 0 and exists (select 1 from subnet s where s.network_id = "
                   "network.id) limit 2", SQL_ARGS(server->project_id), &networks));
    if (networks.n > 1) {
        return err_new(E_CONFLICT, NULL,
                       "Multiple possible networks found, use a Network ID to be more specific.");
    }
    if (networks.n == 0) {
        return needed ? err_new(E_INVALID, NULL,
                                "Unable to automatically allocate a network for project %s",
                                server->project_id)
                      : NULL;
    }
    wants->items[wants->n++].network_id = networks.items[0];
    return NULL;
}

static struct err *
wants_list(const struct json *list, struct wants *wants)
{
    if (list->n > PORTS_MAX) {
        return err_new(E_INVALID, NULL, "More than %d networks requested.", PORTS_MAX);
    }
    json_each (list, i) {
        const struct json *item = list->items[i];
        struct want *want = &wants->items[wants->n++];
        struct ip ip;

        want->network_id = json_get_str(item, "uuid");
        want->port_id = json_get_str(item, "port");
        want->fixed_ip = json_get_str(item, "fixed_ip");
        if (!want->network_id && !want->port_id) {
            return err_new(E_INVALID, NULL,
                           "Bad networks format: each of them has a 'uuid' or a 'port'.");
        }
        if (want->fixed_ip && !ip_parse(want->fixed_ip, &ip)) {
            return err_new(E_INVALID, NULL, "Invalid fixed IP address (%s)", want->fixed_ip);
        }
    }
    return NULL;
}

static struct err *
wants_read(struct tx *tx, const struct server *server, struct wants *wants)
{
    const char *mode = json_get_str(server->networks, "mode");

    wants->n = 0;
    if (!server->networks) {
        return wants_auto(tx, server, false, wants);
    }
    if (str_eq(mode, "none")) {
        return NULL;
    }
    if (str_eq(mode, "auto")) {
        return wants_auto(tx, server, true, wants);
    }
    if (!json_is(server->networks, JSON_T_ARRAY)) {
        return err_new(E_INVALID, NULL,
                       "Invalid input for field/attribute networks: it is 'auto', 'none' or a "
                       "list.");
    }
    return wants_list(server->networks, wants);
}

/* [{"name": name or id}] -> ids. */
static struct err *
groups_read(struct tx *tx, const struct server *server, struct strs *groups)
{
    size_t n = server->security_groups ? server->security_groups->n : 0;

    *groups = (struct strs){.n = 0, .items = MEM_ARRAY(tx_mem(tx), n, const char *)};
    for (size_t i = 0; i < n; i++) {
        const char *name = json_get_str(server->security_groups->items[i], "name");
        struct security_group *group;
        struct strs found;

        if (str_eq(name, "default")) {
            TRY(security_group_default(tx, server->project_id, &group));
        }
        TRY(sql_column(tx,
                       "select id from security_group where project_id = ? and (name = ? or id = "
                       "?) limit 2", SQL_ARGS(server->project_id, str_or(name, ""),
                                              str_or(name, "")), &found));
        if (found.n != 1) {
            return err_new(found.n ? E_CONFLICT : E_INVALID, NULL,
                           found.n ? "Multiple security groups found matching '%s'. Use an ID to "
                                     "be more specific."
                                   : "Unable to find security_group with name or id '%s'",
                           str_or(name, ""));
        }
        groups->items[groups->n++] = found.items[0];
    }
    return NULL;
}

/* ---- plugging ------------------------------------------------------------------------------- */

static void
fixed_ip_set(struct mem *mem, struct port *port, const char *address)
{
    struct fixed_ip *ip = row_new(mem, &fixed_ip_table);

    ip->ip_address = address;
    port->fixed_ips = (struct rows){.n = 1, .items = MEM_NEW(mem, void *)};
    port->fixed_ips.items[0] = ip;
    row_give(&port->row, "fixed_ips");
}

static struct err *
port_make(struct tx *tx, const struct op *op, const struct server *server, const struct want *want,
          size_t index, const struct strs *groups)
{
    struct network_service *network = compute_of(op)->network;
    struct op inner = network_op(op, &port_resource, network);
    struct port *port = row_new(tx_mem(tx), &port_table);
    void *made;

    port->project_id = server->project_id;
    port->network_id = want->network_id;
    port->device_id = server->id;
    port->device_owner = OWNER;
    port->binding_host_id = network->host;
    port->server_id = server->id;
    port->server_index = (int64_t)index;
    port->made_for_server = true;
    if (want->fixed_ip) {
        fixed_ip_set(tx_mem(tx), port, want->fixed_ip);
    }
    if (server->security_groups) {
        port->security_groups = *groups;
        row_give(&port->row, "security_groups");
    }
    return as_request_fault(resource_create(tx, &inner, port, &made));
}

struct err *
server_ports_plug(struct tx *tx, const struct op *op, const struct server *server)
{
    struct wants *wants = MEM_NEW(tx_mem(tx), struct wants);
    struct strs groups;

    TRY(wants_read(tx, server, wants));
    TRY(groups_read(tx, server, &groups));
    for (size_t i = 0; i < wants->n; i++) {
        struct port_plug plug = {
            .server_id = server->id, .device_owner = OWNER, .index = (int64_t)i};

        if (wants->items[i].port_id) {
            TRY(as_request_fault(port_plug(tx, op, compute_of(op)->network,
                                           wants->items[i].port_id, &plug)));
        } else {
            TRY(port_make(tx, op, server, &wants->items[i], i, &groups));
        }
    }
    return NULL;
}

/* ---- giving back ------------------------------------------------------------------------------ */

/* A port that a chain needs stays, unplugged: the chain drops instead of being forgotten. */
static struct err *
port_give(struct tx *tx, const struct op *op, const char *id)
{
    struct network_service *network = compute_of(op)->network;
    struct op inner = network_op(op, &port_resource, network);
    struct port *port;
    bool used;

    TRY(row_get(tx, &port_table, id, &port));
    TRY(sql_exists(tx,
                   "select 1 from port_pair where ingress_port_id = ? or egress_port_id = ? union "
                   "all select 1 from flow_classifier where source_port_id = ? or "
                   "destination_port_id = ?", SQL_ARGS(id, id, id, id), &used));
    if (!used && port->made_for_server) {
        return resource_delete(tx, &inner, id);
    }
    return port_plug(tx, op, network, id, NULL);
}

struct err *
server_ports_drop(struct tx *tx, const struct op *op, const struct server *server)
{
    struct caller internal = *op->caller;
    struct op inner = *op;
    struct strs ids;

    internal.is_internal = true;
    inner.caller = &internal;
    TRY(sql_column(tx, "select id from port where server_id = ?", SQL_ARGS(server->id), &ids));
    for (size_t i = 0; i < ids.n; i++) {
        TRY(port_give(tx, &inner, ids.items[i]));
    }
    return NULL;
}

/* ---- one more, one less --------------------------------------------------------------------- */

static struct err *
index_next(struct tx *tx, const char *server_id, int64_t *index)
{
    struct cond of_server[] = {COND("server_id", server_id), {.attr = NULL}};
    struct rows ports;

    *index = 0;
    TRY(rows_select(tx, &(struct query){.table = &port_table, .conds = of_server}, &ports));
    for (size_t i = 0; i < ports.n; i++) {
        const struct port *port = ports.items[i];

        *index = port->server_index >= *index ? port->server_index + 1 : *index;
    }
    return ports.n < PORTS_MAX ? NULL
                               : err_new(E_INVALID, NULL, "Server %s has %d ports already.",
                                         server_id, PORTS_MAX);
}

static struct err *
changeable(const struct server *server)
{
    if (str_eq(server->vm_state, "active") || str_eq(server->vm_state, "stopped")) {
        return NULL;
    }
    return err_new(E_CONFLICT, NULL, "Cannot change the ports of instance %s while it is in "
                   "vm_state %s", server->id, server->vm_state);
}

struct err *
server_port_attach(struct tx *tx, const struct op *op, const struct server *server,
                   const char *port_id)
{
    struct port_plug plug = {.server_id = server->id, .device_owner = OWNER};
    struct cond attached[] = {COND("id", port_id), COND("server_id", server->id), {.attr = NULL}};
    struct port *port;

    TRY(changeable(server));
    TRY(row_find(tx, &port_table, attached, &port));
    if (port) {
        return err_new(E_INVALID, NULL, "Port %s is still in use.", port_id);
    }
    TRY(index_next(tx, server->id, &plug.index));
    return as_request_fault(port_plug(tx, op, compute_of(op)->network, port_id, &plug));
}

struct err *
server_port_detach(struct tx *tx, const struct op *op, const struct server *server,
                   const char *port_id)
{
    struct caller internal = *op->caller;
    struct op inner = *op;
    struct cond attached[] = {COND("id", port_id), COND("server_id", server->id), {.attr = NULL}};
    struct port *port;

    internal.is_internal = true;
    inner.caller = &internal;
    TRY(changeable(server));
    TRY(row_find(tx, &port_table, attached, &port));
    return port ? port_give(tx, &inner, port_id)
                : err_new(E_NOT_FOUND, NULL, "Instance %s does not have a port with id %s",
                          server->id, port_id);
}

/* ---- showing ------------------------------------------------------------------------------------ */

struct address {
    const char *network, *ip, *mac;
};

struct shown {
    struct server *server;
    VEC(struct address) addresses;
    VEC(const char *) groups;
};

struct show {
    struct mem *mem;
    struct map by_id; /* server id -> struct shown */
};

static struct err *
note_address(void *arg, int n, const char *const *columns)
{
    struct show *show = arg;
    struct shown *shown = map_get(&show->by_id, columns[0]);
    struct address address = {.network = mem_str(show->mem, columns[1]),
                              .ip = mem_str(show->mem, columns[2]),
                              .mac = mem_str(show->mem, columns[3])};

    (void)n;
    if (shown) {
        vec_add(show->mem, &shown->addresses, address);
    }
    return NULL;
}

static struct err *
note_group(void *arg, int n, const char *const *columns)
{
    struct show *show = arg;
    struct shown *shown = map_get(&show->by_id, columns[0]);

    (void)n;
    if (shown) {
        vec_add(show->mem, &shown->groups, mem_str(show->mem, columns[1]));
    }
    return NULL;
}

static bool
first_of_network(const struct shown *shown, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (str_eq(shown->addresses.items[i].network, shown->addresses.items[at].network)) {
            return false;
        }
    }
    return true;
}

static void
write_address(struct jw *w, const struct address *address)
{
    struct ip ip;

    jw_object(w, NULL);
    jw_int(w, "version", ip_parse(address->ip, &ip) && ip_is_v4(&ip) ? 4 : 6);
    jw_str(w, "addr", address->ip);
    jw_str(w, "OS-EXT-IPS:type", "fixed");
    jw_str(w, "OS-EXT-IPS-MAC:mac_addr", address->mac);
    jw_end(w);
}

static struct err *
addresses_make(struct mem *mem, struct shown *shown)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    for (size_t i = 0; i < shown->addresses.n; i++) {
        if (!first_of_network(shown, i)) {
            continue;
        }
        jw_array(&w, shown->addresses.items[i].network);
        for (size_t k = i; k < shown->addresses.n; k++) {
            if (str_eq(shown->addresses.items[k].network, shown->addresses.items[i].network)) {
                write_address(&w, &shown->addresses.items[k]);
            }
        }
        jw_end(&w);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, &shown->server->addresses);
}

static struct err *
groups_make(struct mem *mem, struct shown *shown)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_array(&w, NULL);
    for (size_t i = 0; i < shown->groups.n; i++) {
        jw_object(&w, NULL);
        jw_str(&w, "name", shown->groups.items[i]);
        jw_end(&w);
    }
    jw_end(&w);
    return json_parse(mem, text.data, text.len, &shown->server->security_groups);
}

struct err *
server_ports_show(struct tx *tx, void **rows, size_t n)
{
    const char **args = MEM_ARRAY(tx_mem(tx), n + 1, const char *);
    struct show show = {.mem = tx_mem(tx)};
    AUTO_BUF marks = BUF_INIT;

    map_init(&show.by_id, tx_mem(tx));
    for (size_t i = 0; i < n; i++) {
        struct shown *shown = MEM_NEW(tx_mem(tx), struct shown);

        shown->server = rows[i];
        args[i] = shown->server->id;
        map_set(&show.by_id, args[i], shown);
        buf_str(&marks, i ? ", ?" : "?");
    }
    if (n == 0) {
        return NULL;
    }
    TRY(tx_sql(tx,
               mem_printf(tx_mem(tx), "select p.server_id, n.name, f.ip_address, p.mac_address "
                          "from port p join network n on n.id = p.network_id join fixed_ip f on "
                          "f.port_id = p.id where p.server_id in (%s) order by p.server_index, "
                          "f._pos", marks.data), args, note_address, &show));
    TRY(tx_sql(tx,
               mem_printf(tx_mem(tx), "select distinct p.server_id, g.name from port p join "
                          "port_security_groups s on s.owner = p.id join security_group g on g.id "
                          "= s.target where p.server_id in (%s) order by g.name", marks.data),
               args, note_group, &show));
    map_each (&show.by_id, entry) {
        TRY(addresses_make(tx_mem(tx), entry->value));
        TRY(groups_make(tx_mem(tx), entry->value));
    }
    return NULL;
}
