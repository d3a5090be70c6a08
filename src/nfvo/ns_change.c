/* Updates of an NS that change a VNF as SOL003 has it (SOL005 6.4.6): its package, the networks that
 * its connection points attach to, and its deployment flavour. */
#include "nfvo/ns_update.h"

#include "nfvo/nfvo.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include "vnfm/vnfm.h"

/* ---- what requests to VNFs have in common ------------------------------------------------- */

/* What it says of the VNF besides. */
static void
info_write(struct jw *w, const struct json *configurable, const struct json *extensions)
{
    if (configurable) {
        jw_json(w, "vnfConfigurableProperties", configurable);
    }
    if (extensions) {
        jw_json(w, "extensions", extensions);
    }
}

/* Null removes what there is: that it is given counts, and not what it is. */
static void
given_give(const struct row *data, struct row *asked)
{
    static const char *const same[] = {"configurable", "extensions"};

    for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
        if (row_given(data, same[i])) {
            row_give(asked, same[i]);
        }
    }
}
#define INFO_GIVE(data, asked)                                                                     \
    ((asked)->configurable = (data)->configurable, (asked)->extensions = (data)->extensions,       \
     given_give(&(data)->row, &(asked)->row))

/* ---- other networks ---------------------------------------------------------------------- */

static bool
is_named(const struct rows *cps, const char *profile)
{
    for (size_t i = 0; i < cps->n; i++) {
        if (str_eq(((const struct plan_cp *)cps->items[i])->vnf, profile)) {
            return true;
        }
    }
    return false;
}

/* Chains are told ports: those of their functions stay where they are ... */
static struct err *
function_check(const struct ns_made *made, const struct vnf_instance *vnf)
{
    for (size_t i = 0; i < made->hops.n; i++) {
        const struct plan_hop *hop = made->hops.items[i];

        if (is_named(&hop->functions, vnf->vnf_profile_id)) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "VNF instance %s is a function of position %s: its ports cannot be "
                           "others while chains go through them",
                           vnf->id, hop->name);
        }
    }
    return NULL;
}

/* ... and so do those of their ends. */
static struct err *
end_check(const struct ns_made *made, const struct vnf_instance *vnf)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];

        if (is_named(&path->sources, vnf->vnf_profile_id) ||
            is_named(&path->destinations, vnf->vnf_profile_id)) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "VNF instance %s is an end of path %s: its ports cannot be others",
                           vnf->id, path->name);
        }
    }
    return NULL;
}

/* Is it a port by which packets enter or leave a function of the VNF? */
static bool
is_functions(const struct ns_made *made, const struct plan_vnf *vnf, const struct fwd_port *port)
{
    for (size_t i = 0; i < made->hops.n; i++) {
        const struct plan_hop *hop = made->hops.items[i];

        for (size_t j = 0; j < hop->functions.n; j++) {
            const struct plan_cp *cp = hop->functions.items[j];

            if (str_eq(cp->vnf, vnf->profile) &&
                (steer_port_is(port->name, vnf->name, cp->ingress) ||
                 steer_port_is(port->name, vnf->name, cp->egress))) {
                return true;
            }
        }
    }
    return false;
}

/* Has the path an end that the NSD leaves open, on a link where the VNF has a port that is no
 * function's? */
static bool
is_open_end(struct mem *mem, const struct ns_made *made, const struct plan_path *path,
            const struct plan_vnf *vnf)
{
    const char *prefix = mem_printf(mem, "%s/", vnf->name);

    for (size_t i = 0; (path->sources.n == 0 || path->destinations.n == 0) && i < made->ports.n;
         i++) {
        const struct fwd_port *port = made->ports.items[i];

        for (size_t j = 0; str_starts(port->name, prefix) && j < path->links.n; j++) {
            if (str_eq(path->links.items[j], port->link) && !is_functions(made, vnf, port)) {
                return true;
            }
        }
    }
    return false;
}

/* A site without interconnections of its own is told every end of a path by its port (place.h). */
static struct err *
ends_check(const struct ns_updating *u, const struct vnf_instance *vnf)
{
    const struct plan_vnf *planned = plan_vnf_find(&u->made->vnfs, vnf->id);
    struct site *site;

    TRY(row_get(u->tx, &site_table, vnf->site_id, &site));
    for (size_t i = 0; planned && !site->vtep && i < u->made->paths.n; i++) {
        const struct plan_path *path = u->made->paths.items[i];

        if (!path->routed && is_open_end(tx_mem(u->tx), u->made, path, planned)) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "VNF instance %s may be an end of path %s, which names none: its ports "
                           "cannot be others",
                           vnf->id, path->name);
        }
    }
    return NULL;
}

/* SOL003's links of SOL005's. */
static struct change_connectivity_request *
links_of(struct mem *mem, const struct rows *links)
{
    struct change_connectivity_request *asked = row_new(mem, &change_connectivity_request_table);

    asked->ext_links.items = MEM_ARRAY(mem, links->n + 1, void *);
    for (size_t i = 0; i < links->n; i++) {
        const struct ns_ext_link_data *from = links->items[i];
        struct ext_link_data *link = row_new(mem, &ext_link_data_table);

        link->id = str_or(from->id, from->resource_id);
        link->vim = from->vim;
        link->resource_id = from->resource_id;
        link->cps = from->cps;
        link->ports = from->ports;
        asked->ext_links.items[asked->ext_links.n++] = link;
    }
    return asked;
}

/* One link of the ChangeExtVnfConnectivityRequest: 'json' under SOL003's names. */
static void
link_write(struct jw *w, const struct json *json, const struct ext_link_data *link)
{
    static const char *const same[] = {"extCps", "extLinkPorts"};

    jw_object(w, NULL);
    jw_str(w, "id", link->id);
    jw_str(w, "resourceId", link->resource_id);
    if (link->vim) {
        jw_str(w, "vimConnectionId", link->vim);
    }
    for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
        if (json_get(json, same[i])) {
            jw_json(w, same[i], json_get(json, same[i]));
        }
    }
    jw_end(w);
}

/* What the client said of this VNF, in its own words. */
static const struct json *
said_of(const struct ns_updating *u, const struct rows *all, const char *member, const void *data)
{
    const struct json *said = json_get(u->in->request, member);

    for (size_t i = 0; said && i < all->n && i < said->n; i++) {
        if (all->items[i] == data) {
            return said->items[i];
        }
    }
    return NULL;
}

/* extVirtualLinks: 'links' (struct ext_link_data) as the client said them. */
static void
links_write(struct jw *w, const struct json *said, const struct rows *links)
{
    const struct json *json = json_get(said, "extVirtualLinks");

    jw_array(w, "extVirtualLinks");
    for (size_t i = 0; json && i < json->n && i < links->n; i++) {
        link_write(w, json->items[i], links->items[i]);
    }
    jw_end(w);
}

static struct err *
connectivity_body(const struct ns_updating *u, const struct change_connectivity_data *data,
                  const struct change_connectivity_request *asked, const struct json **body)
{
    const struct json *said =
        said_of(u, &u->request->connectivity, "changeExtVnfConnectivityData", data);
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    links_write(&w, said, &asked->ext_links);
    if (data->additional_params) {
        jw_json(&w, "additionalParams", data->additional_params);
    }
    jw_end(&w);
    return json_parse(tx_mem(u->tx), text.data, text.len, body);
}

/* ---- ports that paths know --------------------------------------------------------------- */

/* A VNF of the request, as it is now. */
struct moving {
    const struct ns_updating *u;
    const struct vnf_instance *vnf;
    const struct vnf_made *made;
    const struct vnf_in *in;
    bool is_in_path; /* A port that moves is one that a path knows, or would know. */
};

/* Where the connection point of a server goes; null = it stays. */
static const struct vnf_connection *
target_of(const struct moving *m, const struct made_port *port, int64_t number)
{
    const struct wanted_cp cp = {
        .cpd = port->cpd, .ext_cpd = port->ext_cpd, .requirement = port->requirement};
    const struct vnf_connection *to = vnf_connection_of(&m->in->connections, &cp, number);

    return to && !vnf_port_fits(port, to) ? to : NULL;
}

static bool
moves(const struct moving *m, const struct made_vnfc *vnfc, const char *requirement)
{
    for (size_t i = 0; i < vnfc->ports.n; i++) {
        const struct made_port *port = vnfc->ports.items[i];

        if (str_eq(port->requirement, requirement)) {
            return target_of(m, port, vnfc->number) != NULL;
        }
    }
    return false;
}

static bool
is_chained(const struct ns_made *made, const struct plan_hop *hop)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];

        for (size_t j = 0; !path->routed && j < path->hops.n; j++) {
            if (str_eq(path->hops.items[j], hop->name)) {
                return true;
            }
        }
    }
    return false;
}

#define CANNOT_MOVE(m, vnfc, port, ...)                                                            \
    err_new(E_UNPROCESSABLE, "FeatureNotSupported",                                                \
            "VNF instance %s, connection point %s of VNFC %s: %s", (m)->vnf->id, (port)->requirement, \
            (vnfc)->name, mem_printf(tx_mem((m)->u->tx), __VA_ARGS__))

/* It is of a function: port security is ours to set there, and a pair has two ports of one time. */
static struct err *
hop_move(struct moving *m, const struct plan_hop *hop, bool chained, const struct made_vnfc *vnfc,
         const struct made_port *port, const struct vnf_connection *to)
{
    for (size_t j = 0; j < hop->functions.n; j++) {
        const struct plan_cp *cp = hop->functions.items[j];
        const char *other = str_eq(cp->ingress, port->requirement) ? cp->egress : cp->ingress;

        if (!str_eq(cp->vnf, m->vnf->vnf_profile_id) ||
            !(str_eq(cp->ingress, port->requirement) || str_eq(cp->egress, port->requirement))) {
            continue;
        }
        m->is_in_path = true;
        if (to->port_id) {
            return CANNOT_MOVE(m, vnfc, port,
                               "a port of the client's own cannot stand at position %s", hop->name);
        }
        if (chained && !moves(m, vnfc, other)) {
            return CANNOT_MOVE(m, vnfc, port,
                               "at position %s a port serves one pair of ports, so that %s has to "
                               "move in the same request",
                               hop->name, other);
        }
    }
    return NULL;
}

/* At positions of the NS, and of NSs around. */
static struct err *
hops_move(struct moving *m, const struct made_vnfc *vnfc, const struct made_port *port,
          const struct vnf_connection *to)
{
    const struct plan_hop around = {.name = "of an NS around", .functions = m->u->in->passed};

    for (size_t i = 0; i < m->u->made->hops.n; i++) {
        const struct plan_hop *hop = m->u->made->hops.items[i];

        TRY(hop_move(m, hop, is_chained(m->u->made, hop), vnfc, port, to));
    }
    return hop_move(m, &around, true, vnfc, port, to);
}

/* Classifiers name it, or would name it. */
static void
end_move(struct moving *m, const struct made_port *port)
{
    for (size_t i = 0; i < m->u->made->paths.n; i++) {
        const struct plan_path *path = m->u->made->paths.items[i];
        bool is_end = is_named(&path->sources, m->vnf->vnf_profile_id) ||
                      is_named(&path->destinations, m->vnf->vnf_profile_id) ||
                      path->sources.n == 0 || path->destinations.n == 0;

        for (size_t j = 0; is_end && !path->routed && j < path->links.n; j++) {
            if (str_eq(path->links.items[j],
                       ns_link_of(m->u->made, m->made->site, port->network_id))) {
                m->is_in_path = true;
            }
        }
    }
}

static struct err *
port_move(struct moving *m, const struct made_vnfc *vnfc, const struct made_port *port)
{
    const struct vnf_connection *to = target_of(m, port, vnfc->number);
    const char *link = ns_link_of(m->u->made, m->made->site, port->network_id);
    bool was_in_path = m->is_in_path;

    if (!to) {
        return NULL;
    }
    m->is_in_path = false;
    TRY(hops_move(m, vnfc, port, to));
    end_move(m, port);
    if (m->is_in_path && !str_eq(to->network_id, port->network_id)) {
        return CANNOT_MOVE(m, vnfc, port,
                           "paths know it on link %s, network %s: it may get another address there, "
                           "and no other network",
                           str_or(link, "none"), port->network_id);
    }
    m->is_in_path = m->is_in_path || was_in_path;
    return NULL;
}

/* Paths follow ports that stay on their links. */
static struct err *
ports_move(struct ns_updating *u, const struct vnf_instance *vnf, const struct vnf_in *in)
{
    struct vnf_made *made = row_new(tx_mem(u->tx), &vnf_made_table);
    struct moving m = {.u = u, .vnf = vnf, .made = made, .in = in};
    struct err *faults = NULL;

    TRY(vnf_instance_made(u->tx, vnf->id, made));
    for (size_t i = 0; i < made->vnfcs.n; i++) {
        const struct made_vnfc *vnfc = made->vnfcs.items[i];

        for (size_t j = 0; j < vnfc->ports.n; j++) {
            faults = err_join(faults, port_move(&m, vnfc, vnfc->ports.items[j]));
        }
        m.is_in_path = m.is_in_path || vnfc->parting.n > 0;
    }
    u->flow = m.is_in_path ? &ns_connect_flow : u->flow;
    if (m.is_in_path && vnf->vnfm_id) {
        return err_join(faults,
                        err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                                "VNF instance %s is managed by a foreign VNFM, which takes old ports away "
                                "in the operation that brings new ones: chains cannot follow",
                                vnf->id));
    }
    return faults;
}

/* A foreign VNFM moves ports in one go: beside what moves in two parts, for paths that follow, it has no place. */
static struct err *
foreign_alone(const struct ns_updating *u)
{
    for (size_t i = 0; u->flow == &ns_connect_flow && i < u->in->scaled.n; i++) {
        const struct vnf_in *in = u->in->scaled.items[i];

        if (in->vnfm) {
            return err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                           "VNF instance %s is managed by a foreign VNFM, and paths follow ports of another "
                           "one of the request: connect it in a request of its own",
                           in->vnf_instance_id);
        }
    }
    return NULL;
}

struct err *
update_connectivity(struct ns_updating *u, const void *item)
{
    const struct change_connectivity_data *data = item;
    struct change_connectivity_request *asked;
    struct lcm_request request = {0};
    struct vnf_instance *vnf;
    struct vnf_in *in;
    int64_t drain_s;

    if (!data) {
        return foreign_alone(u);
    }
    TRY(ns_vnf_take(u->tx, u->in, data->vnf_instance_id, &vnf, &in));
    request.row = asked = links_of(tx_mem(u->tx), &data->ext_links);
    TRY(vnf_change_connectivity_check(u->tx, vnf, &request, in));
    TRY(ports_move(u, vnf, in));
    drain_s = json_int(json_get(data->additional_params, NS_DRAIN_PARAM), NS_DRAIN_S);
    u->in->drain_s =
        u->in->scaled.n > 1 && u->in->drain_s > drain_s ? u->in->drain_s : drain_s;
    return connectivity_body(u, data, asked, &in->request);
}

/* ---- another package --------------------------------------------------------------------- */

/* The ChangeCurrentVnfPkgRequest that it becomes. */
static struct err *
package_body(const struct ns_updating *u, const struct change_vnf_package_data *data,
             const struct change_package_request *asked, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", data->vnfd_id);
    if (asked->ext_links.n > 0) {
        links_write(&w, said_of(u, &u->request->package, "changeVnfPackageData", data),
                    &asked->ext_links);
    }
    if (data->additional_params) {
        jw_json(&w, "additionalParams", data->additional_params);
    }
    info_write(&w, data->configurable, data->extensions);
    jw_end(&w);
    return json_parse(tx_mem(u->tx), text.data, text.len, body);
}

/* Its ports move in the operation that makes its servers anew: paths would have to follow in the middle of it. */
static struct err *
package_ports_move(struct ns_updating *u, const struct vnf_instance *vnf, const struct vnf_in *in)
{
    const struct flow_type *flow = u->flow;
    struct err *faults;

    if (in->connections.n == 0) {
        return NULL;
    }
    u->flow = NULL;
    faults = ports_move(u, vnf, in);
    if (u->flow == &ns_connect_flow) {
        faults = err_join(faults, err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                                          "VNF instance %s: paths know ports that would move: "
                                          "CHANGE_EXTERNAL_VNF_CONNECTIVITY moves them, in a request of "
                                          "its own",
                                          vnf->id));
    }
    u->flow = flow;
    return faults;
}

struct err *
update_package(struct ns_updating *u, const void *item)
{
    const struct change_vnf_package_data *data = item;
    struct change_package_request *asked =
        row_new(tx_mem(u->tx), &change_package_request_table);
    const struct lcm_request request = {.row = asked};
    struct vnf_instance *vnf;
    struct vnf_in *in;

    if (!data) {
        return NULL;
    }
    TRY(ns_vnf_take(u->tx, u->in, data->vnf_instance_id, &vnf, &in));
    asked->vnfd_id = data->vnfd_id;
    asked->ext_links = links_of(tx_mem(u->tx), &data->ext_links)->ext_links;
    INFO_GIVE(data, asked);
    TRY(package_body(u, data, asked, &in->request));
    TRY(vnf_change_package_check(u->tx, vnf, &request, in));
    return package_ports_move(u, vnf, in);
}

/* ---- another deployment flavour ---------------------------------------------------------- */

/* The ChangeVnfFlavourRequest that it becomes. */
static struct err *
flavour_body(const struct ns_updating *u, const struct change_flavour_data *data,
             const struct change_flavour_request *asked, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "newFlavourId", data->flavour_id);
    if (data->level_id) {
        jw_str(&w, "instantiationLevelId", data->level_id);
    }
    if (asked->ext_links.n > 0) {
        links_write(&w, said_of(u, &u->request->flavour, "changeVnfFlavourData", data),
                    &asked->ext_links);
    }
    if (data->additional_params) {
        jw_json(&w, "additionalParams", data->additional_params);
    }
    info_write(&w, data->configurable, data->extensions);
    jw_end(&w);
    return json_parse(tx_mem(u->tx), text.data, text.len, body);
}

/* Servers of a function may come and go where chains can follow: a route leads to a port that there is. */
static struct err *
flavour_function_check(const struct ns_made *made, const struct vnf_instance *vnf)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];

        for (size_t j = 0; j < path->routes.n; j++) {
            if (str_eq(((const struct plan_route *)path->routes.items[j])->vnf,
                       vnf->vnf_profile_id)) {
                return function_check(made, vnf);
            }
        }
    }
    return NULL;
}

/* A foreign VNFM makes and removes servers in one operation: chains would have to let go of those that
 * leave before there are others. */
static struct err *
foreign_function_check(const struct ns_made *made, const struct vnf_instance *vnf)
{
    AUTO(err) is_function = function_check(made, vnf);

    return is_function ? err_new(E_UNPROCESSABLE, "FeatureNotSupported",
                                 "VNF instance %s is a function of a chain, and its foreign VNFM "
                                 "removes servers in the operation that makes others: a flavour that "
                                 "has all of what there is can be changed to",
                                 vnf->id)
                       : NULL;
}

struct err *
update_flavour(struct ns_updating *u, const void *item)
{
    const struct change_flavour_data *data = item;
    struct change_flavour_request *asked =
        row_new(tx_mem(u->tx), &change_flavour_request_table);
    const struct lcm_request request = {.row = asked};
    const struct flow_type *type = NULL;
    struct vnf_instance *vnf;
    struct vnf_in *in;

    if (!data) {
        return NULL;
    }
    TRY(ns_vnf_take(u->tx, u->in, data->vnf_instance_id, &vnf, &in));
    TRY(flavour_function_check(u->made, vnf));
    TRY(end_check(u->made, vnf));
    TRY(ends_check(u, vnf));
    asked->flavour_id = data->flavour_id;
    asked->level_id = data->level_id;
    INFO_GIVE(data, asked);
    asked->ext_links = links_of(tx_mem(u->tx), &data->ext_links)->ext_links;
    TRY(vnf_change_flavour_check(u->tx, vnf, &request, in, &type));
    TRY(vnf->vnfm_id && type->no_rollback ? foreign_function_check(u->made, vnf) : NULL);
    u->one_way = u->one_way || type->no_rollback;
    u->in->drain_s = NS_DRAIN_S;
    return flavour_body(u, data, asked, &in->request);
}
