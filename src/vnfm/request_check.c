/* What a request means is checked here, against VNFD, registered sites and what
 * those say of the networks named: its form was checked by vnfm/request.h. */
#include "vnfm/request_check.h"
#include "vnfm/scripts.h"

#include "base/net.h"
#include "base/vec.h"
#include "nfvo/nfvo.h"
#include "vnfm/vnfm.h"
#include "vnfm/describe.h"

#include <string.h>

#define VIM_TYPE "ETSINFV.OPENSTACK_KEYSTONE.V_3"

struct checking {
    struct tx *tx;
    const struct instantiate_request *request;
    const struct network_seen *seen;
    size_t n_seen;
    const struct vnfd_flavour *flavour;
    struct vnf_in *in;
    struct err *faults;
    struct site *home; /* of an instance that is there; else null */
};

/* ---- sites ------------------------------------------------------------------------------ */

static const struct vim_connection_info *
connection_info(const struct instantiate_request *request, const char *name)
{
    for (size_t i = 0; i < request->vims.n; i++) {
        const struct vim_connection_info *info = request->vims.items[i];

        if (str_eq(info->id, name)) {
            return info;
        }
    }
    return NULL;
}

struct err *
request_site(struct tx *tx, const char *project_id, const struct instantiate_request *request,
             const char *name, struct site **site)
{
    const struct vim_connection_info *info = connection_info(request, name);
    const char *wanted = info && info->vim_id ? info->vim_id : name;
    struct cond by_id[] = {COND("id", wanted), COND("project_id", project_id), {0}};
    struct cond by_name[] = {COND("name", wanted), COND("project_id", project_id), {0}};

    TRY(row_find(tx, &site_table, by_id, site));
    return *site ? NULL : row_find(tx, &site_table, by_name, site);
}

struct err *
request_link_site(struct tx *tx, const char *project_id, const struct instantiate_request *request,
                  const char *vim, struct site **site)
{
    struct cond of_project[] = {COND("project_id", project_id), {0}};
    struct query query = {.table = &site_table, .conds = of_project};
    const struct vim_connection_info *only =
        request->vims.n == 1 ? request->vims.items[0] : NULL;
    struct rows rows;

    *site = NULL;
    if (vim || only) {
        return request_site(tx, project_id, request, vim ? vim : only->id, site);
    }
    TRY(rows_select(tx, &query, &rows));
    *site = rows.n == 1 ? rows.items[0] : NULL;
    return NULL;
}

static void
site_take(struct checking *c, const struct site *site)
{
    if (!c->in->site) {
        c->in->site = site->id;
        c->in->site_name = site->name;
    } else if (!str_eq(c->in->site, site->id)) {
        request_fault(&c->faults, "a VNF runs at one site; the request names %s and %s",
                      c->in->site_name, site->name);
    }
}

/* "http://east/v3/" and "http://east" are one. */
static bool
same_endpoint(struct mem *mem, const char *a, const char *b)
{
    const char *urls[] = {a, b};

    for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
        size_t n = strlen(urls[i]);

        n -= n && urls[i][n - 1] == '/';
        n -= n >= 3 && strncmp(urls[i] + n - 3, "/v3", 3) == 0 ? 3 : 0;
        urls[i] = mem_strn(mem, urls[i], n);
    }
    return str_eq(urls[0], urls[1]);
}

static struct err *
vims_check(struct checking *c)
{
    for (size_t i = 0; i < c->request->vims.n; i++) {
        const struct vim_connection_info *info = c->request->vims.items[i];
        const char *endpoint = json_get_str(info->interface_info, "endpoint");
        struct site *site = NULL;

        if (!str_eq(info->vim_type, VIM_TYPE)) {
            request_fault(&c->faults, "vimConnectionInfo.%s: vimType %s is not supported (%s is)",
                          info->id, info->vim_type, VIM_TYPE);
        }
        TRY(request_site(c->tx, c->in->project_id, c->request, info->id, &site));
        if (!site) {
            request_fault(&c->faults, "vimConnectionInfo.%s: no site %s is registered", info->id,
                          str_or(info->vim_id, info->id));
            continue;
        }
        if (endpoint && !same_endpoint(tx_mem(c->tx), endpoint, site->auth_url)) {
            request_fault(&c->faults,
                          "vimConnectionInfo.%s: site %s is registered at %s, not at %s", info->id,
                          site->name, site->auth_url, endpoint);
        }
        site_take(c, site);
    }
    return NULL;
}

/* ---- addresses --------------------------------------------------------------------------- */

static const struct network_seen *
network_of(const struct checking *c, const struct site *site, const char *network_id)
{
    for (size_t i = 0; site && i < c->n_seen; i++) {
        if (!c->seen[i].is_port && str_eq(c->seen[i].site_id, site->id) &&
            str_eq(c->seen[i].network_id, network_id)) {
            return &c->seen[i];
        }
    }
    return NULL;
}

/* Has the network the subnet asked for, and that or any of its subnets the address? */
static void
address_check(struct checking *c, const char *path, const struct network_seen *network,
              const struct vnf_connection *connection)
{
    bool has_subnet = false, has_address = false;
    struct ip ip;

    json_each (network->subnets, i) {
        const struct json *subnet = network->subnets->items[i];
        struct cidr cidr;

        if (connection->subnet_id && !str_eq(json_get_str(subnet, "id"), connection->subnet_id)) {
            continue;
        }
        has_subnet = true;
        has_address = has_address || (connection->ip_address &&
                                      ip_parse(connection->ip_address, &ip) &&
                                      cidr_parse(str_or(json_get_str(subnet, "cidr"), ""), &cidr) &&
                                      cidr_has(&cidr, &ip));
    }
    if (connection->subnet_id && !has_subnet) {
        request_fault(&c->faults, "%s: network %s has no subnet %s", path, network->network_id,
                      connection->subnet_id);
    } else if (connection->ip_address && !has_address) {
        request_fault(&c->faults, "%s: %s is in no subnet of network %s", path,
                      connection->ip_address, network->network_id);
    }
}

/* ---- external links ---------------------------------------------------------------------- */

static const struct ext_link_port_data *
link_port(const struct ext_link_data *link, const char *id)
{
    for (size_t i = 0; i < link->ports.n; i++) {
        const struct ext_link_port_data *port = link->ports.items[i];

        if (str_eq(port->id, id)) {
            return port;
        }
    }
    return NULL;
}

static void
rows_grow(struct mem *mem, struct rows *rows, void *row)
{
    void **grown = MEM_ARRAY(mem, rows->n + 1, void *);

    if (rows->n) {
        memcpy(grown, rows->items, rows->n * sizeof *grown);
    }
    grown[rows->n++] = row;
    rows->items = grown;
}

static struct vnf_connection *
connection_add(struct checking *c, const struct ext_link_data *link, const struct ext_cp_data *cp)
{
    struct vnf_connection *connection = row_new(tx_mem(c->tx), &vnf_connection_table);

    connection->cpd = cp->cpd;
    connection->link = link->id;
    connection->network_id = link->resource_id;
    rows_grow(tx_mem(c->tx), &c->in->connections, connection);
    return connection;
}

/* A port that is there: the site's word on whose it is, and where. */
static void
port_check(struct checking *c, const char *path, const struct ext_link_data *link, const char *id)
{
    for (size_t i = 0; i < c->n_seen; i++) {
        const struct network_seen *port = &c->seen[i];

        if (!port->is_port || port->unknown || !str_eq(port->network_id, id)) {
            continue;
        }
        if (port->absent) {
            request_fault(&c->faults, "%s: the site has no port %s", path, id);
        } else if (port->foreign) {
            request_fault(&c->faults, "%s: port %s is of another project of the site", path, id);
        } else if (port->port_network && !str_eq(port->port_network, link->resource_id)) {
            request_fault(&c->faults, "%s: port %s is on network %s, the link is %s", path, id,
                          port->port_network, link->resource_id);
        }
        return;
    }
    c->in->unjudged = true;
}

static void
port_take(struct checking *c, const char *path, const struct ext_link_data *link,
          const struct ext_cp_config *config, struct vnf_connection *connection)
{
    const struct ext_link_port_data *port =
        config->link_port ? link_port(link, config->link_port) : NULL;

    if (config->link_port && !port) {
        request_fault(&c->faults, "%s: extLinkPorts has no %s", path, config->link_port);
    } else if (port && config->protocols.n) {
        request_fault(&c->faults, "%s: linkPortId and cpProtocolData exclude each other", path);
    } else if (!config->link_port && !config->create) {
        request_fault(&c->faults,
                      "%s: without linkPortId a port has to be made (createExtLinkPort)", path);
    } else if (port) {
        connection->port_id =
            ((const struct resource_handle *)port->handle.items[0])->resource_id;
        port_check(c, path, link, connection->port_id);
    }
}

static void
config_check(struct checking *c, const char *path, const struct ext_link_data *link,
             const struct ext_cp_data *cp, const struct ext_cp_config *config,
             const struct network_seen *network)
{
    struct vnf_connection *connection = connection_add(c, link, cp);
    struct asked_address asked = request_address(&config->protocols);

    path = mem_printf(tx_mem(c->tx), "%s.cpConfig.%s", path, config->id);
    connection->config = config->id;
    connection->ip_address = asked.ip_address;
    connection->mac_address = asked.mac_address;
    connection->subnet_id = asked.subnet_id;
    port_take(c, path, link, config, connection);
    if (network && network->subnets) {
        address_check(c, path, network, connection);
    }
}

/* Is it the name, or the requirement, of something that leads outside? */
static bool
is_external(const struct vnfd_flavour *flavour, const char *cpd)
{
    const struct vnfd_cp *cp = vnfd_cp(flavour, cpd);

    return vnfd_ext_cp(flavour, cpd) || (cp && !cp->link);
}

static void
cp_check(struct checking *c, const char *path, const struct ext_link_data *link,
         const struct ext_cp_data *cp, const struct network_seen *network)
{
    for (size_t i = 0; i < c->in->connections.n; i++) {
        const struct vnf_connection *other = c->in->connections.items[i];

        if (str_eq(other->cpd, cp->cpd)) {
            request_fault(&c->faults, "%s: connection point %s is given twice", path, cp->cpd);
            return;
        }
    }
    if (c->flavour && !is_external(c->flavour, cp->cpd)) {
        request_fault(&c->faults, "%s: flavour %s has no external connection point %s", path,
                      c->flavour->id, cp->cpd);
    }
    for (size_t i = 0; i < cp->configs.n; i++) {
        config_check(c, path, link, cp, cp->configs.items[i], network);
    }
    if (cp->configs.n == 0) {
        (void)connection_add(c, link, cp);
    }
}

/* Where a link's network is: the site that it names, else that of an instance that is there. */
static struct err *
link_site(struct checking *c, const char *path, const char *vim, const char *network_id,
          const struct network_seen **network)
{
    struct site *site = NULL;

    TRY(request_link_site(c->tx, c->in->project_id, c->request, vim, &site));
    site = !site && !vim ? c->home : site;
    if (site) {
        site_take(c, site);
    } else if (vim) {
        request_fault(&c->faults, "%s.vimConnectionId: no site %s is registered", path, vim);
    } else if (c->request->vims.n != 1) {
        request_fault(&c->faults, "%s.vimConnectionId is needed: there is not just one site", path);
    }
    *network = network_of(c, site, network_id);
    c->in->unjudged = c->in->unjudged || !*network || (*network)->unknown;
    if (site && *network && (*network)->absent) {
        request_fault(&c->faults, "%s: site %s has no network %s", path, site->name, network_id);
    } else if (site && *network && (*network)->foreign) {
        request_fault(&c->faults, "%s: network %s is of another project of site %s, which does not share it",
                      path, network_id, site->name);
    }
    return NULL;
}

static struct err *
link_check(struct checking *c, size_t i, const struct ext_link_data *link)
{
    struct mem *mem = tx_mem(c->tx);
    const char *path = mem_printf(mem, "extVirtualLinks[%zu]", i);
    const struct network_seen *network;

    for (size_t j = 0; j < i; j++) {
        if (str_eq(((const struct ext_link_data *)c->request->ext_links.items[j])->id, link->id)) {
            request_fault(&c->faults, "%s: id %s is given twice", path, link->id);
        }
    }
    TRY(link_site(c, path, link->vim, link->resource_id, &network));
    for (size_t j = 0; j < link->cps.n; j++) {
        cp_check(c, mem_printf(mem, "%s.extCps[%zu]", path, j), link, link->cps.items[j], network);
    }
    return NULL;
}

static bool
has_link(const struct vnf_wanted *wanted, const char *name)
{
    for (size_t i = 0; i < wanted->links.n; i++) {
        if (str_eq(((const struct wanted_link *)wanted->links.items[i])->name, name)) {
            return true;
        }
    }
    return false;
}

/* A network that takes the place of an internal link (SOL003 5.5.3.3). */
static struct err *
managed_check(struct checking *c, size_t i, const struct ext_managed_link_data *link,
              const struct vnf_wanted *wanted)
{
    struct mem *mem = tx_mem(c->tx);
    const char *path = mem_printf(mem, "extManagedVirtualLinks[%zu]", i);
    struct vnf_managed_link *managed = row_new(mem, &vnf_managed_link_table);
    const struct network_seen *network;

    if (c->flavour && !has_link(wanted, link->link)) {
        request_fault(&c->faults, "%s: flavour %s has no internal virtual link %s", path,
                      c->flavour->id, link->link);
    }
    for (size_t j = 0; j < c->in->managed.n; j++) {
        if (str_eq(((const struct vnf_managed_link *)c->in->managed.items[j])->name, link->link)) {
            request_fault(&c->faults, "%s: internal virtual link %s is given twice", path,
                          link->link);
        }
    }
    managed->name = link->link;
    managed->link = link->id;
    managed->network_id = link->resource_id;
    rows_grow(mem, &c->in->managed, managed);
    return link_site(c, path, link->vim, link->resource_id, &network);
}

/* Both kinds, of a request or of a grant. */
static struct err *
all_links_check(struct checking *c, const struct vnf_wanted *wanted)
{
    for (size_t i = 0; i < c->request->ext_links.n; i++) {
        TRY(link_check(c, i, c->request->ext_links.items[i]));
    }
    for (size_t i = 0; i < c->request->managed_links.n; i++) {
        TRY(managed_check(c, i, c->request->managed_links.items[i], wanted));
    }
    return NULL;
}

/* ---- the whole -------------------------------------------------------------------------- */

struct err *
vnf_connected_check(struct mem *mem, const struct vnf_wanted *wanted,
                    const struct rows *connections)
{
    struct err *faults = NULL;
    struct map told;

    map_init(&told, mem);
    for (size_t i = 0; i < wanted->vnfcs.n; i++) {
        const struct wanted_vnfc *vnfc = wanted->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->cps.n; j++) {
            const struct wanted_cp *cp = vnfc->cps.items[j];
            const char *name = cp->ext_cpd ? cp->ext_cpd : cp->cpd;

            if (cp->link || vnf_connection_of(connections, cp, vnfc->number) ||
                !map_add(&told, name, &told)) {
                continue;
            }
            if (vnf_connection_of(connections, cp, 0)) {
                request_fault(
                    &faults, "connection point %s has more instances than extVirtualLinks configures",
                    name);
            } else {
                request_fault(&faults,
                              "connection point %s%s%s%s is not connected by extVirtualLinks", name,
                              cp->requirement ? " (" : "", str_or(cp->requirement, ""),
                              cp->requirement ? ")" : "");
            }
        }
    }
    return faults;
}

static struct err *
descriptor_check(struct checking *c, struct vnf_wanted *wanted)
{
    const struct instantiate_request *request = c->request;
    struct vnfd *vnfd;

    TRY(vnfd_load(c->tx, c->in->package_id, &vnfd));
    c->flavour = vnfd_flavour(vnfd, request->flavour_id);
    if (!c->flavour) {
        request_fault(&c->faults, "VNFD %s has no deployment flavour %s", vnfd->descriptor_id,
                      request->flavour_id);
        return NULL;
    }
    if (request->level_id && !vnfd_level(c->flavour, request->level_id)) {
        request_fault(&c->faults, "flavour %s has no instantiation level %s", c->flavour->id,
                      request->level_id);
        return NULL;
    }
    c->faults = err_join(c->faults, vnf_wanted_fill(tx_mem(c->tx), vnfd, request->flavour_id,
                                                    request->level_id, NULL, wanted));
    c->faults = err_join(c->faults,
                         boot_data_check(c->tx, c->in,
                                         request->additional_params, wanted));
    return NULL;
}

static struct err *
all_check(struct checking *c)
{
    struct vnf_wanted *wanted = row_new(tx_mem(c->tx), &vnf_wanted_table);

    TRY(descriptor_check(c, wanted));
    TRY(vims_check(c));
    TRY(all_links_check(c, wanted));
    if (!c->in->foreign_nfvo) { /* Its grant may give what is not given here (SOL003 9.5.2.3, note 7). */
        c->faults = err_join(
            c->faults, vnf_connected_check(tx_mem(c->tx), wanted, &c->in->connections));
    }
    return NULL;
}

const struct instantiate_request *
connectivity_links(struct mem *mem, const struct change_connectivity_request *asked)
{
    struct instantiate_request *request = row_new(mem, &instantiate_request_table);

    request->ext_links = asked->ext_links;
    request->vims = asked->vims;
    return request;
}

const struct instantiate_request *
flavour_links(struct mem *mem, const struct change_flavour_request *asked)
{
    struct instantiate_request *request = row_new(mem, &instantiate_request_table);

    request->ext_links = asked->ext_links;
    request->managed_links = asked->managed_links;
    request->vims = asked->vims;
    return request;
}

const struct instantiate_request *
package_links(struct mem *mem, const struct change_package_request *asked)
{
    struct instantiate_request *request = row_new(mem, &instantiate_request_table);

    request->ext_links = asked->ext_links;
    request->managed_links = asked->managed_links;
    request->vims = asked->vims;
    return request;
}

static struct err *
links_check(struct checking *c, const struct vnf_made *made, const struct vnf_wanted *wanted)
{
    struct vnfd *vnfd;

    TRY(vnfd_load(c->tx, c->in->package_id, &vnfd));
    c->flavour = vnfd_flavour(vnfd, str_or(c->in->flavour_id, made->flavour_id));
    TRY(row_get(c->tx, &site_table, made->site, &c->home));
    c->in->site = c->home->id;
    c->in->site_name = c->home->name;
    TRY(vims_check(c));
    return all_links_check(c, wanted);
}

struct err *
connections_check(struct tx *tx, const struct vnf_made *made, const struct vnf_wanted *wanted,
                  const struct lcm_request *request, const struct instantiate_request *links,
                  struct vnf_in *in)
{
    struct checking c = {.tx = tx,
                         .request = links,
                         .seen = request->seen,
                         .n_seen = request->n_seen,
                         .in = in};
    struct err *e = links_check(&c, made, wanted);

    if (e) {
        err_ignore(c.faults, "the store's own error goes before");
        return e;
    }
    return c.faults;
}

struct err *
instantiate_check(struct tx *tx, const struct instantiate_request *request,
                  const struct network_seen *seen, size_t n_seen, struct vnf_in *in)
{
    struct checking c = {
        .tx = tx, .request = request, .seen = seen, .n_seen = n_seen, .in = in};
    struct err *e;

    in->flavour_id = request->flavour_id;
    in->level_id = request->level_id;
    e = all_check(&c);
    if (e) {
        err_ignore(c.faults, "the store's own error goes before");
        return e;
    }
    return c.faults;
}

static struct err *
granted_check(struct checking *c, const char *flavour_id)
{
    struct vnf_wanted *wanted = row_new(tx_mem(c->tx), &vnf_wanted_table);
    struct vnfd *vnfd;

    TRY(vnfd_load(c->tx, c->in->package_id, &vnfd));
    TRY(vnf_wanted_fill(tx_mem(c->tx), vnfd, flavour_id, c->in->level_id, NULL, wanted));
    c->flavour = vnfd_flavour(vnfd, wanted->flavour_id);
    return all_links_check(c, wanted);
}

struct err *
granted_links_check(struct tx *tx, const struct instantiate_request *links, struct site *site,
                    const char *flavour_id, struct vnf_in *in)
{
    struct checking c = {.tx = tx, .request = links, .in = in, .home = site};
    struct err *e;

    in->site = site->id;
    in->site_name = site->name;
    in->connections = in->managed = (struct rows){0};
    e = granted_check(&c, flavour_id);
    if (e) {
        err_ignore(c.faults, "the store's own error goes before");
        return e;
    }
    return c.faults;
}
