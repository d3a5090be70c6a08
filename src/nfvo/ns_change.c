/* Updates of an NS that change a VNF as SOL003 has it (SOL005 6.4.6): its package, the networks that
 * its connection points attach to, and its deployment flavour. */
#include "nfvo/ns_update.h"

#include "nfvo/nfvo.h"
#include "nfvo/place.h"
#include "nfvo/steer.h"

#include "vnfm/vnfm.h"

/* ---- another package --------------------------------------------------------------------- */

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

/* The ChangeCurrentVnfPkgRequest that it becomes. */
static struct err *
package_body(struct mem *mem, const struct change_vnf_package_data *data, const struct json **body)
{
    AUTO_BUF text = BUF_INIT;
    struct jw w = jw_to(&text);

    jw_object(&w, NULL);
    jw_str(&w, "vnfdId", data->vnfd_id);
    if (data->additional_params) {
        jw_json(&w, "additionalParams", data->additional_params);
    }
    info_write(&w, data->configurable, data->extensions);
    jw_end(&w);
    return json_parse(mem, text.data, text.len, body);
}

struct err *
update_package(struct ns_updating *u, const void *item)
{
    const struct change_vnf_package_data *data = item;
    struct vnf_instance *vnf;
    struct vnf_in *in;

    if (!data) {
        return NULL;
    }
    TRY(ns_vnf_take(u->tx, u->in, data->vnf_instance_id, &vnf, &in));
    TRY(ns_vnf_own(vnf, "change the package"));
    TRY(vnf_change_package_check(u->tx, vnf, data->vnfd_id, data, in));
    return package_body(tx_mem(u->tx), data, &in->request);
}

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

struct err *
update_connectivity(struct ns_updating *u, const void *item)
{
    const struct change_connectivity_data *data = item;
    struct change_connectivity_request *asked;
    struct lcm_request request = {0};
    struct vnf_instance *vnf;
    struct vnf_in *in;

    if (!data) {
        return NULL;
    }
    TRY(ns_vnf_take(u->tx, u->in, data->vnf_instance_id, &vnf, &in));
    TRY(ns_vnf_own(vnf, "connect it otherwise"));
    TRY(function_check(u->made, vnf));
    TRY(end_check(u->made, vnf));
    TRY(ends_check(u, vnf));
    request.row = asked = links_of(tx_mem(u->tx), &data->ext_links);
    TRY(vnf_change_connectivity_check(u->tx, vnf, &request, in));
    return connectivity_body(u, data, asked, &in->request);
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

/* Null removes what there is: that it is given counts, and not what it is. */
static void
info_give(const struct change_flavour_data *data, struct change_flavour_request *asked)
{
    static const char *const same[] = {"configurable", "extensions"};

    asked->configurable = data->configurable;
    asked->extensions = data->extensions;
    for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
        if (row_given(&data->row, same[i])) {
            row_give(&asked->row, same[i]);
        }
    }
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
    TRY(ns_vnf_own(vnf, "change the flavour"));
    TRY(flavour_function_check(u->made, vnf));
    TRY(end_check(u->made, vnf));
    TRY(ends_check(u, vnf));
    asked->flavour_id = data->flavour_id;
    asked->level_id = data->level_id;
    info_give(data, asked);
    asked->ext_links = links_of(tx_mem(u->tx), &data->ext_links)->ext_links;
    TRY(vnf_change_flavour_check(u->tx, vnf, &request, in, &type));
    u->one_way = u->one_way || type->no_rollback;
    u->in->drain_s = NS_DRAIN_S;
    return flavour_body(u, data, asked, &in->request);
}
