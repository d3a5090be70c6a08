/* Physical network functions of an NS (SOL005 6.5.3.13 to 6.5.3.17).  Nobody here makes or connects one:
 * whoever runs it says which it is and what addresses it has, and that is held against NSD and PNFD,
 * kept and shown.  So an update of them is one transaction of our own, but where routes of a path lead to one. */
#include "base/net.h"
#include "nfvo/ns_parts.h"
#include "nfvo/ns_update.h"
#include "nfvo/place.h"
#include "tosca/record.h"

#include <string.h>

#include "flow/poison.h"

/* ---- what is told of one ------------------------------------------------------------------- */

/* A PNF that is told of; 'there' are those of the NS besides. */
struct telling {
    struct tx *tx;
    const struct nsd *nsd;
    const struct ns_made *made; /* null: the NS is being made */
    const struct rows *saps;    /* then: those that are asked for (struct sap_data) */
    const struct rows *others;  /* PNFs (struct ns_pnf) that there are, or that are told of before it */
    const struct nsd_pnf *profile;
    struct pnfd *pnfd;
    struct ns_pnf *pnf;
    struct err *faults;
};

static struct ns_pnf *
pnf_find(const struct rows *pnfs, const char *pnf_id)
{
    for (size_t i = 0; i < pnfs->n; i++) {
        struct ns_pnf *pnf = pnfs->items[i];

        if (str_eq(pnf->pnf_id, pnf_id)) {
            return pnf;
        }
    }
    return NULL;
}

static const struct ns_pnf *
profile_find(const struct rows *pnfs, const char *profile)
{
    for (size_t i = 0; i < pnfs->n; i++) {
        const struct ns_pnf *pnf = pnfs->items[i];

        if (str_eq(pnf->profile, profile)) {
            return pnf;
        }
    }
    return NULL;
}

static const struct pnfd_cp *
cpd_find(const struct pnfd *pnfd, const char *name)
{
    for (size_t i = 0; i < pnfd->n_cps; i++) {
        if (str_eq(pnfd->cps[i].name, name)) {
            return &pnfd->cps[i];
        }
    }
    return NULL;
}

/* The descriptor, which an NSD that names it keeps on-boarded. */
static struct err *
pnfd_take(struct telling *t, const char *project_id)
{
    struct cond conds[] = {COND("pnfd_id", t->pnf->pnfd_id), COND("project_id", project_id), {0}};
    struct pnf_descriptor *row;

    TRY(row_find(t->tx, &pnf_descriptor_table, conds, &row));
    if (!row) {
        return err_new(E_UNPROCESSABLE, NULL, "no PNFD with pnfdId %s is on-boarded",
                       t->pnf->pnfd_id);
    }
    t->pnf->pnfd_info_id = row->id;
    return pnfd_load(t->tx, row->id, &t->pnfd);
}

/* ---- its addresses ----------------------------------------------------------------------- */

static const char *
only_link(const struct nsd_pnf *profile)
{
    for (size_t i = 1; i < profile->n_connections; i++) {
        if (!str_eq(profile->connections[i].link, profile->connections[0].link)) {
            return NULL;
        }
    }
    return profile->n_connections ? profile->connections[0].link : NULL;
}

const char *
ns_pnf_link(const struct nsd *nsd, const char *profile, const struct ns_pnf_cp *cp)
{
    const struct nsd_pnf *described = nsd_pnf(nsd, profile);

    return cp->link ? cp->link : described ? only_link(described) : NULL;
}

const struct ns_pnf_cp *
ns_pnf_cp_at(const struct rows *pnfs, const struct nsd_pnf *profile, const char *requirement)
{
    const struct ns_pnf *pnf = profile_find(pnfs, profile->name);

    for (size_t i = 0; pnf && i < pnf->cps.n; i++) {
        const struct ns_pnf_cp *cp = pnf->cps.items[i];

        if (str_eq(cp->requirement, requirement) ||
            (!cp->requirement && pnf->cps.n == 1 && profile->n_connections == 1)) {
            return cp;
        }
    }
    return NULL;
}

/* Which connection of its profile a connection point is, where the PNFD says so. */
static void
connection_fill(const struct telling *t, struct ns_pnf_cp *cp)
{
    const struct pnfd_cp *described = cpd_find(t->pnfd, cp->cpd);

    for (size_t i = 0; described && described->requirement && i < t->profile->n_connections; i++) {
        const struct nsd_connection *connection = &t->profile->connections[i];

        if (str_eq(connection->requirement, described->requirement)) {
            cp->requirement = connection->requirement;
            cp->link = connection->link;
        }
    }
    cp->link = cp->link ? cp->link : only_link(t->profile);
}

static void
prefix_check(struct telling *t, const struct ns_pnf_cp *cp)
{
    const char *link = cp->link, *prefix;
    struct cidr cidr;
    struct ip ip;

    for (size_t i = 0; link && i < t->nsd->n_links; i++) {
        prefix = place_link_cidr(tx_mem(t->tx), t->nsd, i);
        if (str_eq(t->nsd->links[i].name, link) && cidr_parse(prefix, &cidr) &&
            !(ip_parse(cp->ip_address, &ip) && cidr_has(&cidr, &ip))) {
            request_fault(&t->faults, "connection point %s: %s is not in %s, the prefix of link %s",
                          cp->id, cp->ip_address, prefix, link);
        }
    }
}

/* Is it an address of a port of the NS? */
static void
taken_check(struct telling *t, const struct ns_pnf_cp *cp)
{
    for (size_t i = 0; t->made && i < t->made->ports.n; i++) {
        const struct fwd_port *port = t->made->ports.items[i];

        for (size_t k = 0; k < port->ips.n; k++) {
            if (str_eq(port->ips.items[k], cp->ip_address) &&
                str_eq(port->link, str_or(cp->link, port->link))) {
                request_fault(&t->faults, "connection point %s: %s is the address of %s", cp->id,
                              cp->ip_address, port->name);
            }
        }
    }
}

/* Is it an address that a SAP of the same request asks for? */
static void
saps_check(struct telling *t, const struct ns_pnf_cp *cp)
{
    for (size_t i = 0; t->saps && i < t->saps->n; i++) {
        const struct sap_data *data = t->saps->items[i];
        const struct nsd_sap *sap = nsd_sap(t->nsd, data->sapd);

        if (sap && str_eq(sap->link, cp->link) &&
            str_eq(request_address(&data->protocols).ip_address, cp->ip_address)) {
            request_fault(&t->faults, "connection point %s: %s is the address of SAP %s", cp->id,
                          cp->ip_address, data->sapd);
        }
    }
}

/* Or one of another PNF, or of another connection point of this one? */
static void
pnfs_check(struct telling *t, const struct ns_pnf_cp *cp, const struct ns_pnf *other)
{
    for (size_t i = 0; cp->link && i < other->cps.n; i++) {
        const struct ns_pnf_cp *taken = other->cps.items[i];

        if (taken != cp && str_eq(taken->ip_address, cp->ip_address) &&
            str_eq(ns_pnf_link(t->nsd, other->profile, taken), cp->link)) {
            request_fault(&t->faults, "connection point %s: %s is the address of PNF %s", cp->id,
                          cp->ip_address, other->pnf_id);
        }
    }
}

static bool
is_dynamic(const struct pnf_cp_data *data)
{
    const struct cp_protocol_data *protocol = data->protocols.items[0];
    const struct ip_over_ethernet *ethernet =
        protocol->ethernet.n ? protocol->ethernet.items[0] : NULL;

    return ethernet && ethernet->addresses.n &&
           ((const struct ip_address_data *)ethernet->addresses.items[0])->n_dynamic != INT_NULL;
}

static void
address_fill(struct telling *t, const struct pnf_cp_data *data, struct ns_pnf_cp *cp)
{
    struct asked_address told = request_address(&data->protocols);

    if (is_dynamic(data) || told.subnet_id) {
        request_fault(&t->faults, "connection point %s: addresses of a PNF are told, not chosen",
                      cp->id);
        return;
    }
    cp->mac_address = told.mac_address;
    cp->ip_address = told.ip_address;
    if (cp->ip_address) {
        prefix_check(t, cp);
        taken_check(t, cp);
        saps_check(t, cp);
        pnfs_check(t, cp, t->pnf);
        for (size_t i = 0; t->others && i < t->others->n; i++) {
            const struct ns_pnf *other = t->others->items[i];

            if (!str_eq(other->pnf_id, t->pnf->pnf_id)) {
                pnfs_check(t, cp, other);
            }
        }
    }
}

static struct ns_pnf_cp *
cp_find(const struct ns_pnf *pnf, const char *id)
{
    for (size_t i = 0; i < pnf->cps.n; i++) {
        struct ns_pnf_cp *cp = pnf->cps.items[i];

        if (str_eq(cp->id, id)) {
            return cp;
        }
    }
    return NULL;
}

/* A connection point that is there changes its addresses, a new one is added. */
static void
cp_tell(struct telling *t, const struct pnf_cp_data *data)
{
    const char *id = str_or(data->cp_id, data->cpd);
    struct ns_pnf_cp *cp = id ? cp_find(t->pnf, id) : NULL;

    if (!id) {
        request_fault(&t->faults, "cpData: cpdId is needed, or cpInstanceId of one that is there");
        return;
    }
    if (!cp && !data->cpd) {
        request_fault(&t->faults, "cpData: the PNF has no connection point %s", id);
        return;
    }
    if (data->cpd && !cpd_find(t->pnfd, data->cpd)) {
        request_fault(&t->faults, "cpData: PNFD %s has no connection point %s", t->pnf->pnfd_id,
                      data->cpd);
        return;
    }
    if (cp && data->cpd && !str_eq(cp->cpd, data->cpd)) {
        request_fault(&t->faults, "cpData: connection point %s is of %s", id, cp->cpd);
        return;
    }
    if (!cp) {
        cp = row_new(tx_mem(t->tx), &ns_pnf_cp_table);
        cp->id = id;
        cp->cpd = data->cpd;
        place_add(tx_mem(t->tx), &t->pnf->cps, cp);
    }
    connection_fill(t, cp);
    address_fill(t, data, cp);
}

/* ---- requests -------------------------------------------------------------------------------- */

/* 'there': PNFs of the NS and of the request before. */
static struct err *
pnf_add(struct telling *t, const char *project_id, const struct add_pnf_data *data,
        const struct rows *there)
{
    const struct ns_pnf *other;

    t->profile = nsd_pnf(t->nsd, data->profile);
    if (!t->profile) {
        return err_new(E_UNPROCESSABLE, NULL, "the NSD has no PNF profile %s", data->profile);
    }
    if (!str_eq(t->profile->pnfd_id, data->pnfd_id)) {
        return err_new(E_UNPROCESSABLE, NULL, "PNF profile %s is of PNFD %s, not of %s",
                       data->profile, t->profile->pnfd_id, data->pnfd_id);
    }
    if (pnf_find(there, data->pnf_id)) {
        return err_new(E_UNPROCESSABLE, NULL, "PNF %s is part of the NS already", data->pnf_id);
    }
    other = profile_find(there, data->profile);
    if (other) {
        return err_new(E_UNPROCESSABLE, NULL, "PNF profile %s is PNF %s already", data->profile,
                       other->pnf_id);
    }
    t->pnf = row_new(tx_mem(t->tx), &ns_pnf_table);
    t->pnf->pnf_id = data->pnf_id;
    t->pnf->name = data->name;
    t->pnf->pnfd_id = data->pnfd_id;
    t->pnf->profile = data->profile;
    t->others = there;
    TRY(pnfd_take(t, project_id));
    for (size_t i = 0; i < data->cps.n; i++) {
        cp_tell(t, data->cps.items[i]);
    }
    return t->faults;
}

struct err *
ns_pnfs_check(struct tx *tx, const struct nsd *nsd, const struct instantiate_ns_request *request,
              struct ns_in *in)
{
    struct err *faults = NULL;

    for (size_t i = 0; i < request->pnfs.n; i++) {
        struct telling t = {.tx = tx, .nsd = nsd, .saps = &request->saps};
        struct err *e = pnf_add(&t, in->project_id, request->pnfs.items[i], &in->pnfs_added);

        if (e) {
            request_fault(&faults, "addpnfData[%zu]: %s", i, err_full(tx_mem(tx), e));
            err_ignore(e, "its text is part of the list's");
        } else {
            place_add(tx_mem(tx), &in->pnfs_added, t.pnf);
        }
    }
    return faults;
}

struct err *
update_pnf_add(struct ns_updating *u, const void *item)
{
    struct telling t = {.tx = u->tx, .nsd = u->nsd, .made = u->made};
    struct rows there = {0};

    if (!item) {
        return NULL;
    }
    for (size_t i = 0; i < u->made->pnfs.n; i++) {
        place_add(tx_mem(u->tx), &there, u->made->pnfs.items[i]);
    }
    for (size_t i = 0; i < u->in->pnfs_added.n; i++) {
        place_add(tx_mem(u->tx), &there, u->in->pnfs_added.items[i]);
    }
    TRY(pnf_add(&t, u->in->project_id, item, &there));
    place_add(tx_mem(u->tx), &u->in->pnfs_added, t.pnf);
    return NULL;
}

/* A path whose routes lead to a PNF of the profile; null where there is none. */
static const struct plan_path *
path_through(const struct ns_made *made, const char *profile)
{
    for (size_t i = 0; i < made->paths.n; i++) {
        const struct plan_path *path = made->paths.items[i];

        for (size_t k = 0; k < path->routes.n; k++) {
            const struct plan_route *route = path->routes.items[k];

            if (route->nexthop && str_eq(route->vnf, profile)) {
                return path;
            }
        }
    }
    return NULL;
}

/* Paths follow to other addresses, of the same IP version. */
static struct err *
addresses_check(const struct ns_updating *u, const struct ns_pnf *before, const struct ns_pnf *after)
{
    const struct plan_path *path = path_through(u->made, before->profile);

    for (size_t i = 0; path && i < before->cps.n; i++) {
        const struct ns_pnf_cp *cp = before->cps.items[i];
        const struct ns_pnf_cp *then = cp_find(after, cp->id);
        const char *now = then ? then->ip_address : NULL;

        if (cp->ip_address && (!now || !strchr(now, ':') != !strchr(cp->ip_address, ':'))) {
            return err_new(E_UNPROCESSABLE, NULL,
                           "path %s goes through PNF %s: connection point %s keeps an address of the "
                           "same IP version",
                           path->name, before->pnf_id, cp->id);
        }
    }
    return NULL;
}

struct err *
update_pnf_modify(struct ns_updating *u, const void *item)
{
    struct rows others = {0};
    struct telling t = {.tx = u->tx, .nsd = u->nsd, .made = u->made, .others = &others};
    const struct modify_pnf_data *data = item;
    const struct ns_pnf *before;

    if (!data) {
        return NULL;
    }
    before = pnf_find(&u->made->pnfs, data->pnf_id);
    if (!before) {
        return err_new(E_UNPROCESSABLE, NULL, "the NS has no PNF %s", data->pnf_id);
    }
    if (pnf_find(&u->in->pnfs_changed, data->pnf_id)) {
        return err_new(E_UNPROCESSABLE, NULL, "PNF %s is given twice", data->pnf_id);
    }
    if (!data->name && data->cps.n == 0) {
        return err_new(E_UNPROCESSABLE, NULL, "pnfName or cpData is needed");
    }
    for (size_t i = 0; i < u->made->pnfs.n; i++) {
        struct ns_pnf *pnf = u->made->pnfs.items[i];
        struct ns_pnf *changed = pnf_find(&u->in->pnfs_changed, pnf->pnf_id);

        place_add(tx_mem(u->tx), &others, changed ? changed : pnf);
    }
    t.profile = nsd_pnf(u->nsd, before->profile);
    t.pnf = row_copy(tx_mem(u->tx), before);
    t.pnf->name = str_or(data->name, before->name);
    TRY(pnfd_load(u->tx, before->pnfd_info_id, &t.pnfd));
    for (size_t i = 0; i < data->cps.n; i++) {
        cp_tell(&t, data->cps.items[i]);
    }
    TRY(t.faults);
    place_add(tx_mem(u->tx), &u->in->pnfs_changed, t.pnf);
    return addresses_check(u, before, t.pnf);
}

struct err *
update_pnf_remove(struct ns_updating *u, const void *item)
{
    struct ns_pnf *pnf = item ? pnf_find(&u->made->pnfs, item) : NULL;
    const struct plan_path *path;

    if (item && (!pnf || pnf_find(&u->in->pnfs_removed, item))) {
        return err_new(E_UNPROCESSABLE, NULL, "the NS has no PNF %s", (const char *)item);
    }
    path = pnf ? path_through(u->made, pnf->profile) : NULL;
    if (path) {
        return err_new(E_UNPROCESSABLE, NULL, "path %s goes through PNF %s: remove its VNFFG first",
                       path->name, pnf->pnf_id);
    }
    if (item) {
        place_add(tx_mem(u->tx), &u->in->pnfs_removed, pnf);
    }
    return NULL;
}

/* ---- the flow ---------------------------------------------------------------------------- */

static void
pnfs_change(struct mem *mem, const struct ns_in *in, struct ns_made *made)
{
    struct rows before = made->pnfs;

    made->pnfs = (struct rows){0};
    for (size_t i = 0; i < before.n; i++) {
        const char *id = ((const struct ns_pnf *)before.items[i])->pnf_id;
        struct ns_pnf *changed = pnf_find(&in->pnfs_changed, id);

        if (!pnf_find(&in->pnfs_removed, id)) {
            place_add(mem, &made->pnfs, changed ? (void *)changed : before.items[i]);
        }
    }
    for (size_t i = 0; i < in->pnfs_added.n; i++) {
        place_add(mem, &made->pnfs, in->pnfs_added.items[i]);
    }
}

/* The address that a PNF among 'changed' has where the route leads to it; null: it is none of them. */
static const char *
nexthop_now(const struct rows *changed, const struct plan_route *route)
{
    const struct ns_pnf *pnf = profile_find(changed, route->vnf);

    for (size_t i = 0; pnf && i < pnf->cps.n; i++) {
        const struct ns_pnf_cp *cp = pnf->cps.items[i];

        if (str_eq(cp->requirement, route->cpd) || pnf->cps.n == 1) {
            return cp->ip_address;
        }
    }
    return NULL;
}

/* Routes lead to where physical functions are now; whether any changed. */
static bool
routes_renew(struct mem *mem, struct ns_made *made, const struct rows *changed)
{
    struct rows paths = made->paths;
    bool is_other = false;

    made->paths = (struct rows){0};
    for (size_t i = 0; i < paths.n; i++) {
        struct plan_path *path = row_copy(mem, paths.items[i]);
        struct rows routes = path->routes;

        path->routes = (struct rows){0};
        for (size_t k = 0; k < routes.n; k++) {
            struct plan_route *route = row_copy(mem, routes.items[k]);
            const char *now = route->nexthop ? nexthop_now(changed, route) : NULL;

            is_other = is_other || (now && !str_eq(now, route->nexthop));
            route->nexthop = now ? now : route->nexthop;
            place_add(mem, &path->routes, route);
        }
        place_add(mem, &made->paths, path);
    }
    return is_other;
}

static struct err *
routes_tell(struct flow *f, const struct ns_in *in, struct ns_made *made)
{
    struct steering steering = {0};

    TRY(ns_steering_now(f, in, made, &steering));
    return ns_steer(&steering);
}

static struct err *
pnfs_run(struct flow *f, const void *arg)
{
    const struct ns_in *in = arg;
    struct owner *owner = row_new(flow_mem(f), &owner_table);
    struct ns_made *made = row_new(flow_mem(f), &ns_made_table);
    struct ns_scaled *changed = row_new(flow_mem(f), &ns_scaled_table);

    owner->owner_id = in->ns_instance_id;
    owner->project_id = in->project_id;
    TRY(ns_hold(f, in));
    TRY(flow_step(f, "made", &ns_made_read, owner, made));
    made = row_copy(flow_mem(f), made);
    pnfs_change(flow_mem(f), in, made);
    if (routes_renew(flow_mem(f), made, &in->pnfs_changed)) {
        TRY(routes_tell(f, in, made));
    }
    changed->ns_instance_id = in->ns_instance_id;
    changed->project_id = in->project_id;
    place_add(flow_mem(f), &changed->made, made);
    return flow_step(f, "instance", &ns_scaled, changed, NULL);
}

const struct flow_type ns_pnfs_flow = {
    .name = "ns_pnfs",
    .version = 1,
    .doc = "Changes which physical functions are part of a network service.",
    .in = &ns_in_table,
    .run = pnfs_run,
    .state_changed = ns_op_state_changed,
};

/* ---- what is shown ------------------------------------------------------------------------- */

static void
cp_write(struct jw *w, const struct ns_pnf_cp *cp)
{
    const char *ip = cp->ip_address;
    struct strs ips = {.n = ip != NULL, .items = &ip};

    jw_object(w, NULL);
    jw_str(w, "cpInstanceId", cp->id);
    jw_str(w, "cpdId", cp->cpd);
    protocol_write(w, "cpProtocolData", cp->mac_address, &ips, "fixedAddresses");
    jw_end(w);
}

void
ns_pnfs_write(struct mem *mem, struct jw *w, const struct ns_made *made,
              const struct held_list *held)
{
    (void)mem, (void)held;
    for (size_t i = 0; i < made->pnfs.n; i++) {
        const struct ns_pnf *pnf = made->pnfs.items[i];

        jw_object(w, NULL);
        jw_str(w, "pnfId", pnf->pnf_id);
        jw_str(w, "pnfName", pnf->name);
        jw_str(w, "pnfdId", pnf->pnfd_id);
        jw_str(w, "pnfdInfoId", pnf->pnfd_info_id);
        jw_str(w, "pnfProfileId", pnf->profile);
        if (pnf->cps.n) {
            jw_array(w, "cpInfo");
            for (size_t k = 0; k < pnf->cps.n; k++) {
                cp_write(w, pnf->cps.items[k]);
            }
            jw_end(w);
        }
        jw_end(w);
    }
}

static void
affected_write(struct jw *w, const struct rows *pnfs, const char *type)
{
    for (size_t i = 0; i < pnfs->n; i++) {
        const struct ns_pnf *pnf = pnfs->items[i];

        jw_object(w, NULL);
        jw_str(w, "pnfId", pnf->pnf_id);
        jw_str(w, "pnfdId", pnf->pnfd_id);
        jw_str(w, "pnfProfileId", pnf->profile);
        jw_str(w, "pnfName", pnf->name);
        jw_array(w, "cpInstanceId");
        for (size_t k = 0; k < pnf->cps.n; k++) {
            jw_str(w, NULL, ((const struct ns_pnf_cp *)pnf->cps.items[k])->id);
        }
        jw_end(w);
        jw_str(w, "changeType", type);
        jw_str(w, "changeResult", "COMPLETED");
        jw_end(w);
    }
}

void
ns_pnfs_affected(struct jw *w, const struct ns_in *in)
{
    affected_write(w, &in->pnfs_added, "ADD");
    affected_write(w, &in->pnfs_changed, "MODIFY");
    affected_write(w, &in->pnfs_removed, "REMOVE");
}
