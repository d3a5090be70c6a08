/* Objects of a topology: rows as a site would send them, by short names. */
#include "topo.h"

#include "base/str.h"
#include "base/uuid.h"

#include <string.h>

/* ---- objects ---------------------------------------------------------------------------------------- */

const char *
topo_id(struct topo *topo, const char *name)
{
    return uuid_from(topo->mem, name);
}

static void *
object_new(struct site *site, enum desired_kind kind)
{
    void *object = row_new(site->topo->mem, desired_table(kind));

    row_defaults(site->topo->mem, object);
    vec_add(site->topo->mem, &site->objects, object);
    vec_add(site->topo->mem, &site->kinds, kind);
    return object;
}

static void
strs_add(struct mem *mem, struct strs *strs, const char *s)
{
    const char **items = MEM_ARRAY(mem, strs->n + 1, const char *);

    for (size_t i = 0; i < strs->n; i++) {
        items[i] = strs->items[i];
    }
    items[strs->n++] = s;
    strs->items = items;
}

static void *
rows_add(struct mem *mem, struct rows *rows, const struct table *table)
{
    void **items = MEM_ARRAY(mem, rows->n + 1, void *), *row = row_new(mem, table);

    for (size_t i = 0; i < rows->n; i++) {
        items[i] = rows->items[i];
    }
    row_defaults(mem, row);
    items[rows->n++] = row;
    rows->items = items;
    return row;
}

struct desired_network *
site_network(struct site *site, const char *name, int64_t vni)
{
    struct desired_network *network = object_new(site, DESIRED_network);

    network->id = topo_id(site->topo, name);
    network->project_id = PROJECT;
    network->vni = vni;
    network->mtu = 1450;
    return network;
}

static void
port_address(struct site *site, struct desired_port *port, const char *ip, int prefix_len)
{
    struct desired_address *address;

    if (ip) {
        address = rows_add(site->topo->mem, &port->addresses, &desired_address_table);
        address->ip = ip;
        address->prefix_len = prefix_len;
    }
}

struct desired_port *
site_port(struct site *site, const char *name, const char *network, const char *ip,
          const char *ip6)
{
    struct desired_port *port = object_new(site, DESIRED_port);
    uint64_t h = hash_bytes(name, strlen(name), 1);

    port->id = topo_id(site->topo, mem_printf(site->topo->mem, "port %s", name));
    port->network_id = topo_id(site->topo, network);
    port->project_id = PROJECT;
    port->mac = mem_printf(site->topo->mem, "fa:16:3e:%02x:%02x:%02x", (unsigned)(h & 255),
                           (unsigned)(h >> 8 & 255), (unsigned)(h >> 16 & 255));
    port->port_security = true;
    port->admin_state_up = true;
    port->ifname = "eth0";
    port_address(site, port, ip, 24);
    port_address(site, port, ip6, 64);
    return port;
}

static struct desired_port *
port_find(struct site *site, const char *id)
{
    vec_each (&site->objects, it) {
        if (((struct row *)*it)->table == &desired_port_table && str_eq(desired_id(*it), id)) {
            return *it;
        }
    }
    test_fail(__FILE__, __LINE__, "no port %s", id);
    test_end();
}

struct desired_server *
site_server(struct site *site, const char *name, const char *command, const char *const *ports)
{
    static const char *const sleeps[] = {"/bin/sleep", "100000"};
    struct mem *mem = site->topo->mem;
    struct desired_server *server = object_new(site, DESIRED_server);

    server->id = topo_id(site->topo, mem_printf(mem, "server %s", name));
    server->project_id = PROJECT;
    server->name = name;
    server->image_id = topo_id(site->topo, "image");
    server->vcpus = 1;
    server->memory_mb = 64;
    server->power = "running";
    if (command) {
        strs_add(mem, &server->command, "/bin/sh");
        strs_add(mem, &server->command, "-c");
        strs_add(mem, &server->command, command);
    } else {
        strs_add(mem, &server->command, sleeps[0]);
        strs_add(mem, &server->command, sleeps[1]);
    }
    for (size_t i = 0; ports[i]; i++) {
        struct desired_port *port =
            port_find(site, topo_id(site->topo, mem_printf(mem, "port %s", ports[i])));

        port->server_id = server->id;
        port->ifname = mem_printf(mem, "eth%zu", i);
        strs_add(mem, &server->ports, port->id);
    }
    return server;
}

struct desired_port *
site_node(struct site *site, const char *name, const char *network, const char *ip,
          const char *ip6)
{
    const char *const ports[] = {name, NULL};
    struct desired_port *port = site_port(site, name, network, ip, ip6);

    port->port_security = false;
    (void)site_server(site, name, NULL, ports);
    return port;
}

void
site_function(struct site *site, const char *name, const char *network)
{
    struct mem *mem = site->topo->mem;
    const char *const ports[] = {mem_printf(mem, "%s.in", name), mem_printf(mem, "%s.out", name),
                                 NULL};

    for (int i = 0; i < 2; i++) {
        struct desired_port *port = site_port(site, ports[i], network, NULL, NULL);

        port->port_security = false;
        port->function = true;
    }
    (void)site_server(site, name,
                      "brctl addbr br0 && brctl addif br0 eth0 && brctl addif br0 eth1 && "
                      "ip link set br0 up && echo bridged && exec sleep 100000",
                      ports);
}

struct desired_pair *
port_pair(struct site *site, struct desired_port *port)
{
    return rows_add(site->topo->mem, &port->allowed_pairs, &desired_pair_table);
}

struct desired_remote_port *
site_remote(struct site *site, const char *name, const char *network, const struct site *there,
            const struct desired_port *port, int64_t vni)
{
    struct desired_remote_port *remote = object_new(site, DESIRED_remote_port);

    (void)name;
    remote->id = port->id;
    remote->network_id = topo_id(site->topo, network);
    remote->mac = port->mac;
    remote->vtep = there->vtep;
    remote->vni = vni;
    for (size_t i = 0; i < port->addresses.n; i++) {
        strs_add(site->topo->mem, &remote->ips,
                 ((struct desired_address *)port->addresses.items[i])->ip);
    }
    return remote;
}

struct desired_security_group *
site_group(struct site *site, const char *name)
{
    struct desired_security_group *group = object_new(site, DESIRED_security_group);

    group->id = topo_id(site->topo, mem_printf(site->topo->mem, "group %s", name));
    return group;
}

struct desired_rule *
group_rule(struct site *site, struct desired_security_group *group, const char *direction,
           const char *ethertype, int64_t protocol, int64_t min, int64_t max)
{
    struct desired_rule *rule = rows_add(site->topo->mem, &group->rules, &desired_rule_table);

    rule->direction = direction;
    rule->ethertype = ethertype;
    rule->protocol = protocol < 0 ? INT_NULL : protocol;
    rule->port_min = min < 0 ? INT_NULL : min;
    rule->port_max = max < 0 ? INT_NULL : max;
    return rule;
}

void
group_member_add(struct site *site, struct desired_security_group *group, const char *ip)
{
    strs_add(site->topo->mem, &group->members, ip);
}

void
port_group(struct site *site, struct desired_port *port, const char *group)
{
    port->port_security = true;
    strs_add(site->topo->mem, &port->security_groups,
             topo_id(site->topo, mem_printf(site->topo->mem, "group %s", group)));
}

struct desired_chain *
site_chain(struct site *site, const char *name, const char *network)
{
    struct desired_chain *chain = object_new(site, DESIRED_chain);

    chain->id = topo_id(site->topo, mem_printf(site->topo->mem, "chain %s", name));
    chain->project_id = PROJECT;
    chain->network_id = topo_id(site->topo, network);
    chain->symmetric = true;
    return chain;
}

struct desired_classifier *
chain_class(struct site *site, struct desired_chain *chain, int64_t protocol, int64_t port)
{
    struct desired_classifier *c =
        rows_add(site->topo->mem, &chain->classifiers, &desired_classifier_table);

    c->protocol = protocol < 0 ? INT_NULL : protocol;
    c->dst_port_min = c->dst_port_max = port < 0 ? INT_NULL : port;
    return c;
}

struct desired_instance *
hop_instance(struct site *site, struct desired_hop *hop, const char *function)
{
    struct mem *mem = site->topo->mem;
    struct desired_instance *inst = rows_add(mem, &hop->instances, &desired_instance_table);

    inst->id = topo_id(site->topo, mem_printf(mem, "instance %s", function));
    inst->ingress_port_id = topo_id(site->topo, mem_printf(mem, "port %s.in", function));
    inst->egress_port_id = topo_id(site->topo, mem_printf(mem, "port %s.out", function));
    return inst;
}

void
hop_field(struct site *site, struct desired_hop *hop, const char *field)
{
    strs_add(site->topo->mem, &hop->fields, field);
}

struct desired_instance *
chain_hop(struct site *site, struct desired_chain *chain, const char *function)
{
    struct mem *mem = site->topo->mem;
    struct desired_hop *hop = rows_add(mem, &chain->hops, &desired_hop_table);

    hop->group_id = topo_id(site->topo, mem_printf(mem, "group %s", function));
    return hop_instance(site, hop, function);
}

void
instance_remote(struct desired_instance *inst, const char *vtep, int64_t forward, int64_t reverse)
{
    inst->ingress_port_id = inst->egress_port_id = NULL;
    inst->vtep = vtep;
    inst->label_forward = forward;
    inst->label_reverse = reverse;
}

void
site_label(struct site *site, const char *chain, int64_t hop, const char *direction,
           const char *function, int64_t number)
{
    struct mem *mem = site->topo->mem;
    struct desired_label *label = object_new(site, DESIRED_label);

    label->id = topo_id(site->topo, mem_printf(mem, "label %lld", (long long)number));
    label->label = number;
    label->chain_id = topo_id(site->topo, mem_printf(mem, "chain %s", chain));
    label->hop = hop;
    label->direction = direction;
    label->instance_id = topo_id(site->topo, mem_printf(mem, "instance %s", function));
}

void
site_remove(struct site *site, const void *object)
{
    for (size_t i = 0; i < site->objects.n; i++) {
        if (site->objects.items[i] == object) {
            for (; i + 1 < site->objects.n; i++) {
                site->objects.items[i] = site->objects.items[i + 1];
                site->kinds.items[i] = site->kinds.items[i + 1];
            }
            site->objects.n--;
            site->kinds.n--;
        }
    }
}

